//! The unit and the year where the table's own heading names neither: on a cover sheet, above the table, or in a
//! heading of the document. What is found is told with its place; of several that differ none is taken.

use jixiao_workbook::{CellRef, Visibility, Workbook};
use serde::{Deserialize, Serialize};

use super::around::{self, Line, unit_of_line, unit_of_title, years_in};
use super::label::folded;
use super::own::is_own;
use super::{Located, Stated};

/// Rows of a sheet, sheets and characters of a heading that are looked at.
const ROWS: u32 = 60;
const SHEETS: usize = 30;
const LONGEST: usize = 60;
/// Texts of a cover sheet, and characters of a name that stands alone there.
const COVER: usize = 15;
const NAME: usize = 20;

/// What is said of a table outside its own heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mention<T> {
    /// What it says.
    pub value: T,
    /// The sheet; none for a paragraph of a document.
    pub sheet: Option<String>,
    /// The cell.
    pub cell: Option<CellRef>,
    /// The paragraph of the document.
    pub paragraph: Option<u32>,
    /// The whole text there.
    pub text: String,
}

/// What is said of a table outside its own heading, where that is silent: each value once, where it was met first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Elsewhere {
    /// Names of units.
    pub unit: Vec<Mention<String>>,
    /// Years.
    pub year: Vec<Mention<u16>>,
}

impl Elsewhere {
    /// Whether nothing was found, or nothing looked for.
    pub fn is_empty(&self) -> bool {
        self.unit.is_empty() && self.year.is_empty()
    }
}

/// Looks for what a table's heading leaves open: on visible sheets without such a table, above the table's own
/// heading, in the headings of a document.
pub fn elsewhere(workbook: &Workbook, located: &Located) -> Elsewhere {
    let mut found = Found::default();
    if located.unit.is_some() && !located.years.is_empty() {
        return found.of(located);
    }
    let holds_another = |name: &str| located.others.iter().any(|(sheet, _)| sheet == name);
    for id in workbook.sheet_ids().take(SHEETS) {
        let Some(entry) = workbook.entry(id).filter(|entry| entry.grid) else { continue };
        let is_seen = entry.visibility == Visibility::Visible && !holds_another(&entry.name);
        let Some(sheet) = workbook.sheet(id).ok().filter(|sheet| is_seen && !is_own(sheet)) else { continue };
        let last =
            if id == located.sheet { around::top(1, located.header.first).saturating_sub(1) } else { ROWS };
        let lines = around::lines(sheet, 1, last.min(ROWS));
        found.lines(Some(&entry.name), &lines);
        if id != located.sheet && lines.len() <= COVER {
            found.cover(&entry.name, &lines);
        }
    }
    if let Some(document) = workbook.document() {
        let lines: Vec<Line<'_>> = document.paragraphs.iter().map(around::line).collect();
        found.lines(None, &lines);
    }
    found.of(located)
}

/// What was met: a name behind a label counts before one in a heading, and that before one that stands alone.
#[derive(Default)]
struct Found {
    labelled: Vec<Mention<String>>,
    headed: Vec<Mention<String>>,
    alone: Vec<Mention<String>>,
    years: Vec<Mention<u16>>,
}

impl Found {
    fn lines(&mut self, sheet: Option<&str>, lines: &[Line<'_>]) {
        for (index, line) in lines.iter().enumerate() {
            let plain = folded(line.text);
            if plain.chars().count() > LONGEST || plain.ends_with(['。', '；', ';']) {
                continue;
            }
            let is_heading = plain.contains("绩效") || plain.contains("自评");
            if !OTHERS.iter().any(|word| plain.starts_with(word)) {
                let behind = unit_of_line(lines, index, *line);
                // A name in the next cell may be the label of the next column.
                let is_own = |stated: &Stated<String>| stated.cell == line.cell || is_unit(&stated.value);
                add(&mut self.labelled, sheet, behind.filter(is_own));
            }
            if is_heading {
                let name = unit_of_title(line.text).filter(|name| is_unit(name));
                let name = name.map(|name| line.stated(name));
                add(&mut self.headed, sheet, name);
            }
            let labelled = LABELS.iter().any(|word| plain.starts_with(word));
            if labelled || (is_heading && plain.contains("年度")) {
                for year in years_in(line.text) {
                    add(&mut self.years, sheet, Some(line.stated(year)));
                }
            }
        }
    }

    /// A cover's only name in a row of its own.
    fn cover(&mut self, sheet: &str, lines: &[Line<'_>]) {
        let row = |line: &Line<'_>| line.cell.map(CellRef::row);
        let names = lines.iter().filter_map(|line| {
            let name = folded(line.text);
            let is_alone = lines.iter().filter(|other| row(other) == row(line)).count() == 1;
            let is_name = (3..=NAME).contains(&name.chars().count()) && name.chars().all(char::is_alphabetic);
            (is_alone && is_name && is_unit(&name)).then(|| line.stated(name))
        });
        let mut names: Vec<Stated<String>> = names.collect();
        if names.len() == 1 {
            add(&mut self.alone, Some(sheet), names.pop());
        }
    }

    /// What the table's own heading leaves open.
    fn of(self, located: &Located) -> Elsewhere {
        let unit = [self.labelled, self.headed, self.alone].into_iter().find(|names| !names.is_empty());
        let unit = unit.unwrap_or_default();
        Elsewhere {
            unit: if located.unit.is_none() { unit } else { Vec::new() },
            year: if located.years.is_empty() { self.years } else { Vec::new() },
        }
    }
}

/// Labels of names that need not be the table's unit.
const OTHERS: [&str; 3] = ["主管部门", "实施单位", "金额单位"];
/// Labels of a year.
const LABELS: [&str; 5] = ["年度:", "自评年度", "预算年度", "评价年度", "填报年度"];

fn add<T: PartialEq>(list: &mut Vec<Mention<T>>, sheet: Option<&str>, stated: Option<Stated<T>>) {
    let Some(Stated { value, cell, paragraph, text }) = stated else { return };
    if !list.iter().any(|known| known.value == value) {
        list.push(Mention { value, sheet: sheet.map(str::to_owned), cell, paragraph, text });
    }
}

/// Whether a text reads like the name of one unit: it ends as such names do and does not speak of all.
fn is_unit(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "局", "镇", "乡", "府", "委", "办", "院", "校", "心", "处", "所", "站", "厅", "部", "会", "队", "馆",
        "社", "街道", "司", "学", "园", "区", "县", "市", "团", "室", "科", "库", "场", "台", "署", "联",
    ];
    let speaks_of_all = ["全", "各", "本", "所属"].iter().any(|word| name.starts_with(word));
    name.chars().count() > 1 && !speaks_of_all && ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Choice, locate};
    use crate::profile::Profile;
    use crate::sketch::workbook;

