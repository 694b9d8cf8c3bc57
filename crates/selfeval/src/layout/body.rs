//! The rows below the header: projects, spare rows, group rows, the total row, and where the table ends.

use jixiao_workbook::sheet::Row;
use jixiao_workbook::{CellRef, Sheet, ValueRef};

use super::header::{Header, is_numbering};
use super::label::{Vocabulary, folded};
use super::{GroupRow, Rows};
use crate::finding::Words;
use crate::value::{is_no_value, parse};

/// What the rows of a table are.
#[derive(Default)]
pub(super) struct Body {
    pub(super) runs: Vec<Rows>,
    pub(super) projects: Vec<u32>,
    pub(super) spare: Vec<u32>,
    pub(super) groups: Vec<GroupRow>,
    pub(super) total: Option<(u32, CellRef)>,
    /// The last row that belongs to the table.
    pub(super) last: u32,
    /// What could be read otherwise.
    pub(super) doubts: Vec<Words>,
    /// Rows numbered 一, 二, …, and whether any row is numbered 1, 2, ….
    headings: Vec<GroupRow>,
    numbered: bool,
    /// The cell of the last group row's label.
    closing: Option<CellRef>,
}

/// What a column's cells say about their row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Other,
    /// Its text may name the row (合计, 小计).
    Lead,
    /// 序号, which may name the row, too.
    Sequence,
    /// 项目名称, which may name the row, too.
    Name,
    /// A declared figure.
    Amount,
}

/// What one row is.
enum Kind<'a> {
    Blank,
    /// Nothing but a number in 序号, or texts that are no project.
    Spare,
    Project,
    Group(CellRef, &'a str),
    Total(CellRef),
    /// Header or title again, on the next printed page.
    Repeated,
    /// The note, a signature, or anything that is no row of the table.
    End,
}

/// More empty rows than this between two rows are not a table's spare rows.
const MOST_SPARE: u32 = 1000;

/// Reads the rows below a header.
pub(super) fn read(sheet: &Sheet, header: &Header, vocabulary: &Vocabulary) -> Body {
    let reader = Reader { sheet, vocabulary, roles: roles(header), labels: header.labels };
    let mut body = Body { last: header.rows.last, ..Body::default() };
    // Empty rows that become spare rows once the table goes on below them.
    let mut blank: Vec<u32> = Vec::new();
    let mut next = header.rows.last + 1;
    for row in sheet.rows_from(header.rows.last + 1) {
        if row.number < next {
            continue;
        }
        if row.number - next + u32::try_from(blank.len()).unwrap_or(u32::MAX) > MOST_SPARE {
            break;
        }
        blank.extend(next..row.number);
        next = row.number + 1;
        let facts = reader.facts(row);
        match reader.kind(&facts, blank.len()) {
            Kind::Blank => blank.push(row.number),
            Kind::End => break,
            Kind::Repeated => {
                body.keep_blank(&mut blank);
                next = row.number + reader.skip(row.number, &facts);
            }
            Kind::Total(_) if body.total.is_some() && body.projects.is_empty() => break,
            Kind::Total(cell) => {
                body.keep_blank(&mut blank);
                body.doubt_second_total(row.number);
                let below = !body.projects.is_empty() || !body.spare.is_empty();
                body.last = row.number;
                body.total.get_or_insert((row.number, cell));
                if below {
                    break;
                }
            }
            Kind::Group(cell, label) => {
                body.keep_blank(&mut blank);
                body.closing = Some(cell);
                body.groups.push(GroupRow { row: row.number, label: label.trim().to_owned() });
                body.last = row.number;
            }
            kind => {
                body.keep_blank(&mut blank);
                body.add(row.number, matches!(kind, Kind::Project));
                body.note_number(row.number, &facts);
            }
        }
    }
    body.promote_last_group();
    body.part_headings();
    body
}

impl Body {
    fn keep_blank(&mut self, blank: &mut Vec<u32>) {
        for row in blank.drain(..) {
            self.add(row, false);
        }
    }

    fn add(&mut self, row: u32, project: bool) {
        if project {
            self.projects.push(row);
        } else {
            self.spare.push(row);
        }
        match self.runs.last_mut().filter(|run| run.last + 1 == row) {
            Some(run) => run.last = row,
            None => self.runs.push(Rows { first: row, last: row }),
        }
        self.last = row;
    }

    fn note_number(&mut self, row: u32, facts: &Facts<'_>) {
        self.numbered |= facts.number;
        if let (Some(name), true) = (facts.name, facts.numeral) {
            self.headings.push(GroupRow { row, label: name.trim().to_owned() });
        }
    }

    fn doubt_second_total(&mut self, row: u32) {
        if let Some((first, _)) = self.total {
            self.doubts.push(Words::new(
                format!("第 {first} 行和第 {row} 行都是合计行，按第 {first} 行读取"),
                format!("rows {first} and {row} are both total rows; row {first} was read"),
            ));
        }
    }

