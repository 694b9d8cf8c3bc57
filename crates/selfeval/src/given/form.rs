//! The form as it was issued: its header labels, its note, and the shape of its formulas, so that a submission can
//! be laid beside it. The table is located by the same code as any other.

use std::sync::Arc;

use jixiao_workbook::formula::{TokenKind, tokens};
use jixiao_workbook::{CellRef, Range, Sheet, ValueRef, Workbook, column_letters};

use crate::layout::{Located, NoTable, locate};
use crate::profile::Profile;
use crate::summary::folded_name;

/// Columns of a range that are told apart.
const MOST_COLUMNS: usize = 100;

/// A text of a form with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The cell.
    pub cell: CellRef,
    /// The text, blanks taken out.
    pub text: String,
}

impl Label {
    fn of(cell: CellRef, text: &str) -> Self {
        Self { cell, text: text.split_whitespace().collect() }
    }

    /// What is compared: blanks, width and brackets make no difference.
    pub fn key(&self) -> String {
        folded_name(&self.text).into_owned()
    }
}

/// What of a table is fixed by the form it was issued as.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Form {
    /// The file, as the user named it.
    pub path: Arc<str>,
    /// The sheet.
    pub sheet: Arc<str>,
    /// The header's texts, row by row.
    pub labels: Vec<Label>,
    /// The lowest text of each column, from left to right.
    pub columns: Vec<Label>,
    /// The note.
    pub note: Option<Label>,
    /// The formulas of a project row: the column's key, the cell, the formula's shape.
    pub row: Vec<(String, CellRef, String)>,
    /// The formulas of the total row.
    pub total: Vec<(String, CellRef, String)>,
}

impl Form {
    /// Reads the form as it was issued.
    ///
    /// # Errors
    /// When the workbook holds no summary table.
    pub fn read(path: &str, workbook: &Workbook, profile: &Profile) -> Result<Self, NoTable> {
        let located = locate(workbook, profile, None)?;
        let mut form = Self::of(workbook, &located);
        form.path = path.into();
        Ok(form)
    }

    /// What of a located table a form fixes.
    pub fn of(workbook: &Workbook, located: &Located) -> Self {
        let mut form = Self {
            path: Arc::default(),
            sheet: located.sheet_name.clone(),
            labels: Vec::new(),
            columns: Vec::new(),
            note: located.note.as_ref().and_then(|note| Some(Label::of(note.cell?, &note.value))),
            row: Vec::new(),
            total: Vec::new(),
        };
        let Ok(sheet) = workbook.sheet(located.sheet) else { return form };
        form.labels = labels(sheet, located);
        form.columns = columns(sheet, located);
        let shape = Shape { located, columns: &form.columns };
        form.row = shape.of_rows(sheet);
        form.total = shape.of_total(sheet);
        form
    }
}

fn labels(sheet: &Sheet, located: &Located) -> Vec<Label> {
    let (left, right) = (located.range.first().column(), located.range.last().column());
    let rows = (located.header.first..=located.header.last).filter_map(|row| sheet.row(row));
    let cells = rows.flat_map(|row| row.cells_between(left, right));
    let texts = cells.filter_map(|cell| match cell.value {
        ValueRef::Text(text) if !cell.value.is_blank() => Some(Label::of(cell.at, text)),
        _ => None,
    });
    texts.collect()
}

/// The lowest text of each column; a text that is merged over several columns is none of theirs.
fn columns(sheet: &Sheet, located: &Located) -> Vec<Label> {
    let (left, right) = (located.range.first().column(), located.range.last().column());
    let lowest = |column: u16| {
        let cells = (located.header.first..=located.header.last).rev();
        cells.filter_map(|row| CellRef::new(row, column)).find_map(|cell| {
            let anchor = sheet.anchor(cell);
            let wide = sheet.merge_at(anchor).is_some_and(is_wide);
            let text = sheet.value(anchor).as_text();
            (!wide && !sheet.value(anchor).is_blank()).then(|| Label::of(anchor, text))
        })
    };
    (left..=right).filter_map(lowest).collect()
}

fn is_wide(merge: Range) -> bool {
    merge.first().column() != merge.last().column()
}

/// The key of the column that a cell stands in: its lowest label's.
fn column_key(columns: &[Label], column: u16) -> Option<String> {
    columns.iter().find(|label| label.cell.column() == column).map(Label::key)
}

/// Formulas without the numbers of their rows and the letters of their columns: what stays the same when rows are
/// added and columns are moved together.
pub(crate) struct Shape<'a> {
    pub(crate) located: &'a Located,
    pub(crate) columns: &'a [Label],
}

