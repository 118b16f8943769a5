"""Slices of a window: dials, contact and agrees by hour of the day, and attempts by their result."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.claim_counts import claims_by_entity
from caringmon.analysis.entities import with_entity
from caringmon.analysis.intervals import wilson_intervals
from caringmon.analysis.kpi_values import Coverage
from caringmon.analysis.relations import KEY, Relations, between, in_windows
from caringmon.analysis.service_counts import is_dial, voice
from caringmon.model.codes import RESULT_CODES
from caringmon.model.kpi import MIN_N
from caringmon.model.period import Window

SLICE_COLUMNS = ["window", "segment", "entity", "part", "kpi", "value", "numerator", "denominator", "note"]
HOUR, RESULT = "hour", "result"
_CONTACTED = [code.code for code in RESULT_CODES if code.contacted]
_PARTS = [*KEY, "part"]
_SURE = 0.95


def hour_values(relations: Relations, windows: Sequence[Window], level: str, coverage: Coverage) -> pd.DataFrame:
    """Return K05, K10 and K13 by hour of the call (`SLICE_COLUMNS`, part `hour:09`), for hours with a dial or agree.

    Calls without a time of day, or whose contact is not told: no rows.
    """
    if coverage.lacks(("calls", "time_of_day", "contact")):
        return _slices([])
    dials = _by_hour(_calls(relations, windows, level).filter(is_dial()), "called_at", windows).agg(
        dials=_.count(), contacted=_.result_code.isin(_CONTACTED).cast("int64").sum()
    )
    live = claims_by_entity(relations, level).filter(_.counts_gross == 1)
    agrees = _by_hour(live, "agree_at", windows).agg(gross=_.count())
    both = dials.execute().merge(agrees.execute(), on=_PARTS, how="outer", validate="one_to_one")
    both = both.fillna({"dials": 0, "contacted": 0, "gross": 0}).sort_values(_PARTS)
    rows: list[tuple[object, ...]] = []
    for row in both.to_dict("records"):
        key = tuple(row[name] for name in _PARTS)
        rate = row["contacted"] / row["dials"] if row["dials"] else float("nan")
        rows += [
            (*key, "K05", row["dials"], row["dials"], float("nan"), ""),
            (*key, "K10", rate, row["contacted"], row["dials"], "" if row["dials"] else "zero_denominator"),
            (*key, "K13", row["gross"], row["gross"], float("nan"), ""),
        ]
    return _slices(rows)


def with_standings(hours: pd.DataFrame, values: pd.DataFrame, window: str) -> pd.DataFrame:
    """Return the hours (segment, code) with `standing`: `above` or `below` where the contact rate differs, else empty.

    Compared is an hour's K10 of the window with that of all hours together. It differs when it has at least `MIN_N`
    dials and its Wilson interval leaves that rate out, at a coverage that holds for all hours at once (Bonferroni):
    where no hour differs, one is named in at most 5 % of the reports.
    """
    rates = values[(values["kpi"] == "K10") & (values["window"] == window)]
    rates = rates[rates["part"].astype("str").str.startswith(f"{HOUR}:")]
    rates = rates.assign(code=rates["part"].astype("str").str.removeprefix(f"{HOUR}:"))
    found = hours.merge(rates, on=["segment", "code"], how="left", validate="one_to_one")
    of_all = found.groupby("segment")[["numerator", "denominator"]].transform("sum")
    overall = of_all["numerator"] / of_all["denominator"]
    coverage = found.groupby("segment")["code"].transform("size").map(lambda number: 1 - (1 - _SURE) / number)
    bounds = [
        wilson_intervals([cases], [dials], sure)
        for cases, dials, sure in zip(found["numerator"], found["denominator"], coverage, strict=True)
    ]
    low, high = ([float(bound[side][0]) for bound in bounds] for side in (0, 1))
    enough = found["denominator"] >= MIN_N
    standing = np.select([enough & (overall < low), enough & (overall > high)], ["above", "below"], "")
    return hours.assign(standing=standing)


def result_values(relations: Relations, day: Window, before: Window, level: str, number: int) -> pd.DataFrame:
    """Return the voice attempts of a day by result, their share, the mean of the days before, and the difference.

    `SLICE_COLUMNS`, part `result:U01`, window of the day throughout; `number`: the working days of `before`.
    """
    calls = _calls(relations, [day, before], level).mutate(day=_.called_at.date())
    counted = in_windows(calls, [day, before]).group_by([*KEY, "result_code"]).agg(attempts=_.count()).execute()
    wide = counted.pivot_table("attempts", ["segment", "entity", "result_code"], "window", fill_value=0)
    wide = wide.reindex(columns=[day.name, before.name], fill_value=0).reset_index()
    totals = wide.groupby(["segment", "entity"])[day.name].sum()
    rows: list[tuple[object, ...]] = []
    for row in wide.sort_values(["segment", "entity", "result_code"]).to_dict("records"):
        now, mean, total = row[day.name], row[before.name] / number, totals[(row["segment"], row["entity"])]
        key = (day.name, row["segment"], row["entity"], f"{RESULT}:{row['result_code']}")
        share = now / total if total else float("nan")
        rows += [
            (*key, "attempts", now, now, float("nan"), ""),
            (*key, "attempts_share", share, now, total, "" if total else "zero_denominator"),
            (*key, "attempts_mean", mean, row[before.name], number, ""),
            (*key, "attempts_change", now - mean, now, mean, ""),
        ]
    return _slices(rows)


def result_shares(relations: Relations, window: Window, owners: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return the voice attempts of the site in a window by result, and their share (`SLICE_COLUMNS`)."""
    calls = _calls(relations, [window], "site")
    counted = in_windows(calls, [window]).group_by([*KEY, "result_code"]).agg(attempts=_.count()).execute()
    rows: list[tuple[object, ...]] = []
    for segment, entity in owners:
        mine = counted[(counted["segment"] == segment) & (counted["entity"] == entity)].sort_values("result_code")
        total = float(mine["attempts"].sum())
        for code, number in zip(mine["result_code"], mine["attempts"].astype(float), strict=True):
            key = (window.name, segment, entity, f"{RESULT}:{code}")
            rows.append((*key, "attempts", number, number, float("nan"), ""))
            rows.append((*key, "attempts_share", number / total, number, total, ""))
    return _slices(rows)


def _calls(relations: Relations, windows: Sequence[Window], level: str) -> Table:
    calls = voice(between(relations.calls, "called_at", windows)).mutate(day=_.called_at.date())
    return with_entity(calls, relations.roster, level).mutate(segment=relations.segment())


def _by_hour(events: Table, at: str, windows: Sequence[Window]) -> ibis.expr.types.GroupedTable:
    dated = in_windows(events.mutate(day=_[at].date(), part=_[at].strftime(f"{HOUR}:%H")), list(windows))
    return dated.group_by(_PARTS)


def _slices(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=SLICE_COLUMNS)
    return table.astype(dict.fromkeys(("value", "numerator", "denominator"), "float64"))
