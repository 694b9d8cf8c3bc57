//! S004: amounts of 元 stand under 万元, or the form states two units. What shows it is a factor of ten thousand
//! between two figures that belong together, or a size that no project has.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::cells::some_listed;
use super::columns::{AmountColumn, amount_columns, stated_budget};
use super::{Check, Context, Each, Group, Rule, wording};
use crate::finding::{Field, Finding, Related, Severity, Unit, Words};
use crate::summary::{Project, Reading};
use crate::value::{Figure, Level, Money, Spread, rate_level, shifted};

pub(super) const RULE: Rule = Rule {
    code: "S004",
    name: "unit-conflict",
    severity: Severity::Error,
    title: ("金额单位前后不一致", "amounts are in two units"),
    docs: (
        "## 核对内容\n金额是否都按表内写明的单位填写。下列情形说明有的数是按元填在万元表里的（或者相反），相差一万倍：\n\
         - 执行数是预算数的一千倍以上，除以一万后正好合理，或者与填报的执行率一致；\n\
         - 小计与各项资金之和、合计与各项目之和正好相差一万倍，或者只有一行按元计算时合计才对得上；\n\
         - 个别项目在 100 亿元以上，且是其他项目的一千倍以上；或者全表没有一个数在 1000 以下，又有 100 亿元以上的项目；\n\
         - 表上方写的单位与表头写的单位不同。\n\
         ## 为什么\n单位错了，合计、执行率和加权得分全错，汇总时相差一万倍。\n\
         ## 示例\n`D7` 20、`H7` 44000、执行率 22%：44000 是元，应为 4.4 万元。\n\
         ## 怎样改\n把这一格（或这一栏）换算成表内的单位；整张表都按元填的，改表头的单位。\n\
         ## 依据\n表样：项目资金（万元）。",
        "## What is checked\nWhether all amounts are in the unit that the form states. These show that some are in 元 under 万元, or the reverse, ten thousand times too large or too small:\n\
         - more than a thousand times the budget was spent, and a ten-thousandth of it makes sense or agrees with the stated rate;\n\
         - a subtotal and its parts, or a total and its projects, differ by just that factor, or the total is right once one row is taken in 元;\n\
         - a project of 10 billion 元 or more is a thousand times all others; or no amount of the whole table is below 1000 while a project is that large;\n\
         - the line above the table states another unit than the heading.\n\
         ## Why\nWith a wrong unit totals, rates and the weighted score are all wrong, by a factor of ten thousand.\n\
         ## Example\n`D7` 20, `H7` 44000 and a rate of 22%: 44000 are 元 and should be 4.4 万元.\n\
         ## How to correct\nConvert the cell or the column into the form's unit; if the whole table is in 元, correct the unit in the heading.\n\
         ## Source\nThe form: 项目资金（万元）.",
    ),
    check: Check::Both(&[Each { spot, tell, group: Group::One("S004") }], table),
};

/// A ten-thousandth, as a power of ten.
const FACTOR: i8 = 4;
/// From this factor on two amounts that belong together look like two units.
const APART: Decimal = Decimal::ONE_THOUSAND;
/// 100 亿元 in 万元: a unit's project is hardly ever so large.
const HUGE: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// An amount in another unit than the table's.
#[derive(Clone, Copy)]
pub(super) struct Slip<'a> {
    field: Field,
    reading: &'a Reading,
    /// The amount that tells: its field, cell and value in 万元.
    beside: (Field, Option<CellRef>, Decimal),
}

impl Slip<'_> {
    /// The amount in 万元 once it is taken in its own unit.
    fn corrected(&self, context: &Context<'_>) -> Option<Decimal> {
        shifted(self.reading.value()?, if too_small(context) { FACTOR } else { -FACTOR })
    }
}

/// Whether the one at fault of two amounts is the smaller: 万元 in a table of 元.
fn too_small(context: &Context<'_>) -> bool {
    context.summary.money == Money::Yuan
}

