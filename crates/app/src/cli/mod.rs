//! The command line: options, printing and exit codes, and nothing else.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod base;
mod baselines;
mod catalog;
mod check;
mod convert;
mod coverage;
mod diff;
mod explain;
mod files;
mod fmt;
mod inspect;
mod lsp;
mod man;
mod new;
mod new_test;
mod outcome;
mod params;
mod print;
mod progress;
mod reports;
mod revision;
mod run;
mod test;
mod write;

use outcome::Outcome;

use args::{Cli, Command};

/// Runs the program; the exit code follows the one table of `Outcome`.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not errors; clap knows which stream each belongs to.
            let code = if error.use_stderr() { Outcome::Impossible } else { Outcome::Clean };
            // What was given stands in the words, and may be the name of a file that others gave it.
            let plain = error.render().to_string();
            let safe = crate::report::printable(&plain);
            if error.use_stderr() && safe != plain {
                print::report(&safe);
            } else {
                let _ = error.print();
            }
            if is_forgotten_command(&error) {
                print::report("\nTo check files, run `sentlint check PATH`.");
            }
            return code.into();
        }
    };
    let done = match &cli.command {
        Command::Check(options) => check::run(&cli.global, options),
        Command::Convert(options) => convert::run(&cli.global, options),
        Command::Inspect(options) => inspect::run(&cli.global, options),
        Command::Coverage(options) => coverage::run(&cli.global, options),
        Command::Catalog(options) => catalog::run(&cli.global, options),
        Command::Diff(options) => diff::run(&cli.global, options),
        Command::Run(options) => run::run(&cli.global, options),
        Command::Test(options) => test::run(&cli.global, options),
        Command::Fmt(options) => fmt::run(&cli.global, options),
        Command::Lsp(options) => lsp::run(options),
        Command::Explain(options) => explain::explain(&cli.global, options),
        Command::Rules(options) => explain::rules(&cli.global, options),
        Command::Schema(options) => explain::schema(options),
        Command::New(options) => new::run(&cli.global, options),
        Command::Init => new::init(),
        Command::Completions(options) => explain::completions(options),
        Command::Man(options) => man::run(options),
    };
    match done {
        Ok(outcome) => outcome.into(),
        Err(Error::Refused(lines)) => {
            for line in &lines {
                print::note(line);
            }
            Outcome::Impossible.into()
        }
        Err(error) => {
            print::error(&cli.global, &error);
            Outcome::Impossible.into()
        }
    }
}

/// Whether a file or folder stands where a command belongs.
fn is_forgotten_command(error: &clap::Error) -> bool {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return false };
    error.kind() == ErrorKind::InvalidSubcommand
        && (std::path::Path::new(word).exists()
            || crate::content::is_yaml_file(word)
            || crate::content::is_query_file(word))
}

/// Why the work could not be done, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that was named cannot be used.
    #[error(transparent)]
    Discover(#[from] crate::discover::Error),
    /// What changed cannot be determined.
    #[error("--diff-base: {0}")]
    Git(#[from] crate::git::Error),
    /// What changed since a revision cannot be determined.
    #[error("{0}")]
    Revision(crate::git::Error),
    /// A file that was named cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(String, String),
    /// A result cannot be written.
    #[error("cannot write `{0}`: {1}")]
    Unwritable(String, io::Error),
    /// A file has changed since it was read.
    #[error("`{0}` was changed while it was being fixed and was not modified; run again to fix it")]
    Changed(String),
    /// The configuration has mistakes.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: "))]
    Config(Vec<crate::config::ConfigError>),
    /// The baseline cannot be used.
    #[error("`{0}`: {1}")]
    Baseline(String, crate::baseline::Error),
    /// A query cannot be run, each reason with its place.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// An option cannot be used so.
    #[error("{0}")]
    Usage(String),
}

/// Writes results to standard output. A reader that has seen enough, such as `head`, is not an error.
fn results(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Unwritable("standard output".into(), error))
        }
        _ => Ok(()),
    }
}
