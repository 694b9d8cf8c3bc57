//! A list of cells as people write it: `K7:K20`, `I8、I10、I11`.

use jixiao_workbook::{CellRef, Range};

use crate::Lang;

/// Ranges listed one by one before the rest is only counted.
const LISTED: usize = 24;

/// Cells in their order, neighbours in one column or row joined to a range. A long list says how many more
/// there are.
pub fn cells(list: &[CellRef], lang: Lang) -> String {
    let mut runs: Vec<Range> = Vec::new();
    for cell in list {
        match runs.last_mut() {
            Some(run) if follows(*run, *cell) => *run = Range::new(run.first(), *cell),
            _ => runs.push(Range::cell(*cell)),
        }
    }
    listed(runs.iter().map(ToString::to_string), lang)
}

/// Rows or columns as people write them: `8、10–12`.
pub(super) fn spans(numbers: &[u32], name: impl Fn(u32) -> String, lang: Lang) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let one = |(first, last): (u32, u32)| {
        if first == last { name(first) } else { format!("{}–{}", name(first), name(last)) }
    };
    listed(runs.into_iter().map(one), lang)
}

/// The first runs one by one, and how many more there are.
fn listed(runs: impl ExactSizeIterator<Item = String>, lang: Lang) -> String {
    let more = runs.len().saturating_sub(LISTED);
    let mut text: Vec<String> = runs.take(LISTED).collect();
    if more > 0 {
        text.push(lang.of(format!("另 {more} 处"), format!("{more} more")));
    }
    text.join(lang.of("、", ", "))
}

fn follows(run: Range, cell: CellRef) -> bool {
    let (first, last) = (run.first(), run.last());
    let down = first.column() == last.column() && last.column() == cell.column();
    let across = first.row() == last.row() && last.row() == cell.row();
    (down && cell.row() == last.row() + 1) || (across && cell.column() == last.column() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_joined() {
        let list: Vec<CellRef> =
            ["K7", "K8", "K9", "K11", "D21", "E21"].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells(&list, Lang::Zh), "K7:K9、K11、D21:E21");
        assert_eq!(cells(&list, Lang::En), "K7:K9, K11, D21:E21");
    }

    #[test]
    fn neighbouring_rows_are_joined() {
        assert_eq!(spans(&[8, 10, 11, 12], |row| row.to_string(), Lang::Zh), "8、10–12");
    }

    #[test]
    fn a_long_list_says_how_many_more_there_are() {
        let list: Vec<CellRef> = (1..=60).map(|row| CellRef::new(row * 2, 1).unwrap()).collect();
        assert!(cells(&list, Lang::Zh).ends_with("A48、另 36 处"));
        assert!(cells(&list, Lang::En).ends_with("A48, 36 more"));
    }
}
