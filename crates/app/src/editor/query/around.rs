//! What the file and the workspace around a query know: the tables of the declared connectors, and the names that other
//! queries use.

use std::sync::Arc;

use super::Seen;

/// What the file and the workspace know besides the catalog.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The tables that are likely to be read, the likeliest first: those of the declared data types and connectors.
    pub tables: Vec<Arc<str>>,
    /// What the other queries of the workspace use.
    pub seen: Arc<Seen>,
}
