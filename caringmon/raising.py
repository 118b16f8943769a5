"""What a published report recommends goes into the register, in words, and with what people decided on it."""

from __future__ import annotations

from caringmon.analysis.recommendations import decision_of, recommendation_of
from caringmon.annotations import NotesFile
from caringmon.model.audience import ALL
from caringmon.model.findings import Findings
from caringmon.model.follow_up import Raised
from caringmon.report.advice import advised
from caringmon.report.wording import LANGUAGES, plain
from caringmon.store.recommendations import raise_recommendations


def raise_advice(findings: Findings, url: str) -> None:
    """Raise what a report to everybody recommends, at its clock; a rerun adds nothing. Other audiences raise nothing.

    The errors of `store.register.writing`; then nothing is added.
    """
    head = findings.head
    wanted = raised_by(findings)
    if head.audience == ALL and wanted:
        raise_recommendations(url, wanted, head.qc_clock, f"{head.report} {head.parameters['segment']}")


def raised_by(findings: Findings) -> tuple[Raised, ...]:
    """Return every recommendation of the findings as the register keeps it, those too that the page leaves out."""
    head = findings.head
    notes = NotesFile(head.report, head.parameters["segment"], head.period)
    rows = findings.tables["recommendations"].to_dict("records")
    found = []
    for row, said in zip(rows, advised(findings), strict=True):
        one, decision = recommendation_of(row), decision_of(row)
        numbers = {name: findings.registered(name).value for name in one.evidence}
        words = {lang: {part: plain(text, lang) for part, text in said.parts.items()} for lang in LANGUAGES}
        is_edited = bool(decision.text or decision.reason or decision.owner or decision.due)
        found.append(Raised(one, words, numbers, decision, notes.name if is_edited else ""))
    return tuple(found)
