//! A formula's text after rows of one sheet were inserted or deleted: every reference to that sheet moves as in
//! Excel, every other character stays.

use super::Reference;
use super::area::{Area, Corner, Mark};
use super::token::{Token, TokenKind, tokens};
use crate::address::is_same_sheet;
use crate::shift::{Shift, Widening};

/// Where a formula stands that may speak of the sheet whose rows move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home<'a> {
    /// The name of the sheet whose rows move.
    pub sheet: &'a str,
    /// Whether references without a sheet mean that one.
    pub own: bool,
    /// What relative references are relative to.
    pub place: Place,
}

/// What the relative references of a formula are relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The cell that holds it, in this row of the sheet whose rows move.
    Row(u32),
    /// Every cell of a range, as those of a rule of formats or of validation.
    Each,
    /// Whatever cell uses the name: only what `$` fixes moves.
    Name,
    /// Nothing: a cell of another sheet, a control.
    Elsewhere,
    /// Nothing: a chart, in which a cell or a column of cells is a series that goes on in new rows.
    Series,
}

/// The text after rows moved; `None` where it stays as it is.
///
/// What is deleted becomes `#REF!`. References through several sheets, to other workbooks, and in texts stay.
pub fn shifted(text: &str, shift: &Shift, home: Home<'_>) -> Option<String> {
    let mut result = String::new();
    let mut done = 0;
    let mut at = 0;
    let mut calls = Calls::default();
    for token in tokens(text) {
        let start = at;
        at += token.text.len();
        let alone = calls.take(&token) && stands_alone(text.get(at..).unwrap_or(""));
        let Some(area) = token.area().filter(|_| home.is_meant(&token)) else { continue };
        let to = home.moved(area, shift, alone);
        if to == Some(area) {
            continue;
        }
        result.push_str(text.get(done..start).unwrap_or(""));
        if let Some(qualifier) = token.qualifier() {
            result.push_str(qualifier);
            result.push('!');
        }
        result.push_str(&to.map_or_else(|| "#REF!".to_owned(), |area| area.to_string()));
        done = at;
    }
    (done > 0).then(|| {
        result.push_str(text.get(done..).unwrap_or(""));
        result
    })
}

/// Whether an argument ends here.
fn stands_alone(rest: &str) -> bool {
    matches!(rest.trim_start().as_bytes().first(), Some(b',' | b')'))
}

/// Functions that take all their cells as one list, so that a cell among their arguments is a list of one.
const LISTS: [&str; 10] =
    ["SUM", "COUNT", "COUNTA", "AVERAGE", "MIN", "MAX", "PRODUCT", "COUNTBLANK", "SUMPRODUCT", "MEDIAN"];

/// The calls around a token.
#[derive(Default)]
struct Calls {
    /// For each open parenthesis whether it holds the arguments of a function that takes a list.
    open: Vec<bool>,
    /// Whether the token before was the name of such a function.
    named: bool,
    /// Whether an argument of such a function begins here.
    begins: bool,
}

impl Calls {
    /// Takes in a token; whether it begins an argument of a function that takes a list.
    fn take(&mut self, token: &Token<'_>) -> bool {
        let begins = self.begins;
        if token.kind == TokenKind::Space {
            return false;
        }
        self.begins = false;
        match token.kind {
            TokenKind::Open => {
                self.open.push(self.named);
                self.begins = self.named;
            }
            TokenKind::Close => drop(self.open.pop()),
            TokenKind::Comma => self.begins = self.open.last() == Some(&true),
            _ => {}
        }
        self.named = token.kind == TokenKind::Function
            && LISTS.iter().any(|name| token.text.eq_ignore_ascii_case(name));
        begins
    }
}

