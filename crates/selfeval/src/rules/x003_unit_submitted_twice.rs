//! X003: an earlier input is the same unit's summary of the same year.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Place, Related, Severity, Words};
use crate::given::{Again, Met};

pub(super) const RULE: Rule = Rule {
    code: "X003",
    name: "unit-submitted-twice",
    severity: Severity::Warning,
    title: ("同一单位报送了两份", "a unit submitted twice"),
    docs: (
        "## 核对内容\n一次核对多个文件时，有没有同一单位、同一年度的两份汇总表。单位按名称对应（不计空格、括号和全角半角的差别）；没有写明单位或年度的不比。提示在后一个文件。\n\
         ## 为什么\n两份都汇总进去，这个单位的数会算两次；多半是改过以后旧的一份没有删。\n\
         ## 示例\n“中川镇（改）.xlsx”与“中川镇.xlsx”都是中川镇人民政府 2023 年度的表。\n\
         ## 怎样改\n核对以哪一份为准，另一份不要放在一起。\n\
         ## 依据\n一个单位每年报送一份汇总表。",
        "## What is checked\nWhere several files are checked together: whether two of them are summaries of one unit and year. Units are paired by name (blanks, brackets and full-width forms make no difference); a table that states no unit or no year is not compared. It is told on the later file.\n\
         ## Why\nIf both are consolidated the unit counts twice; mostly an old version was left beside the corrected one.\n\
         ## Example\n中川镇（改）.xlsx and 中川镇.xlsx both hold the table of 中川镇人民政府 for 2023.\n\
         ## How to correct\nSee which one holds, and take the other one away.\n\
         ## Source\nA unit hands in one summary a year.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let met = context.given.met.iter().filter(|met| met.what == Again::Unit);
    met.filter_map(|met| finding(context, met)).collect()
}

fn finding(context: &Context<'_>, met: &Met) -> Option<Finding> {
    let (unit, year) = (context.summary.unit.as_ref()?, context.summary.year?);
    let Met { path, sheet, cell, .. } = met;
    let name = &unit.value;
    let message = Words::new(
        format!("{name} {year} 年度的汇总表在 {path} {sheet}!{cell} 已有一份"),
        format!("{path} ({sheet}!{cell}) is a summary of {name} for {year}, too"),
    );
    let help = Words::new(
        "核对以哪一份为准，另一份不要放在一起",
        "see which one holds, and take the other one away",
    );
    let place = Place { sheet: Some(context.located.sheet_name.clone()), ..context.around(unit) };
    let note = Words::new("同一单位的表", "the table of the same unit");
    let related = Related { path: Some(path.clone()), sheet: sheet.clone(), cell: *cell, note };
    let finding = Finding::new(&RULE, place, message, help).of(Field::UnitName);
    Some(finding.found(name, None).with_related(vec![related]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_on_last, lines};

    /// What is found on the last of several tables.
    fn last(tables: &[&str]) -> Vec<Finding> {
        findings_on_last(RULE, tables)
    }

    #[test]
    fn the_later_file_names_the_earlier_one() {
        let (text, other) = (submission(), submission().replace("中川镇", "西岔镇"));
        let found = last(&[&text, &other, &text.replace("人民政府", " 人民政府")]);
        assert_eq!(lines(&found), ["Warning A2 中川镇人民政府"]);
        assert_eq!(found[0].message.zh, "中川镇人民政府 2023 年度的汇总表在 0.xlsx 附表!A2 已有一份");
        assert_eq!(found[0].related[0].path.as_deref(), Some("0.xlsx"));
    }

    #[test]
    fn one_submission_and_different_units_are_silent() {
        assert_eq!(findings(RULE, &submission()), []);
        assert_eq!(last(&[&submission(), &submission().replace("中川镇", "西岔镇")]), []);
    }

    #[test]
    fn another_year_or_an_unknown_one_is_no_match() {
        let text = submission();
        assert_eq!(last(&[&text, &text.replace("2023", "2022")]), []);
        let unknown = text.replace("2023年度", "");
        assert_eq!(last(&[&unknown, &unknown]), []);
    }
}
