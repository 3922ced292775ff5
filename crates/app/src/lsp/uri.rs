//! URIs of documents, and the paths that they mean.

use std::path::{Path, PathBuf};

use crate::discover::slashes;

/// The path of a `file` URI; `None` for other schemes and for a URI that is not valid.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file:")?;
    let rest = match rest.strip_prefix("//") {
        // A host, which is that of a share on Windows and this one elsewhere.
        Some(rest) => match rest.find('/') {
            Some(0) => rest.to_owned(),
            Some(_) if cfg!(windows) => format!("//{rest}"),
            Some(at) => rest[at..].to_owned(),
            None => return None,
        },
        None => rest.to_owned(),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let text = String::from_utf8(decoded(rest)?).ok()?;
    if text.contains('\0') {
        return None;
    }
    let bytes = text.as_bytes();
    let is_drive = bytes.len() > 2 && bytes[0] == b'/' && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    Some(PathBuf::from(if cfg!(windows) && is_drive { &text[1..] } else { &text }))
}

/// The last part of any URI, decoded: what an untitled document is called.
pub(super) fn name(uri: &str) -> String {
    let last = uri.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or("untitled");
    decoded(last).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| last.to_owned())
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push((high * 16 + low) as u8);
    }
    Some(out)
}

/// The URI of a path.
pub(super) fn of(path: &Path) -> String {
    use std::fmt::Write as _;
    let text = slashes(path);
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn uris_lead_to_paths_and_back() {
        for (uri, path_of) in [
            ("file:///a/b.kql", Some("/a/b.kql")),
            ("file:///a%20b/%C3%A4.yaml", Some("/a b/ä.yaml")),
            ("file://localhost/a.kql", Some("/a.kql")),
            ("file:/a.kql", Some("/a.kql")),
            ("file:///a.kql?x#y", Some("/a.kql")),
            ("file:///%", None),
            ("file:///%zz", None),
            ("file:///%FF", None),
            ("file:///a%00b", None),
            ("file://", None),
            ("untitled:Untitled-1", None),
            ("", None),
        ] {
            assert_eq!(path(uri), path_of.map(PathBuf::from), "{uri}");
        }
        for text in ["/a b/ä%.yaml", "/x/[1]#?.kql"] {
            assert_eq!(path(&of(Path::new(text))), Some(PathBuf::from(text)));
        }
        assert_eq!(name("untitled:Untitled-1"), "Untitled-1");
        assert_eq!(name("vscode-vfs://x/a%20b.kql"), "a b.kql");
    }
}
