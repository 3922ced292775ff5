//! Minimal edits of a YAML text, computed from its tree. Each function answers with one edit, or with several that do
//! not overlap, and with `None` where the change cannot be made in that form.

use super::lines::{Line, line_at, line_start, lines, spaces};
use super::scalar::{ScalarMap, block_region_end};
use super::write::{block_literal, plain_reads_as, quote_if_needed_in, quoted};
use super::{Entry, Mapping, Node, ScalarStyle, ScalarType, Sequence, Value};
use crate::source::{Edit, SourceFile, Span};

pub use super::write::quote_if_needed;

/// Gives a scalar another text, as a string. The style stays where it can say the text; a number or truth
/// value stays plain where the new text is one too. None for what is not a scalar or alias.
pub fn replace_scalar(file: &SourceFile, node: &Node, new_text: &str) -> Option<Edit> {
    let scalar = match &node.value {
        Value::Scalar(scalar) => scalar,
        Value::Alias(_) => return Some(Edit::new(node.span, quoted(new_text))),
        _ => return None,
    };
    let whole = Span::new(0, scalar.text.len());
    if scalar.style == ScalarStyle::Plain {
        let kind = node.scalar_type();
        let keeps_kind = kind != Some(ScalarType::Str) && kind == Some(super::json::resolve(new_text));
        let plain = if keeps_kind && kind != Some(ScalarType::Null) {
            new_text.to_owned()
        } else {
            quote_if_needed_in(new_text, scalar.in_flow)
        };
        if node.span.is_empty() {
            return Some(Edit::new(node.span, format!(" {plain}")));
        }
        let minimal = (plain == new_text && !scalar.text.is_empty())
            .then(|| ScalarMap::new(file, node)?.edit(whole, new_text));
        return Some(minimal.flatten().unwrap_or(Edit::new(node.span, plain)));
    }
    if let Some(edit) = ScalarMap::new(file, node).and_then(|map| map.edit(whole, new_text)) {
        return Some(edit);
    }
    let Some(header) = scalar.header else {
        return Some(Edit::new(node.span, quoted(new_text)));
    };
    let span = Span::new(header.start as usize, node.span.end.max(header.end) as usize);
    let indent =
        scalar.indent.map_or_else(|| key_column(file.text(), header.start as usize) + 2, |n| n as usize);
    let line = line_at(file.text(), span.end as usize);
    let at_end_of_file = line.end == line.next;
    // A block that keeps its line ends would keep those of the blank lines below it too.
    let keeps = new_text.ends_with("\n\n") && block_region_end(file.text(), node.span) != line.next;
    let block = block_literal(new_text, indent, file.line_end(), at_end_of_file).filter(|_| !keeps);
    Some(Edit::new(span, block.unwrap_or_else(|| quoted(new_text))))
}

/// Makes a scalar that ends its line a literal block with this text. `None` where it does not, or where no block says it.
pub fn as_block(file: &SourceFile, node: &Node, new_text: &str) -> Option<Edit> {
    let scalar = node.scalar()?;
    if scalar.in_flow {
        return None;
    }
    let start = scalar.header.map_or(node.span.start, |header| header.start) as usize;
    let end = scalar.header.map_or(node.span.end, |header| node.span.end.max(header.end)) as usize;
    let line = line_at(file.text(), end);
    if !file.text()[end..line.end].trim().is_empty() {
        return None;
    }
    let indent = scalar.indent.map_or_else(|| key_column(file.text(), start) + 2, |n| n as usize);
    let block = block_literal(new_text, indent, file.line_end(), line.end == line.next)?;
    Some(Edit::new(Span::new(start, line.end), block))
}

/// The column of the first key or text on a line, dashes skipped.
fn key_column(text: &str, offset: usize) -> usize {
    let line = line_at(text, line_start(text, offset));
    let body = &text[line.start..line.end];
    body.len() - body.trim_start_matches([' ', '-']).len()
}

