//! What each error says and what to do about it, in both languages.

use std::io;

use jixiao_selfeval::{Finding, Words};
use jixiao_workbook::{OpenError, PatchError};

use super::kinds::{SAVE_AS, instead, kind_zh};
use super::{What, edits, profiles};
use crate::input::no_handle;

/// What is wrong, and what to do.
pub(super) fn of(what: &What) -> (Words, Words) {
    match what {
        What::Open(error) | What::Patch(PatchError::Open(error)) => open(error),
        What::Patch(error) => edits::refused(error),
        What::NoForm(error) => edits::no_form(error),
        What::NoTable(finding) => no_table(finding),
        What::NotRead(why) => (
            Words::new(format!("读不出来（{}）", why.zh), format!("could not be read ({})", why.en)),
            Words::new("确认文件完好、磁盘可读", "make sure the file and its disk can be read"),
        ),
        What::NotWritten(why) => (
            Words::new(format!("写不进去（{}）", why.zh), format!("could not be written ({})", why.en)),
            Words::new("检查磁盘空间，或用 -o 写到别处", "check the free space, or write elsewhere with -o"),
        ),
        What::CheckOnly(kind, input) => check_only(kind, input),
        What::NotMarked(kind) => not_marked(kind),
        What::ReaderSlow(seconds) => (
            Words::new(
                format!("{seconds} 秒内没有读完，已停止"),
                format!("it was not read within {seconds} seconds, and reading was stopped"),
            ),
            Words::new(AGAIN.0, AGAIN.1),
        ),
        What::NoProfile => profiles::none(),
        What::Summary(words) => (
            words.clone(),
            Words::new("按 `jixiao schema summary` 改正", "correct it by `jixiao schema summary`"),
        ),
        What::Several(count) => (
            Words::new(
                format!("里面有 {count} 份报送表，经管道只能转换一份"),
                format!("it holds {count} submissions; through a pipe one is converted"),
            ),
            Words::new(
                "先存成文件，再给出这个文件，每份各转一张表",
                "save it to a file and name that: each becomes a form of its own",
            ),
        ),
        What::NotExtracted(why) => not_extracted(why),
        What::Mapping(words) => (words.clone(), Words::new("改正对照文件", "correct the mapping")),
        What::Profile(error) => {
            (error.words(), Words::new("改正口径文件的这一行", "correct this line of the profile"))
        }
        What::Beside(file, why) => profiles::beside(file, &of(why)),
        What::Template(why) => (Words::new(format!("表生成不了（{why}）"), why.clone()), Words::default()),
        other => plain(other),
    }
}

/// An input that the summary it was named by could not read.
fn not_extracted(why: &str) -> (Words, Words) {
    let [zh, en] = if why.is_empty() {
        [String::new(), String::new()]
    } else {
        [format!("（{why}）"), format!(" ({why})")]
    };
    (
        Words::new(
            format!("写出这个 JSON 时没有读出来{zh}"),
            format!("it could not be read when this JSON was written{en}"),
        ),
        Words::new("改好原文件，再运行一次 jixiao extract", "mend the file, then run jixiao extract again"),
    )
}

/// A name as it is typed.
fn quoted(input: &str) -> String {
    if input.contains(char::is_whitespace) { format!("\"{input}\"") } else { input.to_owned() }
}

/// Adds the command that suggests a mapping to what is to be done.
pub(super) fn add_mapping(help: &mut Words, input: &str) {
    let quoted = quoted(input);
    *help = Words::new(
        format!(
            "{}；表头写法不同的，用 `jixiao convert {quoted} --suggest-map -o map.toml` 写出对照文件，改好后加 --map map.toml",
            help.zh
        ),
        format!(
            "{}; where labels differ, `jixiao convert {quoted} --suggest-map -o map.toml` writes a mapping to correct and name with --map map.toml",
            help.en
        ),
    );
}

/// A format that can be checked, not filled.
fn check_only(kind: &str, input: &str) -> (Words, Words) {
    let quoted = quoted(input);
    let fact = Words::new(
        format!("这是{}，可以核对，不能直接填", kind_zh(kind)),
        format!("{kind} files can be checked, not filled"),
    );
    let by_hand = by_hand(kind);
    let help = Words::new(
        format!("先用 `jixiao convert {quoted}` 转成 .xlsx，或{}", by_hand.zh),
        format!("turn it into .xlsx with `jixiao convert {quoted}`, or {}", by_hand.en),
    );
    (fact, help)
}

