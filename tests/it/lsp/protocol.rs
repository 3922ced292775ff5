//! The rules of the protocol: what is refused, what is cancelled, and how sessions end.

use lsp_server::{Message, Request, RequestId};
use sentlint::internals::lsp::{Ended, Options};
use serde_json::{Value, json};

use super::client::Client;

const QUERY: &str = "SecurityEvent\n| where Acount == 'x'\n";

#[test]
fn a_session_ends_in_order() {
    assert_eq!(Client::plain().end(), Ended::InOrder);
}

#[test]
fn a_client_that_goes_away_ends_the_server() {
    assert_eq!(Client::plain().vanish(), Ended::Abruptly);
    assert_eq!(Client::raw(Options::default()).vanish(), Ended::Abruptly);
    let mut client = Client::plain();
    client.tell("exit", Value::Null);
    assert_eq!(client.wait(), Ended::Abruptly);
    let mut client = Client::raw(Options::default());
    client.tell("exit", Value::Null);
    assert_eq!(client.wait(), Ended::Abruptly);
}

#[test]
fn requests_at_the_wrong_time_are_refused() {
    let mut client = Client::raw(Options::default());
    client.tell("textDocument/didOpen", json!({"nonsense": 1}));
    assert_eq!(client.ask("textDocument/hover", json!({})).unwrap_err().0, -32002);
    client.ask("initialize", json!({"capabilities": {}})).unwrap();
    assert_eq!(client.ask("initialize", json!({"capabilities": {}})).unwrap_err().0, -32600);
    assert_eq!(client.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.ask("textDocument/hover", json!({})).unwrap_err().0, -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.wait(), Ended::InOrder);
}

