#!/usr/bin/env python3
"""Makes the submissions of the cases `sent-…`: `make_submissions.py [NAME…]`, from this folder.

Each is the published 2023 table, or its first rows, as another unit might send it: from another program, with two or
more oddities at a time. Whatever the oddities, the figures are the published ones, so that every conversion of them
can be held against the same list. The inputs are committed; this script is their origin. It needs

    pip install openpyxl xlsxwriter xlwt odfpy python-docx
    npm install exceljs xlsx docx        (in a folder; NODE_PATH=that/node_modules)

and LibreOffice (`soffice`). A cell is a text, a number, nothing, or a `Formula`.
"""
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict, dataclass, field

from make_cases import NOTE, REAL, REASON, TITLE


@dataclass
class Formula:
    """A formula and its stored result; programs that compute nothing store none."""
    formula: str
    result: float | None = None


@dataclass
class Sheet:
    """Rows of cells from a corner on, both counted from 1."""
    rows: list
    name: str = "Sheet1"
    row: int = 1
    column: int = 1
    merges: list = field(default_factory=list)
    hidden_rows: list = field(default_factory=list)
    hidden_columns: list = field(default_factory=list)

    def cells(self):
        for down, cells in enumerate(self.rows):
            for right, cell in enumerate(cells):
                if cell is not None:
                    yield self.row + down, self.column + right, cell


# --- programs ---------------------------------------------------------------------------------------------------------

def openpyxl(path, sheets):
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    book = Workbook()
    book.remove(book.active)
    for given in sheets:
        sheet = book.create_sheet(given.name)
        for row, column, cell in given.cells():
            sheet.cell(row, column, "=" + cell.formula if isinstance(cell, Formula) else cell)
        for merge in given.merges:
            sheet.merge_cells(merge)
        for row in given.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for column in given.hidden_columns:
            sheet.column_dimensions[get_column_letter(column)].hidden = True
    book.save(path)


def xlsxwriter(path, sheets):
    from xlsxwriter import Workbook
    book = Workbook(path)
    for given in sheets:
        sheet = book.add_worksheet(given.name)
        for merge in given.merges:
            sheet.merge_range(merge, "")
        for row, column, cell in given.cells():
            if isinstance(cell, Formula):
                sheet.write_formula(row - 1, column - 1, "=" + cell.formula, None, cell.result or 0)
            else:
                sheet.write(row - 1, column - 1, cell)
        for row in given.hidden_rows:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        for column in given.hidden_columns:
            sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
    book.close()


def xlwt(path, sheets):
    from xlwt import Formula as Written
    from xlwt import Workbook
    book = Workbook(encoding="utf-8")
    for given in sheets:
        sheet = book.add_sheet(given.name, cell_overwrite_ok=True)
        for row, column, cell in given.cells():
            sheet.write(row - 1, column - 1, Written(cell.formula) if isinstance(cell, Formula) else cell)
        for top, left, bottom, right in map(bounds, given.merges):
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
        for row in given.hidden_rows:
            sheet.row(row - 1).hidden = True
        for column in given.hidden_columns:
            sheet.col(column - 1).hidden = True
    book.save(path)


def odfpy(path, sheets):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P
    book = OpenDocumentSpreadsheet()
    for given in sheets:
        table = Table(name=given.name)
        spans, covered = spread(given.merges)
        filled = {(row, column): cell for row, column, cell in given.cells()}
        for row in range(1, given.row + len(given.rows)):
            hidden = {"visibility": "collapse"} if row in given.hidden_rows else {}
            line = TableRow(**hidden)
            for column in range(1, max([c for r, c in filled | covered if r == row], default=1) + 1):
                if (row, column) in covered:
                    line.addElement(CoveredTableCell())
                    continue
                cell, attributes = filled.get((row, column)), {}
                if (row, column) in spans:
                    attributes["numberrowsspanned"], attributes["numbercolumnsspanned"] = spans[row, column]
                if isinstance(cell, (int, float)):
                    attributes.update(valuetype="float", value=cell)
                elif cell is not None:
                    attributes.update(valuetype="string")
                element = TableCell(**attributes)
                for text in [] if cell is None else str(cell).split("\n"):
                    element.addElement(P(text=text))
                line.addElement(element)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(path)


