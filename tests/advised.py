"""One segment as the rules see it, made by hand: an ordinary 18 October in which nothing is wrong but what is said."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from caringmon.analysis.recommendations import Advice, advice_table
from caringmon.analysis.rules.known import Known
from caringmon.model.annotations import Annotations
from caringmon.model.findings import Figure, Findings, figure_id
from caringmon.model.reported import about
from caringmon.model.rulebook import Rulebook
from tests.tiny import OCTOBER
from tests.worked_findings import worked_findings

DAY = dt.date(2022, 10, 18)
Number = float | tuple[float, float]
Key = tuple[str, ...]  # kpi, window, whom it is about as figures name it, part

# 14 of 25 working days; target 2 600, 1 456 to date; the funnel gives 0.9 × 0.5 × 0.8 × 0.4 × 0.9 agrees a service.
ORDINARY: Mapping[Key, Number] = {
    ("K19", "mtd"): (1400, 1456), ("K20", "mtd"): -56, ("target", "mtd"): 1456, ("target", "month"): 2600,
    ("K17", "mtd"): 1400, ("K13", "mtd"): 1556, ("K44", "mtd"): 100.0, ("K45", "mtd"): 2500, ("K46", "mtd"): 109.1,
    ("K45.high80", "mtd"): 2610, ("elapsed", "mtd"): 14, ("remaining", "mtd"): 11, ("workdays", "mtd"): 25,
    ("K04", "mtd"): (9500, 10000), ("K09", "mtd"): (5000, 10000), ("K10", "mtd"): (10000, 25000),
    ("K11", "mtd"): (4000, 5000), ("K14", "mtd"): (1600, 4000), ("K14.plan", "mtd"): 0.41,
    ("K16", "mtd"): (1600, 10000), ("K06", "mtd"): (25000, 10000), ("K07", "mtd"): 0, ("K07.4-7", "mtd"): 0,
    ("K07.>7", "mtd"): 0, ("K12", "mtd"): (800, 10000), ("K26", "mtd"): (380, 400), ("K28", "mtd"): (700, 1000),
    ("K30", "mtd"): 280_000_000, ("K35", "mtd"): (995, 1000), ("K36", "mtd"): (900, 1000), ("K37", "mtd"): (80, 1000),
    ("K39", "mtd"): (30, 50), ("K40", "mtd"): 1, ("K41.p90", "mtd"): 4.0, ("K49", "mtd"): (0, 1600),
    ("pending", "mtd"): 5, ("K50", "day"): (0, 1800), ("K09", "day"): (350, 700), ("near_limit", "day"): 0,
    ("near_limit_rupiah", "day"): 0, ("over_dialled", "day"): 0, ("workable", "day"): 8000, ("tried_once", "day"): 100,
    ("uncontacted", "day"): (1000, 10000), ("broken_waiting", "day"): (5, 100), ("kept_long", "mtd"): (60, 100),
    ("returns_late", "day"): 0, ("unmapped", "mtd"): (0, 25000), ("refused", "mtd"): (400, 4000),
    ("refused", "last_month"): (400, 4000), ("refusals", "mtd", "", "result:R99"): (20, 1000),
    ("attempts_share", "day", "", "result:U08"): (10, 2000),
}  # fmt: skip
COLUMNS = {
    "drivers": ["segment", "level", "entity", "factor", "is_driver", "note"],
    "signals": ["segment", "kpi", "window", "rule", "variation", "assurance", "is_provisional", "method"],
    "teams": ["segment", "entity", "superior"],
    "agents": ["segment", "entity", "team", "rank", "standing", "is_shared"],
}
TEAMS = [("CT0", "TL01", "SPV01"), ("CT0", "TL02", "SPV01")]
AGENTS = [("CT0", f"A{n}", "TL01", n, "usual", False) for n in range(1, 11)]


def figure_of(key: Key, number: Number, segment: str = "CT0", day: dt.date = DAY) -> Figure:
    """Return a registered figure: (cases, of) is a rate."""
    kpi, window, name, part = (*key, *[""] * (4 - len(key)))
    level, _, entity = name.partition(":") if ":" in name else ("tl" if name else "site", "", name)
    unit, decimals = about(kpi)
    cases, of = number if isinstance(number, tuple) else (number, math.nan)
    value = cases / of if isinstance(number, tuple) else number
    return Figure(
        figure_id(segment, kpi, window, name, part), kpi, segment, level, entity, window, day.replace(day=1), day,
        float(value), unit.value, decimals, float(cases), float(of), "", part,
    )  # fmt: skip


def known(
    numbers: Mapping[Key, Number | None] | None = None,
    *,
    day: dt.date = DAY,
    tables: Mapping[str, Sequence[tuple[object, ...]]] | None = None,
    others: Mapping[str, Mapping[Key, Number]] | None = None,
    **changes: object,
) -> Known:
    """Return the ordinary day with other `numbers` (None: not available); `others`: figures of other segments."""
    merged = {key: number for key, number in {**ORDINARY, **(numbers or {})}.items() if number is not None}
    figures = [figure_of(key, number, day=day) for key, number in merged.items()]
    figures += [
        figure_of(key, number, name, day) for name, more in (others or {}).items() for key, number in more.items()
    ]
    rows: Mapping[str, Sequence[tuple[object, ...]]] = {"teams": TEAMS, "agents": AGENTS, **(tables or {})}
    framed = {name: pd.DataFrame(list(rows.get(name, [])), columns=columns) for name, columns in COLUMNS.items()}
    base = Known(
        segment="CT0", level="site", entity="", day=day, is_whole_day=True, calendar=OCTOBER, rulebook=Rulebook(),
        figures={figure.id: figure for figure in figures}, tables=framed, cutoff=dt.datetime(2022, 11, 3, 17),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


@cache
def _plain(day: dt.date) -> Findings:
    return worked_findings(date=day)


def findings_of(known: Known, advice: Advice, annotations: Annotations | None = None) -> Findings:
    """Return findings that hold the advice and every figure that it names."""
    plain = _plain(known.day)
    every = [*known.figures.values(), *advice.figures]
    tables = {
        **plain.tables,
        "figures": pd.DataFrame([dataclasses.asdict(figure) for figure in every]),
        "recommendations": advice_table(advice, annotations or Annotations()),
    }
    return dataclasses.replace(plain, tables=tables)
