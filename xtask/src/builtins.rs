//! The functions, aggregates, plug-ins and operators of the query language, as tables of typed values.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literal, literals, option};

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

/// `builtins.rs`, sorted by name within each family. A word of the facts that nothing here knows is an error.
pub(crate) fn builtins(facts: &Facts) -> Result<Generated, String> {
    let mut all: Builtins = facts.read("builtins.json")?;
    let sources = [format!("Kusto.Language {}", all.version)];
    let mut out = Source::new(
        "The functions, aggregates, plug-ins and operators of the query language.",
        &sources,
        "Apache-2.0",
    );
    out.line("use super::super::builtins::{Builtin, Class, Family, Form, Layout, Naming, Param, Returns, Signature, Takes};");
    out.line("use super::super::types::{Element, Primitive, Scalar, Shape};\n");
    operators(&mut all.operators, &mut out);
    let families = [
        (Family::Function, &mut all.functions),
        (Family::Aggregate, &mut all.aggregates),
        (Family::Plugin, &mut all.plugins),
        (Family::Operator, &mut all.operators),
    ];
    for (family, members) in families {
        members.retain(|member| !member.custom_availability);
        members.sort_by(|a, b| a.name.cmp(&b.name));
        out.line(format!("\n/// Sorted by name.\npub(crate) static {}: &[Builtin] = &[", family.table()));
        for builtin in members {
            builtin.write(family, &mut out).map_err(|error| format!("`{}`: {error}", builtin.name))?;
        }
        out.line("];");
    }
    Ok(out.finish("builtins.rs"))
}

#[derive(Clone, Copy, Debug)]
enum Family {
    Function,
    Aggregate,
    Plugin,
    Operator,
}

impl Family {
    fn table(self) -> &'static str {
        match self {
            Self::Function => "FUNCTIONS",
            Self::Aggregate => "AGGREGATES",
            Self::Plugin => "PLUGINS",
            Self::Operator => "OPERATORS",
        }
    }
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
    fn write(&self, family: Family, out: &mut Source) -> Result<(), String> {
        let naming = match self.result_name.as_deref() {
            None => "None",
            Some("FirstArgument") => "FirstArgument",
            Some("OnlyArgument") => "OnlyArgument",
            Some("NameAndFirstArgument") => "NameAndFirstArgument",
            Some("PrefixAndFirstArgument") => "PrefixAndFirstArgument",
            Some("PrefixOnly") => "PrefixOnly",
            Some("FirstArgumentValueIfColumn") => "FirstArgumentValueIfColumn",
            Some(other) => return Err(format!("unknown way to name a result `{other}`")),
        };
        // Of `one' or 'other` the first is the one that takes the same arguments.
        let successor = self.alternative.as_deref().map(|names| names.split('\'').next().unwrap_or(names));
        let successor = if self.obsolete { Some(successor.unwrap_or_default()) } else { None };
        out.line(format!(
            "    Builtin {{ family: Family::{family:?}, name: {}, naming: Naming::{naming}, prefix: {}, successor: {}, constant: {}, signatures: &[",
            literal(&self.name),
            literal(self.result_prefix.as_deref().unwrap_or_default()),
            option(successor),
            self.constant_foldable,
        ));
        for signature in &self.signatures {
            signature.write(&self.name, out)?;
        }
        out.line("    ] },");
        Ok(())
    }
}

impl Signature {
    fn write(&self, name: &str, out: &mut Source) -> Result<(), String> {
        let returns = match self.type_.as_deref() {
            None => returns(&self.returns)?.to_owned(),
            Some("dynamic") => format!("Returns::Type({})", inner_type(name)),
            Some(columns) if columns.starts_with('(') => format!("Returns::Columns(&[{}])", row(columns)?),
            Some(type_) => format!("Returns::Type({})", scalar(type_)?),
        };
        let layout = match self.layout.as_deref() {
            None => "Fixed",
            Some("Repeating") => "Repeating",
            Some("BlockRepeating") => "BlockRepeating",
            Some("CustomParameterLayout") => "Custom",
            Some(other) => return Err(format!("unknown layout `{other}`")),
        };
        out.line(format!(
            "        Signature {{ returns: {returns}, layout: Layout::{layout}, least: {}, most: {}, params: &[",
            self.min_args, self.max_args,
        ));
        for param in &self.params {
            out.line(format!("            {},", param.expression()?));
        }
        out.line("        ] },");
        Ok(())
    }
}

impl Param {
    fn expression(&self) -> Result<String, String> {
        let mut text = format!("Param::new({}, {})", literal(&self.name), takes(&self.type_)?);
        if let Some(form) = &self.arg {
            let _ = write!(text, ".form(Form::{})", self::form(form)?);
        }
        match (&self.default_indicator, self.optional) {
            (Some(indicator), _) => {
                let _ = write!(text, ".default_for({})", literal(indicator));
            }
            (None, true) => text.push_str(".optional()"),
            (None, false) => {}
        }
        if let Some((least, most)) = self.repeat {
            let _ = write!(text, ".repeat({least}, {most})");
        }
        if !self.values.is_empty() {
            let _ = write!(text, ".values({})", literals(&self.values));
        }
        Ok(text)
    }
}

