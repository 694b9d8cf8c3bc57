//! Which columns the cells of a table take whose merged cells are left out: in a header the cells below tell, in a
//! row of sums the first cell takes what is missing.

use std::collections::BTreeMap;

use crate::error::OpenError;

use super::docx_table::Merge;

/// A row's cells, as texts.
pub(super) type Row = Vec<String>;
/// How many columns each cell of a row takes, and how it goes on with the row above.
type Spans = Vec<(u32, Merge)>;

/// Rows of a header above its last one.
const MOST_HEADER: usize = 4;

/// The columns that every row's cells take.
///
/// # Errors
/// When a row has more cells than the others, or fewer where none can be merged.
pub(super) fn spans(rows: &[Row]) -> Result<Vec<Spans>, OpenError> {
    let width = width(rows);
    let full = rows.iter().position(|row| row.len() >= width).unwrap_or(0);
    let header = if full <= MOST_HEADER { header(rows.get(..=full).unwrap_or_default()) } else { None };
    let mut spans = header.unwrap_or_default();
    for (number, row) in (1_u64..).zip(rows).skip(spans.len()) {
        let ragged = || OpenError::Ragged { row: number, cells: row.len(), expected: width };
        let missing = width.checked_sub(row.len()).ok_or_else(ragged)?;
        let first = row.first().map_or("", String::as_str);
        if missing > 0 && first.trim_end_matches('.').parse::<u32>().is_ok() {
            return Err(ragged());
        }
        let mut own: Spans = vec![(1, Merge::None); row.len()];
        if let Some((span, _)) = own.first_mut() {
            *span = u32::try_from(missing + 1).unwrap_or(u32::MAX);
        }
        spans.push(own);
    }
    Ok(spans)
}

/// How many columns the table has: as many as most rows have cells; of equals the most.
fn width(rows: &[Row]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let most = counts.into_iter().map(|(width, count)| (count, width)).max();
    most.map_or(0, |(_, width)| width)
}

/// The columns of a header's cells, from its last row, which has a cell in each, upwards.
fn header(rows: &[Row]) -> Option<Vec<Spans>> {
    let (last, above) = rows.split_last()?;
    let mut spans = vec![vec![(1, Merge::None); last.len()]];
    let mut lower = last;
    for upper in above.iter().rev() {
        let groups = groups(upper, lower)?;
        let own = joined(&groups, lower, spans.last_mut()?)?;
        spans.push(own);
        lower = upper;
    }
    spans.reverse();
    Some(spans)
}

/// How many cells of a row stand below each cell of the row above: a blank one goes on with the cell above it, and
/// what stands side by side belongs to one heading.
fn groups(upper: &Row, lower: &Row) -> Option<Vec<usize>> {
    let mut runs: Vec<usize> = Vec::new();
    let mut beside = false;
    for cell in lower {
        match runs.last_mut().filter(|_| beside && !cell.is_empty()) {
            Some(run) => *run += 1,
            None => runs.push(1),
        }
        beside = !cell.is_empty();
    }
    // One run of cells may belong to several headings side by side, each with as many.
    let surplus = upper.len().checked_sub(runs.len())?;
    if surplus == 0 {
        return Some(runs);
    }
    let mut fitting =
        runs.iter().enumerate().filter(|(_, run)| **run > surplus && **run % (surplus + 1) == 0);
    let (at, run) = fitting.next().filter(|_| fitting.clone().next().is_none())?;
    let (before, after) = (runs.get(..at)?, runs.get(at + 1..)?);
    let each = run.checked_div(surplus + 1)?;
    Some([before, &vec![each; surplus + 1], after].concat())
}

/// The columns of a row's cells from those below them. A cell above a single blank one reaches down to it.
fn joined(groups: &[usize], texts: &Row, lower: &mut Spans) -> Option<Spans> {
    let mut spans = Spans::new();
    let (mut rest, mut texts) = (lower.as_mut_slice(), texts.as_slice());
    for count in groups {
        let (own, after) = rest.split_at_mut_checked(*count)?;
        let mut down = Merge::None;
        if let ([(_, below)], Some("")) = (&mut *own, texts.first().map(String::as_str)) {
            (*below, down) = (Merge::More, Merge::First);
        }
        spans.push((own.iter().map(|(span, _)| *span).sum(), down));
        (rest, texts) = (after, texts.get(*count..)?);
    }
    rest.is_empty().then_some(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        text.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
    }

    /// Every row's spans; `^` goes on with the cell above, `v` is gone on with.
    fn shown(text: &str) -> Vec<String> {
        let one = |(span, down): &(u32, Merge)| match down {
            Merge::None => span.to_string(),
            Merge::First => format!("{span}v"),
            Merge::More => format!("{span}^"),
        };
        let spans = spans(&rows(text)).unwrap();
        spans.iter().map(|row| row.iter().map(one).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn the_cells_of_a_header_tell_what_is_merged() {
        let table = "序号|名称|资金|得分\n||预算|执行||\n||小计|其他|||\n1|a|2|2|1|50%|9\n2|b|2|2|1|50%|9\n";
        // The second row lacks a cell: nothing is inferred that does not add up.
        assert_eq!(shown(table)[0], "4 1 1 1");
        let table = "序号|名称|资金|得分\n||预算|执行|\n||小计|其他||\n1|a|2|2|1|9\n合计|2|2|1|9\n";
        assert_eq!(
            shown(table),
            ["1v 1v 3 1v", "1^ 1^ 2 1v 1^", "1^ 1^ 1 1 1^ 1^", "1 1 1 1 1 1", "2 1 1 1 1"]
        );
        let twice = "名称|预算|执行|得分\n|小计|其他|小计|其他|\na|1|1|1|1|9\n";
        assert_eq!(shown(twice)[0], "1v 2 2 1v");
    }

    #[test]
    fn a_row_with_other_cells_than_its_header_is_refused() {
        for (row, cells) in [("3|c|1", 3), ("3|c|1|2|3", 5)] {
            let table = format!("序号|名称|预算|得分\n1|a|1|9\n2|b|1|9\n{row}\n");
            let ragged = OpenError::Ragged { row: 4, cells, expected: 4 };
            assert_eq!(spans(&rows(&table)), Err(ragged));
        }
    }
}
