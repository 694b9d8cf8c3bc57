//! One piece of a workbook after another as rows come and go, seen in the bytes.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::Reader;
use proptest::prelude::*;

use super::anchors::Heights;
use super::*;
use crate::edit::Edit;
use crate::patch::tests::{MAIN, package, part, refusal};

const SHEET: SheetId = SheetId(0);

fn insert(before: u32, count: u32) -> Edit {
    Edit::InsertRows { sheet: SHEET, before, count, style_from: None, grow: None }
}

fn delete(first: u32, count: u32) -> Edit {
    Edit::DeleteRows { sheet: SHEET, first, count }
}

/// A piece of a part of the sheet 附表 after three rows came before row 10, or after rows 10 to 12 went.
fn piece(text: &str, deletes: bool) -> String {
    let mut shift = Shift::none();
    if deletes {
        shift.delete(10, 3).unwrap();
    } else {
        shift.insert((10, 3), None, None).unwrap();
    }
    let heights = Heights::default();
    let after = heights.shifted(&shift, |_| None);
    let ground = Ground { shift: &shift, before: &heights, after: &after };
    let mover =
        Mover { shift: &shift, sheet: "附表", own: true, number: 0, ground: Some(&ground), merges: &[] };
    let made = text::moved(text.as_bytes(), mover).unwrap();
    made.map_or_else(|| text.to_owned(), |made| String::from_utf8(made).unwrap())
}

/// Elements around the cells, before and after three rows came before row 10.
const AROUND: [(&str, &str); 16] = [
    ("<dimension ref='A1:K20'/>", "<dimension ref='A1:K23'/>"),
    (
        "<sheetView topLeftCell='A10'><pane ySplit='9' topLeftCell='A10' state='frozen'/><selection activeCell='B12' sqref='B12:C13 A1'/></sheetView>",
        "<sheetView topLeftCell='A13'><pane ySplit='9' topLeftCell='A13' state='frozen'/><selection activeCell='B15' sqref='B15:C16 A1'/></sheetView>",
    ),
    (
        "<sheetView><pane ySplit='10' topLeftCell='A11' state='frozenSplit'/></sheetView>",
        "<sheetView><pane ySplit='13' topLeftCell='A14' state='frozenSplit'/></sheetView>",
    ),
    (
        "<protectedRanges><protectedRange sqref='A10 B1:B9' name='x'/></protectedRanges>",
        "<protectedRanges><protectedRange sqref='A13 B1:B9' name='x'/></protectedRanges>",
    ),
    (
        "<autoFilter ref='A6:K20'><sortState ref='A7:K20'><sortCondition ref='D7:D20'/></sortState></autoFilter>",
        "<autoFilter ref='A6:K23'><sortState ref='A7:K23'><sortCondition ref='D7:D23'/></sortState></autoFilter>",
    ),
    (
        "<mergeCells count='2'><mergeCell ref='A1:K1'/><mergeCell ref='A9:A10'/></mergeCells>",
        "<mergeCells count='2'><mergeCell ref='A1:K1'/><mergeCell ref='A9:A13'/></mergeCells>",
    ),
    (
        "<conditionalFormatting sqref='I7:I20 K30'><cfRule><formula>AND($I10&lt;0.9,I$7)</formula></cfRule><cfRule><colorScale><cfvo type='num' val='$B$12'/></colorScale></cfRule></conditionalFormatting>",
        "<conditionalFormatting sqref='I7:I23 K33'><cfRule><formula>AND($I13&lt;0.9,I$7)</formula></cfRule><cfRule><colorScale><cfvo type='num' val='$B$15'/></colorScale></cfRule></conditionalFormatting>",
    ),
    (
        "<dataValidations count='1'><dataValidation type='list' sqref='J7:J20'><formula1>$M$7:$M$20</formula1><formula2>表二!A12</formula2></dataValidation></dataValidations>",
        "<dataValidations count='1'><dataValidation type='list' sqref='J7:J23'><formula1>$M$7:$M$23</formula1><formula2>表二!A12</formula2></dataValidation></dataValidations>",
    ),
    (
        "<hyperlinks><hyperlink ref='B12' location='附表!A21' display='A21'/><hyperlink ref='B1' r:id='rId1'/></hyperlinks>",
        "<hyperlinks><hyperlink ref='B15' location='附表!A24' display='A21'/><hyperlink ref='B1' r:id='rId1'/></hyperlinks>",
    ),
    (
        "<rowBreaks count='3'><brk id='8' max='16383' man='1'/><brk id='9' max='16383'/><brk id='20'/></rowBreaks>",
        "<rowBreaks count='3'><brk id='8' max='16383' man='1'/><brk id='12' max='16383'/><brk id='23'/></rowBreaks>",
    ),
    ("<colBreaks><brk id='12' max='30'/></colBreaks>", "<colBreaks><brk id='12' max='30'/></colBreaks>"),
    (
        "<cellWatches><cellWatch r='D20'/></cellWatches><ignoredErrors><ignoredError sqref='D7:D20 A3'/></ignoredErrors>",
        "<cellWatches><cellWatch r='D23'/></cellWatches><ignoredErrors><ignoredError sqref='D7:D23 A3'/></ignoredErrors>",
    ),
    (
        "<scenarios sqref='D20'><scenario><inputCells r='D10' val='1'/></scenario></scenarios>",
        "<scenarios sqref='D23'><scenario><inputCells r='D13' val='1'/></scenario></scenarios>",
    ),
    (
        "<control r:id='rId4'><controlPr linkedCell='$B$12' listFillRange='表二!A1:A12'><anchor moveWithCells='1'><from><xdr:row>9</xdr:row><xdr:rowOff>5</xdr:rowOff></from><to><xdr:row>11</xdr:row><xdr:rowOff>6</xdr:rowOff></to></anchor></controlPr></control>",
        "<control r:id='rId4'><controlPr linkedCell='$B$15' listFillRange='表二!A1:A12'><anchor moveWithCells='1'><from><xdr:row>12</xdr:row><xdr:rowOff>5</xdr:rowOff></from><to><xdr:row>14</xdr:row><xdr:rowOff>6</xdr:rowOff></to></anchor></controlPr></control>",
    ),
    (
        "<extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule><xm:f>附表!$B$12</xm:f></x14:cfRule><xm:sqref>B7:B20 C1</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>",
        "<extLst><ext><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule><xm:f>附表!$B$15</xm:f></x14:cfRule><xm:sqref>B7:B23 C1</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>",
    ),
    (
        "<x14:sparklines><x14:sparkline><xm:f>附表!E7:G20</xm:f><xm:sqref>L20</xm:sqref></x14:sparkline></x14:sparklines>",
        "<x14:sparklines><x14:sparkline><xm:f>附表!E7:G23</xm:f><xm:sqref>L23</xm:sqref></x14:sparkline></x14:sparklines>",
    ),
];

