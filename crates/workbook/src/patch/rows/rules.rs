//! Which attributes and texts of a workbook's parts speak of rows, by the names the schema gives them.

use crate::formula::Place;
use crate::shift::Widening;

/// What a piece of text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// One cell, `B7`, whose deletion takes its element away.
    Cell,
    /// A cell that a view shows or begins with: there is always one.
    View,
    /// A range, `B7:K9`.
    Area(Widening),
    /// Ranges with blanks between them.
    Areas,
    /// Ranges that are chosen: there is always one.
    Chosen,
    /// A formula.
    Formula(Place),
    /// Where a link leads: a place, perhaps behind `#`.
    Location,
    /// A range of the sheet that another attribute names.
    Source,
}

/// What an attribute of an element holds, both by their names without prefix.
pub(super) fn of_attribute(element: &[u8], attribute: &[u8]) -> Option<Holds> {
    Some(match (element, attribute) {
        (b"comment" | b"threadedComment", b"ref")
        | (b"cellWatch" | b"cellSmartTags" | b"inputCells" | b"singleXmlCell", b"r") => Holds::Cell,
        (b"sheetPr", b"syncRef")
        | (b"sheetView" | b"customSheetView" | b"pane", b"topLeftCell")
        | (b"selection", b"activeCell") => Holds::View,
        (b"selection", b"sqref") => Holds::Chosen,
        (
            b"dimension" | b"autoFilter" | b"sortState" | b"sortCondition" | b"table" | b"nsvFilter"
            | b"mergeCell",
            b"ref",
        )
        | (b"webPublishItem", b"sourceRef") => Holds::Area(Widening::SeveralRows),
        (b"hyperlink" | b"location", b"ref") => Holds::Area(Widening::Never),
        (
            b"protectedRange" | b"scenarios" | b"conditionalFormatting" | b"dataValidation" | b"ignoredError",
            b"sqref",
        ) => Holds::Areas,
        (b"cfvo", b"val") => Holds::Formula(Place::Each),
        (b"controlPr", b"linkedCell" | b"listFillRange")
        | (b"formControlPr", b"fmlaLink" | b"fmlaRange" | b"fmlaTxbx" | b"fmlaGroup")
        | (b"sp", b"textlink")
        | (b"cameraTool", b"cellRange")
        | (b"parameter", b"cell") => Holds::Formula(Place::Elsewhere),
        (b"hyperlink", b"location") | (b"Relationship", b"Target") => Holds::Location,
        (b"worksheetSource" | b"rangeSet" | b"dataRef", b"ref") => Holds::Source,
        _ => return None,
    })
}

/// What the text of an element holds.
pub(super) fn of_text(element: &[u8]) -> Option<Holds> {
    Some(match element {
        b"formula" | b"formula1" | b"formula2" | b"calculatedColumnFormula" | b"totalsRowFormula" => {
            Holds::Formula(Place::Each)
        }
        b"f" | b"FmlaLink" | b"FmlaRange" | b"FmlaGroup" | b"FmlaTxbx" | b"FmlaPict" => {
            Holds::Formula(Place::Elsewhere)
        }
        b"definedName" => Holds::Formula(Place::Name),
        b"sqref" => Holds::Areas,
        _ => return None,
    })
}

/// Elements that are nothing without the cells they speak of.
const WITH_CELLS: [&[u8]; 18] = [
    b"comment",
    b"threadedComment",
    b"cellWatch",
    b"cellSmartTags",
    b"inputCells",
    b"singleXmlCell",
    b"mergeCell",
    b"hyperlink",
    b"conditionalFormatting",
    b"dataValidation",
    b"protectedRange",
    b"ignoredError",
    b"sortCondition",
    b"sortState",
    b"autoFilter",
    b"webPublishItem",
    b"sparkline",
    b"pt",
];

/// Whether an element goes when the cells it speaks of are deleted.
pub(super) fn goes_with_cells(element: &[u8]) -> bool {
    WITH_CELLS.contains(&element)
}

/// Whether an element goes when all it holds has gone.
pub(super) fn goes_when_empty(element: &[u8]) -> bool {
    let lists: [&[u8]; 14] = [
        b"mergeCells",
        b"hyperlinks",
        b"dataValidations",
        b"conditionalFormattings",
        b"protectedRanges",
        b"ignoredErrors",
        b"cellWatches",
        b"smartTags",
        b"webPublishItems",
        b"sparklines",
        b"sparklineGroup",
        b"sparklineGroups",
        b"ext",
        b"extLst",
    ];
    lists.contains(&element)
}
