//! `sentlint man`: the manual pages, made from the options.

use clap::{Command, CommandFactory as _};

use super::args::{Cli, Man};
use super::{Error, Outcome, files};

pub(super) fn run(options: &Man) -> Result<Outcome, Error> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    page(&program, "sentlint", options)?;
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        page(command, &format!("sentlint-{}", command.get_name()), options)?;
    }
    Ok(Outcome::Clean)
}

fn page(command: &Command, name: &str, options: &Man) -> Result<(), Error> {
    let path = options.folder.join(format!("{name}.1"));
    let mut text = Vec::new();
    // A program that holds no date of its own makes the same page every day.
    let manual = clap_mangen::Man::new(command.clone()).title(name.to_uppercase());
    let manual = manual.source(concat!("sentlint ", env!("CARGO_PKG_VERSION"))).date("").manual("sentlint");
    manual.render(&mut text).map_err(|error| Error::Unwritable(path.display().to_string(), error))?;
    // An empty date would be left out, and the source would take its place.
    let text = String::from_utf8_lossy(&text).replacen(" 1  \"sentlint", " 1 \"\" \"sentlint", 1);
    files::write(&path, &text)
}
