//! Strings whose quotes are others, too many or too few.

use super::super::super::error::ErrorKind;
use super::super::super::token::TokenKind as T;
use super::{Draft, Slips};
use crate::source::Span;

impl Slips<'_> {
    /// A string that is not closed, or not opened, where it is plain which characters belong to it.
    pub(super) fn one_quote(&self, draft: &mut Draft) -> bool {
        let unpaired = draft.error.kind == ErrorKind::Unterminated
            || draft.error.message == "Unbalanced quotes on this line";
        let Some((opened, _)) = draft.error.label.as_ref().filter(|_| unpaired) else { return false };
        let (start, inside) = (opened.start as usize, opened.end as usize);
        let rest = &self.text[inside..];
        let content = rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())].trim_end();
        let quote = &self.text[inside.saturating_sub(1)..inside];
        let other = match quote {
            "\"" => '\'',
            "'" => '"',
            _ => return false,
        };
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '-' | '/' | ':');
        let closes = |text: &str| text.chars().all(|c| matches!(c, ')' | ']' | ' ' | ','));
        if let Some(at) = content.find(other).filter(|at| closes(&content[at + 1..])) {
            draft.fix(Span::new(inside + at, inside + at + 1), quote);
            draft.title("Use the same quote at both ends");
            return true;
        }
        let word = content.len() - content.trim_start_matches(is_word).len();
        let before = self.text[..start].trim_end_matches(is_word).len();
        if word > 0 && closes(&content[word..]) {
            draft.fix(Span::at(inside + word), quote);
            return true;
        }
        // A quote that closes a string of the line above is no opening one.
        let above = self.text[..start].matches(quote).count() % 2 == 1;
        if above {
            return false;
        }
        if closes(content) && before < start && self.text[..before].ends_with([' ', '(', ',', '=', '[']) {
            draft.fix(Span::at(before), quote);
            return true;
        }
        false
    }

    /// `"say "hi" now"` and `""a""`: quotes inside a string that end it.
    pub(super) fn inner_quotes(&self, draft: &mut Draft, at: usize) -> bool {
        let string =
            |index: usize| self.kind(index) == T::StringLiteral && !self.written(index).contains('\n');
        let inner = [at, at.saturating_sub(1)].into_iter().find(|index| {
            *index > 0
                && self.kind(*index) == T::Identifier
                && self.glued(*index)
                && self.glued(index + 1)
                && string(index - 1)
                && string(index + 1)
        });
        let Some(inner) = inner else { return false };
        let (first, last) = (self.written(inner - 1), self.written(inner + 1));
        let verbatim = first.starts_with('@');
        let quote = if first.ends_with('"') { "\"" } else { "'" };
        let word = self.written(inner);
        let same = first.trim_start_matches('@').starts_with(quote)
            && first.ends_with(quote)
            && last.starts_with(quote)
            && last.len() > 1
            && last.ends_with(quote);
        if !same {
            return false;
        }
        let escape = if verbatim { quote } else { "\\" };
        let span = self.over(inner - 1, inner + 1);
        let message = format!("The quote before `{word}` ends the string");
        draft.say(span, message, format!("Use `{escape}{quote}` for a quote inside a string."));
        let (begin, end) = (&first[..first.len() - 1], &last[1..]);
        let empty = begin.trim_start_matches('@').len() == 1 && end.len() == 1;
        let text = if empty {
            format!("{begin}{word}{end}")
        } else {
            format!("{begin}{escape}{quote}{word}{escape}{quote}{end}")
        };
        draft.fix(span, &text);
        draft.title(if empty { "Use one quote at each end" } else { "Escape the inner quotes" });
        draft.covers = self.stage(inner - 1);
        true
    }

    /// `` == `a` ``: a string in backticks.
    pub(super) fn backticks(&self, draft: &mut Draft, at: usize) -> bool {
        let Some(open) = [at, at.saturating_sub(1)].into_iter().find(|index| self.written(*index) == "`")
        else {
            return false;
        };
        let start = self.span(open).start as usize;
        let inside = &self.text[start + 1..];
        let line = &inside[..inside.find(['\n', '\r']).unwrap_or(inside.len())];
        let Some(length) = line.find('`').filter(|length| *length > 0) else { return false };
        let span = Span::new(start, start + length + 2);
        let content = &line[..length];
        let named = matches!(
            open.checked_sub(1).map(|before| self.kind(before)),
            Some(T::Where | T::Project | T::Extend | T::By | T::Distinct | T::And | T::Or)
        );
        if named {
            let text = format!("['{content}']");
            draft.say(span, "KQL has no names in backticks", format!("Use `{text}`."));
            draft.fix(
                span,
                if content.bytes().all(|byte| byte.is_ascii_alphanumeric()) { content } else { &text },
            );
        } else {
            let verbatim = if content.contains('\\') { "@" } else { "" };
            let text = format!("{verbatim}\"{content}\"");
            draft.say(span, "KQL has no strings in backticks", format!("Use `{text}`."));
            if !content.contains('"') {
                draft.fix(span, &text);
            }
        }
        draft.covers = Span::new(start, (self.stage(open).end as usize).max(span.end as usize));
        true
    }
}
