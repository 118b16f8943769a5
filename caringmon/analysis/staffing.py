"""Agrees against the time that agents were there: per agent-day and per hour logged in (K21)."""

from __future__ import annotations

import math

import pandas as pd

from caringmon.analysis.achievement import ratio
from caringmon.analysis.kpi_values import Coverage, value_table
from caringmon.analysis.relations import KEY
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE

STAFF = ("K21", "K21.per_hour")
STAFF_COUNTS = frozenset({"agent_days", "login_minutes"})


def staff_values(
    counts: pd.DataFrame, actuals: pd.DataFrame, level: str, basis: str, coverage: Coverage
) -> pd.DataFrame:
    """Return agrees per agent-day and per login hour (K21) in long form.

    `counts`: those of `STAFF_COUNTS` per (window, segment, entity); `actuals`: the counted agrees of the same.
    Agrees without either: NaN with note `agrees_without_login`.
    """
    per = {"K21": "agent_days", "K21.per_hour": "login_hours"}
    mine = actuals[actuals["kpi"] == ACTUAL_KPI[basis]].merge(counts, on=KEY, validate="one_to_one")
    rows = []
    for row in mine.to_dict("records"):
        for kpi, days in per.items():
            why = "not_at_level" if level not in CATALOGUE[kpi].levels else coverage.lacks(CATALOGUE[kpi].needs)
            cells = (math.nan, math.nan, math.nan, why) if why else ratio(row["value"], float(row[days]))
            if not why and row["value"] and not row[days]:
                cells = (*cells[:3], "agrees_without_login")
            rows.append((*(row[name] for name in KEY), kpi, *cells))
    return value_table(rows)


def login_values(counts: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the hours logged in, `login_hours`, in long form; without attendance: NaN with the reason."""
    why = coverage.lacks(("attendance",))
    rows = []
    for row in counts.to_dict("records"):
        hours = math.nan if why else float(row["login_hours"])
        rows.append((*(row[name] for name in KEY), "login_hours", hours, hours, math.nan, why))
    return value_table(rows)
