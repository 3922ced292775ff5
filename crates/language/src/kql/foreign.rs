//! Words of other languages, with what KQL has in their place: the one table that the parser's slips, the binder and
//! docs/kql-words.md share. A test writes that page from the table.

/// How a call of another language is written in KQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Under another name with the same arguments, of which there are at least and at most so many.
    Renamed(usize, usize),
    /// As this text says, in which `{0}` and `{1}` are the arguments, of which there are just so many.
    Written(&'static str, usize),
    /// In another way, which this sentence tells; nothing but a person can rewrite it.
    Otherwise(&'static str),
}

/// Words of other languages that KQL has one word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The words in lower case, by which a call is known in any case.
    pub words: &'static [&'static str],
    /// What KQL has in their place.
    pub kql: &'static str,
    /// How it is written.
    pub rewrite: Rewrite,
}

const fn renamed(words: &'static [&'static str], kql: &'static str, least: usize, most: usize) -> Foreign {
    Foreign { words, kql, rewrite: Rewrite::Renamed(least, most) }
}

const fn written(
    words: &'static [&'static str],
    kql: &'static str,
    template: &'static str,
    args: usize,
) -> Foreign {
    Foreign { words, kql, rewrite: Rewrite::Written(template, args) }
}

const fn otherwise(words: &'static [&'static str], kql: &'static str, note: &'static str) -> Foreign {
    Foreign { words, kql, rewrite: Rewrite::Otherwise(note) }
}

/// The charts that `render` draws.
pub const CHARTS: &[&str] = &[
    "barchart",
    "piechart",
    "ladderchart",
    "timechart",
    "linechart",
    "anomalychart",
    "pivotchart",
    "areachart",
    "stackedareachart",
    "scatterchart",
    "timepivot",
    "columnchart",
    "timeline",
    "3Dchart",
    "card",
    "treemap",
    "plotly",
    "graph",
];

/// The kind of a join that other languages call by this word. `outer` is not here: it is a left one for some and a full one
/// for others.
pub(crate) fn join_kind(word: &str) -> Option<&'static str> {
    Some(match word {
        "left" => "leftouter",
        "right" => "rightouter",
        "full" => "fullouter",
        "semi" => "leftsemi",
        _ => return None,
    })
}

/// More arguments than any function takes.
const MANY: usize = 1000;

