//! A part of a workbook, or an element of a worksheet, changed as text: every place it speaks of moves with its row.

use std::ops::Range as Span;

use super::anchors::{FURTHEST, Follows, Ground, WrittenEdge};
use super::boxes;
use super::points;
use super::rules::{self, Holds};
use super::series::Series;
use crate::address::{CellRef, Range, is_same_sheet};
use crate::formula::{Home, Place, shifted};
use crate::patch::markup::{Replacements, Tag, TagKind, decoded, is_text, push_attribute_text, tags};
use crate::scan::number;
use crate::shift::{Shift, Widening};

/// What moves, seen from one part.
#[derive(Clone, Copy)]
pub(super) struct Mover<'a> {
    pub(super) shift: &'a Shift,
    /// The name of the sheet whose rows move.
    pub(super) sheet: &'a str,
    /// Whether the part belongs to that sheet.
    pub(super) own: bool,
    /// The sheet's number, by which local names tell it.
    pub(super) number: u32,
    /// The ground on which drawings are fastened; without it they follow their cells.
    pub(super) ground: Option<&'a Ground<'a>>,
    /// Merges that new rows get.
    pub(super) merges: &'a [Range],
}

/// A part that speaks of places in a way that cannot be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unmovable;

/// The text with all places moved; `None` where none does.
pub(super) fn moved(part: &[u8], mover: Mover<'_>) -> Result<Option<Vec<u8>>, Unmovable> {
    let mut walk = Walk { part, mover, open: Vec::new(), changes: Vec::new() };
    for tag in tags(part) {
        match tag.kind {
            TagKind::Open => walk.opens(tag)?,
            TagKind::Close => walk.closes(&tag)?,
            TagKind::Empty => {
                walk.opens(tag)?;
                walk.ends(tag.end);
            }
        }
    }
    let home = Home { sheet: mover.sheet, own: mover.own, place: Place::Series };
    for (span, text) in points::moved(part, mover.shift, home) {
        if text.is_empty() {
            walk.changes.retain(|(other, _)| other.end <= span.start || other.start >= span.end);
        }
        walk.changes.push((span, text));
    }
    if walk.changes.is_empty() {
        return Ok(None);
    }
    let mut replacements = Replacements::default();
    for (span, text) in walk.changes {
        replacements.replace(span, text);
    }
    Ok(Some(replacements.applied(part)))
}

/// An element that is open.
struct Open<'a> {
    tag: Tag<'a>,
    /// How many changes were made before it.
    changes: usize,
    /// How many elements it held, and how many of them went and came.
    children: usize,
    gone: usize,
    come: usize,
    is_gone: bool,
    upper: WrittenEdge,
    lower: WrittenEdge,
    /// The cells that a chart's points below it stand for.
    series: Option<Series>,
}

struct Walk<'a> {
    part: &'a [u8],
    mover: Mover<'a>,
    open: Vec<Open<'a>>,
    changes: Vec<(Span<usize>, Vec<u8>)>,
}

/// Where a place goes.
enum To {
    Same,
    New(String),
    Gone,
}

impl<'a> Walk<'a> {
    fn opens(&mut self, tag: Tag<'a>) -> Result<(), Unmovable> {
        let element = Open {
            tag,
            changes: self.changes.len(),
            children: 0,
            gone: 0,
            come: 0,
            is_gone: false,
            upper: WrittenEdge::default(),
            lower: WrittenEdge::default(),
            series: None,
        };
        self.open.push(element);
        for attribute in tag.attributes() {
            let name = attribute.name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
            let Some(holds) = rules::of_attribute(tag.local(), name) else { continue };
            if !is_text(attribute.value) {
                return Err(Unmovable);
            }
            let text = decoded(attribute.value);
            match self.to(holds, &text, &tag) {
                To::Same => {}
                To::New(text) => self.attribute(attribute.span, &text),
                To::Gone => self.goes(),
            }
        }
        if !tag.is_proper() && self.changes.len() > self.open.last().map_or(0, |open| open.changes) {
            return Err(Unmovable);
        }
        match tag.local() {
            b"pane" if self.mover.own => self.pane(&tag),
            b"brk" if self.mover.own && self.parent_is(b"rowBreaks") => self.page_break(&tag),
            b"ptCount" | b"lvl" | b"pt" => self.points(&tag),
            _ => {}
        }
        Ok(())
    }