#[test]
fn what_stands_around_the_cells_moves() {
    for (before, after) in AROUND {
        assert_eq!(piece(before, false), after);
        let mut back = Shift::none();
        back.delete(10, 3).unwrap();
        let mover = Mover { shift: &back, sheet: "附表", own: true, number: 0, ground: None, merges: &[] };
        let again =
            text::moved(after.as_bytes(), mover).unwrap().map(|made| String::from_utf8(made).unwrap());
        // An anchor needs the heights of rows, and comes back with them.
        assert!(before.contains("anchor") || again.unwrap_or_else(|| after.to_owned()) == before, "{before}");
    }
}

#[test]
fn what_spoke_of_deleted_cells_alone_goes_with_them() {
    for (before, after) in [
        ("<w><mergeCells count='1'><mergeCell ref='A10:K10'/></mergeCells><x/></w>", "<w><x/></w>"),
        (
            "<mergeCells count='2'><mergeCell ref='A10:K11'/><mergeCell ref='A9:A12'/></mergeCells>",
            "<mergeCells count='1'><mergeCell ref='A9'/></mergeCells>",
        ),
        (
            "<dataValidations count='2'><dataValidation sqref='J10 J12'><formula1>1</formula1></dataValidation><dataValidation sqref='J10 K9'/></dataValidations>",
            "<dataValidations count='1'><dataValidation sqref='K9'/></dataValidations>",
        ),
        (
            "<w><conditionalFormatting sqref='A10:B12'><cfRule><formula>A11</formula></cfRule></conditionalFormatting></w>",
            "<w></w>",
        ),
        ("<selection activeCell='B11' sqref='B11'/>", "<selection activeCell='B10' sqref='B10'/>"),
        (
            "<w><extLst><ext><g:sparklineGroups><g:sparklineGroup><g:sparklines><g:sparkline><m:f>附表!A1</m:f><m:sqref>L11</m:sqref></g:sparkline></g:sparklines></g:sparklineGroup></g:sparklineGroups></ext></extLst></w>",
            "<w></w>",
        ),
        (
            "<commentList><comment ref='B9'><text/></comment><comment ref='B10'><text/></comment></commentList>",
            "<commentList><comment ref='B9'><text/></comment></commentList>",
        ),
        (
            "<definedName localSheetId='0'>附表!$A$11+$B$13</definedName>",
            "<definedName localSheetId='0'>附表!#REF!+$B$10</definedName>",
        ),
    ] {
        assert_eq!(piece(before, true), after);
    }
}

#[test]
fn names_tables_and_pivots_move() {
    for (before, after) in [
        (
            "<definedNames><definedName name='_xlnm.Print_Area' localSheetId='0'>附表!$A$1:$K$20</definedName><definedName name='_xlnm.Print_Titles' localSheetId='1'>表二!$12:$13</definedName><definedName name='n'>SUM('附表'!$D$12,D12)</definedName></definedNames>",
            "<definedNames><definedName name='_xlnm.Print_Area' localSheetId='0'>附表!$A$1:$K$23</definedName><definedName name='_xlnm.Print_Titles' localSheetId='1'>表二!$12:$13</definedName><definedName name='n'>SUM('附表'!$D$15,D12)</definedName></definedNames>",
        ),
        (
            "<table ref='A6:K20'><autoFilter ref='A6:K19'/><tableColumn><calculatedColumnFormula>附表!$B$12*表1[[#This Row],[数]]</calculatedColumnFormula></tableColumn></table>",
            "<table ref='A6:K23'><autoFilter ref='A6:K22'/><tableColumn><calculatedColumnFormula>附表!$B$15*表1[[#This Row],[数]]</calculatedColumnFormula></tableColumn></table>",
        ),
        (
            "<pivotTableDefinition><location ref='A12:C20'/></pivotTableDefinition>",
            "<pivotTableDefinition><location ref='A15:C23'/></pivotTableDefinition>",
        ),
        (
            "<cacheSource><worksheetSource ref='A6:K20' sheet='附表'/><worksheetSource ref='A6:K20' sheet='表二'/><worksheetSource ref='A6:K20' sheet='附表' r:id='rId1'/></cacheSource>",
            "<cacheSource><worksheetSource ref='A6:K23' sheet='附表'/><worksheetSource ref='A6:K20' sheet='表二'/><worksheetSource ref='A6:K20' sheet='附表' r:id='rId1'/></cacheSource>",
        ),
        (
            "<formControlPr fmlaLink='$B$12' fmlaRange='表二!$A$12'/>",
            "<formControlPr fmlaLink='$B$15' fmlaRange='表二!$A$12'/>",
        ),
        (
            "<Relationships><Relationship Target='#附表!A12'/><Relationship Target='../a12.xml'/></Relationships>",
            "<Relationships><Relationship Target='#附表!A15'/><Relationship Target='../a12.xml'/></Relationships>",
        ),
    ] {
        assert_eq!(piece(before, false), after);
    }
}

