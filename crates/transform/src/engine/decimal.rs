//! Decimal numbers of 34 digits.

use bigdecimal::BigDecimal;

const DIGITS: u64 = 34;

/// The number with as many digits as a decimal has.
pub(crate) fn rounded(value: BigDecimal) -> BigDecimal {
    if value.digits() > DIGITS { value.with_prec(DIGITS) } else { value }
}

/// Reads a decimal.
pub(crate) fn read(text: &str) -> Option<BigDecimal> {
    let text = text.trim();
    // An exponent beyond those of a decimal would take more digits than there is memory for.
    if let Some((_, exponent)) = text.split_once(['e', 'E'])
        && exponent.parse::<i32>().map_or(true, |exponent| exponent.abs() > 6144)
    {
        return None;
    }
    text.parse().ok().map(rounded)
}

/// A decimal without an exponent, and without zeros at its end.
pub(super) fn written(value: &BigDecimal) -> String {
    value.normalized().to_plain_string()
}