    fn closes(&mut self, tag: &Tag<'a>) -> Result<(), Unmovable> {
        // Drawings of old programs leave elements open.
        let Some(depth) = self.open.iter().rposition(|open| open.tag.name() == tag.name()) else {
            return Ok(());
        };
        while self.open.len() > depth + 1 {
            self.ends(tag.start);
        }
        let Some(open) = self.open.last() else { return Ok(()) };
        let inside = open.tag.end..tag.start;
        if open.children == 0 {
            self.text(inside)?;
        }
        match tag.local() {
            b"mergeCells" if self.mover.own => self.new_merges(tag),
            b"twoCellAnchor" | b"oneCellAnchor" | b"anchor" if self.mover.own => self.anchor(),
            b"ClientData" if self.mover.own => self.comment_box(tag),
            _ => {}
        }
        self.ends(tag.end);
        Ok(())
    }

    /// Takes an element off the stack, which ends there.
    fn ends(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let is_left_empty =
            open.gone > 0 && open.gone == open.children && rules::goes_when_empty(open.tag.local());
        if open.is_gone || is_left_empty {
            self.changes.truncate(open.changes);
            self.changes.push((open.tag.start..end, Vec::new()));
        } else if open.gone + open.come > 0
            && let Some(count) = open.tag.attribute(b"count")
        {
            let left = (open.children + open.come).saturating_sub(open.gone);
            self.changes.push((count.span, left.to_string().into_bytes()));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.children += 1;
            parent.gone += usize::from(open.is_gone || is_left_empty);
        }
    }

    /// The element at hand goes, or the one around it that is nothing without it.
    fn goes(&mut self) {
        if let Some(open) = self.open.iter_mut().rev().find(|open| rules::goes_with_cells(open.tag.local())) {
            open.is_gone = true;
        }
    }

    /// The box of a comment, or of a control, follows its cell.
    fn comment_box(&mut self, close: &Tag<'_>) {
        let (Some(ground), Some(open)) = (self.mover.ground, self.open.last()) else { return };
        if let Some(pieces) = boxes::moved(self.part, ground, &(open.tag.start..close.end)) {
            self.changes.extend(pieces);
        } else if let Some(open) = self.open.iter_mut().rev().find(|open| open.tag.local() == b"shape") {
            open.is_gone = true;
        }
    }

    /// Whether the element at hand holds a reference to the cells of a chart's points; a series' name is none.
    fn is_of_points(&self) -> bool {
        let mut around = self.open.iter().rev().skip(1).map(|open| open.tag.local());
        around.next().is_some_and(in_chart) && around.next() != Some(b"tx")
    }

    fn parent_is(&self, local: &[u8]) -> bool {
        self.open.iter().rev().nth(1).is_some_and(|open| open.tag.local() == local)
    }

    fn attribute(&mut self, span: Span<usize>, text: &str) {
        let mut escaped = Vec::with_capacity(text.len());
        push_attribute_text(&mut escaped, text);
        self.changes.push((span, escaped));
    }

    /// The text of an element that holds nothing else.
    fn text(&mut self, span: Span<usize>) -> Result<(), Unmovable> {
        let Some(tag) = self.open.last().map(|open| open.tag) else { return Ok(()) };
        let raw = self.part.get(span.clone()).unwrap_or_default();
        match tag.local() {
            b"row" | b"rowOff" => self.edge(raw, &span, tag.local() == b"row"),
            b"f" if self.is_of_points() => self.series(&decoded(raw)),
            _ => {}
        }
        let Some(mut holds) = rules::of_text(tag.local()) else { return Ok(()) };
        if raw.contains(&b'<') || !is_text(raw) {
            return Err(Unmovable);
        }
        let text = decoded(raw);
        if holds == Holds::Areas && text.contains('!') {
            holds = Holds::Formula(Place::Elsewhere);
        }
        let in_rules =
            |open: &Open<'_>| matches!(open.tag.local(), b"conditionalFormatting" | b"dataValidation");
        if tag.local() == b"f" && self.open.iter().any(in_rules) {
            holds = Holds::Formula(Place::Each);
        } else if holds == Holds::Formula(Place::Elsewhere) && self.is_of_points() {
            holds = Holds::Formula(Place::Series);
        }
        match self.to(holds, &text, &tag) {
            To::Same => {}
            To::New(text) => {
                self.changes.push((span, escaped(&text).into_bytes()));
            }
            To::Gone => self.goes(),
        }
        Ok(())
    }

