"""Who an event counts for: the site, an SPV, a TL, an agent or a witel, as the roster had it on the day (3-kpis, 3.1).

Nothing vanishes: a person outside the roster keeps his own row, and is TIDAK TERPETAKAN for TL and SPV.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import ibis
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.model.codes import UNMAPPED_ENTITY, Role

EVER, NEVER = dt.date(1, 1, 1), dt.date(9999, 12, 31)
Span = tuple[str, dt.date, dt.date]  # superior, first day, day after the last
# Names that no table of events or holdings has.
_MEMBERS = {
    "member": pa.string(),
    "superior": pa.string(),
    "member_since": pa.date32(),
    "member_until": pa.date32(),
}


def memberships(roster: pa.Table, level: str) -> list[tuple[str, str, dt.date, dt.date]]:
    """Return who belonged to which TL or SPV (`level` `tl`, `spv`): person, entity, first day, day after the last.

    The spans of a person cover all days; those on which the roster names no superior belong to nobody.
    """
    rows = roster.to_pylist()
    teams = _reports(rows, Role.AGENT)
    if level == "tl":
        return [(person, *span) for person, spans in sorted(teams.items()) for span in spans]
    leaders = _reports(rows, Role.TL)
    return [
        (person, superior, max(since, from_day), min(until, to_day))
        for person, spans in sorted(teams.items())
        for team, since, until in spans
        for superior, from_day, to_day in leaders.get(team, [(UNMAPPED_ENTITY, EVER, NEVER)])
        if max(since, from_day) < min(until, to_day)
    ]


def superiors_on(roster: pa.Table, level: str, day: dt.date) -> dict[str, str]:
    """Return the TL or SPV (`level` `tl`, `spv`) of every agent on a day; whom the roster leaves out is unmapped."""
    return {person: name for person, name, since, until in memberships(roster, level) if since <= day < until}


def with_entity(events: Table, roster: pa.Table, level: str, person: str = "agent_id") -> Table:
    """Return the events with the `entity` they count for on their `day`. A witel stands in the events themselves."""
    if level == "site":
        return events.mutate(entity=ibis.literal(""))
    if level in ("agent", "witel"):
        return events.mutate(entity=_named(person if level == "agent" else "witel"))
    members = _member_table(roster, level)
    in_force = [events[person] == members.member, events.day >= members.member_since, events.day < members.member_until]
    return events.left_join(members, in_force).mutate(entity=_named("superior"))


def held_by_entity(holdings: Table, roster: pa.Table, level: str) -> Table:
    """Return the holdings with their `entity`; for TL and SPV cut to the days on which the holder was theirs."""
    if level == "site":
        return holdings.mutate(entity=ibis.literal(""))
    if level in ("agent", "witel"):
        return holdings.mutate(entity=_named("agent_id" if level == "agent" else "witel"))
    members = _member_table(roster, level)
    during = [
        holdings.agent_id == members.member,
        members.member_since < holdings.end,
        holdings.start < members.member_until,
    ]
    return holdings.left_join(members, during).mutate(
        entity=_named("superior"),
        start=ibis.greatest(_.start, ibis.coalesce(_.member_since, _.start)),
        end=ibis.least(_.end, ibis.coalesce(_.member_until, _.end)),
    )


def _named(column: str) -> ibis.Value:
    return ibis.coalesce(_[column], ibis.literal(UNMAPPED_ENTITY))


def _member_table(roster: pa.Table, level: str) -> Table:
    rows = [dict(zip(_MEMBERS, row, strict=True)) for row in memberships(roster, level)]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=pa.schema(list(_MEMBERS.items()))))


def _reports(rows: Iterable[Mapping[str, Any]], role: Role) -> dict[str, list[Span]]:
    """Return, of each person who ever had the role, whom he reported to over all days, in order."""
    found: dict[str, list[Span]] = {}
    mine = [row for row in rows if row["role"] == role]
    for row in sorted(mine, key=lambda row: (row["person_id"], row["valid_from"])):
        span = (row["reports_to"] or UNMAPPED_ENTITY, row["valid_from"], row["valid_to"] or NEVER)
        found.setdefault(row["person_id"], []).append(span)
    return {person: list(_without_gaps(spans)) for person, spans in found.items()}


def _without_gaps(spans: list[Span]) -> Iterator[Span]:
    edges = [(UNMAPPED_ENTITY, EVER, EVER), *spans, (UNMAPPED_ENTITY, NEVER, NEVER)]
    for (_before, _since, end), (superior, start, until) in pairwise(edges):
        if end < start:
            yield UNMAPPED_ENTITY, end, start
        if start < until:
            yield superior, start, until
