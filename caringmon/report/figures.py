"""The publish gate: every number that a document prints must say what the findings say.

Each check returns a list of sentences, one per fault; an empty list is a clean document.
"""

from __future__ import annotations

import io
import math
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from babel.dates import get_month_names

from caringmon.model.findings import Figure, Findings
from caringmon.report.digest import chat_text
from caringmon.report.numerals import LOCALES, MINUS, machine_value, part_of, printed
from caringmon.report.own_counts import registered
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.sheets.summary import version_words
from caringmon.report.wording import DIRECTIONS, LANGUAGES, catalogue, contradiction, figure_text

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NUMBER = re.compile(rf"(?<![\w{MINUS}+-])[{MINUS}+-]?\d[\d.,]*(?<=\d)")
_LONG_RUN = re.compile(r"\d(?:[ .()-]?\d){7,}")
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}(?::\d{2})?\b")


def check_page(html: str, findings: Findings) -> list[str]:
    """Return the faults of a page: `<data>` elements, bare numbers in prose, sentences, alt texts, long numbers."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "html.parser")
    figures, lang = registered(findings), findings.head.lang
    faults = [fault for element in page.find_all("data") for fault in _data_faults(element, figures, lang)]
    faults += [fault for sentence in page.select("[data-say]") for fault in _sentence_faults(sentence, figures, lang)]
    faults += [
        f"a number in prose is no registered figure: '{number}' in '{_shortened(prose.get_text())}'"
        for prose in page.select("[data-prose]")
        for number in _NUMBER.findall(_loose_text(prose))
    ]
    allowed = _allowed_numbers(figures.values(), lang)
    for image in page.find_all("img"):
        faults += _text_faults(str(image.get("alt") or ""), allowed, findings, "alt text")
    return [*faults, *_long_number_faults(page)]


def check_text(text: str, findings: Findings) -> list[str]:
    """Return the faults of the chat text: numbers without a figure, and lines that the findings do not say."""
    allowed = _allowed_numbers(registered(findings).values(), findings.head.lang)
    faults = [fault for line in text.splitlines() for fault in _text_faults(line, allowed, findings, "text")]
    said = chat_text(findings).splitlines()
    faults += [
        f"the findings do not say this line of the text: '{_shortened(line)}'"
        for line in text.splitlines()
        if line not in said
    ]
    return faults


def check_workbook(data: bytes, findings: Findings, version: int | None) -> list[str]:
    """Return the faults of a workbook: the named range BUKTI against the figures, and each printed cell against it.

    `version`: the one that the workbook was made with; its number is no figure.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), data_only=True)
    figures = registered(findings)
    if "BUKTI" not in book.defined_names:
        return ["the workbook has no named range BUKTI"]
    sheet_name, area = next(iter(book.defined_names["BUKTI"].destinations))
    evidence = [[cell.value for cell in row] for row in book[sheet_name][area.replace("$", "")]]
    faults = _evidence_faults(evidence[1:], figures)
    printed_cells: set[tuple[str, str]] = set()
    for row in evidence[1:]:
        figure = figures.get(str(row[0]))
        for form, places in (("", row[-2]), ("numerator", row[-1])):
            for sheet, reference in _places(places):
                printed_cells.add((sheet, reference))
                if figure is not None:
                    faults += _cell_faults(book, sheet, reference, figure, form)
    faults += _unregistered_cells(book, sheet_name, printed_cells)
    allowed = _allowed_numbers(figures.values(), findings.head.lang)
    return [*faults, *_loose_cell_texts(book, findings, allowed, version_words(version, findings.head.lang))]


def _data_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    name, form = str(element.get("data-figure") or ""), str(element.get("data-form") or "")
    figure = figures.get(name)
    if figure is None:
        yield f"<data> names no registered figure: '{name}'"
        return
    if element.get("value") != machine_value(figure, form):
        yield f"{name}: the value is {element.get('value')}, the figure {machine_value(figure, form)}"
    if element.get_text() != figure_text(figure, form, lang):
        yield f"{name}: printed '{element.get_text()}', the figure reads '{figure_text(figure, form, lang)}'"


def _sentence_faults(element: Tag, figures: Mapping[str, Figure], lang: str) -> Iterator[str]:
    """Yield where a sentence differs from its catalogue message, or its direction from its numbers."""
    key = str(element["data-say"])
    message = catalogue(lang).get(key)
    if message is None:
        yield f"a sentence has the unknown key '{key}'"
        return
    if not re.fullmatch(_pattern_of(message), element.get_text(), flags=re.DOTALL):
        yield f"the sentence '{key}' was changed: '{_shortened(element.get_text())}'"
    if _own_directions(element) != _directions_of(message):
        yield f"the sentence '{key}' lost the direction of its figures"
    before: Figure | None = None
    for number in element.find_all("data"):
        figure = figures.get(str(number.get("data-figure")))
        wrong = "" if figure is None else contradiction(str(number.get("data-form") or ""), figure, before)
        if wrong:
            yield f"a direction word contradicts its figure: {wrong}"
        before = figure


