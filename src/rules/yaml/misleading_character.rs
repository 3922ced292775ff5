//! `misleading-character`

use crate::content::Query;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::kql::{Token, TokenKind};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{Node, ScalarStyle, Value};

declare_rule! {
    /// A character that is invisible or looks like another one.
    ///
    /// ## Why is this bad?
    ///
    /// A Cyrillic `о` in `Pоrtal` looks like the Latin letter but does not equal it; the same is true of a no-break
    /// space, a typographic dash or a zero-width space in a string of a query. The query finds nothing, and the cause
    /// is invisible. In a title or an id such a character breaks searches.
    ///
    /// Letters of other languages are fine if the whole word is in that language, and so are typographic quotes and
    /// dashes in descriptions. Comments are ignored.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remоte tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Outside strings of a query the character is replaced with the one that it looks like, or removed if it is
    /// invisible. The fix is unsafe because the character may be intentional. Strings of a query, which may search for
    /// exactly this character, are not changed: if it is intentional, write it as an escape sequence.
    ///
    /// ## References
    ///
    /// - <https://www.unicode.org/reports/tr39/>
    pub(crate) MisleadingCharacter {
        id: "misleading-character",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

/// The Latin letter that a letter of another script looks like.
fn looks_like(c: char) -> Option<char> {
    const ALIKE: [(&str, &str); 4] = [
        ("АВЕІЈКМНОРЅСТХУԚԜ", "ABEIJKMHOPSCTXYQW"),
        ("аеіјорѕсухһԁԛԝӏ", "aeijopscyxhdqwl"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("ονρſKɡ", "ovpsKg"),
    ];
    if let Some(ascii) = (u32::from(c)).checked_sub(0xfee0).filter(|code| (0x21..0x7f).contains(code)) {
        return char::from_u32(ascii).filter(char::is_ascii_alphabetic);
    }
    ALIKE.iter().find_map(|(other, latin)| latin.chars().nth(other.chars().position(|one| one == c)?))
}

/// Whether nothing is seen of a character at a place. Marks of direction have a rule of their own, and joiners belong
/// to some scripts and to emoji.
fn is_hidden(c: char, before: Option<char>, after: Option<char>) -> bool {
    match c {
        '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{00ad}' | '\u{180e}' | '\u{034f}' => true,
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}' => {
            before.is_none_or(|c| c.is_ascii())
        }
        '\u{200c}' | '\u{200d}' => [before, after].into_iter().flatten().any(|c| c.is_ascii()),
        _ => false,
    }
}

/// Whether a character in a string of a query looks like a space, a dash or a quote and is another one.
fn is_typographic(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    match c {
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            is_ascii(before) || is_ascii(after)
        }
        // A dash between words of prose has spaces around it.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => is_ascii(after),
        _ => false,
    }
}

/// The typographic quotes that stand at both ends of a text.
const QUOTES: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}'];

/// So many are reported of one file.
const MOST: usize = 10;

impl Rule for MisleadingCharacter {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if cx.source().text().is_ascii() {
            return;
        }
        let mut found = Vec::new();
        for query in cx.queries {
            let tokens = query.parse().tokens.iter();
            tokens.for_each(|token| check_token(query, token, &mut found));
        }
        if let Some(root) = cx.content.root() {
            check_scalars(cx, root, &mut found);
        }
        found.sort_by_key(|finding| finding.span);
        out.extend(found.into_iter().take(MOST));
    }
}

/// What is misleading in a string or a name of a query.
fn check_token(query: &Query<'_>, token: &Token, out: &mut Vec<Diagnostic>) {
    let text = query.text.get(token.span.range()).unwrap_or_default();
    if text.is_ascii() {
        return;
    }
    let is_string = token.kind == TokenKind::StringLiteral;
    if !is_string && token.kind != TokenKind::Identifier {
        return;
    }
    let place = |span: Span| query.span(span.shift(token.span.start as usize));
    for (span, message) in misleading(text, is_string) {
        let help = if is_string {
            let first = text[span.range()].chars().find(|c| !c.is_ascii()).map_or(0, u32::from);
            let escape = if first > 0xffff { format!("\\U{first:08X}") } else { format!("\\u{first:04X}") };
            format!(
                "Retype it. If the query searches for this character, use the escape sequence `{escape}`."
            )
        } else {
            "Retype the name.".to_owned()
        };
        out.push(MisleadingCharacter::at(place(span), message).help(help));
    }
}

