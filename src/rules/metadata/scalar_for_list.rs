//! `scalar-for-list`

use crate::content::{Folder, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::edit::scalar_to_list;

declare_rule! {
    /// One value where the format wants a list.
    ///
    /// ## Why is this bad?
    ///
    /// `tactics`, `relevantTechniques` and `dataTypes` are lists. Some readers take a lone value for a list
    /// of one, others refuse the file, and upstream's checks do.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: CommandAndControl
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics:
    ///   - CommandAndControl
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    pub(crate) ScalarForList {
        id: "scalar-for-list",
        group: Metadata,
        severity: Warning,
        fix: Safe,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for ScalarForList {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let common = template.common();
        let mut lists = vec![&common.tactics, &common.techniques];
        if cx.gates() {
            if cx.content.folder != Folder::Rules {
                return;
            }
        } else {
            lists.extend(common.connectors.iter().map(|connector| &connector.data_types));
        }
        for list in lists {
            let Some(field) = list.field else { continue };
            let Some(text) = field.text().filter(|text| !text.value.is_empty()) else { continue };
            let message = format!("`{}` is a list, and this is a single value", field.key);
            let fix = Fix::safe("Make it a list of one", scalar_to_list(cx.source(), field.entry));
            let help = format!("Write `{}` as an item below `{}:`.", text.value, field.key);
            out.push(Self::at(text.span(), message).help(help).fix(fix));
        }
    }
}
