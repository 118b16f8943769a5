"""Status, category and reason of a call → its result, a code of T15 (data model, "From raw words to a code")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from caringmon.intake.cells import cells_of, read_text
from caringmon.intake.sheets import Bools, Ints, RawColumn
from caringmon.intake.words import completed, plain
from caringmon.model.codes import AGREE, RESULT_BY_CODE, UNMAPPED_RESULT

_CONTACTED = frozenset({"contacted", "contacted recall", "terhubung", "success contact", "sc"})
_NOT_CONTACTED = frozenset({"not contacted", "uncontacted", "tidak terhubung", "not success contact", "nsc"})
# Nobody is called about a bill of zero.
_NO_ATTEMPT = frozenset({"no caring", "belum caring", "not caring", "zero billing"})
_FOLLOW_UP, _FOLLOW_UP_RECALL, _DECLINE = "follow up", "follow up recall", "decline"
_STATUSES = _CONTACTED | _NOT_CONTACTED | _NO_ATTEMPT | {_FOLLOW_UP_RECALL}
_AGREE_CATEGORIES = frozenset({"agree", "setuju", "r01"})
_CATEGORIES = _AGREE_CATEGORIES | {_FOLLOW_UP, _DECLINE}
BLANK_WORDS = frozenset({"", "0", "nan", "null", "none"})
SPOKEN = ("status_raw", "category_raw", "reason_raw")


@dataclass(frozen=True)
class Results:
    """The result of each row, which rows are attempts at all, and where reason and status contradict each other."""

    codes: pa.Array
    attempted: Bools
    conflict: Bools


@dataclass(frozen=True)
class ResultWords:
    """The words by which a call's result is told."""

    words: Mapping[str, str]

    def result(self, status: str | None, category: str | None, reason: str | None) -> tuple[str | None, bool]:
        """Return the code of T15, and whether reason and status contradict each other; no attempt: None.

        The arguments are the raw words; None where the file has no such column. A status that is no status but a
        word of a reason, as lists without a reason column write it, stands for the reason that is missing.
        """
        status_word, category_word, reason_word = (plain(word or "") for word in (status, category, reason))
        if _NO_ATTEMPT & {status_word, category_word, reason_word}:
            return None, False
        by_status = None if status_word in _STATUSES else self.words.get(status_word)
        told = by_status if reason_word in BLANK_WORDS else self.words.get(reason_word)
        agrees = told == AGREE if category is None else category_word in _AGREE_CATEGORIES
        contacted = status is None or status_word in _CONTACTED or _is_contacted(by_status)
        reason_code = None if told == AGREE else told
        conflict = reason_code is not None and _contradicts(reason_code, status_word)
        if agrees and contacted:
            return AGREE, conflict
        if reason_code is not None:
            return reason_code, conflict
        if category_word == _FOLLOW_UP:
            return "R02", False
        if category_word == _DECLINE:
            return "R99", False
        return ("R02" if status_word == _FOLLOW_UP_RECALL else UNMAPPED_RESULT), False

    def results(self, raw: Mapping[str, RawColumn], length: int) -> Results:
        """Return the results of all rows: of a column of codes, else told from status, category and reason."""
        if "result_code" in raw:
            column = raw["result_code"]
            distinct = [self.words.get(plain(word or ""), UNMAPPED_RESULT) for word in _texts(column)]
            codes = pa.array(np.array(distinct, dtype=object)[column.codes], pa.string())
            return Results(codes, np.ones(length, dtype=bool), np.zeros(length, dtype=bool))
        known = ({*_STATUSES, *self.words}, _CATEGORIES, self.words)
        spoken = [_spoken(raw.get(name), words) for name, words in zip(SPOKEN, known, strict=True)]
        combined = np.zeros(length, dtype=np.int64)
        for distinct_words, places in spoken:
            combined = combined * len(distinct_words) + (places if places is not None else 0)
        _, first, place = np.unique(combined, return_index=True, return_inverse=True)
        told = [self.result(*(words[0 if c is None else c[row]] for words, c in spoken)) for row in first]
        return Results(
            pa.array(np.array([code for code, _ in told], dtype=object)[place], pa.string()),
            np.array([code is not None for code, _ in told], dtype=bool)[place],
            np.array([conflict for _, conflict in told], dtype=bool)[place],
        )


def _texts(column: RawColumn) -> list[str | None]:
    texts: list[str | None] = read_text(cells_of(column.distinct)).values.to_pylist()
    return texts


def _spoken(column: RawColumn | None, known: Iterable[str]) -> tuple[list[str] | list[None], Ints | None]:
    """Return the distinct words of a column and their places; without the column one None."""
    if column is None:
        return [None], None
    return completed(_texts(column), known, plain), column.codes


def _is_contacted(code: str | None) -> bool:
    return code is not None and RESULT_BY_CODE[code].contacted


def _contradicts(code: str, status_word: str) -> bool:
    if status_word in _CONTACTED:
        return not RESULT_BY_CODE[code].contacted
    return status_word in _NOT_CONTACTED and RESULT_BY_CODE[code].contacted
