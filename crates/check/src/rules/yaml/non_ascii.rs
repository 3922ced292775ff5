//! `non-ascii`

use crate::content::{Kind, Query};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::kql::TokenKind;
use crate::rules::yaml::misleading_character::MisleadingCharacter;
use crate::rules::{Context, Declared as _, Rule, declare_rule};
use crate::source::{BOM, SourceFile, Span};
use characters::{plain, runs};

mod characters;
#[cfg(test)]
mod tests;

declare_rule! {
    /// A non-ASCII character.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks reject such characters in content. Most come from a word processor: typographic quotes, long
    /// dashes, no-break spaces. In a query they do not equal the characters that they look like. Other teams write in
    /// their own language, so this rule is only in `azure-sentinel` and `pedantic`; `misleading-character` reports
    /// invisible and look-alike characters everywhere.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which the maker’s relay was reached.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which the maker's relay was reached.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Typographic quotes, dashes and spaces are replaced with plain ones, except in strings of a query, which may
    /// search for the character itself. The fix is unsafe because the character may be intentional.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/workflows/non-ascii-validations.yaml>
    pub(crate) NonAscii {
        id: "non-ascii",
        group: Yaml,
        severity: Warning,
        pedantic: true,
        fix: Sometimes Unsafe,
        gate: "non-ascii-validations",
        since: "0.1.0",
    }
}

/// So many runs are reported for one file.
const MOST: usize = 10;

impl Rule for NonAscii {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let mut reported = Vec::new();
        if cx.settings.enabled(MisleadingCharacter::META) {
            MisleadingCharacter.check_file(cx, &mut reported);
        }
        let is_reported = |span: Span| reported.iter().any(|finding| finding.span.contains(span));
        Self::check_all(cx, is_reported, out);
    }
}

impl NonAscii {
    /// Every character outside ASCII, but for those that are reported elsewhere.
    pub(in crate::rules) fn check_all(
        cx: &Context<'_>,
        is_reported: impl Fn(Span) -> bool,
        out: &mut Vec<Diagnostic>,
    ) {
        let text = cx.source().text();
        if text.is_ascii() || cx.kind() == Kind::Query {
            return;
        }
        let body = text.len() - text.trim_start_matches(BOM).len();
        let slips: Vec<Span> = cx.queries.iter().flat_map(typographic_slips).collect();
        let is_slip = |span: Span| slips.iter().any(|slip| slip.contains(span));
        let runs = runs(text, body).into_iter();
        let runs = runs.filter(|(start, run)| !is_reported(Span::new(*start, start + run.len())));
        for (start, run) in runs.take(MOST) {
            let span = Span::new(start, start + run.len());
            if is_slip(span) {
                continue;
            }
            let names: Vec<String> = run.chars().take(4).map(|c| format!("U+{:04X}", u32::from(c))).collect();
            let more = if run.chars().count() > 4 { " ..." } else { "" };
            let message = format!("Non-ASCII characters: {}{more}", names.join(" "));
            let finding = Self::at(span, message);
            if is_compared(cx, span) {
                // What a query looks for is not to be changed into something else.
                let first = run.chars().next().map_or(0, u32::from);
                let escape =
                    if first > 0xffff { format!("\\U{first:08X}") } else { format!("\\u{first:04X}") };
                out.push(finding.help(format!(
                    "It is in a string of the query. If the query searches for this character, use the escape \
                     sequence `{escape}`."
                )));
                continue;
            }
            let plainly: Option<String> = run.chars().map(plain).collect();
            out.push(match plainly {
                Some(plainly) if fits(cx, start, &plainly) => {
                    let title = if plainly.is_empty() {
                        "Remove it".into()
                    } else {
                        format!("Replace with `{plainly}`")
                    };
                    let partner = partner(cx.source(), span, run);
                    let edits = partner.into_iter().chain([Edit::new(span, plainly)]);
                    finding.fix(Fix::r#unsafe(title, edits))
                }
                _ => finding.help("Use plain letters, or an escape sequence if it is needed."),
            });
        }
    }
}

/// The places of a query where the parser says that a character is typographic: that is reported there, with the fix.
fn typographic_slips(query: &Query<'_>) -> Vec<Span> {
    let errors = query.parse().errors.iter().filter_map(|error| error.fix.as_ref());
    errors.map(|fix| query.span(fix.span)).collect()
}

/// Of a typographic quote the edit of its partner on the line: of a pair both are replaced.
fn partner(source: &SourceFile, span: Span, run: &str) -> Option<Edit> {
    let (closes, opens) = match run {
        "\u{201c}" | "\u{201e}" => ("\u{201d}", false),
        "\u{2018}" | "\u{201a}" => ("\u{2019}", false),
        "\u{201d}" => ("\u{201c}", true),
        "\u{2019}" => ("\u{2018}", true),
        _ => return None,
    };
    let line = source.line_span(source.line_of(span.start as usize));
    let between = |start: u32, end: u32| source.slice(Span { start, end });
    let at = if opens {
        line.start as usize + between(line.start, span.start).rfind(closes)?
    } else {
        span.end as usize + between(span.end, line.end).find(closes)?
    };
    let plainly = run.chars().next().and_then(plain)?;
    Some(Edit::new(Span::new(at, at + closes.len()), plainly))
}

/// Whether a place lies in a string of a query.
fn is_compared(cx: &Context<'_>, span: Span) -> bool {
    cx.queries.iter().any(|query| {
        let Some(span) = query.span_in_query(span) else { return false };
        let tokens = &query.parse().tokens;
        let at = tokens.partition_point(|token| token.span.end <= span.start);
        tokens.get(at).is_some_and(|token| {
            token.kind == TokenKind::StringLiteral
                && token.span.start < span.start
                && span.end < token.span.end
        })
    })
}

/// A quote must not end the scalar that it would stand in; the proof of fixes looks at the rest.
fn fits(cx: &Context<'_>, at: usize, text: &str) -> bool {
    let line = cx.source().line_span(cx.source().line_of(at));
    !text.contains(['\'', '"']) || !cx.source().slice(line).trim_start().contains([':']) || {
        let before = &cx.source().text()[line.start as usize..at];
        !before.contains(['\'', '"'])
    }
}
