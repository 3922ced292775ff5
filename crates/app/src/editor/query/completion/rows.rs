//! Where rows come from: tables, functions that return rows, variables, and operators that begin a query.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::CompletionKind as K;
use super::place::ValuePlace;
use super::rank::{Items, Shares, number};
use super::{Scene, words};
use crate::knowledge::usage::{self, Use};
use crate::knowledge::{functions, tables};
use crate::kql::TokenKind as T;
use crate::kql::ast::Param;
use crate::kql::model::{ExprType, VariableKind};

/// Offers the options of an operator that it does not have yet.
pub(super) fn options(operator: &str, given: &[Param], items: &mut Items<'_>) {
    for (name, _) in crate::kql::options_of(operator) {
        if given.iter().any(|one| &*one.name.text == name) {
            continue;
        }
        let share = if name == "kind" { 0.3 } else { 0.01 };
        items.add_as(share, K::Option, name.into(), format!("{name}=").into(), None);
    }
}

/// Offers what rows can come from.
pub(super) fn rows(scene: &Scene<'_>, value: &ValuePlace<'_>, items: &mut Items<'_>) {
    let mut left = 1.0;
    if let Some(first) = value.statement {
        let shares = Shares::of(
            &scene.asked.around.seen,
            Use::Class,
            if first { "first statement" } else { "statement" },
        );
        let mut likely = shares.of_word("let").clamp(0.1, 0.6);
        if scene.next == T::Pipe {
            likely = 0.01;
        }
        left -= likely;
        for (at, (word, text)) in words::BEGINNINGS.iter().enumerate() {
            let share = if at == 0 { likely } else { left * 0.03 / (1.0 + number(at)) };
            let kind = if *word == "let" { K::Keyword } else { K::Operator };
            items.add(share, kind, *word, Some(Cow::Borrowed(*text)));
        }
    } else {
        for word in ["union", "datatable", "externaldata", "materialize", "print", "range"] {
            items.add(0.01, K::Operator, word, words::meaning(word).map(Cow::Borrowed));
        }
    }
    if let Some(operator) = value.operator.filter(|_| value.options) {
        options(operator.word, &operator.params, items);
    }
    let local = local_rows(scene, left * 0.35, items);
    tables(scene, left * if local { 0.65 } else { 1.0 }, true, items);
    // A function's result may be a value of its parameters.
    if scene.names().variables.iter().any(|variable| variable.kind == VariableKind::Parameter) {
        for variable in scene.names().variables {
            items.add(0.01, K::Variable, variable.name.to_string(), None);
        }
    }
    super::names::words_of_query(scene, 0.001, items);
}

/// The variables that stand for rows; whether there are any.
fn local_rows(scene: &Scene<'_>, share: f64, items: &mut Items<'_>) -> bool {
    let names = scene.names();
    let mut scored = Vec::new();
    let mut sum = 0.0;
    for (at, variable) in names.variables.iter().enumerate() {
        let rows = match &variable.value {
            ExprType::Rows(_) => 1.0,
            ExprType::Unknown if variable.kind == VariableKind::Function => 0.8,
            ExprType::Unknown => 0.3,
            _ if variable.kind == VariableKind::Function => 0.3,
            _ => 0.02,
        };
        let uses = scene.local.before.get(&*variable.name).copied().unwrap_or_default();
        let later = scene.local.after.get(&*variable.name).copied().unwrap_or_default();
        let likely =
            rows * (if uses <= 1 { 2.0 } else { 0.7 } + f64::from(later.min(3))) / (1.0 + 0.1 * number(at));
        sum += likely;
        scored.push((likely, *variable));
    }
    let any = scored.iter().any(|(likely, _)| *likely > 0.1);
    for (likely, variable) in scored {
        let kind = if variable.kind == VariableKind::Function { K::UserFunction } else { K::Variable };
        let insert = super::quoted(&variable.name);
        items.add_as(
            share * likely / sum,
            kind,
            variable.name.to_string().into(),
            insert,
            Some("table".into()),
        );
    }
    any
}

/// The names after the place that are likely columns: by them a table is known.
fn wanted_columns<'a>(scene: &Scene<'a>) -> FxHashSet<&'a str> {
    let mut wanted = FxHashSet::default();
    let tokens = &scene.asked.parsed.tokens;
    let from = tokens.partition_point(|token| token.span.start < scene.word.end);
    for token in tokens[from..].iter().take(120).take_while(|token| token.kind != T::Semicolon) {
        if token.kind == T::Identifier
            && let Some(name) = scene.asked.text.get(token.span.range())
        {
            wanted.insert(name);
        }
    }
    wanted
}

