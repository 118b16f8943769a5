"""What the data themselves ask for: files that did not come (R26), applications that disagree (R27)."""

from __future__ import annotations

from caringmon.analysis.rules.known import Case, Known
from caringmon.model.recommendation import Check


def missing_data(known: Known) -> list[Case]:
    """R26: a table that a file should cover is not there, of a month not for all days; the report is provisional."""
    of_month = {} if known.read_on is None else {"finding": "month", "evidence": "month"}
    return [
        Case("R26", table, "table", words={"table": f"table.{table}", "day": known.day},
             parts={"effect": "complete", **of_month})
        for table in sorted(known.missing)
    ]  # fmt: skip


def systems_disagree(known: Known) -> list[Case]:
    """R27: the system of record and another one hold different numbers of agrees for the same days."""
    own, others = known.get("agrees_of_record"), known.get("agrees_elsewhere")
    if own is None or others is None:
        return []
    apart = abs(own.value - others.value)
    if not apart > max(known.limit("R27", "agrees"), known.limit("R27", "agrees_rate") * own.value):
        return []
    figures = {"own": own, "others": others, "apart": known.made("R27", "agrees_apart", apart)}
    return [Case("R27", known.entity, known.level, figures, parts={"effect": "accuracy"}, check=Check("", -1),
                 size=apart)]  # fmt: skip
