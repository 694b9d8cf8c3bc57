//! Bytes to workbook: what the file is, told by its content, and one reader per format.

mod content;
mod relations;
mod rich;
mod sheet;
pub(crate) mod styles;
mod visit;
mod xlsx;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::sheet::Sheet;
use crate::workbook::{SheetId, Workbook};

impl Workbook {
    /// Opens an .xlsx or .xlsm workbook, told by its content.
    ///
    /// # Errors
    /// When the bytes are no such workbook, are damaged, or pass a limit.
    pub fn open(bytes: Vec<u8>) -> Result<Self, OpenError> {
        Self::open_within(bytes, &Limits::default())
    }

    /// [`Workbook::open`] with other limits.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn open_within(bytes: Vec<u8>, limits: &Limits) -> Result<Self, OpenError> {
        let package = Package::open(bytes, limits)?;
        let parts = xlsx::read(package, limits)?;
        Ok(Self::from_parts(parts, *limits))
    }

    /// A sheet's grid, built on first use.
    ///
    /// # Errors
    /// When the sheet's part is damaged or over a limit, and when there is no such sheet.
    pub fn sheet(&self, id: SheetId) -> Result<&Sheet, OpenError> {
        let slot = self.built.get(id.0 as usize).ok_or_else(|| OpenError::NoSheet((id.0 + 1).to_string()))?;
        slot.get_or_init(|| build_sheet(self, id)).as_ref().map_err(Clone::clone)
    }
}

/// Builds a sheet's grid from its part.
fn build_sheet(workbook: &Workbook, id: SheetId) -> Result<Sheet, OpenError> {
    let entry = workbook.entry(id).ok_or_else(|| OpenError::NoSheet((id.0 + 1).to_string()))?;
    if !entry.grid {
        return Ok(Sheet::default());
    }
    let package = workbook.parts.package.as_ref();
    let package = package.filter(|_| !entry.part.is_empty()).ok_or_else(|| OpenError::Damaged {
        part: format!("sheet {}", entry.name),
        what: "its relation leads to no part of the file".to_owned(),
    })?;
    sheet::read(package, &entry.part, &workbook.parts.strings, &workbook.limits)
}

#[cfg(test)]
mod tests;
