//! The expression tree of a formula. Operators of one rank stand side by side in one node, so that a long sum
//! is wide, not deep; what nests too deep is refused.

use super::token::{Token, TokenKind, tokens};
use super::{Qualifier, Reference};

/// Parentheses and calls that may nest; Excel allows 64 calls.
const DEPTH: usize = 96;

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the operators' names")]
pub enum Operator {
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `&`
    Join,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    /// Blank between references.
    Intersect,
    /// `:` between references that are not both plain cells.
    Span,
}

/// A formula's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expr {
    /// A number as written.
    Number(String),
    /// Text, without quotes.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An error value, `#REF!`, without a sheet.
    Error(String),
    /// An argument left out.
    Missing,
    /// Cells.
    Reference(Reference),
    /// A defined name of this workbook, perhaps of one sheet.
    Name {
        /// The sheet it is local to, where it is written.
        sheet: Option<String>,
        /// The name.
        name: String,
    },
    /// A name of another workbook, as written.
    External(String),
    /// A structured reference, as written.
    Structured(String),
    /// An array constant, by rows.
    Array(Vec<Vec<Expr>>),
    /// A sign change.
    Negate(Box<Expr>),
    /// A plus sign, which changes nothing.
    Plus(Box<Expr>),
    /// `%`
    Percent(Box<Expr>),
    /// `@`
    Implicit(Box<Expr>),
    /// `#` after a reference.
    Spill(Box<Expr>),
    /// Operands joined by operators of one rank, taken from left to right.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// References joined by commas in parentheses.
    Union(Vec<Expr>),
    /// A function's call; the name in capitals without `_xlfn.`.
    Call(String, Vec<Expr>),
}

/// Why a text is no formula that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at} of the formula")]
pub struct ParseError {
    /// Byte in the text.
    pub at: usize,
    /// What was met.
    pub what: &'static str,
}

/// Reads a formula's text, without `=`, into its expression.
///
/// # Errors
/// When the text is no formula, or nests deeper than any honest one.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    let mut parser = Parser { tokens: tokens(text).collect(), at: 0, offset: 0, depth: 0 };
    parser.blanks();
    let expr = parser.rank(0)?;
    if parser.peek().is_some() {
        return Err(parser.error("something after the end"));
    }
    Ok(expr)
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    offset: usize,
    depth: usize,
}

/// Operators that bind alike, the loosest first.
const RANKS: [&[(&str, Operator)]; 5] = [
    &[
        ("=", Operator::Equal),
        ("<>", Operator::Unequal),
        ("<", Operator::Less),
        ("<=", Operator::LessEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterEqual),
    ],
    &[("&", Operator::Join)],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
    &[("^", Operator::Power)],
];

type Parsed = Result<Expr, ParseError>;

impl<'a> Parser<'a> {
    fn error(&self, what: &'static str) -> ParseError {
        ParseError { at: self.offset, what }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_kind(&self) -> Option<TokenKind> {
        self.peek().map(|token| token.kind)
    }

    fn step(&mut self) {
        self.offset += self.peek().map_or(0, |token| token.text.len());
        self.at += 1;
    }

    fn blanks(&mut self) {
        while self.peek_kind() == Some(TokenKind::Space) {
            self.step();
        }
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.peek_kind() == Some(kind);
        if found {
            self.step();
            self.blanks();
        }
        found
    }

    fn expect(&mut self, kind: TokenKind, what: &'static str) -> Result<(), ParseError> {
        if self.take(kind) { Ok(()) } else { Err(self.error(what)) }
    }

    fn take_operator(&mut self, wanted: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.kind == TokenKind::Operator && t.text == wanted);
        if found {
            self.step();
            self.blanks();
        }
        found
    }

    fn rank(&mut self, rank: usize) -> Parsed {
        let Some(operators) = RANKS.get(rank) else { return self.signed() };
        let first = self.rank(rank + 1)?;
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let found = operators.iter().find(|(text, _)| self.take_operator(text));
            let Some((_, operator)) = found else { break };
            rest.push((*operator, self.rank(rank + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) })
    }

