//! A first mapping for a table that is not recognised: its labels beside the nearest ones that are known.

use jixiao_workbook::{CellRef, Range, Sheet, ValueRef, Workbook};

use super::label::{Label, Meaning, Vocabulary, label};
use super::own::is_own;
use crate::profile::{Profile, key_of};

/// Rows of a sheet in which a header is looked for.
const ROWS: u32 = 60;
/// Rows of labels that a header may have.
const HEADER: u32 = 4;
/// Characters of the longest text that may be a label.
const LONGEST: usize = 30;

/// A label of the sheet, and what it may stand for.
struct Guess {
    row: u32,
    text: String,
    key: Option<String>,
    /// Whether the label is known as it stands.
    known: bool,
}

/// A mapping as text, in which a person corrects what was guessed; `None` where no sheet has anything like a header.
pub fn suggest(workbook: &Workbook, profile: &Profile) -> Option<String> {
    let vocabulary = Vocabulary::new(profile);
    let sheets = workbook.sheet_ids().filter_map(|id| Some((id, workbook.sheet(id).ok()?)));
    let guessed = sheets.filter(|(_, sheet)| !is_own(sheet)).filter_map(|(id, sheet)| {
        let guesses = header(sheet, &vocabulary);
        let fitting = guesses.iter().filter(|guess| guess.key.is_some()).count();
        Some((fitting, std::cmp::Reverse(id), workbook.entry(id)?.name.clone(), guesses))
    });
    let best = guessed.max_by_key(|(fitting, id, ..)| (*fitting, *id))?;
    let (fitting, _, sheet, guesses) = best;
    (fitting > 1).then(|| written(&sheet, &guesses))
}

/// The labels of the rows that look most like a header.
fn header(sheet: &Sheet, vocabulary: &Vocabulary) -> Vec<Guess> {
    let rows = sheet.rows().take_while(|row| row.number <= ROWS);
    let guesses: Vec<Guess> = rows
        .flat_map(jixiao_workbook::sheet::Row::cells)
        .filter_map(|cell| match cell.value {
            ValueRef::Text(text) if text.chars().count() <= LONGEST => {
                let heads = |merge: Range| merge.first().column() < merge.last().column();
                guess(text, cell.at, sheet.merge_at(cell.at).is_some_and(heads), vocabulary)
            }
            _ => None,
        })
        .collect();
    let score = |first: u32| {
        let own = guesses.iter().filter(|guess| (first..first + HEADER).contains(&guess.row));
        own.filter(|guess| guess.key.is_some()).count()
    };
    let firsts = guesses.iter().filter(|guess| guess.key.is_some()).map(|guess| guess.row);
    let Some(first) = firsts.max_by_key(|row| (score(*row), std::cmp::Reverse(*row))) else {
        return Vec::new();
    };
    // Below the last row with two labels that mean something stand projects.
    let labels = |row: u32| guesses.iter().filter(|guess| guess.row == row && guess.key.is_some()).count();
    let last = (first..first + HEADER).rev().find(|row| labels(*row) > 1).unwrap_or(first);
    guesses.into_iter().filter(|guess| (first..=last).contains(&guess.row)).collect()
}

/// What a text may stand for; one that heads several columns stands for none.
fn guess(text: &str, at: CellRef, heads: bool, vocabulary: &Vocabulary) -> Option<Guess> {
    let Label { noun, .. } = label(text);
    if noun.is_empty() || !noun.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return None;
    }
    let found = vocabulary.find(&noun, &noun).map(|found| found.meaning);
    let known = found.is_some();
    let near = if heads { None } else { nearest(&noun, vocabulary) };
    let key = found.as_ref().or(near).and_then(key);
    Some(Guess { row: at.row(), text: text.split_whitespace().collect(), key, known })
}

/// The meaning of the known label that has most in common with a noun; of equal ones, that which begins alike.
fn nearest<'a>(noun: &str, vocabulary: &'a Vocabulary) -> Option<&'a Meaning> {
    let begun = |known: &str| noun.chars().zip(known.chars()).take_while(|(a, b)| a == b).count();
    let likeness = vocabulary.nouns().map(|(known, meaning)| ((alike(noun, known), begun(known)), meaning));
    let best = likeness.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0.0 >= LIKE).then_some(best.1)
}

/// The least likeness of a guess, in hundredths.
const LIKE: usize = 40;

