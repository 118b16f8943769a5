"""Dates, instants and months as the field writes them → naive WIB. A column is judged as a whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import Cells, Reading, mask_of
from caringmon.intake.sheets import Bools, Cell, Ints

Instants = npt.NDArray[np.datetime64]

# Times are read apart from their dates: a column holds few of each. With four groups at most and one way to match,
# RE2 needs a single pass over a text.
_YEAR, _BEHIND = r"(?P<y>\d{2}(?:\d{2})?)", r"(?P<t>[T ,](?s:.*))?$"
_NUMERIC = rf"^(?P<d>\d{{1,2}})[-/. ](?P<m>\d{{1,2}})[-/. ]{_YEAR}{_BEHIND}"
_CLOCK = (
    r"^(?:[T ,]+(?P<H>\d{1,2})[:.](?P<M>\d{2})(?:[:.](?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<z>Z|UTC|WIB|WITA|WIT|[+-]\d{2}(?::?\d{2})?)?)?$"
)
# Forms of a date → those of the time behind it.
_FORMS = {
    rf"^(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_BEHIND}": _CLOCK,
    _NUMERIC: _CLOCK,
    rf"^(?P<d>\d{{1,2}})[-/. ]+(?P<n>[A-Za-z]{{3,9}})[-/., ]+{_YEAR}{_BEHIND}": _CLOCK,
    r"^(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?P<t>[ T_-]?\d{6})?$":
        r"^(?:[ T_-]?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2}))?$",
}  # fmt: skip
_ZERO = (
    r"^(0|0{4}[-/.]0{1,2}[-/.]0{1,2}|0{1,2}[-/.]0{1,2}[-/.]0{4}|1899-12-3[01]|3[01][-/.]12[-/.]1899"
    r"|1900-01-0[01]|0[01]?[-/.]0?1[-/.]1900)([T ]0{1,2}:00(:00)?)?$"
)
_SERIAL = r"^[45]\d{4}(?:[.,]\d+)?$"
_MONTH_PATTERNS = (
    r"^(?P<y>20\d{2})[-/. ]?(?P<m>\d{2})$",
    r"^(?P<m>\d{1,2})[-/. ](?P<y>20\d{2})$",
    r"^(?P<n>[A-Za-z]{3,9})[-/. ]+(?P<y>\d{4}|\d{2})$",
)
# First three letters, Indonesian and English, with the spellings of the field.
_MONTHS = (("jan",), ("feb", "peb"), ("mar",), ("apr",), ("mei", "may"), ("jun",), ("jul",),
           ("agu", "ags", "agt", "aug"), ("sep",), ("okt", "oct"), ("nov", "nop"), ("des", "dec"))  # fmt: skip
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_WIB_MINUTES = 7 * 60
_ZONES = {"Z": 0, "UTC": 0, "WIB": _WIB_MINUTES, "WITA": 8 * 60, "WIT": 9 * 60}
_WIB = dt.timezone(dt.timedelta(minutes=_WIB_MINUTES))
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_SERIALS = (40_000, 60_000)
_YEARS = (1990, 2100)
_NO_INSTANT = np.datetime64("NaT", "us")


@dataclass
class _Found:
    """What the distinct values mean: instants, and which of them are zero dates, without a time, or moved."""

    instants: Instants
    zero: Bools
    date_only: Bools
    moved: Bools
    changes: dict[str, Bools] = field(default_factory=dict)
    blocks: dict[str, Bools] = field(default_factory=dict)


def read_instants(cells: Cells) -> Reading:
    """Return instants in naive WIB; a date without a time is its midnight, counted as `NO_TIME_OF_DAY`."""
    found = _find(cells)
    changes = {**found.changes, "NO_TIME_OF_DAY": found.date_only}
    return _reading(cells, found, pa.array(found.instants, pa.timestamp("us")), changes)


def read_dates(cells: Cells) -> Reading:
    """Return dates; the time of day of an instant is dropped after its zone was applied."""
    found = _find(cells)
    return _reading(cells, found, pa.array(found.instants.astype("datetime64[D]"), pa.date32()), found.changes)


def read_months(cells: Cells) -> Reading:
    """Return months as `YYYY-MM`, from a month in digits or words, or from any date in it."""
    found = _find(cells)
    texts = cells.texts.to_pylist()
    for number, value in cells.typed.items():
        texts[number] = str(int(value)) if isinstance(value, float) and value.is_integer() else None
    for pattern in _MONTH_PATTERNS:
        parts = _Parts.of(pa.array(texts, pa.string()), pattern)
        first = _compose(parts.year, parts.month, np.ones_like(parts.year))
        fits = parts.matched & np.isnat(found.instants)
        found.instants[fits] = first[fits]
    months = np.datetime_as_string(found.instants.astype("datetime64[M]")).astype(object)
    months[np.isnat(found.instants)] = None
    return _reading(cells, found, pa.array(months, pa.string()), found.changes)


def _reading(cells: Cells, found: _Found, values: pa.Array, changes: dict[str, Bools]) -> Reading:
    unreadable = cells.filled & np.isnat(found.instants) & ~found.zero
    return Reading(values, unreadable, changes, found.blocks)


def _find(cells: Cells) -> _Found:
    length = len(cells)
    blank = np.zeros(length, dtype=bool)
    found = _Found(np.full(length, _NO_INSTANT), mask_of(pc.match_substring_regex(cells.texts, _ZERO)),
                   blank.copy(), blank.copy())  # fmt: skip
    texts = pc.if_else(pa.array(found.zero), pa.scalar(None, pa.string()), cells.texts)
    written = mask_of(pc.is_valid(texts))
    for date, time in _FORMS.items():
        if (written & np.isnat(found.instants)).any():
            parts = _Parts.of(texts, date, time)
            _add(found, _judged(found, parts, cells.month_first) if date == _NUMERIC else parts)
    _add_serials(found, texts)
    for number, value in cells.typed.items():
        _add_typed(found, number, value)
    found.changes |= {"ZERO_DATE": found.zero, "ZONE_CONVERTED": found.moved}
    return found


@dataclass(frozen=True)
class _Match:
    """What the named groups of a pattern took of each text; one that the pattern does not have took nothing."""

    groups: pa.StructArray

    @property
    def matched(self) -> Bools:
        return mask_of(pc.is_valid(self.groups))

    def texts(self, name: str) -> pa.StringArray:
        """Return what the group took, an empty text for nothing."""
        if self.groups.type.get_field_index(name) < 0:
            return pa.repeat("", len(self.groups))
        return pc.fill_null(pc.struct_field(self.groups, name), "")

    def numbers(self, name: str) -> Ints:
        """Return the digits that the group took as a number, 0 for nothing."""
        texts = self.texts(name)
        numbers: Ints = pc.cast(pc.if_else(pc.equal(texts, ""), "0", texts), pa.int64()).to_numpy()
        return numbers

    def meanings(self, name: str, meaning: Callable[[str], int]) -> Ints:
        """Return a number for what the group took, asked once per distinct text."""
        encoded = self.texts(name).dictionary_encode()
        places: Ints = encoded.indices.to_numpy()
        return np.array([meaning(text) for text in encoded.dictionary.to_pylist()], dtype=np.int64)[places]


@dataclass
class _Parts:
    """The parts of the values that match one form; 0 where a part is missing."""

    matched: Bools
    year: Ints
    month: Ints
    day: Ints
    micros: Ints
    has_time: Bools
    minutes_to_wib: Ints

    @classmethod
    def of(cls, texts: pa.Array, date: str, time: str = _CLOCK) -> _Parts:
        """Return the parts of each text."""
        found = _Match(pc.extract_regex(texts, date))
        behind = found.texts("t").dictionary_encode()
        clock, codes = _Match(pc.extract_regex(behind.dictionary, time)), behind.indices.to_numpy()
        hours, minutes, seconds = (clock.numbers(name) for name in "HMS")
        in_a_day = clock.matched & (hours < 24) & (minutes < 60) & (seconds < 60)
        micros = (hours * 3600 + minutes * 60 + seconds) * 1_000_000 + clock.meanings("f", _micros)
        short_year = mask_of(pc.equal(pc.utf8_length(found.texts("y")), 2))
        return cls(
            matched=found.matched & in_a_day[codes],
            year=found.numbers("y") + np.where(short_year, 2000, 0),
            month=found.numbers("m") + found.meanings("n", _month_number),
            day=found.numbers("d"),
            micros=micros[codes],
            has_time=mask_of(pc.not_equal(clock.texts("H"), ""))[codes],
            minutes_to_wib=clock.meanings("z", _minutes_to_wib)[codes],
        )


def _month_number(word: str) -> int:
    return MONTHS.get(word[:3].lower(), 0)


def _micros(fraction: str) -> int:
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


def _minutes_to_wib(zone: str) -> int:
    """Return how many minutes WIB is ahead of the zone; no zone is WIB."""
    if not zone:
        return 0
    if zone in _ZONES:
        return _WIB_MINUTES - _ZONES[zone]
    sign, digits = (-1 if zone[0] == "-" else 1), re.sub(r"\D", "", zone).ljust(4, "0")
    return _WIB_MINUTES - sign * (int(digits[:2]) * 60 + int(digits[2:]))


def _compose(year: Ints, month: Ints, day: Ints) -> Instants:
    """Return the midnights of these dates; NaT for a date that does not exist or lies outside 1990–2100."""
    fits = (year >= _YEARS[0]) & (year <= _YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(fits, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(fits, day - 1, 0).astype("timedelta64[D]")
    exists = fits & (days.astype("datetime64[M]") == months)
    return np.where(exists, days.astype("datetime64[us]"), _NO_INSTANT)


def _add(found: _Found, parts: _Parts) -> None:
    shift = parts.micros + parts.minutes_to_wib * 60_000_000
    instants = _compose(parts.year, parts.month, parts.day) + shift.astype("timedelta64[us]")
    fits = parts.matched & np.isnat(found.instants) & ~np.isnat(instants)
    found.instants[fits] = instants[fits]
    found.date_only |= fits & ~parts.has_time
    found.moved |= fits & (parts.minutes_to_wib != 0)


def _judged(found: _Found, parts: _Parts, month_first: bool) -> _Parts:
    """Return dates in digits as day first, unless the whole column can only be month first; both at once blocks.

    `month_first`: what the column is where it could be either.
    """
    first = parts.matched & (parts.day > 12)
    second = parts.matched & (parts.month > 12)
    if first.any() and second.any():
        found.blocks["DATES_MIXED"] = first | second
    elif second.any() or (month_first and not first.any()):
        parts.day, parts.month = parts.month, parts.day
        found.changes["DATES_MONTH_FIRST"] = parts.matched
    return parts


def _add_serials(found: _Found, texts: pa.Array) -> None:
    serial = mask_of(pc.match_substring_regex(texts, _SERIAL))
    for number in np.flatnonzero(serial):
        _add_typed(found, int(number), float(texts[int(number)].as_py().replace(",", ".")))


def _add_typed(found: _Found, number: int, value: Cell) -> None:
    """Take over what a workbook typed as a date, or a day number between 40,000 (2009) and 60,000 (2064)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value == 0:
            found.zero[number] = True
        elif _SERIALS[0] <= value <= _SERIALS[1]:
            found.date_only[number] = float(value).is_integer()
            value = _EXCEL_EPOCH + dt.timedelta(seconds=round(value * 86_400))
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        found.date_only[number] = True
        value = dt.datetime.combine(value, dt.time())
    if not isinstance(value, dt.datetime):
        return
    if value.tzinfo is not None:
        found.moved[number] = True
        value = value.astimezone(_WIB).replace(tzinfo=None)
    if value.year < _YEARS[0]:
        found.zero[number] = value.year <= 1900
    elif value.year <= _YEARS[1]:
        found.instants[number] = np.datetime64(value, "us")
