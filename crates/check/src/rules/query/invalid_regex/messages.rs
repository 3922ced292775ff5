//! What is wrong with a regular expression in words, and what to do.

use regex_syntax::Error;
use regex_syntax::ast::ErrorKind as Ast;
use regex_syntax::hir::ErrorKind as Hir;

/// What is wrong in words, and what to do. `shown` is the part of the pattern that is wrong.
pub(super) fn words(error: &Error, shown: &str, pattern: &str) -> (String, &'static str) {
    let kind = match error {
        Error::Parse(error) => error.kind(),
        Error::Translate(error) => match error.kind() {
            Hir::UnicodePropertyNotFound | Hir::UnicodePropertyValueNotFound => {
                return (format!("`{shown}` is not a valid class"), "Use a Unicode class, such as `\\p{L}`.");
            }
            kind => {
                return (
                    kind.to_string(),
                    "See the Kusto documentation for the syntax of regular expressions.",
                );
            }
        },
        _ => {
            return (error.to_string(), "See the Kusto documentation for the syntax of regular expressions.");
        }
    };
    match kind {
        Ast::UnsupportedLookAround => (
            format!("look-around is not supported (`{shown}`)"),
            "Kusto does not support look-ahead or look-behind: match the intended strings, and exclude the others \
             with a second condition.",
        ),
        Ast::UnsupportedBackreference if shown.starts_with("\\0") => (
            format!("`{shown}` is not a valid escape sequence"),
            "Use the code of a character as in `\\x00`.",
        ),
        Ast::UnsupportedBackreference => (
            format!("backreferences are not supported (`{shown}`)"),
            "Extract the parts with `extract`, and compare them.",
        ),
        Ast::ClassUnclosed => (
            "`[` is never closed".to_owned(),
            "Close the class with `]`, or escape a literal bracket: `\\[`.",
        ),
        Ast::GroupUnclosed => (
            "`(` is never closed".to_owned(),
            "Close the group with `)`, or escape a literal parenthesis: `\\(`.",
        ),
        Ast::GroupUnopened => {
            ("unmatched `)`".to_owned(), "Remove it, or escape a literal parenthesis: `\\)`.")
        }
        Ast::RepetitionMissing => (
            format!("there is nothing for `{shown}` to repeat"),
            "Add what to repeat before it, or escape it if it is literal.",
        ),
        Ast::RepetitionCountUnclosed
        | Ast::RepetitionCountDecimalEmpty
        | Ast::DecimalEmpty
        | Ast::DecimalInvalid => (
            format!("`{shown}` is not a valid repetition"),
            "Use a number, as in `{3}` or `{1,8}`, or escape a literal brace: `\\{`.",
        ),
        Ast::RepetitionCountInvalid => {
            (format!("the numbers in `{shown}` are in the wrong order"), "Put the smaller number first.")
        }
        Ast::ClassRangeInvalid => {
            (format!("the range `{shown}` is reversed"), "Put the lower character first, or escape the `-`.")
        }
        Ast::ClassRangeLiteral | Ast::ClassEscapeInvalid => (
            format!("`{shown}` is not allowed in this class"),
            "Put a literal `-` first or last in the class, or escape it.",
        ),
        Ast::EscapeUnrecognized => (
            format!("`{shown}` is not a valid escape sequence"),
            "Remove the backslash, or double it if it is literal.",
        ),
        Ast::EscapeUnexpectedEof => ends(pattern),
        Ast::GroupNameInvalid | Ast::GroupNameEmpty | Ast::GroupNameUnexpectedEof => {
            (kind.to_string(), "Name a group with `(?P<name>...)`.")
        }
        _ => (kind.to_string(), "See the Kusto documentation for the syntax of regular expressions."),
    }
}

/// What is wrong with a pattern that ends in the middle of an escape sequence.
fn ends(pattern: &str) -> (String, &'static str) {
    let last = pattern.rfind('\\').map_or("", |at| &pattern[at..]);
    match last.as_bytes().get(1) {
        None => ("it ends with a backslash".to_owned(), "Double a literal backslash: `\\\\`."),
        Some(b'p' | b'P') => {
            (format!("`{last}` has no class"), "Add the name of a Unicode class, as in `\\p{L}`.")
        }
        _ => (
            format!("`{last}` has no complete code"),
            "Add the hexadecimal code of a character, as in `\\x41`.",
        ),
    }
}
