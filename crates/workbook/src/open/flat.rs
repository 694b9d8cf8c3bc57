//! Documents saved as plain text (.txt) whose tables have one cell a line: a cell's line begins with a tab, an empty
//! cell is a tab alone, a blank line ends a row. Which columns a merged cell takes is lost and inferred.

use crate::address::LAST_ROW;
use crate::document::{Document, Paragraph};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::sheet::Sheet;
use crate::workbook::{FileKind, Parts};

use super::docx::entry;
use super::docx_table::{Grid, Room};
use super::flat_spans::{Row, spans};
use super::text::damaged;
use super::visit::Stop;

/// Fewest cells of a row, and fewest such rows, of what counts as a table.
const FEWEST: usize = 2;
/// Lines of a cell that may follow a blank line inside it.
const MOST_MORE: usize = 3;

/// What the lines hold, in order.
#[derive(Debug)]
enum Block<'a> {
    Line(u32, &'a str),
    Table(Vec<Row>),
}

/// Reads a text; `None` where it has no table of this form.
pub(super) fn read(text: &str, limits: &Limits) -> Option<Result<Parts, OpenError>> {
    let cells = text.lines().filter(|line| line.contains('\t'));
    let (all, alone) = cells.fold((0_usize, 0_usize), |(all, alone), line| {
        (all + 1, alone + usize::from(is_cell(line) && !line.trim_start_matches('\t').contains('\t')))
    });
    // A table with its columns on one line may have an empty first column, but more than one tab.
    if alone < FEWEST * FEWEST || alone * 10 < all * 9 {
        return None;
    }
    let blocks = blocks(text);
    let found = blocks.iter().any(|block| matches!(block, Block::Table(_)));
    found.then(|| {
        parts(blocks, limits).map_err(|stop| match stop {
            Stop::Damaged(what) => damaged(what),
            Stop::Error(error) => error,
        })
    })
}

fn is_cell(line: &str) -> bool {
    line.starts_with('\t') && !line.starts_with("\t\t")
}

/// Parts the lines into paragraphs and tables.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches([' ', '\r', '\u{3000}'])).collect();
    let mut blocks = Vec::new();
    let mut rest = lines.as_slice();
    let mut number = 0_u32;
    while let [line, after @ ..] = rest {
        let table = if line.starts_with('\t') { Table::read(rest) } else { None };
        if let Some((rows, taken)) = table {
            blocks.push(Block::Table(rows));
            rest = rest.get(taken..).unwrap_or_default();
            continue;
        }
        number = number.saturating_add(1);
        if !line.trim().is_empty() {
            blocks.push(Block::Line(number, line));
        }
        rest = after;
    }
    blocks
}

/// A table as it is read.
#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    row: Row,
}

impl Table {
    /// The table that the lines begin with, and how many lines it takes; `None` where they begin with none.
    fn read(lines: &[&str]) -> Option<(Vec<Row>, usize)> {
        let mut table = Self::default();
        let mut taken = 0;
        while let Some(line) = lines.get(taken) {
            if let Some(cell) = line.strip_prefix('\t') {
                table.row.push(cell.trim().to_owned());
                taken += 1;
                continue;
            }
            let blank = lines.iter().skip(taken).take_while(|line| line.is_empty()).count();
            let next = taken + blank;
            let more = continuation(lines.get(next..).unwrap_or_default());
            // A row of one cell is rather an indented paragraph.
            if more > 0
                && table.row.len() >= FEWEST
                && let Some(cell) = table.row.last_mut()
            {
                for line in lines.get(next..next + more).unwrap_or_default() {
                    cell.push('\n');
                    cell.push_str(line.trim());
                }
                taken = next + more;
                continue;
            }
            table.end_row();
            taken = next;
            if lines.get(next).is_none_or(|line| !line.starts_with('\t')) {
                break;
            }
        }
        table.end_row();
        let rows = table.rows.iter().filter(|row| row.len() >= FEWEST).count();
        (rows >= FEWEST).then_some((table.rows, taken))
    }

    fn end_row(&mut self) {
        if !self.row.is_empty() {
            self.rows.push(std::mem::take(&mut self.row));
        }
    }
}

/// How many lines go on with a cell: a few that more cells follow, and that are neither a note nor a table's title.
fn continuation(lines: &[&str]) -> usize {
    let more = lines.iter().take_while(|line| !line.is_empty() && !line.starts_with('\t')).count();
    let followed = lines.iter().skip(more).find(|line| !line.is_empty());
    let own = lines.iter().take(more).any(|line| stands_alone(line));
    let fits = (1..=MOST_MORE).contains(&more) && !own && followed.is_some_and(|line| line.starts_with('\t'));
    if fits { more } else { 0 }
}

/// Whether a line is a note (注：) or a caption (附表, …汇总表), not the rest of a cell.
fn stands_alone(line: &str) -> bool {
    let line = line.trim();
    let after = ["备注", "附注", "说明", "注"].iter().find_map(|word| line.strip_prefix(word));
    let note = after.is_some_and(|after| after.starts_with([':', '：', '1', '１', '.', '．', '、']));
    note || line.ends_with('表') || line.starts_with("附表") || line.starts_with("附件")
}

