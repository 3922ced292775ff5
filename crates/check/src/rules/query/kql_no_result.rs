//! `kql-no-result`

use crate::content::{Kind, Query};
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::kql::ast::{ExprKind, StatementKind};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A query that returns no table.
    ///
    /// ## Why is this bad?
    ///
    /// A query that consists only of `let` statements or comments has no tabular expression, and the service rejects
    /// it: "No tabular expression statement found", or SYN0001. A query in a Markdown code fence or in quotes is a
    /// single string in KQL.
    ///
    /// A `.kql` file with only `let` statements may be meant as a prefix for other queries, so the finding is a warning
    /// there.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   let Relays = DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example";
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   let Relays = DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example";
    ///   Relays
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The lines of the fence are removed, which turns a string into a query, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/tabular-expression-statements>
    pub(crate) KqlNoResult {
        id: "kql-no-result",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for KqlNoResult {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let finding = |span: Span, message: &str| Self::at(query.span(span), message);
        if let Some(fence) = Fence::of(query.text) {
            let fix = fence.edits(query).and_then(|edits| Fix::r#unsafe("Remove the fence", edits));
            let message = "The Markdown code fence turns the query into a string";
            out.push(finding(fence.open, message).help("Remove the lines with the backticks.").fix(fix));
            return;
        }
        let parse = query.parse();
        if !parse.errors.is_empty() || query.text.trim().is_empty() {
            return;
        }
        let mut queries = parse.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Query(expr) => Some(expr),
            _ => None,
        });
        match (queries.next_back(), parse.statements.last()) {
            (Some(expr), _) => {
                if matches!(expr.kind, ExprKind::Literal(_)) {
                    let help = "Remove what turns it into a string, such as quotes around the whole query.";
                    out.push(
                        finding(expr.span, "The query is a single value and returns no table").help(help),
                    );
                }
            }
            (None, Some(last)) => {
                let message = "The query has only `let` statements and returns no table";
                let help = "Add an expression that uses the statements, such as the name of the last one.";
                let severity = if cx.kind() == Kind::Query { Severity::Warning } else { Severity::Error };
                out.push(finding(last.span, message).help(help).severity(severity));
            }
            (None, None) => {
                let message = "The query has only comments and returns no table";
                let place = query.first_line();
                let severity = if cx.kind() == Kind::Query { Severity::Warning } else { Severity::Error };
                out.push(Self::at(place, message).help("Add a query.").severity(severity));
            }
        }
    }
}

/// The fence of a Markdown block around a query.
pub(super) struct Fence<'a> {
    text: &'a str,
    /// The opening line, without its end.
    open: Span,
    /// The closing line, where there is one.
    close: Option<Span>,
}

impl<'a> Fence<'a> {
    /// The fence that a query begins with.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let start = text.len() - text.trim_start().len();
        let line = text[start..].lines().next()?.trim_end();
        let mark = ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark))?;
        let language = line.trim_start_matches(&mark[..1]);
        if language.trim().contains(|c: char| !c.is_ascii_alphanumeric()) {
            return None;
        }
        let body = text.trim_end();
        let last = body.rfind('\n').map_or(0, |at| at + 1);
        let is_closed = last > start && body[last..].trim() == mark;
        let close = is_closed.then(|| Span::new(last, body.len()));
        Some(Self { text, open: Span::new(start, start + line.len()), close })
    }

    /// The edits that remove it.
    fn edits(&self, query: &Query<'_>) -> Option<Vec<Edit>> {
        let line = |span: Span| {
            let start = self.text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let end = self.text[span.end as usize..]
                .find('\n')
                .map_or(self.text.len(), |at| span.end as usize + at + 1);
            Span::new(start, end)
        };
        [Some(self.open), self.close].into_iter().flatten().map(|span| query.edit(line(span), "")).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, messages};

    const RULE: &str = "kql-no-result";

    fn file(query: &str) -> String {
        format!("id: x\nname: n\ndescription: d\nquery: |\n  {}\n", query.replace('\n', "\n  "))
    }

    #[test]
    fn what_returns_nothing_is_an_error() {
        for (query, begins) in [
            ("let a = 1;\nlet T = SigninLogs;", "The query has only `let`"),
            ("let f = (x: int) { SigninLogs | take x };", "The query has only `let`"),
            ("// SigninLogs\n// | take 1", "The query has only comments"),
            ("\"SigninLogs | take 1\"", "The query is a single value"),
            ("```kql\nSigninLogs\n```", "The Markdown code fence"),
            ("~~~\nSigninLogs", "The Markdown code fence"),
        ] {
            let text = file(query);
            let told = messages(RULE, &text);
            assert!(matches!(&told[..], [one] if one.starts_with(begins)), "{query}: {told:?}");
            assert_eq!(messages("kql-syntax", &text), [""; 0], "{query}");
        }
        for query in
            ["let a = 1;\nSigninLogs | take a", "// x\nSigninLogs", "Unknown()", "print 1", "let f = 1; f"]
        {
            assert_eq!(messages(RULE, &file(query)), [""; 0], "{query}");
        }
        let found = findings(RULE, "a.kql", "let a = 1;", Profile::Recommended);
        assert_eq!(found[0].severity, crate::diagnostic::Severity::Warning);
    }

    #[test]
    fn a_fence_can_be_removed() {
        let text = file("```kusto\nSigninLogs\n| take 1\n```");
        assert_eq!(fixes(RULE, "a.yaml", &text)[0].1, file("SigninLogs\n| take 1"));
        assert_eq!(fixes(RULE, "a.kql", "```\nSigninLogs\n```\n")[0].1, "SigninLogs\n");
    }
}
