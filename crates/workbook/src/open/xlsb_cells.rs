//! Cells of .xlsb in forms that calamine passes over.
//!
//! A short cell states no column: it stands to the right of the one before it in its row. Its record, of kind 12 to
//! 18, is that of a usual cell (kind 1 to 7) without the column. MS-XLSB leaves these kinds out; `SheetJS` writes them
//! and has described them (Apache POI's bug 65510), and Excel reads them. A cell of kind 62 holds formatted text of
//! its own (MS-XLSB 2.4.325 `BrtCellRString`).

use std::cell::OnceCell;

use calamine::Data;

use super::legacy::{Spot, damaged, error};
use super::ole::word;
use super::xlsb_records::{records, wide};
use crate::error::OpenError;
use crate::package::Package;

/// Where the cells of a row stand.
#[derive(Debug, Default)]
pub(super) struct At {
    row: u32,
    /// The column of the next cell that states none.
    next: u32,
}

impl At {
    /// The beginning of a row.
    pub(super) fn row(row: u32) -> Self {
        Self { row, next: 0 }
    }

    /// The place of a cell, its style, and what its record holds besides.
    pub(super) fn cell<'d>(&mut self, kind: u16, data: &'d [u8]) -> (Spot, u32, &'d [u8]) {
        let is_short = (0x000C..=0x0012).contains(&kind);
        let column = if is_short { self.next } else { word(data, 0) };
        let head = if is_short { 0 } else { 4 };
        self.next = column.saturating_add(1);
        ((self.row, column), word(data, head) & 0x00FF_FFFF, data.get(head + 4..).unwrap_or_default())
    }
}

/// What such a cell holds.
#[derive(Debug)]
pub(super) enum Own {
    /// A value.
    Value(Data),
    /// One of the texts that cells share.
    Shared(u32),
}

impl Own {
    /// Reads what a record of such a kind holds behind the cell's style.
    pub(super) fn read(kind: u16, data: &[u8]) -> Result<Self, OpenError> {
        let cut = || OpenError::Truncated("a cell ends beyond its record".to_owned());
        let first = data.first().copied().ok_or_else(cut)?;
        let value = match kind {
            0x000D => Data::Float(compact(data.first_chunk().copied().ok_or_else(cut)?)),
            0x000E => error(error_code(first)),
            0x000F => Data::Bool(first != 0),
            0x0010 => Data::Float(f64::from_le_bytes(data.first_chunk().copied().ok_or_else(cut)?)),
            0x0011 => Data::String(wide(data)?.0),
            0x0012 => return Ok(Self::Shared(word(data, 0))),
            // The text stands behind a byte that says what follows it.
            _ => Data::String(wide(data.get(1..).unwrap_or_default())?.0),
        };
        Ok(Self::Value(value))
    }
}

/// The texts that cells share, read when the first cell asks for one.
pub(super) struct Strings<'a> {
    pub(super) package: &'a Package,
    part: Option<&'a str>,
    read: OnceCell<Vec<String>>,
}

impl<'a> Strings<'a> {
    /// The shared texts of a part.
    pub(super) fn new(package: &'a Package, part: Option<&'a str>) -> Self {
        Self { package, part, read: OnceCell::new() }
    }

    /// The value of a cell.
    pub(super) fn value(&self, own: Own) -> Result<Data, OpenError> {
        match own {
            Own::Value(value) => Ok(value),
            Own::Shared(number) => {
                let text = self.texts()?.get(number as usize).cloned();
                text.map(Data::String).ok_or_else(|| damaged(format!("there is no shared text {number}")))
            }
        }
    }

    fn texts(&self) -> Result<&[String], OpenError> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let mut texts = Vec::new();
        if let Some(part) = self.part {
            records(self.package, part, |kind, data| {
                if kind == 0x0013 {
                    texts.push(wide(data.get(1..).unwrap_or_default())?.0);
                }
                Ok(())
            })?;
        }
        Ok(self.read.get_or_init(|| texts))
    }
}

/// The name of an error by the number a record has for it.
pub(super) fn error_code(number: u8) -> &'static str {
    match number {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#VALUE!",
    }
}

/// A number in four bytes: one of 30 bits, or the upper ones of a binary fraction, perhaps in hundredths
/// (MS-XLSB 2.5.122 `RkNumber`).
#[expect(clippy::float_arithmetic, reason = "it is how the number is stored")]
fn compact(bytes: [u8; 4]) -> f64 {
    let raw = u32::from_le_bytes(bytes);
    let number = if raw & 2 == 0 {
        f64::from_bits(u64::from(raw & !3) << 32)
    } else {
        f64::from(i32::from_le_bytes(bytes) >> 2)
    };
    if raw & 1 == 0 { number } else { number / 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_cell_stands_beside_the_one_before() {
        let mut at = At::row(6);
        let usual = [3, 0, 0, 0, 7, 0, 0, 1, 9];
        assert_eq!(at.cell(0x0001, &usual), ((6, 3), 7, &[9][..]));
        assert_eq!(at.cell(0x000D, &[8, 0, 0, 0, 6, 0, 0, 0]), ((6, 4), 8, &[6, 0, 0, 0][..]));
        assert_eq!(at.cell(0x000C, &[]), ((6, 5), 0, &[][..]), "cut off");
        assert_eq!(at.cell(0x0010, &[0; 12]).0, (6, 6), "behind a cell without a value");
        assert_eq!(At::row(7).cell(0x000F, &[0; 5]).0, (7, 0));
        assert_eq!(at.cell(0x0002, &[0xFF; 12]).0, (6, u32::MAX));
        assert_eq!(at.cell(0x000D, &[0; 8]).0, (6, u32::MAX));
    }

    #[test]
    fn numbers_of_four_bytes_are_what_they_stand_for() {
        for (raw, number) in [
            (6_u32, 1.0),
            (0x3FF0_0000, 1.0),
            (0x3FF0_0001, 0.01),
            (7, 0.01),
            (0xFFFF_FFFA, -2.0),
            (0xFFFF_FFFB, -0.02),
            (0x7FFF_FFFE, 536_870_911.0),
            (0x4059_2000, 100.5),
            (0, 0.0),
        ] {
            assert_eq!(compact(raw.to_le_bytes()).to_bits(), f64::to_bits(number), "{raw:x}");
        }
    }
}
