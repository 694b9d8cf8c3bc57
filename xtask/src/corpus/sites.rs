//! Where a book is edited: one place of each kind that it has.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_workbook::sheet::Row;
use jixiao_workbook::{
    Cell, CellRef, Content, Edit, FormulaKind, Range, Sheet, SheetId, Style, Value, ValueRef, Workbook,
    formula,
};

/// A kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// No cell is stored, in a row that is.
    Empty,
    /// A cell that holds a style only.
    Blank,
    /// A constant.
    Filled,
    /// A formula of its own.
    Formula,
    /// The first cell of a shared formula, which holds its text.
    SharedFirst,
    /// Another cell of a shared formula.
    SharedOther,
    /// A row beyond the last.
    NewRow,
    /// A sheet without data.
    EmptySheet,
    /// A number that a formula reads.
    Read,
}

impl Place {
    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::Empty,
        Self::Blank,
        Self::Filled,
        Self::Formula,
        Self::SharedFirst,
        Self::SharedOther,
        Self::NewRow,
        Self::EmptySheet,
        Self::Read,
    ];

    /// Its name in lists.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Blank => "blank",
            Self::Filled => "filled",
            Self::Formula => "formula",
            Self::SharedFirst => "shared-first",
            Self::SharedOther => "shared-other",
            Self::NewRow => "new-row",
            Self::EmptySheet => "empty-sheet",
            Self::Read => "read",
        }
    }

    /// Whether a cell element stands there.
    pub(super) fn is_stored(self) -> bool {
        !matches!(self, Self::Empty | Self::NewRow | Self::EmptySheet)
    }
}

/// A place of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) place: Place,
    pub(super) sheet: SheetId,
    pub(super) cell: CellRef,
}

/// Kinds of content that are tried at each place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Formula,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Number, Self::Text, Self::Formula];

    /// What is written.
    pub(super) fn content(self) -> Content {
        match self {
            Self::Number => Content::Number("12.5".to_owned()),
            Self::Text => Content::Text(" 绩效 <&> \"1\"".to_owned()),
            Self::Formula => {
                Content::Formula { text: "SUM(1,2)/4".into(), cached: Value::Number("0.75".to_owned()) }
            }
        }
    }
}

impl Site {
    /// The edit that writes a content there.
    pub(super) fn edit(self, kind: Kind) -> Edit {
        Edit::SetCell { sheet: self.sheet, cell: self.cell, content: kind.content(), style: Style::Keep }
    }
}

/// Candidates of one kind, of different rows, in case the first are headings of a table.
const CANDIDATES: usize = 6;

/// The places of a book, each kind with some candidates.
pub(super) fn sites(book: &Workbook) -> Vec<Vec<Site>> {
    let kinds = Place::ALL.into_iter();
    kinds.map(|place| candidates(book, place)).filter(|sites| !sites.is_empty()).collect()
}

/// Places that may not be edited: on each sheet the end of the first merge and of the first array formula.
pub(super) fn forbidden(book: &Workbook) -> Vec<Site> {
    let mut found = Vec::new();
    for id in book.sheet_ids().filter(|id| book.entry(*id).is_some_and(|entry| entry.grid)) {
        let Ok(sheet) = book.sheet(id) else { continue };
        let merge = sheet.merges().iter().find(|merge| merge.first() != merge.last());
        let ground = Ground::new(sheet);
        let array = ground.arrays.iter().find(|array| array.first() != array.last());
        let ends = merge.into_iter().chain(array).map(|range| range.last());
        found.extend(ends.map(|cell| Site { place: Place::Filled, sheet: id, cell }));
    }
    found
}

