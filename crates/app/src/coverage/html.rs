//! The report as one page, which loads nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Coverage, Extras, full_name, svg};
use crate::report::markup;

pub(super) fn render(coverage: &Coverage, extras: &Extras) -> String {
    let mut out = format!("{HEAD}<main>\n<h1>ATT&amp;CK coverage</h1>\n");
    let [(covered, all), (covered_sub, all_sub)] = coverage.totals();
    let files = coverage.items.len();
    let _ = writeln!(
        out,
        "<p>{covered} of {all} techniques and {covered_sub} of {all_sub} sub-techniques of ATT&amp;CK {} ({}) are covered by \
         {files} file{}.</p>",
        coverage.version,
        coverage.domain.as_str(),
        if files == 1 { "" } else { "s" },
    );
    changes(&mut out, coverage, extras);
    let _ = writeln!(
        out,
        "<h2>Matrix</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Matrix\">\n<table class=\"matrix\">\n<tr>"
    );
    for tactic in coverage.columns() {
        let rows = coverage.rows(tactic.shortname);
        let own = rows.iter().filter(|row| coverage.score(row.id) > 0).count();
        let stated = coverage.tactics.get(tactic.shortname).map_or(0, BTreeSet::len);
        let _ = write!(
            out,
            "<td><h3>{}</h3><p>{own} of {}, files: {stated}</p><ul>",
            markup(tactic.name),
            rows.len()
        );
        for technique in rows {
            let score = coverage.score(technique.id);
            let shade = svg::shade(score, coverage.highest());
            let name = format!("{} {}", technique.id, markup(technique.name));
            let inner = if score > 0 {
                format!("<a href=\"#{}\">{name}</a> <b>{score}</b>", technique.id)
            } else {
                name
            };
            let _ = write!(out, "<li class=\"s{shade}\">{inner}</li>");
        }
        out += "</ul></td>\n";
    }
    out += "</tr>\n</table>\n</div>\n<h2>Techniques</h2>\n";
    for (id, items) in &coverage.techniques {
        let Some(technique) = coverage.version.technique(id) else { continue };
        let _ = write!(
            out,
            "<section id=\"{id}\"><h3><a href=\"{}\">{id}</a> {}</h3><ul>",
            technique.url(),
            markup(&full_name(coverage.version, technique))
        );
        for item in items.iter().map(|at| &coverage.items[*at]) {
            let _ = write!(
                out,
                "<li>{} <small>{}, {}</small></li>",
                markup(&item.name),
                item.kind.as_str(),
                markup(&item.path)
            );
        }
        out += "</ul></section>\n";
    }
    if !coverage.unknown.is_empty() {
        let _ = write!(out, "<h2>Not active techniques of ATT&amp;CK {}</h2>\n<ul>", coverage.version);
        for (written, items) in &coverage.unknown {
            let _ = write!(out, "<li>{} (files: {})</li>", markup(written), items.len());
        }
        out += "</ul>\n";
    }
    out + "</main>\n</html>\n"
}

fn changes(out: &mut String, coverage: &Coverage, extras: &Extras) {
    let name = |id: &&str| {
        let technique = coverage.version.technique(id);
        technique.map_or_else(String::new, |technique| {
            format!("<li>{id} {}</li>", markup(&full_name(coverage.version, technique)))
        })
    };
    if let Some((base, gained, lost)) = extras.changes(coverage) {
        let _ = writeln!(out, "<h2>Since {}</h2>", markup(base));
        for (word, ids) in [("Gained", gained), ("Lost", lost)] {
            let list: String = ids.iter().map(name).collect();
            let _ = writeln!(out, "<p>{word}: {}</p><ul>{list}</ul>", ids.len());
        }
    }
    if let Some(targets) = &extras.targets {
        let gaps = extras.gaps(coverage);
        let list: String = gaps.iter().map(|technique| name(&technique.id)).collect();
        let wanted = targets.wanted.len();
        let _ = writeln!(
            out,
            "<h2>Targets</h2><p>{} of {wanted} are covered. Missing: {}</p><ul>{list}</ul>",
            wanted - gaps.len(),
            gaps.len()
        );
    }
}

const HEAD: &str = "\
<!DOCTYPE html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>ATT&amp;CK coverage</title>
<style>
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --page: #ffffff; --none: #f3f4f6; --line: #d0d7de;
  --a: #d4e6fb; --b: #a5cbf6; --c: #2f6fbf; --d: #134a8e; --low: #0b2545; --high: #ffffff; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --page: #0d1117; --none: #1c2128; --line: #30363d;
  --a: #123459; --b: #1a4d86; --c: #58a1f2; --d: #a3cdfb; --low: #e6edf3; --high: #0b1a2b; --link: #79b8ff } }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 110rem; margin: 0 auto; padding: 1rem }
a { color: var(--link) } small { color: var(--soft) }
.wide { overflow-x: auto } .matrix { border-collapse: collapse; font-size: .75rem; line-height: 1.3 }
.matrix td { vertical-align: top; min-width: 8.5rem; padding: 0 .15rem } .matrix h3 { font-size: .85rem; margin: 0 }
.matrix p { margin: 0 0 .4rem; color: var(--soft) } .matrix ul { list-style: none; margin: 0; padding: 0 }
.matrix li { margin-bottom: .15rem; padding: .2rem .35rem; border-radius: .15rem; overflow-wrap: anywhere }
.matrix a { color: inherit } .s0 { background: var(--none); color: var(--soft) }
.s1 { background: var(--a); color: var(--low) } .s2 { background: var(--b); color: var(--low) }
.s3 { background: var(--c); color: var(--high) } .s4 { background: var(--d); color: var(--high) }
section { border-top: 1px solid var(--line) } section h3 { margin: .5rem 0 0 } section ul { margin: .25rem 0 .75rem; overflow-wrap: anywhere }
</style>
";
