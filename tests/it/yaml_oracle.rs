//! The YAML tree against an independent reader, and the scalar maps byte for byte, over the real files
//! of the corpus. Runs where `SENTLINT_SHARED` names the folder that holds it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]
use sentlint::internals::source::{BOM, Edit, SourceFile, Span};
use sentlint::internals::yaml::{self, Node, ScalarMap, ScalarStyle, Value};
use std::path::{Path, PathBuf};

fn corpus() -> Option<Vec<PathBuf>> {
    let Some(shared) = std::env::var_os("SENTLINT_SHARED") else {
        println!("skipped: SENTLINT_SHARED is not set");
        return None;
    };
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(Path::new(&shared).join("corpus"))
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            extension == "yaml" || extension == "yml"
        })
        .collect();
    files.sort();
    assert!(files.len() > 1000, "the corpus is missing");
    Some(files)
}

fn read(path: &Path) -> SourceFile {
    SourceFile::from_bytes(path.to_string_lossy(), std::fs::read(path).unwrap())
}

/// The oracle reads YAML 1.1 numbers where ours reads 1.2: both sides compare numbers by value.
fn same(ours: &serde_json::Value, oracle: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Y;
    match (ours, oracle) {
        (serde_json::Value::Null, Y::Null) => true,
        (serde_json::Value::Bool(a), Y::Bool(b)) => a == b,
        (serde_json::Value::Number(a), Y::Number(b)) => a.as_f64() == b.as_f64(),
        (serde_json::Value::String(a), Y::String(b)) => a == b,
        (serde_json::Value::Array(a), Y::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (serde_json::Value::Object(a), Y::Mapping(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| same_key(ka, kb) && same(a, b))
        }
        _ => false,
    }
}

/// JSON has no keys but strings, so that of a key that is a collection, as in `{{Title}}`, only its place is compared.
fn same_key(ours: &str, oracle: &serde_yaml::Value) -> bool {
    oracle.is_mapping() || oracle.is_sequence() || oracle.as_str() == Some(ours)
}

#[test]
fn every_corpus_file_reads_as_the_oracle_reads_it() {
    let Some(files) = corpus() else { return };
    let (mut valid, mut invalid) = (0, 0);
    for path in &files {
        let file = read(path);
        let document = yaml::parse(&file);
        let text = file.text().strip_prefix(BOM).unwrap_or(file.text());
        match serde_yaml::from_str::<serde_yaml::Value>(text) {
            Ok(oracle) => {
                let errors: Vec<_> = document.errors.iter().map(|e| &e.message).collect();
                assert!(document.errors.is_empty(), "{}: {errors:?}", path.display());
                let ours = document.root.as_ref().map_or(serde_json::Value::Null, yaml::to_json);
                assert!(same(&ours, &oracle), "{}:\n{ours:#}\n{oracle:#?}", path.display());
                valid += 1;
            }
            Err(error) => {
                assert!(!document.errors.is_empty(), "{}: {error}", path.display());
                invalid += 1;
            }
        }
    }
    println!("{valid} valid files equal, {invalid} invalid files told");
    assert!(valid > 3000);
}

fn scalars<'n>(node: &'n Node, out: &mut Vec<&'n Node>) {
    match &node.value {
        Value::Scalar(_) => out.push(node),
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| scalars(item, out)),
        Value::Mapping(mapping) => {
            for entry in &mapping.entries {
                scalars(&entry.key, out);
                scalars(&entry.value, out);
            }
        }
        Value::Alias(_) => {}
    }
}

#[test]
fn every_scalar_of_the_corpus_maps_to_its_bytes() {
    let Some(files) = corpus() else { return };
    let mut counts = [0_usize; 5];
    for path in &files {
        let file = read(path);
        let document = yaml::parse(&file);
        let mut all = Vec::new();
        if let Some(root) = &document.root {
            scalars(root, &mut all);
        }
        for node in all {
            let scalar = node.scalar().unwrap();
            let map = ScalarMap::new(&file, node).unwrap();
            assert!(map.is_exact(), "{}: {:?}", path.display(), scalar.text);
            counts[scalar.style as usize] += 1;
            check_map(&file, node, &map);
            if let Some(header) = scalar.header {
                assert!(file.slice(header).starts_with(['|', '>']), "{}", path.display());
            }
            assert_eq!(scalar.header.is_some(), scalar.style.is_block());
        }
    }
    println!("plain, single, double, literal, folded: {counts:?}");
    assert!(counts.iter().all(|count| *count > 0));
}

