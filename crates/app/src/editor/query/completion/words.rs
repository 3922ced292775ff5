//! The words of the language that are no functions: query operators, operators between values, keywords and literals.

/// The query operators that follow a pipe, each with what it does.
pub(super) const OPERATORS: &[(&str, &str)] = &[
    ("where", "keeps the rows that meet a condition"),
    ("extend", "adds columns, or replaces them"),
    ("summarize", "aggregates the rows of each group"),
    ("project", "keeps these columns, in this order"),
    ("join", "combines rows with those of another table that have the same keys"),
    ("project-away", "removes columns"),
    ("project-rename", "renames columns"),
    ("project-reorder", "puts columns first"),
    ("project-keep", "keeps these columns, in their order"),
    ("mv-expand", "makes a row of each element of an array"),
    ("mv-apply", "runs a query over the elements of an array of each row"),
    ("distinct", "keeps each combination of these columns once"),
    ("sort", "sorts the rows"),
    ("order", "sorts the rows; the same as `sort`"),
    ("top", "keeps the first rows by a value"),
    ("take", "keeps so many rows, whichever they are"),
    ("limit", "keeps so many rows; the same as `take`"),
    ("parse", "reads columns out of a string by a pattern"),
    ("parse-where", "reads columns out of a string, and removes the rows that do not match"),
    ("parse-kv", "reads columns out of a string of keys and values"),
    ("lookup", "adds the columns of a small table by keys"),
    ("union", "puts the rows of several tables together"),
    ("evaluate", "calls a plug-in"),
    ("invoke", "calls a function with the rows as its first argument"),
    ("render", "shows the result as a chart"),
    ("make-series", "makes a series of values along an axis for each group"),
    ("serialize", "fixes the order of the rows, for functions that depend on it"),
    ("count", "counts the rows"),
    ("as", "gives the rows a name"),
    ("getschema", "lists the columns and their types"),
    ("sample", "keeps so many random rows"),
    ("sample-distinct", "keeps so many distinct values of a column"),
    ("top-nested", "keeps the top values, level by level"),
    ("top-hitters", "keeps the most frequent values, approximately"),
    ("partition", "runs a query over each group of rows"),
    ("scan", "finds sequences of rows"),
    ("search", "finds a term in all columns"),
    ("facet", "counts the values of several columns"),
    ("fork", "runs several queries over the same rows"),
    ("reduce", "groups strings by what they have in common"),
    ("consume", "reads all rows and returns nothing"),
    ("assert-schema", "checks the columns and their types"),
    ("make-graph", "makes a graph of nodes and edges"),
    ("graph-match", "finds patterns in a graph"),
    ("graph-shortest-paths", "finds the shortest paths in a graph"),
    ("graph-mark-components", "marks the connected components of a graph"),
    ("graph-to-table", "makes tables of the nodes or edges of a graph"),
    ("graph-where-nodes", "keeps nodes of a graph"),
    ("graph-where-edges", "keeps edges of a graph"),
];

/// The operators that can begin a query, and the words that can begin a statement.
pub(super) const BEGINNINGS: &[(&str, &str)] = &[
    ("let", "gives a name to a value, a query or a function"),
    ("union", "puts the rows of several tables together"),
    ("print", "makes one row of expressions"),
    ("range", "makes a column of evenly spaced values"),
    ("search", "finds a term in tables"),
    ("find", "finds rows in several tables"),
    ("datatable", "makes a table of literals"),
    ("externaldata", "reads a table from a file"),
    ("evaluate", "calls a plug-in"),
    ("declare", "declares the parameters of the query"),
    ("set", "sets an option of the query"),
    ("materialize", "keeps the rows of a query for several uses"),
    ("macro-expand", "runs a query for each of several entities"),
];

/// The operators between two values, each with what it does.
pub(super) const BETWEEN_VALUES: &[(&str, &str)] = &[
    ("==", "equals, case counts"),
    ("!=", "does not equal, case counts"),
    ("=~", "equals, ignoring case"),
    ("!~", "does not equal, ignoring case"),
    ("has", "has the word, ignoring case"),
    ("contains", "contains the string, ignoring case"),
    ("in", "equals one of these, case counts"),
    ("in~", "equals one of these, ignoring case"),
    ("!in", "equals none of these, case counts"),
    ("!in~", "equals none of these, ignoring case"),
    ("has_any", "has one of these words, ignoring case"),
    ("has_all", "has all of these words, ignoring case"),
    ("startswith", "starts with the string, ignoring case"),
    ("endswith", "ends with the string, ignoring case"),
    ("matches regex", "matches the regular expression"),
    ("between", "lies between two values, both included"),
    ("!between", "lies outside two values"),
    ("!has", "does not have the word, ignoring case"),
    ("!contains", "does not contain the string, ignoring case"),
    ("!startswith", "does not start with the string, ignoring case"),
    ("!endswith", "does not end with the string, ignoring case"),
    ("has_cs", "has the word, case counts"),
    ("!has_cs", "does not have the word, case counts"),
    ("contains_cs", "contains the string, case counts"),
    ("!contains_cs", "does not contain the string, case counts"),
    ("startswith_cs", "starts with the string, case counts"),
    ("!startswith_cs", "does not start with the string, case counts"),
    ("endswith_cs", "ends with the string, case counts"),
    ("!endswith_cs", "does not end with the string, case counts"),
    ("hasprefix", "has a word that starts with the string, ignoring case"),
    ("!hasprefix", "has no word that starts with the string, ignoring case"),
    ("hassuffix", "has a word that ends with the string, ignoring case"),
    ("!hassuffix", "has no word that ends with the string, ignoring case"),
    (">", "is greater"),
    (">=", "is greater or equal"),
    ("<", "is less"),
    ("<=", "is less or equal"),
    ("+", "plus"),
    ("-", "minus"),
    ("*", "times"),
    ("/", "divided by"),
    ("%", "the remainder of the division by"),
];

