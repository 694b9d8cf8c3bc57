//! The examples do what their heads say.

use std::fs;

use calamine::{Data, Reader, Xlsx};

use crate::edit_cell;
use crate::insert_rows;
use crate::support::{Desk, inputs};

#[test]
fn edit_cell_changes_one_cell_for_other_readers_too() {
    let desk = Desk::new();
    let (input, output) = (desk.put("表.xlsx", &inputs()), desk.path("改.xlsx"));
    let (input, output) = (input.to_str().unwrap(), output.to_str().unwrap());
    assert_eq!(edit_cell::run(&[input, "附表", "D7", "=SUM(E7:G7)", output]), 0);

    let mut before: Xlsx<_> = calamine::open_workbook(input).unwrap();
    let mut after: Xlsx<_> = calamine::open_workbook(output).unwrap();
    assert_eq!(before.sheet_names(), after.sheet_names());
    for sheet in before.sheet_names() {
        let (old, new) = (before.worksheet_range(&sheet).unwrap(), after.worksheet_range(&sheet).unwrap());
        let differing = new.cells().filter(|(row, column, value)| old.get((*row, *column)) != Some(value));
        let differing: Vec<_> = differing.collect();
        let expected: &[_] = if sheet == "附表" { &[(6, 3, &Data::Float(830.0))] } else { &[] };
        assert_eq!(differing, expected, "{sheet}");
    }
    let formulas = after.worksheet_formula("附表").unwrap();
    assert_eq!(formulas.get_value((6, 3)).map(String::as_str), Some("SUM(E7:G7)"));
}

#[test]
fn edit_cell_says_by_its_exit_code_what_went_wrong() {
    let desk = Desk::new();
    let input = desk.put("表.xlsx", &inputs());
    let input = input.to_str().unwrap();
    let (output, nowhere) = (desk.path("改.xlsx"), desk.path("none/改.xlsx"));
    let cases: [(&[&str], u8); 5] = [
        (&[input, "附表"], 2),
        (&[input, "附表", "D7", "1", input], 2),
        (&[input, "no sheet", "D7", "1", output.to_str().unwrap()], 3),
        (&[input, "附表", "A5", "under a merge", output.to_str().unwrap()], 3),
        (&[input, "附表", "D7", "1", nowhere.to_str().unwrap()], 4),
    ];
    for (arguments, code) in cases {
        assert_eq!(edit_cell::run(arguments), code, "{arguments:?}");
    }
    assert_eq!(fs::read(input).unwrap(), inputs());
}

#[test]
fn insert_rows_moves_what_other_readers_see() {
    let desk = Desk::new();
    let (input, output) = (desk.put("表.xlsx", &inputs()), desk.path("加行.xlsx"));
    let (input, output) = (input.to_str().unwrap(), output.to_str().unwrap());
    assert_eq!(insert_rows::run(&[input, "附表", "10", "3", output]), 0);
    let mut before: Xlsx<_> = calamine::open_workbook(input).unwrap();
    let mut after: Xlsx<_> = calamine::open_workbook(output).unwrap();
    let (old, new) = (before.worksheet_range("附表").unwrap(), after.worksheet_range("附表").unwrap());
    for (row, column, value) in old.cells() {
        let row = u32::try_from(if row < 9 { row } else { row + 3 }).unwrap();
        assert_eq!(new.get_value((row, u32::try_from(column).unwrap())), Some(value), "{row} {column}");
    }
    let formulas = after.worksheet_formula("填表说明").unwrap();
    assert_eq!(formulas.get_value((3, 1)).map(String::as_str), Some("附表!D24"));
    let names = after.defined_names();
    assert!(names.iter().any(|(_, text)| text == "附表!$J$7:$J$23"), "{names:?}");
}

#[test]
fn insert_rows_says_by_its_exit_code_what_went_wrong() {
    let desk = Desk::new();
    let input = desk.put("表.xlsx", &inputs());
    let input = input.to_str().unwrap();
    let (output, nowhere) = (desk.path("加行.xlsx"), desk.path("none/加行.xlsx"));
    let cases: [(&[&str], u8); 5] = [
        (&[input, "附表", "10"], 2),
        (&[input, "附表", "ten", "3", output.to_str().unwrap()], 2),
        (&[input, "附表", "10", "3", input], 2),
        (&[input, "附表", "0", "3", output.to_str().unwrap()], 3),
        (&[input, "附表", "10", "3", nowhere.to_str().unwrap()], 4),
    ];
    for (arguments, code) in cases {
        assert_eq!(insert_rows::run(arguments), code, "{arguments:?}");
    }
    assert_eq!(fs::read(input).unwrap(), inputs());
}
