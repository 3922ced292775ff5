//! When a rule runs and how far back it looks, from what the query says of time.

use super::super::layout::Field;
use super::{Work, notes};
use crate::content::Duration;
use crate::content::duration::{DAY, HOUR, MINUTE};
use crate::convert::changes::Change;
use crate::convert::windows::{self, last_pipe, with_line};
use crate::knowledge::limits;
use crate::kql::ast::{Operator, OperatorKind};
use crate::kql::lookback::{Bound, Lookback, Reach};
use crate::kql::timespan::Timespan;
use crate::source::{Span, capitalized};

/// The longest period that a rule can have, and how often it can run at most, in seconds.
const LONGEST: u64 = limits::MAX_PERIOD_MINUTES * MINUTE;
const SHORTEST: u64 = limits::MIN_FREQUENCY_MINUTES * MINUTE;
/// The period from which on a rule may run no more often than every so many seconds.
const LONG: u64 = limits::LONG_PERIOD_MINUTES * MINUTE;
const SELDOM: u64 = limits::LONG_PERIOD_MIN_FREQUENCY_MINUTES * MINUTE;

/// A length of time as it is written in content.
pub(super) fn written(seconds: u64) -> String {
    Duration::from_seconds(seconds).short()
}

/// The time range that the portal's placeholders stand for: how often the rule runs.
pub(super) fn range(work: &Work<'_>) -> u64 {
    let default = if work.options.nrt { HOUR } else { DAY };
    work.options.frequency.as_ref().map_or(default, |frequency| frequency.seconds)
}

/// The same for the language.
pub(super) fn timespan(seconds: u64) -> Timespan {
    Timespan::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}

