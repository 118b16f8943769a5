"""The records of an old workbook (.xls) → its cells with an error. Its formulas always hold a value."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from caringmon.errors import DataBlockedError
from caringmon.intake.compound import Compound
from caringmon.intake.marks import ERROR_NAMES, UNNAMED_ERROR, Marks

# [MS-XLS] 2.3.1
_FORMULA, _PROTECTED, _SHEET, _ERROR, _BEGIN = 0x06, 0x2F, 0x85, 0x205, 0x809


def xls_marks(file: str, data: bytes) -> dict[str, Marks]:
    """Return the marks of each sheet by its name. Protected, or no workbook: DataBlockedError naming the file."""
    compound = Compound(file, data)
    if "EncryptedPackage" in compound.names:
        raise DataBlockedError(f"{file}: is protected by a password; save it without one")
    name = next((name for name in ("Workbook", "Book") if name in compound.names), None)
    if name is None:
        raise DataBlockedError(f"{file}: the content is an Office document without sheets; export it as .xlsx or .csv")
    return _marks(file, compound.stream(name), is_unicode=name == "Workbook")


def _marks(file: str, stream: bytes, *, is_unicode: bool) -> dict[str, Marks]:
    starts: dict[int, Marks] = {}
    found: dict[str, Marks] = {}
    marks = Marks()
    for kind, at, size in _records(stream):
        if kind == _PROTECTED:
            raise DataBlockedError(f"{file}: is protected by a password; save it without one")
        if kind == _BEGIN:
            marks = starts.get(at - 4, marks)
        elif kind == _SHEET and size > 8:
            (start,) = struct.unpack_from("<I", stream, at)
            starts[start] = found.setdefault(_sheet_name(stream[at + 6 : at + size], is_unicode=is_unicode), Marks())
        elif kind == _ERROR and size >= 8 and stream[at + 7] == 1:
            row, column = struct.unpack_from("<HH", stream, at)
            marks.add_error(row, column, ERROR_NAMES.get(stream[at + 6], UNNAMED_ERROR))
        elif kind == _FORMULA and size >= 14 and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
            row, column = struct.unpack_from("<HH", stream, at)
            marks.add_error(row, column, ERROR_NAMES.get(stream[at + 8], UNNAMED_ERROR))
    return {name: marks for name, marks in found.items() if marks}


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, start and size of each record; one that is cut off ends them, and the reading refuses the file."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4
        if at + size > len(stream):
            return
        yield kind, at, size
        at += size


def _sheet_name(record: bytes, *, is_unicode: bool) -> str:
    length = record[0]
    if not is_unicode:
        return record[1 : 1 + length].decode("cp1252", "replace")
    if record[1] & 1:
        return record[2 : 2 + 2 * length].decode("utf-16-le", "replace")
    return record[2 : 2 + length].decode("latin-1")
