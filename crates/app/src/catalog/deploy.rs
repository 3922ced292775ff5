//! As what a query or rule can be deployed, and why not as something else.

use serde::Serialize;

use crate::content::{Content, Kind, Query};
use crate::convert::detection::{self, Catalogs, from_template_with};
use crate::convert::promote::{self, promote_with};
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

/// The ways that are open to a kind of content, its own first. What keeps it from being deployed as it is, the rules say.
pub(super) fn ways(content: &Content, queries: &[Query<'_>], view: &View<'_>) -> Vec<Way> {
    let own = match content.kind {
        Kind::HuntingQuery => "Hunting query",
        Kind::ScheduledRule => SCHEDULED.0,
        Kind::NrtRule => NRT.0,
        _ => return Vec::new(),
    };
    let mut found = vec![Way { name: own, obstacle: None, option: None }];
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
    // Reading and binding the query again for each way would take longer than all the rest.
    let again = prepared.queries();
    for (query, known) in again.iter().zip(queries) {
        query.take_over(known);
    }
    if content.kind == Kind::HuntingQuery {
        let known = promote::Known::default();
        for (way, nrt) in [(SCHEDULED, false), (NRT, true)] {
            let options = promote::Options { nrt, ..promote::Options::default() };
            let tried = promote_with(prepared, &again, &known, &options, view);
            add(way, tried.map(drop).map_err(|reasons| first(&reasons)));
        }
    }
    let catalogs = Catalogs { workspace: view, hunting: view.hunting() };
    let tried = from_template_with(prepared, &again, &detection::Options::default(), catalogs);
    add(DETECTION, tried.map(drop).map_err(|reasons| first(&reasons)));
    found
}

/// The first of the reasons.
fn first(reasons: &[Diagnostic]) -> String {
    reasons.first().map_or_else(|| "the reason is not known".to_owned(), |reason| words(&reason.message))
}
