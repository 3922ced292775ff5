//! The baseline of a check: read, applied, pruned and written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Check, Global};
use super::{Error, files, print};
use crate::baseline::{Baseline, Scope};
use crate::discover::{absolute, relative};
use crate::findings::Findings;
use crate::rules::Settings;

/// Applies, prunes and writes the baselines that the options name. `settings` are those of the files that were checked.
pub(super) fn apply(
    global: &Global,
    options: &Check,
    settings: &[Arc<Settings>],
    findings: &mut Findings,
) -> Result<(), Error> {
    let first = settings.first().map(|settings| settings.profile);
    let profile = first.filter(|first| settings.iter().all(|settings| settings.profile == *first));
    let is_partial = settings.iter().any(|settings| settings.min_severity.is_some());
    let profile = profile.map(crate::rules::Profile::as_str);
    if let Some(path) = &options.baseline {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
        let baseline = Baseline::parse(&text).map_err(|error| Error::Baseline(name.clone(), error))?;
        let folder = folder_of(path);
        let scope = Scope {
            relative: &|name| relative(&absolute(Path::new(name)), &folder),
            is_gone: &|name| !folder.join(name).exists(),
            profile,
            is_partial,
        };
        let gone = baseline.apply(findings, &scope);
        if options.prune_baseline {
            files::write(path, &baseline.pruned(findings, &scope).to_json())?;
        } else if gone > 0 && !global.quiet && !options.changed_only {
            let noun = print::count(gone, "finding");
            print::note(&format!("{noun} of the baseline no longer found; --prune-baseline removes them"));
        }
    }
    if let Some(path) = &options.write_baseline {
        let folder = folder_of(path);
        let scope = Scope {
            relative: &|name| relative(&absolute(Path::new(name)), &folder),
            is_gone: &|_| false,
            profile,
            is_partial,
        };
        let baseline = Baseline::of(findings, &scope);
        files::write(path, &baseline.to_json())?;
        baseline.apply(findings, &scope);
        if !global.quiet {
            print::note(&format!("Wrote {} to {}.", print::count(baseline.len(), "finding"), path.display()));
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    let full = absolute(path);
    full.parent().map_or_else(|| full.clone(), Path::to_owned)
}
