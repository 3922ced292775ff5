//! As what a query or rule can be deployed, and why not as something else.

use serde::Serialize;

use crate::content::{Content, Kind};
use crate::convert::detection::{self, Catalogs, from_template};
use crate::convert::promote::{self, promote};
use crate::convert::{self, Params};
use crate::diagnostic::Diagnostic;
use crate::report::words;
use crate::workspace::View;

/// A form in which content runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Way {
    pub(super) name: &'static str,
    /// Why not; `None` if nothing is known that would prevent it.
    pub(super) obstacle: Option<String>,
    /// The option of `sentlint convert` that makes it; `None` for what the content is already.
    pub(super) option: Option<&'static str>,
}

const SCHEDULED: (&str, &str) = ("Scheduled rule", "scheduled");
const NRT: (&str, &str) = ("NRT rule", "nrt");
const DETECTION: (&str, &str) = ("Custom detection", "detection");

/// For more files than these, only the way of their own kind is looked at: a conversion takes longer than a check.
pub(super) const MOST_TRIED: usize = 1000;

/// The ways that are open to a kind of content, those of other kinds only if they are to be tried. `blocked` is the finding
/// that keeps it from being deployed as it is.
pub(super) fn ways(content: &Content, view: &View<'_>, blocked: Option<&str>, tries: bool) -> Vec<Way> {
    let own = match content.kind {
        Kind::HuntingQuery => "Hunting query",
        Kind::ScheduledRule => SCHEDULED.0,
        Kind::NrtRule => NRT.0,
        _ => return Vec::new(),
    };
    let mut found = vec![Way { name: own, obstacle: blocked.map(str::to_owned), option: None }];
    if !tries {
        return found;
    }
    let prepared = convert::prepare(content, &Params::default(), view).map_err(|refusal| *refusal);
    let mut add = |(name, option): (&'static str, &'static str), tried: Result<(), String>| {
        found.push(Way { name, obstacle: tried.err(), option: Some(option) });
    };
    let prepared = match &prepared {
        Ok(prepared) => &prepared.content,
        Err(refusal) => {
            add(DETECTION, Err(words(&refusal.message)));
            return found;
        }
    };
    if content.kind == Kind::HuntingQuery {
        for (way, nrt) in [(SCHEDULED, false), (NRT, true)] {
            let options = promote::Options { nrt, ..promote::Options::default() };
            add(way, promote(prepared, &options, view).map(drop).map_err(|reasons| first(&reasons)));
        }
    }
    let hunting = view.hunting();
    let catalogs = Catalogs { workspace: view, hunting };
    add(
        DETECTION,
        from_template(prepared, &detection::Options::default(), catalogs)
            .map(drop)
            .map_err(|reasons| first(&reasons)),
    );
    found
}

/// The first of the reasons.
fn first(reasons: &[Diagnostic]) -> String {
    reasons.first().map_or_else(|| "the reason is not known".to_owned(), |reason| words(&reason.message))
}
