//! Formats besides .xlsx: what each is read as, and the process that reads what could stop ours.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::support::{Desk, compound, inputs, run, run_binary, sample, submission};

/// Records of a workbook stream that calamine cannot survive, in a container without a fault.
fn killer(records: &[(u16, &[u8])]) -> Vec<u8> {
    let record = |(kind, data): &(u16, &[u8])| -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), *data].concat()
    };
    let mut stream: Vec<u8> = records.iter().flat_map(record).collect();
    stream.extend(record(&(0x00FF, &[0; 5_000])));
    compound("Workbook", &stream)
}

/// A sheet's entry that ends too early: calamine panics.
fn panics() -> Vec<u8> {
    killer(&[(0x0809, &[0, 6, 5, 0]), (0x0085, &[0, 0])])
}

/// A sheet that is said to have a hundred million rows: calamine asks for a terabyte, and the process is aborted.
fn allocates() -> Vec<u8> {
    let size = [0, 0, 0, 0, 0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 1, 0, 0];
    let begin = [0, 6, 5, 0];
    let entry = [25, 0, 0, 0, 0, 0, 1, 0, b'a'];
    killer(&[(0x0809, &begin), (0x0085, &entry), (0x000A, &[]), (0x0809, &begin), (0x0200, &size)])
}

/// The findings' lines of a report: what stands behind the table's place, without file and sheet.
fn findings(report: &str) -> Vec<&str> {
    report.lines().skip(2).take_while(|line| *line != "涉及的行").collect()
}

#[test]
fn the_same_table_has_the_same_findings_in_every_format() {
    let desk = Desk::new();
    let expected = run(["check".into(), desk.put("表.xlsx", &submission()).into_os_string(), "--all".into()]);
    let forms = [
        ("表.xls", "cases/workbook-of-excel-97/input.xls"),
        ("表.et", "cases/workbook-of-excel-97/input.xls"),
        ("改名.xlsx", "cases/workbook-of-excel-97/input.xls"),
        ("表.ods", "cases/open-document/input.ods"),
        ("改名.xls", "cases/open-document/input.ods"),
    ];
    for (name, origin) in forms {
        let path = desk.put(name, &sample(origin));
        let ran = run_binary(&["check".as_ref(), path.as_ref(), "--all".as_ref()]);
        assert_eq!(ran.exit, 1, "{name}: {}", ran.err);
        assert_eq!(findings(&ran.out), findings(&expected.out), "{name}");
    }
}

/// The findings with every row of the table so many rows higher.
fn raised(findings: &[&str], rows: u32) -> Vec<String> {
    let line = |line: &&str| {
        let mut raised = String::new();
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            raised.push(c);
            let mut digits = String::new();
            while c.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_digit) {
                digits.extend(chars.next());
            }
            // A rule's code has three digits.
            match digits.parse::<u32>() {
                Ok(row) if digits.len() < 3 => raised.push_str(&(row - rows).to_string()),
                _ => raised.push_str(&digits),
            }
        }
        raised
    };
    findings.iter().map(line).collect()
}

/// A table in a document begins with its heading: the title stands in a paragraph above.
#[test]
fn a_table_of_a_document_has_the_findings_of_the_workbook() {
    let desk = Desk::new();
    let expected = run(["check".into(), desk.put("表.xlsx", &submission()).into_os_string(), "--all".into()]);
    let expected = raised(&findings(&expected.out), 2);
    assert!(expected.iter().any(|line| line.contains("K5 交管站")), "{expected:?}");
    for (name, origin) in [
        ("报告.docx", "cases/tables-in-documents/report.docx"),
        ("报告.txt", "cases/tables-in-documents/report.txt"),
        ("改名.xlsx", "cases/tables-in-documents/report.docx"),
    ] {
        let ran = run(["check".into(), desk.put(name, &sample(origin)).into_os_string(), "--all".into()]);
        assert_eq!(ran.exit, 1, "{name}: {}", ran.err);
        let found = findings(&ran.out).into_iter().skip(1);
        let found: Vec<&str> = found.filter(|line| !line.starts_with("未核对：公式")).collect();
        assert_eq!(found, expected, "{name}");
    }
}

