//! Tables and functions with their columns, as one flat blob that is looked up in place, and their names.
//!
//! All numbers of `tables.bin` are little-endian. Its sections follow one another in this order:
//!
//! | section | item | bytes |
//! |---|---|---|
//! | columns | name << 4 \| type | 3 |
//! | implicit columns | name << 4 \| type; a table's mask has one bit for each | 3 |
//! | tables, by name | name 4, first column 4, columns 2, implicit mask 2, grade 1, flags 1, spare 2 | 16 |
//! | functions, by name | name 4, first column 4, columns 2, first parameter 2, parameters 1, origin 1, flags 1, type 1 | 16 |
//! | parameters | name << 6 \| column name << 5 \| optional << 4 \| type | 4 |
//!
//! A name is a position in the sorted strings, so records sorted by name are sorted by position too. Equal
//! lists of columns or parameters are stored once.
//!
//! `tables-names.bin` has the sorted strings, half as long as they are. First comes a byte for each string: how many bytes it has
//! in common with the string before it. Then comes the rest of each string, with a line feed after it.
//!
//! `crates/content/src/knowledge/blob.rs` reads what is written here.

use std::collections::{BTreeMap, HashMap};

use crate::Generated;
use crate::facts::{Facts, FunctionFact, ParameterFact, SOURCES, Schemas, TableFact};
use crate::rust::Source;

const TYPES: [&str; 11] = [
    "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic", "unknown",
];
/// The type of a parameter that takes a table.
const TABULAR: u32 = 15;
/// The number of parameters of a function that takes any.
const ANY_PARAMETERS: u8 = 255;

const DEFENDER: u8 = 1;
const DEFENDER_ONLY: u8 = 2;
const CLASSIC: u8 = 4;
const OPEN_TABLE: u8 = 8;

const OPEN: u8 = 1;
const UNCERTAIN: u8 = 2;
const EXTENDS_INPUT: u8 = 4;
const SCALAR: u8 = 8;

/// The strings of the blob: collected first, then numbered in byte order.
#[derive(Default)]
struct Strings {
    numbers: BTreeMap<String, u32>,
}

impl Strings {
    fn add(&mut self, text: &str) {
        if !self.numbers.contains_key(text) {
            self.numbers.insert(text.to_owned(), 0);
        }
    }

    fn number(&mut self) {
        for (number, value) in (0..).zip(self.numbers.values_mut()) {
            *value = number;
        }
    }

    fn get(&self, text: &str) -> Result<u32, String> {
        self.numbers
            .get(text)
            .copied()
            .ok_or_else(|| format!("schemas.txt: string `{text}` was not collected"))
    }

    /// The common beginnings as one byte each, and the rest of each string as a line.
    fn packed(&self) -> Result<Vec<u8>, String> {
        let (mut shared, mut rest) = (Vec::new(), Vec::new());
        let mut before = "";
        for text in self.numbers.keys() {
            let same = text.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
            let too_long = |_| format!("schemas.txt: `{text}` begins too much like `{before}`");
            shared.push(u8::try_from(same).map_err(too_long)?);
            if text.contains('\n') {
                return Err(format!("schemas.txt: a line feed in `{text}`"));
            }
            rest.extend(text.bytes().skip(same).chain([b'\n']));
            before = text;
        }
        shared.append(&mut rest);
        Ok(shared)
    }
}

/// Words stored once for each distinct list.
#[derive(Default)]
struct Lists {
    words: Vec<u32>,
    known: HashMap<Vec<u32>, usize>,
}

impl Lists {
    fn add(&mut self, list: Vec<u32>) -> usize {
        if let Some(&first) = self.known.get(&list) {
            return first;
        }
        let first = self.words.len();
        self.words.extend(&list);
        self.known.insert(list, first);
        first
    }
}

