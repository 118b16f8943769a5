"""The agents of a report: their KPIs, what attendance tells of them, and how they stand beside each other."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import pandas as pd

from caringmon.analysis.judgements import agent_standings
from caringmon.analysis.kpi_values import counts_of, kpi_values, value_table
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.staffing import STAFF_COUNTS, login_values, staff_values
from caringmon.model.kpi import MIN_N
from caringmon.model.period import Period, Window

AGENT = ("K05", "K09", "K11", "K13", "K14", "K17", "K18", "K26")


def agent_values(now: Snapshot, windows: Sequence[Window], standings: pd.DataFrame) -> list[pd.DataFrame]:
    """Return KPIs of the agents in the windows, what attendance tells of them, and their shrunken rates."""
    counts = now.counts("agent", windows, STAFF_COUNTS | counts_of(AGENT))
    values = now.valued(counts, "agent", windows, AGENT)
    scope = now.scope
    staff = staff_values(counts, values, "agent", scope.basis, scope.coverage)
    shrunken = value_table(
        ("mtd", row.segment, row.entity, "K14.shrunken", row.shrunken, row.shrunken, math.nan, "")
        for row in standings.itertuples()
    )
    return [values, staff, login_values(counts, scope.coverage), shrunken]


def standings_of(now: Snapshot, today: dt.date) -> pd.DataFrame:
    """Return how the agents of each segment stand in the month to the day beside all others, also those not shown."""
    month = Period.month_to_date(today)
    windows = [Window("mtd", month), *(Window(f"d{day}", Period.day(day)) for day in month.days)]
    counts = now.counts("agent", windows, counts_of(("K14",)))
    rates = kpi_values(counts, ("K14",), windows, "agent", now.scope.coverage)
    of_month = rates["window"] == "mtd"
    return agent_standings(rates[of_month], rates[~of_month], MIN_N)


def no_standings() -> pd.DataFrame:
    """Return the table without an agent."""
    return agent_standings(value_table([]), value_table([]), MIN_N)
