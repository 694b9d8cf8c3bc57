//! The corpus' part of docs/quality.md: what was proven over which books, beside what other programs keep.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::tally::Tally;
use crate::{Outcome, read_text, root, write};

/// What a whole run counted.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// Files looked at, public and crafted.
    pub(super) files: (usize, usize),
    /// Public files that no other program reads either, or that are no .xlsx at all.
    pub(super) unreadable: usize,
    /// Files that are not read, by code: public, crafted.
    pub(super) refused: BTreeMap<String, (usize, usize)>,
    /// Public files that another program reads and we do not, in whole or in part.
    pub(super) refused_readable: usize,
    /// Books read, in which an edit was made.
    pub(super) edited: usize,
    /// Books read of which no place can be edited, by code.
    pub(super) not_edited: BTreeMap<String, usize>,
    /// Books that lost a part in any edit.
    pub(super) losing: usize,
    /// Books whose cells calamine was asked about, and those it reads otherwise.
    pub(super) calamine: (usize, usize),
    /// Books too large to be shown to any program but calamine.
    pub(super) heavy: usize,
    /// Edited books shown to openpyxl, to openxml-audit and to `LibreOffice`, and what deviated.
    pub(super) openpyxl: (usize, usize),
    pub(super) audit: (usize, usize),
    pub(super) libreoffice: (usize, usize),
    pub(super) tally: Tally,
}

/// A part of docs/quality.md that a chore writes, between its marks.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) begin: &'static str,
    pub(super) end: &'static str,
}

const CORPUS: Section = Section {
    title: "Corpus",
    begin: "<!-- corpus: written by `cargo xtask corpus --write-figures` -->",
    end: "<!-- corpus: end -->",
};

/// What the peers keep, as measured once over 1,358 workbooks: books that lose a part, parts that stay the same bytes,
/// stored results.
const PEERS: [(&str, &str, &str, &str); 10] = [
    ("openpyxl", "32%", "8%", "none kept"),
    ("umya-spreadsheet 3.1", "32%", "22%", "most"),
    ("exceljs", "63%", "9%", "kept"),
    ("SheetJS", "58%", "1%", "kept"),
    ("IronCalc", "63%", "0%", "computed"),
    ("LibreOffice", "95% (theme)", "4%", "computed"),
    ("xlsx-populate", "0%, but a dangling calcChain relation", "37%", "none kept"),
    ("excelize", "0%", "51%", "not written for new formulas"),
    ("wolfxl (modify mode)", "0.2%", "92%", "not written for new formulas"),
    ("betteroffice", "0%", "68%", "computed"),
];

/// A share in percent, cut to one decimal: what is not quite all is never shown as all.
pub(super) fn percent(part: usize, whole: usize) -> String {
    let thousandths = part * 1000 / whole.max(1);
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// The text of the corpus' section.
pub(super) fn text(figures: &Figures) -> String {
    let (public, crafted) = figures.files;
    let readable = public - figures.unreadable;
    let share = percent(figures.refused_readable, readable);
    let lines = [
        format!(
            "{public} public and {crafted} crafted .xlsx and .xlsm files. Of the public ones {readable} are read by us,"
        ),
        format!(
            "calamine, openpyxl or LibreOffice; we refuse {} of these ({share}).",
            figures.refused_readable
        ),
        String::new(),
        proven(figures),
        forbidden(figures),
        format!("Too large to be shown to other programs than calamine in time: {} books.", figures.heavy),
        format!("Stored results renewed along with edits: {}.", figures.tally.results),
        format!(
            "Not computable here, so that recalculation on load is asked for: {}.",
            figures.tally.unknown
        ),
        String::new(),
        places(figures),
        refused(figures),
        "One edit and a save: ours over this corpus; the others' once over 1,358 real workbooks.".to_owned(),
        String::new(),
        peers(figures),
    ];
    lines.join("\n").trim_end().to_owned()
}

/// A table: its heading, and its rows of cells.
pub(super) fn table<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", heading.join(" | "), "---|".repeat(N));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn proven(figures: &Figures) -> String {
    let all = figures.tally.all();
    let books = |count: usize| format!("{count} books");
    let read = figures.edited + figures.not_edited.values().sum::<usize>();
    let edits = format!("{} edits in {} books", all.made, figures.edited);
    let rows = [
        ("no edit gives the same bytes", books(read), 0),
        ("one edit changes that cell and no other, in the parts it may", edits, 0),
        ("values, formulas and merges are calamine's", books(figures.calamine.0), figures.calamine.1),
        ("openpyxl sees exactly the edits", books(figures.openpyxl.0), figures.openpyxl.1),
        ("openxml-audit finds nothing new", books(figures.audit.0), figures.audit.1),
        (
            "LibreOffice opens what it opened, and computes the renewed results",
            books(figures.libreoffice.0),
            figures.libreoffice.1,
        ),
    ];
    let rows = rows.map(|(what, over, deviating)| [what.to_owned(), over, deviating.to_string()]);
    table(["proven", "over", "deviating, each listed with its reason"], rows)
}

