//! The units: budget, spending, rate, score, grade, rank, verdict; the total; the sentence for the accounts.

use jixiao_selfeval::consolidate::{Consolidation, Part, Piece, State, Taken, Unit};
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::review::Verdict;
use jixiao_selfeval::value::round;
use rust_decimal::Decimal;
use rust_xlsxwriter::utility::{cell_range_absolute, row_col_to_cell, row_col_to_cell_absolute};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::detail::{Column, Shape, graded};
use super::page::{self, Looks, Outcome};
use crate::words::{self, Lang};

/// The heading's row, from 0.
const HEAD: u32 = 3;
const FIRST: u32 = HEAD + 1;
/// Rows up to and with the heading.
pub(super) const HEADED: usize = 4;

const ID: u16 = 0;
pub(super) const NAME: u16 = 1;
const YEAR: u16 = 2;
const PROJECTS: u16 = 3;
const BUDGET: u16 = 4;
const EXECUTED: u16 = 5;
const RATE: u16 = 6;
pub(super) const SCORE: u16 = 7;
const GRADE: u16 = 8;
pub(super) const RANK: u16 = 9;
const VERDICT: u16 = 10;
const ERRORS: u16 = 11;
const WARNINGS: u16 = 12;
const NOTES: u16 = 13;
const FILE: u16 = 14;
const COLUMNS: u16 = 15;
const NAME_WIDTH: u16 = 22;
const NOTES_WIDTH: u16 = 34;
const FILE_WIDTH: u16 = 20;
/// The order of the units by rank, each place once, for the chart; hidden.
pub(super) const ORDER: u16 = 15;
/// 1 beside the first file of each unit; hidden.
const UNIT: u16 = 16;

/// What the sheet is called.
pub(super) fn name(lang: Lang) -> &'static str {
    lang.of("单位汇总", "Units")
}

/// First and last row of units, from 0.
pub(super) fn rows(all: &Consolidation) -> (u32, u32) {
    let count = u32::try_from(all.units.len()).unwrap_or(u32::MAX);
    (FIRST, FIRST + count.max(1) - 1)
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    all: &Consolidation,
    shape: &Shape,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let lang = shape.lang;
    sheet.set_name(name(lang))?;
    sheet.merge_range(0, 0, 0, COLUMNS - 1, &super::title(all, lang), &looks.title)?;
    sheet.set_row_height(0, 30)?;
    page::text(sheet, (2, COLUMNS - 1), lang.of("金额单位：万元", "amounts in 万元"), &looks.aside)?;
    page::heads(sheet, HEAD, &heads(lang), looks)?;
    let rows = rows(all);
    for (row, _) in (FIRST..).zip(&all.firsts).filter(|(_, first)| **first) {
        page::count(sheet, (row, UNIT), 1, &looks.count)?;
    }
    for ((row, unit), (place, rank)) in (FIRST..).zip(&all.units).zip((1..).zip(&all.ranks)) {
        stated(sheet, row, (place, unit), lang, looks)?;
        match unit.taken() {
            Some(taken) => {
                summed(sheet, row, taken, shape, looks)?;
                ranked(sheet, row, (rows, *rank, order(all, place - 1)), looks)?;
            }
            None => page::blanks(sheet, row, PROJECTS..=RANK, &looks.centre)?,
        }
    }
    total(sheet, all, (rows, shape), looks)?;
    sentence(sheet, all, (rows, shape), looks)?;
    page::text(sheet, (HEAD, ORDER), super::MARKER, &looks.head)?;
    sheet.set_column_hidden(ORDER)?;
    sheet.set_column_hidden(UNIT)?;
    sheet.autofilter(HEAD, 0, rows.1, COLUMNS - 1)?;
    sheet.set_freeze_panes(FIRST, NAME + 1)?;
    page::printed(sheet, HEAD, (rows.1 + 2, COLUMNS), lang.of("&C第 &P 页 共 &N 页", "&C&P / &N"))
}

