//! One book's proof: no edit gives the same bytes; each single edit changes that cell and nothing else, seen by our
//! reader, by calamine and in the raw parts; all of them together are left for the other programs.

use std::collections::{BTreeMap, BTreeSet};

use calamine::{Data, Range};
use jixiao_workbook::diff::{CellDifference, diff};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{CellRef, Content, Edit, PatchError, SheetId, Value, ValueRef, Workbook, refresh};

use super::parts::{self, Allowed, Part};
use super::sites::{Kind, Place, Site, forbidden, sites};
use super::tally::Tally;
use super::{agree, marked};

/// A cell after the edits: by sheet's name and place, its formula and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) sheet: String,
    pub(super) cell: CellRef,
    pub(super) formula: Option<String>,
    pub(super) value: Value,
    /// Whether it was computed as a dependent of an edited cell.
    pub(super) refreshed: bool,
}

/// An edited file for the other programs, and what they must see in it.
#[derive(Debug)]
pub(super) struct Edited {
    pub(super) bytes: Vec<u8>,
    pub(super) cells: Vec<Expected>,
}

/// What was seen of one book.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// Promises that were broken; no list excuses them.
    pub(super) faults: Vec<String>,
    /// Edits that were refused: place and code.
    pub(super) refused: BTreeMap<String, BTreeSet<&'static str>>,
    /// What calamine sees beside the edit.
    pub(super) calamine: Vec<(String, String)>,
    /// All edits in one file, dependents refreshed.
    pub(super) combined: Option<Edited>,
    /// The book with marks of a check.
    pub(super) marked: Option<Edited>,
    /// Each edit in a file of its own, where asked for.
    pub(super) singles: Vec<Edited>,
    pub(super) tally: Tally,
}

/// How much is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One kind of content at each place.
    Small,
    /// Every kind of content at each place.
    Usual,
    /// The same, and what each edit gives is kept for the other programs.
    Full,
}

/// A book under proof.
pub(super) struct Subject<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) book: &'a Workbook,
    /// Whether calamine reads it.
    pub(super) calamine: bool,
    pub(super) extent: Extent,
}

/// Proves one book.
pub(super) fn prove(subject: &Subject<'_>) -> Proof {
    let mut proof = Proof::default();
    if subject.book.apply(&[], Signature::Keep).as_deref() != Ok(subject.bytes) {
        proof.faults.push("without edits the bytes are others".to_owned());
    }
    let before = match parts::parts(subject.bytes) {
        Ok(before) => before,
        Err(error) => {
            proof.faults.push(format!("its parts cannot be compared: {error}"));
            return proof;
        }
    };
    let mut prover = Prover { subject, before, grids: BTreeMap::new(), proof };
    prover.refusals();
    let mut batch: Vec<Edit> = Vec::new();
    for sites in sites(subject.book) {
        if let Some(site) = prover.singles(&sites) {
            let taken = |edit: &Edit| matches!(edit, Edit::SetCell { sheet, cell, .. } if (*sheet, *cell) == (site.sheet, site.cell));
            if !batch.iter().any(taken) {
                batch.push(site.edit(kind_in_batch(site.place)));
            }
        }
    }
    prover.together(batch);
    prover.marks();
    prover.proof
}

/// What a place gets where all are edited at once, so that every kind of content meets every program.
fn kind_in_batch(place: Place) -> Kind {
    match place {
        Place::Empty | Place::Filled | Place::NewRow => Kind::Text,
        Place::Formula | Place::SharedOther | Place::EmptySheet => Kind::Formula,
        Place::Blank | Place::SharedFirst | Place::Read => Kind::Number,
    }
}

type Grids = (Range<Data>, Range<String>);

struct Prover<'a> {
    subject: &'a Subject<'a>,
    before: Vec<Part>,
    /// What calamine read before, by sheet.
    grids: BTreeMap<SheetId, Option<Grids>>,
    proof: Proof,
}

