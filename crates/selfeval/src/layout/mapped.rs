//! What a mapping tells of a table that was located: units of columns, rows of projects, the total row.

use jixiao_workbook::{CellRef, Sheet};

use super::label::label;
use super::{Column, Columns, Located, Rows, Stated};
use crate::mapping::Mapping;

/// Puts what a mapping tells in the place of what was found.
pub(super) fn apply(mapping: &Mapping, sheet: &Sheet, located: &mut Located) {
    if let Some(money) = mapping.unit {
        located.money = Some(Stated { value: money, cell: None, paragraph: None, text: String::new() });
    }
    let units: Vec<_> =
        mapping.columns.iter().map(|(text, column)| (label(text).noun, column.unit)).collect();
    each(&mut located.columns, |column| {
        let own = units.iter().find(|(noun, _)| column.label.ends_with(noun.as_str()));
        let unit = own.and_then(|(_, unit)| *unit);
        column.money = unit.or(column.money.filter(|_| mapping.unit.is_none()));
    });
    if let Some((first, last)) = mapping.projects {
        let filled = |row: &jixiao_workbook::sheet::Row<'_>| row.cells().any(|cell| !cell.value.is_blank());
        let rows = sheet.rows_from(first).take_while(|row| row.number <= last);
        located.projects = rows.filter(filled).map(|row| row.number).collect();
        // Rows beyond the sheet's last one hold nothing.
        let last =
            last.min(located.projects.last().copied().unwrap_or(first).max(located.range.last().row()));
        located.spare = (first..=last).filter(|row| located.projects.binary_search(row).is_err()).collect();
        located.runs = vec![Rows { first, last }];
        located.groups.retain(|group| !(first..=last).contains(&group.row));
    }
    if let Some(row) = mapping.total {
        let label = CellRef::new(row, located.range.first().column());
        located.total = label.map(|label| (row, label));
        located.projects.retain(|project| *project != row);
    }
}

/// Every column of known meaning.
fn each(columns: &mut Columns, mut change: impl FnMut(&mut Column)) {
    let single = [&mut columns.initial_budget, &mut columns.budget, &mut columns.executed];
    single.into_iter().flatten().for_each(&mut change);
    columns.funds.iter_mut().for_each(|fund| change(&mut fund.column));
}
