"""What became in a month of the recommendations that ran in it: how many ended how, and what was measured of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict

import pandas as pd

from caringmon.analysis.earlier_advice import followed_figure
from caringmon.analysis.figures import FIGURE_COLUMNS
from caringmon.analysis.followup_counts import assessed_figures
from caringmon.analysis.history import History, measured
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.verdicts import assessed_table
from caringmon.model.findings import Evidence
from caringmon.model.follow_up import Followed
from caringmon.model.period import Period
from caringmon.model.recommendation import VERIFIED, Status

RAN = "followed_ran"
ENDS = {
    Status.VERIFIED_EFFECTIVE: "followed_effective",
    Status.VERIFIED_NOT_EFFECTIVE: "followed_not_effective",
    Status.REJECTED: "followed_dropped",
    Status.CANCELLED: "followed_dropped",
}
GOES_ON = "followed_goes_on"


def month_followup(
    evidence: Evidence, past: History, month: Period, segments: Sequence[str], at_close: Callable[[dt.date], Snapshot]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was measured of those done (`ASSESSED_COLUMNS`), and the figures.

    They ran in the month: raised before its end and not closed before it began. Figures by segment, window `followed`:
    how many ran, proved effective or not, were dropped, and go on. Restricted ones are left out.
    """
    ran = [one for one in past.known if one.segment in segments and _ran_in(month, one)]
    judged = measured([one for one in ran if one.status in VERIFIED], evidence, at_close)
    by_id = {one.rec_id: one for one in ran}
    found = [one for one in (*judged, *past.assessed) if one.rec_id in by_id]
    fresh = {one.rec_id: one.status for one in past.assessed}
    figures = assessed_figures(found, past.today)
    for segment in segments:
        ends = Counter(ENDS.get(fresh.get(one.rec_id, one.status), GOES_ON) for one in ran if one.segment == segment)
        counts = {RAN: ends.total(), **{name: ends[name] for name in (*dict.fromkeys(ENDS.values()), GOES_ON)}}
        figures += [followed_figure(segment, name, number, past.today) for name, number in counts.items()]
    return assessed_table(found, by_id), pd.DataFrame([asdict(one) for one in figures], columns=FIGURE_COLUMNS)


def _ran_in(month: Period, one: Followed) -> bool:
    is_old = one.closed_on is not None and one.closed_on < month.start
    return one.raised_at.date() < month.end and not is_old and not one.latest.recommendation.is_restricted