impl Work<'_> {
    /// What stands for the ends of the portal's time range in a rule.
    pub(super) fn placeholders(&mut self, found: &Lookback) -> Vec<Change> {
        let range = written(range(self));
        let mut changes = Vec::new();
        for placeholder in &found.placeholders {
            let word = if placeholder.end { "{{EndTimeISO}}" } else { "{{StartTimeISO}}" };
            if !placeholder.moment {
                let place = self.query.span(placeholder.span);
                let message = format!(
                    "`{word}` is only filled in by the hunting page, and its value here cannot be determined"
                );
                self.ask(
                    &notes::LOOKBACK_UNCLEAR,
                    place,
                    message,
                    "Write `todatetime('{{StartTimeISO}}')`, or a constant such as `ago(1d)`.",
                );
                continue;
            }
            let (new, what) = if placeholder.end {
                ("now()".to_owned(), "the rule looks at events up to its run".to_owned())
            } else {
                (
                    format!("ago({range})"),
                    format!("the rule looks at events in the {range} since its last run"),
                )
            };
            let reason = format!("`{word}` is only filled in by the hunting page; {what}");
            changes.push(Change::new(&notes::PLACEHOLDER_FILLED, placeholder.span, new, reason));
        }
        changes
    }

    /// Frequency and period, or questions about them.
    pub(super) fn schedule(&mut self, found: &Lookback, dropped: bool, fields: &mut Vec<Field>) {
        self.unclear(found);
        let reach = found.furthest();
        let back = reach.map_or(0, |reach| minutes(reach.back.seconds()));
        let slack = reach.map_or(0, |reach| minutes(reach.slack.seconds()));
        if self.options.nrt {
            if let Some(reach) = reach {
                let message = format!(
                    "The query looks back {}, but an NRT rule evaluates each event once, soon after its ingestion",
                    written(back)
                );
                let help = "`--drop-window` removes conditions that only limit the query to its hunting window; `--to \
                            scheduled` keeps them.";
                self.ask(&notes::SCHEDULE_REFUSED, self.query.span(reach.span), message, help);
            }
            return;
        }
        // What is rounded down may reach further back than it says, as far as a rule can look.
        let wanted = if back <= LONGEST { (back + slack).min(LONGEST).max(back) } else { back };
        let most = self.options.max_period.as_ref().map(|most| most.seconds);
        let (frequency, period) = match (self.own("queryFrequency"), self.own("queryPeriod")) {
            (frequency, Some(period)) => (frequency, period),
            // What only limited the hunt is gone, so that each run sees what came since the last.
            (frequency, None) if dropped => {
                let frequency = frequency.unwrap_or(if wanted <= HOUR { HOUR } else { DAY });
                (Some(frequency), frequency)
            }
            (frequency, None) => {
                let period = match frequency {
                    Some(frequency) => wanted.max(frequency),
                    // A round hour or day, unless more is looked back.
                    None if wanted <= HOUR => HOUR,
                    None if wanted <= DAY => DAY,
                    None => wanted,
                };
                let period = most.map_or(period, |most| period.min(most));
                (frequency, period)
            }
        };
        let default = if wanted <= HOUR && period <= HOUR { HOUR } else { DAY };
        let frequency = frequency.unwrap_or(default.min(period));
        self.limits(reach, back, frequency, period);
        let because = self.because(reach, found, back);
        let told = self.options.period.is_some() || self.options.max_period.is_some();
        if let Some(reach) = reach
            && period < back
            && !dropped
        {
            let message = format!(
                "The query looks back {}, but the rule's period is {}",
                written(back),
                written(period)
            );
            self.note(&notes::LOOKBACK_CUT, self.query.span(reach.span), message);
        } else if let Some(reach) = reach
            && period < back + slack
            && !told
            && !dropped
        {
            let message = format!(
                "The time that is rounded down here may be {} back, but the rule's period is {}",
                written(back + slack),
                written(period)
            );
            self.note(&notes::LOOKBACK_CUT, self.query.span(reach.span), message);
        }
        let place = reach.map_or(self.whole_query(), |reach| self.query.span(reach.span));
        let (often, far) = (written(frequency), written(period));
        // The shortest window says how long a row is found again; a longer one beside it is a baseline.
        let windows = found.reaches.iter().filter(|reach| reach.bound == Bound::From && reach.event_time);
        let shortest = windows.map(|reach| minutes(reach.back.seconds())).min();
        let seen = shortest.map_or(0, |window| window.min(period));
        if !dropped && !told && self.options.frequency.is_none() && seen > frequency {
            let message = format!(
                "The rule runs every {often} and looks back {far}, so the same event raises an alert in {} runs; use \
                 `--frequency {far}` or `--drop-window` to get one alert per event",
                seen.div_ceil(frequency)
            );
            self.note(&notes::ALERTS_REPEAT, place, message);
        }
        self.note(
            &notes::SCHEDULE_DERIVED,
            place,
            format!("The rule runs every {often} over the last {far}: {because}"),
        );
        let comments = vec![format!("{}.", capitalized(&because))];
        fields.push(Field { comments, ..Field::new("queryFrequency", written(frequency)) });
        fields.push(Field::new("queryPeriod", written(period)));
    }

    /// What the options say, or else the file.
    fn own(&self, key: &str) -> Option<u64> {
        let asked = match key {
            "queryFrequency" => &self.options.frequency,
            _ => &self.options.period,
        };
        let file = || {
            let text = crate::content::model::field(self.common.root, key)?.text()?;
            Duration::parse(text.value)
        };
        // An answer to one of both questions is an answer to the other.
        let answered = self.options.frequency.is_some() || self.options.period.is_some();
        let own = asked.clone().or_else(|| if answered { None } else { file() });
        own.map(|duration| minutes(duration.seconds))
    }

    /// Why the schedule is as it is.
    fn because(&self, reach: Option<&Reach>, found: &Lookback, back: u64) -> String {
        let text = reach.and_then(|reach| self.query.text.get(reach.span.range()));
        let placeholder = found.placeholders.iter().any(|placeholder| placeholder.moment);
        match (text, reach) {
            (Some(text), Some(reach)) => {
                let line = self.query.text[..reach.span.start as usize].matches('\n').count() + 1;
                let window = if placeholder { ", the time range of the hunting page included" } else { "" };
                format!(
                    "the query looks back {} with `{}` in its line {line}{window}",
                    written(back),
                    one_line(text)
                )
            }
            _ => "the query has no time filter".to_owned(),
        }
    }

    /// What the query says of time and a rule cannot follow by itself.
    fn unclear(&mut self, found: &Lookback) {
        if self.options.period.is_some() {
            return;
        }
        if let Some(span) = found.unclear.first() {
            let what =
                if self.options.nrt { "looks back" } else { "looks back, and therefore the rule's period," };
            let message = format!(
                "How far the query {what} cannot be determined from `{}`",
                one_line(self.said(*span))
            );
            self.ask(
                &notes::LOOKBACK_UNCLEAR,
                self.query.span(*span),
                message,
                "Set it with `--period`, for example `--period 1d`.",
            );
        }
        for date in &found.dates {
            let place = self.query.span(date.span);
            let said = one_line(self.said(date.span));
            match date.bound {
                Bound::Until => {
                    let message = format!(
                        "The query looks at events before `{said}`, but a rule looks at recent events"
                    );
                    let help = "Remove the date from the query, or use `--period` to convert it as is.";
                    self.ask(&notes::LOOKBACK_UNCLEAR, place, message, help);
                }
                Bound::From => {
                    let message = format!(
                        "The time since `{said}` is longer than 14d, the longest look-back of a rule"
                    );
                    self.note(&notes::DATE_OUT_OF_REACH, place, message);
                }
                Bound::Other => {}
            }
        }
        if let Some(reach) = found.furthest()
            && reach.bound == Bound::Until
            && reach.event_time
        {
            let message =
                format!("The query looks at all events before `{}`", one_line(self.said(reach.span)));
            self.ask(
                &notes::LOOKBACK_UNCLEAR,
                self.query.span(reach.span),
                message,
                "Set how far back with `--period`, for example `--period 14d`.",
            );
        }
    }

    fn said(&self, span: Span) -> &str {
        self.query.text.get(span.range()).unwrap_or_default()
    }

    fn limits(&mut self, reach: Option<&Reach>, back: u64, frequency: u64, period: u64) {
        let place = reach.map_or(self.whole_query(), |reach| self.query.span(reach.span));
        if period > LONGEST {
            let asked = self.options.period.is_some() || self.options.frequency.is_some();
            let message = if asked && back <= LONGEST {
                format!("The rule would look back {}; a rule can look back at most 14d", written(period))
            } else {
                format!(
                    "The query looks back {}; a rule can look back at most 14d",
                    written(period.max(back))
                )
            };
            self.ask(
                &notes::SCHEDULE_REFUSED,
                place,
                message,
                "`--max-period 14d` limits the rule to the last 14 days.",
            );
        } else if frequency > period {
            let (often, far) = (written(frequency), written(period));
            let message =
                format!("A rule that runs every {often} and looks back {far} misses the events in between");
            self.ask(
                &notes::SCHEDULE_REFUSED,
                place,
                message,
                format!("Use `--period {often}` or `--frequency {far}`."),
            );
        } else if period >= LONG && frequency < SELDOM {
            let message = format!("A rule that looks back {} can run at most once an hour", written(period));
            self.ask(&notes::SCHEDULE_REFUSED, place, message, "Use `--frequency 1h`.");
        } else if frequency < SHORTEST {
            let message = format!("A rule cannot run every {}; the minimum is 5m", written(frequency));
            self.ask(
                &notes::SCHEDULE_REFUSED,
                place,
                message,
                "Use `--frequency 5m`, or create an NRT rule with `--to nrt`.",
            );
        }
    }

    /// The changes that take out conditions which only limit the query to its hunting window.
    pub(super) fn drop_windows(&self, found: &Lookback) -> Vec<Change> {
        let reason = "The schedule of a rule sets its time range, which this condition only repeats";
        windows::dropped(self.query.text, self.query.parse(), found, reason)
    }

    /// The change that takes out a `render` at the end.
    pub(super) fn drop_render(&self, stages: &[Operator], source_end: u32) -> Option<Change> {
        let (last, before) = stages.split_last()?;
        if !matches!(last.kind, OperatorKind::Render { .. }) {
            return None;
        }
        let end = before.last().map_or(source_end, |stage| stage.span.end);
        let pipe = last_pipe(self.query.parse(), end, last.keyword.start)?;
        let span = with_line(self.query.text, Span { end: last.span.end, ..pipe });
        let chart = one_line(self.said(last.span)).to_owned();
        let reason = format!("`{chart}` has no effect in a rule");
        Some(Change::new(&notes::RENDER_DROPPED, span, "", reason).at(last.span))
    }
}

/// Whole minutes, a part of one counted as one.
fn minutes(seconds: u64) -> u64 {
    seconds.div_ceil(MINUTE) * MINUTE
}

/// The first line of a text.
pub(super) fn one_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}
