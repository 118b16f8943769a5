"""The recommendations of the daily report: every segment's, with the figures that their sentences print."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pandas as pd

from caringmon.analysis.figures import FIGURE_COLUMNS
from caringmon.analysis.history import NO_HISTORY, History
from caringmon.analysis.integrity import integrity
from caringmon.analysis.recommendations import TABLE_COLUMNS, Advice, advice_table, recommendations
from caringmon.analysis.rules.known import Known
from caringmon.analysis.snapshot import Snapshot
from caringmon.model.audience import ALL as EVERYBODY
from caringmon.model.findings import Evidence, Figure
from caringmon.model.gap import MTD
from caringmon.model.kpi import ACTUAL_KPI
from caringmon.model.period import Period, Window, month_code
from caringmon.model.rulebook import MIN_N

OF_SEGMENT = ("drivers", "signals", "teams", "agents")
UNMATCHED = "unmatched_decision"


@dataclasses.dataclass(frozen=True)
class DailyAdvice:
    """The table `recommendations` of all segments, in order, the rows to add to the figures, and to the notes.

    `advice`: the same by segment, for whoever registers it.
    """

    table: pd.DataFrame
    figures: pd.DataFrame
    notes: pd.DataFrame
    advice: Mapping[str, Advice]


def daily_advice(
    evidence: Evidence, now: Snapshot, tables: Mapping[str, pd.DataFrame], segments: Sequence[str],
    past: History = NO_HISTORY,
) -> DailyAdvice:  # fmt: skip
    """Return what the rules recommend for the segments shown.

    `tables`: figures, drivers, signals, teams and agents as the report has them; `past`: what became of earlier
    recommendations. What is missing altogether is told with the first segment.
    """
    records = tables["figures"].to_dict("records")
    figures = {str(row["id"]): Figure(**{str(name): value for name, value in row.items()}) for row in records}
    suspects = judged_agents(evidence, now, segments)
    known = _known(evidence, now, figures, past)
    missing = sorted({*evidence.missing, *evidence.uncovered})
    found = {
        segment: recommendations(
            dataclasses.replace(
                _of_segment(known, segment, tables, suspects, () if place else missing),
                agrees={rule: ids for (own, rule), ids in past.agrees.items() if own == segment},
            )
        )
        for place, segment in enumerate(segments)
    }
    rows = [advice_table(advice, evidence.annotations) for advice in found.values()]
    table = pd.concat([pd.DataFrame(columns=TABLE_COLUMNS), *rows], ignore_index=True)
    made = [dataclasses.asdict(figure) for advice in found.values() for figure in advice.figures]
    decided = set(evidence.annotations.decisions) if evidence.request.audience.kind == EVERYBODY else set()
    unknown = sorted(decided - set(table["rec_id"]))
    notes = pd.DataFrame(
        [(UNMATCHED, name, evidence.annotations.decisions[name].text) for name in unknown],
        columns=["kind", "subject", "text"],
    )
    return DailyAdvice(table, pd.DataFrame(made, columns=FIGURE_COLUMNS), notes, found)


def judged_agents(evidence: Evidence, now: Snapshot, segments: Sequence[str]) -> pd.DataFrame:
    """Return how the agents stand on agrees that are not valid; the site's report alone looks at it."""
    request = evidence.request
    if request.audience.level != "site" or now.scope.coverage.lacks(("calls", "qc", "agents", "roster")):
        return pd.DataFrame()
    month = Window("mtd", Period.month_to_date(request.report_date))
    return integrity(now.relations, month, segments, int(request.rulebook.general[MIN_N]))


def _known(evidence: Evidence, now: Snapshot, figures: Mapping[str, Figure], past: History) -> Known:
    """Return what the rules know of any segment."""
    request, calendar = evidence.request, evidence.calendar
    return Known(
        segment="",
        level=request.audience.level,
        entity=request.audience.person,
        day=request.report_date,
        is_whole_day=calendar.share_of_day(request.cut_time) == 1.0,
        calendar=calendar,
        rulebook=request.rulebook,
        figures=figures,
        tables={},
        actual=ACTUAL_KPI[request.basis],
        max_attempts_day=request.max_attempts_day,
        cutoff=now.scope.cutoff(month_code(request.report_date)),
        earlier=past.earlier,
        read_on=calendar.next_workday(evidence.clocks.qc.date()) if request.is_month else None,
        most=int(request.rulebook.general["monthly_most" if request.is_month else "daily_most"]),
    )


def _of_segment(
    known: Known, segment: str, tables: Mapping[str, pd.DataFrame], suspects: pd.DataFrame, missing: Sequence[str]
) -> Known:
    own = {name: tables[name][tables[name]["segment"] == segment] for name in OF_SEGMENT}
    own["drivers"] = own["drivers"][own["drivers"]["window"] == MTD]
    mine = suspects[suspects["segment"] == segment] if len(suspects) else suspects
    return dataclasses.replace(known, segment=segment, tables=own, integrity=mine, missing=missing)