fn parts(blocks: Vec<Block<'_>>, limits: &Limits) -> Result<Parts, Stop> {
    let mut room = Room::new(limits);
    let mut parts = Parts { kind: FileKind::Flat, ..Parts::default() };
    let mut document = Document::default();
    for block in blocks {
        match block {
            Block::Line(number, text) => {
                room.take(text.len())?;
                let tables = u32::try_from(parts.sheets.len()).unwrap_or(u32::MAX);
                document.paragraphs.push(Paragraph { number, tables, text: text.to_owned() });
            }
            Block::Table(rows) => {
                parts.sheets.push(entry(parts.sheets.len() + 1));
                parts.grids.push(Some(grid(rows, &mut room)?));
            }
        }
    }
    parts.document = Some(document);
    parts.formats = room.into_formats();
    Ok(parts)
}

fn grid(rows: Vec<Row>, room: &mut Room) -> Result<Sheet, Stop> {
    if rows.len() > LAST_ROW as usize {
        return Stop::damaged(format!("a table of {} rows", rows.len()));
    }
    let spans = spans(&rows).map_err(Stop::Error)?;
    let mut grid = Grid::new(0);
    for (row, spans) in rows.into_iter().zip(spans) {
        grid.begin_row();
        for (text, (span, down)) in row.into_iter().zip(spans) {
            grid.put(text, span, down);
        }
        grid.end_row(room)?;
    }
    Ok(grid.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Row;
    use crate::{SheetId, Workbook};

    fn opened(text: &str) -> Workbook {
        Workbook::open(text.as_bytes().to_vec()).unwrap()
    }

    fn cells(workbook: &Workbook) -> Vec<String> {
        let sheets = workbook.sheet_ids().filter_map(|id| workbook.sheet(id).ok());
        let cells = sheets.flat_map(|sheet| sheet.rows().flat_map(Row::cells));
        cells.map(|cell| format!("{}={}", cell.at, cell.value.as_text())).collect()
    }

    #[test]
    fn a_published_report_gives_its_table_and_its_paragraphs() {
        let text = include_str!("../../../../test-data/cases/tables-in-documents/report.txt");
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let workbook = opened(&text);
            let sheet = workbook.sheet(SheetId(0)).unwrap();
            assert_eq!((workbook.kind(), workbook.sheets().len()), (FileKind::Flat, 1));
            assert_eq!(sheet.used().unwrap().to_string(), "A1:K18");
            let merges: Vec<String> = sheet.merges().iter().map(ToString::to_string).collect();
            assert_eq!(merges.join(" "), "A1:A3 B1:B3 C1:C3 D1:I1 J1:J3 K1:K3 D2:G2 H2:H3 I2:I3 A18:C18");
            let value = |cell: &str| sheet.value(cell.parse().unwrap()).as_text().to_owned();
            assert_eq!(
                (value("I2"), value("I4"), value("H18")),
                ("执行率\n（B/A）".into(), "0.9817".into(), "1722.16".into())
            );
            let document = workbook.document().unwrap();
            assert_eq!(
                document.above(0).last().unwrap().text,
                "2023年度中川镇人民政府项目支出绩效自评结果汇总表"
            );
            assert!(document.below(0)[0].text.starts_with("注:1.") && document.above(0).len() > 30);
        }
    }

    #[test]
    fn tables_are_told_from_what_stands_between_them() {
        let row = |cells: &str| format!("\t{}\n\n", cells.replace('|', "\n\t"));
        let first = row("序号|名称") + &row("1|防汛\n\n一期") + &row("2|抗旱");
        let workbook = opened(&format!("\t缩进的一段\n\n甲\n{first}注：说明\n乙表\n\n{first}"));
        assert_eq!(workbook.sheets().len(), 2);
        assert_eq!(cells(&workbook)[..6], ["A1=序号", "B1=名称", "A2=1", "B2=防汛\n一期", "A3=2", "B3=抗旱"]);
        let document = workbook.document().unwrap();
        let told: Vec<(u32, &str)> =
            document.paragraphs.iter().map(|one| (one.tables, one.text.trim())).collect();
        assert_eq!(told, [(0, "缩进的一段"), (0, "甲"), (1, "注：说明"), (1, "乙表")]);
    }

    #[test]
    fn columns_on_one_line_stay_a_text_table() {
        for text in ["序号\t名称\n1\t防汛\n2\t抗旱\n", "\t序号\t名称\n\t1\t防汛\n\t2\t抗旱\n"]
        {
            assert_eq!(opened(text).kind(), FileKind::Text, "{text}");
        }
        let indented = "\t第一段。\n\t第二段。\n\t第三段。\n\t第四段。\n\n完\n";
        assert!(Workbook::open(indented.as_bytes().to_vec()).is_err());
    }

    #[test]
    fn tables_beyond_a_limit_are_refused() {
        let limits = Limits { cells: 10, ..Limits::default() };
        let text = "\ta\n\tb\n\n".repeat(6);
        assert!(matches!(
            read(&text, &limits).unwrap(),
            Err(OpenError::OverLimit { what: "stored cells", .. })
        ));
    }
}
