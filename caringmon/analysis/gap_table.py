"""The gap to the target, explained: its parts per entity and factor, how sure they are, what to know (K48)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ibis.expr.types import Table

from caringmon.analysis.cells import CUSTOMER, SERVICE_DAY, VIEWS, cells, units_of
from caringmon.analysis.contributions import counterfactual
from caringmon.analysis.day_blocks import Lineage, Side, paths_of, planned_side, side_of
from caringmon.analysis.gap_guards import guards_of_cells, guards_of_days, guards_of_parts
from caringmon.analysis.gap_parts import Aims, Sides, gap_parts
from caringmon.analysis.references import (
    BASELINE,
    LAST_MONTH,
    PLAN,
    baseline_window,
    last_month_window,
    plan_counts,
    plan_rows,
)
from caringmon.analysis.relations import Relations
from caringmon.analysis.targets import Targets
from caringmon.analysis.uncertainty import Resolution
from caringmon.model.calendar import WorkCalendar
from caringmon.model.gap import FACTORS, SITE, Gap, Guard
from caringmon.model.period import ONE_DAY, Period, month_code


@dataclass(frozen=True)
class GapQuestion:
    """What gap is asked for: one segment, the days of a window, a level, against a reference, on a basis.

    `grain`: see `cells`; a plan is one of customers, a baseline one of days, whatever stands here. `error_rate` of
    `resolution` holds over all parts of one answer: who shows two views of a gap halves it.
    """

    segment: str
    window: Period
    level: str
    reference: str = LAST_MONTH
    basis: str = "net"
    grain: str = CUSTOMER
    baseline_days: int = 20
    resolution: Resolution = field(default_factory=Resolution)

    @property
    def view(self) -> str:
        """The view of the level: its cells are agents, or witels."""
        return "witel" if self.level == "witel" else "agent"

    @property
    def levels(self) -> tuple[str, ...]:
        """The level asked for and every level above it."""
        ladder = ("site", *VIEWS[self.view])
        return ladder[: ladder.index(self.level) + 1]

    @property
    def unit(self) -> str:
        """The grain in which this reference can be compared."""
        return {PLAN: CUSTOMER, BASELINE: SERVICE_DAY}.get(self.reference, self.grain)


@dataclass(frozen=True)
class GapTable:
    """A gap explained, and the counts behind it."""

    found: Gap
    sides: Sides

    def recoverable(self, factors: Collection[str], level: str = "site", entity: str = SITE) -> float:
        """Return the agrees that these factors, at their reference, would bring back together, for an entity.

        A counterfactual: the total is computed again. What two factors bring together is not the sum of each alone.
        """
        mine = [name == entity for name in self.sides.entities(level)] * max(1, self.sides.actual.slots)
        replaced = {cell: factors for cell, is_mine in enumerate(mine) if is_mine}
        would = counterfactual(self.sides.actual.counts(), self.sides.reference.counts(), replaced)
        return float(would) - self.found.actual

    def factors(self, level: str = "site", entity: str = SITE) -> dict[str, tuple[float, float]]:
        """Return what each step of the funnel was for an entity, actual and reference: its units, then rates 0-1.

        Of all its cells together, in the units of the gap; a rate of no cases is NaN. The mix has no such number.
        """
        mine = [name == entity for name in self.sides.entities(level)]
        sides = (self.sides.actual, self.sides.reference)
        now, then = (self.sides.by_entity(side.counts())[mine].sum(axis=0).tolist() for side in sides)
        steps = FACTORS[FACTORS.index("mix") + 1 :]
        rates = {
            factor: (_share(now[step + 1], now[step]), _share(then[step + 1], then[step]))
            for step, factor in enumerate(steps)
        }
        return {"assigned": (now[0], then[0]), **rates}


def reference_window(question: GapQuestion, calendar: WorkCalendar) -> Period | None:
    """Return the days that the reference is made of; a plan has none."""
    if question.reference == PLAN:
        return None
    if question.reference == BASELINE:
        return baseline_window(question.window, question.baseline_days, calendar)
    return last_month_window(question.window, calendar)


@dataclass(frozen=True)
class GapUnits:
    """The units of both sides, which all views of one gap share; a plan has none on its side."""

    actual: Table
    reference: Table | None


def gap_units(actual: Relations, reference: Relations, question: GapQuestion) -> GapUnits:
    """Return the units of both sides. Days after the clock have none."""
    there, segment = reference_window(question, reference.calendar), [question.segment]
    unit, basis = question.unit, question.basis
    now = units_of(actual.of(segment), _until_clock(question.window, actual), unit, basis)
    return GapUnits(now, units_of(reference.of(segment), there, unit, basis) if there else None)


def gap_table(
    actual: Relations, reference: Relations, targets: Targets, question: GapQuestion, units: GapUnits | None = None
) -> GapTable:
    """Return the gap of a segment explained: actual − target, or actual − reference where there is no target.

    `actual`, `reference`: what is known at the clocks of either side; the same where both are read at one instant.
    `targets`: those known on the last day. A plan that lacks one of its six metrics: DataBlockedError naming it.
    `units`: those of the same question, for another view of it.
    """
    sides, guards = _sides(actual, reference, targets, question, units or gap_units(actual, reference, question))
    found = gap_parts(sides, question.levels, _aims(targets, question), question.resolution)
    of_parts = guards_of_parts(found.gap, found.of_site(), found.actual - found.gap)
    by_code = {guard.code: guard for guard in (*of_parts, *guards, *found.guards)}
    return GapTable(replace(found, guards=tuple(by_code.values())), sides)


def _sides(
    actual: Relations, reference: Relations, targets: Targets, question: GapQuestion, units: GapUnits
) -> tuple[Sides, list[Guard]]:
    """Return the counts of both sides over the same entities, and what is to be known of units and days."""
    view, unit = question.view, question.unit
    seen = _until_clock(question.window, actual)
    there = reference_window(question, reference.calendar)
    segment = [question.segment]
    now = cells(units.actual, actual.of(segment), view)
    then = now.iloc[:0] if units.reference is None else cells(units.reference, reference.of(segment), view)
    paths = paths_of(now, then) or [(SITE,) * len(VIEWS[view])]
    mine = side_of(now, paths, seen, actual.calendar, unit)
    guards = [
        *guards_of_days(question.window, there, actual.clock, actual.calendar),
        *guards_of_cells(now, then, question.basis),
    ]
    if there:
        told = side_of(then, paths, there, reference.calendar, unit)
    else:
        told, fits = _planned(targets, question, mine, paths)
        guards += [] if fits else [Guard("SHARES_DISAGREE")]
    return Sides(*_aligned(mine, told, question), paths, VIEWS[view]), guards


def _aligned(actual: Side, reference: Side, question: GapQuestion) -> tuple[Side, Side]:
    """Return both sides with as many cells: by working-day number, or an average day of the baseline in each."""
    if question.unit != SERVICE_DAY:
        return actual, reference
    if question.reference == BASELINE:
        return actual, replace(reference, slots=actual.slots, is_even=True)
    slots = max(actual.slots, reference.slots)
    return replace(actual, slots=slots), replace(reference, slots=slots)


def _planned(targets: Targets, question: GapQuestion, actual: Side, paths: list[Lineage]) -> tuple[Side, bool]:
    """Return the plan as a side without days, its list shared as the actual one where it is not told by entity."""
    rows = plan_rows(targets.plan, question.segment, month_code(question.window.start))
    held = actual.counts()[:, 0].tolist()
    counts, fits = plan_counts(rows, question.window, targets.progress.calendar, VIEWS[question.view], paths, [held])
    return planned_side(counts), fits


def _aims(targets: Targets, question: GapQuestion) -> Aims:
    """Return the target of the site for the window, and those that entities have of their own."""
    window, segment = question.window, question.segment
    months = {month_code(day) for day in (window.start, window.last_day)}
    own: list[Mapping[str, float]] = []
    for level in VIEWS[question.view]:
        at_level = targets.at(level)
        values = {entity: at_level.of(segment, entity, window) for entity in at_level.entities(segment, months)}
        own.append({entity: value for entity, value in values.items() if value == value})
    return Aims(targets.of(segment, "", window), own)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _until_clock(window: Period, relations: Relations) -> Period:
    """Return the days of the window that have begun at the clock; at least its first."""
    return Period(window.start, max(window.start + ONE_DAY, min(window.end, relations.clock.date() + ONE_DAY)))
