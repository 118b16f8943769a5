"""The verdicts of a published W-03 go into the register: at its clock, each once."""

from __future__ import annotations

from collections.abc import Sequence

from caringmon.analysis.effectiveness import Verdict
from caringmon.analysis.verdicts import STATUS_OF, WAITING
from caringmon.model.findings import Findings
from caringmon.model.follow_up import Followed, Kind
from caringmon.model.recommendation import Status
from caringmon.store.recommendations import Author, Step, add_steps

# What the register notes of one that stays open: that it is measured once more, or not any more.
EXTENDED, FINAL = "verdict.extended", "verdict.final"


def record_verdicts(findings: Findings, url: str) -> None:
    """Add what was measured of the recommendations that are done; what was noted before is not added again.

    A verdict closes; INCONCLUSIVE is noted when the ten working days leave it open, and once more when the twenty do.
    One that somebody closed meanwhile stays as it is. The errors of `store.register.writing`.
    """
    head = findings.head
    rows = findings.tables["assessed"]
    wanted = rows[(rows["status"] == Status.DONE_CLAIMED) & (rows["why"] != WAITING)].to_dict("records")
    if not wanted:
        return

    def choose(known: Sequence[Followed]) -> list[Step]:
        by_id = {one.rec_id: one for one in known}
        steps = []
        for row in wanted:
            one = by_id[row["rec_id"]]
            status = STATUS_OF[Verdict(row["verdict"])]
            is_open = status is Status.DONE_CLAIMED
            note = (FINAL if row["is_final"] else EXTENDED) if is_open else ""
            is_noted = any(event.kind is Kind.JUDGED and event.note == note for event in one.events)
            if one.status is Status.DONE_CLAIMED and not (is_open and is_noted):
                steps.append(
                    Step(one.rec_id, status, head.qc_clock.date(), note, f"{head.report} {head.period}",
                         row["measured"])
                )  # fmt: skip
        return steps

    add_steps(url, choose, Author(f"{head.report} {head.parameters['segment']}", head.qc_clock, Kind.JUDGED))
