//! Hashes.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::super::xxhash::xxh64;
use super::{Answer, arg, long, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "hash" | "hash_xxhash64" => |_, args| modulo(xxhash(arg(args, 0)), long(args, 1)),
        // How the service combines hashes is not documented, so that `hash_combine` and `hash_many` are refused.
        "hash_md5" => |_, args| Ok(hex::<Md5>(&text(args, 0))),
        "hash_sha1" => |_, args| Ok(hex::<Sha1>(&text(args, 0))),
        "hash_sha256" => |_, args| Ok(hex::<Sha256>(&text(args, 0))),
        "hash_sha512" => |_, args| Ok(hex::<Sha512>(&text(args, 0))),
        _ => return None,
    })
}

fn hex<D: Digest>(text: &str) -> Value {
    let bytes = D::digest(text.as_bytes());
    Value::str(&bytes.iter().fold(String::new(), |out, byte| out + &format!("{byte:02x}")))
}

/// The hash of a value by its bytes: of strings those of UTF-8, of others those of the number that they are.
pub(crate) fn xxhash(value: &Value) -> i64 {
    let hash = match value {
        Value::Int(value) => xxh64(&value.to_le_bytes()),
        Value::Long(value) | Value::DateTime(value) | Value::Timespan(value) => xxh64(&value.to_le_bytes()),
        Value::Real(value) => xxh64(&value.to_le_bytes()),
        Value::Bool(value) => xxh64(&[u8::from(*value)]),
        value => xxh64(super::super::convert::text(value).as_bytes()),
    };
    hash.cast_signed()
}

fn modulo(hash: i64, by: Option<i64>) -> Answer {
    Ok(match by {
        None => Value::Long(hash),
        Some(by) if by > 0 => Value::Long((hash.cast_unsigned() % by.unsigned_abs()).cast_signed()),
        Some(_) => return Err("the modulus must be positive".into()),
    })
}
