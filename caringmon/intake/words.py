"""Words of the field → codes: closed lists, reasons of QC, and the results of calls (data model, T15)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.cells import Cells, Reading, read_text
from caringmon.model.codes import AGREE, RESULT_BY_CODE, UNMAPPED_RESULT

# Per column: code → words beside the code itself. Compared without case, spaces and punctuation.
_VERDICTS = {"VALID": ("1", "Approved"), "NOT_VALID": ("Tidak Valid",), "RETURN": ("2", "Return TL"), "PENDING": ()}
_CLOSED: dict[str, dict[str, tuple[str, ...]]] = {
    "segment": {"CT0": ("CT 0", "CHANGE TARIF 0"), "PRANPC": ("PRA NPC",)},
    "negotiation": {
        "FULL": ("Akan Membayar Lunas", "Membayar Lunas", "Bayar Lunas", "Lunas"),
        "PDD6": ("PDD 6 bulan",),
        "PDD12": ("PDD 12 bulan",),
        "INSTALMENT": ("Cicil", "Cicilan", "Mencicil", "Angsuran"),
        "OTHER": ("Lain-lain", "Lainnya"),
    },
    "input_type": {"NEW": ("Baru",), "RECALL": ("Re-call",)},
    "channel": {"VOICE": ("Call", "Telepon", "OBC"), "WA": ("WhatsApp",), "SMS": ()},
    "status": _VERDICTS,
    "verdict": _VERDICTS,
    "data_condition": {
        "NONE": (),
        "RETURNED_TO_AGENT": ("returned to agent",),
        "RETURNED_TO_QCO": ("returned to qco",),
    },
    "paid": {
        "PAID": ("Lunas", "Lunas/Paid", "Sudah Bayar"),
        "PAID_BY_20": ("<20",),
        "PAID_AFTER_20": (">20",),
        "UNPAID": ("Belum Bayar", "Belum Lunas"),
    },
    "role": {
        "TL": ("Team Leader",),
        "SPV": ("Supervisor",),
        "MANAGER": ("Manajer",),
        "QCO": ("QC Officer",),
        "AGENT": ("Agen", "Caller"),
        "QRD": (),
        "DC": (),
    },
}
# An unknown word still says that something was agreed; it counts as the code given here.
_OTHERWISE = {"negotiation": "OTHER"}
_CONTACTED = frozenset({"contacted", "contacted recall", "terhubung"})
_NOT_CONTACTED = frozenset({"not contacted", "uncontacted", "tidak terhubung"})
_NO_ATTEMPT = frozenset({"no caring", "belum caring", "not caring"})
_FOLLOW_UP, _FOLLOW_UP_RECALL, _DECLINE = "follow up", "follow up recall", "decline"
_AGREE_CATEGORIES = frozenset({"agree", "setuju", "r01"})
BLANK_WORDS = frozenset({"", "0", "nan", "null", "none"})
_YES = frozenset({"1", "y", "ya", "yes", "true", "benar", "v", "x"})
_NO = frozenset({"0", "n", "t", "tidak", "no", "false", "salah", "bukan"})
# A word as long as its column is wide may be cut off; below this length a prefix says too little.
_SHORTEST_PREFIX = 8


def plain(word: str) -> str:
    """Return a word as it is compared: case-folded, punctuation as spaces, spaces collapsed."""
    return " ".join(re.sub(r"[\W_]+", " ", word.casefold()).split())


def _squashed(word: str) -> str:
    return plain(word).replace(" ", "")


def read_words(cells: Cells, column: str, allowed: Sequence[str]) -> Reading:
    """Return the codes of a column with a closed list; a word of none is unreadable, or what stands for others."""
    words = {_squashed(code): code for code in allowed}
    words |= {_squashed(word): code for code, own in _CLOSED.get(column, {}).items() for word in own}
    spoken = read_text(cells).values.to_pylist()
    codes = [None if word is None else words.get(_squashed(word), _OTHERWISE.get(column)) for word in spoken]
    unknown = np.array([word is not None and _squashed(word) not in words for word in spoken], dtype=bool)
    taken = np.array([code is not None for code in codes], dtype=bool)
    return Reading(pa.array(codes, pa.string()), unknown & ~taken, {"WORD_UNKNOWN": unknown & taken})


def read_flags(cells: Cells) -> Reading:
    """Return truth values; a word that says neither yes nor no is unreadable."""
    spoken = [None if word is None else plain(word) for word in read_text(cells).values.to_pylist()]
    flags = [None if word is None else True if word in _YES else False if word in _NO else None for word in spoken]
    unreadable = np.array([w is not None and f is None for w, f in zip(spoken, flags, strict=True)], dtype=bool)
    return Reading(pa.array(flags, pa.bool_()), unreadable)


def read_listed(cells: Cells, words: Mapping[str, str]) -> Reading:
    """Return the codes of a column by a word list (plain word → code); a word of none is unreadable."""
    spoken = read_text(cells).values.to_pylist()
    codes = [None if word is None else words.get(plain(word)) for word in spoken]
    unreadable = np.array([w is not None and c is None for w, c in zip(spoken, codes, strict=True)], dtype=bool)
    return Reading(pa.array(codes, pa.string()), unreadable)


def read_word_list(rows: Iterable[tuple[int, Mapping[str, str]]], codes: Iterable[str], source: str) -> dict[str, str]:
    """Return plain word → code of a parameter file's lines, each with its number and the columns code and word.

    An unknown code, or a word that stands for two codes: ParameterError naming the line.
    """
    known = set(codes)
    words: dict[str, str] = {}
    for line, row in rows:
        code, word = row["code"], plain(row["word"])
        if not code or not word:
            raise ParameterError(f"{source} line {line}: expected code,word")
        if code not in known:
            raise ParameterError(f"{source} line {line}: unknown code '{code}'.{did_you_mean(code, known)}")
        if words.setdefault(word, code) != code:
            raise ParameterError(f"{source} line {line}: '{word}' stands for {words[word]} and {code}")
    return words


@dataclass(frozen=True)
class ResultWords:
    """The words by which a call's result is told."""

    words: Mapping[str, str]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    def reason_code(self, reason: str, is_cut_off: bool) -> str | None:
        """Return the code of a plain reason word; one that may be cut off also as the start of exactly one word."""
        code = self.words.get(reason)
        if code or not is_cut_off or len(reason) < _SHORTEST_PREFIX:
            return code
        begun = [word for word in self._sorted if word.startswith(reason)]
        return self.words[begun[0]] if len(begun) == 1 else None

    def result(
        self, status: str | None, category: str | None, reason: str | None, *, is_cut_off: bool = False
    ) -> tuple[str | None, bool]:
        """Return the code of T15, and whether reason and status contradict each other; no attempt: None.

        The arguments are the raw words; None where the file has no such column. Rules: data model, T15.
        """
        status_word, category_word, reason_word = (plain(word or "") for word in (status, category, reason))
        if _NO_ATTEMPT & {status_word, category_word, reason_word}:
            return None, False
        by_reason = None if reason_word in BLANK_WORDS else self.reason_code(reason_word, is_cut_off)
        agrees = by_reason == AGREE if category is None else category_word in _AGREE_CATEGORIES
        contacted = status is None or status_word in _CONTACTED
        reason_code = None if by_reason == AGREE else by_reason
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


def _contradicts(code: str, status_word: str) -> bool:
    if status_word in _CONTACTED:
        return not RESULT_BY_CODE[code].contacted
    return status_word in _NOT_CONTACTED and RESULT_BY_CODE[code].contacted
