//! `--to detection`: hunting queries, rules and custom detections become custom detections.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::write::File;
use super::{Done, Run, content_of, report_of};
use crate::check::Job;
use crate::cli::args::Convert;
use crate::cli::files::Work;
use crate::cli::{Error, Outcome, files, results};
use crate::content::duration::MINUTE;
use crate::content::{Content, Duration, Form, Kind, Query};
use crate::convert::Target;
use crate::convert::detection::{
    Api, Catalogs, Frequency, Made, Options, from_detection, from_query, from_template, write,
};
use crate::convert::notes::{self, is_reported};
use crate::convert::promote::IdSource;
use crate::convert::reverse::marked;
use crate::diagnostic::{Diagnostic, NoteKind};
use crate::order::Order as _;
use crate::source::{SourceFile, Span};
use crate::workspace::View;

/// The detections that an input becomes.
struct Item {
    content: Content,
    made: Vec<Made>,
}

pub(super) fn run(run: &Run<'_>, form: Form) -> Result<Outcome, Error> {
    // What is wrong with the options is reported before anything is converted.
    let options: BTreeMap<&Path, Options> = run
        .work
        .jobs
        .iter()
        .map(|job| Ok((job.location(), options(run, job, form)?)))
        .collect::<Result<_, Error>>()?;
    let finished = run.each(|job| match options.get(job.location()) {
        Some(options) => detections(run, job, options),
        None => Done::Skipped(String::new()),
    })?;
    finished.later.iter().for_each(|report| run.tell(report));
    for (job, item) in &finished.items {
        judge(run, job, item);
    }
    if let Some(path) = &run.options.detection.notes {
        write_notes(run, path, &finished.items, form)?;
    }
    let failed = finished.failed;
    let changed = write(run, form, &finished.items)?;
    Ok(run.outcome(failed, changed))
}

/// What was lost may make the exit code 1.
fn judge(run: &Run<'_>, job: &Job, item: &Item) {
    let config = run.work.config(job.location());
    let strict = run.options.detection.strict || config.convert.detection.strict.unwrap_or(false);
    let mut told = item.made.iter().flat_map(|made| &made.notes);
    let is_lost = |note: &&Diagnostic| note.rule.note == Some(NoteKind::Lost) && is_reported(note);
    let asks = told.any(|note| *note.rule == notes::ACTION_LOST || strict && is_lost(&note));
    run.attention.fetch_or(asks, Ordering::Relaxed);
}

fn detections(run: &Run<'_>, job: &Job, options: &Options) -> Done<Item> {
    let named = run.options.detection.name.as_deref();
    let accepts = |kind: Kind| {
        matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::CustomDetection)
            || kind == Kind::Query && named.is_some()
    };
    let content = match content_of(job, run.target, accepts) {
        Ok(content) => content,
        Err(done) => return done,
    };
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let view = View::new(vec![&workspace]);
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    let mut corrected = Vec::new();
    let (content, made) = match (content.kind, named) {
        (Kind::Query, Some(name)) => {
            let made = from_query(&content, name, options, catalogs).map(|made| vec![made]);
            (content, made)
        }
        (Kind::CustomDetection, _) => {
            if let Some(error) = content.document.errors.first() {
                let message = format!("The file cannot be read: {}", error.message);
                let refused =
                    notes::INVALID_YAML.at(error.span, message).help("Run `sentlint check` for details.");
                return Done::Failed(report_of(&content, vec![refused]));
            }
            let all = content.detections();
            let each = all.iter().map(|detection| from_detection(&content, detection, options, catalogs));
            let made = each.collect::<Result<Vec<Made>, _>>();
            drop(all);
            (content, made)
        }
        _ => {
            let general = run.options_for(job);
            let prepared = match run.prepared(job, &general, accepts) {
                Ok(prepared) => prepared,
                Err(done) => return done,
            };
            corrected = prepared.changes;
            let made = from_template(&prepared.content, options, catalogs).map(|made| vec![made]);
            (prepared.content, made)
        }
    };
    let mut made = match made {
        Ok(made) if made.is_empty() => {
            let message = "The file has no detections";
            let refused = notes::NOTHING_TO_CONVERT.at(Span::default(), message);
            return Done::Failed(report_of(&content, vec![refused]));
        }
        Ok(made) => made,
        Err(refusals) => return Done::Failed(report_of(&content, refusals)),
    };
    if let Some(first) = made.first_mut() {
        first.notes.append(&mut corrected);
    }
    for one in &mut made {
        let told = write::fitted(one, options.form, options.api);
        let place = content.root().and_then(|root| root.as_mapping()).and_then(|map| map.entries.first());
        let place = place.map(|entry| entry.key.span).unwrap_or_default();
        one.notes.extend(told.into_iter().map(|note| Diagnostic { span: place, ..note }));
        one.notes.order_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        one.notes.dedup_by(|a, b| (a.span, &a.message) == (b.span, &b.message));
    }
    let all = made.iter().flat_map(|made| made.notes.iter().cloned()).collect();
    Done::Converted(report_of(&content, all), Item { content, made })
}

