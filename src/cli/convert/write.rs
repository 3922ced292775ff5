//! Where results go: standard output, one file, or a folder that mirrors the inputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Run;
use crate::check::Job;
use crate::cli::{Error, files, print, results};
use crate::convert::{self, Target};
use crate::discover::{absolute, display};

/// A result.
pub(super) struct File {
    /// The name of the input that it was made from.
    pub(super) input: String,
    /// Where it belongs, below the folder of `-o`.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) text: String,
}

impl Run<'_> {
    /// Where the result of an input belongs below the folder of `-o`: as the input lies below the folder that was
    /// named, or its file name where it was named itself.
    pub(super) fn mirrored(&self, job: &Job) -> PathBuf {
        self.relative(job).with_extension(self.target.extension())
    }

    /// Writes results; returns how many are new or differ. Nothing is written where one of them cannot be.
    pub(super) fn write_all(&self, files: &[File]) -> Result<usize, Error> {
        let Some(output) = self.options.output.as_deref().filter(|path| path.as_os_str() != "-") else {
            if files.len() > 1 && self.options.output.is_none() {
                let message = "several inputs need a folder for their results: give one with -o DIR";
                return Err(Error::Usage(message.into()));
            }
            return files.iter().try_for_each(|file| results(&file.text)).map(|()| 0);
        };
        if let [file] = files
            && self.names_a_file(output)
        {
            return Ok(usize::from(self.put(&[(output.to_owned(), file.text.as_str())])? > 0));
        }
        let mut inputs = BTreeMap::new();
        for file in files {
            let path = output.join(&file.path);
            if let Some(other) = inputs.insert(path.clone(), &file.input) {
                let (input, path) = (&file.input, display(&path));
                let message = format!("`{other}` and `{input}` would both become `{path}`");
                return Err(Error::Usage(message));
            }
        }
        let results: Vec<(PathBuf, &str)> =
            files.iter().map(|file| (output.join(&file.path), file.text.as_str())).collect();
        let changed = self.put(&results)?;
        if self.global.verbose > 0 && !self.options.check {
            for file in files {
                print::note(&format!("info: {} -> {}", file.input, display(&output.join(&file.path))));
            }
        }
        if self.talks() && !self.options.check {
            let noun = if files.len() == 1 { "file" } else { "files" };
            let unchanged = files.len() - changed;
            print::note(&format!("{} {noun} in {} ({unchanged} unchanged).", files.len(), display(output)));
        }
        Ok(changed)
    }

    /// Writes the one result that all inputs make together; `-o` names the file, or the folder for it.
    pub(super) fn write_one(&self, name: &str, text: &str) -> Result<usize, Error> {
        let Some(output) = self.options.output.as_deref().filter(|path| path.as_os_str() != "-") else {
            return results(text).map(|()| 0);
        };
        let path = if self.names_a_file(output) { output.to_owned() } else { output.join(name) };
        let changed = self.put(&[(path.clone(), text)])?;
        if self.talks() && !self.options.check {
            let state = if changed == 0 { " (unchanged)" } else { "" };
            print::note(&format!("Everything is in {}{state}.", display(&path)));
        }
        Ok(changed)
    }

    /// Whether `-o` names a file of the target, and not a folder.
    fn names_a_file(&self, output: &Path) -> bool {
        let extension = self.target.extension();
        output.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension)) && !output.is_dir()
    }

    /// Writes what is new or differs, or says so under `--check`; returns how many those are.
    fn put(&self, results: &[(PathBuf, &str)]) -> Result<usize, Error> {
        let mut changed = Vec::new();
        for (path, text) in results {
            let present = std::fs::read_to_string(path).ok();
            if present.as_deref() == Some(*text) {
                continue;
            }
            let own = || present.as_deref().is_some_and(|text| convert::is_own(self.target, text));
            if self.options.check {
                let what = if present.is_some() { "is out of date" } else { "is missing" };
                print::note(&format!("{} {what}", display(path)));
            } else if path.exists() && !self.options.force && !own() {
                let path = display(path);
                // YAML is there to be edited, and is its editor's from then on.
                let edited = if self.target == Target::Yaml { ", or was edited since" } else { "" };
                let message =
                    format!("`{path}` exists and was not written by sentlint{edited}; --force overwrites it");
                return Err(Error::Usage(message));
            }
            changed.push((path, text));
        }
        if !self.options.check {
            // At once, because each write waits for the disk; the first error in the order of the results is told.
            let written: Vec<_> = changed.par_iter().map(|(path, text)| files::write(path, text)).collect();
            written.into_iter().collect::<Result<(), Error>>()?;
        }
        Ok(changed.len())
    }

    fn relative(&self, job: &Job) -> PathBuf {
        let file_name = || PathBuf::from(job.input.path.file_name().unwrap_or_default());
        if job.input.named || self.work.stdin {
            return file_name();
        }
        let here = [PathBuf::from(".")];
        let paths = &self.options.files.paths;
        let roots = if paths.is_empty() { &here[..] } else { paths };
        let location = absolute(&job.input.path);
        let below = |root: &PathBuf| location.strip_prefix(absolute(root)).ok().map(Path::to_owned);
        // Of nested folders the outermost decides, so that no two inputs meet.
        roots.iter().filter_map(below).max_by_key(|path| path.components().count()).unwrap_or_else(file_name)
    }
}
