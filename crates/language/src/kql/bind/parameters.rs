//! The parameters of operators: what they take, and what they say.

use std::sync::Arc;

use super::super::ast::{Expr, ExprKind, Literal, Name, NameForm, Operator, OperatorKind, Param};
use super::super::error::Suggestion;
use super::super::foreign::{self, CHARTS};
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Symbol};
use super::super::types::{Column, Relation, Scalar};
use super::checks::is_literal;
use super::naming::value_of;
use super::recorder::NewColumn;
use super::spellings::goes_on;
use super::{Binder, FindingKind};
use crate::similar::nearest_name;
use crate::source::Span;

impl<'a> Binder<'a> {
    /// Whether the parameters of an operator have values that they take.
    pub(super) fn params(&mut self, operator: &'a Operator, row: Option<&Arc<Relation>>) {
        let with: &'a [Param] = match &operator.kind {
            OperatorKind::Render { chart, with } => {
                let other = matches!(&*chart.text, "table" | "list" | "sankey" | "");
                if !other && chart.text.chars().all(char::is_alphanumeric) && !is_chart(&chart.text) {
                    let message = format!("`{}` is not a chart type", chart.text);
                    let near = nearest_name(&chart.text, CHARTS.iter().copied());
                    self.report(Finding::new(FindingKind::Semantic, chart.span, message).meant(near));
                }
                with
            }
            OperatorKind::ParseKv { with, .. } | OperatorKind::Reduce { with, .. } => with,
            _ => &[],
        };
        for param in operator.params.iter().chain(with) {
            self.recorder.mention(param.name.span, || Symbol::Option {
                operator: operator.word,
                name: (&*param.name.text).into(),
            });
            let Some(value) = param.values.first().filter(|value| !value.span.is_empty()) else { continue };
            if let ExprKind::Literal(Literal::Word) = value.kind {
                let word = self.written(value.span).into();
                self.recorder
                    .mention(value.span, || Symbol::OptionValue { option: (&*param.name.text).into(), word });
            }
            match param.expected {
                Some(words) => self.unknown_word(operator, param, words, value),
                None => self.param_value(param, value, row),
            }
        }
    }

    fn unknown_word(&mut self, operator: &Operator, param: &'a Param, words: &[&str], value: &Expr) {
        let written = self.written(value.span);
        let name = &param.name.text;
        if &**name == "kind" && goes_on(operator, written) {
            return;
        }
        let message = format!("`{written}` is not a valid `{name}` for `{}`", operator.word);
        // The joins of SQL, and a value in quotes
        let bare = written.trim_matches(['"', '\'']);
        let bare = foreign::join_kind(bare).unwrap_or(bare);
        let same = words.iter().copied().find(|word| *word == bare && bare != written);
        let near = same.or_else(|| nearest_name(bare, words.iter().copied()));
        let help = format!("The valid values are `{}`.", words.join("`, `"));
        let finding = Finding::new(FindingKind::Semantic, value.span, message).meant(near);
        self.report(if near.is_some() { finding } else { finding.help(help) });
    }

    /// Whether the value of a parameter is of the type that it takes.
    fn param_value(&mut self, param: &'a Param, value: &'a Expr, row: Option<&Arc<Relation>>) {
        let Some((wanted, literal)) = Wanted::by(&param.name.text) else { return };
        let kind = match row {
            Some(row) => self.with_row_scope(row, |binder| binder.scalar(value)),
            None => self.with_empty_scope(|binder| binder.scalar(value)),
        };
        let fine = wanted.takes(kind) || wanted == Wanted::String && !literal && kind.dynamic();
        if kind.unknown() || fine && (!literal || is_literal(value)) {
            return;
        }
        let message = format!("`{}` takes {}", param.name.text, wanted.in_words());
        self.say(FindingKind::Argument, value.span, message);
    }

    /// How many rows: an integer that no row decides.
    pub(super) fn row_count(&mut self, expr: &'a Expr) {
        if let ExprKind::Name(name) = &value_of(expr).kind
            && self.names_nothing(name)
        {
            self.no_row_count(name);
            return;
        }
        let kind = self.scalar(value_of(expr));
        if !kind.integer() && !kind.unknown() {
            let message = format!("The number of rows must be an integer, got `{}`", kind.name());
            let mut finding = Finding::new(FindingKind::Type, expr.span, message);
            let digits = self.written(expr.span).trim_matches(['"', '\'']);
            if kind == Scalar::String && digits.parse::<u32>().is_ok() {
                finding.help = Some(format!("Remove the quotes around `{digits}`."));
                let title = format!("Replace with `{digits}`");
                finding.fix = Some(Suggestion { title, span: expr.span, text: digits.to_owned() });
            }
            self.report(finding);
        }
    }

    /// Whether a plain name is none of a column and of nothing else.
    fn names_nothing(&mut self, name: &Name) -> bool {
        let may_be = |row: &Arc<Relation>| row.has_unknown_columns || row.column(&name.text).is_some();
        let may_be_column = self.scope.row.as_ref().is_some_and(may_be);
        let is_table = self.catalog.table(&name.text).is_some();
        name.form == NameForm::Plain && !may_be_column && !is_table && self.resolve(name).is_none()
    }

    /// A name that is not defined for the number of rows, which no column can be.
    fn no_row_count(&mut self, name: &'a Name) {
        self.recorder.mention(name.span, || Symbol::Unresolved);
        if !name.text.eq_ignore_ascii_case("all") {
            let locals: Vec<Arc<str>> = self.names.visible().map(|local| local.name.clone()).collect();
            let near = nearest_name(&name.text, locals.iter().map(|local| &**local));
            let message = format!("`{}` is not defined", name.text);
            self.report(Finding::new(FindingKind::UnknownColumn, name.span, message).meant(near));
            return;
        }
        let message = format!("The number of rows must be an integer, not `{}`", name.text);
        let mut finding = Finding::new(FindingKind::Type, name.span, message);
        let before = self.text.get(..name.span.start as usize).unwrap_or_default().trim_end();
        let help = if before.ends_with("top") {
            "Use `sort by` to return all rows in order."
        } else {
            "Remove the operator: without it, all rows are returned."
        };
        finding.help = Some(help.to_owned());
        let pipe = before.strip_suffix("take").or_else(|| before.strip_suffix("limit")).map(str::trim_end);
        if let Some(rest) = pipe.and_then(|before| before.strip_suffix('|')) {
            let span = Span::new(rest.trim_end().len(), name.span.end as usize);
            let title = "Remove the operator".to_owned();
            finding.fix = Some(Suggestion { title, span, text: String::new() });
        }
        self.report(finding);
    }

    /// The word that a parameter of an operator has.
    pub(super) fn param_word(&self, operator: &'a Operator, name: &str) -> Option<&'a str> {
        let param = operator.params.iter().find(|param| &*param.name.text == name)?;
        param.values.first().map(|value| self.written(value.span))
    }

    /// The name that a parameter of an operator gives to a column.
    pub(super) fn param_name(operator: &'a Operator, names: &[&str]) -> Option<(&'a str, Span)> {
        Self::named_by(&operator.params, names)
    }

    /// The name that one of these parameters gives to a column.
    pub(super) fn named_by(params: &'a [Param], names: &[&str]) -> Option<(&'a str, Span)> {
        let param = params.iter().find(|param| names.contains(&&*param.name.text))?;
        let value = param.values.first()?;
        match &value.kind {
            ExprKind::Name(name) => Some((&name.text, name.span)),
            ExprKind::Literal(Literal::String(text)) => Some((text, value.span)),
            _ => None,
        }
    }

    /// The column that a parameter of an operator names, and the operator makes.
    pub(super) fn option_column(&mut self, name: &str, place: Span, kind: Scalar) -> Column {
        let origin = ColumnOrigin::Operator;
        let id = self.new_column(name, kind, |new| NewColumn { place: Some(place), origin, ..new });
        Column::new(name, kind).with_id(id)
    }
}

/// What the parameter of an operator takes, where that is more than a word of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Bool,
    Integer,
    Number,
    String,
}

impl Wanted {
    /// What the parameter of this name takes, and whether it has to be a literal.
    fn by(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "hint.num_partitions" => (Self::Integer, true),
            "decodeblocks"
            | "isfuzzy"
            | "best_effort"
            | "accumulate"
            | "greedy"
            | "hint.materialized"
            | "hint.progressive_top"
            | "force_remote" => (Self::Bool, true),
            "pair_delimiter" | "kv_delimiter" | "quote" | "escape" | "characters" => (Self::String, true),
            "title" | "xtitle" | "ytitle" => (Self::String, false),
            "threshold" => (Self::Number, true),
            _ => return None,
        })
    }

    fn takes(self, kind: Scalar) -> bool {
        match self {
            Self::Bool => kind == Scalar::Bool,
            Self::Integer => kind.integer(),
            Self::Number => kind.number(),
            Self::String => kind == Scalar::String,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Bool => "`true` or `false`",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
        }
    }
}

fn is_chart(name: &str) -> bool {
    CHARTS.contains(&name)
}
