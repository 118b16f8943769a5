"""Counts over claims: cohorts by the day of the agree, promises by their last day, money by the day paid (3-kpis)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import BooleanValue, Table, Value

from caringmon.analysis.entities import with_entity
from caringmon.analysis.relations import KEY, Relations, in_windows, side_by_side, workday_numbers
from caringmon.model.codes import QC_REASONS, PayState, QcState, QcStatus, Segment
from caringmon.model.period import ONE_DAY, Period, Window

_FINAL = [QcState.VALID, QcState.NOT_VALID, QcState.RETURN_TO_DECLINE, QcState.EXPIRED_RETURN]
_DEFECTS = [QcStatus.NOT_VALID.value, QcStatus.RETURN.value]
# An open return expires at the cut-off of its month, long before this.
LONG_AGO = dt.timedelta(days=200)
RETURN_AGES = {"0-1": (0, 1), "2-3": (2, 3), ">3": (4, 10**6)}
_tapped: BooleanValue = _.first_tap_at.notnull()
_known: BooleanValue = ~_.history_incomplete | _.returned_first_pass
_limit = ibis.ifelse(
    _.day.day() <= 20,
    _.day.truncate("M") + ibis.interval(days=19),
    _.day.truncate("M") + ibis.interval(months=1) - ibis.interval(days=1),
)


def _is(*states: QcState) -> BooleanValue:
    found: BooleanValue = _.qc_state.isin([state.value for state in states])
    return found


def _number(flag: Value) -> Value:
    return flag.cast("int64").sum()


def beyond_limit() -> BooleanValue:
    """Tell of claims with their day whether they promise a day after the limit of their CT-0 service."""
    return ibis.coalesce((_.own_segment == Segment.CT0.value) & (_.promise_date > _limit), False)


COHORT: Mapping[str, Value] = {
    "gross": _.counts_gross.sum(),
    "net": _.counts_net.sum(),
    "valid": _.counts_valid.sum(),
    "pending": (_.counts_net - _.counts_valid).sum(),
    "return_open": (_.counts_gross * _is(QcState.RETURN_OPEN).cast("int64")).sum(),
    "not_valid": (_.counts_gross * _is(QcState.NOT_VALID).cast("int64")).sum(),
    "lapsed": (
        _.counts_gross * (1 - _.counts_net) * (~_is(QcState.NOT_VALID, QcState.RETURN_OPEN)).cast("int64")
    ).sum(),
    "untapped": (_.counts_net * (~_tapped).cast("int64")).sum(),
    "owed": (_.counts_net * ibis.coalesce(_.owed, 0)).sum(),
    "beyond_limit": (_.counts_gross * beyond_limit().cast("int64")).sum(),
    "duplicates": _.duplicates_n.sum(),
    "owed_from_arrears": (_.counts_net * (ibis.coalesce(_.promise_amount, 0) == 0).cast("int64")).sum(),
    "without_history": _number(_tapped & ~_known),
    "claims": _.count(),
    "tapped": _number(_tapped),
    "tapped_known": _number(_tapped & _known),
    "returned_first": _number(_tapped & _known & _.returned_first_pass),
    "state_valid": _number(_is(QcState.VALID)),
    "state_not_valid": _number(_is(QcState.NOT_VALID)),
    "state_final": _number(_is(*_FINAL)),
    "returned_final": _number(_.ever_returned & _known & _is(*_FINAL)),
    "returned_valid": _number(_.ever_returned & _known & _is(QcState.VALID)),
    "tap_hours_median": _.tap_hours.quantile(0.5, where=_known),
    "tap_hours_p90": _.tap_hours.quantile(0.9, where=_known),
}
DUE: Mapping[str, Value] = {
    "due": _number(_.is_due),
    "waiting": _number(~_.is_due),
    "kept_on_time": _number(_.pay_state == PayState.KEPT_ON_TIME.value),
    "kept_late": _number(_.pay_state == PayState.KEPT_LATE.value),
    "kept": _number(_.pay_state.isin([PayState.KEPT_ON_TIME.value, PayState.KEPT_LATE.value])),
    "partial": _number(_.pay_state == PayState.PARTIAL.value),
    "broken": _number(_.pay_state == PayState.BROKEN.value),
    "owed_of_due": ibis.coalesce(_.owed, 0).sum(where=_.is_due),
    "paid_of_due": ibis.least(_.paid_by_window_end, ibis.coalesce(_.owed, 0)).sum(where=_.is_due),
}
PAID = {
    "recovered": _.amount.sum(where=~_.is_late),
    "recovered_late": _.amount.sum(where=_.is_late),
}
DEFECTS = {
    "defects": _number(_.is_own),
    "defects_of_duplicates": _number(~_.is_own),
    **{f"defects_{code}": _number(_.is_own & (_.reason_code == code)) for code in QC_REASONS},
}
RETURNS = {
    "return_age_p90": _.age.quantile(0.9),
    **{f"returns_{name}": _number(_.age.between(low, high)) for name, (low, high) in RETURN_AGES.items()},
}


def claim_counts(relations: Relations, windows: Sequence[Window], level: str, names: frozenset[str]) -> pd.DataFrame:
    """Return one row per (window, segment, entity) that has a claim, with those of `names` counted here."""
    families: tuple[tuple[Mapping[str, Value], Callable[[Table, Relations, list[Window]], Table]], ...] = (
        (COHORT, _cohort), (DUE, _due), (PAID, _paid), (DEFECTS, _judged), (RETURNS, open_returns),
    )  # fmt: skip
    claims = claims_by_entity(relations, level)
    return side_by_side(
        dated(claims, relations, list(windows)).group_by(KEY).agg(**wanted).order_by(KEY).execute()
        for counts, dated in families
        if (wanted := {name: counts[name] for name in counts if name in names})
    )


def claims_by_entity(relations: Relations, level: str) -> Table:
    """Return the claims with their day and the entity that was credited, or led the credited agent, on that day."""
    claims = relations.claims.mutate(day=_.agree_at.date(), own_segment=_.segment)
    if level == "witel":
        claims = claims.left_join(relations.witels, ["period", "segment", "service_no"])
    return with_entity(claims, relations.roster, level, "agent_id_credit").mutate(segment=relations.segment())


def _cohort(claims: Table, _relations: Relations, windows: list[Window]) -> Table:
    return in_windows(claims, windows)


def _due(claims: Table, _relations: Relations, windows: list[Window]) -> Table:
    promised = claims.filter(_.counts_net == 1, _.window_end.notnull())
    dated = in_windows(promised, windows, "window_end")
    return dated.mutate(is_due=_.pay_state != PayState.NONE_YET.value)


def _paid(claims: Table, _relations: Relations, windows: list[Window]) -> Table:
    """Return a row per attributed payment of the windows."""
    each = claims.filter(_.counts_net == 1).select("segment", "entity", payment=_.payments.unnest())
    paid = each.select("segment", "entity", day=_.payment.paid_at.date(), amount=_.payment.amount,
                       is_late=_.payment.is_late)  # fmt: skip
    return in_windows(paid, windows)


def _judged(claims: Table, _relations: Relations, windows: list[Window]) -> Table:
    """Return a row per verdict NOT_VALID or RETURN with a reason, of the claims of the windows."""
    dated = in_windows(claims, windows)
    own = dated.select(*KEY, verdict=_.verdicts.unnest(), is_own=True)
    others = dated.select(*KEY, verdict=_.duplicate_verdicts.unnest(), is_own=False)
    verdicts = ibis.union(own, others).mutate(status=_.verdict.status, reason_code=_.verdict.reason_code)
    return verdicts.filter(_.status.isin(_DEFECTS), _.reason_code.notnull())


def open_returns(claims: Table, relations: Relations, windows: list[Window]) -> Table:
    """Return the open returns at the clock, in every window, with `age` in working days since the verdict."""
    still_open = claims.filter(_.qc_state == QcState.RETURN_OPEN.value).mutate(returned_day=_.returned_at.date())
    since = Period(relations.clock.date() - LONG_AGO, relations.clock.date() + ONE_DAY)
    numbers = workday_numbers(relations.calendar, since).select(returned_day="day", number="number")
    total = len(relations.calendar.workdays(since))
    aged = still_open.join(numbers, "returned_day").mutate(age=total - _.number)
    named = [aged.mutate(window=ibis.literal(window.name)) for window in windows]
    return named[0] if len(named) == 1 else ibis.union(*named)
