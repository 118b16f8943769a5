"""The XML of a sheet (.xlsx) → its cells with an error and its formulas without a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from caringmon.errors import DataBlockedError
from caringmon.intake.marks import Marks, Place

_LONGEST_ROW = 64 << 20
_ERROR_TYPES = (b't="e"', b"t='e'")
_REFERENCE = re.compile(rb"""\sr=["']([A-Za-z]{1,3})(\d{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")


@dataclass(frozen=True)
class _Tags:
    """The spellings of the elements of one sheet, whose names may carry a prefix."""

    cell: re.Pattern[bytes]
    cell_end: bytes
    row: re.Pattern[bytes]
    row_end: bytes
    formula_start: bytes
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]

    @classmethod
    def of(cls, start: bytes) -> _Tags:
        """Return the tags as the root element at the start of the sheet spells them."""
        root = _ROOT.search(start)
        p = (root[1] or b"") if root else b""
        return cls(
            cell=re.compile(rb"<%bc(?=[\s/>])[^>]*>" % p),
            cell_end=b"</%bc>" % p,
            row=re.compile(rb"<%brow(?=[\s/>])[^>]*>" % p),
            row_end=b"</%brow>" % p,
            formula_start=b"<%bf" % p,
            formula=re.compile(rb"<%bf(?:\s[^>]*?)?(?:/>|>[^<]*</%bf\s*>)\s*(<%bv(?:\s[^>]*)?/?>)?([^<])?" % (p, p, p)),
            value=re.compile(rb"<%bv(?:\s[^>]*)?>([^<]*)<" % p),
        )


def marked_cells(file: str, chunks: Iterable[bytes]) -> Marks:
    """Return the marks of a sheet whose XML comes in pieces; an attribute is taken as `t="e"`, without spaces."""
    marks = Marks()
    last_row = -1
    for block, tags in _blocks(file, chunks):
        if any(kind in block for kind in _ERROR_TYPES):
            _add_errors(marks, tags, block, last_row)
        if tags.formula_start in block:
            _add_formulas(marks, tags, block, last_row)
        last_row = _last_row(tags, block, last_row)
    return marks


def _blocks(file: str, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, _Tags]]:
    """Yield the XML in pieces that end with a row."""
    tags: _Tags | None = None
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        tags = tags or _Tags.of(block)
        end = block.rfind(tags.row_end) + len(tags.row_end)
        if end >= len(tags.row_end):
            yield block[:end], tags
            rest = block[end:]
        else:
            rest = block
        if len(rest) > _LONGEST_ROW:
            raise DataBlockedError(f"{file}: a sheet holds a row longer than 64 MB, which no export does; not read")
    if tags is not None:
        yield rest, tags


def _add_errors(marks: Marks, tags: _Tags, block: bytes, last_row: int) -> None:
    for kind in _ERROR_TYPES:
        position = block.find(kind)
        while position >= 0:
            cell = tags.cell.match(block, block.rfind(b"<", 0, position))
            if cell and cell.end() > position:
                value = tags.value.search(block, cell.end(), block.find(tags.cell_end, cell.end()) + 1)
                text = value[1].decode("utf-8", "replace").strip() if value else ""
                marks.add_error(*_place(tags, block, cell, last_row), text)
            position = block.find(kind, position + 1)


def _add_formulas(marks: Marks, tags: _Tags, block: bytes, last_row: int) -> None:
    """Note the formulas without a value; an empty value of a text formula is a value."""
    for formula in tags.formula.finditer(block):
        has_element, has_text = formula[1] is not None, formula[2] is not None
        if has_element and has_text and not formula[1].endswith(b"/>"):
            continue
        cell = tags.cell.match(block, block.rfind(b"<", 0, formula.start()))
        if cell is None or (has_element and re.search(rb"""\st=["']str["']""", cell[0])):
            continue
        marks.formulas.append(_place(tags, block, cell, last_row))


def _place(tags: _Tags, block: bytes, cell: re.Match[bytes], last_row: int) -> Place:
    """Return a cell's place: as it says, else by counting in its row, as the format defines it."""
    named = _REFERENCE.search(cell[0])
    if named:
        return int(named[2]) - 1, _column(named[1])
    rows = list(tags.row.finditer(block, 0, cell.start()))
    column = -1
    for other in tags.cell.finditer(block, rows[-1].end() if rows else 0, cell.end()):
        reference = _REFERENCE.search(other[0])
        column = _column(reference[1]) if reference else column + 1
    return _count_rows(rows, last_row), column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _last_row(tags: _Tags, block: bytes, last_row: int) -> int:
    start = block.rfind(tags.row_end[:1] + tags.row_end[2:-1])
    tag = tags.row.match(block, start) if start >= 0 else None
    number = _ROW_NUMBER.search(tag[0]) if tag else None
    return int(number[1]) - 1 if number else _count_rows(tags.row.finditer(block), last_row)


def _count_rows(rows: Iterable[re.Match[bytes]], last_row: int) -> int:
    for row in rows:
        number = _ROW_NUMBER.search(row[0])
        last_row = int(number[1]) - 1 if number else last_row + 1
    return last_row
