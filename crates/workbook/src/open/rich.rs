//! Text in runs: a shared string or an inline one, its runs joined, its phonetic guides left out.

use crate::scan::{Kind, Token, unescape};

use super::visit::Stop;

/// UTF-16 units that a cell holds.
const CELL_UNITS: usize = 32_767;

/// Collects the text of an `si` or `is` element from the tokens inside it.
#[derive(Debug, Default)]
pub(super) struct RichText {
    text: String,
    inside: bool,
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
            Kind::Start if token.is(b"t") => self.inside = true,
            Kind::Start if !token.is(b"r") => self.skipped = Some(token.depth),
            Kind::End => self.inside = false,
            Kind::Text | Kind::CData if self.inside => append(&mut self.text, token)?,
            _ => {}
        }
        Ok(())
    }

    /// The text so far as written, see [`meant`]; begins anew.
    pub(super) fn finish(&mut self) -> String {
        self.inside = false;
        self.skipped = None;
        std::mem::take(&mut self.text)
    }
}

/// Adds a text token's meaning.
pub(super) fn append(text: &mut String, token: &Token<'_>) -> Result<(), Stop> {
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
