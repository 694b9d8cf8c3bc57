//! Walks an expression: operators, references and names.

use std::borrow::Cow;

use super::functions;
use super::lookup::Evaluator;
use super::scalar::{Evaluated, Number, Scalar, Stop, compare};
use crate::address::{CellRef, Range};
use crate::formula::{Expr, Operator, Reference, parse};
use crate::workbook::SheetId;

/// Cells of one sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) sheet: SheetId,
    pub(super) range: Range,
}

/// What an argument is: a value, or cells that a function may take as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Scalar(Scalar),
    Places(Vec<Place>),
}

/// Where a formula stands while it is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'e, 'w> {
    pub(super) evaluator: &'e Evaluator<'w>,
    sheet: SheetId,
    cell: CellRef,
    /// Defined names entered.
    names: usize,
    /// Whether a range stands for all of its cells where one value is expected.
    arrays: bool,
}

impl<'e, 'w> Context<'e, 'w> {
    pub(super) fn new(evaluator: &'e Evaluator<'w>, sheet: SheetId, cell: CellRef) -> Self {
        Self { evaluator, sheet, cell, names: 0, arrays: false }
    }

    pub(super) fn formula(self, text: &str) -> Evaluated<Scalar> {
        self.scalar(&read(text)?)
    }

    /// The same place, where functions take ranges cell by cell.
    pub(super) fn in_arrays(self) -> Self {
        Self { arrays: true, ..self }
    }

    pub(super) fn number(self, expr: &Expr) -> Evaluated<Number> {
        self.scalar(expr)?.number()
    }

    /// The one value of an expression.
    pub(super) fn scalar(self, expr: &Expr) -> Evaluated<Scalar> {
        match self.operand(expr)? {
            Operand::Scalar(scalar) => Ok(scalar),
            Operand::Places(places) => self.meeting(&places),
        }
    }

    /// What an expression stands for: a value, or cells.
    pub(super) fn operand(self, expr: &Expr) -> Evaluated<Operand> {
        self.evaluator.deeper(|| self.operand_here(expr))
    }

    fn operand_here(self, expr: &Expr) -> Evaluated<Operand> {
        let scalar = match expr {
            Expr::Number(digits) => Scalar::Number(super::scalar::stored_number(digits)?),
            Expr::Text(text) => Scalar::Text(text.clone()),
            Expr::Bool(truth) => Scalar::Bool(*truth),
            Expr::Error(code) => return Err(Stop::Error(Cow::Owned(code.clone()))),
            Expr::Missing => Scalar::Number(Number::ZERO),
            Expr::Reference(reference) => return self.places(reference).map(Operand::Places),
            Expr::Name { sheet, name } => return self.name(sheet.as_deref(), name),
            Expr::Negate(inner) => Scalar::Number(self.number(inner)?.negated()),
            Expr::Plus(inner) => return self.operand_here(inner),
            Expr::Percent(inner) => {
                let hundred = Number::of(rust_decimal::Decimal::ONE_HUNDRED);
                Scalar::Number(self.number(inner)?.over(hundred)?)
            }
            Expr::Implicit(inner) => Self { arrays: false, ..self }.scalar(inner)?,
            Expr::Chain(first, rest) => self.chain(first, rest)?,
            Expr::Union(members) => return self.union(members),
            Expr::Call(name, arguments) => return functions::call(self, name, arguments),
            Expr::External(text) => return Stop::unknown(format!("{text} of another workbook")),
            Expr::Structured(text) => return Stop::unknown(format!("the table reference {text}")),
            Expr::Array(_) => return Stop::unknown("an array constant"),
            Expr::Spill(_) => return Stop::unknown("a spilled range"),
        };
        Ok(Operand::Scalar(scalar))
    }

    fn chain(self, first: &Expr, rest: &[(Operator, Expr)]) -> Evaluated<Scalar> {
        if rest.iter().any(|(operator, _)| matches!(operator, Operator::Intersect | Operator::Span)) {
            return Stop::unknown("a computed reference");
        }
        let mut left = self.scalar(first)?;
        for (operator, expr) in rest {
            let right = self.scalar(expr)?;
            left = applied(*operator, &left, &right)?;
        }
        Ok(left)
    }

