"""What happens to an agree: tapping, returns, recalls, re-tapping, and the rare second agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.demo import calls, plan
from caringmon.demo.people import People
from caringmon.demo.plan import Bools, Floats, Ints
from caringmon.demo.rates import AGREE, draw_codes

VALID, NOT_VALID, RETURN = "Valid", "Not Valid", "Return"
_ROUNDS = (1, 2, 3)
_NOT_VALID_RATE, _RETURN_RATE = (0.04, 0.03, 0.04), (0.08, 0.06, 0.05)
_RC03_SHARE = 0.45  # of the returns of round 1, where nothing is planted
_RC12_IF_LATE = 0.8
_RETURN_REASONS = {"RC03": 45, "RC04": 15, "RC11": 12, "RC05": 8, "RC02": 8, "RC07": 6, "RC08": 6}
_NOT_VALID_REASONS = {"RC01": 38, "RC02": 34, "RC08": 22, "RC06": 6}
_RECALL_DECLINES = {"R03": 50, "R04": 20, "R06": 20, "R07": 10}
_RECALL_LAG = (0.35, 0.45, 0.20)
_RECALL_AGREES, _RECALL_DECLINED = 0.70, 0.20
_SECOND_AGREE, _SECOND_AGREE_REFUSED = 0.02, 0.7
_DUPLICATE = "RC09"
_SHIFT_START, _SHIFT_END, _LAST_RECALL = 8 * 3600, 17 * 3600, 17.4 * 3600
_FASTEST_TAP, _MEAN_WAIT = 600, 2_700


@dataclass(frozen=True)
class Validated:
    """`calls`: recalls and second agrees, shaped like the agrees; `taps`: one row per tap, `key` = call judged."""

    calls: pd.DataFrame
    taps: pd.DataFrame


def validate(rng: np.random.Generator, people: People, agrees: pd.DataFrame, next_key: int) -> Validated:
    """Return every tap on the agrees of a month, and the calls that follow from them.

    `agrees` has key, row, day, seconds, agent, segment, result, promise. New calls get keys from `next_key` on.
    """
    made, taps, judged = [], [], agrees.assign(opened=agrees["key"])
    for turn in _ROUNDS:
        tapped = _tap(rng, people, judged, turn)
        taps.append(tapped)
        if turn == _ROUNDS[-1]:  # a third return ends the claim
            break
        recalled = _recall(rng, people, judged[(tapped["status"] == RETURN).to_numpy()], tapped)
        recalled = recalled.assign(key=next_key + np.arange(len(recalled)))
        next_key += len(recalled)
        made.append(recalled)
        judged = recalled[recalled["result"] == AGREE]
    second = _second_agrees(rng, people, agrees, taps[0])
    second = second.assign(key=next_key + np.arange(len(second)), opened=second["key"])
    taps.append(_tap_duplicates(rng, people, second))
    return Validated(pd.concat([*made, second], ignore_index=True), pd.concat(taps, ignore_index=True))


def _tap(rng: np.random.Generator, people: People, judged: pd.DataFrame, turn: int) -> pd.DataFrame:
    """Return one verdict per call, in the order of `judged`."""
    day, seconds = _tap_times(rng, judged["day"].to_numpy(), judged["seconds"].to_numpy())
    late = _beyond_limit(judged)
    extra = _extra_returns(people, judged) if turn == 1 else np.zeros(len(judged))
    drawn = rng.random(len(judged))
    refused = drawn < _NOT_VALID_RATE[turn - 1]
    planted = ~refused & (drawn < _NOT_VALID_RATE[turn - 1] + extra)
    returned = ~refused & (drawn < _NOT_VALID_RATE[turn - 1] + extra + _RETURN_RATE[turn - 1])
    returned |= late & ~refused & (rng.random(len(judged)) < _RC12_IF_LATE)
    reason = np.where(refused, _reasons(rng, _NOT_VALID_REASONS, len(judged)), "")
    reason = np.where(returned, _reasons(rng, _RETURN_REASONS, len(judged)), reason)
    reason = np.where(planted, "RC03", reason)
    reason = np.where(returned & late & ~planted, "RC12", reason)
    status = np.where(refused, NOT_VALID, np.where(returned, RETURN, VALID))
    return _tap_rows(rng, people, judged, turn).assign(day=day, seconds=seconds, status=status, reason=reason)


def _extra_returns(people: People, judged: pd.DataFrame) -> Floats:
    """Return the additional chance of RC03, by which TL03's doubles."""
    day = judged["day"].to_numpy()
    at_team = people.team_on(judged["agent"].to_numpy(), day) == plan.RETURN_TEAM
    touched = at_team & (day >= plan.day_no(plan.RETURN_TEAM_FROM))
    extra: Floats = touched * (plan.RETURN_FACTOR - 1) * _RC03_SHARE * _RETURN_RATE[0]
    return extra


def _beyond_limit(judged: pd.DataFrame) -> Bools:
    """Tell which CT0 promises lie behind the day until which they may be made."""
    limit = plan.promise_limits(plan.DAYS[judged["day"].to_numpy()])
    late: Bools = (judged["segment"] == plan.CT0).to_numpy() & (judged["promise"].to_numpy() > limit)
    return late


