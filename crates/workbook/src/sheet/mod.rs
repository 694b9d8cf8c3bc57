//! A sheet's grid: sparse, sized by the cells present, keeping every number's written digits.

mod builder;
mod grid;
mod pages;
mod records;
mod value;

pub use builder::{BuildError, SheetBuilder};
pub use grid::{Cell, Formula, FormulaKind, Row, Sheet};
pub use records::Strings;
pub use value::{Value, ValueRef};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::CellRef;

    fn at(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    #[test]
    fn a_built_grid_gives_back_what_was_put_in() {
        let mut builder = SheetBuilder::default();
        builder.cell(at("B2"), ValueRef::Number("4.40"), 3).unwrap();
        builder.cell(at("C2"), ValueRef::Blank, 0).unwrap();
        builder.formula("B2*2", FormulaKind::Plain).unwrap();
        builder.row(5, true).unwrap();
        builder.row_style(4);
        builder.column_style(2, 3, 7);
        builder.cell(at("A5"), ValueRef::Text("合计"), 0).unwrap();
        builder.merge("A5:C5".parse().unwrap());
        builder.merge("B2:B4".parse().unwrap());
        let sheet = builder.finish();
        assert_eq!(sheet.value(at("B2")), ValueRef::Number("4.40"));
        assert_eq!(sheet.formula(at("C2")).unwrap().text, "B2*2");
        assert!(sheet.is_row_hidden(5) && !sheet.is_row_hidden(2));
        assert_eq!(sheet.anchor(at("C5")), at("A5"));
        assert_eq!(sheet.anchor(at("B4")), at("B2"));
        assert_eq!(sheet.merge_at(at("D4")), None);
        let styles = ["B2", "B3", "B5", "A9"].map(|cell| sheet.style_at(at(cell)));
        assert_eq!(styles, [3, 7, 4, 0]);
        assert_eq!(sheet.used().unwrap().to_string(), "A2:C5");
    }

    #[test]
    fn a_repeated_cell_is_refused() {
        let mut builder = SheetBuilder::default();
        builder.cell(at("B2"), ValueRef::Bool(true), 0).unwrap();
        assert_eq!(builder.cell(at("B2"), ValueRef::Blank, 0), Err(BuildError::OutOfOrder(at("B2"))));
    }
}
