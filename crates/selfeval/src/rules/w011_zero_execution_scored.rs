//! W011: a project of which nothing was spent has no passing score.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::amount;
use super::{
    Check, Context, Each, Group, Rule, slips, w004_score_above_ceiling as ceiling,
    w005_score_above_cap as cap, w006_low_rate_unexplained as low_rate,
};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "W011",
    name: "zero-execution-scored",
    severity: Severity::Warning,
    title: ("没有执行却得分及格", "nothing was spent, yet the score passes"),
    docs: (
        "## 核对内容\n执行率为 0 的项目，得分是否在 60 分及以上。\n\
         ## 为什么\n没有支出的项目一般谈不上产出和效益，得分及格多半是执行数漏填或得分有误。\n\
         ## 示例\n`D9` 50，`H9` 0，`J9` 85：没有支出，得分 85。\n\
         ## 怎样改\n先核对全年执行数；确实没有支出的，对照项目自评表核对得分，并说明原因。\n\
         ## 依据\n产出和效益以支出为前提；情况特殊的可以说明。",
        "## What is checked\nWhether a project with a rate of 0 scores 60 or more.\n\
         ## Why\nWithout spending there is rarely output or effect: the executed amount was probably left out, or the score is wrong.\n\
         ## Example\n`D9` is 50, `H9` is 0 and `J9` is 85.\n\
         ## How to correct\nCheck the executed amount first; if nothing was spent, check the score in the project's own form and say why.\n\
         ## Source\nOutput and effect need spending; special cases can be explained.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W011") }]),
};

/// A passing score, 及格.
const PASSING: Decimal = Decimal::from_parts(60, 0, 0, false, 0);

/// The score that passes although nothing was spent.
fn scored<'a>(context: &Context<'_>, project: &'a Project) -> Option<(&'a Reading, Decimal)> {
    let reading = project.score.as_ref()?;
    let score = reading.value().filter(|score| (PASSING..=Decimal::ONE_HUNDRED).contains(score))?;
    if !low_rate::rate(project)?.is_zero() {
        return None;
    }
    // Where the rate and the total say that something was spent, the amount is wrong: A004.
    let spent = slips::alternative(context, project).is_some_and(|(executed, _)| !executed.value.is_zero());
    let said = spent
        || cap::exceeds(context, project)
        || context.profile.points_proportional && ceiling::exceeds(context, project);
    (!said).then_some((reading, score))
}

/// Whether nothing was spent and the score passes.
pub(super) fn passes(context: &Context<'_>, project: &Project) -> bool {
    scored(context, project).is_some()
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    scored(context, project).map(|(reading, _)| (reading.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (reading, score) = scored(context, project)?;
    let found = reading.raw().into_owned();
    let budget = project.budget_figure().map(|budget| amount(context.summary, budget.value));
    let (zh, en) = match budget {
        Some(budget) => {
            (format!("全年预算数 {budget} 没有支出"), format!("nothing of the budget {budget} was spent"))
        }
        None => ("执行率为 0".to_owned(), "the rate is 0".to_owned()),
    };
    let executed = project.executed.as_ref().or(project.rate.as_ref()).map(|reading| reading.cell);
    let look = executed.map_or_else(String::new, |cell| cell.to_string());
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(format!("{zh}，得分 {found}"), format!("{en}, yet the score is {found}")),
        Words::new(
            format!("先核对 {look}；确实没有支出的，核对 {} 的得分并说明原因", reading.cell),
            format!(
                "check {look} first; if nothing was spent, check the score in {} and say why",
                reading.cell
            ),
        ),
    );
    let related = executed.map(|cell| context.related(cell, Words::new("全年执行数", "executed amount")));
    Some(Finding {
        found: Some(found),
        found_value: Some(score),
        unit: Some(Unit::Points),
        related: related.into_iter().collect(),
        ..finding.of(Field::Score).on(project).grouped("W011")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{on_second, submission};
    use crate::sketch::{findings, lines};

    fn on(rule: Rule, executed: &str, score: &str) -> Vec<String> {
        lines(&on_second(
            rule,
            &format!("2|交管站|中川园区|20|20|0|0|{executed}|0%|{score}|项目推迟到次年实施"),
        ))
    }

    #[test]
    fn a_passing_score_without_spending_is_found() {
        assert_eq!(on(RULE, "0", "85"), ["Warning J7 85"]);
        let found = on_second(RULE, "2|交管站|中川园区|20|20|0|0|0|0%|85|.");
        assert_eq!(found[0].message.zh, "全年预算数 20 没有支出，得分 85");
    }

    #[test]
    fn spending_and_a_budget_of_nothing_are_silent() {
        assert!(findings(RULE, &submission()).is_empty());
        assert!(on_second(RULE, "2|交管站|中川园区|0|0|0|0|0|.|85|.").is_empty());
        assert!(on_second(RULE, "2|交管站|中川园区|20|20|0|0|.|.|85|.").is_empty());
    }

    #[test]
    fn sixty_passes_and_any_spending_counts() {
        assert_eq!(on(RULE, "0", "60"), ["Warning J7 60"]);
        assert!(on(RULE, "0", "59.99").is_empty());
        assert!(on(RULE, "0.01", "85").is_empty());
    }

    #[test]
    fn a_score_above_the_ceiling_besides_is_one_finding() {
        assert_eq!(on(RULE, "0", "95"), ["Warning J7 95"]);
        assert!(on(ceiling::RULE, "0", "95").is_empty());
    }
}
