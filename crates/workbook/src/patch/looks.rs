//! Cell styles that are more than another number format: a mark on a cell's own style, and the looks of new
//! sheets. Each gets a style of its own, so that a mark can be told from every style that was there before.

use super::markup::{Replacements, Tag, tags};
use super::styles::{StyleSheet, children, first_tag};
use crate::edit::{Look, Rgb};

/// The lists of a style sheet that come before its cell styles, in their order.
pub(super) const LISTS: [&[u8]; 5] = [b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs"];

/// The frame around a cell of a list.
const FRAME: [&str; 4] = ["left", "right", "top", "bottom"];
/// The ground of headings.
const GREY: Rgb = Rgb(0xE7, 0xEA, 0xEE);
/// The colour of links.
const BLUE: Rgb = Rgb(0x05, 0x63, 0xC1);

/// What is added to one list of the style sheet.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// How many stand in the part.
    before: usize,
    texts: Vec<Vec<u8>>,
}

impl Added {
    pub(super) fn new(part: &[u8], list: &[u8]) -> Self {
        Self { before: children(part, list).len(), texts: Vec::new() }
    }

    /// The number of an element of that text, added where none was added before.
    fn number_of(&mut self, text: Vec<u8>, first: &[&str], prefix: &[u8]) -> usize {
        if self.before == 0 && self.texts.is_empty() {
            // Programs take the first elements for granted.
            self.texts.extend(first.iter().map(|text| prefixed(text, prefix)));
        }
        let known = self.texts.iter().position(|other| *other == text);
        let place = known.unwrap_or_else(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        self.before + place
    }

    /// The text of what was added, and how many there are then; `None` where nothing was.
    pub(super) fn grown(&self) -> Option<(Vec<u8>, usize)> {
        (!self.texts.is_empty()).then(|| (self.texts.concat(), self.before + self.texts.len()))
    }
}

impl StyleSheet {
    /// The style that is another one with a fill; `None` where the part has no such style to start from.
    pub(crate) fn with_fill(&mut self, base: u32, fill: Rgb) -> Option<u32> {
        if let Some(known) = self.marked.get(&(base, fill)) {
            return Some(*known);
        }
        let text = self.text_of(base)?.to_vec();
        let fill_id = self.fill(fill);
        let style = self.push(with_attributes(&text, &[("fillId", &fill_id), ("applyFill", "1")])?);
        self.marked.insert((base, fill), style);
        Some(style)
    }

    /// The style of a look that starts from no cell of the workbook; `None` where the part lists no styles.
    pub(crate) fn with_look(&mut self, look: Look) -> Option<u32> {
        if look == Look::Plain {
            return Some(0);
        }
        if let Some(known) = self.looks.get(&look) {
            return Some(*known);
        }
        let own = with_attributes(self.text_of(0)?, &[])?;
        let font = self.font(look);
        let fill = match look {
            Look::Heading => self.fill(GREY),
            Look::Filled(fill) => self.fill(fill),
            _ => "0".to_owned(),
        };
        let border = if look == Look::Title { "0".to_owned() } else { self.frame() };
        let xf = Tag::new(first_tag(&own)?, 0, 0)
            .value(b"xfId")
            .map_or_else(String::new, |id| format!(" xfId=\"{id}\""));
        let wrap = if look == Look::Title { "" } else { " wrapText=\"1\"" };
        let text = format!(
            "<xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\"{xf} applyFont=\"1\" \
             applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"center\"{wrap}/></xf>"
        );
        let text = prefixed(&text, &self.prefix());
        let style = self.push(text);
        self.looks.insert(look, style);
        Some(style)
    }

    fn fill(&mut self, fill: Rgb) -> String {
        let first = [
            "<fill><patternFill patternType=\"none\"/></fill>",
            "<fill><patternFill patternType=\"gray125\"/></fill>",
        ];
        let text = format!(
            "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF{fill}\"/><bgColor indexed=\"64\"/></patternFill></fill>"
        );
        let prefix = self.prefix();
        self.fills.number_of(prefixed(&text, &prefix), &first, &prefix).to_string()
    }

    fn frame(&mut self) -> String {
        let first = ["<border><left/><right/><top/><bottom/><diagonal/></border>"];
        let side = |name: &str| format!("<{name} style=\"thin\"><color rgb=\"FFBFC4CA\"/></{name}>");
        let text = format!("<border>{}<diagonal/></border>", FRAME.map(side).concat());
        let prefix = self.prefix();
        self.borders.number_of(prefixed(&text, &prefix), &first, &prefix).to_string()
    }

