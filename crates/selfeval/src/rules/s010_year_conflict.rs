//! S010: the table states different years.

use unicode_normalization::UnicodeNormalization;

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Place, Severity, Words};
use crate::layout::Stated;

pub(super) const RULE: Rule = Rule {
    code: "S010",
    name: "year-conflict",
    severity: Severity::Error,
    title: ("年度前后不一致", "the table states different years"),
    docs: (
        "## 核对内容\n标题、单位行、表注写的年度是否一致。工作表名、文件名和填报日期可以是填报当年，即晚一年；文件名里的文号（财预〔2020〕10号）和日期（2026-01-02）不算。\n\
         ## 为什么\n沿用上年表格而没有改全年度，会被当作另一年的数据。\n\
         ## 示例\n`A2` 标题写 2023 年度，`A22` 表注写 2022 年度。\n\
         ## 怎样改\n核对自评的是哪一年，把不一致的年度改过来。\n\
         ## 依据\n表样：标题的年度。",
        "## What is checked\nWhether the title, the unit line and the note state the same year. The sheet's and the file's name and a date of filing may be one year later; numbers of documents (财预〔2020〕10号) and dates (2026-01-02) in a file's name do not count.\n\
         ## Why\nLast year's form that was not changed throughout is taken for another year's figures.\n\
         ## Example\nThe title in `A2` says 2023, the note in `A22` says 2022.\n\
         ## How to correct\nSee which year is evaluated, and correct the other one.\n\
         ## Source\nThe form: the year in the title.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let located = context.located;
    let title = located.title.as_ref().map(|title| (title.cell, title.paragraph));
    let of_title = located.years.iter().find(|year| title == Some((year.cell, year.paragraph)));
    let Some(year) = of_title.or(located.years.first()) else { return Vec::new() };
    let named = |value, text: &str| Stated { value, cell: None, paragraph: None, text: text.to_owned() };
    let sheet = year_of_name(&located.sheet_name).map(|value| named(value, &located.sheet_name));
    let file = context.given.name.and_then(|name| Some(named(year_of_file(name, year.value)?, name)));
    let cells = located.years.iter().map(|stated| (stated, Source::Cell));
    let names = sheet.iter().map(|stated| (stated, Source::Sheet));
    let names = names.chain(file.iter().map(|stated| (stated, Source::File)));
    let others = cells.chain(names).filter(|(other, _)| !agrees(year, other, &located.years));
    others.map(|(other, source)| finding(context, year, (other, source))).collect()
}

/// Where a year is stated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Cell,
    Sheet,
    File,
}

/// The year that a file's name carries and that is another than the title's: none where it names the title's or the
/// year of filing, too, or only numbers of documents and dates.
fn year_of_file(name: &str, title: u16) -> Option<u16> {
    let years: Vec<u16> = years_of_file(name).collect();
    let fits = years.iter().any(|year| *year == title || *year == title + 1);
    years.first().copied().filter(|_| !fits)
}

/// Years written as four digits, but for those in brackets that a number follows (〔2020〕10号) and those of dates.
fn years_of_file(name: &str) -> impl Iterator<Item = u16> {
    let mut from = 0;
    let runs = name.split(|c: char| !c.is_ascii_digit()).map(move |run| {
        let start = from;
        from += run.len();
        let end = from;
        from += name.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (start, end)
    });
    runs.filter_map(move |(start, end)| {
        let year: u16 = name.get(start..end).filter(|run| run.len() == 4)?.parse().ok()?;
        let mut after = name.get(end..)?.chars();
        let sign = after.next();
        let digit = after.next().is_some_and(|next| next.is_ascii_digit());
        let dated = digit && sign.is_some_and(|sign| "-._/〕]）)】".contains(sign));
        ((1990..2100).contains(&year) && !dated).then_some(year)
    })
}

/// The year a sheet's name carries: four digits on their own (`2023`, `2023年汇总`, not `20230105`).
fn year_of_name(name: &str) -> Option<u16> {
    let mut runs = name.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    runs.find_map(|run| run.parse().ok().filter(|year| (1990..2100).contains(year)))
}

/// Whether a stated year fits the title's. So do: a text that names the right year beside others, the year that
/// funds were carried over from, and, other than as 年度, the year of filing, one later.
fn agrees(title: &Stated<u16>, other: &Stated<u16>, all: &[Stated<u16>]) -> bool {
    let here = (other.cell, other.paragraph);
    let beside = all.iter().any(|year| (year.cell, year.paragraph) == here && year.value == title.value);
    let text: String = other.text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let carried = text.contains("结转") || text.contains("上年");
    let evaluated = text.contains(&format!("{}年度", other.value));
    let filing = other.value == title.value + 1 && (here == (None, None) || !evaluated);
    other.value == title.value || beside || carried || filing
}

