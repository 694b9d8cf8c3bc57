//! S016: a place for a name, a telephone number or a date is left empty.

use super::{Check, Context, Rule};
use crate::finding::{Finding, Severity, Words};
use crate::layout::Signature;

pub(super) const RULE: Rule = Rule {
    code: "S016",
    name: "signature-blank",
    severity: Severity::Info,
    title: ("填报人、日期等没有填", "a signature or date is left empty"),
    docs: (
        "## 核对内容\n表的上方或下方有“填报人”“负责人”“联系电话”“填报日期”等栏的，是否已经填写。表样没有这些栏的不提示；盖章、手写签名在电子表中看不到，只作提示。\n\
         ## 为什么\n审核有疑问时要找得到填报的人；日期说明是哪一次报送。\n\
         ## 示例\n`A23`：“填报人：　　　联系电话：0931-1234567”，填报人空着。\n\
         ## 怎样改\n补填；打印后手写、盖章的，不用改。\n\
         ## 依据\n表样：表上表下的填报人、负责人、联系电话、日期。",
        "## What is checked\nWhere the form has places for 填报人, 负责人, 联系电话 or a date above or below the table: whether they are filled. A form without them is not asked for them; stamps and signatures on paper are not seen here, so this is only noted.\n\
         ## Why\nReviewers have to find whoever filled the form in, and the date tells which version it is.\n\
         ## Example\n`A23`: 填报人：　　　联系电话：0931-1234567 leaves the first one empty.\n\
         ## How to correct\nFill it in; leave it if it is signed on paper.\n\
         ## Source\nThe form: its places for names, telephone number and date.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    // Before any project is entered nothing is ready to be signed.
    let open = context.located.signatures.iter().filter(|place| !place.filled);
    if context.summary.projects.is_empty() {
        return Vec::new();
    }
    open.map(|place| finding(context, place)).collect()
}

fn finding(context: &Context<'_>, place: &Signature) -> Finding {
    let (label, cell) = (&place.label, place.cell);
    let message = Words::new(format!("“{label}”没有填"), format!("{label} is left empty"));
    let help = Words::new(
        format!("在 {cell} 填写{label}；打印后手写的不用改"),
        format!("fill in {label} at {cell}; leave it if it is written on paper"),
    );
    let text = context.workbook.value(context.located.sheet, cell).as_text();
    Finding::new(&RULE, context.place(cell, text), message, help).found(label, None).grouped(RULE.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines};

    #[test]
    fn places_left_empty_are_found() {
        let text = submission() + "填报人：　　　负责人：李四|<|<|联系电话：\n";
        assert_eq!(lines(&findings(RULE, &text)), ["Info A22 填报人", "Info D22 联系电话"]);
    }

    #[test]
    fn a_form_without_such_places_is_silent() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn an_entry_in_the_next_cell_counts() {
        let text = submission() + "填报人：|张三|日期：|2024年3月5日\n";
        assert_eq!(findings(RULE, &text), []);
        let open = submission() + "填报人：|张三|日期：|   年  月  日\n";
        assert_eq!(lines(&findings(RULE, &open)), ["Info C22 日期"]);
    }
}
