//! The report of `check` as one page that needs nothing else: no script, no picture, no address outside. It prints
//! as it shows. The markup is `templates/check.html`; here is what stands in it.

mod chart;
mod findings;
mod grid;

use askama::Template;
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::review::{Table, Verdict, stated_total};
use jixiao_selfeval::summary::Total;
use jixiao_selfeval::value::fixed;
use jixiao_selfeval::{Reading, Review, Severity};
use rust_decimal::Decimal;

use crate::Lang;
use crate::json::{Source, Unread};
use crate::words::{self, one_line};
use chart::Chart;
use findings::{Group, Marks};
use grid::Grid;

/// The page on a workbook that was checked.
pub fn check(source: Source<'_>, review: &Review<'_>, lang: Lang) -> String {
    let groups = findings::groups(review, lang);
    let marks = Marks::of(review, &groups);
    let table = review.table.as_ref();
    let counts = review.counts();
    let sections =
        [(Severity::Error, counts.error), (Severity::Warning, counts.warning), (Severity::Info, counts.info)];
    let section = |(severity, count): (Severity, usize)| Section {
        class: class(severity),
        head: words::severity(severity, lang),
        count,
        groups: groups.iter().filter(|group| group.severity == severity).collect(),
    };
    render(&Page {
        lang,
        path: one_line(source.path),
        sha256: source.sha256,
        profile: source.profile.map(|profile| words::profile(profile, lang)),
        verdict: words::verdict(review.verdict(), lang),
        tone: tone(review.verdict()),
        about: about(review, lang),
        problem: None,
        figures: table.map(|table| figures(table, lang)).unwrap_or_default(),
        sections: sections.into_iter().filter(|(_, count)| *count > 0).map(section).collect(),
        not_checked: not_checked(review, lang),
        grid: table.and_then(|table| Grid::of(review.workbook(), table, &marks)),
        chart: table.and_then(|table| Chart::of(table, review.profile(), lang)),
    })
}

/// The page on a file that could not be checked.
pub fn unread(source: Source<'_>, unread: &Unread, lang: Lang) -> String {
    render(&Page {
        lang,
        path: one_line(source.path),
        sha256: source.sha256,
        profile: source.profile.map(|profile| words::profile(profile, lang)),
        verdict: words::verdict(Verdict::Unchecked, lang),
        tone: tone(Verdict::Unchecked),
        about: Vec::new(),
        problem: Some((one_line(lang.pick(&unread.message)), one_line(lang.pick(&unread.help)))),
        figures: Vec::new(),
        sections: Vec::new(),
        not_checked: Vec::new(),
        grid: None,
        chart: None,
    })
}

/// The page as text; writing to memory does not fail.
fn render(page: &Page<'_>) -> String {
    page.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "check.html")]
struct Page<'a> {
    lang: Lang,
    path: String,
    sha256: Option<&'a str>,
    profile: Option<String>,
    verdict: &'static str,
    tone: &'static str,
    /// Unit, year, number of projects, place of the table.
    about: Vec<String>,
    /// Why it was not checked, and what to do.
    problem: Option<(String, String)>,
    figures: Vec<Figure>,
    sections: Vec<Section<'a>>,
    not_checked: Vec<String>,
    grid: Option<Grid>,
    chart: Option<Chart>,
}

/// Findings of one severity.
struct Section<'a> {
    class: &'static str,
    head: &'static str,
    count: usize,
    groups: Vec<&'a Group>,
}

/// One of the table's four results: as it is stated, and as it follows from the projects.
struct Figure {
    label: &'static str,
    computed: String,
    /// What stands in the total row, where it is something else.
    stated: Option<String>,
}

/// The style class of a severity.
fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warnings => "warning",
        Verdict::Fail | Verdict::Unchecked => "error",
    }
}

/// Whose table it is and where it stands, and the profile where it is not the usual one.
fn about(review: &Review<'_>, lang: Lang) -> Vec<String> {
    let mut about = review.table.as_ref().map(|table| about_table(table, lang)).unwrap_or_default();
    let by = review.profile();
    if !by.is_national() {
        about.push(lang.of("口径：", "profile: ").to_owned() + &words::profile(by, lang));
    }
    about
}

fn about_table(table: &Table, lang: Lang) -> Vec<String> {
    let mut about = Vec::new();
    about.extend(table.summary.unit.as_ref().map(|unit| one_line(&unit.value)));
    about.extend(table.summary.year.map(|year| lang.of(format!("{year} 年度"), year.to_string())));
    let count = table.summary.projects.len();
    about.push(lang.of(format!("{count} 个项目"), format!("{count} projects")));
    about.push(format!("{} {}", one_line(&table.located.sheet_name), table.located.range));
    about
}

/// Budget, executed amount, rate and weighted score.
fn figures(table: &Table, lang: Lang) -> Vec<Figure> {
    let totals = &table.totals;
    let amount = |value: Decimal| value.normalize().to_string();
    let percent = |value: Decimal| fixed(value.saturating_mul(Decimal::ONE_HUNDRED), 2) + "%";
    let score = |value: Decimal| fixed(value, 2);
    let stated = |pick: fn(&Total) -> Option<&Reading>| stated_total(&table.summary, pick);
    let budget = Some(totals.budget).filter(|_| totals.unknown_budgets == 0);
    let weighted = match table.weights {
        Weights::Budget => totals.score_by_budget,
        Weights::Executed => totals.score_by_executed,
    };
    let blank = || lang.of("空白", "blank").to_owned();
    let figure = |label, computed: Option<String>, stated: Option<String>| {
        let computed = computed?;
        let stated = stated.or_else(|| table.summary.total.as_ref().map(|_| blank()));
        Some(Figure { label, stated: stated.filter(|stated| *stated != computed), computed })
    };
    let figures = [
        figure(
            lang.of("全年预算数（万元）", "budget (万元)"),
            budget.map(amount),
            stated(|total| total.budget.as_ref()).map(amount),
        ),
        figure(
            lang.of("全年执行数（万元）", "executed (万元)"),
            totals.executed.map(amount),
            stated(|total| total.executed.as_ref()).map(amount),
        ),
        figure(
            lang.of("执行率", "execution rate"),
            totals.rate.map(percent),
            stated(|total| total.rate.as_ref()).map(percent),
        ),
        figure(
            lang.of("加权得分", "weighted score"),
            weighted.map(score),
            stated(|total| total.score.as_ref()).map(score),
        ),
    ];
    figures.into_iter().flatten().collect()
}

fn not_checked(review: &Review<'_>, lang: Lang) -> Vec<String> {
    let line = |what: &str, why: &str| lang.of(format!("{what}：{why}"), format!("{what}: {why}"));
    review.not_checked.iter().map(|not| line(lang.pick(&not.what), lang.pick(&not.why))).collect()
}

#[cfg(test)]
mod tests;
