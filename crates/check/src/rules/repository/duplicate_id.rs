//! `duplicate-id`

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::content::Kind;
use crate::diagnostic::{Edit, Fix};
use crate::rules::{RepositoryFile, RepositoryFindings, Rule, Settings, declare_rule};

declare_rule! {
    /// The same id in two files.
    ///
    /// ## Why is this bad?
    ///
    /// The id identifies the resource in the workspace: if both are deployed, the second template overwrites the first.
    /// This also applies to a hunting query and a rule with the same id.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid,a.yaml+b.yaml
    /// # a.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// # b.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Hosts that reached a relay
    /// description: Identifies hosts from which a relay of a remote management tool was reached.
    /// query: DeviceNetworkEvents | where RemoteUrl endswith "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid,a.yaml+b.yaml
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The second file gets an id derived from the old one and its path. The fix is unsafe because deployed content is
    /// identified by its id.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) DuplicateId {
        id: "duplicate-id",
        group: Repository,
        severity: Error,
        fix: Sometimes Unsafe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

const NAMESPACE: Uuid = Uuid::from_u128(0x1f8e_5a37_92c4_4d06_b1a5_70e3_94d2_6c18);

impl Rule for DuplicateId {
    fn check_repository(&self, files: &[RepositoryFile], _: &Settings, out: &mut RepositoryFindings) {
        let files: Vec<_> = files.iter().enumerate().collect();
        report(&files, str::to_ascii_lowercase, out);
    }
}

/// Reports the ids that an earlier one of these files has, where ids are the same that have the same key.
pub(in crate::rules) fn report(
    files: &[(usize, &RepositoryFile)],
    key: impl Fn(&str) -> String,
    out: &mut RepositoryFindings,
) {
    let mut seen: BTreeMap<String, &RepositoryFile> = BTreeMap::new();
    for (index, file) in files {
        let Some((id, span)) = &file.id else { continue };
        // Stubs keep the id of what moved away.
        let counts =
            matches!(file.kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule | Kind::OtherRule)
                || file.kind == Kind::CustomDetection;
        if id.is_empty() || !counts {
            continue;
        }
        let key = key(id);
        let Some(first) = seen.get(&key) else {
            seen.insert(key, file);
            continue;
        };
        let Some((_, place)) = &first.id else { continue };
        let message = format!("The id `{id}` is also used by {}", first.source.path());
        let fresh = Uuid::new_v5(&NAMESPACE, format!("{id}\n{}", file.source.path()).as_bytes());
        let finding = DuplicateId::at(*span, message).label_in(&first.source, *place, "first used here");
        // The place of a detection's id may have quotes around it.
        let edit = (file.kind != Kind::CustomDetection).then(|| vec![Edit::new(*span, fresh.to_string())]);
        let fix = edit.and_then(|edit| Fix::r#unsafe(format!("Replace with {fresh}"), edit));
        let help = "Give one of them a new id; `sentlint new` generates one. If they are copies of the same template, \
                    keep only one.";
        out.push((*index, finding.help(help).fix(fix)));
    }
}
