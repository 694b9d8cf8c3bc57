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
            columns.extend([name, "=", &jixiao_workbook::column_letters(column.number), " "]);
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

/// Odd layouts: what each shows, the sheet, and what is located.
const LAYOUTS: &[(&str, &str, &str)] = &[
    (
        "below a cover, moved to the right, one header row, no funds",
        ".|封面\n.|填报单位：甲镇\n\n.|序号|项目名称|全年预算数（元）|全年执行数（元）|执行率（%）|自评得分\n\
         .|1|甲|100000|90000|90|95\n.|总 计|.|100000|90000|90|95\n",
        "附表 B4:G6 head 4-4 | seq=B name=C A=D B=E rate=F score=G |  | runs 5-5 spare [] groups [] total B6",
    ),
    (
        "on the second sheet, columns in another order, an unknown column",
        "封面\n@ 数据\n自评得分|全年执行数|项目名称|联系人|小计|其他资金|当年财政拨款|执行率|序号\n\
         95|9|甲|张三|10|0|10|90%|1\n95|9|.|.|10|0|10|90%|合计\n",
        "数据 A1:I3 head 1-1 | seq=I name=C A=E B=B rate=H score=A | other=F current=G | runs 2-2 spare [] groups [] total I3",
    ),
    (
        "four funds under the budget, one unknown",
        "序号|项目名称|全年预算数（A）|<|<|<|<|全年执行数（B）|执行率|得分\n\
         ^|^|小计|财政资金|财政专户管理资金|单位资金|上级专项|^|^|^\n1|甲|10|10|0|0|0|9|90%|95\n合计|<|10|10|0|0|0|9|90%|95\n",
        "附表 A1:J4 head 1-2 | seq=A name=B A=C B=H rate=I score=J | \
         current=D fiscal_account=E unit_funds=F 上级专项=G | runs 3-3 spare [] groups [] total A4",
    ),
    (
        "header rows that are not merged, parents left blank",
        "序号|项目名称|主管部门|项目资金（万元）|.|.|.|.|自评得分|备注\n\
         .|.|.|全年预算数（A）|.|.|全年执行数（B）|执行率|.|.\n.|.|.|小计|当年财政拨款|其他资金|.|.|.|.\n\
         1|甲|民政科|10|10|0|9|90%|95|.\n合计|.|.|10|10|0|9|90%|95|.\n",
        "附表 A1:J5 head 1-3 | seq=A name=B dept=C A=D B=G rate=H score=I remark=J | \
         current=E other=F | runs 4-4 spare [] groups [] total A5",
    ),
    (
        "total row on top, group rows, spare rows with numbers, signatures below",
        "序号|项目名称|小计|当年财政拨款|全年执行数|执行率|自评得分\n合计|.|30|30|27|90%|95\n小计：民政科|<|10|10|9|90%|.\n\
         1|甲|10|10|9|90%|95\n农业科小计|<|20|20|18|90%|.\n1|乙|20|20|18|90%|95\n2|.|.|.|.|.|.\n填报人：|.|联系电话：\n3|丙|1|1|1|1|1\n",
        "附表 A1:G7 head 1-1 | seq=A name=B A=C B=E rate=F score=G | current=D | \
         runs 4-4,6-7 spare [7] groups [3, 5] total A2",
    ),
    (
        "spare rows without anything between the projects and the total row",
        "序号|项目名称|小计|当年财政拨款|全年执行数|执行率|自评得分\n1|甲|10|10|9|90%|95\n.|.|.|.|.|.|.\n.|.|.|.|.|.|.\n\
         合计|.|10|10|9|90%|95\n",
        "附表 A1:G5 head 1-1 | seq=A name=B A=C B=E rate=F score=G | current=D | runs 2-4 spare [3, 4] groups [] total A5",
    ),
    (
        "no total row: the note ends the table, empty rows below do not belong to it",
        "序号|项目名称|小计|当年财政拨款|全年执行数|执行率|自评得分\n1|甲|10|10|9|90%|95\n\n\n注：按资金占比加权\n1|乙|2|2|2|2|2\n",
        "附表 A1:G2 head 1-1 | seq=A name=B A=C B=E rate=F score=G | current=D | runs 2-2 spare [] groups [] total -",
    ),
    (
        "header again on the next page, a row of column numbers below the first",
        "序号|项目名称|小计|当年财政拨款|全年执行数|执行率|自评得分\n1|2|3|4|5|6|7\n1|甲|10|10|9|90%|95\n\
         序号|项目名称|小计|当年财政拨款|全年执行数|执行率|自评得分\n2|乙|10|10|9|90%|95\n合计|.|20|20|18|90%|95\n",
        "附表 A1:G6 head 1-2 | seq=A name=B A=C B=E rate=F score=G | current=D | runs 3-3,5-5 spare [] groups [] total A6",
    ),
    (
        "parts of the executed amount are no funds",
        "序号|项目名称|全年预算数|其中：财政拨款|全年执行数|其中：财政拨款|执行率|自评得分\n1|甲|10|10|9|9|90%|95\n合计|.|10|10|9|9|90%|95\n",
        "附表 A1:H3 head 1-1 | seq=A name=B A=C B=E rate=G score=H | current=D | runs 2-2 spare [] groups [] total A3",
    ),
    (
        "the executed amount has a 小计 of its own",
        "序号|项目名称|全年预算数|<|<|全年执行数|<|<|执行率|得分\n^|^|小计|财政拨款|其他资金|小计|财政拨款|其他资金|^|^\n1|甲|10|10|0|9|9|0|90%|95\n",
        "附表 A1:J3 head 1-2 | seq=A name=B A=C B=F rate=I score=J | current=D other=E | runs 3-3 spare [] groups [] total -",
    ),
    (
        "initial and adjusted budget with letters that moved",
        "项目编码|预算项目|实施单位(盖章)|年初预算数（A）|全年（调整）预算数(B)|执行数(C)|预算执行率(C/B)|自评总分(分)|评价等级|未完成原因分析\n\
         X1|甲|民政科|10|12|9|75%|88|良|推迟\n合计|.|.|10|12|9|75%|88|.|.\n",
        "附表 A1:J3 head 1-1 | code=A name=B init=D A=E B=F rate=G score=H grade=I reason=J |  | \
         runs 2-2 spare [] groups [] total A3",
    ),
    (
        "the parent label stands above the name's row",
        ".|.|项目资金|<|<|.|.\n序号|项目名称|小计|当年财政拨款|全年执行数|执行率|得分\n1|甲|10|10|9|90%|95\n",
        "附表 A1:G3 head 1-2 | seq=A name=B A=C B=E rate=F score=G | current=D | runs 3-3 spare [] groups [] total -",
    ),
    (
        "rows numbered 一, 二 head groups",
        "序号|项目名称|小计|全年执行数|自评得分\n一|基本类|30|27|.\n1|甲|10|9|95\n2|乙|20|18|95\n二|专项类|5|5|.\n1|丙|5|5|90\n合计|.|35|32|95\n",
        "附表 A1:E7 head 1-1 | seq=A name=B A=C B=D score=E |  | runs 3-4,6-6 spare [] groups [2, 5] total A7",
    ),
    (
        "heading rows over the whole width",
        "序号|项目名称|小计|全年执行数|自评得分\n民政科|<|<|<|<\n1|甲|10|9|95\n农业科|<|<|<|<\n1|乙|10|9|95\n合计|.|20|18|95\n",
        "附表 A1:E6 head 1-1 | seq=A name=B A=C B=D score=E |  | runs 3-3,5-5 spare [] groups [2, 4] total A6",
    ),
    (
        "a closing row XX合计 is the total row, its label beside a number",
        "序号|项目名称|小计|全年执行数|自评得分\n1|甲|10|9|95\n2|全镇合计|10|9|95\n",
        "附表 A1:E3 head 1-1 | seq=A name=B A=C B=D score=E |  | runs 2-2 spare [] groups [] total B3",
    ),
    (
        "projects named 统计 and …合计… are projects",
        "序号|项目名称|小计|全年执行数|自评得分\n1|统计|10|9|95\n2|会计服务费合计补助项目|10|9|95\n总计|.|21|19|95\n",
        "附表 A1:E4 head 1-1 | seq=A name=B A=C B=D score=E |  | runs 2-3 spare [] groups [] total A4",
    ),
    (
        "a spare row with live formulas",
        "序号|项目名称|小计|当年财政拨款|全年执行数|自评得分\n1|甲|=SUM(D2:D2) -> 10|10|9|95\n2|.|=SUM(D3:D3) -> 0|.|.|.\n合计|.|10|10|9|95\n",
        "附表 A1:F4 head 1-1 | seq=A name=B A=C B=E score=F | current=D | runs 2-3 spare [3] groups [] total A4",
    ),
    (
        "a total row at both ends",
        "序号|项目名称|小计|全年执行数|自评得分\n合计|.|10|9|95\n1|甲|10|9|95\n合计|.|10|9|95\n",
        "附表 A1:E4 head 1-1 | seq=A name=B A=C B=D score=E |  | runs 3-3 spare [] groups [] total A2",
    ),
    (
        "a per-project form is no summary",
        "项目支出绩效自评表\n项目名称|甲|<|主管部门|民政局|实施单位|民政科|.\n\
         项目资金|<|年初预算数|全年预算数|全年执行数|分值|执行率|得分\n^|年度资金总额|10|10|9|10|90%|9\n^|其中：当年财政拨款|10|10|9|—|90%|—\n",
        "none Some((\"A2\", [Budget, Executed, Score]))",
    ),
    ("no table at all", "通讯录\n姓名|电话\n张三|1\n", "none None"),
    (
        "no score column",
        "序号|项目名称|预算数|执行数|执行率\n1|甲|10|9|90%\n",
        "none Some((\"B1\", [Score]))",
    ),
];

