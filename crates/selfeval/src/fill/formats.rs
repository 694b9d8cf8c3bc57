//! Number formats: how a written value will show, and which format a cell needs where its own would hide it.

use jixiao_workbook::{CellRef, NumberFormat, Sheet, Workbook};

use super::ground::{Ground, Target};
use crate::computed::{DECIMALS, Expression, Look};
use crate::layout::{Column, Located};
use crate::summary::RateScale;

impl Ground<'_> {
    /// How a cell will show its numbers, with the format it is given if any.
    pub(super) fn look(&self, cell: CellRef, format: Option<&str>) -> Look {
        match format {
            Some(code) => Look::of(&NumberFormat { code: code.to_owned() }),
            None => Look::of(self.workbook.format_at(self.sheet, cell)),
        }
    }

    /// The number format a computed cell needs, where its own would not show the value.
    pub(super) fn new_format(&self, cell: CellRef, target: &Target<'_>) -> Option<String> {
        let own = self.workbook.format_at(self.sheet, cell);
        let fraction = matches!(target.expression, Expression::Rate { percent: None, .. });
        let unfit = own.is_text() || own.is_date() || (fraction && own.is_general());
        let usual = if fraction { "0.00%" } else { "0.00" };
        unfit.then(|| self.column_format(cell.column()).unwrap_or_else(|| usual.to_owned()))
    }

    pub(super) fn column_format(&self, column: u16) -> Option<String> {
        let known = self.formats.iter().find(|(number, _)| *number == column);
        known.map(|(_, code)| code.clone())
    }

    /// The format a cell has or will be given.
    fn format(&self, cell: CellRef) -> Option<NumberFormat> {
        let own = self.workbook.format_at(self.sheet, cell);
        if !own.is_text() && !own.is_date() {
            return Some(own.clone());
        }
        self.column_format(cell.column()).map(|code| NumberFormat { code })
    }

    /// Decimals to round to where the rate's cell holds a number of percent; none for a fraction.
    pub(super) fn percent(&self, cell: CellRef) -> Option<u32> {
        let labelled = self.located.columns.rate.as_ref().is_some_and(|column| column.percent);
        if !labelled && self.summary.rate_scale != RateScale::Percent {
            return None;
        }
        let format = self.format(cell);
        let fraction = format.as_ref().is_some_and(NumberFormat::is_percent);
        (!fraction).then(|| decimals(format.as_ref()))
    }

    /// Decimals to round the weighted score to: two, or more where its cell shows more.
    pub(super) fn score_decimals(&self, cell: CellRef) -> u32 {
        decimals(self.format(cell).as_ref())
    }
}

/// Decimals to round to: two, or more where the format shows more.
fn decimals(format: Option<&NumberFormat>) -> u32 {
    format.and_then(NumberFormat::decimals).map_or(DECIMALS, |decimals| u32::from(decimals).max(DECIMALS))
}

/// The number format of each computed column: that of its first cells which have one.
pub(super) fn column_formats(workbook: &Workbook, sheet: &Sheet, located: &Located) -> Vec<(u16, String)> {
    const LOOKED_AT: usize = 100;
    let columns = &located.columns;
    let single =
        [&columns.sequence, &columns.initial_budget, &columns.budget, &columns.executed, &columns.rate];
    let single = single.into_iter().chain([&columns.score]).flatten();
    let all = single.chain(columns.funds.iter().map(|fund| &fund.column));
    let rows = located.projects.iter().take(LOOKED_AT).chain(located.total.as_ref().map(|(row, _)| row));
    let rows: Vec<u32> = rows.copied().collect();
    let usable = |format: &&NumberFormat| !format.is_general() && !format.is_text() && !format.is_date();
    let format = |column: &Column| {
        let cells = rows.iter().filter_map(|row| CellRef::new(*row, column.number));
        let code = cells.map(|cell| workbook.format_at(sheet, cell)).find(usable)?.code.clone();
        Some((column.number, code))
    };
    all.filter_map(format).collect()
}
