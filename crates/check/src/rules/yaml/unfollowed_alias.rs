//! `unfollowed-alias`

use rustc_hash::FxHashMap;

use crate::content::aliases::{Alias, MERGE, holds_alias};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::yaml::pointer::readable;
use crate::yaml::{Node, Value};

declare_rule! {
    /// A value that is a YAML alias.
    ///
    /// ## Why is this bad?
    ///
    /// sentlint does not resolve aliases, so it can neither check nor convert such a value. Aliases also make the file
    /// harder to read.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: &name Remote tool reached the internet
    /// description: *name
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Remote tool reached the internet
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The alias is replaced with its value if that is on one line, which means the same.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#71-alias-nodes>
    pub(crate) UnfollowedAlias {
        id: "unfollowed-alias",
        group: Yaml,
        severity: Warning,
        fix: Sometimes Safe,
        since: "0.1.0",
    }
}

impl Rule for UnfollowedAlias {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        // The anchor of what is broken may stand in a part that could not be read.
        if !cx.content.document.errors.is_empty() {
            return;
        }
        // That nothing is merged, `unknown-key` says.
        let aliases = cx.content.aliases();
        let values = aliases.iter().filter(|alias| !alias.pointer.ends_with(MERGE));
        let mut anchors = Anchors::default();
        if let Some(root) = cx.content.root().filter(|_| !aliases.is_empty()) {
            anchors.collect(cx, root);
        }
        out.extend(values.map(|alias| finding(cx, alias, &anchors)));
    }
}

fn finding(cx: &Context<'_>, alias: &Alias<'_>, anchors: &Anchors<'_>) -> Diagnostic {
    let Alias { pointer, node, name } = alias;
    let message = format!("`{}` is the alias `*{name}`, which is not supported", readable(pointer));
    let finding = UnfollowedAlias::at(node.span, message)
        .help("Replace the alias with its value.")
        .path(pointer.clone());
    let Some(target) = anchors.before(name, node) else {
        return finding;
    };
    let is_short =
        |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(['\n', '\r', '&']);
    let text = Some(cx.source().slice(target.span)).filter(|text| is_short(text) && !holds_alias(target));
    let is_inline = match &target.value {
        Value::Scalar(scalar) => scalar.header.is_none(),
        Value::Sequence(list) => list.flow,
        Value::Mapping(map) => map.flow,
        Value::Alias(_) => false,
    };
    let fix = text
        .filter(|_| is_inline)
        .and_then(|text| Fix::safe("Replace the alias with its value", [Edit::new(node.span, text)]));
    let anchor = target.anchor.unwrap_or(target.span);
    finding.label(anchor, "its value is here").fix(fix)
}

/// How long a value may be that is written out for each of its aliases.
const LONGEST: usize = 500;

/// The values that have an anchor, by its name and in the order of the file.
#[derive(Default)]
struct Anchors<'a>(FxHashMap<&'a str, Vec<&'a Node>>);

impl<'a> Anchors<'a> {
    fn collect(&mut self, cx: &Context<'a>, node: &'a Node) {
        if let Some(anchor) = node.anchor {
            let name = cx.content.source.slice(anchor).trim_start_matches('&');
            self.0.entry(name).or_default().push(node);
        }
        match &node.value {
            Value::Sequence(list) => list.items.iter().for_each(|item| self.collect(cx, item)),
            Value::Mapping(map) => map.entries.iter().for_each(|entry| self.collect(cx, &entry.value)),
            _ => {}
        }
    }

    /// The last value above an alias that has its anchor.
    fn before(&self, name: &str, alias: &Node) -> Option<&'a Node> {
        let all = self.0.get(name)?;
        let end = all.partition_point(|node| node.span.start < alias.span.start);
        all.get(end.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Safe;
    use crate::rules::testing::{fixes, messages};

    const RULE: &str = "unfollowed-alias";

    #[test]
    fn what_is_not_read_is_said_so_and_written_out_where_it_is_short() {
        let text =
            "id: x\nname: &n 'a b'\nquery: T\nx-t: &t [Impact]\ndescription: *n\ntactics: *t\nother: *n\n";
        assert_eq!(
            messages(RULE, text),
            [
                "`description` is the alias `*n`, which is not supported",
                "`tactics` is the alias `*t`, which is not supported",
            ]
        );
        assert!(messages("missing-tactics", text).is_empty(), "it may name one");
        let fixed = [
            (Safe, text.replace("description: *n", "description: 'a b'")),
            (Safe, text.replace("tactics: *t", "tactics: [Impact]")),
        ];
        assert_eq!(fixes(RULE, "a.yaml", text), fixed);
    }

    #[test]
    fn what_holds_itself_or_several_lines_is_left_alone() {
        for lines in ["tactics: &a [*a]", "x: &b |\n  T\ndescription: *b", "x: &c\n  - Impact\ntactics: *c"] {
            let text = format!("id: x\nname: n\nquery: T\n{lines}\n");
            assert_eq!(messages(RULE, &text).len(), 1, "{lines}");
            assert!(fixes(RULE, "a.yaml", &text).is_empty(), "{lines}");
        }
    }
}
