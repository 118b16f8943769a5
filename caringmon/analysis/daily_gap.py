"""The gap explained for a report: parts, drivers, guards, what is recoverable (K48); of a month also a second time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from caringmon.analysis.cells import SERVICE_DAY
from caringmon.analysis.gap_table import GapQuestion, GapTable, gap_table, gap_units, reference_window
from caringmon.analysis.references import LAST_MONTH, PLAN
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.uncertainty import Resolution
from caringmon.analysis.whole_numbers import whole_table
from caringmon.errors import DataBlockedError
from caringmon.model.audience import Audience
from caringmon.model.gap import ABOVE, MTD, SITE, against
from caringmon.model.period import Period

# Whoever shows the two views of a gap, by team and by witel, shares the errors that drivers may have between them.
VIEWS = ("tl", "witel")
NEEDS = ("calls", "services", "assignments", "agents", "roster", "contact")
DRIVER_COLUMNS = ["segment", "window", "level", "entity", "factor", "is_driver", "note"]
GUARD_COLUMNS = ["segment", "window", "code", "name"]
REFERENCE_COLUMNS = ["segment", "window", "reference", "first_day", "last_day", "note"]


@dataclass(frozen=True)
class GapRules:
    """Which gap is explained: to the target, against this reference; how finely chance is looked at.

    `levels`: of which views the parts are shown; `window`: what the figures call the days, so that the same days can be
    explained against two references.
    """

    reference: str
    baseline_days: int
    resolution: Resolution
    levels: tuple[str, ...] = VIEWS
    window: str = MTD

    def against_other(self) -> GapRules:
        """Return the rules of a second look at the same gap: the site alone, last month for a plan, else the plan."""
        other = LAST_MONTH if self.reference == PLAN else PLAN
        return replace(self, reference=other, levels=("site",), window=against(other))


@dataclass(frozen=True)
class DailyGap:
    """Parts and guards as values with their `level` and `part`, and the tables that sections read.

    `drivers`: `DRIVER_COLUMNS`, a row per part shown; `guards`: `GUARD_COLUMNS`, a row per number of a guard, name
    empty for one without; `references`: `REFERENCE_COLUMNS`, a row per segment, with the reason where there are no
    parts.
    """

    values: pd.DataFrame
    drivers: pd.DataFrame
    guards: pd.DataFrame
    references: pd.DataFrame


def month_gap(now: Snapshot, before: Snapshot, window: Period, audience: Audience, rules: GapRules) -> DailyGap:
    """Return the gap of a month explained twice: as the rules say, and against the other reference (`against_other`).

    A plan that is not complete is no reason to have no report: then the second look has no parts, note `no_plan`. What
    differs from a plan is counted in customers, whose days differ by what they are (docs/methods.md): such a second
    look has no intervals and no drivers.
    """
    first, other = daily_gap(now, lambda: before, window, audience, rules), rules.against_other()
    try:
        second = daily_gap(now, lambda: before, window, audience, other)
    except DataBlockedError:
        second = daily_gap(now, None, window, audience, other, "no_plan")
    if other.reference == PLAN:
        second = _without_intervals(second)
    both = zip(_tables_of(first), _tables_of(second), strict=True)
    return DailyGap(*(pd.concat(pair, ignore_index=True) for pair in both))


def daily_gap(
    now: Snapshot, then: Callable[[], Snapshot] | None, window: Period, audience: Audience, rules: GapRules,
    why: str = "",
) -> DailyGap:  # fmt: skip
    """Return the explained gap of every segment for the window; `then`: last month at its own clock, if it has one.

    A leader's report has that leader's parts by factor; others have those of the site, the SPVs, TLs and witels. What
    cannot be counted has no parts; the reason, or `why`, stands in `references`. A plan that lacks one of its metrics:
    DataBlockedError.
    """
    why = why or now.scope.coverage.lacks(NEEDS)
    before = now
    if not why and rules.reference == LAST_MONTH:
        why, before = ("no_last_month", now) if then is None else ("", then())
    found = {segment: [] if why else _views(now, before, segment, window, rules) for segment in now.scope.segments}
    found = {segment: views if views and views[0].found.reference else [] for segment, views in found.items()}
    shown = [
        _shown(table, number, audience).assign(segment=segment)
        for segment, views in found.items()
        for number, table in enumerate(views)
    ]
    first = [(segment, views[0]) for segment, views in found.items() if views]
    values = [_values(shown, audience), *(_beside(segment, table, audience) for segment, table in first)]
    names = [name for name in DRIVER_COLUMNS if name != "window"]
    drivers = [pd.DataFrame(columns=names), *(table[names] for table in shown)]
    references = [_reference(segment, bool(views), now, window, (rules, why)) for segment, views in found.items()]
    return DailyGap(
        pd.concat(values, ignore_index=True).assign(window=rules.window),
        pd.concat(drivers, ignore_index=True).assign(window=rules.window)[DRIVER_COLUMNS],
        _guards(first).assign(window=rules.window)[GUARD_COLUMNS],
        pd.DataFrame(references, columns=REFERENCE_COLUMNS),
    )


def _without_intervals(gap: DailyGap) -> DailyGap:
    is_sure = gap.values["kpi"].isin(("K48.low", "K48.high", "K48.recoverable"))
    drivers = gap.drivers.assign(is_driver=False, note="")
    return replace(gap, values=gap.values[~is_sure], drivers=drivers)


def _tables_of(gap: DailyGap) -> tuple[pd.DataFrame, ...]:
    return gap.values, gap.drivers, gap.guards, gap.references


def _views(now: Snapshot, before: Snapshot, segment: str, window: Period, rules: GapRules) -> list[GapTable]:
    shared = replace(rules.resolution, error_rate=rules.resolution.error_rate / len(rules.levels))
    questions = [
        GapQuestion(segment, window, level, rules.reference, now.scope.basis, SERVICE_DAY, rules.baseline_days, shared)
        for level in rules.levels
    ]
    units = gap_units(now.relations, before.relations, questions[0])
    return [gap_table(now.relations, before.relations, now.targets, question, units) for question in questions]


def _shown(table: GapTable, number: int, audience: Audience) -> pd.DataFrame:
    """Return the parts that the audience sees; the site's are those of the first view."""
    parts = table.found.parts
    if audience.level == "site":
        mine = parts[parts["level"] != "site"] if number else parts
    else:
        mine = parts[(parts["level"] == audience.level) & (parts["entity"] == audience.person)]
    return mine.assign(entity=mine["entity"].where(mine["level"] != "site", ""))


