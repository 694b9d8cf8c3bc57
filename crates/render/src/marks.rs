//! The workbook as it was submitted, with the findings marked in it: a fill and a comment at each cell, and a sheet
//! that lists them all; and how the marks come off again.
//!
//! The list keeps, in hidden columns, a cell of each marked cell's old style and one of its new style. Programs that
//! renumber styles when they save carry these along, so that the marks come off whoever saved the file since.

use std::collections::BTreeMap;

use jixiao_selfeval::layout::{MARKER, own_sheets};
use jixiao_selfeval::{Finding, Review, Severity};
use jixiao_workbook::{
    CellRef, Content, Edit, Look, NewCell, NewColumn, NewSheet, PatchError, Rgb, SheetId, Style, Workbook,
};

use crate::Lang;
use crate::text::{Detail, counted};
use crate::words::{self, one_line};

/// Whose comments ours are.
pub const AUTHOR: &str = "jixiao";

/// The fills of cells to correct and to look at: no usual colours, so that nobody else's cell has them.
const TO_CORRECT: Rgb = Rgb(0xFF, 0xC9, 0xCE);
const TO_CHECK: Rgb = Rgb(0xFF, 0xF0, 0xB3);

/// Comments of one workbook: Excel grows slow with more, and the list holds every finding.
const MOST_COMMENTS: usize = 1_000;

/// Rows of the list above its findings.
const HEAD: u32 = 3;
/// Columns of the list: the cell's link, and the hidden ones.
const LINK: u16 = 2;
const KEPT: u16 = 7;
/// Widths of the columns, the hidden ones last.
const WIDTHS: [(u16, bool); 10] = [
    (11, false),
    (12, false),
    (26, false),
    (52, false),
    (46, false),
    (8, false),
    (10, true),
    (10, true),
    (10, true),
    (10, true),
];

/// How a workbook is marked.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Marks {
    /// The edits.
    pub edits: Vec<Edit>,
    /// Cells that get a fill.
    pub cells: usize,
    /// Findings that are listed.
    pub listed: usize,
    /// The name of the sheet that lists them.
    pub sheet: String,
}

/// What is said at one cell.
struct Place {
    severity: Severity,
    said: Vec<String>,
}

/// The edits that mark a workbook with what was found in it; one that bears marks already must lose them first.
///
/// # Errors
/// When the comments that stand there cannot be read.
pub fn marks(review: &Review<'_>, lang: Lang, detail: Detail) -> Result<Marks, PatchError> {
    let workbook = review.workbook();
    let findings: Vec<_> = review
        .worded()
        .filter(|finding| detail == Detail::All || finding.severity > Severity::Info)
        .collect();
    let mut places: BTreeMap<(SheetId, CellRef), Place> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        if let Some(at) = place(review, finding) {
            let severity = finding.severity;
            let place = places.entry(at).or_insert(Place { severity, said: Vec::new() });
            place.severity = place.severity.max(severity);
            place.said.push(said(finding, lang));
        }
    }
    let commented = places.len().min(MOST_COMMENTS);
    let mut edits = comments(workbook, &places)?;
    edits.extend(places.iter().map(|((sheet, cell), place)| Edit::SetCell {
        sheet: *sheet,
        cell: *cell,
        content: Content::Keep,
        style: Style::Mark(fill(place.severity)),
    }));
    let own = SheetId(u32::try_from(workbook.sheets().len()).unwrap_or(u32::MAX));
    let list = List { review, lang, places: &places, commented, shown: detail };
    let name = free_name(workbook, lang);
    let (rows, links) = list.rows(&findings);
    edits.extend(links.into_iter().map(|(cell, target)| Edit::SetLink { sheet: own, cell, target }));
    let columns = WIDTHS.iter().map(|(width, hidden)| NewColumn { width: *width, hidden: *hidden }).collect();
    edits.push(Edit::AddSheet(Box::new(NewSheet { name: name.clone(), columns, frozen: HEAD, rows })));
    Ok(Marks { edits, cells: places.len(), listed: findings.len(), sheet: name })
}

