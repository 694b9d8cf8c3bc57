//! Every project, with what it declares: the rows from which all else is computed.

use jixiao_selfeval::consolidate::{Consolidation, Line, RATE_DECIMALS, Taken};
use jixiao_selfeval::profile::Grade;
use jixiao_workbook::number::digits;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::page::{self, Looks, Outcome};
use crate::words::{Lang, one_line};

/// The heading's row, from 0.
const HEAD: u32 = 2;
const FIRST: u32 = HEAD + 1;
/// Columns before the fund columns, from 0.
pub(super) const ID: u16 = 0;
const UNIT: u16 = 1;
const NAME: u16 = 2;
const SUPERVISOR: u16 = 3;
const FUNDS: u16 = 4;
const UNIT_WIDTH: u16 = 18;
const NAME_WIDTH: u16 = 28;
const REMARK_WIDTH: u16 = 20;
const SOURCE_WIDTH: u16 = 20;

/// Where the columns of the projects stand, and what they are called.
pub(super) struct Shape {
    pub(super) lang: Lang,
    pub(super) sheet: &'static str,
    /// First and last row of projects, from 0.
    rows: (u32, u32),
    funds: Vec<String>,
}

/// A column that other sheets look at.
#[derive(Clone, Copy)]
pub(super) enum Column {
    /// The number of the unit.
    Id,
    Budget,
    Executed,
    Rate,
    Score,
    Grade,
    /// What is lacking.
    Gap,
}

/// What a project lacks, as it is called.
pub(super) struct Lacks {
    pub(super) budget: &'static str,
    pub(super) executed: &'static str,
    pub(super) score: &'static str,
}

impl Shape {
    pub(super) fn of(all: &Consolidation, lang: Lang) -> Self {
        let mut funds: Vec<String> = all.funds.iter().map(|fund| fund.label.clone()).collect();
        if all.more_funds {
            funds.push(lang.of("其余资金", "further funds").to_owned());
        }
        let count = u32::try_from(all.projects()).unwrap_or(u32::MAX);
        Self {
            lang, sheet: lang.of("项目明细", "Projects"), rows: (FIRST, FIRST + count.max(1) - 1), funds
        }
    }

    fn number(&self, column: Column) -> u16 {
        let funds = u16::try_from(self.funds.len()).unwrap_or(0);
        let behind = match column {
            Column::Id => return ID,
            Column::Budget => 0,
            Column::Executed => 1,
            Column::Rate => 2,
            Column::Score => 3,
            Column::Grade => 4,
            Column::Gap => 5,
        };
        FUNDS + funds + behind
    }

    fn remark(&self) -> u16 {
        self.number(Column::Gap) + 1
    }

    fn source(&self) -> u16 {
        self.remark() + 1
    }

    fn columns(&self) -> u16 {
        self.source() + 1
    }

    /// A column's range for formulas of other sheets.
    pub(super) fn range(&self, column: Column) -> String {
        page::range(self.sheet, self.number(column), self.rows)
    }

    /// What is written where something is lacking.
    pub(super) fn lacks(&self) -> Lacks {
        Lacks {
            budget: self.lang.of("预算数", "budget"),
            executed: self.lang.of("执行数", "executed"),
            score: self.lang.of("得分", "score"),
        }
    }

