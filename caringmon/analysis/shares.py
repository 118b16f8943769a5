"""Shares of a total down a hierarchy: a target over TLs and agents, a planned list over those who hold it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Lineage = tuple[str, ...]
_SAME = 1e-9


def shared_down(
    total: float, paths: Sequence[Lineage], own: Sequence[Mapping[str, float]], weights: Sequence[Sequence[float]]
) -> tuple[list[float], bool]:
    """Return what each cell gets of the total, and whether what entities have of their own fits the level above.

    `paths`: the entities above each cell and itself, highest first; `own`: per place in the path, what an entity has
    of its own; a place where nobody has anything is passed over: it gets what those below it sum to. What is left goes
    to those without, in proportion to the first of `weights` (a number per cell) that is not all zero among them, else
    equally. Where nobody is without, or nothing is left, the own values are scaled to the level above: the sum of the
    cells is always the total.
    """
    shares = [0.0] * len(paths)
    told = [place for place, values in enumerate(own) if values]
    tree = _Tree([tuple(path[place] for place in told) for path in paths], [own[place] for place in told], weights)
    fits = _share(total, list(range(len(paths))), 0, tree, shares)
    return shares, fits


class _Tree:
    """The cells of the hierarchy and what they are weighed by."""

    def __init__(
        self, paths: Sequence[Lineage], own: Sequence[Mapping[str, float]], weights: Sequence[Sequence[float]]
    ) -> None:
        self.paths, self.own, self.weights = paths, own, [*weights, [1.0] * len(paths)]

    def spread(self, amount: float, groups: Sequence[Sequence[int]]) -> list[float]:
        """Return the amount over groups of cells, by the first weights that tell anything about them."""
        for weights in self.weights:
            each = [math.fsum(weights[cell] for cell in group) for group in groups]
            whole = math.fsum(each)
            if whole > 0:
                return [amount * one / whole for one in each]
        return [0.0 for _ in groups]

    def children(self, cells: Sequence[int], place: int) -> dict[str, list[int]]:
        """Return the cells below each entity at that place of the path, in the order of the entities."""
        below: dict[str, list[int]] = {}
        for cell in cells:
            below.setdefault(self.paths[cell][place], []).append(cell)
        return dict(sorted(below.items()))

    def own_value(self, entity: str, cells: Sequence[int], place: int) -> float | None:
        """Return what the entity has of its own here; one that stands in several places has a part in each."""
        if entity not in self.own[place]:
            return None
        elsewhere = [cell for cell, path in enumerate(self.paths) if path[place] == entity and cell not in set(cells)]
        return self.spread(self.own[place][entity], [list(cells), elsewhere])[0] if elsewhere else (
            self.own[place][entity]
        )  # fmt: skip


def _share(total: float, cells: list[int], place: int, tree: _Tree, shares: list[float]) -> bool:
    if place == len(tree.own):
        for cell, share in zip(cells, tree.spread(total, [[cell] for cell in cells]), strict=True):
            shares[cell] = share
        return True
    below = tree.children(cells, place)
    values = {entity: tree.own_value(entity, group, place) for entity, group in below.items()}
    known = {entity: value for entity, value in values.items() if value is not None}
    without = [entity for entity in below if entity not in known]
    left = total - math.fsum(known.values())
    fits = abs(left) <= _SAME * max(1.0, abs(total)) or (bool(without) and left > 0)
    if without and left > 0:
        known |= dict(zip(without, tree.spread(left, [below[entity] for entity in without]), strict=True))
    elif not fits:
        known = _scaled(total, known, below, tree)
    for entity, group in below.items():
        fits &= _share(known.get(entity, 0.0), group, place + 1, tree, shares)
    return fits


def _scaled(total: float, known: Mapping[str, float], below: Mapping[str, list[int]], tree: _Tree) -> dict[str, float]:
    whole = math.fsum(known.values())
    if whole:
        return {entity: total * value / whole for entity, value in known.items()}
    return dict(zip(below, tree.spread(total, list(below.values())), strict=True))