/// The amount of a project that is in another unit than the table's.
pub(super) fn slip<'a>(context: &Context<'_>, project: &'a Project) -> Option<Slip<'a>> {
    between_amounts(context, project).or_else(|| between_parts(context, project))
}

/// A project's full-year budget in the table's unit where the stated one is not in it.
pub(super) fn corrected_budget(context: &Context<'_>, project: &Project) -> Option<Spread> {
    let slip = slip(context, project).filter(|slip| slip.field != Field::Executed)?;
    let stated = project.budget_figure()?;
    // A wrong part makes the subtotal wrong only where that is its sum.
    let scaled = scaled(stated, if too_small(context) { FACTOR } else { -FACTOR })?;
    let whole = slip.field == Field::Budget || project.funds_sum() == Some(stated.value);
    whole.then_some(scaled)
}

fn is_apart(large: Decimal, small: Decimal) -> bool {
    small > Decimal::ZERO && small.checked_mul(APART).is_some_and(|bound| large >= bound)
}

/// Executed amount and budget, with the stated rate as a witness.
fn between_amounts<'a>(context: &Context<'_>, project: &'a Project) -> Option<Slip<'a>> {
    let (a, b) = (project.budget_figure()?, project.executed_figure()?);
    let executed = (Field::Executed, project.executed.as_ref()?);
    let budget = || stated(project);
    if is_apart(b.value, a.value) {
        let fits = shifted(b.value, -FACTOR)? <= a.value.checked_add(a.half())?;
        let beside = budget()?;
        return (fits || witnessed(project, scaled(b, -FACTOR)?, a.into()))
            .then(|| at_fault(context, executed, beside));
    }
    if is_apart(a.value, b.value) && witnessed(project, b.into(), scaled(a, -FACTOR)?) {
        return Some(at_fault(context, budget()?, executed));
    }
    None
}

/// The cell that states a project's budget: 小计, or its largest part where that is computed or blank.
fn stated(project: &Project) -> Option<(Field, &Reading)> {
    let budget =
        project.budget.as_ref().filter(|reading| reading.figure().is_some() && !reading.has_formula());
    let largest =
        || project.funds.iter().filter(|part| part.figure().is_some()).max_by_key(|part| part.value());
    let part = |reading| (Field::Fund, reading);
    budget.map(|reading| (Field::Budget, reading)).or_else(|| largest().map(part)).or_else(|| {
        project.budget.as_ref().filter(|reading| reading.figure().is_some()).map(|r| (Field::Budget, r))
    })
}

/// Of two amounts, the larger first, the one that is not in the table's unit.
fn at_fault<'a>(context: &Context<'_>, large: (Field, &'a Reading), small: (Field, &'a Reading)) -> Slip<'a> {
    let (wrong, other) = if too_small(context) { (small, large) } else { (large, small) };
    let beside = (other.0, Some(other.1.cell), other.1.value().unwrap_or_default());
    Slip { field: wrong.0, reading: wrong.1, beside }
}

fn scaled(figure: Figure, power: i8) -> Option<Spread> {
    Some(Spread { value: shifted(figure.value, power)?, half: shifted(figure.half(), power)? })
}

/// Whether the stated rate agrees with other amounts and not with those that are stated.
fn witnessed(project: &Project, executed: Spread, budget: Spread) -> bool {
    let level = || {
        let (rate, a, b) = (project.rate_figure()?, project.budget_figure()?, project.executed_figure()?);
        let agrees = rate_level(rate, executed, budget)? <= Level::L1;
        Some(agrees && rate_level(rate, b, a)? == Level::L3)
    };
    level().unwrap_or(false)
}

