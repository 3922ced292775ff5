//! The baseline: findings that are known and accepted for now, so that only new ones count.
//!
//! An entry names the rule, the path and the text of the line, white space aside, with how often it
//! occurs: no line numbers, so that edits elsewhere in the file do not matter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::findings::Findings;
use crate::source::{SourceFile, Span};

/// The version of the file format.
const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    path: String,
    rule: String,
    line: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

/// Known findings with how often each occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Key, usize>,
}

/// Why a baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not the JSON that sentlint writes.
    #[error("this is no baseline: {0}; write a new one with --write-baseline")]
    Format(#[from] serde_json::Error),
    /// A future version wrote it.
    #[error("this baseline has version {0}, and this sentlint knows version {VERSION}")]
    Version(u64),
}

impl Baseline {
    /// The baseline that accepts all findings of a run that are not suppressed.
    pub fn of(findings: &Findings) -> Self {
        let mut entries = BTreeMap::new();
        for (file, diagnostic) in findings.iter().filter(|(_, diagnostic)| diagnostic.suppressed.is_none()) {
            *entries.entry(key(&file.source, diagnostic.span, diagnostic.rule.id)).or_insert(0) += 1;
        }
        Self { entries }
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn parse(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct File {
            version: u64,
            findings: Vec<Entry>,
        }
        let file: File = serde_json::from_str(text)?;
        if file.version != u64::from(VERSION) {
            return Err(Error::Version(file.version));
        }
        Ok(Self { entries: file.findings.into_iter().map(|entry| (entry.key, entry.count)).collect() })
    }

    /// One finding a line, sorted, so that two people's changes merge.
    pub fn to_json(&self) -> String {
        let line = |(key, count): (&Key, &usize)| {
            let entry = Entry { key: key.clone(), count: *count };
            serde_json::to_string(&entry).unwrap_or_default()
        };
        let lines: Vec<String> = self.entries.iter().map(line).map(|line| format!("    {line}")).collect();
        let body = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{body}]\n}}\n")
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Marks the findings that the baseline knows, as many of each as it holds. What is left over is no longer
    /// found: the number is returned. Of files that were not looked at and rules that did not run nothing is known;
    /// `is_gone` tells files that are not there any more.
    pub fn apply(&self, findings: &mut Findings, is_gone: &dyn Fn(&str) -> bool) -> usize {
        let mut left = self.entries.clone();
        for file in &mut findings.files {
            for diagnostic in &mut file.diagnostics {
                if diagnostic.suppressed.is_some() {
                    continue;
                }
                let key = key(&file.source, diagnostic.span, diagnostic.rule.id);
                if let Some(count) = left.get_mut(&key).filter(|count| **count > 0) {
                    *count -= 1;
                    diagnostic.baselined = true;
                }
            }
        }
        left.iter().filter(|(key, _)| is_judged(key, findings, is_gone)).map(|(_, count)| count).sum()
    }

    /// The same baseline without what a run, already marked by [`Self::apply`], no longer finds.
    #[must_use]
    pub fn pruned(&self, findings: &Findings, is_gone: &dyn Fn(&str) -> bool) -> Self {
        let kept = self.entries.iter().filter(|(key, _)| !is_judged(key, findings, is_gone));
        let mut entries: BTreeMap<Key, usize> = kept.map(|(key, count)| (key.clone(), *count)).collect();
        for (file, diagnostic) in findings.iter().filter(|(_, diagnostic)| diagnostic.baselined) {
            *entries.entry(key(&file.source, diagnostic.span, diagnostic.rule.id)).or_insert(0) += 1;
        }
        Self { entries }
    }
}

/// Whether a run can tell that an entry is found no more.
fn is_judged(key: &Key, findings: &Findings, is_gone: &dyn Fn(&str) -> bool) -> bool {
    let ran = findings.rules.iter().any(|rule| rule.id == key.rule);
    let looked_at = findings.files.iter().any(|file| file.source.path() == key.path);
    is_gone(&key.path) || (looked_at && ran)
}

fn key(source: &SourceFile, span: Span, rule: &str) -> Key {
    let line = source.slice(source.line_span(source.line_of(span.start as usize)));
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    // A query pasted into one line would make the baseline unreadable; its beginning tells it apart.
    line.truncate(line.floor_char_boundary(200));
    Key { path: source.path().to_owned(), rule: rule.to_owned(), line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostic, SOME_RULE};
    use crate::findings::FileReport;
    use std::sync::Arc;

    fn findings(text: &str, offsets: &[usize]) -> Findings {
        let at = |offset: &usize| SOME_RULE.at(Span::at(*offset), "m");
        let diagnostics: Vec<Diagnostic> = offsets.iter().map(at).collect();
        let source = Arc::new(SourceFile::new("a.yaml", text));
        let file = FileReport { source, kind: "hunting-query", id: None, diagnostics };
        Findings { files: vec![file], rules: vec![&SOME_RULE], ..Findings::default() }
    }

    #[test]
    fn what_is_known_is_marked_as_often_as_it_was_and_wherever_it_went() {
        let baseline = Baseline::of(&findings("x: 1\ny:  2\n", &[0, 5]));
        let baseline = Baseline::parse(&baseline.to_json()).unwrap();
        assert_eq!(baseline.len(), 2);
        let mut later = findings("new: 0\ny: 2\ny: 2\n", &[0, 7, 12]);
        assert_eq!(baseline.apply(&mut later, &|_| false), 1);
        let marked: Vec<bool> = later.iter().map(|(_, diagnostic)| diagnostic.baselined).collect();
        assert_eq!(marked, [false, true, false]);
        assert_eq!(baseline.pruned(&later, &|_| false).len(), 1);
    }

    #[test]
    fn what_a_run_did_not_look_at_stays_in_the_baseline() {
        let baseline = Baseline::of(&findings("x: 1\ny: 2\n", &[0, 5]));
        let mut other = findings("", &[]);
        other.files.clear();
        assert_eq!(baseline.apply(&mut other, &|_| false), 0);
        assert_eq!(baseline.pruned(&other, &|_| false).len(), 2);
        assert_eq!(baseline.pruned(&other, &|path| path == "a.yaml").len(), 0);
        let mut without_rule = findings("x: 1\n", &[]);
        without_rule.rules.clear();
        assert_eq!(baseline.apply(&mut without_rule, &|_| false), 0);
        assert_eq!(baseline.pruned(&without_rule, &|_| false).len(), 2);
    }

    #[test]
    fn a_strange_file_is_refused_in_words() {
        assert!(Baseline::parse("[]").unwrap_err().to_string().starts_with("this is no baseline"));
        let future = Baseline::parse("{\"version\": 9, \"findings\": []}").unwrap_err();
        assert!(future.to_string().contains("version 9"));
    }
}