/// Functions and aggregates.
pub const FUNCTIONS: &[Foreign] = &[
    renamed(&["if", "ifelse"], "iff", 3, 3),
    renamed(&["len", "length", "char_length", "character_length", "strlength", "str_len"], "strlen", 1, 1),
    renamed(&["mvcount", "array_size", "cardinality", "array_count"], "array_length", 1, 1),
    renamed(&["concat", "concatenate", "str_concat"], "strcat", 1, MANY),
    renamed(&["concat_ws"], "strcat_delim", 2, MANY),
    renamed(&["lower", "lcase", "to_lower", "lowercase", "tolowercase"], "tolower", 1, 1),
    renamed(&["upper", "ucase", "to_upper", "uppercase", "touppercase"], "toupper", 1, 1),
    renamed(&["nvl", "ifnull", "if_null"], "coalesce", 2, 2),
    renamed(&["str", "to_string", "to_char", "to_varchar", "tostr"], "tostring", 1, 1),
    renamed(&["to_int", "tointeger", "parseint", "parse_int"], "toint", 1, 1),
    renamed(&["tonumber", "to_number", "tofloat", "to_float", "to_double"], "todouble", 1, 1),
    renamed(&["tobigint", "to_bigint", "to_long"], "tolong", 1, 1),
    renamed(&["to_bool", "to_boolean"], "tobool", 1, 1),
    renamed(
        &["to_date", "todate", "to_timestamp", "to_datetime", "strptime", "parse_date"],
        "todatetime",
        1,
        1,
    ),
    renamed(&["from_unixtime", "unix_to_datetime", "fromunixtime"], "unixtime_seconds_todatetime", 1, 1),
    renamed(&["dateadd", "date_add"], "datetime_add", 3, 3),
    renamed(&["power"], "pow", 2, 2),
    renamed(&["ceil"], "ceiling", 1, 1),
    renamed(&["ln"], "log", 1, 1),
    renamed(&["greatest"], "max_of", 2, MANY),
    renamed(&["least"], "min_of", 2, MANY),
    renamed(&["md5"], "hash_md5", 1, 1),
    renamed(&["sha1"], "hash_sha1", 1, 1),
    renamed(&["sha256", "sha2"], "hash_sha256", 1, 1),
    renamed(&["urldecode"], "url_decode", 1, 1),
    renamed(&["urlencode"], "url_encode", 1, 1),
    renamed(&["base64decode", "base64_decode", "from_base64"], "base64_decode_tostring", 1, 1),
    renamed(&["base64encode", "base64_encode", "to_base64"], "base64_encode_tostring", 1, 1),
    renamed(&["lag"], "prev", 1, 3),
    renamed(&["lead"], "next", 1, 3),
    renamed(&["is_not_empty"], "isnotempty", 1, 1),
    renamed(&["is_empty"], "isempty", 1, 1),
    renamed(&["is_null"], "isnull", 1, 1),
    renamed(&["is_not_null"], "isnotnull", 1, 1),
    renamed(&["json_parse", "from_json", "tojson", "json"], "parse_json", 1, 1),
    renamed(&["values"], "make_set", 1, 1),
    renamed(&["collect_set", "array_agg_distinct"], "make_set", 1, 1),
    renamed(&["list", "array_agg", "collect_list", "collect"], "make_list", 1, 1),
    renamed(&["mean", "average"], "avg", 1, 1),
    renamed(&["stddev", "std_dev", "stddev_samp", "std"], "stdev", 1, 1),
    renamed(&["stddev_pop"], "stdevp", 1, 1),
    renamed(&["var", "var_samp"], "variance", 1, 1),
    renamed(
        &["countdistinct", "distinct_count", "distinctcount", "approx_count_distinct", "uniq", "dc"],
        "dcount",
        1,
        1,
    ),
    renamed(&["count_if"], "countif", 1, 1),
    renamed(&["sum_if"], "sumif", 2, 2),
    renamed(&["any_value"], "take_any", 1, 1),
    written(&["median", "p50", "perc50"], "percentile", "percentile({0}, 50)", 1),
    written(&["p75", "perc75"], "percentile", "percentile({0}, 75)", 1),
    written(&["p90", "perc90"], "percentile", "percentile({0}, 90)", 1),
    written(&["p95", "perc95"], "percentile", "percentile({0}, 95)", 1),
    written(&["p99", "perc99"], "percentile", "percentile({0}, 99)", 1),
    written(
        &["getdate", "current_timestamp", "sysdate", "sysdatetime", "getutcdate", "utcnow", "localtime"],
        "now",
        "now()",
        0,
    ),
    written(&["today", "current_date", "curdate"], "startofday", "startofday(now())", 0),
    written(&["left"], "substring", "substring({0}, 0, {1})", 2),
    written(&["uuid"], "new_guid", "new_guid()", 0),
    otherwise(
        &["substr"],
        "substring",
        "`substr` counts from 1 in SQL, `substring` from 0: `substring(text, start - 1, length)`.",
    ),
    otherwise(
        &["mid"],
        "substring",
        "`mid` counts from 1, `substring` from 0: `substring(text, start - 1, length)`.",
    ),
    otherwise(&["right"], "substring", "Use `substring(text, strlen(text) - length)`."),
    otherwise(
        &["instr", "charindex", "strpos", "locate", "position", "index_of", "find"],
        "indexof",
        "`indexof(text, part)` counts from 0 and returns -1 if nothing is found; SQL counts from 1 and returns 0.",
    ),
    otherwise(
        &["datediff", "date_diff", "timestampdiff", "dateddiff"],
        "datetime_diff",
        "`datetime_diff(\"day\", later, earlier)` expects the dates in the reverse order of SQL's `datediff`.",
    ),
    otherwise(
        &["date_trunc", "datetrunc", "trunc_date"],
        "bin",
        "Use `bin(time, 1d)`, or `startofday(time)`, `startofmonth(time)` and so on.",
    ),
    otherwise(&["date_part", "extract_part"], "datetime_part", "Use `datetime_part(\"hour\", time)`."),
    renamed(&["year"], "getyear", 1, 1),
    renamed(&["month"], "monthofyear", 1, 1),
    renamed(&["day"], "dayofmonth", 1, 1),
    renamed(&["hour"], "hourofday", 1, 1),
    otherwise(
        &["strftime", "date_format", "format_date"],
        "format_datetime",
        "Use `format_datetime(time, \"yyyy-MM-dd HH:mm\")`, whose format specifiers differ.",
    ),
    otherwise(
        &["regexp_extract", "regex_extract", "rex"],
        "extract",
        "Use `extract(regex, group, text)`: the expression comes first.",
    ),
    otherwise(
        &["regexp_like", "regex_match", "rlike", "regexp_matches", "regexmatch"],
        "matches regex",
        "Use the operator `text matches regex \"...\"`.",
    ),
    otherwise(
        &["regexp_replace", "regex_replace"],
        "replace_regex",
        "Use `replace_regex(text, regex, replacement)`.",
    ),
    otherwise(
        &["ltrim", "lstrip"],
        "trim_start",
        "Use `trim_start(@\"\\s+\", text)`: KQL needs to know what to trim.",
    ),
    otherwise(
        &["rtrim", "rstrip"],
        "trim_end",
        "Use `trim_end(@\"\\s+\", text)`: KQL needs to know what to trim.",
    ),
    otherwise(&["strip"], "trim", "Use `trim(@\"\\s+\", text)`: KQL needs to know what to trim."),
    otherwise(
        &["cidrmatch", "cidr_match", "ip_in_range"],
        "ipv4_is_in_range",
        "Use `ipv4_is_in_range(address, \"10.0.0.0/8\")`: the address comes first.",
    ),
    otherwise(
        &["json_extract", "get_json_object", "json_value", "spath"],
        "parse_json",
        "Use `tostring(parse_json(text).key)`.",
    ),
    otherwise(
        &["string_agg", "group_concat", "listagg"],
        "strcat_array",
        "Use `strcat_array(make_list(column), \",\")`.",
    ),
    otherwise(
        &["mode"],
        "count",
        "KQL has no `mode`: count each value with `summarize count() by`, then use `top 1 by count_`.",
    ),
    otherwise(
        &["nullif"],
        "iff",
        "Use `iff(a == b, dynamic(null), a)` with a null of the right type, such as `int(null)`.",
    ),
    otherwise(&["decode"], "case", "Use `case(value == a, x, value == b, y, z)`."),
    otherwise(
        &["cast", "convert", "try_cast"],
        "tostring",
        "Use `tostring(...)`, `toint(...)`, `todatetime(...)` and so on.",
    ),
    otherwise(&["unnest", "explode", "flatten"], "mv-expand", "Use the operator `| mv-expand column`."),
    renamed(
        &["isnotnullorempty", "isnotemptyornull", "isnotblank", "isnotnullorwhitespace"],
        "isnotempty",
        1,
        1,
    ),
    renamed(&["isnullorempty", "isemptyornull", "isblank", "isnullorwhitespace"], "isempty", 1, 1),
    renamed(&["avg_if", "averageif"], "avgif", 2, 2),
    renamed(&["dcount_if", "count_distinct_if"], "dcountif", 2, 2),
    renamed(&["min_if"], "minif", 2, 2),
    renamed(&["max_if"], "maxif", 2, 2),
    renamed(&["mvjoin", "array_join"], "strcat_array", 2, 2),
    renamed(&["mvappend", "array_append", "array_merge"], "array_concat", 2, MANY),
    renamed(&["mvsort", "array_sort"], "array_sort_asc", 1, 1),
    renamed(&["array_contains", "list_contains"], "set_has_element", 2, 2),
    renamed(&["replace_all"], "replace_string", 3, 3),
    renamed(&["iplocation", "geoip"], "geo_info_from_ip_address", 1, 1),
    renamed(&["urlparse", "parse_uri"], "parse_url", 1, 1),
    renamed(&["time_bucket", "date_bin"], "bin", 2, 2),
    written(&["mvdedup"], "set_union", "set_union({0}, dynamic([]))", 1),
    written(&["mvindex"], "array_slice", "array_slice({0}, {1}, {1})[0]", 2),
    written(&["random"], "rand", "rand()", 0),
    otherwise(
        &["distinct", "unique"],
        "make_set",
        "Use `make_set(column)` for the values, `dcount(column)` for their number, or the operator `distinct`.",
    ),
    otherwise(
        &["like", "ilike"],
        "matches regex",
        "Use the operators `contains`, `startswith` or `matches regex`.",
    ),
    otherwise(
        &["match", "searchmatch"],
        "matches regex",
        "Use the operator `text matches regex \"...\"`, or `text == \"...\"`.",
    ),
    otherwise(&["relative_time"], "ago", "Use `ago(1d)`, or `datetime_add(\"day\", -1, time)`."),
    otherwise(
        &["printf", "sprintf", "format", "format_string"],
        "strcat",
        "Use `strcat(\"text\", column)`: KQL has no format strings.",
    ),
    otherwise(
        &["str_replace"],
        "replace_string",
        "Use `replace_string(text, old, new)`: the text comes first.",
    ),
    otherwise(&["switch"], "case", "Use `case(condition, value, ..., otherwise)`."),
    otherwise(&["starts_with"], "indexof", "Use the operator `text startswith \"...\"`."),
    otherwise(&["ends_with"], "indexof", "Use the operator `text endswith \"...\"`."),
    otherwise(
        &["first_value", "first"],
        "arg_min",
        "Use `arg_min(TimeGenerated, column)`, or `take_any(column)`.",
    ),
    otherwise(
        &["last_value", "last"],
        "arg_max",
        "Use `arg_max(TimeGenerated, column)`, or `take_any(column)`.",
    ),
    otherwise(
        &["truncate", "trunc"],
        "bin",
        "Use `bin(value, 1)` for whole numbers, or `round(value, digits)`.",
    ),
    otherwise(
        &["startswith_any", "endswith_any", "contains_any"],
        "matches regex",
        "Combine several comparisons with `or`, or use `matches regex`.",
    ),
];

