//! Where the lines of a query may end and how its parts are grouped, noted by the gaps between its tokens; and the
//! document made of that. Every token and every comment becomes text of the document, in order, by construction.

use super::Source;
use super::doc::{Element, Group, Keeps, Line, To, When};
use super::gaps::{Comment, Gap};
use super::places::Places;
use super::regions::Region;
use crate::kql::{Token, TokenKind as T};
use crate::source::Span;

/// What may be between two tokens on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// Nothing.
    None,
    /// A blank.
    One,
    /// A blank if there was one.
    AsWritten,
    /// So many blanks.
    Blanks(usize),
}

/// A line that may end in a gap.
#[derive(Clone, Copy, Debug)]
struct Spot {
    when: When,
    outdent: bool,
}

/// A group over gaps: from before the token `first` to before the token `last`.
#[derive(Clone, Copy, Debug)]
struct Area {
    first: usize,
    last: usize,
    group: Group,
}

/// An area that has begun.
struct Open {
    /// The element that begins it.
    start: usize,
    last: usize,
    /// How far the line is indented in which it begins.
    base: Option<usize>,
    keeps: Keeps,
    indent: Kept,
}

/// How far the lines of a group were indented beyond the one in which it begins.
enum Kept {
    /// No line was there.
    None,
    /// All by so much.
    By(usize),
    /// Not at all, or not all alike.
    Not,
}

impl Open {
    /// Notes how far a line of the group was indented; how far it stays so, where each line does.
    fn note(&mut self, indentation: Option<usize>) -> Option<usize> {
        let by =
            indentation.zip(self.base).and_then(|(line, base)| line.checked_sub(base)).filter(|by| *by > 0);
        // A single blank indents nothing but what begins with a comma.
        self.indent = match (&self.indent, by.filter(|by| *by > 1)) {
            (Kept::None, Some(by)) => Kept::By(by),
            (Kept::By(before), Some(by)) if *before == by => Kept::By(by),
            _ => Kept::Not,
        };
        by.filter(|_| self.keeps == Keeps::Each)
    }

    /// Ends the group. An indentation that the writer chose stays.
    fn close(self, elements: &mut Vec<Element<'_>>) {
        if let (Kept::By(by), Some(Element::Start(group))) = (&self.indent, elements.get_mut(self.start))
            && group.keeps == Keeps::Common
        {
            group.indent = *by;
        }
        elements.push(Element::End);
    }
}

/// The layout of a query as it is being planned.
pub(super) struct Plan<'q> {
    /// The query.
    pub text: &'q str,
    /// Its tokens.
    pub tokens: &'q [Token],
    places: &'q Places,
    /// What stands before each of them.
    pub gaps: &'q [Gap],
    /// For each bracket, its partner; for other tokens, themselves.
    pub partner: Vec<usize>,
    /// For each token, the first one of its line.
    line_starts: Vec<usize>,
    spaces: Vec<Option<Space>>,
    spots: Vec<Option<Spot>>,
    areas: Vec<Area>,
}

