//! The YAML tree against an independent reader, and the scalar maps byte for byte, over the real files
//! of the corpus. Runs where `SENTLINT_SHARED` names the folder that holds it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]
use sentlint::source::{BOM, SourceFile, Span};
use sentlint::yaml::{self, Node, ScalarMap, ScalarStyle, Value};
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
            a.len() == b.len()
                && a.iter().zip(b).all(|((ka, a), (kb, b))| kb.as_str() == Some(ka.as_str()) && same(a, b))
        }
        _ => false,
    }
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
