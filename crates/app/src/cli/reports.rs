//! Where the reports of `check` go: standard output, files, and the page of a GitHub run.

use std::path::{Path, PathBuf};

use super::args::{Check, Global};
use super::{Error, files, print, results};
use crate::findings::Findings;
use crate::report::{self, Format};
use crate::similar::nearest;

/// The variable that names the format where no option does.
const FORMAT_VARIABLE: &str = "SENTLINT_OUTPUT_FORMAT";

/// Where a report goes: a file, or a stream.
pub(super) struct Sink {
    format: Format,
    /// The file; `None` is a stream.
    path: Option<PathBuf>,
    /// Whether the stream is standard error, because results take standard output.
    stderr: bool,
    /// Whether this is the report of `--output-format` and `--output-file`.
    main: bool,
}

impl Sink {
    /// Whether it is the stream that words go to as well.
    pub(super) fn is_stderr(&self) -> bool {
        self.path.is_none() && self.stderr
    }
}

/// A report of `--report`: `FORMAT=PATH`, or `FORMAT` for a stream.
fn further(text: &str) -> Result<Sink, Error> {
    let (name, path) = match text.split_once('=') {
        Some((_, "")) => {
            return Err(Error::Usage(format!("`--report {text}` has no file: use FORMAT=PATH")));
        }
        Some((name, "-")) => (name, None),
        Some((name, path)) => (name, Some(PathBuf::from(path))),
        None => (text, None),
    };
    let format = format(name, &format!("--report {text}"))?;
    Ok(Sink { format, path, stderr: false, main: false })
}

/// The reports that a conversion is asked for: none unless an option asks. Those for a stream go to standard output if
/// results do not.
pub(super) fn of_conversion(
    main: Option<Format>,
    reports: &[String],
    to_folder: bool,
) -> Result<Vec<Sink>, Error> {
    let mut sinks = reports.iter().map(|text| further(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(format) = main {
        sinks.insert(0, Sink { format, path: None, stderr: false, main: true });
    }
    for sink in &mut sinks {
        sink.stderr = !to_folder;
    }
    Ok(sinks)
}

/// Writes what a conversion tells, without the last line that sums a check up.
pub(super) fn write_notes(global: &Global, sinks: &[Sink], findings: &Findings) -> Result<(), Error> {
    for sink in sinks {
        let base = if sink.is_stderr() {
            print::stderr_style(global)
        } else {
            print::style(global, sink.path.is_some())
        };
        let style = report::Style { summary: false, ..base };
        put(sink, &report::render(sink.format, findings, &style))?;
    }
    Ok(())
}

/// The reports that a check is asked for.
pub(super) fn sinks(options: &Check) -> Result<Vec<Sink>, Error> {
    let mut sinks = options.report.iter().map(|text| further(text)).collect::<Result<Vec<_>, _>>()?;
    let from_environment = std::env::var(FORMAT_VARIABLE).ok().filter(|name| !name.trim().is_empty());
    // Standard output gets the report that was asked for, unless a `--report` without a path took it.
    if options.output_format.is_some()
        || options.output_file.is_some()
        || sinks.iter().all(|sink| sink.path.is_some())
    {
        let format = match (options.output_format, from_environment) {
            (Some(format), _) => format,
            (None, Some(name)) => format(name.trim(), FORMAT_VARIABLE)?,
            (None, None) => default_format(options.output_file.is_some()),
        };
        let path = options.output_file.clone().filter(|path| path.as_os_str() != "-");
        sinks.insert(0, Sink { format, path, stderr: false, main: true });
    }
    if sinks.iter().filter(|sink| sink.path.is_none()).count() > 1 {
        let message =
            "only one report can go to standard output; write the other to a file with --report FORMAT=PATH";
        return Err(Error::Usage(message.to_owned()));
    }
    Ok(sinks)
}

fn format(name: &str, place: &str) -> Result<Format, Error> {
    name.to_ascii_lowercase().parse().map_err(|()| {
        let known = Format::ALL.iter().map(|format| format.as_str());
        let all = known.clone().collect::<Vec<_>>().join(", ");
        let hint = nearest(name, known)
            .map_or(format!("the formats are {all}"), |near| format!("did you mean `{near}`?"));
        Error::Usage(format!("`{place}`: unknown format `{name}`; {hint}"))
    })
}

fn default_format(to_file: bool) -> Format {
    use std::io::IsTerminal as _;
    if print::is_read_by_a_runner() && !to_file && !std::io::stdout().is_terminal() {
        Format::Github
    } else {
        Format::Full
    }
}

/// Writes every report.
pub(super) fn write(global: &Global, sinks: &[Sink], findings: &Findings) -> Result<(), Error> {
    let page = step_summary();
    let mut summarised = false;
    for sink in sinks {
        let style = report::Style { listed: page.is_some(), ..print::style(global, sink.path.is_some()) };
        put(sink, &report::render(sink.format, findings, &style))?;
        summarised |=
            sink.path.is_none() && matches!(sink.format, Format::Full | Format::Concise | Format::Grouped);
    }
    // Annotations are few; the page of the run has room for everything.
    let is_for_page = |sink: &Sink| matches!(sink.format, Format::Markdown | Format::Github);
    if let Some(page) = page.filter(|_| sinks.iter().any(is_for_page)) {
        append(&page, &report::render(Format::Markdown, findings, &print::style(global, true)))?;
    }
    if !summarised && !global.quiet {
        print::report(&report::summary_line(findings, &print::stderr_style(global)));
    }
    Ok(())
}

/// Writes how often each rule found something in place of the main report, and the further reports as they are.
pub(super) fn statistics(global: &Global, sinks: &[Sink], findings: &Findings) -> Result<(), Error> {
    for sink in sinks {
        if sink.main {
            let text = report::statistics(findings, sink.format, &print::style(global, sink.path.is_some()));
            put(sink, &text.map_err(Error::Usage)?)?;
        } else {
            let style = print::style(global, sink.path.is_some());
            put(sink, &report::render(sink.format, findings, &style))?;
        }
    }
    Ok(())
}

/// Hides all findings but so many; they count all the same.
pub(super) fn limit(findings: &mut Findings, most: Option<usize>) {
    let Some(most) = most else { return };
    let all = findings.files.iter_mut().flat_map(|file| &mut file.diagnostics);
    for diagnostic in all.filter(|diagnostic| diagnostic.counts()).skip(most) {
        diagnostic.hidden = true;
    }
}

/// Tells on standard error what is left after fixing.
pub(super) fn remaining(global: &Global, findings: &Findings) {
    if !global.quiet {
        let style = report::Style { color: false, links: false, ..print::style(global, true) };
        print::report(&report::render(Format::Concise, findings, &style));
    }
}

fn put(sink: &Sink, text: &str) -> Result<(), Error> {
    match &sink.path {
        Some(path) => files::write(path, text),
        None if sink.stderr => {
            print::report(text);
            Ok(())
        }
        None => results(text),
    }
}

/// The file whose text GitHub shows on the page of the run.
fn step_summary() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn append(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Error::Unwritable(path.display().to_string(), error))
}