/// Writes a file for each input, or one for all.
fn write(run: &Run<'_>, form: Form, items: &[(&Job, Item)]) -> Result<usize, Error> {
    let to_files = run.options.output.as_deref().is_some_and(|path| path.as_os_str() != "-");
    if items.is_empty() {
        return Ok(0);
    }
    if run.options.merge {
        let all: Vec<(String, Made)> =
            items.iter().flat_map(|(job, item)| named(&stem(job), &item.made)).collect();
        refuse_repeated(&all)?;
        let text = text(form, &all, None, "", &[]);
        let changed = run.write_one(&format!("detections.{}", run.target.extension()), &text)?;
        return Ok(changed + bicep_config(run, form)?);
    }
    let mut files = Vec::new();
    for (job, item) in items {
        let path = run.mirrored(job);
        let all = named(&stem(job), &item.made);
        let comments = if run.options.rule.explain_changes { explained(item) } else { Vec::new() };
        let from = job.input.path.file_name().map(|name| name.to_string_lossy().into_owned());
        // The YAML form holds one detection.
        let parts: Vec<(PathBuf, &[(String, Made)])> = if form == Form::Yaml && all.len() > 1 {
            let folder = path.with_extension("");
            all.iter()
                .map(|one| (folder.join(format!("{}.yaml", one.1.id())), std::slice::from_ref(one)))
                .collect()
        } else {
            vec![(path, all.as_slice())]
        };
        for (path, part) in parts {
            let text = text(form, part, from.as_deref(), job.place(), &comments);
            let text = if to_files && form == Form::Yaml { marked(&text) } else { text };
            files.push(File { input: job.input.name.clone(), path, text });
        }
    }
    let changed = run.write_all(&files)?;
    Ok(changed + bicep_config(run, form)?)
}

/// The text of a file.
fn text(form: Form, all: &[(String, Made)], from: Option<&str>, place: &str, comments: &[String]) -> String {
    match form {
        Form::Bicep => write::bicep(all, from, comments),
        Form::Arm => write::arm(all),
        Form::Yaml => all.iter().map(|(_, made)| write::yaml(made, place, comments)).collect(),
        Form::Graph | Form::GraphOld => {
            write::graph(&all.iter().map(|(_, made)| made.clone()).collect::<Vec<_>>())
        }
    }
}

/// The reasons of all changes, as comments.
fn explained(item: &Item) -> Vec<String> {
    let told = item.made.iter().flat_map(|made| &made.notes).filter(|note| is_reported(note));
    told.map(|note| {
        let kind = note.rule.note.map_or("", NoteKind::as_str);
        format!("{kind}: {}.", note.message)
    })
    .collect()
}

/// The detections of an input, each with the name that its symbol is made of.
fn named(stem: &str, made: &[Made]) -> Vec<(String, Made)> {
    let name =
        |made: &Made| if made.id().is_empty() { stem.to_owned() } else { format!("{stem} {}", made.id()) };
    match made {
        [only] => vec![(stem.to_owned(), only.clone())],
        several => several.iter().map(|made| (name(made), made.clone())).collect(),
    }
}

