//! No module names one that it may not know. The table is that of docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module with what it may name as well as itself. `order` knows nothing, and any module may name it.
const KNOWS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("similar", &[]),
    ("words", &[]),
    ("yaml", &["source"]),
    ("bicep", &["source", "yaml"]),
    ("diagnostic", &["source"]),
    ("knowledge", &["similar", "words"]),
    ("kql", &["source", "similar", "words"]),
    ("workspace", &["similar", "kql", "knowledge"]),
    ("content", &["source", "similar", "yaml", "bicep", "diagnostic", "knowledge", "kql"]),
    ("suppress", &["source", "yaml", "diagnostic", "content"]),
    ("fmt", &["source", "yaml", "content", "kql"]),
    ("convert", &["source", "similar", "yaml", "content", "knowledge", "kql", "workspace", "diagnostic"]),
    (
        "rules",
        &[
            "source",
            "similar",
            "yaml",
            "diagnostic",
            "content",
            "knowledge",
            "kql",
            "workspace",
            "suppress",
            "fmt",
            "convert",
        ],
    ),
    ("findings", &["source", "diagnostic", "knowledge"]),
    ("report", &["source", "diagnostic", "findings", "knowledge"]),
    ("engine", &["source", "similar", "kql", "report"]),
    ("suite", &["source", "similar", "yaml", "content", "kql", "workspace", "report", "engine"]),
    ("generate", &["source", "kql", "workspace", "engine", "suite"]),
    ("discover", &["source", "content"]),
    ("git", &["source"]),
    (
        "config",
        &["source", "similar", "diagnostic", "discover", "rules", "knowledge", "workspace", "convert", "fmt"],
    ),
    ("fix", &["source", "yaml", "diagnostic", "content"]),
    (
        "check",
        &[
            "suite",
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
            "fix",
        ],
    ),
    ("inspect", &["source", "content", "kql", "workspace", "report", "discover", "check"]),
    ("coverage", &["source", "content", "knowledge", "report"]),
    (
        "review",
        &[
            "source",
            "yaml",
            "diagnostic",
            "content",
            "knowledge",
            "kql",
            "workspace",
            "rules",
            "findings",
            "report",
            "check",
            "coverage",
        ],
    ),
    (
        "catalog",
        &[
            "source",
            "yaml",
            "diagnostic",
            "content",
            "convert",
            "knowledge",
            "kql",
            "workspace",
            "rules",
            "findings",
            "git",
            "report",
            "check",
            "coverage",
        ],
    ),
    (
        "editor",
        &[
            "source",
            "similar",
            "yaml",
            "diagnostic",
            "content",
            "knowledge",
            "kql",
            "workspace",
            "suppress",
            "convert",
            "rules",
            "discover",
            "config",
            "check",
            "fix",
        ],
    ),
    ("baseline", &["source", "diagnostic", "findings"]),
    (
        "lsp",
        &[
            "source",
            "diagnostic",
            "content",
            "knowledge",
            "kql",
            "workspace",
            "suppress",
            "fmt",
            "convert",
            "rules",
            "findings",
            "suite",
            "discover",
            "config",
            "check",
            "fix",
            "baseline",
            "editor",
        ],
    ),
    ("api", &["source", "diagnostic", "content", "convert", "rules", "check", "inspect"]),
    ("holds", &["source", "yaml", "diagnostic", "content", "convert", "workspace", "rules", "check", "fix"]),
    (
        "internals",
        &[
            "holds",
            "lsp",
            "workspace",
            "engine",
            "suite",
            "source",
            "yaml",
            "diagnostic",
            "kql",
            "content",
            "fmt",
            "convert",
            "rules",
            "findings",
            "report",
            "discover",
            "check",
            "inspect",
            "review",
            "catalog",
            "fix",
            "baseline",
        ],
    ),
];

/// The folders with the sources of the crates. What one crate may know of another, the compiler ensures; inside them the table
/// holds.
fn folders() -> [PathBuf; 6] {
    let crates = ["", "crates/language", "crates/content", "crates/transform", "crates/check", "crates/app"];
    crates.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("src"))
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder of sources") {
            files(&entry.expect("an entry").path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path.to_owned());
    }
}

/// The files of all crates, each with its names from the folder of its crate on: those of crates/check/src/rules/yaml/mod.rs are
/// `rules`, `yaml` and `mod`.
fn all_files() -> Vec<(Vec<String>, PathBuf)> {
    let below = |folder: PathBuf| {
        let mut found = Vec::new();
        files(&folder, &mut found);
        found.into_iter().map(move |path| {
            let inside = path.strip_prefix(&folder).expect("a path below the folder").with_extension("");
            (inside.iter().map(|part| part.to_string_lossy().into_owned()).collect(), path)
        })
    };
    folders().into_iter().flat_map(below).collect()
}

