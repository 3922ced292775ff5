//! The changes that a detection's own query needs to return what its event asks for.

use super::carry::Carry;
use super::draft::Draft;
use crate::kql::bind::Catalog;
use crate::source::Edit;

/// The edits of a query after which its result has the columns that identify the event; `None` where no edits do that, or
/// none are needed. The catalog is that of advanced hunting.
pub fn repaired(text: &str, catalog: &dyn Catalog) -> Option<Vec<Edit>> {
    let draft = Draft::new(text, catalog);
    if !draft.parse.errors.is_empty() {
        return None;
    }
    let mut carry = Carry::new(&draft, None);
    let event = carry.query().ok().filter(crate::content::detection::driving::Event::is_any)?;
    let changes = std::mem::take(&mut carry.changes);
    let (next, made) = draft.changed(changes);
    let sound = next.new_error(&draft).is_none() && event.is_satisfied(|column| next.may_return(column));
    let edits: Vec<Edit> = made.into_iter().map(|change| Edit::new(change.span, change.text)).collect();
    (sound && !edits.is_empty()).then_some(edits)
}
