//! Every help text and every usage error in both languages. The list below is the one place; the derived
//! command takes its words from there, and a test holds that no flag is without them.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Command, CommandFactory, FromArgMatches};
use jixiao_render::Lang;

use crate::args::{Command as Chosen, Common, Language, Line};
use crate::failure::Exit;

/// Texts by command; the empty name is the program itself.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "",
        "填报、核对《项目支出绩效自评结果汇总表》",
        "Fills and checks the performance self-evaluation summary form (项目支出绩效自评结果汇总表)",
    ),
    (
        "fill",
        "补全表中由公式计算的单元格，并核对结果",
        "Completes the computed cells of a form and checks the result",
    ),
    ("check", "核对表中各项数字，列出问题和改法", "Checks every figure of a form and says what to correct"),
    (
        "merge",
        "把多个单位的汇总表合成一个工作簿：项目明细、单位汇总、核对结果、图表",
        "Puts the forms of many units into one workbook: projects, units, findings, charts",
    ),
    (
        "clean",
        "去掉 check --format xlsx 加上的底色、批注和核对结果表",
        "Takes off the fills, comments and list that check --format xlsx added",
    ),
    (
        "convert",
        "把任何格式的报送表转换成规定的表样，或转换到自己的表样里",
        "Turns a submission of any format into the official form, or into a form of your own",
    ),
    (
        "extract",
        "读出表中内容，写成 JSON 或 CSV，供其他程序使用",
        "Writes what the tables hold as JSON or CSV, for other programs",
    ),
    ("template", "生成一张带公式的空白汇总表", "Writes a blank official form with live formulas"),
    ("explain", "说明一条核对规则", "Explains one rule"),
    ("rules", "列出全部核对规则", "Lists every rule"),
    (
        "profile",
        "地方口径：列出内置的、输出全部内容、检查口径文件",
        "Profiles: lists those built in, prints the whole of one, checks a file",
    ),
    ("profile list", "列出内置口径", "Lists the built-in profiles"),
    (
        "profile show",
        "输出一份口径的全部内容（TOML），可以存成文件再改",
        "Prints the whole of a profile as TOML, to be saved and edited",
    ),
    (
        "profile check",
        "检查口径文件：有错的指出行和项，没错的列出与基础口径的不同",
        "Checks a profile: names line and key of what is wrong, else lists what differs from its base",
    ),
    (
        "schema",
        "输出 JSON 结果的结构定义（JSON Schema）",
        "Prints the JSON Schema of what is written as JSON",
    ),
];