/// Tests may look anywhere.
fn is_for_tests(names: &[String]) -> bool {
    names.iter().any(|part| ["tests", "testing", "round_trip"].contains(&part.as_str()))
}

/// The sources of a module, tests apart.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let own: Vec<_> = all_files().into_iter().filter(|(names, _)| names[0] == module).collect();
    assert!(!own.is_empty(), "there is no module `{module}`");
    let read = |(_, path): (Vec<String>, PathBuf)| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        (path, without_tests(&text))
    };
    own.into_iter().filter(|(names, _)| !is_for_tests(names)).map(read).collect()
}

/// A source up to its module of tests, which stands last. A declaration for tests alone may stand anywhere.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn what_follows_a_declaration_for_tests_is_looked_at_too() {
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

/// The map of the large modules names places that exist. Words in capitals stand for names of any kind.
#[test]
fn the_places_to_look_first_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).expect("docs/architecture.md");
    let map = page.split("## Inside the large modules").nth(1).and_then(|rest| rest.split("\n## ").next());
    let mut places = 0;
    for row in map.expect("the map").lines().filter(|line| line.starts_with("| ")) {
        let cell = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap_or_default();
        for path in cell.split('`').skip(1).step_by(2).filter(|path| path.contains('/')) {
            let known = path.split('/').take_while(|part| part.contains(|c: char| c.is_ascii_lowercase()));
            let known: PathBuf =
                known.filter(|part| !part.starts_with("RULE") && !part.starts_with("FORMAT")).collect();
            let exists =
                folders().iter().any(|folder| folder.join(&known).exists()) || root.join(&known).exists();
            assert!(exists && known.iter().count() > 0, "{path} does not exist");
            places += 1;
        }
    }
    assert!(places > 20, "{places} places");
}

#[test]
fn every_module_says_its_job_and_is_in_the_table() {
    let libs =
        folders().map(|folder| std::fs::read_to_string(folder.join("lib.rs")).expect("lib.rs")).concat();
    let declared = |line: &str| {
        let module = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')?;
        Some(module.to_owned())
    };
    let modules: Vec<String> = libs.lines().filter_map(declared).collect();
    assert!(modules.len() > 20, "{modules:?}");
    for module in modules {
        let known =
            ["cli", "seeded", "order"].contains(&&*module) || KNOWS.iter().any(|(name, _)| *name == module);
        assert!(known, "`{module}` is not in the table of tests/it/architecture.rs");
    }
    for (module, _) in KNOWS {
        for (path, code) in sources(module) {
            let generated = path.components().any(|part| part.as_os_str() == "data");
            assert!(generated || code.starts_with("//!"), "{} does not say what it is for", path.display());
        }
    }
}

/// The table is asked of paths that begin with `crate::`, as those of the crates below do where their modules are brought in.
#[test]
fn only_the_root_of_a_crate_names_another() {
    for (names, path) in all_files() {
        let code = std::fs::read_to_string(&path).expect("a source file");
        let named = ["language", "content", "transform", "check", "app"]
            .iter()
            .any(|other| code.contains(&format!("sentlint_{other}::")));
        assert!(!named || names == ["lib"], "{} names a crate", path.display());
    }
}

#[test]
fn only_the_report_for_people_names_the_renderer() {
    for (_, path) in all_files() {
        let named = std::fs::read_to_string(&path).expect("a source file").contains("annotate_snippets::");
        assert!(!named || path.ends_with("report/excerpt.rs"), "{} names annotate-snippets", path.display());
    }
}

/// The files of the crates by the modules that they are, each with its code: `["rules", "yaml"]` is
/// crates/check/src/rules/yaml/mod.rs, and `["yaml"]` is crates/language/src/yaml/mod.rs. The roots of the crates are one.
fn modules() -> BTreeMap<Vec<String>, String> {
    let mut found: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for (mut module, path) in all_files().into_iter().filter(|(names, _)| !is_for_tests(names)) {
        module.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
        let code = without_tests(&std::fs::read_to_string(&path).expect("a source file"));
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        *found.entry(module).or_default() += &code.collect::<Vec<_>>().join("\n");
    }
    found
}

