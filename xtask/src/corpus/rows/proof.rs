//! The proof that the comparison sees: a book with everything that rows carry, as it is before and after an insertion,
//! and for each kind of thing one in which just that was not moved.

use rust_xlsxwriter::{
    Chart, ConditionalFormatFormula, DataValidation, Format, Formula, Note, Shape, Table, Workbook,
    Worksheet, XlsxError,
};

use super::COUNT;

/// The sheet of the book in which rows are inserted.
pub(super) const SHEET: &str = "表";
/// The row, from 1, that moves down.
pub(super) const BEFORE: u32 = 6;
/// A row, from 0, below the insertion.
const BELOW: u32 = 7;
/// A height that no row has by itself.
const HEIGHT: u32 = 44;

/// What rows carry, under the name its kind has in answers.
pub(super) const CARRIED: [&str; 17] = [
    "formula",
    "array formula",
    "cell",
    "merge",
    "name",
    "print area",
    "print titles",
    "page breaks",
    "table",
    "validation",
    "conditional format",
    "note",
    "link",
    "shape",
    "chart",
    "shown rows",
    "row heights",
];

/// The book before the insertion.
pub(super) fn original() -> Result<Vec<u8>, String> {
    book(&|_| 0).map_err(|error| told(&error))
}

/// The book after it, with all in place but perhaps one kind of thing.
pub(super) fn moved(but: Option<&str>) -> Result<Vec<u8>, String> {
    book(&|kind| if but == Some(kind) { 0 } else { COUNT }).map_err(|error| told(&error))
}

fn told(error: &XlsxError) -> String {
    format!("the book that proves the comparison: {error}")
}

/// The book, with each kind of thing as many rows further down as is said.
fn book(down: &dyn Fn(&str) -> u32) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(SHEET)?;
    cells(sheet, down)?;
    ranges(sheet, down)?;
    drawn(sheet, down)?;
    paper(sheet, down)?;
    let last = BELOW + 2 + down("formula");
    book.add_worksheet().set_name("other")?.write_formula(
        0,
        0,
        Formula::new(format!("SUM({SHEET}!A1:A{last})")),
    )?;
    book.define_name("figures", &format!("={SHEET}!$A$1:$A${}", BELOW + 2 + down("name")))?;
    book.save_to_buffer()
}

fn cells(sheet: &mut Worksheet, down: &dyn Fn(&str) -> u32) -> Result<(), XlsxError> {
    sheet.write_number(0, 0, 1)?;
    sheet.write_number(BELOW + down("cell"), 0, 2)?;
    // The end moves whatever is left behind, so that the sheet is as long in each book.
    sheet.write_string(BELOW + 20 + down("end"), 0, "end")?;
    let last = BELOW + 2 + down("formula");
    sheet.write_formula(0, 1, Formula::new(format!("SUM(A1:A{last})")))?;
    let at = BELOW + down("array formula");
    sheet.write_array_formula(at, 2, at + 1, 2, Formula::new("A1:A2*2"))?;
    sheet.insert_note(BELOW + down("note"), 3, &Note::new("note"))?;
    sheet.write_url(BELOW + down("link"), 4, "https://example.org/")?;
    Ok(())
}

fn ranges(sheet: &mut Worksheet, down: &dyn Fn(&str) -> u32) -> Result<(), XlsxError> {
    let at = BELOW + down("merge");
    sheet.merge_range(at, 5, at + 1, 6, "merged", &Format::new())?;
    let at = BELOW + down("table");
    sheet.add_table(at, 8, at + 2, 9, &Table::new())?;
    let at = BELOW + down("validation");
    let list = DataValidation::new().allow_list_formula(Formula::new("$A$1:$A$2"));
    sheet.add_data_validation(at, 11, at + 1, 11, &list)?;
    let at = BELOW + down("conditional format");
    let rule = ConditionalFormatFormula::new().set_rule("$A$1>1").set_format(Format::new().set_bold());
    sheet.add_conditional_format(at, 12, at + 1, 12, &rule)?;
    Ok(())
}

fn drawn(sheet: &mut Worksheet, down: &dyn Fn(&str) -> u32) -> Result<(), XlsxError> {
    sheet.insert_shape(BELOW + 2 + down("shape"), 14, &Shape::textbox().set_text("shape"))?;
    let mut chart = Chart::new_line();
    let last = BELOW + 1 + down("chart");
    chart.add_series().set_values((SHEET, 0, 0, last, 0));
    sheet.insert_chart(0, 20, &chart)?;
    Ok(())
}

fn paper(sheet: &mut Worksheet, down: &dyn Fn(&str) -> u32) -> Result<(), XlsxError> {
    sheet.set_print_area(0, 0, BELOW + 3 + down("print area"), 9)?;
    let at = BELOW + down("print titles");
    sheet.set_repeat_rows(at, at + 1)?;
    sheet.set_page_breaks(&[BELOW + 4 + down("page breaks")])?;
    sheet.set_row_hidden(BELOW + 6 + down("shown rows"))?;
    sheet.set_row_height(BELOW + 8 + down("row heights"), HEIGHT)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::Workbook;

    #[test]
    fn a_book_with_one_thing_left_behind_is_another() {
        let right = moved(None).unwrap();
        for kind in CARRIED {
            assert_ne!(moved(Some(kind)).unwrap(), right, "{kind}");
        }
        let book = Workbook::open(right).unwrap();
        let used = book.sheet(book.sheet_named(SHEET).unwrap()).unwrap().used().unwrap();
        assert!(used.last().row() > BEFORE + COUNT);
    }
}
