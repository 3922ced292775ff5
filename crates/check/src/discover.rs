//! Which files are looked at: paths from the command line become a sorted list of inputs.
//!
//! Folders are walked with `.gitignore` respected; a file that is named is taken whatever it is called,
//! unless exclusions are forced on it too.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{WalkBuilder, WalkState};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::content::{is_detection_file, is_query_file, is_yaml_file, may_hold_detections};

mod ignores;

use ignores::Ignores;

/// One file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The name in messages: relative to the working folder, with forward slashes.
    pub name: String,
    /// Where it is read from.
    pub path: PathBuf,
    /// Whether the user named this very file.
    pub named: bool,
}

/// How folders are walked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Walk everything, whatever ignore files say.
    pub no_ignore: bool,
    /// Leave out named files too when they are excluded.
    pub force_exclude: bool,
    /// Look for JSON files, not for YAML and query files. Files with custom detections are found in either case.
    pub json: bool,
}

/// Why a path on the command line could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file or folder.
    #[error("there is no file or folder `{0}`")]
    Missing(String),
    /// The path exists and cannot be looked into.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(String, io::Error),
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, sorted by name, each once.
    pub inputs: Vec<Input>,
    /// What went wrong inside walked folders, as sentences.
    pub warnings: Vec<String>,
    /// How many of the paths given were folders.
    pub folders: usize,
}

/// Finds the files below the given paths; with no path, below the working folder.
pub fn discover(paths: &[PathBuf], options: &Options) -> Result<Found, Error> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut found = Found::default();
    let ignores = Arc::new(Ignores::default());
    for path in paths {
        let name = display(path);
        let kind = std::fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing(path.display().to_string()),
            _ => Error::Unreadable(path.display().to_string(), error),
        })?;
        if kind.is_dir() {
            std::fs::read_dir(path).map_err(|error| Error::Unreadable(path.display().to_string(), error))?;
            found.folders += 1;
            if options.no_ignore {
                walk_everything(path, options, &mut found);
            } else {
                walk(path, options, &ignores, &mut found);
            }
        } else if !options.force_exclude
            || options.no_ignore
            || !ignores.leave_out_with_parents(&absolute(path))
        {
            found.inputs.push(Input { name, path: path.clone(), named: true });
        }
    }
    if let Ok(ignores) = Arc::try_unwrap(ignores) {
        found.warnings.extend(ignores.passed_over().iter().map(|path| {
            let name = display(path);
            format!(
                "the ignore file {name} was not read: it is a symbolic link, not a regular file, or larger than 1 MiB"
            )
        }));
    }
    // The path tells files apart, and not the name: of names that are not Unicode several look the same. A file that was
    // both walked and named counts as named.
    found.inputs.sort_by(|a, b| (&a.name, !a.named, &a.path).cmp(&(&b.name, !b.named, &b.path)));
    // No file is found twice below one path.
    if paths.len() > 1 {
        let mut seen: FxHashSet<PathBuf> = FxHashSet::default();
        found.inputs.retain(|input| seen.insert(absolute(&input.path)));
    }
    Ok(found)
}

fn wanted(path: &Path, options: &Options) -> bool {
    // A name that is not an Unicode still has an extension.
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    let name = &*name;
    let is_json = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if options.json {
        return is_json || (is_yaml_file(name) || is_detection_file(name)) && holds_detections(path);
    }
    is_yaml_file(name) || is_query_file(name) || is_detection_file(name) && holds_detections(path)
}

/// Whether a file has the words of custom detections. Most JSON has not, and is not read as content.
fn holds_detections(path: &Path) -> bool {
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut bytes = Vec::new();
    let read = file.take(LARGEST_WALKED).read_to_end(&mut bytes);
    read.is_ok() && may_hold_detections(&bytes)
}

/// How many bytes of a file are searched for these words.
const LARGEST_WALKED: u64 = 32 << 20;

