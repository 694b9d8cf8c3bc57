//! A whole workbook: its sheets, names and number formats; grids are built on first use.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::address::is_same_sheet;
use crate::document::Document;
use crate::error::OpenError;
use crate::package::Package;
use crate::sheet::{Sheet, ValueRef};

/// A sheet's number in the workbook's order, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SheetId(pub u32);

/// Whether a sheet's tab is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Seen.
    Visible,
    /// Hidden; the user can show it.
    Hidden,
    /// Hidden so that only a program can show it.
    VeryHidden,
}

/// A sheet as the workbook lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetEntry {
    /// Its name.
    pub name: String,
    /// Its part in the package (`xl/worksheets/sheet1.xml`); empty for a sheet without a file.
    pub part: String,
    /// Whether it is shown.
    pub visibility: Visibility,
    /// Whether it is a grid of cells (a chart sheet is not).
    pub grid: bool,
}

/// A defined name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinedName {
    /// The name.
    pub name: String,
    /// The sheet it is local to, if any.
    pub local: Option<SheetId>,
    /// What it refers to, a formula without `=`.
    pub text: String,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// A cell's number format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    /// The format code; `General` where none is given.
    pub code: String,
}

impl NumberFormat {
    /// Digits after the point that the format's first section shows; `None` for General, text and dates.
    pub fn decimals(&self) -> Option<u8> {
        if self.is_general() || self.is_text() || self.is_date() {
            return None;
        }
        let after = self.plain_section().skip_while(|c| *c != '.').skip(1);
        let digits = after.take_while(|c| matches!(c, '0' | '#' | '?')).count();
        u8::try_from(digits).ok()
    }

    /// Whether the format shows a fraction as a percentage.
    pub fn is_percent(&self) -> bool {
        self.plain_section().any(|c| c == '%')
    }

    /// Whether the format is General.
    pub fn is_general(&self) -> bool {
        self.code.is_empty() || self.code.eq_ignore_ascii_case("general")
    }

    /// Whether the cell is formatted as text (`@`).
    pub fn is_text(&self) -> bool {
        self.code == "@"
    }

    /// Whether the format shows a date or a time.
    pub fn is_date(&self) -> bool {
        let mut section = self.plain_section();
        !self.is_general() && section.any(|c| matches!(c.to_ascii_lowercase(), 'y' | 'd' | 'h' | 's' | 'm'))
    }

    /// The first section without quoted literals, escapes, colours and conditions.
    fn plain_section(&self) -> impl Iterator<Item = char> + '_ {
        let mut chars = self.code.chars();
        std::iter::from_fn(move || {
            loop {
                match chars.next()? {
                    ';' => return None,
                    '"' => drop(chars.by_ref().find(|c| *c == '"')),
                    '[' => drop(chars.by_ref().find(|c| *c == ']')),
                    '\\' | '_' | '*' => drop(chars.next()),
                    other => return Some(other),
                }
            }
        })
    }
}

/// The kind of file a workbook was read from. Only a package can be edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FileKind {
    /// .xlsx or .xlsm.
    Package,
    /// .xlsb, the binary workbook of Excel.
    Xlsb,
    /// .xls, and .et of WPS.
    Xls,
    /// .ods, an OpenDocument spreadsheet.
    Ods,
    /// .csv or .tsv, which hold neither formulas nor merges.
    Text,
    /// .docx, whose tables are the sheets.
    Docx,
    /// .txt whose tables have one cell a line.
    Flat,
    /// None: built in memory.
    #[default]
    Memory,
}

impl FileKind {
    /// Whether such files can hold formulas, so that a number stored as text differs from a number.
    pub fn has_formulas(self) -> bool {
        !matches!(self, Self::Text | Self::Docx | Self::Flat)
    }

    /// The usual ending of such files; empty for what is in memory.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Package => ".xlsx",
            Self::Xlsb => ".xlsb",
            Self::Xls => ".xls",
            Self::Ods => ".ods",
            Self::Text => ".csv",
            Self::Docx => ".docx",
            Self::Flat => ".txt",
            Self::Memory => "",
        }
    }
}

/// What the reader of a format hands over to make a [`Workbook`].
#[derive(Debug, Default)]
pub struct Parts {
    /// The kind of file.
    pub kind: FileKind,
    /// The container, for formats that can be edited.
    pub package: Option<Package>,
    /// The parts of the package that were read, beside the sheets.
    pub read: Vec<String>,
    /// The sheets in order.
    pub sheets: Vec<SheetEntry>,
    /// Grids that are already built, by sheet; the others are built on first use from the package.
    pub grids: Vec<Option<Sheet>>,
    /// Defined names.
    pub names: Vec<DefinedName>,
    /// Number formats by cell style index.
    pub formats: Vec<NumberFormat>,
    /// Whether dates count from 1904.
    pub date1904: bool,
    /// Whether the package carries a digital signature.
    pub signed: bool,
    /// Whether the workbook's structure is protected.
    pub protected: bool,
    /// The text around the tables, for a document.
    pub document: Option<Document>,
    /// Shared strings, decoded; indexed by the grid's cells.
    pub strings: std::sync::Arc<crate::sheet::Strings>,
}

