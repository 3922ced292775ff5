//! From paths to jobs, with the configuration that holds for each.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::args::{Files, Global, STDIN_NAME};
pub(super) use super::write::{write, write_page};
use super::{Error, print};
use crate::check::{Job, Skipped};
use crate::config::{Config, Resolver};
use crate::content::{Content, Foreign};
use crate::discover::{self, Input, absolute};
use crate::kql;
use crate::rules::Settings;
use crate::source::SourceFile;
use crate::workspace::{self, Workspace};

/// What is to be worked on.
pub(super) struct Work {
    /// The files, sorted by name.
    pub(super) jobs: Vec<Job>,
    /// The configuration of each, by full path.
    pub(super) resolver: Resolver,
    /// Whether the text came from standard input.
    pub(super) stdin: bool,
}

impl Work {
    /// The configuration for a file; every one was read before, so mistakes have been reported already.
    pub(super) fn config(&self, location: &Path) -> Arc<Config> {
        self.resolver.of(location.parent().unwrap_or(location)).unwrap_or_default()
    }

    /// The settings of each job; `over` is what the command line changes.
    pub(super) fn settings(&self, over: impl Fn(Settings) -> Settings) -> Vec<Arc<Settings>> {
        let mut settings = SettingsOf::new(self, over);
        self.jobs.iter().map(|job| settings.of(job.location())).collect()
    }
}

/// The settings of files, made once for all whose configuration has nothing that differs by path: to make them for each
/// of thousands of files would cost more than the rules do.
pub(super) struct SettingsOf<'w, F> {
    work: &'w Work,
    /// What the command line changes.
    over: F,
    /// By the address of a configuration, which is kept so that no other can have it.
    shared: BTreeMap<usize, (Arc<Config>, Arc<Settings>)>,
}

impl<'w, F: Fn(Settings) -> Settings> SettingsOf<'w, F> {
    pub(super) fn new(work: &'w Work, over: F) -> Self {
        Self { work, over, shared: BTreeMap::new() }
    }

    /// The settings of a file, given by its full path.
    pub(super) fn of(&mut self, location: &Path) -> Arc<Settings> {
        let config = self.work.config(location);
        let make = || Arc::new((self.over)(config.settings(location)));
        if !config.check.per_path.is_empty() {
            return make();
        }
        let known = self.shared.entry(Arc::as_ptr(&config) as usize);
        Arc::clone(&known.or_insert_with(|| (Arc::clone(&config), make())).1)
    }
}

/// The configuration that the options ask for.
pub(super) fn resolver(files: &Files) -> Result<Resolver, Error> {
    Ok(match &files.config {
        _ if files.isolated => Resolver::isolated(),
        Some(path) => Resolver::Fixed(Arc::new(Config::load(path).map_err(Error::Config)?)),
        None => Resolver::nearest(),
    })
}

/// Finds the files; `json` asks for JSON files instead of YAML and query files.
pub(super) fn collect(global: &Global, files: &Files, json: bool) -> Result<Work, Error> {
    let resolver = resolver(files)?;
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if files.paths.iter().any(is_stdin) {
        if files.paths.len() > 1 {
            return Err(Error::Usage("standard input (`-`) cannot be combined with other paths".into()));
        }
        let job = stdin(files, json)?;
        resolver.of(job.location().parent().unwrap_or(Path::new("/"))).map_err(Error::Config)?;
        return Ok(Work { jobs: vec![job], resolver, stdin: true });
    }
    let options = discover::Options { no_ignore: files.no_ignore, force_exclude: files.force_exclude, json };
    let found = discover::discover(&files.paths, &options)?;
    if !global.quiet {
        found.warnings.iter().for_each(|text| print::warning(global, text));
    }
    let asked = excluded(&files.exclude)?;
    let (mut jobs, mut roots) = (Vec::new(), discover::Roots::default());
    for input in found.inputs {
        let job = Job::below(input, &mut roots);
        let location = job.location();
        if !asked.is_empty()
            && asked.matched_path_or_any_parents(location, false).is_ignore()
            && (!job.input.named || files.force_exclude)
        {
            continue;
        }
        let config = resolver.of(location.parent().unwrap_or(location)).map_err(Error::Config)?;
        if config.excludes(location) && (!job.input.named || files.force_exclude) {
            continue;
        }
        jobs.push(job);
    }
    Ok(Work { jobs, resolver, stdin: false })
}

/// What `--exclude` leaves out, relative to the working folder.
pub(super) fn excluded(patterns: &[String]) -> Result<Gitignore, Error> {
    let mut builder = GitignoreBuilder::new(absolute(Path::new(".")));
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| Error::Usage(format!("--exclude: {error}")))?;
    }
    builder.build().map_err(|error| Error::Usage(format!("--exclude: {error}")))
}

