//! `--to bicep`.

use super::Run;
use crate::cli::{Error, Outcome};

pub(super) fn run(run: &Run<'_>) -> Result<Outcome, Error> {
    Err(run.unavailable())
}
