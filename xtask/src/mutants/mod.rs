//! `cargo xtask mutants`: changes the code in one small way after another and asks whether a test notices.
//!
//! A build for every change would take hours, so one build holds all of them: each changed place becomes
//! `if crate::mutant(17) { changed } else { original }`, and an environment variable tells the program which is on.
//! Places whose change does not compile are left out by what the compiler says of them.

mod copy;
mod random;
mod run;
mod sites;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use copy::Copy;
use run::Verdict;
use sites::Site;

const USAGE: &str = "\
usage: cargo xtask mutants [--sample 200] [--seed 1]... [--only PATH]... [--hand FILE] [--jobs 1] [--again] [--list]
  --sample N   how many of the places are tried
  --seed N     which; with several seeds so many are tried for each, and counted apart
  --only PATH  places in this file or folder, instead of the rules, and of kql and yaml
  --hand FILE  changes made by hand instead: JSON, a list of {\"file\", \"from\", \"to\", \"note\"}
  --jobs N     how many changes are tried at once
  --again      takes what was noticed before, in this code, as noticed, and tries the rest again
  --list       says which places there are and tries none";

/// The folders that are changed where nothing else is named.
const FOLDERS: [&str; 3] = ["crates/check/src/rules", "crates/language/src/kql", "crates/language/src/yaml"];

struct Options {
    sample: usize,
    seeds: Vec<u64>,
    only: Vec<String>,
    hand: Option<PathBuf>,
    jobs: usize,
    again: bool,
    list: bool,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        sample: 200,
        seeds: Vec::new(),
        only: Vec::new(),
        hand: None,
        jobs: 1,
        again: false,
        list: false,
    };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is not a number"));
        match name.as_str() {
            "--sample" => options.sample = number(value()?)?,
            "--seed" => options.seeds.push(number(value()?)? as u64),
            "--only" => options.only.push(value()?),
            "--hand" => options.hand = Some(value()?.into()),
            "--jobs" => options.jobs = number(value()?)?.max(1),
            "--again" => options.again = true,
            "--list" => options.list = true,
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    if options.only.is_empty() {
        options.only = FOLDERS.map(str::to_owned).to_vec();
    }
    if options.seeds.is_empty() {
        options.seeds.push(1);
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
    let sites = match &options.hand {
        Some(path) => sites::by_hand(root, path)?,
        None => sites::find(root, &options.only)?,
    };
    if options.list {
        for site in &sites {
            println!("{site}");
        }
        println!("{} places", sites.len());
        return Ok(true);
    }
    let all = sites.len();
    let orders: Vec<(String, Vec<Site>)> = match &options.hand {
        Some(path) => vec![(path.display().to_string(), sites)],
        None => options
            .seeds
            .iter()
            .map(|seed| (format!("seed {seed}"), random::shuffled(&sites, *seed)))
            .collect(),
    };
    let equivalent = sites::equivalent(root)?;
    let wanted = if options.hand.is_some() { all } else { options.sample };
    let (titles, mut orders): (Vec<String>, Vec<Vec<Site>>) = orders.into_iter().unzip();
    for order in &mut orders {
        order.retain(|site| !site.is_among(&equivalent));
    }
    let copy = Copy::new(root, &orders.iter().flatten().map(|site| site.file.clone()).collect())?;
    let mut notes = Notes::read(&copy, options.again);
    let samples = copy.instrument(orders, wanted, &mut notes.refused, options.again)?;
    if options.hand.is_some() && samples.iter().any(|sample| sample.len() < all) {
        return Err(format!("a change made by hand does not compile: {:?}", notes.refused));
    }
    notes.write(&copy)?;
    let suite = run::Suite::build(&copy, options.jobs)?;
    let (mut number, mut enough, notes) = (0, true, Mutex::new(notes));
    for (title, sample) in titles.iter().zip(&samples) {
        println!("\n{title}");
        let known = notes.lock().map_err(|error| error.to_string())?.noticed.clone();
        let changes = sample.iter().zip(number + 1..).map(|(site, number)| (number, site.to_string()));
        let changes: Vec<(usize, String)> = changes.filter(|(_, what)| !known.contains(what)).collect();
        number += sample.len();
        let verdicts = suite.try_all(&changes, options.jobs, |what, verdict| {
            // What is noted at once outlives a run that is broken off.
            if let Ok(mut notes) = notes.lock()
                && verdict.is_noticed()
            {
                notes.noticed.insert(what.to_owned());
                let _ = notes.write(&copy);
            }
        });
        enough &= report(title, sample.len(), &changes, &verdicts);
    }
    Ok(enough)
}

/// Says what nobody noticed of a sample of so many changes. Those that were tried are given.
fn report(title: &str, of: usize, tried: &[(usize, String)], verdicts: &[Verdict]) -> bool {
    let mut missed: Vec<(&str, Verdict)> =
        tried.iter().map(|(_, what)| &**what).zip(verdicts.iter().copied()).collect();
    missed.retain(|(_, verdict)| !verdict.is_noticed());
    missed.sort_unstable_by_key(|(what, _)| *what);
    println!("\n{title}: nobody noticed");
    for (what, verdict) in &missed {
        println!("  {what}{}", if *verdict == Verdict::Unreached { ", which no test reaches" } else { "" });
    }
    let killed = of - missed.len();
    let tenths = killed * 1000 / of.max(1);
    println!("{title}: {killed} of {of} changes were noticed, {}.{} %", tenths / 10, tenths % 10);
    killed * 100 >= of * 85
}

/// What is known from earlier runs on the same code.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Notes {
    /// Changes that do not compile.
    refused: BTreeSet<String>,
    /// Changes that a test noticed.
    noticed: BTreeSet<String>,
}

impl Notes {
    fn read(copy: &Copy, again: bool) -> Self {
        let text = std::fs::read_to_string(Self::path(copy)).unwrap_or_default();
        let notes: Self = serde_json::from_str(&text).unwrap_or_default();
        if again { notes } else { Self::default() }
    }

    fn write(&self, copy: &Copy) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        std::fs::write(Self::path(copy), text).map_err(|error| error.to_string())
    }

    fn path(copy: &Copy) -> PathBuf {
        copy.tree.with_file_name("notes.json")
    }
}
