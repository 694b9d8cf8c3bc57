//! Findings: what was found, where, the two figures, and one action.

use jixiao_workbook::{CellRef, Edit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How bad a finding is. Ordered: info < warning < error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Need not be changed.
    Info,
    /// Must be looked at.
    Warning,
    /// Cannot hold, or will be returned.
    Error,
}

/// A sentence in both languages; reports pick one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// A field of the table, in the glossary's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// 标题
    Title,
    /// 单位
    UnitName,
    /// 年度
    Year,
    /// 金额单位
    MoneyUnit,
    /// 注
    Note,
    /// 序号
    Sequence,
    /// 项目编码
    Code,
    /// 项目名称
    Name,
    /// 主管部门
    Supervisor,
    /// 实施单位
    ImplementingUnit,
    /// 年初预算数
    InitialBudget,
    /// 小计 (全年预算数)
    Budget,
    /// A fund part of 小计
    Fund,
    /// 全年执行数
    Executed,
    /// 执行率
    ExecutionRate,
    /// 自评得分
    Score,
    /// 自评等级
    Grade,
    /// 偏差原因
    Reason,
    /// 备注
    Remark,
    /// 合计行
    TotalRow,
}

/// Where a finding stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sheet's name.
    pub sheet: Option<String>,
    /// The cell; none for a finding about a whole sheet or file.
    pub cell: Option<CellRef>,
    /// What stands there, as shown.
    pub text: String,
}

/// A unit of a finding's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Unit {
    /// 万元
    #[serde(rename = "万元")]
    TenThousand,
    /// 元
    #[serde(rename = "元")]
    Yuan,
    /// A fraction, shown as a percentage.
    #[serde(rename = "percent")]
    Percent,
    /// Points of a score.
    #[serde(rename = "points")]
    Points,
}

/// True values under which a shown figure is right: from (inclusive) to (exclusive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The field it is of.
    pub of: Field,
    /// The unit of `from` and `to`.
    pub unit: Unit,
    /// Lower end, inclusive.
    pub from: Decimal,
    /// Upper end, exclusive.
    pub to: Decimal,
}

/// Another place the finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The sheet's name.
    pub sheet: String,
    /// The cell.
    pub cell: CellRef,
    /// What it has to do with the finding.
    pub note: Words,
}

/// Whether a fix may be applied without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Changes nothing that was declared.
    Safe,
    /// A person must look.
    Review,
    /// Only shown.
    Display,
}

/// What would mend a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does.
    pub title: Words,
    /// Whether it may be applied without a person.
    pub applicability: Applicability,
    /// The edits; may be empty where only a person can act.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Rule code, `A004`.
    pub code: String,
    /// Rule name, `execution-rate-mismatch`.
    pub name: String,
    /// How bad it is here.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The field it is about.
    pub field: Option<Field>,
    /// The project's name, where it is about one.
    pub project: Option<String>,
    /// The fact, with both figures: `执行率填报 22.02%，按 4.4 ÷ 20 应为 22.00%`. No cell, no code: reports add them.
    pub message: Words,
    /// One action, imperative.
    pub help: Words,
    /// What should stand there, as it would be shown.
    pub expected: Option<String>,
    /// What stands there, as shown.
    pub found: Option<String>,
    /// `expected` as a number: 万元, fraction or points.
    pub expected_value: Option<Decimal>,
    /// `found` as a number: 万元, fraction or points.
    pub found_value: Option<Decimal>,
    /// The unit of the figures.
    pub unit: Option<Unit>,
    /// True values under which what stands there is right.
    pub interval: Option<Interval>,
    /// Other places.
    pub related: Vec<Related>,
    /// Key shared by findings of one cause or one repeated slip.
    pub group: Option<String>,
    /// What the finding changes: a total or the grade, from what to what.
    pub effect: Option<Words>,
    /// What would mend it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding of a rule at a place, at the rule's usual severity.
    pub fn new(rule: &crate::rules::Rule, place: Place, message: Words, help: Words) -> Self {
        Self {
            code: rule.code.to_owned(),
            name: rule.name.to_owned(),
            severity: rule.severity,
            place,
            field: None,
            project: None,
            message,
            help,
            expected: None,
            found: None,
            expected_value: None,
            found_value: None,
            unit: None,
            interval: None,
            related: Vec::new(),
            group: None,
            effect: None,
            fix: None,
        }
    }

    /// The same finding at another severity.
    #[must_use]
    pub fn at(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding about a field.
    #[must_use]
    pub fn of(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// The same finding about a project.
    #[must_use]
    pub fn on(mut self, project: &crate::summary::Project) -> Self {
        self.project = Some(project.name.text.clone());
        self
    }

    /// The same finding as one of a group.
    #[must_use]
    pub fn grouped(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }
}
