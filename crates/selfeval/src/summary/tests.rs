//! What figures read as, in drawn workbooks.

use super::*;
use crate::sketch::{official, read};

/// A reading as `value/decimals` with its raw text where that differs.
fn drawn(reading: Option<&Reading>) -> String {
    let Some(reading) = reading else { return "no column".to_owned() };
    let raw = reading.raw();
    match (reading.content, reading.figure()) {
        (content, Some(figure)) => {
            let kind = match content {
                Content::TextNumber(_) => "'",
                Content::Computed(_) => "=",
                _ => "",
            };
            format!("{kind}{}/{} {raw}", figure.value.normalize(), figure.decimals)
        }
        (content, None) => format!("{content:?} {raw}").trim_end().to_owned(),
    }
}

#[test]
fn figures_of_the_official_form_are_read() {
    let (_, _, summary) = read(&official(&[
        "1|甲|民政科|830{0.00}|830|0|.|814.79|98.17%|94|1",
        "2|乙|民政科|4.4{#,##0.00}|'４．４|—|/|4.4034|'80.5%|'94分|无",
        "合计|<|<|=SUM(D6:D7) -> 834.4|.|.|.|819.1934|.|.|",
    ]));
    let first = &summary.projects[0];
    assert_eq!(drawn(first.budget.as_ref()), "830/2 830.00");
    assert_eq!(drawn(first.executed.as_ref()), "814.79/4 814.79");
    assert_eq!(drawn(first.rate.as_ref()), "0.9817/4 98.17%");
    assert_eq!(drawn(first.funds.get(2)), "Blank");
    let second = &summary.projects[1];
    assert_eq!(drawn(second.budget.as_ref()), "4.4/2 4.40");
    assert_eq!(drawn(second.funds.first()), "'4.4/2 ４．４");
    assert_eq!(drawn(second.funds.get(1)), "NoValue —");
    assert_eq!(drawn(second.rate.as_ref()), "'0.805/3 80.5%");
    assert_eq!(drawn(second.score.as_ref()), "'94/0 94分");
    let total = summary.total.unwrap();
    assert_eq!(drawn(total.budget.as_ref()), "834.4/2 834.4");
    assert_eq!(total.label.to_string(), "A8");
    assert_eq!(summary.year, Some(2023));
}
