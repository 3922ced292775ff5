//! What came of tests, in each format.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::reach::{Place, Probed};
use super::run::{State, TestFile, Tested};
use crate::report::{markup, one_line};
use crate::source::{SourceFile, Span};

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Full,
    Concise,
    Json,
    Junit,
    Github,
    Markdown,
}

/// The tests of a run.
#[derive(Debug, Default)]
pub struct Report {
    pub files: Vec<TestFile>,
}

impl Report {
    pub fn count(&self, state: State) -> usize {
        self.all().filter(|(_, test)| test.state == state).count()
    }

    fn all(&self) -> impl Iterator<Item = (&TestFile, &Tested)> {
        self.files.iter().flat_map(|file| file.tests.iter().map(move |test| (file, test)))
    }

    fn total(&self) -> usize {
        self.all().count()
    }

    /// The report as text. `explain` is whether the rows of each operator are told.
    pub fn written(&self, form: Form, explain: bool) -> String {
        match form {
            Form::Full => self.for_people(explain, true),
            Form::Concise => self.for_people(explain, false),
            Form::Json => self.as_json(),
            Form::Junit => self.as_junit(),
            Form::Github => self.as_commands(),
            Form::Markdown => self.as_markdown(),
        }
    }

    /// What was looked for besides the tests, added up over the files: what is decided or noticed, and what is not.
    fn probed(&self, of: fn(&TestFile) -> Option<&Probed>) -> Option<(usize, Vec<(&TestFile, &Place)>)> {
        let mut all: Option<(usize, Vec<(&TestFile, &Place)>)> = None;
        for file in &self.files {
            let Some(probed) = of(file) else { continue };
            let (total, open) = all.get_or_insert((0, Vec::new()));
            *total += probed.total;
            open.extend(probed.open.iter().map(|place| (file, place)));
        }
        all
    }

    /// What the tests reach of their queries, one line for each thing that they do not.
    fn reach(&self) -> String {
        let mut out = String::new();
        for (of, words) in PROBES {
            let Some((total, open)) = self.probed(of) else { continue };
            for (_, place) in &open {
                let _ = writeln!(out, "{}: {}", one_line(&place.shown), one_line(&place.what));
            }
            let _ = writeln!(out, "{} of {total} {words}", total - open.len());
        }
        out
    }

    fn summary(&self) -> String {
        let noun = if self.total() == 1 { "test" } else { "tests" };
        let mut text = format!("{} {noun}: {} passed", self.total(), self.count(State::Passed));
        for state in [State::Failed, State::Broken] {
            if self.count(state) > 0 {
                let _ = write!(text, ", {} {}", self.count(state), state.name());
            }
        }
        text
    }

    fn for_people(&self, explain: bool, full: bool) -> String {
        let mut out = String::new();
        for (file, test) in self.all() {
            if test.state == State::Passed && !full {
                continue;
            }
            let place = file.source.position(test.span.start as usize);
            let path = one_line(&file.path);
            let _ = writeln!(
                out,
                "{path}:{}:{}: {}: {}",
                place.line,
                place.column,
                test.state.name(),
                one_line(&test.name)
            );
            for line in test.message.iter().flat_map(|message| message.lines()) {
                let _ = writeln!(out, "  {}", one_line(line));
            }
            if let Some(dropped) = test.dropped.as_ref().filter(|_| test.state == State::Failed) {
                let noun = if dropped.rows_in == 1 { "row" } else { "rows" };
                let (shown, operator, rows) = (one_line(&dropped.shown), dropped.operator, dropped.rows_in);
                let _ = writeln!(out, "  {shown}: `{operator}` dropped the last {rows} {noun}");
            }
            if explain {
                for step in &test.steps {
                    let _ = writeln!(out, "  {}", one_line(step));
                }
            }
        }
        let _ = writeln!(out, "{}", self.summary());
        out += &self.reach();
        crate::report::without_commands(&out).into_owned()
    }

