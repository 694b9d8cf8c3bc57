//! The comments of a sheet: who says what at which cell, and the part that holds them with one more or less.
//!
//! A cell has one comment. Where others have theirs at a cell, ours is added below it in runs of its own, led by the
//! author's name as Excel writes it, so that it can be told and taken off again.

use std::ops::Range as Span;

use super::cell::push_text;
use super::facts::Form;
use super::markup::{Replacements, Tag, TagKind, decoded, push_attribute_text, tags};
use super::parts::{read_text, relations};
use crate::address::CellRef;
use crate::error::PatchError;
use crate::package::Package;
use crate::scan::unescape;
use crate::workbook::{SheetId, Workbook};

/// A comment on a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comment {
    /// The cell.
    pub cell: CellRef,
    /// Who wrote it; others may have added to it.
    pub author: String,
    /// All that it says.
    pub text: String,
    /// Whether it stands for a conversation, which newer programs show instead of it.
    pub threaded: bool,
}

impl Comment {
    /// Whether an author wrote it or added to it.
    pub fn is_of(&self, author: &str) -> bool {
        self.author == author || self.text.contains(&format!("{SEPARATOR}{author}:\n"))
    }
}

/// What parts one author's text from the next one's.
const SEPARATOR: &str = "\n――――\n";

impl Workbook {
    /// The comments of a sheet, in the order of its file; none where the file's format has none that are read.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn comments(&self, sheet: SheetId) -> Result<Vec<Comment>, PatchError> {
        let Some((package, entry)) = self.parts.package.as_ref().zip(self.entry(sheet)) else {
            return Ok(Vec::new());
        };
        if entry.part.is_empty() {
            return Ok(Vec::new());
        }
        let places = Places::of(package, &entry.part)?;
        let Some(part) = places.comments else { return Ok(Vec::new()) };
        let list = List::new(read_text(package, &part)?);
        let comment = |entry: &Entry| Comment {
            cell: entry.cell,
            author: list.author(entry).to_owned(),
            text: entry.runs.iter().map(|run| run.text.as_str()).collect(),
            threaded: places.threaded.contains(&entry.cell) || list.author(entry).starts_with("tc={"),
        };
        Ok(list.entries.iter().map(comment).collect())
    }
}

/// Where the comments of a sheet stand.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The part with the comments.
    pub(super) comments: Option<String>,
    /// Cells with threaded comments.
    pub(super) threaded: Vec<CellRef>,
}

impl Places {
    pub(super) fn of(package: &Package, sheet: &str) -> Result<Self, PatchError> {
        let mut places = Self::default();
        for relation in relations(package, sheet)?.into_iter().filter(|relation| !relation.target.is_empty())
        {
            match relation.kind.as_str() {
                "comments" => places.comments = Some(relation.target),
                "threadedComment" => {
                    let text = read_text(package, &relation.target)?;
                    let cells = tags(&text).filter(|tag| tag.local() == b"threadedComment");
                    places
                        .threaded
                        .extend(cells.filter_map(|tag| CellRef::from_bytes(tag.attribute(b"ref")?.value)));
                }
                _ => {}
            }
        }
        Ok(places)
    }
}

/// A run of a comment's text.
#[derive(Debug)]
struct Run {
    span: Span<usize>,
    text: String,
    /// Whether it is a bare text, without an element of a run.
    bare: bool,
}

/// One comment as it stands in the part.
#[derive(Debug)]
struct Entry {
    cell: CellRef,
    author: usize,
    span: Span<usize>,
    /// Where its text begins and ends inside.
    inside: Span<usize>,
    runs: Vec<Run>,
}

/// The comments part, with changes on their way.
#[derive(Debug)]
pub(super) struct List {
    part: Vec<u8>,
    prefix: Vec<u8>,
    authors: Vec<(Span<usize>, String)>,
    /// Where a further author, and a further comment, is put.
    ends: (usize, usize),
    entries: Vec<Entry>,
    change: Replacements,
    /// Comments that are taken out, and those that are put in.
    out: usize,
    new: Vec<u8>,
    new_authors: Vec<String>,
    added: usize,
}

/// What became of a cell's comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The cell has a comment that it had not.
    New,
    /// Its comment, all of it as long as told, says something else.
    Changed,
    /// It has none any more.
    Gone,
    /// Nothing changed.
    Same,
}

