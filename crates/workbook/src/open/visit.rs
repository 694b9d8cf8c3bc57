//! Walks a part's tokens for a reader, past what markup compatibility offers to newer programs.

use std::io::Read;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
pub(super) use crate::scan::number;
use crate::scan::{Kind, PlainCell, Scanner, Space, Token, decode};

/// Why a reader stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong at the token at hand.
    Damaged(String),
    /// Anything else.
    Error(OpenError),
}

impl Stop {
    pub(super) fn damaged<T>(what: impl Into<String>) -> Result<T, Self> {
        Err(Self::Damaged(what.into()))
    }
}

/// Hands every token of a part to a reader, except comments and the like.
///
/// Of alternate content the fallback is read, as a program does that knows no extension.
pub(super) fn visit(
    package: &Package,
    part: &str,
    limits: &Limits,
    take: impl FnMut(&Token<'_>) -> Result<(), Stop>,
) -> Result<(), OpenError> {
    visit_in(package.stream(part)?, part, limits, take)
}

/// [`visit`] on the content of a part.
pub(super) fn visit_in(
    content: impl Read,
    part: &str,
    limits: &Limits,
    take: impl FnMut(&Token<'_>) -> Result<(), Stop>,
) -> Result<(), OpenError> {
    visit_by(content, part, limits, Tokens(take))
}

/// What reads a part.
pub(super) trait Visitor {
    /// Takes in a token.
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop>;

    /// Whether cells may come next; those that are written as usual are then taken in one step.
    fn awaits_cells(&self) -> bool;

    /// Takes in a cell.
    fn cell(&mut self, cell: &PlainCell<'_>) -> Result<(), Stop>;
}

/// A reader that looks at tokens only.
struct Tokens<F>(F);

impl<F: FnMut(&Token<'_>) -> Result<(), Stop>> Visitor for Tokens<F> {
    #[inline]
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        (self.0)(token)
    }

    #[inline]
    fn awaits_cells(&self) -> bool {
        false
    }

    fn cell(&mut self, _: &PlainCell<'_>) -> Result<(), Stop> {
        Ok(())
    }
}

/// [`visit_in`] with a reader that also takes whole cells.
pub(super) fn visit_by(
    content: impl Read,
    part: &str,
    limits: &Limits,
    mut visitor: impl Visitor,
) -> Result<(), OpenError> {
    let mut scanner = Scanner::new(content, part, limits)?;
    let mut choice = None;
    loop {
        let mut taken = Ok(());
        while choice.is_none() && taken.is_ok() && visitor.awaits_cells() {
            let Some(cell) = scanner.plain_cell(|_| true) else { break };
            taken = visitor.cell(&cell);
        }
        if taken.is_ok() {
            // A token is looked at where it lies: moving one costs more than reading it.
            taken = match scanner.token() {
                Ok(Some(ref token)) if is_read(token, &mut choice) => visitor.take(token),
                Ok(Some(_)) => Ok(()),
                Ok(None) => return Ok(()),
                Err(error) => return Err(error),
            };
        }
        match taken {
            Ok(()) => {}
            Err(Stop::Damaged(what)) => return Err(scanner.damaged(what)),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

/// Whether a token is the reader's; `choice` is the depth of an alternative that is passed over.
#[inline]
fn is_read(token: &Token<'_>, choice: &mut Option<usize>) -> bool {
    if let Some(depth) = *choice {
        if token.kind == Kind::End && token.depth == depth {
            *choice = None;
        }
        return false;
    }
    if token.kind == Kind::Other {
        return false;
    }
    if token.space == Space::Compatibility {
        if token.kind == Kind::Start && token.name() == b"Choice" {
            *choice = Some(token.depth);
        }
        return false;
    }
    true
}

/// An attribute's meaning; `None` where there is none, an error where it is no proper text.
pub(super) fn text(token: &Token<'_>, name: &[u8]) -> Result<Option<String>, Stop> {
    let Some(raw) = token.attribute(name) else { return Ok(None) };
    match decode(raw) {
        Some(text) => Ok(Some(text.into_owned())),
        None => Stop::damaged(format!("{} is no proper text", String::from_utf8_lossy(name))),
    }
}

/// A truth value as attributes write it.
pub(super) fn truth(raw: &[u8]) -> bool {
    matches!(raw, b"1" | b"true" | b"on")
}
