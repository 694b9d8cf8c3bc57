//! Wrong inputs and targets: each has its message, its exit code, and leaves nothing behind.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use crate::support::{Desk, compound, edited, inputs, run, run_unprivileged, submission};

fn fill(args: &[&Path]) -> crate::support::Ran {
    let mut line: Vec<OsString> = vec!["fill".into()];
    line.extend(args.iter().map(|arg| arg.as_os_str().to_owned()));
    run(line)
}

/// A container with one part.
fn zipped(part: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// What is no workbook is named, with what to do, and nothing is written.
#[test]
fn what_is_no_workbook_is_said() {
    let encrypted = compound("EncryptedPackage", &[0; 5_000]);
    let whole = inputs();
    let half = &whole[..whole.len() / 2];
    let cases: [(&str, &[u8], &str, &str); 15] = [
        ("图片.xlsx", b"\x89PNG\r\n\x1a\n", "图片", "a picture"),
        ("空.xlsx", b"", "空的", "empty"),
        ("半截.xlsx", half, "不完整", "cut off"),
        ("加密.xlsx", &encrypted, "密码", "password"),
        ("通知.csv", "请于十月底前报送。\n".as_bytes(), "不成表格的文本", "text"),
        ("网页.xls", b"<html><table><tr><td>1</td></tr></table></html>", "网页", "an HTML page"),
        ("扫描.pdf", b"%PDF-1.7\n", "PDF", "a PDF document"),
        ("打包.rar", b"Rar!\x1A\x07\x00", "解压", "unpack"),
        ("打包.7z", b"7z\xBC\xAF\x27\x1C\x00\x04", "解压", "unpack"),
        ("打包.zip", &zipped("表.txt"), "解压", "unpack"),
        ("报告.docx", &zipped("word/document.xml"), "不完整", "cut off"),
        ("报告.doc", &compound("WordDocument", &[0; 5_000]), "另存为 .docx", "save it as .docx"),
        (
            "错列.csv",
            "序号,项目名称,预算数\n1,防汛,1,234.5\n2,抗旱,3\n".as_bytes(),
            "第 2 行有 4 格",
            "row 2 has 4 cells",
        ),
        ("公文.ofd", &zipped("OFD.xml"), "OFD", "OFD"),
        ("老表.xls", b"\x09\x04\x06\x00\x00\x04\x10\x00", "Excel 4", "Excel 4"),
    ];
    for (name, bytes, zh, en) in cases {
        let desk = Desk::new();
        let path = desk.put(name, bytes);
        for (command, lang, words) in [("fill", "zh", zh), ("check", "en", en)] {
            let ran = run([command.into(), path.clone().into_os_string(), "--lang".into(), lang.into()]);
            assert_eq!(ran.exit, 3, "{name}: {}", ran.err);
            assert!(ran.err.contains(words) && ran.err.contains('→'), "{name}: {}", ran.err);
            assert_eq!(ran.out, "", "{name}");
        }
        assert_eq!(desk.files(), [name]);
    }
}

#[test]
fn a_missing_file_is_said() {
    let desk = Desk::new();
    let ran = fill(&[&desk.path("没有.xlsx")]);
    assert_eq!(ran.exit, 3);
    assert!(ran.err.contains("没有这个文件"), "{}", ran.err);
}

/// A form whose heading lacks a column is not filled; `check` finds S001 and ends with 1.
#[test]
fn a_missing_column_is_named_with_the_nearest_heading() {
    let desk = Desk::new();
    let path = desk.put("缺列.xlsx", &edited(&[("H5", "其他说明")]));
    let ran = fill(&[&path]);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("全年执行数") && ran.err.contains("附表!"), "{}", ran.err);
    let ran = run(["check".into(), path.into_os_string()]);
    assert_eq!(ran.exit, 1);
    assert!(ran.out.starts_with("改后再报") && ran.out.contains("[S001]"), "{}", ran.out);
    assert_eq!(desk.files(), ["缺列.xlsx"]);
}

#[test]
fn an_output_that_exists_stays_without_force() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let old = desk.put("表-已填.xlsx", b"old");
    let ran = fill(&[&path]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("已存在") && ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(fs::read(&old).unwrap(), b"old");
    assert_eq!(desk.files(), ["表-已填.xlsx", "表.xlsx"]);
    let ran = run(["fill".into(), path.into_os_string(), "--force".into()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_ne!(fs::read(&old).unwrap(), b"old");
}

#[test]
fn a_read_only_output_stays_even_with_force() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let old = desk.put("只读.xlsx", b"old");
    let mut permissions = fs::metadata(&old).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&old, permissions).unwrap();
    let ran = run([
        "fill".into(),
        path.into_os_string(),
        "-o".into(),
        old.clone().into_os_string(),
        OsString::from("--force"),
    ]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("只读"), "{}", ran.err);
    assert_eq!(fs::read(&old).unwrap(), b"old");
    assert_eq!(desk.files(), ["只读.xlsx", "表.xlsx"]);
}