/// The paths that a text begins with: one, or several where braces hold what they end in.
fn paths(text: &str) -> (Vec<Vec<String>>, &str) {
    let (mut steps, mut rest) = (Vec::new(), text);
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end > 0 {
            steps.push(rest[..end].to_owned());
            rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(next) => rest = next,
                None => return (vec![steps], rest),
            }
        } else if let Some(mut inner) = rest.strip_prefix('{') {
            let mut all = Vec::new();
            while let Some(at) = inner.find(|c: char| c.is_alphanumeric() || "_{}".contains(c)) {
                if let Some(after) = inner[at..].strip_prefix('}') {
                    inner = after;
                    break;
                }
                let (tails, after) = paths(&inner[at..]);
                all.extend(tails.into_iter().map(|tail| [steps.as_slice(), tail.as_slice()].concat()));
                inner = after;
            }
            return (all, inner);
        } else {
            return (vec![steps], rest);
        }
    }
}

/// The modules in files of their own that a module's code names. A module may know those above and below it.
fn named<'m>(
    module: &[String],
    code: &str,
    all: &'m BTreeMap<Vec<String>, String>,
) -> BTreeSet<&'m [String]> {
    let mut found = BTreeSet::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c)) {
                continue;
            }
            for path in paths(&code[at..]).0 {
                let above = path.iter().take_while(|step| *step == "super").count();
                let base = if start == "crate::" { 0 } else { module.len().saturating_sub(above) };
                let rest = path.iter().skip_while(|step| ["crate", "super", "self"].contains(&step.as_str()));
                let mut whole: Vec<String> = module[..base].iter().chain(rest).cloned().collect();
                while !all.contains_key(&whole) && whole.pop().is_some() {}
                if let Some((other, _)) = all.get_key_value(&whole)
                    && !other.starts_with(module)
                    && !module.starts_with(other)
                {
                    found.insert(other.as_slice());
                }
            }
        }
    }
    found
}

/// The modules that name each other in a circle: of each circle one way round.
fn circle<'m>(graph: &BTreeMap<&'m [String], BTreeSet<&'m [String]>>) -> Option<Vec<&'m [String]>> {
    // What names nothing that is left, is in no circle.
    let mut left = graph.clone();
    loop {
        let ends: Vec<_> = left
            .iter()
            .filter(|(_, named)| !named.iter().any(|other| left.contains_key(other)))
            .map(|(module, _)| *module)
            .collect();
        if ends.is_empty() {
            break;
        }
        left.retain(|module, _| !ends.contains(module));
    }
    let mut way = vec![*left.keys().next()?];
    loop {
        let next = *left[way.last()?].iter().find(|other| left.contains_key(*other))?;
        if let Some(start) = way.iter().position(|seen| *seen == next) {
            return Some(way.split_off(start));
        }
        way.push(next);
    }
}

/// Circles that are there and shall go: what these files name of each other is not looked at.
const OLD_CIRCLES: &[&[&str]] =
    &[&["kql::builtins", "kql::data::builtins"], &["kql::parser::graph", "kql::parser::operators"]];

#[test]
fn no_files_name_each_other_in_a_circle() {
    let all = modules();
    let mut graph: BTreeMap<_, _> =
        all.iter().map(|(module, code)| (module.as_slice(), named(module, code, &all))).collect();
    let rules = ["rules".to_owned(), "registry".to_owned()];
    assert!(graph[&rules[..]].len() > 5, "the groups are named in {:?}", graph[&rules[..]]);
    for known in OLD_CIRCLES {
        let is_known = |module: &[String]| known.contains(&module.join("::").as_str());
        for (_, named) in graph.iter_mut().filter(|(module, _)| is_known(module)) {
            named.retain(|other| !is_known(other));
        }
    }
    let circle = circle(&graph).map(|way| way.iter().map(|module| module.join("::")).collect::<Vec<_>>());
    assert_eq!(circle, None, "these files name each other in a circle");
}

#[test]
fn paths_are_read_with_their_braces() {
    let read = |text: &str| paths(text).0.iter().map(|path| path.join("/")).collect::<Vec<_>>();
    assert_eq!(read("crate::a::b::C;"), ["crate/a/b/C"]);
    assert_eq!(
        read("super::{a::{self, B as D}, c::*};\nuse x"),
        ["super/a/self", "super/a/B", "super/a/as", "super/a/D", "super/c"]
    );
}

#[test]
fn only_gates_and_settings_know_of_their_profile() {
    let allowed = ["rules::settings", "check::checker", "check::repository"];
    for (module, code) in modules() {
        let name = module.join("::");
        let knows = code.contains("runs_gates") || code.contains("Profile::AzureSentinel");
        let may = allowed.contains(&name.as_str()) || name.starts_with("rules::gates");
        assert!(!knows || may, "{name} asks whether gates run");
    }
}
