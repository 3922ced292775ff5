//! What is found in files of YAML, broken and whole: every text of tests/it/documents, each file a topic, with a
//! snapshot of everything that is said of it and of what the fixes make of it.

use std::fmt::Write as _;

use rayon::prelude::*;
use sentlint::internals::rules::Profile;

use crate::checked::{self, pin, settings};
use crate::common::root;
use crate::queries_pinned::{findings, parts};

/// What divides the texts of a file. A text may begin with `!profile` on a line of its own.
const MARK: &str = "#===";

fn fixed(name: &str, text: &str, profile: Profile) -> String {
    let mut jobs = checked::named(name, text.as_bytes());
    if checked::fix(&mut jobs, &settings(profile)) == 0 {
        return String::new();
    }
    let after = jobs[0].text.as_ref().unwrap().text();
    format!("--- fixed\n{}", sentlint::internals::fix::diff(name, text, after))
}

#[test]
fn what_is_said_of_documents() {
    let topics = checked::files(&root().join("tests/it/documents"));
    let pinned: Vec<(&str, String)> = topics
        .par_iter()
        .map(|(topic, text)| {
            let mut out = String::new();
            for (title, text) in parts(std::str::from_utf8(text).unwrap(), MARK) {
                // A title may name the file and the profile: `title @ folder/name.yaml pedantic`.
                let (title, place) = title.split_once(" @ ").unwrap_or((title, "a.yaml recommended"));
                let (name, profile) = place.rsplit_once(' ').unwrap_or((place, "recommended"));
                let profile = profile.parse().unwrap();
                let text = text.replace("<tab>", "\t").replace("<cr>", "\r").replace("<bom>", "\u{feff}");
                let found = findings((name, text.as_bytes()), profile);
                let _ = write!(out, "=== {title} @ {place}\n{found}{}\n", fixed(name, &text, profile));
            }
            (topic.split_once('.').unwrap().0, out)
        })
        .collect();
    assert!(!pinned.is_empty());
    for (name, text) in pinned {
        pin(&format!("documents__{name}"), &text);
    }
}
