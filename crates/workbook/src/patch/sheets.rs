//! Sheets that come and go: the text of a new one, and its place in the workbook.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Rewrite;
use super::batch::check_content;
use super::cell::{Change, TextForm, push_new};
use super::deflate::deflated;
use super::facts::Form;
use super::markup::{Replacements, Tag, TagKind, push_attribute_text, tags};
use super::parts::{self, relations, relations_part, spelled};
use super::tail::push_links;
use crate::address::{CellRef, Range, is_same_sheet, sheet_key};
use crate::edit::{Content, Look, NewCell, NewColumn, NewSheet};
use crate::error::{OpenError, PatchError};
use crate::package::PartChange;
use crate::workbook::{SheetId, Visibility};

/// Points of a line, and of the tallest row.
const LINE: u32 = 15;
const TALLEST: u32 = 405;
/// UTF-16 units of a sheet's name.
const LONGEST_NAME: usize = 31;

impl Rewrite<'_> {
    /// Adds a sheet behind the last one, its cells linked as told.
    pub(super) fn add_sheet(
        &mut self,
        new: &NewSheet,
        links: &[(CellRef, String)],
    ) -> Result<(), PatchError> {
        self.check_name(&new.name)?;
        let form = self.form();
        let text = self.sheet_text(new, links, form)?;
        let folder = self.part.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let part = self.free_part(&format!("{folder}/worksheets/sheet"), ".xml");
        let id = self.add_relation(&self.part.clone(), &format!("{}/worksheet", form.relations()), &part)?;
        self.add_type(&part, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")?;
        let book = self.text(&self.part.clone())?;
        let listed =
            listed(&book, &new.name, &id).ok_or_else(|| self.damaged("its list of sheets has no end"))?;
        self.set_text(&self.part.clone(), listed);
        self.new_names.push(new.name.clone());
        self.changes.push((part, PartChange::Replace(deflated(text))));
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), PatchError> {
        let length = name.encode_utf16().count();
        let odd = |c: char| c.is_control() || "[]:*?/\\".contains(c);
        let known = self.workbook.sheets().iter().map(|entry| &entry.name).chain(&self.new_names);
        let taken = known.into_iter().any(|other| is_same_sheet(other, name));
        if length == 0
            || length > LONGEST_NAME
            || name.contains(odd)
            || name.starts_with('\'')
            || name.ends_with('\'')
            || taken
        {
            return Err(PatchError::SheetName(name.to_owned()));
        }
        Ok(())
    }

    /// The name of a sheet, new ones too.
    pub(super) fn sheet_name(&self, id: SheetId, added: &[&NewSheet]) -> Result<String, PatchError> {
        let sheets = self.workbook.sheets();
        let new = (id.0 as usize).checked_sub(sheets.len()).and_then(|at| added.get(at)).map(|new| &new.name);
        let name = self.workbook.entry(id).map(|entry| &entry.name).or(new);
        name.cloned().ok_or_else(|| PatchError::NoSheet((id.0 + 1).to_string()))
    }

    fn sheet_text(
        &mut self,
        new: &NewSheet,
        links: &[(CellRef, String)],
        form: Form,
    ) -> Result<Vec<u8>, PatchError> {
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{}\">\
             <sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>",
            form.main()
        );
        let last = new.rows.iter().map(Vec::len).max().unwrap_or(0);
        let corner = |row: usize, column: usize| {
            CellRef::new(u32::try_from(row).ok()?.max(1), u16::try_from(column).ok()?.max(1))
        };
        let corner =
            corner(new.rows.len(), last).ok_or_else(|| self.damaged("too many cells for a sheet"))?;
        let _ = write!(out, "<dimension ref=\"{}\"/>", Range::new(CellRef::FIRST, corner));
        let book = self.text(&self.part.clone())?;
        if new.frozen > 0 && tags(&book).any(|tag| tag.local() == b"workbookView") {
            let (rows, top) = (new.frozen, new.frozen + 1);
            let _ = write!(
                out,
                "<sheetViews><sheetView showGridLines=\"0\" workbookViewId=\"0\"><pane ySplit=\"{rows}\" topLeftCell=\"A{top}\" \
                 activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\"/></sheetView></sheetViews>"
            );
        }
        out += "<sheetFormatPr defaultRowHeight=\"15\"/>";
        if !new.columns.is_empty() {
            let column = |(number, column): (usize, &NewColumn)| {
                let hidden = if column.hidden { " hidden=\"1\"" } else { "" };
                format!(
                    "<col min=\"{number}\" max=\"{number}\" width=\"{}\"{hidden} customWidth=\"1\"/>",
                    column.width
                )
            };
            let columns: String = (1..).zip(&new.columns).map(column).collect();
            let _ = write!(out, "<cols>{columns}</cols>");
        }
        let mut out = out.into_bytes();
        self.push_rows(&mut out, new)?;
        if !links.is_empty() {
            out.extend([b"<hyperlinks>", &push_links(b"", links)[..], b"</hyperlinks>"].concat());
        }
        out.extend_from_slice(
            b"<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.6\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/>\
              <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>",
        );
        Ok(out)
    }

    fn push_rows(&mut self, out: &mut Vec<u8>, new: &NewSheet) -> Result<(), PatchError> {
        let form = if self.workbook.parts.strings.is_empty() { TextForm::Plain } else { TextForm::Inline };
        out.extend_from_slice(b"<sheetData>");
        for (row, cells) in (1..).zip(&new.rows) {
            let height = match lines(cells, &new.columns) {
                0 | 1 => String::new(),
                lines => format!(" ht=\"{}\" customHeight=\"1\"", lines.saturating_mul(LINE).min(TALLEST)),
            };
            out.extend_from_slice(format!("<row r=\"{row}\"{height}>").as_bytes());
            for (column, cell) in (1..).zip(cells) {
                let Some(at) = CellRef::new(row, column) else {
                    return Err(self.damaged("too many cells for a sheet"));
                };
                check_content(at, &cell.content)?;
                let style = self.look(cell.look)?;
                push_new(out, b"", &Change { at, style, content: &cell.content, form });
            }
            out.extend_from_slice(b"</row>");
        }
        out.extend_from_slice(b"</sheetData>");
        Ok(())
    }

    /// The cell style of a look.
    fn look(&mut self, look: Look) -> Result<u32, PatchError> {
        match look {
            Look::Plain => Ok(0),
            Look::Like(sheet, cell) => Ok(self.workbook.sheet(sheet)?.style_at(cell)),
            Look::Marked(sheet, cell, fill) => {
                let base = self.workbook.sheet(sheet)?.style_at(cell);
                self.style(base, |styles| styles.with_fill(base, fill))
            }
            other => self.style(0, |styles| styles.with_look(other)),
        }
    }

    /// Takes a sheet out, with the parts that only it leads to.
    pub(super) fn remove_sheet(
        &mut self,
        id: SheetId,
        removed: &BTreeSet<SheetId>,
    ) -> Result<(), PatchError> {
        let entry = self.workbook.entry(id).ok_or_else(|| PatchError::NoSheet((id.0 + 1).to_string()))?;
        let mut others = self
            .workbook
            .sheet_ids()
            .zip(self.workbook.sheets())
            .filter(|(other, _)| !removed.contains(other));
        let seen = others.any(|(_, other)| other.visibility == Visibility::Visible);
        if !seen || self.is_named(id, &entry.name) {
            return Err(PatchError::SheetNeeded(entry.name.clone()));
        }
        self.breaks_chain |=
            self.workbook.sheet(id).is_ok_and(|sheet| sheet.formula_cells().next().is_some());
        let book = self.text(&self.part.clone())?;
        let before = u32::try_from(removed.range(..id).count()).unwrap_or(0);
        let (relation, book) = unlisted(&book, id.0 - before)
            .ok_or_else(|| self.damaged("its list of sheets cannot be told"))?;
        self.set_text(&self.part.clone(), book);
        self.cut_relations(&self.part.clone(), &[relation])?;
        let part = spelled(self.package, &entry.part).unwrap_or(&entry.part).to_owned();
        for target in self.only_of(&part)? {
            self.remove_part(&target)?;
        }
        if let Some(own) = spelled(self.package, &relations_part(&part)) {
            self.changes.push((own.to_owned(), PartChange::Remove));
        }
        self.remove_part(&part)
    }

    /// Whether a formula of another sheet or a defined name speaks of a sheet.
    fn is_named(&self, id: SheetId, name: &str) -> bool {
        let own = sheet_key(name);
        let names = |text: &str| sheet_key(text).contains(&own);
        let sheets = self.workbook.sheet_ids().filter(|other| *other != id);
        let mut formulas = sheets.filter_map(|other| self.workbook.sheet(other).ok()).flat_map(|sheet| {
            sheet.formula_cells().filter_map(|cell| cell.formula.map(|formula| formula.text))
        });
        let mut defined = self.workbook.names().iter().filter(|name| name.local != Some(id));
        formulas.any(names) || defined.any(|name| names(&name.text))
    }

    /// The parts that a part leads to and no other does.
    fn only_of(&self, part: &str) -> Result<Vec<String>, PatchError> {
        let mut own: Vec<String> =
            relations(self.package, part)?.into_iter().map(|relation| relation.target).collect();
        own.retain(|target| !target.is_empty());
        for name in self.package.names().filter(|name| parts::is_relations(name)) {
            let owner = name.strip_suffix(".rels").unwrap_or(name).replacen("_rels/", "", 1);
            if !owner.eq_ignore_ascii_case(part) {
                let led: Vec<String> =
                    relations(self.package, &owner)?.into_iter().map(|one| one.target).collect();
                own.retain(|target| !led.contains(target));
            }
        }
        Ok(own)
    }

    fn damaged(&self, what: &str) -> PatchError {
        PatchError::Open(OpenError::Damaged { part: self.part.clone(), what: what.to_owned() })
    }
}

