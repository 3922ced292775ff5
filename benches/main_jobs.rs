//! How long the two main jobs take, over content/ and, where `SENTLINT_SHARED` names it, over the corpus.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot be set up shall fail")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sentlint::internals::check::{Job, check, read};
use sentlint::internals::content::Content;
use sentlint::internals::discover::{self, discover};
use sentlint::internals::rules::Settings;
use sentlint::internals::source::SourceFile;

fn sets() -> Vec<(&'static str, Vec<Job>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![("content", root.join("content"))];
    if let Some(shared) = std::env::var_os("SENTLINT_SHARED") {
        folders.push(("corpus", PathBuf::from(shared).join("corpus")));
    }
    let jobs = |folder: PathBuf| {
        let found = discover(&[folder], &discover::Options::default()).unwrap();
        found.inputs.into_iter().map(Job::file).collect()
    };
    folders.into_iter().map(|(name, folder)| (name, jobs(folder))).collect()
}

fn benches(criterion: &mut Criterion) {
    let settings = Arc::new(Settings::default());
    for (name, jobs) in sets() {
        let sources: Vec<Arc<SourceFile>> = jobs.iter().map(|job| read(job).unwrap()).collect();
        let contents: Vec<Content> = sources.iter().map(Content::read).collect();
        let bytes = sources.iter().map(|source| source.text().len() as u64).sum();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes)).sample_size(20);
        group.bench_function("parse", |bencher| {
            bencher.iter(|| {
                for source in &sources {
                    black_box(sentlint::internals::yaml::parse(source));
                }
            });
        });
        group.bench_function("check", |bencher| {
            let settings = vec![Arc::clone(&settings); jobs.len()];
            bencher.iter(|| black_box(check(&jobs, &settings)));
        });
        group.bench_function("convert", |bencher| {
            bencher.iter(|| {
                for content in &contents {
                    black_box(content.arm());
                }
            });
        });
        group.finish();
    }
}

criterion_group!(main_jobs, benches);
criterion_main!(main_jobs);
