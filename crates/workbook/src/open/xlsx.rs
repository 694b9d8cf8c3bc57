//! The workbook part of an .xlsx or .xlsm file: its sheets, names, strings and styles, found by relations and
//! never by assumed names.

use std::sync::Arc;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Space, Token};
use crate::sheet::Strings;
use crate::workbook::{DefinedName, FileKind, Parts, SheetEntry, SheetId, Visibility};

use super::relations::{self, Relation};
use super::rich::{RichText, append, meant};
use super::styles;
use super::visit::{Stop, number, text, truth, visit};

/// Sheets that are read; the container's entries bound them too.
const SHEETS: usize = 10_000;
/// Defined names that are read; what copying sheets back and forth leaves stays far below.
const NAMES: usize = 1 << 18;

/// Reads everything but the sheets' grids.
pub(super) fn read(package: Package, roots: &[Relation], limits: &Limits) -> Result<Parts, OpenError> {
    let root = roots.iter().find(|relation| relation.kind == "officeDocument");
    let named = root.and_then(|relation| relation.part.clone());
    let part = named.or_else(|| package.contains("xl/workbook.xml").then(|| "xl/workbook.xml".to_owned()));
    let Some(part) = part.filter(|part| !part.to_ascii_lowercase().ends_with(".bin")) else {
        return Err(package.other_kind());
    };
    let related = relations::of(&package, &part, limits)?;
    let mut book = Book::default();
    visit(&package, &part, limits, |token| book.take(token, &related))?;
    if book.place == Place::Elsewhere {
        return Err(package.other_kind());
    }
    if book.sheets.is_empty() {
        return Err(OpenError::Damaged { part, what: "it lists no sheet".to_owned() });
    }
    let led = |kind: &str| related.iter().find(|one| one.kind == kind).and_then(|one| one.part.clone());
    let (styles_part, strings_part) = (led("styles"), led("sharedStrings"));
    let formats = styles_part.as_ref().map_or(Ok(Vec::new()), |part| styles::read(&package, part, limits))?;
    let strings =
        strings_part.as_ref().map_or(Ok(Strings::default()), |part| strings(&package, part, limits))?;
    let signed = roots.iter().any(|relation| relation.kind == "origin") || has_signatures(&package);
    let read = [relations::part_of(""), relations::part_of(&part), part];
    Ok(Parts {
        kind: FileKind::Package,
        package: Some(package),
        read: read.into_iter().chain(styles_part).chain(strings_part).collect(),
        sheets: book.sheets,
        grids: Vec::new(),
        names: book.names,
        formats,
        date1904: book.date1904,
        signed,
        protected: book.protected,
        document: None,
        strings: Arc::new(strings),
    })
}

/// Whether there are parts of a digital signature.
pub(super) fn has_signatures(package: &Package) -> bool {
    package.names().any(|name| name.to_ascii_lowercase().starts_with("_xmlsignatures/"))
}

/// What the workbook part says.
#[derive(Debug, Default)]
struct Book {
    place: Place,
    sheets: Vec<SheetEntry>,
    names: Vec<DefinedName>,
    date1904: bool,
    protected: bool,
}

/// Where in the workbook part the tokens are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before its root, or in another kind of part.
    #[default]
    Elsewhere,
    Book,
    /// In the text of the last name.
    Name,
}

impl Book {
    fn take(&mut self, token: &Token<'_>, related: &[Relation]) -> Result<(), Stop> {
        match token.kind {
            Kind::Start | Kind::Empty => self.open(token, related),
            Kind::Text | Kind::CData if self.place == Place::Name => match self.names.last_mut() {
                Some(name) => append(&mut name.text, token),
                None => Ok(()),
            },
            Kind::End if self.place == Place::Name => {
                self.place = Place::Book;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, token: &Token<'_>, related: &[Relation]) -> Result<(), Stop> {
        if token.depth == 0 {
            self.place = if token.is(b"workbook") { Place::Book } else { Place::Elsewhere };
        }
        if token.space != Space::Main || self.place == Place::Elsewhere {
            return Ok(());
        }
        let flag = |name: &[u8]| token.attribute(name).is_some_and(truth);
        match token.name() {
            b"workbookPr" => self.date1904 = flag(b"date1904"),
            b"workbookProtection" => self.protected = flag(b"lockStructure"),
            b"sheet" => self.sheets.push(sheet(token, related)?),
            b"definedName" => {
                self.names.push(DefinedName {
                    name: text(token, b"name")?.unwrap_or_default(),
                    local: token.attribute(b"localSheetId").and_then(number).map(SheetId),
                    text: String::new(),
                    hidden: flag(b"hidden"),
                });
                self.place = if token.kind == Kind::Start { Place::Name } else { Place::Book };
            }
            _ => {}
        }
        if self.sheets.len() > SHEETS {
            return Stop::damaged(format!("more than {SHEETS} sheets"));
        }
        if self.names.len() > NAMES {
            return Stop::damaged(format!("more than {NAMES} defined names"));
        }
        Ok(())
    }
}

fn sheet(token: &Token<'_>, related: &[Relation]) -> Result<SheetEntry, Stop> {
    let id = token.attribute_in(Space::Relations, b"id");
    let relation = related.iter().find(|relation| Some(relation.id.as_bytes()) == id);
    let kind = relation.map_or("worksheet", |relation| relation.kind.as_str());
    let visibility = match token.attribute(b"state") {
        Some(b"hidden") => Visibility::Hidden,
        Some(b"veryHidden") => Visibility::VeryHidden,
        _ => Visibility::Visible,
    };
    Ok(SheetEntry {
        name: text(token, b"name")?.unwrap_or_default(),
        part: relation.and_then(|relation| relation.part.clone()).unwrap_or_default(),
        visibility,
        // Excel lists the modules of a macro from before 1997 as sheets that lead nowhere.
        grid: kind == "worksheet" && id != Some(b""),
    })
}

fn over(part: &str, what: &'static str, limit: usize) -> Stop {
    Stop::Error(OpenError::OverLimit { part: part.to_owned(), what, limit: limit as u64 })
}

/// The shared strings.
fn strings(package: &Package, part: &str, limits: &Limits) -> Result<Strings, OpenError> {
    let mut strings = Strings::default();
    let mut item = RichText::default();
    visit(package, part, limits, |token| {
        let is_item = token.depth == 1 && token.is(b"si");
        match token.kind {
            Kind::End | Kind::Empty if is_item => {
                if strings.len() >= limits.cells {
                    return Err(over(part, "shared strings", limits.cells));
                }
                let number = strings.push(&meant(&item.finish())?);
                number.map_or_else(|| Err(over(part, "memory", strings.size())), |_| Ok(()))?;
            }
            Kind::Start if is_item => item = RichText::default(),
            _ if token.depth > 1 => item.take(token)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(strings)
}
