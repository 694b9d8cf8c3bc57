"""What LibreOffice holds of a workbook: a dictionary of kinds, each a dictionary of places and what is there."""
import uno  # brings the names below
from com.sun.star.table import CellAddress

# Of cells.
PLAIN, NOTES, FORMULAS, EDITED = 1 | 2 | 4, 8, 16, 512
# Blocks of cells that are asked for one by one, and cells in one question for more.
MOST_BLOCKS, MOST_AROUND = 4, 1_000_000
# Rows of the edited sheet between which the distances are measured.
MARKS = 8
# What a file's sheets may hold: each takes a while to look for.
MERGES, VALIDATIONS, LINKS, BREAKS = WORDS = "mergeCell", "dataValidation", "hyperlink", "rowBreaks"
# Of a file that has pivot tables.
PIVOTS = "pivot tables"
# Which cells look alike is to be told.
LOOKS = "looks"
# What makes a look; LibreOffice may keep one look as two formats, and conditions and merges are told on their own.
LOOK = tuple(sorted((
    "BottomBorder2", "CellBackColor", "CellProtection", "CharColor", "CharFontName", "CharHeight", "CharPosture",
    "CharStrikeout", "CharUnderline", "CharWeight", "DiagonalBLTR2", "DiagonalTLBR2", "HoriJustify", "IsTextWrapped",
    "LeftBorder2", "NumberFormat", "Orientation", "ParaIndent", "RightBorder2", "RotateAngle", "ShrinkToFit",
    "TopBorder2", "VertJustify")))


def column_letters(column):
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def cell_name(column, row):
    return f"{column_letters(column)}{row + 1}"


def area_name(area):
    first, last = cell_name(area.StartColumn, area.StartRow), cell_name(area.EndColumn, area.EndRow)
    return first if first == last else f"{first}:{last}"


def box(area):
    """An area as numbers: first row, first column, last row, last column."""
    return area.StartRow, area.StartColumn, area.EndRow, area.EndColumn


def without_rows(boxes, first, count):
    """Areas, but for some rows."""
    left = []
    for top, begin, bottom, end in boxes:
        if top < first:
            left.append((top, begin, min(bottom, first - 1), end))
        if bottom >= first + count:
            left.append((max(top, first + count), begin, bottom, end))
    return left


def tidy(boxes):
    """The same cells as areas in one way only: bands of rows, as high as they can be, in runs of columns."""
    edges = sorted({top for top, _, _, _ in boxes} | {bottom + 1 for _, _, bottom, _ in boxes})
    starting = sorted(boxes)
    bands, active, next_box = [], [], 0
    for top, below in zip(edges, edges[1:]):
        active = [one for one in active if one[2] >= top]
        while next_box < len(starting) and starting[next_box][0] <= top:
            active.append(starting[next_box])
            next_box += 1
        runs = []
        for begin, end in sorted((one[1], one[3]) for one in active):
            if runs and begin <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
            else:
                runs.append((begin, end))
        if bands and bands[-1][2] == runs and bands[-1][1] == top:
            bands[-1] = (bands[-1][0], below, runs)
        elif runs:
            bands.append((top, below, runs))
    return [(top, begin, below - 1, end) for top, below, runs in bands for begin, end in runs]


def boxes_name(boxes):
    names = []
    for top, begin, bottom, end in tidy(boxes):
        first, last = cell_name(begin, top), cell_name(end, bottom)
        names.append(first if first == last else f"{first}:{last}")
    return " ".join(names)


class Dump:
    """Gathers what is found; the inserted rows of the edited sheet are looked at on their own."""

    def __init__(self, place, words):
        self.sheet, self.first, self.count = place
        self.words = words
        self.found = {}

    def note(self, kind, place, what):
        self.found.setdefault(kind, {})[place] = what

    def note_areas(self, kind, sheet, definition, boxes):
        """A definition that holds for some cells of a sheet, inserted rows apart; `None` for one known by its cells."""
        new = []
        if sheet == self.sheet and self.count:
            new = [
                (max(top, self.first), begin, min(bottom, self.first + self.count - 1), end)
                for top, begin, bottom, end in boxes
                if top < self.first + self.count and bottom >= self.first
            ]
            boxes = without_rows(boxes, self.first, self.count)
        for kind, boxes in ((kind, boxes), (f"{kind} of new rows", new)):
            if boxes:
                areas = boxes_name(boxes)
                self.note(kind, f"{sheet}!{areas if definition is None else definition}", areas)


