//! The parameters of operators, such as `kind=inner` and `hint.strategy=shuffle`.

use super::super::ast::{Expr, JoinKind, Name, NameForm, Param, UnionKind};
use super::super::token::TokenKind as T;
use super::{List, Parser};

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// A literal, a word or a name.
    Any,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A text that may be computed.
    Text,
    /// A name that it gives to something.
    Naming,
    /// A column.
    Column,
    /// Columns.
    Columns,
}

/// A parameter of an operator.
pub(super) type Spec = (&'static str, Takes);

/// The parameters of the operator that is being read.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope {
    specs: &'static [Spec],
    needs_equals: bool,
    only_these: bool,
}

const SHUFFLE_KEY: Spec = ("hint.shufflekey", Takes::Column);
const PARTITIONS: Spec = ("hint.num_partitions", Takes::Any);
const STRATEGY: Spec = ("hint.strategy", Takes::Word(&["auto", "broadcast", "centralized", "shuffle"]));
const REMOTE: Spec = ("hint.remote", Takes::Word(&["auto", "left", "local", "right", "unresolved"]));
const CONCURRENCY: Spec =
    ("hint.concurrency", Takes::Word(&["auto", "left", "local", "right", "unresolved"]));
const SPREAD: Spec = ("hint.spread", Takes::Word(&["auto", "local"]));
const WITH_SOURCE: Spec = ("withsource", Takes::Naming);
const WITH_SOURCE_UNDERSCORE: Spec = ("with_source", Takes::Naming);
const FUZZY: Spec = ("isfuzzy", Takes::Any);
const INDEX: Spec = ("with_itemindex", Takes::Naming);

pub(super) const NONE: &[Spec] = &[];
pub(super) const JOIN: &[Spec] =
    &[("kind", Takes::Word(JoinKind::WORDS)), REMOTE, SHUFFLE_KEY, STRATEGY, PARTITIONS];
pub(super) const LOOKUP: &[Spec] = &[("kind", Takes::Word(JoinKind::LOOKUP_WORDS))];
pub(super) const UNION: &[Spec] = &[
    ("kind", Takes::Word(UnionKind::WORDS)),
    WITH_SOURCE,
    WITH_SOURCE_UNDERSCORE,
    FUZZY,
    ("best_effort", Takes::Any),
    CONCURRENCY,
    SPREAD,
];
pub(super) const SUMMARIZE: &[Spec] = &[SHUFFLE_KEY, STRATEGY, PARTITIONS];
pub(super) const MAKE_SERIES: &[Spec] = &[SHUFFLE_KEY, ("kind", Takes::Word(&["nonempty"]))];
pub(super) const MV_EXPAND: &[Spec] =
    &[("kind", Takes::Word(&["bag", "array"])), ("bagexpansion", Takes::Word(&["bag", "array"])), INDEX];
pub(super) const MV_APPLY: &[Spec] = &[INDEX];
pub(super) const PARSE: &[Spec] =
    &[("kind", Takes::Word(&["simple", "regex", "relaxed"])), ("flags", Takes::Any)];
pub(super) const PARSE_KV: &[Spec] = &[
    ("pair_delimiter", Takes::Any),
    ("kv_delimiter", Takes::Any),
    ("regex", Takes::Any),
    ("quote", Takes::Any),
    ("escape", Takes::Any),
    ("greedy", Takes::Any),
];
pub(super) const EVALUATE: &[Spec] = &[("hint.distribution", Takes::Any), REMOTE];
pub(super) const FIND: &[Spec] = &[WITH_SOURCE, WITH_SOURCE_UNDERSCORE];
pub(super) const SEARCH: &[Spec] =
    &[("kind", Takes::Word(&["default", "case_insensitive", "case_sensitive"]))];
pub(super) const PARTITION: &[Spec] =
    &[CONCURRENCY, SPREAD, ("hint.materialized", Takes::Any), SHUFFLE_KEY, ("hint.strategy", Takes::Any)];
pub(super) const REDUCE: &[Spec] = &[("threshold", Takes::Any), ("characters", Takes::Any)];
pub(super) const SCAN: &[Spec] =
    &[("kind", Takes::Word(&["partial", "full"])), ("with_match_id", Takes::Naming)];
pub(super) const SORT: &[Spec] = &[("hint.strategy", Takes::Any)];
pub(super) const TOP: &[Spec] = &[("hint.progressive_top", Takes::Any)];
pub(super) const AS: &[Spec] = &[("hint.materialized", Takes::Any)];
pub(super) const CONSUME: &[Spec] = &[("decodeblocks", Takes::Any)];
pub(super) const GRAPH_MATCH: &[Spec] = &[("cycles", Takes::Word(&["none", "all", "unique_edges"]))];
pub(super) const GRAPH_PATHS: &[Spec] = &[("output", Takes::Word(&["any", "all"]))];
pub(super) const GRAPH_COMPONENTS: &[Spec] =
    &[("kind", Takes::Word(&["weak", "strong"])), ("with_component_id", Takes::Naming)];