/// A cell, or a paragraph of a document, in words of both languages.
fn spot(stated: &Stated<u16>) -> (String, String) {
    match (stated.cell, stated.paragraph) {
        (Some(cell), _) => (cell.to_string(), cell.to_string()),
        (None, Some(number)) => (format!("第 {number} 段"), format!("paragraph {number}")),
        (None, None) => Default::default(),
    }
}

fn finding(context: &Context<'_>, title: &Stated<u16>, (other, source): (&Stated<u16>, Source)) -> Finding {
    let sheet = Some(context.located.sheet_name.clone());
    let place = Place { sheet, cell: other.cell, paragraph: other.paragraph, text: other.text.clone() };
    let (cell, cell_en) = spot(other);
    let (here, here_en) = match source {
        Source::Cell => (cell.as_str(), cell_en.as_str()),
        Source::Sheet => ("工作表名", "the sheet's name"),
        Source::File => ("文件名", "the file's name"),
    };
    let stands = if source == Source::File { "文件名" } else { "这里" };
    let (there, there_en) = spot(title);
    let message = Words::new(
        format!("{stands}写 {} 年，{there} 写 {} 年", other.value, title.value),
        format!(
            "{} stands {}, {} in {there_en}",
            other.value,
            if source == Source::File { "in the file's name" } else { "here" },
            title.value
        ),
    );
    let help = Words::new(
        format!(
            "核对自评年度，把{}{here} 的年度改为与 {there} 一致",
            if source == Source::Cell { " " } else { "" }
        ),
        format!("see which year is evaluated, and make {here_en} agree with {there_en}"),
    );
    let note = Words::new("标题的年度", "the title's year");
    let related = title.cell.map(|cell| context.related(cell, note)).into_iter().collect();
    Finding::new(&RULE, place, message, help)
        .of(Field::Year)
        .found(other.value.to_string(), None)
        .expected(title.value.to_string(), None)
        .with_related(related)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::Given;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_beside, lines};

    #[test]
    fn a_unit_line_of_another_year_is_found() {
        let text = submission().replacen("附表", "2022年度", 1);
        assert_eq!(lines(&findings(RULE, &text)), ["Error A1 2022 → 2023"]);
    }

    #[test]
    fn the_submission_states_one_year() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_sheet_may_carry_the_year_of_filing_but_no_other() {
        let named = |name: &str| lines(&findings(RULE, &format!("@ {name}\n{}", submission())));
        assert_eq!(named("2024年报"), [""; 0]);
        assert_eq!(named("2023"), [""; 0]);
        assert_eq!(named("2021年"), ["Error - 2021 → 2023"]);
    }

    #[test]
    fn a_file_may_carry_the_year_of_filing_but_no_other() {
        let named = |name: &str| {
            let given = Given { name: Some(name), ..Given::default() };
            findings_beside(RULE, &submission(), given)
        };
        for name in [
            "中川镇2023年.xlsx",
            "2024年报送 中川镇.xlsx",
            "2022年表式（2023年度）.xlsx",
            "财预〔2020〕10号附件.xlsx",
            "备份2026-01-02.xlsx",
            "汇总表20220105.xlsx",
            "汇总表.xlsx",
        ] {
            assert_eq!(named(name), [], "{name}");
        }
        let found = named("中川镇2022.xlsx");
        assert_eq!(lines(&found), ["Error - 2022 → 2023"]);
        assert_eq!(found[0].message.zh, "文件名写 2022 年，A2 写 2023 年");
        assert_eq!(found[0].place.text, "中川镇2022.xlsx");
    }

    #[test]
    fn other_years_that_fit() {
        let stated = |value, text: &str| Stated {
            value,
            cell: "A3".parse().ok(),
            paragraph: None,
            text: text.to_owned(),
        };
        let title = Stated { value: 2023, cell: "A2".parse().ok(), paragraph: None, text: String::new() };
        for (year, text, fits) in [
            (2024, "兰州新区2024年绩效自评工作附件", true),
            (2024, "2024年度", false),
            (2022, "注：2022年单位项目自评合计得分", false),
            (2022, "注：上年结转资金为2022年结转", true),
            (2025, "2025年填报", false),
        ] {
            let other = stated(year, text);
            assert_eq!(agrees(&title, &other, std::slice::from_ref(&title)), fits, "{text}");
        }
        assert_eq!(year_of_name("附表20230105"), None);
        assert_eq!(year_of_name("绩效2023"), Some(2023));
    }
}
