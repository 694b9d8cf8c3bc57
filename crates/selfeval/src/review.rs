//! All of it in one call: locate the table, read it, check it, and sum the result up.

use std::borrow::Cow;

use indexmap::IndexMap;
use jixiao_workbook::workbook::Visibility;
use jixiao_workbook::{CellRef, FileKind, SheetId, Value, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::computed::{Totals, totals};
use crate::finding::{Finding, Severity, Words};
use crate::given::{Engine, Given, Prior};
use crate::layout::{Choice, Located, locate};
use crate::profile::{Profile, Weights};
use crate::rules::{self, Context, Findings, Found};
use crate::summary::Summary;
use crate::workers::{Alone, Workers};

/// What the caller asks for.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options<'a> {
    /// What the weighted score is weighted by; the profile's, else budget.
    pub weights: Option<Weights>,
    /// Which of several tables is meant.
    pub choice: Choice<'a>,
    /// What is given beside the workbook.
    pub given: Given<'a>,
}

/// Whether the form can be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// 可以报送
    Pass,
    /// 请核实后报送
    Warnings,
    /// 改后再报
    Fail,
    /// 未能核对
    Unchecked,
}

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Infos.
    pub info: usize,
}

/// A table that was read and checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Table {
    /// Its place.
    pub located: Located,
    /// Its content.
    pub summary: Summary,
    /// What follows from its projects.
    pub totals: Totals,
    /// The basis of the weighted score.
    pub weights: Weights,
    /// What of it is hidden. It was read like the rest.
    pub hidden: Hidden,
}

impl Table {
    /// What the rules look at.
    fn context<'a>(&'a self, beside: Beside<'a>) -> Context<'a> {
        let Beside { workbook, profile, given } = beside;
        Context {
            workbook,
            located: &self.located,
            summary: &self.summary,
            totals: &self.totals,
            profile,
            weights: self.weights,
            given,
        }
    }
}

/// What a table is looked at with.
#[derive(Clone, Copy, Debug)]
struct Beside<'a> {
    workbook: &'a Workbook,
    profile: &'a Profile,
    given: Given<'a>,
}

/// What of a table's data a person who opens the file does not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Whether its sheet is hidden.
    pub sheet: bool,
    /// Rows of projects and the total row, from 1, in order.
    pub rows: Vec<u32>,
    /// Columns of known meaning, from 1, in order.
    pub columns: Vec<u16>,
}

impl Hidden {
    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        !self.sheet && self.rows.is_empty() && self.columns.is_empty()
    }

    fn of(workbook: &Workbook, located: &Located, summary: &Summary) -> Self {
        let sheet =
            workbook.entry(located.sheet).is_some_and(|entry| entry.visibility != Visibility::Visible);
        let Ok(grid) = workbook.sheet(located.sheet) else {
            return Self { sheet, ..Self::default() };
        };
        let projects = summary.projects.iter().filter(|project| project.hidden).map(|project| project.row);
        let total = located.total.iter().map(|(row, _)| *row).filter(|row| grid.is_row_hidden(*row));
        let mut rows: Vec<u32> = projects.chain(total).collect();
        rows.sort_unstable();
        let numbers = located.columns.numbers().into_iter();
        Self { sheet, rows, columns: numbers.filter(|column| grid.is_column_hidden(*column)).collect() }
    }
}

/// Something that was not checked, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// What.
    pub what: Words,
    /// Why.
    pub why: Words,
}

/// The result of checking one workbook.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Review<'a> {
    beside: Beside<'a>,
    /// The table; none where none was found (then `findings` holds S001).
    pub table: Option<Table>,
    /// The findings, sorted by place and code; [`Review::found`] gives each.
    pub findings: Findings,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
}

impl Review<'_> {
    /// How many projects the table holds; 0 without a table.
    pub fn projects(&self) -> usize {
        self.table.as_ref().map_or(0, |table| table.summary.projects.len())
    }

    /// How many findings of each severity there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for severity in self.findings.severities() {
            match severity {
                Severity::Error => counts.error += 1,
                Severity::Warning => counts.warning += 1,
                Severity::Info => counts.info += 1,
            }
        }
        counts
    }

    /// The findings one by one, sorted by place and code.
    pub fn found(&self) -> impl Iterator<Item = Found<'_>> {
        self.findings.each(self.context())
    }

    /// The finding at a position among [`Review::found`], from 0: for who has to remember many.
    pub fn found_at(&self, position: usize) -> Option<Found<'_>> {
        self.findings.get(position, self.context())
    }

    /// The workbook that was checked.
    pub fn workbook(&self) -> &Workbook {
        self.beside.workbook
    }

    /// The profile it was judged by.
    pub fn profile(&self) -> &Profile {
        self.beside.profile
    }

    fn context(&self) -> Option<Context<'_>> {
        self.table.as_ref().map(|table| table.context(self.beside))
    }

    /// The findings one by one, each worded.
    pub fn worded(&self) -> impl Iterator<Item = Cow<'_, Finding>> {
        self.found().filter_map(|found| found.finding())
    }

    /// Whether the form can be handed in. A table without a project has nothing that could be right.
    pub fn verdict(&self) -> Verdict {
        let empty = self.table.as_ref().is_some_and(|table| table.summary.projects.is_empty());
        match self.findings.severities().max() {
            Some(Severity::Error) => Verdict::Fail,
            _ if empty => Verdict::Unchecked,
            Some(Severity::Warning) => Verdict::Warnings,
            _ => Verdict::Pass,
        }
    }
}

