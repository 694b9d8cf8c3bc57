//! Splits a formula's text into tokens; the tokens' texts, one after another, are the text itself.

use super::area::Area;

/// A piece of a formula's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// As written, with quotes, qualifier and all.
    pub text: &'a str,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks and line breaks; between two references they are the intersection.
    Space,
    /// `12.5`, `1E-3`.
    Number,
    /// `"text"` with its quotes.
    Text,
    /// `TRUE` or `FALSE`.
    Bool,
    /// `#REF!`, perhaps with a sheet (`Sheet1!#REF!`).
    Error,
    /// Cells, perhaps with a sheet: `A1`, `'附 表'!$A$1:B7`, `3:3`, `[1]Sheet1:Sheet3!A1`.
    Reference(Area),
    /// A defined name, perhaps with a sheet.
    Name,
    /// A function's name, `_xlfn.` included; an [`TokenKind::Open`] follows.
    Function,
    /// A structured reference, `Table1[[#This Row],[Col]]` or `[@Col]`.
    Structured,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `{`
    OpenArray,
    /// `}`
    CloseArray,
    /// `,`: the next argument, the union, or the next column of an array.
    Comma,
    /// `;`: the next row of an array.
    Semicolon,
    /// `+ - * / ^ & = <> < > <= >= % : @ #`
    Operator,
    /// What a formula cannot hold.
    Unknown,
}

impl<'a> Token<'a> {
    /// The cells, where the token is a reference.
    pub fn area(&self) -> Option<Area> {
        match self.kind {
            TokenKind::Reference(area) => Some(area),
            _ => None,
        }
    }

    /// What stands before the `!` of a reference or name, quotes included.
    pub fn qualifier(&self) -> Option<&'a str> {
        match self.kind {
            TokenKind::Reference(_) | TokenKind::Name => self.text.rsplit_once('!').map(|(before, _)| before),
            _ => None,
        }
    }
}

/// The tokens of a formula's text (without `=`). Never fails: what makes no sense is [`TokenKind::Unknown`].
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, length) = read(rest, first);
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        Some(Token { kind, text })
    })
}

/// Whether a character may stand within a name.
pub(super) fn in_word(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '$' | '\\' | '?' => true,
        _ => !c.is_ascii() && !c.is_whitespace(),
    }
}

fn read(rest: &str, first: char) -> (TokenKind, usize) {
    match first {
        '(' => (TokenKind::Open, 1),
        ')' => (TokenKind::Close, 1),
        '{' => (TokenKind::OpenArray, 1),
        '}' => (TokenKind::CloseArray, 1),
        ',' => (TokenKind::Comma, 1),
        ';' => (TokenKind::Semicolon, 1),
        '"' => quoted(rest, '"').map_or((TokenKind::Unknown, rest.len()), |length| (TokenKind::Text, length)),
        '\'' => quoted(rest, '\'').map_or((TokenKind::Unknown, rest.len()), |end| {
            qualified(rest, end).unwrap_or((TokenKind::Unknown, end))
        }),
        '[' => bracket(rest),
        '#' => error(rest).map_or((TokenKind::Operator, 1), |length| (TokenKind::Error, length)),
        '<' | '>' => (TokenKind::Operator, comparison(rest)),
        '+' | '-' | '*' | '/' | '^' | '&' | '=' | '%' | ':' | '@' => (TokenKind::Operator, 1),
        c if c.is_whitespace() => (TokenKind::Space, run(rest, char::is_whitespace)),
        c if in_word(c) => word(rest, c),
        c => (TokenKind::Unknown, c.len_utf8()),
    }
}

fn run(text: &str, test: fn(char) -> bool) -> usize {
    text.find(|c| !test(c)).unwrap_or(text.len())
}

fn comparison(rest: &str) -> usize {
    if ["<>", "<=", ">="].iter().any(|operator| rest.starts_with(operator)) { 2 } else { 1 }
}

