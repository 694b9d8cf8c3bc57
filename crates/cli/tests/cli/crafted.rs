//! Small hostile workbooks, built part by part.

use std::io::{Read, Write};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
pub const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";
const BOOK: &str = "xl/workbook.xml";
const BOOK_RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// The parts of a workbook of one sheet, each of which may be replaced.
pub struct Book(Vec<(String, Vec<u8>)>);

impl Book {
    /// A sound workbook whose sheet holds 1 in A1.
    pub fn new() -> Self {
        let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
        let root = format!(
            "<Relationships xmlns=\"{PACKAGE}\">{}</Relationships>",
            relation("rId1", "officeDocument", BOOK)
        );
        let styles = format!(
            "<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
        );
        Self(Vec::new())
            .part("[Content_Types].xml", types)
            .part("_rels/.rels", root)
            .part("xl/styles.xml", styles)
            .sheets("<sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/>")
            .leading_to("worksheets/sheet1.xml", "")
            .strings("<si><t>first</t></si><si><t>second</t></si>")
            .rows("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>")
    }

    /// Replaces a part, or adds it.
    pub fn part(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), content.into()));
        self
    }

    /// Adds a part that is known to be new.
    pub fn and_new(mut self, name: &str, content: &[u8]) -> Self {
        self.0.push((name.to_owned(), content.to_vec()));
        self
    }

    /// The sheet's rows.
    pub fn rows(self, rows: &str) -> Self {
        self.sheet(&format!("<sheetData>{rows}</sheetData>"))
    }

    /// What stands in the sheet's root element.
    pub fn sheet(self, inside: &str) -> Self {
        self.part(SHEET, format!("<worksheet xmlns=\"{MAIN}\">{inside}</worksheet>"))
    }

    /// The shared strings; A1 shows the first.
    pub fn strings(self, items: &str) -> Self {
        self.part(STRINGS, format!("<sst xmlns=\"{MAIN}\">{items}</sst>"))
            .rows("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>")
    }

    /// The strings part as it stands, its document type declaration included.
    pub fn raw_strings(self, text: &str) -> Self {
        self.part(STRINGS, text.replace("MAIN", MAIN))
    }

    /// The workbook's list of sheets.
    pub fn sheets(self, list: &str) -> Self {
        let root = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\">");
        self.part(BOOK, format!("{root}<sheets>{list}</sheets></workbook>"))
    }

    /// Where the workbook's relation leads that its sheet names.
    pub fn leading_to(self, target: &str, more: &str) -> Self {
        let sheet = relation("rId1", "worksheet", target).replace("/>", &format!(" {more}/>"));
        let others = relation("rId2", "styles", "styles.xml")
            + &relation("rId3", "sharedStrings", "sharedStrings.xml");
        self.part(
            BOOK_RELATIONS,
            format!("<Relationships xmlns=\"{PACKAGE}\">{sheet}{others}</Relationships>"),
        )
    }

    /// The file.
    pub fn zipped(&self) -> Vec<u8> {
        self.zipped_by(CompressionMethod::Deflated)
    }

    /// The file with its parts as they are, so that a test finds their bytes.
    pub fn stored(&self) -> Vec<u8> {
        self.zipped_by(CompressionMethod::Stored)
    }

    /// The file as a program writes it that cannot go back: the sizes stand behind the data.
    pub fn streamed(&self) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new_stream(Vec::new());
        for (name, content) in &self.0 {
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn zipped_by(&self, method: CompressionMethod) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            writer
                .start_file(name.as_str(), SimpleFileOptions::default().compression_method(method))
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}

/// The text of a workbook's part.
pub fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A workbook with the text of one part changed, or a part added.
pub fn altered(bytes: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut text = String::new();
    for number in 0..old.len() {
        let mut entry = old.by_index(number).unwrap();
        if entry.name().unwrap() == part {
            entry.read_to_string(&mut text).unwrap();
        } else {
            new.raw_copy_file(entry).unwrap();
        }
    }
    let changed = change(&text);
    assert_ne!(changed, text, "{part} stays as it was");
    new.start_file(part, SimpleFileOptions::default()).unwrap();
    new.write_all(changed.as_bytes()).unwrap();
    new.finish().unwrap().into_inner()
}

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
}

/// Where a record of a container's directory begins that bears a name.
pub fn record(bytes: &[u8], name: &str) -> usize {
    let name_at = bytes.windows(name.len()).rposition(|window| window == name.as_bytes()).unwrap();
    name_at - 46
}
