"""The sheets of a monthly report that the daily does not have: its page, target against actual, promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import month_conclusions, month_words, notes, palette
from caringmon.report.advice import MOST_ACTIONS, shown_advice
from caringmon.report.followed_up import every_half
from caringmon.report.iso import clauses
from caringmon.report.month_cards import month_cards
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.blocks import ROW_HEIGHT, Spot, need_height, write_block, write_wrapped
from caringmon.report.sheets.drawings import Body, Drawn, days_chart, lines_chart, place_chart
from caringmon.report.sheets.heading import leave_low_row, write_card, write_heading
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import Grid, all_days_grid, months
from caringmon.report.tables.monitoring import effects_grid
from caringmon.report.wording import Slot, plain, say

LEFT, COLUMNS = 6, 13  # last column of the left side, and last of all; between both sides a narrow one
WIDTH, NARROW = 14.5, 2.5
CARDS = (1, 3, 5, 8, 10, 12)
LINE_LENGTH = 165  # letters of a paragraph over the whole width
CHART_ROWS = 15


def write_summary(pen: Pen, findings: Findings, version: int) -> None:
    """Write the sheet that reads as a page: summary, cards, the month in a table, what to do, the clauses of ISO."""
    sheet = pen.sheet(say("sheet.summary"), is_page=True)
    widths(sheet, *[WIDTH] * LEFT, NARROW, *[WIDTH] * LEFT)
    row = _head(pen, sheet, findings, version)
    for reader in readers(findings):
        row = _month(pen, sheet, reader, row + 1)
        row = _side_by_side(pen, sheet, row + 2, reader, (
            lambda reader: months.months_grid(reader, "f01.table.quality", months.QUALITY),
            lambda reader: months.months_grid(reader, "f01.table.productivity", months.PRODUCTIVITY),
        ))  # fmt: skip
        row = _side_by_side(pen, sheet, row + 2, reader, (
            lambda reader: months.months_grid(reader, "f01.table.providers", months.PROVIDERS),
            lambda reader: months.months_grid(reader, "f01.table.satisfaction", months.SATISFACTION),
        ))  # fmt: skip
        row = _clauses(pen, sheet, reader, row + 2)
        row = _effects(pen, sheet, reader, row + 2)
        row = _paragraphs(pen, sheet, row + 2, say("f01.table.next"), month_conclusions.next_month_lines(reader))
        row = _paragraphs(
            pen, sheet, row + 2, say("f01.table.corrections"), month_conclusions.corrections_lines(reader)
        )
        row = _side_by_side(pen, sheet, row + 2, reader, (months.month_results_grid, months.refusals_grid))
    for number in range(1, row + 1):
        sheet.row_dimensions[number].height = sheet.row_dimensions[number].height or ROW_HEIGHT
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row}"
    sheet.freeze_panes = "A2"


def write_targets(pen: Pen, findings: Findings) -> None:
    """Write target against actual: day by day with charts, by arrears label, regional and witel, month by month."""
    sheet = _page(pen, say("f01.sheet.targets"))
    row = 1
    for reader in readers(findings):
        row = _days(pen, sheet, reader, row + 2)
        makers = (
            *(
                lambda reader, level=level: months.groups_grid(reader, level)
                for level in ("label", "regional", "witel")
            ),
            months.history_grid,
        )
        for make in makers:
            grid = make(reader)
            if grid.rows:
                row = write_block(pen, Spot(sheet, row + 2, 1), grid, reader.actual)
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row}"


def write_payments(pen: Pen, findings: Findings) -> None:
    """Write what became of the promises, what was paid, and the way from gross to valid agrees."""
    sheet = _page(pen, say("f01.sheet.payments"))
    row = 1
    for reader in readers(findings):
        grids = (
            months.weeks_grid(reader),
            months.months_grid(reader, "f01.table.payments", months.PAYMENTS),
            months.reconciliation_grid(reader),
            months.defects_grid(reader),
        )
        for grid, head in zip(grids, (1, 4, 3, 3), strict=True):
            if grid.rows or grid.notes:
                row = write_block(pen, Spot(sheet, row + 2, 1, head), grid, reader.actual)
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row}"


def _page(pen: Pen, title: Slot) -> Worksheet:
    sheet = pen.sheet(title, is_page=True)
    widths(sheet, *[WIDTH] * COLUMNS)
    pen.text(at(sheet, 1, 1), title, bold=True, size=14)
    sheet.freeze_panes = "A2"
    return sheet


def _head(pen: Pen, sheet: Worksheet, findings: Findings, version: int) -> int:
    """Write title, facts and banners; return the last row."""
    facts = notes.header(findings)
    told = (facts.segments, say("f01.month", month=facts.date), facts.workday)
    row = write_heading(pen, sheet, findings, version, told, COLUMNS)
    for banner in (*notes.banners(findings), *month_words.banners(findings)):
        row += 1
        write_wrapped(pen, Spot(sheet, row, 1), COLUMNS, banner, {"bold": True, "colour": palette.AMBER})
    for note in notes.leader_notes(findings):
        row += 1
        write_wrapped(pen, Spot(sheet, row, 1), COLUMNS, note, {})
    return row


def _month(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write the summary in sentences, the cards, the table of the month and the first actions; return the last row."""
    text = " ".join(plain(sentence, pen.lang) for sentence in month_words.lead(reader))
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=COLUMNS)
    pen.text(at(sheet, row, 1), text, size=11.5, wrap=True)
    need_height(sheet, row, 15.5 * lines_needed(text, LINE_LENGTH) + 3)
    row = leave_low_row(sheet, row)
    for column, card in zip(CARDS, month_cards(reader), strict=False):
        write_card(pen, sheet, card, (row, column), 18)
    rule_below(sheet, row + 3, COLUMNS)
    row = write_block(pen, Spot(sheet, row + 5, 1, 2, skipped=LEFT + 1), months.month_grid(reader), reader.actual)
    actions = shown_advice(reader)[:MOST_ACTIONS]
    told = [
        say("f01.action_decided" if one.is_decided else "f01.action", finding=one.parts["finding"],
            action=one.parts["action"], owner=one.owner, due=one.due, verdict=one.verdict)
        for one in actions
    ]  # fmt: skip
    return _paragraphs(pen, sheet, row + 2, say("f01.actions.title"), told) if told else row


