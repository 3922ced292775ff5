//! Where the values of a line of NDJSON lie: a reader that looks at each byte once and keeps nothing. It takes only what
//! is valid; a line that it does not take is read by the JSON library, which says why.

/// Where a value lies in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub from: usize,
    pub to: usize,
    /// Whether it is a string without escapes; it lies between its quotes then.
    pub plain: bool,
}

/// How deeply values may lie in one another; the JSON library takes a little more.
const DEEPEST: usize = 100;

/// Calls a function with each member of the object that a line holds. `None` where the line is not one object, where a
/// name has escapes, or where the function says so.
pub(crate) fn members<'l>(
    line: &'l str,
    mut take: impl FnMut(&'l str, &mut Cursor<'l>) -> Option<()>,
) -> Option<()> {
    let mut cursor = Cursor { text: line, at: 0 };
    cursor.blanks();
    cursor.expect(b'{')?;
    cursor.blanks();
    if cursor.peek()? == b'}' {
        cursor.at += 1;
    } else {
        loop {
            cursor.blanks();
            let name = cursor.value().filter(|name| name.plain)?;
            let name = line.get(name.from..name.to)?;
            cursor.blanks();
            cursor.expect(b':')?;
            cursor.blanks();
            take(name, &mut cursor)?;
            cursor.blanks();
            match cursor.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    cursor.blanks();
    (cursor.at == line.len()).then_some(())
}

/// A place in a line.
pub(crate) struct Cursor<'l> {
    text: &'l str,
    at: usize,
}

/// Which of eight bytes are a quote, a backslash or below a blank: the high bit of each is set, the lowest one exactly.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let below = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
    zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5C)) | below
}

impl<'l> Cursor<'l> {
    fn bytes(&self) -> &'l [u8] {
        self.text.as_bytes()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The value that begins here.
    pub(crate) fn value(&mut self) -> Option<Token> {
        let from = self.at;
        if self.peek()? == b'"' && self.string()? {
            return Some(Token { from: from + 1, to: self.at - 1, plain: true });
        }
        if self.at == from {
            self.skip()?;
        }
        Some(Token { from, to: self.at, plain: false })
    }

    /// Passes over the value that begins here.
    pub(crate) fn skip(&mut self) -> Option<()> {
        // What is open, innermost last: whether it is an object, one bit for each.
        let (mut open, mut depth) = (0_u128, 0_usize);
        loop {
            self.blanks();
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                byte @ (b'{' | b'[') => {
                    self.at += 1;
                    depth += 1;
                    if depth > DEEPEST {
                        return None;
                    }
                    let object = byte == b'{';
                    open = open << 1 | u128::from(object);
                    self.blanks();
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                        depth -= 1;
                        open >>= 1;
                    } else {
                        if object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            // After a value: what is open goes on or ends.
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.blanks();
                let object = open & 1 == 1;
                match self.next()? {
                    b',' => {
                        if object {
                            self.blanks();
                            self.name()?;
                        }
                        break;
                    }
                    b'}' if object => {}
                    b']' if !object => {}
                    _ => return None,
                }
                depth -= 1;
                open >>= 1;
            }
        }
    }

    fn name(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.string()?;
        self.blanks();
        self.expect(b':')
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(())
    }

    /// Passes over a string; whether it has no escapes.
    fn string(&mut self) -> Option<bool> {
        self.at += 1;
        let mut plain = true;
        loop {
            while let Some(chunk) = self.bytes().get(self.at..self.at + 8) {
                let found = special(u64::from_le_bytes(chunk.try_into().ok()?));
                if found != 0 {
                    self.at += (found.trailing_zeros() / 8) as usize;
                    break;
                }
                self.at += 8;
            }
            match self.next()? {
                b'"' => return Some(plain),
                b'\\' => {
                    plain = false;
                    match self.next()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        // The library knows which halves of characters belong together.
                        _ => return None,
                    }
                }
                0..=0x1F => return None,
                _ => {}
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::members;

    /// The members of a line, each with its value as it is written.
    fn read(line: &str) -> Option<Vec<(String, String)>> {
        let mut all = Vec::new();
        members(line, |name, cursor| {
            let value = cursor.value()?;
            let text = line.get(value.from..value.to)?;
            let text = if value.plain { format!("\"{text}\"") } else { text.to_owned() };
            all.push((name.to_owned(), text));
            Some(())
        })?;
        Some(all)
    }

    fn skipped(line: &str) -> bool {
        members(line, |_, cursor| cursor.skip()).is_some()
    }

    #[test]
    fn values_are_found_where_they_are_written() {
        let line = r#" { "a" : "x y", "b":-1.5e+3 , "c":[1,{"d":[]},"}"], "e":null,"f":"q\"" } "#;
        let wanted = [
            ("a", "\"x y\""),
            ("b", "-1.5e+3"),
            ("c", r#"[1,{"d":[]},"}"]"#),
            ("e", "null"),
            ("f", r#""q\"""#),
        ];
        let found = read(line).unwrap_or_default();
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(found, wanted);
        assert!(read("{}").is_some_and(|all| all.is_empty()));
    }

    #[test]
    fn what_is_not_json_is_not_taken() {
        for line in [
            "",
            "[]",
            "1",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":tru}",
            "{\"a\":1} x",
            "{\"a\":[1,]}",
            "{\"a\":{\"b\"}}",
            "{\"a\":\"\t\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":[}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\":\"x}",
            "{a:1}",
            "{\"a\":1e}",
            "{\"a\":[1}",
            "{\"a\":{\"b\":1]}",
        ] {
            assert!(
                serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).is_err(),
                "{line}"
            );
            assert!(!skipped(line) && read(line).is_none(), "{line}");
        }
    }

    /// Pieces of JSON in any order: much of it is nearly valid.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\n",
            "\"a\"",
            "\"\u{e9}b\"",
            "1",
            "-",
            "0",
            ".",
            "e",
            "true",
            "null",
            "false",
            " ",
            "\u{7f}",
            "\u{1f}",
            "abcdefgh",
            "\"k\":",
            "{\"k\":",
            "[1,",
            "\u{2028}",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        /// Never more is taken than the JSON library takes.
        #[test]
        fn only_valid_lines_are_taken(body in pieces()) {
            for line in [body.clone(), format!("{{\"x\":{body}}}"), format!("{{\"x\":1,{body}}}")] {
                let valid = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line).is_ok();
                prop_assert!(!skipped(&line) || valid, "{}", line);
                prop_assert!(read(&line).is_none() || valid, "{}", line);
                prop_assert_eq!(skipped(&line), read(&line).is_some(), "{}", line);
            }
        }
    }
}
