//! Charts of the consolidation, each beside the figures it shows, which follow the other sheets: the units by rank,
//! and how the projects' rates are distributed.

use jixiao_selfeval::consolidate::{BANDS, Band, Consolidation};
use rust_decimal::Decimal;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{Chart, ChartDataLabel, ChartFormat, ChartSolidFill, Color, Worksheet, XlsxError};

use super::detail::{Column, Shape};
use super::page::{self, Looks, Outcome};
use super::units;
use crate::words::{Lang, one_line};

/// Units that the chart shows: those with the best ranks.
const SHOWN: usize = 30;
const HEAD: u32 = 2;
const FIRST: u32 = HEAD + 1;
/// Columns of place, unit and score; of band and count; the first of the charts.
const PLACE: u16 = 0;
const UNIT: u16 = 1;
const SCORE: u16 = 2;
const BAND: u16 = 4;
const COUNT: u16 = 5;
const CHARTS: u16 = 7;
/// Columns that are printed: the figures, and room for the charts.
const COLUMNS: u16 = 18;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    all: &Consolidation,
    shape: &Shape,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let lang = shape.lang;
    let name = lang.of("图表", "Charts");
    sheet.set_name(name)?;
    page::above(sheet, lang.of("得分排名和执行率分布", "Ranks and rates"), (COLUMNS, ""), looks)?;
    let shown = all.ranks.iter().flatten().count().clamp(1, SHOWN);
    ranks(sheet, all, (shown, lang), looks)?;
    bands(sheet, all, shape, looks)?;
    let height = 120 + 26 * u32::try_from(shown.max(8)).unwrap_or(0);
    sheet.insert_chart(HEAD, CHARTS, &rank_chart(name, all, (shown, height), lang))?;
    let below = HEAD + height / 20 + 2;
    sheet.insert_chart(below, CHARTS, &band_chart(name, lang))?;
    page::printed(sheet, HEAD, (below + 18, COLUMNS), lang.of("&C第 &P 页 共 &N 页", "&C&P / &N"))?;
    sheet.set_print_fit_to_pages(1, 1);
    Ok(())
}

/// The units by rank.
fn ranks(
    sheet: &mut Worksheet,
    all: &Consolidation,
    (shown, lang): (usize, Lang),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let heads = [
        (lang.of("次序", "place"), 6),
        (lang.of("名次 单位", "rank, unit"), 30),
        (lang.of("加权得分", "weighted score"), 9),
    ];
    page::heads(sheet, HEAD, &heads, looks)?;
    let rows = units::rows(all);
    let column = |column| page::range(units::name(lang), column, rows);
    let (order, names) = (column(units::ORDER), column(units::NAME));
    let (numbers, scores) = (column(units::RANK), column(units::SCORE));
    let mut ranked: Vec<(usize, usize)> =
        all.ranks.iter().enumerate().filter_map(|(place, rank)| Some(((*rank)?, place))).collect();
    ranked.sort_unstable();
    for (row, number) in (FIRST..).zip(0..shown) {
        page::count(sheet, (row, PLACE), number + 1, &looks.count)?;
        let at = row_col_to_cell(row, PLACE);
        let found = |list: &str| format!("INDEX({list},MATCH({at},{order},0))");
        let known = ranked.get(number).copied();
        let unit =
            known.and_then(|(rank, place)| Some(format!("{rank} {}", one_line(&all.units.get(place)?.name))));
        let formula = format!("=IFERROR({}&\" \"&{},\"\")", found(&numbers), found(&names));
        page::formula(sheet, (row, UNIT), formula, Outcome::Text(unit.unwrap_or_default()), &looks.text)?;
        let score = known.and_then(|(_, place)| all.units.get(place)?.taken()?.score);
        let formula = format!("=IFERROR({},\"\")", found(&scores));
        page::formula(sheet, (row, SCORE), formula, Outcome::Number(score), &looks.score)?;
    }
    Ok(())
}

