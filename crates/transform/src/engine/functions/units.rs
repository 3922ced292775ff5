//! Conversions between units, and sizes for people.

#![allow(
    clippy::inconsistent_digit_grouping,
    clippy::excessive_precision,
    reason = "sizes as they are defined"
)]

use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::{Answer, long, real, text};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "convert_angle" => |_, args| converted(args, ANGLES),
        "convert_length" => |_, args| converted(args, LENGTHS),
        "convert_mass" => |_, args| converted(args, MASSES),
        "convert_speed" => |_, args| converted(args, SPEEDS),
        "convert_volume" => |_, args| converted(args, VOLUMES),
        "convert_energy" => |_, args| converted(args, ENERGIES),
        "convert_force" => |_, args| converted(args, FORCES),
        "convert_temperature" => temperature,
        "format_bytes" => format_bytes,
        _ => return None,
    })
}

type Units = &'static [(&'static str, f64)];

/// In radians.
const ANGLES: Units = &[
    ("Arcminute", std::f64::consts::PI / 10_800.0),
    ("Arcsecond", std::f64::consts::PI / 648_000.0),
    ("Centiradian", 0.01),
    ("Deciradian", 0.1),
    ("Degree", std::f64::consts::PI / 180.0),
    ("Gradian", std::f64::consts::PI / 200.0),
    ("Microdegree", std::f64::consts::PI / 180e6),
    ("Microradian", 1e-6),
    ("Millidegree", std::f64::consts::PI / 180e3),
    ("Milliradian", 1e-3),
    ("Nanodegree", std::f64::consts::PI / 180e9),
    ("Nanoradian", 1e-9),
    ("NatoMil", std::f64::consts::PI / 3200.0),
    ("Radian", 1.0),
    ("Revolution", std::f64::consts::TAU),
    ("Tilt", std::f64::consts::PI / 180.0),
];

/// In metres.
const LENGTHS: Units = &[
    ("Angstrom", 1e-10),
    ("AstronomicalUnit", 149_597_870_700.0),
    ("Centimeter", 0.01),
    ("Chain", 20.116_8),
    ("Decameter", 10.0),
    ("Decimeter", 0.1),
    ("Fathom", 1.828_8),
    ("Foot", 0.304_8),
    ("Hand", 0.101_6),
    ("Hectometer", 100.0),
    ("Inch", 0.025_4),
    ("Kilofoot", 304.8),
    ("Kilometer", 1000.0),
    ("Kiloyard", 914.4),
    ("Meter", 1.0),
    ("Microinch", 2.54e-8),
    ("Micrometer", 1e-6),
    ("Mil", 2.54e-5),
    ("Mile", 1609.344),
    ("Millimeter", 1e-3),
    ("Nanometer", 1e-9),
    ("NauticalMile", 1852.0),
    ("Yard", 0.914_4),
];

/// In kilograms.
const MASSES: Units = &[
    ("Centigram", 1e-5),
    ("Decagram", 0.01),
    ("Decigram", 1e-4),
    ("Grain", 64.798_91e-6),
    ("Gram", 1e-3),
    ("Hectogram", 0.1),
    ("Kilogram", 1.0),
    ("Kilotonne", 1e6),
    ("LongHundredweight", 50.802_345_44),
    ("LongTon", 1016.046_908_8),
    ("Megatonne", 1e9),
    ("Microgram", 1e-9),
    ("Milligram", 1e-6),
    ("Nanogram", 1e-12),
    ("Ounce", 0.028_349_523_125),
    ("Pound", 0.453_592_37),
    ("ShortHundredweight", 45.359_237),
    ("ShortTon", 907.184_74),
    ("Stone", 6.350_293_18),
    ("Tonne", 1000.0),
];

/// In metres per second.
const SPEEDS: Units = &[
    ("CentimeterPerHour", 0.01 / 3600.0),
    ("CentimeterPerMinute", 0.01 / 60.0),
    ("CentimeterPerSecond", 0.01),
    ("FootPerHour", 0.304_8 / 3600.0),
    ("FootPerMinute", 0.304_8 / 60.0),
    ("FootPerSecond", 0.304_8),
    ("InchPerHour", 0.025_4 / 3600.0),
    ("InchPerMinute", 0.025_4 / 60.0),
    ("InchPerSecond", 0.025_4),
    ("KilometerPerHour", 1.0 / 3.6),
    ("KilometerPerMinute", 1000.0 / 60.0),
    ("KilometerPerSecond", 1000.0),
    ("Knot", 1852.0 / 3600.0),
    ("MeterPerHour", 1.0 / 3600.0),
    ("MeterPerMinute", 1.0 / 60.0),
    ("MeterPerSecond", 1.0),
    ("MilePerHour", 0.447_04),
    ("MillimeterPerSecond", 1e-3),
    ("YardPerHour", 0.914_4 / 3600.0),
    ("YardPerMinute", 0.914_4 / 60.0),
    ("YardPerSecond", 0.914_4),
];

