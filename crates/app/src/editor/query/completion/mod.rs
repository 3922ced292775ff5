//! What can be written at a place.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::places::place_in;
use super::{Asked, Span, watchlists};
use crate::kql::ast::{Expr, ExprKind};
use crate::kql::model::NamesInScope;
use crate::kql::{Node, TokenKind as T};
use place::{Place, ValuePlace, ends_value, place_of, token_before};
use rank::{Items, Local, number};
use spot::{Marked, Within, operator_of, word_at};

mod documentation;
mod follow;
mod names;
mod place;
mod rank;
mod rows;
mod spot;
mod strings;
mod values;
mod words;

pub use documentation::documentation;
pub(super) use documentation::{builtin, table};
pub(super) use words::meaning;

/// What is offered at a place.
#[derive(Clone, Debug, Default)]
pub struct Completions {
    /// The items, the likeliest first: an editor is to keep this order among those that match what is typed.
    pub items: Vec<Completion>,
    /// Whether the list has to be asked for again once more is typed.
    pub incomplete: bool,
}

/// An item of a completion.
#[derive(Clone, Debug)]
pub struct Completion {
    /// What is shown, and what the typed text is compared with.
    pub label: Cow<'static, str>,
    /// What it is.
    pub kind: CompletionKind,
    /// A short text beside the label: the type or where it comes from.
    pub detail: Option<Cow<'static, str>>,
    /// What is inserted in place of `replaces`.
    pub insert: Cow<'static, str>,
    /// What is replaced: the word around the place, or nothing.
    pub replaces: Span,
}

/// What an item of a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A table of the workspace.
    Table,
    /// A column.
    Column,
    /// A name that is likely to be given to a new column or variable.
    NewName,
    /// A member of a dynamic value.
    Member,
    /// A variable or parameter of the query.
    Variable,
    /// A function of the language.
    Function,
    /// An aggregate.
    Aggregate,
    /// A plug-in of `evaluate`.
    PlugIn,
    /// A function or parser of the workspace, or a function of the query.
    UserFunction,
    /// A query operator after a pipe.
    Operator,
    /// An operator between values, such as `has`.
    ScalarOperator,
    /// A keyword.
    Keyword,
    /// An option of an operator, such as `kind=`.
    Option,
    /// A value of an option, a literal, a value of a column.
    Value,
    /// A type.
    Type,
    /// A watchlist.
    Watchlist,
}

/// What is known of the place when its items are collected.
struct Scene<'a> {
    asked: &'a Asked<'a>,
    marked: &'a Marked,
    chain: &'a [Node<'a>],
    word: Span,
    local: Local<'a>,
    /// The token after the word.
    next: T,
}

impl<'a> Scene<'a> {
    /// The names in scope.
    fn names(&self) -> NamesInScope<'a> {
        self.marked.model.names_in_scope(self.marked.mark.start)
    }

    /// The watchlist whose rows the operator at the place gets.
    fn watchlist_read(&self) -> Option<&'a str> {
        let source = self.chain.iter().rev().find_map(|node| match node {
            Node::Expr(Expr { kind: ExprKind::Pipeline { source, .. }, .. }) => Some(&**source),
            _ => None,
        })?;
        watchlists::alias_in(&self.marked.parsed.statements, source)
    }

    /// The tables that the query reads, those that were named last first.
    fn tables_read(&self) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        for occurrence in self.marked.model.occurrences().iter().rev() {
            use crate::kql::model::Symbol;
            if let Symbol::Table(name) | Symbol::Function(name) = &occurrence.symbol
                && !found.contains(name)
                && found.len() < 6
            {
                found.push(Arc::clone(name));
            }
        }
        found
    }

    /// The names that the list around the place has already, where none is to be in it twice.
    fn given(&self, value: &ValuePlace<'_>) -> FxHashSet<&'a str> {
        let mut given = FxHashSet::default();
        let once = matches!(
            value.place,
            "project"
                | "project-away"
                | "project-keep"
                | "project-reorder"
                | "project-rename"
                | "distinct"
                | "by"
                | "on"
                | "extend"
                | "sort"
                | "order"
        );
        let Some(operator) = operator_of(self.chain).filter(|_| once) else { return given };
        let mut add = |expr: &'a Expr| match &expr.kind {
            ExprKind::Name(name) => {
                given.insert(&*name.text);
            }
            ExprKind::Ordered { expr, .. } => {
                if let ExprKind::Name(name) = &expr.kind {
                    given.insert(&*name.text);
                }
            }
            ExprKind::Named { names, .. } => given.extend(names.iter().map(|name| &*name.text)),
            _ => {}
        };
        Node::Operator(operator).children(&mut |child| {
            if let Node::Expr(expr) = child
                && place_in(Node::Operator(operator), expr) == Some(value.place)
            {
                add(expr);
            }
        });
        given
    }
}

