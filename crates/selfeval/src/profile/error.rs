//! What can be wrong with a profile's text, in both languages.

use std::fmt;

use rust_decimal::Decimal;

use crate::finding::Words;

/// A profile's text is not a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// Line of the text, from 1.
    pub line: usize,
    /// The key with its section, `labels.score`; empty where the text is no TOML.
    pub key: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a key or its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The text is no TOML; what the parser says.
    Syntax(String),
    /// There is no such key; the nearest that there is.
    Unknown(Option<String>),
    /// The value is of another kind.
    Kind(Wanted),
    /// The value is none of those that are allowed.
    Choice {
        /// The value.
        found: String,
        /// What it may be.
        allowed: Vec<String>,
    },
    /// The number is not within 0 and a bound.
    Range {
        /// The number.
        found: Decimal,
        /// The bound, inclusive.
        most: u32,
    },
    /// The bounds of bands do not fall.
    Order,
    /// The least scores of grades do not fall.
    Grades,
    /// The rates of caps do not rise.
    Caps,
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A number, or a number or percentage as text.
    Number,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
    /// A section.
    Section,
    /// A list of bands.
    Bands,
    /// A list of grades.
    Grades,
    /// A list of caps.
    Caps,
    /// A list of blocks with their points.
    Blocks,
}

impl Wanted {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("加引号的文字", "a text in quotation marks"),
            Self::Texts => ("列表，如 [\"…\"]", "a list such as [\"...\"]"),
            Self::Number => ("数，如 0.9 或 \"90%\"", "a number such as 0.9 or \"90%\""),
            Self::Whole => ("整数", "a whole number"),
            Self::Flag => (" true 或 false", "true or false"),
            Self::Section => ("一节，每行一项", "a section with a key on each line"),
            Self::Bands => (
                "列表，每项写作 { from = 0.9, points = 5 }",
                "a list whose items are written { from = 0.9, points = 5 }",
            ),
            Self::Grades => (
                "列表，每项写作 { from = 90, names = [\"优\"] }",
                "a list whose items are written { from = 90, names = [\"...\"] }",
            ),
            Self::Caps => (
                "列表，每项写作 { below = 0.5, most = 59 }",
                "a list whose items are written { below = 0.5, most = 59 }",
            ),
            Self::Blocks => (
                "列表，每项写作 { name = \"产出指标\", points = 50 }",
                "a list whose items are written { name = \"...\", points = 50 }",
            ),
        }
    }
}

impl ProfileError {
    /// The error as a sentence without its full stop, the line first.
    pub fn words(&self) -> Words {
        let Self { line, key, fault } = self;
        let (zh, en) = match fault {
            Fault::Syntax(why) => {
                return Words::new(
                    format!("第 {line} 行：不符合 TOML 的写法"),
                    format!("line {line}: not written as TOML ({})", one_line(why)),
                );
            }
            Fault::Unknown(nearest) => return unknown(*line, key, nearest.as_deref()),
            Fault::Kind(wanted) => {
                let (zh, en) = wanted.words();
                (format!("应为{zh}"), format!("must be {en}"))
            }
            Fault::Choice { found, allowed } => {
                let list = allowed.join("、");
                let apart =
                    if list.is_ascii() || list.starts_with(|c: char| c.is_ascii()) { " " } else { "" };
                (
                    format!("“{found}”不能用，可以取{apart}{list}"),
                    format!("{found:?} is not one of {}", allowed.join(", ")),
                )
            }
            Fault::Range { found, most } => {
                (format!("{found} 不在 0 至 {most} 之间"), format!("{found} is not between 0 and {most}"))
            }
            Fault::Order => (
                "下限应从高到低，都在 0 至 1 之间".to_owned(),
                "the bounds must fall, all within 0 and 1".to_owned(),
            ),
            Fault::Grades => (
                "下限应从高到低，都在 0 至 100 之间".to_owned(),
                "the least scores must fall, all within 0 and 100".to_owned(),
            ),
            Fault::Caps => (
                "执行率应从低到高，都在 0 至 1 之间".to_owned(),
                "the rates must rise, all within 0 and 1".to_owned(),
            ),
        };
        Words::new(format!("第 {line} 行 {key}：{zh}"), format!("line {line}, {key}: {en}"))
    }
}

fn unknown(line: usize, key: &str, nearest: Option<&str>) -> Words {
    let (zh, en) = match nearest {
        Some(nearest) => (format!("，是否为 {nearest}"), format!("; {nearest} is the nearest")),
        None => Default::default(),
    };
    Words::new(
        format!("第 {line} 行：没有“{key}”这一项{zh}"),
        format!("line {line}: there is no key {key}{en}"),
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

impl std::error::Error for ProfileError {}
