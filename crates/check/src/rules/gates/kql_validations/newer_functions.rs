//! What the service has and the gate's analyzer lacks, which is older.

use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::knowledge::upstream;
use crate::kql::ast::ExprKind;
use crate::kql::{Node, walk_statements};
use crate::rules::Context;
use crate::rules::query::kql_unknown_function::KqlUnknownFunction;

/// Reports calls of functions, aggregates and plug-ins that the gate refuses.
pub(super) fn newer_functions(_: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
    let tree = query.parse();
    if !tree.errors.is_empty() {
        return;
    }
    let lets: Vec<&str> = tree.lets().iter().map(|(_, name, _)| &*name.text).collect();
    walk_statements(&tree.statements, &mut |node| {
        if let Node::Expr(expr) = node
            && let ExprKind::Call { name, .. } = &expr.kind
            && upstream::refuses_function(&name.text)
            && !lets.contains(&&*name.text)
        {
            let message = format!("The gate's analyzer does not support `{}`", name.text);
            let help = "The analyzer (Kusto.Language 11.3.0) is older than the service: rewrite the query without it.";
            let mut finding = KqlUnknownFunction::at(query.span(name.span), message).help(help);
            finding.query_range = Some(query.code_points(name.span));
            out.push(finding);
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::findings;

    #[test]
    fn what_the_gates_analyzer_lacks_is_reported_under_its_profile_alone() {
        let text = "id: x\nname: n\nquery: |\n  SigninLogs | extend A = replace_strings(Identity, dynamic([\"a\"]), \
                    dynamic([\"b\"])), B = strcat(Identity, \"c\")\n";
        let path = "Detections/SigninLogs/a.yaml";
        let found = findings("kql-unknown-function", path, text, Profile::AzureSentinel);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`replace_strings`"));
        assert!(findings("kql-unknown-function", path, text, Profile::Recommended).is_empty());
    }
}
