//! F003: the total's formula leaves out project rows, or takes in the total itself or group rows.

use jixiao_workbook::formula::{Expr, Operator, parse};
use jixiao_workbook::{CellRef, Range, Sheet};

use super::cells::{amounts, listed};
use super::formulas::{as_shown, expression, outcome, spot, with_expression};
use super::{Check, Context, Rule};
use crate::computed::{Held, stored};
use crate::finding::{Applicability, Finding, Fix, Severity, Words};
use crate::layout::Located;

pub(super) const RULE: Rule = Rule {
    code: "F003",
    name: "range-omits-rows",
    severity: Severity::Error,
    title: ("合计公式的范围不对", "the total's range is wrong"),
    docs: (
        "## 核对内容\n合计行的 `SUM` 是否恰好包括每一个项目行：不漏行，不把合计行自己或分组小计行算进去。漏掉的格是空的、合计暂时不受影响时，只作警告。\n\
         ## 为什么\n插入项目行后公式范围常常没有跟着变，新项目就不在合计里；把分组小计一起加会重复计算。\n\
         ## 示例\n`D21` 公式 `SUM(D7:D19)` 漏了第 20 行。\n\
         ## 怎样改\n把范围改为全部项目行，如 `SUM(D7:D20)`；有分组行时分段写，如 `SUM(D7:D9,D11:D14)`。\n\
         ## 依据\n表样：合计为各项目之和。",
        "## What is checked\nWhether the `SUM` of the total row covers every project row, and neither the total row itself nor group rows. Where the cells left out are blank, so that the total is right for now, it is a warning.\n\
         ## Why\nAfter a row is inserted the range often stays as it was, and the new project is missing from the total; adding group rows counts their projects twice.\n\
         ## Example\n`D21` holds `SUM(D7:D19)`: row 20 is left out.\n\
         ## How to correct\nLet the range cover all project rows, `SUM(D7:D20)`; with group rows one range for each run, `SUM(D7:D9,D11:D14)`.\n\
         ## Source\nThe form: 合计 is the sum over the projects.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (Some(total), Ok(sheet)) = (&context.summary.total, context.workbook.sheet(context.located.sheet))
    else {
        return Vec::new();
    };
    let cells = amounts(total).filter(|(_, reading)| reading.has_formula()).map(|(_, reading)| reading.cell);
    cells.filter_map(|cell| wrong_range(context, sheet, cell)).collect()
}

/// What a sum covers wrongly.
struct Slip {
    left_out: Vec<CellRef>,
    groups: Vec<CellRef>,
    itself: bool,
}

/// The finding of a total whose sum does not cover exactly the project rows.
pub(super) fn wrong_range(context: &Context<'_>, sheet: &Sheet, cell: CellRef) -> Option<Finding> {
    let text = sheet.formula(cell)?.text;
    let ranges = summed(&parse(text).ok()?, cell)?;
    let slip = slip(context.located, &merged(&ranges), cell);
    let sums_groups = !slip.groups.is_empty() && slip.left_out.len() == context.located.projects.len();
    if slip.itself || !(slip.left_out.is_empty() && slip.groups.is_empty() || sums_groups) {
        return Some(finding(context, sheet, cell, &slip));
    }
    None
}

/// The ranges that a sum adds up, if it only adds up cells of its own column; none for any other formula.
fn summed(expr: &Expr, cell: CellRef) -> Option<Vec<Range>> {
    match expr {
        Expr::Reference(reference) if reference.sheet.is_none() && reference.book.is_none() => {
            let range = reference.range();
            let own = range.first().column() == cell.column() && range.last().column() == cell.column();
            own.then(|| vec![range])
        }
        Expr::Call(name, arguments) if name == "SUM" => all(arguments.iter(), cell),
        Expr::Call(name, arguments) if name == "ROUND" => match &arguments[..] {
            [sum, _] => summed(sum, cell),
            _ => None,
        },
        Expr::Plus(inner) => summed(inner, cell),
        Expr::Chain(first, rest) if rest.iter().all(|(operator, _)| *operator == Operator::Add) => {
            all(std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand)), cell)
        }
        Expr::Union(parts) => all(parts.iter(), cell),
        _ => None,
    }
}

fn all<'e>(mut parts: impl Iterator<Item = &'e Expr>, cell: CellRef) -> Option<Vec<Range>> {
    parts.try_fold(Vec::new(), |mut ranges, part| {
        ranges.extend(summed(part, cell)?);
        Some(ranges)
    })
}

/// The rows covered, as rising spans.
fn merged(ranges: &[Range]) -> Vec<(u32, u32)> {
    let mut spans: Vec<(u32, u32)> =
        ranges.iter().map(|range| (range.first().row(), range.last().row())).collect();
    spans.sort_unstable();
    let mut rising: Vec<(u32, u32)> = Vec::new();
    for (first, last) in spans {
        match rising.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => rising.push((first, last)),
        }
    }
    rising
}

fn slip(located: &Located, spans: &[(u32, u32)], cell: CellRef) -> Slip {
    let covered = |row: u32| {
        let at = spans.partition_point(|(first, _)| *first <= row);
        at.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|(_, last)| row <= *last)
    };
    let projects = located.projects.iter().filter(|row| !covered(**row));
    let groups = located.groups.iter().map(|group| group.row).filter(|row| covered(*row));
    Slip {
        left_out: projects.map(|row| cell.at_row(*row)).collect(),
        groups: groups.map(|row| cell.at_row(row)).collect(),
        itself: covered(cell.row()),
    }
}

