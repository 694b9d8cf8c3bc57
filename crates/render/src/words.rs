//! The languages of a report, and the terms that every format shares.

use jixiao_selfeval::finding::Field;
use jixiao_selfeval::layout::Columns;
use jixiao_selfeval::review::Verdict;
use jixiao_selfeval::{Profile, Severity, Words};

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// One of two texts.
    pub fn of<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A sentence in this language.
    pub fn pick(self, words: &Words) -> &str {
        self.of(&words.zh, &words.en)
    }
}

/// The verdict, as it stands first in a report.
pub fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Pass => lang.of("可以报送", "ready to hand in"),
        Verdict::Warnings => lang.of("请核实后报送", "check the points below, then hand in"),
        Verdict::Fail => lang.of("改后再报", "correct before handing in"),
        Verdict::Unchecked => lang.of("未能核对", "could not be checked"),
    }
}

/// The heading over findings of one severity.
pub fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Error => lang.of("必须修改", "to correct"),
        Severity::Warning => lang.of("请核实", "to check"),
        Severity::Info => lang.of("提示", "for information"),
    }
}

/// A field's name, as short as a column head.
pub fn field(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::Title => lang.of("标题", "title"),
        Field::UnitName => lang.of("单位", "unit"),
        Field::Year => lang.of("年度", "year"),
        Field::MoneyUnit => lang.of("金额单位", "money unit"),
        Field::Note => lang.of("注", "note"),
        Field::Sequence => lang.of("序号", "no."),
        Field::Code => lang.of("项目编码", "code"),
        Field::Name => lang.of("项目名称", "project"),
        Field::Supervisor => lang.of("主管部门", "supervisor"),
        Field::ImplementingUnit => lang.of("实施单位", "implementing unit"),
        Field::InitialBudget => lang.of("年初预算数", "initial budget"),
        Field::Budget => lang.of("小计", "subtotal"),
        Field::Fund => lang.of("资金明细", "fund parts"),
        Field::Executed => lang.of("全年执行数", "executed"),
        Field::ExecutionRate => lang.of("执行率", "rate"),
        Field::Score => lang.of("自评得分", "score"),
        Field::Grade => lang.of("自评等级", "grade"),
        Field::Reason => lang.of("偏差原因", "reason"),
        Field::Remark => lang.of("备注", "remark"),
        Field::TotalRow => lang.of("合计", "total"),
        _ => "",
    }
}

/// A column's name in a form: 全年预算数 is called 小计 only where it has parts.
pub fn column(field: Field, columns: &Columns, lang: Lang) -> &'static str {
    match field {
        Field::Budget if columns.funds.is_empty() => lang.of("全年预算数", "budget"),
        other => self::field(other, lang),
    }
}

/// A profile as reports name it: what it is called, where it comes from, and whether it is unverified.
/// `湖北（hubei，未经核实）`, `本市口径（各单位/jixiao.toml）`.
pub fn profile(profile: &Profile, lang: Lang) -> String {
    let from = one_line(profile.file.as_deref().unwrap_or(&profile.name));
    let mark = match (profile.unverified, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "，未经核实",
        (true, Lang::En) => ", unverified",
    };
    let title = one_line(&profile.title);
    lang.of(format!("{title}（{from}{mark}）"), format!("{title} ({from}{mark})"))
}

/// The profile in a sentence of its own; none for the national one, which holds where nothing is said.
pub fn judged_by(by: &Profile, lang: Lang) -> Option<String> {
    let named = || profile(by, lang);
    (!by.is_national()).then(|| lang.of(format!("口径：{}。", named()), format!("profile: {}.", named())))
}

/// Text of a stranger's file made fit for one line of a terminal: no control characters, no characters that
/// turn the direction of writing, blanks and line breaks folded to one blank.
pub fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if turns(c) {
            continue;
        }
        if is_gap(c) {
            gap = true;
            continue;
        }
        if gap && !line.is_empty() {
            line.push(' ');
        }
        gap = false;
        line.push(c);
    }
    line
}

/// Whether a text is fit as it stands, as nearly all are: single blanks inside, and nothing else of the kind.
fn is_one_line(text: &str) -> bool {
    let mut gap = true;
    for c in text.chars() {
        // Han, its punctuation and what is full-width.
        let plain = matches!(c, '!'..='~' | '\u{3001}'..='\u{d7ff}' | '\u{ff01}'..='\u{ff5e}');
        if !plain && (c != ' ' || gap) && (turns(c) || is_gap(c)) {
            return false;
        }
        gap = c == ' ';
    }
    !gap || text.is_empty()
}

/// Whether a character turns the direction of writing.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_named_with_its_origin_and_its_mark() {
        let hubei = Profile::built_in("hubei").unwrap();
        assert_eq!(judged_by(&hubei, Lang::Zh).unwrap(), "口径：湖北（hubei，未经核实）。");
        assert_eq!(judged_by(&hubei, Lang::En).unwrap(), "profile: 湖北 (hubei, unverified).");
        let mut own = Profile::from_toml("title = \"本市\\n口径\"").unwrap();
        own.file = Some("各单位/jixiao.toml".to_owned());
        assert_eq!(judged_by(&own, Lang::Zh).unwrap(), "口径：本市 口径（各单位/jixiao.toml）。");
        assert_eq!(judged_by(&Profile::national(), Lang::Zh), None);
    }

    #[test]
    fn a_strangers_text_cannot_steer_the_terminal() {
        assert_eq!(one_line(" 交管站\n工作\u{1b}[31m经费 \u{202e}"), "交管站 工作 [31m经费");
        let same = ["", "I7", "执行率 22.02%，低于 90%。→ 说明原因", "（B/A）", "é→ß"];
        assert_eq!(same.map(one_line), same);
        let mended = ["a  b", "a\u{3000}b", " ", "a ", " a", "a\u{a0}b", "a\u{200f} b", "a\u{85}b", "a\tb"];
        assert_eq!(mended.map(one_line), ["a b", "a b", "", "a", "a", "a b", "a b", "a b", "a b"]);
    }
}