/// `tables.bin`, `tables-names.bin`, and `tables.rs`, which names their source and the number of items in each section.
pub(crate) fn tables(facts: &Facts) -> Result<[Generated; 3], String> {
    let schemas = facts.schemas()?;
    let strings = strings(&schemas);
    let mut columns = Lists::default();
    let mut parameters = Lists::default();

    let implicit: Vec<_> = schemas.implicit.iter().flat_map(|(_, columns)| columns).collect();
    let implicit_words = words(implicit, &strings)?;
    let mut table_records = Vec::new();
    for (name, table) in &schemas.tables {
        table_record(&mut table_records, (name, table), &schemas, &strings, &mut columns)?;
    }
    let mut function_records = Vec::new();
    for (name, function) in &schemas.functions {
        let lists = (&mut columns, &mut parameters);
        function_record(&mut function_records, (name, function), &strings, lists)?;
    }

    let mut blob = Vec::new();
    for word in columns.words.iter().chain(&implicit_words) {
        let [stored @ .., 0] = word.to_le_bytes() else {
            return Err("schemas.txt: too many strings for the three bytes of a column".to_owned());
        };
        blob.extend(stored);
    }
    blob.extend(&table_records);
    blob.extend(&function_records);
    blob.extend(parameters.words.iter().flat_map(|word| word.to_le_bytes()));

    let mut out = Source::new(
        "Tables and functions with their columns: the layout is told in `xtask/src/tables.rs`.",
        &SOURCES.map(str::to_owned),
        "sentinelninja Apache-2.0; Azure-Sentinel MIT; names and types only",
    );
    out.line("pub(crate) static BLOB: &[u8] = include_bytes!(\"tables.bin\");");
    out.line("pub(crate) static NAMES: &[u8] = include_bytes!(\"tables-names.bin\");\n");
    for (name, count) in [
        ("STRINGS", strings.numbers.len()),
        ("COLUMNS", columns.words.len()),
        ("IMPLICIT", implicit_words.len()),
        ("TABLES", schemas.tables.len()),
        ("FUNCTIONS", schemas.functions.len()),
        ("PARAMETERS", parameters.words.len()),
        ("BYTES", strings.numbers.keys().map(String::len).sum()),
    ] {
        out.line(format!("pub(crate) const {name}: usize = {};", with_separators(count)));
    }
    let names = Generated { name: "tables-names.bin".to_owned(), bytes: strings.packed()? };
    Ok([Generated { name: "tables.bin".to_owned(), bytes: blob }, names, out.finish("tables.rs")])
}

/// The number with an underscore before every third digit from the right.
fn with_separators(number: usize) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{}_{:03}", with_separators(number / 1000), number % 1000)
}

fn strings(schemas: &Schemas) -> Strings {
    let mut strings = Strings::default();
    let tables = schemas.tables.values().map(|table| &table.columns);
    let functions = schemas.functions.values().map(|function| &function.columns);
    let implicit = schemas.implicit.iter().map(|(_, columns)| columns);
    for (column, _) in tables.chain(functions).chain(implicit).flatten() {
        strings.add(column);
    }
    for name in schemas.tables.keys().chain(schemas.functions.keys()) {
        strings.add(name);
    }
    for parameter in schemas.functions.values().filter_map(|function| function.parameters.as_ref()).flatten()
    {
        strings.add(&parameter.name);
    }
    strings.number();
    strings
}

fn kind(name: &str) -> Result<u32, String> {
    let position = TYPES.iter().position(|known| *known == name);
    position.map(|position| position as u32).ok_or_else(|| format!("schemas.txt: unknown type `{name}`"))
}

fn words<'a>(
    columns: impl IntoIterator<Item = &'a (String, String)>,
    strings: &Strings,
) -> Result<Vec<u32>, String> {
    let word = |(name, type_): &(String, String)| Ok(strings.get(name)? << 4 | kind(type_)?);
    columns.into_iter().map(word).collect()
}

