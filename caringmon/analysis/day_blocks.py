"""Day blocks: the counts of one side of a gap by day, and what they would be had chance fallen otherwise.

A day is drawn with everything that happened on it (block bootstrap), so that good and bad days, which hit all agents
at once, are part of the uncertainty. What was never called has no day and is not drawn with them: the list varies as
lists do, by Poisson, however the days fell. Outstanding verdicts vary as those of a sample.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caringmon.analysis.cells import SERVICE_DAY
from caringmon.analysis.contributions import Numbers
from caringmon.model.calendar import WorkCalendar
from caringmon.model.gap import STEPS
from caringmon.model.period import ONE_DAY, Period

_COUNTS = [*STEPS, "open", "foreign"]
_UNITS, _WORKED, _COUNTED, _OPEN, _FOREIGN = 0, 1, STEPS.index("counted"), len(STEPS), len(STEPS) + 1
Lineage = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """The counts of one side: `blocks` (days, entities, counts), and `fixed` (entities, counts), which has no day.

    The counts are `STEPS`, the claims whose verdict is outstanding, and the units that another than their holder
    dialled. `slots`: how many cells an entity has, one per working day; 0: one for all days. `is_even`: the slots are
    equal parts of an average day. `has_lists`: entities work through lists of their own (agents), rather than share in
    one (witels). `judged`: verdicts given, and VALID of them. Without days it is a plan, which chance does not touch.
    """

    fixed: Numbers
    blocks: Numbers
    slots: int = 0
    is_even: bool = False
    has_lists: bool = True
    judged: tuple[int, int] = (0, 0)

    @property
    def days(self) -> int:
        """The number of days that can be drawn."""
        return len(self.blocks)

    def counts(self) -> Numbers:
        """Return the counts as they are: (cells, steps); the cells of a slot lie together, slot by slot."""
        every = np.arange(self.days)[None]
        found: Numbers = self._arranged(self._by_count(), every)[: len(STEPS), 0].T
        return found

    def drawn(self, random: np.random.Generator, draws: int, chunk: int, wider: float) -> Iterator[Numbers]:
        """Yield draws in chunks of the shape (draws, cells, steps); of a plan every draw is the plan.

        `wider`: by how much deviations will be widened for the few days; what varies by a known law is drawn narrower
        by as much, since its spread is not estimated from days.
        """
        chosen = random.integers(0, max(1, self.days), (draws, self.days))
        blocks = self._by_count()
        for start in range(0, draws, chunk):
            counts = self._arranged(blocks, chosen[start : start + chunk])
            if self.days:
                self._listed_anew(counts, random, wider)
                self._judged_anew(counts, random, wider)
                # A list cannot be shorter than to hold what was worked of it.
                units, worked = counts[_UNITS], counts[_WORKED]
                counts[_UNITS] = np.where((units > 0) | (worked == 0), units, worked)
            yield np.moveaxis(counts[: len(STEPS)], 0, -1)

    def _by_count(self) -> Numbers:
        """Return the blocks as (counts, days, entities): what is worked with together lies together."""
        return np.ascontiguousarray(np.moveaxis(self.blocks, -1, 0))

    def _arranged(self, blocks: Numbers, days: Numbers) -> Numbers:
        """Return the counts (counts, draws, cells) of these days, (draws, days): in that order, or all together."""
        shape = (len(_COUNTS), len(days), self.slots * self.fixed.shape[0])
        if self.slots and not self.is_even:
            by_slot = np.zeros((len(_COUNTS), len(days), self.slots, self.fixed.shape[0]))
            by_slot[:, :, : self.days] = blocks[:, days]
            return by_slot.reshape(shape)
        often = (days[:, :, None] == np.arange(self.days)).sum(axis=1).astype(float)
        total: Numbers = self.fixed.T[:, None] + np.matmul(often, blocks)
        if self.slots:
            return np.tile(total / max(1, self.days), (1, 1, self.slots))
        return total

    def _listed_anew(self, counts: Numbers, random: np.random.Generator, wider: float) -> None:
        """Give the drawn lists other lengths, as chance makes them.

        Who has a list of his own works through it at his own pace: its length and his work vary apart, and only what
        he dialled for others comes with the days. Who shares in one list, as witels do, has a part of what was worked
        and a part of what was not, which vary apart, while the length of the whole varies as one list does.
        """
        draws, known = counts.shape[1], self.fixed + self.blocks.sum(axis=0)
        if self.slots:
            mean = known[:, _UNITS] / self.days
            length = 1 + _chance(mean, draws, random) / np.where(mean > 0, mean, 1) / wider
            # What is worked of a shared list goes with its length.
            changed = counts[_UNITS : _UNITS + 1] if self.has_lists else counts
            changed.reshape(*changed.shape[:2], self.slots, -1)[...] *= length[:, None]
        elif self.has_lists:
            own = known[:, _UNITS] - known[:, _FOREIGN]
            counts[_UNITS] = own + _chance(own, draws, random) / wider + counts[_FOREIGN]
        else:
            counts[_UNITS] += _chance(self.fixed[:, _UNITS], draws, random) / wider
            whole = known[:, _UNITS].sum(keepdims=True)
            length = whole + _chance(whole, draws, random) / wider
            counts[_UNITS] *= length / np.maximum(1, counts[_UNITS].sum(axis=1, keepdims=True))

    def _judged_anew(self, counts: Numbers, random: np.random.Generator, wider: float) -> None:
        """Draw the verdicts that are outstanding: the error of a QC that has seen only a part.

        Its variance at the site is that of a total estimated from a sample without replacement, open × (1 + open ÷
        judged) × q (1 − q); a census adds nothing. Two verdicts, one of each kind, are added to those given, so that
        few of them are no certainty (Agresti and Coull 1998).
        """
        draw, cell = np.nonzero(counts[_OPEN])
        if not len(draw):
            return
        waiting = counts[_OPEN, draw, cell]
        given, accepted = self.judged[0] + 2, self.judged[1] + 1
        variance = accepted / given * (1 - accepted / given)
        shared = random.standard_normal(counts.shape[1]) * np.sqrt(variance / given)
        alone = random.standard_normal(len(draw)) * np.sqrt(variance * waiting)
        counted = counts[_COUNTED, draw, cell] + waiting * shared[draw] / wider
        counts[_COUNTED, draw, cell] = counted + alone / wider


def _chance(expected: Numbers, draws: int, random: np.random.Generator) -> Numbers:
    """Return Poisson deviations from the expected counts, a row per draw."""
    deviations: Numbers = random.poisson(expected, (draws, len(expected))) - expected
    return deviations


def side_of(cells: pd.DataFrame, paths: Sequence[Lineage], window: Period, calendar: WorkCalendar, grain: str) -> Side:
    """Return the counts of cells (see `cells`) as day blocks over these entities, in their order.

    In grain `service_day` a block is a working day with the free days after it, so that both sides have the same.
    """
    entity = {path: place for place, path in enumerate(paths)}
    rows = [entity[path] for path in zip(*(cells[name] for name in _levels(cells)), strict=True)]
    blocks, number = _blocks(cells["day"], window, calendar, grain)
    counts = cells[_COUNTS].to_numpy(dtype=float)
    side = np.zeros((number + 1, len(paths), len(_COUNTS)))
    np.add.at(side, (blocks, rows), counts)
    return Side(
        fixed=side[0],
        blocks=side[1:],
        slots=number if grain == SERVICE_DAY else 0,
        has_lists=_levels(cells)[-1] == "agent",
        judged=(int(cells["judged"].sum()), int(cells["accepted"].sum())),
    )


def planned_side(counts: Numbers) -> Side:
    """Return counts (entities, steps) that no day brought, as a side: those of a plan."""
    fixed = np.pad(counts, ((0, 0), (0, len(_COUNTS) - len(STEPS))))
    return Side(fixed, np.empty((0, *fixed.shape)))


def paths_of(*cells: pd.DataFrame) -> list[Lineage]:
    """Return the entities of the cells, each with those above it, in order."""
    return sorted({path for one in cells for path in zip(*(one[name] for name in _levels(one)), strict=True)})


def _levels(cells: pd.DataFrame) -> list[str]:
    return list(cells.columns[: cells.columns.get_loc("day")])


def _blocks(days: pd.Series, window: Period, calendar: WorkCalendar, grain: str) -> tuple[list[int], int]:
    """Return the block of each row, from 1 on, 0 without a day; and how many blocks there are."""
    known = [None if pd.isna(day) else pd.Timestamp(day).date() for day in days]
    if grain == SERVICE_DAY:
        spans = {day: max(1, len(calendar.workdays(Period(window.start, day + ONE_DAY)))) for day in known if day}
        number = max(1, len(calendar.workdays(window)))
    else:
        spans = {day: place for place, day in enumerate(_in_order(known), start=1)}
        number = len(spans)
    return [spans[day] if day else 0 for day in known], number


def _in_order(days: Sequence[dt.date | None]) -> list[dt.date]:
    return sorted({day for day in days if day})
