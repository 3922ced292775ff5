//! Suppression comments as their authors write them: what counts as one, what it covers, and what is said of one
//! that does nothing.

use crate::common::{CLEAN, folder, run, write};

/// The findings of a text, one a line.
fn reported(text: &str) -> Vec<String> {
    let dir = folder(&[("a.yaml", text)]);
    let ran = run(dir.path(), &["check", "-q", "--isolated", "--output-format", "concise"], "");
    ran.stdout.lines().map(str::to_owned).collect()
}

const TACTIC: &str = "- CommandAndControl";

#[test]
fn a_comment_counts_on_the_line_on_the_line_before_and_before_the_key() {
    let bare = reported(&CLEAN.replace(TACTIC, "- Exploiting"));
    assert!(bare.len() == 1 && bare[0].contains("unknown-tactic"), "{bare:?}");
    for (from, to) in [
        (TACTIC, "- Exploiting # sentlint: ignore[unknown-tactic] agreed"),
        (TACTIC, "- Exploiting #sentlint:ignore [unknown-tactic]"),
        ("tactics:\n", "# sentlint: ignore[unknown-tactic] agreed\ntactics:\n"),
        ("id: ", "# sentlint: ignore-file[unknown-tactic] agreed\nid: "),
    ] {
        let text = CLEAN.replacen(from, to, 1).replace(TACTIC, "- Exploiting");
        assert_eq!(reported(&text), [""; 0], "{to}");
    }
}

#[test]
fn inside_of_a_query_a_comment_is_what_the_language_takes_for_one() {
    let query = |line: &str| CLEAN.replace("query: |\n", &format!("query: |\n  // about\n  {line}\n"));
    let broken = |line: &str| reported(&query(line)).iter().any(|line| line.contains("unknown-suppression"));
    assert!(broken("// sentlint: ignore[no-such-rule]"));
    assert!(broken("let Site = \"https://relay.example\"; // sentlint: ignore[no-such-rule]"));
    assert!(!broken("let Text = \"// sentlint: ignore[no-such-rule]\";"));
}

#[test]
fn a_comment_that_names_nothing_is_reported() {
    for comment in ["# sentlint: ignore", "# sentlint: ignore[]", "# sentlint: ignore-file"] {
        let text = CLEAN.replacen("tactics:\n", &format!("tactics: {comment}\n"), 1);
        let reported = reported(&text);
        let names = |line: &String| line.contains("unknown-suppression") && line.contains("names no rule");
        assert!(reported.len() == 1 && reported.iter().all(names), "{comment}: {reported:?}");
    }
}

#[test]
fn added_comments_keep_to_one_line_and_out_of_texts() {
    let text = CLEAN.replace(TACTIC, "- Exploiting");
    let dir = folder(&[("a.yaml", &text)]);
    let args = ["check", "--add-suppressions", "--reason", "agreed\nwith: the team"];
    assert_eq!(run(dir.path(), &args, "").code, 0);
    let written = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    assert!(written.contains("# sentlint: ignore[unknown-tactic] agreed with: the team\n"), "{written}");
    assert_eq!(run(dir.path(), &["check"], "").code, 0);
    // The first line of the query is indented too little for a block, and no place for a comment.
    let broken = CLEAN.replace("query: |\n  ", "query: |\n ").replace("version: ", "version ");
    write(dir.path(), "a.yaml", broken.as_bytes());
    run(dir.path(), &["check", "--add-suppressions"], "");
    let written = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    let bare: Vec<&str> =
        written.lines().filter(|line| !line.trim_start().starts_with("# sentlint:")).collect();
    assert_eq!(bare, broken.lines().collect::<Vec<_>>(), "nothing else is changed");
}

#[test]
fn what_is_reported_of_a_byte_order_mark_is_silenced_for_the_file() {
    let dir = folder(&[("a.yaml", &format!("\u{feff}{CLEAN}"))]);
    assert_eq!(run(dir.path(), &["check", "--fail-on", "info"], "").code, 1);
    assert_eq!(run(dir.path(), &["check", "--add-suppressions", "--fail-on", "info"], "").code, 0);
    let ran = run(dir.path(), &["check", "--fail-on", "info"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_group_of_rules_can_be_suppressed() {
    let wrong = CLEAN.replace(TACTIC, "- Exploiting");
    let line = wrong.replace("- Exploiting", "- Exploiting # sentlint: ignore[attack] agreed");
    assert_eq!(reported(&line), [""; 0]);
    assert_eq!(reported(&wrong.replacen("id: ", "# sentlint: ignore-file[attack]\nid: ", 1)), [""; 0]);
    let other = reported(&wrong.replace("- Exploiting", "- Exploiting # sentlint: ignore[query]"));
    assert!(other.len() == 2 && other.iter().any(|line| line.contains("unused-suppression")), "{other:?}");
    let unknown = reported(&CLEAN.replace(TACTIC, "- CommandAndControl # sentlint: ignore[atack]"));
    assert!(unknown.len() == 1 && unknown[0].contains("unknown-suppression"), "{unknown:?}");
}

#[test]
fn a_comment_without_its_colon_suppresses_nothing_and_is_reported() {
    let text = CLEAN
        .replace("  | where RemoteUrl", "  // sentlint ignore[kql-unknown-column] why\n  | where RemotUrl");
    let lines = reported(&text);
    assert!(lines.iter().any(|line| line.contains("error[kql-unknown-column]")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("colon")), "{lines:?}");
    assert_eq!(reported(&CLEAN.replace("query: |", "# sentlint checks this, ignore it\nquery: |")), [""; 0]);
    let dir = folder(&[("a.yaml", &text)]);
    assert_eq!(run(dir.path(), &["check", "--isolated", "--fix"], "").code, 0);
    assert!(std::fs::read_to_string(dir.path().join("a.yaml")).unwrap().contains("// sentlint: ignore["));
}

#[test]
fn comments_are_added_at_the_line_of_a_query() {
    let text = CLEAN.replace("where RemoteUrl has", "where RemotUrl has");
    let dir = folder(&[("a.yaml", &text)]);
    let add = ["check", "--isolated", "--add-suppressions", "--reason", "old\nexport"];
    assert_eq!(run(dir.path(), &add, "").code, 0);
    let after = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    let wanted = "  // sentlint: ignore[kql-unknown-column] old export\n  | where RemotUrl has";
    assert!(after.contains(wanted), "{after}");
    assert_eq!(run(dir.path(), &["check", "--isolated", "-q"], "").code, 0);
    // A query that is not a literal block has no lines of its own.
    let plain = "query: DeviceNetworkEvents | where RemotUrl has \"relay.example\"\n";
    let (head, _) = CLEAN.split_once("query:").unwrap();
    let dir = folder(&[("a.yaml", &format!("{head}{plain}version: 1.0.0\n"))]);
    assert_eq!(run(dir.path(), &add, "").code, 0);
    let after = std::fs::read_to_string(dir.path().join("a.yaml")).unwrap();
    assert!(after.contains("# sentlint: ignore[kql-unknown-column] old export\nquery: "), "{after}");
}
