"""Looks at workbooks for `cargo xtask corpus`: one JSON request a line on standard input, one JSON answer a line.

Request: `before`, `after` (a path, or null: then only whether openpyxl opens `before` is asked), `cells` (the edited
ones, [sheet, cell]), `audit` (whether openxml-audit is asked), `seconds` of processor time that a look may take.
Answer: `before_error`, `after_error` (openpyxl's), `strict` (openpyxl reads no cell of the strict form), `others`
(cells that differ although they are not among `cells`), `cells` (formula and value of each), `audit` (findings that
the original has not), `audit_error`; or only `ran_out`, when the time was over.
"""
import datetime
import json
import re
import resource
import signal
import sys
import warnings
import zipfile

import openpyxl
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet import _reader
from openxml_audit import OpenXmlValidator

warnings.simplefilter("ignore")

# A file that would take all memory is one that a program fails at.
MEMORY = 3 << 30
resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class RanOut(BaseException):
    """Time is over, which says nothing of the file. No library takes it for an error of its own."""


def ran_out(*_):
    raise RanOut


signal.signal(signal.SIGPROF, ran_out)

# openpyxl gives either formulas or stored results; here it notes the results on its way, to load each file once.
plain_parse = _reader.WorkSheetParser.parse_cell


def parse_cell(self, element):
    cell = plain_parse(self, element)
    if cell["data_type"] == "f":
        result = element.findtext(_reader.VALUE_TAG) or ""
        if element.get("t") == "b":
            result = "TRUE" if result == "1" else "FALSE"
        cell["value"] = (cell["value"], result)
    return cell


_reader.WorkSheetParser.parse_cell = parse_cell


def formula_text(value):
    """A formula's text without `=`; of an array or a data table all that is known of it."""
    if isinstance(value, str):
        return value.removeprefix("=")
    text = getattr(value, "text", None)
    return str(text).removeprefix("=") if text is not None else str(sorted(vars(value).items()))


def shown(value, epoch):
    """A value as text; dates as the number that stands in the file."""
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        value = to_excel(value, epoch)
    return "" if value is None else str(value)


def cells(path):
    """Every cell that holds something: (sheet, cell) to (formula, value)."""
    found = {}
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for cell in sheet._cells.values():
            if cell.data_type == "f":
                formula, result = cell._value
                found[sheet.title, cell.coordinate] = (formula_text(formula), result)
            elif cell._value is not None:
                found[sheet.title, cell.coordinate] = ("", shown(cell._value, book.epoch))
    return found


def is_strict(path):
    with zipfile.ZipFile(path) as package:
        return any(
            b"purl.oclc.org/ooxml/spreadsheetml/main" in package.read(name)
            for name in package.namelist()
            if name.lower().endswith("workbook.xml")
        )


def attempt(action, path, seconds):
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return action(path), None
    except Exception as error:  # whatever a program dislikes is the answer
        return None, f"{type(error).__name__}: {str(error)[:160]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def findings(path):
    errors = OpenXmlValidator(max_errors=20000).validate(path).errors
    # Counts and places may change with an edit.
    return {(str(f.part_uri), re.sub(r"\d+", "#", str(f.description))) for f in errors}


def answer(request):
    before, after, seconds = request["before"], request["after"], request["seconds"]
    result = {"strict": False, "others": [], "cells": [], "audit": [], "after_error": None, "audit_error": None}
    old, result["before_error"] = attempt(cells, before, seconds)
    if after is None:
        return result
    if old is not None:
        result["strict"] = is_strict(before)
        new, result["after_error"] = attempt(cells, after, seconds)
        if new is not None:
            told = [tuple(cell) for cell in request["cells"]]
            differ = [at for at in old.keys() | new.keys() if old.get(at) != new.get(at)]
            others = sorted(set(differ) - set(told))
            result["others"] = [f"{at[0]}!{at[1]}: {old.get(at)} → {new.get(at)}" for at in others]
            result["cells"] = [new.get(at, ("", "")) for at in told]
    if request["audit"]:
        new, result["audit_error"] = attempt(findings, after, seconds)
        if new:
            known, _ = attempt(findings, before, seconds)
            result["audit"] = sorted(new - (known or set()))
    return result


for line in sys.stdin:
    try:
        told = answer(json.loads(line))
    except RanOut:
        told = {"ran_out": True}
    print(json.dumps(told), flush=True)
