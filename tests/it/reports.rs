//! Reports in every format over one fixed set of files.

use std::path::Path;

use sentlint::internals::baseline::{Baseline, Scope};
use sentlint::internals::diagnostic::{Diagnostic, Severity};
use sentlint::internals::findings::Findings;
use sentlint::internals::report::{self, Format, Style};
use sentlint::internals::rules::Profile;
use serde_json::Value;

use crate::checked::{self, Files, jobs, pin, settings, without_version};
use crate::common::root;

/// Files that have between them every part that a report can show.
const FILES: [&str; 14] = [
    "broken/duplicate-id/invalid.yaml",
    "broken/duplicate-id/invalid-2.yaml",
    "broken/deprecated-technique/invalid.yaml",
    "broken/kql-semantic/invalid.yaml",
    "broken/kql-syntax/invalid.yaml",
    "broken/kql-unknown-column/invalid.yaml",
    "broken/lookback-exceeds-period/invalid.yaml",
    "broken/non-ascii/invalid.yaml",
    "broken/unknown-key/invalid.yaml",
    "broken/unused-suppression/invalid.yaml",
    "broken/yaml-syntax/invalid.yaml",
    "broken/query-too-long/invalid.yaml",
    "hunting/kvm-over-usb-device.yaml",
    "rules/unattended-access-password.yaml",
];

fn findings(profile: Profile) -> Findings {
    let read = |name: &str| (name.to_owned(), std::fs::read(root().join("content").join(name)).unwrap());
    let mut files: Files = FILES.iter().map(|name| read(name)).collect();
    let silenced = "# sentlint: ignore-file[unknown-key] the portal takes it\nnmae: x\n";
    files.insert(
        "silenced.yaml".into(),
        [silenced.as_bytes(), &files["hunting/kvm-over-usb-device.yaml"]].concat(),
    );
    let mut findings = checked::check(&jobs(&files), &settings(profile));
    findings.unreadable.push(("gone.yaml".into(), "permission denied".into()));
    findings
}

#[test]
fn every_format_says_what_it_said() {
    let findings = findings(Profile::Recommended);
    for format in Format::ALL {
        pin(&format!("report__{}", format.as_str()), &checked::report(format, &findings, 100));
    }
    let style = Style::default();
    let forms = [
        ("statistics", Format::Full),
        ("statistics_json", Format::Json),
        ("statistics_markdown", Format::Markdown),
    ];
    for (name, format) in forms {
        let text = report::statistics(&findings, format, &style).unwrap();
        pin(&format!("report__{name}"), &without_version(&text));
    }
    assert!(report::statistics(&findings, Format::Junit, &style).unwrap_err().contains("junit"));
}

#[test]
fn gates_are_named_in_every_format_that_has_a_place_for_them() {
    let findings = findings(Profile::AzureSentinel);
    for format in [Format::Concise, Format::Json, Format::Markdown, Format::Sarif] {
        pin(&format!("report__gates_{}", format.as_str()), &checked::report(format, &findings, 100));
    }
}

#[test]
fn the_report_for_people_fits_its_width_and_its_terminal() {
    let findings = findings(Profile::Recommended);
    for width in [20, 60, 80, 120] {
        pin(&format!("report__full_{width}"), &checked::report(Format::Full, &findings, width));
    }
    let plain =
        Style { color: true, links: true, unicode: false, summary: false, listed: true, ..Style::default() };
    for format in [Format::Full, Format::Concise, Format::Github] {
        let name = format!("report__terminal_{}", format.as_str());
        pin(&name, &report::render(format, &findings, &plain).replace('\u{1b}', "␛"));
    }
}

#[test]
fn reports_end_where_their_readers_stop_and_say_so() {
    let mut findings = findings(Profile::Recommended);
    let is_mild = |diagnostic: &&Diagnostic| diagnostic.counts() && diagnostic.severity != Severity::Error;
    let file = findings.files.iter_mut().find(|file| file.diagnostics.iter().any(|found| is_mild(&found)));
    let file = file.unwrap();
    let mild = file.diagnostics.iter().find(is_mild).unwrap().clone();
    file.diagnostics.extend(std::iter::repeat_n(mild, 25_000));
    let all = findings.counting().count();
    let errors = findings.counting().filter(|(_, found)| found.severity == Severity::Error).count();

    // Code scanning takes 25,000 results of a run: the errors are among them.
    let sarif: Value = serde_json::from_str(&checked::report(Format::Sarif, &findings, 100)).unwrap();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let kept = results.iter().filter(|result| result["level"] == "error").count();
    let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        kept == errors && told.contains("omitted: code scanning accepts at most 25000 results per run"),
        "{kept} {told}"
    );

    // A page of GitHub takes a mebibyte.
    let markdown = checked::report(Format::Markdown, &findings, 100);
    let rows = markdown.lines().filter(|line| line.contains("](http")).count();
    let left = format!("\n{} findings more not shown here.\n", all - rows);
    assert!(markdown.len() < 1 << 20 && markdown.ends_with(&left), "{} {left}", markdown.len());

    // Ten annotations of each level, and one notice that there are more.
    let github = checked::report(Format::Github, &findings, 100);
    let of = |level: &str| github.lines().filter(|line| line.starts_with(&format!("::{level} "))).count();
    assert!(of("error") <= 10 && of("warning") <= 10 && of("notice") <= 10, "{github}");
    assert!(github.contains("more not shown here: GitHub shows ten annotations"), "{github}");
}

#[test]
fn what_a_baseline_knows_is_counted_and_not_shown() {
    let mut known = findings(Profile::Recommended);
    let scope = Scope {
        relative: &str::to_owned,
        is_gone: &|_| false,
        profile: Some("recommended"),
        is_partial: false,
    };
    let before = Baseline::of(&known, &scope);
    pin("report__baseline", &without_version(&before.to_json()));
    before.apply(&mut known, &scope);
    for format in [Format::Concise, Format::Json, Format::Sarif] {
        pin(&format!("report__baselined_{}", format.as_str()), &checked::report(format, &known, 100));
    }
}

#[test]
fn what_content_reads_and_returns_is_reported() {
    for folder in ["hunting", "rules"] {
        let files = checked::files(&root().join("content").join(folder));
        let report =
            sentlint::internals::inspect::inspect(&jobs(&files), &|_: &Path| std::sync::Arc::default());
        pin(&format!("inspect__{folder}"), &report.text());
        pin(&format!("inspect__{folder}_json"), &report.json().unwrap());
    }
}
