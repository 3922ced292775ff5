//! Tables and functions with their columns, as one flat blob that is looked up in place.
//!
//! All numbers are little-endian. The sections follow one another in this order:
//!
//! | section | item | bytes |
//! |---|---|---|
//! | string offsets | start of each string among the string bytes, and the end of the last | 4 |
//! | columns | name << 4 \| type | 4 |
//! | implicit columns | name << 4 \| type; a table's mask has one bit for each | 4 |
//! | tables, by name | name 4, first column 4, columns 2, implicit mask 2, grade 1, flags 1, spare 2 | 16 |
//! | functions, by name | name 4, first column 4, columns 2, first parameter 2, parameters 1, origin 1, flags 1, type 1 | 16 |
//! | parameters | name << 6 \| column name << 5 \| optional << 4 \| type | 4 |
//! | string bytes | sorted, UTF-8 | |
//!
//! A name is a position in the sorted strings, so records sorted by name are sorted by position too. Equal
//! lists of columns or parameters are stored once. `src/knowledge/blob.rs` reads what is written here.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::Source;

const SOURCES: [&str; 3] = [
    "oshezaf/sentinelninja, August 2026: tables of Microsoft Learn's Azure Monitor reference, of connector definitions and of upstream's validation schemas",
    "Azure/Azure-Sentinel, tree of August 2022: validation schemas, and result columns computed from its functions",
    "Microsoft Learn: functions of Defender XDR and Sentinel",
];

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

/// Column names and types, in the order of the data.
type Columns = Map<String, Value>;

#[derive(Deserialize)]
struct Schemas {
    implicit: Implicit,
    tables: BTreeMap<String, Columns>,
    meta: BTreeMap<String, Meta>,
    names_only: Vec<String>,
    asim: BTreeMap<String, Columns>,
    functions: BTreeMap<String, Function>,
}

/// Columns that every table of a kind has, whether its schema lists them or not.
#[derive(Deserialize)]
struct Implicit {
    la: Columns,
    clv1: Columns,
    xdr: Columns,
}

