"""Exact parts of a gap: published examples, the procedure's worked numbers, and properties in exact arithmetic."""

from __future__ import annotations

import csv
import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caringmon.analysis.contributions import cell_parts, counterfactual, nested, product_parts
from caringmon.model.gap import FACTORS
from tests.conftest import SHARED
from tests.funnels import exact_counts, funnel, generated_sides, permuted_parts

_NUMBER = st.fractions(-3, 3, max_denominator=12)
VECTORS = SHARED / "vectors" / "dasgupta"


def read(name):
    if not VECTORS.is_dir():
        pytest.skip(f"no reference numbers at {VECTORS}; set CARINGMON_SHARED")
    with (VECTORS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# Example, how its rate is made of the columns: each a term, a sum of terms over rows; `-` in front subtracts.
EXAMPLES = {
    "eg2.1": (["avg_earnings", "earner_prop"],),
    "eg2.3": (["birth_preg", "preg_actw", "actw_prop", "w_prop"],),
    "eg3.1": (["crude_birth"], ["-crude_death"]),
    "eg4.3": (["bm", "mw", "wp"],),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_published_effects_are_found_to_ten_digits(example):
    inputs = read(f"{example}_input.csv")
    expected = [row for row in read("expected_effects.csv") if row["example"] == example]
    found = {}
    for term in EXAMPLES[example]:
        names = [name.lstrip("-") for name in term]
        signs = [-1 if name.startswith("-") else 1 for name in term]
        sides = [
            [sign * np.array([float(row[name]) for row in inputs if row["pop"] == expected[0][population]])
             for name, sign in zip(names, signs, strict=True)]
            for population in ("pop1", "pop2")
        ]  # fmt: skip
        found |= {name: part.sum() for name, part in zip(names, product_parts(*sides), strict=True)}
    assert found == pytest.approx({row["factor"]: float(row["effect"]) for row in expected}, rel=1e-10)
    assert sum(found.values()) == pytest.approx(float(expected[0]["crude_diff"]), rel=1e-10)


def test_the_procedures_worked_cell_has_its_parts():
    plan = funnel("1000", "0.95", "0.45", "0.85", "0.40", "0.95")
    actual = funnel("980", "0.88", "0.39", "0.83", "0.37", "0.90")
    parts = cell_parts(exact_counts([actual]), exact_counts([plan]))[0]
    assert [round(float(part), 4) for part in parts] == [
        -2.3093, 0, -8.7328, -16.2913, -2.7214, -8.8945, -6.1733
    ]  # fmt: skip
    assert sum(parts) == actual[-1] - plan[-1]
    assert (round(float(plan[-1]), 4), round(float(actual[-1]), 4)) == (138.0825, 92.9599)


def test_units_that_move_to_the_weaker_of_two_cells_are_mix_and_nothing_else():
    plan = [funnel("600", "0.9", "1", "1", "0.5", "1"), funnel("400", "0.9", "1", "1", "0.3", "1")]
    actual = [funnel("300", "0.9", "1", "1", "0.5", "1"), funnel("700", "0.9", "1", "1", "0.3", "1")]
    site = nested(cell_parts(exact_counts(actual), exact_counts(plan)), ["site", "site"])["site"]
    assert dict(zip(FACTORS, site, strict=True)) == dict.fromkeys(FACTORS, 0) | {"mix": -54}


def test_a_cell_of_one_side_is_volume_and_mix_and_never_a_rate():
    plan = [funnel("600", "0.9", "0.5", "0.8", "0.5", "1"), funnel("0", "0", "0", "0", "0", "0")]
    actual = [funnel("600", "0.9", "0.5", "0.8", "0.5", "1"), funnel("200", "0.1", "0.9", "0.2", "0.4", "0.5")]
    parts = cell_parts(exact_counts(actual), exact_counts(plan))
    assert parts[1, 0] + parts[1, 1] == actual[1][-1]
    assert list(parts[1, 2:]) == [0] * 5
    assert list(parts[0, 2:]) == [0] * 5


@pytest.mark.parametrize("empty", ["actual", "reference", "both"])
def test_a_side_without_units_makes_the_whole_gap_volume(empty):
    nothing, something = [funnel("0", "0", "0", "0", "0", "0")], [funnel("100", "0.5", "0.5", "0.5", "0.5", "0.5")]
    actual = nothing if empty != "reference" else something
    reference = nothing if empty != "actual" else something
    parts = cell_parts(exact_counts(actual), exact_counts(reference))[0]
    assert list(parts) == [actual[0][-1] - reference[0][-1], *[0] * 6]


def test_nobody_reached_is_a_contact_part_and_the_rates_after_it_say_nothing():
    plan = [funnel("100", "0.5", "0.4", "0.5", "0.5", "1")]
    actual = [(Fraction(100), Fraction(50), *[Fraction(0)] * 4)]
    parts = dict(zip(FACTORS, cell_parts(exact_counts(actual), exact_counts(plan))[0], strict=True))
    assert parts == dict.fromkeys(FACTORS, 0) | {"contact": -plan[0][-1]}


@given(generated_sides())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_parts_are_exact_nested_free_of_order_and_turn_with_the_sides(sides):
    actual, reference, teams = sides
    parts = cell_parts(actual, reference)
    site = nested(parts, ["site"] * len(teams))["site"]
    assert sum(site) == actual[:, -1].sum() - reference[:, -1].sum()
    of_teams = nested(parts, teams)
    assert [sum(team[place] for team in of_teams.values()) for place in range(len(FACTORS))] == site
    assert (cell_parts(reference, actual) == -parts).all()
    assert (cell_parts(actual[::-1], reference[::-1])[::-1] == parts).all()


@given(st.lists(st.tuples(_NUMBER, _NUMBER), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_parts_are_the_averages_over_all_orders_of_replacement(factors):
    then, now = ([np.array([side], dtype=object) for side in sides] for sides in zip(*factors, strict=True))
    assert [part[0] for part in product_parts(then, now)] == permuted_parts(*zip(*factors, strict=True))


@given(generated_sides())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_two_cells_that_are_alike_may_as_well_be_one(sides):
    actual, reference, _ = sides
    twice = [np.concatenate([side[:1], side]) for side in (actual, reference)]
    merged = [np.concatenate([2 * side[:1], side[1:]]) for side in (actual, reference)]
    apart, together = cell_parts(*twice), cell_parts(*merged)
    assert (apart[0] + apart[1] == together[0]).all()
    assert (apart[2:] == together[1:]).all()


@given(generated_sides())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_mix_is_nothing_where_all_cells_of_both_sides_have_the_same_rates(sides):
    alike = [
        exact_counts([funnel(str(units + 1), *rates) for units in side[:, 0]])
        for side, rates in zip(
            sides[:2], (["1/2", "2/3", "3/4", "4/5", "5/6"], ["2/3", "3/4", "1/6", "0", "1"]), strict=True
        )
    ]
    site = nested(cell_parts(*alike), ["site"] * len(alike[0]))["site"]
    assert site[FACTORS.index("mix")] == 0


@given(generated_sides())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_floats_agree_with_exact_arithmetic(sides):
    actual, reference, _ = sides
    exact = cell_parts(actual, reference).astype(float)
    assert np.allclose(cell_parts(actual.astype(float), reference.astype(float)), exact, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("factors", range(1, 9))
def test_any_number_of_factors_sums_to_the_change(factors):
    then = [np.array([Fraction(place + 2, 7)], dtype=object) for place in range(factors)]
    now = [np.array([Fraction(5 - place, 3)], dtype=object) for place in range(factors)]
    parts = product_parts(then, now)
    assert sum(parts)[0] == np.prod(now) - np.prod(then)
    in_floats = product_parts([one.astype(float) for one in then], [one.astype(float) for one in now])
    assert np.array(in_floats).ravel() == pytest.approx(np.array(parts).astype(float).ravel(), rel=1e-12)


def test_factors_may_stand_in_any_order():
    then, now = ([np.array([Fraction(n, 5)], dtype=object) for n in side] for side in ((2, 3, 1, 4), (5, 1, 0, 2)))
    straight = product_parts(then, now)
    for order in itertools.permutations(range(4)):
        turned = product_parts([then[place] for place in order], [now[place] for place in order])
        assert [turned[order.index(place)][0] for place in range(4)] == [part[0] for part in straight]


def test_what_two_factors_could_bring_back_is_counted_jointly():
    plan = exact_counts([funnel("1000", "1", "0.5", "1", "0.4", "1")])
    actual = exact_counts([funnel("1000", "1", "0.4", "1", "0.3", "1")])
    of = [counterfactual(actual, plan, {0: factors}) for factors in (["contact"], ["agree"], ["contact", "agree"], [])]
    assert of == [150, 160, 200, 120]