/// The sheet and cell that a finding's mark goes to: of a merge its first cell.
fn place(review: &Review<'_>, finding: &Finding) -> Option<(SheetId, CellRef)> {
    let (workbook, cell) = (review.workbook(), finding.place.cell?);
    let named = finding.place.sheet.as_deref().and_then(|name| workbook.sheet_named(name));
    let sheet = named.or_else(|| review.table.as_ref().map(|table| table.located.sheet))?;
    Some((sheet, workbook.sheet(sheet).ok()?.anchor(cell)))
}

/// `必须修改：执行率填 …。→ 在 I8 填 …。[A004]`
fn said(finding: &Finding, lang: Lang) -> String {
    let level = words::severity(finding.severity, lang);
    let (message, help) = (sentence(lang.pick(&finding.message)), action(finding, lang));
    let code = &finding.code;
    match (help.is_empty(), lang) {
        (true, Lang::Zh) => format!("{level}：{message}。[{code}]"),
        (true, Lang::En) => format!("{level}: {message}. [{code}]"),
        (false, Lang::Zh) => format!("{level}：{message}。\n→ {help}。[{code}]"),
        (false, Lang::En) => format!("{level}: {message}.\n→ {help}. [{code}]"),
    }
}

/// One action, and what the finding changes elsewhere.
fn action(finding: &Finding, lang: Lang) -> String {
    let help = sentence(lang.pick(&finding.help));
    match finding.effect.as_ref().map(|effect| sentence(lang.pick(effect))) {
        Some(effect) => lang.of(format!("{help}（{effect}）"), format!("{help} ({effect})")),
        None => help,
    }
}

/// A text in one line, without its full stop.
fn sentence(text: &str) -> String {
    one_line(text.trim().trim_end_matches(['。', '.', '；', ';']))
}

fn fill(severity: Severity) -> Rgb {
    if severity == Severity::Error { TO_CORRECT } else { TO_CHECK }
}

/// A comment at each marked cell but those with threaded comments, beside which none is seen.
fn comments(
    workbook: &Workbook,
    places: &BTreeMap<(SheetId, CellRef), Place>,
) -> Result<Vec<Edit>, PatchError> {
    let mut threaded: BTreeMap<SheetId, Vec<CellRef>> = BTreeMap::new();
    for (sheet, _) in places.keys() {
        if !threaded.contains_key(sheet) {
            let cells = workbook.comments(*sheet)?.into_iter().filter(|comment| comment.threaded);
            threaded.insert(*sheet, cells.map(|comment| comment.cell).collect());
        }
    }
    let is_free =
        |(sheet, cell): &(SheetId, CellRef)| threaded.get(sheet).is_none_or(|cells| !cells.contains(cell));
    let edits =
        places.iter().take(MOST_COMMENTS).filter(|(at, _)| is_free(at)).map(|((sheet, cell), place)| {
            Edit::SetComment {
                sheet: *sheet,
                cell: *cell,
                author: AUTHOR.to_owned(),
                text: place.said.join("\n\n"),
            }
        });
    Ok(edits.collect())
}

/// The name of the list, with a number where a sheet has it already.
fn free_name(workbook: &Workbook, lang: Lang) -> String {
    let name = lang.of("核对结果", "Check results");
    let mut names =
        (1_u32..).map(|number| if number == 1 { name.to_owned() } else { format!("{name} ({number})") });
    names.find(|name| workbook.sheet_named(name).is_none()).unwrap_or_default()
}

/// The list of findings.
struct List<'a> {
    review: &'a Review<'a>,
    lang: Lang,
    places: &'a BTreeMap<(SheetId, CellRef), Place>,
    commented: usize,
    shown: Detail,
}

type Links = Vec<(CellRef, (SheetId, CellRef))>;

