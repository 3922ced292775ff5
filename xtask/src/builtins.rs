//! The functions, aggregates, plug-ins and operators of the query language: a text for each family, with a line for each of its
//! members. `crates/language/src/kql/builtins/read.rs` reads them and must know each letter that is written here.
//!
//! The fields of a line are the name, letters for what it is (`c` constant, `o` obsolete, and how a result is named), the prefix
//! of the result's name, the successor, and then the signatures. The first part of a signature is what it returns, the least and
//! the greatest number of arguments, and how they are laid out; the others, after bars, are the parameters. A small letter is a
//! type, a large one a class of types.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::Source;
use crate::sheet::{Sheet, words};

#[derive(Deserialize, Serialize)]
pub(crate) struct Builtins {
    version: String,
    functions: Vec<Builtin>,
    aggregates: Vec<Builtin>,
    plugins: Vec<Builtin>,
    operators: Vec<Builtin>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Builtin {
    name: String,
    signatures: Vec<Signature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result_prefix: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    constant_foldable: bool,
    /// Whether it is only there inside the operators on graphs, which are not looked into.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    custom_availability: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    obsolete: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alternative: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Signature {
    params: Vec<Param>,
    returns: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    type_: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layout: Option<String>,
    min_args: u32,
    max_args: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Param {
    name: String,
    #[serde(rename = "type")]
    type_: Types,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arg: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<(u32, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_indicator: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Types {
    Kind(String),
    These(Vec<String>),
}

/// `builtins.rs` and the texts that it includes. A word of the facts that nothing here knows is an error.
pub(crate) fn builtins(facts: &Facts) -> Result<Vec<Generated>, String> {
    let mut all: Builtins = facts.read("builtins.json")?;
    let sources = [format!("Kusto.Language {}", all.version)];
    let mut out = Source::new(
        "The functions, aggregates, plug-ins and operators of the query language: the layout is told in `xtask/src/builtins.rs`.",
        &sources,
        "Apache-2.0",
    );
    operators(&mut all.operators, &mut out);
    let families = [
        ("functions", &mut all.functions),
        ("aggregates", &mut all.aggregates),
        ("plugins", &mut all.plugins),
        ("operators", &mut all.operators),
    ];
    out.line("");
    let mut files = Vec::new();
    for (family, members) in families {
        members.retain(|member| !member.custom_availability);
        members.sort_by(|a, b| a.name.cmp(&b.name));
        let mut sheet = Sheet::default();
        for builtin in &*members {
            let row =
                builtin.row().and_then(|row| sheet.row(&row.iter().map(String::as_str).collect::<Vec<_>>()));
            row.map_err(|error| format!("`{}`: {error}", builtin.name))?;
        }
        let name = format!("{family}.txt");
        let constant = family.to_uppercase();
        out.line(format!("pub(in crate::kql) const {constant}: &str = include_str!(\"{name}\");"));
        files.push(sheet.finish(name));
    }
    files.push(out.finish("builtins.rs"));
    Ok(files)
}

/// The names of the operators, as an enum whose numbers are the places in their table.
fn operators(members: &mut [Builtin], out: &mut Source) {
    members.sort_by(|a, b| a.name.cmp(&b.name));
    out.line("/// An operator between or before expressions, by its name in the facts.");
    out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]");
    out.line("#[allow(missing_docs, dead_code, reason = \"the facts name them, and some are written like others\")]");
    out.line("pub enum OperatorId {");
    for builtin in members.iter().filter(|member| !member.custom_availability) {
        out.line(format!("    {},", builtin.name));
    }
    out.line("}");
}

impl Builtin {
    fn row(&self) -> Result<Vec<String>, String> {
        let mut traits = String::new();
        if self.constant_foldable {
            traits.push('c');
        }
        if self.obsolete {
            traits.push('o');
        }
        traits.push_str(match self.result_name.as_deref() {
            None => "",
            Some("FirstArgument") => "1",
            Some("OnlyArgument") => "=",
            Some("NameAndFirstArgument") => "n",
            Some("PrefixAndFirstArgument") => "p",
            Some("PrefixOnly") => "x",
            Some("FirstArgumentValueIfColumn") => "v",
            Some(other) => return Err(format!("unknown way to name a result `{other}`")),
        });
        // Of `one' or 'other` the first is the one that takes the same arguments.
        let successor = self.alternative.as_deref().filter(|_| self.obsolete).unwrap_or_default();
        let successor = successor.split('\'').next().unwrap_or_default();
        let prefix = self.result_prefix.clone().unwrap_or_default();
        let mut row = vec![self.name.clone(), traits, prefix, successor.to_owned()];
        for signature in &self.signatures {
            row.push(signature.text(&self.name)?);
        }
        Ok(row)
    }
}

impl Signature {
    fn text(&self, name: &str) -> Result<String, String> {
        let returns = match self.type_.as_deref() {
            None => returns(&self.returns)?.to_owned(),
            Some("dynamic") => inner_type(name).to_owned(),
            Some(columns) if columns.starts_with('(') => format!("({}", row(columns)?),
            Some(type_) => scalar(type_)?.to_owned(),
        };
        let mut head = vec![returns, self.min_args.to_string(), self.max_args.to_string()];
        match self.layout.as_deref() {
            None => {}
            Some("Repeating") => head.push("r".to_owned()),
            Some("BlockRepeating") => head.push("b".to_owned()),
            Some("CustomParameterLayout") => head.push("c".to_owned()),
            Some(other) => return Err(format!("unknown layout `{other}`")),
        }
        let mut text = words(head)?;
        for param in &self.params {
            text.push('|');
            text.push_str(&param.text()?);
        }
        Ok(text)
    }
}

impl Param {
    fn text(&self) -> Result<String, String> {
        let mut code = takes(&self.type_)?;
        if let Some(form) = &self.arg {
            let _ = write!(code, ":{}", self::form(form)?);
        }
        match (self.default_indicator.as_deref(), self.optional) {
            (Some("~"), _) => code.push('~'),
            (Some(other), _) => return Err(format!("unknown indicator of a default `{other}`")),
            (None, true) => code.push('?'),
            (None, false) => {}
        }
        if let Some((least, most)) = self.repeat {
            let _ = write!(code, "*{least}-{most}");
        }
        words([&self.name, &code].into_iter().chain(&self.values))
    }
}

/// What a parameter takes.
fn takes(types: &Types) -> Result<String, String> {
    let kind = match types {
        Types::These(types) => return types.iter().map(|name| scalar(name)).collect(),
        Types::Kind(kind) => kind.as_str(),
    };
    Ok(match kind {
        "Parameter0" => "0".to_owned(),
        "Parameter1" => "1".to_owned(),
        _ => match kind.strip_prefix("Common") {
            Some(class) => format!("&{}", self::class(class)?),
            None => class(kind)?.to_owned(),
        },
    })
}

/// A class of types.
fn class(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Any" => "A",
        "Scalar" => "S",
        "ScalarOrDynamic" => "X",
        "Number" => "N",
        "NumberOrBool" => "B",
        "Integer" => "I",
        "IntegerOrArray" => "J",
        "Summable" => "U",
        "Orderable" => "O",
        "StringOrDynamic" => "D",
        "StringOrArray" => "R",
        "DynamicArray" => "L",
        "DynamicBag" => "G",
        "NotDynamic" => "Y",
        "NotBool" => "Z",
        "NotRealOrBool" => "W",
        "Tabular" => "T",
        other => return Err(format!("unknown class of types `{other}`")),
    })
}

/// What an argument may look like.
fn form(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Aggregate" => "a",
        "Column" => "c",
        "Column_Parameter0" => "f",
        "Column_Parameter0_Common" => "b",
        "Constant" => "k",
        "Literal" => "l",
        "LiteralNotEmpty" => "n",
        "StarAllowed" => "s",
        "StarOnly" => "o",
        other => return Err(format!("unknown form of an argument `{other}`")),
    })
}

