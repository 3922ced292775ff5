//! The query of the rule, with everything that depends on it.

use std::cell::RefCell;
use std::sync::Arc;

use super::super::layout::Field;
use super::window::{one_line, range, timespan};
use super::{Work, notes};
use crate::convert::changes::{Change, Places, apply, explained, ordered};
use crate::knowledge::limits;
use crate::kql::ast::{Expr, ExprKind, Operator, OperatorKind, Rows};
use crate::kql::bind::{CatalogId, bind};
use crate::kql::lookback::lookback;
use crate::kql::model::SemanticModel;
use crate::kql::types::Relation;
use crate::kql::{self, Parse};
use crate::source::Span;

/// The last changed query of a file, with what it means: rules of several kinds mostly have the same.
#[derive(Default)]
pub struct Known(RefCell<Option<(CatalogId, String, Meant)>>);

/// A query that was read.
type Meant = (Arc<Parse>, Arc<SemanticModel>);

impl Known {
    fn of(&self, work: &Work<'_>, text: String) -> Meant {
        if text == work.query.text {
            return (work.query.shared_parse(), work.query.meaning(work.catalog));
        }
        let mut known = self.0.borrow_mut();
        if let Some((catalog, last, meant)) = &*known
            && *catalog == work.catalog.id()
            && *last == text
        {
            return meant.clone();
        }
        let parse = Arc::new(kql::parse(&text));
        let meaning = Arc::new(bind(&text, &parse, work.catalog, &[]));
        let (_, _, meant) = known.insert((work.catalog.id(), text, (parse, meaning)));
        meant.clone()
    }
}

/// The query as it will be, with what it means then.
pub(super) struct Changed {
    pub(super) parse: Arc<Parse>,
    pub(super) meaning: Arc<SemanticModel>,
    places: Places,
}

impl Changed {
    fn new(work: &Work<'_>, changes: &[Change]) -> Self {
        let (text, starts) = apply(work.query.text, changes);
        let (parse, meaning) = work.known.of(work, text);
        Self { parse, meaning, places: Places::new(&starts, changes) }
    }

    /// The place in the query as it was of one in the query as it is.
    pub(super) fn original(&self, span: Span) -> Span {
        self.places.original(span)
    }

    /// The columns that it returns, where it returns rows.
    pub(super) fn result(&self) -> Option<&Relation> {
        self.meaning.result.as_deref()
    }
}

