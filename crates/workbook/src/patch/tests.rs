//! What each edit changes, seen by our own reader, by calamine and in the bytes.

use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader};

use super::*;
use crate::diff::{Diff, diff};
use crate::edit::Content;
use crate::sheet::Value;

pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A package with one sheet of that text, styles, and a calculation chain.
pub(super) fn package(sheet: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>"#;
    let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |list: &[(&str, &str)]| {
        let one = |(index, (kind, target)): (usize, &(&str, &str))| {
            format!(r#"<Relationship Id="rId{}" Type="{base}/{kind}" Target="{target}"/>"#, index + 1)
        };
        let all: String = list.iter().enumerate().map(one).collect();
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
        )
    };
    let book = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{base}"><sheets><sheet name="附表" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let styles = format!(
        r#"<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="4" fontId="0"/><xf numFmtId="10"/></cellXfs></styleSheet>"#
    );
    let book_relations = relations(&[
        ("worksheet", "worksheets/sheet1.xml"),
        ("styles", "styles.xml"),
        ("calcChain", "calcChain.xml"),
    ]);
    let chain = format!(r#"<calcChain xmlns="{MAIN}"><c r="A1" i="1"/></calcChain>"#);
    let mut parts = vec![
        ("[Content_Types].xml", types.to_owned()),
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", book_relations),
        ("xl/worksheets/sheet1.xml", sheet.to_owned()),
        ("xl/styles.xml", styles),
        ("xl/calcChain.xml", chain),
    ];
    parts.extend(more.iter().map(|(name, text)| (*name, (*text).to_owned())));
    zipped(&parts)
}

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

pub(super) fn set(cell: &str, content: Content) -> Edit {
    styled(cell, content, Style::Keep)
}

pub(super) fn styled(cell: &str, content: Content, style: Style) -> Edit {
    Edit::SetCell { sheet: SheetId(0), cell: cell.parse().unwrap(), content, style }
}

pub(super) fn number(cell: &str, digits: &str) -> Edit {
    set(cell, Content::Number(digits.to_owned()))
}

fn formula(cell: &str, text: &str, cached: Value) -> Edit {
    set(cell, Content::Formula { text: text.into(), cached })
}

/// The sheet data of a sheet after edits.
fn patched(data: &str, edits: &[Edit]) -> String {
    let sheet =
        format!("<worksheet xmlns=\"{MAIN}\"><dimension ref=\"A1:B2\"/>{data}<mergeCells/></worksheet>");
    let book = Workbook::open(package(&sheet, &[])).unwrap();
    let after = part(&book.apply(edits, Signature::Keep).unwrap(), "xl/worksheets/sheet1.xml");
    let start = format!("<worksheet xmlns=\"{MAIN}\"><dimension ref=\"");
    let rest = after.strip_prefix(&start).unwrap().strip_suffix("<mergeCells/></worksheet>").unwrap();
    rest.replacen("\"/>", " ", 1)
}

pub(super) fn apply(bytes: &[u8], edits: &[Edit]) -> (Vec<u8>, Diff) {
    let before = Workbook::open(bytes.to_vec()).unwrap();
    let after = before.apply(edits, Signature::Keep).unwrap();
    let difference = diff(&before, &Workbook::open(after.clone()).unwrap()).unwrap();
    (after, difference)
}

pub(super) fn refusal(sheet: &str, more: &[(&str, &str)], edits: &[Edit]) -> PatchError {
    let sheet = format!("<worksheet xmlns=\"{MAIN}\">{sheet}</worksheet>");
    Workbook::open(package(&sheet, more)).unwrap().apply(edits, Signature::Keep).unwrap_err()
}