impl List<'_> {
    fn rows(&self, findings: &[std::borrow::Cow<'_, Finding>]) -> (Vec<Vec<NewCell>>, Links) {
        let mut rows = self.head();
        let mut links = Vec::new();
        let mut sorted: Vec<&Finding> = findings.iter().map(|finding| &**finding).collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        for (row, finding) in (HEAD + 1..).zip(sorted) {
            let at = place(self.review, finding);
            if let Some((link, target)) = CellRef::new(row, LINK).zip(at) {
                links.push((link, target));
            }
            rows.push(self.row(finding, at));
        }
        rows.extend(self.foot());
        (rows, links)
    }

    /// The verdict, what the marks are, and the headings.
    fn head(&self) -> Vec<Vec<NewCell>> {
        let lang = self.lang;
        let verdict = words::verdict(self.review.verdict(), lang);
        let counted = counted(self.review.counts(), lang);
        let title =
            lang.of(format!("核对结果：{verdict}{counted}"), format!("Check results: {verdict}{counted}"));
        let mut about = lang
            .of(
                "本表、各格的底色和署名 jixiao 的批注是核对时加上的，表中的数没有改动；报送前用 jixiao clean 去掉。点单元格一栏可跳到该格。",
                "This sheet, the fills and the comments of jixiao were added by the check; no value was changed. \
                 Take them off with jixiao clean before handing in. Click a cell's name to go there.",
            )
            .to_owned();
        if let Some(profile) = words::judged_by(self.review.profile(), lang) {
            about += lang.of("", " ");
            about += &profile;
        }
        if self.commented < self.places.len() {
            let count = self.commented;
            about += &lang.of(
                format!("批注只加在前 {count} 格，其余看本表。"),
                format!(" Comments stand at the first {count} cells only; the list has every finding."),
            );
        }
        let names = lang.of(
            ["级别", "单元格", "项目", "问题", "改法", "规则"],
            ["Level", "Cell", "Project", "Finding", "What to do", "Rule"],
        );
        let mut first = vec![text(title, Look::Title)];
        first.resize(usize::from(KEPT) - 1, blank());
        first.push(text(MARKER, Look::Plain));
        vec![first, vec![text(about, Look::Plain)], names.map(|name| text(name, Look::Heading)).to_vec()]
    }

    fn row(&self, finding: &Finding, at: Option<(SheetId, CellRef)>) -> Vec<NewCell> {
        let lang = self.lang;
        let level = words::severity(finding.severity, lang);
        let level = match finding.severity {
            Severity::Info => text(level, Look::Text),
            severity => text(level, Look::Filled(fill(severity))),
        };
        let project = finding.project.as_deref().map(one_line).unwrap_or_default();
        let mut row = vec![
            level,
            self.link(finding, at),
            text(project, Look::Text),
            text(sentence(lang.pick(&finding.message)), Look::Text),
            text(action(finding, lang), Look::Text),
            text(finding.code.to_string(), Look::Text),
        ];
        let marked = at.and_then(|at| Some((at, self.places.get(&at)?)));
        if let Some(((sheet, cell), place)) = marked {
            row.push(text(self.sheet_name(sheet), Look::Plain));
            row.push(text(cell.to_string(), Look::Plain));
            row.push(NewCell { content: Content::Clear, look: Look::Like(sheet, cell) });
            row.push(NewCell {
                content: Content::Clear,
                look: Look::Marked(sheet, cell, fill(place.severity)),
            });
        }
        row
    }

    /// The finding's cell, with its sheet where that is not the table's.
    fn link(&self, finding: &Finding, at: Option<(SheetId, CellRef)>) -> NewCell {
        let Some((sheet, _)) = at else { return text("", Look::Text) };
        let cell = finding.place.cell.map_or_else(String::new, |cell| cell.to_string());
        let home = self.review.table.as_ref().map(|table| table.located.sheet);
        if home == Some(sheet) {
            return text(cell, Look::Link);
        }
        text(format!("{}!{cell}", one_line(&self.sheet_name(sheet))), Look::Link)
    }

    /// What else there is to say: infos that are not listed, and what was not checked.
    fn foot(&self) -> Vec<Vec<NewCell>> {
        let lang = self.lang;
        let mut lines = Vec::new();
        let infos = self.review.counts().info;
        if self.shown == Detail::Usual && infos > 0 {
            lines.push(lang.of(
                format!("另有 {infos} 条提示，不影响报送；核对时加 --all 一并列出。"),
                format!("{infos} more for information, nothing to correct; --all lists them, too."),
            ));
        }
        let not_checked = self.review.not_checked.iter().map(|not| {
            let (what, why) = (one_line(lang.pick(&not.what)), one_line(lang.pick(&not.why)));
            lang.of(format!("未核对：{what}（{why}）。"), format!("not checked: {what} ({why})."))
        });
        lines.extend(not_checked);
        lines.into_iter().map(|line| vec![text(line, Look::Plain)]).collect()
    }

    fn sheet_name(&self, sheet: SheetId) -> String {
        self.review.workbook().entry(sheet).map_or_else(String::new, |entry| entry.name.clone())
    }
}

