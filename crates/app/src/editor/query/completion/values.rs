//! Values: columns, variables, functions, literals, and the new names that can stand before them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::super::describe;
use super::super::places::last_name;
use super::CompletionKind as K;
use super::place::ValuePlace;
use super::rank::{Items, Shares, number};
use super::{Scene, names, rows, strings, words};
use crate::knowledge::usage::Use;
use crate::kql::TokenKind as T;
use crate::kql::builtins::{self, Builtin, Family, Takes};
use crate::kql::model::{ColumnOrigin, ExprType, Symbol, VariableKind};
use crate::kql::types::{Relation, Scalar};
use crate::order::Order as _;

/// How many columns are offered.
const MOST_COLUMNS: usize = 2_000;

/// A function of the language as it is offered.
struct Offered {
    builtin: &'static Builtin,
    detail: String,
    result: Option<&'static str>,
}

/// The functions and aggregates of the language, prepared once.
static FUNCTIONS: LazyLock<Vec<Offered>> = LazyLock::new(|| {
    let all = builtins::documented().filter(|builtin| builtin.family != Family::Plugin);
    let offered = |builtin: &'static Builtin| {
        let signature = builtin.signatures.first()?;
        let detail = describe::signature(builtin, signature, None).label;
        Some(Offered { builtin, detail, result: describe::result_of(signature) })
    };
    all.filter_map(offered).collect()
});

/// How much of the likelihood of a column follows from: its use in queries of the table, its use in such places, its use
/// in this query before the place and after it, and how near it was made.
const WEIGHTS: [f64; 5] = [0.30, 0.22, 0.18, 0.5, 0.25];

/// How the kinds of items share a place.
struct Classes {
    column: f64,
    variable: f64,
    function: f64,
    new: f64,
    literal: f64,
    table: f64,
}

impl Classes {
    fn of(scene: &Scene<'_>, place: &str) -> Self {
        let shares = Shares::of(&scene.asked.around.seen, Use::Class, place);
        // What is not known of a place is that of any other.
        let share = |word: &str, other: f64| {
            if shares.is_empty() { other } else { 0.97 * shares.of_word(word) + 0.03 * other }
        };
        Self {
            column: share("column", 0.6),
            variable: share("variable", 0.1),
            function: share("function", 0.15),
            new: share("new", 0.05),
            literal: share("literal", 0.1),
            table: share("table", 0.02),
        }
    }
}

/// What a value at a place has to be.
pub(super) struct Wanted {
    takes: Option<Takes>,
    /// The type that it is compared with.
    kind: Option<Scalar>,
}

impl Wanted {
    fn of(scene: &Scene<'_>, value: &ValuePlace<'_>) -> Self {
        let left = value.left.and_then(|left| scene.marked.model.type_of(left.id).scalar());
        if let Some(kind) = left.filter(|kind| !kind.unknown()) {
            return Self { takes: None, kind: Some(kind) };
        }
        let takes = value.call.and_then(|(name, at)| {
            let builtin = builtins::function(name).or_else(|| builtins::aggregate(name))?;
            let params = builtin.signatures.first()?.params;
            Some(params.get(at).or_else(|| params.last())?.takes)
        });
        Self { takes, kind: None }
    }

    /// How much less likely a value of a type is.
    fn factor(&self, kind: Scalar) -> f64 {
        let fits = match (self.takes, self.kind) {
            (Some(takes), _) => describe::fits(takes, kind),
            (_, Some(wanted)) if !kind.unknown() => {
                Some(wanted.name() == kind.name() || (wanted.number() && kind.number()))
            }
            _ => None,
        };
        match fits {
            Some(true) => 1.0,
            Some(false) => 0.08,
            None => 0.6,
        }
    }

    fn is_length(&self) -> bool {
        matches!(self.takes, Some(Takes::These([Scalar::Timespan, ..])))
            || self.kind == Some(Scalar::Timespan)
    }
}