fn candidates(book: &Workbook, place: Place) -> Vec<Site> {
    let mut found: Vec<Site> = Vec::new();
    for id in book.sheet_ids().filter(|id| book.entry(*id).is_some_and(|entry| entry.grid)) {
        let Ok(sheet) = book.sheet(id) else { continue };
        let ground = Ground::new(sheet);
        for cell in cells(book, (id, sheet), place, &ground) {
            if found.len() < CANDIDATES && found.last().is_none_or(|last| last.cell.row() != cell.row()) {
                found.push(Site { place, sheet: id, cell });
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// What of a sheet may be edited.
struct Ground<'a> {
    sheet: &'a Sheet,
    arrays: Vec<Range>,
}

impl<'a> Ground<'a> {
    fn new(sheet: &'a Sheet) -> Self {
        let arrays = sheet.formula_cells().filter_map(|cell| match cell.formula?.kind {
            FormulaKind::Array(range) | FormulaKind::DataTable(range) => Some(range),
            _ => None,
        });
        Self { sheet, arrays: arrays.collect() }
    }

    fn is_free(&self, cell: CellRef) -> bool {
        self.sheet.anchor(cell) == cell && !self.arrays.iter().any(|range| range.contains(cell))
    }
}

/// The first stored cell of a sheet that may be edited.
pub(super) fn first_free(sheet: &Sheet) -> Option<CellRef> {
    let ground = Ground::new(sheet);
    sheet.rows().flat_map(Row::cells).map(|cell| cell.at).find(|cell| ground.is_free(*cell))
}

/// The first cells of a kind on a sheet.
fn cells(book: &Workbook, (id, sheet): (SheetId, &Sheet), place: Place, ground: &Ground<'_>) -> Vec<CellRef> {
    let free = |cell: &CellRef| ground.is_free(*cell);
    let stored = || sheet.rows().flat_map(Row::cells);
    let is_blank = |cell: &Cell<'_>| cell.value == ValueRef::Blank && cell.formula.is_none();
    let such = |wanted: &dyn Fn(&Cell<'_>) -> bool| -> Vec<CellRef> {
        stored().filter(|cell| wanted(cell)).map(|cell| cell.at).filter(free).take(200).collect()
    };
    match place {
        Place::Empty => gaps(sheet).filter(free).take(200).collect(),
        Place::Blank => such(&is_blank),
        Place::Filled => such(&|cell| cell.formula.is_none() && cell.value != ValueRef::Blank),
        Place::Formula => such(&|cell| cell.formula.is_some_and(|own| own.kind == FormulaKind::Plain)),
        Place::SharedFirst => shared(sheet, Nth::First).into_iter().filter(free).collect(),
        Place::SharedOther => shared(sheet, Nth::Other).into_iter().filter(free).collect(),
        Place::NewRow => {
            let last = sheet.rows().last().map(|row| row.number);
            last.and_then(|row| CellRef::new(row + 2, 2)).filter(free).into_iter().collect()
        }
        Place::EmptySheet => {
            let none = stored().all(|cell| is_blank(&cell));
            none.then_some(CellRef::FIRST).filter(free).into_iter().collect()
        }
        Place::Read => read(book, (id, sheet)).into_iter().filter(free).collect(),
    }
}

/// In every stored row the first place without a cell.
fn gaps(sheet: &Sheet) -> impl Iterator<Item = CellRef> + '_ {
    sheet.rows().filter(|row| row.cells().next().is_some()).filter_map(|row| {
        let taken: BTreeSet<u16> = row.cells().map(|cell| cell.at.column()).collect();
        let column = (1..=u16::MAX).find(|column| !taken.contains(column))?;
        CellRef::new(row.number, column)
    })
}

/// Which of the cells of a shared formula.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nth {
    First,
    Other,
}

/// The first cells, or the others, of groups that share a formula. A cell whose formula is that of the cell above or
/// left of it, moved, is another; the grid does not say which group a cell is of.
fn shared(sheet: &Sheet, nth: Nth) -> Vec<CellRef> {
    let cells: BTreeMap<CellRef, &str> = sheet
        .formula_cells()
        .filter_map(|cell| Some((cell.at, cell.formula?)))
        .filter(|(_, own)| own.kind == FormulaKind::Shared && !own.text.is_empty())
        .map(|(at, own)| (at, own.text))
        .collect();
    let follows = |(at, text): &(&CellRef, &&str)| {
        let above = CellRef::new(at.row() - 1, at.column());
        let left = CellRef::new(at.row(), at.column() - 1);
        let same =
            |from: CellRef| cells.get(&from).is_some_and(|own| formula::moved(own, from, **at) == **text);
        [above, left].into_iter().flatten().any(same)
    };
    let wanted = cells.iter().filter(|cell| follows(cell) == (nth == Nth::Other));
    wanted.map(|(at, _)| *at).take(200).collect()
}

/// Numbers of a sheet that its first formulas read.
fn read(book: &Workbook, (id, sheet): (SheetId, &Sheet)) -> Vec<CellRef> {
    let mut found = Vec::new();
    for cell in sheet.formula_cells().take(500) {
        let text = cell.formula.map_or("", |own| own.text);
        for reference in formula::references(text).into_iter().filter(|one| one.book.is_none()) {
            let on = reference.sheet.as_ref().map_or(Some(id), |name| book.sheet_named(name));
            let at = reference.range().first();
            let constant =
                |cell: &Cell<'_>| cell.formula.is_none() && matches!(cell.value, ValueRef::Number(_));
            if on == Some(id) && sheet.cell(at).as_ref().is_some_and(constant) && !found.contains(&at) {
                found.push(at);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::SheetBuilder;

    #[test]
    fn each_kind_of_place_is_found() {
        let at = |text: &str| text.parse::<CellRef>().unwrap();
        let mut builder = SheetBuilder::default();
        builder.cell(at("A1"), ValueRef::Text("头"), 0).unwrap();
        builder.cell(at("C1"), ValueRef::Blank, 1).unwrap();
        let shared =
            [("A2", "C2*2"), ("B2", "D2*2"), ("C2", ""), ("E2", "1+F2"), ("F2", "1+G2"), ("G2", "1")];
        for (cell, text) in shared {
            builder.cell(at(cell), ValueRef::Number("8"), 0).unwrap();
            if !text.is_empty() {
                builder.formula(text, FormulaKind::Shared).unwrap();
            }
        }
        builder.cell(at("D3"), ValueRef::Number("4"), 0).unwrap();
        builder.formula("C2", FormulaKind::Plain).unwrap();
        builder.merge("B1:B2".parse().unwrap());
        let sheets = vec![("表".to_owned(), builder.finish()), ("空".to_owned(), Sheet::default())];
        let book = Workbook::from_sheets(sheets, Vec::new());
        let shown: Vec<String> = sites(&book)
            .iter()
            .filter_map(|sites| sites.first())
            .map(|site| format!("{} {}{}", site.place.name(), site.sheet.0, site.cell))
            .collect();
        let expected = [
            "empty 0B1",
            "blank 0C1",
            "filled 0A1",
            "formula 0D3",
            "shared-first 0A2",
            "shared-other 0F2",
            "new-row 0B5",
            "empty-sheet 1A1",
            "read 0C2",
        ];
        assert_eq!(shown, expected, "B2 is covered by a merge");
        let closed: Vec<String> = forbidden(&book).iter().map(|site| site.cell.to_string()).collect();
        assert_eq!(closed, ["B2"]);
    }
}
