//! Encodings of strings: base64, URLs, compression and punycode.

#![allow(clippy::many_single_char_names, reason = "the bytes of a GUID, and the names of RFC 3492")]

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, general_purpose};

use super::super::convert;
use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::{arg, items, or_null, text};

/// The standard alphabet, with or without its padding.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How much a compressed string may become.
const LARGEST: u64 = 64 << 20;

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "base64_encode_tostring" | "base64_encodestring" => {
            |_, args| Ok(Value::str(&STANDARD.encode(text(args, 0).as_bytes())))
        }
        "base64_decode_tostring" | "base64_decodestring" => |_, args| {
            let bytes = decoded(&text(args, 0));
            or_null(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| Value::str(&text)))
        },
        "base64_decode_toarray" => |_, args| {
            let bytes = decoded(&text(args, 0));
            or_null(bytes.map(|bytes| {
                Value::array(bytes.into_iter().map(|byte| Value::Long(i64::from(byte))).collect())
            }))
        },
        "base64_encode_fromarray" => |_, args| {
            let bytes = items(arg(args, 0)).unwrap_or_default().iter();
            let bytes: Option<Vec<u8>> = bytes.map(|byte| u8::try_from(byte.as_long()?).ok()).collect();
            or_null(bytes.map(|bytes| Value::str(&STANDARD.encode(bytes))))
        },
        // The bytes of a GUID are in the order in which .NET keeps them.
        "base64_encode_fromguid" => |_, args| match convert::to_guid(arg(args, 0)) {
            Value::Guid(bytes) => Ok(Value::str(&STANDARD.encode(mixed(bytes)))),
            _ => Ok(Value::str("")),
        },
        "base64_decode_toguid" => |_, args| {
            let bytes = decoded(&text(args, 0)).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            or_null(bytes.map(|bytes| Value::Guid(mixed(bytes))))
        },
        "url_encode_component" => |_, args| Ok(Value::str(&url_encoded(&text(args, 0), "-_.!~*'()", false))),
        "url_encode" => |_, args| Ok(Value::str(&url_encoded(&text(args, 0), "-_.!*()", true))),
        "url_decode" => |_, args| Ok(Value::str(&url_decoded(&text(args, 0)))),
        "gzip_compress_to_base64_string" => |_, args| {
            let source = text(args, 0);
            let mut bytes = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
            bytes.extend(deflated(source.as_bytes())?);
            let mut sum = flate2::Crc::new();
            sum.update(source.as_bytes());
            bytes.extend(sum.sum().to_le_bytes());
            bytes.extend(sum.amount().to_le_bytes());
            Ok(Value::str(&STANDARD.encode(bytes)))
        },
        "zlib_compress_to_base64_string" => |_, args| {
            let source = text(args, 0);
            let mut bytes = vec![0x78, 1];
            bytes.extend(deflated(source.as_bytes())?);
            bytes.extend(adler32(source.as_bytes()).to_be_bytes());
            Ok(Value::str(&STANDARD.encode(bytes)))
        },
        "gzip_decompress_from_base64_string" => |_, args| {
            let bytes = decoded(&text(args, 0)).unwrap_or_default();
            Ok(inflated(flate2::read::MultiGzDecoder::new(bytes.as_slice())))
        },
        "zlib_decompress_from_base64_string" => |_, args| {
            let bytes = decoded(&text(args, 0)).unwrap_or_default();
            Ok(inflated(flate2::read::ZlibDecoder::new(bytes.as_slice())))
        },
        "punycode_from_string" => {
            |_, args| Ok(puny_encoded(&text(args, 0)).map_or(Value::str(""), |text| Value::str(&text)))
        }
        "punycode_to_string" => {
            |_, args| Ok(puny_decoded(&text(args, 0)).map_or(Value::str(""), |text| Value::str(&text)))
        }
        // The labels of a domain, those of which that are not ASCII behind `xn--`.
        "punycode_domain_from_string" => |_, args| {
            let label = |label: &str| {
                if label.is_ascii() {
                    return Some(label.to_owned());
                }
                puny_encoded(label).map(|encoded| format!("xn--{encoded}"))
            };
            let labels: Option<Vec<String>> = text(args, 0).split('.').map(label).collect();
            Ok(Value::str(&labels.unwrap_or_default().join(".")))
        },
        "punycode_domain_to_string" => |_, args| {
            let label = |label: &str| match label.strip_prefix("xn--") {
                Some(encoded) => puny_decoded(encoded),
                None => Some(label.to_owned()),
            };
            let labels: Option<Vec<String>> = text(args, 0).split('.').map(label).collect();
            Ok(Value::str(&labels.unwrap_or_default().join(".")))
        },
        _ => return None,
    })
}

