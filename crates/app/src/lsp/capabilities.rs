//! What the server can do, as it tells the client.

use serde_json::{Value, json};

use super::client::Abilities;
use super::{COMMANDS, features};

/// The answer to `initialize`.
pub(super) fn initialized(can: Abilities) -> Value {
    let full = json!({
        "positionEncoding": can.encoding.name(),
        "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
        "completionProvider": {"triggerCharacters": TRIGGERS, "resolveProvider": true},
        "hoverProvider": true,
        "signatureHelpProvider": {"triggerCharacters": ["(", ","], "retriggerCharacters": [")"]},
        "definitionProvider": true,
        "referencesProvider": true,
        "documentHighlightProvider": true,
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": true,
        "codeActionProvider": {"codeActionKinds": ["quickfix", "refactor.extract", "refactor.inline", "source.fixAll.sentlint"]},
        "codeLensProvider": {"resolveProvider": false},
        "documentLinkProvider": {"resolveProvider": false},
        "documentFormattingProvider": true,
        "documentRangeFormattingProvider": true,
        "renameProvider": {"prepareProvider": true},
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "inlayHintProvider": true,
        "semanticTokensProvider": {"legend": features::tokens::legend(), "full": true, "range": true},
        "executeCommandProvider": {"commands": COMMANDS},
        "diagnosticProvider": {"identifier": "sentlint", "interFileDependencies": true, "workspaceDiagnostics": true},
        "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
    });
    json!({"capabilities": full, "serverInfo": {"name": "sentlint", "version": env!("CARGO_PKG_VERSION")}})
}

/// The characters after which there is something to offer.
const TRIGGERS: [&str; 11] = ["|", ".", "(", ",", "\"", "'", "$", "{", "[", ":", " "];
