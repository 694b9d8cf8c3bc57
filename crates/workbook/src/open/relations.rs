//! The relations of a part to others, resolved inside the package; external ones are never followed.

use std::collections::HashSet;

use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;

use super::visit::{Stop, text, visit};

/// Relations of one part; a sheet holds at most 65,530 links.
const RELATIONS: usize = 100_000;

/// Where one part leads to another.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its type: `worksheet`, `styles`.
    pub(super) kind: String,
    /// The part it leads to; `None` where that is outside the package or not there.
    pub(super) part: Option<String>,
}

/// A part's folder and its name there.
fn split(part: &str) -> (&str, &str) {
    part.rsplit_once('/').unwrap_or(("", part))
}

/// The part that holds a part's relations; the package's own for the empty name.
pub(super) fn part_of(part: &str) -> String {
    let (folder, name) = split(part);
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}_rels/{name}.rels")
}

/// The relations of a part; of the package itself for the empty name.
pub(super) fn of(package: &Package, part: &str, limits: &Limits) -> Result<Vec<Relation>, OpenError> {
    let (folder, file) = (split(part).0, part_of(part));
    let mut found: Vec<Relation> = Vec::new();
    let mut ids = HashSet::new();
    if !package.contains(&file) {
        return Ok(found);
    }
    visit(package, &file, limits, |token| {
        if !token.opens() || token.name() != b"Relationship" {
            return Ok(());
        }
        let id = text(token, b"Id")?.unwrap_or_default();
        if !ids.insert(id.clone()) {
            return Stop::damaged(format!("the relation {id} comes twice"));
        }
        if found.len() >= RELATIONS {
            return Stop::damaged(format!("more than {RELATIONS} relations"));
        }
        let kind = text(token, b"Type")?.unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or("").to_owned();
        let external = token.attribute(b"TargetMode") == Some(b"External");
        let target = text(token, b"Target")?.filter(|_| !external);
        let part = target.and_then(|target| resolve(package, folder, &target));
        found.push(Relation { id, kind, part });
        Ok(())
    })?;
    Ok(found)
}

/// The part a target names, seen from a folder of the package.
fn resolve(package: &Package, folder: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or("").replace('\\', "/");
    let path = joined(folder, &target)?;
    if package.contains(&path) {
        return Some(path);
    }
    percent_decoded(&path).filter(|path| package.contains(path))
}

/// A target from a folder, its dots resolved; `None` where it climbs out of the package.
fn joined(folder: &str, target: &str) -> Option<String> {
    let mut path: Vec<&str> = Vec::new();
    let base = if target.starts_with('/') { "" } else { folder };
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()?),
            name => path.push(name),
        }
    }
    Some(path.join("/"))
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_inside_the_package() {
        let cases = [
            ("xl", "worksheets/sheet1.xml", Some("xl/worksheets/sheet1.xml")),
            ("xl", "/xl/styles.xml", Some("xl/styles.xml")),
            ("xl/worksheets", "../drawings/./d.xml", Some("xl/drawings/d.xml")),
            ("", "xl/workbook.xml", Some("xl/workbook.xml")),
            ("xl", "../../etc/passwd", None),
        ];
        for (folder, target, expected) in cases {
            assert_eq!(joined(folder, target).as_deref(), expected, "{target}");
        }
        assert_eq!(percent_decoded("a%20b%E8%A1%A8").as_deref(), Some("a b表"));
        assert_eq!(percent_decoded("a%2"), None);
    }
}
