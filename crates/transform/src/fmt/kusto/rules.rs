//! What the tree says of each token: whether it begins a line, how far that line is indented, and what stands before it
//! otherwise.

use super::lines::Lines;
use super::{Role, Space, Widths, is_word};
use crate::fmt::gaps::Gap;
use crate::fmt::places::Places;
use crate::fmt::{Source, plan};
use crate::kql::{Token, TokenKind as T, work};
use crate::source::Span;

/// One step of indentation.
pub(super) const INDENT: usize = 4;

/// How many blanks a list may have been given that was no wider than the official formatter allows. Of 5,864 published
/// queries 0.3 % have its layout already but for a list that is wider by no more than this, and 0.5 % would change at a
/// second run without it.
const ADDED: usize = 4;

/// Where a line begins that is placed by another token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aligned {
    /// The token.
    pub with: usize,
    /// How far beyond its column.
    pub by: usize,
}

/// What was found of each token.
pub(super) struct Rules<'q> {
    pub text: &'q str,
    pub tokens: &'q [Token],
    places: &'q Places,
    pub gaps: &'q [Gap],
    /// For each bracket, its partner; for other tokens, themselves.
    pub partner: Vec<usize>,
    /// Those that begin a line in the query as it is.
    written: Lines,
    /// Those that begin a line now.
    pub lines: Lines,
    /// Those that were made to begin a line.
    pub made: Vec<bool>,
    /// Those that might have been.
    asked: Vec<bool>,
    /// Those that begin no line although they did, with what stands before them.
    pub joined: Vec<Option<Space>>,
    pub aligned: Vec<Option<Aligned>>,
    roles: Vec<Role>,
    /// How much deeper each token stands than the one before.
    deeper: Vec<i32>,
    pub widths: Widths,
}

impl<'q> Rules<'q> {
    pub(super) fn new(source: &Source<'q>, widths: Widths) -> Self {
        let Source { text, tokens, gaps, places, .. } = *source;
        let count = tokens.len();
        let written: Vec<bool> = gaps.iter().enumerate().map(|(at, gap)| at > 0 && gap.line_end).collect();
        Self {
            text,
            tokens,
            places,
            gaps,
            partner: plan::partners(tokens),
            written: Lines::new(written.clone()),
            lines: Lines::new(written),
            made: vec![false; count],
            asked: vec![false; count],
            joined: vec![None; count],
            aligned: vec![None; count],
            roles: vec![Role::Plain; count],
            deeper: vec![0; count + 1],
            widths,
        }
    }

    /// The kind of a token; the end of the text where there is none.
    pub(super) fn kind(&self, token: usize) -> T {
        self.tokens.get(token).map_or(T::EndOfText, |token| token.kind)
    }

    /// The first token of a place.
    pub(super) fn first(&self, span: Span) -> usize {
        self.places.first(span)
    }

    /// The first token after a place.
    pub(super) fn after(&self, span: Span) -> usize {
        self.places.after(span)
    }

    /// How wide the tokens from `first` to before `end` are, in UTF-16 as the official formatter counts.
    pub(super) fn width(&self, first: usize, end: usize) -> usize {
        let Some(tokens) = self.tokens.get(first..end) else { return 0 };
        work::done(tokens.len());
        match self.widths {
            Widths::Written => self.written_width(tokens),
            Widths::Least => {
                let texts = tokens.iter().map(|token| utf16(&self.text[token.span.range()]));
                let words = tokens.windows(2).filter(|pair| pair.iter().all(|token| is_word(token.kind)));
                let least = texts.sum::<usize>() + words.count();
                least.max(self.written_width(tokens).saturating_sub(ADDED))
            }
        }
    }

    fn written_width(&self, tokens: &[Token]) -> usize {
        let ends = tokens.first().zip(tokens.last());
        ends.map_or(0, |(first, last)| utf16(&self.text[first.span.start as usize..last.span.end as usize]))
    }

    /// How wide what stands before a token is.
    pub(super) fn width_before(&self, token: usize) -> usize {
        match (self.widths, token.checked_sub(1)) {
            (Widths::Written, Some(before)) => utf16(
                &self.text[self.tokens[before].span.end as usize..self.tokens[token].span.start as usize],
            ),
            _ => 0,
        }
    }

