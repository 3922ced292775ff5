//! Keys that are nearly right: what a name can only mean.

/// The longest key whose slips are looked for, in characters.
const LONGEST: usize = 64;

/// The known key that a name which is none of them can only mean: the same letters in another case or parted otherwise
/// (`query_frequency`), or a single one that is one slip away, or two in a long name. `None` for known keys, and where
/// two keys are as near.
pub fn meant<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = name.chars().take(LONGEST + 1).count();
    let known: Vec<&str> = known.into_iter().collect();
    if length > LONGEST || known.contains(&name) {
        return None;
    }
    let plain = squash(name);
    if plain.is_empty() {
        return None;
    }
    if let Some(same) = known.iter().find(|key| squash(key) == plain) {
        return Some(same);
    }
    let most = match plain.len() {
        ..5 => return None,
        5..12 => 1,
        _ => 2,
    };
    for slips in 1..=most {
        let mut near = known
            .iter()
            .filter(|key| key.len() >= 5 || slips == 1)
            .filter(|key| key.len().abs_diff(plain.len()) <= slips)
            .filter(|key| strsim::osa_distance(&squash(key), &plain) == slips);
        match (near.next(), near.next()) {
            (Some(only), None) => return Some(only),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
    }
    None
}

/// The letters and digits alone, in lower case.
fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_slip_means_the_only_one_near() {
        let known = ["query", "queryPeriod", "queryFrequency", "alertDetailsOverride", "id", "name", "tags"];
        for (written, key) in [
            ("Query", Some("query")),
            ("qeury", Some("query")),
            ("query-frequency", Some("queryFrequency")),
            ("alertDetailOverride", Some("alertDetailsOverride")),
            ("alertDetailOveride", Some("alertDetailsOverride")),
            ("ID", Some("id")),
            ("query", None),
            ("tag", None),
            ("querying", None),
            ("owner", None),
            ("", None),
        ] {
            assert_eq!(meant(written, known), key, "{written}");
        }
        assert_eq!(meant("alertX", ["alertA", "alertB"]), None);
    }
}
