//! The style sheet, which only grows: a cell style with another number format is a copy of the cell's own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::looks::{Added, LISTS, with_attributes};
use super::markup::{Replacements, Tag, TagKind, push_attribute_text, tags};
use crate::edit::{Look, Rgb};

/// Number formats that every program knows by number. Those for dates depend on the system and are left out.
const BUILT_IN: [(u32, &str); 13] = [
    (0, "General"),
    (1, "0"),
    (2, "0.00"),
    (3, "#,##0"),
    (4, "#,##0.00"),
    (9, "0%"),
    (10, "0.00%"),
    (11, "0.00E+00"),
    (12, "# ?/?"),
    (13, "# ??/??"),
    (20, "h:mm"),
    (21, "h:mm:ss"),
    (49, "@"),
];

/// The first number for formats of the workbook's own.
const FIRST_OWN: u32 = 164;

/// The least a style sheet holds.
const LEAST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>"#;

/// A style sheet that is being added to.
#[derive(Debug)]
pub(crate) struct StyleSheet {
    part: Vec<u8>,
    /// Formats the part defines: number and code.
    formats: Vec<(u32, String)>,
    new_formats: Vec<(u32, String)>,
    /// Where each cell style stands in the part.
    styles: Vec<Range<usize>>,
    new_styles: Vec<Vec<u8>>,
    derived: BTreeMap<(u32, String), u32>,
    /// Marks: the style each started from, and its fill.
    pub(super) marked: BTreeMap<(u32, Rgb), u32>,
    pub(super) looks: BTreeMap<Look, u32>,
    pub(super) fonts: Added,
    pub(super) fills: Added,
    pub(super) borders: Added,
}

impl StyleSheet {
    /// Reads where the formats and cell styles of a part stand.
    pub(crate) fn new(part: Vec<u8>) -> Self {
        let formats =
            children(&part, b"numFmts").into_iter().filter_map(|(tag, _)| number_format(&tag)).collect();
        let styles = children(&part, b"cellXfs").into_iter().map(|(_, span)| span).collect();
        let [fonts, fills, borders] =
            [&b"fonts"[..], b"fills", b"borders"].map(|list| Added::new(&part, list));
        Self {
            part,
            formats,
            new_formats: Vec::new(),
            styles,
            new_styles: Vec::new(),
            derived: BTreeMap::new(),
            marked: BTreeMap::new(),
            looks: BTreeMap::new(),
            fonts,
            fills,
            borders,
        }
    }

    /// The style sheet of a workbook that had none.
    pub(crate) fn least() -> Self {
        Self::new(LEAST.as_bytes().to_vec())
    }

    /// The cell style that is another one with the number format of that code; `None` where the part has no
    /// such style to start from.
    pub(crate) fn with_format(&mut self, base: u32, code: &str) -> Option<u32> {
        let key = (base, code.to_owned());
        if let Some(known) = self.derived.get(&key) {
            return Some(*known);
        }
        let style = self.derive(base, code)?;
        self.derived.insert(key, style);
        Some(style)
    }

    fn derive(&mut self, base: u32, code: &str) -> Option<u32> {
        let text = self.text_of(base)?.to_vec();
        let current = Tag::new(first_tag(&text)?, 0, 0).value(b"numFmtId").and_then(|id| id.parse().ok());
        let candidates = self.numbers_for(code);
        if current.is_some_and(|id| candidates.contains(&id)) {
            return Some(base);
        }
        let same = candidates.iter().find_map(|id| {
            let wanted = with_number(&text, *id)?;
            (0..self.count()).find(|style| self.text_of(*style) == Some(&wanted))
        });
        if same.is_some() {
            return same;
        }
        let id = candidates.first().copied().unwrap_or_else(|| self.add_format(code));
        Some(self.push(with_number(&text, id)?))
    }

    /// The numbers under which a code is known here.
    fn numbers_for(&self, code: &str) -> Vec<u32> {
        let redefined = |id: u32| self.formats.iter().any(|(own, text)| *own == id && text != code);
        let built_in =
            BUILT_IN.iter().filter(|(id, text)| *text == code && !redefined(*id)).map(|(id, _)| *id);
        let own =
            self.formats.iter().chain(&self.new_formats).filter(|(_, text)| text == code).map(|(id, _)| *id);
        built_in.chain(own).collect()
    }

    fn add_format(&mut self, code: &str) -> u32 {
        let used = self.formats.iter().chain(&self.new_formats).map(|(id, _)| id.saturating_add(1)).max();
        let id = used.unwrap_or(FIRST_OWN).max(FIRST_OWN);
        self.new_formats.push((id, code.to_owned()));
        id
    }

    fn count(&self) -> u32 {
        u32::try_from(self.styles.len() + self.new_styles.len()).unwrap_or(u32::MAX)
    }

    /// Adds a cell style; gives its number.
    pub(super) fn push(&mut self, text: Vec<u8>) -> u32 {
        self.new_styles.push(text);
        self.count() - 1
    }