    /// Signs bind tighter than `^`: -2^2 is 4.
    fn signed(&mut self) -> Parsed {
        let wrap: fn(Box<Expr>) -> Expr = if self.take_operator("-") {
            Expr::Negate
        } else if self.take_operator("+") {
            Expr::Plus
        } else if self.take_operator("@") {
            Expr::Implicit
        } else {
            return self.percented();
        };
        self.deeper(Self::signed).map(|inner| wrap(Box::new(inner)))
    }

    fn percented(&mut self) -> Parsed {
        let mut expr = self.joined()?;
        let mut marks = 0usize;
        self.blanks();
        while self.take_operator("%") {
            marks += 1;
            if marks > DEPTH {
                return Err(self.error("too many percent signs"));
            }
            expr = Expr::Percent(Box::new(expr));
        }
        Ok(expr)
    }

    /// Intersections of spans.
    fn joined(&mut self) -> Parsed {
        let first = self.spanned()?;
        let mut rest = Vec::new();
        while self.peek_kind() == Some(TokenKind::Space) {
            self.blanks();
            if !self.at_reference() {
                break;
            }
            rest.push((Operator::Intersect, self.spanned()?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) })
    }

    fn at_reference(&self) -> bool {
        use TokenKind::{Function, Name, Open, Reference, Structured};
        matches!(self.peek_kind(), Some(Reference(_) | Name | Function | Structured | Open))
    }

    fn spanned(&mut self) -> Parsed {
        let first = self.spilled()?;
        let mut rest = Vec::new();
        while self.operator_after_blanks(":") {
            rest.push((Operator::Span, self.spilled()?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) })
    }

    /// Takes an operator that blanks may precede; takes nothing where it does not stand there.
    fn operator_after_blanks(&mut self, wanted: &str) -> bool {
        let (at, offset) = (self.at, self.offset);
        self.blanks();
        let found = self.take_operator(wanted);
        if !found {
            (self.at, self.offset) = (at, offset);
        }
        found
    }

    fn spilled(&mut self) -> Parsed {
        let expr = self.operand()?;
        let spill = self.peek().is_some_and(|t| t.kind == TokenKind::Operator && t.text == "#");
        if spill {
            self.step();
            return Ok(Expr::Spill(Box::new(expr)));
        }
        Ok(expr)
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("nested too deep"));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// An operand. The blanks after it are left, since they may be an intersection.
    fn operand(&mut self) -> Parsed {
        let Some(token) = self.peek() else { return Err(self.error("the end instead of a value")) };
        let expr = match token.kind {
            TokenKind::Number => Expr::Number(token.text.to_owned()),
            TokenKind::Text => Expr::Text(unquoted(token.text)),
            TokenKind::Bool => Expr::Bool(token.text.eq_ignore_ascii_case("TRUE")),
            TokenKind::Error => Expr::Error(plain_error(token.text)),
            TokenKind::Reference(area) => Expr::Reference(Reference::of(token.qualifier(), area)),
            TokenKind::Name => name(token),
            TokenKind::Structured => Expr::Structured(token.text.to_owned()),
            TokenKind::Function => return self.deeper(Self::call),
            TokenKind::Open => return self.deeper(Self::parenthesis),
            TokenKind::OpenArray => return self.array(),
            _ => return Err(self.error("no value where one should stand")),
        };
        self.step();
        Ok(expr)
    }

    fn call(&mut self) -> Parsed {
        let name = self.peek().map_or("", |token| token.text).to_ascii_uppercase();
        let plain = name.trim_start_matches("_XLFN.").trim_start_matches("_XLWS.").to_owned();
        self.step();
        self.expect(TokenKind::Open, "no parenthesis after a function")?;
        let mut arguments = Vec::new();
        if self.peek_kind() != Some(TokenKind::Close) {
            arguments.push(self.argument()?);
            while self.take(TokenKind::Comma) {
                arguments.push(self.argument()?);
            }
        }
        self.close()?;
        Ok(Expr::Call(plain, arguments))
    }