    fn as_json(&self) -> String {
        let tests: Vec<Json> = self
            .all()
            .map(|(file, test)| {
                let dropped = test.dropped.as_ref().map(|dropped| {
                    let range = file.query_source.as_ref().map(|source| range(source, dropped.span));
                    json!({"range": range, "operator": dropped.operator, "rows_in": dropped.rows_in})
                });
                let columns: Vec<Json> =
                    test.columns.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect();
                json!({
                    "path": file.path,
                    "query": file.query,
                    "name": test.name,
                    "state": test.state.name(),
                    "message": test.message,
                    "rows": test.rows,
                    "columns": columns,
                    "alerts": test.alerts,
                    "range": range(&file.source, test.span),
                    "dropped": dropped,
                })
            })
            .collect();
        let summary = json!({
            "files": self.files.len(),
            "tests": self.total(),
            "passed": self.count(State::Passed),
            "failed": self.count(State::Failed),
            "broken": self.count(State::Broken),
        });
        let mut all = json!({"version": 1, "summary": summary, "tests": tests});
        for ((of, _), key) in PROBES.into_iter().zip(["coverage", "mutants"]) {
            let Some((total, open)) = self.probed(of) else { continue };
            let places: Vec<Json> = open
                .iter()
                .map(|(file, place)| {
                    let range = file.query_source.as_ref().map(|source| range(source, place.span));
                    json!({"query": file.query, "range": range, "message": place.what})
                })
                .collect();
            all[key] = json!({"total": total, "reached": total - open.len(), "open": places});
        }
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }

    fn as_junit(&self) -> String {
        let (failed, broken) = (self.count(State::Failed), self.count(State::Broken));
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let total = self.total();
        let _ = writeln!(out, "<testsuites tests=\"{total}\" failures=\"{failed}\" errors=\"{broken}\">");
        for file in &self.files {
            let count = |state| file.tests.iter().filter(|test| test.state == state).count();
            let _ = writeln!(
                out,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
                markup(&file.path),
                file.tests.len(),
                count(State::Failed),
                count(State::Broken)
            );
            for test in &file.tests {
                let (name, class) = (markup(&test.name), markup(&file.query));
                let kind = match test.state {
                    State::Passed => {
                        let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{class}\"/>");
                        continue;
                    }
                    State::Failed => "failure",
                    State::Broken => "error",
                };
                let message = markup(test.message.as_deref().unwrap_or_default());
                let _ = writeln!(
                    out,
                    "    <testcase name=\"{name}\" classname=\"{class}\">\n      <{kind} message=\"{message}\"/>\n    </testcase>"
                );
            }
            out += "  </testsuite>\n";
        }
        out + "</testsuites>\n"
    }

    fn as_commands(&self) -> String {
        let mut out = String::new();
        for (file, test) in self.all().filter(|(_, test)| test.state != State::Passed) {
            let place = file.source.position(test.span.start as usize);
            let path = command_value(&file.path).replace(',', "%2C").replace(':', "%3A");
            let message = format!("{}: {}", test.name, test.message.as_deref().unwrap_or(test.state.name()));
            let (line, column) = (place.line, place.column);
            let _ =
                writeln!(out, "::error file={path},line={line},col={column}::{}", command_value(&message));
        }
        for (of, _) in PROBES {
            for (file, place) in self.probed(of).into_iter().flat_map(|(_, open)| open) {
                let Some(source) = &file.query_source else { continue };
                let position = source.position(place.span.start as usize);
                let path = command_value(&file.query).replace(',', "%2C").replace(':', "%3A");
                let (line, column) = (position.line, position.column);
                let _ = writeln!(
                    out,
                    "::notice file={path},line={line},col={column}::{}",
                    command_value(&place.what)
                );
            }
        }
        out + &self.summary() + "\n"
    }

    fn as_markdown(&self) -> String {
        let mut out = format!("### Tests\n\n{}\n", self.summary());
        if self.count(State::Passed) < self.total() {
            out += "\n| test | state | why |\n|---|---|---|\n";
        }
        for (file, test) in self.all().filter(|(_, test)| test.state != State::Passed) {
            let cell = |text: &str| one_line(text).replace('|', "\\|").replace('<', "&lt;").replace('`', "'");
            let why = test
                .message
                .as_deref()
                .unwrap_or_default()
                .lines()
                .map(cell)
                .collect::<Vec<_>>()
                .join("<br>");
            let _ = writeln!(
                out,
                "| {}: {} | {} | {why} |",
                cell(&file.path),
                cell(&test.name),
                test.state.name()
            );
        }
        let reach = self.reach();
        if !reach.is_empty() {
            out += "\n";
            for line in reach.lines() {
                let _ = writeln!(out, "- {}", one_line(line).replace('<', "&lt;"));
            }
        }
        out
    }
}

/// What can be looked for besides the tests.
type Of = fn(&TestFile) -> Option<&Probed>;
const PROBES: [(Of, &str); 2] = [
    (|file| file.coverage.as_ref(), "conditions decided by the tests"),
    (|file| file.mutants.as_ref(), "changes of the queries noticed by the tests"),
];

fn range(source: &SourceFile, span: Span) -> Json {
    let place = |offset: u32| {
        let position = source.position(offset as usize);
        json!({"offset": offset, "line": position.line, "column": position.column})
    };
    json!({"start": place(span.start), "end": place(span.end)})
}

/// A text as GitHub's workflow commands take it.
fn command_value(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
