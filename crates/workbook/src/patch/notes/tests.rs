//! Comments, links, marks and sheets as they come and go, seen in the bytes, by our own reader and by calamine.

use std::io::Cursor;

use calamine::Reader;

use crate::diff::diff;
use crate::edit::{Content, Edit, Look, NewCell, NewColumn, NewSheet, Rgb, Style};
use crate::error::PatchError;
use crate::patch::Signature;
use crate::patch::tests::{MAIN, apply, number, package, part, refusal, sheet_of, styled};
use crate::workbook::{SheetId, Workbook};

const SHEET: SheetId = SheetId(0);
const NEW: SheetId = SheetId(1);
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn note(cell: &str, text: &str) -> Edit {
    Edit::SetComment { sheet: SHEET, cell: cell.parse().unwrap(), author: "我".into(), text: text.into() }
}

fn off(cell: &str) -> Edit {
    Edit::RemoveComment { sheet: SHEET, cell: cell.parse().unwrap(), author: "我".into() }
}

fn link(sheet: SheetId, cell: &str, target: (SheetId, &str)) -> Edit {
    Edit::SetLink { sheet, cell: cell.parse().unwrap(), target: (target.0, target.1.parse().unwrap()) }
}

fn mark(cell: &str) -> Edit {
    styled(cell, Content::Keep, Style::Mark(Rgb(255, 230, 0)))
}

fn list(name: &str) -> Edit {
    let text = |text: &str, look| NewCell { content: Content::Text(text.into()), look };
    Edit::AddSheet(Box::new(NewSheet {
        name: name.into(),
        columns: vec![NewColumn { width: 8, hidden: false }, NewColumn { width: 30, hidden: true }],
        frozen: 1,
        rows: vec![
            vec![text("格", Look::Heading), text("<问题>", Look::Heading)],
            vec![
                text("B2", Look::Link),
                NewCell { content: Content::Number("1.5".into()), look: Look::Plain },
            ],
            vec![NewCell {
                content: Content::Clear,
                look: Look::Marked(SHEET, "B1".parse().unwrap(), Rgb(1, 2, 3)),
            }],
        ],
    }))
}

fn after(sheet: &str, more: &[(&str, &str)], edits: &[Edit]) -> Vec<u8> {
    let bytes = package(sheet, more);
    let (made, _) = apply(&bytes, edits);
    assert!(calamine::Xlsx::new(Cursor::new(&made)).is_ok());
    made
}

fn sheet_text(bytes: &[u8]) -> String {
    part(bytes, "xl/worksheets/sheet1.xml")
}

#[test]
fn a_comment_comes_with_all_it_takes_and_goes_without_a_trace() {
    let sheet = sheet_of("<sheetData/><mergeCells/><pageMargins/><drawing/><tableParts/>");
    let bytes = package(&sheet, &[]);
    let (made, difference) = apply(&bytes, &[note("B2", "看这里\n<改>")]);
    assert_eq!(
        difference.to_string(),
        "[Content_Types].xml changed\nxl/comments1.xml added\nxl/drawings/vmlDrawing1.vml added\n\
         xl/worksheets/_rels/sheet1.xml.rels added\nxl/worksheets/sheet1.xml changed\n"
    );
    let drawing = format!("<legacyDrawing xmlns:r=\"{RELATIONS}\" r:id=\"rId2\"/><tableParts/>");
    assert_eq!(sheet_text(&made), sheet.replace("<tableParts/>", &drawing));
    let box_text = part(&made, "xl/drawings/vmlDrawing1.vml");
    assert!(box_text.contains("<x:Anchor>2, 15, 0, 10, 7, 5, 2, 16</x:Anchor>"), "{box_text}");
    assert!(
        box_text.contains("<x:Row>1</x:Row><x:Column>1</x:Column>")
            && box_text.contains("id=\"_x0000_s1025\"")
    );
    let book = Workbook::open(made.clone()).unwrap();
    let comments = book.comments(SHEET).unwrap();
    assert_eq!((comments[0].author.as_str(), comments[0].text.as_str()), ("我", "看这里\n<改>"));
    let (back, _) = apply(&made, &[off("B2")]);
    let types = |bytes: &[u8]| {
        part(bytes, "[Content_Types].xml").replace("<Default Extension=\"vml\" ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/>", "")
    };
    let difference =
        diff(&Workbook::open(bytes.clone()).unwrap(), &Workbook::open(back.clone()).unwrap()).unwrap();
    assert_eq!(
        (difference.to_string().as_str(), types(&bytes)),
        ("[Content_Types].xml changed\n", types(&back))
    );
    assert_eq!(apply(&bytes, &[off("B2")]).0, bytes, "nothing to take off");
}

