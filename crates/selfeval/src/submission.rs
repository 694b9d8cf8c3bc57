//! A table's content without its form: what goes across into another form, and what other programs read and write.
//! Amounts are in 万元, rates are fractions, scores are points, whatever the table itself uses.

use indexmap::IndexMap;
use jixiao_workbook::{CellRef, Range, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::Field;
use crate::layout::{Column, Columns, Elsewhere, Located, elsewhere};
use crate::summary::{Content, Fund, Project, Reading, Summary, TextReading, Total};
use crate::value::{Money, Parsed, is_blank, parse, shifted};

/// How a value was read from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum How {
    /// An amount of 元, divided by 10,000.
    FromYuan,
    /// An amount of 亿元, multiplied by 10,000.
    FromHundredMillion,
    /// A number that stood as text.
    TextNumber,
    /// Full-width digits, separators or blanks were folded.
    Folded,
    /// A percentage, divided by 100.
    Percent,
    /// A formula's stored result.
    Formula,
    /// A formula without a stored result, computed here.
    Computed,
    /// A formula without a stored result that could not be computed here.
    NoResult,
    /// A sign for "no value".
    NoValue,
    /// Text that is no number; it goes across as it stands.
    Unreadable,
}

/// One value with its text and its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Carried {
    /// The number, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// Decimals shown, in the unit of `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<i8>,
    /// The text as a person saw it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where it stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellRef>,
    /// How it was read; empty where it stood as it is meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub how: Vec<How>,
}

/// A row: a project's, or the total's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Entry {
    /// What is declared, by field; what is blank is left out.
    pub fields: IndexMap<Field, Carried>,
    /// The parts of 小计 by the key of their fund; what is blank is left out.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub funds: IndexMap<String, Carried>,
}

/// A table's content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Submission {
    /// The sheet it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The range it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// The unit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// Where unit and year stand that the table's heading does not name; taken where only one was found.
    #[serde(skip_serializing_if = "Elsewhere::is_empty")]
    pub elsewhere: Elsewhere,
    /// The money unit the table itself used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// The parts of 小计 in the table's order.
    pub funds: Vec<Fund>,
    /// The projects in the table's order.
    pub projects: Vec<Entry>,
    /// Rows of projects that the table hides; they go across as all others. Not written as JSON.
    #[serde(skip)]
    pub hidden: Vec<u32>,
    /// Labels of rows that sum a group of projects; they do not go across.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The total row as stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Entry>,
}

impl Entry {
    /// What is declared for a field.
    pub fn get(&self, field: Field) -> Option<&Carried> {
        self.fields.get(&field)
    }

    /// The text of a field; empty where nothing is declared.
    pub fn text(&self, field: Field) -> &str {
        self.get(field).map_or("", |carried| carried.text.as_str())
    }

    /// The number of a field.
    pub fn value(&self, field: Field) -> Option<Decimal> {
        self.get(field)?.value
    }

    /// Whether a part of 小计 is a number.
    pub fn has_parts(&self) -> bool {
        self.funds.values().any(|part| part.value.is_some())
    }
}

impl Submission {
    /// The content of a table that was read, with the unit and the year from elsewhere in the workbook where its own
    /// heading names none.
    pub fn of(workbook: &Workbook, located: &Located, summary: &Summary) -> Self {
        let source = Source {
            columns: &summary.columns,
            money: summary.money,
            funds: &summary.funds,
            is_text: !workbook.kind().has_formulas(),
        };
        let submission = Self {
            sheet: Some(summary.sheet.clone()),
            range: Some(located.range),
            unit: summary.unit.as_ref().map(|unit| unit.value.clone()),
            year: summary.year,
            elsewhere: Elsewhere::default(),
            money: Some(summary.money),
            funds: summary.funds.clone(),
            projects: summary.projects.iter().map(|project| source.project(project)).collect(),
            hidden: summary
                .projects
                .iter()
                .filter(|project| project.hidden)
                .map(|project| project.row)
                .collect(),
            groups: located.groups.iter().map(|group| group.label.clone()).collect(),
            total: summary.total.as_ref().map(|total| source.total(total)),
        };
        submission.completed(elsewhere(workbook, located))
    }

