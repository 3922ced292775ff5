//! The list of techniques that are wanted.

use crate::knowledge::attack::{Domain, Technique, Version};
use crate::order::Order as _;
use crate::report::one_line;
use crate::source::SourceFile;

/// Techniques and sub-techniques that should be covered, sorted by id.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// They are active in the release.
    pub wanted: Vec<&'static Technique>,
}

/// Reads a list: an id a line, which a name may follow; lines that begin with `#` and empty ones are comments. The errors
/// are the lines that are not understood, with their places.
pub fn read_targets(source: &SourceFile, version: Version, domain: Domain) -> Result<Targets, Vec<String>> {
    let (mut wanted, mut errors) = (Vec::new(), Vec::new());
    for (line, number) in source.text().lines().zip(1..) {
        let line = line.trim().trim_start_matches('\u{feff}');
        let line = line.strip_prefix("- ").unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let word =
            line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':')).next().unwrap_or(line);
        let mut error = |why: &str| {
            errors.push(format!("{}:{number}: `{}` {why}", one_line(source.path()), one_line(word)));
        };
        let found = version.technique(&word.to_ascii_uppercase());
        match found {
            Some(technique) if technique.domain != domain => {
                error(&format!("is not a technique of the {} matrix", domain.as_str()));
            }
            Some(technique) => match super::current(technique) {
                Some(current) => wanted.push(current),
                None => error(&format!("is deprecated in ATT&CK {version}")),
            },
            None => error(&format!(
                "is not the id of a technique of ATT&CK {version}, such as T1219 or T1059.001"
            )),
        }
    }
    wanted.order_by_key(|technique| technique.id);
    wanted.dedup_by_key(|technique| technique.id);
    if errors.is_empty() { Ok(Targets { wanted }) } else { Err(errors) }
}