def dump(book, place, words):
    """All of a book. `place` is the edited sheet, the first inserted row and their count, none where rows are deleted;
    `words` are of what the file holds."""
    found = Dump(place, words)
    parser = book.createInstance("com.sun.star.sheet.FormulaParser")
    parser.CompileEnglish = True
    filters = book.getPropertyValue("UnnamedDatabaseRanges")
    for number, sheet in enumerate(book.Sheets):
        found.note("sheet", number, sheet.Name)
        cells(found, sheet)
        formats(found, sheet, parser)
        conditions(found, sheet)
        drawn(found, sheet)
        paper(found, sheet)
        rows(found, sheet)
        names(found, sheet.NamedRanges, f"{sheet.Name}!")
        if PIVOTS in words:
            pivots(found, sheet)
        if filters.hasByTable(number):
            found.note("filter", sheet.Name, area_name(filters.getByTable(number).DataArea))
    names(found, book.NamedRanges, "")
    for table in book.DatabaseRanges:
        where = f"{book.Sheets.getByIndex(table.DataArea.Sheet).Name}!{area_name(table.DataArea)}"
        found.note("table", table.Name, f"{where} filter {table.AutoFilter} header {table.ContainsHeader}")
    return found.found


def blocks(sheet, flags):
    """The areas of cells of some kind, with their cells."""
    for area in sheet.queryContentCells(flags).RangeAddresses:
        yield area, sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)


def gathered(sheet, flags):
    """Blocks with the cells of some kind: where there are many, the one around them if it is no desert."""
    areas = sheet.queryContentCells(flags).RangeAddresses
    if len(areas) > MOST_BLOCKS:
        left, right = min(one.StartColumn for one in areas), max(one.EndColumn for one in areas)
        top, bottom = min(one.StartRow for one in areas), max(one.EndRow for one in areas)
        if (right - left + 1) * (bottom - top + 1) <= MOST_AROUND:
            around = sheet.getCellRangeByPosition(left, top, right, bottom)
            return [(around.RangeAddress, around)]
    return blocks(sheet, flags)


def cells(found, sheet):
    """Formulas, and of the edited sheet what else the cells hold; with what hangs on cells."""
    name, texts, plain = sheet.Name, {}, {}
    flags = FORMULAS | PLAIN if name == found.sheet else FORMULAS
    for area, cells in gathered(sheet, flags):
        for row, line in enumerate(cells.FormulaArray, area.StartRow):
            for column, text in enumerate(line, area.StartColumn):
                if text.startswith(("=", "{=")):
                    texts[row, column] = text
                elif text and flags & PLAIN:
                    plain[row, column] = text
    arrays(found, sheet, texts)
    found.found.setdefault("formula", {}).update({(name, *at): text for at, text in texts.items()})
    found.found.setdefault("cell", {}).update({(name, *at): value for at, value in plain.items()})
    if LINKS in found.words:
        links(found, sheet)
    for one in sheet.Annotations:
        found.note("note", (name, one.Position.Row, one.Position.Column), one.String)


def arrays(found, sheet, texts):
    """Takes array formulas out of the texts, each noted once with its range."""
    for row, column in sorted(at for at, text in texts.items() if text.startswith("{=")):
        if (row, column) not in texts:
            continue
        # One whose neighbours hold another formula, as in a filled column, is alone, which saves the question.
        text = texts[row, column]
        if text not in (texts.get((row, column + 1)), texts.get((row + 1, column))):
            found.note("array formula", (sheet.Name, row, column), f"{cell_name(column, row)} {text}")
            del texts[row, column]
            continue
        cursor = sheet.createCursorByRange(sheet.getCellByPosition(column, row))
        cursor.collapseToCurrentArray()
        area = cursor.RangeAddress
        found.note("array formula", (sheet.Name, row, column), f"{area_name(area)} {cursor.ArrayFormula}")
        for inner in range(area.StartRow, area.EndRow + 1):
            for across in range(area.StartColumn, area.EndColumn + 1):
                texts.pop((inner, across), None)


