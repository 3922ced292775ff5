//! Names: columns, what the query gives names to, tables and functions.

use std::sync::Arc;

use super::super::ast::{Expr, ExprKind, Name, NameForm};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Side, Symbol};
use super::super::types::{Column, Relation, Scalar};
use super::{Binder, Bound, FindingKind, Local, Table, Value};
use crate::similar::{closest, nearest_name};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// The columns of a table, which is said to be unknown if it is.
    pub(super) fn table(&mut self, name: &str, place: Span) -> Arc<Relation> {
        self.recorder.mention(place, || Symbol::Table(name.into()));
        if let Some(table) = self.catalog.table(name) {
            self.read_table(name, place);
            return self.rows_of_table(name, table);
        }
        self.unknown_table(name, place);
        Arc::new(Relation::unknown())
    }

    /// The rows of a table of the catalog.
    pub(super) fn rows_of_table(&mut self, name: &str, table: Table) -> Arc<Relation> {
        self.recorder.adopt(table.relation, true, name, ColumnOrigin::Table)
    }

    pub(super) fn read_table(&mut self, name: &str, place: Span) {
        self.recorder.read_table(name, place);
    }

    pub(super) fn unknown_table(&mut self, name: &str, place: Span) {
        self.read_table(name, place);
        let message = format!("Unknown table `{name}`");
        let mut finding = Finding::new(FindingKind::UnknownTable, place, message);
        finding.name = Some(name.into());
        // A parser is often called like its table without the ending, and is then no slip of the pen.
        let near = if self.suggesting() { self.catalog.nearest_table(name) } else { None };
        let near = near.filter(|near| near.strip_suffix("_CL") != Some(name));
        finding = match near {
            Some(near) => finding.meant(Some(&near)),
            None => finding.help(
                "If your workspace has it, declare its columns in a file for `--tables` or `[knowledge] tables`.",
            ),
        };
        finding.low_confidence = true;
        self.report(finding);
    }

    /// What a name means where a value or rows may stand.
    pub(super) fn name(&mut self, name: &'a Name) -> Value {
        match self.known_name(name) {
            Some(value) => value,
            None => self.unknown_name(name),
        }
    }

    /// What a name at the head of a pipeline means, where rows are meant.
    pub(super) fn source_name(&mut self, name: &'a Name) -> Value {
        match self.known_name(name) {
            Some(value) => value,
            None if name.form == NameForm::Plain || name.form == NameForm::Bracketed => {
                self.recorder.mention(name.span, || Symbol::Table((&*name.text).into()));
                self.unknown_table(&name.text, name.span);
                Value::Rows(Arc::new(Relation::unknown()))
            }
            None => Value::Rows(Arc::new(Relation::unknown())),
        }
    }

    fn known_name(&mut self, name: &'a Name) -> Option<Value> {
        if matches!(name.form, NameForm::Missing | NameForm::Client | NameForm::Wildcard) {
            self.client_parameter(name);
            return Some(Value::Unknown);
        }
        let column = self.scope.row.as_ref().and_then(|row| row.column(&name.text));
        if !self.context.aggregating
            && let Some(column) = column
        {
            let (kind, id) = (column.kind, column.id);
            self.recorder.mention(name.span, || Symbol::Column(id));
            return Some(Value::of(kind));
        }
        let column = column.map(|column| column.id);
        match self.resolve(name) {
            Some(Bound::Value(value)) => return Some(value.clone()),
            Some(Bound::Function(_)) => return self.bare_function(name),
            None => {}
        }
        if column.is_some() || self.scope.row.as_ref().is_some_and(|row| row.has_unknown_columns) {
            if column.is_none()
                && let Some(finding) = no_unit(name)
            {
                self.report(finding.doubted(true));
                return Some(Value::Unknown);
            }
            let id = column.unwrap_or_else(|| self.recorder.assumed(name));
            self.recorder.mention(name.span, || Symbol::Column(id));
            if self.context.aggregating {
                self.outside_of_aggregates(name);
            }
            return Some(Value::Unknown);
        }
        // A function hides a table of its name, as a parser does that is named like what it reads.
        let table = self.catalog.table(&name.text);
        let function = self.catalog.function(&name.text);
        let is_function = function.is_some();
        let callable = function.is_some_and(|external| {
            external.params.as_ref().is_none_or(|params| params.iter().all(|param| param.optional))
        });
        match table {
            // Among columns, a function that needs arguments is not what is meant.
            None if self.scope.row.is_some() && is_function && !callable => None,
            Some(table) if !callable => {
                if self.scope.row.is_none() {
                    self.read_table(&name.text, name.span);
                }
                self.recorder.mention(name.span, || Symbol::Table((&*name.text).into()));
                Some(Value::Rows(self.rows_of_table(&name.text, table)))
            }
            _ => self.bare_function(name),
        }
    }

    /// Only some clients fill in `{Name}` before they send a query; the service refuses it.
    fn client_parameter(&mut self, name: &Name) {
        if name.form == NameForm::Client {
            let message =
                format!("`{{{}}}` is a client parameter, which the service does not replace", name.text);
            let finding = Finding::new(FindingKind::Semantic, name.span, message)
                .help("Replace it with its value, or define it with `let`.");
            self.report(finding);
        }
    }

    /// A column may stand in an aggregate, but not beside it.
    fn outside_of_aggregates(&mut self, name: &Name) {
        let message = format!("`{}` is not inside an aggregate function", name.text);
        let finding = Finding::new(FindingKind::Semantic, name.span, message)
            .help("Move it after `by`, or use `take_any(...)` to get one of its values.");
        self.report(finding);
    }

    pub(super) fn unknown_name(&mut self, name: &Name) -> Value {
        self.recorder.mention(name.span, || Symbol::Unresolved);
        let text = &name.text;
        if let Some(finding) = no_unit(name).or_else(|| self.habit(name)) {
            self.report(finding);
            return Value::Unknown;
        }
        let in_row = self.scope.row.is_some();
        let unknown =
            if in_row { format!("Unknown column `{text}`") } else { format!("`{text}` is not defined") };
        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, unknown);
        finding.name = Some(text.clone());
        finding.low_confidence = self.scope.row.as_ref().is_some_and(|row| row.low_confidence);
        // A comment of SQL at the end of a line reads as two signs before a name.
        let before = self.text.get(..name.span.start as usize).unwrap_or_default().trim_end_matches(' ');
        // The edge of a graph is written in the same way.
        let operator = before.rsplit('|').next().unwrap_or_default().trim_start();
        let edge = operator.starts_with("make-graph");
        if before.ends_with("--") && before.len() < name.span.start as usize && !edge {
            let dashes = Span::new(before.len() - 2, before.len());
            "`--` is not a comment in KQL".clone_into(&mut finding.message);
            finding.help = Some("Use `//` for comments.".to_owned());
            finding.fix = Some(Suggestion {
                title: "Replace with `//`".to_owned(),
                span: dashes,
                text: "//".to_owned(),
            });
            finding.low_confidence = false;
            self.report(finding);
            return Value::Unknown;
        }
        if !self.suggesting() {
            self.report(finding);
            return Value::Unknown;
        }
        let columns: Vec<Arc<str>> =
            self.scope.row.iter().flat_map(|row| &row.columns).map(|column| column.name.clone()).collect();
        let locals: Vec<Arc<str>> = self.names.visible().map(|local| local.name.clone()).collect();
        let near = nearest_name(text, columns.iter().chain(&locals).map(|name| &**name)).map(str::to_owned);
        if let Some(element) = self.element_with(text).filter(|_| !in_row) {
            self.report(finding.help(format!("`{element}` has this column: use `{element}.{text}`.")));
            return Value::Unknown;
        }
        let near = near.or_else(|| if in_row { None } else { self.catalog.nearest_table(text) });
        finding = finding.meant(near.as_deref());
        if near.is_none() && in_row {
            finding.help = Some(self.whereabouts(text, &columns));
        }
        self.report(finding);
        Value::Unknown
    }

    /// The first node or edge, or step of `scan`, that has a column.
    fn element_with(&self, column: &str) -> Option<Arc<str>> {
        let has = |local: &&Local<'a>| match &local.bound {
            Bound::Value(Value::Row(row)) => row.column(column).is_some(),
            _ => false,
        };
        self.names.visible().find(has).map(|local| Arc::clone(&local.name))
    }

    /// Where a column went that is not there, or which ones are.
    fn whereabouts(&self, name: &str, columns: &[Arc<str>]) -> String {
        let stages = &self.recorder.main_stages;
        let had = stages.iter().rposition(|(_, relation)| relation.column(name).is_some());
        if let Some((place, _)) = had.and_then(|at| stages.get(at + 1)) {
            let operator = self.written(*place).split_whitespace().next().unwrap_or("an operator");
            return format!("It was dropped by `{operator}`.");
        }
        if columns.is_empty() && self.scope.row.as_ref().is_some_and(|row| row.low_confidence) {
            return "A table parameter `(*)` has no columns: declare the columns that the function needs."
                .into();
        }
        let names: Vec<&str> = columns.iter().map(|name| &**name).collect();
        let quoted = |names: &[&str]| {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            quoted.join(", ")
        };
        match names.len() {
            0 => "There are no columns here.".to_owned(),
            1..=8 => format!("The available columns are {}.", quoted(&names)),
            count => {
                let closest = closest(name, &names, 6);
                format!("The most similar of the {count} columns here are {}.", quoted(&closest))
            }
        }
    }

    /// A name that must be a column.
    pub(super) fn column(&mut self, name: &'a Name) -> Option<Column> {
        if matches!(name.form, NameForm::Missing | NameForm::Client) {
            self.client_parameter(name);
            return None;
        }
        let row = self.scope.row.clone()?;
        if let Some(column) = row.column(&name.text) {
            self.recorder.mention(name.span, || Symbol::Column(column.id));
            return Some(column.clone());
        }
        if row.has_unknown_columns {
            let id = self.recorder.assumed(name);
            self.recorder.mention(name.span, || Symbol::Column(id));
            return Some(Column::new(&*name.text, Scalar::Unknown).with_id(id));
        }
        self.unknown_name(name);
        None
    }

    /// The names among the columns that a pattern such as `Account*` fits.
    pub(super) fn matching(row: &Relation, pattern: &str) -> Vec<Column> {
        row.columns.iter().filter(|column| matches_wildcard(pattern, &column.name)).cloned().collect()
    }

    /// A member of a path: of a dynamic value, or of a database.
    pub(super) fn member(&mut self, base: &'a Expr, member: &'a Expr) -> Value {
        if let ExprKind::Name(name) = &base.kind
            && let Some(value) = self.side(&name.text, base.span, member)
        {
            return value;
        }
        if let ExprKind::Bracketed(index) = &member.kind {
            return self.element(base, index);
        }
        let value = self.row_or_value(base);
        self.remember(base, &value);
        match value {
            Value::Row(relation) => {
                let ExprKind::Name(name) = &member.kind else { return Value::Unknown };
                let found = self.with_row_scope(&relation, |binder| binder.column(name));
                found.map_or(Value::Unknown, |column| Value::of(column.kind))
            }
            Value::Database => match (&base.kind, &member.kind) {
                (ExprKind::Call { name, args }, ExprKind::Name(path)) => {
                    let found = self.pattern(name, args, Some(&path.text));
                    found.unwrap_or_else(|| self.member_of_database(member))
                }
                _ => self.member_of_database(member),
            },
            Value::Cluster => {
                if let ExprKind::Call { args, .. } = &member.kind {
                    for arg in args {
                        self.value(arg);
                    }
                }
                Value::Database
            }
            Value::Scalar(kind, _) if kind.dynamic() => match &member.kind {
                ExprKind::Name(name) => {
                    self.recorder.mention(name.span, || Symbol::Member);
                    Value::of(kind.member(&name.text))
                }
                _ => {
                    self.inside_of_member(member);
                    Value::of(Scalar::Dynamic)
                }
            },
            Value::Scalar(kind, _) if !kind.unknown() => {
                if let Some(finding) = self.method(base, member) {
                    self.report(finding);
                    return Value::Unknown;
                }
                let message = format!("A value of type `{}` has no properties", kind.name());
                let mut finding = Finding::new(FindingKind::UnknownColumn, member.span, message);
                if kind == Scalar::String {
                    finding = finding.help("If it contains JSON, parse it with `parse_json` first.");
                }
                self.report(finding);
                Value::Unknown
            }
            Value::Columns(columns) => {
                let ExprKind::Name(name) = &member.kind else { return Value::Unknown };
                let relation = Arc::new(Relation::closed(columns));
                let found = self.with_row_scope(&relation, |binder| binder.column(name));
                found.map_or(Value::Unknown, |column| Value::of(column.kind))
            }
            Value::Rows(relation) if !relation.has_unknown_columns => {
                let message = format!("A table has no property `{}`", self.written(member.span));
                let finding = Finding::new(FindingKind::UnknownColumn, member.span, message)
                    .help("Add a pipe after the table: `Table | project Column`.");
                self.report(finding);
                Value::Unknown
            }
            _ => {
                self.inside_of_member(member);
                Value::Unknown
            }
        }
    }

    /// Keeps the type of a value whose part is read: the name of the part depends on it.
    pub(super) fn remember(&mut self, base: &'a Expr, value: &Value) {
        let kind = match value {
            Value::Scalar(kind, _) => *kind,
            Value::Unknown => Scalar::Unknown,
            _ => Scalar::Type,
        };
        self.part_types.insert(base.id, kind);
    }

    /// `$left.column` and `$right.column`.
    fn side(&mut self, name: &str, place: Span, member: &'a Expr) -> Option<Value> {
        let relation = match name {
            "$left" => self.scope.row.clone().filter(|_| self.scope.right.is_some()),
            "$right" => self.scope.right.clone(),
            _ => None,
        }?;
        let side = if name == "$left" { Side::Left } else { Side::Right };
        self.recorder.mention(place, || Symbol::Side(side));
        let ExprKind::Name(column) = &member.kind else { return Some(Value::Unknown) };
        let bound = self.with_row_scope(&relation, |binder| binder.column(column));
        Some(bound.map_or(Value::Unknown, |column| Value::of(column.kind)))
    }

    fn inside_of_member(&mut self, member: &'a Expr) {
        if let ExprKind::Call { args, .. } = &member.kind {
            for arg in args {
                self.value(arg);
            }
        }
    }

    fn member_of_database(&mut self, member: &'a Expr) -> Value {
        match &member.kind {
            // The name of the member of a group that `macro-expand` is at.
            ExprKind::Name(name)
                if matches!(&*name.text, "$current_database" | "$current_cluster_endpoint") =>
            {
                Value::constant(Scalar::String)
            }
            ExprKind::Name(name) => {
                if let Some(table) = self.catalog.table(&name.text) {
                    self.recorder.mention(name.span, || Symbol::Table((&*name.text).into()));
                    self.read_table(&name.text, name.span);
                    return Value::Rows(self.rows_of_table(&name.text, table));
                }
                if let Some(external) = self.catalog.function(&name.text) {
                    return self.without_reporting(|binder| binder.call_external(name, &external, &[], None));
                }
                self.recorder.mention(name.span, || Symbol::Table((&*name.text).into()));
                self.read_table(&name.text, name.span);
                Value::Rows(Arc::new(Relation::unknown()))
            }
            ExprKind::Call { name, args } => match self.catalog.function(&name.text) {
                Some(external) => self.call_external(name, &external, args, None),
                None if &*name.text == "table" => {
                    let bound = self.arguments(args);
                    let text =
                        bound.first().and_then(|arg| self.constant_text(super::naming::value_of(arg.expr)));
                    let table = text.and_then(|text| Some((self.catalog.table(&text)?, text)));
                    Value::Rows(table.map_or_else(
                        || Arc::new(Relation::unknown()),
                        |(table, text)| self.rows_of_table(&text, table),
                    ))
                }
                None if &*name.text == "database" => self.call(name, args, None),
                None => Value::Rows(Arc::new(Relation::unknown())),
            },
            _ => Value::Rows(Arc::new(Relation::unknown())),
        }
    }
}