/// What a signature returns that names no type.
fn returns(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Common" => "&",
        "CommonNonDynamic" => "&Y",
        "Custom" => "C",
        "Parameter0" => "0",
        "Parameter1" => "1",
        "Parameter0Array" => "[0",
        "Parameter0Literal" => "'0",
        "Parameter1Literal" => "'1",
        "ParameterNLiteral" => "'n",
        "Parameter0Promoted" => "+",
        "Widest" => "W",
        "Parameter0Cluster"
        | "Parameter0Database"
        | "Parameter0EntityGroup"
        | "Parameter0ExternalTable"
        | "Parameter0Graph"
        | "Parameter0MaterializedView"
        | "Parameter0StoredQueryResult"
        | "Parameter0Table" => "E",
        other => return Err(format!("unknown rule for a result `{other}`")),
    })
}

/// A type.
fn scalar(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "bool" => "b",
        "datetime" => "d",
        "decimal" => "m",
        "dynamic" => "y",
        "guid" => "g",
        "int" => "i",
        "long" => "l",
        "real" => "r",
        "string" => "s",
        "timespan" => "t",
        "type" => "k",
        other => return Err(format!("unknown type `{other}`")),
    })
}

/// The columns of `(Name: type, Name: type)`, with commas between them.
fn row(columns: &str) -> Result<String, String> {
    let inner = columns.trim_start_matches('(').trim_end_matches(')');
    let column = |column: &str| {
        let (name, type_) = column.split_once(':').ok_or_else(|| format!("no type in `{column}`"))?;
        Ok(format!("{}:{}", name.trim(), scalar(type_.trim())?))
    };
    Ok(inner.split(',').map(column).collect::<Result<Vec<_>, String>>()?.join(","))
}

