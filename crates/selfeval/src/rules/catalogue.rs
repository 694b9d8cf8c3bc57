//! Tests of the catalogue as a whole: its order and documentation, and what it finds on the published table.

use std::borrow::Cow;

use proptest::prelude::*;

use super::sample::{completed, submission};
use super::*;
use crate::finding::Words;
use crate::profile::Level;
use crate::sketch::{look, official, workbook};

/// What a list of rules finds on a drawn workbook.
fn found(text: &str, profile: &Profile, rules: &[Rule]) -> Vec<Finding> {
    let rules = rules.iter().copied();
    look(&workbook(text), profile, Given::default(), |context| check_with(context, rules))
}

/// Findings of the catalogue at a level or above, as `code cell`.
fn places(text: &str, least: Severity) -> Vec<String> {
    let findings = found(text, &Profile::national(), ALL).into_iter();
    let place = |finding: Finding| {
        let cell = finding.place.cell.map_or_else(|| "-".to_owned(), |cell| cell.to_string());
        format!("{} {cell}", finding.code)
    };
    findings.filter(|finding| finding.severity >= least).map(place).collect()
}

/// A rule of single projects notes a finding exactly where it tells one, and its words come back the same.
#[test]
fn noted_findings_are_those_that_are_told() {
    let high = official(&[
        "1|防汛|农业局|20|20|0|0|4.4|'22.00%|95|",
        "4|治虫|农业局|20|=20 -> 20|0|0|0|'0.00%|85|",
        "5|除草|农业局|20|=E8+0 -> 20|0|0|19|'95.00%|85|",
        "6|灭鼠|农业局|20|=E9+0 -> 20|0|0|19|'95.00%|85|",
        "2|抗旱|农业局|10|10|0|0|9|90.00%|99.5|",
        "3|供水|农业局|10|10|0|0|8.999|'89.99%|90|汛期推迟完工",
        "|合计||40|40|0|0|22.399|56.00%|95|",
    ]);
    for text in [submission(), high] {
        look(&workbook(&text), &Profile::national(), Given::default(), |context| {
            let told: Vec<Finding> = survey(context).each(Some(*context)).map(|found| told(&found)).collect();
            assert_eq!(told, check(context));
            assert!(told.iter().any(|finding| finding.code == "W006"));
        });
    }
}

/// The finding that was noted, which stands where the note says.
fn told(found: &Found<'_>) -> Finding {
    let finding = found.finding().expect("what is noted is told").into_owned();
    let noted = (found.code(), found.cell(), found.severity(), found.group(), found.sheet());
    let place = &finding.place;
    let told = (&*finding.code, place.cell, finding.severity, finding.group.as_deref());
    assert_eq!(noted, (told.0, told.1, told.2, told.3.map(Cow::Borrowed), place.sheet.as_deref()));
    finding
}

const HEADINGS: [[&str; 5]; 2] = [
    ["## 核对内容", "## 为什么", "## 示例", "## 怎样改", "## 依据"],
    ["## What is checked", "## Why", "## Example", "## How to correct", "## Source"],
];

#[test]
fn codes_are_unique_and_sorted_and_found_in_either_case() {
    assert!(ALL.is_sorted_by(|a, b| a.code < b.code));
    for rule in ALL {
        assert_eq!(find(&rule.code.to_lowercase()).map(|found| found.name), Some(rule.name));
    }
    assert!(find("Z999").is_none());
}

#[test]
fn names_are_kebab_case_and_used_once() {
    let mut names: Vec<&str> = ALL.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for name in names {
        assert!(name.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        }));
    }
}

#[test]
fn both_languages_have_every_heading_with_text_below_it() {
    for rule in ALL {
        assert!(!rule.title.0.is_empty() && !rule.title.1.is_empty(), "{}", rule.code);
        for (docs, headings) in [rule.docs.0, rule.docs.1].into_iter().zip(HEADINGS) {
            let sections: Vec<(&str, &str)> = docs
                .split("## ")
                .skip(1)
                .map(|section| section.split_once('\n').unwrap_or((section, "")))
                .collect();
            let found: Vec<String> = sections.iter().map(|(heading, _)| format!("## {heading}")).collect();
            assert_eq!(found, headings, "{}", rule.code);
            for (heading, text) in sections {
                assert!(!text.trim().is_empty(), "{} {heading}", rule.code);
            }
        }
    }
}