/// Texts by argument; where one command's differs it is listed as `command.argument`.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "lang",
        "输出语言 zh（中文）或 en（英文），默认随系统；JSON 默认中文",
        "Language of the output, zh or en; the system's unless given (JSON: zh)",
    ),
    ("quiet", "只报告错误", "Print errors only"),
    ("help", "显示帮助", "Print help"),
    ("version", "显示版本", "Print the version"),
    ("inputs", "文件、文件夹或通配符；- 为标准输入", "Files, folders or globs; - is standard input"),
    (
        "files_from",
        "从文件（- 为标准输入）逐行读取要处理的文件名",
        "Read the names of the inputs from a file, one a line (- is standard input)",
    ),
    (
        "jobs",
        "同时处理的文件数，默认为处理器核数",
        "How many files are worked on at once; the number of cores unless given",
    ),
    (
        "profile",
        "地方口径：内置名称（见 profile list）或 TOML 文件；不指定时用输入旁边的 jixiao.toml",
        "Profile: a built-in name (see profile list) or a TOML file; a jixiao.toml beside the input unless given",
    ),
    (
        "extract.format",
        "输出格式：json（默认，每个数带单元格和原文），或 csv（每个项目一行，可用 Excel 打开）",
        "Format: json (default; every figure with its cell and text) or csv (a row a project, opens in Excel)",
    ),
    (
        "extract.output",
        "输出文件，多个输入也写入这一个文件；- 为标准输出（默认）",
        "Output file, one for all inputs; - is standard output (default)",
    ),
    (
        "template.profile",
        "按哪个地方口径列资金明细列：内置名称（如 sichuan）或 TOML 文件",
        "Profile whose fund columns the form has: a built-in name (such as sichuan) or a TOML file",
    ),
    (
        "weights",
        "合计得分的权重：budget 按全年预算数（默认），executed 按全年执行数",
        "Weights of the total score: budget (default) or executed",
    ),
    (
        "sheet",
        "只看这张工作表（名称或序号）；文档里是第几张表格",
        "Look at this sheet only, by name or number; in a document, at this table",
    ),
    ("table", "取找到的第几张汇总表", "Take the summary table of this number among those found"),
    (
        "map",
        "对照文件（TOML）：写明认不出的列标题、金额单位和行",
        "A mapping (TOML): the meaning of labels that are not recognised, units, rows",
    ),
    (
        "max_part_size",
        "文件内单个部件解压后的最大字节数，默认 512M",
        "Most bytes that one part of a file may unpack to, 512M unless given",
    ),
    (
        "max_size",
        "整个文件解压后的最大字节数，默认 1G",
        "Most bytes that a whole file may unpack to, 1G unless given",
    ),
    (
        "max_cells",
        "单个工作表的最大单元格数，默认 5000000",
        "Most cells that one sheet may store, 5000000 unless given",
    ),
    (
        "output",
        "输出文件；多个输入时为文件夹；- 为标准输出",
        "Output file; a folder with several inputs; - is standard output",
    ),
    ("merge.output", "汇总工作簿；- 为标准输出", "The consolidated workbook; - is standard output"),
    (
        "latest",
        "同一单位有多个文件时只取最新的：先看年度，再看文件修改时间",
        "Of several files of one unit take the newest only: by year, then by when the file was written to",
    ),
    ("template.output", "输出文件；- 为标准输出", "Output file; - is standard output"),
    ("force", "允许覆盖已有的输出文件", "Replace an output that exists"),
    (
        "fill.force",
        "允许覆盖已有的输出文件；允许改动带数字签名的文件（签名随之失效）",
        "Replace an output that exists; edit a signed workbook (its signature no longer holds)",
    ),
    (
        "check.force",
        "允许覆盖已有的输出文件；允许标记、修正带数字签名的文件（签名随之失效）",
        "Replace an output that exists; mark or fix a signed workbook (its signature no longer holds)",
    ),
    (
        "clean.force",
        "允许覆盖已有的输出文件；允许改动带数字签名的文件（签名随之失效）",
        "Replace an output that exists; edit a signed workbook (its signature no longer holds)",
    ),
    (
        "convert.force",
        "允许覆盖已有的输出文件；允许改动带数字签名或含有不认识内容的表样",
        "Replace an output that exists; edit a form that is signed or holds parts that are not known",
    ),
    (
        "into",
        "写入自己的表样（.xlsx、.xlsm，不含项目）：行数不够时插入，图片、签章、打印设置原样保留",
        "Write into a form of your own (.xlsx, .xlsm, without projects): rows are added as needed, all else stays",
    ),
    (
        "suggest_map",
        "不转换，按最接近的表头写出对照文件，改好后用 --map 指定",
        "Instead, write a mapping from the nearest labels, to be corrected and named with --map",
    ),
    (
        "provenance",
        "每个数的来源：file 另存为工作簿（默认），sheet 放进结果里的工作表，none 不写",
        "Where every figure comes from: file, a workbook beside the result (default), sheet, a sheet of the result, or none",
    ),
    (
        "comments",
        "原表数字与公式结果不同的，用批注保留原数",
        "Keep published figures that change as comments at their cells",
    ),
    (
        "merge",
        "不逐个输出，而把全部输入汇总成 -o 指定的一个工作簿，与 merge 命令相同",
        "Put all inputs into one workbook, named by -o, as the command merge does",
    ),
    ("trim", "去掉表样里多余的项目行", "Take project rows out that are not needed"),
    ("in_place", "直接改写输入文件", "Write the result over the input"),
    (
        "recompute",
        "把手工填写的计算单元格也换成公式，并列出变化",
        "Put formulas into computed cells that hold typed numbers, too, and list what changes",
    ),
    (
        "fix",
        "先做不改变填报数的修正，如文本转为数字",
        "First make the fixes that change no declared figure, such as text to numbers",
    ),
    (
        "check.fix",
        "先做不改变填报数的修正，写入新文件，再核对该文件",
        "First make the fixes that change no declared figure, into a new file, and check that",
    ),
    (
        "strict",
        "有单元格只能留空或结果有必须修改的问题时，退出码为 1",
        "Exit with 1 when a cell had to stay blank or the result has an error",
    ),
    ("all", "同时列出提示和全部涉及的行", "Show infos and every row concerned, too"),
    (
        "format",
        "输出格式：text、json、jsonl（每个文件一行）、html（可打印的网页，写成文件），或 xlsx（在原表上标出问题的工作簿）",
        "Format of the report: text, json, jsonl (one file a line), html (a page to print, written to a file), or xlsx (the workbook with the findings marked in it)",
    ),
    ("rules.format", "输出格式：text 或 json", "Format of the list: text or json"),
    ("profile list.format", "输出格式：text 或 json", "Format of the list: text or json"),
    ("named", "内置口径的名称，或 TOML 文件", "Name of a built-in profile, or a TOML file"),
    (
        "form",
        "制发的表样，核对表头、表注和公式有没有改动",
        "The form as it was issued: tells what was altered in heading, note and formulas",
    ),
    (
        "prior",
        "本单位上年的汇总表，核对上年结转资金",
        "The unit's summary of last year, to compare the funds carried over",
    ),
    (
        "select",
        "只按这些规则报告和修正，逗号分隔，可写字母类别（A,W001）",
        "Report, and fix, by these rules only, parted by commas; a letter stands for its class (A,W001)",
    ),
    ("ignore", "不按这些规则报告和修正，逗号分隔", "Leave these rules out, of fixes, too, parted by commas"),
    (
        "fail_on",
        "有该级别及以上的问题时退出码为 1：error（默认）、warning、info、never",
        "Exit with 1 on findings of this level or above: error (default), warning, info, never",
    ),
    ("rows", "项目行数，默认 14", "Number of project rows, 14 unless given"),
    ("year", "标题中的年度", "Year of the title"),
    ("unit", "标题中的单位名称", "Unit's name in the title"),
    ("protect", "锁定计算单元格（不设密码）", "Lock computed cells (without a password)"),
    (
        "subject",
        "哪种 JSON：check（默认）、rules、profiles 或 summary",
        "Which JSON is described: check (default), rules, profiles or summary",
    ),
    ("code", "规则编号，如 A004", "Code of the rule, such as A004"),
];