#[test]
fn drawings_and_boxes_move_with_their_cells() {
    let drawing = |edit: &str, from: u32, to: u32| {
        format!(
            "<xdr:twoCellAnchor{edit}><xdr:from><xdr:col>1</xdr:col><xdr:row>{from}</xdr:row><xdr:rowOff>7</xdr:rowOff></xdr:from><xdr:to><xdr:row>{to}</xdr:row><xdr:rowOff>9</xdr:rowOff></xdr:to><xdr:sp textlink=\"附表!$A$12\"/></xdr:twoCellAnchor>"
        )
    };
    let follows = |text: String| piece(&text, false).replace("$A$15", "$A$12");
    assert_eq!(follows(drawing("", 4, 12)), drawing("", 4, 15));
    assert_eq!(follows(drawing(" editAs='oneCell'", 4, 12)), drawing(" editAs='oneCell'", 4, 12));
    assert_eq!(follows(drawing(" editAs='oneCell'", 9, 12)), drawing(" editAs='oneCell'", 12, 15));
    assert_eq!(follows(drawing(" editAs='absolute'", 9, 12)), drawing(" editAs='absolute'", 9, 12));

    // One anchor has a size of its own, the other speaks of no cell.
    let one = |row: u32| {
        format!(
            "<oneCellAnchor><from><row>{row}</row><rowOff>5</rowOff></from><ext cx=\"9\" cy=\"9\"/></oneCellAnchor>"
        )
    };
    assert_eq!(piece(&one(9), false), one(12));
    assert_eq!(piece(&one(8), false), one(8));
    assert_eq!(piece(&one(10), true), one(9).replace(">5<", ">0<"));
    let fixed = "<absoluteAnchor><pos x=\"0\" y=\"1905000\"/><ext cx=\"9\" cy=\"9\"/></absoluteAnchor>";
    assert_eq!(piece(fixed, false), fixed);
}

/// The data of a box, whose anchor begins in column 2 and ends in column 7.
fn box_data(kind: &str, says: &str, [top, above, bottom, below]: [u32; 4], row: u32) -> String {
    format!(
        "<v:shape id='s'><v:textbox><br></v:textbox><x:ClientData ObjectType=\"{kind}\">{says}<x:Anchor>\r\n 2, 15, {top}, {above}, 7, 5, {bottom}, {below}</x:Anchor><x:Row>{row}</x:Row><x:Column>1</x:Column></x:ClientData></v:shape>"
    )
}

#[test]
fn boxes_of_comments_go_with_their_cells() {
    for says in
        ["<x:MoveWithCells/><x:SizeWithCells/>", "<x:SizeWithCells/>", "<x:MoveWithCells></x:MoveWithCells>"]
    {
        let note = |anchor, row| box_data("Note", says, anchor, row);
        assert_eq!(piece(&note([10, 10, 14, 16], 11), false), note([13, 10, 17, 16], 14));
        assert_eq!(
            piece(&note([8, 10, 12, 16], 9), false),
            note([11, 10, 15, 16], 12),
            "with the cell, above it"
        );
        assert_eq!(piece(&note([8, 10, 12, 16], 8), false), note([8, 10, 12, 16], 8), "keeps its size");
        assert_eq!(piece(&format!("<xml>{}</xml>", note([8, 10, 12, 16], 10)), true), "<xml></xml>");
    }
    // Between the cells of its edges, a box that sizes with them stretches and shrinks.
    let both = |anchor, row| box_data("Note", "", anchor, row);
    assert_eq!(piece(&both([8, 10, 12, 16], 8), false), both([8, 10, 15, 16], 8));
    assert_eq!(piece(&both([8, 10, 13, 16], 8), true), both([8, 10, 10, 16], 8));
}

#[test]
fn controls_move_and_size_as_they_say() {
    for (says, from, to) in [
        ("", [8, 3, 12, 4], [8, 3, 15, 4]),
        ("", [10, 3, 12, 0], [13, 3, 15, 0]),
        ("", [4, 3, 9, 0], [4, 3, 9, 0]),
        ("<x:SizeWithCells/>", [8, 3, 12, 4], [8, 3, 12, 4]),
        ("<x:SizeWithCells/>", [9, 3, 12, 4], [12, 3, 15, 4]),
        ("<x:MoveWithCells/><x:SizeWithCells/>", [9, 3, 12, 4], [9, 3, 12, 4]),
        ("<x:MoveWithCells/>", [9, 3, 12, 4], [9, 3, 12, 4]),
        ("<x:MoveWithCells>False</x:MoveWithCells><x:SizeWithCells/>", [9, 3, 12, 4], [12, 3, 15, 4]),
    ] {
        let control = |anchor| box_data("Checkbox", says, anchor, 0);
        assert_eq!(piece(&control(from), false), control(to), "{says} {from:?}");
    }
    let control = "<x:ClientData ObjectType='Drop'><x:Anchor>1, 0, 10, 0, 2, 0, 12, 0</x:Anchor><x:FmlaLink>$B$12</x:FmlaLink></x:ClientData>";
    let moved = control.replace("10, 0, 2, 0, 12", "13, 0, 2, 0, 15").replace("$B$12", "$B$15");
    assert_eq!(piece(control, false), moved);
}

