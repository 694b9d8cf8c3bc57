//! Number formats gathered while a file is read, for formats that do not number them themselves.

use crate::workbook::NumberFormat;

/// The number formats met so far; the first is General.
#[derive(Debug)]
pub(super) struct Formats(Vec<NumberFormat>);

impl Default for Formats {
    fn default() -> Self {
        Self(vec![NumberFormat { code: "General".to_owned() }])
    }
}

impl Formats {
    /// The style that shows a number by a code.
    pub(super) fn style(&mut self, code: &str) -> u32 {
        let at = self.0.iter().position(|format| format.code == code).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(NumberFormat { code: code.to_owned() });
        }
        u32::try_from(at).unwrap_or(0)
    }

    /// The format of a style.
    pub(super) fn get(&self, style: u32) -> Option<&NumberFormat> {
        self.0.get(style as usize)
    }

    /// All of them, by style.
    pub(super) fn into_list(self) -> Vec<NumberFormat> {
        self.0
    }
}
