//! Rows of NDJSON files: types, blanks, escapes and mistakes, in files of one block and of many.

use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::super::data::{infer, read};
use super::super::exec::Needed;
use super::super::output::Form;
use super::super::table::Schema;
use crate::kql::types::Scalar;

fn file(content: &str) -> tempfile::TempPath {
    let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().expect("a file");
    file.write_all(content.as_bytes()).expect("the content");
    file.into_temp_path()
}

fn schema(columns: &[(&str, Scalar)]) -> Rc<Schema> {
    Rc::new(Schema::new(columns.iter().map(|(name, kind)| (Arc::from(*name), *kind)).collect()))
}

/// The rows as CSV without the header, joined by bars; or the message behind the file's name.
fn rows(content: &str, columns: &[(&str, Scalar)], needed: Option<&[&str]>) -> String {
    let path = file(content);
    let needed: Option<Needed> = needed.map(|needed| needed.iter().map(|name| Arc::from(*name)).collect());
    match read(&path, &schema(columns), false, needed.as_ref()) {
        Ok(table) => table.written(Form::Csv, usize::MAX).lines().skip(1).collect::<Vec<_>>().join("|"),
        Err(why) => why.rsplit_once(".ndjson:").map_or(why.clone(), |(_, rest)| rest.to_owned()),
    }
}

const COLUMNS: [(&str, Scalar); 5] = [
    ("Time", Scalar::DateTime),
    ("Name", Scalar::String),
    ("Count", Scalar::Long),
    ("Share", Scalar::Real),
    ("Bag", Scalar::Dynamic),
];

#[test]
fn values_have_the_types_of_their_columns() {
    let line = "\u{feff} {\"Time\":\"2026-11-28T10:00:00Z\",\"Name\":\"q\\\"\\u00e9\",\"Count\":7,\"Share\":2,\"Bag\":{\"a\":[1]}}\r\n";
    assert_eq!(
        rows(line, &COLUMNS, None),
        "2026-11-28T10:00:00.0000000Z,\"q\"\"\u{e9}\",7,2.0,\"{\"\"a\"\":[1]}\"",
    );
    let sparse = "\n{}\n{\"Name\":5,\"Count\":\"12\",\"Share\":null}\n\n{\"Count\":3.0,\"Count\":4}\n";
    assert_eq!(rows(sparse, &COLUMNS, None), ",,,,|,5,12,,|,,4,,");
}

#[test]
fn columns_that_nobody_needs_are_passed_over() {
    let line = "{\"Name\":\"a\",\"Bag\":{\"deep\":[[[]]]},\"Count\":1}\n{\"Count\":2,\"Name\":\"b\"}\n";
    assert_eq!(rows(line, &COLUMNS, Some(&["Count"])), "1|2");
    // They are read all the same: what is not JSON is told.
    let wrong = "{\"Name\":\"a\",\"Bag\":{\"deep\":[}},\"Count\":1}";
    assert_eq!(
        rows(wrong, &COLUMNS, Some(&["Count"])),
        "1: this is not valid JSON: expected value at column 28",
    );
}

#[test]
fn mistakes_have_their_line() {
    for (content, expected) in [
        (
            "{\"Name\":\"a\"}\n\n{\"Name\":",
            "3: this is not valid JSON: EOF while parsing a value at column 8",
        ),
        ("{\"Name\":\"a\"} x", "1: this is not valid JSON: trailing characters at column 14"),
        ("{\"Nam\":1}", "1: the table has no column `Nam`; did you mean `Name`?"),
        ("{}\n{\"Count\":\"x\"}", "2: `Count` is `long`, and `x` is not one"),
        ("{\"Time\":\"soon\"}", "1: `Time` is `datetime`, and `soon` is not one"),
        ("{\"Count\":1.5}", "1: `Count` is `long`, and `1.5` is not one"),
        ("{}\n[1]", "2: invalid type: sequence, expected a row, which must be a JSON object"),
    ] {
        assert_eq!(rows(content, &COLUMNS, None), expected, "{content}");
    }
    let path = file("");
    std::fs::write(&path, b"{\"Name\":\"a\"}\n{\"Name\":\"\xff\"}\n").expect("the content");
    let why = read(&path, &schema(&COLUMNS), false, None).err().unwrap_or_default();
    assert!(why.ends_with(".ndjson:2: this is not valid UTF-8"), "{why}");
}

#[test]
fn files_of_many_blocks_keep_the_order_of_their_lines() {
    // A line in the middle is longer than a block.
    let mut content = String::new();
    for at in 0..60_000 {
        let name = if at == 30_000 { "long".repeat(2_000_000) } else { format!("name {at}") };
        content += &format!("{{\"Count\":{at},\"Name\":\"{name}\"}}\n");
    }
    let path = file(&content);
    let columns = schema(&[("Count", Scalar::Long), ("Name", Scalar::String)]);
    let needed: Needed = [Arc::from("Count")].into_iter().collect();
    let table = read(&path, &columns, false, Some(&needed)).expect("rows");
    let counts: Vec<Option<i64>> = table.rows.iter().map(|row| row[0].as_long()).collect();
    assert_eq!(counts, (0..60_000).map(Some).collect::<Vec<_>>());
    assert_eq!(infer(&path), Ok(vec![("Count".into(), Scalar::Long), ("Name".into(), Scalar::String)]));
    std::fs::write(&path, content + "{\"Count\":}\n").expect("the content");
    for why in [read(&path, &columns, false, Some(&needed)).err(), infer(&path).err()] {
        let why = why.unwrap_or_default();
        assert!(why.contains(":60001: this is not valid JSON: expected value"), "{why}");
    }
}

#[test]
fn types_that_nobody_tells_follow_from_the_values() {
    let content = "{\"a\":1,\"b\":\"2026-11-28T10:00:00Z\",\"c\":true,\"d\":null,\"e\":[1],\"f\":1,\"g\":\"x\"}\n\
                   {\"a\":2.5,\"b\":\"2026-11-28T11:00:00Z\",\"e\":2,\"f\":\"y\",\"h\":123456789012345678901}\n";
    let found = infer(&file(content)).expect("columns");
    let found: Vec<String> = found.iter().map(|(name, kind)| format!("{name}:{}", kind.name())).collect();
    assert_eq!(found.join(" "), "a:real b:datetime c:bool d:string e:dynamic f:string g:string h:real");
}
