"""What became of the register's recommendations, as the rules of a report and its list of old ones need it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain

import pandas as pd
import pyarrow as pa

from caringmon.analysis.daily_plan import below
from caringmon.analysis.figures import FIGURE_COLUMNS
from caringmon.analysis.follow_up import RECURRENCE_DAYS, follow_up
from caringmon.analysis.rules.known import Earlier
from caringmon.model.audience import Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Figure, entity_name, figure_id
from caringmon.model.follow_up import Followed
from caringmon.model.recommendation import Escalation, Status, workdays_overdue
from caringmon.model.reported import about

FOLLOWED_COLUMNS = [
    "segment", "rec_id", "rule", "priority", "level", "entity", "owner_role", "owner_id", "due", "status",
    "escalate_to", "listed",
]  # fmt: skip
# How many of a segment a page lists; the workbook has all.
MOST_LISTED = 6
OPEN, OVERDUE, RESTRICTED, DAYS = "followed_open", "followed_overdue", "followed_restricted", "workdays_overdue"
WINDOW = "followed"
_OF_EARLIER = "R29"


def earlier_advice(
    known: Iterable[Followed], verdicts: Mapping[str, Status], returned: Iterable[str], today: dt.date,
    calendar: WorkCalendar,
) -> tuple[Earlier, ...]:  # fmt: skip
    """Return the recommendations as the rules see them on a day, by the time of their first raise.

    `verdicts`: what was measured of those that are done; `returned`: the ids of those whose finding came back.
    """
    back, oldest = set(returned), today - dt.timedelta(days=RECURRENCE_DAYS)
    return tuple(
        Earlier(
            rec_id=one.rec_id,
            rule_id=one.subject[1],
            segment=one.segment,
            level=one.subject[2],
            entity=one.subject[3],
            owner_role=one.latest.recommendation.owner_role,
            status=verdicts.get(one.rec_id, one.status),
            due=one.due,
            is_open=one.is_open,
            workdays_overdue=workdays_overdue(one.status, one.due, today, calendar),
            came_back=one.rec_id in back,
            owner_id=one.owner_id,
            is_fresh=one.closed_on is None or one.closed_on >= oldest,
        )
        for one in known
    )


def concerning(known: Sequence[Followed], audience: Audience, roster: pa.Table, day: dt.date) -> tuple[Followed, ...]:
    """Return those that a report for this audience speaks of.

    A leader's are those that the leader or somebody below is to do, or that are about one of them.
    """
    if audience.level == "site":
        return tuple(known)
    mine = (below(roster, audience, level, day) or () for level in ("tl", "agent"))
    people = {audience.person, *chain.from_iterable(mine)}
    return tuple(one for one in known if one.owner_id in people or one.subject[3] in people)


def open_advice(
    known: Iterable[Followed], segments: Sequence[str], today: dt.date, calendar: WorkCalendar
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the open recommendations (`FOLLOWED_COLUMNS`) by segment, overdue first, and their figures.

    Figures, in window `followed`: how many are open, overdue and restricted, by segment; the working days overdue of
    each. `listed`: whether a page lists it. Restricted ones are counted and have no row.
    """
    # No sentence of the register is printed: in whatever language, its words are left out.
    table = follow_up((one for one in known if one.is_open), today, calendar, "id")
    rows: list[dict[str, object]] = []
    figures: list[Figure] = []
    for segment in segments:
        mine = table[table["segment"] == segment]
        shown = mine[~mine["is_restricted"].astype(bool)]
        late = int((shown["workdays_overdue"] > 0).sum())
        numbers = {OPEN: len(shown), OVERDUE: late, RESTRICTED: len(mine) - len(shown)}
        figures += [followed_figure(segment, kpi, number, today) for kpi, number in numbers.items()]
        places = 0
        for record in shown.to_dict("records"):
            # What R29 says of another one stands with that one already.
            places += record["rule_id"] != _OF_EARLIER
            is_listed = record["rule_id"] != _OF_EARLIER and places <= MOST_LISTED
            rows.append({**_row({str(name): value for name, value in record.items()}), "listed": is_listed})
            if record["workdays_overdue"]:
                figures.append(followed_figure(segment, DAYS, record["workdays_overdue"], today, str(record["rec_id"])))
    registered = pd.DataFrame([asdict(figure) for figure in figures], columns=FIGURE_COLUMNS)
    return pd.DataFrame(rows, columns=FOLLOWED_COLUMNS), registered


def _row(record: Mapping[str, object]) -> dict[str, object]:
    escalated = record["escalate_to"]
    return {
        **{name: record[name] for name in FOLLOWED_COLUMNS if name in record},
        "rule": record["rule_id"],
        "escalate_to": "" if escalated == Escalation.NONE.name else escalated,
    }


def followed_figure(segment: str, kpi: str, number: int, day: dt.date, rec_id: str = "") -> Figure:
    """Return a count of recommendations, or of one of them, as a figure in window `followed`."""
    unit, decimals = about(kpi)
    level = "rec" if rec_id else "site"
    return Figure(
        id=figure_id(segment, kpi, WINDOW, entity_name(level, rec_id)),
        kpi=kpi,
        segment=segment,
        level=level,
        entity=rec_id,
        window=WINDOW,
        first_day=day,
        last_day=day,
        value=float(number),
        unit=unit.value,
        decimals=decimals,
        numerator=float(number),
    )
