//! Lines of a text as YAML counts them: ended by LF, CR LF or a lone CR.

/// One line: `start..end` without its line end, and where the next line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) next: usize,
}

/// The rest of the line at `at`.
pub(super) fn line_at(text: &str, at: usize) -> Line {
    let bytes = text.as_bytes();
    let start = at.min(bytes.len());
    let length = memchr::memchr2(b'\n', b'\r', &bytes[start..]);
    let end = length.map_or(bytes.len(), |length| start + length);
    let next = match bytes.get(end) {
        Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
        Some(_) => end + 1,
        None => end,
    };
    Line { start, end, next }
}

/// The lines of `text[from..to]`; the last one may lack a line end.
pub(super) fn lines(text: &str, from: usize, to: usize) -> impl Iterator<Item = Line> {
    let text = &text[..to.min(text.len())];
    let mut at = Some(from);
    std::iter::from_fn(move || {
        let line = line_at(text, at.filter(|at| *at < text.len())?);
        at = Some(line.next);
        Some(line)
    })
}

/// The offset at which the line of `at` begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1)
}

/// The number of spaces a text begins with.
pub(super) fn spaces(text: &str) -> usize {
    text.bytes().take_while(|b| *b == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let text = "a\r\n\rb\nc";
        let all: Vec<&str> = lines(text, 0, text.len()).map(|l| &text[l.start..l.end]).collect();
        assert_eq!(all, ["a", "", "b", "c"]);
        assert_eq!(line_start(text, 4), 4);
        assert_eq!(line_start(text, 1), 0);
    }
}