    fn heads(&self) -> Vec<(&str, u16)> {
        let of = |zh, en| self.lang.of(zh, en);
        let mut heads = vec![
            (of("单位编号", "unit no."), 6),
            (of("单位", "unit"), UNIT_WIDTH),
            (of("项目名称", "project"), NAME_WIDTH),
            (of("主管部门", "supervisor"), 14),
        ];
        heads.extend(self.funds.iter().map(|label| (label.as_str(), 12)));
        heads.extend([
            (of("全年预算数", "budget"), 12),
            (of("全年执行数", "executed"), 12),
            (of("执行率", "rate"), 9),
            (of("自评得分", "score"), 8),
            (of("等级", "grade"), 7),
            (of("缺少", "lacking"), 10),
            (of("备注", "remark"), REMARK_WIDTH),
            (of("来源", "source"), SOURCE_WIDTH),
        ]);
        heads
    }
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    all: &Consolidation,
    shape: &Shape,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let columns = shape.columns();
    sheet.set_name(shape.sheet)?;
    let aside = shape.lang.of("金额单位：万元", "amounts in 万元");
    page::above(sheet, shape.lang.of("项目明细", "Projects"), (columns, aside), looks)?;
    page::heads(sheet, HEAD, &shape.heads(), looks)?;
    let units = all.taken().flat_map(|(place, unit, taken)| {
        taken.lines.iter().map(move |line| (place, (&*unit.name, &*unit.file), taken, line))
    });
    for (row, (place, (name, path), taken, line)) in (FIRST..).zip(units) {
        page::count(sheet, (row, ID), place + 1, &looks.count)?;
        page::text(sheet, (row, UNIT), name, &looks.text)?;
        page::text(sheet, (row, NAME), &line.name, &looks.text)?;
        page::text(sheet, (row, SUPERVISOR), &line.supervisor, &looks.text)?;
        for (column, part) in (FUNDS..).zip(all.parts(taken, line)) {
            page::entry(sheet, (row, column), &part, &looks.amount)?;
        }
        let at = |column| (row, shape.number(column));
        page::entry(sheet, at(Column::Budget), &line.budget, &looks.amount)?;
        page::entry(sheet, at(Column::Executed), &line.executed, &looks.amount)?;
        page::entry(sheet, at(Column::Score), &line.score, &looks.score)?;
        computed(sheet, row, shape, (taken, line), looks)?;
        page::text(sheet, (row, shape.remark()), &line.remark, &looks.text)?;
        let source = format!("{path} {}!{}", taken.sheet, line.row);
        page::text(sheet, (row, shape.source()), &source, &looks.text)?;
        let texts = [(name, UNIT_WIDTH), (&line.name, NAME_WIDTH), (&line.remark, REMARK_WIDTH)];
        page::fit(sheet, row, &[&texts[..], &[(&source, SOURCE_WIDTH)]].concat())?;
    }
    let last = shape.rows.1;
    sheet.autofilter(HEAD, 0, last, columns - 1)?;
    sheet.set_freeze_panes(FIRST, NAME + 1)?;
    page::printed(sheet, HEAD, (last, columns), shape.lang.of("&C第 &P 页 共 &N 页", "&C&P / &N"))
}

/// The cells of a project that are computed: rate, grade, and what is lacking.
fn computed(
    sheet: &mut Worksheet,
    row: u32,
    shape: &Shape,
    (taken, line): (&Taken, &Line),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let at = |column| (row, shape.number(column));
    let cell = |column| row_col_to_cell(row, shape.number(column));
    let (budget, executed, score) = (cell(Column::Budget), cell(Column::Executed), cell(Column::Score));
    let rate =
        format!("=IF(OR(N({budget})=0,COUNT({executed})=0),\"\",ROUND({executed}/{budget},{RATE_DECIMALS}))");
    page::formula(sheet, at(Column::Rate), rate, Outcome::Number(line.rate()), &looks.rate)?;
    if taken.grades.is_empty() {
        page::blanks(sheet, row, [shape.number(Column::Grade)], &looks.centre)?;
    } else {
        let grade = line.score.number().and_then(|score| taken.grade(score)).unwrap_or_default();
        let formula = format!("={}", graded(&score, &taken.grades));
        page::formula(sheet, at(Column::Grade), formula, Outcome::Text(grade.to_owned()), &looks.centre)?;
    }
    let (gaps, lacks) = (line.gaps(), shape.lacks());
    let lacking = [(gaps.budget, lacks.budget), (gaps.executed, lacks.executed), (gaps.score, lacks.score)];
    let lacking: Vec<&str> = lacking.into_iter().filter(|(lacks, _)| *lacks).map(|(_, name)| name).collect();
    let formula = format!(
        "=TRIM(IF(COUNT({budget})=0,\"{} \",\"\")&IF(AND(COUNT({executed})=0,OR(COUNT({budget})=0,N({budget})<>0)),\
         \"{} \",\"\")&IF(COUNT({score})=0,\"{}\",\"\"))",
        lacks.budget, lacks.executed, lacks.score
    );
    page::formula(sheet, at(Column::Gap), formula, Outcome::Text(lacking.join(" ")), &looks.centre)
}

/// The grade of the score in a cell, as an expression.
pub(super) fn graded(score: &str, grades: &[Grade]) -> String {
    let mut expression = "\"\"".to_owned();
    for grade in grades.iter().rev() {
        let name = page::quoted(&one_line(grade.names.first().map_or("", String::as_str)));
        expression = format!("IF({score}>={},{name},{expression})", digits(grade.from));
    }
    format!("IF(COUNT({score})=0,\"\",{expression})")
}
