"""Counts that vary more than chance alone would let them: beta-binomial, negative binomial, between-unit variance.

`rho` is the correlation of two cases of one group: the variance of a beta-binomial count of n trials is
n·mu·(1 − mu)·(1 + (n − 1)·rho). 0 is the binomial.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from caringmon.analysis.intervals import Floats, normal_quantile

_LEAST_LOG_ODDS, _MOST_RHO = -16.0, 0.999  # 1e-7: less is the binomial


def beta_binomial_fit(cases: npt.ArrayLike, of: npt.ArrayLike) -> tuple[float, float]:
    """Return the maximum likelihood estimates (mu, rho) of groups with `cases` of `of` each; 0 <= rho < 1.

    Groups of none say nothing. No group, or none of all or all of all: rho 0. Source: Griffiths (1973), Biometrics
    29:637-648; the likelihood is maximised in logit(mu) and log(rho / (1 - rho)), and compared with the binomial's.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    x, n = (np.asarray(each, float)[np.asarray(of, float) > 0] for each in (cases, of))
    pooled = float(x.sum() / n.sum()) if n.sum() else math.nan
    if not 0 < pooled < 1 or len(x) < 2:
        return pooled, 0.0

    def loss(point: Floats) -> float:
        mu, rho = expit(point)
        a, b = mu * (1 - rho) / rho, (1 - mu) * (1 - rho) / rho
        return float(betaln(a, b) * len(x) - betaln(x + a, n - x + b).sum())

    # Simplex: no linear algebra library, whose threads could decide a last digit.
    start = min(max(moment_rho(x, n), 1e-4), 0.9)
    found = minimize(loss, logit([pooled, start]), method="Nelder-Mead", bounds=[(-25, 25), (_LEAST_LOG_ODDS, 7)],
                     options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000})  # fmt: skip
    binomial = -float((x * math.log(pooled) + (n - x) * math.log1p(-pooled)).sum())
    if binomial <= found.fun + 1e-9:
        return pooled, 0.0
    mu, rho = expit(found.x)
    return float(mu), float(rho)


def negative_binomial_fit(counts: npt.ArrayLike) -> tuple[float, float]:
    """Return the maximum likelihood estimates (mean, theta) of counts; variance = mean + mean² / theta.

    Counts that vary no more than Poisson's: theta is infinite. Source: as R's `MASS::glm.nb` with an intercept alone.
    """
    from scipy.optimize import brentq
    from scipy.special import digamma

    y = np.asarray(counts, float)
    mean = float(y.mean()) if len(y) else math.nan
    if len(y) < 2 or y.var() <= mean:
        return mean, math.inf

    def score(log_theta: float) -> float:
        theta = math.exp(log_theta)
        return float((digamma(y + theta) - digamma(theta) - math.log1p(mean / theta)).mean())

    # Where the variance exceeds the mean the score changes its sign exactly once (Levin and Reeds 1977).
    return mean, math.exp(brentq(score, -12.0, 16.0, xtol=1e-12)) if score(16.0) < 0 else math.inf


def moment_rho(cases: npt.ArrayLike, of: npt.ArrayLike) -> float:
    """Return the moment estimate of rho from Pearson's statistic with its degrees of freedom; never below 0.

    Source: Williams (1982), Applied Statistics 31:144-148, first step, solved for rho.
    """
    x, n = (np.asarray(each, float)[np.asarray(of, float) > 0] for each in (cases, of))
    pooled = x.sum() / n.sum() if n.sum() else 0.0
    if not 0 < pooled < 1 or len(x) < 2:
        return 0.0
    excess = float(((x - n * pooled) ** 2 / (n * pooled * (1 - pooled))).sum()) - (len(x) - 1)
    leverage = 1 - n / n.sum()
    return min(max(excess / float((leverage * (n - 1)).sum()), 0.0), _MOST_RHO) if n.max() > 1 else 0.0


def beta_binomial_skewness(trials: float, mu: float, rho: float) -> float:
    """Return the skewness of a beta-binomial count; of none of all or all of all: 0.

    Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions, 6.2.2, in mu and rho.
    """
    variance = trials * mu * (1 - mu) * (1 + (trials - 1) * rho)
    return (1 - 2 * mu) * (1 + (2 * trials - 1) * rho) / (1 + rho) / math.sqrt(variance) if variance > 0 else 0.0