#[derive(Default, Deserialize)]
struct Meta {
    src: String,
    #[serde(default)]
    v1: bool,
    #[serde(default)]
    xdr: bool,
    #[serde(default)]
    xdronly: bool,
    #[serde(default)]
    open: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Function {
    params: Parameters,
    src: String,
    body: Option<String>,
    columns: Option<Columns>,
    #[serde(rename = "columns_ref")]
    columns_ref: Option<String>,
    open: Option<bool>,
    result_columns: Option<Columns>,
    #[serde(default)]
    result_open: bool,
    result_type: Option<String>,
    #[serde(default)]
    body_errors: u32,
    /// The parameters that take the bare name of a column.
    #[serde(default)]
    bare_columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Parameters {
    Any(String),
    List(Vec<Parameter>),
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    default: Option<String>,
}

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
            .ok_or_else(|| format!("schemas.json: string `{text}` was not collected"))
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

/// `tables.bin` and `tables.rs`, which names its source and the number of items in each section.
pub(crate) fn tables(facts: &Facts) -> Result<[Generated; 2], String> {
    let mut schemas: Schemas = facts.read("kql/schemas.json")?;
    clean_names(&mut schemas);
    let results: BTreeMap<&str, Columns> = schemas
        .functions
        .iter()
        .map(|(name, function)| Ok((name.as_str(), result(function, &schemas)?)))
        .collect::<Result<_, String>>()?;
    let strings = strings(&schemas, &results);
    let mut columns = Lists::default();
    let mut parameters = Lists::default();

    let implicit: Vec<(&String, &Value)> =
        [&schemas.implicit.la, &schemas.implicit.clv1, &schemas.implicit.xdr].into_iter().flatten().collect();
    let implicit_words = words(&implicit, &strings)?;
    let mut table_records = Vec::new();
    for (name, table) in &schemas.tables {
        table_record(&mut table_records, (name, table), &schemas, &strings, &mut columns)?;
    }
    let mut function_records = Vec::new();
    for (name, function) in &schemas.functions {
        let Some(result) = results.get(name.as_str()) else { continue };
        let lists = (&mut columns, &mut parameters);
        function_record(&mut function_records, (name, function), result, &strings, lists)?;
    }

    let mut blob = Vec::new();
    let mut offset = 0u32;
    for text in strings.numbers.keys() {
        blob.extend(offset.to_le_bytes());
        offset += text.len() as u32;
    }
    blob.extend(offset.to_le_bytes());
    blob.extend(columns.words.iter().chain(&implicit_words).flat_map(|word| word.to_le_bytes()));
    blob.extend(&table_records);
    blob.extend(&function_records);
    blob.extend(parameters.words.iter().flat_map(|word| word.to_le_bytes()));
    blob.extend(strings.numbers.keys().flat_map(|text| text.bytes()));

    let mut out = Source::new(
        "Tables and functions with their columns: the layout is told in `xtask/src/tables.rs`.",
        &SOURCES.map(str::to_owned),
        "sentinelninja Apache-2.0; Azure-Sentinel MIT; names and types only",
    );
    out.line("pub(crate) static BLOB: &[u8] = include_bytes!(\"tables.bin\");\n");
    for (name, count) in [
        ("STRINGS", strings.numbers.len()),
        ("COLUMNS", columns.words.len()),
        ("IMPLICIT", implicit_words.len()),
        ("TABLES", schemas.tables.len()),
        ("FUNCTIONS", schemas.functions.len()),
        ("PARAMETERS", parameters.words.len()),
        ("BYTES", offset as usize),
    ] {
        out.line(format!("pub(crate) const {name}: usize = {};", with_separators(count)));
    }
    Ok([Generated { name: "tables.bin", bytes: blob }, out.finish("tables.rs")])
}

/// The number with an underscore before every third digit from the right.
fn with_separators(number: usize) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{}_{:03}", with_separators(number / 1000), number % 1000)
}

/// Trims the names of tables, drops those that no query could write, and adds those known only by name.
fn clean_names(schemas: &mut Schemas) {
    let clean = |name: &str| {
        let name = name.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}').to_owned();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && !name.is_empty()).then_some(name)
    };
    let tables = std::mem::take(&mut schemas.tables);
    schemas.tables =
        tables.into_iter().filter_map(|(name, columns)| Some((clean(&name)?, columns))).collect();
    let meta = std::mem::take(&mut schemas.meta);
    schemas.meta = meta.into_iter().filter_map(|(name, meta)| Some((clean(&name)?, meta))).collect();
    for name in schemas.names_only.iter().filter_map(|name| clean(name)) {
        schemas.tables.entry(name).or_default();
    }
}

/// The columns that a function returns, as the official analyser computed them where it could.
fn result(function: &Function, schemas: &Schemas) -> Result<Columns, String> {
    if function.body.is_some() {
        return Ok(function.result_columns.clone().unwrap_or_default());
    }
    let Some(reference) = &function.columns_ref else {
        return Ok(function.columns.clone().unwrap_or_default());
    };
    let schema = reference.strip_prefix("asim:").and_then(|name| schemas.asim.get(name));
    let mut columns = schema.ok_or_else(|| format!("schemas.json: no {reference}"))?.clone();
    for name in ["TimeGenerated", "Type", "_ResourceId", "TenantId", "_ItemId", "_SubscriptionId"] {
        let kind = if name == "TimeGenerated" { "datetime" } else { "string" };
        columns.insert(name.to_owned(), Value::from(kind));
    }
    Ok(columns)
}

fn strings(schemas: &Schemas, results: &BTreeMap<&str, Columns>) -> Strings {
    let mut strings = Strings::default();
    let implicit = [&schemas.implicit.la, &schemas.implicit.clv1, &schemas.implicit.xdr];
    let lists = schemas.tables.values().chain(results.values()).chain(implicit);
    for column in lists.flat_map(Map::keys) {
        strings.add(column);
    }
    for name in schemas.tables.keys().chain(schemas.functions.keys()) {
        strings.add(name);
    }
    for function in schemas.functions.values() {
        if let Parameters::List(parameters) = &function.params {
            for parameter in parameters {
                strings.add(&parameter.name);
            }
        }
    }
    strings.number();
    strings
}

fn kind(name: &str) -> Result<u32, String> {
    let position = TYPES.iter().position(|known| *known == name);
    position.map(|position| position as u32).ok_or_else(|| format!("schemas.json: unknown type `{name}`"))
}

fn words(columns: &[(&String, &Value)], strings: &Strings) -> Result<Vec<u32>, String> {
    let word = |(name, value): &(&String, &Value)| {
        Ok(strings.get(name)? << 4 | kind(value.as_str().unwrap_or_default())?)
    };
    columns.iter().map(word).collect()
}

