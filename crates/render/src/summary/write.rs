//! What was read as JSON: every value with its text, its cell and how it was read.

use jixiao_selfeval::Submission;
use jixiao_selfeval::layout::Elsewhere;
use jixiao_selfeval::submission::{Carried, Entry, How};
use jixiao_selfeval::summary::Fund;
use jixiao_selfeval::value::Money;
use jixiao_workbook::{CellRef, Range};
use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{BEFORE, BEHIND, Column, FUNDS, Kind, SCHEMA, Source};
use crate::Lang;
use crate::json::Unread;

/// One element of `files`, on one line.
pub fn file(source: Source<'_>, result: Result<&Submission, &Unread>, lang: Lang) -> String {
    let view = FileView {
        path: source.path,
        sha256: source.sha256,
        error: result.err().map(|unread| ErrorView {
            code: unread.code,
            message: lang.pick(&unread.message),
            help: lang.pick(&unread.help),
        }),
        submission: result.ok().map(SubmissionView::of),
    };
    serde_json::to_string(&view).unwrap_or_default()
}

/// The whole summary around the elements of `files`, one a line.
pub fn report(files: &[String]) -> String {
    format!("{{\"schema\":\"{SCHEMA}\",\"files\":[\n{}\n]}}\n", files.join(",\n"))
}

#[derive(Serialize)]
struct FileView<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
    error: Option<ErrorView<'a>>,
    submission: Option<SubmissionView<'a>>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'a str,
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct SubmissionView<'a> {
    sheet: Option<&'a str>,
    range: Option<Range>,
    unit: Option<&'a str>,
    year: Option<u16>,
    elsewhere: &'a Elsewhere,
    money: Option<Money>,
    funds: &'a [Fund],
    projects: Vec<EntryView<'a>>,
    groups: &'a [String],
    total: Option<EntryView<'a>>,
}

impl<'a> SubmissionView<'a> {
    fn of(submission: &'a Submission) -> Self {
        let of_project = |entry| EntryView { entry, is_total: false };
        Self {
            sheet: submission.sheet.as_deref(),
            range: submission.range,
            unit: submission.unit.as_deref(),
            year: submission.year,
            elsewhere: &submission.elsewhere,
            money: submission.money,
            funds: &submission.funds,
            projects: submission.projects.iter().map(of_project).collect(),
            groups: &submission.groups,
            total: submission.total.as_ref().map(|entry| EntryView { entry, is_total: true }),
        }
    }
}

/// A row with every key it can have; null where it is blank.
struct EntryView<'a> {
    entry: &'a Entry,
    is_total: bool,
}

impl Serialize for EntryView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let wanted = |column: &&Column| !self.is_total || column.is_summed();
        for column in BEFORE.iter().filter(wanted) {
            map.serialize_entry(column.key, &self.value(column))?;
        }
        map.serialize_entry(FUNDS, &FundsView(self.entry))?;
        for column in BEHIND.iter().filter(wanted) {
            map.serialize_entry(column.key, &self.value(column))?;
        }
        map.end()
    }
}

impl<'a> EntryView<'a> {
    fn value(&self, column: &Column) -> Option<ValueView<'a>> {
        let carried = self.entry.get(column.field)?;
        Some(match column.kind {
            Kind::Text => ValueView::Text { text: &carried.text, cell: carried.cell },
            _ => ValueView::number(carried),
        })
    }
}

/// The parts of 小计 by the key of their fund.
struct FundsView<'a>(&'a Entry);

impl Serialize for FundsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.funds.iter().map(|(key, carried)| (key, ValueView::number(carried))))
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView<'a> {
    Number {
        value: Option<Decimal>,
        decimals: Option<i8>,
        text: &'a str,
        cell: Option<CellRef>,
        how: &'a [How],
    },
    Text {
        text: &'a str,
        cell: Option<CellRef>,
    },
}

impl<'a> ValueView<'a> {
    fn number(carried: &'a Carried) -> Self {
        let Carried { value, decimals, text, cell, how, .. } = carried;
        Self::Number { value: *value, decimals: *decimals, text, cell: *cell, how }
    }
}
