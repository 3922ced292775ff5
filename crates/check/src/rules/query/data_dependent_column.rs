//! `data-dependent-column`

mod fix;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use self::fix::{fits_strings, fix, written};
use self::sources::{Makers, assumed};
use super::tree::{source_text, tree};
use crate::content::{Query, Template, Word};
use crate::diagnostic::Diagnostic;
use crate::knowledge::tables;
use crate::kql::ast::{ExprKind, Operator, OperatorKind};
use crate::rules::result_columns::named_columns;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::ScalarMap;

#[cfg(test)]
mod tests;

declare_rule! {
    /// A column that only exists if the data contains it.
    ///
    /// ## Why is this bad?
    ///
    /// `bag_unpack` creates columns from the properties that occur in the data, and `pivot` from the values that occur.
    /// If no row has the property, the query fails with an unknown column: in an empty workspace, for example, and
    /// therefore when the rule is saved.
    ///
    /// Only the first use of each column is reported, and only if the column cannot come from a table.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceEvents
    ///   | extend Fields = parse_json(AdditionalFields)
    ///   | evaluate bag_unpack(Fields)
    ///   | where ToolName == "relay"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started
    /// description: Identifies hosts on which a remote management tool was started.
    /// query: |
    ///   DeviceEvents
    ///   | extend Fields = parse_json(AdditionalFields)
    ///   | evaluate bag_unpack(Fields)
    ///   | extend ToolName = column_ifexists("ToolName", "")
    ///   | where ToolName == "relay"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The column is added with `column_ifexists` after the operator, with a default that fits its uses. The type of
    /// the default may not match, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/bag-unpack-plugin>
    /// - <https://learn.microsoft.com/kusto/query/pivot-plugin>
    /// - <https://learn.microsoft.com/kusto/query/column-ifexists-function>
    /// - <https://github.com/Azure/Azure-Sentinel/issues/10021>
    pub(crate) DataDependentColumn {
        id: "data-dependent-column",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

/// The plug-ins that make columns of the data.
const MAKERS: [&str; 2] = ["bag_unpack", "pivot"];

impl Rule for DataDependentColumn {
    /// The columns that the metadata takes from the result of the query.
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let makes = |query: &&Query<'_>| query.may_have(&[Word::BagUnpack, Word::Pivot]);
        let Some(query) = cx.query().filter(makes) else { return };
        let Some(tree) = tree(query) else { return };
        let model = query.analysis(cx.catalog);
        let makers = Makers::new(&model, tree.let_values(model.clone()));
        let Some(maker) = tree.result().and_then(|result| makers.at_end_of(result)) else { return };
        let Some(result) = &model.result else { return };
        let mut told = BTreeSet::new();
        for (text, part) in named_columns(template) {
            let name = text.value.get(part.range()).unwrap_or_default();
            let named = model.occurrences().iter().any(|one| source_text(query, one.span) == name);
            if result.column(name).is_none() && !named && told.insert(name) {
                let place = ScalarMap::new(cx.source(), text.node).map_or(text.span(), |map| map.span(part));
                out.extend(finding(cx, query, name, place, &[maker], false));
            }
        }
    }

    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !query.may_have(&[Word::BagUnpack, Word::Pivot]) {
            return;
        }
        let Some(tree) = tree(query) else { return };
        let model = query.analysis(cx.catalog);
        let makers = Makers::new(&model, tree.let_values(model.clone()));
        let pipelines = tree.pipelines();
        let nested: Vec<Span> = pipelines.iter().filter(|one| !one.fed).map(|one| one.span).collect();
        let mut first: BTreeMap<&str, (Span, Vec<&Operator>)> = BTreeMap::new();
        for pipeline in &pipelines {
            let mut maker = pipeline.source.and_then(|source| makers.at_end_of(source));
            for stage in &pipeline.stages {
                if let Some(maker) = maker {
                    for (name, place) in assumed(query.text, &model, stage.span, &nested) {
                        let (known, makers) = first.entry(name).or_insert_with(|| (place, Vec::new()));
                        let earlier = place.start < known.start;
                        if earlier {
                            *known = place;
                        }
                        if makers.iter().all(|known| known.span != maker.span) {
                            makers.insert(if earlier { 0 } else { makers.len() }, maker);
                        }
                    }
                }
                maker = makers.after(maker, stage);
            }
        }
        // What the documentation of a table does not name, and the table has.
        first.retain(|name, _| !model.tables.iter().any(|(table, _)| tables::undocumented(table, name)));
        // A query may name many such columns, and reading it again for each would cost much.
        let all = || first.iter().map(|(name, (_, makers))| (*name, makers.as_slice()));
        let strings_fit = first.len() > 1 && !cx.proving && fits_strings(cx, query, all());
        for (name, (place, makers)) in &first {
            out.extend(finding(cx, query, name, query.span(*place), makers, strings_fit));
        }
    }
}

/// The finding for a column that these operators make, the one that makes it where it is used first before the others.
fn finding(
    cx: &Context<'_>,
    query: &Query<'_>,
    name: &str,
    place: Span,
    makers: &[&Operator],
    fits_string: bool,
) -> Option<Diagnostic> {
    let maker = *makers.first()?;
    let OperatorKind::Evaluate { call, .. } = &maker.kind else { return None };
    let plugin = call
        .as_call()
        .map_or("bag_unpack", |(name, _)| if &*name.text == "pivot" { "pivot" } else { "bag_unpack" });
    let makes = if plugin == "pivot" { "the values in the data" } else { "the properties in the data" };
    let message = format!("`{name}` may not exist: `{plugin}` creates columns from {makes}");
    let written = written(name);
    let help = format!(
        "Use `column_ifexists(\"{name}\", ...)`, or add an output schema to `{plugin}`: `: (*, {written}: string)`."
    );
    let found = DataDependentColumn::at(place, message)
        .label(query.span(maker.span), "the columns are created here")
        .help(help);
    if cx.proving {
        return Some(found);
    }
    Some(found.fix(fix(cx, query, name, makers, fits_string)))
}

/// Whether an operator makes columns of the data, without a schema that names them.
fn makes_columns(operator: &Operator) -> bool {
    let OperatorKind::Evaluate { call, schema: None } = &operator.kind else { return false };
    matches!(&call.kind, ExprKind::Call { name, .. } if MAKERS.contains(&&*name.text))
}