/// In cubic metres.
const VOLUMES: Units = &[
    ("AcreFoot", 1.0 / 0.000_810_714),
    ("Centiliter", 1e-5),
    ("CubicCentimeter", 1e-6),
    ("CubicDecimeter", 1e-3),
    ("CubicFoot", 0.028_316_846_592),
    ("CubicInch", 1.638_706_4e-5),
    ("CubicKilometer", 1e9),
    ("CubicMeter", 1.0),
    ("CubicMile", 4_168_181_825.440_579_584),
    ("CubicMillimeter", 1e-9),
    ("CubicYard", 0.764_554_857_984),
    ("Deciliter", 1e-4),
    ("Hectoliter", 0.1),
    ("Kiloliter", 1.0),
    ("Liter", 1e-3),
    ("Megaliter", 1e3),
    ("Microliter", 1e-9),
    ("Milliliter", 1e-6),
];

/// In joules.
const ENERGIES: Units = &[
    ("BritishThermalUnit", 1055.055_852_62),
    ("Calorie", 4.184),
    ("Gigajoule", 1e9),
    ("Joule", 1.0),
    ("Kilocalorie", 4184.0),
    ("Kilojoule", 1e3),
    ("KilowattHour", 3.6e6),
    ("Megajoule", 1e6),
    ("MegawattHour", 3.6e9),
    ("Millijoule", 1e-3),
    ("WattHour", 3600.0),
];

/// In newtons.
const FORCES: Units = &[
    ("Decanewton", 10.0),
    ("Dyn", 1e-5),
    ("KilogramForce", 9.806_65),
    ("Kilonewton", 1e3),
    ("KiloPond", 9.806_65),
    ("Meganewton", 1e6),
    ("Micronewton", 1e-6),
    ("Millinewton", 1e-3),
    ("Newton", 1.0),
    ("PoundForce", 4.448_221_615_260_5),
];

fn converted(args: &[Value], units: Units) -> Answer {
    let of = |at: usize| {
        let name = text(args, at);
        let found = units.iter().find(|(unit, _)| *unit == &*name).map(|(_, size)| *size);
        found.ok_or_else(|| format!("the unit `{name}` is not implemented"))
    };
    let (from, to) = (of(1)?, of(2)?);
    Ok(real(args, 0).map_or(Value::Null, |value| Value::Real(value * from / to)))
}

fn temperature(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    let Some(value) = real(args, 0) else { return Ok(Value::Null) };
    let unknown = |name: &str| format!("the unit `{name}` is not implemented");
    let (from, to) = (text(args, 1), text(args, 2));
    let kelvin = match &*from {
        "Kelvin" => value,
        "DegreeCelsius" => value + 273.15,
        "DegreeFahrenheit" => (value + 459.67) * 5.0 / 9.0,
        "DegreeRankine" => value * 5.0 / 9.0,
        other => return Err(unknown(other)),
    };
    Ok(Value::Real(match &*to {
        "Kelvin" => kelvin,
        "DegreeCelsius" => kelvin - 273.15,
        "DegreeFahrenheit" => kelvin * 9.0 / 5.0 - 459.67,
        "DegreeRankine" => kelvin * 9.0 / 5.0,
        other => return Err(unknown(other)),
    }))
}

const SIZES: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

fn format_bytes(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    let Some(value) = real(args, 0) else { return Ok(Value::str("")) };
    let digits = long(args, 1).and_then(|digits| usize::try_from(digits).ok()).unwrap_or(0).min(15);
    let wanted = text(args, 2);
    let mut size = SIZES.iter().position(|size| size.eq_ignore_ascii_case(&wanted));
    if size.is_none() {
        let mut left = value.abs();
        let mut at = 0;
        while left >= 1024.0 && at + 1 < SIZES.len() {
            left /= 1024.0;
            at += 1;
        }
        size = Some(at);
    }
    let at = size.unwrap_or_default();
    let scaled = value / 1024_f64.powi(i32::try_from(at).unwrap_or_default());
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    Ok(Value::str(&format!("{text} {}", SIZES[at])))
}
