"""Intervals of shares: Wilson by default; Wilson with continuity correction, Clopper-Pearson, Jeffreys."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bounds = tuple[Floats, Floats]
Interval = Callable[[npt.ArrayLike, npt.ArrayLike, float], Bounds]


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution, to full precision."""
    return NormalDist().inv_cdf(probability)


def wilson_intervals(cases: npt.ArrayLike, of: npt.ArrayLike, coverage: float) -> Bounds:
    """Return the Wilson score bounds of each share, as shares 0-1; of none: NaN. Neither count need be whole.

    Source: Wilson (1927), JASA 22:209-212, without continuity correction.
    """
    x, n = _counts(cases, of)
    z = normal_quantile((1 + coverage) / 2)
    middle = (x + z * z / 2) / (n + z * z)
    half = z * np.sqrt(x * (1 - x / n) + z * z / 4) / (n + z * z)
    return _at_the_ends(x, n, middle - half, middle + half)


def corrected_wilson_intervals(cases: npt.ArrayLike, of: npt.ArrayLike, coverage: float) -> Bounds:
    """Return the Wilson score bounds with continuity correction, as shares 0-1; of none: NaN.

    Source: Newcombe (1998), Statistics in Medicine 17:857-872, method 4. R's `prop.test` corrects less where the share
    lies within half a case of 0.5.
    """
    x, n = _counts(cases, of)
    z = normal_quantile((1 + coverage) / 2)
    lower = 2 * x + z * z - 1 - z * np.sqrt(np.maximum(z * z - 2 - 1 / n + 4 * x * (1 - x / n + 1 / n), 0))
    upper = 2 * x + z * z + 1 + z * np.sqrt(np.maximum(z * z + 2 - 1 / n + 4 * x * (1 - x / n - 1 / n), 0))
    return _at_the_ends(x, n, lower / (2 * (n + z * z)), upper / (2 * (n + z * z)))


def clopper_pearson_intervals(cases: npt.ArrayLike, of: npt.ArrayLike, coverage: float) -> Bounds:
    """Return the exact bounds of each share, as shares 0-1: never below the coverage, often above; of none: NaN.

    Source: Clopper and Pearson (1934), Biometrika 26:404-413, as quantiles of beta distributions.
    """
    from scipy.special import betaincinv

    x, n = _counts(cases, of)
    tail = (1 - coverage) / 2
    lower = betaincinv(np.maximum(x, 0.5), n - x + 1, tail)
    upper = betaincinv(x + 1, np.maximum(n - x, 0.5), 1 - tail)
    return _at_the_ends(x, n, lower, upper)


def jeffreys_intervals(cases: npt.ArrayLike, of: npt.ArrayLike, coverage: float) -> Bounds:
    """Return the equal-tailed bounds of the Beta(cases + 1/2, others + 1/2) posterior, as shares 0-1; of none: NaN.

    Source: Brown, Cai and DasGupta (2001), Statistical Science 16:101-133, here without their change at 0 and 1.
    """
    from scipy.special import betaincinv

    x, n = _counts(cases, of)
    tail = (1 - coverage) / 2
    return betaincinv(x + 0.5, n - x + 0.5, tail), betaincinv(x + 0.5, n - x + 0.5, 1 - tail)


def wilson_interval(cases: float, of: float, coverage: float) -> tuple[float, float]:
    """Return the Wilson score interval of one share, as shares 0-1; of none: NaN, NaN."""
    lower, upper = wilson_intervals(cases, of, coverage)
    return float(lower), float(upper)


def _counts(cases: npt.ArrayLike, of: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return both as arrays of one shape, with NaN in place of a count of none."""
    x, n = np.broadcast_arrays(np.asarray(cases, float), np.asarray(of, float))
    return x, np.where(n > 0, n, math.nan)


def _at_the_ends(x: Floats, n: Floats, lower: Floats, upper: Floats) -> Bounds:
    """Return the bounds, 0 below a share of 0 and 1 above a share of 1: exactly, where arithmetic misses by a hair."""
    return np.where(x == 0, np.where(n > 0, 0.0, math.nan), lower), np.where(x == n, 1.0, upper)
