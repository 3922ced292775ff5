//! `validateVersionChangedInDetections`: an analytic rule that changes changes its version.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::{Asks, Check, Gate, Opens};
use crate::content::model::field;
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::repository::compare::{bump, version};
use crate::rules::repository::version_not_bumped::{VersionNotBumped, with_fix};

pub(super) static GATE: Gate = Gate {
    workflow: "validateVersionChangedInDetections",
    checks: &[Check::new::<VersionNotBumped>(Opens::Rules, Asks::File(versions))],
};

/// The workflow wants the text `version:` somewhere in the difference, without lines around it, of a file that was
/// modified where it is.
fn versions(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(base) = cx.base.filter(|base| !base.renamed) else { return };
    if diff_names_version(base.content.source.text(), cx.source().text()) != Some(false) {
        return;
    }
    let root = cx.content.root().and_then(|root| root.as_mapping());
    let text = root.and_then(|map| field(map, "version")).and_then(|field| field.text());
    let at = text.map_or_else(|| cx.first_key(), |text| text.span());
    let wanted = text.and_then(|text| version(text.value)).and_then(|version| bump(&version));
    let message =
        format!("The file changed since `{}`, but the changes do not include `version:`", base.revision);
    out.push(with_fix(VersionNotBumped::at(at, message), cx, wanted));
}

/// Whether `git diff -U0` of two texts has `version:` in it, in a changed line or in the heading of a hunk;
/// `None` where there is no difference.
fn diff_names_version(old: &str, new: &str) -> Option<bool> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let lines = |range: Range<u32>| range.start as usize..range.end as usize;
    let mut differs = false;
    for hunk in diff.hunks() {
        differs = true;
        let (removed, added) = (lines(hunk.before), lines(hunk.after));
        // The heading is the nearest line above the hunk that begins with a letter, cut at 80 bytes.
        let begins =
            |line: &&&str| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$');
        let heading = old[..removed.start].iter().rev().find(begins);
        let heading = heading.map_or("", |line| &line[..line.floor_char_boundary(80)]);
        let lines = old[removed].iter().chain(&new[added]).copied();
        if lines.chain([heading]).any(|line| line.contains("version:")) {
            return Some(true);
        }
    }
    differs.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::diff_names_version;

    #[test]
    fn changed_lines_and_headings_are_read() {
        assert_eq!(diff_names_version("a: 1\n", "a: 1\n"), None);
        assert_eq!(diff_names_version("a: 1\nversion: 1.0.0\n", "a: 2\nversion: 1.0.0\n"), Some(false));
        assert_eq!(diff_names_version("a: 1\nversion: 1.0.0\n", "a: 2\nversion: 1.0.1\n"), Some(true));
        assert_eq!(diff_names_version("version: 1.0.0\n- a\n", "version: 1.0.0\n- b\n"), Some(true));
        assert_eq!(
            diff_names_version("version: 1.0.0\nkind: A\n- a\n", "version: 1.0.0\nkind: A\n- b\n"),
            Some(false)
        );
        for (heading, is_one) in
            [("$version: 1", true), ("_version: 1", true), ("- version: 1", false), ("1version: 1", false)]
        {
            let text = |end: &str| format!("{heading}\n- {end}\n");
            assert_eq!(diff_names_version(&text("a"), &text("b")), Some(is_one), "{heading}");
        }
    }
}
