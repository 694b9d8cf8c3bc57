//! What differs between two workbooks: which parts of the package, and which cells.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;

use crate::address::{CellRef, sheet_key};
use crate::error::OpenError;
use crate::package::{Package, folded};
use crate::sheet::{Cell, Row, Value};
use crate::workbook::{SheetId, Workbook};

/// How two workbooks differ. Parts come by name, cells by sheet, row and column. Prints one line per difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Parts of the package that differ; none where one side has no package.
    pub parts: Vec<PartDifference>,
    /// Sheets that only one side has, by name.
    pub sheets: Vec<(String, Kind)>,
    /// Cells that differ in value, formula or style.
    pub cells: Vec<CellDifference>,
    /// Sheets that differ and cannot be read on one side, by name, with the reason: their cells are not told.
    pub unread: Vec<(String, OpenError)>,
}

/// What happened to a part or a sheet on the way from the first workbook to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, with other content.
    Changed,
}

/// A part that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartDifference {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub kind: Kind,
}

/// A cell that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDifference {
    /// The sheet's name.
    pub sheet: String,
    /// The cell.
    pub cell: CellRef,
    /// What the first workbook holds there.
    pub before: CellState,
    /// What the second holds there.
    pub after: CellState,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellState {
    /// The value; for a formula the stored result.
    pub value: Value,
    /// The formula without `=`.
    pub formula: Option<String>,
    /// Index of the cell style.
    pub style: u32,
    /// The code of its number format.
    pub format: String,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.sheets.is_empty() && self.cells.is_empty() && self.unread.is_empty()
    }
}

/// What differs between two workbooks. A sheet of the same bytes, strings and formats in both is not looked into, and
/// one that cannot be read in either, of the same bytes in both, is no difference.
///
/// # Errors
/// When a part that differs cannot be read. A sheet that cannot be read is named in [`Diff::unread`] instead.
pub fn diff(a: &Workbook, b: &Workbook) -> Result<Diff, OpenError> {
    let mut found = Diff::default();
    if let (Some(before), Some(after)) = (&a.parts.package, &b.parts.package) {
        found.parts = differing_parts(before, after)?;
    }
    let (sheets_before, sheets_after) = (by_name(a), by_name(b));
    let mut keys: Vec<_> = sheets_before.iter().collect();
    keys.sort_unstable_by_key(|(_, id)| **id);
    for (key, &id) in keys {
        let Some(name) = a.entry(id).map(|entry| entry.name.clone()) else { continue };
        match sheets_after.get(key).copied() {
            None => found.sheets.push((name, Kind::Removed)),
            Some(other) => {
                let same_bytes = same_part((a, id), (b, other), &found.parts);
                if same_bytes && a.parts.formats == b.parts.formats && a.parts.strings == b.parts.strings {
                    continue;
                }
                match differing_cells((a, id), (b, other), &name) {
                    Ok(cells) => found.cells.extend(cells),
                    Err(_) if same_bytes => {}
                    Err(error) => found.unread.push((name, error)),
                }
            }
        }
    }
    let mut added: Vec<SheetId> =
        sheets_after.iter().filter(|(key, _)| !sheets_before.contains_key(*key)).map(|(_, id)| *id).collect();
    added.sort_unstable();
    let added = added.into_iter().filter_map(|id| b.entry(id));
    found.sheets.extend(added.map(|entry| (entry.name.clone(), Kind::Added)));
    Ok(found)
}

/// The sheets by name; of several of one name, which no program writes, each by its place among them.
fn by_name(workbook: &Workbook) -> BTreeMap<(String, usize), SheetId> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let keyed = workbook.sheet_ids().zip(workbook.sheets()).map(|(id, entry)| {
        let name = sheet_key(&entry.name);
        let place = places.entry(name.clone()).or_default();
        *place += 1;
        ((name, *place), id)
    });
    keyed.collect()
}

