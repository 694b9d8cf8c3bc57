//! How workbooks of every making are read: encodings, namespaces, text forms, damage, limits.

use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::address::CellRef;
use crate::sheet::{FormulaKind, ValueRef};
use crate::workbook::Visibility;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const OF_PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

fn at(text: &str) -> CellRef {
    text.parse().unwrap()
}

/// The parts of a small workbook, each of which a test may replace.
struct Parts(Vec<(String, Vec<u8>)>);

impl Parts {
    /// A workbook whose one sheet has this content inside its `worksheet` element.
    fn of(inside: &str) -> Self {
        Self::with_sheet(&format!("<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\">{inside}</worksheet>"))
    }

    /// A workbook whose one sheet holds these rows.
    fn rows(rows: &str) -> Self {
        Self::of(&format!("<sheetData>{rows}</sheetData>"))
    }

    fn with_sheet(sheet: &str) -> Self {
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
        };
        let root = relation("a", "officeDocument", "xl/workbook.xml");
        let book = relation("s", "worksheet", "worksheets/sheet1.xml")
            + &relation("t", "sharedStrings", "/xl/sharedStrings.xml")
            + &relation("y", "styles", "styles.xml");
        let relations =
            |inside: &str| format!("<Relationships xmlns=\"{OF_PACKAGE}\">{inside}</Relationships>");
        Self(Vec::new())
            .and("_rels/.rels", &relations(&root))
            .and("xl/_rels/workbook.xml.rels", &relations(&book))
            .and(
                "xl/workbook.xml",
                &format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>\
                     <sheet name=\"S\" sheetId=\"1\" r:id=\"s\"/></sheets></workbook>"
                ),
            )
            .and("xl/sharedStrings.xml", &format!("<sst xmlns=\"{MAIN}\"><si><t>first</t></si></sst>"))
            .and("xl/styles.xml", &format!("<styleSheet xmlns=\"{MAIN}\"/>"))
            .and("xl/worksheets/sheet1.xml", sheet)
    }

    fn and(self, name: &str, content: &str) -> Self {
        self.bytes(name, content.as_bytes())
    }

    fn bytes(mut self, name: &str, content: &[u8]) -> Self {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), content.to_vec()));
        self
    }

    fn zipped(&self) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(&self) -> Workbook {
        Workbook::open(self.zipped()).unwrap()
    }

    /// Why the file, or its first sheet, is refused.
    fn refusal(&self) -> String {
        let read = Workbook::open(self.zipped()).and_then(|book| book.sheet(SheetId(0)).map(|_| ()));
        read.unwrap_err().to_string()
    }
}

/// All cells of the first sheet as `A1=value` or `A1=value{formula}`.
fn cells(book: &Workbook) -> Vec<String> {
    let sheet = book.sheet(SheetId(0)).unwrap();
    let cells = sheet.rows().flat_map(crate::sheet::Row::cells).map(|cell| {
        let mut text = format!("{}={}", cell.at, cell.value.as_text());
        if let Some(formula) = cell.formula {
            write!(text, "{{{}}}", formula.text).unwrap();
        }
        text
    });
    cells.collect()
}

#[test]
fn the_official_form_is_read() {
    let bytes = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx").to_vec();
    let book = Workbook::open(bytes).unwrap();
    let form = book.sheet_named("附表").unwrap();
    let sheet = book.sheet(form).unwrap();
    assert_eq!(sheet.value(at("E12")), ValueRef::Number("146.54"));
    assert_eq!(sheet.value(at("A21")), ValueRef::Text("合计"));
    assert_eq!(sheet.anchor(at("C21")), at("A21"));
    assert_eq!(book.format_at(sheet, at("I7")).code, "0.00%");
    let second = book.sheet_ids().nth(1).unwrap();
    assert_eq!(book.sheet(second).unwrap().formula(at("B4")).unwrap().text, "附表!D21");
    assert!(book.sheet(second).unwrap().is_protected());
}

