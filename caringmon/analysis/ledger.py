"""The agree ledger: from calls and tappings to claims, each in its state at the clock (2-data-model, T6).

The walk of one service is a pure function over its events. Payments and promises are not part of it yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from caringmon.model.codes import AGREE, LOST, NOT_NET, RECALL_DECLINES, QcState, QcStatus
from caringmon.model.period import month_code

Cutoff = Callable[[str], dt.datetime]  # caring month -> the instant at which its QC states are final


@dataclass(frozen=True, order=True)
class Call:
    """One call of a service, as the walk needs it."""

    at: dt.datetime
    attempt_id: str
    segment: str
    result_code: str
    agent_id: str

    @property
    def period(self) -> str:
        """The caring month: the calendar month of the call."""
        return month_code(self.at)


@dataclass(frozen=True, order=True)
class Tap:
    """One verdict on one call."""

    at: dt.datetime
    validation_id: str
    attempt_id: str
    status: str


@dataclass(frozen=True)
class Claim:
    """One claim to an agree: its opening call, what QC made of it, and what else was called because of it."""

    opening: Call
    number: int
    state: QcState = QcState.PENDING
    return_rounds: int = 0
    recalls: tuple[str, ...] = ()
    declining: Call | None = None
    duplicates: tuple[str, ...] = ()
    superseded: bool = False

    @property
    def judged(self) -> frozenset[str]:
        """The calls whose tappings decide the state: the opening call and its recalls."""
        return frozenset((self.opening.attempt_id, *self.recalls))


@dataclass(frozen=True)
class Rules:
    """What the walk needs to know besides the events."""

    clock: dt.datetime
    cutoff: Cutoff
    max_return_rounds: int = 2


@dataclass
class _Walk:
    """The claims of one segment of one service so far, and the recalls that may open nothing any more."""

    rules: Rules
    taps: Sequence[Tap]
    claims: list[Claim] = field(default_factory=list)
    used_recalls: set[str] = field(default_factory=set)


def walk_service(calls: Iterable[Call], taps: Iterable[Tap], rules: Rules) -> list[Claim]:
    """Return the claims of one service, by segment and period, in the state at the clock.

    Events after the clock are not seen; events after the QC cut-off of a claim's month do not change it.
    No agree: an empty list. The order of the input does not matter.
    """
    seen_calls = sorted(call for call in calls if call.at <= rules.clock)
    seen_taps = sorted(tap for tap in taps if tap.at <= rules.clock)
    claims: list[Claim] = []
    for _, same in groupby(sorted(seen_calls, key=lambda call: call.segment), key=lambda call: call.segment):
        claims += _walk_segment(list(same), _Walk(rules, seen_taps))
    return claims


def _walk_segment(calls: list[Call], walk: _Walk) -> list[Claim]:
    for period in sorted({call.period for call in calls}):
        agrees = [call for call in calls if call.period == period and call.result_code == AGREE]
        _walk_period(agrees, calls, walk)
    return walk.claims


def _walk_period(agrees: list[Call], calls: list[Call], walk: _Walk) -> None:
    """Open the claims of one key in turn; an agree that opens none is a duplicate of the claim before it."""
    free = [call for call in agrees if call.attempt_id not in walk.used_recalls]
    number = 1
    opening = free[0] if free else None
    while opening is not None:
        claim = _settle(Claim(opening, number), calls, walk)
        walk.used_recalls.update(claim.recalls)
        free = [call for call in free if call > opening and call.attempt_id not in claim.recalls]
        opening = _successor(claim, free)
        before_next = [c.attempt_id for c in free if opening is None or c < opening]
        walk.claims.append(replace(claim, duplicates=tuple(before_next), superseded=opening is not None))
        free = [call for call in free if opening is not None and call >= opening]
        number += 1


def _successor(claim: Claim, later_agrees: list[Call]) -> Call | None:
    """Return the agree that opens the next claim: only a lost claim is superseded, by the customer's later word."""
    if claim.state not in LOST:
        return None
    after = claim.declining if claim.state is QcState.RETURN_TO_DECLINE else claim.opening
    return next((call for call in later_agrees if after is None or call > after), None)


