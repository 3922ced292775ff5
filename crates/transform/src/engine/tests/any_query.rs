//! No query ends the program: every function, aggregate and many operators over values at the ends of their types. What
//! they come to is tested elsewhere; here it is that they come to something.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::data::Files;
use super::super::{Budget, Exec, Form, Options, prepare, run, time};
use crate::kql::bind::bind_at;
use crate::kql::builtins::{self, Class, Takes};
use crate::kql::model::Level;
use crate::kql::types::Scalar;
use crate::workspace::View;

/// Values at the ends of their types, and some in the middle, by type.
const VALUES: [(Scalar, &[&str]); 10] = [
    (
        Scalar::Long,
        &[
            "0",
            "1",
            "-1",
            "2",
            "7",
            "-9223372036854775807 - 1",
            "9223372036854775807",
            "long(null)",
            "4294967296",
            "1000000000000",
        ],
    ),
    (Scalar::Int, &["int(2147483647)", "int(-2147483648)", "int(null)", "int(3)"]),
    (
        Scalar::Real,
        &[
            "0.0",
            "-0.5",
            "1e308",
            "-1e308",
            "5e-324",
            "real(nan)",
            "real(+inf)",
            "real(-inf)",
            "real(null)",
            "50.0",
        ],
    ),
    (Scalar::Decimal, &["decimal(0)", "decimal(1e27)", "decimal(-0.0000001)"]),
    (Scalar::Bool, &["true", "bool(null)"]),
    (
        Scalar::String,
        &[
            "''",
            "'a'",
            "'\u{e9}\u{1f600}\u{65e5}'",
            "'a.b/c?d=e&f=%zz'",
            "'10.0.0.1/33'",
            "'::ffff:1.2.3.4/200'",
            "'{\"a\":[1,{\"b\":null}]}'",
            "'2026-11-28T12:00:00.12345678Z'",
            "'-99999999999.23:59:59'",
            "'[*('",
            "'(.*)(\u{e9})?'",
            "'$.a[0]'",
            "'month'",
            "'yyyy-MM-dd HH:mm:ss.fffffff'",
            "'<a b=\"1\">\u{e9}</a>'",
        ],
    ),
    (
        Scalar::DateTime,
        &[
            "datetime(0001-01-01)",
            "datetime(9999-12-31 23:59:59.9999999)",
            "datetime(2024-02-29)",
            "datetime(null)",
        ],
    ),
    (Scalar::Timespan, &["timespan(0)", "1tick", "-10675199d", "10675199d", "timespan(null)", "90m"]),
    (Scalar::Guid, &["guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"]),
    (
        Scalar::Dynamic,
        &[
            "dynamic(null)",
            "dynamic([])",
            "dynamic([1,null,-9223372036854775807,\"\u{e9}\",[2],{\"a\":1}])",
            "dynamic([1.5,-2,1e308,0])",
            "dynamic({\"\":0,\"a\":{\"b\":[1.5,1e308]}})",
            "dynamic(\"x\")",
            "dynamic([[1,2],[3]])",
        ],
    ),
];

/// Numbers without pattern that are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most
    }

    fn value(&mut self) -> &'static str {
        let (_, values) = VALUES[self.below(VALUES.len())];
        values[self.below(values.len())]
    }

    /// A value that a parameter may take.
    fn fitting(&mut self, takes: &Takes) -> &'static str {
        let kinds: &[Scalar] = match takes {
            Takes::These(kinds) => kinds,
            Takes::Class(Class::DynamicArray | Class::DynamicBag) => &[Scalar::Dynamic],
            Takes::Class(Class::Number | Class::Integer | Class::NumberOrBool) => &[Scalar::Long],
            Takes::Class(Class::Summable) => {
                &[Scalar::Long, Scalar::DateTime, Scalar::Real, Scalar::Timespan]
            }
            _ => return self.value(),
        };
        let wanted = kinds[self.below(kinds.len())];
        let found =
            VALUES.iter().find(|(kind, _)| *kind == wanted || *kind == Scalar::Dynamic && wanted.dynamic());
        match found {
            Some((_, values)) => values[self.below(values.len())],
            None => self.value(),
        }
    }

    fn values(&mut self, count: usize) -> String {
        (0..count).map(|_| self.value()).collect::<Vec<_>>().join(", ")
    }
}

/// Runs a query if it can be run; whether it was.
fn tried(query: &str) -> bool {
    let view = View::new(Vec::new());
    let parse = crate::kql::parse(query);
    if !parse.errors.is_empty() {
        return false;
    }
    let model = bind_at(Level::Execute, query, &parse, &view, &[]);
    if model.findings.iter().any(|finding| !finding.low_confidence) {
        return false;
    }
    let options = Options { missing_empty: true, fixtures: Vec::new() };
    let Ok(prepared) = prepare(query, &parse, &model, &view, &options) else { return false };
    let now = time::read_moment("2026-11-28T12:00:00Z").unwrap_or_default();
    let budget = Budget { rows: 20_000, cells: 1_000_000, time: std::time::Duration::from_secs(20) };
    let exec = Exec::new(now, Box::new(Files { missing_empty: true, ..Files::default() }), budget);
    let Ok(outcome) = run(&prepared, &exec) else { return false };
    for form in [Form::Table, Form::Json, Form::Csv, Form::Ndjson] {
        assert!(!outcome.table.written(form, 3).is_empty() || outcome.table.count() == 0, "{query}");
    }
    true
}

