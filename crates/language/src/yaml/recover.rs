//! From a text that is not valid YAML to its errors and to the tree of all that can be read.
//!
//! Sentinel content is a flat mapping, so a broken file is cut at its top-level keys and each piece is
//! read alone. A piece that fails is diagnosed, fixed in memory where the slip is plain (or its bad
//! line left out) and read again, until it reads or no progress is made; spans are carried back.

use super::lines::{line_at, line_start, lines};
use super::parse::{self, Failure, Parsed, mark_duplicates};
use super::remap::{Rounds, place};
use super::simple;
use super::slips::{self, Slip};
use super::{Comment, Document, MAX_ERRORS, Mapping, Node, Suggestion, Value, YamlError};
use crate::source::{BOM, Edit, Span};
use granit_parser::ErrorKind;

/// The work spent on fixing one piece, and on proving fixes, in bytes read again.
const BUDGET: usize = 4 << 20;

/// What reading a line again costs apart from its bytes: it may be a piece of its own.
const LINE_COST: usize = 100;

/// Reads a text, whole if it is valid and piece by piece if not.
pub(super) fn document(text: &str, root_keys: &[&str]) -> Document {
    let parsed = simple::read(text);
    if parsed.failure.is_none() {
        let errors = parsed.unknown_aliases.iter().map(|(span, name)| unknown_alias(text, *span, name));
        return Document {
            errors: verified(
                text,
                errors.take(MAX_ERRORS).collect(),
                parsed.unknown_aliases.len(),
                root_keys,
            ),
            root: parsed.root,
            comments: parsed.comments,
            extra_documents: parsed.extra_documents,
            recovered: false,
            damaged: Vec::new(),
        };
    }
    let (mut document, total) = recover(text, &parsed, root_keys);
    document.errors = verified(text, document.errors, total, root_keys);
    document
}

/// Keeps only the fixes after which the file has fewer errors than the `total` it has now.
fn verified(text: &str, mut errors: Vec<YamlError>, total: usize, root_keys: &[&str]) -> Vec<YamlError> {
    if errors.is_empty() {
        return errors;
    }
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    let mut budget = BUDGET;
    for error in &mut errors {
        let Some(fix) = &error.fix else { continue };
        let affordable = budget.checked_sub(text.len() + LINE_COST * lines);
        budget = affordable.unwrap_or_default();
        let after = affordable
            .and_then(|_| Edit::apply(&fix.edits, text))
            .map_or(total, |after| count(&after, root_keys));
        if after >= total {
            error.fix = None;
        }
    }
    errors
}

fn count(text: &str, root_keys: &[&str]) -> usize {
    let parsed = simple::read(text);
    match parsed.failure {
        None => parsed.unknown_aliases.len(),
        Some(_) => recover(text, &parsed, root_keys).1,
    }
}

fn unknown_alias(text: &str, span: Span, name: &str) -> YamlError {
    let value = slips::value_on_line(text, span.start as usize).unwrap_or(span);
    let edits = slips::quote_edits(text, if value.contains(span) { value } else { span });
    YamlError {
        span,
        message: format!("`*{name}` refers to an anchor that is not defined above"),
        help: Some(format!("put the value in quotes if it is a string, or define the anchor `&{name}`")),
        labels: Vec::new(),
        fix: Some(Suggestion { title: "put the value in quotes".to_owned(), edits }),
    }
}