fn stem(job: &Job) -> String {
    job.input.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn refuse_repeated(all: &[(String, Made)]) -> Result<(), Error> {
    let mut seen = std::collections::BTreeMap::new();
    for (name, made) in all {
        if let Some(other) = seen.insert(made.id(), name) {
            let message = format!("`{other}` and `{name}` have the same id and cannot be in one file");
            return Err(Error::Usage(message));
        }
    }
    Ok(())
}

/// Writes what every Bicep file needs, at the root of the output, unless it is there.
fn bicep_config(run: &Run<'_>, form: Form) -> Result<usize, Error> {
    let Some(output) = run.options.output.as_deref().filter(|path| path.as_os_str() != "-") else {
        return Ok(0);
    };
    let names_a_file = output.extension().is_some_and(|extension| extension == "bicep") && !output.is_dir();
    if form != Form::Bicep || names_a_file {
        return Ok(0);
    }
    let path = output.join("bicepconfig.json");
    match std::fs::read_to_string(&path) {
        Ok(text) if text.contains("MicrosoftSecurity") => Ok(0),
        Ok(_) => {
            run.hint(
                "`bicepconfig.json` does not have the extension `MicrosoftSecurity`, which detections need",
            );
            Ok(0)
        }
        Err(_) if run.options.check => Ok(1),
        Err(_) => files::write(&path, write::BICEP_CONFIG).map(|()| 0),
    }
}

/// Writes the notes of all inputs as JSON.
fn write_notes(run: &Run<'_>, path: &Path, items: &[(&Job, Item)], form: Form) -> Result<(), Error> {
    let to_output = run.options.output.as_deref().filter(|path| path.as_os_str() != "-");
    let file = |(job, item): &(&Job, Item)| {
        let output = to_output.map(|folder| crate::discover::display(&folder.join(run.mirrored(job))));
        let queries = item.content.queries();
        let note = |note: &Diagnostic| {
            // A list of many detections has as many queries, in the order of their places.
            let start = |query: &Query<'_>| query.node.map_or(0, |node| node.span.start);
            let at = queries.partition_point(|query| start(query) <= note.span.start);
            let range = at.checked_sub(1).and_then(|at| queries.get(at)).and_then(|query| {
                let holds = query.node.is_none_or(|node| node.span.contains(note.span));
                let span = query.span_in_query(note.span).filter(|_| holds)?;
                Some(query.code_points(span))
            });
            let mut out = json!({
                "what": note.rule.note.map(NoteKind::as_str),
                "code": note.rule.id,
                "message": note.message,
                "range": range_of(&item.content.source, note.span),
            });
            if let (Value::Object(map), Some((start, end))) = (&mut out, range) {
                map.insert("query_range".into(), json!({"start": start, "end": end}));
            }
            out
        };
        let first = item.made.first();
        json!({
            "path": job.input.name,
            "output": output,
            "kind": item.content.kind.as_str(),
            "form": form.as_str(),
            "frequency": first.and_then(Made::frequency),
            "tables": first.map(|made| &made.tables),
            "notes": item.made.iter().flat_map(|made| &made.notes).map(note).collect::<Vec<_>>(),
        })
    };
    let all: Vec<Value> = items.iter().map(file).collect();
    let text = format!("{:#}\n", json!({"version": 1, "files": all}));
    if path.as_os_str() == "-" { results(&text) } else { files::write(path, &text) }
}

fn range_of(source: &SourceFile, span: Span) -> Value {
    let point = |offset: u32| {
        let at = source.position(offset as usize);
        json!({"offset": offset, "line": at.line, "column": at.column})
    };
    json!({"start": point(span.start), "end": point(span.end)})
}

/// The form of the results: what the command line says, or else the configurations of the inputs.
pub(super) fn form(options: &Convert, work: &Work) -> Result<Form, Error> {
    if let Some(form) = options.detection.form {
        return Ok(form.form());
    }
    let form = |job: &Job| work.config(job.location()).convert.detection.form.unwrap_or(Form::Graph);
    let mut jobs = work.jobs.iter();
    let Some(first) = jobs.next() else { return Ok(Form::Graph) };
    let wanted = form(first);
    match jobs.find(|job| form(job) != wanted) {
        None => Ok(wanted),
        Some(other) => Err(Error::Usage(format!(
            "the configurations of `{}` and `{}` set different forms of detections: give one with `--form`",
            first.input.name, other.input.name
        ))),
    }
}

/// The options that hold for an input: those of the command line over those of its configuration.
fn options(run: &Run<'_>, job: &Job, form: Form) -> Result<Options, Error> {
    let (general, rule, asked) = (run.options, &run.options.rule, &run.options.detection);
    let config = run.work.config(job.location());
    let config = &config.convert.detection;
    let minutes = |option: &str, text: &str| match Duration::parse(text) {
        Some(duration) => Ok(duration.seconds.div_ceil(MINUTE)),
        None => Err(Error::Usage(format!(
            "`--{option} {text}` is not a valid duration: use a form such as 1h or 14d"
        ))),
    };
    let frequency = match rule.frequency.as_deref().or(config.frequency.as_deref()) {
        None => Frequency::Auto,
        Some("continuous") => Frequency::Continuous,
        Some(text) => Frequency::Minutes(minutes("frequency", text)?),
    };
    let api = match general.api_version.as_deref().or(config.api_version.as_deref()) {
        None => None,
        Some("v1.0") => Some(Api::V1),
        Some("beta") => Some(Api::Beta),
        Some(other) => {
            let message =
                format!("`--api-version {other}` is not a version of the Graph API: use v1.0 or beta");
            return Err(Error::Usage(message));
        }
    };
    let lookback = asked.lookback.as_deref().or(config.lookback.as_deref());
    let lookback = lookback.map(|text| minutes("lookback", text)).transpose()?;
    if lookback.is_some() && (api != Some(Api::Beta) || form.is_template()) {
        let message = "`--lookback` needs `--api-version beta` and the form graph or yaml";
        return Err(Error::Usage(message.into()));
    }
    if let (Some(back), Frequency::Minutes(often)) = (lookback, frequency)
        && back < often
    {
        return Err(Error::Usage("`--lookback` must not be shorter than `--frequency`".into()));
    }
    if lookback.is_some() && frequency == Frequency::Continuous {
        return Err(Error::Usage("`--lookback` cannot be used with `--frequency continuous`".into()));
    }
    let enabled = match (general.enabled, general.disabled) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => config.enabled,
    };
    let id = match rule.id {
        IdSource::Derived => config.id.unwrap_or_default(),
        asked => asked,
    };
    let own = config.tactic.as_deref().unwrap_or_default();
    let tactics = if rule.tactic.is_empty() { own } else { &rule.tactic };
    Ok(Options {
        form,
        name_prefix: general.name_prefix.clone().or_else(|| config.name_prefix.clone()),
        severity: general.severity.clone().or_else(|| config.severity.clone()),
        enabled,
        id,
        frequency,
        lookback,
        api,
        keep_window: asked.keep_window || config.keep_window.unwrap_or(false),
        tactics: tactics.iter().map(|text| super::promote::tactic(text)).collect::<Result<_, _>>()?,
        derive_entities: !(asked.no_derive_entities || config.no_derive_entities.unwrap_or(false)),
    })
}

