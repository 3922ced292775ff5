//! `detection-validations`: an analytic rule keeps its id.

use uuid::Uuid;

use super::{Asks, Check, Gate, Opens};
use crate::content::Content;
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::repository::id_changed::{self, IdChanged};

pub(super) static GATE: Gate = Gate {
    workflow: "detection-validations",
    checks: &[Check::new::<IdChanged>(Opens::Rules, Asks::File(ids))],
};

/// The workflow looks for two lines `id: GUID` in the difference of a file that kept its name.
fn ids(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(ids) = id_changed::ids(cx).filter(|ids| !ids.base.renamed) else { return };
    let is_seen = |content: &Content, id: &str| {
        Uuid::try_parse(id).is_ok() && content.source.text().contains(&format!("id: {id}"))
    };
    let (old, new) = (ids.old.value, ids.new.value);
    if old != new && is_seen(&ids.base.content, old) && is_seen(cx.content, new) {
        out.push(id_changed::finding(cx, &ids));
    }
}
