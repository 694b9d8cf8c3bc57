//! Where a grid's records and texts lie: in pages, so that a growing grid is never copied and takes no more than it
//! holds.

use super::records::{Record, RowRecord};

/// Records from which a page takes no further row. The records of one row stand together.
const RECORDS: usize = 1 << 15;
/// Bytes of a page of text as bits of an offset in it.
const TEXT_BITS: u32 = 20;

/// The records of all cells, row by row.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pages: Vec<Vec<Record>>,
    count: usize,
}

impl Cells {
    /// Starts a row: the page and the place in it where its records will stand. `None` past two billion cells.
    pub(super) fn start_row(&mut self) -> Option<(u16, u32)> {
        match self.pages.last() {
            None => self.pages.push(Vec::new()),
            Some(page) if page.len() >= RECORDS => self.pages.push(Vec::with_capacity(RECORDS + 64)),
            Some(_) => {}
        }
        let page = self.pages.len().checked_sub(1)?;
        Some((u16::try_from(page).ok()?, u32::try_from(self.pages.last()?.len()).ok()?))
    }

    /// Adds a cell to the row started last.
    pub(super) fn push(&mut self, record: Record) {
        if let Some(page) = self.pages.last_mut() {
            page.push(record);
            self.count += 1;
        }
    }

    /// The cell added last.
    pub(super) fn last_mut(&mut self) -> Option<&mut Record> {
        self.pages.last_mut()?.last_mut()
    }

    /// The records of a row; `next` is the row that was started after it.
    pub(super) fn of_row(&self, row: &RowRecord, next: Option<&RowRecord>) -> &[Record] {
        let Some(page) = self.pages.get(usize::from(row.page)) else { return &[] };
        let end = next.filter(|next| next.page == row.page).map_or(page.len(), |next| next.first as usize);
        page.get(row.first as usize..end).unwrap_or(&[])
    }

    /// All records, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.pages.iter().flatten()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}

/// The texts of cells and formulas.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pages: Vec<String>,
    length: usize,
}

impl Texts {
    /// Adds a text: where it lies, and its bytes. `None` past 4 GiB.
    pub(super) fn push(&mut self, text: &str) -> Option<(u32, u32)> {
        let length = u32::try_from(text.len()).ok()?;
        let fits = |page: &String| page.len() + text.len() <= 1 << TEXT_BITS;
        match self.pages.last() {
            Some(page) if fits(page) => {}
            None => self.pages.push(String::new()),
            Some(_) => self.pages.push(String::with_capacity(text.len().max(1 << TEXT_BITS))),
        }
        let number = u32::try_from(self.pages.len().checked_sub(1)?).ok()?;
        let page = self.pages.last_mut()?;
        let at = number.checked_mul(1 << TEXT_BITS)?.checked_add(u32::try_from(page.len()).ok()?)?;
        page.push_str(text);
        self.length += text.len();
        Some((at, length))
    }

    /// A text by where it lies.
    pub(super) fn get(&self, at: u32, length: u32) -> &str {
        let start = (at & ((1 << TEXT_BITS) - 1)) as usize;
        let page = self.pages.get((at >> TEXT_BITS) as usize);
        page.and_then(|page| page.get(start..start + length as usize)).unwrap_or("")
    }

    /// Bytes of all texts.
    pub(super) fn len(&self) -> usize {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::records::Kind;

    #[test]
    fn texts_of_any_length_come_back_from_their_pages() {
        let texts = ["", "合计", &"长".repeat(400_000), &"x".repeat(700_000), &"y".repeat(700_000), "end"];
        let mut all = Texts::default();
        let places: Vec<(u32, u32)> = texts.iter().map(|text| all.push(text).unwrap()).collect();
        for (text, (at, length)) in texts.iter().zip(&places) {
            assert!(all.get(*at, *length) == *text);
        }
        assert_eq!(all.len(), texts.iter().map(|text| text.len()).sum::<usize>());
        assert!(all.pages.len() > 2);
    }

    #[test]
    fn a_row_stands_whole_in_one_page() {
        let mut cells = Cells::default();
        let mut rows = Vec::new();
        for number in 1..=5_000_u32 {
            let (page, first) = cells.start_row().unwrap();
            rows.push(RowRecord { number, first, page, hidden: false, style: None });
            for column in 1..=20 {
                let at = number * 20 + u32::from(column);
                cells.push(Record { at, length: 0, style: 0, formula: 0, column, kind: Kind::Blank });
            }
        }
        assert_eq!(cells.len(), 100_000);
        assert!(cells.pages.len() > 2);
        for (index, row) in rows.iter().enumerate() {
            let records = cells.of_row(row, rows.get(index + 1));
            assert_eq!(records.len(), 20);
            assert_eq!(records[0].at, row.number * 20 + 1);
        }
    }
}
