//! Quotes that do not pair: one mistake that looks like many.

use super::super::super::error::{ErrorKind, SyntaxError};
use crate::source::Span;

/// A string that is left open swallows what follows it, and a quote too few turns every string of the line inside
/// out. The first error of such a line tells of it, and what follows from it is left out.
pub(super) fn unpaired(text: &str, errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
    let line = |error: &SyntaxError| {
        let before = &text[..error.span.start as usize];
        before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
    };
    let open = |error: &SyntaxError| error.kind == ErrorKind::Unterminated && error.label.is_some();
    let mut kept: Vec<SyntaxError> = Vec::new();
    // Of the line whose quotes do not pair: where it begins, and whether brackets went into its open string.
    let mut broken: Option<(usize, bool)> = None;
    let mut rest = errors.into_iter().peekable();
    while let Some(mut error) = rest.next() {
        let begin = line(&error);
        if let Some((at, swallowed)) = broken {
            let follows = swallowed
                && error.span.start >= at as u32
                && matches!(
                    error.kind,
                    ErrorKind::TokenExpected | ErrorKind::MissingElement | ErrorKind::Leftover
                );
            if begin == at || follows {
                continue;
            }
        }
        let mut same = Vec::new();
        while let Some(next) = rest.next_if(|next| line(next) == begin) {
            same.push(next);
        }
        let last = std::iter::once(&error).chain(&same).rev().find(|error| open(error));
        let Some(last) = last else {
            kept.push(error);
            kept.extend(same);
            continue;
        };
        let swallowed = last.label.as_ref().is_some_and(|(opened, _)| {
            text[opened.start as usize..last.span.end as usize]
                .contains(['(', ')', '[', ']', '{', '}', ';', '|', ','])
        });
        let elsewhere = error.kind != ErrorKind::Unterminated && error.kind != ErrorKind::UnexpectedCharacter;
        if elsewhere && !same.is_empty() {
            let opened = last.label.as_ref().map_or(last.span, |(opened, _)| *opened);
            error.message = String::from("Unbalanced quotes on this line");
            error.help = Some("Check the line for a string that is not closed or not opened.".to_owned());
            error.label = Some((
                Span::new(opened.start as usize, opened.end as usize),
                "this string is not closed".into(),
            ));
        }
        broken = Some((begin, swallowed));
        kept.push(error);
    }
    kept
}
