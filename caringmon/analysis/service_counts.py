"""Counts over calls and holdings: one row per (window, segment, entity, service) with flags, then summed (3-kpis).

Distinct services and intersections (K04, K07, K33) come out of one pass; a flag that no wanted count uses is never
computed, since the engine leaves out columns that nothing reads.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import BooleanValue, Table, Value

from caringmon.analysis.call_hours import outside_hours
from caringmon.analysis.collected import cured_flags
from caringmon.analysis.entities import held_by_entity, with_entity
from caringmon.analysis.holdings import by_month_of_call
from caringmon.analysis.relations import KEY, Relations, between, in_windows, span_table, whole
from caringmon.analysis.untouched import AGES, untouched_flags
from caringmon.model.codes import DROP_TALK, RESULT_CODES
from caringmon.model.period import Window

_CONNECTED = [code.code for code in RESULT_CODES if code.connected]
_CONTACTED = [code.code for code in RESULT_CODES if code.contacted]
_RPC = [code.code for code in RESULT_CODES if code.rpc]
_NOT_A_DIAL = [code.code for code in RESULT_CODES if not code.is_dial]
_COMPLAINTS = ["R04", "R05", "R06"]
_INVALID = ["U06", "U07", "C01", "C03"]
SERVICE = [*KEY, "service_no"]

_worked: BooleanValue = _.dials > 0
_listed: BooleanValue = _.on_list > 0
CALL_COUNTS = {
    "dials": _.dials.sum(),
    "connected_dials": _.connected_dials.sum(),
    "contacted_dials": _.contacted_dials.sum(),
    "worked": _worked.sum(),
    "contacted": (_.contacted_dials > 0).sum(),
    "rpc": (_.rpc_dials > 0).sum(),
    "attempted": (_.attempts > 0).sum(),
    "invalid_number": _.last_invalid.sum(),
    "complaints": (_.complaints > 0).sum(),
    "outside_hours": _.outside.sum(),
    "timed_dials": _.timed.sum(),
    "untimed_dials": (_.connected_dials - _.timed).sum(),
    "handling_seconds": _.handling.sum(),
    "busy_seconds": _.busy.sum(),
    "counted_rows": _.counted.sum(),
}
HELD_COUNTS = {
    "assigned": (_.held > 0).sum(),
    "list": _listed.sum(),
    "arrears": _.arrears.sum(),
    "cured": _.cured.sum(),
    "could_roll": _.could_roll.sum(),
    "rolled": _.rolled.sum(),
    "untouched": _.untouched.sum(),
    **{f"untouched_{age}": _[f"untouched_{age}"].sum() for age in AGES},
}
BOTH_COUNTS = {"worked_of_list": (_worked & _listed).sum()}


def service_counts(relations: Relations, windows: Sequence[Window], level: str, names: frozenset[str]) -> pd.DataFrame:
    """Return one row per (window, segment, entity) that has a call or a holding, with those of `names` counted here."""
    both = bool(names & BOTH_COUNTS.keys())
    parts, counts = [], {**CALL_COUNTS, **HELD_COUNTS, **BOTH_COUNTS}
    wanted = {name: counts[name] for name in counts if name in names}
    if both or names & CALL_COUNTS.keys():
        parts.append(_dialled(relations, list(windows), level, names))
    if both or names & HELD_COUNTS.keys():
        parts.append(_held(relations, list(windows), level, names))
    if not wanted:
        return pd.DataFrame(columns=[*KEY])
    per_service = parts[0] if len(parts) == 1 else _side_by_side(*parts)
    frame: pd.DataFrame = per_service.group_by(KEY).agg(**wanted).order_by(KEY).execute()
    return frame


def _side_by_side(dialled: Table, held: Table) -> Table:
    """Return one row per service that was called or held, zeros where it was not."""
    joined = dialled.outer_join(held, SERVICE)
    keys = {name: ibis.coalesce(joined[name], joined[f"{name}_right"]) for name in SERVICE}
    flags = [name for name in (*dialled.columns, *held.columns) if name not in SERVICE]
    return joined.select(**keys, **{name: ibis.coalesce(joined[name], 0) for name in flags})


def is_dial() -> Value:
    """Tell whether an attempt is a dial: neither without a number nor lost by the system."""
    result: Value = _.result_code.notin(_NOT_A_DIAL)
    return result


def voice(calls: Table) -> Table:
    """Return the attempts by voice: written messages are no attempts."""
    return calls.filter(ibis.coalesce(_.channel, "VOICE") == "VOICE")


def _dialled(relations: Relations, windows: list[Window], level: str, names: frozenset[str]) -> Table:
    """Return a row of sums per service that was called; calls count for the dialling agent on the day of the call."""
    calls = voice(between(relations.calls, "called_at", windows)).mutate(day=_.called_at.date())
    days = whole(windows)
    calls = outside_hours(calls, relations, days) if "outside_hours" in names else calls.mutate(outside=0)
    if level == "witel":
        calls = with_witel(calls, relations)
    events = in_windows(with_entity(calls, relations.roster, level), windows)
    talk, hold, wrap, ring = (
        ibis.coalesce(_[f"{part}_sec"], 0).cast("int64") for part in ("talk", "hold", "wrap", "ring")
    )
    connected: BooleanValue = is_dial() & _.result_code.isin(_CONNECTED)
    is_timed = connected & _.talk_sec.notnull()
    newest = ibis.struct({"at": _.called_at, "id": _.attempt_id})
    return events.mutate(segment=relations.segment()).group_by(SERVICE).agg(
        attempts=_.count(),
        dials=is_dial().sum(),
        connected_dials=connected.sum(),
        contacted_dials=(is_dial() & _.result_code.isin(_CONTACTED)).sum(),
        rpc_dials=(is_dial() & _.result_code.isin([*_RPC, DROP_TALK] if relations.drop_talk_is_rpc else _RPC)).sum(),
        complaints=_.result_code.isin(_COMPLAINTS).sum(),
        outside=(_.outside * is_dial().cast("int64")).sum(),
        timed=is_timed.sum(),
        handling=(talk + hold + wrap).sum(where=is_timed),
        busy=(talk + hold + wrap + ring).sum(where=is_dial()),
        counted=(ibis.coalesce(_.attempt_count, 1) > 1).sum(),
        last_invalid=_.result_code.isin(_INVALID).cast("int64").argmax(newest, where=_.result_code != "U08"),
    )  # fmt: skip


def with_witel(calls: Table, relations: Relations) -> Table:
    """Return the calls with the witel of the service's assignment in the month of the call."""
    dated = calls.mutate(month=_.called_at.truncate("M").cast("date"))
    return dated.left_join(by_month_of_call(relations.witels), ["month", "segment", "service_no"])


