//! Workbooks of Excel 5 to 2003 (.xls) and WPS (.et): calamine reads values and formulas from the stream whose
//! chains were checked; number formats, merges and what is hidden come from the records themselves.

use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, Xls};
use encoding_rs::{Encoding, GB18030, UTF_16LE};

use crate::error::OpenError;
use crate::limits::Limits;
use crate::sheet::Sheet;
use crate::workbook::{FileKind, NumberFormat, Parts, SheetEntry, Visibility};

use super::legacy::{Decor, damaged, grid, names, over};
use super::ole::{Compound, half, word};
use super::styles::built_in;

/// Cells between the first and the last value of a sheet: calamine keeps a place for each.
const DENSE: u64 = 2_000_000;
/// Cell styles that are read; Excel writes at most 4,050.
const STYLES: usize = 100_000;
/// Sheets that are read.
const SHEETS: usize = 10_000;

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;

/// Reads the workbook of a compound file.
///
/// calamine may panic or abort the process on a damaged one.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Parts, OpenError> {
    let (globals, decors) = checked(bytes, limits)?;
    let mut xls = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => OpenError::Encrypted,
        other => damaged(other.to_string()),
    })?;
    let listed = xls.sheets_metadata().to_vec();
    let mut grids = Vec::new();
    let mut sheets: Vec<SheetEntry> = Vec::new();
    for (index, sheet) in listed.iter().enumerate() {
        if sheets.iter().any(|other| other.name == sheet.name) {
            return Err(OpenError::Ambiguous(format!("two sheets are named {:?}", sheet.name)));
        }
        let decor = decors.get(index).ok_or_else(|| damaged("a sheet without a place".to_owned()))?;
        grids.push(Some(read_sheet(&mut xls, &sheet.name, decor, limits)?));
        sheets.push(SheetEntry {
            name: sheet.name.clone(),
            part: String::new(),
            visibility: match sheet.visible {
                SheetVisible::Visible => Visibility::Visible,
                SheetVisible::Hidden => Visibility::Hidden,
                SheetVisible::VeryHidden => Visibility::VeryHidden,
            },
            grid: sheet.typ == SheetType::WorkSheet,
        });
    }
    if sheets.is_empty() {
        return Err(damaged("it lists no sheet".to_owned()));
    }
    let (date1904, formats) = (globals.date1904, globals.formats());
    Ok(Parts {
        kind: FileKind::Xls,
        sheets,
        grids,
        names: names(xls.defined_names()),
        formats,
        date1904,
        ..Parts::default()
    })
}

/// What the records say, read before calamine sees the file. It never panics or aborts.
pub(super) fn checked(bytes: &[u8], limits: &Limits) -> Result<(Globals, Vec<Decor>), OpenError> {
    let compound = Compound::read(bytes)?;
    let stream = match compound.stream("Workbook")? {
        Some(stream) => stream,
        None => compound.stream("Book")?.ok_or_else(|| damaged("it has no workbook stream".to_owned()))?,
    };
    let globals = Globals::read(&stream)?;
    let decors = globals.sheets.iter().map(|start| decor(&stream, *start, limits));
    let decors: Vec<Decor> = decors.collect::<Result<_, OpenError>>()?;
    if decors.iter().any(|decor| decor.area() > DENSE) {
        let (part, what) = ("workbook".to_owned(), "cells between the first and the last");
        return Err(OpenError::OverLimit { part, what, limit: DENSE });
    }
    Ok((globals, decors))
}

fn read_sheet(
    xls: &mut Xls<Cursor<&[u8]>>,
    name: &str,
    decor: &Decor,
    limits: &Limits,
) -> Result<Sheet, OpenError> {
    let failed = |error: calamine::XlsError| damaged(error.to_string());
    let range = xls.worksheet_formula(name).map_err(failed)?;
    let (row, column) = range.start().unwrap_or_default();
    let spot = |at: (usize, usize), (row, column): (u32, u32)| {
        let from = |first: u32, step: usize| first.saturating_add(u32::try_from(step).unwrap_or(u32::MAX));
        (from(row, at.0), from(column, at.1))
    };
    let texts = range.used_cells().map(|(r, c, text)| (spot((r, c), (row, column)), text.clone())).collect();
    drop(range);
    let range = xls.worksheet_range(name).map_err(failed)?;
    let start = range.start().unwrap_or_default();
    let values = range.used_cells().map(|(r, c, data)| Ok((spot((r, c), start), data.clone())));
    grid(values, &texts, decor, limits)
}

