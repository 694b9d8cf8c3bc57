//! Word documents (.docx), read by the scanner: every table as a sheet, the paragraphs around them as text. What is
//! read is the text as accepted: insertions kept, deletions left out.

use crate::document::{Document, Nested, Paragraph};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Space, Token};
use crate::workbook::{FileKind, Parts, SheetEntry, Visibility};

use super::docx_table::{Grid, Room};
use super::relations::Relation;
use super::visit::{Stop, truth, visit};

/// Tables that are read.
const TABLES: usize = 10_000;
/// Bytes of text in one paragraph.
const TEXT_BYTES: usize = 1 << 20;

/// The main part of a container that is a Word document.
pub(super) fn part(package: &Package, roots: &[Relation]) -> Option<String> {
    let root = roots.iter().find(|relation| relation.kind == "officeDocument");
    let named = root.and_then(|relation| relation.part.clone());
    let usual = || package.contains("word/document.xml").then(|| "word/document.xml".to_owned());
    named.or_else(usual).filter(|part| part.to_ascii_lowercase().starts_with("word/"))
}

/// Reads the tables and paragraphs of a document.
pub(super) fn read(package: &Package, part: &str, limits: &Limits) -> Result<Parts, OpenError> {
    let mut reader = Reader { room: Room::new(limits), ..Reader::default() };
    visit(package, part, limits, |token| reader.take(token))?;
    if !reader.is_document {
        let what = "it is no Word document".to_owned();
        return Err(OpenError::Damaged { part: part.to_owned(), what });
    }
    Ok(reader.finish())
}

/// A paragraph as it is read.
#[derive(Debug)]
struct Line {
    depth: usize,
    text: String,
    /// Whether its end is deleted, so that the next paragraph goes on with it.
    joins: bool,
}

/// What is open around the token at hand.
#[derive(Debug)]
enum Frame {
    Table(usize, Box<Grid>),
    Line(Line),
}

/// What was read of the document so far.
#[derive(Debug, Default)]
struct Reader {
    is_document: bool,
    room: Room,
    open: Vec<Frame>,
    /// Depth of an element that is passed over.
    skipped: Option<usize>,
    /// Depth of the properties that the tokens are in.
    properties: Option<usize>,
    /// Whether the tokens are in a text.
    reading: bool,
    /// Text of a paragraph whose end is deleted.
    carried: String,
    paragraphs: u32,
    document: Document,
    parts: Parts,
}

