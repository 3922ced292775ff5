//! `kql-unused-let`

use rustc_hash::FxHashSet;

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{ExprKind, Literal, NameForm, Statement};
use crate::kql::bind::matches_wildcard;
use crate::kql::{Node, Parse, TokenKind as T, walk_statements};
use crate::rules::query::tree::{tree, with_unsafe_fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A `let` whose name is never used.
    ///
    /// ## Why is this bad?
    ///
    /// An unused statement is confusing, and changing its value has no effect. Often the name was meant to be used: a
    /// list of exceptions that is never applied.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   let Window = 7d;
    ///   let Relays = dynamic(["relay.example"]);
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has_any (Relays)
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   let Window = 7d;
    ///   let Relays = dynamic(["relay.example"]);
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(Window)
    ///   | where RemoteUrl has_any (Relays)
    ///   | project DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The statement is deleted. The name may have been meant to be used, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/let-statement>
    pub(crate) KqlUnusedLet {
        id: "kql-unused-let",
        group: Query,
        severity: Info,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for KqlUnusedLet {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        // A file of functions gives names for others to use.
        if tree.result().is_none() {
            return;
        }
        let mut lets = tree.lets();
        // A name that is given twice counts as used when either is.
        lets.retain(|(_, name, _)| {
            let named = matches!(name.form, NameForm::Plain | NameForm::Bracketed);
            named && query.mentions().place(&name.text).is_none()
        });
        if lets.is_empty() {
            return;
        }
        // A name that is probably meant where another is not known is reported there.
        let model = cx.meaning(query);
        let meant: FxHashSet<&str> =
            model.findings.iter().filter_map(|finding| Some(&*finding.fix.as_ref()?.text)).collect();
        lets.retain(|(_, name, _)| !meant.contains(&*name.text));
        let used = used_otherwise(tree, query.text);
        let patterns = patterns(tree);
        let fits = |name: &str| patterns.iter().any(|pattern| matches_wildcard(pattern, name));
        for (statement, name, _) in lets {
            if used.contains(&*name.text) || fits(&name.text) {
                continue;
            }
            let finding = Self::at(query.span(name.span), format!("`{}` is never used", name.text))
                .help("Use it, or delete the statement.");
            let cut = statement_span(tree, query.text, statement).map(|span| (span, ""));
            out.push(with_unsafe_fix(finding, query, "Delete the statement", cut));
        }
    }
}

/// The patterns of names in the query: `union SignIn_*` reads views of the query too.
fn patterns(tree: &Parse) -> Vec<&str> {
    let mut patterns = Vec::new();
    walk_statements(&tree.statements, &mut |node| {
        if let Node::Expr(expr) = node
            && let ExprKind::Name(name) = &expr.kind
            && name.form == NameForm::Wildcard
            && &*name.text != "*"
        {
            patterns.push(&*name.text);
        }
        true
    });
    patterns
}

/// Every name that the query may use without an expression that is the name.
fn used_otherwise<'q>(tree: &'q Parse, text: &'q str) -> FxHashSet<&'q str> {
    let mut used = FxHashSet::default();
    walk_statements(&tree.statements, &mut |node| {
        if let Node::Expr(expr) = node {
            match &expr.kind {
                // `table("Name")`
                ExprKind::Literal(Literal::String(literal)) => used.extend([&**literal]),
                // `hint.shufflekey=Name`
                ExprKind::Literal(Literal::Word) => used.extend(text.get(expr.span.range())),
                _ => {}
            }
        }
        true
    });
    used
}

/// What to cut to delete a statement: with its semicolon, and with the line where it stands alone there.
fn statement_span(tree: &Parse, text: &str, statement: &Statement) -> Option<Span> {
    let after = tree.tokens.partition_point(|token| token.span.start < statement.span.end);
    let after = tree.tokens.get(after)?;
    let end = if after.kind == T::Semicolon { after.span.end as usize } else { return None };
    let start = statement.span.start as usize;
    let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = &text[end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let alone = text[line..start].trim().is_empty();
    let end = match rest[blank..].strip_prefix("\r\n").or_else(|| rest[blank..].strip_prefix('\n')) {
        Some(after) if alone => return Some(Span::new(line, text.len() - after.len())),
        _ => end + blank,
    };
    Some(Span::new(start, end))
}
