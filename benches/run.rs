//! A query over many rows of NDJSON: a filter by `has` and a `summarize`, next to reading the same file with `serde_json`,
//! which is what the first has to be measured by. One million rows may take 2 s.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot be set up shall fail")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const ROWS: usize = 100_000;
const QUERY: &str = "Events | where CommandLine has 'tunnel' | summarize count(), dcount(Host) by User";

/// Rows of 20 columns.
fn events() -> String {
    let mut text = String::new();
    for at in 0..ROWS {
        let word = if at % 20 == 0 { "tunnel" } else { "status" };
        write!(
            text,
            "{{\"TimeGenerated\":\"2026-11-28T{:02}:{:02}:00.0000000Z\",\"Host\":\"host-{}.example.org\",\"User\":\"user{}\",\
             \"CommandLine\":\"code.exe --profile {at} {word} --folder C:\\\\\\\\Users\\\\\\\\Public\",\"EventID\":{}",
            at / 60 % 24,
            at % 60,
            at % 500,
            at % 900,
            4600 + at % 90,
        )
        .unwrap();
        for column in 0..13 {
            write!(text, ",\"Text{column:02}\":\"value {} of column {column}\"", at * (column + 7)).unwrap();
        }
        writeln!(text, ",\"Score\":{}.5,\"Bag\":{{\"a\":{at},\"b\":[\"x\",\"y\"]}}}}", at % 100).unwrap();
    }
    text
}

fn read_with_serde_json(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).map(black_box).count()
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Events.ndjson");
    let text = events();
    std::fs::write(&path, &text).unwrap();
    let mut group = criterion.benchmark_group("run");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
    group.bench_function("serde_json", |bencher| bencher.iter(|| black_box(read_with_serde_json(&path))));
    group.bench_function("filter-summarize", |bencher| {
        bencher.iter(|| {
            let rows = sentlint::internals::engine::run(QUERY, folder.path()).unwrap();
            assert_eq!(rows, 45);
        });
    });
    group.finish();
}

criterion_group!(run, benches);
criterion_main!(run);
