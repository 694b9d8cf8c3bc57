//! What can be wrong with a summary's JSON, in both languages.

use std::fmt;

use jixiao_selfeval::Words;

/// A text is no summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryError {
    /// Line of the text, from 1.
    pub line: usize,
    /// Where in it, `files[0].submission.projects[2].budget`; empty for the whole.
    pub place: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The bytes are no UTF-8.
    NotText,
    /// The text is no JSON; what the parser says.
    Syntax(String),
    /// There is no such key; those that there are.
    Unknown(String, Vec<&'static str>),
    /// A key stands there twice, or two keys mean one.
    Twice(String),
    /// A key is missing.
    Missing(&'static str),
    /// The value is of another kind.
    Kind(Wanted),
    /// There are more of these than are read.
    TooMany(usize),
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The name of the schema.
    Schema,
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A number as text or as a number, or an object that holds one.
    Number,
    /// A plain decimal of at most 28 digits.
    Decimal,
    /// A whole number.
    Whole,
    /// A cell, `A7`.
    Cell,
    /// A range, `A4:K21`.
    Range,
    /// A unit of money.
    Money,
    /// A way of reading.
    How,
    /// What is said of unit and year elsewhere.
    Mentions,
}

impl Wanted {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Schema => ("\"jixiao.summary/1\"", "\"jixiao.summary/1\""),
            Self::Object => ("对象 {…}", "an object {...}"),
            Self::List => ("列表 […]", "a list [...]"),
            Self::Text => ("文字", "a text"),
            Self::Number => {
                ("数、文字或 { \"value\": \"12.5\" }", "a number, a text or { \"value\": \"12.5\" }")
            }
            Self::Decimal => {
                ("不超过 28 位的数，如 \"12.5\"", "a number of at most 28 digits such as \"12.5\"")
            }
            Self::Whole => ("整数", "a whole number"),
            Self::Cell => ("单元格，如 \"A7\"", "a cell such as \"A7\""),
            Self::Range => ("区域，如 \"A4:K21\"", "a range such as \"A4:K21\""),
            Self::Money => ("元、万元或亿元", "元, 万元 or 亿元"),
            Self::How => {
                ("读法的名称，见 jixiao schema summary", "a way of reading, see jixiao schema summary")
            }
            Self::Mentions => (
                "单位和年度的出处，见 jixiao schema summary",
                "places of unit and year, see jixiao schema summary",
            ),
        }
    }
}

impl SummaryError {
    /// The error as a sentence without its full stop, the line first.
    pub fn words(&self) -> Words {
        let (zh, en) = match &self.fault {
            Fault::NotText => ("不是 UTF-8 文本".to_owned(), "it is no text in UTF-8".to_owned()),
            Fault::Syntax(why) => ("不符合 JSON 的写法".to_owned(), format!("not written as JSON ({why})")),
            Fault::Unknown(key, known) => (
                format!("没有“{key}”这一项，可以用 {}", known.join("、")),
                format!("there is no key {key:?}, only {}", known.join(", ")),
            ),
            Fault::Twice(key) => (format!("“{key}”出现了两次"), format!("{key:?} is given twice")),
            Fault::Missing(key) => (format!("缺少 {key}"), format!("{key} is missing")),
            Fault::Kind(wanted) => {
                let (zh, en) = wanted.words();
                (format!("应为{zh}"), format!("must be {en}"))
            }
            Fault::TooMany(most) => (format!("超过 {most} 个"), format!("there are more than {most}")),
        };
        let Self { line, place, .. } = self;
        if place.is_empty() {
            return Words::new(format!("第 {line} 行：{zh}"), format!("line {line}: {en}"));
        }
        Words::new(format!("第 {line} 行 {place}：{zh}"), format!("line {line}, {place}: {en}"))
    }
}

impl fmt::Display for SummaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

impl std::error::Error for SummaryError {}
