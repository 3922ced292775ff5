//! What is said of texts with slips: each query of tests/it/queries and each text of tests/it/documents with a word or a
//! sign too many, too few, doubled, swapped or replaced, always the same ones, with a snapshot of what is found there.

use std::fmt::Write as _;

use sentlint::internals::rules::Profile;

use crate::checked::pin;
use crate::common::root;
use crate::queries_pinned::{findings, meaning, parts};

/// What slips put into queries.
const QUERY_PIECES: &[&str] = &[
    ",",
    ";",
    "|",
    "||",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "=",
    "==",
    "=~",
    "!=",
    "!",
    "<",
    "..",
    ".",
    ":",
    "*",
    "//",
    "@",
    "#",
    "--",
    "&gt;",
    "%",
    "and ",
    "or ",
    "not ",
    "by ",
    "on ",
    "in ",
    "has ",
    "between ",
    "asc ",
    "kind=inner ",
    "where ",
    "extend ",
    "summarize ",
    "project ",
    "join ",
    "union ",
    "let ",
    "as ",
    "with ",
    "to ",
    "count() ",
    "x ",
    "1 ",
    "1h ",
    "null ",
    "dynamic(",
    "ago(",
    "T ",
    "$left.",
    "\n",
    "\n\n",
    "\u{a0}",
    "\u{201c}",
    "AND ",
    "LIKE ",
    "SELECT ",
    "!in ",
];

/// What slips put into YAML.
const YAML_PIECES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\n  ",
    ":",
    ": ",
    "- ",
    "-",
    "#",
    " # x",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    ">",
    "&a ",
    "*a",
    "!!x ",
    "? ",
    "%",
    "@",
    "`",
    "---\n",
    "x",
    "X",
    "_",
    "null",
    "true",
    "1",
    "1.0",
    "\u{2019}",
    "\u{a0}",
    "<cr>",
    "=",
    "id: x\n",
    "tactics: [Impact]\n",
    "kind: NRT\n",
    "severity: high\n",
    "query: T\n",
];

/// A generator that gives the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

/// The beginnings and ends of the words and signs of a text.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let in_word = |c: char| c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(last) if last.1 == at && in_word(c) && text[last.0..at].chars().all(in_word) => last.1 = end,
            _ if !c.is_whitespace() => words.push((at, end)),
            _ => {}
        }
    }
    words
}

/// A text with one slip, and what the slip is.
fn slip(text: &str, pieces: &[&str], numbers: &mut Numbers) -> (String, String) {
    let words = words(text);
    let mut out = text.to_owned();
    let at = numbers.below(words.len());
    let Some(&(start, end)) = words.get(at) else { return (out, "nothing".to_owned()) };
    let word = text[start..end].to_owned();
    let piece = pieces[numbers.below(pieces.len())];
    let what = match numbers.below(7) {
        0 => {
            out.replace_range(start..end, "");
            format!("no `{word}`")
        }
        1 => {
            out.insert_str(end, &format!(" {word}"));
            format!("`{word}` twice")
        }
        2 => {
            out.insert_str(start, piece);
            format!("{piece:?} before `{word}`")
        }
        3 => {
            out.replace_range(start..end, piece);
            format!("{piece:?} for `{word}`")
        }
        4 => {
            let turned: String = word.chars().rev().collect();
            out.replace_range(start..end, &turned);
            format!("`{turned}` for `{word}`")
        }
        5 => {
            out.truncate(end);
            format!("the end after `{word}`")
        }
        _ => match words.get(at + 1) {
            Some(&(next, next_end)) => {
                let other = &text[next..next_end];
                out.replace_range(start..next_end, &format!("{other}{}{word}", &text[end..next]));
                format!("`{other}` before `{word}`")
            }
            None => "nothing".to_owned(),
        },
    };
    let line = text[..start].matches('\n').count() + 1;
    (out, format!("line {line}: {what}"))
}

/// The first findings: what follows from a slip is said once as well as often.
fn first(found: &str) -> String {
    found.lines().take(12).fold(String::new(), |out, line| out + line + "\n")
}

/// The text of a topic, with the folder of texts that it is in.
fn topic(folder: &str, file: &str) -> String {
    std::fs::read_to_string(root().join("tests/it").join(folder).join(file)).unwrap().replace("\r\n", "\n")
}

fn queries(name: &str) {
    let text = topic("queries", &format!("{name}.kql"));
    let mut out = String::new();
    for (seed, each) in [(0x2545_f491_4f6c_dd1d, 4), (0x5851_f42d_4c95_7f2d, 5)] {
        let mut numbers = Numbers(seed);
        for (title, query) in parts(&text, "// ===") {
            for _ in 0..each {
                let (query, what) = slip(query.trim_end(), QUERY_PIECES, &mut numbers);
                let found = first(&findings(("q.kql", query.as_bytes()), Profile::Recommended));
                let _ = write!(out, "=== {title}, {what}\n{}{found}", meaning(query.as_bytes()));
            }
        }
    }
    pin(&format!("slips__queries_{name}"), &out);
}

fn documents(name: &str) {
    let text = topic("documents", &format!("{name}.txt"));
    let mut out = String::new();
    for (seed, each) in [(0x9e37_79b9_7f4a_7c15, 3), (0x1405_7b7e_f767_814f, 6)] {
        let mut numbers = Numbers(seed);
        for (title, text) in parts(&text, "#===") {
            let text = text.replace("<tab>", "\t").replace("<cr>", "\r").replace("<bom>", "\u{feff}");
            for _ in 0..each {
                let (text, what) = slip(&text, YAML_PIECES, &mut numbers);
                let found = first(&findings(("a.yaml", text.as_bytes()), Profile::Recommended));
                let _ = write!(out, "=== {title}, {what}\n{found}");
            }
        }
    }
    pin(&format!("slips__documents_{name}"), &out);
}

/// A test for each topic, so that they run side by side, and the list of them.
macro_rules! topics {
    ($module:ident: $($name:ident)+) => {
        mod $module {
            $(#[test]
            fn $name() {
                super::$module(stringify!($name));
            })+

            #[test]
            fn every_topic_has_a_test() {
                let folder = concat!("tests/it/", stringify!($module));
                let files = crate::checked::files(&crate::common::root().join(folder));
                let names: Vec<&str> = files.keys().map(|name| name.split_once('.').unwrap().0).collect();
                assert_eq!(names, [$(stringify!($name)),+]);
            }
        }
    };
}

topics!(queries: advice calls edges habits joins lets lookback naming operations rows slips statements syntax types);
topics!(documents: broken detections edges entities gates metadata rules scalars slips);