/// A rule with one warning, its own level, and one info, both at K6.
fn two_levels(context: &Context<'_>) -> Vec<Finding> {
    let place = context.place("K6".parse().unwrap(), "");
    let finding = Finding::new(&TWO_LEVELS, place, Words::default(), Words::default());
    vec![finding.clone(), finding.at(Severity::Info)]
}

const TWO_LEVELS: Rule = Rule {
    code: "T001",
    name: "two-levels",
    severity: Severity::Warning,
    title: ("", ""),
    docs: ("", ""),
    check: Check::Table(two_levels),
};

#[test]
fn a_profile_moves_only_the_findings_of_the_rules_own_level() {
    let under = |level: Option<Level>| {
        let mut profile = Profile::national();
        profile.severities.extend(level.map(|level| ("T001".to_owned(), level)));
        let findings = found(&submission(), &profile, &[TWO_LEVELS]).into_iter();
        findings.map(|finding| finding.severity).collect::<Vec<_>>()
    };
    assert_eq!(under(None), [Severity::Info, Severity::Warning]);
    assert_eq!(under(Some(Level::Error)), [Severity::Info, Severity::Error]);
    assert_eq!(under(Some(Level::Off)), []);
}

#[test]
fn the_published_table_gives_what_was_counted_by_hand_and_no_more() {
    let expected = [
        "S012 K6", "W006 K7", "W006 K8", "W006 K10", "W006 K11", "W006 K15", "A004 I16", "W006 K16",
        "W006 K17", "A003 F20", "A003 G20", "A006 I20", "W001 J20",
    ];
    assert_eq!(places(&submission(), Severity::Warning), expected);
    let rates: Vec<String> =
        places(&submission(), Severity::Info).into_iter().filter(|place| place.starts_with("A004")).collect();
    assert_eq!(rates, ["A004 I7", "A004 I9", "A004 I10", "A004 I15", "A004 I16"]);
}

#[test]
fn a_right_table_is_silent() {
    assert_eq!(places(&completed(), Severity::Warning), [""; 0]);
}

/// What may stand in a cell of a table that nobody has checked yet.
const CONTENTS: [&str; 24] = [
    ".",
    "1",
    "2",
    "0",
    "0.00{0.00}",
    "-3",
    "12.5",
    "830",
    "'12.5",
    "'８３０．５",
    "98.17%",
    "'98.17％",
    "105",
    "—",
    "约4万",
    "#DIV/0!",
    "=SUM(E6:G6) -> 3",
    "=N(D6)",
    "=SUM(D1:D9) -> '",
    "1000000000000000",
    "79228162514264337593543950335",
    "1E-20",
    "'10万",
    "无",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn whatever_stands_in_the_table_every_finding_is_complete_and_in_order(
        cells in proptest::collection::vec(proptest::sample::select(&CONTENTS[..]), 11 * 4),
        labels in proptest::collection::vec(0_usize..4, 4),
    ) {
        let rows = cells.chunks(11).zip(labels).map(|(row, label)| {
            let label = ["合计|<|<", "小计：民政科|<|<", "1|防汛经费|园区", "|（一）|"][label];
            format!("{label}|{}", row[3..].join("|"))
        });
        let rows: Vec<String> = rows.collect();
        let text = official(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let findings = found(&text, &Profile::national(), ALL);
        prop_assert!(findings.is_sorted_by_key(|finding| (finding.place.cell, finding.code.clone())));
        for finding in &findings {
            let Words { zh, en } = &finding.message;
            prop_assert!(!zh.is_empty() && !en.is_empty(), "{finding:?}");
            prop_assert!(!finding.help.zh.is_empty() && !finding.help.en.is_empty(), "{finding:?}");
            prop_assert!(finding.place.sheet.is_some(), "{finding:?}");
        }
        prop_assert_eq!(&findings, &found(&text, &Profile::national(), ALL));
    }
}

#[test]
fn every_rule_is_a_file_named_after_it_with_tests() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    for rule in ALL {
        let file = format!("{}_{}.rs", rule.code.to_lowercase(), rule.name.replace('-', "_"));
        #[expect(clippy::disallowed_methods, reason = "the test reads its own sources")]
        let source = std::fs::read_to_string(format!("{folder}/{file}")).expect(&file);
        assert!(source.contains("#[test]"), "{file} has no tests");
    }
}
