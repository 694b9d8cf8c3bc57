//! Dates as spreadsheets store them: days counted from 1900 or, in old Macintosh workbooks, from 1904.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A day as Excel shows it, 1900-01-01 to 9999-12-31; prints as `2023-10-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1900 to 9999.
    pub year: u32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day, 1 to 31.
    pub day: u32,
}

impl Date {
    /// The day of a stored number; a fraction is the time of day. `None` outside what Excel shows as a date.
    ///
    /// Counted from 1900, day 60 is 29 February 1900, which never was: Excel keeps it, so the days before it
    /// are one off from the calendar. Counted from 1904, day 0 is 1 January 1904.
    pub fn of_serial(serial: Decimal, from_1904: bool) -> Option<Self> {
        let days = serial.trunc().to_u32()?;
        let counted = if from_1904 { days.checked_add(1_462)? } else { days };
        match counted {
            60 => Some(Self { year: 1900, month: 2, day: 29 }),
            1..60 => Some(Self::after_1900(counted - 1)),
            61..=2_958_465 => Some(Self::after_1900(counted - 2)),
            _ => None,
        }
    }

    /// The day so many days after 1 January 1900, by the calendar.
    fn after_1900(days: u32) -> Self {
        let mut rest = days;
        let mut year = 1900;
        while rest >= length(year) {
            rest -= length(year);
            year += 1;
        }
        let mut month = 1;
        for days in months(year) {
            if rest < days {
                break;
            }
            rest -= days;
            month += 1;
        }
        Self { year, month, day: rest + 1 }
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn length(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn months(year: u32) -> [u32; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_the_days_excel_shows() {
        let cases = [
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("60", "1900-02-29"),
            ("61", "1900-03-01"),
            ("45230", "2023-10-31"),
            ("45230.75", "2023-10-31"),
            ("2958465", "9999-12-31"),
        ];
        for (serial, shown) in cases {
            let date = Date::of_serial(serial.parse().unwrap(), false).unwrap();
            assert_eq!(date.to_string(), shown, "{serial}");
        }
        for outside in ["0", "-1", "2958466"] {
            assert_eq!(Date::of_serial(outside.parse().unwrap(), false), None, "{outside}");
        }
    }

    #[test]
    fn a_macintosh_workbook_counts_from_1904() {
        let shown = |serial: u32| Date::of_serial(serial.into(), true).unwrap().to_string();
        assert_eq!([shown(0), shown(43_768)], ["1904-01-01", "2023-10-31"]);
    }
}
