//! What makes a project the same one in two places: its name without what people write differently, and its code.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::Project;

/// A name without what people write differently: blanks, quotation marks, brackets, full-width forms, letter case.
pub(crate) fn folded_name(name: &str) -> Cow<'_, str> {
    // Most names are plain Chinese characters and digits, which fold to themselves.
    let plain = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'a'..='z' | '-');
    if name.chars().all(plain) {
        return Cow::Borrowed(name);
    }
    let kept =
        |c: &char| !c.is_whitespace() && !"\"'`“”‘’„‟「」『』《》〈〉()[]{}【】〔〕〖〗<>".contains(*c);
    Cow::Owned(name.nfkc().filter(kept).flat_map(char::to_lowercase).collect())
}

/// Codes shorter than this are numbers that a unit gave its own projects.
const SHORTEST_CODE: usize = 8;

impl Project {
    /// The project's code in the budget system: from the code column, else what stands in front of the name
    /// (`51000021R000000019951-工资性支出`). Numbers that a unit counts its own projects by are none.
    pub fn budget_code(&self) -> Option<Cow<'_, str>> {
        let is_code = |text: &str| {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            text.len() >= SHORTEST_CODE
                && digits * 2 >= text.len()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if let Some(code) = &self.code {
            let code: Cow<'_, str> = if is_code(&code.text) {
                Cow::Borrowed(&code.text)
            } else {
                Cow::Owned(code.text.nfkc().filter(|c| !c.is_whitespace()).collect())
            };
            return is_code(&code).then(|| upper(code));
        }
        let (front, _) = self.name.text.split_once(['-', '－', ' ', '_'])?;
        is_code(front).then(|| upper(Cow::Borrowed(front)))
    }
}

fn upper(code: Cow<'_, str>) -> Cow<'_, str> {
    if code.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Cow::Owned(code.to_ascii_uppercase());
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::read;

    #[test]
    fn marks_and_widths_make_no_difference_to_a_name_but_words_do() {
        assert_eq!(folded_name("项目（一期）"), folded_name("项目(一期)"));
        assert_eq!(folded_name("交管站“两站一室” 经费"), folded_name("交管站\"两站一室\"经费"));
        assert_ne!(folded_name("项目（一期）"), folded_name("项目（二期）"));
    }

    #[test]
    fn a_code_is_that_of_the_budget_system() {
        let code = |header: &str, code: &str, name: &str| {
            let text = format!(
                "序号|{header}|项目名称|全年预算数（万元）|全年执行数|执行率|自评得分\n\
                 1|{code}|{name}|3|3|100%|95\n合计|.|.|3|3|100%|95"
            );
            read(&text).2.projects[0].budget_code().map(Cow::into_owned)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(code("项目编码", "'62010023t000000010001", "防汛经费"), some("62010023T000000010001"));
        assert_eq!(code("项目编码", "'6201 0023 T000", "防汛经费"), some("62010023T000"));
        assert_eq!(code("项目编码", "'003", "防汛经费"), None);
        assert_eq!(
            code("主管部门", "农业局", "51000021R000000019951-工资性支出"),
            some("51000021R000000019951")
        );
        assert_eq!(code("主管部门", "农业局", "2023年-防汛经费"), None);
        assert_eq!(code("主管部门", "农业局", "防汛经费"), None);
    }
}
