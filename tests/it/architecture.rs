//! No module names one that it may not know. The table is that of docs/architecture.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each module with what it may name besides itself.
const KNOWS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("yaml", &["source"]),
    ("diagnostic", &["source"]),
    ("knowledge", &[]),
    ("kql", &["source"]),
    ("workspace", &["kql", "knowledge"]),
    ("content", &["source", "yaml", "diagnostic", "knowledge", "kql"]),
    ("suppress", &["source", "yaml", "diagnostic", "content"]),
    ("convert", &["source", "yaml", "content", "knowledge", "kql", "workspace", "diagnostic"]),
    ("rules", &["source", "yaml", "diagnostic", "content", "knowledge", "kql", "workspace", "suppress"]),
    ("findings", &["source", "diagnostic"]),
    ("report", &["source", "diagnostic", "findings", "knowledge"]),
    ("discover", &["source", "content"]),
    ("git", &["source"]),
    ("config", &["source", "diagnostic", "discover", "rules", "knowledge", "workspace", "convert"]),
    (
        "check",
        &[
            "source",
            "yaml",
            "diagnostic",
            "content",
            "knowledge",
            "kql",
            "workspace",
            "suppress",
            "rules",
            "findings",
            "discover",
        ],
    ),
    ("inspect", &["source", "content", "kql", "workspace", "discover", "check"]),
    ("fix", &["source", "yaml", "diagnostic", "content"]),
    ("baseline", &["source", "diagnostic", "findings"]),
    ("api", &["source", "diagnostic", "content", "convert", "rules", "check", "inspect"]),
];

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder of sources") {
            files(&entry.expect("an entry").path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path.to_owned());
    }
}

/// The sources of a module, tests apart: those may look anywhere.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for path in [src.join(format!("{module}.rs")), src.join(module)] {
        if path.exists() {
            files(&path, &mut found);
        }
    }
    assert!(!found.is_empty(), "there is no module `{module}`");
    let for_tests = |path: &PathBuf| {
        let inside = path.strip_prefix(&src).expect("a path below src").with_extension("");
        inside.iter().any(|part| part == "tests" || part == "testing" || part == "round_trip")
    };
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        (path, without_tests(&text))
    };
    found.into_iter().filter(|path| !for_tests(path)).map(read).collect()
}

/// A source up to its module of tests, which stands last. A declaration for tests alone may stand anywhere.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn what_stands_behind_a_declaration_for_tests_is_looked_at_too() {
    let text =
        "//! A.\n#[cfg(test)]\nmod tests;\nuse crate::b;\n#[cfg(test)]\nmod tests {\n    use crate::c;\n}\n";
    let code = without_tests(text);
    assert!(code.contains("crate::b") && !code.contains("crate::c"), "{code}");
}

#[test]
fn no_module_names_one_that_it_may_not_know() {
    for (module, known) in KNOWS {
        for (path, code) in sources(module) {
            for named in code.split("crate::").skip(1) {
                let name: String =
                    named.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let fine = name == *module || known.contains(&name.as_str());
                assert!(
                    fine || !KNOWS.iter().any(|(other, _)| *other == name) && name != "cli",
                    "{} names `{name}`, which `{module}` may not know",
                    path.display()
                );
            }
        }
    }
}

/// What the code map of docs/architecture.md says that a module knows.
fn documented(page: &str, module: &str) -> String {
    let row = page.lines().find(|line| line.starts_with(&format!("| `{module}` |")));
    let cell = row.and_then(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    cell.unwrap_or_else(|| panic!("docs/architecture.md has no row for `{module}`")).trim().to_owned()
}

/// Modules with what they know, and what those know in turn.
fn reached(modules: &[&'static str], found: &mut BTreeSet<&'static str>) {
    for (module, known) in KNOWS.iter().filter(|(name, _)| modules.contains(name)) {
        if found.insert(module) {
            reached(known, found);
        }
    }
}

#[test]
fn the_code_map_says_the_same() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = std::fs::read_to_string(page).expect("docs/architecture.md");
    for (module, known) in KNOWS {
        let cell = documented(&page, module);
        if cell == "all above" {
            continue;
        }
        let words: Vec<&str> = cell.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let named: Vec<&'static str> =
            KNOWS.iter().map(|(name, _)| *name).filter(|name| words.contains(name)).collect();
        let (mut by_page, mut by_code) = (BTreeSet::new(), BTreeSet::new());
        reached(&named, &mut by_page);
        reached(known, &mut by_code);
        assert_eq!(by_page, by_code, "docs/architecture.md says that `{module}` knows {cell}");
    }
}

#[test]
fn every_module_says_its_job_and_is_in_the_table() {
    let lib =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    for module in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        let known = module == "cli" || KNOWS.iter().any(|(name, _)| *name == module);
        assert!(known, "`{module}` is not in the table of tests/it/architecture.rs");
    }
    for (module, _) in KNOWS {
        for (path, code) in sources(module) {
            let generated = path.components().any(|part| part.as_os_str() == "data");
            assert!(generated || code.starts_with("//!"), "{} does not say what it is for", path.display());
        }
    }
}

#[test]
fn only_the_report_for_people_names_the_renderer() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    for path in all {
        let named = std::fs::read_to_string(&path).expect("a source file").contains("miette::");
        assert!(!named || path.ends_with("report/full.rs"), "{} names miette", path.display());
    }
}
