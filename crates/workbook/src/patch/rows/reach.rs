//! Which parts of a package may speak of rows: what a workbook leads to, by the kinds of its relations.

use std::collections::BTreeSet;

use crate::error::PatchError;
use crate::package::{Package, folded};
use crate::patch::parts::{relations, relations_part, spelled};
use crate::workbook::{SheetId, Workbook};

/// What is done with a part when rows move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A sheet of cells.
    Sheet(SheetId),
    /// The places it speaks of move.
    Places,
    /// A pivot table, whose place moves, too, but only as a whole.
    Pivot,
    /// A table, whose place moves, and whose heading stays with it.
    Table,
    /// It holds no place.
    Still,
}

/// A part that a workbook leads to.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    pub(super) part: String,
    pub(super) role: Role,
    /// The sheet that leads to it, if one does.
    pub(super) sheet: Option<SheetId>,
}

/// Kinds of relations to parts that speak of places.
const PLACES: [&str; 14] = [
    "drawing",
    "vmlDrawing",
    "comments",
    "threadedComment",
    "tableSingleCells",
    "pivotCacheDefinition",
    "ctrlProp",
    "chart",
    "chartEx",
    "chartUserShapes",
    "connections",
    "namedSheetView",
    "chartsheet",
    "dialogsheet",
];

/// Kinds of relations to parts that speak of no place.
const STILL: [&str; 60] = [
    "styles",
    "theme",
    "themeOverride",
    "sharedStrings",
    "calcChain",
    "sheetMetadata",
    "externalLink",
    "externalLinkPath",
    "xlExternalLinkPath",
    "externalLinkLongPath",
    "xlPathMissing",
    "image",
    "hdphoto",
    "hyperlink",
    "printerSettings",
    "customProperty",
    "oleObject",
    "package",
    "control",
    "activeXControlBinary",
    "diagramData",
    "diagramLayout",
    "diagramColors",
    "diagramQuickStyle",
    "diagramDrawing",
    "legacyDiagramText",
    "queryTable",
    "pivotCacheRecords",
    "slicer",
    "slicerCache",
    "timeline",
    "timelineCache",
    "vbaProject",
    "vbaProjectSignature",
    "vbaProjectSignatureAgile",
    "vbaProjectSignatureV3",
    "wordVbaData",
    "customXml",
    "customXmlProps",
    "person",
    "xmlMaps",
    "customUI",
    "attachedToolbars",
    "rdRichValue",
    "rdRichValueStructure",
    "rdRichValueTypes",
    "rdRichValueWebImage",
    "rdArray",
    "rdSupportingPropertyBag",
    "rdSupportingPropertyBagStructure",
    "richStyles",
    "richValueRel",
    "FeaturePropertyBag",
    "chartStyle",
    "chartColorStyle",
    "audio",
    "video",
    "media",
    "model3d",
    "cellImage",
];

/// What is done with a part that a relation of some kind leads to; `None` for a kind that is not known.
fn role(kind: &str) -> Option<Role> {
    match kind {
        "pivotTable" => Some(Role::Pivot),
        "table" => Some(Role::Table),
        _ if PLACES.contains(&kind) => Some(Role::Places),
        _ if STILL.contains(&kind) => Some(Role::Still),
        _ => None,
    }
}

/// The parts that a workbook leads to, each once, with the relations of those that have some.
///
/// # Errors
/// For a part of a kind that is not known, unless it is let pass.
pub(super) fn reached(
    workbook: &Workbook,
    package: &Package,
    (part, lets_pass): (&str, bool),
) -> Result<Vec<Reached>, PatchError> {
    let mut found: Vec<Reached> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::from([folded(part)]);
    let mut open: Vec<(String, Option<SheetId>)> = vec![(part.to_owned(), None)];
    while let Some((from, sheet)) = open.pop() {
        if let Some(part) = spelled(package, &relations_part(&from)) {
            found.push(Reached { part: part.to_owned(), role: Role::Places, sheet });
        }
        for relation in relations(package, &from)? {
            if relation.target.is_empty() || !seen.insert(folded(&relation.target)) {
                continue;
            }
            let id = sheet_of(workbook, &relation.target);
            let role = match id {
                Some(id) if workbook.entry(id).is_some_and(|entry| entry.grid) => Some(Role::Sheet(id)),
                _ => role(&relation.kind),
            };
            let Some(role) = role.or(lets_pass.then_some(Role::Still)) else {
                return Err(PatchError::Unmovable { part: relation.target });
            };
            let sheet = id.or(sheet);
            if role != Role::Still {
                open.push((relation.target.clone(), sheet));
            }
            found.push(Reached { part: relation.target, role, sheet });
        }
    }
    Ok(found)
}

fn sheet_of(workbook: &Workbook, part: &str) -> Option<SheetId> {
    let wanted = folded(part);
    workbook.sheet_ids().find(|id| workbook.entry(*id).is_some_and(|entry| folded(&entry.part) == wanted))
}
