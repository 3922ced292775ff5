//! `sentlint new`: a valid file to start from.

use uuid::Uuid;

use super::args::{New, NewKind};
use super::{Error, Outcome, files, print, results};

pub(super) fn run(options: &New) -> Result<Outcome, Error> {
    let name = options.name.as_deref().unwrap_or("Remote management tool reached its relay");
    let text = scaffold(options.kind, name, Uuid::new_v4());
    let Some(path) = &options.output else {
        results(&text)?;
        return Ok(Outcome::Clean);
    };
    if path.exists() && !options.force {
        let message = format!("`{}` exists; --force overwrites it", path.display());
        return Err(Error::Usage(message));
    }
    files::write(path, &text)?;
    print::note(&format!("Wrote {}.", path.display()));
    Ok(Outcome::Clean)
}

fn scaffold(kind: NewKind, name: &str, id: Uuid) -> String {
    let name = crate::yaml::edit::quote_if_needed(name);
    let head = format!(
        "id: {id}\nname: {name}\ndescription: |\n  Identifies hosts from which a remote management tool reached its relay.\n"
    );
    let connectors = "requiredDataConnectors:\n  - connectorId: MicrosoftThreatProtection\n    dataTypes:\n      - DeviceNetworkEvents\n";
    let attack = "tactics:\n  - CommandAndControl\nrelevantTechniques:\n  - T1219\n";
    let filter = |window: &str| {
        format!(
            "query: |\n  DeviceNetworkEvents\n{window}  | where RemoteUrl has \"relay.example\"\n  | project TimeGenerated, \
             DeviceName, RemoteIP, RemoteUrl\n"
        )
    };
    let entities = "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - identifier: FullName\n        columnName: \
                    DeviceName\n  - entityType: IP\n    fieldMappings:\n      - identifier: Address\n        columnName: \
                    RemoteIP\n";
    let window = "  | where TimeGenerated > ago(7d)\n";
    match kind {
        NewKind::ScheduledRule => format!(
            "{head}severity: Medium\nstatus: Available\n{connectors}queryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: \
             gt\ntriggerThreshold: 0\n{attack}{}{entities}version: 1.0.0\nkind: Scheduled\n",
            filter("")
        ),
        NewKind::NrtRule => format!(
            "{head}severity: Medium\nstatus: Available\n{connectors}{attack}{}{entities}version: 1.0.0\nkind: NRT\n",
            filter("")
        ),
        NewKind::HuntingQuery => {
            format!("{head}{connectors}{attack}{}{entities}version: 1.0.0\n", filter(window))
        }
    }
}