#[test]
fn what_the_server_does_not_know_is_answered() {
    let mut client = Client::plain();
    for (method, params, code) in [
        ("textDocument/nothing", json!({}), -32601),
        ("$/nothing", json!({}), -32601),
        ("textDocument/hover", json!({}), -32602),
        ("textDocument/hover", json!([1, 2]), -32602),
        (
            "textDocument/hover",
            json!({"textDocument": {"uri": "file:///no.kql"}, "position": {"line": 0, "character": 0}}),
            -32602,
        ),
        (
            "textDocument/hover",
            json!({"textDocument": {"uri": "file:///no.kql"}, "position": {"line": -1, "character": 0}}),
            -32602,
        ),
        ("textDocument/diagnostic", json!({"textDocument": {"uri": "file:///no.kql"}}), -32602),
        (
            "workspace/executeCommand",
            json!({"command": "sentlint.nothing", "arguments": ["file:///no.kql"]}),
            -32602,
        ),
        ("workspace/executeCommand", json!({"command": "sentlint.convert"}), -32602),
        (
            "workspace/executeCommand",
            json!({"command": "sentlint.convert", "arguments": ["file:///no.kql"]}),
            -32803,
        ),
    ] {
        let answer = client.ask(method, params.clone());
        assert_eq!(answer.as_ref().map_err(|(code, _)| *code), Err(code), "{method} {params}: {answer:?}");
    }
    client.tell("textDocument/nothing", json!({}));
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///no.kql", "version": 1}, "contentChanges": []}),
    );
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": "file:///no.kql"}}));
    client.tell("textDocument/didOpen", json!("nonsense"));
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn a_request_is_answered_once() {
    let mut client = Client::plain();
    client.open("file:///a.kql", 1, QUERY);
    let position = json!({"textDocument": {"uri": "file:///a.kql"}, "position": {"line": 0, "character": 1}});
    // Many requests, of which every second is cancelled and some share their id.
    let count = 200;
    for number in 0..count {
        let request = |id: i32| Request {
            id: RequestId::from(id),
            method: "textDocument/hover".into(),
            params: position.clone(),
        };
        client.send(request(1000 + number).into());
        if number % 2 == 0 {
            client.tell("$/cancelRequest", json!({"id": 1000 + number}));
        }
        if number % 10 == 0 {
            client.send(request(1000 + number).into());
        }
    }
    client.tell("$/cancelRequest", json!({"id": "who"}));
    client.tell("$/cancelRequest", json!({"id": [1]}));
    let mut codes = Vec::new();
    for number in 0..count {
        let id = RequestId::from(1000 + number);
        codes.push(client.answer(&id).err().map(|(code, _)| code));
    }
    // One that was cancelled has that error or, where it was answered before, its answer.
    assert!(codes.iter().all(|code| matches!(code, None | Some(-32800 | -32600))), "{codes:?}");
    // Each of the requests that share an id has an answer too.
    for number in (0..count).step_by(10) {
        let code = client.answer(&RequestId::from(1000 + number)).err().map(|(code, _)| code);
        assert!(matches!(code, None | Some(-32800 | -32600)), "{code:?}");
    }
    assert!(!client.kept.iter().any(|one| matches!(one, Message::Response(_))));
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn the_units_of_positions_are_agreed_on() {
    for (offered, agreed, column) in [
        (json!([]), "utf-16", 12),
        (json!(["utf-16"]), "utf-16", 12),
        (json!(["utf-32", "utf-8"]), "utf-8", 14),
    ] {
        let capabilities = json!({"general": {"positionEncodings": offered}});
        let mut client = Client::with(None, &capabilities, Options::default());
        assert_eq!(client.server_can["positionEncoding"], agreed);
        client.open("file:///a.kql", 1, "print '😀', x = Nope\n");
        let found = client.diagnostics_of("file:///a.kql", 1);
        assert_eq!(found[0]["range"]["start"]["character"], column + 4, "{found:?}");
        assert_eq!(client.end(), Ended::InOrder);
    }
}

#[test]
fn documents_follow_their_changes() {
    let mut client = Client::plain();
    let uri = "file:///a.kql";
    client.open(uri, 1, QUERY);
    assert_eq!(client.rules_of(uri, 1), ["kql-unknown-column"]);
    // Two changes, the second of which counts from the first.
    let at = |line: u32, from: u32, to: u32| json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}});
    client.change(
        uri,
        2,
        &json!([{"range": at(0, 0, 0), "text": "\n"}, {"range": at(2, 8, 14), "text": "Account"}]),
    );
    assert_eq!(client.rules_of(uri, 2), [""; 0]);
    client.change(uri, 3, &json!([{"text": "SecurityEvent | where Nope == 1"}]));
    assert_eq!(client.rules_of(uri, 3), ["kql-unknown-column"]);
    // Ranges outside of the document end at its end, and one that is turned round is empty.
    client.change(
        uri,
        4,
        &json!([{"range": at(90, 3, 9), "text": "\n| take 1"}, {"range": at(0, 5, 2), "text": ""}]),
    );
    assert_eq!(client.rules_of(uri, 4), ["kql-unknown-column"]);
    let text = client
        .about("textDocument/selectionRange", uri, json!({"positions": [{"line": 1, "character": 99}]}))
        .unwrap();
    let mut outer = &text[0];
    while outer["parent"].is_object() {
        outer = &outer["parent"];
    }
    assert_eq!(outer["range"]["end"], json!({"line": 1, "character": 8}));
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(client.diagnostics(uri)["diagnostics"], json!([]));
    // It may be opened again, with any version.
    client.open(uri, 1, QUERY);
    assert_eq!(client.rules_of(uri, 1), ["kql-unknown-column"]);
    client.open(uri, 7, "SecurityEvent\n");
    assert_eq!(client.rules_of(uri, 7), [""; 0]);
    assert_eq!(client.end(), Ended::InOrder);
}

#[test]
fn untitled_documents_are_what_their_language_says() {
    let mut client = Client::plain();
    client.open("untitled:Untitled-1.kql", 1, QUERY);
    assert_eq!(client.rules_of("untitled:Untitled-1.kql", 1), ["kql-unknown-column"]);
    let text =
        "id: 0ed1fa9f-0e0a-4f0f-a0a5-fd1a8e0f0a11\nname: A\nquery: |\n  SecurityEvent | where Acount == 1\n";
    client.open("untitled:Untitled-2", 1, text);
    assert!(client.rules_of("untitled:Untitled-2", 1).contains(&"kql-unknown-column".to_owned()));
    assert_eq!(client.end(), Ended::InOrder);
}
