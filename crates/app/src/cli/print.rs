//! Color, width and standard error.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use supports_hyperlinks::Stream;

use super::args::{Color, Global};
use crate::discover;
use crate::report::{self, Root, Style};

/// Whether a stream gets color: as asked, else as the environment wishes, else when it is a terminal.
fn color(choice: Color, terminal: bool) -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => {
            env::var("FORCE_COLOR").as_deref() != Ok("0")
        }
        Color::Auto => terminal && env::var("TERM").as_deref() != Ok("dumb"),
    }
}

/// The style for a report on standard output, or in a file.
pub(super) fn style(global: &Global, to_file: bool) -> Style {
    if to_file {
        let color = global.color == Color::Always;
        return Style { color, summary: !global.quiet, root: workspace(), ..Style::default() };
    }
    of_stream(global, io::stdout().is_terminal(), Stream::Stdout)
}

/// The style for a report on standard error.
pub(super) fn stderr_style(global: &Global) -> Style {
    of_stream(global, io::stderr().is_terminal(), Stream::Stderr)
}

fn of_stream(global: &Global, terminal: bool, stream: Stream) -> Style {
    let color = color(global.color, terminal);
    let base = Style::default();
    Style {
        color,
        links: color && supports_hyperlinks::on(stream),
        width: width(terminal),
        unicode: is_unicode(|name| env::var(name).ok()),
        summary: !global.quiet,
        terminal,
        root: workspace(),
        ..base
    }
}

/// The columns that there are.
fn width(terminal: bool) -> usize {
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|width| *width > 0);
    // Shells keep COLUMNS to themselves, so the terminal is asked.
    let of_terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let columns = asked.or_else(|| if terminal { of_terminal() } else { None });
    columns.unwrap_or(Style::default().width)
}

/// The folder of a run of GitHub Actions, which what GitHub shows counts from.
fn workspace() -> Option<Root> {
    let folder = env::var_os("GITHUB_WORKSPACE").filter(|folder| !folder.is_empty())?;
    let full = |path: &Path| Some(discover::slashes(&path.canonicalize().ok()?));
    Some(Root { folder: full(Path::new(&folder))?, here: full(Path::new("."))? })
}

/// What a bar is drawn with: what is done, its end, and what is left.
pub(super) fn signs() -> &'static str {
    if is_unicode(|name| env::var(name).ok()) { "\u{2501}\u{2578} " } else { "=> " }
}

/// Whether the locale has more than ASCII. One that nobody set, as in a container, speaks against nothing.
fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        // macOS names a locale after the encoding alone.
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Writes a note to standard error; there is nobody left to tell when that fails. Whatever of it comes from others is
/// made harmless.
pub(super) fn note(text: &str) {
    report(&fitted("", &report::note(text)));
}

/// Words for standard error after a word that leads them, as wide as the terminal.
fn fitted(lead: &str, text: &str) -> String {
    let text = format!("{lead}{text}");
    if !io::stderr().is_terminal() {
        return text;
    }
    let style = Style { width: width(true), ..Style::default() };
    report::fitted(&text, &style)
}

/// Writes a report to standard error, which is harmless already.
pub(super) fn report(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

/// Whether a runner of GitHub Actions reads what is printed.
pub(super) fn is_read_by_a_runner() -> bool {
    env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true")
}

/// Writes a warning to standard error.
pub(super) fn warning(global: &Global, text: &str) {
    led(global, "warning", 33, text);
}

/// Writes why the work could not be done to standard error.
pub(super) fn error(global: &Global, error: &dyn std::fmt::Display) {
    led(global, "error", 31, &error.to_string());
}

/// Writes words after one in a color.
fn led(global: &Global, word: &str, code: u8, text: &str) {
    let text = fitted(&format!("{word}: "), &report::note(text));
    let colored = color(global.color, io::stderr().is_terminal());
    report(&match text.strip_prefix(word).filter(|_| colored) {
        Some(rest) => format!("\u{1b}[1;{code}m{word}\u{1b}[0m{rest}"),
        None => text,
    });
}

/// `1 file`, `2 files`
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::is_unicode;

    #[test]
    fn the_locale_decides_on_signs() {
        let of = |set: &'static [(&str, &str)]| {
            is_unicode(move |name| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(
            of(&[])
                && of(&[("LC_ALL", "")])
                && of(&[("LANG", "de_DE.UTF-8")])
                && of(&[("LC_CTYPE", "UTF-8")])
        );
        assert!(of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]) && !of(&[("LANG", "POSIX")]));
        assert!(!of(&[("LC_CTYPE", "de_DE.ISO-8859-1"), ("LANG", "de_DE.UTF-8")]));
    }
}
