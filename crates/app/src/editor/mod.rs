//! What an editor asks about content, answered without its protocol: positions are byte offsets, and answers are plain
//! values.

pub mod content;
pub mod minimal;
pub mod query;