pub(super) const GRAPH_NODES: &[Spec] = &[("with_node_id", Takes::Naming)];
pub(super) const GRAPH_EDGES: &[Spec] =
    &[("with_source_id", Takes::Naming), ("with_target_id", Takes::Naming)];
const CHART_KINDS: Takes = Takes::Word(&["default", "unstacked", "stacked100", "stacked", "map"]);
/// Parameters of `render` as they were once written, without `with (...)`.
pub(super) const RENDER_OLD: &[Spec] =
    &[("kind", CHART_KINDS), ("title", Takes::Text), ("accumulate", Takes::Any)];
pub(super) const RENDER: &[Spec] = &[
    ("kind", CHART_KINDS),
    ("title", Takes::Text),
    ("accumulate", Takes::Any),
    ("xcolumn", Takes::Column),
    ("ycolumns", Takes::Columns),
    ("anomalycolumns", Takes::Columns),
    ("series", Takes::Columns),
    ("xtitle", Takes::Text),
    ("ytitle", Takes::Text),
    ("xaxis", Takes::Word(&["linear", "log"])),
    ("yaxis", Takes::Word(&["linear", "log"])),
    ("legend", Takes::Word(&["visible", "hidden"])),
    ("ysplit", Takes::Word(&["none", "axes", "panels"])),
    ("ymin", Takes::Any),
    ("ymax", Takes::Any),
    ("xmin", Takes::Any),
    ("xmax", Takes::Any),
];

/// The options after the keyword of an operator, each with the words that it takes, where it takes words.
pub(in crate::kql) fn options(
    operator: &str,
) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let specs = match operator {
        "join" => JOIN,
        "lookup" => LOOKUP,
        "union" => UNION,
        "summarize" | "distinct" => SUMMARIZE,
        "make-series" => MAKE_SERIES,
        "mv-expand" => MV_EXPAND,
        "mv-apply" => MV_APPLY,
        "parse" | "parse-where" => PARSE,
        "parse-kv" => PARSE_KV,
        "evaluate" => EVALUATE,
        "find" => FIND,
        "search" => SEARCH,
        "partition" => PARTITION,
        "reduce" => REDUCE,
        "scan" => SCAN,
        "sort" | "order" => SORT,
        "top" => TOP,
        "as" => AS,
        "render" => RENDER,
        _ => NONE,
    };
    let words = |takes: Takes| match takes {
        Takes::Word(words) => words,
        _ => &[],
    };
    specs.iter().map(move |(name, takes)| (*name, words(*takes)))
}

/// Parameters that are read after any operator; whether it has them is the binder's concern.
const KNOWN: &[Spec] = &[
    ("__crossCluster", Takes::Any),
    ("__crossDB", Takes::Any),
    ("__id", Takes::Any),
    ("__isFuzzy", Takes::Any),
    ("__noWithSource", Takes::Any),
    ("__packedColumn", Takes::Column),
    ("__sourceColumnIndex", Takes::Any),
    ("bagexpansion", Takes::Any),
    ("bin_legacy", Takes::Any),
    ("cycles", Takes::Any),
    ("decodeblocks", Takes::Any),
    ("expandoutput", Takes::Any),
    ("force_remote", Takes::Any),
    ("hint.concurrency", Takes::Any),
    ("hint.distribution", Takes::Any),
    ("hint.materialized", Takes::Any),
    ("hint.num_partitions", Takes::Any),
    ("hint.pass_filters", Takes::Any),
    ("hint.pass_filters_column", Takes::Column),
    ("hint.progressive_top", Takes::Any),
    ("hint.remote", Takes::Any),
    ("hint.shufflekey", Takes::Column),
    ("hint.spread", Takes::Any),
    ("hint.strategy", Takes::Any),
    ("isfuzzy", Takes::Any),
    ("kind", Takes::Any),
    ("with_itemindex", Takes::Naming),
    ("with_match_id", Takes::Naming),
    ("with_source", Takes::Naming),
    ("with_step_name", Takes::Naming),
    ("withsource", Takes::Naming),
];

