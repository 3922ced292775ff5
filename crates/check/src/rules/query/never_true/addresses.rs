//! Addresses that do not exist: in comparisons of columns that hold addresses, and in the functions that take them.

use std::cell::OnceCell;
use std::net::Ipv6Addr;

use super::NeverTrue;
use crate::content::{Query, Word};
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, StringTest};
use crate::kql::view::LetValues;
use crate::kql::{Parse, TokenKind};
use crate::rules::Context;
use crate::rules::query::tree::{for_each_expr, source_text};

pub(super) fn check<'q>(
    cx: &Context<'_>,
    query: &'q Query<'_>,
    tree: &'q Parse,
    tell: &mut dyn FnMut(Diagnostic),
) {
    if !may_concern(query, tree) {
        return;
    }
    let lets: OnceCell<LetValues<'q>> = OnceCell::new();
    let lets = || lets.get_or_init(|| tree.let_values(cx.meaning(query)));
    for_each_expr(tree, |expr| {
        let (values, takes, negated): (Vec<&Expr>, Takes, bool) = match &expr.kind {
            ExprKind::Binary { op, left, right, .. } if holds_addresses(left) => {
                let negated = match op {
                    BinaryOp::Equal => false,
                    BinaryOp::NotEqual => true,
                    BinaryOp::String(op) if !matches!(op.test, StringTest::Regex | StringTest::Like) => {
                        op.negated
                    }
                    _ => return,
                };
                (vec![right], Takes::Address, negated)
            }
            ExprKind::InList { op, left, items, .. } if holds_addresses(left) => {
                (items.iter().collect(), Takes::Address, op.negated())
            }
            ExprKind::Call { name, args } => match takes(&name.text) {
                Some(takes) => (args.iter().collect(), takes, false),
                None => return,
            },
            _ => return,
        };
        for item in values {
            for value in lets().items(item) {
                let Some(text) = lets().text(value) else { continue };
                let Some(why) = wrong(&text.value, takes) else { continue };
                let outcome = match (takes, negated) {
                    (Takes::Address, true) => ", so this comparison is always true",
                    (Takes::Address, false) => ", so this comparison is never true",
                    _ => ", so the function returns null",
                };
                let mut found =
                    NeverTrue::at(query.span(text.written.span), format!("`{}` {why}{outcome}", text.value));
                if !item.span.contains(text.written.span) {
                    found = found.label(query.span(item.span), "compared here");
                }
                tell(found.help("Use a valid address."));
            }
        }
    });
}

/// Whether a query has a function that takes addresses, or a string that looks like one.
fn may_concern(query: &Query<'_>, tree: &Parse) -> bool {
    let address = |text: &str| {
        let text = text.trim_start_matches(['@', 'h', 'H', '"', '\'']).trim_start();
        text.starts_with(|c: char| c.is_ascii_digit()) && text.matches('.').count() >= 3
    };
    query.may_have(&[Word::Ipv4, Word::Ipv6])
        || tree
            .tokens
            .iter()
            .any(|token| token.kind == TokenKind::StringLiteral && address(source_text(query, token.span)))
}

/// What is asked of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// An address of either version, without a prefix, as a column holds it.
    Address,
    /// An IPv4 address, with a prefix or without.
    Four,
    /// An address of either version, with a prefix or without.
    Six,
}

/// What the arguments of a function have to be, where they are addresses.
fn takes(function: &str) -> Option<Takes> {
    Some(match function {
        "ipv4_is_match"
        | "ipv4_is_in_range"
        | "ipv4_is_in_any_range"
        | "ipv4_is_private"
        | "ipv4_compare"
        | "ipv4_netmask_suffix"
        | "ipv4_range_to_cidr_list"
        | "parse_ipv4"
        | "parse_ipv4_mask"
        | "has_ipv4"
        | "has_any_ipv4" => Takes::Four,
        "ipv6_is_match"
        | "ipv6_is_in_range"
        | "ipv6_is_in_any_range"
        | "ipv6_compare"
        | "parse_ipv6"
        | "parse_ipv6_mask" => Takes::Six,
        _ => return None,
    })
}

