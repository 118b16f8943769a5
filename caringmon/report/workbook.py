"""Findings → the Excel workbook: the working and record copy of a report, with the same figures as the page."""

from __future__ import annotations

from caringmon.model.findings import Findings


def report_workbook(findings: Findings, version: int | None) -> bytes:
    """Return the workbook as bytes that depend on the findings and the version alone.

    Sheets: summary (reads as a page), teams, funnel, data and definitions, evidence (named range BUKTI). Formulas carry
    their values. Without `version` no version is printed.
    """
    from openpyxl import Workbook

    from caringmon.report.sheets import data, evidence, funnel, summary, teams
    from caringmon.report.sheets.pen import Pen
    from caringmon.xlsx import workbook_bytes

    book = Workbook()
    book.remove(book.worksheets[0])
    pen = Pen(book, findings.head.lang)
    summary.write(pen, findings, version)
    teams.write(pen, findings)
    funnel.write(pen, findings)
    data.write(pen, findings)
    evidence.write(pen, findings)
    return workbook_bytes(book, pen.cached)
