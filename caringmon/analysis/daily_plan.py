"""Which days and which rows a daily report shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from caringmon.analysis.control_limits import BASELINE_DAYS
from caringmon.analysis.entities import memberships
from caringmon.model.audience import Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import UNMAPPED_ENTITY, Role
from caringmon.model.period import ONE_DAY, Period, Window, month_before

RECENT_DAYS = 10
MEAN_DAYS = 5
_AWAY = ("IZIN", "SAKIT", "CUTI", "ALPA")


@dataclass(frozen=True)
class DailyPlan:
    """Which days a daily report looks at.

    `previous`: the working day before. `last_month`: the day with the same working-day number in the month before;
    None on a day before the first working day of its month. `shown`: the days with a figure of their own. `charted`:
    those from which the limits of days are made, the last ten judged by the 30 before them.
    """

    today: dt.date
    previous: dt.date
    last_month: dt.date | None
    recent: tuple[dt.date, ...]
    shown: tuple[dt.date, ...]
    before: Period
    charted: tuple[dt.date, ...]

    @classmethod
    def of(cls, today: dt.date, calendar: WorkCalendar) -> DailyPlan:
        """Return the plan of the day."""
        recent = tuple(calendar.last_workdays(today, RECENT_DAYS))
        number = len(calendar.workdays(Period.month_to_date(today)))
        return cls(
            today=today,
            previous=calendar.previous_workday(today),
            last_month=calendar.nth_workday(month_before(today), number),
            recent=recent,
            shown=tuple(sorted({*recent, *Period.month_to_date(today).days})),
            before=Period(calendar.last_workdays(today, MEAN_DAYS + 1)[0], today),
            charted=tuple(calendar.last_workdays(today, BASELINE_DAYS + RECENT_DAYS)),
        )

    @property
    def compares_month(self) -> bool:
        """Tell whether the previous working day lies in the same month, so that month-to-date values compare."""
        return self.previous.month == self.today.month

    def windows(self) -> list[Window]:
        """Return all windows, those that are only derived included."""
        found = [
            Window("day", Period.day(self.today)),
            Window("mtd", Period.month_to_date(self.today)),
            Window("month", Period.month(self.today)),
            Window("prev_day", Period.day(self.previous)),
            Window("prev_mtd", Period.month_to_date(self.previous)),
            Window("change", Period(self.previous, self.today + ONE_DAY)),
            Window("recent", Period(self.recent[0], self.today + ONE_DAY)),
            *(Window(f"d{day}", Period.day(day)) for day in self.shown),
            *(Window(f"c{day}", Period.month_to_date(day)) for day in Period.month(self.today).days),
        ]
        return found + ([Window("last_month", Period.month_to_date(self.last_month))] if self.last_month else [])


def shown_segments(values: pd.DataFrame, segments: Sequence[str], audience: Audience) -> tuple[str, ...]:
    """Return the segments of the report: of a leader those with holdings, dials or a target of the month."""
    if audience.level == "site":
        return tuple(segments)
    mine = values[(values["level"] == audience.level) & values["kpi"].isin({"K01", "K05", "target"})]
    active = set(mine.loc[mine["value"] > 0, "segment"])
    return tuple(segment for segment in segments if segment in active)


def shown_days(
    values: pd.DataFrame, plan: DailyPlan, segments: Sequence[str], calendar: WorkCalendar, audience: Audience
) -> pd.DataFrame:
    """Return the days that charts and tables show, a row per segment and day, in order.

    Columns: segment, date, window, number (working-day number in its month, 0 on a free day), is_workday, holiday
    (name of a free day, or empty), recent (one of the last ten), in_month, active (any attempt on the day).
    """
    mine = (values["kpi"] == "K05") & (values["level"] == audience.level) & (values["part"] == "")
    dials = values[mine].set_index(["segment", "window"])["numerator"]
    rows = [
        (segment, day, f"d{day}", _number(day, calendar), calendar.is_workday(day),
         calendar.free_days.get(day, ""), day in plan.recent, day in Period.month(plan.today),
         bool(dials.loc[(segment, f"d{day}")] > 0))
        for segment in segments
        for day in plan.shown
    ]  # fmt: skip
    names = ["segment", "date", "window", "number", "is_workday", "holiday", "recent", "in_month", "active"]
    return pd.DataFrame(rows, columns=names)


def below(roster: pa.Table, audience: Audience, level: str, day: dt.date) -> frozenset[str] | None:
    """Return the codes of a level that belong to the leader on the day; for everybody's report: None, all do."""
    if audience.level == "site" or level == "site":
        return None
    if audience.level == level:
        return frozenset({audience.person})
    if level == "tl":
        return frozenset(
            code for code, superior in superiors(roster, Role.TL, day).items() if superior == audience.person
        )
    spans = memberships(roster, audience.level)
    return frozenset(
        person for person, leader, since, until in spans if leader == audience.person and since <= day < until
    )


