"""Words of the field → codes of closed lists and of the word lists in the parameter files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.cells import Cells, Reading, read_prose, read_text
from caringmon.model.codes import QC_CRITERIA
from caringmon.model.contracts import Column

# Per column, or table.column where tables differ: code → words beside the code itself. Compared as whole words, without
# case, spaces and punctuation, but with < and >. The words under "" say nothing about the column; they are no mistakes.
_VERDICTS = {"VALID": ("1", "Approved"), "NOT_VALID": ("Tidak Valid",), "RETURN": ("2", "Return TL"), "PENDING": ()}
_LEVELS = {"SPV": ("Supervisor",), "TL": ("Team Leader",), "AGENT": ("Agen",), "SITE": (), "WITEL": ()}
_CLOSED: dict[str, dict[str, tuple[str, ...]]] = {
    "segment": {"CT0": ("CT 0", "CHANGE TARIF 0", "CHANGE TARIFF TO ZERO"), "PRANPC": ("PRA NPC",)},
    "negotiation": {
        "FULL": ("Akan Membayar Lunas", "Membayar Lunas", "Bayar Lunas", "Lunas"),
        "PDD6": ("PDD 6 bulan",),
        "PDD12": ("PDD 12 bulan",),
        "INSTALMENT": ("Cicil", "Cicilan", "Mencicil", "Angsuran"),
        "OTHER": ("Lain-lain", "Lainnya"),
    },
    "input_type": {"NEW": ("Baru",), "RECALL": ("Re-call",)},
    "channel": {"VOICE": ("Call", "Telepon", "OBC"), "WA": ("WhatsApp",), "SMS": ()},
    "verdict": _VERDICTS,
    "data_condition": {
        "NONE": (),
        "RETURNED_TO_AGENT": ("returned to agent",),
        "RETURNED_TO_QCO": ("returned to qco",),
    },
    "paid": {
        "PAID": ("Lunas", "Lunas/Paid", "Sudah Bayar", "Sudah Lunas"),
        "PAID_BY_20": ("<20", "≤20"),
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
    "level": _LEVELS,
    "unit": {"Rp": ("Rupiah", "IDR"), "rate": ("Persen", "Rasio"), "count": ("Jumlah",)},
    "grain": {"MONTH": ("Bulan", "Bulanan"), "DAY": ("Hari", "Harian")},
    "apportion": {"WORKDAY": ("Hari Kerja",), "ROSTER_DAY": ("Hari Roster",), "EXPLICIT": ()},
    "qc.status": _VERDICTS,
    "assignments.status": {
        "OPEN": ("0", "Terbuka"),
        "WORKED": ("1", "Done", "Selesai"),
        "CLOSED_PAID": ("Lunas", "Paid"),
        "CLOSED_CABUT": ("Cabut",),
        "RECALLED_BY_CLIENT": ("Ditarik",),
        "SUPPRESSED": (),
        # A sheet of calls and order in one has one status, that of the call.
        "": ("Contacted", "Not Contacted", "Contacted Recall", "Follow Up Recall", "Uncontacted"),
    },
    "attendance.status": {
        "HADIR": ("Masuk", "Present", "H"),
        "IZIN": ("Ijin", "I"),
        "SAKIT": ("S",),
        "CUTI": ("C",),
        "ALPA": ("Alpha", "Mangkir", "Tanpa Keterangan", "A"),
        "OFF": ("Libur", "Day Off"),
        "TRAINING": ("Pelatihan",),
    },
}
# An unknown word still says that something was agreed; it counts as the code given here.
_OTHERWISE = {"negotiation": "OTHER"}
# Known words of rows that are none of ours, and the code under which such rows are counted.
_NOT_OURS = {
    "segment": ("OUT_OF_SCOPE", ("PSB", "Pasang Baru", "Winback", "Eksisting", "Existing", "C3MR")),
    "paid": ("ZERO_BILLING", ("Zero Billing",)),
}
_EVERY_SEGMENT = frozenset({"all", "semua"})
_YES = frozenset({"1", "y", "ya", "yes", "true", "benar", "v", "x"})
_NO = frozenset({"0", "n", "t", "tidak", "no", "false", "salah", "bukan"})
# A word as long as its column is wide may be cut off; below this length a prefix says too little.
_SHORTEST_PREFIX = 8


def plain(word: str) -> str:
    """Return a word as it is compared: case-folded, punctuation as spaces, spaces collapsed."""
    return " ".join(re.sub(r"[\W_]+", " ", word.casefold()).split())


def _squashed(word: str) -> str:
    """Return a word as closed lists compare it; < and > stay, since <20 is not >20."""
    return re.sub(r"[^\w<>≤≥]|_", "", word.casefold())


def completed(spoken: Sequence[str | None], known: Iterable[str], compared: Callable[[str], str]) -> list[str]:
    """Return the words of a column as they are compared; blank ones empty.

    One that fills the whole width of the column may have been cut off there: it is taken for the one known word that
    begins so, if only one does.
    """
    listed = sorted(set(known))
    width = max((len(word) for word in spoken if word), default=0)
    words = [compared(word or "") for word in spoken]
    for number, (word, raw) in enumerate(zip(words, spoken, strict=True)):
        if raw and len(raw) == width and len(word) >= _SHORTEST_PREFIX and word not in listed:
            begun = [longer for longer in listed if longer.startswith(word)]
            words[number] = begun[0] if len(begun) == 1 else word
    return words


def read_words(cells: Cells, table: str, column: Column) -> Reading:
    """Return the codes of a column with a closed list; a word of none is unreadable, or what stands for others.

    Rows whose word is known to be none of ours are `skipped`.
    """
    own = _CLOSED.get(f"{table}.{column.name}", _CLOSED.get(column.name, {}))
    words = {_squashed(word): code for code, listed in own.items() for word in listed}
    words |= {_squashed(code): code for code in column.allowed}
    skip_code, skip_words = _NOT_OURS.get(column.name, ("", ()))
    skipped_words = {_squashed(word) for word in skip_words}
    texts = read_text(cells).values.to_pylist()
    spoken = completed(texts, {*words, *skipped_words}, _squashed)
    spoken = ["" if word == "0" and "0" not in words else word for word in spoken]
    codes = [words.get(word, _OTHERWISE.get(column.name)) if word else None for word in spoken]
    codes = [code if code in column.allowed else None for code in codes]
    skipped = np.array([word in skipped_words for word in spoken], dtype=bool)
    unknown = np.array([bool(word) and word not in words for word in spoken], dtype=bool) & ~skipped
    taken = np.array([code is not None for code in codes], dtype=bool)
    return Reading(
        pa.array(codes, pa.string()),
        unknown & ~taken,
        {"WORD_UNKNOWN": unknown & taken},
        skipped={skip_code: skipped} if skip_code else {},
    )


def read_segments(cells: Cells) -> Reading:
    """Return the segments that a person works, in their order and separated by |; one unknown word: unreadable."""
    words = {_squashed(word): code for code, own in _CLOSED["segment"].items() for word in (code, *own)}
    listed, unreadable = [], []
    for text in read_text(cells).values.to_pylist():
        parts = re.split(r"[|,;/+&]| dan ", text or "")
        named = {words.get(_squashed(part)) for part in parts if _squashed(part)}
        named = set(words.values()) if text and _squashed(text) in _EVERY_SEGMENT else named
        unreadable.append(None in named)
        listed.append("|".join(sorted(filter(None, named))) if named and None not in named else None)
    return Reading(pa.array(listed, pa.string()), np.array(unreadable, dtype=bool))


def read_criteria(cells: Cells) -> Reading:
    """Return the criteria V01-V12 that a text names, in their order and separated by |; naming none: unreadable."""
    texts = read_prose(cells).values.to_pylist()
    named = [{*re.findall(r"\w+", (text or "").upper())} & {*QC_CRITERIA} for text in texts]
    unreadable = np.array([bool(text) and not codes for text, codes in zip(texts, named, strict=True)], dtype=bool)
    return Reading(pa.array(["|".join(sorted(codes)) or None for codes in named], pa.string()), unreadable)


def read_flags(cells: Cells) -> Reading:
    """Return truth values; a word that says neither yes nor no is unreadable."""
    spoken = [None if word is None else plain(word) for word in read_text(cells).values.to_pylist()]
    flags = [None if word is None else True if word in _YES else False if word in _NO else None for word in spoken]
    unreadable = np.array([w is not None and f is None for w, f in zip(spoken, flags, strict=True)], dtype=bool)
    return Reading(pa.array(flags, pa.bool_()), unreadable)


def read_listed(cells: Cells, words: Mapping[str, str]) -> Reading:
    """Return the codes of a column by a word list (plain word → code); a word of none is unreadable."""
    spoken = read_prose(cells).values.to_pylist()
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