#[test]
fn cells_and_rows_come_where_they_belong() {
    let one = || vec![number("B2", "7")];
    let cases: &[(&str, &str, Vec<Edit>, &str)] = &[
        (
            "an empty sheet",
            "<sheetData/>",
            one(),
            "A1:B2 <sheetData><row r=\"2\"><c r=\"B2\"><v>7</v></c></row></sheetData>",
        ),
        (
            "an existing cell",
            "<sheetData><row r='2'><c r='B2' s='1' t='str' ><v>0</v></c></row></sheetData>",
            vec![set("B2", Content::Bool(true))],
            "A1:B2 <sheetData><row r='2'><c r='B2' s='1' t=\"b\"><v>1</v></c></row></sheetData>",
        ),
        (
            "between cells, spans stay",
            "<sheetData><row r=\"2\" spans=\"1:3\"><c r=\"A2\"/> <c r=\"C2\"/></row></sheetData>",
            one(),
            "A1:B2 <sheetData><row r=\"2\" spans=\"1:3\"><c r=\"A2\"/> <c r=\"B2\"><v>7</v></c><c r=\"C2\"/></row></sheetData>",
        ),
        (
            "behind the last cell, spans and dimension grow",
            "<sheetData><row r=\"2\" spans='1:1'><c r=\"A2\"/></row></sheetData>",
            vec![number("D2", "7")],
            "A1:D2 <sheetData><row r=\"2\" spans='1:4'><c r=\"A2\"/><c r=\"D2\"><v>7</v></c></row></sheetData>",
        ),
        (
            "an empty row in its style, and rows around it",
            "<sheetData><row r=\"2\" s=\"1\" customFormat=\"1\" /></sheetData>",
            vec![number("C3", "3"), number("B2", "7"), number("A1", "1")],
            "A1:C3 <sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\" s=\"1\" customFormat=\"1\">\
             <c r=\"B2\" s=\"1\"><v>7</v></c></row><row r=\"3\"><c r=\"C3\"><v>3</v></c></row></sheetData>",
        ),
        (
            "cells and rows without places",
            "<sheetData><row><c/><c><v>1</v></c></row><row/><row r='5'><c r='B5'/><c/></row><row/></sheetData>",
            vec![number("A4", "4"), number("A5", "5"), number("C5", "6")],
            "A1:C5 <sheetData><row><c/><c><v>1</v></c></row><row/><row r=\"4\"><c r=\"A4\"><v>4</v></c></row>\
             <row r='5'><c r=\"A5\"><v>5</v></c><c r='B5'/><c r=\"C5\"><v>6</v></c></row><row/></sheetData>",
        ),
        (
            "comments and extensions stay in place",
            "<sheetData><!-- <c> --><row r='2'><c r='A2'/><!-- x --><extLst><ext/></extLst></row></sheetData>",
            one(),
            "A1:B2 <sheetData><!-- <c> --><row r='2'><c r='A2'/><!-- x --><c r=\"B2\"><v>7</v></c><extLst><ext/></extLst></row></sheetData>",
        ),
        (
            "clearing what is not there changes nothing",
            "<sheetData><row r='2'><c r='A2'><v>1</v></c></row></sheetData>",
            vec![set("B2", Content::Clear), set("A2", Content::Clear)],
            "A1:B2 <sheetData><row r='2'><c r='A2'/></row></sheetData>",
        ),
    ];
    for (what, before, edits, after) in cases {
        assert_eq!(patched(before, edits), *after, "{what}");
    }
}

#[test]
fn prefixed_and_strict_sheets_keep_their_prefix() {
    let sheet = "<q:worksheet xmlns:q=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><q:sheetData><q:row r=\"1\">\
                 <q:c r=\"A1\" t=\"inlineStr\"><q:is><q:t>a</q:t></q:is></q:c></q:row></q:sheetData></q:worksheet>";
    let (after, difference) =
        apply(&package(sheet, &[]), &[set("A1", Content::Text(" 乙".into())), number("A2", "2")]);
    assert_eq!(
        part(&after, "xl/worksheets/sheet1.xml"),
        sheet
            .replace(
                "\"inlineStr\"><q:is><q:t>a</q:t></q:is>",
                "\"str\"><q:v xml:space=\"preserve\"> 乙</q:v>"
            )
            .replace("</q:row>", "</q:row><q:row r=\"2\"><q:c r=\"A2\"><q:v>2</q:v></q:c></q:row>")
    );
    assert_eq!(
        difference.to_string(),
        "xl/worksheets/sheet1.xml changed\n附表!A1  \"a\" → \" 乙\"\n附表!A2  (blank) → 2\n"
    );
}

