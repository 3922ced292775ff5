//! IPv4 addresses and their ranges.

use super::super::eval::{Cx, ScalarFn};
use super::super::value::Value;
use super::networks::{Family, wanted};
use super::{Answer, arg, long, or_null, text};

pub(crate) const IPV4: Family =
    Family { width: 32, read: |text| network(text).map(|(ip, bits)| (u128::from(ip), bits)) };

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "parse_ipv4" => |_, args| {
            or_null(network(&text(args, 0)).map(|(ip, bits)| Value::Long(i64::from(masked(ip, bits)))))
        },
        "parse_ipv4_mask" => |_, args| {
            let bits = long(args, 1).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 32);
            or_null(
                network(&text(args, 0))
                    .zip(bits)
                    .map(|((ip, _), bits)| Value::Long(i64::from(masked(ip, bits)))),
            )
        },
        "format_ipv4" => |_, args| Ok(format(args, false)),
        "format_ipv4_mask" => |_, args| Ok(format(args, true)),
        "ipv4_compare" => |_, args| IPV4.compare(args),
        "ipv4_is_match" => |_, args| IPV4.is_match(args),
        "ipv4_is_in_range" => |_, args| IPV4.is_in_range(args),
        "ipv4_is_in_any_range" => |_, args| IPV4.is_in_any_range(args),
        "ipv4_is_private" => |_, args| {
            let Some((ip, bits)) = network(&text(args, 0)) else { return Ok(Value::Null) };
            let private = [(0x0A00_0000, 8), (0xAC10_0000, 12), (0xC0A8_0000, 16)];
            Ok(Value::Bool(private.iter().any(|(net, size)| bits >= *size && masked(ip, *size) == *net)))
        },
        "ipv4_netmask_suffix" => {
            |_, args| or_null(network(&text(args, 0)).map(|(_, bits)| Value::Long(i64::from(bits))))
        }
        "ipv4_range_to_cidr_list" => range_to_cidr,
        "has_ipv4" => |_, args| Ok(Value::Bool(has(&text(args, 0), &text(args, 1)))),
        "has_any_ipv4" => |_, args| {
            let source = text(args, 0);
            Ok(Value::Bool(wanted(args).iter().any(|ip| has(&source, ip))))
        },
        "has_ipv4_prefix" => |_, args| Ok(Value::Bool(has_prefix(&text(args, 0), &text(args, 1)))),
        "has_any_ipv4_prefix" => |_, args| {
            let source = text(args, 0);
            Ok(Value::Bool(wanted(args).iter().any(|prefix| has_prefix(&source, prefix))))
        },
        _ => return None,
    })
}

/// An address with the length of its prefix, which is 32 where none is told.
pub(crate) fn network(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    let (ip, bits) = match text.split_once('/') {
        Some((ip, bits)) => (ip, bits.parse().ok().filter(|bits| *bits <= 32)?),
        None => (text, 32),
    };
    address(ip).map(|ip| (ip, bits))
}

fn address(text: &str) -> Option<u32> {
    let mut ip = 0_u32;
    let mut parts = 0;
    for part in text.split('.') {
        let fits = !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        let part: u8 = if fits { part.parse().ok()? } else { return None };
        ip = ip << 8 | u32::from(part);
        parts += 1;
    }
    (parts == 4).then_some(ip)
}

pub(crate) fn masked(ip: u32, bits: u32) -> u32 {
    if bits == 0 { 0 } else { ip & (u32::MAX << (32 - bits)) }
}

fn written(ip: u32) -> String {
    let [a, b, c, d] = ip.to_be_bytes();
    format!("{a}.{b}.{c}.{d}")
}

fn format(args: &[Value], with_mask: bool) -> Value {
    let own = match arg(args, 0) {
        value @ (Value::Int(_) | Value::Long(_)) => {
            value.as_long().and_then(|ip| u32::try_from(ip).ok()).map(|ip| (ip, 32))
        }
        _ => network(&text(args, 0)),
    };
    let bits = match args.len() {
        1 => own.map(|(_, bits)| bits),
        _ => long(args, 1).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 32),
    };
    let (Some((ip, own)), Some(bits)) = (own, bits) else { return Value::str("") };
    let bits = bits.min(own);
    let ip = written(masked(ip, bits));
    Value::str(&if with_mask { format!("{ip}/{bits}") } else { ip })
}

fn range_to_cidr(_: &Cx<'_>, args: &[Value]) -> Answer {
    let (Some(first), Some(last)) = (address(&text(args, 0)), address(&text(args, 1))) else {
        return Ok(Value::Null);
    };
    if first > last {
        return Ok(Value::Null);
    }
    let (mut next, last) = (u64::from(first), u64::from(last));
    let mut found = Vec::new();
    while next <= last {
        let aligned = if next == 0 { 32 } else { next.trailing_zeros().min(32) };
        let mut size = aligned;
        while next + (1_u64 << size) - 1 > last {
            size -= 1;
        }
        let ip = written(u32::try_from(next).unwrap_or_default());
        found.push(Value::str(&format!("{ip}/{}", 32 - size)));
        next += 1_u64 << size;
    }
    Ok(Value::array(found))
}

/// The places of a string in another between characters that are not of addresses.
fn has(source: &str, ip: &str) -> bool {
    address(ip).is_some() && places(source, ip).any(|at| ends(&source[at + ip.len()..]))
}

fn has_prefix(source: &str, prefix: &str) -> bool {
    let prefix = prefix.trim();
    let whole = address(prefix).is_some();
    if !whole && !prefix.ends_with('.') {
        return false;
    }
    places(source, prefix).any(|at| {
        let rest = &source[at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let found = rest[..end].trim_end_matches('.');
        if whole {
            address(found).is_some() && found == prefix
        } else {
            address(found).is_some() && ends(&rest[found.len()..])
        }
    })
}

fn places<'s>(source: &'s str, needle: &'s str) -> impl Iterator<Item = usize> + 's {
    source
        .match_indices(needle)
        .map(|(at, _)| at)
        .filter(move |at| !source[..*at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '.'))
}

fn ends(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        None => true,
        Some('.') => !chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => !c.is_alphanumeric(),
    }
}
