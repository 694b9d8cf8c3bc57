//! The text of one cell: a new one, or an old one with other content.
//!
//! Text is written as an inline string: the shared strings stay untouched, so that an edit changes one part,
//! and Excel, WPS and LibreOffice read both alike. Where a workbook shares no strings at all, checkers of
//! documents question inline ones; there text is written as a plain string value.

use std::fmt;
use std::io::Write;
use std::ops::Range;

use super::markup::{Replacements, Tag};
use crate::address::CellRef;
use crate::edit::Content;
use crate::scan::number;
use crate::sheet::Value;

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextForm {
    /// As an inline string.
    Inline,
    /// As a string value, like the result of a formula.
    Plain,
}

/// A cell's edit, checked and with its style settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// The cell.
    pub(crate) at: CellRef,
    /// Its style afterwards.
    pub(crate) style: u32,
    /// What it holds afterwards.
    pub(crate) content: &'a Content,
    /// How its text is written.
    pub(crate) form: TextForm,
}

/// What stands in a cell that is edited, as spans of its text.
#[derive(Debug, Default)]
pub(crate) struct OldCell {
    /// The formula, from tag to tag.
    pub(crate) formula: Option<Range<usize>>,
    /// Extensions, from tag to tag.
    pub(crate) extensions: Option<Range<usize>>,
}

/// Appends a cell that did not exist.
pub(crate) fn push_new(out: &mut Vec<u8>, prefix: &[u8], change: &Change<'_>) {
    out.push(b'<');
    out.extend_from_slice(prefix);
    put(out, format_args!("c r=\"{}\"", change.at));
    push_style(out, change.style);
    push_body(out, prefix, change, (&[], &[]));
}

/// Appends a cell in place of another: its text, from `<` to its end, and what was found in it.
pub(crate) fn push_edited(out: &mut Vec<u8>, change: &Change<'_>, old: (&[u8], &OldCell)) {
    let (text, parts) = old;
    let tag_end = super::markup::markup_length(text).unwrap_or(text.len());
    let tag = Tag::new(text.get(..tag_end).unwrap_or_default(), 0, 0);
    let is_result = matches!(change.content, Content::Result(_));
    out.push(b'<');
    out.extend_from_slice(tag.name());
    if tag.attribute(b"r").is_none() {
        put(out, format_args!(" r=\"{}\"", change.at));
    }
    let mut styled = false;
    for attribute in tag.attributes() {
        let whole = text.get(attribute.whole.clone()).unwrap_or_default();
        match attribute.name {
            b"t" | b"vm" | b"ph" => {}
            b"cm" if !is_result => {}
            b"s" if number(attribute.value) != Some(change.style) => {
                styled = true;
                push_style(out, change.style);
            }
            name => {
                styled |= name == b"s";
                out.extend_from_slice(whole);
            }
        }
    }
    if !styled {
        push_style(out, change.style);
    }
    let piece =
        |span: &Option<Range<usize>>| span.clone().and_then(|span| text.get(span)).unwrap_or_default();
    let formula = if is_result { piece(&parts.formula) } else { &[] };
    push_body(out, tag.prefix(), change, (formula, piece(&parts.extensions)));
}

/// Appends a cell's opening tag with another style; whatever follows it stays.
pub(crate) fn push_restyled(out: &mut Vec<u8>, tag: &Tag<'_>, style: u32) {
    let mut change = Replacements::default();
    match tag.attribute(b"s") {
        Some(stated) if style == 0 => change.replace(stated.whole, ""),
        Some(stated) => change.replace(stated.span, style.to_string()),
        None if style == 0 => {}
        None => {
            // Where Excel writes it: behind the place.
            let at = tag.attribute(b"r").map_or_else(|| tag.start + 1 + tag.name().len(), |r| r.whole.end);
            change.replace(at..at, format!(" s=\"{style}\""));
        }
    }
    out.extend_from_slice(&change.applied(tag.text()));
}

/// Appends formatted text; memory takes whatever is written to it.
fn put(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    drop(out.write_fmt(text));
}

fn push_all(out: &mut Vec<u8>, pieces: &[&[u8]]) {
    for piece in pieces {
        out.extend_from_slice(piece);
    }
}

fn push_style(out: &mut Vec<u8>, style: u32) {
    if style != 0 {
        put(out, format_args!(" s=\"{style}\""));
    }
}