/// What a parameter takes, as Rust.
fn takes(types: &Types) -> Result<String, String> {
    let kind = match types {
        Types::These(types) => {
            let types: Vec<_> = types.iter().map(|name| scalar(name)).collect::<Result<_, _>>()?;
            return Ok(format!("Takes::These(&[{}])", types.join(", ")));
        }
        Types::Kind(kind) => kind.as_str(),
    };
    Ok(match kind {
        "Parameter0" => "Takes::Parameter(0)".to_owned(),
        "Parameter1" => "Takes::Parameter(1)".to_owned(),
        _ => match kind.strip_prefix("Common") {
            Some(class) => format!("Takes::Common(Class::{})", self::class(class)?),
            None => format!("Takes::Class(Class::{})", class(kind)?),
        },
    })
}

/// A class of types, checked.
fn class(name: &str) -> Result<&str, String> {
    const CLASSES: &[&str] = &[
        "Any",
        "DynamicArray",
        "DynamicBag",
        "Integer",
        "IntegerOrArray",
        "NotBool",
        "NotDynamic",
        "NotRealOrBool",
        "Number",
        "NumberOrBool",
        "Orderable",
        "Scalar",
        "ScalarOrDynamic",
        "StringOrArray",
        "StringOrDynamic",
        "Summable",
        "Tabular",
    ];
    if CLASSES.contains(&name) { Ok(name) } else { Err(format!("unknown class of types `{name}`")) }
}

/// What an argument may look like, as Rust.
fn form(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Aggregate" => "Aggregate",
        "Column" => "Column",
        "Column_Parameter0" => "ColumnOfFirst",
        "Column_Parameter0_Common" => "ColumnOfBoth",
        "Constant" => "Constant",
        "Literal" => "Literal",
        "LiteralNotEmpty" => "LiteralNotEmpty",
        "StarAllowed" => "StarAllowed",
        "StarOnly" => "StarOnly",
        other => return Err(format!("unknown form of an argument `{other}`")),
    })
}

/// What a signature returns that names no type, as Rust.
fn returns(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "Common" => "Returns::Common",
        "CommonNonDynamic" => "Returns::CommonNotDynamic",
        "Custom" => "Returns::Custom",
        "Parameter0" => "Returns::Parameter(0)",
        "Parameter1" => "Returns::Parameter(1)",
        "Parameter0Array" => "Returns::ArrayOfFirst",
        "Parameter0Literal" => "Returns::Literal(0)",
        "Parameter1Literal" => "Returns::Literal(1)",
        "ParameterNLiteral" => "Returns::LastLiteral",
        "Parameter0Promoted" => "Returns::FirstPromoted",
        "Widest" => "Returns::Widest",
        "Parameter0Cluster"
        | "Parameter0Database"
        | "Parameter0EntityGroup"
        | "Parameter0ExternalTable"
        | "Parameter0Graph"
        | "Parameter0MaterializedView"
        | "Parameter0StoredQueryResult"
        | "Parameter0Table" => "Returns::Entity",
        other => return Err(format!("unknown rule for a result `{other}`")),
    })
}

/// A type, as Rust.
fn scalar(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "bool" => "Scalar::Bool",
        "datetime" => "Scalar::DateTime",
        "decimal" => "Scalar::Decimal",
        "dynamic" => "Scalar::Dynamic",
        "guid" => "Scalar::Guid",
        "int" => "Scalar::Int",
        "long" => "Scalar::Long",
        "real" => "Scalar::Real",
        "string" => "Scalar::String",
        "timespan" => "Scalar::Timespan",
        "type" => "Scalar::Type",
        other => return Err(format!("unknown type `{other}`")),
    })
}

/// The columns of `(Name: type, Name: type)`, as Rust.
fn row(columns: &str) -> Result<String, String> {
    let inner = columns.trim_start_matches('(').trim_end_matches(')');
    let column = |column: &str| {
        let (name, type_) = column.split_once(':').ok_or_else(|| format!("no type in `{column}`"))?;
        Ok(format!("({}, {})", literal(name.trim()), scalar(type_.trim())?))
    };
    Ok(inner.split(',').map(column).collect::<Result<Vec<_>, String>>()?.join(", "))
}

/// What is known of the dynamic value that a function returns, as Rust. The fact file leaves it out: it was asked of
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
        | "column_names_of" => "Scalar::Array(Element::Of(Primitive::String))",
        "jaccard_index" | "series_fir" | "series_iir" | "series_divide" | "series_pow" | "series_exp"
        | "series_sin" | "series_asin" | "series_cos" | "series_acos" | "series_tan" | "series_atan"
        | "series_log" | "series_seasonal" => "Scalar::Array(Element::Of(Primitive::Real))",
        "series_greater"
        | "series_greater_equals"
        | "series_less"
        | "series_less_equals"
        | "series_equals"
        | "series_not_equals" => "Scalar::Array(Element::Of(Primitive::Bool))",
        "series_sign" => "Scalar::Array(Element::Of(Primitive::Long))",
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
        | "ipv4_range_to_cidr_list" => "Scalar::Array(Element::Any)",
        "zip" => "Scalar::Array(Element::Arrays)",
        "geo_h3cell_rings" => "Scalar::Array(Element::ArraysOf(Primitive::String))",
        "parse_url" | "parseurl" => "Scalar::Bag(Shape::Url)",
        "parse_path" => "Scalar::Bag(Shape::Path)",
        "parse_user_agent" => "Scalar::Bag(Shape::Agent)",
        "current_principal_details" => "Scalar::Bag(Shape::Principal)",
        "parse_xml" | "parse_urlquery" | "parseurlquery" | "bag_zip" | "make_dictionary" | "make_bag"
        | "make_bag_if" | "buildschema" => "Scalar::Bag(Shape::Any)",
        name if PLACES.contains(&name) => "Scalar::Bag(Shape::Place)",
        _ => "Scalar::Dynamic",
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
