//! Custom detections of Defender: what the service refuses, often without a reason, and what it does without a message.

mod action_column;
mod bicep_preview;
mod changing_detail;
mod custom_details;
mod destructive_action;
mod dynamic_columns;
mod entity_column;
mod frequency;
mod id;
mod lookback;
mod missing_column;
mod no_asset;
mod no_event;
mod nrt_column;
mod nrt_comment;
mod nrt_function;
mod nrt_let;
mod nrt_operator;
mod nrt_table;
mod old_shape;
mod provenance;
mod read_only;
pub(super) mod structure;
mod tactics;
mod threshold_window;
mod time_changed;
mod title;
mod unknown_entity;
mod weak_entity;
mod window;
mod workspace_name;

super::rules! {
    id::DetectionId,
    old_shape::DetectionOldShape,
    read_only::DetectionReadOnly,
    frequency::DetectionFrequency,
    lookback::DetectionLookback,
    window::DetectionWindow,
    threshold_window::DetectionThresholdWindow,
    no_event::DetectionNoEvent,
    missing_column::DetectionMissingColumn,
    time_changed::DetectionTimeChanged,
    workspace_name::DetectionWorkspaceName,
    nrt_table::DetectionNrtTable,
    nrt_operator::DetectionNrtOperator,
    nrt_let::DetectionNrtLet,
    nrt_comment::DetectionNrtComment,
    nrt_function::DetectionNrtFunction,
    nrt_column::DetectionNrtColumn,
    no_asset::DetectionNoAsset,
    unknown_entity::DetectionUnknownEntity,
    entity_column::DetectionEntityColumn,
    weak_entity::DetectionWeakEntity,
    tactics::DetectionTactics,
    title::DetectionTitle,
    dynamic_columns::DetectionDynamicColumns,
    custom_details::DetectionCustomDetails,
    changing_detail::DetectionChangingDetail,
    action_column::DetectionActionColumn,
    destructive_action::DetectionDestructiveAction,
    bicep_preview::DetectionBicepPreview,
    provenance::DetectionProvenance,
}

use std::sync::Arc;

use super::Context;
use super::result_columns::write_name;
use crate::content::detection::continuous::{Kind as Obstacle, obstacles};
use crate::content::detection::driving::{Event, event};
use crate::content::model::Text;
use crate::content::{Detection, Duration, Form, Query};
use crate::convert::detection::alert::dynamic_columns;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::knowledge::defender;
use crate::kql::types::Relation;
use crate::similar::slip_of;
use crate::source::Span;
use crate::yaml::{Node, ScalarMap};

/// A detection with its query.
pub(super) struct Seen<'a> {
    /// The detection.
    pub(super) detection: Detection<'a>,
    query: Option<&'a Query<'a>>,
}

/// The detections of a file.
pub(super) fn seen<'a>(cx: &Context<'a>) -> Vec<Seen<'a>> {
    let content = cx.content;
    // Detections and queries are in the same order.
    let mut queries = cx.queries.iter().peekable();
    let of = |detection: Detection<'a>| {
        let node = detection.query().map(|query| query.node);
        let same =
            |query: &&Query<'_>| query.node.zip(node).is_some_and(|(own, node)| std::ptr::eq(own, node));
        Seen { query: queries.next_if(same), detection }
    };
    content.detections().into_iter().map(of).collect()
}

impl<'a> Seen<'a> {
    /// The query, where it can be read.
    pub(super) fn sound(&self) -> Option<&'a Query<'a>> {
        self.query.filter(|query| query.parse().errors.is_empty())
    }

    /// The columns of the result, where all of them are known.
    pub(super) fn result(&self, cx: &Context<'_>) -> Option<Arc<Relation>> {
        let model = cx.meaning(self.sound()?);
        model.result.clone().filter(|result| !result.has_unknown_columns && !result.low_confidence)
    }

    /// The query with the event that its rows are about and the columns that it returns, where these are known.
    pub(super) fn judged(&self, cx: &Context<'_>) -> Option<(&'a Query<'a>, Event, Arc<Relation>)> {
        let (query, result) = (self.sound()?, self.result(cx)?);
        let event = event(query.parse(), &cx.meaning(query), cx.catalog)?;
        Some((query, event, result))
    }

    /// Whether the query reads a table of Defender.
    pub(super) fn reads_defender(&self, cx: &Context<'_>) -> bool {
        let Some(query) = self.query else { return true };
        let model = cx.meaning(query);
        model.tables.is_empty() || model.tables.iter().any(|(name, _)| defender::is_defender(name))
    }

