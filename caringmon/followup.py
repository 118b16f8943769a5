"""The follow-up loop: the tracker out, the tracker back, the list of recommendations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from caringmon.analysis.follow_up import follow_up
from caringmon.edits import Judged, judged, read_tracker
from caringmon.model.calendar import WorkCalendar
from caringmon.model.follow_up import Followed, Kind, followed, version_of
from caringmon.report.tracker import Stamp, tracker_bytes
from caringmon.settings import workspace_calendar, workspace_settings
from caringmon.store.recommendations import Author, Step, add_steps, read_events
from caringmon.store.register import register_url


@dataclass(frozen=True)
class Place:
    """The workspace and, if it is not there, the URL of its register."""

    workspace: Path
    url: str | None = None

    @property
    def register(self) -> str:
        """The URL of the register."""
        return register_url(self.workspace, self.url)

    @property
    def calendar(self) -> WorkCalendar:
        """The working days of the workspace."""
        return workspace_calendar(self.workspace, workspace_settings(self.workspace).calendar)


@dataclass(frozen=True)
class Wanted:
    """Which recommendations are asked for: open ones alone, of one owner, the restricted ones instead of the others."""

    open_only: bool = True
    owner: str = ""
    is_restricted: bool = False

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are wanted."""
        rows = table["is_restricted"].eq(self.is_restricted)
        if self.open_only:
            rows &= table["is_open"]
        if self.owner:
            rows &= table["owner_id"].eq(self.owner) | table["owner_role"].eq(self.owner)
        return table[rows].reset_index(drop=True)


def listed(place: Place, wanted: Wanted, now: dt.datetime, lang: str) -> pd.DataFrame:
    """Return the recommendations as they stand, as `analysis.follow_up.follow_up` at `now` (naive WIB)."""
    return wanted.of(follow_up(_known(place), now.date(), place.calendar, lang))


def export(place: Place, wanted: Wanted, now: dt.datetime, lang: str) -> bytes:
    """Return the tracker as it stands at `now` (naive WIB), as the bytes of an .xlsx file."""
    known = _known(place)
    table = wanted.of(follow_up(known, now.date(), place.calendar, lang))
    return tracker_bytes(table, Stamp(version_of(known), now.date()), lang)


def import_tracker(place: Place, path: Path, now: dt.datetime, actor: str) -> Judged:
    """Add what a tracker says to the register; return what became of its rows.

    The errors of `edits.read_tracker` and `edits.judged`; then nothing is added.
    """
    tracker = read_tracker(path.name, path.read_bytes())
    found: list[Judged] = []

    def choose(known: Sequence[Followed]) -> tuple[Step, ...]:
        found.append(judged(tracker, known, now.date(), path.name))
        return found[0].steps

    add_steps(place.register, choose, Author(actor, now, Kind.MOVED))
    return found[0]


def _known(place: Place) -> tuple[Followed, ...]:
    # All of it: a report that ran before its clock has raised what people are to answer now.
    return followed(read_events(place.register))