/// A file that stops the process which reads it is one failed file; those before and after it are checked.
#[test]
fn a_file_that_stops_its_reader_is_one_failed_file() {
    let good = sample("cases/workbook-of-excel-97/input.xls");
    let desk = Desk::new();
    for (name, bytes) in
        [("1.xls", &good), ("2.xls", &panics()), ("3.xls", &good), ("4.xls", &allocates()), ("5.xls", &good)]
    {
        desk.put(name, bytes);
    }
    for jobs in ["1", "3"] {
        let ran = run_binary(&["check".as_ref(), desk.folder().as_ref(), "--jobs".as_ref(), jobs.as_ref()]);
        assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
        let failed: Vec<&str> = ran.err.lines().collect();
        assert_eq!(failed.len(), 2, "{}", ran.err);
        for (line, name) in failed.iter().zip(["2.xls", "4.xls"]) {
            assert!(line.contains(name) && line.contains("读取中途停止") && line.contains('→'), "{line}");
        }
        assert!(ran.out.contains("共 5 个文件：改后再报 3，未能核对 2。"), "{}", ran.out);
    }
    let ran =
        run_binary(&["check".as_ref(), desk.path("2.xls").as_ref(), "--format".as_ref(), "json".as_ref()]);
    assert!(ran.out.contains("\"reader-stopped\""), "{}", ran.out);
}

/// No process is started where none is needed; where one is and cannot be, that is said.
#[test]
fn a_process_is_started_for_legacy_formats_only() {
    let desk = Desk::new();
    let with = |name: &str, bytes: &[u8]| {
        let path = desk.put(name, bytes);
        let host =
            jixiao::Host { program: Some(PathBuf::from("/no/such/program")), ..jixiao::Host::default() };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let args = ["jixiao".into(), "check".into(), path.into_os_string(), "--lang".into(), "en".into()];
        let exit = jixiao::run_on(args, &mut out, &mut err, host);
        (exit, String::from_utf8(err).unwrap())
    };
    let csv = sample("cases/text-tables/gb18030.csv");
    for (name, bytes) in
        [("a.xlsx", submission()), ("b.ods", sample("cases/open-document/input.ods")), ("c.csv", csv)]
    {
        assert_eq!(with(name, &bytes), (1, String::new()), "{name}");
    }
    let (exit, err) = with("d.xls", &sample("cases/workbook-of-excel-97/input.xls"));
    assert!(exit == 3 && err.contains("did not start"), "{err}");
    // What the container alone tells needs no process.
    let (exit, err) = with("e.xls", &compound("WordDocument", &[0; 5_000]));
    assert!(exit == 3 && err.contains("a Word document"), "{err}");
}

#[test]
fn what_can_only_be_checked_is_not_filled() {
    let desk = Desk::new();
    let forms = [
        ("表 1.xls", "cases/workbook-of-excel-97/input.xls"),
        ("表 2.ods", "cases/open-document/input.ods"),
        ("表 3.csv", "cases/text-tables/gb18030.csv"),
        ("表 4.xlsb", "cases/binary-workbook/input.xlsb"),
        ("报告 5.docx", "cases/tables-in-documents/report.docx"),
        ("报告 6.txt", "cases/tables-in-documents/report.txt"),
    ];
    for (name, origin) in forms {
        let path = desk.put(name, &sample(origin));
        let ran = run_binary(&["fill".as_ref(), path.as_ref()]);
        assert_eq!(ran.exit, 3, "{name}: {}", ran.err);
        let command = format!("`jixiao convert \"{}\"`", path.display());
        assert!(ran.err.contains("可以核对，不能直接填") && ran.err.contains(&command), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
    assert_eq!(desk.files().len(), forms.len());
}

/// A folder's files are taken by their endings, whatever case they are in.
#[test]
fn a_folder_is_searched_for_every_format() {
    let desk = Desk::new();
    desk.put("a.XLS", &sample("cases/workbook-of-excel-97/input.xls"));
    desk.put("b.et", &sample("cases/workbook-of-excel-97/input.xls"));
    desk.put("c.ods", &sample("cases/open-document/input.ods"));
    desk.put("d.csv", &sample("cases/text-tables/gb18030.csv"));
    desk.put("e.tsv", &sample("cases/text-tables/utf16.tsv"));
    desk.put("f.xlsb", &sample("cases/binary-workbook/input.xlsb"));
    desk.put("g.xlsx", &inputs());
    desk.put("h.log", b"x");
    let ran =
        run_binary(&["check".as_ref(), desk.folder().as_ref(), OsStr::new("--fail-on"), "never".as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("共 7 个文件") && ran.out.contains("其他类型的文件 1 个"), "{}", ran.out);
}
