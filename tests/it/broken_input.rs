//! Files as they should not be: each form is reported in words, at its place, with an exit code, and nothing else is
//! said that merely follows from it.

use crate::common::{CLEAN, folder, run, write};

/// The findings of a file with these bytes, one a line, without the summary.
fn concise(name: &str, bytes: &[u8]) -> (i32, Vec<String>) {
    let dir = folder(&[]);
    write(dir.path(), name, bytes);
    let ran = run(dir.path(), &["check", "-q", "--output-format", "concise", name], "");
    assert_eq!(std::fs::read(dir.path().join(name)).ok().as_deref(), Some(bytes), "checking changes nothing");
    let mut again = vec!["check", "-q", "--fix", "--unsafe-fixes", "--exit-zero", name];
    assert_eq!(run(dir.path(), &again, "").code, 0);
    let fixed = std::fs::read(dir.path().join(name)).ok();
    again[5] = ".";
    assert_eq!(run(dir.path(), &again, "").code, 0);
    assert_eq!(std::fs::read(dir.path().join(name)).ok(), fixed, "fixing twice changes nothing");
    (ran.code, ran.stdout.lines().map(str::to_owned).collect())
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn other_encodings_are_named() {
    let message = |name: &str| {
        format!("a.yaml:1:1: error[yaml-syntax] The file is encoded in {name}, but content must be UTF-8")
    };
    for bytes in [
        [&[0xff, 0xfe][..], &utf16(CLEAN, false)].concat(),
        [&[0xfe, 0xff][..], &utf16(CLEAN, true)].concat(),
        utf16(CLEAN, false),
    ] {
        assert_eq!(concise("a.yaml", &bytes), (1, vec![message("UTF-16")]));
    }
    let wide: Vec<u8> = CLEAN.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert_eq!(concise("a.yaml", &[&[0xff, 0xfe, 0, 0][..], &wide].concat()), (1, vec![message("UTF-32")]));
    // What others wrote in UTF-16 is no matter of ours.
    assert_eq!(concise("a.yaml", &utf16("services:\n  web: {}\n", false)), (0, vec![]));
    let query = [&[0xff, 0xfe][..], &utf16("DeviceEvents\n| take 5\n", false)].concat();
    let told = vec![message("UTF-16").replace("a.yaml", "q.kql")];
    assert_eq!(concise("q.kql", &query), (1, told));
}

#[test]
fn what_is_not_a_mapping_is_reported_where_content_belongs() {
    for (text, message) in [
        ("", "1:1: error[wrong-type] The file is empty"),
        ("# nothing but this\n", "1:1: error[wrong-type] The file is empty"),
        ("just a text\n", "1:1: error[wrong-type] The file is a string, but must be a mapping"),
        ("- a\n- b\n", "1:1: error[wrong-type] The file is a list, but must be a mapping"),
    ] {
        let told = concise("Hunting Queries/a.yaml", text.as_bytes());
        assert_eq!(told, (1, vec![format!("Hunting Queries/a.yaml:{message}")]));
        assert_eq!(concise("ci/a.yaml", text.as_bytes()), (0, vec![]), "elsewhere it is somebody else's");
    }
    let list = "- id: x\n  name: n\n  requiredDataConnectors: []\n  query: T\n";
    let told = "a.yaml:1:1: error[wrong-type] The file is a list, but must be a mapping";
    assert_eq!(concise("a.yaml", list.as_bytes()), (1, vec![told.to_owned()]));
}

#[test]
fn an_error_around_a_query_is_reported_without_its_echo() {
    let broken = CLEAN.replace("query: |", "query: |x");
    let (code, told) = concise("a.yaml", broken.as_bytes());
    assert_eq!((code, told.len()), (1, 1), "{told:?}");
    assert!(told[0].contains("The block scalar must start on the line after `|`"), "{told:?}");
}

#[test]
fn an_alias_is_not_mistaken_for_a_value_of_another_type() {
    let text = CLEAN.replacen("name: ", "name: &n ", 1).replace("version:", "x-title: *n\nversion:");
    let (_, told) = concise("a.yaml", text.as_bytes());
    assert!(told.len() == 1 && told[0].contains("x-title"), "{told:?}");
    let tactics =
        CLEAN.replace("tactics:\n", "tactics: &t\n").replace("relevantTechniques:\n", "x: *t\ny:\n");
    let (_, told) = concise("a.yaml", tactics.as_bytes());
    assert!(told.iter().all(|line| !line.contains("wrong-type")), "{told:?}");
}

#[test]
fn what_stands_behind_an_alias_is_not_left_out_of_a_result_in_silence() {
    let text = CLEAN
        .replace("tactics:\n  - CommandAndControl", "tactics: *t")
        .replace("id: ", "x: &t [Impact]\nid: ");
    let dir = folder(&[("a.yaml", text.as_str())]);
    for target in ["arm", "scheduled"] {
        let ran = run(dir.path(), &["convert", "--to", target, "a.yaml"], "");
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        assert!(ran.stderr.contains("`*t` is a YAML alias, which is not supported"), "{ran:?}");
    }
    assert_eq!(run(dir.path(), &["check", "-q", "--fix", "--exit-zero", "a.yaml"], "").code, 0);
    let ran = run(dir.path(), &["convert", "a.yaml"], "");
    assert!(ran.stdout.contains("\"value\": \"Impact\""), "{ran:?}");
}

#[test]
fn keys_that_would_be_merged_are_not_left_out_of_a_result_in_silence() {
    let text = CLEAN.replacen("id: ", "x: &m {tags: []}\n<<: *m\nid: ", 1);
    let (_, told) = concise("a.yaml", text.as_bytes());
    let merge: Vec<&String> = told.iter().filter(|line| line.contains("<<") || line.contains("*m")).collect();
    assert!(merge.len() == 1 && merge[0].contains("[unknown-key] Unknown key `<<`"), "{told:?}");
    let dir = folder(&[("a.yaml", text.as_str())]);
    let ran = run(dir.path(), &["convert", "a.yaml"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("`*m` is a YAML alias, which is not supported"), "{ran:?}");
}

#[test]
fn lines_of_a_query_that_are_joined_are_reported_whatever_the_style() {
    let plain = CLEAN.replace("query: |", "query:");
    let (_, told) = concise("a.yaml", plain.as_bytes());
    assert!(told.iter().any(|line| line.contains("folded-query")), "{told:?}");
    let (_, told) = concise("a.yaml", CLEAN.as_bytes());
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_byte_that_is_not_text_is_reported_without_its_echo() {
    let message = "error[yaml-syntax] This byte is not valid UTF-8";
    for (text, place) in [
        (CLEAN.replace("DeviceNetworkEvents\n  |", "Device\u{fffd}Events\n  |"), "13:9"),
        (CLEAN.replacen("name: ", "name: \u{fffd}", 1), "2:7"),
    ] {
        let parts: Vec<&[u8]> = text.split('\u{fffd}').map(str::as_bytes).collect();
        assert_eq!(concise("a.yaml", &parts.join(&0xe9)), (1, vec![format!("a.yaml:{place}: {message}")]));
    }
    assert_eq!(concise("q.kql", b"Device\xe9Events\n"), (1, vec![format!("q.kql:1:7: {message}")]));
}
