//! The tokens put down by their rules.

use super::rules::{Aligned, Rules, utf16};
use super::{Space, Widths, is_word};
use crate::fmt::regions::Region;
use crate::kql::TokenKind as T;

struct Writer<'r, 'q> {
    rules: &'r Rules<'q>,
    out: String,
    /// How far the end of the text is from what counts as the beginning of its line.
    column: usize,
    /// The column of each token so far.
    columns: Vec<usize>,
}

pub(super) fn write(rules: &Rules<'_>, regions: &[Region]) -> String {
    let mut writer = Writer {
        rules,
        out: String::with_capacity(rules.text.len() + rules.text.len() / 4),
        column: 0,
        columns: Vec::with_capacity(rules.tokens.len()),
    };
    let mut regions = regions.iter().peekable();
    for (at, indentation) in (0..rules.tokens.len()).zip(rules.indentations()) {
        let indentation = match rules.aligned[at] {
            Some(Aligned { with, by }) => writer.columns.get(with).map_or(indentation, |column| column + by),
            None => indentation,
        };
        let region = regions.peek().copied().filter(|region| region.first <= at);
        match region {
            Some(region) => writer.switched_off(at, region, indentation),
            None => writer.gap(at, indentation),
        }
        writer.columns.push(writer.column);
        if region.is_none_or(|region| region.last <= at) {
            writer.push(&rules.text[rules.tokens[at].span.range()]);
        }
        regions.next_if(|region| region.last <= at);
    }
    writer.out
}

impl Writer<'_, '_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += utf16(text);
    }

    fn indent(&mut self, indentation: usize) {
        self.out.extend(std::iter::repeat_n(' ', indentation));
        self.column += indentation;
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Where what stands before a token begins.
    fn gap_start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.rules.tokens[before].span.end) as usize
    }

    /// A part that is not formatted before the first token in it, and what follows it before the first token after it.
    fn switched_off(&mut self, at: usize, region: &Region, indentation: usize) {
        let rules = self.rules;
        let (start, end) = (region.text.start as usize, region.text.end as usize);
        if at == region.first {
            self.comments(&rules.text[self.gap_start(at)..start], indentation, true);
            self.push(&rules.text[start..end]);
        }
        if at != region.last {
            return;
        }
        let token = &rules.tokens[at];
        let (between, is_end) = (&rules.text[end..token.span.start as usize], token.kind == T::EndOfText);
        if between.contains('/') {
            self.comments(between, indentation, !is_end);
        } else if !is_end || between.contains(['\n', '\r']) {
            self.end_line();
            self.indent(if is_end { 0 } else { indentation });
        }
    }

    /// What stands before a token.
    fn gap(&mut self, at: usize, indentation: usize) {
        let rules = self.rules;
        let token = &rules.tokens[at];
        let start = self.gap_start(at);
        let between = &rules.text[start..token.span.start as usize];
        let is_end = token.kind == T::EndOfText;
        if let Some(space) = rules.joined[at] {
            return self.space(at, space, between);
        }
        if !rules.gaps[at].comments.is_empty() {
            return self.comments(between, indentation, !is_end);
        }
        if between.contains(['\n', '\r']) || rules.made[at] {
            self.end_line();
            self.indent(indentation);
        } else if at > 0 && !is_end {
            self.space(at, rules.space(at), between);
        }
    }

    fn space(&mut self, at: usize, space: Space, written: &str) {
        match space {
            Space::AsWritten => self.push(written),
            Space::One => self.push(" "),
            Space::Tight if would_merge(self.rules, at) => self.push(" "),
            Space::Tight | Space::None => {}
        }
    }

    /// Comments and the lines around them: all as it is, but for the indentation of each line.
    fn comments(&mut self, between: &str, indentation: usize, is_followed: bool) {
        let mut rest = between;
        let mut is_first = true;
        while !rest.is_empty() {
            let text = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n' && c != '\r');
            if is_first {
                self.push(&rest[..rest.len() - text.len()]);
            } else {
                self.indent(indentation);
            }
            is_first = false;
            let length = text.find(['\n', '\r']).unwrap_or(text.len());
            self.push(&text[..length]);
            let line_end = &text[length..];
            rest = line_end.strip_prefix("\r\n").or_else(|| line_end.get(1..)).unwrap_or_default();
            if line_end.is_empty() {
                // The official formatter counts the line of the token from here, its indentation aside, where it was
                // indented already.
                self.column = if self.rules.widths == Widths::Written { 0 } else { indentation };
            } else {
                self.end_line();
                if rest.is_empty() && is_followed {
                    self.indent(indentation);
                }
            }
        }
    }
}

/// Whether a token and the one before it would be read as one if nothing stood between them.
fn would_merge(rules: &Rules<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| rules.kind(before)) else { return false };
    let after = rules.kind(at);
    let begins_with = |signs: &[char]| after.text().starts_with(signs);
    match before {
        T::Equal => begins_with(&['=', '>', '~']),
        T::Bang => begins_with(&['=', '~']),
        T::LessThan => begins_with(&['>', '=', '|']),
        T::GreaterThan => begins_with(&['=']),
        T::Dot => begins_with(&['.']),
        _ => is_word(before) && is_word(after),
    }
}
