//! Header labels: cleaned of blanks and attributes, and matched with the profile's labels by longest suffix.

use unicode_normalization::UnicodeNormalization;

use crate::finding::Field;
use crate::mapping::Mapping;
use crate::profile::{Profile, column_of};
use crate::value::{Money, is_blank};

/// A label without blanks and attributes, and the attributes that were taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// The noun: `全年预算数` for `全年预算数（A）`.
    pub(super) noun: String,
    /// The letter behind it.
    pub(super) letter: Option<char>,
    /// The money unit behind it.
    pub(super) money: Option<Money>,
    /// Whether （%） stands behind it.
    pub(super) percent: bool,
    /// Whether 其中： stands before it: it is a part of the amount before.
    pub(super) part: bool,
}

/// The text folded to half width, without any blanks.
pub(super) fn folded(text: &str) -> String {
    let is_kept = |c: &char| !is_blank(*c) && !c.is_control();
    // Nearly every label consists of these; only others need the tables of Unicode.
    let mut simple = String::with_capacity(text.len());
    for c in text.chars().filter(is_kept) {
        match simply_folded(c) {
            Some(c) => simple.push(c),
            None => return text.nfkc().filter(is_kept).collect(),
        }
    }
    simple
}

/// A character's folded form, for those that keep out of any composition: ASCII, Han, full-width ASCII.
fn simply_folded(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' | '\u{4e00}'..='\u{9fff}' | '、' | '。' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21),
        _ => None,
    }
}

/// Cleans a label.
pub(super) fn label(text: &str) -> Label {
    let folded = folded(text);
    let mut label = Label { noun: String::with_capacity(folded.len()), ..Label::default() };
    let mut rest = folded.trim_start_matches('*');
    if let Some(after) = rest.strip_prefix("其中") {
        label.part = true;
        rest = after.trim_start_matches([':', ',', '、']);
    }
    while let Some((before, after)) = rest.split_once('(') {
        let Some((inner, behind)) = after.split_once(')') else { break };
        label.noun.push_str(before);
        if !label.attribute(inner) {
            label.noun.extend(["(", inner, ")"]);
        }
        rest = behind;
    }
    label.noun.push_str(rest);
    label.trim();
    label
}

impl Label {
    /// Takes an attribute in: a letter or a formula of letters, a unit, points, or the stamp.
    fn attribute(&mut self, text: &str) -> bool {
        let text = text.strip_prefix("单位").map_or(text, |text| text.trim_start_matches(':'));
        let formula = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "/=*×÷+-%".contains(c));
        match text {
            "万元" => self.money = Some(Money::TenThousand),
            "元" => self.money = Some(Money::Yuan),
            "亿元" => self.money = Some(Money::HundredMillion),
            "%" => self.percent = true,
            "盖章" | "公章" | "签章" | "" => {}
            text if text.ends_with('分')
                && text.trim_end_matches('分').chars().all(|c| c.is_ascii_digit()) => {}
            text if formula(text) => {
                self.percent |= text.ends_with('%');
                self.letter = text.chars().next().filter(char::is_ascii_alphabetic);
            }
            _ => return false,
        }
        true
    }

    /// Takes off what stands behind the noun without brackets: `执行率%`, `预算数A`, a colon.
    fn trim(&mut self) {
        self.percent |= self.noun.ends_with('%');
        let noun = self.noun.trim_end_matches(|c: char| c.is_ascii_alphabetic() || "%/=:;,".contains(c));
        let length = noun.len();
        let behind = self.noun.get(length..).and_then(|behind| behind.chars().next());
        self.letter = self.letter.or(behind.filter(char::is_ascii_alphabetic));
        if length > 0 {
            self.noun.truncate(length);
        }
    }
}

/// What a label means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A column's field.
    Field(Field),
    /// The sum of an amount's parts; which amount, the label above says.
    Subtotal,
    /// A fund part, by its key.
    Fund(String),
}

/// A match: what a path means, and how well the label fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) meaning: Meaning,
    /// Whether the label is the lowest noun as a whole.
    pub(super) whole: bool,
    /// The label's place in the profile's list, the usual ones first.
    pub(super) order: usize,
}

/// The profile's labels, ready for matching.
pub(super) struct Vocabulary {
    /// Noun, meaning, and place in the profile's list; the longest nouns first.
    labels: Vec<(String, Meaning, usize)>,
    /// First characters of the labels of the project name.
    first: Vec<char>,
}

/// A noun this short says something of its own only as a whole label (`项目`, `合计`, `原因`).
const SHORT: usize = "项目".len();

/// What a key of a profile's labels stands for.
fn meaning(key: &str) -> Meaning {
    match (key.strip_prefix("fund."), column_of(key)) {
        (Some(key), _) => Meaning::Fund(key.to_owned()),
        (None, Some(field)) => Meaning::Field(field),
        (None, None) => Meaning::Subtotal,
    }
}

impl Vocabulary {
    /// The profile's labels, and before them those that a mapping names.
    pub(super) fn mapped(profile: &Profile, mapping: Option<&Mapping>) -> Self {
        let mut vocabulary = Self::new(profile);
        let Some(mapping) = mapping else { return vocabulary };
        let mut own = Vec::new();
        for (text, column) in &mapping.columns {
            let noun = label(text).noun;
            vocabulary.labels.retain(|(known, ..)| *known != noun);
            let meaning = meaning(&column.field);
            if meaning == Meaning::Field(Field::Name) {
                vocabulary.first.extend(noun.chars().next());
            }
            own.push((noun, meaning, 0));
        }
        own.append(&mut vocabulary.labels);
        own.sort_by_key(|(noun, ..)| std::cmp::Reverse(noun.len()));
        Self { labels: own, ..vocabulary }
    }

