"""Phone numbers as the field writes them → one form, so that one phone has one pseudonym."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import Cells, Reading, read_codes

_SEPARATORS = re.compile(r"[;,|/\n\r]+")
_PLAIN = r"^0[1-9]\d*$"
_COUNTRY = "62"
# A part with fewer digits is an area code, no number of its own.
_SHORTEST = 5
# Below this length, 62 at the start belongs to the number itself.
_SHORTEST_ABROAD = 10


def read_phones(cells: Cells) -> Reading:
    """Return numbers in the national form `081…`: 62…, +62… and 8… become 08…, signs between digits are dropped.

    Of several numbers in one cell the first is the one dialled, counted as `PHONES_SEVERAL`. A text without a number,
    or with digits hidden by stars, is unreadable. Digits lost for good block as in ids.
    """
    read = read_codes(cells)
    phones = read.values.to_numpy(zero_copy_only=False).astype(object)
    several, rewritten, unreadable = (np.zeros(len(cells), dtype=bool) for _ in range(3))
    # Most numbers have the form already, and files are long.
    other = pc.invert(pc.fill_null(pc.match_substring_regex(read.values, _PLAIN), True))
    for place in np.flatnonzero(other.to_numpy(zero_copy_only=False)):
        numbers = _numbers(phones[place])
        first = numbers[0] if numbers else phones[place]
        phone = _national(first)
        several[place] = len(numbers) > 1
        unreadable[place] = phone is None
        rewritten[place] = phone is not None and phone != first
        phones[place] = phone
    changes = {"PHONES_SEVERAL": several, "PHONE_REWRITTEN": rewritten}
    return Reading(pa.array(phones, pa.string()), unreadable, changes, read.blocks)


def _numbers(text: str) -> list[str]:
    """Return the numbers of a cell; a short part belongs to the one behind it, 021/5551234."""
    found, begun = [], ""
    for part in _SEPARATORS.split(text):
        begun += part
        if len(re.findall(r"\d", begun)) >= _SHORTEST:
            found.append(begun.strip())
            begun = ""
    return found


def _national(text: str) -> str | None:
    """Return the digits of a number as dialled inside the country; without a readable number None."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    if "*" in text or not digits.strip("0"):
        return None
    if digits.startswith(_COUNTRY) and len(digits) >= _SHORTEST_ABROAD:
        return "0" + digits.removeprefix(_COUNTRY).lstrip("0")
    return f"0{digits}" if digits.startswith("8") else digits
