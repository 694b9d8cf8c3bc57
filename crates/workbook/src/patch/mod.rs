//! Edits to bytes: untouched parts are copied raw, and in a touched sheet every byte outside edited cells stays.

mod batch;
mod cell;
pub(crate) mod charts;
mod deflate;
mod markup;
mod parts;
mod splice;
mod stream;
mod styles;

use std::collections::BTreeMap;

use batch::{Batch, CellEdit, Guard};
use cell::Change;
use deflate::deflated;
pub use deflate::{Block, Compressor, Inline};
use parts::{Relation, read_text, relations, relations_part, spelled};
use splice::{Part, spliced};
use styles::StyleSheet;

use crate::edit::{Edit, Style};
use crate::error::{OpenError, PatchError};
use crate::package::{Package, PartChange, folded};
use crate::workbook::{SheetEntry, SheetId, Workbook};

/// Whether a signed workbook may be edited, which voids its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Signature {
    /// Refuse to edit a signed workbook.
    #[default]
    Keep,
    /// Edit it; the signature no longer holds.
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
    /// | [`Edit::RefreshCharts`] | the charts that read a cell whose value changes: the stored points of that cell |
    /// | [`Edit::RecalculateOnLoad`] | the workbook's own part, unless it asks for that already |
    ///
    /// [`Style::From`] and [`Style::Format`] start from the styles before the batch. Clearing a cell that does
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
        if batch.is_empty() {
            return Ok(package.bytes().to_vec());
        }
        if self.is_signed() && signature == Signature::Keep {
            return Err(PatchError::Signed);
        }
        let mut rewrite = Rewrite::new(self, package, compressor)?;
        for (id, cells) in &batch.cells {
            rewrite.sheet(*id, cells)?;
        }
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
            compressor,
        })
    }

    fn sheet(&mut self, id: SheetId, edits: &[CellEdit<'_>]) -> Result<(), PatchError> {
        let entry = self.workbook.entry(id).ok_or_else(|| PatchError::NoSheet((id.0 + 1).to_string()))?;
        if !entry.grid {
            return Err(PatchError::NoSheet(entry.name.clone()));
        }
        let sharing = |other: &&SheetEntry| folded(&other.part) == folded(&entry.part);
        if self.workbook.sheets().iter().filter(sharing).count() > 1 {
            // An edit of one sheet would be one of the other, too.
            let what = "two sheets of the workbook lead to it".to_owned();
            return Err(PatchError::Open(OpenError::Damaged { part: entry.part.clone(), what }));
        }
        let guard = Guard::new(self.workbook, self.package, id)?;
        let mut changes: Vec<Change<'_>> = Vec::with_capacity(edits.len());
        for edit in edits {
            guard.check(edit)?;
            self.breaks_chain |= guard.breaks_chain(edit);
            let base = guard.base_style(edit);
            let style = match edit.style {
                Style::Format(code) => self.formatted(base, code)?,
                Style::Keep | Style::From(_) => base,
            };
            changes.extend(guard.change(edit, style));
        }
        if changes.is_empty() {
            return Ok(());
        }
        let part = spelled(self.package, &entry.part).unwrap_or(&entry.part);
        let limits = &self.workbook.limits;
        let input =
            Part { input: self.package.stream(part)?, name: part, limits, compressor: (self.compressor)() };
        let made = spliced(input, self.workbook.sheet(id)?, &changes)?;
        self.changes.push((part.to_owned(), PartChange::Replace(made)));
        Ok(())
    }

    /// A style with another number format.
    fn formatted(&mut self, base: u32, code: &str) -> Result<u32, PatchError> {
        let (part, styles) = match &mut self.styles {
            Some(styles) => styles,
            None => self.styles.insert(style_sheet(self.package, &self.part, &self.relations)?),
        };
        styles.with_format(base, code).ok_or_else(|| {
            let what = format!("there is no cell style {base}");
            PatchError::Open(OpenError::Damaged { part: part.clone(), what })
        })
    }

    /// Takes the calculation chain out: an entry whose cell holds no formula makes Excel repair the file.
    fn drop_chain(&mut self) -> Result<(), PatchError> {
        let chains = self.relations.iter().filter(|relation| relation.kind == "calcChain");
        let chains: Vec<String> = chains.map(|relation| relation.target.clone()).collect();
        if chains.is_empty() {
            return Ok(());
        }
        let name = relations_part(&self.part);
        let text = parts::without_relations(&self.text(&name)?, &self.relations, "calcChain");
        self.set_text(&name, text);
        for chain in chains.into_iter().filter(|chain| !chain.is_empty()) {
            let types = parts::without_content_type(&self.text(CONTENT_TYPES)?, &chain);
            self.set_text(CONTENT_TYPES, types);
            self.changes.push((chain, PartChange::Remove));
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
        let meant = after.starts_with(before) && styles.derived().all(|(style, code)| shows(style, code));
        if meant && (text.is_none() || !strays()) {
            return Ok(());
        }
        let what = "its cell styles cannot be added to".to_owned();
        Err(PatchError::Open(OpenError::Damaged { part: part.to_owned(), what }))
    }

    /// Makes a new style sheet known.
    fn add_styles(&mut self, part: &str) -> Result<(), PatchError> {
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml";
        let entry = [("PartName", &*format!("/{part}")), ("ContentType", kind)];
        let types = parts::with_element(&self.text(CONTENT_TYPES)?, "Override", &entry);
        self.set_text(CONTENT_TYPES, types);
        let family = self.relations.iter().find(|relation| relation.kind == "worksheet");
        let kind = family.map_or(String::new(), |relation| format!("{}styles", relation.family));
        let taken = |id: &str| self.relations.iter().any(|relation| relation.id == id);
        let id = (1..=self.relations.len() + 1)
            .map(|number| format!("rId{number}"))
            .find(|id| !taken(id))
            .unwrap_or_default();
        let entry = [("Id", &*id), ("Type", &*kind), ("Target", &*format!("/{part}"))];
        let name = relations_part(&self.part);
        let relations = parts::with_element(&self.text(&name)?, "Relationship", &entry);
        self.set_text(&name, relations);
        Ok(())
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
            self.changes.push((part, PartChange::Replace(deflated(text))));
        }
        if self.changes.is_empty() {
            return Ok(self.package.bytes().to_vec());
        }
        Ok(self.package.rewrite(self.changes)?)
    }
}

const CONTENT_TYPES: &str = "[Content_Types].xml";

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
