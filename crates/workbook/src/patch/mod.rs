//! Edits to bytes: untouched parts are copied raw, and in a touched sheet every byte outside edited cells stays.

mod batch;
mod cell;
pub(crate) mod charts;
mod comments;
mod deflate;
mod facts;
mod looks;
mod markup;
mod notes;
mod parts;
mod rows;
mod sheets;
mod splice;
mod stream;
mod styles;
mod tail;
mod vml;

use std::collections::BTreeMap;

use batch::{Batch, Guard, Link};
use cell::Change;
pub use comments::Comment;
use deflate::deflated;
pub use deflate::{Block, Compressor, Inline};
use facts::Form;
use parts::{Relation, read_text, relations, relations_part, spelled};
use splice::{Part, spliced};
use styles::StyleSheet;

use crate::address::CellRef;
use crate::edit::{Edit, Style};
use crate::error::{OpenError, PatchError};
use crate::package::{Package, PartChange, folded};
use crate::workbook::{SheetEntry, SheetId, Workbook};

/// Whether a workbook is edited where something of it is lost: its signature, or what parts of a kind that is not
/// known may say of rows that move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Signature {
    /// Refuse to edit a signed workbook, and to move rows beside parts that are not known.
    #[default]
    Keep,
    /// Edit it; the signature no longer holds, and parts that are not known stay as they are.
    Void,
}

impl Workbook {
    /// The workbook's bytes with the edits applied; without edits the bytes it was read from.
    ///
    /// Parts that no edit concerns are copied as they are. What may differ:
    ///
    /// | edit | parts |
    /// |---|---|
    /// | any content | the sheet: the cell; its row where it is new, or its `spans`; `dimension` where the cell lies outside |
    /// | a formula where none was, a constant or nothing where one was | also the calculation chain, its content type and its relation, which go |
    /// | a constant over the first cell of a shared formula | also the formulas of the other cells, which get texts of their own |
    /// | a stored result | the sheet only |
    /// | [`Style::Format`] | also the style sheet, unless it has that style already; where there is none it is made, with its content type and relation |
    /// | [`Style::Mark`] | also the style sheet, as for [`Style::Format`] |
    /// | [`Edit::SetComment`], [`Edit::RemoveComment`] | the comments of the sheet and the drawing of their boxes; where one comes or goes as a whole, the relations and the `legacyDrawing` of the sheet, and the content types |
    /// | [`Edit::SetLink`] | the sheet: its `hyperlinks` |
    /// | [`Edit::AddSheet`] | the new sheet; the workbook's own part, its relations, the content types; the style sheet for looks |
    /// | [`Edit::RemoveSheet`] | the sheet and the parts that only it leads to, which go; the workbook's own part, its relations, the content types |
    /// | [`Edit::InsertRows`], [`Edit::DeleteRows`] | every part that speaks of what moves: sheets, names, tables, comments and their boxes, drawings, charts, pivot tables, controls; the calculation chain goes; the workbook asks for recalculation where a function counts rows |
    /// | [`Edit::RefreshCharts`] | the charts that read a cell whose value changes: the stored points of that cell |
    /// | [`Edit::RecalculateOnLoad`] | the workbook's own part, unless it asks for that already |
    ///
    /// Every [`Style`] starts from the styles before the batch. Clearing a cell that does
    /// not exist changes nothing. Text becomes an inline string, so that the shared strings stay as they are.
    ///
    /// # Errors
    /// When an edit may not be made; nothing is applied then.
    pub fn apply(&self, edits: &[Edit], signature: Signature) -> Result<Vec<u8>, PatchError> {
        self.apply_through(edits, signature, || Box::new(Inline::new()))
    }

