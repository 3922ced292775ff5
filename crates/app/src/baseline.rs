//! The baseline: findings that are known and accepted for now, so that only new ones count.
//!
//! An entry names the rule, the path and the text of the line, white space aside, with how often it
//! occurs: no line numbers, so that edits elsewhere in the file do not matter. Paths are relative to the folder of the
//! baseline, so that it can be used from any folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::findings::Findings;
use crate::source::SourceFile;

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
    /// The profile that the findings were made with, where there was one for all files.
    profile: Option<String>,
    entries: BTreeMap<Key, usize>,
}

/// Where a baseline is and what the run that it is compared with could find.
pub struct Scope<'s> {
    /// The path of a file, relative to the folder of the baseline, from the name that it has in the run.
    pub relative: &'s dyn Fn(&str) -> String,
    /// Whether a file, named relative to the folder of the baseline, is not there any more.
    pub is_gone: &'s dyn Fn(&str) -> bool,
    /// The profile, where one is in force for all files.
    pub profile: Option<&'s str>,
    /// Whether findings are left out for their severity.
    pub is_partial: bool,
}

/// Why a baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not the JSON that sentlint writes.
    #[error("not a valid baseline: {0}; write a new one with --write-baseline")]
    Format(#[from] serde_json::Error),
    /// A future version wrote it.
    #[error("the baseline has version {0}, but this version of sentlint supports version {VERSION}")]
    Version(u64),
}

impl Baseline {
    /// The baseline that accepts all findings of a run that are not suppressed.
    pub fn of(findings: &Findings, scope: &Scope<'_>) -> Self {
        let mut entries = BTreeMap::new();
        for (file, diagnostic) in findings.iter().filter(|(_, diagnostic)| diagnostic.suppressed.is_none()) {
            *entries.entry(key(&file.source, diagnostic, scope)).or_insert(0) += 1;
        }
        Self { profile: scope.profile.map(str::to_owned), entries }
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn parse(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct File {
            version: u64,
            #[serde(default)]
            profile: Option<String>,
            findings: Vec<Entry>,
        }
        let file: File = serde_json::from_str(text)?;
        if file.version != u64::from(VERSION) {
            return Err(Error::Version(file.version));
        }
        let entries = file.findings.into_iter().map(|entry| (entry.key, entry.count)).collect();
        Ok(Self { profile: file.profile, entries })
    }

    /// One finding a line, sorted, so that two people's changes merge.
    pub fn to_json(&self) -> String {
        let line = |(key, count): (&Key, &usize)| {
            let entry = Entry { key: key.clone(), count: *count };
            serde_json::to_string(&entry).unwrap_or_default()
        };
        let lines: Vec<String> = self.entries.iter().map(line).map(|line| format!("    {line}")).collect();
        let body = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        let profile =
            self.profile.as_ref().map(|name| format!("  \"profile\": {},\n", serde_json::json!(name)));
        let profile = profile.unwrap_or_default();
        format!("{{\n  \"version\": {VERSION},\n{profile}  \"findings\": [{body}]\n}}\n")
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
    /// found: the number is returned. Nothing is known of files that were not checked and of what the run could not find.
    pub fn apply(&self, findings: &mut Findings, scope: &Scope<'_>) -> usize {
        let mut left = self.entries.clone();
        for file in &mut findings.files {
            for diagnostic in &mut file.diagnostics {
                if diagnostic.suppressed.is_some() {
                    continue;
                }
                let key = key(&file.source, diagnostic, scope);
                if let Some(count) = left.get_mut(&key).filter(|count| **count > 0) {
                    *count -= 1;
                    diagnostic.baselined = true;
                }
            }
        }
        let is_judged = self.judge(findings, scope);
        left.iter().filter(|(key, _)| is_judged(key)).map(|(_, count)| count).sum()
    }

    /// The same baseline without what a run, already marked by [`Self::apply`], no longer finds.
    #[must_use]
    pub fn pruned(&self, findings: &Findings, scope: &Scope<'_>) -> Self {
        let is_judged = self.judge(findings, scope);
        let kept = self.entries.iter().filter(|(key, _)| !is_judged(key));
        let mut entries: BTreeMap<Key, usize> = kept.map(|(key, count)| (key.clone(), *count)).collect();
        for (file, diagnostic) in findings.iter().filter(|(_, diagnostic)| diagnostic.baselined) {
            let key = key(&file.source, diagnostic, scope);
            let known = self.entries.get(&key).copied();
            let count = entries.entry(key).or_insert(0);
            // What was kept as it is holds the findings of this run already.
            if known.is_none_or(|known| *count < known) {
                *count += 1;
            }
        }
        Self { profile: self.profile.clone(), entries }
    }

    /// Tells whether a run can say that an entry is no longer found.
    fn judge<'f>(&self, findings: &'f Findings, scope: &'f Scope<'_>) -> impl Fn(&Key) -> bool + use<'f> {
        let rules: BTreeSet<&str> = findings.rules.iter().map(|rule| rule.id).collect();
        let files: BTreeSet<String> =
            findings.files.iter().map(|file| (scope.relative)(file.source.path())).collect();
        let other_profile = self.profile.is_some() && self.profile.as_deref() != scope.profile;
        let is_partial = scope.is_partial || other_profile;
        move |key| {
            let could_find = !is_partial && files.contains(&key.path) && rules.contains(&*key.rule);
            could_find || (scope.is_gone)(&key.path)
        }
    }
}