    fn argument(&mut self) -> Parsed {
        match self.peek_kind() {
            Some(TokenKind::Comma | TokenKind::Close) => Ok(Expr::Missing),
            _ => self.rank(0),
        }
    }

    /// A closing parenthesis, without the blanks after it.
    fn close(&mut self) -> Result<(), ParseError> {
        if self.peek_kind() != Some(TokenKind::Close) {
            return Err(self.error("a parenthesis is not closed"));
        }
        self.step();
        Ok(())
    }

    fn parenthesis(&mut self) -> Parsed {
        self.expect(TokenKind::Open, "no parenthesis")?;
        let first = self.rank(0)?;
        let mut members = vec![];
        while self.take(TokenKind::Comma) {
            members.push(self.rank(0)?);
        }
        self.close()?;
        if members.is_empty() {
            return Ok(first);
        }
        members.insert(0, first);
        Ok(Expr::Union(members))
    }

    fn array(&mut self) -> Parsed {
        self.expect(TokenKind::OpenArray, "no array")?;
        let mut rows = vec![vec![self.element()?]];
        loop {
            if self.take(TokenKind::Semicolon) {
                rows.push(vec![self.element()?]);
            } else if self.take(TokenKind::Comma) {
                let element = self.element()?;
                rows.last_mut().map(|row| row.push(element)).unwrap_or_default();
            } else {
                break;
            }
        }
        if self.peek_kind() != Some(TokenKind::CloseArray) {
            return Err(self.error("an array is not closed"));
        }
        self.step();
        Ok(Expr::Array(rows))
    }

    /// A constant of an array, perhaps signed.
    fn element(&mut self) -> Parsed {
        use TokenKind::{Bool, Error, Number, Text};
        let negative = self.take_operator("-");
        if !negative {
            self.take_operator("+");
        }
        if !matches!(self.peek_kind(), Some(Number | Text | Bool | Error)) {
            return Err(self.error("no constant in an array"));
        }
        let expr = self.operand()?;
        self.blanks();
        Ok(if negative { Expr::Negate(Box::new(expr)) } else { expr })
    }
}

fn unquoted(written: &str) -> String {
    let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
    inner.replace("\"\"", "\"")
}

fn plain_error(written: &str) -> String {
    // A sheet's name may hold the sign, too.
    written.rfind('#').and_then(|at| written.get(at..)).unwrap_or(written).to_ascii_uppercase()
}

