//! Small files, each line damaged in every way that is likely, with all that is said of it and what the fixes make of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

const FILES: &[(&str, &str)] = &[
    (
        "rule",
        "id: x\ntext: |\n  one\n\n  two\ntags:\n  - a\n  - b: 1\n    c: 2\nsub:\n  p: 'q'\n  r:\n    s: \"t\"\nflow: [a, {b: c}]\n",
    ),
    (
        "deep",
        "list:\n    - a:\n        - one: 1\n          two: 2\n        - x\n      b: >-\n          folded\n          more\n    - c\nend: # why\n",
    ),
    ("braces", "{\n\"a\": [1, \"b\"],\n\"c\": {\n  \"d\": 'e'\n}\n}\n"),
    ("crlf", "a:\r\n- b: 1\r\n  c:\r\n  - d\r\ne: plain\r\n  goes on\r\nf: 1\r\n"),
];

/// The damaged forms of a line, each with its name.
fn damaged(line: &str) -> Vec<(&'static str, String)> {
    let body = line.trim_start();
    let indent = &line[..line.len() - body.len()];
    let mut out = vec![
        ("one more", format!(" {line}")),
        ("two more", format!("  {line}")),
        ("a tab", format!("\t{body}")),
        ("a wide space", format!("{indent}\u{a0}{body}")),
        ("a word before", format!("{indent}word\n{line}")),
        ("a dash before", format!("{indent}- {body}")),
        ("a comma after", format!("{line},")),
        ("a quote after", format!("{line}'")),
        ("two quotes after", format!("{line}\"\"")),
        ("a bracket after", format!("{line}]")),
        ("a bracket before", format!("{indent}[{body}")),
        ("a colon after", format!("{line}: y")),
        ("a comment after", format!("{line}# x")),
        ("marks of a merge", format!("<<<<<<< a\n{line}\n=======\n{line}\n>>>>>>> b")),
    ];
    if let Some(less) = line.strip_prefix(' ') {
        out.push(("one less", less.to_owned()));
    }
    if let Some(less) = line.strip_prefix("  ") {
        out.push(("two less", less.to_owned()));
    }
    for (name, from, to) in [
        ("no colon", ":", ""),
        ("no space", ": ", ":"),
        ("a dash without a space", "- ", "-"),
        ("a star", "- ", "* "),
        ("a tab in between", ": ", ":\t"),
        ("a sign", ": ", ": @"),
        ("a percent sign", ": ", ": %"),
        ("an open quote", ": ", ": \""),
        ("an open single quote", ": ", ": '"),
        ("an escape", "\"t", "\"\\q \\x1 t"),
        ("a quote inside", "q", "it's"),
        ("a quote inside of two", "\"t\"", "\"t\" u \"v\""),
        ("no comma", ",", ""),
        ("two commas", ",", ",,"),
        ("no bracket", "]", ""),
        ("no brace", "}", ""),
        ("an alias", ": ", ": *y"),
        ("a header with a word", "|", "| word"),
    ] {
        if line.contains(from) {
            out.push((name, line.replacen(from, to, 1)));
        }
    }
    // Of brackets in brackets more is told elsewhere.
    if line.contains(['[', ']', '{', '}']) {
        out.retain(|(name, _)| !["bracket", "brace", "comma"].iter().any(|word| name.contains(word)));
    }
    out
}

/// What is said of a text, an error in a line. A help is shown once for the same message.
fn told(text: &str, helps: &mut BTreeSet<String>) -> Vec<String> {
    let file = file(text);
    let document = parse(&file);
    let place = |span: Span| {
        let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
        format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
    };
    let mut out = Vec::new();
    for error in &document.errors {
        let mut told = format!("{} {}", place(error.span), error.message);
        for (span, label) in &error.labels {
            let _ = write!(told, ", {} {label}", place(*span));
        }
        if let Some(help) = error.help.as_ref().filter(|help| helps.insert((*help).clone())) {
            let _ = write!(told, " ({help})");
        }
        if let Some(fix) = &error.fix {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|edit| format!("{}..{} {:?}", edit.span.start, edit.span.end, edit.text))
                .collect();
            let _ = write!(told, " => {}: {}", fix.title, edits.join(" "));
        }
        out.push(told);
    }
    out
}

