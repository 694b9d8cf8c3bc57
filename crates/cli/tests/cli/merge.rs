//! Many units in one workbook: which files of a unit are taken, and that nothing is overwritten.

use std::fs;
use std::time::{Duration, SystemTime};

use jixiao_workbook::Workbook;

use crate::support::{Desk, inputs, run};

#[test]
fn of_two_files_of_a_unit_the_one_written_to_last_is_taken() {
    let desk = Desk::new();
    let (newer, older) = (desk.put("in/1 新.xlsx", &inputs()), desk.put("in/2 旧.xlsx", &inputs()));
    for (path, age) in [(&newer, 10), (&older, 3_600)] {
        let time = SystemTime::now() - Duration::from_secs(age);
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }
    let out = desk.path("合并.xlsx");
    let arg = |text: &str| text.to_owned().into();
    let folder = desk.path("in").into_os_string();
    let args = vec![arg("merge"), folder, arg("--latest"), arg("-o"), out.clone().into_os_string()];
    let ran = run(args.clone());
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("1 新.xlsx，文件修改时间较新；其余未汇总"), "{}", ran.out);
    let book = Workbook::open(fs::read(&out).unwrap()).unwrap();
    let sheet = book.sheet_named("单位汇总").unwrap();
    let shown = |cell: &str| book.value(sheet, cell.parse().unwrap()).as_text().to_owned();
    assert_eq!([shown("D5"), shown("D6"), shown("D7"), shown("K6")], ["14", "", "14", "未汇总"]);
    // What stands at the output stays unless it may be replaced.
    let before = fs::read(&out).unwrap();
    assert_eq!(run(args).exit, 4);
    assert_eq!(fs::read(&out).unwrap(), before);
}

#[test]
fn an_output_that_is_an_input_is_refused_and_one_that_lies_among_them_is_not_read() {
    let desk = Desk::new();
    let input = desk.put("in/1.xlsx", &inputs());
    let named = |from: &std::path::Path, to: &std::path::Path| {
        let flags = ["merge", "--force", "-o"].map(Into::into);
        let [merge, force, output] = flags;
        run(vec![merge, from.as_os_str().to_owned(), force, output, to.as_os_str().to_owned()])
    };
    for from in [&input, &desk.path("in")] {
        assert_eq!(named(from, &input).exit, 4);
    }
    assert_eq!(fs::read(&input).unwrap(), inputs());
    let out = desk.path("in/合并.xlsx");
    for _ in 0..2 {
        let ran = named(&desk.path("in"), &out);
        assert_eq!(ran.exit, 0, "{}", ran.err);
        assert!(ran.out.starts_with("汇总 1 张表、14 个项目"), "{}", ran.out);
    }
}

#[test]
fn convert_with_merge_does_the_same() {
    let desk = Desk::new();
    desk.put("一/甲.xlsx", &inputs());
    desk.put("一/乙.xlsx", &inputs());
    let folder = desk.path("一");
    let told = |command: &[&str], name: &str| {
        let output = desk.path(name);
        let mut args: Vec<std::ffi::OsString> = command.iter().map(Into::into).collect();
        args.extend([folder.clone().into(), "-o".into(), output.clone().into()]);
        let ran = run(args);
        assert_eq!((ran.exit, output.exists()), (0, true), "{}", ran.err);
        ran.out.replace(name, "")
    };
    assert_eq!(
        told(&["convert", "--merge", "--latest"], "并.xlsx"),
        told(&["merge", "--latest"], "汇总.xlsx")
    );
}
