//! Parts of a query that are not formatted: from `// sentlint: fmt-off` to `// sentlint: fmt-on` or the end.

use super::gaps::Gap;
use crate::source::Span;

/// A part that stays as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// The token before which it begins.
    pub first: usize,
    /// The token before which it ends.
    pub last: usize,
    /// Its place, from the comment that begins it to the end of the one that ends it.
    pub text: Span,
}

/// What a comment says of formatting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    Off,
    On,
}

fn switch(comment: &str) -> Option<Switch> {
    let said = comment.trim_start_matches('/').trim().strip_prefix("sentlint:")?.trim_start();
    let word = said.split_whitespace().next()?;
    match word {
        "fmt-off" => Some(Switch::Off),
        "fmt-on" => Some(Switch::On),
        _ => None,
    }
}

/// The regions of a query, in order.
pub(super) fn regions(text: &str, gaps: &[Gap]) -> Vec<Region> {
    let mut regions = Vec::new();
    if !text.contains("fmt-off") {
        return regions;
    }
    let mut begun: Option<(usize, u32)> = None;
    for (at, gap) in gaps.iter().enumerate() {
        for comment in &gap.comments {
            match (switch(&text[comment.span.range()]), begun) {
                (Some(Switch::Off), None) => {
                    // Two regions that meet between the same tokens are one.
                    begun = match regions.pop_if(|before: &mut Region| before.last == at) {
                        Some(before) => Some((before.first, before.text.start)),
                        None => Some((at, comment.span.start)),
                    };
                }
                (Some(Switch::On), Some((first, start))) => {
                    regions.push(Region { first, last: at, text: Span { start, end: comment.span.end } });
                    begun = None;
                }
                _ => {}
            }
        }
    }
    if let Some((first, start)) = begun {
        let end = text.trim_end().len().max(start as usize) as u32;
        regions.push(Region { first, last: gaps.len() - 1, text: Span { start, end } });
    }
    regions
}
