"""How likely a dial is to reach somebody and to end in an agree, and what else it ends in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caringmon.demo import plan
from caringmon.demo.people import People
from caringmon.demo.plan import Bools, Floats, Ints
from caringmon.model.codes import RESULT_CODES

CODES = tuple(sorted(code.code for code in RESULT_CODES))
CODE_NO = {code: number for number, code in enumerate(CODES)}
AGREE = CODE_NO["R01"]

_CONTACT, _RPC, _AGREE = (0.54, 0.45), (0.80, 0.73), (0.20, 0.295)
_RHO = 0.005
_CONTACT_BY_WEEKDAY = (1.04, 1.02, 1.0, 1.0, 0.98, 0.95)
_AGREE_BY_WEEKDAY = (1.03, 1.01, 1.0, 1.0, 0.99, 0.96)
DIALS_BY_WEEKDAY = (1.15, 1.07, 1.02, 1.0, 0.96, 0.80)
# Share of dials and relative contact rate of each hour, 08:00 to 17:30.
HOURS = np.array([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 17.5])
_DIALS_BY_HOUR = np.array([0.8, 1.2, 1.2, 1.1, 0.5, 0.9, 1.1, 1.1, 1.2, 0.5])
_CONTACT_BY_HOUR = np.array([0.94, 1.12, 1.12, 0.96, 0.84, 0.88, 0.92, 0.96, 1.12, 1.15])
HOUR_CUMULATIVE = np.concatenate([[0.0], np.cumsum(_DIALS_BY_HOUR) / _DIALS_BY_HOUR.sum()])

_UNREACHED = {"U01": 46, "U03": 20, "U02": 11, "U05": 9, "U04": 5, "U06": 4, "U07": 3, "U08": 2}
_OTHER_PARTY = {"C02": 54, "C04": 21, "C01": 15, "C03": 7, "R10": 3}
_DECLINES = (
    {"R02": 130, "R03": 23, "R04": 9, "R06": 11, "R07": 6, "R99": 6, "R05": 3, "R08": 2, "R09": 2},
    {"R02": 47, "R03": 21, "R04": 10, "R06": 5, "R07": 3, "R99": 7, "R05": 3, "R08": 3, "R09": 1},
)
_SAYS_PAID_SHARE = 0.9


@dataclass(frozen=True)
class DayRates:
    """Rates 0-1 of each segment and call day before hour, witel and agent; day-to-day spread is beta, rho 0.005."""

    contact: Floats
    agree: Floats


def draw_day_rates(rng: np.random.Generator) -> DayRates:
    """Return the rates of all days: means by weekday and billing cycle, times a chance factor of the day."""
    weekday = np.array([day.weekday() for day in plan.WORKDAYS[: plan.CALL_DAYS]])
    contact_mean = np.outer(_CONTACT, np.array(_CONTACT_BY_WEEKDAY)[weekday])
    agree_mean = np.outer(_AGREE, np.array(_AGREE_BY_WEEKDAY)[weekday]) * _billing_cycle()
    spread = (1 - _RHO) / _RHO
    contact = rng.beta(contact_mean * spread, (1 - contact_mean) * spread)
    agree = rng.beta(agree_mean * spread, (1 - agree_mean) * spread)
    return DayRates(contact, agree)


def _billing_cycle() -> Floats:
    """Return the factor of each segment and day: up to the 20th, when the payment window ends, then down."""
    date = np.array([day.day for day in plan.WORKDAYS[: plan.CALL_DAYS]])
    start, rise, after = np.array([[0.75], [0.90]]), np.array([[0.40], [0.20]]), np.array([[0.95], [0.92]])
    rising = start + rise * date / 20
    factor: Floats = np.where(date <= 20, rising, after)
    return factor


def contact_chance(rates: DayRates, day: int, segment: Ints, witel: Ints, seconds: Ints) -> Floats:
    """Return the chance 0-1 that each dial is answered by a person."""
    hour = np.searchsorted(HOURS, seconds / 3600, side="right") - 1
    chance = rates.contact[segment, day] * _CONTACT_BY_HOUR[np.clip(hour, 0, len(_CONTACT_BY_HOUR) - 1)]
    chance = chance - plan.CONTACT_LOSS * is_weak_witel(day, segment, witel)
    clipped: Floats = np.clip(chance, 0.02, 0.95)
    return clipped


def is_weak_witel(day: int, segment: Ints, witel: Ints) -> Bools:
    """Tell which dials the planted loss of contact touches."""
    begun = plan.WORKDAYS[day] >= plan.WEAK_WITEL_FROM
    touched: Bools = (segment == plan.CT0) & (witel == plan.WEAK_WITEL) & begun
    return touched


def agree_chance(rates: DayRates, day: int, segment: Ints, agent: Ints, people: People) -> Floats:
    """Return the chance 0-1 that the right party agrees."""
    first, last = plan.WEAK_TEAM_DAYS
    team = people.team_on(agent, np.full(len(agent), day))
    weak = (team == plan.WEAK_TEAM) & (first <= plan.WORKDAYS[day] <= last)
    chance = rates.agree[segment, day] * people.agents["agree_factor"].to_numpy()[agent]
    clipped: Floats = np.clip(chance * np.where(weak, plan.WEAK_TEAM_FACTOR, 1.0), 0.01, 0.9)
    return clipped


def draw_codes(rng: np.random.Generator, shares: dict[str, int], count: int) -> Ints:
    """Return `count` code numbers with those shares."""
    numbers = np.array([CODE_NO[code] for code in shares])
    weights = np.array(list(shares.values()), dtype=np.float64)
    drawn = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count), side="right")
    codes: Ints = numbers[np.minimum(drawn, len(numbers) - 1)]
    return codes


def draw_results(rng: np.random.Generator, contact: Floats, agree: Floats, segment: Ints, paid: Bools) -> Ints:
    """Return the result of each dial; most of those who have `paid` already say so."""
    count = len(contact)
    contacted = rng.random(count) < contact
    rpc = contacted & (rng.random(count) < np.array(_RPC)[segment])
    agreed = rng.random(count) < agree
    declined = np.where(
        segment == plan.CT0,
        draw_codes(rng, _DECLINES[plan.CT0], count),
        draw_codes(rng, _DECLINES[plan.PRANPC], count),
    )
    spoken = np.where(agreed, AGREE, declined)
    spoken = np.where(paid & (rng.random(count) < _SAYS_PAID_SHARE), CODE_NO["R08"], spoken)
    unreached = draw_codes(rng, _UNREACHED, count)
    other_party = draw_codes(rng, _OTHER_PARTY, count)
    result: Ints = np.where(rpc, spoken, np.where(contacted, other_party, unreached))
    return result
