//! `sentlint new`: a valid file to start from.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::args::{Global, New, NewKind};
use super::write::is_special;
use super::{Error, Outcome, files, print, results};
use crate::config::FILE_NAME;
use crate::content::{Content, Form};
use crate::convert::detection::{Catalogs, Options, from_query, write};
use crate::convert::layout::{Field, document};
use crate::diagnostic::Diagnostic;
use crate::knowledge::connectors;
use crate::source::SourceFile;
use crate::workspace::View;

pub(super) fn run(global: &Global, options: &New) -> Result<Outcome, Error> {
    if options.kind == NewKind::Test {
        return super::new_test::run(global, options);
    }
    if let Some(file) = options.files.first() {
        let message =
            format!("`{}`: only `sentlint new test` takes files; give a query with --query", file.display());
        return Err(Error::Usage(message));
    }
    if options.form.is_some() && options.kind != NewKind::CustomDetection {
        return Err(Error::Usage("`--form` can only be used with `sentlint new custom-detection`".into()));
    }
    let start = Start::new(options)?;
    let text = if options.kind == NewKind::CustomDetection {
        detection(start, options.form.unwrap_or_default().form())?
    } else {
        scaffold(options.kind, start, options.derive_connectors, Uuid::new_v4())
    };
    let Some(path) = options.output.as_ref().filter(|path| path.as_os_str() != "-") else {
        results(&text)?;
        return Ok(Outcome::Clean);
    };
    if path.exists() && !is_special(path) && !options.force {
        let message = format!("`{}` already exists; use --force to overwrite it", path.display());
        return Err(Error::Usage(message));
    }
    files::write(path, &text)?;
    print::note(&format!("Wrote {}.", path.display()));
    Ok(Outcome::Clean)
}

/// `sentlint init`: a configuration to start from.
pub(super) fn init() -> Result<Outcome, Error> {
    let path = Path::new(FILE_NAME);
    if path.exists() {
        return Err(Error::Usage(format!("`{FILE_NAME}` already exists; edit it, or delete it first")));
    }
    files::write(path, CONFIGURATION)?;
    print::note(&format!("Wrote {FILE_NAME}."));
    Ok(Outcome::Clean)
}

/// The configuration that `sentlint init` writes: the defaults, explained.
const CONFIGURATION: &str = "\
# The configuration of sentlint for this folder and its subfolders.
# https://github.com/sentlint/sentlint/blob/main/docs/configuration.md explains every setting.

[check]
# recommended: rules for any team; azure-sentinel: what the gates of Azure/Azure-Sentinel check;
# pedantic: all rules.
profile = \"recommended\"
# Exit with 1 if there are findings of this severity or higher: error, warning, info or never.
fail-on = \"error\"
# Rules or groups; `sentlint rules` lists them.
extend-select = []
ignore = []
# Files to skip, in .gitignore syntax.
exclude = []

# Different settings for some files:
# [check.per-path.\"archive/\"]
# ignore = [\"query\"]

[knowledge]
# Your own connector ids and watchlists.
connectors = []
watchlists = []
# Files or folders with schemas of your own tables and functions.
tables = []
functions = []
";

/// What a file starts from: the query with what is said of it.
struct Start {
    name: String,
    description: &'static str,
    query: String,
    connectors: Value,
    tactics: &'static [&'static str],
    techniques: &'static [&'static str],
}

impl Start {
    fn new(options: &New) -> Result<Self, Error> {
        let start = match &options.query {
            Some(path) => Self {
                name: "New content".to_owned(),
                description: "Identifies ... (describe what the query finds, and why it matters).\n",
                query: read(path)?,
                connectors: json!([]),
                tactics: &[],
                techniques: &[],
            },
            None => Self {
                name: "Remote management tool reached its relay".to_owned(),
                description: "Identifies hosts from which a remote management tool reached its relay.\n",
                query: example(options.kind),
                connectors: json!([{"connectorId": "MicrosoftThreatProtection", "dataTypes": ["DeviceNetworkEvents"]}]),
                tactics: &["CommandAndControl"],
                techniques: &["T1219"],
            },
        };
        Ok(Self { name: options.name.clone().unwrap_or(start.name), ..start })
    }
}

