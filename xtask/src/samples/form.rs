//! A form as a unit fills it, before it is written: the ledger behind it, in 分, and how the form is laid out.

use rust_decimal::{Decimal, RoundingStrategy};

use super::numbers::Numbers;

/// 分 in one 万元.
const TEN_THOUSAND: i64 = 1_000_000;

/// A project with what the ledger says of it, in 分, and what the unit writes.
#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) supervisor: &'static str,
    pub(super) parts: Vec<i64>,
    pub(super) executed: i64,
    pub(super) score: u32,
    pub(super) remark: String,
}

/// What a rate looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RateStyle {
    /// A fraction under a percent format.
    Format,
    /// Text with a percent sign.
    Text,
    /// A number of percent under a label with (%).
    Label,
}

/// A form.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) unit: &'static str,
    pub(super) year: u16,
    /// Labels of the fund columns.
    pub(super) funds: Vec<&'static str>,
    /// Header rows, 1 to 3.
    pub(super) headers: u32,
    /// Empty rows above the title, and empty columns left of the table.
    pub(super) above: u32,
    pub(super) left: u16,
    /// Whether amounts are in 元; in 万元 otherwise.
    pub(super) yuan: bool,
    /// Decimals of amounts.
    pub(super) decimals: u32,
    pub(super) rates: RateStyle,
    /// Whether computed cells hold formulas.
    pub(super) live: bool,
    /// A group row stands before each project at these places.
    pub(super) groups: Vec<usize>,
    /// Blank rows above the total row.
    pub(super) spare: u32,
    pub(super) total_label: &'static str,
    /// Whether the form has a column 自评等级.
    pub(super) grades: bool,
    pub(super) projects: Vec<Project>,
    /// What stands in every amount beyond its shown decimals, in the form's unit.
    pub(super) unshown: Decimal,
}

const UNITS: [&str; 4] = ["中川镇人民政府", "县水务局", "市第三中学", "经济开发区管委会"];
const SUPERVISORS: [&str; 4] = ["农业农村局", "财政局", "教育局", "住建局"];
const SUBJECTS: [&str; 12] = [
    "农村道路养护",
    "防汛抗旱",
    "校舍维修",
    "人居环境整治",
    "网格员补助",
    "信息系统运维",
    "污水处理",
    "绿化管护",
    "办公用房租赁",
    "执法装备购置",
    "文化惠民活动",
    "公共厕所改造",
];
const KINDS: [&str; 4] = ["项目", "经费", "工程", "专项资金"];
const REASONS: [&str; 4] = [
    "合同分期付款，余款次年支付",
    "工程尚未完成结算审计",
    "招标节约资金，已交回财政",
    "采购程序延后，预计次年三月完成",
];
/// Fund columns as forms have them; 其他资金 makes them exhaustive.
const FUNDS: [&[&str]; 3] = [
    &["当年财政拨款", "上年结转资金", "其他资金"],
    &["财政资金", "财政专户管理资金", "单位资金", "其他资金"],
    &["当年财政拨款", "上年结转资金", "专项债券资金", "单位资金", "其他资金"],
];

impl Form {
    /// A form in which everything is right.
    pub(super) fn clean(numbers: &mut Numbers) -> Self {
        let yuan = numbers.chance(20);
        let funds = numbers.pick(&FUNDS).map(|funds| funds.to_vec()).unwrap_or_default();
        let count = 5 + numbers.below(16);
        let mut form = Self {
            unit: numbers.pick(&UNITS).copied().unwrap_or_default(),
            year: 2020 + u16::try_from(numbers.below(6)).unwrap_or(0),
            funds,
            headers: 1 + u32::try_from(numbers.below(3)).unwrap_or(0),
            above: u32::try_from(numbers.below(3)).unwrap_or(0),
            left: u16::try_from(numbers.below(3)).unwrap_or(0),
            yuan,
            decimals: if yuan || numbers.chance(70) { 2 } else { 4 },
            rates: *numbers
                .pick(&[RateStyle::Format, RateStyle::Text, RateStyle::Label])
                .unwrap_or(&RateStyle::Text),
            live: numbers.chance(50),
            groups: Vec::new(),
            spare: if numbers.chance(30) { 1 + u32::try_from(numbers.below(4)).unwrap_or(0) } else { 0 },
            total_label: numbers.pick(&["合计", "合 计", "总计"]).copied().unwrap_or("合计"),
            grades: numbers.chance(20),
            projects: Vec::new(),
            unshown: Decimal::ZERO,
        };
        // A formula gives a number, never text.
        if form.live && form.rates == RateStyle::Text {
            form.rates = RateStyle::Format;
        }
        for index in 0..count {
            let project = project(numbers, &form, index);
            form.projects.push(project);
        }
        if numbers.chance(25) {
            form.groups = vec![0, 2 + numbers.below(count - 3)];
        }
        form
    }

