//! S011: a text still holds the form's or a draft's placeholder.

use jixiao_workbook::{CellRef, ValueRef};

use super::{Check, Context, Each, Group, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, TextReading};

pub(super) const RULE: Rule = Rule {
    code: "S011",
    name: "placeholder-left",
    severity: Severity::Error,
    title: ("有没填完的占位文字", "a placeholder was left"),
    docs: (
        "## 核对内容\n项目名称、编码、主管部门、等级、原因、备注，以及标题下方各行里，有没有“XX”“××”“某某”“待填”“（200字以内）”这类没有换掉的占位文字。标题由 S014 核对；单独一个“*”表示没有数，不算。\n\
         ## 为什么\n占位文字说明这一处没有填完，表会被退回。\n\
         ## 示例\n`K9` 备注“因XX原因未支付”。\n\
         ## 怎样改\n换成实际内容，填表提示删去。\n\
         ## 依据\n表样：各栏由单位据实填写。",
        "## What is checked\nWhether names, codes, departments, grades, reasons, remarks and the lines below the title still hold a placeholder such as XX, ××, 某某, 待填 or （200字以内）. The title is S014's; a lone * says that there is no value, and is right.\n\
         ## Why\nA placeholder says that something is unfinished; the form is sent back.\n\
         ## Example\nThe remark in `K9` says 因XX原因未支付.\n\
         ## How to correct\nPut the actual content there, and delete the form's hints.\n\
         ## Source\nThe form: each unit fills its columns with facts.",
    ),
    check: Check::Both(&[Each { spot, tell, group: Group::None }], above),
};

/// The text cells of a project.
fn texts(project: &Project) -> impl Iterator<Item = (Field, &TextReading)> {
    [
        (Field::Code, project.code.as_deref()),
        (Field::Name, Some(&project.name)),
        (Field::Supervisor, project.supervisor.as_ref()),
        (Field::Grade, project.grade.as_deref()),
        (Field::Reason, project.reason.as_deref()),
        (Field::Remark, project.remark.as_ref()),
    ]
    .into_iter()
    .filter_map(|(field, text)| Some((field, text?)))
    // A text merged over several rows is told in the first of them.
    .filter(|(_, text)| text.cell.row() == project.row)
}

