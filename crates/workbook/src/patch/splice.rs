//! A worksheet part with its edits, in one pass: rows and cells that exist are changed in place, others are
//! inserted where they belong.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;

use super::cell::{Change, OldCell, push_edited, push_element, push_new, push_restyled};
use super::deflate::Compressor;
use super::markup::{Replacements, Tag, TagKind, markup_length};
use super::stream::Stream;
use super::tail::Tail;
use crate::address::{CellRef, LAST_ROW, Range as Area};
use crate::edit::Content;
use crate::error::{OpenError, PatchError};
use crate::limits::Limits;
use crate::package::Deflated;
use crate::scan::number;
use crate::sheet::Sheet;

/// A worksheet part to patch.
pub(crate) struct Part<'a, R> {
    /// Its content.
    pub(crate) input: R,
    /// Its name.
    pub(crate) name: &'a str,
    /// What it may not exceed.
    pub(crate) limits: &'a Limits,
    /// What deflates it.
    pub(crate) compressor: Box<dyn Compressor>,
}

/// A worksheet part with the changes made, which are sorted by cell.
pub(crate) fn spliced(
    part: Part<'_, impl Read>,
    sheet: &Sheet,
    (changes, tail): (&[Change<'_>], &Tail),
) -> Result<Deflated, PatchError> {
    let stream = Stream::new(part.input, part.name, part.limits, part.compressor)?;
    if !stream.is_utf8() {
        return Err(PatchError::Encoding(part.name.to_owned()));
    }
    let mut splice = Splice {
        stream,
        sheet,
        changes,
        prefix: Vec::new(),
        orphans: BTreeSet::new(),
        row: 0,
        column: 0,
        text: Vec::new(),
    };
    splice.run()?;
    if !tail.is_empty() {
        tail.write(&mut splice.stream, &splice.prefix)?;
    }
    Ok(splice.stream.finish()?)
}

struct Splice<'a, R> {
    stream: Stream<R>,
    sheet: &'a Sheet,
    /// What is still to be made.
    changes: &'a [Change<'a>],
    /// The prefix of the sheet data, which inserted elements take.
    prefix: Vec<u8>,
    /// Groups of shared formulas whose first cell lost its formula.
    orphans: BTreeSet<u32>,
    /// The row and the column met last in the input. An element without `r` comes right behind the one before,
    /// which stays: nothing is ever inserted between the two.
    row: u32,
    column: u16,
    text: Vec<u8>,
}

