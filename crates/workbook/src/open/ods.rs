//! OpenDocument spreadsheets (.ods), read by the scanner: values with their written digits, formulas, merges, number
//! formats, what is hidden. Repeated rows and cells are laid out only where something stands in them.

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Token};
use crate::workbook::{DefinedName, FileKind, Parts, SheetEntry, Visibility};

use super::ods_formula;
use super::ods_sheet::{Grid, Place};
use super::ods_styles::Styles;
use super::visit::{Stop, text, visit};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// Sheets that are read.
const SHEETS: usize = 10_000;
/// What the prefixes that files use must stand for; every known program writes them so.
const SPACES: [(&[u8], &[u8]); 3] = [
    (b"xmlns:office", b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    (b"xmlns:table", b"urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    (b"xmlns:text", b"urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
];

/// Whether a container may be such a spreadsheet.
pub(super) fn is_likely(package: &Package) -> bool {
    package.contains(CONTENT) && !package.contains("[Content_Types].xml")
}

/// Reads the sheets of a spreadsheet.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Parts, OpenError> {
    if package.contains(MANIFEST) {
        let mut encrypted = false;
        visit(package, MANIFEST, limits, |token| {
            encrypted |= token.opens() && token.name() == b"encryption-data";
            Ok(())
        })?;
        if encrypted {
            return Err(OpenError::Encrypted);
        }
    }
    let mut book = Book { limits: *limits, ..Book::default() };
    if package.contains("styles.xml") {
        visit(package, "styles.xml", limits, |token| book.styles.take(token))?;
    }
    visit(package, CONTENT, limits, |token| book.take(token))?;
    if !book.is_spreadsheet {
        return Err(package.other_kind());
    }
    if book.parts.sheets.is_empty() {
        let what = "it lists no sheet".to_owned();
        return Err(OpenError::Damaged { part: CONTENT.to_owned(), what });
    }
    Ok(Parts { kind: FileKind::Ods, formats: book.styles.formats.into_list(), ..book.parts })
}

/// What was read of the content so far.
#[derive(Debug, Default)]
struct Book {
    limits: Limits,
    styles: Styles,
    parts: Parts,
    is_spreadsheet: bool,
    /// Depth of the spreadsheet's element, once it was met.
    body: Option<usize>,
    grid: Option<Grid>,
}

impl Book {
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let Some(body) = self.body else { return self.before(token) };
        if let Some(grid) = &mut self.grid {
            if grid.take(token, &mut self.styles, &self.limits)? == Place::Inside {
                return Ok(());
            }
            let done = self.grid.take().map(Grid::finish);
            self.parts.grids.push(done);
            return Ok(());
        }
        match token.name() {
            b"table" if token.depth == body + 1 && token.opens() => self.begin(token),
            b"named-range" | b"named-expression" if token.opens() => self.name(token),
            _ => Ok(()),
        }
    }

    fn before(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if token.depth == 0 && token.opens() {
            for (prefix, uri) in SPACES {
                if token.attribute(prefix) != Some(uri) {
                    return Stop::damaged("it is no OpenDocument content as programs write it");
                }
            }
        }
        if token.name() == b"spreadsheet" && token.opens() {
            self.is_spreadsheet = true;
            self.body = Some(token.depth);
            return Ok(());
        }
        self.styles.take(token)
    }

    fn begin(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.parts.sheets.len() >= SHEETS {
            return Stop::damaged(format!("more than {SHEETS} sheets"));
        }
        let name = text(token, b"table:name")?.unwrap_or_default();
        let style = text(token, b"table:style-name")?.unwrap_or_default();
        let hidden = self.styles.is_hidden(&style);
        let visibility = if hidden { Visibility::Hidden } else { Visibility::Visible };
        // What was last seen of another file's sheet is kept as a table, too.
        let grid = !name.starts_with("'file:");
        self.parts.sheets.push(SheetEntry { name, part: CONTENT.to_owned(), visibility, grid });
        let begun = Grid::new(token);
        if token.kind == Kind::Start {
            self.grid = Some(begun);
        } else {
            self.parts.grids.push(Some(begun.finish()));
        }
        Ok(())
    }

    fn name(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let name = text(token, b"table:name")?.unwrap_or_default();
        let range = text(token, b"table:cell-range-address")?.map(|range| format!("[{range}]"));
        let meaning = range.or(text(token, b"table:expression")?).unwrap_or_default();
        let text = ods_formula::translated(&meaning);
        self.parts.names.push(DefinedName { name, local: None, text, hidden: false });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::sheet::ValueRef;
    use crate::workbook::Workbook;

    const HEAD: &str = "<office:document-content \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">";

    fn open(styles: &str, sheets: &str) -> Result<Workbook, OpenError> {
        let content = format!(
            "{HEAD}<office:automatic-styles>{styles}</office:automatic-styles>\
             <office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
        );
        opened(&[("content.xml", &content)])
    }

    fn opened(parts: &[(&str, &str)]) -> Result<Workbook, OpenError> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        Workbook::open(writer.finish().unwrap().into_inner())
    }

    #[test]
    fn a_sheet_keeps_digits_formats_merges_and_what_is_hidden() {
        let styles = "<number:percentage-style style:name=\"N1\">\
                <number:number number:decimal-places=\"2\" number:min-integer-digits=\"1\"/>\
                <number:text>%</number:text></number:percentage-style>\
            <style:style style:name=\"rate\" style:family=\"table-cell\" style:data-style-name=\"N1\"/>\
            <style:style style:name=\"own\" style:family=\"table-cell\" style:parent-style-name=\"rate\"/>\
            <style:style style:name=\"away\" style:family=\"table\">\
                <style:table-properties table:display=\"false\"/></style:style>";
        let sheets = "<table:table table:name=\"附表\">\
            <table:table-column table:number-columns-repeated=\"2\"/>\
            <table:table-column table:visibility=\"collapse\" table:default-cell-style-name=\"own\"/>\
            <table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
            <table:table-row table:number-rows-repeated=\"2\" table:visibility=\"filter\">\
                <table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" office:value=\"4.40\"/>\
                <table:table-cell table:formula=\"of:=[.A3]/[.B3]\" office:value-type=\"percentage\" office:value=\"0.2202\"/>\
            </table:table-row>\
            <table:table-row><table:table-cell table:number-columns-spanned=\"3\" office:value-type=\"string\">\
                <office:annotation><text:p>note</text:p></office:annotation>\
                <text:p>合<text:span>计 </text:span><text:s text:c=\"2\"/>x</text:p><text:p>y</text:p></table:table-cell>\
                <table:covered-table-cell table:number-columns-repeated=\"2\"/></table:table-row>\
            <table:table-row table:number-rows-repeated=\"1048571\"><table:table-cell/></table:table-row>\
            </table:table><table:table table:name=\"b\" table:style-name=\"away\"/>";
        let workbook = open(styles, sheets).unwrap();
        let sheet = workbook.sheet(workbook.sheet_named("附表").unwrap()).unwrap();
        let at = |text: &str| text.parse::<crate::CellRef>().unwrap();
        assert_eq!(sheet.used().unwrap().to_string(), "A3:C5");
        assert_eq!(sheet.value(at("B4")), ValueRef::Number("4.40"));
        assert_eq!(sheet.formula(at("C3")).unwrap().text, "A3/B3");
        assert_eq!(workbook.format_at(sheet, at("C4")).code, "0.00%");
        assert_eq!(sheet.value(at("A5")), ValueRef::Text("合计   x\ny"));
        assert_eq!(sheet.anchor(at("C5")), at("A5"));
        assert!(sheet.is_row_hidden(4) && !sheet.is_row_hidden(5) && sheet.is_column_hidden(3));
        let hidden = workbook.sheets().iter().map(|sheet| sheet.visibility).collect::<Vec<_>>();
        assert_eq!(hidden, [Visibility::Visible, Visibility::Hidden]);
        assert_eq!(workbook.kind(), FileKind::Ods);
    }

    #[test]
    fn what_repeats_beyond_the_grid_or_its_limits_is_refused() {
        let table = |row: &str| format!("<table:table table:name=\"a\">{row}</table:table>");
        let cell = |repeats: u32| {
            format!(
                "<table:table-cell table:number-columns-repeated=\"{repeats}\" office:value-type=\"float\" office:value=\"1\"/>"
            )
        };
        let row = |repeats: u64, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{repeats}\">{cells}</table:table-row>")
        };
        let outside = [row(1, &cell(16_385)), row(1_048_577, &cell(1)), row(99_999_999_999, &cell(1))];
        for rows in outside {
            assert!(matches!(open("", &table(&rows)), Err(OpenError::Damaged { .. })), "{rows}");
        }
        let flood = open("", &table(&row(1_000, &cell(16_384))));
        assert!(matches!(flood, Err(OpenError::OverLimit { what: "stored cells", .. })));
        // Blank rows and cells are counted, not stored.
        assert!(open("", &table(&row(99_999_999_999, "<table:table-cell/>"))).is_ok());
    }

    #[test]
    fn what_is_no_open_spreadsheet_is_said() {
        let locked =
            "<m:manifest xmlns:m=\"x\"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
        let found = opened(&[("content.xml", "secret"), (MANIFEST, locked)]);
        assert_eq!(found.err(), Some(OpenError::Encrypted));
        let text = format!("{HEAD}<office:body><office:text/></office:body></office:document-content>");
        let kind = ("mimetype", "application/vnd.oasis.opendocument.text");
        let found = opened(&[kind, ("content.xml", &text)]);
        assert!(matches!(found, Err(OpenError::NotAWorkbook(what)) if what.contains("OpenDocument")));
        let foreign = "<o:document-content xmlns:o=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"/>";
        assert!(matches!(opened(&[("content.xml", foreign)]), Err(OpenError::Damaged { .. })));
        assert!(matches!(open("", ""), Err(OpenError::Damaged { .. })));
    }

    /// calamine reads the same values from the submission.
    #[test]
    fn calamine_reads_the_same_values() {
        use calamine::{Data, Reader};
        let bytes = include_bytes!("../../../../test-data/cases/open-document/input.ods");
        let workbook = Workbook::open(bytes.to_vec()).unwrap();
        let mut other = calamine::Ods::new(std::io::Cursor::new(bytes)).unwrap();
        let range = other.worksheet_range("Sheet1").unwrap();
        let sheet = workbook.sheet(crate::SheetId(0)).unwrap();
        let (top, left) = range.start().unwrap();
        let mut seen = 0;
        for (row, column, data) in range.used_cells() {
            let row = u32::try_from(row).unwrap() + top + 1;
            let column = u16::try_from(column).unwrap() + u16::try_from(left).unwrap() + 1;
            let value = sheet.value(crate::CellRef::new(row, column).unwrap());
            match data {
                Data::Float(number) => assert_eq!(value.as_text(), number.to_string()),
                Data::String(text) => assert_eq!(value.as_text().replace('\n', ""), text.replace('\n', "")),
                other => panic!("{other:?}"),
            }
            seen += 1;
        }
        let stored = sheet.rows().flat_map(crate::sheet::Row::cells).filter(|cell| !cell.value.is_blank());
        assert_eq!(stored.count(), seen);
    }
}
