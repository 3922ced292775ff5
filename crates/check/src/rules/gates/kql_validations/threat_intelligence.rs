//! The patterns by which `kql-validations` looks for threat intelligence, on the text of the query as it is.

use crate::rules::query::ti_latest::TABLE;

/// Where the query reads the table: its name and a pipe.
pub(super) fn place(query: &str) -> Option<usize> {
    let is_piped = |at: &usize| Scan(&query[at + TABLE.len()..]).blanks().word("|").is_some();
    query.match_indices(TABLE).map(|(at, _)| at).find(is_piped)
}

/// Whether the query takes the latest state of each indicator. A `|` that the pattern does not escape makes two
/// patterns of it, and either will do: the table filtered by time first, or the summary that takes the latest row
/// followed by the filter of what is in force.
pub(super) fn takes_latest(query: &str) -> bool {
    let rest = |at: usize, word: &str| Scan(&query[at + word.len()..]);
    let filtered = |at: usize| {
        rest(at, TABLE)
            .words(&["|", "where", "TimeGenerated", ">="])?
            .blanks()
            .word("ago(")?
            .identifier()?
            .word(")")
    };
    let latest = |at: usize| {
        let scan = rest(at, "summarize").words(&[
            "LatestIndicatorTime",
            "=",
            "arg_max(TimeGenerated,",
            "*)",
            "by",
            "IndicatorId",
            "|",
            "where",
        ])?;
        let alive = ["ExpirationDateTime", ">", "now()"];
        let active = ["Active", "==", "true"];
        let both = |first: &[&str], then: &[&str]| scan.words(first)?.words(&["and"])?.words(then);
        both(&alive, &active).or_else(|| both(&active, &alive))
    };
    query.match_indices(TABLE).any(|(at, _)| filtered(at).is_some())
        || query.match_indices("summarize").any(|(at, _)| latest(at).is_some())
}

/// The rest of a text, read from its start.
#[derive(Clone, Copy)]
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn blanks(self) -> Self {
        Self(self.0.trim_start())
    }

    fn word(self, word: &str) -> Option<Self> {
        self.0.strip_prefix(word).map(Self)
    }

    /// Words with any blanks before each, or none.
    fn words(self, words: &[&str]) -> Option<Self> {
        words.iter().try_fold(self, |scan, word| scan.blanks().word(word))
    }

    fn identifier(self) -> Option<Self> {
        let rest = self.0.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        (rest.len() < self.0.len()).then_some(Self(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_half_of_the_pattern_will_do() {
        for query in [
            "ThreatIntelligenceIndicator\n| where TimeGenerated >= ago(ioc_lookBack)\n| take 1",
            "ThreatIntelligenceIndicator|where TimeGenerated>=ago(14d)",
            "X | summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by IndicatorId\n| where Active == true \
             and ExpirationDateTime > now()",
            "summarize LatestIndicatorTime=arg_max(TimeGenerated,*)by IndicatorId|where ExpirationDateTime>now() and \
             Active==true",
        ] {
            assert!(takes_latest(query), "{query}");
        }
        for query in [
            "ThreatIntelligenceIndicator | where Active",
            "ThreatIntelligenceIndicator | where TimeGenerated >= ago()",
            "ThreatIntelligenceIndicator | where TimeGenerated >= ago (1d)",
            "summarize LatestIndicatorTime = arg_max (TimeGenerated, *) by IndicatorId | where Active == true and \
             ExpirationDateTime > now()",
            "summarize arg_max(TimeGenerated, *) by IndicatorId | where Active == true and ExpirationDateTime > now()",
        ] {
            assert!(!takes_latest(query), "{query}");
        }
        assert_eq!(
            place("let a = ThreatIntelligenceIndicator; ThreatIntelligenceIndicator \n | take 1"),
            Some(37)
        );
    }
}
