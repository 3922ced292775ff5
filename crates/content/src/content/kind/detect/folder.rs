//! Which kind the names of folders suggest.

/// Which kind the author's folder names suggest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    Hunting,
    Rules,
    None,
}

/// Folders of hunting queries, without what parts their words.
const HUNTING: [&str; 4] = ["hunting", "huntingquery", "huntingqueries", "hunts"];
/// Folders of analytic rules.
const RULES: [&str; 8] = [
    "detections",
    "analyticrule",
    "analyticrules",
    "analyticsrule",
    "analyticsrules",
    "analyticalrules",
    "analyticalrule",
    "analyticruletemplates",
];
/// Words that say whose or for what they are, and may stand before the name.
const QUALIFIERS: [&str; 9] =
    ["microsoft", "azure", "sentinel", "defender", "mde", "m365", "xdr", "kql", "custom"];

impl Hint {
    /// The suggestion of the folder nearest to the file that has one. Names count as a whole: `ThreatHunting` and
    /// `my-hunting` say nothing.
    pub(super) fn of(place: &str) -> Self {
        let folders = place.rsplit_once('/').map_or("", |(folders, _)| folders);
        let hint = |folder: &str| {
            let name = plain(folder);
            match name.as_str() {
                name if HUNTING.contains(&name) => Some(Self::Hunting),
                name if RULES.contains(&name) => Some(Self::Rules),
                _ => None,
            }
        };
        folders.rsplit('/').find_map(hint).unwrap_or(Self::None)
    }
}

/// A folder's name in lower case, without what parts its words and without qualifiers before it.
fn plain(folder: &str) -> String {
    let lower = folder.to_ascii_lowercase();
    let words = lower.split([' ', '-', '_', '.', '+']).filter(|word| !word.is_empty());
    words.skip_while(|word| QUALIFIERS.contains(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_count_and_the_nearest_wins() {
        let cases = [
            ("Hunting Queries/a.yaml", Hint::Hunting),
            ("x/hunting/b/a.yaml", Hint::Hunting),
            ("Sentinel Hunting Queries/a.yaml", Hint::Hunting),
            ("hunting-queries/a.yaml", Hint::Hunting),
            ("Analytic Rules/ThreatHunting/a.yaml", Hint::Rules),
            ("rules/from hunting/a.yaml", Hint::None),
            ("my-hunting/a.yaml", Hint::None),
            ("DetectionAndHunting/a.yaml", Hint::None),
            ("Hunting Queries/Detections/a.yaml", Hint::Rules),
            ("Detections/Hunting/a.yaml", Hint::Hunting),
            ("AnalyticsRules/a.yaml", Hint::Rules),
            ("hunting.yaml", Hint::None),
            ("a.yaml", Hint::None),
        ];
        for (place, hint) in cases {
            assert_eq!(Hint::of(place), hint, "{place}");
        }
    }
}
