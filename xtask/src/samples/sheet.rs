//! A form to a workbook, with the cells a fault may change.

use std::collections::BTreeMap;

use jixiao_workbook::CellRef;
use jixiao_workbook::address::column_letters;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, XlsxError};

use super::form::{Form, RateStyle};

/// A field of the form, as faults name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Sequence,
    Name,
    Supervisor,
    Budget,
    Fund(usize),
    Executed,
    Rate,
    Score,
    Grade,
    Remark,
}

/// A place of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Title,
    Note,
    Header(Field),
    Project(usize, Field),
    Total(Field),
    /// The file as a whole.
    File,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Number(Decimal, &'static str),
    /// Text without `=`, the stored result, the number format.
    Formula(String, String, &'static str),
}

/// The form's cells.
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) cells: BTreeMap<CellRef, Content>,
    merges: Vec<(CellRef, CellRef)>,
    pub(super) hidden: Vec<u32>,
    columns: Vec<Field>,
    left: u16,
    /// The row of the title, the last header row, the row of each project, of the total row, of the note.
    title: u32,
    head: u32,
    pub(super) rows: Vec<u32>,
    pub(super) groups: Vec<u32>,
    total: u32,
    note: u32,
}

const MONEY: &str = "0.00";
const MONEY_FINE: &str = "0.0000";
const PERCENT: &str = "0.00%";

impl Sheet {
    pub(super) fn of(form: &Form) -> Self {
        let mut columns = vec![Field::Sequence, Field::Name, Field::Supervisor, Field::Budget];
        columns.extend((0..form.funds.len()).map(Field::Fund));
        columns.extend([Field::Executed, Field::Rate, Field::Score]);
        columns.extend(form.grades.then_some(Field::Grade));
        columns.push(Field::Remark);
        let title = 1 + form.above;
        let head = title + form.headers;
        let mut rows = Vec::new();
        let mut groups = Vec::new();
        let mut next = head + 1;
        for index in 0..form.projects.len() {
            if form.groups.contains(&index) {
                groups.push(next);
                next += 1;
            }
            rows.push(next);
            next += 1;
        }
        let total = next + form.spare;
        let mut sheet = Self {
            name: "附表".to_owned(),
            cells: BTreeMap::new(),
            merges: Vec::new(),
            hidden: Vec::new(),
            columns,
            left: form.left,
            title,
            head,
            rows,
            groups,
            total,
            note: total + 1,
        };
        sheet.heads(form);
        sheet.body(form);
        sheet.totals(form);
        sheet
    }

    /// Where a place is.
    pub(super) fn at(&self, place: Place) -> Option<CellRef> {
        let cell = |row: u32, field: Field| CellRef::new(row, self.column(field)?);
        match place {
            Place::Title => CellRef::new(self.title, self.left + 1),
            Place::Note => CellRef::new(self.note, self.left + 1),
            Place::Header(field) => cell(self.head, field),
            Place::Project(index, field) => cell(*self.rows.get(index)?, field),
            Place::Total(field) => cell(self.total, field),
            Place::File => None,
        }
    }

    pub(super) fn set(&mut self, place: Place, content: Content) {
        if let Some(at) = self.at(place) {
            self.cells.insert(at, content);
        }
    }

    pub(super) fn clear(&mut self, place: Place) {
        if let Some(at) = self.at(place) {
            self.cells.remove(&at);
        }
    }

    pub(super) fn get(&self, place: Place) -> Option<&Content> {
        self.cells.get(&self.at(place)?)
    }

    /// Takes a whole row's cells out.
    pub(super) fn clear_total(&mut self) {
        let total = self.total;
        self.cells.retain(|cell, _| cell.row() != total);
    }

    /// Takes a column's cells out.
    pub(super) fn clear_column(&mut self, field: Field) {
        let Some(column) = self.column(field) else { return };
        self.cells.retain(|cell, _| cell.column() != column);
    }

    fn column(&self, field: Field) -> Option<u16> {
        let place = self.columns.iter().position(|column| *column == field)?;
        Some(self.left + 1 + u16::try_from(place).ok()?)
    }

    pub(super) fn letter(&self, field: Field) -> String {
        self.column(field).map(column_letters).unwrap_or_default()
    }

    fn put(&mut self, row: u32, field: Field, content: Content) {
        if let Some(cell) = self.column(field).and_then(|column| CellRef::new(row, column)) {
            self.cells.insert(cell, content);
        }
    }

