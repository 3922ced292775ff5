//! The same queries through the official analyzer under node and through ours, one after the other on this machine.
//!
//! `SENTLINT_SHARED` names the shared data, and `SENTLINT_ORACLE` a copy of its tools/kql-oracle in which
//! `npm install` was run: `SENTLINT_ORACLE=... cargo bench --bench against_official`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot be set up shall fail")]
#![allow(clippy::print_stdout, reason = "it reports to whoever runs it")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use sentlint::internals::kql;

/// The best of so many runs counts, for the machine may be busy with something else.
const RUNS: usize = 5;

fn main() {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let (Some(shared), Some(oracle)) = (folder("SENTLINT_SHARED"), folder("SENTLINT_ORACLE")) else {
        println!("skipped: SENTLINT_SHARED and SENTLINT_ORACLE are not both set");
        return;
    };
    let queries = shared.join("kql/queries.jsonl");
    let lines = std::fs::read_to_string(&queries).unwrap();
    let texts: Vec<String> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["query"].as_str().unwrap().to_owned()
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();

    let started = Instant::now();
    let answers = dir.path().join("answers.jsonl");
    let ran = Command::new("node")
        .arg(oracle.join("oracle.mjs"))
        .args(["--mode", "syntax", "--stats", "--in"])
        .arg(&queries)
        .arg("--out")
        .arg(&answers)
        .output()
        .unwrap();
    let theirs_whole = started.elapsed();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(std::fs::read_to_string(&answers).unwrap().lines().count(), texts.len());
    let said = [ran.stdout, ran.stderr].concat();
    let stats = String::from_utf8_lossy(&said).lines().rev().find_map(|line| serde_json::from_str(line).ok());
    let stats: serde_json::Value = stats.unwrap();
    let theirs = Duration::from_secs_f64(stats["total_ms"].as_f64().unwrap() / 1e3);

    let ours = best(|| {
        for text in &texts {
            black_box(kql::parse(text));
        }
    });

    for (index, text) in texts.iter().enumerate() {
        std::fs::write(dir.path().join(format!("{index}.kql")), text).unwrap();
    }
    let ours_whole = best(|| {
        let check =
            ["check", "--isolated", "--exit-zero", "--select", "kql-syntax", "--output-format", "json", "."];
        let ran = Command::new(env!("CARGO_BIN_EXE_sentlint"))
            .args(check)
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(ran.status.success());
    });

    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} queries, {:.1} MB", texts.len(), bytes as f64 / 1e6);
    row("parsing alone, one thread", theirs, ours);
    row("the whole program, start to end", theirs_whole, ours_whole);
}

fn best(work: impl Fn()) -> Duration {
    let runs = (0..RUNS).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    runs.min().unwrap()
}

fn row(what: &str, theirs: Duration, ours: Duration) {
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    println!("{what}: official {theirs:.2?}, sentlint {ours:.2?}, {ratio:.0} times as fast");
}
