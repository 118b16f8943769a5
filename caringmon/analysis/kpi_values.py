"""KPI values: counts per entity and window as Ibis expressions, ratios on the small result (3-kpis).

Each relation is first reduced to one row per (window, segment, entity, service) with flags, then summed: distinct
counts and intersections (K04) come out of one pass.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import BooleanValue, Table, Value

from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import RESULT_CODES, UNMAPPED_ENTITY, QcState
from caringmon.model.kpi import COUNTED, Kpi
from caringmon.model.period import Period, Window

KEY = ["window", "segment", "entity"]
_CONNECTED = [code.code for code in RESULT_CODES if code.connected]
_CONTACTED = [code.code for code in RESULT_CODES if code.contacted]
_RPC = [code.code for code in RESULT_CODES if code.rpc]
_NOT_A_DIAL = [code.code for code in RESULT_CODES if not code.is_dial]
_FLAGS = ("dials", "connected_dials", "contacted_dials", "rpc_dials", "held", "on_list")
_SERVICE_COUNTS = (
    "dials",
    "connected_dials",
    "contacted_dials",
    "worked",
    "contacted",
    "rpc",
    "assigned",
    "list",
    "worked_of_list",
)
_CLAIM_COUNTS = ("gross", "net", "valid", "pending", "return_open", "not_valid")
COUNTS = (*_SERVICE_COUNTS, *_CLAIM_COUNTS)


@dataclass(frozen=True)
class Relations:
    """The Ibis tables that KPIs are counted from, all on one connection, already cut at the clocks.

    `holdings`: segment, service_no, agent_id, start, end (dates, half-open), on_list. `claims`: the agree ledger.
    """

    calls: Table
    holdings: Table
    claims: Table
    roster: Table


def holdings(assignments: Table, calendar: WorkCalendar) -> Table:
    """Return who held which service when: half-open days, up to the next holder or the end of the caring month.

    `on_list` is false for a service closed before 08:00 of the first working day on or after its receipt, its first
    possible dial: such a service counts in K01 but is in no list (population A).
    """
    key = ["period", "segment", "service_no"]
    months = assignments.select("period").distinct().execute()["period"]
    received = assignments.select(day=_.received_at.date()).distinct().execute()["day"]
    month_ends = _small(
        {"period": pa.string(), "month_end": pa.date32()}, ((m, Period.month(_first(m)).end) for m in months)
    )
    first_dials = _small(
        {"received_day": pa.date32(), "first_dial": pa.date32()},
        ((day, _first_workday(day, calendar)) for day in pd.to_datetime(received).dt.date),
    )
    next_start = _.valid_from.lead().over(ibis.window(group_by=key, order_by=["valid_from", "received_at"]))
    held = (
        assignments.mutate(received_day=_.received_at.date(), next_start=next_start)
        .join(month_ends, "period")
        .join(first_dials, "received_day")
        .mutate(start=_.valid_from, end=ibis.coalesce(_.valid_to, _.next_start, _.month_end))
    )
    closes = held.group_by(key).agg(closed=_.end.max())
    return (
        held.join(closes, key)
        .mutate(on_list=(_.closed > _.first_dial).cast("int64"))
        .select("segment", "service_no", "agent_id", "start", "end", "on_list")
    )


def value_table(rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    """Return KPI values in long form, numbers as floats also when there is no row."""
    table = pd.DataFrame(list(rows), columns=[*KEY, "kpi", "value", "numerator", "denominator", "note"])
    return table.astype(dict.fromkeys(("value", "numerator", "denominator"), "float64"))


def kpi_counts(relations: Relations, windows: Sequence[Window], level: str) -> pd.DataFrame:
    """Return one row per (window, segment, entity) with the counts that the catalogue's formulas name.

    `level`: `site` (entity is empty) or `tl`. Entities without any event have no row.
    """
    spans = _small(
        {"window": pa.string(), "first": pa.date32(), "after": pa.date32()},
        ((window.name, window.period.start, window.period.end) for window in windows),
    )
    parts = [_service_counts(relations, spans, level), _claim_counts(relations, spans, level)]
    both = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(KEY, "object"))
    counts = both.fillna(dict.fromkeys(COUNTS, 0)).groupby(KEY, as_index=False)[list(COUNTS)].sum()
    return counts.astype(dict.fromkeys(COUNTS, "int64")).sort_values(KEY, ignore_index=True)


def kpi_values(counts: pd.DataFrame, *, absent: frozenset[str], missing: frozenset[str]) -> pd.DataFrame:
    """Return the counted KPIs in long form: window, segment, entity, kpi, value, numerator, denominator, note.

    Zero denominator: NaN, note `zero_denominator`. A KPI that needs what the files lack by design: NaN, note
    `absent:<what>`; what no file covers on the day: NaN, note `missing:<table>`.
    """
    rows = [
        (*(row[name] for name in KEY), kpi.id, *_value(kpi, row, absent, missing))
        for row in _records(counts)
        for kpi in COUNTED
    ]
    return value_table(rows)


def cumulative_values(values: pd.DataFrame, days: Sequence[dt.date], kpi: str) -> pd.DataFrame:
    """Return a count added up over the days, as windows `c<date>`, from its values in the windows `d<date>`.

    Right for counts that belong to one day each, as claims do; never for distinct services.
    """
    order = {f"d{day}": i for i, day in enumerate(days)}
    daily = values[(values["kpi"] == kpi) & values["window"].isin(order)]
    daily = daily.sort_values("window", key=lambda names: names.map(order))
    total = daily.groupby(["segment", "entity"])["value"].cumsum()
    return daily.assign(window="c" + daily["window"].str[1:], value=total, numerator=total)


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _value(
    kpi: Kpi, row: dict[str, object], absent: frozenset[str], missing: frozenset[str]
) -> tuple[float, float, float, str]:
    for what in kpi.needs:
        if what in absent or what in missing:
            return math.nan, math.nan, math.nan, f"{'absent' if what in absent else 'missing'}:{what}"
    numerator = float(str(row[kpi.numerator]))
    if not kpi.denominator:
        return numerator, numerator, math.nan, ""
    denominator = float(str(row[kpi.denominator]))
    if denominator == 0:
        return math.nan, numerator, denominator, "zero_denominator"
    return numerator / denominator, numerator, denominator, ""


def _service_counts(relations: Relations, spans: Table, level: str) -> pd.DataFrame:
    flags = ibis.union(_dialled(relations, spans, level), _held(relations, spans, level))
    per_service = flags.group_by([*KEY, "service_no"]).agg(**{name: _[name].sum() for name in _FLAGS})
    worked: BooleanValue = _.dials > 0
    frame: pd.DataFrame = (
        per_service.group_by(KEY)
        .agg(
            dials=_.dials.sum(),
            connected_dials=_.connected_dials.sum(),
            contacted_dials=_.contacted_dials.sum(),
            worked=worked.sum(),
            contacted=(_.contacted_dials > 0).sum(),
            rpc=(_.rpc_dials > 0).sum(),
            assigned=(_.held > 0).sum(),
            list=(_.on_list > 0).sum(),
            worked_of_list=((_.on_list > 0) & worked).sum(),
        )
        .order_by(KEY)
        .execute()
    )
    return frame


def _dialled(relations: Relations, spans: Table, level: str) -> Table:
    """Return a row per call with 0/1 flags; calls count for the dialling agent's team on the day of the call."""
    calls = relations.calls.filter(ibis.coalesce(_.channel, "VOICE") == "VOICE").mutate(day=_.called_at.date())
    is_dial = _.result_code.notin(_NOT_A_DIAL)
    flagged = _with_entity(calls, relations.roster, level).select(
        "day",
        "segment",
        "entity",
        "service_no",
        dials=_int(is_dial),
        connected_dials=_int(is_dial & _.result_code.isin(_CONNECTED)),
        contacted_dials=_int(is_dial & _.result_code.isin(_CONTACTED)),
        rpc_dials=_int(is_dial & _.result_code.isin(_RPC)),
        held=_int(ibis.literal(value=False)),
        on_list=_int(ibis.literal(value=False)),
    )
    joined = flagged.join(spans, [flagged.day >= spans["first"], flagged.day < spans["after"]])
    return joined.select(*KEY, "service_no", *_FLAGS)


