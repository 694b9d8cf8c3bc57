//! The parts around a sheet: relations, content types, the calculation chain and the workbook's own part,
//! all changed as text.

use super::markup::{Replacements, Tag, TagKind, decoded, is_utf8, push_attribute_text, tags};
use crate::error::PatchError;
use crate::package::Package;

/// One relation of a part.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// Its name among the part's relations.
    pub(crate) id: String,
    /// The last step of its type: `worksheet`, `calcChain`.
    pub(crate) kind: String,
    /// The rest of its type, with the last slash.
    pub(crate) family: String,
    /// The part it leads to, by its name in the package; empty for what lies outside.
    pub(crate) target: String,
}

/// The part that holds a part's relations.
pub(crate) fn relations_part(part: &str) -> String {
    let (folder, name) = part.rsplit_once('/').map_or(("", part), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}_rels/{name}.rels")
}

/// The part's name as the package spells it: letter case does not count, nor does a leading slash.
pub(crate) fn spelled<'a>(package: &'a Package, name: &str) -> Option<&'a str> {
    let wanted = name.trim_start_matches('/');
    package
        .names()
        .find(|have| *have == wanted)
        .or_else(|| package.names().find(|have| have.eq_ignore_ascii_case(wanted)))
}

/// A part's text, which must be UTF-8.
pub(crate) fn read_text(package: &Package, part: &str) -> Result<Vec<u8>, PatchError> {
    let bytes = package.read(part)?;
    if is_utf8(&bytes) { Ok(bytes) } else { Err(PatchError::Encoding(part.to_owned())) }
}

/// The relations of a part; none where it has no relations part.
pub(crate) fn relations(package: &Package, part: &str) -> Result<Vec<Relation>, PatchError> {
    let Some(name) = spelled(package, &relations_part(part)) else { return Ok(Vec::new()) };
    let text = read_text(package, name)?;
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
    Ok(elements(&text, b"Relationship").iter().map(|element| relation(package, folder, element)).collect())
}

fn relation(package: &Package, folder: &str, element: &Element<'_>) -> Relation {
    let kind = element.tag.value(b"Type").unwrap_or_default();
    let outside = element.tag.value(b"TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
    let target = element.tag.value(b"Target").filter(|_| !outside).map(|target| resolved(folder, &target));
    let target = target.and_then(|target| spelled(package, &target).map(str::to_owned));
    let (family, kind) = kind.split_at(kind.rfind('/').map_or(0, |slash| slash + 1));
    Relation {
        id: element.tag.value(b"Id").unwrap_or_default(),
        kind: kind.to_owned(),
        family: family.to_owned(),
        target: target.unwrap_or_default(),
    }
}

fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let start = if target.starts_with('/') { "" } else { folder };
    let mut steps: Vec<&str> = Vec::new();
    for step in start.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The workbook's own part.
pub(crate) fn workbook_part(package: &Package) -> Result<String, PatchError> {
    let start = relations(package, "")?.into_iter().find(|relation| relation.kind == "officeDocument");
    let named = start.map(|relation| relation.target).filter(|target| !target.is_empty());
    named.or_else(|| spelled(package, "xl/workbook.xml").map(str::to_owned)).ok_or(PatchError::NotEditable)
}

/// An element with all it holds.
struct Element<'a> {
    tag: Tag<'a>,
    span: std::ops::Range<usize>,
}

/// The elements of that name right below the root.
fn elements<'a>(part: &'a [u8], local: &[u8]) -> Vec<Element<'a>> {
    let mut found: Vec<Element<'a>> = Vec::new();
    for tag in tags(part).filter(|tag| tag.depth == 1 && tag.local() == local) {
        if tag.kind != TagKind::Close {
            found.push(Element { tag, span: tag.start..tag.end });
        } else if let Some(last) = found.last_mut() {
            last.span.end = tag.end;
        }
    }
    found
}

