//! Queries and files whose cost once grew with the square of their length.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot be set up shall fail")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sentlint::internals::check::{Job, check};
use sentlint::internals::rules::{Profile, Settings};
use sentlint::internals::source::SourceFile;

const HEAD: &str = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: d\n";

/// A name, the file's name, and what it holds for so many lines.
type Shape = (&'static str, &'static str, fn(usize) -> String);

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

const SHAPES: &[Shape] = &[
    ("union-star-arg-max", "a.kql", |n| {
        "union *\n".to_owned() + &"| summarize arg_max(TimeGenerated, *) by Type\n".repeat(n)
    }),
    ("extends", "a.kql", |n| {
        "SecurityEvent\n".to_owned() + &lines(n, |at| format!("| extend c{at} = Account\n"))
    }),
    ("joins", "a.kql", |n| {
        let join = "| join kind=inner (SigninLogs) on $left.Account == $right.UserPrincipalName\n";
        "SecurityEvent\n".to_owned() + &join.repeat(n)
    }),
    ("let-chain", "a.kql", |n| {
        let chain = lines(n, |at| format!("let x{} = x{at} | where a == {at};\n", at + 1));
        "let x0 = SecurityEvent;\n".to_owned() + &chain + "SecurityEvent"
    }),
    // What `unformatted` formats.
    ("wide-list", "a.kql", |n| "T\n| project ".to_owned() + &"Column ,".repeat(n) + "Column"),
    ("comments", "a.kql", |n| "T\n| where a in (".to_owned() + &"1, // c\n// d\n".repeat(n) + "2)"),
    ("subqueries", "a.kql", |n| "T".to_owned() + &"\n|join (T|where f(a,(b)) or c) on d".repeat(n)),
    ("unknown-keys", "a.yaml", |n| HEAD.to_owned() + &lines(n, |at| format!("key{at}: x\n")) + "query: T\n"),
    ("missing-keys", "a.yaml", |n| {
        let mapping = |at| format!("  - entityType: IP\n    identifier: Address\n    columnName: c{at}\n");
        HEAD.to_owned() + "query: T\nentityMappings:\n" + &lines(n, mapping)
    }),
    ("row-counts", "a.kql", |n| "SecurityEvent\n".to_owned() + &"| take all\n".repeat(n)),
    ("suppressions", "a.yaml", |n| HEAD.to_owned() + "query: T\n" + &"# sentlint: ignore[foo] x\n".repeat(n)),
];

fn benches(criterion: &mut Criterion) {
    let settings = Arc::new(Settings { profile: Profile::Pedantic, ..Settings::default() });
    for (name, file, make) in SHAPES {
        let mut group = criterion.benchmark_group(format!("growth-{name}"));
        group.sample_size(10);
        for count in [500, 1_000, 2_000] {
            let text = make(count);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                let jobs = [Job::text(SourceFile::new(*file, text.clone()))];
                bencher.iter(|| black_box(check(&jobs, &[Arc::clone(&settings)])));
            });
        }
        group.finish();
    }
}

criterion_group!(growth_jobs, benches);
criterion_main!(growth_jobs);
