//! `sentlint fmt`: what it writes, prints and exits with.

use std::fs::read_to_string;

use crate::common::{CLEAN, folder, run, write};

const QUERY: &str = "T|where a==1 and b in(1,2)\n| join kind=inner (U | where c) on d\n";
const FORMATTED: &str = "T\n| where a == 1 and b in(1, 2)\n| join kind=inner (U | where c) on d\n";
const OFFICIAL: &str = "T\n| where a == 1 and b in(1, 2)\n| join kind = inner (U\n    | where c)\n    on d\n";

#[test]
fn files_are_written_once_and_checked_without() {
    let uneven = CLEAN.replace("  DeviceNetworkEvents\n", "  DeviceNetworkEvents  \n");
    let dir =
        folder(&[("a.kql", QUERY), ("b.yaml", &uneven), ("c.kql", FORMATTED), ("d.kql", "T | where (\n")]);
    let checked = run(dir.path(), &["fmt", "--check"], "");
    assert_eq!((checked.code, checked.stdout.as_str()), (1, "a.kql\nb.yaml\n"), "{checked:?}");
    assert!(checked.stderr.contains("Would format 2 files."), "{checked:?}");
    let diff = run(dir.path(), &["fmt", "--diff", "a.kql"], "");
    assert_eq!(diff.code, 1);
    assert!(diff.stdout.contains("-T|where a==1") && diff.stdout.contains("+T\n"), "{diff:?}");
    assert_eq!(read_to_string(dir.path().join("a.kql")).unwrap(), QUERY, "nothing is written");

    let written = run(dir.path(), &["fmt", "-v"], "");
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{written:?}");
    assert!(written.stderr.contains("d.kql:1:1: the query does not parse; not formatted"), "{written:?}");
    assert_eq!(read_to_string(dir.path().join("a.kql")).unwrap(), FORMATTED);
    assert_eq!(read_to_string(dir.path().join("b.yaml")).unwrap(), CLEAN);
    assert_eq!(run(dir.path(), &["fmt", "--check"], "").code, 0, "a second run changes nothing");
}

#[test]
fn standard_input_comes_back_formatted() {
    let args = ["fmt", "-", "--stdin-filename", "a.kql"];
    let dir = folder(&[]);
    assert_eq!(run(dir.path(), &args, QUERY).stdout, FORMATTED);
    let broken = run(dir.path(), &args, "T | where (\n");
    assert_eq!((broken.code, broken.stdout.as_str()), (0, "T | where (\n"));
    assert_eq!(run(dir.path(), &[&args[..], &["--check"]].concat(), QUERY).code, 1);
    // Without a name, what it is decides.
    assert_eq!(run(dir.path(), &["fmt", "-"], QUERY).stdout, FORMATTED);
    // A comment may look like a key of YAML.
    let titled = format!("// Title: Remote tools\n{QUERY}");
    assert_eq!(
        run(dir.path(), &["fmt", "-"], &titled).stdout,
        format!("// Title: Remote tools\n{FORMATTED}")
    );
    for other in ["a: b\n", "- a\n", "no query at all\n", ""] {
        let ran = run(dir.path(), &["fmt", "-"], other);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, other));
    }
}

#[test]
fn layout_and_width_are_those_of_the_option_or_the_configuration() {
    let dir = folder(&[("sentlint.toml", "[fmt]\nstyle = \"kusto\"\nwidth = 60\n")]);
    let of = |more: &[&str], text: &str| {
        run(dir.path(), &[&["fmt", "-", "--stdin-filename", "a.kql"], more].concat(), text).stdout
    };
    assert_eq!(of(&[], QUERY), OFFICIAL);
    assert_eq!(of(&["--style", "sentlint"], QUERY), FORMATTED);
    assert_eq!(of(&["--isolated"], QUERY), FORMATTED);
    let wide = "T\n| project SomeColumn, AnotherColumn, AThirdColumn, AFourthColumn\n";
    assert_eq!(of(&["--style", "sentlint"], wide).lines().count(), 6);
    assert_eq!(of(&["--style", "sentlint", "--width", "100"], wide), wide);

    write(dir.path(), "a.kql", OFFICIAL.as_bytes());
    let found = |more: &[&str]| {
        let args = ["check", "a.kql", "--select", "unformatted", "--output-format", "concise"];
        run(dir.path(), &[&args[..], more].concat(), "").stdout
    };
    assert!(!found(&[]).contains("[unformatted]"), "{}", found(&[]));
    assert!(found(&["--isolated"]).contains("[unformatted]"));
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let dir = folder(&[("a.kql", QUERY)]);
    for args in [["--width", "10"], ["--width", "wide"], ["--style", "prettier"]] {
        let ran = run(dir.path(), &["fmt", args[0], args[1]], "");
        assert!(ran.code == 2 && ran.stderr.contains(args[1]), "{ran:?}");
    }
    for config in ["style = \"prettier\"", "style = 1", "width = 10", "widht = 100"] {
        write(dir.path(), "sentlint.toml", format!("[fmt]\n{config}\n").as_bytes());
        let ran = run(dir.path(), &["fmt"], "");
        assert!(ran.code == 2 && ran.stderr.contains("sentlint.toml:2:"), "{ran:?}");
    }
    assert_eq!(read_to_string(dir.path().join("a.kql")).unwrap(), QUERY);
}

#[test]
fn guesses_are_made_only_if_asked_for() {
    let several = "A|take 1\n\nB|take 1\n";
    let dir = folder(&[("a.kql", several)]);
    let left = run(dir.path(), &["fmt", "-v"], "");
    assert!(left.stderr.contains("holds several queries, which --unsafe-fixes would format"), "{left:?}");
    assert_eq!(read_to_string(dir.path().join("a.kql")).unwrap(), several);
    assert_eq!(run(dir.path(), &["fmt", "--unsafe-fixes"], "").code, 0);
    assert_eq!(read_to_string(dir.path().join("a.kql")).unwrap(), "A\n| take 1\n\nB\n| take 1\n");
}
