//! A query of a workspace or of a hunt becomes the query of a custom detection: with the names of advanced hunting, without
//! the window that the schedule sets, and with the columns by which the service finds the event.

use super::carry::{Carry, Refused};
use super::draft::Draft;
use crate::content::Query;
use crate::content::detection::driving::{Driving, Event};
use crate::convert::changes::Change;
use crate::convert::renames::Renaming;
use crate::convert::{notes, windows};
use crate::diagnostic::RuleMeta;
use crate::knowledge::defender;
use crate::kql::ast::{Expr, ExprKind, Operator, OperatorKind, StatementKind};
use crate::kql::bind::Catalog;
use crate::kql::lookback::{Bound, Lookback, lookback};
use crate::kql::model::Symbol;
use crate::kql::timespan::Timespan;
use crate::kql::{Node, walk, walk_statements};
use crate::source::Span;

/// What is asked of the query.
pub(super) struct Ask<'c> {
    /// The tables and functions of the workspace.
    pub(super) workspace: &'c dyn Catalog,
    /// The same as advanced hunting shows them.
    pub(super) hunting: &'c dyn Catalog,
    /// Whether conditions that only limit it to the window of a hunt are taken out.
    pub(super) drop_window: bool,
    /// The length in seconds that stands for the time range of the hunting page.
    pub(super) range: u64,
}

/// A change or a remark about the query, at its place in the query as it was.
#[derive(Clone, Debug)]
pub(super) struct Remark {
    pub(super) code: &'static RuleMeta,
    pub(super) place: Span,
    pub(super) message: String,
}

/// A query as it is so far, with what was done.
pub(super) struct Adapted<'c> {
    pub(super) draft: Draft<'c>,
    pub(super) event: Event,
    pub(super) remarks: Vec<Remark>,
    /// How far it looks back by itself, where it says so, in seconds.
    pub(super) lookback: Option<u64>,
}

/// The columns that name an asset, the surest first.
const ASSET_ORDER: [&str; 9] = [
    "DeviceId",
    "AccountObjectId",
    "AccountUpn",
    "RecipientEmailAddress",
    "RecipientObjectId",
    "AccountSid",
    "InitiatingProcessAccountObjectId",
    "InitiatingProcessAccountUpn",
    "DeviceName",
];

/// The name of every column as advanced hunting has it, without windows and charts; not yet with the required columns.
pub(super) fn prepared<'c>(
    query: &Query<'_>,
    ask: &Ask<'c>,
) -> Result<(Draft<'c>, Vec<Remark>, Option<u64>), Refused> {
    let text = query.text;
    let first = Draft::of_query(query, ask.workspace);
    if let Some(error) = first.parse.errors.first() {
        return Err(Refused {
            code: &notes::QUERY_REFUSED,
            place: error.span,
            message: format!("The query has a syntax error: {}", error.message),
            help: "Fix the query first; run `sentlint check` for details.".to_owned(),
        });
    }
    let range = Timespan::from_seconds(i64::try_from(ask.range).unwrap_or(i64::MAX));
    let found = lookback(text, &first.parse, &first.model, range);
    let mut changes = names(&first);
    changes.extend(names_of_times(&first, &changes));
    changes.extend(placeholders(&found));
    let reason = "The service gives a rule the events of its look-back, so a condition for the last days only repeats it";
    let dropped =
        if ask.drop_window { windows::dropped(text, &first.parse, &found, reason) } else { Vec::new() };
    let gone = |span: Span| dropped.iter().any(|change| change.span.contains(span));
    let left = found
        .reaches
        .iter()
        .filter(|reach| reach.event_time && reach.bound == Bound::From && !gone(reach.span));
    let looks_back = left.map(|reach| reach.back.seconds()).max();
    changes.extend(dropped);
    let (mut draft, made) = first.changed_in(changes, ask.hunting);
    let mut remarks: Vec<Remark> = made.iter().map(|change| remark(&first, change)).collect();
    // A `let` that only a window used goes with it, and then those that only it used.
    for _ in 0..16 {
        let changes = unused_lets(&first, &draft);
        if changes.is_empty() {
            break;
        }
        let (next, made) = draft.changed(changes);
        remarks.extend(made.iter().map(|change| remark(&draft, change)));
        draft = next;
    }
    if let Some(span) = leading_rule(&draft, &first) {
        (draft, _) = draft.changed(vec![Change::new(&notes::COMMENT_REMOVED, span, "", "")]);
    }
    Ok((draft, remarks, looks_back))
}

