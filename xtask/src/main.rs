//! `cargo xtask tables --from DIR [--check]`: turns the fact files in `DIR` into the tables under
//! `src/knowledge/data` and `src/kql/data`. With `--check` nothing is written, and a difference is exit code 1.

mod attack;
mod builtins;
mod connectors;
mod entities;
mod facts;
mod rust;
mod tables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facts::Facts;

const USAGE: &str = "usage: cargo xtask tables --from DIR [--check]";

/// One generated file: its name and its bytes.
struct Generated {
    name: &'static str,
    bytes: Vec<u8>,
}

struct Options {
    from: PathBuf,
    check: bool,
}

fn main() -> ExitCode {
    let options = match parse_arguments(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(stale) if stale.is_empty() => ExitCode::SUCCESS,
        Ok(stale) => {
            eprintln!("out of date: {}; run `cargo xtask tables --from DIR`", stale.join(", "));
            ExitCode::from(1)
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    if arguments.next().as_deref() != Some("tables") {
        return Err("the only task is `tables`".to_owned());
    }
    let (mut from, mut check) = (None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => check = true,
            "--from" => from = Some(arguments.next().ok_or("--from needs a folder")?),
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(Options { from: PathBuf::from(from.ok_or("--from is missing")?), check })
}

/// Makes every table; returns the names of the files that differ from those on disk (when checking).
fn run(options: &Options) -> Result<Vec<&'static str>, String> {
    let facts = Facts::new(&options.from);
    let [tables_bin, tables_rs] = tables::tables(&facts)?;
    let files = [
        builtins::builtins(&facts)?,
        attack::techniques(&facts)?,
        attack::upstream(&facts)?,
        connectors::connectors(&facts)?,
        entities::entities(&facts)?,
        tables_bin,
        tables_rs,
    ];
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let mut stale = Vec::new();
    for file in files {
        // What belongs to the query language lies with it, so that `kql` depends on nothing else.
        let folder = if file.name == "builtins.txt" { "kql/data" } else { "knowledge/data" };
        let path = sources.join(folder).join(file.name);
        if options.check {
            if std::fs::read(&path).ok().as_deref() != Some(file.bytes.as_slice()) {
                stale.push(file.name);
            }
            continue;
        }
        std::fs::write(&path, &file.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{:>9} bytes  src/{folder}/{}", file.bytes.len(), file.name);
    }
    Ok(stale)
}
