"""What stands at the end of a day beside the catalogue: promises, services to reach, tappings (daily, sections 7-9)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import Table, Value

from caringmon.analysis.claim_counts import claims_by_entity
from caringmon.analysis.entities import held_by_entity, with_entity
from caringmon.analysis.kpi_values import Coverage, value_table
from caringmon.analysis.relations import Relations, between
from caringmon.analysis.service_counts import is_dial, voice
from caringmon.model.claims import PromiseRules
from caringmon.model.codes import DROP_TALK, RESULT_CODES, QcStatus, Segment
from caringmon.model.period import ONE_DAY, Period, Window

LIMIT_DAY = 20
NEAR_WORKDAYS = 3
OVERDUE_DAYS = 30
MOST_DIALS, MOST_DIALS_WORKDAYS = 8, 5
_OWNER = ["segment", "entity"]
_RPC = [code.code for code in RESULT_CODES if code.rpc]
# Each number with what must be known for it.
_NEEDS = {
    "promised_today": ("calls", "promises"),
    "promised_today_rupiah": ("calls", "promises"),
    "promised_next": ("calls", "promises"),
    "promised_next_rupiah": ("calls", "promises"),
    "overdue": ("calls", "promises", "payments"),
    "overdue_rupiah": ("calls", "promises", "payments"),
    "near_limit": ("calls", "services", "assignments", "contact"),
    "near_limit_rupiah": ("calls", "services", "assignments", "contact"),
    "over_dialled": ("calls", "services"),
    "taps": ("calls", "qc"),
    "taps_valid": ("calls", "qc"),
    "taps_not_valid": ("calls", "qc"),
    "taps_return": ("calls", "qc"),
}
_OF_CT0 = ("near_limit", "near_limit_rupiah")


@dataclass(frozen=True)
class DayRules:
    """The day that is looked at, how many dials a service may have on it, and when a promise is paid enough."""

    day: dt.date
    max_attempts_day: int
    promises: PromiseRules


def day_counts(
    relations: Relations,
    rules: DayRules,
    level: str,
    owners: Sequence[tuple[str, str]],
    coverage: Coverage,
    asked: Collection[str] = (),
) -> pd.DataFrame:
    """Return what stands at the end of the day in long form, window `day`, one row per owner and number.

    `owners`: (segment, entity) asked for; one without a case has 0. What cannot be counted: NaN with the reason, also
    near the limit outside CT-0 (`not_in_segment`). See `model.reported` for what each number is. `asked`: these
    numbers alone, else all.
    """
    asked = asked or _NEEDS.keys()
    counted: dict[str, Mapping[tuple[str, str], float]] = {}
    for table, every in (
        (_promised, _promise_counts(relations, rules)),
        (near_limit, {"near_limit": _.count(), "near_limit_rupiah": _.arrears.sum()}),
        (_over_dialled, {"over_dialled": _.count()}),
        (_taps, _tap_counts()),
    ):
        counts = {name: every[name] for name in every if name in asked}
        if not counts:
            continue
        frame = table(relations, rules, level).group_by(_OWNER).agg(**counts).order_by(_OWNER).execute()
        keys = list(zip(frame["segment"], frame["entity"], strict=True))
        counted |= {name: dict(zip(keys, frame[name].fillna(0).astype(float), strict=True)) for name in counts}
    rows = []
    for owner in owners:
        for name, needs in _NEEDS.items():
            if name not in asked:
                continue
            why = coverage.lacks(needs)
            if name in _OF_CT0 and owner[0] != Segment.CT0:
                why = "not_in_segment"
            value = math.nan if why else counted[name].get(owner, 0.0)
            rows.append(("day", *owner, name, value, value, math.nan, why))
    return value_table(rows)


def _promised(relations: Relations, rules: DayRules, level: str) -> Table:
    """Return the net claims with a promise, with `paid` and `is_short`: not paid up to the tolerance yet."""
    tolerance = rules.promises.tolerance
    claims = claims_by_entity(relations, level).filter(_.counts_net == 1, _.promise_date.notnull())
    claims = claims.mutate(paid=_.paid_by_window_end + _.paid_late, owed=ibis.coalesce(_.owed, 0))
    short = _.paid * tolerance.denominator < _.owed * tolerance.numerator
    return claims.mutate(is_short=short)


def _promise_counts(relations: Relations, rules: DayRules) -> dict[str, Value]:
    day, next_day = rules.day, relations.calendar.next_workday(rules.day)
    today = _.promise_date == day
    soon = (_.promise_date > day) & (_.promise_date <= next_day)
    since = day - dt.timedelta(days=OVERDUE_DAYS)
    late = (_.promise_date < day) & (_.promise_date >= since) & _.is_short
    return {
        "promised_today": today.cast("int64").sum(),
        "promised_today_rupiah": _.owed.sum(where=today),
        "promised_next": soon.cast("int64").sum(),
        "promised_next_rupiah": _.owed.sum(where=soon),
        "overdue": late.cast("int64").sum(),
        "overdue_rupiah": (_.owed - _.paid).sum(where=late),
    }


def near_limit(relations: Relations, rules: DayRules, level: str) -> Table:
    """Return the CT-0 services open on the day without a right-party contact, where the limit is near; else none."""
    limit = rules.day.replace(day=LIMIT_DAY)
    is_near = rules.day <= limit and _workdays_to(relations, rules.day, limit) <= NEAR_WORKDAYS
    held = held_by_entity(relations.holdings, relations.roster, level)
    still_open = held.filter(_.segment == Segment.CT0.value, _.start <= rules.day, _.end > rules.day)
    month = Window("month", Period.month_to_date(rules.day))
    talked = [*_RPC, DROP_TALK] if relations.drop_talk_is_rpc else _RPC
    calls = voice(between(relations.calls, "called_at", [month])).filter(
        _.segment == Segment.CT0.value, _.result_code.isin(talked)
    )
    waiting = still_open.filter(ibis.literal(is_near)).anti_join(calls, "service_no")
    return waiting.mutate(arrears=ibis.coalesce(_.arrears, 0))


def _workdays_to(relations: Relations, day: dt.date, limit: dt.date) -> int:
    return len(relations.calendar.workdays(Period(day + ONE_DAY, limit + ONE_DAY))) if day < limit else 0


def _over_dialled(relations: Relations, rules: DayRules, level: str) -> Table:
    """Return a row per entity and service that it dialled too often."""
    days = relations.calendar.last_workdays(rules.day, MOST_DIALS_WORKDAYS)
    week = Window("week", Period(days[0], rules.day + ONE_DAY))
    calls = voice(between(relations.calls, "called_at", [week])).mutate(day=_.called_at.date())
    dials = with_entity(calls.filter(is_dial()), relations.roster, level).mutate(segment=relations.segment())
    per_service = dials.group_by([*_OWNER, "service_no"]).agg(
        on_day=(_.day == rules.day).cast("int64").sum(),
        in_week=_.count(),
        talked=_.result_code.isin(_RPC).cast("int64").sum(),
    )
    too_often = (_.on_day > rules.max_attempts_day) | ((_.in_week > MOST_DIALS) & (_.talked == 0))
    return per_service.filter(too_often)


def _taps(relations: Relations, rules: DayRules, level: str) -> Table:
    """Return a row per tapping made on the day, those of duplicates included."""
    claims = claims_by_entity(relations, level)
    own = claims.select(*_OWNER, verdict=_.verdicts.unnest())
    others = claims.select(*_OWNER, verdict=_.duplicate_verdicts.unnest())
    taps = ibis.union(own, others).mutate(status=_.verdict.status, day=_.verdict.tapped_at.date())
    return taps.filter(_.day == rules.day)


def _tap_counts() -> dict[str, Value]:
    return {
        "taps": _.count(),
        "taps_valid": (_.status == QcStatus.VALID.value).cast("int64").sum(),
        "taps_not_valid": (_.status == QcStatus.NOT_VALID.value).cast("int64").sum(),
        "taps_return": (_.status == QcStatus.RETURN.value).cast("int64").sum(),
    }
