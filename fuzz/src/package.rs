//! An input to a container: sections of text become parts, stored without compression under right checksums.
//!
//! The text before the first line that starts with `%%` is the first sheet. Such a line names the part that follows;
//! `%%edits` are the edits of the targets `patch` and `rows`. Parts that an input leaves out are the [`USUAL`] ones.

use std::borrow::Cow;

/// An input, divided.
#[derive(Debug)]
pub struct Input<'a> {
    /// The parts by name, in order.
    parts: Vec<(Cow<'a, str>, &'a [u8])>,
    /// The lines of edits.
    pub edits: &'a [u8],
}

/// The part that an input starts with.
const FIRST: &str = "xl/worksheets/sheet1.xml";

/// The parts of a workbook with two sheets, three styles, two strings and two names.
const USUAL: [(&str, &str); 7] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="附表" sheetId="1" r:id="rId1"/><sheet name="s2" sheetId="2" r:id="rId2"/></sheets><definedNames><definedName name="预算">附表!$D$7:$D$20</definedName><definedName name="near" localSheetId="0">附表!A1</definedName></definedNames></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>"#,
    ),
    (
        "xl/worksheets/sheet2.xml",
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><f>SUM(预算)</f><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1"><f>附表!B2*2</f></c></row></sheetData></worksheet>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="49"/></cellXfs></styleSheet>"#,
    ),
    (
        "xl/sharedStrings.xml",
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>合计</t></si><si><r><t>二</t></r><r><t xml:space="preserve"> 三</t></r></si></sst>"#,
    ),
];

impl<'a> Input<'a> {
    /// Divides an input into its sections.
    pub fn new(data: &'a [u8]) -> Self {
        let mut input = Self { parts: Vec::new(), edits: &[] };
        let mut name = Cow::Borrowed(FIRST);
        let (mut start, mut at) = (0, 0);
        for line in data.split_inclusive(|byte| *byte == b'\n') {
            if let Some(next) = line.strip_prefix(b"%%") {
                input.add(name, &data[start..at]);
                name = String::from_utf8_lossy(next.trim_ascii());
                start = at + line.len();
            }
            at += line.len();
        }
        input.add(name, &data[start..]);
        input
    }

    fn add(&mut self, name: Cow<'a, str>, content: &'a [u8]) {
        match &*name {
            "edits" => self.edits = content,
            // An input that names its first part begins with nothing.
            FIRST if content.is_empty() => {}
            _ => self.parts.push((name, content)),
        }
    }

    /// The container, with the usual parts where the input has none of that name.
    pub fn container(&self) -> Vec<u8> {
        let has = |name: &str| self.parts.iter().any(|(own, _)| own == name);
        let usual = USUAL.iter().filter(|(name, _)| !has(name));
        let own = self.parts.iter().map(|(name, content)| (&**name, *content));
        zipped(usual.map(|(name, content)| (*name, content.as_bytes())).chain(own))
    }
}

/// A zip container of stored parts.
pub(super) fn zipped<'p>(parts: impl Iterator<Item = (&'p str, &'p [u8])>) -> Vec<u8> {
    let (mut file, mut directory, mut count) = (Vec::new(), Vec::new(), 0u16);
    for (name, content) in parts {
        let offset = short(file.len());
        let name = &name.as_bytes()[..name.len().min(usize::from(u16::MAX))];
        let mut header = Vec::with_capacity(26);
        // Version 2.0, names in UTF-8, stored, 1980-01-01 00:00.
        header.extend([20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]);
        header.extend(crc32fast::hash(content).to_le_bytes());
        header.extend(short(content.len()));
        header.extend(short(content.len()));
        header.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
        header.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&header);
        file.extend(name);
        file.extend(content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(name);
        count += 1;
    }
    let (start, length) = (short(file.len()), short(directory.len()));
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(length);
    file.extend(start);
    file.extend([0, 0]);
    file
}

/// A length as a container writes it; inputs are of a few thousand bytes.
fn short(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}