    /// [`Workbook::apply`], each sheet deflated by a compressor of the caller's.
    ///
    /// # Errors
    /// As [`Workbook::apply`].
    pub fn apply_through(
        &self,
        edits: &[Edit],
        signature: Signature,
        compressor: fn() -> Box<dyn Compressor>,
    ) -> Result<Vec<u8>, PatchError> {
        let package = self.parts.package.as_ref().ok_or(PatchError::NotEditable)?;
        let batch = Batch::new(edits)?;
        let is_empty = batch.is_empty() && batch.rows.is_empty();
        if !is_empty && self.is_signed() && signature == Signature::Keep {
            return Err(PatchError::Signed);
        }
        if batch.rows.is_empty() {
            return self.applied(package, (edits, &batch), compressor);
        }
        let mut moved: Option<Self> = None;
        for (sheet, rows) in &batch.rows {
            let before = moved.as_ref().unwrap_or(self);
            let bytes = rows::moved(before, (*sheet, rows), signature, compressor)?;
            moved = Some(Self::open_within(bytes, &self.limits)?);
        }
        let moved = moved.as_ref().unwrap_or(self);
        let package = moved.parts.package.as_ref().ok_or(PatchError::NotEditable)?;
        moved.applied(package, (edits, &batch), compressor)
    }

    /// The bytes with all edits applied but those of rows.
    fn applied(
        &self,
        package: &Package,
        (edits, batch): (&[Edit], &Batch<'_>),
        compressor: fn() -> Box<dyn Compressor>,
    ) -> Result<Vec<u8>, PatchError> {
        if batch.is_empty() {
            return Ok(package.bytes().to_vec());
        }
        let mut rewrite = Rewrite::new(self, package, compressor)?;
        for id in batch.sheets() {
            rewrite.sheet(id, batch)?;
        }
        rewrite.sheets(batch)?;
        if batch.recalculates {
            rewrite.recalculate()?;
        }
        if batch.renews_charts {
            let values: Vec<_> = edits.iter().filter_map(Edit::new_value).collect();
            rewrite.texts.extend(charts::renewed(self, package, &values));
        }
        rewrite.finish()
    }
}

impl Workbook {
    /// Refuses a sheet whose part is another sheet's, too: an edit of one would be one of the other.
    fn check_own_part(&self, entry: &SheetEntry) -> Result<(), PatchError> {
        let sharing = |other: &&SheetEntry| folded(&other.part) == folded(&entry.part);
        if self.sheets().iter().filter(sharing).count() < 2 {
            return Ok(());
        }
        let what = "two sheets of the workbook lead to it".to_owned();
        Err(PatchError::Open(OpenError::Damaged { part: entry.part.clone(), what }))
    }
}

/// A package with changes on their way.
struct Rewrite<'a> {
    workbook: &'a Workbook,
    package: &'a Package,
    /// The workbook's own part and what it leads to.
    part: String,
    relations: Vec<Relation>,
    styles: Option<(String, StyleSheet)>,
    breaks_chain: bool,
    /// Parts changed as text.
    texts: BTreeMap<String, Vec<u8>>,
    changes: Vec<(String, PartChange)>,
    /// Names of sheets added so far.
    new_names: Vec<String>,
    /// Makes what deflates a sheet.
    compressor: fn() -> Box<dyn Compressor>,
}

impl<'a> Rewrite<'a> {
    fn new(
        workbook: &'a Workbook,
        package: &'a Package,
        compressor: fn() -> Box<dyn Compressor>,
    ) -> Result<Self, PatchError> {
        let part = parts::workbook_part(package)?;
        let relations = relations(package, &part)?;
        Ok(Self {
            workbook,
            package,
            part,
            relations,
            styles: None,
            breaks_chain: false,
            texts: BTreeMap::new(),
            changes: Vec::new(),
            new_names: Vec::new(),
            compressor,
        })
    }

