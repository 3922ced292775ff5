//! `multiple-documents`

use crate::diagnostic::Diagnostic;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// More than one YAML document in a file.
    ///
    /// ## Why is this bad?
    ///
    /// A file contains one template. Anything after `---` is ignored, or makes tools reject the file.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ---
    /// id: 7d0c9b2e-55a0-4d2b-8a54-1f2f1f0a9c33
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
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#92-streams>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.script/yamlFileValidator.ts>
    pub(crate) MultipleDocuments {
        id: "multiple-documents",
        group: Yaml,
        severity: Error,
        blocks: Convert,
        gate: "yaml-syntax-validation",
        since: "0.1.0",
    }
}

impl Rule for MultipleDocuments {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if let Some(span) = cx.content.document.extra_documents.first() {
            let message = "A second document starts here, but a file can only contain one";
            out.push(Self::at(*span, message).help("Move it to a separate file, or delete the `---`."));
        }
    }
}