    /// The same with what is said of the table outside its heading: the unit and the year of which there is one.
    fn completed(mut self, elsewhere: Elsewhere) -> Self {
        if let ([only], None) = (elsewhere.unit.as_slice(), &self.unit) {
            self.unit = Some(only.value.clone());
        }
        if let ([only], None) = (elsewhere.year.as_slice(), self.year) {
            self.year = Some(only.value);
        }
        self.elsewhere = elsewhere;
        self
    }
}

/// What decides how a table's figures are read.
struct Source<'a> {
    columns: &'a Columns,
    money: Money,
    funds: &'a [Fund],
    /// Whether every figure of the file is written as text.
    is_text: bool,
}

impl Source<'_> {
    fn project(&self, project: &Project) -> Entry {
        let mut entry = Entry::default();
        self.number(&mut entry, Field::Sequence, project.sequence.as_ref());
        text(&mut entry, Field::Code, project.code.as_deref());
        text(&mut entry, Field::Name, Some(&project.name));
        text(&mut entry, Field::Supervisor, project.supervisor.as_ref());
        self.number(&mut entry, Field::InitialBudget, project.initial_budget.as_deref());
        self.number(&mut entry, Field::Budget, project.budget.as_ref());
        self.parts(&mut entry, &project.funds);
        self.number(&mut entry, Field::Executed, project.executed.as_ref());
        self.number(&mut entry, Field::ExecutionRate, project.rate.as_ref());
        self.number(&mut entry, Field::Score, project.score.as_ref());
        text(&mut entry, Field::Grade, project.grade.as_deref());
        text(&mut entry, Field::Reason, project.reason.as_deref());
        text(&mut entry, Field::Remark, project.remark.as_ref());
        entry
    }

    fn total(&self, total: &Total) -> Entry {
        let mut entry = Entry::default();
        self.number(&mut entry, Field::InitialBudget, total.initial_budget.as_ref());
        self.number(&mut entry, Field::Budget, total.budget.as_ref());
        self.parts(&mut entry, &total.funds);
        self.number(&mut entry, Field::Executed, total.executed.as_ref());
        self.number(&mut entry, Field::ExecutionRate, total.rate.as_ref());
        self.number(&mut entry, Field::Score, total.score.as_ref());
        entry
    }

    fn parts(&self, entry: &mut Entry, readings: &[Reading]) {
        for ((fund, column), reading) in self.funds.iter().zip(&self.columns.funds).zip(readings) {
            let money = Some(column.column.money.unwrap_or(self.money));
            let carried = carried(reading, Kind { money, is_rate: false, is_text: self.is_text });
            entry.funds.extend(carried.map(|carried| (fund.key.clone(), carried)));
        }
    }

    fn number(&self, entry: &mut Entry, field: Field, reading: Option<&Reading>) {
        let is_amount = matches!(field, Field::InitialBudget | Field::Budget | Field::Executed);
        let column: Option<&Column> = self.columns.of(field);
        let money = is_amount.then(|| column.and_then(|column| column.money).unwrap_or(self.money));
        let kind = Kind { money, is_rate: field == Field::ExecutionRate, is_text: self.is_text };
        let carried = reading.and_then(|reading| carried(reading, kind));
        entry.fields.extend(carried.map(|carried| (field, carried)));
    }
}

fn text(entry: &mut Entry, field: Field, reading: Option<&TextReading>) {
    if let Some(reading) = reading.filter(|reading| !reading.text.is_empty()) {
        let text = reading.text.to_string();
        entry.fields.insert(field, Carried { text, cell: Some(reading.cell), ..Carried::default() });
    }
}

/// Whether a text says in words that there is nothing.
fn says_none(text: &str) -> bool {
    matches!(text.trim_matches(is_blank), "无" | "没有")
}

