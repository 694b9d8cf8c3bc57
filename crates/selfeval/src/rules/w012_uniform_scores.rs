//! W012: not every project has the same score.

use super::wording::plain;
use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Reading;

/// Fewer projects than this may well have one score.
const LEAST: usize = 5;

pub(super) const RULE: Rule = Rule {
    code: "W012",
    name: "uniform-scores",
    severity: Severity::Info,
    title: ("各项目得分完全相同", "every project has the same score"),
    docs: (
        "## 核对内容\n项目在 5 个及以上时，各项目的自评得分是不是一模一样。\n\
         ## 为什么\n项目不同而得分全同，可能没有逐个评分。\n\
         ## 示例\n`J6:J19` 14 个项目都是 95 分。\n\
         ## 怎样改\n对照各项目的自评表核对得分；确实相同的不用改。\n\
         ## 依据\n各地审核的通行做法。",
        "## What is checked\nWhether 5 or more projects all have the same score.\n\
         ## Why\nDifferent projects with one score were perhaps not scored one by one.\n\
         ## Example\n`J6:J19`: 14 projects, all with 95 points.\n\
         ## How to correct\nCheck the scores against the projects' own forms; if they are right they stay.\n\
         ## Source\nCommon practice of reviewers.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = &context.summary.projects;
    let mut scores = projects.iter().map(|project| project.score.as_ref().and_then(Reading::value));
    let Some(first) = scores.next().flatten().filter(|_| projects.len() >= LEAST) else {
        return Vec::new();
    };
    if !scores.all(|score| score == Some(first)) {
        return Vec::new();
    }
    let reading = projects.first().and_then(|project| project.score.as_ref());
    reading.map(|reading| finding(context, reading, &plain(first))).into_iter().collect()
}

fn finding(context: &Context<'_>, reading: &Reading, score: &str) -> Finding {
    let count = context.summary.projects.len();
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("{count} 个项目的得分都是 {score}"),
            format!("all {count} projects have the score {score}"),
        ),
        Words::new(
            "对照各项目自评表核对得分，确实相同的不用改",
            "check the scores against the projects' own forms; if they are right they stay",
        ),
    );
    let finding = finding.of(Field::Score).found(reading.raw(), reading.value());
    Finding { unit: Some(Unit::Points), ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines, official};

    fn scores(scores: &[&str]) -> Vec<String> {
        let row =
            |(index, score): (usize, &&str)| format!("{index}|第{index}号|乙|10|10|0|0|10|100%|{score}|.");
        let rows: Vec<String> = scores.iter().enumerate().map(row).collect();
        lines(&findings(RULE, &official(&rows.iter().map(String::as_str).collect::<Vec<_>>())))
    }

    #[test]
    fn five_equal_scores_are_noted_once() {
        assert_eq!(scores(&["95"; 5]), ["Info J6 95"]);
    }

    #[test]
    fn four_projects_and_one_other_score_are_silent() {
        assert!(scores(&["95"; 4]).is_empty());
        assert!(scores(&["95", "95", "95", "95", "94"]).is_empty());
        assert!(scores(&["95", "95", ".", "95", "95", "95"]).is_empty());
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn scores_are_equal_however_they_are_written() {
        assert_eq!(scores(&["95", "95.0{0.0}", "'95分", "95", "95.00{0.00}"]), ["Info J6 95"]);
    }
}
