"""What the next month asks for: its target, and how many agents would have to be there every day (C2, 13)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.month_plan import MonthPlan
from caringmon.analysis.targets import Targets
from caringmon.model.calendar import WorkCalendar

NEXT = "next_month"


def next_month_values(
    values: pd.DataFrame, targets: Targets, plan: MonthPlan, calendar: WorkCalendar, segments: Sequence[str]
) -> pd.DataFrame:
    """Return target, working days and what they ask for of the site in the next month, window `next_month`.

    `agents_present`: agent-days of this month ÷ its working days; `agents_needed` = target ÷ (K21 × working days),
    rounded up; `agents_spare` = present − needed; `K21.needed` = target ÷ (present × working days), what an agent-day
    would have to bring with as many agents as now. `values`: K21 of the month. Without a target, or without attendance:
    NaN with the reason.
    """
    rows: list[tuple[object, ...]] = []
    of_month = values[(values["kpi"] == "K21") & (values["window"] == "mtd") & (values["entity"] == "")]
    staff = {str(row["segment"]): row for row in of_month.to_dict("records")}
    days = len(calendar.workdays(plan.next))
    for segment in segments:
        target = targets.of_month(segment, "", plan.next.start)
        no_target = "no_target" if math.isnan(target) else ""
        rows.append(_row(segment, "target", target, target, math.nan, no_target))
        rows.append(_row(segment, "workdays", days, days, math.nan, ""))
        rows += _agents(segment, staff[segment], (target, days), len(calendar.workdays(plan.month)))
    return value_table(rows)


def _agents(
    segment: str, staff: Mapping[Hashable, Any], asked: tuple[float, int], days_of_month: int
) -> list[tuple[object, ...]]:
    """Return how many agents were there, are needed, and are to spare; `staff`: the segment's K21."""
    target, days = asked
    present = float(staff["denominator"]) / days_of_month if days_of_month else math.nan
    each = float(staff["value"]) * days
    why = str(staff["note"]) or ("no_target" if math.isnan(target) else "")
    is_known = not why and each > 0 and present > 0
    needed = float(math.ceil(target / each)) if is_known else math.nan
    why = why or ("" if is_known else "zero_denominator")
    there = "" if not math.isnan(present) else str(staff["note"]) or "zero_denominator"
    return [
        _row(segment, "agents_present", present, float(staff["denominator"]), days_of_month, there),
        _row(segment, "agents_needed", needed, target, each, why),
        _row(segment, "agents_spare", present - needed, present, math.nan, why),
        _row(segment, "K21.needed", target / (present * days) if is_known else math.nan, target, present * days, why),
    ]


def _row(segment: str, kpi: str, value: float, over: float, under: float, note: str) -> tuple[object, ...]:
    return NEXT, segment, "", kpi, value, over, under, note
