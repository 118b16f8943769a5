"""What the rulebook asks for beside the catalogue: who is still to reach, promises left alone, why people refuse."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.claim_counts import claims_by_entity, open_returns
from caringmon.analysis.entities import held_by_entity, with_entity
from caringmon.analysis.holdings import small_table
from caringmon.analysis.kpi_values import Coverage
from caringmon.analysis.relations import Relations, between
from caringmon.analysis.service_counts import is_dial, voice, with_witel
from caringmon.analysis.slices import HOUR, RESULT, SLICE_COLUMNS
from caringmon.model.claims import PromiseRules
from caringmon.model.codes import RESULT_CODES, UNMAPPED_RESULT, PayState
from caringmon.model.findings import Request
from caringmon.model.period import ONE_DAY, Period, Window, month_code

REFUSALS = ("R03", "R04", "R05", "R06", "R07", "R08", "R09", "R99")
SERVICE_OR_BILL = ("R04", "R05")
LOOK_BACK_DAYS = 30
_OWNER = ["segment", "entity"]
_CONTACTED = [code.code for code in RESULT_CODES if code.contacted]
_RPC = [code.code for code in RESULT_CODES if code.rpc]
_LISTED = ("calls", "services", "assignments", "contact")
_PAID = ("calls", "promises", "payments")

Owner = tuple[str, str]
Counts = Mapping[Owner, Sequence[float]]


@dataclass(frozen=True)
class RuleDays:
    """The day that the rules look at, and the days that they count by.

    `long_days`: a promise for later than so many days after the agree is a long one; `sla_days`: working days in which
    a return is to be answered.
    """

    day: dt.date
    promises: PromiseRules
    long_days: int
    sla_days: int

    @property
    def month(self) -> Window:
        """The month to the day."""
        return Window("mtd", Period.month_to_date(self.day))


def rule_days(request: Request, day: dt.date) -> RuleDays:
    """Return the day that rules look at, with the days that they count by."""
    limit = request.rulebook.limit
    return RuleDays(day, request.promises, int(limit("R17", "long_days")), int(limit("R21", "sla_days")))


def rule_counts(
    relations: Relations,
    days: RuleDays,
    level: str,
    owners: Sequence[Owner],
    coverage: Coverage,
    asked: Collection[str] = (),
) -> pd.DataFrame:
    """Return what the rules need of each owner (segment, entity), in long form (`SLICE_COLUMNS`).

    `model.reported` says what each number is. One without a case has 0, a share of none is NaN (`zero_denominator`),
    what cannot be counted NaN with the reason. `asked`: these numbers alone, else all.
    """
    tell = _Teller(owners, coverage)
    for names, told in _FAMILIES:
        if not asked or names & set(asked):
            told(tell, relations, days, level)
    table = tell.table()
    return table[table["kpi"].isin(asked)] if asked else table


def failed_hours(
    relations: Relations, day: dt.date, level: str, owners: Sequence[Owner], coverage: Coverage
) -> pd.DataFrame:
    """Return `failed`, the share of the day's attempts that the system lost, by hour (`SLICE_COLUMNS`)."""
    if coverage.lacks(("calls", "time_of_day")):
        return _slices([])
    calls = _attempts(relations, Period.day(day), level).mutate(hour=_.called_at.strftime("%H"))
    frame = (
        calls.group_by([*_OWNER, "hour"])
        .agg(attempts=_.count(), failed=(_.result_code == "U08").cast("int64").sum())
        .order_by([*_OWNER, "hour"])
        .execute()
    )
    asked = set(owners)
    return _slices(
        ("day", row["segment"], row["entity"], f"{HOUR}:{row['hour']}", "failed", row["failed"] / row["attempts"],
         row["failed"], row["attempts"], "")
        for row in frame.to_dict("records")
        if (row["segment"], row["entity"]) in asked
    )  # fmt: skip


def refused_values(relations: Relations, window: Window, level: str, coverage: Coverage) -> pd.DataFrame:
    """Return `refused` of every entity of a level that has a right-party contact in the window."""
    if coverage.lacks(("calls", "services", "contact")):
        return _slices([])
    counted = refused(_attempts(relations, window.period, level))
    return _slices(
        (window.name, *owner, "", "refused", cases / of, cases, of, "")
        for owner, (of, cases) in sorted(counted.items())
        if of
    )


def result_counts(relations: Relations, period: Period, level: str) -> dict[Owner, dict[str, float]]:
    """Return the attempts of the days by result, per owner."""
    return _by_result(_attempts(relations, period, level))


def _by_result(calls: Table) -> dict[Owner, dict[str, float]]:
    frame = calls.group_by([*_OWNER, "result_code"]).agg(attempts=_.count()).order_by([*_OWNER, "result_code"])
    found: dict[Owner, dict[str, float]] = {}
    for row in frame.execute().to_dict("records"):
        found.setdefault((row["segment"], row["entity"]), {})[row["result_code"]] = float(row["attempts"])
    return found