/// Refuses options that mean nothing here, or that only mean something here.
pub(super) fn refuse_options(target: Target, options: &Convert) -> Result<(), Error> {
    let asked = &options.detection;
    let ours = [
        ("form", asked.form.is_some()),
        ("name", asked.name.is_some()),
        ("lookback", asked.lookback.is_some()),
        ("keep-window", asked.keep_window),
        ("no-derive-entities", asked.no_derive_entities),
        ("notes", asked.notes.is_some()),
        ("strict", asked.strict),
    ];
    let theirs = [
        ("start-at", options.start_at.is_some()),
        ("no-incidents", options.no_incidents),
        ("params", !options.params.is_empty()),
        ("with-template-link", options.with_template_link),
        ("for-repositories", options.for_repositories),
        ("long-description", options.long_description.is_some()),
    ];
    let Target::Detection(form) = target else {
        return match ours.iter().find(|(_, given)| *given) {
            Some((name, _)) => {
                Err(Error::Usage(format!("`--{name}` can only be used with `--to detection`")))
            }
            None => Ok(()),
        };
    };
    if let Some((name, _)) = theirs.iter().find(|(_, given)| *given) {
        return Err(Error::Usage(format!("`--{name}` has no effect with `--to detection`")));
    }
    if options.rule.explain_changes && matches!(form, Form::Graph | Form::Arm) {
        let message =
            format!("`--explain-changes` writes comments, which the form {} does not have", form.as_str());
        return Err(Error::Usage(message));
    }
    let to_stdout = options.output.as_deref().is_none_or(|path| path.as_os_str() == "-");
    if to_stdout && asked.notes.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        let message = "`--notes -` needs a folder for the results: give one with -o DIR";
        return Err(Error::Usage(message.into()));
    }
    Ok(())
}
