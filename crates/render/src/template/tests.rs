//! The form of several shapes, read again.

use super::*;

fn options(rows: u32) -> Options {
    let funds = funds(&Profile::national());
    Options { rows, year: Some(2024), unit: None, funds, lock: Lock::Open, created: 1_700_000_000 }
}

#[test]
fn the_same_wishes_give_the_same_bytes() {
    assert_eq!(template(&options(3)).unwrap(), template(&options(3)).unwrap());
}

#[test]
fn a_form_without_rows_is_refused() {
    assert!(matches!(template(&options(0)), Err(TemplateError::Rows(0))));
}

#[test]
fn a_form_without_fund_columns_or_with_too_many_is_refused() {
    let one = Fund { key: "other".to_owned(), label: "其他资金".to_owned() };
    for count in [0, MOST_FUNDS + 1] {
        let options = Options { funds: vec![one.clone(); count], ..options(3) };
        assert!(matches!(template(&options), Err(TemplateError::Funds(found)) if found == count));
    }
}

#[test]
fn a_submission_with_other_funds_brings_its_own_columns() {
    let fund = |key: &str, label: &str| Fund { key: key.to_owned(), label: label.to_owned() };
    let national = Profile::national();
    let usual = funds(&national);
    assert_eq!(funds_for(&national, &[]), usual);
    assert_eq!(funds_for(&national, &[fund("current", "财政拨款")]), usual);
    let own = [fund("current", "财政拨款"), fund("special_bonds", "专项债券资金")];
    assert_eq!(funds_for(&national, &own), own);
}

fn opened(options: &Options) -> jixiao_workbook::Workbook {
    jixiao_workbook::Workbook::open(template(options).unwrap()).unwrap()
}

/// Every form we make is one that we read: its columns, their order, what is computed.
#[test]
fn a_form_has_the_fund_columns_that_were_asked_for() {
    use jixiao_selfeval::layout::locate;
    for name in ["national", "sichuan"] {
        let profile = Profile::built_in(name).unwrap();
        let asked = funds(&profile);
        let book = opened(&Options { funds: asked.clone(), ..options(5) });
        let located = locate(&book, &profile, None).unwrap();
        let keys: Vec<&str> = located.columns.funds.iter().map(|fund| fund.key.as_str()).collect();
        assert_eq!(keys, asked.iter().map(|fund| fund.key.as_str()).collect::<Vec<_>>());
        let sheet = book.sheet(located.sheet).unwrap();
        let last = column_letters(4 + u16::try_from(asked.len()).unwrap());
        let subtotal = sheet.formula("D7".parse().unwrap()).unwrap();
        assert_eq!(subtotal.text, format!("SUM(E7:{last}7)"));
        let total = located.total.unwrap().1.row();
        assert_eq!((located.runs[0].first, located.runs[0].last, total), (7, 11, 12));
    }
    let labels: Vec<String> =
        funds(&Profile::built_in("sichuan").unwrap()).into_iter().map(|fund| fund.label).collect();
    assert_eq!(labels, ["财政资金", "财政专户管理资金", "单位资金", "其他资金"]);
}