impl Prover<'_> {
    /// The bytes after edits; of a signed book after its signature is given up, which is refused unless told.
    fn apply(&mut self, edits: &[Edit]) -> Result<Vec<u8>, PatchError> {
        let kept = self.subject.book.apply(edits, Signature::Keep);
        if kept != Err(PatchError::Signed) {
            return kept;
        }
        self.proof.refused.entry(code(&PatchError::Signed)).or_default().insert("unless forced");
        self.subject.book.apply(edits, Signature::Void)
    }

    /// What may not be set is refused: a covered cell, and the inside of an array.
    fn refusals(&mut self) {
        for forbidden in forbidden(self.subject.book) {
            let (edit, cell) = (forbidden.edit(Kind::Number), forbidden.cell);
            match self.apply(&[edit]) {
                Ok(_) => self.fault(&format!("{cell}"), "covered or inside an array, yet it was edited"),
                Err(error) => {
                    let count = self.proof.tally.forbidden.entry(code(&error)).or_default();
                    *count += 1;
                }
            }
        }
    }

    /// Makes every single edit at the first candidate that may be edited; that one, if any.
    fn singles(&mut self, sites: &[Site]) -> Option<Site> {
        let place = sites.first()?.place;
        for site in sites {
            match self.apply(&[site.edit(Kind::Number)]) {
                // A heading may be told only by a table's part; the next row is none.
                Err(PatchError::TableHeader { .. }) => {}
                Err(error) => {
                    self.proof.refused.entry(code(&error)).or_default().insert(place.name());
                    return None;
                }
                Ok(_) => {
                    let small = self.subject.extent == Extent::Small;
                    for kind in Kind::ALL.into_iter().filter(|kind| !small || *kind == kind_in_batch(place)) {
                        self.single(*site, kind);
                    }
                    return Some(*site);
                }
            }
        }
        None
    }

    fn single(&mut self, site: Site, kind: Kind) {
        let edit = site.edit(kind);
        let what = format!("{} {kind:?} at {}", site.place.name(), site.cell);
        let after = match self.apply(std::slice::from_ref(&edit)) {
            Ok(after) => after,
            Err(error) => return self.fault(&what, &format!("refused: {error}")),
        };
        let edits = [edit];
        let change = self.compare_parts(&what, &edits, &after);
        self.proof.tally.edit(site.place, change.all, change.same);
        let one_part = !matches!(kind, Kind::Formula)
            && matches!(site.place, Place::Filled | Place::Blank | Place::Read);
        if one_part && change.all > change.same + 1 {
            self.fault(&what, "more than the sheet's part differs");
        }
        // The others of a shared formula get texts of their own where its first cell goes.
        if site.place.is_stored() && !matches!(site.place, Place::SharedFirst | Place::SharedOther) {
            self.compare_bytes(&what, site, &after);
        }
        let cells = self.expected(&edits, &[]);
        self.compare_cells(&what, &cells, &after);
        self.compare_calamine(&what, &cells, &after);
        if self.subject.extent == Extent::Full {
            self.proof.singles.push(Edited { bytes: after, cells });
        }
    }

    /// Makes all edits in one batch, and what depends on them.
    fn together(&mut self, mut edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        let told = edits.len();
        let refresh = refresh::dependents(self.subject.book, &edits);
        self.proof.tally.refreshed(&refresh);
        edits.extend(refresh.edits);
        if !refresh.unknown.is_empty() {
            edits.push(Edit::RecalculateOnLoad);
        }
        let what = "all edits with their dependents";
        match self.apply(&edits) {
            Ok(after) => {
                self.compare_parts(what, &edits, &after);
                let (given, results) = edits.split_at(told);
                let cells = self.expected(given, results);
                self.compare_cells(what, &cells, &after);
                self.compare_calamine(what, &cells, &after);
                self.proof.combined = Some(Edited { bytes: after, cells });
            }
            Err(error) => self.fault(what, &format!("refused: {error}")),
        }
    }

    /// Marks a cell of every sheet, as a check does, and takes the marks off again.
    fn marks(&mut self) {
        let cells = marked::cells(self.subject.book);
        if cells.is_empty() {
            return;
        }
        let edits = marked::edits(self.subject.book, &cells);
        let after = match edits.and_then(|edits| self.apply(&edits)) {
            Ok(after) => after,
            Err(error) => {
                self.proof.refused.entry(code(&error)).or_default().insert("marks");
                return;
            }
        };
        let faults = self.marks_faults(&cells, &after).unwrap_or_else(|error| vec![error]);
        for fault in &faults {
            self.fault("marks", fault);
        }
        self.compare_sheets("marks", &after);
        let cells = marked::told(self.subject.book, &cells);
        self.proof.marked = Some(Edited { bytes: after, cells });
    }

    /// What is not as it should be once a book is marked, and once the marks are off.
    fn marks_faults(&self, cells: &[(SheetId, CellRef)], after: &[u8]) -> Result<Vec<String>, String> {
        let book = self.subject.book;
        let open = |bytes: Vec<u8>| Workbook::open(bytes).map_err(|error| format!("cannot be read: {error}"));
        let refused = |error: PatchError| format!("they do not come off: {error}");
        let marked_book = open(after.to_vec())?;
        let mut faults = marked::seen(book, &marked_book, cells);
        let edits = marked::cleaning(&marked_book).map_err(refused)?;
        let cleaned = marked_book.apply(&edits, Signature::Void).map_err(refused)?;
        faults.extend(marked::left(book, &open(cleaned)?).iter().map(|left| format!("left: {left}")));
        Ok(faults)
    }

    fn fault(&mut self, what: &str, fault: &str) {
        self.proof.faults.push(format!("{what}: {fault}"));
    }

    fn compare_parts(&mut self, what: &str, edits: &[Edit], after: &[u8]) -> parts::Change {
        let may = Allowed::of(self.subject.book, edits);
        let change = parts::parts(after).map(|after| parts::compare(&self.before, &after, &may));
        let change =
            change.unwrap_or_else(|error| parts::Change { faults: vec![error], ..Default::default() });
        change.faults.iter().for_each(|fault| self.fault(what, fault));
        change
    }

    /// Where a stored cell is edited, nothing outside its element differs but the sheet's dimension.
    fn compare_bytes(&mut self, what: &str, site: Site, after: &[u8]) {
        let Some(entry) = self.subject.book.entry(site.sheet) else { return };
        let wanted = entry.part.to_ascii_lowercase();
        let Some(name) =
            self.before.iter().map(|part| &part.name).find(|name| name.to_ascii_lowercase() == wanted)
        else {
            return;
        };
        let both =
            parts::content(self.subject.bytes, name).and_then(|one| Ok((one, parts::content(after, name)?)));
        match both {
            Ok((one, other)) if parts::within_one_cell(&one, &other) => {}
            Ok(_) => self.fault(what, "bytes outside the cell differ"),
            Err(error) => self.fault(what, &error),
        }
    }

    /// What the cells of edits hold afterwards.
    fn expected(&self, given: &[Edit], results: &[Edit]) -> Vec<Expected> {
        let all = given.iter().map(|edit| (edit, false)).chain(results.iter().map(|edit| (edit, true)));
        let cell = |(edit, refreshed): (&Edit, bool)| {
            let Edit::SetCell { sheet, cell, content, .. } = edit else { return None };
            let (formula, value) = match content {
                Content::Number(digits) => (None, Value::Number(digits.clone())),
                Content::Text(text) => (None, Value::Text(text.clone())),
                Content::Formula { text, cached } => (Some(text.to_string()), cached.clone()),
                Content::Result(value) => {
                    let grid = self.subject.book.sheet(*sheet).ok()?;
                    (grid.formula(*cell).map(|formula| formula.text.to_owned()), value.clone())
                }
                _ => return None,
            };
            let sheet = self.subject.book.entry(*sheet)?.name.clone();
            Some(Expected { sheet, cell: *cell, formula, value, refreshed })
        };
        all.filter_map(cell).collect()
    }

    /// Our reader sees the edits in their cells, in the styles they had, and nothing else.
    fn compare_cells(&mut self, what: &str, cells: &[Expected], after: &[u8]) {
        let seen = Workbook::open(after.to_vec()).and_then(|after| diff(self.subject.book, &after));
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => return self.fault(what, &format!("cannot be read again: {error}")),
        };
        for line in seen.unread.iter().map(|(name, error)| format!("sheet {name}: {error}")) {
            self.fault(what, &line);
        }
        for (name, kind) in &seen.sheets {
            self.fault(what, &format!("sheet {name} is {kind}"));
        }
        let is_told = |change: &&CellDifference| {
            let told = cells.iter().find(|cell| cell.sheet == change.sheet && cell.cell == change.cell);
            let state = &change.after;
            told.is_some_and(|told| told.value == state.value && told.formula == state.formula)
                && change.before.style == state.style
        };
        for change in seen.cells.iter().filter(|change| !is_told(change)) {
            self.fault(what, &format!("{change}"));
        }
        let is_seen = |cell: &&Expected| {
            seen.cells.iter().any(|change| change.sheet == cell.sheet && change.cell == cell.cell)
        };
        let missing = cells.iter().find(|cell| !cell.refreshed && !is_seen(cell));
        if let Some(cell) = missing {
            self.fault(what, &format!("{}!{} is as it was", cell.sheet, cell.cell));
        }
    }

    /// calamine reads the same values and formulas in every sheet that it read before.
    fn compare_sheets(&mut self, what: &str, after: &[u8]) {
        let (true, Extent::Usual | Extent::Full) = (self.subject.calamine, self.subject.extent) else {
            return;
        };
        let (mut before, mut theirs) = match (agree::open(self.subject.bytes), agree::open(after)) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(_), _) => return,
            (_, Err(error)) => return self.fault(what, &format!("calamine: {error}")),
        };
        for name in self.subject.book.sheets().iter().map(|entry| entry.name.as_str()) {
            let Ok(was) = agree::grids(&mut before, name) else { continue };
            match agree::grids(&mut theirs, name) {
                Ok(is) => {
                    let told = unlike(name, &[], &was, &is).map(|told| (what.to_owned(), told));
                    self.proof.calamine.extend(told);
                }
                Err(error) => self.fault(what, &format!("calamine: {error}")),
            }
        }
    }

    /// calamine sees the edits in their cells, and nothing else.
    fn compare_calamine(&mut self, what: &str, cells: &[Expected], after: &[u8]) {
        if !self.subject.calamine {
            return;
        }
        let mut theirs = match agree::open(after) {
            Ok(theirs) => theirs,
            Err(error) => return self.fault(what, &format!("calamine: {error}")),
        };
        let sheets: BTreeSet<&str> = cells.iter().map(|cell| cell.sheet.as_str()).collect();
        for name in sheets {
            let Some(id) = self.subject.book.sheet_named(name) else { continue };
            let (bytes, grids) = (self.subject.bytes, &mut self.grids);
            let before = grids.entry(id).or_insert_with(|| {
                agree::open(bytes).and_then(|mut book| agree::grids(&mut book, name)).ok()
            });
            let Some(before) = before else { continue };
            let after = match agree::grids(&mut theirs, name) {
                Ok(after) => after,
                Err(error) => return self.fault(what, &format!("calamine: {error}")),
            };
            let own: Vec<&Expected> = cells.iter().filter(|cell| cell.sheet == name).collect();
            self.proof
                .calamine
                .extend(unlike(name, &own, before, &after).map(|cell| (what.to_owned(), cell)));
        }
    }
}

