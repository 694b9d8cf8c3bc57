//! `convert`: one table in eight formats gives one form; a form of one's own keeps what is in it; other programs' files.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Cursor;
use std::path::Path;

use calamine::Reader;
use jixiao_workbook::{SheetId, Workbook};

use crate::support::{Desk, Ran, run, run_binary, sample};

fn convert(desk: &Desk, name: &str, bytes: &[u8], flags: &[&OsStr]) -> (Ran, Workbook) {
    let (input, out) = (desk.put(name, bytes), desk.path("out.xlsx"));
    let line = ["convert".as_ref(), input.as_ref(), "-o".as_ref(), out.as_ref(), "--force".as_ref()];
    let ran = run_binary(&[&line, flags].concat());
    assert_eq!(ran.exit, 0, "{name}: {}", ran.err);
    let bytes = std::fs::read(&out).unwrap();
    (ran, Workbook::open(bytes).unwrap())
}

/// Every cell of the form: its value, and its formula.
fn cells(workbook: &Workbook) -> BTreeMap<String, String> {
    let sheet = workbook.sheet(SheetId(0)).unwrap();
    let shown = |cell: jixiao_workbook::sheet::Cell<'_>| {
        let formula = cell.formula.map_or_else(String::new, |formula| format!("={}", formula.text));
        (cell.at.to_string(), format!("{}{formula}", cell.value.as_text()))
    };
    sheet.rows().flat_map(|row| row.cells().map(shown).collect::<Vec<_>>()).collect()
}