def text(encoding, separator, path, sheets):
    """A sheet as text; commas inside a cell are quoted."""
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\r\n")
        writer.writerows([["" if cell is None else cell for cell in row] for row in sheets[0].rows])


def flat(path, sheets):
    """One cell a line behind a TAB, what merges cover beside their first column left out, a blank line behind a row."""
    lines = []
    for given in sheets:
        left = {(row, column) for top, left, bottom, right in map(bounds, given.merges)
                for row in range(top, bottom + 1) for column in range(left + 1, right + 1)}
        for down, cells in enumerate(given.rows, given.row):
            if len(cells) == 1:
                lines += [cells[0], ""]
                continue
            shown = [cell for right, cell in enumerate(cells, given.column) if (down, right) not in left]
            lines += ["\t" + ("" if cell is None else str(cell)) for cell in shown] + [""]
    with open(path, "w", encoding="utf-8", newline="\r\n") as file:
        file.write("\n".join(lines))


def docx(path, sheets):
    """Rows of one cell become paragraphs, the others a table; merges are spans of the grid and of rows."""
    from docx import Document
    document = Document()
    for given in sheets:
        of_table = [row for row, cells in enumerate(given.rows, given.row) if len(cells) > 1]
        first, last = of_table[0], of_table[-1]
        for cells in given.rows[:first - given.row]:
            document.add_paragraph(cells[0])
        table = document.add_table(last - first + 1, max(map(len, given.rows)), style="Table Grid")
        for row, column, cell in given.cells():
            if first <= row <= last:
                table.cell(row - first, column - given.column).text = str(cell)
        for top, left, bottom, right in map(bounds, given.merges):
            if top >= first:
                table.cell(top - first, left - given.column).merge(table.cell(bottom - first, right - given.column))
        for cells in given.rows[last - given.row + 1:]:
            document.add_paragraph(cells[0])
    document.save(path)


def node(program, path, sheets):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "make_submissions.js")
    given = json.dumps([asdict(sheet) for sheet in sheets])
    subprocess.run(["node", script, program, path], input=given.encode(), check=True)


