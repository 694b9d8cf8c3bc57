//! Number formats by cell style.

use std::collections::HashMap;
use std::io::Read;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Token};
use crate::workbook::NumberFormat;

use super::visit::{Stop, number, text, visit_in};

/// Cell styles that are read; Excel writes at most 65,490.
const STYLES: usize = 100_000;

#[derive(Debug, Default)]
struct Styles {
    codes: HashMap<u32, String>,
    formats: Vec<NumberFormat>,
    inside: Section,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Elsewhere,
    Codes,
    CellStyles,
}

/// The number format of each cell style, in order.
pub(super) fn read(package: &Package, part: &str, limits: &Limits) -> Result<Vec<NumberFormat>, OpenError> {
    read_in(package.stream(part)?, part, limits)
}

/// [`read`] on the content of a part.
pub(crate) fn read_in(
    content: impl Read,
    part: &str,
    limits: &Limits,
) -> Result<Vec<NumberFormat>, OpenError> {
    let mut styles = Styles::default();
    visit_in(content, part, limits, |token| styles.take(token))?;
    Ok(styles.formats)
}

impl Styles {
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if token.depth == 1 {
            self.inside = match token.kind {
                Kind::Start if token.is(b"numFmts") => Section::Codes,
                Kind::Start if token.is(b"cellXfs") => Section::CellStyles,
                Kind::Text => self.inside,
                _ => Section::Elsewhere,
            };
        } else if token.opens() && token.depth == 2 {
            match self.inside {
                Section::Codes if token.is(b"numFmt") => self.code(token)?,
                Section::CellStyles if token.is(b"xf") => self.style(token)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn code(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if let (Some(id), Some(code)) =
            (token.attribute(b"numFmtId").and_then(number), text(token, b"formatCode")?)
        {
            if self.codes.len() >= STYLES {
                return Stop::damaged(format!("more than {STYLES} number formats"));
            }
            self.codes.insert(id, code);
        }
        Ok(())
    }

    fn style(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.formats.len() >= STYLES {
            return Stop::damaged(format!("more than {STYLES} cell styles"));
        }
        let id = token.attribute(b"numFmtId").and_then(number).unwrap_or(0);
        let code = self.codes.get(&id).cloned().unwrap_or_else(|| built_in(id).to_owned());
        self.formats.push(NumberFormat { code });
        Ok(())
    }
}

/// The code of a format that files name by number only; 27 to 36 and 50 to 58 as in Chinese editions.
pub(super) fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 => "\"¥\"#,##0;\"¥\"\\-#,##0",
        6 => "\"¥\"#,##0;[Red]\"¥\"\\-#,##0",
        7 => "\"¥\"#,##0.00;\"¥\"\\-#,##0.00",
        8 => "\"¥\"#,##0.00;[Red]\"¥\"\\-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        37 => "#,##0;\\-#,##0",
        38 => "#,##0;[Red]\\-#,##0",
        39 => "#,##0.00;\\-#,##0.00",
        40 => "#,##0.00;[Red]\\-#,##0.00",
        41 => "_ * #,##0_ ;_ * \\-#,##0_ ;_ * \"-\"_ ;_ @_ ",
        42 => "_ \"¥\"* #,##0_ ;_ \"¥\"* \\-#,##0_ ;_ \"¥\"* \"-\"_ ;_ @_ ",
        43 => "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        44 => "_ \"¥\"* #,##0.00_ ;_ \"¥\"* \\-#,##0.00_ ;_ \"¥\"* \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => "General",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_known_by_number_show_what_excel_shows() {
        let format = |id: u32| NumberFormat { code: built_in(id).to_owned() };
        let dates: Vec<u32> = (0..60).filter(|id| format(*id).is_date()).collect();
        let expected: Vec<u32> = (14..=22).chain(27..=36).chain(45..=47).chain(50..=58).collect();
        assert_eq!(dates, expected);
        let decimals = |wanted: u8| (0..60).filter(move |id| format(*id).decimals() == Some(wanted));
        assert_eq!(decimals(2).collect::<Vec<_>>(), [2, 4, 7, 8, 10, 11, 39, 40, 43, 44]);
        assert_eq!((0..60).filter(|id| format(*id).is_percent()).collect::<Vec<_>>(), [9, 10]);
        assert_eq!((0..200).filter(|id| format(*id).is_text()).collect::<Vec<_>>(), [49]);
        assert!([0, 23, 26, 59, 163].iter().all(|id| format(*id).is_general()));
    }
}