def refused(calls: Table) -> Counts:
    """Return per owner the services with a right-party contact, and those that refused over service or bill."""
    per_service = calls.filter(_.result_code.isin(_RPC)).group_by([*_OWNER, "service_no"])
    flagged = per_service.agg(cases=_.result_code.isin(SERVICE_OR_BILL).cast("int64").max())
    return _counted(flagged.group_by(_OWNER).agg(of=_.count(), cases=_.cases.sum()), ("of", "cases"))


def _attempts(relations: Relations, period: Period, level: str) -> Table:
    calls = voice(between(relations.calls, "called_at", [Window("", period)])).mutate(day=_.called_at.date())
    if level == "witel":
        calls = with_witel(calls, relations)
    return with_entity(calls, relations.roster, level).mutate(segment=relations.segment())


def _reach(relations: Relations, days: RuleDays, level: str) -> Counts:
    """Return the services open on the day, those still to win, those dialled in vain, those of them dialled once."""
    held = held_by_entity(relations.holdings, relations.roster, level).mutate(segment=relations.segment())
    still_open = held.filter(_.start <= days.day, _.end > days.day).select(*_OWNER, "service_no", "on_list").distinct()
    calls = voice(between(relations.calls, "called_at", [days.month])).filter(is_dial())
    dialled = calls.mutate(segment=relations.segment()).group_by(["segment", "service_no"]).agg(
        dials=_.count(), contacts=_.result_code.isin(_CONTACTED).cast("int64").sum()
    )  # fmt: skip
    claims = relations.claims.filter(_.counts_net == 1, _.period == month_code(days.day))
    won = claims.mutate(segment=relations.segment()).select("segment", "service_no").distinct().mutate(won=1)
    known = still_open.left_join(dialled, ["segment", "service_no"]).drop("segment_right", "service_no_right")
    known = known.left_join(won, ["segment", "service_no"]).select(
        *_OWNER, "on_list", dials=ibis.coalesce(_.dials, 0), contacts=ibis.coalesce(_.contacts, 0),
        is_won=ibis.coalesce(_.won, 0),
    )  # fmt: skip
    in_vain = (_.dials > 0) & (_.contacts == 0)
    counted = known.group_by(_OWNER).agg(
        still_open=_.count(),
        workable=((_.is_won == 0) & (_.on_list > 0)).cast("int64").sum(),
        in_vain=in_vain.cast("int64").sum(),
        once=(in_vain & (_.dials == 1)).cast("int64").sum(),
    )
    return _counted(counted, ("still_open", "workable", "in_vain", "once"))


def _broken(relations: Relations, days: RuleDays, level: str) -> Counts:
    """Return the broken promises whose next working day has passed, and those of them that nobody called since."""
    passed = broken_promises(relations, days, level).filter(_.call_by <= days.day)
    counted = passed.group_by(_OWNER).agg(of=_.count(), waiting=(_.calls == 0).cast("int64").sum())
    return _counted(counted, ("of", "waiting"))


def broken_promises(relations: Relations, days: RuleDays, level: str) -> Table:
    """Return the broken promises whose last day on time lies in the 30 days before the day, a row each.

    `call_by`: the working day after the break is known, which is `feed_lag_days` after the last day on time (`ended`);
    `calls`: those made to the service after `ended`; beside the claim's `service_no`, `agent_id`, `owed` and `paid`.
    """
    calendar, lag = relations.calendar, dt.timedelta(days=days.promises.feed_lag_days)
    span = Period(days.day - dt.timedelta(days=LOOK_BACK_DAYS), days.day + ONE_DAY)
    known = [(day, calendar.next_workday(day + lag)) for day in span.days]
    ends = small_table({"ended": pa.date32(), "call_by": pa.date32()}, known)
    claims = claims_by_entity(relations, level).filter(_.counts_net == 1, _.pay_state == PayState.BROKEN.value)
    row = [*_OWNER, "service_no", "claim_no", "agent_id", "own_segment", "ended", "call_by", "owed", "paid"]
    due = claims.join(ends, claims.window_end == ends.ended).mutate(
        agent_id=_.agent_id_credit, owed=ibis.coalesce(_.owed, 0), paid=_.paid_by_window_end + _.paid_late
    ).select(row)  # fmt: skip
    since = voice(between(relations.calls, "called_at", [Window("", span)]))
    later = since.select(own_segment="segment", service_no="service_no", called=_.called_at.date())
    both = due.left_join(
        later,
        [due.service_no == later.service_no, due.own_segment == later.own_segment, later.called > due.ended],
    )  # fmt: skip
    return both.group_by(row).agg(calls=_.called.count())


