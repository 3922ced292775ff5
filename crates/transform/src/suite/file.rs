//! Test files: `NAME.test.yaml`, with the mistakes in them.

use std::path::{Path, PathBuf};

use crate::engine::time;
use crate::source::{SourceFile, Span};
use crate::yaml::{self, Mapping, Node};

/// What is wrong in a test file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub span: Span,
    pub message: String,
}

impl Mistake {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// The keys of a test file.
const FILE_KEYS: [&str; 6] = ["query", "now", "tables", "watchlists", "external", "tests"];
/// The keys of a test.
const CASE_KEYS: [&str; 6] = ["name", "now", "tables", "watchlists", "external", "expect"];

/// Rows that a test file gives, by the name of their table.
pub(crate) type Given<'a> = Vec<(&'a str, &'a Node)>;

/// A test file.
#[derive(Debug, Default)]
pub(crate) struct Suite<'a> {
    /// The query, relative to the file; beside the file where nothing is said.
    pub query: Option<&'a str>,
    pub shared: Data<'a>,
    pub cases: Vec<Case<'a>>,
    pub mistakes: Vec<Mistake>,
}

/// What a query is run on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data<'a> {
    pub now: Option<i64>,
    pub tables: Given<'a>,
    pub watchlists: Given<'a>,
    pub external: Given<'a>,
}

/// A test.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub name: &'a str,
    pub span: Span,
    pub data: Data<'a>,
    pub expect: Option<&'a Node>,
}

impl<'a> Suite<'a> {
    /// Reads a file of tests.
    pub(crate) fn read(source: &SourceFile, document: &'a yaml::Document) -> Self {
        let mut suite = Self::default();
        for error in &document.errors {
            suite.mistakes.push(Mistake::new(error.span, error.message.clone()));
        }
        let Some(root) = document.root.as_ref().and_then(Node::as_mapping) else {
            let end = Span::new(0, source.text().lines().next().unwrap_or_default().len());
            suite.mistakes.push(Mistake::new(end, "a test file must be a mapping with `tests`"));
            return suite;
        };
        suite.query = root.get("query").and_then(Node::as_str);
        suite.shared = suite.data(root);
        suite.unknown(root, &FILE_KEYS);
        match root.entry("tests") {
            Some(entry) => match entry.value.as_sequence() {
                Some(tests) => {
                    for test in &tests.items {
                        suite.case(test);
                    }
                }
                None => suite.mistakes.push(Mistake::new(entry.value.span, "`tests` must be a list")),
            },
            None => {
                let span = root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
                suite.mistakes.push(Mistake::new(span, "a test file needs `tests`"));
            }
        }
        suite
    }

    fn unknown(&mut self, map: &Mapping, known: &[&str]) {
        for entry in &map.entries {
            let name = entry.name().unwrap_or_default();
            if entry.duplicate_of.is_some() {
                self.mistakes.push(Mistake::new(entry.key.span, format!("Duplicate key `{name}`")));
            } else if !known.contains(&name) {
                let near = crate::similar::nearest(name, known.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.mistakes.push(Mistake::new(entry.key.span, format!("Unknown key `{name}`{near}")));
            }
        }
    }

    fn data(&mut self, map: &'a Mapping) -> Data<'a> {
        let mut data = Data::default();
        if let Some(now) = map.get("now") {
            data.now = now.as_str().and_then(time::read_moment);
            if data.now.is_none() {
                let message = "`now` must be a time such as 2026-11-28T12:00:00Z";
                self.mistakes.push(Mistake::new(now.span, message));
            }
        }
        data.tables = self.given(map, "tables");
        data.watchlists = self.given(map, "watchlists");
        data.external = self.given(map, "external");
        data
    }

    fn given(&mut self, map: &'a Mapping, key: &str) -> Given<'a> {
        let Some(node) = map.get(key).filter(|node| !node.is_null()) else { return Given::new() };
        let Some(map) = node.as_mapping() else {
            self.mistakes
                .push(Mistake::new(node.span, format!("`{key}` must be a mapping of names to rows")));
            return Given::new();
        };
        map.entries.iter().filter_map(|entry| Some((entry.name()?, &entry.value))).collect()
    }

    fn case(&mut self, node: &'a Node) {
        let Some(map) = node.as_mapping() else {
            self.mistakes.push(Mistake::new(node.span, "a test must be a mapping"));
            return;
        };
        self.unknown(map, &CASE_KEYS);
        let name = map.get("name").and_then(Node::as_str);
        if name.is_none() {
            self.mistakes.push(Mistake::new(node.span, "a test needs a `name`"));
        }
        let data = self.data(map);
        let span = map.get("name").map_or(node.span, |name| name.span);
        self.cases.push(Case { name: name.unwrap_or_default(), span, data, expect: map.get("expect") });
    }
}

/// The query that a test file is for: the one it names, or the one beside it of the same name.
pub(crate) fn query_path(file: &Path, named: Option<&str>) -> Result<PathBuf, String> {
    let folder = file.parent().unwrap_or(Path::new(""));
    if let Some(named) = named {
        return Ok(folder.join(named));
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml")).unwrap_or(&name);
    let endings = ["yaml", "yml", "kql", "csl", "json", "bicep"];
    let found =
        endings.iter().map(|ending| folder.join(format!("{stem}.{ending}"))).find(|path| path.exists());
    found.ok_or_else(|| {
        format!("there is no query `{stem}.yaml` or `{stem}.kql` next to it; name it with `query:`")
    })
}

#[cfg(test)]
mod tests {
    use crate::suite::expect::KEYS;

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let text = include_str!("../../../../schemas/test.schema.json");
        let schema: serde_json::Value = serde_json::from_str(text).unwrap();
        let keys = |at: &str| {
            let mut keys: Vec<String> =
                schema.pointer(at).unwrap().as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        let sorted = |keys: &[&str]| {
            let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys("/properties"), sorted(&super::FILE_KEYS));
        assert_eq!(keys("/properties/tests/items/properties"), sorted(&super::CASE_KEYS));
        assert_eq!(keys("/definitions/expect/anyOf/1/properties"), sorted(&KEYS));
    }
}