/// A relations part without the relations of those names.
pub(crate) fn without_relations(part: &[u8], ids: &[String]) -> Vec<u8> {
    let mut cuts = Replacements::default();
    for element in elements(part, b"Relationship") {
        if element.tag.value(b"Id").is_some_and(|id| ids.contains(&id)) {
            cuts.replace(element.span, "");
        }
    }
    cuts.applied(part)
}

/// A name that no relation of a relations part has.
pub(crate) fn free_relation(part: &[u8]) -> String {
    let taken: Vec<String> =
        elements(part, b"Relationship").iter().filter_map(|element| element.tag.value(b"Id")).collect();
    let mut names = (1..).map(|number| format!("rId{number}"));
    names.find(|name| !taken.iter().any(|id| id.eq_ignore_ascii_case(name))).unwrap_or_default()
}

/// Whether a part is one of relations.
pub(crate) fn is_relations(part: &str) -> bool {
    part.to_ascii_lowercase().ends_with(".rels")
}

/// Whether a relations part holds none.
pub(crate) fn is_without_relations(part: &[u8]) -> bool {
    elements(part, b"Relationship").is_empty()
}

/// Whether content types say what parts of an ending are.
pub(crate) fn knows_ending(types: &[u8], ending: &str) -> bool {
    let defaults = elements(types, b"Default");
    let mut endings = defaults.iter().filter_map(|element| element.tag.value(b"Extension"));
    endings.any(|known| known.eq_ignore_ascii_case(ending))
}

/// Where an element stands, from its opening tag to its end.
pub(crate) fn whole(part: &[u8], open: &Tag<'_>) -> std::ops::Range<usize> {
    if open.kind == TagKind::Empty {
        return open.start..open.end;
    }
    let mut after = tags(part).filter(|tag| tag.start > open.start && tag.depth == open.depth);
    let close = after.find(|tag| tag.kind == TagKind::Close);
    open.start..close.map_or(open.end, |tag| tag.end)
}

/// The content types without the entry of one part.
pub(crate) fn without_content_type(types: &[u8], part: &str) -> Vec<u8> {
    let mut cuts = Replacements::default();
    for element in elements(types, b"Override") {
        let name = element.tag.value(b"PartName").unwrap_or_default();
        if name.trim_start_matches('/').eq_ignore_ascii_case(part) {
            cuts.replace(element.span, "");
        }
    }
    cuts.applied(types)
}

/// A part with one more empty element at the end of its root, in the root's namespace.
pub(crate) fn with_element(part: &[u8], name: &str, attributes: &[(&str, &str)]) -> Vec<u8> {
    let Some(root) = tags(part).next() else { return part.to_vec() };
    let mut element = b"<".to_vec();
    element.extend_from_slice(root.prefix());
    element.extend_from_slice(name.as_bytes());
    for (attribute, value) in attributes {
        element.extend_from_slice(format!(" {attribute}=\"").as_bytes());
        push_attribute_text(&mut element, value);
        element.push(b'"');
    }
    element.extend_from_slice(b"/>");
    let mut change = Replacements::default();
    if let Some(close) = tags(part).find(|tag| tag.depth == 0 && tag.kind == TagKind::Close) {
        change.replace(close.start..close.start, element);
    } else {
        let opened = [b">", &element[..], b"</", root.name(), b">"].concat();
        change.replace(root.insert_at()..root.end, opened);
    }
    change.applied(part)
}

/// What stands before the calculation properties in a workbook part.
const BEFORE_CALCULATION: [&[u8]; 9] = [
    b"fileVersion",
    b"fileSharing",
    b"workbookPr",
    b"workbookProtection",
    b"bookViews",
    b"sheets",
    b"functionGroups",
    b"externalReferences",
    b"definedNames",
];

