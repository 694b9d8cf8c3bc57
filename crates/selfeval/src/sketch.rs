//! Workbooks drawn as text, for tests: one line a row from row 1, cells parted by `|`.
//!
//! | cell | is |
//! |---|---|
//! | (empty) or `.` | blank |
//! | `12.50` | a number with these digits, General format |
//! | `12.5{0.00}` | the same with a number format |
//! | `98.17%` | the fraction 0.9817 shown with `0.00%` |
//! | `'98.17%` | text |
//! | `=SUM(A1:A2) -> 3` | a formula with its stored result; without `->` none is stored |
//! | `#DIV/0!` | an error |
//! | `<`, `^` | merged with the cell to the left, above |
//! | anything else | text; `\n` is a line break |
//!
//! A line `@ name` starts another sheet; a line beginning with `~` is a hidden row.

use jixiao_workbook::number::decimal;
use jixiao_workbook::{CellRef, FormulaKind, NumberFormat, Range, Sheet, SheetBuilder, Workbook};
use rust_decimal::Decimal;

use crate::computed::totals;
use crate::finding::Finding;
use crate::given::{Given, Submissions};
use crate::layout::{Located, locate};
use crate::profile::Profile;
use crate::rules::{Context, Rule, check_with};
use crate::summary::Summary;

/// The official form around the given rows: they stand from row 6 (A序号 B项目名称 C主管部门 D小计 E当年财政拨款
/// F上年结转资金 G其他资金 H全年执行数 I执行率 J自评得分 K备注), the note below them.
pub(crate) fn official(rows: &[&str]) -> String {
    let mut text = String::from(
        "附表\n2023年度中川镇人民政府项目支出绩效自评结果汇总表|<|<|<|<|<|<|<|<|<|<\n\
         序号|项目名称|主管部门|项目资金（万元）|<|<|<|<|<|自评得分|备注\n\
         ^|^|^|全年预算数（A）|<|<|<|全年执行数（B）|执行率\\n（B/A）|^|^\n\
         ^|^|^|小计|当年财政拨款|上年结转资金|其他资金|^|^|^|^\n",
    );
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    text.push_str("注:1.单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。\n");
    text
}

/// The workbook a text draws.
pub(crate) fn workbook(text: &str) -> Workbook {
    let mut formats = vec![NumberFormat { code: "General".to_owned() }];
    let mut sheets = Vec::new();
    let mut name = "附表".to_owned();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("@ ") {
            if !lines.is_empty() {
                sheets.push((name.clone(), sheet(&lines, &mut formats)));
                lines.clear();
            }
            name = next.trim().to_owned();
        } else {
            lines.push(line);
        }
    }
    sheets.push((name, sheet(&lines, &mut formats)));
    Workbook::from_sheets(sheets, formats)
}

fn sheet(lines: &[&str], formats: &mut Vec<NumberFormat>) -> Sheet {
    let mut builder = SheetBuilder::default();
    let mut owner: Vec<Vec<CellRef>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap();
        let (hidden, line) = line.strip_prefix('~').map_or((false, *line), |rest| (true, rest));
        builder.row(number, hidden).unwrap();
        let mut row = Vec::new();
        for (index, cell) in line.split('|').enumerate() {
            let at = CellRef::new(number, u16::try_from(index + 1).unwrap()).unwrap();
            row.push(match cell.trim() {
                "<" => row[index - 1],
                "^" => owner[owner.len() - 1][index],
                text => {
                    put(&mut builder, at, text, formats);
                    at
                }
            });
        }
        owner.push(row);
    }
    for merge in merges(&owner) {
        builder.merge(merge);
    }
    builder.finish()
}

fn merges(owner: &[Vec<CellRef>]) -> Vec<Range> {
    let mut found: Vec<(CellRef, CellRef)> = Vec::new();
    for (row, cells) in owner.iter().enumerate() {
        for (column, first) in cells.iter().enumerate() {
            let at =
                CellRef::new(u32::try_from(row + 1).unwrap(), u16::try_from(column + 1).unwrap()).unwrap();
            match found.iter_mut().find(|(known, _)| known == first) {
                Some((_, last)) => *last = Range::new(*last, at).last(),
                None => found.push((*first, at)),
            }
        }
    }
    found.into_iter().filter(|(first, last)| first != last).map(|(a, b)| Range::new(a, b)).collect()
}

