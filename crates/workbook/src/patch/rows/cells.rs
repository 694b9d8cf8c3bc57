//! A worksheet part whose rows move, in one pass: rows and cells get new numbers, formulas new references, new rows
//! stand where they belong; what is around the cells moves as text.

use std::collections::BTreeMap;
use std::io::Read;

use super::survey::{Group, Model, Survey, place};
use super::text::{Mover, moved};
use crate::address::{CellRef, LAST_ROW, Range};
use crate::error::PatchError;
use crate::formula::{self, Home, shifted};
use crate::package::Deflated;
use crate::patch::cell::push_text;
use crate::patch::markup::{Replacements, Tag, TagKind, decoded, is_text, markup_length};
use crate::patch::splice::Part;
use crate::patch::stream::Stream;
use crate::scan::{number, unescape};
use crate::shift::Widening;

/// The part after rows moved; `None` where nothing in it does. `models` says for each insertion which row's look
/// the new rows take.
pub(super) fn rewritten(
    part: Part<'_, impl Read>,
    mover: Mover<'_>,
    (survey, models): (&Survey, &BTreeMap<u32, u32>),
) -> Result<Option<Deflated>, PatchError> {
    let name = part.name.to_owned();
    let stream = Stream::new(part.input, part.name, part.limits, part.compressor)?;
    if !stream.is_utf8() {
        return Err(PatchError::Encoding(name));
    }
    let pending = if mover.own { mover.shift.insertions().collect() } else { Vec::new() };
    let mut pass = Pass {
        stream,
        mover,
        survey,
        models,
        pending,
        prefix: Vec::new(),
        row: 0,
        column: 0,
        changed: false,
        name,
    };
    pass.run()?;
    let changed = pass.changed;
    let made = pass.stream.finish()?;
    Ok(changed.then_some(made))
}

struct Pass<'a, R> {
    stream: Stream<R>,
    mover: Mover<'a>,
    survey: &'a Survey,
    models: &'a BTreeMap<u32, u32>,
    /// Insertions still to be made: before which row, how many.
    pending: Vec<(u32, u32)>,
    prefix: Vec<u8>,
    row: u32,
    column: u16,
    changed: bool,
    name: String,
}

