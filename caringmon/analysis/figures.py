"""Registered figures: every number a report may print, computed once, under an id (7-methods, 7.6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from caringmon.model.findings import figure_id
from caringmon.model.kpi import CATALOGUE
from caringmon.model.period import Period

FIGURE_COLUMNS = [
    "id",
    "kpi",
    "segment",
    "level",
    "entity",
    "window",
    "first_day",
    "last_day",
    "value",
    "unit",
    "decimals",
    "numerator",
    "denominator",
    "note",
]
CHANGED = ("K20", "return_open")


def figures(values: pd.DataFrame, periods: Mapping[str, Period]) -> pd.DataFrame:
    """Return the figures table, ordered by id, from KPI values in long form.

    `periods`: the days of every window. Two values with one id: ValueError, since a number has one truth.
    """
    rows = [
        _figure(window, segment, entity, kpi, periods[window], (value, numerator, denominator, note))
        for window, segment, entity, kpi, value, numerator, denominator, note in values[
            ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note"]
        ].itertuples(index=False)
    ]
    table = pd.DataFrame(rows, columns=FIGURE_COLUMNS).sort_values("id", ignore_index=True)
    twice = table.loc[table["id"].duplicated(), "id"]
    if len(twice):
        raise ValueError(f"figure registered twice: {twice.iloc[0]}")
    return table


def changes(values: pd.DataFrame) -> pd.DataFrame:
    """Return what month-to-date values of the site have changed by since the previous working day.

    Window `change`, value = mtd − prev_mtd; NaN where either is, with its note.
    """
    site = values[(values["entity"] == "") & values["kpi"].isin(CHANGED)]
    now, before = (site[site["window"] == window] for window in ("mtd", "prev_mtd"))
    both = now.merge(before, on=["segment", "entity", "kpi"], suffixes=("", "_before"), validate="one_to_one")
    return both.assign(
        window="change",
        value=both["value"] - both["value_before"],
        numerator=both["value"],
        denominator=math.nan,
        note=both["note"].where(both["note"] != "", both["note_before"]),
    )[values.columns]


def _figure(
    window: str, segment: str, entity: str, kpi: str, period: Period, cells: Iterable[object]
) -> tuple[object, ...]:
    value, numerator, denominator, note = cells
    about = CATALOGUE[kpi]
    level = "tl" if entity else "site"
    days = (period.start, period.last_day)
    identity = (figure_id(segment, kpi, window, entity), kpi, segment, level, entity, window)
    return (*identity, *days, value, about.unit.value, about.decimals, numerator, denominator, note)
