//! What an editor asks about content, answered without its protocol: positions are byte offsets, and answers are plain
//! values.

pub(crate) mod content;
pub(crate) mod minimal;
pub(crate) mod query;
