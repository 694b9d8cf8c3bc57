//! The header: one to four rows of labels, merged or not, read as one path of labels a column.

use std::collections::BTreeMap;

use jixiao_workbook::{CellRef, Sheet, ValueRef};

use super::label::{Label, Match, Meaning, Vocabulary, label};
use super::{Column, Columns, FundColumn, Rows};
use crate::finding::{Field, Words};

/// Most header rows that are read.
const MOST_ROWS: u32 = 4;
/// Most columns that are read from a header.
const MOST_COLUMNS: u16 = 256;

/// A header that was read.
pub(super) struct Header {
    pub(super) rows: Rows,
    /// How many of the rows hold labels; a row that numbers the columns may follow.
    pub(super) labels: u32,
    pub(super) first_column: u16,
    pub(super) last_column: u16,
    pub(super) columns: Columns,
    pub(super) doubts: Vec<Words>,
}

impl Header {
    /// Reads the header around a label of the project name.
    pub(super) fn read(sheet: &Sheet, vocabulary: &Vocabulary, anchor: CellRef) -> Self {
        let mut rows = extent(sheet, vocabulary, anchor);
        let paths = paths(sheet, vocabulary, rows);
        let labels = rows.last - rows.first + 1;
        rows.last += u32::from(is_numbering(sheet, rows.last + 1));
        let (first_column, last_column) = match (paths.first(), paths.last()) {
            (Some(first), Some(last)) => (first.column, last.column),
            _ => (anchor.column(), anchor.column()),
        };
        let (columns, doubts) = assign(&paths);
        Self { rows, labels, first_column, last_column, columns, doubts }
    }

    /// The fields that were found, and the required ones that were not.
    pub(super) fn fields(&self) -> (Vec<Field>, Vec<Field>) {
        let all = [
            Field::Sequence,
            Field::Code,
            Field::Name,
            Field::Supervisor,
            Field::InitialBudget,
            Field::Budget,
            Field::Executed,
            Field::ExecutionRate,
            Field::Score,
            Field::Remark,
        ];
        let budget = self.columns.initial_budget.is_some() || !self.columns.funds.is_empty();
        let has = |field: Field| self.columns.of(field).is_some();
        let lacks = [Field::Name, Field::Budget, Field::Executed, Field::Score]
            .into_iter()
            .filter(|field| !has(*field) && (*field != Field::Budget || !budget));
        (all.into_iter().filter(|field| has(*field)).collect(), lacks.collect())
    }
}

/// The text shown at a place, with the cell it stands in.
fn shown(sheet: &Sheet, row: u32, column: u16) -> Option<(CellRef, &str)> {
    let anchor = sheet.anchor(CellRef::new(row, column)?);
    match sheet.value(anchor) {
        ValueRef::Text(text) if !ValueRef::Text(text).is_blank() => Some((anchor, text)),
        _ => None,
    }
}

/// The rows of the header around the name's label: its merge, the merges beside it, and rows of labels above
/// and below where the name's column is empty.
fn extent(sheet: &Sheet, vocabulary: &Vocabulary, anchor: CellRef) -> Rows {
    let mut rows = Rows { first: anchor.row(), last: anchor.row() };
    let beside = sheet.row(anchor.row()).into_iter().flat_map(jixiao_workbook::sheet::Row::cells);
    for cell in beside {
        let reach = sheet.merge_at(cell.at).map_or(rows.last, |merge| merge.last().row());
        if reach < anchor.row() + MOST_ROWS {
            rows.last = rows.last.max(reach);
        }
    }
    while rows.first > 1
        && rows.last - rows.first + 1 < MOST_ROWS
        && is_above(sheet, vocabulary, anchor, rows.first - 1)
    {
        rows.first -= 1;
    }
    while rows.last - rows.first + 1 < MOST_ROWS && is_below(sheet, vocabulary, anchor, rows.last + 1) {
        rows.last += 1;
    }
    rows
}

