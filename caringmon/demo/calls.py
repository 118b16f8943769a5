"""The dials of a month: each day every agent works through a part of the own list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caringmon.demo import plan, rates
from caringmon.demo.people import People
from caringmon.demo.plan import Bools, Days, Ints
from caringmon.demo.rates import CODE_NO, CODES, DayRates

_MAX_ATTEMPTS = np.array([10, 4])  # of a service in a month, by segment
_FRESH_SHARE = 0.74
_JITTER = 0.5
# A service is closed for the month by these results; some who declined for money or mood are tried again.
_CLOSING = frozenset({"U06", "U07", "C01", "C03", "R01", "R05", "R07", "R08", "R09", "R10"})
_TRIED_AGAIN = {"R03": 0.8, "R04": 0.5, "R06": 0.5, "R99": 0.7}
_WAIT = {"R02": (2, 5), "R03": (3, 5), "R04": (3, 5), "R06": (3, 5), "R99": (3, 5)}
# Once a payment has been reported (2 days later), most lists leave the customer out of further attempts.
_REPORT_LAG, _PAID_LEFT_OUT = 2, 0.6
_TALK_SECONDS = {"R01": (235, 60), "R02": (120, 40), "R08": (90, 25), "C04": (35, 15), "U04": (9, 3)}
_PROMISE_BEYOND_LIMIT = 0.02


@dataclass
class _List:
    """The working state of a month's list; one array entry per service."""

    holder: Ints
    segment: Ints
    attempts: Ints
    next_day: Ints
    open: Bools

    def take(self, rng: np.random.Generator, capacity: Ints, day: int, present: Bools) -> Ints:
        """Return the services dialled that day: new data up to their share, then whatever is due.

        `capacity`: dials of each (agent, segment), at position 2 × agent + segment.
        """
        due = self.open & (self.next_day <= day) & (self.attempts < _MAX_ATTEMPTS[self.segment]) & present[self.holder]
        rows = np.flatnonzero(due)
        group = 2 * self.holder[rows] + self.segment[rows]
        is_fresh = self.attempts[rows] == 0
        fresh = np.bincount(group[is_fresh], minlength=len(capacity))
        again = np.bincount(group[~is_fresh], minlength=len(capacity))
        quota = np.ceil(capacity * _FRESH_SHARE).astype(np.int64)
        take_again = np.minimum(again, np.maximum(capacity - np.minimum(fresh, quota), 0))
        take_fresh = np.minimum(fresh, capacity - take_again)
        rank = rank_within(rng, 2 * group + is_fresh)
        chosen: Ints = rows[rank < np.where(is_fresh, take_fresh[group], take_again[group])]
        return chosen

    def note(self, rng: np.random.Generator, rows: Ints, result: Ints, day: int) -> None:
        """Record the results of a day: what is closed, and when the others are due again."""
        self.attempts[rows] += 1
        wait = rng.integers(1, 4, len(rows))
        closed = np.isin(result, [CODE_NO[code] for code in sorted(_CLOSING)])
        for code, (low, high) in _WAIT.items():
            wait = np.where(result == CODE_NO[code], rng.integers(low, high + 1, len(rows)), wait)
        for code, share in _TRIED_AGAIN.items():
            closed |= (result == CODE_NO[code]) & (rng.random(len(rows)) >= share)
        self.next_day[rows] = day + wait
        self.open[rows] &= ~closed


def rank_within(rng: np.random.Generator, keys: Ints) -> Ints:
    """Return for each entry its place 0, 1, … in a random order of the entries with the same key."""
    order = np.lexsort((rng.random(len(keys)), keys))
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    return rank


