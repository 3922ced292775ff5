//! Which language a query is written in, as far as a glance tells: YAML of other tools has queries too.

use crate::kql::{TokenKind, tokenize};

/// The language of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// The Kusto query language.
    Kql,
    /// Another one.
    Other,
    /// It is not known.
    Unclear,
}

/// What may follow a pipe in KQL and follows none, or means another thing, in other languages with pipes.
const OPERATORS: [&str; 32] = [
    "where",
    "filter",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "extend",
    "summarize",
    "join",
    "union",
    "take",
    "limit",
    "top",
    "sort",
    "order",
    "distinct",
    "count",
    "mv-expand",
    "mvexpand",
    "mv-apply",
    "parse",
    "parse-where",
    "evaluate",
    "render",
    "lookup",
    "make-series",
    "invoke",
    "sample",
    "serialize",
    "getschema",
    "search",
];
/// What follows a pipe in Splunk, Elastic or Loki and never in KQL.
const OTHER_OPERATORS: [&str; 14] = [
    "stats",
    "eval",
    "table",
    "rex",
    "fields",
    "rename",
    "dedup",
    "spath",
    "tstats",
    "keep",
    "dissect",
    "json",
    "logfmt",
    "line_format",
];
/// How queries of other languages begin, in lower case.
const OTHER_STARTS: [&str; 14] = [
    "{",
    "<",
    "$",
    "select ",
    "select\n",
    "with ",
    "from ",
    "from:",
    "index=",
    "index =",
    "source=",
    "sourcetype=",
    "search index",
    "event_simpleName=",
];

/// The language of a text.
pub(super) fn language(text: &str) -> Language {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let tokens = tokenize(text).0;
    let Some(first) = tokens.first().filter(|token| token.kind != TokenKind::EndOfText) else {
        return Language::Unclear;
    };
    let body = &text[first.span.start as usize..];
    let lower = body[..body.floor_char_boundary(20)].to_ascii_lowercase();
    if OTHER_STARTS.iter().any(|start| lower.starts_with(start)) {
        return Language::Other;
    }
    let after_pipe = |token: &crate::kql::Token| {
        let rest = text[token.span.end as usize..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
        &rest[..end.unwrap_or(rest.len())]
    };
    let words = || tokens.iter().filter(|token| token.kind == TokenKind::Pipe).map(after_pipe);
    if words().any(|word| OTHER_OPERATORS.contains(&word)) {
        return Language::Other;
    }
    let begins_like_kql = match first.kind {
        TokenKind::Identifier => body.starts_with(|c: char| c.is_ascii_uppercase() || c == '_'),
        TokenKind::OpenParen | TokenKind::OpenBracket => true,
        kind => kind.is_keyword() && STATEMENTS.contains(&kind.text()),
    };
    let is_table = first.kind == TokenKind::Identifier && tokens.len() == 2;
    if begins_like_kql && (is_table || words().any(|word| OPERATORS.contains(&word))) {
        Language::Kql
    } else {
        Language::Unclear
    }
}

/// The keywords that a query may begin with.
const STATEMENTS: [&str; 10] =
    ["let", "union", "find", "search", "datatable", "print", "range", "externaldata", "materialize", "set"];

/// More of a query tells nothing new.
const LONGEST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_of_other_tools_are_distinguished() {
        for (text, expected) in [
            ("SigninLogs\n| where ResultType == 0", Language::Kql),
            ("// failed\nlet a = 1d;\nSigninLogs | where x > a", Language::Kql),
            ("union A, B | take 1", Language::Kql),
            ("SigninLogs", Language::Kql),
            ("SELECT * FROM users;", Language::Other),
            ("{ viewer { login } }", Language::Other),
            ("index=main sourcetype=x | stats count by src", Language::Other),
            ("Alerts | stats count by src", Language::Other),
            ("from logs-* | where a == 1 | limit 1", Language::Other),
            ("{app=\"x\"} |= \"error\" | json", Language::Other),
            ("rate(http_requests_total[5m])", Language::Unclear),
            ("users", Language::Unclear),
            ("", Language::Unclear),
            ("# nothing", Language::Unclear),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }
}
