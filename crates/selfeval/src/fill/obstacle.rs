//! Why a computed cell stays blank: the cell in its way, and what to do about it.

use jixiao_workbook::CellRef;

use crate::finding::{Field, Words};

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing is stated there, or only a sign for "no value".
    Missing,
    /// All fund parts of the row are blank.
    PartsMissing,
    /// A number written as text, which a sum skips.
    TextNumber(String),
    /// Text that is no number.
    Unreadable(String),
    /// An error value.
    Error(String),
    /// A formula whose result is neither stored nor computed here.
    NoResult,
}

/// A cell that is in the way of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) cell: CellRef,
    pub(super) field: Field,
    /// What the cell's column is called.
    pub(super) name: Words,
    pub(super) what: What,
}

impl Obstacle {
    /// Why what depends on it stays blank, and what to do; `count` cells are in the way, this is the first.
    pub(super) fn words(&self, count: usize) -> Words {
        let Words { zh, en } = &self.name;
        let cell = self.cell;
        let words = match &self.what {
            What::Missing => Words::new(
                format!("{cell} {zh}没有填；填上后重新运行"),
                format!("{cell} ({en}) is blank; enter it and run again"),
            ),
            What::PartsMissing => Words::new(
                format!("第 {} 行各项资金都没有填；填上后重新运行", cell.row()),
                format!("row {} states no funds at all; enter them and run again", cell.row()),
            ),
            What::TextNumber(text) => Words::new(
                format!("{cell} {zh}“{text}”是文本，求和会漏掉它；加 --fix 先转成数字"),
                format!(
                    "{cell} ({en}) holds {text:?} as text, which a sum skips; --fix turns it into a number"
                ),
            ),
            What::Unreadable(text) => Words::new(
                format!("{cell} {zh}“{text}”不是数字；改成数字后重新运行"),
                format!("{cell} ({en}) holds {text:?}, which is no number; correct it and run again"),
            ),
            What::Error(text) => Words::new(
                format!("{cell} {zh}是错误值 {text}；改正后重新运行"),
                format!("{cell} ({en}) shows {text}; correct it and run again"),
            ),
            What::NoResult => Words::new(
                format!("{cell} {zh}的公式没有存结果，这里也算不出；在表格软件里打开保存一次后重新运行"),
                format!(
                    "the formula in {cell} ({en}) has no stored result and cannot be computed here; open and save the file in a spreadsheet program, then run again"
                ),
            ),
        };
        if count < 2 {
            return words;
        }
        Words::new(
            format!("{}（这样的共 {count} 处）", words.zh),
            format!("{} ({count} such cells)", words.en),
        )
    }
}

/// The first obstacle of a column, and how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Obstacles {
    first: Option<Obstacle>,
    count: usize,
}

impl Obstacles {
    pub(super) fn add(&mut self, obstacle: Option<Obstacle>) {
        if let Some(obstacle) = obstacle {
            self.count += 1;
            self.first.get_or_insert(obstacle);
        }
    }

    pub(super) fn words(&self) -> Option<Words> {
        self.first.as_ref().map(|first| first.words(self.count))
    }
}
