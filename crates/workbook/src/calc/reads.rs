//! What a formula reads: through its references and through the names it uses.

use super::expression::sheets;
use super::lookup::Evaluator;
use crate::address::{CellRef, Range};
use crate::formula::{Reference, TokenKind, moved, references, tokens};
use crate::workbook::SheetId;

/// The cells a formula reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The ranges, in the order they are met.
    pub ranges: Vec<(SheetId, Range)>,
    /// Why there may be more: a table reference, an unknown name, a function that builds references.
    pub open: Option<String>,
}

/// Names that one formula may lead to.
const MOST_NAMES: usize = 256;

/// The cells that a formula (text without `=`) reads when it stands in a cell, through defined names too.
pub fn reads(evaluator: &Evaluator<'_>, sheet: SheetId, cell: CellRef, text: &str) -> Reads {
    let mut found = Reads::default();
    let mut names = Vec::new();
    collect(evaluator, (sheet, cell), text, &mut names, &mut found);
    // The list grows while it is walked: names lead to names, each of which is read once.
    let mut next = 0;
    while let Some(text) = names.get(next).copied() {
        collect(evaluator, (sheet, cell), &moved(text, CellRef::FIRST, cell), &mut names, &mut found);
        next += 1;
    }
    found
}

fn collect<'w>(
    evaluator: &Evaluator<'w>,
    at: (SheetId, CellRef),
    text: &str,
    names: &mut Vec<&'w str>,
    found: &mut Reads,
) {
    // Cells of another workbook, or of a sheet that is missing, are no cells that change here.
    for reference in references(text) {
        if let Ok(on) = sheets(evaluator, at.0, &reference) {
            found.ranges.extend(on.map(|sheet| (sheet, reference.range())));
        }
    }
    for token in tokens(text) {
        match token.kind {
            TokenKind::Name => {
                let name = token.text.rsplit_once('!').map_or(token.text, |(_, name)| name);
                let sheet = token.qualifier().and_then(Reference::sheet_of);
                match evaluator.named(at.0, sheet.as_deref(), name) {
                    Some(text) if names.contains(&text) => {}
                    Some(text) if names.len() < MOST_NAMES => names.push(text),
                    _ => found.open = Some(format!("the name {name}")),
                }
            }
            TokenKind::Structured => found.open = Some(format!("the table reference {}", token.text)),
            TokenKind::Function if builds_references(token.text) => {
                found.open = Some(format!("the function {}", token.text.to_ascii_uppercase()));
            }
            _ => {}
        }
    }
}

fn builds_references(function: &str) -> bool {
    ["INDIRECT", "OFFSET"].iter().any(|name| function.eq_ignore_ascii_case(name))
}
