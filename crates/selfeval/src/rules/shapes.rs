//! Whether two formulas of one column say the same from row to row: `H7/D7` in row 7 and `H8/D8` in row 8.

use jixiao_workbook::CellRef;
use jixiao_workbook::formula::{Area, Mark, Token, TokenKind, tokens};

/// A formula's text and the cell it stands in.
pub(super) type Placed<'a> = (CellRef, &'a str);

/// Whether two formulas of one column have one shape: the same tokens, relative references apart by as many rows
/// as their cells. Blanks and letter case do not matter. Equal ones are told without reading their tokens.
pub(super) fn same_shape(a: Placed<'_>, b: Placed<'_>) -> bool {
    let rows = i64::from(b.0.row()) - i64::from(a.0.row());
    plainly_same(a.1.as_bytes(), b.1.as_bytes(), rows) || same_tokens(a.1, b.1, rows)
}

/// Whether two texts without other sheets are the same but for row numbers that differ by `rows`.
fn plainly_same(a: &[u8], b: &[u8], rows: i64) -> bool {
    let (mut left, mut right) = (a, b);
    // How many letters stand right before, whether digits did, and whether that was a cell.
    let (mut letters, mut word, mut cell) = (0_u8, false, false);
    loop {
        let (Some((one, rest)), Some((other, others))) = (left.split_first(), right.split_first()) else {
            return left.is_empty() && right.is_empty();
        };
        if one.is_ascii_digit() && other.is_ascii_digit() && (1..=3).contains(&letters) && !word {
            let (Some(first), Some(second)) = (number(&mut left), number(&mut right)) else { return false };
            if second - first != rows || left.first().is_some_and(|next| is_word(*next)) {
                return false;
            }
            (letters, cell) = (0, true);
            continue;
        }
        // What is quoted has no references.
        if *one == b'"' {
            let (Some(text), Some(same)) = (quoted(&mut left), quoted(&mut right)) else { return false };
            if text != same {
                return false;
            }
            (letters, word, cell) = (0, false, false);
            continue;
        }
        let whole = *one == b':' && !cell;
        if one != other || whole || matches!(one, b'\'' | b'!' | b'[' | b'$' | b'#' | 0x80..) {
            return false;
        }
        match one {
            b'A'..=b'Z' | b'a'..=b'z' => letters = letters.saturating_add(1),
            b'0'..=b'9' | b'_' | b'.' => word = true,
            _ => (letters, word) = (0, false),
        }
        cell = false;
        (left, right) = (rest, others);
    }
}

/// What would go on with a name or open a function after digits: then they are no row number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'(' | b'!' | 0x80..)
}

/// The quoted text at the start, taken off with its quotes; a doubled quote is taken for two texts.
fn quoted<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let inside = text.strip_prefix(b"\"")?;
    let end = inside.iter().position(|byte| *byte == b'"')?;
    let (inside, rest) = inside.split_at_checked(end)?;
    *text = rest.get(1..)?;
    Some(inside)
}

/// The number at the start, taken off; none where it is longer than a row number.
fn number(text: &mut &[u8]) -> Option<i64> {
    let mut value = 0_i64;
    let mut digits = 0;
    while let Some((digit, rest)) = text.split_first().filter(|(byte, _)| byte.is_ascii_digit()) {
        digits += 1;
        if digits > 7 {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
        *text = rest;
    }
    Some(value)
}

fn same_tokens(a: &str, b: &str, rows: i64) -> bool {
    let written = |token: &Token<'_>| token.kind != TokenKind::Space;
    let (mut left, mut right) = (tokens(a).filter(written), tokens(b).filter(written));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if same_token(&one, &other, rows) => {}
            _ => return false,
        }
    }
}

fn same_token(a: &Token<'_>, b: &Token<'_>, rows: i64) -> bool {
    match (a.kind, b.kind) {
        (TokenKind::Reference(one), TokenKind::Reference(other)) => {
            a.qualifier() == b.qualifier() && same_area(one, other, rows)
        }
        (TokenKind::Text, TokenKind::Text) => a.text == b.text,
        (one, other) => one == other && a.text.eq_ignore_ascii_case(b.text),
    }
}

fn same_area(a: Area, b: Area, rows: i64) -> bool {
    let row = |one: Mark, other: Mark| {
        let by = if one.fixed { 0 } else { rows };
        one.fixed == other.fixed && i64::from(other.at) - i64::from(one.at) == by
    };
    match (a, b) {
        (Area::Cell(one), Area::Cell(other)) => one.column == other.column && row(one.row, other.row),
        (Area::Cells(first, last), Area::Cells(other, end)) => {
            first.column == other.column
                && last.column == end.column
                && row(first.row, other.row)
                && row(last.row, end.row)
        }
        (Area::Rows(first, last), Area::Rows(other, end)) => row(first, other) && row(last, end),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        same_shape(("D7".parse().unwrap(), a), ("D10".parse().unwrap(), b))
    }

    #[test]
    fn what_says_the_same_from_row_to_row_has_one_shape() {
        for (a, b) in [
            ("SUM(E7:G7)", "SUM(E10:G10)"),
            ("H7/D7", " h10 / d10 "),
            ("IF(N(D7)=0,\"\",H7/D7)", "IF(N(D10)=0,\"\",H10/D10)"),
            ("H7&\"第7行\"\"A7\"", "H10&\"第7行\"\"A7\""),
            ("$H7*H$4+$A$1", "$H10*H$4+$A$1"),
            ("LOG10(E7)+1.5+Q1_x", "LOG10(E10)+1.5+Q1_x"),
            ("'附 表'!E7+[1]x!F7", "'附 表'!E10+[1]x!F10"),
            ("SUM(5:7,A:B)", "SUM(8:10,A:B)"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn another_column_row_constant_or_sheet_is_another_shape() {
        for (a, b) in [
            ("SUM(E7:G7)", "SUM(E10:F10)"),
            ("SUM(E7:G7)", "SUM(E7:G7)"),
            ("H7/D7", "H10/D9"),
            ("H7/D7", "H10/E10"),
            ("H7/D7*1", "H10/D10*2"),
            ("H7/D7", "H10/D10*1"),
            ("H7+\"E7\"", "H10+\"E10\""),
            ("H7&\"a\"&H7", "H10&\"b\"&H10"),
            ("H7&\"a", "H10&\"a\""),
            ("LOG10(7)", "LOG13(7)"),
            ("H7+7", "H10+10"),
            ("$E$7", "$E$10"),
            ("甲!E7", "乙!E10"),
            ("A1B7", "A1B10"),
            ("SUM(5:7)", "SUM(5:7)"),
            ("ROUND(H7/D7,4)", "H10/D10"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
