//! What an item is, for a client that asks when the item is selected.

use super::super::describe;
use super::{CompletionKind, words};
use crate::knowledge::{connectors, functions, tables};
use crate::kql::builtins::{self, Builtin};

/// The documentation of an item as Markdown, for a client that asks for it when the item is selected.
pub fn documentation(kind: CompletionKind, label: &str) -> Option<String> {
    match kind {
        CompletionKind::Function => builtins::function(label).map(builtin),
        CompletionKind::Aggregate => builtins::aggregate(label).map(builtin),
        CompletionKind::PlugIn => builtins::plugin(label).map(builtin),
        CompletionKind::Table => table(label),
        CompletionKind::UserFunction => user_function(label),
        CompletionKind::Operator | CompletionKind::ScalarOperator | CompletionKind::Keyword => {
            words::meaning(label).map(|text| format!("`{label}` {text}."))
        }
        _ => None,
    }
}

/// The ways to call a function of the language, and what its parameters take.
pub(crate) fn builtin(builtin: &'static Builtin) -> String {
    let mut text = String::from("```kusto\n");
    for signature in builtin.signatures {
        text.push_str(&describe::signature(builtin, signature, None).label);
        text.push('\n');
    }
    text.push_str("```");
    if let Some(successor) = builtin.successor {
        text.push_str("\n\n**Obsolete.**");
        if !successor.is_empty() {
            text.push_str(&format!(" Use `{successor}`."));
        }
    }
    let Some(signature) = builtin.signatures.first() else { return text };
    for (at, param) in signature.params.iter().enumerate() {
        text.push_str(if at == 0 { "\n\n" } else { "\n" });
        text.push_str(&format!("- `{}`: {}", param.name, describe::takes(param.takes)));
        if !param.values.is_empty() {
            let values: Vec<String> =
                param.values.iter().take(12).map(|value| format!("`{value}`")).collect();
            text.push_str(&format!(", one of {}", values.join(", ")));
        }
        if param.optional {
            text.push_str(", optional");
        }
    }
    text
}

/// The columns of a table, and the connectors that fill it.
pub(crate) fn table(name: &str) -> Option<String> {
    let table = tables::table(name)?;
    let columns: Vec<String> =
        table.columns().map(|(column, kind)| format!("`{column}`: {}", kind.as_str())).collect();
    let mut text = String::new();
    let connectors = connectors::filling(name);
    if !connectors.is_empty() {
        let shown: Vec<String> = connectors.iter().take(8).map(|id| format!("`{id}`")).collect();
        text.push_str(&format!("Connectors: {}", shown.join(", ")));
        if connectors.len() > shown.len() {
            text.push_str(&format!(" and {} more", connectors.len() - shown.len()));
        }
        text.push_str("\n\n");
    }
    if table.defender() {
        text.push_str("In advanced hunting of Microsoft Defender.\n\n");
    }
    text.push_str(&format!("{} columns: {}", columns.len(), columns[..columns.len().min(40)].join(", ")));
    if columns.len() > 40 {
        text.push_str(", ...");
    }
    Some(text)
}

fn user_function(name: &str) -> Option<String> {
    let function = functions::function(name)?;
    let params: Vec<String> = function
        .parameters()
        .map(|params| params.map(|param| param.name.to_owned()).collect())
        .unwrap_or_default();
    let columns: Vec<String> = function.columns().take(40).map(|(column, _)| format!("`{column}`")).collect();
    Some(format!("```kusto\n{name}({})\n```\n\nColumns: {}", params.join(", "), columns.join(", ")))
}