/// What is wrong with an address, where it is sure to be one and to be wrong.
fn wrong(text: &str, takes: Takes) -> Option<String> {
    let text = text.trim();
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let parts: Vec<&str> = address.split('.').collect();
    let four = parts.len() == 4
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if four && parts.iter().any(|part| part.parse::<u32>().map_or(true, |number| number > 255)) {
        return Some("is not an IP address: each part must be at most 255".to_owned());
    }
    let six = address.contains(':') && address.parse::<Ipv6Addr>().is_ok();
    let bits = prefix.and_then(|prefix| prefix.parse::<u32>().ok());
    match takes {
        Takes::Four if six => Some("is an IPv6 address, but the function expects IPv4".to_owned()),
        Takes::Four if four && bits.is_some_and(|bits| bits > 32) => {
            Some("is not an IPv4 range: a prefix can have at most 32 bits".to_owned())
        }
        Takes::Six if (four || six) && bits.is_some_and(|bits| bits > 128) => {
            Some("is not an IPv6 range: a prefix can have at most 128 bits".to_owned())
        }
        _ => None,
    }
}

/// Whether an expression is a column that holds addresses, as far as its name tells.
fn holds_addresses(expr: &Expr) -> bool {
    let name = match &expr.inner().kind {
        ExprKind::Name(name) => &name.text,
        ExprKind::Path { member, .. } => match &member.kind {
            ExprKind::Name(name) => &name.text,
            _ => return false,
        },
        ExprKind::Call { name, args } if matches!(&*name.text, "tostring" | "tolower" | "trim") => {
            return args.last().is_some_and(holds_addresses);
        }
        _ => return false,
    };
    is_address_name(name)
}

/// Whether a name says that it holds an address: `SrcIpAddr`, `ClientIP`, `c_ip`, `ipAddress_s`, `clientip`.
fn is_address_name(name: &str) -> bool {
    const BEFORE: [&str; 14] = [
        "",
        "client",
        "source",
        "src",
        "dest",
        "destination",
        "dst",
        "remote",
        "local",
        "server",
        "host",
        "device",
        "caller",
        "public",
    ];
    const AFTER: [&str; 6] = ["", "addr", "address", "v4", "v4address", "s"];
    // `IPv4` and `IPs` are words, though a small letter follows two capital ones.
    let name = name.replace("IPv", "Ipv").replace("IPs", "Ips");
    let words = words(&name);
    words.iter().any(|word| {
        let lower = word.to_ascii_lowercase();
        lower
            .match_indices("ip")
            .any(|(at, _)| BEFORE.contains(&&lower[..at]) && AFTER.contains(&&lower[at + 2..]))
    }) && !words.iter().any(|word| {
        ["range", "prefix", "subnet", "cidr", "version", "count", "type"]
            .iter()
            .any(|other| word.eq_ignore_ascii_case(other))
    })
}

/// The words of a name, as underscores and capital letters part them: `SrcIpAddr`, `IPAddress`.
fn words(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    for at in 1..=bytes.len() {
        let breaks = match bytes.get(at) {
            None => true,
            Some(next) => {
                let (before, upper) = (bytes[at - 1], next.is_ascii_uppercase());
                let begins_word = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
                *next == b'_' || before == b'_' || (upper && (!before.is_ascii_uppercase() || begins_word))
            }
        };
        if breaks {
            if let Some(word) = name.get(start..at).filter(|word| *word != "_") {
                found.push(word);
            }
            start = at;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::is_address_name;

    #[test]
    fn names_of_addresses() {
        for name in [
            "IPAddress",
            "SrcIpAddr",
            "ClientIP",
            "c_ip",
            "clientip",
            "CallerIpAddress",
            "RemoteIP",
            "ipAddress_s",
            "IPv4",
            "DstIpAddr",
            "DeviceIP",
            "ClientIPAddress",
            "sourceIPAddress_s",
            "PublicIPs",
            "IP",
        ] {
            assert!(is_address_name(name), "{name}");
        }
        for name in [
            "Description",
            "ScriptBlock",
            "Recipient",
            "IpRange",
            "IPVersion",
            "Membership",
            "AppVersion",
            "Zip",
            "TipId",
        ] {
            assert!(!is_address_name(name), "{name}");
        }
    }
}
