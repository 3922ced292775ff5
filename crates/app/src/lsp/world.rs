//! What documents are checked against: the files of the workspace, the parsers among them, and the configurations.
//!
//! A world is never changed: there is a new one, with another generation, when a file or a configuration changes. The files are
//! as their clients have them: the text of an open document stands for that on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::documents::{Document, name_of};
use super::locked;
use crate::check::{Job, may_be_parser, read, summary};
use crate::config::{Config, ConfigError, Resolver};
use crate::content::Content;
use crate::discover::{self, Input, Roots};
use crate::editor;
use crate::editor::query::Seen;
use crate::kql::bind::Declared;
use crate::rules::{RepositoryFile, Settings};
use crate::source::{SourceFile, Span};
use crate::workspace::Workspace;

/// More files than any workspace of content has; of a folder that holds more, the first are known.
const MOST_FILES: usize = 50_000;

/// How the server was started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The configuration, where it is not to be looked for.
    pub config: Option<PathBuf>,
    /// Whether no configuration is looked for.
    pub isolated: bool,
    /// Tables and functions that were named on the command line.
    pub tables: Arc<Workspace>,
    /// A file of accepted findings.
    pub baseline: Option<PathBuf>,
}

/// A parser, as the queries of other files call it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parser {
    /// Its name.
    pub(super) name: String,
    /// Where it is given.
    pub(super) place: Span,
    params: Vec<Declared>,
    query: String,
}

/// A file of the workspace.
#[derive(Debug)]
pub(super) struct Known {
    /// Its text.
    pub(super) source: Arc<SourceFile>,
    /// What the rules that compare files see of it; `None` where it is not content.
    pub(super) summary: Option<RepositoryFile>,
    /// What it is called, with the place of the name.
    pub(super) title: Option<(String, Span)>,
    /// The parsers in it.
    pub(super) parsers: Vec<Parser>,
}

impl Known {
    /// Reads a file.
    pub(super) fn read(source: &Arc<SourceFile>, place: &str) -> Self {
        Self::of(source, Content::read(Arc::clone(source), place), place)
    }

    /// Reads a file, and counts the names that its queries use.
    pub(super) fn counted(source: &Arc<SourceFile>, place: &str, seen: &mut Seen) -> Self {
        let content = Content::read(Arc::clone(source), place);
        for query in content.queries() {
            let parsed = query.parse();
            seen.add_names(query.text, parsed);
        }
        Self::of(source, content, place)
    }

    fn of(source: &Arc<SourceFile>, content: Content, place: &str) -> Self {
        let root = content.root();
        let title = content.name().map(|name| {
            let node = ["name", "Name", "displayName"].iter().find_map(|key| root?.get(key));
            (name.to_owned(), node.map_or(Span::default(), |node| node.span))
        });
        let parsers = if may_be_parser(source) { parsers_of(&content) } else { Vec::new() };
        drop(content);
        Self { source: Arc::clone(source), summary: summary(source, place), title, parsers }
    }
}

fn parsers_of(content: &Content) -> Vec<Parser> {
    let mut parsers = Vec::new();
    for query in content.queries() {
        for name in content.parser_names() {
            let params = query.declared();
            let place = editor::content::parser_name(content, name).unwrap_or_default();
            parsers.push(Parser { name: name.to_owned(), place, params, query: query.text.to_owned() });
        }
    }
    parsers
}

/// The state of everything but the open documents.
pub(super) struct World {
    /// Another number for each world that may lead to other findings.
    pub(super) generation: u64,
    /// The folders of the workspace.
    pub(super) roots: Vec<PathBuf>,
    /// The files by their full path.
    pub(super) files: Arc<BTreeMap<PathBuf, Arc<Known>>>,
    /// The parsers among them.
    pub(super) parsers: Arc<Workspace>,
    /// What the queries among them used when they were read first.
    pub(super) seen: Arc<Seen>,
    /// Whether the parsers are known.
    pub(super) parsers_known: bool,
    /// Whether every file has been read.
    pub(super) complete: bool,
    pub(super) resolver: Arc<Resolver>,
    /// The settings of configurations that are the same for all files.
    pub(super) settings: Mutex<Vec<(Arc<Config>, Arc<Settings>)>>,
    /// Mistakes in the configuration that was named on the command line.
    pub(super) mistakes: Vec<ConfigError>,
    /// The tables of the command line.
    pub(super) tables: Arc<Workspace>,
}

impl World {
    /// The world before anything is read.
    pub(super) fn new(roots: Vec<PathBuf>, options: &Options) -> Self {
        let (resolver, mistakes) = resolver(options);
        let complete = roots.is_empty();
        Self {
            generation: 0,
            roots,
            files: Arc::default(),
            parsers: Arc::default(),
            seen: Arc::default(),
            parsers_known: complete,
            complete,
            resolver: Arc::new(resolver),
            settings: Mutex::default(),
            mistakes,
            tables: Arc::clone(&options.tables),
        }
    }

    /// The same world in the next generation, to be changed.
    pub(super) fn next(&self) -> Self {
        Self {
            generation: self.generation + 1,
            roots: self.roots.clone(),
            files: Arc::clone(&self.files),
            parsers: Arc::clone(&self.parsers),
            seen: Arc::clone(&self.seen),
            parsers_known: self.parsers_known,
            complete: self.complete,
            resolver: Arc::clone(&self.resolver),
            settings: Mutex::default(),
            mistakes: self.mistakes.clone(),
            tables: Arc::clone(&self.tables),
        }
    }