fn walk(root: &Path, options: &Options, ignores: &Arc<Ignores>, found: &mut Found) {
    let (top, full, ignores) = (root.to_owned(), absolute(root), Arc::clone(ignores));
    let wanted = move |entry: &ignore::DirEntry| {
        let below = below(entry.path(), &top).unwrap_or(entry.path());
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.file_name() != ".git"
            && (entry.depth() == 0 || !ignores.leave_out(&full.join(below), is_folder))
    };
    // Hidden folders hold content too (`.github` has none of ours and costs nothing); `.git` never does. The ignore files
    // of the tree are read by `Ignores`, so that only the user's own are left to the crate.
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .parents(false)
        .ignore(false)
        .git_ignore(false)
        .git_exclude(false)
        .filter_entry(wanted)
        .build_parallel();
    let here = std::env::current_dir().ok();
    let known = found.warnings.len();
    let all = Mutex::new(&mut *found);
    walker.run(|| {
        Box::new(|entry| {
            // What may have to be read is looked at before the others wait.
            let is_file = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
            let is_wanted =
                entry.as_ref().is_ok_and(|entry| is_file(entry) && self::wanted(entry.path(), options));
            match entry {
                Ok(entry) if is_wanted => {
                    let input = walked(entry.path(), here.as_deref());
                    all.lock().unwrap_or_else(PoisonError::into_inner).inputs.push(input);
                }
                Ok(_) => {}
                Err(error) => {
                    let warning = passed_over(&error);
                    all.lock().unwrap_or_else(PoisonError::into_inner).warnings.push(warning);
                }
            }
            WalkState::Continue
        })
    });
    // The threads tell of what they meet in any order.
    found.warnings[known..].sort_unstable();
}

fn walk_everything(root: &Path, options: &Options, found: &mut Found) {
    let walker = walkdir::WalkDir::new(root).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    let here = std::env::current_dir().ok();
    for entry in walker {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                take(entry.path(), here.as_deref(), options, found);
            }
            Ok(_) => {}
            Err(error) => found.warnings.push(unwalked(&error)),
        }
    }
}

fn passed_over(error: &ignore::Error) -> String {
    // The depth stands around the path, and that around the reason.
    match error {
        ignore::Error::WithDepth { err, .. } => passed_over(err),
        ignore::Error::WithPath { path, err } => format!("skipped {}: {err}", display(path)),
        _ => format!("skipped: {error}"),
    }
}

fn unwalked(error: &walkdir::Error) -> String {
    match (error.path(), error.io_error()) {
        (Some(path), Some(reason)) => format!("skipped {}: {reason}", display(path)),
        _ => format!("skipped: {error}"),
    }
}

fn take(path: &Path, here: Option<&Path>, options: &Options, found: &mut Found) {
    if wanted(path, options) {
        found.inputs.push(walked(path, here));
    }
}

fn walked(path: &Path, here: Option<&Path>) -> Input {
    Input { name: display_from(path, here), path: path.to_owned(), named: false }
}

/// A path made absolute by words alone; links stay what they are.
pub fn absolute(path: &Path) -> PathBuf {
    if path.is_absolute() && is_clean(path) {
        return path.to_owned();
    }
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if is_clean(&full) {
        return full;
    }
    let mut clean = PathBuf::new();
    for part in full.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// Whether a path has no part that says nothing or leads up again. Nearly every path is clean, and there are so many that
/// they are not taken apart to see it.
fn is_clean(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let holds = |part: &str| memchr::memmem::find(bytes, part.as_bytes()).is_some();
    let ends = |end: &str| bytes.ends_with(end.as_bytes());
    cfg!(unix)
        && !bytes.is_empty()
        && !["./", "../"].iter().any(|start| bytes.starts_with(start.as_bytes()))
        && !["//", "/./", "/../"].iter().any(|part| holds(part))
        && !["/", "/.", "/.."].iter().any(|end| ends(end))
        && !matches!(bytes, b"." | b"..")
}

/// What a path has below a folder; both are clean, or the answer takes longer.
pub(crate) fn below<'p>(path: &'p Path, folder: &Path) -> Option<&'p Path> {
    if is_clean(folder)
        && let (Some(whole), Some(start)) = (path.to_str(), folder.to_str())
        && let Some(rest) = whole.strip_prefix(start).and_then(|rest| rest.strip_prefix('/'))
        && Path::new(rest).is_relative()
        && is_clean(Path::new(rest))
    {
        return Some(Path::new(rest));
    }
    path.strip_prefix(folder).ok()
}

