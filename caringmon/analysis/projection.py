"""Projection to the end of the month: the run rate's point, and what may lie around it (7-methods, 7.4).

Days are taken as independent draws of one month: a day of one unit brings `rate` × mean contacts agrees on average,
and varies around that as it has varied so far. What is not known of the rate is part of the interval, and so is what
is not known of the variation: with few days behind it the interval has the long tails of Student's t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caringmon.analysis.intervals import Floats
from caringmon.analysis.overdispersion import beta_binomial_pmf, negative_binomial_pmf, quantile

COVERAGES = {"80": 0.80, "95": 0.95}
INDICATIVE_BELOW = 5.0  # elapsed working days
_KEY = ["segment", "entity"]
_NODES = 24
_HAIR = 1e-9


@dataclass(frozen=True)
class Elapsed:
    """The days of a month so far: units (1, or the share of a day under way), agrees and contacts of each.

    `contacts` is NaN where they are not known.
    """

    units: Floats
    agrees: Floats
    contacts: float

    @property
    def per_unit(self) -> float:
        """Agrees per unit: the run rate K44."""
        return float(self.agrees.sum() / self.units.sum())

    @property
    def freedom(self) -> int:
        """On how many independent differences between days their variation is estimated."""
        return len(self.units) - 1


def projection(days: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return, per segment and entity of `months` and in its order, the month's end: point, intervals, probability.

    `days`: `segment`, `entity`, `date`, `units`, `agrees`, `contacts`: every elapsed working day with units 1, today
    with the share that has elapsed, also when nothing happened; a free day has units 0 and its agrees count with the
    next working day. `contacts` (right-party contacts, the trials) NaN: unknown. `months`: `total_days`, and
    `target_agrees`, NaN without one. Columns:
    `actual_agrees`, `elapsed_days`, `total_days`, `run_rate` (agrees a day), `point_agrees` (K45, always run rate ×
    total), `low_80`, `high_80`, `low_95`, `high_95` (whole agrees), `target_probability` (share 0-1),
    `required_per_day` (agrees), `rate` (agrees per contact), `rho` (of days), `distribution`, `is_indicative`, `note`.
    Notes: `no_workday_elapsed` (all NaN), `one_day` (a point, no interval). A month without a single attempt is not
    asked for: silence is no performance (K45).
    """
    groups = {(segment, entity): rows for (segment, entity), rows in days.groupby(_KEY, sort=False)}
    rows = [
        _projected(groups.get((segment, entity), days[:0]), total, target)
        for segment, entity, total, target in months[[*_KEY, "total_days", "target_agrees"]].itertuples(index=False)
    ]
    told = pd.DataFrame(rows, index=months.index, columns=_COLUMNS)
    return months[_KEY].join(told)


_COLUMNS = [
    "actual_agrees", "elapsed_days", "total_days", "run_rate", "point_agrees", "low_80", "high_80", "low_95", "high_95",
    "target_probability", "required_per_day", "rate", "rho", "distribution", "is_indicative", "note",
]  # fmt: skip


def _projected(days: pd.DataFrame, total: float, target: float) -> dict[str, object]:
    known = elapsed(days)
    actual, units = float(days["agrees"].sum()), float(days["units"].sum())
    remaining = max(0.0, total - units)
    short = max(0.0, target - actual)
    told: dict[str, object] = {
        "actual_agrees": actual, "elapsed_days": units, "total_days": total, "is_indicative": units < INDICATIVE_BELOW,
        "required_per_day": short / remaining if remaining > _HAIR else math.nan, "distribution": "", "note": "",
    }  # fmt: skip
    if remaining <= _HAIR and units:
        ends = dict.fromkeys(
            ["point_agrees", *(f"{side}_{name}" for name in COVERAGES for side in ("low", "high"))], actual
        )
        reached = math.nan if math.isnan(target) else float(actual >= target)
        return told | ends | {"run_rate": actual / units, "target_probability": reached, "distribution": "count"}
    if not units:
        return told | {"note": "no_workday_elapsed"}
    told |= {"run_rate": known.per_unit, "point_agrees": known.per_unit * (units + remaining)}
    if known.freedom < 1:
        return told | {"note": "one_day"}
    pmf, about = remaining_agrees(known, remaining)
    for name, coverage in COVERAGES.items():
        tail = (1 - coverage) / 2
        told |= {f"low_{name}": actual + quantile(pmf, tail), f"high_{name}": actual + quantile(pmf, 1 - tail)}
    needed = math.nan if math.isnan(target) else math.ceil(short - _HAIR)
    return (
        told | about | {"target_probability": math.nan if math.isnan(needed) else min(1.0, float(pmf[needed:].sum()))}
    )