#[test]
fn the_samples_are_read_as_calamine_reads_them() {
    use calamine::{DataType, Reader};
    let samples: [&[u8]; 4] = [
        include_bytes!("../../../../test-data/template/official-blank.xlsx"),
        include_bytes!("../../../../test-data/template/official-3-rows.xlsx"),
        include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx"),
        include_bytes!("../../../../test-data/submission-2023.xlsx"),
    ];
    for bytes in samples {
        let book = Workbook::open(bytes.to_vec()).unwrap();
        let mut other: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(
            other.sheet_names(),
            book.sheets().iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>()
        );
        for (entry, id) in book.sheets().iter().zip(book.sheet_ids()) {
            let sheet = book.sheet(id).unwrap();
            let range = other.worksheet_range(&entry.name).unwrap();
            let filled =
                sheet.rows().flat_map(crate::sheet::Row::cells).filter(|cell| cell.value != ValueRef::Blank);
            assert_eq!(
                range.used_cells().filter(|(_, _, value)| !value.is_empty()).count(),
                filled.clone().count()
            );
            for cell in filled {
                let value = range.get_value((cell.at.row() - 1, u32::from(cell.at.column()) - 1)).unwrap();
                match cell.value {
                    ValueRef::Number(digits) => {
                        assert_eq!(value.as_f64(), digits.parse().ok(), "{}", cell.at);
                    }
                    text => {
                        assert_eq!(value.as_string().as_deref(), Some(text.as_text()), "{}", cell.at);
                    }
                }
            }
            let merges = other.merge_cells_by_sheet_name(&entry.name).unwrap();
            assert_eq!(merges.len(), sheet.merges().len());
        }
    }
}

#[test]
fn values_of_every_type_are_read() {
    let strings = format!(
        "<sst xmlns=\"{MAIN}\"><si><t>first</t></si><si><r><rPr><b/></rPr><t xml:space=\"preserve\">项目 </t></r>\
         <r><t>名称</t></r><rPh sb=\"0\" eb=\"1\"><t>reading</t></rPh></si><si><t> a_x000D_b&#38468; </t></si>\
         <si/><si><t><![CDATA[<&>]]></t></si></sst>"
    );
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>2</v></c><c r=\"C1\" t=\"s\"><v>3</v></c>\
        <c r=\"D1\" t=\"s\"><v>4</v></c></row>\
        <row r=\"2\"><c r=\"A2\"><v> 1893.6599999999999 </v></c><c r=\"B2\" t=\"n\"><v>1E-3</v></c><c r=\"C2\" t=\"b\"><v>1</v></c>\
        <c r=\"D2\" t=\"e\"><v>#DIV/0!</v></c><c r=\"E2\" t=\"d\"><v>2023-12-31</v></c><c r=\"F2\" t=\"str\"><f>\"x\"</f><v>x </v></c>\
        <c r=\"G2\" t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r><rPh sb=\"0\" eb=\"1\"><t>p</t></rPh></is></c>\
        <c r=\"H2\" s=\"0\"/><c r=\"I2\"><v>NaN</v></c></row>";
    let book = Parts::rows(rows).and("xl/sharedStrings.xml", &strings).open();
    let expected = [
        "A1=项目 名称",
        "B1=a\rb附",
        "C1=",
        "D1=<&>",
        "A2=1893.6599999999999",
        "B2=1E-3",
        "C2=TRUE",
        "D2=#DIV/0!",
        "E2=2023-12-31",
        "F2=x {\"x\"}",
        "G2=inline",
        "H2=",
        "I2=NaN",
    ];
    assert_eq!(cells(&book), expected);
    let sheet = book.sheet(SheetId(0)).unwrap();
    assert_eq!(sheet.value(at("C1")), ValueRef::Text(""));
    assert_eq!(sheet.value(at("H2")), ValueRef::Blank);
    assert_eq!(sheet.value(at("I2")), ValueRef::Number("NaN"));
}

#[test]
fn formulas_of_every_kind_are_read() {
    let rows = "<row r=\"1\"><c r=\"A1\"><f>SUM(B1:C1)&amp;\"\"</f></c><c r=\"B1\"><f t=\"array\" ref=\"B1:B2\">C1:C2*2</f><v>4</v></c></row>\
        <row r=\"2\"><c r=\"D2\"><f t=\"shared\" ref=\"D2:D4\" si=\"0\">E2+$A$1</f><v>1</v></c></row>\
        <row r=\"3\"><c r=\"D3\"><f t=\"shared\" si=\"0\"/><v>2</v></c><c r=\"E3\"><f t=\"shared\" si=\"7\"/><v>1</v></c></row>\
        <row r=\"4\"><c r=\"F4\"><f t=\"dataTable\" ref=\"F4:F6\" dt2D=\"0\" r1=\"A1\"/><v>0</v></c></row>";
    let book = Parts::rows(rows).open();
    let expected =
        ["A1={SUM(B1:C1)&\"\"}", "B1=4{C1:C2*2}", "D2=1{E2+$A$1}", "D3=2{E3+$A$1}", "E3=1{}", "F4=0{}"];
    assert_eq!(cells(&book), expected);
    let sheet = book.sheet(SheetId(0)).unwrap();
    let kind = |cell| sheet.formula(at(cell)).unwrap().kind;
    assert_eq!(kind("B1"), FormulaKind::Array("B1:B2".parse().unwrap()));
    assert_eq!(kind("D3"), FormulaKind::Shared);
    assert_eq!(kind("F4"), FormulaKind::DataTable("F4:F6".parse().unwrap()));
}

