//! Resources as a Bicep file: extension resources of a workspace that is there already.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::arm::{Resource, WORKSPACE};
use super::sums::{BLANK, with_sum};
use crate::knowledge::limits;

/// The first line of every file, by which sentlint knows its own.
const MARK: &str = "// Made by sentlint";

/// What stands before the sum in that line or the next.
pub(super) const SUM_START: &str = "\n// Sum of the rest: ";

/// The name that stands for the workspace inside a file.
const SCOPE: &str = "logAnalytics";

/// Whether a text is a Bicep file with our mark.
pub(super) fn is_own(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').starts_with(MARK)
}

/// A Bicep file with one parameter, `workspace`. `from` names what it was made from. With `providers` rules are
/// written as children of the workspace, which is the only form that Sentinel Repositories deploys.
pub fn bicep(resources: &[Resource], from: Option<&str>, providers: bool) -> String {
    let mut out = head(from);
    let _ = write!(out, "\n\n@description({})\nparam workspace string\n", string(WORKSPACE));
    if !providers || resources.iter().any(|resource| !resource.is_rule()) {
        let api = limits::WORKSPACES_API;
        let _ = write!(
            out,
            "\nresource {SCOPE} 'Microsoft.OperationalInsights/workspaces@{api}' existing = {{\n  name: workspace\n}}\n"
        );
    }
    let mut symbols = BTreeSet::from(["workspace".to_owned(), SCOPE.to_lowercase()]);
    for resource in resources {
        let symbol = symbol(resource, &mut symbols);
        let _ = write!(out, "\n{}", declaration(resource, &symbol, providers));
    }
    with_sum(&out, SUM_START)
}

/// The lines by which sentlint knows its own file, with a blank sum. `from` names what it was made from.
pub(super) fn head(from: Option<&str>) -> String {
    let mut out = String::from(MARK);
    if let Some(from) = from {
        // A name cannot end the comment: line breaks in file names exist.
        let plain: String = from.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = write!(out, " from {plain}");
    }
    let _ = write!(out, "{SUM_START}{BLANK}");
    out
}

fn declaration(resource: &Resource, symbol: &str, providers: bool) -> String {
    let api = &resource.api_version;
    let id = string(&resource.id);
    let mut out = match (resource.is_rule(), providers) {
        (true, false) => format!(
            "resource {symbol} 'Microsoft.SecurityInsights/alertRules@{api}' = {{\n  scope: {SCOPE}\n  name: {id}\n"
        ),
        (true, true) => format!(
            "resource {symbol} 'Microsoft.OperationalInsights/workspaces/providers/alertRules@{api}' = {{\n  name: \
             '${{workspace}}/Microsoft.SecurityInsights/{}\n",
            &id[1..]
        ),
        (false, _) => format!(
            "resource {symbol} 'Microsoft.OperationalInsights/workspaces/savedSearches@{api}' = {{\n  parent: \
             {SCOPE}\n  name: {id}\n"
        ),
    };
    if let Some(kind) = resource.kind() {
        let _ = writeln!(out, "  kind: {}", string(kind));
    }
    out.push_str("  properties: ");
    let mut properties = String::new();
    value(&mut properties, &resource.properties(), 1);
    if !resource.is_rule() {
        // Bicep's types have the etag nowhere, and the service takes it inside the properties.
        properties = properties.replacen("{\n    eTag:", "{\n    #disable-next-line BCP037\n    eTag:", 1);
    }
    out.push_str(&properties);
    out.push_str("\n}\n");
    out
}

/// A name for a resource inside the file: its display name in camel case with its kind after it, which also keeps
/// it apart from Bicep's own words.
fn symbol(resource: &Resource, taken: &mut BTreeSet<String>) -> String {
    let mut name = String::new();
    for word in resource.display_name().split(|c: char| !c.is_ascii_alphanumeric()) {
        let (first, rest) = word.split_at(word.len().min(1));
        if name.is_empty() {
            name.push_str(&word.to_ascii_lowercase());
        } else if name.len() + word.len() <= 60 {
            name.push_str(&first.to_ascii_uppercase());
            name.push_str(&rest.to_ascii_lowercase());
        } else {
            break;
        }
    }
    name.truncate(60);
    let kind = if resource.is_rule() { "Rule" } else { "Query" };
    let name = match name.chars().next() {
        None => kind.to_ascii_lowercase(),
        Some(first) if first.is_ascii_digit() => format!("{}{name}", kind.to_ascii_lowercase()),
        Some(_) => format!("{name}{kind}"),
    };
    let numbered = (2..).map(|n| format!("{name}{n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
    free.unwrap_or(name)
}

/// Writes a value that stands at a depth.
pub(super) fn value(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) => object(out, map, depth),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                indent(out, depth + 1);
                self::value(out, item, depth + 1);
            }
            close(out, ']', items.is_empty(), depth);
        }
        Value::String(text) => out.push_str(&text_literal(text)),
        Value::Number(number) if number.is_i64() => {
            let _ = write!(out, "{number}");
        }
        // Bicep has whole numbers only.
        Value::Number(number) => {
            let _ = write!(out, "json('{number}')");
        }
        Value::Bool(truth) => {
            let _ = write!(out, "{truth}");
        }
        Value::Null => out.push_str("null"),
    }
}

fn object(out: &mut String, map: &Map<String, Value>, depth: usize) {
    out.push('{');
    for (key, value) in map {
        indent(out, depth + 1);
        let mut chars = key.chars();
        let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !matches!(key.as_str(), "true" | "false" | "null");
        out.push_str(&if plain { key.clone() } else { string(key) });
        out.push_str(": ");
        self::value(out, value, depth + 1);
    }
    close(out, '}', map.is_empty(), depth);
}