/// Whether a sheet is the same part with the same bytes in both.
fn same_part(
    (a, left): (&Workbook, SheetId),
    (b, right): (&Workbook, SheetId),
    parts: &[PartDifference],
) -> bool {
    let (Some(before), Some(after)) = (a.entry(left), b.entry(right)) else { return false };
    a.parts.package.is_some()
        && b.parts.package.is_some()
        && !before.part.is_empty()
        && folded(&before.part) == folded(&after.part)
        && !parts.iter().any(|part| folded(&part.name) == folded(&before.part))
}

fn differing_parts(a: &Package, b: &Package) -> Result<Vec<PartDifference>, OpenError> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (a.names().collect(), b.names().collect());
    let mut found = Vec::new();
    for name in before.union(&after) {
        let kind = match (before.contains(name), after.contains(name)) {
            (true, false) => Kind::Removed,
            (false, _) => Kind::Added,
            _ if a.raw(name).is_some_and(|raw| b.raw(name) == Some(raw)) => continue,
            _ if same_content(a, b, name)? => continue,
            _ => Kind::Changed,
        };
        found.push(PartDifference { name: (*name).to_owned(), kind });
    }
    Ok(found)
}

fn same_content(a: &Package, b: &Package, name: &str) -> Result<bool, OpenError> {
    let (mut a, mut b) = (a.stream(name)?, b.stream(name)?);
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let (one, other) = (filled(&mut *a, &mut left, name)?, filled(&mut *b, &mut right, name)?);
        if one != other {
            return Ok(false);
        }
        if one.is_empty() {
            return Ok(true);
        }
    }
}

/// As many bytes as there are, up to the buffer's length.
fn filled<'a>(source: &mut dyn Read, buffer: &'a mut [u8], name: &str) -> Result<&'a [u8], OpenError> {
    let mut length = 0;
    while let Some(free) = buffer.get_mut(length..).filter(|free| !free.is_empty()) {
        match source.read(free) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) => return Err(OpenError::inside(error, name)),
        }
    }
    Ok(buffer.get(..length).unwrap_or_default())
}

fn differing_cells(
    (a, left): (&Workbook, SheetId),
    (b, right): (&Workbook, SheetId),
    name: &str,
) -> Result<Vec<CellDifference>, OpenError> {
    let mut found = Vec::new();
    let grid = |book: &Workbook, id| book.entry(id).is_some_and(|entry| entry.grid);
    if !grid(a, left) || !grid(b, right) {
        return Ok(found);
    }
    let (left, right) = (a.sheet(left)?, b.sheet(right)?);
    let mut before = left.rows().flat_map(Row::cells).peekable();
    let mut after = right.rows().flat_map(Row::cells).peekable();
    loop {
        let (one, other) = (before.peek().map(|cell| cell.at), after.peek().map(|cell| cell.at));
        let Some(at) = [one, other].into_iter().flatten().min() else { return Ok(found) };
        let one = before.next_if(|cell| cell.at == at);
        let other = after.next_if(|cell| cell.at == at);
        if same_cell(one.as_ref(), other.as_ref()) {
            continue;
        }
        let (before, after) = (state(a, one, left.style_at(at)), state(b, other, right.style_at(at)));
        if before != after {
            found.push(CellDifference { sheet: name.to_owned(), cell: at, before, after });
        }
    }
}

/// Whether both cells are there and hold the same; told without copying, since nearly all do.
fn same_cell(a: Option<&Cell<'_>>, b: Option<&Cell<'_>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) if a.formula.is_none() && b.formula.is_none() => {
            a.value == b.value && a.style == b.style
        }
        _ => false,
    }
}

