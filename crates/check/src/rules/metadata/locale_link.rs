//! `locale-link`

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A link to Microsoft's documentation in one fixed language.
    ///
    /// ## Why is this bad?
    ///
    /// A link with `/en-us/` shows every reader that language. Without it the site selects the reader's language.
    /// Upstream's checks reject such links to docs.microsoft.com and azure.microsoft.com.
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
    /// The link without the language leads to the same page in the reader's language.
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
        let site = |rest: &str| SITES.iter().find(|site| begins_with(rest, site)).map(|site| site.len());
        // What goes on with letters is a word and no language.
        let is_whole = |span: &Span| text.as_bytes().get(span.end as usize).is_none_or(|next| *next == b'/');
        out.extend(languages(text, site).filter(is_whole).map(|span| finding(cx, span)));
    }
}

/// The places of what looks like a language, `/en-us`, after the names of sites in links. `site` tells how long the name
/// of a site is that a text begins with.
pub(in crate::rules) fn languages(
    text: &str,
    site: impl Fn(&str) -> Option<usize>,
) -> impl Iterator<Item = Span> {
    memchr::memmem::find_iter(text.as_bytes(), MARK).filter_map(move |at| {
        let scheme = text.get(at.checked_sub(SCHEME.len())?..at)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let host = at + MARK.len();
        let start = host + site(&text[host..])?;
        let is_language = matches!(
            text.as_bytes().get(start..start + 6)?,
            [b'/', a, b, b'-', c, d] if [a, b, c, d].iter().all(|letter| letter.is_ascii_alphabetic())
        );
        is_language.then(|| Span::new(start, start + 6))
    })
}

/// A finding on a language in a link.
pub(crate) fn finding(cx: &Context<'_>, span: Span) -> Diagnostic {
    let language = &cx.source().slice(span)[1..];
    let message = format!("This link has the fixed language `{language}`");
    let fix = Fix::safe("Remove the language from the link", [Edit::delete(span)]);
    LocaleLink::at(span, message).help("Without it, the site uses the reader's language.").fix(fix)
}

/// Whether a text begins with a site's name, in any case.
fn begins_with(text: &str, site: &str) -> bool {
    text.get(..site.len()).is_some_and(|part| part.eq_ignore_ascii_case(site))
}
