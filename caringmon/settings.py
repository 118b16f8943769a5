"""Parameter files shared by all reports: settings, calendar, and where the workspace is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from caringmon.errors import ParameterError, UsageError
from caringmon.lists import REGIONS, csv_rows, read_regions, read_sources
from caringmon.model.buckets import Buckets, read_buckets
from caringmon.model.calendar import WorkCalendar
from caringmon.model.call_hours import CallHours
from caringmon.model.claims import PromiseRules
from caringmon.model.rulebook import Rulebook, read_rulebook
from caringmon.params import CalendarSettings, Settings, read_settings, read_yaml_as_text
from caringmon.shipped import checkout_folder, params_folder

CUTI_BERSAMA = "cuti bersama"
HOURS_AHEAD = {"WIB": 0, "WITA": 1, "WIT": 2}
_CALENDAR = ("date", "name", "kind", "decree", "version")


def workspace_folder(explicit: Path | None, environment: Mapping[str, str], here: Path) -> Path:
    """Return the workspace: the folder given, else `CARINGMON_WORKSPACE`, else the nearest around `here`.

    That is the first folder from `here` upwards that holds `params/` and `inbox/`; where none does, the checkout that
    holds the package. A folder that does not exist, and an installed package without any of these: UsageError.
    """
    named = explicit or (Path(value) if (value := environment.get("CARINGMON_WORKSPACE")) else None)
    folder = named or _around(here.resolve()) or checkout_folder()
    if folder is None:
        raise UsageError("there is no workspace here; name one with --workspace, or make one with caringmon init DIR")
    if not folder.is_dir():
        raise UsageError(f"workspace {folder.name}: there is no such folder; make it or name another with --workspace")
    return folder.resolve()


def _around(here: Path) -> Path | None:
    """Return the nearest workspace at or above a folder, as git finds its repository; None where there is none."""
    above = (here, *here.parents)
    return next((one for one in above if (one / "params").is_dir() and (one / "inbox").is_dir()), None)


def parameter_file(workspace: Path, name: str) -> Path:
    """Return the workspace's own parameter file, else the one that comes with the package."""
    own = workspace / "params" / name
    return own if own.exists() else params_folder() / name


def workspace_settings(workspace: Path) -> Settings:
    """Return the settings in force in the workspace."""
    return read_settings(parameter_file(workspace, "settings.yml"))


def promise_rules(settings: Settings) -> PromiseRules:
    """Return when a promise is due and kept, as the settings have it."""
    payments = settings.payments
    return PromiseRules(
        grace_days=payments.grace_days,
        tolerance=Fraction(str(payments.tolerance)),
        feed_lag_days=payments.feed_lag_days,
        late_days=payments.late_days,
    )


def call_hours(settings: Settings, zones: Mapping[str, int]) -> CallHours:
    """Return when customers may be called, as the settings have it; `zones`: hours ahead of WIB by witel."""
    opens, closes = settings.limits.allowed_hours
    return CallHours(opens, closes, zones, HOURS_AHEAD[settings.limits.tz_default])


def workspace_sources(workspace: Path) -> dict[str, str]:
    """Return the source of record of every table in the workspace."""
    return read_sources(parameter_file(workspace, "sources.yml"))


def workspace_buckets(workspace: Path) -> Buckets:
    """Return what numbers of unpaid bills mean in the workspace; a mistake in the file: ParameterError."""
    path = parameter_file(workspace, "buckets.yml")
    return read_buckets(read_yaml_as_text(path), path.name)


def workspace_rulebook(workspace: Path) -> Rulebook:
    """Return the rulebook in force in the workspace; a mistake in the file: ParameterError."""
    path = parameter_file(workspace, "rules.yml")
    return read_rulebook(read_yaml_as_text(path), path.name)


def workspace_calendar(workspace: Path, settings: CalendarSettings) -> WorkCalendar:
    """Return the working-day calendar of the workspace. An unreadable row: ParameterError naming its line."""
    path = parameter_file(workspace, "calendar_id.csv")
    free: dict[dt.date, str] = {}
    years, leave = set(), set()
    for line, row in csv_rows(path, _CALENDAR):
        try:
            day = dt.date.fromisoformat(row["date"])
        except ValueError:
            raise ParameterError(f"{path.name} line {line}: expected {','.join(_CALENDAR)}") from None
        years.add(day.year)
        if row["kind"] == CUTI_BERSAMA:
            leave.add(day)
        if not (row["kind"] == CUTI_BERSAMA and settings.cuti_bersama == "work"):
            free[day] = row["name"]
    return WorkCalendar(
        workweek=frozenset(settings.workweek),
        free_days=free,
        years=frozenset(years),
        version=settings.version,
        opens=settings.working_hours[0],
        closes=settings.working_hours[1],
        collective_leave=frozenset(leave),
    )


def workspace_zones(workspace: Path) -> dict[str, int]:
    """Return how many hours each witel's clock is ahead of WIB, by its name in capitals; the last row of one holds.

    An unreadable row: ParameterError naming its line.
    """
    regions = read_regions(parameter_file(workspace, REGIONS))
    return {region.witel.upper(): HOURS_AHEAD[region.tz] for region in regions}
