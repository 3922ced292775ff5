//! A query is read wherever it stands, and what is wrong with it is shown at its place: in every kind of content, in
//! every style of scalar, in bytes in the file and in code points in the query.

use crate::common::{run, write};
use serde_json::Value;

/// Lines with a mistake after characters of two, three and four bytes.
const QUERY: [&str; 3] =
    ["DeviceNetworkEvents", "| where DeviceName != 'é€😀' && RemotePort == 443", "| project DeviceName"];

fn syntax_errors(name: &str, text: &str) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), name, text.as_bytes());
    let args = ["check", "--isolated", "--select", "kql-syntax", "--output-format", "json", name];
    let ran = run(dir.path(), &args, "");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    report["diagnostics"].as_array().unwrap().clone()
}

/// Asserts that a file has one error, that it is at the `&&`, and that its fix fixes it.
fn found(name: &str, text: &str, pointer: Option<&str>, query: &str) {
    let errors = syntax_errors(name, text);
    assert_eq!(errors.len(), 1, "{name}:\n{text}\n{errors:#?}");
    let error = &errors[0];
    let offset = |end: &str| usize::try_from(error["range"][end]["offset"].as_u64().unwrap()).unwrap();
    assert_eq!(&text[offset("start")..offset("end")], "&&", "{name}:\n{text}");
    assert_eq!(error["yaml_path"].as_str(), pointer, "{name}:\n{text}");
    let at = query[..query.find("&&").unwrap()].chars().count() as u64;
    let points = &error["query_range"];
    assert_eq!(
        (points["start"].as_u64(), points["end"].as_u64()),
        (Some(at), Some(at + 2)),
        "{name}:\n{text}"
    );
    let edit = &error["fix"]["edits"][0];
    let place = |end: &str| usize::try_from(edit[end].as_u64().unwrap()).unwrap();
    let fixed =
        format!("{}{}{}", &text[..place("start")], edit["text"].as_str().unwrap(), &text[place("end")..]);
    assert_eq!(syntax_errors(name, &fixed), [] as [Value; 0], "{name}:\n{fixed}");
}

const HEAD: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: Identifies n. é\n";

/// The query in each style, after its key, with the text that the style makes of it.
fn styles() -> Vec<(&'static str, String, String)> {
    let lines = QUERY.join("\n");
    let indented = |by: usize| QUERY.map(|line| format!("{}{line}\n", " ".repeat(by))).concat();
    let one_line = QUERY.join(" ");
    vec![
        ("literal", format!("|\n{}", indented(2)), lines.clone()),
        ("literal, stripped", format!("|-\n{}", indented(4)), lines.clone()),
        ("literal, kept", format!("|+\n{}\n", indented(2)), lines.clone()),
        ("literal, with an indicator", format!("|2\n{}", indented(4)), indented(2)),
        ("literal, after a blank line", format!("|\n\n{}", indented(2)), format!("\n{lines}")),
        ("literal, with a comment", format!("| # é\n{}", indented(2)), lines.clone()),
        ("folded", format!(">\n{}", indented(2)), one_line.clone()),
        ("folded, stripped", format!(">-\n{}", indented(3)), one_line.clone()),
        ("single quotes", format!("'{}'\n", one_line.replace('\'', "''")), one_line.clone()),
        (
            "single quotes over lines",
            format!("'{}'\n", QUERY.join("\n  ").replace('\'', "''")),
            one_line.clone(),
        ),
        ("double quotes", format!("\"{one_line}\"\n"), one_line.clone()),
        (
            "double quotes with escapes",
            format!("\"{}\"\n", QUERY.join("\\n").replace('é', "\\u00e9")),
            lines.clone(),
        ),
        ("double quotes over lines", format!("\"{}\"\n", QUERY.join("\\n\\\n  ")), lines),
        ("plain", format!("{one_line}\n"), one_line.clone()),
        ("plain over lines", QUERY.join("\n  ") + "\n", one_line),
    ]
}

#[test]
fn a_query_is_read_in_every_style_of_scalar() {
    for (style, written, query) in styles() {
        for text in [format!("{HEAD}query: {written}"), format!("{HEAD}query: {written}version: 1.0.0\n")] {
            found("a.yaml", &text, Some("/query"), &query);
            // The same with the line ends of Windows.
            let windows = text.replace('\n', "\r\n");
            let errors = syntax_errors("a.yaml", &windows);
            assert_eq!(errors.len(), 1, "{style}: {errors:#?}");
            let at = usize::try_from(errors[0]["range"]["start"]["offset"].as_u64().unwrap()).unwrap();
            assert!(windows[at..].starts_with("&&"), "{style}:\n{windows}");
        }
    }
}

#[test]
fn a_query_is_read_in_every_kind_of_content() {
    let block = format!("|\n{}", QUERY.map(|line| format!("  {line}\n")).concat());
    let query = QUERY.join("\n");
    let rule = "severity: Low\nrequiredDataConnectors: []\n";
    let schedule = "queryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n";
    for (name, text, pointer) in [
        ("hunting.yaml", format!("{HEAD}query: {block}"), "/query"),
        ("rule.yaml", format!("{HEAD}{rule}{schedule}kind: Scheduled\nquery: {block}"), "/query"),
        ("nrt.yaml", format!("{HEAD}{rule}kind: NRT\nquery: {block}"), "/query"),
        (
            "Parsers/parser.yaml",
            format!(
                "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nFunction:\n  Title: t\n  Version: 1.0.0\n  LastUpdated: 2026-01-01\nCategory: Microsoft Sentinel Parser\nFunctionName: F\nFunctionAlias: F\nFunctionQuery: {block}"
            ),
            "/FunctionQuery",
        ),
        (
            "Parsers/ASimDns/Parsers/asim.yaml",
            format!(
                "Parser:\n  Title: t\n  Version: '1'\n  LastUpdated: 2026-01-01\nProduct:\n  Name: p\nNormalization:\n  Schema: Dns\n  Version: '1'\nParserName: P\nEquivalentBuiltInParser: _P\nParserParams:\n  - Name: disabled\n    Type: bool\n    Default: false\nParserQuery: {block}"
            ),
            "/ParserQuery",
        ),
    ] {
        found(name, &text, Some(pointer), &query);
    }
    for name in ["a.kql", "a.csl", "A.KQL"] {
        found(name, &query, None, &query);
        // A byte order mark is not a part of the query.
        found(name, &format!("\u{feff}{query}"), None, &query);
    }
}
