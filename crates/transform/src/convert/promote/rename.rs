//! `Timestamp` becomes `TimeGenerated` where it is a column of a Defender table, or is named after one.

use super::Work;
use crate::convert::changes::Change;
use crate::convert::renames::Renaming;
use crate::knowledge::tables;

impl Work<'_> {
    /// The changes that make every such column `TimeGenerated`.
    pub(super) fn renames(&self) -> Vec<Change> {
        let (old, new) = ("Timestamp", "TimeGenerated");
        if !self.query.text.contains(old) {
            return Vec::new();
        }
        let table = |name: &str| tables::table(name).is_some_and(tables::Table::defender);
        let reason = format!("`{old}` is `{new}` in a workspace");
        let model = self.query.analysis(self.catalog);
        Renaming { old, new, table: &table, reason }.changes(
            self.query.text,
            self.query.parse(),
            &model,
            self.catalog,
        )
    }
}
