//! The lines that begin with `#` before everything else.

use super::super::Parse;
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::token::TokenKind;
use super::{Binder, FindingKind};
use crate::source::Span;

/// The directives that the official analyzer knows.
const DIRECTIVES: [&str; 14] = [
    "automate",
    "browse",
    "connect",
    "crp",
    "database",
    "download",
    "qp",
    "query",
    "run",
    "save",
    "sqr",
    "truesight",
    "upload",
    "welcome",
];

/// Reports each line that begins with `#` and is not a directive.
pub(super) fn check(binder: &mut Binder<'_>, parse: &Parse) {
    for token in parse.tokens.iter().take_while(|token| token.kind == TokenKind::Directive) {
        let start = token.span.start as usize;
        let line = binder.written(token.span).strip_prefix('#').unwrap_or_default();
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
        let word = &line[..end];
        if DIRECTIVES.contains(&word) {
            continue;
        }
        let message = match word {
            "" => "`#` is not a comment in KQL".to_owned(),
            word => format!("`#{word}` is not a directive of KQL"),
        };
        let finding = Finding::new(FindingKind::Semantic, Span::new(start, start + 1 + end), message);
        let mark = Span::new(start, start + 1);
        let text = if line.starts_with([' ', '\t']) { "//" } else { "// " };
        let fix = Suggestion { title: "Make it a comment".to_owned(), span: mark, text: text.to_owned() };
        binder.report(Finding { fix: Some(fix), ..finding.help("Start comments with `//`.") });
    }
}