#[test]
fn cells_that_shared_a_lost_formula_get_their_own() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:A3\" si=\"0\">C1*2</f><v>2</v></c></row>\
                <row r=\"2\"><c r=\"A2\"><f t=\"shared\" si=\"0\"/><v>4</v></c><c r=\"B2\"><f t=\"shared\" ref=\"B2\" si=\"1\">1</f></c></row>\
                <row r=\"3\"><c r=\"A3\"><f t='shared' si='0'></f><v>6</v></c></row></sheetData>";
    let own = |text: &str| {
        text.replace("<f t=\"shared\" si=\"0\"/>", "<f>C2*2</f>")
            .replace("<f t='shared' si='0'></f>", "<f>C3*2</f>")
    };
    let master = "<f t=\"shared\" ref=\"A1:A3\" si=\"0\">C1*2</f><v>2</v>";
    let cases = [
        (number("A1", "9"), own(data).replace(master, "<v>9</v>")),
        (formula("A1", "D1", Value::Number("9".into())), own(data).replace(master, "<f>D1</f><v>9</v>")),
        (number("A2", "9"), data.replace("<f t=\"shared\" si=\"0\"/><v>4</v>", "<v>9</v>")),
        (set("A1", Content::Result(Value::Number("3".into()))), data.replace("<v>2</v>", "<v>3</v>")),
        (
            set("A2", Content::Result(Value::Error("#DIV/0!".into()))),
            data.replace("\"A2\"", "\"A2\" t=\"e\"").replace("<v>4</v>", "<v>#DIV/0!</v>"),
        ),
    ];
    for (edit, after) in cases {
        let edits = [edit];
        assert_eq!(patched(data, &edits), format!("A1:B2 {after}"), "{edits:?}");
    }
    let edits = [number("A1", "9"), set("A3", Content::Result(Value::Number("8".into())))];
    let after = own(data).replace(master, "<v>9</v>").replace("<v>6</v>", "<v>8</v>");
    assert_eq!(patched(data, &edits), format!("A1:B3 {after}"), "a new result for a cell that shared");
}

#[test]
fn only_the_named_parts_differ() {
    let sheet = format!(
        "<worksheet xmlns=\"{MAIN}\"><sheetData><row r=\"1\"><c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\" s=\"1\"><v>5</v></c></row></sheetData></worksheet>"
    );
    let bytes = package(&sheet, &[]);
    let book = Workbook::open(bytes.clone()).unwrap();
    assert_eq!(book.apply(&[], Signature::Keep).unwrap(), bytes);
    assert_eq!(book.apply(&[Edit::RefreshCharts], Signature::Keep).unwrap(), bytes);
    let chain = "[Content_Types].xml changed\nxl/_rels/workbook.xml.rels changed\nxl/calcChain.xml removed\n";
    let sheet = "xl/worksheets/sheet1.xml changed\n";
    let cases = [
        (number("B1", "6"), format!("{sheet}附表!B1  5 → 6\n")),
        (set("B1", Content::Text(" =1_x000D_\r".into())), format!("{sheet}附表!B1  5 → \" =1_x000D_\\r\"\n")),
        (
            set("A1", Content::Result(Value::Text("甲".into()))),
            format!("{sheet}附表!A1  =1+1 2 → =1+1 \"甲\"\n"),
        ),
        (formula("A1", "1+2", Value::Number("3".into())), format!("{sheet}附表!A1  =1+1 2 → =1+2 3\n")),
        (formula("C1", "A1", Value::Blank), format!("{chain}{sheet}附表!C1  (blank) → =A1 (blank)\n")),
        (set("A1", Content::Clear), format!("{chain}{sheet}附表!A1  =1+1 2 → (blank)\n")),
        (
            styled("B1", Content::Number("6".into()), Style::Format("0.000".into())),
            format!("xl/styles.xml changed\n{sheet}附表!B1  5 → 6  [#,##0.00 → 0.000]\n"),
        ),
        (
            styled("C1", Content::Number("6".into()), Style::Format("0.00%".into())),
            format!("xl/styles.xml changed\n{sheet}附表!C1  (blank) → 6  [General → 0.00%]\n"),
        ),
        (
            styled("C1", Content::Number("6".into()), Style::From("B1".parse().unwrap())),
            format!("{sheet}附表!C1  (blank) → 6  [General → #,##0.00]\n"),
        ),
        (Edit::RecalculateOnLoad, "xl/workbook.xml changed\n".to_owned()),
    ];
    for (edit, expected) in cases {
        let edits = [edit];
        let (after, difference) = apply(&bytes, &edits);
        assert_eq!(difference.to_string(), expected, "{edits:?}");
        assert!(calamine::Xlsx::new(Cursor::new(after)).is_ok(), "{edits:?}");
    }
}

