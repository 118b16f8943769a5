"""Fair comparison of agents and teams: who differs from the others by more than chance (7-methods, 7.3)."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.analysis.intervals import Floats, wilson_intervals
from caringmon.analysis.overdispersion import (
    beta_binomial_fit,
    beta_binomial_limits,
    beta_binomial_pmf,
    between_variance,
    dispersion,
    winsorised,
)
from caringmon.model.kpi import MIN_N

FALSE_DISCOVERY_RATE = 0.05
# Two-sided funnels of 95 % and 99.8 %, as in league tables of the NHS.
FUNNELS = {"95": 0.025, "998": 0.001}
_KEY = ["segment", "entity"]

Counts = npt.NDArray[np.int64]


class Standing(StrEnum):
    """What may be said of one agent or team beside the others of the segment."""

    HIGHER = "higher"
    LOWER = "lower"
    USUAL = "usual"  # cannot be told from the others
    TOO_FEW = "too_few"  # fewer cases than min_n: not named, not coloured, not ordered


def comparison(
    days: pd.DataFrame, *, min_n: int = MIN_N, rate: float = FALSE_DISCOVERY_RATE, coverage: float = 0.95
) -> pd.DataFrame:
    """Return one row per segment and entity, ordered by segment and entity: rates, intervals, funnel and standing.

    `days`: `segment`, `entity`, `cases`, `of`, one row per entity and day (`date`); with one row per entity day-to-day
    variation is unknown and taken for binomial. Columns besides `cases` and `of`:
    `rate`, `low`, `high` (Wilson, shares 0-1), `shrunken_rate` (empirical Bayes) and `rank` by it (1 = highest, equal
    rates share one), `others_rate`, `p_value`, `adjusted_p_value` (Benjamini-Hochberg over the segment), `standing`;
    `centre_rate`, `lower_95`, `upper_95`, `lower_998`, `upper_998` (the funnel at this size), `funnel` (its method),
    `rho` (between entities) and `dispersion` (within entities, day to day) of the segment.
    Fewer cases than `min_n`: `rank`, `p_value`, `adjusted_p_value` are NaN.
    """
    parts = [_compared(segment, min_n, rate, coverage) for _, segment in days.groupby("segment", sort=True)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_KEY)


def day_dispersion(days: pd.DataFrame) -> float:
    """Return by which factor counts of an entity on a day vary more than binomially; at least 1, without days 1.

    Pearson's statistic over its degrees of freedom, against each entity's own rate moved by the rate of the day: what
    a day does to everybody says nothing about anybody. Source: McCullagh and Nelder (1989), 4.5.
    """
    known = days[days["of"] > 0]
    if "date" not in known or known.empty:
        return 1.0
    pooled = known["cases"].sum() / known["of"].sum()
    sums = [known.groupby(by)[["cases", "of"]].transform("sum") for by in ("entity", "date")]
    freedom = len(known) - known["entity"].nunique() - known["date"].nunique() + 1
    if freedom < 1 or not 0 < pooled < 1:
        return 1.0
    expected = known["of"] / pooled * np.prod([each["cases"] / each["of"] for each in sums], axis=0)
    expected = expected.clip(upper=known["of"])
    variance = expected * (1 - expected / known["of"])
    excess = (known["cases"] - expected)[variance > 0] ** 2 / variance[variance > 0]
    return max(1.0, float(excess.sum()) / freedom)


def between_rho(cases: npt.ArrayLike, of: npt.ArrayLike) -> float:
    """Return rho between entities from winsorised z-scores: what a few outliers do to it is held off; at least 0.

    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, additive variance, as a share of mu·(1 - mu).
    """
    x, n = np.asarray(cases, float), np.asarray(of, float)
    mu = x.sum() / n.sum() if n.sum() else 0.0
    if not 0 < mu < 1:
        return 0.0
    errors = np.sqrt(mu * (1 - mu) / n)
    z, by_chance = winsorised((x / n - mu) / errors)
    return between_variance(dispersion(z) / by_chance, errors) / (mu * (1 - mu))


def shrunken_rates(cases: npt.ArrayLike, of: npt.ArrayLike) -> Floats:
    """Return each entity's posterior mean rate, the spread of the entities' true rates being fitted from all of them.

    Small entities are drawn to the mean of all, large ones hardly. No spread beyond chance: everybody has the pooled
    rate. Source: beta-binomial empirical Bayes, Casella (1985), American Statistician 39:83-87.
    """
    x, n = np.asarray(cases, float), np.asarray(of, float)
    mu, rho = beta_binomial_fit(x, n)
    return np.asarray((x * rho + mu * (1 - rho)) / (n * rho + 1 - rho), float)


def others_p_values(cases: npt.ArrayLike, of: npt.ArrayLike, factor: float = 1.0) -> Floats:
    """Return the two-sided p-value of each entity's count against the rate of all others.

    Binomial days (`factor` 1): Fisher's exact test. Else twice the smaller tail of a beta-binomial whose variance is
    the binomial's times `factor`, and times 1 + own ÷ others' cases, since the others' rate is an estimate as well.
    Nobody else, or none or all of everybody: 1.
    """
    from scipy.stats import fisher_exact

    x, n = np.asarray(cases, int), np.asarray(of, int)
    other_x, other_n = x.sum() - x, n.sum() - n
    if factor <= 1:
        tables = zip(x, n - x, other_x, other_n - other_x, strict=True)
        return np.array([float(fisher_exact([[a, b], [c, d]]).pvalue) for a, b, c, d in tables])
    found = np.ones(len(x))
    for i in np.flatnonzero((n > 1) & (other_x > 0) & (other_x < other_n)):
        inflated = factor * (1 + n[i] / other_n[i])
        pmf = beta_binomial_pmf(int(n[i]), other_x[i] / other_n[i], max(0.0, (inflated - 1) / (n[i] - 1)))[0]
        found[i] = min(1.0, 2 * min(pmf[: x[i] + 1].sum(), pmf[x[i] :].sum()))
    return found


def adjusted_p_values(p_values: npt.ArrayLike) -> Floats:
    """Return Benjamini-Hochberg p-values: calling those of at most 5 % different makes at most 5 % false calls.

    Source: Benjamini and Hochberg (1995), JRSS B 57:289-300.
    """
    p = np.asarray(p_values, float)
    order = np.argsort(-p)
    steps = p[order] * len(p) / np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1) if len(p) else steps
    return adjusted


def _compared(days: pd.DataFrame, min_n: int, rate: float, coverage: float) -> pd.DataFrame:
    totals = days.groupby(_KEY, as_index=False)[["cases", "of"]].sum().sort_values("entity", ignore_index=True)
    of = totals["of"].to_numpy(int)
    # A service with two claims is one contact: no more cases than contacts enter the statistics.
    cases = np.minimum(totals["cases"].to_numpy(int), of)
    enough = of >= min_n
    factor = day_dispersion(days.assign(cases=np.minimum(days["cases"], days["of"])))
    p_values = np.where(enough, others_p_values(cases, of, factor), math.nan)
    adjusted = np.full(len(of), math.nan)
    adjusted[enough] = adjusted_p_values(p_values[enough])
    own, others = _share(cases, of), _share(cases.sum() - cases, of.sum() - of)
    differs = np.where(own > others, Standing.HIGHER, Standing.LOWER)
    standing = np.where(adjusted <= rate, differs, np.where(enough, Standing.USUAL, Standing.TOO_FEW))
    low, high = wilson_intervals(cases, of, coverage)
    shrunken = pd.Series(shrunken_rates(cases, of))
    told = totals.assign(
        rate=_share(totals["cases"].to_numpy(float), of), low=low, high=high, shrunken_rate=shrunken,
        rank=shrunken.round(12).where(enough).rank(ascending=False, method="min"), others_rate=others,
        p_value=p_values, adjusted_p_value=adjusted, standing=standing, dispersion=factor,
    )  # fmt: skip
    return told.join(_funnel(cases, of, between_rho(cases[enough], of[enough])))


def _funnel(cases: Counts, of: Counts, rho: float) -> pd.DataFrame:
    """Return the funnel at each size: exact binomial, or beta-binomial where entities vary by more than chance."""
    centre = float(_share(cases.sum(), of.sum()))
    limits = pd.DataFrame({"centre_rate": centre, "rho": rho}, index=range(len(of)))
    limits["funnel"] = "beta_binomial" if rho else "binomial"
    for name, tail in FUNNELS.items():
        lower, upper = beta_binomial_limits(of, centre, rho, tail)
        limits[f"lower_{name}"], limits[f"upper_{name}"] = _share(lower, of), _share(upper, of)
    return limits


def _share(cases: npt.ArrayLike, of: npt.ArrayLike) -> Floats:
    n = np.asarray(of, float)
    return np.asarray(cases, float) / np.where(n > 0, n, math.nan)
