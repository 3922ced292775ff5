//! What is wrong in a test file, without running it: `sentlint check` reports it.

use std::path::Path;

use super::file::{Given, Mistake, Suite, query_path};
use super::rows::{self, Bounds};
use super::{Bound, Target, expect, run, slashes};
use crate::engine::table::{Schema, Table};
use crate::kql::bind::Catalog as _;
use crate::order::Order as _;
use crate::source::SourceFile;
use crate::workspace::View;
use crate::yaml::{self, Node};

/// The mistakes in a test file, in the order of the file. Errors of the YAML itself are reported elsewhere.
pub fn examine(path: &Path, source: &SourceFile, document: &yaml::Document, view: &View<'_>) -> Vec<Mistake> {
    let suite = Suite::read(source, document);
    let mut all: Vec<Mistake> = suite.mistakes.clone();
    all.retain(|mistake| !document.errors.iter().any(|error| error.span == mistake.span));
    let root = document.root.as_ref().and_then(Node::as_mapping);
    // A text that is not on disk has no query next to it.
    let target = path.is_file().then(|| target(path, &suite));
    let target = match target {
        Some(Err(why)) => {
            let named = root.and_then(|root| root.get("query").map(|query| query.span));
            let first = root.and_then(|root| root.entries.first().map(|entry| entry.key.span));
            all.push(Mistake::new(named.or(first).unwrap_or_default(), why));
            None
        }
        Some(Ok(target)) => Some(target),
        None => None,
    };
    let bound = target.as_ref().and_then(|target| Bound::new(&target.text, view).ok());
    let content = target.as_ref().and_then(Target::content);
    let template = content.as_ref().and_then(crate::content::Content::template);
    let folder = path.parent().unwrap_or(Path::new(""));
    for case in &suite.cases {
        let now = case.data.now.or(suite.shared.now);
        if now.is_none() && bound.as_ref().is_some_and(Bound::asks_the_time) {
            all.push(Mistake::new(case.span, "the query asks what time it is: give `now` in the test file"));
        }
        let Some(wanted) = case.expect else {
            all.push(Mistake::new(case.span, "the test has no `expect`"));
            continue;
        };
        let (shared, own) = (known(&suite.shared.tables, view), known(&case.data.tables, view));
        let given = [
            (&shared, &suite.shared.watchlists, &suite.shared.external),
            (&own, &case.data.watchlists, &case.data.external),
        ];
        let bounds = Bounds { now, period: run::period(template.as_ref()) };
        rows::rows(given, folder, view, &bounds, &mut all);
        if let Some(result) = bound.as_ref().and_then(Bound::result) {
            // Over no rows, what is wrong with an expectation is wrong with it over any.
            let table = Table::new(std::rc::Rc::new(Schema::of(result)), Vec::new());
            drop(expect::check(wanted, &table, template.as_ref(), now, &mut all));
        }
    }
    all.order_by_key(|mistake| (mistake.span.start, mistake.span.end));
    all.dedup();
    all
}

/// The rows of tables whose columns are known. Others have the columns of their rows.
fn known<'a>(given: &Given<'a>, view: &View<'_>) -> Given<'a> {
    let known = |name: &str| view.table(name).is_some() || view.function(name).is_some();
    given.iter().filter(|(name, _)| known(name)).copied().collect()
}

fn target(path: &Path, suite: &Suite<'_>) -> Result<Target, String> {
    let query = query_path(path, suite.query)?;
    let shown = query.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match std::fs::read(&query) {
        Ok(bytes) => Target::read(&shown, &slashes(&query), bytes),
        Err(error) => Err(format!("cannot read the query `{}`: {error}", suite.query.unwrap_or(&shown))),
    }
}
