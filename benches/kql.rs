//! How long the queries of content/ and, where `SENTLINT_SHARED` names it, of the corpus take to be cut into tokens,
//! to be parsed and to be formatted.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot be set up shall fail")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sentlint::internals::check::{Job, read};
use sentlint::internals::content::Content;
use sentlint::internals::discover::{self, discover};
use sentlint::internals::{fmt, kql};

fn queries(folder: PathBuf) -> Vec<String> {
    let found = discover(&[folder], &discover::Options::default()).unwrap();
    let mut queries = Vec::new();
    for job in found.inputs.into_iter().map(Job::file) {
        let source = read(&job).unwrap();
        queries.extend(Content::read(&source).queries());
    }
    queries
}

fn benches(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![("content", root.join("content"))];
    if let Some(shared) = std::env::var_os("SENTLINT_SHARED") {
        folders.push(("corpus", PathBuf::from(shared).join("corpus")));
    }
    for (name, folder) in folders {
        let queries = queries(folder);
        let mut group = criterion.benchmark_group(format!("kql-{name}"));
        let bytes = queries.iter().map(|query| query.len() as u64).sum();
        group.throughput(Throughput::Bytes(bytes)).sample_size(20);
        group.bench_function("tokens", |bencher| {
            bencher.iter(|| {
                for query in &queries {
                    black_box(kql::tokenize(query));
                }
            });
        });
        group.bench_function("parse", |bencher| {
            bencher.iter(|| {
                for query in &queries {
                    black_box(kql::parse(query));
                }
            });
        });
        for (name, official) in [("format", false), ("format-kusto", true)] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    for query in &queries {
                        black_box(fmt::format(query, official));
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group!(kql_jobs, benches);
criterion_main!(kql_jobs);
