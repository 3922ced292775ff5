//! sentlint checks, fixes and converts Microsoft Sentinel content: hunting queries and analytic rules
//! written as YAML with KQL inside.
//!
//! The crates in the folder `crates` do the work; this one is the library for other programs, and the program itself.
//! docs/architecture.md tells the whole story.
//!
//! To use sentlint as a library, see [`api`]: it checks a text, binds a query and converts a file.

use sentlint_app::inspect;
use sentlint_check::{check, rules};
use sentlint_content::{content, diagnostic};
use sentlint_language::source;
use sentlint_transform::convert;

pub mod api;

pub use sentlint_app::cli;

#[doc(hidden)]
pub use sentlint_app::internals;