/// Compressed bytes. As the documentation's examples show, what would not become shorter is stored as it is.
fn deflated(source: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let bytes = out.write_all(source).and_then(|()| out.finish()).map_err(|error| error.to_string())?;
    match u16::try_from(source.len()) {
        Ok(length) if length > 0 && bytes.len() >= source.len() => {
            let mut stored = vec![1];
            stored.extend(length.to_le_bytes());
            stored.extend((!length).to_le_bytes());
            stored.extend(source);
            Ok(stored)
        }
        _ => Ok(bytes),
    }
}

/// The checksum of RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let url_safe = plain.contains(['-', '_']);
    let bytes = if url_safe {
        general_purpose::URL_SAFE.decode(&plain).or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(&plain))
    } else {
        TOLERANT.decode(&plain)
    };
    bytes.ok()
}

fn mixed(bytes: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

fn inflated(reader: impl std::io::Read) -> Value {
    let mut out = Vec::new();
    match reader.take(LARGEST).read_to_end(&mut out) {
        Ok(_) => Value::str(&String::from_utf8_lossy(&out)),
        Err(_) => Value::str(""),
    }
}

fn url_encoded(text: &str, plain: &str, plus: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || plain.contains(c) {
            out.push(c);
        } else if c == ' ' && plus {
            out.push('+');
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(super) fn url_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let code = code
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

const BASE: u32 = 36;

fn adapted(mut delta: u32, points: u32, first: bool) -> u32 {
    delta /= if first { 700 } else { 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= BASE - 1;
        k += BASE;
    }
    k + BASE * delta / (delta + 38)
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(1, 26)
}

/// By RFC 3492.
fn puny_encoded(text: &str) -> Option<String> {
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (128_u32, 0_u32, 72_u32);
    while usize::try_from(handled).ok()? < points.len() {
        let next = *points.iter().filter(|point| **point >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for point in &points {
            if *point < n {
                delta = delta.checked_add(1)?;
            }
            if *point == n {
                let (mut q, mut k) = (delta, BASE);
                loop {
                    let t = threshold(k, bias);
                    if q < t {
                        break;
                    }
                    out.push(
                        char::from_digit((t + (q - t) % (BASE - t)).wrapping_add(0), 36).map(puny_digit)?,
                    );
                    q = (q - t) / (BASE - t);
                    k += BASE;
                }
                out.push(char::from_digit(q, 36).map(puny_digit)?);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

/// Digits of punycode are letters first: `a` is 0, and `0` is 26.
fn puny_digit(c: char) -> char {
    let value = c.to_digit(36).unwrap_or_default();
    char::from(if value < 26 {
        b'a' + u8::try_from(value).unwrap_or_default()
    } else {
        b'0' + u8::try_from(value - 26).unwrap_or_default()
    })
}

fn puny_decoded(text: &str) -> Option<String> {
    let (basic, rest) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = rest.chars().peekable();
    while digits.peek().is_some() {
        let (before, mut weight, mut k) = (i, 1_u32, BASE);
        loop {
            let digit = match digits.next()? {
                c @ 'a'..='z' => u32::from(c) - u32::from('a'),
                c @ 'A'..='Z' => u32::from(c) - u32::from('A'),
                c @ '0'..='9' => u32::from(c) - u32::from('0') + 26,
                _ => return None,
            };
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if digit < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = u32::try_from(out.len()).ok()? + 1;
        bias = adapted(i - before, count, before == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}
