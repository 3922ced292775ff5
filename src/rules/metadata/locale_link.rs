//! `locale-link`

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A link to Microsoft's documentation in one fixed language.
    ///
    /// ## Why is this bad?
    ///
    /// A link with `/en-us/` shows every reader that language, whatever theirs is. Without it the site picks the reader's.
    /// Upstream's checks refuse such links to docs.microsoft.com and azure.microsoft.com.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies what https://learn.microsoft.com/en-us/azure/sentinel/ describes.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies what https://learn.microsoft.com/azure/sentinel/ describes.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The site answers the link without its language with the reader's own.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/documentsLinkValidator.ts>
    pub(crate) LocaleLink {
        id: "locale-link",
        group: Metadata,
        severity: Warning,
        fix: Always Safe,
        gate: "documents-link-validation",
        since: "0.1.0",
    }
}

const SCHEME: &str = "https";

const MARK: &[u8] = b"://";

const SITES: [&str; 3] = ["docs.microsoft.com", "azure.microsoft.com", "learn.microsoft.com"];

impl Rule for LocaleLink {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let text = cx.source().text();
        let sites = if cx.gates() { &SITES[..2] } else { &SITES[..] };
        for at in memchr::memmem::find_iter(text.as_bytes(), MARK) {
            let scheme = at.checked_sub(SCHEME.len()).and_then(|start| text.get(start..at));
            if !scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME)) {
                continue;
            }
            let host = at + MARK.len();
            let rest = &text[host..];
            let Some(site) = sites.iter().find(|site| starts_like(rest, site, cx.gates())) else { continue };
            let path = &rest.as_bytes()[site.len()..];
            let letters = |from: usize| {
                path.get(from..from + 2).is_some_and(|two| two.iter().all(u8::is_ascii_alphabetic))
            };
            if path.first() != Some(&b'/') || !letters(1) || path.get(3) != Some(&b'-') || !letters(4) {
                continue;
            }
            // What goes on with letters is a word and no locale; upstream's check does not look so far.
            if !cx.gates() && path.get(6).is_some_and(|next| *next != b'/') {
                continue;
            }
            let start = host + site.len();
            let span = Span::new(start, start + 6);
            let locale = &text[start + 1..start + 6];
            let message = format!("This link shows every reader the language `{locale}`");
            let fix = Fix::safe("Take the language out of the link", [Edit::delete(span)]);
            out.push(
                Self::at(span, message).help("Without it, the site picks the reader's language.").fix(fix),
            );
        }
    }
}

/// Whether a text begins with a site's name. Upstream's pattern takes any character for a point.
fn starts_like(text: &str, site: &str, loose: bool) -> bool {
    let Some(part) = text.get(..site.len()) else { return false };
    part.bytes()
        .zip(site.bytes())
        .all(|(a, b)| a.eq_ignore_ascii_case(&b) || (loose && b == b'.' && a != b'\n'))
}
