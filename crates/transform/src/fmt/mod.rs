//! Formatting of queries: another layout of the same tokens and comments.
//!
//! The tree of a query plans where its lines may end (`layout`), the plan and the tokens make a document (`plan`), and the
//! document is printed as wide as it may be (`doc`). `kusto` is another layout, that of the official formatter. Whatever they
//! give is compared with the query: where a token or a comment differs, the query stays as it is. `file` does this for the queries of a file, where they stand.

use crate::content::variables::mask;
use crate::kql::ast::Statement;
use crate::kql::{Parse, Token, tokenize};

mod doc;
mod file;
mod gaps;
mod kusto;
mod layout;
mod places;
mod plan;
mod regions;
mod spacing;

pub use file::{Change, Formatted, Unformatted, change, of_file};

/// How queries are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The columns that a line should not exceed.
    width: usize,
    /// The columns up to which a line stays that the writer had as one.
    most: usize,
    /// Which layout.
    style: Style,
    /// Whether invisible characters between tokens are removed.
    invisible: bool,
}

/// A layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Our own.
    #[default]
    Sentlint,
    /// That of the official formatter, which knows no width.
    Kusto,
}

impl Style {
    /// Their names.
    pub const NAMES: [&str; 2] = ["sentlint", "kusto"];

    /// The layout of this name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "sentlint" => Some(Self::Sentlint),
            "kusto" => Some(Self::Kusto),
            _ => None,
        }
    }
}

/// By how much a line that the writer had as one may exceed the width before it is broken, in percent, where nobody asked
/// for a width. Of the lines of published queries 9 % are wider than the default width, and 5 % are wider than that and
/// this.
const SLACK: usize = 25;

impl Options {
    /// The widths that can be asked for.
    pub const WIDTHS: std::ops::RangeInclusive<usize> = 40..=1_000;
    /// The width where none is asked for.
    const WIDTH: usize = 120;

    /// What was asked for, with the defaults for the rest. A width that was asked for holds for every line.
    pub fn new(width: Option<usize>, style: Option<Style>) -> Self {
        let most = width.unwrap_or(Self::WIDTH + Self::WIDTH * SLACK / 100);
        let (width, style) = (width.unwrap_or(Self::WIDTH), style.unwrap_or_default());
        Self { width, most, style, invisible: false }
    }

    /// The same, with invisible characters removed or not.
    fn removing_invisible(self, invisible: bool) -> Self {
        Self { invisible, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// A query laid out anew, without a line end after its last line in our own layout; `None` where it cannot be: it does
/// not parse, or has a character that would be lost. The tree is that of the text with its variables filled in.
pub fn format(text: &str, parse: &Parse, options: Options) -> Option<String> {
    if !parse.errors.is_empty() {
        return None;
    }
    let gaps = gaps::gaps(text, &parse.tokens, options.invisible)?;
    let places = places::Places::new(&parse.tokens, text.len());
    let (statements, places) = (&parse.statements[..], &places);
    let source = Source { text, tokens: &parse.tokens, gaps: &gaps, statements, places };
    let out = lay_out(&source, options);
    // What is formatted stays so at a second run, which need not be tried.
    if out.trim_end() == text.trim_end() {
        return Some(out);
    }
    let settle = |mut out: String| {
        for _ in 0..MOST_RUNS {
            let (tokens, gaps) = read_again(text, parse, &gaps, &out)?;
            // The same tokens have the same tree: its places count in the tokens of the first text.
            let source = Source { text: &out, tokens: &tokens, gaps: &gaps, statements, places };
            let again = lay_out(&source, options);
            // Comments in odd places may settle only the second time: what is returned is what another run would
            // return.
            if again == out {
                return Some(out);
            }
            out = again;
        }
        None
    };
    // Line ends in odd places may keep two layouts going in turns. Without them there is one.
    settle(out).or_else(|| settle(joined(&source)?))
}

/// Whether invisible characters are all that keeps a query from being laid out.
fn has_invisible(text: &str, parse: &Parse) -> bool {
    let gaps = |invisible| gaps::gaps(text, &parse.tokens, invisible);
    gaps(false).is_none() && gaps(true).is_some()
}

/// The query with a blank for each line end that no comment needs; `None` where a part of it may not be touched.
fn joined(source: &Source<'_>) -> Option<String> {
    let Source { text, tokens, gaps, .. } = *source;
    if !regions::regions(text, gaps).is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (token, gap) in tokens.iter().zip(gaps) {
        for comment in &gap.comments {
            if !comment.trailing && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            } else if comment.trailing {
                out.push(' ');
            }
            out.push_str(&text[comment.span.range()]);
            out.push('\n');
        }
        if gap.spaced && gap.comments.is_empty() && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&text[token.span.range()]);
    }
    Some(out)
}

/// How often a query is laid out until nothing changes any more.
const MOST_RUNS: usize = 4;

/// A query that is to be laid out.
struct Source<'q> {
    text: &'q str,
    tokens: &'q [Token],
    gaps: &'q [gaps::Gap],
    /// The tree of this text, or of another one with the same tokens.
    statements: &'q [Statement],
    /// Where the tokens are in that text.
    places: &'q places::Places,
}

/// One run.
fn lay_out(source: &Source<'_>, options: Options) -> String {
    if options.style == Style::Kusto {
        return kusto::format(source);
    }
    let Source { text, gaps, statements, .. } = *source;
    let regions = regions::regions(text, gaps);
    let mut plan = plan::Plan::new(source);
    layout::plan(&mut plan, statements);
    spacing::fill(&mut plan);
    let document = plan.document(&regions);
    doc::print(&document, options.width, options.most, text.len() + text.len() / 8)
}

/// The tokens of a new text and what stands between them; `None` where they are not the tokens and comments of the old
/// one in the same order.
fn read_again(
    text: &str,
    parse: &Parse,
    gaps: &[gaps::Gap],
    out: &str,
) -> Option<(Vec<Token>, Vec<gaps::Gap>)> {
    let masked = mask(out);
    let tokens = tokenize(masked.as_ref().map_or(out, |masked| &masked.text)).0;
    let found = gaps::gaps(out, &tokens, false)?;
    let is_same = tokens.len() == parse.tokens.len()
        && tokens
            .iter()
            .zip(&parse.tokens)
            .all(|(a, b)| a.kind == b.kind && out.get(a.span.range()) == text.get(b.span.range()))
        && found.iter().zip(gaps).all(|(a, b)| {
            a.comments.len() == b.comments.len()
                && a.comments
                    .iter()
                    .zip(&b.comments)
                    .all(|(a, b)| out[a.span.range()] == text[b.span.range()])
        });
    is_same.then_some((tokens, found))
}

#[cfg(test)]
mod tests;
