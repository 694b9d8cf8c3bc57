//! The results as Markdown: on the terminal, and between the markers of docs/benchmarks.md.

use std::fmt::Write as _;

use super::Results;
use super::budgets::{Budget, Limit, thousands};
use super::measure::{Figures, Spread};
use super::setup::FLOOR;

/// What is generated stands between these lines; lessons stand outside.
const BEGIN: &str = "<!-- figures: written by cargo xtask bench --write -->";
const END: &str = "<!-- figures end -->";

/// What the figures hold for.
pub(super) struct Circumstances {
    pub(super) date: String,
    pub(super) machine: String,
    pub(super) rustc: String,
    /// A peer and what it is built on.
    pub(super) peers: Vec<(String, String)>,
    pub(super) absent: Vec<&'static str>,
    /// Whether outputs lay in memory.
    pub(super) in_memory: bool,
}

/// The page with its figures replaced.
pub(super) fn page(old: &str, figures: &str) -> Result<String, String> {
    let (head, rest) = old.split_once(BEGIN).ok_or("docs/benchmarks.md has no place for figures")?;
    let (_, tail) = rest.split_once(END).ok_or("the figures of docs/benchmarks.md have no end")?;
    Ok(format!("{head}{BEGIN}\n{figures}{END}{tail}"))
}

/// All tables.
pub(super) fn figures(results: &Results, budgets: &[Budget], when: &Circumstances) -> String {
    let mut text = circumstances(when);
    text.push_str("\n### 预算\n\n");
    text.push_str(&budget_table(budgets));
    for (rows, figures) in &results.sizes {
        let _ = write!(text, "\n### 补全一张 {} 行的表\n\n", thousands(*rows));
        text.push_str(&table(figures));
    }
    if !results.folder.is_empty() {
        text.push_str("\n### 2,000 张 14 行的表，一个进程\n\n");
        text.push_str(&table(&results.folder));
    }
    if !results.synced.is_empty() {
        text.push_str("\n### 写到磁盘（同步后改名），其余相同\n\n");
        text.push_str(&table(&results.synced));
    }
    text
}

fn circumstances(when: &Circumstances) -> String {
    let place = if when.in_memory {
        "内存文件系统"
    } else {
        "临时文件夹（此机没有内存文件系统）"
    };
    let mut text = format!("{}；{}；{}；输出写到{place}。\n\n", when.date, when.machine, when.rustc);
    for (peer, version) in &when.peers {
        let _ = writeln!(text, "- {peer}：{version}");
    }
    if !when.absent.is_empty() {
        let _ = writeln!(text, "- 此机没有：{}", when.absent.join("、"));
    }
    text
}

fn budget_table(budgets: &[Budget]) -> String {
    let mut text = String::from("| 预算 | 必须 | 目标 | 实测 | 必须 | 目标 |\n|---|---|---|---|---|---|\n");
    for budget in budgets {
        let limit = |limit: Limit| match limit {
            Limit::AtMost(most) => format!("≤ {most} {}", budget.unit),
            Limit::AtLeast(least) => format!("≥ {least} {}", budget.unit),
        };
        let verdict = |limit: Limit| verdict(limit.room(budget.reached));
        let dash = || "–".to_owned();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} {} | {} | {} |",
            budget.what,
            limit(budget.must),
            budget.aim.map_or_else(dash, limit),
            figure(budget.reached),
            budget.unit,
            verdict(budget.must),
            budget.aim.map_or_else(dash, verdict),
        );
    }
    text
}

/// Whether a limit is kept, and by how much of it.
pub(super) fn verdict(room: f64) -> String {
    let percent = (room.abs() * 100.0).round();
    if room >= 0.0 { format!("达到，余 {percent}%") } else { format!("未达到，差 {percent}%") }
}

fn table(all: &[Figures]) -> String {
    let floor = all.iter().find(|figures| figures.name.starts_with(FLOOR));
    let mut text =
        String::from("| 程序 | 秒（最小–最大） | CPU 秒 | 峰值 MiB | ÷ floor |\n|---|---|---|---|---|\n");
    for figures in all {
        let ratio = floor.map_or_else(
            || "–".to_owned(),
            |floor| format!("{:.2}", figures.wall.median / floor.wall.median),
        );
        let Spread { median, min, max } = figures.wall;
        let _ = writeln!(
            text,
            "| {} | {}（{}–{}） | {} | {:.0} | {ratio} |",
            figures.name,
            figure(median),
            figure(min),
            figure(max),
            figure(figures.cpu.median),
            figures.peak.max,
        );
    }
    text
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value {
        value if value >= 99.95 => format!("{value:.0}"),
        value if value >= 9.995 => format!("{value:.1}"),
        value if value >= 0.9995 => format!("{value:.2}"),
        value if value >= 0.09995 => format!("{value:.3}"),
        value => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let old = format!("# head\n{BEGIN}\nold\n{END}\n\n## lessons\n");
        let new = page(&old, "new\n").unwrap();
        assert_eq!(new, format!("# head\n{BEGIN}\nnew\n{END}\n\n## lessons\n"));
        assert_eq!(page(&new, "new\n").unwrap(), new);
        assert!(page("# head\n", "new\n").is_err());
    }

    #[test]
    fn the_page_has_a_place_for_figures() {
        let path = crate::root().join("docs/benchmarks.md");
        assert!(page(&crate::read_text(&path).unwrap(), "").is_ok());
    }

    #[test]
    fn a_budget_says_both_distances() {
        let budget = Budget {
            what: "补全".to_owned(),
            reached: 1.25,
            unit: "×",
            must: Limit::AtMost(1.5),
            aim: Some(Limit::AtMost(0.8)),
        };
        let table = budget_table(&[budget]);
        let last = table.lines().last().unwrap();
        assert_eq!(last, "| 补全 | ≤ 1.5 × | ≤ 0.8 × | 1.25 × | 达到，余 17% | 未达到，差 56% |");
    }

    #[test]
    fn figures_have_three_digits() {
        let shown = [0.00213, 0.2134, 2.134, 21.34, 2134.0].map(figure);
        assert_eq!(shown, ["0.0021", "0.213", "2.13", "21.3", "2134"]);
    }
}
