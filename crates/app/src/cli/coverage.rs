//! `sentlint coverage`

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::args::{self, Global};
use super::files::{self, Work};
use super::{Error, Outcome, results, revision};
use crate::check::{self, Job, Skipped};
use crate::content::{Content, Kind};
use crate::coverage::{self, Coverage, Extras, Item};
use crate::discover;
use crate::knowledge::attack::Version;
use crate::review::Pair;
use crate::source::SourceFile;

pub(super) fn run(global: &Global, options: &args::Coverage) -> Result<Outcome, Error> {
    let work = files::collect(global, &options.files, false)?;
    let read: Vec<Result<Option<Item>, Skipped>> = work.jobs.par_iter().map(read).collect();
    let skipped: Vec<Skipped> = read.iter().filter_map(|read| read.as_ref().err().cloned()).collect();
    files::tell_skipped(global, &work, &skipped, read.len() - skipped.len())?;
    let version = version(&work, options);
    let counted = |items: Vec<Item>| {
        let asked = |item: &Item| options.kind.is_empty() || options.kind.contains(&item.kind);
        Coverage::of(items.into_iter().filter(asked).collect(), version, options.domain)
    };
    let mut extras = Extras::default();
    if let Some(path) = &options.targets {
        let name = discover::display(path);
        let bytes =
            std::fs::read(path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
        let source = SourceFile::from_bytes(name, bytes);
        extras.targets =
            Some(coverage::read_targets(&source, version, options.domain).map_err(Error::Refused)?);
    }
    if let Some(revision) = &options.base {
        let pairs = revision::pairs(&work, &options.files, revision)?;
        // Most files are as they were, and have been read.
        let known: BTreeMap<&str, &Item> = (work.jobs.iter().zip(&read))
            .filter_map(|(job, read)| Some((&*job.input.name, read.as_ref().ok()?.as_ref()?)))
            .collect();
        let of = |pair: &Pair| {
            let job = pair.old.as_ref()?;
            if pair.same {
                return known.get(&*job.input.name).map(|item| (*item).clone());
            }
            self::read(job).ok().flatten()
        };
        let before = counted(pairs.par_iter().filter_map(of).collect());
        extras.base = Some((revision.clone(), before));
    }
    let coverage = counted(read.into_iter().filter_map(Result::ok).flatten().collect());
    let text = coverage::render(&coverage, &extras, options.output_format);
    match &options.output {
        Some(path) => files::write(path, &text)?,
        None => results(&text)?,
    }
    let gaps = options.fail_on_gaps && !extras.gaps(&coverage).is_empty();
    Ok(if gaps { Outcome::Findings } else { Outcome::Clean })
}

/// What a file covers; `None` for content that has no place in ATT&CK.
fn read(job: &Job) -> Result<Option<Item>, Skipped> {
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source: Arc<SourceFile> = match check::read(job) {
        Ok(source) => source,
        Err(reason) => return Err(Skipped::Unreadable { name, named, reason }),
    };
    let content = Content::read(source, job.place());
    if content.kind == Kind::Unknown {
        let (what, broken) = (content.foreign, content.why_unreadable());
        return Err(Skipped::NotContent { name, named, what, broken });
    }
    Ok(Item::of(&content))
}

/// The version of ATT&CK that is asked for, or else that of the configuration.
fn version(work: &Work, options: &args::Coverage) -> Version {
    options.attack_version.unwrap_or_else(|| {
        let settings = work.settings(|settings| settings);
        settings.iter().map(|settings| settings.attack).min().unwrap_or_default()
    })
}
