"""How many bills are unpaid, and what follows from it: columns of bills → a count; count → segment."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caringmon.intake.amounts import read_numbers
from caringmon.intake.cells import cells_of, mask_of
from caringmon.intake.dates import MONTHS
from caringmon.intake.sheets import Bools, RawColumn
from caringmon.intake.words import plain
from caringmon.model.buckets import OUT_OF_SCOPE, Buckets

_BACK = re.compile(r"bill(?:ing)? n ?(\d{1,2})")
_MONTH = re.compile(r"bill(?:ing)? ([a-z]{3,9}) ?(20\d{2}|\d{2})")
_PAID = frozenset({"paid", "lunas", "lunas paid", "sudah bayar", "sudah lunas", "zero billing"})
_UNPAID = frozenset({"unpaid", "belum bayar", "belum lunas"})


def bill_of(header: str) -> str:
    """Return whose bill a column with this normalised header holds: a month `2022-10`, or `n1` for one month back.

    A header of no bill: the empty text.
    """
    if back := _BACK.fullmatch(header):
        return f"n{int(back[1])}"
    named = _MONTH.fullmatch(header)
    month = MONTHS.get(named[1][:3]) if named else None
    return f"{int(named[2]) % 100 + 2000}-{month:02}" if named and month else ""


def unpaid_in_a_row(bills: Mapping[str, RawColumn], periods: pa.Array | None, length: int) -> tuple[pa.Array, Bools]:
    """Return for each row how many bills are unpaid in a row, and which rows hold a bill that cannot be read.

    Counted back from the running month: the first column, or the row's period where columns name months. A paid bill,
    0 or an empty cell ends the count. An unreadable bill inside it makes it null.
    """
    counts = np.zeros(length, dtype=np.int64)
    going, unreadable = np.ones(length, dtype=bool), np.zeros(length, dtype=bool)
    running = np.full(length, "9999-12") if periods is None else _texts(periods)
    for name in _newest_first(bills):
        unpaid, unread = (flags[bills[name].codes] for flags in _judged(bills[name]))
        reached = going & (running >= name if not name.startswith("n") else True)
        unreadable |= reached & unread
        counts += reached & unpaid
        going &= ~reached | unpaid
    return pa.array(counts, pa.int64(), mask=unreadable), unreadable


def segments_of(unpaid_bills: pa.Array, buckets: Buckets) -> npt.NDArray[np.object_]:
    """Return the segment of each count, `OUT_OF_SCOPE` where it is none of ours; of an unknown count None."""
    counts = unpaid_bills.to_pylist()
    bucket_of = {count: buckets.of(count) for count in {*counts} - {None}}
    own = ("CT0", "PRANPC")
    named = [None if count is None else (bucket_of[count] or ("", ""))[1] for count in counts]
    segments = np.empty(len(counts), dtype=object)
    segments[:] = [name if name is None or name in own else OUT_OF_SCOPE for name in named]
    return segments


def _texts(periods: pa.Array) -> npt.NDArray[np.str_]:
    return np.array([period or "9999-12" for period in periods.to_pylist()], dtype=str)


def _newest_first(bills: Mapping[str, RawColumn]) -> list[str]:
    back = sorted((name for name in bills if name.startswith("n")), key=lambda name: int(name[1:]))
    return back or sorted(bills, reverse=True)


def _judged(column: RawColumn) -> tuple[Bools, Bools]:
    """Return which distinct cells are unpaid, and which say neither."""
    cells = cells_of(column.distinct)
    numbers = read_numbers(cells)
    words = [plain(text or "") for text in cells.texts.to_pylist()]
    paid = np.array([word in _PAID for word in words], dtype=bool)
    unpaid = np.array([word in _UNPAID for word in words], dtype=bool)
    owed = mask_of(pa.compute.greater(numbers.values, 0))
    return owed | unpaid, numbers.unreadable & ~paid & ~unpaid


def bucket_mismatch(segments: pa.Array, told: npt.NDArray[np.object_]) -> Bools:
    """Tell which rows name another segment than their bills do; unknown on either side is no contradiction."""
    named = segments.to_numpy(zero_copy_only=False)
    both = np.array(
        [ours is not None and theirs is not None for ours, theirs in zip(named, told, strict=True)], dtype=bool
    )
    differ: Bools = both & np.asarray(named != told, dtype=bool)
    return differ
