"""Workbooks to fill in: target, roster, absensi, riwayat. Their columns are those of the table contracts.

A template has our own column names as header, a dropdown for every closed list, one example row that is never
loaded, and a sheet that explains each column.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.errors import UsageError, did_you_mean
from caringmon.model.contracts import EXAMPLE, GUIDE_SHEET, Column, Kind, Table
from caringmon.model.kpi import CATALOGUE
from caringmon.model.tables import TABLES
from caringmon.report.wording import message
from caringmon.xlsx import workbook_bytes

LAST_ROW = 2000
_DATE_FORMAT = "yyyy-mm-dd"
_FIRST_DAY = dt.date(2015, 1, 1)
_FORMATS = {Kind.DATE: _DATE_FORMAT, Kind.MONTH: "@", Kind.CODE: "@", Kind.STAFF: "@", Kind.NAME: "@"}
# Columns whose contract leaves the words open, with those that are usual.
_CHOICES = {"segments": ("CT0", "PRANPC", "CT0|PRANPC"), "kpi": tuple(kpi for kpi in CATALOGUE if kpi.startswith("K"))}
_REQUIRED, _OPTIONAL = PatternFill("solid", fgColor="1F4E79"), PatternFill("solid", fgColor="DDEBF7")
_FACE = "Calibri"
_PLAIN, _BOLD, _TITLE = (
    Font(name=_FACE, size=11),
    Font(name=_FACE, size=11, bold=True),
    Font(name=_FACE, size=14, bold=True),
)
_WHITE = Font(name=_FACE, size=11, bold=True, color="FFFFFF")
_BLUE = Font(name=_FACE, size=11, bold=True, color="1F4E79")
_EXAMPLE_FILL = PatternFill("solid", fgColor="F2F2F2")
_EXAMPLE_FONT = Font(name=_FACE, size=11, italic=True, color="7F7F7F")
_TOP = Alignment(vertical="top", wrap_text=True)
_LINE_HEIGHT = 15
# What Excel takes: letters of a prompt, of its title, and of a list that stands in its rule.
_PROMPT_LENGTH, _PROMPT_TITLE_LENGTH, _LONGEST_LIST = 255, 32, 255
_GUIDE_HEADINGS = ("column", "required", "meaning", "form", "words", "example")
_GUIDE_WIDTHS = (18, 10, 52, 30, 44, 14)
_STEPS = ("colours", "example", "header", "load")


@dataclass(frozen=True)
class Template:
    """The table that a template fills, and the values of its example row, column by column."""

    table: Table
    example: Mapping[str, object]


TEMPLATES: Mapping[str, Template] = {
    "target": Template(
        TABLES["targets"],
        {
            "period": "2022-10", "segment": "CT0", "level": "TL", "entity_id": EXAMPLE, "metric": "agree",
            "value": 120, "unit": "count", "grain": "MONTH", "apportion": "WORKDAY", "version": 1,
            "approved_by": "MGR01", "approved_at": dt.date(2022, 9, 28), "effective_from": dt.date(2022, 10, 1),
        },
    ),
    "roster": Template(
        TABLES["roster"],
        {
            "person_id": EXAMPLE, "display_name": "Nama Lengkap", "on_air_name": "Nama Udara", "role": "AGENT",
            "reports_to": "TL01", "team_code": "TIM01", "site": "SITE", "segments": "CT0|PRANPC", "fte": 1,
            "valid_from": dt.date(2022, 10, 1),
        },
    ),
    "absensi": Template(
        TABLES["attendance"],
        {
            "date": dt.date(2022, 10, 18), "person_id": EXAMPLE, "planned_min": 480, "login_min": 462,
            "break_min": 30, "aux_min": 18, "talk_min": 250, "wrap_min": 60, "idle_min": 104, "status": "HADIR",
        },
    ),
    "riwayat": Template(
        TABLES["history"],
        {"period": "2022-09", "segment": "CT0", "level": "TL", "entity_id": EXAMPLE, "kpi": "K17", "value": 118},
    ),
}  # fmt: skip


def template_bytes(name: str, lang: str = "id") -> bytes:
    """Return the template of that name as the bytes of an .xlsx file, explained in the language; the same each time.

    An unknown name: UsageError with the nearest one.
    """
    if name not in TEMPLATES:
        raise UsageError(f"unknown template '{name}'.{did_you_mean(name, TEMPLATES)} Known: {', '.join(TEMPLATES)}")
    template = TEMPLATES[name]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = name
    for place, column in enumerate(template.table.columns, 1):
        _write_column(sheet, place, column, template, lang)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 22
    _fit_to_page(sheet)
    _write_guide(workbook.create_sheet(GUIDE_SHEET), name, template, lang)
    return workbook_bytes(workbook)


def _write_column(sheet: Worksheet, place: int, column: Column, template: Template, lang: str) -> None:
    letter = get_column_letter(place)
    header, example = sheet.cell(1, place, column.name), sheet.cell(2, place)
    header.font = _WHITE if column.required else _BLUE
    header.fill = _REQUIRED if column.required else _OPTIONAL
    header.alignment = Alignment(vertical="center")
    example.value = template.example.get(column.name)  # type: ignore[assignment]
    example.font, example.fill = _EXAMPLE_FONT, _EXAMPLE_FILL
    # An empty cell of a text column keeps what is typed: 2022-10 stays a month, 007 keeps its zeros.
    example.number_format = _FORMATS.get(column.kind, "General")
    sheet.column_dimensions[letter].number_format = _FORMATS.get(column.kind, "General")
    sheet.column_dimensions[letter].width = max(13, len(column.name) + 3)
    rule = _rule(column)
    rule.promptTitle = column.name[:_PROMPT_TITLE_LENGTH]
    rule.prompt = ". ".join(_explained(column, template.table, lang))[:_PROMPT_LENGTH]
    rule.error = message("template.wrong", lang)
    rule.showInputMessage = rule.showErrorMessage = True
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _rule(column: Column) -> DataValidation:
    """Return what a spreadsheet lets into the column: a word of its list, a date, a number, else anything."""
    words = f'"{",".join(_words(column))}"'
    if _words(column) and len(words) <= _LONGEST_LIST:
        return DataValidation(type="list", formula1=words, allow_blank=True)
    if column.kind == Kind.DATE:
        first = f"DATE({_FIRST_DAY.year},{_FIRST_DAY.month},{_FIRST_DAY.day})"
        return DataValidation(type="date", operator="greaterThanOrEqual", formula1=first, allow_blank=True)
    if column.kind in (Kind.COUNT, Kind.MINUTES):
        return DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    if column.kind == Kind.NUMBER:
        return DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    return DataValidation(allow_blank=True)


def _words(column: Column) -> Sequence[str]:
    """Return the words of the column's closed list, else those that are usual; free text: none."""
    return column.allowed or _CHOICES.get(column.name, ())


