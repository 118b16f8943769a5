"""When a file was exported and which days it covers, as its name and title rows say."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator

from caringmon.intake.dates import MONTHS
from caringmon.model.period import end_of_day

_DATE = re.compile(
    r"(?i)(?:"
    r"(?<!\d)(?P<y>20\d{2})[-_./ ]?(?P<m>\d{2})[-_./ ]?(?P<d>\d{2})"
    r"|(?<![^\W_])(?P<d2>\d{1,2})[-_./ ](?P<m2>\d{1,2})[-_./ ](?P<y2>20\d{2})"
    rf"|(?<![^\W_])(?P<d3>\d{{1,2}})[-_ ]+(?P<n3>{'|'.join(MONTHS)})[a-z]*[-_ ]+(?P<y3>20\d{{2}})"
    r")(?!\d)(?:[T_ -]+(?:jam |pukul )?(?P<H>[01]\d|2[0-3])[.:_-]?(?P<M>[0-5]\d)(?:[.:_-]?(?P<S>[0-5]\d))?(?!\d))?"
)
_RANGE_WORDS = re.compile(r"(?i)^\W*(s\.?\s*/?\s*d\.?|sd|sampai(?: dengan)?|hingga|to|until|–|—|-|_|~)\W*$")


def stated_export(file: str) -> dt.datetime | None:
    """Return the export time that a file's name states; a bare date is the end of that day, a range its last one."""
    stem = file.rsplit(".", 1)[0]
    found = list(_dates(stem))
    if not found:
        return None
    _, _, date, time = found[-1]
    return dt.datetime.combine(date, time) if time else end_of_day(date)


def stated_range(texts: Iterable[str]) -> tuple[dt.date, dt.date] | None:
    """Return the first range of days that the texts state, `12/09/2022 s.d. 17/09/2022`; none: None."""
    for text in texts:
        found = list(_dates(text))
        for (_, end, first, _), (start, _, last, _) in itertools.pairwise(found):
            if first <= last and _RANGE_WORDS.match(text[end:start]):
                return first, last
    return None


def date_places(text: str) -> list[tuple[int, int]]:
    """Return where dates stand in a text: start and end of each, with its time."""
    return [(start, end) for start, end, _, _ in _dates(text)]


def _dates(text: str) -> Iterator[tuple[int, int, dt.date, dt.time | None]]:
    """Yield start, end, date and time of each date that exists; digits are day first."""
    for match in _DATE.finditer(text):
        part = match.groupdict()
        month = part["m"] or part["m2"] or MONTHS.get((part["n3"] or "").lower(), 0)
        try:
            date = dt.date(
                int(part["y"] or part["y2"] or part["y3"]), int(month), int(part["d"] or part["d2"] or part["d3"])
            )
        except ValueError:
            continue
        time = dt.time(int(part["H"]), int(part["M"]), int(part["S"] or 0)) if part["H"] else None
        yield match.start(), match.end(), date, time