/// How many lines the texts of a row take that are broken at their column's width: a wide character takes a bit
/// more than two digits.
fn lines(cells: &[NewCell], columns: &[NewColumn]) -> u32 {
    let own = |(cell, column): (&NewCell, &NewColumn)| match (&cell.content, cell.look) {
        (Content::Text(text), Look::Text | Look::Filled(_) | Look::Link | Look::Heading) => {
            let room = u32::from(column.width).saturating_sub(1).max(1) * 10;
            let wide = |c: char| if c.is_ascii() { 11 } else { 22 };
            let lines =
                text.split('\n').map(|line| line.chars().map(wide).sum::<u32>().div_ceil(room).max(1));
            lines.sum()
        }
        _ => 1,
    };
    cells.iter().zip(columns).map(own).max().unwrap_or(1)
}

/// The place a link leads to.
pub(super) fn location(sheet: &str, cell: CellRef) -> String {
    format!("'{}'!{cell}", sheet.replace('\'', "''"))
}

/// The tags of the sheets that a workbook part lists.
fn sheets(book: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    tags(book).filter(|tag| tag.depth == 2 && tag.local() == b"sheet" && tag.kind != TagKind::Close)
}

/// The attribute that holds a sheet's relation.
fn relation<'a>(tag: &Tag<'a>) -> Option<super::markup::Attribute<'a>> {
    tag.attributes().find(|attribute| attribute.name.ends_with(b":id"))
}

