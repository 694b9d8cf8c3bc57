//! Which stored results follow from edits, and which were stale before: every formula of any sheet, in the order of
//! dependence.

mod index;

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{CellRef, Range};
use crate::calc::{Answer, Evaluator, Reads, reads};
use crate::edit::{Content, Edit, Style};
use crate::sheet::{Cell, FormulaKind, Value, ValueRef};
use crate::workbook::{SheetId, Workbook};
use index::{Cells, Readers};

/// What has to change along with a batch of edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refresh {
    /// Edits that renew the stored results of dependents ([`Content::Result`]), by sheet and cell; and
    /// [`Edit::RefreshCharts`] where a chart reads a cell that changes.
    pub edits: Vec<Edit>,
    /// Dependents that could not be computed here, and why, by sheet and cell. A sheet that cannot be read is
    /// named with its A1.
    pub unknown: Vec<(SheetId, CellRef, String)>,
}

/// The edits that keep every stored result right once `edits` are applied.
///
/// Formulas that the edits themselves write are not computed again: their result comes with them.
pub fn dependents(workbook: &Workbook, edits: &[Edit]) -> Refresh {
    renewed(workbook, edits, None)
}

/// The formulas whose stored result is missing, or is not what they give on the stored values of the cells they
/// read, by sheet and cell. In a workbook without any, every result is right; others may follow from theirs.
///
/// Formulas that `known` tells to be right are not computed: who knows what a form's formulas say can judge a hundred
/// thousand of them without reading each.
pub fn stale(workbook: &Workbook, known: impl Fn(SheetId, &Cell<'_>) -> bool) -> Vec<(SheetId, CellRef)> {
    let evaluator = Evaluator::new(workbook);
    let mut stale = Vec::new();
    for id in workbook.sheet_ids() {
        let Ok(sheet) = workbook.sheet(id) else { continue };
        let plain = |kind| matches!(kind, FormulaKind::Plain | FormulaKind::Shared);
        for cell in sheet.formula_cells().filter(|cell| !known(id, cell)) {
            let text = cell.formula.filter(|formula| plain(formula.kind)).map(|formula| formula.text);
            let answer = text.and_then(|text| evaluator.answer(id, cell.at, text).ok());
            if answer.is_some_and(|answer| !answer.agrees(cell.value)) {
                stale.push((id, cell.at));
            }
        }
    }
    stale.sort_unstable();
    stale
}

/// The edits that make the stored results of a sheet right, as one recalculation in the order of dependence:
/// of what depends on `edits`, of the [`stale`] formulas, and of all that depends on those. On other sheets
/// only what the edits or the sheet's renewed results reach is renewed, and what these results rest on.
pub fn recalculated(
    workbook: &Workbook,
    edits: &[Edit],
    stale: &[(SheetId, CellRef)],
    sheet: SheetId,
) -> Refresh {
    renewed(workbook, edits, Some((stale, sheet)))
}

fn renewed(workbook: &Workbook, edits: &[Edit], whole: Option<(&[Key], SheetId)>) -> Refresh {
    let given = || edits.iter().filter_map(Edit::new_value);
    let stale = whole.map_or(&[][..], |(stale, _)| stale);
    let nothing_given = given().next().is_none();
    if nothing_given && stale.is_empty() {
        return Refresh::default();
    }
    let edited = Cells::of(given().map(|(sheet, cell, _)| (sheet, cell)));
    let (nodes, mut unknown) = formulas(workbook, &Evaluator::new(workbook), &edited);
    let dirty = depending(&nodes, &edited, &Cells::of(stale.iter().copied()));
    let mut results = Results::new();
    if !dirty.is_empty() {
        let evaluator = Evaluator::new(workbook).with_all(given());
        let pending = Cells::of(dirty.keys().copied());
        let mut renewal = Renewal { evaluator, nodes: &nodes, dirty: &dirty, pending, results };
        renewal.run();
        results = renewal.results;
    }
    if let Some((_, sheet)) = whole {
        results = connected(&nodes, &edited, results, sheet);
    }
    if nothing_given && results.values().all(Result::is_err) {
        return Refresh::default();
    }
    let mut renewed = Vec::new();
    for ((sheet, cell), result) in results {
        match result {
            Ok(value) => {
                renewed.push(Edit::SetCell {
                    sheet,
                    cell,
                    content: Content::Result(value),
                    style: Style::Keep,
                });
            }
            Err(reason) => unknown.push((sheet, cell, reason)),
        }
    }
    if crate::patch::charts::read_any(workbook, || given().chain(renewed.iter().filter_map(Edit::new_value)))
    {
        renewed.push(Edit::RefreshCharts);
    }
    unknown.sort();
    unknown.dedup_by(|a, b| (a.0, a.1) == (b.0, b.1));
    Refresh { edits: renewed, unknown }
}

type Key = (SheetId, CellRef);

type Results = BTreeMap<Key, Result<Value, String>>;

/// The results that belong to a sheet: its own, those elsewhere that depend on them or on the edits, and those
/// that any of these rest on.
fn connected(nodes: &[Node<'_>], edited: &Cells, results: Results, sheet: SheetId) -> Results {
    let (mut own, mut other): (Results, Results) = results.into_iter().partition(|((on, _), _)| *on == sheet);
    if other.is_empty() {
        return own;
    }
    let renewed = Cells::of(own.keys().copied());
    let after = depending(nodes, edited, &renewed);
    let (reached, mut other): (Results, Results) =
        std::mem::take(&mut other).into_iter().partition(|(key, _)| after.contains_key(key));
    own.extend(reached);
    let by_key: BTreeMap<Key, &Node<'_>> = nodes.iter().map(|node| (node.key, node)).collect();
    let mut left = Cells::of(other.keys().copied());
    let mut next: Vec<Key> = own.keys().copied().collect();
    while let Some(node) = next.pop().and_then(|key| by_key.get(&key)) {
        for (on, range) in &node.reads {
            while let Some(cell) = left.within(*on, *range) {
                left.remove((*on, cell));
                own.extend(other.remove_entry(&(*on, cell)));
                next.push((*on, cell));
            }
        }
    }
    own
}

/// A formula that the edits leave in place.
struct Node<'w> {
    key: Key,
    text: &'w str,
    kind: FormulaKind,
    stored: ValueRef<'w>,
    reads: Vec<(SheetId, Range)>,
}

/// Every formula that stays, and those of which it cannot be told what they read.
fn formulas<'w>(
    workbook: &'w Workbook,
    evaluator: &Evaluator<'w>,
    edited: &Cells,
) -> (Vec<Node<'w>>, Vec<(SheetId, CellRef, String)>) {
    let (mut nodes, mut unknown) = (Vec::new(), Vec::new());
    for id in workbook.sheet_ids().filter(|id| workbook.entry(*id).is_some_and(|entry| entry.grid)) {
        let sheet = match workbook.sheet(id) {
            Ok(sheet) => sheet,
            Err(error) => {
                unknown.push((id, CellRef::FIRST, error.to_string()));
                continue;
            }
        };
        for cell in sheet.formula_cells().filter(|cell| !edited.contains((id, cell.at))) {
            let Some(formula) = cell.formula else { continue };
            let Reads { ranges, open } = reads(evaluator, id, cell.at, formula.text);
            let open = if formula.text.is_empty() { Some("a formula without text".to_owned()) } else { open };
            unknown.extend(open.map(|reason| (id, cell.at, reason)));
            let (key, text, kind) = ((id, cell.at), formula.text, formula.kind);
            nodes.push(Node { key, text, kind, stored: cell.value, reads: ranges });
        }
    }
    (nodes, unknown)
}

