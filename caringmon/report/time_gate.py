"""The gate of dates: what a `<time>` element prints must be what its `datetime` says, in whatever pattern."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from babel.dates import get_day_names, get_month_names

from caringmon.report.numerals import LOCALES, moment
from caringmon.report.sentence_gate import shortened

if TYPE_CHECKING:
    from bs4 import Tag

_TOKEN = re.compile(r"\d{1,2}[.:]\d{2}|\w+")


def time_faults(element: Tag, lang: str) -> Iterator[str]:
    """Yield where the printed date or time is not that of the element's `datetime`."""
    machine, text = str(element.get("datetime") or ""), element.get_text()
    try:
        when: dt.date = dt.date.fromisoformat(machine) if len(machine) == 10 else dt.datetime.fromisoformat(machine)
    except ValueError:
        yield f"<time> states no date: '{shortened(machine)}'"
        return
    known = _words_of(when, lang)
    wrong = [token for token in _TOKEN.findall(text) if token not in known and _is_telling(token, lang)]
    if wrong or not text.strip():
        yield f"<time> prints '{shortened(text)}', its date is {machine}"


def _words_of(when: dt.date, lang: str) -> set[str]:
    """Return every number and word of a date: day, month, year, weekday, time."""
    patterns = ["d", "dd", "M", "MM", "y", "yy", "MMM", "MMMM", "EEE", "EEEE"]
    if not isinstance(when, dt.datetime):
        return {moment(when, pattern, lang) for pattern in patterns}
    times = {moment(when, "d HH.mm", lang).split()[-1], moment(when, "d HH:mm", lang).split()[-1]}
    return times.union(moment(when, pattern, lang) for pattern in patterns)


def _is_telling(token: str, lang: str) -> bool:
    """Tell whether a word says which day or time it is, unlike `pukul`."""
    return any(letter.isdigit() for letter in token) or token in _names(lang)


@cache
def _names(lang: str) -> frozenset[str]:
    """Return the names of months and weekdays, full and short."""
    locale = LOCALES[lang]
    named = (get(width, locale=locale) for get in (get_month_names, get_day_names) for width in ("wide", "abbreviated"))
    return frozenset(str(name) for names in named for name in names.values())