/// The number of a cell as calamine reads it.
fn by_calamine(path: &Path, sheet: usize, (row, column): (u32, u32)) -> f64 {
    let mut book = calamine::Xlsx::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let range = book.worksheet_range_at(sheet).unwrap().unwrap();
    match range.get_value((row, column)) {
        Some(calamine::Data::Float(number)) => *number,
        Some(calamine::Data::Int(number)) => number.to_string().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn eight_forms_of_one_table_give_the_same_form() {
    let desk = Desk::new();
    let forms = [
        ("报送.xlsx", "submission-2023.xlsx"),
        ("报送.xls", "cases/workbook-of-excel-97/input.xls"),
        ("报送.et", "cases/workbook-of-excel-97/input.xls"),
        ("报送.ods", "cases/open-document/input.ods"),
        ("报送.csv", "cases/text-tables/gb18030.csv"),
        ("报送.docx", "cases/tables-in-documents/report.docx"),
        ("报送.txt", "cases/tables-in-documents/report.txt"),
        ("官方表.xlsx", "template/official-2023-inputs.xlsx"),
    ];
    let mut expected = None;
    for (name, origin) in forms {
        let (_, book) = convert(&desk, name, &sample(origin), &[]);
        let found = cells(&book);
        for (cell, value) in [("D21", "1893.66=SUM(D7:D20)"), ("H21", "1722.16=SUM(H7:H20)")] {
            assert_eq!(found[cell], value, "{name}");
        }
        let out = desk.path("out.xlsx");
        for (column, value) in [(3, 1893.66), (7, 1722.16), (8, 0.909_434_639_798_06), (9, 92.97)] {
            let read = by_calamine(&out, 0, (20, column));
            assert!((read - value).abs() < 1e-9, "{name}: {read} for {value}");
        }
        let expected = expected.get_or_insert_with(|| found.clone());
        for (cell, value) in expected.iter() {
            assert_eq!(found.get(cell), Some(value), "{name}: {cell}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
    }
}

/// A part of a written workbook, inflated.
fn part(path: &Path, name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::copy(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
    bytes
}

#[test]
fn a_form_of_three_rows_keeps_all_else_that_is_in_it() {
    let desk = Desk::new();
    let form = desk.put("表样.xlsx", &sample("template/official-3-rows.xlsx"));
    let flags: [&OsStr; 2] = ["--into".as_ref(), form.as_ref()];
    convert(&desk, "报送.xlsx", &sample("submission-2023.xlsx"), &flags);
    let out = desk.path("out.xlsx");
    let text = |name: &str| String::from_utf8(part(&out, name)).unwrap();
    assert_eq!(part(&out, "xl/media/image1.png"), part(&form, "xl/media/image1.png"));
    let expected = [
        ("xl/workbook.xml", "附表!$A$1:$K$22"),
        ("xl/workbook.xml", "附表!$4:$6"),
        ("xl/workbook.xml", "附表!$J$7:$J$20"),
        ("xl/worksheets/sheet1.xml", r#"<conditionalFormatting sqref="I7:I20">"#),
        ("xl/worksheets/sheet1.xml", r#"sqref="J7:J20""#),
        ("xl/worksheets/sheet1.xml", r#"<mergeCell ref="A21:C21"/>"#),
        ("xl/worksheets/sheet1.xml", r#"<mergeCell ref="A22:K22"/>"#),
        ("xl/worksheets/sheet1.xml", "第 &amp;P 页 共 &amp;N 页"),
        ("xl/worksheets/sheet2.xml", "<f>附表!D21</f><v>1893.66</v>"),
        ("xl/worksheets/sheet2.xml", r#"<sheetProtection sheet="1""#),
        ("xl/comments1.xml", r#"<comment ref="J4""#),
        ("xl/drawings/drawing1.xml", "<xdr:row>24</xdr:row>"),
        ("xl/drawings/drawing1.xml", "<xdr:row>25</xdr:row>"),
    ];
    for (name, wanted) in expected {
        assert!(text(name).contains(wanted), "{name}: {wanted}\n{}", text(name));
    }
    assert!((by_calamine(&out, 1, (3, 1)) - 1893.66).abs() < 1e-9);
}

/// What the first projects of the published table declare: budget, executed, score.
const PUBLISHED: [(&str, &str, &str); 7] = [
    ("830", "814.79", "94"),
    ("20", "4.4", "85"),
    ("272.82", "219.61", "96"),
    ("45", "43.21", "96"),
    ("3", "0.91", "80"),
    ("146.54", "79.78", "80"),
    ("12", "12", "93"),
];

#[test]
fn submissions_of_other_programs_have_the_published_figures() {
    let cases = [
        ("sent-as-binary-workbook", "汇总表.xlsb", 6),
        ("sent-as-et-with-spaced-labels", "汇总表.et", 6),
        ("sent-as-flat-text", "报告.txt", 6),
        ("sent-as-opendocument-with-signatures", "input.ods", 6),
        ("sent-as-tabs-in-gb18030", "input.tsv", 6),
        ("sent-as-word-in-yuan", "报告.docx", 6),
        ("sent-as-word-with-spans", "报告.docx", 6),
        ("sent-below-a-cover-total-on-top", "input.xlsx", 6),
        ("sent-codes-before-names", "input.xls", 6),
        ("sent-far-down-and-right", "input.xlsx", 6),
        ("sent-groups-without-results", "input.xlsx", 7),
        ("sent-in-hundred-million-yuan", "input.ods", 6),
        ("sent-in-yuan-with-wide-digits", "汇总表.xlsx", 6),
        ("sent-sichuan-four-funds", "input.xlsx", 6),
        ("sent-supervisors-merged-in-threes", "input.xlsx", 6),
        ("sent-three-header-rows-in-another-order", "input.xlsx", 7),
        ("sent-two-tables-on-a-sheet", "input.xlsx", 6),
        ("sent-units-inside-cells", "input.csv", 6),
        ("sent-with-equal-names", "input.csv", 6),
        ("sent-with-hidden-rows-and-columns", "input.xlsx", 6),
        ("sent-with-initial-budgets", "input.xls", 6),
    ];
    let desk = Desk::new();
    let map = desk.put("map.toml", &sample("cases/sent-below-a-cover-total-on-top/map.toml"));
    for (case, name, projects) in cases {
        let flags: &[&OsStr] = match case {
            "sent-two-tables-on-a-sheet" => &["--table".as_ref(), "2".as_ref()],
            "sent-below-a-cover-total-on-top" => &["--map".as_ref(), map.as_ref()],
            _ => &[],
        };
        let (_, book) = convert(&desk, name, &sample(&format!("cases/{case}/{name}")), flags);
        let found = cells(&book);
        // The form may have other fund columns: executed and score stand where their labels do.
        let column = |label: &str| {
            let cell = found.iter().find(|(_, text)| text.starts_with(label)).unwrap().0;
            cell.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
        };
        let (executed, score) = (column("全年执行数"), column("自评得分"));
        for (row, published) in (7..).zip(PUBLISHED.iter().take(projects)) {
            let number =
                |column: &str| found[&format!("{column}{row}")].split('=').next().unwrap().to_owned();
            let found = (number("D"), number(&executed), number(&score));
            let (budget, executed, score) = published;
            assert_eq!(
                (found.0.as_str(), found.1.as_str(), found.2.as_str()),
                (*budget, *executed, *score),
                "{case} {row}"
            );
        }
    }
}

#[test]
fn submissions_out_of_one_summary_give_the_forms_that_their_tables_give() {
    let desk = Desk::new();
    let tables = [
        ("甲/表.xlsx", "submission-2023.xlsx"),
        ("乙/表.csv", "cases/sent-units-inside-cells/input.csv"),
        ("丙.docx", "cases/tables-in-documents/report.docx"),
        ("丁.xlsx", "cases/five-fund-columns/input.xlsx"),
    ];
    let paths = tables.map(|(name, origin)| desk.put(name, &sample(origin)).into_os_string());
    let words = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<OsString>>();
    let all = desk.path("all.json").into_os_string();
    let extract = [words(&["extract", "-o"]), vec![all.clone()], paths.to_vec()].concat();
    assert_eq!(run(extract).exit, 0);
    let flags = words(&["convert", "--provenance", "none", "--lang", "zh", "-o"]);
    let together = desk.path("together").into_os_string();
    let ran = run([flags.clone(), vec![together, all.clone()]].concat());
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let names = ["表-中川镇人民政府", "表-中川镇人民政府-2", "丙", "丁"];
    let files = desk.files().into_iter().filter(|file| file.starts_with("together")).count();
    assert_eq!(files, names.len(), "{:?}", desk.files());
    for (path, name) in paths.iter().zip(names) {
        let alone = desk.path("alone.xlsx").into_os_string();
        let ran = run([flags.clone(), vec![alone, path.clone(), "--force".into()]].concat());
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let form = |name: &str| Workbook::open(std::fs::read(desk.path(name)).unwrap()).unwrap();
        assert_eq!(
            cells(&form(&format!("together/{name}-已转换.xlsx"))),
            cells(&form("alone.xlsx")),
            "{name}"
        );
    }
    // Put together, they have the figures, grades, ranks and verdicts of their tables.
    let merged = |inputs: &[OsString], name: &str| {
        let output = desk.path(name).into_os_string();
        let ran = run([words(&["merge", "--lang", "zh", "-o"]), vec![output], inputs.to_vec()].concat());
        let book = Workbook::open(std::fs::read(desk.path(name)).unwrap()).unwrap();
        let sheet = book.sheet_named("单位汇总").unwrap();
        let shown = |cell: String| book.value(sheet, cell.parse().unwrap()).as_text().to_owned();
        let units = (5..10).flat_map(|row| {
            ["B", "C", "D", "E", "F", "G", "H", "I", "J", "K"].map(|column| shown(format!("{column}{row}")))
        });
        (ran.out.lines().last().unwrap_or_default().to_owned(), units.collect::<Vec<_>>())
    };
    assert_eq!(merged(&[all], "json.xlsx"), merged(&paths, "tables.xlsx"));
}

#[test]
fn of_one_summary_through_a_pipe_one_submission_is_converted() {
    let desk = Desk::new();
    let submission =
        r#"{"path":"表.xlsx","submission":{"projects":[{"name":"防汛经费","budget":1,"executed":1}]}}"#;
    for (count, exit) in [(1, 0), (2, 3)] {
        let files = vec![submission; count].join(",");
        let text = format!("{{\"schema\":\"jixiao.summary/1\",\"files\":[{files}]}}");
        let ran = piped(
            &desk,
            text.as_bytes(),
            &["convert", "-", "-o", "out.xlsx", "--force", "--provenance", "none"],
        );
        assert_eq!(ran.status.code(), Some(exit), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// The program run in the desk's folder with these bytes on its standard input.
fn piped(desk: &Desk, bytes: &[u8], args: &[&str]) -> std::process::Output {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_jixiao"))
        .current_dir(desk.folder())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap()
}

/// A workbook with each text part as a change makes it.
fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    use std::io::{Read, Write};

    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let (name, mut text) = (entry.name().unwrap().into_owned(), String::new());
        entry.read_to_string(&mut text).unwrap();
        writer.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(change(&name, text).as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_protected_form_keeps_its_protection_to_the_byte() {
    const SHEET: &str = r#"<sheetProtection algorithmName="SHA-512" hashValue="q83vEg==" saltValue="ASNFZw==" spinCount="100000" sheet="1" objects="1" formatCells="0"/>"#;
    const BOOK: &str = r#"<workbookProtection workbookAlgorithmName="SHA-512" workbookHashValue="mrw0VA==" workbookSaltValue="ZUMhAA==" workbookSpinCount="100000" lockStructure="1"/>"#;
    let desk = Desk::new();
    let form = rewritten(&sample("cases/convert-into-a-protected-form/form.xlsx"), |name, text| match name {
        "xl/worksheets/sheet1.xml" => {
            let (before, after) = text.split_once("<sheetProtection").unwrap();
            format!("{before}{SHEET}{}", after.split_once("/>").unwrap().1)
        }
        "xl/workbook.xml" => text.replacen("<bookViews>", &format!("{BOOK}<bookViews>"), 1),
        _ => text,
    });
    let form = desk.put("表样.xlsx", &form);
    let submission = sample("cases/convert-into-a-protected-form/input.xlsx");
    let protections = |path: &Path| {
        let element = |name: &str, open: &str| {
            let text = String::from_utf8(part(path, name)).unwrap();
            let (_, after) = text.split_once(open).unwrap();
            format!("{open}{}/>", after.split_once("/>").unwrap().0)
        };
        [
            element("xl/worksheets/sheet1.xml", "<sheetProtection"),
            element("xl/workbook.xml", "<workbookProtection"),
        ]
    };
    for origins in ["none", "sheet"] {
        let flags: [&OsStr; 4] =
            ["--into".as_ref(), form.as_ref(), "--provenance".as_ref(), origins.as_ref()];
        let (ran, book) = convert(&desk, "报送.xlsx", &submission, &flags);
        assert!(ran.out.contains("表样加了 1 行"), "{}", ran.out);
        assert!(ran.out.contains("仍受保护：工作表 附表、工作簿结构；保护和密码没有改动。"), "{}", ran.out);
        assert_eq!(protections(&desk.path("out.xlsx")), [SHEET, BOOK]);
        assert_eq!(book.sheets().len(), if origins == "sheet" { 3 } else { 2 });
        // What was converted is filled again without a word of a password.
        let ran = run([OsString::from("fill"), desk.path("out.xlsx").into(), "--in-place".into()]);
        assert!(
            ran.exit == 0 && ran.out.contains("仍受保护：工作表 附表、工作簿结构"),
            "{}{}",
            ran.out,
            ran.err
        );
        assert_eq!(protections(&desk.path("out.xlsx")), [SHEET, BOOK]);
    }
}