/// For each column, the tables and functions that have it or that published queries use it of.
static OWNERS: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut owners: FxHashMap<&'static str, Vec<&'static str>> = FxHashMap::default();
    let mut add = |name: &'static str, columns: &mut dyn Iterator<Item = &'static str>| {
        for column in columns.chain(usage::words(Use::Column, name).map(|(word, _)| word)) {
            let known = owners.entry(column).or_default();
            if known.last() != Some(&name) {
                known.push(name);
            }
        }
    };
    for table in tables::tables() {
        add(table.name(), &mut table.columns().map(|(column, _)| column));
    }
    for function in functions::functions() {
        add(function.name(), &mut function.columns().map(|(column, _)| column));
    }
    owners
});

/// How well tables and functions have the columns that are used after the place.
fn agreements(wanted: &FxHashSet<&str>) -> FxHashMap<&'static str, f64> {
    let mut found: FxHashMap<&'static str, f64> = FxHashMap::default();
    for (column, owners) in wanted.iter().filter_map(|column| Some((*column, OWNERS.get(column)?))) {
        // Every table has these.
        let weight =
            if matches!(column, "TimeGenerated" | "Type" | "Timestamp" | "TenantId") { 0.1 } else { 1.0 };
        for owner in owners {
            *found.entry(owner).or_default() += weight;
        }
    }
    found
}

/// Offers the tables of the workspace and the functions that return rows. `by_columns` says whether those come first that
/// have the columns which stand after the place.
pub(super) fn tables(scene: &Scene<'_>, share: f64, by_columns: bool, items: &mut Items<'_>) {
    let seen = &scene.asked.around.seen;
    let used = Shares::of(seen, Use::Table, "");
    let agreements = agreements(&if by_columns { wanted_columns(scene) } else { FxHashSet::default() });
    let agreement = |name: &str| agreements.get(name).copied().unwrap_or_default();
    let declared = &scene.asked.around.tables;
    let mut scored: Vec<(f64, K, Cow<'static, str>, Option<&'static str>)> = Vec::new();
    let factor = |name: &str| {
        let mut factor = 1.0;
        if declared.iter().any(|one| **one == *name) {
            factor += 60.0;
        }
        let before = scene.local.before.get(name).copied().unwrap_or_default();
        factor + 3.0 * f64::from(before.min(3))
    };
    let base = |name: &str, agreement: f64| {
        let known = used.of_word(name) + 0.000_02;
        let mut likely = known * factor(name);
        if declared.iter().any(|one| **one == *name) {
            likely += 0.02;
        }
        if scene.local.before.contains_key(name) {
            likely += 0.01;
        }
        likely * 4_f64.powf(agreement.min(6.0))
    };
    for table in tables::tables() {
        let name = table.name();
        if items.leaves_out(name) {
            continue;
        }
        scored.push((base(name, agreement(name)), K::Table, name.into(), None));
    }
    for function in functions::functions() {
        let name = function.name();
        if items.leaves_out(name) {
            continue;
        }
        scored.push((base(name, agreement(name)), K::UserFunction, name.into(), Some("function")));
    }
    for name in scene.asked.catalog.added_tables() {
        scored.push((
            base(&name, 0.0) + 0.01,
            K::Table,
            name.to_string().into(),
            Some("table of the workspace"),
        ));
    }
    for name in scene.asked.catalog.added_functions() {
        let detail = Some("function of the workspace");
        scored.push((base(&name, 0.0) + 0.005, K::UserFunction, name.to_string().into(), detail));
    }
    // What queries read that is neither: custom tables of others.
    let sum: f64 = scored.iter().map(|(likely, ..)| likely).sum();
    for (likely, kind, name, detail) in scored {
        items.add(share * likely / sum, kind, name, detail.map(Cow::Borrowed));
    }
    for (name, likely) in used.iter() {
        if !items.has(name) {
            items.add(share * likely * 0.5, K::Table, name.to_owned(), None);
        }
    }
}

/// The functions of the workspace, and those of the product that return a value, by how often they are used.
pub(super) fn user_functions(scene: &Scene<'_>) -> Vec<(Cow<'static, str>, f64)> {
    let used = Shares::of(&scene.asked.around.seen, Use::Function, "");
    let own = scene.asked.catalog.added_functions().into_iter().map(|name| Cow::Owned(name.to_string()));
    // The others return rows.
    let scalar = functions::functions().filter(|one| matches!(one.returns(), functions::Returns::Scalar(_)));
    let known = scalar.map(|function| Cow::Borrowed(function.name()));
    own.chain(known)
        .map(|name| {
            let likely = used.of_word(&name) + 0.000_1;
            (name, likely)
        })
        .collect()
}
