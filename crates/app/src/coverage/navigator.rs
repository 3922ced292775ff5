//! A layer of MITRE's ATT&CK Navigator, in version 4.5 of its format.

use serde_json::{Value, json};

use super::Coverage;

/// Titles of this many items are listed with a technique; the rest is counted.
const LISTED: usize = 20;

pub(super) fn render(coverage: &Coverage) -> String {
    let techniques: Vec<Value> = coverage
        .techniques
        .iter()
        .map(|(id, items)| {
            let mut names: Vec<&str> = items.iter().map(|at| &*coverage.items[*at].name).collect();
            let more = names.len().saturating_sub(LISTED);
            names.truncate(LISTED);
            let mut comment = names.join("\n");
            if more > 0 {
                comment += &format!("\nand {more} more");
            }
            let has_parts = coverage
                .techniques
                .keys()
                .any(|other| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')));
            json!({
                "techniqueID": id,
                "score": items.len(),
                "comment": comment,
                "enabled": true,
                "showSubtechniques": has_parts,
            })
        })
        .collect();
    let major = coverage.version.as_str().split('.').next().unwrap_or_default();
    let layer = json!({
        "name": "sentlint coverage",
        "versions": { "attack": major, "navigator": "5.1.0", "layer": "4.5" },
        "domain": format!("{}-attack", coverage.domain.as_str()),
        "description": format!(
            "Hunting queries and rules by technique: {} files. The score is the number of files.",
            coverage.items.len()
        ),
        "sorting": 3,
        "layout": { "layout": "side", "showID": true, "showName": true },
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": {
            "colors": ["#cfe8ff", "#0b5cad"],
            "minValue": 1,
            "maxValue": coverage.highest().max(2),
        },
        "legendItems": [],
        "showTacticRowBackground": false,
        "selectTechniquesAcrossTactics": true,
        "selectSubtechniquesWithParent": false,
    });
    serde_json::to_string_pretty(&layer).unwrap_or_default() + "\n"
}