/// Empty comments that stood between `let`s and the query, where nothing is left before them.
fn leading_rule(draft: &Draft<'_>, first: &Draft<'_>) -> Option<Span> {
    let empty = |line: &str| matches!(line.trim(), "" | "//");
    let length: usize = draft.text.split_inclusive('\n').take_while(|line| empty(line)).map(str::len).sum();
    let had = first.text.split_inclusive('\n').next().is_some_and(empty);
    (length > 0 && !had).then(|| Span::new(0, length))
}

/// The query with the columns that identify the event. `has_asset` tells whether its result names an asset already.
pub(super) fn adapted<'c>(
    draft: &Draft<'c>,
    mut remarks: Vec<Remark>,
    lookback: Option<u64>,
    has_asset: &dyn Fn(&Draft<'c>, &Event) -> bool,
) -> Result<Adapted<'c>, Refused> {
    let traced = |refused: Refused| Refused { place: draft.original(refused.place), ..refused };
    let attempt = |asset: Option<&'static str>| -> Result<(Draft<'c>, Vec<Remark>, Event), Refused> {
        let mut carry = Carry::new(draft, asset);
        let event = carry.query()?;
        if !event.is_any() {
            return Err(no_event(&event));
        }
        let changes = std::mem::take(&mut carry.changes);
        let needed = carry.needed(&event);
        drop(carry);
        let (next, made) = draft.changed(changes);
        verify(draft, &next, &event, &needed)?;
        Ok((next, made.iter().map(|change| remark(draft, change)).collect(), event))
    };
    let (mut next, mut made, event) = attempt(None).map_err(traced)?;
    if !has_asset(&next, &event) {
        let known = |asset: &&str| event.sources.iter().any(|source| source.assets.contains(asset));
        let others = event.sources.iter().flat_map(|source| source.assets);
        let asset = ASSET_ORDER.iter().copied().find(known).or_else(|| others.into_iter().next());
        let Some(asset) = asset else { return Err(traced(no_asset(&event))) };
        (next, made, _) = attempt(Some(asset)).map_err(traced)?;
        if !has_asset(&next, &event) {
            return Err(traced(no_asset(&event)));
        }
    }
    remarks.extend(made);
    Ok(Adapted { draft: next, event, remarks, lookback })
}

/// A remark about a change of a draft.
pub(super) fn remark(draft: &Draft<'_>, change: &Change) -> Remark {
    Remark { code: change.code, place: draft.original(change.place), message: change.reason.clone() }
}

/// Nothing is written whose result lacks what the service asks for, or that has an error which the query did not have.
fn verify(before: &Draft<'_>, after: &Draft<'_>, event: &Event, needed: &[&str]) -> Result<(), Refused> {
    let refuse = |message: String| Refused {
        code: &notes::QUERY_REFUSED,
        place: Span::at(before.parse.last_query().map_or(0, |query| query.span.start as usize)),
        message,
        help: "Return these columns from the query, each as the event has it.".to_owned(),
    };
    if let Some(error) = after.new_error(before) {
        return Err(refuse(format!("The adapted query would have an error: {error}")));
    }
    let lacking: Vec<&str> = needed.iter().copied().filter(|column| !after.may_return(column)).collect();
    if lacking.is_empty() || event.is_satisfied(|column| after.may_return(column)) {
        return Ok(());
    }
    let columns = super::operators::listed(&lacking);
    Err(refuse(format!("The query does not return {columns}, and cannot be changed to do so")))
}

fn no_event(event: &Event) -> Refused {
    let (place, why) =
        event.others.first().cloned().unwrap_or((Span::default(), "it reads no table".to_owned()));
    Refused {
        code: &notes::NO_EVENT_TABLE,
        place,
        message: format!("The query returns no events that an alert could be about: {why}"),
        help: "Start from a table of events, such as `DeviceEvents`, and join this one to it.".to_owned(),
    }
}

fn no_asset(event: &Event) -> Refused {
    let source = event.sources.first();
    let name = source.map(|source| &*source.name).unwrap_or_default();
    let help = match name {
        "EmailUrlInfo" | "EmailAttachmentInfo" => {
            "Join `EmailEvents` on `NetworkMessageId`, which has the recipient."
        }
        "AlertInfo" => "Join `AlertEvidence` on `AlertId`, which has the devices and accounts.",
        "OAuthAppInfo" => "Join `CloudAppEvents`, which has the accounts.",
        _ => "Return a column with a device, an account or a mailbox, or map one in `entityMappings`.",
    };
    Refused {
        code: &notes::NO_ASSET,
        place: source.map(|source| source.place).unwrap_or_default(),
        message: format!(
            "No column of the result names a device, an account or a mailbox, which every detection needs, and `{name}` \
             has none"
        ),
        help: help.to_owned(),
    }
}

