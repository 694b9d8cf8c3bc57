//! `jixiao.check/1`: what `check --format json` and `jsonl` print. Keys are a contract: they are added, never
//! renamed. Amounts are decimal strings in 万元, rates are fractions, scores are points.

use std::borrow::Cow;

use jixiao_selfeval::finding::{Applicability, Field, Interval, Unit, Vote, fingerprints};
use jixiao_selfeval::fixes::Applied;
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::review::{Counts, Hidden, NotChecked, Table, Verdict, stated_total};
use jixiao_selfeval::value::{Money, round};
use jixiao_selfeval::{Finding, Profile, Review, Severity, Words};
use jixiao_workbook::{CellRef, Edit, Range};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::Lang;

/// The schema's name.
pub const SCHEMA: &str = "jixiao.check/1";

/// A file as it is reported.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The path as the user gave it.
    pub path: &'a str,
    /// SHA-256 of its bytes in hexadecimal; none where it could not be read.
    pub sha256: Option<&'a str>,
    /// The profile it was judged by; none where that could not be read.
    pub profile: Option<&'a Profile>,
    /// The fixes that were made before it was judged; none where none were asked for.
    pub fixed: Option<&'a [Applied]>,
}

/// Why a file could not be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// A short stable name, `encrypted`.
    pub code: &'static str,
    /// What is wrong.
    pub message: Words,
    /// What to do.
    pub help: Words,
}

/// One element of `files`, on one line.
pub fn file(source: Source<'_>, result: Result<&Review<'_>, &Unread>, lang: Lang) -> String {
    let list: Vec<Cow<'_, Finding>> = result.iter().flat_map(|review| review.worded()).collect();
    let view = match result {
        Ok(review) => FileView::of(source, review, &list, lang),
        Err(unread) => FileView::unread(source, unread, lang),
    };
    serde_json::to_string(&view).unwrap_or_default()
}

/// The whole report around the elements of `files`, one a line.
pub fn report(files: &[String], counts: Counts) -> String {
    let counts = serde_json::to_string(&CountsView::from(counts)).unwrap_or_default();
    format!("{{\"schema\":\"{SCHEMA}\",\"files\":[\n{}\n],\"counts\":{counts}}}\n", files.join(",\n"))
}

#[derive(Serialize)]
struct FileView<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
    verdict: Verdict,
    error: Option<ErrorView<'a>>,
    profile: Option<ProfileView<'a>>,
    table: Option<TableView<'a>>,
    other_tables: Vec<OtherView<'a>>,
    computed: Option<ComputedView>,
    stated: Option<StatedView>,
    counts: CountsView,
    not_checked: Vec<NotCheckedView<'a>>,
    doubts: Vec<&'a str>,
    findings: Vec<FindingView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Vec<FixedView<'a>>>,
}

/// A fix that was made.
#[derive(Serialize)]
struct FixedView<'a> {
    code: &'a str,
    place: PlaceView<'a>,
    project: Option<&'a str>,
    title: &'a str,
    after: &'a str,
}

/// The fixes that were made; `place.text` is what stood there.
fn fixed<'a>(source: Source<'a>, lang: Lang) -> Option<Vec<FixedView<'a>>> {
    let view = |one: &'a Applied| FixedView {
        code: &one.code,
        place: PlaceView {
            path: source.path,
            sheet: Some(&one.sheet),
            cell: Some(one.cell),
            paragraph: None,
            text: &one.before,
        },
        project: one.project.as_deref(),
        title: lang.pick(&one.title),
        after: &one.after,
    };
    Some(source.fixed?.iter().map(view).collect())
}

