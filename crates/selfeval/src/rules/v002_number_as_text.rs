//! V002: a number is stored as text, so that sums skip it.

use std::collections::BTreeMap;

use jixiao_workbook::number::{decimal, written};
use jixiao_workbook::{CellRef, Content as NewContent, Edit, Sheet, Style, ValueRef};
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::cells::figures;
use super::{Check, Context, Rule, column_group};
use crate::finding::{Applicability, Field, Finding, Fix, Severity, Words};
use crate::summary::{Content, Reading};

pub(super) const RULE: Rule = Rule {
    code: "V002",
    name: "number-as-text",
    severity: Severity::Warning,
    title: ("数字存成了文本", "a number is stored as text"),
    docs: (
        "## 核对内容\n金额、得分、序号单元格里的数字是不是文本格式。执行率写成“98.17%”文本的不算，csv 等没有格式的文本表不核对。\n\
         ## 为什么\n求和公式会跳过文本，合计数和加权得分因此少算，而表面上看不出来。\n\
         ## 示例\n`H7` 全年执行数为文本“4.40”，`SUM` 不计入合计。\n\
         ## 怎样改\n改成数字；`fill --fix` 可以按原数字批量转换。\n\
         ## 依据\n电子表格的计算规则：SUM、SUMPRODUCT 不计文本。",
        "## What is checked\nWhether numbers in the cells for amounts, scores and sequence numbers are stored as text. A rate written as the text 98.17% is left alone, and so are csv files, which know no formats.\n\
         ## Why\nSums skip text, so that totals and the weighted score come out too small, and nothing shows it.\n\
         ## Example\nThe executed amount in `H7` is the text 4.40, which `SUM` does not add.\n\
         ## How to correct\nTurn it into a number; `fill --fix` does so for all cells, with the same digits.\n\
         ## Source\nHow spreadsheets compute: SUM and SUMPRODUCT skip text.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.workbook.kind().has_formulas() {
        return Vec::new();
    }
    let projects = context.summary.projects.iter();
    let rows = projects.flat_map(|project| {
        let sequence = project.sequence.iter().map(|reading| (Field::Sequence, reading));
        sequence.chain(figures(project)).map(move |(field, reading)| (Some(project), field, reading))
    });
    let total = context.summary.total.iter().flat_map(figures);
    let cells = rows.chain(total.map(|(field, reading)| (None, field, reading)));
    let mut formats = BTreeMap::new();
    let judged =
        cells.filter(|(_, field, reading)| is_text(*field, reading)).map(|(project, field, reading)| {
            let finding = finding(context, field, reading, &mut formats);
            match project {
                Some(project) => finding.on(project),
                None => finding,
            }
        });
    judged.collect()
}

fn is_text(field: Field, reading: &Reading) -> bool {
    let text = matches!(reading.content(), Content::TextNumber(_));
    text && field != Field::ExecutionRate && !reading.has_formula()
}

/// Number formats by column, looked up once a column.
type Formats = BTreeMap<u16, String>;

fn finding(context: &Context<'_>, field: Field, reading: &Reading, formats: &mut Formats) -> Finding {
    let (raw, cell) = (reading.raw(), reading.cell);
    let name = context.summary.name_of(field, cell);
    let message = Words::new(
        format!("{}“{raw}”是文本，求和时不计入", name.zh),
        format!("the {} “{raw}” is text, which sums skip", name.en),
    );
    let help = Words::new(
        format!("把 {cell} 改成数字，或用 fill --fix 批量转换"),
        format!("turn {cell} into a number, or let fill --fix do so"),
    );
    let finding = Finding::new(&RULE, context.at(reading), message, help)
        .of(field)
        .found(raw, reading.value())
        .grouped(column_group(RULE.code, cell));
    match fix(context, field, reading, formats) {
        Some(fix) => finding.with_fix(fix),
        None => finding,
    }
}

/// The number in place of the text. Safe where the digits are the same; a unit inside the cell (`10万` in a column
/// of 元) changes them.
fn fix(context: &Context<'_>, field: Field, reading: &Reading, formats: &mut Formats) -> Option<Fix> {
    let number = in_column_unit(context, field, reading.cell, reading.value()?)?;
    let folded =
        reading.raw().nfkc().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect::<String>();
    let applicability =
        if decimal(&folded) == Some(number) { Applicability::Safe } else { Applicability::Review };
    let digits = written(number);
    let edit = Edit::SetCell {
        sheet: context.located.sheet,
        cell: reading.cell,
        content: NewContent::Number(digits.clone()),
        style: style(context, field, reading.cell, formats),
    };
    let title = Words::new(
        format!("把 {} 改成数字 {digits}", reading.cell),
        format!("turn {} into the number {digits}", reading.cell),
    );
    Some(Fix { title, applicability, edits: vec![edit] })
}