impl Work<'_> {
    pub(super) fn query_and_schedule(&mut self, fields: &mut Vec<Field>) {
        let parse = self.query.parse();
        if let Some(error) = parse.errors.first() {
            let message = format!("The query has a syntax error: {}", error.message);
            self.ask(
                &notes::QUERY_REFUSED,
                self.query.span(error.span),
                message,
                "Fix the query first; run `sentlint check` for details.",
            );
            return;
        }
        let found =
            lookback(self.query.text, parse, &self.query.meaning(self.catalog), timespan(range(self)));
        let mut changes = self.renames();
        changes.extend(self.placeholders(&found));
        let mut remaining = found.clone();
        let mut windowless = false;
        if self.options.drop_window {
            let dropped = self.drop_windows(&found);
            let gone = |span: Span| {
                dropped.iter().any(|change| change.span.start <= span.start && span.end <= change.span.end)
            };
            if self.options.nrt {
                remaining.reaches.retain(|reach| !gone(reach.span));
                if !dropped.is_empty() {
                    self.aggregates(parse);
                }
            }
            // Whether nothing that is left looks back.
            windowless = !dropped.is_empty() && found.reaches.iter().all(|reach| gone(reach.span));
            if windowless && !self.options.nrt && self.options.period.is_none() {
                self.aggregates(parse);
            }
            changes.extend(dropped);
        }
        if let Some((end, stages)) = main_pipeline(parse) {
            changes.extend(self.drop_render(stages, end));
            self.trailing(stages);
        }
        self.schedule(&remaining, windowless, fields);
        let changes = ordered(changes);
        let changed = Changed::new(self, &changes);
        if let Some(error) = changed.parse.errors.first() {
            // This is our fault, and better said than written.
            let message = format!("The changed query would have a syntax error: {}", error.message);
            self.ask(
                &notes::QUERY_REFUSED,
                self.whole_query(),
                message,
                "This is a bug in sentlint; please report it.",
            );
            return;
        }
        self.requirements(&changed);
        self.event_time(&changed);
        let changes = self.entities(&changed, changes, fields);
        self.write_query(changes, fields);
    }

    fn write_query(&mut self, changes: Vec<Change>, fields: &mut Vec<Field>) {
        let changes = ordered(changes);
        let (mut text, places) = apply(self.query.text, &changes);
        self.places = Places::new(&places, &changes);
        for change in &changes {
            self.note(change.code, self.query.span(change.place), change.reason.clone());
        }
        let length = text.chars().count();
        if self.options.explain {
            let reasons: Vec<(usize, &str)> =
                places.iter().zip(&changes).map(|(at, change)| (*at, &*change.reason)).collect();
            text = explained(&text, &reasons);
        }
        let most = limits::MAX_QUERY;
        if text.chars().count() > most {
            let help = if length > most {
                "Shorten the query, for example by moving lists to a watchlist."
            } else {
                "Omit `--explain-changes`, whose comments make the query this long."
            };
            let message = format!(
                "The query has {} characters; the query of a rule can have at most {most}",
                text.chars().count()
            );
            self.ask(&notes::VALUE_REFUSED, self.whole_query(), message, help);
        }
        fields.push(Field::new("query", text));
    }

    /// Says what the operators at the end do to a rule.
    fn trailing(&mut self, stages: &[Operator]) {
        for stage in stages.iter().rev() {
            let place = self.query.span(stage.span);
            let said = one_line(self.query.text.get(stage.span.range()).unwrap_or_default());
            match (&stage.kind, stage.kind.facts().rows) {
                (OperatorKind::Render { .. }, _) => {}
                (OperatorKind::Sort(_), _) => {
                    let message = format!("`{said}` has no effect in a rule, which only counts rows");
                    self.note(&notes::SORT_WITHOUT_EFFECT, place, message);
                }
                (_, Rows::Take) => {
                    let message =
                        format!("`{said}` hides rows from the rule, which then only alerts on some of them");
                    self.note(&notes::ROWS_HIDDEN, place, message);
                }
                _ => break,
            }
        }
    }

    /// Says where an NRT rule counts within minutes what the hunting query counted within its window.
    fn aggregates(&mut self, parse: &Parse) {
        let Some((_, stages)) = main_pipeline(parse) else { return };
        let span = if self.options.nrt { "of about a minute" } else { "since the last run" };
        for stage in stages {
            if stage.kind.takes_aggregates() {
                let message = format!(
                    "`{}` now aggregates the events {span} instead of those in the hunting window",
                    stage.word
                );
                self.note(&notes::AGGREGATE_WINDOW, self.query.span(stage.keyword), message);
            }
        }
    }

    /// Alerts take their time from `TimeGenerated`.
    fn event_time(&mut self, changed: &Changed) {
        const TIME: &str = "TimeGenerated";
        let Some(result) = changed.result() else { return };
        if result.has_unknown_columns || result.column(TIME).is_some() {
            return;
        }
        let lost = changed.meaning.main_stages.windows(2).find_map(|pair| {
            (pair[0].1.column(TIME).is_some() && pair[1].1.column(TIME).is_none()).then_some(pair[1].0)
        });
        let stages = main_pipeline(&changed.parse).map(|(_, stages)| stages).unwrap_or_default();
        let operator = stages.iter().find(|stage| Some(stage.span) == lost);
        let advice = match operator.map(|operator| (operator.word, &operator.kind)) {
            Some((_, OperatorKind::Summarize { .. })) => {
                "add `TimeGenerated = max(TimeGenerated)` to `summarize`".to_owned()
            }
            Some((
                word,
                OperatorKind::Project(_) | OperatorKind::Distinct(_) | OperatorKind::ProjectKeep(_),
            )) => {
                format!("add it to `{word}`")
            }
            Some((word, _)) => format!("`{word}` drops it"),
            None => "return it".to_owned(),
        };
        let place = operator.map(|operator| self.query.span(changed.original(operator.keyword)));
        let place = place.unwrap_or_else(|| self.whole_query());
        let message =
            format!("The result has no `{TIME}`, so alerts do not show when the event happened; {advice}");
        self.note(&notes::EVENT_TIME_LOST, place, message);
    }
}

/// The operators of the query proper, with the end of what they work on.
pub(super) fn main_pipeline(parse: &Parse) -> Option<(u32, &[Operator])> {
    fn inside(expr: &Expr) -> Option<(u32, &[Operator])> {
        match &expr.kind {
            ExprKind::Pipeline { source, stages } => Some((source.span.end, stages)),
            ExprKind::Paren(inner) => inside(inner),
            _ => None,
        }
    }
    inside(parse.last_query()?)
}

/// The end of the query proper, where further operators can be put.
pub(super) fn end(parse: &Parse) -> Option<usize> {
    let query = parse.last_query()?;
    let fits = main_pipeline(parse).is_none_or(|(_, stages)| {
        stages.last().is_none_or(|last| {
            !matches!(
                last.kind,
                OperatorKind::Fork(_) | OperatorKind::Facet { .. } | OperatorKind::Render { .. }
            )
        })
    });
    fits.then_some(query.span.end as usize)
}
