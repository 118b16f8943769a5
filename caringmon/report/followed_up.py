"""Reading the findings of W-03: the recommendations of QC and those of operation, as two halves of every section."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from caringmon.model.findings import Figure, Findings, figure_id
from caringmon.model.recommendation import Origin
from caringmon.report.advice import owner_words
from caringmon.report.reading import text_of
from caringmon.report.wording import Sentence, Slot, plain, say

Record = dict[Hashable, Any]
_WINDOW = "now"


@dataclass(frozen=True)
class Half:
    """The recommendations of one origin."""

    findings: Findings
    origin: Origin

    @property
    def name(self) -> Sentence:
        """Whose recommendations they are, with the clause."""
        return say(f"half.{self.origin}")

    @property
    def lang(self) -> str:
        """The language of the report."""
        return self.findings.head.lang

    def count(self, name: str) -> Figure:
        """Return a count of this half: `open` of `rec_open`."""
        return self.findings.registered(figure_id("", f"rec_{name}", _WINDOW, "", f"origin:{self.origin}"))

    def rows(self, table: str) -> list[Record]:
        """Return the rows of a table that belong to this half, in their order."""
        every = self.findings.tables[table]
        return list(every[every["origin"] == self.origin].to_dict("records"))

    def words(self, what: Slot) -> str:
        """Return words without a figure as text, so that tables of many rows stay small."""
        return plain(what, self.lang)

    def owner(self, row: Record) -> str:
        """Return who is to do it."""
        return self.words(owner_words(row["owner_role"], text_of(row["owner_id"])))

    @property
    def is_empty(self) -> bool:
        """Tell whether the register has none of this origin that is open, was done or has just changed."""
        return not self.count("raised").value and not self.rows("log")


def every_half(findings: Findings) -> tuple[Half, ...]:
    """Return both halves, QC first."""
    return tuple(Half(findings, origin) for origin in (Origin.QC, Origin.OPS))


def halves(findings: Findings) -> tuple[Half, ...]:
    """Return the halves that hold something, QC first; a register without any recommendation: none."""
    return tuple(half for half in every_half(findings) if not half.is_empty)


def of_one(
    findings: Findings, kpi: str, rec_id: str, window: str = _WINDOW, segment: str = "", part: str = ""
) -> Figure | None:
    """Return a figure of one recommendation; not registered: None."""
    try:
        return findings.registered(figure_id(segment, kpi, window, rec_id, part))
    except KeyError:
        return None


def board_line(half: Half) -> Sentence:
    """Return where the half stands, in one sentence."""
    number, late = half.count("open"), half.count("overdue")
    if not number.value:
        return say("w03.none_open")
    if not late.value:
        return say("w03.on_time", open=number)
    manager = half.count("to_manager")
    if manager.value:
        return say("w03.overdue_manager", overdue=late, open=number, manager=manager)
    return say("w03.overdue", overdue=late, open=number)


def news_line(half: Half) -> Sentence | None:
    """Return what was measured for this issue and closes with it; nothing: None."""
    good, bad = half.count("new_effective"), half.count("new_not_effective")
    return say("w03.measured", effective=good, not_effective=bad) if good.value or bad.value else None


def verdict_words(row: Record) -> Sentence:
    """Return the verdict in words, with why there is none and until when it is waited for."""
    verdict, why = row["verdict"], text_of(row["why"])
    if not why:
        return say(f"verdict.{verdict}")
    until = row["after_last"]
    if why == "waiting":
        return say("verdict.waiting", day=until)
    reason = say(f"verdict.why.{why}")
    return say("verdict.open" if row["is_final"] else "verdict.again", why=reason)


def followup_summary(findings: Findings) -> str:
    """Return the report in one line, for lists of reports."""
    every = halves(findings)
    if not every:
        return plain(say("w03.empty"), findings.head.lang)
    parts = [say("w03.summary", half=half.name, line=board_line(half)) for half in every]
    return " ".join(plain(part, findings.head.lang).replace("*", "") for part in parts)
