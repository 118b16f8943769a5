"""Reading findings by segment, and the small counts that sentences need: days below target, teams that reached it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from caringmon.model.audience import Audience
from caringmon.model.bridge import STEPS
from caringmon.model.codes import UNMAPPED_ENTITY, Severity
from caringmon.model.findings import Figure, Findings, entity_name, figure_id
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE, Unit
from caringmon.model.reported import REPORTED
from caringmon.report.numerals import Status, status_of

SEGMENT_NAMES = {"CT0": "CT-0", "PRANPC": "PraNPC"}
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
class Agent:
    """One agent: the code, and that of the TL today."""

    entity: str
    team: str

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
        self.date = dt.date.fromisoformat(findings.head.period)
        self.actual = ACTUAL_KPI[findings.head.basis]
        self.audience = Audience.of(findings.head.audience)
        self.focus = entity_name(self.audience.level, self.audience.person)

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

    def values(self, *wanted: tuple[str, str]) -> tuple[Figure, ...] | None:
        """Return all the (KPI, window) figures; one is not available: None."""
        found = [self.value(kpi, window) for kpi, window in wanted]
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

    @property
    def teams(self) -> tuple[Team, ...]:
        """The teams in the order of the findings; rows without a team only where something happened in them."""
        rows = self.findings.tables["teams"]
        rows = rows[rows["segment"] == self.segment]
        every = (Team(str(r.entity), text_of(r.superior)) for r in rows.itertuples())
        return tuple(team for team in every if not team.is_unmapped or self._has_events(team.entity))

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The agents with a dial or an agree in the month, by code."""
        rows = self.findings.tables["agents"]
        every = (Agent(str(r.entity), text_of(r.team)) for r in rows[rows["segment"] == self.segment].itertuples())
        return tuple(agent for agent in every if self._has_events(agent.name))

    @property
    def hours(self) -> tuple[str, ...]:
        """The hours with a dial in the last ten working days, as the parts of figures name them (`hour:09`)."""
        return self._parts("hours", "hour")

    @property
    def results(self) -> tuple[str, ...]:
        """The results of the day or the five working days before, most frequent first (`result:U01`)."""
        return self._parts("results", "result")

    def _parts(self, table: str, kind: str) -> tuple[str, ...]:
        rows = self.findings.tables[table]
        return tuple(f"{kind}:{code}" for code in rows[rows["segment"] == self.segment]["code"])

    @property
    def month_days(self) -> tuple[Day, ...]:
        """The days of the report month up to the report date, without free days on which nothing happened."""
        return self._days("in_month")

    @property
    def recent_days(self) -> tuple[Day, ...]:
        """The last ten working days, without free days on which nothing happened."""
        return self._days("recent")

    @property
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

    def _days(self, column: str) -> tuple[Day, ...]:
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
        return tuple(day for day in days if day.is_workday or day.active)


def segments_shown(findings: Findings) -> tuple[str, ...]:
    """Return the segments that get a section: those asked for, without the silent ones."""
    return tuple(s for s in findings.head.segments if s not in findings.head.silent_segments)


def readers(findings: Findings) -> tuple[Reader, ...]:
    """Return a reader for each segment that gets a section."""
    return tuple(Reader(findings, segment) for segment in segments_shown(findings))


def count_figure(name: str, window: str, count: int, date: dt.date, segment: str = "") -> Figure:
    """Return a count that the report makes itself as a figure, so that it can be traced like the others."""
    return Figure(
        id=figure_id(segment, name, window),
        kpi=name,
        segment=segment,
        level="site",
        entity="",
        window=window,
        first_day=date,
        last_day=date,
        value=float(count),
        unit=str(Unit.COUNT),
        decimals=0,
    )


_ROWS = ("rows_read", "rows_loaded", "rows_quarantined")
_COUNTED_TABLES = (
    ("issues", "issue", ("count",)),
    ("loads", "load", _ROWS),
    ("issue_summary", "finding", ("count", "files")),
    ("load_summary", "source", (*_ROWS, "files")),
    ("bridge", "bridge", STEPS),
    ("bridge_total", "bridge_total", STEPS),
)


def row_counts(findings: Findings) -> dict[str, Figure]:
    """Return the counts beside the issues and the loaded files as figures, by id (`count.issue1`)."""
    date = dt.date.fromisoformat(findings.head.period)
    figures = [
        count_figure(name, f"{prefix}{number}", int(row[name]), date)
        for table, prefix, names in _COUNTED_TABLES
        for number, row in enumerate(findings.tables[table].to_dict("records"), 1)
        for name in names
    ]
    remarks = int((findings.tables["issue_summary"]["severity"] == Severity.INFO).sum())
    figures.append(count_figure("remarks", "issues", remarks, date))
    return {figure.id: figure for figure in figures}


@dataclass(frozen=True)
class TeamMoves:
    """The teams whose status fell or rose since the previous working day, the largest fall first."""

    down: tuple[str, ...]
    up: tuple[str, ...]


def team_moves(reader: Reader) -> TeamMoves:
    """Return the teams that changed their status between the previous working day and the report date."""
    ranks = list(Status)[::-1]
    moves = []
    for team in reader.teams:
        before, after = (reader.value("K19", window, team.entity) for window in ("prev_mtd", "mtd"))
        old, new = (status_of(figure) if figure is not None else None for figure in (before, after))
        if old is not None and new is not None and old is not new:
            moves.append((ranks.index(new) - ranks.index(old), team.entity))
    return TeamMoves(
        tuple(entity for step, entity in sorted(moves) if step < 0),
        tuple(entity for step, entity in sorted(moves) if step > 0),
    )


def counts(reader: Reader) -> dict[str, Figure]:
    """Return the counts that titles use, by name: days and teams, how many below target and how many not."""
    pairs = [
        (reader.value(reader.day_kpi(), day.window), reader.value("target", day.window))
        for day in reader.recent_days
        if day.active
    ]
    compared = [(now, target) for now, target in pairs if now is not None and target is not None]
    compared = [(now, target) for now, target in compared if target.value > 0]
    below = sum(now.value < target.value for now, target in compared)
    led = [team for team in reader.teams if not team.is_unmapped]
    bands = [status for team in led if (status := _team_status(reader, team)) is not None]
    moves = team_moves(reader)
    numbers = {
        "days_listed": len(reader.recent_days),
        "days_compared": len(compared),
        "days_below": below,
        "days_reached": len(compared) - below,
        "days_drawn": sum(now is not None for now, _ in pairs),
        "teams": len(led),
        "teams_compared": len(bands),
        "teams_reached": bands.count(Status.REACHED),
        "teams_down": len(moves.down),
        "teams_up": len(moves.up),
    }
    return {name: count_figure(name, "recent", number, reader.date, reader.segment) for name, number in numbers.items()}


def registered(findings: Findings) -> dict[str, Figure]:
    """Return every figure a document may print, by id: those of the findings and the report's own counts."""
    rows = findings.tables["figures"].to_dict("records")
    figures = {str(row["id"]): Figure(**{str(name): value for name, value in row.items()}) for row in rows}
    for reader in readers(findings):
        figures |= {figure.id: figure for figure in counts(reader).values()}
    return figures | row_counts(findings)


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


def _team_status(reader: Reader, team: Team) -> Status | None:
    achievement = reader.value("K19", "mtd", team.entity)
    return status_of(achievement) if achievement is not None else None


def day_of(value: object) -> dt.date:
    """Return the day of a date or time stamp, however the table stored it."""
    return value.date() if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value)[:10])


def text_of(value: object) -> str:
    """Return a table's text; missing: empty."""
    missing = value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value)