impl<R: Read> Splice<'_, R> {
    fn run(&mut self) -> Result<(), OpenError> {
        let mut depth = 0usize;
        while self.stream.advance()? {
            let kind = self.stream.tag().kind;
            match (kind, self.stream.local()) {
                (TagKind::Close, _) => depth = depth.saturating_sub(1),
                (_, b"sheetData") if depth == 1 => return self.sheet_data(),
                (_, local) => {
                    if depth == 1 && local == b"dimension" {
                        self.dimension()?;
                    }
                    depth += usize::from(kind == TagKind::Open);
                }
            }
        }
        Err(self.stream.damaged("there is no sheet data"))
    }

    /// Widens the stated dimension over cells that come into being.
    fn dimension(&mut self) -> Result<(), OpenError> {
        let reference = self.stream.tag().attribute(b"ref").map(|r| (r.span, Area::from_bytes(r.value)));
        let Some((span, Some(stated))) = reference else { return Ok(()) };
        let wide = self.changes.iter().map(|change| change.at).fold(stated, including);
        if wide != stated {
            self.stream.check_proper()?;
            self.stream.replace(span, wide.to_string().as_bytes());
        }
        Ok(())
    }

    fn sheet_data(&mut self) -> Result<(), OpenError> {
        let tag = self.stream.tag();
        self.prefix = tag.prefix().to_vec();
        if tag.kind == TagKind::Empty && self.changes.is_empty() {
            return Ok(());
        }
        if tag.kind == TagKind::Empty {
            self.stream.check_proper()?;
            let (name, span) = (tag.name().to_vec(), tag.insert_at()..tag.end);
            self.text = b">".to_vec();
            self.new_rows(u32::MAX);
            self.close(&name);
            self.write(span);
            return Ok(());
        }
        self.stream.refuse_alternatives(true);
        while self.stream.advance()? {
            match (self.stream.tag().kind, self.stream.local()) {
                (TagKind::Close, _) => {
                    self.new_rows(u32::MAX);
                    self.write(0..0);
                    self.stream.refuse_alternatives(false);
                    return Ok(());
                }
                (_, b"row") => self.row()?,
                (TagKind::Open, _) => self.stream.skip()?,
                (TagKind::Empty, _) => {}
            }
        }
        Err(self.stream.damaged("the sheet data does not end"))
    }

    /// Puts the gathered text in place of a span of the tag at hand.
    fn write(&mut self, span: Range<usize>) {
        if !self.text.is_empty() {
            self.stream.replace(span, &self.text);
            self.text.clear();
        }
    }

    /// Gathers a closing tag.
    fn close(&mut self, name: &[u8]) {
        self.text.extend_from_slice(b"</");
        self.text.extend_from_slice(name);
        self.text.push(b'>');
    }

    /// Gathers the rows to be made above a row.
    fn new_rows(&mut self, above: u32) {
        while let Some(first) = self.changes.first().filter(|change| change.at.row() < above) {
            let row = first.at.row();
            self.text.push(b'<');
            self.text.extend_from_slice(&self.prefix);
            self.text.extend_from_slice(format!("row r=\"{row}\">").as_bytes());
            self.new_cells(row, u16::MAX);
            self.close(&[&self.prefix[..], b"row"].concat());
        }
    }

    /// Gathers the cells to be made in a row before a column.
    fn new_cells(&mut self, row: u32, before: u16) {
        while let Some((change, rest)) = self.changes.split_first() {
            if change.at.row() != row || change.at.column() >= before {
                return;
            }
            push_new(&mut self.text, &self.prefix, change);
            self.changes = rest;
        }
    }

    fn row(&mut self) -> Result<(), OpenError> {
        let tag = self.stream.tag();
        let is_empty = tag.kind == TagKind::Empty;
        let stated = tag.attribute(b"r").map(|r| number(r.value));
        let row = stated.unwrap_or(Some(self.row + 1)).filter(|row| (self.row + 1..=LAST_ROW).contains(row));
        let row = row.ok_or_else(|| self.stream.damaged("rows do not rise"))?;
        self.new_rows(row);
        (self.row, self.column) = (row, 0);
        let is_edited = self.changes.first().is_some_and(|change| change.at.row() == row);
        if !is_edited {
            self.write(0..0);
            return if is_empty { Ok(()) } else { self.cells() };
        }
        self.stream.check_proper()?;
        let (name, end) = self.row_tag();
        if is_empty {
            self.new_cells(row, u16::MAX);
            self.close(&name);
        }
        self.write(0..end);
        if is_empty { Ok(()) } else { self.cells() }
    }

    /// Gathers the opening tag of a row that is edited; gives its name and where it ends.
    fn row_tag(&mut self) -> (Vec<u8>, usize) {
        let tag = self.stream.tag();
        let name = tag.name().to_vec();
        let mut change = Replacements::default();
        let mut columns =
            self.changes.iter().take_while(|change| change.at.row() == self.row).map(|c| c.at.column());
        let (first, last) = (columns.next(), columns.last());
        if let Some(spans) = tag.attribute(b"spans")
            && let Some(first) = first
            && let Some(wide) = widened(spans.value, first, last.unwrap_or(first))
        {
            change.replace(spans.span, wide);
        }
        if tag.kind == TagKind::Empty {
            change.replace(tag.insert_at()..tag.end, ">");
        }
        let text = change.applied(tag.text());
        let end = tag.end;
        self.text.extend_from_slice(&text);
        (name, end)
    }

    fn cells(&mut self) -> Result<(), OpenError> {
        while self.next_in_row()? {
            match (self.stream.tag().kind, self.stream.local()) {
                (TagKind::Close, _) => {
                    self.new_cells(self.row, u16::MAX);
                    self.write(0..0);
                    return Ok(());
                }
                (_, b"c") => self.cell()?,
                (kind, local) => {
                    if local == b"extLst" {
                        self.new_cells(self.row, u16::MAX);
                        self.write(0..0);
                    }
                    if kind == TagKind::Open {
                        self.stream.skip()?;
                    }
                }
            }
        }
        Err(self.stream.damaged("a row does not end"))
    }

    /// Goes on to the next tag of a row, past the cells that stay.
    fn next_in_row(&mut self) -> Result<bool, OpenError> {
        let row = self.row;
        let next = self.changes.first().map(|change| change.at);
        let stays = |at: CellRef, last: u16| {
            at.row() == row && at.column() > last && next.is_none_or(|next| at < next)
        };
        self.column = self.stream.pass_cells(stays, self.column);
        self.stream.advance()
    }

    fn cell(&mut self) -> Result<(), OpenError> {
        let tag = self.stream.tag();
        let is_empty = tag.kind == TagKind::Empty;
        let stated = tag.attribute(b"r").map(|r| CellRef::from_bytes(r.value));
        let next = CellRef::new(self.row, self.column + 1);
        let at = stated.unwrap_or(next).filter(|at| at.row() == self.row && at.column() > self.column);
        let at = at.ok_or_else(|| self.stream.damaged("cells do not rise"))?;
        self.column = at.column();
        self.new_cells(self.row, at.column());
        self.write(0..0);
        if let Some((change, rest)) = self.changes.split_first().filter(|(change, _)| change.at == at) {
            self.changes = rest;
            if !matches!(change.content, Content::Keep) {
                return self.edit(change);
            }
            self.restyle(change)?;
        }
        if is_empty { Ok(()) } else { self.pass(at) }
    }

    /// Gives a cell another style; its content is passed over like that of any other.
    fn restyle(&mut self, change: &Change<'_>) -> Result<(), OpenError> {
        self.stream.check_proper()?;
        let tag = self.stream.tag();
        push_restyled(&mut self.text, &tag, change.style);
        let end = tag.end;
        self.write(0..end);
        Ok(())
    }

    /// Rewrites a cell.
    fn edit(&mut self, change: &Change<'_>) -> Result<(), OpenError> {
        self.stream.check_proper()?;
        let is_empty = self.stream.tag().kind == TagKind::Empty;
        self.stream.hold();
        let old = if is_empty { OldCell::default() } else { self.old_cell()? };
        let held = self.stream.held();
        let formula = old.formula.clone().and_then(|formula| held.get(formula)).unwrap_or_default();
        let mut own = None;
        if let Some(group) = started_group(formula) {
            if matches!(change.content, Content::Result(_)) {
                self.orphans.remove(&group);
            } else {
                self.orphans.insert(group);
            }
        } else if !self.orphans.is_empty()
            && group_of(formula).is_some_and(|group| self.orphans.contains(&group))
        {
            own = with_own_formula(self.sheet, change);
        }
        let content = own.as_ref().unwrap_or(change.content);
        push_edited(&mut self.text, &Change { content, ..*change }, (held, &old));
        self.stream.replace_held(&self.text);
        self.text.clear();
        Ok(())
    }

    /// Reads a held cell to its end.
    fn old_cell(&mut self) -> Result<OldCell, OpenError> {
        let mut old = OldCell::default();
        while self.stream.advance()? {
            let (kind, local) = (self.stream.tag().kind, self.stream.local());
            let (is_formula, is_extension) = (local == b"f", local == b"extLst");
            if kind == TagKind::Close {
                return Ok(old);
            }
            let start = self.stream.held_length();
            if kind == TagKind::Open {
                self.stream.skip()?;
            }
            if is_formula || is_extension {
                let whole = Some(start..self.stream.held().len());
                *(if is_formula { &mut old.formula } else { &mut old.extensions }) = whole;
            }
        }
        Err(self.stream.damaged("a cell does not end"))
    }

    /// Passes over a cell that stays, giving it a formula of its own where the one it shares has gone.
    fn pass(&mut self, at: CellRef) -> Result<(), OpenError> {
        while self.stream.advance()? {
            let kind = self.stream.tag().kind;
            if kind == TagKind::Close {
                return Ok(());
            }
            if !self.orphans.is_empty() && self.stream.local() == b"f" {
                self.formula(at)?;
            } else if kind == TagKind::Open {
                self.stream.skip()?;
            }
        }
        Err(self.stream.damaged("a cell does not end"))
    }

    fn formula(&mut self, at: CellRef) -> Result<(), OpenError> {
        let tag = self.stream.tag();
        let opens = tag.kind == TagKind::Open;
        let group = group(&tag).filter(|group| self.orphans.contains(group));
        let prefix = tag.prefix().to_vec();
        self.stream.hold();
        if opens {
            self.stream.skip()?;
        }
        let held = self.stream.held();
        let own = self.sheet.formula(at).map(|formula| formula.text).filter(|text| !text.is_empty());
        match (group, own) {
            (Some(group), _) if has_text(held) => {
                self.orphans.remove(&group);
                self.text.extend_from_slice(held);
            }
            (Some(_), Some(own)) => push_element(&mut self.text, &prefix, "f", own),
            _ => self.text.extend_from_slice(held),
        }
        self.stream.replace_held(&self.text);
        self.text.clear();
        Ok(())
    }
}

