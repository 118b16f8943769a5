"""Counts over attendance: days and hours of the agents, for the TL and SPV in force on the day (K21-K26)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.entities import with_entity
from caringmon.analysis.relations import ALL, KEY, Relations, in_windows
from caringmon.model.codes import Role
from caringmon.model.period import Window

PRESENT, TRAINING, OFF = "HADIR", "TRAINING", "OFF"


def _minutes(column: str) -> ibis.Value:
    return ibis.coalesce(_[column], 0).cast("int64")


COUNTS = {
    "agent_days": (_.status == PRESENT).sum(),
    "days_attended": _.status.isin([PRESENT, TRAINING]).sum(),
    "days_planned": (_.status != OFF).sum(),
    "login_minutes": _minutes("login_min").sum(),
    "ready_minutes": (_minutes("login_min") - _minutes("break_min") - _minutes("aux_min")).sum(),
    "planned_minutes": _minutes("planned_min").sum(),
}


def attendance_counts(
    relations: Relations, windows: Sequence[Window], level: str, segments: Sequence[str]
) -> pd.DataFrame:
    """Return one row per (window, segment, entity) with the counts of attendance; by witel: none, nobody works by it.

    An agent counts in the segments that his roster row of the day names, in every one when it names none. People who
    are in the roster in other roles alone are left out.
    """
    if level == "witel":
        return pd.DataFrame(columns=[*KEY, *COUNTS])
    present = in_windows(_of_agents(relations), list(windows), "date").mutate(day=_.date)
    events = with_entity(present, relations.roster, level, "person_id")
    parts = [_in_segment(events, segment).group_by(KEY).agg(**COUNTS) for segment in segments]
    frame: pd.DataFrame = (parts[0] if len(parts) == 1 else ibis.union(*parts)).order_by(KEY).execute()
    return frame


def _of_agents(relations: Relations) -> Table:
    """Return the attendance of agents, with the `works_in` segments of their roster row of the day."""
    roster = relations.roster
    is_agent = pc.equal(roster["role"], Role.AGENT.value)
    agents = set(pc.unique(roster.filter(is_agent)["person_id"]).to_pylist())
    others = sorted(set(pc.unique(roster["person_id"]).to_pylist()) - agents)
    people = relations.attendance.filter(_.person_id.notin(others)) if others else relations.attendance
    names = ["person_id", "segments", "valid_from", "valid_to"]
    in_force = ibis.memtable(pa.table(roster.filter(is_agent).select(names))).rename(agent="person_id")
    joined = people.left_join(
        in_force,
        [people.person_id == in_force.agent, people.date >= in_force.valid_from,
         in_force.valid_to.isnull() | (people.date < in_force.valid_to)],
    )  # fmt: skip
    return joined.mutate(works_in=_.segments).select(*people.columns, "works_in")


def _in_segment(events: Table, segment: str) -> Table:
    if segment == ALL:
        return events.mutate(segment=ibis.literal(ALL))
    named = ("|" + _.works_in.replace(",", "|").replace(" ", "") + "|").contains(f"|{segment}|")
    return events.filter(_.works_in.isnull() | named).mutate(segment=ibis.literal(segment))
