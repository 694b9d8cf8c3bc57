//! The budgets: what must be reached, what we aim at, and how far what was measured is from both.

use super::measure::Figures;
use super::setup::{FLOOR, OPENPYXL, PEERS};
use super::{CHECK, FILL, FOLDER, JIXIAO, Results};

/// One budget and what was measured.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) what: String,
    pub(super) reached: f64,
    pub(super) unit: &'static str,
    pub(super) must: Limit,
    pub(super) aim: Option<Limit>,
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Limit {
    /// How far a figure is from the limit as a part of it: positive is room, negative is missing.
    pub(super) fn room(self, reached: f64) -> f64 {
        match self {
            Self::AtMost(limit) => (limit - reached) / limit,
            Self::AtLeast(limit) => (reached - limit) / limit,
        }
    }
}

/// Every budget that the results say something about.
pub(super) fn budgets(results: &Results) -> Vec<Budget> {
    let mut budgets = Vec::new();
    budgets.extend(against_floor(results, 14, 2.0, 1.5));
    budgets.extend(against_floor(results, 10_000, 1.5, 0.8));
    budgets.extend(against_floor(results, 100_000, 1.5, 0.8));
    budgets.extend(results.at(100_000, JIXIAO).map(|ours| Budget {
        what: "100,000 行的内存".to_owned(),
        reached: ours.peak.max,
        unit: "MiB",
        must: Limit::AtMost(128.0),
        aim: Some(Limit::AtMost(64.0)),
    }));
    budgets.extend(growth(results).map(|reached| Budget {
        what: "每行用时，100,000 行 ÷ 1,000 行（线性，20% 以内）".to_owned(),
        reached,
        unit: "×",
        must: Limit::AtMost(1.2),
        aim: None,
    }));
    budgets.extend(pace(results, CHECK, 3_000.0, 6_000.0));
    budgets.extend(pace(results, FILL, 1_500.0, 4_000.0));
    for rows in [10_000, 100_000] {
        budgets.extend(against_peers(results, rows));
    }
    budgets.extend(results.sheets.iter().map(|sheet| Budget {
        what: format!("{} 行：编辑过的工作表 ÷ 用 zlib-rs 6 级重新压缩", thousands(sheet.rows)),
        reached: sheet.ours / sheet.again,
        unit: "×",
        must: Limit::AtMost(1.15),
        aim: None,
    }));
    budgets
}

fn against_floor(results: &Results, rows: usize, must: f64, aim: f64) -> Option<Budget> {
    let (ours, floor) = (results.at(rows, JIXIAO)?, results.at(rows, FLOOR)?);
    Some(Budget {
        what: format!("补全 {} 行，÷ floor", thousands(rows)),
        reached: ours.wall.median / floor.wall.median,
        unit: "×",
        must: Limit::AtMost(must),
        aim: Some(Limit::AtMost(aim)),
    })
}

fn against_peers(results: &Results, rows: usize) -> Vec<Budget> {
    let Some(ours) = results.at(rows, JIXIAO) else { return Vec::new() };
    let budget = |peer: &super::setup::Peer| {
        let theirs = results.at(rows, peer.name)?;
        Some(Budget {
            what: format!("补全 {} 行，快于 {}", thousands(rows), peer.name),
            reached: theirs.wall.median / ours.wall.median,
            unit: "×",
            must: Limit::AtLeast(1.0),
            aim: (peer.aim > 1.0).then_some(Limit::AtLeast(peer.aim)),
        })
    };
    PEERS.iter().chain([&OPENPYXL]).filter_map(budget).collect()
}

fn pace(results: &Results, job: &str, must: f64, aim: f64) -> Option<Budget> {
    let figures = results.folder.iter().find(|figures| figures.name == job)?;
    Some(Budget {
        what: format!("{job}，{} 张表", thousands(FOLDER)),
        reached: thousands_of(FOLDER) / figures.wall.median,
        unit: "张/秒",
        must: Limit::AtLeast(must),
        aim: Some(Limit::AtLeast(aim)),
    })
}

