//! The official form as a workbook: live formulas with stored results, validation, print set-up. The formulas
//! are those of [`jixiao_selfeval::computed`], so that a form and its check share one definition.

use jixiao_selfeval::Profile;
use jixiao_selfeval::computed::Expression;
use jixiao_selfeval::summary::Fund;
use jixiao_workbook::{CellRef, Range, column_letters};
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationRule, DocProperties, ExcelDateTime,
    Format, FormatAlign, FormatBorder, Formula, Note, Workbook, Worksheet, XlsxError,
};

/// The most rows a form may have: those of a sheet, less heading, total and note.
pub const MOST_ROWS: u32 = 1_048_576 - 8;
/// The most fund columns a form may have.
pub const MOST_FUNDS: usize = 64;

/// What the form is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Project rows, 1 to [`MOST_ROWS`].
    pub rows: u32,
    /// The year of the title; a gap is left where none is given.
    pub year: Option<u16>,
    /// The unit of the title; `（单位）` where none is given.
    pub unit: Option<String>,
    /// The parts of 小计, a column each, 1 to [`MOST_FUNDS`]; see [`funds`].
    pub funds: Vec<Fund>,
    /// Whether computed cells are locked (without a password).
    pub lock: Lock,
    /// Seconds since 1970 for the document's creation time.
    pub created: i64,
}

/// Whether computed cells are locked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// Every cell can be typed into.
    #[default]
    Open,
    /// Only input cells can be typed into; there is no password.
    Computed,
}

/// The form could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The number of rows is out of its range.
    #[error("{0} project rows; a form has 1 to {MOST_ROWS}")]
    Rows(u32),
    /// The number of fund columns is out of its range.
    #[error("{0} fund columns; a form has 1 to {MOST_FUNDS}")]
    Funds(usize),
    /// The writer refused something.
    #[error("the form could not be written: {0}")]
    Writer(#[from] XlsxError),
}

/// The fund columns of a profile's form; of the official form where the profile leaves them open.
pub fn funds(profile: &Profile) -> Vec<Fund> {
    let named = |key: &str| {
        let label = profile.fund_labels(key).first().map_or(key, String::as_str);
        Fund { key: key.to_owned(), label: label.to_owned() }
    };
    if profile.funds.is_empty() {
        OFFICIAL.map(named).to_vec()
    } else {
        profile.funds.iter().map(|key| named(key)).collect()
    }
}

/// The fund columns that take what a submission declares: those of the profile's form, or the submission's own where
/// it has others.
pub fn funds_for(profile: &Profile, declared: &[Fund]) -> Vec<Fund> {
    let usual = funds(profile);
    if declared.iter().all(|fund| usual.iter().any(|known| known.key == fund.key)) {
        return usual;
    }
    let mut own: Vec<Fund> = Vec::new();
    for fund in declared {
        if !own.iter().any(|known| known.key == fund.key) {
            own.push(fund.clone());
        }
    }
    own
}

/// The fund columns of the official form: 当年财政拨款, 上年结转资金, 其他资金.
const OFFICIAL: [&str; 3] = ["current", "carried_over", "other"];

const SHEET: &str = "附表";
const NOTE: &str = "注:1.单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。";
const FIRST: u32 = 7;
const FONT: &str = "宋体";
const AMOUNT: &str = "#,##0.00";
const RATE: &str = "0.00%";
const SCORE: &str = "0.00";

/// The form's bytes.
///
/// # Errors
/// When the number of rows or of fund columns is out of its range.
pub fn template(options: &Options) -> Result<Vec<u8>, TemplateError> {
    if options.rows == 0 || options.rows > MOST_ROWS {
        return Err(TemplateError::Rows(options.rows));
    }
    let funds = u16::try_from(options.funds.len()).unwrap_or(u16::MAX);
    if funds == 0 || options.funds.len() > MOST_FUNDS {
        return Err(TemplateError::Funds(options.funds.len()));
    }
    let form = Form { last: FIRST - 1 + options.rows, funds, lock: options.lock };
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_timestamp(options.created)?;
    book.set_properties(&DocProperties::new().set_title(title(options)).set_creation_datetime(&created));
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET)?;
    // An empty form has no rate and no score yet: their formulas give the empty text.
    sheet.set_formula_result_default("");
    form.heading(sheet, options)?;
    form.projects(sheet)?;
    form.total(sheet)?;
    form.rules(sheet)?;
    form.page(sheet)?;
    explanation(book.add_worksheet(), &options.funds)?;
    let scores = column_letters(form.score());
    book.define_name("自评得分", &format!("={SHEET}!${scores}${FIRST}:${scores}${}", form.last))?;
    Ok(book.save_to_buffer()?)
}