    /// A font of the name and size of the workbook's usual one.
    fn font(&mut self, look: Look) -> String {
        let first = ["<font><sz val=\"11\"/><name val=\"Calibri\"/></font>"];
        let prefix = self.prefix();
        let usual =
            children(self.part(), b"fonts").first().and_then(|(_, span)| self.part().get(span.clone()));
        let of = |local: &[u8]| {
            let tag = tags(usual?).find(|tag| tag.depth == 1 && tag.local() == local)?;
            String::from_utf8(tag.text().strip_suffix(b"/>")?.to_vec()).ok().map(|text| format!("{text}/>"))
        };
        let colour = format!("<{0}color rgb=\"FF{BLUE}\"/>", String::from_utf8_lossy(&prefix));
        let (before, colour) = match look {
            Look::Title | Look::Heading => ("<b/>", ""),
            Look::Link => ("<u/>", &*colour),
            _ => ("", ""),
        };
        let before = prefixed(before, &prefix);
        let size = of(b"sz").unwrap_or_default();
        let name =
            [b"name".as_slice(), b"family", b"charset"].map(|part| of(part).unwrap_or_default()).concat();
        let open = [b"<", &prefix[..], b"font>"].concat();
        let close = [b"</", &prefix[..], b"font>"].concat();
        let text = [&open, &before, size.as_bytes(), colour.as_bytes(), name.as_bytes(), &close].concat();
        self.fonts.number_of(text, &first, &prefix).to_string()
    }
}

/// Markup with a prefix before every element's name.
fn prefixed(markup: &str, prefix: &[u8]) -> Vec<u8> {
    if prefix.is_empty() {
        return markup.as_bytes().to_vec();
    }
    let prefix = String::from_utf8_lossy(prefix);
    let marked =
        markup.replace('<', &format!("<{prefix}")).replace(&format!("<{prefix}/"), &format!("</{prefix}"));
    marked.into_bytes()
}

/// A cell style's text with attributes set.
pub(super) fn with_attributes(style: &[u8], attributes: &[(&str, &str)]) -> Option<Vec<u8>> {
    let tag = Tag::new(first_tag(style)?, 0, 0);
    let mut change = Replacements::default();
    for (name, value) in attributes {
        match tag.attribute(name.as_bytes()) {
            Some(attribute) => change.replace(attribute.span, *value),
            None => change.replace(tag.insert_at()..tag.insert_at(), format!(" {name}=\"{value}\"")),
        }
    }
    Some(change.applied(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(part: &str, make: impl Fn(&mut StyleSheet)) -> String {
        let mut sheet = StyleSheet::new(part.as_bytes().to_vec());
        make(&mut sheet);
        String::from_utf8(sheet.grown().unwrap()).unwrap()
    }

    #[test]
    fn a_mark_is_a_new_style_even_where_one_looks_the_same() {
        let part = r#"<s><fills count="2"><fill/><fill/></fills><cellXfs count="2"><xf fillId="0" fontId="3"/><xf fillId="2"/></cellXfs></s>"#;
        let after = grown(part, |sheet| {
            assert_eq!(sheet.with_fill(0, Rgb(1, 2, 255)), Some(2));
            assert_eq!(sheet.with_fill(1, Rgb(1, 2, 255)), Some(3));
            assert_eq!(sheet.with_fill(0, Rgb(1, 2, 255)), Some(2));
            assert_eq!(sheet.with_fill(7, Rgb(1, 2, 255)), None);
        });
        let fill = r#"<fill><patternFill patternType="solid"><fgColor rgb="FF0102FF"/><bgColor indexed="64"/></patternFill></fill></fills>"#;
        let styles = r#"<xf fillId="2" fontId="3" applyFill="1"/><xf fillId="2" applyFill="1"/></cellXfs>"#;
        let expected = part.replace("</fills>", fill).replace("</cellXfs>", styles);
        let expected = expected.replace(r#"fills count="2""#, r#"fills count="3""#);
        assert_eq!(after, expected.replace(r#"cellXfs count="2""#, r#"cellXfs count="4""#));
    }

    #[test]
    fn lists_that_are_missing_are_made_in_their_order_with_the_prefix_in_use() {
        let part = "<x:s><x:numFmts/><x:cellXfs><x:xf/></x:cellXfs></x:s>";
        let after = grown(part, |sheet| {
            assert_eq!(sheet.with_look(Look::Heading), Some(1));
            assert_eq!(sheet.with_look(Look::Plain), Some(0));
        });
        let order = [
            "<x:numFmts/>",
            "<x:fonts count=\"2\">",
            "<x:fills count=\"3\">",
            "<x:borders count=\"2\">",
            "<x:cellXfs>",
        ];
        let places: Vec<Option<usize>> = order.iter().map(|list| after.find(list)).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{after}");
        assert!(after.contains("<x:font><x:b/></x:font></x:fonts>"), "{after}");
    }

    #[test]
    fn the_fonts_of_looks_are_those_of_the_workbook() {
        let part = r#"<s><fonts count="1"><font><sz val="10"/><color theme="1"/><name val="宋体"/><charset val="134"/></font></fonts><cellXfs><xf xfId="0"/></cellXfs></s>"#;
        let after = grown(part, |sheet| assert_eq!(sheet.with_look(Look::Link), Some(1)));
        let font = r#"<font><u/><sz val="10"/><color rgb="FF0563C1"/><name val="宋体"/><charset val="134"/></font></fonts>"#;
        assert!(after.contains(font) && after.contains(r#"xfId="0" applyFont"#), "{after}");
    }
}