#[test]
fn a_sheet_that_cannot_be_read_is_named_only_where_it_differs() {
    let sheet = |data: &str| format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>");
    let relations = |id: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
        )
    };
    let two = |second: &str| {
        let mut zip = zip::ZipArchive::new(Cursor::new(package(&sheet(""), &[]))).unwrap();
        let mut parts: Vec<(String, String)> = Vec::new();
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let name = entry.name().unwrap().into_owned();
            text = match name.as_str() {
                "xl/workbook.xml" => {
                    text.replace("</sheets>", "<sheet name=\"坏\" sheetId=\"9\" r:id=\"rId9\"/></sheets>")
                }
                "xl/_rels/workbook.xml.rels" => text.replace("</Relationships>", &relations("rId9")),
                _ => text,
            };
            parts.push((name, text));
        }
        parts.push(("xl/worksheets/sheet2.xml".to_owned(), sheet(second)));
        let parts: Vec<(&str, String)> =
            parts.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        Workbook::open(zipped(&parts)).unwrap()
    };
    let broken = "<row r=\"1\"><c r=\"A1\" t=\"?\"><v>1</v></c></row>";
    let edited = two(broken).apply(&[number("A1", "1")], Signature::Keep).unwrap();
    let same = diff(&two(broken), &Workbook::open(edited).unwrap()).unwrap();
    assert_eq!(same.to_string(), "xl/worksheets/sheet1.xml changed\n附表!A1  (blank) → 1\n");
    let other = diff(&two(broken), &two("")).unwrap();
    let what = "xl/worksheets/sheet2.xml is damaged: a cell of the unknown type \"?\" (before byte 115)";
    assert_eq!(
        other.to_string(),
        format!("xl/worksheets/sheet2.xml changed\nsheet 坏 cannot be read: {what}\n")
    );
}

#[test]
fn a_workbook_without_styles_gets_some() {
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData/></worksheet>");
    let mut zip = zip::ZipArchive::new(Cursor::new(package(&sheet, &[]))).unwrap();
    let mut parts = Vec::new();
    for name in [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
    ] {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let styles = text.find("<Relationship Id=\"rId2\"").filter(|_| name.ends_with("workbook.xml.rels"));
        let text = styles.map_or(text.clone(), |at| format!("{}</Relationships>", &text[..at]));
        parts.push((name, text));
    }
    let edit = styled("A1", Content::Number("0.5".into()), Style::Format("0.00%".into()));
    let (after, difference) = apply(&zipped(&parts), &[edit]);
    assert_eq!(
        difference.to_string(),
        "[Content_Types].xml changed\nxl/_rels/workbook.xml.rels changed\nxl/styles.xml added\n\
         xl/worksheets/sheet1.xml changed\n附表!A1  (blank) → 0.5  [General → 0.00%]\n"
    );
    assert!(part(&after, "xl/_rels/workbook.xml.rels").contains("Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"/xl/styles.xml\""));
}