def resaved(program, ending, path, sheets):
    """What `program` wrote with this ending, opened and saved by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, f"{os.path.basename(path).split('.')[0]}.{ending}")
        program(source, sheets)
        out = os.path.join(folder, "out")
        kind = {"et": "xls"}.get(path.rsplit(".", 1)[1], path.rsplit(".", 1)[1])
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind,
                   "--outdir", out, source]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        [made] = os.listdir(out)
        shutil.move(os.path.join(out, made), path)


# --- places -----------------------------------------------------------------------------------------------------------

def bounds(merge):
    """`A1:C2` as top, left, bottom, right."""
    from openpyxl.utils import range_boundaries
    left, top, right, bottom = range_boundaries(merge)
    return top, left, bottom, right


def spread(merges):
    """The spans by the first cell of each merge, and the cells that merges cover."""
    spans, covered = {}, {}
    for top, left, bottom, right in map(bounds, merges):
        spans[top, left] = (bottom - top + 1, right - left + 1)
        inside = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        covered.update({place: None for place in inside if place != (top, left)})
    return spans, covered


# --- tables -----------------------------------------------------------------------------------------------------------

def percent(executed, budget):
    return f"{executed / budget * 100:.2f}%"


def wide(text):
    """Digits, point and comma in full width, as some input methods type them."""
    return text.translate({**{ord("0") + n: ord("０") + n for n in range(10)}, ord("."): "．", ord(","): "，"})


def remark(executed, budget):
    return REASON if executed / budget < 0.9 else None


HEAD = ["序号", "项目名称", "主管部门", "小计", "当年财政拨款", "上年结转资金", "其他资金", "全年执行数", "执行率", "自评得分", "备注"]
OFFICIAL = [
    ["序号", "项目名称", "主管部门", "项目资金（万元）", None, None, None, None, None, "自评得分", "备注"],
    [None, None, None, "全年预算数（A）", None, None, None, "全年执行数（B）", "执行率\n（B/A）", None, None],
    [None, None, None, "小计", "当年财政拨款", "上年结转\n资金", "其他资金", None, None, None, None],
]


def official_merges(top):
    """The merges of the official header whose first row is `top`."""
    whole = [f"{c}{top}:{c}{top + 2}" for c in "ABCJK"]
    return whole + [f"D{top}:I{top}", f"D{top + 1}:G{top + 1}", f"H{top + 1}:H{top + 2}", f"I{top + 1}:I{top + 2}"]


def plain(count):
    """Rows in the order of `HEAD`, everything typed."""
    for number, (name, budget, executed, score) in enumerate(REAL[:count], 1):
        yield [number, name, "中川园区", budget, budget, 0, 0, executed, percent(executed, budget), score,
               remark(executed, budget)]


def sums(count):
    """Budget and executed of the first projects."""
    rows = REAL[:count]
    return round(sum(row[1] for row in rows), 2), round(sum(row[2] for row in rows), 2)


# --- cases ------------------------------------------------------------------------------------------------------------

CASES = {}


def case(name, input, program, shows, *flags):
    """Registers the sheets a function gives as the input of a case; `flags` are those of the conversion."""
    def register(build):
        CASES[name] = (input, program, shows, " ".join(flags), build)
        return build
    return register


def exceljs(path, sheets):
    node("exceljs", path, sheets)


def sheetjs(path, sheets):
    node("sheetjs", path, sheets)


@case("sent-in-yuan-with-wide-digits", "汇总表.xlsx", openpyxl,
      "Amounts of 元 as text, with full-width digits, separators and 元 behind them; rates as full-width text.")
def _():
    rows = [[TITLE], ["单位名称：中川镇人民政府", *[None] * 8, "单位：元"], HEAD]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        yuan = f"{budget * 10000:,.2f}"
        rows.append([wide(str(number)), name, "中川园区", wide(yuan), yuan, "0.00", "0", f"{executed * 10000:,.0f}元",
                     wide(f"{executed / budget * 100:.2f}") + "％", wide(str(score)), remark(executed, budget)])
    return [Sheet([*rows, ["合计"]])]


@case("sent-three-header-rows-in-another-order", "input.xlsx", exceljs,
      "A header merged over three rows with line breaks in its labels, other columns first, rates as 98.17 under (%).")
def _():
    head = [
        ["项目\n名称", "自评\n得分", "项目资金（单位：万元）", None, None, None, None, None, "序号", "主管\n部门", "偏差原因\n及改进措施"],
        [None, None, "全年执行数\n（B）", "执行率\n(%)", "全年预算数（A）", None, None, None, None, None, None],
        [None, None, None, None, "其他\n资金", "当年财政\n拨款", "上年结转\n资金", "小计", None, None, None],
    ]
    rows = [[name, score, executed, round(executed / budget * 100, 2), 0, budget, 0, Formula(f"SUM(E{row}:G{row})", budget),
             row - 5, "中川园区", remark(executed, budget)]
            for row, (name, budget, executed, score) in enumerate(REAL[:7], 6)]
    budget, executed = sums(7)
    total = ["合  计", None, executed, round(executed / budget * 100, 2), 0, budget, 0, budget]
    merges = [f"{c}3:{c}5" for c in "ABIJK"] + ["C3:H3", "E4:H4", "C4:C5", "D4:D5", "A1:K1"]
    return [Sheet([[TITLE], [None], *head, *rows, total], merges=merges)]


@case("sent-groups-without-results", "input.xlsx", sheetjs,
      "Rows that sum a group between the projects, and formulas whose results no program has stored.")
def _():
    rows, first = [[TITLE], [*[None] * 9, "单位：万元"], HEAD], 4
    for label, part in [("一、民政类小计", REAL[:3]), ("二、城管类小计", REAL[3:7])]:
        last = first + len(part)
        rows.append([label, None, None, *[Formula(f"SUM({c}{first + 1}:{c}{last})") for c in "DEFGH"]])
        for row, (name, budget, executed, score) in enumerate(part, first + 1):
            rows.append([REAL.index((name, budget, executed, score)) + 1, name, "中川园区", Formula(f"SUM(E{row}:G{row})"),
                         budget, 0, 0, executed, Formula(f"H{row}/D{row}"), score, remark(executed, budget)])
        first = last + 1
    rows.append(["合计", None, None, *[Formula(f"{c}4+{c}8") for c in "DEFGH"], Formula("H13/D13"), None, None])
    return [Sheet(rows, name="汇总", merges=["A4:C4", "A8:C8", "A13:C13"])]


@case("sent-two-tables-on-a-sheet", "input.xlsx", xlsxwriter,
      "Last year's table above this year's on one sheet, and a table of another kind on the first.", "--table 2")
def _():
    other = [["部门收支情况表"], ["科目", "年初数", "年末数"], ["货币资金", 12, 14], ["固定资产", 830, 829]]
    older = [[TITLE.replace("2023", "2022")], HEAD, *[[*row[:10], None] for row in plain(3)], ["合计"]]
    newer = [[TITLE], HEAD, *plain(6), ["合计", None, None, *[sums(6)[0]] * 2, 0, 0, sums(6)[1], None, 92.9]]
    return [Sheet(other, name="收支"), Sheet([*older, [None], [None], *newer], name="自评")]


@case("sent-below-a-cover-total-on-top", "input.xlsx", openpyxl,
      "The unit stands on a cover sheet only, the total row stands above the projects, the codes in a column of their own.")
def _():
    cover = [["绩效自评材料"], [None], ["填报单位：中川镇人民政府"], ["填报日期：2024年3月"]]
    head = ["项目编码", "项目", "主管单位", "预算数（万元）", "支出数（万元）", "预算执行率", "得分", "绩效等级", "备注"]
    budget, executed = sums(6)
    rows = [["合计", None, None, budget, executed, percent(executed, budget), None, None, None]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rows.append([f"62012300{number}", name, "中川园区", budget, executed, percent(executed, budget), score,
                     "优" if score >= 90 else "良", remark(executed, budget)])
    title = "2023年度项目支出绩效自评结果汇总表"
    return [Sheet(cover, name="封面", row=4, column=3), Sheet([[title], head, *rows], name="汇总表")]


@case("sent-with-hidden-rows-and-columns", "input.xlsx", xlsxwriter,
      "A hidden project row, a hidden column of scores, blanks as dashes and a hidden helper column that means nothing.")
def _():
    rows = [[*HEAD, "内部编号"]]
    for row in plain(6):
        rows.append([*row[:5], "—", "－", *row[7:], f"NB-{row[0]}"])
    title = [[TITLE], ["单位：万元"]]
    return [Sheet([*title, *rows, ["合计", None, None, *[sums(6)[0]] * 2, "—", "—", sums(6)[1], "/", "/", "/"]],
                  hidden_rows=[6], hidden_columns=[10, 12])]


@case("sent-units-inside-cells", "input.csv", lambda path, sheets: text("utf-8-sig", ",", path, sheets),
      "Every amount brings its own unit: 万元, 万, 元, 亿元; blanks as —, lines of text behind the table.")
def _():
    amounts = ["{}万元", "{}万", "{:,.0f}元", "{}万元", "{:,.0f} 元", "{}万元"]

    def amount(value, pattern):
        return pattern.format(round(value * 10000, 2) if "元" in pattern and "万" not in pattern else value)
    rows = [[TITLE], HEAD[:4] + HEAD[7:]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        pattern = amounts[number - 1]
        whole = "0.083亿元" if number == 1 else amount(budget, pattern)
        rows.append([number, name, "—", whole, amount(executed, pattern), percent(executed, budget), f"{score}分",
                     remark(executed, budget) or "—"])
    return [Sheet([*rows, ["合计", "", "", "1317.36万元"], [NOTE], ["填表人：张三        审核人：李四"]])]


@case("sent-codes-before-names", "input.xls", xlwt,
      "A workbook of Excel 97: codes in front of the names, 、 and / for blanks, a supervisor merged over its projects.")
def _():
    rows = [[TITLE], ["（金额单位：万元）"], *OFFICIAL]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rows.append([number, f"62012300{number}-{name}", "中川园区" if number == 1 else None, budget, budget, "/", "无",
                     executed, executed / budget, score, remark(executed, budget)])
    return [Sheet([*rows, ["合计"]], merges=official_merges(3) + ["C6:C11", "A12:C12", "A1:K1"])]


@case("sent-sichuan-four-funds", "input.xlsx", openpyxl,
      "Four parts of 小计 that the official form does not have, in 元, with signatures below.")
def _():
    head = ["序号", "项目名称", "主管部门", "预算数小计", "财政资金", "财政专户管理资金", "单位资金", "其他资金", "执行数", "执行率", "自评得分"]
    rows = []
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        yuan = round(budget * 10000, 2)
        rows.append([number, name, "中川园区", yuan, yuan - 5000, 3000, 2000, 0, round(executed * 10000, 2),
                     executed / budget, score])
    return [Sheet([[TITLE], ["金额单位：元"], head, *rows, ["合计"], [None],
                   ["单位负责人：王五", None, None, "填表人：张三", None, None, "联系电话：0931-1234567"]])]


@case("sent-far-down-and-right", "input.xlsx", exceljs,
      "The table begins in row 41, column K, below a letter; three columns of amounts in two units.")
def _():
    letter = Sheet([["关于报送2023年度绩效自评结果的函"], ["财政局："], ["现将自评结果报上，请审阅。"]])
    head = ["编号", "项目名称", "主管部门", "全年预算数（万元）", "全年执行数（元）", "执行率", "自评得分（分）", "未完成原因"]
    rows = [[number, name, "中川园区", budget, round(executed * 10000, 2), executed / budget, score, remark(executed, budget)]
            for number, (name, budget, executed, score) in enumerate(REAL[:6], 1)]
    table = [*[[None]] * 3, [None] * 10 + [TITLE], *[[None] * 10 + row for row in [head, *rows, ["合计"]]]]
    return [Sheet([*letter.rows, *[[None]] * 33, *table], name="函")]


@case("sent-as-opendocument-with-signatures", "input.ods", odfpy,
      "OpenDocument: a merged supervisor, two lines in a name, a total in words, signatures behind the note.")
def _():
    rows = [[TITLE], ["编制单位：中川镇人民政府", *[None] * 8, "单位：万元"], *OFFICIAL]
    for row in plain(6):
        row[1] = row[1].replace("“两站一室”", "\n“两站一室”")
        rows.append(row if row[0] == 1 else [*row[:2], None, *row[3:]])
    budget, executed = sums(6)
    rows += [["总   计", None, None, budget, budget, 0, 0, executed, percent(executed, budget)], [NOTE],
             ["单位负责人（签字）：", None, None, "财务负责人（签字）：", None, None, "填表日期：2024年3月1日"]]
    return [Sheet(rows, name="附表2", merges=official_merges(3) + ["C6:C11", "A12:C12", "A13:K13"])]


@case("sent-supervisors-merged-in-threes", "input.xlsx", exceljs,
      "Supervisors merged over three projects each, sequence numbers in Chinese brackets, formulas with results.")
def _():
    rows = [[TITLE], [None], *OFFICIAL]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        row = number + 5
        rows.append([f"（{number}）", name, ["中川园区", "民政局"][number // 4] if number in (1, 4) else None,
                     Formula(f"SUM(E{row}:G{row})", budget), budget, 0, 0, executed,
                     Formula(f"H{row}/D{row}", executed / budget), score, remark(executed, budget)])
    budget, executed = sums(6)
    rows.append(["合计", None, None, *[Formula(f"SUM({c}6:{c}11)", v) for c, v in zip("DEFGH", [budget, budget, 0, 0, executed])],
                 Formula("H12/D12", executed / budget)])
    return [Sheet(rows, name="附表", merges=official_merges(3) + ["C6:C8", "C9:C11", "A12:C12"])]


@case("sent-as-word-with-spans", "报告.docx", docx,
      "A Word report: spans of the grid and of rows in the header, a merged supervisor, a second table that is none.")
def _():
    rows = [["中川镇人民政府2023年度项目支出绩效自评报告"], ["一、基本情况：本年度6个项目。"], ["单位：万元"], *OFFICIAL]
    for row in plain(6):
        rows.append(row if row[0] == 1 else [*row[:2], None, *row[3:]])
    rows += [["合计", *[None] * 2, *[sums(6)[0]] * 2, 0, 0, sums(6)[1], None, None, None], [NOTE]]
    staff = [["二、人员情况"], ["姓名", "职务"], ["张三", "主任"]]
    return [Sheet(rows, merges=official_merges(4) + ["C7:C12", "A13:C13"]), Sheet(staff)]


@case("sent-as-word-in-yuan", "报告.docx", lambda path, sheets: node("docx", path, sheets),
      "A Word table without spans: amounts of 元 with separators, rates as words with blanks.")
def _():
    rows = [["2023年度中川镇人民政府项目绩效自评结果（金额单位：元）"], HEAD[:4] + HEAD[7:]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rows.append([number, name, "中川园区", f"{budget * 10000:,.2f}", f"{executed * 10000:,.2f}",
                     f" {executed / budget * 100:.2f} % ", score, remark(executed, budget)])
    return [Sheet([*rows, ["合计", None, None, f"{sums(6)[0] * 10000:,.2f}", None, None, None, None]])]


@case("sent-as-tabs-in-gb18030", "input.tsv", lambda path, sheets: text("gb18030", "\t", path, sheets),
      "Text with tabs in GB18030: full-width numbers, rates under (%), spaces and dashes for blanks, no total row.")
def _():
    rows = [[TITLE], ["", "", "", "", "", "", "", "", "", "单位：万元"], [*HEAD[:8], "执行率（%）", *HEAD[9:]]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rows.append([wide(str(number)), f"　{name} ", "中川园区", wide(f"{budget:.2f}"), budget, "　", "--",
                     f" {executed}", f"{executed / budget * 100:.2f}", score, remark(executed, budget) or "无"])
    return [Sheet(rows)]


@case("sent-in-hundred-million-yuan", "input.ods", lambda path, sheets: resaved(openpyxl, "xlsx", path, sheets),
      "Amounts of 亿元, written by openpyxl and saved by LibreOffice as OpenDocument, formulas with LibreOffice's results.")
def _():
    rows = [[TITLE], ["金额单位：亿元"], HEAD]
    for row, (name, budget, executed, score) in enumerate(REAL[:6], 4):
        rows.append([row - 3, name, "中川园区", Formula(f"SUM(E{row}:G{row})"), round(budget / 10000, 6), 0, 0,
                     round(executed / 10000, 6), Formula(f"H{row}/D{row}"), score, remark(executed, budget)])
    return [Sheet([*rows, ["合计", None, None, *[Formula(f"SUM({c}4:{c}9)") for c in "DEFGH"], Formula("H10/D10")]])]


@case("sent-as-flat-text", "报告.txt", flat,
      "Text with one cell a line: merged cells left out, amounts of 元, a group row, a signature behind the note.")
def _():
    rows = [["中川镇人民政府2023年度绩效自评报告"], ["（金额单位：元）"], *OFFICIAL]
    rows[2] = [label and label.replace("万元", "元") for label in rows[2]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        yuan = f"{budget * 10000:.2f}"
        rows.append([number, name, "中川园区", yuan, yuan, "0", "0", f"{executed * 10000:.2f}", percent(executed, budget),
                     score, remark(executed, budget)])
    budget = f"{sums(6)[0] * 10000:.2f}"
    rows += [["合计", None, None, budget, budget, "0", "0", f"{sums(6)[1] * 10000:.2f}", None, None, None], [NOTE],
             ["填表人：张三"]]
    return [Sheet(rows, merges=official_merges(3) + ["A12:C12"])]


@case("sent-as-binary-workbook", "汇总表.xlsb", sheetjs,
      "A binary workbook by SheetJS, whose cells state no column where they stand beside another: texts, numbers, rates as numbers.")
def _():
    rows = [[number, name, "中川园区", budget, budget, None, 0, executed, executed / budget, score, remark(executed, budget)]
            for number, (name, budget, executed, score) in enumerate(REAL[:6], 1)]
    total = ["合计", None, None, sums(6)[0], sums(6)[0], None, 0, sums(6)[1], sums(6)[1] / sums(6)[0], None, None]
    return [Sheet([[TITLE], [*[None] * 9, "单位：万元"], HEAD, *rows, total], merges=["A1:K1", "A10:C10"])]


@case("sent-with-initial-budgets", "input.xls", sheetjs,
      "A workbook of Excel 97 by SheetJS: initial budgets and grades the official form has no place for, percent as text and as numbers.")
def _():
    head = ["序号", "单位", "项目名称", "主管部门", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）", "执行率", "自评得分", "评价等级", "备注"]
    rows = []
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rate = percent(executed, budget) if number % 2 else executed / budget
        rows.append([number, "中川镇人民政府", name, "中川园区", budget - 1, budget, executed, rate, score,
                     "优" if score >= 90 else "良", remark(executed, budget)])
    total = ["合计", None, None, None, sums(6)[0] - 6, *sums(6), percent(*sums(6)[::-1]), None, None, None]
    return [Sheet([["2023年度项目支出绩效自评结果汇总表"], head, *rows, total])]


@case("sent-as-et-with-spaced-labels", "汇总表.et", lambda path, sheets: resaved(xlwt, "xls", path, sheets),
      "The ending of WPS: labels with spaces between their characters, 项目 rows far apart, formulas with results.")
def _():
    rows = [[TITLE], ["单位：万元"], ["序 号", "项 目 名 称", "主 管 部 门", "预 算 数", "执 行 数", "执 行 率", "得 分", "备 注"]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        row = 3 + number * 2 - 1
        rows += [[number, name, "中川园区", budget, executed, Formula(f"E{row}/D{row}"), score, remark(executed, budget)], [None]]
    return [Sheet([*rows, ["合 计", None, None, Formula("SUM(D4:D15)"), Formula("SUM(E4:E15)"), Formula("E16/D16")]])]


@case("sent-with-equal-names", "input.csv", lambda path, sheets: text("utf-16", ";", path, sheets),
      "Text with semicolons in UTF-16: a name twice under two supervisors, text that a spreadsheet would run, no rates.")
def _():
    rows = [["项目名称", "主管部门", "预算数（元）", "执行数（元）", "自评得分", "备注"]]
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        rows.append([name, "中川园区", f"{budget * 10000:.0f}", f"{executed * 10000:.0f}", score,
                     "=HYPERLINK(\"http://example.invalid\")" if number == 2 else remark(executed, budget)])
    rows.append([REAL[4][0], "民政局", "30000", "9100", 80, REASON])
    return [Sheet(rows)]


def wrong(folder):
    """What cannot be converted, and forms that cannot take a submission."""
    from docx import Document
    from docx.shared import Cm
    place = lambda name: os.path.join(folder, name)
    table = [[TITLE], HEAD, *plain(3)]
    text("utf-8-sig", ",", place("no-table.csv"), [Sheet([["日期", "天气", "气温"], ["3月1日", "晴", 12], ["3月2日", "雨", 8]])])
    text("utf-8-sig", ",", place("ragged.csv"), [Sheet([*table, [4, "办公用房水电费", "中川园区", 45, 45, 0, 0, "43", "21", "96", 96, "说明", "又一格"]])])
    openpyxl(place("equal.xlsx"), [Sheet(table, name="表一"), Sheet(table, name="表二")])
    openpyxl(place("good.xlsx"), [Sheet(table)])
    openpyxl(place("form-without-table.xlsx"), [Sheet([["会议签到表"], ["姓名", "电话"]])])
    openpyxl(place("form-without-row.xlsx"), [Sheet([[TITLE], HEAD, ["合计"]], merges=["A3:C3"])])
    document = Document()
    document.add_paragraph(TITLE)
    picture = os.path.join("template", "official-3-rows.xlsx")
    with zipfile.ZipFile(picture) as book, book.open("xl/media/image1.png") as image:
        document.add_picture(io.BytesIO(image.read()), width=Cm(2))
    document.save(place("picture.docx"))


def main(wanted):
    if not wanted or "convert-wrong-inputs" in wanted:
        os.makedirs("cases/convert-wrong-inputs", exist_ok=True)
        wrong("cases/convert-wrong-inputs")
    for name, (input, program, shows, flags, build) in CASES.items():
        if wanted and name not in wanted:
            continue
        folder = os.path.join("cases", name)
        os.makedirs(folder, exist_ok=True)
        program(os.path.join(folder, input), build())
        manifest = os.path.join(folder, "case.toml")
        if not os.path.exists(manifest):
            flags = f" {flags}" if flags else ""
            with open(manifest, "w", encoding="utf-8") as file:
                file.write(f'shows = "{shows}"\norigin = "made by test-data/make_submissions.py"\nruns = [\n'
                           f"  '''convert ./{input} -o ./out.xlsx{flags} --lang zh''',\n]\n")


if __name__ == "__main__":
    main(sys.argv[1:])