/// A workbook part that lists one more sheet.
fn listed(book: &[u8], name: &str, id: &str) -> Option<Vec<u8>> {
    let numbers = sheets(book).filter_map(|tag| tag.value(b"sheetId")?.trim().parse::<u32>().ok());
    let number = numbers.max().unwrap_or(0).checked_add(1)?;
    let last = sheets(book).last()?;
    let mut sheet = [b"<", last.name(), b" name=\""].concat();
    push_attribute_text(&mut sheet, name);
    let (model, attribute) = sheets(book).find_map(|tag| Some((tag, relation(&tag)?.name)))?;
    let attribute = String::from_utf8_lossy(attribute).into_owned();
    sheet.extend_from_slice(format!("\" sheetId=\"{number}\"").as_bytes());
    // Some programs declare the prefix of the relation at each sheet.
    let declaration = format!("xmlns:{}", attribute.strip_suffix(":id")?);
    let declared = model.attribute(declaration.as_bytes()).and_then(|own| book.get(own.whole));
    sheet.extend_from_slice(declared.unwrap_or_default());
    sheet.extend_from_slice(format!(" {attribute}=\"{id}\"/>").as_bytes());
    let end =
        tags(book).find(|tag| tag.depth == 1 && tag.local() == b"sheets" && tag.kind == TagKind::Close)?;
    let mut change = Replacements::default();
    change.replace(end.start..end.start, sheet);
    Some(change.applied(book))
}