/// Whether a row below holds more labels: texts only, at least half of them known, none under the name.
fn is_below(sheet: &Sheet, vocabulary: &Vocabulary, anchor: CellRef, number: u32) -> bool {
    let Some(row) = sheet.row(number) else { return false };
    let (mut known, mut unknown) = (0, 0);
    for cell in row.cells() {
        match cell.value {
            value if value.is_blank() => {}
            ValueRef::Text(_) if cell.at.column() == anchor.column() => return false,
            ValueRef::Text(text) => {
                let noun = label(text).noun;
                let found = vocabulary.find(&noun, &noun).is_some();
                known += usize::from(found);
                unknown += usize::from(!found);
            }
            _ => return false,
        }
    }
    // 合计 alone in the row below is the total row on top.
    known >= unknown && known + unknown > 1 && known > 0
}

/// Whether a row only numbers the columns: 1, 2, 3, …
pub(super) fn is_numbering(sheet: &Sheet, number: u32) -> bool {
    let Some(row) = sheet.row(number) else { return false };
    let mut count = 0_u32;
    for cell in row.cells().filter(|cell| !cell.value.is_blank()) {
        let text = cell.value.as_text().trim();
        if cell.formula.is_some() || text.parse() != Ok(count + 1) {
            return false;
        }
        count += 1;
    }
    count >= 5
}

/// Whether a row above holds labels over several columns: none over the name, and such as head amounts.
fn is_above(sheet: &Sheet, vocabulary: &Vocabulary, anchor: CellRef, number: u32) -> bool {
    let Some(row) = sheet.row(number) else { return false };
    let mut labels = 0;
    for cell in row.cells().filter(|cell| !cell.value.is_blank()) {
        let ValueRef::Text(text) = cell.value else { return false };
        let noun = label(text).noun;
        let heads = ["资金", "情况", "预算数", "执行数"].iter().any(|end| noun.ends_with(end));
        let known = vocabulary.find(&noun, &noun).is_some() || heads && noun.chars().count() <= 10;
        if !known || cell.at.column() == anchor.column() {
            return false;
        }
        labels += 1;
    }
    labels > 0
}

/// A column's labels from top to bottom.
struct Path {
    column: u16,
    labels: Vec<(CellRef, Label)>,
    found: Option<Match>,
    /// The amount that a label above the lowest one names.
    amount: Option<Field>,
}

impl Path {
    fn joined(&self) -> String {
        self.labels.iter().map(|(_, label)| label.noun.as_str()).collect()
    }

    fn last(&self) -> Option<&(CellRef, Label)> {
        self.labels.last()
    }

    fn noun(&self) -> &str {
        self.last().map_or("", |(_, label)| label.noun.as_str())
    }

    /// The cell of the label right above the lowest one.
    fn parent(&self) -> Option<CellRef> {
        let above = self.labels.len().checked_sub(2)?;
        self.labels.get(above).map(|(cell, _)| *cell)
    }

    fn to_column(&self) -> Option<Column> {
        let (label_cell, _) = self.last()?;
        Some(Column {
            number: self.column,
            label: self.joined(),
            label_cell: *label_cell,
            money: self.labels.iter().rev().find_map(|(_, label)| label.money),
            percent: self.last().is_some_and(|(_, label)| label.percent),
        })
    }
}

fn paths(sheet: &Sheet, vocabulary: &Vocabulary, rows: Rows) -> Vec<Path> {
    let texts: BTreeMap<(u32, u16), (CellRef, &str)> = grid(sheet, rows);
    let (Some(first), Some(last)) =
        (texts.keys().map(|key| key.1).min(), texts.keys().map(|key| key.1).max())
    else {
        return Vec::new();
    };
    (first..=last)
        .filter_map(|column| {
            let labels = labels_of(&texts, rows, column);
            let mut path = Path { column, labels, found: None, amount: None };
            let noun = path.last()?.1.noun.clone();
            path.found = vocabulary.find(&path.joined(), &noun);
            path.amount = amount_above(vocabulary, &path);
            Some(path)
        })
        .collect()
}