    fn heads(&mut self, form: &Form) {
        let title = format!("{}年度{}项目支出绩效自评结果汇总表", form.year, form.unit);
        self.set(Place::Title, Content::Text(title));
        self.set(
            Place::Note,
            Content::Text(
                "注:1.单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。".to_owned(),
            ),
        );
        let money = if form.yuan { "元" } else { "万元" };
        let first = self.title + 1;
        let funds: Vec<Field> = (0..form.funds.len()).map(Field::Fund).collect();
        for (field, label) in labels(form, money) {
            self.put(self.head, field, Content::Text(label));
        }
        if form.headers > 1 {
            let above = self.head - 1;
            self.put(above, Field::Budget, Content::Text(format!("全年预算数（A）（{money}）")));
            self.merge(above, Field::Budget, funds.last().copied().unwrap_or(Field::Budget));
        }
        if form.headers > 2 {
            self.put(first, Field::Budget, Content::Text(format!("项目资金（{money}）")));
            self.merge(first, Field::Budget, Field::Rate);
        }
    }

    fn merge(&mut self, row: u32, from: Field, to: Field) {
        let cell = |field| self.column(field).and_then(|column| CellRef::new(row, column));
        if let (Some(first), Some(last)) = (cell(from), cell(to)) {
            self.merges.push((first, last));
        }
    }

    fn body(&mut self, form: &Form) {
        let money = if form.decimals > 2 { MONEY_FINE } else { MONEY };
        for row in self.groups.clone() {
            self.put(row, Field::Sequence, Content::Text("一、其他项目小计".to_owned()));
        }
        for (index, (row, project)) in self.rows.clone().into_iter().zip(&form.projects).enumerate() {
            self.put(row, Field::Sequence, Content::Number(Decimal::from(index + 1), "General"));
            self.put(row, Field::Name, Content::Text(project.name.clone()));
            self.put(row, Field::Supervisor, Content::Text(project.supervisor.to_owned()));
            for (place, part) in project.parts.iter().enumerate() {
                self.put(row, Field::Fund(place), Content::Number(form.shown(*part), money));
            }
            self.put(row, Field::Executed, Content::Number(form.shown(project.executed), money));
            self.put(row, Field::Score, Content::Number(Decimal::from(project.score), "General"));
            if !project.remark.is_empty() {
                self.put(row, Field::Remark, Content::Text(project.remark.clone()));
            }
            let budget = form.budget(project);
            let sum = format!(
                "SUM({}{row}:{}{row})",
                self.letter(Field::Fund(0)),
                self.letter(Field::Fund(form.funds.len() - 1))
            );
            self.put(row, Field::Budget, computed(form, sum, budget, money));
            self.rate(form, row, form.rate(project).unwrap_or_default());
            if form.grades {
                self.put(row, Field::Grade, Content::Text(grade(Decimal::from(project.score)).to_owned()));
            }
        }
    }

    fn rate(&mut self, form: &Form, row: u32, rate: Decimal) {
        let (budget, executed) = (self.letter(Field::Budget), self.letter(Field::Executed));
        let quotient = format!("{executed}{row}/{budget}{row}");
        let hundred = rate * Decimal::ONE_HUNDRED;
        let content = match form.rates {
            RateStyle::Format => {
                computed(form, format!("IF(N({budget}{row})=0,\"\",{quotient})"), rate, PERCENT)
            }
            RateStyle::Text => Content::Text(format!("{}%", super::form::half_up(hundred, 2).normalize())),
            RateStyle::Label => computed(
                form,
                format!("IF(N({budget}{row})=0,\"\",ROUND({quotient}*100,2))"),
                super::form::half_up(hundred, 2),
                MONEY,
            ),
        };
        self.put(row, Field::Rate, content);
    }

    fn totals(&mut self, form: &Form) {
        let total = self.total;
        let money = if form.decimals > 2 { MONEY_FINE } else { MONEY };
        self.put(total, Field::Sequence, Content::Text(form.total_label.to_owned()));
        let (budget, executed, score) = form.totals();
        let sums = (0..form.funds.len()).map(|place| {
            let parts = form.projects.iter().filter_map(|project| project.parts.get(place));
            (Field::Fund(place), parts.map(|part| form.shown(*part)).sum::<Decimal>())
        });
        let sums: Vec<(Field, Decimal)> =
            sums.chain([(Field::Budget, budget), (Field::Executed, executed)]).collect();
        for (field, sum) in sums {
            let formula = format!("SUM({})", self.runs(field).join(","));
            self.put(total, field, computed(form, formula, sum, money));
        }
        let rate = executed.checked_div(budget).unwrap_or_default();
        self.rate(form, total, if form.live { rate } else { super::form::half_up(rate, 4) });
        let products: Vec<String> = self
            .runs(Field::Budget)
            .iter()
            .zip(self.runs(Field::Score))
            .map(|(weights, scores)| format!("SUMPRODUCT({weights},{scores})"))
            .collect();
        let formula = format!("ROUND(({})/{}{total},2)", products.join("+"), self.letter(Field::Budget));
        self.put(total, Field::Score, computed(form, formula, score, MONEY));
    }