#[test]
fn what_belongs_to_a_sheet_is_read() {
    let inside = "<sheetPr/><cols><col min=\"2\" max=\"3\" style=\"1\" hidden=\"1\"/></cols><sheetData>\
        <row r=\"1\" hidden=\"1\" s=\"2\" customFormat=\"1\"/><row r=\"2\"><c r=\"A2\"><v>1</v></c></row></sheetData>\
        <sheetProtection sheet=\"1\"/><mergeCells><mergeCell ref=\"A2:B3\"/></mergeCells>\
        <extLst><ext><mergeCell ref=\"C1:C2\"/></ext></extLst>";
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><numFmts><numFmt numFmtId=\"176\" formatCode=\"0.00&quot;万元&quot;\"/></numFmts>\
         <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>\
         <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"10\"><alignment/></xf><xf numFmtId=\"176\"/><xf numFmtId=\"31\"/></cellXfs></styleSheet>"
    );
    let book = Parts::of(inside).and("xl/styles.xml", &styles).open();
    let sheet = book.sheet(SheetId(0)).unwrap();
    assert!(sheet.is_row_hidden(1) && !sheet.is_row_hidden(2));
    assert!(sheet.is_column_hidden(3) && !sheet.is_column_hidden(4));
    assert!(sheet.is_protected());
    assert_eq!(sheet.merges(), ["A2:B3".parse().unwrap()]);
    assert_eq!(book.format_at(sheet, at("B9")).code, "0.00%");
    assert_eq!(book.format_at(sheet, at("B1")).code, book.format(2).code);
    assert_eq!(book.format(2).code, "0.00\"万元\"");
    assert!(book.format(3).is_date());
}

#[test]
fn what_belongs_to_a_workbook_is_read() {
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><workbookPr date1904=\"1\"/><workbookProtection lockStructure=\"1\"/>\
         <sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"s\"/><sheet name=\"a&amp;b\" sheetId=\"2\" state=\"veryHidden\" r:id=\"none\"/></sheets>\
         <definedNames><definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\" hidden=\"1\">S!$A$1</definedName></definedNames></workbook>"
    );
    let book = Parts::rows("").and("xl/workbook.xml", &book).and("_xmlsignatures/sig1.xml", "<a/>").open();
    assert!(book.is_1904() && book.is_signed() && book.parts.protected);
    assert_eq!(book.sheets()[1].name, "a&b");
    assert_eq!(book.sheets()[1].visibility, Visibility::VeryHidden);
    assert!(book.sheet(SheetId(1)).is_err());
    let name = &book.names()[0];
    assert_eq!((name.local, name.text.as_str(), name.hidden), (Some(SheetId(0)), "S!$A$1", true));
}

#[test]
fn what_is_known_of_a_workbook_holds_for_the_same_bytes_only() {
    let parts = || Parts::rows("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>");
    let known = || parts().open().known();
    let again = |parts: Parts| Workbook::open_again(parts.zipped(), &Limits::default(), known()).unwrap();
    let sheet = "<c r=\"B1\" t=\"s\"><v>0</v></c>";
    let edited = Parts::rows(&format!("<row r=\"1\">{sheet}</row>"));
    assert_eq!(cells(&again(edited)), ["B1=first"]);
    let strings = format!("<sst xmlns=\"{MAIN}\"><si><t>other</t></si></sst>");
    assert_eq!(cells(&again(parts().and("xl/sharedStrings.xml", &strings))), ["A1=other"]);
    let signed = again(parts().and("_xmlsignatures/sig1.xml", "<a/>"));
    assert!(signed.is_signed() && !again(parts()).is_signed());
    // What is another kind of file is told as ever.
    let text = Workbook::open_again(b"a,b\n1,2\n".to_vec(), &Limits::default(), known());
    assert!(text.is_err());
    assert!(Workbook::open(b"a,b\n1,2\n".to_vec()).unwrap().known().is_none());
}

