//! The values that charts keep of the cells they read: points of edited cells are renewed, everything else of a
//! chart's part stays as it was.
//!
//! Classic charts (`c:numCache`, `c:strCache`) and extended ones (`cx:lvl`). Categories of several levels are
//! left alone: the program that opens the file renews them.

use std::ops::Range as Span;

use super::markup::{Replacements, Tag, TagKind, decoded, tags};
use super::parts::{read_text, spelled};
use crate::address::{CellRef, Range};
use crate::calc::{Evaluator, reads};
use crate::error::PatchError;
use crate::number;
use crate::package::Package;
use crate::sheet::{Sheet, ValueRef};
use crate::workbook::{SheetId, Workbook};

/// A cell's new value.
pub(crate) type NewValue<'a> = (SheetId, CellRef, ValueRef<'a>);

/// The chart parts that change with the cells given, and their new text. A chart that cannot be read stays as it
/// is: its caches are only a convenience, which the program that opens the file renews.
pub(crate) fn renewed(
    workbook: &Workbook,
    package: &Package,
    edited: &[NewValue<'_>],
) -> Vec<(String, Vec<u8>)> {
    let mut changed = Vec::new();
    for (part, text) in charts(package) {
        let mut replacements = Replacements::default();
        for cache in caches(&text) {
            cache.renew(workbook, &text, edited, &mut replacements);
        }
        let new = replacements.applied(&text);
        if new != text {
            changed.push((part, new));
        }
    }
    changed
}

/// Whether a chart of the workbook reads one of the cells given.
pub(crate) fn read_any<'a, I>(workbook: &Workbook, edited: impl Fn() -> I) -> bool
where
    I: Iterator<Item = NewValue<'a>>,
{
    let Some(package) = &workbook.parts.package else { return false };
    charts(package).any(|(_, text)| {
        caches(&text).iter().any(|cache| {
            let ranges = cache.reads(workbook).unwrap_or_default();
            edited().any(|(sheet, cell, _)| meets(&ranges, sheet, cell))
        })
    })
}

fn meets(ranges: &[(SheetId, Range)], sheet: SheetId, cell: CellRef) -> bool {
    ranges.iter().any(|(on, range)| *on == sheet && range.contains(cell))
}

/// The chart parts that can be read, and their text.
fn charts(package: &Package) -> impl Iterator<Item = (String, Vec<u8>)> {
    let parts = chart_parts(package).unwrap_or_default();
    parts.into_iter().filter_map(|part| read_text(package, &part).ok().map(|text| (part, text)))
}

fn chart_parts(package: &Package) -> Result<Vec<String>, PatchError> {
    const KINDS: [&str; 2] = ["drawingml.chart+xml", "ms-office.chartex+xml"];
    let Some(types) = spelled(package, "[Content_Types].xml") else { return Ok(Vec::new()) };
    let text = read_text(package, types)?;
    let charts = tags(&text).filter(|tag| {
        tag.local() == b"Override"
            && tag.value(b"ContentType").is_some_and(|kind| KINDS.iter().any(|k| kind.ends_with(k)))
    });
    let names = charts.filter_map(|tag| spelled(package, &tag.value(b"PartName")?).map(str::to_owned));
    Ok(names.collect())
}

/// The stored points of one reference.
struct Cache<'a> {
    formula: String,
    /// Whether it belongs to an extended chart.
    extended: bool,
    /// Whether it holds numbers; else texts.
    numbers: bool,
    /// The prefix of its elements, with the colon.
    prefix: &'a [u8],
    /// How many cells it stands for.
    count: Option<usize>,
    points: Vec<Point>,
    /// Where a point after the last one goes.
    tail: usize,
}

struct Point {
    index: usize,
    whole: Span<usize>,
    text: Span<usize>,
    /// Whether the text span is a `<v/>`, which has no inside.
    empty: bool,
}

/// Every cache of a chart's part that follows the formula it was read by.
fn caches(part: &[u8]) -> Vec<Cache<'_>> {
    let mut reader = Reader { part, ..Reader::default() };
    for tag in tags(part) {
        reader.tag(&tag);
    }
    reader.found
}