/// What is known of the dynamic value that a function returns: `[` an array, `{` a property bag. The fact file leaves it out: it was asked of
/// the official library itself.
fn inner_type(name: &str) -> &'static str {
    match name {
        "split"
        | "parse_command_line"
        | "treepath"
        | "bag_keys"
        | "geo_polygon_to_h3cells"
        | "geo_polygon_to_s2cells"
        | "geo_line_to_s2cells"
        | "geo_geohash_neighbors"
        | "geo_s2cell_neighbors"
        | "geo_h3cell_neighbors"
        | "geo_h3cell_children"
        | "extent_tags"
        | "column_names_of" => "[s",
        "jaccard_index" | "series_fir" | "series_iir" | "series_divide" | "series_pow" | "series_exp"
        | "series_sin" | "series_asin" | "series_cos" | "series_acos" | "series_tan" | "series_atan"
        | "series_log" | "series_seasonal" => "[r",
        "series_greater"
        | "series_greater_equals"
        | "series_less"
        | "series_less_equals"
        | "series_equals"
        | "series_not_equals" => "[b",
        "series_sign" => "[l",
        "to_utf8"
        | "unicode_codepoints_from_string"
        | "extractall"
        | "extract_all"
        | "datetime_list_timezones"
        | "base64_decode_toarray"
        | "parse_csv"
        | "percentiles_array_tdigest"
        | "tdigest"
        | "tdigest_merge"
        | "merge_tdigest"
        | "hll"
        | "hll_if"
        | "hll_merge"
        | "series_add"
        | "series_subtract"
        | "series_multiply"
        | "series_floor"
        | "__ipv6_lookup_ranges"
        | "ipv4_range_to_cidr_list" => "[A",
        "zip" => "[[",
        "geo_h3cell_rings" => "[[s",
        "parse_url" | "parseurl" => "{url",
        "parse_path" => "{path",
        "parse_user_agent" => "{agent",
        "current_principal_details" => "{principal",
        "parse_xml" | "parse_urlquery" | "parseurlquery" | "bag_zip" | "make_dictionary" | "make_bag"
        | "make_bag_if" | "buildschema" => "{A",
        name if PLACES.contains(&name) => "{place",
        _ => "y",
    }
}

/// The functions that return a place on a map.
const PLACES: &[&str] = &[
    "geo_from_wkt",
    "geo_closest_point_on_line",
    "geo_closest_point_on_polygon",
    "geo_intersection_2lines",
    "geo_intersection_line_with_polygon",
    "geo_intersection_2polygons",
    "geo_union_polygons_array",
    "geo_simplify_polygons_array",
    "geo_union_lines_array",
    "geo_polygon_densify",
    "geo_polygon_buffer",
    "geo_polygon_centroid",
    "geo_polygon_simplify",
    "geo_line_buffer",
    "geo_line_centroid",
    "geo_line_densify",
    "geo_line_simplify",
    "geo_line_interpolate_point",
    "geo_geohash_to_central_point",
    "geo_geohash_to_polygon",
    "geo_point_buffer",
    "geo_s2cell_to_central_point",
    "geo_s2cell_to_polygon",
    "geo_h3cell_to_central_point",
    "geo_h3cell_to_polygon",
];
