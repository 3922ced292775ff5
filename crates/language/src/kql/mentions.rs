//! What a query mentions: its names with their first places, and what may stand for tables that it does not name.

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::ast::{Expr, ExprKind, NameForm, OperatorKind, Union};
use super::{Node, Parse, walk_statements};
use crate::source::Span;

/// What a query mentions.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    names: FxHashMap<Box<str>, Span>,
    patterns: Vec<Box<str>>,
    fuzzy: Vec<Span>,
    finds: bool,
}

impl Mentions {
    /// Reads the tree of a query.
    pub fn of(parse: &Parse) -> Self {
        let names = FxHashMap::with_capacity_and_hasher(parse.tokens.len() / 8, FxBuildHasher);
        let mut found = Self { names, ..Self::default() };
        walk_statements(&parse.statements, &mut |node| {
            match node {
                Node::Expr(Expr { kind: ExprKind::Name(name) | ExprKind::Call { name, .. }, .. }) => {
                    if name.form == NameForm::Wildcard {
                        found.patterns.push(name.text.clone());
                    } else if !found.names.contains_key(&name.text) {
                        found.names.insert(name.text.clone(), name.span);
                    }
                }
                Node::Operator(operator) => match &operator.kind {
                    OperatorKind::Union(Union { fuzzy: true, .. }) => found.fuzzy.push(operator.span),
                    kind => found.finds |= kind.reads_every_table(),
                },
                _ => {}
            }
            true
        });
        found
    }

    /// The first place of a name; `None` where the query does not mention it.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.names.get(name).copied()
    }

    /// The names with stars, such as `Device*`.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| &**pattern)
    }

    /// Whether a place lies in a union that goes on without tables that are not there.
    pub fn is_optional(&self, place: Span) -> bool {
        self.fuzzy.iter().any(|union| union.contains(place))
    }

    /// Whether it looks into whatever tables there are, as `find` and `search` do.
    pub fn finds(&self) -> bool {
        self.finds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_patterns_and_fuzzy_unions_are_reported() {
        let text = "union isfuzzy=true A, B*, (C | join D on x)\n| where y > now()\n";
        let mentions = Mentions::of(&super::super::parse(text));
        let place = |name: &str| mentions.place(name).map(|span| &text[span.range()]);
        for name in ["A", "C", "D", "x", "y", "now"] {
            assert_eq!(place(name), Some(name));
        }
        assert_eq!((place("B*"), mentions.patterns().collect::<Vec<_>>()), (None, vec!["B*"]));
        let optional = |name: &str| mentions.place(name).is_some_and(|place| mentions.is_optional(place));
        assert!(optional("A") && optional("D") && !optional("y"));
        assert!(!mentions.finds());
        let text = "search \"x\"";
        assert!(Mentions::of(&super::super::parse(text)).finds());
    }
}