    /// Where what a piece of text holds goes.
    fn to(&self, holds: Holds, text: &str, tag: &Tag<'_>) -> To {
        let Mover { shift, own, .. } = self.mover;
        match holds {
            Holds::Formula(place) => self.formula(text, place, tag),
            Holds::Location => match text.strip_prefix('#') {
                Some(place) => match self.formula(place, Place::Elsewhere, tag) {
                    To::New(place) => To::New(format!("#{place}")),
                    other => other,
                },
                None if tag.local() == b"Relationship" => To::Same,
                None => self.formula(text, Place::Elsewhere, tag),
            },
            Holds::Source => {
                let sheet = tag.value(b"sheet");
                let is_meant = sheet.map_or(own, |sheet| is_same_sheet(&sheet, self.mover.sheet));
                let is_outside = tag.attributes().any(|attribute| attribute.name.ends_with(b":id"));
                if is_meant && !is_outside { area(text, shift, Widening::SeveralRows) } else { To::Same }
            }
            _ if !own => To::Same,
            Holds::Cell => area(text, shift, Widening::Never),
            Holds::View => view(text, shift),
            Holds::Area(widening) => area(text, shift, widening),
            Holds::Areas => areas(text, shift),
            Holds::Chosen => match areas(text, shift) {
                To::Gone => view(text.split_whitespace().next().unwrap_or_default(), shift),
                other => other,
            },
        }
    }

    fn formula(&self, text: &str, place: Place, tag: &Tag<'_>) -> To {
        let local = tag.value(b"localSheetId").map(|number| number == self.mover.number.to_string());
        let own = if tag.local() == b"definedName" { local == Some(true) } else { self.mover.own };
        let home = Home { sheet: self.mover.sheet, own, place };
        shifted(text, self.mover.shift, home).map_or(To::Same, To::New)
    }

    /// A pane that stays in view keeps the rows it shows.
    fn pane(&mut self, tag: &Tag<'_>) {
        let is_frozen = tag.value(b"state").is_some_and(|state| state.starts_with("frozen"));
        let Some(split) = tag.attribute(b"ySplit").filter(|_| is_frozen) else { return };
        let view = self.open.iter().rev().nth(1).and_then(|view| view.tag.attribute(b"topLeftCell"));
        let top = view.and_then(|cell| CellRef::from_bytes(cell.value)).map_or(1, CellRef::row);
        let Some(rows) = number(split.value).filter(|rows| *rows > 0) else { return };
        let last = top.saturating_add(rows).saturating_sub(1);
        let shift = self.mover.shift;
        let Some((_, bottom)) = shift.rows((top, last), Widening::Never) else { return };
        let left = bottom.saturating_add(1).saturating_sub(top_row(top, shift));
        if left != rows {
            self.changes.push((split.span, left.to_string().into_bytes()));
        }
    }

    /// A page ends above the row that began the next one.
    fn page_break(&mut self, tag: &Tag<'_>) {
        let Some(attribute) = tag.attribute(b"id") else { return };
        let Some(row) = number(attribute.value) else { return };
        let to = self.mover.shift.nearest(row.saturating_add(1)).saturating_sub(1);
        if to != row {
            self.changes.push((attribute.span, to.to_string().into_bytes()));
        }
    }

    /// Merges that new rows get are listed behind the others.
    fn new_merges(&mut self, tag: &Tag<'_>) {
        let prefix = String::from_utf8_lossy(tag.prefix());
        let mut text = String::new();
        for range in self.mover.merges {
            text.extend(["<", &prefix, "mergeCell ref=\"", &range.to_string(), "\"/>"]);
        }
        if !text.is_empty() {
            self.changes.push((tag.start..tag.start, text.into_bytes()));
        }
        if let Some(open) = self.open.last_mut() {
            open.come = self.mover.merges.len();
        }
    }