/// A cell of text; longer than a cell holds, it ends with dots.
fn text(text: impl Into<String>, look: Look) -> NewCell {
    const MOST: usize = 8_000;
    let mut text = text.into();
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push('…');
    }
    let content = if text.is_empty() { Content::Clear } else { Content::Text(text) };
    NewCell { content, look }
}

fn blank() -> NewCell {
    NewCell { content: Content::Clear, look: Look::Plain }
}

/// How marks come off a workbook.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Cleaning {
    /// The edits; none where there are no marks.
    pub edits: Vec<Edit>,
    /// Cells that get their own style again.
    pub cells: usize,
    /// Comments that are taken off.
    pub comments: usize,
    /// Sheets that go.
    pub sheets: usize,
}

/// The edits that take our marks off a workbook: the fills, our comments and our sheet.
///
/// # Errors
/// When the comments cannot be read.
pub fn clean(workbook: &Workbook) -> Result<Cleaning, PatchError> {
    let own = own_sheets(workbook);
    let mut cleaning = Cleaning { sheets: own.len(), ..Cleaning::default() };
    let kept: Vec<Kept> = own.iter().flat_map(|sheet| kept(workbook, *sheet)).collect();
    for sheet in workbook.sheet_ids().filter(|sheet| !own.contains(sheet)) {
        let Some(entry) = workbook.entry(sheet).filter(|entry| entry.grid) else { continue };
        let restored = restored(workbook, sheet, &entry.name, &kept);
        cleaning.cells += restored.len();
        cleaning.edits.extend(restored);
        for comment in workbook.comments(sheet)?.into_iter().filter(|comment| comment.is_of(AUTHOR)) {
            cleaning.comments += 1;
            cleaning.edits.push(Edit::RemoveComment { sheet, cell: comment.cell, author: AUTHOR.to_owned() });
        }
    }
    cleaning.edits.extend(own.into_iter().map(|sheet| Edit::RemoveSheet { sheet }));
    Ok(cleaning)
}

/// What the list keeps of a marked cell.
struct Kept {
    sheet: String,
    cell: Option<CellRef>,
    /// The style of the mark, and the place of a cell that has the old one.
    marked: u32,
    old: (SheetId, CellRef),
}

/// What a list keeps, row by row.
fn kept(workbook: &Workbook, own: SheetId) -> Vec<Kept> {
    let Ok(list) = workbook.sheet(own) else { return Vec::new() };
    let column = list.rows().flat_map(jixiao_workbook::sheet::Row::cells);
    let Some(marker) = column.into_iter().find(|cell| cell.value.as_text() == MARKER).map(|cell| cell.at)
    else {
        return Vec::new();
    };
    let rows = list.rows_from(marker.row() + HEAD).map(|row| row.number);
    let one = |row: u32| {
        let at = |offset: u16| CellRef::new(row, marker.column().checked_add(offset)?);
        let (sheet, cell) = (list.value(at(0)?).as_text(), list.value(at(1)?).as_text());
        let (old, marked) = (at(2)?, list.style_at(at(3)?));
        // A program that keeps no styles keeps no marks; no style but 0 is everyone's.
        if marked == 0 || marked == list.style_at(old) {
            return None;
        }
        Some(Kept { sheet: sheet.to_owned(), cell: cell.parse().ok(), marked, old: (own, old) })
    };
    rows.filter_map(one).filter(|kept| !kept.sheet.is_empty()).collect()
}

/// The edits that give marked cells of a sheet their old styles.
fn restored(workbook: &Workbook, sheet: SheetId, name: &str, kept: &[Kept]) -> Vec<Edit> {
    let Ok(grid) = workbook.sheet(sheet) else { return Vec::new() };
    let mut by_style: BTreeMap<u32, Vec<&Kept>> = BTreeMap::new();
    for one in kept {
        by_style.entry(one.marked).or_default().push(one);
    }
    if by_style.is_empty() {
        return Vec::new();
    }
    let cells = grid.rows().flat_map(jixiao_workbook::sheet::Row::cells);
    let restored = cells.filter_map(|cell| {
        let known = by_style.get(&cell.style)?;
        // Rows may have moved since: a style that was of one cell alone is told without its place.
        let here = known.iter().find(|one| one.sheet == name && one.cell == Some(cell.at));
        let (own, old) = here.or_else(|| known.first())?.old;
        Some(Edit::SetCell { sheet, cell: cell.at, content: Content::Keep, style: Style::Like(own, old) })
    });
    restored.collect()
}

