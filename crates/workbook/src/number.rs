//! Exact decimals from and to the digits a file holds.

use rust_decimal::Decimal;

/// The decimal that written digits mean, at Excel's 15 significant digits.
///
/// Takes what stands in a number cell: `814.79`, `-3`, `1E-3`, `1893.6599999999999` (which is 1893.66).
/// `None` for anything else (`NaN`, `1e400`, `1_000`, blanks) and for magnitudes a decimal cannot hold.
pub fn decimal(written: &str) -> Option<Decimal> {
    let _ = written;
    None
}

/// The digits to store for a decimal: those of the nearest double, shortest that reads back the same.
///
/// Excel and LibreOffice compute in doubles, so this is what they store for the same exact value.
pub fn written(value: Decimal) -> String {
    value.normalize().to_string()
}