    fn sheet(&mut self, id: SheetId, batch: &Batch<'_>) -> Result<(), PatchError> {
        let is_new = (id.0 as usize).checked_sub(self.workbook.sheets().len());
        if is_new.is_some_and(|at| at < batch.added.len())
            && !batch.cells.contains_key(&id)
            && !batch.notes.contains_key(&id)
        {
            return Ok(());
        }
        let entry = self.workbook.entry(id).ok_or_else(|| PatchError::NoSheet((id.0 + 1).to_string()))?;
        if !entry.grid || batch.removed.contains(&id) {
            return Err(PatchError::NoSheet(entry.name.clone()));
        }
        self.workbook.check_own_part(entry)?;
        let guard = Guard::new(self.workbook, self.package, id)?;
        let changes = self.cells(&guard, id, batch)?;
        let notes = batch.notes.get(&id).map_or(&[][..], Vec::as_slice);
        let links = self.links(id, batch)?;
        notes
            .iter()
            .map(|note| note.cell)
            .chain(links.iter().map(|(cell, _)| *cell))
            .try_for_each(|cell| guard.check_place(cell))?;
        let part = spelled(self.package, &entry.part).unwrap_or(&entry.part);
        let sheet = self.workbook.sheet(id)?;
        let tail = self.annotate(part, sheet, (notes, &links))?;
        if changes.is_empty() && tail.is_empty() {
            return Ok(());
        }
        let limits = &self.workbook.limits;
        let input =
            Part { input: self.package.stream(part)?, name: part, limits, compressor: (self.compressor)() };
        let made = spliced(input, sheet, (&changes, &tail))?;
        self.changes.push((part.to_owned(), PartChange::Replace(made)));
        Ok(())
    }