/// Usage lines by command.
const USAGE: &[(&str, &str, &str)] = &[
    ("", "jixiao <命令> [选项]", "jixiao <COMMAND> [OPTIONS]"),
    ("fill", "jixiao fill [选项] IN… [-o OUT]", "jixiao fill [OPTIONS] IN... [-o OUT]"),
    ("check", "jixiao check [选项] IN…", "jixiao check [OPTIONS] IN..."),
    ("merge", "jixiao merge [选项] IN… -o OUT", "jixiao merge [OPTIONS] IN... -o OUT"),
    ("clean", "jixiao clean [选项] IN… [-o OUT]", "jixiao clean [OPTIONS] IN... [-o OUT]"),
    ("convert", "jixiao convert [选项] IN… [-o OUT]", "jixiao convert [OPTIONS] IN... [-o OUT]"),
    ("template", "jixiao template [选项] -o OUT", "jixiao template [OPTIONS] -o OUT"),
    ("explain", "jixiao explain CODE", "jixiao explain CODE"),
    ("rules", "jixiao rules [选项]", "jixiao rules [OPTIONS]"),
    ("profile", "jixiao profile <命令>", "jixiao profile <COMMAND>"),
    ("profile list", "jixiao profile list [选项]", "jixiao profile list [OPTIONS]"),
    ("profile show", "jixiao profile show NAME|FILE", "jixiao profile show NAME|FILE"),
    ("profile check", "jixiao profile check NAME|FILE", "jixiao profile check NAME|FILE"),
    (
        "schema",
        "jixiao schema [check|rules|profiles|summary]",
        "jixiao schema [check|rules|profiles|summary]",
    ),
    ("extract", "jixiao extract [选项] IN… [-o OUT]", "jixiao extract [OPTIONS] IN... [-o OUT]"),
];

fn text(list: &[(&str, &'static str, &'static str)], key: &str, lang: Lang) -> Option<&'static str> {
    list.iter().find(|(name, _, _)| *name == key).map(|(_, zh, en)| lang.of(*zh, *en))
}

/// Parsing ended early: help and version (exit 0), or a usage error (exit 2).
pub(crate) struct Stop {
    pub(crate) text: String,
    pub(crate) exit: Exit,
}