/// The rest of a cell behind its place and style; `kept` are its formula and its extensions.
fn push_body(out: &mut Vec<u8>, prefix: &[u8], change: &Change<'_>, kept: (&[u8], &[u8])) {
    let (content, (formula, extensions)) = (change.content, kept);
    if matches!(content, Content::Clear | Content::Keep) && extensions.is_empty() {
        return out.extend_from_slice(b"/>");
    }
    if let Some(kind) = type_of(change) {
        push_all(out, &[b" t=\"", kind.as_bytes(), b"\""]);
    }
    out.push(b'>');
    out.extend_from_slice(formula);
    match content {
        Content::Clear | Content::Keep => {}
        Content::Number(digits) => push_element(out, prefix, "v", digits),
        Content::Bool(truth) => push_element(out, prefix, "v", if *truth { "1" } else { "0" }),
        Content::Text(text) if change.form == TextForm::Plain => push_element(out, prefix, "v", text),
        Content::Text(text) => {
            push_all(out, &[b"<", prefix, b"is>"]);
            push_element(out, prefix, "t", text);
            push_all(out, &[b"</", prefix, b"is>"]);
        }
        Content::Formula { text, cached } => {
            push_element(out, prefix, "f", text);
            push_result(out, prefix, cached);
        }
        Content::Result(value) => push_result(out, prefix, value),
    }
    out.extend_from_slice(extensions);
    push_all(out, &[b"</", prefix, b"c>"]);
}

fn push_result(out: &mut Vec<u8>, prefix: &[u8], value: &Value) {
    match value {
        Value::Blank => {}
        Value::Bool(truth) => push_element(out, prefix, "v", if *truth { "1" } else { "0" }),
        Value::Number(text) | Value::Text(text) | Value::Error(text) | Value::Date(text) => {
            push_element(out, prefix, "v", text);
        }
    }
}