/// The roots of files: for each folder, that of the repository around it, or else the working folder where it lies below.
#[derive(Debug, Default)]
pub struct Roots {
    /// The repositories around folders.
    repositories: FxHashMap<OsString, Option<Arc<Path>>>,
    /// The working folder, once it has been asked for.
    here: OnceCell<Option<Arc<Path>>>,
    /// The folder that was asked for last: files come in the order of their folders.
    last: Option<(PathBuf, Option<Arc<Path>>)>,
}

impl Roots {
    /// The root of a file by its full path; `None` where it lies neither in a repository nor below the working folder.
    pub fn of(&mut self, location: &Path) -> Option<Arc<Path>> {
        let folder = location.parent()?;
        if let Some((last, root)) = &self.last
            && last.as_os_str() == folder.as_os_str()
        {
            return root.clone();
        }
        let root = self.repository(folder);
        let root = root.or_else(|| self.here().filter(|here| folder.starts_with(here)));
        self.last = Some((folder.to_owned(), root.clone()));
        root
    }

    /// The [absolute] path of a file, for which the system is not asked where it is each time.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        let below = path.strip_prefix("./").unwrap_or(path);
        match self.here() {
            Some(here) if below.is_relative() && is_clean(below) => here.join(below),
            _ => absolute(path),
        }
    }

    fn here(&self) -> Option<Arc<Path>> {
        self.here.get_or_init(|| std::env::current_dir().ok().map(Arc::from)).clone()
    }

    fn repository(&mut self, folder: &Path) -> Option<Arc<Path>> {
        if let Some(known) = self.repositories.get(folder.as_os_str()) {
            return known.clone();
        }
        let found = if folder.join(".git").exists() {
            Some(Arc::from(folder))
        } else {
            folder.parent().and_then(|parent| self.repository(parent))
        };
        self.repositories.insert(folder.as_os_str().to_owned(), found.clone());
        found
    }
}

/// A full path without its root, with forward slashes.
pub fn place_below(root: Option<&Path>, location: &Path) -> String {
    slashes(root.and_then(|root| below(location, root)).unwrap_or(location))
}

/// A path with forward slashes.
pub fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The way from a folder to a file, both given by their full paths, with forward slashes.
pub fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    let down = path.components().skip(shared);
    slashes(&up.chain(down).collect::<PathBuf>())
}

/// A path as messages name it: relative to the working folder where it lies below, with forward slashes
/// and without a leading `./`.
pub fn display(path: &Path) -> String {
    let here = if path.is_absolute() { std::env::current_dir().ok() } else { None };
    display_from(path, here.as_deref())
}

