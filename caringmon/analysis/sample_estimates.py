"""Estimates from a stratified sample without replacement, and what they leave open: the valid rate of tapped claims."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caringmon.analysis.intervals import Floats, Interval, wilson_intervals

_FEWEST = 2


@dataclass(frozen=True)
class Estimate:
    """A mean (per unit) or a total, with its standard error in the same unit."""

    value: float
    standard_error: float


@dataclass(frozen=True)
class SampledShare:
    """The share 0-1 of a population found in a sample: its standard error, bounds, and how much was looked at."""

    share: float
    standard_error: float
    low: float
    high: float
    sampled: int
    population: int

    @property
    def is_census(self) -> bool:
        """Tell whether everything was looked at, so that nothing is left to chance."""
        return self.sampled == self.population


def stratified_mean(strata: pd.DataFrame) -> Estimate:
    """Return the mean per unit of the population; without a sample NaN.

    `strata`: a row per stratum with `population`, `sampled`, `total` and `squares` (sums of the sampled values and of
    their squares), and `weight`, the units that one sampled unit stands for, where it is not population ÷ sampled.
    The variance has the finite-population correction 1 - sampled ÷ population; a census has the standard error 0. One
    unit of several tells no variance: NaN. Source: Cochran (1977), Sampling Techniques, 5.3; as R's `survey::svymean`.
    """
    units = float((_weights(strata) * strata["sampled"]).sum())
    total = stratified_total(strata)
    return Estimate(total.value / units, total.standard_error / units) if units else Estimate(math.nan, math.nan)


def stratified_total(strata: pd.DataFrame) -> Estimate:
    """Return the total of the population, from strata as in `stratified_mean`. As R's `survey::svytotal`."""
    n, population = (strata[name].to_numpy(float) for name in ("sampled", "population"))
    weights = _weights(strata)
    spread = strata["squares"] - np.divide(strata["total"] ** 2, n, out=np.zeros(len(n)), where=n > 0)
    within = np.divide(spread, n - 1, out=np.full(len(n), math.nan), where=n > 1)
    variance = np.where(n == population, 0.0, weights**2 * n * within * (1 - n / population))
    return Estimate(float((weights * strata["total"]).sum()), math.sqrt(max(0.0, float(variance.sum()))))


def sampled_share(strata: pd.DataFrame, coverage: float, intervals: Interval = wilson_intervals) -> SampledShare:
    """Return the share of a population of claims of which a sample per stratum was tapped; nothing tapped: NaN.

    `strata`: a row per stratum (agent × segment) with `population`, `sampled`, `cases`. Strata with fewer than two
    taps, which tell no variance, are put together first, with the stratum of fewest taps if that is not enough.
    Bounds: of a simple sample with the same standard error (Korn and Graubard 1998, Survey Methodology 24:193-201);
    where the sample does not vary, of one as large, corrected for the finite population. A census: the share itself.
    """
    sampled, population = int(strata["sampled"].sum()), int(strata["population"].sum())
    if not sampled:
        return SampledShare(math.nan, math.nan, math.nan, math.nan, sampled, population)
    joined = _joined(strata)
    found = stratified_mean(joined.assign(total=joined["cases"], squares=joined["cases"]))
    if sampled == population:
        return SampledShare(found.value, 0.0, found.value, found.value, sampled, population)
    size = sampled * (population - 1) / (population - sampled)
    error = found.standard_error
    if error > 0:
        size = found.value * (1 - found.value) / error**2
    low, high = intervals(found.value * size, size, coverage)
    return SampledShare(found.value, error, float(low), float(high), sampled, population)


def _weights(strata: pd.DataFrame) -> Floats:
    if "weight" in strata:
        return strata["weight"].to_numpy(float)
    n = strata["sampled"].to_numpy(float)
    return np.asarray(np.divide(strata["population"], n, out=np.zeros(len(n)), where=n > 0), float)


def _joined(strata: pd.DataFrame) -> pd.DataFrame:
    """Return the strata with those joined that tell no variance of their own."""
    names = ["population", "sampled", "cases"]
    ordered = strata[names].sort_values(["sampled", *names], ignore_index=True)
    thin = (ordered["sampled"] < _FEWEST) & (ordered["sampled"] < ordered["population"])
    if not thin.any():
        return ordered
    others = ordered[~thin]
    short = ordered.loc[thin, "sampled"].sum() < _FEWEST
    taken = others.iloc[: int(short)]
    together = pd.concat([ordered[thin], taken])[names].sum().to_frame().T
    return pd.concat([together, others.iloc[int(short) :]], ignore_index=True)