fn finding(context: &Context<'_>, sheet: &Sheet, cell: CellRef, slip: &Slip) -> Finding {
    let text = sheet.formula(cell).map_or("", |formula| formula.text);
    let stands = sheet.value(cell);
    let found = as_shown(context, cell, stands);
    let spot = spot(context, cell);
    let message = message(text, slip);
    let Some(expression) = expression(context, cell) else {
        let help = Words::new(
            format!("改正 {cell} 公式的求和范围，只计各项目行"),
            format!("correct the range that {cell} sums, so that it covers the project rows only"),
        );
        return spot.about(Finding::new(&RULE, context.place(cell, found), message, help));
    };
    let help = Words::new(
        format!("把 {cell} 的公式改为 ={}", expression.formula()),
        format!("change the formula in {cell} to ={}", expression.formula()),
    );
    let related = slip.left_out.iter().map(|cell| (cell, "没有计入", "left out"));
    let related = related.chain(slip.groups.iter().map(|cell| (cell, "分组小计，不应计入", "group row")));
    let related = related.take(20).map(|(cell, zh, en)| context.related(*cell, Words::new(zh, en)));
    let finding = Finding::new(&RULE, context.place(cell, found.as_str()), message, help)
        .at(if harmless(sheet, slip) { Severity::Warning } else { Severity::Error })
        .found(found, spot.figure(stands))
        .with_related(related.collect())
        .grouped(RULE.code);
    let finding = spot.about(finding);
    let Some(outcome) = outcome(context, &expression) else { return finding };
    let right = outcome.to_value();
    let figure = spot.figure(right.as_ref());
    // Another total is another declared figure: that is for a person to decide.
    let same = figure.is_some() && figure == finding.found_value;
    let fix = Fix {
        title: Words::new("改正公式的范围", "correct the formula's range"),
        applicability: if same { Applicability::Safe } else { Applicability::Review },
        edits: vec![with_expression(context, cell, &expression, outcome)],
    };
    finding.expected(as_shown(context, cell, right.as_ref()), figure).with_fix(fix)
}

fn message(text: &str, slip: &Slip) -> Words {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    if slip.itself {
        zh.push("把合计自己算了进去".to_owned());
        en.push("takes in the total itself".to_owned());
    }
    if !slip.left_out.is_empty() {
        zh.push(format!("漏了 {} 个项目：{}", slip.left_out.len(), listed(&slip.left_out)));
        en.push(format!("leaves out {} projects: {}", slip.left_out.len(), listed(&slip.left_out)));
    }
    if !slip.groups.is_empty() {
        zh.push(format!("把分组小计 {} 重复算了进去", listed(&slip.groups)));
        en.push(format!("counts the group rows {} twice", listed(&slip.groups)));
    }
    Words::new(format!("公式 ={text} {}", zh.join("，")), format!("={text} {}", en.join(", ")))
}

/// Whether the result is right all the same, since the cells concerned hold nothing.
fn harmless(sheet: &Sheet, slip: &Slip) -> bool {
    let nothing = |cell: &CellRef| match stored(sheet, *cell) {
        Held::Number(value) => value.is_zero(),
        Held::Error => false,
        Held::Blank | Held::Text => true,
    };
    !slip.itself && slip.left_out.iter().chain(&slip.groups).all(nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{findings, lines, official};

    fn total(formula: &str) -> Vec<Finding> {
        let total = format!("合计|||={formula} -> 20");
        findings(RULE, &official(&["1|甲|局|20|20|||4||90|", "2|乙|局|30|30|||4||90|", &total]))
    }

    #[test]
    fn a_project_left_out_is_an_error_with_the_right_formula() {
        let findings = total("SUM(D6:D6)");
        assert_eq!(lines(&findings), ["Error D8 20 → 50"]);
        assert!(findings[0].message.zh.contains("漏了 1 个项目：D7"), "{}", findings[0].message.zh);
        assert!(findings[0].help.zh.contains("=SUM(D6:D7)"));
        assert_eq!(lines(&total("ROUND(SUM(D6:D6),2)")), ["Error D8 20 → 50"]);
    }

    #[test]
    fn the_total_in_its_own_sum_is_an_error() {
        assert_eq!(lines(&total("SUM(D6:D8)")), ["Error D8 20 → 50"]);
    }

    #[test]
    fn sums_over_exactly_the_projects_are_right_however_they_are_written() {
        for formula in
            ["SUM(D6:D7)", "D6+D7", "SUM(D6,D7)", "SUM($D$5:D7)", "SUM(E8:G8)", "ROUND(SUM(D6:D7),2)"]
        {
            assert!(total(formula).is_empty(), "{formula}");
        }
    }

    #[test]
    fn group_rows_may_be_summed_alone_but_not_with_their_projects() {
        let form = |formula: &str| {
            let total = format!("合计|||={formula} -> 50");
            findings(
                RULE,
                &official(&[
                    "|小计：民政科||20|20|||4||",
                    "1|甲|局|20|20|||4||90|",
                    "|小计：农业科||30|30|||4||",
                    "1|乙|局|30|30|||4||90|",
                    &total,
                ]),
            )
        };
        assert!(form("SUM(D7,D9)").is_empty());
        assert!(form("D6+D8").is_empty());
        assert_eq!(lines(&form("SUM(D6:D9)")), ["Error D10 50 → 50"]);
    }

    #[test]
    fn a_blank_cell_left_out_is_only_a_warning() {
        let rows = ["1|甲|局|20|20|||4||90|", "2|乙|局|30|30|||4||90|", "合计|||50|50|=SUM(F6:F6) -> 0"];
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Warning F8 0 → 0"]);
    }
}