/// The query of a file, with one line feed at its end.
fn read(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(path).map(|read| bytes = read)
    };
    let shown = path.display();
    read.map_err(|error| Error::Usage(format!("cannot read `{shown}`: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Usage(format!("`{shown}` is not valid UTF-8")))?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let query = text.trim_end();
    if query.trim().is_empty() {
        return Err(Error::Usage(format!("`{shown}` contains no query")));
    }
    Ok(format!("{}\n", query.trim_start_matches(['\n', '\r'])))
}

/// A custom detection with the query, as a conversion of it makes one.
fn detection(start: Start, form: Form) -> Result<String, Error> {
    let content = Content::read(Arc::new(SourceFile::new("new.kql", start.query.as_str())), "new.kql");
    let view = View::new(Vec::new());
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    let options = Options { form, ..Options::default() };
    let refused = |refusals: Vec<Diagnostic>| {
        let messages: Vec<String> = refusals.into_iter().map(|refusal| refusal.message).collect();
        Error::Usage(messages.join("; "))
    };
    let mut made = from_query(&content, &start.name, &options, catalogs).map_err(refused)?;
    made.describe(start.description.trim_end(), start.tactics.first().copied(), start.techniques);
    Ok(match form {
        Form::Bicep => write::bicep(&[(start.name, made)], None, &[]),
        Form::Arm => write::arm(&[(start.name, made)]),
        Form::Yaml => write::yaml(&made, "new.kql", &[]),
        Form::Graph | Form::GraphOld => write::graph(&[made]),
    })
}

fn example(kind: NewKind) -> String {
    if kind == NewKind::CustomDetection {
        let query = "DeviceNetworkEvents\n| where RemoteUrl has \"relay.example\"\n| project Timestamp, DeviceId, ReportId, \
                     DeviceName, RemoteUrl\n";
        return query.to_owned();
    }
    let window = if kind == NewKind::HuntingQuery { "| where TimeGenerated > ago(7d)\n" } else { "" };
    format!(
        "DeviceNetworkEvents\n{window}| where RemoteUrl has \"relay.example\"\n| project TimeGenerated, DeviceName, \
         RemoteIP, RemoteUrl\n"
    )
}

/// Columns that many tables have, and the entities that they identify.
const ENTITIES: [(&str, &str, &str); 4] = [
    ("DeviceName", "Host", "FullName"),
    ("UserPrincipalName", "Account", "FullName"),
    ("RemoteIP", "IP", "Address"),
    ("IPAddress", "IP", "Address"),
];

fn scaffold(kind: NewKind, start: Start, derive_connectors: bool, id: Uuid) -> String {
    let query = SourceFile::new("new.kql", start.query.as_str());
    let content = Content::read(Arc::new(query), "new.kql");
    let catalog = View::new(Vec::new());
    let queries = content.queries();
    let meaning = queries.first().map(|query| query.meaning(&catalog));
    let connectors = match &meaning {
        Some(meaning) if derive_connectors => {
            let tables = meaning.tables.iter().map(|(table, _)| table.to_string()).collect();
            let filling = connectors::filling_all(&tables).into_iter();
            filling.map(|(id, tables)| json!({"connectorId": id, "dataTypes": tables})).collect()
        }
        _ => start.connectors,
    };
    let result = meaning.and_then(|meaning| meaning.result.clone());
    let has = |column: &str| result.as_ref().is_some_and(|result| result.column(column).is_some());
    let entities: Vec<Value> = ENTITIES
        .into_iter()
        .filter(|(column, ..)| has(column))
        .map(|(column, entity, identifier)| {
            json!({"entityType": entity, "fieldMappings": [{"identifier": identifier, "columnName": column}]})
        })
        .collect();

    let is_rule = kind != NewKind::HuntingQuery;
    let mut fields = vec![
        Field::new("id", id.to_string()),
        Field::new("name", start.name),
        Field::new("description", start.description),
    ];
    if is_rule {
        fields.extend([Field::new("severity", "Medium"), Field::new("status", "Available")]);
    }
    fields.push(Field::new("requiredDataConnectors", connectors));
    if kind == NewKind::ScheduledRule {
        fields.extend([
            Field::new("queryFrequency", "1h"),
            Field::new("queryPeriod", "1h"),
            Field::new("triggerOperator", "gt"),
            Field::new("triggerThreshold", 0),
        ]);
    }
    fields.extend([
        Field::new("tactics", start.tactics),
        Field::new("relevantTechniques", start.techniques),
        Field::new("query", start.query),
    ]);
    if !entities.is_empty() {
        fields.push(Field::new("entityMappings", entities));
    }
    fields.push(Field::new("version", "1.0.0"));
    if is_rule {
        fields.push(Field::new("kind", if kind == NewKind::NrtRule { "NRT" } else { "Scheduled" }));
    }
    document(&fields)
}