/// Offers what can stand in the place of a value.
pub(super) fn values(scene: &Scene<'_>, value: &ValuePlace<'_>, items: &mut Items<'_>) {
    if value.place == "rows" {
        rows::rows(scene, value, items);
        return;
    }
    let mut classes = Classes::of(scene, value.place);
    let wanted = Wanted::of(scene, value);
    let in_scope = scene.names();
    if scene.next == T::OpenParen {
        classes.column *= 0.05;
        classes.new *= 0.02;
        classes.variable *= 0.2;
    } else if scene.next == T::Equal && value.begins {
        classes.function *= 0.01;
        classes.column *= 0.3;
        classes.new = 1.0;
    }
    if value.begins && classes.new > 0.01 {
        let by = value.place;
        names::new_names(scene, by, classes.new, items);
    } else {
        // The value has the name of what it is for, now and then.
        classes.column += classes.new;
    }
    match in_scope.row {
        Some(row) => columns(scene, value, &wanted, row, classes.column, items),
        None => classes.table += if value.place == "let" { 0.0 } else { classes.column * 0.1 },
    }
    if let Some(right) = in_scope.right {
        columns(scene, value, &wanted, right, classes.column * 0.5, items);
        let begun = value.left.map(|left| scene.marked.text.get(left.span.range()).unwrap_or_default());
        for (side, other) in [("$left", "$right."), ("$right", "$left.")] {
            let likely = if begun.is_some_and(|begun| begun.starts_with(other)) { 2.0 } else { 0.1 };
            items.add(likely, K::Keyword, side, None);
        }
    }
    variables(scene, &wanted, classes.variable, value.place == "in", items);
    functions(scene, value, &wanted, classes.function, items);
    literals(scene, value, &wanted, classes.literal, items);
    let tabular = matches!(value.place, "let" | "in") || in_scope.row.is_none();
    if tabular {
        rows::tables(scene, classes.table + 0.01, false, items);
    }
    if value.options
        && let Some(operator) = value.operator
    {
        rows::options(operator.word, &operator.params, items);
    }
    // What begins in parentheses may be the parameters of a function.
    if value.place == "let" && scene.asked.text[..scene.word.start as usize].trim_end().ends_with('(') {
        names::new_names(scene, "parameter", 0.1, items);
    }
    names::words_of_query(scene, 0.002, items);
}

/// The columns of the rows, by how often they are used of their tables, in such places and in this query.
pub(super) fn columns(
    scene: &Scene<'_>,
    value: &ValuePlace<'_>,
    wanted: &Wanted,
    row: &Arc<Relation>,
    share: f64,
    items: &mut Items<'_>,
) {
    let seen = &scene.asked.around.seen;
    let mut of_tables = scene.tables_read();
    of_tables.extend(scene.watchlist_read().map(Arc::from));
    let by_table: Vec<Shares<'_>> = of_tables
        .iter()
        .map(|table| Shares::of(seen, Use::Column, table))
        .filter(|one| !one.is_empty())
        .collect();
    let in_place = Shares::of(seen, Use::Placed, value.place);
    let made = value.named.map(|name| Shares::of(seen, Use::Made, name));
    let compared = value.left.and_then(last_name);
    let given = scene.given(value);
    let model = &scene.marked.model;
    let mut all: Vec<(&crate::kql::types::Column, [f64; 5])> =
        Vec::with_capacity(row.columns.len().min(MOST_COLUMNS));
    let mut sums = [0.0; 5];
    let count = number(row.columns.len());
    for column in &row.columns {
        let name = &*column.name;
        let table: f64 = by_table.iter().map(|table| table.of_word(name)).sum();
        let before = scene.local.before.get(name).copied().unwrap_or_default();
        let after = scene.local.after.get(name).copied().unwrap_or_default();
        let declared =
            model.column(column.id).and_then(|column| column.place.or(column.made_by)).map_or(0.0, |place| {
                // What was made last is used soon.
                let distance = scene.marked.mark.start.saturating_sub(place.start);
                1.0 / (1.0 + f64::from(distance) / 200.0)
            });
        let made = made.as_ref().map_or(0.0, |made| made.of_word(name));
        // What queries of these tables do not use is hardly used, however common the name is elsewhere.
        let unused = !by_table.is_empty() && table == 0.0 && before == 0 && after == 0 && declared == 0.0;
        let parts = [
            table,
            in_place.of_word(name) * if unused { 0.25 } else { 1.0 } + made,
            f64::from(before.min(6)).sqrt(),
            f64::from(after.min(4)).sqrt(),
            declared,
        ];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum += part;
        }
        all.push((column, parts));
    }
    let mut scored: Vec<(f64, &crate::kql::types::Column)> = all
        .into_iter()
        .map(|(column, parts)| {
            let mut likely = 0.05 / count;
            for ((part, sum), weight) in parts.iter().zip(sums).zip(WEIGHTS) {
                if sum > 0.0 {
                    likely += weight * part / sum;
                }
            }
            let name = &*column.name;
            likely *= wanted.factor(column.kind);
            if given.contains(name) || compared == Some(name) {
                likely *= 0.05;
            }
            (likely, column)
        })
        .collect();
    if scored.len() > MOST_COLUMNS {
        scored.order_by(|(one, _), (other, _)| other.total_cmp(one));
        scored.truncate(MOST_COLUMNS);
    }
    for (likely, column) in scored {
        let insert = super::quoted(&column.name);
        let detail = Cow::Borrowed(column.kind.name());
        items.add_as(share * likely, K::Column, column.name.to_string().into(), insert, Some(detail));
    }
    if row.has_unknown_columns {
        unknown_columns(scene, &by_table, share * 0.5, items);
    }
}

