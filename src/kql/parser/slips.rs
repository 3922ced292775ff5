//! Second thoughts on the errors: only the telling ones stay, and the likely slips get words and a mend.

use super::super::error::{ErrorKind, Mend, SyntaxError};
use super::super::token::{KEYWORDS, Token, TokenKind as T};
use super::tabular::is_operator;
use crate::source::Span;

/// More errors than these in one query tell nothing new.
const MOST: usize = 10;

/// Sorts the errors, leaves out those that follow from another, and explains the rest.
pub(super) fn explain(
    text: &str,
    tokens: &[Token],
    mut errors: Vec<SyntaxError>,
    leftover: Option<Span>,
) -> Vec<SyntaxError> {
    // At one place, the error that knows its mend goes before the others, and what is left over after them.
    errors.sort_by_key(|error| (error.span.start, error.kind == ErrorKind::Leftover, error.mend.is_none()));
    // What is left over at the end is usually there because of an earlier mistake.
    if let Some(first) = errors.first()
        && first.kind != ErrorKind::Leftover
        && leftover.is_some_and(|leftover| first.span.start <= leftover.start)
    {
        errors.retain(|error| error.kind != ErrorKind::Leftover);
    }
    // Of the errors at one place, and of those with nothing but white space between them, the first counts.
    let mut kept: Vec<SyntaxError> = Vec::new();
    for error in errors {
        let follows = kept.last().is_some_and(|last| {
            let (from, to) = (last.span.end as usize, error.span.start as usize);
            to <= from || text.get(from..to).is_some_and(|between| between.trim().is_empty())
        });
        if !follows {
            kept.push(error);
        }
    }
    kept.truncate(MOST);
    let slips = Slips { text, tokens };
    kept.into_iter().map(|error| slips.explain(error)).collect()
}

