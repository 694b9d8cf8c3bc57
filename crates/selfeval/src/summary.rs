//! The table's content. Every value remembers its cell and its raw text; what cannot be read stays as text.

use std::borrow::Cow;

use jixiao_workbook::{CellRef, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::layout::{Columns, Located, Stated};
use crate::profile::Profile;
use crate::value::{Figure, Money};

/// What a numeric cell of the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Content {
    /// Nothing, or blanks only.
    Blank,
    /// A sign for "no value": `—`, `/`, `*`, `－`.
    NoValue,
    /// A number in a number cell, typed or stored by a formula.
    Number(Figure),
    /// A number written as text in a spreadsheet's cell: a sum skips it.
    TextNumber(Figure),
    /// Text that is no number.
    Unreadable,
    /// An error (`#DIV/0!`).
    Error,
    /// A formula without a stored result that could be computed here.
    Computed(Figure),
    /// A formula without a stored result that could not be computed here.
    NoResult,
}

/// What stands in one numeric cell of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The cell.
    pub cell: CellRef,
    /// What it holds.
    pub content: Content,
    /// Whether it holds a formula.
    pub formula: bool,
    /// The text as it stands, where it is not just the figure's plain digits.
    pub(crate) raw: Option<Box<str>>,
}

impl Reading {
    /// A reading without a figure of its own text; `raw` is what stands in the cell.
    pub fn new(cell: CellRef, content: Content, formula: bool, raw: Option<Box<str>>) -> Self {
        Self { cell, content, formula, raw }
    }

    /// The figure, if a number stands there or was computed from its formula; text numbers included.
    pub fn figure(&self) -> Option<Figure> {
        match self.content {
            Content::Number(figure) | Content::TextNumber(figure) | Content::Computed(figure) => Some(figure),
            _ => None,
        }
    }

    /// The figure's value.
    pub fn value(&self) -> Option<Decimal> {
        self.figure().map(|figure| figure.value)
    }

    /// The figure a spreadsheet's own SUM would take: not one written as text.
    pub fn countable(&self) -> Option<Figure> {
        match self.content {
            Content::Number(figure) | Content::Computed(figure) => Some(figure),
            _ => None,
        }
    }

    /// Whether nothing is declared: blank, or a sign for "no value".
    pub fn is_blank(&self) -> bool {
        matches!(self.content, Content::Blank | Content::NoValue)
    }

    /// What stands in the cell, as a person sees it (with the number format's decimals and percent sign).
    pub fn raw(&self) -> Cow<'_, str> {
        match (&self.raw, self.figure()) {
            (Some(raw), _) => Cow::Borrowed(raw),
            (None, Some(figure)) => Cow::Owned(figure.value.normalize().to_string()),
            (None, None) => Cow::Borrowed(""),
        }
    }
}

/// What stands in one text cell of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextReading {
    /// The cell.
    pub cell: CellRef,
    /// Its text, trimmed; a number's digits where a number stands there.
    pub text: String,
}

/// One project row. A field is `None` where the table has no such column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Project {
    /// The row, from 1.
    pub row: u32,
    /// Whether the row is hidden.
    pub hidden: bool,
    /// Which run of project rows it belongs to, from 0.
    pub run: u32,
    /// 序号
    pub sequence: Option<Reading>,
    /// 项目编码
    pub code: Option<TextReading>,
    /// 项目名称; an empty text where the cell is blank.
    pub name: TextReading,
    /// 主管部门
    pub supervisor: Option<TextReading>,
    /// 年初预算数, 万元
    pub initial_budget: Option<Reading>,
    /// 小计 (全年预算数), 万元
    pub budget: Option<Reading>,
    /// Parts of 小计, 万元, in the order of [`Summary::funds`]
    pub funds: Vec<Reading>,
    /// 全年执行数, 万元
    pub executed: Option<Reading>,
    /// 执行率, fraction
    pub rate: Option<Reading>,
    /// 自评得分, points
    pub score: Option<Reading>,
    /// 自评等级
    pub grade: Option<TextReading>,
    /// 偏差原因
    pub reason: Option<TextReading>,
    /// 备注
    pub remark: Option<TextReading>,
}

