//! Opens what is no .xlsx: text tables, .ods, and of .xls and .xlsb what is read before calamine reads them.
//!
//! An input whose first line starts with `%%` is a container, divided like those of [`package`](super::package): its
//! parts make an .ods or an .xlsb; a first part `%%Workbook` or `%%Book` is the stream of an .xls, put into a compound
//! file. A part loses the line break at its end. Any other input is the file as it stands: text, or a compound file.

use std::iter;

use jixiao_workbook::sheet::Row;
use jixiao_workbook::{OpenError, Workbook};

use super::package::zipped;
use super::reader::look;

/// Opens by content, looks at every grid, and reads a text again in the other encodings.
pub fn check(data: &[u8]) {
    let bytes = file(data);
    let is_compound = bytes.starts_with(COMPOUND);
    let checked = Workbook::needs_legacy(&bytes).then(|| Workbook::check_legacy(bytes.clone()));
    let opened = Workbook::open(bytes);
    if is_compound && !matches!(opened, Err(OpenError::Unsupported(_))) {
        assert!(
            checked.is_some_and(|checked| checked.is_err()),
            "refused only without its records: {opened:?}"
        );
    }
    if let Ok(text) = std::str::from_utf8(data)
        && !data.starts_with(b"%%")
        // Marked already, or UTF-16 without a mark.
        && !text.contains(['\u{feff}', '\0'])
    {
        check_encodings(text, opened.as_ref().ok());
    }
    let Ok(book) = opened else { return };
    for id in book.sheet_ids() {
        if let Ok(sheet) = book.sheet(id) {
            look(&book, sheet);
        }
    }
}

/// The file that an input stands for.
fn file(data: &[u8]) -> Vec<u8> {
    let Some(mut rest) = data.strip_prefix(b"%%") else { return data.to_vec() };
    let mut parts = Vec::new();
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let name = String::from_utf8_lossy(rest[..end].trim_ascii());
        let after = &rest[rest.len().min(end + 1)..];
        let next = after.windows(3).position(|window| window == b"\n%%");
        parts.push((name, &after[..next.unwrap_or(after.len())]));
        let Some(next) = next else { break };
        rest = &after[next + 3..];
    }
    match &parts[0] {
        (name, stream) if matches!(&**name, "Workbook" | "Book") => compound(name, stream),
        _ => zipped(parts.iter().map(|(name, content)| (&**name, *content))),
    }
}

/// A text that opens in UTF-8 opens in UTF-16, marked, to the same cells.
fn check_encodings(text: &str, book: Option<&Workbook>) {
    let Some(book) = book else { return };
    let units = || iter::once(0xFEFF).chain(text.encode_utf16());
    let little = units().flat_map(u16::to_le_bytes).collect();
    let big = units().flat_map(u16::to_be_bytes).collect();
    for (name, bytes) in [("little", little), ("big", big)] {
        match Workbook::open(bytes) {
            Ok(other) => assert_eq!(cells(book), cells(&other), "in UTF-16, {name} end first"),
            Err(error) => panic!("in UTF-16, {name} end first: {error}"),
        }
    }
}

fn cells(book: &Workbook) -> Vec<String> {
    let sheets = book.sheet_ids().filter_map(|id| book.sheet(id).ok());
    let cells = sheets.flat_map(|sheet| sheet.rows().flat_map(Row::cells));
    cells.map(|cell| format!("{cell:?} {}", book.format(cell.style).code)).collect()
}

/// What a compound file begins with.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const SECTOR: usize = 512;
const FREE: u32 = 0xFFFF_FFFF;
const END: u32 = 0xFFFF_FFFE;
const TABLE: u32 = 0xFFFF_FFFD;

/// A compound file: header, sector table, directory, then the stream, made long enough to be no small one.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let size = stream.len().max(4_096);
    let sectors = u32::try_from(size.div_ceil(SECTOR)).unwrap_or(0).min(120);
    let mut file = COMPOUND.to_vec();
    file.extend([0; 16]);
    // Versions, byte order, sectors of 512 bytes, small ones of 64.
    file.extend([0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    file.extend([0; 10]);
    for word in [1, 1, 0, 4_096, END, 0, END, 0, 0] {
        file.extend(u32::to_le_bytes(word));
    }
    file.resize(SECTOR, 0xFF);
    let chain = (3..sectors + 2).chain([END]);
    let numbers = [TABLE, END].into_iter().chain(chain).chain(iter::repeat(FREE)).take(SECTOR / 4);
    file.extend(numbers.flat_map(u32::to_le_bytes));
    for (name, kind, start, size) in [("Root Entry", 5, END, 0), (name, 2, 2, size)] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(128, 0);
        entry[64] = u8::try_from((name.len() + 1) * 2).unwrap_or(0);
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap_or(0).to_le_bytes());
        file.extend(entry);
    }
    file.resize(3 * SECTOR, 0);
    file.extend(stream);
    file.resize(3 * SECTOR + size.next_multiple_of(SECTOR), 0);
    file
}
