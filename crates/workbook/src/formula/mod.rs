//! Tokens, references and the expression tree of a formula's text; printing the tokens gives the text back
//! unchanged.
//!
//! | want | use |
//! |---|---|
//! | change references in place, keep every other character | [`tokens`], [`Token::area`], [`Area::moved`] |
//! | move them as inserted rows do | [`shifted`] |
//! | know what a formula reads | [`references`] |
//! | know which ranges a `SUM` covers, or compute | [`parse`] |

mod area;
mod expr;
mod shifting;
mod token;

pub use area::{Area, Corner, Mark};
pub use expr::{Expr, Operator, ParseError, parse};
pub use shifting::{Home, Place, shifted};
pub use token::{Token, TokenKind, tokens};

use crate::address::{CellRef, Range};

/// A reference to cells as it is written in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Another workbook (`1` of `[1]Sheet!A1`); `None` for this one.
    pub book: Option<String>,
    /// The sheet named, without quotes; `None` for the formula's own.
    pub sheet: Option<String>,
    /// The last sheet of a reference through several (`Sheet3` of `Sheet1:Sheet3!A1`).
    pub last_sheet: Option<String>,
    /// The cells, with their `$` marks.
    pub area: Area,
}

impl Reference {
    /// The rectangle of cells; whole rows and columns reach to the grid's edge.
    pub fn range(&self) -> Range {
        self.area.range()
    }

    /// The sheet that a qualifier (what stands before `!`) names first.
    pub(crate) fn sheet_of(qualifier: &str) -> Option<String> {
        Qualifier::read(qualifier).sheet
    }

    fn of(qualifier: Option<&str>, area: Area) -> Self {
        let Qualifier { book, sheet, last_sheet } = qualifier.map(Qualifier::read).unwrap_or_default();
        Self { book, sheet, last_sheet, area }
    }
}

/// What stands before the `!`.
#[derive(Default)]
struct Qualifier {
    book: Option<String>,
    sheet: Option<String>,
    last_sheet: Option<String>,
}

impl Qualifier {
    fn read(written: &str) -> Self {
        let quoted = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let plain = quoted.map_or_else(|| written.to_owned(), |inner| inner.replace("''", "'"));
        // No sheet's name may hold a bracket or a colon, so these always divide.
        let (book, sheets) = match plain.rsplit_once(']') {
            Some((book, sheets)) => (Some(book.replacen('[', "", 1)), sheets),
            None => (None, plain.as_str()),
        };
        let (sheet, last_sheet) = match sheets.split_once(':') {
            Some((first, last)) => (first, Some(last.to_owned())),
            None => (sheets, None),
        };
        Self { book, sheet: (!sheet.is_empty()).then(|| sheet.to_owned()), last_sheet }
    }
}

/// Every reference to cells in a formula's text, in the order written. Structured references and defined
/// names are none.
pub fn references(text: &str) -> Vec<Reference> {
    tokens(text).filter_map(|token| token.area().map(|area| Reference::of(token.qualifier(), area))).collect()
}

/// The text of a formula written for one cell, as it reads in another (how shared formulas expand).
///
/// Relative references move by the distance between the cells, absolute ones stay; what leaves the grid
/// becomes `#REF!`.
pub fn moved(text: &str, from: CellRef, to: CellRef) -> String {
    let rows = i64::from(to.row()) - i64::from(from.row());
    let columns = i64::from(to.column()) - i64::from(from.column());
    let mut result = String::with_capacity(text.len() + 8);
    for token in tokens(text) {
        let Some(area) = token.area() else {
            result.push_str(token.text);
            continue;
        };
        let shifted = area.moved(rows, columns);
        if shifted == Some(area) {
            result.push_str(token.text);
            continue;
        }
        if let Some(qualifier) = token.qualifier() {
            result.push_str(qualifier);
            result.push('!');
        }
        match shifted {
            Some(area) => result.push_str(&area.to_string()),
            None => result.push_str("#REF!"),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    #[test]
    fn relative_references_move_and_absolute_ones_stay() {
        let cases = [
            ("B7/C7", "D7", "D8", "B8/C8"),
            ("$B7+B$7+$B$7", "D7", "E9", "$B9+C$7+$B$7"),
            ("SUM(D7:D20)*'附 表'!b2&\"B2\"", "D21", "E21", "SUM(E7:E20)*'附 表'!C2&\"B2\""),
            ("A:A+1:$2", "C3", "D4", "B:B+2:$2"),
            ("A1", "B2", "B1", "#REF!"),
            ("Sheet1!A1:B2", "C3", "B3", "Sheet1!#REF!"),
            ("XFD1+A1048576", "A1", "B1", "#REF!+B1048576"),
            ("LOG10(A1)+TRUE+Q1_total", "A1", "A2", "LOG10(A2)+TRUE+Q1_total"),
            ("[1]Sheet!A1+Table1[A1]", "A1", "A2", "[1]Sheet!A2+Table1[A1]"),
        ];
        for (text, from, to, expected) in cases {
            assert_eq!(moved(text, at(from), at(to)), expected, "{text} from {from} to {to}");
        }
    }

    #[test]
    fn references_name_their_sheet_and_range() {
        let list = |text: &str| {
            let shown = references(text).into_iter().map(|r| {
                let parts = [r.book.clone(), r.sheet.clone(), r.last_sheet.clone()];
                let parts = parts.map(Option::unwrap_or_default);
                format!("{}|{}|{}|{}", parts[0], parts[1], parts[2], r.range())
            });
            shown.collect::<Vec<_>>()
        };
        let cases: [(&str, &[&str]); 6] = [
            ("SUM(D7:D9,$D$11:D14)", &["|||D7:D9", "|||D11:D14"]),
            ("'附 表'!A1+'it''s'!K9:B7", &["|附 表||A1", "|it's||B7:K9"]),
            ("附表!D21", &["|附表||D21"]),
            ("SUM(Sheet1:Sheet3!A1)", &["|Sheet1|Sheet3|A1"]),
            ("[1]Sheet!A1+'C:\\x\\[b.xlsx]表'!A2", &["1|Sheet||A1", "C:\\x\\b.xlsx|表||A2"]),
            ("A:B+3:3+名称+\"A1\"", &["|||A1:B1048576", "|||A3:XFD3"]),
        ];
        for (text, expected) in cases {
            assert_eq!(list(text), expected, "{text}");
        }
    }
}