def _paragraphs(pen: Pen, sheet: Worksheet, row: int, title: Slot, lines: Sequence[Slot]) -> int:
    """Write a title and lines below it over the whole width; return the last row."""
    pen.text(at(sheet, row, 1), title, bold=True)
    for line in lines:
        row += 1
        write_wrapped(pen, Spot(sheet, row, 1), COLUMNS, line, {})
    return row


def _effects(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write what became of earlier advice, with before and after of what was done; return the last row."""
    row = _paragraphs(pen, sheet, row, say("f01.table.effects"), (month_conclusions.effects_line(reader),))
    for half in every_half(reader.findings):
        grid = effects_grid(half)
        if grid.rows:
            row = write_block(pen, Spot(sheet, row + 2, 1, 3), grid, reader.actual)
    return row


def _side_by_side(
    pen: Pen, sheet: Worksheet, row: int, reader: Reader, makers: Sequence[Callable[[Reader], Grid]]
) -> int:
    """Write two tables beside each other; return the last row."""
    ends = [row - 2]
    for column, make in zip((1, LEFT + 2), makers, strict=True):
        grid = make(reader)
        if grid.rows or grid.notes:
            ends.append(write_block(pen, Spot(sheet, row, column, 3), grid, reader.actual))
    return max(ends)


def _clauses(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write the letters of 9.1.3 with their evidence; return the last row."""
    pen.text(at(sheet, row, 1), say("f01.table.iso"), bold=True)
    for clause in clauses(reader):
        row += 1
        pen.text(at(sheet, row, 1), clause.letter, bold=True)
        write_wrapped(pen, Spot(sheet, row, 2), 3, clause.asks, {})
        evidence = " ".join(plain(sentence, pen.lang) for sentence in clause.evidence)
        write_wrapped(pen, Spot(sheet, row, 5), COLUMNS - 4, evidence, {})
        rule_below(sheet, row, COLUMNS)
    return row


def _days(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write the days of the month, and draw them and what they add up to beside; return the last row."""
    grid, spot = all_days_grid(reader), Spot(sheet, row, 1)
    last = write_block(pen, spot, grid, reader.actual)
    columns = {column.label.key: (spot.place(number), column.label) for number, column in enumerate(grid.columns)}
    end = row + 1 + len(grid.rows)
    body, kpi, below = Body(sheet, row + 2, end), reader.day_kpi(), last + 2
    for kind, keys, draw in (
        ("days", (f"col.{kpi}", "col.target"), _bars),
        ("month", (f"col.cumulative.{kpi}", "col.cumulative.target"), lines_chart),
    ):
        drawn = [Drawn(*columns[key], place == 1) for place, key in enumerate(keys) if key in columns]
        if drawn and grid.rows:
            ending = "" if len(drawn) > 1 else "_bare"
            title = say(f"book.chart.{kind}{ending}", actual=say(f"col.{kpi}"))
            left = 1 if kind == "days" else 7
            place_chart(sheet, draw(pen, body, title, drawn), (below, left), (below + CHART_ROWS, left + 5))
            last = below + CHART_ROWS
    return last


def _bars(pen: Pen, body: Body, title: Slot, drawn: Sequence[Drawn]) -> object:
    return days_chart(pen, body, title, drawn, ends_now=False)