def superiors(roster: pa.Table, role: Role, day: dt.date) -> dict[str, str]:
    """Return whom everybody of a role reports to on the day; nobody named: empty."""
    return {
        row["person_id"]: row["reports_to"] or ""
        for row in roster.to_pylist()
        if row["role"] == role and row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)
    }


def shown_teams(values: pd.DataFrame, roster: pa.Table, today: dt.date) -> pd.DataFrame:
    """Return the TLs that have values, with their superior in force today, by superior and code; unmapped last."""
    teams = values[values["level"] == "tl"][["segment", "entity"]].drop_duplicates()
    above = superiors(roster, Role.TL, today)
    teams = teams.assign(superior=[above.get(code, "") for code in teams["entity"]])
    unmapped = teams["entity"] == UNMAPPED_ENTITY
    ordered = teams.assign(unmapped=unmapped).sort_values(
        ["segment", "unmapped", "superior", "entity"], ignore_index=True
    )
    return ordered.drop(columns="unmapped")


def shown_agents(
    values: pd.DataFrame, standings: pd.DataFrame, roster: pa.Table, today: dt.date, segments: Sequence[str]
) -> pd.DataFrame:
    """Return the agents that have values, by segment and code: segment, entity, team, rank, standing, is_shared.

    `team`: the TL today, empty outside the roster; `standings`: see `agent_standings`; an agent without any has rank 0.
    `is_shared`: works in several of the `segments`, so that hours logged in belong to none of them alone.
    """
    agents = values[values["level"] == "agent"][["segment", "entity"]].drop_duplicates()
    above = superiors(roster, Role.AGENT, today)
    agents = agents.assign(team=[above.get(code, "") for code in agents["entity"]])
    told = agents.merge(standings, on=["segment", "entity"], how="left", validate="one_to_one")
    shared = _shared(roster, today, segments)
    told = told.assign(
        rank=told["rank"].fillna(0).astype("int64"),
        standing=told["standing"].fillna("too_few"),
        is_shared=[code in shared for code in told["entity"]],
    )
    return told.sort_values(["segment", "entity"], ignore_index=True)[
        ["segment", "entity", "team", "rank", "standing", "is_shared"]
    ]


def _shared(roster: pa.Table, day: dt.date, segments: Sequence[str]) -> frozenset[str]:
    """Return the agents whose roster row of the day names several segments, or none where there are several."""
    several = len(segments) > 1
    return frozenset(
        row["person_id"]
        for row in roster.to_pylist()
        if row["role"] == Role.AGENT and row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)
        if (several if not row["segments"] else len(row["segments"].replace(",", "|").split("|")) > 1)
    )


def shown_slices(values: pd.DataFrame, kind: str, kpi: str, window: str) -> pd.DataFrame:
    """Return the slices of a kind (`hour`, `result`) that have a value of the KPI in the window, largest first.

    Columns: segment, code (`09`, `U01`), value. Hours stand in the order of the clock.
    """
    mine = values[
        values["part"].astype("str").str.startswith(f"{kind}:") & (values["kpi"] == kpi) & (values["window"] == window)
    ]
    codes = mine["part"].astype("str").str.removeprefix(f"{kind}:")
    found = mine.assign(code=codes)[["segment", "code", "value"]]
    by = ["segment", "code"] if kind == "hour" else ["segment", "value", "code"]
    rising = [True, True] if kind == "hour" else [True, False, True]
    return found.sort_values(by, ascending=rising, ignore_index=True)[["segment", "code"]]


def absent_leaders(attendance: pa.Table, roster: pa.Table, day: dt.date, teams: Iterable[str]) -> pd.DataFrame:
    """Return the TLs among the teams whose attendance of the day says that they are away: entity, status."""
    leaders = set(teams) & set(superiors(roster, Role.TL, day))
    rows = [
        (row["person_id"], row["status"])
        for row in attendance.to_pylist()
        if row["date"] == day and row["person_id"] in leaders and row["status"] in _AWAY
    ]
    return pd.DataFrame(sorted(rows), columns=["entity", "status"])


def _number(day: dt.date, calendar: WorkCalendar) -> int:
    return len(calendar.workdays(Period.month_to_date(day))) if calendar.is_workday(day) else 0
