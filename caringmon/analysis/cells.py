"""The cells of the gap decomposition: every unit once, with how far it came (7-methods, 7.1).

A unit is a service in the window (grain `customer`) or a service on a date (grain `service_day`). It belongs to the
agent credited with its agree, else to the last agent who dialled it, else to its last holder, each with TL and SPV of
that day. What a unit reached includes what leads there: an agree that no dial of the window explains (a written one)
counts as worked, contacted and reached, so that the steps nest.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table, Value

from caringmon.analysis.entities import with_entity
from caringmon.analysis.holdings import by_month_of_call, small_table
from caringmon.analysis.relations import Relations, between
from caringmon.analysis.service_counts import is_dial, voice
from caringmon.model.codes import DROP_TALK, LOST, RESULT_CODES, UNMAPPED_ENTITY, PayState, QcState
from caringmon.model.gap import STEPS
from caringmon.model.period import Period, Window

CUSTOMER, SERVICE_DAY = "customer", "service_day"
# A view: the entities of a cell, from the highest to the lowest; the site is above all of them.
VIEWS: Mapping[str, tuple[str, ...]] = {"agent": ("spv", "tl", "agent"), "witel": ("witel",)}
# Beside the steps: live claims whose verdict is outstanding, given, VALID; units that another than their holder has,
# that are on no list, the agrees of these, units that several agents dialled; repeated agrees that count for nothing.
BESIDE = ("open", "judged", "accepted", "foreign", "outside", "outside_gross", "shared", "duplicates")
MEASURES = (*STEPS, *BESIDE)

_CONTACTED = [code.code for code in RESULT_CODES if code.contacted]
_RPC = [code.code for code in RESULT_CODES if code.rpc]
_FINAL = [state.value for state in LOST | {QcState.VALID}]
_COUNTED = {"net": "counts_net", "valid": "counts_valid", "gross": "counts_gross"}
_HELD, _DIALLED, _AGREED = 1, 2, 3  # whoever did the latest of the highest of these has the unit
_OF_CLAIMS = ("gross", "counted", "open", "judged", "accepted", "duplicates")
_ONE = ibis.literal(1)
_FLAGS = ("listed", "worked", "contacted", "rpc", *_OF_CLAIMS)


def units_of(relations: Relations, window: Period, grain: str, basis: str) -> Table:
    """Return the units of a window, a row each, as they are now: every view of them counts the same.

    `relations`: of one segment. In grain `customer` the day of a unit is that of its last dial or agree, null where it
    has none; in grain `service_day` it is its own: on working days every service of the list, on others what was
    called.
    """
    return ibis.memtable(_units(_events(relations, window, grain, basis), grain).to_pyarrow())


def cells(units: Table, relations: Relations, view: str) -> pd.DataFrame:
    """Return the counts of `MEASURES` per cell and day, ordered: the view's entities, `day`, and the counts.

    `units`: see there, of the same relations. The sums of `gross` and `counted` are K13 and, by basis, K13, K17 or K18
    of the window.
    """
    if view == "witel":
        dated = units.mutate(month=_.entity_day.truncate("M"))
        named = by_month_of_call(relations.witels.drop("segment")).distinct(on=["month", "service_no"])
        located = dated.left_join(named, ["month", "service_no"])
        counted = _summed(located.mutate(witel=ibis.coalesce(_.witel, UNMAPPED_ENTITY)), "witel", "day")
    else:
        by_agent = _summed(units, "agent_id", "entity_day", "day")
        counted = _with_teams(by_agent.rename(agent="agent_id"), relations.roster)
    by = [*VIEWS[view], "day"]
    found: pd.DataFrame = _summed(counted, *by).order_by([_[name].asc(nulls_first=True) for name in by]).execute()
    return found.astype(dict.fromkeys(MEASURES, "int64"))


def _events(relations: Relations, window: Period, grain: str, basis: str) -> Table:
    """Return what happened to services: a row per holding, dial and live claim, with what it says of the unit."""
    spans = [Window("window", window)]
    dials = voice(between(relations.calls, "called_at", spans)).filter(is_dial())
    reached = [*_RPC, DROP_TALK] if relations.drop_talk_is_rpc else _RPC
    called = dials.select(
        "service_no",
        "agent_id",
        day=_.called_at.date(),
        at=_.called_at,
        id=_.attempt_id,
        rank=ibis.literal(_DIALLED),
        **_flags(worked=_ONE, contacted=_.result_code.isin(_CONTACTED), rpc=_.result_code.isin(reached)),
    )
    live = between(relations.claims, "agree_at", spans).filter(_.counts_gross == 1)
    awaits = (_.pay_state != PayState.PAID_BEFORE_CALL.value).cast("int64")
    agreed = live.select(
        "service_no",
        agent_id=_.agent_id_credit,
        day=_.agree_at.date(),
        at=_.agree_at,
        id=_.attempt_id,
        rank=ibis.literal(_AGREED),
        **_flags(
            worked=_ONE, contacted=_ONE, rpc=_ONE, gross=_ONE, counted=_[_COUNTED[basis]], duplicates=_.duplicates_n,
            open=awaits * _.qc_state.notin(_FINAL).cast("int64"),
            judged=awaits * _.qc_state.isin(_FINAL).cast("int64"), accepted=_.counts_valid,
        ),
    )  # fmt: skip
    return ibis.union(ibis.union(called, agreed), _held(relations, window, grain))


def _held(relations: Relations, window: Period, grain: str) -> Table:
    """Return the services of the list: a row per holding with its last day, or per holding and working day."""
    listed = relations.holdings.filter(_.on_list > 0, _.start < window.end, _.end > window.start)
    if grain == SERVICE_DAY:
        days = small_table({"day": pa.date32()}, ((day,) for day in relations.calendar.workdays(window)))
        listed = listed.join(days, [days.day >= listed.start, days.day < listed.end])
    else:
        listed = listed.mutate(day=ibis.least(_.end, ibis.literal(window.end)) - ibis.interval(days=1))
    return listed.select(
        "service_no",
        "agent_id",
        "day",
        at=_.day.cast("timestamp(6)"),
        id=_.agent_id,
        rank=ibis.literal(_HELD),
        **_flags(listed=_ONE),
    )


def _flags(**told: Value) -> dict[str, Value]:
    """Return all flags of an event as whole numbers, those that it does not tell as zero."""
    return {name: told.get(name, ibis.literal(0)).cast("int64") for name in _FLAGS}


def _units(events: Table, grain: str) -> Table:
    """Return one row per unit: who has it since when, its day, and what it reached, each step within the one before."""
    latest = ibis.struct({"rank": _["rank"], "at": _["at"], "id": _["id"]})
    touched = _["rank"] > _HELD
    by = ["service_no", "unit_day"] if grain == SERVICE_DAY else ["service_no"]
    sums = {name: _[name].sum() for name in _OF_CLAIMS}
    reached = {name: _[name].max() for name in ("listed", "worked", "contacted", "rpc")}
    dialled = _["rank"] == _DIALLED
    units = events.mutate(unit_day=_.day).group_by(by).agg(
        agent_id=_.agent_id.argmax(latest),
        entity_day=_.day.argmax(latest),
        touched_day=_.day.max(where=touched),
        holder=_.agent_id.argmax(latest, where=~touched),
        several=(_.agent_id.min(where=dialled) != _.agent_id.max(where=dialled)),
        **reached,
        **sums,
    )  # fmt: skip
    return units.mutate(
        day=_.unit_day if grain == SERVICE_DAY else _.touched_day,
        units=ibis.literal(1),
        contacted=ibis.greatest(_.contacted, _.rpc),
        foreign=(_.touched_day.notnull() & (ibis.coalesce(_.holder, "") != _.agent_id)).cast("int64"),
        outside=1 - _.listed,
        outside_gross=(1 - _.listed) * _.gross,
        shared=ibis.coalesce(_.several, False).cast("int64"),
    )


def _summed(counts: Table, *by: str) -> Table:
    return counts.group_by(list(by)).agg(**{name: _[name].sum() for name in MEASURES})


def _with_teams(by_agent: Table, roster: pa.Table) -> Table:
    """Return the counts with the TL and SPV in force on the day of the event that gave the agent the unit."""
    found = by_agent
    for level in ("tl", "spv"):
        dated = found.rename(own_day="day").rename(day="entity_day")
        placed = with_entity(dated, roster, level, "agent")
        found = placed.mutate(**{level: _.entity}).rename(entity_day="day").rename(day="own_day").drop(
            "entity", "member", "superior", "member_since", "member_until"
        )  # fmt: skip
    return found
