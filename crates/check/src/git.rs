//! What changed since a revision, asked of the program `git`: which files, under which names they went before,
//! and what they said.
//!
//! Only commands whose output is made for programs are used, none of them writes, and nothing that the user's
//! configuration says about differences can change what they print.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::source::SourceFile;

mod dates;

pub use dates::{Dates, dates};

/// Why nothing can be said of what changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The revision is empty or looks like an option.
    #[error(
        "`{0}` is not a valid revision: give a branch, tag or commit, such as `origin/main`; in a workflow, check \
         that the variable is not empty"
    )]
    NoRevision(String),
    /// There is no such program.
    #[error("comparing with `{0}` needs `git`, which was not found: install it, or add it to PATH")]
    NoGit(String),
    /// The files are not under version control.
    #[error("comparing with `{0}` needs a git repository, but `{1}` is not in one")]
    NoRepository(String, String),
    /// The revision is not there.
    #[error("there is no revision `{revision}` in `{root}`; {advice}")]
    UnknownRevision {
        /// As the user wrote it.
        revision: String,
        /// The repository.
        root: String,
        /// What to do.
        advice: String,
    },
    /// The revision and the present commit have nothing in common.
    #[error("`{revision}` and HEAD have no commit in common in `{root}`; {advice}")]
    NoCommonCommit {
        /// As the user wrote it.
        revision: String,
        /// The repository.
        root: String,
        /// What to do.
        advice: String,
    },
    /// The program failed.
    #[error("`git {command}` failed in `{root}`: {reason}")]
    Failed {
        /// What it was asked.
        command: String,
        /// The repository.
        root: String,
        /// What it said.
        reason: String,
    },
}

/// A file as it was.
#[derive(Clone, Debug)]
pub struct Old {
    /// Its path below the repository's root, with forward slashes.
    pub path: String,
    /// Its text.
    pub source: Arc<SourceFile>,
}

/// What became of a file since the revision.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Nothing.
    Same,
    /// It is other than it was, or elsewhere; [`Old`] is missing where its text was not asked for.
    Changed(Option<&'a Old>),
    /// It was not there.
    New,
}

/// The present files of a repository against a revision.
#[derive(Debug)]
pub struct Comparison {
    root: PathBuf,
    changed: BTreeMap<String, Option<Old>>,
    added: BTreeSet<String>,
    tracked: BTreeSet<String>,
    gone: Vec<Old>,
}

const SHALLOW: &str = "this clone is shallow and may not contain it: run `git fetch --unshallow`, or set \
                       `fetch-depth: 0` for actions/checkout";

/// The repository that a path lies in: the nearest folder above it that holds `.git`.
pub fn root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.join(".git").exists())
}

impl Comparison {
    /// Compares the files as they lie on disk with the commit at which their branch left `revision`. The texts
    /// of old files are read where `wanted` says so of their path.
    pub fn new(root: &Path, revision: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Self, Error> {
        if revision.trim().is_empty() || revision.starts_with('-') {
            return Err(Error::NoRevision(revision.to_owned()));
        }
        let git = Git { root, revision };
        let base = git.base()?;
        let diff = ["diff", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--ignore-submodules"];
        let raw = git.run(&[&diff[..], &["-M", "-l2000", &base, "--"]].concat())?;
        let listed = git.run(&["ls-files", "-z"])?;
        let mut this = Self {
            root: root.to_owned(),
            changed: BTreeMap::new(),
            added: BTreeSet::new(),
            tracked: split(&listed).map(text).collect(),
            gone: Vec::new(),
        };
        let mut blobs = Vec::new();
        for entry in entries(&raw) {
            match entry.status {
                b'A' => {
                    this.added.insert(entry.new);
                }
                status => {
                    let to = (status != b'D').then_some(entry.new);
                    if let Some(to) = &to {
                        this.changed.insert(to.clone(), None);
                    }
                    if entry.regular && wanted(&entry.old) {
                        blobs.push((entry.blob, entry.old, to));
                    }
                }
            }
        }
        let texts = git.blobs(blobs.iter().map(|(blob, ..)| blob.as_str()))?;
        for ((_, path, to), bytes) in blobs.into_iter().zip(texts) {
            let source = Arc::new(SourceFile::from_bytes(path.as_str(), bytes));
            let old = Old { path, source };
            match to {
                Some(to) => _ = this.changed.insert(to, Some(old)),
                None => this.gone.push(old),
            }
        }
        Ok(this)
    }

    /// What became of a file, given by its full path.
    pub fn state(&self, path: &Path) -> State<'_> {
        let Ok(below) = path.strip_prefix(&self.root) else { return State::New };
        let name = below.to_string_lossy();
        let name = if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() };
        match self.changed.get(&name) {
            Some(old) => State::Changed(old.as_ref()),
            None if self.added.contains(&name) || !self.tracked.contains(&name) => State::New,
            None => State::Same,
        }
    }

