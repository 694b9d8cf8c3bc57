//! The drawing that holds the boxes of comments: VML, as Excel keeps them to this day.
//!
//! Such parts are not always well-formed (`<br>` in text boxes), so that shapes are found by their own tags, not by
//! their depth.

use std::ops::Range;

use super::facts::Facts;
use super::markup::{Replacements, Tag, TagKind, decoded, tags};
use crate::address::{CellRef, LAST_COLUMN};

/// Numbers of shapes come in blocks of so many.
const BLOCK: u32 = 1024;
/// Pixels between a cell and its box, to the right and upwards.
const GAP: (u32, u32) = (15, 2);
/// Pixels of a box: its inner width, and what its frame takes.
const WIDTH: u32 = 288;
const FRAME: (u32, u32) = (22, 14);
/// Pixels of a narrow character, and of a line.
const CHARACTER: u32 = 6;
const LINE: u32 = 16;
/// The longest box; longer text is seen by dragging its frame.
const MOST_LINES: u32 = 60;

/// Shapes that are no boxes of comments.
const OTHERS: [&[u8]; 9] =
    [b"rect", b"roundrect", b"group", b"oval", b"line", b"polyline", b"arc", b"curve", b"image"];

/// The drawing, with changes on their way.
#[derive(Debug)]
pub(super) struct Drawing {
    part: Vec<u8>,
    shapes: Vec<Shape>,
    change: Replacements,
    new: Vec<u8>,
    /// Shapes that are taken out, and that are put in.
    out: usize,
    added: usize,
    /// The number of the shape made last, and the first number after every block in use.
    last: u32,
    free: u32,
    blocks: Vec<u32>,
}

/// A shape that is the box of a comment.
#[derive(Debug)]
struct Shape {
    span: Range<usize>,
    note: Option<CellRef>,
    /// Where the text of its anchor stands.
    anchor: Option<Range<usize>>,
}

impl Drawing {
    /// A drawing without shapes; `free` is a number above those of all other drawings.
    pub(super) fn empty(free: u32) -> Self {
        let block = free.div_ceil(BLOCK).max(1);
        let part = format!(
            "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" \
             xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" \
             data=\"{block}\"/></o:shapelayout></xml>"
        );
        Self::new(part.into_bytes(), free)
    }

    pub(super) fn new(part: Vec<u8>, free: u32) -> Self {
        let shapes = shapes(&part);
        let blocks = blocks(&part);
        let first = blocks.iter().min().map_or(free, |block| block * BLOCK);
        let last = highest(&part).unwrap_or(first).max(first);
        let free = free.max(last + 1);
        Self {
            part,
            shapes,
            change: Replacements::default(),
            new: Vec::new(),
            out: 0,
            added: 0,
            last,
            free,
            blocks,
        }
    }

    /// Whether shapes have a place.
    pub(super) fn is_whole(&self) -> bool {
        end(&self.part).is_some()
    }

    /// Gives a cell a box for its text; one that is there grows as far as the text asks.
    pub(super) fn set(&mut self, cell: CellRef, beside: CellRef, text: &str, facts: &Facts) {
        let found = self.shapes.iter().find(|shape| shape.note == Some(cell));
        match found.map(|shape| shape.anchor.clone()) {
            Some(Some(anchor)) => {
                let old = self.part.get(anchor.clone()).map(decoded).unwrap_or_default();
                if let Some(new) = grown(&old, text, facts) {
                    self.change.replace(anchor, new);
                }
            }
            Some(None) => {}
            None => self.add(cell, &anchor(beside, text, facts)),
        }
    }

    fn add(&mut self, cell: CellRef, anchor: &str) {
        self.last += 1;
        let block = self.last / BLOCK;
        if !self.blocks.contains(&block) {
            // Numbers go on in a block that no drawing uses.
            let block = self.free.div_ceil(BLOCK).max(1);
            self.last = block * BLOCK + 1;
            self.blocks.push(block);
        }
        self.free = self.free.max(self.last + 1);
        self.added += 1;
        let (id, row, column) = (self.last, cell.row() - 1, cell.column() - 1);
        let shape = format!(
            "<v:shape {SPACES}id=\"_x0000_s{id}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:80pt;\
             margin-top:2pt;width:216pt;height:60pt;z-index:{};visibility:hidden\" fillcolor=\"#ffffe1\" \
             o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/>\
             <v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div \
             style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/>\
             <x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>\
             <x:Column>{column}</x:Column></x:ClientData></v:shape>",
            self.added
        );
        self.new.extend_from_slice(shape.as_bytes());
    }

    /// Takes the box of a cell out.
    pub(super) fn remove(&mut self, cell: CellRef) {
        for shape in self.shapes.iter().filter(|shape| shape.note == Some(cell)) {
            self.change.replace(shape.span.clone(), "");
            self.out += 1;
        }
    }

