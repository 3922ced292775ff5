//! `branding`

use crate::content::Template;
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::ScalarMap;

declare_rule! {
    /// The product name without "Microsoft".
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks of packaged solutions require "Microsoft Sentinel", not "Sentinel" or "Azure Sentinel". A
    /// description is included in the package unchanged.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies changes of Azure Sentinel analytic rules.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies changes of Microsoft Sentinel analytic rules.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Only the name in the description changes.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/SolutionValidations/validMSBranding.ts>
    pub(crate) Branding {
        id: "branding",
        group: Metadata,
        severity: Info,
        pedantic: true,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for Branding {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let Some(description) = template.common().description else { return };
        let Some(map) = ScalarMap::new(cx.source(), description.node) else { return };
        let text = description.value;
        for (at, word) in text.match_indices("Sentinel") {
            // The word stands alone, as upstream's check sees words: between blanks.
            let after = text[at + word.len()..].chars().next();
            let before = text[..at].trim_end();
            let begins = before.len() < at || at == 0;
            if !begins || after.is_some_and(|c| !c.is_whitespace()) || before.ends_with("Microsoft") {
                continue;
            }
            let azure = before.ends_with("Azure") && !before.ends_with("Microsoft Azure");
            let start = if azure { before.len() - "Azure".len() } else { at };
            let span = Span::new(start, at + word.len());
            let name = &text[start..at + word.len()];
            let fix = map
                .edit(span, "Microsoft Sentinel")
                .and_then(|edit| Fix::safe("Replace with `Microsoft Sentinel`", [edit]));
            let message = format!(
                "The product name is Microsoft Sentinel, not {}",
                name.split_whitespace().collect::<Vec<_>>().join(" ")
            );
            out.push(Self::at(map.span(span), message).fix(fix));
        }
    }
}
