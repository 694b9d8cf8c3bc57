//! Expectations: every known deviation of a corpus file stands in `test-data/corpus/CHECK.tsv` by the file's sha256,
//! with a reason that a person wrote. They hold both ways: what is found must be listed, what is listed must be found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::{Outcome, read_text, root, write};

/// What is looked at; each has a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Check {
    /// Whether we read the file.
    Open,
    /// Whether calamine reads the same.
    Calamine,
    /// Whether a place can be edited.
    Edit,
    /// Whether openpyxl reads the edited file as told.
    Openpyxl,
    /// Whether openxml-audit finds nothing new in the edited file.
    Audit,
    /// Whether `LibreOffice` opens the edited file and computes what is stored.
    Libreoffice,
    /// Whether inserted rows are to `LibreOffice` what they are where it inserts them.
    Rows,
}

impl Check {
    /// All of them.
    pub(super) const ALL: [Self; 7] =
        [Self::Open, Self::Calamine, Self::Edit, Self::Openpyxl, Self::Audit, Self::Libreoffice, Self::Rows];

    /// The name of its list.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Calamine => "calamine",
            Self::Edit => "edit",
            Self::Openpyxl => "openpyxl",
            Self::Audit => "audit",
            Self::Libreoffice => "libreoffice",
            Self::Rows => "rows",
        }
    }
}

/// A deviation that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    pub(super) check: Check,
    pub(super) sha: String,
    pub(super) path: String,
    /// What was found, in words that stay the same from run to run.
    pub(super) found: String,
    /// More of it, for who looks into it; not compared.
    pub(super) detail: String,
}

/// A deviation that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) sha: String,
    pub(super) path: String,
    pub(super) found: String,
    pub(super) reason: String,
}

/// What one run looked at.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The files, by sha256.
    pub(super) files: BTreeSet<String>,
    /// Whether these are all that the lists speak of.
    pub(super) whole: bool,
    /// The checks that were made; an oracle may be missing.
    pub(super) checks: BTreeSet<Check>,
    /// Checks of files of which nothing is known, since a program's time ran out.
    pub(super) untold: BTreeSet<(Check, String)>,
}

const HEADING: &str = "sha256\tpath\tfound\treason";

/// The rows of a list.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, String> {
    let mut lines = text.lines();
    if lines.next().is_some_and(|heading| heading != HEADING) {
        return Err(format!("the first line is not {HEADING:?}"));
    }
    let row = |(number, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>()[..] {
        [sha, path, found, reason] => {
            let own = |text: &str| text.to_owned();
            Ok(Row { sha: own(sha), path: own(path), found: own(found), reason: own(reason) })
        }
        ref fields => Err(format!("line {}: {} fields instead of 4", number + 2, fields.len())),
    };
    let rows: Vec<Row> = lines.enumerate().map(row).collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    match rows.iter().find(|row| !seen.insert((&row.sha, &row.found))) {
        Some(row) => Err(format!("{}: {:?} is listed twice", row.path, row.found)),
        None => Ok(rows),
    }
}

/// A list's text, sorted by path.
pub(super) fn print(rows: &[Row]) -> String {
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|row| (&row.path, &row.found));
    let mut text = format!("{HEADING}\n");
    for Row { sha, path, found, reason } in sorted {
        let _ = writeln!(text, "{sha}\t{path}\t{found}\t{reason}");
    }
    text
}