/// The changes that give columns of Defender's tables their names in advanced hunting.
fn names(draft: &Draft<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (table, old, new) in defender::renames() {
        let ours = |name: &str| if table == "*" { defender::is_defender(name) } else { name == table };
        let reason = match table {
            "*" => format!("`{old}` is `{new}` in advanced hunting"),
            table => format!("`{old}` of `{table}` is `{new}` in advanced hunting"),
        };
        let renaming = Renaming { old, new, table: &ours, reason };
        changes.extend(renaming.changes(&draft.text, &draft.parse, &draft.model, draft.catalog));
    }
    changes
}

/// The changes that give the time of the event its name in advanced hunting where `arg_max` gives it the one of a workspace:
/// `(TimeGenerated, ReportId) = arg_max(TimeGenerated, ReportId)`. `renamed` are the columns that get the name anyway.
fn names_of_times(draft: &Draft<'_>, renamed: &[Change]) -> Vec<Change> {
    let (old, new) = ("TimeGenerated", "Timestamp");
    let mut made: Vec<Span> = Vec::new();
    // What has the new name already is something else.
    if draft.text.contains(new) {
        return Vec::new();
    }
    walk_statements(&draft.parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Named { names, value, .. }, .. }) = node
            && let [first, _, ..] = &names[..]
            && &*first.text == old
            && let Some((function, args)) = value.as_call()
            && matches!(&*function.text, "arg_max" | "arg_min")
            && args.first().is_some_and(|arg| renamed.iter().any(|change| change.span == arg.span))
        {
            made.push(first.span);
        }
        true
    });
    let model = &draft.model;
    let family = model.columns_where(|_, column, known| match column.place {
        Some(place) => &*column.name == old && made.contains(&place),
        None => column.name.contains(old) && column.named_after.is_some_and(|after| known.has(after)),
    });
    let mut places = made.clone();
    for id in family.iter() {
        places.extend(model.references(&Symbol::Column(id)).map(|occurrence| occurrence.span));
    }
    places.sort_unstable();
    places.dedup();
    let change = |place: &Span| {
        let start = place.start as usize + draft.said(*place).find(old)?;
        let reason = format!("`{old}` is `{new}` in advanced hunting");
        Some(Change::new(&notes::COLUMN_RENAMED, Span::new(start, start + old.len()), new, reason))
    };
    places.iter().filter_map(change).collect()
}

/// What stands for the ends of the hunting page's time range.
fn placeholders(found: &Lookback) -> Vec<Change> {
    let change = |placeholder: &crate::kql::lookback::Placeholder| {
        let (new, what) = if placeholder.end {
            ("now()", "a detection looks at events up to its run")
        } else {
            ("ago(1d)", "a detection has no time range to choose")
        };
        let reason = format!("this is only filled in by the hunting page; {what}");
        placeholder.moment.then(|| Change::new(&notes::PLACEHOLDER_FILLED, placeholder.span, new, reason))
    };
    found.placeholders.iter().filter_map(change).collect()
}

/// The changes that take out `let`s which nothing uses any more.
fn unused_lets(first: &Draft<'_>, draft: &Draft<'_>) -> Vec<Change> {
    let unused = |draft: &Draft<'_>| -> Vec<(String, Span)> {
        let lets = draft.parse.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Let { name, .. } => Some((name, statement.span)),
            _ => None,
        });
        let is_used = |name: &crate::kql::ast::Name| {
            draft.model.symbol(name.span).is_none_or(|symbol| draft.model.references(symbol).count() > 1)
        };
        lets.filter(|(name, _)| !is_used(name)).map(|(name, span)| (name.text.to_string(), span)).collect()
    };
    let before = unused(first);
    let reason = "nothing uses this `let` any more";
    let change = |(name, span): (String, Span)| {
        if before.iter().any(|(known, _)| *known == name) {
            return None;
        }
        let text = &draft.text;
        let rest = &text[span.end as usize..];
        let semicolon = rest.len() - rest.trim_start().len();
        let mut end = span.end as usize;
        if rest.trim_start().starts_with(';') {
            end += semicolon + 1;
        }
        // The line goes with it, where nothing else stands there.
        let before = &text[..span.start as usize];
        let tail = &text[end..];
        let blanks = tail.len() - tail.trim_start_matches([' ', '\t']).len();
        let ends = tail[blanks..].starts_with(['\n', '\r']);
        if (before.is_empty() || before.ends_with('\n')) && ends {
            end += blanks + if tail[blanks..].starts_with("\r\n") { 2 } else { 1 };
        }
        Some(Change::new(&notes::WINDOW_DROPPED, Span::new(span.start as usize, end), "", reason).at(span))
    };
    unused(draft).into_iter().filter_map(change).collect()
}