def _directions_of(message: str) -> list[str]:
    specs = [spec for _, name, spec, _ in string.Formatter().parse(message) if name is not None]
    return [spec for spec in specs if spec is not None and spec in DIRECTIONS]


def _own_directions(element: Tag) -> list[str]:
    """Return the directions of the figures that stand in the sentence itself, not in one inside it."""
    own = (n for n in element.find_all("data") if n.find_parent(attrs={"data-say": True}) is element)
    return [form for number in own if (form := str(number.get("data-form") or "")) in DIRECTIONS]


def _pattern_of(message: str) -> str:
    parts = string.Formatter().parse(message.replace("*", ""))
    return "".join(re.escape(literal) + (".*" if name is not None else "") for literal, name, _, _ in parts)


def _loose_text(prose: Tag) -> str:
    """Return the text of an element without figures, dates, codes and hashes."""
    texts = []
    for text in prose.find_all(string=True):
        inside = {parent.name for parent in text.parents if parent is not prose}
        codes = any("code" in (parent.get("class") or []) for parent in text.parents)
        if not inside & {"data", "time", "code"} and not codes:
            texts.append(str(text))
    return " ".join(texts)


def _long_number_faults(page: BeautifulSoup) -> Iterator[str]:
    for text in page.find_all(string=_LONG_RUN):
        parents = {parent.name for parent in text.parents}
        if not parents & {"data", "time", "style", "code", "title", "blockquote"}:
            where = text.parent.name if text.parent is not None else "page"
            yield f"a number of eight or more digits stands outside <data>: in <{where}>"


def _allowed_numbers(figures: Iterable[Figure], lang: str) -> set[str]:
    forms = ("", "signed", "less", "numerator", "denominator")
    texts = {printed(figure, form, lang) for figure in figures for form in forms}
    return {number for text in texts for number in _NUMBER.findall(text)}


def _text_faults(text: str, allowed: set[str], findings: Findings, where: str) -> list[str]:
    bare = _without_names(text, findings)
    return [
        f"a number in the {where} is no registered figure: '{number}' in '{_shortened(text)}'"
        for number in _NUMBER.findall(bare)
        if number not in allowed
    ]


def _without_names(text: str, findings: Findings) -> str:
    """Return the text without dates, times, codes and names that hold digits."""
    head = findings.head
    names = {head.form, head.run_id, *SEGMENT_NAMES.values(), *map(str, findings.tables["teams"]["entity"])}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    months = {
        str(name)
        for lang in LANGUAGES for width in ("wide", "abbreviated")
        for name in get_month_names(width, locale=LOCALES[lang]).values()
    }  # fmt: skip
    dates = re.compile(
        rf"\b\d{{1,2}} (?:{'|'.join(sorted(map(re.escape, months), key=len, reverse=True))})(?: \d{{4}})?\b"
    )
    return _TIME.sub(" ", dates.sub(" ", text))


def _evidence_faults(rows: list[list[Any]], figures: Mapping[str, Figure]) -> list[str]:
    found = {str(row[0]): row for row in rows}
    faults = [f"BUKTI lacks the figure {name}" for name in figures if name not in found]
    faults += [f"BUKTI holds an unknown figure: {name}" for name in found if name not in figures]
    for name, row in found.items():
        figure = figures.get(name)
        if figure is not None and not _same(row[8], figure.value):
            faults.append(f"{name}: BUKTI says {row[8]}, the figure is {machine_value(figure) or 'not available'}")
    return faults


def _places(text: object) -> Iterator[tuple[str, str]]:
    for place in str(text or "").split(", "):
        if "!" in place:
            sheet, reference = place.rsplit("!", 1)
            yield sheet.strip("'"), reference


def _cell_faults(book: Any, sheet: str, reference: str, figure: Figure, form: str) -> list[str]:
    if sheet not in book.sheetnames:
        return [f"{figure.id}: the workbook has no sheet '{sheet}'"]
    value = book[sheet][reference].value
    if _same(value, part_of(figure, form)):
        return []
    return [f"{figure.id}: cell {sheet}!{reference} holds {value}, the figure is {machine_value(figure, form) or 'NA'}"]


def _same(value: object, number: float) -> bool:
    if not isinstance(value, int | float):
        return math.isnan(number)
    return math.isclose(value, number, rel_tol=1e-12, abs_tol=1e-12)


def _unregistered_cells(book: Any, evidence_sheet: str, known: set[tuple[str, str]]) -> list[str]:
    return [
        f"cell {sheet.title}!{cell.coordinate} holds the number {cell.value}, which is no registered figure"
        for sheet in book.worksheets
        if sheet.title != evidence_sheet
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and (sheet.title, cell.coordinate) not in known
    ]


def _loose_cell_texts(book: Any, findings: Findings, allowed: set[str], version: list[str]) -> list[str]:
    """Return the numbers in the texts of the sheet that reads as a page, where they print no figure."""
    texts = {cell.coordinate: cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    return [
        fault
        for place, text in texts.items()
        if isinstance(text, str)
        for fault in _text_faults(_without(text, version), allowed, findings, f"cell {place}")
    ]


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return text


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"