def _kept_long(relations: Relations, days: RuleDays, level: str) -> Counts:
    """Return the due promises of the month to date made for a late day, and those of them kept."""
    claims = claims_by_entity(relations, level).filter(
        _.counts_net == 1,
        _.window_end >= days.month.period.start,
        _.window_end <= days.day,
        _.pay_state != PayState.NONE_YET.value,
    )
    dated = claims.filter(_.promise_date > _.day + ibis.interval(days=days.long_days))
    kept = (_.pay_state == PayState.KEPT_ON_TIME.value).cast("int64").sum()
    return _counted(dated.group_by(_OWNER).agg(of=_.count(), kept=kept), ("of", "kept"))


def _returns_late(relations: Relations, days: RuleDays, level: str) -> Counts:
    still_open = open_returns(claims_by_entity(relations, level), relations, [days.month])
    late = still_open.filter(_.age > days.sla_days, _.counts_gross == 1)
    return _counted(late.group_by(_OWNER).agg(late=_.count()), ("late",))


def _counted(table: Table, names: Sequence[str]) -> dict[Owner, list[float]]:
    frame = table.order_by(_OWNER).execute()
    keys = zip(frame["segment"], frame["entity"], strict=True)
    return dict(zip(keys, frame[list(names)].astype(float).to_numpy().tolist(), strict=True))


class _Teller:
    """Collects the rows of all owners, in the order in which they are told."""

    def __init__(self, owners: Sequence[Owner], coverage: Coverage) -> None:
        self.owners, self.coverage = owners, coverage
        self.rows: list[tuple[object, ...]] = []

    def count(self, window: str, kpi: str, needs: Sequence[str], counted: Counts, place: int) -> None:
        why = self.coverage.lacks(needs)
        for owner in self.owners:
            value = math.nan if why else counted.get(owner, [0.0] * (place + 1))[place]
            self.rows.append((window, *owner, "", kpi, value, value, math.nan, why))

    def share(self, window: str, kpi: str, needs: Sequence[str], counted: Counts, places: tuple[int, int]) -> None:
        """Tell the share of the first place in the second."""
        why = self.coverage.lacks(needs)
        for owner in self.owners:
            numbers = counted.get(owner)
            cases, of = (numbers[place] for place in places) if numbers else (0.0, 0.0)
            self._ratio((window, *owner, "", kpi), cases, of, why)

    def results(self, calls: Table) -> None:
        """Tell the reasons of refusals, and the share of attempts whose result no list knows."""
        why, no_reasons = self.coverage.lacks(("calls",)), self.coverage.lacks(("calls", "contact"))
        counted = _by_result(calls)
        for owner in self.owners:
            own = counted.get(owner, {})
            refusals = sum(own.get(code, 0.0) for code in REFUSALS)
            self._ratio(("mtd", *owner, "", "unmapped"), own.get(UNMAPPED_RESULT, 0.0), sum(own.values()), why)
            for code in REFUSALS:
                self._ratio(("mtd", *owner, f"{RESULT}:{code}", "refusals"), own.get(code, 0.0), refusals, no_reasons)

    def _ratio(self, key: tuple[object, ...], cases: float, of: float, why: str) -> None:
        note = why or ("" if of else "zero_denominator")
        numbers = (math.nan, math.nan) if why else (cases, of)
        self.rows.append((*key, math.nan if note else cases / of, *numbers, note))

    def table(self) -> pd.DataFrame:
        return _slices(self.rows)


def _tell_reach(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    reach = _reach(relations, days, level)
    tell.count("day", "workable", _LISTED, reach, 1)
    tell.count("day", "tried_once", _LISTED, reach, 3)
    tell.share("day", "uncontacted", _LISTED, reach, (2, 0))


def _tell_broken(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    tell.share("day", "broken_waiting", _PAID, _broken(relations, days, level), (1, 0))


def _tell_kept_long(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    tell.share("mtd", "kept_long", _PAID, _kept_long(relations, days, level), (1, 0))


def _tell_returns(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    tell.count("day", "returns_late", ("calls", "qc"), _returns_late(relations, days, level), 0)


def _tell_results(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    tell.results(_attempts(relations, days.month.period, level))


def _tell_refused(tell: _Teller, relations: Relations, days: RuleDays, level: str) -> None:
    counted = refused(_attempts(relations, days.month.period, level))
    tell.share("mtd", "refused", ("calls", "services", "contact"), counted, (1, 0))


# Which numbers come out of one question, in the order in which they are told.
_FAMILIES: tuple[tuple[frozenset[str], Callable[[_Teller, Relations, RuleDays, str], None]], ...] = (
    (frozenset({"workable", "tried_once", "uncontacted"}), _tell_reach),
    (frozenset({"broken_waiting"}), _tell_broken),
    (frozenset({"kept_long"}), _tell_kept_long),
    (frozenset({"returns_late"}), _tell_returns),
    (frozenset({"unmapped", "refusals"}), _tell_results),
    (frozenset({"refused"}), _tell_refused),
)


def _slices(rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=SLICE_COLUMNS)
    return table[SLICE_COLUMNS].astype(dict.fromkeys(("value", "numerator", "denominator"), "float64"))