    /// Rows numbered 一, 二, … among rows numbered 1, 2, … sum the rows below them.
    fn part_headings(&mut self) {
        if !self.numbered || self.headings.is_empty() {
            return;
        }
        let headings = std::mem::take(&mut self.headings);
        let is_heading = |row: u32| headings.iter().any(|heading| heading.row == row);
        self.projects.retain(|row| !is_heading(*row));
        let mut runs = Vec::with_capacity(self.runs.len() + headings.len());
        for run in &self.runs {
            let mut first = run.first;
            for heading in headings.iter().filter(|heading| (run.first..=run.last).contains(&heading.row)) {
                runs.extend((first < heading.row).then(|| Rows { first, last: heading.row - 1 }));
                first = heading.row + 1;
            }
            runs.extend((first <= run.last).then_some(Rows { first, last: run.last }));
        }
        self.runs = runs;
        let rows: Vec<String> = headings.iter().map(|heading| heading.row.to_string()).collect();
        let rows = rows.join("、");
        self.doubts.push(Words::new(
            format!("第 {rows} 行的序号是“一、二…”，按分组行读取，不计入合计"),
            format!(
                "rows {rows} are numbered 一, 二, … and were read as group rows, which count in no total"
            ),
        ));
        self.groups.extend(headings);
        self.groups.sort_by_key(|group| group.row);
    }

    /// A last row `XX合计` below all projects is the total row where there is no other.
    fn promote_last_group(&mut self) {
        let Some(group) = self.groups.last() else { return };
        let closing = group.label.ends_with('计') && !folded(&group.label).contains("小计");
        let below = self.projects.last().is_some_and(|last| *last < group.row);
        if self.total.is_none() && closing && below && self.groups.len() == 1 {
            self.total = self.closing.map(|cell| (group.row, cell));
            self.groups.pop();
        }
    }
}

fn roles(header: &Header) -> Vec<Role> {
    let columns = &header.columns;
    let mut roles = vec![Role::Other; usize::from(header.last_column) + 1];
    let mut set = |column: u16, role: Role| {
        if let Some(slot) = roles.get_mut(usize::from(column)) {
            *slot = role;
        }
    };
    let amounts =
        [&columns.budget, &columns.executed, &columns.initial_budget, &columns.rate, &columns.score];
    let funds = columns.funds.iter().map(|fund| fund.column.number);
    let amounts: Vec<u16> = amounts.into_iter().flatten().map(|column| column.number).chain(funds).collect();
    let leading = amounts.iter().min().copied().unwrap_or(header.first_column);
    for column in header.first_column..leading {
        set(column, Role::Lead);
    }
    for column in amounts {
        set(column, Role::Amount);
    }
    for column in [&columns.supervisor, &columns.code, &columns.unit].into_iter().flatten() {
        set(column.number, Role::Lead);
    }
    for (column, role) in [(&columns.sequence, Role::Sequence), (&columns.name, Role::Name)] {
        if let Some(column) = column {
            set(column.number, role);
        }
    }
    roles
}

struct Reader<'a> {
    sheet: &'a Sheet,
    vocabulary: &'a Vocabulary,
    roles: Vec<Role>,
    /// How many rows of labels a header has.
    labels: u32,
}