/// What a row costs among 100,000 in terms of what it costs among 1,000, each less what the smallest form costs:
/// by wall and by processor time, whichever grew more. Threads help the larger forms only, and must not hide growth.
fn growth(results: &Results) -> Option<f64> {
    let row = |rows: usize, of: fn(&Figures) -> f64| {
        let (start, all) = (results.at(14, JIXIAO)?, results.at(rows, JIXIAO)?);
        Some((of(all) - of(start)) / thousands_of(rows - 14))
    };
    let grown = |of| Some(row(100_000, of)? / row(1_000, of)?);
    Some(f64::max(grown(|figures| figures.wall.median)?, grown(|figures| figures.cpu.median)?))
}

/// A count as a figure to calculate with.
fn thousands_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A count as it is shown: `100,000`.
pub(super) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::measure::Spread;
    use super::super::{Results, Sheet};
    use super::*;

    fn figures(name: &str, wall: f64) -> Figures {
        let spread = |figure| Spread { median: figure, min: figure, max: figure };
        Figures { name: name.to_owned(), wall: spread(wall), cpu: spread(wall * 2.0), peak: spread(50.0) }
    }

    fn results() -> Results {
        Results {
            sizes: vec![
                (14, vec![figures(JIXIAO, 0.003), figures(FLOOR, 0.002)]),
                (1_000, vec![figures(JIXIAO, 0.012)]),
                (100_000, vec![figures(JIXIAO, 1.5), figures(FLOOR, 0.75), figures(OPENPYXL.name, 15.0)]),
            ],
            folder: vec![figures(CHECK, 0.5), figures(FILL, 2.0)],
            synced: Vec::new(),
            sheets: vec![Sheet { rows: 14, ours: 121.0, again: 100.0 }],
        }
    }

    fn reached(what: &str) -> (f64, f64, Option<f64>) {
        let budgets = budgets(&results());
        let budget = budgets.iter().find(|budget| budget.what.contains(what)).unwrap();
        (budget.reached, budget.must.room(budget.reached), budget.aim.map(|aim| aim.room(budget.reached)))
    }

    #[track_caller]
    fn close(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
    }

    #[test]
    fn room_is_a_part_of_the_limit_and_negative_where_it_is_missed() {
        let (ratio, must, aim) = reached("补全 14 行");
        close(ratio, 1.5);
        close(must, 0.25);
        close(aim.unwrap(), 0.0);
        let (ratio, must, aim) = reached("补全 100,000 行，÷ floor");
        close(ratio, 2.0);
        close(must, -1.0 / 3.0);
        close(aim.unwrap(), -1.5);
    }

    #[test]
    fn rates_and_peers_are_at_least() {
        let (pace, must, aim) = reached(CHECK);
        close(pace, 4_000.0);
        close(must, 1.0 / 3.0);
        close(aim.unwrap(), -1.0 / 3.0);
        let (times, must, aim) = reached("快于 openpyxl");
        close(times, 10.0);
        close(must, 9.0);
        close(aim.unwrap(), -0.5);
    }

    #[test]
    fn growth_leaves_out_what_every_run_costs() {
        let (growth, must, aim) = reached("每行用时");
        close(growth, (1.497 / 99_986.0) / (0.009 / 986.0));
        assert!(must < 0.0 && aim.is_none());
    }

    #[test]
    fn the_sheet_may_be_15_percent_larger() {
        let (ratio, must, _) = reached("编辑过的工作表");
        close(ratio, 1.21);
        assert!(must < 0.0);
    }

    #[test]
    fn what_was_not_measured_is_no_budget() {
        let quick = Results { sizes: Vec::new(), folder: Vec::new(), synced: Vec::new(), sheets: Vec::new() };
        assert!(budgets(&quick).is_empty());
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([14, 1_000, 100_000].map(thousands), ["14", "1,000", "100,000"]);
    }
}
