"""Large sheets, quickly: openpyxl makes the shell with its styles, the rows are written into it as XML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.xlsx import workbook_bytes

_SHEET = "xl/worksheets/sheet1.xml"
_EXCEL_EPOCH = np.datetime64("1899-12-30T00:00:00")
_DATE_FORMAT, _INSTANT_FORMAT = "DD/MM/YYYY", "DD/MM/YYYY HH:MM:SS"


def save_table(path: Path, title: str, table: pd.DataFrame, heading: Sequence[str] = ()) -> None:
    """Write the table as the only sheet of a workbook, equal bytes for equal content.

    `heading` lines stand above the header row, each merged over all columns. Numbers and datetimes become real
    cells, everything else text; missing values become empty cells.
    """
    shell = Workbook()
    sheet = shell.active
    if not isinstance(sheet, Worksheet):  # pragma: no cover - a new workbook has one worksheet
        raise TypeError("a new workbook has no worksheet")
    sheet.title = title
    for number, line in enumerate(heading, 1):
        sheet.cell(number, 1, line).font = Font(bold=True)
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=table.shape[1])
    top = len(heading) + 1
    for place, name in enumerate(table.columns, 1):
        sheet.cell(top, place, str(name)).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 16
    styles = {
        form: _style(sheet, top + 1, place, form) for place, form in enumerate((_DATE_FORMAT, _INSTANT_FORMAT), 1)
    }
    rows = _rows_xml(table, top + 1, styles)
    reference = f"A1:{get_column_letter(table.shape[1])}{top + len(table)}"
    path.write_bytes(_with_rows(workbook_bytes(shell), rows, f'<row r="{top + 1}"', reference))


def _style(sheet: Worksheet, row: int, column: int, number_format: str) -> int:
    """Return the style number of a format, registered on an empty cell of a row that will be replaced."""
    cell = sheet.cell(row, column)
    cell.number_format = number_format
    return int(cell.style_id)


def _rows_xml(table: pd.DataFrame, first: int, styles: dict[str, int]) -> str:
    numbers = range(first, first + len(table))
    columns = [_cells(table.iloc[:, i], get_column_letter(i + 1), first, styles) for i in range(table.shape[1])]
    lines = ("".join(cells) for cells in zip(*columns, strict=True))
    return "".join(f'<row r="{n}">{line}</row>' for n, line in zip(numbers, lines, strict=True))


def _cells(column: pd.Series, letter: str, first: int, styles: dict[str, int]) -> list[str]:
    if column.dtype.kind == "M":
        instants = column.to_numpy().astype("datetime64[s]")
        serials = (instants - _EXCEL_EPOCH).astype("timedelta64[s]").astype(np.int64) / 86_400
        whole = bool((column.dropna().dt.normalize() == column.dropna()).all())
        style = styles[_DATE_FORMAT if whole else _INSTANT_FORMAT]
        texts = [repr(int(s)) if whole else repr(s) for s in serials.tolist()]
        return [
            "" if missing else f'<c r="{letter}{n}" s="{style}"><v>{text}</v></c>'
            for n, (text, missing) in enumerate(zip(texts, np.isnat(instants).tolist(), strict=True), first)
        ]
    if column.dtype.kind in "iuf":
        return [f'<c r="{letter}{n}"><v>{value!r}</v></c>' for n, value in enumerate(column.tolist(), first)]
    texts = ["" if value is None else escape(str(value)) for value in column.tolist()]
    cell = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    return [cell.format(letter, n, text) if text else "" for n, text in enumerate(texts, first)]


def _with_rows(shell: bytes, rows: str, sample: str, reference: str) -> bytes:
    """Return the file image with `rows` in place of the sample row, and with the reference of the whole table."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(shell)) as source, zipfile.ZipFile(packed, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == _SHEET:
                head, tail = data.decode().split("</sheetData>")
                head = head[: head.index(sample)]
                head = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{reference}"', head)
                data = f"{head}{rows}</sheetData>{tail}".encode()
            target.writestr(member, data)
    return packed.getvalue()