/// What one pass over a row's cells tells.
#[derive(Default)]
struct Facts<'a> {
    first: Option<(CellRef, &'a str)>,
    name: Option<&'a str>,
    amount: bool,
    number: bool,
    /// Whether 序号 is a Chinese numeral.
    numeral: bool,
    label: Option<(CellRef, &'a str)>,
    filled: usize,
}

impl<'a> Reader<'a> {
    fn kind(&self, facts: &Facts<'a>, blank: usize) -> Kind<'a> {
        if facts.filled == 0 {
            return Kind::Blank;
        }
        if let Some((cell, text)) = facts.label {
            match Sum::of(text) {
                Some(Sum::Total) => return Kind::Total(cell),
                Some(Sum::Group) => return Kind::Group(cell, text),
                None => {}
            }
        }
        if facts.first.is_some_and(|(_, text)| !facts.number && (is_note(text) || is_signature(text))) {
            return Kind::End;
        }
        if let Some((cell, text)) = facts.first.filter(|_| !facts.amount)
            && facts.name.is_none_or(|name| name == text)
            && self.is_heading(cell)
        {
            return if text.contains('表') { Kind::Repeated } else { Kind::Group(cell, text) };
        }
        if facts.name.is_some_and(|name| self.vocabulary.may_name(name)) {
            return Kind::Repeated;
        }
        match (facts.name.is_some(), facts.amount) {
            (true, true) => Kind::Project,
            _ if blank >= 2 && !facts.number => Kind::End,
            (false, false) => Kind::Spare,
            _ => Kind::Project,
        }
    }

    fn facts(&self, row: Row<'a>) -> Facts<'a> {
        let mut facts = Facts::default();
        for cell in row.cells() {
            let Some(role) = self.roles.get(usize::from(cell.at.column())) else { break };
            if cell.value.is_blank() {
                continue;
            }
            if *role == Role::Amount {
                let amount = match cell.value {
                    ValueRef::Text(text) => !is_no_value(text) && cell.formula.is_none(),
                    ValueRef::Number(digits) => cell.formula.is_none() || !is_zero(digits),
                    _ => cell.formula.is_none(),
                };
                facts.amount |= amount;
                facts.filled += usize::from(amount);
                continue;
            }
            facts.filled += 1;
            facts.note_text(cell.at, cell.value, *role);
        }
        facts
    }

    /// Whether a text stands alone over the whole width: its merge reaches from the leading columns into the
    /// amounts.
    fn is_heading(&self, cell: CellRef) -> bool {
        let Some(merge) = self.sheet.merge_at(cell) else { return false };
        let over = (merge.first().column()..=merge.last().column())
            .filter_map(|column| self.roles.get(usize::from(column)));
        over.filter(|role| **role == Role::Amount).count() > 1
    }

    /// How many rows a repeated header or title takes.
    fn skip(&self, row: u32, facts: &Facts<'a>) -> u32 {
        if facts.name.is_none_or(|name| !self.vocabulary.may_name(name)) {
            return 1;
        }
        self.labels + u32::from(is_numbering(self.sheet, row + self.labels))
    }
}

impl<'a> Facts<'a> {
    fn note_text(&mut self, at: CellRef, value: ValueRef<'a>, role: Role) {
        let text = value.as_text();
        if self.first.is_none() && matches!(value, ValueRef::Text(_)) {
            self.first = Some((at, text));
        }
        match role {
            Role::Sequence => {
                self.number |= matches!(value, ValueRef::Number(_)) || parse(text).is_some();
                self.numeral |= is_numeral(text);
            }
            Role::Name if !is_no_value(text) => self.name = Some(text),
            _ => {}
        }
        let leads = matches!(role, Role::Lead | Role::Sequence | Role::Name);
        if leads && self.label.is_none() && text.len() <= 90 && text.contains('计') {
            self.label = Some((at, text));
        }
    }
}

/// Whether a text is a Chinese numeral, perhaps in brackets: 一, （二）, 三、
fn is_numeral(text: &str) -> bool {
    let sign = |c: char| c.is_whitespace() || "()（）、.．".contains(c);
    let text = text.trim_matches(sign);
    !text.is_empty() && text.len() <= 9 && text.chars().all(|c| "一二三四五六七八九十".contains(c))
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}

/// What a row that sums others is.
enum Sum {
    Total,
    Group,
}

impl Sum {
    fn of(text: &str) -> Option<Self> {
        let folded = folded(text);
        let noun = folded.split_once('(').map_or(folded.as_str(), |(noun, _)| noun).trim_end_matches(':');
        let short = noun.chars().count() <= 8;
        if matches!(noun, "合计" | "总计" | "共计" | "总合计" | "合计数" | "项目合计") {
            return Some(Self::Total);
        }
        let opens =
            ["小计", "合计:", "总计:"].iter().any(|word| noun.starts_with(word)) && !noun.contains("小计算");
        let closes = short && ["小计", "合计", "总计"].iter().any(|word| noun.ends_with(word));
        (opens || closes).then_some(Self::Group)
    }
}

/// Whether a text opens the table's note: 注：, 备注：, 说明：, with or without a number.
pub(super) fn is_note(text: &str) -> bool {
    let text = text.trim_start();
    let after = ["填表说明", "填报说明", "备注", "附注", "说明", "注"]
        .iter()
        .find_map(|word| text.strip_prefix(word));
    after.is_some_and(|after| {
        let next = after.trim_start().chars().next();
        next.is_none_or(|next| matches!(next, ':' | '：' | '1' | '１' | '.' | '．' | '、'))
    })
}

/// Whether a text asks for a signature: 填报人：, 负责人（签字）：, 联系电话：.
pub(super) fn is_signature(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "填报人",
        "填表人",
        "制表人",
        "制表",
        "审核人",
        "复核人",
        "经办人",
        "负责人",
        "联系人",
        "联系电话",
        "填报日期",
        "填表日期",
        "单位负责人",
        "分管领导",
    ];
    let text = text.trim_start();
    WORDS.iter().filter_map(|word| text.strip_prefix(word)).any(|after| {
        let next = after.trim_start().chars().next();
        next.is_none_or(|next| matches!(next, ':' | '：' | '(' | '（'))
    })
}
