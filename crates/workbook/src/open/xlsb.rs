//! Binary workbooks of Excel (.xlsb): calamine reads values; number formats, merges, what is hidden and which cells
//! compute come from the records themselves, within the limits of the container.
//!
//! Cells in forms that calamine passes over ([`super::xlsb_cells`]) are read here, too.
//!
//! The texts of formulas are not taken: calamine 0.38 gives `>=` for `>` and columns beyond the grid.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsb};

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::sheet::Sheet;
use crate::workbook::{FileKind, NumberFormat, Parts, SheetEntry, Visibility};

use super::legacy::{Decor, Spot, damaged, grid, over};
use super::ole::{half, word};
use super::relations::{self, Relation};
use super::styles::built_in;
use super::xlsb_cells::{At, Own, Strings, error_code};
use super::xlsb_records::{records, wide};

/// The part that names the sheets.
pub(super) const BOOK: &str = "xl/workbook.bin";
/// Cell styles that are read.
const STYLES: usize = 100_000;
/// Sheets that are read.
const SHEETS: usize = 10_000;

/// Reads a binary workbook.
///
/// calamine may panic or abort the process on a damaged one.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Parts, OpenError> {
    let book = Book::read(package, limits)?;
    let strings = Strings::new(package, book.strings.as_deref());
    let mut xlsb = Xlsb::new(Cursor::new(package.bytes())).map_err(failed)?;
    let mut parts = Parts { kind: FileKind::Xlsb, date1904: book.date1904, ..Parts::default() };
    for entry in &book.sheets {
        let sheet = entry.grid.then(|| read_sheet((&strings, limits), &mut xlsb, entry)).transpose()?;
        parts.grids.push(sheet);
    }
    (parts.sheets, parts.formats) = (book.sheets, book.formats);
    Ok(parts)
}

/// Reads the records that [`read`] reads before and beside calamine, and nothing else. It never panics or aborts.
pub(super) fn check(package: &Package, limits: &Limits) -> Result<(), OpenError> {
    let book = Book::read(package, limits)?;
    book.sheets.iter().filter(|entry| entry.grid).try_for_each(|entry| {
        decor(package, &entry.part, limits)?;
        Ok(())
    })
}

fn failed(error: calamine::XlsbError) -> OpenError {
    match error {
        calamine::XlsbError::Password => OpenError::Encrypted,
        other => damaged(other.to_string()),
    }
}

