//! A document and its printer, in the manner of Wadler: text, blanks, possible line ends, and groups that decide which
//! of their line ends become real. Nothing here knows the query language.
//!
//! The document is a flat list, in which a group is a pair of elements, so that neither depth nor length costs a stack;
//! each element is looked at once, and each group looks at its own line ends once.

use crate::kql::work;

/// One step of indentation.
pub(super) const INDENT: usize = 4;

/// An element of a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Element<'t> {
    /// Text that is printed as it is.
    Text(&'t str),
    /// So many blanks.
    Space(usize),
    /// A comment at the end of a line, after so many blanks. It has no width: no line is broken for its sake.
    Trailing(usize, &'t str),
    /// A place where a line may end; it belongs to the innermost group.
    Line(Line),
    /// Begins a group.
    Start(Group),
    /// Ends the innermost group.
    End,
}

/// A place where a line may end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// When it does.
    pub when: When,
    /// Whether a blank stands here where it does not.
    pub space: bool,
    /// Whether a blank line comes with it.
    pub blank: bool,
    /// Where the next line begins.
    pub to: To,
}

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// As far indented as the group says.
    Inner,
    /// As far as the line in which the group begins.
    Base,
    /// So much farther than that.
    Shift(usize),
    /// At the first column.
    Margin,
}

impl Line {
    /// How far the next line is indented, in a group with these indentations.
    fn indentation(&self, base: usize, inner: usize) -> usize {
        match self.to {
            To::Inner => inner,
            To::Base => base,
            To::Shift(by) => base + by,
            To::Margin => 0,
        }
    }
}

/// When a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Always.
    Always,
    /// It did, and does unless the group takes it back.
    Kept,
    /// Where the group is broken.
    Broken,
    /// Never: the group has it only to be counted.
    Never,
}

/// How a group decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// Line ends that were there stay, and on a line that does not fit all of the group's lines end; so they do where
    /// none were there and the group does not fit.
    Rows,
    /// The same, but nothing is broken that is still too wide afterwards.
    Arguments,
    /// One line if it fits and nothing in it is broken, and otherwise broken.
    Block,
    /// Its lines end where they did.
    AsWritten,
}

/// A group of elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How it decides.
    pub policy: Policy,
    /// How far lines in it are indented.
    pub indent: usize,
    /// Whether it is the only thing in a bracket: it is indented no farther than that, and where it begins on the line of
    /// another such group that is broken, farther than the lines of that.
    pub flush: bool,
    /// How many items stand on a line of a broken group.
    pub per_line: usize,
    /// Which indentation of the writer stays.
    pub keeps: Keeps,
}

/// Which indentation of a group's lines stays as the writer had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// None.
    None,
    /// That of all lines, if it is the same.
    Common,
    /// That of each line.
    Each,
}

/// What a group has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Only lines that always end do.
    Flat,
    /// Those that were kept end.
    Kept,
    /// Every line ends, or every one after so many items.
    Broken(usize),
}

/// A group on the way.
#[derive(Clone, Copy, Debug)]
struct Frame {
    mode: Mode,
    base: usize,
    inner: usize,
    /// How many lines of items have been passed.
    items: usize,
    /// Whether a line of the group has ended.
    opened: bool,
    /// Whether one will.
    breaks: bool,
}

/// What is known of the document before it is printed.
struct Measure {
    /// How wide everything before each element is, if no line ends.
    before: Vec<usize>,
    /// For each element, how wide everything is up to the next line that ends by itself.
    forced: Vec<usize>,
    /// The same up to the next line that may end.
    possible: Vec<usize>,
    /// For each group's beginning, its end.
    end: Vec<usize>,
    /// For each line, the next one of the same group or its end; for a group's beginning, its first line.
    next: Vec<usize>,
}

/// How wide a text is on its first line. Nearly all are one line of ASCII, which one pass without branches finds out.
fn width(text: &str) -> usize {
    if text.bytes().filter(|byte| !byte.is_ascii() || *byte == b'\n').count() == 0 {
        return text.len();
    }
    text.split('\n').next().map_or(0, |line| line.chars().count())
}

/// What stands after the last line end of a text that has one.
fn last_line(text: &str) -> Option<&str> {
    text.rsplit_once('\n').map(|(_, last)| last)
}

/// Adds so many blanks.
fn indent(out: &mut String, blanks: usize) {
    const BLANKS: &str = "                                                                ";
    let mut left = blanks;
    while left > 0 {
        let now = left.min(BLANKS.len());
        out.push_str(&BLANKS[..now]);
        left -= now;
    }
}

