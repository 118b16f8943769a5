"""What statistics say of counted values: the order of agents, the limits of days, where the month may end."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from caringmon.analysis.comparison import comparison
from caringmon.analysis.control_limits import baselines, rate_limits, xmr_chart
from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.projection import projection
from caringmon.analysis.special_causes import assurance, special_causes
from caringmon.model.calendar import WorkCalendar
from caringmon.model.kpi import CATALOGUE, Unit
from caringmon.model.period import Period

BOUNDS = ("centre", "lower", "upper")
SIGNAL_COLUMNS = ["segment", "kpi", "window", "rule", "variation", "assurance", "is_provisional", "method"]
PROJECTED = {
    "K45.low80": "low_80",
    "K45.high80": "high_80",
    "K45.low95": "low_95",
    "K45.high95": "high_95",
    "K45.reached": "target_probability",
}
STANDING_COLUMNS = ["segment", "entity", "shrunken", "rank", "standing"]


def agent_standings(month: pd.DataFrame, days: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Return what may be said of each agent: segment, entity, shrunken (rate 0-1), rank, standing.

    `month`, `days`: values of K14 with numerator and denominator, of the month to date and of each of its days.
    `rank` 1 is the highest shrunken rate, 0 means fewer than `min_n` right-party contacts. `standing` takes into
    account how days vary; see `comparison`.
    """
    if _cases(month).empty:
        return pd.DataFrame(columns=STANDING_COLUMNS)
    of_month = comparison(_cases(month), min_n=min_n)
    of_days = comparison(_cases(days), min_n=min_n)
    told = of_month[["segment", "entity", "shrunken_rate", "rank"]].merge(
        of_days[["segment", "entity", "standing"]], on=["segment", "entity"], how="left", validate="one_to_one"
    )
    ranked = told.assign(rank=told["rank"].fillna(0).astype("int64"), standing=told["standing"].astype("str"))
    return ranked.rename(columns={"shrunken_rate": "shrunken"})[STANDING_COLUMNS]


def _cases(values: pd.DataFrame) -> pd.DataFrame:
    known = values[(values["kpi"] == "K14") & (values["denominator"] > 0)]
    counts = known.assign(
        date=known["window"], cases=known["numerator"].astype("int64"), of=known["denominator"].astype("int64")
    )
    return counts[["segment", "entity", "date", "cases", "of"]]


def limits_of_days(
    values: pd.DataFrame, kpi: str, calendar: WorkCalendar, target: float = math.nan
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the limits of one KPI on its days, and what they say of each day, for one segment and entity.

    `values`: those of the KPI in windows `d<date>`, with numerator and denominator; days without a dial are gaps.
    First: long form, kpis `<kpi>.centre`, `.lower`, `.upper`; second: `SIGNAL_COLUMNS`. A rate has Laney p′ or
    beta-binomial limits, a count XmR; the baseline are the first 30 working days of the series.
    """
    days = values.assign(date=pd.to_datetime(values["window"].str[1:]).dt.date).sort_values("date", ignore_index=True)
    about = CATALOGUE[kpi]
    is_rate = about.unit is Unit.RATE
    series = days.assign(cases=days["numerator"], of=days["denominator"].fillna(0)) if is_rate else days
    based = baselines(series, calendar)
    limits = rate_limits(based) if is_rate else xmr_chart(based)
    if not is_rate:
        limits = limits.assign(**{name: limits[name].clip(lower=0) for name in ("lower", "near_lower")})
    marked = special_causes(limits, about.direction)
    word = assurance(marked, target, about.direction)
    bounds = value_table(
        (row["window"], row["segment"], row["entity"], f"{kpi}.{bound}", row[bound], row[bound], math.nan,
         "too_few_days" if math.isnan(row[bound]) else "")
        for row in marked.to_dict("records")
        for bound in BOUNDS
    )  # fmt: skip
    signals = marked.assign(kpi=kpi, assurance=str(word or ""), variation=marked["variation"].astype("str"))
    return bounds, signals[SIGNAL_COLUMNS]


def month_end(
    days: pd.DataFrame, contacts: pd.DataFrame, targets: Sequence[tuple[str, str, float]], calendar: WorkCalendar,
    share_of_today: float,
) -> pd.DataFrame:  # fmt: skip
    """Return what lies around the projection, `PROJECTED`, in long form (window `mtd`), as whole agrees and a share.

    `days`: the actual agrees of each day of the month to date; `contacts`: the right-party contacts of the same days;
    `targets`: segment, entity, target of the month (NaN: none). Not available: NaN with `no_target`,
    `no_workday_elapsed` or `one_day`.
    """
    frame = days.assign(date=pd.to_datetime(days["window"].str[1:]).dt.date, agrees=days["value"])
    frame = frame.merge(
        contacts[["window", "segment", "entity", "numerator"]].rename(columns={"numerator": "contacts"}),
        on=["window", "segment", "entity"], how="left", validate="one_to_one",
    )  # fmt: skip
    last = max(frame["date"])
    units = [(share_of_today if day == last else 1.0) * calendar.is_workday(day) for day in frame["date"]]
    total = len(calendar.workdays(Period.month(last)))
    months = pd.DataFrame(targets, columns=["segment", "entity", "target_agrees"]).assign(total_days=float(total))
    found = projection(frame.assign(units=units), months)
    rows = [
        ("mtd", row["segment"], row["entity"], kpi, row[column], row[column], math.nan, _why(row, column))
        for row in found.to_dict("records")
        for kpi, column in PROJECTED.items()
    ]
    return value_table(rows)


def _why(row: Mapping[Hashable, object], column: str) -> str:
    if not math.isnan(float(str(row[column]))):
        return ""
    return str(row["note"]) or "no_target"