    /// The part as changed; `None` where no shape is left.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let is_other = |tag: &Tag<'_>| tag.kind != TagKind::Close && OTHERS.contains(&tag.local());
        if self.shapes.len() + self.added <= self.out && !tags(&self.part).any(|tag| is_other(&tag)) {
            return None;
        }
        if self.added > 0 {
            let end = end(&self.part)?;
            let own = self.part.get(..end.start).unwrap_or_default();
            let declares =
                SPACES.split_whitespace().all(|space| memchr::memmem::find(own, space.as_bytes()).is_some());
            let mut text = String::from_utf8_lossy(&self.new).into_owned();
            if memchr::memmem::find(own, b"\"_x0000_t202\"").is_none() {
                text.insert_str(0, SHAPE_TYPE);
            }
            if declares {
                text = text.replace(SPACES, "");
            }
            self.change.replace(end, text);
            self.state_blocks();
        }
        Some(self.change.applied(&self.part))
    }

    /// States the blocks of numbers in use.
    fn state_blocks(&mut self) {
        let stated =
            tags(&self.part).find(|tag| tag.local() == b"idmap").and_then(|tag| tag.attribute(b"data"));
        if let Some(stated) = stated {
            let blocks: Vec<String> = self.blocks.iter().map(u32::to_string).collect();
            let blocks = blocks.join(",");
            if decoded(stated.value) != blocks {
                self.change.replace(stated.span, blocks);
            }
        }
    }
}

/// The namespaces of a shape, for a drawing that declares them otherwise.
const SPACES: &str = "xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\" ";

/// The kind of shape that boxes of comments are of.
const SHAPE_TYPE: &str = "<v:shapetype xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\" id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>";

/// A number above those of the shapes in a drawing's part and of its blocks.
pub(super) fn free(part: &[u8]) -> u32 {
    let blocks = blocks(part).into_iter().map(|block| (block + 1) * BLOCK).max();
    blocks.unwrap_or(0).max(highest(part).map_or(0, |number| number + 1))
}

/// The highest number of a shape.
fn highest(part: &[u8]) -> Option<u32> {
    let mark = b"_x0000_s";
    let places = memchr::memmem::find_iter(part, mark);
    let number = |at: usize| {
        let digits = part.get(at + mark.len()..)?;
        let length = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
        let number = std::str::from_utf8(digits.get(..length)?).ok()?.parse::<u32>().ok()?;
        // A drawing has far fewer shapes.
        (number < u32::MAX / 2).then_some(number)
    };
    places.filter_map(number).max()
}

/// The blocks of numbers that a drawing states.
fn blocks(part: &[u8]) -> Vec<u32> {
    let stated = tags(part).find(|tag| tag.local() == b"idmap").and_then(|tag| tag.value(b"data"));
    let stated = stated.unwrap_or_default();
    stated.split(',').filter_map(|block| block.trim().parse().ok()).filter(|block| *block < 1 << 20).collect()
}

/// Where the root ends: its last closing tag.
fn end(part: &[u8]) -> Option<Range<usize>> {
    let at = memchr::memmem::rfind(part, b"</")?;
    let tag = Tag::new(part.get(at..)?, at, 0);
    (tag.local() == b"xml").then_some(at..at)
}

fn shapes(part: &[u8]) -> Vec<Shape> {
    let mut found: Vec<Shape> = Vec::new();
    let mut at = Fields::default();
    let mut open = None;
    let mut inside = 0;
    for tag in tags(part) {
        match (tag.local(), tag.kind) {
            (b"shape", TagKind::Open) => (open, at) = (Some(tag.start), Fields::default()),
            (b"shape", TagKind::Empty) => {
                found.push(Shape { span: tag.start..tag.end, note: None, anchor: None });
            }
            (b"shape", TagKind::Close) => {
                if let Some(start) = open.take() {
                    found.push(Shape { span: start..tag.end, note: at.cell(), anchor: at.anchor.take() });
                }
            }
            (b"ClientData", TagKind::Open) => {
                at.is_note = tag.value(b"ObjectType").as_deref() == Some("Note");
            }
            (b"Row" | b"Column" | b"Anchor", TagKind::Open) => inside = tag.end,
            (b"Row", TagKind::Close) => at.row = number(part, inside..tag.start),
            (b"Column", TagKind::Close) => at.column = number(part, inside..tag.start),
            (b"Anchor", TagKind::Close) => at.anchor = Some(inside..tag.start),
            _ => {}
        }
    }
    found
}

/// What a shape says of its comment.
#[derive(Default)]
struct Fields {
    is_note: bool,
    row: Option<u32>,
    column: Option<u32>,
    anchor: Option<Range<usize>>,
}

impl Fields {
    fn cell(&self) -> Option<CellRef> {
        let column = u16::try_from(self.column?.checked_add(1)?).ok()?;
        CellRef::new(self.row?.checked_add(1)?, column).filter(|_| self.is_note)
    }
}

