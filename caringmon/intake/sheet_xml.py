"""The XML of a sheet (.xlsx) → its cells with an error and its formulas without a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from caringmon.errors import DataBlockedError
from caringmon.intake.marks import Marks, Place

_LONGEST_ROW = 64 << 20
_SEAM = 32
_ERROR_TYPES = (b't="e"', b"t='e'")
_TEXT_TYPE = re.compile(rb"""\st=["']str["']""")
_REFERENCE = re.compile(rb"""\sr=["']([A-Za-z]{1,3})(\d{1,7})["']""")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")


@dataclass(frozen=True)
class _Tags:
    """The spellings of the elements of one sheet, whose names may carry a prefix."""

    cell: re.Pattern[bytes]
    cell_end: bytes
    row_or_cell: re.Pattern[bytes]
    row_end: bytes
    formula_start: bytes
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]

    @classmethod
    def of(cls, start: bytes) -> _Tags:
        """Return the tags as the root element at the start of the sheet spells them."""
        root = _ROOT.search(start)
        p = (root[1] or b"") if root else b""
        content = rb"(?:\s[^<>]*?)?(?:/>|>[^<]*</%bf\s*>)\s*" % p
        return cls(
            cell=re.compile(rb"<%bc(?=[\s/>])[^<>]*>" % p),
            cell_end=b"</%bc>" % p,
            row_or_cell=re.compile(rb"<%b(?:(row)|c)(?=[\s/>])[^<>]*>" % p),
            row_end=b"</%brow>" % p,
            formula_start=b"<%bf" % p,
            formula=re.compile(rb"<%bf%b(?P<value><%bv(?:\s[^<>]*)?/?>)?(?P<some>[^<]|<%bis\b)?" % (p, content, p, p)),
            value=re.compile(rb"<%bv(?:\s[^<>]*)?>([^<]*)<" % p),
        )


@dataclass(frozen=True)
class _Block:
    """A piece of a sheet that ends with a row; `last_row` is the number of the row before it, counted from 0."""

    text: bytes
    tags: _Tags
    last_row: int

    def place(self, cell: re.Match[bytes]) -> Place:
        """Return a cell's place: as it says, else as it follows from those before it."""
        named = _REFERENCE.search(cell[0])
        return (int(named[2]) - 1, _column(named[1])) if named else self._implied[cell.start()]

    @property
    def end_row(self) -> int:
        """The number of the last row of the block."""
        start = self.text.rfind(self.tags.row_end.replace(b"</", b"<")[:-1])
        number = _ROW_NUMBER.search(self.text[start : self.text.find(b">", start)]) if start >= 0 else None
        if start < 0:
            return self.last_row
        return int(number[1]) - 1 if number else max((row for row, _ in self._implied.values()), default=self.last_row)

    @cached_property
    def _implied(self) -> dict[int, Place]:
        """The places of all rows and cells by where they begin; without a number each follows the one before."""
        places = {}
        row, column = self.last_row, -1
        for tag in self.tags.row_or_cell.finditer(self.text):
            if tag[1]:
                number = _ROW_NUMBER.search(tag[0])
                row, column = int(number[1]) - 1 if number else row + 1, -1
            else:
                named = _REFERENCE.search(tag[0])
                column = _column(named[1]) if named else column + 1
            places[tag.start()] = row, column
        return places


def marked_cells(file: str, chunks: Iterable[bytes]) -> Marks:
    """Return the marks of a sheet whose XML comes in pieces; an attribute is taken as `t="e"`, without spaces."""
    marks = Marks()
    for block in _blocks(file, chunks):
        if any(kind in block.text for kind in _ERROR_TYPES):
            _add_errors(marks, block)
        if block.tags.formula_start in block.text:
            _add_formulas(marks, block)
    return marks


def _blocks(file: str, chunks: Iterable[bytes]) -> Iterator[_Block]:
    tags: _Tags | None = None
    waiting: list[bytes] = []
    size, last_row = 0, -1
    for chunk in chunks:
        tags = tags or _Tags.of(chunk)
        # A row's end that lies across two pieces is seen, or else found with the next one.
        is_whole = tags.row_end in (waiting[-1][-_SEAM:] if waiting else b"") + chunk
        waiting.append(chunk)
        size += len(chunk)
        if is_whole:
            text = b"".join(waiting)
            end = text.rfind(tags.row_end) + len(tags.row_end)
            block = _Block(text[:end], tags, last_row)
            yield block
            last_row, waiting, size = block.end_row, [text[end:]], len(text) - end
        if size > _LONGEST_ROW:
            raise DataBlockedError(f"{file}: a sheet holds a row longer than 64 MB, which no export does; not read")
    if tags is not None:
        yield _Block(b"".join(waiting), tags, last_row)


def _add_errors(marks: Marks, block: _Block) -> None:
    text, tags = block.text, block.tags
    for kind in _ERROR_TYPES:
        position = text.find(kind)
        while position >= 0:
            cell = tags.cell.match(text, text.rfind(b"<", 0, position))
            if cell and cell.end() > position:
                end = cell.end() if cell[0].endswith(b"/>") else text.find(tags.cell_end, cell.end()) + 1
                value = tags.value.search(text, cell.end(), end)
                if value and value[1].strip():
                    marks.add_error(*block.place(cell), value[1].decode("utf-8", "replace").strip())
            position = text.find(kind, position + 1)


def _add_formulas(marks: Marks, block: _Block) -> None:
    """Note the formulas without a value; an empty value of a text formula is a value."""
    for formula in block.tags.formula.finditer(block.text):
        if formula["some"] and not (formula["value"] or b"").endswith(b"/>"):
            continue
        cell = block.tags.cell.match(block.text, block.text.rfind(b"<", 0, formula.start()))
        if cell and not (formula["value"] and _TEXT_TYPE.search(cell[0])):
            marks.formulas.append(block.place(cell))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
