//! `hidden-direction-mark`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::kql::TokenKind;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// An invisible character that changes the direction in which text is shown.
    ///
    /// ## Why is this bad?
    ///
    /// The embeddings, overrides and isolates U+202A to U+202E and U+2066 to U+2069 change the order in which text is
    /// displayed, so that a reviewer sees a different query than the one that runs. In a string of a query, they make a
    /// comparison never true.
    ///
    /// Right-to-left languages do not need these characters. The marks U+200E, U+200F and U+061C, which such text does
    /// use, are not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Disguised program started
    /// description: Identifies programs whose name is shown as that of a document.
    /// query: |
    ///   DeviceProcessEvents
    #[doc = "   | where FileName has \"\u{2066}fdp.exe\""]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Disguised program started
    /// description: Identifies programs whose name is shown as that of a document.
    /// query: |
    ///   DeviceProcessEvents
    ///   | where FileName has "\u2066fdp.exe"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// In a string of a query the character is replaced with an escape sequence, which means the same; elsewhere it is
    /// removed. The fix is unsafe because the character may be intentional.
    ///
    /// ## References
    ///
    /// - <https://trojansource.codes/>
    /// - <https://www.unicode.org/reports/tr9/>
    pub(crate) HiddenDirectionMark {
        id: "hidden-direction-mark",
        group: Yaml,
        severity: Error,
        fix: Sometimes Unsafe,
        gate: "non-ascii-validations",
        since: "0.1.0",
    }
}

/// Whether a character shows the text after it in another direction.
pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most so many lines of a file are reported.
const MOST: usize = 20;

impl Rule for HiddenDirectionMark {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let text = cx.source().text();
        if text.is_ascii() {
            return;
        }
        let mut lines: Vec<(usize, Vec<(usize, char)>)> = Vec::new();
        for mark in text.char_indices().filter(|(_, c)| is_direction_mark(*c)) {
            let line = cx.source().line_of(mark.0);
            match lines.last_mut() {
                Some((last, marks)) if *last == line => marks.push(mark),
                _ => lines.push((line, vec![mark])),
            }
        }
        out.extend(lines.iter().take(MOST).map(|(_, marks)| finding(cx, marks)));
    }
}

/// A finding for the marks of one line.
fn finding(cx: &Context<'_>, marks: &[(usize, char)]) -> Diagnostic {
    let span = |(at, c): (usize, char)| Span::new(at, at + c.len_utf8());
    let (first, c) = marks.first().copied().unwrap_or_default();
    let message = format!(
        "A hidden direction mark (U+{:04X}, {}) changes the order in which this text is displayed",
        u32::from(c),
        name(c)
    );
    let mut found = HiddenDirectionMark::at(span((first, c)), message);
    for other in &marks[1..] {
        found = found.label(span(*other), format!("U+{:04X}, {}", u32::from(other.1), name(other.1)));
    }
    let written: Vec<Option<Edit>> = marks.iter().map(|mark| escaped(cx, span(*mark), mark.1)).collect();
    let title = match written.iter().any(Option::is_some) {
        true if marks.len() == 1 => format!("Replace with `\\u{:04X}`", u32::from(c)),
        true => "Replace them with escape sequences".to_owned(),
        false => "Remove it".to_owned(),
    };
    let edits = written.into_iter().zip(marks).map(|(edit, mark)| edit.unwrap_or(Edit::delete(span(*mark))));
    let help = "Remove it; if a query searches for this character, write it as an escape sequence.";
    found.help(help).fix(Fix::r#unsafe(title, edits))
}

/// What the standard calls the character.
fn name(c: char) -> &'static str {
    match c {
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        _ => "pop directional isolate",
    }
}

/// The edit that writes the mark as an escape sequence, where it lies in a string that has such.
fn escaped(cx: &Context<'_>, span: Span, c: char) -> Option<Edit> {
    let (query, place) = cx.queries.iter().find_map(|query| Some((query, query.span_in_query(span)?)))?;
    in_plain_string(query, place).then(|| query.edit(place, &format!("\\u{:04X}", u32::from(c))))?
}

fn in_plain_string(query: &Query<'_>, place: Span) -> bool {
    let tokens = &query.parse().tokens;
    let at = tokens.partition_point(|token| token.span.end <= place.start);
    tokens.get(at).is_some_and(|token| {
        let text = query.text.get(token.span.range()).unwrap_or_default().trim_start_matches(['h', 'H']);
        token.kind == TokenKind::StringLiteral && token.span.contains(place) && text.starts_with(['"', '\''])
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, messages};

    const RULE: &str = "hidden-direction-mark";

    #[test]
    fn marks_are_reported_once_a_line_and_not_as_characters_outside_ascii() {
        let text = "id: x\nname: a \u{2066}b\u{2069}\nquery: |\n  T // \u{202e}\n  | where a == 'b\u{202e}' or b == @'\u{202b}'\n";
        let found = findings(RULE, "a.yaml", text, Profile::Recommended);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|finding| finding.severity == Severity::Error));
        assert!(messages("non-ascii", text).is_empty());
        let fixed: Vec<String> = fixes(RULE, "a.yaml", text).into_iter().map(|(_, text)| text).collect();
        assert!(fixed[0].contains("name: a b\n"));
        assert!(fixed[1].contains("T // \n"));
        assert!(fixed[2].contains("a == 'b\\u202E' or b == @''\n"), "{}", fixed[2]);
    }

    #[test]
    fn queries_alone_are_read_too_and_ordinary_marks_are_left_alone() {
        assert_eq!(findings(RULE, "a.kql", "T | where a == '\u{202e}'\n", Profile::Recommended).len(), 1);
        let ordinary = "id: x\nname: \u{5d7}\u{200f} \u{200e}\u{61c}\nquery: T\n";
        assert!(messages(RULE, ordinary).is_empty());
    }
}
