"""The parts of a gap from the counts of both sides: exact at every level, with intervals and drivers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from caringmon.analysis.contributions import ABOVE, FACTORS, Numbers, cell_parts, nested
from caringmon.analysis.day_blocks import Lineage, Side
from caringmon.analysis.shares import shared_down
from caringmon.analysis.targets import SITE
from caringmon.analysis.uncertainty import (
    FEWEST_DAYS,
    Resolution,
    SmallSample,
    drawn_parts,
    intervals,
    named_drivers,
)

GAP_COLUMNS = ("level", "entity", "factor", "part", "low", "high", "is_driver", "note")
ONE_DAY_ONLY, INDICATIVE, NOT_DISTINGUISHED = "one_day", "indicative", "not_distinguished"
_NO_INTERVAL = "agent"


@dataclass(frozen=True)
class Sides:
    """Both sides over the same entities: `paths` (highest first) under the names of their places, `places`."""

    actual: Side
    reference: Side
    paths: Sequence[Lineage]
    places: Sequence[str]

    def entities(self, level: str) -> list[str]:
        """Return the entity of that level to which each path belongs."""
        if level == "site":
            return [SITE] * len(self.paths)
        return [path[self.places.index(level)] for path in self.paths]

    def by_entity(self, cells: Numbers) -> Numbers:
        """Return numbers per cell (cells, …) added up over the days of each entity."""
        by_day: Numbers = cells.reshape(max(1, self.actual.slots), len(self.paths), *cells.shape[1:])
        total: Numbers = by_day.sum(axis=0)
        return total


@dataclass(frozen=True)
class Aims:
    """The target of the site for the window, NaN where there is none; and those of entities, per place of a path."""

    site: float = math.nan
    own: Sequence[Mapping[str, float]] = field(default_factory=tuple)


@dataclass(frozen=True)
class GapParts:
    """The totals of the site, the parts (`GAP_COLUMNS`), whether the targets of the levels fit, and the days drawn."""

    actual: float
    reference: float
    target: float
    parts: pd.DataFrame
    fits: bool
    days: int

    @property
    def gap(self) -> float:
        """Actual − target, or actual − reference where there is no target."""
        return self.actual - (self.reference if math.isnan(self.target) else self.target)

    def of_site(self) -> list[float]:
        """Return the parts of the site in the order of the factors."""
        return list(self.parts.loc[self.parts["level"] == "site", "part"])


def gap_parts(sides: Sides, levels: Sequence[str], aims: Aims, resolution: Resolution) -> GapParts:
    """Return the parts of the gap at these levels: each level's sum to the gap, each parent's are its children's sums.

    The target of an entity without one is its share of what is left of the level above, in proportion to its
    reference total. Agents have no intervals; nobody has with a single day.
    """
    now, then = sides.actual.counts(), sides.reference.counts()
    parts = cell_parts(now, then)
    totals = [sides.by_entity(side)[:, -1] for side in (now, then)]
    shared, fits = _targets(sides, aims, totals[1])
    groups = [(level, entity) for level in levels for entity in sorted(set(sides.entities(level)))]
    cells = {level: sides.entities(level) * max(1, sides.actual.slots) for level in levels}
    points = np.array([row for level in levels for row in nested(parts, cells[level]).values()])
    above = [_of_group(sides, group, totals[1] - shared) for group in groups]
    table = _table(groups, np.column_stack([points, above]))
    small = SmallSample.of((sides.actual, sides.reference))
    if small.says_nothing:
        table = table.assign(note=ONE_DAY_ONLY)
    else:
        table = _with_intervals(table, sides, groups, shared, (small, resolution))
    if math.isnan(aims.site):
        table = table[table["factor"] != ABOVE]
    actual, reference = (math.fsum(total) for total in totals)
    return GapParts(actual, reference, aims.site, table.reset_index(drop=True), fits, small.days)


def _targets(sides: Sides, aims: Aims, reference: Numbers) -> tuple[Numbers, bool]:
    """Return the target of each entity; without a target of the site its reference total, so that nothing is above."""
    if math.isnan(aims.site):
        return reference, True
    units = sides.by_entity(sides.actual.counts())[:, 0]
    shares, fits = shared_down(aims.site, sides.paths, aims.own, [reference.tolist(), units.tolist()])
    return np.array(shares), fits


def _of_group(sides: Sides, group: tuple[str, str], values: Numbers) -> float:
    level, entity = group
    own = zip(sides.entities(level), values.tolist(), strict=True)
    return math.fsum(value for name, value in own if name == entity)


def _table(groups: Sequence[tuple[str, str]], values: Numbers) -> pd.DataFrame:
    factors = (*FACTORS, ABOVE)
    rows = [(*group, factor) for group in groups for factor in factors]
    return pd.DataFrame(rows, columns=["level", "entity", "factor"]).assign(
        part=values.ravel(), low=math.nan, high=math.nan, is_driver=False, note=""
    )


def _with_intervals(
    table: pd.DataFrame, sides: Sides, groups: Sequence[tuple[str, str]], shared: Numbers,
    chance: tuple[SmallSample, Resolution],
) -> pd.DataFrame:  # fmt: skip
    """Return the table with intervals, drivers and notes at the levels above the agents."""
    small, resolution = chance
    shown = [group for group in groups if group[0] != _NO_INTERVAL]
    members = np.array([[float(name == entity) for name in sides.entities(level)] for level, entity in shown])
    wider = small.widening(resolution.coverage)
    draws, references = drawn_parts(sides.actual, sides.reference, members, resolution, wider)
    above = references - shared @ members.T
    rows = table.index[table["level"] != _NO_INTERVAL]
    points = table.loc[rows, "part"].to_numpy()
    every = np.concatenate([draws, above[..., None]], axis=-1).reshape(len(draws), -1)
    low, high = intervals(points, every, small, resolution.coverage)
    by_chance = (table.loc[rows, "factor"] != ABOVE).to_numpy()
    drivers = np.zeros(len(rows), dtype=bool)
    drivers[by_chance] = named_drivers(points[by_chance], every[:, by_chance], small, resolution.error_rate)
    notes = np.where((low <= 0) & (high >= 0), NOT_DISTINGUISHED, "")
    if small.days < FEWEST_DAYS:
        notes = np.where(notes == "", INDICATIVE, f"{INDICATIVE}; {NOT_DISTINGUISHED}")
    found = table.copy()
    found.loc[rows, ["low", "high"]] = np.column_stack([low, high])
    found.loc[rows, "is_driver"] = drivers & ~((low <= 0) & (high >= 0))
    found.loc[rows, "note"] = notes
    return found