/// A workbook part without its sheet of that number, and the sheet's relation. Names of that sheet go, and what
/// counts sheets counts one less.
fn unlisted(book: &[u8], number: u32) -> Option<(String, Vec<u8>)> {
    let tag = sheets(book).nth(number as usize)?;
    let id = relation(&tag).map(|id| super::markup::decoded(id.value))?;
    let mut change = Replacements::default();
    let cut = parts::whole(book, &tag);
    change.replace(cut, "");
    for view in tags(book).filter(|tag| tag.local() == b"workbookView" && tag.kind != TagKind::Close) {
        for name in [&b"firstSheet"[..], b"activeTab"] {
            let Some(stated) = view.attribute(name) else { continue };
            let at: u32 = super::markup::decoded(stated.value).trim().parse().ok()?;
            if at > 0 && at >= number {
                change.replace(stated.span, (at - 1).to_string());
            }
        }
    }
    for name in
        tags(book).filter(|tag| tag.depth == 2 && tag.local() == b"definedName" && tag.kind != TagKind::Close)
    {
        let Some(stated) = name.attribute(b"localSheetId") else { continue };
        let at: u32 = super::markup::decoded(stated.value).trim().parse().ok()?;
        match at.cmp(&number) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => change.replace(parts::whole(book, &name), ""),
            std::cmp::Ordering::Greater => change.replace(stated.span, (at - 1).to_string()),
        }
    }
    Some((id, change.applied(book)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = r#"<w:workbook><w:bookViews><w:workbookView activeTab="2" firstSheet="0"/></w:bookViews><w:sheets><w:sheet name="甲" sheetId="4" q:id="a"/><w:sheet name="乙" sheetId="9" q:id="b"></w:sheet><w:sheet name="丙" sheetId="2" q:id="c"/></w:sheets><w:definedNames><w:definedName name="x" localSheetId="1">乙!$A$1</w:definedName><w:definedName name="x" localSheetId="2">丙!$A$1</w:definedName></w:definedNames></w:workbook>"#;

    #[test]
    fn rows_are_as_tall_as_their_longest_text() {
        let text = |text: &str, look| NewCell { content: Content::Text(text.to_owned()), look };
        let columns = [11, 23].map(|width| NewColumn { width, hidden: false });
        let tall =
            |first: &str, second: &str| lines(&[text(first, Look::Link), text(second, Look::Text)], &columns);
        assert_eq!(tall("A1", "十个字正好放满一行了"), 1);
        assert_eq!(tall("A1", "十一个字就要放到第二行"), 2);
        assert_eq!(tall("五个字太宽", "a\nb"), 2);
        assert_eq!(lines(&[text("不折行的标题不折行", Look::Title)], &columns), 1);
    }

    #[test]
    fn a_sheet_is_listed_behind_the_last_with_a_number_of_its_own() {
        let made = String::from_utf8(listed(BOOK.as_bytes(), "a&\"b", "rId7").unwrap()).unwrap();
        let sheet = r#"<w:sheet name="a&amp;&quot;b" sheetId="10" q:id="rId7"/></w:sheets>"#;
        assert_eq!(made, BOOK.replace("</w:sheets>", sheet));
    }

    #[test]
    fn a_prefix_that_each_sheet_declares_is_declared_again() {
        let book = r#"<w><sheets><sheet xmlns:r='u' name="甲" sheetId="1" r:id="a"/></sheets></w>"#;
        let made = String::from_utf8(listed(book.as_bytes(), "乙", "rId1").unwrap()).unwrap();
        assert!(
            made.contains(r#"<sheet name="乙" sheetId="2" xmlns:r='u' r:id="rId1"/></sheets>"#),
            "{made}"
        );
    }

    #[test]
    fn what_counts_sheets_follows_when_one_goes() {
        let (id, made) = unlisted(BOOK.as_bytes(), 1).unwrap();
        let expected = BOOK
            .replace(r#"<w:sheet name="乙" sheetId="9" q:id="b"></w:sheet>"#, "")
            .replace("activeTab=\"2\"", "activeTab=\"1\"")
            .replace(r#"<w:definedName name="x" localSheetId="1">乙!$A$1</w:definedName>"#, "")
            .replace("localSheetId=\"2\"", "localSheetId=\"1\"");
        assert_eq!((id.as_str(), String::from_utf8(made).unwrap()), ("b", expected));
    }
}
