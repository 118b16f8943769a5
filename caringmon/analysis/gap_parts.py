"""The parts of a gap from the counts of both sides: exact at every level, with intervals and drivers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from caringmon.analysis.contributions import Numbers, cell_parts, nested
from caringmon.analysis.day_blocks import Lineage, Side
from caringmon.analysis.shares import shared_down
from caringmon.analysis.uncertainty import (
    FEWEST_DAYS,
    Resolution,
    SmallSample,
    drawn_parts,
    intervals,
    named_drivers,
)
from caringmon.analysis.whole_numbers import whole_table
from caringmon.model.gap import (
    ABOVE,
    FACTORS,
    GAP_COLUMNS,
    INDICATIVE,
    NOT_DISTINGUISHED,
    ONE_DAY_ONLY,
    SITE,
    Gap,
    Guard,
)

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


def gap_parts(sides: Sides, levels: Sequence[str], aims: Aims, resolution: Resolution) -> Gap:
    """Return the parts of the gap at these levels: each level's sum to the gap, each parent's are its children's sums.

    The target of an entity without one is its share of what is left of the level above, in proportion to its
    reference total; where targets of a level do not add up to the level above there is a guard, as for few days.
    Agents have no intervals; nobody has with a single day.
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
    table = table.reset_index(drop=True)
    actual, reference = (math.fsum(total) for total in totals)
    guards = [] if fits else [Guard("SHARES_DISAGREE")]
    if small.days < FEWEST_DAYS:
        guards.append(Guard("FEW_DAYS", {"days": float(small.days)}))
    shown = _shown(table, {level: sides.entities(level) for level in levels})
    return Gap(actual, reference, aims.site, table.assign(shown=shown)[list(GAP_COLUMNS)], tuple(guards))


def _targets(sides: Sides, aims: Aims, reference: Numbers) -> tuple[Numbers, bool]:
    """Return the target of each entity; without a target of the site its reference total, so that nothing is above."""
    if math.isnan(aims.site):
        return reference, True
    units = sides.by_entity(sides.actual.counts())[:, 0]
    shares, fits = shared_down(aims.site, sides.paths, aims.own, [reference.tolist(), units.tolist()])
    return np.array(shares), fits


def _shown(table: pd.DataFrame, entities: Mapping[str, list[str]]) -> list[int]:
    """Return the parts as whole numbers that add up at every level, as far as the entities of one lie in one above."""
    lowest = list(entities)[-1]
    rows = sorted(set(entities[lowest]))
    above = {}
    for level in entities:
        parents = dict(zip(entities[lowest], entities[level], strict=True))
        if len(set(zip(entities[lowest], entities[level], strict=True))) == len(parents):
            above[level] = [parents[row] for row in rows]
    whole = whole_table(_matrix(table, lowest), [above[level] for level in above if level != lowest])
    shown: list[int] = []
    for level in entities:
        if level in above:
            names = sorted(set(above[level]))
            of_level = [whole[[name == own for own in above[level]]].sum(axis=0) for name in names]
            shown += np.ravel(of_level).tolist()
        else:
            shown += whole_table(_matrix(table, level)).ravel().tolist()
    return shown


def _matrix(table: pd.DataFrame, level: str) -> Numbers:
    """Return the parts of a level, a row per entity."""
    own = table[table["level"] == level]
    values: Numbers = own["part"].to_numpy().reshape(own["entity"].nunique(), -1)
    return values


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