/// Where calamine sees something other than what was told, the first place only.
fn unlike(name: &str, cells: &[&Expected], before: &Grids, after: &Grids) -> Option<String> {
    let told: BTreeSet<(u32, u32)> = cells.iter().map(|cell| agree::place(cell.cell)).collect();
    if let Some(at) = agree::changed(before, after).into_iter().find(|at| !told.contains(at)) {
        let (was, is) = (before.1.get_value(at), after.1.get_value(at));
        let (had, has) = (before.0.get_value(at), after.0.get_value(at));
        return Some(format!("{name} {at:?} changed as well: {had:?} {was:?}, now {has:?} {is:?}"));
    }
    let right = |cell: &Expected| {
        let at = agree::place(cell.cell);
        let formula = after.1.get_value(at).map_or("", String::as_str);
        let value: ValueRef<'_> = cell.value.as_ref();
        agree::same_value(value, after.0.get_value(at).unwrap_or(&Data::Empty))
            && formula == cell.formula.as_deref().unwrap_or("")
    };
    let wrong = cells.iter().find(|cell| !right(cell))?;
    let at = agree::place(wrong.cell);
    let (value, formula) = (after.0.get_value(at), after.1.get_value(at));
    Some(format!(
        "{name}!{} is {value:?} {formula:?}, told was {:?} {:?}",
        wrong.cell, wrong.value, wrong.formula
    ))
}

