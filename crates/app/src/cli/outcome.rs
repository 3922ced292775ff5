//! How a command ended, and the one table from that to exit codes.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, with nothing at or above the fail level.
    Clean,
    /// Done; there are findings, changes to make, or inputs that could not be converted.
    Findings,
    /// The work could not be done.
    Impossible,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Impossible => 2,
        })
    }
}
