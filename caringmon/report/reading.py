"""Reading findings by segment: figures, and the days, teams, agents, hours and results that a report shows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from caringmon.model.audience import Audience
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Figure, Findings, entity_name
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE
from caringmon.model.reported import REPORTED

SEGMENT_NAMES = {"CT0": "CT-0", "PRANPC": "PraNPC"}
MOST_AGENTS = 5
ABSENT = "absent:"
MISSING = "missing:"


@dataclass(frozen=True)
class Day:
    """One day of a segment's series."""

    date: dt.date
    window: str
    number: int
    is_workday: bool
    holiday: str
    active: bool


@dataclass(frozen=True)
class Team:
    """One team: the code of its leader and of the leader's superior."""

    entity: str
    superior: str

    @property
    def is_unmapped(self) -> bool:
        """Tell whether these are the rows that no roster line explains."""
        return self.entity == UNMAPPED_ENTITY


@dataclass(frozen=True)
class Signal:
    """What the control limits say of a day: the rule that it breaks, if any, and whether that is good or bad.

    `assurance`: whether an ordinary day reaches the target, where there is one. `is_provisional`: limits of few days.
    """

    rule: str
    variation: str
    assurance: str
    is_provisional: bool

    @property
    def is_concerning(self) -> bool:
        """Tell whether the change is for the worse."""
        return self.variation.endswith("concerning")


@dataclass(frozen=True)
class Agent:
    """One agent: the code, that of the TL today, and the place by shrunken agree rate; 0: too few contacts for one."""

    entity: str
    team: str
    rank: int = 0

    @property
    def name(self) -> str:
        """The name of the agent in the ids of figures."""
        return entity_name("agent", self.entity)