fn table_record(
    out: &mut Vec<u8>,
    (name, columns): (&String, &Columns),
    schemas: &Schemas,
    strings: &Strings,
    lists: &mut Lists,
) -> Result<(), String> {
    let meta = schemas.meta.get(name);
    let own = words(&columns.iter().collect::<Vec<_>>(), strings)?;
    out.extend(strings.get(name)?.to_le_bytes());
    push_list(out, own, lists)?;
    let name_only = Meta::default();
    let mask = implicit_mask(columns, meta.unwrap_or(&name_only), &schemas.implicit);
    out.extend(mask.to_le_bytes());
    let grade = match meta.map(|meta| meta.src.as_str()) {
        Some("doc" | "la-csv") => 0,
        Some("connector" | "dcr") => 1,
        Some("kqlval") => 2,
        Some("kqlval2022") => 3,
        None => 4,
        Some(other) => return Err(format!("schemas.json: unknown source `{other}` of {name}")),
    };
    let flags = meta.map_or(OPEN_TABLE, |meta| {
        u8::from(meta.xdr || meta.xdronly) * DEFENDER
            + u8::from(meta.xdronly) * DEFENDER_ONLY
            + u8::from(meta.v1) * CLASSIC
            + u8::from(meta.open || columns.is_empty()) * OPEN_TABLE
    });
    out.extend([grade, flags, 0, 0]);
    Ok(())
}

/// One bit for each implicit column that the table has but does not list, in any case.
fn implicit_mask(columns: &Columns, meta: &Meta, implicit: &Implicit) -> u16 {
    let applies =
        [(&implicit.la, !meta.xdronly), (&implicit.clv1, meta.v1), (&implicit.xdr, meta.xdr || meta.xdronly)];
    let candidates =
        applies.into_iter().flat_map(|(columns, applies)| columns.keys().map(move |name| (name, applies)));
    let mut mask = 0;
    for (bit, (name, applies)) in candidates.enumerate() {
        let listed = columns.keys().any(|own| own.to_lowercase() == name.to_lowercase());
        mask |= u16::from(applies && !listed) << bit;
    }
    mask
}

fn function_record(
    out: &mut Vec<u8>,
    (name, function): (&String, &Function),
    result: &Columns,
    strings: &Strings,
    (columns, parameters): (&mut Lists, &mut Lists),
) -> Result<(), String> {
    out.extend(strings.get(name)?.to_le_bytes());
    push_list(out, words(&result.iter().collect::<Vec<_>>(), strings)?, columns)?;
    let (list, count) = match &function.params {
        Parameters::Any(text) if text == "*" => (Vec::new(), ANY_PARAMETERS),
        Parameters::Any(text) => return Err(format!("schemas.json: parameters `{text}` of {name}")),
        Parameters::List(list) => (parameter_words(list, &function.bare_columns, strings)?, list.len() as u8),
    };
    let extends_input = list.iter().any(|word| word & 15 == TABULAR);
    let first = u16::try_from(parameters.add(list)).map_err(|_| "too many parameters".to_owned())?;
    out.extend(first.to_le_bytes());
    let origin = match function.src.as_str() {
        "sentinel" => 0,
        "xdr" => 1,
        "asim" => 2,
        _ => 3,
    };
    let has_body = function.body.is_some();
    let scalar = function.result_type.is_some();
    let open =
        if has_body { function.result_open || result.is_empty() } else { function.open.unwrap_or(true) };
    let flags = u8::from(open && !extends_input && !scalar) * OPEN
        + u8::from(function.body_errors > 0) * UNCERTAIN
        + u8::from(extends_input) * EXTENDS_INPUT
        + u8::from(scalar) * SCALAR;
    let kind = kind(function.result_type.as_deref().unwrap_or("unknown"))?;
    out.extend([count, origin, flags, kind as u8]);
    Ok(())
}

fn parameter_words(
    list: &[Parameter],
    column_names: &[String],
    strings: &Strings,
) -> Result<Vec<u32>, String> {
    let word = |parameter: &Parameter| {
        let kind = if parameter.kind.starts_with('(') { TABULAR } else { kind(&parameter.kind)? };
        let column_name = u32::from(column_names.contains(&parameter.name));
        let optional = u32::from(parameter.default.is_some());
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