#[test]
fn comments_of_others_and_their_drawing_stay() {
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="{RELATIONS}/vmlDrawing" Target="../drawings/v.vml"/><Relationship Id="c" Type="{RELATIONS}/comments" Target="../c.xml"/><Relationship Id="t" Type="x/threadedComment" Target="../t.xml"/></Relationships>"#
    );
    let comments = format!(
        r#"<comments xmlns="{MAIN}"><authors><author>他</author></authors><commentList><comment ref="A1" authorId="0"><text><r><t>原话</t></r></text></comment><comment ref="C1" authorId="0"><text><r><t>x</t></r></text></comment></commentList></comments>"#
    );
    let drawing = r#"<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout><o:idmap data="3"/></o:shapelayout><v:shapetype id="_x0000_t202"/><v:shape id="_x0000_s3073"><x:ClientData ObjectType="Note"><x:Anchor>1, 15, 0, 2, 2, 15, 1, 4</x:Anchor><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape></xml>"#;
    let threaded = r#"<ThreadedComments><threadedComment ref="C1" id="{1}"/></ThreadedComments>"#;
    let more = [
        ("xl/worksheets/_rels/sheet1.xml.rels", relations.as_str()),
        ("xl/c.xml", &comments),
        ("xl/drawings/v.vml", drawing),
        ("xl/t.xml", threaded),
    ];
    let sheet = format!(
        "<x:worksheet xmlns:x=\"{MAIN}\" xmlns:q=\"{RELATIONS}\"><x:sheetData/><x:legacyDrawing q:id=\"rId9\"/></x:worksheet>"
    );
    let bytes = package(&sheet, &more);
    let (made, difference) = apply(&bytes, &[note("A1", "我的话"), note("D4", "新的")]);
    assert_eq!(difference.to_string(), "xl/c.xml changed\nxl/drawings/v.vml changed\n");
    let said: Vec<String> = Workbook::open(made.clone())
        .unwrap()
        .comments(SHEET)
        .unwrap()
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(said, ["原话\n――――\n我:\n我的话", "x", "新的"]);
    let boxes = part(&made, "xl/drawings/v.vml");
    assert!(boxes.contains("<x:Anchor>1, 15, 0, 2, 6, 5, 4, 0</x:Anchor>"), "{boxes}");
    assert!(boxes.contains("_x0000_s3074") && boxes.matches("shapetype").count() == 1, "{boxes}");
    let (back, _) = apply(&made, &[off("A1"), off("D4")]);
    assert_eq!(part(&back, "xl/c.xml"), comments);
    let refused = Workbook::open(bytes).unwrap().apply(&[note("C1", "y")], Signature::Keep).unwrap_err();
    assert_eq!(refused, PatchError::Threaded { cell: "C1".parse().unwrap() });
}

#[test]
fn a_mark_keeps_what_the_cell_holds() {
    let cells = "<row r=\"1\"><c r=\"A1\" s=\"2\"><f t=\"shared\" ref=\"A1:A2\" si=\"0\">B1</f><v>1</v></c><c r=\"B1\" s='1'/></row><row r=\"2\"><c r=\"A2\"><f t=\"shared\" si=\"0\"/><v>2</v></c></row>";
    let sheet = sheet_of(&format!("<sheetData>{cells}</sheetData>"));
    let made = after(&sheet, &[], &[mark("A1"), mark("B1"), mark("A2"), mark("C2")]);
    let expected = sheet
        .replace("\"A1\" s=\"2\"", "\"A1\" s=\"3\"")
        .replace("s='1'", "s='4'")
        .replace("<c r=\"A2\">", "<c r=\"A2\" s=\"5\">")
        .replace("</c></row></sheetData>", "</c><c r=\"C2\" s=\"5\"/></row></sheetData>");
    assert_eq!(sheet_text(&made), expected);
    assert!(part(&made, "xl/calcChain.xml").contains("A1"), "the calculation chain stays");
    let styles = part(&made, "xl/styles.xml");
    assert!(styles.contains("<xf numFmtId=\"10\" fillId=\"1\" applyFill=\"1\"/>"), "{styles}");
}

