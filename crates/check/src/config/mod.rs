//! sentlint.toml: found from the file upwards, read with the place of every mistake.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::gitignore::GitignoreBuilder;
use rustc_hash::FxHashMap;

use crate::convert::LongDescription;
use crate::convert::detection::Form;
use crate::convert::promote::IdSource;
use crate::diagnostic::Severity;
use crate::discover::{absolute, display, slashes};
use crate::fmt;
use crate::knowledge::attack;
use crate::rules::{FailOn, Profile, RuleOptions, Selector, Settings};
use crate::source::{SourceFile, Span};
use crate::workspace::{self, Workspace};

mod extend;
mod read;

/// The file's name.
pub const FILE_NAME: &str = "sentlint.toml";

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}:{}:{}: {message}{}", .file.path(), .file.position(.span.start as usize).line, .file.position(.span.start as usize).column, .help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default())]
pub struct ConfigError {
    /// The configuration file.
    pub file: Arc<SourceFile>,
    /// The place.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A pattern of files in the syntax of `.gitignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern.
    pub text: String,
    /// The folder of the file that it is written in, which it is relative to.
    pub folder: PathBuf,
}

impl Pattern {
    /// A pattern whose folder is not known yet.
    fn named(text: &str) -> Self {
        Self { text: text.to_owned(), folder: PathBuf::new() }
    }

    /// Whether it matches a file, given by its full path.
    fn matches(&self, location: &Path) -> bool {
        // A file elsewhere can only be named by what it is called.
        let is_name = !self.text.trim_end_matches('/').contains('/');
        let folder = if location.starts_with(&self.folder) {
            self.folder.as_path()
        } else if let Some(root) = location.ancestors().last().filter(|_| is_name) {
            root
        } else {
            return false;
        };
        let mut builder = GitignoreBuilder::new(folder);
        let matcher = builder.add_line(None, &self.text).and_then(|builder| builder.build());
        matcher.is_ok_and(|matcher| matcher.matched_path_or_any_parents(location, false).is_ignore())
    }
}

/// `[check.per-path."PATTERN"]`.
#[derive(Clone, Debug, Default)]
pub struct PerPath {
    /// The pattern.
    pub pattern: Pattern,
    /// See [`Check::select`].
    pub select: Option<Vec<Selector>>,
    /// See [`Check::extend_select`].
    pub extend_select: Vec<Selector>,
    /// See [`Check::ignore`].
    pub ignore: Vec<Selector>,
    /// See [`Check::profile`].
    pub profile: Option<Profile>,
}

/// `[check]`.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Only these rules.
    pub select: Option<Vec<Selector>>,
    /// These rules in addition.
    pub extend_select: Vec<Selector>,
    /// Not these rules.
    pub ignore: Vec<Selector>,
    /// The profile.
    pub profile: Option<Profile>,
    /// From which severity on findings make the exit code 1.
    pub fail_on: Option<FailOn>,
    /// Less severe findings are omitted.
    pub min_severity: Option<Severity>,
    /// Files that are never walked into.
    pub exclude: Option<Vec<Pattern>>,
    /// What differs by path, in the order of the file.
    pub per_path: Vec<PerPath>,
}

/// `[knowledge]`.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The release of ATT&CK.
    pub attack: Option<attack::Version>,
    /// Connector ids that count as known.
    pub connectors: Vec<String>,
    /// Files or folders with table schemas, relative to the configuration's folder, with their places.
    pub tables: Vec<(PathBuf, Span)>,
    /// Files or folders with functions, relative to the configuration's folder, with their places.
    pub functions: Vec<(PathBuf, Span)>,
    /// Watchlist names.
    pub watchlists: Vec<String>,
}

/// `[convert]`: defaults for the options of the same name.
#[derive(Clone, Debug, Default)]
pub struct Convert {
    /// `--api-version`.
    pub api_version: Option<String>,
    /// `--name-prefix`.
    pub name_prefix: Option<String>,
    /// `--severity`.
    pub severity: Option<String>,
    /// `--enabled` or `--disabled`.
    pub enabled: Option<bool>,
    /// `--start-at`.
    pub start_at: Option<String>,
    /// `--no-incidents`.
    pub no_incidents: Option<bool>,
    /// `--params`, relative to the configuration's folder.
    pub params: Option<PathBuf>,
    /// `--with-template-link`.
    pub with_template_link: Option<bool>,
    /// `--long-description`.
    pub long_description: Option<LongDescription>,
    /// `--solution`, relative to the configuration's folder.
    pub solution: Option<PathBuf>,
    /// `[convert.detection]`.
    pub detection: ConvertDetection,
}