#[test]
fn boxes_keep_their_size_over_rows_of_other_heights() {
    // Rows of 20 pixels, but 40 in row 11, as which the three new ones before row 10 are.
    let mut shift = Shift::none();
    shift.insert((10, 3), None, Some(11)).unwrap();
    let mut before = Heights::default();
    before.note(11, b"30");
    let after = before.shifted(&shift, |_| Some(11));
    let ground = Ground { shift: &shift, before: &before, after: &after };
    let mover =
        Mover { shift: &shift, sheet: "附表", own: true, number: 0, ground: Some(&ground), merges: &[] };
    let moved = |text: String| {
        let made = text::moved(text.as_bytes(), mover).unwrap();
        made.map_or(text, |made| String::from_utf8(made).unwrap())
    };
    for (says, from, to) in [
        ("", [8, 5, 11, 7], [8, 5, 14, 7]),
        ("<x:SizeWithCells/>", [8, 5, 11, 7], [8, 5, 10, 27]),
        ("<x:MoveWithCells/><x:SizeWithCells/>", [9, 5, 12, 7], [9, 5, 11, 7]),
    ] {
        let control = |anchor| box_data("Button", says, anchor, 0);
        assert_eq!(moved(control(from)), control(to), "{says}");
    }
    let note = |anchor, row| box_data("Note", "<x:MoveWithCells/><x:SizeWithCells/>", anchor, row);
    assert_eq!(moved(note([8, 5, 11, 7], 8)), note([8, 5, 10, 27], 8), "where its cell stays");
    assert_eq!(moved(note([9, 5, 12, 7], 9)), note([12, 5, 15, 7], 12));
}

#[test]
fn controls_of_a_dialog_sheet_follow_the_cells_they_list() {
    let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"rId1\" Type=\"{types}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let (dialog, boxes) =
        (relation("dialogsheet", "../dialogsheets/sheet1.xml"), relation("vmlDrawing", "../d.vml"));
    let list = |range: &str| format!("<xml><x:FmlaRange>附表!{range}</x:FmlaRange></xml>");
    let before = list("$A$24:$A$35");
    let more = [
        ("xl/worksheets/_rels/sheet1.xml.rels", dialog.as_str()),
        ("xl/dialogsheets/sheet1.xml", "<dialogsheet/>"),
        ("xl/dialogsheets/_rels/sheet1.xml.rels", boxes.as_str()),
        ("xl/d.vml", before.as_str()),
    ];
    let book = Workbook::open(package(&sheet_of("<sheetData/>"), &more)).unwrap();
    for (edit, range) in [(insert(18, 3), "$A$27:$A$38"), (insert(36, 3), "$A$24:$A$35")] {
        let made = book.apply(&[edit], Signature::Keep).unwrap();
        assert_eq!(part(&made, "xl/d.vml"), list(range));
    }
}

#[test]
fn kept_values_of_charts_move_with_their_cells() {
    let chart = |rows: &str, count: u32, points: &[u32]| {
        let points = points
            .iter()
            .map(|index| format!("<c:pt idx=\"{index}\"><c:v>1</c:v></c:pt>"))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<c:val><c:numRef><c:f>附表!{rows}</c:f><c:numCache><c:ptCount val=\"{count}\"/>{points}</c:numCache></c:numRef></c:val>"
        )
    };
    let before = chart("$D$7:$D$12", 6, &[0, 2, 3, 5]);
    assert_eq!(piece(&before, false), chart("$D$7:$D$15", 9, &[0, 2, 6, 8]));
    assert_eq!(piece(&before, true), chart("$D$7:$D$9", 3, &[0, 2]));
    assert_eq!(piece(&chart("$D$9:$E$10", 4, &[0, 1, 2, 3]), false), chart("$D$9:$E$13", 10, &[0, 1, 8, 9]));
    // A series of one cell goes on where its row is the model.
    let mut shift = Shift::none();
    shift.insert((10, 2), Some((9, 9)), None).unwrap();
    let mover = Mover { shift: &shift, sheet: "附表", own: true, number: 0, ground: None, merges: &[] };
    let grown = text::moved(chart("$D$9", 1, &[0]).as_bytes(), mover).unwrap().unwrap();
    assert_eq!(String::from_utf8(grown).unwrap(), chart("$D$9:$D$11", 3, &[0]));
    let hidden_left_out = chart("$D$7:$D$12", 4, &[0, 3]);
    assert_eq!(piece(&hidden_left_out, false), hidden_left_out.replace("$D$12", "$D$15"));
    let extended = "<cx:numDim type='val'><cx:f>附表!$B$9:$B$11</cx:f><cx:lvl ptCount='3'><cx:pt idx='0'>1</cx:pt><cx:pt idx='2'>3</cx:pt></cx:lvl></cx:numDim>";
    let moved = "<cx:numDim type='val'><cx:f>附表!$B$9:$B$14</cx:f><cx:lvl ptCount='6'><cx:pt idx='0'>1</cx:pt><cx:pt idx='5'>3</cx:pt></cx:lvl></cx:numDim>";
    assert_eq!(piece(extended, false), moved);
}

/// A chart as Excel writes one: the point of row 10 is red, and labelled.
const CHART: &str = "<c:chartSpace><c:chart><c:plotArea><c:barChart><c:ser><c:idx val=\"4\"/><c:order val=\"4\"/><c:tx><c:strRef><c:f>附表!$D$6</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>数</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr/><c:dPt><c:idx val=\"0\"/><c:bubble3D val=\"0\"/></c:dPt><c:dPt><c:idx val=\"3\"/><c:spPr><a:solidFill><a:srgbClr val=\"FF0000\"/></a:solidFill></c:spPr></c:dPt><c:dLbls><c:dLbl><c:idx val=\"3\"/><c:extLst><c:ext><c15:dlblFieldTable><c15:dlblFTEntry><c15:f>附表!$B$10</c15:f></c15:dlblFTEntry></c15:dlblFieldTable></c:ext></c:extLst></c:dLbl><c:showVal val=\"1\"/></c:dLbls><c:cat><c:strRef><c:f>附表!$B$7:$B$10</c:f></c:strRef></c:cat><c:val><c:numRef><c:f>附表!$D$7:$D$10</c:f><c:numCache><c:ptCount val=\"4\"/><c:pt idx=\"0\"><c:v>1</c:v></c:pt><c:pt idx=\"3\"><c:v>2</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea><c:legend><c:legendEntry><c:idx val=\"3\"/><c:delete val=\"1\"/></c:legendEntry></c:legend></c:chart></c:chartSpace>";

