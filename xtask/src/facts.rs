//! The facts in `xtask/facts`: JSON for most, and lines of text for tables and functions. An unexpected shape is an
//! error that names the file.
//!
//! `schemas.txt` holds blocks, one for each table and function, sorted by name, with one tab before each line of a block:
//!
//! ```text
//! implicit la                        columns that every table of a kind has: `la`, `clv1` (classic) and `xdr`
//!     datetime TimeGenerated            a column: its type, and its name to the end of the line
//! table AzureDiagnostics doc classic open
//!     string action_s                   the source, then marks; see `TableFact`
//! function FileProfile xdr           the origin, then marks; see `FunctionFact`
//!     ( table T                         a parameter: its type, its name, then `optional` and `column-name`
//!     ( string x optional column-name
//!     int GlobalPrevalence              a column that it returns or adds
//! function imFileEvent asim
//!     = _Im_FileEvent                   it returns the same columns as that function, which stands before it
//! ```

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The file of tables and functions.
pub(crate) const SCHEMAS: &str = "schemas.txt";

/// Where tables and functions were read.
pub(crate) const SOURCES: [&str; 3] = [
    "oshezaf/sentinelninja, August 2026: tables of Microsoft Learn's Azure Monitor reference, of connector definitions and of upstream's validation schemas",
    "Azure/Azure-Sentinel, tree of August 2022: validation schemas, and result columns computed from its functions",
    "Microsoft Learn: functions of Defender XDR and Sentinel",
];

/// The folder of facts.
pub(crate) struct Facts {
    folder: PathBuf,
}

impl Facts {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, String> {
        let path = self.folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The JSON file `name`, as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        serde_json::from_str(&self.text(name)?).map_err(|error| format!("{name}: {error}"))
    }

    /// The tables and functions.
    pub(crate) fn schemas(&self) -> Result<Schemas, String> {
        let text = self.text(SCHEMAS)?;
        let mut schemas = Schemas::default();
        let mut block = Block::None;
        for (number, line) in (1..).zip(text.lines()) {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let done = match line.strip_prefix('\t') {
                Some(member) => schemas.member(&block, member),
                None => schemas.block(line).map(|next| block = next),
            };
            done.ok_or_else(|| format!("{SCHEMAS}:{number}: `{line}` is not understood"))?;
        }
        Ok(schemas)
    }
}

/// Tables and functions with their columns, as names and types.
#[derive(Default)]
pub(crate) struct Schemas {
    /// Columns that every table of a kind has, whether it lists them or not: `la`, `clv1` and `xdr`.
    pub(crate) implicit: Vec<(String, Vec<(String, String)>)>,
    pub(crate) tables: BTreeMap<String, TableFact>,
    pub(crate) functions: BTreeMap<String, FunctionFact>,
}

/// What is known of a table.
#[derive(Default)]
pub(crate) struct TableFact {
    /// `doc` and `la-csv` (documentation), `connector` and `dcr` (definitions of connectors), `kqlval` and `kqlval2022`
    /// (upstream's validation schemas), `name` (only the name is known).
    pub(crate) source: String,
    /// `defender`, `defender-only`, `classic`, `open` (which columns there are depends on the workspace) and `hint` (known
    /// from a connector's sample alone).
    pub(crate) marks: Vec<String>,
    pub(crate) columns: Vec<(String, String)>,
}

impl TableFact {
    pub(crate) fn has(&self, mark: &str) -> bool {
        self.marks.iter().any(|own| own == mark)
    }
}

/// What is known of a function.
#[derive(Default)]
pub(crate) struct FunctionFact {
    /// `sentinel`, `xdr`, `asim` or `solution`.
    pub(crate) origin: String,
    /// `None` (mark `any-arguments`) when they are not known.
    pub(crate) parameters: Option<Vec<ParameterFact>>,
    /// Whether it may return columns as well those that are known (mark `open`).
    pub(crate) open: bool,
    /// Whether its columns were computed in spite of errors (mark `uncertain`).
    pub(crate) uncertain: bool,
    /// The type of the value that it returns, if it is not a table (mark `returns:TYPE`).
    pub(crate) scalar: Option<String>,
    pub(crate) columns: Vec<(String, String)>,
}

/// A parameter of a function; `table` is the type of one that takes rows.
pub(crate) struct ParameterFact {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) optional: bool,
    /// Whether it names a column of the piped rows, which may stand there without quotes.
    pub(crate) column_name: bool,
}

/// What the lines that begin with a tab belong to.
enum Block {
    None,
    Implicit,
    Table(String),
    Function(String),
}

