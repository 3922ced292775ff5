//! What was found in files, whether open or not: as reports of the protocol, without what the baseline accepts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::Diagnostic;
use serde_json::{Value, json};

use super::Shared;
use super::client::Json;
use super::documents::Document;
use super::world::{World, job};
use crate::baseline::{Baseline, Scope};
use crate::check::Alone;
use crate::discover::{Roots, absolute, relative};
use crate::findings::{FileReport, Findings};
use crate::source::SourceFile;
use crate::workspace::View;

/// A report in the words of the protocol; only that nothing has changed, where the client knows it.
pub(super) fn report_of(previous: Option<&str>, result_id: &str, items: &[Diagnostic]) -> Value {
    if previous == Some(result_id) {
        return json!({"kind": "unchanged", "resultId": result_id});
    }
    json!({"kind": "full", "resultId": result_id, "items": items})
}

/// A text that stands for diagnostics.
pub(super) fn result_id(diagnostics: &[Diagnostic]) -> String {
    use std::hash::Hasher as _;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(Json::of(&diagnostics).0.as_bytes());
    format!("{:016x}", hasher.finish())
}

/// Marks what the baseline knows.
pub(super) fn accept(shared: &Shared, world: &World, report: &mut FileReport) {
    let Some((baseline, folder)) = &shared.baseline else { return };
    let name = |name: &str| relative(&world.location(name), folder);
    let scope = Scope { relative: &name, is_gone: &|_| false, profile: None, is_partial: false };
    let mut findings = Findings { files: vec![report.clone()], ..Findings::default() };
    baseline.apply(&mut findings, &scope);
    if let Some(marked) = findings.files.pop() {
        *report = marked;
    }
}

/// Reads the baseline that was named on the command line.
pub(super) fn baseline(path: &Path) -> Option<(Baseline, PathBuf)> {
    let baseline = Baseline::parse(&std::fs::read_to_string(path).ok()?).ok()?;
    let full = absolute(path);
    Some((baseline, full.parent().map_or_else(|| full.clone(), Path::to_owned)))
}

/// What is found in a file that is not open.
pub(super) fn alone(
    world: &World,
    location: &Path,
    source: &Arc<SourceFile>,
    roots: &mut Roots,
) -> Option<Alone> {
    let document = Document {
        uri: String::new(),
        location: location.to_owned(),
        version: 0,
        source: Arc::clone(source),
    };
    let settings = world.settings(location);
    let view = View::new(vec![&settings.workspace, &world.parsers]);
    Alone::check(&job(&document, roots), &settings, &view).ok()
}