    /// The same with configurations that are read again.
    pub(super) fn reconfigured(&self, options: &Options) -> Self {
        let (resolver, mistakes) = resolver(options);
        Self { resolver: Arc::new(resolver), mistakes, ..self.next() }
    }

    /// The folder that names are relative to: that of the workspace where there is one.
    pub(super) fn root(&self) -> Option<&Path> {
        match self.roots.as_slice() {
            [root] => Some(root),
            _ => None,
        }
    }

    /// The configuration of a file, or what is wrong with it.
    pub(super) fn config(&self, location: &Path) -> Result<Arc<Config>, Vec<ConfigError>> {
        self.resolver.of(location.parent().unwrap_or(location))
    }

    /// The settings of a file; those of no configuration where that has mistakes.
    pub(super) fn settings(&self, location: &Path) -> Arc<Settings> {
        let config = self.config(location).unwrap_or_default();
        if !config.check.per_path.is_empty() {
            return Arc::new(self.settings_of(&config, location));
        }
        let mut known = locked(&self.settings);
        if let Some((_, settings)) = known.iter().find(|(known, _)| Arc::ptr_eq(known, &config)) {
            return Arc::clone(settings);
        }
        let settings = Arc::new(self.settings_of(&config, location));
        known.push((config, Arc::clone(&settings)));
        settings
    }

    fn settings_of(&self, config: &Config, location: &Path) -> Settings {
        let mut settings = config.settings(location);
        if !self.tables.is_empty() {
            let mut both = Workspace::clone(&settings.workspace);
            both.merge(Workspace::clone(&self.tables));
            settings.workspace = Arc::new(both);
        }
        settings
    }

    /// Whether the configuration leaves a file out.
    pub(super) fn excludes(&self, location: &Path) -> bool {
        self.config(location).is_ok_and(|config| config.excludes(location))
    }

    /// Puts files in place of what was known of them, or takes them away. Returns whether other files may be affected.
    pub(super) fn put(&mut self, changes: Vec<(PathBuf, Option<Arc<Known>>)>) -> bool {
        let files = Arc::make_mut(&mut self.files);
        let mut parsers = false;
        for (location, known) in changes {
            let new = known.as_ref().map(|known| known.parsers.clone()).unwrap_or_default();
            let old = match known {
                Some(known) => files.insert(location, known),
                None => files.remove(&location),
            };
            parsers |= old.map(|old| old.parsers.clone()).unwrap_or_default() != new;
        }
        if parsers {
            self.parsers = Arc::new(all_parsers(self.files.values()));
        }
        parsers
    }

    /// The path of a file by the name that messages call it.
    pub(super) fn location(&self, name: &str) -> PathBuf {
        match self.root() {
            Some(root) => root.join(name),
            None => PathBuf::from(name),
        }
    }
}

fn all_parsers<'k>(files: impl Iterator<Item = &'k Arc<Known>>) -> Workspace {
    let mut workspace = Workspace::default();
    for parser in files.flat_map(|known| &known.parsers) {
        workspace.add_parser(&parser.name, &parser.params, &parser.query);
    }
    workspace
}

fn resolver(options: &Options) -> (Resolver, Vec<ConfigError>) {
    match &options.config {
        _ if options.isolated => (Resolver::isolated(), Vec::new()),
        Some(path) => match Config::load(path) {
            Ok(config) => (Resolver::Fixed(Arc::new(config)), Vec::new()),
            Err(mistakes) => (Resolver::isolated(), mistakes),
        },
        None => (Resolver::nearest(), Vec::new()),
    }
}

/// A file below the folders of the workspace.
pub(super) struct Found {
    pub(super) location: PathBuf,
    pub(super) place: String,
    pub(super) source: Arc<SourceFile>,
}

/// The files of the workspace that are content or may be, as they are on disk.
pub(super) fn find(world: &World) -> Vec<Found> {
    let options = discover::Options::default();
    let found = discover::discover(&world.roots, &options).unwrap_or_default();
    let mut roots = Roots::default();
    let mut files = Vec::new();
    for input in found.inputs.into_iter().take(MOST_FILES) {
        let location = discover::absolute(&input.path);
        if !world.excludes(&location)
            && let Some(found) = load(&location, world.root(), &mut roots)
        {
            files.push(found);
        }
    }
    files
}

/// A file as it is on disk; `None` where it cannot be read.
pub(super) fn load(location: &Path, root: Option<&Path>, roots: &mut Roots) -> Option<Found> {
    let input = Input { name: name_of(location, root), path: location.to_owned(), named: false };
    let job = Job::below(input, roots);
    let source = read(&job).ok()?;
    Some(Found { location: location.to_owned(), place: job.place().to_owned(), source })
}

/// What is to be done to check a document.
pub(super) fn job(document: &Document, roots: &mut Roots) -> Job {
    let name = document.source.path().to_owned();
    let input = Input { name, path: document.location.clone(), named: true };
    let mut job = Job::below(input, roots);
    job.text = Some(Arc::clone(&document.source));
    job
}
