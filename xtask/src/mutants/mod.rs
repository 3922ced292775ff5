//! `cargo xtask mutants`: changes the code in one small way after another and asks whether a test notices.
//!
//! A build for every change would take hours, so one build holds all of them: each changed place becomes
//! `if crate::mutant(17) { changed } else { original }`, and an environment variable tells the program which is on.
//! Places whose change does not compile are left out by what the compiler says of them.

mod copy;
mod random;
mod run;
mod sites;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use copy::Copy;
use run::Verdict;
use sites::Site;

const USAGE: &str = "\
usage: cargo xtask mutants [--sample 200] [--seed 1] [--only PATH]... [--hand FILE] [--jobs 1] [--list]
  --sample N   how many of the places are tried
  --seed N     which
  --only PATH  places in this file or folder, instead of src/rules, src/kql and src/yaml
  --hand FILE  changes made by hand instead: JSON, a list of {\"file\", \"from\", \"to\", \"note\"}
  --jobs N     how many changes are tried at once
  --list       says which places there are and tries none";

/// The folders that are changed where nothing else is named.
const FOLDERS: [&str; 3] = ["src/rules", "src/kql", "src/yaml"];

struct Options {
    sample: usize,
    seed: u64,
    only: Vec<String>,
    hand: Option<PathBuf>,
    jobs: usize,
    list: bool,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { sample: 200, seed: 1, only: Vec::new(), hand: None, jobs: 1, list: false };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is not a number"));
        match name.as_str() {
            "--sample" => options.sample = number(value()?)?,
            "--seed" => options.seed = number(value()?)? as u64,
            "--only" => options.only.push(value()?),
            "--hand" => options.hand = Some(value()?.into()),
            "--jobs" => options.jobs = number(value()?)?.max(1),
            "--list" => options.list = true,
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    if options.only.is_empty() {
        options.only = FOLDERS.map(str::to_owned).to_vec();
    }
    Ok(options)
}

/// Runs the task. The exit code is 1 where fewer than 85 of 100 changes were noticed.
pub fn main(arguments: impl Iterator<Item = String>) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize().map_err(|error| error.to_string());
    match root.and_then(|root| try_tests(&root, &parse(arguments)?)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn try_tests(root: &Path, options: &Options) -> Result<bool, String> {
    let mut sites = match &options.hand {
        Some(path) => sites::by_hand(root, path)?,
        None => sites::find(root, &options.only)?,
    };
    if options.hand.is_none() && !options.list {
        random::shuffle(&mut sites, options.seed);
    }
    if options.list {
        for site in &sites {
            println!("{site}");
        }
        println!("{} places", sites.len());
        return Ok(true);
    }
    let copy = Copy::new(root)?;
    let chosen = copy.instrument(sites, options.sample)?;
    let tests = run::Tests::build(&copy)?;
    let verdicts = tests.try_all(&chosen, options.jobs);
    Ok(report(&chosen, &verdicts))
}

fn report(sites: &[Site], verdicts: &[Verdict]) -> bool {
    let killed = verdicts.iter().filter(|verdict| **verdict != Verdict::Survived).count();
    println!("\nNobody noticed:");
    for (site, _) in sites.iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::Survived) {
        println!("  {site}");
    }
    let tenths = killed * 1000 / sites.len().max(1);
    println!("{killed} of {} changes were noticed, {}.{} %", sites.len(), tenths / 10, tenths % 10);
    killed * 100 >= sites.len() * 85
}