/// The code of an error: its kind as the command line names it.
pub(super) fn code(error: &impl std::fmt::Debug) -> String {
    let shown = format!("{error:?}");
    let inner = shown.strip_prefix("Open(").unwrap_or(&shown);
    let name = inner.chars().take_while(char::is_ascii_alphanumeric);
    let mut code = String::new();
    for letter in name {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.push(letter.to_ascii_lowercase());
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::OpenError;

    #[test]
    fn an_error_is_named_by_its_kind() {
        assert_eq!(code(&OpenError::NotAWorkbook("a picture")), "not-a-workbook");
        assert_eq!(code(&PatchError::Open(OpenError::Encrypted)), "encrypted");
        assert_eq!(code(&PatchError::Encoding("xl/workbook.xml".to_owned())), "encoding");
    }

    #[test]
    fn the_official_form_is_proven() {
        let bytes = include_bytes!("../../../test-data/template/official-2023-inputs.xlsx");
        let book = Workbook::open(bytes.to_vec()).unwrap();
        let proof = prove(&Subject { bytes, book: &book, calamine: true, extent: Extent::Full });
        assert_eq!((proof.faults, proof.calamine), (Vec::new(), Vec::new()));
        assert!(proof.refused.is_empty());
        // Empty, blank, filled, formula and beyond the last row, three kinds of content each.
        assert!(proof.singles.len() >= 15, "{}", proof.singles.len());
        assert!(proof.combined.unwrap().cells.len() >= 5);
        assert!(proof.marked.is_some());
    }
}