def links(found, sheet):
    for area, cells in blocks(sheet, EDITED):
        for row in range(area.StartRow, area.EndRow + 1):
            for column in range(area.StartColumn, area.EndColumn + 1):
                fields = sheet.getCellByPosition(column, row).TextFields
                urls = [getattr(fields.getByIndex(at), "URL", "") for at in range(fields.Count)]
                if urls:
                    found.note("link", (sheet.Name, row, column), " ".join(urls))


def formats(found, sheet, parser):
    """Which cells look alike; and merges and validations: LibreOffice keeps both as formats of cells."""
    validations, looks = {}, {}
    for cells in sheet.UniqueCellFormatRanges:
        if LOOKS in found.words and sheet.Name == found.sheet:
            look = str(cells.getPropertyValues(LOOK))
            looks.setdefault(look, []).extend(box(area) for area in cells.RangeAddresses)
        if MERGES in found.words and cells.getByIndex(0).IsMerged:
            for area in cells.RangeAddresses:
                merges(found, sheet, area)
        if VALIDATIONS not in found.words:
            continue
        validation = cells.Validation
        if validation.Type.value != "ANY" or validation.ShowInputMessage and validation.InputMessage:
            at = validation.getSourcePosition()
            texts = validation.getFormula1(), validation.getFormula2()
            rest = " ".join(str(part) for part in (
                validation.Type.value, validation.getOperator().value, validation.IgnoreBlankCells,
                validation.ShowList, validation.ErrorAlertStyle.value, validation.InputTitle,
                validation.InputMessage, validation.ErrorTitle, validation.ErrorMessage))
            key = (at.Column, at.Row, at.Sheet), texts, rest
            validations.setdefault(key, []).extend(box(area) for area in cells.RangeAddresses)
    for boxes in looks.values():
        found.note_areas("look", sheet.Name, None, boxes)
    for (at, texts, rest), boxes in validations.items():
        moved = without_rows(boxes, found.first, found.count) if sheet.Name == found.sheet else boxes
        first = min(tidy(moved or boxes))
        texts = [text_at(parser, text, at, (first[1], first[0], at[2])) for text in texts]
        found.note_areas("validation", sheet.Name, f"{cell_name(first[1], first[0])} {texts} {rest}", boxes)


def text_at(parser, text, source, target):
    """A formula's text where it stands, given the text it has elsewhere: LibreOffice moves a validation's cells, and
    leaves where it was first."""
    source, target = (cell_address(*place) for place in (source, target))
    return parser.printFormula(parser.parseFormula(text, source), target)


def cell_address(column, row, sheet):
    address = CellAddress()
    address.Column, address.Row, address.Sheet = column, row, sheet
    return address


def merges(found, sheet, area):
    for row in range(area.StartRow, area.EndRow + 1):
        for column in range(area.StartColumn, area.EndColumn + 1):
            cursor = sheet.createCursorByRange(sheet.getCellByPosition(column, row))
            cursor.collapseToMergedArea()
            merge = cursor.RangeAddress
            is_new = sheet.Name == found.sheet and found.first <= merge.StartRow and (
                merge.EndRow < found.first + found.count)
            kind = "merge of new rows" if is_new else "merge"
            found.note(kind, (sheet.Name, row, column), area_name(merge))


def conditions(found, sheet):
    for format in sheet.ConditionalFormats.ConditionalFormats:
        entries = []
        for at in range(format.Count):
            entry = format.getByIndex(at)
            told = [f"{one.Name} {shown(entry.getPropertyValue(one.Name))}" for one in entry.PropertySetInfo.Properties if one.Name != "StyleName"]
            entries.append(f"{entry.Type} {', '.join(told)}")
        found.note_areas(
            "conditional format", sheet.Name, "; ".join(entries), [box(area) for area in format.Range.RangeAddresses])