fn spot(_: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    let (_, text) = texts(project).find(|(_, text)| placeholder(&text.text).is_some())?;
    Some((text.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let mut open = texts(project).filter_map(|(field, text)| Some((field, text, placeholder(&text.text)?)));
    let (field, text, sign) = open.next()?;
    let name = field.words();
    let message = Words::new(
        format!("{}里还有占位文字“{sign}”", name.zh),
        format!("the {} still holds the placeholder “{sign}”", name.en),
    );
    let others =
        open.map(|(_, text, sign)| context.related(text.cell, Words::new(sign.to_owned(), sign.to_owned())));
    let related = others.collect();
    let finding = Finding::new(&RULE, context.at_text(text), message, help(text.cell));
    Some(finding.of(field).on(project).found(&*text.text, None).with_related(related))
}

fn help(cell: CellRef) -> Words {
    Words::new(
        format!("把 {cell} 换成实际内容，填表提示删去"),
        format!("put the actual content into {cell}, and delete the form's hints"),
    )
}

/// The lines between the title and the header.
fn above(context: &Context<'_>) -> Vec<Finding> {
    let title = context.located.title.as_ref().and_then(|title| title.cell);
    let (Some(title), Ok(sheet)) = (title, context.workbook.sheet(context.located.sheet)) else {
        return Vec::new();
    };
    let rows = sheet.rows_from(title.row()).take_while(|row| row.number < context.located.header.first);
    let cells = rows.flat_map(jixiao_workbook::sheet::Row::cells).filter(|cell| cell.at != title);
    let found = cells.filter_map(|cell| match cell.value {
        ValueRef::Text(text) => Some((cell.at, text, placeholder(text)?)),
        _ => None,
    });
    let told = found.map(|(cell, text, sign)| {
        let message =
            Words::new(format!("还有占位文字“{sign}”"), format!("the placeholder “{sign}” is still there"));
        Finding::new(&RULE, context.place(cell, text), message, help(cell)).found(text, None)
    });
    told.collect()
}

/// The placeholder that a text holds.
fn placeholder(text: &str) -> Option<&str> {
    let may = |c: char| matches!(c, 'X' | 'x' | '×' | 'Ｘ' | 'ｘ' | '某' | '待' | '字');
    let mut places = text.char_indices().filter(|(_, c)| may(*c));
    places.find_map(|(at, c)| match c {
        '某' => Some("某某").filter(|sign| starts(text, at, sign)),
        '待' => to_fill(text, at),
        '字' => limit(text, at),
        c => crossed(text, at, c),
    })
}

fn starts(text: &str, at: usize, sign: &str) -> bool {
    text.get(at..).is_some_and(|from| from.starts_with(sign))
}

/// 待填, 待填写, 待填报, where no other word goes on (垃圾待填埋).
fn to_fill(text: &str, at: usize) -> Option<&str> {
    let from = text.get(at..)?;
    let behind = from.strip_prefix("待填")?;
    let word = if behind.starts_with(['写', '报', '列']) { "待填写".len() } else { "待填".len() };
    let next = from.get(word..)?.chars().next();
    next.is_none_or(|c| !c.is_alphanumeric()).then(|| from.get(..word)).flatten()
}

/// A hint in brackets about how long a text may be: （200字以内）.
fn limit(text: &str, at: usize) -> Option<&str> {
    let open = text.get(..at)?.rfind(['(', '（', '[', '【'])?;
    let from = text.get(open..)?;
    let end = from.find([')', '）', ']', '】'])?;
    let close = from.get(end..)?.chars().next()?.len_utf8();
    let hint = from.get(..end.checked_add(close)?)?;
    let counted = text.get(..at)?.ends_with(|c: char| c.is_numeric());
    let within = ["字以内", "字以下", "字左右", "字内"].iter().any(|word| starts(text, at, word));
    (counted && within && hint.len() > at - open).then_some(hint)
}

/// Two or more of the same cross that no Latin word or number goes on with.
fn crossed(text: &str, at: usize, cross: char) -> Option<&str> {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let before = text.get(..at)?.chars().next_back();
    let from = text.get(at..)?;
    let length: usize = from.chars().take_while(|c| *c == cross).map(char::len_utf8).sum();
    let behind = from.get(length..)?.chars().next();
    let twice = length >= cross.len_utf8() * 2;
    (twice && before != Some(cross) && !latin(before) && !latin(behind)).then(|| from.get(..length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    #[test]
    fn a_placeholder_in_a_row_is_found_once_with_its_other_places() {
        let text = with_row(1, "2|XX工作经费|某某局|20|20|0|0|4.4|22%|85|因××原因未支付");
        let found = findings(RULE, &text);
        assert_eq!(lines(&found), ["Error B7 XX工作经费"]);
        assert_eq!(found[0].message.zh, "项目名称里还有占位文字“XX”");
        let others: Vec<String> = found[0].related.iter().map(|place| place.cell.to_string()).collect();
        assert_eq!(others, ["C7", "K7"]);
    }

    #[test]
    fn a_line_below_the_title_is_looked_at_but_not_the_title() {
        let text = submission().replacen("序号|项目名称", "填报单位：XX局\n序号|项目名称", 1);
        assert_eq!(lines(&findings(RULE, &text)), ["Error A3 填报单位：XX局"]);
        let title = submission().replace("中川镇人民政府", "XX镇");
        assert_eq!(findings(RULE, &title), []);
    }

    #[test]
    fn the_submission_has_none() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn what_is_a_placeholder_and_what_only_looks_like_one() {
        for (text, sign) in [
            ("XX项目", Some("XX")),
            ("因xxx未完成", Some("xxx")),
            ("×××项目", Some("×××")),
            ("某某街道办", Some("某某")),
            ("待填", Some("待填")),
            ("原因待填写。", Some("待填写")),
            ("（200字以内）", Some("（200字以内）")),
            ("简要说明(不超过200字以内)", Some("(不超过200字以内)")),
            ("*", None),
            ("某单位", None),
            ("垃圾待填埋后支付", None),
            ("XXL号工作服", None),
            ("ABXX型设备", None),
            ("3×4米", None),
            ("报告字数2000字以内", None),
            ("防汛X光机", None),
        ] {
            assert_eq!(placeholder(text), sign, "{text}");
        }
    }
}
