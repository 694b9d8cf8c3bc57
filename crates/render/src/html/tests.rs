//! What the page shows, and that it needs nothing else.

use jixiao_selfeval::review::{Options, review};
use jixiao_selfeval::{Profile, Words};
use jixiao_workbook::Workbook;

use super::*;

const SUBMISSION: &[u8] = include_bytes!("../../../../test-data/submission-2023.xlsx");

fn page(bytes: &[u8], path: &str, lang: Lang) -> String {
    let (workbook, profile) = (Workbook::open(bytes.to_vec()).unwrap(), Profile::national());
    let review = review(&workbook, &profile, Options::default());
    check(Source { path, sha256: None, profile: Some(&profile), fixed: None }, &review, lang)
}

#[test]
fn the_published_table_is_drawn_with_its_findings() {
    let page = page(SUBMISSION, "表.xlsx", Lang::Zh);
    assert!(page.contains("<h1>改后再报</h1>"));
    // The first finding is the error; its cell leads to it, and it leads back.
    assert!(
        page.contains(
            r##"<td id="J20" class="error"><sup><a href="#f1">1</a> <a href="#f8">8</a></sup></td>"##
        )
    );
    assert!(
        page.contains(r##"<a href="#J20">J20</a></span> 合计：合计得分空白"##)
            || page.contains(r##"<a href="#J20">J20</a>"##)
    );
    // Merged heads are merged.
    assert!(page.contains(r#"colspan="6""#));
    assert!(page.contains("<dt>加权得分</dt><dd>92.97<small>表中 空白</small></dd>"));
    // The title reaches over the sheet.
    assert!(page.contains(r#"<td id="A2" colspan="11">2023年度"#));
    assert_eq!(page.matches("<rect ").count(), 14);
}

#[test]
fn what_speaks_for_which_value_is_shown_where_it_was_weighed() {
    let wrong = include_bytes!("../../../../test-data/cases/wrong-sums-and-rates/input.xlsx");
    let page = page(wrong, "表.xlsx", Lang::Zh);
    assert!(page.contains(r#"<span class="votes">支持 "#), "{page}");
}

#[test]
fn nothing_outside_is_asked_for_and_no_script_runs() {
    let page = page(SUBMISSION, "表.xlsx", Lang::En);
    for outside in ["<script", "src=", "http:", "https:", "@import", "url(", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains(r#"<html lang="en">"#));
}

#[test]
fn a_strangers_text_stays_text() {
    let page = page(SUBMISSION, "<script>alert(1)</script>.xlsx", Lang::Zh);
    assert!(!page.contains("<script"));
}

#[test]
fn a_file_that_was_not_read_says_why() {
    let why = Unread {
        code: "encrypted",
        message: Words::new("文件加了密码", "the file is encrypted"),
        help: Words::new("去掉密码后再核对", "take the password off"),
    };
    let page = unread(Source { path: "a.xlsx", sha256: None, profile: None, fixed: None }, &why, Lang::Zh);
    assert!(
        page.contains("未能核对") && page.contains("文件加了密码。") && page.contains("→ 去掉密码后再核对。")
    );
}

#[test]
fn a_profile_that_is_not_the_usual_one_is_named_above_the_table() {
    let (workbook, mut profile) =
        (Workbook::open(SUBMISSION.to_vec()).unwrap(), Profile::built_in("hubei").unwrap());
    profile.file = Some("<各单位>/jixiao.toml".to_owned());
    let review = review(&workbook, &profile, Options::default());
    let source = Source { path: "表.xlsx", sha256: None, profile: Some(&profile), fixed: None };
    let page = check(source, &review, Lang::Zh);
    assert_eq!(page.matches("湖北（&#60;各单位&#62;/jixiao.toml，未经核实）").count(), 2);
    assert!(page.contains("口径：湖北"));
}
