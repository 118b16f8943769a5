"""The publish gate of the workbook: its evidence, numbers, words and formulas against the findings."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from caringmon.model.findings import Figure, Findings
from caringmon.report.figures import allowed_numbers, shortened, text_faults
from caringmon.report.numerals import machine_value, part_of
from caringmon.report.own_counts import registered
from caringmon.report.sheets.evidence import COLUMNS
from caringmon.report.sheets.pen import Pen
from caringmon.report.sheets.summary import version_words
from caringmon.report.workbook import report_sheets

Place = tuple[str, str]  # title of a sheet, and a cell
_PLACES = {"": "places", "numerator": "numerator_places"}
_NUMBERS = {"value": "", "numerator": "numerator", "denominator": "denominator"}


def check_workbook(data: bytes, findings: Findings, version: int | None) -> list[str]:
    """Return the faults of a workbook: its evidence, the cells that print figures, other numbers, words, formulas.

    `version`: the one that the workbook was made with; its number is no figure.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), data_only=True)
    figures = registered(findings)
    if "BUKTI" not in book.defined_names:
        return ["the workbook has no named range BUKTI"]
    sheet, area = next(iter(book.defined_names["BUKTI"].destinations))
    cells = book[sheet][area.replace("$", "")]
    rows = [[cell.value for cell in row] for row in cells][1:]
    evidence_from = (sheet, cells[0][0].row)
    evidence = {str(row[0]): dict(zip(COLUMNS, row, strict=True)) for row in rows}
    printed = list(_printed_cells(evidence))
    faults = [*_evidence_faults(evidence, figures), *_printed_faults(book, printed, figures)]
    faults += _unregistered_cells(book, evidence_from, {place for _, _, place in printed})
    faults += _loose_numbers(book, findings, version_words(version, findings.head.lang))
    formulas = load_workbook(io.BytesIO(data))
    return [*faults, *_word_faults(book, formulas, report_sheets(findings, version), evidence_from)]


def _evidence_faults(evidence: Mapping[str, Mapping[str, Any]], figures: Mapping[str, Figure]) -> list[str]:
    faults = [f"BUKTI lacks the figure {name}" for name in figures if name not in evidence]
    faults += [f"BUKTI holds an unknown figure: {name}" for name in evidence if name not in figures]
    for name in figures.keys() & evidence.keys():
        for column, form in _NUMBERS.items():
            number, found = part_of(figures[name], form), evidence[name][column]
            if not _same(found, number):
                faults.append(f"{name}: BUKTI says {found} as {column}, the figure is {_read(figures[name], form)}")
    return sorted(faults)


def _printed_cells(evidence: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, Place]]:
    """Yield each cell that BUKTI says a figure stands in: the figure, the form, and where."""
    for name, row in evidence.items():
        for form, column in _PLACES.items():
            for place in str(row[column] or "").split(", "):
                if "!" in place:
                    sheet, reference = place.rsplit("!", 1)
                    yield name, form, (sheet.strip("'"), reference)


def _printed_faults(
    book: Any, printed: Iterable[tuple[str, str, Place]], figures: Mapping[str, Figure]
) -> Iterator[str]:
    for name, form, (sheet, reference) in printed:
        if name not in figures:
            continue
        if sheet not in book.sheetnames:
            yield f"{name}: the workbook has no sheet '{sheet}'"
            continue
        value = book[sheet][reference].value
        if not _same(value, part_of(figures[name], form)):
            yield f"{name}: cell {sheet}!{reference} holds {value}, the figure is {_read(figures[name], form)}"


def _unregistered_cells(book: Any, evidence_from: tuple[str, int], known: set[Place]) -> list[str]:
    return [
        f"cell {sheet.title}!{cell.coordinate} holds the number {cell.value}, which is no registered figure"
        for sheet in book.worksheets
        for row in _rows(sheet, _above(sheet, evidence_from))
        for cell in row
        if isinstance(cell.value, int | float) and (sheet.title, cell.coordinate) not in known
    ]


def _loose_numbers(book: Any, findings: Findings, version: list[str]) -> list[str]:
    """Return the numbers in the texts of the sheet that reads as a page, where they print no figure."""
    allowed = allowed_numbers(registered(findings).values(), findings.head.lang)
    texts = {cell.coordinate: cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    return [
        fault
        for place, text in texts.items()
        if isinstance(text, str)
        for fault in text_faults(_without(text, version), allowed, findings, f"cell {place}")
    ]


def _word_faults(values: Any, formulas: Any, pen: Pen, evidence_from: tuple[str, int]) -> Iterator[str]:
    """Yield where a text, a formula or the stored word of a formula is not what the findings say."""
    for sheet in pen.book.worksheets:
        title = str(sheet.title)
        if title not in values.sheetnames:
            yield f"the workbook has no sheet '{title}'"
            continue
        said, found = _texts(sheet), _texts(formulas[title], _above(formulas[title], evidence_from))
        cached = {place: word for place, word in pen.cached[title].items() if isinstance(word, str)}
        stored = {place: values[title][place].value for place in cached}
        for expected, actual in ((said, found), (cached, stored)):
            for place in sorted(expected.keys() | actual.keys()):
                if expected.get(place) != actual.get(place):
                    yield (
                        f"cell {title}!{place} reads '{shortened(str(actual.get(place, '')))}', "
                        f"the findings say '{shortened(str(expected.get(place, '')))}'"
                    )


def _above(sheet: Any, evidence_from: tuple[str, int]) -> int:
    """Return the last row of a sheet above the evidence, its title left out; of a sheet without it the last row."""
    title, first = evidence_from
    return max(first - 2, 0) if sheet.title == title else int(sheet.max_row)


def _rows(sheet: Any, last: int) -> Iterable[Any]:
    """Return the rows of a sheet up to the last one; before the first: none."""
    rows: Iterable[Any] = sheet.iter_rows(max_row=last) if last > 0 else ()
    return rows


def _texts(sheet: Any, last: int | None = None) -> dict[str, str]:
    cells = (cell for row in _rows(sheet, sheet.max_row if last is None else last) for cell in row)
    return {cell.coordinate: cell.value for cell in cells if isinstance(cell.value, str) and cell.value}


def _read(figure: Figure, form: str) -> str:
    return machine_value(figure, form) or "not available"


def _same(value: object, number: float) -> bool:
    if not isinstance(value, int | float):
        return math.isnan(number)
    return math.isclose(value, number, rel_tol=1e-12, abs_tol=1e-12)


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return text
