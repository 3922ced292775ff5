//! `--style kusto`: the layout of the official formatter of the query language, with its default options and a pipe at
//! the beginning of each line.
//!
//! That formatter gives every token what should stand before it, from the two tokens and from the nodes of the tree, and
//! keeps the lines that are there. `rules` reads the tree for both; what begins a line because something else does is
//! settled from the innermost list outward, so that each is asked once. `write` puts the tokens down.
//!
//! This is the official output but for three things: line ends are the file's, a comment is never lost, and a query that
//! has this layout stays as it is. The official formatter measures lists as they are written, with few blanks perhaps,
//! and breaks some of its own at a second run because its blanks have made them wider.

use super::{Source, regions};
use crate::kql::TokenKind as T;

mod lines;
mod rules;
mod tree;
mod write;

/// The query in the official layout.
pub(super) fn format(source: &Source<'_>) -> String {
    let text = source.text;
    let regions = regions::regions(text, source.gaps);
    let once = |widths| {
        let mut rules = rules::Rules::new(source, widths);
        tree::statements(&mut rules, source.statements);
        write::write(&rules, &regions)
    };
    let same = once(Widths::Least);
    let is_same = same == text || text.contains('\r') && same == text.replace("\r\n", "\n");
    if is_same { same } else { once(Widths::Written) }
}

/// How what may be too wide is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Widths {
    /// As it is written.
    Written,
    /// Without the blanks that it need not have: what has this layout may have been written so.
    Least,
}

/// What stands before a token on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    /// A blank.
    One,
    /// Nothing, unless the two tokens would be read as one.
    Tight,
    /// Nothing: the two are one name.
    None,
    /// What stood there.
    AsWritten,
}

/// What a token is in the tree, where that decides about the blanks around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Nothing of interest.
    #[default]
    Plain,
    /// A sign before its operand.
    Prefix,
    /// A sign between two operands that is something else elsewhere.
    Infix,
    /// A bracket that stands right after the name it belongs to.
    Attached,
    /// A bracket of a function's body or of a table's values.
    Body,
    /// A brace of a value or of a name.
    Inner,
    /// What continues a name.
    Part,
}

/// Whether a token is a name or a keyword.
fn is_word(kind: T) -> bool {
    kind == T::Identifier || kind.is_keyword()
}

#[cfg(test)]
mod tests;
