//! The model of every query of tests/it/queries, broken ones too, written in short.

use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::kql::tokenize;

/// A workspace whose tables of devices all have the same few columns.
pub(super) struct Devices(pub(super) CatalogId);

const COLUMNS: &[(&str, Scalar)] = &[
    ("Timestamp", Scalar::DateTime),
    ("DeviceId", Scalar::String),
    ("DeviceName", Scalar::String),
    ("ActionType", Scalar::String),
    ("AccountName", Scalar::String),
    ("FileName", Scalar::String),
    ("FolderPath", Scalar::String),
    ("ProcessId", Scalar::Long),
    ("AdditionalFields", Scalar::Dynamic),
    ("RemoteIP", Scalar::String),
];

const NAMES: [&str; 4] = ["DeviceEvents", "DeviceInfo", "DeviceNetworkEvents", "DeviceFileEvents"];

impl Catalog for Devices {
    fn id(&self) -> CatalogId {
        self.0
    }

    fn table(&self, name: &str) -> Option<Table> {
        NAMES.contains(&name).then(|| Table { relation: rows(COLUMNS) })
    }

    fn function(&self, _: &str) -> Option<Rc<External>> {
        None
    }

    fn tables_like(&self, pattern: &str) -> Vec<Arc<str>> {
        NAMES.iter().filter(|name| matches_wildcard(pattern, name)).map(|name| (*name).into()).collect()
    }

    fn everything(&self) -> Arc<Relation> {
        rows(COLUMNS)
    }

    fn nearest_table(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest_function(&self, _: &str) -> Option<String> {
        None
    }
}

impl Page<'_> {
    /// The columns of rows; those that go on from others are left out.
    fn changed(rows: &Relation, before: Option<&Relation>) -> String {
        let mut out: Vec<String> = Vec::new();
        let mut rest = before.map(|before| before.columns.iter()).into_iter().flatten().peekable();
        for column in &rows.columns {
            // A column that stands where it stood.
            while rest.peek().is_some_and(|other| rows.columns.get(&other.name).is_none()) {
                rest.next();
            }
            if rest.next_if(|other| *other == column && other.id == column.id).is_some() {
                if out.last().is_none_or(|last| last != "..") {
                    out.push("..".to_owned());
                }
                continue;
            }
            let number = column.id.index().map_or("?".to_owned(), |at| (at + 1).to_string());
            out.push(format!("{}#{number}:{}", column.name, column.kind.name()));
        }
        if rows.has_unknown_columns {
            out.push("and more".to_owned());
        }
        format!("{} ({})", rows.columns.len(), out.join(" "))
    }

    /// Operators, names, expressions and scopes in short.
    fn brief(&mut self) {
        let mut out = String::new();
        for finding in &self.model.findings {
            let doubt = if finding.low_confidence { ", perhaps" } else { "" };
            let _ = writeln!(out, "! {} {}{doubt}", self.at(finding.span), finding.message);
        }
        for operator in &self.model.full.as_ref().unwrap().operators {
            let after = operator.after.as_ref().map(|after| Self::changed(after, Some(&operator.before)));
            let (place, said) = (self.at(operator.span), self.said(operator.span));
            let _ = writeln!(out, "| {place} {said}: {}", after.as_deref().unwrap_or("nothing"));
        }
        for occurrence in self.model.occurrences() {
            let verb = if occurrence.declares { "declares " } else { "" };
            let (place, said) = (self.at(occurrence.span), self.said(occurrence.span));
            let _ = writeln!(out, "@ {place} {said}: {verb}{}", self.symbol(&occurrence.symbol));
        }
        self.out += &out;
        self.declarations();
        self.expressions();
        // Long lists of columns are told with the operators.
        self.out = self.out.lines().fold(String::new(), |mut out, line| {
            out.extend(line.chars().take(130));
            out.push('\n');
            out
        });
        let mut last = String::new();
        for token in tokenize(self.text).0 {
            let names = self.model.names_in_scope(token.span.start);
            let count = |rows: Option<&Arc<Relation>>| {
                rows.map_or("-".to_owned(), |rows| rows.columns.len().to_string())
            };
            let variables: Vec<&str> = names.variables.iter().map(|variable| &*variable.name).collect();
            let scope = format!("{} {} {}", count(names.row), count(names.right), variables.join(" "));
            if scope != last {
                let _ = writeln!(self.out, "in scope from {}: {scope}", self.at(token.span));
                last = scope;
            }
        }
    }
}

#[test]
fn models_of_pinned_queries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/it/queries");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let topic = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let mut out = String::new();
        for part in text.split("// ===").skip(1) {
            let (title, query) = part.split_once('\n').unwrap_or((part, ""));
            let query = query.split("\n// ---").next().unwrap_or_default().trim_end();
            let parsed = parse(query);
            let catalog = Devices(CatalogId::fresh());
            let model = analyze(query, &parsed, &catalog, &[]);
            let mut page = Page { text: query, parse: parsed, model, out: String::new() };
            page.brief();
            let _ = write!(out, "=== {}\n{query}\n{}", title.trim(), page.out);
            count += 1;
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("queries_{topic}"), out);
        });
    }
    assert!(count > 200, "there are {count} queries");
}
