//! One cause gives one finding: a right table with one fault planted, looked at by the whole catalogue.

use super::check;
use super::sample::completed;
use crate::finding::{Finding, Severity};
use crate::given::Given;
use crate::profile::Profile;
use crate::sketch::{look, workbook};

/// The right table with other contents in some cells (`D7`).
fn planted(faults: &[(&str, &str)]) -> String {
    let text = completed();
    let mut rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect();
    for (cell, content) in faults {
        let column = usize::from(cell.as_bytes()[0] - b'A');
        let row: usize = cell[1..].parse().unwrap();
        rows[row - 1][column] = (*content).to_owned();
    }
    rows.iter().map(|row| row.join("|") + "\n").collect()
}

/// What the catalogue finds at warning or above.
fn found(faults: &[(&str, &str)]) -> Vec<Finding> {
    let table = workbook(&planted(faults));
    let findings = look(&table, &Profile::national(), Given::default(), check).into_iter();
    findings.filter(|finding| finding.severity > Severity::Info).collect()
}

fn places(faults: &[(&str, &str)]) -> Vec<String> {
    let place = |finding: &Finding| format!("{} {}", finding.code, finding.place.cell.unwrap());
    found(faults).iter().map(place).collect()
}

#[test]
fn a_wrong_subtotal_is_one_finding() {
    for wrong in ["2", "200", "0", "21", "20.1"] {
        assert_eq!(places(&[("D7", wrong)]), ["A001 D7"], "{wrong}");
    }
}

#[test]
fn what_was_computed_from_a_wrong_subtotal_follows_from_it() {
    let all = [("D7", "2"), ("I7", "220.00%"), ("D20", "1875.66"), ("I20", "91.82%"), ("J20", "93.04")];
    for count in 1..=all.len() {
        assert_eq!(places(&all[..count]), ["A001 D7"], "{:?}", &all[..count]);
    }
    let finding = &found(&all)[0];
    let effect = finding.effect.as_ref().unwrap();
    assert_eq!(
        effect.zh,
        "全年预算数合计 1875.66 → 1893.66，合计执行率 91.82% → 90.94%，合计得分 93.04 → 92.97"
    );
    let related: Vec<String> = finding.related.iter().map(|other| other.cell.to_string()).collect();
    assert_eq!(related, ["E7", "F7", "G7", "D20", "I20", "J20"]);
}

#[test]
fn a_wrong_part_is_one_finding_at_the_part() {
    for wrong in ["200", "2", "25", "."] {
        let finding = &found(&[("E7", wrong)])[0];
        assert_eq!(places(&[("E7", wrong)]).len(), 1, "{wrong} {finding:?}");
    }
    assert_eq!(places(&[("E7", "200")]), ["A001 E7"]);
    assert_eq!(found(&[("E7", "200")])[0].expected.as_deref(), Some("20"));
}

#[test]
fn a_wrong_executed_amount_is_one_finding_at_the_amount() {
    for (cell, wrong) in [("H7", "44"), ("H7", "0"), ("H6", "84.79"), ("H12", "21"), ("H19", "115.3")] {
        let found = found(&[(cell, wrong)]);
        assert_eq!(places(&[(cell, wrong)]), [format!("A004 {cell}")], "{wrong}");
        assert_eq!(found[0].votes[0].by.len(), 2);
    }
    assert_eq!(found(&[("H7", "44")])[0].expected.as_deref(), Some("4.4"));
}

#[test]
fn a_wrong_rate_is_one_finding() {
    for (cell, wrong) in [("I7", "32.00%"), ("I6", "8.17%"), ("I12", "10.00%")] {
        assert_eq!(places(&[(cell, wrong)]), [format!("A004 {cell}")]);
    }
}

