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
        let message = format!("`{}` already exists; use --force to overwrite it", path.display());
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
        return Err(Error::Usage(format!("`{FILE_NAME}` already exists; edit it, or delete it first")));
    }
    files::write(path, CONFIGURATION)?;
    print::note(&format!("Wrote {FILE_NAME}."));
    Ok(Outcome::Clean)
}

/// The configuration that `sentlint init` writes: the defaults, explained.
const CONFIGURATION: &str = "\
# The configuration of sentlint for this folder and its subfolders.
# https://github.com/sentlint/sentlint/blob/main/docs/configuration.md explains every setting.

[check]
# recommended: rules for any team; azure-sentinel: what the gates of Azure/Azure-Sentinel check;
# pedantic: all rules.
profile = \"recommended\"
# Exit with 1 if there are findings of this severity or higher: error, warning, info or never.
fail-on = \"error\"
# Rules or groups; `sentlint rules` lists them.
extend-select = []
ignore = []
# Files to skip, in .gitignore syntax.
exclude = []

# Different settings for some files:
# [check.per-path.\"archive/\"]
# ignore = [\"query\"]

[knowledge]
# Your own connector ids and watchlists.
connectors = []
watchlists = []
# Files or folders with schemas of your own tables and functions.
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