/// The text shown in every cell of the header, merged cells included.
fn grid(sheet: &Sheet, rows: Rows) -> BTreeMap<(u32, u16), (CellRef, &str)> {
    let mut texts = BTreeMap::new();
    for row in (rows.first..=rows.last).filter_map(|number| sheet.row(number)) {
        for cell in row.cells().filter(|cell| cell.at.column() <= MOST_COLUMNS) {
            let Some((anchor, text)) = shown(sheet, cell.at.row(), cell.at.column()) else { continue };
            let merge = sheet.merge_at(anchor);
            let columns = merge
                .map_or(cell.at.column()..=cell.at.column(), |merge| anchor.column()..=merge.last().column());
            let down = merge.map_or(cell.at.row(), |merge| merge.last().row());
            for column in columns.take_while(|column| *column <= MOST_COLUMNS) {
                for row in cell.at.row()..=down.min(rows.last) {
                    texts.insert((row, column), (anchor, text));
                }
            }
        }
    }
    texts
}

/// A column's labels. Where the cells of a parent label are not merged, an empty cell stands under the label to
/// its left if both columns have labels of their own further down.
fn labels_of(
    texts: &BTreeMap<(u32, u16), (CellRef, &str)>,
    rows: Rows,
    column: u16,
) -> Vec<(CellRef, Label)> {
    let has_below = |row: u32, column: u16| {
        let here = texts.get(&(row, column)).map(|(cell, _)| *cell);
        (row + 1..=rows.last).filter_map(|row| texts.get(&(row, column))).any(|(cell, _)| Some(*cell) != here)
    };
    let mut labels: Vec<(CellRef, Label)> = Vec::new();
    for row in rows.first..=rows.last {
        let own = texts.get(&(row, column));
        let left = || {
            let (key, found) = texts.range((row, 0)..(row, column)).next_back()?;
            (has_below(row, column) && has_below(row, key.1) && labels.is_empty()).then_some(found)
        };
        let Some((cell, text)) = own.or_else(left) else { continue };
        if labels.last().is_none_or(|(last, _)| last != cell) {
            labels.push((*cell, label(text)));
        }
    }
    labels
}

fn amount_above(vocabulary: &Vocabulary, path: &Path) -> Option<Field> {
    let (_, above) = path.labels.split_last()?;
    above.iter().rev().find_map(|(_, label)| match vocabulary.find(&label.noun, &label.noun)?.meaning {
        Meaning::Field(field @ (Field::Budget | Field::Executed | Field::InitialBudget)) => Some(field),
        _ => None,
    })
}

/// What a column could stand for.
fn field_of(path: &Path) -> Option<Field> {
    match &path.found.as_ref()?.meaning {
        Meaning::Field(field) => Some(*field),
        Meaning::Subtotal => Some(path.amount.unwrap_or(Field::Budget)),
        Meaning::Fund(_) => None,
    }
}

/// How well a column fits its field; the least is the best.
fn fitness(path: &Path, field: Field) -> (u8, bool, usize, bool, u16) {
    let Some(found) = &path.found else { return (3, true, 0, true, path.column) };
    let kind = match (&found.meaning, path.amount) {
        (Meaning::Subtotal, Some(_)) => 0,
        (Meaning::Subtotal, None) => 2,
        _ => 1,
    };
    let letter = path.labels.iter().rev().find_map(|(_, label)| label.letter);
    let expected = match field {
        Field::Budget => Some('A'),
        Field::Executed | Field::ExecutionRate => Some('B'),
        _ => None,
    };
    (kind, !found.whole, found.order, letter != expected, path.column)
}

fn assign(paths: &[Path]) -> (Columns, Vec<Words>) {
    let mut columns = Columns::default();
    let mut doubts = Vec::new();
    for field in COLUMN_FIELDS {
        let mut fitting: Vec<&Path> = paths.iter().filter(|path| field_of(path) == Some(*field)).collect();
        fitting.sort_by_key(|path| fitness(path, *field));
        let Some(best) = fitting.first() else { continue };
        if let Some(second) = fitting.get(1).filter(|second| rivals(best, second, *field)) {
            doubts.push(doubt(best, second));
        }
        if let Some(slot) = slot(&mut columns, *field) {
            *slot = best.to_column();
        }
    }
    columns.funds = funds(paths, &columns);
    (columns, doubts)
}

fn rivals(best: &Path, second: &Path, field: Field) -> bool {
    let (a, b) = (fitness(best, field), fitness(second, field));
    (a.0, a.1, a.2, a.3) == (b.0, b.1, b.2, b.3)
}

