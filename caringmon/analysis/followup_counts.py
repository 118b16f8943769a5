"""The numbers of the report on recommendations as registered figures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence

import pandas as pd

from caringmon.analysis.effectiveness import Measured
from caringmon.analysis.verdicts import Assessed
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Figure, figure_id
from caringmon.model.follow_up import Followed
from caringmon.model.kpi import Unit
from caringmon.model.period import ONE_DAY, Period
from caringmon.model.recommendation import ANSWERED, Escalation, Origin, Status
from caringmon.model.reported import about

WINDOW = "now"
# The way from sent to verified; who is further on has been there.
STAGES = {
    "sent": Status.SENT, "acknowledged": Status.ACKNOWLEDGED, "in_progress": Status.IN_PROGRESS,
    "done": Status.DONE_CLAIMED, "verified": Status.VERIFIED_EFFECTIVE,
}  # fmt: skip
AGES = {"0-5": (0, 5), "6-10": (6, 10), "11-20": (11, 20), ">20": (21, 10**6)}
_WAY = list(STAGES.values())
_CLOSED = {"effective": Status.VERIFIED_EFFECTIVE, "not_effective": Status.VERIFIED_NOT_EFFECTIVE,
           "rejected": Status.REJECTED, "cancelled": Status.CANCELLED}  # fmt: skip


def count(kpi: str, number: float, day: dt.date, part: str = "", rec_id: str = "") -> Figure:
    """Return a count of the report as a figure: of an origin (`origin:QC`), or of one recommendation."""
    unit, decimals = about(kpi)
    return Figure(
        id=figure_id("", kpi, WINDOW, rec_id, part), kpi=kpi, segment="", level="rec" if rec_id else "site",
        entity=rec_id, window=WINDOW, first_day=day, last_day=day, value=float(number), unit=unit.value,
        decimals=decimals, numerator=float(number), part=part,
    )  # fmt: skip


def board_figures(table: pd.DataFrame, back: pd.DataFrame, today: dt.date, version: int) -> list[Figure]:
    """Return how many are open, due this week, overdue, done, closed how, and to be escalated, by origin.

    `table`: `analysis.follow_up`. The version of the register stands beside them: a tracker is made from it.
    """
    sunday = today + dt.timedelta(days=7 - today.isoweekday())
    found = [count("register_version", version, today), count("rec_back", len(back), today)]
    for origin in Origin:
        mine = table[table["origin"] == origin]
        is_open = mine["is_open"].astype(bool)
        unanswered = is_open & ~mine["status"].isin([str(status) for status in ANSWERED])
        numbers = {
            "open": is_open,
            "due_week": unanswered & (mine["due"] >= today) & (mine["due"] <= sunday),
            "overdue": mine["workdays_overdue"] > 0,
            "done": mine["status"] == Status.DONE_CLAIMED,
            **{name: mine["status"] == status for name, status in _CLOSED.items()},
            **{f"to_{level.name.lower()}": mine["escalate_to"] == level.name for level in Escalation if level},
        }
        found += [count(f"rec_{name}", int(rows.sum()), today, f"origin:{origin}") for name, rows in numbers.items()]
    return found


def progress_figures(known: Sequence[Followed], today: dt.date) -> list[Figure]:
    """Return by origin how many were raised and how many came how far; rejected and cancelled ones left out."""
    found = []
    for origin in Origin:
        mine = [one for one in known if one.latest.recommendation.origin is origin]
        mine = [one for one in mine if one.status not in (Status.REJECTED, Status.CANCELLED)]
        part = f"origin:{origin}"
        found.append(count("rec_raised", len(mine), today, part))
        reached = [_furthest(one) for one in mine]
        found += [
            count(f"rec_stage_{name}", sum(place <= far for far in reached), today, part)
            for place, name in enumerate(STAGES)
        ]
    return found


def _furthest(one: Followed) -> int:
    """Return how far it came on the way from sent to verified; a draft: −1."""
    status = Status.VERIFIED_EFFECTIVE if one.status is Status.VERIFIED_NOT_EFFECTIVE else one.status
    return _WAY.index(status) if status in _WAY else -1


def days_figures(
    still_open: pd.DataFrame, returns: pd.DataFrame, today: dt.date, calendar: WorkCalendar
) -> list[Figure]:
    """Return of each open one the working days open and overdue and its expected effect; how many are how old.

    Of each return the working days since the verdict.
    """
    found, ages = [], []
    for row in still_open.to_dict("records"):
        days = _workdays(row["raised_on"], today, calendar)
        ages.append((str(row["origin"]), days))
        found.append(count("rec_days_open", days, today, rec_id=row["rec_id"]))
        found.append(count("workdays_overdue", row["workdays_overdue"], today, rec_id=row["rec_id"]))
        if not math.isnan(row["effect_value"]):
            found.append(count("rec_effect", row["effect_value"], today, rec_id=row["rec_id"]))
    for origin in Origin:
        own = [days for name, days in ages if name == origin]
        found += [
            count(f"rec_age.{name}", sum(low <= days <= high for days in own), today, f"origin:{origin}")
            for name, (low, high) in AGES.items()
        ]
    for row in returns[returns["returned_on"] != ""].drop_duplicates("agree_id").to_dict("records"):
        since = dt.date.fromisoformat(row["returned_on"])
        found.append(count("return_days", _workdays(since, today, calendar), today, rec_id=f"agree:{row['agree_id']}"))
    return found


def _workdays(since: dt.date, today: dt.date, calendar: WorkCalendar) -> int:
    """Return the working days after a day that have begun by today."""
    return len(calendar.workdays(Period(since + ONE_DAY, today + ONE_DAY))) if since < today else 0


def assessed_figures(verdicts: Iterable[Assessed], today: dt.date) -> list[Figure]:
    """Return of each that was measured the KPI before and after, the difference and its interval.

    A share's difference is in points, that of a count in its own unit per day or trial.
    """
    found = []
    for one in verdicts:
        for window, value, period in (
            ("before", one.before_value, one.before), ("after", one.after_value, one.after),
        ):  # fmt: skip
            if value is not None:
                found.append(_measured(one, window, value, period))
                found.append(count("rec_cases", value.of, today, window, one.rec_id))
        if one.judgement is not None:
            by = 100 if one.subject.is_share else 1
            bounds = {"": one.judgement.difference, ".low": one.judgement.low, ".high": one.judgement.high}
            found += [
                count(f"rec_difference{name}", by * value, today, rec_id=one.rec_id) for name, value in bounds.items()
            ]
    return found


def verdict_figures(verdicts: Sequence[Assessed], known: Sequence[Followed], today: dt.date) -> list[Figure]:
    """Return by origin how many verdicts this issue closes with: those of what was done and not judged before."""
    by_id = {one.rec_id: one for one in known}
    new = [
        (by_id[v.rec_id].latest.recommendation.origin, v.status)
        for v in verdicts
        if by_id[v.rec_id].status is Status.DONE_CLAIMED
    ]
    return [
        count(f"rec_new_{name}", new.count((origin, _CLOSED[name])), today, f"origin:{origin}")
        for origin in Origin
        for name in ("effective", "not_effective")
    ]


def _measured(one: Assessed, window: str, value: Measured, period: Period) -> Figure:
    kpi, unit = one.subject.kpi, Unit.RATE if one.subject.is_share or one.subject.kpi == "K19" else Unit.RATIO
    return Figure(
        id=figure_id(one.subject.segment, kpi, window, one.rec_id), kpi=kpi, segment=one.subject.segment,
        level=one.subject.level, entity=one.subject.entity, window=window, first_day=period.start,
        last_day=period.last_day, value=value.rate, unit=unit.value, decimals=1, numerator=float(value.cases),
        denominator=float(value.of),
    )  # fmt: skip