#[derive(Default)]
struct Reader<'a> {
    part: &'a [u8],
    found: Vec<Cache<'a>>,
    formula: Option<String>,
    cache: Option<Cache<'a>>,
    point: Option<Point>,
    /// Where the element opened last begins inside.
    inside: usize,
}

impl<'a> Reader<'a> {
    fn tag(&mut self, tag: &Tag<'a>) {
        match (tag.local(), tag.kind) {
            (b"f" | b"v", TagKind::Open) => self.inside = tag.end,
            (b"f", TagKind::Close) => {
                self.formula = self.part.get(self.inside..tag.start).map(decoded);
            }
            (b"multiLvlStrCache", _) => self.formula = None,
            (b"numCache" | b"strCache" | b"lvl", TagKind::Open) => {
                self.cache = self.formula.take().map(|formula| Cache::new(formula, tag));
            }
            (b"numCache" | b"strCache" | b"lvl", TagKind::Close) => self.found.extend(self.cache.take()),
            (b"pt", TagKind::Open) => {
                self.inside = tag.end;
                let index = tag.value(b"idx").and_then(|index| index.parse().ok());
                self.point =
                    index.map(|index| Point { index, whole: tag.start..tag.start, text: 0..0, empty: false });
            }
            (b"v", TagKind::Close) => self.set_text(self.inside..tag.start, false),
            (b"v", TagKind::Empty) => self.set_text(tag.start..tag.end, true),
            (b"pt", TagKind::Close) => self.end_point(tag),
            (b"ptCount" | b"formatCode", _) => {
                if let Some(cache) = &mut self.cache {
                    cache.tail = tag.end;
                    let count = tag.value(b"val").and_then(|count| count.parse().ok());
                    cache.count = count.or(cache.count);
                }
            }
            _ => {}
        }
    }

    fn set_text(&mut self, span: Span<usize>, empty: bool) {
        if let Some(point) = &mut self.point {
            (point.text, point.empty) = (span, empty);
        }
    }

    fn end_point(&mut self, tag: &Tag<'_>) {
        let Some((cache, mut point)) = self.cache.as_mut().zip(self.point.take()) else { return };
        point.whole.end = tag.end;
        if point.text.end == 0 {
            point.text = self.inside..tag.start;
        }
        cache.tail = tag.end;
        cache.points.push(point);
    }
}

impl<'a> Cache<'a> {
    fn new(formula: String, tag: &Tag<'a>) -> Self {
        let count = tag.value(b"ptCount").and_then(|count| count.parse().ok());
        let extended = tag.local() == b"lvl";
        let numbers = if extended { tag.value(b"formatCode").is_some() } else { tag.local() == b"numCache" };
        Self { formula, extended, numbers, prefix: tag.prefix(), count, points: Vec::new(), tail: tag.end }
    }

    /// The cells it stands for; `None` where that cannot be told.
    fn reads(&self, workbook: &Workbook) -> Option<Vec<(SheetId, Range)>> {
        let read = reads(&Evaluator::new(workbook), SheetId(0), CellRef::FIRST, &self.formula);
        read.open.is_none().then_some(read.ranges)
    }

