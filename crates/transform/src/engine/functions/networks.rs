//! Addresses with the length of their prefix, of IPv4 and IPv6 alike: which is greater, and which lies within which.

use std::rc::Rc;

use super::super::value::Value;
use super::arrays::texts;
use super::{Answer, arg, long, or_null, text};

/// A kind of addresses.
#[derive(Debug)]
pub(crate) struct Family {
    /// How many bits an address has.
    pub width: u32,
    /// Reads an address and the length of its prefix, which is all of it where none is told.
    pub read: fn(&str) -> Option<(u128, u32)>,
}

impl Family {
    /// The first bits of an address, and 0 for the rest.
    pub(crate) fn masked(&self, ip: u128, bits: u32) -> u128 {
        let rest = self.width.saturating_sub(bits);
        ip.checked_shr(rest).and_then(|ip| ip.checked_shl(rest)).unwrap_or_default()
    }

    /// How two addresses compare by as many bits as both have, and as the third argument allows.
    fn compared(&self, args: &[Value]) -> Option<i64> {
        let ((a, a_bits), (b, b_bits)) = ((self.read)(&text(args, 0))?, (self.read)(&text(args, 1))?);
        let own = if args.len() > 2 { u32::try_from(long(args, 2)?).ok()? } else { self.width };
        let bits = own.min(a_bits).min(b_bits);
        Some(match self.masked(a, bits).cmp(&self.masked(b, bits)) {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        })
    }

    fn in_range(&self, ip: &str, range: &str) -> Option<bool> {
        let ((ip, bits), (net, size)) = ((self.read)(ip)?, (self.read)(range)?);
        Some(bits >= size && self.masked(ip, size) == self.masked(net, size))
    }

    pub(super) fn compare(&self, args: &[Value]) -> Answer {
        or_null(self.compared(args).map(Value::Long))
    }

    pub(super) fn is_match(&self, args: &[Value]) -> Answer {
        or_null(self.compared(args).map(|found| Value::Bool(found == 0)))
    }

    pub(super) fn is_in_range(&self, args: &[Value]) -> Answer {
        or_null(self.in_range(&text(args, 0), &text(args, 1)).map(Value::Bool))
    }

    pub(super) fn is_in_any_range(&self, args: &[Value]) -> Answer {
        let ip = text(args, 0);
        if (self.read)(&ip).is_none() {
            return Ok(Value::Null);
        }
        Ok(Value::Bool(wanted(args).iter().any(|range| self.in_range(&ip, range) == Some(true))))
    }
}

/// The strings after the first argument: those of an array, or each its own argument.
pub(super) fn wanted(args: &[Value]) -> Vec<Rc<str>> {
    match arg(args, 1) {
        Value::Array(_) => texts(arg(args, 1)),
        _ => (1..args.len()).map(|at| text(args, at)).collect(),
    }
}
