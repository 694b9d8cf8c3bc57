#!/usr/bin/env python3
"""Makes the inputs of the cases that are not published samples: `make_cases.py [NAME…]`, from this folder.

The figures are those of the published 2023 table where nothing else is said. Needs xlsxwriter and openpyxl, and
LibreOffice for the case named after it. The inputs are committed; this script is their origin.
"""
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile

import openpyxl
import xlsxwriter

REAL = [
    ("农村人居环境保洁服务费", 830, 814.79, 94), ("交管站“两站一室”工作经费", 20, 4.4, 85),
    ("办公用房租赁费", 272.82, 219.61, 96), ("办公用房水电费", 45, 43.21, 96),
    ("武装部“三项基础建设“及专武干部衣服购置费", 3, 0.91, 80), ("网格员补助", 146.54, 79.78, 80),
    ("史喇口办公征地建设费", 12, 12, 93), ("廖家槽民主协商示范点打造", 10, 10, 95),
    ("基层档案示范点建设经费", 10, 10, 93), ("中川镇民政办经费", 1, 0.19, 84),
    ("执法队拆违治乱经费", 26, 11.88, 84), ("执法队工作经费", 3, 1.09, 80), ("防汛经费", 3, 3, 95),
    ("村委会运转经费", 511.3, 511.3, 94),
]
NOTE = "注:1.单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。"
TITLE = "2023年度中川镇人民政府项目支出绩效自评结果汇总表"
REASON = "受施工期影响，尾款按合同于次年支付"
FUNDS = ["当年财政拨款", "上年结转资金", "其他资金"]


def projects(count=14, reasons=True, funds=3):
    """Project rows as dictionaries by column key."""
    rows = []
    for number, (name, budget, executed, score) in enumerate(REAL[:count], 1):
        row = {"seq": number, "name": name, "dept": "中川园区", "executed": executed, "score": score}
        row.update({f"fund{i}": budget if i == 0 else 0 for i in range(funds)})
        if funds == 0:
            row["budget"] = budget
        if reasons and executed / budget < 0.9:
            row["remark"] = REASON
        rows.append(row)
    return rows