fn title(options: &Options) -> String {
    let year = options.year.map_or_else(|| "    ".to_owned(), |year| year.to_string());
    let unit = options.unit.as_deref().unwrap_or("    （单位）");
    format!("{year}年度{unit}项目支出绩效自评结果汇总表")
}

/// The form's shape: project rows from [`FIRST`] to `last`, then the total row, then the note.
#[derive(Clone, Copy)]
struct Form {
    last: u32,
    /// How many fund columns there are.
    funds: u16,
    lock: Lock,
}

/// Columns of the form before and of the first fund, from 1.
mod column {
    pub(super) const SEQUENCE: u16 = 1;
    pub(super) const NAME: u16 = 2;
    pub(super) const SUPERVISOR: u16 = 3;
    pub(super) const BUDGET: u16 = 4;
    pub(super) const FUND: u16 = 5;
}

fn head() -> Format {
    cell().set_bold().set_align(FormatAlign::Center).set_text_wrap()
}

fn cell() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(10)
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
}

fn plain(size: u32) -> Format {
    Format::new().set_font_name(FONT).set_font_size(size)
}

/// A cell counted from 1; the numbers here are all inside the grid.
fn at(row: u32, column: u16) -> Option<CellRef> {
    CellRef::new(row, column)
}

impl Form {
    fn total_row(self) -> u32 {
        self.last + 1
    }

    fn last_fund(self) -> u16 {
        column::BUDGET + self.funds
    }

    fn executed(self) -> u16 {
        self.last_fund() + 1
    }

    fn rate(self) -> u16 {
        self.last_fund() + 2
    }

    fn score(self) -> u16 {
        self.last_fund() + 3
    }

    fn remark(self) -> u16 {
        self.last_fund() + 4
    }

    /// An input cell's format, open for typing in a locked form.
    fn input(self, format: Format) -> Format {
        match self.lock {
            Lock::Open => format,
            Lock::Computed => format.set_unlocked(),
        }
    }

    fn heading(self, sheet: &mut Worksheet, options: &Options) -> Result<(), XlsxError> {
        let name = Format::new().set_font_name("方正小标宋简体").set_font_size(18).set_bold();
        let name = name.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
        let label = Format::new().set_font_name("仿宋_GB2312").set_font_size(12);
        sheet.write_with_format(0, 0, "附件2", &self.input(label.clone()))?;
        let last = self.remark() - 1;
        sheet.merge_range(1, 0, 1, last, &title(options), &self.input(name))?;
        let unit = label.set_align(FormatAlign::Right);
        sheet.merge_range(2, self.rate() - 1, 2, last, "单位：万元", &unit)?;
        let head = head();
        for (first, last, text) in self.heads(&options.funds) {
            let ((top, left), (bottom, right)) = (first, last);
            if first == last {
                sheet.write_with_format(top, left, text, &head)?;
            } else {
                sheet.merge_range(top, left, bottom, right, text, &head)?;
            }
        }
        let note = Note::new("自评得分满分100分，其中预算执行率10分").add_author_prefix(false);
        sheet.insert_note(3, self.score() - 1, &note.set_width(160).set_height(48))?;
        Ok(())
    }

    /// The cells of the three heading rows: first cell, last cell (from 0), label.
    fn heads(self, funds: &[Fund]) -> Vec<(Corner, Corner, &str)> {
        let (executed, rate) = (self.executed() - 1, self.rate() - 1);
        let (score, remark) = (self.score() - 1, self.remark() - 1);
        let mut heads = vec![
            ((3, 0), (5, 0), "序号"),
            ((3, 1), (5, 1), "项目名称"),
            ((3, 2), (5, 2), "主管部门"),
            ((3, 3), (3, rate), "项目资金（万元）"),
            ((4, 3), (4, self.last_fund() - 1), "全年预算数（A）"),
            ((4, executed), (5, executed), "全年执行数（B）"),
            ((4, rate), (5, rate), "执行率\n（B/A）"),
            ((3, score), (5, score), "自评得分"),
            ((3, remark), (5, remark), "备注"),
            ((5, 3), (5, 3), "小计"),
        ];
        let parts = (column::FUND - 1..).zip(funds);
        heads.extend(parts.map(|(number, fund)| ((5, number), (5, number), fund.label.as_str())));
        heads
    }