/// How much two nouns have in common, in hundredths: twice the shared characters over all of them.
fn alike(a: &str, b: &str) -> usize {
    let mut left: Vec<char> = b.chars().collect();
    let all = a.chars().count() + left.len();
    let mut shared: usize = 0;
    for c in a.chars() {
        if let Some(at) = left.iter().position(|other| *other == c) {
            left.swap_remove(at);
            shared += 1;
        }
    }
    shared.saturating_mul(200).checked_div(all).unwrap_or(0)
}

/// The key that profiles and mappings name a meaning by.
fn key(meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Field(field) => key_of(*field).map(str::to_owned),
        Meaning::Fund(key) => Some(format!("fund.{key}")),
        Meaning::Subtotal => Some("subtotal".to_owned()),
    }
}

fn written(sheet: &str, guesses: &[Guess]) -> String {
    let mut text = format!(
        "# 工作表 {} 的对照，核对后用 --map 指定本文件。\n\
         # 字段：sequence name code supervisor implementing_unit initial_budget budget subtotal fund.current\n\
         # fund.carried_over fund.other executed execution_rate score grade reason remark\n\
         # unit = \"万元\"\n# projects = \"6-19\"\n# total = 20\n\n[columns]\n",
        sheet.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let mut told: Vec<&str> = Vec::new();
    for guess in guesses {
        if told.contains(&guess.text.as_str()) {
            continue;
        }
        told.push(&guess.text);
        let label = toml::Value::from(guess.text.as_str());
        let line = match (&guess.key, guess.known) {
            (Some(key), true) => format!("# {label} = \"{key}\"  # 已识别\n"),
            (Some(key), false) => format!("{label} = \"{key}\"  # 最接近的字段，请核对\n"),
            (None, _) => format!("# {label} = \"\"  # 没有相近的字段\n"),
        };
        text.push_str(&line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Choice, locate};
    use crate::mapping::Mapping;
    use crate::sketch::workbook;
    use crate::summary::Summary;

    const TABLE: &str = "|某镇项目资金情况\n\
        |序号|项目内容|主管单位|全年安排预算|财政拨款数|实际执行金额|得分情况|电话\n\
        1|1|防汛|农业局|100000|100000|50000|90|1\n\
        |合计|||100000|100000|50000|90|\n";

    fn table() -> Workbook {
        workbook(&TABLE.replace("\n1|", "\n|"))
    }

    #[test]
    fn the_nearest_labels_are_suggested_and_read_back() {
        let (workbook, profile) = (table(), Profile::national());
        assert!(locate(&workbook, &profile, None).is_err());
        let text = suggest(&workbook, &profile).unwrap();
        for line in [
            "\"项目内容\" = \"name\"",
            "\"实际执行金额\" = ",
            "# \"序号\" = \"sequence\"  # 已识别",
            "# \"电话\" = \"\"",
            "\"主管单位\" = \"supervisor\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("防汛"), "what stands in projects is no label\n{text}");
        assert!(Mapping::from_toml(&text).is_ok(), "{text}");
    }

    #[test]
    fn a_mapping_names_columns_units_and_rows() {
        let (workbook, profile) = (table(), Profile::national());
        let text = "unit = \"元\"\n[columns]\n\"项目内容\" = \"name\"\n\"全年安排预算\" = \"budget\"\n\
                    \"财政拨款数\" = { field = \"fund.current\", unit = \"万元\" }\n\
                    \"实际执行金额\" = \"executed\"\n\"得分情况\" = \"score\"\n";
        let mapping = Mapping::from_toml(text).unwrap();
        let choice = Choice { mapping: Some(&mapping), ..Choice::default() };
        let located = locate(&workbook, &profile, choice).unwrap();
        let summary = Summary::read(&workbook, &located, &profile);
        let project = &summary.projects[0];
        assert_eq!(project.budget_figure().unwrap().value.normalize().to_string(), "10");
        assert_eq!(project.funds[0].value().unwrap().to_string(), "100000");
        assert_eq!(summary.total.unwrap().executed.unwrap().value().unwrap().normalize().to_string(), "5");
        let rows = Mapping::from_toml(&format!("projects = \"3-4\"\n{text}")).unwrap();
        let choice = Choice { mapping: Some(&rows), ..Choice::default() };
        assert_eq!(locate(&workbook, &profile, choice).unwrap().projects, [3, 4]);
    }

    #[test]
    fn a_workbook_without_labels_has_no_suggestion() {
        assert_eq!(suggest(&workbook("|日期|天气\n|1|晴\n"), &Profile::national()), None);
    }
}
