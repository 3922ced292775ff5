//! `sentlint new`: a valid file to start from.

use std::path::Path;

use uuid::Uuid;

use super::args::{New, NewKind};
use super::write::is_special;
use super::{Error, Outcome, files, print, results};
use crate::config::FILE_NAME;

pub(super) fn run(options: &New) -> Result<Outcome, Error> {
    let name = options.name.as_deref().unwrap_or("Remote management tool reached its relay");
    let text = scaffold(options.kind, name, Uuid::new_v4());
    let Some(path) = options.output.as_ref().filter(|path| path.as_os_str() != "-") else {
        results(&text)?;
        return Ok(Outcome::Clean);
    };
    if path.exists() && !is_special(path) && !options.force {
        let message = format!("`{}` exists; --force overwrites it", path.display());
        return Err(Error::Usage(message));
    }
    files::write(path, &text)?;
    print::note(&format!("Wrote {}.", path.display()));
    Ok(Outcome::Clean)
}

/// `sentlint init`: a configuration to start from.
pub(super) fn init() -> Result<Outcome, Error> {
    let path = Path::new(FILE_NAME);
    if path.exists() {
        return Err(Error::Usage(format!("`{FILE_NAME}` exists already; change it, or delete it first")));
    }
    files::write(path, CONFIGURATION)?;
    print::note(&format!("Wrote {FILE_NAME}."));
    Ok(Outcome::Clean)
}

/// The configuration that `sentlint init` writes: the defaults, explained.
const CONFIGURATION: &str = "\
# The configuration of sentlint. It holds for this folder and those below it.
# https://github.com/sentlint/sentlint/blob/main/docs/configuration.md explains every setting.

[check]
# recommended: what any team wants to know; azure-sentinel: what the gates of Azure/Azure-Sentinel check;
# pedantic: everything.
profile = \"recommended\"
# The severity from which findings make the exit code 1: error, warning, info or never.
fail-on = \"error\"
# Rules or groups of rules; `sentlint rules` lists them.
extend-select = []
ignore = []
# Files that are left out, in the syntax of .gitignore.
exclude = []

# Other settings for some files:
# [check.per-path.\"archive/\"]
# ignore = [\"query\"]

[knowledge]
# Connector ids and watchlists of your own.
connectors = []
watchlists = []
# Files or folders with the schemas of your own tables and functions.
tables = []
functions = []
";

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