/// The formulas that depend on an edited cell or on a stale formula, and the stale ones, by place, as indexes of
/// the nodes.
fn depending(nodes: &[Node<'_>], edited: &Cells, stale: &Cells) -> BTreeMap<Key, usize> {
    let mut readers = Readers::default();
    let mut found = BTreeMap::new();
    let mut fresh = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let on_edited = node.reads.iter().any(|(sheet, range)| edited.within(*sheet, *range).is_some());
        if on_edited || stale.contains(node.key) {
            fresh.push(number);
        }
    }
    if fresh.is_empty() {
        return found;
    }
    for (number, node) in nodes.iter().enumerate() {
        node.reads.iter().for_each(|(sheet, range)| readers.add(*sheet, *range, number));
    }
    while let Some(number) = fresh.pop() {
        let Some(node) = nodes.get(number) else { continue };
        if found.insert(node.key, number).is_none() {
            for cell in node.covered() {
                readers.take(node.key.0, cell, |reader| fresh.push(reader));
            }
        }
    }
    found
}

impl Node<'_> {
    /// The cells whose values the formula gives: its own, or an array's.
    fn covered(&self) -> impl Iterator<Item = CellRef> + use<> {
        // An array that a form holds is small; of a larger one the first cells stand for all of it.
        const MOST: usize = 10_000;
        let range = match self.kind {
            FormulaKind::Array(range) | FormulaKind::DataTable(range) => range,
            FormulaKind::Plain | FormulaKind::Shared => Range::cell(self.key.1),
        };
        let columns = range.first().column()..=range.last().column();
        let rows = range.first().row()..=range.last().row();
        rows.flat_map(move |row| columns.clone().filter_map(move |column| CellRef::new(row, column)))
            .take(MOST)
    }
}