impl<'a> FileView<'a> {
    fn of(source: Source<'a>, review: &'a Review<'_>, list: &'a [Cow<'_, Finding>], lang: Lang) -> Self {
        let table = review.table.as_ref();
        let others = table.map(|table| table.located.others.as_slice()).unwrap_or_default();
        let doubts = table.map(|table| table.located.doubts.as_slice()).unwrap_or_default();
        Self {
            path: source.path,
            sha256: source.sha256,
            verdict: review.verdict(),
            error: None,
            profile: source.profile.map(ProfileView::of),
            table: table.map(|table| TableView::of(table, &review.profile().name)),
            other_tables: others.iter().map(|(sheet, range)| OtherView { sheet, range: *range }).collect(),
            computed: table.map(ComputedView::of),
            stated: table.map(StatedView::of),
            counts: review.counts().into(),
            not_checked: review.not_checked.iter().map(|not| NotCheckedView::of(not, lang)).collect(),
            doubts: doubts.iter().map(|doubt| lang.pick(doubt)).collect(),
            findings: findings(source.path, list, lang),
            fixed: fixed(source, lang),
        }
    }

    fn unread(source: Source<'a>, unread: &'a Unread, lang: Lang) -> Self {
        let (message, help) = (lang.pick(&unread.message), lang.pick(&unread.help));
        Self {
            path: source.path,
            sha256: source.sha256,
            verdict: Verdict::Unchecked,
            error: Some(ErrorView { code: unread.code, message, help }),
            profile: source.profile.map(ProfileView::of),
            table: None,
            other_tables: Vec::new(),
            computed: None,
            stated: None,
            counts: Counts::default().into(),
            not_checked: Vec::new(),
            doubts: Vec::new(),
            findings: Vec::new(),
            fixed: None,
        }
    }
}

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'a str,
    message: &'a str,
    help: &'a str,
}

/// The profile; `file` is null for a built-in one.
#[derive(Serialize)]
struct ProfileView<'a> {
    name: &'a str,
    title: &'a str,
    unverified: bool,
    file: Option<&'a str>,
}

impl<'a> ProfileView<'a> {
    fn of(profile: &'a Profile) -> Self {
        Self {
            name: &profile.name,
            title: &profile.title,
            unverified: profile.unverified,
            file: profile.file.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct TableView<'a> {
    sheet: &'a str,
    range: Range,
    unit: Option<&'a str>,
    year: Option<u16>,
    money: Money,
    projects: usize,
    profile: &'a str,
    hidden: Option<&'a Hidden>,
}

impl<'a> TableView<'a> {
    fn of(table: &'a Table, profile: &'a str) -> Self {
        Self {
            sheet: &table.located.sheet_name,
            range: table.located.range,
            unit: table.summary.unit.as_ref().map(|unit| unit.value.as_str()),
            year: table.summary.year,
            money: table.summary.money,
            projects: table.summary.projects.len(),
            profile,
            hidden: Some(&table.hidden).filter(|hidden| !hidden.is_empty()),
        }
    }
}

#[derive(Serialize)]
struct OtherView<'a> {
    sheet: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct ComputedView {
    budget: String,
    executed: Option<String>,
    rate: Option<String>,
    score: Option<String>,
    score_exact: Option<String>,
    score_by_budget: Option<String>,
    score_by_executed: Option<String>,
    weights: Weights,
}

impl ComputedView {
    fn of(table: &Table) -> Self {
        let totals = &table.totals;
        let score = totals.score(table.weights);
        let shown = |score: Option<Decimal>| score.map(|score| plain(round(score, 2)));
        Self {
            budget: plain(totals.budget),
            executed: totals.executed.map(plain),
            rate: totals.rate.map(|rate| plain(round(rate, 12))),
            score: shown(score),
            score_exact: score.map(|score| plain(round(score, 6))),
            score_by_budget: shown(totals.score_by_budget),
            score_by_executed: shown(totals.score_by_executed),
            weights: table.weights,
        }
    }
}

#[derive(Serialize)]
struct StatedView {
    budget: Option<String>,
    executed: Option<String>,
    rate: Option<String>,
    score: Option<String>,
}

impl StatedView {
    fn of(table: &Table) -> Self {
        let summary = &table.summary;
        Self {
            budget: stated_total(summary, |total| total.budget.as_ref()).map(plain),
            executed: stated_total(summary, |total| total.executed.as_ref()).map(plain),
            rate: stated_total(summary, |total| total.rate.as_ref()).map(plain),
            score: stated_total(summary, |total| total.score.as_ref()).map(plain),
        }
    }
}

#[derive(Serialize)]
struct CountsView {
    error: usize,
    warning: usize,
    info: usize,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self { error: counts.error, warning: counts.warning, info: counts.info }
    }
}

#[derive(Serialize)]
struct NotCheckedView<'a> {
    what: &'a str,
    why: &'a str,
}

impl<'a> NotCheckedView<'a> {
    fn of(not: &'a NotChecked, lang: Lang) -> Self {
        Self { what: lang.pick(&not.what), why: lang.pick(&not.why) }
    }
}

