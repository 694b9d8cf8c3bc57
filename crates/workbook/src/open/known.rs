//! What the parts of a workbook beside its sheets said, kept for reading an edited copy: the same bytes say the same.

use std::sync::Arc;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::workbook::{Parts, Workbook};

use super::xlsx::has_signatures;

/// What a workbook's sheets, names, styles and strings are, and the bytes that said so.
#[derive(Debug)]
pub struct Known {
    parts: Parts,
    read: Vec<Option<Print>>,
    has_signatures: bool,
}

/// A part's bytes, as they stand in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print {
    method: u16,
    crc: u32,
    length: usize,
    /// Checksum of the compressed bytes.
    sum: u32,
}

impl Print {
    fn of(package: &Package, part: &str) -> Option<Self> {
        let (method, crc, bytes) = package.raw(part)?;
        Some(Self { method, crc, length: bytes.len(), sum: crc32fast::hash(bytes) })
    }
}

impl Known {
    /// Whether a container has the same parts, so that it says the same.
    fn holds_for(&self, package: &Package) -> bool {
        let same = |(part, print): (&String, &Option<Print>)| Print::of(package, part) == *print;
        has_signatures(package) == self.has_signatures && self.parts.read.iter().zip(&self.read).all(same)
    }
}

impl Workbook {
    /// What an edited copy of this workbook need not be read for again; none for what is no .xlsx or .xlsm.
    pub fn known(&self) -> Option<Known> {
        let package = self.parts.package.as_ref().filter(|_| !self.parts.read.is_empty())?;
        let parts = Parts {
            kind: self.parts.kind,
            package: None,
            read: self.parts.read.clone(),
            sheets: self.parts.sheets.clone(),
            grids: Vec::new(),
            names: self.parts.names.clone(),
            formats: self.parts.formats.clone(),
            date1904: self.parts.date1904,
            signed: self.parts.signed,
            protected: self.parts.protected,
            document: None,
            strings: Arc::clone(&self.parts.strings),
        };
        let read = parts.read.iter().map(|part| Print::of(package, part)).collect();
        Some(Known { parts, read, has_signatures: has_signatures(package) })
    }

    /// [`Workbook::open_within`] for an edited copy of a workbook: the same, and quicker where the parts beside the
    /// sheets are still the same bytes.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn open_again(bytes: Vec<u8>, limits: &Limits, known: Option<Known>) -> Result<Self, OpenError> {
        let Some(known) = known else { return Self::open_within(bytes, limits) };
        let package = Package::open(bytes, limits)?;
        if known.holds_for(&package) {
            Ok(Self::from_parts(Parts { package: Some(package), ..known.parts }, *limits))
        } else {
            Self::of_package(package, limits)
        }
    }
}
