"""Phone numbers as the field writes them → one form, so that one phone has one pseudonym."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from caringmon.intake.cells import Cells, Reading, read_codes

_SEPARATORS = re.compile(r"[;,|/\n\r]+")
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
    texts = read.values.to_pylist()
    firsts = [None if text is None else _first(text) for text in texts]
    phones = [None if first is None else _national(first) for first in firsts]
    several = [text is not None and len(_numbers(text)) > 1 for text in texts]
    unreadable = [text is not None and phone is None for text, phone in zip(texts, phones, strict=True)]
    rewritten = [phone is not None and phone != first for phone, first in zip(phones, firsts, strict=True)]
    changes = {"PHONES_SEVERAL": np.array(several, dtype=bool), "PHONE_REWRITTEN": np.array(rewritten, dtype=bool)}
    return Reading(pa.array(phones, pa.string()), np.array(unreadable, dtype=bool), changes, read.blocks)


def _numbers(text: str) -> list[str]:
    """Return the numbers of a cell; a short part belongs to the one behind it, 021/5551234."""
    found, begun = [], ""
    for part in _SEPARATORS.split(text):
        begun += part
        if len(re.findall(r"\d", begun)) >= _SHORTEST:
            found.append(begun)
            begun = ""
    return found


def _first(text: str) -> str:
    return next(iter(_numbers(text)), text)


def _national(text: str) -> str | None:
    """Return the digits of a number as dialled inside the country; without a readable number None."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    if "*" in text or not digits.strip("0"):
        return None
    if digits.startswith(_COUNTRY) and len(digits) >= _SHORTEST_ABROAD:
        return "0" + digits.removeprefix(_COUNTRY).lstrip("0")
    return f"0{digits}" if digits.startswith("8") else digits
