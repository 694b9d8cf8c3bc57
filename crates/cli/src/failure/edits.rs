//! What is said of an edit that is refused, and of a form that cannot take a submission, in both languages.

use jixiao_selfeval::Words;
use jixiao_selfeval::convert::NoForm;
use jixiao_workbook::PatchError;

use super::kinds::SAVE_AS;

/// An edit that may not be made.
pub(super) fn refused(error: &PatchError) -> (Words, Words) {
    let en = error.to_string();
    let (zh, help_zh, help_en) = match error {
        PatchError::NotEditable => ("只能改写 .xlsx 和 .xlsm 文件".to_owned(), SAVE_AS.0, SAVE_AS.1),
        PatchError::Signed => (
            "文件带数字签名，改动会使签名失效".to_owned(),
            "确认可以重新签名后加 --force",
            "add --force if it can be signed anew",
        ),
        PatchError::Covered { cell, merge } => (
            format!("{cell} 在合并单元格 {merge} 之内，写不进去"),
            "取消这处合并后再试",
            "undo that merge, and run again",
        ),
        PatchError::InsideArray { cell, range } => (
            format!("{cell} 在数组公式 {range} 之内，不能单独改"),
            "把数组公式改成普通公式后再试",
            "turn the array formula into plain ones, and run again",
        ),
        PatchError::TableHeader { cell, table } => (
            format!("{cell} 是表格“{table}”的列标题"),
            "把表格转换为区域后再试",
            "turn the table into a range, and run again",
        ),
        PatchError::Encoding(part) => (format!("{part} 不是 UTF-8 编码，只能读不能改"), SAVE_AS.0, SAVE_AS.1),
        other => return moving_refused(other),
    };
    (Words::new(zh, en), Words::new(help_zh, help_en))
}

/// Why rows could not be moved, and other refusals without words of their own.
fn moving_refused(error: &PatchError) -> (Words, Words) {
    let (zh, help_zh, help_en) = match error {
        PatchError::RowsInside { range, part } => (
            format!("{range} 是透视表或表格（{part}），行不能插在中间或删去一部分"),
            "把它移到项目行以外，或转换为普通区域，再试",
            "move it away from the project rows, or turn it into a range, and run again",
        ),
        PatchError::Unmovable { part } => (
            format!("文件里有不认识的内容（{part}），插入行后无法保证它仍然正确"),
            "用 Excel 或 WPS 另存为 .xlsx 后再试；确认不影响的，加 --force",
            "save it as .xlsx in Excel or WPS and run again; if it does not matter, add --force",
        ),
        PatchError::RowsOffSheet { row } => (
            format!("插入行会把第 {row} 行挤出工作表"),
            "删除表格下方很远处的多余内容后再试",
            "delete what stands far below the table, and run again",
        ),
        other => (format!("改写被拒绝（{other}）"), SAVE_AS.0, SAVE_AS.1),
    };
    (Words::new(zh, error.to_string()), Words::new(help_zh, help_en))
}

/// A form that cannot take a submission.
pub(super) fn no_form(error: &NoForm) -> (Words, Words) {
    let (zh, help_zh, help_en) = match error {
        NoForm::Filled(count) => (
            format!("表样里已有 {count} 个项目"),
            "给出没有填项目的表样，或先清空项目行",
            "name a form without projects, or clear its project rows first",
        ),
        _ => (
            "表样的表头和合计之间没有项目行".to_owned(),
            "在表样里留一行空白项目行",
            "leave one blank project row in the form",
        ),
    };
    (Words::new(zh, error.to_string()), Words::new(help_zh, help_en))
}
