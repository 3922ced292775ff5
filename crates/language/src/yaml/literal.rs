//! The value of a literal block of plain text, told by its lines alone. Whatever is not plain is left to the YAML reader.

use super::lines::spaces;

/// The value of a literal block whose source begins with its header and whose lines are indented by so much; `None` where
/// that takes more than leaving the indentation out: an indicator of indentation, a comment, a line of blanks only that is
/// longer than that, a last line without a line end, or characters that YAML treats in a way of its own.
pub(super) fn plain_value(source: &str, indent: usize) -> Option<String> {
    let (header, body) = source.split_once('\n')?;
    if indent == 0 || !body.ends_with('\n') || !body.chars().all(is_plain) {
        return None;
    }
    let mut value = String::with_capacity(body.len());
    let mut has_text = false;
    for line in body.split_terminator('\n') {
        let blanks = spaces(line);
        if blanks < line.len() {
            let is_first_indented = !has_text && line[blanks..].starts_with('\t');
            if blanks < indent || (!has_text && blanks > indent) || is_first_indented {
                return None;
            }
            has_text = true;
            value.push_str(&line[indent..]);
        } else if blanks > indent {
            return None;
        }
        value.push('\n');
    }
    let text = value.trim_end_matches('\n').len();
    match header {
        _ if !has_text => return None,
        "|" => value.truncate(text + 1),
        "|-" => value.truncate(text),
        "|+" => {}
        _ => return None,
    }
    Some(value)
}

/// Whether a character is one like all others to YAML, or a line feed or tab.
fn is_plain(c: char) -> bool {
    match c {
        ' '..='~' | '\n' | '\t' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= '\u{a0}',
    }
}
