"""Corrections of earlier months: what became known of a month after its cut-off (3-kpis, 3.3, rule 3).

A closed month does not move; the change is posted in the window in which it became known, and is no part of its
achievement.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.claim_counts import claim_counts
from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.relations import Relations
from caringmon.analysis.snapshot import Scope, claims_at, seen_at
from caringmon.model.codes import AGREE
from caringmon.model.findings import Clocks
from caringmon.model.period import ONE_DAY, Period, Window, end_of_day, month_before, month_code

CORRECTIONS = ("K17.correction", "K17.corrected", "K18.correction", "K18.corrected")
# Each a count of the catalogue; what it is of a month, K17, K18, K28 and K31 say.
MEASURES = ["net", "valid", "kept_on_time", "recovered"]
_KEY = ["segment", "entity", "cohort"]
_COUNT = {"K17": "net", "K18": "valid"}
_MONTHS_BACK = 2


def corrections(
    facts: Mapping[str, Table], scope: Scope, relations: Relations, levels: Sequence[str], window: Period
) -> dict[str, pd.DataFrame]:
    """Return what became known in the window of the months before it: by level a table by segment, entity and cohort.

    A cohort is a month (YYYY-MM). Beside them, as changes: net, valid (claims agreed in the month), kept_on_time
    (promises kept whose last day of payment lay in it) and recovered (rupiah paid in it). Rows without any change are
    left out; at site level `entity` is empty. A month closes at its cut-off: what changed before is part of it and no
    correction. As reported and all corrections together are the restated month; restated, there is nothing to correct.
    """
    eve = end_of_day(window.start - ONE_DAY)
    now = min(relations.clock, end_of_day(window.last_day))
    closed = [month for month in _earlier(facts, window.start) if scope.cutoff(month_code(month.start)) <= now]
    if scope.restated or not closed:
        return {level: no_corrections() for level in levels}
    restated = replace(scope, restated=True)
    open_then = [month for month in closed if scope.cutoff(month_code(month.start)) > eve]
    closed_then = [month for month in closed if month not in open_then]
    # A month that was open then was closed in the window: what is reported of it is what was known at its cut-off.
    before = [_known(facts, scope, relations, now, [month]) for month in open_then]
    before.append(_known(facts, restated, relations, eve, closed_then))
    after = _known(facts, restated, relations, now, closed)
    return {level: _changed([of_level(level) for of_level in before], after(level)) for level in levels}


def _changed(before: Sequence[pd.DataFrame], after: pd.DataFrame) -> pd.DataFrame:
    """Return how the measures changed, without the rows in which none did."""
    change = after.sub(pd.concat(before), fill_value=0).astype("int64")
    return change[(change != 0).any(axis="columns")].sort_index().reset_index()


def no_corrections() -> pd.DataFrame:
    """Return the table without a row."""
    return pd.DataFrame(columns=[*_KEY, *MEASURES])


def correction_values(found: pd.DataFrame, actuals: pd.DataFrame, *, is_restated: bool = False) -> pd.DataFrame:
    """Return, for every K17 and K18 of `actuals`, the corrections found in their window, and the actual after them.

    The note lists the cohorts: `2022-10:-1`. Restated: NaN with the note `restated`.
    """
    rows: list[tuple[object, ...]] = []
    for row in actuals[actuals["kpi"].isin(_COUNT)].to_dict("records"):
        mine = found[(found["segment"] == row["segment"]) & (found["entity"] == row["entity"])]
        changes = {of["cohort"]: int(of[_COUNT[row["kpi"]]]) for of in mine.to_dict("records")}
        cohorts = "; ".join(f"{cohort}:{count:+d}" for cohort, count in changes.items() if count)
        total = sum(changes.values())
        for part, value, note in (("correction", total, cohorts), ("corrected", row["value"] + total, "")):
            known = (math.nan, math.nan, math.nan, "restated") if is_restated else (value, value, math.nan, note)
            rows.append((row["window"], row["segment"], row["entity"], f"{row['kpi']}.{part}", *known))
    return value_table(rows)


def _earlier(facts: Mapping[str, Table], day: dt.date) -> list[Period]:
    """Return those of the months before that have any agree, as far back as a report looks."""
    months = [month_before(day)]
    while len(months) < _MONTHS_BACK:
        months.append(month_before(months[-1].start))
    first = facts["calls"].filter(_.result_code == AGREE).called_at.min().execute()
    return [month for month in months[::-1] if not pd.isna(first) and first.date() < month.end]


def _known(
    facts: Mapping[str, Table], scope: Scope, relations: Relations, clock: dt.datetime, months: list[Period]
) -> Callable[[str], pd.DataFrame]:
    """Return a function of a level that returns the measures of the months as known at the clock, by `_KEY`.

    No month: no row. Payments are those known to the last of the months. The ledger is walked once for all levels.
    """
    if not months:
        return lambda _level: no_corrections().set_index(_KEY)
    asof = scope.payment_asof(clock, months[-1].last_day)
    claims = claims_at(seen_at(facts, Clocks(clock, clock)), scope, clock, asof)
    known = replace(relations, claims=claims).of(scope.segments)
    windows = [Window(month_code(month.start), month) for month in months]

    def of_level(level: str) -> pd.DataFrame:
        counts = claim_counts(known, windows, level, frozenset(MEASURES)).rename(columns={"window": "cohort"})
        return counts.set_index(_KEY)[MEASURES].fillna(0)

    return of_level