class Form:
    """The official form, drawn with xlsxwriter, with everything that may differ as an attribute."""

    def __init__(self, path, rows, **options):
        self.book = xlsxwriter.Workbook(path)
        self.rows = rows
        self.funds = options.get("funds", FUNDS)
        self.title = options.get("title", TITLE)
        self.unit_line = options.get("unit_line", "单位：万元")
        self.head_money = options.get("head_money", "（万元）")
        self.rate_label = options.get("rate_label", "执行率\n（B/A）")
        self.rate_format = options.get("rate_format", "0.00%")
        self.amount_format = options.get("amount_format", "#,##0.00")
        self.computed_format = options.get("computed_format")
        self.top = options.get("top", 0)
        self.total_on_top = options.get("total_on_top", False)
        self.spare = options.get("spare", 0)
        self.note = options.get("note", NOTE)
        self.total = options.get("total", {})
        self.sheet_name = options.get("sheet_name", "附表")
        keys = ["seq", "name", "dept", "budget"] + [f"fund{i}" for i in range(len(self.funds))]
        self.keys = options.get("keys", keys + ["executed", "rate", "score", "remark"])
        self.labels = options.get("labels", {})
        self.cover = options.get("cover")
        self.draw()

    def format(self, **more):
        base = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter"}
        return self.book.add_format({**base, **more})

    def draw(self):
        if self.cover:
            cover = self.book.add_worksheet("封面")
            for row, text in enumerate(self.cover):
                cover.write(row * 2 + 3, 2, text)
        self.sheet = self.book.add_worksheet(self.sheet_name)
        self.formats = {
            "head": self.format(bold=True, align="center", text_wrap=True),
            "text": self.format(text_wrap=True), "mid": self.format(align="center"),
            "amount": self.format(num_format=self.amount_format), "rate": self.format(num_format=self.rate_format),
            "score": self.format(num_format="0.00", align="center"),
        }
        if self.computed_format is not None:
            self.formats["computed"] = self.format(num_format=self.computed_format)
        width, top, plain = len(self.keys), self.top, self.book.add_format({"align": "center", "bold": True})
        self.sheet.merge_range(top, 0, top, width - 1, self.title, plain)
        self.sheet.write(top + 1, width - 1, self.unit_line)
        self.header(top + 2)
        row = top + 5
        if self.total_on_top:
            self.total_row(row)
            row += 1
        self.first = row
        for values in self.rows:
            self.row(row, values)
            row += 1
        for _ in range(self.spare):
            self.row(row, {})
            row += 1
        self.last = row - 1
        if not self.total_on_top and self.total is not None:
            self.total_row(row)
            row += 1
        if self.note:
            self.sheet.merge_range(row, 0, row, width - 1, self.note)
        self.sheet.set_column(1, 1, 34)
        self.sheet.set_column(2, width - 1, 12)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def header(self, row):
        names = {"seq": "序号", "name": "项目名称", "dept": "主管部门", "score": "自评得分", "remark": "备注"}
        names.update({"executed": "全年执行数（B）", "rate": self.rate_label, **self.labels})
        head = self.formats["head"]
        money = [i for i, key in enumerate(self.keys) if key in ("budget", "executed", "rate") or key.startswith("fund")]
        parts = [i for i in money if self.keys[i] == "budget" or self.keys[i].startswith("fund")]
        self.sheet.merge_range(row, money[0], row, money[-1], "项目资金" + self.head_money, head)
        if len(parts) > 1:
            self.sheet.merge_range(row + 1, parts[0], row + 1, parts[-1], "全年预算数（A）", head)
        for i, key in enumerate(self.keys):
            if i in parts and len(parts) > 1:
                self.sheet.write(row + 2, i, "小计" if key == "budget" else self.funds[int(key[4:])], head)
            elif i in money:
                label = "全年预算数（A）" if key == "budget" else names[key]
                self.sheet.merge_range(row + 1, i, row + 2, i, label, head)
            else:
                self.sheet.merge_range(row, i, row + 2, i, names.get(key, key), head)

    def style(self, key):
        if key in ("budget", "rate") and "computed" in self.formats:
            return self.formats["computed"]
        if key == "budget" or key.startswith("fund") or key == "executed":
            return self.formats["amount"]
        return self.formats[{"rate": "rate", "score": "score", "seq": "mid", "dept": "mid"}.get(key, "text")]

    def row(self, row, values):
        if "group" in values:
            self.sheet.merge_range(row, 0, row, 2, values["group"], self.formats["mid"])
        for i, key in enumerate(self.keys):
            if "group" in values and i < 3:
                continue
            self.put(row, i, values.get(key), self.style(key))

    def put(self, row, column, value, style):
        if value is None:
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, tuple):
            self.sheet.write_formula(row, column, value[0], style, value[1])
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, style)
        else:
            self.sheet.write_number(row, column, value, style)

    def total_row(self, row):
        self.sheet.merge_range(row, 0, row, 2, self.total.get("label", "合计"), self.formats["head"])
        for i, key in enumerate(self.keys[3:], 3):
            self.put(row, i, self.total.get(key), self.style(key))

    def close(self):
        self.book.close()


