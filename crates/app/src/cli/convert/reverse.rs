//! `--to yaml`: the rules and hunting queries of ARM templates, and the custom detections of any file, become files of
//! their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::notes::at;
use super::write::File;
use super::{Done, Run, back, read, report_of};
use crate::check::Job;
use crate::cli::{Error, Outcome};
use crate::content::{Content, Form, Kind, may_hold_detections};
use crate::convert::notes::NOTHING_CONVERTED;
use crate::convert::promote;
use crate::convert::reverse::{self, NoContent, Yaml};
use crate::discover::{Roots, absolute, place_below, slashes};
use crate::findings::FileReport;
use crate::source::{SourceFile, Span};
use crate::workspace::View;

/// What one template became.
struct Back {
    items: Vec<Yaml>,
    /// Whether the rest of it could not be converted.
    failed: bool,
}

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    say_what_does_nothing(run);
    let finished = run.each(|job| convert(run, job))?;
    tell_repeated(run, &finished.items);
    let mut failed = finished.failed;
    let mut files = Vec::new();
    let several = finished.items.iter().map(|(_, back)| back.items.len()).sum::<usize>() > 1;
    let folder = run.options.output.as_deref().filter(|path| path.as_os_str() != "-");
    if run.options.output.is_none() && several {
        let message = "there are several rules or hunting queries: give an output folder with -o DIR, or `-o -` for a \
                       stream of YAML documents";
        return Err(Error::Usage(message.into()));
    }
    finished.later.iter().for_each(|report| run.tell(report));
    for (job, back) in finished.items {
        failed += usize::from(back.failed);
        run.incomplete.fetch_or(back.failed, Ordering::Relaxed);
        let alone = back.items.len() == 1;
        for item in back.items {
            let path = run.mirrored(job);
            let path = if alone { path } else { placed(&path, &item) };
            let text = match folder {
                Some(folder) => {
                    warn_of_folder(run, &folder.join(&path), &item);
                    reverse::marked(&item.text)
                }
                None if several => format!("---\n{}", item.text),
                None => item.text,
            };
            files.push(File { input: job.input.name.clone(), path, text });
        }
    }
    let changed = run.write_all(&files)?;
    Ok(run.outcome(failed, changed))
}

/// Says which files hold resources of one id.
fn tell_repeated(run: &Run<'_>, items: &[(&Job, Back)]) {
    let mut seen: BTreeMap<(bool, String), &str> = BTreeMap::new();
    for (job, back) in items {
        for item in &back.items {
            let key = (item.kind == Kind::HuntingQuery, item.id.to_ascii_lowercase());
            let name = job.input.name.as_str();
            if let Some(other) = seen.insert(key, name).filter(|other| *other != name) {
                run.hint(&format!("`{other}` and `{name}` both contain a resource with the id {}", item.id));
            }
        }
    }
}

fn convert(run: &Run<'_>, job: &Job) -> Done<Back> {
    let source = match read(job) {
        Ok(source) => source,
        Err(done) => return done,
    };
    if let Some(done) = of_detections(run, job, &source) {
        return done;
    }
    let report = |diagnostics| FileReport {
        source: Arc::clone(&source),
        path: job.input.path.clone(),
        kind: Kind::Unknown.as_str(),
        form: None,
        id: None,
        diagnostics,
    };
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let catalog = View::new(vec![&workspace]);
    match reverse::to_content_with(&source, &catalog, run.options.derive_connectors) {
        Ok(reversed) if reversed.items.is_empty() && reversed.failures.is_empty() && job.input.named => {
            let nothing = NOTHING_CONVERTED.at(
                Span::default(),
                "The file contains nothing that can be converted to \
                                                                 YAML",
            );
            let reasons = reversed.notes.into_iter();
            Done::Failed(report(vec![
                reasons.fold(nothing, |nothing, note| nothing.label(note.span, note.message)),
            ]))
        }
        Ok(mut reversed) => {
            let back = Back { items: reversed.items, failed: !reversed.failures.is_empty() };
            reversed.notes.append(&mut reversed.failures);
            Done::Converted(report(reversed.notes), back)
        }
        // Other JSON files lie beside templates; only who names one means it.
        Err(NoContent::NoTemplate(refusal) | NoContent::Empty(refusal)) if !job.input.named => {
            let place = at(&source, refusal.span);
            Done::Skipped(format!("info: {place}: {}; skipped", refusal.message))
        }
        Err(NoContent::Broken(refusal) | NoContent::NoTemplate(refusal) | NoContent::Empty(refusal)) => {
            Done::Failed(report(vec![*refusal]))
        }
    }
}

/// The rules that the custom detections of a file become; `None` where it has none.
fn of_detections(run: &Run<'_>, job: &Job, source: &Arc<SourceFile>) -> Option<Done<Back>> {
    if !may_hold_detections(source.text().as_bytes()) {
        return None;
    }
    let content = Content::read(Arc::clone(source), job.place());
    if content.kind != Kind::CustomDetection {
        return None;
    }
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let catalog = View::new(vec![&workspace]);
    Some(match back::rules(run, job, &content, None, promote::Options::default()) {
        Ok(found) if found.items.is_empty() => Done::Failed(report_of(&content, found.notes)),
        Ok(mut found) => {
            // A template may hold rules beside its detections.
            let others = reverse::to_content_with(source, &catalog, run.options.derive_connectors);
            if let Some(others) = others.ok().filter(|_| content.form() == Some(Form::Arm)) {
                found.items.extend(others.items);
                found.notes.extend(others.notes);
                found.failed |= !others.failures.is_empty();
                found.notes.extend(others.failures);
            }
            let back = Back { items: found.items, failed: found.failed };
            Done::Converted(report_of(&content, found.notes), back)
        }
        Err(refusal) => Done::Failed(report_of(&content, vec![*refusal])),
    })
}

/// Where one of several items of a template belongs: in folders named as upstream names them, which also tell
/// what is a rule and what is a hunting query.
fn placed(template: &Path, item: &Yaml) -> PathBuf {
    let folder = if item.kind == Kind::HuntingQuery { "Hunting Queries" } else { "Analytic Rules" };
    template.with_extension("").join(folder).join(format!("{}.yaml", item.file_name))
}

/// Folder names decide what a file is where the content leaves it open, and may decide otherwise than the template.
fn warn_of_folder(run: &Run<'_>, path: &Path, item: &Yaml) {
    let source = SourceFile::new(slashes(path), item.text.as_str());
    let location = absolute(path);
    let place = place_below(Roots::default().of(&location).as_deref(), &location);
    let kind = Content::read(Arc::new(source), &place).kind;
    if kind != item.kind {
        let path = crate::discover::display(path);
        let message = format!(
            "`{path}` is {} but will be read as {} because of its folder",
            item.kind.noun(),
            kind.noun()
        );
        run.hint(&message);
    }
}

/// Options that change what is deployed change nothing here.
fn say_what_does_nothing(run: &Run<'_>) {
    let options = run.options;
    let given = [
        ("--api-version", options.api_version.is_some()),
        ("--name-prefix", options.name_prefix.is_some()),
        ("--severity", options.severity.is_some()),
        ("--enabled", options.enabled),
        ("--disabled", options.disabled),
        ("--start-at", options.start_at.is_some()),
        ("--params", !options.params.is_empty()),
        ("--no-incidents", options.no_incidents),
        ("--with-template-link", options.with_template_link),
    ];
    for (name, _) in given.iter().filter(|(_, given)| *given) {
        run.hint(&format!("`{name}` has no effect with `--to yaml`"));
    }
}
