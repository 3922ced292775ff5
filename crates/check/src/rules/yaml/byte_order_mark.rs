//! `byte-order-mark`

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{BOM, Span};

declare_rule! {
    /// A byte order mark at the start of the file.
    ///
    /// ## Why is this bad?
    ///
    /// UTF-8 does not need one, and some YAML parsers reject the file or read the mark as part of the first key.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// ﻿id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// The mark is not part of the content.
    ///
    /// ## References
    ///
    /// - <https://yaml.org/spec/1.2.2/#52-character-encodings>
    pub(crate) ByteOrderMark {
        id: "byte-order-mark",
        group: Yaml,
        severity: Info,
        fix: Always Safe,
        since: "0.1.0",
    }
}

impl Rule for ByteOrderMark {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if cx.source().has_bom() {
            let span = Span::new(0, BOM.len_utf8());
            let fix = Fix::safe("Remove the byte order mark", [Edit::delete(span)]);
            out.push(Self::at(span, "The file starts with a byte order mark").fix(fix));
        }
    }
}
