//! Geohashes: cells of a grid over longitude and latitude, named by letters and digits of five bits each.

use super::super::eval::ScalarFn;
use super::super::value::{Bag, Value};
use super::{long, or_null, real, text};

const DIGITS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// How many digits a geohash has where nothing is said, and at most.
const USUAL: i64 = 5;
const LONGEST: i64 = 18;

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "geo_point_to_geohash" => |_, args| {
            let length = if args.len() > 2 { long(args, 2) } else { Some(USUAL) };
            let (Some(longitude), Some(latitude), Some(length)) = (real(args, 0), real(args, 1), length)
            else {
                return Ok(Value::str(""));
            };
            Ok(Value::str(&hash(longitude, latitude, length).unwrap_or_default()))
        },
        "geo_geohash_to_central_point" => |_, args| {
            or_null(cell(&text(args, 0)).map(|[west, east, south, north]| {
                let center = [f64::midpoint(west, east), f64::midpoint(south, north)];
                shape("Point", point(center))
            }))
        },
        "geo_geohash_to_polygon" => |_, args| {
            or_null(cell(&text(args, 0)).map(|[west, east, south, north]| {
                let corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
                let ring = Value::array(corners.into_iter().map(point).collect());
                shape("Polygon", Value::array(vec![ring]))
            }))
        },
        _ => return None,
    })
}

fn point(place: [f64; 2]) -> Value {
    Value::array(place.into_iter().map(Value::Real).collect())
}

fn shape(kind: &str, coordinates: Value) -> Value {
    let mut bag = Bag::default();
    bag.insert("type".into(), Value::str(kind));
    bag.insert("coordinates".into(), coordinates);
    Value::bag(bag)
}

/// The cell of a place; `None` for a place that is not on the globe and for a length that is not a geohash's.
fn hash(longitude: f64, latitude: f64, length: i64) -> Option<String> {
    if !(1..=LONGEST).contains(&length) {
        return None;
    }
    if !((-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)) {
        return None;
    }
    let (mut ranges, places) = ([(-180.0, 180.0), (-90.0, 90.0)], [longitude, latitude]);
    let mut hash = String::new();
    let mut bit = 0;
    for _ in 0..length {
        let mut digit = 0;
        for _ in 0..5 {
            let (low, high) = &mut ranges[bit % 2];
            let middle = f64::midpoint(*low, *high);
            let upper = places[bit % 2] >= middle;
            if upper {
                *low = middle;
            } else {
                *high = middle;
            }
            digit = digit << 1 | usize::from(upper);
            bit += 1;
        }
        hash.push(char::from(DIGITS[digit]));
    }
    Some(hash)
}

/// West, east, south and north of a cell.
fn cell(hash: &str) -> Option<[f64; 4]> {
    if hash.is_empty() || hash.len() > usize::try_from(LONGEST).unwrap_or(usize::MAX) {
        return None;
    }
    let mut ranges = [(-180.0, 180.0), (-90.0, 90.0)];
    let mut bit = 0;
    for byte in hash.bytes() {
        let digit = DIGITS.iter().position(|known| *known == byte.to_ascii_lowercase())?;
        for place in (0..5).rev() {
            let (low, high) = &mut ranges[bit % 2];
            let middle = f64::midpoint(*low, *high);
            if digit >> place & 1 == 1 {
                *low = middle;
            } else {
                *high = middle;
            }
            bit += 1;
        }
    }
    let [(west, east), (south, north)] = ranges;
    Some([west, east, south, north])
}
