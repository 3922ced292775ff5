//! Which files the ignore files of a tree leave out: `.gitignore`, `.ignore` and `.git/info/exclude`.
//!
//! The crate `ignore` opens whatever has such a name. A tree from elsewhere can hold a link to `/dev/zero` or a named pipe
//! there, which would be read for ever. So these files are read here, and the crate only matches.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

/// How many bytes of an ignore file are read: of one that is larger, nothing is.
const MOST_BYTES: u64 = 1 << 20;

/// What a folder says of the files below it.
#[derive(Debug)]
struct Folder {
    /// What the folders above say; `None` at the top of a repository and of the file system.
    above: Option<Arc<Self>>,
    ignore: Gitignore,
    gitignore: Gitignore,
    exclude: Gitignore,
}

/// The ignore files of folders, each read once.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    folders: Mutex<FxHashMap<OsString, Arc<Folder>>>,
    passed_over: Mutex<Vec<PathBuf>>,
}

impl Ignores {
    /// Whether the folders around a full path leave it out: this path itself, not one of the folders.
    pub(super) fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        path.parent().is_some_and(|parent| says(&self.folder(parent), path, is_folder))
    }

    /// Whether a full path or one of the folders around it is left out.
    pub(super) fn leave_out_with_parents(&self, path: &Path) -> bool {
        let top = path.ancestors().skip(1).find(|folder| is_top(folder));
        let inside = path.ancestors().take_while(|one| Some(*one) != top && one.parent().is_some());
        inside.enumerate().any(|(at, one)| self.leave_out(one, at > 0))
    }

    /// The ignore files that were not read, because they are links, no regular files, or too large.
    pub(super) fn passed_over(self) -> Vec<PathBuf> {
        let mut all = self.passed_over.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.sort();
        all.dedup();
        all
    }

    fn folder(&self, path: &Path) -> Arc<Folder> {
        if let Some(known) = self.known(path) {
            return known;
        }
        let mut missing = vec![path];
        let mut above = None;
        while let Some(parent) = missing.last().filter(|last| !is_top(last)).and_then(|last| last.parent()) {
            above = self.known(parent);
            if above.is_some() {
                break;
            }
            missing.push(parent);
        }
        // Files are read while no other thread waits; two may read the same, and find the same.
        while let Some(last) = missing.pop() {
            let read = Arc::new(self.read(last, above.take()));
            let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.insert(last.as_os_str().to_owned(), Arc::clone(&read));
            above = Some(read);
        }
        above.unwrap_or_else(|| Arc::new(self.read(path, None)))
    }

    fn known(&self, path: &Path) -> Option<Arc<Folder>> {
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.get(path.as_os_str()).cloned()
    }

    fn read(&self, folder: &Path, above: Option<Arc<Folder>>) -> Folder {
        let read = |file: PathBuf| self.patterns(folder, &file);
        let exclude = match git_folder(folder) {
            Some(git) => read(git.join("info/exclude")),
            None => Gitignore::empty(),
        };
        Folder {
            above,
            ignore: read(folder.join(".ignore")),
            gitignore: read(folder.join(".gitignore")),
            exclude,
        }
    }

    /// The patterns of an ignore file, for the files below a folder. Patterns that cannot be read are left out.
    fn patterns(&self, folder: &Path, file: &Path) -> Gitignore {
        // Git follows no link here either.
        let Ok(facts) = fs::symlink_metadata(file) else { return Gitignore::empty() };
        if !facts.is_file() || facts.len() > MOST_BYTES {
            self.passed_over.lock().unwrap_or_else(PoisonError::into_inner).push(file.to_owned());
            return Gitignore::empty();
        }
        let Ok(bytes) = fs::read(file) else { return Gitignore::empty() };
        let mut builder = GitignoreBuilder::new(folder);
        for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(None, line);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}

/// What is said of a path: `.ignore` before `.gitignore`, and a nearer folder before one further up.
fn says(folder: &Arc<Folder>, path: &Path, is_folder: bool) -> bool {
    let asked = |of: fn(&Folder) -> &Gitignore| {
        let folders = std::iter::successors(Some(folder), |folder| folder.above.as_ref());
        let mut said = folders.map(|folder| of(folder).matched(path, is_folder));
        said.find_map(|said| match said {
            Match::None => None,
            said => Some(said.is_ignore()),
        })
    };
    let ignored = asked(|folder| &folder.ignore);
    ignored.or_else(|| asked(|folder| &folder.gitignore)).or_else(|| asked(|folder| &folder.exclude))
        == Some(true)
}

/// Whether a folder is the top of a repository.
fn is_top(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// Where a repository keeps what all of its working trees share, by its top folder.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let facts = fs::metadata(&git).ok()?;
    if facts.is_dir() {
        return Some(git);
    }
    // In a further working tree, `.git` is a file that names the folder, and that one names the one in common.
    let line = |file: &Path| {
        let facts = fs::metadata(file).ok().filter(|facts| facts.is_file() && facts.len() < 10_000)?;
        let _ = facts;
        Some(fs::read_to_string(file).ok()?.trim().to_owned())
    };
    let own = top.join(line(&git)?.strip_prefix("gitdir:")?.trim());
    Some(line(&own.join("commondir")).map_or_else(|| own.clone(), |common| own.join(common)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn the_nearest_folder_decides_and_ignore_wins() {
        let dir = tree(&[
            (".git/info/exclude", "local.yaml\n"),
            (".gitignore", "*.yaml\nout/\n"),
            ("a/.gitignore", "!kept.yaml\n"),
            ("a/.ignore", "dropped.yaml\n!both.yaml\n"),
            ("a/.gitignore", "!kept.yaml\nboth.yaml\n"),
        ]);
        let ignores = Ignores::default();
        let leaves = |name: &str| ignores.leave_out_with_parents(&dir.path().join(name));
        assert!(leaves("x.yaml") && leaves("a/x.yaml") && leaves("out/x.kql") && leaves("a/dropped.yaml"));
        assert!(!leaves("a/kept.yaml") && !leaves("a/both.yaml") && !leaves("x.kql"));
        let dir = tree(&[(".git/info/exclude", "local.kql\n")]);
        assert!(Ignores::default().leave_out_with_parents(&dir.path().join("b/local.kql")));
    }

    #[test]
    fn nothing_above_the_repository_counts() {
        let dir = tree(&[(".gitignore", "*\n"), ("repository/.git/HEAD", ""), ("repository/a/x.yaml", "")]);
        let ignores = Ignores::default();
        assert!(!ignores.leave_out_with_parents(&dir.path().join("repository/a/x.yaml")));
        assert!(ignores.leave_out(&dir.path().join("other.yaml"), false));
    }

    #[test]
    #[cfg(unix)]
    fn only_regular_files_of_a_sane_size_are_read() {
        let dir = tree(&[("patterns", "*.yaml\n"), ("large/.gitignore", &"*.yaml\n".repeat(200_000))]);
        std::os::unix::fs::symlink("/dev/zero", dir.path().join(".gitignore")).unwrap();
        std::os::unix::fs::symlink("patterns", dir.path().join(".ignore")).unwrap();
        let ignores = Ignores::default();
        assert!(!ignores.leave_out(&dir.path().join("x.yaml"), false));
        assert!(!ignores.leave_out(&dir.path().join("large/x.yaml"), false));
        assert_eq!(ignores.passed_over().len(), 3);
    }
}
