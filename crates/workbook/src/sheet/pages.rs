//! Where a grid's records and texts lie: in pages, so that a growing grid is never copied and takes no more than it
//! holds.

use super::records::{LONG, Length, Record, RowRecord};

/// Records from which a page takes no further row. The records of one row stand together.
const RECORDS: usize = 1 << 15;
/// Bytes of a page of text as bits of an offset in it.
const TEXT_BITS: u32 = 18;

/// Memory that stays free when a large grid takes another page: much of the program cannot be told that there is none.
const SPARE: usize = 2 << 20;
/// Pages of a grid that is not large: to ask costs little, but leaves the allocator with more than it gives back.
const USUAL: usize = 64;

/// Whether there is memory for so many bytes of a further page, and some to spare.
fn spare(bytes: usize, pages: usize) -> Option<()> {
    if pages < USUAL { Some(()) } else { Vec::<u8>::new().try_reserve_exact(bytes.checked_add(SPARE)?).ok() }
}

/// The records of all cells, row by row.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pages: Vec<Vec<Record>>,
    count: usize,
}

impl Cells {
    /// Starts a row: the page and the place in it where its records will stand. `None` past two billion cells, and
    /// where memory ends.
    pub(super) fn start_row(&mut self) -> Option<(u16, u32)> {
        let room = match self.pages.last() {
            None => Some(0),
            Some(page) if page.len() >= RECORDS => Some(RECORDS + 64),
            Some(_) => None,
        };
        if let Some(room) = room {
            let mut page = Vec::new();
            spare(room * size_of::<Record>(), self.pages.len())?;
            page.try_reserve_exact(room).ok()?;
            self.pages.push(page);
        }
        let page = self.pages.len().checked_sub(1)?;
        Some((u16::try_from(page).ok()?, u32::try_from(self.pages.last()?.len()).ok()?))
    }

    /// Adds a cell to the row started last. `None` where memory ends.
    #[inline]
    pub(super) fn push(&mut self, record: Record) -> Option<()> {
        let page = self.pages.last_mut()?;
        if page.len() == page.capacity() {
            page.try_reserve(1).ok()?;
        }
        page.push(record);
        self.count += 1;
        Some(())
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
    /// Whether the last page holds a long text, which nothing follows.
    closed: bool,
}

impl Texts {
    /// Adds a text: where it lies, and its bytes. `None` where the pages are full, at 4 GiB of short texts,
    /// and where memory ends.
    pub(super) fn push(&mut self, text: &str) -> Option<(u32, Length)> {
        let length = Length::try_from(text.len()).unwrap_or(LONG);
        let is_long = length == LONG;
        let takes = |page: &String| !is_long && !self.closed && page.len() + text.len() <= 1 << TEXT_BITS;
        if !self.pages.last().is_some_and(takes) {
            let room = match (self.pages.is_empty(), is_long) {
                (_, true) => text.len(),
                (true, false) => 0,
                (false, false) => 1 << TEXT_BITS,
            };
            let mut page = String::new();
            spare(room, self.pages.len())?;
            page.try_reserve_exact(room).ok()?;
            self.pages.push(page);
            self.closed = is_long;
        }
        let number = u32::try_from(self.pages.len().checked_sub(1)?).ok()?;
        let page = self.pages.last_mut()?;
        let at = number.checked_mul(1 << TEXT_BITS)?.checked_add(u32::try_from(page.len()).ok()?)?;
        page.try_reserve(text.len()).ok()?;
        page.push_str(text);
        self.length += text.len();
        Some((at, length))
    }

    /// A text by where it lies.
    pub(super) fn get(&self, at: u32, length: Length) -> &str {
        let start = (at & ((1 << TEXT_BITS) - 1)) as usize;
        let Some(page) = self.pages.get((at >> TEXT_BITS) as usize) else { return "" };
        let end = if length == LONG { page.len() } else { start + usize::from(length) };
        page.get(start..end).unwrap_or("")
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
        let texts = [
            "",
            "合计",
            &"z".repeat(100_000),
            "after",
            &"w".repeat(65_534),
            &"v".repeat(65_535),
            "",
            &"长".repeat(400_000),
            &"x".repeat(700_000),
            &"y".repeat(700_000),
            "end",
        ];
        let mut all = Texts::default();
        let places: Vec<(u32, Length)> = texts.iter().map(|text| all.push(text).unwrap()).collect();
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
                cells.push(Record::new(column, Kind::Blank, (at, 0), 7).unwrap()).unwrap();
            }
        }
        assert_eq!(cells.len(), 100_000);
        assert!(cells.pages.len() > 2);
        for (index, row) in rows.iter().enumerate() {
            let records = cells.of_row(row, rows.get(index + 1));
            assert_eq!(records.len(), 20);
            assert_eq!((records[0].at, records[0].style()), (row.number * 20 + 1, 7));
        }
    }
}