    /// Gives the total rate's formula the result that follows from other totals.
    pub(super) fn recompute_rate(&mut self, executed: Decimal, budget: Decimal) {
        let place = Place::Total(Field::Rate);
        let Some(Content::Formula(text, _, format)) = self.get(place).cloned() else { return };
        let rate = executed.checked_div(budget).unwrap_or_default();
        let value =
            if format == PERCENT { rate } else { super::form::half_up(rate * Decimal::ONE_HUNDRED, 2) };
        self.set(place, Content::Formula(text, jixiao_workbook::number::written(value), format));
    }

    /// The runs of project rows in a column, as ranges.
    pub(super) fn runs(&self, field: Field) -> Vec<String> {
        let letter = self.letter(field);
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for row in &self.rows {
            match runs.last_mut().filter(|(_, last)| last + 1 == *row) {
                Some((_, last)) => *last = *row,
                None => runs.push((*row, *row)),
            }
        }
        runs.iter().map(|(first, last)| format!("{letter}{first}:{letter}{last}")).collect()
    }

    /// The workbook's bytes.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_ymd(2024, 3, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = workbook.add_worksheet();
        sheet.set_name(&self.name)?;
        for (first, last) in &self.merges {
            sheet.merge_range(
                first.row() - 1,
                first.column() - 1,
                last.row() - 1,
                last.column() - 1,
                "",
                &Format::new(),
            )?;
        }
        for (cell, content) in &self.cells {
            let (row, column) = (cell.row() - 1, cell.column() - 1);
            match content {
                Content::Text(text) => sheet.write_string(row, column, text)?,
                Content::Number(value, format) => {
                    let value = value.to_f64().unwrap_or_default();
                    sheet.write_number_with_format(
                        row,
                        column,
                        value,
                        &Format::new().set_num_format(*format),
                    )?
                }
                Content::Formula(text, result, format) => sheet.write_formula_with_format(
                    row,
                    column,
                    Formula::new(text).set_result(result),
                    &Format::new().set_num_format(*format),
                )?,
            };
        }
        for row in &self.hidden {
            sheet.set_row_hidden(row - 1)?;
        }
        workbook.save_to_buffer()
    }
}

/// A computed cell: a formula with its result in a live form, the typed result in another.
fn computed(form: &Form, formula: String, value: Decimal, format: &'static str) -> Content {
    if form.live {
        // What a spreadsheet program stores.
        return Content::Formula(formula, jixiao_workbook::number::written(value), format);
    }
    Content::Number(value, format)
}

/// 优, 良, 中, 差 as DOMAIN's usual bands have them.
pub(super) fn grade(score: Decimal) -> &'static str {
    match score {
        score if score >= Decimal::from(90) => "优",
        score if score >= Decimal::from(80) => "良",
        score if score >= Decimal::from(60) => "中",
        _ => "差",
    }
}

/// The labels of the last header row; where there is only one, they carry the money unit.
fn labels(form: &Form, money: &str) -> Vec<(Field, String)> {
    let single = form.headers == 1;
    let budget = if single { format!("全年预算数（A）（{money}）") } else { "小计".to_owned() };
    let executed = if single {
        format!("全年执行数（B）（{money}）")
    } else {
        "全年执行数（B）".to_owned()
    };
    let rate = if form.rates == RateStyle::Label { "执行率(%)" } else { "执行率（B/A）" };
    let fixed = [
        (Field::Sequence, "序号"),
        (Field::Name, "项目名称"),
        (Field::Supervisor, "主管部门"),
        (Field::Rate, rate),
        (Field::Score, "自评得分"),
        (Field::Remark, "备注"),
    ];
    let mut labels: Vec<(Field, String)> =
        fixed.into_iter().map(|(field, label)| (field, label.to_owned())).collect();
    labels.extend([(Field::Budget, budget), (Field::Executed, executed)]);
    labels.extend(form.grades.then(|| (Field::Grade, "自评等级".to_owned())));
    let funds = form.funds.iter().enumerate();
    labels.extend(funds.map(|(place, label)| {
        (Field::Fund(place), if single { format!("{label}（{money}）") } else { (*label).to_owned() })
    }));
    labels
}