/// The language asked for on the command line, else the system's. A system that names none is taken for
/// Chinese, the language of the form.
pub(crate) fn language(args: &[OsString]) -> Lang {
    let given = args.iter().enumerate().find_map(|(index, arg)| {
        let arg = arg.to_str()?;
        match arg.strip_prefix("--lang") {
            Some("") => args.get(index + 1)?.to_str(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        }
    });
    match given {
        Some("zh") => Lang::Zh,
        Some("en") => Lang::En,
        _ => system(sys_locale::get_locale().as_deref()),
    }
}

fn system(locale: Option<&str>) -> Lang {
    let language = locale.map(|locale| locale.split(['-', '_', '.']).next().unwrap_or(""));
    match language {
        None | Some("" | "zh" | "C" | "c" | "POSIX") => Lang::Zh,
        Some(_) => Lang::En,
    }
}

/// The parsed command line. The flags of all commands, and their words, are only made where they are needed.
pub(crate) fn parse(args: &[OsString], lang: Lang) -> Result<Line, Stop> {
    let alone = match args.get(1).and_then(|name| name.to_str()) {
        Some("fill") => alone(args, Chosen::Fill),
        Some("check") => alone(args, Chosen::Check),
        _ => None,
    };
    let by = |command: Command| {
        command.try_get_matches_from(args).and_then(|found| Line::from_arg_matches(&found))
    };
    alone.map_or_else(|| by(command(lang)).map_err(|error| stop(&error, lang)), Ok)
}

/// A line by the flags of one command; none where these do not fit.
fn alone<T: Args>(args: &[OsString], chosen: impl FnOnce(T) -> Chosen) -> Option<Line> {
    let command = Common::augment_args(T::augment_args(Command::new(env!("CARGO_PKG_NAME"))));
    let command =
        command.version(env!("CARGO_PKG_VERSION")).disable_help_flag(true).disable_version_flag(true);
    let found = command.try_get_matches_from(args.get(1..)?).ok()?;
    let given = T::from_arg_matches(&found).ok()?;
    Some(Line { command: chosen(given), common: Common::from_arg_matches(&found).ok()? })
}

/// The language given as a flag, for output that does not follow the system.
pub(crate) fn chosen(lang: Option<Language>) -> Option<Lang> {
    lang.map(|lang| match lang {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    })
}

/// The derived command with its words.
pub(crate) fn command(lang: Lang) -> Command {
    let mut line = dress(Line::command(), "", lang)
        .subcommand_help_heading(lang.of("命令", "Commands"))
        .help_template(lang.of(
        "{about}\n\n用法：{usage}\n\n{all-args}\n\n`jixiao <命令> --help` 查看每个命令的选项。\n",
        "{about}\n\nUsage: {usage}\n\n{all-args}\n\n`jixiao <COMMAND> --help` shows a command's options.\n",
    ));
    for name in names(&line) {
        line = line.mut_subcommand(&name, |sub| page(sub, &name, lang));
    }
    line
}

fn names(command: &Command) -> Vec<String> {
    command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect()
}

/// A command's help, with those of its own commands; `path` is its name behind those above it.
fn page(command: Command, path: &str, lang: Lang) -> Command {
    let mut command =
        dress(command, path, lang).subcommand_help_heading(lang.of("命令", "Commands")).help_template(
            lang.of("{about}\n\n用法：{usage}\n\n{all-args}\n", "{about}\n\nUsage: {usage}\n\n{all-args}\n"),
        );
    for name in names(&command) {
        command = command.mut_subcommand(&name, |sub| page(sub, &format!("{path} {name}"), lang));
    }
    command
}

/// Options that stand behind a command's own.
const LAST: [&str; 7] = ["max_part_size", "max_size", "max_cells", "lang", "quiet", "help", "version"];

fn dress(command: Command, name: &str, lang: Lang) -> Command {
    let about = text(COMMANDS, name, lang).unwrap_or("");
    let usage = text(USAGE, name, lang).unwrap_or("");
    command.about(about).override_usage(usage).mut_args(|arg| {
        let id = arg.get_id().as_str().to_owned();
        let own = text(ARGUMENTS, &format!("{name}.{id}"), lang);
        let heading =
            if arg.is_positional() { lang.of("参数", "Arguments") } else { lang.of("选项", "Options") };
        let arg = arg.help(own.or_else(|| text(ARGUMENTS, &id, lang)).unwrap_or("")).help_heading(heading);
        let arg = match LAST.iter().position(|last| *last == id) {
            Some(place) => arg.display_order(1_000 + place),
            None => arg,
        };
        if arg.get_action().takes_values() {
            arg.hide_possible_values(true).hide_default_value(true)
        } else {
            arg
        }
    })
}

fn stop(error: &clap::Error, lang: Lang) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Stop { text: error.render().to_string(), exit: Exit::Done }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Stop { text: error.render().to_string(), exit: Exit::Usage }
        }
        _ => Stop { text: usage_error(error, lang), exit: Exit::Usage },
    }
}