def _reasons(rng: np.random.Generator, shares: dict[str, int], count: int) -> npt.NDArray[np.str_]:
    weights = np.array(list(shares.values()), dtype=np.float64)
    return rng.choice(np.array(list(shares)), count, p=weights / weights.sum())


def _tap_times(rng: np.random.Generator, day: Ints, seconds: Ints) -> tuple[Ints, Ints]:
    """Return day and time of each tap: the same day if there is time before 17:00, else early the next working day."""
    waited = seconds + _FASTEST_TAP + rng.exponential(_MEAN_WAIT, len(day)).astype(np.int64)
    same_day = waited < _SHIFT_END
    early = _SHIFT_START + rng.integers(120, 9_000, len(day))
    return np.where(same_day, day, day + 1), np.where(same_day, np.maximum(waited, _SHIFT_START), early)


def _tap_rows(rng: np.random.Generator, people: People, judged: pd.DataFrame, turn: int) -> pd.DataFrame:
    count = len(judged)
    return pd.DataFrame(
        {
            "key": judged["key"].to_numpy(),
            "opened": judged["opened"].to_numpy(),
            "officer": rng.integers(0, len(people.officers), count),
            "round": turn,
            "process": np.clip(rng.normal(88, 6, count).round(), 50, 100).astype(np.int64),
            "attitude": np.clip(rng.normal(91, 5, count).round(), 50, 100).astype(np.int64),
            "solution": np.clip(rng.normal(86, 7, count).round(), 50, 100).astype(np.int64),
        }
    )


def _recall(rng: np.random.Generator, people: People, returned: pd.DataFrame, tapped: pd.DataFrame) -> pd.DataFrame:
    """Return the recalls 0-2 working days after each return; some returns are never called again."""
    verdicts = tapped[tapped["status"] == RETURN]
    agent = returned["agent"].to_numpy()
    tap_day, tap_seconds = verdicts["day"].to_numpy(), verdicts["seconds"].to_numpy()
    lag = rng.choice(3, len(returned), p=_RECALL_LAG)
    lag = np.where((lag == 0) & (tap_seconds > 16 * 3600), 1, lag)
    for _ in range(2):
        lag = np.where((lag < 2) & ~_at_work(people, agent, tap_day + lag), lag + 1, lag)
    drawn = rng.random(len(returned))
    day = tap_day + lag
    earliest = np.where(lag == 0, tap_seconds + 1_200, _SHIFT_START + 600)
    seconds = (earliest + rng.random(len(returned)) * (_LAST_RECALL - earliest)).astype(np.int64)
    result = np.where(drawn < _RECALL_AGREES, AGREE, draw_codes(rng, _RECALL_DECLINES, len(returned)))
    promise = calls.promise_dates(rng, np.minimum(day, plan.CALL_DAYS - 1), returned["segment"].to_numpy())
    recalled: pd.DataFrame = returned.assign(
        day=day,
        seconds=seconds,
        result=result,
        promise=np.where(result == AGREE, promise, np.datetime64("NaT", "D")),
        recall=True,
        again=False,
    )
    return recalled[_at_work(people, agent, day) & (drawn < _RECALL_AGREES + _RECALL_DECLINED)]


def _at_work(people: People, agent: Ints, day: Ints) -> Bools:
    """Tell whether the agent works that day; False after the last call day."""
    at_work: Bools = people.present[agent, np.minimum(day, plan.CALL_DAYS - 1)] & (day < plan.CALL_DAYS)
    return at_work


def _second_agrees(rng: np.random.Generator, people: People, agrees: pd.DataFrame, taps: pd.DataFrame) -> pd.DataFrame:
    """Return second agrees of valid claims, 2-8 working days later in the same month, by the same agent."""
    valid = (taps["status"] == VALID).to_numpy()
    day = agrees["day"].to_numpy() + rng.integers(2, 9, len(agrees))
    inside = np.minimum(day, plan.CALL_DAYS - 1)
    same_month = plan.MONTH_OF_DAY[inside] == plan.MONTH_OF_DAY[agrees["day"].to_numpy()]
    # Many of the days drawn fall behind the month's end or on an absence: hence the higher rate.
    drawn = rng.random(len(agrees)) < _SECOND_AGREE * 1.35
    chosen = drawn & valid & same_month & _at_work(people, agrees["agent"].to_numpy(), day)
    second: pd.DataFrame = agrees[chosen].assign(
        day=day[chosen], seconds=rng.integers(31_000, 61_000, int(chosen.sum()))
    )
    second["promise"] = calls.promise_dates(rng, second["day"].to_numpy(), second["segment"].to_numpy())
    return second


def _tap_duplicates(rng: np.random.Generator, people: People, second: pd.DataFrame) -> pd.DataFrame:
    day, seconds = _tap_times(rng, second["day"].to_numpy(), second["seconds"].to_numpy())
    refused = rng.random(len(second)) < _SECOND_AGREE_REFUSED
    return _tap_rows(rng, people, second, 1).assign(
        day=day,
        seconds=seconds,
        status=np.where(refused, NOT_VALID, VALID),
        reason=np.where(refused, _DUPLICATE, ""),
    )
