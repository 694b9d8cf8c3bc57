//! S015: the table is not the form that was issued: columns, labels, the note or formulas differ.

use std::collections::BTreeMap;

use jixiao_workbook::CellRef;

use super::cells::{ends, some_listed};
use super::{Check, Context, Rule, f002_constant_for_formula, run};
use crate::finding::{Finding, Related, Severity, Words};
use crate::given::{Form, Label, Shape};

pub(super) const RULE: Rule = Rule {
    code: "S015",
    name: "form-altered",
    severity: Severity::Warning,
    title: ("改动了制发的表样", "the form that was issued was altered"),
    docs: (
        "## 核对内容\n给了制发的表样时（check --form），表头各格的文字、各列的顺序、表注和公式是否与表样相同。空格、换行、括号和全角半角的差别不算；多填几行项目不算；单位、年度和各项内容本来就要填写，不比。\n\
         ## 为什么\n表式改了，汇总时各列对不上；公式换成数字或别的算法，算出来的数就不可比。\n\
         ## 示例\n表样的“其他资金”改成了“自筹资金”；`I7` 的公式 =H7/D7 换成了数字。\n\
         ## 怎样改\n按制发的表样改回；需要增加的内容写在备注或另附说明。\n\
         ## 依据\n制发的表样。",
        "## What is checked\nWhere the form as issued is given (check --form): whether the heading's texts, the order of the columns, the note and the formulas are those of the form. Blanks, line breaks, brackets and full-width forms make no difference, nor do more project rows; unit, year and contents are there to be filled in and are not compared.\n\
         ## Why\nA form that was altered cannot be consolidated; a formula that became a number, or another formula, gives figures that cannot be compared.\n\
         ## Example\n其他资金 of the form has become 自筹资金; the formula =H7/D7 in `I7` has become a number.\n\
         ## How to correct\nRestore the form as it was issued; put additions into the remark or a separate note.\n\
         ## Source\nThe form that was issued.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(issued) = context.given.form else { return Vec::new() };
    let mut own = Form::of(context.workbook, context.located);
    let mut findings = labels(context, issued, &own);
    if findings.is_empty() {
        findings.extend(order(context, issued, &own));
    }
    findings.extend(note(context, issued, &own));
    if context.workbook.kind().has_formulas() {
        // A label that changed is told once: formulas are compared as if it had not.
        own.columns = renamed(issued, &own);
        findings.extend(formulas(context, issued, &own));
    }
    findings
}

/// What the issued form has to do with a finding.
fn in_form(issued: &Form, cell: CellRef) -> Related {
    let note = Words::new("制发的表样", "the form as issued");
    Related { path: Some(issued.path.clone()), sheet: issued.sheet.clone(), cell, note }
}

fn finding(context: &Context<'_>, cell: CellRef, message: Words, related: Vec<Related>) -> Finding {
    let help = Words::new(
        format!("按制发的表样改回 {cell}"),
        format!("restore {cell} as in the form that was issued"),
    );
    let text = context.workbook.value(context.located.sheet, cell).as_text();
    Finding::new(&RULE, context.place(cell, text), message, help).found(text, None).with_related(related)
}

/// Labels that one header has more often than the other.
fn surplus<'a>(of: &'a [Label], beside: &[Label]) -> Vec<&'a Label> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for label in beside {
        *counts.entry(label.key()).or_default() += 1;
    }
    let more = of.iter().filter(|label| match counts.get_mut(&label.key()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    more.collect()
}

/// Where a label stands within its header: rows down, columns to the right.
fn place(form: &Form, label: &Label) -> Option<(u32, u16)> {
    let first = form.labels.first()?.cell;
    Some((label.cell.row().checked_sub(first.row())?, label.cell.column().checked_sub(first.column())?))
}

/// The lowest labels of the columns, those that changed in their place called as in the form.
fn renamed(issued: &Form, own: &Form) -> Vec<Label> {
    let missing = surplus(&issued.columns, &own.columns);
    let new = surplus(&own.columns, &issued.columns);
    let called = |label: &Label| {
        let changed = new.iter().any(|new| new.cell == label.cell);
        let old = missing.iter().find(|old| changed && place(issued, old) == place(own, label));
        Label { cell: label.cell, text: old.map_or(&label.text, |old| &old.text).clone() }
    };
    own.columns.iter().map(called).collect()
}

/// Texts of the header that are missing, new, or other ones in the same place.
fn labels(context: &Context<'_>, issued: &Form, own: &Form) -> Vec<Finding> {
    let (missing, new) = (surplus(&issued.labels, &own.labels), surplus(&own.labels, &issued.labels));
    let is_changed = |old: &&&Label, label: &Label| place(issued, old) == place(own, label);
    let mut findings = Vec::new();
    let mut changed: Vec<CellRef> = Vec::new();
    for label in new {
        let old = missing.iter().find(|old| is_changed(old, label));
        changed.extend(old.map(|old| old.cell));
        let (message, related) = match old {
            Some(old) => (
                Words::new(
                    format!("表头“{}”改成了“{}”", old.text, label.text),
                    format!("the label {} has become {}", old.text, label.text),
                ),
                vec![in_form(issued, old.cell)],
            ),
            None => (
                Words::new(
                    format!("表头多了“{}”，表样没有", label.text),
                    format!("the heading has {}, which the form has not", label.text),
                ),
                Vec::new(),
            ),
        };
        findings.push(finding(context, label.cell, message, related));
    }
    let heading = context.located.range.first();
    for old in missing.into_iter().filter(|old| !changed.contains(&old.cell)) {
        let message = Words::new(
            format!("表头缺少表样中的“{}”", old.text),
            format!("the heading lacks {} of the form", old.text),
        );
        findings.push(finding(context, heading, message, vec![in_form(issued, old.cell)]));
    }
    findings
}

/// The first column that stands elsewhere than in the form.
fn order(context: &Context<'_>, issued: &Form, own: &Form) -> Option<Finding> {
    let mut pairs = issued.columns.iter().zip(&own.columns);
    let (old, label) = pairs.find(|(old, label)| old.key() != label.key())?;
    let message = Words::new(
        format!("各列的顺序与表样不同：这里是“{}”，表样是“{}”", label.text, old.text),
        format!("the columns are in another order: {} stands here, {} in the form", label.text, old.text),
    );
    Some(finding(context, label.cell, message, vec![in_form(issued, old.cell)]))
}

fn note(context: &Context<'_>, issued: &Form, own: &Form) -> Option<Finding> {
    let old = issued.note.as_ref()?;
    let related = vec![in_form(issued, old.cell)];
    match &own.note {
        Some(note) if note.key() == old.key() => None,
        Some(note) => {
            let message = Words::new("表注与表样不同", "the note is not that of the form");
            Some(finding(context, note.cell, message, related))
        }
        None => {
            let range = context.located.range;
            let below = range.first().at_row(range.last().row() + 1);
            let message = Words::new("缺少表样的表注", "the note of the form is missing");
            Some(finding(context, below, message, related))
        }
    }
}

/// Cells of one column that no longer hold the form's formula.
struct Altered {
    typed: Vec<CellRef>,
    other: Vec<CellRef>,
}

fn formulas(context: &Context<'_>, issued: &Form, own: &Form) -> Vec<Finding> {
    let total = context.located.total.map(|(row, _)| row);
    // A typed number among formulas is told by the rule on it.
    let among = run(context, &f002_constant_for_formula::RULE);
    let among: Vec<CellRef> = among.iter().filter_map(|finding| finding.place.cell).collect();
    let mut findings = Vec::new();
    let rows = issued.row.iter().map(|formula| (formula, context.located.projects.as_slice()));
    let last = issued.total.iter().map(|formula| (formula, total.as_slice()));
    for ((key, cell, shape), rows) in rows.chain(last) {
        let Some(label) = own.columns.iter().find(|label| label.key() == *key) else { continue };
        let mut altered = altered(context, own, (label.cell.column(), shape), rows);
        altered.typed.retain(|cell| !among.contains(cell));
        let form = || in_form(issued, *cell);
        let typed = told(context, (label, &altered.typed), form(), ("换成了数字", "have become numbers"));
        let other =
            told(context, (label, &altered.other), form(), ("与表样不同", "are not those of the form"));
        findings.extend(typed.into_iter().chain(other));
    }
    findings
}

fn altered(context: &Context<'_>, own: &Form, (column, wanted): (u16, &str), rows: &[u32]) -> Altered {
    let mut altered = Altered { typed: Vec::new(), other: Vec::new() };
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return altered };
    let shape = Shape { located: context.located, columns: &own.columns };
    for cell in rows.iter().filter_map(|row| sheet.cell(CellRef::new(*row, column)?)) {
        match cell.formula {
            Some(formula) if formula.text.is_empty() || shape.of(formula.text, cell.at) == wanted => {}
            Some(_) => altered.other.push(cell.at),
            None if cell.value.is_blank() => {}
            None => altered.typed.push(cell.at),
        }
    }
    altered
}

