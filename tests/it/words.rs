//! What users read is plain English: CONTRIBUTING.md has the vocabulary, and the table below the phrases that have crept in
//! before. They are searched for in the help, the documents, the rule pages, the schemas and the messages in the source.

use std::path::{Path, PathBuf};

use crate::common::{root, run};

/// A phrase that must not occur, and what to write instead. `_` is any word; code in backquotes does not count.
const PHRASES: &[(&str, &str)] = &[
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("a bar", "a pipe"),
    ("the bar", "the pipe"),
    ("this bar", "this pipe"),
    ("first bar", "first pipe"),
    ("bars", "pipes"),
    ("a text", "a string"),
    ("texts", "strings"),
    ("truth value", "Boolean"),
    ("is no _", "is not a ..."),
    ("are no _", "are not ..."),
    ("begins no", "is not a ..."),
    ("closes nothing", "unmatched"),
    ("compares nothing", "does not compare"),
    ("belongs to nothing", "unexpected"),
    ("draws nothing", "has no effect"),
    ("suppresses nothing", "has no effect"),
    ("nothing is called", "is not defined"),
    ("are the most", "must be at most"),
    ("is the most", "must be at most"),
    ("is the least", "must be at least"),
    ("at the most", "at most"),
    ("at the least", "at least"),
    ("from 0 on", "from 0 to the limit"),
    ("with points", "separated by dots"),
    ("a blank", "a space"),
    ("blanks", "spaces"),
    ("small letters", "lowercase"),
    ("stands", "is"),
    ("cannot stand", "is not allowed"),
    ("may stand", "is allowed"),
    ("behind", "after"),
    ("besides", "in addition"),
    ("beside", "next to"),
    ("successor", "replacement"),
    ("has a successor", "is deprecated"),
    ("milder", "less severe"),
    ("nobody", "name what happens instead"),
    ("somebody", "name who, or use the passive"),
    ("whoever", "name who, or use the passive"),
    ("speaks for", "suggests"),
    ("borne out", "supported"),
    ("kin", "related"),
    ("change places", "swap"),
    ("turn the sides", "swap the sides"),
    ("bounds no time", "has no time filter"),
    ("silences", "suppresses"),
    ("take out", "remove"),
    ("take it out", "remove it"),
    ("taken out", "removed"),
    ("taken off", "removed"),
    ("take the _ off", "remove"),
    ("take the _ out", "remove"),
    ("lay over", "apply to"),
    ("laid over", "applied to"),
    ("has otherwise", "differs"),
    ("would have otherwise", "does not follow"),
    ("helps nobody", "is not useful"),
    ("for ever", "permanently"),
    ("a fresh", "a new"),
    ("is told", "is reported"),
    ("are told", "are reported"),
    ("all the same", "anyway, or still"),
    ("inside of", "inside"),
    ("outside of", "outside"),
    ("misspelt", "misspelled"),
    ("analyser", "analyzer"),
    ("behaviour", "behavior"),
    ("colour", "color"),
];

/// What may follow a phrase that is fine with it.
const FINE: &[(&str, &[&str])] = &[
    ("is no _", &["longer", "more"]),
    ("are no _", &["longer", "more"]),
    ("a blank", &["line", "first"]),
    ("a text", &["file", "editor"]),
];

/// The words of a text in lowercase. Code, placeholders and addresses are one word that is in no phrase.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    for (at, part) in text.split('`').enumerate() {
        plain.push_str(if at % 2 == 0 { part } else { " # " });
    }
    let words = plain.split(|c: char| c.is_whitespace() || ",.;:()!?\"|*[]/".contains(c));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The phrases in a text, with what to write instead.
fn found(text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    for (phrase, instead) in PHRASES {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        for (at, there) in words.windows(wanted.len()).enumerate() {
            let fits = wanted.iter().zip(there).all(|(wanted, word)| *wanted == "_" || wanted == word);
            let before = at.checked_sub(1).map_or("", |at| &words[at]);
            let last = if phrase.ends_with('_') { there.last() } else { words.get(at + wanted.len()) };
            let fine = FINE.iter().any(|(fine, after)| {
                fine == phrase && last.is_some_and(|last| after.contains(&last.as_str()))
            });
            // "There is no such table" is plain English.
            let exists = phrase.ends_with("no _") && matches!(before, "there" | "that" | "if");
            if fits && !fine && !exists {
                found.push(format!("\"{}\": write \"{instead}\"", there.join(" ")));
            }
        }
    }
    found
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                all.push(path);
            }
        }
    }
    all.sort();
    all
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

/// The prose of a Markdown page, one text for each paragraph, item and row.
fn prose(page: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut code = false;
    for line in page.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") {
            code = !code;
        } else if !code {
            if trimmed.is_empty() || trimmed.starts_with(['|', '-', '*', '#']) {
                all.push(String::new());
            }
            if let Some(last) = all.last_mut() {
                last.push_str(line);
                last.push(' ');
            }
        }
    }
    all
}

