//! Reads fact files into typed values; an unexpected shape is an error that names the file.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The folder of fact files.
pub(crate) struct Facts {
    folder: PathBuf,
}

impl Facts {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The fact file `name` (a path below the folder), as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let path = self.folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Where a fact was read: a repository's file at a commit.
#[derive(Deserialize)]
pub(crate) struct Source {
    repo: String,
    path: String,
    commit: Option<String>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.repo, self.path)?;
        match &self.commit {
            Some(commit) => write!(f, " at {commit}"),
            None => Ok(()),
        }
    }
}