def rewritten(path, change):
    """Applies `change(name, text)` to every XML part of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = [(info, book.read(info.filename)) for info in book.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for info, content in parts:
            if info.filename.endswith((".xml", ".rels")):
                content = change(info.filename, content.decode("utf-8"))
                if content is None:
                    continue
                content = content.encode("utf-8")
            book.writestr(info.filename, content)


CASES = {}


def case(name, shows, *runs, origin="made by test-data/make_cases.py with xlsxwriter"):
    def register(build):
        CASES[name] = (build, shows, origin, runs or ("check ./input.xlsx", "fill ./input.xlsx -o ./filled.xlsx"))
        return build
    return register


FILL_AND_CHECK = ("fill ./input.xlsx -o ./filled.xlsx", "check ./filled.xlsx")


@case("nine-of-fourteen-rows-used", "Spare rows are neither numbered, filled nor checked; the totals' formulas span them.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(9), spare=5).close()


@case("group-rows", "Rows that sum a group stand between the projects and count in no total.", *FILL_AND_CHECK)
def _(path):
    rows = projects(8)
    Form(path, [{"group": "小计：民政科"}] + rows[:3] + [{"group": "小计：城管科"}] + rows[3:]).close()


@case("four-fund-columns", "A form with four fund columns (Sichuan) is read and filled without a word of code.", *FILL_AND_CHECK)
def _(path):
    rows = projects(6, funds=4)
    rows[0].update(fund1=12.5, fund0=817.5)
    Form(path, rows, funds=["财政资金", "财政专户管理资金", "单位资金", "其他资金"]).close()


@case("five-fund-columns", "Five parts of 小计, one with a label nobody has seen.", *FILL_AND_CHECK)
def _(path):
    rows = projects(5, funds=5)
    rows[1].update(fund0=15, fund4=5)
    Form(path, rows, funds=["当年财政拨款", "上年结转资金", "专项债券资金", "单位资金", "社会捐赠"]).close()


@case("no-fund-columns", "Without fund columns the budget is an input, and only rates and totals are computed.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(6, funds=0), funds=[]).close()


@case("rate-column-in-percent", "Under a (%) label with a plain number format rates are numbers of percent.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(7), rate_label="执行率（%）", rate_format="0.00").close()


@case("cells-formatted-as-text", "Computed cells formatted as text take their style with a number format.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(6), computed_format="@").close()


@case("numbers-written-as-text", "A number written as text is skipped by SUM, so what depends on it stays blank until --fix.",
      "check ./input.xlsx", "fill ./input.xlsx -o ./filled.xlsx", "fill ./input.xlsx -o ./fixed.xlsx --fix")
def _(path):
    rows = projects(6)
    rows[1]["seq"] = "2"
    rows[3]["executed"] = "４３．２１"
    rows[4]["score"] = "80分"
    Form(path, rows).close()


@case("total-row-on-top", "A total row above the projects is found and filled.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(8), total_on_top=True, total={"label": "总　计"}).close()


@case("blank-fund-cells", "A blank part beside a filled one counts as 0; a column blank throughout sums to 0.", *FILL_AND_CHECK)
def _(path):
    rows = projects(6)
    for row in rows:
        row.update(fund1=None, fund2=None)
    rows[2].update(fund0=None, fund1=272.82)
    Form(path, rows).close()


@case("amounts-in-yuan", "A table in 元 is judged in 万元 and filled in its own unit.", *FILL_AND_CHECK)
def _(path):
    rows = projects(6)
    for row in rows:
        row.update(fund0=round(row["fund0"] * 10000, 2), executed=round(row["executed"] * 10000, 2))
    Form(path, rows, unit_line="单位：元", head_money="（元）").close()


@case("columns-in-another-order", "Any order of columns, with some that mean nothing here.", *FILL_AND_CHECK)
def _(path):
    rows = projects(6)
    for number, row in enumerate(rows):
        row["序列号"] = f"X{number}"
    keys = ["name", "seq", "dept", "executed", "rate", "budget", "fund0", "fund1", "fund2", "序列号", "remark", "score"]
    Form(path, rows, keys=keys).close()


@case("below-a-cover", "The table starts in row 9 of the second sheet, after a cover.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(5), cover=["绩效自评材料", "中川镇人民政府", "2024年3月"], top=6, sheet_name="表二").close()


@case("one-header-row", "One header row, General format throughout, as a unit types it.", "check ./input.xlsx", *FILL_AND_CHECK,
      origin="made by test-data/make_cases.py with openpyxl")
def _(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2023年度中川镇人民政府项目支出绩效自评结果汇总表（单位：万元）"])
    sheet.append(["序号", "项目名称", "主管部门", "预算数(A)", "执行数(B)", "预算执行率", "自评分数", "原因"])
    for number, (name, budget, executed, score) in enumerate(REAL[:6], 1):
        sheet.append([number, name, "中川园区", budget, executed, None, score, REASON if executed / budget < 0.9 else None])
    sheet.append(["总计"])
    sheet.append([NOTE])
    book.save(path)


@case("unmerged-header-rows", "Two header rows whose upper labels are not merged.", "check ./input.xlsx", *FILL_AND_CHECK,
      origin="made by test-data/make_cases.py with openpyxl")
def _(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["中川镇人民政府2023年度项目支出绩效自评结果汇总表"])
    sheet.append(["填报单位：中川镇人民政府", None, None, None, None, None, None, None, None, "金额单位：万元"])
    sheet.append(["序号", "项目名称", "主管部门", "全年预算数", None, None, None, "全年执行数", "执行率", "自评得分"])
    sheet.append([None, None, None, "小计", "当年财政拨款", "上年结转资金", "其他资金", None, None, None])
    for number, (name, budget, executed, score) in enumerate(REAL[7:11], 1):
        sheet.append([number, name, "中川园区", None, budget, None, None, executed, None, score])
    sheet.append(["合 计"])
    sheet.append([NOTE])
    book.save(path)


def live(rows, first=6):
    """Adds the form's formulas and their right results to project rows; the first row's number is `first`."""
    for number, row in enumerate(rows, first):
        budget = round(row["fund0"] + row["fund1"] + row["fund2"], 2)
        row["budget"] = (f"=SUM(E{number}:G{number})", budget)
        row["rate"] = (f'=IF(N(D{number})=0,"",H{number}/D{number})', row["executed"] / budget)
    return rows


def live_total(rows, first=6):
    last, total = first + len(rows) - 1, first + len(rows)
    sums = {key: round(sum(row[key][1] if isinstance(row[key], tuple) else row[key] for row in rows), 2)
            for key in ("budget", "fund0", "fund1", "fund2", "executed")}
    columns = dict(budget="D", fund0="E", fund1="F", fund2="G", executed="H")
    values = {key: (f"=SUM({letter}{first}:{letter}{last})", sums[key]) for key, letter in columns.items()}
    values["rate"] = (f"=H{total}/D{total}", sums["executed"] / sums["budget"])
    score = sum(row["budget"][1] * row["score"] for row in rows) / sums["budget"]
    values["score"] = (f"=ROUND(SUMPRODUCT(D{first}:D{last},J{first}:J{last})/D{total},2)", round(score, 2))
    return values


@case("live-form-is-left-alone", "A form whose formulas are live and right: nothing to fill, nothing to find.", *FILL_AND_CHECK)
def _(path):
    rows = live(projects(6))
    Form(path, rows, total=live_total(rows)).close()


@case("stale-stored-results", "Stored results that are not what the formulas give are found, and renewed by fill.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = live(projects(6))
    total = live_total(rows)
    rows[1]["budget"] = (rows[1]["budget"][0], 25)
    total["executed"] = (total["executed"][0], 1000)
    Form(path, rows, total=total).close()


@case("no-stored-results", "Formulas written by a program that stores no results are computed here.", "check ./input.xlsx", *FILL_AND_CHECK,
      origin="made by test-data/make_cases.py with openpyxl")
def _(path):
    rows = live(projects(6))
    Form(path, rows, total=live_total(rows)).close()
    book = openpyxl.load_workbook(path)
    book.save(path)


@case("shared-formulas", "Formulas shared by a column, half of it blank: what is missing is added, what is shared stays.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = live(projects(6))
    rows[4]["rate"] = rows[5]["rate"] = None
    Form(path, rows, total=live_total(rows)).close()

    def share(name, text):
        if name != "xl/worksheets/sheet1.xml":
            return text
        text = text.replace("<f>SUM(E6:G6)</f>", '<f t="shared" ref="D6:D11" si="0">SUM(E6:G6)</f>')
        return re.sub(r"<f>SUM\(E(?:7|8|9|10|11):G\d+\)</f>", '<f t="shared" si="0"/>', text)
    rewritten(path, share)


@case("total-omits-last-row", "The total's SUM leaves out the last project; its value is what the range gives.", "check ./input.xlsx", "check ./input.xlsx --format json")
def _(path):
    rows = live(projects(6))
    total = live_total(rows)
    total["executed"] = ("=SUM(H6:H10)", round(sum(row["executed"] for row in rows[:-1]), 2))
    total["rate"] = (total["rate"][0], total["executed"][1] / total["budget"][1])
    Form(path, rows, total=total).close()


@case("formula-error", "A rate of a project without budget shows #DIV/0!.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = live(projects(5))
    rows[3].update(fund0=0, budget=("=SUM(E9:G9)", 0), rate=("=H9/D9", "#DIV/0!"))
    Form(path, rows, total={}).close()


@case("typed-among-formulas", "One typed rate in a column of formulas.", "check ./input.xlsx", "fill ./input.xlsx -o ./filled.xlsx --recompute")
def _(path):
    rows = live(projects(6))
    rows[2]["rate"] = 0.805
    Form(path, rows, total=live_total(rows)).close()


@case(
    "safe-fixes",
    "Fixes that change no declared figure: text to numbers, equal typed numbers to formulas, blank numbers given; each is listed.",
    "check ./input.xlsx --fix -o ./fixed.xlsx",
    "check ./input.xlsx --fix --lang en",
    "check ./input.xlsx --fix -o ./json.xlsx --format json --select V,S",
    "check ./input.xlsx --fix -o ./marked.xlsx --format xlsx",
    "fill ./input.xlsx --fix -o ./filled.xlsx",
    "check ./input.xlsx --fix -o ./input.xlsx",
)
def _(path):
    rows = live(projects(6))
    total = live_total(rows)
    rows[1]["seq"] = "2"
    rows[2]["seq"] = None
    rows[3]["budget"] = 45
    Form(path, rows, total=total).close()


@case("chart-on-the-form", "A chart over the computed cells: its cached points follow.", *FILL_AND_CHECK)
def _(path):
    form = Form(path, projects(4))
    chart = form.book.add_chart({"type": "column"})
    chart.add_series({"categories": "=附表!$B$6:$B$9", "values": "=附表!$I$6:$I$9"})
    form.sheet.insert_chart("M3", chart)
    form.close()


@case("calculation-chain", "A workbook with a calculation chain: it goes with its relation and content type.", *FILL_AND_CHECK)
def _(path):
    form = Form(path, projects(4))
    form.book.add_worksheet("其他").write_formula("A1", "=1+1", None, 2)
    form.close()
    chain = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="2"/></calcChain>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"

    def link(name, text):
        if name == "[Content_Types].xml":
            return text.replace("</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>')
        if name == "xl/_rels/workbook.xml.rels":
            return text.replace("</Relationships>", f'<Relationship Id="rId99" Type="{relation}" Target="calcChain.xml"/></Relationships>')
        return text
    rewritten(path, link)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/calcChain.xml", chain)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@case("prefixed-namespace", "Every element of the sheet carries a prefix, as some programs write them.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(4)).close()

    def prefix(name, text):
        if not name.startswith("xl/worksheets/sheet") and name != "xl/workbook.xml":
            return text
        text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", text).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
        return text
    rewritten(path, prefix)


@case("strict-ooxml", "A workbook in the strict form of the standard.", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(4)).close()

    def strict(name, text):
        text = text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        return text.replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
    rewritten(path, strict)


@case("protected-sheet", "A protected sheet keeps its protection; its computed cells are written though they are locked.", *FILL_AND_CHECK)
def _(path):
    form = Form(path, projects(5))
    form.sheet.protect()
    form.close()


@case("macro-workbook", "A macro workbook keeps its macros and its ending.", "fill ./input.xlsm", "check ./input-已填.xlsm --lang zh")
def _(path):
    form = Form(path, projects(4))
    form.close()

    def kind(name, text):
        if name != "[Content_Types].xml":
            return text
        text = text.replace("spreadsheetml.sheet.main+xml", "sheet.macroEnabled.main+xml").replace("application/vnd.openxmlformats-officedocument.sheet.macro", "application/vnd.ms-excel.sheet.macro")
        return text.replace("</Types>", '<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>')
    rewritten(path, kind)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/vbaProject.bin", bytes(range(256)) * 4)


@case("hidden-row", "A hidden project row is read and counted like any other.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    form = Form(path, projects(5))
    form.sheet.set_row(7, None, None, {"hidden": True})
    form.close()


def typed(rows, first=6):
    """The form's computed cells as a clerk types them: rounded to two decimals."""
    for row in rows:
        budget = round(row["fund0"] + row["fund1"] + row["fund2"], 2)
        row["budget"] = budget
        row["rate"] = round(row["executed"] / budget + 1e-12, 4)
    return rows


