//! OpenDocument spreadsheets (.ods), read by the scanner: values with their written digits, formulas, merges, number
//! formats, what is hidden. Repeated rows and cells are laid out only where something stands in them.

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Token};
use crate::workbook::{DefinedName, FileKind, Parts, SheetEntry, Visibility};

use super::ods_formula;
use super::ods_sheet::{Grid, Place};
use super::ods_styles::Styles;
use super::visit::{Stop, text, visit};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// Sheets that are read.
const SHEETS: usize = 10_000;
/// What the prefixes that files use must stand for; every known program writes them so.
const SPACES: [(&[u8], &[u8]); 3] = [
    (b"xmlns:office", b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    (b"xmlns:table", b"urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    (b"xmlns:text", b"urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
];

/// Whether a container may be such a spreadsheet.
pub(super) fn is_likely(package: &Package) -> bool {
    package.contains(CONTENT) && !package.contains("[Content_Types].xml")
}

/// Reads the sheets of a spreadsheet.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Parts, OpenError> {
    if package.contains(MANIFEST) {
        let mut encrypted = false;
        visit(package, MANIFEST, limits, |token| {
            encrypted |= token.opens() && token.name() == b"encryption-data";
            Ok(())
        })?;
        if encrypted {
            return Err(OpenError::Encrypted);
        }
    }
    let mut book = Book { limits: *limits, ..Book::default() };
    if package.contains("styles.xml") {
        visit(package, "styles.xml", limits, |token| book.styles.take(token))?;
    }
    visit(package, CONTENT, limits, |token| book.take(token))?;
    if !book.is_spreadsheet {
        return Err(package.other_kind());
    }
    if book.parts.sheets.is_empty() {
        let what = "it lists no sheet".to_owned();
        return Err(OpenError::Damaged { part: CONTENT.to_owned(), what });
    }
    Ok(Parts { kind: FileKind::Ods, formats: book.styles.formats.into_list(), ..book.parts })
}

/// What was read of the content so far.
#[derive(Debug, Default)]
struct Book {
    limits: Limits,
    styles: Styles,
    parts: Parts,
    is_spreadsheet: bool,
    /// Depth of the spreadsheet's element, once it was met.
    body: Option<usize>,
    grid: Option<Grid>,
}

impl Book {
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let Some(body) = self.body else { return self.before(token) };
        if let Some(grid) = &mut self.grid {
            if grid.take(token, &mut self.styles, &self.limits)? == Place::Inside {
                return Ok(());
            }
            let done = self.grid.take().map(Grid::finish);
            self.parts.grids.push(done);
            return Ok(());
        }
        match token.name() {
            b"table" if token.depth == body + 1 && token.opens() => self.begin(token),
            b"named-range" | b"named-expression" if token.opens() => self.name(token),
            _ => Ok(()),
        }
    }

    fn before(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if token.depth == 0 && token.opens() {
            for (prefix, uri) in SPACES {
                if token.attribute(prefix) != Some(uri) {
                    return Stop::damaged("it is no OpenDocument content as programs write it");
                }
            }
        }
        if token.name() == b"spreadsheet" && token.opens() {
            self.is_spreadsheet = true;
            self.body = Some(token.depth);
            return Ok(());
        }
        self.styles.take(token)
    }

    fn begin(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.parts.sheets.len() >= SHEETS {
            return Stop::damaged(format!("more than {SHEETS} sheets"));
        }
        let name = text(token, b"table:name")?.unwrap_or_default();
        let style = text(token, b"table:style-name")?.unwrap_or_default();
        let hidden = self.styles.is_hidden(&style);
        let visibility = if hidden { Visibility::Hidden } else { Visibility::Visible };
        // What was last seen of another file's sheet is kept as a table, too.
        let grid = !name.starts_with("'file:");
        self.parts.sheets.push(SheetEntry { name, part: CONTENT.to_owned(), visibility, grid });
        let begun = Grid::new(token);
        if token.kind == Kind::Start {
            self.grid = Some(begun);
        } else {
            self.parts.grids.push(Some(begun.finish()));
        }
        Ok(())
    }

    fn name(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let name = text(token, b"table:name")?.unwrap_or_default();
        let range = text(token, b"table:cell-range-address")?.map(|range| format!("[{range}]"));
        let meaning = range.or(text(token, b"table:expression")?).unwrap_or_default();
        let text = ods_formula::translated(&meaning);
        self.parts.names.push(DefinedName { name, local: None, text, hidden: false });
        Ok(())
    }
}