    /// The changes of a sheet's cells, their styles settled.
    fn cells<'e>(
        &mut self,
        guard: &Guard<'_>,
        id: SheetId,
        batch: &Batch<'e>,
    ) -> Result<Vec<Change<'e>>, PatchError> {
        let edits = batch.cells.get(&id).map_or(&[][..], Vec::as_slice);
        let mut changes: Vec<Change<'_>> = Vec::with_capacity(edits.len());
        for edit in edits {
            guard.check(edit)?;
            self.breaks_chain |= guard.breaks_chain(edit);
            let base = guard.base_style(self.workbook, edit)?;
            let style = match edit.style {
                Style::Format(code) => self.style(base, |styles| styles.with_format(base, code))?,
                Style::Mark(fill) => self.style(base, |styles| styles.with_fill(base, *fill))?,
                Style::Keep | Style::From(_) | Style::Like(..) => base,
            };
            changes.extend(guard.change(edit, style));
        }
        Ok(changes)
    }

    /// The links of a sheet, each with the place it leads to.
    fn links(&self, id: SheetId, batch: &Batch<'_>) -> Result<Vec<(CellRef, String)>, PatchError> {
        let place = |(cell, (sheet, target)): &Link| {
            let name = self.sheet_name(*sheet, &batch.added)?;
            Ok((*cell, sheets::location(&name, *target)))
        };
        batch.links.get(&id).into_iter().flatten().map(place).collect()
    }

    /// Adds sheets and takes some out.
    fn sheets(&mut self, batch: &Batch<'_>) -> Result<(), PatchError> {
        let first = u32::try_from(self.workbook.sheets().len()).unwrap_or(u32::MAX);
        for (number, new) in (first..).zip(&batch.added) {
            let links = self.links(SheetId(number), batch)?;
            self.add_sheet(new, &links)?;
        }
        for id in &batch.removed {
            self.remove_sheet(*id, &batch.removed)?;
        }
        Ok(())
    }

    /// A style made from another one.
    fn style(
        &mut self,
        base: u32,
        make: impl FnOnce(&mut StyleSheet) -> Option<u32>,
    ) -> Result<u32, PatchError> {
        let (part, styles) = match &mut self.styles {
            Some(styles) => styles,
            None => self.styles.insert(style_sheet(self.package, &self.part, &self.relations)?),
        };
        make(styles).ok_or_else(|| {
            let what = format!("there is no cell style {base}");
            PatchError::Open(OpenError::Damaged { part: part.clone(), what })
        })
    }

    /// Takes the calculation chain out: an entry whose cell holds no formula makes Excel repair the file.
    fn drop_chain(&mut self) -> Result<(), PatchError> {
        let chains: Vec<Relation> =
            self.relations.iter().filter(|relation| relation.kind == "calcChain").cloned().collect();
        if chains.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = chains.iter().map(|relation| relation.id.clone()).collect();
        self.cut_relations(&self.part.clone(), &ids)?;
        for chain in chains.into_iter().filter(|chain| !chain.target.is_empty()) {
            self.remove_part(&chain.target)?;
        }
        Ok(())
    }

    /// Refuses a style sheet that does not read as was meant: the old styles as before, the others as asked for, and
    /// only for the cells that asked.
    fn check_styles(
        &self,
        part: &str,
        (text, styles): (Option<&[u8]>, &StyleSheet),
    ) -> Result<(), PatchError> {
        let before = &self.workbook.parts.formats;
        let read = text.map(|text| crate::open::styles::read_in(text, part, &self.workbook.limits));
        let read = read.transpose()?;
        let after = read.as_ref().unwrap_or(before);
        // A cell that names a style which is not there must not get the new one.
        let grids = || self.workbook.sheet_ids().filter_map(|id| self.workbook.sheet(id).ok());
        let strays = || grids().any(|grid| grid.highest_style() as usize >= before.len().max(1));
        let shows = |style: u32, code: &str| after.get(style as usize).is_some_and(|one| one.code == code);
        let marked =
            |(base, style): (u32, u32)| before.get(base as usize).is_none_or(|one| shows(style, &one.code));
        let meant = after.starts_with(before)
            && styles.derived().all(|(style, code)| shows(style, code))
            && styles.marks().all(marked);
        if meant && (text.is_none() || !strays()) {
            return Ok(());
        }
        let what = "its cell styles cannot be added to".to_owned();
        Err(PatchError::Open(OpenError::Damaged { part: part.to_owned(), what }))
    }

    /// Makes a new style sheet known.
    fn add_styles(&mut self, part: &str) -> Result<(), PatchError> {
        self.add_type(part, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")?;
        let kind = format!("{}/styles", self.form().relations());
        self.add_relation(&self.part.clone(), &kind, part)?;
        Ok(())
    }

    /// The form of the workbook, as the relations of its sheets tell it.
    fn form(&self) -> Form {
        let sheet = self.relations.iter().find(|relation| relation.kind == "worksheet");
        let is_strict = sheet.is_some_and(|relation| relation.family.starts_with(Form::Strict.relations()));
        if is_strict { Form::Strict } else { Form::Transitional }
    }

    /// Makes a part lead to another; gives the relation's name.
    fn add_relation(&mut self, part: &str, kind: &str, target: &str) -> Result<String, PatchError> {
        let name = relations_part(part);
        let known = self.texts.contains_key(&name) || spelled(self.package, &name).is_some();
        let text = if known { self.text(&name)? } else { NO_RELATIONS.to_vec() };
        let id = parts::free_relation(&text);
        let entry = [("Id", &*id), ("Type", kind), ("Target", &*format!("/{target}"))];
        let text = parts::with_element(&text, "Relationship", &entry);
        self.set_text(&name, text);
        Ok(id)
    }

    /// Takes relations of a part out.
    fn cut_relations(&mut self, part: &str, ids: &[String]) -> Result<(), PatchError> {
        let name = relations_part(part);
        let text = parts::without_relations(&self.text(&name)?, ids);
        self.set_text(&name, text);
        Ok(())
    }

    /// Says what a part is.
    fn add_type(&mut self, part: &str, kind: &str) -> Result<(), PatchError> {
        let entry = [("PartName", &*format!("/{part}")), ("ContentType", kind)];
        let types = parts::with_element(&self.text(CONTENT_TYPES)?, "Override", &entry);
        self.set_text(CONTENT_TYPES, types);
        Ok(())
    }

    /// Says what parts of an ending are; of one that is known as something else, what this part is.
    fn add_ending(&mut self, ending: &str, kind: &str, part: &str) -> Result<(), PatchError> {
        let types = self.text(CONTENT_TYPES)?;
        if parts::knows_ending(&types, ending) {
            let is_meant = memchr::memmem::find(&types, kind.as_bytes()).is_some();
            return if is_meant { Ok(()) } else { self.add_type(part, kind) };
        }
        let entry = [("Extension", ending), ("ContentType", kind)];
        self.set_text(CONTENT_TYPES, parts::with_element(&types, "Default", &entry));
        Ok(())
    }

    /// Takes a part out, and what says what it is.
    fn remove_part(&mut self, part: &str) -> Result<(), PatchError> {
        let types = parts::without_content_type(&self.text(CONTENT_TYPES)?, part);
        self.set_text(CONTENT_TYPES, types);
        self.texts.remove(part);
        self.changes.push((part.to_owned(), PartChange::Remove));
        Ok(())
    }

    /// A name that no part has: the beginning, a number, the ending.
    fn free_part(&self, beginning: &str, ending: &str) -> String {
        let beginning = beginning.trim_start_matches('/');
        let is_taken = |name: &String| {
            let new = self.texts.keys().chain(self.changes.iter().map(|(name, _)| name));
            self.package.contains(name) || new.into_iter().any(|other| folded(other) == folded(name))
        };
        let mut names = (1..).map(|number: u32| format!("{beginning}{number}{ending}"));
        names.find(|name| !is_taken(name)).unwrap_or_default()
    }

    fn recalculate(&mut self) -> Result<(), PatchError> {
        let part = self.part.clone();
        if let Some(text) = parts::recalculating(&self.text(&part)?) {
            self.set_text(&part, text);
        }
        Ok(())
    }

    /// A part's text as changed so far.
    fn text(&self, part: &str) -> Result<Vec<u8>, PatchError> {
        let part = spelled(self.package, part).unwrap_or(part);
        self.texts.get(part).map_or_else(|| read_text(self.package, part), |text| Ok(text.clone()))
    }

    fn set_text(&mut self, part: &str, text: Vec<u8>) {
        let part = spelled(self.package, part).unwrap_or(part).to_owned();
        self.texts.insert(part, text);
    }

    fn finish(mut self) -> Result<Vec<u8>, PatchError> {
        if self.breaks_chain {
            self.drop_chain()?;
        }
        if let Some((part, styles)) = self.styles.take() {
            let text = styles.grown();
            self.check_styles(&part, (text.as_deref(), &styles))?;
            if let Some(text) = text {
                if spelled(self.package, &part).is_none() {
                    self.add_styles(&part)?;
                }
                self.set_text(&part, text);
            }
        }
        for (part, text) in std::mem::take(&mut self.texts) {
            let is_empty = parts::is_relations(&part) && parts::is_without_relations(&text);
            let change = if is_empty { PartChange::Remove } else { PartChange::Replace(deflated(text)) };
            self.changes.push((part, change));
        }
        if self.changes.is_empty() {
            return Ok(self.package.bytes().to_vec());
        }
        Ok(self.package.rewrite(self.changes)?)
    }
}

const CONTENT_TYPES: &str = "[Content_Types].xml";
/// A relations part to begin with.
const NO_RELATIONS: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// The workbook's style sheet, or the least one where it has none, and its part.
fn style_sheet(
    package: &Package,
    book: &str,
    relations: &[Relation],
) -> Result<(String, StyleSheet), PatchError> {
    let known = relations.iter().find(|relation| relation.kind == "styles" && !relation.target.is_empty());
    if let Some(known) = known {
        return Ok((known.target.clone(), StyleSheet::new(read_text(package, &known.target)?)));
    }
    let folder = book.rsplit_once('/').map_or("", |(folder, _)| folder);
    let free = ["styles.xml", "styles1.xml", "cellStyles.xml"].map(|name| format!("{folder}/{name}"));
    let part = free.into_iter().find(|name| spelled(package, name).is_none()).unwrap_or_default();
    Ok((part.trim_start_matches('/').to_owned(), StyleSheet::least()))
}

#[cfg(test)]
mod tests;
