//! A query as HTML, colored by the lexer of sentlint itself.

use std::borrow::Cow;

use crate::kql::{self, TokenKind};
use crate::report::markup;

/// The query between the tags of an element that keeps white space.
pub(super) fn html(query: &str) -> String {
    let (tokens, _) = kql::tokenize(query);
    let mut out = String::with_capacity(query.len() * 2);
    let mut at = 0;
    for (index, token) in tokens.iter().enumerate() {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        if token.kind == TokenKind::EndOfText || start < at {
            continue;
        }
        between(&mut out, &query[at..start]);
        let text = &query[start..end];
        let is_call = || tokens.get(index + 1).is_some_and(|next| next.kind == TokenKind::OpenParen);
        let class = match token.kind {
            TokenKind::StringLiteral => "s",
            kind if kind.is_literal() => "n",
            kind if kind.is_keyword() => "k",
            TokenKind::Identifier if is_call() => "f",
            _ => "",
        };
        add(&mut out, class, text);
        at = end;
    }
    between(&mut out, &query[at..]);
    out
}

/// White space and comments.
fn between(out: &mut String, text: &str) {
    match text.find("//") {
        Some(comment) => {
            add(out, "", &text[..comment]);
            add(out, "c", &text[comment..]);
        }
        None => add(out, "", text),
    }
}

fn add(out: &mut String, class: &str, text: &str) {
    // Nearly every token is plain.
    let is_plain = |byte: u8| {
        matches!(byte, b' '..=b'~' | b'\n' | b'\t') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'#')
    };
    let safe: Cow<'_, str> = if text.bytes().all(is_plain) {
        text.into()
    } else {
        // Line ends stay as they are: the element keeps them.
        markup(&text.replace('\r', "")).replace("&#10;", "\n").replace("&#9;", "\t").into()
    };
    if class.is_empty() || safe.is_empty() {
        *out += &safe;
    } else {
        out.extend(["<span class=\"", class, "\">", &safe, "</span>"]);
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn parts_have_their_class_and_nothing_is_obeyed() {
        assert_eq!(
            html("T // a <b>\n| where tolower(a) == \"<i>\" and b > 1d"),
            "T <span class=\"c\">// a &lt;b&gt;\n</span>| <span class=\"k\">where</span> <span class=\"f\">tolower</span>(a) == \
             <span class=\"s\">&quot;&lt;i&gt;&quot;</span> <span class=\"k\">and</span> b &gt; <span class=\"n\">1d</span>"
        );
        assert_eq!(html("\"open <"), "<span class=\"s\">&quot;open &lt;</span>");
    }
}
