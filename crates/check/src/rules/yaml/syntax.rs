//! `yaml-syntax`

use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{Span, capitalized};
use crate::yaml::YamlError;

declare_rule! {
    /// A file that is not valid YAML.
    ///
    /// ## Why is this bad?
    ///
    /// No tool can read the file: not Sentinel, not upstream's checks, not a converter. sentlint recovers from errors,
    /// so that each one is reported at its own line and the other keys are still checked.
    ///
    /// Common mistakes are named and have a fix: a key at the indentation of a list's dash, a tab, an unclosed quote, a
    /// colon in a plain value.
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
    /// The fix is a guess at what was meant, so it is unsafe.
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
            let message = format!("The file is encoded in {name}, but content must be UTF-8");
            out.push(
                Self::at(start, message).help("Save the file as UTF-8; nothing else in it was checked."),
            );
            return;
        }
        if let Some(span) = cx.source().invalid_utf8().first() {
            let count = cx.source().invalid_utf8().len();
            let message = match count {
                1 => "This byte is not valid UTF-8".to_owned(),
                2 => "This byte and another one are not valid UTF-8".to_owned(),
                _ => format!("This byte and {} others are not valid UTF-8", count - 1),
            };
            out.push(
                Self::at(*span, message)
                    .help("Save the file as UTF-8; sentlint does not modify such a file."),
            );
        }
        // What stands in for a byte that is not a text is not what the author wrote.
        let is_real =
            |error: &&YamlError| !cx.source().invalid_utf8().iter().any(|bad| bad.contains(error.span));
        for error in cx.content.document.errors.iter().filter(is_real) {
            let mut finding = Self::at(error.span, capitalized(&error.message));
            finding.help = error.help.as_deref().map(|help| capitalized(help) + ".");
            for (span, message) in &error.labels {
                finding = finding.label(*span, message.clone());
            }
            let fix =
                error.fix.as_ref().and_then(|fix| Fix::r#unsafe(capitalized(&fix.title), fix.edits.clone()));
            out.push(finding.fix(fix));
        }
    }
}