/// Whether a name fits a pattern with stars.
pub fn matches_wildcard(pattern: &str, name: &str) -> bool {
    // Most names are told by the first letters.
    let first = pattern.bytes().take_while(|byte| *byte != b'*').count();
    if !name.as_bytes().starts_with(&pattern.as_bytes()[..first]) {
        return false;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What begins with digits was meant as a length of time, as in `ago(1x)`, and not as a name.
fn no_unit(name: &Name) -> Option<Finding> {
    let digits = name.text.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
    let (number, unit) = name.text.split_at(digits);
    if name.form != NameForm::Plain || !unit.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let message = format!("`{}` is not a valid timespan: unknown unit `{unit}`", name.text);
    let mut finding = Finding::new(FindingKind::Semantic, name.span, message)
        .help("The valid units are `d`, `h`, `m`, `s`, `ms`, `microsecond` and `tick`.");
    let lower = unit.to_ascii_lowercase();
    let meant = match &*lower {
        "w" | "wk" | "wks" | "week" | "weeks" => {
            number.parse::<u32>().ok().and_then(|weeks| weeks.checked_mul(7)).map(|days| format!("{days}d"))
        }
        // In another case, or with an ending that the language does not have.
        "d" | "h" | "m" | "s" | "ms" | "day" | "days" | "hour" | "hours" | "hr" | "hrs" | "min"
        | "minute" | "minutes" | "sec" | "second" | "seconds" => Some(format!("{number}{lower}")),
        "mins" => Some(format!("{number}m")),
        "secs" => Some(format!("{number}s")),
        _ => None,
    };
    if let Some(text) = meant {
        finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span: name.span, text });
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    #[test]
    fn stars_stand_for_anything() {
        let matches_wildcard = super::matches_wildcard;
        assert!(
            matches_wildcard("Sec*", "SecurityEvent")
                && matches_wildcard("*", "x")
                && matches_wildcard("a*b*c", "a1b2c")
                && matches_wildcard("*_CL", "T_CL")
        );
        assert!(
            !matches_wildcard("Sec*", "Events")
                && !matches_wildcard("a*b", "a")
                && !matches_wildcard("a*bc*c", "abc")
        );
    }
}
