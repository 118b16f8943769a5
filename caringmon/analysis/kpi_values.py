"""KPI values: the catalogue's formulas over counts per entity and window (3-kpis).

Counts come from Ibis expressions, a family each; ratios are made on the small result.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.attendance_counts import attendance_counts
from caringmon.analysis.claim_counts import claim_counts
from caringmon.analysis.collected import collected
from caringmon.analysis.relations import ALL, KEY, Relations, side_by_side
from caringmon.analysis.service_counts import service_counts
from caringmon.analysis.validation import calibration_counts
from caringmon.model.kpi import CATALOGUE, Kind, Kpi
from caringmon.model.period import Period, Window

# Counts that are hours of counts in smaller units.
_HOURS = {
    "login_hours": ("login_minutes", 60),
    "ready_hours": ("ready_minutes", 60),
    "planned_hours": ("planned_minutes", 60),
    "busy_hours": ("busy_seconds", 3600),
}
# What is not available where rows stand for several attempts: their results are not told one by one.
_BY_ATTEMPT = ("K05", "K06", "K10")
_STATISTICS = ("return_age_p90", "tap_hours_median", "tap_hours_p90", "calibration_kappa")
_FEWEST_PAIRS = 10
# Rates that are above 1 for a reason worth telling: two claims of one service, more handling than login time.
_BELOW_ONE = ("K14", "K15", "K16", "K24")


@dataclass(frozen=True)
class Coverage:
    """What cannot be counted: `absent` by the design of the loaded files, `missing` because no file covers it."""

    absent: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()

    def lacks(self, needs: Iterable[str]) -> str:
        """Return why a KPI with these needs is not available, as a note; nothing lacks: empty."""
        for what in needs:
            if what in self.absent:
                return f"absent:{what}"
            if what in self.missing:
                return f"missing:{what}"
        return ""


def value_table(rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    """Return KPI values in long form, numbers as floats also when there is no row."""
    table = pd.DataFrame(list(rows), columns=[*KEY, "kpi", "value", "numerator", "denominator", "note"])
    return table.astype(dict.fromkeys(("value", "numerator", "denominator"), "float64"))


def counts_of(kpis: Iterable[str]) -> frozenset[str]:
    """Return the counts that the formulas of these KPIs need."""
    wanted = {name for kpi in kpis for name in (CATALOGUE[kpi].numerator, CATALOGUE[kpi].denominator) if name}
    in_smaller_units = {_HOURS[name][0] for name in wanted & _HOURS.keys()}
    return frozenset(wanted | in_smaller_units | ({"counted_rows"} if set(kpis) & set(_BY_ATTEMPT) else set()))


def kpi_counts(
    relations: Relations, windows: Sequence[Window], level: str, names: frozenset[str], segments: Sequence[str]
) -> pd.DataFrame:
    """Return one row per (window, segment, entity) with the counts named, ordered by it.

    At site level `entity` is empty. Entities without any event have no row. Statistics without cases are NaN.
    """
    parts = [
        service_counts(relations, windows, level, names),
        claim_counts(relations, windows, level, names),
        collected(relations, windows, level) if "collected" in names else pd.DataFrame(columns=KEY),
    ]
    if names & {"agent_days", "days_attended", "days_planned", *(minutes for minutes, _ in _HOURS.values())} - {
        "busy_seconds"
    }:
        parts.append(attendance_counts(relations, windows, level, segments))
    if level == "site" and any(name.startswith("calibration") for name in names):
        parts.append(calibration_counts(relations, windows, segments))
    return with_every_count(side_by_side(parts), names).sort_values(KEY, ignore_index=True)


def with_every_count(counts: pd.DataFrame, names: frozenset[str]) -> pd.DataFrame:
    """Return the counts with a column for every name: zero where nothing was counted, NaN for a statistic."""
    full = counts.reindex(columns=[*KEY, *sorted(names | set(counts.columns) - set(KEY))])
    filled = full.fillna({name: 0 for name in full.columns if name not in (*KEY, *_STATISTICS)})
    hours = {name: filled[unit] / per_hour for name, (unit, per_hour) in _HOURS.items() if unit in filled.columns}
    return filled.assign(**hours)


def kpi_values(
    counts: pd.DataFrame, kpis: Sequence[str], windows: Sequence[Window], level: str, coverage: Coverage
) -> pd.DataFrame:
    """Return the KPIs in long form: window, segment, entity, kpi, value, numerator, denominator, note.

    Not available: NaN with the code of the reason as `note`: `zero_denominator` (nothing to count),
    `absent:<what>` (the files lack it by design), `missing:<table>` (no file covers the window), `counted:attempts`
    (rows that stand for several attempts), `not_at_level`, `not_in_segment`, `not_a_month`, `too_few`.
    """
    months = {window.name: window.period == Period.month(window.period.start) for window in windows}
    rows = [
        (
            *(row[name] for name in KEY),
            kpi,
            *_value(CATALOGUE[kpi], row, _why_not(CATALOGUE[kpi], row, level, months, coverage)),
        )
        for row in _records(counts)
        for kpi in kpis
    ]
    return value_table(rows)


def cumulative_values(values: pd.DataFrame, days: Sequence[dt.date], kpi: str) -> pd.DataFrame:
    """Return a count added up over the days, as windows `c<date>`, from its values in the windows `d<date>`.

    Right for counts that belong to one day each, as claims do; never for distinct services.
    """
    order = {f"d{day}": i for i, day in enumerate(days)}
    daily = values[(values["kpi"] == kpi) & values["window"].isin(order)]
    daily = daily.sort_values("window", key=lambda names: names.map(order))
    total = daily.groupby(["segment", "entity"])["value"].cumsum()
    return daily.assign(window="c" + daily["window"].str[1:], value=total, numerator=total)


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _why_not(kpi: Kpi, row: Mapping[str, object], level: str, months: Mapping[str, bool], coverage: Coverage) -> str:
    """Return the code of the reason for which the KPI is not available here; available: empty."""
    if kpi.unanswered:
        return kpi.unanswered
    if level not in kpi.levels:
        return "not_at_level"
    if kpi.segments and row["segment"] not in (*kpi.segments, ALL):
        return "not_in_segment"
    if kpi.kind is Kind.WHOLE_MONTH and not months[str(row["window"])]:
        return "not_a_month"
    if kpi.id in _BY_ATTEMPT and row["counted_rows"]:
        return "counted:attempts"
    if kpi.parent == "K42" and _number(row["calibration_pairs"]) < _FEWEST_PAIRS:
        return "too_few"
    return coverage.lacks(kpi.needs)


def _number(value: object) -> float:
    return float(str(value))


def _value(kpi: Kpi, row: Mapping[str, object], why_not: str) -> tuple[float, float, float, str]:
    if why_not and not why_not.startswith("counted:"):
        return math.nan, math.nan, math.nan, why_not
    numerator = _number(row[kpi.numerator])
    denominator = _number(row[kpi.denominator]) if kpi.denominator else math.nan
    if why_not:
        return math.nan, numerator, denominator, why_not
    if math.isnan(numerator) or denominator == 0:
        return math.nan, numerator, denominator, "zero_denominator"
    value = numerator / denominator if kpi.denominator else numerator
    return value, numerator, denominator, "above_one" if kpi.id in _BELOW_ONE and value > 1 else ""
