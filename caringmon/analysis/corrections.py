"""Corrections of earlier months: what became known of a closed month after its cut-off (3-kpis, 3.3, rule 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.events import Cutoff
from caringmon.model.period import ONE_DAY, Period, end_of_day, month_code

KEY = ["segment", "cohort"]
MEASURES = ["net", "valid", "kept", "paid"]
RestatedAt = Callable[[dt.datetime], Table]  # clock -> the agree ledger, restated at it


def corrections(restated_at: RestatedAt, month: Period, clock: dt.datetime, cutoff: Cutoff) -> pd.DataFrame:
    """Return what became known in a month, up to the clock, of the months before it, by segment and cohort.

    Columns: segment, cohort (YYYY-MM), net, valid (claims agreed in the cohort's month), kept (promises kept on time
    whose window ended in it), paid (rupiah paid on time for them); all are changes, rows without any are left out.
    A month closes at its cut-off: what changed before that is part of it and no correction. The corrections of all
    months add up to restated minus as reported.
    """
    eve = month.start - ONE_DAY
    last = month_code(eve)
    at_close = _totals(restated_at(min(clock, cutoff(last))))
    at_eve = _totals(restated_at(end_of_day(eve)))
    now = _totals(restated_at(min(clock, end_of_day(month.last_day))))
    before = pd.concat([at_close[at_close["cohort"] == last], at_eve[at_eve["cohort"] < last]]).set_index(KEY)
    after = now[now["cohort"] <= last].set_index(KEY)
    change = after.sub(before, fill_value=0).astype("int64")
    return change[(change != 0).any(axis="columns")].sort_index().reset_index()


def _totals(claims: Table) -> pd.DataFrame:
    """Return the measures by segment and cohort: claims by their month, promises by the month of their window's end."""
    agreed = claims.group_by(segment=_.segment, cohort=_.period).agg(net=_.counts_net.sum(), valid=_.counts_valid.sum())
    in_time = claims.filter(_.counts_net == 1).drop_null("window_end")
    paid = in_time.group_by(segment=_.segment, cohort=_.window_end.strftime("%Y-%m")).agg(
        kept=(_.pay_state == "KEPT_ON_TIME").sum(), paid=_.paid_by_window_end.sum()
    )
    both: pd.DataFrame = pd.concat([agreed.execute(), paid.execute()])
    return both.groupby(KEY, as_index=False)[MEASURES].sum()
