//! How often a detection runs, and how far back the service lets it look.

use super::{Frequency, Options};
use crate::content::duration::{DAY, HOUR, MINUTE};
use crate::content::{Duration, Form};
use crate::convert::notes;
use crate::diagnostic::Diagnostic;
use crate::knowledge::defender::{self, FREQUENCIES, WORKSPACE_FREQUENCIES};
use crate::source::Span;

/// Minutes as ISO 8601 writes them in the largest unit that fits.
pub fn iso(minutes: u64) -> String {
    let (day, hour) = (DAY / MINUTE, HOUR / MINUTE);
    match minutes {
        0 => "PT0S".to_owned(),
        minutes if minutes.is_multiple_of(day) => format!("P{}D", minutes / day),
        minutes if minutes.is_multiple_of(hour) => format!("PT{}H", minutes / hour),
        minutes => format!("PT{minutes}M"),
    }
}

/// Minutes as people write them: `4h`.
pub(super) fn short(minutes: u64) -> String {
    Duration::from_seconds(minutes * MINUTE).short()
}

/// The smallest frequency that is not shorter than this one and whose look-back covers a period, both in minutes.
pub(super) fn fitting(wanted: u64, period: u64, defender: bool) -> u64 {
    if defender {
        let fits = |(frequency, back): &&(u64, u64)| *frequency >= wanted.max(1) && *back >= period;
        let (longest, _) = FREQUENCIES[FREQUENCIES.len() - 1];
        return FREQUENCIES.iter().find(fits).map_or(longest, |(frequency, _)| *frequency);
    }
    let (least, most) = WORKSPACE_FREQUENCIES;
    let wanted = wanted.clamp(least, most);
    if defender::lookback(wanted) >= period {
        return wanted;
    }
    // Below a day the look-back is four times the frequency, and from a day on 30 days.
    let quarter = period.div_ceil(4);
    if quarter < DAY / MINUTE { quarter.max(wanted) } else { wanted.max(DAY / MINUTE) }
}

/// Whether a frequency in minutes is one of those that tables of a kind have.
pub fn is_frequency(minutes: u64, defender: bool) -> bool {
    let (least, most) = WORKSPACE_FREQUENCIES;
    FREQUENCIES.iter().any(|(frequency, _)| *frequency == minutes)
        || !defender && (least..=most).contains(&minutes)
}

/// The frequency of these tables that is not shorter than another one, both in minutes.
pub fn next_frequency(minutes: u64, defender: bool) -> u64 {
    if minutes == 0 { 0 } else { fitting(minutes, 0, defender) }
}

/// What the source says of its schedule, in minutes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// How often it runs.
    pub(super) frequency: Option<u64>,
    /// How far back it looks.
    pub(super) period: Option<u64>,
}

/// The frequency of a detection in minutes, with what there is to tell; the error is a refusal.
pub(super) fn frequency(
    asked: Asked,
    options: &Options,
    defender: bool,
    place: Span,
    told: &mut Vec<Diagnostic>,
) -> Result<u64, Box<Diagnostic>> {
    if let Frequency::Minutes(minutes) = options.frequency {
        if is_frequency(minutes, defender && minutes > 0) {
            return Ok(in_form(minutes, options, place, told));
        }
        let (message, help) = if defender {
            (
                format!("A detection over Defender tables cannot run every {}", short(minutes)),
                "Use 1h, 3h, 12h or 1d, or `continuous`.",
            )
        } else {
            (
                format!("A detection cannot run every {}", short(minutes)),
                "Use a frequency between 5m and 14d, or `continuous`.",
            )
        };
        return Err(Box::new(notes::SCHEDULE_REFUSED.at(place, message).help(help)));
    }
    let wanted = asked.frequency.unwrap_or(HOUR / MINUTE);
    let period = asked.period.unwrap_or_default();
    let found = fitting(wanted, period, defender);
    let back = defender::lookback(found);
    if asked.frequency.is_some_and(|wanted| found > wanted) {
        let message = format!(
            "The detection runs every {} instead of every {}: a run looks back {}, and the query needs {}",
            short(found),
            short(wanted),
            short(back),
            short(period)
        );
        told.push(notes::SCHEDULE_WIDENED.at(place, message));
    }
    if period > back {
        let message = format!(
            "The query looks back {}, but the service gives a detection at most {}",
            short(period),
            short(back)
        );
        told.push(notes::LOOKBACK_CUT.at(place, message));
    }
    Ok(in_form(found, options, place, told))
}

/// The same as the form of the result can say it.
fn in_form(minutes: u64, options: &Options, place: Span, told: &mut Vec<Diagnostic>) -> u64 {
    if !matches!(options.form, Form::Bicep | Form::Arm) || is_frequency(minutes, true) {
        return minutes;
    }
    let found = fitting(minutes, 0, true);
    let message = format!(
        "The detection runs every {} instead of every {}: templates have no other frequencies",
        short(found),
        short(minutes)
    );
    told.push(notes::SCHEDULE_WIDENED.at(place, message));
    found
}
