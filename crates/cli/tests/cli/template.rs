//! The form that `template` writes: what is locked, and whose columns it has.

use jixiao_workbook::{CellRef, SheetId, Workbook};

use crate::crafted::part;
use crate::support::run;

/// The form that a command line makes.
fn form(options: &[&str]) -> Vec<u8> {
    let ran = run(["template", "-o", "-", "--rows", "3"].iter().chain(options).copied());
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
    ran.bytes
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// Whether each stored cell of the first sheet is locked once the sheet is protected.
fn locks(form: &[u8]) -> Vec<(CellRef, bool)> {
    let styles = part(form, "xl/styles.xml");
    let formats = styles.split_once("<cellXfs").unwrap().1.split_once("</cellXfs>").unwrap().0;
    let open: Vec<bool> = formats.split("<xf ").skip(1).map(|xf| xf.contains("locked=\"0\"")).collect();
    let sheet = part(form, "xl/worksheets/sheet1.xml");
    let cells = sheet.split("<c ").skip(1).map(|cell| {
        let tag = format!(" {}", cell.split_once('>').unwrap().0);
        let style: usize = attribute(&tag, "s").map_or(0, |style| style.parse().unwrap());
        (attribute(&tag, "r").unwrap().parse().unwrap(), !open[style])
    });
    cells.collect()
}

#[test]
fn a_protected_form_locks_what_is_computed_and_nothing_that_is_typed_in() {
    for profile in ["national", "sichuan"] {
        let protected = form(&["--protect", "--profile", profile]);
        let sheet = part(&protected, "xl/worksheets/sheet1.xml");
        let protection = sheet.split_once("<sheetProtection").unwrap().1.split_once('>').unwrap().0;
        assert_eq!(attribute(protection, "sheet"), Some("1"));
        assert!(!protection.contains("password") && !protection.contains("hash"), "{protection}");
        let book = Workbook::open(protected.clone()).unwrap();
        let grid = book.sheet(SheetId(0)).unwrap();
        let locks = locks(&protected);
        let of_projects = || locks.iter().filter(|(cell, _)| (7..=9).contains(&cell.row()));
        for (cell, locked) in of_projects() {
            assert_eq!(*locked, grid.formula(*cell).is_some(), "{profile} {cell}");
        }
        let columns = if profile == "national" { 11 } else { 12 };
        assert_eq!(of_projects().count(), 3 * columns, "{profile}");
        let computed = locks.iter().filter(|(cell, _)| grid.formula(*cell).is_some());
        assert!(computed.clone().count() > 8 && computed.clone().all(|(_, locked)| *locked), "{profile}");
        for heading in ["A4", "B4", "D6"] {
            assert!(locks.contains(&(heading.parse().unwrap(), true)), "{profile} {heading}");
        }
    }
}

#[test]
fn a_form_that_is_not_protected_can_be_typed_into_everywhere() {
    let sheet = part(&form(&[]), "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<sheetProtection"));
}

#[test]
fn a_profile_that_is_not_there_makes_no_form() {
    let ran = run(["template", "-o", "-", "--profile", "没有"]);
    assert_eq!((ran.exit, ran.bytes.len()), (2, 0), "{}", ran.err);
}
