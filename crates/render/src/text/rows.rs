//! The rows that the findings speak of, whole and aligned, each once.

use std::collections::BTreeSet;

use jixiao_selfeval::Reading;
use jixiao_selfeval::finding::Field;
use jixiao_selfeval::layout::Columns;
use jixiao_selfeval::review::Table;
use jixiao_selfeval::rules::Found;
use jixiao_selfeval::summary::{Project, Total};
use jixiao_workbook::CellRef;
use unicode_width::UnicodeWidthStr;

use super::{Detail, Style, Tone};
use crate::words::{self, one_line};

/// Rows shown unless everything is asked for.
const USUAL: usize = 40;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A column of the picture: which field, for a fund which part.
struct Shown {
    number: u16,
    field: Field,
    part: usize,
    head: String,
    side: Side,
}

/// The rows of the findings as lines; none where no finding names a row of the table.
pub(super) fn rows<'a>(
    table: &Table,
    findings: impl Iterator<Item = Found<'a>>,
    style: Style,
) -> Vec<String> {
    let wanted = wanted(table, findings);
    let limit = if style.detail == Detail::All { usize::MAX } else { USUAL };
    let columns = columns(table, style);
    let mut picture = vec![head(&columns, style)];
    let projects = table.summary.projects.iter().filter(|project| wanted.contains(&project.row));
    picture
        .extend(projects.take(limit).map(|project| line(project.row, &columns, |c| of_project(project, c))));
    let total = table.summary.total.as_ref().filter(|total| wanted.contains(&total.row));
    let total_line = total.map(|total| line(total.row, &columns, |c| of_total(total, c, style)));
    // A blank total row shows nothing that its findings do not say.
    picture.extend(total_line.filter(|line| line.iter().filter(|cell| !cell.is_empty()).count() > 2));
    if picture.len() == 1 {
        return Vec::new();
    }
    let mut lines = align(&picture, &columns, style);
    let left = wanted.len().saturating_sub(limit.saturating_add(usize::from(total.is_some())));
    if left > 0 {
        lines.push(style.lang.of(
            format!("  另有 {left} 行未列出，加 --all 全部列出。"),
            format!("  {left} more rows are not shown; --all shows them."),
        ));
    }
    lines
}

fn wanted<'a>(table: &Table, findings: impl Iterator<Item = Found<'a>>) -> BTreeSet<u32> {
    let home = &*table.located.sheet_name;
    let here = findings.filter(|found| found.sheet().is_none_or(|sheet| sheet == home));
    let named: BTreeSet<u32> = here.filter_map(|found| found.cell()).map(CellRef::row).collect();
    let mut rows: BTreeSet<u32> =
        table.summary.projects.iter().map(|p| p.row).filter(|row| named.contains(row)).collect();
    rows.extend(table.summary.total.iter().map(|total| total.row).filter(|row| named.contains(row)));
    rows
}

const FIELDS: &[(Field, Side)] = &[
    (Field::Sequence, Side::Right),
    (Field::Code, Side::Left),
    (Field::Name, Side::Left),
    (Field::Supervisor, Side::Left),
    (Field::InitialBudget, Side::Right),
    (Field::Budget, Side::Right),
    (Field::Executed, Side::Right),
    (Field::ExecutionRate, Side::Right),
    (Field::Score, Side::Right),
    (Field::Grade, Side::Left),
    (Field::Reason, Side::Left),
    (Field::Remark, Side::Left),
];

fn columns(table: &Table, style: Style) -> Vec<Shown> {
    let known: &Columns = &table.summary.columns;
    let mut columns: Vec<Shown> = FIELDS
        .iter()
        .filter_map(|(field, side)| {
            let head = words::column(*field, known, style.lang).to_owned();
            Some(Shown { number: known.of(*field)?.number, field: *field, part: 0, head, side: *side })
        })
        .collect();
    let funds = known.funds.iter().zip(&table.summary.funds).enumerate();
    columns.extend(funds.map(|(part, (column, fund))| Shown {
        number: column.column.number,
        field: Field::Fund,
        part,
        head: one_line(&fund.label),
        side: Side::Right,
    }));
    columns.sort_by_key(|column| column.number);
    columns
}

fn head(columns: &[Shown], style: Style) -> Vec<String> {
    let mut cells = vec![style.lang.of("行", "row").to_owned()];
    cells.extend(columns.iter().map(|column| column.head.clone()));
    cells
}

fn line(row: u32, columns: &[Shown], text: impl Fn(&Shown) -> String) -> Vec<String> {
    let mut cells = vec![row.to_string()];
    cells.extend(columns.iter().map(|column| one_line(&text(column))));
    cells
}

fn raw(reading: Option<&Reading>) -> String {
    reading.map(|reading| reading.raw().into_owned()).unwrap_or_default()
}

fn of_project(project: &Project, column: &Shown) -> String {
    let text = match column.field {
        Field::Name => Some(&project.name),
        Field::Code => project.code.as_deref(),
        Field::Supervisor => project.supervisor.as_ref(),
        Field::Grade => project.grade.as_deref(),
        Field::Reason => project.reason.as_deref(),
        Field::Remark => project.remark.as_ref(),
        _ => None,
    };
    if let Some(text) = text {
        return text.text.to_string();
    }
    raw(match column.field {
        Field::Sequence => project.sequence.as_ref(),
        Field::InitialBudget => project.initial_budget.as_deref(),
        Field::Budget => project.budget.as_ref(),
        Field::Fund => project.funds.get(column.part),
        Field::Executed => project.executed.as_ref(),
        Field::ExecutionRate => project.rate.as_ref(),
        Field::Score => project.score.as_ref(),
        _ => None,
    })
}

fn of_total(total: &Total, column: &Shown, style: Style) -> String {
    raw(match column.field {
        Field::Name => return style.lang.of("合计", "total").to_owned(),
        Field::InitialBudget => total.initial_budget.as_ref(),
        Field::Budget => total.budget.as_ref(),
        Field::Fund => total.funds.get(column.part),
        Field::Executed => total.executed.as_ref(),
        Field::ExecutionRate => total.rate.as_ref(),
        Field::Score => total.score.as_ref(),
        _ => None,
    })
}

/// Pads every cell to its column's width; the first line is the head.
fn align(picture: &[Vec<String>], columns: &[Shown], style: Style) -> Vec<String> {
    let sides: Vec<Side> =
        std::iter::once(Side::Right).chain(columns.iter().map(|column| column.side)).collect();
    let width =
        |at: usize| picture.iter().filter_map(|row| row.get(at)).map(|c| c.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..sides.len()).map(width).collect();
    let lines = picture.iter().map(|row| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .zip(&sides)
            .map(|((cell, width), side)| pad(cell, *width, *side))
            .collect();
        format!("  {}", cells.join("  ")).trim_end().to_owned()
    });
    let mut lines: Vec<String> = lines.collect();
    if let Some(first) = lines.first_mut() {
        *first = style.paint(Tone::Faint, first);
    }
    lines
}

fn pad(cell: &str, width: usize, side: Side) -> String {
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    match side {
        Side::Left => format!("{cell}{blanks}"),
        Side::Right => format!("{blanks}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_places() {
        assert_eq!(pad("防汛", 6, Side::Left), "防汛  ");
        assert_eq!(pad("4.4", 6, Side::Right), "   4.4");
    }
}