/// A name as it is written: in brackets where it needs them.
pub(super) fn quoted(name: &str) -> Cow<'static, str> {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let keyword = plain && {
        let tokens = crate::kql::tokenize(name).0;
        tokens.first().is_some_and(|token| token.kind != T::Identifier && !token.kind.can_be_name())
    };
    if plain && !keyword {
        return name.to_owned().into();
    }
    let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{escaped}']").into()
}

/// What can be written at an offset.
pub fn completions(asked: &Asked<'_>, offset: usize) -> Completions {
    let offset = asked.clamp(offset);
    let (within, word) = word_at(asked, offset);
    match within {
        Within::Nothing => Completions::default(),
        Within::String(literal) => strings::in_string(asked, literal),
        Within::Word => in_word(asked, word, offset),
    }
}

fn in_word(asked: &Asked<'_>, word: Span, offset: usize) -> Completions {
    let typed = asked.text.get(word.start as usize..offset).unwrap_or_default();
    let mut items = Items::new(word, typed);
    let tokens = &asked.parsed.tokens;
    let last = token_before(tokens, word.start as usize);
    if last.is_some_and(|last| ends_value(asked, tokens, last)) {
        follow::follow(asked, word.start as usize, &mut items);
        return items.finish();
    }
    let marked = Marked::new(asked, word.start as usize, None);
    let chain = marked.chain();
    let next =
        asked.parsed.tokens.iter().find(|token| token.span.start >= word.end && !token.span.is_empty());
    let next = next.map_or(T::EndOfText, |token| token.kind);
    let local = Local::of(asked, word);
    let scene = Scene { asked, marked: &marked, chain: &chain, word, local, next };
    match place_of(&marked, &chain) {
        Place::Operator { before } => operators(&scene, before, &mut items),
        Place::Value(value) => values::values(&scene, &value, &mut items),
        Place::Member { base, place } => values::members(&scene, base, place, &mut items),
        Place::Naming { by } => names::new_names(&scene, by, 1.0, &mut items),
        Place::Type => simple(words::TYPES, CompletionKind::Type, &mut items),
        Place::OptionValue { operator, option } => option_values(&scene, operator, option, &mut items),
        Place::Chart => simple(words::CHARTS, CompletionKind::Value, &mut items),
        Place::PlugIn => {
            for builtin in crate::kql::builtins::documented() {
                if builtin.family == crate::kql::builtins::Family::Plugin {
                    let shares = rank::Shares::of(
                        &asked.around.seen,
                        crate::knowledge::usage::Use::Function,
                        "evaluate",
                    );
                    let likely = 0.001 + shares.of_word(builtin.name);
                    items.add(likely, CompletionKind::PlugIn, builtin.name, None);
                }
            }
        }
        Place::Invoked => rows::tables(&scene, 1.0, false, &mut items),
        Place::Property { of } => {
            if of.is_empty() || operator_of(&chain).is_none() {
                simple(words::EXTERNAL_OPTIONS, CompletionKind::Option, &mut items);
            } else {
                rows::options(of, &[], &mut items);
                simple(words::EXTERNAL_OPTIONS, CompletionKind::Option, &mut items);
            }
        }
        Place::Follow => follow::follow(asked, word.start as usize, &mut items),
    }
    items.finish()
}

/// Offers a list in its order.
fn simple(words: &'static [&'static str], kind: CompletionKind, items: &mut Items<'_>) {
    for (at, word) in words.iter().enumerate() {
        items.add(1.0 / (1.0 + number(at)), kind, *word, None);
    }
}

fn option_values(scene: &Scene<'_>, operator: &str, option: &str, items: &mut Items<'_>) {
    let known = crate::kql::options_of(operator).find(|(name, _)| *name == option);
    for (at, word) in known.map_or(&[][..], |(_, words)| words).iter().enumerate() {
        items.add(1.0 / (2.0 + number(at)), CompletionKind::Value, *word, None);
    }
    if option == "isfuzzy" || option == "best_effort" {
        simple(&["true", "false"], CompletionKind::Value, items);
    }
    if matches!(option, "withsource" | "with_source" | "with_itemindex") {
        names::new_names(scene, "extend", 0.5, items);
    }
}

fn operators(scene: &Scene<'_>, before: &str, items: &mut Items<'_>) {
    let seen = &scene.asked.around.seen;
    let here = rank::Shares::of(seen, crate::knowledge::usage::Use::Operator, before);
    for (at, (word, text)) in words::OPERATORS.iter().enumerate() {
        let likely = here.of_word(word) + 0.01 / (1.0 + number(at));
        items.add(likely, CompletionKind::Operator, *word, Some(Cow::Borrowed(*text)));
    }
}