/// A format that can be checked, but whose file cannot be changed.
fn not_marked(kind: &str) -> (Words, Words) {
    let fact = Words::new(
        format!("这是{}，可以核对，不能在原表上标记或修正", kind_zh(kind)),
        format!("{kind} files can be checked, but neither marked nor fixed"),
    );
    let by_hand = by_hand(kind);
    let help = Words::new(
        format!("先{}；只要核对结果就去掉 --format xlsx、--fix", by_hand.zh),
        format!("first {}; for the findings alone leave --format xlsx and --fix out", by_hand.en),
    );
    (fact, help)
}

/// How a person makes an .xlsx of a format.
fn by_hand(kind: &str) -> Words {
    if matches!(kind, ".docx" | ".txt") {
        return Words::new(
            "把表格复制到 Excel、WPS 中存为 .xlsx",
            "copy the table into Excel or WPS and save it as .xlsx",
        );
    }
    Words::new("在 Excel、WPS 中另存为 .xlsx", "save it as .xlsx in Excel or WPS")
}

/// What the system says, in words of ours where it is common.
pub(super) fn system(error: &io::Error) -> Words {
    use io::ErrorKind as Kind;
    let zh = match error.kind() {
        Kind::StorageFull => "磁盘已满".to_owned(),
        Kind::QuotaExceeded => "超出磁盘配额".to_owned(),
        Kind::FileTooLarge => "文件太大".to_owned(),
        Kind::IsADirectory => "这是一个文件夹".to_owned(),
        Kind::NotADirectory => "路径中有一段不是文件夹".to_owned(),
        Kind::InvalidFilename => "文件名太长，或含有不允许的字符".to_owned(),
        Kind::ResourceBusy | Kind::ExecutableFileBusy => "文件正被占用".to_owned(),
        Kind::TimedOut => "等待超时".to_owned(),
        Kind::OutOfMemory => "内存不足".to_owned(),
        _ if no_handle(error) => "同时打开的文件太多".to_owned(),
        _ => error.raw_os_error().map_or("系统错误".to_owned(), |code| format!("系统错误 {code}")),
    };
    Words::new(zh, error.to_string())
}

