//! X001: the funds carried over are not what last year's summary left unspent.

use std::cell::OnceCell;
use std::collections::HashMap;

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::{Check, Context, Rule, wording};
use crate::finding::{Field, Finding, Related, Severity, Unit, Words};
use crate::given::{Prior, PriorProject};
use crate::summary::{Project, Reading, Summary};

pub(super) const RULE: Rule = Rule {
    code: "X001",
    name: "carryover-differs-from-prior-year",
    severity: Severity::Warning,
    title: ("上年结转与上年表不符", "funds carried over differ from last year's summary"),
    docs: (
        "## 核对内容\n给了上年的汇总表时（`check --prior`），各项目的上年结转资金是否等于上年的全年预算数减全年执行数。按项目编码、其次按名称（不计空格、引号、括号）对应，拿不准的不核对；年度或单位对不上的表不用。\n\
         ## 为什么\n结转资金是从上年接过来的数，两年的表对不上，必有一年要说明。\n\
         ## 示例\n上年“防汛经费”预算 20、执行 4.4，剩 15.6；今年 `F7` 上年结转填 10。\n\
         ## 怎样改\n对照结转批复核对；结余已经收回财政、没有结转的，不用改。\n\
         ## 依据\n表样：上年结转资金；上年的汇总表。",
        "## What is checked\nWhere last year's summary is given (`check --prior`): whether each project's funds carried over are last year's budget less what was spent. Projects are paired by code, else by name (blanks, quotation marks and brackets make no difference); unsure pairs are left out, and so is a summary of another unit or year.\n\
         ## Why\nFunds carried over come from last year; where the two forms differ, one of them needs an explanation.\n\
         ## Example\nLast year 防汛经费 had a budget of 20 and spent 4.4, which leaves 15.6; this year's `F7` says 10.\n\
         ## How to correct\nCheck it against the approval; if the rest was returned to the treasury, nothing is to be changed.\n\
         ## Source\nThe form's heading: 上年结转资金; last year's summary.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let prior = context.given.prior.filter(|prior| prior.unfit(context.summary).is_none());
    let column = context.summary.funds.iter().position(|fund| fund.key == "carried_over");
    let (Some(prior), Some(column)) = (prior, column) else { return Vec::new() };
    let projects = context.summary.projects.iter();
    let claims = OnceCell::new();
    let is_alone = |before: &PriorProject| {
        claims.get_or_init(|| claims_on(prior, context.summary)).get(&before.cell) == Some(&1)
    };
    projects.filter_map(|project| judge(context, project, (prior, column), is_alone)).collect()
}

/// How many projects are each of last year's, by the cell of that: of two, either could be it.
fn claims_on(prior: &Prior, summary: &Summary) -> HashMap<CellRef, usize> {
    let mut claims = HashMap::new();
    for before in summary.projects.iter().filter_map(|project| prior.find(project)) {
        *claims.entry(before.cell).or_default() += 1;
    }
    claims
}

fn judge(
    context: &Context<'_>,
    project: &Project,
    (prior, column): (&Prior, usize),
    is_alone: impl Fn(&PriorProject) -> bool,
) -> Option<Finding> {
    let reading = project.funds.get(column)?;
    let carried = amount(project, reading)?;
    let before = prior.find(project)?;
    let left = before.budget.value.checked_sub(before.executed.value)?;
    let half = reading.figure().map_or(Decimal::ZERO, |figure| figure.half());
    let window = before.budget.half().checked_add(before.executed.half())?.checked_add(half)?;
    let gap = carried.checked_sub(left)?.abs();
    (gap > window && is_alone(before))
        .then(|| finding(context, (project, reading, carried), (prior, before, left)))
}

/// The funds carried over; a blank part beside a filled one is 0.
fn amount(project: &Project, reading: &Reading) -> Option<Decimal> {
    match reading.value() {
        Some(value) => Some(value),
        None if reading.is_blank() && project.funds_sum().is_some() => Some(Decimal::ZERO),
        None => None,
    }
}

fn finding(
    context: &Context<'_>,
    (project, reading, carried): (&Project, &Reading, Decimal),
    (prior, before, left): (&Prior, &PriorProject, Decimal),
) -> Finding {
    let show = |value| wording::amount(context.summary, value);
    let (carried_over, rest) = (show(carried), show(left));
    let division = format!("{} - {}", show(before.budget.value), show(before.executed.value));
    let Prior { path, sheet, .. } = prior;
    let cell = before.cell;
    let message = Words::new(
        format!("上年结转为 {carried_over}，按上年表（{path} {sheet}!{cell}）{division} 剩 {rest}"),
        format!(
            "{carried_over} is carried over, while last year's summary ({path} {sheet}!{cell}) leaves {division} = {rest}"
        ),
    );
    let help = Words::new(
        format!("对照结转批复核对 {}；已收回财政的不用改", reading.cell),
        format!(
            "check {} against the approval; leave it if the rest was returned to the treasury",
            reading.cell
        ),
    );
    let note = Words::new("上年全年执行数", "last year's executed amount");
    let related = Related { path: Some(path.clone()), sheet: sheet.clone(), cell, note };
    let finding = Finding::new(&RULE, context.at(reading), message, help).of(Field::Fund).on(project);
    let finding =
        finding.found(carried_over, Some(carried)).expected(rest, Some(left)).with_related(vec![related]);
    Finding { unit: Some(Unit::TenThousand), ..finding.grouped(RULE.code) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::Given;
    use crate::profile::Profile;
    use crate::rules::sample::{PROJECTS, submission};
    use crate::sketch::{findings, findings_beside, lines, official, workbook};

    /// Last year's table is the published one, called 2022.
    fn prior(rows: &[&str], year: &str) -> Prior {
        let text = official(rows).replace("2023", year);
        Prior::read("2022.xlsx", &workbook(&text), &Profile::national()).unwrap()
    }

    fn beside(prior: &Prior, rows: &[&str]) -> Vec<Finding> {
        findings_beside(RULE, &official(rows), Given { prior: Some(prior), ..Given::default() })
    }

    #[test]
    fn funds_carried_over_that_last_year_does_not_give_are_found() {
        let prior = prior(&PROJECTS, "2022");
        let rows = [
            "1|交管站\"两站一室\" 工作经费|中川园区|25|15|10|0|25|100%|90|.",
            "2|办公用房租赁费|中川园区|20|20|.|0|20|100%|90|.",
        ];
        let found = beside(&prior, &rows);
        assert_eq!(lines(&found), ["Warning F6 10 → 15.6", "Warning F7 0 → 53.21"]);
        assert_eq!(found[0].message.zh, "上年结转为 10，按上年表（2022.xlsx 附表!H7）20 - 4.4 剩 15.6");
        let related = &found[0].related[0];
        assert_eq!((related.path.as_deref(), related.cell.to_string()), (Some("2022.xlsx"), "H7".to_owned()));
    }

    #[test]
    fn what_agrees_and_what_is_not_given_is_silent() {
        let prior = prior(&PROJECTS, "2022");
        let rows = [
            "1|交管站“两站一室”工作经费|中川园区|25.6|10|15.6|0|25|97.66%|90|.",
            "2|防汛经费|中川园区|20|20|0|0|20|100%|90|.",
            "3|新项目|中川园区|20|12|8|0|20|100%|90|.",
        ];
        assert_eq!(beside(&prior, &rows), []);
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn rounding_of_all_three_amounts_is_allowed() {
        let prior = prior(&["1|甲|局|20.12|20.12|0|0|4.41|21.92%|85|."], "2022");
        let row = |carried: &str| format!("1|甲|局|20|4|{carried}|0|20|100%|90|.");
        assert_eq!(beside(&prior, &[&row("15.72")]), []);
        assert_eq!(beside(&prior, &[&row("15.73")]).len(), 1);
    }

    #[test]
    fn unsure_pairs_and_other_years_are_left_out() {
        let twice = prior(&["1|甲|局|20|20|0|0|4|20%|85|.", "2|甲|园|9|9|0|0|4|20%|85|."], "2022");
        let rows = ["1|甲|局|20|15|5|0|20|100%|90|."];
        assert_eq!(beside(&twice, &rows), []);
        let older = prior(&PROJECTS, "2021");
        assert_eq!(beside(&older, &["1|网格员补助|局|20|15|5|0|20|100%|90|."]), []);
        let once = prior(&["1|甲|局|20|20|0|0|4|20%|85|."], "2022");
        let both = ["1|甲|局|20|15|5|0|20|100%|90|.", "2|甲|局|20|15|5|0|20|100%|90|."];
        assert_eq!(beside(&once, &both), []);
        let spelled = ["1|“甲”|局|20|15|5|0|20|100%|90|.", "2|甲|局|20|15|5|0|20|100%|90|."];
        assert_eq!(beside(&once, &spelled), [], "names that differ only in how they are written");
    }
}
