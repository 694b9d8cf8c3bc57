//! Execution rates and scores of the projects as a drawing: a bar for the rate, a dot for the score, a line where a
//! reason is asked for.

use jixiao_selfeval::Profile;
use jixiao_selfeval::review::Table;
use jixiao_selfeval::summary::Project;
use jixiao_selfeval::value::{fixed, round};
use rust_decimal::Decimal;

use crate::Lang;
use crate::words::one_line;

/// Projects that are drawn; of more, those with the lowest rates.
const MOST: usize = 40;
/// Characters of a project's name.
const NAME: usize = 14;
/// Where the bars begin, and how long one of 100% is, in units of the drawing.
const LEFT: u32 = 250;
const FULL: u32 = 400;
/// Rates beyond this are cut, in percent.
const WIDEST: u32 = 125;
const LINE: u32 = 22;
/// Room above the bars.
const TOP: u32 = 26;

pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    /// Where the threshold stands, and what it is.
    pub(super) threshold: u32,
    pub(super) threshold_label: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) left: u32,
    pub(super) full: u32,
    /// Where the rates are written, clear of bars and dots.
    pub(super) labels: u32,
    /// Projects that are not drawn.
    pub(super) omitted: usize,
}

pub(super) struct Bar {
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) y: u32,
    pub(super) length: u32,
    pub(super) rate: String,
    /// Whether a reason is asked for.
    pub(super) low: bool,
    /// Where the score's dot stands, and the score.
    pub(super) score: Option<(u32, String)>,
}

impl Chart {
    /// None where no project has a rate.
    pub(super) fn of(table: &Table, profile: &Profile, lang: Lang) -> Option<Self> {
        let rated = |project| rate(project).map(|rate| (project, rate));
        let mut projects: Vec<(&Project, Decimal)> =
            table.summary.projects.iter().filter_map(rated).collect();
        let omitted = projects.len().saturating_sub(MOST);
        if omitted > 0 {
            projects.sort_by_key(|(_, rate)| *rate);
            projects.truncate(MOST);
            projects.sort_by_key(|(project, _)| project.row);
        }
        let bars: Vec<Bar> = projects
            .iter()
            .zip(0..)
            .map(|((project, rate), index)| bar(project, *rate, index, profile))
            .collect();
        let height = bars.last()?.y + LINE;
        let percent = fixed(profile.reason_below.saturating_mul(Decimal::ONE_HUNDRED), 0);
        Some(Self {
            bars,
            threshold: LEFT + length(profile.reason_below),
            threshold_label: lang
                .of(format!("{percent}% 以下须说明原因"), format!("below {percent}%: give the reason")),
            width: LEFT + FULL * WIDEST / 100 + 60,
            height,
            left: LEFT,
            full: LEFT + FULL,
            labels: LEFT + FULL * WIDEST / 100 + 56,
            omitted,
        })
    }
}

/// B/A, a fraction.
fn rate(project: &Project) -> Option<Decimal> {
    let budget = project.budget_figure()?.value;
    if budget <= Decimal::ZERO {
        return None;
    }
    project.executed_figure()?.value.checked_div(budget)
}

fn bar(project: &Project, rate: Decimal, index: u32, profile: &Profile) -> Bar {
    let full_name = one_line(&project.name.text);
    let mut name: String = full_name.chars().take(NAME).collect();
    if name.len() < full_name.len() {
        name.push('…');
    }
    let score = project.score_figure().map(|score| score.value);
    let dot =
        |score: Decimal| (LEFT + length(score.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default()), score);
    Bar {
        name,
        full_name,
        y: TOP + index * LINE,
        length: length(rate),
        rate: fixed(rate.saturating_mul(Decimal::ONE_HUNDRED), 2) + "%",
        low: round(rate, 4) < profile.reason_below,
        score: score.map(dot).map(|(x, score)| (x, score.normalize().to_string())),
    }
}

/// A fraction as a length.
fn length(fraction: Decimal) -> u32 {
    let most = Decimal::from(WIDEST).saturating_mul(Decimal::new(1, 2));
    let length = fraction.clamp(Decimal::ZERO, most).saturating_mul(Decimal::from(FULL));
    u32::try_from(round(length, 0).mantissa()).unwrap_or(0)
}