fn state(book: &Workbook, cell: Option<Cell<'_>>, empty_style: u32) -> CellState {
    let style = cell.map_or(empty_style, |cell| cell.style);
    CellState {
        value: cell.map_or(Value::Blank, |cell| cell.value.to_value()),
        formula: cell.and_then(|cell| cell.formula).map(|formula| formula.text.to_owned()),
        style,
        format: book.format(style).code.clone(),
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        })
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            writeln!(f, "{} {}", part.name, part.kind)?;
        }
        for (name, kind) in &self.sheets {
            writeln!(f, "sheet {name} {kind}")?;
        }
        for cell in &self.cells {
            writeln!(f, "{cell}")?;
        }
        for (name, error) in &self.unread {
            writeln!(f, "sheet {name} cannot be read: {error}")?;
        }
        Ok(())
    }
}

impl fmt::Display for CellDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}!{}  {} → {}", self.sheet, self.cell, self.before, self.after)?;
        if self.before.format != self.after.format {
            let code = |code: &str| if code.is_empty() { "General".to_owned() } else { code.to_owned() };
            return write!(f, "  [{} → {}]", code(&self.before.format), code(&self.after.format));
        }
        if self.before.style != self.after.style {
            return write!(f, "  [style {} → {}]", self.before.style, self.after.style);
        }
        Ok(())
    }
}

impl fmt::Display for CellState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(formula) = &self.formula {
            write!(f, "={formula} ")?;
        }
        match &self.value {
            Value::Blank => f.write_str("(blank)"),
            Value::Text(text) => write!(f, "{text:?}"),
            other => f.write_str(other.as_ref().as_text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{FormulaKind, SheetBuilder, ValueRef};
    use crate::workbook::NumberFormat;

    type Cells<'a> = &'a [(&'a str, ValueRef<'a>, u32)];

    fn book(sheets: &[(&str, Cells<'_>)]) -> Workbook {
        let built = sheets.iter().map(|(name, cells)| {
            let mut builder = SheetBuilder::default();
            for (at, value, style) in *cells {
                builder.cell(at.parse().unwrap(), *value, *style).unwrap();
                if *at == "D7" {
                    builder.formula("SUM(E7:G7)", FormulaKind::Plain).unwrap();
                }
            }
            ((*name).to_owned(), builder.finish())
        });
        let formats = ["General", "0.00%", "General"];
        Workbook::from_sheets(
            built.collect(),
            formats.iter().map(|code| NumberFormat { code: (*code).to_owned() }).collect(),
        )
    }

    #[test]
    fn each_difference_is_one_line() {
        let a = book(&[
            (
                "附表",
                &[
                    ("A1", ValueRef::Text("同"), 0),
                    ("B2", ValueRef::Number("1"), 0),
                    ("C3", ValueRef::Bool(true), 0),
                ],
            ),
            ("旧", &[]),
        ]);
        let b = book(&[
            (
                "附表",
                &[
                    ("A1", ValueRef::Text("同"), 2),
                    ("B2", ValueRef::Text("1"), 1),
                    ("D7", ValueRef::Number("830"), 0),
                ],
            ),
            ("新", &[]),
        ]);
        let expected = "sheet 旧 removed\nsheet 新 added\n\
            附表!A1  \"同\" → \"同\"  [style 0 → 2]\n\
            附表!B2  1 → \"1\"  [General → 0.00%]\n\
            附表!C3  TRUE → (blank)\n\
            附表!D7  (blank) → =SUM(E7:G7) 830\n";
        assert_eq!(diff(&a, &b).unwrap().to_string(), expected);
        assert!(diff(&a, &a).unwrap().is_empty());
    }

    #[test]
    fn sheets_of_one_name_are_told_apart_by_their_order() {
        let one: Cells<'_> = &[("A1", ValueRef::Number("1"), 0)];
        let two: Cells<'_> = &[("A1", ValueRef::Number("2"), 0)];
        let both = book(&[("表", one), ("表", two)]);
        assert!(diff(&both, &both).unwrap().is_empty());
        let changed = book(&[("表", one), ("表", one), ("表", two)]);
        assert_eq!(diff(&both, &changed).unwrap().to_string(), "sheet 表 added\n表!A1  2 → 1\n");
    }
}
