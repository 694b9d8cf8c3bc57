//! Findings: what was found, where, the two figures, and one action.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jixiao_workbook::{CellRef, Edit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

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

/// A sentence in both languages; reports pick one. Sentences that never vary take no memory of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// Both languages.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: fitted(zh.into()), en: fitted(en.into()) }
    }
}

/// A text without room to grow, since a large form has a hundred thousand of them.
fn fitted(text: Cow<'static, str>) -> Cow<'static, str> {
    match text {
        Cow::Owned(text) => Cow::Owned(text.into_boxed_str().into_string()),
        constant @ Cow::Borrowed(_) => constant,
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

impl Field {
    /// What the field is called in sentences.
    pub fn words(self) -> Words {
        let (zh, en) = match self {
            Self::Title => ("标题", "title"),
            Self::UnitName => ("单位", "unit"),
            Self::Year => ("年度", "year"),
            Self::MoneyUnit => ("金额单位", "money unit"),
            Self::Note => ("表注", "note"),
            Self::Sequence => ("序号", "sequence number"),
            Self::Code => ("项目编码", "project code"),
            Self::Name => ("项目名称", "project name"),
            Self::Supervisor => ("主管部门", "supervising department"),
            Self::ImplementingUnit => ("实施单位", "implementing unit"),
            Self::InitialBudget => ("年初预算数", "initial budget"),
            Self::Budget => ("全年预算数（小计）", "full-year budget (小计)"),
            Self::Fund => ("资金明细", "fund part"),
            Self::Executed => ("全年执行数", "executed amount"),
            Self::ExecutionRate => ("执行率", "execution rate"),
            Self::Score => ("自评得分", "score"),
            Self::Grade => ("自评等级", "grade"),
            Self::Reason => ("偏差原因", "deviation reason"),
            Self::Remark => ("备注", "remark"),
            Self::TotalRow => ("合计行", "total row"),
        };
        Words::new(zh, en)
    }
}

/// Where a finding stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sheet's name.
    pub sheet: Option<Arc<str>>,
    /// The cell; none for a finding about a whole sheet or file.
    pub cell: Option<CellRef>,
    /// The paragraph of a document; none for a finding about a cell.
    #[serde(default)]
    pub paragraph: Option<u32>,
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
    /// The file, where it is another than the finding's.
    #[serde(default)]
    pub path: Option<Arc<str>>,
    /// The sheet's name.
    pub sheet: Arc<str>,
    /// The cell.
    pub cell: CellRef,
    /// What it has to do with the finding.
    pub note: Words,
}

/// A value that a figure in dispute may have, and what supports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// The value: 万元, fraction or points.
    pub value: Decimal,
    /// The value as its cell would show it.
    pub shown: String,
    /// The independent figures and relations of the table that support it.
    pub by: Vec<Words>,
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
    pub code: Cow<'static, str>,
    /// Rule name, `execution-rate-mismatch`.
    pub name: Cow<'static, str>,
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
    pub interval: Option<Box<Interval>>,
    /// Other places.
    pub related: Vec<Related>,
    /// The values that what is wrong may have, the one with more support first; empty where nothing was weighed.
    /// Which is right is a proposal: no declared figure is changed by it.
    pub votes: Vec<Vote>,
    /// Key shared by findings of one cause or one repeated slip.
    pub group: Option<Cow<'static, str>>,
    /// What the finding changes: a total or the grade, from what to what.
    pub effect: Option<Box<Words>>,
    /// What would mend it.
    pub fix: Option<Box<Fix>>,
}

impl Finding {
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

    /// The same finding with what stands there, as shown and as a number (万元, fraction or points).
    #[must_use]
    pub fn found(mut self, shown: impl Into<String>, value: Option<Decimal>) -> Self {
        self.found = Some(shown.into());
        self.found_value = value;
        self
    }

    /// The same finding with what should stand there, as shown and as a number (万元, fraction or points).
    #[must_use]
    pub fn expected(mut self, shown: impl Into<String>, value: Option<Decimal>) -> Self {
        self.expected = Some(shown.into());
        self.expected_value = value;
        self
    }

    /// The same finding with other places.
    #[must_use]
    pub fn with_related(mut self, related: Vec<Related>) -> Self {
        self.related = related;
        self
    }

    /// The same finding with what would mend it.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// The same finding as one of a group.
    #[must_use]
    pub fn grouped(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// A key that stays the same when rows or columns move or wording changes: from the rule, the project or
    /// else the field, and what stands there. The `repeat`-th finding (from 0) with the same three gets its own.
    pub fn fingerprint(&self, repeat: u32) -> String {
        let field = self.field.map_or_else(String::new, |field| format!("{field:?}"));
        let project = self.project.as_deref().unwrap_or("");
        let found = self.found.as_deref().unwrap_or(&self.place.text);
        let repeat = repeat.to_string();
        let parts = [&*self.code, field.as_str(), project, found, repeat.as_str()];
        let folded = parts.iter().flat_map(|part| folded(part).into_bytes().into_iter().chain([0]));
        format!("{:016x}", fnv1a(folded))
    }
}

/// Text without blanks, full-width forms folded: what a cosmetic change leaves alone.
fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// FNV-1a of 64 bits: short, and the same on every platform and in every release.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Each finding's fingerprint, in order; equal ones are told apart by their order.
pub fn fingerprints<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let fingerprint = |finding: &Finding| {
        let plain = finding.fingerprint(0);
        let repeat = seen.entry(plain.clone()).or_insert(0);
        let own = if *repeat == 0 { plain } else { finding.fingerprint(*repeat) };
        *repeat += 1;
        own
    };
    findings.map(fingerprint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(project: &str, found: &str, cell: &str) -> Finding {
        let place = Place { cell: cell.parse().ok(), text: found.to_owned(), ..Place::default() };
        let mut finding =
            Finding::new(&crate::rules::ALL[0], place, Words::default(), Words::default()).of(Field::Budget);
        finding.project = Some(project.to_owned());
        finding
    }

    #[test]
    fn fnv_gives_the_published_values() {
        assert_eq!(fnv1a(std::iter::empty()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("foobar".bytes()), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_fingerprint_survives_moves_and_blanks_and_tells_content_apart() {
        let first = finding("防汛经费", "0.00", "D7").fingerprint(0);
        assert_eq!(finding(" 防汛　经费", "０.00", "F19").fingerprint(0), first);
        assert_ne!(finding("防汛经费", "0.01", "D7").fingerprint(0), first);
        assert_ne!(finding("网格员补助", "0.00", "D7").fingerprint(0), first);
    }

    #[test]
    fn equal_findings_get_fingerprints_of_their_own() {
        let twice = [finding("a", "1", "D7"), finding("a", "1", "D8"), finding("b", "1", "D9")];
        let mut prints = fingerprints(twice.iter());
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), 3);
    }
}