def beta_binomial_pmf(trials: int, mu: float, rho: npt.ArrayLike) -> Floats:
    """Return the probabilities of 0, 1, …, `trials` cases: a row per rho, a column per count. rho 0: the binomial."""
    if mu == 1:  # the ratio to an impossible count is infinite
        return np.tile(np.eye(trials + 1)[-1], (np.size(rho), 1))
    k = np.arange(trials, dtype=float)
    r = np.clip(np.atleast_1d(np.asarray(rho, float)), 0, _MOST_RHO)[:, None]
    up = (trials - k) * (k * r + mu * (1 - r))
    down = (k + 1) * ((trials - k - 1) * r + (1 - mu) * (1 - r))
    return _from_ratios(up, down)


def negative_binomial_pmf(most: int, mean: float, ratio: npt.ArrayLike) -> Floats:
    """Return the probabilities of 0, 1, …, `most` events, scaled to sum 1: a row per ratio of variance to mean.

    A ratio of 1 or less is Poisson's distribution.
    """
    k = np.arange(most, dtype=float)
    excess = np.maximum(np.atleast_1d(np.asarray(ratio, float)), 1)[:, None] - 1
    return _from_ratios(k * excess + mean, (k + 1) * (1 + excess))


def quantile(pmf: Floats, probability: float) -> int:
    """Return the smallest count whose cumulative probability reaches `probability`, as R's quantile functions do."""
    # A sum that misses the probability by rounding alone has reached it.
    return int(np.searchsorted(np.cumsum(pmf), probability * (1 - 1e-12)).clip(0, len(pmf) - 1))


def beta_binomial_limits(trials: npt.ArrayLike, mu: float, rho: float, tail: float) -> tuple[Floats, Floats]:
    """Return, per number of trials, the least and the most cases that are no rarer than `tail` on their side.

    A count below the first or above the second has less than `tail` probability beyond it. No trials: NaN.
    """
    counts = np.asarray(trials, float)
    known = sorted({int(n) for n in counts if n > 0})
    of = {n: _limits(beta_binomial_pmf(n, mu, rho)[0], tail) for n in known}
    pairs = np.array([of.get(int(n) if n > 0 else 0, (math.nan, math.nan)) for n in counts], float).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def winsorised(z_scores: npt.ArrayLike, share: float = 0.1) -> tuple[Floats, float]:
    """Return z-scores with the outer `share` of each side pulled in, and what their mean square would be by chance.

    Pulled in are the ranks r with ⌊r / (share·(k + 1))⌋ the first or the last group, so fewer than 9 units of 10 %
    keep theirs. The second value is below 1 as soon as something is pulled in, and 1 otherwise.
    Source: Spiegelhalter et al. (2012), JRSS A 175:1-47, section 4; groups as in the SHMI funnel of NHS Digital.
    """
    z = np.sort(np.asarray(z_scores, float))
    ranks = np.arange(1, len(z) + 1)
    cut = int((np.floor(ranks / (share * (len(z) + 1)) + 1e-9) == 0).sum())
    if not cut:
        return np.asarray(z_scores, float), 1.0
    outside = cut / len(z)
    bound = normal_quantile(1 - outside)
    density = math.exp(-bound * bound / 2) / math.sqrt(2 * math.pi)
    by_chance = 1 - 2 * outside - 2 * bound * density + 2 * outside * bound * bound
    return np.clip(np.asarray(z_scores, float), z[cut], z[-cut - 1]), by_chance


def dispersion(z_scores: npt.ArrayLike) -> float:
    """Return phi, the mean square of the z-scores; of none: NaN.

    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202.
    """
    z = np.asarray(z_scores, float)
    return float((z * z).mean()) if len(z) else math.nan


def between_variance(phi: float, standard_errors: npt.ArrayLike) -> float:
    """Return tau², the variance of the units' true values beyond chance, from phi; never below 0.

    Source: DerSimonian and Laird (1986), Controlled Clinical Trials 7:177-188, method of moments.
    """
    weights = 1 / np.asarray(standard_errors, float) ** 2
    if len(weights) < 2:
        return 0.0
    units = len(weights)
    return max(0.0, (units * phi - (units - 1)) / float(weights.sum() - (weights**2).sum() / weights.sum()))


def _limits(pmf: Floats, tail: float) -> tuple[int, int]:
    return quantile(pmf, tail), quantile(pmf, 1 - tail)


def _from_ratios(up: Floats, down: Floats) -> Floats:
    """Return rows of probabilities from the ratios of each to the one before it."""
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(up) - np.log(down), axis=1)
    logs = np.concatenate([np.zeros((len(logs), 1)), logs], axis=1)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), float)