/// How many projects' rates lie in each band.
fn bands(sheet: &mut Worksheet, all: &Consolidation, shape: &Shape, looks: &Looks) -> Result<(), XlsxError> {
    let lang = shape.lang;
    let heads = [(BAND, lang.of("执行率", "rate"), 14), (COUNT, lang.of("项目数", "projects"), 8)];
    for (column, label, width) in heads {
        page::text(sheet, (HEAD, column), label, &looks.head)?;
        sheet.set_column_width(column, width)?;
    }
    let rates = shape.range(Column::Rate);
    for (row, (band, count)) in (FIRST..).zip(BANDS.iter().zip(all.distribution())) {
        page::text(sheet, (row, BAND), &label(*band, lang), &looks.centre)?;
        let formula = format!("=COUNTIFS({})", criteria(*band, &rates));
        let count = Outcome::Number(Some(Decimal::from(count)));
        page::formula(sheet, (row, COUNT), formula, count, &looks.count)?;
    }
    Ok(())
}

/// A band as the chart names it.
fn label(band: Band, lang: Lang) -> String {
    match (band.from, band.to) {
        _ if band.is_one_rate() => "100%".to_owned(),
        (Some(from), Some(to)) => format!("{from}%–{to}%"),
        (None, Some(to)) => lang.of(format!("低于 {to}%"), format!("below {to}%")),
        (Some(from), None) => lang.of(format!("高于 {from}%"), format!("above {from}%")),
        (None, None) => String::new(),
    }
}

/// What a count of a band asks for.
fn criteria(band: Band, rates: &str) -> String {
    let bound = |bound: u8| format!("{}.{:02}", bound / 100, bound % 100);
    match (band.from, band.to) {
        (Some(from), _) if band.is_one_rate() => format!("{rates},{}", bound(from)),
        (Some(from), Some(to)) => format!("{rates},\">={}\",{rates},\"<{}\"", bound(from), bound(to)),
        (None, Some(to)) => format!("{rates},\"<{}\"", bound(to)),
        (from, None) => format!("{rates},\">{}\"", bound(from.unwrap_or(0))),
    }
}

fn rank_chart(sheet: &str, all: &Consolidation, (shown, height): (usize, u32), lang: Lang) -> Chart {
    let last = FIRST + u32::try_from(shown).unwrap_or(1) - 1;
    let mut chart = Chart::new_bar();
    let series = chart.add_series().set_categories((sheet, FIRST, UNIT, last, UNIT));
    let series = series.set_values((sheet, FIRST, SCORE, last, SCORE)).set_gap(40);
    series.set_format(&mut filled(0x004A_7EBB));
    series.set_data_label(ChartDataLabel::new().show_value().set_num_format("0.00"));
    let cut = all.ranks.iter().flatten().count() > shown;
    let title = lang.of("单位加权得分排名", "Units by weighted score");
    let first = lang.of(format!("{title}（前 {shown} 名）"), format!("{title} (first {shown})"));
    chart.title().set_name(if cut { first.as_str() } else { title });
    // Of a bar chart the vertical axis is that of the units.
    chart.y_axis().set_reverse();
    chart.x_axis().set_min(0).set_hidden(true).set_major_gridlines(false);
    finished(chart, height, title)
}

fn band_chart(sheet: &str, lang: Lang) -> Chart {
    let last = FIRST + 6;
    let mut chart = Chart::new_column();
    let series = chart.add_series().set_categories((sheet, FIRST, BAND, last, BAND));
    let series = series.set_values((sheet, FIRST, COUNT, last, COUNT)).set_gap(40);
    series.set_format(&mut filled(0x0070_AD47)).set_data_label(ChartDataLabel::new().show_value());
    let title = lang.of("项目执行率分布", "Projects by execution rate");
    chart.title().set_name(title);
    chart.x_axis().set_name(lang.of("执行率", "rate"));
    chart.y_axis().set_name(lang.of("项目数", "projects")).set_min(0);
    finished(chart, 340, title)
}

/// Bars of one colour.
fn filled(colour: u32) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(colour)));
    format
}

fn finished(mut chart: Chart, height: u32, title: &str) -> Chart {
    chart.legend().set_hidden();
    chart.set_width(680).set_height(height).set_alt_text(title);
    chart
}
