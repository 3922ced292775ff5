//! How long the main jobs take, over content/ and, where `SENTLINT_SHARED` names it, over the corpus.

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
        group.bench_function("catalog", |bencher| {
            bencher.iter(|| black_box(sentlint::internals::catalog::pages(&jobs)));
        });
        // One file in ten was another before.
        let changed = |(at, (job, source)): (usize, (&Job, &Arc<SourceFile>))| {
            let old = || job.with_text(source.text().replace("severity: Medium", "severity: Low"));
            (job.clone(), (at % 10 == 0).then(old))
        };
        let files: Vec<(Job, Option<Job>)> = jobs.iter().zip(&sources).enumerate().map(changed).collect();
        group.bench_function("diff", |bencher| {
            bencher.iter(|| black_box(sentlint::internals::review::changes(&files)));
        });
        group.finish();
    }
}

/// A thousand small tests, ten a file, on all cores.
fn tests(criterion: &mut Criterion) {
    const FILES: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("now: 2026-11-25T12:00:00Z\ntests:\n");
    for number in 0..10 {
        text += &format!(
            "  - name: n{number}\n    tables:\n      DeviceProcessEvents:\n        - {{Timestamp: now-1h, DeviceName: \
             pc-{number}, FileName: code.exe, ProcessCommandLine: code tunnel}}\n    expect: {{rows: 1}}\n"
        );
    }
    let query = "DeviceProcessEvents\n| where Timestamp > ago(1d)\n| where FileName =~ 'code.exe' and \
                 ProcessCommandLine has 'tunnel'\n| summarize Starts = count() by DeviceName\n";
    let mut files = Vec::new();
    for number in 0..FILES {
        std::fs::write(folder.path().join(format!("q{number}.kql")), query).unwrap();
        files.push(folder.path().join(format!("q{number}.test.yaml")));
    }
    let run = |files: &[PathBuf]| -> usize {
        let passed = |path: &PathBuf| sentlint::internals::suite::passed(path, text.clone().into_bytes());
        std::thread::scope(|scope| {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let parts = files.chunks(files.len().div_ceil(cores));
            let threads: Vec<_> =
                parts.map(|part| scope.spawn(move || part.iter().map(passed).sum::<usize>())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        })
    };
    assert_eq!(run(&files), 10 * FILES);
    let mut group = criterion.benchmark_group("test");
    group.throughput(Throughput::Elements(10 * FILES as u64)).sample_size(20);
    group.bench_function("thousand", |bencher| bencher.iter(|| black_box(run(&files))));
    group.finish();
}

criterion_group!(main_jobs, benches, tests);
criterion_main!(main_jobs);
