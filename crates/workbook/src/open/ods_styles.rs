//! Number formats of an OpenDocument spreadsheet: its data styles as format codes, and which cell style uses which.

use std::collections::HashMap;

use crate::scan::{Kind, Token};

use super::formats::Formats;
use super::visit::{Stop, number, text};

/// Styles that are read, of all kinds together.
const STYLES: usize = 100_000;
/// How far a cell style is followed through its parents.
const PARENTS: usize = 16;
/// Digits after the point that a format may show.
const DIGITS: usize = 30;

/// The styles of a document, as far as they matter for what a cell shows.
#[derive(Debug, Default)]
pub(super) struct Styles {
    codes: HashMap<String, String>,
    cells: HashMap<String, CellStyle>,
    hidden: Vec<String>,
    /// The data style at hand.
    data: Option<DataStyle>,
    /// The table style at hand.
    table: Option<String>,
    numbers: HashMap<String, u32>,
    /// The formats that cells use.
    pub(super) formats: Formats,
}

#[derive(Debug, Default)]
struct CellStyle {
    data: Option<String>,
    parent: Option<String>,
}

#[derive(Debug)]
struct DataStyle {
    depth: usize,
    name: String,
    /// What is shown where no condition of its own chooses another style.
    code: String,
    /// The style that its first condition chooses.
    first: Option<String>,
    literal: bool,
}

impl Styles {
    /// Takes in a token of the styles, of `styles.xml` or of the content's own.
    pub(super) fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.data.is_some() {
            return self.take_data(token);
        }
        if !token.opens() {
            return Ok(());
        }
        match token.name() {
            b"style" => self.style(token)?,
            b"default-style" => self.table = None,
            b"table-properties" if token.attribute(b"table:display") == Some(b"false") => {
                self.hidden.extend(self.table.take());
            }
            b"number-style" | b"percentage-style" | b"currency-style" | b"date-style" | b"time-style"
            | b"text-style" | b"boolean-style"
                if token.kind == Kind::Start =>
            {
                let name = text(token, b"style:name")?.unwrap_or_default();
                self.data = Some(DataStyle {
                    depth: token.depth,
                    name,
                    code: String::new(),
                    first: None,
                    literal: false,
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn style(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.cells.len() + self.hidden.len() > STYLES {
            return Stop::damaged(format!("more than {STYLES} styles"));
        }
        let name = text(token, b"style:name")?.unwrap_or_default();
        self.table = None;
        match token.attribute(b"style:family") {
            Some(b"table-cell") => {
                let data = text(token, b"style:data-style-name")?;
                let parent = text(token, b"style:parent-style-name")?;
                self.cells.insert(name, CellStyle { data, parent });
            }
            Some(b"table") => self.table = Some(name),
            _ => {}
        }
        Ok(())
    }

    fn take_data(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let Some(data) = &mut self.data else { return Ok(()) };
        match token.kind {
            Kind::End if token.depth == data.depth => {
                let chosen = data.first.as_ref().and_then(|name| self.codes.get(name));
                let code = chosen.map_or_else(|| data.code.clone(), |first| format!("{first};{}", data.code));
                if self.codes.len() > STYLES || code.len() > 4_096 {
                    return Stop::damaged("number formats without end");
                }
                self.codes.insert(std::mem::take(&mut data.name), code);
                self.data = None;
            }
            Kind::Start | Kind::Empty => {
                data.literal =
                    token.kind == Kind::Start && matches!(token.name(), b"text" | b"currency-symbol");
                if token.name() == b"map" {
                    let chosen = text(token, b"style:apply-style-name")?;
                    data.first = data.first.take().or(chosen);
                }
                data.code.push_str(&code_of(token));
            }
            Kind::End => data.literal = false,
            Kind::Text | Kind::CData if data.literal => {
                let Some(text) = token.text() else {
                    return Stop::damaged("a format that is no proper text");
                };
                data.code.push_str(&literal(&text));
            }
            _ => {}
        }
        Ok(())
    }

    /// The number of the format that a cell style shows numbers by.
    pub(super) fn number_of(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let mut at = Some(name);
        let mut code = None;
        for _ in 0..PARENTS {
            let Some(style) = at.and_then(|name| self.cells.get(name)) else { break };
            code = style.data.as_ref().and_then(|data| self.codes.get(data));
            if code.is_some() {
                break;
            }
            at = style.parent.as_deref();
        }
        let number = self.formats.style(code.map_or("General", String::as_str));
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// Whether a table style hides its sheet.
    pub(super) fn is_hidden(&self, table: &str) -> bool {
        self.hidden.iter().any(|name| name == table)
    }
}

/// Literal text of a format: what means itself in a code stays bare.
fn literal(text: &str) -> String {
    if text.chars().all(|c| matches!(c, '%' | ' ' | '-' | '(' | ')' | '+')) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('"', ""))
}

/// What an element of a data style is in a code.
fn code_of(token: &Token<'_>) -> String {
    let count =
        |name: &[u8]| token.attribute(name).and_then(number).map(|count| (count as usize).min(DIGITS));
    let Some(plain) = date_part(token.name()) else {
        let Some(decimals) = count(b"number:decimal-places") else {
            return if token.name() == b"number" { "General".to_owned() } else { String::new() };
        };
        let grouped = token.attribute(b"number:grouping") == Some(b"true");
        let whole = match token.name() {
            b"number" if grouped => "#,##0",
            b"number" | b"scientific-number" => "0",
            _ => return String::new(),
        };
        let fixed = count(b"number:min-decimal-places").unwrap_or(decimals).min(decimals);
        let point = if decimals > 0 { "." } else { "" };
        let power = if token.name() == b"scientific-number" { "E+00" } else { "" };
        return format!("{whole}{point}{}{}{power}", "0".repeat(fixed), "#".repeat(decimals - fixed));
    };
    plain.to_owned()
}

fn date_part(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"year" => "yyyy",
        b"month" | b"minutes" => "mm",
        b"day" => "dd",
        b"hours" => "hh",
        b"seconds" => "ss",
        b"am-pm" => "AM/PM",
        b"text-content" => "@",
        _ => return None,
    })
}
