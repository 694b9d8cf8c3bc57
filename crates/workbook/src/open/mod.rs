//! Bytes to workbook: what the file is, told by its content, and one reader per format.

mod content;
mod docx;
mod docx_table;
mod flat;
mod flat_spans;
mod formats;
mod known;
mod legacy;
mod ods;
mod ods_formula;
mod ods_sheet;
mod ods_styles;
mod ole;
mod relations;
mod rich;
mod sheet;
pub(crate) mod styles;
mod text;
mod visit;
mod written;
mod xls;
mod xlsb;
mod xlsb_cells;
mod xlsb_records;
mod xlsx;

pub use known::Known;
use memchr::memmem;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::{self, Ahead, OnDemand, Package};
use crate::sheet::Sheet;
use crate::workbook::{SheetId, Workbook};

impl Workbook {
    /// Opens a workbook (.xlsx, .xlsm, .ods), a text table (.csv, .tsv) or a document whose tables become sheets
    /// (.docx, and .txt with one cell a line), told by its content. It never panics or
    /// aborts; formats whose reader can are for [`Workbook::open_legacy`].
    ///
    /// # Errors
    /// When the bytes are no such workbook, are damaged, or pass a limit. For .xls, .et and .xlsb it is
    /// [`OpenError::Unsupported`], once their container was found to be sound.
    pub fn open(bytes: Vec<u8>) -> Result<Self, OpenError> {
        Self::open_within(bytes, &Limits::default())
    }

    /// [`Workbook::open`] with other limits.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn open_within(bytes: Vec<u8>, limits: &Limits) -> Result<Self, OpenError> {
        if bytes.starts_with(ole::MAGIC) {
            return Err(compound(&bytes)?);
        }
        match package::foreign(&bytes) {
            Some(error @ OpenError::NotAWorkbook(package::TEXT | package::UNKNOWN)) => {
                let parts = text::read(&bytes, limits).unwrap_or(Err(error))?;
                return Ok(Self::from_parts(parts, *limits));
            }
            Some(error) => return Err(error),
            None => {}
        }
        Self::of_package(Package::open(bytes, limits)?, limits)
    }

    fn of_package(package: Package, limits: &Limits) -> Result<Self, OpenError> {
        if ods::is_likely(&package) {
            return Ok(Self::from_parts(ods::read(&package, limits)?, *limits));
        }
        let roots = relations::of(&package, "", limits)?;
        let parts = match docx::part(&package, &roots) {
            Some(part) => docx::read(&package, &part, limits)?,
            None => xlsx::read(package, &roots, limits)?,
        };
        Ok(Self::from_parts(parts, *limits))
    }

    /// Opens what [`Workbook::open`] opens, and .xls, .et and .xlsb workbooks.
    ///
    /// Values and formulas of those are read by calamine, which on a damaged file **can panic, or abort the whole
    /// process** by asking for more memory than there is. Checks of the container come first, but do not catch
    /// everything: call this in a process of its own, with a memory limit and a time-out. `jixiao` does so.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn open_legacy(bytes: Vec<u8>) -> Result<Self, OpenError> {
        let limits = Limits::default();
        if bytes.starts_with(ole::MAGIC) {
            return match compound(&bytes)? {
                OpenError::Unsupported(_) => Ok(Self::from_parts(xls::read(&bytes, &limits)?, limits)),
                other => Err(other),
            };
        }
        if !Self::needs_legacy(&bytes) {
            return Self::open(bytes);
        }
        let package = Package::open(bytes, &limits)?;
        Ok(Self::from_parts(xlsb::read(&package, &limits)?, limits))
    }

    /// What [`Workbook::open_legacy`] makes sure of before calamine reads an .xls, .et or .xlsb workbook: sector
    /// chains, sizes, and the records that it reads itself. It never panics or aborts.
    ///
    /// # Errors
    /// As [`Workbook::open_legacy`], but for what only calamine finds. [`OpenError::NotAWorkbook`] where the bytes
    /// are not for it.
    pub fn check_legacy(bytes: Vec<u8>) -> Result<(), OpenError> {
        let limits = Limits::default();
        if bytes.starts_with(ole::MAGIC) {
            return match compound(&bytes)? {
                OpenError::Unsupported(_) => xls::checked(&bytes, &limits).map(drop),
                other => Err(other),
            };
        }
        if !Self::needs_legacy(&bytes) {
            return Err(OpenError::NotAWorkbook("another format than .xls and .xlsb"));
        }
        xlsb::check(&Package::open(bytes, &limits)?, &limits)
    }

    /// Whether bytes are for [`Workbook::open_legacy`] alone: a compound file, or a container whose directory names
    /// the workbook part of .xlsb. Only their beginning and end are looked at.
    pub fn needs_legacy(bytes: &[u8]) -> bool {
        if bytes.starts_with(ole::MAGIC) {
            return true;
        }
        let directory = bytes.get(bytes.len().saturating_sub(DIRECTORY)..).unwrap_or(&[]);
        bytes.starts_with(b"PK\x03\x04") && memmem::find(directory, xlsb::BOOK.as_bytes()).is_some()
    }

    /// A sheet's grid, built on first use.
    ///
    /// # Errors
    /// When the sheet's part is damaged or over a limit, and when there is no such sheet.
    pub fn sheet(&self, id: SheetId) -> Result<&Sheet, OpenError> {
        self.sheet_by(id, &OnDemand)
    }

    /// [`Workbook::sheet`], its part perhaps read ahead. The grid is the same.
    ///
    /// # Errors
    /// As [`Workbook::sheet`].
    pub fn sheet_by(&self, id: SheetId, ahead: &impl Ahead) -> Result<&Sheet, OpenError> {
        let slot = self.built.get(id.0 as usize).ok_or_else(|| OpenError::NoSheet((id.0 + 1).to_string()))?;
        slot.get_or_init(|| build_sheet(self, id, ahead)).as_ref().map_err(Clone::clone)
    }

    /// Bytes of a sheet's part when inflated, as its container states them; 0 where the sheet has no part of its own.
    pub fn sheet_bytes(&self, id: SheetId) -> u64 {
        let part = self.entry(id).map(|entry| entry.part.as_str());
        self.parts.package.as_ref().zip(part).map_or(0, |(package, part)| package.stated_bytes(part))
    }
}

