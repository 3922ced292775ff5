//! IPv6 addresses and their ranges.

use std::net::Ipv6Addr;

use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::arrays::texts;
use super::{arg, long, or_null, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "parse_ipv6" => |_, args| {
            Ok(Value::str(
                &network(&text(args, 0)).map(|(ip, bits)| written(masked(ip, bits))).unwrap_or_default(),
            ))
        },
        "parse_ipv6_mask" => |_, args| {
            let bits = long(args, 1).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 128);
            let found =
                network(&text(args, 0)).zip(bits).map(|((ip, own), bits)| written(masked(ip, bits.min(own))));
            Ok(Value::str(&found.unwrap_or_default()))
        },
        "ipv6_compare" => |_, args| or_null(compared(args).map(Value::Long)),
        "ipv6_is_match" => |_, args| or_null(compared(args).map(|found| Value::Bool(found == 0))),
        "ipv6_is_in_range" => |_, args| or_null(in_range(&text(args, 0), &text(args, 1)).map(Value::Bool)),
        "ipv6_is_in_any_range" => |_, args| {
            let ranges: Vec<_> = match arg(args, 1) {
                Value::Array(_) => texts(arg(args, 1)),
                _ => (1..args.len()).map(|at| text(args, at)).collect(),
            };
            let ip = text(args, 0);
            if network(&ip).is_none() {
                return Ok(Value::Null);
            }
            Ok(Value::Bool(ranges.iter().any(|range| in_range(&ip, range) == Some(true))))
        },
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
    if let Some((v4, _)) = super::ipv4::network(ip) {
        let bits = bits.unwrap_or(32);
        return (bits <= 32).then(|| (0xFFFF_0000_0000 | u128::from(v4), bits + 96));
    }
    let ip: Ipv6Addr = ip.parse().ok()?;
    let bits = bits.unwrap_or(128);
    (bits <= 128).then(|| (u128::from(ip), bits))
}

fn masked(ip: u128, bits: u32) -> u128 {
    if bits == 0 { 0 } else { ip & (u128::MAX << (128 - bits)) }
}

/// All digits of an address.
fn written(ip: u128) -> String {
    let parts: Vec<String> = (0..8).rev().map(|at| format!("{:04x}", ip >> (at * 16) & 0xFFFF)).collect();
    parts.join(":")
}

fn compared(args: &[Value]) -> Option<i64> {
    let ((a, a_bits), (b, b_bits)) = (network(&text(args, 0))?, network(&text(args, 1))?);
    let own = if args.len() > 2 { u32::try_from(long(args, 2)?).ok()? } else { 128 };
    let bits = own.min(a_bits).min(b_bits);
    Some(match masked(a, bits).cmp(&masked(b, bits)) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    })
}

fn in_range(ip: &str, range: &str) -> Option<bool> {
    let ((ip, bits), (net, size)) = (network(ip)?, network(range)?);
    Some(bits >= size && masked(ip, size) == masked(net, size))
}
