//! Some formulas of a workbook, computed by the engine from what is stored in all other cells.

use std::collections::BTreeSet;

use ironcalc_base::Model;
use ironcalc_base::cell::CellValue;
use ironcalc_base::types::CellType;
use jixiao_workbook::number::{decimal, digits};
use jixiao_workbook::sheet::Row;
use jixiao_workbook::{CellRef, Value, ValueRef, Workbook};

use crate::legacy::Book;

/// The results of the formulas at some cells, in the order asked; `None` for those the engine does not know.
pub(super) fn results(book: Book, sheet: u32, cells: &[CellRef]) -> Result<Vec<Option<Value>>, String> {
    let workbook = book.workbook().map_err(|error| error.to_string())?;
    let mut model = Model::new_empty("workbook", "en", "UTC", "en")?;
    let asked: BTreeSet<CellRef> = cells.iter().copied().collect();
    sheets(&workbook, &mut model)?;
    for (number, id) in (0..).zip(workbook.sheet_ids()) {
        let Ok(grid) = workbook.sheet(id) else { continue };
        for cell in grid.rows().flat_map(Row::cells) {
            let formula = cell.formula.filter(|_| number == sheet && asked.contains(&cell.at));
            match formula {
                Some(formula) => put_formula(&mut model, (number, cell.at), formula.text),
                None => put(&mut model, (number, cell.at), cell.value)?,
            }
        }
    }
    // A name that the engine does not take makes what uses it unknown.
    for name in workbook.names() {
        drop(model.new_defined_name(&name.name, None, &name.text));
    }
    model.evaluate();
    Ok(cells.iter().map(|cell| result(&model, (sheet, *cell))).collect())
}

/// The sheets by their names.
fn sheets(workbook: &Workbook, model: &mut Model<'_>) -> Result<(), String> {
    for (number, entry) in (0..).zip(workbook.sheets()) {
        if number > 0 {
            model.add_sheet(&entry.name)?;
        } else {
            model.rename_sheet_by_index(0, &entry.name)?;
        }
    }
    Ok(())
}

fn place(cell: CellRef) -> Option<(i32, i32)> {
    Some((i32::try_from(cell.row()).ok()?, i32::from(i16::try_from(cell.column()).ok()?)))
}

/// A formula the engine does not take stays out, and its result unknown.
fn put_formula(model: &mut Model<'_>, (sheet, cell): (u32, CellRef), text: &str) {
    if let Some((row, column)) = place(cell) {
        drop(model.update_cell_with_formula(sheet, row, column, format!("={text}")));
    }
}

fn put(model: &mut Model<'_>, (sheet, cell): (u32, CellRef), value: ValueRef<'_>) -> Result<(), String> {
    let Some((row, column)) = place(cell) else { return Ok(()) };
    match value {
        ValueRef::Blank => Ok(()),
        ValueRef::Bool(truth) => model.update_cell_with_bool(sheet, row, column, truth),
        ValueRef::Number(digits) => match digits.parse() {
            Ok(number) => model.update_cell_with_number(sheet, row, column, number),
            Err(_) => Err(format!("{cell} holds {digits}")),
        },
        ValueRef::Error(error) => model.update_cell_with_formula(sheet, row, column, format!("={error}")),
        other => model.update_cell_with_text(sheet, row, column, other.as_text()),
    }
}

/// What a formula gives; `None` for an error, which the engine also gives where it does not know a function.
fn result(model: &Model<'_>, (sheet, cell): (u32, CellRef)) -> Option<Value> {
    let (row, column) = place(cell)?;
    if model.get_cell_type(sheet, row, column).ok()? == CellType::ErrorValue {
        return None;
    }
    match model.get_cell_value_by_index(sheet, row, column).ok()? {
        CellValue::None => None,
        CellValue::String(text) => Some(Value::Text(text)),
        // Fifteen significant digits, as a spreadsheet keeps them.
        CellValue::Number(number) => {
            decimal(&format!("{number:.14e}")).map(|number| Value::Number(digits(number.normalize())))
        }
        CellValue::Boolean(truth) => Some(Value::Bool(truth)),
    }
}