/// The length of a quoted piece whose quote is doubled inside; `None` where it is never closed.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// The length of `[…]` with what nests in it; `'` takes the next character literally.
fn bracketed(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => drop(chars.next()),
            '[' => depth += 1,
            ']' if depth == 1 => return Some(at + 1),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `[1]Sheet!A1` or a structured reference without a table's name.
fn bracket(rest: &str) -> (TokenKind, usize) {
    let Some(end) = bracketed(rest) else { return (TokenKind::Unknown, rest.len()) };
    let after = rest.get(end..).unwrap_or("");
    qualified(rest, end + sheets(after)).unwrap_or((TokenKind::Structured, end))
}

/// The length of `Sheet1` or `Sheet1:Sheet3`. A sheet whose name looks like a cell is always quoted, so that
/// `A1:Sheet3!B2` is a range.
fn sheets(text: &str) -> usize {
    let first = run(text, in_word);
    if matches!(Area::read(text), Some((Area::Cell(_), _))) {
        return first;
    }
    let second =
        text.get(first..).and_then(|rest| rest.strip_prefix(':')).map_or(0, |rest| run(rest, in_word));
    let both = first + 1 + second;
    if second > 0 && text.as_bytes().get(both) == Some(&b'!') { both } else { first }
}

/// What follows a qualifier that ends at `end`, where a `!` has to stand.
fn qualified(rest: &str, end: usize) -> Option<(TokenKind, usize)> {
    let after = rest.get(end..)?.strip_prefix('!')?;
    let start = end + 1;
    if let Some((area, length)) = Area::read(after) {
        return Some((TokenKind::Reference(area), start + length));
    }
    if let Some(length) = error(after) {
        return Some((TokenKind::Error, start + length));
    }
    let length = run(after, in_word);
    let kind = match after.as_bytes().get(length) {
        _ if length == 0 => TokenKind::Unknown,
        Some(b'(') => TokenKind::Function,
        _ => TokenKind::Name,
    };
    Some((kind, start + length))
}

fn word(rest: &str, first: char) -> (TokenKind, usize) {
    if let Some(found) = qualified(rest, sheets(rest)) {
        return found;
    }
    if let Some((area, length)) = Area::read(rest) {
        return (TokenKind::Reference(area), length);
    }
    if first.is_ascii_digit() || first == '.' {
        return number(rest).map_or((TokenKind::Unknown, 1), |length| (TokenKind::Number, length));
    }
    let length = run(rest, in_word);
    let (name, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    match after.as_bytes().first() {
        Some(b'(') => (TokenKind::Function, length),
        Some(b'[') => match bracketed(after) {
            Some(more) => (TokenKind::Structured, length + more),
            None => (TokenKind::Unknown, rest.len()),
        },
        _ if name.eq_ignore_ascii_case("TRUE") || name.eq_ignore_ascii_case("FALSE") => {
            (TokenKind::Bool, length)
        }
        _ => (TokenKind::Name, length),
    }
}

fn number(rest: &str) -> Option<usize> {
    let digits = |from: usize| run(rest.get(from..).unwrap_or(""), |c| c.is_ascii_digit());
    let whole = digits(0);
    let point = usize::from(rest.as_bytes().get(whole) == Some(&b'.'));
    let fraction = if point == 1 { digits(whole + 1) } else { 0 };
    let end = whole + point + fraction;
    if whole + fraction == 0 {
        return None;
    }
    if !matches!(rest.as_bytes().get(end), Some(b'e' | b'E')) {
        return Some(end);
    }
    let sign = usize::from(matches!(rest.as_bytes().get(end + 1), Some(b'+' | b'-')));
    let exponent = digits(end + 1 + sign);
    Some(if exponent == 0 { end } else { end + 1 + sign + exponent })
}

/// The length of an error value at the start of a text. One that ends in a letter ends where a word would.
fn error(rest: &str) -> Option<usize> {
    const ERRORS: [&str; 17] = [
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#N/A",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#BLOCKED!",
        "#UNKNOWN!",
        "#CONNECT!",
        "#BUSY!",
        "#EXTERNAL!",
        "#PYTHON!",
    ];
    if !rest.starts_with('#') {
        return None;
    }
    let matches = |code: &&&str| rest.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code));
    let length = ERRORS.iter().find(matches)?.len();
    let open = rest.get(..length)?.ends_with(|c: char| c.is_ascii_alphabetic());
    let goes_on = open && rest.get(length..)?.starts_with(in_word);
    (!goes_on).then_some(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let kinds = tokens(text).map(|token| match token.kind {
            TokenKind::Reference(_) => format!("ref<{}>", token.text),
            TokenKind::Operator
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Comma
            | TokenKind::Semicolon => token.text.to_owned(),
            kind => format!("{kind:?}<{}>", token.text).to_lowercase(),
        });
        kinds.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_piece_is_what_it_looks_like() {
        let cases = [
            ("SUM(D7:D20)", "function<sum> ( ref<D7:D20> )"),
            ("$A$1:XFD1048576", "ref<$A$1:XFD1048576>"),
            ("XFE1+A1048577+A0", "name<xfe1> + name<a1048577> + name<a0>"),
            ("A:$C", "ref<A:$C>"),
            ("$1:3", "ref<$1:3>"),
            ("A1:B2:C3", "ref<A1:B2> : ref<C3>"),
            ("A1:INDEX(B:B,2)", "ref<A1> : function<index> ( ref<B:B> , number<2> )"),
            ("A1:S2!B2", "ref<A1> : ref<S2!B2>"),
            ("'附 表'!A1", "ref<'附 表'!A1>"),
            ("'it''s'!A1", "ref<'it''s'!A1>"),
            ("附表!D21", "ref<附表!D21>"),
            ("Sheet1:Sheet3!A1", "ref<Sheet1:Sheet3!A1>"),
            ("[1]Sheet!A1+[2]!名称", "ref<[1]Sheet!A1> + name<[2]!名称>"),
            (
                "Table1[Col]+Table1[[#This Row],[数']]]",
                "structured<table1[col]> + structured<table1[[#this row],[数']]]>",
            ),
            ("[@Col]", "structured<[@col]>"),
            (
                "{1,\"a\";TRUE,#N/A}",
                "openarray<{> number<1> , text<\"a\"> ; bool<true> , error<#n/a> closearray<}>",
            ),
            ("\"say \"\"A1\"\"\"&B1", "text<\"say \"\"a1\"\"\"> & ref<B1>"),
            ("1.5E+3%", "number<1.5e+3> %"),
            (".5+1.", "number<.5> + number<1.>"),
            ("Sheet1!#REF!+#REF!", "error<sheet1!#ref!> + error<#ref!>"),
            ("true+FALSE()", "bool<true> + function<false> ( )"),
            (
                "_xlfn.XLOOKUP(@A1,B1#,预算合计)",
                "function<_xlfn.xlookup> ( @ ref<A1> , ref<B1> # , name<预算合计> )",
            ),
            ("LOG10(1)+LOG10", "function<log10> ( number<1> ) + ref<LOG10>"),
            ("A1:B2 B1:C3", "ref<A1:B2> space< > ref<B1:C3>"),
            ("A1<>B1<=C1", "ref<A1> <> ref<B1> <= ref<C1>"),
            ("\"open", "unknown<\"open>"),
            ("A1`", "ref<A1> unknown<`>"),
            ("#N/A,#N/AN13,#NAME?1", "error<#n/a> , # name<n> / ref<AN13> , error<#name?> number<1>"),
            ("Sheet1!+Sheet1!(1)", "unknown<sheet1!> + unknown<sheet1!> ( number<1> )"),
            ("Sheet1!SUM(1)+''!A1", "function<sheet1!sum> ( number<1> ) + ref<''!A1>"),
            ("1E5+2.5e-3+1E+.", "number<1e5> + number<2.5e-3> + number<1> name<e> + unknown<.>"),
            ("12.+.25E", "number<12.> + number<.25> name<e>"),
            (
                "A$:B+0:1+1:1048577",
                "name<a$> : name<b> + number<0> : number<1> + number<1> : number<1048577>",
            ),
            ("XFE:XFE+A00000001+AAAA1", "name<xfe> : name<xfe> + name<a00000001> + name<aaaa1>"),
            ("A1:B+1:A1+A:1", "ref<A1> : name<b> + number<1> : ref<A1> + name<a> : number<1>"),
            ("表[列]+表[[列]+表[列", "structured<表[列]> + unknown<表[[列]+表[列>"),
            ("[列]!A1+[", "ref<[列]!A1> + unknown<[>"),
            ("Sheet1:!A1", "name<sheet1> : unknown<!> ref<A1>"),
            ("'a'b+'open", "unknown<'a'> name<b> + unknown<'open>"),
            ("1<2>=3", "number<1> < number<2> >= number<3>"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_tokens_are_the_text(text in "[A-Ca-c$1-3:!'\"\\[\\]#{}(),;+*/^&=<>%@. 附表TRUE_xlfnREFDIV/0!?\\\\]{0,40}|.{0,40}") {
            let printed: String = tokens(&text).map(|token| token.text).collect();
            prop_assert_eq!(&printed, &text);
            let cell: crate::address::CellRef = "C3".parse().unwrap();
            prop_assert_eq!(super::super::moved(&text, cell, cell), text.clone());
            let _ = super::super::moved(&text, cell, "A1".parse().unwrap());
            let _ = super::super::parse(&text);
        }
    }
}