fn key(source: &SourceFile, diagnostic: &Diagnostic, scope: &Scope<'_>) -> Key {
    let line = source.slice(source.line_span(source.line_of(diagnostic.span.start as usize)));
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    // A query pasted into one line would make the baseline unreadable; its beginning tells it apart.
    line.truncate(line.floor_char_boundary(200));
    Key { path: (scope.relative)(source.path()), rule: diagnostic.rule.id.to_owned(), line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SOME_RULE;
    use crate::findings::FileReport;
    use crate::source::Span;
    use std::sync::Arc;

    const SCOPE: Scope<'_> =
        Scope { relative: &str::to_owned, is_gone: &|_| false, profile: None, is_partial: false };

    fn findings(text: &str, offsets: &[usize]) -> Findings {
        let at = |offset: &usize| SOME_RULE.at(Span::at(*offset), "m");
        let diagnostics: Vec<Diagnostic> = offsets.iter().map(at).collect();
        let source = Arc::new(SourceFile::new("a.yaml", text));
        let (path, kind) = (source.path().into(), "hunting-query");
        let file = FileReport { path, source, kind, form: None, id: None, diagnostics };
        Findings { files: vec![file], rules: vec![&SOME_RULE], ..Findings::default() }
    }

    #[test]
    fn what_is_known_is_marked_as_often_as_it_was_and_wherever_it_went() {
        let baseline = Baseline::of(&findings("x: 1\ny:  2\n", &[0, 5]), &SCOPE);
        let baseline = Baseline::parse(&baseline.to_json()).unwrap();
        assert_eq!(baseline.len(), 2);
        let mut later = findings("new: 0\ny: 2\ny: 2\n", &[0, 7, 12]);
        assert_eq!(baseline.apply(&mut later, &SCOPE), 1);
        let marked: Vec<bool> = later.iter().map(|(_, diagnostic)| diagnostic.baselined).collect();
        assert_eq!(marked, [false, true, false]);
        assert_eq!(baseline.pruned(&later, &SCOPE).len(), 1);
    }

    #[test]
    fn what_a_run_did_not_look_at_stays_in_the_baseline() {
        let baseline = Baseline::of(&findings("x: 1\ny: 2\n", &[0, 5]), &SCOPE);
        let mut other = findings("", &[]);
        other.files.clear();
        assert_eq!(baseline.apply(&mut other, &SCOPE), 0);
        assert_eq!(baseline.pruned(&other, &SCOPE).len(), 2);
        assert_eq!(baseline.pruned(&other, &Scope { is_gone: &|path| path == "a.yaml", ..SCOPE }).len(), 0);
        let mut without_rule = findings("x: 1\n", &[]);
        without_rule.rules.clear();
        assert_eq!(baseline.apply(&mut without_rule, &SCOPE), 0);
        assert_eq!(baseline.pruned(&without_rule, &SCOPE).len(), 2);
    }

    #[test]
    fn what_a_run_could_not_find_stays_in_the_baseline() {
        let all = Scope { profile: Some("recommended"), ..SCOPE };
        let baseline = Baseline::of(&findings("x: 1\ny: 2\n", &[0, 5]), &all);
        let left = |scope: &Scope<'_>| {
            let mut clean = findings("x: 1\ny: 2\n", &[0]);
            let gone = baseline.apply(&mut clean, scope);
            (gone, baseline.pruned(&clean, scope).len())
        };
        assert_eq!(left(&all), (1, 1));
        assert_eq!(left(&Scope { is_partial: true, ..all }), (0, 2));
        assert_eq!(left(&Scope { profile: Some("pedantic"), ..all }), (0, 2));
    }

    #[test]
    fn paths_are_relative_to_the_baseline() {
        let scope = Scope { relative: &|path| format!("rules/{path}"), ..SCOPE };
        let baseline = Baseline::of(&findings("x: 1\n", &[0]), &scope);
        assert!(baseline.to_json().contains("\"rules/a.yaml\""));
        assert_eq!(baseline.apply(&mut findings("x: 1\n", &[0]), &SCOPE), 0);
        let mut same = findings("x: 1\n", &[0]);
        baseline.apply(&mut same, &scope);
        assert!(same.iter().all(|(_, diagnostic)| diagnostic.baselined));
    }

    #[test]
    fn a_strange_file_is_refused_in_words() {
        assert!(Baseline::parse("[]").unwrap_err().to_string().starts_with("not a valid baseline"));
        let future = Baseline::parse("{\"version\": 9, \"findings\": []}").unwrap_err();
        assert!(future.to_string().contains("version 9"));
    }
}