def _values(shown: Sequence[pd.DataFrame], audience: Audience) -> pd.DataFrame:
    """Return part, low, high and the whole number shown of every part, in long form with level and part.

    A leader's parts are rounded on their own (`K48.alone`), since nothing else is printed that they must add up with.
    """
    is_alone = audience.level != "site"
    shown_as, told = (".alone", [_alone(table) for table in shown]) if is_alone else (".shown", shown)
    rows: list[tuple[object, ...]] = [
        (MTD, row["segment"], row["entity"], f"K48{name}", row[column], row[column], math.nan,
         row["note"] if math.isnan(row[column]) else "", row["level"], row["factor"])
        for table in told
        for row in table.to_dict("records")
        for name, column in (("", "part"), (".low", "low"), (".high", "high"), (shown_as, "shown"))
    ]  # fmt: skip
    for table in told:
        for (segment, level, entity), own in table.groupby(["segment", "level", "entity"], sort=False):
            rows.append(_row(str(segment), (str(entity), str(level)), f"K48{shown_as}_sum", float(own["shown"].sum())))
    return _table(rows)


def _alone(table: pd.DataFrame) -> pd.DataFrame:
    """Return one leader's parts with whole numbers that add up to the leader's own gap, not to that of all."""
    if table.empty:
        return table
    return table.assign(shown=whole_table(table["part"].to_numpy(dtype=float)[None])[0])


def _beside(segment: str, table: GapTable, audience: Audience) -> pd.DataFrame:
    """Return the numbers of the guards, the reference's total, what the drivers would bring back, and both funnels."""
    of_focus = ("site", SITE) if audience.level == "site" else (audience.level, audience.person)
    owner = (audience.person, audience.level)
    rows = [
        _row(segment, owner, f"guard.{guard.code}.{name}", number)
        for guard in table.found.guards
        for name, number in guard.numbers.items()
    ]
    drivers = table.found.ranked_drivers(of_focus[0])
    factors = [row["factor"] for row in drivers.to_dict("records") if row["entity"] == of_focus[1]]
    lost = {factor for factor in factors if factor != ABOVE}
    if lost and table.found.gap < 0:
        rows.append(_row(segment, owner, "K48.recoverable", table.recoverable(lost, *of_focus)))
    if audience.level == "site":
        rows.append(_row(segment, owner, "K48.reference", table.found.reference))
    for factor, sides in table.factors(*of_focus).items():
        kpi = "K48.units" if factor == "assigned" else "K48.rate"
        rows += [
            _row(segment, owner, f"{kpi}_{side}", number, factor)
            for side, number in zip(("now", "then"), sides, strict=True)
        ]
    return _table(rows)


def _row(segment: str, owner: tuple[str, str], kpi: str, number: float, part: str = "") -> tuple[object, ...]:
    entity, level = owner
    note = "zero_denominator" if math.isnan(number) else ""
    return MTD, segment, entity, kpi, number, number, math.nan, note, level, part


def _guards(first: Sequence[tuple[str, GapTable]]) -> pd.DataFrame:
    rows = [
        (segment, guard.code, name)
        for segment, table in first
        for guard in table.found.guards
        for name in guard.numbers or [""]
    ]
    return pd.DataFrame(rows, columns=["segment", "code", "name"])


def _reference(
    segment: str, is_known: bool, now: Snapshot, window: Period, by: tuple[GapRules, str]
) -> tuple[object, ...]:
    """Return which days the parts are compared with, or why there are none."""
    rules, why = by
    asked = GapQuestion(segment, window, "site", rules.reference, baseline_days=rules.baseline_days)
    days = reference_window(asked, now.scope.calendar) or Period.month(window.start)
    return segment, rules.window, rules.reference, days.start, days.last_day, "" if is_known else why or "no_reference"


def _table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    names = ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note", "level", "part"]
    return pd.DataFrame(list(rows), columns=names).astype(dict.fromkeys(names[4:7], "float64"))