fn told(
    context: &Context<'_>,
    (label, cells): (&Label, &[CellRef]),
    form: Related,
    (zh, en): (&str, &str),
) -> Option<Finding> {
    let first = *cells.first()?;
    let list = some_listed(cells);
    let message = Words::new(
        format!("{} {} 的公式{zh}", label.text, list.zh),
        format!("the formulas of {} in {} {en}", label.text, list.en),
    );
    let note = |_| Words::new("也被改动", "altered, too");
    let others = ends(cells).into_iter().filter(|cell| *cell != first);
    let related = others.map(|cell| context.related(cell, note(cell))).chain([form]).collect();
    Some(finding(context, first, message, related))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::Given;
    use crate::profile::Profile;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_beside, lines, official, workbook};

    const ISSUED: [&str; 3] = [
        "1|.|.|=SUM(E6:G6) -> 0|.|.|.|.|=IF(N(D6)=0,\"\",H6/D6) -> '|.|.",
        "2|.|.|=SUM(E7:G7) -> 0|.|.|.|.|=IF(N(D7)=0,\"\",H7/D7) -> '|.|.",
        "合计|<|<|=SUM(D6:D7) -> 0|.|.|.|.|.|.|.",
    ];

    fn beside(text: &str) -> Vec<Finding> {
        let form = Form::read("表样.xlsx", &workbook(&official(&ISSUED)), &Profile::national()).unwrap();
        findings_beside(RULE, text, Given { form: Some(&form), ..Given::default() })
    }

    fn filled(rows: &[&str]) -> String {
        let total = format!("合计|<|<|=SUM(D6:D{}) -> 30|.|.|.|.|.|.|.", 5 + rows.len());
        let mut all = rows.to_vec();
        all.push(&total);
        official(&all)
    }

    const FIRST: &str = "1|甲|局|=SUM(E6:G6) -> 10|10|0|0|10|=IF(N(D6)=0,\"\",H6/D6) -> 1|90|.";
    const SECOND: &str = "2|乙|局|=SUM(E7:G7) -> 10|10|0|0|10|=IF(N(D7)=0,\"\",H7/D7) -> 1|90|.";
    const THIRD: &str = "3|丙|局|=SUM(E8:G8) -> 10|10|0|0|10|=IF(N(D8)=0,\"\",H8/D8) -> 1|90|.";

    #[test]
    fn the_form_filled_in_is_silent_with_more_rows_too() {
        assert_eq!(beside(&filled(&[FIRST, SECOND])), []);
        assert_eq!(beside(&filled(&[FIRST, SECOND, THIRD])), []);
        let wide = filled(&[FIRST, SECOND]).replace("全年预算数（A）", "全 年 预算数(A)");
        assert_eq!(beside(&wide), []);
    }

    #[test]
    fn without_an_issued_form_nothing_is_compared() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn labels_that_changed_came_or_went_are_found() {
        let text = filled(&[FIRST, SECOND]);
        let found = beside(&text.replace("其他资金", "自筹资金"));
        assert_eq!(lines(&found), ["Warning G5 自筹资金"]);
        assert_eq!(found[0].message.zh, "表头“其他资金”改成了“自筹资金”");
        assert_eq!(found[0].related[0].path.as_deref(), Some("表样.xlsx"));
        let added = text.replace("|自评得分|备注", "|自评得分|备注|联系人");
        assert_eq!(lines(&beside(&added)), ["Warning L3 联系人"]);
        let swapped = text.replace("当年财政拨款|上年结转资金", "上年结转资金|当年财政拨款");
        assert_eq!(lines(&beside(&swapped)), ["Warning E5 上年结转资金"]);
    }

    #[test]
    fn another_note_and_a_missing_one_are_found() {
        let text = filled(&[FIRST, SECOND]);
        assert_eq!(lines(&beside(&text.replace("资金占比", "预算占比"))).len(), 1);
        let (table, _) = text.split_once("注:").unwrap();
        assert_eq!(lines(&beside(table)), ["Warning A9"]);
    }

    #[test]
    fn formulas_that_became_numbers_or_other_formulas_are_found_by_column() {
        let typed = "1|甲|局|=SUM(E6:G6) -> 10|10|0|0|10|1|90|.";
        let second = "2|乙|局|=SUM(E7:G7) -> 10|10|0|0|10|1|90|.";
        let found = beside(&filled(&[typed, second]));
        assert_eq!(lines(&found), ["Warning I6 1"]);
        assert_eq!(found[0].message.zh, "执行率（B/A） I6:I7 的公式换成了数字");
        assert_eq!(beside(&filled(&[typed, SECOND, THIRD])), []);
        let other = "1|甲|局|=SUM(E6:F6) -> 10|10|0|0|10|=IF(N(D6)=0,\"\",H6/D6) -> 1|90|.";
        assert_eq!(lines(&beside(&filled(&[other, SECOND]))), ["Warning D6 10"]);
        let blank = "1|甲|局|=SUM(E6:G6) -> 10|10|0|0|10|.|90|.";
        assert_eq!(beside(&filled(&[blank, SECOND])), []);
    }
}
