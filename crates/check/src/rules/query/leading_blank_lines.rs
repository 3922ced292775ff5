//! `leading-blank-lines`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// The query of an analytic rule that starts with blank lines.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel stores the query unchanged and uses it in the link to an incident's events. If the first line is blank,
    /// that view shows an error instead of the events.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// kind: NRT
    /// severity: Medium
    /// requiredDataConnectors: []
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The lines are removed, which does not change what the query finds.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/issues/6194>
    /// - <https://github.com/Azure/Azure-Sentinel/pull/10660>
    pub(crate) LeadingBlankLines {
        id: "leading-blank-lines",
        group: Query,
        severity: Warning,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for LeadingBlankLines {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.kind().is_rule() {
            return;
        }
        let start = query.text.len() - query.text.trim_start().len();
        // The spaces before the first word belong to its line.
        let Some(end) = query.text[..start].rfind('\n').map(|at| at + 1) else { return };
        if start == query.text.len() {
            return;
        }
        let blank = Span::new(0, end);
        let lines = query.text[..end].matches('\n').count();
        let (message, title) = if lines == 1 {
            ("The query starts with a blank line".to_owned(), "Remove the blank line")
        } else {
            (format!("The query starts with {lines} blank lines"), "Remove the blank lines")
        };
        let fix = Fix::safe(title, without(cx, query, blank));
        let help = "Start the query in its first line, so that the events of an incident can be shown.";
        out.push(Self::at(query.first_line(), message).help(help).fix(fix));
    }
}

/// The edit that removes the first lines of a query: in a block scalar the lines of the file, whatever stands in them.
fn without(cx: &Context<'_>, query: &Query<'_>, blank: Span) -> Option<Edit> {
    let header = query.node.and_then(|node| node.scalar()?.header);
    let Some(header) = header else { return query.edit(blank, "") };
    let (source, first) = (cx.source(), query.span(Span::at(blank.end as usize)));
    let line_after = |offset: u32| source.line_span(source.line_of(offset as usize) + 1).start as usize;
    let start = source.line_span(source.line_of(first.start as usize)).start as usize;
    let lines = Span::new(line_after(header.end), start);
    (lines.start < lines.end && source.slice(lines).trim().is_empty()).then(|| Edit::delete(lines))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability;
    use crate::rules::testing::{fixes, messages};

    const RULE: &str = "leading-blank-lines";

    fn rule(query: &str) -> String {
        format!("id: x\nname: n\nkind: NRT\nquery: {query}\nversion: 1.0.0\n")
    }

    #[test]
    fn blank_lines_are_removed_from_every_style() {
        for (query, fixed) in [
            ("|\n\n  T\n  | take 1", "|\n  T\n  | take 1"),
            ("|-\n\n \n\n  T\n\n  | take 1", "|-\n  T\n\n  | take 1"),
            ("|2\n\n    T", "|2\n    T"),
            ("\"\\n \\n T\"", "\" T\""),
            (">\n\n  T", ">\n  T"),
        ] {
            assert_eq!(fixes(RULE, "a.yaml", &rule(query)), [(Applicability::Safe, rule(fixed))], "{query}");
        }
    }

    #[test]
    fn other_blank_lines_and_hunting_queries_are_left_alone() {
        assert!(messages(RULE, &rule("|\n  // a\n\n  T\n")).is_empty());
        assert!(messages(RULE, "id: x\nname: n\nquery: |\n\n  T\n").is_empty());
    }
}