/// The records before the sheets'.
#[derive(Debug, Default)]
pub(super) struct Globals {
    /// Where each sheet's records begin.
    sheets: Vec<usize>,
    codes: std::collections::HashMap<u16, String>,
    /// The number format of each cell style.
    styles: Vec<u16>,
    date1904: bool,
    wide: bool,
    page: Option<&'static Encoding>,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, OpenError> {
        let mut globals = Self::default();
        for record in Records(stream) {
            let (kind, data) = record?;
            match kind {
                END => break,
                BEGIN => globals.wide = half(data, 0) == 0x0600,
                // Of whichever kind: calamine reads on where it is the oldest one, and would give noise.
                0x002F => return Err(OpenError::Encrypted),
                0x0022 => globals.date1904 = half(data, 0) == 1,
                0x0042 => globals.page = page(half(data, 0)),
                0x0085 if globals.sheets.len() >= SHEETS => {
                    return Err(damaged(format!("more than {SHEETS} sheets")));
                }
                0x0085 => globals.sheets.push(word(data, 0) as usize),
                0x041E => {
                    let code = globals.text(data.get(2..).unwrap_or(&[]));
                    globals.codes.insert(half(data, 0), code);
                }
                0x00E0 if globals.styles.len() < STYLES => globals.styles.push(half(data, 2)),
                _ => {}
            }
        }
        Ok(globals)
    }

    /// A format's code: of two-byte characters or one-byte ones, or in the workbook's code page.
    fn text(&self, raw: &[u8]) -> String {
        let decode = |encoding: &'static Encoding, bytes: &[u8]| {
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        };
        if !self.wide {
            let bytes = raw.get(1..).unwrap_or(&[]);
            return decode(self.page.unwrap_or(GB18030), bytes);
        }
        let length = usize::from(half(raw, 0));
        let bytes = raw.get(3..).unwrap_or(&[]);
        if raw.get(2).is_some_and(|flags| flags & 1 == 1) {
            return decode(UTF_16LE, bytes.get(..length * 2).unwrap_or(bytes));
        }
        bytes.iter().take(length).map(|byte| char::from(*byte)).collect()
    }

    fn formats(&self) -> Vec<NumberFormat> {
        let code =
            |id: &u16| self.codes.get(id).cloned().unwrap_or_else(|| built_in(u32::from(*id)).to_owned());
        self.styles.iter().map(|id| NumberFormat { code: code(id) }).collect()
    }
}

/// The encoding of a code page that Chinese and Western files use.
fn page(number: u16) -> Option<&'static Encoding> {
    Some(match number {
        936 | 54_936 => GB18030,
        950 => encoding_rs::BIG5,
        1_200 => UTF_16LE,
        1_252 | 367 => encoding_rs::WINDOWS_1252,
        _ => return None,
    })
}

/// What a sheet's records say beside values. Records of charts inside the sheet are passed over.
fn decor(stream: &[u8], start: usize, limits: &Limits) -> Result<Decor, OpenError> {
    let records =
        stream.get(start..).ok_or_else(|| damaged("a sheet begins beyond the stream's end".to_owned()))?;
    let mut decor = Decor::default();
    let mut depth = 0;
    for record in Records(records) {
        let (kind, data) = record?;
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => {}
            _ => decor.take(kind, data),
        }
        if decor.styles.len() > limits.cells {
            return Err(over(limits.cells as u64));
        }
    }
    Ok(decor.sorted())
}

