"""What may be said of recommendations that were done: measured before and after, and judged (5-rules)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.effectiveness import (
    Judgement,
    Measured,
    Verdict,
    Windows,
    judged_count,
    judged_rate,
    windows,
)
from caringmon.analysis.measuring import Subject
from caringmon.model.calendar import WorkCalendar
from caringmon.model.follow_up import Followed
from caringmon.model.period import ONE_DAY, Period
from caringmon.model.recommendation import Status

Measure = Callable[[Subject, Period], tuple[Measured | None, str]]
STATUS_OF = {
    Verdict.EFFECTIVE: Status.VERIFIED_EFFECTIVE,
    Verdict.NOT_EFFECTIVE: Status.VERIFIED_NOT_EFFECTIVE,
    Verdict.INCONCLUSIVE: Status.DONE_CLAIMED,
}
WAITING, FEW, BETWEEN = "waiting", "few", "between"
ASSESSED_COLUMNS = [
    "rec_id", "origin", "segment", "rule_id", "level", "entity", "kpi", "is_share", "status", "verdict", "why",
    "is_final", "before_first", "before_last", "after_first", "after_last", "measured",
]  # fmt: skip


@dataclass(frozen=True)
class Assessed:
    """A recommendation that was done, and what was measured of it.

    `after`: the window that was looked at, or that is waited for. `before_value`, `after_value`: None where they are
    not to be had. `judgement`: None then, and while the window runs. `why`: why there is no verdict, as a code; one:
    empty. `is_final`: nothing more will be measured.
    """

    rec_id: str
    subject: Subject
    before: Period
    after: Period
    before_value: Measured | None
    after_value: Measured | None
    judgement: Judgement | None
    why: str
    is_final: bool

    @property
    def verdict(self) -> Verdict:
        """What may be said; nothing measured: INCONCLUSIVE."""
        return self.judgement.verdict if self.judgement is not None else Verdict.INCONCLUSIVE

    @property
    def is_waiting(self) -> bool:
        """Tell whether its first window after is not over yet."""
        return self.why == WAITING

    @property
    def status(self) -> Status:
        """Where the verdict brings it."""
        return STATUS_OF[self.verdict]


def assessed(
    known: Iterable[Followed], last_day: dt.date, calendar: WorkCalendar, measure: Measure, min_n: int
) -> tuple[Assessed, ...]:
    """Return what is measured at the end of a day of the recommendations done whose rule names a KPI, in order.

    Ten working days after are looked at first; only if they leave it open, and are over, the twenty. So the verdict
    does not depend on when it is asked for.
    """
    found = []
    for one in known:
        check, done = one.first.recommendation.check, one.done_on
        if check.kpi and done is not None and one.status not in (Status.REJECTED, Status.CANCELLED):
            spans = windows(one.raised_at.date(), done, calendar)
            found.append(_assessed(one, spans, last_day + ONE_DAY, measure, min_n))
    return tuple(found)


def _assessed(one: Followed, spans: Windows, today: dt.date, measure: Measure, min_n: int) -> Assessed:
    subject = Subject(*_about(one))
    if spans.after.end > today:
        return Assessed(one.rec_id, subject, spans.before, spans.after, None, None, None, WAITING, is_final=False)
    before, lacks = measure(subject, spans.before)
    first = _judged(one, subject, (before, lacks, spans.before), (spans.after, False), (measure, min_n))
    if first.is_final or spans.extended.end > today:
        return first
    return _judged(one, subject, (before, lacks, spans.before), (spans.extended, True), (measure, min_n))


def _judged(
    one: Followed, subject: Subject, before: tuple[Measured | None, str, Period], after: tuple[Period, bool],
    how: tuple[Measure, int],
) -> Assessed:  # fmt: skip
    """Return the judgement of one window after; `after`: the window and whether it is the extended one."""
    (value, lacks, span), (window, is_extended), (measure, min_n) = before, after, how
    if value is None:
        return Assessed(one.rec_id, subject, span, window, None, None, None, lacks, is_final=True)
    then, lacks = measure(subject, window)
    if then is None:
        return Assessed(one.rec_id, subject, span, window, value, None, None, lacks, is_final=is_extended)
    judge = judged_rate if subject.is_share else judged_count
    judgement = judge(one.first.recommendation.check, value, then, is_extended=is_extended, min_n=min_n)
    is_few = min(value.of, then.of) < min_n if subject.is_share else value.cases + then.cases < min_n
    why = "" if judgement.verdict is not Verdict.INCONCLUSIVE else FEW if is_few else BETWEEN
    return Assessed(one.rec_id, subject, span, window, value, then, judgement, why, judgement.is_final)


def _about(one: Followed) -> tuple[str, str, str, str]:
    segment, _, level, entity = one.subject
    return segment, level, entity, one.first.recommendation.check.kpi


def assessed_table(verdicts: Iterable[Assessed], known: Mapping[str, Followed]) -> pd.DataFrame:
    """Return what was measured, a row each (`ASSESSED_COLUMNS`); `known`: the recommendations by their id."""
    rows = [(verdict, known[verdict.rec_id]) for verdict in verdicts]
    return pd.DataFrame(
        [
            (v.rec_id, str(one.latest.recommendation.origin), one.segment, one.subject[1], one.subject[2],
             one.subject[3], v.subject.kpi, v.subject.is_share, str(one.status), str(v.verdict), v.why, v.is_final,
             v.before.start, v.before.last_day, v.after.start, v.after.last_day,
             v.judgement.difference if v.judgement is not None else math.nan)
            for v, one in rows
        ],
        columns=ASSESSED_COLUMNS,
    )  # fmt: skip