/// What is misleading in the keys and values below a node, queries aside.
fn check_scalars(cx: &Context<'_>, node: &Node, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Mapping(map) => {
            for entry in &map.entries {
                check_scalars(cx, &entry.key, out);
                check_scalars(cx, &entry.value, out);
            }
        }
        Value::Sequence(list) => list.items.iter().for_each(|item| check_scalars(cx, item, out)),
        Value::Alias(_) => {}
        Value::Scalar(_) => {
            let is_query = |query: &Query<'_>| query.node.is_some_and(|own| own.span == node.span);
            let text = cx.source().slice(node.span);
            if text.is_ascii() || cx.queries.iter().any(is_query) {
                return;
            }
            out.extend(quoted(node, text));
            for (span, message) in misleading(text, false) {
                let plain: String = text[span.range()].chars().filter_map(plain).collect();
                let title =
                    if plain.is_empty() { "Remove it".to_owned() } else { format!("Replace with `{plain}`") };
                let span = span.shift(node.span.start as usize);
                let fix = Fix::r#unsafe(title, [Edit::new(span, plain)]);
                let help = "Retype it in plain letters.";
                out.push(MisleadingCharacter::at(span, message).help(help).fix(fix));
            }
        }
    }
}

/// A value in the quotes of a word processor, which YAML takes for a part of it.
fn quoted(node: &Node, text: &str) -> Option<Diagnostic> {
    let is_plain = node.scalar().is_some_and(|scalar| scalar.style == ScalarStyle::Plain);
    let inner = text.strip_prefix(QUOTES)?.strip_suffix(QUOTES).filter(|_| is_plain)?;
    if inner.contains(QUOTES) || inner.contains(['"', '\\', '\n']) {
        return None;
    }
    let fix = Fix::r#unsafe("Use straight quotes", [Edit::new(node.span, format!("\"{inner}\""))]);
    let message = "The typographic quotes around this value are part of it";
    Some(MisleadingCharacter::at(node.span, message).help("Use the quotes `\"` or `'` in YAML.").fix(fix))
}

/// A character as it should be; nothing for what cannot be seen.
fn plain(c: char) -> Option<char> {
    if c.is_ascii() { Some(c) } else { looks_like(c) }
}

/// The misleading places of a text, each with its message. `compared` says that the text is compared with data.
fn misleading(text: &str, compared: bool) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    let is_other = |c: char| c.is_alphabetic() && !c.is_ascii() && looks_like(c).is_none();
    let is_foreign = text.chars().any(is_other);
    let (mut before, mut word) = (None, None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_word = c.is_alphanumeric() || c == '_';
        match (word, is_word) {
            (None, true) => word = Some(at),
            (Some(start), false) => {
                word = None;
                let whole = &text[start..at];
                if is_mixed(whole, is_foreign) {
                    let message =
                        format!("`{whole}` contains letters that look like Latin ones: {}", codes(whole));
                    found.push((Span::new(start, at), message));
                }
            }
            _ => {}
        }
        let after = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let span = Span::new(at, at + c.len_utf8());
        if is_hidden(c, before, after) {
            found.push((span, format!("U+{:04X} is an invisible character", u32::from(c))));
        } else if compared && is_typographic(c, before, after) {
            let what = if c.is_whitespace() { "a space" } else { "`-`" };
            found.push((span, format!("U+{:04X} looks like {what} but does not equal it", u32::from(c))));
        }
        before = Some(c);
    }
    found
}

/// Whether a word looks Latin and is not. `foreign` says that the text around it has letters of another script, to
/// which such a letter beside digits may belong.
fn is_mixed(word: &str, foreign: bool) -> bool {
    let others = || word.chars().filter(|c| c.is_alphabetic() && !c.is_ascii());
    let has_latin = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    (has_latin || (has_digit && !foreign))
        && others().next().is_some()
        && others().all(|c| looks_like(c).is_some())
}

/// The code points of the letters that are not Latin.
fn codes(word: &str) -> String {
    let mut codes: Vec<String> = Vec::new();
    for c in word.chars().filter(|c| !c.is_ascii()) {
        let code = format!("U+{:04X}", u32::from(c));
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.join(", ")
}

#[cfg(test)]
mod tests {
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
            messages(
                RULE,
                "id: x\nname: N\nquery: T\ntactics: [Impact]\nrelevantTechniques: [\u{422}1059]\n"
            )
            .len(),
            1
        );
    }

    #[test]
    fn what_a_query_looks_for_is_left_to_its_author() {
        let query =
            "T | where a has_any ('\u{2013}enc', 'a\u{a0}b', 'x\u{200b}', 'Pоrtal', 'Söhne – Müller')";
        for (path, text) in [("a.yaml", file("N", query)), ("a.kql", query.to_owned())] {
            let found = findings(RULE, path, &text, Profile::Recommended);
            assert_eq!(found.len(), 4, "{found:?}");
            assert!(found.iter().all(|finding| finding.fix.is_none()));
        }
    }
}
