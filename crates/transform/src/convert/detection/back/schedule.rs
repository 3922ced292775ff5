//! When the rule runs and how far it looks back, from the frequency of the detection and what the service gives that.

use super::{Asked, Work};
use crate::content::duration::MINUTE;
use crate::content::{Duration, Kind};
use crate::convert::detection::from_template::Catalogs;
use crate::convert::detection::schedule::short;
use crate::convert::notes;
use crate::diagnostic::Diagnostic;
use crate::knowledge::{defender, limits};
use crate::kql;
use crate::kql::bind::bind_at;
use crate::kql::lookback::{Bound, lookback};
use crate::kql::model::{Level, Occurrence, Symbol};
use crate::kql::timespan::Timespan;

/// The place of the frequency.
const FREQUENCY: &str = "schedule.frequency";

/// The schedule of a rule.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) kind: Kind,
    pub(super) frequency: Option<Duration>,
    pub(super) period: Option<Duration>,
}

impl Work<'_> {
    /// The schedule, where the options do not say another.
    pub(super) fn schedule(
        &mut self,
        asked: &Asked,
        catalogs: Catalogs<'_>,
    ) -> Result<Schedule, Vec<Diagnostic>> {
        let written = self.made.frequency().unwrap_or_default().to_owned();
        let Some(own) = Duration::parse(&written).map(|duration| duration.seconds.div_ceil(MINUTE)) else {
            let message = format!("`{written}` is not a valid frequency");
            let refusal = notes::VALUE_REFUSED.at(self.seen.place(FREQUENCY), message);
            return Err(vec![refusal.help("Write it as PT1H, P1D or PT0S.")]);
        };
        let kind = asked.kind.unwrap_or(if own == 0 { Kind::NrtRule } else { Kind::ScheduledRule });
        if kind == Kind::NrtRule {
            if own > 0 {
                let message = format!("The rule runs every minute instead of every {}", short(own));
                self.note(&notes::SCHEDULE_CHANGED, FREQUENCY, message);
            }
            return Ok(Schedule { kind, frequency: None, period: None });
        }
        let told = own.clamp(limits::MIN_FREQUENCY_MINUTES, limits::MAX_FREQUENCY_MINUTES);
        let frequency = asked.promote.frequency.as_ref().map_or(told, |asked| asked.seconds.div_ceil(MINUTE));
        if own == 0 && asked.promote.frequency.is_none() {
            let message = format!("The rule runs every {} instead of continuously", short(frequency));
            self.note(&notes::SCHEDULE_CHANGED, FREQUENCY, message);
        }
        let period = match &asked.promote.period {
            Some(period) => period.seconds.div_ceil(MINUTE),
            None => self.period(own, frequency, catalogs),
        };
        if period > frequency && asked.promote.period.is_none() {
            let (often, far) = (short(frequency), short(period));
            let message = format!(
                "The rule runs every {often} and looks back {far}, so the same event raises an alert in {} runs; \
                 Defender merges equal alerts, Sentinel does not. Use `--period {often}` to look at each event once",
                period.div_ceil(frequency)
            );
            self.note(&notes::ALERTS_REPEAT, FREQUENCY, message);
        }
        let duration = |minutes: u64| Some(Duration::from_seconds(minutes * MINUTE));
        Ok(Schedule { kind, frequency: duration(frequency), period: duration(period) })
    }

    /// What the service gives a run to look at, or the window of the query where that is shorter, in minutes.
    fn period(&mut self, own: u64, frequency: u64, catalogs: Catalogs<'_>) -> u64 {
        let stated = self.made.at(&["schedule", "lookback"]).and_then(|back| Duration::parse(back.as_str()?));
        let given = stated.map_or_else(|| defender::lookback(own), |back| back.seconds.div_ceil(MINUTE));
        let given = given.max(frequency);
        let window = self.window(catalogs).filter(|window| *window < given);
        let wanted = window.unwrap_or(given).max(frequency);
        let period = wanted.min(limits::MAX_PERIOD_MINUTES);
        if wanted > period {
            let message = format!(
                "A run of the detection looks back {}, but a rule can look back at most 14d",
                short(wanted)
            );
            self.note(&notes::LOOKBACK_CUT, FREQUENCY, message);
        }
        let why = if window.is_some() {
            "the query looks back no further"
        } else {
            "a run of the detection sees these"
        };
        let message =
            format!("The rule runs every {} over the last {}: {why}", short(frequency), short(period));
        self.note(&notes::SCHEDULE_DERIVED, FREQUENCY, message);
        period
    }

    /// How far back the query looks by itself, in minutes, where it limits each table that it reads.
    fn window(&self, catalogs: Catalogs<'_>) -> Option<u64> {
        let text = self.text(&["queryCondition", "queryText"]);
        let parse = kql::parse(text);
        let model = bind_at(Level::Full, text, &parse, catalogs.hunting, &[]);
        let is_table = |occurrence: &&Occurrence| matches!(occurrence.symbol, Symbol::Table(_));
        let reads = model.occurrences().iter().filter(is_table).count();
        let found = lookback(text, &parse, &model, Timespan::ZERO);
        if !found.unclear.is_empty() {
            return None;
        }
        let windows: Vec<_> = found
            .reaches
            .iter()
            .filter(|reach| reach.event_time && reach.bound == Bound::From)
            .map(|reach| reach.back.seconds().div_ceil(MINUTE))
            .collect();
        windows.iter().copied().max().filter(|window| *window > 0 && windows.len() >= reads.max(1))
    }
}
