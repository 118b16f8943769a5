"""Controlled rounding: whole numbers for a table whose rows and columns must add up as they are printed."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caringmon.analysis.contributions import Numbers

_EXACT = 1e-9  # what is this near to a whole number is one
Node = tuple[Hashable, ...]


def whole_table(values: Numbers, groups: Sequence[Sequence[Hashable]] = ()) -> Numbers:
    """Return whole numbers for a table (rows, columns), each value rounded down or up.

    The sum of every row and column is its real sum rounded down or up, and the sum of all is the real one rounded to
    the nearest, halves away from zero; so each is within 1 of what it stands for. The same holds of the table of every
    level of `groups`: the group of each row, from the highest level down, one within the other.
    Source: Cox (1987, JASA 82:520); such a table always exists, as an integral flow from columns to rows.
    """
    network = _Network()
    lineages = [tuple(level[row] for level in groups) for row in range(len(values))]
    for lineage, rows in _by_prefix(lineages):
        for column in range(values.shape[1]):
            network.add(_column(lineage[:-1], column) if lineage else _EDGE, _column(lineage, column),
                        math.fsum(values[rows, column]))  # fmt: skip
        total = math.fsum(values[rows].ravel())
        if lineage:
            network.add(_total(lineage), _total(lineage[:-1]), total)
        else:
            network.add(_total(()), _EDGE, math.copysign(math.floor(abs(total) + 0.5), total))
    for row, lineage in enumerate(lineages):
        network.add(_row(row), _total(lineage), math.fsum(values[row]))
        for column in range(values.shape[1]):
            network.add(_column(lineage, column), _row(row), float(values[row, column]))
    network.balance()
    return np.array([[network.number(_column(lineage, column), _row(row)) for column in range(values.shape[1])]
                     for row, lineage in enumerate(lineages)], dtype=int).reshape(values.shape)  # fmt: skip


_EDGE: Node = ("edge",)


def _column(lineage: Node, column: int) -> Node:
    return ("column", column, *lineage)


def _total(lineage: Node) -> Node:
    return ("total", *lineage)


def _row(row: int) -> Node:
    return ("row", row)


def _by_prefix(lineages: Sequence[Node]) -> list[tuple[Node, list[int]]]:
    """Return every group, by the groups above it and itself, with its rows; all rows are the first."""
    found: dict[Node, list[int]] = {(): []}
    for row, lineage in enumerate(lineages):
        for depth in range(len(lineage) + 1):
            found.setdefault(lineage[:depth], []).append(row)
    return list(found.items())


@dataclass
class _Arc:
    """A number on its way from a node to another: rounded down (`up` 0) or up (1); fixed when it is whole."""

    start: Node
    end: Node
    down: int
    is_fixed: bool
    up: int


class _Network:
    """Columns that split into groups and rows, which are gathered into totals: all that flows in must flow out."""

    def __init__(self) -> None:
        self.arcs: dict[tuple[Node, Node], _Arc] = {}

    def add(self, start: Node, end: Node, value: float) -> None:
        """Add a number, rounded to the nearest for a start."""
        nearest = round(value)
        is_whole = abs(value - nearest) <= _EXACT
        down = nearest if is_whole else math.floor(value)
        up = int(not is_whole and value - down >= 0.5)
        self.arcs[start, end] = _Arc(start, end, down, is_whole, up)

    def number(self, start: Node, end: Node) -> int:
        """Return a number as it is rounded now."""
        arc = self.arcs[start, end]
        return arc.down + arc.up

    def balance(self) -> None:
        """Round few numbers the other way, until what flows into every node flows out of it."""
        excess: dict[Node, int] = {}
        ways: dict[Node, list[_Arc]] = {}
        for arc in self.arcs.values():
            for node, sign in ((arc.end, 1), (arc.start, -1)):
                excess[node] = excess.get(node, 0) + sign * (arc.down + arc.up)
                if not arc.is_fixed:
                    ways.setdefault(node, []).append(arc)
        for node, surplus in list(excess.items()):
            for _ in range(surplus):
                end = _push(node, excess, ways)
                excess[node] -= 1
                excess[end] += 1


def _push(start: Node, excess: Mapping[Node, int], ways: Mapping[Node, list[_Arc]]) -> Node:
    """Move one unit along a shortest way to a node that lacks one; return that node."""
    came: dict[Node, _Arc | None] = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if excess[node] < 0:
            _turn_back(node, came)
            return node
        for arc, there in _open_ways(node, ways.get(node, [])):
            if there not in came:
                came[there] = arc
                waiting.append(there)
    raise ArithmeticError("a table of real numbers can always be rounded")


def _open_ways(node: Node, arcs: Sequence[_Arc]) -> Iterator[tuple[_Arc, Node]]:
    for arc in arcs:
        if arc.start == node and not arc.up:
            yield arc, arc.end
        elif arc.end == node and arc.up:
            yield arc, arc.start


def _turn_back(node: Node, came: Mapping[Node, _Arc | None]) -> None:
    """Round the numbers on the way from the start to the node the other way."""
    while (arc := came[node]) is not None:
        node = arc.end if arc.start == node else arc.start
        arc.up = 1 - arc.up