    /// How many of these tokens stood on each line, if it is as many on all.
    pub(super) fn per_line(&self, tokens: &[usize]) -> Option<usize> {
        let began = |at: usize| self.was_broken(tokens[at], tokens[at] + 1);
        let per_line = (1..tokens.len()).find(|at| began(*at)).unwrap_or(tokens.len());
        let is_regular = (0..tokens.len()).all(|at| began(at) == at.is_multiple_of(per_line));
        (self.widths == Widths::Least && is_regular && per_line > 0).then_some(per_line)
    }

    /// Whether any of the tokens from `first` to before `end` began a line.
    pub(super) fn was_broken(&self, first: usize, end: usize) -> bool {
        self.written.any(first, end)
    }

    /// Lets a token begin a line, if there is one before it.
    pub(super) fn begin_line(&mut self, token: usize) {
        if token > 0 && token < self.tokens.len() {
            self.made[token] = true;
            self.lines.begin(token);
        }
    }

    /// Lets tokens begin a line if `begins`.
    pub(super) fn begin_lines(&mut self, tokens: &[usize], begins: bool) {
        for token in tokens {
            if let Some(asked) = self.asked.get_mut(*token) {
                *asked = true;
            }
            if begins {
                self.begin_line(*token);
            }
        }
    }

    /// Lets a token begin no line although it did; where a comment stands before it, it does.
    pub(super) fn join(&mut self, token: usize, space: Space) {
        if self.gaps.get(token).is_some_and(|gap| gap.comments.is_empty()) {
            self.joined[token] = Some(space);
        }
    }

    pub(super) fn align(&mut self, token: usize, with: usize, by: usize) {
        if let Some(slot) = self.aligned.get_mut(token) {
            *slot = Some(Aligned { with, by });
        }
    }

    pub(super) fn role(&mut self, token: usize, role: Role) {
        if let Some(slot) = self.roles.get_mut(token) {
            *slot = role;
        }
    }

    /// Indents the tokens from `first` to before `end` by a step.
    pub(super) fn indent(&mut self, first: usize, end: usize) {
        if first < end && end < self.deeper.len() {
            self.deeper[first] += 1;
            self.deeper[end] -= 1;
        }
    }

    /// Takes a step of indentation from one token.
    pub(super) fn outdent(&mut self, token: usize) {
        if token + 1 < self.deeper.len() {
            self.deeper[token] -= 1;
            self.deeper[token + 1] += 1;
        }
    }

    /// How far each token is indented where it begins a line, alignment aside.
    pub(super) fn indentations(&self) -> impl Iterator<Item = usize> {
        self.deeper.iter().scan(0, |depth, deeper| {
            *depth += deeper;
            Some(usize::try_from(*depth).unwrap_or_default() * INDENT)
        })
    }

    /// What stands before a token on its line.
    pub(super) fn space(&self, at: usize) -> Space {
        let Some(previous) = at.checked_sub(1) else { return Space::Tight };
        let (before, after) = (self.kind(previous), self.kind(at));
        if is_word(before) && is_word(after) {
            return Space::One;
        }
        match (self.roles[previous], self.roles[at]) {
            (Role::Infix, _) | (_, Role::Infix) => return Space::One,
            (Role::Prefix, _) => return Space::Tight,
            (_, Role::Part) => return Space::None,
            (_, Role::Attached) if after == T::OpenBracket => return Space::Tight,
            _ => {}
        }
        match before {
            T::Comma | T::Colon | T::Pipe | T::Equal | T::DotDot | T::Semicolon => Space::One,
            T::OpenParen | T::OpenBracket | T::Dot => Space::Tight,
            T::OpenBrace => brace(self.roles[previous]),
            _ => match after {
                T::Comma | T::Colon | T::Semicolon | T::Dot | T::CloseParen | T::CloseBracket => Space::Tight,
                T::OpenParen if self.roles[at] == Role::Attached => Space::Tight,
                T::CloseBrace => brace(self.roles[at]),
                // Where nothing is said but of lines, all stays as it is on one.
                T::Pipe | T::Equal | T::DotDot => Space::One,
                T::OpenBrace | T::OpenBracket if self.roles[at] == Role::Body => Space::One,
                _ if self.asked[at] => Space::AsWritten,
                _ => Space::One,
            },
        }
    }
}

/// What stands inside of a brace.
fn brace(role: Role) -> Space {
    if role == Role::Inner { Space::Tight } else { Space::One }
}

/// How wide a text is in UTF-16.
pub(super) fn utf16(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}