impl List {
    /// A part without comments.
    pub(super) fn empty(form: Form) -> Self {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{}\"><authors></authors><commentList></commentList></comments>",
            form.main()
        );
        Self::new(text.into_bytes())
    }

    pub(super) fn new(part: Vec<u8>) -> Self {
        let mut reader = Reader { part: &part, ..Reader::default() };
        for tag in tags(&part) {
            reader.tag(&tag);
        }
        let Reader { authors, ends, entries, .. } = reader;
        let prefix = tags(&part).next().map_or_else(Vec::new, |root| root.prefix().to_vec());
        Self {
            part,
            prefix,
            authors,
            ends,
            entries,
            change: Replacements::default(),
            out: 0,
            new: Vec::new(),
            new_authors: Vec::new(),
            added: 0,
        }
    }

    /// Whether further authors and comments have a place.
    pub(super) fn is_whole(&self) -> bool {
        self.ends.0 > 0 && self.ends.1 > 0
    }

    fn author(&self, entry: &Entry) -> &str {
        self.authors.get(entry.author).map_or("", |(_, name)| name)
    }

    /// Sets an author's comment at a cell; gives what became of it, and all that the cell's comment says then.
    pub(super) fn set(&mut self, cell: CellRef, author: &str, text: &str) -> (Outcome, String) {
        let Some(at) = self.entries.iter().position(|entry| entry.cell == cell) else {
            self.add(cell, author, text);
            return (Outcome::New, text.to_owned());
        };
        let prefix = self.prefix.clone();
        let Some(entry) = self.entries.get(at) else { return (Outcome::Same, String::new()) };
        if self.author(entry) == author {
            let runs = run(&prefix, text, Weight::Plain);
            self.change.replace(entry.inside.clone(), runs);
            return (Outcome::Changed, text.to_owned());
        }
        let section = section(entry, author);
        let kept = |index: usize| section.as_ref().is_none_or(|section| !section.contains(&index));
        let theirs: String = entry
            .runs
            .iter()
            .enumerate()
            .filter(|(index, _)| kept(*index))
            .map(|(_, run)| run.text.as_str())
            .collect();
        for run in section.and_then(|section| entry.runs.get(section)).unwrap_or_default() {
            self.change.replace(run.span.clone(), "");
        }
        for bare in entry.runs.iter().filter(|run| run.bare) {
            let name = [&prefix[..], b"r>"].concat();
            self.change.replace(bare.span.start..bare.span.start, [b"<", &name[..]].concat());
            self.change.replace(bare.span.end..bare.span.end, [b"</", &name[..]].concat());
        }
        let end = entry.runs.last().map_or(entry.inside.start, |run| run.span.end);
        let ours = [
            run(&prefix, SEPARATOR, Weight::Plain),
            run(&prefix, &format!("{author}:"), Weight::Bold),
            run(&prefix, &format!("\n{text}"), Weight::Plain),
        ];
        self.change.replace(end..end, ours.concat());
        (Outcome::Changed, format!("{theirs}{SEPARATOR}{author}:\n{text}"))
    }

    fn add(&mut self, cell: CellRef, author: &str, text: &str) {
        let known = self
            .authors
            .iter()
            .map(|(_, name)| name)
            .chain(&self.new_authors)
            .position(|name| name == author);
        let author = known.unwrap_or_else(|| {
            self.new_authors.push(author.to_owned());
            self.authors.len() + self.new_authors.len() - 1
        });
        let name = |local: &str| [&self.prefix[..], local.as_bytes()].concat();
        let (comment, inner) = (name("comment"), name("text"));
        let head = format!(" ref=\"{cell}\" authorId=\"{author}\">");
        let runs = run(&self.prefix, text, Weight::Plain);
        let pieces: [&[u8]; 12] = [
            b"<",
            &comment,
            head.as_bytes(),
            b"<",
            &inner,
            b">",
            &runs,
            b"</",
            &inner,
            b"></",
            &comment,
            b">",
        ];
        self.new.extend(pieces.concat());
        self.added += 1;
    }

    /// Takes an author's comment off a cell.
    pub(super) fn remove(&mut self, cell: CellRef, author: &str) -> Outcome {
        let Some(entry) = self.entries.iter().find(|entry| entry.cell == cell) else { return Outcome::Same };
        if self.author(entry) == author {
            let text: String = entry.runs.iter().map(|run| run.text.as_str()).collect();
            // What others wrote below stays, in the comment that is now theirs.
            if !text.contains(SEPARATOR) {
                self.change.replace(entry.span.clone(), "");
                self.out += 1;
                return Outcome::Gone;
            }
            return Outcome::Same;
        }
        let Some(section) = section(entry, author) else { return Outcome::Same };
        for run in entry.runs.get(section).unwrap_or_default() {
            self.change.replace(run.span.clone(), "");
        }
        Outcome::Changed
    }

    /// The part as changed; `None` where no comment is left.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        if self.entries.len() + self.added <= self.out {
            return None;
        }
        self.drop_author();
        let mut authors = Vec::new();
        for author in &self.new_authors {
            let mut text = Vec::new();
            push_attribute_text(&mut text, author);
            let name = [&self.prefix[..], b"author>"].concat();
            authors.extend([b"<", &name[..], &text, b"</", &name].concat());
        }
        self.change.replace(self.ends.0..self.ends.0, authors);
        self.change.replace(self.ends.1..self.ends.1, std::mem::take(&mut self.new));
        Some(self.change.applied(&self.part))
    }

    /// Takes the last author out where none of its comments is left: the numbers of the others stay.
    fn drop_author(&mut self) {
        let last = self.authors.len().wrapping_sub(1);
        let cut = |entry: &Entry| self.change.cuts(&entry.span);
        let mut own = self.entries.iter().filter(|entry| entry.author == last).peekable();
        let has_gone = own.peek().is_some() && own.all(cut);
        if has_gone
            && self.new_authors.is_empty()
            && self.added == 0
            && let Some((span, _)) = self.authors.last()
        {
            self.change.replace(span.clone(), "");
        }
    }
}