    /// The prefix of the part's elements, with its colon.
    pub(super) fn prefix(&self) -> Vec<u8> {
        tags(&self.part).next().map_or_else(Vec::new, |root| root.prefix().to_vec())
    }

    /// The part as it was read.
    pub(super) fn part(&self) -> &[u8] {
        &self.part
    }

    pub(super) fn text_of(&self, style: u32) -> Option<&[u8]> {
        let index = style as usize;
        match self.styles.get(index) {
            Some(span) => self.part.get(span.clone()),
            None => self.new_styles.get(index - self.styles.len()).map(Vec::as_slice),
        }
    }

    /// The cell styles that were asked for, each with its number format's code.
    pub(crate) fn derived(&self) -> impl Iterator<Item = (u32, &str)> {
        self.derived.iter().map(|((_, code), style)| (*style, code.as_str()))
    }

    /// The marks that were asked for, each with the style it started from.
    pub(crate) fn marks(&self) -> impl Iterator<Item = (u32, u32)> {
        self.marked.iter().map(|((base, _), style)| (*base, *style))
    }

    /// The part with what was added; `None` where nothing was.
    pub(crate) fn grown(&self) -> Option<Vec<u8>> {
        if self.new_styles.is_empty() {
            return None;
        }
        let mut change = Replacements::default();
        let total = self.formats.len() + self.new_formats.len();
        if !self.new_formats.is_empty() {
            let prefix = self.prefix();
            let texts: Vec<u8> =
                self.new_formats.iter().flat_map(|format| format_text(&prefix, format)).collect();
            grow(&mut change, &self.part, b"numFmts", (&texts, total));
        }
        for (list, added) in
            [(&b"fonts"[..], &self.fonts), (b"fills", &self.fills), (b"borders", &self.borders)]
        {
            if let Some((texts, count)) = added.grown() {
                grow(&mut change, &self.part, list, (&texts, count));
            }
        }
        grow(&mut change, &self.part, b"cellXfs", (&self.new_styles.concat(), self.count() as usize));
        Some(change.applied(&self.part))
    }
}

/// Appends to a list right below the root, and sets its count where it has one. A list that is missing is made
/// behind those that come before it.
fn grow(change: &mut Replacements, part: &[u8], list: &[u8], (texts, count): (&[u8], usize)) {
    let mut open = None;
    for tag in tags(part).filter(|tag| tag.depth == 1 && tag.local() == list) {
        match tag.kind {
            TagKind::Open | TagKind::Empty => {
                if let Some(stated) = tag.attribute(b"count") {
                    change.replace(stated.span, count.to_string());
                }
                if tag.kind == TagKind::Empty {
                    let opened = [b">", texts, b"</", tag.name(), b">"].concat();
                    return change.replace(tag.insert_at()..tag.end, opened);
                }
                open = Some(tag);
            }
            TagKind::Close => return change.replace(tag.start..tag.start, texts),
        }
    }
    let root = tags(part).next().filter(|root| open.is_none() && root.kind == TagKind::Open);
    if let Some(root) = root {
        let name = [root.prefix(), list].concat();
        let count = format!(" count=\"{count}\">");
        let before = LISTS.iter().position(|other| *other == list).unwrap_or_default();
        let is_before = |tag: &Tag<'_>| LISTS.iter().take(before).any(|other| *other == tag.local());
        let ends = tags(part).filter(|tag| tag.depth == 1 && tag.kind != TagKind::Open && is_before(tag));
        let at = ends.last().map_or(root.end, |tag| tag.end);
        change.replace(at..at, [b"<", &name[..], count.as_bytes(), texts, b"</", &name[..], b">"].concat());
    }
}

