"""Counts of funnel cells in exact arithmetic, and trees of them for property tests."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st


def funnel(units: str, *rates: str) -> tuple[Fraction, ...]:
    """Return the counts of a cell: its units, and what each rate in turn leaves of them."""
    return tuple(itertools.accumulate((Fraction(part) for part in (units, *rates)), lambda left, rate: left * rate))


def exact_counts(cells) -> np.ndarray:
    """Return cells as an array of fractions, a row each."""
    return np.array([list(cell) for cell in cells], dtype=object)


@st.composite
def _cell(draw):
    if draw(st.integers(0, 5)) == 0:
        return [Fraction(0)] * 6
    steps = [draw(st.integers(0, 40))]
    for _ in range(4):
        steps.append(draw(st.integers(0, steps[-1])))
    # An agree rate above one, as over two months.
    steps[4] *= draw(st.sampled_from([1, 1, 1, 2]))
    return [Fraction(step) for step in [*steps, draw(st.integers(0, steps[-1]))]]


@st.composite
def generated_sides(draw):
    """Return the counts of both sides and the team of each cell; zeros, empty cells and sides included."""
    cells = draw(st.integers(2, 6))
    sides = [exact_counts([draw(_cell()) for _ in range(cells)]) for _ in range(2)]
    return *sides, [f"TL{draw(st.integers(1, 3))}" for _ in range(cells)]


def permuted_parts(then: Sequence[Fraction], now: Sequence[Fraction]) -> list[Fraction]:
    """Return the parts by definition: replace the factors in every order and take the mean of what each changed."""
    parts = [Fraction(0)] * len(then)
    for order in itertools.permutations(range(len(then))):
        current = list(then)
        for factor in order:
            before = math.prod(current)
            current[factor] = now[factor]
            parts[factor] += math.prod(current) - before
    return [part / math.factorial(len(then)) for part in parts]
