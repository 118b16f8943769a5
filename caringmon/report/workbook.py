"""Findings → the Excel workbook: the working and record copy of a report, with the same figures as the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caringmon.model.findings import Findings
from caringmon.report.page import page_title
from caringmon.report.wording import plain, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from caringmon.report.sheets.pen import Pen

    Writer = Callable[[Pen, Findings], None]

AUTHOR = "caringmon"
# Reports whose evidence has a sheet of its own; elsewhere it stands at the end of the last one.
EVIDENCE_APART = frozenset({"daily"})


def report_workbook(findings: Findings, version: int) -> bytes:
    """Return the workbook as bytes that depend on the findings and the version alone.

    The sheets of the report (`report_sheets`), then the evidence (named range BUKTI). Formulas carry their values.
    """
    from caringmon.xlsx import workbook_bytes

    pen = written_workbook(findings, version)
    return workbook_bytes(pen.book, pen.cached)


def written_workbook(findings: Findings, version: int) -> Pen:
    """Return the pen that has written every sheet, the evidence last: on its own sheet or below the last one."""
    from caringmon.report.sheets import evidence

    pen = report_sheets(findings, version)
    write_evidence = evidence.write if findings.head.report in EVIDENCE_APART else evidence.write_below
    write_evidence(pen, findings)
    return pen


def report_sheets(findings: Findings, version: int) -> Pen:
    """Return the pen that has written every sheet but the evidence: its book, its formulas' values, its places."""
    from openpyxl import Workbook

    from caringmon.report.sheets.pen import Pen

    head = findings.head
    book = Workbook()
    book.remove(book.worksheets[0])
    title = page_title(head, version)
    book.properties.title, book.properties.creator = title, AUTHOR
    book.properties.subject, book.properties.language = plain(say(f"title.{head.report}"), head.lang), head.lang
    pen = Pen(book, head.lang, title)
    for write in _writers(head.report, version):
        write(pen, findings)
    pen.hush_zeros()
    return pen


def _writers(report: str, version: int) -> tuple[Writer, ...]:
    """Return what writes the sheets of a report, in their order; the first one reads as a page."""
    from caringmon.report.sheets import advice, agents, calls, data, funnel, monitoring, months, summary, teams

    writers: dict[str, tuple[Writer, ...]] = {
        "daily": (
            lambda pen, findings: summary.write(pen, findings, version),
            teams.write, agents.write, funnel.write, calls.write, advice.write, data.write,
        ),
        "w03": (
            lambda pen, findings: monitoring.write_board(pen, findings, version),
            monitoring.write_tracking, monitoring.write_effects, monitoring.write_log, data.write,
        ),
        "f01": (
            lambda pen, findings: months.write_summary(pen, findings, version),
            months.write_targets, teams.write, agents.write, funnel.write, months.write_payments, advice.write,
            data.write,
        ),
    }  # fmt: skip
    return writers[report]