#[test]
fn formats_of_single_points_follow_their_rows() {
    let moved = CHART
        .replace("val=\"3\"/><c:spPr>", "val=\"6\"/><c:spPr>")
        .replace("val=\"3\"/><c:extLst>", "val=\"6\"/><c:extLst>")
        .replace("$10", "$13")
        .replace("ptCount val=\"4\"", "ptCount val=\"7\"")
        .replace("pt idx=\"3\"", "pt idx=\"6\"");
    assert_eq!(piece(CHART, false), moved, "rows come before the last point");
    assert_eq!(piece(&moved, true), CHART, "and go again");
    // The row of the red point goes, with its format and its label.
    let gone = piece(CHART, true);
    assert!(
        !gone.contains("FF0000") && !gone.contains("<c:dLbl>") && !gone.contains("dlblFTEntry"),
        "{gone}"
    );
    assert!(gone.contains("<c:dPt><c:idx val=\"0\"/>") && gone.contains("<c:showVal val=\"1\"/>"), "{gone}");
    assert!(gone.contains("附表!$D$7:$D$9") && gone.contains("<c:ptCount val=\"3\"/>"), "{gone}");
    // Rows that come above the series, or right behind it, change no number.
    for rows in ["$D$6:$D$9", "$D$10:$D$13"] {
        let made = piece(&CHART.replace("$D$7:$D$10", rows), false);
        assert!(made.contains("<c:idx val=\"3\"/><c:spPr>"), "{made}");
    }
    // Where no values are kept, the range says which row a point stands for.
    let bare = CHART.replace("<c:ptCount val=\"4\"/>", "");
    assert!(piece(&bare, false).contains("<c:idx val=\"6\"/><c:spPr>"));
    let elsewhere = CHART.replace("附表", "表二");
    assert_eq!(piece(&elsewhere, false), elsewhere);
}

#[test]
fn legends_of_pies_and_steps_of_waterfalls_follow_their_rows() {
    let pie = CHART.replace("barChart", "pieChart");
    assert!(piece(&pie, false).contains("<c:legendEntry><c:idx val=\"6\"/>"));
    assert!(piece(CHART, false).contains("<c:legendEntry><c:idx val=\"3\"/>"), "that of a series");
    assert!(!piece(&pie, true).contains("legendEntry"));
    let chart = |layout: &str, rows: &str, count: u32, points: [u32; 2]| {
        let [point, sum] = points;
        format!(
            "<cx:chartSpace><cx:chartData><cx:data id='0'><cx:numDim type='val'><cx:f>附表!$D$7:{rows}</cx:f><cx:lvl ptCount='{count}'/></cx:numDim></cx:data></cx:chartData><cx:series layoutId='{layout}'><cx:dataPt idx='{point}'><cx:spPr/></cx:dataPt><cx:layoutPr><cx:subtotals><cx:idx val='{sum}'/></cx:subtotals></cx:layoutPr><cx:dataId val='0'/></cx:series></cx:chartSpace>"
        )
    };
    let before = chart("waterfall", "$D$12", 6, [2, 5]);
    assert_eq!(piece(&before, false), chart("waterfall", "$D$15", 9, [2, 8]));
    let gone = chart("waterfall", "$D$9", 3, [2, 5]).replace("<cx:idx val='5'/>", "");
    assert_eq!(piece(&before, true), gone);
    assert_eq!(
        piece(&chart("treemap", "$D$12", 6, [2, 5]), false),
        chart("treemap", "$D$15", 9, [2, 5]),
        "the numbers of groups"
    );
}

#[test]
fn texts_that_label_points_move_and_names_of_series_do_not_grow() {
    let labels = |rows: &str, count: u32, point: u32| {
        format!(
            "<c15:datalabelsRange><c15:f>附表!{rows}</c15:f><c15:dlblRangeCache><c:ptCount val='{count}'/><c:pt idx='{point}'><c:v>x</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange>"
        )
    };
    assert_eq!(piece(&labels("$B$9:$B$10", 2, 1), false), labels("$B$9:$B$13", 5, 4));
    let mut shift = Shift::none();
    shift.insert((10, 2), Some((9, 9)), None).unwrap();
    let mover = Mover { shift: &shift, sheet: "附表", own: true, number: 0, ground: None, merges: &[] };
    let chart = "<c:ser><c:tx><c:strRef><c:f>附表!$B$9</c:f><c:strCache><c:ptCount val='1'/></c:strCache></c:strRef></c:tx><c:val><c:numRef><c:f>附表!$C$9:$F$9</c:f></c:numRef></c:val></c:ser>";
    assert_eq!(text::moved(chart.as_bytes(), mover).unwrap(), None, "a series across columns");
}

fn sheet_of(inner: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\">{inner}</worksheet>")
}

/// The sheet's elements after edits.
fn after(inner: &str, edits: &[Edit]) -> String {
    let book = Workbook::open(package(&sheet_of(inner), &[])).unwrap();
    let made = book.apply(edits, Signature::Keep).unwrap();
    assert!(calamine::Xlsx::new(Cursor::new(&made)).is_ok());
    let text = part(&made, "xl/worksheets/sheet1.xml");
    text.strip_prefix(&format!("<worksheet xmlns=\"{MAIN}\">"))
        .unwrap()
        .strip_suffix("</worksheet>")
        .unwrap()
        .to_owned()
}

