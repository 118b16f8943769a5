"""Drawn days: every draw adds up, few days say so, drivers are named only where chance does not explain them."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from caringmon.analysis.contributions import cell_parts
from caringmon.analysis.day_blocks import Side, planned_side
from caringmon.analysis.gap_parts import Aims, Sides, gap_parts
from caringmon.analysis.uncertainty import Resolution, SmallSample, drawn_parts, intervals, named_drivers
from tests.conftest import REPOSITORY

FEW = Resolution(draws=200)


def side(days: int = 12, seed: int = 1, *, open_claims: int = 0, **more: object) -> Side:
    """Return two agents' counts over days that differ, a fifth of the list never called."""
    random = np.random.default_rng(seed)
    worked = random.integers(30, 50, (days, 2))
    steps = [worked]
    for rate in (0.5, 0.8, 0.4, 0.9):
        steps.append(random.binomial(steps[-1], rate))
    blocks = np.stack([worked, *steps, np.full_like(worked, open_claims), np.zeros_like(worked)], axis=-1)
    fixed = np.zeros((2, 8))
    fixed[:, 0] = worked.sum(axis=0) / 4
    judged = int(blocks[..., 4].sum()), int(blocks[..., 5].sum())
    return Side(fixed, blocks.astype(float), judged=judged, **more)


def sides(actual: Side, reference: Side) -> Sides:
    return Sides(actual, reference, [("S", "T", "A1"), ("S", "T", "A2")], ("spv", "tl", "agent"))


SITE = np.ones((1, 2))


@pytest.mark.parametrize("more", [{}, {"has_lists": False}, {"slots": 12}, {"slots": 12, "has_lists": False}])
def test_the_parts_of_every_draw_sum_to_its_own_gap(more):
    actual, reference = side(**more, open_claims=2), side(seed=2, **more)
    parts, totals = drawn_parts(actual, reference, SITE, FEW, wider=1.1)
    again = [np.concatenate(list(one.drawn(random, FEW.draws, 10**4, 1.1)))
             for random in [np.random.default_rng(0)] for one in (actual, reference)]  # fmt: skip
    assert parts.shape == (200, 1, 7)
    assert np.allclose(parts.sum(axis=2)[:, 0], (again[0] - again[1])[..., 5].sum(axis=1))
    assert np.allclose(totals[:, 0], again[1][..., 5].sum(axis=1))
    assert totals.std() > 0


def test_a_plan_is_the_same_in_every_draw():
    planned = planned_side(side(seed=2).counts())
    _, totals = drawn_parts(side(), planned, SITE, FEW, wider=1.0)
    assert set(totals.ravel()) == {planned.counts()[:, 5].sum()}
    assert SmallSample.of((side(12), planned)) == SmallSample(days=12, freedom=11)


def test_two_sides_have_the_days_of_the_shorter_and_the_freedom_of_both():
    assert SmallSample.of((side(12), side(20))) == SmallSample(days=12, freedom=30)


def test_an_interval_is_widened_for_few_days():
    # n = 5: sqrt(5/4) = 1.11803, t(0.975; 8) = 2.30600, z = 1.95996.
    assert SmallSample(5, 8).widening(0.95) == pytest.approx(1.11803 * 2.30600 / 1.95996, rel=1e-5)
    draws = np.linspace(-1, 1, 2001)[:, None]
    low, high = intervals(np.array([0.0]), draws, SmallSample(5, 8), 0.95)
    assert (low[0], high[0]) == pytest.approx((-0.95 * 1.31543, 0.95 * 1.31543), rel=1e-4)


@pytest.mark.parametrize(("days", "notes"), [(1, {"one_day"}), (5, {"indicative"}), (12, {""})])
def test_few_days_are_said_and_one_day_has_no_interval(days, notes):
    found = gap_parts(sides(side(days), side(days, 2)), ("site", "tl", "agent"), Aims(), FEW)
    site = found.parts[found.parts["level"] == "site"]
    assert {note.split("; not_")[0].replace("not_distinguished", "") for note in site["note"]} == notes
    assert site["low"].isna().all() == (days == 1)
    assert found.parts.loc[found.parts["level"] == "agent", ["low", "high"]].isna().all().all()
    assert [guard.code for guard in found.guards] == (["FEW_DAYS"] if days < 10 else [])


def test_outstanding_verdicts_widen_the_share_that_counts_and_a_census_does_not():
    def width(open_claims: int) -> float:
        actual = side(open_claims=open_claims)
        site = gap_parts(sides(actual, side(seed=2)), ("site",), Aims(), FEW).parts.set_index("factor")
        return float(site.loc["valid_share", "high"] - site.loc["valid_share", "low"])

    assert width(0) < width(2) < width(5)


