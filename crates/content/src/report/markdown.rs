//! A summary for a pull request, also for the page of a GitHub run.

use super::{summary, text};
use crate::diagnostic::{Diagnostic, Severity};
use crate::findings::{FileReport, Findings};
use crate::order::Order as _;

/// GitHub cuts a step's summary at one mebibyte; the rest of the room is for other steps.
const LARGEST: usize = 900 * 1024;

pub(super) fn render(findings: &Findings) -> String {
    let mut out = format!("## sentlint\n\n{}\n", escape(&summary(findings)));
    let mut files: Vec<(Severity, &FileReport, Vec<&Diagnostic>)> = findings
        .files
        .iter()
        .filter_map(|file| {
            let mut counting: Vec<_> =
                file.diagnostics.iter().filter(|diagnostic| diagnostic.counts()).collect();
            counting.order_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
            Some((counting.first()?.severity, file, counting))
        })
        .collect();
    // Worst first; the sort is stable, so files of equal badness stay sorted by path.
    files.order_by_key(|(worst, _, _)| std::cmp::Reverse(*worst));
    let mut left: usize = files.iter().map(|(_, _, counting)| counting.len()).sum();
    for (_, file, counting) in files {
        let mut part = format!(
            "\n### {}\n\n| place | | rule | finding |\n|---|---|---|---|\n",
            code(file.source.path())
        );
        for diagnostic in &counting {
            part += &row(file, diagnostic);
        }
        if out.len() + part.len() > LARGEST {
            out += &format!("\n{} more not shown here.\n", text::count(left, "finding"));
            break;
        }
        left -= counting.len();
        out += &part;
    }
    out
}

fn row(file: &FileReport, diagnostic: &Diagnostic) -> String {
    let start = file.source.position(diagnostic.span.start as usize);
    let help = diagnostic.help.as_deref().map(|help| format!("<br>{}", escape(help))).unwrap_or_default();
    format!(
        "| {}:{} | {} | [{}]({}) | {}{help} |\n",
        start.line,
        start.column,
        diagnostic.severity,
        diagnostic.rule.id,
        diagnostic.rule.url(),
        escape(&text::message(diagnostic)),
    )
}

/// Text that can end neither a cell nor a line, and is nothing but text. What our messages put between backticks
/// becomes code.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = text::one_line(text);
    let mut ticks = text.matches('`').count() / 2 * 2;
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '|' => out += "&#124;",
            '[' => out += "&#91;",
            ']' => out += "&#93;",
            '`' if ticks > 0 => {
                out += if in_code { "</code>" } else { "<code>" };
                in_code = !in_code;
                ticks -= 1;
            }
            '`' => out += "&#96;",
            '*' => out += "&#42;",
            '_' => out += "&#95;",
            '@' => out += "&#64;",
            '\\' => out += "&#92;",
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