#[test]
fn a_new_sheet_leads_to_the_cells_and_they_lead_to_it() {
    let sheet = sheet_of("<sheetData/><hyperlinks><hyperlink ref=\"A9\"/></hyperlinks><pageMargins/>");
    let edits = [list("核对'结果"), link(NEW, "A2", (SHEET, "B2")), link(SHEET, "B2", (NEW, "A2"))];
    let bytes = package(&sheet, &[]);
    let (made, difference) = apply(&bytes, &edits);
    assert_eq!(
        difference.to_string(),
        "[Content_Types].xml changed\nxl/_rels/workbook.xml.rels changed\nxl/styles.xml changed\nxl/workbook.xml changed\n\
         xl/worksheets/sheet1.xml changed\nxl/worksheets/sheet2.xml added\nsheet 核对'结果 added\n"
    );
    assert!(sheet_text(&made).contains(
        "<hyperlink ref=\"A9\"/><hyperlink ref=\"B2\" location=\"'核对''结果'!A2\"/></hyperlinks>"
    ));
    let new = part(&made, "xl/worksheets/sheet2.xml");
    assert!(
        new.contains("<hyperlink ref=\"A2\" location=\"'附表'!B2\"/>") && new.contains("hidden=\"1\""),
        "{new}"
    );
    let mut other = calamine::Xlsx::new(Cursor::new(&made)).unwrap();
    let seen = other.worksheet_range("核对'结果").unwrap();
    assert_eq!(seen.get_value((0, 1)), Some(&calamine::Data::String("<问题>".into())));
    assert_eq!(seen.get_value((1, 1)), Some(&calamine::Data::Float(1.5)));
    let (back, _) = apply(&made, &[Edit::RemoveSheet { sheet: NEW }]);
    for name in ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"] {
        assert_eq!(part(&back, name), part(&bytes, name));
    }
    let linked = Workbook::open(bytes).unwrap().apply(&[link(SHEET, "A9", (SHEET, "A1"))], Signature::Keep);
    assert_eq!(linked.unwrap_err(), PatchError::Linked { cell: "A9".parse().unwrap() });
}

#[test]
fn styles_come_back_from_a_sheet_that_kept_them() {
    let sheet = sheet_of("<sheetData><row r=\"1\"><c r=\"B1\" s=\"1\"><v>5</v></c></row></sheetData>");
    let made = after(&sheet, &[], &[list("单"), mark("B1"), number("C1", "7")]);
    let keeper = "A3".parse().unwrap();
    let restored = styled("C1", Content::Keep, Style::Like(NEW, keeper));
    let (back, difference) =
        apply(&made, &[restored, styled("B1", Content::Keep, Style::Like(SHEET, "C1".parse().unwrap()))]);
    assert_eq!(difference.cells.len(), 2);
    assert!(sheet_text(&back).contains("<c r=\"B1\"><v>5</v></c><c r=\"C1\" s="), "{}", sheet_text(&back));
}

#[test]
fn what_stands_in_alternatives_keeps_its_order() {
    let around = |inside: &str| {
        format!(
            "<mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><mc:Choice><{inside}/></mc:Choice></mc:AlternateContent>"
        )
    };
    for (local, before) in [("controls", true), ("pageSetup", false)] {
        let sheet = sheet_of(&format!("<sheetData></sheetData>{}", around(local)));
        let made = sheet_text(&after(&sheet, &[], &[note("A1", "x"), link(SHEET, "A1", (SHEET, "B1"))]));
        let (drawing, alternatives) = (made.find("<legacyDrawing").unwrap(), made.find("<mc:").unwrap());
        assert_eq!(drawing < alternatives, before, "{made}");
        assert!(made.find("<hyperlinks").unwrap() < alternatives);
    }
}

#[test]
fn what_cannot_be_added_or_taken_out_is_refused() {
    let empty = |edits: &[Edit]| refusal("<sheetData/>", &[], edits);
    for name in ["", "附表", "a/b", "'a", &"字".repeat(32)] {
        assert_eq!(empty(&[list(name)]), PatchError::SheetName(name.into()));
    }
    assert_eq!(empty(&[list("单"), list("单")]), PatchError::SheetName("单".into()));
    assert_eq!(empty(&[Edit::RemoveSheet { sheet: SHEET }]), PatchError::SheetNeeded("附表".into()));
    assert_eq!(empty(&[note("A1", "x"), off("A1")]), PatchError::Twice { cell: "A1".parse().unwrap() });
    assert_eq!(empty(&[link(SHEET, "A1", (SheetId(5), "A1"))]), PatchError::NoSheet("6".into()));
    let merged = "<sheetData/><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>";
    assert!(matches!(refusal(merged, &[], &[note("B2", "x")]), PatchError::Covered { .. }));
    let made = after(&sheet_of("<sheetData/>"), &[], &[list("单")]);
    let formula =
        Content::Formula { text: "单!B2".into(), cached: crate::sheet::Value::Number("1.5".into()) };
    let (used, _) = apply(&made, &[styled("A1", formula, Style::Keep)]);
    let refused = Workbook::open(used).unwrap().apply(&[Edit::RemoveSheet { sheet: NEW }], Signature::Keep);
    assert_eq!(refused.unwrap_err(), PatchError::SheetNeeded("单".into()));
}

#[test]
fn many_comments_take_further_blocks_of_numbers() {
    let edits: Vec<Edit> = (1..=1_100).map(|row| note(&format!("A{row}"), "x")).collect();
    let made = after(&sheet_of("<sheetData/>"), &[], &edits);
    let boxes = part(&made, "xl/drawings/vmlDrawing1.vml");
    assert!(boxes.contains("data=\"1,2\""), "{}", &boxes[..400]);
    let mut ids: Vec<&str> =
        boxes.split("id=\"_x0000_s").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1_100);
}
