//! What the readers of .xls and .xlsb share: calamine's cells joined with what calamine does not tell (number
//! formats, merges, hidden rows), which a pass of our own gathers first.

use std::collections::HashMap;

use calamine::Data;

use crate::address::{CellRef, Range};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::number;
use crate::sheet::{BuildError, FormulaKind, Sheet, SheetBuilder, Strings, Value, ValueRef};
use crate::workbook::DefinedName;

/// Row and column, from 0.
pub(super) type Spot = (u32, u32);

/// What a sheet's records say beside values.
#[derive(Debug, Default)]
pub(super) struct Decor {
    /// Style of each cell that holds a value.
    pub(super) styles: Vec<(Spot, u32)>,
    /// Cells that hold a formula, whether its text is known or not.
    pub(super) formulas: Vec<Spot>,
    /// Results of formulas that are errors and that calamine passes over.
    pub(super) errors: Vec<(Spot, &'static str)>,
    /// Rows, from 0.
    pub(super) hidden_rows: Vec<u32>,
    /// First and last column, from 0.
    pub(super) hidden_columns: Vec<(u32, u32)>,
    /// First and last cell.
    pub(super) merges: Vec<(Spot, Spot)>,
}

impl Decor {
    /// Brings what was gathered into order, for looking it up.
    pub(super) fn sorted(mut self) -> Self {
        self.styles.sort_unstable_by_key(|(spot, _)| *spot);
        self.formulas.sort_unstable();
        self.formulas.dedup();
        self.hidden_rows.sort_unstable();
        self.hidden_rows.dedup();
        self
    }

    /// The smallest area that holds every value; 0 where there is none.
    pub(super) fn area(&self) -> u64 {
        let rows = self.styles.iter().map(|((row, _), _)| *row);
        let columns = self.styles.iter().map(|((_, column), _)| *column);
        let span = |low: Option<u32>, high: Option<u32>| match (low, high) {
            (Some(low), Some(high)) => u64::from(high - low) + 1,
            _ => 0,
        };
        let (height, width) =
            (span(rows.clone().min(), rows.max()), span(columns.clone().min(), columns.max()));
        height.saturating_mul(width)
    }

