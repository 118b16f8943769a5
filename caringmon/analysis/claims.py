"""The claims of one service and what QC made of them: the state machine of the agree ledger (2-data-model, T6).

Pure functions over the events of one service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter, itemgetter
from typing import NamedTuple

from caringmon.analysis.events import RETURNED_TO_QCO, Call, Rules, Tap
from caringmon.model.codes import AGREE, LOST, RECALL_DECLINES, QcState

BY_TIME = itemgetter(0, 1)  # calls by their time; at one instant the id decides


class Claim(NamedTuple):
    """One claim to an agree: its opening call, what QC made of it, and what else was called because of it.

    `state_since`: when the state was reached. `verdicts`: the tappings that counted, in order; `duplicate_verdicts`:
    those of its duplicates. `superseded_by`: the number of the claim that replaced it.
    """

    period: str
    opening: Call
    number: int
    state: QcState = QcState.PENDING
    state_since: dt.datetime | None = None
    verdicts: tuple[Tap, ...] = ()
    recalls: tuple[Call, ...] = ()
    declining: Call | None = None
    duplicates: tuple[Call, ...] = ()
    duplicate_verdicts: tuple[Tap, ...] = ()
    superseded_by: int | None = None

    @property
    def returns(self) -> list[Tap]:
        """The RETURN verdicts that counted, in order."""
        return [tap for tap in self.verdicts if tap.is_return]

    @property
    def judged(self) -> frozenset[str]:
        """The calls whose tappings decide the state: the opening call and its recalls."""
        return frozenset((self.opening.attempt_id, *(call.attempt_id for call in self.recalls)))

    @property
    def calls(self) -> list[Call]:
        """All agrees of the claim, in order of time."""
        return sorted((self.opening, *self.recalls, *self.duplicates), key=BY_TIME)


def walk_service(calls: Iterable[Call], taps: Iterable[Tap], rules: Rules) -> list[Claim]:
    """Return the claims of one service, by segment and period, in the state at the clock.

    Tappings name their call by `attempt_id` (see `name_taps`); others are not seen. No agree: an empty list. The
    order of the input does not matter.
    """
    seen_calls = sorted([call for call in calls if call.at <= rules.clock], key=BY_TIME)
    seen_taps = sorted([tap for tap in taps if tap.at <= rules.clock], key=attrgetter("order"))
    return [
        claim
        for segment in sorted({call.segment for call in seen_calls})
        for claim in _walk_segment(_Segment([call for call in seen_calls if call.segment == segment], seen_taps, rules))
    ]


def name_taps(calls: Sequence[Call], taps: Sequence[Tap], rules: Rules) -> list[Tap]:
    """Return the tappings of a service, each with the `attempt_id` of the call that it judges.

    A tapping that says when the call was made names the agree at that time. One that says nothing names the latest
    claim, in any segment, that was opened before it and is live in the state at that instant: its latest recall, else
    its opening call. What names no agree is left out: it can change no claim.
    """
    waiting = [tap for tap in taps if tap.attempt_id is None]
    named = [tap for tap in taps if tap.attempt_id is not None]
    if not waiting:
        return named
    at_time = {call.at: call.attempt_id for call in sorted(calls, key=BY_TIME, reverse=True)
               if call.result_code == AGREE}  # fmt: skip
    named += [tap._replace(attempt_id=at_time[tap.called_at]) for tap in waiting if tap.called_at in at_time]
    for tap in sorted((tap for tap in waiting if tap.called_at is None), key=attrgetter("order")):
        then = walk_service(calls, named, replace(rules, clock=tap.at, restated=True))
        live = [claim for claim in then if claim.superseded_by is None and claim.opening.at < tap.at]
        if live:
            latest = max(live, key=lambda claim: claim.opening.order)
            named.append(tap._replace(attempt_id=(latest.recalls or (latest.opening,))[-1].attempt_id))
    return named


class _Segment(NamedTuple):
    """What was called in one segment of a service, and the tappings of the service, in order of time."""

    calls: list[Call]
    taps: list[Tap]
    rules: Rules


def _walk_segment(segment: _Segment) -> Iterator[Claim]:
    used: set[str] = set()
    agrees: dict[str, list[Call]] = {}
    for call in segment.calls:
        if call.result_code == AGREE:
            agrees.setdefault(call.period, []).append(call)
    for period in sorted(agrees):
        for claim in _walk_period(period, agrees[period], segment, used):
            used.update(call.attempt_id for call in claim.recalls)
            yield claim


def _walk_period(period: str, agrees: list[Call], segment: _Segment, used: set[str]) -> Iterator[Claim]:
    """Yield the claims of one key in turn; an agree that opens none is a duplicate of the claim before it.

    `used` holds the recalls of the claims yielded so far: they open nothing, and are no recalls of a later claim.
    """
    number = 0
    while free := [call for call in agrees if call.attempt_id not in used]:
        number += 1
        claim = _settle(Claim(period, free[0], number), segment, used)
        later = [call for call in free[1:] if call.attempt_id not in claim.judged]
        successor = _successor(claim, later)
        duplicates = tuple(call for call in later if successor is None or call.order < successor.order)
        yield claim._replace(
            duplicates=duplicates,
            duplicate_verdicts=_verdicts_on(duplicates, segment.taps, segment.rules.until(period)),
            superseded_by=None if successor is None else number + 1,
        )
        agrees = [call for call in later if successor is not None and call.order >= successor.order]


def _successor(claim: Claim, later_agrees: list[Call]) -> Call | None:
    """Return the agree that opens the next claim: only a lost claim is superseded, by the customer's later word."""
    if claim.state not in LOST:
        return None
    after = claim.declining if claim.state is QcState.RETURN_TO_DECLINE else None
    return next((call for call in later_agrees if after is None or call.order > after.order), None)


