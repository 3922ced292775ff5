//! `folded-query`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{Node, ScalarStyle};

declare_rule! {
    /// A query in a folded block scalar.
    ///
    /// ## Why is this bad?
    ///
    /// `query: >` joins the lines of the query with spaces. A `//` comment then includes everything after it, and
    /// positions in error messages do not match the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: >
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The fix restores the line breaks of the query. It is unsafe because the query changes.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#813-folded-style>
    pub(crate) FoldedQuery {
        id: "folded-query",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for FoldedQuery {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(node) = query.node else { return };
        let Some(scalar) = node.scalar() else { return };
        if scalar.style != ScalarStyle::Folded {
            out.extend(without_block(cx, query, node).filter(|_| !scalar.style.is_block()));
            return;
        }
        let Some(header) = scalar.header else { return };
        let mark = cx.source().slice(header).find('>').map(|at| header.start as usize + at);
        let edit = mark.map(|at| Edit::new(Span::new(at, at + 1), "|"));
        let fix = Fix::r#unsafe("Use `|`, which keeps the line breaks", edit);
        let message = "`>` joins the lines of this query into one";
        out.push(Self::at(header, message).help("Use `|`, which keeps the line breaks.").fix(fix));
    }
}

/// Plain and quoted text over several lines is joined as well.
fn without_block(cx: &Context<'_>, query: &Query<'_>, node: &Node) -> Option<Diagnostic> {
    let written = cx.source().slice(node.span);
    let first = written.find(['\n', '\r'])?;
    // Lines that stay lines, because empty ones stand between them, are what was meant.
    if query.text.contains('\n') {
        return None;
    }
    let line = Span::new(node.span.start as usize, node.span.start as usize + first);
    let finding = FoldedQuery::at(line, "The lines of this query are joined into one")
        .help("Use `|` after the key, which keeps the line breaks.");
    let entry = cx.content.root()?.entry(query.pointer?.trim_start_matches('/'))?;
    let between = Span::new(entry.key.span.end as usize, node.span.start as usize);
    let colon = entry.key.span.end as usize + cx.source().slice(between).find(':')?;
    let gap = cx.source().slice(Span::new(colon + 1, node.span.start as usize));
    let is_below = gap.contains('\n') && gap.trim().is_empty() && !written.starts_with(['"', '\'']);
    let fix = Fix::r#unsafe("Use `|`, which keeps the line breaks", [Edit::insert(colon + 1, " |")]);
    Some(finding.fix(fix.filter(|_| is_below)))
}