#[test]
fn every_line_damaged() {
    let (mut out, mut helps) = (String::new(), BTreeSet::new());
    for (name, text) in FILES {
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let lines: Vec<&str> = text.split_terminator(end).collect();
        for at in (0..lines.len()).filter(|at| !lines[*at].is_empty()) {
            let _ = writeln!(out, "=== {name} {}: {}", at + 1, lines[at]);
            let mut groups: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
            for (what, line) in damaged(lines[at]) {
                let mut changed = lines.clone();
                changed[at] = &line;
                let mut text = changed.join(end);
                text.push_str(end);
                let told = told(&text, &mut helps);
                match groups.iter_mut().find(|(known, _)| *known == told) {
                    Some((_, forms)) => forms.push(what),
                    None => groups.push((told, vec![what])),
                }
            }
            for (told, forms) in groups {
                let _ =
                    writeln!(out, "{}: {}", forms.join(", "), if told.is_empty() { "-" } else { &*told[0] });
                told.iter().skip(1).for_each(|told| out += &format!("    {told}\n"));
            }
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("every_line_damaged", out);
    });
}

/// Texts of which the reader knows exactly one thing: what is allowed at a limit, and what is not beyond.
#[test]
fn nesting_ends_at_its_limit_however_it_is_written() {
    let limit = MAX_DEPTH;
    let says = |text: &str| read(text).errors.first().map(|error| error.message.clone());
    let deep = Some(format!("lists and mappings are nested more than {limit} levels deep"));
    let lists = |count: usize| "- ".repeat(count) + "x\n";
    let brackets = |count: usize| "[".repeat(count) + &"]".repeat(count) + "\n";
    assert_eq!(says(&lists(limit - 1)), None);
    assert_eq!(says(&lists(limit + 1)), deep);
    assert_eq!(says(&brackets(limit - 1)), None);
    assert_eq!(says(&brackets(limit + 1)), deep);
    // Each half is allowed alone.
    let both = |outer: usize, inner: usize| "- ".repeat(outer) + &brackets(inner);
    assert_eq!(says(&both(limit / 2, limit / 2 - 1)), None);
    assert_eq!(says(&both(limit / 2 + 1, limit / 2 + 1)), deep);
}

#[test]
fn what_is_in_the_first_column_is_read_again_and_nothing_else() {
    for (text, from, to) in [
        // A mapping in braces, each key in the first column.
        ("{\na: 1,\nb: 2\n}\n", "1", "5"),
        // A mapping that is indented: `c` is a key beside `b`, not below it.
        ("  a: 1\n  b: 2\n", " 2", "\n  c: 2"),
        // A key that is a list.
        ("a: 1\n? [x]\n: 2\nb: 3\n", "3", "4"),
        ("&x a: 1\nb: *x\n", "1", "2"),
        ("!t\na: 1\nb: 2\n", "2", "3"),
        ("a: 1\n---\nb: 2\n", "1", "2"),
    ] {
        let at = text.find(from).unwrap();
        let edits = [Edit::new(Span::new(at, at + from.len()), to)];
        let new = Edit::apply(&edits, text).unwrap();
        let old = parse(&file(text));
        if let Some(again) = reread(&old, text, &new, &edits) {
            assert_eq!(again.root, parse(&file(&new)).root, "{text:?} to {new:?}");
        }
    }
    let text = "a: 1\nb: 2\n";
    let edits = [Edit::new(Span::new(3, 4), "5")];
    assert!(reread(&parse(&file(text)), text, "a: 5\nb: 2\n", &edits).is_some());
    let braces = "{\na: 1,\nb: 2\n}\n";
    let edits = [Edit::new(Span::new(5, 6), "5")];
    assert!(reread(&parse(&file(braces)), braces, "{\na: 5,\nb: 2\n}\n", &edits).is_none());
}

#[test]
fn whole_lines_at_the_end_of_a_block_go_and_come() {
    for (text, span, new, expected) in [
        ("a: |\n  x\n  y\nb: 1\n", (2, 4), "", "a: |\n  x\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", (2, 4), "z\n", "a: |\n  x\n  z\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", (2, 4), "z\nq\n", "a: |\n  x\n  z\n  q\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", (2, 2), "z\n", "a: |\n  x\n  z\n  y\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", (4, 4), "z\n", "a: |\n  x\n  y\n  z\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", (0, 2), "", "a: |\n  y\nb: 1\n"),
        ("a: |+\n  x\n  y\n\nb: 1\n", (4, 5), "", "a: |+\n  x\n  y\nb: 1\n"),
    ] {
        let file = file(text);
        let document = parse(&file);
        let map = ScalarMap::new(&file, document.root.as_ref().unwrap().get("a").unwrap()).unwrap();
        let edit = map.edit(Span::new(span.0, span.1), new);
        let after = edit.and_then(|edit| Edit::apply(&[edit], text));
        assert_eq!(after.as_deref(), Some(expected), "{text:?} {span:?} {new:?}");
    }
}
