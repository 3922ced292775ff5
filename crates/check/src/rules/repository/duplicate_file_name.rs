//! `duplicate-file-name`

use std::collections::BTreeMap;

use crate::rules::{RepositoryFile, RepositoryFindings, Rule, Settings, declare_rule};

declare_rule! {
    /// Two analytic rules with the same file name.
    ///
    /// ## Why is this bad?
    ///
    /// Upstream's checks look up rules by file name only and fail for the second one, even in a different folder.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,x/a.yaml+y/a.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid,x/a.yaml+y/a.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// severity: Medium
    /// requiredDataConnectors: []
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// version: 1.0.0
    /// kind: Scheduled
    /// ```
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) DuplicateFileName {
        id: "duplicate-file-name",
        group: Repository,
        severity: Warning,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for DuplicateFileName {
    fn check_repository(&self, files: &[RepositoryFile], _: &Settings, out: &mut RepositoryFindings) {
        let rules: Vec<_> = files.iter().enumerate().filter(|(_, file)| file.kind.is_rule()).collect();
        report(&rules, out);
    }
}

/// Reports the names that an earlier one of these files has.
pub(in crate::rules) fn report(files: &[(usize, &RepositoryFile)], out: &mut RepositoryFindings) {
    let mut seen: BTreeMap<&str, &RepositoryFile> = BTreeMap::new();
    for (index, file) in files {
        let name = file.source.path().rsplit('/').next().unwrap_or_default();
        let Some(first) = seen.get(name) else {
            seen.insert(name, file);
            continue;
        };
        let message = format!("{} has the same file name `{name}`", first.source.path());
        let finding = DuplicateFileName::at(file.first_key, message);
        let finding = finding.label_in(&first.source, first.first_key, "the other rule");
        out.push((*index, finding.help("Rename one of the files.")));
    }
}
