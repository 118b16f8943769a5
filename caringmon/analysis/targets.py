"""Targets: the version in force, spread over the days of a window, for every level (3-kpis, 3.3; T3)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd
import pyarrow as pa

from caringmon.analysis.apportioning import with_derived
from caringmon.analysis.relations import ALL
from caringmon.errors import DataBlockedError, Reason
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import Segment
from caringmon.model.period import Period, month_code

SITE = "SITE"
_KEY = ["period", "segment", "level", "entity_id"]


@dataclass(frozen=True)
class Progress:
    """How far the clock is: the last day that is counted, and the share of its working hours that has passed."""

    calendar: WorkCalendar
    today: dt.date
    share_of_today: float = 1.0

    def share(self, day: dt.date) -> float:
        """Return the share 0-1 of the day that lies before the clock; a day to come counts as a whole."""
        return self.share_of_today if day == self.today else 1.0

    def units(self, period: Period) -> float:
        """Return the working days of the period that have elapsed; a day under way counts with its share."""
        days = [day for day in self.calendar.workdays(period) if day <= self.today]
        return len(days) - (1 - self.share_of_today if self.today in days else 0)


@dataclass(frozen=True)
class Targets:
    """Agree targets of one level and of the site, in the version in force: it applies to the whole of its month.

    `known`: all visible versions, so that the ones before can be told. `plan`: the visible rows of other metrics.
    """

    rows: pd.DataFrame
    progress: Progress
    known: pd.DataFrame = field(default_factory=pd.DataFrame)
    level: str = "tl"
    plan: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def in_force(
        cls, targets: pd.DataFrame, progress: Progress, roster: pa.Table | None = None, *, rebalance: bool = False
    ) -> Targets:
        """Keep, of each target, the version of the latest `effective_from`; `targets`: visible rows of T3.

        With a roster, targets by roster days derive those of the levels below. Two values of one version for one
        entity: DataBlockedError.
        """
        agree = targets[targets["metric"] == "agree"]
        # There is one site, whatever a file calls it.
        agree = agree.assign(entity_id=agree["entity_id"].where(agree["level"] != SITE, SITE))
        agree = agree.sort_values(["effective_from", "version"], kind="stable")
        in_force = agree[agree["version"] == agree.groupby(_KEY)["version"].transform("last")]
        _refuse_ambiguous(in_force)
        rows = in_force.assign(derived=False)
        if roster is not None:
            rows = with_derived(in_force, roster, progress.calendar, rebalance)
        return cls(rows, progress, agree, plan=targets[targets["metric"] != "agree"])

    def at(self, level: str) -> Targets:
        """Return the same for the entities of another level."""
        return replace(self, level=level)

    def as_of(self, progress: Progress) -> Targets:
        """Return the same as they stand at another day of progress."""
        return replace(self, progress=progress)

    def of(self, segment: str, entity: str, period: Period) -> float:
        """Return the target of the site (entity empty) or an entity for the days of the period that have elapsed.

        Month targets are spread evenly over the working days of their month, unrounded; `EXPLICIT` daily rows are
        summed as they are. ALL: the sum of both segments. No target for a month or a segment, or a month without
        working days: NaN.
        """
        months = {month_code(day): Period.month(day) for day in period.days}
        return math.fsum(
            self._of_month(one, entity, code, month, period) for one in _each(segment) for code, month in months.items()
        )

    def of_month(self, segment: str, entity: str, day: dt.date) -> float:
        """Return the full target of the month that holds `day`; ALL: of both segments; none: NaN."""
        rows = [self._rows(one, entity, month_code(day)) for one in _each(segment)]
        return math.fsum(math.fsum(own["value"]) if len(own) else math.nan for own in rows)

    def entities(self, segment: str, months: set[str]) -> set[str]:
        """Return the entities of the level that have a target in one of the months."""
        rows = self.rows
        mine = rows["segment"].isin(_each(segment)) & rows["period"].isin(months)
        return set(rows.loc[mine & (rows["level"] == self.level.upper()), "entity_id"])

    def about(self, segment: str, entity: str, day: dt.date) -> str:
        """Return what to say of a target beside its value: `turunan` when derived, all versions when there are several.

        For example `target:v2=2400,v1=2600`, the version in force first.
        """
        notes = []
        for one in _each(segment):
            own = self._rows(one, entity, month_code(day))
            if len(own) and own["derived"].any():
                notes.append("turunan")
            versions = self._of(self.known, one, entity, month_code(day))
            if len(set(versions["version"])) > 1:
                totals = versions.groupby(["effective_from", "version"], as_index=False)["value"].sum().iloc[::-1]
                each = zip(totals["version"], totals["value"], strict=True)
                notes.append("target:" + ",".join(f"v{version}={value:g}" for version, value in each))
        return "; ".join(dict.fromkeys(notes))

    def _of_month(self, segment: str, entity: str, code: str, month: Period, period: Period) -> float:
        rows = self._rows(segment, entity, code)
        if rows.empty:
            return math.nan
        if (rows["grain"] == "DAY").any():
            by_day = zip(rows["date"], rows["value"], strict=True)
            return math.fsum(value * self.progress.share(day) for day, value in by_day if _day(day) in period)
        units = self.progress.units(Period(max(month.start, period.start), min(month.end, period.end)))
        workdays = len(self.progress.calendar.workdays(month))
        return float(rows["value"].iloc[0]) * units / workdays if workdays else math.nan

    def _rows(self, segment: str, entity: str, code: str) -> pd.DataFrame:
        level = self.level.upper() if entity else SITE
        return self._by_owner.get((code, segment, level, entity or SITE), self.rows.iloc[:0])

    @cached_property
    def _by_owner(self) -> dict[tuple[str, ...], pd.DataFrame]:
        """The rows in force by their owner; asked for many times over."""
        return {tuple(map(str, key)): rows for key, rows in self.rows.groupby(_KEY, sort=False)}

    def _of(self, rows: pd.DataFrame, segment: str, entity: str, code: str) -> pd.DataFrame:
        level = self.level.upper() if entity else SITE
        mine = (rows["segment"] == segment) & (rows["level"] == level) & (rows["period"] == code)
        return rows[mine & ((rows["entity_id"] == entity) if entity else True)]


def _each(segment: str) -> list[str]:
    return [one.value for one in Segment] if segment == ALL else [segment]


def _day(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day


def _refuse_ambiguous(rows: pd.DataFrame) -> None:
    """Refuse two values for one target: two rows of a version, or month and day values side by side."""
    grains = rows.groupby(_KEY)["grain"].nunique()
    twice = rows[rows["grain"] != "DAY"].duplicated(_KEY)
    for names in [*grains[grains > 1].index, *rows.loc[twice[twice].index, _KEY].itertuples(index=False)]:
        raise DataBlockedError(
            f"TGT_MISMATCH: two agree targets in one version for {' '.join(names)}; keep one of them",
            Reason("TGT_MISMATCH"),
        )