impl Shape<'_> {
    /// The first formula of each column in the project rows, spare ones included.
    fn of_rows(&self, sheet: &Sheet) -> Vec<(String, CellRef, String)> {
        let mut found: Vec<(String, CellRef, String)> = Vec::new();
        let runs = self.located.runs.iter();
        for row in runs.flat_map(|run| run.first..=run.last).filter_map(|row| sheet.row(row)) {
            for cell in
                row.cells().filter(|cell| cell.formula.is_some_and(|formula| !formula.text.is_empty()))
            {
                let Some(key) = column_key(self.columns, cell.at.column()) else { continue };
                if found.iter().all(|(known, ..)| *known != key) {
                    let text = cell.formula.map_or("", |formula| formula.text);
                    found.push((key, cell.at, self.of(text, cell.at)));
                }
            }
        }
        found
    }

    fn of_total(&self, sheet: &Sheet) -> Vec<(String, CellRef, String)> {
        let row = self.located.total.and_then(|(row, _)| sheet.row(row));
        let cells = row.into_iter().flat_map(jixiao_workbook::sheet::Row::cells);
        let formulas = cells.filter_map(|cell| Some((cell.at, cell.formula?.text)));
        formulas
            .filter(|(_, text)| !text.is_empty())
            .filter_map(|(cell, text)| {
                Some((column_key(self.columns, cell.column())?, cell, self.of(text, cell)))
            })
            .collect()
    }

    /// The shape of a formula that stands in a cell.
    pub(crate) fn of(&self, text: &str, at: CellRef) -> String {
        let mut shape = String::with_capacity(text.len());
        let mut last = String::new();
        for token in tokens(text) {
            let piece = match (token.kind, token.area()) {
                (TokenKind::Space, _) => continue,
                (_, Some(area)) if token.qualifier().is_none() => self.place(area.range(), at),
                _ => token.text.to_ascii_uppercase(),
            };
            // One range for each run of rows is one range over all of them.
            if token.kind != TokenKind::Comma && piece == last && shape.ends_with(&format!("{piece},")) {
                shape.pop();
                continue;
            }
            if token.kind != TokenKind::Comma {
                last.clone_from(&piece);
            }
            shape.push_str(&piece);
        }
        shape
    }

    /// A range as what it means in the table.
    fn place(&self, range: Range, at: CellRef) -> String {
        let column = |number: u16| column_key(self.columns, number).unwrap_or_else(|| column_letters(number));
        let (left, right) = (range.first().column(), range.last().column());
        let (top, bottom) = (range.first().row(), range.last().row());
        // Columns that were moved within a range are still the same range.
        let mut keys: Vec<String> = (left..=right).take(MOST_COLUMNS).map(column).collect();
        keys.sort_unstable();
        let columns = format!("[{}]", keys.join("+"));
        let within = |row: u32| self.located.runs.iter().any(|run| (run.first..=run.last).contains(&row));
        let total = self.located.total.map(|(row, _)| row);
        let rows = match (top, bottom) {
            (top, bottom) if top == bottom && top == at.row() => String::new(),
            (top, bottom) if top == bottom && Some(top) == total => "合计".to_owned(),
            (top, bottom) if within(top) && within(bottom) => "#".to_owned(),
            (top, bottom) => format!("{top}:{bottom}"),
        };
        columns + &rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{official, read};

    fn shape(rows: &[&str], cell: &str, text: &str) -> String {
        let (workbook, located, _) = read(&official(rows));
        let form = Form::of(&workbook, &located);
        Shape { located: &located, columns: &form.columns }.of(text, cell.parse().unwrap())
    }

    const ONE: &str = "1|甲|局|10|10|0|0|10|100%|90|.";
    const TOTAL: &str = "合计|<|<|10|10|0|0|10|100%|90|.";

    #[test]
    fn a_formula_has_the_same_shape_in_every_row_and_with_more_of_them() {
        let more = [ONE, "2|乙|局|10|10|0|0|10|100%|90|.", TOTAL];
        assert_eq!(shape(&[ONE, TOTAL], "D6", "SUM(E6:G6)"), shape(&more, "D7", " sum( $E7:G7 )"));
        assert_eq!(shape(&[ONE, TOTAL], "D7", "SUM(D6:D6)"), shape(&more, "D8", "SUM(D6:D7)"));
        assert_eq!(shape(&[ONE, TOTAL], "D7", "SUM(D6:D6)"), "SUM([小计]#)");
        assert_eq!(shape(&more, "I7", "H7/D7"), "[全年执行数b]/[小计]");
        assert_ne!(shape(&more, "I7", "H7/D7"), shape(&more, "I7", "H7/E7"));
    }

    #[test]
    fn a_range_for_each_run_is_one_range() {
        let groups = [ONE, "小计：民政科|<|<|10|10|0|0|10|.|.|.", "1|乙|局|10|10|0|0|10|100%|90|.", TOTAL];
        assert_eq!(shape(&groups, "D9", "SUM(D6:D6,D8:D8)"), "SUM([小计]#)");
    }

    #[test]
    fn a_form_has_its_labels_its_columns_and_its_note() {
        let (workbook, located, _) = read(&official(&[ONE, "合计|<|<|=SUM(D6:D6) -> 10|10|0|0|10|.|.|."]));
        let form = Form::of(&workbook, &located);
        assert_eq!(form.columns.len(), 11);
        assert_eq!(form.labels.len(), 13);
        assert!(form.note.unwrap().text.starts_with("注:1."));
        assert_eq!((form.row.len(), form.total.len()), (0, 1));
    }
}
