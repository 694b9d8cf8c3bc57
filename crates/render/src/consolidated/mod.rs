//! Many units' tables as one workbook: the units, charts, every project, the findings. Formulas go from the projects
//! up, each with the result that [`jixiao_selfeval::consolidate`] computes exactly.

mod charts;
mod detail;
mod findings;
mod page;
mod units;

use jixiao_selfeval::consolidate::Consolidation;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::words::Lang;

/// The most projects that a consolidation may have: the rows of a sheet, less its heading.
pub const MOST_PROJECTS: usize = 1_000_000;
/// Findings that are listed at most; what is beyond is counted.
const MOST_FINDINGS: usize = 1_000_000;

/// The workbook could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsolidatedError {
    /// There are more projects, or more inputs, than a sheet has rows.
    #[error("{0} rows; a sheet takes {MOST_PROJECTS}")]
    Rows(usize),
    /// The writer refused something.
    #[error("the workbook could not be written: {0}")]
    Writer(#[from] XlsxError),
}

/// The workbook's bytes; `created` are seconds since 1970.
///
/// # Errors
/// When a sheet has not enough rows.
pub fn consolidated(all: &Consolidation, created: i64, lang: Lang) -> Result<Vec<u8>, ConsolidatedError> {
    let rows = all.projects().max(all.units.len());
    if rows > MOST_PROJECTS {
        return Err(ConsolidatedError::Rows(rows));
    }
    let looks = page::Looks::new();
    let shape = detail::Shape::of(all, lang);
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_timestamp(created)?;
    book.set_properties(&DocProperties::new().set_title(title(all, lang)).set_creation_datetime(&created));
    units::write(book.add_worksheet(), all, &shape, &looks)?;
    charts::write(book.add_worksheet(), all, &shape, &looks)?;
    detail::write(book.add_worksheet(), all, &shape, &looks)?;
    findings::write(book.add_worksheet(), all, lang, &looks)?;
    Ok(book.save_to_buffer()?)
}

/// What stands in a hidden cell of the first sheet's heading, by which the workbook is told from a unit's.
const MARKER: &str = "jixiao.merge/1";

/// Whether a workbook is a consolidation that this program wrote.
pub fn is_consolidated(book: &jixiao_workbook::Workbook) -> bool {
    let Some(Ok(first)) = book.sheet_ids().next().map(|id| book.sheet(id)) else { return false };
    let mut cells = first.rows().take(units::HEADED).flat_map(jixiao_workbook::sheet::Row::cells);
    cells.any(|cell| cell.value == jixiao_workbook::ValueRef::Text(MARKER))
}

fn title(all: &Consolidation, lang: Lang) -> String {
    let years: Vec<String> = all.account().years.iter().map(u16::to_string).collect();
    match (years.is_empty(), lang) {
        (true, Lang::Zh) => "项目支出绩效自评汇总".to_owned(),
        (false, Lang::Zh) => format!("{}年度项目支出绩效自评汇总", years.join("、")),
        (true, Lang::En) => "Performance self-evaluation of units".to_owned(),
        (false, Lang::En) => format!("Performance self-evaluation of units, {}", years.join(", ")),
    }
}

#[cfg(test)]
mod tests;