/// Tries queries; those that end in a panic, and how many ran.
fn try_all(queries: impl Iterator<Item = String>) -> (Vec<String>, usize) {
    let (mut broken, mut ran) = (Vec::new(), 0);
    for query in queries {
        match catch_unwind(AssertUnwindSafe(|| tried(&query))) {
            Ok(done) => ran += usize::from(done),
            Err(_) => broken.push(query),
        }
    }
    (broken, ran)
}

#[test]
fn every_function_takes_values_at_the_ends_of_their_types() {
    let mut chance = Chance(7);
    let mut queries = Vec::new();
    for function in builtins::functions() {
        for signature in function.signatures {
            for _ in 0..8 {
                let most = signature.params.len().max(signature.least).min(7);
                let count = signature.least + chance.below(most + 1);
                let count = count.min(most.max(signature.least));
                let takes = |at: usize| signature.params.get(at).or(signature.params.last());
                let arguments: Vec<&str> = (0..count)
                    .map(|at| takes(at).map_or("1", |param| chance.fitting(&param.takes)))
                    .collect();
                queries.push(format!("print {}({})", function.name, arguments.join(", ")));
            }
        }
    }
    let (broken, ran) = try_all(queries.into_iter());
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(ran > 1_000, "only {ran} ran");
}

#[test]
fn every_operator_between_two_values_comes_to_something() {
    const OPERATORS: [&str; 26] = [
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=~",
        "!~",
        "has",
        "!has",
        "hasprefix",
        "hassuffix",
        "contains",
        "!contains_cs",
        "startswith",
        "endswith_cs",
        "has_cs",
        "matches regex",
        "in",
        "has_any",
        "between",
    ];
    let mut chance = Chance(11);
    let mut queries = Vec::new();
    for operator in OPERATORS {
        for _ in 0..20 {
            let (a, b, c) = (chance.value(), chance.value(), chance.value());
            queries.push(match operator {
                "in" | "has_any" => format!("print ({a}) {operator} ({b}, {c})"),
                "between" => format!("print ({a}) between (({b}) .. ({c}))"),
                _ => format!("print ({a}) {operator} ({b})"),
            });
        }
    }
    let (broken, ran) = try_all(queries.into_iter());
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(ran > 100, "only {ran} ran");
}

#[test]
fn every_aggregate_and_operator_takes_such_rows() {
    const OPERATORS: [&str; 30] = [
        "sort by {v}, {w} desc",
        "top 2 by {v}",
        "top-nested 1 of {v} by max({w})",
        "distinct {v}",
        "mv-expand x = {v} to typeof(long)",
        "mv-expand {v}, {w} limit 2",
        "mv-apply x = {v} on (summarize count(), max(x))",
        "parse tostring({v}) with * 'a' x:long 'b' y",
        "parse kind=regex tostring({v}) with '.*' x '\u{e9}' y:real",
        "parse-kv tostring({v}) as (a:long, b:string) with (pair_delimiter='&', kv_delimiter='=')",
        "extend x = prev({v}), y = next({w}, 2, {v})",
        "serialize | extend r = row_number(), c = row_cumsum(tolong({v}))",
        "make-series count() on {v} from {a} to {b} step {c}",
        "make-series s = sum(w) default=0 on {v} step {c} by w",
        "summarize count() by bin({v}, {a})",
        "summarize count() by x = {v}",
        "evaluate bag_unpack({v})",
        "evaluate pivot(x, count())",
        "join kind=fullouter (R) on {v}",
        "join kind=leftanti (R) on {v}",
        "lookup (R | project v, z = w) on {v}",
        "union (R | project v = tostring(v))",
        "top-hitters 2 of {v} by {w}",
        "sample-distinct 2 of {v}",
        "extend x = bin_at({v}, {a}, {b})",
        "where {v} > {a} or isnull({w})",
        "scan declare (n:long = 0) with (step s: true => n = s.n + tolong({v});)",
        "take {a}",
        "getschema",
        "extend x = {v}[0], y = {v}.a, z = {v}[-1]",
    ];
    let mut chance = Chance(13);
    let mut queries = Vec::new();
    let table = |chance: &mut Chance| {
        let kinds =
            ["long", "real", "string", "datetime", "timespan", "dynamic", "decimal", "bool", "int", "guid"];
        let (v, w) = (kinds[chance.below(kinds.len())], kinds[chance.below(kinds.len())]);
        let values = chance.values(6);
        format!("let R = datatable(v:{v}, w:{w})[{values}];\nR | ")
    };
    for aggregate in builtins::aggregates() {
        for arguments in ["v", "w", "v, w", "v, 50", "v, w, 90", "v, w, v", "v, 2", ""] {
            queries.push(format!("{}summarize {}({arguments})", table(&mut chance), aggregate.name));
        }
    }
    for operator in OPERATORS {
        for _ in 0..12 {
            let mut text = operator.replace("{v}", "v").replace("{w}", "w");
            for hole in ["{a}", "{b}", "{c}"] {
                text = text.replace(hole, chance.value());
            }
            queries.push(table(&mut chance) + &text);
        }
    }
    let (broken, ran) = try_all(queries.into_iter());
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(ran > 300, "only {ran} ran");
}
