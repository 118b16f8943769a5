"""Totals shared down a hierarchy."""

from __future__ import annotations

import pytest

from caringmon.analysis.shares import shared_down

PATHS = [("S1", "T1", "A1"), ("S1", "T1", "A2"), ("S1", "T2", "A3"), ("S2", "T3", "A4")]
NOBODY: dict[str, float] = {}


def shared(total, own, weights, paths=PATHS):
    return shared_down(total, paths, own, [weights])


def test_without_own_targets_the_total_follows_the_reference():
    assert shared(100, [NOBODY] * 3, [10, 20, 30, 40]) == ([10, 20, 30, 40], True)


def test_own_targets_win_and_those_without_share_what_is_left():
    # T1 has 60, shared 1 : 2; the 40 left go to T2 and T3 as 30 : 10.
    assert shared(100, [NOBODY, {"T1": 60}, NOBODY], [1, 2, 30, 10]) == ([20, 40, 30, 10], True)


def test_a_level_without_own_targets_is_what_those_below_it_sum_to():
    shares, fits = shared(100, [NOBODY, {"T1": 50, "T2": 30, "T3": 20}, NOBODY], [1, 1, 9, 9])
    assert (shares, fits) == ([25, 25, 30, 20], True)


@pytest.mark.parametrize("own", [{"T1": 60, "T2": 60, "T3": 30}, {"T1": 40, "T2": 40, "T3": 20.5}])
def test_targets_that_do_not_add_up_are_scaled_and_said(own):
    shares, fits = shared(100, [NOBODY, own, NOBODY], [1, 1, 1, 1])
    assert not fits
    assert sum(shares) == pytest.approx(100)
    assert shares[2] == pytest.approx(100 * own["T2"] / sum(own.values()))


def test_nothing_left_is_nothing_for_those_without():
    assert shared(100, [NOBODY, {"T1": 70, "T2": 30}, NOBODY], [1, 1, 1, 1]) == ([35, 35, 30, 0], True)


def test_an_entity_in_two_places_has_a_part_in_each():
    paths = [("S1", "T1", "A1"), ("S1", "T2", "A1"), ("S1", "T2", "A2")]
    shares, fits = shared(40, [NOBODY, NOBODY, {"A1": 30}], [10, 20, 5], paths)
    assert (shares, fits) == ([10, 20, 10], True)


def test_weights_that_tell_nothing_make_way_for_the_next():
    assert shared_down(90, PATHS, [NOBODY] * 3, [[0] * 4, [1, 1, 1, 0]]) == ([30, 30, 30, 0], True)
    assert shared_down(80, PATHS, [NOBODY] * 3, [[0] * 4]) == ([20] * 4, True)
