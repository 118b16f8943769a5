"""Names that stand in reports: of files, sheets, headers. A long number in one may be a customer's."""

from __future__ import annotations

import datetime as dt
import re

from caringmon.intake.window import date_places

# As a phone number is written: 0812-3456-7890, (0812) 3456 7890.
_LONG = re.compile(r"\d(?:[ .()+-]{0,2}\d){7,}")
_STAMP = re.compile(r"(?<!\d)(?:\d{8}|\d{12}|\d{14})(?!\d)")
_STAMPS = ("%Y%m%d", "%d%m%Y", "%Y%m%d%H%M", "%Y%m%d%H%M%S")
_MONTH = re.compile(r"(?<!\d)20\d{2}[-_. ]?(?:0[1-9]|1[0-2])(?!\d)")


def long_numbers(text: str) -> list[str]:
    """Return the numbers of eight or more digits in a name that are no dates, as they are written there."""
    dates = [*date_places(text), *(found.span() for found in _MONTH.finditer(text))]
    dates += [found.span() for found in _STAMP.finditer(text) if _is_stamp(found[0])]
    letters = list(text)
    for start, end in dates:
        letters[start:end] = "|" * (end - start)
    return _LONG.findall("".join(letters))


def without_numbers(text: str) -> str:
    """Return a name for messages and reports, with … in the place of each long number."""
    for number in long_numbers(text):
        text = text.replace(number, "…")
    return text


def _is_stamp(digits: str) -> bool:
    """Tell whether the digits are a date of this century in one of the known forms, every digit in its place."""
    for form in _STAMPS:
        try:
            stamp = dt.datetime.strptime(digits, form)
        except ValueError:
            continue
        if stamp.strftime(form) == digits and 2000 <= stamp.year < 2100:
            return True
    return False
