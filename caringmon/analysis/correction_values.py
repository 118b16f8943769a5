"""Corrections as KPIs: what became known of earlier months, at any level, in the window in which it did (3-kpis, 3.3).

A closed month does not move; the change is posted where it became known, and is no part of its achievement.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.kpi_values import kpi_counts, value_table
from caringmon.analysis.relations import Relations
from caringmon.analysis.snapshot import Scope, claims_at, seen_at
from caringmon.model.codes import AGREE
from caringmon.model.findings import Clocks
from caringmon.model.period import Period, Window, month_before, month_code

CORRECTIONS = ("K17.correction", "K17.corrected", "K18.correction", "K18.corrected")
_COUNT = {"K17": "net", "K18": "valid"}
_MONTHS_BACK = 2
Changes = dict[tuple[str, str, str, str], int]  # (segment, entity, count, cohort) -> agrees


def correction_values(
    facts: Mapping[str, Table], scope: Scope, relations: Relations, where: tuple[str, Window], actuals: pd.DataFrame
) -> pd.DataFrame:
    """Return, for every row of `actuals`, the corrections that became known in the window, and the actual after them.

    `where`: level and window. The note lists the cohorts: `2022-10:-1`. In a restated view there is nothing to
    correct: NaN with the note `restated`.
    """
    level, window = where
    changes: Changes = {} if scope.restated else _changes(facts, scope, relations, level, window)
    rows: list[tuple[object, ...]] = []
    for row in actuals[actuals["kpi"].isin(_COUNT)].to_dict("records"):
        key = (row["window"], row["segment"], row["entity"])
        total, cohorts = _cells(changes, (row["segment"], row["entity"], _COUNT[row["kpi"]]))
        for kpi, value, note in (("correction", total, cohorts), ("corrected", row["value"] + total, "")):
            known = (math.nan, math.nan, math.nan, "restated") if scope.restated else (value, value, math.nan, note)
            rows.append((*key, f"{row['kpi']}.{kpi}", *known))
    return value_table(rows)


def _cells(changes: Changes, of: tuple[str, str, str]) -> tuple[int, str]:
    found = [(cohort, count) for (*key, cohort), count in sorted(changes.items()) if tuple(key) == of and count]
    return sum(count for _, count in found), "; ".join(f"{cohort}:{count:+d}" for cohort, count in found)


def _changes(facts: Mapping[str, Table], scope: Scope, relations: Relations, level: str, window: Window) -> Changes:
    """Return the changes of each cohort whose cut-off is past: known at the end of the window, less known before."""
    end = min(relations.clock, dt.datetime.combine(window.period.last_day, dt.time.max))
    start = dt.datetime.combine(window.period.start, dt.time()) - dt.timedelta(microseconds=1)
    closed = [month for month in _earlier(facts, window.period.start) if scope.cutoff(month_code(month.start)) < end]
    frozen_here = [month for month in closed if scope.cutoff(month_code(month.start)) > start]
    frozen_before = [month for month in closed if month not in frozen_here]
    restated = replace(scope, restated=True)
    changes: Changes = {}
    for months, known_before, at in ((frozen_here, scope, end), (frozen_before, restated, start)):
        if months:
            _add(changes, _cohorts(facts, (restated, relations, level), end, months), 1)
            _add(changes, _cohorts(facts, (known_before, relations, level), at, months), -1)
    return changes


def _earlier(facts: Mapping[str, Table], day: dt.date) -> list[Period]:
    """Return those of the months before that have any agree, as far back as a report looks."""
    months = [month_before(day)]
    while len(months) < _MONTHS_BACK:
        months.append(month_before(months[-1].start))
    first = facts["calls"].filter(_.result_code == AGREE).called_at.min().execute()
    return [month for month in months[::-1] if not pd.isna(first) and first.date() < month.end]


def _cohorts(
    facts: Mapping[str, Table], of: tuple[Scope, Relations, str], clock: dt.datetime, months: list[Period]
) -> Changes:
    """Return net and valid of the cohorts as known at the clock. `of`: scope, relations and level of the question."""
    scope, relations, level = of
    claims = claims_at(seen_at(facts, Clocks(clock, clock)), scope, clock, clock.date())
    known = replace(relations, claims=claims).of(scope.segments)
    windows = [Window(month_code(month.start), month) for month in months]
    counts = kpi_counts(known, windows, level, frozenset(_COUNT.values()), scope.segments)
    return {
        (row["segment"], row["entity"], count, row["window"]): int(row[count])
        for row in counts.to_dict("records")
        for count in _COUNT.values()
    }


def _add(changes: Changes, counts: Changes, sign: int) -> None:
    for key, count in counts.items():
        changes[key] = changes.get(key, 0) + sign * count