#[test]
fn sheets_written_in_unusual_ways_are_read() {
    let strict = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    let data = "<x:sheetData><x:row r=\"1\"><x:c r=\"A1\"><x:v>1</x:v></x:c></x:row></x:sheetData>";
    let utf16: Vec<u8> = format!(
        "\u{FEFF}<worksheet xmlns=\"{MAIN}\"><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"
    )
    .encode_utf16()
    .flat_map(u16::to_le_bytes)
    .collect();
    let alternate = "<sheetData xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><mc:AlternateContent>\
        <mc:Choice Requires=\"x\"><row r=\"1\"><c r=\"A1\"><v>9</v></c></row></mc:Choice>\
        <mc:Fallback><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></mc:Fallback></mc:AlternateContent></sheetData>";
    let cases = [
        Parts::with_sheet(&format!("<x:worksheet xmlns:x=\"{MAIN}\">{data}</x:worksheet>")),
        Parts::with_sheet(&format!("<x:worksheet xmlns:x=\"{strict}\">{data}</x:worksheet>")),
        Parts::rows("<!-- > --><row><c><!--x--><v>1</v></c></row>"),
        Parts::rows("<row r='1' note=\">\"><c r='A1'><v><![CDATA[1]]></v></c></row>"),
        Parts::of(alternate),
        Parts::rows("").bytes("xl/worksheets/sheet1.xml", &utf16),
    ];
    for parts in cases {
        assert_eq!(cells(&parts.open()), ["A1=1"]);
    }
    let foreign = Parts::rows("<row r=\"1\"><y:c xmlns:y=\"other\" r=\"A1\"><y:v>1</y:v></y:c></row>");
    assert!(cells(&foreign.open()).is_empty());
}

#[test]
fn cells_without_a_place_follow_the_cell_before() {
    let rows = "<row><c><v>1</v></c><c r=\"C1\"><v>2</v></c><c><v>3</v></c></row><row r=\"4\"><c><v>4</v></c></row><row><c><v>5</v></c></row>";
    assert_eq!(cells(&Parts::rows(rows).open()), ["A1=1", "C1=2", "D1=3", "A4=4", "A5=5"]);
}

#[test]
fn rows_and_cells_in_any_order_are_sorted() {
    let rows = "<row r=\"3\" hidden=\"1\"><c r=\"B3\"><f>A3</f><v>6</v></c><c r=\"A3\"><v>5</v></c></row>\
        <row r=\"1\"><c r=\"B1\"><v>2</v></c></row><row r=\"2\"><c r=\"A2\"><v>4</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";
    let book = Parts::rows(rows).open();
    assert_eq!(cells(&book), ["A1=1", "B1=2", "A2=4", "A3=5", "B3=6{A3}"]);
    assert!(book.sheet(SheetId(0)).unwrap().is_row_hidden(3));
}

