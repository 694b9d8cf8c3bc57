//! Right forms give nothing at warning or above: forms made from ledgers in 元, and the published table's own
//! expected list.

use std::fmt::Write as _;

use super::check;
use super::sample::submission;
use crate::finding::{Finding, Severity};
use crate::given::Given;
use crate::profile::Profile;
use crate::sketch::{look, official, workbook};

fn all_findings(text: &str) -> Vec<Finding> {
    look(&workbook(text), &Profile::national(), Given::default(), check)
}

fn listed(findings: &[Finding]) -> Vec<String> {
    let cell = |finding: &Finding| finding.place.cell.map_or_else(String::new, |cell| cell.to_string());
    findings
        .iter()
        .map(|finding| format!("{} {} {:?}", finding.code, cell(finding), finding.severity))
        .collect()
}

#[test]
fn the_published_table_gives_what_is_counted_for_it_and_nothing_else() {
    let mut expected: Vec<String> = [
        "A003 F20 Warning",
        "A003 G20 Warning",
        "A004 I7 Info",
        "A004 I9 Info",
        "A004 I10 Info",
        "A004 I15 Info",
        "A004 I16 Warning",
        "A006 I20 Warning",
        "W001 J20 Error",
        "W009 J20 Info",
    ]
    .map(str::to_owned)
    .to_vec();
    expected.extend([7, 8, 10, 11, 15, 16, 17].map(|row| format!("W006 K{row} Warning")));
    let mut found = listed(&all_findings(&submission()));
    found.retain(|line| !line.starts_with("S012"));
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// A small generator of pseudo-random numbers (xorshift), seeded, so that the forms are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// One 元 amount in 分; 1 万元 is 1,000,000 分.
const TEN_THOUSAND: u64 = 1_000_000;

/// What a unit's ledger says of a project, in 分.
struct Ledger {
    parts: [u64; 3],
    executed: u64,
    score: u64,
}

impl Ledger {
    fn budget(&self) -> u64 {
        self.parts.iter().sum()
    }
}

/// 分 as 万元 with two decimals, rounded half up; in hundredths of 万元.
fn hundredths(cents: u64) -> u64 {
    (cents + 5_000) / 10_000
}

fn two_decimals(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// a/b rounded half up to hundredths of a percent.
fn rate(executed: u64, budget: u64) -> String {
    let (a, b) = (u128::from(executed), u128::from(budget));
    let rounded = u64::try_from((a * 20_000 + b) / (2 * b)).unwrap();
    format!("{}%", two_decimals(rounded))
}

fn amount(numbers: &mut Numbers) -> u64 {
    let most = [3, 30, 300, 3_000][usize::try_from(numbers.below(4)).unwrap()];
    if numbers.chance(50) {
        (1 + numbers.below(most)) * TEN_THOUSAND
    } else {
        300_000 + numbers.below(most * TEN_THOUSAND)
    }
}

/// A project whose budget is a whole number of 万元 or is not shown as one.
fn project(numbers: &mut Numbers) -> Ledger {
    loop {
        let mut parts = [amount(numbers), 0, 0];
        for part in &mut parts[1..] {
            if numbers.chance(25) {
                *part = amount(numbers);
            }
        }
        let budget: u64 = parts.iter().sum();
        let whole = budget.is_multiple_of(TEN_THOUSAND);
        if !whole && hundredths(budget).is_multiple_of(100) {
            continue;
        }
        let executed = if numbers.chance(20) { budget } else { numbers.below(budget + 1) };
        // Where nothing is shown as spent a right score does not pass.
        let passing = if hundredths(executed) == 0 { 30 } else { 60 };
        return Ledger { parts, executed, score: passing + numbers.below(30) };
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TotalOf {
    /// The sums of the rounded amounts, as a SUM formula gives them.
    Shown,
    /// The ledger's sums, rounded.
    Ledger,
}

fn column(projects: &[Ledger], of: TotalOf, amount: impl Fn(&Ledger) -> u64) -> (String, u64) {
    let shown: u64 = projects.iter().map(|project| hundredths(amount(project))).sum();
    let ledger = hundredths(projects.iter().map(amount).sum());
    let stated = if of == TotalOf::Shown { shown } else { ledger };
    (two_decimals(stated), shown.abs_diff(stated))
}

/// A form and the columns whose ledger total differs from the amounts shown by more than the tail difference.
fn form(numbers: &mut Numbers, of: TotalOf) -> (String, Vec<String>) {
    let projects: Vec<Ledger> = (0..=numbers.below(20)).map(|_| project(numbers)).collect();
    let mut rows: Vec<String> = Vec::new();
    for (index, project) in projects.iter().enumerate() {
        let [current, carried, other] = project.parts.map(|part| two_decimals(hundredths(part)));
        let (budget, executed) = (hundredths(project.budget()), hundredths(project.executed));
        let mut row = format!("{}|第{}号项目|发展改革局|", index + 1, index + 1);
        write!(row, "{}{{0.00}}|{current}{{0.00}}|{carried}{{0.00}}|{other}{{0.00}}|", two_decimals(budget))
            .unwrap();
        let reason = "合同尾款次年支付";
        write!(
            row,
            "{}{{0.00}}|{}|{}|{reason}",
            two_decimals(executed),
            rate(project.executed, project.budget()),
            project.score
        )
        .unwrap();
        rows.push(row);
    }
    let (budget, executed) =
        (projects.iter().map(Ledger::budget).sum::<u64>(), projects.iter().map(|p| p.executed).sum::<u64>());
    let weighted: u128 = projects.iter().map(|p| u128::from(p.budget()) * u128::from(p.score)).sum();
    let all = u128::from(budget);
    let score = two_decimals(u64::try_from((weighted * 200 + all) / (2 * all)).unwrap());
    let columns = [
        ('D', column(&projects, of, Ledger::budget)),
        ('E', column(&projects, of, |p| p.parts[0])),
        ('F', column(&projects, of, |p| p.parts[1])),
        ('G', column(&projects, of, |p| p.parts[2])),
        ('H', column(&projects, of, |p| p.executed)),
    ];
    let row = rows.len() + 6;
    let apart = columns.iter().filter(|(_, (_, gap))| *gap > 1);
    let apart = apart.map(|(letter, _)| format!("A002 {letter}{row} Warning")).collect();
    let amounts: Vec<String> = columns.iter().map(|(_, (text, _))| format!("{text}{{0.00}}")).collect();
    rows.push(format!("合计|<|<|{}|{}|{score}{{0.00}}|.", amounts.join("|"), rate(executed, budget)));
    (official(&rows.iter().map(String::as_str).collect::<Vec<_>>()), apart)
}

/// A total that the ledger gives may differ from the shown amounts by more than the accepted tail difference:
/// that is a warning by definition, and the only thing found.
#[test]
fn a_right_form_made_from_ledgers_gives_nothing_at_warning_or_above() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for number in 0..1_000 {
        let of = if number % 2 == 0 { TotalOf::Shown } else { TotalOf::Ledger };
        let (text, expected) = form(&mut numbers, of);
        let findings = all_findings(&text);
        let bad: Vec<Finding> =
            findings.into_iter().filter(|finding| finding.severity > Severity::Info).collect();
        assert_eq!(listed(&bad), expected, "form {number}\n{text}\n{bad:#?}");
        assert!(of == TotalOf::Ledger || expected.is_empty());
    }
}
