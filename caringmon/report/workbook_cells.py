"""The cells of a workbook as its file stores them: value, formula and number format, whoever saved it.

Spreadsheet libraries answer either with formulas or with their stored values; the gate needs both at once.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import NamedTuple

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATED = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
LARGEST = 200_000_000  # bytes, unpacked


class Stored(NamedTuple):
    """What a cell holds: a number (dates too) or a text, the formula behind it, and the number format."""

    value: float | str
    formula: str = ""
    shape: str = "General"


@dataclass(frozen=True)
class ChartPoint:
    """A number that a chart stores, and the cell that it was read from."""

    part: str
    sheet: str
    cell: str
    value: float


@dataclass(frozen=True)
class StoredBook:
    """A workbook: cells by sheet and reference, named ranges, and the numbers that charts keep."""

    sheets: Mapping[str, Mapping[str, Stored]]
    names: Mapping[str, str]
    points: tuple[ChartPoint, ...]


def stored_book(data: bytes) -> StoredBook:
    """Return what a workbook's file stores.

    Not a workbook, too large, or two parts of one name (of which readers take different ones): ValueError, or what the
    libraries raise on broken bytes.
    """
    parts = _parts(data)
    book = ET.fromstring(parts["xl/workbook.xml"])
    targets = _targets(parts, "xl/workbook.xml")
    strings, shapes = _strings(parts.get("xl/sharedStrings.xml", b"")), _shapes(parts.get("xl/styles.xml", b""))
    sheets = {
        sheet.get("name", ""): _cells(parts[targets[sheet.get(_LINK, "")]], strings, shapes)
        for sheet in book.iter(f"{_MAIN}sheet")
    }
    names = {name.get("name", ""): name.text or "" for name in book.iter(f"{_MAIN}definedName")}
    charts = (name for name in sorted(parts) if name.startswith("xl/charts/chart"))
    return StoredBook(sheets, names, tuple(point for name in charts for point in _points(name, parts[name])))


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len({member.filename for member in members}) < len(members):
            raise ValueError("two parts of one name")
        if sum(member.file_size for member in members) > LARGEST:
            raise ValueError("too large")
        return {member.filename: package.read(member) for member in members}


def _targets(parts: Mapping[str, bytes], part: str) -> dict[str, str]:
    """Return the parts that a part refers to, by the id of the relation."""
    folder, _, name = part.rpartition("/")
    relations = ET.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    return {
        relation.get("Id", ""): normpath(join("/", dirname(part), relation.get("Target", ""))).lstrip("/")
        for relation in relations.iter(_RELATED)
    }


@lru_cache(maxsize=8)
def _strings(xml: bytes) -> tuple[str, ...]:
    return tuple(_text(item) for item in ET.fromstring(xml).iter(f"{_MAIN}si")) if xml else ()


@lru_cache(maxsize=8)
def _shapes(xml: bytes) -> tuple[str, ...]:
    """Return the number format of every cell style, by its number."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    if not xml:
        return ()
    root = ET.fromstring(xml)
    known = {str(number): shape for number, shape in BUILTIN_FORMATS.items()}
    # Formats of conditional formats bear ids of their own and come later.
    for numbered in root.findall(f"{_MAIN}numFmts/{_MAIN}numFmt"):
        known[numbered.get("numFmtId", "")] = numbered.get("formatCode", "")
    return tuple(known.get(look.get("numFmtId", "0"), "") for look in root.findall(f"{_MAIN}cellXfs/{_MAIN}xf"))


@lru_cache(maxsize=64)
def _cells(xml: bytes, strings: tuple[str, ...], shapes: tuple[str, ...]) -> dict[str, Stored]:
    """Return the cells of a sheet that hold something, by reference."""
    found = {}
    for cell in ET.fromstring(xml).iter(f"{_MAIN}c"):
        formula, value = cell.findtext(f"{_MAIN}f", ""), _value(cell, strings)
        if value != "" or formula:
            style = int(cell.get("s", "0"))
            found[cell.get("r", "")] = Stored(value, formula, shapes[style] if shapes else "General")
    return found


def _value(cell: ET.Element, strings: tuple[str, ...]) -> float | str:
    kind, raw = cell.get("t", "n"), cell.findtext(f"{_MAIN}v", "")
    if kind == "inlineStr":
        return _text(cell)
    if kind == "s":
        return strings[int(raw)] if raw else ""
    return float(raw) if raw and kind in {"n", "b"} else raw


def _text(parent: ET.Element) -> str:
    """Return the text below an element, runs joined, without what is written above it in small type."""
    small = {text for run in parent.iter(f"{_MAIN}rPh") for text in run.iter()}
    return "".join(text.text or "" for text in parent.iter(f"{_MAIN}t") if text not in small)


def _points(part: str, xml: bytes) -> Iterator[ChartPoint]:
    """Yield the numbers that a chart stores; each of its ranges is one column."""
    from openpyxl.utils.cell import get_column_letter, range_boundaries

    for reference in ET.fromstring(xml).iter(f"{_CHART}numRef"):
        sheet, area = reference.findtext(f"{_CHART}f", "").rsplit("!", 1)
        column, first, _, _ = range_boundaries(area.replace("$", ""))
        for point in reference.iter(f"{_CHART}pt"):
            cell = f"{get_column_letter(int(column or 0))}{int(first or 0) + int(point.get('idx', '0'))}"
            yield ChartPoint(part, sheet.strip("'"), cell, float(point.findtext(f"{_CHART}v", "nan")))
