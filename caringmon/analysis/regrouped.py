"""The month by what the list tells of a service: its arrears label, its regional. Each service counts in one group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.holdings import KEY
from caringmon.analysis.kpi_values import counts_of, kpi_counts, kpi_values
from caringmon.analysis.snapshot import Snapshot
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.period import Window

GROUPED = (
    "K01", "K02", "K03", "K04", "K09", "K11", "K13", "K14", "K17", "K18", "pending", "K28", "K31", "K35", "K36",
)  # fmt: skip
# Bills unpaid in a row → the label of the procedure (6.1, 6.2): one bill is N.
_LABELS = {1: "N", 2: "N+1", 3: "N+2"}
_BEYOND = "N+3"


def _label(listed: Table) -> ibis.Value:
    bills = listed.unpaid_bills
    named = [(bills == number, ibis.literal(label)) for number, label in _LABELS.items()]
    return ibis.cases(*named, (bills > max(_LABELS), ibis.literal(_BEYOND)), else_=ibis.null("string"))


def _regional(listed: Table) -> ibis.Value:
    return listed.regional


# How the entities of a level are told by the rows of the data order.
GROUPS: Mapping[str, Callable[[Table], ibis.Value]] = {"label": _label, "regional": _regional}


def regrouped_values(now: Snapshot, assignments: Table, level: str, window: Window) -> pd.DataFrame:
    """Return the KPIs `GROUPED` of every group of a level in the window, in long form.

    A service belongs to the group that its earliest row of the month tells; one that no row lists, or whose rows do
    not tell, is TIDAK TERPETAKAN. Groups are counted like witels, whose place they take.
    """
    coverage = now.scope.coverage
    if coverage.lacks(("services", "assignments")):
        return kpi_values(kpi_counts_of_nobody(), GROUPED, [window], "witel", coverage)
    listed = assignments.mutate(group=GROUPS[level](assignments)).filter(_.group.notnull())
    told = ibis.memtable(listed.group_by(KEY).agg(witel=_.group.argmin(_.valid_from)).to_pyarrow())
    relations = now.relations
    held = relations.holdings.drop("witel").left_join(told, KEY)
    held = held.drop(*[name for name in held.columns if name.endswith("_right")])
    grouped = replace(relations, witels=told, holdings=held)
    counts = kpi_counts(grouped, [window], "witel", counts_of(GROUPED), now.scope.segments)
    counts = counts[counts["segment"].isin(now.scope.segments)]
    return kpi_values(counts, GROUPED, [window], "witel", coverage)


def kpi_counts_of_nobody() -> pd.DataFrame:
    """Return counts without a row."""
    return pd.DataFrame(columns=["window", "segment", "entity", *sorted(counts_of(GROUPED))])


def groups_shown(values: pd.DataFrame) -> pd.DataFrame:
    """Return the groups that have a value: segment, level, entity, in order, those that nothing tells last."""
    found = values[values["level"].isin([*GROUPS, "witel"])][["segment", "level", "entity"]].drop_duplicates()
    unmapped = found["entity"] == UNMAPPED_ENTITY
    ordered = found.assign(unmapped=unmapped).sort_values(["segment", "level", "unmapped", "entity"], ignore_index=True)
    return ordered.drop(columns="unmapped")
