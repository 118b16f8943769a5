"""The content of an OpenDocument sheet (.ods) → its cells with an error and its formulas without a value, per table."""

from __future__ import annotations

from collections.abc import Iterable
from xml.parsers import expat

from caringmon.intake.marks import Marks
from caringmon.intake.members import refuse_damaged

_SPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
_CELLS = ("table:table-cell", "table:covered-table-cell")


def ods_marks(file: str, chunks: Iterable[bytes]) -> dict[str, Marks]:
    """Return the marks of each table of `content.xml`, by its name; XML that is not well-formed: DataBlockedError."""
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        refuse_damaged(file)
    return {name: marks for name, marks in walk.tables.items() if marks}


class _Walk:
    """Where in the document the parser is; a repeated row or cell stands for as many."""

    def __init__(self) -> None:
        self.tables: dict[str, Marks] = {}
        self._marks = Marks()
        self._row = self._column = 0
        self._row_repeats = self._cell_repeats = 1
        self._is_error = self._is_formula = self._has_value = False
        self._text = ""
        self._names: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = self._short(name)
        if name in _CELLS:
            said = {self._short(key): value for key, value in attributes.items()}
            self._cell_repeats = _number(said.get("table:number-columns-repeated"))
            self._is_error = said.get("calcext:value-type") == "error"
            self._is_formula = "table:formula" in said
            self._has_value = "office:value-type" in said
            self._text = ""
        elif name == "text:p":
            self._has_value = True
        elif name == "table:table-row":
            said = {self._short(key): value for key, value in attributes.items()}
            self._row_repeats = _number(said.get("table:number-rows-repeated"))
            self._column = 0
        elif name == "table:table":
            said = {self._short(key): value for key, value in attributes.items()}
            self._marks = self.tables.setdefault(said.get("table:name", ""), Marks())
            self._row = 0

    def end(self, name: str) -> None:
        name = self._short(name)
        if name in _CELLS:
            if self._is_error:
                for row, column in self._places():
                    self._marks.add_error(row, column, self._text.strip())
            elif self._is_formula and not self._has_value:
                self._marks.formulas.extend(self._places())
            self._column += self._cell_repeats
            self._is_error = self._is_formula = False
        elif name == "table:table-row":
            self._row += self._row_repeats

    def text(self, data: str) -> None:
        if self._is_error:
            self._text += data

    def _places(self) -> list[tuple[int, int]]:
        rows = range(self._row, self._row + self._row_repeats)
        return [(row, self._column + place) for row in rows for place in range(self._cell_repeats)]

    def _short(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            space, _, local = name.rpartition(" ")
            known = self._names[name] = f"{_SPACES.get(space, space)}:{local}"
        return known


def _number(repeats: str | None) -> int:
    return int(repeats) if repeats is not None and repeats.isdigit() and len(repeats) < 8 else 1