/// The runs that an author added to a comment of another.
fn section(entry: &Entry, author: &str) -> Option<Span<usize>> {
    let name = format!("{author}:");
    let at = entry
        .runs
        .windows(2)
        .position(|pair| matches!(pair, [a, b] if a.text == SEPARATOR && b.text == name))?;
    Some(at..entry.runs.len().min(at + 3))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Plain,
    Bold,
}

/// A run of text.
fn run(prefix: &[u8], text: &str, weight: Weight) -> Vec<u8> {
    let p = String::from_utf8_lossy(prefix);
    let bold = if weight == Weight::Bold { format!("<{p}b/>") } else { String::new() };
    let head = format!(
        "<{p}r><{p}rPr>{bold}<{p}sz val=\"9\"/><{p}rFont val=\"宋体\"/><{p}charset val=\"134\"/></{p}rPr><{p}t xml:space=\"preserve\">"
    );
    let mut out = head.into_bytes();
    push_text(&mut out, text);
    out.extend_from_slice(format!("</{p}t></{p}r>").as_bytes());
    out
}

/// Finds the comments of a part, tag by tag.
#[derive(Default)]
struct Reader<'a> {
    part: &'a [u8],
    authors: Vec<(Span<usize>, String)>,
    ends: (usize, usize),
    entries: Vec<Entry>,
    open: Option<Entry>,
    run: Option<Run>,
    /// Where the element opened last begins inside, and its start.
    inside: (usize, usize),
    skips: bool,
}

