//! Which tokens a place of the tree begins and ends with, for each offset at once: the layout asks this for every node.

use crate::kql::{Token, work};
use crate::source::Span;

/// The tokens by offset.
pub(super) struct Places {
    /// For each offset the first token that begins there or later.
    first: Vec<u32>,
    /// For each offset the first token that ends later.
    after: Vec<u32>,
    count: usize,
}

impl Places {
    /// The places of a text of so many bytes with these tokens.
    pub(super) fn new(tokens: &[Token], length: usize) -> Self {
        let (mut first, mut after) = (Vec::with_capacity(length + 1), Vec::with_capacity(length + 1));
        for (at, token) in tokens.iter().enumerate() {
            first.resize(token.span.start as usize + 1, at as u32);
            // The end of the text is a token without text, and not passed.
            let end = if token.span.is_empty() { length + 1 } else { token.span.end as usize };
            after.resize(end, at as u32);
        }
        Self { first, after, count: tokens.len() }
    }

    /// The first token of a place.
    pub(super) fn first(&self, span: Span) -> usize {
        work::done(1);
        self.first.get(span.start as usize).map_or(self.count, |token| *token as usize)
    }

    /// The first token after a place.
    pub(super) fn after(&self, span: Span) -> usize {
        work::done(1);
        self.after.get(span.end as usize).map_or(self.count, |token| *token as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::kql::tokenize;
    use crate::source::Span;

    #[test]
    fn every_offset_has_its_tokens() {
        for text in ["", "T", " T|take 1 // c\n ", "print a = 'ü' , b"] {
            let tokens = tokenize(text).0;
            let places = Places::new(&tokens, text.len());
            for at in 0..=text.len() {
                let (first, after) = (places.first(Span::at(at)), places.after(Span::at(at)));
                assert_eq!(
                    first,
                    tokens.partition_point(|token| token.span.start < at as u32),
                    "{text:?} {at}"
                );
                let is_passed = |end: u32, is_empty: bool| end <= at as u32 && !is_empty;
                let passed = tokens.partition_point(|token| is_passed(token.span.end, token.span.is_empty()));
                assert_eq!(after, passed, "{text:?} {at}");
            }
        }
    }
}