fn display_from(path: &Path, here: Option<&Path>) -> String {
    let path = here.and_then(|here| below(path, here)).unwrap_or(path);
    if let Some(text) = path.to_str().filter(|_| is_clean(path)) {
        return text.to_owned();
    }
    let clean: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    let text = slashes(&clean);
    if text.is_empty() { ".".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("b.yaml", ""),
            ("a.YML", ""),
            ("q.kql", ""),
            ("note.txt", ""),
            ("out/skipped.yaml", ""),
            (".gitignore", "out/\n"),
            (".git/config.yaml", ""),
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    fn names(found: &Found) -> Vec<String> {
        let last = |input: &Input| input.path.file_name().unwrap().to_str().unwrap().to_owned();
        found.inputs.iter().map(last).collect()
    }

    #[test]
    fn a_folder_is_walked_sorted_and_ignore_files_count() {
        let dir = tree();
        let paths = [dir.path().to_owned()];
        assert_eq!(names(&discover(&paths, &Options::default()).unwrap()), ["a.YML", "b.yaml", "q.kql"]);
        let all = Options { no_ignore: true, ..Options::default() };
        assert_eq!(names(&discover(&paths, &all).unwrap()), ["a.YML", "b.yaml", "skipped.yaml", "q.kql"]);
    }

    #[test]
    fn a_named_file_is_taken_unless_exclusions_are_forced() {
        let dir = tree();
        let paths = [dir.path().join("out/skipped.yaml"), dir.path().join("note.txt")];
        let found = discover(&paths, &Options::default()).unwrap();
        assert_eq!(names(&found), ["note.txt", "skipped.yaml"]);
        let forced = Options { force_exclude: true, ..Options::default() };
        assert_eq!(names(&discover(&paths, &forced).unwrap()), ["note.txt"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn files_whose_names_look_the_same_are_two() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        for name in [b"\xff.yaml", b"\xfe.yaml"] {
            std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(name)), "").unwrap();
        }
        let paths = [dir.path().to_owned(), dir.path().join(".")];
        assert_eq!(discover(&paths, &Options::default()).unwrap().inputs.len(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_for_an_ignore_file_is_passed_over() {
        let dir = tree();
        std::os::unix::fs::symlink("/dev/zero", dir.path().join("out/.ignore")).unwrap();
        let all = Options { no_ignore: true, ..Options::default() };
        assert!(discover(&[dir.path().join("out")], &all).unwrap().warnings.is_empty());
        let found = discover(&[dir.path().join("out")], &Options::default()).unwrap();
        assert_eq!((found.inputs.len(), found.warnings.len()), (1, 1));
    }

    #[test]
    fn a_missing_path_is_an_error_that_names_it() {
        let error = discover(&[PathBuf::from("no/such")], &Options::default()).unwrap_err();
        assert_eq!(error.to_string(), "there is no file or folder `no/such`");
    }

    #[test]
    fn paths_are_made_clean_however_they_are_written() {
        let full = |path: &str| absolute(Path::new(path)).display().to_string();
        for path in
            ["/a/b.yaml", "/a//b.yaml", "/a/./b.yaml", "/a/c/../b.yaml", "/./a/b.yaml/", "/a/b.yaml/."]
        {
            assert_eq!(
                full(path),
                if cfg!(unix) { "/a/b.yaml".to_owned() } else { full("/a/b.yaml") },
                "{path}"
            );
        }
        assert_eq!(full("/a/.git/..b/c."), full("/a/x/../.git/..b/c."));
        let name = |path: &str| display_from(Path::new(path), Some(Path::new("/r")));
        for (path, shown) in [
            ("/r/a.yaml", "a.yaml"),
            ("/r/./b//a.yaml", "b/a.yaml"),
            ("/rs/a.yaml", "/rs/a.yaml"),
            ("./b/a.yaml", "b/a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/r", "."),
            (".hidden/a.yaml", ".hidden/a.yaml"),
        ] {
            assert_eq!(name(path), shown, "{path}");
        }
        assert_eq!(below(Path::new("/r/a/b"), Path::new("/r/a")), Some(Path::new("b")));
        assert_eq!(below(Path::new("/r/a//b"), Path::new("/r/a")), Some(Path::new("b")));
        assert_eq!(below(Path::new("/r/ab"), Path::new("/r/a")), None);
        assert_eq!(below(Path::new("/r/a"), Path::new("/r/a")), Some(Path::new("")));
        assert_eq!(below(Path::new("/a/b"), Path::new("/")), Some(Path::new("a/b")));
    }

    #[test]
    fn a_path_is_reported_from_another_folder() {
        let told = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder));
        assert_eq!(told("/r/rules/a.yaml", "/r"), "rules/a.yaml");
        assert_eq!(told("/r/rules/a.yaml", "/r/ci"), "../rules/a.yaml");
        assert_eq!(told("/r/a.yaml", "/r"), "a.yaml");
    }
}
