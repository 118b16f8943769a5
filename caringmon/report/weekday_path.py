"""The projected way through the rest of the month, where the weekdays tell one, and that in words."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from caringmon.model.findings import Figure
from caringmon.report.reading import Reader, day_of, text_of
from caringmon.report.wording import Sentence, say

_PREFIX = "weekday:"


def path_figures(reader: Reader) -> list[Figure]:
    """Return the agrees expected up to each working day to come, in order; no pattern of weekdays: none."""
    rows = _rows(reader, "K45.path").sort_values("last_day")
    found = (reader.value("K45.path", str(window)) for window in rows["window"])
    return [figure for figure in found if figure is not None]


def path_line(reader: Reader) -> tuple[Sentence, ...]:
    """Return which weekday of the days to come is strongest and which weakest; no pattern: nothing."""
    parts = [text_of(part) for part in _rows(reader, "K45.weekday")["part"]]
    known = [(figure, part) for part in parts if (figure := reader.value("K45.weekday", "mtd", None, part)) is not None]
    if len(known) < len((min, max)):
        return ()
    (low, weak), (high, strong) = (pick(known, key=lambda told: told[0].value) for pick in (min, max))
    return (say("month.weekdays", strong=_day(strong), high=high, weak=_day(weak), low=low),)


def _day(part: str) -> dt.date:
    return day_of(part.removeprefix(_PREFIX))


def _rows(reader: Reader, kpi: str) -> pd.DataFrame:
    table = reader.findings.tables["figures"]
    mine = (table["segment"] == reader.segment) & (table["kpi"] == kpi) & (table["level"] == reader.audience.level)
    mine &= table["entity"].map(text_of) == reader.audience.person
    return table[mine]
