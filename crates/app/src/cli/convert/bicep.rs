//! `--to bicep`: a Bicep file for each input, or one for all.

use std::path::Path;

use super::{Run, arm};
use crate::cli::{Error, Outcome};
use crate::convert;

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    // The bare name: results must not depend on the folder in which sentlint runs.
    let name = |from: Option<&Path>| Some(from?.file_name()?.to_string_lossy().into_owned());
    arm::deploy(run, |from, resources| {
        convert::bicep(resources, name(from).as_deref(), run.options.for_repositories)
    })
}