/// 小计 and the sum of its parts.
fn between_parts<'a>(context: &Context<'_>, project: &'a Project) -> Option<Slip<'a>> {
    let budget = project.budget.as_ref().filter(|reading| !reading.has_formula())?;
    let stated = budget.figure()?;
    let sum = project.funds_sum()?;
    if !is_apart(stated.value, sum) && !is_apart(sum, stated.value) {
        return None;
    }
    let sum = Spread::sum(project.funds.iter().filter_map(Reading::figure))?;
    let part = project.funds.iter().filter(|part| part.figure().is_some()).max_by_key(|part| part.value())?;
    let (subtotal, part) = ((Field::Budget, budget), (Field::Fund, part));
    if is_ten_thousand(stated.into(), sum) {
        Some(at_fault(context, subtotal, part))
    } else {
        is_ten_thousand(sum, stated.into()).then(|| at_fault(context, part, subtotal))
    }
}

/// Whether one amount is ten thousand times the other, as far as both are rounded.
fn is_ten_thousand(large: Spread, small: Spread) -> bool {
    let fits = || {
        let gap = large.value.checked_sub(shifted(small.value, FACTOR)?)?.abs();
        Some(gap <= large.half.checked_add(shifted(small.half, FACTOR)?)?)
    };
    small.value > Decimal::ZERO && fits().unwrap_or(false)
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    Some((slip(context, project)?.reading.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let slip = slip(context, project)?;
    let show = |value| wording::amount(context.summary, value);
    let (value, corrected) = (slip.reading.value()?, slip.corrected(context)?);
    let (field, cell, beside) = slip.beside;
    let (name, other) = (
        context.summary.name_of(slip.field, slip.reading.cell),
        cell.map(|cell| context.summary.name_of(field, cell)),
    );
    let other = other.unwrap_or_default();
    let (found, expected) = (show(value), show(corrected));
    let message = Words::new(
        format!(
            "{} {found} 与{} {} 不是一个单位，像是按{}填的",
            name.zh,
            other.zh,
            show(beside),
            unit(context)
        ),
        format!(
            "the {} {found} and the {} {} are not in one unit; it looks like {}",
            name.en,
            other.en,
            show(beside),
            unit(context)
        ),
    );
    let finding =
        Finding::new(&RULE, context.at(slip.reading), message, help(context, slip.reading.cell, &expected));
    let related: Vec<Related> = cell.map(|cell| context.related(cell, other)).into_iter().collect();
    let finding = finding.of(slip.field).on(project).with_related(related).grouped("S004");
    let finding = finding.found(found, Some(value)).expected(expected, Some(corrected));
    Some(Finding { unit: Some(Unit::TenThousand), ..finding })
}

/// The unit that stands where the table's own belongs.
fn unit(context: &Context<'_>) -> &'static str {
    if too_small(context) { Money::TenThousand.name() } else { Money::Yuan.name() }
}

fn help(context: &Context<'_>, cell: CellRef, expected: &str) -> Words {
    let money = context.summary.money.name();
    Words::new(
        format!("对照账面核对 {cell} 的单位；是{}的改为 {expected}（{money}）", unit(context)),
        format!(
            "check the unit of {cell} against the ledger; if it is {}, enter {expected} ({money})",
            unit(context)
        ),
    )
}

/// What shows only in the table as a whole.
fn table(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = two_statements(context).into_iter().collect();
    if let Some(total) = context.total() {
        let columns = amount_columns(context);
        let found = columns.iter().filter_map(|column| {
            let stated = column.total(total)?;
            let cells = beside_total(context, column, stated)?;
            // Where the rows themselves show it, it is told there.
            let told = !cells.iter().any(|cell| has_slip(context, *cell));
            told.then(|| of_column(context, column, stated, &cells))
        });
        findings.extend(found);
    }
    if findings.is_empty() && context.summary.money == Money::TenThousand {
        findings.extend(too_large(context));
    }
    findings
}

/// Whether an amount of the cell's row is told to be in another unit.
fn has_slip(context: &Context<'_>, cell: CellRef) -> bool {
    let projects = &context.summary.projects;
    let at = projects.binary_search_by_key(&cell.row(), |project| project.row);
    at.ok().and_then(|at| projects.get(at)).is_some_and(|project| slip(context, project).is_some())
}

/// The line above the table and its heading state two units.
fn two_statements(context: &Context<'_>) -> Option<Finding> {
    let stated = context.located.money.as_ref()?;
    let line = stated.cell?;
    let columns = amount_columns(context);
    let other = columns.iter().find(|column| {
        column.column.money.is_some_and(|money| money != stated.value)
            && line.row() < context.located.header.first
    })?;
    let (here, there) = (stated.value.name(), other.column.money?.name());
    let head = other.column.label_cell;
    let message = Words::new(
        format!("这里写的金额单位是{here}，{head} 所在表头写的是{there}"),
        format!("the unit is {here} here, and {there} in the heading of {head}"),
    );
    let help = Words::new(
        format!("核对各栏是按哪个单位填的，把 {line} 和表头改为一致"),
        format!("see which unit the amounts are in, and make {line} and the heading agree"),
    );
    let place = context.place(line, stated.text.as_str());
    let related = vec![context.related(head, Words::new("表头的单位", "the heading's unit"))];
    let finding = Finding::new(&RULE, place, message, help).of(Field::MoneyUnit).with_related(related);
    Some(finding.found(here, None).expected(there, None))
}

/// Whether a total that is not the sum of its column becomes it once amounts are taken in the table's unit: all of
/// them, those that their own rows show, or a single one. The cells that are in the other unit.
fn beside_total(context: &Context<'_>, column: &AmountColumn<'_>, stated: &Reading) -> Option<Vec<CellRef>> {
    let total = Spread::from(stated.figure()?);
    let terms = column.sum(context, stated_budget);
    let sum = terms.sum?;
    if is_ten_thousand(sum, total) || is_ten_thousand(total, sum) {
        return Some(terms.cells);
    }
    let gap = sum.value.checked_sub(total.value)?;
    let window = sum.half.checked_add(total.half)?.max(context.profile.tail_difference);
    if gap.abs() <= window || too_small(context) || gap < APART {
        return None;
    }
    let alone = |term: &&(&Decimal, &CellRef)| {
        let left =
            shifted(*term.0, -FACTOR).and_then(|in_unit| term.0.checked_sub(in_unit)?.checked_sub(gap));
        left.is_some_and(|left| left.abs() <= window)
    };
    let pairs: Vec<(&Decimal, &CellRef)> = terms.terms.iter().zip(&terms.cells).collect();
    let mut found = pairs.iter().filter(alone);
    let (_, cell) = found.next()?;
    found.next().is_none().then(|| vec![**cell])
}

/// Whether a total's difference from its column is a matter of units.
pub(super) fn explains(context: &Context<'_>, column: &AmountColumn<'_>, stated: &Reading) -> bool {
    beside_total(context, column, stated).is_some() || corrected(context, column, stated).unwrap_or(false)
}

/// Whether the total is right once the amounts that their rows show to be in another unit are taken in it.
fn corrected(context: &Context<'_>, column: &AmountColumn<'_>, stated: &Reading) -> Option<bool> {
    let total = Spread::from(stated.figure()?);
    let terms = column.sum(context, stated_budget);
    let mut sum = terms.sum?;
    let mut any = false;
    for project in &context.summary.projects {
        let here = column.of(project).map(|reading| reading.cell);
        if let Some(slip) = slip(context, project).filter(|slip| Some(slip.reading.cell) == here) {
            any = true;
            let change = slip.corrected(context)?.checked_sub(slip.reading.value()?)?;
            sum.value = sum.value.checked_add(change)?;
        }
    }
    let window = sum.half.checked_add(total.half)?.max(context.profile.tail_difference);
    Some(any && sum.value.checked_sub(total.value)?.abs() <= window)
}

fn of_column(
    context: &Context<'_>,
    column: &AmountColumn<'_>,
    stated: &Reading,
    cells: &[CellRef],
) -> Finding {
    let Words { zh: list, en: list_en } = some_listed(cells);
    let first = cells.first().copied().unwrap_or(stated.cell);
    let (unit, money) = (unit(context), context.summary.money.name());
    let (zh, en) = column.name;
    let message = Words::new(
        format!("{zh} {list} 与合计 {} 相差一万倍，像是按{unit}填的", stated.raw()),
        format!(
            "{en} {list_en} and the total {} differ by a factor of ten thousand; it looks like {unit}",
            stated.raw()
        ),
    );
    let help = Words::new(
        format!("对照账面核对 {list} 的单位；是{unit}的换算为{money}"),
        format!("check the unit of {list_en} against the ledger; turn {unit} into {money}"),
    );
    let related = vec![context.related(stated.cell, Words::new("合计", "the total"))];
    let text = context.workbook.value(context.located.sheet, first).as_text();
    Finding::new(&RULE, context.place(first, text), message, help)
        .of(column.field)
        .found(text, None)
        .with_related(related)
        .grouped("S004")
}

/// Amounts that no unit has, told by their size alone.
fn too_large(context: &Context<'_>) -> Option<Finding> {
    let amounts = || {
        context.summary.projects.iter().filter_map(|project| Some((project, project.budget_figure()?.value)))
    };
    let huge: Vec<(&Project, Decimal)> = amounts().filter(|(_, value)| *value >= HUGE).collect();
    let least = huge.iter().map(|(_, value)| *value).min()?;
    let rest = amounts().map(|(_, value)| value).filter(|value| *value < HUGE).max();
    let executed =
        context.summary.projects.iter().filter_map(|project| Some(project.executed_figure()?.value));
    let small = |value: Decimal| value > Decimal::ZERO && value < APART;
    let any_small = amounts().map(|(_, value)| value).chain(executed).any(small);
    let outliers = rest.is_some_and(|rest| is_apart(least, rest));
    if any_small && !outliers {
        return None;
    }
    let projects: Vec<&Project> = if any_small {
        huge.iter().map(|(project, _)| *project).collect()
    } else {
        context.summary.projects.iter().collect()
    };
    let cells: Vec<CellRef> = projects.iter().filter_map(|project| Some(stated(project)?.1.cell)).collect();
    let Words { zh: list, en: list_en } = some_listed(&cells);
    let first = huge.first()?.0;
    let (field, reading) = stated(first)?;
    let message = Words::new(
        format!("{list} 按万元读有 100 亿元以上的项目（{}），像是按元填的", reading.raw()),
        format!(
            "read as 万元, {list_en} hold projects of 10 billion 元 and more ({}); it looks like 元",
            reading.raw()
        ),
    );
    let help = Words::new(
        format!("对照账面核对 {list} 的单位；是元的换算为万元，或者改表头的单位"),
        format!(
            "check the unit of {list_en} against the ledger; turn 元 into 万元, or correct the heading's unit"
        ),
    );
    let finding = Finding::new(&RULE, context.at(reading), message, help).of(field).on(first);
    Some(finding.found(reading.raw(), reading.value()).grouped("S004"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, lines, official};

    fn second(cells: &str) -> Vec<String> {
        lines(&findings(RULE, &with_row(1, cells)))
    }

    #[test]
    fn an_executed_amount_in_yuan_is_found_with_and_without_its_rate() {
        for rate in ["22%", ".", "=H7/D7 -> 2200{0.00%}"] {
            let row = format!("2|两站一室|中川园区|20|20|0|0|44000|{rate}|85|.");
            assert_eq!(second(&row), ["Error H7 44000 → 4.4"], "{rate}");
        }
        let found = findings(RULE, &with_row(1, "2|两站一室|中川园区|20|20|0|0|44000|22%|85|."));
        assert_eq!(
            found[0].message.zh,
            "全年执行数 44000 与全年预算数（小计） 20 不是一个单位，像是按元填的"
        );
        assert_eq!(found[0].help.zh, "对照账面核对 H7 的单位；是元的改为 4.4（万元）");
    }

    #[test]
    fn a_budget_in_yuan_is_found_where_the_rate_tells() {
        assert_eq!(second("2|两站一室|中川园区|200000|200000|0|0|4.4|22%|85|."), ["Error D7 200000 → 20"]);
        let slow = "1|两站一室|中川园区|200000|200000|0|0|4.4|0.00%|85|.";
        assert_eq!(findings(RULE, &official(&[slow])), []);
    }

    #[test]
    fn a_subtotal_and_its_parts_may_not_differ_by_the_factor() {
        assert_eq!(second("2|两站一室|中川园区|20|200000|0|0|4.4|22%|85|."), ["Error E7 200000 → 20"]);
        assert_eq!(second("2|两站一室|中川园区|200000|20|0|0|.|.|85|."), ["Error D7 200000 → 20"]);
        assert_eq!(second("2|两站一室|中川园区|20|23|0|0|4.4|22%|85|."), [""; 0]);
    }

    #[test]
    fn a_table_of_yuan_names_the_amount_that_is_too_small() {
        let text = "序号|项目名称|主管部门|全年预算数（元）|全年执行数（元）|执行率|自评得分\n\
                    1|防汛经费|应急局|200000|4.4|22%|85\n2|普查经费|统计局|300000|100000|33.33%|85\n合计|<|<|500000|144000|28.8%|85";
        let found = findings(RULE, text);
        assert_eq!(lines(&found), ["Error E2 4.4 → 44000"]);
        assert!(found[0].message.zh.ends_with("像是按万元填的"));
    }

    #[test]
    fn a_column_or_a_row_whose_total_is_in_the_other_unit_is_found() {
        let rows = [
            "1|甲|局|300000|300000|0|0|300000|100%|90|.",
            "2|乙|局|100000|100000|0|0|100000|100%|90|.",
            "合计|<|<|40|40|0|0|40|100%|90|.",
        ];
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Error D6 300000", "Error E6 300000", "Error H6 300000"]);
        assert!(found[0].message.zh.contains("D6:D7 与合计 40 相差一万倍"));
        let one = [
            "1|甲|局|30|30|0|0|30|100%|90|.",
            "2|乙|局|100000|100000|0|0|100000|100%|90|.",
            "合计|<|<|40|40|0|0|40|100%|90|.",
        ];
        assert_eq!(
            lines(&findings(RULE, &official(&one))),
            ["Error D7 100000", "Error E7 100000", "Error H7 100000"]
        );
    }

    #[test]
    fn sizes_that_no_unit_has_are_found_once() {
        let yuan = |row: &str| {
            let mut cells: Vec<String> = row.split('|').map(str::to_owned).collect();
            for cell in [3, 4, 7] {
                let value: Decimal = cells[cell].parse().unwrap();
                cells[cell] = shifted(value, 4).unwrap().normalize().to_string();
            }
            cells.join("|")
        };
        let all: Vec<String> = PROJECTS.iter().map(|row| yuan(row)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(lines(&findings(RULE, &official(&all))), ["Error D6 8300000"]);
        let mut one = PROJECTS.to_vec();
        one.remove(13);
        let first = yuan(PROJECTS[0]);
        one[0] = &first;
        assert_eq!(lines(&findings(RULE, &official(&one))), ["Error D6 8300000"]);
    }

    #[test]
    fn large_projects_beside_small_ones_are_a_ministrys() {
        let rows = [
            "1|铁路建设|局|2500000|2500000|0|0|2400000|96%|90|.",
            "2|课题经费|局|820.5|820.5|0|0|800|97.50%|90|.",
            "3|路网|局|90000|90000|0|0|90000|100%|90|.",
        ];
        assert_eq!(findings(RULE, &official(&rows)), []);
    }

    #[test]
    fn two_units_that_are_stated_are_found() {
        let text = submission().replacen("附表", "单位：元", 1);
        assert_eq!(lines(&findings(RULE, &text)), ["Error A1 元 → 万元"]);
        assert_eq!(findings(RULE, &submission().replacen("附表", "单位：万元", 1)), []);
    }

    #[test]
    fn the_submission_is_in_one_unit() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_thousandfold_is_the_bound() {
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|19999|.|85|."), [""; 0]);
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|20000|.|85|."), ["Error H7 20000 → 2"]);
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|300000|.|85|."), [""; 0]);
    }
}