def elapsed(days: pd.DataFrame) -> Elapsed:
    """Return the working days; the agrees of a free day stand with the next working day, at the end with the last."""
    ordered = days.sort_values("date")
    worked = ordered["units"].to_numpy(float) > 0
    number = np.minimum(np.cumsum(worked) - worked, max(int(worked.sum()) - 1, 0))
    agrees = np.zeros(int(worked.sum()))
    if len(agrees):
        np.add.at(agrees, number, ordered["agrees"].to_numpy(float))
    contacts = float(ordered["contacts"].to_numpy(float).sum())
    return Elapsed(ordered["units"].to_numpy(float)[worked], agrees, contacts)


def remaining_agrees(known: Elapsed, remaining: float) -> tuple[Floats, dict[str, object]]:
    """Return the probabilities of 0, 1, … agrees in the remaining units, and `rate`, `rho`, `distribution`.

    Trials = mean contacts a unit × remaining units. With s² = phi·rate·(1 - rate)·trials a unit, the remaining count
    deviates from its estimate by variance m·s²·(1 + m/e), m remaining, e elapsed units: its own, and that of the mean
    (Hahn and Meeker, Statistical Intervals, 4.8). phi is unknown: its estimate has (days - 1) degrees of freedom, so
    the distribution is the mixture of beta-binomials over (days - 1)·phi/χ². Half an agree is added to the mean
    (Jeffreys), so that none so far does not promise none to come. Without contacts: negative binomials.
    """
    units = float(known.units.sum())
    mean = (float(known.agrees.sum()) + 0.5) / units
    trials = known.contacts / units
    is_binomial = known.contacts > known.agrees.sum() and round(trials * remaining) > 1
    rate = mean / (trials + 1 / units) if is_binomial else 0.0
    deviations = (known.agrees - known.per_unit * known.units) ** 2 / known.units
    phi = float(deviations.sum()) / known.freedom / (mean * (1 - rate))
    factors, weights = _variance_factors(known.freedom)
    ratios = phi * factors * (1 + remaining / units)
    if not is_binomial:
        spread = math.sqrt(mean * remaining * max(1.0, phi * (1 + remaining / units)))
        most = int(mean * remaining + _reach(known.freedom) * spread) + 20
        pmf = weights @ negative_binomial_pmf(most, mean * remaining, ratios)
        return pmf, {"rate": math.nan, "rho": math.nan, "distribution": "negative_binomial"}
    count = round(trials * remaining)
    pmf = weights @ beta_binomial_pmf(count, min(mean * remaining / count, 1.0), (ratios - 1) / (count - 1))
    rho = max(0.0, phi - 1) / (trials - 1) if trials > 1 else math.nan
    return pmf, {"rate": known.agrees.sum() / known.contacts, "rho": min(rho, 1.0), "distribution": "beta_binomial"}


def _reach(freedom: int) -> float:
    """Return how many standard deviations above the mean counts are looked at: Student's 1 in 100,000, at most 40."""
    from scipy.special import stdtrit

    return min(40.0, float(stdtrit(freedom, 0.99999)))


def _variance_factors(freedom: int) -> tuple[Floats, Floats]:
    """Return values of freedom / χ² and their probabilities, by Gauss-Laguerre quadrature of χ² / 2."""
    from scipy.special import roots_genlaguerre

    halves, weights = roots_genlaguerre(_NODES, freedom / 2 - 1)
    return freedom / (2 * halves), weights / weights.sum()
