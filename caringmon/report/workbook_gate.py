"""The gate of the workbook: every cell against the figure, the words or the formula that belong in it.

What belongs where is known from the findings alone; that the file says so in `BUKTI` is checked, never believed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caringmon.model.findings import Figure, Findings
from caringmon.report.figures import allowed_numbers, names_with_digits, text_faults
from caringmon.report.notes import leader_notes
from caringmon.report.numerals import machine_value, part_of
from caringmon.report.own_counts import registered
from caringmon.report.sentence_gate import shortened, unlike
from caringmon.report.sheets import evidence
from caringmon.report.sheets.heading import version_words
from caringmon.report.sheets.pen import Pen
from caringmon.report.wording import plain
from caringmon.report.workbook import written_workbook
from caringmon.report.workbook_cells import Stored, StoredBook, stored_book

EVIDENCE = "BUKTI"
_NUMBERS = {"value": "", "numerator": "numerator", "denominator": "denominator"}
Place = tuple[str, str]  # title of a sheet, and a cell


@dataclass(frozen=True)
class _Due:
    """What the findings put into a workbook: its cells by sheet, which figure stands where, where BUKTI lies.

    `proofs`: which figure and which of its numbers each number of BUKTI is.
    """

    cells: Mapping[str, Mapping[str, Stored]]
    figures: Mapping[Place, tuple[Figure, str]]
    proofs: Mapping[str, tuple[Figure, str]]
    area: str

    @property
    def evidence_sheet(self) -> str:
        """The title of the sheet of evidence, which comes last."""
        return list(self.cells)[-1]


def check_workbook(data: bytes, findings: Findings, version: int) -> list[str]:
    """Return the faults of a workbook: see `workbook_checker`."""
    return workbook_checker(findings, version)(data)


def workbook_checker(findings: Findings, version: int) -> Callable[[bytes], list[str]]:
    """Return the check of a workbook against the findings, which are read once.

    Checked: numbers and their formats, dates, words, formulas and the values stored beside them, the evidence, the
    numbers that charts store, and numbers in the words of the first sheet. `version`: the one that the workbook was
    made with; its number is no figure, nor is what a person typed into the notes.
    """
    due = _due(findings, version)
    allowed = allowed_numbers(registered(findings).values(), findings.head.lang)
    names = names_with_digits(findings)
    typed = [plain(note, findings.head.lang) for note in leader_notes(findings)]
    own = [*version_words(version, findings.head.lang), *typed]

    def check(data: bytes) -> list[str]:
        try:
            book = stored_book(data)
        except Exception as broken:  # whatever bytes are there, and whatever a library makes of them
            return [f"cannot be read as a workbook ({type(broken).__name__})"]
        if EVIDENCE not in book.names:
            return [f"the workbook has no named range {EVIDENCE}"]
        faults = [] if book.names[EVIDENCE] == due.area else [f"{EVIDENCE} is another range than {due.area}"]
        faults += [fault for title in due.cells for fault in _sheet_faults(book, title, due)]
        faults += [f"the workbook has a sheet of its own: '{shortened(t)}'" for t in book.sheets if t not in due.cells]
        first = next(iter(due.cells))
        for place, cell in book.sheets.get(first, {}).items():
            if isinstance(cell.value, str):
                faults += text_faults(_without(cell.value, own), allowed, names, f"cell {place}")
        return [*faults, *_chart_faults(book)]

    return check


def _due(findings: Findings, version: int) -> _Due:
    pen = written_workbook(findings, version)
    figures = registered(findings)
    places = {}
    for (name, part), printed in pen.places.items():
        for place in printed:
            sheet, reference = place.rsplit("!", 1)
            places[sheet.strip("'"), reference] = figures[name], part
    area = pen.book.defined_names[EVIDENCE].attr_text or ""
    first = first_row(area)
    columns = {name: number for number, name in enumerate(evidence.COLUMNS)}
    proofs = {
        f"{chr(ord('A') + columns[column])}{row}": (figure, column)
        for row, figure in enumerate(figures.values(), first + 1)
        for column in _NUMBERS
    }
    return _Due({str(sheet.title): _cells(sheet, pen) for sheet in pen.book.worksheets}, places, proofs, area)


def _cells(sheet: Any, pen: Pen) -> dict[str, Stored]:
    cached = pen.cached[sheet.title]
    return {
        cell.coordinate: _stored(cell, cached.get(cell.coordinate))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.value != ""
    }


def _stored(cell: Any, cached: float | str | None) -> Stored:
    if cell.data_type == "f":
        return Stored("" if cached is None else cached, str(cell.value).removeprefix("="), cell.number_format)
    if isinstance(cell.value, dt.date):
        return Stored(_serial(cell.value), "", cell.number_format)
    # A file holds 16 digits of a number, as openpyxl writes it.
    value = float(f"{cell.value:.16g}") if isinstance(cell.value, int | float) else cell.value
    return Stored(value, "", cell.number_format)


def _serial(day: dt.date) -> float:
    """Return a date as workbooks count it: days since the last but one of 1899."""
    return float((dt.date(day.year, day.month, day.day) - dt.date(1899, 12, 30)).days)


def _sheet_faults(book: StoredBook, title: str, due: _Due) -> Iterator[str]:
    if title not in book.sheets:
        yield f"the workbook has no sheet '{title}'"
        return
    right, found = due.cells[title], book.sheets[title]
    if right == found:
        return
    nothing = Stored("")
    if title == due.evidence_sheet:
        yield from _listed_faults(right, found, first_row(due.area))
    for place in sorted(right.keys() | found.keys()):
        expected, actual = right.get(place, nothing), found.get(place, nothing)
        if expected != actual:
            yield from _cell_faults((title, place), expected, actual, due)


def _listed_faults(right: Mapping[str, Stored], found: Mapping[str, Stored], first: int) -> Iterator[str]:
    """Yield which figures the evidence, whose header is row `first`, lacks or holds though nobody registered them."""
    known, named = ({str(c.value) for place, c in cells.items() if _is_id(place, first)} for cells in (right, found))
    yield from (f"{EVIDENCE} lacks the figure {name}" for name in sorted(known - named))
    yield from (f"{EVIDENCE} holds an unknown figure: {shortened(name)}" for name in sorted(named - known))


def _is_id(place: str, first: int) -> bool:
    return place[0] == "A" and place[1:].isdigit() and int(place[1:]) > first


def first_row(area: str) -> int:
    """Return the first row of a range as a workbook names it: `'Bukti'!$A$1:$P$90`."""
    return int(area.rsplit("!", 1)[1].split(":")[0].rsplit("$", 1)[1])


def _cell_faults(place: Place, expected: Stored, actual: Stored, due: _Due) -> Iterator[str]:
    """Yield what is wrong with a cell: its number, its words, its formula, how its number is printed."""
    where = f"{place[0]}!{place[1]}"
    if actual.value != expected.value:
        yield from _value_faults(place, expected.value, actual.value, due)
    if actual.formula != expected.formula:
        texts = [f"={cell.formula}" if cell.formula else str(cell.value) for cell in (actual, expected)]
        yield f"cell {where} {unlike(*texts)}"
    if actual.shape != expected.shape and isinstance(expected.value, int | float):
        yield f"cell {where} prints its number as '{shortened(actual.shape)}', its figure reads as '{expected.shape}'"


def _value_faults(place: Place, expected: float | str, actual: float | str, due: _Due) -> Iterator[str]:
    where = f"{place[0]}!{place[1]}"
    held = shortened(actual) if isinstance(actual, str) else f"{actual:.17g}"
    if place in due.figures:
        figure, part = due.figures[place]
        if not isinstance(expected, str):
            yield f"{figure.id}: cell {where} holds {held}, the figure is {machine_value(figure, part)}"
            return
    if place[0] == due.evidence_sheet and place[1] in due.proofs:
        figure, column = due.proofs[place[1]]
        is_na = math.isnan(part_of(figure, _NUMBERS[column]))
        right = "not available" if is_na else machine_value(figure, _NUMBERS[column])
        yield f"{figure.id}: {EVIDENCE} says {held} as {column}, the figure is {right}"
        return
    if not isinstance(actual, str) and isinstance(expected, str):
        yield f"cell {where} holds the number {held}, which is no registered figure"
    elif isinstance(expected, str):
        yield f"cell {where} {unlike(str(actual), expected)}"
    else:
        yield f"cell {where} holds {held}, the findings say {expected:.17g}"


def _chart_faults(book: StoredBook) -> Iterator[str]:
    """Yield the numbers that a chart stores and the cells that it reads do not hold."""
    for point in book.points:
        cell = book.sheets.get(point.sheet, {}).get(point.cell)
        if cell is None or isinstance(cell.value, str) or not math.isclose(cell.value, point.value, rel_tol=1e-12):
            yield f"{point.part}: the chart stores {point.value:.17g} for cell {point.sheet}!{point.cell}"


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return text
