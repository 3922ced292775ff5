//! The results of every function and operator for arguments of every type, and what is said where they do not fit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::pinned::Devices;
use super::*;
use crate::kql::builtins::{self, Builtin};

/// Columns of every type, each called by a letter.
const SOURCE: &str = "datatable(s: string, n: int, l: long, r: real, c: decimal, d: dynamic, t: datetime, \
                      p: timespan, b: bool, g: guid)[]";
const LETTERS: [&str; 10] = ["s", "n", "l", "r", "c", "d", "t", "p", "b", "g"];
/// Those that are tried two by two.
const OFTEN: [&str; 6] = ["s", "l", "r", "d", "t", "p"];
/// Values that are known without a row.
const LITERALS: [&str; 8] =
    ["\"ab\"", "5", "-1.5", "dynamic([1, 2])", "datetime(2024-02-29)", "1h", "true", "\"day\""];

/// What each of some expressions comes to, grouped: its type or what is said of it, with the expressions.
fn results(before: &str, each: &[(String, String)]) -> String {
    let mut text = before.to_owned();
    let mut ends = Vec::new();
    for (at, (_, expr)) in each.iter().enumerate() {
        let _ = write!(text, "{}x{at} = {expr}", if at == 0 { "" } else { ", " });
        ends.push(text.len());
    }
    let parsed = parse(&text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    let model = analyze(&text, &parsed, &Devices(CatalogId::fresh()), &[]);
    let mut said: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for finding in &model.findings {
        let at = ends.partition_point(|end| *end <= finding.span.start as usize);
        let mut told = finding.message.clone();
        if let Some(help) = &finding.help {
            let _ = write!(told, " ({help})");
        }
        said.entry(at).or_default().push(told);
    }
    let result = model.result.clone().unwrap_or_default();
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (at, (shown, _)) in each.iter().enumerate() {
        let name = format!("x{at}");
        let kind = result.columns.get(&name).map_or("-", |column| column.kind.name());
        let told = said.get(&at).map_or(String::new(), |said| format!(" ! {}", said.join("; ")));
        groups.entry(format!("{kind}{told}")).or_default().push(shown);
    }
    groups
        .iter()
        .fold(String::new(), |out, (told, exprs)| out + "    " + told + " <- " + &exprs.join(" ") + "\n")
}

/// Lists of arguments that are worth a try.
fn lists(builtin: &Builtin) -> Vec<Vec<&'static str>> {
    let takes = |count: usize| builtin.signatures.iter().any(|own| (own.least..=own.most).contains(&count));
    let mut lists = vec![Vec::new()];
    let some = (1..=6).find(|count| takes(*count)).unwrap_or(1);
    lists.extend(LETTERS.iter().map(|letter| vec![*letter; some]));
    for count in 2..=6 {
        if count == 2 && takes(2) {
            lists.extend(OFTEN.iter().flat_map(|one| OFTEN.iter().map(|two| vec![*one, *two])));
        } else if takes(count) && count != some {
            lists.extend(OFTEN.iter().map(|letter| vec![*letter; count]));
            // The first differs from the others, which often say how.
            lists.extend(OFTEN.iter().filter(|letter| **letter != "s").map(|letter| {
                let mut list = vec!["s"; count];
                list[0] = letter;
                list
            }));
        }
    }
    lists.push(vec!["s"; 7]);
    lists
}

fn calls(builtin: &Builtin) -> Vec<(String, String)> {
    let call = |list: Vec<&str>| (list.join(","), format!("{}({})", builtin.name, list.join(", ")));
    lists(builtin).into_iter().map(call).map(|(list, call)| (format!("({list})"), call)).collect()
}