fn type_of(change: &Change<'_>) -> Option<&'static str> {
    match change.content {
        Content::Text(_) if change.form == TextForm::Plain => Some("str"),
        Content::Text(_) => Some("inlineStr"),
        Content::Bool(_) => Some("b"),
        Content::Number(_) | Content::Clear | Content::Keep => None,
        Content::Formula { cached: value, .. } | Content::Result(value) => match value {
            Value::Blank | Value::Number(_) => None,
            Value::Text(_) => Some("str"),
            Value::Bool(_) => Some("b"),
            Value::Error(_) => Some("e"),
            Value::Date(_) => Some("d"),
        },
    }
}

/// An element of text, told to keep its outer blanks where it has some.
pub(crate) fn push_element(out: &mut Vec<u8>, prefix: &[u8], name: &str, text: &str) {
    let blank = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r');
    let keeps = text.starts_with(blank) || text.ends_with(blank) || text.contains('\n');
    let space = if keeps { " xml:space=\"preserve\"" } else { "" };
    push_all(out, &[b"<", prefix, name.as_bytes(), space.as_bytes(), b">"]);
    push_text(out, text);
    push_all(out, &[b"</", prefix, name.as_bytes(), b">"]);
}

/// Text as a file holds it: what XML forbids, and what would read as such an escape, becomes `_xHHHH_`.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    // The two characters beyond ASCII that are escaped begin with 0xEF.
    let is_plain = |byte: u8| byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'_' | 0xef);
    if text.bytes().all(is_plain) {
        return out.extend_from_slice(text.as_bytes());
    }
    for (at, character) in text.char_indices() {
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '_' if is_escape(text.as_bytes().get(at..).unwrap_or_default()) => {
                out.extend_from_slice(b"_x005F_");
            }
            '\t' | '\n' => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                put(out, format_args!("_x{:04X}_", u32::from(character)));
            }
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Whether text begins with what would read as an escape once it is written: the underscore that ends it may be
/// the first of another escape.
fn is_escape(text: &[u8]) -> bool {
    let Some((digits, after)) = text.strip_prefix(b"_x").and_then(|rest| rest.split_at_checked(4)) else {
        return false;
    };
    let ends = match after {
        [b'_', ..] | [0xef, 0xbf, 0xbe | 0xbf, ..] => true,
        [byte, ..] => *byte < b' ' && !matches!(byte, b'\t' | b'\n'),
        [] => false,
    };
    ends && digits.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(old: &str, parts: &OldCell, style: u32, content: &Content) -> String {
        let mut out = Vec::new();
        let change = Change { at: "B2".parse().unwrap(), style, content, form: TextForm::Inline };
        push_edited(&mut out, &change, (old.as_bytes(), parts));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_belonged_to_the_old_content_goes_with_it() {
        let old =
            "<x:c cm='1' r='B2' s='3' q:z=\"1\" t=\"str\" vm=\"2\" ph=\"1\"><x:f>A1</x:f><x:v>a</x:v></x:c>";
        let formula = old.find("<x:f>").unwrap()..old.find("<x:v>").unwrap();
        let parts = OldCell { formula: Some(formula), ..OldCell::default() };
        for (content, style, expected) in [
            (Content::Number("1.50".into()), 3, "<x:c r='B2' s='3' q:z=\"1\"><x:v>1.50</x:v></x:c>"),
            (Content::Clear, 4, "<x:c r='B2' s=\"4\" q:z=\"1\"/>"),
            (
                Content::Result(Value::Bool(true)),
                3,
                "<x:c cm='1' r='B2' s='3' q:z=\"1\" t=\"b\"><x:f>A1</x:f><x:v>1</x:v></x:c>",
            ),
            (
                Content::Text(" 甲<&".into()),
                0,
                "<x:c r='B2' q:z=\"1\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\"> 甲&lt;&amp;</x:t></x:is></x:c>",
            ),
            (
                Content::Formula { text: "A1&\"x\"".into(), cached: Value::Text("x".into()) },
                3,
                "<x:c r='B2' s='3' q:z=\"1\" t=\"str\"><x:f>A1&amp;\"x\"</x:f><x:v>x</x:v></x:c>",
            ),
        ] {
            assert_eq!(edited(old, &parts, style, &content), expected);
        }
    }

    #[test]
    fn characters_that_xml_forbids_are_escaped_and_so_is_what_looks_escaped() {
        let mut out = Vec::new();
        push_text(&mut out, "a\r\n\u{1}_x000a_b_x12_\u{ffff}");
        assert_eq!(String::from_utf8(out).unwrap(), "a_x000D_\n_x0001__x005F_x000a_b_x12__xFFFF_");
        for (text, written) in [
            ("_x005F\u{1}", "_x005F_x005F_x0001_"),
            ("_x0041\u{ffff}", "_x005F_x0041_xFFFF_"),
            ("_x0041\n", "_x0041\n"),
            ("_x0041 1", "_x0041 1"),
            ("_x0041a", "_x0041a"),
            ("_x0041\u{e000}", "_x0041\u{e000}"),
            ("_x0041", "_x0041"),
            ("_x00g1_", "_x00g1_"),
            ("\u{1}", "_x0001_"),
            ("\t\n", "\t\n"),
        ] {
            let mut out = Vec::new();
            push_text(&mut out, text);
            let found = String::from_utf8(out).unwrap();
            assert_eq!(found, written);
            assert_eq!(crate::scan::unescape(&found), text);
        }
    }

    #[test]
    fn text_is_told_to_keep_blanks_that_would_be_lost() {
        let written = |text: &str| {
            let mut out = Vec::new();
            push_element(&mut out, b"x:", "t", text);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("a b"), "<x:t>a b</x:t>");
        assert_eq!(written("<&>"), "<x:t>&lt;&amp;&gt;</x:t>");
        for text in [" a", "a ", "a\t", "\na", "a\nb"] {
            assert_eq!(written(text), format!("<x:t xml:space=\"preserve\">{text}</x:t>"));
        }
    }

    #[test]
    fn a_cell_has_one_place_and_one_style() {
        let blank = OldCell::default();
        for (old, style, expected) in [
            ("<c/>", 0, r#"<c r="B2"/>"#),
            ("<c s='3'/>", 3, r#"<c r="B2" s='3'/>"#),
            ("<c s='3'/>", 4, r#"<c r="B2" s="4"/>"#),
            ("<c r='B2'/>", 4, r#"<c r='B2' s="4"/>"#),
            ("<c r='B2' s='3'/>", 0, "<c r='B2'/>"),
        ] {
            assert_eq!(edited(old, &blank, style, &Content::Clear), expected, "{old}");
        }
        let old = "<c r='B2'><v>1</v><extLst><ext/></extLst></c>";
        let parts = OldCell { extensions: Some(18..41), ..OldCell::default() };
        let cleared = edited(old, &parts, 0, &Content::Clear);
        assert_eq!(cleared, "<c r='B2'><extLst><ext/></extLst></c>", "extensions stay");
    }
}
