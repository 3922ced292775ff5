//! Colors, links and line breaks of what people read.

use anstyle::{AnsiColor, Effects, Style as Look};
use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_width::UnicodeWidthChar as _;

use super::Style;
use crate::diagnostic::Severity;

/// What stands out without a meaning of its own.
pub(super) const STRONG: Look = Look::new().effects(Effects::BOLD);
/// What goes.
pub(super) const REMOVED: Look = AnsiColor::Red.on_default();
/// What comes.
pub(super) const ADDED: Look = AnsiColor::Green.on_default();
/// Code between words.
pub(super) const CODE: Look = AnsiColor::Cyan.on_default();
/// Line numbers and frames.
pub(super) const FRAME: Look = AnsiColor::BrightBlue.on_default().effects(Effects::BOLD);
/// What leads a line of advice.
pub(super) const ADVICE: Look = AnsiColor::Cyan.on_default().effects(Effects::BOLD);

/// The look of a severity, for its word and for the marks under the source.
pub(super) const fn look(severity: Severity) -> Look {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    color.on_default().effects(Effects::BOLD)
}

impl Style {
    /// The text with a look, where there are colors.
    pub(super) fn paint(&self, look: Look, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{}{text}{}", look.render(), look.render_reset())
        } else {
            text.to_owned()
        }
    }

    /// The severity, colored where that is wanted.
    pub(super) fn severity(&self, severity: Severity) -> String {
        self.paint(look(severity), severity.as_str())
    }

    /// The text as a link, where the terminal knows links.
    pub(super) fn link(&self, url: &str, text: &str) -> String {
        if self.links { format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\") } else { text.to_owned() }
    }

    /// What stands where a line was cut.
    pub(super) fn ellipsis(&self) -> &'static str {
        if self.unicode { "\u{2026}" } else { "..." }
    }

    /// How wide lines can be. Narrower ones than this hold nothing worth reading.
    pub(super) fn room(&self) -> usize {
        self.width.clamp(40, 400)
    }

    /// Words with a look, broken into lines that fit. The first begins with `lead` (shown as `shown_lead`), the others two
    /// columns further in. Where `lead` leaves too little room, the words begin below it.
    pub fn wrap(&self, lead: &str, shown_lead: &str, words: &str, look: Look) -> String {
        let further = "  ";
        let options = Options::new(self.room())
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace)
            .subsequent_indent(further);
        let alone = text_columns(lead) + 12 > self.room();
        let mut out = if alone { format!("{shown_lead}\n") } else { String::new() };
        for (at, line) in words.replace('\t', " ").split('\n').enumerate() {
            let first = at == 0 && !alone;
            let options = options.clone().initial_indent(if first { lead } else { further });
            for (nth, line) in textwrap::wrap(line, options).into_iter().enumerate() {
                let (shown, rest) = match line.strip_prefix(lead).filter(|_| first && nth == 0) {
                    Some(rest) => (shown_lead, rest),
                    None => (further, line.strip_prefix(further).unwrap_or(&line)),
                };
                out += shown;
                out += &self.paint(look, rest.trim_end());
                out.push('\n');
            }
        }
        out
    }
}

/// Lines broken to the width where they can be, as far in as they are. Paths and addresses stay whole.
pub fn fitted(text: &str, style: &Style) -> String {
    let mut out = Vec::new();
    for line in text.lines() {
        let further = " ".repeat(line.len() - line.trim_start().len() + 2);
        let options = Options::new(style.room())
            .word_splitter(WordSplitter::NoHyphenation)
            .word_separator(WordSeparator::AsciiSpace)
            .break_words(false)
            .subsequent_indent(&further);
        out.push(textwrap::fill(line, options));
    }
    out.join("\n")
}

/// The columns that a character takes. Those that join or change others count as one, because not every terminal knows
/// what they do.
pub(super) fn columns(c: char) -> usize {
    c.width().unwrap_or(1).max(usize::from(matches!(c, '\u{200d}' | '\u{fe0f}')))
}

/// The columns that a text takes.
pub(super) fn text_columns(text: &str) -> usize {
    text.chars().map(columns).sum()
}
