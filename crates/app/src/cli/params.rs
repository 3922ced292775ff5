//! Parameter files: read once, and laid over files that are checked.

use std::path::Path;

use super::Error;
use super::files::Work;
use crate::check;
use crate::content::Content;
use crate::convert::Params;
use crate::discover::{display, slashes};
use crate::source::SourceFile;

/// Reads a parameter file.
pub(super) fn read(path: &Path) -> Result<Params, Error> {
    let name = display(path);
    let bytes = std::fs::read(path).map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
    let file = SourceFile::from_bytes(name, bytes);
    Params::parse(&file).map_err(|refusal| {
        let start = file.position(refusal.span.start as usize);
        let place = format!("{}:{}:{}", file.path(), start.line, start.column);
        let help = refusal.help.as_deref().unwrap_or_default();
        Error::Usage(format!("{place}: {}\n  help: {help}", refusal.message))
    })
}

/// Reads several parameter files, the later over the earlier.
pub(super) fn read_all<P: AsRef<Path>>(paths: &[P]) -> Result<Params, Error> {
    paths.iter().try_fold(Params::default(), |params, path| Ok(params.then(read(path.as_ref())?)))
}

/// Lays parameters over the files that are to be checked: what is checked is what would be deployed.
pub(super) fn lay_over(work: &mut Work, params: &Params) {
    for job in &mut work.jobs {
        // A file that cannot be read is reported by the check.
        let Ok(source) = check::read(job) else { continue };
        let content = Content::read(source, &slashes(job.location()));
        if content.template().is_none() || !content.document.errors.is_empty() {
            continue;
        }
        if let Ok(Some(text)) = params.text_over(&content) {
            *job = job.with_text(text);
        }
    }
}
