"""Registered figures: every number a report may print, computed once, under an id (7-methods, 7.6)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import pandas as pd

from caringmon.model.findings import entity_name, figure_id
from caringmon.model.period import Period
from caringmon.model.reported import about

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
    "part",
]
CHANGED = ("K20", "return_open")


def figures(values: pd.DataFrame, periods: Mapping[str, Period]) -> pd.DataFrame:
    """Return the figures table, ordered by id, from values in long form with their `level` and `part`.

    `periods`: the days of every window. Two values with one id: ValueError, since a number has one truth.
    """
    rows = [_figure(row, periods[str(row["window"])]) for row in values.to_dict("records")]
    table = pd.DataFrame(rows, columns=FIGURE_COLUMNS).sort_values("id", ignore_index=True)
    twice = table.loc[table["id"].duplicated(), "id"]
    if len(twice):
        raise ValueError(f"figure registered twice: {twice.iloc[0]}")
    return table


def with_figures(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of both tables, ordered by id. Two with one id: ValueError, since a number has one truth."""
    if more.empty:
        return table
    both = pd.concat([table, more], ignore_index=True).sort_values("id", ignore_index=True)
    twice = both.loc[both["id"].duplicated(), "id"]
    if len(twice):
        raise ValueError(f"figure registered twice: {twice.iloc[0]}")
    return both


def changes(values: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return what month-to-date values of a level have changed by since the previous working day.

    Window `change`, value = mtd − prev_mtd; NaN where either is, with its note.
    """
    mine = values[(values["level"] == level) & values["kpi"].isin(CHANGED)]
    now, before = (mine[mine["window"] == window] for window in ("mtd", "prev_mtd"))
    both = now.merge(
        before, on=["segment", "entity", "kpi"], suffixes=("", "_before"), how="inner", validate="one_to_one"
    )
    return both.assign(
        window="change",
        value=both["value"] - both["value_before"],
        numerator=both["value"],
        denominator=math.nan,
        note=both["note"].where(both["note"] != "", both["note_before"]),
    )[values.columns]


def _figure(row: Mapping[Hashable, object], period: Period) -> tuple[object, ...]:
    segment, kpi, window, level, part = (str(row[name]) for name in ("segment", "kpi", "window", "level", "part"))
    unit, decimals = about(kpi)
    entity = entity_name(level, str(row["entity"]))
    identity = (figure_id(segment, kpi, window, entity, part), kpi, segment, level, str(row["entity"]), window)
    measured = (row["value"], unit.value, decimals, row["numerator"], row["denominator"], row["note"], part)
    return (*identity, period.start, period.last_day, *measured)
