//! What kinds of files are called in Chinese, and what to do with those that are not read.

/// What to do with a file that Excel opens.
pub(super) const SAVE_AS: (&str, &str) =
    ("用 Excel 或 WPS 打开，另存为 .xlsx 再试", "open it in Excel or WPS, save it as .xlsx, and run again");
/// What to do with a file that Excel does not open.
const ANOTHER: (&str, &str) = (
    "把汇总表放进 Excel 或 WPS，存为 .xlsx 再试",
    "put the table into Excel or WPS, save it as .xlsx, and run again",
);

/// What a file is, as the reader names it, in Chinese.
const KINDS: &[(&str, &str)] = &[
    ("a PDF document", "PDF 文档"),
    ("a picture", "图片"),
    ("a RAR archive", "RAR 压缩包"),
    ("a 7z archive", "7z 压缩包"),
    ("a gzip archive", "gzip 压缩包"),
    ("a bzip2 archive", "bzip2 压缩包"),
    ("an xz archive", "xz 压缩包"),
    ("a tar archive", "tar 归档"),
    ("a picture or a film", "图片或视频"),
    ("an e-mail message (.msg)", "邮件（.msg）"),
    ("an RTF document", "RTF 文档"),
    ("a web archive", "网页存档"),
    ("a database", "数据库文件"),
    ("a Parquet file", "Parquet 文件"),
    ("one piece of an archive in several files", "分卷压缩包的一部分"),
    ("a SYLK table", "SYLK 表格"),
    ("a Word document (.doc)", "Word 文档（.doc）"),
    ("a presentation (.ppt)", "演示文稿（.ppt）"),
    ("a presentation (.pptx)", "演示文稿（.pptx）"),
    ("a drawing (.vsdx)", "绘图文件（.vsdx）"),
    ("an OFD document", "OFD 文档"),
    ("an OLE container without a workbook", "不含表格的旧版 Office 文件"),
    ("an OpenDocument file without a table sheet", "不含表格的 OpenDocument 文件"),
    ("a zip archive without a workbook", "压缩包，里面没有表格"),
    ("of an unknown kind", "无法识别的数据"),
    ("an HTML page", "网页（HTML）"),
    ("an XML spreadsheet of Excel 2003", "Excel 2003 的 XML 表格"),
    ("a flat OpenDocument file", "单文件 OpenDocument"),
    ("XML text", "XML 文本"),
    ("JSON text", "JSON 文本"),
    ("blank text", "空白文本"),
    ("text", "不成表格的文本"),
    (".xls", ".xls/.et 文件（旧版 Excel 或 WPS 表格）"),
    (".xls (Excel 4 or older)", "Excel 4 或更早的 .xls 文件"),
    (".xlsb", ".xlsb 文件（二进制 Excel）"),
    (".ods", ".ods 文件（OpenDocument 表格）"),
    (".csv", ".csv 或 .tsv 文本表格"),
    (".docx", "Word 文档（.docx）"),
    (".txt", "文本文档（.txt）"),
    (".numbers", ".numbers 文件（Mac 表格）"),
];

/// The kind as it follows a Chinese word: Latin letters stand apart from it.
pub(super) fn kind_zh(kind: &str) -> String {
    let words = KINDS.iter().find(|(en, _)| *en == kind).map_or(kind, |(_, zh)| zh);
    let apart = words.starts_with(|c: char| c.is_ascii());
    format!("{}{words}", if apart { " " } else { "" })
}

/// What to do about a file that is no workbook, by what it is.
pub(super) fn instead(kind: &str) -> (&'static str, &'static str) {
    let is_one_of = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if is_one_of(&["SYLK", "HTML", "XML spreadsheet", "OpenDocument", "web archive"]) {
        SAVE_AS
    } else if is_one_of(&["Word document"]) {
        ("在 Word 或 WPS 中另存为 .docx 再试", "save it as .docx in Word or WPS, and run again")
    } else if is_one_of(&["JSON"]) {
        (
            "extract 写出的 JSON 先用 `jixiao convert` 填成表；其他的请对方发送表格文件（.xlsx）",
            "turn JSON of extract into a form with `jixiao convert`; for other JSON ask for the spreadsheet (.xlsx)",
        )
    } else if is_one_of(&["archive"]) {
        ("先解压，再处理里面的表格文件", "unpack it, and run on the spreadsheet inside")
    } else if is_one_of(&["PDF", "picture", "OFD"]) {
        ("请对方发送填表用的表格文件（.xlsx）", "ask for the spreadsheet it was made from (.xlsx)")
    } else {
        ANOTHER
    }
}