#[test]
fn rows_and_cells_get_new_numbers() {
    for (before, edits, expected) in [
        (
            "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\" spans=\"1:2\"><c r=\"A2\"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row></sheetData>",
            vec![insert(2, 2)],
            "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"4\" spans=\"1:2\"><c r=\"A4\"><v>2</v></c><c><v>3</v></c></row><row r=\"5\"><c><v>4</v></c></row></sheetData>",
        ),
        (
            "<sheetData><row r=\"1\"/><row r=\"2\"><c r=\"A2\"><v>2</v></c></row><row r=\"3\"><c r=\"A3\"/></row></sheetData>",
            vec![delete(2, 1)],
            "<sheetData><row r=\"1\"/><row r=\"2\"><c r=\"A2\"/></row></sheetData>",
        ),
        (
            "<sheetData><row r=\"1\"><c r=\"A1\"><f>A3*2</f><v>0</v></c></row><row r=\"3\"><c r=\"A3\"/></row></sheetData>",
            vec![insert(2, 1), delete(3, 1)],
            "<sheetData><row r=\"1\"><c r=\"A1\"><f>#REF!*2</f><v>0</v></c></row></sheetData>",
        ),
    ] {
        assert_eq!(after(before, &edits), expected);
    }
}

#[test]
fn alternatives_behind_the_cells_move() {
    let controls = |row: u32| {
        format!(
            "<mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><mc:Choice><controls><control><controlPr linkedCell=\"B{row}\"/></control></controls></mc:Choice></mc:AlternateContent>"
        )
    };
    let sheet = |row: u32| format!("<sheetData><row r=\"{row}\"/></sheetData>{}", controls(row));
    assert_eq!(after(&sheet(5), &[insert(5, 2)]), sheet(7));
}

#[test]
fn new_rows_look_like_their_model() {
    let sheet = "<sheetData><row r=\"1\" hidden=\"1\" ht=\"30\" customHeight=\"1\"><c r=\"A1\" s=\"1\" t=\"str\"><v>甲</v></c><c r=\"B1\"/><c r=\"C1\" s=\"2\"/></row><row r=\"2\"/></sheetData><mergeCells count=\"2\"><mergeCell ref=\"A1:B1\"/><mergeCell ref=\"D1:D2\"/></mergeCells>";
    let edit = Edit::InsertRows { sheet: SHEET, before: 2, count: 2, style_from: Some(1), grow: None };
    let row = |number: u32| {
        format!(
            "<row r=\"{number}\" ht=\"30\" customHeight=\"1\"><c r=\"A{number}\" s=\"1\"/><c r=\"C{number}\" s=\"2\"/></row>"
        )
    };
    let made = after(sheet, &[edit]);
    let expected = sheet
        .replace("<row r=\"2\"/>", &format!("{}{}<row r=\"4\"/>", row(2), row(3)))
        .replace("D1:D2\"/>", "D1:D4\"/><mergeCell ref=\"A2:B2\"/><mergeCell ref=\"A3:B3\"/>")
        .replace("count=\"2\"", "count=\"4\"");
    assert_eq!(made, expected);
    // What belongs to the look of the model goes along.
    let rule = |range: &str| {
        format!(
            "<conditionalFormatting sqref=\"{range}\"><cfRule><formula>A1&gt;1</formula></cfRule></conditionalFormatting>"
        )
    };
    let edit = Edit::InsertRows { sheet: SHEET, before: 2, count: 2, style_from: Some(1), grow: None };
    let with_rule = |range: &str| format!("<sheetData><row r=\"1\"/></sheetData>{}", rule(range));
    assert_eq!(after(&with_rule("A1:B1 C9"), &[edit]), with_rule("A1:B3 C11"));
    // Behind the last row, too.
    let edit =
        Edit::InsertRows { sheet: SHEET, before: 3, count: 1, style_from: Some(1), grow: Some((1, 1)) };
    let made = after(sheet, &[edit]);
    assert!(made.contains(&format!("<row r=\"2\"/>{}</sheetData>", row(3))), "{made}");
}

#[test]
fn shared_formulas_hold_together_or_get_texts_of_their_own() {
    let column = |formulas: &[(u32, &str)]| {
        let cell = |(row, formula): &(u32, &str)| {
            format!("<row r=\"{row}\"><c r=\"D{row}\">{formula}<v>0</v></c></row>")
        };
        format!("<sheetData>{}</sheetData>", formulas.iter().map(cell).collect::<String>())
    };
    // Every row reads its own cells: the group goes on, over the new row.
    let before = column(&[
        (1, "<f t=\"shared\" ref=\"D1:D3\" si=\"0\">E1+F1</f>"),
        (2, "<f t=\"shared\" si=\"0\"/>"),
        (3, "<f t=\"shared\" si=\"0\"/>"),
    ]);
    let expected = column(&[
        (1, "<f t=\"shared\" ref=\"D1:D4\" si=\"0\">E1+F1</f>"),
        (3, "<f t=\"shared\" si=\"0\"/>"),
        (4, "<f t=\"shared\" si=\"0\"/>"),
    ]);
    assert_eq!(after(&before, &[insert(2, 1)]), expected);
    // Every row reads the one above: across the new row that is another distance.
    let before = column(&[
        (2, "<f ca=\"1\" t=\"shared\" ref=\"D2:D3\" si=\"7\">D1+$E$3</f>"),
        (3, "<f t=\"shared\" si=\"7\"/>"),
    ]);
    let expected = column(&[(2, "<f ca=\"1\">D1+$E$4</f>"), (4, "<f>D2+$E$4</f>")]);
    assert_eq!(after(&before, &[insert(3, 1)]), expected);
    // The first cell goes.
    let expected = column(&[(2, "<f>#REF!+$E$2</f>")]);
    assert_eq!(after(&before, &[delete(2, 1)]), expected);
}

