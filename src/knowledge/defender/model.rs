//! The forms of the facts about custom detections.

use crate::knowledge::tables::ColumnType;

/// A table, as a detection over its events sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventTable {
    /// The name; case counts.
    pub name: &'static str,
    /// Whether it is a table of Defender; else it is one of the workspace.
    pub defender: bool,
    /// The column with the time of the event.
    pub time: Option<&'static str>,
    /// The columns that a detection must return, as the raw event has them; `None` where no event can be the alert's.
    pub required: Option<&'static [&'static str]>,
    /// Whether detections over it can run continuously.
    pub nrt: bool,
    /// Columns that such detections cannot use.
    pub not_in_nrt: &'static [&'static str],
    /// The columns that name a device, an account or a mailbox.
    pub assets: &'static [&'static str],
    /// The columns in advanced hunting: on each line a type and a name.
    pub(in crate::knowledge) columns: &'static str,
}

impl EventTable {
    /// The columns in advanced hunting with their types; none for a table of the workspace.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, ColumnType)> {
        let column = |line: &'static str| {
            let (kind, name) = line.split_once(' ')?;
            Some((name, ColumnType::named(kind)))
        };
        self.columns.lines().filter_map(column)
    }
}

/// A list of entity mappings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Collection {
    /// The name, such as `hosts`.
    pub name: &'static str,
    /// The members that name a column.
    pub members: &'static [&'static str],
    /// Sets of members of which a mapping should have one in full; empty where none is known.
    pub strong: &'static [&'static [&'static str]],
}

impl Collection {
    /// Whether a mapping with these members identifies its entity.
    pub(crate) fn is_strong(&self, has: impl Fn(&str) -> bool) -> bool {
        self.strong.is_empty() || self.strong.iter().any(|set| set.iter().all(|member| has(member)))
    }
}

/// What an entity type of Sentinel's mappings becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SentinelEntity {
    /// The type.
    pub name: &'static str,
    /// The list of mappings; `None` where there is none.
    pub collection: Option<&'static str>,
    /// The identifiers that have a member, each with it.
    pub fields: &'static [(&'static str, &'static str)],
}

/// A kind of response actions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// The list below `automatedActions`.
    pub list: &'static str,
    /// The members that it needs.
    pub required: &'static [&'static str],
    /// Members of which it needs one.
    pub one_of: &'static [&'static str],
    /// The members that it can have as well.
    pub optional: &'static [&'static str],
    /// The type of such an action in the old shape, without its namespace.
    pub old: Option<&'static str>,
}

impl Action {
    /// Every member of such an action.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.one_of).chain(self.optional).copied()
    }

    /// Whether it cannot be taken back, or stops people from working.
    pub(crate) fn is_destructive(&self) -> bool {
        ["hardDeleteEmails", "isolateDevices", "disableUsers", "forceUserPasswordResets"].contains(&self.list)
    }
}