/// Computes what depends on the edits, each formula after those it reads.
struct Renewal<'a, 'w> {
    evaluator: Evaluator<'w>,
    nodes: &'a [Node<'w>],
    dirty: &'a BTreeMap<Key, usize>,
    pending: Cells,
    /// New results where the stored one is missing or differs.
    results: Results,
}

impl<'w> Renewal<'_, 'w> {
    fn run(&mut self) {
        // Arrays are not computed here; what reads any cell of one must know that before it is computed.
        let nodes = self.nodes;
        for node in self.dirty.values().filter_map(|number| nodes.get(*number)) {
            if matches!(node.kind, FormulaKind::Array(_) | FormulaKind::DataTable(_)) {
                self.settle(node, Some("an array formula".to_owned()));
            }
        }
        for (key, node) in self.dirty {
            if self.pending.contains(*key) {
                self.compute_with_its_inputs(*node);
            }
        }
    }

    /// Walks down to inputs that are still to be computed, on a stack of its own: a running balance is a chain
    /// as long as the sheet.
    fn compute_with_its_inputs(&mut self, start: usize) {
        let (mut stack, mut active) = (vec![start], BTreeSet::from([start]));
        while let Some(top) = stack.last().copied() {
            let Some(node) = self.nodes.get(top) else { return };
            let input = self.input_of(node);
            if let Some(input) = input.filter(|input| !active.contains(input)) {
                stack.push(input);
                active.insert(input);
                continue;
            }
            let circular = input.map(|_| "a circular reference".to_owned());
            self.settle(node, circular);
            active.remove(&top);
            stack.pop();
        }
    }

    /// A formula that is still to be computed and that this one reads.
    fn input_of(&self, node: &Node<'_>) -> Option<usize> {
        let found = |(sheet, range): &(SheetId, Range)| Some((*sheet, self.pending.within(*sheet, *range)?));
        node.reads.iter().find_map(found).and_then(|key| self.dirty.get(&key).copied())
    }

    fn settle(&mut self, node: &Node<'w>, refused: Option<String>) {
        self.pending.remove(node.key);
        let (sheet, cell) = node.key;
        let answer = match refused {
            Some(reason) => Err(reason),
            None => self.evaluator.answer(sheet, cell, node.text),
        };
        if answer.as_ref().is_ok_and(|answer| answer.agrees(node.stored)) {
            return;
        }
        let result = answer.as_ref().map(Answer::value).map_err(Clone::clone);
        for covered in node.covered() {
            self.evaluator.settle(sheet, covered, result.clone());
        }
        self.results.insert(node.key, result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::SheetBuilder;

    fn at(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    /// Cells as `A1 = stored` or `A1 = stored | formula`, in the grid's order.
    fn workbook(lines: &[&str]) -> Workbook {
        let mut builder = SheetBuilder::default();
        for line in lines {
            let (cell, rest) = line.split_once(" = ").unwrap();
            let (stored, formula) = rest.split_once(" | ").unwrap_or((rest, ""));
            let value = if stored == "-" { ValueRef::Blank } else { ValueRef::Number(stored) };
            builder.cell(at(cell), value, 0).unwrap();
            if !formula.is_empty() {
                let array = formula.starts_with('{').then(|| FormulaKind::Array("A5:B5".parse().unwrap()));
                builder
                    .formula(formula.trim_matches(['{', '}']), array.unwrap_or(FormulaKind::Plain))
                    .unwrap();
            }
        }
        Workbook::from_sheets(vec![("表".to_owned(), builder.finish())], Vec::new())
    }

    fn edit(cell: &str, content: Content) -> Edit {
        Edit::SetCell { sheet: SheetId(0), cell: at(cell), content, style: Style::Keep }
    }

    fn shown(refresh: &Refresh) -> Vec<String> {
        let results = refresh.edits.iter().map(|edit| match edit {
            Edit::SetCell { cell, content: Content::Result(value), .. } => {
                format!("{cell} = {}", value.as_ref().as_text())
            }
            other => format!("{other:?}"),
        });
        results.chain(refresh.unknown.iter().map(|(_, cell, why)| format!("{cell}: {why}"))).collect()
    }

    #[test]
    fn what_depends_on_an_edit_is_computed_in_order() {
        let cases: [(&[&str], &[&str]); 7] = [
            (&["A1 = 1", "B1 = 2 | A1*2", "C1 = 3 | B1+1"], &["B1 = 10", "C1 = 11"]),
            // The chain runs against the order of the cells.
            (
                &["A1 = 1", "A2 = 3 | A3+1", "A3 = 2 | A4*1", "A4 = 2 | SUM(A1:C1)*2"],
                &["A2 = 11", "A3 = 10", "A4 = 10"],
            ),
            (&["A1 = 1", "A2 = 7 | B2+1", "B2 = 6"], &[]),
            (&["A1 = 1", "A2 = 5.0000000000000001 | A1", "A3 = - | A2"], &["A3 = 5"]),
            (
                &["A1 = 1", "A2 = 1 | MEDIAN(A1)", "A3 = 1 | A2+1", "A4 = 1 | A1&\"\""],
                &[
                    "A4 = 5",
                    "A2: the function MEDIAN with 1 arguments",
                    "A3: A2 (the function MEDIAN with 1 arguments)",
                ],
            ),
            (
                &["A1 = 1", "A2 = 1 | A3+A1", "A3 = 1 | A2"],
                &["A2: A3 (a circular reference)", "A3: a circular reference"],
            ),
            (
                &["A1 = 1", "A2 = 1 | B5+1", "A5 = 1 | {A1*2}", "B5 = 1", "A7 = 1 | OFFSET(A3,1,1)"],
                &["A2: B5 (an array formula)", "A5: an array formula", "A7: the function OFFSET"],
            ),
        ];
        for (lines, expected) in cases {
            let workbook = workbook(lines);
            let refresh = dependents(&workbook, &[edit("A1", Content::Number("5".to_owned()))]);
            assert_eq!(shown(&refresh), expected, "{lines:?}");
        }
    }

    #[test]
    fn stale_results_are_renewed_as_one_recalculation() {
        let cases: [(&[&str], &[&str]); 6] = [
            // B1 follows from the stale A2 and is stale with it; C1 is right once A2 is renewed.
            (&["A1 = 2", "B1 = 8 | A2+1", "C1 = 5 | A2+1", "A2 = 7 | A1*2"], &["B1 = 5", "A2 = 4"]),
            (&["A1 = 2", "B1 = - | A2+1", "A2 = - | A1*2"], &["B1 = 5", "A2 = 4"]),
            (&["A1 = 2", "B1 = 3 | A1+1", "C1 = 9 | MEDIAN(B1)", "D1 = 9 | C1"], &[]),
            // What cannot be computed is named only where a renewed result reaches it.
            (
                &["A1 = 2", "B1 = 4 | A1+1", "C1 = 9 | MEDIAN(B1)", "A2 = 9 | MEDIAN(A1)"],
                &["B1 = 3", "C1: the function MEDIAN with 1 arguments"],
            ),
            (&["A1 = 2", "B1 = 3 | C1+1", "C1 = 3 | B1+1"], &[]),
            (&["A1 = 2", "C1 = 1 | B5", "A5 = 9 | {A1*2}", "B5 = 1"], &[]),
        ];
        for (lines, expected) in cases {
            let workbook = workbook(lines);
            let refresh = recalculated(&workbook, &[], &stale(&workbook, |_, _| false), SheetId(0));
            assert_eq!(shown(&refresh), expected, "{lines:?}");
        }
    }

    #[test]
    fn stale_results_of_other_sheets_are_renewed_only_where_the_sheet_is_concerned() {
        let grid = |cells: &[(&str, &str, &str)]| {
            let mut builder = SheetBuilder::default();
            for (cell, stored, formula) in cells {
                builder.cell(at(cell), ValueRef::Number(stored), 0).unwrap();
                builder.formula(formula, FormulaKind::Plain).unwrap();
            }
            builder.finish()
        };
        // A1 rests on 乙!A1, A2 reaches 乙!A2; 乙!A3 has nothing to do with 甲.
        let own = grid(&[("A1", "0", "乙!A1+1"), ("A2", "0", "1+1")]);
        let other = grid(&[("A1", "0", "2+3"), ("A2", "1", "甲!A2*2"), ("A3", "1", "1+1")]);
        let workbook =
            Workbook::from_sheets(vec![("甲".to_owned(), own), ("乙".to_owned(), other)], Vec::new());
        let refresh = recalculated(&workbook, &[], &stale(&workbook, |_, _| false), SheetId(0));
        assert_eq!(shown(&refresh), ["A1 = 6", "A2 = 2", "A1 = 5", "A2 = 4"]);
    }

    #[test]
    fn formulas_of_the_edits_keep_their_given_results() {
        let workbook = workbook(&["A1 = 1", "A2 = 1 | A1", "A3 = 1 | A2"]);
        let given = Content::Formula { text: "A1*100".into(), cached: Value::Number("7".to_owned()) };
        let refresh = dependents(&workbook, &[edit("A2", given), edit("A1", Content::Clear)]);
        assert_eq!(shown(&refresh), ["A3 = 7"]);
        assert_eq!(dependents(&workbook, &[Edit::RecalculateOnLoad]), Refresh::default());
    }

    #[test]
    fn a_running_balance_of_any_length_is_followed() {
        let rows = 20_000;
        let mut builder = SheetBuilder::default();
        builder.cell(at("A1"), ValueRef::Number("1"), 0).unwrap();
        for row in 2..=rows {
            let cell = CellRef::new(row, 1).unwrap();
            builder.cell(cell, ValueRef::Number("0"), 0).unwrap();
            builder.formula(&format!("A{}+1", row - 1), FormulaKind::Plain).unwrap();
        }
        let workbook = Workbook::from_sheets(vec![("表".to_owned(), builder.finish())], Vec::new());
        let refresh = dependents(&workbook, &[edit("A1", Content::Number("10".to_owned()))]);
        assert_eq!(refresh.edits.len(), 19_999);
        assert_eq!(shown(&refresh).last().unwrap(), "A20000 = 20009");
    }

    #[test]
    fn the_first_sheets_total_reaches_the_second_sheet_of_the_official_form() {
        let bytes = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx");
        let workbook = Workbook::open(bytes.to_vec()).unwrap();
        let total =
            Content::Formula { text: "SUM(D7:D20)".into(), cached: Value::Number("1893.66".to_owned()) };
        let refresh = dependents(&workbook, &[edit("D21", total)]);
        let renewed = Content::Result(Value::Number("1893.66".to_owned()));
        let expected =
            Edit::SetCell { sheet: SheetId(1), cell: at("B4"), content: renewed, style: Style::Keep };
        assert_eq!(refresh.edits, [expected]);
        assert_eq!(refresh.unknown, []);
    }
}
