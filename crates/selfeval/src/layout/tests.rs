//! What is located in drawn workbooks of every layout.

use super::*;
use crate::sketch::{official, workbook};

/// A located table on a few lines, for comparison.
fn drawn(text: &str) -> String {
    match locate(&workbook(text), &Profile::national(), None) {
        Ok(located) => described(&located),
        Err(missing) => format!("none {:?}", missing.nearest.map(|near| (near.cell.to_string(), near.lacks))),
    }
}

fn described(located: &Located) -> String {
    let mut columns = String::new();
    let fields = [
        ("seq", Field::Sequence),
        ("code", Field::Code),
        ("name", Field::Name),
        ("dept", Field::Supervisor),
        ("init", Field::InitialBudget),
        ("A", Field::Budget),
        ("B", Field::Executed),
        ("rate", Field::ExecutionRate),
        ("score", Field::Score),
        ("grade", Field::Grade),
        ("reason", Field::Reason),
        ("remark", Field::Remark),
    ];
    for (name, field) in fields {
        if let Some(column) = located.columns.of(field) {
            columns.push_str(&format!("{name}={} ", jixiao_workbook::column_letters(column.number)));
        }
    }
    let funds: Vec<String> = located
        .columns
        .funds
        .iter()
        .map(|fund| format!("{}={}", fund.key, jixiao_workbook::column_letters(fund.column.number)))
        .collect();
    let runs: Vec<String> = located.runs.iter().map(|run| format!("{}-{}", run.first, run.last)).collect();
    format!(
        "{} {} head {}-{} | {}| {} | runs {} spare {:?} groups {:?} total {}",
        located.sheet_name,
        located.range,
        located.header.first,
        located.header.last,
        columns,
        funds.join(" "),
        runs.join(","),
        located.spare,
        located.groups.iter().map(|group| group.row).collect::<Vec<_>>(),
        located.total.map_or_else(|| "-".to_owned(), |(_, cell)| cell.to_string()),
    )
}

#[test]
fn the_official_form_is_located() {
    let text = official(&[
        "1|甲项目|民政科|10|10|0|0|9|90%|95|",
        "2|乙项目|民政科|20|20|0|0|18|90%|95|",
        "合计|<|<|30|30|0|0|27|90%|95|",
    ]);
    assert_eq!(
        drawn(&text),
        "附表 A3:K8 head 3-5 | seq=A name=B dept=C A=D B=H rate=I score=J remark=K | \
         current=E carried_over=F other=G | runs 6-7 spare [] groups [] total A8"
    );
    let located = locate(&workbook(&text), &Profile::national(), None).unwrap();
    assert_eq!(located.unit.unwrap().value, "中川镇人民政府");
    assert_eq!(located.years[0].value, 2023);
    assert_eq!(located.money.as_ref().unwrap().value, Money::TenThousand);
    assert_eq!(located.money.unwrap().cell.unwrap().to_string(), "D3");
    assert!(located.note.unwrap().value.starts_with("注:1."));
}
