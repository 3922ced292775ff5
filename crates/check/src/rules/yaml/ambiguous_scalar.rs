//! `ambiguous-scalar`

use crate::content::Template;
use crate::content::schema::Fault;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;
use crate::yaml::{Node, ScalarStyle, Value};

declare_rule! {
    /// A plain value that YAML 1.1 and 1.2 parsers interpret differently.
    ///
    /// ## Why is this bad?
    ///
    /// `yes` is a string to one parser and `true` to another, `010` is ten or eight, `1:00:00` is a string or 3600.
    /// Tools written in Python or PowerShell use YAML 1.1, others YAML 1.2.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// tags:
    ///   - on
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// tags:
    ///   - "on"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Values that are strings in YAML 1.2 are quoted; there is no fix for numbers.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#103-core-schema>
    pub(crate) AmbiguousScalar {
        id: "ambiguous-scalar",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for AmbiguousScalar {
    fn check_template(&self, cx: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        visit(cx, template.common().node, out);
    }
}

/// The tree's depth is limited by the reader, so recursion is safe.
fn visit(cx: &Context<'_>, node: &Node, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Mapping(map) => map.entries.iter().for_each(|entry| visit(cx, &entry.value, out)),
        Value::Sequence(list) => list.items.iter().for_each(|item| visit(cx, item, out)),
        Value::Scalar(scalar) if scalar.style == ScalarStyle::Plain && node.tag.is_none() => {
            // Where a Boolean or a number belongs, the rule for its key says so.
            let told = || wants(cx, node.span, "boolean") || wants(cx, node.span, "integer");
            if let Some((old, new)) = readings(&scalar.text).filter(|_| !told()) {
                let text = &scalar.text;
                let message = format!("`{text}` is {old} in YAML 1.1 and {new} in YAML 1.2");
                let clear = format!("\"{text}\"");
                let fix = Fix::safe(format!("Replace with `{clear}`"), [Edit::new(node.span, clear)]);
                let finding = AmbiguousScalar::at(node.span, message);
                // Quoting keeps the meaning only where the newer reader sees a text already.
                let text_already = new == "a string";
                let help = "Put it in quotes, or write it unambiguously.";
                out.push(finding.help(help).fix(fix.filter(|_| text_already)));
            }
        }
        _ => {}
    }
}

/// Whether a value of another type belongs at a place.
fn wants(cx: &Context<'_>, span: Span, json_type: &str) -> bool {
    cx.violations.iter().any(|violation| {
        let Fault::Type { expected } = &violation.fault else { return false };
        violation.span == span && expected.iter().any(|one| one == json_type)
    })
}

/// How the two versions read a plain scalar, where they differ.
fn readings(text: &str) -> Option<(&'static str, &'static str)> {
    let words = ["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"];
    if words.contains(&text) {
        return Some(("a Boolean", "a string"));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let all = |allowed: &str| digits.chars().all(|c| allowed.contains(c));
    if digits.len() > 1 && digits.starts_with('0') && all("01234567") {
        return Some(("an octal number", "a decimal number"));
    }
    if digits.contains('_') && all("0123456789_") && digits.chars().any(|c| c.is_ascii_digit()) {
        return Some(("a number", "a string"));
    }
    let sixty = digits.contains(':')
        && all("0123456789:")
        && digits
            .split(':')
            .skip(1)
            .all(|part| (1..=2).contains(&part.len()) && part.parse::<u32>().is_ok_and(|number| number < 60));
    sixty.then_some(("a sexagesimal number", "a string"))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Safe;
    use crate::rules::testing::{fixes, messages};

    #[test]
    fn what_is_not_a_string_is_not_made_one() {
        let text = |line: &str| {
            format!(
                "id: x\nname: n\nkind: Scheduled\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\nquery: T\n{line}\n"
            )
        };
        let duration = (Safe, text("suppressionDuration: \"1:00:00\""));
        assert_eq!(fixes("ambiguous-scalar", "a.yaml", &text("suppressionDuration: 1:00:00")), [duration]);
        for (line, fixed) in [
            ("suppressionEnabled: yes", "suppressionEnabled: true"),
            ("suppressionEnabled: Off", "suppressionEnabled: false"),
        ] {
            assert_eq!(fixes("ambiguous-scalar", "a.yaml", &text(line)), []);
            assert_eq!(fixes("wrong-type", "a.yaml", &text(line)), [(Safe, text(fixed))]);
        }
        let threshold = text("triggerThreshold: 1_000");
        assert_eq!(messages("ambiguous-scalar", &threshold), [""; 0]);
        let fixed = [(Safe, text("triggerThreshold: 1000"))];
        assert_eq!(fixes("invalid-trigger-threshold", "a.yaml", &threshold), fixed);
    }
}