def _held(relations: Relations, spans: Table, level: str) -> Table:
    """Return a row per holding that touches the window, and for a team is held by one of its people meanwhile."""
    held = relations.holdings
    if level == "site":
        held = held.mutate(entity=ibis.literal(""))
    else:
        teams = _teams(relations.roster)
        during = [held.agent_id == teams.person_id, teams.since < held.end, held.start < teams.until]
        held = held.left_join(teams, during).mutate(
            entity=ibis.coalesce(_.team, UNMAPPED_ENTITY),
            start=ibis.greatest(_.start, ibis.coalesce(_.since, _.start)),
            end=ibis.least(_.end, ibis.coalesce(_.until, _.end)),
        )
    held = held.select("segment", "entity", "service_no", "start", "end", "on_list")
    touched = held.join(spans, [held.start < spans["after"], held.end > spans["first"]])
    zero = _int(ibis.literal(value=False))
    return touched.mutate(
        dials=zero, connected_dials=zero, contacted_dials=zero, rpc_dials=zero, held=_int(ibis.literal(value=True))
    ).select(*KEY, "service_no", *_FLAGS)


def _claim_counts(relations: Relations, spans: Table, level: str) -> pd.DataFrame:
    claims = relations.claims.mutate(day=_.agree_at.date(), agent_id=_.agent_id_credit)
    flagged = _with_entity(claims, relations.roster, level).select(
        "day",
        "segment",
        "entity",
        gross=_.counts_gross,
        net=_.counts_net,
        valid=_.counts_valid,
        pending=_.counts_net - _.counts_valid,
        return_open=_.counts_gross * _int(_.qc_state == QcState.RETURN_OPEN.value),
        not_valid=_.counts_gross * _int(_.qc_state == QcState.NOT_VALID.value),
    )
    joined = flagged.join(spans, [flagged.day >= spans["first"], flagged.day < spans["after"]])
    totals: pd.DataFrame = (
        joined.group_by(KEY).agg(**{name: _[name].sum() for name in _CLAIM_COUNTS}).order_by(KEY).execute()
    )
    return totals