fn usage_error(error: &clap::Error, lang: Lang) -> String {
    if lang == Lang::En {
        return error.render().to_string();
    }
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let (argument, value) = (bare(&of(ContextKind::InvalidArg)), of(ContextKind::InvalidValue));
    let fact = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有选项 {argument}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument if argument == "IN" => "没有给出要处理的文件或文件夹".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::ArgumentConflict => {
            format!("{argument} 不能与 {} 同时使用", bare(&of(ContextKind::PriorArg)))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 缺少取值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("{argument} 不能取 {value}"),
        ErrorKind::TooManyValues => format!("{argument} 的取值太多：{value}"),
        _ => error.to_string().lines().next().unwrap_or("").to_owned(),
    };
    let hint = of(ContextKind::SuggestedArg) + &of(ContextKind::SuggestedSubcommand);
    let valid = of(ContextKind::ValidValue);
    let hint = match (hint.is_empty(), valid.is_empty()) {
        (false, _) => format!("是否为 {hint}？"),
        (true, false) => format!("可以取：{valid}。"),
        (true, true) => String::new(),
    };
    format!("错误：{fact}。{hint}\n`jixiao --help` 和 `jixiao <命令> --help` 说明用法。\n")
}

/// `<IN>...` and `--format <text|json>` without the names of their values.
fn bare(argument: &str) -> String {
    let words = argument.split("、").map(|one| match one.split_once(" <") {
        Some((flag, _)) => flag,
        None => one.trim_start_matches('<').trim_end_matches("...").trim_end_matches('>'),
    });
    words.collect::<Vec<_>>().join("、")
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(list) => list.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_argument_has_words_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let line = command(lang);
            line.clone().debug_assert();
            let nested = line.get_subcommands().flat_map(Command::get_subcommands);
            for sub in std::iter::once(&line).chain(line.get_subcommands()).chain(nested) {
                assert!(
                    sub.get_about().is_some_and(|about| !about.to_string().is_empty()),
                    "{}",
                    sub.get_name()
                );
                for arg in sub.get_arguments() {
                    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                    assert!(!help.is_empty(), "{} {}", sub.get_name(), arg.get_id());
                }
            }
        }
    }

    #[test]
    fn a_command_alone_reads_what_the_whole_line_reads() {
        let cases = [
            "fill a.xlsx -o b.xlsx --lang en --fix",
            "fill a b --in-place --jobs 2 -q --max-size 2G",
            "check a.xlsx --format json --fail-on warning --select A,W001",
            "check --files-from - --profile p.toml --sheet 2",
        ];
        for case in cases {
            let args: Vec<OsString> =
                std::iter::once("jixiao").chain(case.split(' ')).map(OsString::from).collect();
            let whole = Line::from_arg_matches(&Line::command().get_matches_from(&args)).unwrap();
            let line = parse(&args, Lang::Zh).ok().unwrap();
            assert_eq!(format!("{line:?}"), format!("{whole:?}"), "{case}");
        }
        for wrong in
            ["fill", "fill a -o b --in-place", "check a --format pdf", "fill a --version", "check --help"]
        {
            let args: Vec<OsString> =
                std::iter::once("jixiao").chain(wrong.split(' ')).map(OsString::from).collect();
            assert!(parse(&args, Lang::Zh).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_system_without_a_language_speaks_chinese() {
        for locale in [None, Some("C"), Some("C.UTF-8"), Some("POSIX"), Some("zh-CN")] {
            assert_eq!(system(locale), Lang::Zh, "{locale:?}");
        }
        assert_eq!(system(Some("en-US")), Lang::En);
        assert_eq!(system(Some("de-DE")), Lang::En);
    }
}
