// Writes sheets as exceljs, SheetJS and docx do: `node make_submissions.js exceljs|sheetjs|docx OUT`, the sheets as
// JSON on standard input. Called by make_submissions.py; needs `npm install exceljs xlsx docx` in a folder that
// NODE_PATH names.
"use strict";
const fs = require("fs");

const [program, out] = process.argv.slice(2);
const sheets = JSON.parse(fs.readFileSync(0, "utf8"));
const isFormula = (cell) => cell !== null && typeof cell === "object";

async function exceljs() {
  const book = new (require("exceljs").Workbook)();
  book.created = book.modified = new Date(Date.UTC(2024, 2, 1));
  for (const { name, row, column, rows, merges, hidden_rows, hidden_columns } of sheets) {
    const sheet = book.addWorksheet(name);
    rows.forEach((cells, down) => cells.forEach((cell, right) => {
      if (cell === null) return;
      const value = isFormula(cell) ? { formula: cell.formula, result: cell.result ?? undefined } : cell;
      sheet.getCell(row + down, column + right).value = value;
    }));
    merges.forEach((range) => sheet.mergeCells(range));
    hidden_rows.forEach((number) => { sheet.getRow(number).hidden = true; });
    hidden_columns.forEach((number) => { sheet.getColumn(number).hidden = true; });
  }
  await book.xlsx.writeFile(out);
}

function sheetjs() {
  const XLSX = require("xlsx");
  const book = XLSX.utils.book_new();
  for (const { name, row, column, rows, merges, hidden_rows, hidden_columns } of sheets) {
    const cells = rows.map((line) => line.map((cell) => {
      if (!isFormula(cell)) return cell;
      return cell.result === null ? { t: "z", f: cell.formula } : { t: "n", f: cell.formula, v: cell.result };
    }));
    const sheet = XLSX.utils.aoa_to_sheet([[]]);
    XLSX.utils.sheet_add_aoa(sheet, cells, { origin: { r: row - 1, c: column - 1 } });
    sheet["!merges"] = merges.map(XLSX.utils.decode_range);
    sheet["!rows"] = [];
    hidden_rows.forEach((number) => { sheet["!rows"][number - 1] = { hidden: true }; });
    sheet["!cols"] = [];
    hidden_columns.forEach((number) => { sheet["!cols"][number - 1] = { hidden: true }; });
    XLSX.utils.book_append_sheet(book, sheet, name);
  }
  XLSX.writeFile(book, out, { compression: true });
}

// Rows of one cell become paragraphs, the others a table without spans.
async function docx() {
  const { Document, Packer, Paragraph, Table, TableCell, TableRow } = require("docx");
  const paragraph = (text) => new Paragraph(String(text ?? ""));
  const cell = (value) => new TableCell({ children: String(value ?? "").split("\n").map(paragraph) });
  const children = [];
  for (const { rows } of sheets) {
    const lines = rows.filter((cells) => cells.length > 1);
    const first = rows.indexOf(lines[0]);
    rows.slice(0, first).forEach((cells) => children.push(paragraph(cells[0])));
    children.push(new Table({ rows: lines.map((cells) => new TableRow({ children: cells.map(cell) })) }));
    rows.slice(first + lines.length).forEach((cells) => children.push(paragraph(cells[0])));
  }
  fs.writeFileSync(out, await Packer.toBuffer(new Document({ sections: [{ children }] })));
}

({ exceljs, sheetjs, docx })[program]();