class Reader:
    """The findings of one segment, read by KPI and window.

    `focus`: whom the report is about, as figures name it: empty for the site, else the leader that it is built for.
    """

    def __init__(self, findings: Findings, segment: str) -> None:
        self.findings = findings
        self.head = findings.head
        self.segment = segment
        self.name = SEGMENT_NAMES.get(segment, segment)
        self.date = findings.head.date
        self.actual = ACTUAL_KPI[findings.head.basis]
        self.audience = Audience.of(findings.head.audience)
        self.focus = entity_name(self.audience.level, self.audience.person)

    @property
    def is_month(self) -> bool:
        """Tell whether the report is about a closed month, not about a day."""
        return self.head.window.start < self.date

    @property
    def is_unjudged(self) -> bool:
        """Tell whether the data know no QC by design: agrees are then as called, and "net" would promise too much."""
        return "qc" in self.head.absent and self.actual == "K17"

    def get(self, kpi: str, window: str, entity: str | None = None, part: str = "") -> Figure | None:
        """Return the registered figure, available or not; one that is not registered: None.

        `entity`: its name in ids, empty for the site; left out: whom the report is about.
        """
        try:
            return self.findings.figure(self.segment, kpi, window, self.focus if entity is None else entity, part)
        except KeyError:
            return None

    def value(self, kpi: str, window: str, entity: str | None = None, part: str = "") -> Figure | None:
        """Return the figure when it is available, else None."""
        found = self.get(kpi, window, entity, part)
        return None if found is None or found.is_na else found

    def values(self, *wanted: tuple[str, str], entity: str | None = None) -> tuple[Figure, ...] | None:
        """Return all the (KPI, window) figures; one is not available: None."""
        found = [self.value(kpi, window, entity) for kpi, window in wanted]
        present = tuple(figure for figure in found if figure is not None)
        return present if len(present) == len(wanted) else None

    def lacks_by_design(self, kpi: str, window: str) -> bool:
        """Tell whether the files can never say this number (or nobody computed it)."""
        found = self.get(kpi, window)
        if found is None or not found.is_na:
            return found is None
        return found.note.startswith(ABSENT) or (found.note == "no_target" and "targets" in self.head.absent)

    @property
    def is_complete_day(self) -> bool:
        """Tell whether the calls' clock stands at or after the end of the report date."""
        clock = self.head.calls_clock
        return clock.date() > self.date or clock.time() >= dt.time(23, 59)

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """The teams in the order of the findings; rows without a team only where something happened in them."""
        rows = self.findings.tables["teams"]
        rows = rows[rows["segment"] == self.segment]
        every = (Team(str(r.entity), text_of(r.superior)) for r in rows.itertuples())
        return tuple(team for team in every if not team.is_unmapped or self._has_events(team.entity))

    @cached_property
    def agents(self) -> tuple[Agent, ...]:
        """The agents with a dial or an agree in the month, by code."""
        rows = self.findings.tables["agents"]
        rows = rows[rows["segment"] == self.segment]
        every = (Agent(str(r.entity), text_of(r.team), int(str(r.rank))) for r in rows.itertuples())
        return tuple(agent for agent in every if self._has_events(agent.name))

    @cached_property
    def best_agents(self) -> tuple[Agent, ...]:
        """The agents that come first, at most five and never more than half: else the list would show who is last.

        None where all share one rate, since nothing beyond chance sets them apart.
        """
        ranked = sorted((agent for agent in self.agents if agent.rank), key=lambda agent: agent.rank)
        if self.agents_are_alike:
            return ()
        return tuple(ranked[: min(MOST_AGENTS, len(ranked) // 2)])

    @cached_property
    def agents_are_alike(self) -> bool:
        """Tell whether several agents are ordered and all share the first place."""
        ranks = [agent.rank for agent in self.agents if agent.rank]
        return len(ranks) > 1 and set(ranks) == {1}

    @cached_property
    def absences(self) -> tuple[tuple[str, str], ...]:
        """The TLs of the shown teams who are away on the report date, with the status of their attendance."""
        away = self.findings.tables["absences"]
        teams = {team.entity for team in self.teams}
        return tuple((str(r.entity), str(r.status)) for r in away.itertuples() if r.entity in teams)

    @cached_property
    def hours(self) -> tuple[str, ...]:
        """The hours with a dial in the last ten working days, as the parts of figures name them (`hour:09`)."""
        return self._parts("hours", "hour")

    @cached_property
    def standings(self) -> dict[str, str]:
        """How the contact rate of an hour stands to that of all hours, where it truly differs: `above` or `below`."""
        rows = self.findings.tables["hours"]
        rows = rows[(rows["segment"] == self.segment) & (rows["standing"] != "")]
        return {f"hour:{row.code}": str(row.standing) for row in rows.itertuples()}

    @cached_property
    def results(self) -> tuple[str, ...]:
        """The results of the day or the five working days before, most frequent first (`result:U01`)."""
        return self._parts("results", "result")

    def signal(self, kpi: str, window: str) -> Signal | None:
        """Return what the control limits say of a day's value; nothing out of the ordinary: None."""
        told = self.judged(kpi, window)
        return told if told is not None and told.rule else None

    def judged(self, kpi: str, window: str) -> Signal | None:
        """Return what the control limits say of a day's value, also that it is ordinary; no point of a chart: None."""
        return self._signals.get((kpi, window))

    @cached_property
    def _signals(self) -> dict[tuple[str, str], Signal]:
        rows = self.findings.tables["signals"]
        return {
            (str(row.kpi), str(row.window)): Signal(
                text_of(row.rule), text_of(row.variation), text_of(row.assurance), bool(row.is_provisional)
            )
            for row in rows[rows["segment"] == self.segment].itertuples()
        }

    def _parts(self, table: str, kind: str) -> tuple[str, ...]:
        rows = self.findings.tables[table]
        return tuple(f"{kind}:{code}" for code in rows[rows["segment"] == self.segment]["code"])

    @cached_property
    def month_days(self) -> tuple[Day, ...]:
        """The days of the report month up to the report date, without free days on which nothing happened."""
        return self._days("in_month")

    @cached_property
    def recent_days(self) -> tuple[Day, ...]:
        """The last ten working days, without free days on which nothing happened."""
        return self._days("recent")

    @cached_property
    def shown_days(self) -> tuple[Day, ...]:
        """The days of the month and the recent ones, each once, in order."""
        return tuple(sorted({*self.month_days, *self.recent_days}, key=lambda day: day.date))

    def day_kpi(self) -> str:
        """Return the indicator that the series of days shows: that of the basis, else net agrees."""
        return self.actual if self.get(self.actual, f"d{self.date}") is not None else "K17"

    def last_day(self, kpi: str, window: str) -> dt.date | None:
        """Return the last day of a registered figure's window; not registered: None."""
        found = self.get(kpi, window)
        return None if found is None else day_of(found.last_day)

    def _has_events(self, entity: str) -> bool:
        found = (self.value(kpi, "mtd", entity) for kpi in ("K05", "K13", "K17"))
        return any(figure is not None and figure.value != 0 for figure in found)

    @cached_property
    def charted_days(self) -> tuple[Day, ...]:
        """The days that a chart shows: the recent ones, of a month also the holidays in it."""
        return self._days("recent", holidays=self.is_month)

    def _days(self, column: str, *, holidays: bool = False) -> tuple[Day, ...]:
        rows = self.findings.tables["days"]
        rows = rows[(rows["segment"] == self.segment) & rows[column].astype(bool)].sort_values("date")
        days = (
            Day(
                day_of(row["date"]),
                str(row["window"]),
                int(row["number"]),
                bool(row["is_workday"]),
                text_of(row["holiday"]),
                bool(row["active"]),
            )
            for row in rows.to_dict("records")
        )
        return tuple(day for day in days if day.is_workday or day.active or (holidays and day.holiday))


def segments_shown(findings: Findings) -> tuple[str, ...]:
    """Return the segments that get a section: those asked for, without the silent ones."""
    return tuple(s for s in findings.head.segments if s not in findings.head.silent_segments)


def readers(findings: Findings) -> tuple[Reader, ...]:
    """Return a reader for each segment that gets a section."""
    return tuple(Reader(findings, segment) for segment in segments_shown(findings))


def lacking(figures: Iterable[Figure | None]) -> tuple[str, ...]:
    """Return the reasons why figures are not available, each once, in order."""
    notes = (figure.note for figure in figures if figure is not None and figure.is_na and figure.note)
    return tuple(dict.fromkeys(notes))


def name_of(kpi: str, lang: str) -> str:
    """Return an indicator's name in the language; one outside the catalogue: its id."""
    known = CATALOGUE.get(kpi) or REPORTED.get(kpi)
    if known is None:
        return kpi
    return known.name_id if lang == "id" else known.name_en


def day_of(value: object) -> dt.date:
    """Return the day of a date or time stamp, however the table stored it."""
    return value.date() if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value)[:10])


def text_of(value: object) -> str:
    """Return a table's text; missing: empty."""
    missing = value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value)