/// Says which files yielded nothing, and fails where one of them was named and cannot be read. `read` files were
/// read as content.
pub(super) fn tell_skipped(global: &Global, work: &Work, all: &[Skipped], read: usize) -> Result<(), Error> {
    for skipped in all {
        match skipped {
            Skipped::Unreadable { name, named: true, reason } => {
                return Err(Error::Unreadable(name.clone(), reason.clone()));
            }
            Skipped::Unreadable { name, reason, .. } if !global.quiet => {
                print::warning(global, &format!("skipped {name}: {reason}"));
            }
            Skipped::NotContent { name, named, what, broken }
                if *named && !global.quiet || global.verbose > 0 =>
            {
                print::note(&not_content(name, *what, broken.as_deref()));
            }
            _ => {}
        }
    }
    let known = if global.quiet || global.verbose > 0 { Vec::new() } else { count_known(all) };
    if !known.is_empty() {
        print::note(&format!("info: passed over {}, which sentlint does not check yet", known.join(", ")));
    }
    let is_known = |skipped: &Skipped| matches!(skipped, Skipped::NotContent { what: Some(_), .. });
    if !work.jobs.is_empty() && work.jobs.iter().all(|job| job.silent) {
        if !global.quiet {
            print::note("No checked files have changed.");
        }
    } else if work.jobs.is_empty() && !global.quiet {
        print::warning(global, "no YAML or query files found");
    } else if read == 0 && !global.quiet {
        let is_named = all.iter().any(is_known);
        print::warning(global, if is_named { "nothing found to check" } else { "no Sentinel content found" });
    }
    Ok(())
}

/// What is said of a file that is not content with rules.
fn not_content(name: &str, what: Option<Foreign>, broken: Option<&str>) -> String {
    let is_json = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let Some(what) = what else {
        let format = if is_json { "JSON" } else { "YAML" };
        return match broken {
            Some(why) => {
                format!(
                    "info: {name} is not valid {format} ({why}) and does not look like Sentinel content; skipped"
                )
            }
            None => format!("info: {name} is not Sentinel content; skipped"),
        };
    };
    let note = format!("info: {name} is {}; passed over", what.noun());
    match what {
        Foreign::ArmTemplate | Foreign::AzSentinel if is_json => {
            format!(
                "{note}\n  help: use `sentlint convert --to yaml {name}` to convert its rules to YAML that can be \
                 checked"
            )
        }
        _ => note,
    }
}

/// How many walked files are something that is known and has no rules, in words.
fn count_known(all: &[Skipped]) -> Vec<String> {
    let mut counts: BTreeMap<Foreign, usize> = BTreeMap::new();
    for skipped in all {
        if let Skipped::NotContent { named: false, what: Some(what), .. } = skipped {
            *counts.entry(*what).or_default() += 1;
        }
    }
    let words = |(what, count): (Foreign, usize)| match count {
        1 => what.noun().to_owned(),
        count => format!("{count} {}", what.plural()),
    };
    counts.into_iter().map(words).collect()
}

/// What the files of `--tables` hold.
pub(super) fn tables(paths: &[PathBuf]) -> Result<Arc<Workspace>, Error> {
    workspace::load(paths).map(Arc::new).map_err(|(path, reason)| {
        Error::Usage(format!(
            "the schemas in `{}` cannot be read: {reason}\n  help: see docs/configuration.md for the formats that \
             --tables supports",
            discover::display(&path)
        ))
    })
}

/// What both workspaces add; the one of the command line wins.
pub(super) fn over(configured: &Arc<Workspace>, asked: &Arc<Workspace>) -> Arc<Workspace> {
    if asked.is_empty() {
        return Arc::clone(configured);
    }
    if configured.is_empty() {
        return Arc::clone(asked);
    }
    let mut both = Workspace::clone(configured);
    both.merge(Workspace::clone(asked));
    Arc::new(both)
}

/// Whether a text is a query and no YAML. A comment with a colon in it, or a query with a syntax error, may be read as either.
fn is_query(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let content = Content::read(Arc::new(SourceFile::new(STDIN_NAME, text)), STDIN_NAME);
    if content.looks_like_content() {
        return false;
    }
    let root = content.root();
    let is_list = root.is_some_and(|root| root.as_sequence().is_some());
    let is_mapping = root.is_some_and(|root| root.as_mapping().is_some());
    let parse = kql::parse(text);
    if parse.errors.is_empty() && !parse.statements.is_empty() {
        return !is_list && (!is_mapping || text.contains("//") || text.contains('|'));
    }
    let begins_line = |sign: &str| text.lines().any(|line| line.trim_start().starts_with(sign));
    text.trim_start().starts_with("//") || !is_list && !is_mapping && begins_line("|")
}

fn stdin(files: &Files, json: bool) -> Result<Job, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Error::Unreadable("standard input".into(), error.to_string()))?;
    // The name that nobody gave says what is read.
    let name = match files.stdin_filename.as_str() {
        STDIN_NAME if json => "stdin.json",
        STDIN_NAME if is_query(&bytes) => "stdin.kql",
        name => name,
    };
    let path = PathBuf::from(name);
    let name = discover::display(&path);
    let source = Arc::new(SourceFile::from_bytes(name.clone(), bytes));
    let mut job = Job::file(Input { name, path, named: true });
    job.text = Some(source);
    Ok(job)
}
