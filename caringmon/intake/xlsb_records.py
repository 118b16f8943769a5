"""The records of a binary workbook (.xlsb) → its cells with an error. Its formulas always hold a value."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from caringmon.intake.marks import ERROR_NAMES, UNNAMED_ERROR, Marks

_ROW, _ERROR, _FORMULA_ERROR, _SHEET = 0, 3, 11, 156  # [MS-XLSB] 2.3.2
_NUMBER = struct.Struct("<I")
_CODE_AT = 8


def xlsb_marks(content: bytes) -> Marks:
    """Return the marks of a sheet part; a record that is cut off ends it, and the reading refuses the file."""
    marks = Marks()
    row = 0
    for kind, start, end in _records(content, frozenset({_ROW, _ERROR, _FORMULA_ERROR})):
        if end - start <= _CODE_AT:
            continue
        (number,) = _NUMBER.unpack_from(content, start)
        if kind == _ROW:
            row = number
        else:
            marks.add_error(row, number, ERROR_NAMES.get(content[start + _CODE_AT], UNNAMED_ERROR))
    return marks


def xlsb_sheets(content: bytes) -> dict[str, str]:
    """Return the name of each sheet of the workbook part, by the id of its relationship."""
    names = {}
    for _, start, end in _records(content, frozenset({_SHEET})):
        relation, after = _text(content, start + 8, end)
        name, _ = _text(content, after, end)
        names[relation] = name
    return names


def _records(content: bytes, kinds: frozenset[int]) -> Iterator[tuple[int, int, int]]:
    """Yield kind, start and end of the records of these kinds ([MS-XLSB] 2.1.4)."""
    at, length = 0, len(content)
    try:
        while at < length:
            kind = content[at]
            at += 1
            if kind & 0x80:
                kind = kind & 0x7F | (content[at] & 0x7F) << 7
                at += 1
            size = shift = 0
            while True:
                byte = content[at]
                at += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 or shift == 28:
                    break
            if kind in kinds:
                yield kind, at, min(at + size, length)
            at += size
    except IndexError:
        return


def _text(content: bytes, start: int, end: int) -> tuple[str, int]:
    if start + 4 > end:
        return "", end
    (length,) = _NUMBER.unpack_from(content, start)
    after = min(start + 4 + 2 * length, end)
    return content[start + 4 : after].decode("utf-16-le", "replace"), after