/// A value in the unit its column is written in: amounts are kept in 万元.
fn in_column_unit(context: &Context<'_>, field: Field, cell: CellRef, value: Decimal) -> Option<Decimal> {
    if matches!(field, Field::Sequence | Field::Score) {
        return Some(value);
    }
    let columns = &context.located.columns;
    let fund = columns.funds.iter().map(|fund| &fund.column);
    let column = columns.of(field).or_else(|| fund.clone().find(|column| column.number == cell.column()));
    let money = column.and_then(|column| column.money).unwrap_or(context.summary.money);
    let power = Decimal::from(10_u64.checked_pow(u32::from(money.exponent().unsigned_abs()))?);
    if money.exponent() < 0 { value.checked_mul(power) } else { value.checked_div(power) }
}

/// The cell's own style, unless it is formatted as text: then with the number format of the column's numbers.
fn style(context: &Context<'_>, field: Field, cell: CellRef, formats: &mut Formats) -> Style {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Style::Keep };
    if !context.workbook.format_at(sheet, cell).is_text() {
        return Style::Keep;
    }
    let format = formats.entry(cell.column()).or_insert_with(|| {
        let usual = if field == Field::Sequence { "0" } else { "0.00" };
        column_format(context, sheet, cell).unwrap_or_else(|| usual.to_owned())
    });
    Style::Format(format.as_str().into())
}

/// The format of the first number in a cell's column that has one of its own.
fn column_format(context: &Context<'_>, sheet: &Sheet, cell: CellRef) -> Option<String> {
    let rows = context.summary.projects.iter().map(|project| project.row);
    let numbers = rows.map(|row| cell.at_row(row));
    let mut formats = numbers
        .filter(|cell| matches!(sheet.value(*cell), ValueRef::Number(_)))
        .map(|cell| context.workbook.format_at(sheet, cell));
    let format = formats.find(|format| !format.is_text() && !format.is_general())?;
    Some(format.code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    fn fixes(cells: &str) -> Vec<(Applicability, Edit)> {
        let found = findings(RULE, &with_row(1, cells)).into_iter();
        found.filter_map(|finding| finding.fix).map(|fix| (fix.applicability, fix.edits[0].clone())).collect()
    }

    fn content(fix: &(Applicability, Edit)) -> (Applicability, String, String, Style) {
        let (applicability, Edit::SetCell { cell, content: NewContent::Number(digits), style, .. }) = fix
        else {
            panic!("{fix:?}")
        };
        (*applicability, cell.to_string(), digits.clone(), style.clone())
    }

    #[test]
    fn amounts_scores_and_sequence_numbers_as_text_are_found() {
        let text = with_row(1, "'2|两站一室|中川园区|20|'20.00|0|0|'４．４|'22%|'85分|.");
        let found = findings(RULE, &text);
        let expected = ["Warning A7 2", "Warning E7 20.00", "Warning H7 ４．４", "Warning J7 85分"];
        assert_eq!(lines(&found), expected);
        assert_eq!(found[1].group.as_deref(), Some("V002:E"));
    }

    #[test]
    fn the_submission_with_rates_as_text_is_silent() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn the_fix_keeps_the_digits_and_gives_a_text_cell_a_number_format() {
        let found = fixes("2|两站一室|中川园区|20|20|0|0|'4.40{@}|'22%|'85|.");
        let expected = (Applicability::Safe, "H7".to_owned(), "4.4".to_owned(), Style::Format("0.00".into()));
        assert_eq!(content(&found[0]), expected);
        assert_eq!(content(&found[1]), (Applicability::Safe, "J7".to_owned(), "85".to_owned(), Style::Keep));
    }

    #[test]
    fn a_unit_that_changes_the_digits_needs_a_person() {
        let text =
            with_row(1, "2|两站一室|中川园区|20|20|0|0|'4.4万|'22%|85|.").replace("（万元）", "（元）");
        let found = findings(RULE, &text);
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.applicability, Applicability::Review);
        assert_eq!(fix.title.en, "turn H7 into the number 44000");
    }
}
