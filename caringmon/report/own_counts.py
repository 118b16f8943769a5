"""The small counts that a report makes itself, for titles and tables: registered figures like all others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from caringmon.model.bridge import STEPS
from caringmon.model.codes import Severity
from caringmon.model.findings import Figure, Findings, figure_id
from caringmon.model.kpi import MIN_N, Unit
from caringmon.report.numerals import Status, status_of
from caringmon.report.reading import Reader, Team, readers

# A page lists this many results; the workbook lists all.
MOST_RESULTS = 10


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
    date = findings.head.date
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
    """Return the counts that titles and tables use, by name: days, teams, agents, hours, results."""
    numbers = {
        **_days(reader),
        **_teams(reader),
        **_agents(reader),
        "attempts_rest": _attempts_rest(reader),
        "advice_left_out": _advice_left_out(reader),
        **({"advice": len(_advice(reader))} if reader.is_month else {}),
    }
    return {name: count_figure(name, "recent", number, reader.date, reader.segment) for name, number in numbers.items()}


def _advice_left_out(reader: Reader) -> int:
    """Return how many recommendations the page leaves to the workbook."""
    return int((~_advice(reader)["shown"].astype(bool)).sum())


def _advice(reader: Reader) -> pd.DataFrame:
    rows = reader.findings.tables["recommendations"]
    return rows[rows["segment"] == reader.segment]


def _days(reader: Reader) -> dict[str, int]:
    """Return how many days are listed, drawn, compared with a target, and below it."""
    pairs = [
        (reader.value(reader.day_kpi(), day.window), reader.value("target", day.window))
        for day in reader.recent_days
        if day.active
    ]
    compared = [(now, target) for now, target in pairs if now is not None and target is not None]
    compared = [(now, target) for now, target in compared if target.value > 0]
    below = sum(now.value < target.value for now, target in compared)
    return {
        "days_listed": len(reader.recent_days),
        "days_compared": len(compared),
        "days_below": below,
        "days_reached": len(compared) - below,
        "days_drawn": sum(now is not None for now, _ in pairs),
    }


def _teams(reader: Reader) -> dict[str, int]:
    """Return how many teams there are, have a target, reach it, and changed their status."""
    led = [team for team in reader.teams if not team.is_unmapped]
    bands = [status for team in led if (status := _team_status(reader, team)) is not None]
    moves = team_moves(reader)
    return {
        "teams": len(led),
        "teams_compared": len(bands),
        "teams_reached": bands.count(Status.REACHED),
        "teams_down": len(moves.down),
        "teams_up": len(moves.up),
        "leaders_away": len(reader.absences),
    }


def _agents(reader: Reader) -> dict[str, int]:
    """Return how many agents there are, are named as best, and are too few in contacts for any order."""
    return {
        "agents": len(reader.agents),
        "agents_best": len(reader.best_agents),
        "agents_small": sum(not agent.rank for agent in reader.agents),
        "least_contacts": MIN_N,
    }


def _attempts_rest(reader: Reader) -> int:
    """Return the attempts of the day with a result that the page does not list."""
    found = (reader.value("attempts", "day", None, part) for part in reader.results[MOST_RESULTS:])
    return int(sum(figure.value for figure in found if figure is not None))


def _team_status(reader: Reader, team: Team) -> Status | None:
    achievement = reader.value("K19", "mtd", team.entity)
    return status_of(achievement) if achievement is not None else None


def registered(findings: Findings) -> dict[str, Figure]:
    """Return every figure a document may print, by id: those of the findings and the report's own counts."""
    figures = dict(findings.figures)
    for reader in readers(findings):
        figures |= {figure.id: figure for figure in counts(reader).values()}
    return figures | row_counts(findings)