impl Schemas {
    /// Begins a block.
    fn block(&mut self, line: &str) -> Option<Block> {
        let mut words = line.split(' ');
        let (what, name) = (words.next()?, words.next()?.to_owned());
        match what {
            "implicit" => {
                self.implicit.push((name, Vec::new()));
                Some(Block::Implicit)
            }
            "table" => {
                let source = words.next()?.to_owned();
                let marks = words.map(str::to_owned).collect();
                let fact = TableFact { source, marks, columns: Vec::new() };
                self.tables.insert(name.clone(), fact).is_none().then_some(Block::Table(name))
            }
            "function" => {
                let origin = words.next()?.to_owned();
                let mut fact =
                    FunctionFact { origin, parameters: Some(Vec::new()), ..FunctionFact::default() };
                for mark in words {
                    match (mark, mark.strip_prefix("returns:")) {
                        ("any-arguments", _) => fact.parameters = None,
                        ("open", _) => fact.open = true,
                        ("uncertain", _) => fact.uncertain = true,
                        (_, Some(kind)) => fact.scalar = Some(kind.to_owned()),
                        _ => return None,
                    }
                }
                self.functions.insert(name.clone(), fact).is_none().then_some(Block::Function(name))
            }
            _ => None,
        }
    }

    /// Adds a line to its block.
    fn member(&mut self, block: &Block, line: &str) -> Option<()> {
        let (first, rest) = line.split_once(' ')?;
        let column = (rest.to_owned(), first.to_owned());
        match block {
            Block::None => return None,
            Block::Implicit => self.implicit.last_mut()?.1.push(column),
            Block::Table(name) => self.tables.get_mut(name)?.columns.push(column),
            Block::Function(name) if first == "=" => {
                let columns = self.functions.get(rest)?.columns.clone();
                self.functions.get_mut(name)?.columns = columns;
            }
            Block::Function(name) if first == "(" => {
                let mut words = rest.split(' ');
                let (kind, own) = (words.next()?.to_owned(), words.next()?.to_owned());
                let marks: Vec<&str> = words.collect();
                let (optional, column_name) = (marks.contains(&"optional"), marks.contains(&"column-name"));
                let parameter = ParameterFact { name: own, kind, optional, column_name };
                self.functions.get_mut(name)?.parameters.as_mut()?.push(parameter);
            }
            Block::Function(name) => self.functions.get_mut(name)?.columns.push(column),
        }
        Some(())
    }
}

/// The text of `schemas.txt`, made from the data file `from`.
pub(crate) fn write_schemas(schemas: &Schemas, from: &str, sha1: &str) -> String {
    let mut text =
        String::from("# Tables and functions: names and types, see xtask/src/facts.rs for the form.\n");
    let _ = writeln!(text, "# Made by `cargo xtask facts` from {from}, sha1 {sha1}.");
    for source in SOURCES {
        let _ = writeln!(text, "# Source: {source}");
    }
    let columns = |text: &mut String, columns: &[(String, String)]| {
        for (name, kind) in columns {
            let _ = writeln!(text, "\t{kind} {name}");
        }
    };
    for (name, implicit) in &schemas.implicit {
        let _ = writeln!(text, "implicit {name}");
        columns(&mut text, implicit);
    }
    for (name, table) in &schemas.tables {
        let _ = write!(text, "table {name} {}", table.source);
        for mark in &table.marks {
            let _ = write!(text, " {mark}");
        }
        text.push('\n');
        columns(&mut text, &table.columns);
    }
    let mut known: HashMap<&[(String, String)], &str> = HashMap::new();
    for (name, function) in &schemas.functions {
        let _ = write!(text, "function {name} {}", function.origin);
        let marks = [
            ("any-arguments", function.parameters.is_none()),
            ("open", function.open),
            ("uncertain", function.uncertain),
        ];
        for (mark, _) in marks.iter().filter(|(_, applies)| *applies) {
            let _ = write!(text, " {mark}");
        }
        if let Some(kind) = &function.scalar {
            let _ = write!(text, " returns:{kind}");
        }
        text.push('\n');
        for parameter in function.parameters.iter().flatten() {
            let optional = if parameter.optional { " optional" } else { "" };
            let column_name = if parameter.column_name { " column-name" } else { "" };
            let _ = writeln!(text, "\t( {} {}{optional}{column_name}", parameter.kind, parameter.name);
        }
        if function.columns.is_empty() {
            continue;
        }
        if let Some(same) = known.get(function.columns.as_slice()) {
            let _ = writeln!(text, "\t= {same}");
        } else {
            known.insert(&function.columns, name);
            columns(&mut text, &function.columns);
        }
    }
    text
}

/// Where a fact was read: a repository's file at a commit.
#[derive(Deserialize, Serialize)]
pub(crate) struct Source {
    repo: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.repo, self.path)?;
        match &self.commit {
            Some(commit) => write!(f, " at {commit}"),
            None => Ok(()),
        }
    }
}