impl Project {
    /// The sum of the fund parts in 万元, blank parts counting 0; `None` where no part is a number or one is
    /// text that is no number.
    pub fn funds_sum(&self) -> Option<Decimal> {
        let mut sum = None;
        for part in &self.funds {
            match part.figure() {
                Some(figure) => sum = Some(sum.unwrap_or(Decimal::ZERO).checked_add(figure.value)?),
                None if part.is_blank() => {}
                None => return None,
            }
        }
        sum
    }

    /// The full-year budget A in 万元 as other figures are judged by it: the stated 小计, else the sum of the
    /// parts (the decimals are then those of the finest part).
    pub fn budget_figure(&self) -> Option<Figure> {
        if let Some(figure) = self.budget.as_ref().and_then(Reading::figure) {
            return Some(figure);
        }
        let stated = self.budget.as_ref().is_none_or(Reading::is_blank);
        let decimals = self.funds.iter().filter_map(Reading::figure).map(|figure| figure.decimals).max()?;
        stated.then(|| self.funds_sum()).flatten().map(|value| Figure { value, decimals, formula: false })
    }

    /// The executed amount B in 万元.
    pub fn executed_figure(&self) -> Option<Figure> {
        self.executed.as_ref().and_then(Reading::figure)
    }

    /// The self-evaluation score, points.
    pub fn score_figure(&self) -> Option<Figure> {
        self.score.as_ref().and_then(Reading::figure)
    }

    /// The execution rate stated, a fraction.
    pub fn rate_figure(&self) -> Option<Figure> {
        self.rate.as_ref().and_then(Reading::figure)
    }
}

/// The total row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Total {
    /// The row, from 1.
    pub row: u32,
    /// The cell of its label.
    pub label: CellRef,
    /// 年初预算数, 万元
    pub initial_budget: Option<Reading>,
    /// 小计, 万元
    pub budget: Option<Reading>,
    /// Parts, 万元, in the order of [`Summary::funds`]
    pub funds: Vec<Reading>,
    /// 全年执行数, 万元
    pub executed: Option<Reading>,
    /// 执行率, fraction
    pub rate: Option<Reading>,
    /// 自评得分, points
    pub score: Option<Reading>,
}

/// A fund column of the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// Standard key (`current`, `carried_over`, `other`, …), or the label where it is unknown.
    pub key: String,
    /// The label as it stands.
    pub label: String,
}

/// How rates are written in the rate column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RateScale {
    /// As fractions (0.9817), shown or not with a percent format, or as percent text.
    Fraction,
    /// As numbers of percent (98.17).
    Percent,
    /// Some so, some so, and neither the format, the label nor B/A decides.
    Mixed,
}

/// A summary table's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The sheet's name.
    pub sheet: String,
    /// The unit's name.
    pub unit: Option<Stated<String>>,
    /// The year the title states.
    pub year: Option<u16>,
    /// The money unit figures were read in (万元 where none is stated).
    pub money: Money,
    /// The fund columns, in file order.
    pub funds: Vec<Fund>,
    /// The projects, in file order.
    pub projects: Vec<Project>,
    /// The total row.
    pub total: Option<Total>,
    /// How rates are written.
    pub rate_scale: RateScale,
    /// Largest number of decimals of the rate column, in fractions (98.17% gives 4).
    pub rate_decimals: i8,
    /// The columns, for looking a field's cell up.
    pub columns: Columns,
}

impl Summary {
    /// Reads a located table. Never fails: what cannot be read stays as text and is found by the rules.
    pub fn read(workbook: &Workbook, located: &Located, profile: &Profile) -> Self {
        let _ = (workbook, profile);
        Self {
            sheet: located.sheet_name.clone(),
            unit: located.unit.clone(),
            year: None,
            money: Money::TenThousand,
            funds: Vec::new(),
            projects: Vec::new(),
            total: None,
            rate_scale: RateScale::Fraction,
            rate_decimals: 4,
            columns: located.columns.clone(),
        }
    }
}
