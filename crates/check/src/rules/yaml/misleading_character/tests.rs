//! Tests of `misleading-character`.

use crate::rules::Profile;
use crate::rules::testing::{findings, fixes, messages};

const RULE: &str = "misleading-character";

fn file(name: &str, query: &str) -> String {
    format!("id: x\nname: {name}\ndescription: D\nquery: |\n  {query}\n")
}

#[test]
fn letters_of_other_languages_are_fine() {
    for name in [
        "Ungewöhnlich viele Anmeldungen",
        "Connexions inhabituelles à l’étranger – été",
        "Вход с адреса А4",
        "SMS-сообщение, USBшный",
        "サインインの失敗 ＡＢＣ",
        "TNF-α, 5 µs, µTorrent",
        "family 👨‍👩‍👧 of emoji ✔️",
    ] {
        assert_eq!(messages(RULE, &file(name, "T | where a has 'größe' // –x")), [""; 0], "{name}");
    }
}

#[test]
fn look_alikes_and_hidden_characters_are_reported() {
    let text = file("Azure P\u{43e}rtal", "T");
    let message = "`P\u{43e}rtal` contains letters that look like Latin ones: U+043E";
    assert_eq!(messages(RULE, &text), [message]);
    assert_eq!(fixes(RULE, "a.yaml", &text)[0].1, file("Azure Portal", "T"));
    let text = file("\u{201c}Remote tool\u{201d}", "T");
    assert_eq!(messages(RULE, &text), ["The typographic quotes around this value are part of it"]);
    assert_eq!(fixes(RULE, "a.yaml", &text)[0].1, file("\"Remote tool\"", "T"));
    assert_eq!(messages(RULE, &file("\u{201c}Remote\u{201d} tool", "T")), [""; 0]);
    let text = file("a\u{200b}b", "T");
    assert_eq!(messages(RULE, &text), ["U+200B is an invisible character"]);
    assert_eq!(fixes(RULE, "a.yaml", &text)[0].1, file("ab", "T"));
    assert_eq!(
        messages(RULE, "id: x\nname: N\nquery: T\ntactics: [Impact]\nrelevantTechniques: [\u{422}1059]\n")
            .len(),
        1
    );
}

#[test]
fn what_a_query_looks_for_is_left_to_its_author() {
    let query = "T | where a has_any ('\u{2013}enc', 'a\u{a0}b', 'x\u{200b}', 'Pоrtal', 'Söhne – Müller')";
    for (path, text) in [("a.yaml", file("N", query)), ("a.kql", query.to_owned())] {
        let found = findings(RULE, path, &text, Profile::Recommended);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().all(|finding| finding.fix.is_none()));
    }
}
