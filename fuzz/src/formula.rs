//! Takes a text as a formula: tokens, tree, and references moved.

use jixiao_workbook::CellRef;
use jixiao_workbook::formula::{Expr, Operator, Reference, TokenKind, moved, parse, references, tokens};

/// Printing the tokens and printing the tree are identities, and so is moving there and back.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let printed: String = tokens(text).map(|token| token.text).collect();
    assert_eq!(printed, text, "the tokens are not the text");
    assert!(tokens(text).all(|token| !token.text.is_empty()), "an empty token");
    let home = CellRef::FIRST;
    assert_eq!(moved(text, home, home), text, "a formula that stays where it is");
    let areas = tokens(text).filter(|token| token.area().is_some()).count();
    assert_eq!(references(text).len(), areas);
    let Ok(expr) = parse(text) else { return };
    check_moves(text);
    let printed = printed_expr(&expr);
    match parse(&printed) {
        Ok(again) => assert_eq!(again, expr, "{printed:?} is another formula"),
        // The parentheses that keep the tree count as depth.
        Err(error) => assert_eq!(error.what, "nested too deep", "{printed:?}"),
    }
}

/// What does not leave the grid on its way comes back as it was. (In a text that is no formula, a moved reference may
/// run together with what stands before it.)
fn check_moves(text: &str) {
    let cell = |row, column| CellRef::new(row, column).unwrap_or(CellRef::FIRST);
    let (home, away) = (cell(20, 5), cell(31, 29));
    let there = moved(text, home, away);
    let (rows, columns) = (11, 24);
    let stays = |area: jixiao_workbook::formula::Area| area.moved(rows, columns).is_some();
    if !tokens(text).filter_map(|token| token.area()).all(stays) {
        return;
    }
    let back = moved(&there, away, home);
    let kinds = |text| tokens(text).map(|token| token.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&back), kinds(text), "{text:?} went through {there:?}");
    let others = |text: &str| {
        let rest = tokens(text).filter(|token| token.area().is_none()).map(|token| token.text);
        rest.collect::<String>()
    };
    assert_eq!(others(&back), others(text), "{text:?} went through {there:?}");
}

/// A text that parses to this tree: parentheses around everything that is made of parts.
fn printed_expr(expr: &Expr) -> String {
    match expr {
        Expr::Number(text) | Expr::Error(text) | Expr::External(text) | Expr::Structured(text) => {
            text.clone()
        }
        Expr::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Expr::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }).to_owned(),
        Expr::Reference(reference) => printed_reference(reference),
        Expr::Name { sheet, name } => printed_name(sheet.as_deref(), name),
        Expr::Array(rows) => {
            let row = |row: &Vec<Expr>| row.iter().map(printed_constant).collect::<Vec<_>>().join(",");
            format!("{{{}}}", rows.iter().map(row).collect::<Vec<_>>().join(";"))
        }
        Expr::Negate(inner) => format!("-{}", operand(inner)),
        Expr::Plus(inner) => format!("+{}", operand(inner)),
        Expr::Implicit(inner) => format!("@{}", operand(inner)),
        Expr::Percent(inner) => format!("{}%", operand(inner)),
        Expr::Spill(inner) => format!("{}#", operand(inner)),
        Expr::Chain(first, rest) => {
            rest.iter().fold(operand(first), |text, (operator, expr)| match operator {
                Operator::Intersect => format!("{text} ({})", printed_expr(expr)),
                _ => format!("{text} {} {}", sign(*operator), operand(expr)),
            })
        }
        Expr::Union(members) => format!("({})", listed(members)),
        Expr::Call(name, arguments) => format!("{}({})", printed_function(name), listed(arguments)),
        // An argument left out.
        _ => String::new(),
    }
}

fn listed(members: &[Expr]) -> String {
    members.iter().map(printed_expr).collect::<Vec<_>>().join(",")
}

fn operand(expr: &Expr) -> String {
    let printed = printed_expr(expr);
    match expr {
        Expr::Negate(_)
        | Expr::Plus(_)
        | Expr::Implicit(_)
        | Expr::Percent(_)
        | Expr::Spill(_)
        | Expr::Chain(..) => format!("({printed})"),
        _ => printed,
    }
}

/// An array's constant, whose sign takes no parentheses.
fn printed_constant(expr: &Expr) -> String {
    match expr {
        Expr::Negate(inner) => format!("-{}", printed_expr(inner)),
        other => printed_expr(other),
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "=",
        Operator::Unequal => "<>",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterEqual => ">=",
        Operator::Join => "&",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Power => "^",
        Operator::Intersect => " ",
        Operator::Span => ":",
    }
}

fn printed_reference(reference: &Reference) -> String {
    let Reference { book, sheet, last_sheet, area } = reference;
    if book.is_none() && sheet.is_none() && last_sheet.is_none() {
        return area.to_string();
    }
    let book = book.as_ref().map(|book| format!("[{book}]")).unwrap_or_default();
    let last = last_sheet.as_ref().map(|last| format!(":{last}")).unwrap_or_default();
    let sheets = format!("{book}{}{last}", sheet.as_deref().unwrap_or_default());
    format!("'{}'!{area}", sheets.replace('\'', "''"))
}

/// A name, told from a reference or a truth value by an empty qualifier where it would read as one.
fn printed_name(sheet: Option<&str>, name: &str) -> String {
    let alone = tokens(name).next().is_some_and(|token| token.kind == TokenKind::Name && token.text == name);
    match sheet {
        None if alone => name.to_owned(),
        _ => format!("'{}'!{name}", sheet.unwrap_or_default().replace('\'', "''")),
    }
}

/// A function's name, with a prefix that parsing takes off where it would not read as one without.
fn printed_function(name: &str) -> String {
    let called = format!("{name}(");
    let alone =
        tokens(&called).next().is_some_and(|token| token.kind == TokenKind::Function && token.text == name);
    if alone && !name.starts_with("_XLFN.") { name.to_owned() } else { format!("_XLWS.{name}") }
}