def typed_total(rows):
    total = {key: round(sum(row[key] for row in rows), 2) for key in ("budget", "fund0", "fund1", "fund2", "executed")}
    total["rate"] = round(total["executed"] / total["budget"], 4)
    total["score"] = round(sum(row["budget"] * row["score"] for row in rows) / total["budget"], 2)
    return total


@case("typed-and-right", "Everything typed by hand, and right: quiet.", "check ./input.xlsx", "check ./input.xlsx --all", *FILL_AND_CHECK)
def _(path):
    rows = typed(projects(14))
    Form(path, rows, total=typed_total(rows)).close()


@case("plain-average-typed", "The total score is the mean of the scores, not the weighted one.", "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = typed(projects(14))
    Form(path, rows, total={**typed_total(rows), "score": 89.21}).close()


@case("weighted-by-executed", "The total score is right by the other reading of the note.", "check ./input.xlsx",
      "check ./input.xlsx --all", "fill ./input.xlsx -o ./filled.xlsx --weights executed")
def _(path):
    rows = typed(projects(14))
    Form(path, rows, total={**typed_total(rows), "score": 93.54}).close()


@case("wrong-sums-and-rates", "A wrong 小计, a wrong rate and a wrong total, each found once.", "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = typed(projects(8))
    total = typed_total(rows)
    rows[2]["budget"] = 227.82
    rows[6]["rate"] = 0.95
    total["executed"] = 1148.70
    Form(path, rows, total=total).close()


@case("wrong-amounts-seen-twice", "A wrong fund part and a wrong executed amount, each contradicted by its row and its total: one finding each, at the amount.",
      "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = typed(projects(8))
    total = typed_total(rows)
    rows[2]["fund0"] = 227.82
    rows[4]["executed"] = 9.1
    Form(path, rows, total=total).close()


@case("formulas-unlike-their-neighbours", "A subtotal that lacks a fund, a rate by another column, a link to another file, and a function that is not computed here.",
      "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = live(projects(8))
    total = live_total(rows)
    rows[2]["budget"] = ("=SUM(E8:F8)", rows[2]["budget"][1])
    rows[5]["rate"] = ("=H11/E11", rows[5]["rate"][1])
    rows[0]["executed"] = ("=[1]台账!C5", rows[0]["executed"])
    rows[6]["executed"] = ("=VLOOKUP(B12,台账!A1:C9,3,0)", rows[6]["executed"])
    Form(path, rows, total=total).close()


@case("overspent-and-zero-budget", "More spent than budgeted, and a project without budget.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = projects(5)
    rows[1].update(executed=25, remark=None)
    rows[3].update(fund0=0)
    rows[4].update(fund1=1, executed=5, remark=None)
    Form(path, rows).close()


@case("missing-inputs", "A missing score and a missing executed amount block what depends on them, and nothing else.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = projects(6)
    rows[1]["score"] = None
    rows[3]["executed"] = None
    Form(path, rows).close()


@case("impossible-values", "A negative amount, a score over 100, and words where a number belongs.", "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = projects(6)
    rows[0]["fund2"] = -3
    rows[2]["score"] = 101
    rows[3]["executed"] = "待核实"
    Form(path, rows).close()


@case("duplicate-projects", "One project twice, and 序号 that jumps.", "check ./input.xlsx")
def _(path):
    rows = typed(projects(6))
    rows[4].update(name="交管站\"两站一室\" 工作经费", dept="中川园区")
    rows[5]["seq"] = 7
    Form(path, rows, total=typed_total(rows)).close()


@case("incomplete-title", "The title still has the form's blanks, and the note another year.", "check ./input.xlsx")
def _(path):
    rows = typed(projects(4))
    note = "注:1.2022年度单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。"
    Form(path, rows, total=typed_total(rows), title="2023年度（单位）项目支出绩效自评结果汇总表", note=note).close()


@case("no-total-no-note-no-unit", "What the form must have and this one has not.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    Form(path, projects(4), total=None, note="", unit_line="", head_money="").close()


@case("tail-difference", "A total that differs by one cent from its parts is a tail difference, not an error.", "check ./input.xlsx", "check ./input.xlsx --all")
def _(path):
    rows = typed(projects(14))
    total = typed_total(rows)
    total["executed"] = 1722.17
    Form(path, rows, total=total).close()


@case("resaved-by-libreoffice", "The official form after LibreOffice has saved it.", *FILL_AND_CHECK,
      origin="test-data/template/official-2023-inputs.xlsx opened and saved by LibreOffice 7.4")
def _(path):
    folder = tempfile.mkdtemp()
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder, "template/official-2023-inputs.xlsx"], check=True, stdout=subprocess.DEVNULL)
    os.replace(os.path.join(folder, "official-2023-inputs.xlsx"), path)


@case("score-cleared-later", "A filled form whose first score was cleared: the total score shows blank, never a wrong number.", "check ./input.xlsx", *FILL_AND_CHECK)
def _(path):
    rows = live(projects(6))
    total = live_total(rows)
    rows[0]["score"] = None
    total["score"] = ('=IF(OR(N(D12)=0,COUNT(J6:J11)<COUNTA(B6:B11)),"",ROUND(SUMPRODUCT(D6:D11,J6:J11)/D12,2))', total["score"][1])
    Form(path, rows, total=total).close()


@case("two-tables", "Two tables of the kind in one workbook: the larger is taken, the other named.", "check ./input.xlsx", "fill ./input.xlsx -o ./filled.xlsx")
def _(path):
    form = Form(path, projects(6))
    book = form.book
    form.close()
    other = io.BytesIO()
    Form(other, projects(3), sheet_name="附表（旧）").close()
    target, source = openpyxl.load_workbook(path), openpyxl.load_workbook(other)
    copy = target.create_sheet("附表（旧）")
    for row in source["附表（旧）"].iter_rows():
        for cell in row:
            if cell.value is not None:
                copy[cell.coordinate] = cell.value
    for merge in source["附表（旧）"].merged_cells.ranges:
        copy.merge_cells(str(merge))
    target.save(path)


@case("missing-column", "A table without 全年执行数 is no summary table: what is lacking is named.", "check ./input.xlsx", "fill ./input.xlsx -o ./filled.xlsx")
def _(path):
    keys = ["seq", "name", "dept", "budget", "fund0", "fund1", "fund2", "rate", "score", "remark"]
    Form(path, projects(4), keys=keys).close()


def beside(path, name):
    """Another file of the case."""
    return os.path.join(os.path.dirname(path), name)


@case("laid-beside-the-form", "The form as it was issued is given: what was altered is named, more rows are not.",
      "check ./input.xlsx --form ./form.xlsx", "check ./input.xlsx --form ./form.xlsx --select S015 --lang en",
      "check ./right.xlsx --form ./form.xlsx", "check ./right.xlsx --form ./missing.xlsx")
def _(path):
    blank = [{"seq": number} for number in range(1, 4)]
    for at, row in enumerate(blank, 6):
        row.update(budget=(f"=SUM(E{at}:G{at})", 0), rate=(f'=IF(N(D{at})=0,"",H{at}/D{at})', ""))
    total = {key: (f"=SUM({letter}6:{letter}8)", 0) for key, letter in (("budget", "D"), ("fund0", "E"), ("fund1", "F"), ("fund2", "G"), ("executed", "H"))}
    Form(beside(path, "form.xlsx"), blank, title="    年度    （单位）项目支出绩效自评结果汇总表", total=total).close()
    right = live(projects(6))
    for at, row in enumerate(right, 6):
        row["rate"] = (f'=IF(N(D{at})=0,"",H{at}/D{at})', row["rate"][1])
    Form(beside(path, "right.xlsx"), right, total=live_total(right)).close()
    right[2]["rate"] = 0.805
    Form(path, right, total=live_total(live(projects(6))), funds=["当年财政拨款", "上年结转资金", "自筹资金"], note=NOTE.replace("资金占比", "预算占比")).close()


@case("beside-last-year", "Last year's summary is given: funds carried over are compared with what it left.",
      "check ./input.xlsx --prior ./prior.xlsx", "check ./input.xlsx --prior ./prior.xlsx --select X --format jsonl",
      "check ./input.xlsx --prior ./input.xlsx --select X", "check ./input.xlsx --prior ./prior.xlsx --select X --lang en")
def _(path):
    rows = typed(projects(6))
    Form(beside(path, "prior.xlsx"), rows, total=typed_total(rows), title=TITLE.replace("2023", "2022")).close()
    rows = projects(6)
    rows[0].update(fund1=15.21, fund0=814.79)
    rows[1].update(fund1=10, fund0=10)
    rows[2].update(fund1=53.21, fund0=219.61)
    rows[3].update(fund1=1.79, fund0=43.21)
    rows[4].update(name="武装部三项基础建设及专武干部衣服购置费", fund1=2.09, fund0=0.91)
    rows = typed(rows)
    Form(path, rows, total=typed_total(rows)).close()


@case("submissions-that-overlap", "Several submissions: one project code in two of them, and a unit that submitted twice.",
      "check ./ --select X", "check ./ --select X --format jsonl --jobs 4", "check ./c.xlsx ./b.xlsx ./input.xlsx --select X --jobs 3 --lang en")
def _(path):
    keys = ["seq", "code", "name", "dept", "budget", "executed", "rate", "score", "remark"]

    def unit(name, title, first, count):
        rows = typed([{**row, "fund0": row["budget"], "fund1": 0, "fund2": 0} for row in projects(count, funds=0)])
        for number, row in enumerate(rows):
            row["code"] = f"62010023T{first + number:012}"
        Form(name, rows, total=None, keys=keys, funds=[], labels={"code": "项目编码"}, title=TITLE.replace("中川镇人民政府", title)).close()
    unit(path, "西岔镇人民政府", 100, 3)
    unit(beside(path, "a.xlsx"), "中川镇人民政府", 1, 3)
    unit(beside(path, "b.xlsx"), "秦川镇人民政府", 3, 3)
    unit(beside(path, "c.xlsx"), "中川镇人民政府", 1, 3)


@case("amounts-in-two-units", "Amounts of 元 among amounts of 万元: each is told once, and what follows from it is not.",
      "check ./input.xlsx", "check ./input.xlsx --lang en")
def _(path):
    rows = typed(projects(6))
    total = typed_total(rows)
    rows[1]["executed"] = 44000
    rows[3].update(fund0=450000, budget=450000)
    Form(path, rows, total=total).close()


@case("left-open", "Departments, placeholders and signatures that were left open.", "check ./input.xlsx --all", "check ./input.xlsx --all --lang en")
def _(path):
    rows = typed(projects(5))
    rows[1]["dept"] = None
    rows[2]["remark"] = "因XX原因未支付（200字以内）"
    rows[4]["name"] = "某某项目经费"
    form = Form(path, rows, total=typed_total(rows))
    form.sheet.write(form.last + 3, 0, "填报人：　　　　单位负责人（签字）：李四　　　联系电话：")
    form.sheet.write(form.last + 3, 8, "填报日期：    年  月  日")
    form.close()


@case("uneven-figures", "More decimals than the form has, rates in two styles, and printed figures that do not add up: for information only.",
      "check ./input.xlsx", "check ./input.xlsx --all --lang en")
def _(path):
    rows = typed(projects(6))
    rows[0].update(fund0=830.004, budget=830.004)
    rows[3].update(fund0=45.004, budget=45.004)
    total = {**typed_total(rows), "budget": 1317.368, "fund0": 1317.368}
    form = Form(path, rows, total=total)
    plain = form.format()
    form.put(form.first + 2, 8, 0.805, plain)
    form.put(form.first + 4, 7, 0.9134, plain)
    form.put(form.first + 4, 8, 0.3045, form.formats["rate"])
    form.close()


def write_case(name):
    build, shows, origin, runs = CASES[name]
    os.makedirs(f"cases/{name}", exist_ok=True)
    build(f"cases/{name}/input.{'xlsm' if name == 'macro-workbook' else 'xlsx'}")
    lines = "".join(f"  '''{run if '--lang' in run else run + ' --lang zh'}''',\n" for run in runs)
    with open(f"cases/{name}/case.toml", "w", encoding="utf-8") as file:
        file.write(f'shows = "{shows}"\norigin = "{origin}"\nruns = [\n{lines}]\n')


if __name__ == "__main__":
    for wanted in sys.argv[1:] or CASES:
        write_case(wanted)
