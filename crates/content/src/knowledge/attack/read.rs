//! Reads the texts of the releases; `xtask/src/attack.rs` writes them and tells their layout.

use std::str::Lines;

use super::{Domain, Release, Status, Tactic, Technique, Version};
use crate::words::{Fields, Words, block};

/// The newest release.
pub(super) fn newest(text: &'static str) -> Release {
    release(&mut text.lines(), Version::NEWEST)
}

/// A release before it, of which the text has what differs.
pub(super) fn older(newest: &Release, text: &'static str, version: Version) -> Release {
    let mut lines = text.lines();
    let mut own = release(&mut lines, version);
    let mut changed = std::mem::take(&mut own.techniques).into_iter().peekable();
    let mut absent = block(&mut lines).peekable();
    for technique in &newest.techniques {
        if absent.next_if(|id| *id == technique.id).is_some() {
            continue;
        }
        let changed = changed.next_if(|changed| changed.id == technique.id);
        own.techniques.push(changed.unwrap_or_else(|| Technique { version, ..technique.clone() }));
    }
    own
}

fn release(lines: &mut Lines<'static>, version: Version) -> Release {
    let lists: Vec<Words> = block(lines).map(Words::new).collect();
    let tactics = block(lines).filter_map(tactic).collect();
    let techniques = block(lines).filter_map(|line| technique(line, &lists, version)).collect();
    Release { tactics, techniques }
}

fn tactic(line: &'static str) -> Option<Tactic> {
    let mut fields = Fields::of(line);
    Some(Tactic {
        domain: domain(fields.text())?,
        id: fields.some()?,
        shortname: fields.some()?,
        name: fields.some()?,
        deprecated: fields.some().is_some(),
    })
}

fn technique(line: &'static str, lists: &[Words], version: Version) -> Option<Technique> {
    let mut fields = Fields::of(line);
    let (id, name) = (fields.some()?, fields.some()?);
    let (letter, list) = fields.text().split_at_checked(1)?;
    let status = match fields.some() {
        None => Status::Active,
        Some("deprecated") => Status::Deprecated,
        Some("revoked") => Status::Revoked { by: None },
        by => Status::Revoked { by },
    };
    let tactics = *lists.get(list.parse::<usize>().ok()?)?;
    Some(Technique { id, name, tactics, domain: domain(letter)?, status, version })
}

fn domain(letter: &str) -> Option<Domain> {
    match letter {
        "E" => Some(Domain::Enterprise),
        "M" => Some(Domain::Mobile),
        "I" => Some(Domain::Ics),
        _ => None,
    }
}
