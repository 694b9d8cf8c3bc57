//! What a container must be to be read, and what a rewritten one keeps.

use std::io::Write;

use super::*;

const SAMPLE: &[u8] = include_bytes!("../../../../test-data/template/official-blank.xlsx");

fn open(bytes: &[u8]) -> Result<Package, OpenError> {
    Package::open(bytes.to_vec(), &Limits::default())
}

fn refusal(bytes: &[u8]) -> String {
    open(bytes).map(|_| ()).unwrap_err().to_string()
}

/// A container of parts; the closure may set an entry's options.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn deflated(content: &[u8]) -> Deflated {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    Deflated {
        pieces: vec![encoder.finish().unwrap()],
        inflated: content.len() as u64,
        crc: crc32fast::hash(content),
    }
}

/// All bytes equal to `from` become `to`.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, from).collect();
    assert!(!places.is_empty());
    for at in places {
        out[at..at + to.len()].copy_from_slice(to);
    }
    out
}

#[test]
fn what_is_no_container_is_told_by_its_content() {
    let ole = |name: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.extend([0; 4]);
        bytes
    };
    let utf16: Vec<u8> = "\u{FEFF}a,b".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "empty"),
        (ole("EncryptedPackage"), "password"),
        (ole("Workbook"), ".xls files"),
        (ole("WordDocument"), "Word document"),
        (ole("else"), "OLE container"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"\x89PNG\r\n".to_vec(), "picture"),
        (b"\xEF\xBB\xBF \n<!DOCTYPE html><table>".to_vec(), "HTML"),
        (
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>".to_vec(),
            "2003",
        ),
        ("序号,项目名称\n1,甲\n".as_bytes().to_vec(), "text"),
        (utf16, "text"),
        (b"\x00\x01\x02\x03".to_vec(), "unknown"),
        (b"\x09\x08\x10\x00\x00\x06".to_vec(), "Excel 4"),
    ];
    for (bytes, what) in cases {
        let error = refusal(&bytes);
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
fn what_programs_would_read_differently_is_refused() {
    let good = zipped(&[("a.xml", b"first"), ("b.xml", b"second")]);
    assert!(open(&good).is_ok());
    let once = |from: &[u8], to: &[u8]| {
        let at = memchr::memmem::find(&good, from).unwrap();
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        bytes
    };
    let mut padded = good.clone();
    padded.extend([0; 16]);
    assert!(open(&padded).is_ok());
    let mut trailing = good.clone();
    trailing.extend(b"tail");
    let end = good.len() - 22;
    let mut many = good.clone();
    many[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    let mut far = good.clone();
    far[end + 16..end + 20].copy_from_slice(&[0xF0; 4]);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (replaced(&good, b"b.xml", b"a.xml"), "two entries"),
        (replaced(&good, b"b.xml", b"A.XML"), "two entries"),
        (once(b"b.xml", b"c.xml"), "another name"),
        ([b"junk".as_slice(), &good].concat(), "in front"),
        ([good.as_slice(), &good].concat(), "two archives"),
        (trailing, "behind"),
        (many, "more entries"),
        (far, "outside"),
        (good[..good.len() - 30].to_vec(), "cut off"),
        (good[..good.len() - 5].to_vec(), "cut off"),
    ];
    for (bytes, what) in cases {
        let error = refusal(&bytes);
        assert!(error.contains(what), "{what}: {error}");
    }
}

#[test]
fn content_is_checked_while_it_is_inflated() {
    let flat = vec![b' '; 3 << 20];
    let bomb = zipped(&[("a.xml", &flat), ("b.xml", b"hello")]);
    let package = open(&bomb).unwrap();
    assert!(package.read("a.xml").unwrap_err().to_string().contains("over compressed size"));
    assert_eq!(package.read("/B.xml").unwrap(), b"hello");
    assert!(package.read("c.xml").unwrap_err().to_string().contains("missing"));

    let limits =
        |part, file| Limits { part_bytes: part, file_bytes: file, ratio: 2_000, ..Limits::default() };
    let within = |limits| Package::open(bomb.clone(), &limits).unwrap();
    assert!(within(limits(1 << 20, 1 << 30)).read("a.xml").unwrap_err().to_string().contains("one part"));
    let small = within(limits(4 << 20, (3 << 20) + 2));
    assert_eq!(small.read("a.xml").unwrap().len(), flat.len());
    assert_eq!(small.read("a.xml").unwrap().len(), flat.len(), "what is read twice counts once");
    assert!(small.read("b.xml").unwrap_err().to_string().contains("all parts"));

    let stored = zipped_stored("a.xml", b"some content");
    let flipped = replaced(&stored, b"some content", b"some Content");
    assert!(open(&flipped).unwrap().read("a.xml").unwrap_err().to_string().contains("checksum"));
    let few = Limits { entries: 1, ..Limits::default() };
    assert!(Package::open(bomb, &few).unwrap_err().to_string().contains("entries"));
}

fn zipped_stored(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file(name, options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn names_are_looked_up_as_excel_does() {
    let package = open(&zipped(&[("XL\\Workbook.xml", b"x"), ("dir/", b"")])).unwrap();
    assert_eq!(package.names().collect::<Vec<_>>(), ["XL/Workbook.xml"]);
    assert_eq!(package.read("xl/workbook.xml").unwrap(), b"x");
}

#[test]
fn a_container_without_changes_is_the_same_bytes() {
    let package = open(SAMPLE).unwrap();
    assert_eq!(package.rewrite(Vec::new()).unwrap(), SAMPLE);
}

#[test]
fn a_rewritten_container_keeps_what_is_not_changed() {
    let package = open(SAMPLE).unwrap();
    let names: Vec<String> = package.names().map(str::to_owned).collect();
    let new = package
        .rewrite(vec![
            ("xl/styles.xml".to_owned(), PartChange::Replace(deflated(b"<styles/>"))),
            ("docProps/app.xml".to_owned(), PartChange::Remove),
            ("not/there.xml".to_owned(), PartChange::Remove),
            ("xl/附.xml".to_owned(), PartChange::Replace(deflated(b"<new/>"))),
        ])
        .unwrap();
    let after = open(&new).unwrap();
    let mut expected: Vec<String> =
        names.iter().filter(|name| *name != "docProps/app.xml").cloned().collect();
    expected.push("xl/附.xml".to_owned());
    assert_eq!(after.names().collect::<Vec<_>>(), expected);
    assert_eq!(after.read("xl/styles.xml").unwrap(), b"<styles/>");
    assert_eq!(after.read("xl/附.xml").unwrap(), b"<new/>");
    for name in names.iter().filter(|name| !["docProps/app.xml", "xl/styles.xml"].contains(&name.as_str())) {
        let ((_, old), (_, kept)) = (package.entry(name).unwrap(), after.entry(name).unwrap());
        assert_eq!(SAMPLE[old.offset..old.extent_end], new[kept.offset..kept.extent_end], "{name}");
        assert_eq!(after.read(name).unwrap(), package.read(name).unwrap());
    }
    let mut other = zip::ZipArchive::new(std::io::Cursor::new(&new)).unwrap();
    assert_eq!(other.len(), expected.len());
    let mut styles = String::new();
    other.by_name("xl/styles.xml").unwrap().read_to_string(&mut styles).unwrap();
    assert_eq!(styles, "<styles/>");
    let time = |bytes: &[u8]| {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
        archive.by_name("xl/styles.xml").unwrap().last_modified()
    };
    assert_eq!(time(&new), time(SAMPLE));
}

#[test]
fn long_records_are_read_and_copied() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().large_file(true);
    writer.start_file("a.xml", options).unwrap();
    writer.write_all(b"first").unwrap();
    writer.start_file("b.xml", options).unwrap();
    writer.write_all(b"second").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let package = open(&bytes).unwrap();
    let new =
        package.rewrite(vec![("a.xml".to_owned(), PartChange::Replace(deflated(b"a longer one")))]).unwrap();
    let after = open(&new).unwrap();
    assert_eq!(after.read("a.xml").unwrap(), b"a longer one");
    assert_eq!(after.read("b.xml").unwrap(), b"second");
}
