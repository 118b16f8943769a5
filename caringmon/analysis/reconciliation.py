"""Do the applications hold the same agrees? The system of record beside the others (R27)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from caringmon.model.codes import AGREE

SYSTEM_COLUMNS = ["segment", "own", "others"]
_KEY = ["segment", "day", "service_no"]


def agrees_by_system(record: pa.Table, others: pa.Table, since: dt.date) -> pd.DataFrame:
    """Return, per segment that both have calls of, how many services agreed on which days in each (`SYSTEM_COLUMNS`).

    `record`, `others`: calls of the system of record and of the other ones, taken together; from `since` on, and of
    the days on which both have a call of the segment: a day that one of them lacks is late, not different.
    """
    own, other = (_dated(calls, since) for calls in (record, others))
    shared = own[_KEY[:2]].drop_duplicates().merge(other[_KEY[:2]].drop_duplicates(), validate="one_to_one")
    rows = []
    for segment in sorted(shared["segment"].unique()):
        days = set(shared.loc[shared["segment"] == segment, "day"])
        rows.append((segment, *(_agreed(calls, segment, days) for calls in (own, other))))
    return pd.DataFrame(rows, columns=SYSTEM_COLUMNS)


def system_values(systems: pd.DataFrame, segments: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Return both counts of the segments as values of the site in long form, month to date."""
    rows = [
        {"window": "mtd", "segment": row["segment"], "entity": "", "kpi": kpi, "value": float(row[side]),
         "numerator": float(row[side]), "denominator": math.nan, "note": "", "level": "site", "part": ""}
        for row in systems.to_dict("records")
        if row["segment"] in segments
        for kpi, side in (("agrees_of_record", "own"), ("agrees_elsewhere", "others"))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _dated(calls: pa.Table, since: dt.date) -> pd.DataFrame:
    frame: pd.DataFrame = calls.select(["segment", "service_no", "called_at", "result_code"]).to_pandas()
    frame = frame.assign(day=pd.to_datetime(frame["called_at"]).dt.date)
    return frame.loc[frame["day"] >= since]


def _agreed(calls: pd.DataFrame, segment: str, days: set[dt.date]) -> int:
    mine = calls[(calls["segment"] == segment) & (calls["result_code"] == AGREE) & calls["day"].isin(days)]
    return len(mine[_KEY].drop_duplicates())