def shown(value):
    """A property of a condition: an object is its formula, if it has one."""
    if isinstance(value, tuple):
        return " ".join(shown(one) for one in value)
    formula = getattr(value, "Formula", None)
    if formula is not None:
        return f"{value.Type} {formula}"
    return "" if hasattr(value, "getTypes") or "pyuno object" in str(value) else str(value)


def drawn(found, sheet):
    numbers = {}
    for shape in sheet.DrawPage:
        if shape.ShapeType == "com.sun.star.drawing.CaptionShape":
            continue  # of a note, which is told with its cell
        title = f"{sheet.Name}!{shape.ShapeType.rpartition('.')[2]} {shape.Name}"
        numbers[title] = numbers.get(title, 0) + 1
        anchor = getattr(shape.Anchor, "AbsoluteName", None) or "page"
        found.note("shape", f"{title} {numbers[title]}", anchor)
        found.note("height of a shape", f"{title} {numbers[title]}", shape.Size.Height)
        if shape.ShapeType.endswith("ControlShape"):
            found.note("control", f"{title} {numbers[title]}", bound(shape.Control))
    for chart in sheet.Charts:
        model = chart.EmbeddedObject
        if model is None:
            continue
        ranges = []
        for sequence in model.UsedData.DataSequences:
            for part in (sequence.Label, sequence.Values):
                ranges.append(part.SourceRangeRepresentation if part is not None else "")
        found.note("chart", f"{sheet.Name}!{chart.Name}", " ".join(ranges))


def bound(control):
    """The cells that a control shows and chooses from."""
    cell = getattr(getattr(control, "ValueBinding", None), "BoundCell", None)
    entries = getattr(getattr(control, "ListEntrySource", None), "CellRange", None)
    return " ".join((
        f"{cell.Sheet} {cell_name(cell.Column, cell.Row)}" if cell is not None else "",
        f"{entries.Sheet} {area_name(entries)}" if entries is not None else ""))


def paper(found, sheet):
    found.note("print area", sheet.Name, " ".join(area_name(area) for area in sheet.PrintAreas))
    titles = f"rows {area_name(sheet.TitleRows)}" if sheet.PrintTitleRows else ""
    if sheet.PrintTitleColumns:
        titles += f" columns {area_name(sheet.TitleColumns)}"
    found.note("print titles", sheet.Name, titles)
    # LibreOffice lays out all pages to tell them, which takes seconds.
    if BREAKS in found.words:
        breaks = [str(one.Position + 1) for one in sheet.RowPageBreaks if one.ManualBreak]
        found.note("page breaks", sheet.Name, " ".join(breaks))


def rows(found, sheet):
    """Hidden rows, and how far rows are from each other, inserted rows apart."""
    visible = [(area.StartRow, 0, area.EndRow, 0) for area in sheet.queryVisibleCells().RangeAddresses]
    found.note_areas("shown rows", sheet.Name, "", visible)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress.EndRow + 1
    parts, steps = [(0, last)], 1
    if sheet.Name == found.sheet:
        parts, steps = [(0, found.first), (found.first + found.count, last)], MARKS
    for begin, end in parts:
        marks = sorted({begin + (end - begin) * at // steps for at in range(steps + 1)}) if end > begin else []
        tops = [sheet.getCellByPosition(0, row).Position.Y for row in marks]
        for row, (top, below) in zip(marks, zip(tops, tops[1:])):
            found.note("row heights", (sheet.Name, row, 0), below - top)


def names(found, named, scope):
    for one in named:
        found.note("name", f"{scope}{one.Name}", f"{one.Content} {one.Type}")


def pivots(found, sheet):
    for table in sheet.DataPilotTables:
        where = f"{area_name(table.OutputRange)} from sheet {table.SourceRange.Sheet} {area_name(table.SourceRange)}"
        found.note("pivot table", f"{sheet.Name}!{table.Name}", where)
