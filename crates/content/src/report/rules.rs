//! The list of all rules as a terminal or a pipe shows it.

use textwrap::{Options, WordSplitter};

use super::Style;
use super::paint::{ADDED, ADVICE, STRONG, look};
use crate::diagnostic::{Applicability, Group, RuleMeta, Severity};

/// With fewer columns than these for the summaries beside the other facts, the summaries go below them.
const LEAST_SUMMARY: usize = 48;

/// The rules by their groups, each with its severity, the safety of its fixes, and what it looks for. On a terminal no line
/// is wider than it; elsewhere a rule is one line.
pub fn rules<'r>(listed: impl IntoIterator<Item = &'r RuleMeta>, style: &Style) -> String {
    let listed: Vec<&RuleMeta> = listed.into_iter().collect();
    let widest = listed.iter().map(|meta| meta.id.len()).max().unwrap_or_default();
    // Two spaces before and between the columns, eight for the severity, one for the fix.
    let before = 2 + widest + 2 + 8 + 2 + 1 + 2;
    let room = style.room().saturating_sub(before);
    let stacked = style.terminal && room < LEAST_SUMMARY;
    let mut out = String::new();
    for group in Group::ALL {
        let mut rules = listed.iter().filter(|meta| meta.group == group).peekable();
        if rules.peek().is_none() {
            continue;
        }
        if style.terminal && !out.is_empty() {
            out.push('\n');
        }
        out += &format!("{}\n", style.paint(STRONG, group.as_str()));
        for meta in rules {
            let id = style.link(&meta.url(), &style.paint(ADVICE, meta.id));
            let (severity, pad) = severity(meta, style);
            let summary = meta.summary();
            if stacked {
                let fix = meta.fix.map(|fix| format!(", {} fix", safety(fix.safety, style)));
                let facts = 7 + meta.fix.map_or(0, |fix| ",  fix".len() + fix.safety.as_str().len());
                let gap = if 4 + meta.id.len() + facts > style.room() { "\n    " } else { "  " };
                out += &format!("  {id}{gap}{severity}{}\n", fix.unwrap_or_default());
                out += &broken(&summary, 4, false, style);
                continue;
            }
            let fix = meta.fix.map_or_else(|| " ".to_owned(), |fix| mark(fix.safety, style));
            let pads = (" ".repeat(widest - meta.id.len()), " ".repeat(pad));
            out += &format!("  {id}{}  {severity}{}  {fix}  ", pads.0, pads.1);
            out += &if style.terminal { broken(&summary, before, true, style) } else { summary + "\n" };
        }
    }
    out.push('\n');
    let key = if stacked {
        "`sentlint explain RULE` shows the details."
    } else {
        "Fix: s safe (--fix), u unsafe (--unsafe-fixes), d display only. `sentlint explain RULE` shows the details."
    };
    out + &if style.terminal { broken(key, 0, false, style) } else { format!("{key}\n") }
}

/// The severity of a rule, or the profile that it needs, and how many spaces fill its column.
fn severity(meta: &RuleMeta, style: &Style) -> (String, usize) {
    let (word, shown) = if meta.pedantic {
        ("pedantic", style.paint(look(Severity::Info), "pedantic"))
    } else {
        (meta.severity.as_str(), style.severity(meta.severity))
    };
    (shown, 8usize.saturating_sub(word.len()))
}

fn mark(safety: Applicability, style: &Style) -> String {
    let letter = &safety.as_str()[..1];
    painted(safety, letter, style)
}

fn safety(safety: Applicability, style: &Style) -> String {
    painted(safety, safety.as_str(), style)
}

fn painted(safety: Applicability, text: &str, style: &Style) -> String {
    match safety {
        Applicability::Safe => style.paint(ADDED, text),
        Applicability::Unsafe => style.paint(look(Severity::Warning), text),
        Applicability::Display => text.to_owned(),
    }
}

/// Words broken to the width, `indent` columns in. `after` says that the first line follows what fills those columns.
fn broken(words: &str, indent: usize, after: bool, style: &Style) -> String {
    let lead = " ".repeat(indent);
    let options = Options::new(style.room())
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false)
        .initial_indent(&lead)
        .subsequent_indent(&lead);
    let text = textwrap::fill(words, options);
    let shown = text.strip_prefix(&lead).filter(|_| after).unwrap_or(&text);
    format!("{shown}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::paint::text_columns;

    static LONG: RuleMeta = RuleMeta {
        id: "a-rule-with-a-long-name-of-its-own",
        docs: " A summary that is longer than a narrow terminal has columns, and even than a wide one, which breaks it.\n",
        ..crate::diagnostic::ANY_RULE
    };
    static SHORT: RuleMeta = RuleMeta { id: "short", docs: " A short one.\n", ..crate::diagnostic::ANY_RULE };

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 120, 200] {
            let style = Style { terminal: true, width, ..Style::default() };
            let shown = rules([&LONG, &SHORT], &style);
            assert!(shown.lines().all(|line| text_columns(line) <= width), "{width}\n{shown}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let all = words(&shown).join(" ");
            assert!(all.contains(&words(&LONG.summary()).join(" ")), "{width}\n{shown}");
        }
    }

    #[test]
    fn a_pipe_gets_one_line_for_each_rule_and_no_color() {
        let shown = rules([&LONG, &SHORT], &Style { width: 60, ..Style::default() });
        let line = format!("  {}  error        {}\n", LONG.id, LONG.summary());
        assert!(shown.starts_with(&format!("yaml\n{line}")), "{shown}");
        assert!(!shown.contains('\u{1b}'));
        let colored = rules([&SHORT], &Style { color: true, links: true, ..Style::default() });
        assert!(
            colored.contains("\u{1b}[1m\u{1b}[31merror\u{1b}[0m") && colored.contains("\u{1b}]8;;"),
            "{colored:?}"
        );
    }
}