/// The tree of all that can be read, the first errors, and how many errors there are in all.
fn recover(text: &str, whole: &Parsed, root_keys: &[&str]) -> (Document, usize) {
    let (pieces, extra_documents) = pieces(text);
    let mut document = Document { recovered: true, extra_documents, ..Document::default() };
    let mut mapping = Mapping::default();
    let mut other = None;
    let mut untold = 0;
    let mut aliases_left = MAX_ERRORS;
    for piece in &pieces {
        let most = MAX_ERRORS.saturating_sub(document.errors.len());
        let outcome = read_piece(&text[piece.range()], pieces.len() > 1, most, root_keys);
        if !outcome.errors.is_empty() || outcome.is_cut {
            document.damaged.push(*piece);
        }
        untold += usize::from(outcome.is_cut);
        let base = piece.start as usize;
        document.errors.extend(outcome.errors.into_iter().map(|error| error.shifted(base)));
        // An anchor may stand in another piece.
        for (span, name) in outcome.unknown_aliases.iter().take(aliases_left) {
            aliases_left -= 1;
            if !text.contains(&format!("&{name}")) {
                document.errors.push(unknown_alias(text, span.shift(base), name));
            }
        }
        document.comments.extend(outcome.comments.iter().map(|c| Comment { span: c.span.shift(base), ..*c }));
        match outcome.root.map(|root| place(root, &|span| span.shift(base), text)) {
            Some(Node { value: Value::Mapping(part), .. }) if !part.flow => {
                mapping.entries.extend(part.entries);
            }
            Some(root) => other = other.or(Some(root)),
            None => {}
        }
    }
    if let Some(extra) = document.extra_documents.first().copied() {
        let rest = simple::read(&text[extra.start as usize..]);
        let shift = |span: &Span| span.shift(extra.start as usize);
        document.extra_documents.extend(rest.extra_documents.iter().map(shift).collect::<Vec<_>>());
        if let Some(failure) = &rest.failure {
            let error = slips::diagnose(&text[extra.start as usize..], &rest, failure, root_keys).error;
            document.errors.push(error.shifted(extra.start as usize));
        }
    }
    if document.errors.is_empty()
        && let Some(failure) = &whole.failure
    {
        let slip = slips::diagnose(text, whole, failure, root_keys);
        let fix = attempt(text, &slip, failure.offset, false).map(|(edits, _)| edits);
        document.damaged.push(slip.error.span);
        document.errors.push(slip.with_fix(fix));
    }
    mark_duplicates(&mut mapping.entries);
    document.root = match (mapping.entries.first(), mapping.entries.last()) {
        (Some(first), Some(last)) => {
            let span = first.key.span.cover(last.span());
            Some(Node { span, value: Value::Mapping(mapping), anchor: None, tag: None })
        }
        _ => other,
    };
    document.errors.sort_by_key(|error| error.span);
    document.errors.dedup_by(|b, a| a.message == b.message && a.span == b.span);
    document.errors = joined(std::mem::take(&mut document.errors));
    let total = document.errors.len() + untold;
    document.errors.truncate(MAX_ERRORS);
    document.comments.sort_by_key(|comment| comment.span.start);
    (document, total)
}

/// The errors with one for all lines of a merge conflict, and of a code fence.
fn joined(errors: Vec<YamlError>) -> Vec<YamlError> {
    let mut kept: Vec<YamlError> = Vec::new();
    for error in errors {
        let several = slips::OF_SEVERAL_LINES.contains(&error.message.as_str());
        let first = kept.iter_mut().find(|first| several && first.message == error.message);
        let Some(first) = first else {
            kept.push(error);
            continue;
        };
        first.labels.push((error.span, "and this one".to_owned()));
        if let (Some(fix), Some(more)) = (&mut first.fix, error.fix) {
            fix.edits.extend(more.edits);
        }
    }
    kept
}

/// Cuts the first document at its top-level keys; and tells where a second document begins.
fn pieces(text: &str) -> (Vec<Span>, Vec<Span>) {
    let begin = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut cuts = vec![begin];
    let mut end = text.len();
    let mut extra = Vec::new();
    let mut has_content = false;
    for line in lines(text, begin, text.len()) {
        let body = &text[line.start..line.end];
        let is_marker =
            |marker| body.strip_prefix(marker).is_some_and(|r| r.is_empty() || r.starts_with([' ', '\t']));
        if is_marker("---") || is_marker("...") {
            if has_content {
                end = line.start;
                if is_marker("---") {
                    extra.push(Span::new(line.start, line.start + 3));
                }
                break;
            }
            continue;
        }
        let blank = body.trim_start();
        has_content |= !(blank.is_empty() || blank.starts_with('#') || body.starts_with('%'));
        if slips::is_top_level_key(body) {
            cuts.push(line.start);
        }
    }
    cuts.push(end);
    let spans = cuts.windows(2).map(|pair| Span::new(pair[0], pair[1]));
    // What stands before the first key counts only if it is more than comments and markers.
    let is_content = |span: &Span| {
        lines(text, span.start as usize, span.end as usize).any(|line| {
            let body = text[line.start..line.end].trim();
            !(body.is_empty() || body.starts_with(['#', '%']) || body == "---")
        })
    };
    let keep = |span: &Span| span.start as usize != begin || is_content(span) || cuts.len() == 2;
    let mut pieces: Vec<Span> = spans.filter(|span| !span.is_empty()).filter(keep).collect();
    // Comments at the top belong to the first piece.
    if let Some(first) = pieces.first_mut().filter(|first| first.start as usize != begin) {
        let head = &text[begin..first.start as usize];
        if !head.contains(['%', '-'])
            || lines(head, 0, head.len()).all(|l| !head[l.start..l.end].starts_with(['%', '-']))
        {
            first.start = begin as u32;
        }
    }
    (pieces, extra)
}

/// What one piece gave, with offsets into the piece.
#[derive(Default)]
struct Outcome {
    root: Option<Node>,
    comments: Vec<Comment>,
    unknown_aliases: Vec<(Span, String)>,
    errors: Vec<YamlError>,
    /// Whether an error was found that is not reported, because there are too many.
    is_cut: bool,
}