fn name(token: Token<'_>) -> Expr {
    let Some(qualifier) = token.qualifier() else {
        return Expr::Name { sheet: None, name: token.text.to_owned() };
    };
    let name = token.text.rsplit_once('!').map_or("", |(_, name)| name);
    match Qualifier::read(qualifier) {
        Qualifier { book: None, sheet, .. } => Expr::Name { sheet, name: name.to_owned() },
        Qualifier { .. } => Expr::External(token.text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in prefix form.
    fn shown(expr: &Expr) -> String {
        let all = |list: &[Expr]| list.iter().map(shown).collect::<Vec<_>>().join(" ");
        match expr {
            Expr::Number(text) | Expr::Error(text) | Expr::External(text) | Expr::Structured(text) => {
                text.clone()
            }
            Expr::Text(text) => format!("{text:?}"),
            Expr::Bool(truth) => truth.to_string(),
            Expr::Missing => "_".to_owned(),
            Expr::Reference(reference) => reference.area.to_string(),
            Expr::Name { name, .. } => name.clone(),
            Expr::Array(rows) => {
                format!("{{{}}}", rows.iter().map(|row| all(row)).collect::<Vec<_>>().join(" ; "))
            }
            Expr::Negate(inner) => format!("(neg {})", shown(inner)),
            Expr::Plus(inner) => format!("(pos {})", shown(inner)),
            Expr::Percent(inner) => format!("(% {})", shown(inner)),
            Expr::Implicit(inner) => format!("(@ {})", shown(inner)),
            Expr::Spill(inner) => format!("(# {})", shown(inner)),
            Expr::Chain(first, rest) => {
                let rest = rest.iter().map(|(operator, expr)| format!(" {operator:?} {}", shown(expr)));
                format!("({}{})", shown(first), rest.collect::<String>()).to_lowercase()
            }
            Expr::Union(members) => format!("(union {})", all(members)),
            Expr::Call(name, arguments) => format!("({name} {})", all(arguments)),
        }
    }

    #[test]
    fn operators_bind_as_in_a_spreadsheet() {
        let cases = [
            ("1+2*3^2", "(1 add (2 multiply (3 power 2)))"),
            ("-2^2%", "((neg 2) power (% 2))"),
            ("2^-1", "(2 power (neg 1))"),
            ("1&2=3", "((1 join 2) equal 3)"),
            (" ( 1 - 2 ) - 3 ", "((1 subtract 2) subtract 3)"),
            ("SUM( A1 , ,B1:B2 )", "(SUM A1 _ B1:B2)"),
            ("SUM((A1,B1:B2),1)", "(SUM (union A1 B1:B2) 1)"),
            ("A1:B2 B1:C2", "(a1:b2 intersect b1:c2)"),
            ("A1:INDEX(B:B,2)", "(a1 span (index b:b 2))"),
            ("PI()", "(PI )"),
            ("_xlfn._xlws.SORT(A1#)", "(SORT (# A1))"),
            ("{1,-2;\"a\",TRUE}", "{1 (neg 2) ; \"a\" true}"),
            ("IF(N(D7)=0,\"\",H7/D7)", "(IF ((n d7) equal 0) \"\" (h7 divide d7))"),
            ("@A1+预算", "((@ a1) add 预算)"),
            ("Sheet1!#REF!+1", "(#ref! add 1)"),
            ("'a#b'!#ref!+1", "(#ref! add 1)"),
            ("A1 : INDEX(B:B,2) + 1", "((a1 span (index b:b 2)) add 1)"),
            ("A1 +B1 C1", "(a1 add (b1 intersect c1))"),
            ("+@-1", "(pos (@ (neg 1)))"),
            ("{+1;-2 , \"a\"}", "{1 ; (neg 2) \"a\"}"),
            ("SUM(,)", "(SUM _ _)"),
            ("[2]!名称+Sheet1!名称", "([2]!名称 add 名称)"),
            ("10 %%", "(% (% 10))"),
            ("\"a\"\"b\"&false", "(\"a\\\"b\" join false)"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(|expr| shown(&expr)).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        let deep = "(".repeat(2_000) + "1" + &")".repeat(2_000);
        let signs = "-".repeat(2_000) + "1";
        let percents = "1".to_owned() + &"%".repeat(2_000);
        let cases = [
            ("", "the end instead of a value at byte 0"),
            ("1+ ", "the end instead of a value at byte 3"),
            ("中&*1", "no value where one should stand at byte 4"),
            ("\"open", "no value where one should stand at byte 0"),
            ("1 2", "something after the end at byte 2"),
            ("A1 1", "something after the end at byte 3"),
            ("1)", "something after the end at byte 1"),
            ("A1 + B1 : 2 )", "something after the end at byte 12"),
            ("SUM( 1", "a parenthesis is not closed at byte 6"),
            ("SUM(1,2}", "a parenthesis is not closed at byte 7"),
            ("(1;2)", "a parenthesis is not closed at byte 2"),
            ("{1,A1}", "no constant in an array at byte 3"),
            ("{1,2", "an array is not closed at byte 4"),
            (&deep, "nested too deep at byte 96"),
            (&signs, "nested too deep at byte 97"),
            (&percents, "too many percent signs at byte 98"),
        ];
        for (text, expected) in cases {
            let found = parse(text).map_err(|error| error.to_string());
            assert_eq!(found, Err(format!("{expected} of the formula")), "{text}");
        }
    }

    #[test]
    fn what_is_wide_is_not_deep() {
        for piece in ["+1", "+(1)", "+ABS(1)", "+-1", "%+1"] {
            let wide = format!("1{}", piece.repeat(4_000));
            assert!(parse(&wide).is_ok(), "{piece}");
        }
    }
}
