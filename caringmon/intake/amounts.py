"""Amounts, counts, numbers and durations as the field writes them. A column's ambiguous values follow the others."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake.cells import Cells, Reading, mask_of
from caringmon.intake.sheets import Bools

Floats = npt.NDArray[np.float64]

_CURRENCY = r"(?i)^(rp\.?|idr)\s*|\s*(,-|idr)$"
_SIGN = r"^[-+]?"
# Texts that say by themselves which sign separates thousands: dot and comma (Indonesian) or comma and dot (English).
_INDONESIAN = _SIGN + r"(\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}\.\d{3},\d+|\d+,(\d{1,2}|\d{4,})|0,\d+|\d{4,},\d{3})$"
_ENGLISH = _SIGN + r"(\d{1,3}(,\d{3}){2,}(\.\d+)?|\d{1,3},\d{3}\.\d+|\d+\.(\d{1,2}|\d{4,})|0\.\d+|\d{4,}\.\d{3})$"
_PLAIN = _SIGN + r"\d+$"
_DOT_GROUP = _SIGN + r"[1-9]\d{0,2}\.\d{3}$"
_COMMA_GROUP = _SIGN + r"[1-9]\d{0,2},\d{3}$"
_CLOCK = r"^(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,]\d+)?$"
_HOURS_CLOCK = r"^(?P<h>\d{1,4}):(?P<m>\d{2})(?::(?P<s>\d{2}))?$"
_TIMES = r"^(\d+) ?[xX×]$"
_SECONDS_A_DAY = 86_400
_LARGEST_SECONDS = 2**31 - 1
_CLOCKS = (dt.timedelta, dt.time, dt.date)
# Day 0 of the two ways in which workbooks count days, by the years in which durations then come to lie.
_DAY_ZERO = {1899: dt.datetime(1899, 12, 31), 1900: dt.datetime(1899, 12, 31), 1904: dt.datetime(1904, 1, 1)}


def read_rupiah(cells: Cells) -> Reading:
    """Return amounts in whole rupiah; cents are rounded, counted as `ROUNDED`."""
    return _whole(cells)


def read_counts(cells: Cells) -> Reading:
    """Return whole numbers, also from 2X; others are rounded, counted as `ROUNDED`."""
    return _whole(replace(cells, texts=pc.replace_substring_regex(cells.texts, _TIMES, r"\1")))


def read_numbers(cells: Cells) -> Reading:
    """Return numbers; 85% is 0.85."""
    numbers, changes = _numbers(cells, whole=False)
    unreadable = cells.filled & np.isnan(numbers)
    return Reading(pa.array(numbers, pa.float64(), mask=np.isnan(numbers)), unreadable, changes)


def read_seconds(cells: Cells) -> Reading:
    """Return durations in seconds, from hh:mm:ss, mm:ss, a workbook's time or part of a day, or seconds.

    Negative, or longer than a 32-bit number of seconds: unreadable.
    """
    numbers, _ = _numbers(cells, whole=False)
    part_of_day = (numbers > 0) & (numbers < 1)
    numbers = np.where(part_of_day, numbers * _SECONDS_A_DAY, numbers)
    clock = pc.extract_regex(cells.texts, _CLOCK)
    on_clock = mask_of(pc.is_valid(clock))
    if on_clock.any():
        hours, minutes, seconds = (_digits(pc.struct_field(clock, name)) for name in "hms")
        numbers = np.where(on_clock & (seconds < 60), hours * 3600 + minutes * 60 + seconds, numbers)
    for number, value in cells.typed.items():
        if isinstance(value, _CLOCKS):
            numbers[number] = _clock_seconds(value)
    numbers = np.where((numbers < 0) | (numbers > _LARGEST_SECONDS), math.nan, numbers)
    missing = np.isnan(numbers)
    whole = np.where(missing, 0, numbers).round().astype(np.int32)
    return Reading(pa.array(whole, pa.int32(), mask=missing), cells.filled & missing)


def read_minutes(cells: Cells) -> Reading:
    """Return durations in whole minutes, from hh:mm:ss, hh:mm, a workbook's time, part of a day, or minutes.

    Parts of a minute are rounded, counted as `ROUNDED`. Negative, or longer than a 32-bit number: unreadable.
    """
    numbers, _ = _numbers(cells, whole=False)
    numbers = np.where((numbers > 0) & (numbers < 1), numbers * _SECONDS_A_DAY / 60, numbers)
    clock = pc.extract_regex(cells.texts, _HOURS_CLOCK)
    on_clock = mask_of(pc.is_valid(clock))
    if on_clock.any():
        hours, minutes, seconds = (_digits(pc.struct_field(clock, name)) for name in "hms")
        numbers = np.where(on_clock & (minutes < 60), hours * 60 + minutes + seconds / 60, numbers)
    for number, value in cells.typed.items():
        if isinstance(value, _CLOCKS):
            numbers[number] = _clock_seconds(value) / 60
    numbers = np.where((numbers < 0) | (numbers > _LARGEST_SECONDS), math.nan, numbers)
    missing = np.isnan(numbers)
    told = np.where(missing, 0, numbers)
    whole = told.round()
    changes = {"ROUNDED": whole != told}
    return Reading(pa.array(whole.astype(np.int32), pa.int32(), mask=missing), cells.filled & missing, changes)


def _whole(cells: Cells) -> Reading:
    numbers, changes = _numbers(cells, whole=True)
    missing = np.isnan(numbers) | (np.abs(np.nan_to_num(numbers)) >= 2**53)
    whole = np.where(missing, 0, numbers).round()
    changes["ROUNDED"] = ~missing & (whole != np.where(missing, 0, numbers))
    return Reading(pa.array(whole.astype(np.int64), pa.int64(), mask=missing), cells.filled & missing, changes)


def _numbers(cells: Cells, *, whole: bool) -> tuple[Floats, dict[str, Bools]]:
    """Return the numbers, NaN where there is none, and which of them another reading would make different.

    A value that says by itself what its signs mean is read so. `1.234` and `1,234` follow the rest of the column;
    where it does not tell, the reading is Indonesian (a dot groups), and for `whole` numbers a comma groups too.
    """
    texts = pc.replace_substring_regex(cells.texts, _CURRENCY, "")
    percent = mask_of(pc.ends_with(texts, "%"))
    texts = pc.replace_substring_regex(texts, r"\s|%$", "")
    indonesian, english, plain, dot, comma = (
        mask_of(pc.match_substring_regex(texts, pattern))
        for pattern in (_INDONESIAN, _ENGLISH, _PLAIN, _DOT_GROUP, _COMMA_GROUP)
    )
    tells = bool(english.any() != indonesian.any())
    in_english = tells and bool(english.any())
    comma_groups = english | (comma if in_english or (whole and not tells) else False)
    dot_groups = indonesian | (dot if not in_english else False)
    texts = pc.if_else(pa.array(dot_groups), pc.replace_substring(texts, ".", ""), texts)
    texts = pc.if_else(pa.array(comma_groups), pc.replace_substring(texts, ",", ""), texts)
    texts = pc.replace_substring(texts, ",", ".")
    readable = indonesian | english | plain | dot | comma
    digits = pc.if_else(pa.array(readable), texts, pa.scalar(None, pa.string()))
    numbers: Floats = np.array(pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    numbers[percent] /= 100
    for number, value in cells.typed.items():
        numbers[number] = value if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    mixed = english | indonesian if english.any() and indonesian.any() else np.zeros(len(cells), dtype=bool)
    ambiguous = dot | comma if not tells else np.zeros(len(cells), dtype=bool)
    return numbers, {"AMOUNTS_AMBIGUOUS": ambiguous, "AMOUNTS_MIXED": mixed}


def _digits(texts: pa.Array) -> Floats:
    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    numbers: Floats = pc.fill_null(pc.cast(filled, pa.float64()), 0).to_numpy(zero_copy_only=False)
    return numbers


def _clock_seconds(value: dt.timedelta | dt.time | dt.date) -> float:
    """Return the seconds of a duration. Of a day or more under the format h:mm:ss a workbook gives it as a date."""
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    first = _DAY_ZERO.get(value.year)
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return math.nan if first is None else (moment - first).total_seconds()
