"""Reading the findings of a month: its groups, weeks, results and corrections, beside what every report has."""

from __future__ import annotations

import datetime as dt

from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Figure, entity_name
from caringmon.model.period import Period
from caringmon.report.reading import Reader, day_of
from caringmon.report.wording import Slot, say

COVERED = 0.98


def groups(reader: Reader, level: str) -> tuple[tuple[Slot, str], ...]:
    """Return head and entity of the groups of a level; what nothing tells only where something was called or agreed."""
    rows = reader.findings.tables["groups"]
    mine = rows[(rows["segment"] == reader.segment) & (rows["level"] == level)]
    found = [(str(code), entity_name(level, str(code))) for code in mine["entity"]]
    return tuple(
        (_named(level, code), name) for code, name in found if code != UNMAPPED_ENTITY or _has_agrees(reader, name)
    )


def weeks(reader: Reader) -> tuple[tuple[dt.date, dt.date, str], ...]:
    """Return first day, last day and window of the weeks of the month in which promises fell due."""
    figures = reader.findings.tables["figures"]
    mine = figures[(figures["segment"] == reader.segment) & (figures["kpi"] == "K27")]
    mine = mine[mine["window"].astype("str").str.startswith("w")].sort_values("first_day")
    return tuple(
        (day_of(row["first_day"]), day_of(row["last_day"]), str(row["window"]))
        for row in mine.to_dict("records")
        if row["value"] > 0
    )


def refusals(reader: Reader) -> tuple[str, ...]:
    """Return the reasons that customers gave, most frequent first, as the parts of figures name them."""
    rows = reader.findings.tables["refusals"]
    codes = rows.loc[rows["segment"] == reader.segment, "code"]
    parts = [f"result:{code}" for code in codes]
    return tuple(part for part in parts if (one := reader.value("refusals", "mtd", None, part)) and one.numerator)


def cohorts(reader: Reader) -> tuple[tuple[dt.date, str], ...]:
    """Return the corrected months: their first day, and the part that their figures have."""
    rows = reader.findings.tables["cohorts"]
    codes = rows.loc[rows["segment"] == reader.segment, "cohort"]
    return tuple((Period.named(str(code)).start, f"cohort:{code}") for code in codes)


def frozen_months(reader: Reader) -> tuple[tuple[dt.date, str], ...]:
    """Return the closed months of the year, oldest first: their first day and window."""
    figures = reader.findings.tables["figures"]
    mine = figures[(figures["segment"] == reader.segment) & (figures["kpi"] == "K13")]
    names = sorted(str(name) for name in mine["window"] if str(name).startswith("m2"))
    return tuple((Period.named(name[1:]).start, name) for name in names)


def differences(reader: Reader) -> tuple[str, ...]:
    """Return the indicators of the site that are no longer what was frozen when the month was closed."""
    rows = reader.findings.tables["differences"]
    return tuple(str(kpi) for kpi in rows.loc[rows["segment"] == reader.segment, "kpi"])


def has_before(reader: Reader) -> bool:
    """Tell whether anything is known of the month before: one without a dial is no month to compare with."""
    dials = reader.value("K05", "last_month")
    return dials is not None and dials.value > 0


def is_provisional(reader: Reader) -> bool:
    """Tell whether too few claims are tapped, so that the achievement on VALID is provisional."""
    coverage = reader.value("K35", "mtd")
    return coverage is not None and coverage.value < COVERED


def estimate(reader: Reader) -> tuple[Figure, Figure, Figure] | None:
    """Return what VALID would be if everything were tapped, with its bounds, where the achievement is provisional."""
    found = [reader.value(f"K18.{part}", "mtd") for part in ("estimate", "low", "high")]
    known = tuple(figure for figure in found if figure is not None)
    return (known[0], known[1], known[2]) if len(known) == 3 and is_provisional(reader) else None


def _named(level: str, code: str) -> Slot:
    if code == UNMAPPED_ENTITY:
        return say("row.unmapped")
    return say("row.regional", number=code) if level == "regional" and code.isdigit() else code


def _has_agrees(reader: Reader, name: str) -> bool:
    found = (reader.value(kpi, "mtd", name) for kpi in ("K13", "K03"))
    return any(figure is not None and figure.value > 0 for figure in found)
