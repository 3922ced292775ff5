//! What is to be checked: a file on disk or a text at hand, and how it is read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::content::Foreign;
use crate::discover::{Input, Roots, place_below};
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
    /// Counts the files that were checked, for who waits.
    pub counter: Option<Arc<AtomicUsize>>,
    /// Set once nobody wants the result any more, which is then worth nothing.
    pub stopped: Option<Arc<AtomicBool>>,
    /// The full path.
    location: PathBuf,
    /// The folder that folders are counted from: the repository's root, or the working folder.
    root: Option<Arc<Path>>,
    /// The path below it, with forward slashes.
    place: String,
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
        Self::below(input, &mut Roots::default())
    }

    /// A file on disk, with what is known of the roots of other files.
    pub fn below(input: Input, roots: &mut Roots) -> Self {
        let location = roots.absolute(&input.path);
        let root = roots.of(&location);
        let place = place_below(root.as_deref(), &location);
        Self {
            input,
            text: None,
            before: None,
            silent: false,
            counter: None,
            stopped: None,
            location,
            root,
            place,
        }
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

    /// The full path, which decides on settings.
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// The path below the repository's root, or below the working folder where there is no repository, with forward
    /// slashes. Its folders are hints of what the file is.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The same for another path of the same repository.
    pub fn place_of(&self, location: &Path) -> String {
        place_below(self.root.as_deref(), location)
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
        /// What it is, where that is known.
        what: Option<Foreign>,
        /// Why it cannot be read, with the place, where it is broken.
        broken: Option<String>,
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
            // What is not a regular file tells no size, and may have no end.
            file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        }
        std::io::Result::Ok((size.max(bytes.len() as u64), bytes))
    };
    let (size, bytes) = attempt().map_err(|error| error.to_string())?;
    if size > LARGEST {
        return Err(format!("it has {size} bytes; sentlint reads files of up to {LARGEST} bytes"));
    }
    Ok(Arc::new(SourceFile::from_bytes(&*job.input.name, bytes)))
}