impl Home<'_> {
    /// Whether a reference means the sheet whose rows move.
    fn is_meant(&self, token: &Token<'_>) -> bool {
        let Some(qualifier) = token.qualifier() else { return self.own };
        let Some(area) = token.area() else { return false };
        let Reference { book, sheet, last_sheet, .. } = Reference::of(Some(qualifier), area);
        book.is_none() && last_sheet.is_none() && sheet.is_some_and(|sheet| is_same_sheet(&sheet, self.sheet))
    }

    /// Where the cells of a reference go; `alone` says that it is a whole argument of a function that takes a list.
    fn moved(&self, area: Area, shift: &Shift, alone: bool) -> Option<Area> {
        match area {
            Area::Columns(..) => Some(area),
            Area::Cell(at) => {
                let widens =
                    (alone || self.place == Place::Series) && self.widening(at.row, at.row) == Widening::Any;
                let wide = widens.then(|| shift.rows((at.row.at, at.row.at), Widening::Any)).flatten();
                if let Some((first, last)) = wide.filter(|(first, last)| first < last) {
                    let corner = |row| Corner { row: Mark { at: row, ..at.row }, ..at };
                    return Some(Area::Cells(corner(first), corner(last)));
                }
                Some(Area::Cell(Corner { row: self.mark(at.row, shift)?, ..at }))
            }
            // Across columns, a row of a chart is a series by itself.
            Area::Cells(a, b)
                if self.place == Place::Series && a.row.at == b.row.at && a.column.at != b.column.at =>
            {
                let row = self.mark(a.row, shift)?.at;
                let corner = |at: Corner| Corner { row: Mark { at: row, ..at.row }, ..at };
                Some(Area::Cells(corner(a), corner(b)))
            }
            Area::Cells(a, b) => {
                let (top, bottom) = self.marks(a.row, b.row, shift)?;
                Some(Area::Cells(Corner { row: top, ..a }, Corner { row: bottom, ..b }))
            }
            Area::Rows(a, b) => {
                let (top, bottom) = self.marks(a, b, shift)?;
                Some(Area::Rows(top, bottom))
            }
        }
    }

    fn mark(&self, row: Mark, shift: &Shift) -> Option<Mark> {
        if self.place == Place::Name && !row.fixed {
            return Some(row);
        }
        shift.row(row.at).map(|at| Mark { at, ..row })
    }

    /// Both ends of a range, in the order written.
    fn marks(&self, a: Mark, b: Mark, shift: &Shift) -> Option<(Mark, Mark)> {
        if self.place == Place::Name && !(a.fixed && b.fixed) {
            return Some((self.mark(a, shift)?, self.mark(b, shift)?));
        }
        let (top, bottom) = (a.at.min(b.at), a.at.max(b.at));
        let (top, bottom) = shift.rows((top, bottom), self.widening(a, b))?;
        let (first, last) = if a.at <= b.at { (top, bottom) } else { (bottom, top) };
        Some((Mark { at: first, ..a }, Mark { at: last, ..b }))
    }

    /// Whether a range may take in rows at its end: not one that speaks of the formula's own row.
    fn widening(&self, a: Mark, b: Mark) -> Widening {
        let of_own_row = match self.place {
            Place::Row(row) => a.at == row && b.at == row,
            Place::Each | Place::Name => true,
            Place::Elsewhere | Place::Series => false,
        };
        if of_own_row && !(a.fixed && b.fixed) { Widening::SeveralRows } else { Widening::Any }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inserted(before: u32, count: u32, grow: Option<(u32, u32)>) -> Shift {
        let mut shift = Shift::none();
        shift.insert((before, count), grow, None).unwrap();
        shift
    }

    fn home(place: Place) -> Home<'static> {
        Home { sheet: "附 表", own: !matches!(place, Place::Elsewhere | Place::Series), place }
    }

    fn told(text: &str, shift: &Shift, place: Place) -> String {
        shifted(text, shift, home(place)).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn references_to_the_sheet_move_and_nothing_else_does() {
        let shift = inserted(10, 3, None);
        for (text, expected) in [
            ("SUM(D7:D20)", "SUM(D7:D23)"),
            ("SUM( $D$7:D$20 , b10 )", "SUM( $D$7:D$23 , B13 )"),
            ("D9+D10+$D$11", "D9+D13+$D$14"),
            ("D20:D7", "D23:D7"),
            ("10:12+A:C+$9:10", "13:15+A:C+$9:13"),
            ("'附 表'!D10+表二!D10+'附 表'!名称", "'附 表'!D13+表二!D10+'附 表'!名称"),
            (
                "SUM('附 表:表三'!D10)+[1]附表!D10+'[b.xlsx]附 表'!D10",
                "SUM('附 表:表三'!D10)+[1]附表!D10+'[b.xlsx]附 表'!D10",
            ),
            ("\"D10\"&INDIRECT(\"D10\")&LOG10(D10)", "\"D10\"&INDIRECT(\"D10\")&LOG10(D13)"),
            ("SUM(表[[#This Row],[D10]])+{1,2;3,4}+D10#", "SUM(表[[#This Row],[D10]])+{1,2;3,4}+D13#"),
            ("IF(D10<>\"\",D10/ D11,#REF!)", "IF(D13<>\"\",D13/ D14,#REF!)"),
            ("D1048575+D1048574:D1048576+A2:A1048576", "#REF!+#REF!+A2:A1048576"),
        ] {
            assert_eq!(told(text, &shift, Place::Row(9)), expected);
        }
        assert_eq!(shifted("D9+A:A", &shift, home(Place::Row(9))), None, "nothing moves");
        assert_eq!(told("D10+'附 表'!D10", &shift, Place::Elsewhere), "D10+'附 表'!D13");
        assert_eq!(told("'附 表'!$D$10+'附 表'!D10", &shift, Place::Name), "'附 表'!$D$13+'附 表'!D10");
    }

    #[test]
    fn what_is_deleted_is_no_reference_any_more() {
        let mut shift = Shift::none();
        shift.delete(10, 3).unwrap();
        for (text, expected) in [
            ("D10+D13", "#REF!+D10"),
            ("SUM(D7:D20,D10:D12,D9:D10)", "SUM(D7:D17,#REF!,D9:D9)"),
            ("'附 表'!D11", "'附 表'!#REF!"),
        ] {
            assert_eq!(told(text, &shift, Place::Row(7)), expected);
        }
    }

    #[test]
    fn a_form_of_one_row_grows() {
        let shift = inserted(8, 2, Some((7, 7)));
        // The total's formulas take the new rows in, those of the row itself speak of it alone.
        for (text, expected) in [
            ("SUM(D7:D7)", "SUM(D7:D9)"),
            ("SUM(D7)", "SUM(D7:D9)"),
            ("ROUND(SUMPRODUCT(D7:D7,J7:J7)/D8,2)", "ROUND(SUMPRODUCT(D7:D9,J7:J9)/D10,2)"),
            ("COUNT( J7 )<COUNTA($B$7)", "COUNT( J7:J9 )<COUNTA($B$7:$B$9)"),
            ("D7", "D7"),
            ("SUM(D7*2)+IF(D7,1)", "SUM(D7*2)+IF(D7,1)"),
        ] {
            assert_eq!(told(text, &shift, Place::Row(8)), expected);
        }
        for (text, expected) in
            [("SUM(E7:G7)", "SUM(E7:G7)"), ("SUM(E7)", "SUM(E7)"), ("D7/SUM(D$7:D$7)", "D7/SUM(D$7:D$9)")]
        {
            assert_eq!(told(text, &shift, Place::Row(7)), expected);
        }
        assert_eq!(told("SUM($E7:$G7)<>$D7", &shift, Place::Each), "SUM($E7:$G7)<>$D7");
        assert_eq!(told("'附 表'!$D$7:$D$7", &shift, Place::Name), "'附 表'!$D$7:$D$9");
        assert_eq!(told("'附 表'!$D$7:$D$7", &shift, Place::Elsewhere), "'附 表'!$D$7:$D$9");
        for (text, expected) in [
            ("'附 表'!$D$7", "'附 表'!$D$7:$D$9"),
            ("'附 表'!$D$8", "'附 表'!$D$10"),
            ("'附 表'!$D$7:$F$7", "'附 表'!$D$7:$F$7"),
            ("('附 表'!$D$7,'附 表'!$D$8)", "('附 表'!$D$7:$D$9,'附 表'!$D$10)"),
        ] {
            assert_eq!(told(text, &shift, Place::Series), expected);
        }
    }

    proptest! {
        #[test]
        fn inserting_and_deleting_the_same_rows_gives_the_text_back(
            text in "[A-Ca-c$1-3:!'\"\\[\\]#{}(),;+*/^&=<>%@. 附表TRUE_xlfnREFDIV/0!?\\\\]{0,40}|(SUM\\()?'?附 表'?!?\\$?[A-D]\\$?[1-9][0-9]?(:\\$?[A-D]\\$?[1-9][0-9]?)?\\)?[+,]?[A-D][1-9][0-9]?",
            before in 1..60u32, count in 1..9u32,
        ) {
            let there = inserted(before, count, None);
            let mut back = Shift::none();
            back.delete(before, count).unwrap();
            let place = Place::Row(1);
            let Some(moved) = shifted(&text, &there, home(place)) else { return Ok(()) };
            prop_assert_ne!(&moved, &text);
            let again = told(&moved, &back, place);
            // Only the letters of moved references are written large.
            prop_assert_eq!(again.to_uppercase(), text.to_uppercase());
        }
    }
}