#[test]
fn odd_layouts_are_located() {
    for (what, text, expected) in LAYOUTS {
        assert_eq!(drawn(text), *expected, "{what}");
    }
}

#[test]
fn a_table_with_projects_is_taken_before_a_blank_one() {
    let blank = "序号|项目名称|小计|全年执行数|得分\n1|.|.|.|.\n合计|.|.|.|.\n";
    let text = format!("{blank}@ 填报\n2024年4月\n{}", blank.replace("1|.|.|.|.", "1|甲|10|9|95"));
    let located = locate(&workbook(&text), &Profile::national(), None).unwrap();
    assert_eq!(&*located.sheet_name, "填报");
    assert_eq!(located.others, [("附表".to_owned(), "A1:E3".parse().unwrap())]);
}

#[test]
fn unit_year_and_money_are_found_where_they_stand() {
    let table = "序号|项目名称|小计|全年执行数|得分\n1|甲|10|9|95\n合计|.|10|9|95\n";
    let cases = [
        ("2023年度甲镇项目支出绩效自评结果汇总表\n", "甲镇 [2023] -"),
        ("２０２３年甲局部门预算项目支出绩效自评结果汇总表\n单位：元\n", "甲局 [2023] 元"),
        (
            "二〇二三年度项目支出绩效自评结果汇总表\n填报单位（盖章）：甲镇|.|.|金额单位：万元\n",
            "甲镇 [2023] 万元",
        ),
        ("项目支出绩效自评结果汇总表（万元）\n填报单位：|甲镇|.|填报日期：2024年3月5日\n", "甲镇 [] 万元"),
        ("填报单位：甲镇    2022年度    单位：亿元\n", "甲镇 [2022] 亿元"),
        ("    年度    （单位）项目支出绩效自评结果汇总表\n.|.|.|.|单位：万元\n", "- [] 万元"),
        ("2023年度XX单位项目支出绩效自评结果汇总表\n", "- [2023] -"),
        ("甲局2023年项目支出绩效自评结果汇总表\n", "甲局 [2023] -"),
        ("甲局二〇二三年度项目支出绩效自评结果汇总表\n", "甲局 [2023] -"),
        ("表二 项目支出绩效自评结果汇总表（万元）\n", "- [] 万元"),
        ("附件2：2023年度甲局项目支出绩效自评结果汇总表\n", "甲局 [2023] -"),
        ("（附表1-3）2023年度项目支出绩效自评结果汇总表\n", "- [2023] -"),
        ("附2023年度项目支出绩效自评结果汇总表\n", "- [2023] -"),
        ("附件1一中2023年度项目支出绩效自评结果汇总表\n", "一中 [2023] -"),
    ];
    for (above, expected) in cases {
        let located = locate(&workbook(&format!("{above}{table}")), &Profile::national(), None).unwrap();
        let unit = located.unit.as_ref().map_or("-", |unit| &unit.value);
        let years: Vec<u16> = located.years.iter().map(|year| year.value).collect();
        let money = located.money.as_ref().map_or("-", |money| money.value.name());
        assert_eq!(format!("{unit} {years:?} {money}"), expected, "{above}");
    }
}