/// The workbook part with a request to recalculate on load; `None` where it asks for that already.
pub(crate) fn recalculating(part: &[u8]) -> Option<Vec<u8>> {
    let mut change = Replacements::default();
    if let Some(properties) = elements(part, b"calcPr").first() {
        match properties.tag.attribute(b"fullCalcOnLoad") {
            Some(set) if matches!(decoded(set.value).trim(), "1" | "true" | "on") => return None,
            Some(set) => change.replace(set.span, "1"),
            None => {
                let at = properties.tag.insert_at();
                change.replace(at..at, r#" fullCalcOnLoad="1""#);
            }
        }
        return Some(change.applied(part));
    }
    let ends =
        BEFORE_CALCULATION.iter().filter_map(|name| elements(part, name).last().map(|e| (e.span.end, e.tag)));
    let (at, neighbour) = ends.max_by_key(|(end, _)| *end)?;
    let element = [b"<", neighbour.prefix(), br#"calcPr fullCalcOnLoad="1"/>"#].concat();
    change.replace(at..at, element);
    Some(change.applied(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_resolve_inside_the_package() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../tables/table1.xml", "xl/tables/table1.xml"),
            ("xl", "/xl/calcChain.xml", "xl/calcChain.xml"),
            ("", "../../../xl/a.xml", "xl/a.xml"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
        assert_eq!(relations_part("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
        assert_eq!(relations_part(""), "_rels/.rels");
    }

    #[test]
    fn recalculation_is_asked_for_in_place() {
        let cases = [
            (
                "<w><sheets/><calcPr calcId='1'/></w>",
                Some("<w><sheets/><calcPr calcId='1' fullCalcOnLoad=\"1\"/></w>"),
            ),
            (
                "<w><sheets/><calcPr fullCalcOnLoad='0'></calcPr></w>",
                Some("<w><sheets/><calcPr fullCalcOnLoad='1'></calcPr></w>"),
            ),
            ("<w><calcPr fullCalcOnLoad=\"true\"/></w>", None),
            ("<w><calcPr fullCalcOnLoad=\" 1 \"></calcPr></w>", None),
            (
                "<w><sheets><sheet/><calcPr/></sheets><definedNames></definedNames></w>",
                Some(
                    "<w><sheets><sheet/><calcPr/></sheets><definedNames></definedNames><calcPr fullCalcOnLoad=\"1\"/></w>",
                ),
            ),
            (
                "<x:w><x:bookViews/><x:sheets><x:sheet/></x:sheets> <x:extLst/></x:w>",
                Some(
                    "<x:w><x:bookViews/><x:sheets><x:sheet/></x:sheets><x:calcPr fullCalcOnLoad=\"1\"/> <x:extLst/></x:w>",
                ),
            ),
        ];
        for (before, after) in cases {
            assert_eq!(
                recalculating(before.as_bytes()).map(|text| String::from_utf8(text).unwrap()).as_deref(),
                after
            );
        }
    }

    #[test]
    fn entries_go_and_come_without_touching_their_neighbours() {
        let types = br#"<Types><Default/> <Override PartName="/xl/CalcChain.xml" ContentType="c"/> <Override PartName="/b"></Override></Types>"#;
        let left = without_content_type(types, "xl/calcChain.xml");
        assert_eq!(left, br#"<Types><Default/>  <Override PartName="/b"></Override></Types>"#);
        let cases = [
            ("<a:T/>", "1&2", r#"<a:T><a:O n="1&amp;2"/></a:T>"#),
            ("<T a='1' ><O/></T>", "<\"", r#"<T a='1' ><O/><O n="&lt;&quot;"/></T>"#),
            ("<T><O></O> </T>\n", "a\n\tb", "<T><O></O> <O n=\"a&#10;&#9;b\"/></T>\n"),
            ("<T a='/' />", "", r#"<T a='/'><O n=""/></T>"#),
        ];
        for (before, value, after) in cases {
            let found = with_element(before.as_bytes(), "O", &[("n", value)]);
            assert_eq!(String::from_utf8(found).unwrap(), after);
        }
    }
}