/// Whether a condition stands on what the query has aggregated, so that it depends on how many events a run sees.
pub(super) fn has_threshold(draft: &Draft<'_>) -> bool {
    fn judged(stages: &[Operator]) -> bool {
        let grouped = stages.iter().position(|stage| matches!(stage.kind, OperatorKind::Summarize { .. }));
        grouped.is_some_and(|at| stages[at..].iter().any(|stage| stage.condition().is_some()))
    }
    let mut found = false;
    walk_statements(&draft.parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Pipeline { stages, .. }, .. }) = node {
            found |= judged(stages);
        }
        !found
    });
    found
}

/// The query with a condition after each of its event tables that limits a run to so many seconds, so that a threshold
/// counts as many events as before.
pub(super) fn limited<'c>(
    draft: &Draft<'c>,
    event: &Event,
    seconds: u64,
) -> Option<(Draft<'c>, Vec<Remark>)> {
    let length = crate::content::Duration::from_seconds(seconds).short();
    let driving = Driving::new(&draft.parse, &draft.model, draft.catalog);
    let sources = driving.event(draft.parse.last_query()?).sources;
    let mut heads = Vec::new();
    walk_statements(&draft.parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Pipeline { source, .. }, .. }) = node {
            heads.push(source.span);
        }
        true
    });
    let line = if draft.text.contains('\n') { "\n" } else { " " };
    let reason = format!(
        "a condition counts what the query groups, and a run of the detection sees more than the last {length} of the rule"
    );
    let mut changes = Vec::new();
    for source in &sources {
        // What a function returns has no ingestion time.
        let is_function = draft.catalog.function(&source.name).is_some();
        let time = if is_function { "TimeGenerated" } else { "ingestion_time()" };
        let condition = format!("{line}| where {time} > ago({length})");
        let change = |span: Span, text: String| {
            Change::new(&notes::THRESHOLD_WINDOW, span, text, reason.clone()).at(source.place)
        };
        if heads.contains(&source.place) {
            changes.push(change(Span::at(source.place.end as usize), condition));
        } else {
            let text = format!("({}{})", draft.said(source.place), condition.replace('\n', " "));
            changes.push(change(source.place, text));
        }
    }
    if changes.is_empty() || event.sources.is_empty() {
        return None;
    }
    let (next, made) = draft.changed(changes);
    let remarks = made.iter().map(|change| remark(draft, change)).collect();
    next.new_error(draft).is_none().then_some((next, remarks))
}

/// The operators of the query proper, where it is one pipeline.
pub(super) fn main_stages<'d>(draft: &'d Draft<'_>) -> Option<(&'d Expr, &'d [Operator])> {
    match &draft.parse.last_query()?.inner().kind {
        ExprKind::Pipeline { source, stages } => Some((source, stages)),
        _ => None,
    }
}

/// Whether an operator only puts rows or columns in order, or draws them.
pub(super) fn is_cosmetic(operator: &Operator) -> bool {
    matches!(
        operator.kind,
        OperatorKind::Sort(_)
            | OperatorKind::ProjectReorder(_)
            | OperatorKind::Render { .. }
            | OperatorKind::As(_)
    ) || matches!(&operator.kind, OperatorKind::Serialize(items) if items.is_empty())
}

/// The places that name a `let`, its own name apart.
pub(super) fn uses(draft: &Draft<'_>, name: &crate::kql::ast::Name) -> Vec<Span> {
    let Some(symbol) = draft.model.symbol(name.span) else { return Vec::new() };
    let places = draft.model.references(symbol).map(|occurrence| occurrence.span);
    places.filter(|place| *place != name.span).collect()
}

/// Whether an expression reads like one token, so that it can stand anywhere without parentheses.
pub(super) fn is_atom(expr: &Expr) -> bool {
    let mut simple = true;
    walk(Node::Expr(expr), &mut |node| {
        if let Node::Expr(inner) = node {
            simple &= !matches!(
                inner.kind,
                ExprKind::Binary { .. }
                    | ExprKind::Logical { .. }
                    | ExprKind::Unary { .. }
                    | ExprKind::Between { .. }
                    | ExprKind::InList { .. }
            ) || !std::ptr::eq(inner, expr);
        }
        simple
    });
    simple
}
