//! Places on the Earth.

use super::super::eval::{Cx, ScalarFn};
use super::super::value::Value;
use super::{Answer, arg, items, or_null, real};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "geo_distance_2points" => |_, args| {
            let point = |at: usize| {
                let (longitude, latitude) = (real(args, at)?, real(args, at + 1)?);
                valid(longitude, latitude).then_some((longitude, latitude))
            };
            or_null(point(0).zip(point(2)).map(|(a, b)| Value::Real(distance(a, b))))
        },
        "geo_point_in_circle" => |_, args| {
            let point =
                |at: usize| Some((real(args, at)?, real(args, at + 1)?)).filter(|(a, b)| valid(*a, *b));
            let found = point(0).zip(point(2)).zip(real(args, 4));
            or_null(found.map(|((a, b), radius)| Value::Bool(distance(a, b) <= radius)))
        },
        "geo_point_in_polygon" => point_in_polygon,
        _ => return None,
    })
}

/// The mean radius of the Earth in metres.
const RADIUS: f64 = 6_371_010.0;

fn valid(longitude: f64, latitude: f64) -> bool {
    (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
}

/// The length of the shortest way on a sphere.
fn distance((lon1, lat1): (f64, f64), (lon2, lat2): (f64, f64)) -> f64 {
    let (lat1, lat2) = (lat1.to_radians(), lat2.to_radians());
    let (dlat, dlon) = (lat2 - lat1, (lon2 - lon1).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * RADIUS * h.sqrt().min(1.0).asin()
}

type Vector = [f64; 3];

fn vector(longitude: f64, latitude: f64) -> Vector {
    let (lon, lat) = (longitude.to_radians(), latitude.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The angle that a ring winds around a point, on the sphere.
fn inside(ring: &[Vector], point: Vector) -> bool {
    let mut total = 0.0;
    for pair in ring.windows(2) {
        let (a, b) = (cross(point, pair[0]), cross(point, pair[1]));
        let sine = dot(point, cross(a, b));
        total += sine.atan2(dot(a, b));
    }
    total.abs() > std::f64::consts::PI
}

fn ring(value: &Value) -> Option<Vec<Vector>> {
    items(value)?
        .iter()
        .map(|point| {
            let point = items(point)?;
            let (longitude, latitude) = (point.first()?.as_real()?, point.get(1)?.as_real()?);
            valid(longitude, latitude).then(|| vector(longitude, latitude))
        })
        .collect()
}

fn point_in_polygon(_: &Cx<'_>, args: &[Value]) -> Answer {
    let (Some(longitude), Some(latitude)) = (real(args, 0), real(args, 1)) else { return Ok(Value::Null) };
    let Some(shape) = arg(args, 2).as_bag() else { return Ok(Value::Null) };
    if !valid(longitude, latitude) {
        return Ok(Value::Null);
    }
    let point = vector(longitude, latitude);
    let Some(coordinates) = shape.get("coordinates").and_then(items) else { return Ok(Value::Null) };
    let polygons: Vec<&[Value]> = match shape.get("type").and_then(Value::as_str).map(|kind| &**kind) {
        Some("Polygon") => vec![coordinates],
        Some("MultiPolygon") => coordinates.iter().filter_map(items).collect(),
        _ => return Ok(Value::Null),
    };
    let mut found = false;
    for polygon in polygons {
        let rings: Option<Vec<Vec<Vector>>> = polygon.iter().map(ring).collect();
        let Some(rings) = rings else { return Ok(Value::Null) };
        let Some((outer, holes)) = rings.split_first() else { continue };
        found |= inside(outer, point) && !holes.iter().any(|hole| inside(hole, point));
    }
    Ok(Value::Bool(found))
}