    fn union(self, members: &[Expr]) -> Evaluated<Operand> {
        let mut all = Vec::new();
        for member in members {
            match self.operand(member)? {
                Operand::Places(places) => all.extend(places),
                Operand::Scalar(_) => return Err(Stop::VALUE),
            }
        }
        Ok(Operand::Places(all))
    }

    fn places(self, reference: &Reference) -> Evaluated<Vec<Place>> {
        let range = reference.range();
        sheets(self.evaluator, self.sheet, reference)
            .map(|sheets| sheets.map(|sheet| Place { sheet, range }).collect())
            .map_err(Stop::Unknown)
    }

    /// The value of the one cell, or of that cell of a single row or column that lies on the formula's own
    /// column or row.
    fn meeting(self, places: &[Place]) -> Evaluated<Scalar> {
        let [place] = places else { return Stop::unknown("several ranges where one value is expected") };
        let (first, last) = (place.range.first(), place.range.last());
        let crossed = if first == last {
            Some(first)
        } else if self.arrays {
            None
        } else if first.column() == last.column() {
            Some(first.at_row(self.cell.row()))
        } else if first.row() == last.row() {
            Some(first.at_column(self.cell.column()))
        } else {
            None
        };
        match crossed.filter(|cell| place.range.contains(*cell)) {
            Some(cell) => self.cell(place.sheet, cell),
            None => Stop::unknown(format!("the range {} where one value is expected", place.range)),
        }
    }

    pub(super) fn cell(self, sheet: SheetId, cell: CellRef) -> Evaluated<Scalar> {
        let mut found = Scalar::Blank;
        self.evaluator.visit(sheet, Range::cell(cell), &mut |_, value| {
            found = Scalar::read(value)?;
            Ok(())
        })?;
        Ok(found)
    }

    fn name(self, sheet: Option<&str>, name: &str) -> Evaluated<Operand> {
        const DEEPEST: usize = 8;
        if self.names >= DEEPEST {
            return Stop::unknown(format!("the name {name}, which leads through too many others"));
        }
        let Some(text) = self.evaluator.named(self.sheet, sheet, name) else {
            return Stop::unknown(format!("the name {name}"));
        };
        // Names of names multiply; reading a name costs about as much as reading some cells per byte.
        self.evaluator.count(text.len() as u64 * 8)?;
        let text = crate::formula::moved(text, CellRef::FIRST, self.cell);
        Self { names: self.names + 1, ..self }.operand(&read(&text)?)
    }
}

fn read(text: &str) -> Evaluated<Expr> {
    parse(text).map_err(|error| Stop::Unknown(error.to_string()))
}

/// The sheets a reference names, or why they are not known.
pub(super) fn sheets(
    evaluator: &Evaluator<'_>,
    own: SheetId,
    reference: &Reference,
) -> Result<impl Iterator<Item = SheetId> + use<>, String> {
    if reference.book.is_some() {
        return Err("a reference to another workbook".to_owned());
    }
    let find = |name: &String| {
        evaluator.sheet_named(name).ok_or_else(|| format!("the sheet {name}, which does not exist"))
    };
    let first = reference.sheet.as_ref().map_or(Ok(own), find)?;
    let last = reference.last_sheet.as_ref().map_or(Ok(first), find)?;
    Ok((first.0.min(last.0)..=first.0.max(last.0)).map(SheetId))
}

fn applied(operator: Operator, left: &Scalar, right: &Scalar) -> Evaluated<Scalar> {
    let compute = |with: fn(Number, Number) -> Evaluated<Number>| {
        with(left.number()?, right.number()?).map(Scalar::Number)
    };
    match operator {
        Operator::Add => compute(Number::plus),
        Operator::Subtract => compute(Number::minus),
        Operator::Multiply => compute(Number::times),
        Operator::Divide => compute(Number::over),
        Operator::Power => compute(Number::power),
        Operator::Join => Ok(Scalar::Text(left.text()? + &right.text()?)),
        _ => compare(operator, left, right).map(Scalar::Bool),
    }
}
