//! `documents-link-validation`: no link to Microsoft's documentation or to Azure's site names a language.

use super::{Asks, Check, Gate, Opens};
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::metadata::locale_link::{self, LocaleLink};

pub(super) static GATE: Gate = Gate {
    workflow: "documents-link-validation",
    checks: &[Check::new::<LocaleLink>(Opens::All, Asks::File(links))],
};

/// The sites that the pattern of the workflow names.
const SITES: [&str; 2] = ["docs.microsoft.com", "azure.microsoft.com"];

/// The pattern ends with the language: what goes on with further letters is taken for one too.
fn links(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let site = |rest: &str| SITES.iter().find(|site| begins_with(rest, site)).map(|site| site.len());
    out.extend(locale_link::languages(cx.source().text(), site).map(|span| locale_link::finding(cx, span)));
}

/// Whether a text begins with a site's name, as the pattern has it, whose points stand for any character.
fn begins_with(text: &str, site: &str) -> bool {
    let Some(part) = text.get(..site.len()) else { return false };
    let pairs = part.bytes().zip(site.bytes());
    pairs.into_iter().all(|(a, b)| a.eq_ignore_ascii_case(&b) || (b == b'.' && a != b'\n'))
}
