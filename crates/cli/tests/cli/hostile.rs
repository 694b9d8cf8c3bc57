//! Hostile files: each is refused with its code, or read for what it is; never a panic, an abort or a misreading.
//!
//! The files are built here, by the numbers of the crafted corpus; where that corpus lies beside the checkout its own
//! files are held to the same outcomes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jixiao_workbook::{SheetId, Workbook};
use serde_json::Value;

use crate::crafted::{Book, SHEET, record};
use crate::support::{Desk, run};

/// What must come of a file.
enum Outcome {
    /// It is refused with this code, and these words among its message.
    Refused(&'static str, &'static str),
    /// It is read, and its first sheet holds this: cells as `A1=value`.
    Read(&'static [&'static str]),
}
use Outcome::{Read, Refused};

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    outcome: Outcome,
}

fn case(name: &'static str, bytes: Vec<u8>, outcome: Outcome) -> Case {
    Case { name, bytes, outcome }
}

#[test]
fn every_container_of_the_crafted_corpus_has_its_outcome() {
    let whole = Book::new().zipped();
    let longer = Book::new().rows("<row r=\"1\"><c r=\"A1\"><v>333</v></c></row>").zipped();
    let mut other_name = whole.clone();
    let header = other_name.windows(SHEET.len()).position(|name| name == SHEET.as_bytes()).unwrap();
    other_name[header + SHEET.len() - 5] = b'X';
    let mut lying = whole.clone();
    let at = record(&whole, SHEET);
    lying[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    let twice = Book::new().part("xl/worksheets/sheet2.xml", "<a/>").zipped();
    let twice = replaced(&twice, b"sheet2.xml", b"sheet1.xml");
    let climbing =
        Book::new().part("../../../../tmp/evil.txt", "x").part("/abs.txt", "x").part("..\\evil.txt", "x");
    let spaces = |count: usize| format!("<sheetData/>{}", " ".repeat(count));
    let cases = [
        case("00_baseline.xlsx", whole.clone(), Read(&["A1=1"])),
        case(
            "13_bomb_spaces_200MiB.xlsx",
            Book::new().sheet(&spaces(9 << 20)).zipped(),
            Refused(
                "over-limit",
                "xl/worksheets/sheet1.xml is over the limit of 8388608 (bytes of one token)",
            ),
        ),
        case("15_duplicate_entry.xlsx", twice, Refused("ambiguous", "two entries are named")),
        case("16_lfh_name_differs.xlsx", other_name, Refused("ambiguous", "has another name")),
        case("17_path_traversal.xlsx", climbing.zipped(), Read(&["A1=1"])),
        case(
            "29_sheet_rel_escape.xlsx",
            Book::new().leading_to("../../../../etc/hostname", "").zipped(),
            Refused("damaged", "leads to no part"),
        ),
        case(
            "30_sheet_rel_external.xlsx",
            Book::new().leading_to("http://127.0.0.1:9/x.xml", "TargetMode=\"External\"").zipped(),
            Refused("damaged", "leads to no part"),
        ),
        case("32_truncated.xlsx", whole[..whole.len() / 2].to_vec(), Refused("truncated", "cut off")),
        case(
            "33_two_archives.xlsx",
            [whole.clone(), longer].concat(),
            Refused("ambiguous", "two archives in one"),
        ),
        case("34_cd_size_lies.xlsx", lying, Refused("ambiguous", "contradicts the directory")),
        case("35_zip64_2_63.xlsx", long_size(&whole), Refused("ambiguous", "contradicts the directory")),
        case("41_empty.xlsx", Vec::new(), Refused("empty", "empty")),
        case(
            "42_html_as_xls.xls",
            b"<html><table><tr><td>1</td></tr></table></html>".to_vec(),
            Refused("not-a-workbook", "an HTML page"),
        ),
        case(
            "43_ole_header_only.xls",
            [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0xFF; 504]].concat(),
            Refused("damaged", "sectors of an unknown size"),
        ),
    ];
    cases.iter().for_each(hold);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_grid_of_the_crafted_corpus_has_its_outcome() {
    let row = |cells: &str| Book::new().rows(&format!("<row r=\"1\">{cells}</row>")).zipped();
    let rows = |rows: &str| Book::new().rows(rows).zipped();
    let corners = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row></sheetData>";
    let merged = |merges: &str| {
        let data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";
        Book::new().sheet(&format!("{data}<mergeCells>{merges}</mergeCells>")).zipped()
    };
    let many_merges = many(1..=60_000, |row| format!("<mergeCell ref=\"A{row}:B{row}\"/>"));
    let sheets = many(1..=20_000, |n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>"));
    let dates = ["0", "1", "59", "60", "61", "-1", "2958465", "2958466", "1e300"];
    let dates = dates.map(|date| format!("<c s=\"1\"><v>{date}</v></c>")).concat();
    let unsorted = "<row r=\"2\"><c r=\"B2\"><v>5</v></c><c r=\"A2\"><v>4</v></c></row>\
         <row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>";
    let cases = [
        case("01_two_corners.xlsx", Book::new().sheet(corners).zipped(), Read(&["A1=1", "XFD1048576=2"])),
        case(
            "02_beyond_grid.xlsx",
            row("<c r=\"XFE1\"><v>1</v></c>"),
            Refused("damaged", "\"XFE1\" is no place in the grid"),
        ),
        case(
            "03_ref_overflow.xlsx",
            row("<c r=\"AAAAAAAAA1\"><v>1</v></c>"),
            Refused("damaged", "no place in the grid"),
        ),
        case(
            "04_row_zero.xlsx",
            rows("<row r=\"0\"><c r=\"A0\"/></row>"),
            Refused("damaged", "row 0 is outside the grid"),
        ),
        case("05_row_2_32.xlsx", rows("<row r=\"4294967297\"/>"), Refused("damaged", "no place in the grid")),
        case(
            "06_row_huge_no_ref.xlsx",
            rows("<row r=\"2147483647\"><c><v>1</v></c></row>"),
            Refused("damaged", "outside the grid"),
        ),
        case(
            "14_cell_flood_3M.xlsx",
            row(&"<c><v>1</v></c>".repeat(16_385)),
            Refused("damaged", "beyond the last column"),
        ),
        case(
            "21_nan_inf.xlsx",
            row(&["NaN", "Infinity", "1e400"].map(|v| format!("<c><v>{v}</v></c>")).concat()),
            Read(&["A1=NaN", "B1=Infinity", "C1=1e400"]),
        ),
        case("25_merge_whole_grid.xlsx", merged("<mergeCell ref=\"A1:XFD1048576\"/>"), Read(&["A1=1"])),
        case("26_merge_300k.xlsx", merged(&many_merges), Read(&["A1=1"])),
        case(
            "overlapping merges",
            merged("<mergeCell ref=\"A1:B2\"/><mergeCell ref=\"B2:C3\"/>"),
            Refused("damaged", "A1:B2 and B2:C3 overlap"),
        ),
        case(
            "27_shared_formula_no_master.xlsx",
            row("<c r=\"A1\"><f t=\"shared\" si=\"7\"/><v>1</v></c>"),
            Read(&["A1=1"]),
        ),
        case(
            "28_date_edges.xlsx",
            row(&dates),
            Read(&[
                "A1=0",
                "B1=1",
                "C1=59",
                "D1=60",
                "E1=61",
                "F1=-1",
                "G1=2958465",
                "H1=2958466",
                "I1=1e300",
            ]),
        ),
        case(
            "31_sheets_20000.xlsx",
            Book::new().sheets(&sheets).zipped(),
            Refused("damaged", "more than 10000 sheets"),
        ),
        case("39_unsorted_dup_cells.xlsx", rows(unsorted), Refused("damaged", "A1 comes twice")),
        case(
            "two values in a cell",
            row("<c r=\"A1\"><v>1</v><v>2</v></c>"),
            Refused("damaged", "A1 has two values"),
        ),
        case(
            "two formulas in a cell",
            row("<c r=\"A1\"><f>1</f><f>2</f><v>1</v></c>"),
            Refused("damaged", "A1 has two formulas"),
        ),
    ];
    cases.iter().for_each(hold);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_text_of_the_crafted_corpus_has_its_outcome() {
    let item = |text: &str| Book::new().strings(&format!("<si><t>{text}</t></si>")).zipped();
    let typed = |text: &str| Book::new().raw_strings(text).zipped();
    let shared = |index: &str| {
        let rows = format!("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>{index}</v></c></row>");
        Book::new().rows(&rows).zipped()
    };
    let nested = format!("<sheetData/>{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let attributes = |one: fn(u32) -> String| format!("<sheetData {}/>", many(0..60_000, one));
    let utf16: Vec<u8> = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-16\"?>\
         <worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
         <row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let declared = Refused("damaged", "a document type declaration");
    let counted =
        "<sst xmlns=\"MAIN\" count=\"4000000000\" uniqueCount=\"4000000000\"><si><t>first</t></si></sst>";
    let counted = Book::new().strings("").raw_strings(counted).zipped();
    let cases = [
        case("07_sst_count_huge.xlsx", counted, Read(&["A1=first"])),
        case(
            "08_sst_index_oob.xlsx",
            shared("99"),
            Refused("damaged", "A1 names the shared string \"99\", which is not there"),
        ),
        case("09_sst_empty_v.xlsx", shared(""), Refused("damaged", "A1 names the shared string")),
        case(
            "10_billion_laughs.xlsx",
            typed("<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]><sst/>"),
            declared,
        ),
        case(
            "11_xxe_file.xlsx",
            typed("<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><sst/>"),
            Refused("damaged", "a document type declaration"),
        ),
        case(
            "12_quadratic.xlsx",
            typed(&format!("<!DOCTYPE l [<!ENTITY a \"{}\">]><sst/>", "A".repeat(100_000))),
            Refused("damaged", "a document type declaration"),
        ),
        case("18_string_40000.xlsx", item(&"x".repeat(40_000)), Refused("damaged", "40000 UTF-16 units")),
        case("19_ctrl_char_raw.xlsx", item("a\u{1}b"), Refused("damaged", "characters XML forbids")),
        case("20_xHHHH.xlsx", item("a_x0001_b_x005F_x0041_c_x000D_d"), Read(&["A1=a\u{1}b_x0041_c\rd"])),
        case(
            "22_deep_nesting_200k.xlsx",
            Book::new().sheet(&nested).zipped(),
            Refused("over-limit", "depth of nested elements"),
        ),
        case(
            "23_attrs_60k.xlsx",
            Book::new().sheet(&attributes(|n| format!("a{n}=\"1\" "))).zipped(),
            Refused("over-limit", "attributes of one tag"),
        ),
        case(
            "24_xmlns_60k.xlsx",
            Book::new().sheet(&attributes(|n| format!("xmlns:n{n}=\"u{n}\" "))).zipped(),
            Refused("over-limit", "attributes of one tag"),
        ),
        case("36_fullwidth_text_numbers.xlsx", item("１２３４"), Read(&["A1=１２３４"])),
        case("37_formula_injection.xlsx", item("=cmd|'/c calc'!A0"), Read(&["A1==cmd|'/c calc'!A0"])),
        case("38_utf16_sheet.xlsx", Book::new().part(SHEET, utf16).zipped(), Read(&["A1=1"])),
        case(
            "40_html_in_name.xlsx",
            item("&lt;script&gt;alert(1)&lt;/script&gt;"),
            Read(&["A1=<script>alert(1)</script>"]),
        ),
    ];
    cases.iter().for_each(hold);
}

/// The limits that a flag sets, and those that hold always.
#[test]
fn limits_stop_the_reading_name_the_part_and_are_set_by_flags() {
    let desk = Desk::new();
    let cells = Book::new().rows(&format!("<row r=\"1\">{}</row>", "<c><v>1</v></c>".repeat(20)));
    let path = desk.put("格.xlsx", &cells.zipped());
    let over = |flags: &[&str], words: &str, help: &str| {
        for command in ["check", "fill"] {
            let mut line: Vec<&str> = vec![command, path.to_str().unwrap(), "--lang", "en"];
            line.extend(flags);
            let ran = run(line);
            assert_eq!(ran.exit, 3, "{flags:?}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(words) && ran.err.contains(help), "{flags:?}: {}", ran.err);
        }
    };
    let part = "xl/worksheets/sheet1.xml is over the limit of";
    over(&["--max-cells", "10"], &format!("{part} 10 (stored cells)"), "--max-cells raises");
    over(
        &["--max-part-size", "400"],
        "over the limit of 400 (inflated bytes of one part)",
        "--max-part-size raises",
    );
    over(&["--max-size", "1k"], "over the limit of 1024 (bytes)", "--max-size raises");
    // With every limit above what the file takes it is read, and holds no table.
    let high =
        ["check", path.to_str().unwrap(), "--max-cells", "20", "--max-part-size", "2G", "--max-size", "3GiB"];
    assert_eq!(run(high).exit, 1);
    let wrong = run(["check", path.to_str().unwrap(), "--max-size", "many"]);
    assert_eq!(wrong.exit, 2, "{}", wrong.err);
}

#[test]
fn what_no_flag_raises_is_refused_too() {
    let many_entries = (0..10_001).fold(Book::new(), |book, n| book.and_new(&format!("p/{n}"), b""));
    let names = "<definedName name=\"a\">1</definedName>".repeat((1 << 18) + 1);
    let book = "<sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames>";
    let named = Book::new().sheets(&format!("{book}{names}</definedNames><sheets>"));
    let relations = many(0..100_001, |n| format!("<Relationship Id=\"x{n}\" Target=\"styles.xml\"/>"));
    let relations =
        format!("<r xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</r>");
    let cases = [
        case(
            "entries",
            many_entries.zipped(),
            Refused("over-limit", "container is over the limit of 10000 (entries)"),
        ),
        case(
            "ratio",
            Book::new().sheet(&format!("<sheetData/>{}", " ".repeat(4 << 20))).zipped(),
            Refused("over-limit", "over the limit of 1000 (inflated over compressed size)"),
        ),
        case("names", named.zipped(), Refused("damaged", "more than 262144 defined names")),
        case(
            "relations",
            Book::new().part("_rels/.rels", relations).zipped(),
            Refused("damaged", "more than 100000 relations"),
        ),
    ];
    cases.iter().for_each(hold);
}

/// Parts are found whatever the spelling of their names, and without content types.
#[test]
fn what_excel_accepts_is_read() {
    let odd = replaced(&Book::new().zipped(), b"xl/worksheets/sheet1.xml", b"XL\\Worksheets\\Sheet1.xml");
    let untyped = Book::new().part("[Content_Types].xml", "<Types/>").zipped();
    for bytes in [odd, untyped, Book::new().stored(), Book::new().streamed()] {
        hold(&case("accepted", bytes, Read(&["A1=1"])));
    }
}

/// Runs both commands over a case: its own file, and the corpus's one of that name.
fn hold(case: &Case) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/crafted").join(case.name);
    let theirs = fs::read(corpus).ok();
    for (bytes, is_ours) in [(Some(&case.bytes), true), (theirs.as_ref(), false)] {
        let Some(bytes) = bytes else { continue };
        let desk = Desk::new();
        let path = desk.put("表.xlsx", bytes);
        let (checked, filled) =
            (report(&path), run(["fill".as_ref(), path.as_os_str(), "--lang".as_ref(), "en".as_ref()]));
        assert_eq!(desk.files(), ["表.xlsx"], "{}", case.name);
        assert_eq!(fs::read(&path).unwrap(), *bytes, "{}", case.name);
        assert_eq!(filled.exit, 3, "{}: {}", case.name, filled.out);
        match case.outcome {
            Refused(code, words) => {
                let error = &checked["error"];
                assert_eq!(
                    (&checked["verdict"], &error["code"]),
                    (&"unchecked".into(), &code.into()),
                    "{}: {error}",
                    case.name
                );
                assert!(
                    filled.err.contains(words) && filled.err.contains('→'),
                    "{}: {}",
                    case.name,
                    filled.err
                );
            }
            Read(cells) => {
                assert_eq!(checked["error"], Value::Null, "{}", case.name);
                assert_eq!(checked["findings"][0]["code"], "S001", "{}", case.name);
                if is_ours {
                    assert_eq!(stored(bytes), cells, "{}", case.name);
                }
            }
        }
    }
}

/// What `check` says of a file, as JSON.
fn report(path: &Path) -> Value {
    let ran = run(["check".as_ref(), path.as_os_str(), "--format".as_ref(), "jsonl".as_ref()]);
    serde_json::from_str(ran.out.trim()).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

/// The first sheet's cells as `A1=value`.
fn stored(bytes: &[u8]) -> Vec<String> {
    let book = Workbook::open(bytes.to_vec()).unwrap();
    let sheet = book.sheet(SheetId(0)).unwrap();
    let cells = sheet.rows().flat_map(jixiao_workbook::sheet::Row::cells);
    cells.map(|cell| format!("{}={}", cell.at, cell.value.as_text())).collect()
}

fn many<N>(numbers: impl Iterator<Item = N>, one: impl Fn(N) -> String) -> String {
    numbers.fold(String::new(), |mut text, number| {
        let _ = write!(text, "{}", one(number));
        text
    })
}

/// All bytes equal to `from` become `to`.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        out[at..at + to.len()].copy_from_slice(to);
    }
    out
}

/// The container whose directory says that the sheet has 2^63 bytes.
fn long_size(whole: &[u8]) -> Vec<u8> {
    let at = record(whole, SHEET);
    let mut extra = vec![1, 0, 8, 0];
    extra.extend((1_u64 << 63).to_le_bytes());
    let behind = at + 46 + SHEET.len();
    let mut out = [&whole[..behind], &extra, &whole[behind..]].concat();
    out[at + 24..at + 28].fill(0xFF);
    out[at + 30..at + 32].copy_from_slice(&12_u16.to_le_bytes());
    let size = out.len() - 22 + 12;
    let length = u32::from_le_bytes(out[size..size + 4].try_into().unwrap()) + 12;
    out[size..size + 4].copy_from_slice(&length.to_le_bytes());
    out
}
