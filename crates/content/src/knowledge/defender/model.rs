//! The forms of the facts about custom detections.

use crate::knowledge::tables::ColumnType;
use crate::words::{Sets, Words};

/// A table, as a detection over its events sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct EventTable {
    /// The name; case counts.
    pub name: &'static str,
    /// Whether it is a table of Defender; else it is one of the workspace.
    pub defender: bool,
    /// The column with the time of the event.
    pub time: Option<&'static str>,
    /// The columns that a detection must return, as the raw event has them; `None` where no event can be the alert's.
    pub required: Option<Words>,
    /// Whether detections over it can run continuously.
    pub nrt: bool,
    /// Columns that such detections cannot use.
    pub not_in_nrt: Words,
    /// The columns that name a device, an account or a mailbox.
    pub assets: Words,
    /// The columns in advanced hunting, each with its type.
    pub(in crate::knowledge) columns: Words,
}

impl EventTable {
    /// The columns in advanced hunting with their types; none for a table of the workspace.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, ColumnType)> {
        let column = |column: &'static str| {
            let (name, kind) = column.split_once(':')?;
            Some((name, ColumnType::named(kind)))
        };
        self.columns.iter().filter_map(column)
    }
}

/// A list of entity mappings.
#[derive(Debug, PartialEq, Eq)]
pub struct Collection {
    /// The name, such as `hosts`.
    pub name: &'static str,
    /// The members that name a column.
    pub members: Words,
    /// Sets of members of which a mapping should have one in full; empty where none is known.
    pub strong: Sets,
}

impl Collection {
    /// Whether a mapping with these members identifies its entity.
    pub fn is_strong(&self, has: impl Fn(&str) -> bool) -> bool {
        self.strong.is_empty() || self.strong.iter().any(|set| set.iter().all(&has))
    }
}

/// What an entity type of Sentinel's mappings becomes.
#[derive(Debug, PartialEq, Eq)]
pub struct SentinelEntity {
    /// The type.
    pub name: &'static str,
    /// The list of mappings; `None` where there is none.
    pub collection: Option<&'static str>,
    /// The identifiers that have a member, each with it.
    pub(in crate::knowledge) fields: Words,
}

impl SentinelEntity {
    /// The identifiers that have a member, each with it.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.fields.iter().filter_map(|pair| pair.split_once(':'))
    }
}

/// A kind of response actions.
#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    /// The list below `automatedActions`.
    pub list: &'static str,
    /// The members that it needs.
    pub required: Words,
    /// Members of which it needs one.
    pub one_of: Words,
    /// The members that it can have as well.
    pub optional: Words,
    /// The type of such an action in the old shape, without its namespace.
    pub old: Option<&'static str>,
}

impl Action {
    /// Every member of such an action.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.one_of).chain(self.optional)
    }

    /// Whether it cannot be taken back, or stops people from working.
    pub fn is_destructive(&self) -> bool {
        ["hardDeleteEmails", "isolateDevices", "disableUsers", "forceUserPasswordResets"].contains(&self.list)
    }
}
