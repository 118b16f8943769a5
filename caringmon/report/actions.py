"""The action list: a restricted workbook for one leader, with what is to be done today, service by service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.report import palette
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.sheets.pen import Pen, at, rule_below, widths
from caringmon.report.wording import Slot, plain, say, word_for
from caringmon.xlsx import workbook_bytes

COLUMNS = ("service", "agent", "arrears", "reason", "do_by", "segment", "team")
INTEGRITY_COLUMNS = ("segment", "agent", "not_valid_agrees", "tapped", "rate", "others_rate", "grave", "to_do")
_WIDTHS = (20, 12, 17, 44, 14, 12, 12)
_INTEGRITY_WIDTHS = (12, 12, 16, 12, 12, 14, 18, 60)
_TITLE_ROW, _ABOUT_ROW, _HEADER_ROW = 1, 2, 4
_RUPIAH, _DATE, _SHARE = '"Rp "#,##0', "dd mmm yyyy", "0.0%"


@dataclass(frozen=True)
class ActionList:
    """What one leader is to do: rows of `analysis.action_lists` with clear service numbers, and what is not known.

    `day`: the day that the data tell of, `today`: the working day on which it is done. `unknown`: by list, why it
    could not be made. `integrity`: agents with a pattern (`analysis.integrity`); None: not for this reader.
    """

    leader: str
    day: dt.date
    today: dt.date
    rows: pd.DataFrame
    lists: Sequence[str]
    unknown: Mapping[str, str] = field(default_factory=dict)
    integrity: pd.DataFrame | None = None


def action_bytes(actions: ActionList, lang: str) -> bytes:
    """Return the workbook as the bytes of an .xlsx file; a sheet per list, also where nothing is to be done."""
    book = Workbook()
    book.remove(book.worksheets[0])
    pen = Pen(book, lang, plain(say("action.footer", leader=actions.leader, day=actions.day), lang))
    for name in actions.lists:
        _write_list(pen, name, actions)
    if actions.integrity is not None:
        _write_integrity(pen, actions)
    return workbook_bytes(book)


def _write_list(pen: Pen, name: str, actions: ActionList) -> None:
    rows = actions.rows[actions.rows["list"] == name]
    sheet = _sheet(pen, name, COLUMNS, _WIDTHS, actions)
    about = say(f"action.about.{name}" if len(rows) else "action.nothing")
    if name in actions.unknown:
        about = say("action.unknown", why=_why(actions.unknown[name]))
    pen.text(at(sheet, _ABOUT_ROW, 1), about, colour=palette.GREY)
    for row, record in enumerate(rows.to_dict("records"), _HEADER_ROW + 1):
        late = record["due"] < actions.today
        pen.text(at(sheet, row, 1), record["service_no"])
        pen.text(at(sheet, row, 2), record["agent_id"])
        _number(pen, sheet, (row, 3), record["amount"], _RUPIAH)
        pen.text(at(sheet, row, 4), _reason(record["reason"], record["detail"]), indent=1)
        _number(pen, sheet, (row, 5), record["due"], _DATE, bold=late, colour=palette.RED if late else palette.INK)
        pen.text(at(sheet, row, 6), SEGMENT_NAMES.get(record["segment"], record["segment"]))
        pen.text(at(sheet, row, 7), record["team"])
    _finish(sheet, len(COLUMNS), _HEADER_ROW + len(rows))


def _write_integrity(pen: Pen, actions: ActionList) -> None:
    found = actions.integrity if actions.integrity is not None else pd.DataFrame()
    sheet = _sheet(pen, "integrity", INTEGRITY_COLUMNS, _INTEGRITY_WIDTHS, actions)
    pen.text(at(sheet, _ABOUT_ROW, 1), say("action.about.integrity" if len(found) else "action.nothing"),
             colour=palette.GREY)  # fmt: skip
    for row, record in enumerate(found.to_dict("records"), _HEADER_ROW + 1):
        pen.text(at(sheet, row, 1), SEGMENT_NAMES.get(record["segment"], record["segment"]))
        pen.text(at(sheet, row, 2), record["entity"])
        _number(pen, sheet, (row, 3), int(record["not_valid"]), "0")
        _number(pen, sheet, (row, 4), int(record["tapped"]), "0")
        _number(pen, sheet, (row, 5), record["not_valid"] / record["tapped"], _SHARE)
        _number(pen, sheet, (row, 6), float(record["others_rate"]), _SHARE)
        _number(pen, sheet, (row, 7), int(record["grave"]), "0")
        pen.text(at(sheet, row, 8), say("action.integrity.to_do"), indent=1)
    _finish(sheet, len(INTEGRITY_COLUMNS), _HEADER_ROW + len(found))


def _sheet(
    pen: Pen, name: str, columns: Sequence[str], column_widths: Sequence[float], actions: ActionList
) -> Worksheet:
    sheet = pen.sheet(say(f"action.sheet.{name}"))
    title = say("action.title", what=say(f"action.sheet.{name}"), leader=actions.leader, today=actions.today,
                day=actions.day)  # fmt: skip
    pen.text(at(sheet, _TITLE_ROW, 1), title, bold=True, size=14)
    numbers = {place for place, column in enumerate(columns, 1) if column in _RIGHT}
    labels = [say(f"action.col.{column}") for column in columns]
    pen.header(sheet, _HEADER_ROW, labels, left=set(range(1, len(columns) + 1)) - numbers)
    widths(sheet, *column_widths)
    return sheet


_RIGHT = frozenset({"arrears", "not_valid_agrees", "tapped", "rate", "others_rate", "grave"})


def _finish(sheet: Worksheet, columns: int, last_row: int) -> None:
    for row in range(_HEADER_ROW + 1, last_row + 1):
        rule_below(sheet, row, columns)
    last = get_column_letter(columns)
    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{last}{max(last_row, _HEADER_ROW + 1)}"
    sheet.print_area = f"A1:{last}{max(last_row, _HEADER_ROW)}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"


def _number(
    pen: Pen, sheet: Worksheet, place: tuple[int, int], value: float | dt.date, shape: str,
    bold: bool = False, colour: str = palette.INK,
) -> None:  # fmt: skip
    cell = at(sheet, *place)
    pen.dress(cell, shape=shape, align="left" if isinstance(value, dt.date) else "right", bold=bold, colour=colour)
    cell.value = value


def _reason(reason: str, detail: str) -> Slot:
    if reason == "returned":
        return say("action.reason.returned", why=word_for("defect", detail) if detail else "–")
    return say(f"action.reason.{reason}", days=detail)


def _why(note: str) -> Slot:
    return word_for("table", note.partition(":")[2])