impl<'q> Plan<'q> {
    pub(super) fn new(source: &Source<'q>) -> Self {
        let Source { text, tokens, gaps, places, .. } = *source;
        Self {
            text,
            tokens,
            places,
            gaps,
            partner: partners(tokens),
            line_starts: line_starts(gaps),
            spaces: vec![None; tokens.len()],
            spots: vec![None; tokens.len()],
            areas: Vec::new(),
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

    /// Whether a token begins a line in the query as it is.
    pub(super) fn was_broken(&self, token: usize) -> bool {
        self.gaps.get(token).is_some_and(|gap| gap.line_end || !gap.comments.is_empty())
    }

    /// Whether a token begins a line that is indented deeper than the line of another token.
    pub(super) fn is_indented(&self, token: usize, base: usize) -> bool {
        self.indentation(token).unwrap_or(1) > self.indentation(self.line_starts[base]).unwrap_or(0)
    }

    /// The column of a token in the query as it is; `None` where tabs or the like stand before it.
    pub(super) fn column(&self, token: usize) -> Option<usize> {
        let before = &self.text[..self.tokens.get(token)?.span.start as usize];
        // A plain loop over bytes is the fastest search in what is short.
        let start = before.bytes().rposition(|byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = &before[start..];
        (!line.bytes().any(|byte| byte == b'\t')).then(|| line.chars().count())
    }

    /// Says what stands before a token on its line.
    pub(super) fn space(&mut self, token: usize, space: Space) {
        if let Some(slot) = self.spaces.get_mut(token) {
            *slot = Some(space);
        }
    }

    /// What was said to stand before a token.
    pub(super) fn space_before(&self, token: usize) -> Option<Space> {
        self.spaces.get(token).copied().flatten()
    }

    /// Whether a line before a token has been planned.
    pub(super) fn has_spot(&self, token: usize) -> bool {
        self.spots.get(token).is_some_and(Option::is_some)
    }

    /// A line before a token, ended where the group is broken, and perhaps where it was.
    pub(super) fn line(&mut self, token: usize, kept: bool) {
        self.spot(token, if kept { When::Kept } else { When::Broken }, false);
    }

    /// A line before a token, ended if it was.
    pub(super) fn line_as_written(&mut self, token: usize) {
        let when = if self.was_broken(token) { When::Kept } else { When::Never };
        self.spot(token, when, false);
    }

    /// A line before a token that ends.
    pub(super) fn line_end(&mut self, token: usize) {
        self.spot(token, When::Always, false);
    }

    /// A line before a token, of this kind.
    pub(super) fn spot(&mut self, token: usize, when: When, outdent: bool) {
        if let Some(slot) = self.spots.get_mut(token) {
            *slot = Some(Spot { when, outdent });
        }
    }

    /// A group that decides on the lines before the tokens from `first` to `last`.
    pub(super) fn group(&mut self, first: usize, last: usize, group: Group) {
        if first <= last && last < self.tokens.len() {
            self.areas.push(Area { first, last, group });
        }
    }

    /// The document.
    pub(super) fn document(mut self, regions: &[Region]) -> Vec<Element<'q>> {
        // Groups that hold others come before them; those made first hold those of the same extent made later.
        self.areas.sort_by_key(|area| (area.first, std::cmp::Reverse(area.last)));
        let mut elements = Vec::with_capacity(self.tokens.len() * 3);
        let mut open: Vec<Open> = Vec::new();
        let mut areas = self.areas.iter().copied().peekable();
        let mut regions = regions.iter().peekable();
        // How far the line of the token before this one is indented in the query as it is.
        let mut indentation = Some(0);
        for at in 0..self.tokens.len() {
            while let Some(area) = open.pop_if(|area| area.last < at) {
                area.close(&mut elements);
            }
            while let Some(area) = areas.next_if(|area| area.first == at) {
                let Area { last, group: Group { keeps, .. }, .. } = area;
                open.push(Open { start: elements.len(), last, base: indentation, keeps, indent: Kept::None });
                elements.push(Element::Start(area.group));
            }
            let mut shift = None;
            if self.gaps[at].line_end {
                indentation = self.indentation(at);
                if let (Some(area), Some(Spot { outdent: false, when })) = (open.last_mut(), self.spots[at])
                    && when != When::Never
                {
                    shift = area.note(indentation);
                }
            }
            let region = regions.peek().copied().filter(|region| region.first <= at);
            match region {
                Some(region) if region.first < at => {}
                _ => self.gap(at, region, shift, &mut elements),
            }
            match region {
                Some(region) if at < region.last => {}
                Some(region) if region.first < at => {
                    regions.next();
                    self.after_region(at, region, &mut elements);
                    elements.push(Element::Text(self.token_text(at)));
                }
                Some(_) => {
                    regions.next();
                    elements.push(Element::Text(self.token_text(at)));
                }
                None => elements.push(Element::Text(self.token_text(at))),
            }
        }
        while let Some(area) = open.pop() {
            area.close(&mut elements);
        }
        elements
    }

    /// How far a token that begins a line is indented; `None` where tabs or the like indent it.
    fn indentation(&self, at: usize) -> Option<usize> {
        let before = &self.text.as_bytes()[..self.tokens[at].span.start as usize];
        let blanks = before.iter().rev().take_while(|byte| **byte == b' ').count();
        let after_tab = before.len() > blanks && before[before.len() - blanks - 1] == b'\t';
        (!after_tab).then_some(blanks)
    }

    /// Where what comes first in the gap before a token begins.
    fn first_text(&self, at: usize) -> usize {
        let token = self.tokens[at].span.start;
        self.gaps[at].comments.first().map_or(token, |comment| comment.span.start) as usize
    }

    fn token_text(&self, at: usize) -> &'q str {
        &self.text[self.tokens[at].span.range()]
    }

    /// The comments before a token, those of a region that is not formatted aside, and the line or blank before it.
    fn gap(&self, at: usize, region: Option<&Region>, shift: Option<usize>, out: &mut Vec<Element<'q>>) {
        let gap = &self.gaps[at];
        let is_end = self.kind(at) == T::EndOfText;
        let mut written = at > 0;
        if !written && !is_end && self.text[..self.first_text(at)].contains('\n') {
            out.push(Element::Text("\n"));
        }
        let spot = self.spots[at];
        let outdent = spot.is_some_and(|spot| spot.outdent);
        let closes = matches!(self.kind(at), T::CloseParen | T::CloseBracket | T::CloseBrace);
        let to = match shift {
            _ if outdent && !closes => To::Base,
            Some(shift) => To::Shift(shift),
            None => To::Inner,
        };
        for comment in &gap.comments {
            let mut comment = *comment;
            if let Some(region) = region.filter(|region| region.text.start <= comment.span.start) {
                if comment.span.start > region.text.start && comment.span.start < region.text.end {
                    continue;
                }
                if comment.span.start == region.text.start {
                    comment.span = region.text;
                }
            }
            self.comment(at, &comment, written, to, out);
            written = true;
        }
        if region.is_some_and(|region| at < region.last) || is_end || !written {
            return;
        }
        let line = Line {
            when: When::Always,
            space: self.is_spaced(at),
            blank: gap.blank && !outdent,
            to: if outdent { To::Base } else { to },
        };
        match (spot, self.spaces[at]) {
            _ if !gap.comments.is_empty() => out.push(Element::Line(line)),
            (Some(Spot { when, .. }), _) => out.push(Element::Line(Line { when, ..line })),
            (None, Some(Space::Blanks(blanks))) => out.push(Element::Space(blanks)),
            (None, _) if line.space => out.push(Element::Space(1)),
            _ => {}
        }
    }

    /// What comes between a region that is not formatted and the token after it.
    fn after_region(&self, at: usize, region: &Region, out: &mut Vec<Element<'q>>) {
        let gap = &self.gaps[at];
        for comment in gap.comments.iter().filter(|comment| comment.span.start >= region.text.end) {
            self.comment(at, comment, true, To::Inner, out);
        }
        if self.kind(at) != T::EndOfText {
            let outdent = self.spots[at].is_some_and(|spot| spot.outdent);
            let to = if outdent { To::Base } else { To::Inner };
            out.push(Element::Line(Line {
                when: When::Always,
                space: false,
                blank: gap.blank && !outdent,
                to,
            }));
        }
    }

    /// A comment before a token, after other text or as the first of all.
    fn comment(&self, at: usize, comment: &Comment, after: bool, to: To, out: &mut Vec<Element<'q>>) {
        let text = &self.text[comment.span.range()];
        if comment.trailing {
            let before = &self.text[..comment.span.start as usize];
            let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
            out.push(Element::Trailing(blanks.max(1), text));
            return;
        }
        if after {
            let outdent = self.spots[at].is_some_and(|spot| spot.outdent);
            let to = if !outdent && self.is_switched_off(at, comment.span) { To::Margin } else { to };
            out.push(Element::Line(Line {
                when: When::Always,
                space: false,
                blank: comment.blank_before,
                to,
            }));
        }
        out.push(Element::Text(text));
    }

    /// Whether a comment stands at the beginning of its line although the token after it does not: code that was
    /// switched off.
    fn is_switched_off(&self, at: usize, span: Span) -> bool {
        let begins = |offset: u32| self.text[..offset as usize].ends_with('\n');
        begins(span.start) && self.gaps[at].line_end && !begins(self.tokens[at].span.start)
    }

    fn is_spaced(&self, at: usize) -> bool {
        let space = self.spaces[at].unwrap_or(Space::AsWritten);
        match space {
            Space::None => false,
            Space::One | Space::Blanks(_) => true,
            Space::AsWritten => self.gaps[at].spaced,
        }
    }
}

/// For each token the first one of its line.
fn line_starts(gaps: &[Gap]) -> Vec<usize> {
    let mut start = 0;
    let starts = gaps.iter().enumerate().map(|(at, gap)| {
        if gap.line_end {
            start = at;
        }
        start
    });
    starts.collect()
}

/// For each bracket the other one of its pair.
pub(super) fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            T::OpenParen | T::OpenBracket | T::OpenBrace => open.push(at),
            T::CloseParen | T::CloseBracket | T::CloseBrace => {
                if let Some(opener) = open.pop() {
                    partner[opener] = at;
                    partner[at] = opener;
                }
            }
            _ => {}
        }
    }
    partner
}
