//! Texts that are longer than the service takes.

use super::Context;
use super::schema_violations::in_rules_folder;
use crate::content::model::Text;
use crate::source::Span;

/// The place of a text of more characters than these, and what is to be said of it. Upstream's gate looks at the
/// folders of rules only.
pub(super) fn too_long(
    cx: &Context<'_>,
    text: Option<Text<'_>>,
    what: &str,
    most: usize,
) -> Option<(Span, String)> {
    let text = text.filter(|_| !cx.gates() || in_rules_folder(cx))?;
    let length = text.value.chars().count();
    (length > most).then(|| (text.span(), format!("The {what} has {length} characters; {most} are the most")))
}