/// What is wrong with a list, both ways, a line each.
pub(super) fn judge(listed: &[Row], found: &[&Observation], scope: &Scope) -> Vec<String> {
    let known: BTreeMap<(&str, &str), &Row> =
        listed.iter().map(|row| ((row.sha.as_str(), row.found.as_str()), row)).collect();
    let mut faults = Vec::new();
    let mut met = BTreeSet::new();
    for Observation { sha, path, found, detail, .. } in found {
        if !met.insert((sha.as_str(), found.as_str())) {
            continue;
        }
        match known.get(&(sha.as_str(), found.as_str())) {
            None => faults.push(format!("{path}: {found} — not listed{}", behind(detail))),
            Some(row) if row.reason.trim().is_empty() => {
                faults.push(format!("{path}: {found} — listed without a reason{}", behind(detail)));
            }
            Some(_) => {}
        }
    }
    for row in listed.iter().filter(|row| !met.contains(&(row.sha.as_str(), row.found.as_str()))) {
        if scope.files.contains(&row.sha) {
            faults.push(format!("{}: {} — listed, but it does not happen any more", row.path, row.found));
        } else if scope.whole {
            faults.push(format!("{}: {} — listed, but there is no such file", row.path, row.found));
        }
    }
    faults
}

fn behind(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}

/// The list with what was found now; reasons stay where the same is found again, rows of other files stay.
pub(super) fn blessed(listed: &[Row], found: &[&Observation], scope: &Scope) -> Vec<Row> {
    let keeps = |row: &&Row| !scope.whole && !scope.files.contains(&row.sha);
    let mut rows: Vec<Row> = listed.iter().filter(keeps).cloned().collect();
    for Observation { sha, path, found, .. } in found {
        let same = |row: &&Row| row.sha == *sha && row.found == *found;
        if !rows.iter().any(|row| same(&row)) {
            let reason = listed.iter().find(same).map_or(String::new(), |row| row.reason.clone());
            rows.push(Row { sha: sha.clone(), path: path.clone(), found: found.clone(), reason });
        }
    }
    rows
}

/// The folder of the lists.
pub(super) fn folder() -> PathBuf {
    root().join("test-data/corpus")
}

fn list(check: Check) -> PathBuf {
    folder().join(format!("{}.tsv", check.name()))
}