def _verdicts_on(calls: Iterable[Call], taps: Iterable[Tap], until: dt.datetime) -> tuple[Tap, ...]:
    made = {call.attempt_id: call.at for call in calls}
    return tuple(tap for tap in taps if tap.attempt_id in made and made[tap.attempt_id] <= tap.at <= until)


Happening = Callable[[Claim], Claim]


def _settle(claim: Claim, segment: _Segment, used: set[str]) -> Claim:
    """Apply to a claim, in order of time, the calls made while it is returned and the tappings of its calls.

    At one instant the cut-off comes first, then calls, then tappings: a return at the cut-off is already too late.
    """
    rules = segment.rules
    until, cutoff = rules.until(claim.period), rules.cutoff(claim.period)
    own_taps = [tap for tap in segment.taps if claim.opening.at <= tap.at <= until]
    if not own_taps:
        return claim  # nothing but a tapping moves a claim that is pending
    happenings: list[tuple[tuple[object, ...], Happening]] = [
        ((call.at, 1, *call.order), partial(_after_call, call=call))
        for call in segment.calls
        if claim.opening.order < call.order and call.at <= until and call.attempt_id not in used
    ]
    for tap in own_taps:
        happenings.append(((tap.at, 2, *tap.order), partial(_after_tap, tap=tap, rules=rules)))
        happenings += _answers(tap, until, cutoff)
    if cutoff <= until:
        happenings.append(((cutoff, 0), partial(_expired, at=cutoff)))
    for _, happen in sorted(happenings, key=lambda happening: happening[0]):
        claim = happen(claim)
    return claim


def _answers(tap: Tap, until: dt.datetime, cutoff: dt.datetime) -> Iterator[tuple[tuple[object, ...], Happening]]:
    """Yield what a return that the TL sent back to the QCO without a recall does (`data_condition`).

    Without a time it counts as late as possible, so that a recall, if there was one, comes first.
    """
    if not tap.is_return or tap.data_condition != RETURNED_TO_QCO:
        return
    if tap.tl_at is None:
        key: tuple[object, ...] = (cutoff, -1) if cutoff <= until else (until, 3)
        yield (*key, *tap.order), partial(_after_answer, tap=tap)
    elif tap.tl_at <= until:
        yield (max(tap.at, tap.tl_at), 3, *tap.order), partial(_after_answer, tap=tap)


def _after_call(claim: Claim, call: Call) -> Claim:
    if claim.state is not QcState.RETURN_OPEN:
        return claim
    if call.result_code == AGREE:
        recalls = (*claim.recalls, call)
        return claim._replace(state=QcState.RETURN_TO_AGREE, state_since=call.at, recalls=recalls)
    if call.result_code in RECALL_DECLINES:
        return claim._replace(state=QcState.RETURN_TO_DECLINE, state_since=call.at, declining=call)
    return claim


def _after_tap(claim: Claim, tap: Tap, rules: Rules) -> Claim:
    """Return the claim as the tapping leaves it: one of its own calls always decides, any other says nothing."""
    if tap.attempt_id not in claim.judged:
        return claim
    judged = claim._replace(verdicts=(*claim.verdicts, tap), state_since=tap.at)
    if not tap.is_return:
        return judged._replace(state=QcState(tap.status))
    too_late = tap.at >= rules.cutoff(claim.period)
    too_many = len(judged.returns) > rules.max_return_rounds
    return judged._replace(state=QcState.EXPIRED_RETURN if too_late or too_many else QcState.RETURN_OPEN)


def _after_answer(claim: Claim, tap: Tap) -> Claim:
    if claim.state is not QcState.RETURN_OPEN or claim.verdicts[-1] is not tap:
        return claim
    return claim._replace(state=QcState.RETURN_TO_AGREE, state_since=tap.tl_at or tap.at)


def _expired(claim: Claim, at: dt.datetime) -> Claim:
    if claim.state is not QcState.RETURN_OPEN:
        return claim
    return claim._replace(state=QcState.EXPIRED_RETURN, state_since=at)