/// The system's own refusals, each with its words and exit code; nothing is left behind.
#[cfg(unix)]
#[test]
fn what_the_system_forbids_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let locked = desk.put("锁/表.xlsx", &inputs());
    let secret = desk.put("密.xlsx", &inputs());
    let closed = desk.put("关/表.xlsx", &inputs());
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&path, 0o644);
    mode(&locked, 0o644);
    mode(&secret, 0o000);
    mode(locked.parent().unwrap(), 0o555);
    mode(closed.parent().unwrap(), 0o000);
    let out = desk.path("锁/出.xlsx");
    let cases: [(&[&OsStr], u8, &str); 5] = [
        (&["fill".as_ref(), path.as_ref(), "-o".as_ref(), out.as_ref()], 4, "没有写入权限"),
        (&["fill".as_ref(), locked.as_ref()], 4, "没有写入权限"),
        (&["fill".as_ref(), secret.as_ref()], 3, "没有读取权限"),
        (&["check".as_ref(), closed.as_ref()], 3, "没有读取权限"),
        (&["check".as_ref(), closed.parent().unwrap().as_ref()], 3, "没有读取权限"),
    ];
    for (args, exit, words) in cases {
        let ran = run_unprivileged(&desk, args);
        assert_eq!(ran.exit, exit, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(words) && ran.err.contains('→'), "{args:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{args:?}");
    }
    mode(closed.parent().unwrap(), 0o755);
    assert_eq!(desk.files(), ["关/表.xlsx", "密.xlsx", "表.xlsx", "锁/表.xlsx"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let ran = fill(&[&path, "-o".as_ref(), "/dev/full".as_ref(), "--force".as_ref()]);
    assert_eq!(ran.exit, 4, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("磁盘已满") && ran.err.contains('→'), "{}", ran.err);
    assert_eq!(desk.files(), ["表.xlsx"]);
}

#[test]
fn a_folder_where_a_file_belongs_is_said() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let ran = fill(&[&path, "-o".as_ref(), desk.folder()]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("文件夹"), "{}", ran.err);
    let empty = desk.path("空");
    fs::create_dir(&empty).unwrap();
    let ran = fill(&[&empty]);
    assert_eq!(ran.exit, 3);
    assert!(ran.err.contains("没有可以处理的表格文件"), "{}", ran.err);
    let ran = fill(&[&path, "-o".as_ref(), &desk.path("没有/表.xlsx")]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("不存在"), "{}", ran.err);
    assert_eq!(desk.files(), ["表.xlsx"]);
}

#[test]
fn the_input_is_no_output_unless_asked_for() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let same = path.clone().into_os_string();
    let ran = run(["fill".into(), same.clone(), "-o".into(), same.clone(), "--force".into()]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("--in-place"), "{}", ran.err);
    assert_eq!(fs::read(&path).unwrap(), inputs());
    let ran = run(["fill".into(), same, "--in-place".into()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_ne!(fs::read(&path).unwrap(), inputs());
    assert_eq!(desk.files(), ["表.xlsx"]);
}

#[test]
fn an_owner_file_is_a_note_beside_the_input_and_an_error_beside_the_output() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    desk.put("~$表.xlsx", b"");
    let ran = fill(&[&path, "-o".as_ref(), &desk.path("a.xlsx")]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.err.contains("未保存的改动看不到"), "{}", ran.err);
    desk.put(".~lock.b.xlsx#", b"");
    let ran = fill(&[&path, "-o".as_ref(), &desk.path("b.xlsx")]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("正在别处打开"), "{}", ran.err);
    assert!(!desk.path("b.xlsx").exists());
}

#[test]
fn usage_errors_end_with_2_in_the_language_asked_for() {
    let cases: [(&[&str], &str); 5] = [
        (&["fill", "--no-such-flag", "a.xlsx"], "没有选项 --no-such-flag"),
        (&["fill"], "没有给出要处理的文件"),
        (&["check", "a.xlsx", "--format", "xml"], "不能取 xml"),
        (&["check", "a.xlsx", "--select", "Z9"], "没有这条规则"),
        (&["explain", "Z999"], "没有这条规则"),
    ];
    for (args, words) in cases {
        let ran = run(args.iter().copied());
        assert_eq!(ran.exit, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    }
    let ran = run(["fill", "--lang", "en", "--no-such-flag", "a.xlsx"]);
    assert!(ran.err.contains("unexpected argument"), "{}", ran.err);
}

#[test]
fn blanks_and_chinese_characters_in_a_path_work() {
    let desk = Desk::new();
    let path = desk.put("2023 年度 自评/中川镇 汇总表（终稿）.xlsx", &submission());
    let ran = fill(&[&path]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let name = "2023 年度 自评/中川镇 汇总表（终稿）";
    assert_eq!(desk.files(), [format!("{name}-已填.xlsx"), format!("{name}.xlsx")]);
}

#[test]
fn of_two_inputs_with_one_output_name_the_second_is_refused() {
    let desk = Desk::new();
    let (a, b) = (desk.put("a/表.xlsx", &inputs()), desk.put("b/表.xlsx", &inputs()));
    let ran = fill(&[&a, &b, "-o".as_ref(), &desk.path("out")]);
    assert_eq!(ran.exit, 4);
    assert!(ran.err.contains("另一个输入的输出也是这个文件"), "{}", ran.err);
    assert_eq!(desk.files(), ["a/表.xlsx", "b/表.xlsx", "out/表-已填.xlsx"]);
}