    /// Renews the points of the cells that were edited.
    fn renew(&self, workbook: &Workbook, part: &[u8], edited: &[NewValue<'_>], out: &mut Replacements) {
        let Some(ranges) = self.reads(workbook) else { return };
        let mut edited = edited.iter().filter(|(sheet, cell, _)| meets(&ranges, *sheet, *cell)).peekable();
        if edited.peek().is_none() {
            return;
        }
        let Some(places) = Places::new(workbook, &ranges, self.count) else { return };
        let mut new: Vec<_> = edited
            .flat_map(|(sheet, cell, value)| places.of(*sheet, *cell).map(move |index| (index, *value)))
            .collect();
        new.sort_unstable_by_key(|(index, _)| *index);
        for (index, value) in new {
            self.set(part, index, self.text(value), out);
        }
    }

    /// What a point holds for a value; `None` for no point.
    fn text(&self, value: ValueRef<'_>) -> Option<String> {
        match value {
            ValueRef::Blank => None,
            ValueRef::Bool(truth) if self.numbers => Some(u8::from(truth).to_string()),
            ValueRef::Text(_) if self.numbers => Some("0".to_owned()),
            other => Some(other.as_text().to_owned()),
        }
    }

    fn set(&self, part: &[u8], index: usize, text: Option<String>, out: &mut Replacements) {
        let at = self.points.partition_point(|point| point.index < index);
        let next = self.points.get(at);
        let old = next.filter(|point| point.index == index);
        match (old, text) {
            (Some(point), None) => out.replace(point.whole.clone(), Vec::new()),
            (Some(point), Some(text)) => {
                let stands = part.get(point.text.clone()).map(decoded).filter(|_| !point.empty);
                if !stands.is_some_and(|stands| self.same(&stands, &text)) {
                    let text = if point.empty { self.element(&text) } else { escaped(&text) };
                    out.replace(point.text.clone(), text);
                }
            }
            (None, Some(text)) => {
                let place = next.map_or(self.tail, |point| point.whole.start);
                out.replace(place..place, self.point(index, &text));
            }
            (None, None) => {}
        }
    }

    fn same(&self, a: &str, b: &str) -> bool {
        a == b || (self.numbers && number::decimal(a).is_some_and(|a| Some(a) == number::decimal(b)))
    }

    fn element(&self, text: &str) -> Vec<u8> {
        [b"<", self.prefix, b"v>", &escaped(text), b"</", self.prefix, b"v>"].concat()
    }

    fn point(&self, index: usize, text: &str) -> Vec<u8> {
        // Extended charts hold the text in the point itself.
        let inner = if self.extended { escaped(text) } else { self.element(text) };
        let index = format!("pt idx=\"{index}\">");
        [b"<", self.prefix, index.as_bytes(), &inner, b"</", self.prefix, b"pt>"].concat()
    }
}

fn escaped(text: &str) -> Vec<u8> {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").into_bytes()
}

/// The numbers of a reference's cells: row by row, one range after another.
struct Places {
    ranges: Vec<Grid>,
}

struct Grid {
    sheet: SheetId,
    rows: Vec<u32>,
    columns: Vec<u16>,
    /// How many cells the ranges before it have.
    before: usize,
}

impl Places {
    /// Charts leave hidden rows and columns out unless told otherwise, so the count says which cells are meant.
    /// `None` where it fits neither.
    fn new(workbook: &Workbook, ranges: &[(SheetId, Range)], count: Option<usize>) -> Option<Self> {
        let all = Self::of_cells(workbook, ranges, |_, _| true, |_, _| true)?;
        if count.is_none_or(|count| count == all.len()) {
            return Some(all);
        }
        let row = |sheet: &Sheet, row| !sheet.is_row_hidden(row);
        let seen = Self::of_cells(workbook, ranges, row, |sheet, column| !sheet.is_column_hidden(column))?;
        (count == Some(seen.len())).then_some(seen)
    }

    fn of_cells(
        workbook: &Workbook,
        ranges: &[(SheetId, Range)],
        row: impl Fn(&Sheet, u32) -> bool,
        column: impl Fn(&Sheet, u16) -> bool,
    ) -> Option<Self> {
        let mut grids = Vec::with_capacity(ranges.len());
        let mut before = 0;
        for (id, range) in ranges {
            let sheet = workbook.sheet(*id).ok()?;
            let (first, last) = (range.first(), range.last());
            let rows: Vec<u32> = (first.row()..=last.row()).filter(|number| row(sheet, *number)).collect();
            let columns: Vec<u16> =
                (first.column()..=last.column()).filter(|number| column(sheet, *number)).collect();
            let cells = rows.len() * columns.len();
            grids.push(Grid { sheet: *id, rows, columns, before });
            before += cells;
        }
        Some(Self { ranges: grids })
    }

    fn len(&self) -> usize {
        self.ranges.last().map_or(0, |grid| grid.before + grid.rows.len() * grid.columns.len())
    }

