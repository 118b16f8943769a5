"""Findings → the Excel workbook: the working and record copy of a report, with the same figures as the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caringmon.model.findings import Findings
from caringmon.report.page import page_title
from caringmon.report.wording import plain, say

if TYPE_CHECKING:
    from caringmon.report.sheets.pen import Pen

AUTHOR = "caringmon"


def report_workbook(findings: Findings, version: int | None) -> bytes:
    """Return the workbook as bytes that depend on the findings and the version alone.

    The sheets of the report (`report_sheets`), then the evidence (named range BUKTI). Formulas carry their values.
    Without `version` no version is printed.
    """
    from caringmon.report.sheets import evidence
    from caringmon.xlsx import workbook_bytes

    pen = report_sheets(findings, version)
    evidence.write(pen, findings)
    return workbook_bytes(pen.book, pen.cached)


def report_sheets(findings: Findings, version: int | None) -> Pen:
    """Return the pen that has written every sheet but the evidence: its book, its formulas' values, its places.

    Sheets: summary (reads as a page), teams, agents, funnel, call results, recommendations, data and
    definitions.
    """
    from openpyxl import Workbook

    from caringmon.report.sheets import advice, agents, calls, data, funnel, summary, teams
    from caringmon.report.sheets.pen import Pen

    head = findings.head
    book = Workbook()
    book.remove(book.worksheets[0])
    title = page_title(head, version)
    book.properties.title, book.properties.creator = title, AUTHOR
    book.properties.subject, book.properties.language = plain(say("title.daily"), head.lang), head.lang
    pen = Pen(book, head.lang, title)
    summary.write(pen, findings, version)
    teams.write(pen, findings)
    agents.write(pen, findings)
    funnel.write(pen, findings)
    calls.write(pen, findings)
    advice.write(pen, findings)
    data.write(pen, findings)
    pen.hush_zeros()
    return pen
