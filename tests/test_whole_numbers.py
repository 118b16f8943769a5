"""Controlled rounding of tables of parts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caringmon.analysis.whole_numbers import whole_table


def test_rounded_parts_add_up_to_the_rounded_totals_both_ways():
    # Rounded one by one the rows would give 3 + 3 and the columns 2 + 2 + 2, while the total is 5.
    values = np.array([[0.8, 0.8, 0.8], [0.9, 0.8, 0.8]])
    table = whole_table(values)
    assert table.sum() == 5
    assert sorted(table.sum(axis=1)) == [2, 3]
    assert sorted(table.sum(axis=0)) == [1, 2, 2]


def test_what_adds_up_when_rounded_one_by_one_stays():
    assert whole_table(np.array([[-2.3093, 0, -8.7328], [-16.2913, -2.7214, -8.8945]])).tolist() == [
        [-2, 0, -9], [-16, -3, -9]
    ]  # fmt: skip


@pytest.mark.parametrize(("total", "shown"), [(0.5, 1), (-0.5, -1), (2.5, 3), (-45.1226, -45)])
def test_the_total_is_rounded_as_it_is_printed(total, shown):
    assert whole_table(np.array([[total / 4] * 4])).sum() == shown


_NUMBER = st.one_of(st.floats(-40, 40), st.sampled_from([0.0, 0.5, -1.5, 3.0]))
_TABLES = st.tuples(st.integers(1, 7), st.integers(1, 8)).flatmap(
    lambda shape: st.lists(
        st.lists(_NUMBER, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@given(_TABLES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_every_number_row_and_column_is_within_one_of_what_it_stands_for(rows):
    values = np.array(rows)
    table = whole_table(values)
    assert (np.abs(table - values) < 1).all()
    for axis in (0, 1):
        real = [math.fsum(line) for line in (values.T if axis == 0 else values)]
        assert (np.abs(table.sum(axis=axis) - real) < 1).all()
    assert abs(table.sum() - math.fsum(values.ravel())) <= 0.5 + 1e-9