/// `[convert.detection]`: defaults for the options of the same name of `--to detection`.
#[derive(Clone, Debug, Default)]
pub struct ConvertDetection {
    /// `--form`.
    pub form: Option<Form>,
    /// `--id`.
    pub id: Option<IdSource>,
    /// `--frequency`.
    pub frequency: Option<String>,
    /// `--lookback`.
    pub lookback: Option<String>,
    /// `--api-version`, of the Graph API.
    pub api_version: Option<String>,
    /// `--keep-window`.
    pub keep_window: Option<bool>,
    /// `--enabled` or `--disabled`.
    pub enabled: Option<bool>,
    /// `--severity`.
    pub severity: Option<String>,
    /// `--name-prefix`.
    pub name_prefix: Option<String>,
    /// `--tactic`.
    pub tactic: Option<Vec<String>>,
    /// `--no-derive-entities`.
    pub no_derive_entities: Option<bool>,
    /// `--strict`.
    pub strict: Option<bool>,
}

/// `[fmt]`: defaults for the options of the same name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fmt {
    /// `--width`.
    pub width: Option<usize>,
    /// `--style`.
    pub style: Option<fmt::Style>,
}

impl Fmt {
    /// How queries are laid out, where nothing else is asked for.
    pub fn options(self) -> fmt::Options {
        fmt::Options::new(self.width, self.style)
    }
}

/// One configuration file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file; `None` for the built-in defaults.
    pub path: Option<PathBuf>,
    /// The file that it takes as its base, by its full path, with the place where it says so.
    pub extend: Option<(PathBuf, Span)>,
    /// `[check]`.
    pub check: Check,
    /// `[rules.<id>]`.
    pub rules: RuleOptions,
    /// `[knowledge]`.
    pub knowledge: Knowledge,
    /// `[convert]`.
    pub convert: Convert,
    /// `[fmt]`.
    pub fmt: Fmt,
    /// What the files of `[knowledge]` hold.
    pub workspace: Arc<Workspace>,
}

impl Config {
    /// Reads a configuration from text; every mistake is reported, not only the first.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, Vec<ConfigError>> {
        let file = Arc::new(SourceFile::new(display(path), text));
        let mut config = read::config(&file)?;
        config.path = Some(absolute(path));
        Ok(config.with_full_paths())
    }

    /// Reads one configuration file by itself.
    fn load_alone(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = std::fs::read(path).map_err(|error| error.to_string());
        let text =
            text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned()));
        match text {
            Ok(text) => Self::parse(path, &text)?.with_schemas(&text),
            Err(reason) => Err(vec![ConfigError {
                file: Arc::new(SourceFile::new(display(path), "")),
                span: Span::default(),
                message: format!("cannot read the configuration: {reason}"),
                help: None,
            }]),
        }
    }

    /// The configuration with what the files of `[knowledge]` hold.
    fn with_schemas(mut self, text: &str) -> Result<Self, Vec<ConfigError>> {
        let folder = self.folder().unwrap_or(Path::new("")).to_owned();
        let mut workspace = Workspace::default();
        let mut errors = Vec::new();
        for (path, span) in self.knowledge.tables.iter().chain(&self.knowledge.functions) {
            match workspace::load(&[folder.join(path)]) {
                Ok(read) => workspace.merge(read),
                Err((path, reason)) => errors.push(ConfigError {
                    file: Arc::new(SourceFile::new(
                        self.path.as_deref().map(display).unwrap_or_default(),
                        text,
                    )),
                    span: *span,
                    message: format!("the schemas in {} cannot be read: {reason}", display(&path)),
                    help: Some("see docs/configuration.md for the supported formats".to_owned()),
                }),
            }
        }
        self.workspace = Arc::new(workspace);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    /// The folder that patterns and paths in the file are relative to.
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// The configuration with every path and pattern relative to its own folder, so that another may extend it.
    fn with_full_paths(mut self) -> Self {
        let folder = self.folder().unwrap_or(Path::new("")).to_owned();
        let full = |path: &mut PathBuf| *path = folder.join(&*path);
        if let Some((path, _)) = &mut self.extend {
            full(path);
        }
        [&mut self.convert.params, &mut self.convert.solution].into_iter().flatten().for_each(full);
        let excluded = self.check.exclude.iter_mut().flatten();
        let patterns = self.check.per_path.iter_mut().map(|per_path| &mut per_path.pattern).chain(excluded);
        for pattern in patterns {
            pattern.folder.clone_from(&folder);
        }
        self
    }

    /// Whether the configuration excludes a file, given by its full path.
    pub fn excludes(&self, location: &Path) -> bool {
        self.check.exclude.iter().flatten().any(|pattern| pattern.matches(location))
    }

    /// What the configuration says for one file, given by its full path.
    pub fn settings(&self, location: &Path) -> Settings {
        let check = &self.check;
        let mut settings = Settings {
            profile: check.profile.unwrap_or_default(),
            select: check.select.clone(),
            extend_select: check.extend_select.clone(),
            ignore: check.ignore.clone(),
            min_severity: check.min_severity,
            connectors: self.knowledge.connectors.clone(),
            watchlists: self.knowledge.watchlists.clone(),
            attack: self.knowledge.attack.unwrap_or_default(),
            options: self.rules.clone(),
            fmt: self.fmt.options(),
            workspace: Arc::clone(&self.workspace),
        };
        for per_path in check.per_path.iter().filter(|per_path| per_path.pattern.matches(location)) {
            settings.profile = per_path.profile.unwrap_or(settings.profile);
            if per_path.select.is_some() {
                settings.select.clone_from(&per_path.select);
            }
            settings.extend_select.extend(per_path.extend_select.iter().cloned());
            settings.ignore.extend(per_path.ignore.iter().cloned());
        }
        settings
    }
}