#[test]
fn what_may_not_be_edited_is_refused() {
    let cell = |text: &str| text.parse::<crate::address::CellRef>().unwrap();
    let range = |text: &str| text.parse::<crate::address::Range>().unwrap();
    let array = "<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"array\" ref=\"A1:A2\">B1:B2</f></c><c r=\"B1\" cm=\"1\"><f t=\"array\" ref=\"B1\">C1</f></c></row></sheetData>";
    for at in ["A1", "A2"] {
        let expected = PatchError::InsideArray { cell: cell(at), range: range("A1:A2") };
        assert_eq!(refusal(array, &[], &[number(at, "1")]), expected);
    }
    let single = array.replace(" cm=\"1\"><f t=\"array\" ref=\"B1\">C1</f></c>", "><v>1</v></c>");
    assert_eq!(patched(array, &[number("B1", "1")]), format!("A1:B2 {single}"));

    let merged = "<sheetData/><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>";
    let expected = PatchError::Covered { cell: cell("B2"), merge: range("A1:B2") };
    assert_eq!(refusal(merged, &[], &[number("B2", "1")]), expected);

    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"a\" Type=\"x/table\" Target=\"../tables/table1.xml\"/></Relationships>";
    let table = format!("<table xmlns=\"{MAIN}\" displayName=\"表1\" name=\"t\" ref=\"B2:C4\"/>");
    let more = [("xl/worksheets/_rels/sheet1.xml.rels", relations), ("xl/tables/table1.xml", &table)];
    let expected = PatchError::TableHeader { cell: cell("C2"), table: "表1".into() };
    assert_eq!(refusal("<sheetData/>", &more, &[number("C2", "1")]), expected);

    let empty = |edits: &[Edit]| refusal("<sheetData/>", &[], edits);
    assert_eq!(empty(&[number("A1", "1"), number("A1", "2")]), PatchError::Twice { cell: cell("A1") });
    assert_eq!(empty(&[number("A1", "NaN")]), PatchError::NotANumber("NaN".into()));
    let result = set("A1", Content::Result(Value::Blank));
    assert_eq!(empty(&[result]), PatchError::NoFormula { cell: cell("A1") });
    let elsewhere =
        Edit::SetCell { sheet: SheetId(3), cell: cell("A1"), content: Content::Clear, style: Style::Keep };
    assert_eq!(empty(&[elsewhere]), PatchError::NoSheet("4".into()));
}

#[test]
fn what_only_looks_forbidden_is_edited() {
    let merged = sheet_of(
        "<sheetData><row r=\"2\"><c r=\"B2\"><f>1</f><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>",
    );
    let edits = [number("A1", "7"), set("B2", Content::Result(Value::Number("2".into())))];
    let (_, difference) = apply(&package(&merged, &[]), &edits);
    let expected = "xl/worksheets/sheet1.xml changed\n附表!A1  (blank) → 7\n附表!B2  =1 1 → =1 2\n";
    assert_eq!(difference.to_string(), expected);

    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"a\" Type=\"x/table\" Target=\"../tables/table1.xml\"/><Relationship Id=\"b\" Type=\"x/other\" Target=\"../tables/table2.xml\"/></Relationships>";
    let table = |rows: &str| format!("<table xmlns=\"{MAIN}\" displayName=\"表1\"{rows} ref=\"B2:C4\"/>");
    let more = [
        ("xl/worksheets/_rels/sheet1.xml.rels", relations),
        ("xl/tables/table1.xml", &table(" headerRowCount=\" 0 \"")),
        ("xl/tables/table2.xml", &table("")),
    ];
    let bytes = package(&sheet_of("<sheetData/>"), &more);
    let (_, difference) = apply(&bytes, &[number("C2", "1")]);
    assert_eq!(difference.cells.len(), 1, "a table without a heading row");
}

#[test]
fn results_that_no_cell_holds_are_refused() {
    let long = "中".repeat(32_768);
    let too_long = PatchError::TooLong { cell: "A1".parse().unwrap(), length: 32_768 };
    let cells = "<sheetData><row r=\"1\"><c r=\"A1\"><f>B1</f></c></row></sheetData>";
    for (edit, expected) in [
        (set("A1", Content::Text(long.clone())), too_long.clone()),
        (formula("A1", "B1", Value::Text(long.clone())), too_long.clone()),
        (set("A1", Content::Result(Value::Text(long))), too_long),
        (formula("A1", "B1", Value::Number("1e400".into())), PatchError::NotANumber("1e400".into())),
        (set("A1", Content::Result(Value::Number("x".into()))), PatchError::NotANumber("x".into())),
    ] {
        assert_eq!(refusal(cells, &[], &[edit]), expected);
    }
}

#[test]
fn a_blank_cell_comes_into_being_for_its_style_alone() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/></row></sheetData>";
    let edits = [styled("B1", Content::Clear, Style::From("A1".parse().unwrap()))];
    let expected =
        "A1:B2 <sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"/><c r=\"B1\" s=\"1\"/></row></sheetData>";
    assert_eq!(patched(data, &edits), expected);
}

