//! Where results go: standard output, one file, or a folder that mirrors the inputs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Run;
use crate::check::Job;
use crate::cli::args::Convert;
use crate::cli::files::Work;
use crate::cli::write::is_special;
use crate::cli::{Error, files, print, results};
use crate::convert::{self, Ownership, Target};
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

/// The extensions of results, of whatever target.
const EXTENSIONS: [&str; 4] = ["json", "bicep", "yaml", "yml"];

/// Refuses a `-o` that cannot be meant: an input, or a file of another target.
pub(super) fn refuse_output(options: &Convert, target: Target, work: &Work) -> Result<(), Error> {
    let Some(output) = options.output.as_deref().filter(|path| path.as_os_str() != "-") else {
        return Ok(());
    };
    let (name, place) = (display(output), absolute(output));
    if !work.stdin && work.jobs.iter().any(|job| absolute(&job.input.path) == place) {
        return Err(Error::Usage(format!("`-o {name}` is an input file, which the result would overwrite")));
    }
    if is_result_name(target, output) {
        return Ok(());
    }
    if output.is_file() {
        return Err(Error::Usage(format!("`-o {name}` is a file, but results are written to a folder")));
    }
    let extension = output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let extension = extension.unwrap_or_default();
    if EXTENSIONS.contains(&extension.as_str()) && !output.is_dir() {
        let wanted = target.extension();
        let message = format!(
            "`-o {name}` is not a folder, and `--to {target}` writes `.{wanted}` files: give a folder or such a file"
        );
        return Err(Error::Usage(message));
    }
    Ok(())
}

/// Whether a path has the extension of a target's results.
fn is_result_name(target: Target, path: &Path) -> bool {
    let wanted = target.extension();
    let fits = |own: &std::ffi::OsStr| {
        own.eq_ignore_ascii_case(wanted) || (wanted == "yaml" && own.eq_ignore_ascii_case("yml"))
    };
    path.extension().is_some_and(fits)
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
                let message = "several inputs need an output folder: give one with -o DIR";
                return Err(Error::Usage(message.into()));
            }
            return files.iter().try_for_each(|file| results(&file.text)).map(|()| 0);
        };
        if self.names_a_file(output) {
            match files {
                [] => return Ok(0),
                [file] => return self.put(&[(output.to_owned(), file.text.as_str())]),
                files => return Err(self.too_many_for_one(output, files.len())),
            }
        }
        let mut inputs = BTreeMap::new();
        for file in files {
            let path = output.join(&file.path);
            if let Some(other) = inputs.insert(path.clone(), &file.input) {
                let (input, path) = (&file.input, display(&path));
                let message = format!("`{other}` and `{input}` would both be written to `{path}`");
                return Err(Error::Usage(message));
            }
        }
        let results: Vec<(PathBuf, &str)> =
            files.iter().map(|file| (output.join(&file.path), file.text.as_str())).collect();
        let orphans = self.orphans(output, &results)?;
        let mut changed = self.put(&results)?;
        changed += self.settle(&orphans)?;
        if self.global.verbose > 0 && !self.options.check {
            for file in files {
                print::note(&format!("info: {} -> {}", file.input, display(&output.join(&file.path))));
            }
        }
        if self.talks() && !self.options.check {
            let noun = if files.len() == 1 { "file" } else { "files" };
            let unchanged = files.len().saturating_sub(changed);
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
        is_result_name(self.target, output) && !output.is_dir() || is_special(output)
    }

    fn too_many_for_one(&self, output: &Path, count: usize) -> Error {
        let name = display(output);
        let merge = if self.target.merges() { ", or put all into one with --merge" } else { "" };
        Error::Usage(format!(
            "`{name}` is a single file, but there are {count} results: give a folder{merge}"
        ))
    }

    /// Writes what is new or differs, or says so under `--check`; returns how many those are.
    fn put(&self, results: &[(PathBuf, &str)]) -> Result<usize, Error> {
        let mut changed = Vec::new();
        for (path, text) in results {
            self.refuse_input(path)?;
            self.warn_of_brackets(path);
            // A device or a pipe holds nothing to be kept, and reading it may never end.
            let special = is_special(path);
            let present = if special { None } else { std::fs::read_to_string(path).ok() };
            if present.as_deref() == Some(*text) {
                continue;
            }
            let owner = present.as_deref().map(|text| convert::ownership(self.target, text));
            let name = display(path);
            if self.options.check {
                let what = match owner {
                    None => "is missing",
                    Some(Ownership::Edited) => "was edited after sentlint wrote it",
                    Some(_) => "is out of date",
                };
                print::note(&format!("{name} {what}"));
            } else if path.exists() && !special && !self.options.force {
                let what = match owner {
                    Some(Ownership::Ours | Ownership::Unsure) => None,
                    Some(Ownership::Edited) => Some("was edited after sentlint wrote it"),
                    _ => Some("exists and was not written by sentlint"),
                };
                if let Some(what) = what {
                    return Err(Error::Usage(format!("`{name}` {what}; --force overwrites it")));
                }
            }
            changed.push((path, text));
        }
        if !self.options.check {
            // At once, because each write waits for the disk; the first error in the order of the results is reported.
            let written: Vec<_> = changed.par_iter().map(|(path, text)| files::write(path, text)).collect();
            written.into_iter().collect::<Result<(), Error>>()?;
        }
        Ok(changed.len())
    }

    /// No result may take the place of what it was made from, whatever `--force` says.
    fn refuse_input(&self, path: &Path) -> Result<(), Error> {
        let place = absolute(path);
        let is_input = |job: &&Job| !self.work.stdin && absolute(&job.input.path) == place;
        match self.work.jobs.iter().find(is_input) {
            Some(_) => {
                let name = display(path);
                Err(Error::Usage(format!("`{name}` is an input file, which a result would overwrite")))
            }
            None => Ok(()),
        }
    }

    /// Sentinel Repositories reads brackets in names as patterns, and so passes over such files.
    fn warn_of_brackets(&self, path: &Path) {
        let deployed = matches!(self.target, Target::Arm | Target::Bicep);
        let name = display(path);
        if deployed && name.contains(['[', ']']) {
            self.hint(&format!(
                "the name of `{name}` contains brackets; Sentinel Repositories does not deploy such files"
            ));
        }
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