    /// What is found of a table that names nothing, in a workbook with these lines in front of it.
    fn found(lines: &str) -> Elsewhere {
        let text = format!(
            "{lines}\n项目支出绩效自评结果汇总表\n项目名称|全年预算数|全年执行数|执行率|自评得分\n防汛经费|10|10|100%|95\n防洪|5|5|100%|96\n"
        );
        let book = workbook(&text);
        elsewhere(&book, &locate(&book, &Profile::national(), Choice::default()).unwrap())
    }

    /// The units and years that a cover sheet of these lines gives.
    fn cover(lines: &str) -> (Vec<String>, Vec<u16>) {
        let found = found(&format!("@ 封面\n{lines}\n@ 附表"));
        (
            found.unit.into_iter().map(|one| one.value).collect(),
            found.year.into_iter().map(|one| one.value).collect(),
        )
    }

    #[test]
    fn a_unit_and_a_year_stand_on_a_cover() {
        for lines in [
            "填报单位：中川镇人民政府\n2023年度绩效自评材料",
            "单位名称|中川镇人民政府\n自评年度：2023年",
            "2023年度中川镇人民政府绩效自评报告",
            "中川镇人民政府2023年度部门绩效自评\n填报日期：2024年3月5日",
            "主管部门：新区财政局\n填报单位：中川镇人民政府\n2023年度绩效自评表",
            "部门绩效自评材料\n\n中川镇人民政府\n2023年度绩效自评\n联系人：李明",
            "新区财政局\n填报单位：中川镇人民政府\n2023年度绩效自评表",
        ] {
            assert_eq!(cover(lines), (vec!["中川镇人民政府".to_owned()], vec![2023]), "{lines}");
        }
    }

    #[test]
    fn a_letter_far_above_the_table_counts_and_its_place_is_told() {
        let found =
            found(&format!("@ 附表\n关于报送2023年度绩效自评表的函\n|填报单位：某局{}", "\n".repeat(20)));
        let unit = &found.unit[0];
        assert_eq!((unit.value.as_str(), unit.sheet.as_deref()), ("某局", Some("附表")));
        assert_eq!((unit.cell.unwrap().to_string().as_str(), unit.text.as_str()), ("B2", "填报单位：某局"));
        assert_eq!(found.year[0].value, 2023);
    }

    #[test]
    fn what_differs_is_told_with_all_its_places() {
        let lines = "填报单位：甲局\n填报单位：乙局\n2022年度绩效自评\n2023年度绩效自评";
        assert_eq!(cover(lines), (vec!["甲局".to_owned(), "乙局".to_owned()], vec![2022, 2023]));
    }

    #[test]
    fn other_texts_name_neither() {
        for lines in [
            "单位名称|项目名称|预算",
            "省级部门预算项目支出绩效自评工作要求",
            "全区绩效自评",
            "根据2018年度印发的办法开展绩效自评。",
            "2022年度部门决算表",
            "填报日期：2024年3月5日",
            "金额单位：万元",
            "填报单位：（单位）",
            "中川镇人民政府\n新区财政局",
            "中川镇人民政府|新区财政局",
            "绩效自评工作领导小组",
        ] {
            assert_eq!(cover(lines), (vec![], vec![]), "{lines}");
        }
        assert_eq!(cover("2023年度全区部门绩效自评"), (vec![], vec![2023]));
        // Another table's heading is no cover.
        let other =
            "@ 上年\n2022年度甲局绩效自评结果汇总表\n项目名称|全年预算数|全年执行数|执行率|自评得分\n";
        let two = found(&format!("{other}防汛经费|10|10|100%|95\n@ 附表"));
        assert!(two.is_empty(), "{two:?}");
    }
}