#[test]
fn what_is_named_like_the_cells_elsewhere_in_a_sheet_stays() {
    let data = "<sheetPr><dimension ref=\"A1\"/><sheetData><row r=\"2\"/></sheetData></sheetPr><sheetData/>";
    let expected =
        data.replace("<sheetData/>", "<sheetData><row r=\"3\"><c r=\"C3\"><v>7</v></c></row></sheetData>");
    assert_eq!(patched(data, &[number("C3", "7")]), format!("A1:C3 {expected}"));
}

#[test]
fn two_new_formulas_drop_the_chain_as_one_does() {
    let bytes = package(&sheet_of("<sheetData/>"), &[]);
    let edits = [formula("A1", "1", Value::Blank), formula("A2", "2", Value::Blank)];
    let (_, difference) = apply(&bytes, &edits);
    assert!(difference.to_string().contains("xl/calcChain.xml removed"), "{difference}");
}

/// The sheets of a package besides its first: number and target.
fn with_sheets(bytes: &[u8], more: &[(u32, &str)]) -> Vec<u8> {
    let book = Workbook::open(bytes.to_vec()).unwrap();
    let sheets =
        more.iter().map(|(id, _)| format!("<sheet name=\"表{id}\" sheetId=\"{id}\" r:id=\"more{id}\"/>"));
    let relations = more.iter().map(|(id, target)| {
        format!("<Relationship Id=\"more{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"{target}\"/>")
    });
    let (sheets, relations): (String, String) = (sheets.collect(), relations.collect());
    let changes = [
        ("xl/workbook.xml", "</sheets>", sheets),
        ("xl/_rels/workbook.xml.rels", "</Relationships>", relations),
    ];
    let changes = changes.map(|(name, end, more)| {
        let text = part(bytes, name).replace(end, &(more + end));
        (name.to_owned(), PartChange::Replace(deflated(text.into_bytes())))
    });
    book.parts.package.as_ref().unwrap().rewrite(changes.into_iter().collect()).unwrap()
}

#[test]
fn of_several_sheets_one_is_edited_unless_two_are_the_same_part() {
    let empty = sheet_of("<sheetData/>");
    let parts = [("xl/worksheets/sheet2.xml", empty.as_str()), ("xl/worksheets/sheet3.xml", &empty)];
    let bytes = package(&empty, &parts);
    let edit = |sheet: u32| {
        let (cell, content, style) = ("A1".parse().unwrap(), Content::Bool(true), Style::Keep);
        Edit::SetCell { sheet: SheetId(sheet), cell, content, style }
    };
    let apart = with_sheets(&bytes, &[(2, "worksheets/sheet2.xml"), (3, "worksheets/sheet3.xml")]);
    let (_, difference) = apply(&apart, &[edit(1)]);
    assert_eq!(difference.to_string(), "xl/worksheets/sheet2.xml changed\n表2!A1  (blank) → TRUE\n");
    let shared = with_sheets(&bytes, &[(2, "worksheets/sheet2.xml"), (3, "Worksheets/Sheet1.xml")]);
    let book = Workbook::open(shared).unwrap();
    let refused = book.apply(&[edit(0)], Signature::Keep).unwrap_err().to_string();
    assert!(refused.contains("two sheets of the workbook lead to it"), "{refused}");
    assert!(book.apply(&[edit(1)], Signature::Keep).is_ok());
}

#[test]
fn the_workbook_is_found_by_its_relation_whatever_its_name() {
    let bytes = package(&sheet_of("<sheetData/>"), &[]);
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="x/core-properties" Target="core.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/main.xml"/></Relationships>"#;
    let mut parts = vec![("_rels/.rels", root.to_owned())];
    let types = part(&bytes, "[Content_Types].xml").replace("/xl/workbook.xml", "/xl/main.xml");
    parts.push(("[Content_Types].xml", types));
    for (from, to) in [
        ("xl/workbook.xml", "xl/main.xml"),
        ("xl/_rels/workbook.xml.rels", "xl/_rels/main.xml.rels"),
        ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/styles.xml", "xl/styles.xml"),
        ("xl/calcChain.xml", "xl/calcChain.xml"),
    ] {
        parts.push((to, part(&bytes, from)));
    }
    parts.push(("xl/workbook.xml", "<workbook><sheets/></workbook>".to_owned()));
    let (_, difference) = apply(&zipped(&parts), &[Edit::RecalculateOnLoad]);
    assert_eq!(difference.to_string(), "xl/main.xml changed\n");
}