    /// The frequency and the look-back of a run, in minutes.
    pub(super) fn schedule(&self) -> Option<(u64, u64)> {
        let minutes = |text: Text<'_>| Duration::parse(text.value).map(|duration| duration.seconds / 60);
        let frequency = minutes(self.detection.frequency()?)?;
        let own = self.detection.text("schedule.lookback").and_then(minutes);
        Some((frequency, own.unwrap_or_else(|| defender::lookback(frequency))))
    }

    /// The assets of the old shape.
    pub(super) fn old_assets(&self) -> &'a [Node] {
        let assets = self.detection.alert("impactedAssets").and_then(Node::as_sequence);
        assets.map(|list| list.items.as_slice()).unwrap_or_default()
    }

    /// The columns that custom details, title and description name, with their places in the file.
    pub(super) fn named_columns(&self, cx: &Context<'_>) -> Vec<(Span, String)> {
        let details = self.detection.details().filter_map(|entry| Text::of(&entry.value));
        let mut found: Vec<(Span, String)> =
            details.map(|text| (text.span(), text.value.to_owned())).collect();
        for path in ["detectionAction.alertTemplate.title", "detectionAction.alertTemplate.description"] {
            let Some(text) = self.detection.text(path) else { continue };
            let Some(map) = ScalarMap::new(cx.source(), text.node) else { continue };
            found.extend(
                dynamic_columns(text.value).into_iter().map(|(span, name)| (map.span(span), name.to_owned())),
            );
        }
        found
    }
}

/// Whether the file is Bicep, in which keys are not written as in YAML.
pub(super) fn is_bicep(cx: &Context<'_>) -> bool {
    cx.content.form() == Some(Form::Bicep)
}

/// Columns in a sentence.
pub(super) fn listed(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    crate::rules::words::listed(&quoted.iter().map(String::as_str).collect::<Vec<_>>(), "and")
}

/// Which columns there are.
pub(super) fn returned(result: &Relation) -> String {
    let names: Vec<String> =
        result.columns.iter().take(8).map(|column| format!("`{}`", column.name)).collect();
    let more = if result.columns.len() > names.len() { ", and others" } else { "" };
    format!("The query returns {}{more}.", names.join(", "))
}

/// A finding on a column that the result lacks, with the nearest one that it has.
pub(super) fn with_nearest(
    cx: &Context<'_>,
    finding: Diagnostic,
    column: &Text<'_>,
    result: &Relation,
) -> Diagnostic {
    let names = || result.columns.iter().map(|known| &*known.name);
    let same = names().find(|known| known.eq_ignore_ascii_case(column.value));
    let Some(near) = same.or_else(|| slip_of(column.value, names())) else {
        return finding.help(returned(result));
    };
    let fix = Fix::r#unsafe(format!("Replace with `{near}`"), write_name(cx, column, near));
    finding.help(format!("Did you mean `{near}`?")).fix(fix)
}

/// Reports what keeps a query from running continuously, of one kind. `fix` takes it out of the query, where it can be.
pub(super) fn report(
    cx: &Context<'_>,
    kind: Obstacle,
    at: fn(Span, String) -> Diagnostic,
    fix: fn(&Query<'_>, Span) -> Option<Fix>,
    out: &mut Vec<Diagnostic>,
) {
    for seen in seen(cx) {
        let Some(query) =
            seen.sound().filter(|_| seen.schedule().is_some_and(|(frequency, _)| frequency == 0))
        else {
            continue;
        };
        let model = query.analysis(cx.catalog);
        for obstacle in
            obstacles(query.text, query.parse(), &model).into_iter().filter(|one| one.kind == kind)
        {
            let finding = at(query.span(obstacle.span), obstacle.message).help(obstacle.help);
            let finding = finding.fix(fix(query, obstacle.span));
            out.push(if obstacle.sure { finding } else { finding.severity(Severity::Warning) });
        }
    }
}

/// Most obstacles are for the author to clear.
pub(super) fn no_fix(_: &Query<'_>, _: Span) -> Option<Fix> {
    None
}

/// Takes a comment out of a query, with its line where it stands alone.
pub(super) fn remove_comment(query: &Query<'_>, span: Span) -> Option<Fix> {
    let text = query.text;
    if text.get(span.range())?.trim_start_matches('/').trim_start().starts_with("sentlint:") {
        return None;
    }
    let before = &text[..span.start as usize];
    let line = before.trim_end_matches([' ', '\t']);
    let end = span.end as usize;
    let cut = if line.is_empty() || line.ends_with('\n') {
        let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        Span::new(line.len(), line_end)
    } else {
        Span::new(line.len(), end)
    };
    Fix::safe("Remove the comment", query.edit(cut, ""))
}