fn table_record(
    out: &mut Vec<u8>,
    (name, table): (&String, &TableFact),
    schemas: &Schemas,
    strings: &Strings,
    lists: &mut Lists,
) -> Result<(), String> {
    let own = words(&table.columns, strings)?;
    out.extend(strings.get(name)?.to_le_bytes());
    push_list(out, own, lists)?;
    out.extend(implicit_mask(table, schemas)?.to_le_bytes());
    let grade = match table.source.as_str() {
        "doc" | "la-csv" => 0,
        "connector" | "dcr" => 1,
        "kqlval" => 2,
        "kqlval2022" => 3,
        "name" => 4,
        other => return Err(format!("schemas.txt: unknown source `{other}` of {name}")),
    };
    let mut flags = u8::from(table.columns.is_empty()) * OPEN_TABLE;
    for mark in &table.marks {
        flags |= match mark.as_str() {
            "defender" => DEFENDER,
            "defender-only" => DEFENDER_ONLY,
            "classic" => CLASSIC,
            "open" => OPEN_TABLE,
            // Its source says as much.
            "hint" if grade >= 2 => 0,
            other => return Err(format!("schemas.txt: unknown mark `{other}` of {name}")),
        };
    }
    out.extend([grade, flags, 0, 0]);
    Ok(())
}

/// One bit for each implicit column that the table has but does not list, in any case.
fn implicit_mask(table: &TableFact, schemas: &Schemas) -> Result<u16, String> {
    let (mut mask, mut bit) = (0, 0);
    for (kind, columns) in &schemas.implicit {
        let applies = match kind.as_str() {
            "la" => !table.has("defender-only"),
            "clv1" => table.has("classic"),
            "xdr" => table.has("defender"),
            other => return Err(format!("schemas.txt: unknown kind of table `{other}`")),
        };
        for (name, _) in columns {
            let listed = table.columns.iter().any(|(own, _)| own.to_lowercase() == name.to_lowercase());
            mask |= u16::from(applies && !listed) << bit;
            bit += 1;
        }
    }
    Ok(mask)
}

fn function_record(
    out: &mut Vec<u8>,
    (name, function): (&String, &FunctionFact),
    strings: &Strings,
    (columns, parameters): (&mut Lists, &mut Lists),
) -> Result<(), String> {
    out.extend(strings.get(name)?.to_le_bytes());
    push_list(out, words(&function.columns, strings)?, columns)?;
    let (list, count) = match &function.parameters {
        None => (Vec::new(), ANY_PARAMETERS),
        Some(list) => (parameter_words(list, strings)?, list.len() as u8),
    };
    let extends_input = list.iter().any(|word| word & 15 == TABULAR);
    let first = u16::try_from(parameters.add(list)).map_err(|_| "too many parameters".to_owned())?;
    out.extend(first.to_le_bytes());
    let origin = match function.origin.as_str() {
        "sentinel" => 0,
        "xdr" => 1,
        "asim" => 2,
        "solution" => 3,
        other => return Err(format!("schemas.txt: unknown origin `{other}` of {name}")),
    };
    let scalar = function.scalar.is_some();
    let flags = u8::from(function.open && !extends_input && !scalar) * OPEN
        + u8::from(function.uncertain) * UNCERTAIN
        + u8::from(extends_input) * EXTENDS_INPUT
        + u8::from(scalar) * SCALAR;
    let kind = kind(function.scalar.as_deref().unwrap_or("unknown"))?;
    out.extend([count, origin, flags, kind as u8]);
    Ok(())
}

fn parameter_words(list: &[ParameterFact], strings: &Strings) -> Result<Vec<u32>, String> {
    let word = |parameter: &ParameterFact| {
        let kind = if parameter.kind == "table" { TABULAR } else { kind(&parameter.kind)? };
        let (optional, column_name) = (u32::from(parameter.optional), u32::from(parameter.column_name));
        Ok(strings.get(&parameter.name)? << 6 | column_name << 5 | optional << 4 | kind)
    };
    list.iter().map(word).collect()
}

/// Writes where a list of columns begins (4 bytes) and how long it is (2 bytes).
fn push_list(out: &mut Vec<u8>, list: Vec<u32>, lists: &mut Lists) -> Result<(), String> {
    let count = u16::try_from(list.len()).map_err(|_| "too many columns".to_owned())?;
    out.extend((lists.add(list) as u32).to_le_bytes());
    out.extend(count.to_le_bytes());
    Ok(())
}
