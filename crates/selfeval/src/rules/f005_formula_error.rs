//! F005: a formula shows an error.

use jixiao_workbook::formula::references;
use jixiao_workbook::{Cell, CellRef, ValueRef};

use super::formulas::{as_shown, expression, outcome, safe, spot, with_expression};
use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Related, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "F005",
    name: "formula-error",
    severity: Severity::Error,
    title: ("公式结果是错误值", "a formula shows an error"),
    docs: (
        "## 核对内容\n表所在工作表中，公式的结果是不是 `#DIV/0!`、`#REF!`、`#VALUE!` 之类的错误值。由这一格引起的其他错误列为相关单元格，不重复报。\n\
         ## 为什么\n错误值不是数，合计和得分会跟着出错，报送后会被退回。\n\
         ## 示例\n`I9` 公式 `H9/D9`，`D9` 为 0，显示 `#DIV/0!`。\n\
         ## 怎样改\n`#DIV/0!`：除数为 0 或空，执行率用 `IF(N(D9)=0,\"\",H9/D9)`；`#REF!`：引用的单元格被删，重写公式；`#VALUE!`：引用了文字，改成数字。\n\
         ## 依据\n表中各栏须为数字或留空。",
        "## What is checked\nWhether a formula of the table's sheet results in an error such as `#DIV/0!`, `#REF!` or `#VALUE!`. Errors that only follow from this one are listed with it.\n\
         ## Why\nAn error is no figure; totals and the score that depend on it fail too, and the form comes back.\n\
         ## Example\n`I9` holds `H9/D9`, `D9` is 0, and `#DIV/0!` shows.\n\
         ## How to correct\n`#DIV/0!`: the divisor is 0 or blank, write the rate as `IF(N(D9)=0,\"\",H9/D9)`; `#REF!`: a cell it read was deleted, write the formula anew; `#VALUE!`: it reads text, make that a number.\n\
         ## Source\nThe form's cells hold figures or nothing.",
    ),
    check: Check::Table(check),
};

/// Cells named with a finding that only follow from it.
const FOLLOWERS: usize = 20;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Vec::new() };
    let wrong: Vec<Cell<'_>> = sheet.formula_cells().filter(is_wrong).collect();
    let places: Vec<CellRef> = wrong.iter().map(|cell| cell.at).collect();
    let mut findings: Vec<Finding> = Vec::new();
    let mut followers: Vec<(CellRef, CellRef)> = Vec::new();
    for cell in wrong {
        match cause(cell, &places) {
            Some(cause) => followers.push((cause, cell.at)),
            None => findings.push(finding(context, cell)),
        }
    }
    for (cause, cell) in followers {
        let root = findings.iter_mut().find(|finding| finding.place.cell == Some(cause));
        if let Some(root) = root.filter(|root| root.related.len() < FOLLOWERS) {
            root.related.push(follower(context, cell));
        }
    }
    findings
}

fn is_wrong(cell: &Cell<'_>) -> bool {
    let broken = cell.formula.is_some_and(|formula| formula.text.contains("#REF!"));
    broken || matches!(cell.value, ValueRef::Error(_))
}

/// The first other wrong cell that a formula reads.
fn cause(cell: Cell<'_>, wrong: &[CellRef]) -> Option<CellRef> {
    let text = cell.formula?.text;
    if text.contains("#REF!") {
        return None;
    }
    references(text).into_iter().filter(|reference| reference.sheet.is_none()).find_map(|reference| {
        let range = reference.range();
        let from = wrong.partition_point(|at| *at < range.first());
        let below = wrong.get(from..)?.iter().take_while(|at| **at <= range.last());
        below.copied().find(|at| range.contains(*at) && *at != cell.at)
    })
}

fn follower(context: &Context<'_>, cell: CellRef) -> Related {
    context.related(cell, Words::new("由此引起的错误", "an error that follows from it"))
}

fn finding(context: &Context<'_>, cell: Cell<'_>) -> Finding {
    let text = cell.formula.map_or("", |formula| formula.text);
    let found = as_shown(context, cell.at, cell.value);
    let (zh, en) = help(&found, text);
    let finding = Finding::new(
        &RULE,
        context.place(cell.at, found.as_str()),
        Words::new(format!("公式 ={text} 的结果是 {found}"), format!("={text} results in {found}")),
        Words::new(format!("{zh}（{}）", cell.at), format!("{en} ({})", cell.at)),
    );
    let spot = spot(context, cell.at);
    let finding = spot.about(finding.found(found, None)).grouped(column_group(RULE.code, cell.at));
    let right =
        expression(context, cell.at).filter(|_| spot.field != Some(Field::Fund) || spot.project.is_none());
    let Some((right, outcome)) = right.and_then(|right| Some((right.clone(), outcome(context, &right)?)))
    else {
        return finding;
    };
    let result = outcome.to_value();
    let edit = with_expression(context, cell.at, &right, outcome);
    finding
        .expected(as_shown(context, cell.at, result.as_ref()), spot.figure(result.as_ref()))
        .with_fix(safe(Words::new("换成正确的公式", "put the right formula there"), edit))
}

fn help(found: &str, text: &str) -> (&'static str, &'static str) {
    if text.contains("#REF!") || found == "#REF!" {
        return ("引用的单元格已被删除，重写公式", "a cell it read was deleted; write the formula anew");
    }
    match found {
        "#DIV/0!" => (
            "除数是 0 或空，补上预算数，或改用预算数为 0 时留空的公式",
            "the divisor is 0 or blank; enter it, or use a formula that stays blank then",
        ),
        "#VALUE!" => ("公式用到了文字，把它改成数字", "it reads text; make that a number"),
        "#NAME?" => ("函数或名称写错了，改正公式", "a function or a name is misspelt; correct the formula"),
        _ => ("查明原因，改正公式", "find the cause and correct the formula"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{findings, lines, official};

    #[test]
    fn an_error_is_reported_at_its_root_with_the_right_formula() {
        let text = official(&[
            "1|甲|局|0|0|||0|=H6/D6 -> #DIV/0!|90|",
            "2|乙|局|20|20|||4|20%|90|",
            "合计|||20|20|||4|=AVERAGE(I6:I7) -> #DIV/0!||",
        ]);
        let findings = findings(RULE, &text);
        assert_eq!(lines(&findings), ["Error I6 #DIV/0! →"]);
        assert_eq!(findings[0].related.len(), 1);
        let edits = &findings[0].fix.as_ref().unwrap().edits;
        assert!(format!("{edits:?}").contains("IF(N(D6)=0"), "{edits:?}");
    }

    #[test]
    fn a_deleted_reference_is_reported_even_with_a_result_stored() {
        let text = official(&["1|甲|局|=#REF!+E6 -> 20|20|||4|20%|90|", "合计|||20"]);
        assert_eq!(lines(&findings(RULE, &text)), ["Error D6 20 → 20"]);
    }

    #[test]
    fn typed_errors_and_good_formulas_are_silent() {
        let text = official(&["1|甲|局|=SUM(E6:G6) -> 20|20|||4|#DIV/0!|90|", "合计|||20"]);
        assert!(findings(RULE, &text).is_empty());
    }
}