impl Reader {
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if token.depth == 0 && token.opens() {
            self.is_document = token.space == Space::Word && token.name() == b"document";
        }
        if !self.is_document {
            return Ok(());
        }
        if let Some(depth) = self.skipped {
            if token.kind == Kind::End && token.depth == depth {
                self.skipped = None;
            }
            return Ok(());
        }
        match token.kind {
            Kind::Start | Kind::Empty => self.begin(token),
            Kind::End => self.end(token),
            Kind::Text | Kind::CData => self.text(token),
            Kind::Other => Ok(()),
        }
    }

    fn begin(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if matches!(token.name(), b"drawing" | b"pict" | b"object") {
            self.document.pictures += 1;
        }
        if token.space != Space::Word {
            return Ok(());
        }
        if self.properties.is_some() {
            return self.property(token);
        }
        match token.name() {
            // Deleted or moved away, the reading of characters, and what only fields and forms use.
            b"del" | b"moveFrom" | b"rt" | b"instrText" | b"delText" | b"sdtPr" => {
                self.skipped = (token.kind == Kind::Start).then_some(token.depth);
            }
            b"pPr" | b"tcPr" | b"trPr" | b"rPr" | b"tblPr" | b"sectPr" | b"tblGrid" => {
                self.properties = (token.kind == Kind::Start).then_some(token.depth);
            }
            b"p" => {
                let text = std::mem::take(&mut self.carried);
                self.open.push(Frame::Line(Line { depth: token.depth, text, joins: false }));
                if token.kind == Kind::Empty {
                    self.end_line()?;
                }
            }
            b"t" => self.reading = token.kind == Kind::Start,
            b"tab" | b"ptab" => self.append("\t")?,
            b"br" | b"cr" => self.append("\n")?,
            b"noBreakHyphen" => self.append("-")?,
            b"tbl" if token.kind == Kind::Start => self.begin_table(token.depth)?,
            b"tr" if token.kind == Kind::Start => {
                if let Some(grid) = self.grid() {
                    grid.begin_row();
                }
            }
            b"tc" if token.kind == Kind::Start => {
                if let Some(grid) = self.grid() {
                    grid.begin_cell();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes in a property of what is open.
    fn property(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let value = token.attribute_in(Space::Word, b"val");
        let off = value.is_some_and(|value| !truth(value));
        match (self.open.last_mut(), token.name()) {
            (Some(Frame::Line(line)), b"del" | b"moveFrom") => line.joins |= !off,
            (Some(Frame::Table(_, grid)), name) => grid.property(name, value, off)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if let Some(depth) = self.properties {
            if token.depth == depth {
                self.properties = None;
            }
            return Ok(());
        }
        if token.space != Space::Word {
            return Ok(());
        }
        match token.name() {
            b"t" => {
                self.reading = false;
                Ok(())
            }
            b"p" => match self.open.last() {
                Some(Frame::Line(line)) if line.depth == token.depth => self.end_line(),
                _ => Ok(()),
            },
            b"tc" => {
                let left = std::mem::take(&mut self.carried);
                match self.grid() {
                    Some(grid) => {
                        grid.paragraph(&left)?;
                        grid.end_cell();
                        Ok(())
                    }
                    None => Ok(()),
                }
            }
            b"tr" => {
                let Some(Frame::Table(_, grid)) = self.open.last_mut() else { return Ok(()) };
                grid.end_row(&mut self.room)
            }
            b"tbl" => {
                self.end_table(token.depth);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if !self.reading {
            return Ok(());
        }
        match token.text() {
            Some(text) => self.append(&text),
            None => Stop::damaged("a text that is no proper text"),
        }
    }

    fn append(&mut self, text: &str) -> Result<(), Stop> {
        let Some(Frame::Line(line)) = self.open.last_mut() else { return Ok(()) };
        line.text.push_str(text);
        if line.text.len() > TEXT_BYTES {
            return Stop::damaged(format!("a paragraph with more than {TEXT_BYTES} bytes of text"));
        }
        Ok(())
    }

    /// The innermost table, where nothing else is open inside it.
    fn grid(&mut self) -> Option<&mut Grid> {
        match self.open.last_mut()? {
            Frame::Table(_, grid) => Some(grid),
            Frame::Line(_) => None,
        }
    }

    /// A paragraph ends: its text goes into the cell it stands in, else to the document. That of a text box comes
    /// before the paragraph which holds the box.
    fn end_line(&mut self) -> Result<(), Stop> {
        let Some(Frame::Line(line)) = self.open.pop() else { return Ok(()) };
        if line.joins {
            self.carried = line.text;
            return Ok(());
        }
        let grid = self.open.iter_mut().rev().find_map(|frame| match frame {
            Frame::Table(_, grid) => Some(grid),
            Frame::Line(_) => None,
        });
        match grid {
            Some(grid) => grid.paragraph(&line.text),
            None => self.keep(line.text),
        }
    }

    fn keep(&mut self, text: String) -> Result<(), Stop> {
        self.paragraphs = self.paragraphs.saturating_add(1);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.room.take(text.len())?;
        let tables = u32::try_from(self.parts.sheets.len()).unwrap_or(u32::MAX);
        self.document.paragraphs.push(Paragraph { number: self.paragraphs, tables, text });
        Ok(())
    }

    fn begin_table(&mut self, depth: usize) -> Result<(), Stop> {
        let table = self.parts.sheets.len();
        if table >= TABLES {
            return Stop::damaged(format!("more than {TABLES} tables"));
        }
        let outer = self.open.iter().rev().find_map(|frame| match frame {
            Frame::Table(number, grid) => Some((*number, grid.cell()?)),
            Frame::Line(_) => None,
        });
        if let (Some((within, cell)), Ok(table)) = (outer, u32::try_from(table)) {
            let within = u32::try_from(within).unwrap_or(0);
            self.document.nested.push(Nested { table, within, cell });
        }
        self.parts.sheets.push(entry(table + 1));
        self.parts.grids.push(None);
        self.open.push(Frame::Table(table, Box::new(Grid::new(depth))));
        Ok(())
    }

    fn end_table(&mut self, depth: usize) {
        if !matches!(self.open.last(), Some(Frame::Table(_, grid)) if grid.depth() == depth) {
            return;
        }
        if let Some(Frame::Table(number, grid)) = self.open.pop()
            && let Some(slot) = self.parts.grids.get_mut(number)
        {
            *slot = Some(grid.finish());
        }
    }

    fn finish(self) -> Parts {
        Parts {
            kind: FileKind::Docx,
            formats: self.room.into_formats(),
            document: Some(self.document),
            ..self.parts
        }
    }
}

/// The sheet of a document's table, numbered from 1.
pub(super) fn entry(number: usize) -> SheetEntry {
    SheetEntry {
        name: format!("表{number}"),
        part: String::new(),
        visibility: Visibility::Visible,
        grid: true,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{SheetId, Workbook};

    const SPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(body: &str) -> Result<Workbook, OpenError> {
        let text = format!("<w:document xmlns:w=\"{SPACE}\"><w:body>{body}</w:body></w:document>");
        Workbook::open(zipped(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &text)]))
    }

    fn p(text: &str) -> String {
        format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    fn tc(properties: &str, text: &str) -> String {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text))
    }

    fn table(rows: &[&[String]]) -> String {
        let rows: String = rows
            .iter()
            .flat_map(|cells| ["<w:tr>".to_owned(), cells.concat(), "</w:tr>".to_owned()])
            .collect();
        format!("<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid>{rows}</w:tbl>")
    }

    /// Every cell of every table, and the merges.
    fn shown(workbook: &Workbook) -> Vec<String> {
        let show = |id| {
            let sheet = workbook.sheet(id).unwrap();
            let cells = sheet.rows().flat_map(crate::sheet::Row::cells);
            let cells = cells.map(|cell| format!("{}={}", cell.at, cell.value.as_text()));
            let merges = sheet.merges().iter().map(ToString::to_string);
            format!(
                "{}: {}",
                workbook.entry(id).unwrap().name,
                cells.chain(merges).collect::<Vec<_>>().join(" ")
            )
        };
        workbook.sheet_ids().map(show).collect()
    }

    #[test]
    fn a_report_gives_its_table_and_its_paragraphs() {
        let workbook = Workbook::open(
            include_bytes!("../../../../test-data/cases/tables-in-documents/report.docx").to_vec(),
        )
        .unwrap();
        assert_eq!((workbook.kind(), workbook.sheets().len()), (FileKind::Docx, 1));
        let sheet = workbook.sheet(SheetId(0)).unwrap();
        let merges: Vec<String> = sheet.merges().iter().map(ToString::to_string).collect();
        assert_eq!(merges.join(" "), "A1:A3 B1:B3 C1:C3 D1:I1 J1:J3 K1:K3 D2:G2 H2:H3 I2:I3 A18:C18");
        assert_eq!(sheet.value("I4".parse().unwrap()).as_text(), "0.9817");
        assert_eq!(workbook.format_at(sheet, "I4".parse().unwrap()).code, "0.00%");
        let document = workbook.document().unwrap();
        assert!(document.above(0).last().unwrap().text.ends_with("汇总表"));
        assert!(document.below(0)[0].text.starts_with('注'));
    }

    #[test]
    fn cells_over_columns_and_rows_become_merges() {
        let (first, more) = ("<w:vMerge w:val=\"restart\"/>", "<w:vMerge/>");
        let rows: [&[String]; 4] = [
            &[tc(first, "名称"), tc("<w:gridSpan w:val=\"2\"/>", "资金")],
            &[tc(more, "不显示"), tc("", "小计"), tc("", "其他")],
            // Nothing above to go on with, at these columns.
            &[tc("<w:gridSpan w:val=\"2\"/><w:vMerge/>", "甲"), tc(more, "5")],
            &[tc("", "乙"), tc("<w:hMerge w:val=\"restart\"/>", "丙"), tc("<w:hMerge/>", "")],
        ];
        let workbook = open(&table(&rows)).unwrap();
        let merges = "A1:A2 B1:C1 A3:B3 B4:C4";
        assert_eq!(
            shown(&workbook),
            [format!("表1: A1=名称 B1=资金 B2=小计 C2=其他 A3=甲 C3=5 A4=乙 B4=丙 {merges}")]
        );
    }

    #[test]
    fn changes_are_read_as_accepted() {
        let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
        let gone = "<w:del w:id=\"1\"><w:r><w:delText>20</w:delText><w:t>30</w:t></w:r></w:del>";
        let cell = format!("<w:tc><w:p>{gone}<w:ins>{}</w:ins>{}</w:p></w:tc>", run("4"), run(".4"));
        let joined = format!(
            "<w:tc><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{}</w:p><w:p>{}</w:p></w:tc>",
            run("防"),
            run("汛")
        );
        let dropped = format!("<w:tr><w:trPr><w:del/></w:trPr>{}</w:tr>", tc("", "删"));
        let kept = format!("<w:tr><w:trPr><w:ins/></w:trPr>{}</w:tr>", tc("", "增"));
        let moved = "<w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>";
        let body = format!("{moved}<w:tbl><w:tr>{cell}{joined}</w:tr>{dropped}{kept}</w:tbl>");
        let workbook = open(&body).unwrap();
        assert_eq!(shown(&workbook), ["表1: A1=4.4 B1=防汛 A2=增"]);
        assert_eq!(workbook.document().unwrap().paragraphs[0].text, "新");
    }

    #[test]
    fn nested_tables_and_pictures_are_kept_apart() {
        let inner = table(&[&[tc("", "内")]]);
        let outer =
            format!("<w:tbl><w:tr>{}<w:tc>{}{inner}<w:p/></w:tc></w:tr></w:tbl>", tc("", "外"), p("上"));
        let drawing = "<w:p><w:r><w:drawing><x>12</x></w:drawing><w:tab/><w:t>图</w:t></w:r></w:p>";
        let workbook = open(&format!("{}{outer}{drawing}{}", p("一"), table(&[&[tc("", "末")]]))).unwrap();
        assert_eq!(shown(&workbook), ["表1: A1=外 B1=上", "表2: A1=内", "表3: A1=末"]);
        let document = workbook.document().unwrap();
        let nested = Nested { table: 1, within: 0, cell: "B1".parse().unwrap() };
        assert_eq!((document.nested.as_slice(), document.pictures), ([nested].as_slice(), 1));
        let told: Vec<_> =
            document.paragraphs.iter().map(|one| (one.number, one.tables, &*one.text)).collect();
        assert_eq!(told, [(1, 0, "一"), (2, 2, "\t图")]);
    }

    #[test]
    fn hostile_documents_are_refused_or_bounded() {
        let huge = |property: &str| open(&table(&[&[tc(property, "甲")]]));
        for property in ["<w:gridSpan w:val=\"1000000000\"/>", "<w:gridSpan w:val=\"16385\"/>"] {
            assert!(matches!(huge(property), Err(OpenError::Damaged { .. })), "{property}");
        }
        let many = "<w:tc><w:tcPr><w:gridSpan w:val=\"9000\"/></w:tcPr><w:p/></w:tc>".repeat(2);
        assert!(matches!(
            open(&format!("<w:tbl><w:tr>{many}</w:tr></w:tbl>")),
            Err(OpenError::Damaged { .. })
        ));
        // A number that is none counts as one column.
        assert!(huge("<w:gridSpan w:val=\"99999999999\"/>").is_ok());
        let deep = "<w:tbl><w:tr><w:tc>".repeat(100) + &"</w:tc></w:tr></w:tbl>".repeat(100);
        let found = open(&deep);
        assert!(
            matches!(found, Err(OpenError::OverLimit { what: "depth of nested elements", .. })),
            "{found:?}"
        );
        assert!(open("").unwrap().sheets().is_empty());
        assert!(open("<w:tr><w:tc/></w:tr><w:tc><w:p/></w:tc><w:tbl/>").is_ok());
    }

    #[test]
    fn what_is_no_word_document_is_said() {
        let cases = [
            "<x:document xmlns:x=\"urn:x\"/>".to_owned(),
            format!("<!DOCTYPE d [<!ENTITY a \"b\">]><w:document xmlns:w=\"{SPACE}\"/>"),
            format!(
                "<w:document xmlns:w=\"{SPACE}\"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
            ),
        ];
        for text in cases {
            let found = Workbook::open(zipped(&[("word/document.xml", &text)]));
            assert!(matches!(found, Err(OpenError::Damaged { .. })), "{text}: {found:?}");
        }
        let whole = include_bytes!("../../../../test-data/cases/tables-in-documents/report.docx");
        for length in [100, whole.len() / 2, whole.len() - 30] {
            assert!(Workbook::open(whole[..length].to_vec()).is_err(), "{length}");
        }
        let found = Workbook::open(zipped(&[("readme.txt", "")]));
        assert!(matches!(found, Err(OpenError::NotAWorkbook("a zip archive without a workbook"))));
    }
}
