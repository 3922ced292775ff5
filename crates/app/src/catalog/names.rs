//! The names of pages: short, without anything that a file system or a URL minds, and each once, whatever its case.

use std::collections::{BTreeMap, BTreeSet};

/// Longer names are cut.
const LONGEST: usize = 80;

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// The number of the next page of each name that several would have.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// A page in a folder, named after something.
    pub(super) fn page(&mut self, folder: &str, after: &str, extension: &str) -> String {
        let stem = format!("{folder}/{}", slug(after));
        let number = self.next.entry(stem.clone()).or_insert(1);
        loop {
            let name = match *number {
                1 => format!("{stem}.{extension}"),
                number => format!("{stem}-{number}.{extension}"),
            };
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// Lower-case letters, digits and single hyphens.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    let out = out.trim_matches('-');
    // Windows gives some names to devices, and each folder may have a page of its own.
    let reserved = ["con", "prn", "aux", "nul", "index"].contains(&out)
        || out.len() == 4 && (out.starts_with("com") || out.starts_with("lpt"));
    match (out, reserved) {
        ("", _) => "page".to_owned(),
        (out, true) => format!("{out}-page"),
        (out, false) => out.to_owned(),
    }
}

/// The way from one page to another, both below the same folder.
pub(super) fn relative(from: &str, to: &str) -> String {
    let up = from.matches('/').count();
    "../".repeat(up) + to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_whatever_their_case() {
        let mut names = Names::default();
        let longest = "x".repeat(500);
        let pages: Vec<String> =
            ["Rules/A b.c", "rules/a B c", "", "\u{202e}é", "CON", "Index", "a-2", "A", "a", &longest]
                .into_iter()
                .map(|text| names.page("content", text, "html"))
                .collect();
        let expected =
            ["rules-a-b-c", "rules-a-b-c-2", "page", "page-2", "con-page", "index-page", "a-2", "a", "a-3"];
        for (page, expected) in pages.iter().zip(expected) {
            assert_eq!(*page, format!("content/{expected}.html"));
        }
        assert!(pages[9].len() < 100);
    }

    #[test]
    fn links_go_up_and_down() {
        assert_eq!(relative("content/a.html", "technique/t1.html"), "../technique/t1.html");
        assert_eq!(relative("index.html", "content/a.html"), "content/a.html");
    }
}