#[test]
fn a_part_in_utf_16_is_read_but_not_edited() {
    let text =
        format!("<worksheet xmlns=\"{MAIN}\"><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>");
    let mut zip = zip::ZipArchive::new(Cursor::new(package("", &[]))).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        out.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        if name.ends_with("sheet1.xml") {
            let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            out.write_all(&wide).unwrap();
        } else {
            std::io::copy(&mut entry, &mut out).unwrap();
        }
    }
    let book = Workbook::open(out.finish().unwrap().into_inner()).unwrap();
    let refused = book.apply(&[number("A1", "2")], Signature::Void).unwrap_err();
    assert_eq!(refused, PatchError::Encoding("xl/worksheets/sheet1.xml".into()));
}

#[test]
fn the_official_form_is_filled_and_read_back_by_another_reader() {
    let bytes = include_bytes!("../../../../test-data/template/official-3-rows.xlsx");
    let edits = [
        set("B7", Content::Text("  防汛“经费”\n<甲&乙>".into())),
        number("E7", "814.79"),
        formula("D7", "SUM(E7:G7)", Value::Number("814.79".into())),
        formula("I7", "IF(N(D7)=0,\"\",H7/D7)", Value::Text(String::new())),
    ];
    let (after, difference) = apply(bytes, &edits);
    assert_eq!(
        difference.to_string(),
        "xl/worksheets/sheet1.xml changed\n附表!B7  (blank) → \"  防汛“经费”\\n<甲&乙>\"\n附表!D7  (blank) → =SUM(E7:G7) 814.79\n\
         附表!E7  (blank) → 814.79\n附表!I7  (blank) → =IF(N(D7)=0,\"\",H7/D7) \"\"\n"
    );
    let mut other = calamine::Xlsx::new(Cursor::new(&after)).unwrap();
    let (values, formulas) =
        (other.worksheet_range("附表").unwrap(), other.worksheet_formula("附表").unwrap());
    assert_eq!(values.get_value((6, 1)), Some(&Data::String("  防汛“经费”\n<甲&乙>".into())));
    assert_eq!(values.get_value((6, 3)), Some(&Data::Float(814.79)));
    assert_eq!(formulas.get_value((6, 3)).map(String::as_str), Some("SUM(E7:G7)"));
    assert!(
        part(&after, "xl/worksheets/sheet1.xml")
            .contains("<c r=\"B7\" s=\"5\" t=\"inlineStr\"><is><t xml:space=\"preserve\">  防汛")
    );
    assert_eq!(values.get_value((9, 0)), Some(&Data::String("合计".into())));
}

pub(super) fn sheet_of(data: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\">{data}</worksheet>")
}

const ALTERNATIVES: &str =
    r#"<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">"#;