#[test]
fn characters_that_xml_forbids_stay_between_references() {
    let row = |number: u32, formula: &str| {
        format!("<row r=\"{number}\"><c r=\"A{number}\"><f>{formula}</f><v>0</v></c></row>")
    };
    let sheet = |formula: &str| format!("<sheetData>{}</sheetData>", row(1, formula));
    let before = sheet("B9_x000D_+B10&gt;\"_x005F_x000D_\"");
    assert_eq!(after(&before, &[insert(9, 2)]), sheet("B11_x000D_+B12&gt;\"_x005F_x000D_\""));
    assert_eq!(after(&before, &[insert(11, 2)]), before);
    let shared = |first: &str, second: &str, at: u32| {
        format!("<sheetData>{}{}</sheetData>", row(1, first), row(at, second))
    };
    let group = |text: &str| text.replace("<f></f>", "<f t=\"shared\" si=\"0\"/>");
    let before =
        group(&shared("B$9_x000D_+B9", "", 2)).replacen("<f>", "<f t=\"shared\" ref=\"A1:A2\" si=\"0\">", 1);
    let apart = shared("B$9_x000D_+B9", "B$9_x000D_+B12", 2);
    assert_eq!(after(&before, &[insert(10, 2)]), apart);
}

#[test]
fn arrays_move_whole_or_refuse() {
    let sheet = "<sheetData><row r=\"2\"><c r=\"A2\"><f t=\"array\" ref=\"A2:A4\">B2:B4*C9</f><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>1</v></c></row><row r=\"4\"><c r=\"A4\"><v>1</v></c></row></sheetData>";
    let moved = after(sheet, &[insert(1, 2)]);
    assert!(moved.contains("<row r=\"4\"><c r=\"A4\"><f t=\"array\" ref=\"A4:A6\">B4:B6*C11</f>"), "{moved}");
    assert!(after(sheet, &[insert(5, 2)]).contains("ref=\"A2:A4\">B2:B4*C11</f>"));
    for edit in [insert(3, 1), delete(4, 1)] {
        assert!(matches!(refusal(sheet, &[], &[edit]), PatchError::InsideArray { .. }));
    }
}

#[test]
fn a_data_table_moves_with_the_row_above_it_or_refuses() {
    let sheet = "<sheetData><row r=\"3\"><c r=\"B3\"><v>1</v></c></row><row r=\"4\"><c r=\"B4\"><f t=\"dataTable\" ref=\"B4:C5\" dt2D=\"1\" dtr=\"1\" r1=\"A9\" r2=\"A1\"/><v>1</v></c></row></sheetData>";
    let moved = after(sheet, &[insert(3, 2)]);
    assert!(moved.contains("ref=\"B6:C7\" dt2D=\"1\" dtr=\"1\" r1=\"A11\" r2=\"A1\""), "{moved}");
    assert!(after(sheet, &[insert(6, 1)]).contains("ref=\"B4:C5\""));
    assert!(!after(sheet, &[delete(3, 3)]).contains("dataTable"));
    for edit in [insert(4, 1), insert(5, 1), delete(3, 1), delete(4, 1), delete(4, 2)] {
        assert!(matches!(refusal(sheet, &[], &[edit]), PatchError::InsideArray { .. }));
    }
}

/// Where a sheet's relations stand, and those that lead to one part of a kind.
const RELATIONS: &str = "xl/worksheets/_rels/sheet1.xml.rels";

fn relation(kind: &str) -> String {
    let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    format!(
        "<Relationships><Relationship Id=\"rId1\" Type=\"{types}/{kind}\" Target=\"../x.xml\"/></Relationships>"
    )
}

#[test]
fn what_cannot_be_kept_right_is_refused_and_named() {
    let strange = relation("unheardOf");
    let more = [(RELATIONS, strange.as_str()), ("xl/x.xml", "<x/>")];
    assert_eq!(
        refusal("<sheetData/>", &more, &[insert(1, 1)]),
        PatchError::Unmovable { part: "xl/x.xml".into() }
    );
    let book = Workbook::open(package(&sheet_of("<sheetData/>"), &more)).unwrap();
    assert!(book.apply(&[insert(1, 1)], Signature::Void).is_ok(), "unless forced");

    let full = "<sheetData><row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row></sheetData>";
    assert_eq!(refusal(full, &[], &[insert(3, 1)]), PatchError::RowsOffSheet { row: 1_048_576 });
    assert_eq!(refusal("<sheetData/>", &[], &[insert(0, 1)]), PatchError::RowsOffSheet { row: 0 });
    let twice = [insert(3, 1), insert(3, 2)];
    assert_eq!(refusal("<sheetData/>", &[], &twice), PatchError::RowsTwice { row: 3 });
    for formula in ["<![CDATA[A1]]>", "表二!A1&amp;\"a\"<!-- -->"] {
        assert_eq!(
            refusal(
                &format!("<sheetData><row><c><f>{formula}</f></c></row></sheetData>"),
                &[],
                &[insert(3, 1)]
            ),
            PatchError::Unmovable { part: "xl/worksheets/sheet1.xml".into() }
        );
    }
    // What is no text is refused in other parts, too.
    for text in ["<sheetView topLeftCell='A&9'/>", "<definedName name='n'>附表!$A$9&x</definedName>"] {
        let mut shift = Shift::none();
        shift.insert((3, 1), None, None).unwrap();
        let mover = Mover { shift: &shift, sheet: "附表", own: true, number: 0, ground: None, merges: &[] };
        assert_eq!(text::moved(text.as_bytes(), mover), Err(text::Unmovable), "{text}");
    }
}

