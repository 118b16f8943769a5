"""Who differs from the others by more than chance: against R, by hand, and where nobody does."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caringmon.analysis.comparison import (
    adjusted_p_values,
    between_rho,
    comparison,
    day_dispersion,
    others_p_values,
    shrunken_rates,
)


def table(*rows, segment="CT0") -> pd.DataFrame:
    """Return one row per entity: code, cases, of."""
    return pd.DataFrame(rows, columns=["entity", "cases", "of"]).assign(segment=segment)


def simulated(random, rates, rho: float, days: int = 18, per_day: int = 25) -> pd.DataFrame:
    """Return agents with those rates, whose rate of a day varies by rho around their own."""
    shape = (len(rates), days)
    of = random.poisson(per_day, shape)
    mean = np.broadcast_to(np.array(rates)[:, None], shape)
    daily = random.beta(mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho) if rho else mean
    codes = np.repeat([f"A{i:02}" for i in range(len(rates))], days)
    return pd.DataFrame({"segment": "CT0", "entity": codes, "date": np.tile(np.arange(days), len(rates)),
                         "cases": random.binomial(of, daily).ravel(), "of": of.ravel()})  # fmt: skip


def test_adjusted_p_values_are_those_of_r(shared_data: Path):
    of_r = pd.read_csv(shared_data.parent / "vectors" / "intervals" / "R_p_adjust_BH1995.csv")
    assert adjusted_p_values(of_r["p"]) == pytest.approx(of_r["BH"].to_numpy(), rel=1e-12)
    shuffled = of_r.sample(frac=1, random_state=4)
    assert adjusted_p_values(shuffled["p"]) == pytest.approx(shuffled["BH"].to_numpy(), rel=1e-12)
    assert adjusted_p_values([]).tolist() == []


def test_each_is_compared_with_the_others_by_fishers_exact_test():
    # Fisher's tea: 3 of 4 against 1 of 4, p = 34/70 (Agresti, Categorical Data Analysis, 3.5).
    assert others_p_values([3, 1], [4, 4]) == pytest.approx([34 / 70] * 2)


def test_overdispersed_days_make_a_difference_less_certain():
    plain, spread = others_p_values([20, 60], [100, 200]), others_p_values([20, 60], [100, 200], factor=2.0)
    assert (spread > plain).all()
    # One agent alone, and rates without any spread, have nobody to differ from.
    assert others_p_values([5], [9], factor=2.0).tolist() == [1]
    assert others_p_values([0, 0], [9, 9], factor=2.0).tolist() == [1, 1]


def test_small_agents_are_drawn_to_the_mean_of_all():
    # rho of the fit to {1/10 × 5, 9/10 × 5}; posterior mean (x + α) / (n + α + β) lies between own rate and 0.5.
    rates = shrunken_rates([10, 90] * 5 + [0, 1], [100, 100] * 5 + [2, 1])
    assert rates[0] == pytest.approx(0.1, abs=0.02)
    assert 0.1 < rates[10] < 0.5 < rates[11] < 0.9
    # Nothing beyond chance: everybody has the pooled rate.
    assert shrunken_rates([5, 5, 4, 6], [10] * 4).tolist() == pytest.approx([0.5] * 4)


def test_a_few_outliers_do_not_widen_the_funnel_for_all():
    random = np.random.default_rng(8)
    cases, of = random.binomial(400, 0.25, 38), np.full(38, 400)
    with_outliers = between_rho([*cases, 20, 30], [*of, 400, 400])
    assert with_outliers < 0.01
    # The plain moment estimate takes them in: their z-scores are about -9 and -8.
    assert with_outliers < between_rho([*cases, *[20, 30] * 10], [*of, *[400] * 20])


def test_rho_between_entities_worked_by_hand():
    # Rates 0.4 and 0.6 of 100, four each (fewer than 9: nothing pulled in): z = ∓2, phi 4, tau² = (32 - 7) / (7 · 400).
    assert between_rho([40, 60] * 4, [100] * 8) == pytest.approx(25 / 2800 / 0.25)
    assert between_rho([50] * 8, [100] * 8) == 0
    assert between_rho([], []) == between_rho([0, 0], [5, 5]) == 0


def test_dispersion_worked_by_hand():
    # Two agents, two days, all of 10: cases 8 2 / 2 8, every expectation 5: X² = 4 · 9/2.5, one degree of freedom.
    days = pd.DataFrame({"entity": list("AABB"), "date": [1, 2, 1, 2], "cases": [8, 2, 2, 8], "of": [10] * 4})
    assert day_dispersion(days) == pytest.approx(14.4)


def test_what_a_day_does_to_everybody_is_no_dispersion():
    days = pd.DataFrame({"entity": list("AABB"), "date": [1, 2, 1, 2], "cases": [8, 2, 8, 2], "of": [10] * 4})
    assert day_dispersion(days) == 1
    assert day_dispersion(days.drop(columns="date")) == 1
    assert day_dispersion(days[:0]) == 1


def test_below_twenty_cases_nobody_is_tested_or_ordered():
    found = comparison(table(("A1", 0, 19), ("A2", 10, 20), ("A3", 5, 200))).set_index("entity")
    assert found["standing"].to_dict() == {"A1": "too_few", "A2": "higher", "A3": "lower"}
    assert found.loc["A1", ["rank", "p_value", "adjusted_p_value"]].isna().all()
    assert found.loc[["A2", "A3"], "rank"].tolist() == [1, 2]
    # A1 still belongs to the others.
    assert found.loc["A2", "others_rate"] == pytest.approx(5 / 219)


def test_a_funnel_without_overdispersion_is_exactly_binomial():
    # Binomial(20, 0.5): P(≤ 5) = 0.0207, P(≤ 6) = 0.0577; P(≤ 3) = 0.00129, P(≤ 2) = 0.0002.
    found = comparison(table(*((f"A{i}", 10, 20) for i in range(6))))
    assert set(found["funnel"]) == {"binomial"}
    assert found.loc[0, ["lower_95", "upper_95"]].tolist() == [6 / 20, 14 / 20]
    assert found.loc[0, ["lower_998", "upper_998"]].tolist() == [3 / 20, 17 / 20]
    assert set(found["rank"]) == {1}


def test_segments_are_compared_apart_and_rows_stand_in_order_of_codes():
    both = pd.concat([table(("B", 30, 100), ("A", 30, 100)), table(("A", 3, 100), ("B", 3, 100), segment="PRANPC")])
    found = comparison(both)
    assert found[["segment", "entity"]].to_numpy().tolist() == [
        ["CT0", "A"],
        ["CT0", "B"],
        ["PRANPC", "A"],
        ["PRANPC", "B"],
    ]
    assert set(found["standing"]) == {"usual"}
    assert found["centre_rate"].tolist() == pytest.approx([0.3, 0.3, 0.03, 0.03])


def test_an_agent_alone_nobody_and_an_agent_without_cases_break_nothing():
    alone = comparison(table(("A", 30, 100)))
    assert (alone["standing"].tolist(), alone["p_value"].tolist()) == (["usual"], [1])
    assert math.isnan(alone["others_rate"].iloc[0])
    assert comparison(table()).empty
    idle = comparison(table(("A", 0, 0), ("B", 30, 100), ("C", 31, 100))).set_index("entity")
    assert idle.loc["A", "standing"] == "too_few"
    assert idle.loc["A", ["rate", "low", "lower_95"]].isna().all()


def test_more_agrees_than_contacts_are_told_and_count_as_all_in_the_tests():
    found = comparison(table(("A", 25, 24), ("B", 12, 24))).set_index("entity")
    assert found.loc["A", "rate"] == pytest.approx(25 / 24)
    assert found.loc["A", ["low", "high"]].tolist() == pytest.approx([0.862, 1], abs=1e-3)


@pytest.mark.parametrize("rho", [0.0, 0.03])
def test_where_agents_do_not_differ_hardly_ever_is_one_flagged(rho):
    """The small twin of bench/accuracy/charts.py: one of twenty data sets, within three Monte-Carlo errors."""
    random, runs = np.random.default_rng(7), 40
    flagged = [set(comparison(simulated(random, [0.25] * 12, rho))["standing"]) != {"usual"} for _ in range(runs)]
    assert np.mean(flagged) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


def test_planted_agents_are_found_although_days_vary():
    random = np.random.default_rng(9)
    found = comparison(simulated(random, [0.12, 0.12, *[0.25] * 28], rho=0.01)).set_index("entity")
    assert found.loc[["A00", "A01"], "standing"].tolist() == ["lower", "lower"]
    assert found["rank"].nlargest(2).index.tolist() in (["A00", "A01"], ["A01", "A00"])
