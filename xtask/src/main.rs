//! The facts that sentlint knows, and the tables that it embeds:
//!
//! - `cargo xtask facts --from DIR [--check]` takes the facts out of collected data into `xtask/facts`
//! - `cargo xtask tables [--check]` turns `xtask/facts` into the tables under `crates/content/src/knowledge/data`
//!   and `crates/language/src/kql/data`
//! - `cargo xtask mutants` changes the code in small ways and asks whether a test notices
//!
//! With `--check` nothing is written, and a difference is exit code 1.

mod attack;
mod builtins;
mod collect;
mod connectors;
mod defender;
mod entities;
mod facts;
mod gate;
mod mutants;
mod rust;
mod sheet;
mod tables;
mod usage;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use facts::Facts;

const USAGE: &str = "usage: cargo xtask facts --from DIR [--check]\n       cargo xtask tables [--check]\n       cargo xtask mutants [--help]";

/// One generated file: its name and its bytes.
struct Generated {
    name: String,
    bytes: Vec<u8>,
}

/// What is to be done.
enum Task {
    /// Take the facts out of the data in this folder.
    Facts(PathBuf),
    /// Make the tables.
    Tables,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|task| task == "mutants").is_some() {
        return mutants::main(arguments);
    }
    let (task, check) = match parse_arguments(arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match files(&task).and_then(|files| write(files, check)) {
        Ok(stale) if stale.is_empty() => ExitCode::SUCCESS,
        Ok(stale) => {
            let command = if matches!(task, Task::Facts(_)) { "facts --from DIR" } else { "tables" };
            eprintln!("out of date: {}; run `cargo xtask {command}`", stale.join(", "));
            ExitCode::from(1)
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse_arguments(mut arguments: impl Iterator<Item = String>) -> Result<(Task, bool), String> {
    let task = arguments.next();
    let (mut from, mut check) = (None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => check = true,
            "--from" => from = Some(PathBuf::from(arguments.next().ok_or("--from needs a folder")?)),
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    match (task.as_deref(), from) {
        (Some("facts"), Some(from)) => Ok((Task::Facts(from), check)),
        (Some("facts"), None) => Err("--from is missing".to_owned()),
        (Some("tables"), None) => Ok((Task::Tables, check)),
        (Some("tables"), Some(_)) => Err("`tables` reads xtask/facts and takes no --from".to_owned()),
        _ => Err("the tasks are `facts` and `tables`".to_owned()),
    }
}

/// The files that a task makes: the path of each below the project's root, and its bytes.
fn files(task: &Task) -> Result<Vec<(String, Vec<u8>)>, String> {
    if let Task::Facts(from) = task {
        let facts = collect::collect(from)?;
        return Ok(facts
            .into_iter()
            .map(|file| (format!("xtask/facts/{}", file.name), file.text.into_bytes()))
            .collect());
    }
    let facts = Facts::new(&root().join("xtask/facts"));
    let mut files = vec![gate::gate(&facts)?, usage::usage(&facts)?];
    files.extend(builtins::builtins(&facts)?);
    files.extend(connectors::connectors(&facts)?);
    files.extend(defender::defender(&facts)?);
    files.extend(entities::entities(&facts)?);
    files.extend(attack::techniques(&facts)?);
    files.extend(attack::upstream(&facts)?);
    files.extend(tables::tables(&facts)?);
    // What belongs to the query language lies with it, so that `kql` depends on nothing else.
    let path = |name: &str| match name {
        "builtins.rs" | "functions.txt" | "aggregates.txt" | "plugins.txt" | "operators.txt" => {
            format!("crates/language/src/kql/data/{name}")
        }
        _ => format!("crates/content/src/knowledge/data/{name}"),
    };
    Ok(files.into_iter().map(|file| (path(&file.name), file.bytes)).collect())
}

/// Writes the files; when checking, returns the paths of those that differ from what is on disk.
fn write(files: Vec<(String, Vec<u8>)>, check: bool) -> Result<Vec<String>, String> {
    let mut stale = Vec::new();
    for (path, bytes) in files {
        let full = root().join(&path);
        if check {
            if std::fs::read(&full).ok().as_ref() != Some(&bytes) {
                stale.push(path);
            }
            continue;
        }
        std::fs::write(&full, &bytes).map_err(|error| format!("{}: {error}", full.display()))?;
        println!("{:>9} bytes  {path}", bytes.len());
    }
    Ok(stale)
}

/// The project's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_are_made_from_the_facts() {
        let files = files(&Task::Tables).expect("the facts can be read");
        assert_eq!(write(files, true), Ok(Vec::new()));
    }
}