    /// The files that are there no more, those apart that are known to be renamed.
    pub fn gone(&self) -> &[Old] {
        &self.gone
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

struct Git<'a> {
    root: &'a Path,
    revision: &'a str,
}

impl Git<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.root);
        for setting in ["core.quotepath=off", "core.fsmonitor=false", "diff.relative=false"] {
            command.args(["-c", setting]);
        }
        command.args(args);
        // Set inside hooks, for the repository of the commit; the path says better which one is meant.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn failed(&self, args: &[&str], reason: &str) -> Error {
        let command = args.first().copied().unwrap_or_default().to_owned();
        Error::Failed { command, root: self.name(), reason: reason.trim().to_owned() }
    }

    fn started(&self, args: &[&str], error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::NotFound => Error::NoGit(self.revision.to_owned()),
            _ => self.failed(args, &error.to_string()),
        }
    }

    /// The output, or `None` where the program says no without a word of complaint.
    fn ask(&self, args: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        let output = self.command(args).output().map_err(|error| self.started(args, &error))?;
        match (output.status.success(), output.stderr.is_empty()) {
            (true, _) => Ok(Some(output.stdout)),
            (false, true) => Ok(None),
            (false, false) => Err(self.failed(args, &String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn run(&self, args: &[&str]) -> Result<Vec<u8>, Error> {
        self.ask(args)?.ok_or_else(|| self.failed(args, "no reason given"))
    }

    fn commit(&self, revision: &str) -> Result<Option<String>, Error> {
        let name = format!("{revision}^{{commit}}");
        let found = self.ask(&["rev-parse", "--verify", "--quiet", &name])?;
        Ok(found.map(|bytes| text(&bytes).trim().to_owned()))
    }

    fn is_shallow(&self) -> Result<bool, Error> {
        Ok(text(&self.run(&["rev-parse", "--is-shallow-repository"])?).trim() == "true")
    }

    /// The commit to compare with: where this branch left the revision, so that what happened there since is not
    /// held against it.
    fn base(&self) -> Result<String, Error> {
        let (revision, root) = (self.revision.to_owned(), self.name());
        let Some(commit) = self.commit(&revision)? else {
            let remote = format!("origin/{revision}");
            let advice = if self.commit(&remote)?.is_some() {
                format!("did you mean `{remote}`?")
            } else if self.is_shallow()? {
                SHALLOW.to_owned()
            } else {
                "`git branch --all` lists the branches; run `git fetch` first for one that only exists on the \
                 server".to_owned()
            };
            return Err(Error::UnknownRevision { revision, root, advice });
        };
        if let Some(base) = self.ask(&["merge-base", &commit, "HEAD"])? {
            return Ok(text(&base).trim().to_owned());
        }
        let advice =
            if self.is_shallow()? { SHALLOW } else { "give a revision that this branch is based on" };
        Err(Error::NoCommonCommit { revision, root, advice: advice.to_owned() })
    }

    /// The contents of blobs, in their order.
    fn blobs<'b>(&self, ids: impl Iterator<Item = &'b str>) -> Result<Vec<Vec<u8>>, Error> {
        let asked: String = ids.flat_map(|id| [id, "\n"]).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let args = ["cat-file", "--batch"];
        let mut command = self.command(&args);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|error| self.started(&args, &error))?;
        let stdin = child.stdin.take();
        // The program answers while it still reads, so both ends are served at once.
        let output = std::thread::scope(|scope| {
            scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
            child.wait_with_output()
        });
        let output = output.map_err(|error| self.failed(&args, &error.to_string()))?;
        let mut rest = &output.stdout[..];
        let mut found = Vec::new();
        for id in asked.lines() {
            let parts = (|| {
                let end = rest.iter().position(|byte| *byte == b'\n')?;
                let size: usize = text(&rest[..end]).rsplit(' ').next()?.parse().ok()?;
                let start = end + 1;
                Some((rest.get(start..start + size)?, rest.get(start + size + 1..)?))
            })();
            let Some((body, after)) = parts else {
                let said = String::from_utf8_lossy(&output.stderr);
                return Err(self.failed(&args, &format!("the object {id} cannot be read {said}")));
            };
            found.push(body.to_vec());
            rest = after;
        }
        Ok(found)
    }
}

/// One line of `git diff --raw -z`.
struct Entry {
    regular: bool,
    blob: String,
    status: u8,
    old: String,
    new: String,
}

fn entries(raw: &[u8]) -> Vec<Entry> {
    let mut parts = split(raw);
    let mut found = Vec::new();
    while let Some(header) = parts.next() {
        let header = text(header);
        let fields: Vec<&str> = header.trim_start_matches(':').split(' ').collect();
        let ([mode, _, blob, _, status], Some(old)) = (&fields[..], parts.next().map(text)) else { break };
        let status = status.bytes().next().unwrap_or_default();
        let new = if matches!(status, b'R' | b'C') { parts.next().map(text) } else { None };
        let new = new.unwrap_or_else(|| old.clone());
        found.push(Entry { regular: mode.starts_with("100"), blob: (*blob).to_owned(), status, old, new });
    }
    found
}

fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty())
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}
