//! Columns of a table that hold something, but whose labels are not known: a conversion leaves them behind and says so.

use std::collections::BTreeMap;

use jixiao_workbook::sheet::Row;
use jixiao_workbook::{CellRef, Sheet, ValueRef, Workbook};

use super::Located;
use crate::value::is_no_value;

/// A column that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// Its lowest label; empty where it has none.
    pub label: String,
    /// Its first cell in the header.
    pub cell: CellRef,
    /// How many projects hold something there.
    pub projects: usize,
}

/// The columns of a table that are not read though projects hold something there, from left to right.
pub fn unread(workbook: &Workbook, located: &Located) -> Vec<Unread> {
    let Ok(sheet) = workbook.sheet(located.sheet) else { return Vec::new() };
    let unit = located.columns.unit.as_ref().map(|column| column.number);
    let known: Vec<u16> =
        located.columns.numbers().into_iter().filter(|number| Some(*number) != unit).collect();
    let own = located.unit.as_ref().map(|stated| stated.value.as_str());
    let mut filled: BTreeMap<u16, usize> = BTreeMap::new();
    let (first, last) = (located.range.first().column(), located.range.last().column());
    for cell in located.projects.iter().filter_map(|row| sheet.row(*row)).flat_map(Row::cells) {
        let column = cell.at.column();
        let text = cell.value.as_text();
        let says = !cell.value.is_blank() && !is_no_value(text) && Some(text) != own;
        if says && (first..=last).contains(&column) && known.binary_search(&column).is_err() {
            let count = filled.entry(column).or_default();
            *count = count.saturating_add(1);
        }
    }
    let one = |(column, projects)| {
        let cell = CellRef::new(located.header.first, column)?;
        Some(Unread { label: label(sheet, located, column), cell, projects })
    };
    filled.into_iter().filter_map(one).collect()
}

/// The lowest label of a column.
fn label(sheet: &Sheet, located: &Located, column: u16) -> String {
    let rows = (located.header.first..=located.header.last).rev();
    let texts = rows.filter_map(|row| Some(sheet.value(sheet.anchor(CellRef::new(row, column)?))));
    let label = texts.map(ValueRef::as_text).find(|text| !text.trim().is_empty());
    label.unwrap_or_default().split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::locate;
    use crate::profile::Profile;
    use crate::sketch::workbook;

    #[test]
    fn a_column_without_a_meaning_is_named_with_its_projects() {
        let table = workbook(
            "|2023年度某镇项目支出绩效自评结果汇总表\n\
             |序号|项目名称|预算数|执行数|自评得分|联系电话|空列|经办人\n\
             |1|防汛|10|9|90|138||张三\n\
             |2|保洁|10|9|90|—||李四\n",
        );
        let located = locate(&table, &Profile::national(), None).unwrap();
        let found: Vec<(String, usize)> =
            unread(&table, &located).into_iter().map(|one| (one.label, one.projects)).collect();
        assert_eq!(found, [("联系电话".to_owned(), 1), ("经办人".to_owned(), 2)]);
    }
}
