//! Reports for people: the verdict first, then what must be corrected, what to look at, and one line for the
//! rest. Each line stands on its own, so that it can be pasted into a message.

mod cells;
mod check;
mod convert;
mod elsewhere;
mod files;
mod fill;
pub(crate) mod lines;
mod made;
mod merged;
mod rows;

pub use cells::cells;
use cells::spans;
pub use check::check;
pub(crate) use check::counted;
pub use convert::{Converted, converted, published};
pub use elsewhere::elsewhere;
pub use files::{FileLine, files};
pub use fill::{Done, done, fill};
pub use made::{cleaned, extracted, fixes, marked, paged, unread_paged};
pub use merged::merged;

use crate::Lang;

/// Whether the report may hold colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    #[default]
    Never,
    /// Escape sequences of a terminal.
    Always,
}

/// How much of the findings is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Errors and warnings; infos in one closing line.
    #[default]
    Usual,
    /// All of them.
    All,
}

/// How a report looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The language.
    pub lang: Lang,
    /// Colours.
    pub colour: Colour,
    /// How much is shown.
    pub detail: Detail,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Doubt,
    Bad,
    Faint,
}

impl Style {
    /// The text in its colour, if colours are wanted.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if self.colour == Colour::Never {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "1;32",
            Tone::Doubt => "1;33",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