/// Replaces a value's text as it is written, quotes and a block's header included.
pub fn replace_value(node: &Node, source: &str) -> Edit {
    let span = match node.scalar().and_then(|scalar| scalar.header) {
        Some(header) => Span::new(header.start as usize, node.span.end.max(header.end) as usize),
        None => node.span,
    };
    let blank = if span.is_empty() { " " } else { "" };
    Edit::new(span, format!("{blank}{source}"))
}

/// Gives an entry another value, as it is written. A list or mapping on the lines below the key makes room for it.
pub fn replace_entry_value(file: &SourceFile, entry: &Entry, source: &str) -> Edit {
    let (key, value) = (entry.key.span.end as usize, with_properties(file.text(), &entry.value));
    let between = file.text().get(key..value.start as usize).unwrap_or_default();
    match between.find(':') {
        Some(colon) if between.contains(['\n', '\r']) => {
            Edit::new(Span::new(key + colon + 1, value.end as usize), format!(" {source}"))
        }
        _ => replace_value(&entry.value, source),
    }
}

/// Gives an entry another key. One in double quotes stays in them, as JSON needs it.
pub fn rename_key(entry: &Entry, new: &str) -> Edit {
    let is_quoted = entry.key.scalar().is_some_and(|key| key.style == ScalarStyle::DoubleQuoted);
    Edit::new(entry.key.span, if is_quoted { quoted(new) } else { quote_if_needed(new) })
}

/// Moves an entry with all its lines to the right. None where it shares its lines with something else.
pub fn indent_entry(file: &SourceFile, entry: &Entry, by: usize) -> Option<Vec<Edit>> {
    let text = file.text();
    let start = line_start(text, entry.key.span.start as usize);
    let end = lines_end(text, &entry.value)?;
    let filled = |line: &Line| !text[line.start..line.end].trim().is_empty();
    let indented = |line: Line| Edit::insert(line.start, " ".repeat(by));
    Some(lines(text, start, end).filter(filled).map(indented).collect())
}