#[derive(Serialize)]
struct FindingView<'a> {
    code: &'a str,
    name: &'a str,
    severity: Severity,
    place: PlaceView<'a>,
    field: Option<Field>,
    project: Option<&'a str>,
    message: &'a str,
    help: &'a str,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    expected_value: Option<String>,
    found_value: Option<String>,
    unit: Option<Unit>,
    interval: Option<IntervalView>,
    related: Vec<RelatedView<'a>>,
    votes: Option<Vec<VoteView<'a>>>,
    group: Option<&'a str>,
    effect: Option<&'a str>,
    fingerprint: String,
    fix: Option<FixView<'a>>,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    path: &'a str,
    sheet: Option<&'a str>,
    cell: Option<CellRef>,
    paragraph: Option<u32>,
    text: &'a str,
}

#[derive(Serialize)]
struct IntervalView {
    of: Field,
    unit: Unit,
    from: String,
    to: String,
}

impl IntervalView {
    fn of(interval: &Interval) -> Self {
        Self { of: interval.of, unit: interval.unit, from: plain(interval.from), to: plain(interval.to) }
    }
}

#[derive(Serialize)]
struct RelatedView<'a> {
    path: &'a str,
    sheet: &'a str,
    cell: CellRef,
    note: &'a str,
}

#[derive(Serialize)]
struct VoteView<'a> {
    value: String,
    shown: &'a str,
    by: Vec<&'a str>,
}

impl<'a> VoteView<'a> {
    fn of(vote: &'a Vote, lang: Lang) -> Self {
        let by = vote.by.iter().map(|words| lang.pick(words)).collect();
        Self { value: plain(vote.value), shown: &vote.shown, by }
    }
}

#[derive(Serialize)]
struct FixView<'a> {
    title: &'a str,
    applicability: Applicability,
    edits: &'a [Edit],
}

fn findings<'a>(path: &'a str, list: &'a [Cow<'_, Finding>], lang: Lang) -> Vec<FindingView<'a>> {
    let prints = fingerprints(list.iter().map(|finding| &**finding));
    list.iter().zip(prints).map(|(finding, print)| view(path, finding, print, lang)).collect()
}

fn view<'a>(path: &'a str, finding: &'a Finding, fingerprint: String, lang: Lang) -> FindingView<'a> {
    let place = &finding.place;
    let related = finding.related.iter().map(|other| RelatedView {
        path: other.path.as_deref().unwrap_or(path),
        sheet: &other.sheet,
        cell: other.cell,
        note: lang.pick(&other.note),
    });
    FindingView {
        code: &finding.code,
        name: &finding.name,
        severity: finding.severity,
        place: PlaceView {
            path,
            sheet: place.sheet.as_deref(),
            cell: place.cell,
            paragraph: place.paragraph,
            text: &place.text,
        },
        field: finding.field,
        project: finding.project.as_deref(),
        message: lang.pick(&finding.message),
        help: lang.pick(&finding.help),
        expected: finding.expected.as_deref(),
        found: finding.found.as_deref(),
        expected_value: finding.expected_value.map(plain),
        found_value: finding.found_value.map(plain),
        unit: finding.unit,
        interval: finding.interval.as_deref().map(IntervalView::of),
        related: related.collect(),
        votes: (!finding.votes.is_empty())
            .then(|| finding.votes.iter().map(|vote| VoteView::of(vote, lang)).collect()),
        group: finding.group.as_deref(),
        effect: finding.effect.as_ref().map(|effect| lang.pick(effect)),
        fingerprint,
        fix: finding.fix.as_ref().map(|fix| FixView {
            title: lang.pick(&fix.title),
            applicability: fix.applicability,
            edits: &fix.edits,
        }),
    }
}