/// Edits that are refused as they must be.
fn forbidden(figures: &Figures) -> String {
    let told = figures.tally.forbidden.iter().map(|(code, count)| format!("{count} as {code}"));
    format!("Edits of covered cells and inside arrays, all refused: {}.", told.collect::<Vec<_>>().join(", "))
}

fn places(figures: &Figures) -> String {
    let rows = figures.tally.places.iter().map(|(place, edits)| {
        let same = percent(edits.same, edits.parts);
        [place.name().to_owned(), edits.books.to_string(), edits.made.to_string(), same]
    });
    table(["edited", "books", "edits", "parts byte-identical"], rows)
}

fn refused(figures: &Figures) -> String {
    let rows = figures.refused.iter();
    let closed =
        rows.map(|(code, (public, crafted))| [code.clone(), public.to_string(), crafted.to_string()]);
    let fixed = figures.not_edited.iter().map(|(code, count)| [code.clone(), count.to_string()]);
    format!(
        "{}\n{}",
        table(["not read", "public", "crafted"], closed),
        table(["read, not edited", "books"], fixed)
    )
}

fn peers(figures: &Figures) -> String {
    let all = figures.tally.all();
    let (losing, same) = (figures.losing.to_string(), percent(all.same, all.parts));
    let ours = ["jixiao".to_owned(), losing, same, "computed".to_owned()];
    let others = PEERS.map(|(name, losing, same, results)| [name, losing, same, results].map(str::to_owned));
    let heading = ["", "books that lose a part", "parts byte-identical", "stored results"];
    table(heading, [ours].into_iter().chain(others))
}

/// Puts a section's text between its marks, or behind the page where it has none yet.
fn placed(page: &str, section: &Section, text: &str) -> String {
    let Section { title, begin, end } = section;
    let text = format!("{begin}\n{text}\n\n{end}");
    match (page.find(begin), page.find(end)) {
        (Some(from), Some(to)) if from < to => {
            let (before, after) = (page.get(..from).unwrap_or(""), page.get(to + end.len()..).unwrap_or(""));
            format!("{before}{text}{after}")
        }
        _ => format!("{}\n\n## {title}\n\n{text}\n", page.trim_end()),
    }
}

/// Writes the corpus' section anew, or says that it is stale.
pub(super) fn publish(figures: &Figures, writes: bool) -> Outcome {
    publish_section(&CORPUS, &text(figures), writes)
}

/// Writes a section of docs/quality.md anew, or says that it is stale.
pub(super) fn publish_section(section: &Section, text: &str, writes: bool) -> Outcome {
    let path = root().join("docs/quality.md");
    let page = if path.exists() { read_text(&path)? } else { "# Quality figures\n".to_owned() };
    let fresh = placed(&page, section, text);
    if writes {
        return write(&path, fresh.as_bytes());
    }
    if fresh == page { Ok(()) } else { Err(format!("docs/quality.md is stale: {}", section.begin)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up() {
        let cases = [(999, 1000, "99.9%"), (9_999, 10_000, "99.9%"), (0, 0, "0.0%"), (3, 3, "100.0%")];
        assert!(cases.iter().all(|(part, whole, shown)| percent(*part, *whole) == *shown));
    }

    #[test]
    fn the_figures_are_told_as_counted() {
        let mut figures =
            Figures { files: (388, 42), unreadable: 8, refused_readable: 3, edited: 7, ..Figures::default() };
        figures.refused.insert("damaged".to_owned(), (3, 9));
        figures.not_edited.insert("signed".to_owned(), 1);
        figures.tally.edit(crate::corpus::sites::Place::Filled, 12, 11);
        let text = text(&figures);
        for line in [
            "388 public and 42 crafted .xlsx and .xlsm files. Of the public ones 380 are read by us,",
            "calamine, openpyxl or LibreOffice; we refuse 3 of these (0.7%).",
            "| no edit gives the same bytes | 8 books | 0 |",
            "| one edit changes that cell and no other, in the parts it may | 1 edits in 7 books | 0 |",
            "| filled | 1 | 1 | 91.6% |",
            "| damaged | 3 | 9 |",
            "| signed | 1 |",
            "| jixiao | 0 | 91.6% | computed |",
            "| wolfxl (modify mode) | 0.2% | 92% | not written for new formulas |",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }

    #[test]
    fn the_rest_of_the_page_stays() {
        let Section { begin, end, .. } = CORPUS;
        let first = placed("# Quality figures\n\n## Fuzzing\n\nnone\n", &CORPUS, "1");
        assert_eq!(
            first,
            format!("# Quality figures\n\n## Fuzzing\n\nnone\n\n## Corpus\n\n{begin}\n1\n\n{end}\n")
        );
        let more = format!("{first}\n## Later\n");
        assert_eq!(placed(&more, &CORPUS, "2"), more.replace("\n1\n", "\n2\n"));
    }
}