    /// Every noun with its meaning, for who looks for similar ones.
    pub(super) fn nouns(&self) -> impl Iterator<Item = (&str, &Meaning)> {
        self.labels.iter().map(|(noun, meaning, _)| (noun.as_str(), meaning))
    }

    pub(super) fn new(profile: &Profile) -> Self {
        let mut labels = Vec::new();
        for (key, texts) in &profile.labels {
            let meaning = meaning(key);
            let nouns = texts.iter().enumerate();
            labels.extend(nouns.map(|(order, text)| (label(text).noun, meaning.clone(), order)));
        }
        let name = Meaning::Field(Field::Name);
        let names = labels.iter().filter(|(_, meaning, _)| *meaning == name);
        let first = names.filter_map(|(noun, ..)| noun.chars().next()).collect();
        // The longest first, so that the first match is the longest; equal ones in the profile's order.
        labels.sort_by_key(|(noun, ..)| std::cmp::Reverse(noun.len()));
        Self { labels, first }
    }

    /// The longest label that the joined path ends with. `last` is the path's lowest noun.
    pub(super) fn find(&self, path: &str, last: &str) -> Option<Match> {
        let fits = |noun: &str, meaning: &Meaning| {
            let whole = noun.len() <= SHORT && *meaning != Meaning::Field(Field::Score);
            !noun.is_empty() && if whole { last == noun } else { path.ends_with(noun) }
        };
        match self.labels.iter().find(|(noun, meaning, _)| fits(noun, meaning)) {
            Some((noun, meaning, order)) => {
                Some(Match { meaning: meaning.clone(), whole: noun == last, order: *order })
            }
            None => self.find_joined(path, last),
        }
    }

    /// An amount and its subtotal in one label, as header rows become when they are joined: `全年预算数（A）小计`.
    fn find_joined(&self, path: &str, last: &str) -> Option<Match> {
        let subtotals = self.labels.iter().filter(|(_, meaning, _)| *meaning == Meaning::Subtotal);
        let noun =
            subtotals.map(|(noun, ..)| noun).find(|noun| last.ends_with(noun.as_str()) && last != *noun)?;
        let above = self.find(path.strip_suffix(noun)?, last.strip_suffix(noun)?)?;
        matches!(above.meaning, Meaning::Field(Field::Budget | Field::InitialBudget)).then_some(above)
    }

    /// Whether a noun as a whole is a label of the project name.
    pub(super) fn is_name(&self, noun: &str) -> bool {
        let name = Meaning::Field(Field::Name);
        self.labels.iter().any(|(text, meaning, _)| *meaning == name && text == noun)
    }

    /// Whether a text could be a label of the project name: cheap, so that every cell can be asked.
    pub(super) fn may_name(&self, text: &str) -> bool {
        let first = text.chars().find(|c| !is_blank(*c));
        text.len() <= 90
            && first.is_some_and(|first| first == '*' || self.first.contains(&first))
            && self.is_name(&label(text).noun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cleaned_of_blanks_and_attributes() {
        let cases = [
            ("全年预算数（A）", "全年预算数", Some('A'), false),
            ("执行率\n（B/A）", "执行率", Some('B'), false),
            ("预算执行率（％）", "预算执行率", None, true),
            ("执行率%", "执行率", None, true),
            ("项 目\u{3000}名 称", "项目名称", None, false),
            ("全年（调整）预算数", "全年(调整)预算数", None, false),
            ("自评得分（100分）", "自评得分", None, false),
            ("实施单位(盖章)", "实施单位", None, false),
            ("预算数A", "预算数", Some('A'), false),
        ];
        for (text, noun, letter, percent) in cases {
            let label = label(text);
            assert_eq!((label.noun.as_str(), label.letter, label.percent), (noun, letter, percent), "{text}");
        }
        let part = label("其中：当年财政拨款（万元）");
        assert!(part.part && part.noun == "当年财政拨款" && part.money == Some(Money::TenThousand));
    }

    #[test]
    fn simple_characters_fold_as_unicode_says() {
        let simple = ('\0'..='\u{ffff}').filter(|c| simply_folded(*c).is_some());
        let text: String = simple.collect();
        assert!(text.chars().count() > 20_000 && text.contains("Ａ") && text.contains("行"));
        let wanted: String = text.nfkc().filter(|c| !is_blank(*c) && !c.is_control()).collect();
        assert_eq!(folded(&text), wanted);
        for (text, wanted) in [("Ａ\u{30a}行", "Å行"), ("①执行㈱", "1执行(株)"), ("ｶﾞ", "ガ"), ("豈", "豈")]
        {
            assert_eq!(folded(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_longest_suffix_of_a_path_tells_its_meaning() {
        let vocabulary = Vocabulary::new(&Profile::national());
        let cases = [
            ("项目资金全年预算数小计", "小计", Some(Meaning::Subtotal)),
            ("年初预算数", "年初预算数", Some(Meaning::Field(Field::InitialBudget))),
            ("预算数", "预算数", Some(Meaning::Field(Field::Budget))),
            ("全年预算数财政专户管理资金", "财政专户管理资金", Some(Meaning::Fund("fiscal_account".into()))),
            ("自评总得分", "自评总得分", Some(Meaning::Field(Field::Score))),
            ("绩效指标完成项目", "绩效指标完成项目", None),
            ("电话", "电话", None),
            ("全年预算数小计", "全年预算数小计", Some(Meaning::Field(Field::Budget))),
            ("人数小计", "人数小计", None),
        ];
        for (path, last, meaning) in cases {
            assert_eq!(vocabulary.find(path, last).map(|found| found.meaning), meaning, "{path}");
        }
    }
}