fn put(builder: &mut SheetBuilder, at: CellRef, text: &str, formats: &mut Vec<NumberFormat>) {
    let (text, code) = match text.strip_suffix('}').and_then(|text| text.rsplit_once('{')) {
        Some((text, code)) if !text.starts_with('=') || text.contains("->") => (text.trim(), code),
        _ => (text, "General"),
    };
    if let Some(formula) = text.strip_prefix('=') {
        let (formula, result) = formula.split_once("->").unwrap_or((formula, "."));
        let (value, style) = value(result.trim(), code, formats);
        builder.cell(at, value.as_ref(), style).unwrap();
        builder.formula(formula.trim(), FormulaKind::Plain).unwrap();
    } else {
        let (value, style) = value(text, code, formats);
        if value != jixiao_workbook::Value::Blank || style != 0 {
            builder.cell(at, value.as_ref(), style).unwrap();
        }
    }
}

fn value(text: &str, code: &str, formats: &mut Vec<NumberFormat>) -> (jixiao_workbook::Value, u32) {
    use jixiao_workbook::Value;
    let digits =
        |text: &str| text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && decimal(text).is_some();
    let percent = text.strip_suffix('%').filter(|text| digits(text));
    let value = match text {
        "" | "." => Value::Blank,
        text if text.starts_with('\'') => Value::Text(text[1..].to_owned()),
        text if text.starts_with('#') => Value::Error(text.to_owned()),
        text if digits(text) => Value::Number(text.to_owned()),
        _ if percent.is_some() => {
            let fraction = decimal(percent.unwrap()).unwrap().checked_div(Decimal::ONE_HUNDRED).unwrap();
            Value::Number(fraction.normalize().to_string())
        }
        text => Value::Text(text.replace("\\n", "\n")),
    };
    let code = match percent.map(|text| text.split_once('.').map_or(0, |(_, after)| after.len())) {
        Some(0) => "0%".to_owned(),
        Some(decimals) => format!("0.{}%", "0".repeat(decimals)),
        None => code.to_owned(),
    };
    let known = formats.iter().position(|format| format.code == code);
    let style = known.unwrap_or_else(|| {
        formats.push(NumberFormat { code });
        formats.len() - 1
    });
    (value, u32::try_from(style).unwrap())
}

/// What a drawn workbook's table reads as, under the national profile.
pub(crate) fn read(text: &str) -> (Workbook, Located, Summary) {
    let workbook = workbook(text);
    let profile = Profile::national();
    let located = locate(&workbook, &profile, None).expect("a table");
    let summary = Summary::read(&workbook, &located, &profile);
    (workbook, located, summary)
}

/// One rule's findings on a drawn workbook, under the national profile.
pub(crate) fn findings(rule: Rule, text: &str) -> Vec<Finding> {
    findings_under(rule, text, &Profile::national())
}

/// One rule's findings on a drawn workbook beside which something is given.
pub(crate) fn findings_beside(rule: Rule, text: &str, given: Given<'_>) -> Vec<Finding> {
    findings_of(rule, text, &Profile::national(), given)
}

/// One rule's findings on a drawn workbook.
pub(crate) fn findings_under(rule: Rule, text: &str, profile: &Profile) -> Vec<Finding> {
    findings_of(rule, text, profile, Given::default())
}

fn findings_of(rule: Rule, text: &str, profile: &Profile, given: Given<'_>) -> Vec<Finding> {
    look(&workbook(text), profile, given, |context| check_with(context, std::iter::once(rule)))
}

/// What a look at a workbook's table gives, with all that a rule may look at.
pub(crate) fn look<T>(
    workbook: &Workbook,
    profile: &Profile,
    given: Given<'_>,
    at: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let located = locate(workbook, profile, None).expect("a table");
    let summary = Summary::read(workbook, &located, profile);
    let totals = totals(&summary);
    at(&Context {
        workbook,
        located: &located,
        summary: &summary,
        totals: &totals,
        profile,
        weights: profile.weights.unwrap_or_default(),
        given,
    })
}

/// One rule's findings on the last of several tables that are submitted one after another.
pub(crate) fn findings_on_last(rule: Rule, tables: &[impl AsRef<str>]) -> Vec<Finding> {
    let mut submissions = Submissions::default();
    let mut found = Vec::new();
    for (index, text) in tables.iter().enumerate() {
        let (_, located, summary) = read(text.as_ref());
        let met = submissions.meet(&format!("{index}.xlsx"), &located, &summary);
        found = findings_beside(rule, text.as_ref(), Given { met: &met, ..Given::default() });
    }
    found
}

/// Findings as `severity cell found→expected`, one a line: what rule tests compare.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let cell = finding.place.cell.map_or_else(|| "-".to_owned(), |cell| cell.to_string());
        let found = finding.found.as_deref().unwrap_or(&finding.place.text);
        let expected =
            finding.expected.as_deref().map_or_else(String::new, |expected| format!(" → {expected}"));
        format!("{:?} {cell} {found}{expected}", finding.severity).trim_end().to_owned()
    };
    findings.iter().map(line).collect()
}