/// The columns that rows of unknown columns are likely to have: those that other queries use of the table, and names of
/// this query.
fn unknown_columns(scene: &Scene<'_>, by_table: &[Shares<'_>], share: f64, items: &mut Items<'_>) {
    let model = &scene.marked.model;
    let mut assumed: BTreeMap<&str, f64> = BTreeMap::new();
    for occurrence in model.occurrences() {
        if let Symbol::Column(id) = &occurrence.symbol
            && let Some(column) = model.column(*id).filter(|column| column.origin == ColumnOrigin::Assumed)
        {
            *assumed.entry(&*column.name).or_default() += 1.0;
        }
    }
    assumed.remove(scene.marked.text.get(scene.marked.mark.range()).unwrap_or_default());
    for (name, later) in &scene.local.after {
        *assumed.entry(name).or_default() += f64::from((*later).min(2)) * 0.5;
    }
    let sum: f64 = assumed.values().sum();
    for (name, count) in assumed {
        if !items.has(name) && name.len() > 1 {
            items.add(share * 0.8 * count / sum, K::Column, name.to_owned(), None);
        }
    }
    for table in by_table {
        for (word, likely) in table.iter() {
            if !items.has(word) {
                items.add(share * 0.5 * likely, K::Column, word.to_owned(), None);
            }
        }
    }
    let any = Shares::of(&scene.asked.around.seen, Use::Column, "");
    for (word, likely) in any.iter() {
        if !items.has(word) {
            items.add(share * 0.2 * likely, K::Column, word.to_owned(), None);
        }
    }
}

/// The variables that are visible.
fn variables(scene: &Scene<'_>, wanted: &Wanted, share: f64, listed: bool, items: &mut Items<'_>) {
    let mut scored: Vec<(f64, &crate::kql::model::Variable)> = Vec::new();
    let mut sum = 0.0;
    for variable in scene.names().variables {
        let uses = scene.local.before.get(&*variable.name).copied().unwrap_or_default();
        let later = scene.local.after.get(&*variable.name).copied().unwrap_or_default();
        // What has only been declared so far is there to be used.
        let mut likely = if uses <= 1 { 2.0 } else { 1.0 } + f64::from(later.min(3));
        likely *= match &variable.value {
            ExprType::Scalar(kind) if listed && kind.dynamic() => 1.0,
            ExprType::Scalar(_) if listed => 0.4,
            ExprType::Rows(_) if listed => 0.7,
            ExprType::Scalar(kind) => wanted.factor(*kind),
            ExprType::Rows(_) => 0.1,
            _ => 0.4,
        };
        sum += likely;
        scored.push((likely, variable));
    }
    for (likely, variable) in scored {
        let kind = if variable.kind == VariableKind::Function { K::UserFunction } else { K::Variable };
        let detail = match &variable.value {
            ExprType::Scalar(kind) => Some(Cow::Borrowed(kind.name())),
            ExprType::Rows(_) => Some(Cow::Borrowed("table")),
            _ => None,
        };
        let insert = super::quoted(&variable.name);
        items.add_as(share * likely / sum, kind, variable.name.to_string().into(), insert, detail);
    }
}