impl Measure {
    fn of(elements: &[Element<'_>]) -> Self {
        let count = elements.len();
        let mut before = Vec::with_capacity(count + 1);
        let mut at = 0;
        for element in elements {
            before.push(at);
            at += match element {
                Element::Text(text) => width(text),
                Element::Space(blanks) => *blanks,
                Element::Line(line) => usize::from(line.space),
                Element::Trailing(..) | Element::Start(_) | Element::End => 0,
            };
        }
        before.push(at);
        let (mut forced, mut possible) = (vec![usize::MAX; count + 1], vec![at; count + 1]);
        let (mut end, mut next) = (vec![count; count], vec![count; count]);
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (index, element) in elements.iter().enumerate().rev() {
            forced[index] = forced[index + 1];
            possible[index] = possible[index + 1];
            match element {
                Element::Line(line) => {
                    if matches!(line.when, When::Always | When::Kept) {
                        forced[index] = before[index];
                    }
                    possible[index] = before[index];
                    if let Some((_, following)) = open.last_mut() {
                        next[index] = *following;
                        *following = index;
                    }
                }
                Element::Trailing(..) => forced[index] = before[index],
                Element::Text(text) => {
                    let width = before[index + 1] - before[index];
                    if width != text.len() && text.contains('\n') {
                        forced[index] = before[index] + width;
                    }
                }
                Element::End => open.push((index, index)),
                Element::Start(_) => {
                    if let Some((close, first)) = open.pop() {
                        end[index] = close;
                        next[index] = first;
                    }
                }
                Element::Space(_) => {}
            }
        }
        Self { before, forced, possible, end, next }
    }
}

/// Prints a document in lines of so many columns as far as it can be had, each ended by a line feed but the last. A line
/// that the writer had as one stays so up to `most` columns.
pub(super) fn print(elements: &[Element<'_>], columns: usize, most: usize, size: usize) -> String {
    let measure = Measure::of(elements);
    let mut layout =
        Layout { elements, measure: &measure, columns, most, ended: vec![false; elements.len()] };
    let mut out = String::with_capacity(size);
    let mut frames: Vec<Frame> =
        vec![Frame { mode: Mode::Kept, base: 0, inner: 0, items: 0, opened: true, breaks: true }];
    let (mut column, mut indentation) = (0, 0);
    for (index, element) in elements.iter().enumerate() {
        work::done(1);
        match element {
            Element::Text(text) => {
                out.push_str(text);
                // A text as wide as its bytes are many is one line.
                let width = measure.before[index + 1] - measure.before[index];
                match if width == text.len() { None } else { last_line(text) } {
                    Some(last) => column = last.chars().count(),
                    None => column += width,
                }
            }
            Element::Space(blanks) => {
                indent(&mut out, *blanks);
                column += blanks;
            }
            Element::Trailing(blanks, text) => {
                indent(&mut out, *blanks);
                out.push_str(text);
            }
            Element::Start(group) => {
                let is_flush = group.flush && frames.last().is_some_and(|frame| frame.opened);
                let inner = match (is_flush, around(&frames)) {
                    (true, _) => indentation,
                    (false, Some(around)) if group.flush => (around + INDENT).max(indentation + group.indent),
                    _ => indentation + group.indent,
                };
                let mode = layout.decide(index, group, column, indentation, inner);
                let breaks = match mode {
                    Mode::Flat => false,
                    Mode::Broken(_) => true,
                    Mode::Kept => layout.lines(index).any(|line| layout.ended[line] || layout.is_kept(line)),
                };
                frames.push(Frame { mode, base: indentation, inner, items: 0, opened: false, breaks });
            }
            Element::End => {
                frames.pop();
            }
            Element::Line(line) => {
                let Some(frame) = frames.last_mut() else { continue };
                if !layout.ended[index] && !ends(line, frame) {
                    if line.space {
                        out.push(' ');
                        column += 1;
                    }
                    continue;
                }
                frame.opened = true;
                out.push('\n');
                if line.blank {
                    out.push('\n');
                }
                indentation = line.indentation(frame.base, frame.inner);
                indent(&mut out, indentation);
                column = indentation;
            }
        }
    }
    out
}

/// How far the lines of the group around the innermost one, a bracket, are indented, if they will be and none has ended.
fn around(frames: &[Frame]) -> Option<usize> {
    let [.., around, _] = frames else { return None };
    (around.breaks && !around.opened && around.inner > around.base).then_some(around.inner)
}

/// Whether a line ends in its group.
fn ends(line: &Line, frame: &mut Frame) -> bool {
    match (line.when, frame.mode) {
        (When::Always, _) => {
            frame.items = 0;
            true
        }
        (When::Never, _) | (_, Mode::Flat) | (When::Broken, Mode::Kept) => false,
        (When::Kept, Mode::Kept) => true,
        (_, Mode::Broken(per_line)) => {
            let ends = line.to == To::Base || frame.items.is_multiple_of(per_line);
            frame.items += 1;
            ends
        }
    }
}

struct Layout<'a> {
    elements: &'a [Element<'a>],
    measure: &'a Measure,
    columns: usize,
    most: usize,
    /// The lines that end although their group is not broken.
    ended: Vec<bool>,
}

