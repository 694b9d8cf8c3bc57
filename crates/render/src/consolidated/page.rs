//! How the sheets of a consolidation look, and how their cells are written.

use jixiao_selfeval::consolidate::Entry;
use jixiao_selfeval::review::Verdict;
use jixiao_workbook::number::written;
use rust_decimal::Decimal;
use rust_xlsxwriter::utility::cell_range_absolute;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Formula, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use crate::words::one_line;

const FONT: &str = "宋体";
/// Characters of a text that a cell holds; what is longer ends in an ellipsis.
const LONGEST: usize = 8_000;
/// Lines that a row is made high enough for.
const MOST_LINES: usize = 28;

/// The formats of all sheets.
pub(super) struct Looks {
    pub(super) title: Format,
    pub(super) sentence: Format,
    pub(super) aside: Format,
    pub(super) head: Format,
    pub(super) text: Format,
    pub(super) centre: Format,
    pub(super) count: Format,
    pub(super) amount: Format,
    pub(super) rate: Format,
    pub(super) score: Format,
    pub(super) total: Totals,
    good: Format,
    doubtful: Format,
    bad: Format,
}

/// The formats of a total row.
pub(super) struct Totals {
    pub(super) text: Format,
    pub(super) count: Format,
    pub(super) amount: Format,
    pub(super) rate: Format,
    pub(super) score: Format,
}

impl Looks {
    pub(super) fn new() -> Self {
        let plain =
            || Format::new().set_font_name(FONT).set_font_size(10).set_align(FormatAlign::VerticalCenter);
        let cell = || plain().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00A6_A6A6));
        let centre = || cell().set_align(FormatAlign::Center);
        let total = |format: Format| format.set_bold().set_background_color(Color::RGB(0x00F2_F2F2));
        let (count, amount) = (|| centre().set_num_format("0"), || cell().set_num_format("#,##0.00"));
        let (rate, score) = (|| cell().set_num_format("0.00%"), || centre().set_num_format("0.00"));
        Self {
            title: plain().set_font_size(16).set_bold().set_align(FormatAlign::Center),
            sentence: plain().set_font_size(11).set_text_wrap(),
            aside: plain().set_align(FormatAlign::Right),
            head: centre().set_bold().set_text_wrap().set_background_color(Color::RGB(0x00DD_E8F5)),
            text: cell().set_text_wrap(),
            centre: centre().set_text_wrap(),
            count: count(),
            amount: amount(),
            rate: rate(),
            score: score(),
            total: Totals {
                text: total(centre()),
                count: total(count()),
                amount: total(amount()),
                rate: total(rate()),
                score: total(score()),
            },
            good: centre().set_font_color(Color::RGB(0x0037_7A3B)),
            doubtful: centre().set_background_color(Color::RGB(0x00FF_F2CC)),
            bad: centre().set_background_color(Color::RGB(0x00FB_D5D5)),
        }
    }

    /// The format of a verdict.
    pub(super) fn verdict(&self, verdict: Verdict) -> &Format {
        match verdict {
            Verdict::Pass => &self.good,
            Verdict::Warnings => &self.doubtful,
            Verdict::Fail | Verdict::Unchecked => &self.bad,
        }
    }
}

/// What a cell of a formula holds as its result.
pub(super) enum Outcome {
    /// A number, or the empty text.
    Number(Option<Decimal>),
    /// A text.
    Text(String),
}

/// A cell, row and column from 0.
pub(super) type At = (u32, u16);

/// Writes text as text, whatever it begins with.
pub(super) fn text(
    sheet: &mut Worksheet,
    (row, column): At,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, column, fitted(text), format)?;
    Ok(())
}

/// Writes a count.
pub(super) fn count(
    sheet: &mut Worksheet,
    (row, column): At,
    count: usize,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_number_with_format(row, column, u32::try_from(count).unwrap_or(u32::MAX), format)?;
    Ok(())
}

/// Writes a figure as it was declared.
pub(super) fn entry(
    sheet: &mut Worksheet,
    (row, column): At,
    entry: &Entry,
    format: &Format,
) -> Result<(), XlsxError> {
    match (entry, entry.number().map(written).and_then(|digits| digits.parse::<f64>().ok())) {
        (_, Some(number)) => sheet.write_number_with_format(row, column, number, format)?,
        (Entry::Text(text), None) => sheet.write_string_with_format(row, column, fitted(text), format)?,
        (_, None) => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

/// Writes a formula with its result.
pub(super) fn formula(
    sheet: &mut Worksheet,
    (row, column): At,
    formula: String,
    result: Outcome,
    format: &Format,
) -> Result<(), XlsxError> {
    let result = match result {
        Outcome::Number(number) => number.map(written).unwrap_or_default(),
        Outcome::Text(text) => text,
    };
    sheet.write_formula_with_format(row, column, Formula::new(formula).set_result(result), format)?;
    Ok(())
}

/// Leaves cells of a row empty, with their borders.
pub(super) fn blanks(
    sheet: &mut Worksheet,
    row: u32,
    columns: impl IntoIterator<Item = u16>,
    format: &Format,
) -> Result<(), XlsxError> {
    for column in columns {
        sheet.write_blank(row, column, format)?;
    }
    Ok(())
}

/// Writes a heading: labels with the widths of their columns.
pub(super) fn heads(
    sheet: &mut Worksheet,
    row: u32,
    heads: &[(&str, u16)],
    looks: &Looks,
) -> Result<(), XlsxError> {
    // An empty text is a result, too.
    sheet.set_formula_result_default("");
    for (column, (label, width)) in (0..).zip(heads) {
        text(sheet, (row, column), label, &looks.head)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_row_height(row, 32)?;
    Ok(())
}

/// Makes a row as high as its texts need in columns of these widths, in characters of a Latin letter's width.
pub(super) fn fit(sheet: &mut Worksheet, row: u32, texts: &[(&str, u16)]) -> Result<(), XlsxError> {
    let lines = |(text, width): &(&str, u16)| fitted(text).width().div_ceil(usize::from(*width).max(3) - 2);
    let most = texts.iter().map(lines).max().unwrap_or(1).clamp(1, MOST_LINES);
    sheet.set_row_height(row, u32::try_from(14 * most + 5).unwrap_or(20))?;
    Ok(())
}

/// What stands above a sheet's heading: its title over so many columns, and a word at the right below it.
pub(super) fn above(
    sheet: &mut Worksheet,
    title: &str,
    (columns, aside): (u16, &str),
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.merge_range(0, 0, 0, columns - 1, title, &looks.title)?;
    sheet.set_row_height(0, 30)?;
    text(sheet, (1, columns - 1), aside, &looks.aside)
}

/// Sets a sheet up for print: A4 across, one page wide, the heading on every page.
pub(super) fn printed(
    sheet: &mut Worksheet,
    head: u32,
    (last, columns): (u32, u16),
    footer: &str,
) -> Result<(), XlsxError> {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_center_horizontally(true);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_repeat_rows(head, head)?;
    sheet.set_print_area(0, 0, last, columns - 1)?;
    sheet.set_footer(footer);
    Ok(())
}

/// The range of a column's rows, for formulas: `项目明细!$F$4:$F$45`.
pub(super) fn range(sheet: &str, column: u16, (first, last): (u32, u32)) -> String {
    format!("{sheet}!{}", cell_range_absolute(first, column, last, column))
}

/// A text for a formula, in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A stranger's text as a cell takes it.
fn fitted(text: &str) -> String {
    let line = one_line(text);
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