/// The functions of the language, and aggregates where they belong.
fn functions(scene: &Scene<'_>, value: &ValuePlace<'_>, wanted: &Wanted, share: f64, items: &mut Items<'_>) {
    let seen = &scene.asked.around.seen;
    let aggregates =
        matches!(value.place, "summarize" | "summarize=" | "make-series" | "make-series=" | "top-nested");
    let here = Shares::of(seen, Use::Function, value.place);
    let anywhere = Shares::of(seen, Use::Function, "");
    let made = value.named.map(|name| Shares::of(seen, Use::Made, name));
    let likely = |name: &str| {
        let made = made.as_ref().map_or(0.0, |made| made.of_word(name));
        0.6 * here.of_word(name) + 0.15 * anywhere.of_word(name) + 0.6 * made + 0.000_2
    };
    for offered in FUNCTIONS.iter() {
        let builtin = offered.builtin;
        let kind = if builtin.family == Family::Aggregate { K::Aggregate } else { K::Function };
        let mut share = share * likely(builtin.name);
        match (kind, aggregates) {
            (K::Aggregate, false) => share *= 0.01,
            (K::Function, true) => share *= 0.1,
            _ => {}
        }
        if let Some(result) = offered.result.and_then(Scalar::of) {
            share *= wanted.factor(result).max(0.2);
        }
        if builtin.successor.is_some() {
            share *= 0.5;
        }
        items.add(share, kind, builtin.name, Some(Cow::Borrowed(&*offered.detail)));
    }
    for (word, kind) in words::FORMS {
        let factor = match Scalar::of(kind) {
            Some(kind) => wanted.factor(kind).max(0.2),
            None if *kind == "table" && !matches!(value.place, "let" | "in") => 0.02,
            None => 1.0,
        };
        let detail = (!kind.is_empty()).then_some(Cow::Borrowed(*kind));
        items.add(share * likely(word) * factor, K::Keyword, *word, detail);
    }
    // Functions of the workspace that return a value.
    for (name, likely) in rows::user_functions(scene) {
        items.add(share * 0.05 * likely, K::UserFunction, name, None);
    }
}

/// Literals: values that the column is compared with elsewhere, lengths of time, `true` and `false`.
fn literals(scene: &Scene<'_>, value: &ValuePlace<'_>, wanted: &Wanted, share: f64, items: &mut Items<'_>) {
    if let Some(left) = value.left.and_then(last_name) {
        let shares = Shares::of(&scene.asked.around.seen, Use::Value, left);
        for (word, likely) in shares.iter() {
            items.add(share * 0.5 * likely, K::Value, word.to_owned(), None);
        }
    }
    if let Some((function, at)) = value.call {
        strings::arguments(scene.asked, function, at, share, items);
    }
    if wanted.is_length() {
        for (at, word) in words::LENGTHS.iter().enumerate() {
            items.add(share * 0.5 / (2.0 + number(at)), K::Value, *word, Some("timespan".into()));
        }
    }
    let bool_wanted = wanted.kind == Some(Scalar::Bool);
    for word in ["true", "false"] {
        items.add(share * if bool_wanted { 0.4 } else { 0.01 }, K::Value, word, Some("bool".into()));
    }
}

/// The members of a value.
pub(super) fn members(scene: &Scene<'_>, base: &crate::kql::ast::Expr, place: &str, items: &mut Items<'_>) {
    let seen = &scene.asked.around.seen;
    let named = last_name(base);
    if let Some(side @ ("$left" | "$right")) = named {
        let names = scene.names();
        let row = if side == "$left" { names.row } else { names.right };
        let value = ValuePlace { place: "on", ..ValuePlace::default() };
        if let Some(row) = row {
            columns(scene, &value, &Wanted { takes: None, kind: None }, row, 1.0, items);
        }
        return;
    }
    if let Some(named) = named {
        let shares = Shares::of(seen, Use::Member, named);
        for (word, likely) in shares.iter() {
            items.add(likely, K::Member, word.to_owned(), Some("dynamic".into()));
        }
        for (word, count) in names::members_in_query(scene, named) {
            items.add(0.2 * f64::from(count), K::Member, word.to_owned(), Some("dynamic".into()));
        }
    }
    let _ = place;
    let any = Shares::of(seen, Use::Member, "");
    for (word, likely) in any.iter() {
        items.add(0.1 * likely, K::Member, word.to_owned(), Some("dynamic".into()));
    }
    for (word, count) in names::all_members_in_query(scene) {
        items.add(0.01 * f64::from(count), K::Member, word.to_owned(), Some("dynamic".into()));
    }
}
