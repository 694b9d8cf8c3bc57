//! Binary workbooks of Excel (.xlsb): calamine reads values; number formats, merges, what is hidden and which cells
//! compute come from the records themselves, within the limits of the container.
//!
//! The texts of formulas are not taken: calamine 0.38 gives `>=` for `>` and columns beyond the grid.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsb};

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::sheet::Sheet;
use crate::workbook::{FileKind, NumberFormat, Parts, SheetEntry, Visibility};

use super::legacy::{Decor, damaged, grid, over};
use super::ole::{half, word};
use super::relations::{self, Relation};
use super::styles::built_in;

/// The part that names the sheets.
pub(super) const BOOK: &str = "xl/workbook.bin";
/// The longest record that is held.
const LONGEST: usize = 16 << 20;
/// Cell styles that are read.
const STYLES: usize = 100_000;
/// Sheets that are read.
const SHEETS: usize = 10_000;

/// Reads a binary workbook.
///
/// calamine may panic or abort the process on a damaged one.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Parts, OpenError> {
    let book = Book::read(package, limits)?;
    let mut xlsb = Xlsb::new(Cursor::new(package.bytes())).map_err(failed)?;
    let mut parts = Parts { kind: FileKind::Xlsb, date1904: book.date1904, ..Parts::default() };
    for entry in &book.sheets {
        let place = (entry.name.as_str(), entry.part.as_str());
        let sheet = entry.grid.then(|| read_sheet(package, &mut xlsb, place, limits)).transpose()?;
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
    package: &Package,
    xlsb: &mut Xlsb<Cursor<&[u8]>>,
    (name, part): (&str, &str),
    limits: &Limits,
) -> Result<Sheet, OpenError> {
    let decor = decor(package, part, limits)?;
    let mut cells = xlsb.worksheet_cells_reader(name).map_err(failed)?;
    let values = std::iter::from_fn(|| match cells.next_cell() {
        Ok(Some(cell)) => Some(Ok((cell.get_position(), Data::from(cell.get_value().clone())))),
        Ok(None) => None,
        Err(error) => Some(Err(failed(error))),
    });
    grid(values, &HashMap::new(), &decor, limits)
}

/// What stands outside the sheets' parts.
#[derive(Debug, Default)]
struct Book {
    sheets: Vec<SheetEntry>,
    formats: Vec<NumberFormat>,
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

/// What a sheet's records say beside values.
fn decor(package: &Package, part: &str, limits: &Limits) -> Result<Decor, OpenError> {
    let mut decor = Decor::default();
    let mut row = 0;
    records(package, part, |kind, data| {
        let at = |place: usize| word(data, place);
        match kind {
            0x0000 => {
                row = at(0);
                if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                    decor.hidden_rows.push(row);
                }
            }
            0x0002..=0x000B => {
                decor.styles.push(((row, at(0)), at(4) & 0x00FF_FFFF));
                if kind >= 0x0008 {
                    decor.formulas.push((row, at(0)));
                }
                if kind == 0x000B {
                    decor.errors.push(((row, at(0)), error_code(data.get(8).copied().unwrap_or(0))));
                }
            }
            // Cells in forms that calamine passes over: read without them, the sheet would be another.
            0x000C..=0x0012 | 0x003E => {
                return Err(damaged(format!(
                    "row {} holds cells of kind {kind}, which are not read here",
                    row.saturating_add(1)
                )));
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
    Ok(decor.sorted())
}

fn error_code(number: u8) -> &'static str {
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

/// A text of two-byte characters after its length, and what follows it.
fn wide(data: &[u8]) -> Result<(String, &[u8]), OpenError> {
    let length = (word(data, 0) as usize).saturating_mul(2);
    let parted = data.get(4..).and_then(|rest| rest.split_at_checked(length));
    let (text, rest) =
        parted.ok_or_else(|| OpenError::Truncated("a text ends beyond its record".to_owned()))?;
    let units = text.chunks_exact(2).map(|pair| half(pair, 0));
    Ok((char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect(), rest))
}

/// Hands every record of a part to a reader: kind and content.
fn records(
    package: &Package,
    part: &str,
    mut take: impl FnMut(u16, &[u8]) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let mut stream = std::io::BufReader::new(package.stream(part)?);
    let mut data = Vec::new();
    loop {
        let Some(first) = byte(&mut stream, part)? else { return Ok(()) };
        let mut kind = u16::from(first);
        if first & 0x80 != 0 {
            kind = u16::from(first & 0x7F) | u16::from(needed(&mut stream, part)? & 0x7F) << 7;
        }
        let mut length = 0;
        for step in 0..4 {
            let next = needed(&mut stream, part)?;
            length |= usize::from(next & 0x7F) << (7 * step);
            if next & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST {
            return Err(damaged(format!("{part} has a record of {length} bytes")));
        }
        data.resize(length, 0);
        stream.read_exact(&mut data).map_err(|error| ended(error, part))?;
        take(kind, &data)?;
    }
}

fn byte(stream: &mut impl Read, part: &str) -> Result<Option<u8>, OpenError> {
    let mut one = [0];
    let count = stream.read(&mut one).map_err(|error| OpenError::inside(error, part))?;
    Ok((count == 1).then_some(one[0]))
}

fn needed(stream: &mut impl Read, part: &str) -> Result<u8, OpenError> {
    byte(stream, part)?.ok_or_else(|| OpenError::Truncated(format!("{part} ends inside a record")))
}

fn ended(error: std::io::Error, part: &str) -> OpenError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return OpenError::Truncated(format!("{part} ends inside a record"));
    }
    OpenError::inside(error, part)
}