def _with_entity(events: Table, roster: Table, level: str) -> Table:
    """Return the events with the entity they count for: the site, or the agent's TL in force on the day."""
    if level == "site":
        return events.mutate(entity=ibis.literal(""))
    teams = _teams(roster)
    in_force = [events.agent_id == teams.person_id, events.day >= teams.since, events.day < teams.until]
    return events.left_join(teams, in_force).mutate(entity=ibis.coalesce(_.team, UNMAPPED_ENTITY))


def _teams(roster: Table) -> Table:
    """Return who belonged to which TL from `since` to the day before `until`; times outside the roster to nobody."""
    ever, never = ibis.date(1, 1, 1), ibis.date(9999, 12, 31)
    known = roster.filter(_.role == "AGENT").select(
        "person_id", team=_.reports_to, since=_.valid_from, until=ibis.coalesce(_.valid_to, never)
    )
    nobody = ibis.literal(UNMAPPED_ENTITY)
    following = _.since.lead().over(ibis.window(group_by="person_id", order_by="since"))
    after = known.mutate(next_since=following).select(
        "person_id", team=nobody, since=_.until, until=ibis.coalesce(_.next_since, never)
    )
    before = (
        known.group_by("person_id").agg(until=_.since.min()).select("person_id", team=nobody, since=ever, until=_.until)
    )
    return ibis.union(known, after, before).filter(_.since < _.until)


def _int(flag: Value) -> Value:
    return flag.cast("int64")


def _first(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def _first_workday(day: dt.date, calendar: WorkCalendar) -> dt.date:
    return day if calendar.is_workday(day) else calendar.next_workday(day)


def _small(columns: Mapping[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> Table:
    """Return a handful of rows as a typed table, also when there are none."""
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(records, schema=pa.schema(list(columns.items()))))
