"""The weekday pattern: how the days of a week differ, and the path to the month's end along it (7-methods, 7.4)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caringmon.analysis.intervals import Floats

FEWEST_WEEKS, FEWEST_DAYS, SIGNIFICANT = 8, 4, 0.05
_ROUNDS = 200


def weekday_pattern(history: pd.DataFrame) -> pd.DataFrame:
    """Return a row per ISO weekday of the history, in order: `weekday`, `days`, `weight`, `p_value`, `is_supported`.

    `history`: `date` and `agrees`, one row per past working day. `weight`: agrees of the weekday over those of an
    average day of the same week; the weights of all weekdays have the mean 1. Supported: at least 8 weeks, at least 4
    days of every weekday, and weekdays that differ at 5 %; else every weight is 1.
    Weeks and weekdays are fitted as factors (Poisson likelihood), the differences tested by F against the variation
    that is left over. Source: McCullagh and Nelder (1989), Generalized Linear Models, 6.2 and 4.5.
    """
    dates = [pd.Timestamp(date).date() for date in history["date"]]
    weeks = pd.Series([day - dt.timedelta(days=day.weekday()) for day in dates], dtype=object)
    table = history.assign(week=weeks.to_numpy(), weekday=[day.isoweekday() for day in dates]).pivot_table(
        index="week", columns="weekday", values="agrees", aggfunc="sum"
    )
    table = table[table.sum(axis=1) > 0]
    counts = table.to_numpy(float)
    days = (~np.isnan(counts)).sum(axis=0)
    long_enough = len(counts) >= FEWEST_WEEKS and len(days) > 1 and days.min() >= FEWEST_DAYS
    weights, p_value = _weekday_weights(counts) if long_enough else (np.ones(len(days)), math.nan)
    supported = p_value < SIGNIFICANT
    return pd.DataFrame(
        {
            "weekday": [int(day) for day in table.columns],
            "days": days,
            "weight": weights if supported else 1.0,
            "p_value": p_value,
            "is_supported": supported,
        }
    )


def month_path(
    actual: float, point: float, remaining: Mapping[dt.date, float] | Sequence[dt.date], pattern: pd.DataFrame
) -> pd.DataFrame:
    """Return the days to come with `date`, `agrees` expected and `cumulative_agrees`: from `actual` to `point`.

    `remaining`: working days in order, as keys with their units where today is under way. `point` (K45) is where the
    path ends whatever the pattern; the pattern of `weekday_pattern` says how it gets there. A weekday that the
    history lacks weighs 1.
    """
    units = dict(remaining) if isinstance(remaining, Mapping) else dict.fromkeys(remaining, 1.0)
    weight_of = dict(zip(pattern["weekday"], pattern["weight"], strict=True))
    shares = np.array([unit * weight_of.get(day.isoweekday(), 1.0) for day, unit in units.items()], float)
    agrees = (point - actual) * shares / shares.sum() if shares.sum() else np.zeros(len(shares))
    return pd.DataFrame({"date": list(units), "agrees": agrees, "cumulative_agrees": actual + np.cumsum(agrees)})


def _weekday_weights(counts: Floats) -> tuple[Floats, float]:
    """Return the weights of the weekdays and the p-value of their differences; NaN: a day that was not worked."""
    from scipy.special import fdtrc

    known = ~np.isnan(counts)
    seen = np.where(known, counts, 0.0)
    weights = np.ones(counts.shape[1])
    for _ in range(_ROUNDS):
        weeks = seen.sum(axis=1) / (known * weights).sum(axis=1)
        weights = seen.sum(axis=0) / (known * weeks[:, None]).sum(axis=0)
    fitted = weeks[:, None] * weights * known
    flat = (seen.sum(axis=1) / known.sum(axis=1))[:, None] * known
    freedom = int(known.sum()) - len(weeks) - len(weights) + 1
    residual = float(np.divide((seen - fitted) ** 2, fitted, out=np.zeros(seen.shape), where=fitted > 0).sum())
    between = (_deviance(seen, flat) - _deviance(seen, fitted)) / (len(weights) - 1)
    p_value = float(fdtrc(len(weights) - 1, freedom, between / (residual / freedom))) if residual > 0 else 0.0
    return weights / weights.mean(), p_value if between > 0 else math.nan


def _deviance(seen: Floats, fitted: Floats) -> float:
    """Return Poisson's deviance up to terms that sum to nothing, as both have the same weekly sums."""
    ratio = np.divide(seen, fitted, out=np.ones(seen.shape), where=(fitted > 0) & (seen > 0))
    return float(2 * (seen * np.log(ratio)).sum())