impl Reader<'_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.depth, tag.local(), tag.kind) {
            (1, b"authors", TagKind::Close) => self.ends.0 = tag.start,
            (1, b"commentList", TagKind::Close) => self.ends.1 = tag.start,
            (2, b"author", TagKind::Open) => self.inside = (tag.start, tag.end),
            (2, b"author", TagKind::Empty) => self.authors.push((tag.start..tag.end, String::new())),
            (2, b"author", TagKind::Close) => {
                let name = self.text(self.inside.1..tag.start);
                self.authors.push((self.inside.0..tag.end, name));
            }
            (2, b"comment", TagKind::Open) => self.open = entry(tag),
            (2, b"comment", TagKind::Close) => {
                if let Some(mut entry) = self.open.take() {
                    entry.span.end = tag.end;
                    self.entries.push(entry);
                }
            }
            (3, b"text", kind) => self.set_inside(tag, kind),
            (4.., _, _) => self.inner(tag),
            _ => {}
        }
    }

    fn set_inside(&mut self, tag: &Tag<'_>, kind: TagKind) {
        let Some(entry) = &mut self.open else { return };
        match kind {
            TagKind::Open => entry.inside = tag.end..tag.end,
            TagKind::Close => entry.inside.end = tag.start,
            TagKind::Empty => {}
        }
    }

    /// A tag within a comment's text.
    fn inner(&mut self, tag: &Tag<'_>) {
        match (tag.depth, tag.local(), tag.kind) {
            (4, b"rPh", TagKind::Open) => self.skips = true,
            (4, b"rPh", TagKind::Close) => self.skips = false,
            _ if self.skips => {}
            (4 | 5, b"t", TagKind::Open) => self.inside = (tag.start, tag.end),
            (4, b"t", TagKind::Close) => {
                let text = self.text(self.inside.1..tag.start);
                self.push(Run { span: self.inside.0..tag.end, text, bare: true });
            }
            (4, b"r", TagKind::Open) => {
                self.run = Some(Run { span: tag.start..tag.end, text: String::new(), bare: false });
            }
            (4, b"r", TagKind::Close) => {
                if let Some(mut run) = self.run.take() {
                    run.span.end = tag.end;
                    self.push(run);
                }
            }
            (5, b"t", TagKind::Close) => {
                let text = self.text(self.inside.1..tag.start);
                if let Some(run) = &mut self.run {
                    run.text.push_str(&text);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, run: Run) {
        if let Some(entry) = &mut self.open {
            entry.runs.push(run);
        }
    }

    fn text(&self, span: Span<usize>) -> String {
        let raw = decoded(self.part.get(span).unwrap_or_default());
        unescape(&raw).into_owned()
    }
}

fn entry(tag: &Tag<'_>) -> Option<Entry> {
    let cell = CellRef::from_bytes(tag.attribute(b"ref")?.value)?;
    let author = tag.value(b"authorId").and_then(|id| id.trim().parse().ok()).unwrap_or(usize::MAX);
    Some(Entry { cell, author, span: tag.start..tag.end, inside: 0..0, runs: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = r#"<x:comments xmlns:x="m"><x:authors><x:author>甲&amp;乙</x:author></x:authors><x:commentList><x:comment ref="B2" authorId="0"><x:text><x:t>原话</x:t></x:text></x:comment><x:comment ref="C3" authorId="0"><x:text><x:r><x:rPr><x:b/></x:rPr><x:t>a_x000a_b</x:t></x:r><x:r><x:t>!</x:t></x:r></x:text></x:comment></x:commentList></x:comments>"#;

    fn list(text: &str) -> List {
        List::new(text.as_bytes().to_vec())
    }

    fn cell(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    fn said(list: &List) -> Vec<(String, String, String)> {
        let one = |entry: &Entry| {
            let text = entry.runs.iter().map(|run| run.text.as_str()).collect();
            (entry.cell.to_string(), list.author(entry).to_owned(), text)
        };
        list.entries.iter().map(one).collect()
    }

    fn text(list: List) -> String {
        String::from_utf8(list.finish().unwrap()).unwrap()
    }

    #[test]
    fn who_says_what_is_read() {
        let own = |a: &str, b: &str| (a.to_owned(), "甲&乙".to_owned(), b.to_owned());
        assert_eq!(said(&list(PART)), [own("B2", "原话"), own("C3", "a\nb!")]);
    }

    #[test]
    fn ours_goes_below_theirs_and_leaves_it_as_it_was() {
        let mut first = list(PART);
        assert_eq!(
            first.set(cell("B2"), "我", "看 <1>"),
            (Outcome::Changed, "原话\n――――\n我:\n看 <1>".to_owned())
        );
        assert_eq!(first.set(cell("C3"), "我", "二").0, Outcome::Changed);
        assert_eq!(first.set(cell("D4"), "我", "三").0, Outcome::New);
        let once = text(first);
        let mut second = list(&once);
        assert_eq!(said(&second)[0].2, "原话\n――――\n我:\n看 <1>");
        assert_eq!(
            second.set(cell("B2"), "我", "又").1,
            "原话\n――――\n我:\n又",
            "an author has one at a cell"
        );
        assert_eq!(second.set(cell("D4"), "我", "四").1, "四");
        let mut third = list(&text(second));
        assert_eq!(said(&third)[2], ("D4".to_owned(), "我".to_owned(), "四".to_owned()));
        assert_eq!(third.remove(cell("C3"), "我"), Outcome::Changed);
        assert_eq!(third.remove(cell("B2"), "我"), Outcome::Changed);
        assert_eq!(third.remove(cell("B2"), "他"), Outcome::Same);
        assert_eq!(third.remove(cell("D4"), "我"), Outcome::Gone);
        assert_eq!(text(third), PART.replace("<x:t>原话</x:t>", "<x:r><x:t>原话</x:t></x:r>"));
    }

    #[test]
    fn a_part_of_ours_alone_goes_with_the_last_comment() {
        let mut made = List::empty(Form::Strict);
        made.set(cell("A1"), "我", "一\r二");
        let made = text(made);
        assert!(made.contains("purl.oclc.org") && made.contains("一_x000D_二"), "{made}");
        let mut again = list(&made);
        assert_eq!(again.remove(cell("A1"), "我"), Outcome::Gone);
        assert_eq!(again.finish(), None);
    }
}