/// What is wrong in the text of a configuration, those that it extends aside.
pub fn mistakes(file: &Arc<SourceFile>) -> Vec<ConfigError> {
    read::config(file).err().unwrap_or_default()
}

/// Finds the configuration of each file.
pub enum Resolver {
    /// The same for all files: `--config`, or `--isolated` with the defaults.
    Fixed(Arc<Config>),
    /// The nearest `sentlint.toml` at or above the file's folder.
    Nearest {
        /// The files found so far, by folder.
        found: Mutex<FxHashMap<OsString, Arc<Config>>>,
    },
}

impl Resolver {
    /// The defaults for every file.
    pub fn isolated() -> Self {
        Self::Fixed(Arc::default())
    }

    /// A resolver that looks for files.
    pub fn nearest() -> Self {
        Self::Nearest { found: Mutex::default() }
    }

    /// The configuration for the files of a folder, given by its full path.
    pub fn of(&self, folder: &Path) -> Result<Arc<Config>, Vec<ConfigError>> {
        let found = match self {
            Self::Fixed(config) => return Ok(Arc::clone(config)),
            Self::Nearest { found } => found,
        };
        let mut known = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lookup(folder, &mut known)
    }
}

fn lookup(
    folder: &Path,
    known: &mut FxHashMap<OsString, Arc<Config>>,
) -> Result<Arc<Config>, Vec<ConfigError>> {
    if let Some(config) = known.get(folder.as_os_str()) {
        return Ok(Arc::clone(config));
    }
    let file = folder.join(FILE_NAME);
    let config = if file.is_file() {
        Arc::new(Config::load(&file)?)
    } else if folder.join(".git").exists() {
        // The repository ends here; what lies above is not its own.
        Arc::default()
    } else {
        match folder.parent() {
            Some(parent) => lookup(parent, known)?,
            None => Arc::default(),
        }
    };
    known.insert(folder.as_os_str().to_owned(), Arc::clone(&config));
    Ok(config)
}

/// The effective configuration in the file's own syntax, for `--show-settings`.
pub fn show(config: &Config, settings: &Settings) -> String {
    let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let base = config.extend.as_ref().map(|(path, _)| format!("extend = {}\n", quote(&slashes(path))));
    let base = base.unwrap_or_default();
    let list = |items: &[Selector]| {
        let names: Vec<String> = items.iter().map(|selector| quote(&selector.to_string())).collect();
        format!("[{}]", names.join(", "))
    };
    let source = config.path.as_deref().map_or_else(|| "none; these are the defaults".into(), slashes);
    let mut out = format!(
        "# configuration file: {source}\n{base}[check]\nprofile = {}\n",
        quote(settings.profile.as_str())
    );
    if let Some(select) = &settings.select {
        out += &format!("select = {}\n", list(select));
    }
    out += &format!("extend-select = {}\n", list(&settings.extend_select));
    out += &format!("ignore = {}\n", list(&settings.ignore));
    let fail_on = config.check.fail_on.unwrap_or(FailOn::Severity(Severity::Error)).as_str();
    out += &format!("fail-on = {}\n", quote(fail_on));
    if let Some(least) = settings.min_severity {
        out += &format!("min-severity = {}\n", quote(least.as_str()));
    }
    let texts = |items: &[String]| items.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", ");
    let exclude: Vec<String> =
        config.check.exclude.iter().flatten().map(|pattern| pattern.text.clone()).collect();
    out += &format!("exclude = [{}]\n", texts(&exclude));
    out += &format!("\n[knowledge]\nattack-version = {}\n", quote(settings.attack.as_str()));
    out += &format!("connectors = [{}]\n", texts(&settings.connectors));
    out += &format!("watchlists = [{}]\n", texts(&settings.watchlists));
    out += "\n# rules that run\n";
    for entry in crate::rules::all().filter(|entry| settings.enabled(entry.meta)) {
        out += &format!("# {} ({})\n", entry.meta.id, settings.severity_of(entry.meta));
    }
    out
}

#[cfg(test)]
mod tests;