impl Parser<'_> {
    /// The name of a parameter here, how many tokens it has, and what it takes.
    fn scan_param(&self) -> Option<(usize, Takes)> {
        let word = self.kind() == T::Identifier || self.kind().is_keyword();
        if !word {
            return None;
        }
        let written = self.written(0);
        let find = |specs: &[Spec], name: &str| {
            specs.iter().find(|(spec, _)| *spec == name).map(|(_, takes)| *takes)
        };
        let allowed = |length: usize, takes: Takes| {
            (!self.scope.needs_equals || self.peek(length) == T::Equal).then_some((length, takes))
        };
        if let Some(takes) = find(self.scope.specs, written) {
            return allowed(1, takes);
        }
        if self.scope.only_these {
            return None;
        }
        if let Some(takes) = find(KNOWN, written) {
            return allowed(1, takes);
        }
        // The lexer knows not every hint as one word.
        if written == "hint" && self.peek(1) == T::Dot && self.glued(1) && self.glued(2) {
            let name = format!("hint.{}", self.written(2));
            return find(KNOWN, &name).and_then(|takes| allowed(3, takes));
        }
        None
    }

    fn in_scope<R>(&mut self, scope: Scope, read: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.scope, scope);
        let result = read(self);
        self.scope = outer;
        result
    }

    /// Parameters without commas between them.
    pub(super) fn params(&mut self, specs: &'static [Spec], needs_equals: bool) -> Vec<Param> {
        let scope = Scope { specs, needs_equals, only_these: false };
        self.in_scope(scope, |parser| std::iter::from_fn(|| parser.param()).collect())
    }

    /// The word that a parameter has.
    pub(super) fn param_word(&self, params: &[Param], name: &str) -> Option<&str> {
        let param = params.iter().find(|param| &*param.name.text == name)?;
        self.text.get(param.values.first()?.span.range())
    }

    /// Parameters with commas between them, and only those of the operator.
    pub(super) fn comma_params(&mut self, specs: &'static [Spec], only_these: bool) -> Vec<Param> {
        let scope = Scope { specs, needs_equals: false, only_these };
        self.in_scope(scope, |parser| parser.commas(Self::param, Self::missing_param, List::closed()))
    }

    /// One parameter of those given, with its `=`.
    pub(super) fn one_param(&mut self, specs: &'static [Spec]) -> Option<Param> {
        let scope = Scope { specs, needs_equals: true, only_these: true };
        self.in_scope(scope, Self::param)
    }

    fn param(&mut self) -> Option<Param> {
        let (length, takes) = self.scan_param()?;
        let span = self.bump_all(length);
        let name = Name { span, text: self.text[span.range()].into(), form: NameForm::Plain };
        self.require(T::Equal);
        let value = self.kind();
        let word = self.written(0);
        let expected = match takes {
            Takes::Word(words) if !words.contains(&word) => {
                // Hints take numbers too.
                (value != T::LongLiteral || !name.text.starts_with("hint.")).then_some(words)
            }
            _ => None,
        };
        let values = self.param_values(takes);
        Some(Param { name, values, expected })
    }

    pub(super) fn any_value(&mut self) -> Option<Expr> {
        if let Some(literal) = self.literal() {
            return Some(literal);
        }
        if self.kind().can_be_name() {
            return Some(self.word_literal());
        }
        self.name().map(|name| self.name_expr(name))
    }

    fn param_values(&mut self, takes: Takes) -> Vec<Expr> {
        let value = match takes {
            Takes::Any => self.any_value(),
            Takes::Word(words) => {
                if words.contains(&self.written(0)) {
                    Some(self.word_literal())
                } else {
                    let value = self.any_value();
                    if value.is_none() {
                        self.expected(&format!("one of `{}`", words.join("`, `")));
                        let span = self.nowhere();
                        return vec![self.expr(span, super::ExprKind::Missing)];
                    }
                    value
                }
            }
            Takes::Text => self.path(),
            Takes::Naming | Takes::Column => {
                self.name().map(|name| self.name_expr(name)).or_else(|| self.any_value())
            }
            Takes::Columns => {
                return self.commas(
                    Self::listed_column,
                    Self::missing_column_name,
                    List::until(Self::ends_columns),
                );
            }
        };
        vec![value.unwrap_or_else(|| self.missing_value())]
    }

    fn missing_column_name(&mut self) -> Expr {
        self.named_expr(Self::missing_name)
    }

    fn listed_column(&mut self) -> Option<Expr> {
        if self.is_known_param(0) {
            return None;
        }
        self.naming().map(|name| self.name_expr(name))
    }

    fn is_known_param(&self, offset: usize) -> bool {
        let word = self.peek(offset) == T::Identifier || self.peek(offset).is_keyword();
        let written = self.written(offset);
        word && self.scope.specs.iter().chain(KNOWN).any(|(name, _)| *name == written)
    }

    /// A list of columns ends where the next parameter begins, which may stand after a comma.
    fn ends_columns(&self) -> bool {
        if self.kind() == T::Comma {
            return self.is_known_param(1)
                || matches!(
                    self.peek(1),
                    T::CloseParen | T::CloseBracket | T::CloseBrace | T::Pipe | T::Semicolon | T::EndOfText
                );
        }
        self.is_known_param(0) || self.ends_list()
    }
}
