//! `sentlint catalog`: the pages, what is on them, and what is left alone.

use std::path::Path;

use crate::common::{folder, run, write};
use serde_json::Value;

const RULE: &str = "\
id: 4b8d3a52-8f0e-4f07-9d6c-5a3f0b7f1c01
name: Tunnel of an editor
description: |
  Identifies tunnels that an editor opens. See https://attack.example/tunnels.

  - first
  - second
severity: Medium
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - DeviceProcessEvents
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics:
  - CommandAndControl
relevantTechniques:
  - T1219.001
  - T1572
query: |
  Editors // all of them
  | where ProcessCommandLine has \"tunnel\"
  | project TimeGenerated, DeviceName, FileName
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
customDetails:
  File: FileName
version: 1.0.0
kind: Scheduled
";

const PARSER: &str = "\
Parser:
  Title: Editors of the company
ParserName: Editors
ParserQuery: |
  DeviceProcessEvents
  | where FileName has \"code\"
";

const NOTES: &str = "# Hunt hypothesis\n\nSomebody *opens* a tunnel.\n\n## False positives\n\nDevelopers.\n\n## Triage\n\nAsk <b>them</b>.\n";

fn made(dir: &Path, args: &[&str]) {
    let ran = run(dir, &[&["catalog", "--isolated", "-o", "site"], args].concat(), "");
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn page(dir: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(dir.join("site").join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    // The templates write a slash as an entity.
    text.replace("&#x2f;", "/")
}

#[test]
fn a_page_shows_what_follows_from_a_rule_and_what_people_wrote() {
    let dir = folder(&[
        ("rules/tunnel.yaml", RULE),
        ("rules/tunnel.md", NOTES),
        ("rules/tunnel.test.yaml", "tests:\n  - name: found\n    expect: any\n"),
        ("Parsers/editors.yaml", PARSER),
    ]);
    made(dir.path(), &["rules", "Parsers"]);
    let text = page(dir.path(), "content/rules-tunnel.html");
    for expected in [
        "<h1>Tunnel of an editor</h1>",
        "<li>first</li>",
        "<p>Somebody <em>opens</em> a tunnel.</p>",
        "<p>Developers.</p>",
        "&lt;b&gt;them&lt;/b&gt;",
        "<li><code>ProcessCommandLine</code> has the term <code>&quot;tunnel&quot;</code></li>",
        "<a href=\"https://attack.example/tunnels\">",
        "<dt>Runs every</dt><dd>1h</dd>",
        "found: failed. expected rows, got none",
        "<td><code>FileName</code></td><td>string</td>",
        "<b>Custom detection</b>",
        "<a href=\"../content/parsers-editors.html\">Editors of the company</a>",
        "<a class=\"chip\" href=\"../technique/t1219-001.html\">T1219.001</a>",
        "Remote Access Tools: IDE Tunneling",
        "<td><code>DeviceName</code></td><td>string</td>",
        "<span class=\"c\">// all of them\n</span>",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(page(dir.path(), "content/parsers-editors.html").contains("<h3>Called by</h3>"));
    // A sub-technique is listed under the technique above it too.
    assert!(page(dir.path(), "technique/t1219.html").contains("Tunnel of an editor"));
    let index: Value = serde_json::from_str(&page(dir.path(), "index.json")).unwrap();
    let one = &index["content"][0];
    assert_eq!(
        (index["version"].as_u64(), one["page"].as_str()),
        (Some(1), Some("content/rules-tunnel.html"))
    );
    // What a parser reads is on the page of the parser.
    assert_eq!(one["tables"], serde_json::json!([]));
    assert!(page(dir.path(), "content/parsers-editors.html").contains(">DeviceProcessEvents</a>"));
    assert_eq!(one["tests"], serde_json::json!(["found"]));
}

/// The files below a folder, as paths with slashes.
fn files(folder: &Path, below: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
fn the_list_of_a_site_names_its_files_and_no_two_pages_have_one_name() {
    let hunt = |id: &str, tag: &str| {
        format!(
            "id: 4b8d3a52-8f0e-4f07-9d6c-5a3f0b7f1c{id}\nname: {id}\ntags:\n  - {tag}\nrequiredDataConnectors: []\nquery: SigninLogs | take 1\n"
        )
    };
    let dir = folder(&[
        ("index.yaml", &hunt("01", "index")),
        ("INDEX.yml", &hunt("02", "Index")),
        ("\u{4e2d}.yaml", &hunt("03", "nul")),
        ("\u{6587}.yaml", &hunt("04", "\"\u{202e}\"")),
        ("tunnel.yaml", RULE),
        ("editors.yaml", PARSER),
    ]);
    for (format, own) in [("html", "index.html"), ("markdown", "index.md")] {
        made(dir.path(), &[".", "--format", format]);
        let listed = std::fs::read_to_string(dir.path().join("site/.sentlint-catalog")).unwrap();
        let mut listed: Vec<&str> = listed.lines().chain([".sentlint-catalog"]).collect();
        listed.sort_unstable();
        assert_eq!(files(&dir.path().join("site"), ""), listed);
        let mut folded: Vec<String> = listed.iter().map(|name| name.to_lowercase()).collect();
        folded.dedup();
        assert_eq!(folded.len(), listed.len());
        // The list of the tags is not the page of a tag of that name.
        let tags = page(dir.path(), &format!("tag/{own}"));
        assert!(tags.contains("tag/index-page") || tags.contains("(index-page"), "{tags}");
    }
}

#[test]
fn what_nobody_stated_is_said_to_be_missing() {
    let dir = folder(&[("q.yaml", "id: x\nname: y\nquery: T | take 1\nrequiredDataConnectors: []\n")]);
    made(dir.path(), &["."]);
    let text = page(dir.path(), "content/q.html");
    for expected in ["No description is stated.", "No technique is stated."] {
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(text.matches(">Not stated.<").count(), 5, "{text}");
}

#[test]
fn content_cannot_write_markup() {
    let hostile = RULE
        .replace("Tunnel of an editor", "<script>alert(1)</script> ](javascript:x) | \u{202e}y")
        .replace(
            "Identifies tunnels",
            "<img src=x onerror=y> [a](javascript:b) ![c](https://d.example/e.png)",
        )
        .replace("all of them", "</code></pre><script>z</script>")
        .replace("columnName: DeviceName", "columnName: \"<i>\"");
    let dir = folder(&[
        ("a.yaml", &hostile),
        ("A b.yaml", &hostile.replace("4b8d", "5b8d")),
        ("a-b.yaml", &hostile.replace("4b8d", "6b8d")),
    ]);
    made(dir.path(), &["."]);
    for name in
        ["content/a.html", "content/a-b.html", "content/a-b-2.html", "index.html", "all.html", "content.js"]
    {
        let text = page(dir.path(), name);
        let inert = text
            .replace("<script src=\"content.js\"></script>", "")
            .replace("<script src=\"search.js\"></script>", "")
            .replace("<script src=\"matrix.js\"></script>", "")
            .replace("<script src=\"../query.js\"></script>", "")
            .replace("<script src=\"../search.js\"></script>", "");
        assert!(
            !inert.contains("<script") && !inert.contains("<img") && !inert.contains("href=\"javascript"),
            "{name}: {inert}"
        );
    }
    made(dir.path(), &[".", "--format", "markdown"]);
    let text = page(dir.path(), "content/a.md");
    assert!(!text.contains("](javascript") && !text.contains("\n# <script"), "{text}");
}

#[test]
fn files_of_others_stay_and_those_of_an_earlier_run_go() {
    let dir =
        folder(&[("a.yaml", RULE), ("b.yaml", &RULE.replace("4b8d", "5b8d").replace("Tunnel", "Cable"))]);
    made(dir.path(), &["."]);
    write(dir.path(), "site/mine.txt", b"mine");
    let before = page(dir.path(), "content/a.html");
    std::fs::remove_file(dir.path().join("b.yaml")).unwrap();
    made(dir.path(), &["."]);
    assert!(!dir.path().join("site/content/b.html").exists() && page(dir.path(), "mine.txt") == "mine");
    assert!(before != page(dir.path(), "content/a.html"), "the page no longer lists the similar query");
    // The same files make the same site.
    let again = page(dir.path(), "content/a.html");
    made(dir.path(), &["."]);
    assert_eq!(page(dir.path(), "content/a.html"), again);
    // A page that is there and the same is not written again.
    let written = || std::fs::metadata(dir.path().join("site/content/a.html")).unwrap().modified().unwrap();
    let first = written();
    made(dir.path(), &["."]);
    assert_eq!(written(), first);
    write(dir.path(), "other/index.html", b"mine");
    let ran = run(dir.path(), &["catalog", "--isolated", "-o", "other", "a.yaml"], "");
    assert!(ran.code == 2 && ran.stderr.contains("was not written by `sentlint catalog`"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(dir.path().join("other/index.html")).unwrap(), "mine");
    // A list that names a file elsewhere is not believed.
    write(dir.path(), "site/.sentlint-catalog", b"../a.yaml\n/etc/passwd\ncontent/a.html\n");
    let ran = run(dir.path(), &["catalog", "--isolated", "-o", "site", "a.yaml"], "");
    assert!(ran.code == 2 && dir.path().join("a.yaml").exists(), "{ran:?}");
}

fn git(dir: &Path, day: &str, args: &[&str]) {
    let date = format!("{day}T12:00:00Z");
    let done = std::process::Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"])
        .args(args)
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn pages_have_the_days_of_the_first_and_the_last_commit() {
    let dir = folder(&[("a.yaml", RULE)]);
    git(dir.path(), "2025-01-02", &["init", "--quiet"]);
    git(dir.path(), "2025-01-02", &["add", "."]);
    git(dir.path(), "2025-01-02", &["commit", "--quiet", "-m", "one"]);
    write(dir.path(), "a.yaml", RULE.replace("Medium", "High").as_bytes());
    write(dir.path(), "not-tracked.yaml", RULE.replace("4b8d", "5b8d").as_bytes());
    git(dir.path(), "2025-03-04", &["commit", "--quiet", "-a", "-m", "two"]);
    made(dir.path(), &["."]);
    let text = page(dir.path(), "content/a.html");
    assert!(text.contains("<time>2025-01-02</time>") && text.contains("<time>2025-03-04</time>"), "{text}");
    assert!(!page(dir.path(), "content/not-tracked.html").contains("<time>"));
    // The oldest commit of a shallow clone is not the first.
    let url = format!("file://{}", dir.path().display());
    git(dir.path(), "2025-03-04", &["clone", "--quiet", "--depth", "1", &url, "clone"]);
    made(&dir.path().join("clone"), &["."]);
    assert!(!page(&dir.path().join("clone"), "content/a.html").contains("<time>"));
}

#[test]
fn pages_say_as_what_content_can_be_deployed_and_what_came_of_its_tests() {
    let hunt = "id: 4b8d3a52-8f0e-4f07-9d6c-5a3f0b7f1c02\nname: Hunt\ndescription: |\n  Finds it.\nrequiredDataConnectors: []\ntactics:\n  - Execution\nrelevantTechniques:\n  - T1059\nquery: |\n  DeviceProcessEvents\n  | where Timestamp > ago(7d) and FileName == 'a.exe'\n  | summarize count() by DeviceName\n";
    let tests = "now: 2026-01-02T00:00:00Z\ntables:\n  DeviceProcessEvents:\n    - {Timestamp: 2026-01-01T00:00:00Z, FileName: a.exe, DeviceName: d}\ntests:\n  - name: good\n    expect: {rows: 1}\n  - name: bad\n    expect: {rows: 3}\n";
    let dir = folder(&[("h.yaml", hunt), ("h.test.yaml", tests)]);
    made(dir.path(), &["."]);
    let text = page(dir.path(), "content/h.html");
    for expected in [
        "<li class=\"yes\"><b>Hunting query</b>: no obstacle found</li>",
        "<li class=\"no\"><b>NRT rule</b>: not as it is. ",
        "<dt>Tests</dt><dd>1 of 2 passed</dd>",
        "<li class=\"yes\">good: passed</li>",
        "<li class=\"no\">bad: failed. ",
        "Reads <a class=\"chip\" href=\"../table/deviceprocessevents.html\">DeviceProcessEvents</a>",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let table = page(dir.path(), "table/deviceprocessevents.html");
    assert!(table.contains("<td><code>FileName</code></td><td>string</td><td>1</td>"), "{table}");
}