    fn style(&self, spot: Spot) -> u32 {
        let found = self.styles.binary_search_by_key(&spot, |(spot, _)| *spot).ok();
        found.and_then(|at| self.styles.get(at)).map_or(0, |(_, style)| *style)
    }
}

/// A grid of values, which come in any order, and of formulas with the texts that are known.
pub(super) fn grid(
    values: impl Iterator<Item = Result<(Spot, Data), OpenError>>,
    texts: &HashMap<Spot, String>,
    decor: &Decor,
    limits: &Limits,
) -> Result<Sheet, OpenError> {
    let mut placed = vec![false; decor.formulas.len()];
    let mut builder = SheetBuilder::in_any_order(std::sync::Arc::new(Strings::default()));
    let text = |spot: Spot| texts.get(&spot).map_or("", |text| trusted(text));
    for value in values.chain(decor.errors.iter().map(|(spot, code)| Ok((*spot, error(code))))) {
        let (spot, data) = value?;
        if builder.len() >= limits.cells {
            return Err(over(limits.cells as u64));
        }
        let Some(value) = meaning(data) else { continue };
        builder.cell(place(spot)?, value.as_ref(), decor.style(spot)).map_err(refused)?;
        let at = decor.formulas.binary_search(&spot).ok();
        if let Some(done) = at.and_then(|at| placed.get_mut(at)) {
            *done = true;
            builder.formula(text(spot), FormulaKind::Plain).map_err(refused)?;
        }
    }
    for (spot, _) in decor.formulas.iter().zip(placed).filter(|(_, placed)| !placed) {
        builder.cell(place(*spot)?, ValueRef::Blank, decor.style(*spot)).map_err(refused)?;
        builder.formula(text(*spot), FormulaKind::Plain).map_err(refused)?;
    }
    for row in &decor.hidden_rows {
        builder.row(place((*row, 0))?.row(), true).map_err(refused)?;
    }
    for (first, last) in &decor.hidden_columns {
        let (first, last) = (place((0, *first))?, place((0, *last))?);
        builder.hide_columns(first.column(), last.column());
    }
    for (first, last) in &decor.merges {
        builder.merge(Range::new(place(*first)?, place(*last)?));
    }
    builder.sorted().map_err(refused)
}

/// Defined names. What one in another sheet stands for is not to be trusted, as in formulas.
pub(super) fn names(names: &[(String, String)]) -> Vec<DefinedName> {
    let named = |(name, text): &(String, String)| DefinedName {
        name: name.clone(),
        local: None,
        text: trusted(text).to_owned(),
        hidden: false,
    };
    names.iter().map(named).collect()
}

/// Only the text of a formula that calamine is known to give rightly: references to other sheets come with other
/// columns and sheets (seen with 0.38), what it does not know comes as prose. A formula without text is one whose
/// result alone is looked at.
fn trusted(text: &str) -> &str {
    let doubtful = text.contains('!') || text.starts_with("Unrecognised formula");
    if doubtful { "" } else { text.trim_start_matches('=') }
}

fn meaning(data: Data) -> Option<Value> {
    Some(match data {
        Data::Empty => return None,
        Data::Int(value) => Value::Number(value.to_string()),
        Data::Float(value) => number_or_error(value),
        Data::DateTime(value) => number_or_error(value.as_f64()),
        // Narrow text of Excel 5 in a wide code page comes with a zero behind every character.
        Data::String(text) => Value::Text(text.replace('\0', "")),
        Data::Bool(truth) => Value::Bool(truth),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Value::Date(text),
        Data::Error(error) => Value::Error(error.to_string()),
    })
}

fn number_or_error(value: f64) -> Value {
    number::double(value).map_or_else(|| Value::Error("#NUM!".to_owned()), Value::Number)
}

pub(super) fn error(code: &str) -> Data {
    use calamine::CellErrorType as Error;
    Data::Error(match code {
        "#DIV/0!" => Error::Div0,
        "#N/A" => Error::NA,
        "#NAME?" => Error::Name,
        "#NULL!" => Error::Null,
        "#NUM!" => Error::Num,
        "#REF!" => Error::Ref,
        _ => Error::Value,
    })
}

fn place((row, column): Spot) -> Result<CellRef, OpenError> {
    let column_number = u16::try_from(column.saturating_add(1)).ok();
    let at = column_number.and_then(|column| CellRef::new(row.saturating_add(1), column));
    at.ok_or_else(|| damaged(format!("row {row}, column {column} (from 0) is outside the grid")))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err calls")]
fn refused(error: BuildError) -> OpenError {
    damaged(error.to_string())
}

pub(super) fn damaged(what: String) -> OpenError {
    OpenError::Damaged { part: "workbook".to_owned(), what }
}

pub(super) fn over(limit: u64) -> OpenError {
    OpenError::OverLimit { part: "workbook".to_owned(), what: "stored cells", limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_formulas_and_decor_are_joined() {
        let values =
            [((1, 1), Data::Float(0.2202)), ((0, 0), Data::String("合计".to_owned())), ((2, 1), Data::Empty)];
        let texts = [((3, 0), "Sheet2!D7".to_owned()), ((1, 1), "H7/D7".to_owned())].into();
        let decor = Decor {
            styles: vec![((1, 1), 7), ((0, 0), 3)],
            formulas: vec![(3, 0), (1, 1), (4, 0)],
            errors: vec![((4, 0), "#DIV/0!")],
            hidden_rows: vec![1, 1, 9],
            hidden_columns: vec![(2, 3)],
            merges: vec![((0, 0), (0, 2))],
        };
        let decor = decor.sorted();
        assert_eq!(decor.area(), 4);
        let sheet = grid(values.into_iter().map(Ok), &texts, &decor, &Limits::default()).unwrap();
        let at = |text: &str| text.parse::<CellRef>().unwrap();
        let cell = sheet.cell(at("B2")).unwrap();
        assert_eq!((cell.value, cell.style), (ValueRef::Number("0.2202"), 7));
        assert_eq!(cell.formula.unwrap().text, "H7/D7");
        assert_eq!(
            sheet.formula(at("A4")).unwrap().text,
            "",
            "another sheet's columns are not to be trusted"
        );
        assert_eq!(sheet.value(at("A5")), ValueRef::Error("#DIV/0!"));
        assert_eq!(sheet.formula(at("A5")).unwrap().text, "", "a shared formula");
        assert_eq!(sheet.anchor(at("C1")), at("A1"));
        assert!(sheet.is_row_hidden(2) && sheet.is_row_hidden(10) && !sheet.is_row_hidden(1));
        assert!(sheet.is_column_hidden(4) && !sheet.is_column_hidden(5));
    }

    #[test]
    fn what_does_not_fit_the_grid_is_refused() {
        let twice = [((0, 0), Data::Bool(true)), ((0, 0), Data::Bool(false))];
        let outside = [((1_048_576, 0), Data::Bool(true))];
        for values in [twice.to_vec(), outside.to_vec()] {
            let found =
                grid(values.into_iter().map(Ok), &HashMap::new(), &Decor::default(), &Limits::default());
            assert!(matches!(found, Err(OpenError::Damaged { .. })));
        }
        let limits = Limits { cells: 1, ..Limits::default() };
        let values = [((0, 0), Data::Int(1)), ((0, 1), Data::Int(2))];
        let found = grid(values.into_iter().map(Ok), &HashMap::new(), &Decor::default(), &limits);
        assert!(matches!(found, Err(OpenError::OverLimit { .. })));
    }
}