/// What a column's numbers are.
#[derive(Clone, Copy)]
struct Kind {
    /// The unit of an amount that states none itself.
    money: Option<Money>,
    is_rate: bool,
    /// Whether every figure of the file is written as text.
    is_text: bool,
}

/// Whether a rate was divided by 100: it was written with a percent sign as text, or as 98.17 in a column of percent.
fn is_percent(reading: &Reading, rate: Decimal, written: Parsed, kind: Kind) -> bool {
    if written.percent {
        return kind.is_text || matches!(reading.content(), Content::TextNumber(_));
    }
    let distance = |rate: Option<Decimal>| Some(rate?.checked_sub(written.value)?.abs());
    let hundredfold = distance(shifted(rate, 2));
    kind.is_rate && hundredfold.is_some() && hundredfold < distance(Some(rate))
}

/// A number's cell; `None` where it is blank.
fn carried(reading: &Reading, kind: Kind) -> Option<Carried> {
    let text = reading.raw().into_owned();
    let mut how = Vec::new();
    match reading.content() {
        Content::Blank => return None,
        Content::NoValue => how.push(How::NoValue),
        Content::Number(_) if reading.has_formula() => how.push(How::Formula),
        Content::Number(_) => {}
        Content::TextNumber(_) => how.push(How::TextNumber),
        Content::Unreadable if says_none(&text) => how.push(How::NoValue),
        Content::Unreadable | Content::Error => how.push(How::Unreadable),
        Content::Computed(_) => how.push(How::Computed),
        Content::NoResult => how.push(How::NoResult),
    }
    let figure = reading.figure();
    if let Some(figure) = figure {
        let parsed = parse(&text);
        let unit = kind.money.map(|money| parsed.and_then(|parsed| parsed.unit).unwrap_or(money));
        match unit {
            Some(Money::Yuan) => how.push(How::FromYuan),
            Some(Money::HundredMillion) => how.push(How::FromHundredMillion),
            _ => {}
        }
        if parsed.is_some_and(|parsed| is_percent(reading, figure.value, parsed, kind)) {
            how.push(How::Percent);
        }
        if text.chars().any(|c| ('０'..='９').contains(&c) || is_blank(c) || matches!(c, '，' | '．' | '％'))
        {
            how.push(How::Folded);
        }
    }
    how.sort_unstable();
    let (value, decimals) =
        (figure.map(|figure| figure.value.normalize()), figure.map(|figure| figure.decimals));
    Some(Carried { value, decimals, text, cell: Some(reading.cell), how })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Choice, locate};
    use crate::profile::Profile;
    use crate::sketch::workbook;

    /// How the rates of a table's projects were read.
    fn rates(book: &Workbook) -> Vec<Vec<How>> {
        let profile = Profile::national();
        let located = locate(book, &profile, Choice::default()).unwrap();
        let submission = Submission::of(book, &located, &Summary::read(book, &located, &profile));
        let rate = |entry: &Entry| entry.get(Field::ExecutionRate).map(|rate| rate.how.clone());
        submission.projects.iter().filter_map(rate).collect()
    }

    #[test]
    fn a_rate_that_was_divided_by_100_is_said() {
        let head = |rate: &str| format!("项目名称|全年预算数|全年执行数|{rate}|自评得分");
        let percent = vec![How::Percent];
        let cells =
            workbook(&format!("{}\na|10|9.5|95%|95\nb|10|9|'90%|95\nc|10|8|0.8|90\n", head("执行率")));
        assert_eq!(rates(&cells), [vec![], vec![How::TextNumber, How::Percent], vec![]]);
        let column = workbook(&format!("{}\na|10|9.5|95|95\nb|10|1|10.00|90\n", head("执行率（%）")));
        assert_eq!(rates(&column), [percent.clone(), percent.clone()]);
        let text = format!("{}\na|10|9.5|95%|95\nb|10|9|90.00%|95\n", head("执行率")).replace('|', ",");
        assert_eq!(rates(&Workbook::open(text.into_bytes()).unwrap()), [percent.clone(), percent]);
    }
}
