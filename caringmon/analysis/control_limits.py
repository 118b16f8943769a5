"""Control limits of a series of days: Laney p′, beta-binomial, XmR, and the plain p chart (7-methods, 7.2).

A series is a frame in the order of time with `part` and `in_baseline` (see `baselines`) and either `cases` and `of`
(a rate) or `value` (a single measure). A row without a value is a gap: it has no point, and no moving range reaches
across it. All functions return the series with the columns of `LIMIT_COLUMNS`; rates are shares 0-1.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.analysis.intervals import Floats
from caringmon.analysis.overdispersion import (
    beta_binomial_fit,
    beta_binomial_limits,
    beta_binomial_skewness,
    moment_rho,
)
from caringmon.model.calendar import LebaranPhase, WorkCalendar

LIMIT_COLUMNS = ["value", "centre", "lower", "upper", "near_lower", "near_upper", "method"]
BASELINE_DAYS = 30
# ptd: limits lie 2.66 mean moving ranges from the mean (3 / 1.128, rounded as in the NHS tool), ranges of 3.267 means
# and more are left out once; p′ divides by 1.128 = d2 of two normal values and takes three sigma.
XMR_LIMIT, SCREENED_RANGE, RANGE_TO_SIGMA, SIGMAS, NEAR = 2.66, 3.267, 1.128, 3.0, 2 / 3
# Where days differ more than that in size, p′ gives 4 % false alarms: one sigma of z does not fit them all.
# Where daily counts are more skewed than that (rates below about 15 % or above 85 %), it gives up to 1.7 %.
MOST_UNEQUAL, MOST_SKEWED = 4.0, 0.4
_FEWEST = 2


def baselines(
    days: pd.DataFrame,
    calendar: WorkCalendar,
    *,
    count: int = BASELINE_DAYS,
    rebased_on: Collection[dt.date] = (),
) -> pd.DataFrame:
    """Return the days with `part`, `in_baseline` and `is_provisional`: which days the limits are computed from.

    `days`: column `date`, ascending, and `of` or `value`. A part begins with the series and on every date of
    `rebased_on`; rebasing is a person's decision and never automatic. Its baseline are its first `count` working
    days that have a value, without the core days of Lebaran. Fewer: `is_provisional`, limits are drawn dashed.
    """
    dates = list(days["date"])
    starts = sorted(rebased_on)
    part = np.array([sum(start <= day for start in starts) for day in dates], int)
    usual = np.array([calendar.is_workday(d) and calendar.lebaran_phase(d) != LebaranPhase.CORE for d in dates], bool)
    known = (days["of"] > 0) if "of" in days else days["value"].notna()
    usable = pd.Series(usual & known.to_numpy(bool), index=days.index)
    number = usable.groupby(part).cumsum()
    in_baseline = usable & (number <= count)
    provisional = in_baseline.groupby(part).transform("sum") < count
    return days.assign(part=part, in_baseline=in_baseline, is_provisional=provisional)


def rate_limits(series: pd.DataFrame) -> pd.DataFrame:
    """Return the limits of a rate: Laney p′; beta-binomial in a part where p′ would give more false alarms than 1 %.

    That is where days differ more than fourfold in size, or where daily counts are too skewed for symmetric limits.
    """
    return _by_part(
        series,
        lambda part: beta_binomial_chart(part) if _is_unequal(part) or _is_skewed(part) else laney_chart(part),
    )


def p_chart(series: pd.DataFrame) -> pd.DataFrame:
    """Return three-sigma limits from binomial variation alone. On large counts they flag almost every day.

    Source: Shewhart's p chart, for example Montgomery, Introduction to Statistical Quality Control, 7.2.
    """
    return _by_part(series, lambda part: _sigma_limits(part, lambda _: 1.0, "p"))


def laney_chart(series: pd.DataFrame) -> pd.DataFrame:
    """Return Laney p′ limits: the p chart's sigma of each day times sigma z, the variation of z-scores between days.

    Sigma z is the mean moving range of the baseline's z-scores divided by 1.128, not screened.
    Source: Laney (2002), Quality Engineering 14:531-537.
    """
    return _by_part(series, lambda part: _sigma_limits(part, _sigma_z, "laney"))


def beta_binomial_chart(series: pd.DataFrame) -> pd.DataFrame:
    """Return the beta-binomial quantiles beyond which three sigma of a normal value would lie, for each day's size.

    Mean and rho by maximum likelihood from the baseline. The centre is the fitted mean, not the pooled rate.
    """
    return _by_part(series, _beta_binomial_limits)


def xmr_chart(series: pd.DataFrame) -> pd.DataFrame:
    """Return the limits of a single measure: the baseline's mean plus and minus 2.66 mean moving ranges.

    Moving ranges of 3.267 means and more are left out once, so that one jump does not widen the limits.
    Source: "Making data count", NHS England, as R's NHSRplotthedots computes it.
    """
    return _by_part(series, _xmr_limits)


def mean_moving_range(values: npt.ArrayLike, screened_from: float = math.inf) -> float:
    """Return the mean absolute step between neighbours, after one removal of those of `screened_from` means or more.

    A step from or to a gap (NaN) is none; no step at all: NaN.
    """
    steps = np.abs(np.diff(np.asarray(values, float)))
    steps = steps[~np.isnan(steps)]
    if not len(steps):
        return math.nan
    kept = steps[steps < screened_from * steps.mean()] if steps.mean() > 0 else steps
    return float(kept.mean()) if len(kept) else math.nan


def _by_part(series: pd.DataFrame, limits: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    parts = [limits(part) for _, part in series.groupby("part", sort=False)]
    return pd.concat(parts) if parts else series.reindex(columns=[*series.columns, *LIMIT_COLUMNS])


def _is_unequal(part: pd.DataFrame) -> bool:
    sizes = part.loc[part["of"] > 0, "of"]
    return bool(len(sizes) and sizes.max() > MOST_UNEQUAL * sizes.min())


def _is_skewed(part: pd.DataFrame) -> bool:
    base = _baseline(part)
    if base.empty:
        return False
    rho = moment_rho(base["cases"], base["of"])
    skewness = beta_binomial_skewness(float(base["of"].median()), float(base["cases"].sum() / base["of"].sum()), rho)
    return abs(skewness) > MOST_SKEWED


def _sigma_limits(part: pd.DataFrame, scale: Callable[[Floats], float], method: str) -> pd.DataFrame:
    """Return limits around the pooled rate; `scale`: z-scores of the baseline, NaN elsewhere → a factor of sigma."""
    base = _baseline(part)
    centre = float(base["cases"].sum() / base["of"].sum()) if len(base) else math.nan
    sigma = np.sqrt(centre * (1 - centre) / _sizes(part))
    # None or all of every day: sigma is 0 and no day deviates. Without a size there is no score.
    scores = np.divide(_rates(part) - centre, sigma, out=0 * sigma, where=sigma > 0)
    reach = SIGMAS * sigma * scale(np.where(part["in_baseline"], scores, math.nan))
    return _with_limits(part, _rates(part), centre, _around(centre, reach, (0.0, 1.0)), method)


def _sigma_z(scores: Floats) -> float:
    return mean_moving_range(scores) / RANGE_TO_SIGMA


def _xmr_limits(part: pd.DataFrame) -> pd.DataFrame:
    values = part["value"].to_numpy(float)
    base = np.where(part["in_baseline"], values, math.nan)
    known = base[~np.isnan(base)]
    # fsum: the mean of equal values is that value, so that a constant series lies on its centre.
    centre = math.fsum(known) / len(known) if len(known) >= _FEWEST else math.nan
    reach = np.full(len(part), XMR_LIMIT * mean_moving_range(base, SCREENED_RANGE))
    return _with_limits(part, values, centre, _around(centre, reach), "xmr")


def _beta_binomial_limits(part: pd.DataFrame) -> pd.DataFrame:
    base = _baseline(part)
    mu, rho = beta_binomial_fit(base["cases"], base["of"]) if len(base) else (math.nan, 0.0)
    sizes = _sizes(part) + 0 * mu
    tails = [NormalDist().cdf(-sigmas) for sigmas in (SIGMAS, NEAR * SIGMAS)]
    bounds = [count / sizes for tail in tails for count in beta_binomial_limits(sizes, mu, rho, tail)]
    return _with_limits(part, _rates(part), mu, bounds, "beta_binomial")


def _around(centre: float, reach: Floats, ends: tuple[float, float] = (-math.inf, math.inf)) -> list[Floats]:
    """Return lower, upper, near lower, near upper: whole and two thirds of the reach, within the ends."""
    return [np.clip(centre + side * part * reach, *ends) for part in (1.0, NEAR) for side in (-1, 1)]


def _with_limits(
    part: pd.DataFrame, values: Floats, centre: float, bounds: Sequence[Floats], method: str
) -> pd.DataFrame:
    lower, upper, near_lower, near_upper = bounds
    return part.assign(value=values, centre=centre, lower=lower, upper=upper, near_lower=near_lower,
                       near_upper=near_upper, method=method)  # fmt: skip


def _baseline(part: pd.DataFrame) -> pd.DataFrame:
    """Return the days with cases that make the limits; fewer than two make none. More agrees than contacts are all."""
    base = part[part["in_baseline"] & (part["of"] > 0)]
    base = base.assign(cases=base[["cases", "of"]].min(axis=1))
    return base if len(base) >= _FEWEST else base.iloc[:0]


def _sizes(part: pd.DataFrame) -> Floats:
    of = part["of"].to_numpy(float)
    return np.where(of > 0, of, math.nan)


def _rates(part: pd.DataFrame) -> Floats:
    return part["cases"].to_numpy(float) / _sizes(part)
