"""The sheet of teams: one row per team, live formulas for gap, achievement and status, the sites set apart below."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure, Findings
from caringmon.report import palette
from caringmon.report.numerals import NA_TEXT
from caringmon.report.reading import Reader, Team, readers
from caringmon.report.sheets.pen import Pen, at, coloured_word, data_bars, rule_above, widths
from caringmon.report.tables import na_notes, team_name, window_label
from caringmon.report.wording import figure_text, plain, say

HEADER = 3
STATUSES = ("reached", "near", "below", "critical")


@dataclass(frozen=True)
class _Column:
    """One column: its name, the indicator and window behind it, and its formula from other columns, if live."""

    key: str
    kpi: str
    window: str
    form: str = ""
    formula: str = ""


def _columns(actual: str) -> tuple[_Column, ...]:
    return (
        _Column("day_target", "target", "day"),
        _Column("day_gross", "K13", "day"),
        _Column("day_pending", "pending", "day"),
        _Column("day_return", "return_open", "day"),
        _Column("day_not_valid", "not_valid", "day"),
        _Column("day_actual", actual, "day"),
        _Column("day_gap", "K20", "day", "signed", "{day_actual}-{day_target}"),
        _Column("month_target", "target", "mtd"),
        _Column("month_actual", actual, "mtd"),
        _Column("month_pending", "pending", "mtd"),
        _Column("month_gap", "K20", "mtd", "signed", "{month_actual}-{month_target}"),
        _Column("month_achieved", "K19", "mtd", "", "{month_actual}/{month_target}"),
        _Column("status", "K19", "mtd", "status"),
        _Column("full_target", "target", "month"),
    )


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report without teams still has the rows of its sites."""
    sheet = pen.sheet(say("sheet.teams"))
    every = readers(findings)
    if not every:
        pen.text(at(sheet, 1, 1), say("sheet.teams"), bold=True, size=14)
        return
    columns = _known(every)
    pen.text(at(sheet, 1, 1), _title(every[0], pen.lang), bold=True, size=14)
    actual = say(f"col.{every[0].actual}")
    left = {1, 2, 3, *(place for place, column in enumerate(columns, 4) if column.form == "status")}
    named = [say("col.segment"), say("col.team"), say("col.superior")]
    pen.header(sheet, HEADER, [*named, *(say(f"book.{c.key}", actual=actual) for c in columns)], left=left)
    sheet.row_dimensions[HEADER].height = 44
    row = HEADER
    for reader in every:
        for team in reader.teams:
            row += 1
            _row(pen, sheet, row, reader, team, columns)
    last_team = row
    for reader in every:
        row += 1
        _row(pen, sheet, row, reader, None, columns)
    _finish(pen, sheet, columns, last_team, row)
    for note in na_notes(r.get(c.kpi, c.window) for r in every for c in columns):
        row += 1
        pen.text(at(sheet, row + 1, 1), note, colour=palette.GREY, size=9)


def _title(reader: Reader, lang: str) -> str:
    parts = (say("sheet.teams"), window_label(reader, "day"), window_label(reader, "mtd"))
    return " · ".join(plain(part, lang) for part in parts)


def _known(every: tuple[Reader, ...]) -> tuple[_Column, ...]:
    entities = [(reader, entity) for reader in every for entity in ("", *(team.entity for team in reader.teams))]
    return tuple(
        column for column in _columns(every[0].actual)
        if any(reader.value(column.kpi, column.window, entity) is not None for reader, entity in entities)
    )  # fmt: skip


def _row(pen: Pen, sheet: Worksheet, row: int, reader: Reader, team: Team | None, columns: tuple[_Column, ...]) -> None:
    is_site, entity = team is None, "" if team is None else team.entity
    pen.text(at(sheet, row, 1), reader.name, bold=is_site)
    pen.text(at(sheet, row, 2), say("row.site") if team is None else team_name(team), bold=is_site)
    pen.text(at(sheet, row, 3), "" if team is None else team.superior)
    letters = {column.key: f"{get_column_letter(place)}{row}" for place, column in enumerate(columns, 4)}
    for place, column in enumerate(columns, 4):
        cell, figure = at(sheet, row, place), reader.get(column.kpi, column.window, entity)
        if column.form == "status":
            _status(pen, cell, figure, letters["month_achieved"], is_site)
        elif figure is None or not column.formula:
            pen.figure(cell, figure, column.form, bold=is_site)
        else:
            top, bottom = column.formula.format(**letters).replace("/", " ").replace("-", " ").split()
            operator = "/" if "/" in column.formula else "-"
            guard = f"IF(AND(ISNUMBER({top}),N({bottom})>0)" if operator == "/" else f"IF(COUNT({top},{bottom})=2"
            pen.formula(cell, f'={guard},{top}{operator}{bottom},"{NA_TEXT}")', figure, column.form, bold=is_site)


def _status(pen: Pen, cell: Cell, figure: Figure | None, achieved: str, is_site: bool) -> None:
    words = [plain(say(f"status.{name}"), pen.lang) for name in STATUSES]
    formula = (
        f'=IF(ISNUMBER({achieved}),IF({achieved}>=1,"{words[0]}",IF({achieved}>=0.9,"{words[1]}",'
        f'IF({achieved}>=0.75,"{words[2]}","{words[3]}"))),"{NA_TEXT}")'
    )
    value = NA_TEXT if figure is None else figure_text(figure, "status", pen.lang)
    pen.words(cell, formula, value, bold=is_site, indent=1)


def _finish(pen: Pen, sheet: Worksheet, columns: tuple[_Column, ...], last_team: int, last: int) -> None:
    width = 3 + len(columns)
    rule_above(sheet, last_team + 1, width)
    sheet.freeze_panes = f"D{HEADER + 1}"
    sheet.auto_filter.ref = f"A{HEADER}:{get_column_letter(width)}{last_team}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.print_area = f"A1:{get_column_letter(width)}{last + 3}"
    widths(sheet, 9, 17, 9, *(16 if column.form == "status" else 10 for column in columns))
    for place, column in enumerate(columns, 4):
        letter = get_column_letter(place)
        cells = f"{letter}{HEADER + 1}:{letter}{last}"
        if column.key == "month_achieved":
            sheet.conditional_formatting.add(cells, data_bars(1.25))
        for name in STATUSES if column.form == "status" else ():
            word = plain(say(f"status.{name}"), pen.lang)
            sheet.conditional_formatting.add(cells, coloured_word(word, palette.STATUS[name]))
