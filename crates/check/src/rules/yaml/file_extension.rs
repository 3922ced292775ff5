//! `file-extension`

use crate::content::{Folder, Kind, extension, is_yaml_file};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A template whose file extension is not `.yaml`.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks only open `*.yaml`, in lowercase: a rule in `a.yml` or `a.YAML` is never checked there, and
    /// other tools skip it as well.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,Hunting Queries/a.yml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid,Hunting Queries/a.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    pub(crate) FileExtension {
        id: "file-extension",
        group: Yaml,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for FileExtension {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let path = cx.source().path();
        let Some(extension) = extension(path).filter(|_| is_yaml_file(path)) else { return };
        if extension != "yaml" && cx.kind() != Kind::Unknown {
            let message = format!("Upstream's checks ignore files with the extension `.{extension}`");
            let at = cx.content.root().map_or(Span::default(), |_| cx.first_key());
            let finding = Self::at(at, message).help("Change the extension to `.yaml`.");
            // Elsewhere nobody but a contributor is concerned.
            let elsewhere = cx.content.folder == Folder::None;
            out.push(if elsewhere { finding.severity(Severity::Info) } else { finding });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::Profile;
    use crate::rules::testing::findings;

    #[test]
    fn the_folders_that_upstream_looks_into_make_it_matter() {
        let severity = |path: &str| {
            let found = findings("file-extension", path, "id: x\nname: n\nquery: T\n", Profile::Recommended);
            found.first().map(|finding| finding.severity)
        };
        assert_eq!(severity("Hunting Queries/a.yml"), Some(Severity::Warning));
        assert_eq!(severity("Detections/a.YAML"), Some(Severity::Warning));
        assert_eq!(severity("mine/a.yml"), Some(Severity::Info));
        assert_eq!(severity("Hunting Queries/a.yaml"), None);
    }
}