fn check_map(file: &SourceFile, node: &Node, map: &ScalarMap) {
    let scalar = node.scalar().unwrap();
    for (offset, c) in scalar.text.char_indices() {
        let at = map.to_file(offset);
        assert!(node.span.touches(at as usize) || scalar.style == ScalarStyle::Literal);
        let rest = &file.text()[at as usize..];
        match scalar.style {
            // A line feed may be the end of a block whose empty lines are not part of the span.
            _ if c == '\n' && scalar.style.is_block() => {
                assert!(rest.is_empty() || rest.starts_with(['\n', '\r']), "{}: {rest:?}", file.path());
            }
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::Folded if c == ' ' || c == '\n' => {
                assert!(rest.starts_with([' ', '\n', '\r', '\t']), "{}: {rest:?}", file.path());
            }
            ScalarStyle::DoubleQuoted if !rest.starts_with(c) => {
                assert!(rest.starts_with(['\\', ' ', '\n', '\r']), "{}: {rest:?}", file.path());
            }
            _ => assert!(rest.starts_with(c), "{}: {c:?} at {rest:?}", file.path()),
        }
        assert_eq!(map.from_file(at), Some(offset), "{}", file.path());
        let one = map.span(Span::new(offset, offset + c.len_utf8()));
        assert!(one.start == at && one.end >= at, "{}", file.path());
    }
}

fn json(text: &str) -> serde_json::Value {
    let document = yaml::parse(&SourceFile::new("after", text));
    assert!(document.errors.is_empty(), "{:?}\n{text}", document.errors);
    document.root.as_ref().map_or(serde_json::Value::Null, yaml::to_json)
}

/// Removing, inserting and renaming a top-level entry of a real file changes that entry and no other.
#[test]
fn edits_of_corpus_files_change_one_entry_only() {
    let Some(files) = corpus() else { return };
    let mut edits = 0;
    for path in files.iter().step_by(5) {
        let file = read(path);
        let document = yaml::parse(&file);
        let Some(root) = &document.root else { continue };
        let Some(mapping) = root.as_mapping() else { continue };
        let before = yaml::to_json(root);
        let apply = |edit: &Option<Edit>| {
            let edit = edit.clone().unwrap_or_else(|| panic!("{}", path.display()));
            Edit::apply(&[edit], file.text()).unwrap()
        };
        for (index, entry) in mapping.entries.iter().enumerate() {
            let name = entry.name().unwrap();
            let mut expected = before.clone();
            expected.as_object_mut().unwrap().shift_remove(name);
            if mapping.entries.len() > 1 {
                let after = json(&apply(&yaml::edit::remove_entry(&file, mapping, index)));
                assert_eq!(after, expected, "{}: remove {name}", path.display());
            }
            let mut expected = before.clone();
            expected["sentlintTest"] = serde_json::json!(["a", 1]);
            let lines = "sentlintTest:\n  - a\n  - 1";
            let text = apply(&yaml::edit::insert_entry(&file, mapping, Some(name), lines));
            assert_eq!(json(&text), expected, "{}: insert after {name}", path.display());
            assert_eq!(text.contains("\r\n"), file.text().contains("\r\n"), "{}", path.display());
            if let Some(scalar) = entry.value.scalar() {
                let mut expected = before.clone();
                let new = format!("{}x", scalar.text.trim_end_matches('\n'));
                let kept = &scalar.text[scalar.text.trim_end_matches('\n').len()..];
                expected[name] = format!("{new}{kept}").into();
                let edit = yaml::edit::replace_scalar(&file, &entry.value, &format!("{new}{kept}"));
                let inserted: usize = edit.iter().map(|edit| edit.text.len()).sum();
                assert_eq!(json(&apply(&edit)), expected, "{}: replace {name}", path.display());
                assert!(!scalar.style.is_block() || inserted <= 3, "{}: {edit:?}", path.display());
            }
            edits += 1;
        }
    }
    println!("{edits} entries edited");
    assert!(edits > 5000);
}

/// A line added to, and one taken from, the query of each file changes the decoded query exactly so.
#[test]
fn lines_of_corpus_queries_can_be_edited() {
    let Some(files) = corpus() else { return };
    let (mut added, mut removed) = (0, 0);
    for path in &files {
        let file = read(path);
        let document = yaml::parse(&file);
        let Some(node) = document.root.as_ref().and_then(|root| root.get("query")) else { continue };
        let Some(scalar) = node.scalar().filter(|scalar| scalar.style == ScalarStyle::Literal) else {
            continue;
        };
        let map = ScalarMap::new(&file, node).unwrap();
        let Some(first) = scalar.text.find('\n').filter(|first| *first + 1 < scalar.text.len()) else {
            continue;
        };
        let check = |edit: Edit, expected: &str| {
            let text = Edit::apply(&[edit], file.text()).unwrap();
            let after = yaml::parse(&SourceFile::new("after", text));
            let query = after.root.as_ref().and_then(|root| root.get("query")).and_then(Node::as_str);
            assert_eq!(query, Some(expected), "{}", path.display());
        };
        if let Some(edit) = map.edit(Span::new(first, first), "\n\n// new \"line\"") {
            let (head, tail) = scalar.text.split_at(first);
            check(edit, &format!("{head}\n\n// new \"line\"{tail}"));
            added += 1;
        }
        if let Some(edit) = map.edit(Span::new(0, first + 1), "") {
            check(edit, &scalar.text[first + 1..]);
            removed += 1;
        }
    }
    println!("{added} lines added, {removed} removed");
    assert!(added > 2000 && removed > 2000);
}

