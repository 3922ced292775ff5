//! Messages over standard input and output: a thread for each, on either side of the channels that the server works with.
//!
//! A message that is not JSON, or is none of the protocol, is answered with an error and not the end of the server. Only the
//! stream itself, once it is out of step, ends it.

use std::io::{self, BufRead, Read as _, Write};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use lsp_server::Message;
use serde_json::{Value, json};

use super::client::{Json, Outgoing};

/// More than the text of any message; who announces more does not speak the protocol.
const LARGEST: usize = 512 << 20;

/// The threads that carry messages.
pub(super) struct Carriers {
    writer: JoinHandle<()>,
}

impl Carriers {
    /// Waits until everything is written. What was read and is not yet asked for is dropped.
    pub(super) fn finish(self) {
        // A writer that panicked has nothing more to write.
        let _ = self.writer.join();
    }
}

/// So many messages wait for a client that does not read them.
const MOST_WAITING: usize = 10_000;

/// Sends to a client. One that does not read is told no more; answers are as many as it has asked for.
pub(super) fn bounded<M: Send + 'static>(
    sender: Sender<M>,
    message: impl Fn(Outgoing) -> M + Send + 'static,
) -> impl Fn(Outgoing) + Send + 'static {
    move |outgoing| {
        if sender.len() < MOST_WAITING || outgoing.is_answer() {
            // A message that nobody takes any more is lost, and nobody misses it.
            drop(sender.send(message(outgoing)));
        }
    }
}

/// The channels of a connection over standard input and output.
pub(super) fn stdio() -> io::Result<(Receiver<Message>, Sender<Outgoing>, Carriers)> {
    let (sender, incoming) = crossbeam_channel::unbounded();
    let (outgoing, receiver) = crossbeam_channel::unbounded();
    let writer = std::thread::Builder::new().name("lsp-writer".into()).spawn(move || {
        for message in receiver {
            if write(&mut io::stdout().lock(), message).is_err() {
                return;
            }
        }
    })?;
    std::thread::Builder::new().name("lsp-reader".into()).spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(text)) = frame(&mut input) {
            match read(&text) {
                Ok(message) => {
                    let is_exit = matches!(&message, Message::Notification(one) if one.method == "exit");
                    if sender.send(message).is_err() || is_exit {
                        return;
                    }
                }
                Err(answer) => {
                    if write_text(&mut io::stdout().lock(), &answer.to_string()).is_err() {
                        return;
                    }
                }
            }
        }
    })?;
    Ok((incoming, outgoing, Carriers { writer }))
}

/// Writes what goes to the client.
fn write(out: &mut impl Write, outgoing: Outgoing) -> io::Result<()> {
    match outgoing {
        Outgoing::Message(message) => {
            message.write(out)?;
            out.flush()
        }
        Outgoing::Answer(id, Json(result)) => {
            let id = serde_json::to_string(&id)?;
            write_text(out, &format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{result}}}"))
        }
    }
}

/// Writes the text of a message.
fn write_text(out: &mut impl Write, text: &str) -> io::Result<()> {
    let head = format!("Content-Length: {}\r\n\r\n", text.len());
    out.write_all((head + text).as_bytes())?;
    out.flush()
}

/// A message, or the error with which it is answered. What cannot be read has no id to answer to.
fn read(text: &[u8]) -> Result<Message, Value> {
    let error = |id: Value, code: i32, message: &str| json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}});
    let value: Value = serde_json::from_slice(text)
        .map_err(|why| error(Value::Null, -32700, &format!("the message is not valid JSON: {why}")))?;
    let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned().unwrap_or_default();
    if value.is_array() {
        return Err(error(id, -32600, "batches of messages are not supported"));
    }
    let is_request = value.get("id").is_some() && value.get("method").is_some();
    match serde_json::from_value(value) {
        // A request with an id that is not valid is not a notification either.
        Ok(message) if !is_request || matches!(message, Message::Request(_)) => Ok(message),
        _ => Err(error(id, -32600, "the message is not a request, a response or a notification")),
    }
}

/// The bytes of the next message; `None` at the end of the input.
fn frame(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let wrong = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message);
    let mut size = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            // Line ends between two messages are not a message.
            if size.is_some() {
                break;
            }
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Err(wrong("a header without a colon"));
        };
        if line[..colon].eq_ignore_ascii_case(b"content-length") {
            let number = std::str::from_utf8(line[colon + 1..].trim_ascii()).ok();
            size = number.and_then(|number| number.parse::<usize>().ok());
            if size.is_none_or(|size| size > LARGEST) {
                return Err(wrong("a length that is not valid"));
            }
        }
    }
    let mut text = Vec::new();
    let size = size.unwrap_or_default();
    // What is announced is not reserved: it may never come.
    input.take(size as u64).read_to_end(&mut text)?;
    Ok((text.len() == size).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<String> {
        let mut input = text.as_bytes();
        let next = || frame(&mut input).ok().flatten().map(|text| String::from_utf8(text).unwrap());
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn frames_are_read_by_their_length() {
        let two = "Content-Length: 2\r\n\r\n{}Content-Type: x\r\ncontent-length:3\r\n\r\n[1]";
        assert_eq!(frames(two), ["{}", "[1]"]);
        assert_eq!(frames("Content-Length: 9\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(frames("Content-Length: many\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(frames("hello\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(frames("Content-Length: 99999999999999999999\r\n\r\n{}"), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_message_is_answered() {
        let code = |text: &str| read(text.as_bytes()).unwrap_err()["error"]["code"].as_i64().unwrap();
        assert_eq!(code("{"), -32700);
        assert_eq!(code("\u{fe}"), -32700);
        assert_eq!(code("[]"), -32600);
        assert_eq!(code("{\"id\": 1.5, \"method\": \"x\"}"), -32600);
        assert_eq!(code("{\"id\": 1, \"method\": 5}"), -32600);
        assert!(matches!(read(b"{\"id\": 1, \"method\": \"x\"}"), Ok(Message::Request(_))));
        assert!(matches!(read(b"{\"method\": \"x\"}"), Ok(Message::Notification(_))));
        assert!(matches!(read(b"{\"id\": \"a\", \"result\": null}"), Ok(Message::Response(_))));
    }

    #[test]
    fn results_are_written_as_messages_are() {
        for id in [7.into(), "a \"b\"".to_owned().into()] {
            let answer = || Outgoing::Answer(lsp_server::RequestId::clone(&id), Json::of(&["ä", "\n"]));
            let (mut text, mut whole) = (Vec::new(), Vec::new());
            write(&mut text, answer()).unwrap();
            write(&mut whole, answer().into_message().into()).unwrap();
            let body = |frame: Vec<u8>| -> Value {
                serde_json::from_slice(&self::frame(&mut frame.as_slice()).unwrap().unwrap()).unwrap()
            };
            let expected = json!({"jsonrpc": "2.0", "id": &id, "result": ["ä", "\n"]});
            assert_eq!(body(text), expected);
            assert_eq!(body(whole), expected);
        }
    }
}