/// Makes the list of one item out of a scalar value; the empty list out of nothing. None for a value that
/// is a list already or stands on several lines.
pub fn scalar_to_list(file: &SourceFile, entry: &Entry) -> Option<Vec<Edit>> {
    let text = file.text();
    let scalar = entry.value.scalar()?;
    if entry.value.span.is_empty() && !scalar.style.is_block() {
        return Some(vec![Edit::new(entry.value.span, " []")]);
    }
    if scalar.in_flow {
        let close = Edit::insert(entry.value.span.end as usize, "]");
        return Some(vec![Edit::insert(entry.value.span.start as usize, "["), close]);
    }
    if scalar.style.is_block() || file.slice(entry.span()).contains(['\n', '\r']) {
        return None;
    }
    let colon = text[entry.key.span.end as usize..].find(':').map(|at| entry.key.span.end as usize + at)?;
    let rest = &text[colon + 1..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let column = entry.key.span.start as usize - line_start(text, entry.key.span.start as usize);
    let indent = column + list_indent(text);
    let dash = format!("{}{:indent$}- ", file.line_end(), "");
    Some(vec![Edit::new(Span::new(colon + 1, colon + 1 + blanks), dash)])
}

/// Makes a value on its key's line a list of these texts.
pub fn scalar_to_items(file: &SourceFile, entry: &Entry, items: &[&str]) -> Option<Vec<Edit>> {
    let scalar = entry.value.scalar()?;
    let items: Vec<String> = items.iter().map(|item| quote_if_needed(item)).collect();
    if scalar.in_flow || entry.value.span.is_empty() && !scalar.style.is_block() {
        let blank = if entry.value.span.is_empty() { " " } else { "" };
        return Some(vec![Edit::new(entry.value.span, format!("{blank}[{}]", items.join(", ")))]);
    }
    let Some(mut edits) = scalar_to_list(file, entry) else {
        return items_below(file, entry, &items);
    };
    let dash = &edits.first()?.text;
    edits.push(Edit::new(entry.value.span, items.join(dash)));
    Some(edits)
}

/// The same of a value that begins or goes on below its key.
fn items_below(file: &SourceFile, entry: &Entry, items: &[String]) -> Option<Vec<Edit>> {
    let text = file.text();
    let value = entry.value.span;
    let key = entry.key.span;
    let colon = text[key.end as usize..].find(':').map(|at| key.end as usize + at)?;
    let between = text.get(colon + 1..value.start as usize)?;
    if entry.value.scalar()?.style.is_block() || !between.trim().is_empty() {
        return None;
    }
    let indent = key.start as usize - line_start(text, key.start as usize) + list_indent(text);
    let lines = items.iter().map(|item| format!("{}{:indent$}- {item}", file.line_end(), ""));
    Some(vec![Edit::new(Span::new(colon + 1, value.end as usize), lines.collect::<String>())])
}

/// Makes one item of a list several.
pub fn split_item(file: &SourceFile, list: &Sequence, index: usize, items: &[&str]) -> Option<Edit> {
    let item = list.items.get(index)?;
    let items: Vec<String> = items.iter().map(|item| quote_if_needed(item)).collect();
    let between = match list.dashes.get(index) {
        None => ", ".to_owned(),
        Some(dash) => {
            let indent = *dash as usize - line_start(file.text(), *dash as usize);
            format!("{}{:indent$}- ", file.line_end(), "")
        }
    };
    let blank = if item.span.is_empty() { " " } else { "" };
    Some(Edit::new(item.span, format!("{blank}{}", items.join(&between))))
}

/// Insertions of the space that a dash needs to be one, in a text that reads `-a` or `-a -b` over several lines;
/// `None` where the text is none such.
pub fn space_after_dashes(file: &SourceFile, node: &Node) -> Option<Vec<Edit>> {
    let scalar = node.scalar().filter(|scalar| scalar.style == ScalarStyle::Plain)?;
    let is_item = |word: &str| word.len() > 1 && word.starts_with('-') && !word.starts_with("--");
    if !scalar.text.split_whitespace().all(is_item) || scalar.text.is_empty() {
        return None;
    }
    let whole = file.slice(node.span);
    let starts = whole.match_indices('-').map(|(at, _)| at);
    let starts = starts.filter(|at| whole[..*at].ends_with([' ', '\t', '\n', '\r']) || *at == 0);
    Some(starts.map(|at| Edit::insert(node.span.start as usize + at + 1, " ")).collect())
}

/// How much deeper than its key this file writes a list: that of its first list, or 2.
fn list_indent(text: &str) -> usize {
    let mut key = None;
    for line in lines(text, 0, text.len()) {
        let body = text[line.start..line.end].trim_end();
        let column = spaces(body);
        if let Some(key) = key.filter(|_| body[column..].starts_with("- ")) {
            return column.saturating_sub(key);
        }
        let is_key = body.ends_with(':') && !body[column..].starts_with(['-', '#', '|']);
        key = is_key.then_some(column);
    }
    2
}

/// Removes an entry: whole lines with its value and the comment after it. Comments on lines of their own
/// stay.
pub fn remove_entry(file: &SourceFile, parent: &Mapping, index: usize) -> Option<Edit> {
    let text = file.text();
    let entry = parent.entries.get(index)?;
    if parent.flow {
        let spans: Vec<Span> =
            parent.entries.iter().map(|entry| entry_with_properties(text, entry)).collect();
        return Some(remove_in_flow(&spans, index));
    }
    let mark = explicit_mark(text, entry);
    let start = mark.unwrap_or(with_properties(text, &entry.key).start as usize);
    let line = line_start(text, start);
    let end = lines_end(text, &entry.value)?;
    if text[line..start].trim_start_matches(crate::source::BOM).trim().is_empty() {
        return Some(Edit::delete(Span::new(line + bom_at(text, line), end)));
    }
    if mark.is_some() || parent.entries.get(index + 1).is_some_and(|next| explicit_mark(text, next).is_some())
    {
        return None;
    }
    // The first key of a list's item: the next one takes its place after the dash.
    match parent.entries.get(index + 1) {
        Some(next) if text[line..start].trim_matches([' ', '-']).is_empty() => {
            Some(Edit::delete(Span::new(start, next.key.span.start as usize)))
        }
        None if parent.entries.len() == 1 => {
            let last = line_at(text, entry.value.span.end as usize);
            let comment = text[last.start..last.end].trim_start().starts_with('#');
            let end = if comment { entry.value.span.end as usize } else { last.end };
            Some(Edit::new(Span::new(start, end), "{}"))
        }
        _ => None,
    }
}

fn bom_at(text: &str, offset: usize) -> usize {
    if text[offset..].starts_with(crate::source::BOM) { crate::source::BOM.len_utf8() } else { 0 }
}

/// The start of the line after a value's last line; `None` where something else follows on that line.
fn lines_end(text: &str, value: &Node) -> Option<usize> {
    if let Some(end) = last_block_end(text, value) {
        return Some(end);
    }
    let rest = line_at(text, value.span.end as usize);
    let tail = text[rest.start..rest.end].trim_start();
    (tail.is_empty() || tail.starts_with('#')).then_some(rest.next)
}

/// Where the lines of a block scalar end that a value ends with, empty lines included.
fn last_block_end(text: &str, value: &Node) -> Option<usize> {
    last_scalar(value)
        .scalar()
        .filter(|s| s.header.is_some())
        .map(|_| block_region_end(text, last_scalar(value).span))
}

/// The innermost value that a value ends with.
fn last_scalar(mut node: &Node) -> &Node {
    loop {
        let next = match &node.value {
            Value::Sequence(sequence) if !sequence.flow => sequence.items.last(),
            Value::Mapping(mapping) if !mapping.flow => mapping.entries.last().map(|entry| &entry.value),
            _ => None,
        };
        let Some(next) = next else { return node };
        node = next;
    }
}

/// The place of a value with its tag and its anchor, which stand before it.
fn with_properties(text: &str, node: &Node) -> Span {
    let header = node.scalar().and_then(|scalar| scalar.header);
    let mut start = header.map_or(node.span.start, |header| header.start) as usize;
    for _ in 0..usize::from(node.tag.is_some()) + usize::from(node.anchor.is_some()) {
        let before = text[..start].trim_end();
        let word = before.rfind(|c: char| c.is_whitespace() || "[{,".contains(c)).map_or(0, |at| at + 1);
        if before[word..].starts_with(['!', '&']) {
            start = word;
        }
    }
    Span::new(start, (node.span.end as usize).max(start))
}

/// The place of an entry with all that belongs to its key and its value.
fn entry_with_properties(text: &str, entry: &Entry) -> Span {
    Span { start: with_properties(text, &entry.key).start, end: entry.span().end }
}

/// Where the `?` of an explicit key stands, as in `? key`.
fn explicit_mark(text: &str, entry: &Entry) -> Option<usize> {
    let start = with_properties(text, &entry.key).start as usize;
    let before = text[line_start(text, start)..start].trim_end();
    let is_mark = before.ends_with('?') && before.trim_end_matches('?').chars().all(|c| c == ' ' || c == '-');
    is_mark.then(|| line_start(text, start) + before.len() - 1)
}

fn remove_in_flow(spans: &[Span], index: usize) -> Edit {
    let span = spans[index];
    let cut = match (spans.get(index + 1), index.checked_sub(1).map(|before| spans[before])) {
        (Some(next), _) => Span { start: span.start, end: next.start },
        (None, Some(before)) => Span { start: before.end, end: span.end },
        (None, None) => span,
    };
    Edit::delete(cut)
}

/// Removes a list's item: whole lines with the comment after it. The last one left becomes `[]`.
pub fn remove_item(file: &SourceFile, sequence: &Sequence, index: usize) -> Option<Edit> {
    let text = file.text();
    let item = sequence.items.get(index)?;
    if sequence.flow {
        let spans: Vec<Span> = sequence.items.iter().map(|item| with_properties(text, item)).collect();
        return Some(remove_in_flow(&spans, index));
    }
    let dash = sequence.dashes.get(index).map(|dash| *dash as usize)?;
    let line = line_start(text, dash);
    let end = lines_end(text, item)?;
    if sequence.items.len() == 1 {
        let before = text[..dash].trim_end().len();
        let body_end = (item.span.end as usize).max(dash + 1);
        return if text[..before].ends_with(':') {
            Some(Edit::new(Span::new(before, body_end), " []"))
        } else {
            Some(Edit::new(Span::new(dash, body_end), "[]"))
        };
    }
    if text[line..dash].trim_start_matches(crate::source::BOM).trim().is_empty() {
        let last = index + 1 == sequence.items.len();
        let before = index.checked_sub(1).and_then(|index| sequence.items.get(index)).filter(|_| last);
        return match before.map(|item| item.span.end as usize) {
            // The edit of the last item begins at the one before it, so that it can be seen to be about the list.
            Some(from) if from < line && text[..end].ends_with('\n') => {
                let kept = text[from..line].trim_end_matches(['\n', '\r']).len();
                let end = text[..end].trim_end_matches(['\n', '\r']).len();
                Some(Edit::new(Span::new(from, end), &text[from..from + kept]))
            }
            _ => Some(Edit::delete(Span::new(line + bom_at(text, line), end))),
        };
    }
    sequence.dashes.get(index + 1).map(|next| Edit::delete(Span::new(dash, *next as usize)))
}

/// Inserts an entry after the one of key `after`, or at the end. `text` is `key: value`, with further
/// lines where it needs them, all without the parent's indentation. Where the place would change the text
/// of a block that ends the file without a line end, the entry is put before that block's key instead.
pub fn insert_entry(file: &SourceFile, parent: &Mapping, after: Option<&str>, text: &str) -> Option<Edit> {
    let source = file.text();
    let named = after.and_then(|key| parent.entries.iter().rposition(|entry| entry.name() == Some(key)));
    let entry = named.map_or(parent.entries.last(), |index| parent.entries.get(index))?;
    if parent.flow {
        return Some(Edit::insert(entry.span().end as usize, format!(", {text}")));
    }
    let first = &parent.entries[0];
    let start = explicit_mark(source, first).unwrap_or(with_properties(source, &first.key).start as usize);
    let column = source[line_start(source, start)..start].trim_start_matches(crate::source::BOM).len();
    let line_end = file.line_end();
    let mut block = String::new();
    for (i, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        if i > 0 {
            block.push_str(line_end);
        }
        if i > 0 && !line.is_empty() {
            block.extend(std::iter::repeat_n(' ', column));
        }
        block.push_str(line);
    }
    let last = last_scalar(&entry.value);
    let header = last.scalar().and_then(|scalar| scalar.header).map(|header| file.slice(header));
    let rest = line_at(source, entry.value.span.end.max(last.span.end) as usize);
    if header.is_none() && lines_end(source, &entry.value).is_none() {
        return None;
    }
    if rest.end == rest.next {
        return match header {
            Some(header) if !header.contains('-') => {
                let at = Span::at(entry.key.span.start as usize);
                Some(Edit::new(at, format!("{block}{line_end}{:column$}", "")))
            }
            _ => Some(Edit::insert(rest.end, format!("{line_end}{:column$}{block}", ""))),
        };
    }
    let at = match header {
        Some(header) if header.contains('+') => block_region_end(source, last.span),
        _ => rest.next,
    };
    let unfinished = at == source.len() && !source.ends_with(['\n', '\r']);
    let before = if unfinished { line_end } else { "" };
    Some(Edit::insert(at, format!("{before}{:column$}{block}{line_end}", "")))
}

/// Whether a plain scalar with this text would be read as that text by YAML 1.1 and 1.2 readers alike.
pub fn is_plain_string(text: &str) -> bool {
    plain_reads_as(text, false)
}