    fn projects(self, sheet: &mut Worksheet) -> Result<(), TemplateError> {
        let centre = self.input(cell().set_align(FormatAlign::Center));
        let text = self.input(cell().set_text_wrap());
        let amount = cell().set_num_format(AMOUNT);
        let score = self.input(cell().set_align(FormatAlign::Center).set_num_format(SCORE));
        let (input, rate) = (self.input(amount.clone()), cell().set_num_format(RATE));
        for row in FIRST..=self.last {
            sheet.set_row_height(row - 1, 21)?;
            let amounts = (column::FUND..=self.executed()).map(|number| (number, &input));
            let before = [(column::SEQUENCE, &centre), (column::NAME, &text), (column::SUPERVISOR, &text)];
            let behind = [(self.score(), &score), (self.remark(), &text)];
            for (number, format) in before.into_iter().chain(amounts).chain(behind) {
                sheet.write_blank(row - 1, number - 1, format)?;
            }
            put(sheet, at(row, column::BUDGET), self.subtotal_of(row), &amount, "0")?;
            put(sheet, at(row, self.rate()), self.rate_of(row), &rate, "")?;
        }
        Ok(())
    }

    fn total(self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let row = self.total_row();
        sheet.set_row_height(row - 1, 21)?;
        sheet.merge_range(row - 1, 0, row - 1, column::SUPERVISOR - 1, "合计", &head())?;
        let amount = cell().set_num_format(AMOUNT);
        for number in column::BUDGET..=self.executed() {
            put(
                sheet,
                at(row, number),
                self.runs(number).map(|runs| Expression::Sum(vec![runs])),
                &amount,
                "0",
            )?;
        }
        put(sheet, at(row, self.rate()), self.rate_of(row), &cell().set_num_format(RATE), "")?;
        let score = cell().set_align(FormatAlign::Center).set_num_format(SCORE);
        put(sheet, at(row, self.score()), self.weighted(), &score, "")?;
        sheet.write_blank(row - 1, self.remark() - 1, &self.input(cell().set_text_wrap()))?;
        let note = plain(10).set_text_wrap().set_align(FormatAlign::VerticalCenter);
        sheet.set_row_height(row, 21)?;
        sheet.merge_range(row, 0, row, self.remark() - 1, NOTE, &note)?;
        Ok(())
    }

    fn runs(self, number: u16) -> Option<Range> {
        Some(Range::new(at(FIRST, number)?, at(self.last, number)?))
    }

    fn weighted(self) -> Option<Expression> {
        Some(Expression::Weighted {
            weights: vec![self.runs(column::BUDGET)?],
            scores: vec![self.runs(self.score())?],
            names: vec![self.runs(column::NAME)?],
            total: at(self.total_row(), column::BUDGET)?,
            decimals: 2,
        })
    }

    fn subtotal_of(self, row: u32) -> Option<Expression> {
        let parts = Range::new(at(row, column::FUND)?, at(row, self.last_fund())?);
        Some(Expression::Sum(vec![parts]))
    }

    fn rate_of(self, row: u32) -> Option<Expression> {
        Some(Expression::Rate {
            executed: at(row, self.executed())?,
            budget: at(row, column::BUDGET)?,
            percent: None,
        })
    }