/// Operators between two values.
pub const OPERATORS: &[(&str, &str)] = &[
    ("startswith_any", "several `startswith` combined with `or`, or `matches regex`"),
    ("endswith_any", "several `endswith` combined with `or`, or `matches regex`"),
    ("hasprefix_any", "several `hasprefix` combined with `or`, or `matches regex`"),
    ("hassuffix_any", "several `hassuffix` combined with `or`, or `matches regex`"),
    ("contains_any", "`has_any`, or several `contains` combined with `or`"),
    ("contains_all", "`has_all`, or several `contains` combined with `and`"),
    ("in_any", "`in`, or `has_any`"),
    ("equals", "`==`, or `=~` in any case"),
    ("eq", "`==`, or `=~` in any case"),
    ("ne", "`!=`"),
    ("neq", "`!=`"),
    ("ilike", "`contains`, or `matches regex`"),
    ("rlike", "`matches regex`"),
    ("regexp", "`matches regex`"),
    ("matches_regex", "`matches regex`"),
    ("includes", "`has` or `contains`"),
    ("xor", "`!=` between two conditions"),
];

/// The types that `cast(x as type)` names, with the functions that convert to them.
pub(crate) const CASTS: &[(&[&str], &str)] = &[
    (&["string", "varchar", "nvarchar", "char", "text", "str"], "tostring"),
    (&["int", "integer", "int32", "smallint"], "toint"),
    (&["long", "bigint", "int64"], "tolong"),
    (&["real", "double", "float"], "todouble"),
    (&["decimal", "numeric"], "todecimal"),
    (&["bool", "boolean", "bit"], "tobool"),
    (&["datetime", "date", "timestamp", "datetime2"], "todatetime"),
    (&["timespan", "time", "interval"], "totimespan"),
    (&["guid", "uuid", "uniqueidentifier"], "toguid"),
    (&["dynamic", "json"], "todynamic"),
];

