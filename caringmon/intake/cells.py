"""The distinct values of a column on their way from raw to typed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.sheets import Bools, Cell

BLANKS = frozenset({"", "-", "--", "null", "nan", "none", "n/a", "na", "nil"})
# What Excel shows instead of a value, in any language: #N/A, #REF!, and ### where a column is too narrow.
_FORMULA_ERROR = r"^#(?:#+|[A-Z][A-Z0-9/_]*[!?]?)$"
_NO_BREAK_SPACE = "&nbsp;?|_x000D_|[\u00a0\u2007\u202f\u200b\ufeff]"
_WHOLE_DIGITS = 1e15  # above, a double no longer holds every whole number that a person sees


@dataclass(frozen=True)
class Cells:
    """Distinct values: `texts` cleaned, null where blank; `typed`, by position, what a workbook typed itself.

    `changes`: issue code → which values had something taken away that was not mere space. `month_first`: dates in
    digits that could be read either way are month first, as is known from the file that the cells once stood in.
    """

    texts: pa.Array
    typed: Mapping[int, Cell]
    changes: Mapping[str, Bools]
    month_first: bool = False

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def filled(self) -> Bools:
        """Which values are neither blank nor an error of a formula."""
        filled = mask_of(pc.is_valid(self.texts))
        filled[list(self.typed)] = True
        return filled


@dataclass(frozen=True)
class Reading:
    """The distinct values of a column, typed; null where blank or `unreadable`.

    `changes`: issue code → which values were changed by more than typing. `blocks`: the same for codes that refuse
    the file. `skipped`: the same for codes of rows that are knowingly not loaded.
    """

    values: pa.Array
    unreadable: Bools
    changes: Mapping[str, Bools] = field(default_factory=dict)
    blocks: Mapping[str, Bools] = field(default_factory=dict)
    skipped: Mapping[str, Bools] = field(default_factory=dict)


def cells_of(distinct: Sequence[Cell] | pa.StringArray) -> Cells:
    """Return distinct raw values with texts in NFC, without outer spaces and no-break spaces; blank words are null."""
    raw, typed = _texts_and_typed(distinct)
    spaced = mask_of(pc.match_substring_regex(raw, _NO_BREAK_SPACE))
    texts = pc.replace_substring_regex(raw, _NO_BREAK_SPACE, " ") if spaced.any() else raw
    texts = pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFC"))
    broken = mask_of(pc.match_substring_regex(texts, _FORMULA_ERROR))
    blank = mask_of(pc.is_in(pc.utf8_lower(texts), pa.array(sorted(BLANKS)))) | broken
    for number, value in list(typed.items()):
        if isinstance(value, float) and not math.isfinite(value):
            del typed[number]
    changes = {"NBSP_REMOVED": spaced & ~blank, "CELL_ERROR": broken}
    return Cells(pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), texts), typed, changes)


def _texts_and_typed(distinct: Sequence[Cell] | pa.StringArray) -> tuple[pa.StringArray, dict[int, Cell]]:
    """Return the texts, null where a workbook typed the value, and those values by position."""
    if isinstance(distinct, pa.StringArray):
        return distinct, {}
    typed = {number: value for number, value in enumerate(distinct) if not isinstance(value, str)}
    return pa.array([value if isinstance(value, str) else None for value in distinct], pa.string()), typed


def mask_of(condition: pa.Array | pa.ChunkedArray) -> Bools:
    """Return a condition as flags that can be changed; null counts as false."""
    flags: Bools = np.array(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)
    return flags


def filtered(rows: pa.Table, kept: Bools) -> pa.Table:
    """Return these rows; where that is all of them nothing is copied."""
    return rows if kept.all() else rows.filter(pa.array(kept))


def read_text(cells: Cells) -> Reading:
    """Return names, notes and words as text; whole numbers without a decimal point, dates in ISO."""
    values = _with_typed(cells.texts, cells.typed)
    return Reading(values, np.zeros(len(cells), dtype=bool))


def read_prose(cells: Cells) -> Reading:
    """Return names and notes as text; a mere 0, which exports write for nothing, is nothing."""
    texts = read_text(cells).values
    values = pc.if_else(pc.fill_null(pc.equal(texts, "0"), False), pa.scalar(None, pa.string()), texts)
    return Reading(values, np.zeros(len(cells), dtype=bool))


def read_codes(cells: Cells) -> Reading:
    """Return ids as text with their leading zeros; one of zeros alone is nothing.

    A workbook's whole number becomes its digits. From 1e15 on, or where text reads 1.31E+11, digits are lost for
    good: null, block `ID_PRECISION`. An apostrophe or ="…" that kept Excel from rounding is taken away.
    """
    texts = cells.texts
    wrapped = mask_of(pc.match_substring_regex(texts, r"^(?:'.+|=\s*\"[^\"]*\")$"))
    pointed = mask_of(pc.match_substring_regex(texts, r"^\d{1,15}\.0$"))
    lost = mask_of(pc.match_substring_regex(texts, r"^\d(?:[.,]\d+[eE]\+?|[eE]\+)\d{1,2}$"))
    if wrapped.any():
        texts = pc.replace_substring_regex(texts, r"^'|^=\s*\"|\"$", "")
    if pointed.any():
        texts = pc.replace_substring_regex(texts, r"^(\d{1,15})\.0$", r"\1")
    from_number = pointed.copy()
    for number, value in cells.typed.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        from_number[number] = is_number
        lost[number] = isinstance(value, (int, float)) and abs(value) >= _WHOLE_DIGITS
    values = _with_typed(texts, cells.typed)
    nothing = lost | mask_of(pc.match_substring_regex(values, "^0*$"))
    return Reading(
        pc.if_else(pa.array(nothing), pa.scalar(None, pa.string()), values),
        np.zeros(len(cells), dtype=bool),
        {"ID_FROM_NUMBER": from_number, "ID_UNWRAPPED": wrapped},
        {"ID_PRECISION": lost},
    )


def _with_typed(texts: pa.StringArray, typed: Mapping[int, Cell]) -> pa.StringArray:
    """Return the texts with those of the typed values in their places."""
    if not typed:
        return texts
    values = texts.to_numpy(zero_copy_only=False).astype(object)
    for number, value in typed.items():
        values[number] = _typed_text(value)
    return pa.array(values, pa.string())


def _typed_text(value: Cell) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value).upper() if isinstance(value, bool) else str(value)
