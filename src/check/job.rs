//! What is to be checked: a file on disk or a text at hand, and how it is read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{Input, absolute};
use crate::source::SourceFile;

/// One file to check.
#[derive(Clone, Debug)]
pub struct Job {
    /// The file; its name is the one in messages.
    pub input: Input,
    /// The text, where it is at hand already: standard input, or a file that fixes have changed.
    pub text: Option<Arc<SourceFile>>,
    /// The file as it was, where the run compares with a revision.
    pub before: Option<Before>,
    /// Whether the file is only there to compare the others with: nothing is reported of it.
    pub silent: bool,
    /// The full path.
    location: PathBuf,
}

/// A file as it was at a revision.
#[derive(Clone, Debug)]
pub struct Before {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// The full path that it had.
    pub location: PathBuf,
    /// The revision as the user named it.
    pub revision: Arc<str>,
}

impl Job {
    /// A file on disk.
    pub fn file(input: Input) -> Self {
        let location = absolute(&input.path);
        Self { input, text: None, before: None, silent: false, location }
    }

    /// A text that was not read from a file.
    pub fn text(source: SourceFile) -> Self {
        let input = Input { name: source.path().to_owned(), path: PathBuf::from(source.path()), named: true };
        Self { text: Some(Arc::new(source)), ..Self::file(input) }
    }

    /// The same job with another text.
    #[must_use]
    pub fn with_text(&self, text: String) -> Self {
        let text = Arc::new(SourceFile::new(self.input.name.clone(), text));
        Self { text: Some(text), ..self.clone() }
    }

    /// The full path, which decides on settings and folders.
    pub fn location(&self) -> &Path {
        &self.location
    }
}

/// What became of a job that yielded no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The file is not Sentinel content.
    NotContent {
        /// Its name.
        name: String,
        /// Whether the user named it.
        named: bool,
    },
    /// The file could not be read.
    Unreadable {
        /// Its name.
        name: String,
        /// Whether the user named it.
        named: bool,
        /// Why.
        reason: String,
    },
}

/// Files over this size are refused: offsets are 32 bits wide, and no query is a thousandth as long.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Reads one job. The error is a reason in words.
pub fn read(job: &Job) -> Result<Arc<SourceFile>, String> {
    if let Some(source) = &job.text {
        return Ok(Arc::clone(source));
    }
    let attempt = || {
        let file = File::open(&job.input.path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        if size <= LARGEST {
            bytes.reserve_exact(usize::try_from(size).unwrap_or_default() + 1);
            // What is no regular file tells no size, and may have no end.
            file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        }
        std::io::Result::Ok((size.max(bytes.len() as u64), bytes))
    };
    let (size, bytes) = attempt().map_err(|error| error.to_string())?;
    if size > LARGEST {
        return Err(format!("it has {size} bytes; sentlint reads files up to {LARGEST} bytes"));
    }
    Ok(Arc::new(SourceFile::from_bytes(&*job.input.name, bytes)))
}