fn number(part: &[u8], span: Range<usize>) -> Option<u32> {
    std::str::from_utf8(part.get(span)?).ok()?.trim().parse().ok()
}

/// The pixels that a box takes to show a text: lines are broken where the box ends.
fn size(text: &str) -> (u32, u32) {
    let wide = |c: char| if c.is_ascii() { CHARACTER } else { 2 * CHARACTER };
    let lines = text.split('\n').map(|line| {
        let mut lines = 1;
        let mut filled = 0;
        for width in line.chars().map(wide) {
            if filled + width > WIDTH {
                (lines, filled) = (lines + 1, 0);
            }
            filled += width;
        }
        lines
    });
    let lines: u32 = lines.sum();
    (WIDTH + FRAME.0, lines.min(MOST_LINES) * LINE + FRAME.1)
}

/// The place of a new box: to the right of its cell, or of the merge the cell begins.
fn anchor(beside: CellRef, text: &str, facts: &Facts) -> String {
    let size = size(text);
    let column = beside.column().saturating_add(1).min(LAST_COLUMN);
    let (row, top) = if beside.row() == 1 { (1, GAP.1) } else { (beside.row() - 1, GAP.1 + 8) };
    let start = beside.at_column(column).at_row(row);
    let ((right, right_pixels), (bottom, bottom_pixels)) = facts.end_of((start, GAP.0, top), size);
    format!(
        "{}, {}, {}, {top}, {right}, {right_pixels}, {bottom}, {bottom_pixels}",
        column - 1,
        GAP.0,
        row - 1
    )
}

/// The place of a box made so large that it shows a text; `None` where it is, or where the old one is no place.
fn grown(anchor: &str, text: &str, facts: &Facts) -> Option<String> {
    let old: Vec<u32> = anchor.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [left, left_pixels, top, top_pixels, right, right_pixels, bottom, bottom_pixels] = *old else {
        return None;
    };
    let start = CellRef::new(top.checked_add(1)?, u16::try_from(left.checked_add(1)?).ok()?)?;
    let (across, down) = facts.end_of((start, left_pixels.min(1 << 16), top_pixels.min(1 << 16)), size(text));
    let (right, right_pixels) = across.max((right, right_pixels));
    let (bottom, bottom_pixels) = down.max((bottom, bottom_pixels));
    let new = [left, left_pixels, top, top_pixels, right, right_pixels, bottom, bottom_pixels];
    (old != new).then(|| new.map(|part| part.to_string()).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_room_for_its_text() {
        assert_eq!(size("一行"), (310, 30));
        assert_eq!(size(&"字".repeat(24)), (310, 30));
        assert_eq!(size(&"字".repeat(25)), (310, 46));
        assert_eq!(size("一\n二\n"), (310, 62));
        assert_eq!(size(&"字\n".repeat(500)), (310, 974));
    }

    #[test]
    fn numbers_go_on_and_leave_the_blocks_of_others_alone() {
        let part = r#"<xml><o:idmap data="1"/><v:shape id="_x0000_s2046"/><v:shape id="_x0000_s1025"></v:shape></xml>"#;
        assert_eq!(free(part.as_bytes()), 2048);
        let mut drawing = Drawing::new(part.as_bytes().to_vec(), 4096);
        for cell in ["A1", "A2", "A3"] {
            drawing.add(cell.parse().unwrap(), "");
        }
        let made = String::from_utf8(drawing.finish().unwrap()).unwrap();
        let ids: Vec<&str> =
            made.split("_x0000_s").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids, ["2046", "1025", "2047", "4097", "4098"]);
        assert!(made.contains("data=\"1,4\""), "{made}");
    }

    #[test]
    fn boxes_are_found_in_what_is_not_well_formed() {
        let shape = |row: u32| {
            format!(
                "<v:shape id='_x0000_s{}'><v:textbox><div>a<br>b</div></v:textbox><x:ClientData ObjectType='Note'><x:Row>\n{row}</x:Row><x:Column>2</x:Column></x:ClientData></v:shape>",
                1025 + row
            )
        };
        let part = format!("<xml>{}{}<v:shape id='_x0000_s1030'/></xml>", shape(0), shape(6));
        let mut drawing = Drawing::new(part.clone().into_bytes(), 0);
        assert!(drawing.is_whole());
        drawing.remove("C7".parse().unwrap());
        assert_eq!(drawing.finish().unwrap(), part.replace(&shape(6), "").into_bytes());
        let button = format!("<xml>{}<v:rect/></xml>", shape(6));
        let mut drawing = Drawing::new(button.into_bytes(), 0);
        drawing.remove("C7".parse().unwrap());
        assert_eq!(drawing.finish().as_deref(), Some(&b"<xml><v:rect/></xml>"[..]), "a button is no box");
    }
}