/// The operators between conditions.
pub(super) const LOGICAL: &[(&str, &str)] =
    &[("and", "both conditions are met"), ("or", "one of the conditions is met")];

/// Words that are written like functions and belong to the grammar, each with its type.
pub(super) const FORMS: &[(&str, &str)] = &[
    ("dynamic", "dynamic"),
    ("datetime", "datetime"),
    ("timespan", "timespan"),
    ("datatable", "table"),
    ("externaldata", "table"),
    ("materialize", "table"),
    ("toscalar", ""),
    ("guid", "guid"),
    ("typeof", "type"),
];

/// Lengths of time that are often written, the most frequent first.
pub(super) const LENGTHS: &[&str] =
    &["1d", "7d", "14d", "1h", "30d", "5m", "24h", "10m", "1m", "2d", "15m", "12h", "90d", "30m"];

/// The types of columns and parameters.
pub(super) const TYPES: &[&str] =
    &["string", "long", "datetime", "dynamic", "int", "real", "bool", "timespan", "guid", "decimal"];

/// The charts of `render`.
pub(super) const CHARTS: &[&str] = &[
    "timechart",
    "barchart",
    "piechart",
    "columnchart",
    "linechart",
    "areachart",
    "scatterchart",
    "stackedareachart",
    "anomalychart",
    "table",
    "card",
    "ladderchart",
    "pivotchart",
    "treemap",
    "timepivot",
];

/// The options of `externaldata`.
pub(super) const EXTERNAL_OPTIONS: &[&str] = &["format", "ignoreFirstRecord"];

/// The formats of `externaldata`.
pub(super) const EXTERNAL_FORMATS: &[&str] = &[
    "csv",
    "json",
    "multijson",
    "txt",
    "tsv",
    "psv",
    "raw",
    "scsv",
    "sohsv",
    "ssv",
    "tsve",
    "avro",
    "parquet",
    "orc",
];

/// What a word of one of these lists does.
pub(in crate::editor::query) fn meaning(word: &str) -> Option<&'static str> {
    [OPERATORS, BEGINNINGS, BETWEEN_VALUES, LOGICAL]
        .into_iter()
        .flatten()
        .find(|(known, _)| *known == word)
        .map(|(_, text)| *text)
}

/// The words that go on a clause of an operator, with a share for each, where the words before them in the operator are
/// known.
pub(super) fn clauses(operator: &str, has: impl Fn(&str) -> bool) -> &'static [(&'static str, f64)] {
    match operator {
        "summarize" | "facet" | "partition" | "top-hitters" | "make-series"
            if !has("by")
                && (operator != "top-hitters" || has("of"))
                && (operator != "make-series" || has("step")) =>
        {
            &[("by", 0.9)]
        }
        "join" | "lookup" if !has("on") => &[("on", 0.9)],
        "parse" | "parse-where" if !has("with") => &[("with", 0.95)],
        "parse-kv" if !has("as") => &[("as", 0.9)],
        "top" | "sort" | "order" if !has("by") => &[("by", 0.95)],
        "top" | "sort" | "order" => {
            &[("desc", 0.5), ("asc", 0.3), ("nulls first", 0.05), ("nulls last", 0.05)]
        }
        "project-reorder" => &[("asc", 0.2), ("desc", 0.2), ("granny-asc", 0.05), ("granny-desc", 0.05)],
        "mv-expand" => &[("to typeof", 0.6), ("limit", 0.2)],
        "mv-apply" if !has("on") => &[("on", 0.6), ("to typeof", 0.3), ("limit", 0.1)],
        "make-series" if !has("on") => &[("on", 0.7), ("default", 0.3)],
        "make-series" if !has("from") => &[("from", 0.5), ("in range", 0.2), ("step", 0.3)],
        "make-series" if !has("to") => &[("to", 0.6), ("step", 0.3)],
        "range" if !has("from") => &[("from", 0.9)],
        "range" if !has("to") => &[("to", 0.9)],
        "make-series" | "range" if !has("step") => &[("step", 0.9)],
        "sample-distinct" | "top-hitters" | "top-nested" if !has("of") => &[("of", 0.9)],
        "top-nested" => &[("by", 0.8), ("with others", 0.1)],
        "facet" | "render" | "reduce" | "scan" | "parse-kv" if !has("with") => &[("with", 0.8)],
        "find" if !has("where") => &[("where", 0.8), ("in", 0.2)],
        "find" if !has("project") => &[("project", 0.7), ("project-smart", 0.2)],
        "search" => &[("in", 0.2)],
        _ => &[],
    }
}