/// The string literals of Rust code, without its tests.
fn literals(code: &str) -> Vec<String> {
    let end = code.find("\n#[cfg(test)]\nmod ").unwrap_or(code.len());
    let mut all = Vec::new();
    let mut chars = code[..end].chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|c| *c == '\n');
            }
            // A character in quotes, such as '"'.
            '\'' => {
                let mut ahead = chars.clone();
                let first = ahead.next();
                let second = ahead.next();
                if first == Some('\\') || second == Some('\'') {
                    chars.next();
                    chars.by_ref().find(|c| *c == '\'');
                }
            }
            '"' => {
                let raw = before == 'r' || before == '#';
                let mut literal = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' if !raw => match chars.next() {
                            Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                            Some('n') => literal.push('\n'),
                            Some(other) => literal.push(other),
                            None => {}
                        },
                        '"' if !raw || before != '#' || chars.peek() == Some(&'#') => break,
                        c => literal.push(c),
                    }
                }
                all.push(literal);
            }
            _ => {}
        }
        before = c;
    }
    all
}

fn assert_plain(texts: impl IntoIterator<Item = (String, String)>) {
    let mut wrong = Vec::new();
    for (place, text) in texts {
        wrong.extend(found(&text).into_iter().map(|found| format!("{place}: {found}\n    {}", text.trim())));
    }
    assert!(wrong.is_empty(), "see \"Words\" in CONTRIBUTING.md\n{}", wrong.join("\n"));
}

#[test]
fn phrases_are_found_and_good_english_is_not() {
    for wrong in [
        "A bar is missing",
        "`x` is no operator",
        "5000 are the most",
        "take the quotes off",
        "It stands here",
    ] {
        assert_eq!(found(wrong).len(), 1, "{wrong}");
    }
    for fine in
        ["There is no table `bar`", "it is no longer needed", "a blank line", "look-behind", "`a bar`"]
    {
        assert_eq!(found(fine), [""; 0], "{fine}");
    }
}

#[test]
fn literals_are_found_in_code() {
    let code = "let a = \"one \\\n   two\"; // \"no\"\nlet b = ('\"', r#\"th\"ree\"#, 'x');\n#[cfg(test)]\nmod tests { \"no\" }";
    assert_eq!(literals(code), ["one two", "th\"ree"]);
}

#[test]
fn documents_are_in_plain_english() {
    let mut pages = files("docs", "md");
    for page in
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "content/README.md", "fuzz/README.md"]
    {
        pages.push(root().join(page));
    }
    assert_plain(pages.iter().flat_map(|path| {
        let place = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        prose(&read(path)).into_iter().map(move |text| (place.clone(), text))
    }));
}

#[test]
fn help_is_in_plain_english() {
    let commands =
        ["check", "convert", "inspect", "explain", "rules", "schema", "new", "init", "completions"];
    assert_plain(commands.iter().flat_map(|command| {
        let help = run(&root(), &[command, "--help"], "").stdout;
        let lines: Vec<(String, String)> =
            help.split("\n\n").map(|text| (format!("{command} --help"), text.to_owned())).collect();
        lines
    }));
}

#[test]
fn schemas_and_the_action_are_in_plain_english() {
    let mut paths = files("schemas", "json");
    paths.extend(files(".github/ISSUE_TEMPLATE", "yml"));
    paths.extend(["action.yml", ".pre-commit-hooks.yaml"].map(|path| root().join(path)));
    assert_plain(paths.iter().flat_map(|path| {
        let place = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        let lines: Vec<String> = read(path).lines().map(str::to_owned).collect();
        lines.into_iter().map(move |text| (place.clone(), text))
    }));
}

#[test]
fn messages_are_in_plain_english() {
    let paths = sources().into_iter().filter(|path| {
        let path = path.display().to_string().replace('\\', "/");
        !["/tests/", "/data/", "tests.rs", "testing"].iter().any(|part| path.contains(part))
    });
    assert_plain(paths.flat_map(|path| {
        let place = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        literals(&read(&path)).into_iter().map(move |text| (place.clone(), text))
    }));
}

/// The sources of all crates.
fn sources() -> Vec<PathBuf> {
    [files("src", "rs"), files("crates", "rs")].concat()
}

/// Names and comments use the words of the messages.
#[test]
fn code_has_no_other_word_for_a_fix_or_a_pipe() {
    for path in sources() {
        let code = read(&path);
        for word in code.split(|c: char| !c.is_ascii_alphabetic()) {
            let wrong = matches!(word, "mend" | "mends" | "mended" | "Mend" | "Mends")
                || matches!(word, "bar" | "bars" | "Bar")
                    && path.components().any(|part| part.as_os_str() == "kql");
            assert!(!wrong, "{}: \"{word}\"", path.display());
        }
    }
}
