//! The names of pages: short, without anything that a file system or a URL minds, and each once, whatever its case.

use std::collections::BTreeSet;

/// Longer names are cut.
const LONGEST: usize = 80;

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A page in a folder, named after something.
    pub(super) fn page(&mut self, folder: &str, after: &str, extension: &str) -> String {
        let stem = slug(after);
        let mut number = 1;
        loop {
            let name = match number {
                1 => format!("{folder}/{stem}.{extension}"),
                number => format!("{folder}/{stem}-{number}.{extension}"),
            };
            if self.0.insert(name.clone()) {
                return name;
            }
            number += 1;
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
    // Windows gives some names to devices.
    let reserved = ["con", "prn", "aux", "nul"].contains(&out)
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
        let pages: Vec<String> = ["Rules/A b.c", "rules/a B c", "", "\u{202e}é", "CON", &"x".repeat(500)]
            .into_iter()
            .map(|text| names.page("content", text, "html"))
            .collect();
        let expected = ["rules-a-b-c", "rules-a-b-c-2", "page", "page-2", "con-page"];
        for (page, expected) in pages.iter().zip(expected) {
            assert_eq!(*page, format!("content/{expected}.html"));
        }
        assert!(pages[5].len() < 100);
    }

    #[test]
    fn links_go_up_and_down() {
        assert_eq!(relative("content/a.html", "technique/t1.html"), "../technique/t1.html");
        assert_eq!(relative("index.html", "content/a.html"), "content/a.html");
    }
}