#[test]
fn what_would_be_misread_is_refused() {
    let cell = |cell: &str| Parts::rows(&format!("<row r=\"1\">{cell}</row>"));
    let long = "x".repeat(32_768);
    let cases = [
        (cell("<c r=\"XFE1\"/>"), "no place in the grid"),
        (cell("<c r=\"AAAAAAAAA1\"/>"), "no place in the grid"),
        (cell("<c r=\"A2\"/>"), "stands in row 1"),
        (cell("<c r=\"XFD1\"/><c/>"), "beyond the last column"),
        (Parts::rows("<row r=\"0\"/>"), "outside the grid"),
        (Parts::rows("<row r=\"1048577\"/>"), "outside the grid"),
        (Parts::rows("<row r=\"4294967297\"/>"), "no place in the grid"),
        (Parts::rows("<row r=\"1048576\"/><row/>"), "outside the grid"),
        (cell("<c r=\"A1\"/><c r=\"A1\"/>"), "A1 comes twice"),
        (
            Parts::rows("<row r=\"2\"/><row r=\"1\"><c r=\"A1\"/></row><row r=\"1\"><c r=\"A1\"/></row>"),
            "A1 comes twice",
        ),
        (cell("<c r=\"A1\" t=\"s\"><v>1</v></c>"), "A1 names the shared string \"1\""),
        (cell("<c r=\"A1\" t=\"s\"><v/></c>"), "A1 names the shared string \"\""),
        (cell("<c r=\"A1\" t=\"s\"><v>-1</v></c>"), "shared string"),
        (cell("<c r=\"A1\" t=\"b\"><v>2</v></c>"), "truth value"),
        (cell("<c r=\"A1\" t=\"zz\"><v>2</v></c>"), "unknown type"),
        (cell(&format!("<c r=\"A1\" t=\"str\"><v>{long}</v></c>")), "32768 UTF-16 units"),
        (cell("<c r=\"A1\" t=\"str\"><v>a\u{1}</v></c>"), "forbids"),
        (cell("<c r=\"A1\" t=\"str\"><v>&unknown;</v></c>"), "text that is not"),
        (Parts::of("<dimension ref=\"A1\"/>"), "no sheetData"),
        (Parts::of("<sheetData/><sheetData/>"), "second sheetData"),
        (
            Parts::of("<sheetData/><mergeCells><mergeCell ref=\"A1:XFE2\"/></mergeCells>"),
            "no place in the grid",
        ),
        (Parts::with_sheet("<worksheet><sheetData/></worksheet>"), "no worksheet"),
        (Parts::with_sheet("<!DOCTYPE worksheet><worksheet/>"), "document type"),
        (
            Parts::rows("").and("xl/sharedStrings.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"),
            "document type",
        ),
        (
            Parts::rows("")
                .and("xl/sharedStrings.xml", &format!("<sst xmlns=\"{MAIN}\"><si><t>{long}</t></si></sst>")),
            "32768 UTF-16 units",
        ),
    ];
    for (parts, what) in cases {
        let error = parts.refusal();
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
fn counts_and_dimensions_are_not_believed() {
    let strings = format!(
        "<sst xmlns=\"{MAIN}\" count=\"4000000000\" uniqueCount=\"4000000000\"><si><t>a</t></si></sst>"
    );
    let inside = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>\
        <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    let book = Parts::of(inside).and("xl/sharedStrings.xml", &strings).open();
    assert_eq!(cells(&book), ["A1=a", "XFD1048576=1"]);
}

#[test]
fn limits_hold_for_cells_and_depth() {
    let limits = Limits { cells: 2, depth: 8, ..Limits::default() };
    let read = |parts: &Parts| {
        let book = Workbook::open_within(parts.zipped(), &limits).unwrap();
        book.sheet(SheetId(0)).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        read(&Parts::rows("<row><c/><c/><c/></row>")),
        "xl/worksheets/sheet1.xml is over the limit of 2 (stored cells)"
    );
    let deep = "<a>".repeat(10) + &"</a>".repeat(10);
    assert!(read(&Parts::of(&deep)).contains("depth"));
}

#[test]
fn a_module_listed_as_a_sheet_is_no_grid() {
    let book = |id: &str| {
        let module = format!("<sheet name=\"Module1\" sheetId=\"2\" state=\"veryHidden\" {id}/></sheets>");
        let mut parts = Parts::rows("<row><c><v>1</v></c></row>");
        let (_, book) = parts.0.iter_mut().find(|(name, _)| name == "xl/workbook.xml").unwrap();
        *book = String::from_utf8_lossy(book).replace("</sheets>", &module).into_bytes();
        parts.open()
    };
    let module = book("r:id=\"\"");
    assert_eq!((module.entry(SheetId(1)).unwrap().grid, cells(&module)), (false, vec!["A1=1".to_owned()]));
    assert!(module.sheet(SheetId(1)).unwrap().rows().next().is_none());
    for lost in ["", "r:id=\"rId77\""] {
        assert!(book(lost).sheet(SheetId(1)).is_err(), "{lost}");
    }
}

#[test]
fn relations_lead_to_parts_of_the_package_only() {
    let leads = |target: &str| {
        let sheet = format!("<Relationship Id=\"s\" Type=\"{RELATIONS}/worksheet\" {target}/>");
        let relations = format!("<Relationships xmlns=\"{OF_PACKAGE}\">{sheet}</Relationships>");
        Parts::rows("<row><c><v>1</v></c></row>").and("xl/_rels/workbook.xml.rels", &relations)
    };
    for target in [
        "Target=\"/xl/worksheets/sheet1.xml\"",
        "Target=\"WORKSHEETS\\sheet1.xml\"",
        "Target=\"../xl/./worksheets/sheet%31.xml\"",
    ] {
        assert_eq!(cells(&leads(target).open()), ["A1=1"], "{target}");
    }
    for target in [
        "Target=\"../../../etc/hostname\"",
        "Target=\"http://127.0.0.1/x.xml\" TargetMode=\"External\"",
        "Target=\"gone.xml\"",
    ] {
        assert!(leads(target).refusal().contains("leads to no part"), "{target}");
    }
}

#[test]
fn containers_of_other_things_are_named() {
    let zip = |name: &str, content: &str| Parts(Vec::new()).and(name, content);
    let cases = [
        (zip("word/document.xml", "<a/>"), "no Word document"),
        (zip("xl/workbook.bin", ""), ".xlsb files are not read here"),
        (zip("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ".ods files are not read here"),
        (zip("mimetype", "application/vnd.oasis.opendocument.text"), "OpenDocument"),
        (zip("a.txt", "b"), "zip archive without a workbook"),
        (Parts::rows("").and("xl/workbook.xml", "<other/>"), "without a workbook"),
        (Parts::rows("").and("xl/workbook.xml", &format!("<workbook xmlns=\"{MAIN}\"/>")), "lists no sheet"),
    ];
    for (parts, what) in cases {
        let error = parts.refusal();
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
fn look_ups_in_many_merges_find_the_right_one() {
    let mut merges = String::from("<mergeCell ref=\"A1:A1048576\"/>");
    for row in 1..=500 {
        write!(merges, "<mergeCell ref=\"B{row}:C{row}\"/>").unwrap();
    }
    let book = Parts::of(&format!("<sheetData/><mergeCells>{merges}</mergeCells>")).open();
    let sheet = book.sheet(SheetId(0)).unwrap();
    assert_eq!(sheet.anchor(at("A1000000")), at("A1"));
    assert_eq!(sheet.anchor(at("C321")), at("B321"));
    assert_eq!(sheet.anchor(at("C501")), at("C501"));
}

/// Cells written as usual are taken in one step, others token by token: both read the same.
#[test]
fn the_way_a_cell_is_written_changes_nothing() {
    let usual = "<row r=\"1\"><c r=\"A1\" s=\"3\" t=\"s\"><v>0</v></c><c r=\"B1\"/><c r=\"C1\" s=\"2\"><v>-4.40</v></c>\
                 <c r=\"D1\" t=\"str\"><f>A1&amp;\"\"</f><v>first</v></c><c r=\"E1\" t=\"b\"><v>1</v></c></row>\
                 <row r=\"2\"><c r=\"A2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"B2\"><f>C1*2</f><v>-8.8</v></c>\
                 <c r=\"C2\" t=\"str\"><f>\"_x0041_\"</f><v>_x0041_</v></c><c r=\"D2\"><v> 7 </v></c>\
                 <c r=\"E2\" t=\"n\"><v></v></c></row>";
    let cells = |rows: &str| {
        let workbook = Parts::rows(rows).open();
        let sheet = workbook.sheet(SheetId(0)).unwrap();
        let cells = sheet.rows().flat_map(crate::sheet::Row::cells);
        cells.map(|cell| format!("{cell:?}")).collect::<Vec<String>>()
    };
    let expected = cells(usual);
    assert_eq!(expected.len(), 10);
    for (from, to) in
        [("<c r", "<c  r"), ("</v></c>", "</v ></c>"), ("</v></c>", "</v><!----></c>"), ("<v>", "<v >")]
    {
        assert_eq!(cells(&usual.replace(from, to)), expected, "{to}");
    }
}

/// What is refused is refused in both ways.
#[test]
fn a_usual_cell_is_judged_like_any_other() {
    for (rows, place) in [
        ("<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>", "A2"),
        ("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>9</v></c></row>", "A1"),
        ("<row r=\"1\"><c r=\"A1\" t=\"b\"><v>2</v></c></row>", "A1"),
        ("<row r=\"1\"><c r=\"A1\"/><c r=\"A1\"/></row>", "A1"),
    ] {
        for rows in [rows.to_owned(), rows.replace("<c r", "<c  r")] {
            let workbook = Parts::rows(&rows).open();
            let error = workbook.sheet(SheetId(0)).unwrap_err().to_string();
            assert!(error.contains(place), "{rows}: {error}");
        }
    }
}