/// The failures whose words are fixed: fact in Chinese and English, what to do in Chinese and English.
const PLAIN: &[(What, [&str; 4])] = &[
    (
        What::Consolidated,
        [
            "这是 merge 写出的汇总，不是单位的表",
            "this is what merge wrote, not a unit's form",
            "只给出各单位报来的表",
            "name the forms of the units only",
        ],
    ),
    (
        What::Missing,
        ["没有这个文件", "there is no such file", "检查路径和文件名", "check the path and the name"],
    ),
    (
        What::IsFolder,
        ["输出是一个文件夹", "the output is a folder", "用 -o 给出文件名", "name a file with -o"],
    ),
    (
        What::NoMatch,
        ["没有匹配的文件", "no file matches", "检查通配符和所在文件夹", "check the pattern and its folder"],
    ),
    (
        What::EmptyFolder,
        [
            "文件夹里没有可以处理的表格文件",
            "the folder holds no spreadsheet to work on",
            "给出表格文件，或放有表格的文件夹",
            "name a spreadsheet, or a folder that holds some",
        ],
    ),
    (
        What::Denied,
        [
            "没有读取权限",
            "no permission to read it",
            "请有权限的人开放读取，或复制一份",
            "have it made readable, or use a copy",
        ],
    ),
    (
        What::NoProjects,
        [
            "表里没有项目",
            "the table holds no project",
            "给出填了项目的表；要空白表样用 jixiao template",
            "name a table that is filled in; for a blank form use jixiao template",
        ],
    ),
    (
        What::NotText,
        [
            "不是 UTF-8 文本",
            "it is no text in UTF-8",
            "用记事本等另存为 UTF-8 编码",
            "save it as text in UTF-8",
        ],
    ),
    (
        What::ReaderStopped,
        [
            "读取中途停止：文件损坏，或读它需要太多内存",
            "reading it stopped midway: the file is damaged, or takes too much memory",
            AGAIN.0,
            AGAIN.1,
        ],
    ),
    (
        What::Changed,
        [
            "读取过程中文件被改动",
            "the file changed while it was read",
            "保存并关闭后再试一次",
            "save and close it, then run again",
        ],
    ),
    (
        What::Exists,
        [
            "输出文件已存在，没有覆盖",
            "the output exists and was not replaced",
            "换一个名字，或加 --force 覆盖",
            "choose another name, or add --force to replace it",
        ],
    ),
    (
        What::NotAFile,
        [
            "输入不是普通文件，不能直接改写",
            "the input is no plain file that could be written over",
            "用 -o 给出输出文件",
            "name an output with -o",
        ],
    ),
    (
        What::NotAFolder,
        [
            "结果有多个，输出应是文件夹，这里是文件名",
            "of several results the output is a folder; this names a file",
            "用 -o 给出文件夹",
            "name a folder with -o",
        ],
    ),
    (
        What::NoFolder,
        [
            "输出所在的文件夹不存在",
            "the folder of the output does not exist",
            "先建好文件夹，或换一个位置",
            "make the folder first, or write elsewhere",
        ],
    ),
    (
        What::ReadOnly,
        [
            "输出文件是只读的，没有改动",
            "the output is read-only and was not changed",
            "取消只读，或用 -o 写到别处",
            "make it writable, or write elsewhere with -o",
        ],
    ),
    (
        What::DeniedOutput,
        [
            "没有写入权限",
            "no permission to write there",
            "用 -o 写到有权限的文件夹",
            "write to another folder with -o",
        ],
    ),
    (
        What::OpenElsewhere,
        [
            "输出文件正在别处打开，没有改动",
            "the output is open elsewhere and was not changed",
            "关闭它再试，或用 -o 写到别处",
            "close it, or write elsewhere with -o",
        ],
    ),
    (
        What::SameAsInput,
        [
            "输出就是输入文件，没有改动",
            "the output is the input, which was not changed",
            "换一个名字；fill、clean 可加 --in-place 直接改写",
            "choose another name; fill and clean write over it with --in-place",
        ],
    ),
    (
        What::SameAsSource,
        [
            "输出就是要转换的文件或表样，没有改动",
            "the output is what is converted, or the form; neither was changed",
            "用 -o 换一个名字",
            "choose another name with -o",
        ],
    ),
    (
        What::OneInput,
        [
            "对照文件一次只为一个文件写",
            "a mapping is suggested for one input at a time",
            "只给出一个文件",
            "name one file",
        ],
    ),
    (
        What::NoLabels,
        [
            "没有一行像表头，写不出对照文件",
            "no row is like a heading; there is nothing to suggest",
            "检查是否选错了文件",
            "check that this is the right file",
        ],
    ),
    (
        What::SameOutput,
        [
            "另一个输入的输出也是这个文件",
            "another input has the same output",
            "分开处理，或先改名",
            "run them apart, or rename one",
        ],
    ),
    (
        What::PageOfFixes,
        [
            "--fix 与 --format html 不能一起用",
            "--fix cannot be used with --format html",
            "先 check --fix 写出新文件，再对新文件 check --format html",
            "write the fixed file with check --fix first, then check that with --format html",
        ],
    ),
    (
        What::Terminal,
        [
            "不能把表格文件写到终端",
            "a workbook cannot be written to a terminal",
            "用 -o 给出文件名，或重定向到文件",
            "name a file with -o, or redirect the output",
        ],
    ),
    (
        What::Rule,
        ["没有这条规则", "there is no such rule", "`jixiao rules` 列出全部规则", "`jixiao rules` lists them"],
    ),
];

fn plain(what: &What) -> (Words, Words) {
    let found = PLAIN.iter().find(|(plain, _)| plain == what);
    let [fact_zh, fact_en, help_zh, help_en] = found.map_or([""; 4], |(_, words)| *words);
    (Words::new(fact_zh, fact_en), Words::new(help_zh, help_en))
}

/// What S001 says, with its place in front.
fn no_table(finding: &Finding) -> (Words, Words) {
    let place = match (&finding.place.sheet, finding.place.cell) {
        (Some(sheet), Some(cell)) => Words::new(format!("{sheet}!{cell} 处"), format!("at {sheet}!{cell}, ")),
        _ => Words::default(),
    };
    let (zh, en) = (&finding.message.zh, &finding.message.en);
    let fact = if place.zh.is_empty() {
        finding.message.clone()
    } else {
        Words::new(
            format!("没有找到汇总表，{}{zh}", place.zh),
            format!("no summary table was found; {}{en}", place.en),
        )
    };
    (fact, finding.help.clone())
}

const AGAIN: (&str, &str) = (
    "请对方重新发送，或用 Excel、WPS 打开后另存为 .xlsx",
    "have it sent again, or open it in Excel or WPS and save it as .xlsx",
);