def _explained(column: Column, table: Table, lang: str) -> list[str]:
    need = message("template.required" if column.required else "template.optional", lang)
    return [
        message(f"column.{table.name}.{column.name}", lang),
        need[:1].upper() + need[1:],
        _form(column, lang),
    ]


def _form(column: Column, lang: str) -> str:
    """Return how a value of the column is written."""
    return message(f"template.kind.{'list' if _words(column) else column.kind.value}", lang)


def _write_guide(sheet: Worksheet, name: str, template: Template, lang: str) -> None:
    """Write the sheet that explains the template: what to do, then a row per column."""
    steps = [f"template.rows.{name}", *(f"template.step.{step}" for step in _STEPS)]
    sheet.cell(1, 1, message(f"template.title.{name}", lang)).font = _TITLE
    for row, step in enumerate(steps, 2):
        sheet.cell(row, 1, f"• {message(step, lang)}").font = _PLAIN
    top = len(steps) + 3
    for place, (heading, width) in enumerate(zip(_GUIDE_HEADINGS, _GUIDE_WIDTHS, strict=True), 1):
        cell = sheet.cell(top, place, message(f"template.heading.{heading}", lang))
        cell.font, cell.fill = _WHITE, _REQUIRED
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row, column in enumerate(template.table.columns, top + 1):
        _write_guide_row(sheet, row, _guide_texts(column, template, lang))
    sheet.freeze_panes = f"A{top + 1}"
    _fit_to_page(sheet)


def _guide_texts(column: Column, template: Template, lang: str) -> tuple[str, ...]:
    return (
        column.name,
        message("template.yes", lang) if column.required else "–",
        message(f"column.{template.table.name}.{column.name}", lang),
        _form(column, lang),
        ", ".join(_words(column)),
        str(template.example.get(column.name, "")),
    )


def _write_guide_row(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    for place, text in enumerate(texts, 1):
        cell = sheet.cell(row, place, text)
        cell.alignment = _TOP
        cell.font = _BOLD if place == 1 else _PLAIN
    # Readers do not grow a row for wrapped text by themselves; a line holds about as many letters as its width says.
    lines = max(math.ceil(len(text) / width) for text, width in zip(texts, _GUIDE_WIDTHS, strict=True))
    sheet.row_dimensions[row].height = lines * _LINE_HEIGHT


def _fit_to_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