/// Plain digits without trailing zeros.
fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use indexmap::IndexMap;
    use jixiao_selfeval::fixes;
    use jixiao_selfeval::review::{Options, review};
    use jixiao_workbook::Workbook;
    use serde::Deserialize;

    use super::*;

    /// JSON that keeps the order of keys.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Node {
        Object(IndexMap<String, Node>),
        List(Vec<Node>),
        Leaf(serde_json::Value),
    }

    /// Every object's keys in their order, by the object's place.
    fn shapes(node: &Node, place: &str, found: &mut BTreeMap<String, String>) {
        match node {
            Node::Object(map) => {
                let keys: Vec<&str> = map.keys().map(String::as_str).collect();
                found.insert(place.to_owned(), keys.join(" "));
                for (key, value) in map {
                    shapes(value, &format!("{place}.{key}"), found);
                }
            }
            Node::List(list) => list.iter().for_each(|item| shapes(item, &format!("{place}[]"), found)),
            Node::Leaf(value) => assert!(!value.is_object()),
        }
    }

    fn checked(path: &str, bytes: &[u8]) -> String {
        let workbook = Workbook::open(bytes.to_vec()).unwrap();
        let national = Profile::national();
        let review = review(&workbook, &national, Options::default());
        let round = fixes::round(&review, fixes::Extent::Stated);
        if !round.applied.is_empty() {
            let source = Source { path, sha256: None, profile: Some(&national), fixed: Some(&round.applied) };
            return file(source, Ok(&review), Lang::Zh);
        }
        let source = Source { path, sha256: Some("00"), profile: Some(&national), fixed: None };
        file(source, Ok(&review), Lang::Zh)
    }

    /// The contract of programs that read the report: no key goes, none changes its place.
    #[test]
    fn every_key_of_the_contract_is_there_in_its_order() {
        let unread =
            Unread {
                code: "encrypted", message: Words::new("有密码", "encrypted"), help: Words::default()
            };
        let files = [
            file(Source { path: "x", sha256: None, profile: None, fixed: None }, Err(&unread), Lang::Zh),
            checked("a", include_bytes!("../../../test-data/submission-2023.xlsx")),
            checked("b", include_bytes!("../../../test-data/cases/wrong-sums-and-rates/input.xlsx")),
            checked("c", include_bytes!("../../../test-data/cases/two-tables/input.xlsx")),
            checked("d", include_bytes!("../../../test-data/cases/hidden-row/input.xlsx")),
            checked("e", include_bytes!("../../../test-data/cases/numbers-written-as-text/input.xlsx")),
        ];
        let counts = Counts::default();
        let report: Node = serde_json::from_str(&report(&files, counts)).unwrap();
        let mut found = BTreeMap::new();
        shapes(&report, "", &mut found);
        let found: Vec<String> = found.iter().map(|(place, keys)| format!("{place}: {keys}")).collect();
        let expected = [
            ": schema files counts",
            ".counts: error warning info",
            ".files[]: path sha256 verdict error profile table other_tables computed stated counts not_checked doubts \
             findings fixed",
            ".files[].computed: budget executed rate score score_exact score_by_budget score_by_executed weights",
            ".files[].counts: error warning info",
            ".files[].error: code message help",
            ".files[].findings[]: code name severity place field project message help expected found \
             expected_value found_value unit interval related votes group effect fingerprint fix",
            ".files[].findings[].fix: title applicability edits",
            ".files[].findings[].fix.edits[]: SetCell",
            ".files[].findings[].fix.edits[].SetCell: sheet cell content style",
            ".files[].findings[].fix.edits[].SetCell.content: Formula",
            ".files[].findings[].fix.edits[].SetCell.content.Formula: text cached",
            ".files[].findings[].fix.edits[].SetCell.content.Formula.cached: Number",
            ".files[].findings[].fix.edits[].SetCell.style: Format",
            ".files[].findings[].interval: of unit from to",
            ".files[].findings[].place: path sheet cell paragraph text",
            ".files[].findings[].related[]: path sheet cell note",
            ".files[].findings[].votes[]: value shown by",
            ".files[].fixed[]: code place project title after",
            ".files[].fixed[].place: path sheet cell paragraph text",
            ".files[].not_checked[]: what why",
            ".files[].other_tables[]: sheet range",
            ".files[].profile: name title unverified file",
            ".files[].stated: budget executed rate score",
            ".files[].table: sheet range unit year money projects profile hidden",
            ".files[].table.hidden: sheet rows columns",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unread_file_keeps_every_key() {
        let unread =
            Unread {
                code: "encrypted", message: Words::new("有密码", "encrypted"), help: Words::default()
            };
        let source = Source { path: "a.xlsx", sha256: None, profile: None, fixed: None };
        let line = file(source, Err(&unread), Lang::En);
        let whole: serde_json::Value = serde_json::from_str(&report(&[line], Counts::default())).unwrap();
        assert_eq!(whole["schema"], SCHEMA);
        assert_eq!(whole["files"][0]["verdict"], "unchecked");
        assert_eq!(whole["files"][0]["error"]["message"], "encrypted");
        assert_eq!(whole["files"][0].as_object().unwrap().len(), 13);
    }
}
