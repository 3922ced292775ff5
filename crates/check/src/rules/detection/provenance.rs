//! `detection-provenance`

use std::collections::HashMap;
use std::sync::Arc;

use super::seen;
use crate::content::model::Text;
use crate::content::{Content, Form, Kind};
use crate::convert::detection::write::sha256;
use crate::diagnostic::{Diagnostic, Fix};
use crate::knowledge::defender;
use crate::rules::{Context, RepositoryFile, RepositoryFindings, Rule, Settings, declare_rule};
use crate::yaml::edit::replace_scalar;

declare_rule! {
    /// A detection that does not agree with the source that it names.
    ///
    /// ## Why is this bad?
    ///
    /// The YAML form of custom detections says which rule or query it was made from: its id is `xdr-` followed by the
    /// GUID of the source, and its version begins with 3. `querySha256` is the SHA-256 of the source's query: if the source
    /// is among the checked files and has another query now, the detection was not converted again.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// schemaVersion: 1.0.0
    /// version: 1.1.0
    /// kind: CustomDetection
    /// resourceType: Microsoft.Security/detectionRules
    /// apiVersion: 2026-06-01-preview
    /// contentProvenance:
    ///   source:
    ///     platform: Microsoft Sentinel
    ///     kind: AnalyticsRule
    ///     id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    ///     path: Analytic Rules/Relay.yaml
    /// properties:
    ///   id: xdr-2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    ///   displayName: Remote tool reached its relay
    ///   status: disabled
    ///   queryCondition:
    ///     queryText: |
    ///       DeviceNetworkEvents
    ///       | where RemoteUrl has "relay.example"
    ///       | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    ///   schedule:
    ///     frequency: PT1H
    ///   detectionAction:
    ///     alertTemplate:
    ///       title: Remote tool on {{DeviceName}}
    ///       description: A device reached the relay of a remote management tool.
    ///       severity: medium
    ///       tactics:
    ///         - tactic: CommandAndControl
    ///           techniques:
    ///             - technique: T1219
    ///       entityMappings:
    ///         hosts:
    ///           - deviceIdColumn: DeviceId
    ///             nameColumn: DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// schemaVersion: 1.0.0
    /// version: 3.1.0
    /// kind: CustomDetection
    /// resourceType: Microsoft.Security/detectionRules
    /// apiVersion: 2026-06-01-preview
    /// contentProvenance:
    ///   source:
    ///     platform: Microsoft Sentinel
    ///     kind: AnalyticsRule
    ///     id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    ///     path: Analytic Rules/Relay.yaml
    /// properties:
    ///   id: xdr-2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    ///   displayName: Remote tool reached its relay
    ///   status: disabled
    ///   queryCondition:
    ///     queryText: |
    ///       DeviceNetworkEvents
    ///       | where RemoteUrl has "relay.example"
    ///       | project Timestamp, DeviceId, ReportId, DeviceName, RemoteUrl
    ///   schedule:
    ///     frequency: PT1H
    ///   detectionAction:
    ///     alertTemplate:
    ///       title: Remote tool on {{DeviceName}}
    ///       description: A device reached the relay of a remote management tool.
    ///       severity: medium
    ///       tactics:
    ///         - tactic: CommandAndControl
    ///           techniques:
    ///             - technique: T1219
    ///       entityMappings:
    ///         hosts:
    ///           - deviceIdColumn: DeviceId
    ///             nameColumn: DeviceName
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The id is replaced by the one that follows from the source. The fix is unsafe because deployed detections are
    /// identified by their id.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/defender-xdr/custom-detection-rules>
    pub(crate) DetectionProvenance {
        id: "detection-provenance",
        group: Detection,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.2.0",
    }
}

impl Rule for DetectionProvenance {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for seen in seen(cx) {
            let Some(root) = cx.content.root().filter(|_| cx.content.form() == Some(Form::Yaml)) else {
                continue;
            };
            if let Some(version) = root.get("version").and_then(Text::of) {
                let parts: Vec<&str> = version.value.split('.').collect();
                let numbers = parts
                    .iter()
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
                if parts.len() != 3 || !numbers || parts[0] != "3" || parts[1] == "0" {
                    let message = format!("`{}` is not a version of a converted detection", version.value);
                    out.push(
                        Self::at(version.span(), message)
                            .help("Begin with 3.1.0, and increase it with each change."),
                    );
                }
            }
            let source = root
                .get("contentProvenance")
                .and_then(|provenance| Text::of(provenance.get("source")?.get("id")?));
            let (Some(source), Some(id)) = (source, seen.detection.id()) else { continue };
            let is_guid = uuid::Uuid::try_parse(source.value).is_ok() && source.value.len() == 36;
            let wanted = format!("xdr-{}", source.value);
            if is_guid && id.value != wanted && defender::is_id(id.value) {
                let message =
                    format!("The id should be `{wanted}`, from the source that `contentProvenance` names");
                let fix = Fix::r#unsafe(
                    format!("Replace with `{wanted}`"),
                    replace_scalar(cx.source(), id.node, &wanted),
                );
                out.push(Self::at(id.span(), message).help("Use that id, or correct the source.").fix(fix));
            }
        }
    }

    fn check_repository(&self, files: &[RepositoryFile], _: &Settings, out: &mut RepositoryFindings) {
        let is_source = |kind: Kind| matches!(kind, Kind::HuntingQuery | Kind::ScheduledRule | Kind::NrtRule);
        let mut sources: Option<HashMap<String, &RepositoryFile>> = None;
        for (index, file) in files.iter().enumerate() {
            let Some(made) = &file.made_from else { continue };
            let sources = sources.get_or_insert_with(|| {
                let all = files.iter().filter(|file| is_source(file.kind));
                all.filter_map(|file| Some((file.id.as_ref()?.0.trim().to_lowercase(), file))).collect()
            });
            let Some(source) = sources.get(&made.id.to_lowercase()) else { continue };
            let content = Content::read(Arc::clone(&source.source), source.source.path());
            let queries = content.queries();
            let Some(query) = queries.first() else { continue };
            // As the source's YAML reads, or without its last line end, as other tools take it.
            let same = |text: &str| sha256(text).eq_ignore_ascii_case(&made.sha256);
            if same(query.text) || same(query.text.trim_end_matches('\n')) {
                continue;
            }
            let message = format!(
                "The query of {} has changed since the detection was made from it",
                source.source.path()
            );
            let finding = Self::at(made.span, message).label_in(
                &source.source,
                query.first_line(),
                "this is the query now",
            );
            let help = "Convert it again with `sentlint convert --to detection --form yaml`.";
            out.push((index, finding.help(help)));
        }
    }
}