    /// The numbers of a cell; several where ranges overlap.
    fn of(&self, sheet: SheetId, cell: CellRef) -> impl Iterator<Item = usize> {
        self.ranges.iter().filter(move |grid| grid.sheet == sheet).filter_map(move |grid| {
            let row = grid.rows.binary_search(&cell.row()).ok()?;
            let column = grid.columns.binary_search(&cell.column()).ok()?;
            Some(grid.before + row * grid.columns.len() + column)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};

    use super::*;
    use crate::edit::{Content, Edit, Style};
    use crate::patch::Signature;
    use crate::refresh::dependents;

    const CHART: &str = r#"<?xml version="1.0"?>
<c:chartSpace xmlns:c="urn:c"><!-- kept --><c:ser><c:tx><c:strRef><c:f>附表!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>自评 &amp; 得分</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:f>附表!$A$2:$A$4</c:f><c:strCache><c:ptCount val="3"/><c:pt idx="0"><c:v>甲</c:v></c:pt><c:pt idx="2"><c:v/></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:f>(附表!$B$2,附表!$B$3:$B$4)</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="3"/><c:pt idx="0" formatCode="0.0"><c:v>1.0</c:v></c:pt><c:pt idx="2"><c:v>3</c:v></c:pt><c:extLst/></c:numCache></c:numRef></c:val></c:ser></c:chartSpace>"#;

    const EXTENDED: &str = r#"<cx:chartSpace xmlns:cx="urn:cx"><cx:numDim type="val"><cx:f>附表!$B$2:$B$4</cx:f><cx:lvl ptCount="3" formatCode="General"><cx:pt idx="0">1</cx:pt><cx:pt idx="2">3</cx:pt></cx:lvl></cx:numDim></cx:chartSpace>"#;

    /// A workbook of two sheets, the second empty, with a chart; the same text is also a part of another kind.
    fn package(data: &str, chart: &str) -> Vec<u8> {
        let sheet = |data: &str| {
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{data}</worksheet>"#
            )
        };
        let book = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="附表" sheetId="1" r:id="rId1"/><sheet name="表二" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
        let relations = |list: &[(&str, &str)]| {
            let one = |(index, (kind, target)): (usize, &(&str, &str))| {
                format!(
                    r#"<Relationship Id="rId{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#,
                    index + 1
                )
            };
            let all: String = list.iter().enumerate().map(one).collect();
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
            )
        };
        let types = [
            ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
            ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet+xml"),
            ("xl/worksheets/sheet2.xml", "spreadsheetml.worksheet+xml"),
            ("xl/charts/chart1.xml", "drawingml.chart+xml"),
            ("xl/charts/other.xml", "drawingml.other+xml"),
            ("xl/charts/chartEx1.xml", "vnd.ms-office.chartex+xml"),
        ];
        let types = types.map(|(part, kind)| {
            let family = if kind.starts_with("vnd") { "" } else { "vnd.openxmlformats-officedocument." };
            format!(r#"<Override PartName="/{part}" ContentType="application/{family}{kind}"/>"#)
        });
        let types = format!(
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{}</Types>"#,
            types.concat()
        );
        let parts = [
            ("[Content_Types].xml", types.as_str()),
            ("_rels/.rels", &relations(&[("officeDocument", "xl/workbook.xml")])),
            ("xl/workbook.xml", book),
            (
                "xl/_rels/workbook.xml.rels",
                &relations(&[("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml")]),
            ),
            ("xl/worksheets/sheet1.xml", &sheet(data)),
            ("xl/worksheets/sheet2.xml", &sheet("<sheetData/>")),
            ("xl/charts/chart1.xml", chart),
            ("xl/charts/other.xml", chart),
            ("xl/charts/chartEx1.xml", EXTENDED),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    const DATA: &str = r#"<sheetData><row r="2"><c r="B2"><v>1</v></c></row><row r="4"><c r="B4"><f>B2*3</f><v>3</v></c></row></sheetData>"#;

    /// The chart, and the extended one, after the edits and what follows from them.
    fn after(contents: &[(&str, Content)]) -> (String, String) {
        after_in(&package(DATA, CHART), contents)
    }

    /// The chart, and the extended one, of a workbook after edits: of its second sheet where that is named.
    fn after_in(before: &[u8], contents: &[(&str, Content)]) -> (String, String) {
        let workbook = Workbook::open(before.to_vec()).unwrap();
        let edit = |(cell, content): &(&str, Content)| {
            let second = cell.strip_prefix("表二!");
            Edit::SetCell {
                sheet: SheetId(u32::from(second.is_some())),
                cell: second.unwrap_or(cell).parse().unwrap(),
                content: content.clone(),
                style: Style::Keep,
            }
        };
        let mut edits: Vec<Edit> = contents.iter().map(edit).collect();
        edits.extend(dependents(&workbook, &edits).edits);
        let bytes = workbook.apply(&edits, Signature::Keep).unwrap();
        let part = |name: &str| {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let mut other = zip::ZipArchive::new(Cursor::new(before)).unwrap();
        let mut untouched = String::new();
        other.by_name("xl/charts/other.xml").unwrap().read_to_string(&mut untouched).unwrap();
        assert_eq!(part("xl/charts/other.xml"), untouched, "no chart");
        (part("xl/charts/chart1.xml"), part("xl/charts/chartEx1.xml"))
    }

    /// A chart of one series of numbers: its reference, how many cells it says, its points.
    fn numbers(formula: &str, count: &str, points: &[(usize, &str)]) -> String {
        let points = points.iter().map(|(index, text)| format!(r#"<pt idx="{index}"><v>{text}</v></pt>"#));
        let points: String = points.collect();
        format!("<chart><f>{formula}</f><numCache>{count}{points}</numCache></chart>")
    }

    fn number(digits: &str) -> Content {
        Content::Number(digits.to_owned())
    }

    #[test]
    fn points_of_edited_cells_and_of_what_depends_on_them_follow() {
        // B2 is shown, B3 was empty, B4 is computed from B2.
        let (chart, extended) = after(&[("B2", number("5")), ("B3", number("7.5"))]);
        let renewed = CHART
            .replace("<c:v>1.0</c:v></c:pt>", "<c:v>5</c:v></c:pt><c:pt idx=\"1\"><c:v>7.5</c:v></c:pt>")
            .replace("<c:v>3</c:v>", "<c:v>15</c:v>");
        assert_eq!(chart, renewed);
        let renewed = EXTENDED
            .replace(">1</cx:pt>", ">5</cx:pt><cx:pt idx=\"1\">7.5</cx:pt>")
            .replace(">3</cx:pt>", ">15</cx:pt>");
        assert_eq!(extended, renewed);
    }

    #[test]
    fn texts_follow_and_cleared_cells_lose_their_point() {
        let text = |text: &str| Content::Text(text.to_owned());
        let (chart, _) = after(&[("B1", text("a<b")), ("A2", Content::Clear), ("A4", text("丙"))]);
        let renewed = CHART
            .replace("自评 &amp; 得分", "a&lt;b")
            .replace("<c:pt idx=\"0\"><c:v>甲</c:v></c:pt>", "")
            .replace("<c:v/>", "<c:v>丙</c:v>");
        assert_eq!(chart, renewed);
    }

    #[test]
    fn a_chart_stays_where_no_value_it_shows_changes() {
        for contents in [[("B2", number("1"))], [("D9", number("4"))], [("表二!B2", number("4"))]] {
            assert_eq!(after(&contents), (CHART.to_owned(), EXTENDED.to_owned()), "{contents:?}");
        }
        let workbook = Workbook::open(package(DATA, CHART)).unwrap();
        for (cell, reads) in [("D9", false), ("B3", true)] {
            let (cell, content, style) = (cell.parse().unwrap(), number("7"), Style::Keep);
            let follows = dependents(&workbook, &[Edit::SetCell { sheet: SheetId(0), cell, content, style }]);
            assert_eq!(follows.edits.contains(&Edit::RefreshCharts), reads, "{cell}");
        }
    }

    #[test]
    fn among_numbers_truth_counts_and_text_is_nothing() {
        let (chart, _) = after(&[("A2", Content::Bool(true)), ("B2", Content::Bool(true))]);
        let renewed = CHART.replace("甲", "TRUE");
        assert_eq!(chart, renewed, "1 as before");
        let (chart, _) = after(&[("B3", Content::Text("无".to_owned())), ("B2", Content::Bool(false))]);
        let points = "<c:v>0</c:v></c:pt><c:pt idx=\"1\"><c:v>0</c:v></c:pt>";
        let renewed = CHART.replace("<c:v>1.0</c:v></c:pt>", points).replace("<c:v>3</c:v>", "<c:v>0</c:v>");
        assert_eq!(chart, renewed);
    }

    #[test]
    fn points_are_numbered_row_by_row_and_range_by_range() {
        let counted = |count: usize| format!(r#"<ptCount val="{count}"/>"#);
        let cases = [
            ("附表!$A$2:$B$4", counted(6), vec![("A2", 0), ("B2", 1), ("A3", 2), ("B4", 5)]),
            ("附表!$A$2:$B$4", String::new(), vec![("A4", 4)]),
            ("(附表!$A$2:$C$3,附表!$D$2:$D$3)", counted(8), vec![("C3", 5), ("D2", 6), ("D3", 7)]),
            ("(附表!$B$2,表二!$B$2)", counted(2), vec![("B2", 0), ("表二!B2", 1)]),
        ];
        for (formula, count, cells) in cases {
            for (cell, index) in cells {
                let bytes = package("<sheetData/>", &numbers(formula, &count, &[]));
                let (chart, _) = after_in(&bytes, &[(cell, number("7"))]);
                assert_eq!(chart, numbers(formula, &count, &[(index, "7")]), "{formula} {cell}");
            }
        }
    }

    #[test]
    fn hidden_cells_are_left_out_where_the_chart_counts_without_them() {
        let data = r#"<sheetData><row r="2"><c r="B2"><v>1</v></c></row><row r="3" hidden="1"><c r="B3"><v>2</v></c></row><row r="4"><c r="B4"><v>3</v></c></row></sheetData>"#;
        let (all, seen) = ([(0, "1"), (1, "2"), (2, "3")], [(0, "1"), (1, "3")]);
        let with = |points: &[(usize, &str)], count: usize| {
            numbers("附表!$B$2:$B$4", &format!(r#"<ptCount val="{count}"/>"#), points)
        };
        let cases = [
            ("B4", with(&all, 3), with(&[(0, "1"), (1, "2"), (2, "7")], 3)),
            ("B3", with(&all, 3), with(&[(0, "1"), (1, "7"), (2, "3")], 3)),
            ("B4", with(&seen, 2), with(&[(0, "1"), (1, "7")], 2)),
            ("B3", with(&seen, 2), with(&seen, 2)),
            ("B4", with(&seen, 5), with(&seen, 5)),
        ];
        for (cell, before, expected) in cases {
            let (chart, _) = after_in(&package(data, &before), &[(cell, number("7"))]);
            assert_eq!(chart, expected, "{cell} {before}");
        }
        let data = r#"<cols><col min="2" max="2" hidden="1"/></cols><sheetData/>"#;
        let with = |points: &[(usize, &str)]| numbers("附表!$A$2:$C$2", r#"<ptCount val="2"/>"#, points);
        for (cell, points) in [("B2", vec![]), ("C2", vec![(1, "7")])] {
            let (chart, _) = after_in(&package(data, &with(&[])), &[(cell, number("7"))]);
            assert_eq!(chart, with(&points), "{cell}");
        }
    }

    #[test]
    fn what_is_not_understood_stays() {
        let points = [(0, "1")];
        for chart in [
            numbers("附表!$B$2:$B$4", "", &points)
                .replace("<numCache>", "<multiLvlStrCache><lvl>")
                .replace("</numCache>", "</lvl></multiLvlStrCache>"),
            numbers("INDIRECT(\"附表!B2\")", "", &points),
            numbers("没有!$B$2", "", &points),
            numbers("附表!$B$2", "", &points).replace(" idx=\"0\"", "").replace("<f>", "<g>"),
        ] {
            let (after, _) = after_in(&package(DATA, &chart), &[("B2", number("7"))]);
            assert_eq!(after, chart);
        }
    }
}