#[test]
fn two_columns_with_one_label_are_a_doubt() {
    let text = "序号|项目名称|小计|全年执行数|得分|得分\n1|甲|10|9|95|96\n";
    let located = locate(&workbook(text), &Profile::national(), None).unwrap();
    assert_eq!(located.columns.score.unwrap().number, 5);
    assert!(located.doubts[0].zh.contains("E1 和 F1"), "{:?}", located.doubts);
}

#[test]
fn of_tables_equally_good_one_must_be_asked_for() {
    let table =
        "序号|项目名称|全年预算数|全年执行数|自评得分\n1|防汛|10|5|90\n2|抗旱|10|5|90\n合计||20|10|90\n";
    let shorter = table.replace("2|抗旱|10|5|90\n", "");
    let both = |first: &str| workbook(&format!("{first}\n\n# 乙\n{table}"));
    let profile = Profile::national();
    // The better one is taken wherever it stands.
    let located = locate(&both(&shorter), &profile, None).unwrap();
    assert_eq!((located.projects.len(), located.others.len()), (2, 1));
    let equal = both(table);
    let missing = locate(&equal, &profile, None).unwrap_err();
    let words = crate::rules::no_table(&missing);
    assert!(
        words.message.zh.contains("同样完整") && words.help.zh == "用 --table 1 或 --table 2 指明一张",
        "{words:?}"
    );
    let choice = |table| Choice { table: Some(table), ..Choice::default() };
    assert_ne!(
        locate(&equal, &profile, choice(1)).unwrap().range,
        locate(&equal, &profile, choice(2)).unwrap().range
    );
    let missing = locate(&equal, &profile, choice(3)).unwrap_err();
    assert_eq!(missing.cause, Some(Cause::NoSuch { asked: 3, found: 2 }));
}

#[test]
fn a_document_without_tables_says_whether_it_has_pictures() {
    use jixiao_workbook::workbook::Parts;
    for (pictures, words) in [(0, "文档里没有表格"), (2, "只有 2 张图片")] {
        let document = Document { pictures, ..Document::default() };
        let parts = Parts { document: Some(document), ..Parts::default() };
        let workbook = Workbook::from_parts(parts, jixiao_workbook::Limits::default());
        let missing = locate(&workbook, &Profile::national(), None).unwrap_err();
        assert!(crate::rules::no_table(&missing).message.zh.contains(words));
    }
}