fn indent(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn close(out: &mut String, bracket: char, empty: bool, depth: usize) {
    if !empty {
        indent(out, depth);
    }
    out.push(bracket);
}

/// A text of several lines stands as it is between three quotes, where it can: nothing is escaped there, so that
/// three quotes inside, one at the end, and unprintable characters need the one-line form.
fn text_literal(text: &str) -> String {
    let raw = text.contains('\n')
        && !text.contains("'''")
        && !text.ends_with('\'')
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    // The line break after the opening quotes is not part of the text.
    if raw { format!("'''\n{text}'''") } else { string(text) }
}

/// A text in single quotes. Two things are written as numbers though Bicep would not ask for it, because readers in
/// wide use, such as those of editors, stumble over them: slashes that could begin a comment at the start of the text
/// or after an escape, and a backslash at the end.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    let mut rest = text.chars().peekable();
    let mut plain = false;
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let escape = match c {
            '\\' if next.is_some() => "\\\\".to_owned(),
            '\'' => "\\'".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '$' if next == Some('{') => "\\$".to_owned(),
            '/' if !plain && matches!(next, Some('/' | '*')) => "\\u{2f}".to_owned(),
            c if c.is_control() || c == '\\' => format!("\\u{{{:x}}}", u32::from(c)),
            _ => String::new(),
        };
        plain = escape.is_empty();
        if plain {
            out.push(c);
        } else {
            out.push_str(&escape);
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::super::arm::{Body, SavedSearch};
    use super::*;

    fn query(id: &str, name: &str, query: &str) -> Resource {
        let body = Body::SavedSearch(SavedSearch {
            e_tag: "*",
            display_name: name.into(),
            category: "Hunting Queries",
            query: query.into(),
            version: 2,
            tags: Vec::new(),
        });
        Resource { id: id.into(), api_version: "2025-07-01".into(), body }
    }

    #[test]
    fn lines_stand_between_three_quotes_where_nothing_needs_an_escape() {
        assert_eq!(text_literal("a\nb ${c} \\d 'e'\n"), "'''\na\nb ${c} \\d 'e'\n'''");
        assert_eq!(text_literal("one line"), "'one line'");
        assert_eq!(text_literal("a\nb = 'c'"), r"'a\nb = \'c\''");
        assert_eq!(text_literal("a = '''\nb\n'''\n"), r"'a = \'\'\'\nb\n\'\'\'\n'");
        assert_eq!(text_literal("a\r\nb"), r"'a\r\nb'");
    }

    #[test]
    fn what_bicep_would_read_otherwise_is_escaped() {
        assert_eq!(string(r"C:\x ${y} $z it's"), r"'C:\\x \${y} $z it\'s'");
        assert_eq!(string("// a"), r"'\u{2f}/ a'");
        assert_eq!(string("a\n//b //c \\"), r"'a\n\u{2f}/b //c \u{5c}'");
        assert_eq!(string("a\u{7}\tb"), r"'a\u{7}\tb'");
    }

    /// What Bicep reads from a literal, by its own rules.
    fn read(literal: &str) -> Option<String> {
        if let Some(body) = literal.strip_prefix("'''").and_then(|rest| rest.strip_suffix("'''")) {
            let ends_early = body.contains("'''") || body.ends_with('\'');
            return (!ends_early).then(|| body.strip_prefix('\n').unwrap_or(body).to_owned());
        }
        let mut chars = literal.strip_prefix('\'')?.strip_suffix('\'')?.chars().peekable();
        let mut out = String::new();
        while let Some(c) = chars.next() {
            let evaluated = c == '$' && chars.peek() == Some(&'{');
            if evaluated || c == '\'' || c == '\n' {
                return None;
            }
            out.push(match c {
                '\\' => match chars.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => {
                        let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                        char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                    }
                    same @ ('\\' | '\'' | '$') => same,
                    _ => return None,
                },
                c => c,
            });
        }
        Some(out)
    }

    proptest::proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        #[test]
        fn every_text_is_read_as_it_is_meant(text in "[a\\\\'\n\r\t${}/*\u{1}\u{e9}]{0,12}") {
            proptest::prop_assert_eq!(read(&text_literal(&text)), Some(text));
        }
    }

    #[test]
    fn symbols_are_legal_and_unique() {
        let names = ["Relay - connection", "relay Connection", "2 tools", "\u{4e2d}", "workspace", "if"];
        let mut taken = BTreeSet::from(["workspace".to_owned()]);
        let symbols: Vec<String> =
            names.iter().map(|name| symbol(&query("x", name, "T"), &mut taken)).collect();
        assert_eq!(
            symbols,
            [
                "relayConnectionQuery",
                "relayConnectionQuery2",
                "query2Tools",
                "query",
                "workspaceQuery",
                "ifQuery"
            ]
        );
        let long = symbol(&query("x", &"word ".repeat(60), "T"), &mut taken);
        assert!(long.len() <= 70, "{long}");
    }

    #[test]
    fn a_file_has_a_mark_and_a_place_for_odd_keys() {
        let text = bicep(&[query("it's", "A", "T\n| take 1\n")], Some("a\nb.yaml"), false);
        assert!(is_own(&text) && text.starts_with("// Made by sentlint from a b.yaml\n"), "{text}");
        assert!(text.contains("  name: 'it\\'s'\n"), "{text}");
        let mut out = String::new();
        value(&mut out, &serde_json::json!({"a b": [1, 1.5], "ok": {"true": true}}), 0);
        assert_eq!(out, "{\n  'a b': [\n    1\n    json('1.5')\n  ]\n  ok: {\n    'true': true\n  }\n}");
    }
}