fn read_list(path: &Path) -> Result<Vec<Row>, String> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    parse(&read_text(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// All that a check's list says.
pub(super) fn rows(check: Check) -> Result<Vec<Row>, String> {
    read_list(&list(check))
}

/// The files of which a check's list says exactly that.
pub(super) fn listed(check: Check, found: &str) -> Result<BTreeSet<String>, String> {
    let rows = read_list(&list(check))?.into_iter();
    Ok(rows.filter(|row| row.found == found).map(|row| row.sha).collect())
}

/// The rows of a list that can be held against a run, and those of files of which it was told nothing.
fn parted(rows: Vec<Row>, check: Check, scope: &Scope) -> (Vec<Row>, Vec<Row>) {
    rows.into_iter().partition(|row| !scope.untold.contains(&(check, row.sha.clone())))
}

/// Judges all checks that were made.
pub(super) fn judge_all(found: &[Observation], scope: &Scope) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for check in Check::ALL.into_iter().filter(|check| scope.checks.contains(check)) {
        let of_check: Vec<&Observation> = found.iter().filter(|one| one.check == check).collect();
        let (listed, _) = parted(read_list(&list(check))?, check, scope);
        let judged = judge(&listed, &of_check, scope);
        faults.extend(judged.into_iter().map(|fault| format!("{}: {fault}", check.name())));
    }
    Ok(faults)
}

/// Writes the lists anew.
pub(super) fn bless(found: &[Observation], scope: &Scope) -> Outcome {
    std::fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    for check in Check::ALL.into_iter().filter(|check| scope.checks.contains(check)) {
        let of_check: Vec<&Observation> = found.iter().filter(|one| one.check == check).collect();
        let (listed, untold) = parted(read_list(&list(check))?, check, scope);
        let rows = [blessed(&listed, &of_check, scope), untold].concat();
        write(&list(check), print(&rows).as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sha: &str, found: &str, reason: &str) -> Row {
        let own = |text: &str| text.to_owned();
        Row { sha: own(sha), path: format!("public/{sha}.xlsx"), found: own(found), reason: own(reason) }
    }

    fn seen(sha: &str, found: &str) -> Observation {
        Observation {
            check: Check::Open,
            sha: sha.to_owned(),
            path: format!("public/{sha}.xlsx"),
            found: found.to_owned(),
            detail: String::new(),
        }
    }

    fn scope(files: &[&str], whole: bool) -> Scope {
        let files = files.iter().map(|sha| (*sha).to_owned()).collect();
        Scope { files, whole, checks: BTreeSet::from([Check::Open]), untold: BTreeSet::new() }
    }

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let rows = vec![row("a", "damaged", "its directory lies"), row("b", "encrypted", "")];
        assert_eq!(parse(&print(&rows)).unwrap(), rows);
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn a_list_that_is_none_is_named() {
        let cases = [
            ("sha\tpath\n", "the first line is not \"sha256\\tpath\\tfound\\treason\""),
            ("sha256\tpath\tfound\treason\na\tb\tc\n", "line 2: 3 fields instead of 4"),
            ("sha256\tpath\tfound\treason\na\tp\tc\tx\na\tp\tc\ty\n", "p: \"c\" is listed twice"),
        ];
        for (text, error) in cases {
            assert_eq!(parse(text).unwrap_err(), error);
        }
    }

    #[test]
    fn what_is_found_must_be_listed_and_what_is_listed_must_be_found() {
        let listed = [row("a", "damaged", "cut off by its maker"), row("b", "damaged", " ")];
        let all = scope(&["a", "b", "c"], true);
        let judged =
            |found: &[Observation], scope: &Scope| judge(&listed, &found.iter().collect::<Vec<_>>(), scope);
        let cases = [
            (
                vec![seen("a", "damaged")],
                vec!["public/b.xlsx: damaged — listed, but it does not happen any more"],
            ),
            (
                vec![seen("a", "damaged"), seen("b", "damaged"), seen("c", "signed"), seen("c", "signed")],
                vec![
                    "public/b.xlsx: damaged — listed without a reason",
                    "public/c.xlsx: signed — not listed",
                ],
            ),
            (
                vec![seen("a", "over-limit"), seen("b", "damaged")],
                vec![
                    "public/a.xlsx: over-limit — not listed",
                    "public/b.xlsx: damaged — listed without a reason",
                    "public/a.xlsx: damaged — listed, but it does not happen any more",
                ],
            ),
        ];
        for (found, faults) in cases {
            assert_eq!(judged(&found, &all), faults);
        }
        let one = [seen("b", "damaged")];
        let without = "public/b.xlsx: damaged — listed without a reason";
        assert_eq!(judged(&one, &scope(&["b"], false)), [without], "files outside the run are not missed");
        let gone = "public/a.xlsx: damaged — listed, but there is no such file";
        assert_eq!(judged(&one, &scope(&["b"], true)), [without, gone]);
    }

    #[test]
    fn of_what_was_not_told_nothing_is_expected() {
        let rows = vec![row("a", "refuses", "why"), row("b", "refuses", "why")];
        let mut all = scope(&["a", "b"], true);
        all.untold.insert((Check::Open, "a".to_owned()));
        let (told, untold) = parted(rows.clone(), Check::Open, &all);
        assert_eq!((told.as_slice(), untold.as_slice()), (&rows[1..], &rows[..1]));
        assert_eq!(parted(rows, Check::Audit, &all).1, [], "another check's");
    }

    #[test]
    fn blessing_keeps_reasons_of_what_is_found_again() {
        let listed = [row("a", "damaged", "why"), row("b", "damaged", "for b"), row("d", "signed", "for d")];
        let found = [seen("a", "damaged"), seen("b", "signed"), seen("b", "signed")];
        let found: Vec<&Observation> = found.iter().collect();
        let part = blessed(&listed, &found, &scope(&["a", "b"], false));
        assert_eq!(part, [row("d", "signed", "for d"), row("a", "damaged", "why"), row("b", "signed", "")]);
        let whole = blessed(&listed, &found, &scope(&["a", "b"], true));
        assert_eq!(whole, [row("a", "damaged", "why"), row("b", "signed", "")]);
    }
}