/// How much of a container's end is searched for a name of its directory.
const DIRECTORY: usize = 1 << 20;

/// What a compound file is: [`OpenError::Unsupported`] for a workbook that only [`Workbook::open_legacy`] reads.
fn compound(bytes: &[u8]) -> Result<OpenError, OpenError> {
    let file = ole::Compound::read(bytes)?;
    if let Some(error) = ole::foreign(&file) {
        return Ok(error);
    }
    // Its chain is checked, too.
    if file.stream("Workbook")?.is_none() {
        file.stream("Book")?;
    }
    Ok(OpenError::Unsupported(".xls"))
}

/// Builds a sheet's grid from its part.
fn build_sheet(workbook: &Workbook, id: SheetId, ahead: &impl Ahead) -> Result<Sheet, OpenError> {
    let entry = workbook.entry(id).ok_or_else(|| OpenError::NoSheet((id.0 + 1).to_string()))?;
    if !entry.grid {
        return Ok(Sheet::default());
    }
    let package = workbook.parts.package.as_ref();
    let package = package.filter(|_| !entry.part.is_empty()).ok_or_else(|| OpenError::Damaged {
        part: format!("sheet {}", entry.name),
        what: "its relation leads to no part of the file".to_owned(),
    })?;
    let stream = package.stream(&entry.part)?;
    ahead.read(stream, |stream| sheet::read(stream, &entry.part, &workbook.parts.strings, &workbook.limits))
}

#[cfg(test)]
mod tests;
