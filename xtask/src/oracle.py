"""Reads workbooks for `cargo xtask oracle`: one JSON object a line, for each file named on standard input.

`cells`: every formula cell as openpyxl sees it, [sheet, cell, formula, stored value];
`audit`: what openxml-audit finds, [part, description].
"""
import json
import sys
import warnings

import openpyxl
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
                    found.append([sheet.title, cell.coordinate, str(text).lstrip("="), "" if value is None else str(value)])
    return found


for line in sys.stdin:
    path = line.rstrip("\n")
    result = {"path": path, "error": None, "cells": [], "audit": []}
    try:
        result["cells"] = cells(path)
        findings = OpenXmlValidator().validate(path).errors
        result["audit"] = sorted([str(f.part_uri), str(f.description)] for f in findings)
    except Exception as error:  # whatever the reader dislikes is the answer
        result["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(result), flush=True)