def test_the_seed_alone_decides_the_draws():
    def ends(seed: int) -> list[float]:
        both = sides(side(), side(seed=2))
        return gap_parts(both, ("site",), Aims(), Resolution(draws=50, seed=seed)).parts["low"].tolist()

    assert ends(0) == ends(0)
    assert ends(0) != ends(1)


def test_a_target_above_the_reference_is_a_part_of_its_own_at_every_level():
    both = sides(side(), side(seed=2))
    aims = Aims(700.0, ({}, {}, {"A1": 400.0}))
    found = gap_parts(both, ("site", "tl", "agent"), aims, FEW)
    assert found.gap == found.actual - 700
    sums = found.parts.groupby("level")["part"].sum()
    assert list(sums) == pytest.approx([found.gap] * 3, rel=1e-9)
    shown = found.parts.groupby("level")["shown"].sum()
    assert list(shown) == [round(found.gap)] * 3
    above = found.parts[found.parts["factor"] == "target_above_reference"].set_index("entity")["part"]
    totals = both.reference.counts()[:, 5]
    assert above["A1"] == pytest.approx(totals[0] - 400)
    assert above["A2"] == pytest.approx(totals[1] - 300)
    assert above["SITE"] == pytest.approx(totals.sum() - 700)


def test_by_day_the_sum_of_the_days_is_the_month():
    actual, reference = side(slots=12), side(seed=2, slots=12)
    parts = cell_parts(actual.counts(), reference.counts())
    by_day = parts.reshape(12, 2, 7).sum(axis=1)
    site = gap_parts(sides(actual, reference), ("site",), Aims(), FEW).parts["part"]
    assert by_day.sum(axis=0) == pytest.approx(site.to_numpy())


def test_a_side_with_fewer_days_has_none_there():
    longer, shorter = side(12, slots=12), side(10, seed=2, slots=12)
    assert shorter.counts().shape == longer.counts().shape
    assert not shorter.counts()[20:].any()


def test_a_part_that_chance_explains_is_no_driver_and_a_large_one_is():
    random = np.random.default_rng(3)
    draws = random.normal(0, [10, 10, 0.01, 1], (1000, 4))
    points = np.array([80.0, 20.0, 0.4, 0.0])
    assert named_drivers(points, draws + points, SmallSample(20, 38), 0.05).tolist() == [True, False, False, False]


def test_a_second_driver_is_judged_without_the_first():
    # Of 5 % promised 3.5 % are asked: the limit for both at once is 2.37 standard deviations, for one alone 2.11.
    draws = np.random.default_rng(4).normal(0, 1, (20_000, 2))
    large = SmallSample(10_000, 20_000)
    assert named_drivers(np.array([5.0, 2.25]), draws, large, 0.05).tolist() == [True, True]
    assert named_drivers(np.array([0.6, 2.25]), draws, large, 0.05).tolist() == [False, False]


@pytest.fixture(scope="module")
def world():
    sys.path.insert(0, str(REPOSITORY / "bench" / "accuracy"))
    import world

    yield world
    sys.path.remove(str(REPOSITORY / "bench" / "accuracy"))


def test_in_a_world_that_does_not_change_few_runs_name_a_driver_and_most_intervals_hold_zero(world):
    ordinary, random = world.ordinary_world(12, 3600, 20), np.random.default_rng(5)
    named, held = 0, []
    for seed in range(40):
        actual, reference = (world.month(ordinary, random)[0] for _ in range(2))
        found = gap_parts(world.sides(actual, reference, ordinary, "agent"), ("site", "tl"), Aims(),
                          Resolution(draws=200, seed=seed)).parts  # fmt: skip
        named += bool(found["is_driver"].any())
        held.append(((found["low"] <= 0) & (found["high"] >= 0)).mean())
    # 5 % of 40 runs are 2; 6 or more have a probability of 1 %.
    assert named <= 5
    assert 0.92 <= np.mean(held) <= 0.99


def test_a_team_that_loses_most_of_its_agrees_is_the_first_driver(world):
    ordinary, random = world.ordinary_world(12, 12_000, 20), np.random.default_rng(6)
    weaker = ordinary.changed(agree=np.where(ordinary.team == 2, ordinary.agree * 0.4, ordinary.agree))
    first = []
    for seed in range(10):
        actual, reference = world.month(weaker, random)[0], world.month(ordinary, random)[0]
        found = gap_parts(world.sides(actual, reference, ordinary, "agent"), ("site", "tl"), Aims(),
                          Resolution(draws=200, seed=seed))  # fmt: skip
        drivers = found.ranked_drivers("tl")
        first.append(() if drivers.empty else tuple(drivers.loc[0, ["entity", "factor"]]))
    assert first.count(("T2", "agree")) >= 9
