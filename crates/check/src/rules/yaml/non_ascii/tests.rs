//! Tests of `non-ascii`.

use crate::rules::Profile;
use crate::rules::testing::{findings, fixes};

#[test]
fn what_a_query_compares_with_is_left_to_its_author() {
    let text = "id: x\nname: a \u{2013} b\nquery: |\n  T // \u{2013}\n  | where a == '\u{201c}b\u{1f4cd}'\n";
    let found = findings("non-ascii", "a.yaml", text, Profile::AzureSentinel);
    let fixable: Vec<bool> = found.iter().map(|finding| finding.fix.is_some()).collect();
    assert_eq!(fixable, [true, true, false, false]);
    let help = |at: usize| found[at].help.as_deref().unwrap_or_default();
    assert!(help(2).ends_with("`\\u201C`."), "{found:?}");
    assert!(help(3).ends_with("`\\U0001F4CD`."), "{found:?}");
    assert_eq!(fixes("non-ascii", "a.yaml", text)[0].1, text.replacen('\u{2013}', "-", 1));
    assert!(findings("non-ascii", "a.yaml", text, Profile::Recommended).is_empty());
}
