"""Reads workbooks for `cargo xtask oracle`: one JSON object a line, for each file named on standard input.

`strict`: whether openpyxl reads none of its cells;
`cells`: every formula cell as openpyxl sees it, [sheet, cell, formula, stored value];
`audit`: what openxml-audit finds, [part, description].
"""
import datetime
import json
import sys
import warnings
import zipfile

import openpyxl
from openpyxl.utils.datetime import to_excel
from openxml_audit import OpenXmlValidator

warnings.simplefilter("ignore")


def cells(path):
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    found = []
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = getattr(cell.value, "text", cell.value)
                    value = values[sheet.title][cell.coordinate].value
                    found.append([sheet.title, cell.coordinate, str(text).lstrip("="), stored(value)])
    return found


def stored(value):
    """A value as text; dates as the number that stands in the file."""
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        value = to_excel(value)
    return "" if value is None else str(value)


def is_strict(path):
    """Whether the workbook is in the strict form, of which openpyxl reads no cell."""
    with zipfile.ZipFile(path) as package:
        return b"purl.oclc.org/ooxml/spreadsheetml/main" in package.read("xl/workbook.xml")


for line in sys.stdin:
    path = line.rstrip("\n")
    result = {"path": path, "error": None, "strict": False, "cells": [], "audit": []}
    try:
        result["strict"] = is_strict(path)
        result["cells"] = cells(path)
        findings = OpenXmlValidator().validate(path).errors
        result["audit"] = sorted([str(f.part_uri), str(f.description)] for f in findings)
    except Exception as error:  # whatever the reader dislikes is the answer
        result["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(result), flush=True)
