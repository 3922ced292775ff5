//! Watchlists that the configuration does not name.

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::kql::ast::{Expr, ExprKind, LetValue, Literal};
use crate::kql::view::LetValues;
use crate::kql::{Node, walk_statements};
use crate::rules::Context;
use crate::similar::slip_of;
use crate::source::Span;

/// Says which watchlists a query reads that are none of the configured ones; where none is configured, nobody
/// knows which there are.
pub(super) fn check(
    cx: &Context<'_>,
    query: &Query<'_>,
    at: impl Fn(Span, String) -> Diagnostic,
    out: &mut Vec<Diagnostic>,
) {
    let known = &cx.settings.watchlists;
    if known.is_empty() || !query.text.contains("_GetWatchlist") || !query.parse().errors.is_empty() {
        return;
    }
    let lets = query.parse().let_values(cx.meaning(query));
    let mut asked: Vec<(&str, &Expr)> = Vec::new();
    walk_statements(&query.parse().statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, args }, .. }) = node
            && matches!(&*name.text, "_GetWatchlist" | "_GetWatchlistAlias")
            && let Some(text) = args.first().and_then(|arg| text_of(arg, &lets))
            && !asked.contains(&text)
        {
            asked.push(text);
        }
        true
    });
    for (name, literal) in asked {
        // The alias of a watchlist is found in any case.
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let near = slip_of(name, known.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "If your workspace has it, add it to `watchlists` under [knowledge] in sentlint.toml."
                .to_owned(),
        };
        let written = query.text.get(literal.span.range()).unwrap_or_default();
        let fix = near.filter(|_| written.matches(name).count() == 1).and_then(|near| {
            let edit = query.edit(literal.span, &written.replace(name, near))?;
            Fix::r#unsafe(format!("Replace with `{near}`"), [edit])
        });
        let message = format!("The watchlist `{name}` is not in the configuration");
        let finding = at(query.span(literal.span), message).severity(Severity::Warning);
        out.push(finding.help(help).fix(fix));
    }
}

/// The text that an argument is, with the literal that says it: itself, or what a `let` gives its name to.
fn text_of<'q>(arg: &'q Expr, lets: &LetValues<'q>) -> Option<(&'q str, &'q Expr)> {
    match &arg.kind {
        ExprKind::Literal(Literal::String(text)) => Some((text, arg)),
        ExprKind::Named { value, .. } => text_of(value, lets),
        ExprKind::Name(name) => match lets.of(name)? {
            LetValue::Expr(value) => match &value.kind {
                ExprKind::Literal(Literal::String(text)) => Some((text, value)),
                _ => None,
            },
            LetValue::Function(_) => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::check::{Job, check};
    use crate::diagnostic::{Diagnostic, Edit, Severity};
    use crate::rules::{Profile, Settings};
    use crate::source::SourceFile;

    fn found(query: &str, watchlists: &[&str], profile: Profile) -> Vec<Diagnostic> {
        let watchlists = watchlists.iter().map(|name| (*name).to_owned()).collect();
        let settings = Arc::new(Settings { profile, watchlists, ..Settings::default() });
        let run = check(&[Job::text(SourceFile::new("a.kql", query))], &[settings]);
        let all = run.findings.files.into_iter().flat_map(|file| file.diagnostics);
        all.filter(|finding| finding.rule.id == "kql-unknown-table").collect()
    }

    #[test]
    fn only_configured_watchlists_are_there() {
        let count = |query: &str, lists: &[&str]| found(query, lists, Profile::Recommended).len();
        for (query, expected) in [
            ("_GetWatchlist('VipUsers') | take 1", 0),
            ("_GetWatchlist('vipusers') | take 1", 0),
            ("_GetWatchlist('VipUser') | take 1", 1),
            ("_GetWatchlist(\"Admins\") | take 1", 1),
            ("let name = 'Admins'; _GetWatchlist(name) | union _GetWatchlist(name)", 1),
            ("let f = (name: string) { _GetWatchlist(name) }; f('x')", 0),
            ("_GetWatchlist(watchlistAlias='Admins')", 1),
        ] {
            assert_eq!(count(query, &["VipUsers"]), expected, "{query}");
            assert_eq!(count(query, &[]), 0, "{query}");
        }
        assert!(found("_GetWatchlist('x')", &["VipUsers"], Profile::AzureSentinel).is_empty());
    }

    #[test]
    fn the_nearest_one_is_put_in() {
        let query = "_GetWatchlist('VipUser') | take 1";
        let [finding] = &found(query, &["VipUsers", "Hosts"], Profile::Recommended)[..] else {
            panic!("one finding")
        };
        assert_eq!(finding.severity, Severity::Warning);
        let fixed = finding.fix.as_ref().and_then(|fix| Edit::apply(fix.edits(), query));
        assert_eq!(fixed.as_deref(), Some("_GetWatchlist('VipUsers') | take 1"));
    }
}
