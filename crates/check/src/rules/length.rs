//! Texts that are longer than the service takes.

use crate::content::model::Text;
use crate::source::Span;

/// The place of a text of more characters than these, and what is to be said of it.
pub(super) fn too_long(text: Option<Text<'_>>, what: &str, most: usize) -> Option<(Span, String)> {
    let text = text?;
    let length = text.value.chars().count();
    (length > most)
        .then(|| (text.span(), format!("The {what} has {length} characters; it can have at most {most}")))
}
