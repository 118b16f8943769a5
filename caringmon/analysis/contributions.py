"""Exact parts of a gap: what each factor of the funnel contributed to the change of a count (7-methods, 7.1; K48).

A cell holds the counts of its units, `STEPS` of them, each a part of the one before. Its last count is the product

    assigned × mix × penetration × contact × rpc × agree × valid_share,

assigned = the units of all cells, mix = the cell's share of them. The change of a product is split by the symmetric
decomposition of Das Gupta (1993, Census P23-186), which equals the Shapley value over the factors; parts of cells are
added up, never recomputed. Nothing here takes a logarithm or a relative change, so zeros are normal numbers.

The functions know no number type: arrays of `fractions.Fraction` give exact parts, floats give them to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from caringmon.model.gap import FACTORS

Numbers = npt.NDArray[Any]


def product_parts(reference: Sequence[Numbers], actual: Sequence[Numbers]) -> list[Numbers]:
    """Return what each factor contributed to Π actual − Π reference, in the order of the factors.

    Arrays of one factor may have any shapes that broadcast. The parts sum to the change of the product; a factor that
    did not change contributes nothing. One factor: its change.
    Source: Das Gupta (1993). The average over all orders of replacement is the integral of ∂Π along the straight line
    from reference to actual, a polynomial of degree K − 1, which a quadrature of that degree integrates exactly.
    """
    changes = [now - then for then, now in zip(reference, actual, strict=True)]
    is_exact = any(change.dtype == object for change in changes)
    sums: list[Any] = []
    for node, weight in _exact_nodes(len(changes)) if is_exact else _float_nodes(len(changes)):
        between = [_along(then, change, node) for then, change in zip(reference, changes, strict=True)]
        others = _products_of_others(between, weight)
        sums = [_added(sum_, other) for sum_, other in zip(sums, others, strict=True)] if sums else others
    return [change * sum_ for change, sum_ in zip(changes, sums, strict=True)]


def factor_values(actual: Numbers, reference: Numbers) -> tuple[list[Numbers], list[Numbers]]:
    """Return the values of `FACTORS` of each cell on both sides, from counts of shape (…, cells, steps).

    `assigned` has the shape (…, 1). What the counts of a side do not tell (a share of no units, a rate of no cases) is
    borrowed from the other side, so that it contributes nothing; known to neither side: zero.
    """
    now, then = _told(actual), _told(reference)
    both = [_rates(*here, *there) for here, there in zip(now[1:], then[1:], strict=True)]
    return [now[0][0], *(mine for mine, _ in both)], [then[0][0], *(theirs for _, theirs in both)]


def cell_parts(actual: Numbers, reference: Numbers) -> Numbers:
    """Return the parts of each cell, shape (…, cells, factors), from the counts of both sides (…, cells, steps).

    A cell that one side does not have holds zeros there: its whole contribution is `assigned` and `mix`.
    """
    now, then = factor_values(actual, reference)
    return np.moveaxis(np.stack(np.broadcast_arrays(*product_parts(then, now))), 0, -1)


def nested(parts: Numbers, groups: Sequence[Hashable]) -> dict[Hashable, list[Any]]:
    """Return the parts of each group of cells (a group per row of `parts`), groups in the order of their names.

    Sums of floats are correctly rounded, so that the order of the cells does not matter.
    """
    add = sum if parts.dtype == object else math.fsum
    rows: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    return {
        group: [add(parts[rows[group], factor].tolist()) for factor in range(parts.shape[1])]
        for group in sorted(rows, key=repr)
    }


def counterfactual(actual: Numbers, reference: Numbers, replaced: Mapping[int, Collection[str]]) -> Any:
    """Return the total that there would have been with some factors of some cells as in the reference.

    `replaced`: per number of a cell the factors to replace, jointly: what two replacements bring together is not the
    sum of what each brings alone. `assigned` is replaced for all cells or none; it is when the first cell names it.
    """
    now, then = factor_values(actual, reference)
    total = 0
    for cell in range(actual.shape[-2]):
        product: Any = 1
        for factor, mine, theirs in zip(FACTORS, now, then, strict=True):
            source = theirs if factor in replaced.get(cell, ()) else mine
            product = product * (source[0] if factor == "assigned" else source[cell])
        total = total + product
    return total


def _told(counts: Numbers) -> list[tuple[Numbers, Numbers]]:
    """Return numerator and denominator of each factor; those of `assigned` are the units and one."""
    units = counts[..., 0]
    everything = units.sum(axis=-1, keepdims=True)
    steps = [(counts[..., step + 1], counts[..., step]) for step in range(counts.shape[-1] - 1)]
    return [(everything, np.ones_like(everything)), (units, everything), *steps]


def _rates(above: Numbers, below: Numbers, above_there: Numbers, below_there: Numbers) -> tuple[Numbers, Numbers]:
    is_told, is_told_there = below != 0, below_there != 0
    # Each count is a part of the one before: of no cases it is none, and 0 ÷ 1 stays 0 of its number type.
    mine, theirs = above / (below + ~is_told), above_there / (below_there + ~is_told_there)
    return np.where(is_told, mine, theirs), np.where(is_told_there, theirs, mine)


def _along(then: Numbers, change: Numbers, node: Any) -> Any:
    """Return the value at a place of the line from reference to actual."""
    value = node * change
    value += then
    return value


def _added(sum_: Any, more: Any) -> Any:
    sum_ += more
    return sum_


def _products_of_others(values: Sequence[Numbers], weight: Any) -> list[Numbers]:
    """Return, for each value, the weighted product of all others, without a division."""
    ahead: list[Any] = [weight]
    for value in values[:-1]:
        ahead.append(ahead[-1] * value)
    products: list[Numbers] = [ahead[-1]]
    behind: Any = values[-1]
    for value, before in zip(values[-2::-1], ahead[-2::-1], strict=True):
        products.append(before * behind)
        behind = behind * value
    return products[::-1]


@cache
def _float_nodes(factors: int) -> list[tuple[Any, Any]]:
    """Return Gauss–Legendre nodes and weights on [0, 1], exact for the degree of the product of the others."""
    nodes, weights = np.polynomial.legendre.leggauss(math.ceil(factors / 2))
    return [(float((1 + node) / 2), float(weight / 2)) for node, weight in zip(nodes, weights, strict=True)]


@cache
def _exact_nodes(factors: int) -> list[tuple[Any, Any]]:
    """Return as many equidistant nodes as there are factors, with rational weights: exact for that degree."""
    nodes = [Fraction(place, max(1, factors - 1)) for place in range(factors)]
    return [(node, _integral_of_basis(node, [other for other in nodes if other != node])) for node in nodes]


def _integral_of_basis(node: Fraction, others: Sequence[Fraction]) -> Fraction:
    """Return the integral over [0, 1] of the polynomial that is 1 at the node and 0 at the others (Lagrange)."""
    coefficients = [Fraction(1)]
    for other in others:
        shifted, kept = [Fraction(0), *coefficients], [*coefficients, Fraction(0)]
        coefficients = [(higher - other * lower) / (node - other) for higher, lower in zip(shifted, kept, strict=True)]
    return sum((value / (power + 1) for power, value in enumerate(coefficients)), Fraction(0))