    /// An amount as the form shows it, in the form's unit.
    pub(super) fn shown(&self, cents: i64) -> Decimal {
        let unit = if self.yuan { 100 } else { TEN_THOUSAND };
        let value = Decimal::from(cents) / Decimal::from(unit);
        let value = value.round_dp_with_strategy(self.decimals, RoundingStrategy::MidpointAwayFromZero);
        if value.is_zero() { value } else { value + self.unshown }
    }

    /// A project's 小计: the sum of its parts as they are shown.
    pub(super) fn budget(&self, project: &Project) -> Decimal {
        project.parts.iter().map(|part| self.shown(*part)).sum()
    }

    /// B/A, a fraction: of a live form what its formula gives; else as the ledger has it, with 4 decimals, where the
    /// ledger's budget is the one that is shown, rounding the parts being another thing than rounding their sum.
    pub(super) fn rate(&self, project: &Project) -> Option<Decimal> {
        let total: i64 = project.parts.iter().sum();
        let shown = self.live || self.shown(total) != self.budget(project);
        let (budget, executed) = if shown {
            (self.budget(project), self.shown(project.executed))
        } else {
            (Decimal::from(total), Decimal::from(project.executed))
        };
        let rate = executed.checked_div(budget)?;
        Some(if self.live { rate } else { half_up(rate, 4) })
    }

    /// ΣA, ΣB as shown, and the weighted score.
    pub(super) fn totals(&self) -> (Decimal, Decimal, Decimal) {
        let budget: Decimal = self.projects.iter().map(|project| self.budget(project)).sum();
        let executed: Decimal = self.projects.iter().map(|project| self.shown(project.executed)).sum();
        let weigh = |project: &Project| self.budget(project) * Decimal::from(project.score);
        let weighted: Decimal = self.projects.iter().map(weigh).sum();
        (budget, executed, half_up(weighted.checked_div(budget).unwrap_or_default(), 2))
    }

    /// A project by chance.
    pub(super) fn any(&self, numbers: &mut Numbers) -> usize {
        numbers.below(self.projects.len())
    }
}

pub(super) fn half_up(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A project whose figures are right; its budget is a whole number of 万元, or is not shown as one.
fn project(numbers: &mut Numbers, form: &Form, index: usize) -> Project {
    let subject = SUBJECTS.get(index % SUBJECTS.len()).copied().unwrap_or_default();
    let kind = KINDS.get(index / SUBJECTS.len() + numbers.below(2) * 2).copied().unwrap_or_default();
    loop {
        let mut parts = vec![0; form.funds.len()];
        for (place, part) in parts.iter_mut().enumerate() {
            if place == 0 || numbers.chance(25) {
                *part = amount(numbers);
            }
        }
        let total: i64 = parts.iter().sum();
        let shown: Decimal = parts.iter().map(|part| form.shown(*part)).sum();
        if !form.yuan && total % TEN_THOUSAND != 0 && shown.fract().is_zero() {
            continue;
        }
        let percent = [100, 100, 98, 95, 91, 85, 60, 30].get(numbers.below(8)).copied().unwrap_or(100);
        let executed = total / 100 * percent
            + if percent < 100 { i64::try_from(numbers.below(9_999)).unwrap_or(0) } else { 0 };
        let executed = if percent == 100 { total } else { executed };
        if form.shown(executed) > shown {
            continue;
        }
        return Project {
            name: format!("{subject}{kind}"),
            supervisor: numbers.pick(&SUPERVISORS).copied().unwrap_or_default(),
            parts,
            executed,
            score: 62 + u32::try_from((index * 7 + numbers.below(5)) % 28).unwrap_or(0),
            remark: if percent < 91 {
                numbers.pick(&REASONS).copied().unwrap_or_default().to_owned()
            } else {
                String::new()
            },
        };
    }
}

fn amount(numbers: &mut Numbers) -> i64 {
    let most = [3, 30, 300, 3_000].get(numbers.below(4)).copied().unwrap_or(3);
    let units = i64::try_from(numbers.below(most)).unwrap_or(0);
    if numbers.chance(50) {
        return (1 + units) * TEN_THOUSAND;
    }
    300_000 + units * TEN_THOUSAND + i64::try_from(numbers.below(1_000_000)).unwrap_or(0)
}
