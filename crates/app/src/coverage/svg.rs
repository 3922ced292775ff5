//! A picture of the matrix: a column for each tactic, a box for each technique, darker the more files cover it.

use std::fmt::Write as _;

use super::Coverage;
use crate::report::markup;

const COLUMN: usize = 118;
const BOX: usize = 26;
const GAP: usize = 3;
const HEAD: usize = 64;
const TITLE: usize = 44;
/// Longer names are cut: so many characters fit into a box.
const LETTERS: usize = 20;

/// The matrix as SVG. It has no script and loads nothing; it follows the reader's choice of light and dark.
pub(super) fn matrix(coverage: &Coverage) -> String {
    let columns: Vec<_> =
        coverage.columns().map(|tactic| (tactic, coverage.rows(tactic.shortname))).collect();
    let longest = columns.iter().map(|(_, rows)| rows.len()).max().unwrap_or_default();
    let width = columns.len() * (COLUMN + GAP) + 2 * GAP;
    let height = TITLE + HEAD + longest * (BOX + GAP) + 2 * GAP;
    let [(covered, all), _] = coverage.totals();
    let title = format!(
        "ATT&CK {} {}: {covered} of {all} techniques covered",
        coverage.version,
        coverage.domain.as_str()
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"t\" font-family=\"system-ui, sans-serif\">\n<title id=\"t\">{}</title>\n{STYLE}",
        markup(&title)
    );
    let _ = writeln!(out, "<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>");
    let _ = writeln!(out, "<text class=\"title\" x=\"{}\" y=\"28\">{}</text>", 2 * GAP, markup(&title));
    let highest = coverage.highest();
    for (at, (tactic, rows)) in columns.iter().enumerate() {
        let x = 2 * GAP + at * (COLUMN + GAP);
        for (line, words) in wrapped(tactic.name).iter().enumerate() {
            let _ = writeln!(
                out,
                "<text class=\"head\" x=\"{x}\" y=\"{}\">{}</text>",
                TITLE + 14 + line * 15,
                markup(words)
            );
        }
        let own = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
        let _ = writeln!(
            out,
            "<text class=\"sum\" x=\"{x}\" y=\"{}\">{own} of {}</text>",
            TITLE + 50,
            rows.len()
        );
        for (row, technique) in rows.iter().enumerate() {
            let y = TITLE + HEAD + row * (BOX + GAP);
            let score = coverage.score(technique.id);
            let files = if score == 1 { "1 file".to_owned() } else { format!("{score} files") };
            let _ = writeln!(
                out,
                "<g class=\"s{}\"><title>{} {}: {files}</title><rect x=\"{x}\" y=\"{y}\" width=\"{COLUMN}\" \
                 height=\"{BOX}\" rx=\"2\"/><text x=\"{}\" y=\"{}\">{}</text><text class=\"name\" x=\"{}\" \
                 y=\"{}\">{}</text></g>",
                shade(score, highest),
                technique.id,
                markup(technique.name),
                x + 4,
                y + 11,
                markup(&format!(
                    "{}{}",
                    technique.id,
                    if score > 0 { format!("  {score}") } else { String::new() }
                )),
                x + 4,
                y + 22,
                markup(&cut(technique.name)),
            );
        }
    }
    out + "</svg>\n"
}

/// How dark a box is, from 0 for what nothing covers to 4.
pub fn shade(score: usize, highest: usize) -> usize {
    match score {
        0 => 0,
        1 => 1,
        // Counts differ much, so that a step is a doubling of sorts.
        _ => 1 + (score.ilog2() * 3).div_ceil(highest.max(2).ilog2()).min(3) as usize,
    }
}

/// A name in at most two lines of a column.
fn wrapped(name: &str) -> [String; 2] {
    let mut lines = [String::new(), String::new()];
    for word in name.split(' ') {
        let line = usize::from(!lines[1].is_empty() || lines[0].len() + word.len() > 15);
        if !lines[line].is_empty() {
            lines[line].push(' ');
        }
        lines[line] += word;
    }
    lines
}

fn cut(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).collect::<String>().trim_end().to_owned() + "\u{2026}"
}

const STYLE: &str = "\
<style>
.page { fill: #ffffff } .title { font-size: 18px; font-weight: 600; fill: #1b1f24 }
.head { font-size: 12px; font-weight: 600; fill: #1b1f24 } .sum { font-size: 11px; fill: #57606a }
g text { font-size: 10px; font-weight: 600 } g .name { font-size: 9.5px; font-weight: 400 }
.s0 rect { fill: #f3f4f6 } .s0 text { fill: #57606a }
.s1 rect { fill: #d4e6fb } .s2 rect { fill: #a5cbf6 } .s1 text, .s2 text { fill: #0b2545 }
.s3 rect { fill: #2f6fbf } .s4 rect { fill: #134a8e } .s3 text, .s4 text { fill: #ffffff }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } .title, .head { fill: #e6edf3 } .sum { fill: #9198a1 }
.s0 rect { fill: #1c2128 } .s0 text { fill: #9198a1 }
.s1 rect { fill: #123459 } .s2 rect { fill: #1a4d86 } .s1 text, .s2 text { fill: #e6edf3 }
.s3 rect { fill: #58a1f2 } .s4 rect { fill: #a3cdfb } .s3 text, .s4 text { fill: #0b1a2b }
}
</style>
";
