"""The tracker: a workbook in which owners say what became of recommendations, and which comes back.

Only the input cells (one colour) can be changed; the status offers where it may go from where it stands.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Border, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.recommendation import Status
from caringmon.report import palette
from caringmon.report.numerals import NA_TEXT
from caringmon.report.sheets.pen import HAIRLINE, Pen, at, lines_needed, rule_below
from caringmon.report.wording import LANGUAGES, message, say
from caringmon.xlsx import workbook_bytes

SHEET = "Tracker"
BASE_VERSION = "base_version"
INPUTS = ("status", "date", "evidence", "note")
COLUMNS = (
    "rec_id", "priority", "segment", "rule", "entity", "finding", "action", "effect", "metric", "owner", "raised",
    "due", "overdue", *INPUTS, "last_step", "agrees",
)  # fmt: skip
LONGEST_TEXT = 500
_WIDTHS = (26, 8, 8, 7, 10, 36, 36, 10, 9, 10, 10, 10, 11, 26, 11, 26, 26, 10, 16)
_TITLE_ROW, _HOW_ROW, _VERSION_ROW, _HEADER_ROW = 1, 2, 3, 5
_DATE_FORMAT, _NUMBER_FORMAT = "yyyy-mm-dd", "#,##0.0"
_INPUT_FILL = PatternFill("solid", fgColor=palette.PALE_BLUE[1:])
_INPUT_BORDER = Border(left=HAIRLINE, right=HAIRLINE, bottom=HAIRLINE)
_LINE_HEIGHT = 13


@dataclass(frozen=True)
class Stamp:
    """What the tracker states of itself: the version of the register that it was made from, and as at which day."""

    base_version: int
    day: dt.date


def tracker_bytes(table: pd.DataFrame, stamp: Stamp, lang: str) -> bytes:
    """Return the tracker of the recommendations in the table (`analysis.follow_up`) as an .xlsx file.

    The same recommendations, version, day and language: the same bytes.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    write_tracker(Pen(book, lang), table, stamp)
    return workbook_bytes(book)


def write_tracker(pen: Pen, table: pd.DataFrame, stamp: Stamp) -> dict[tuple[str, str], Cell]:
    """Write the tracker as a sheet of a workbook; return the cells that hold numbers.

    By recommendation and column (`effect`, `overdue`), and under `("", BASE_VERSION)` that of the version.
    """
    sheet = pen.sheet(SHEET)
    _write_head(pen, sheet, stamp, len(table))
    rows = table.to_dict("records")
    for row, record in enumerate(rows, _HEADER_ROW + 1):
        _write_row(pen, sheet, row, {str(name): value for name, value in record.items()})
    if rows:
        _add_rules(sheet, rows, stamp.day, pen.lang)
    _finish(sheet, _HEADER_ROW + len(rows))
    cells = {("", BASE_VERSION): at(sheet, _VERSION_ROW, 2)}
    for row, record in enumerate(rows, _HEADER_ROW + 1):
        for name in ("effect", "overdue"):
            cells[str(record["rec_id"]), name] = at(sheet, row, COLUMNS.index(name) + 1)
    return cells


def status_words(lang: str) -> dict[Status, str]:
    """Return the word for each status."""
    return {status: message(f"tracker.status.{status}", lang) for status in Status}


def headers() -> dict[str, str]:
    """Return the column behind each header that a tracker may bear, in any language, in small letters."""
    named = {message(f"tracker.col.{name}", lang).casefold(): name for lang in LANGUAGES for name in COLUMNS}
    return named | {name: name for name in COLUMNS}


def _write_head(pen: Pen, sheet: Worksheet, stamp: Stamp, count: int) -> None:
    pen.text(at(sheet, _TITLE_ROW, 1), say("tracker.title", day=stamp.day), bold=True, size=14)
    pen.text(at(sheet, _HOW_ROW, 1), say("tracker.how" if count else "tracker.none"), colour=palette.GREY)
    pen.text(at(sheet, _VERSION_ROW, 1), BASE_VERSION, colour=palette.GREY, size=9)
    version = at(sheet, _VERSION_ROW, 2)
    version.value = stamp.base_version
    pen.dress(version, colour=palette.GREY, size=9, align="left")
    labels = [say(f"tracker.col.{name}") for name in COLUMNS]
    pen.header(sheet, _HEADER_ROW, labels, left=range(1, len(COLUMNS) + 1))
    sheet.row_dimensions[_HEADER_ROW].height = 2 * _LINE_HEIGHT