/// Locates, reads and checks the table of a workbook.
pub fn review<'a>(workbook: &'a Workbook, profile: &'a Profile, options: Options<'a>) -> Review<'a> {
    review_by(workbook, profile, options, &Alone)
}

/// [`review`], shared out among workers. The result is the same.
pub fn review_by<'a>(
    workbook: &'a Workbook,
    profile: &'a Profile,
    options: Options<'a>,
    workers: &impl Workers,
) -> Review<'a> {
    let beside = Beside { workbook, profile, given: options.given };
    match locate(workbook, profile, options.choice) {
        Err(missing) => {
            let findings = vec![rules::no_table(&missing)].into();
            Review { beside, table: None, findings, not_checked: Vec::new() }
        }
        Ok(located) => {
            let weights = options.weights.or(profile.weights).unwrap_or_default();
            review_table(beside, weights, located, workers)
        }
    }
}

fn review_table<'a>(
    beside: Beside<'a>,
    weights: Weights,
    located: Located,
    workers: &impl Workers,
) -> Review<'a> {
    let Beside { workbook, profile, given } = beside;
    let summary = Summary::read_by(workbook, &located, profile, workers);
    let totals = totals(&summary);
    let hidden = Hidden::of(workbook, &located, &summary);
    let mut not_checked = not_checked(&located, &summary);
    not_checked.extend(nested_not_read(workbook, &located));
    not_checked.extend(formulas_not_read(workbook, located.sheet));
    not_checked.extend(given.prior.and_then(|prior| prior_not_used(prior, &summary)));
    let table = Table { located, summary, totals, weights, hidden };
    let met = given.meeting.map_or_else(Vec::new, |meeting| meeting.meet(&table.located, &table.summary));
    let given = Given { met: &met, ..given };
    let open = rules::not_computed(&table.context(Beside { given, ..beside }));
    let results =
        given.engine.map_or_else(Vec::new, |engine| lent(engine, workbook, table.located.sheet, &open));
    not_checked.extend(formulas_not_computed(&open, &results));
    let given = Given { results: &results, ..given };
    let context = table.context(Beside { given, ..beside });
    let findings = rules::survey_by(&context, workers);
    Review { beside, table: Some(table), findings, not_checked }
}

/// A summary that was given as last year's and is not.
fn prior_not_used(prior: &Prior, summary: &Summary) -> Option<NotChecked> {
    let why = prior.unfit(summary)?;
    Some(NotChecked { what: Words::new("与上年表的衔接", "the carry-over from last year"), why })
}

/// Tables that were not taken, and a table without projects.
fn not_checked(located: &Located, summary: &Summary) -> Vec<NotChecked> {
    let others = located.others.iter().map(|(sheet, range)| NotChecked {
        what: Words::new(
            format!("{sheet} {range} 的另一张汇总表"),
            format!("the other table in {sheet} {range}"),
        ),
        why: Words::new(
            "一次只核对一张表，可用 --sheet 或 --table 指定",
            "one table is checked at a time; --sheet or --table chooses it",
        ),
    });
    let empty = summary.projects.is_empty().then(|| NotChecked {
        what: Words::new("各项目的数字", "the projects' figures"),
        why: Words::new("表里还没有填写项目", "the table holds no project yet"),
    });
    empty.into_iter().chain(others).collect()
}

/// Tables inside cells of the table that was taken: their figures are not its own.
fn nested_not_read(workbook: &Workbook, located: &Located) -> Vec<NotChecked> {
    let nested = workbook.document().map(|document| document.nested.as_slice()).unwrap_or_default();
    let own = nested.iter().filter(|nested| nested.within == located.sheet.0);
    let named = own.filter_map(|nested| Some((nested.cell, &workbook.entry(SheetId(nested.table))?.name)));
    let told = named.map(|(cell, name)| NotChecked {
        what: Words::new(format!("{cell} 里嵌套的表格 {name}"), format!("the table {name} inside {cell}")),
        why: Words::new("它不是这张表的一部分", "it is no part of this table"),
    });
    told.collect()
}