def _settle(claim: Claim, calls: list[Call], walk: _Walk) -> Claim:
    """Apply to a claim, in order of time, the calls made while it is returned and the tappings of its calls."""
    rules = walk.rules
    cutoff = rules.cutoff(claim.opening.period)
    until = min(rules.clock, cutoff)
    later_calls = [call for call in calls if claim.opening < call and call.at <= until]
    own_taps = [tap for tap in walk.taps if tap.at <= until]
    # At one instant calls come before tappings, then the id decides.
    events = [((call.at, 0, call.attempt_id), partial(_after_call, call=call)) for call in later_calls]
    events += [((tap.at, 1, tap.validation_id), partial(_after_tap, tap=tap, rules=rules)) for tap in own_taps]
    for _, happen in sorted(events, key=lambda event: event[0]):
        claim = happen(claim)
    if claim.state is QcState.RETURN_OPEN and rules.clock >= cutoff:
        return replace(claim, state=QcState.EXPIRED_RETURN)
    return claim


def _after_call(claim: Claim, call: Call) -> Claim:
    if claim.state is not QcState.RETURN_OPEN:
        return claim
    if call.result_code == AGREE:
        return replace(claim, state=QcState.RETURN_TO_AGREE, recalls=(*claim.recalls, call.attempt_id))
    if call.result_code in RECALL_DECLINES:
        return replace(claim, state=QcState.RETURN_TO_DECLINE, declining=call)
    return claim


def _after_tap(claim: Claim, tap: Tap, rules: Rules) -> Claim:
    """Return the claim as the tapping leaves it: one of its own calls always decides, any other says nothing."""
    if tap.attempt_id not in claim.judged:
        return claim
    if tap.status != QcStatus.RETURN:
        return replace(claim, state=QcState(tap.status))
    rounds = claim.return_rounds + 1
    state = QcState.EXPIRED_RETURN if rounds > rules.max_return_rounds else QcState.RETURN_OPEN
    return replace(claim, state=state, return_rounds=rounds)


Event = TypeVar("Event", Call, Tap)

CLAIM_SCHEMA = pa.schema(
    {
        "segment": pa.string(),
        "period": pa.string(),
        "service_no": pa.string(),
        "claim_no": pa.int64(),
        "agree_at": pa.timestamp("us"),
        "attempt_id": pa.string(),
        "agent_id": pa.string(),
        "qc_state": pa.string(),
        "return_rounds": pa.int64(),
        "duplicates": pa.int64(),
        "superseded": pa.bool_(),
        "counts_gross": pa.int64(),
        "counts_net": pa.int64(),
        "counts_valid": pa.int64(),
    }
)


def agree_ledger(calls: pd.DataFrame, taps: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return one row per claim, ordered by (segment, period, service_no, claim_no).

    `calls`: service_no, called_at, attempt_id, segment, result_code, agent_id; agrees, and declines of services that
    have a tapping. `taps`: service_no, tapped_at, validation_id, attempt_id, status.
    `counts_…` are 0/1 flags; `duplicates` is a count. No claims: an empty table with the same columns.
    """
    taps_of = _by_service(Tap, taps, ["tapped_at", "validation_id", "attempt_id", "status"])
    calls_of = _by_service(Call, calls, ["called_at", "attempt_id", "segment", "result_code", "agent_id"])
    rows = [
        _row(service, claim)
        for service, events in calls_of.items()
        for claim in walk_service(events, taps_of.get(service, ()), rules)
    ]
    ledger = pd.DataFrame(rows, columns=CLAIM_SCHEMA.names)
    return ledger.sort_values(["segment", "period", "service_no", "claim_no"], ignore_index=True)


def _by_service(kind: type[Event], frame: pd.DataFrame, columns: list[str]) -> dict[str, list[Event]]:
    grouped: dict[str, list[Event]] = {}
    for service, at, *rest in zip(frame["service_no"], *(frame[column] for column in columns), strict=True):
        grouped.setdefault(service, []).append(kind(at.to_pydatetime(), *rest))
    return grouped


def _row(service: str, claim: Claim) -> tuple[object, ...]:
    live = not claim.superseded
    return (
        claim.opening.segment,
        claim.opening.period,
        service,
        claim.number,
        claim.opening.at,
        claim.opening.attempt_id,
        claim.opening.agent_id,
        claim.state.value,
        claim.return_rounds,
        len(claim.duplicates),
        claim.superseded,
        int(live),
        int(live and claim.state not in NOT_NET),
        int(live and claim.state is QcState.VALID),
    )
