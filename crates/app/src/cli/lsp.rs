//! `sentlint lsp`

use super::args::Lsp;
use super::{Error, Outcome, files};
use crate::config::Config;
use crate::lsp::{self, Ended};

pub(super) fn run(options: &Lsp) -> Result<Outcome, Error> {
    // Mistakes on the command line are reported before anybody waits for an answer.
    if let Some(path) = &options.config {
        Config::load(path).map_err(Error::Config)?;
    }
    if let Some(path) = &options.baseline {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable(name.clone(), error.to_string()))?;
        crate::baseline::Baseline::parse(&text).map_err(|error| Error::Baseline(name, error))?;
    }
    let options = lsp::Options {
        config: options.config.clone(),
        isolated: options.isolated,
        tables: files::tables(&options.tables)?,
        baseline: options.baseline.clone(),
    };
    let ended =
        lsp::stdio(&options).map_err(|error| Error::Usage(format!("no thread can be started: {error}")))?;
    Ok(match ended {
        Ended::InOrder => Outcome::Clean,
        Ended::Abruptly => Outcome::Findings,
    })
}
