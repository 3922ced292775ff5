//! What rules say of their fixes is what the samples of content/broken and the examples of their pages show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::check::{Before, Job, check};
use crate::diagnostic::{Applicability, Availability, Diagnostic};
use crate::discover::{Input, slashes};
use crate::order::Order as _;
use crate::rules::{Profile, Settings, all};
use crate::source::SourceFile;

/// What was seen of a rule's fixes.
#[derive(Default)]
struct Seen {
    best: Option<Applicability>,
    findings: usize,
    fixed: usize,
}

type All = BTreeMap<&'static str, Seen>;

fn note(seen: &mut All, found: impl IntoIterator<Item = Diagnostic>) {
    for finding in found {
        let of_rule = seen.entry(finding.rule.id).or_default();
        let safety = finding.fix.as_ref().map(|fix| fix.applicability);
        of_rule.findings += 1;
        of_rule.fixed += usize::from(safety.is_some());
        of_rule.best = of_rule.best.max(safety);
    }
}

fn run(jobs: &[Job]) -> Vec<Diagnostic> {
    let mut found = run_under(Profile::Pedantic, jobs);
    found.extend(run_under(Profile::AzureSentinel, jobs));
    found
}

fn run_under(profile: Profile, jobs: &[Job]) -> Vec<Diagnostic> {
    let settings = Arc::new(Settings { profile, ..Settings::default() });
    let settings: Vec<_> = jobs.iter().map(|_| Arc::clone(&settings)).collect();
    check(jobs, &settings).findings.files.into_iter().flat_map(|file| file.diagnostics).collect()
}

/// The root of the project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The samples of content/broken, folder by folder, and the examples of the pages.
fn samples() -> Vec<Vec<Job>> {
    let broken = Path::new(ROOT).join("content/broken");
    let mut all_jobs = Vec::new();
    for entry in std::fs::read_dir(broken).unwrap() {
        let (path, mut jobs) = (entry.unwrap().path(), Vec::new());
        if path.is_dir() {
            sample(&path, &mut jobs);
            jobs.order_by(|a, b| a.input.name.cmp(&b.input.name));
            all_jobs.push(jobs);
        }
    }
    let examples = all().flat_map(|entry| examples(entry.meta.docs));
    all_jobs.extend(examples.map(|example| vec![Job::text(example)]));
    all_jobs
}

/// The files of a sample, each beside what it was at the revision that it is compared with.
fn sample(folder: &Path, jobs: &mut Vec<Job>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sample(&path, jobs);
        } else if !name.starts_with("base") {
            let shown = slashes(path.strip_prefix(ROOT).unwrap());
            let mut job = Job::file(Input { name: shown.clone(), path: path.clone(), named: true });
            let base = ["invalid", "valid", "fixed"]
                .into_iter()
                .map(|prefix| path.with_file_name(name.replacen(prefix, "base", 1)));
            if let Some(base) = base.filter(|base| *base != path).find(|base| base.exists()) {
                let source = SourceFile::from_bytes(shown, std::fs::read(base).unwrap());
                job.before = Some(Before {
                    source: Arc::new(source),
                    location: job.location().to_owned(),
                    revision: "main".into(),
                });
            }
            jobs.push(job);
        }
    }
}

/// The examples of a page that are one file.
fn examples(docs: &str) -> Vec<SourceFile> {
    let page = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for block in page.split("\n```yaml,").skip(1) {
        let (head, rest) = block.split_once('\n').unwrap();
        let text = rest.split("\n```").next().unwrap_or_default();
        let name = head.split(',').nth(1).unwrap_or("example.yaml");
        if !name.contains('+') {
            found.push(SourceFile::new(name, format!("{text}\n")));
        }
    }
    found
}

#[test]
fn every_rule_tells_the_truth_about_its_fixes() {
    let mut seen = All::new();
    for jobs in samples() {
        note(&mut seen, run(&jobs));
    }
    let mut wrong = Vec::new();
    for meta in all().map(|entry| entry.meta) {
        let nothing = Seen::default();
        let of_rule = seen.get(meta.id).unwrap_or(&nothing);
        let (best, declared) = (of_rule.best, meta.fix.map(|fix| fix.safety));
        if best != declared {
            wrong.push(format!("{}: says {declared:?}, and the best of its fixes is {best:?}", meta.id));
        }
        let always = meta.fix.is_some_and(|fix| fix.availability == Availability::Always);
        if always && of_rule.fixed < of_rule.findings {
            wrong.push(format!("{}: {} of {} findings have a fix", meta.id, of_rule.fixed, of_rule.findings));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_are_as_severe_as_their_rule_declares_at_most() {
    // What costs a hunter some time breaks a rule.
    let rule = |query: &str| {
        let text = format!("id: a\nname: n\nkind: NRT\nquery: {query}\n");
        Job::text(SourceFile::new("a.yaml", text))
    };
    let mut samples = samples();
    samples.push(vec![rule("union * | where Type == 'a'"), rule("search 'a'")]);
    let mut raised: BTreeSet<&str> = BTreeSet::new();
    for found in samples.iter().flat_map(|jobs| run_under(Profile::Pedantic, jobs)) {
        let (rule, severity) = (found.rule, found.severity);
        assert!(severity <= rule.most_severe(), "{}: {}", rule.id, found.message);
        if severity > rule.severity {
            raised.insert(rule.id);
        }
    }
    let declared = all().map(|entry| entry.meta).filter(|meta| meta.raised.is_some()).map(|meta| meta.id);
    assert_eq!(raised, declared.collect(), "some declare a severity that none of their findings has");
}