    /// Takes in the row of an edge of a drawing, or its distance from the row's top.
    fn edge(&mut self, raw: &[u8], span: &Span<usize>, is_row: bool) {
        let mut around = self.open.iter_mut().rev().skip(1);
        let (Some(edge), Some(anchor)) = (around.next(), around.next()) else { return };
        let written = match edge.tag.local() {
            b"from" => &mut anchor.upper,
            b"to" => &mut anchor.lower,
            _ => return,
        };
        let text = std::str::from_utf8(raw).unwrap_or_default().trim();
        if is_row {
            written.row = text.parse().ok().map(|row| (row, span.clone()));
        } else {
            let below = text.parse().ok().filter(|below| FURTHEST.contains(below));
            written.below = below.map(|below| (below, span.clone()));
        }
    }

    fn anchor(&mut self) {
        let (Some(ground), Some(open)) = (self.mover.ground, self.open.last()) else { return };
        let says = |name: &[u8]| open.tag.value(name).is_some_and(|value| value == "1" || value == "true");
        let edit_as = open.tag.value(b"editAs");
        let follows = match (open.tag.local(), edit_as.as_deref()) {
            (b"anchor", _) if says(b"moveWithCells") && says(b"sizeWithCells") => Follows::Both,
            (b"anchor", _) if says(b"moveWithCells") => Follows::Upper,
            (b"anchor", _) | (_, Some("absolute")) => Follows::Nothing,
            (_, Some("oneCell")) => Follows::Upper,
            _ => Follows::Both,
        };
        let pieces = ground.moved((&open.upper, &open.lower), follows);
        self.changes.extend(pieces.into_iter().map(|(span, text)| (span, text.into_bytes())));
    }

    /// Remembers the cells whose values the points that follow are.
    fn series(&mut self, text: &str) {
        let home = Home { sheet: self.mover.sheet, own: self.mover.own, place: Place::Series };
        let series = Series::new(text, self.mover.shift, home);
        if let Some(parent) = self.open.len().checked_sub(2).and_then(|at| self.open.get_mut(at)) {
            parent.series = series;
        }
    }

    /// The kept values of a chart move with their cells.
    fn points(&mut self, tag: &Tag<'_>) {
        let Some(series) = self.open.iter_mut().rev().find_map(|open| open.series.as_mut()) else { return };
        let attribute = match tag.local() {
            b"ptCount" => tag.attribute(b"val"),
            b"lvl" => tag.attribute(b"ptCount"),
            _ => tag.attribute(b"idx"),
        };
        let Some((attribute, value)) = attribute.and_then(|found| Some((found.span, number(found.value)?)))
        else {
            return;
        };
        let to = if tag.local() == b"pt" { series.index(value) } else { Some(series.count(value)) };
        match to {
            None => self.goes(),
            Some(to) if to != value => self.changes.push((attribute, to.to_string().into_bytes())),
            Some(_) => {}
        }
    }
}

/// Whether an element of a chart holds a reference and the values it gave.
fn in_chart(element: &[u8]) -> bool {
    element.ends_with(b"Ref") || element.ends_with(b"Dim") || element == b"datalabelsRange"
}

/// A text as the content of an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}

fn area(text: &str, shift: &Shift, widening: Widening) -> To {
    let Some(range) = Range::from_bytes(text.as_bytes()) else { return To::Same };
    match shift.range(range, widening) {
        None => To::Gone,
        Some(to) if to == range => To::Same,
        Some(to) => To::New(to.to_string()),
    }
}

/// Ranges with blanks between them; those that are deleted are left out.
fn areas(text: &str, shift: &Shift) -> To {
    let mut changed = false;
    let mut left: Vec<String> = Vec::new();
    for written in text.split_whitespace() {
        match area(written, shift, Widening::Looks) {
            To::Same => left.push(written.to_owned()),
            To::New(range) => {
                changed = true;
                left.push(range);
            }
            To::Gone => changed = true,
        }
    }
    match (changed, left.is_empty()) {
        (false, _) => To::Same,
        (true, true) => To::Gone,
        (true, false) => To::New(left.join(" ")),
    }
}

/// A cell that a view begins with: the first row stays in view.
fn view(text: &str, shift: &Shift) -> To {
    let Some(range) = Range::from_bytes(text.as_bytes()) else { return To::Same };
    let cell = range.first();
    let to = cell.at_row(top_row(cell.row(), shift));
    if to == cell { To::Same } else { To::New(to.to_string()) }
}

fn top_row(row: u32, shift: &Shift) -> u32 {
    if row == 1 { 1 } else { shift.nearest(row) }
}