/// What rules on formulas cannot look at, because the file does not hold it or its reader does not give it.
fn formulas_not_read(workbook: &Workbook, sheet: SheetId) -> Option<NotChecked> {
    let why = match workbook.kind() {
        FileKind::Text => {
            Words::new(".csv、.tsv 文件只存数值，不存公式", "a .csv or .tsv file holds values, no formulas")
        }
        FileKind::Docx | FileKind::Flat => {
            Words::new("文档里的表格只有数值，没有公式", "the tables of a document hold values, no formulas")
        }
        _ => Words::default(),
    };
    if !workbook.kind().has_formulas() {
        return Some(NotChecked { what: Words::new("公式", "formulas"), why });
    }
    if !matches!(workbook.kind(), FileKind::Xls | FileKind::Xlsb) {
        return None;
    }
    let formulas = workbook.sheet(sheet).ok()?.formula_cells().filter_map(|cell| cell.formula);
    let count = formulas.filter(|formula| formula.text.is_empty()).count();
    let ending = workbook.kind().ending();
    (count > 0).then(|| NotChecked {
        what: Words::new(format!("{count} 格公式的写法"), format!("how {count} formulas are written")),
        why: Words::new(
            format!("{ending} 文件的公式有的读不出写法（跨表引用、向下填充的），只核对了结果"),
            format!(
                "of some formulas in {ending} files (to other sheets, filled down) only the result is read"
            ),
        ),
    })
}

/// Cells of formulas that are named one by one.
const NAMED: usize = 12;

/// What a lent engine gives for formulas that are not computed here.
fn lent(
    engine: &dyn Engine,
    workbook: &Workbook,
    sheet: SheetId,
    open: &[(CellRef, String)],
) -> Vec<(CellRef, Value)> {
    let Ok(grid) = workbook.sheet(sheet) else { return Vec::new() };
    let is_asked = |cell: &CellRef| grid.formula(*cell).is_some_and(|formula| rules::is_steady(&formula));
    let cells: Vec<CellRef> = open.iter().map(|(cell, _)| *cell).filter(is_asked).collect();
    if cells.is_empty() {
        return Vec::new();
    }
    let results = engine.results(workbook, sheet, &cells);
    cells.into_iter().zip(results).filter_map(|(cell, result)| Some((cell, result?))).collect()
}

/// Formulas whose results cannot be compared with what they give, by the reason.
fn formulas_not_computed(open: &[(CellRef, String)], results: &[(CellRef, Value)]) -> Vec<NotChecked> {
    let mut reasons: IndexMap<&str, Vec<CellRef>> = IndexMap::new();
    for (cell, reason) in open {
        if results.binary_search_by_key(cell, |(known, _)| *known).is_err() {
            reasons.entry(reason).or_default().push(*cell);
        }
    }
    reasons.iter().map(|(reason, cells)| not_computed(reason, cells)).collect()
}

fn not_computed(reason: &str, cells: &[CellRef]) -> NotChecked {
    let count = cells.len();
    let more = if count > NAMED { "…" } else { "" };
    let list = rules::listed(cells.get(..NAMED).unwrap_or(cells)) + more;
    let function = reason.strip_prefix("the function ").and_then(|rest| rest.split_whitespace().next());
    let zh = match (function, reason) {
        (Some(function), _) => format!("这里不会算函数 {function}"),
        (None, "a reference to another workbook") => "引用了别的文件".to_owned(),
        (None, "an array formula") => "数组公式这里不算".to_owned(),
        _ => "这样的公式这里算不出来".to_owned(),
    };
    NotChecked {
        what: Words::new(
            format!("{count} 格公式的结果（{list}）"),
            format!("the results of {count} formulas ({list})"),
        ),
        why: Words::new(zh, format!("not computed here: {reason}")),
    }
}

/// The stated figure next to the computed one, for reports.
pub fn stated_total(
    summary: &Summary,
    pick: fn(&crate::summary::Total) -> Option<&crate::summary::Reading>,
) -> Option<Decimal> {
    summary.total.as_ref().and_then(pick).and_then(crate::summary::Reading::value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{official, workbook};

    #[test]
    fn formulas_that_cannot_be_computed_are_not_checked() {
        let text = official(&[
            "1|防汛|农业局|=XLOOKUP(1,A1:A9,B1:B9) -> 10|10|0|0|5|50.00%|90|雨季推迟",
            "|合计||10|10|0|0|5|50.00%|90|",
        ]);
        let (workbook, profile) = (workbook(&text), Profile::national());
        let review = review(&workbook, &profile, Options::default());
        let (what, why) = (&review.not_checked[0].what.zh, &review.not_checked[0].why.zh);
        assert_eq!((&**what, &**why), ("1 格公式的结果（D6）", "这里不会算函数 XLOOKUP"));
        assert!(review.found().all(|found| found.code() != "F001"));
    }

    #[test]
    fn hidden_rows_are_read_and_named() {
        let text = official(&[
            "1|防汛|农业局|10|10|0|0|5|50.00%|90|雨季推迟",
            "~2|抗旱|农业局|10|10|0|0|10|100.00%|90|",
            "|合计||20|20|0|0|15|75.00%|90|",
        ]);
        let (workbook, profile) = (workbook(&text), Profile::national());
        let review = review(&workbook, &profile, Options::default());
        let table = review.table.unwrap();
        assert_eq!(table.summary.projects.len(), 2);
        assert_eq!(table.hidden, Hidden { rows: vec![7], ..Hidden::default() });
    }
}