def _held(relations: Relations, windows: list[Window], level: str, names: frozenset[str]) -> Table:
    """Return a row of flags per service that is open in the window, for everyone who holds it meanwhile."""
    held = held_by_entity(relations.holdings, relations.roster, level)
    # Taken together, both segments may hold a service from one day on: the segment decides then.
    first = ibis.struct({"since": _.since, "segment": _.segment})
    held = held.mutate(first=first).mutate(segment=relations.segment())
    spans = span_table(windows)
    touched = held.join(spans, [held.start < spans["after"], held.end > spans["first"]])
    if level != "site" and names & {"arrears", "cured"}:
        earliest = ibis.window(group_by=["window", "segment", "service_no"], order_by="first")
        touched = touched.mutate(arrears=_.arrears.first().over(earliest))
    per_service = touched.group_by(SERVICE).agg(
        held=_.count(),
        on_list=_.on_list.max(),
        arrears=_.arrears.argmin(_["first"]),
        received_day=_.received_day.max(),
        could_roll=ibis.coalesce(_.could_roll.max(), 0),
        rolled=ibis.coalesce(_.rolled.max(), 0),
    )
    per_service = cured_flags(per_service, relations, windows) if "cured" in names else per_service.mutate(cured=0)
    if any(name.startswith("untouched") for name in names):
        per_service = untouched_flags(per_service, relations, windows)
    return per_service.drop("received_day")
