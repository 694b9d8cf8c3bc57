//! The part of docs/quality.md about inserted rows: how many are what `LibreOffice` makes, and why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use super::super::expect::Row;
use super::super::figures::{Section, percent, table};
use super::COUNT;
use super::judge::Figures;

/// Where it stands.
pub(super) const SECTION: Section = Section {
    title: "Inserted rows",
    begin: "<!-- rows: written by `cargo xtask rows --write-figures` -->",
    end: "<!-- rows: end -->",
};

/// The text of the section, given the list of what differs.
pub(super) fn text(figures: &Figures, listed: &[Row]) -> String {
    let Figures { files, large, many, tried, compared, same, new_rows_only, .. } = figures;
    let outcome = |what: &str, count: usize| [what.to_owned(), count.to_string()];
    let mut rows = vec![
        outcome("the same in everything", *same),
        outcome("the same but for the inserted rows themselves", *new_rows_only),
        outcome("different elsewhere", compared - same - new_rows_only),
    ];
    rows.extend(figures.ended.iter().map(|(ended, count)| outcome(ended, *count)));
    let kinds = figures.kinds.iter().map(|(kind, count)| outcome(kind, *count));
    let lines = [
        format!(
            "In the middle of every sheet that holds something {COUNT} rows are inserted by us, and by LibreOffice in the"
        ),
        format!(
            "original; both are compared as LibreOffice sees them. {files} files, {tried} insertions, {compared} compared; of"
        ),
        format!(
            "these {} are the same in everything. Left out: {large} files for their size, {many} sheets of books that have",
            percent(*same, *compared)
        ),
        "very many. Heights count as the same up to 3 mm, since fonts make them where a row states none."
            .to_owned(),
        String::new(),
        table(["outcome", "insertions"], rows),
        table(["what differs", "insertions"], kinds),
        table(["reason", "files"], reasons(listed)),
    ];
    lines.join("\n").trim_end().to_owned()
}

/// The reasons of a list, with the number of files that have each.
fn reasons(listed: &[Row]) -> Vec<[String; 2]> {
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in listed {
        files.entry(&row.reason).or_default().insert(&row.sha);
    }
    files.into_iter().map(|(reason, files)| [reason.to_owned(), files.len().to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_by_file() {
        let row = |sha: &str, found: &str, reason: &str| Row {
            sha: sha.to_owned(),
            path: String::new(),
            found: found.to_owned(),
            reason: reason.to_owned(),
        };
        let listed = [row("a", "link", "moves"), row("a", "name", "moves"), row("b", "link", "moves")];
        assert_eq!(reasons(&listed), [["moves", "2"]]);
        let figures = Figures { compared: 4, same: 3, ..Figures::default() };
        let text = text(&figures, &listed);
        assert!(
            text.contains("75.0% are the same") && text.contains("| different elsewhere | 1 |"),
            "{text}"
        );
    }
}
