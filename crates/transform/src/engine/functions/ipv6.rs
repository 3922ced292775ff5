//! IPv6 addresses and their ranges.

use std::net::Ipv6Addr;

use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::networks::Family;
use super::{long, text};

pub(crate) const IPV6: Family = Family { width: 128, read: network };

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "parse_ipv6" => |_, args| {
            Ok(Value::str(
                &network(&text(args, 0)).map(|(ip, bits)| written(IPV6.masked(ip, bits))).unwrap_or_default(),
            ))
        },
        "parse_ipv6_mask" => |_, args| {
            let bits = long(args, 1).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 128);
            let found = network(&text(args, 0))
                .zip(bits)
                .map(|((ip, own), bits)| written(IPV6.masked(ip, bits.min(own))));
            Ok(Value::str(&found.unwrap_or_default()))
        },
        "ipv6_compare" => |_, args| IPV6.compare(args),
        "ipv6_is_match" => |_, args| IPV6.is_match(args),
        "ipv6_is_in_range" => |_, args| IPV6.is_in_range(args),
        "ipv6_is_in_any_range" => |_, args| IPV6.is_in_any_range(args),
        _ => return None,
    })
}

/// An address with the length of its prefix; one of IPv4 as IPv6 maps it.
fn network(text: &str) -> Option<(u128, u32)> {
    let text = text.trim();
    let (ip, bits) = match text.split_once('/') {
        Some((ip, bits)) => (ip, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    // Where an address of IPv4 stands after `::`, the service takes it for the one that `::ffff:` maps.
    let plain = ip.strip_prefix("::").unwrap_or(ip);
    if let Some((v4, _)) = super::ipv4::network(plain).filter(|_| plain.contains('.')) {
        let bits = bits.unwrap_or(32);
        return (bits <= 32).then(|| (0xFFFF_0000_0000 | u128::from(v4), bits + 96));
    }
    let ip: Ipv6Addr = ip.parse().ok()?;
    let bits = bits.unwrap_or(128);
    (bits <= 128).then(|| (u128::from(ip), bits))
}

/// All digits of an address.
fn written(ip: u128) -> String {
    let parts: Vec<String> = (0..8).rev().map(|at| format!("{:04x}", ip >> (at * 16) & 0xFFFF)).collect();
    parts.join(":")
}
