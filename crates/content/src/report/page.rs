//! Pages in Markdown as a terminal shows them.

use super::Style;
use super::paint::{CODE, STRONG};

/// A page with its headings, code and lists set apart, and its paragraphs broken to the width.
pub fn page(markdown: &str, style: &Style) -> String {
    let mut out = String::new();
    let mut is_code = false;
    let mut paragraph = String::new();
    for line in markdown.lines() {
        let fence = line.trim_start().starts_with("```");
        let stands_alone = fence || is_code || line.trim().is_empty() || line.starts_with(['#', '|', '>']);
        let begins_item = line.trim_start().starts_with("- ");
        if stands_alone || begins_item {
            flush(&mut paragraph, &mut out, style);
        }
        if fence {
            is_code = !is_code;
        } else if is_code {
            out += &format!("    {}\n", style.paint(CODE, line));
        } else if line.starts_with('#') {
            out += &format!("{}\n", style.paint(STRONG, line.trim_start_matches('#').trim_start()));
        } else if stands_alone {
            out += &words(line, &mut false, style);
            out.push('\n');
        } else if paragraph.is_empty() {
            paragraph += line;
        } else {
            paragraph.push(' ');
            paragraph += line.trim_start();
        }
    }
    flush(&mut paragraph, &mut out, style);
    out
}

fn flush(paragraph: &mut String, out: &mut String, style: &Style) {
    let text = std::mem::take(paragraph);
    if text.is_empty() {
        return;
    }
    let indent = text.len() - text.trim_start().len();
    let hanging = if text.trim_start().starts_with("- ") { indent + 2 } else { indent };
    let lead = " ".repeat(indent);
    let lines = textwrap::wrap(
        text.trim_start(),
        textwrap::Options::new(style.room())
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            // An address that is broken is none.
            .break_words(false)
            .initial_indent(&lead)
            .subsequent_indent(&" ".repeat(hanging)),
    );
    let mut is_code = false;
    for line in lines {
        *out += &words(&line, &mut is_code, style);
        out.push('\n');
    }
}

/// A line with what stands between backticks as code, which may go on in the next line.
fn words(line: &str, is_code: &mut bool, style: &Style) -> String {
    if !style.color {
        return line.to_owned();
    }
    let mut out = String::new();
    for (at, part) in line.split('`').enumerate() {
        *is_code ^= at > 0;
        out += &if *is_code { style.paint(CODE, part) } else { part.to_owned() };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_laid_out_for_the_terminal() {
        let style = Style { color: true, width: 40, ..Style::default() };
        let text = "# rule\n\n- Group: `attack` and much more that does not fit\n- Fix: none\n\nOne two\nthree.\n\n```yaml\na: `1`\n```\n";
        let want = "\u{1b}[1mrule\u{1b}[0m\n\n- Group: \u{1b}[36mattack\u{1b}[0m and much more that\n  does not fit\n- Fix: none\n\nOne two three.\n\n    \u{1b}[36ma: `1`\u{1b}[0m\n";
        assert_eq!(page(text, &style), want);
    }
}