/// The line (from 0) of a file's `key:` at the top level with a plain value on it.
fn plain_line(file: &SourceFile, root: &Node, key: &str) -> Option<usize> {
    let value = root.get(key)?;
    let scalar = value.scalar().filter(|scalar| scalar.style == ScalarStyle::Plain)?;
    let line = file.line_of(value.span.start as usize);
    (!scalar.text.is_empty() && file.line_of(value.span.end as usize) == line).then_some(line)
}

/// One slip put into each file: it is reported at its line, alone, with a fix, and the other keys are read.
#[test]
fn slips_put_into_corpus_files_are_reported_where_they_are() {
    type Damage = fn(&str) -> String;
    let Some(files) = corpus() else { return };
    let slips: [(&str, Damage); 7] = [
        ("unclosed double quote", |line| line.replacen(": ", ": \"", 1)),
        ("unclosed single quote", |line| line.replacen(": ", ": '", 1)),
        ("unclosed bracket", |line| line.replacen(": ", ": [", 1)),
        ("no space after colon", |line| line.replacen(": ", ":", 1)),
        ("colon in the value", |line| line.replacen(": ", ": see: ", 1)),
        ("indented key", |line| format!("  {line}")),
        ("tab before the key", |line| format!("\t{line}")),
    ];
    let mut report = Vec::new();
    for (what, damage) in slips {
        let (mut told, mut alone, mut fixed, mut keys, mut all, mut total) = (0, 0, 0, 0, 0, 0);
        for path in files.iter().step_by(4) {
            let file = read(path);
            let root = yaml::parse(&file).root.unwrap();
            let Some(at) = plain_line(&file, &root, "name").filter(|at| *at > 0) else { continue };
            let span = file.line_span(at);
            if file.slice(span).contains(['"', '\'', '#']) {
                continue;
            }
            let edit = Edit::new(span, damage(file.slice(span)));
            let broken = SourceFile::new("broken", Edit::apply(&[edit], file.text()).unwrap());
            let document = yaml::parse(&broken);
            total += 1;
            let line_of = |error: &yaml::YamlError| broken.line_of(error.span.start as usize);
            told += usize::from(document.errors.iter().any(|error| line_of(error) == at));
            alone += usize::from(document.errors.len() == 1);
            fixed += usize::from(document.errors.first().is_some_and(|error| error.fix.is_some()));
            let entries = &root.as_mapping().unwrap().entries;
            all += entries.len();
            let after = document.root.as_ref();
            keys += entries
                .iter()
                .filter_map(|entry| Some((entry, after?.get(entry.name()?)?)))
                .filter(|(entry, found)| yaml::to_json(found) == yaml::to_json(&entry.value))
                .count();
        }
        let percent = |part: usize, of: usize| 100 * part / of.max(1);
        report.push((
            what,
            percent(told, total),
            percent(alone, total),
            percent(fixed, total),
            percent(keys, all),
        ));
    }
    println!("slip, told at its line, alone, with a fix, keys as before (percent)");
    for (what, told, alone, fixed, keys) in report {
        println!("{what}: {told} {alone} {fixed} {keys}");
        assert!(told >= 98 && alone >= 98 && fixed >= 95 && keys >= 85, "{what}");
    }
}

/// Random damage to real files: no panic, every place inside the file, every fix worth its name.
#[test]
fn damaged_corpus_files_are_read_without_harm() {
    let Some(files) = corpus() else { return };
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let bits = [
        "\t", "\0", "\u{feff}", "\r", "'", "\"", "`", "[", "{", "|", ": ", "- ", "&a ", "*a", "---\n", "%",
        "\\", " #",
    ];
    let (mut errors, mut fixes) = (0, 0);
    for path in &files {
        let mut text = read(path).text().to_owned();
        for _ in 0..=random(4) {
            let start = text.floor_char_boundary(random(text.len() + 1));
            let end = text.floor_char_boundary((start + random(40)).min(text.len()));
            match random(5) {
                0 => text.replace_range(start..end, ""),
                1 => {
                    let copy = text[start..end].to_owned();
                    text.insert_str(start, &copy);
                }
                2 if random(3) == 0 => text.truncate(start),
                _ => text.insert_str(start, bits[random(bits.len())]),
            }
        }
        let file = SourceFile::new(path.to_string_lossy(), text);
        let document = yaml::parse(&file);
        let mut all = Vec::new();
        document.root.iter().for_each(|root| scalars(root, &mut all));
        for node in all {
            let map = ScalarMap::new(&file, node).unwrap();
            let span = map.span(Span::new(0, node.scalar().unwrap().text.len()));
            assert!(file.clamp(node.span) == node.span && file.clamp(span) == span, "{}", path.display());
        }
        for error in &document.errors {
            assert_eq!(file.clamp(error.span), error.span, "{}", path.display());
            errors += 1;
            let Some(fix) = &error.fix else { continue };
            let after = Edit::apply(&fix.edits, file.text()).unwrap();
            let after = yaml::parse(&SourceFile::new("after", after));
            assert!(after.errors.len() < document.errors.len(), "{}: {}", path.display(), error.message);
            fixes += 1;
        }
    }
    println!("{errors} errors, {fixes} with a fix");
    assert!(errors > 500 && fixes > 500);
}