    /// Validation of what is typed, and the marks: a low rate is tinted, computed cells of an empty row show
    /// nothing.
    fn rules(self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let (top, bottom) = (FIRST - 1, self.last - 1);
        let score = DataValidation::new()
            .allow_decimal_number(DataValidationRule::Between(0.0, 100.0))
            .set_error_title("自评得分")?
            .set_error_message("得分应在 0 至 100 之间")?;
        sheet.add_data_validation(top, self.score() - 1, bottom, self.score() - 1, &score)?;
        let amount = DataValidation::new()
            .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0))
            .set_error_title("金额")?
            .set_error_message("金额应为不小于 0 的数字，单位为万元")?;
        sheet.add_data_validation(top, column::FUND - 1, bottom, self.executed() - 1, &amount)?;
        let (rates, executed) = (column_letters(self.rate()), column_letters(self.executed()));
        let low = ConditionalFormatFormula::new()
            .set_rule(format!("=AND(ISNUMBER(${rates}{FIRST}),${rates}{FIRST}<0.6)").as_str())
            .set_format(Format::new().set_background_color(Color::RGB(0x00FF_C7CE)));
        sheet.add_conditional_format(top, self.rate() - 1, bottom, self.rate() - 1, &low)?;
        let unused = ConditionalFormatFormula::new()
            .set_rule(format!("=COUNTA($B{FIRST},$E{FIRST}:${executed}{FIRST})=0").as_str())
            .set_format(Format::new().set_num_format(";;;"));
        sheet.add_conditional_format(top, column::BUDGET - 1, bottom, column::BUDGET - 1, &unused)?;
        let empty = ConditionalFormatFormula::new()
            .set_rule(format!("=COUNTA($B${FIRST}:$B${0},$E${FIRST}:${executed}${0})=0", self.last).as_str())
            .set_format(Format::new().set_num_format(";;;"));
        sheet.add_conditional_format(
            self.last,
            column::BUDGET - 1,
            self.last,
            self.executed() - 1,
            &empty,
        )?;
        Ok(())
    }

    fn page(self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let amounts = (column::BUDGET..=self.executed()).map(|_| 12.0);
        let widths = [5.0, 34.0, 14.0].into_iter().chain(amounts).chain([10.0, 10.0, 16.0]);
        for (number, width) in (0..).zip(widths) {
            sheet.set_column_width(number, width)?;
        }
        for (row, height) in [18, 34, 18, 20, 20, 20].iter().enumerate() {
            sheet.set_row_height(u32::try_from(row).unwrap_or(0), *height)?;
        }
        sheet.set_freeze_panes(FIRST - 1, 2)?;
        sheet.set_landscape();
        sheet.set_paper_size(9);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_print_center_horizontally(true);
        sheet.set_repeat_rows(3, 5)?;
        sheet.set_print_area(0, 0, self.total_row(), self.remark() - 1)?;
        sheet.set_footer("&C第 &P 页 共 &N 页");
        if self.lock == Lock::Computed {
            sheet.protect();
        }
        Ok(())
    }
}

type Corner = (u32, u16);

/// Writes a formula with the result it has in an empty form.
fn put(
    sheet: &mut Worksheet,
    cell: Option<CellRef>,
    expression: Option<Expression>,
    format: &Format,
    result: &str,
) -> Result<(), XlsxError> {
    if let (Some(cell), Some(expression)) = (cell, expression) {
        let formula = Formula::new(expression.formula()).set_result(result);
        sheet.write_formula_with_format(cell.row() - 1, cell.column() - 1, formula, format)?;
    }
    Ok(())
}

/// The second sheet: how the form is filled in.
fn explanation(sheet: &mut Worksheet, funds: &[Fund]) -> Result<(), XlsxError> {
    let parts: Vec<&str> = funds.iter().map(|fund| fund.label.as_str()).collect();
    let subtotal = format!("2.小计={}，由公式计算。", parts.join("+"));
    let lines = [
        "填表说明",
        "1.金额单位为万元，保留两位小数。",
        subtotal.as_str(),
        "3.执行率=全年执行数/全年预算数，由公式计算；低于90%的项目在备注说明原因。",
        "4.自评得分满分100分，其中预算执行率10分；合计得分按各项目资金占比加权平均，由公式计算。",
        "5.没有用到的行可以留空；行数不够时在合计行上方的项目行之间插入行，并复制公式。",
    ];
    sheet.set_name("填表说明")?;
    sheet.set_column_width(0, 96)?;
    for (row, line) in lines.iter().enumerate() {
        let format = if row == 0 { plain(14).set_bold() } else { plain(11).set_text_wrap() };
        sheet.set_row_height(u32::try_from(row).unwrap_or(0), 24)?;
        let format = format.set_align(FormatAlign::VerticalCenter);
        sheet.write_with_format(u32::try_from(row).unwrap_or(0), 0, *line, &format)?;
    }
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.protect();
    Ok(())
}

#[cfg(test)]
mod tests;