#[cfg(test)]
mod tests {
    use jixiao_selfeval::Profile;
    use jixiao_selfeval::review::{Options, review};
    use jixiao_workbook::diff::diff;
    use jixiao_workbook::patch::Signature;

    use super::*;

    const SUBMISSION: &[u8] = include_bytes!("../../../test-data/submission-2023.xlsx");

    fn marked(bytes: &[u8], lang: Lang) -> (Vec<u8>, Marks) {
        let (workbook, national) = (Workbook::open(bytes.to_vec()).unwrap(), Profile::national());
        let review = review(&workbook, &national, Options::default());
        let marks = marks(&review, lang, Detail::Usual).unwrap();
        (workbook.apply(&marks.edits, Signature::Keep).unwrap(), marks)
    }

    #[test]
    fn marks_come_off_without_a_trace_in_values_and_styles() {
        let (bytes, marks) = marked(SUBMISSION, Lang::Zh);
        let (before, after) = (Workbook::open(SUBMISSION.to_vec()).unwrap(), Workbook::open(bytes).unwrap());
        let difference = diff(&before, &after).unwrap();
        assert_eq!(difference.cells.len(), marks.cells);
        assert!(difference.cells.iter().all(|cell| cell.before.value == cell.after.value));
        let cleaning = clean(&after).unwrap();
        assert_eq!((cleaning.cells, cleaning.comments, cleaning.sheets), (marks.cells, marks.cells, 1));
        let cleaned = Workbook::open(after.apply(&cleaning.edits, Signature::Keep).unwrap()).unwrap();
        let difference = diff(&before, &cleaned).unwrap();
        assert!(difference.cells.is_empty() && difference.sheets.is_empty(), "{difference}");
        assert!(clean(&cleaned).unwrap().edits.is_empty());
    }

    #[test]
    fn a_marked_workbook_has_the_findings_of_the_one_it_was_made_from() {
        let (bytes, _) = marked(SUBMISSION, Lang::En);
        let national = Profile::national();
        let found = |bytes: &[u8]| {
            let workbook = Workbook::open(bytes.to_vec()).unwrap();
            let review = review(&workbook, &national, Options::default());
            review.worded().map(|finding| format!("{:?} {}", finding.place, finding.code)).collect::<Vec<_>>()
        };
        assert_eq!(found(&bytes), found(SUBMISSION));
    }

    #[test]
    fn the_list_names_a_profile_that_is_not_the_usual_one() {
        let workbook = Workbook::open(SUBMISSION.to_vec()).unwrap();
        let hubei = Profile::built_in("hubei").unwrap();
        let review = review(&workbook, &hubei, Options::default());
        let marks = marks(&review, Lang::Zh, Detail::Usual).unwrap();
        let sheet = marks.edits.iter().find_map(|edit| match edit {
            Edit::AddSheet(sheet) => Some(sheet),
            _ => None,
        });
        assert!(format!("{:?}", sheet.unwrap().rows[1]).contains("口径：湖北（hubei，未经核实）。"));
    }

    #[test]
    fn each_cell_has_one_comment_that_says_all() {
        let input = include_bytes!("../../../test-data/cases/wrong-sums-and-rates/input.xlsx");
        let national = Profile::national();
        for bytes in [SUBMISSION, input] {
            let original = Workbook::open(bytes.to_vec()).unwrap();
            let review = review(&original, &national, Options::default());
            let (marked, marks) = marked(bytes, Lang::Zh);
            let workbook = Workbook::open(marked).unwrap();
            let comments = workbook.comments(SheetId(0)).unwrap();
            assert_eq!(comments.len(), marks.cells);
            for finding in review.worded().filter(|finding| finding.severity > Severity::Info) {
                let own = comments.iter().find(|comment| Some(comment.cell) == finding.place.cell).unwrap();
                assert!(own.text.contains(&said(&finding, Lang::Zh)), "{}", own.text);
            }
            let list = workbook.sheet_named("核对结果").unwrap();
            let title = workbook.value(list, CellRef::FIRST).as_text().to_owned();
            assert!(title.starts_with("核对结果：改后再报"), "{title}");
        }
    }
}
