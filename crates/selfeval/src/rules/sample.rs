//! The table that 中川镇 published for 2023, as a sketch: rules are tested silent or firing on it.

use super::Rule;
use crate::finding::Finding;
use crate::sketch::{findings, official};

/// Its 14 project rows: they stand in rows 6 to 19.
pub(crate) const PROJECTS: [&str; 14] = [
    "1|农村人居环境保洁服务费|中川园区|830|830|0|0|814.79|'98.17%|94|1",
    "2|交管站“两站一室”工作经费|中川园区|20|20|0|0|4.4|'22.02%|85|2",
    "3|办公用房租赁费|中川园区|272.82|272.82|0|0|219.61|'80.5%|96|3",
    "4|办公用房水电费|中川园区|45|45|0|0|43.21|'96.03%|96|4",
    "5|武装部“三项基础建设“及专武干部衣服购置费|中川园区|3|3|0|0|0.91|'30.45%|80|5",
    "6|网格员补助|中川园区|146.54|146.54|0|0|79.78|'54.44%|80|6",
    "7|史喇口办公征地建设费|中川园区|12|12|0|0|12|'100%|93|7",
    "8|廖家槽民主协商示范点打造|中川园区|10|10|0|0|10|'100%|95|8",
    "9|基层档案示范点建设经费|中川园区|10|10|0|0|10|'100%|93|9",
    "10|中川镇民政办经费|中川园区|1|1|0|0|0.19|'19.48%|84|10",
    "11|执法队拆违治乱经费|中川园区|26|26|0|0|11.88|'45.66%|84|11",
    "12|执法队工作经费|中川园区|3|3|0|0|1.09|'36.33%|80|12",
    "13|防汛经费|中川园区|3|3|0|0|3|'100%|95|13",
    "14|村委会运转经费|中川园区|511.3|511.3|0|0|511.3|'100%|94|14",
];

/// Its total row, half empty, in row 20.
pub(crate) const TOTAL: &str = "合计|<|<|1893.66|1893.66|.|.|1722.16|.|.|.";

/// The table as the unit sent it.
pub(crate) fn submission() -> String {
    official(&[&PROJECTS[..], &[TOTAL]].concat())
}

/// The table with these rows in place of its own; the total row is the last of them.
pub(crate) fn with_row(row: usize, cells: &str) -> String {
    let mut rows = [&PROJECTS[..], &[TOTAL]].concat();
    rows[row] = cells;
    official(&rows)
}

/// A rule's findings in row 7 where the second project reads so.
pub(crate) fn on_second(rule: Rule, cells: &str) -> Vec<Finding> {
    let found = findings(rule, &with_row(1, cells));
    found.into_iter().filter(|finding| finding.place.cell.is_some_and(|cell| cell.row() == 7)).collect()
}

/// The table as it should be: right rates, a full total row, and a reason wherever the rate is low.
pub(crate) fn completed() -> String {
    let rates = [
        "98.17%", "22.00%", "80.50%", "96.02%", "30.33%", "54.44%", "100.00%", "100.00%", "100.00%",
        "19.00%", "45.69%", "36.33%", "100.00%", "100.00%",
    ];
    let row = |(row, rate): (&&str, &str)| {
        let mut cells: Vec<&str> = row.split('|').collect();
        cells[8] = rate;
        let low = !rate.starts_with('9') && rate != "100.00%";
        cells[10] = if low { "项目跨年实施，尾款次年支付" } else { "." };
        cells.join("|")
    };
    let mut rows: Vec<String> = PROJECTS.iter().zip(rates).map(row).collect();
    rows.push("合计|<|<|1893.66|1893.66|0|0|1722.16|90.94%|92.97|.".to_owned());
    official(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}