/// What KQL has for a function of another language, whose name may be in any case.
pub fn function(name: &str) -> Option<&'static Foreign> {
    let lower = name.to_ascii_lowercase();
    FUNCTIONS.iter().find(|foreign| foreign.words.contains(&lower.as_str()))
}

/// What KQL has for an operator of another language.
pub fn operator(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    OPERATORS.iter().find(|(foreign, _)| *foreign == lower).map(|(_, kql)| *kql)
}

/// The function that converts to a type by the name that it has in any language.
pub fn conversion(kind: &str) -> Option<&'static str> {
    let lower = kind.to_ascii_lowercase();
    CASTS.iter().find(|(kinds, _)| kinds.contains(&lower.as_str())).map(|(_, function)| *function)
}

/// The type of KQL that has another name in other languages.
pub fn type_name(kind: &str) -> Option<&'static str> {
    let name = conversion(kind)?.strip_prefix("to")?;
    Some(if name == "double" { "real" } else { name })
}

/// How a call with these arguments is written in KQL, in full, where nothing but the form changes.
pub fn rewritten(name: &str, args: &[&str]) -> Option<String> {
    if matches!(&*name.to_ascii_lowercase(), "date_trunc" | "datetrunc" | "trunc_date") {
        let [unit, time] = args else { return None };
        let unit = unit.trim_matches(['"', '\'']).to_ascii_lowercase();
        return Some(match unit.as_str() {
            "day" | "week" | "month" | "year" => format!("startof{unit}({time})"),
            "hour" => format!("bin({time}, 1h)"),
            "minute" => format!("bin({time}, 1m)"),
            "second" => format!("bin({time}, 1s)"),
            _ => return None,
        });
    }
    let foreign = function(name)?;
    if foreign.kql == "datetime_add" {
        // `dateadd(day, -1, now())`: the unit is a string.
        let [unit, rest @ ..] = args else { return None };
        let is_name = unit.bytes().all(|byte| byte.is_ascii_alphabetic());
        let unit = if is_name { format!("\"{}\"", unit.to_ascii_lowercase()) } else { (*unit).to_owned() };
        return (rest.len() == 2).then(|| format!("datetime_add({unit}, {})", rest.join(", ")));
    }
    match foreign.rewrite {
        Rewrite::Renamed(least, most) if (least..=most).contains(&args.len()) => {
            Some(format!("{}({})", foreign.kql, args.join(", ")))
        }
        Rewrite::Written(template, count) if count == args.len() => {
            let fill = |text: String, (at, arg): (usize, &&str)| text.replace(&format!("{{{at}}}"), arg);
            Some(args.iter().enumerate().fold(template.to_owned(), fill))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::builtins;

    #[test]
    fn no_word_of_the_language_is_foreign_and_what_replaces_a_word_is_of_the_language() {
        let known = |name: &str| builtins::function(name).is_some() || builtins::aggregate(name).is_some();
        let mut seen = Vec::new();
        for foreign in FUNCTIONS {
            for word in foreign.words {
                assert!(!known(word), "{word} is a function of KQL");
                assert!(!seen.contains(word), "{word} is there twice");
                seen.push(*word);
            }
            let operator = matches!(foreign.kql, "matches regex" | "mv-expand");
            assert!(known(foreign.kql) || operator, "{} is no function of KQL", foreign.kql);
        }
        assert!(CASTS.iter().all(|(_, function)| known(function)));
    }

    /// The page of the words, as docs/kql-words.md has it.
    fn page() -> String {
        let mut page = String::from(
            "# Keywords of other languages\n\nWhat SQL, Splunk, Python and others call otherwise than KQL does. \
             sentlint \
             names the word of KQL where it meets one of these, and offers a fix where nothing but the name or the form \
             changes.\n\n## Functions\n\n| other languages | KQL | |\n|---|---|---|\n",
        );
        for foreign in FUNCTIONS {
            let words: Vec<String> = foreign.words.iter().map(|word| format!("`{word}`")).collect();
            let how = match foreign.rewrite {
                Rewrite::Renamed(..) => "the same arguments".to_owned(),
                Rewrite::Written(template, _) => {
                    format!("`{}`", template.replace("{0}", "a").replace("{1}", "b"))
                }
                Rewrite::Otherwise(note) => note.to_owned(),
            };
            let how = how.replace('|', "\\|");
            page += &format!("| {} | `{}` | {how} |\n", words.join(", "), foreign.kql);
        }
        page += "\n## Operators\n\n| other languages | KQL |\n|---|---|\n";
        for (word, kql) in OPERATORS {
            page += &format!("| `{word}` | {kql} |\n");
        }
        page += "\n## Types of a cast\n\n| other languages | KQL |\n|---|---|\n";
        for (kinds, function) in CASTS {
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("`cast(a as {kind})`")).collect();
            page += &format!("| {} | `{function}(a)` |\n", kinds.join(", "));
        }
        page
    }

    #[test]
    fn the_page_of_the_words_is_that_of_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/kql-words.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            written.replace("\r\n", "\n"),
            page(),
            "UPDATE_DOCS=1 cargo test --lib foreign writes the page"
        );
    }

    #[test]
    fn calls_are_written_anew_where_only_the_form_changes() {
        assert_eq!(rewritten("LEN", &["a"]).as_deref(), Some("strlen(a)"));
        assert_eq!(rewritten("if", &["a", "b"]), None);
        assert_eq!(rewritten("median", &["a + 1"]).as_deref(), Some("percentile(a + 1, 50)"));
        assert_eq!(rewritten("date_trunc", &["\"day\"", "t"]).as_deref(), Some("startofday(t)"));
        assert_eq!(rewritten("datediff", &["'day'", "a", "b"]), None);
        assert_eq!(rewritten("getdate", &[]).as_deref(), Some("now()"));
        assert_eq!(operator("STARTSWITH_ANY").map(|kql| kql.contains("startswith")), Some(true));
        assert_eq!(conversion("VARCHAR"), Some("tostring"));
    }
}
