"""What the data themselves ask for: files that did not come (R26), applications that disagree (R27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.model.recommendation import Check


def missing_data(known: Known) -> list[Case]:
    """R26: a table that a file should cover is not there, of a month not for all days; the report is provisional."""
    of_month = known.read_on is not None
    return [not_received((f"table.{table}",), known.day, of_month=of_month) for table in sorted(known.missing)]


def not_received(tables: Sequence[str], day: dt.date, *, of_month: bool) -> Case:
    """Return R26 about tables, named by their keys in the catalogue; several in one sentence are no entity."""
    wording = {"finding": "month", "evidence": "month"} if of_month else {}
    entity = tables[0].removeprefix("table.") if len(tables) == 1 else ""
    words: dict[str, Word] = {"table": tables[0] if len(tables) == 1 else tables, "day": day}
    return Case("R26", entity, "table", words=words, parts={"effect": "complete", **wording})


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


def silent_record() -> Case:
    """Return R27 about a system of record that has nothing where another one speaks: no figures to set apart."""
    return Case("R27", "", "site", parts={"effect": "accuracy"})
