//! Texts of lines with tabs between their fields, which are looked up in place: a table of strings in Rust takes forty
//! bytes for each string besides the string itself.

use crate::Generated;

/// A text under construction.
#[derive(Default)]
pub(crate) struct Sheet {
    text: String,
}

impl Sheet {
    /// Adds a line. Fields at its end that are empty are left out.
    pub(crate) fn row(&mut self, fields: &[&str]) -> Result<(), String> {
        let refused = |field: &&&str| field.contains(['\t', '\n', '\r']);
        if let Some(field) = fields.iter().find(refused) {
            return Err(format!("{field:?} cannot be a field"));
        }
        let line = fields.join("\t");
        let line = line.trim_end_matches('\t');
        if line.is_empty() {
            return Err("a row without fields".to_owned());
        }
        self.text.push_str(line);
        self.text.push('\n');
        Ok(())
    }

    /// Ends a block of lines.
    pub(crate) fn end_block(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn finish(self, name: impl Into<String>) -> Generated {
        Generated { name: name.into(), bytes: self.text.into_bytes() }
    }
}

/// Words with a space between them.
pub(crate) fn words<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> Result<String, String> {
    let mut out = String::new();
    for word in list {
        let word = word.as_ref();
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || c == '|') {
            return Err(format!("{word:?} cannot be a word of a list"));
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Ok(out)
}

/// Lists of words with a bar between them.
pub(crate) fn sets(lists: &[Vec<String>]) -> Result<String, String> {
    let lists: Vec<String> = lists.iter().map(words).collect::<Result<_, _>>()?;
    Ok(lists.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_read_otherwise_is_refused() {
        let mut sheet = Sheet::default();
        assert!(
            sheet.row(&["a", "b c", ""]).is_ok()
                && sheet.row(&["a\tb"]).is_err()
                && sheet.row(&["", ""]).is_err()
        );
        sheet.end_block();
        assert_eq!(sheet.finish("x").bytes, b"a\tb c\n\n");
        assert_eq!(words(["a", "b"]), Ok("a b".to_owned()));
        assert!(words(["a b"]).is_err() && words([""]).is_err() && words(["a|b"]).is_err());
    }
}
