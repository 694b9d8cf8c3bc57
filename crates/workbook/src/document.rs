//! The text of a document around its tables. A document opens as a workbook: each table is a sheet, and tables are
//! told by the numbers of their sheets, from 0.

use crate::address::CellRef;

/// A paragraph outside all tables that holds text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Its number among the paragraphs outside tables, from 1, blank ones counted.
    pub number: u32,
    /// How many of the document's tables begin before it.
    pub tables: u32,
    /// Its text as accepted: inserted text kept, deleted text left out.
    pub text: String,
}

/// A table inside a cell of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The inner table.
    pub table: u32,
    /// The outer table.
    pub within: u32,
    /// The cell of the outer table.
    pub cell: CellRef,
}

/// What a document holds besides the cells of its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The paragraphs that hold text, in order.
    pub paragraphs: Vec<Paragraph>,
    /// The tables inside tables, in order.
    pub nested: Vec<Nested>,
    /// How many pictures and other drawings it holds.
    pub pictures: usize,
}

impl Document {
    /// The paragraphs between a table and the one before, in order.
    pub fn above(&self, table: u32) -> &[Paragraph] {
        self.between(table)
    }

    /// The paragraphs between a table and the next one, in order.
    pub fn below(&self, table: u32) -> &[Paragraph] {
        self.between(table.saturating_add(1))
    }

    fn between(&self, tables: u32) -> &[Paragraph] {
        let from = self.paragraphs.partition_point(|paragraph| paragraph.tables < tables);
        let to = self.paragraphs.partition_point(|paragraph| paragraph.tables <= tables);
        self.paragraphs.get(from..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_the_paragraphs_beside_it() {
        let paragraph = |number, tables| Paragraph { number, tables, text: number.to_string() };
        let paragraphs = vec![paragraph(1, 0), paragraph(3, 1), paragraph(4, 1), paragraph(5, 3)];
        let document = Document { paragraphs, ..Document::default() };
        let numbers = |list: &[Paragraph]| list.iter().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!(numbers(document.above(1)), [3, 4]);
        assert_eq!(numbers(document.below(1)), [0; 0]);
        assert_eq!(numbers(document.below(2)), [5]);
    }
}