/// The elements of a list right below the root, with all they hold.
pub(super) fn children<'a>(part: &'a [u8], list: &[u8]) -> Vec<(Tag<'a>, Range<usize>)> {
    let mut inside = false;
    let mut found: Vec<(Tag<'a>, Range<usize>)> = Vec::new();
    for tag in tags(part) {
        match (tag.depth, tag.kind) {
            (1, kind) => inside = kind == TagKind::Open && tag.local() == list,
            (2, TagKind::Close) if inside => {
                if let Some((_, span)) = found.last_mut() {
                    span.end = tag.end;
                }
            }
            (2, _) if inside => found.push((tag, tag.start..tag.end)),
            _ => {}
        }
    }
    found
}

fn number_format(tag: &Tag<'_>) -> Option<(u32, String)> {
    Some((tag.value(b"numFmtId")?.parse().ok()?, tag.value(b"formatCode")?))
}

fn format_text(prefix: &[u8], (id, code): &(u32, String)) -> Vec<u8> {
    let mut text =
        [b"<", prefix, b"numFmt numFmtId=\"", id.to_string().as_bytes(), b"\" formatCode=\""].concat();
    push_attribute_text(&mut text, code);
    text.extend_from_slice(b"\"/>");
    text
}

pub(super) fn first_tag(text: &[u8]) -> Option<&[u8]> {
    text.get(..super::markup::markup_length(text)?)
}

/// A cell style's text with another number format, which it is told to use.
fn with_number(style: &[u8], id: u32) -> Option<Vec<u8>> {
    with_attributes(style, &[("numFmtId", &id.to_string()), ("applyNumberFormat", "1")])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"<s><numFmts count="1"><numFmt numFmtId="170" formatCode="0.0&quot;万&quot;"/></numFmts><dxfs><dxf><numFmt numFmtId="180" formatCode="0"/></dxf></dxfs><cellXfs count="2"><xf numFmtId="0" fontId="1"/><xf numFmtId="10" applyNumberFormat="1"><alignment/></xf></cellXfs></s>"#;

    #[test]
    fn a_style_is_copied_once_and_only_when_needed() {
        let mut sheet = StyleSheet::new(SHEET.as_bytes().to_vec());
        assert_eq!(sheet.with_format(1, "0.00%"), Some(1));
        assert_eq!(sheet.with_format(0, "0.00%"), Some(2));
        assert_eq!(sheet.with_format(0, "0.00%"), Some(2));
        assert_eq!(sheet.with_format(1, "0.0\"万\""), Some(3));
        assert_eq!(sheet.with_format(0, "0.0000"), Some(4));
        assert_eq!(sheet.with_format(9, "0"), None);
        let after = String::from_utf8(sheet.grown().unwrap()).unwrap();
        let expected = SHEET
            .replace("numFmts count=\"1\"", "numFmts count=\"2\"")
            .replace("</numFmts>", "<numFmt numFmtId=\"171\" formatCode=\"0.0000\"/></numFmts>")
            .replace("cellXfs count=\"2\"", "cellXfs count=\"5\"")
            .replace(
                "</cellXfs>",
                "<xf numFmtId=\"10\" fontId=\"1\" applyNumberFormat=\"1\"/>\
                 <xf numFmtId=\"170\" applyNumberFormat=\"1\"><alignment/></xf>\
                 <xf numFmtId=\"171\" fontId=\"1\" applyNumberFormat=\"1\"/></cellXfs>",
            );
        assert_eq!(after, expected);
    }

    #[test]
    fn styles_alike_share_the_new_one_and_what_a_code_means_here_counts() {
        let part = r#"<s><numFmts count="0"/><cellXfs count="3"><xf numFmtId="4"/><xf numFmtId="4"/><xf numFmtId="2" /></cellXfs></s>"#;
        let mut sheet = StyleSheet::new(part.as_bytes().to_vec());
        assert_eq!(sheet.with_format(0, "0.000"), Some(3));
        assert_eq!(sheet.with_format(1, "0.000"), Some(3));
        assert_eq!(sheet.with_format(2, "0.000"), Some(4));
        assert_eq!(sheet.with_format(2, "0.00"), Some(2));
        let expected = part
            .replace("<numFmts count=\"0\"/>", "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"0.000\"/></numFmts>")
            .replace("cellXfs count=\"3\"", "cellXfs count=\"5\"")
            .replace("</cellXfs>", "<xf numFmtId=\"164\" applyNumberFormat=\"1\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\" /></cellXfs>");
        assert_eq!(String::from_utf8(sheet.grown().unwrap()).unwrap(), expected);

        let part = r#"<s><numFmts><numFmt numFmtId="10" formatCode="0.0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/></cellXfs></s>"#;
        let mut sheet = StyleSheet::new(part.as_bytes().to_vec());
        assert_eq!(sheet.with_format(1, "0.00%"), Some(2), "10 is another format here");
        assert_eq!(sheet.with_format(1, "0.0"), Some(1));
        assert_eq!(sheet.with_format(0, "0.0"), Some(3));
        let after = String::from_utf8(sheet.grown().unwrap()).unwrap();
        assert!(after.contains(r#"<numFmt numFmtId="164" formatCode="0.00%"/></numFmts>"#), "{after}");
        assert!(sheet.with_format(0, "0.0").is_some() && StyleSheet::least().grown().is_none());
    }

    #[test]
    fn the_list_of_formats_is_made_in_its_place_with_the_prefix_in_use() {
        let part = br"<x:s><x:fonts/><x:cellXfs count='1'><x:xf numFmtId='0'/></x:cellXfs></x:s>";
        let mut sheet = StyleSheet::new(part.to_vec());
        assert_eq!(sheet.with_format(0, "0.000"), Some(1));
        assert_eq!(
            String::from_utf8(sheet.grown().unwrap()).unwrap(),
            "<x:s><x:numFmts count=\"1\"><x:numFmt numFmtId=\"164\" formatCode=\"0.000\"/></x:numFmts><x:fonts/>\
             <x:cellXfs count='2'><x:xf numFmtId='0'/><x:xf numFmtId='164' applyNumberFormat=\"1\"/></x:cellXfs></x:s>"
        );
    }
}