fn heads(lang: Lang) -> [(&'static str, u16); COLUMNS as usize] {
    [
        (lang.of("编号", "no."), 5),
        (lang.of("单位", "unit"), NAME_WIDTH),
        (lang.of("年度", "year"), 6),
        (lang.of("项目数", "projects"), 7),
        (lang.of("全年预算数", "budget"), 13),
        (lang.of("全年执行数", "executed"), 13),
        (lang.of("执行率", "rate"), 9),
        (lang.of("加权得分", "weighted score"), 9),
        (lang.of("等级", "grade"), 7),
        (lang.of("名次", "rank"), 7),
        (lang.of("核对结论", "verdict"), 14),
        (lang.of("必须修改", "to correct"), 7),
        (lang.of("请核实", "to check"), 7),
        (lang.of("说明", "notes"), NOTES_WIDTH),
        (lang.of("文件", "file"), FILE_WIDTH),
    ]
}

/// What is known of a unit without its figures.
fn stated(
    sheet: &mut Worksheet,
    row: u32,
    (place, unit): (usize, &Unit),
    lang: Lang,
    looks: &Looks,
) -> Result<(), XlsxError> {
    page::count(sheet, (row, ID), place, &looks.count)?;
    page::text(sheet, (row, NAME), &unit.name, &looks.text)?;
    match unit.year {
        Some(year) => page::count(sheet, (row, YEAR), usize::from(year), &looks.count)?,
        None => page::blanks(sheet, row, [YEAR], &looks.centre)?,
    }
    let mut notes: Vec<&str> = unit.notes.iter().map(|words| lang.pick(words)).collect();
    match &unit.state {
        State::Taken(taken) => {
            page::text(
                sheet,
                (row, VERDICT),
                words::verdict(taken.verdict, lang),
                looks.verdict(taken.verdict),
            )?;
            page::count(sheet, (row, ERRORS), taken.counts.error, &looks.count)?;
            page::count(sheet, (row, WARNINGS), taken.counts.warning, &looks.count)?;
        }
        State::PassedOver => {
            page::text(
                sheet,
                (row, VERDICT),
                lang.of("未汇总", "left out"),
                looks.verdict(Verdict::Warnings),
            )?;
            page::blanks(sheet, row, [ERRORS, WARNINGS], &looks.centre)?;
        }
        State::Unread(why) => {
            let verdict = Verdict::Unchecked;
            page::text(sheet, (row, VERDICT), words::verdict(verdict, lang), looks.verdict(verdict))?;
            page::blanks(sheet, row, [ERRORS, WARNINGS], &looks.centre)?;
            notes.push(lang.pick(why));
        }
    }
    let notes = notes.join(lang.of("；", "; "));
    page::text(sheet, (row, NOTES), &notes, &looks.text)?;
    page::text(sheet, (row, FILE), &unit.file, &looks.text)?;
    page::fit(sheet, row, &[(&unit.name, NAME_WIDTH), (&notes, NOTES_WIDTH), (&unit.file, FILE_WIDTH)])
}

/// A unit's sums over its projects.
fn summed(
    sheet: &mut Worksheet,
    row: u32,
    taken: &Taken,
    shape: &Shape,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let (ids, own) = (shape.range(Column::Id), format!("${}", row_col_to_cell(row, ID)));
    let (budgets, executed) = (shape.range(Column::Budget), shape.range(Column::Executed));
    let (scores, gaps, lacks) = (shape.range(Column::Score), shape.range(Column::Gap), shape.lacks());
    let lacking = |what: &str| format!("COUNTIFS({ids},{own},{gaps},\"*{what}*\")");
    let (a, b) = (row_col_to_cell(row, BUDGET), row_col_to_cell(row, EXECUTED));
    let projects = Decimal::from(taken.lines.len());
    let mut put = |column, formula, number, format| {
        page::formula(sheet, (row, column), formula, Outcome::Number(number), format)
    };
    put(PROJECTS, format!("=COUNTIF({ids},{own})"), Some(projects), &looks.count)?;
    put(BUDGET, format!("=SUMIFS({budgets},{ids},{own})"), Some(taken.budget), &looks.amount)?;
    let spent = format!("=IF({}>0,\"\",SUMIFS({executed},{ids},{own}))", lacking(lacks.executed));
    put(EXECUTED, spent, taken.executed, &looks.amount)?;
    let unknown = format!("{}+{}", lacking(lacks.budget), lacking(lacks.executed));
    put(RATE, format!("=IF(OR(N({a})=0,{unknown}>0),\"\",{b}/{a})"), taken.rate, &looks.rate)?;
    let (weights, sum, unknown) = match taken.weights {
        Weights::Budget => (&budgets, &a, format!("{}+{}", lacking(lacks.budget), lacking(lacks.score))),
        Weights::Executed => (&executed, &b, lacking(lacks.score)),
    };
    let weighted = format!(
        "=IF(OR(N({sum})=0,{unknown}>0),\"\",ROUND(SUMPRODUCT(({ids}={own})*1,{weights},{scores})/{sum},2))"
    );
    put(SCORE, weighted, taken.score, &looks.score)?;
    if taken.grades.is_empty() {
        return page::blanks(sheet, row, [GRADE], &looks.centre);
    }
    let grade = taken.score.and_then(|score| taken.grade(score)).unwrap_or_default().to_owned();
    let formula = format!("={}", graded(&row_col_to_cell(row, SCORE), &taken.grades));
    page::formula(sheet, (row, GRADE), formula, Outcome::Text(grade), &looks.centre)
}

/// A unit's rank, and its place among all.
fn ranked(
    sheet: &mut Worksheet,
    row: u32,
    ((first, last), rank, order): ((u32, u32), Option<usize>, Option<usize>),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let (score, own) = (row_col_to_cell(row, SCORE), row_col_to_cell(row, RANK));
    let scores = cell_range_absolute(first, SCORE, last, SCORE);
    let formula = format!("=IF(ISNUMBER({score}),RANK({score},{scores}),\"\")");
    page::formula(sheet, (row, RANK), formula, Outcome::Number(rank.map(Decimal::from)), &looks.count)?;
    let before = format!("{}:{own}", row_col_to_cell_absolute(first, RANK));
    let formula = format!("=IF(ISNUMBER({own}),{own}+COUNTIF({before},{own})-1,\"\")");
    page::formula(sheet, (row, ORDER), formula, Outcome::Number(order.map(Decimal::from)), &looks.count)
}

/// The place of a unit among all by rank, those of one rank in their order.
fn order(all: &Consolidation, place: usize) -> Option<usize> {
    let rank = (*all.ranks.get(place)?)?;
    let before = all.ranks.iter().take(place).filter(|other| **other == Some(rank)).count();
    Some(rank + before)
}

/// The total row, and below it what the total leaves out.
fn total(
    sheet: &mut Worksheet,
    all: &Consolidation,
    ((first, last), shape): ((u32, u32), &Shape),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let (row, lang, formats) = (last + 1, shape.lang, &looks.total);
    page::blanks(sheet, row, ID..COLUMNS, &formats.text)?;
    page::text(sheet, (row, NAME), lang.of("合计", "total"), &formats.text)?;
    let own = |column| cell_range_absolute(first, column, last, column);
    let (budgets, executed) = (shape.range(Column::Budget), shape.range(Column::Executed));
    let mut put = |column, formula, number, format| {
        page::formula(sheet, (row, column), formula, Outcome::Number(number), format)
    };
    let tally =
        |count: fn(&Taken) -> usize| Some(all.taken().map(|(_, _, taken)| Decimal::from(count(taken))).sum());
    put(PROJECTS, format!("=SUM({})", own(PROJECTS)), tally(|taken| taken.lines.len()), &formats.count)?;
    put(BUDGET, format!("=SUM({budgets})"), all.sum(|line| &line.budget), &formats.amount)?;
    put(EXECUTED, format!("=SUM({executed})"), all.sum(|line| &line.executed), &formats.amount)?;
    let both = format!("ISNUMBER({budgets})*ISNUMBER({executed})");
    let known = format!("SUMPRODUCT({both},{budgets})");
    let rate = format!("=IF({known}=0,\"\",SUMPRODUCT({both},{executed})/{known})");
    put(RATE, rate, all.rate(), &formats.rate)?;
    let (scores, weights) = (shape.range(Column::Score), weights(all, shape));
    let weight = format!("SUMPRODUCT(ISNUMBER({scores})*1,{weights})");
    let score = format!("=IF({weight}=0,\"\",ROUND(SUMPRODUCT({weights},{scores})/{weight},2))");
    put(SCORE, score, all.account().weighted.map(|score| round(score, 2)), &formats.score)?;
    put(ERRORS, format!("=SUM({})", own(ERRORS)), tally(|taken| taken.counts.error), &formats.count)?;
    put(WARNINGS, format!("=SUM({})", own(WARNINGS)), tally(|taken| taken.counts.warning), &formats.count)?;
    let incomplete = all.lines().filter(|(_, line)| line.gaps().any()).count();
    let (zh, en) = (
        [
            "有 ",
            " 个项目缺少预算数、执行数或得分（见项目明细“缺少”一栏），合计的执行率和加权得分不含缺少的部分。",
        ],
        [
            "",
            " projects lack a budget, an executed amount or a score (see lacking among the projects); the total rate and score leave them out.",
        ],
    );
    let [before, behind] = lang.of(zh, en);
    let counted = format!("SUMPRODUCT((LEN({})>0)*1)", shape.range(Column::Gap));
    let formula =
        format!("=IF({counted}=0,\"\",{}&{counted}&{})", page::quoted(before), page::quoted(behind));
    let told = if incomplete == 0 { String::new() } else { format!("{before}{incomplete}{behind}") };
    sheet.merge_range(row + 1, 0, row + 1, COLUMNS - 1, "", &looks.sentence)?;
    page::formula(sheet, (row + 1, 0), formula, Outcome::Text(told), &looks.sentence)
}

/// The column of weights of the weighted score of all.
fn weights(all: &Consolidation, shape: &Shape) -> String {
    match all.weights() {
        Weights::Budget => shape.range(Column::Budget),
        Weights::Executed => shape.range(Column::Executed),
    }
}

/// The sentence for the accounts, which follows the figures.
fn sentence(
    sheet: &mut Worksheet,
    all: &Consolidation,
    ((first, last), shape): ((u32, u32), &Shape),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let (account, lang) = (all.account(), shape.lang);
    let scores = shape.range(Column::Score);
    let written = account.words();
    let told = lang.pick(&written).to_owned();
    sheet.merge_range(1, 0, 1, COLUMNS - 1, &told, &looks.sentence)?;
    sheet.set_row_height(1, 34)?;
    let Some(pieces) = account.pieces() else { return Ok(()) };
    let counted = |part| match part {
        Part::Units => {
            let own = |column| cell_range_absolute(first, column, last, column);
            format!("SUMIF({},\">0\",{})", own(PROJECTS), own(UNIT))
        }
        Part::Projects => format!("COUNT({scores})"),
        Part::Amount => {
            format!("TEXT(SUMPRODUCT(ISNUMBER({scores})*1,{}),\"#,##0.00\")", shape.range(Column::Budget))
        }
        Part::Mean => format!("TEXT(AVERAGE({scores}),\"0.00\")"),
        Part::Weighted => format!("TEXT({},\"0.00\")", row_col_to_cell(last + 1, SCORE)),
        Part::Grade(place) => {
            let name = account.grades.get(place).map_or("", |(name, _)| name);
            format!("COUNTIF({},{})", shape.range(Column::Grade), page::quoted(name))
        }
    };
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => page::quoted(lang.pick(words)),
        Piece::Part(part) => counted(*part),
    };
    let joined = pieces.iter().map(piece).collect::<Vec<_>>().join("&");
    let formula = format!("=IF(COUNT({scores})=0,\"\",{joined})");
    page::formula(sheet, (1, 0), formula, Outcome::Text(told), &looks.sentence)
}
