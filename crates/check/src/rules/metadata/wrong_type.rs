//! `wrong-type`

use crate::content::fields::Owner;
use crate::content::schema::{Fault, Violation};
use crate::content::{Folder, Kind, Template};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::detection::structure;
use crate::rules::metadata::types::{advice, found, noun};
use crate::rules::schema_violations::owning_rule;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::slip_of;
use crate::source::{Span, capitalized};
use crate::yaml::pointer::readable;
use crate::yaml::{Node, Value};

declare_rule! {
    /// A value of the wrong type.
    ///
    /// ## Why is this bad?
    ///
    /// With a string instead of a list, a list instead of a mapping, or a number instead of a Boolean, Sentinel rejects
    /// the template or misinterprets it. This rule also reports everything that the JSON Schema of the kind forbids and
    /// no other rule covers.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// requiredDataConnectors:
    ///   - MicrosoftThreatProtection
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// requiredDataConnectors:
    ///   - connectorId: MicrosoftThreatProtection
    ///     dataTypes:
    ///       - DeviceNetworkEvents
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Adding or removing quotes is safe. Inserting the dash that turns a mapping into a list item is unsafe.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) WrongType {
        id: "wrong-type",
        group: Metadata,
        severity: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for WrongType {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let meant =
            matches!(cx.content.folder, Folder::Rules | Folder::Hunting) || cx.content.holds_several();
        let readable = cx.content.document.errors.is_empty() && cx.source().wide_encoding().is_none();
        if cx.kind() == Kind::Unknown && meant && readable {
            out.extend(no_mapping(cx.content.root()));
        }
        for fault in structure::faults(cx) {
            let structure::Fault::WrongType { path, node, wanted } = fault else { continue };
            let what = if node.is_null() {
                "null, which the service refuses".to_owned()
            } else {
                found(node).to_owned()
            };
            let message = format!("`{path}` must be {wanted}, not {what}");
            let (help, fix) = if node.is_null() {
                ("Leave it out, or give it a value.".to_owned(), None)
            } else {
                structure::advice(cx, &path, node)
            };
            out.push(Self::at(node.span, message).help(help).fix(fix));
        }
    }

    fn check_template(&self, cx: &Context<'_>, _: &Template<'_>, out: &mut Vec<Diagnostic>) {
        for violation in
            cx.violations.iter().filter(|violation| owning_rule(cx, violation) == Owner::WrongType)
        {
            let node = cx.content.root().and_then(|root| root.pointer(&violation.pointer));
            let (message, help, fix) = words(cx, violation, node);
            let finding = Self::at(violation.span, message).help(help).path(violation.pointer.clone());
            out.push(finding.fix(fix));
        }
    }
}

/// What a file holds in place of the mapping that content is.
fn no_mapping(root: Option<&Node>) -> Option<Diagnostic> {
    let help = "Content must be a mapping with top-level keys.";
    let Some(root) = root else {
        return Some(WrongType::at(Span::default(), "The file is empty").help(help));
    };
    match &root.value {
        Value::Mapping(_) => None,
        Value::Sequence(_) => {
            let start = Span::new(root.span.start as usize, root.span.start as usize + 1);
            let help = "Put each query or rule in a separate file, with top-level keys.";
            Some(WrongType::at(start, "The file is a list, but must be a mapping").help(help))
        }
        _ => {
            let message = format!("The file is {}, but must be a mapping", found(root));
            Some(WrongType::at(root.span, message).help(help))
        }
    }
}

fn words(cx: &Context<'_>, violation: &Violation, node: Option<&Node>) -> (String, String, Option<Fix>) {
    let place = match violation.pointer.as_str() {
        "" => "the document".to_owned(),
        pointer => format!("`{}`", readable(pointer)),
    };
    let text = node.and_then(Node::as_str).unwrap_or_default();
    let (message, help) = match &violation.fault {
        Fault::Type { expected } => {
            let wanted: Vec<&str> =
                expected.iter().map(String::as_str).filter(|name| *name != "null").map(noun).collect();
            let found = node.map_or("a different type", found);
            let message = format!("{} must be {}, not {found}", capitalized(&place), wanted.join(" or "));
            let (help, fix) = advice(cx, &violation.pointer, expected, node);
            return (message, help, fix);
        }
        Fault::NotOneOf { options } => {
            let near = slip_of(text, options.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("The valid values are {}.", options.join(", ")),
            };
            (format!("`{text}` is not a valid value for {}", capitalized(&place)), help)
        }
        Fault::TooLong(most) => {
            (format!("{} has more than {most} characters", capitalized(&place)), "Shorten it.".into())
        }
        Fault::TooShort(_) => {
            (format!("{} is empty", capitalized(&place)), "Give it a value, or leave the key out.".into())
        }
        Fault::TooMany(most) => {
            (format!("{} has more than {most} items", capitalized(&place)), "Remove some of them.".into())
        }
        Fault::TooFew(least) => {
            (format!("{} needs at least {least} items", capitalized(&place)), "Add the missing items.".into())
        }
        Fault::TooSmall(least) => {
            (format!("{} is less than {least}", capitalized(&place)), format!("Use {least} or more."))
        }
        Fault::TooLarge(most) => {
            (format!("{} is greater than {most}", capitalized(&place)), format!("Use {most} or less."))
        }
        _ => {
            let message = format!("`{text}` is not a valid value for {}", capitalized(&place));
            (message, "`sentlint schema` shows the valid values.".into())
        }
    };
    (message, help, None)
}
