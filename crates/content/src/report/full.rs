//! The report for people: each finding with the lines concerned, and what a fix would make of them.

use super::excerpt::{self, Header};
use super::paint::{ADVICE, STRONG, look};
use super::{Style, changes, summary_line, text};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::findings::{FileReport, Findings};
use crate::source::{SourceFile, Span};

pub(super) fn render(findings: &Findings, style: &Style) -> String {
    let of_file = |file: &FileReport| {
        let url = address(file, style);
        let mut out = String::new();
        for diagnostic in file.counting() {
            out += &finding(&file.source, diagnostic, url.as_deref(), style);
            out.push('\n');
        }
        out
    };
    let mut out = findings.by_file(of_file).concat();
    if style.summary {
        out += &summary_line(findings, style);
    }
    out
}

/// Where the file is found on this machine, if there are links and it is a file.
fn address(file: &FileReport, style: &Style) -> Option<String> {
    if !style.links || !file.path.is_file() {
        return None;
    }
    let path = std::path::absolute(&file.path).ok()?;
    let path = path.to_str()?.replace('\\', "/");
    Some(format!("file:///{}", text::uri(path.trim_start_matches('/'))))
}

fn finding(source: &SourceFile, diagnostic: &Diagnostic, url: Option<&str>, style: &Style) -> String {
    let (rule, severity) = (diagnostic.rule, diagnostic.severity);
    let lead = format!("{severity}[{}]: ", rule.id);
    let linked = style.link(&rule.url(), rule.id);
    let shown = style.paint(look(severity), &format!("{severity}[{linked}]")) + ": ";
    let mut out = style.wrap(&lead, &shown, &text::one_line(&text::message(diagnostic)), STRONG);
    let header = Header { place: place(source, source.path(), diagnostic.span), url: url.map(str::to_owned) };
    let drawn = excerpt::draw(source, diagnostic, &header, style);
    out += &drawn.text;
    for (span, message) in &drawn.aside {
        let start = source.position(span.start as usize);
        out += &advice("note", &format!("{}:{}: {message}", start.line, start.column), style);
    }
    for label in &diagnostic.labels {
        if let Some(file) = &label.file {
            let place = place(file, file.path(), label.span);
            out += &advice("note", &format!("{place}: {}", text::one_line(&label.message)), style);
        }
    }
    if let Some(help) = &diagnostic.help {
        out += &advice("help", &text::visible(help), style);
    }
    if let Some(fix) = &diagnostic.fix {
        let kind = match fix.applicability {
            Applicability::Safe => "fix",
            Applicability::Unsafe => "unsafe fix",
            Applicability::Display => "suggestion",
        };
        out += &advice(kind, &text::one_line(&fix.title), style);
        out += &changes::of_fix(source, fix, drawn.gutter, style);
    }
    out
}

/// `path:line:column`
fn place(source: &SourceFile, path: &str, span: Span) -> String {
    let start = source.position(span.start as usize);
    format!("{}:{}:{}", text::one_line(path), start.line, start.column)
}

fn advice(kind: &str, words: &str, style: &Style) -> String {
    let lead = format!("{kind}: ");
    let shown = format!("{}: ", style.paint(ADVICE, kind));
    style.wrap(&lead, &shown, words, anstyle::Style::new())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{Fix, SOME_RULE};
    use crate::source::Edit;

    /// Pieces of text that are hard to draw.
    const PIECES: [&str; 20] = [
        "a",
        "where X",
        " ",
        "\t",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\u{65e5}\u{672c}",
        "\u{1f642}",
        "e\u{301}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{1b}[2J",
        "\u{feff}",
        "\u{2028}",
        "::error::x",
        "##[group]",
        "a long run of words that takes more columns than a narrow terminal has",
        "\u{85}",
    ];

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
    }

    fn span(source: &SourceFile, (from, to): (usize, usize)) -> Span {
        let most = source.text().len() + 1;
        source.clamp(Span::new((from % most).min(to % most), (from % most).max(to % most)))
    }

    fn plain(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            out += before;
            let end = match after.strip_prefix(']') {
                Some(link) => link.find('\\').map_or(after.len(), |at| at + 2),
                None => after.find('m').map_or(after.len(), |at| at + 1),
            };
            rest = &after[end..];
        }
        out + rest
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        #[test]
        fn whatever_is_found_fits_the_terminal(
            body in text(),
            message in text(),
            help in text(),
            places in prop::collection::vec((any::<usize>(), any::<usize>()), 1..5),
            edits in prop::collection::vec((any::<usize>(), any::<usize>(), text()), 0..3),
            width in 60usize..130,
            (unicode, color) in any::<(bool, bool)>(),
            line in 0usize..3,
        ) {
            let body = format!("{}{body}", "x: y\n".repeat(line * 400));
            let name = "Solutions/Some Product/Hunting Queries/a_name_that_is_longer_than_a_terminal_is_wide_and_goes_on.yaml";
            let source = SourceFile::new(name, body);
            let mut finding = SOME_RULE.at(span(&source, places[0]), message.clone()).help(help);
            for place in &places[1..] {
                finding = finding.label(span(&source, *place), message.clone());
            }
            let mut last = 0;
            let mut edits: Vec<Edit> =
                edits.iter().map(|(from, to, text)| Edit::new(span(&source, (*from, *to)), text.clone())).collect();
            edits.sort_by_key(|edit| edit.span);
            edits.retain(|edit| {
                let free = edit.span.start >= last;
                last = last.max(edit.span.end);
                free
            });
            let finding = finding.fix(Fix::safe(message, edits));
            let file = FileReport {
                source: Arc::new(source),
                path: "gone.yaml".into(),
                kind: "unknown",
                form: None,
                id: None,
                diagnostics: vec![finding],
            };
            let findings = Findings { files: vec![file], ..Findings::default() };
            let style =
                Style { width, unicode, color, links: color, terminal: true, ..Style::default() };
            let report = render(&findings, &style);
            for line in report.lines() {
                let line = plain(line);
                let columns: usize = line.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
                prop_assert!(columns <= width, "{columns} > {width}: {line:?}\n{report}");
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
