//! Text in runs: a shared string or an inline one, its runs joined, its phonetic guides left out.

use crate::scan::{Kind, Token, unescape};

use super::visit::Stop;

/// UTF-16 units that a cell holds.
const CELL_UNITS: usize = 32_767;

/// Collects the text of an `si` or `is` element from the tokens inside it.
#[derive(Debug, Default)]
pub(super) struct RichText {
    text: String,
    /// How the `t` element at hand is read, and where its text begins.
    inside: Option<(Blanks, usize)>,
    skipped: Option<usize>,
}

impl RichText {
    /// Takes a token inside the element.
    pub(super) fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if let Some(depth) = self.skipped {
            if token.kind == Kind::End && token.depth == depth {
                self.skipped = None;
            }
            return Ok(());
        }
        match token.kind {
            Kind::Start if token.is(b"t") => self.inside = Some((Blanks::of(token), self.text.len())),
            Kind::Start if !token.is(b"r") => self.skipped = Some(token.depth),
            Kind::End => {
                if let Some((Blanks::Trimmed, start)) = self.inside.take() {
                    trim(&mut self.text, start);
                }
            }
            Kind::Text | Kind::CData if self.inside.is_some() => append(&mut self.text, token)?,
            _ => {}
        }
        Ok(())
    }

    /// The text so far as written, see [`meant`]; begins anew.
    pub(super) fn finish(&mut self) -> String {
        self.inside = None;
        self.skipped = None;
        std::mem::take(&mut self.text)
    }
}

/// What happens to blanks around an element's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blanks {
    /// They stay: the element says `xml:space="preserve"`.
    Kept,
    /// They go, as Excel reads a string (not a formula's stored result, which keeps them).
    Trimmed,
}

impl Blanks {
    fn of(token: &Token<'_>) -> Self {
        if token.attribute(b"xml:space") == Some(b"preserve") { Self::Kept } else { Self::Trimmed }
    }
}

/// Takes off blanks around what was added to a text from a place on.
fn trim(text: &mut String, start: usize) {
    let added = text.get(start..).unwrap_or("");
    let kept = added.trim_ascii();
    if kept.len() < added.len() {
        let kept = kept.to_owned();
        text.truncate(start);
        text.push_str(&kept);
    }
}

/// Adds a text token's meaning.
pub(super) fn append(text: &mut String, token: &Token<'_>) -> Result<(), Stop> {
    // Most text is short and plain, and means what it says.
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'&';
    if token.kind == Kind::Text
        && token.raw.iter().all(is_plain)
        && let Ok(plain) = std::str::from_utf8(token.raw)
    {
        text.push_str(plain);
        return Ok(());
    }
    match token.text() {
        Some(more) => text.push_str(&more),
        None => return Stop::damaged("text that is not UTF-8, or holds characters XML forbids"),
    }
    Ok(())
}

/// A cell's text with its escapes resolved; longer than a cell holds is an error, never a cut.
pub(super) fn meant(text: &str) -> Result<std::borrow::Cow<'_, str>, Stop> {
    let meant = unescape(text);
    if meant.len() > CELL_UNITS {
        let units = meant.encode_utf16().count();
        if units > CELL_UNITS {
            return Stop::damaged(format!("a text of {units} UTF-16 units; a cell holds {CELL_UNITS}"));
        }
    }
    Ok(meant)
}
