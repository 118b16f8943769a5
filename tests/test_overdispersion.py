"""Fits, distributions and between-unit variance against R (VGAM, MASS, FunnelPlotR) and by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.analysis.overdispersion import (
    beta_binomial_fit,
    beta_binomial_limits,
    beta_binomial_pmf,
    beta_binomial_skewness,
    between_variance,
    dispersion,
    moment_rho,
    negative_binomial_fit,
    negative_binomial_pmf,
    quantile,
    winsorised,
)

Z95, Z998 = 1.959964, 3.090232  # the constants of FunnelPlotR


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    return shared_data.parent / "vectors"


def test_the_beta_binomial_fit_is_that_of_vgam(vectors):
    rats = pd.read_csv(vectors / "overdisp" / "lirat_input.csv")
    expected = json.loads((vectors / "overdisp" / "vgam_betabinomial_lirat.json").read_text(encoding="utf-8"))
    assert beta_binomial_fit(rats["R"], rats["N"]) == pytest.approx((expected["mu"], expected["rho"]), abs=1e-4)


def test_the_negative_binomial_fit_and_its_quantiles_are_those_of_mass(vectors):
    days = pd.read_csv(vectors / "overdisp" / "quine_days_input.csv")["Days"]
    expected = json.loads((vectors / "overdisp" / "glmnb_quine_intercept.json").read_text(encoding="utf-8"))
    mean, theta = negative_binomial_fit(days)
    assert (mean, theta) == pytest.approx((expected["mu"], expected["theta"]), rel=1e-3)
    pmf = negative_binomial_pmf(2000, mean, 1 + mean / theta)[0]
    assert [quantile(pmf, p) for p in (0.05, 0.1, 0.5, 0.9, 0.95)] == expected["q05_q10_q50_q90_q95"]


def test_beta_binomial_quantiles_are_those_of_r(vectors):
    for row in pd.read_csv(vectors / "projection" / "R_betabinom_quantiles.csv").itertuples():
        pmf = beta_binomial_pmf(row.n, row.mu, row.rho)[0]
        assert [quantile(pmf, p) for p in (0.025, 0.1, 0.5, 0.9, 0.975)] == [
            row.q025,
            row.q10,
            row.q50,
            row.q90,
            row.q975,
        ]
        counts = np.arange(row.n + 1)
        assert pmf @ counts == pytest.approx(row.mean, rel=1e-10)
        assert pmf @ (counts - row.mean) ** 2 == pytest.approx(row.var, rel=1e-10)


def test_negative_binomial_quantiles_are_those_of_r(vectors):
    for row in pd.read_csv(vectors / "projection" / "R_nbinom_quantiles.csv").itertuples():
        pmf = negative_binomial_pmf(40_000, row.mu, 1 + row.mu / row.size)[0]
        assert [quantile(pmf, p) for p in (0.025, 0.1, 0.5, 0.9, 0.975)] == [
            row.q025,
            row.q10,
            row.q50,
            row.q90,
            row.q975,
        ]


def test_dispersion_between_variance_and_limits_are_those_of_funnelplotr(vectors):
    units = pd.read_csv(vectors / "funnel" / "test6_SR_SHMI_units.csv")
    # Six units: nothing is pulled in, and by chance alone the mean square is 1.
    z, by_chance = winsorised(units["Uzscore"])
    assert (z.tolist(), by_chance) == (units["Wuzscore"].tolist(), 1.0)
    tau2 = between_variance(dispersion(z), units["s"])
    assert (dispersion(z), tau2) == pytest.approx((2.94803317510236, 0.01947753057802157), rel=1e-10)
    reach = np.sqrt(units["s"] ** 2 + tau2)
    for column, score in (("odul95", Z95), ("odll95", -Z95), ("odul998", Z998), ("odll998", -Z998)):
        assert np.exp(score * reach).to_numpy() == pytest.approx(units[column].to_numpy(), rel=1e-10)


@pytest.mark.parametrize(("mu", "expected"), [(0.0, [1, 0, 0, 0]), (1.0, [0, 0, 0, 1])])
def test_what_never_or_always_happens_is_certain(mu, expected):
    assert beta_binomial_pmf(3, mu, [0.0, 0.2]).tolist() == [expected, expected]
    limit = expected.index(1)
    assert [limits.tolist() for limits in beta_binomial_limits([3], mu, 0.2, 0.025)] == [[limit], [limit]]


def test_without_overdispersion_the_beta_binomial_is_the_binomial():
    expected = [math.comb(6, k) * 0.3**k * 0.7 ** (6 - k) for k in range(7)]
    assert beta_binomial_pmf(6, 0.3, 0.0)[0] == pytest.approx(expected)
    # alpha = beta = 1 (rho = 1/3) is the uniform distribution.
    assert beta_binomial_pmf(4, 0.5, 1 / 3)[0] == pytest.approx([0.2] * 5)


def test_without_overdispersion_the_negative_binomial_is_poissons():
    expected = [math.exp(-2) * 2**k / math.factorial(k) for k in range(8)]
    assert negative_binomial_pmf(60, 2.0, [1.0, 0.5])[:, :8] == pytest.approx(np.array([expected, expected]))


def test_groups_that_vary_less_than_chance_have_no_rho():
    assert beta_binomial_fit([5] * 20, [10] * 20) == (0.5, 0.0)
    assert moment_rho([5] * 20, [10] * 20) == 0
    assert negative_binomial_fit([4] * 20) == (4.0, math.inf)


@pytest.mark.parametrize(("cases", "of", "mu"), [([], [], math.nan), ([3], [10], 0.3), ([0, 0], [5, 5], 0.0),
                                                 ([5, 5], [5, 5], 1.0), ([0, 2], [0, 4], 0.5)])  # fmt: skip
def test_too_little_to_tell_overdispersion_gives_none(cases, of, mu):
    assert beta_binomial_fit(cases, of) == pytest.approx((mu, 0.0), nan_ok=True)
    assert moment_rho(cases, of) == 0


def test_rho_by_moments_worked_by_hand():
    # 0 and 10 of 10: X² = 2 · 25 / 2.5 = 20, less one degree of freedom 19; leverage 1/2: 19 / (2 · 1/2 · 9), cut.
    assert moment_rho([0, 10], [10, 10]) == 0.999
    # 2, 5, 8 of 10: X² = 18 / 2.5 = 7.2; leverage 2/3: (7.2 - 2) / (3 · 2/3 · 9).
    assert moment_rho([2, 5, 8], [10, 10, 10]) == pytest.approx(5.2 / 18)


def test_limits_hold_the_tail_on_each_side():
    # Binomial(4, 0.5): 1, 4, 6, 4, 1 sixteenths. A tail of 1/10 lets 1 to 3 be; of 1/20 all.
    low, high = beta_binomial_limits([4, 0, math.nan], 0.5, 0.0, 0.1)
    assert (low[0], high[0]) == (1, 3)
    assert np.isnan([low[1:], high[1:]]).all()
    assert [bound[0] for bound in beta_binomial_limits([4], 0.5, 0.0, 0.05)] == [0, 4]


def test_the_outer_units_are_pulled_in_and_chance_is_told_for_them():
    # Nineteen units in groups of 10 %: rank r lies in group ⌊r/2⌋, so one unit on each side is pulled in.
    z = [-9.0, *np.linspace(-1, 1, 17), 7.0]
    pulled, by_chance = winsorised(z)
    assert (pulled.min(), pulled.max()) == (-1, 1)
    random = np.random.default_rng(3)
    squares = [dispersion(winsorised(random.normal(size=19))[0]) for _ in range(4000)]
    assert np.mean(squares) == pytest.approx(by_chance, abs=0.02)


@pytest.mark.parametrize(("trials", "mu", "rho"), [(6, 0.3, 0.0), (10, 0.1, 0.05), (40, 0.8, 0.3)])
def test_the_skewness_is_that_of_the_probabilities(trials, mu, rho):
    pmf, away = beta_binomial_pmf(trials, mu, rho)[0], np.arange(trials + 1) - trials * mu
    assert beta_binomial_skewness(trials, mu, rho) == pytest.approx((pmf @ away**3) / (pmf @ away**2) ** 1.5)


@given(st.integers(1, 60), st.floats(0.01, 0.99), st.floats(0, 0.9))
def test_probabilities_sum_to_one_and_have_the_mean(trials, mu, rho):
    pmf = beta_binomial_pmf(trials, mu, rho)[0]
    assert pmf.sum() == pytest.approx(1)
    assert pmf @ np.arange(trials + 1) == pytest.approx(trials * mu)