/// Reads one piece, fixing as it goes; tells at most `most` errors. `is_part` says that a top-level
/// mapping is expected.
fn read_piece(text: &str, is_part: bool, most: usize, root_keys: &[&str]) -> Outcome {
    let mut current = text.to_owned();
    let mut rounds = Rounds::default();
    let mut errors: Vec<YamlError> = Vec::new();
    let mut parsed = checked(&current, is_part);
    let most = most.min((BUDGET / 2 / text.len().max(1)).max(1));
    // After a line was left out, an error right below is most likely its echo.
    let mut echo_at = None;
    let mut is_cut = false;
    while let Some(failure) = &parsed.failure {
        let at = line_start(&current, failure.offset);
        is_cut = errors.len() >= most;
        if is_cut || echo_at.is_some_and(|echo| at <= echo) {
            break;
        }
        let slip = slips::diagnose(&current, &parsed, failure, root_keys);
        let barrier = failure.offset.max(slip.error.span.end as usize);
        let fixed = attempt(&current, &slip, barrier, is_part);
        let offered = fixed.is_some();
        let Some((edits, after)) = fixed.or_else(|| leave_out(&current, barrier, is_part)) else {
            errors.push(slip.with_fix(None).mapped(&rounds));
            break;
        };
        let Some(next) = Edit::apply(&edits, &current) else { break };
        errors.push(slip.with_fix(offered.then(|| edits.clone())).mapped(&rounds));
        rounds.add(&edits);
        current = next;
        parsed = after;
        echo_at =
            (!offered).then(|| parse::skip_blanks_and_comments(&current, line_at(&current, barrier).next));
    }
    let back = |span| rounds.back_span(span);
    let comments = parsed.comments.iter().map(|c| Comment { span: rounds.back_span(c.span), ..*c }).collect();
    let root = parsed.root.map(|root| place(root, &back, text));
    let unknown = parsed.unknown_aliases.into_iter().map(|(span, name)| (rounds.back_span(span), name));
    Outcome { root, comments, unknown_aliases: unknown.collect(), errors, is_cut }
}

/// Reads a text; where it must be a mapping and is not, that is a failure too.
fn checked(text: &str, is_part: bool) -> Parsed {
    let mut parsed = simple::read(text);
    if is_part
        && parsed.failure.is_none()
        && let Some(root) = &parsed.root
        && !matches!(&root.value, Value::Mapping(mapping) if !mapping.flow)
    {
        let offset = root.span.start as usize;
        parsed.failure = Some(Failure { kind: ErrorKind::SimpleKeyExpected, offset });
    }
    parsed
}

/// The first of a slip's candidate fixes after which the text reads, or else the first after which it fails only
/// below.
fn attempt(text: &str, slip: &Slip, barrier: usize, is_part: bool) -> Option<(Vec<Edit>, Parsed)> {
    let mut partly = None;
    for edits in &slip.candidates {
        match progress(text, edits, barrier, is_part) {
            Some(parsed) if parsed.failure.is_none() => return Some((edits.clone(), parsed)),
            Some(parsed) => partly = partly.or(Some((edits.clone(), parsed))),
            None => {}
        }
    }
    partly
}

/// The same with the bad line left out: its value if it has a key, and else all of it.
fn leave_out(text: &str, barrier: usize, is_part: bool) -> Option<(Vec<Edit>, Parsed)> {
    let line = line_at(text, line_start(text, barrier.min(text.len())));
    let body = &text[line.start..line.end];
    let first = line.start + body.len() - body.trim_start().len();
    let value = slips::key_of_line(text, line).map(|key| key.colon + 1);
    let whole = (!text[..line.start].trim().is_empty()).then_some(first);
    [value, whole].into_iter().flatten().filter(|start| *start < line.end).find_map(|start| {
        let edits = vec![Edit::delete(Span::new(start, line.end))];
        let parsed = progress(text, &edits, barrier, is_part)?;
        Some((edits, parsed))
    })
}

fn progress(text: &str, edits: &[Edit], barrier: usize, is_part: bool) -> Option<Parsed> {
    let after = Edit::apply(edits, text)?;
    let parsed = checked(&after, is_part);
    let Some(failure) = &parsed.failure else { return Some(parsed) };
    let mut rounds = Rounds::default();
    rounds.add(edits);
    let below = line_at(text, line_start(text, barrier.min(text.len()))).next;
    (rounds.back(failure.offset as u32) as usize >= below && below < text.len()).then_some(parsed)
}

impl YamlError {
    fn shifted(mut self, by: usize) -> Self {
        self.each_span(&|span| span.shift(by));
        self
    }

    fn mapped(mut self, rounds: &Rounds) -> Self {
        self.each_span(&|span| rounds.back_span(span));
        self
    }

    fn each_span(&mut self, map: &dyn Fn(Span) -> Span) {
        self.span = map(self.span);
        self.labels.iter_mut().for_each(|(span, _)| *span = map(*span));
        for edit in self.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = map(edit.span);
        }
    }
}
