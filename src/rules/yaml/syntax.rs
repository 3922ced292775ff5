//! `yaml-syntax`

use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{Span, capitalized};
use crate::yaml::YamlError;

declare_rule! {
    /// Text that is not YAML.
    ///
    /// ## Why is this bad?
    ///
    /// Nothing can read the file: neither Sentinel's tools nor the upstream repository's checks nor a
    /// converter. sentlint reads the file in pieces, so that each mistake is shown at its own line and
    /// the healthy keys are still checked.
    ///
    /// Where the slip is a common one, it is named and a mend is offered: a key that stands at the
    /// indentation of a list's dash, a tab, a quote that is never closed, a colon in a plain value.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started from a download folder
    /// description: Identifies a remote management tool that a user started right after its download.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///   dataTypes:
    ///     - DeviceProcessEvents
    /// query: DeviceProcessEvents | where FolderPath has "Downloads"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool started from a download folder
    /// description: Identifies a remote management tool that a user started right after its download.
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceProcessEvents
    /// query: DeviceProcessEvents | where FolderPath has "Downloads"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The mend is a guess at what was meant, so it is applied with `--unsafe-fixes` only.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/yamlFileValidator.ts>
    pub(crate) YamlSyntax {
        id: "yaml-syntax",
        group: Yaml,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "yaml-syntax-validation",
        since: "0.1.0",
    }
}

impl Rule for YamlSyntax {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if let Some(name) = cx.source().wide_encoding() {
            let start = Span::new(0, cx.source().text().len().min(2));
            let message = format!("The file is {name}, and content has to be UTF-8");
            out.push(
                Self::at(start, message).help("Save the file as UTF-8; nothing else in it was checked."),
            );
            return;
        }
        if let Some(span) = cx.source().invalid_utf8().first() {
            let count = cx.source().invalid_utf8().len();
            let message = match count {
                1 => "This byte is not UTF-8".to_owned(),
                2 => "This byte is not UTF-8, nor is another one".to_owned(),
                _ => format!("This byte is not UTF-8, nor are {} others", count - 1),
            };
            out.push(
                Self::at(*span, message).help("Save the file as UTF-8; sentlint will not write it as it is."),
            );
        }
        // What stands in for a byte that is no text is not what the author wrote.
        let is_real =
            |error: &&YamlError| !cx.source().invalid_utf8().iter().any(|bad| bad.contains(error.span));
        for error in cx.content.document.errors.iter().filter(is_real) {
            let mut finding = Self::at(error.span, capitalized(&error.message));
            finding.help = error.help.as_deref().map(|help| capitalized(help) + ".");
            for (span, message) in &error.labels {
                finding = finding.label(*span, message.clone());
            }
            let fix = error
                .mend
                .as_ref()
                .and_then(|mend| Fix::r#unsafe(capitalized(&mend.title), mend.edits.clone()));
            out.push(finding.fix(fix));
        }
    }
}