#[test]
fn a_comment_is_not_pushed_off_the_sheet() {
    let comments = relation("comments");
    let at = |row: u32| format!("<comments><commentList><comment ref=\"A{row}\"/></commentList></comments>");
    for (row, edit, refused) in [
        (1_048_576, insert(3, 1), true),
        (1_048_576, delete(1_048_576, 1), false),
        (1_048_574, insert(3, 3), true),
        (1_048_574, insert(3, 2), false),
    ] {
        let list = at(row);
        let more = [(RELATIONS, comments.as_str()), ("xl/x.xml", list.as_str())];
        let book = Workbook::open(package(&sheet_of("<sheetData/>"), &more)).unwrap();
        let made = book.apply(&[edit], Signature::Keep);
        assert_eq!(made.err() == Some(PatchError::RowsOffSheet { row }), refused, "{row}");
    }
}

#[test]
fn what_keeps_its_rows_together_is_not_pushed_apart() {
    let pivot = relation("pivotTable");
    let more = [
        (RELATIONS, pivot.as_str()),
        ("xl/x.xml", "<pivotTableDefinition><location ref=\"A3:B9\"/></pivotTableDefinition>"),
    ];
    let range = "A3:B9".parse().unwrap();
    assert_eq!(
        refusal("<sheetData/>", &more, &[insert(4, 1)]),
        PatchError::RowsInside { range, part: "xl/x.xml".into() }
    );
    let paged = "<pivotTableDefinition><location ref=\"A6:B9\" rowPageCount=\"2\"/></pivotTableDefinition>";
    let more = [(RELATIONS, pivot.as_str()), ("xl/x.xml", paged)];
    for edit in [insert(4, 1), insert(6, 1), delete(4, 1), delete(5, 1)] {
        assert_eq!(
            refusal("<sheetData/>", &more, &[edit]),
            PatchError::RowsInside { range, part: "xl/x.xml".into() },
            "its page fields stand in rows 3 and 4"
        );
    }
    let book = Workbook::open(package(&sheet_of("<sheetData/>"), &more)).unwrap();
    let moved = part(&book.apply(&[insert(3, 1)], Signature::Keep).unwrap(), "xl/x.xml");
    assert_eq!(moved, paged.replace("A6:B9", "A7:B10"));
    let table = relation("table");
    let more = [(RELATIONS, table.as_str()), ("xl/x.xml", "<table ref=\"A3:B9\"/>")];
    assert!(matches!(refusal("<sheetData/>", &more, &[delete(3, 1)]), PatchError::RowsInside { .. }));
    assert!(matches!(refusal("<sheetData/>", &more, &[delete(4, 9)]), PatchError::RowsInside { .. }));
}

#[test]
fn cells_are_edited_where_they_stand_afterwards() {
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>2</v></c></row></sheetData>";
    let made = after(
        sheet,
        &[crate::patch::tests::number("A3", "5"), insert(2, 1), crate::patch::tests::number("A2", "9")],
    );
    assert_eq!(
        made,
        "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>9</v></c></row><row r=\"3\"><c r=\"A3\"><v>5</v></c></row></sheetData>"
    );
}

#[test]
fn a_function_that_counts_rows_has_the_workbook_recalculated() {
    for (formula, asks) in [("SUM(A1:A3)", false), ("ROW()-6", true), ("_xlfn.XMATCH(1,A1:A3)", true)] {
        let sheet = sheet_of(&format!(
            "<sheetData><row r=\"1\"><c r=\"B1\"><f>{formula}</f><v>1</v></c></row></sheetData>"
        ));
        let book = Workbook::open(package(&sheet, &[])).unwrap();
        let made = book.apply(&[insert(2, 1)], Signature::Keep).unwrap();
        assert_eq!(part(&made, "xl/workbook.xml").contains("fullCalcOnLoad"), asks, "{formula}");
    }
}

/// A sheet of formulas that speak of each other.
fn any_sheet() -> impl Strategy<Value = String> {
    let reference = (1..30u32, 1..5u32, 0..3u32, any::<bool>()).prop_map(|(row, column, more, fixed)| {
        let letter = char::from(b'A' + u8::try_from(column).unwrap());
        let dollar = if fixed { "$" } else { "" };
        match more {
            0 => format!("{letter}{dollar}{row}"),
            1 => format!("SUM({letter}{dollar}{row}:{letter}{})", row + 3),
            _ => format!("附表!{dollar}{letter}{row}*2"),
        }
    });
    prop::collection::btree_map(1..30u32, (reference, any::<bool>()), 1..20).prop_map(|rows| {
        let rows: BTreeMap<u32, (String, bool)> = rows;
        let row = |(row, (formula, merged)): (&u32, &(String, bool))| {
            let second = if *merged { format!("<c r=\"C{row}\" s=\"1\"/>") } else { String::new() };
            format!("<row r=\"{row}\"><c r=\"A{row}\"><f>{formula}</f><v>1</v></c>{second}</row>")
        };
        let merged = rows.iter().filter(|(_, (_, merged))| *merged);
        let merges = merged.map(|(row, _)| format!("<mergeCell ref=\"C{row}:D{row}\"/>")).collect::<Vec<_>>().concat();
        let merges = if merges.is_empty() { merges } else { format!("<mergeCells>{merges}</mergeCells>") };
        format!("<sheetData>{}</sheetData>{merges}<conditionalFormatting sqref=\"A2:A20\"><cfRule><formula>A$7&gt;1</formula></cfRule></conditionalFormatting>", rows.iter().map(row).collect::<String>())
    })
}

proptest! {
    #[test]
    fn inserting_rows_and_deleting_them_gives_the_sheet_back(sheet in any_sheet(), before in 1..35u32, count in 1..6u32) {
        let bytes = package(&sheet_of(&sheet), &[]);
        let there = Workbook::open(bytes).unwrap().apply(&[insert(before, count)], Signature::Keep).unwrap();
        let back = Workbook::open(there).unwrap().apply(&[delete(before, count)], Signature::Keep).unwrap();
        prop_assert_eq!(part(&back, "xl/worksheets/sheet1.xml"), sheet_of(&sheet));
    }
}