/// An opened workbook. Reading it never changes it; [`Workbook::apply`](crate::patch) gives new bytes.
pub struct Workbook {
    pub(crate) parts: Parts,
    pub(crate) built: Vec<OnceLock<Result<Sheet, OpenError>>>,
    pub(crate) limits: crate::limits::Limits,
}

impl fmt::Debug for Workbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workbook").field("sheets", &self.parts.sheets).finish_non_exhaustive()
    }
}

impl Workbook {
    /// A workbook from what a format's reader found.
    pub fn from_parts(mut parts: Parts, limits: crate::limits::Limits) -> Self {
        let built: Vec<OnceLock<_>> = parts.sheets.iter().map(|_| OnceLock::new()).collect();
        for (slot, grid) in built.iter().zip(std::mem::take(&mut parts.grids)) {
            if let Some(sheet) = grid {
                drop(slot.set(Ok(sheet)));
            }
        }
        Self { parts, built, limits }
    }

    /// A workbook of grids built in memory, named as given; it can be read and checked, not edited.
    pub fn from_sheets(sheets: Vec<(String, Sheet)>, formats: Vec<NumberFormat>) -> Self {
        let entries = sheets.iter().map(|(name, _)| SheetEntry {
            name: name.clone(),
            part: String::new(),
            visibility: Visibility::Visible,
            grid: true,
        });
        let parts = Parts {
            sheets: entries.collect(),
            grids: sheets.into_iter().map(|(_, sheet)| Some(sheet)).collect(),
            formats,
            ..Parts::default()
        };
        Self::from_parts(parts, crate::limits::Limits::default())
    }

    /// The kind of file it was read from.
    pub fn kind(&self) -> FileKind {
        self.parts.kind
    }

    /// The text around the tables, where the file is a document.
    pub fn document(&self) -> Option<&Document> {
        self.parts.document.as_ref()
    }

    /// The sheets in the workbook's order.
    pub fn sheets(&self) -> &[SheetEntry] {
        &self.parts.sheets
    }

    /// Every sheet's number, in order.
    pub fn sheet_ids(&self) -> impl Iterator<Item = SheetId> + use<> {
        (0..u32::try_from(self.parts.sheets.len()).unwrap_or(0)).map(SheetId)
    }

    /// A sheet's entry.
    pub fn entry(&self, id: SheetId) -> Option<&SheetEntry> {
        self.parts.sheets.get(id.0 as usize)
    }

    /// The number of the sheet of that name (letter case is ignored, as Excel does).
    pub fn sheet_named(&self, name: &str) -> Option<SheetId> {
        let at = self.parts.sheets.iter().position(|sheet| is_same_sheet(&sheet.name, name))?;
        u32::try_from(at).ok().map(SheetId)
    }

    /// The defined names.
    pub fn names(&self) -> &[DefinedName] {
        &self.parts.names
    }

    /// The number formats, by cell style.
    pub fn formats(&self) -> &[NumberFormat] {
        &self.parts.formats
    }

    /// The number format of a cell style; General where the style is unknown.
    pub fn format(&self, style: u32) -> &NumberFormat {
        static GENERAL: NumberFormat = NumberFormat { code: String::new() };
        self.parts.formats.get(style as usize).unwrap_or(&GENERAL)
    }

    /// The number format of a cell.
    pub fn format_at(&self, sheet: &Sheet, cell: crate::address::CellRef) -> &NumberFormat {
        self.format(sheet.style_at(cell))
    }

    /// Whether dates count from 1904 (an old Macintosh workbook).
    pub fn is_1904(&self) -> bool {
        self.parts.date1904
    }

    /// Whether the package is signed.
    pub fn is_signed(&self) -> bool {
        self.parts.signed
    }

    /// Whether the structure is protected: a person can neither add nor remove sheets without taking that off.
    pub fn has_protected_structure(&self) -> bool {
        self.parts.protected
    }

    /// A cell's value by sheet and place; blank where there is none or the sheet cannot be read.
    pub fn value(&self, sheet: SheetId, cell: crate::address::CellRef) -> ValueRef<'_> {
        self.sheet(sheet).map_or(ValueRef::Blank, |grid| grid.value(cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_tell_their_decimals() {
        let cases = [
            ("0.00%", Some(2), true),
            ("#,##0.00", Some(2), false),
            ("0", Some(0), false),
            ("General", None, false),
            ("@", None, false),
            ("0.0_);[Red](0.0)", Some(1), false),
            ("0.00\"%\"", Some(2), false),
            ("yyyy-mm-dd", None, false),
        ];
        for (code, decimals, percent) in cases {
            let format = NumberFormat { code: code.to_owned() };
            assert_eq!((format.decimals(), format.is_percent()), (decimals, percent), "{code}");
        }
    }
}