fn read_sheet(
    (strings, limits): (&Strings<'_>, &Limits),
    xlsb: &mut Xlsb<Cursor<&[u8]>>,
    entry: &SheetEntry,
) -> Result<Sheet, OpenError> {
    let (decor, own) = decor(strings.package, &entry.part, limits)?;
    let mut cells = xlsb.worksheet_cells_reader(&entry.name).map_err(failed)?;
    let values = std::iter::from_fn(|| match cells.next_cell() {
        Ok(Some(cell)) => Some(Ok((cell.get_position(), Data::from(cell.get_value().clone())))),
        Ok(None) => None,
        Err(error) => Some(Err(failed(error))),
    });
    let own = own.into_iter().map(|(spot, own)| Ok((spot, strings.value(own)?)));
    grid(values.chain(own), &HashMap::new(), &decor, limits)
}

/// What stands outside the sheets' parts.
#[derive(Debug, Default)]
struct Book {
    sheets: Vec<SheetEntry>,
    formats: Vec<NumberFormat>,
    /// The part of the shared strings.
    strings: Option<String>,
    date1904: bool,
}

impl Book {
    fn read(package: &Package, limits: &Limits) -> Result<Self, OpenError> {
        let related = relations::of(package, BOOK, limits)?;
        let mut book = Self::default();
        records(package, BOOK, |kind, data| {
            match kind {
                0x0099 => book.date1904 = word(data, 0) & 1 == 1,
                0x009C => book.list(data, &related)?,
                _ => {}
            }
            Ok(())
        })?;
        if book.sheets.is_empty() {
            return Err(damaged("it lists no sheet".to_owned()));
        }
        let led =
            |kind: &str| related.iter().find(|one| one.kind == kind).and_then(|one| one.part.as_deref());
        if let Some(part) = led("styles") {
            book.formats = formats(package, part)?;
        }
        if let Some(strings) = led("sharedStrings") {
            // Inflated once within the limits before calamine, which knows none, inflates it.
            records(package, strings, |_, _| Ok(()))?;
            book.strings = Some(strings.to_owned());
        }
        Ok(book)
    }

    /// Adds a sheet by its record.
    fn list(&mut self, data: &[u8], related: &[Relation]) -> Result<(), OpenError> {
        let visibility = match word(data, 0) {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        let (id, after) = wide(data.get(8..).unwrap_or(&[]))?;
        let (name, _) = wide(after)?;
        if self.sheets.len() >= SHEETS.min(related.len()) {
            return Err(damaged("more sheets than parts".to_owned()));
        }
        if self.sheets.iter().any(|other| other.name == name) {
            return Err(OpenError::Ambiguous(format!("two sheets are named {name:?}")));
        }
        let relation = related.iter().find(|other| other.id == id);
        let part = relation.and_then(|relation| relation.part.clone()).unwrap_or_default();
        let grid = relation.is_some_and(|relation| relation.kind == "worksheet") && !part.is_empty();
        self.sheets.push(SheetEntry { name, part, visibility, grid });
        Ok(())
    }
}

/// The number format of each cell style.
fn formats(package: &Package, part: &str) -> Result<Vec<NumberFormat>, OpenError> {
    let mut codes: HashMap<u16, String> = HashMap::new();
    let mut styles: Vec<u16> = Vec::new();
    let mut inside = false;
    records(package, part, |kind, data| {
        match kind {
            0x002C => drop(codes.insert(half(data, 0), wide(data.get(2..).unwrap_or(&[]))?.0)),
            0x0269 => inside = true,
            0x026A => inside = false,
            0x002F if inside && styles.len() < STYLES => styles.push(half(data, 2)),
            _ => {}
        }
        Ok(())
    })?;
    let code = |id: &u16| codes.get(id).cloned().unwrap_or_else(|| built_in(u32::from(*id)).to_owned());
    Ok(styles.iter().map(|id| NumberFormat { code: code(id) }).collect())
}

/// What a sheet's records say beside values, and the values that calamine passes over.
fn decor(package: &Package, part: &str, limits: &Limits) -> Result<(Decor, Vec<(Spot, Own)>), OpenError> {
    let mut decor = Decor::default();
    let mut own = Vec::new();
    let mut place = At::default();
    records(package, part, |kind, data| {
        let at = |place: usize| word(data, place);
        match kind {
            0x0000 => {
                place = At::row(at(0));
                if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                    decor.hidden_rows.push(at(0));
                }
            }
            0x0001..=0x0012 | 0x003E => {
                let (spot, style, rest) = place.cell(kind, data);
                // A cell without a value is only a place.
                if !matches!(kind, 0x0001 | 0x000C) {
                    decor.styles.push((spot, style));
                }
                match kind {
                    0x0008..=0x000B => decor.formulas.push(spot),
                    0x000D..=0x0012 | 0x003E => own.push((spot, Own::read(kind, rest)?)),
                    _ => {}
                }
                if kind == 0x000B {
                    decor.errors.push((spot, error_code(rest.first().copied().unwrap_or(0))));
                }
            }
            0x003C if half(data, 16) & 1 == 1 => decor.hidden_columns.push((at(0), at(4))),
            0x00B0 => decor.merges.push(((at(0), at(8)), (at(4), at(12)))),
            _ => {}
        }
        if decor.styles.len() > limits.cells || decor.merges.len() > limits.cells {
            return Err(over(limits.cells as u64));
        }
        Ok(())
    })?;
    Ok((decor.sorted(), own))
}