fn doubt(best: &Path, second: &Path) -> Words {
    let cell = |path: &Path| path.last().map_or_else(String::new, |(cell, _)| cell.to_string());
    let (taken, other) = (cell(best), cell(second));
    Words::new(
        format!("{taken} 和 {other} 的表头都是“{}”，按 {taken} 列读取", best.noun()),
        format!("{taken} and {other} are both headed “{}”; the column of {taken} was read", best.noun()),
    )
}

/// Fields that have one column.
const COLUMN_FIELDS: &[Field] = &[
    Field::Sequence,
    Field::Code,
    Field::Name,
    Field::Supervisor,
    Field::ImplementingUnit,
    Field::InitialBudget,
    Field::Budget,
    Field::Executed,
    Field::ExecutionRate,
    Field::Score,
    Field::Grade,
    Field::Reason,
    Field::Remark,
];

fn slot(columns: &mut Columns, field: Field) -> Option<&mut Option<Column>> {
    Some(match field {
        Field::Sequence => &mut columns.sequence,
        Field::Code => &mut columns.code,
        Field::Name => &mut columns.name,
        Field::Supervisor => &mut columns.supervisor,
        Field::ImplementingUnit => &mut columns.unit,
        Field::InitialBudget => &mut columns.initial_budget,
        Field::Budget => &mut columns.budget,
        Field::Executed => &mut columns.executed,
        Field::ExecutionRate => &mut columns.rate,
        Field::Score => &mut columns.score,
        Field::Grade => &mut columns.grade,
        Field::Reason => &mut columns.reason,
        Field::Remark => &mut columns.remark,
        _ => return None,
    })
}

/// The parts of 小计 in file order: known fund labels, and any other column under the same parent label. Where
/// no parent label holds them together, unknown columns between 小计 and the last known part belong to it.
fn funds(paths: &[Path], columns: &Columns) -> Vec<FundColumn> {
    let budget = columns.budget.as_ref().map(|column| column.number);
    let sum = paths.iter().find(|path| Some(path.column) == budget);
    let parent = sum.filter(|sum| sum.amount == Some(Field::Budget)).and_then(Path::parent);
    let is_known =
        |path: &Path| matches!(path.found.as_ref().map(|found| &found.meaning), Some(Meaning::Fund(_)));
    let known = |path: &&Path| is_known(path) && is_part_of_budget(paths, path);
    let last_known = paths.iter().rfind(known).map(|path| path.column);
    let within = |path: &Path| match (parent, budget, last_known) {
        (Some(_), ..) => path.parent() == parent,
        (None, Some(budget), Some(last)) => (budget..last).contains(&path.column),
        _ => path.amount == Some(Field::Budget),
    };
    let mut funds: Vec<FundColumn> = Vec::new();
    let mut nouns: Vec<&str> = Vec::new();
    for path in paths.iter().filter(|path| Some(path.column) != budget) {
        let taken = known(&path) || path.found.is_none() && within(path);
        // The same label again belongs to another amount (the parts of 全年执行数 in a header of one row).
        if !taken || path.noun().is_empty() || nouns.contains(&path.noun()) {
            continue;
        }
        let Some(column) = path.to_column() else { continue };
        nouns.push(path.noun());
        let standard = path.found.as_ref().and_then(|found| match &found.meaning {
            Meaning::Fund(key) => Some(key.as_str()),
            _ => None,
        });
        let free = standard.filter(|key| funds.iter().all(|fund| fund.key != *key));
        funds.push(FundColumn { key: free.unwrap_or(path.noun()).to_owned(), column });
    }
    funds
}

/// Whether a known fund column is a part of the budget, not of another amount: by the label above it, or, for
/// `其中：` in a header of one row, by the amount column before it.
fn is_part_of_budget(paths: &[Path], path: &Path) -> bool {
    if let Some(amount) = path.amount {
        return amount == Field::Budget;
    }
    if !path.labels.iter().any(|(_, label)| label.part) {
        return true;
    }
    let amount = |path: &Path| {
        field_of(path).filter(|field| matches!(field, Field::Budget | Field::Executed | Field::InitialBudget))
    };
    let before = paths.iter().rev().filter(|other| other.column < path.column).find_map(amount);
    before.is_none_or(|field| field == Field::Budget)
}
