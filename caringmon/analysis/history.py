"""What became of earlier recommendations, as a report knows it at its clock: the register, and the facts since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.clocks import read_on, rows_since
from caringmon.analysis.earlier_advice import concerning, earlier_advice
from caringmon.analysis.linked_agrees import Linked, came_back, linked_agrees
from caringmon.analysis.measuring import Measuring
from caringmon.analysis.rule_counts import rule_days
from caringmon.analysis.rules.known import Earlier
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.verdicts import Assessed, assessed
from caringmon.model.findings import Evidence
from caringmon.model.follow_up import Followed
from caringmon.model.recommendation import Status
from caringmon.model.rulebook import MIN_N


@dataclass(frozen=True)
class History:
    """The recommendations that a report speaks of, and what was found out about them.

    `today`: the day on which the report is read. `assessed`: what was measured of those that are done and not judged.
    `back`: those whose finding came back (`linked_agrees.came_back`). `earlier`: the same for the rules. `agrees`: the
    agrees that the advice of today is about.
    """

    known: tuple[Followed, ...]
    today: dt.date
    assessed: tuple[Assessed, ...]
    back: pd.DataFrame
    earlier: tuple[Earlier, ...]
    agrees: Linked


NO_HISTORY = History((), dt.date.min, (), pd.DataFrame(), (), {})


def measured(
    done: Iterable[Followed], evidence: Evidence, at_close: Callable[[dt.date], Snapshot]
) -> tuple[Assessed, ...]:
    """Return what is measured of recommendations that are done, up to the report's day."""
    request = evidence.request
    day = request.report_date
    measure = Measuring(at_close, rows_since(day), rule_days(request, day), request.max_attempts_day)
    return assessed(done, day, evidence.calendar, measure.of, int(request.rulebook.general[MIN_N]))


def history(evidence: Evidence, now: Snapshot, at_close: Callable[[dt.date], Snapshot]) -> History:
    """Return what became of the recommendations; `at_close`: what was known at a day's own clocks."""
    request, calendar = evidence.request, evidence.calendar
    day, audience = request.report_date, request.audience
    today = read_on(request, evidence.clocks, calendar)
    known = concerning(evidence.followed, audience, evidence.tables["roster"], day)
    found = measured([one for one in known if one.status is Status.DONE_CLAIMED], evidence, at_close)
    back = came_back(now.relations, known, int(request.rulebook.limit("R29", "again_days")))
    earlier = earlier_advice(known, {one.rec_id: one.status for one in found}, back["rec_id"], today, calendar)
    agrees = linked_agrees(now.relations, rule_days(request, day), audience.level, audience.person)
    return History(known, today, found, back, earlier, agrees)