/// The number of the group of shared formulas that a formula's tag belongs to.
fn group(tag: &Tag<'_>) -> Option<u32> {
    tag.attribute(b"t").filter(|kind| kind.value == b"shared")?;
    number(tag.attribute(b"si")?.value)
}

/// The number of the group of shared formulas that a formula belongs to, from its tag on.
fn group_of(formula: &[u8]) -> Option<u32> {
    group(&Tag::new(formula.get(..markup_length(formula)?)?, 0, 0))
}

/// A new result together with the cell's formula written out, for a cell that shared one from elsewhere.
fn with_own_formula(sheet: &Sheet, change: &Change<'_>) -> Option<Content> {
    let Content::Result(value) = change.content else { return None };
    let own = sheet.formula(change.at).filter(|own| !own.text.is_empty())?;
    Some(Content::Formula { text: own.text.into(), cached: value.clone() })
}

/// The number of the group that a formula starts, as the reader has it: the formula states its text.
fn started_group(formula: &[u8]) -> Option<u32> {
    group_of(formula).filter(|_| has_text(formula))
}

/// Whether a formula, from its tag on, holds text of its own.
fn has_text(formula: &[u8]) -> bool {
    let (mut rest, mut depth) = (formula, 0usize);
    while let Some(length) = markup_length(rest) {
        let (markup, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        match markup {
            [b'<', b'!', b'[', inside @ ..] => {
                if depth == 1 && inside.len() > b"CDATA[]]>".len() {
                    return true;
                }
            }
            [b'<', b'/', ..] => depth = depth.saturating_sub(1),
            [b'<', b'!' | b'?', ..] | [.., b'/', b'>'] => {}
            _ => depth += 1,
        }
        match after {
            [b'<', ..] => rest = after,
            _ if depth == 1 => return true,
            _ => rest = memchr::memchr(b'<', after).and_then(|at| after.get(at..)).unwrap_or_default(),
        }
    }
    false
}

fn including(area: Area, cell: CellRef) -> Area {
    Area::new(Area::new(area.first(), cell).first(), Area::new(area.last(), cell).last())
}

/// The columns a row states it spans, widened to hold two others; `None` where it holds them already.
fn widened(spans: &[u8], from: u16, to: u16) -> Option<String> {
    let parse = |span: &str| {
        let (first, last) = span.split_once(':')?;
        Some((first.parse::<u16>().ok()?, last.parse::<u16>().ok()?))
    };
    let stated: Vec<_> =
        std::str::from_utf8(spans).ok()?.split_ascii_whitespace().filter_map(parse).collect();
    let first = stated.iter().map(|(first, _)| *first).min()?;
    let last = stated.iter().map(|(_, last)| *last).max()?;
    (from < first || to > last).then(|| format!("{}:{}", first.min(from), last.max(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_has_text_where_some_stands_right_in_it() {
        for text in [
            "<f>A1</f>",
            "<f t='shared' si='0'> </f>",
            "<f><!-- x -->A1</f>",
            "<f><![CDATA[A]]></f>",
            "<f><x/>A1</f>",
            "<f><x>1</x>A1</f>",
            "<f><?x?>A1</f>",
        ] {
            assert!(has_text(text.as_bytes()), "{text}");
        }
        for text in [
            "<f/>",
            "<f t='shared' si='0'></f>",
            "<f><!-- x --></f>",
            "<f><![CDATA[]]></f>",
            "<f><x>1</x></f>",
            "<f><x><![CDATA[A]]></x></f>",
            "<f><?x?></f>",
            "<f/>A1",
            "",
        ] {
            assert!(!has_text(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_columns_a_row_spans_grow_only_over_cells_outside() {
        let cases = [
            ("2:4", (2, 4), None),
            ("2:4", (3, 3), None),
            ("2:4", (1, 4), Some("1:4")),
            ("2:4", (2, 5), Some("2:5")),
            ("5:6 1:2", (3, 3), None),
            ("5:6 2:3", (1, 7), Some("1:7")),
            ("x 2", (1, 7), None),
        ];
        for (spans, (from, to), expected) in cases {
            assert_eq!(widened(spans.as_bytes(), from, to).as_deref(), expected, "{spans} {from} {to}");
        }
    }
}