fn open(error: &OpenError) -> (Words, Words) {
    let en = error.to_string();
    let (zh, (help_zh, help_en)) = match error {
        OpenError::Empty => ("文件是空的（0 字节）".to_owned(), AGAIN),
        OpenError::NotAWorkbook(kind) => (format!("不是表格文件，而是{}", kind_zh(kind)), instead(kind)),
        OpenError::Unsupported(kind) => (format!("这是{}，这里读不了", kind_zh(kind)), SAVE_AS),
        OpenError::Encrypted => (
            "文件有打开密码".to_owned(),
            (
                "在 Excel 或 WPS 中取消密码后另存再试",
                "remove the password in Excel or WPS, save, and run again",
            ),
        ),
        OpenError::Truncated(_) => ("文件不完整，后半部分缺失".to_owned(), AGAIN),
        OpenError::Ambiguous(what) => {
            (format!("压缩包自相矛盾，不同软件会读出不同内容（技术细节：{what}）"), AGAIN)
        }
        OpenError::Damaged { part, what } => {
            (format!("文件已损坏：{}（技术细节：{what}）", part_zh(part)), AGAIN)
        }
        OpenError::OverLimit { part, what, limit } => {
            (format!("{} 的{}超过上限 {limit}", part_zh(part), limit_zh(what)), limit_help(what))
        }
        OpenError::Ragged { row, cells, expected } => (
            format!("第 {row} 行有 {cells} 格，表头有 {expected} 列，数字会读错列"),
            (
                "核对这一行：单元格里的分隔符要放在引号里，空白格要保留",
                "see that row: a separator inside a cell needs quotes, and a blank cell its place",
            ),
        ),
        OpenError::NoSheet(sheet) => {
            (format!("没有工作表 {sheet}"), ("检查工作表名称", "check the sheet's name"))
        }
        other => (format!("打不开（{other}）"), AGAIN),
    };
    (Words::new(zh, en), Words::new(help_zh, help_en))
}

/// What is counted against a limit, as the reader names it, in Chinese.
const LIMITS: &[(&str, &str)] = &[
    ("entries", "文件数"),
    ("inflated bytes of one part", "解压后字节数"),
    ("inflated bytes of all parts", "解压后总字节数"),
    ("inflated over compressed size", "压缩倍数"),
    ("bytes", "字节数"),
    ("memory", "内存需求"),
    ("bytes of the new file", "新文件字节数"),
    ("bytes of one token", "单段文字字节数"),
    ("bytes of one tag", "单个标记字节数"),
    ("attributes of one tag", "单个标记属性数"),
    ("namespace declarations", "命名空间声明数"),
    ("depth of nested elements", "嵌套层数"),
    ("stored cells", "单元格数"),
    ("cells between the first and the last", "首尾单元格之间的格数"),
    ("bytes of the text", "文本字节数"),
    ("shared strings", "共享文本数"),
    ("bytes of its cells' texts", "单元格文字字节数"),
];

fn limit_zh(what: &str) -> &str {
    LIMITS.iter().find(|(en, _)| *en == what).map_or(what, |(_, zh)| zh)
}

/// What to do about a limit: some are raised by a flag, the others hold for every honest file.
fn limit_help(what: &str) -> (&'static str, &'static str) {
    match what {
        "inflated bytes of one part" | "bytes of its cells' texts" => (
            "删除多余的行、列和图片；确认文件可信，也可用 --max-part-size 提高上限",
            "remove surplus rows, columns and pictures; for a file you trust --max-part-size raises the limit",
        ),
        "inflated bytes of all parts" | "bytes" => (
            "删除多余的行、列和图片；确认文件可信，也可用 --max-size 提高上限",
            "remove surplus rows, columns and pictures; for a file you trust --max-size raises the limit",
        ),
        "stored cells" | "shared strings" => (
            "删除多余的行、列；确认文件可信，也可用 --max-cells 提高上限",
            "remove surplus rows and columns; for a file you trust --max-cells raises the limit",
        ),
        "memory" => (
            "删除多余的行、列和图片，或在内存更大的电脑上处理",
            "remove surplus rows, columns and pictures, or use a computer with more memory",
        ),
        _ => ("删除多余的行、列和图片后再试", "remove surplus rows, columns and pictures, and run again"),
    }
}

/// A part of the package by its name; the package itself in Chinese.
fn part_zh(part: &str) -> &str {
    match part {
        "container" => "文件的存储结构",
        "workbook" => "工作簿",
        "text" => "文本",
        "document" => "文档",
        "file" => "文件",
        part => part,
    }
}