def dial_month(
    rng: np.random.Generator, people: People, listed: pd.DataFrame, day_rates: DayRates, dials: float
) -> pd.DataFrame:
    """Return the dials of the list's month, unordered within a day.

    Columns: row (of the list), day, seconds (after midnight), agent, segment, result, again (follow-up asked before).
    """
    month = int(listed["month"].iloc[0])
    start = plan.day_no(plan.MONTHS[month].start)
    state = _List(
        holder=listed["holder"].to_numpy(),
        segment=listed["segment"].to_numpy(),
        attempts=np.zeros(len(listed), dtype=np.int64),
        next_day=np.where(listed["ignored"], plan.day_no(plan.UNTOUCHED_UNTIL), start).astype(np.int64),
        open=np.ones(len(listed), dtype=np.bool_),
    )
    left_out = rng.random(len(listed)) < _PAID_LEFT_OUT
    asked_before = np.zeros(len(listed), dtype=np.bool_)
    days = []
    for day in np.flatnonzero(plan.MONTH_OF_DAY[: plan.CALL_DAYS] == month).tolist():
        paid_for = plan.WORKDAYS[day].day - listed["self_paid_day"].to_numpy()
        state.open &= ~(left_out & (paid_for >= _REPORT_LAG) & (state.attempts > 0))
        rows = state.take(rng, _capacity(rng, people, day, dials), day, people.present[:, day])
        dialled = _dial(rng, people, listed.iloc[rows], day_rates, day)
        result = dialled["result"].to_numpy()
        days.append(dialled.assign(row=rows, again=asked_before[rows] & (result == CODE_NO["R02"])))
        asked_before[rows] |= result == CODE_NO["R02"]
        state.note(rng, rows, result, day)
    return pd.concat(days, ignore_index=True)


def _capacity(rng: np.random.Generator, people: People, day: int, dials: float) -> Ints:
    agents = people.agents
    weekday = rates.DIALS_BY_WEEKDAY[plan.WORKDAYS[day].weekday()]
    total = rng.poisson(dials * weekday * agents["activity"].to_numpy())
    elsewhere = np.where(agents["both"], rng.binomial(total, 0.3), 0)
    capacity = np.zeros((len(agents), 2), dtype=np.int64)
    own = agents["segment"].to_numpy()
    everybody = np.arange(len(agents))
    capacity[everybody, own] = total - elsewhere
    capacity[everybody, 1 - own] = elsewhere
    return capacity.ravel()


def _dial(
    rng: np.random.Generator, people: People, chosen: pd.DataFrame, day_rates: DayRates, day: int
) -> pd.DataFrame:
    agent, segment = chosen["holder"].to_numpy(), chosen["segment"].to_numpy()
    witel = chosen["witel"].to_numpy()
    seconds = _spread_over_day(rng, agent)
    contact = rates.contact_chance(day_rates, day, segment, witel, seconds)
    agree = rates.agree_chance(day_rates, day, segment, agent, people)
    paid = chosen["self_paid_day"].to_numpy() < plan.WORKDAYS[day].day
    result = rates.draw_results(rng, contact, agree, segment, paid)
    return pd.DataFrame({"day": day, "seconds": seconds, "agent": agent, "segment": segment, "result": result})


def _spread_over_day(rng: np.random.Generator, agent: Ints) -> Ints:
    """Return a time for each dial so that no agent makes two at once."""
    rank = rank_within(rng, agent)
    total = np.bincount(agent, minlength=1)[agent]
    place = (rank + _JITTER * rng.random(len(agent))) / total
    seconds: Ints = (np.interp(place, rates.HOUR_CUMULATIVE, rates.HOURS) * 3600).astype(np.int64)
    return seconds


def talk_seconds(rng: np.random.Generator, result: Ints) -> Ints:
    """Return the talk time of each dial; 0 where nobody and no machine answered."""
    mean = np.array([0 if code.startswith("U") else 75 for code in CODES], dtype=np.float64)
    spread = np.array([0 if code.startswith("U") else 25 for code in CODES], dtype=np.float64)
    mean[[CODE_NO[c] for c in CODES if c.startswith("R")]] = 140
    for code, (middle, width) in _TALK_SECONDS.items():
        mean[CODE_NO[code]], spread[CODE_NO[code]] = middle, width
    drawn = rng.normal(mean[result], spread[result])
    seconds: Ints = np.where(mean[result] > 0, np.clip(drawn, 4, 420), 0).astype(np.int64)
    return seconds


def promise_dates(rng: np.random.Generator, day: Ints, segment: Ints) -> Days:
    """Return a promise 1-7 days ahead of each agree.

    CT0 promises keep to the 20th, after it to the month's end; about 2 % of those near the limit do not.
    """
    called = plan.DAYS[day]
    promised = called + rng.integers(1, 8, len(day)).astype("timedelta64[D]")
    careless = rng.random(len(day)) < _PROMISE_BEYOND_LIMIT
    kept = (segment == plan.CT0) & ~careless
    dates: Days = np.where(kept, np.minimum(promised, plan.promise_limits(called)), promised)
    return dates


def clock(day: Ints, seconds: Ints) -> Days:
    """Return the instant, naive WIB, of those seconds after midnight of the working day."""
    instants: Days = plan.DAYS[day].astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return instants
