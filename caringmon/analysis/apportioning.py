"""Targets that a parent's row derives for its children by their roster days (2-data-model, T3; S13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa

from caringmon.analysis.entities import memberships
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import Role
from caringmon.model.period import Period

LADDER = ("SITE", "SPV", "TL", "AGENT")
Chain = tuple[str, str, str, str]  # site, SPV, TL, agent
_BY_ROSTER = "ROSTER_DAY"


def largest_remainder(total: float, weights: Mapping[str, int]) -> dict[str, float]:
    """Return the total in whole shares proportional to the weights, their sum exact; equal remainders: lower id first.

    A total that is no whole number is shared unrounded. No weight at all: nobody gets anything.
    """
    whole = sum(weights.values())
    if not whole:
        return {}
    exact = {name: Fraction(total) * weight / whole for name, weight in weights.items()}
    if total != int(total):
        return {name: float(share) for name, share in exact.items()}
    shares = {name: share.numerator // share.denominator for name, share in exact.items()}
    left = int(total) - sum(shares.values())
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    return {name: float(shares[name] + (place < left)) for place, name in enumerate(by_remainder)}


def with_derived(rows: pd.DataFrame, roster: pa.Table, calendar: WorkCalendar, rebalance: bool) -> pd.DataFrame:
    """Return the target rows in force and those derived from rows with ROSTER_DAY, marked in the column `derived`.

    Level by level down to the agents: a child gets the parent's value × its roster days ÷ those of all children. A
    child's own row wins; what is left of the parent's value is shared among the others only if `rebalance`.
    Roster day: a working day on which an agent of the segment is in the roster; of a TL or SPV, those of its agents.
    """
    given = rows.assign(derived=False)
    parts = [given]
    spread = (given["apportion"] == _BY_ROSTER) & given["level"].isin(LADDER[:-1]) & (given["grain"] != "DAY")
    for (period, segment), _own in given[spread].groupby(["period", "segment"]):
        mine = given[(given["period"] == period) & (given["segment"] == segment)]
        days = roster_days(roster, calendar, Period.month(dt.date.fromisoformat(f"{period}-01")), str(segment))
        known = {(row["level"], row["entity_id"]): row for row in _rows(mine)}
        parts.append(pd.DataFrame(list(_derive(known, days, rebalance)), columns=given.columns).astype(given.dtypes))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else given


def roster_days(roster: pa.Table, calendar: WorkCalendar, month: Period, segment: str) -> dict[Chain, int]:
    """Return the working days of the month on which each agent of the segment was led by which TL and SPV."""
    working = _working_spans(roster, segment)
    leaders = {level: _spans(roster, level) for level in ("spv", "tl")}
    days: dict[Chain, int] = {}
    for day in calendar.workdays(month):
        for agent, since, until in working:
            if since <= day < until:
                spv, tl = (_on(leaders[level][agent], day) for level in ("spv", "tl"))
                chain = ("SITE", spv, tl, agent)
                days[chain] = days.get(chain, 0) + 1
    return days


def _derive(
    known: dict[tuple[str, str], dict[str, Any]], days: Mapping[Chain, int], rebalance: bool
) -> Iterator[dict[str, Any]]:
    """Yield the derived rows, parents before their children, and add them to what is known."""
    for place, (parent_level, level) in enumerate(pairwise(LADDER)):
        shares: dict[str, float] = {}
        for parent in sorted({chain[place] for chain in days}):
            row = known.get((parent_level, parent))
            if row is None or row["apportion"] != _BY_ROSTER:
                continue
            weights: dict[str, int] = {}
            for chain, count in sorted(days.items()):
                if chain[place] == parent:
                    weights[chain[place + 1]] = weights.get(chain[place + 1], 0) + count
            for child, value in _shared(row["value"], level, weights, known, rebalance).items():
                shares[child] = shares.get(child, 0.0) + value
        template = next((row for row in known.values() if row["apportion"] == _BY_ROSTER), None)
        for child, value in sorted(shares.items()):
            if (level, child) not in known and template is not None:
                known[level, child] = {
                    **template, "level": level, "entity_id": child, "value": value, "derived": True,
                }  # fmt: skip
                yield known[level, child]


def _shared(
    value: float,
    level: str,
    weights: dict[str, int],
    known: Mapping[tuple[str, str], Mapping[str, Any]],
    rebalance: bool,
) -> dict[str, float]:
    if not rebalance:
        return largest_remainder(value, weights)
    own = {child: known[level, child]["value"] for child in weights if (level, child) in known}
    others = {child: weight for child, weight in weights.items() if child not in own}
    return largest_remainder(max(0.0, value - sum(own.values())), others)


def _working_spans(roster: pa.Table, segment: str) -> list[tuple[str, dt.date, dt.date]]:
    return [
        (row["person_id"], row["valid_from"], row["valid_to"] or dt.date.max)
        for row in roster.to_pylist()
        if row["role"] == Role.AGENT and works_in(row["segments"], segment)
    ]


def works_in(segments: str | None, segment: str) -> bool:
    """Tell whether a roster row that names these segments (separated by |) is of the segment; none named: of all."""
    return not segments or segment in segments.replace(",", "|").replace(" ", "").split("|")


def _spans(roster: pa.Table, level: str) -> dict[str, list[tuple[str, dt.date, dt.date]]]:
    found: dict[str, list[tuple[str, dt.date, dt.date]]] = {}
    for person, superior, since, until in memberships(roster, level):
        found.setdefault(person, []).append((superior, since, until))
    return found


def _on(spans: list[tuple[str, dt.date, dt.date]], day: dt.date) -> str:
    return next(superior for superior, since, until in spans if since <= day < until)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