impl Decor {
    fn take(&mut self, kind: u16, data: &[u8]) {
        let at = |place: usize| u32::from(half(data, place));
        match kind {
            0x0006 => {
                self.styles.push(((at(0), at(2)), at(4)));
                self.formulas.push((at(0), at(2)));
            }
            0x00D6 | 0x00FD | 0x0203 | 0x0204 | 0x0205 | 0x027E => {
                self.styles.push(((at(0), at(2)), at(4)));
            }
            0x00BD => {
                let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or(&[]).chunks_exact(6);
                let first = at(2);
                self.styles.extend(
                    (first..).zip(cells).map(|(column, cell)| ((at(0), column), u32::from(half(cell, 0)))),
                );
            }
            0x00E5 => {
                let ranges = data.get(2..).unwrap_or(&[]).chunks_exact(8).take(usize::from(half(data, 0)));
                self.merges.extend(ranges.map(|raw| {
                    let at = |place: usize| u32::from(half(raw, place));
                    ((at(0), at(4)), (at(2), at(6)))
                }));
            }
            0x0208 if half(data, 12) & 0x20 != 0 => self.hidden_rows.push(at(0)),
            0x007D if half(data, 8) & 1 == 1 => self.hidden_columns.push((at(0).min(255), at(2).min(255))),
            _ => {}
        }
    }
}

/// The records of a stream: kind and content.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u16, &'a [u8]), OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let length = usize::from(half(self.0, 2));
        let record =
            self.0.split_at_checked(4).and_then(|(head, rest)| Some((head, rest.split_at_checked(length)?)));
        let Some((head, (data, rest))) = record else {
            self.0 = &[];
            return Some(Err(OpenError::Truncated("the workbook's records end inside one".to_owned())));
        };
        self.0 = rest;
        Some(Ok((half(head, 0), data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::ole::tests::compound;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    fn refusal(records: &[Vec<u8>]) -> OpenError {
        let mut stream = records.concat();
        // Below 4,096 bytes a stream lies among the small ones, which this container does not have.
        stream.extend(record(0x00FF, &[0; 5_000]));
        read(&compound("Workbook", &stream, &[]), &Limits::default()).unwrap_err()
    }

    #[test]
    fn what_cannot_be_read_is_told_before_calamine_sees_it() {
        let begin = record(BEGIN, &[0, 6, 5, 0]);
        assert_eq!(refusal(&[begin.clone(), record(0x002F, &[1, 0])]), OpenError::Encrypted);
        let beyond = record(0x0085, &[0xFF, 0xFF, 0, 0, 0, 0, 1, 0, b'a']);
        assert!(refusal(&[begin.clone(), beyond, record(END, &[])]).to_string().contains("beyond"));
        let flood = record(0x0085, &[]).repeat(SHEETS + 1);
        assert!(refusal(&[begin.clone(), flood]).to_string().contains("more than 10000 sheets"));
        let mut cut = begin.clone();
        cut.extend([0x0A, 0, 0xFF, 0xFF]);
        assert!(matches!(refusal(&[cut]), OpenError::Truncated(_)));
        let start = u8::try_from(begin.len() + 13 + 4).unwrap();
        let corners = [(0_u16, 0_u16), (65_535, 255)].map(|(row, column)| {
            let mut cell = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
            cell.extend([0; 8]);
            record(0x0203, &cell)
        });
        let sheet = record(0x0085, &[start, 0, 0, 0, 0, 0, 1, 0, b'a']);
        let records = [begin.clone(), sheet, record(END, &[]), begin, corners.concat(), record(END, &[])];
        assert!(matches!(refusal(&records), OpenError::OverLimit { limit: DENSE, .. }));
    }

    #[test]
    fn formats_are_read_in_every_width() {
        let wide = Globals { wide: true, ..Globals::default() };
        assert_eq!(wide.text(&[2, 0, 0, b'0', b'%']), "0%");
        assert_eq!(wide.text(&[2, 0, 1, b'0', 0, 0x74, 0x5E]), "0年");
        let narrow = Globals { page: page(936), ..Globals::default() };
        assert_eq!(narrow.text(&[3, b'0', 0xC4, 0xEA]), "0年");
    }
}