#[test]
fn what_reads_one_way_and_would_be_written_another_is_refused() {
    let choice = format!(
        r#"<sheetData><row r="1">{ALTERNATIVES}<mc:Choice><c r="A1"/></mc:Choice><mc:Fallback><c r="A1"><v>1</v></c></mc:Fallback></mc:AlternateContent></row></sheetData>"#
    );
    let refused = refusal(&choice, &[], &[number("A1", "2")]).to_string();
    assert!(refused.contains("alternatives among the cells"), "{refused}");
    for (tag, cell) in [
        (r#"<row r="2"><c r="A2" t:/a" b="x"><row r="="s"/></row>"#, "A2"),
        (r#"<row r="2" a"b="c"d="><c r="A2"/></row>"#, "B2"),
    ] {
        let loose = format!("<sheetData>{tag}</sheetData>");
        let refused = refusal(&loose, &[], &[number(cell, "4")]).to_string();
        assert!(refused.contains("without proper attributes"), "{tag} {refused}");
    }
}

#[test]
fn alternatives_outside_the_cells_stay_as_they_are() {
    let around = format!("{ALTERNATIVES}<mc:Choice><x/></mc:Choice><mc:Fallback/></mc:AlternateContent>");
    let sheet = sheet_of(&format!("{around}<sheetData><row r=\"1\"/></sheetData>{around}"));
    let book = Workbook::open(package(&sheet, &[])).unwrap();
    let made = book.apply(&[number("A1", "1")], Signature::Keep).unwrap();
    let expected = sheet.replace("<row r=\"1\"/>", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
    assert_eq!(part(&made, "xl/worksheets/sheet1.xml"), expected);
}

#[test]
fn a_style_sheet_that_does_not_read_as_meant_is_not_written() {
    let foreign = r#"<styleSheet xmlns="urn:other"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let relation = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/styles" Target="other.xml"/></Relationships>"#;
    let original = Workbook::open(package(&sheet_of("<sheetData/>"), &[])).unwrap();
    let package = original.parts.package.as_ref().unwrap();
    let changes = [("xl/_rels/workbook.xml.rels", relation), ("xl/other.xml", foreign)];
    let replaced = |(name, text): (&str, &str)| {
        (name.to_owned(), PartChange::Replace(deflated(text.as_bytes().to_vec())))
    };
    let bytes = package.rewrite(changes.map(replaced).into_iter().collect()).unwrap();
    let book = Workbook::open(bytes).unwrap();
    let edit = styled("A1", Content::Bool(true), Style::Format("0.0000".into()));
    let refused = book.apply(&[edit], Signature::Keep).unwrap_err();
    assert!(refused.to_string().contains("cannot be added to"), "{refused}");
}

#[test]
fn a_formula_keeps_every_character() {
    let book = Workbook::open(package(&sheet_of("<sheetData/>"), &[])).unwrap();
    let text = "\"a\u{e}\"&\"_x000D_\"&\r\n_xlfn.CONCAT(B1)";
    let made = book.apply(&[formula("A1", text, Value::Blank)], Signature::Keep).unwrap();
    let again = Workbook::open(made).unwrap();
    let sheet = again.sheet(SheetId(0)).unwrap();
    assert_eq!(sheet.formula("A1".parse().unwrap()).unwrap().text, text);
}

#[test]
fn what_is_not_there_or_signed_is_refused() {
    let signature = [("_xmlsignatures/sig1.xml", "<a/>")];
    let edit = [number("A1", "1")];
    assert_eq!(refusal("<sheetData/>", &signature, &edit), PatchError::Signed);
    let signed = Workbook::open(package(&sheet_of("<sheetData/>"), &signature)).unwrap();
    assert!(signed.apply(&edit, Signature::Void).is_ok());
    assert!(signed.apply(&[], Signature::Keep).is_ok(), "nothing is edited");
    let nowhere = Edit::SetCell {
        sheet: SheetId(7),
        cell: "A1".parse().unwrap(),
        content: Content::Clear,
        style: Style::Keep,
    };
    assert_eq!(refusal("<sheetData/>", &[], &[nowhere]), PatchError::NoSheet("8".to_owned()));
    let unknown = styled("A1", Content::Bool(true), Style::Format("0.00".into()));
    let cells = r#"<sheetData><row r="1"><c r="A1" s="9"/></row></sheetData>"#;
    assert!(refusal(cells, &[], &[unknown]).to_string().contains("no cell style 9"));
    let beside = styled("B1", Content::Bool(true), Style::Format("0.0000".into()));
    assert!(refusal(cells, &[], &[beside]).to_string().contains("cannot be added to"));
}

#[test]
fn a_sheet_of_many_pieces_is_changed_in_two_places_only() {
    let row = |number: u32| {
        format!(r#"<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>项目{number}</t></is></c></row>"#)
    };
    let rows: String = (1..=9_000).map(row).collect();
    let sheet = sheet_of(&format!("<sheetData><!-- {} --> {rows}</sheetData>", "x".repeat(200_000)));
    let bytes = package(&sheet, &[]);
    let (made, difference) = apply(&bytes, &[number("B9000", "2"), number("B1", "1")]);
    assert_eq!(difference.cells.len(), 2);
    let expected = [1, 9_000].into_iter().zip(["1", "2"]).fold(sheet, |sheet, (number, value)| {
        let cell = format!("<c r=\"B{number}\"><v>{value}</v></c></row>");
        sheet.replace(&row(number), &row(number).replace("</row>", &cell))
    });
    assert!(part(&made, "xl/worksheets/sheet1.xml") == expected);
}