def _write_row(pen: Pen, sheet: Worksheet, row: int, record: Mapping[str, object]) -> None:
    rule_below(sheet, row, len(COLUMNS))
    for place, name in enumerate(COLUMNS, 1):
        cell = at(sheet, row, place)
        value = _value(name, record, pen.lang)
        if value is None:
            pen.dress(cell, wrap=True)
        elif isinstance(value, str):
            pen.text(cell, value, wrap=True, bold=name == "rec_id")
        else:
            cell.value = value  # type: ignore[assignment]
            pen.dress(cell, align="center" if name == "overdue" else "left", wrap=True)
            cell.number_format = _DATE_FORMAT if isinstance(value, dt.date) else _NUMBER_FORMAT
        if name in INPUTS:
            cell.fill, cell.border, cell.protection = _INPUT_FILL, _INPUT_BORDER, Protection(locked=False)
            cell.number_format = _DATE_FORMAT if name == "date" else "@" if name != "status" else "General"
        elif name == "overdue":
            cell.number_format = "0"
    widths = dict(zip(COLUMNS, _WIDTHS, strict=True))
    lines = max(lines_needed(str(record[name]), widths[name]) for name in ("finding", "action"))
    sheet.row_dimensions[row].height = max(2, lines) * _LINE_HEIGHT


def _value(name: str, record: Mapping[str, object], lang: str) -> object:
    """Return what stands in a column; input cells but the status are empty."""
    effect = float(str(record["effect_value"]))
    values = {
        "rule": record["rule_id"],
        "effect": NA_TEXT if math.isnan(effect) else effect,
        "metric": record["effect_metric"],
        "owner": record["owner_id"] or record["owner_role"],
        "raised": record["raised_on"],
        "overdue": record["workdays_overdue"],
        "status": status_words(lang)[Status(str(record["status"]))],
        "last_step": record["step_on"],
        "agrees": record["linked_agrees"],
        **dict.fromkeys(INPUTS[1:]),
    }
    return values[name] if name in values else record[name]


def _add_rules(sheet: Worksheet, rows: Sequence[Mapping[Hashable, Any]], day: dt.date, lang: str) -> None:
    """Let each input cell take what the register would take: a status to which it may go, a date, a text."""
    words = status_words(lang)
    choices: dict[str, list[int]] = {}
    for row, record in enumerate(rows, _HEADER_ROW + 1):
        statuses = (str(record["status"]), *record["next_statuses"])
        choices.setdefault(",".join(words[Status(status)] for status in statuses), []).append(row)
    for listed, places in sorted(choices.items()):
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        _apply(sheet, rule, "status", places, lang)
    places = list(range(_HEADER_ROW + 1, _HEADER_ROW + 1 + len(rows)))
    first = min(day, *(record["raised_on"] for record in rows))
    start = f"DATE({first.year},{first.month},{first.day})"
    _apply(sheet, DataValidation(type="date", operator="greaterThanOrEqual", formula1=start), "date", places, lang)
    for name in ("evidence", "note"):
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(LONGEST_TEXT))
        _apply(sheet, rule, name, places, lang)


def _apply(sheet: Worksheet, rule: DataValidation, name: str, rows: Sequence[int], lang: str) -> None:
    rule.allow_blank = rule.showInputMessage = rule.showErrorMessage = True
    rule.promptTitle = message(f"tracker.col.{name}", lang)
    rule.prompt = message(f"tracker.prompt.{name}", lang)
    rule.error = message("tracker.wrong", lang)
    letter = get_column_letter(COLUMNS.index(name) + 1)
    for row in rows:
        rule.add(f"{letter}{row}")
    sheet.add_data_validation(rule)


def _finish(sheet: Worksheet, last_row: int) -> None:
    for place, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    last = get_column_letter(len(COLUMNS))
    sheet.freeze_panes = f"B{_HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{last}{max(last_row, _HEADER_ROW + 1)}"
    sheet.print_area = f"A1:{last}{last_row}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    # Without a password: it keeps from mistakes; what comes back is checked all the same.
    protection = sheet.protection
    protection.sheet = True
    protection.autoFilter = protection.formatColumns = protection.formatRows = False
