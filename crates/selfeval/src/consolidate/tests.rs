//! Consolidations of small tables.

use std::time::Duration;

use super::*;
use crate::finding::Words;
use crate::profile::Profile;
use crate::review::{Options, review};
use crate::sketch::{official, workbook};

/// A unit's input: its name, year, age in seconds, and the rows of its form.
fn unit(name: &str, year: &str, age: u64, rows: &[&str]) -> Unit {
    let text = official(rows).replace("中川镇人民政府", name).replace("2023", year);
    let (workbook, profile) = (workbook(&text), Profile::national());
    let review = review(&workbook, &profile, Options::default());
    let path = format!("{name}{year}-{age}.xlsx");
    Unit::of(path, Some(Duration::from_secs(age)), &review).unwrap()
}

fn one(name: &str, score: &str) -> Unit {
    unit(name, "2023", 1, &[&format!("1|防汛|农业局|10|10|0|0|10|100.00%|{score}|.")])
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn equal_scores_share_a_rank_and_units_without_one_have_none() {
    let units =
        vec![one("甲镇", "90"), one("乙镇", "95"), one("丙镇", "95.00"), one("丁镇", "."), one("戊镇", "80")];
    let all = Consolidation::of(units, Which::All);
    assert_eq!(all.ranks, [Some(3), Some(1), Some(1), None, Some(4)]);
}

#[test]
fn the_sentence_counts_projects_with_a_score_and_their_grades() {
    let rows = ["1|防汛|农业局|30|30|0|0|27|90.00%|90|.", "2|抗旱|农业局|10|10|0|0|8|80.00%|80|雨季推迟"];
    let rest = ["1|网格|民政局|.|.|.|.|8|.|79.5|.", "2|补助|民政局|20|20|0|0|8|40.00%|.|."];
    let all =
        Consolidation::of(vec![unit("甲镇", "2023", 1, &rows), unit("乙镇", "2022", 1, &rest)], Which::All);
    let account = all.account();
    assert_eq!((account.units, account.projects, account.amount), (2, 3, Some(number("40"))));
    assert_eq!(
        account.words().zh,
        "2022、2023年度，2个单位的3个项目开展绩效自评，涉及资金40.00万元，平均得分83.17分（按预算数加权为87.50分），\
         其中优1个、良1个、中1个、差0个。"
    );
    assert!(account.words().en.contains("3 projects of 40.00万元; the mean score is 83.17"));
    assert_eq!(all.rate(), number("43").checked_div(Decimal::from(60)));
    assert_eq!(all.distribution(), [1, 0, 0, 1, 1, 0, 0]);
}

#[test]
fn a_unit_with_several_files_is_one_unit_of_the_sentence() {
    let units = || {
        vec![
            one("甲镇", "90"),
            one("乙镇", "90"),
            unit("甲镇", "2023", 2, &["1|防汛|农业局|10|10|0|0|10|100.00%|80|."]),
        ]
    };
    let all = Consolidation::of(units(), Which::All);
    assert_eq!(
        (all.firsts.as_slice(), all.account().units, all.account().projects),
        (&[true, true, false][..], 2, 3)
    );
    let latest = Consolidation::of(units(), Which::Latest);
    assert_eq!((latest.firsts, latest.several.len()), (vec![false, true, true], 1));
    // A file that names no unit may be anyone's, and one without projects counts for none.
    let mut unnamed = one("甲镇", "90");
    unnamed.stated = false;
    let blank = unit("丙镇", "2023", 1, &[]);
    let all = Consolidation::of(vec![blank, one("甲镇", "90"), unnamed], Which::All);
    assert_eq!(all.firsts, [false, true, true]);
}

#[test]
fn nothing_with_a_score_has_no_sentence() {
    let all =
        Consolidation::of(vec![Unit::unread("a/坏.xlsx".to_owned(), Words::new("坏", "bad"))], Which::All);
    assert_eq!(all.account().words().zh, "没有可以汇总的自评得分。");
    assert_eq!((all.unread(), &*all.units[0].name), (1, "坏"));
}

#[test]
fn of_several_files_all_are_taken_or_the_newest_and_it_is_said_by_what() {
    let rows = ["1|防汛|农业局|10|10|0|0|10|100.00%|90|."];
    let files = || {
        vec![
            unit("甲镇", "2023", 1, &rows),
            unit("甲镇", "2022", 9, &rows),
            unit("甲　镇", "2023", 5, &rows),
            unit("乙镇", "2023", 3, &rows),
            unit("乙镇", "2023", 3, &rows),
        ]
    };
    let all = Consolidation::of(files(), Which::All);
    assert_eq!((all.projects(), all.several.len()), (5, 2));
    assert!(all.units[0].notes[0].zh.starts_with("同一单位另有 甲镇2022-9.xlsx、甲　镇2023-5.xlsx"));
    let latest = Consolidation::of(files(), Which::Latest);
    let taken: Vec<usize> = latest.taken().map(|(place, _, _)| place).collect();
    assert_eq!(taken, [2, 4]);
    assert_eq!(latest.units[0].notes[0].zh, "同一单位取 甲　镇2023-5.xlsx（文件修改时间较新）");
    assert_eq!(latest.units[1].notes[0].zh, "同一单位取 甲　镇2023-5.xlsx（年度较新）");
    assert!(latest.units[3].notes[0].zh.contains("在输入中靠后"));
    assert_eq!(latest.several[0].taken.as_ref().map(|(path, _)| &**path), Some("甲　镇2023-5.xlsx"));
}

#[test]
fn what_is_no_number_stays_as_it_stands_and_is_lacking() {
    let all = Consolidation::of(
        vec![unit("甲镇", "2023", 1, &["1|防汛|农业局|10|10|0|0|见附件|.|90|."])],
        Which::All,
    );
    let (_, line) = all.lines().next().unwrap();
    assert_eq!(line.executed, Entry::Text("见附件".into()));
    assert_eq!(line.gaps(), Gaps { budget: false, executed: true, score: false });
}

#[test]
fn fund_columns_beyond_the_most_are_summed() {
    let mut taken = one("甲镇", "90");
    if let State::Taken(table) = &mut taken.state {
        let key = |number: usize| Fund { key: format!("k{number}"), label: format!("资金{number}") };
        table.funds = (0..MOST_FUNDS + 3).map(key).collect();
        table.lines[0].funds = (0..MOST_FUNDS + 3).map(|_| Entry::Number(Decimal::TWO)).collect();
    }
    let all = Consolidation::of(vec![taken], Which::All);
    let (table, line) = all.lines().next().unwrap();
    let parts = all.parts(table, line);
    assert_eq!((parts.len(), parts.last()), (MOST_FUNDS + 1, Some(&Entry::Number(Decimal::from(6)))));
}
