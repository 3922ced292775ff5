//! `sentlint check`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Check, Global};
use super::files::{self, Work};
use super::progress::Progress;
use super::{Error, Outcome, base, baselines, params, print, reports, results};
use crate::check::{self, FixedFile, Fixes, Job, Run};
use crate::config;
use crate::diagnostic::{Applicability, Severity};
use crate::discover::{Input, absolute};
use crate::findings::Findings;
use crate::fix;
use crate::report;
use crate::rules::{FailOn, Selector, Settings};
use crate::suppress;
use crate::workspace::Workspace;

/// What the command line says of the rules, over whatever the configuration says.
struct Overrides {
    select: Option<Vec<Selector>>,
    extend_select: Vec<Selector>,
    ignore: Vec<Selector>,
    profile: Option<crate::rules::Profile>,
    min_severity: Option<Severity>,
    attack: Option<crate::knowledge::attack::Version>,
    /// What the files of `--tables` hold.
    workspace: Arc<Workspace>,
}

impl Overrides {
    fn read(options: &Check) -> Result<Self, Error> {
        let selectors = |names: &[String]| {
            let read = |name: &String| Selector::parse(name.trim()).map_err(Error::Usage);
            names.iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let select = selectors(&options.select)?;
        Ok(Self {
            select: (!select.is_empty()).then_some(select),
            extend_select: selectors(&options.extend_select)?,
            ignore: selectors(&options.ignore)?,
            profile: options.profile,
            min_severity: options.min_severity,
            attack: options.attack_version,
            workspace: files::tables(&options.tables)?,
        })
    }

    fn over(&self, mut settings: Settings) -> Settings {
        if let Some(select) = &self.select {
            settings.select = Some(select.clone());
            settings.extend_select.clear();
        }
        settings.extend_select.extend(self.extend_select.iter().cloned());
        settings.ignore.extend(self.ignore.iter().cloned());
        settings.profile = self.profile.unwrap_or(settings.profile);
        settings.min_severity = self.min_severity.or(settings.min_severity);
        settings.attack = self.attack.unwrap_or(settings.attack);
        settings.workspace = files::over(&settings.workspace, &self.workspace);
        settings
    }
}

pub(super) fn run(global: &Global, options: &Check) -> Result<Outcome, Error> {
    let overrides = Overrides::read(options)?;
    let sinks = reports::sinks(options)?;
    let mut work = files::collect(global, &options.files, false)?;
    if options.show_settings {
        return show_settings(&work, options, &overrides);
    }
    if let Some(revision) = &options.diff_base {
        base::attach(&mut work, revision, options.changed_only)?;
    }
    if options.whole_repository {
        base::index_repository(&mut work, &options.files)?;
    }
    if options.show_files {
        return show_files(&work);
    }
    if !options.params.is_empty() {
        params::lay_over(&mut work, &params::read_all(&options.params)?.partly());
    }
    let fixing = options.fix || options.fix_only || options.diff;
    if options.show_fixes && !fixing {
        let message = "--show-fixes requires --fix, --fix-only or --diff";
        return Err(Error::Usage(message.to_owned()));
    }
    let (mut run, mut fixed) = if fixing {
        fix_all(global, &mut work, options, &overrides)
    } else {
        let _progress = Progress::of(global, &mut work.jobs, "Checking");
        (check_all(&work, &overrides), Fixes::default())
    };
    let read = run.findings.files.len();
    files::tell_skipped(global, &work, &run.skipped, read)?;
    if global.verbose > 0 {
        let skipped = print::count(run.skipped.len(), "file");
        print::note(&format!("info: {} checked, {skipped} skipped", print::count(read, "file")));
    }
    if options.diff {
        if options.show_fixes {
            show_fixes(&fixed);
        }
        return diff(global, options, &fixed);
    }
    let mut unwritten = Vec::new();
    if options.fix || options.fix_only {
        if !work.stdin {
            unwritten = write_fixes(global, &work, &fixed);
        }
        if !unwritten.is_empty() {
            // Of those files is reported what stands in them.
            for at in &unwritten {
                work.jobs[*at].text = None;
                fixed.changed.remove(at);
            }
            run = check_all(&work, &overrides);
        }
        run.findings.fixed = fixed.applied();
    }
    if options.show_fixes {
        show_fixes(&fixed);
    }
    baselines::apply(global, options, &settings_of(&work, &overrides), &mut run.findings)?;
    if options.add_suppressions {
        return add_suppressions(global, options, &work, &run.findings);
    }
    if options.fix_only {
        if work.stdin {
            results(&stdin_text(&work)?)?;
        }
        if !global.quiet {
            let files = fixed.changed.len();
            print::note(&format!(
                "Fixed {} in {}.",
                print::count(fixed.applied(), "finding"),
                print::count(files, "file")
            ));
        }
        return Ok(if unwritten.is_empty() { Outcome::Clean } else { Outcome::Impossible });
    }
    let outcome = outcome(options, &work, &run.findings);
    reports::limit(&mut run.findings, options.max_findings);
    if options.fix && work.stdin {
        // The text takes standard output, so what is left to say goes to the other stream.
        results(&stdin_text(&work)?)?;
        reports::remaining(global, &run.findings);
    } else if options.statistics {
        reports::statistics(global, &sinks, &run.findings)?;
    } else {
        reports::write(global, &sinks, &run.findings)?;
    }
    // The program ends here, and the system takes the memory back sooner than piece by piece.
    std::mem::forget((run, work));
    Ok(if unwritten.is_empty() { outcome } else { Outcome::Impossible })
}

/// The settings of each job.
fn settings_of(work: &Work, overrides: &Overrides) -> Vec<Arc<Settings>> {
    work.settings(|settings| overrides.over(settings))
}

fn check_all(work: &Work, overrides: &Overrides) -> Run {
    check::check(&work.jobs, &settings_of(work, overrides))
}

/// Fixes and checks again until nothing is left to do, and says where that did not come to its end.
fn fix_all(global: &Global, work: &mut Work, options: &Check, overrides: &Overrides) -> (Run, Fixes) {
    let least = if options.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
    let settings = settings_of(work, overrides);
    let progress = Progress::of(global, &mut work.jobs, "Fixing");
    let (run, fixes) = check::fix_all(&mut work.jobs, &settings, least);
    drop(progress);
    if !global.quiet {
        for name in &fixes.stopped {
            print::warning(
                global,
                &format!("{name}: stopped fixing; a round of fixes did not lower the number of findings"),
            );
        }
    }
    for name in &fixes.unfinished {
        print::warning(global, &format!("{name}: the limit of rounds is reached; run again to fix the rest"));
    }
    (run, fixes)
}

/// Writes what fixes changed, as far as it can be written, and says of each file that cannot be why. Returns the indexes of
/// those.
fn write_fixes(global: &Global, work: &Work, fixes: &Fixes) -> Vec<usize> {
    let mut unwritten = Vec::new();
    for (at, FixedFile { before, after, .. }) in &fixes.changed {
        if before.text() == after.text() {
            continue;
        }
        let Input { path, name, .. } = &work.jobs[*at].input;
        let written = match std::fs::read(path) {
            // What was written since the file was read is somebody's work.
            Ok(bytes) if bytes != before.text().as_bytes() => Err(Error::Changed(name.clone())),
            Ok(_) => files::write(path, after.text()),
            Err(error) => Err(Error::Unreadable(name.clone(), error.to_string())),
        };
        if let Err(error) = written {
            print::error(global, &error);
            unwritten.push(*at);
        }
    }
    unwritten
}

/// Lists the fixes of each file by rule.
fn show_fixes(fixes: &Fixes) {
    for file in fixes.changed.values() {
        print::note(&format!("{}:", report::one_line(file.before.path())));
        for (rule, count) in &file.rules {
            print::note(&format!("  {count:3} {rule}"));
        }
    }
}

/// What became of the text from standard input.
fn stdin_text(work: &Work) -> Result<String, Error> {
    let source = work.jobs.first().and_then(|job| job.text.as_ref());
    match source {
        Some(source) if !source.is_writable() => {
            Err(Error::Usage("standard input is not valid UTF-8, so it cannot be fixed".to_owned()))
        }
        Some(source) => Ok(source.text().to_owned()),
        None => Ok(String::new()),
    }
}

fn diff(global: &Global, options: &Check, fixes: &Fixes) -> Result<Outcome, Error> {
    let to_file = options.output_file.as_ref().is_some_and(|path| path.as_os_str() != "-");
    let style = print::style(global, to_file);
    let mut text = String::new();
    for FixedFile { before, after, .. } in fixes.changed.values() {
        let diff = fix::diff(before.path(), before.text(), after.text());
        // Only what nobody looks at is the exact patch.
        text += &if style.color || style.terminal { report::colored(&diff, &style) } else { diff };
    }
    match &options.output_file {
        Some(path) if path.as_os_str() != "-" => files::write(path, &text)?,
        // A line of a file may be one that a runner obeys. Where none reads it, the patch is as exact as can be.
        _ if print::is_read_by_a_runner() => results(&report::without_commands(&text))?,
        _ => results(&text)?,
    }
    if !global.quiet {
        let files = fixes.changed.len();
        print::note(&match fixes.applied() {
            0 => "Nothing to fix.".to_owned(),
            applied => {
                format!("Would fix {} in {}.", print::count(applied, "finding"), print::count(files, "file"))
            }
        });
    }
    Ok(if text.is_empty() || options.exit_zero { Outcome::Clean } else { Outcome::Findings })
}

fn add_suppressions(
    global: &Global,
    options: &Check,
    work: &Work,
    findings: &Findings,
) -> Result<Outcome, Error> {
    let reason = options.reason.as_deref().unwrap_or_default();
    let untouched = if work.stdin { Some(stdin_text(work)?) } else { None };
    let (mut comments, mut files_changed) = (0, 0);
    for file in &findings.files {
        let counting = file.diagnostics.iter().filter(|diagnostic| diagnostic.counts());
        let Some((text, added)) = suppress::add(&file.source, counting, reason) else { continue };
        if work.stdin {
            results(&text)?;
        } else {
            files::write(&file.path, &text)?;
        }
        comments += added;
        files_changed += 1;
    }
    if let Some(text) = untouched.filter(|_| files_changed == 0) {
        results(&text)?;
    }
    if !global.quiet {
        print::note(&format!(
            "Added {} to {}.",
            print::count(comments, "comment"),
            print::count(files_changed, "file")
        ));
    }
    Ok(Outcome::Clean)
}

/// Names the files that would be read.
fn show_files(work: &Work) -> Result<Outcome, Error> {
    let names =
        work.jobs.iter().filter(|job| !job.silent).map(|job| report::one_line(&job.input.name) + "\n");
    results(&names.collect::<String>())?;
    Ok(Outcome::Clean)
}

fn show_settings(work: &Work, options: &Check, overrides: &Overrides) -> Result<Outcome, Error> {
    let first = options.files.paths.first().filter(|path| path.as_os_str() != "-");
    let location = match (work.jobs.first(), first) {
        (Some(job), _) => job.location().to_owned(),
        (None, path) => absolute(&path.cloned().unwrap_or_else(|| PathBuf::from(".")).join("x.yaml")),
    };
    let config = work.config(&location);
    let settings = overrides.over(config.settings(&location));
    results(&report::printable(&config::show(&config, &settings)))?;
    Ok(Outcome::Clean)
}

fn outcome(options: &Check, work: &Work, findings: &Findings) -> Outcome {
    let failed = match options.fail_on {
        Some(asked) => asked.fails(findings.worst()),
        None => fails_by_configuration(work, findings),
    };
    let too_many = options.max_warnings.is_some_and(|most| findings.summary().warnings > most);
    if (failed || too_many) && !options.exit_zero { Outcome::Findings } else { Outcome::Clean }
}

/// Whether any file has a finding that its own configuration counts as a failure.
fn fails_by_configuration(work: &Work, findings: &Findings) -> bool {
    let jobs: BTreeMap<&Path, &Job> = work.jobs.iter().map(|job| (&*job.input.path, job)).collect();
    findings.files.iter().filter(|file| file.worst().is_some()).any(|file| {
        let job = jobs.get(&*file.path);
        let configured = job.and_then(|job| work.config(job.location()).check.fail_on);
        configured.unwrap_or(FailOn::Severity(Severity::Error)).fails(file.worst())
    })
}