impl Layout<'_> {
    /// What a group that begins at an element and a column does.
    fn decide(&mut self, start: usize, group: &Group, column: usize, base: usize, inner: usize) -> Mode {
        let measure = self.measure;
        let end = measure.end[start];
        let width = measure.possible[end] - measure.before[start];
        let is_forced = measure.forced[start] < measure.before[end];
        match group.policy {
            Policy::AsWritten => Mode::Kept,
            _ if !is_forced && column + width <= self.most => Mode::Flat,
            Policy::Block => Mode::Broken(1),
            // What begins on a line that is too wide already makes it no narrower.
            _ if column > self.most && !self.has_kept(start) => Mode::Kept,
            Policy::Arguments if !self.helps(start, column + width, inner) && !self.has_kept(start) => {
                Mode::Kept
            }
            Policy::Rows | Policy::Arguments if self.has_kept(start) => {
                self.end_wide_rows(start, column, base, inner);
                Mode::Kept
            }
            Policy::Rows | Policy::Arguments if column + self.row(start, end) <= self.most => Mode::Kept,
            Policy::Rows | Policy::Arguments => Mode::Broken(self.per_line(start, group, inner)),
        }
    }

    /// The group's own lines.
    fn lines(&self, start: usize) -> impl Iterator<Item = usize> + use<'_> {
        let (measure, end) = (self.measure, self.measure.end[start]);
        let mut at = measure.next[start];
        std::iter::from_fn(move || {
            let line = at;
            (line < end).then(|| {
                work::done(1);
                at = measure.next[line];
                line
            })
        })
    }

    fn line(&self, index: usize) -> Option<&Line> {
        if let Element::Line(line) = &self.elements[index] { Some(line) } else { None }
    }

    /// Whether a line ends where the group is not broken.
    fn is_kept(&self, index: usize) -> bool {
        self.line(index).is_some_and(|line| matches!(line.when, When::Always | When::Kept))
    }

    /// Whether a line is that of a closing bracket.
    fn begins_at_base(&self, index: usize) -> bool {
        self.line(index).is_some_and(|line| line.to == To::Base)
    }

    /// How wide the text between two elements is until something in it ends the line.
    fn row(&self, from: usize, to: usize) -> usize {
        let upto = match self.elements.get(to) {
            Some(Element::End) | None => self.measure.possible[to],
            _ => self.measure.before[to],
        };
        upto.min(self.measure.forced[from]) - self.measure.before[from]
    }

    /// Ends every line in the rows that do not fit.
    fn end_wide_rows(&mut self, start: usize, column: usize, base: usize, inner: usize) {
        let end = self.measure.end[start];
        let lines: Vec<usize> = self.lines(start).collect();
        let (mut from, mut at, mut first) = (start, column, 0);
        for row_end in 0..=lines.len() {
            let to = lines.get(row_end).copied();
            if to.is_some_and(|line| !self.is_kept(line)) {
                continue;
            }
            if at + self.row(from, to.unwrap_or(end)) > self.most {
                let ended = lines[first..row_end].iter().copied();
                let ended: Vec<usize> = ended
                    .filter(|line| self.line(*line).is_some_and(|line| line.when == When::Broken))
                    .collect();
                // The brackets around a list break together.
                let closing = lines.last().copied().filter(|line| self.begins_at_base(*line));
                if let Some(closing) = closing
                    && (ended.contains(&closing) || first == 0 && !ended.is_empty())
                    && self.line(lines[0]).is_some_and(|line| line.when == When::Broken)
                {
                    self.ended[lines[0]] = true;
                    self.ended[closing] = true;
                }
                for line in ended {
                    self.ended[line] = true;
                }
            }
            if let Some(line) = to {
                from = line + 1;
                at = self.line(line).map_or(inner, |line| line.indentation(base, inner));
                first = row_end + 1;
            }
        }
    }

    /// Whether the group has a line of its own that ends in any case.
    fn has_kept(&self, start: usize) -> bool {
        self.lines(start).any(|line| self.is_kept(line))
    }

    /// Whether every item has a line on which its beginning fits, or that is at most half as wide as the whole.
    fn helps(&self, start: usize, whole: usize, inner: usize) -> bool {
        self.lines(start).all(|line| {
            let from = line + 1;
            let wide = inner + self.measure.possible[from] - self.measure.before[from];
            wide <= self.columns || wide * 2 <= whole
        })
    }

    /// How many items of a broken group stand on a line.
    fn per_line(&self, start: usize, group: &Group, inner: usize) -> usize {
        if group.per_line == 1 {
            return 1;
        }
        let lines: Vec<usize> = self.lines(start).collect();
        let fits = lines.chunks(group.per_line).enumerate().all(|(row, chunk)| {
            let to = lines.get((row + 1) * group.per_line).copied().unwrap_or(self.measure.end[start]);
            inner + self.measure.before[to] - self.measure.before[chunk[0] + 1] <= self.columns
        });
        if fits { group.per_line } else { 1 }
    }
}