#[test]
fn a_wrong_total_is_one_finding_with_what_follows_from_it() {
    for cell in ["D20", "E20", "H20"] {
        assert_eq!(places(&[(cell, "1693.66")]), [format!("A002 {cell}")]);
    }
    assert_eq!(places(&[("D20", "1793.66"), ("I20", "96.01%"), ("J20", "98.15")]), ["A002 D20"]);
    assert_eq!(places(&[("H20", "1622.16"), ("I20", "85.66%")]), ["A002 H20"]);
    let effect = found(&[("H20", "1622.16"), ("I20", "85.66%")])[0].effect.clone().unwrap();
    assert_eq!(effect.zh, "合计执行率 85.66% → 90.94%");
    assert_eq!(places(&[("I20", "80.94%")]), ["A005 I20"]);
}

#[test]
fn a_wrong_total_score_is_one_finding_and_says_when_the_grade_changes() {
    assert_eq!(places(&[("J20", "91.50")]), ["W002 J20"]);
    assert_eq!(places(&[("J20", "89.21")]), ["W003 J20"]);
    let effect = |score| found(&[("J20", score)])[0].effect.clone().unwrap();
    assert_eq!(effect("91.50{0.00}").zh, "合计得分 91.50 → 92.97");
    assert_eq!(effect("89.21").zh, "合计得分 89.21 → 92.97，等级 良 → 优");
    assert_eq!(effect("89.21").en, "total score 89.21 → 92.97, grade 良 → 优");
}

#[test]
fn a_score_typed_too_high_is_one_finding() {
    for (cell, score) in [("J7", "95"), ("J7", "98"), ("J7", "92.5"), ("J8", "99"), ("J11", "97")] {
        let found = found(&[(cell, score)]);
        assert_eq!(places(&[(cell, score)]), [format!("W004 {cell}")], "{score}");
        let by: Vec<&str> = found[0].votes[0].by.iter().map(|by| &*by.zh).collect();
        assert_eq!(by, ["执行率允许的上限", "合计得分 J20（92.97）"]);
    }
    assert_eq!(found(&[("J8", "99")])[0].votes[0].shown, "96");
}

#[test]
fn a_total_score_that_no_other_score_explains_is_a_finding_beside_one_too_high() {
    // 95 in J7 moves the total by 0.1; these are further off.
    for total in ["91.50", "92.62", "93.09"] {
        assert_eq!(places(&[("J7", "95"), ("J20", total)]), ["W004 J7", "W002 J20"], "{total}");
    }
    assert_eq!(places(&[("J7", "95"), ("J20", "93.07")]), ["W004 J7"], "the total of the score as it stands");
    assert_eq!(
        places(&[("J7", "95"), ("J10", "95")]),
        ["W004 J7", "W004 J10", "W002 J20"],
        "of two, neither is known"
    );
}

#[test]
fn impossible_inputs_are_found_once() {
    assert_eq!(places(&[("J7", "850")]), ["V005 J7"]);
    assert_eq!(places(&[("E7", "-20")]), ["V004 E7"]);
    assert_eq!(places(&[("H7", "-4.4")]), ["V004 H7"]);
}

#[test]
fn a_low_rate_keeps_its_finding_beside_a_wrong_amount_that_does_not_cause_it() {
    assert_eq!(places(&[("K7", "."), ("D7", "200")]), ["A001 D7", "W006 K7"]);
}

#[test]
fn formulas_at_fault_are_found_once() {
    assert_eq!(
        places(&[("D20", "=SUM(D6:D18) -> 1382.36"), ("I20", "=H20/D20 -> 1.24581151074973")]),
        ["F003 D20"]
    );
    assert_eq!(
        places(&[("D20", "=SUM(D6:D19) -> 1800"), ("I20", "=H20/D20 -> 0.956755555555556")]),
        ["F001 D20"]
    );
    let score = "=ROUND(SUMPRODUCT(D6:D19,J6:J19)/D20,2) -> 93.11";
    assert_eq!(places(&[("D20", "=SUM(D6:D17,D19) -> 1890.66"), ("J20", score)]), ["F003 D20"]);
}