struct Slips<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl Slips<'_> {
    fn written(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &self.text[token.span.range()])
    }

    fn kind(&self, index: usize) -> T {
        self.tokens.get(index).map_or(T::EndOfText, |token| token.kind)
    }

    fn span(&self, index: usize) -> Span {
        self.tokens.get(index).map_or(Span::at(self.text.len()), |token| token.span)
    }

    fn explain(&self, mut error: SyntaxError) -> SyntaxError {
        if error.mend.is_some() {
            return error;
        }
        // The token at the error or, where something is missing, the one behind the gap.
        let at = self.tokens.partition_point(|token| token.span.start < error.span.start);
        let at = at.min(self.tokens.len().saturating_sub(1));
        let known = self.foreign(&mut error, at)
            || self.operator(&mut error, at)
            || self.missing_token(&mut error, at)
            || self.placeholder(&mut error, at);
        if !known && error.help.is_none() {
            error.help = self.general(&error);
        }
        error
    }

    fn general(&self, error: &SyntaxError) -> Option<String> {
        let ends = self.text[error.span.start as usize..].trim().is_empty();
        let help = match error.kind {
            ErrorKind::MissingElement if ends => "The query ends too early.",
            ErrorKind::Leftover => "An operator, a comma, a bar or a semicolon may be missing before it.",
            ErrorKind::TooDeep => "Split the query with `let`.",
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// Replaces the words of an error.
    fn say(error: &mut SyntaxError, span: Span, message: String, help: &str) {
        error.span = span;
        error.message = message;
        error.help = Some(help.to_owned());
        error.label = None;
    }

    fn mend(error: &mut SyntaxError, span: Span, text: &str) {
        let title = match (span.is_empty(), text.trim().is_empty()) {
            (true, _) => format!("Insert `{}`", text.trim()),
            (false, true) => "Remove it".to_owned(),
            (false, false) => format!("Write `{}`", text.trim()),
        };
        error.mend = Some(Mend { title, span, text: text.to_owned() });
    }

    /// Spellings of other languages.
    fn foreign(&self, error: &mut SyntaxError, at: usize) -> bool {
        let here = self.span(at);
        let rest = &self.text[here.start as usize..];
        let two = Span::new(here.start as usize, here.start as usize + 2);
        for comment in ["/*", "--"] {
            if rest.starts_with(comment) {
                let message = format!("`{comment}` begins no comment in KQL");
                Self::say(error, two, message, "A comment begins with `//` and ends with its line.");
                return true;
            }
        }
        if self.kind(at) == T::Bad {
            let straight = match rest.chars().next() {
                Some('\u{201c}' | '\u{201d}') => "\"",
                Some('\u{2018}' | '\u{2019}') => "'",
                Some('\u{2013}' | '\u{2014}') => "-",
                _ => "",
            };
            if !straight.is_empty() {
                let message = format!("`{}` is a typographic character", self.written(at));
                Self::say(error, here, message, &format!("Write `{straight}`."));
                Self::mend(error, here, straight);
                return true;
            }
        }
        // Keywords are lower case.
        let word = self.written(at);
        let lower = word.to_ascii_lowercase();
        if self.kind(at) == T::Identifier
            && word != lower
            && let Some(keyword) = KEYWORDS.iter().find(|keyword| keyword.text() == lower)
        {
            let joins = matches!(keyword, T::In | T::By | T::On | T::Asc | T::Desc | T::Between)
                || keyword.is_string_operator()
                || (error.kind == ErrorKind::OperatorExpected && is_operator(*keyword));
            if joins {
                let message = format!("`{word}` is written `{lower}`");
                Self::say(error, here, message, "Keywords are written in small letters.");
                Self::mend(error, here, &lower);
                return true;
            }
        }
        // `!in ~` and `in ~`
        let tilde = (at..at + 2).find(|index| self.written(*index) == "~");
        if let Some(tilde) =
            tilde.filter(|tilde| *tilde > 0 && matches!(self.kind(tilde - 1), T::In | T::NotIn))
        {
            let both = Span::new(self.span(tilde - 1).start as usize, self.span(tilde).end as usize);
            let joined = format!("{}~", self.written(tilde - 1));
            Self::say(error, both, format!("`{joined}` is written without a blank"), "Remove the blank.");
            Self::mend(error, both, &joined);
            return true;
        }
        if lower == "not"
            && matches!(self.kind(at + 1), T::In | T::Between | T::Has | T::Contains | T::StartsWith)
        {
            let both = Span::new(here.start as usize, self.span(at + 1).end as usize);
            let joined = format!("!{}", self.written(at + 1));
            let message = format!("`{} {}` is written `{joined}`", self.written(at), self.written(at + 1));
            Self::say(error, both, message, &format!("Write `{joined}`."));
            Self::mend(error, both, &joined);
            return true;
        }
        false
    }

    /// What stands behind a bar and is no operator.
    fn operator(&self, error: &mut SyntaxError, at: usize) -> bool {
        let bar = at.checked_sub(1).filter(|index| self.kind(*index) == T::Bar);
        if self.kind(at) == T::Bar && self.kind(at + 1) == T::Let || bar.is_some() && self.kind(at) == T::Let
        {
            let bar = if self.kind(at) == T::Bar { at } else { at - 1 };
            let message = "`let` is a statement of its own, and no operator".to_owned();
            let help = if bar == 0 { "Remove the bar." } else { "Replace the bar with `;`." };
            let span = self.span(bar);
            Self::say(error, span, message, help);
            Self::mend(error, span, if bar == 0 { " " } else { ";" });
            return true;
        }
        if error.kind != ErrorKind::OperatorExpected {
            return false;
        }
        let Some(bar) = bar.or_else(|| (self.kind(at) == T::Bar).then_some(at)) else { return false };
        if error.span.is_empty() {
            let next = self.kind(bar + 1);
            if matches!(next, T::EndOfText | T::CloseParen | T::CloseBrace | T::Semicolon | T::Bar) {
                let span = self.span(bar);
                Self::say(
                    error,
                    span,
                    "No operator follows this bar".into(),
                    "Remove the bar, or complete the query.",
                );
                let line = self.text[..span.start as usize].trim_end().len();
                Self::mend(error, Span::new(line, span.end as usize), "");
                return true;
            }
            return false;
        }
        let word = self.written(at).to_ascii_lowercase();
        let names = KEYWORDS.iter().filter(|keyword| is_operator(**keyword)).map(|keyword| keyword.text());
        let nearest = names
            .map(|name| (strsim::damerau_levenshtein(&word, name), name))
            .filter(|(distance, name)| *distance <= 2 && *distance < name.len().min(word.len()))
            .min();
        match (word.as_str(), nearest) {
            ("select", _) => error.help = Some("Write `project` to choose columns.".into()),
            ("group", _) => error.help = Some("Write `summarize ... by` to group rows.".into()),
            (_, Some((_, name))) => {
                error.help = Some(format!("Did you mean `{name}`?"));
                Self::mend(error, error.span, name);
            }
            _ => error.help = Some("Behind a bar stands an operator, such as `where` or `project`.".into()),
        }
        true
    }

    /// Where one token is missing and it is plain where it goes.
    fn missing_token(&self, error: &mut SyntaxError, at: usize) -> bool {
        if error.kind != ErrorKind::TokenExpected {
            return false;
        }
        let expected = error.message.strip_prefix("Expected `").and_then(|rest| rest.split('`').next());
        let Some(expected) = expected.map(str::to_owned) else { return false };
        let before = if error.span.is_empty() {
            error.span.end as usize
        } else {
            at.checked_sub(1).map_or(0, |index| self.span(index).end as usize)
        };
        match expected.as_str() {
            ";" => {
                let help = "Statements end with `;`. If this still belongs to the query, a bar or an operator is missing.";
                error.help = Some(help.into());
            }
            "," => Self::mend(error, Span::at(before), ","),
            ")" | "]" | "}" => error.help = Some(format!("Close it with `{expected}`.")),
            "by" | "on" | "with" | "of" => {
                let blank = if self.text[before..].starts_with([' ', '\n', '\r', '\t']) { "" } else { " " };
                Self::mend(error, Span::at(before), &format!(" {expected}{blank}"));
            }
            _ => return false,
        }
        true
    }

    /// Braces and angles in which something was to be filled in.
    fn placeholder(&self, error: &mut SyntaxError, at: usize) -> bool {
        let placeholder = (self.kind(at) == T::OpenBrace && self.kind(at + 1) == T::OpenBrace)
            || (self.kind(at) == T::LessThan && self.kind(at + 1) == T::Identifier);
        if placeholder {
            error.help = Some("This looks like a placeholder: fill it in.".into());
        }
        placeholder
    }
}