pub(super) fn pin(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

/// A message without the name of the function and the types of the arguments, which the group tells.
fn general(told: &str, name: &str) -> String {
    let cut = |told: &str, from: &str| {
        let Some((before, rest)) = told.split_once(from) else { return told.to_owned() };
        format!("{before}{}", rest.find(" (").map_or("", |at| &rest[at..]))
    };
    let told = cut(&cut(told, ", got"), "cannot be called with `");
    told.replace(&format!("`{name}`"), "it").replace(&format!("`{name}("), "`it(")
}

/// The results of functions, those with the same results together.
fn table(functions: impl Iterator<Item = &'static Builtin>, operator: &str) -> String {
    let mut same: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for builtin in functions {
        let found = results(&format!("{SOURCE} | {operator} "), &calls(builtin));
        let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for line in found.lines() {
            let (told, lists) = line.rsplit_once(" <- ").unwrap();
            groups.entry(general(told, builtin.name)).or_default().extend(lists.split(' '));
        }
        let text = groups.iter().fold(String::new(), |out, (told, lists)| {
            let mut lists = lists.clone();
            lists.sort_unstable();
            lists.dedup();
            out + told + " <- " + &lists.join(" ") + "\n"
        });
        same.entry(text).or_default().push(builtin.name);
    }
    let mut same: Vec<(Vec<&str>, String)> = same.into_iter().map(|(text, names)| (names, text)).collect();
    same.sort();
    same.iter().fold(String::new(), |out, (names, text)| out + &names.join(" ") + "\n" + text)
}

#[test]
fn results_of_functions() {
    pin("results_of_functions", &table(builtins::functions(), "extend"));
}

#[test]
fn results_of_aggregates() {
    pin("results_of_aggregates", &table(builtins::aggregates(), "summarize"));
}

#[test]
fn results_of_operators() {
    let mut out = String::new();
    let operators = [
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "=~",
        "!~",
        "has",
        "!contains",
        "startswith_cs",
        "hasprefix",
        "matches regex",
        "like",
        "and",
        "or",
    ];
    for operator in operators {
        let each = LETTERS.iter().flat_map(|left| {
            LETTERS.iter().map(move |right| (format!("{left},{right}"), format!("{left} {operator} {right}")))
        });
        let each: Vec<(String, String)> = each.collect();
        let _ = writeln!(out, "{operator}\n{}", results(&format!("{SOURCE} | extend "), &each).trim_end());
    }
    for form in [
        "- @",
        "@ in (s)",
        "@ in (l)",
        "@ in (t, 1)",
        "@ in~ (\"x\", 5)",
        "@ !in (d)",
        "@ between (s .. s)",
        "@ between (l .. r)",
        "@ between (t .. 1h)",
        "@ between (t .. t)",
        "@ has_any (\"x\", 1)",
        "@ has_all (d)",
        "@.x",
        "@[0]",
        "@[\"x\"]",
        "@[l]",
        "@ > 1h",
        "@ == 1",
        "@ == \"x\"",
        "@ + 1",
        "1 - @",
        "iff(@ == 1, @, 1)",
    ] {
        let each = LETTERS.map(|letter| (letter.to_owned(), form.replace('@', letter)));
        let _ = writeln!(out, "{form}\n{}", results(&format!("{SOURCE} | extend "), &each).trim_end());
    }
    pin("results_of_operators", &out);
}

/// The names that columns without one get.
#[test]
fn names_of_results() {
    let mut out = String::new();
    let all = builtins::functions().map(|builtin| (builtin, "extend"));
    let all = all.chain(builtins::aggregates().map(|builtin| (builtin, "summarize")));
    for (builtin, operator) in all {
        let takes =
            |count: &usize| builtin.signatures.iter().any(|own| (own.least..=own.most).contains(count));
        let mut names = Vec::new();
        for count in (0..6).filter(takes).take(3) {
            for list in [
                &["s", "l", "r", "d", "t", "p"],
                &["d.a", "s", "l", "d[0]", "t", "p"],
                &["\"a\"", "5", "s", "l", "t", "p"],
            ] {
                let call = format!("{}({})", builtin.name, list[..count].join(", "));
                let text = format!("{SOURCE} | {operator} {call}");
                let parsed = parse(&text);
                let model = analyze(&text, &parsed, &Devices(CatalogId::fresh()), &[]);
                let result = model.result.clone().unwrap_or_default();
                let own: Vec<&str> = result
                    .columns
                    .iter()
                    .map(|column| &*column.name)
                    .filter(|name| !LETTERS.contains(name))
                    .collect();
                names.push(own.join(" "));
                if count == 0 {
                    break;
                }
            }
        }
        let _ = writeln!(out, "{}: {}", builtin.name, names.join(", "));
    }
    pin("names_of_results", &out);
}

#[test]
fn values_of_constants() {
    let mut exprs: Vec<String> = Vec::new();
    for builtin in builtins::functions() {
        let takes =
            |count: usize| builtin.signatures.iter().any(|own| (own.least..=own.most).contains(&count));
        if takes(0) {
            exprs.push(format!("{}()", builtin.name));
        }
        if takes(1) {
            exprs.extend(LITERALS.iter().map(|literal| format!("{}({literal})", builtin.name)));
        }
        if takes(2) {
            exprs.extend(LITERALS.iter().map(|literal| format!("{}({literal}, {literal})", builtin.name)));
            exprs.extend(
                ["\"ab\"", "datetime(2024-02-29)"].map(|first| format!("{}({first}, 1)", builtin.name)),
            );
        }
        if takes(3) {
            exprs.push(format!("{}(\"day\", 5, now())", builtin.name));
            exprs.push(format!("{}(true, 5, 6)", builtin.name));
        }
    }
    for operator in ["+", "-", "*", "/", "%", "<", "==", "!=", "and", "or", "contains", "=~"] {
        for left in ["7", "2.5", "1h", "ago(1d)", "datetime(2024-02-29)", "true", "\"ab\""] {
            for right in ["2", "0", "1d", "now()", "false", "\"b\""] {
                exprs.push(format!("{left} {operator} {right}"));
            }
        }
    }
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for some in exprs.chunks(200) {
        let text = format!("print {}", some.join(", "));
        let parsed = parse(&text);
        let model = analyze(&text, &parsed, &Devices(CatalogId::fresh()), &[]);
        let mut page = Page { text: &text, parse: parsed, model, out: String::new() };
        page.expressions();
        for line in page.out.lines().filter(|line| line.contains(", constant ")) {
            // Literals are told in other places.
            let (_, said) = line.trim().split_once(' ').unwrap_or_default();
            let (expr, value) = said.rsplit_once(": ").unwrap_or_default();
            let is_literal = LITERALS.contains(&expr) || expr == "now()" || expr == "ago(1d)";
            // A number that is made a date is no date yet.
            let is_number = value.starts_with("datetime") && !value.ends_with(['w', 'e']);
            if !is_literal && !is_number && seen.insert(said.to_owned()) {
                let _ = writeln!(out, "{expr} = {value}");
            }
        }
    }
    pin("values_of_constants", &out);
}
