//! Read-only facts, embedded: ATT&CK, connectors, entities, limits.
//!
//! Every fact is a `static` looked up in place, so nothing is parsed or allocated at start. What is large
//! lives in `data`, generated from fact files by `cargo xtask tables`, each file saying what made it.

pub mod attack;
mod blob;
pub mod connectors;
mod data;
pub mod entities;
pub mod evidence;
pub mod functions;
pub mod limits;
pub mod nearest;
pub mod tables;
pub mod tactics;
pub mod upstream;

/// What the embedded facts were made from: for each group of facts its name and its sources, newest first.
pub fn sources() -> [(&'static str, &'static [&'static str]); 6] {
    [
        ("attack", data::attack::SOURCES),
        ("connectors", data::connectors::SOURCES),
        ("entities", data::entities::SOURCES),
        ("gate", data::gate::SOURCES),
        ("tables", data::tables::SOURCES),
        ("upstream", data::upstream::SOURCES),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_names_a_source() {
        for (group, sources) in sources() {
            assert!(!sources.is_empty(), "{group}");
            assert!(sources.iter().all(|source| source.len() > 10), "{group}");
        }
    }
}