impl<R: Read> Pass<'_, R> {
    fn run(&mut self) -> Result<(), PatchError> {
        let mut is_inside = false;
        while self.stream.advance()? {
            let kind = self.stream.tag().kind;
            match (kind, self.stream.local()) {
                // The root.
                (TagKind::Open, _) if !is_inside => is_inside = true,
                (TagKind::Close, _) => return Ok(()),
                (kind, b"sheetData") => {
                    self.prefix = self.stream.tag().prefix().to_vec();
                    if kind == TagKind::Open {
                        self.sheet_data()?;
                    }
                }
                _ => self.element()?,
            }
        }
        Ok(())
    }

    /// An element beside the cells moves as text.
    fn element(&mut self) -> Result<(), PatchError> {
        let is_open = self.stream.tag().kind == TagKind::Open;
        self.stream.hold();
        if is_open {
            self.stream.skip()?;
        }
        let held = self.stream.held();
        let made = moved(held, self.mover).map_err(|_| PatchError::Unmovable { part: self.name.clone() })?;
        self.changed |= made.is_some();
        let text = made.unwrap_or_else(|| held.to_vec());
        self.stream.replace_held(&text);
        Ok(())
    }

    fn sheet_data(&mut self) -> Result<(), PatchError> {
        self.stream.refuse_alternatives(true);
        while self.stream.advance()? {
            match (self.stream.tag().kind, self.stream.local()) {
                (TagKind::Close, _) => {
                    self.new_rows(LAST_ROW);
                    self.stream.refuse_alternatives(false);
                    return Ok(());
                }
                (_, b"row") => self.row()?,
                (TagKind::Open, _) => self.stream.skip()?,
                (TagKind::Empty, _) => {}
            }
        }
        Err(self.stream.damaged("the sheet data does not end").into())
    }

    /// Puts the rows that are added before an old row, or before one above it, in front of the tag at hand.
    fn new_rows(&mut self, old: u32) {
        let mut text = Vec::new();
        while let Some(&(before, count)) = self.pending.first().filter(|(before, _)| *before <= old) {
            self.pending.remove(0);
            let Some(model) = self.models.get(&before).and_then(|row| self.survey.models.get(row)) else {
                continue;
            };
            if model.attributes.is_empty() && model.cells.is_empty() {
                continue;
            }
            let first = self.mover.shift.first_new(before);
            for row in first..first.saturating_add(count).min(LAST_ROW + 1) {
                self.new_row(row, &mut text, model);
            }
        }
        if !text.is_empty() {
            self.changed = true;
            self.stream.replace(0..0, &text);
        }
    }

    fn new_row(&self, row: u32, out: &mut Vec<u8>, model: &Model) {
        let prefix = &self.prefix[..];
        let mut push = |pieces: &[&[u8]]| pieces.iter().for_each(|piece| out.extend_from_slice(piece));
        push(&[b"<", prefix, format!("row r=\"{row}\"").as_bytes(), &model.attributes, b">"]);
        for (column, style) in &model.cells {
            let at = CellRef::FIRST.at_row(row).at_column(*column);
            push(&[b"<", prefix, format!("c r=\"{at}\" s=\"{style}\"/>").as_bytes()]);
        }
        push(&[b"</", prefix, b"row>"]);
    }

    fn row(&mut self) -> Result<(), PatchError> {
        let tag = self.stream.tag();
        let is_empty = tag.kind == TagKind::Empty;
        let stated = tag.attribute(b"r").map(|r| number(r.value));
        let row = stated.unwrap_or(Some(self.row + 1)).filter(|row| (self.row + 1..=LAST_ROW).contains(row));
        let row = row.ok_or_else(|| self.stream.damaged("rows do not rise"))?;
        self.new_rows(row);
        (self.row, self.column) = (row, 0);
        let to = if self.mover.own { self.mover.shift.row(row) } else { Some(row) };
        let Some(to) = to else { return self.delete(is_empty) };
        if to != row {
            self.renumber(b"r", &to.to_string())?;
        }
        if is_empty { Ok(()) } else { self.cells(to) }
    }

    /// Takes a row out.
    fn delete(&mut self, is_empty: bool) -> Result<(), PatchError> {
        self.stream.hold();
        if !is_empty {
            self.stream.skip()?;
        }
        self.stream.replace_held(&[]);
        self.changed = true;
        Ok(())
    }

    /// Gives the tag at hand another number or place.
    fn renumber(&mut self, name: &[u8], value: &str) -> Result<(), PatchError> {
        self.stream.check_proper()?;
        let tag = self.stream.tag();
        let name_end = 1 + tag.name().len();
        if let Some(attribute) = tag.attribute(name) {
            self.stream.replace(attribute.span, value.as_bytes());
        } else {
            let text = [b" ", name, b"=\"", value.as_bytes(), b"\""].concat();
            self.stream.replace(name_end..name_end, &text);
        }
        self.changed = true;
        Ok(())
    }

    fn cells(&mut self, to: u32) -> Result<(), PatchError> {
        loop {
            self.pass_plain(to);
            if !self.stream.advance()? {
                return Err(self.stream.damaged("a row does not end").into());
            }
            match (self.stream.tag().kind, self.stream.local()) {
                (TagKind::Close, _) => return Ok(()),
                (_, b"c") => self.cell(to)?,
                (TagKind::Open, _) => self.stream.skip()?,
                (TagKind::Empty, _) => {}
            }
        }
    }

    /// Passes over cells without formulas in a row that stays.
    fn pass_plain(&mut self, to: u32) {
        let row = self.row;
        if row == to {
            self.column =
                self.stream.pass_values(|at, last| at.row() == row && at.column() > last, self.column);
        }
    }

    fn cell(&mut self, to: u32) -> Result<(), PatchError> {
        let tag = self.stream.tag();
        let is_empty = tag.kind == TagKind::Empty;
        let stated = tag.attribute(b"r");
        let is_placed = stated.is_some();
        let stated = stated.map(|r| CellRef::from_bytes(r.value));
        let next = CellRef::new(self.row, self.column + 1);
        let at = stated.unwrap_or(next).filter(|at| at.row() == self.row && at.column() > self.column);
        let at = at.ok_or_else(|| self.stream.damaged("cells do not rise"))?;
        self.column = at.column();
        if is_placed && to != at.row() {
            self.renumber(b"r", &at.at_row(to).to_string())?;
        }
        if is_empty {
            return Ok(());
        }
        while self.stream.advance()? {
            let kind = self.stream.tag().kind;
            if kind == TagKind::Close {
                return Ok(());
            }
            if self.stream.local() == b"f" {
                self.formula(at)?;
            } else if kind == TagKind::Open {
                self.stream.skip()?;
            }
        }
        Err(self.stream.damaged("a cell does not end").into())
    }

    fn formula(&mut self, at: CellRef) -> Result<(), PatchError> {
        let opens = self.stream.tag().kind == TagKind::Open;
        self.stream.hold();
        if opens {
            self.stream.skip()?;
        }
        let held = self.stream.held().to_vec();
        let length = markup_length(&held).unwrap_or(held.len());
        let tag = Tag::new(held.get(..length).unwrap_or_default(), 0, 0);
        let inside = held.get(length..).unwrap_or_default();
        let end = inside.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
        let raw = inside.get(..end).unwrap_or_default();
        if !tag.is_proper() || raw.contains(&b'<') || !is_text(raw) {
            return Err(PatchError::Unmovable { part: self.name.clone() });
        }
        let text = decoded(raw);
        let text = unescape(&text);
        let made = match self.group(&tag, at) {
            Some(group) if !group.holds => Some(self.unshared(&tag, group, at)),
            _ => self.moved(&tag, (raw, &text), at, &held),
        };
        self.changed |= made.is_some();
        self.stream.replace_held(made.as_deref().unwrap_or(&held));
        Ok(())
    }

    /// The group of shared formulas that a formula belongs to.
    fn group(&self, tag: &Tag<'_>, at: CellRef) -> Option<&Group> {
        tag.attribute(b"t").filter(|kind| kind.value == b"shared")?;
        self.survey.group(number(tag.attribute(b"si")?.value)?, at)
    }

    /// A formula with a text of its own in place of one it shared.
    fn unshared(&self, tag: &Tag<'_>, group: &Group, at: CellRef) -> Vec<u8> {
        let own = formula::moved(&group.text, group.first, at);
        let own = self.shifted(&own, at).unwrap_or(own);
        let mut out = [b"<", tag.name()].concat();
        for attribute in tag.attributes() {
            if !matches!(attribute.name, b"t" | b"si" | b"ref") {
                out.extend_from_slice(tag.text().get(attribute.whole).unwrap_or_default());
            }
        }
        out.push(b'>');
        push_text(&mut out, &own);
        out.extend_from_slice(&[b"</", tag.name(), b">"].concat());
        out
    }

    fn shifted(&self, text: &str, at: CellRef) -> Option<String> {
        let home = Home { sheet: self.mover.sheet, own: self.mover.own, place: place(at, self.mover.own) };
        shifted(text, self.mover.shift, home)
    }

    /// A formula whose references and ranges moved; `None` where none does.
    fn moved(&self, tag: &Tag<'_>, (raw, text): (&[u8], &str), at: CellRef, held: &[u8]) -> Option<Vec<u8>> {
        let mut replacements = Replacements::default();
        let mut changes = 0;
        for attribute in tag.attributes().filter(|_| self.mover.own) {
            let range = Range::from_bytes(attribute.value);
            let (b"ref" | b"r1" | b"r2", Some(range)) = (attribute.name, range) else { continue };
            let to = self.mover.shift.range(range, Widening::Never);
            if to != Some(range) {
                replacements
                    .replace(attribute.span, to.map_or_else(|| "#REF!".to_owned(), |to| to.to_string()));
                changes += 1;
            }
        }
        if let Some(text) = self.shifted(text, at) {
            let mut written = Vec::new();
            push_text(&mut written, &text);
            replacements.replace(tag.text().len()..tag.text().len() + raw.len(), written);
            changes += 1;
        }
        (changes > 0).then(|| replacements.applied(held))
    }
}
