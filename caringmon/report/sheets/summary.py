"""The sheet that reads as a page: a printed page per segment as the report begins, then the days of each month."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import comparisons, conclusions, headlines, narrative, notes, palette, tables
from caringmon.report.advice import MOST_ACTIONS, shown_advice
from caringmon.report.cards import cards
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.blocks import ROW_HEIGHT, Spot, need_height, room, write_block, write_wrapped
from caringmon.report.sheets.drawings import Body, Drawn, days_chart, lines_chart, place_chart
from caringmon.report.sheets.heading import leave_low_row, write_card, write_heading
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import Grid
from caringmon.report.wording import Sentence, Slot, plain, say

WIDTH, NARROW = 15.25, 2.5
LEFT, RIGHT, COLUMNS = 7, 9, 13  # last column of the left side, first and last of the right; between them a narrow one
CARDS = (1, 3, 5, 7, 10, 12)
LINE_LENGTH = 176  # letters of the lead over the whole width
CHART_ROWS = 11


def write(pen: Pen, findings: Findings, version: int) -> None:
    """Write the sheet."""
    sheet = pen.sheet(say("sheet.summary"), is_page=True)
    widths(sheet, *[WIDTH] * LEFT, NARROW, *[WIDTH] * (COLUMNS - RIGHT + 1))
    sheet.page_margins.top, sheet.page_margins.bottom = 0.3, 0.5
    row = _head(pen, sheet, findings, version)
    every, anchors = readers(findings), []
    for number, reader in enumerate(every):
        row = _new_page(sheet, row) if number else leave_low_row(sheet, row)
        anchor, row = _first_page(pen, sheet, reader, row)
        anchors.append(anchor)
    for reader, anchor in zip(every, anchors, strict=True):
        row = _all_days(pen, sheet, reader, _new_page(sheet, row), anchor)
    for number in range(1, row + 1):
        sheet.row_dimensions[number].height = sheet.row_dimensions[number].height or ROW_HEIGHT
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row}"
    sheet.freeze_panes = "A2"


def _new_page(sheet: Worksheet, row: int) -> int:
    """Break the page below this row; return the row after it."""
    sheet.row_breaks.append(Break(id=row))
    return row + 1


def _head(pen: Pen, sheet: Worksheet, findings: Findings, version: int) -> int:
    """Write title, facts, banners and one line per segment where there are several; return the last row."""
    facts = notes.header(findings)
    told = (facts.segments, say("book.date", day=facts.date), facts.workday, facts.audience)
    row = write_heading(pen, sheet, findings, version, told, COLUMNS)
    for banner in notes.banners(findings):
        row += 1
        pen.text(at(sheet, row, 1), banner, bold=True, colour=palette.AMBER)
    for note in notes.leader_notes(findings):
        row += 1
        write_wrapped(pen, Spot(sheet, row, 1), COLUMNS, note, {})
    overview = narrative.overview(findings)
    row = leave_low_row(sheet, row) - 1 if overview else row
    for reader, line in overview:
        row += 1
        pen.text(at(sheet, row, 1), reader.name, bold=True)
        pen.text(at(sheet, row, 2), line)
        status = narrative.standing_status(reader)
        if status is not None:
            colour = palette.STATUS[status]
            pen.text(at(sheet, row, COLUMNS), say(f"status.{status}"), bold=True, colour=colour, align="right")
    return row


def _first_page(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> tuple[int, int]:
    """Write a segment from its lead to its quality; return the row for the chart of the month, and the last row."""
    pen.text(at(sheet, row, 1), reader.name, bold=True, size=14)
    about = " · ".join(plain(fact, pen.lang) for fact in narrative.segment_facts(reader))
    pen.text(at(sheet, row, COLUMNS), about, colour=palette.GREY, size=9, align="right")
    need_height(sheet, row, 18)
    lead = " ".join(plain(sentence, pen.lang) for sentence in narrative.lead(reader))
    row += 1
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=COLUMNS)
    pen.text(at(sheet, row, 1), lead, size=11.5, wrap=True)
    need_height(sheet, row, 15.5 * lines_needed(lead, LINE_LENGTH) + 3)
    for line in (narrative.site_line(reader), narrative.leaders_away(reader)):
        if line is not None:
            row += 1
            pen.text(at(sheet, row, 1), line)
    row = leave_low_row(sheet, row)
    for column, card in zip(CARDS, cards(reader), strict=False):
        write_card(pen, sheet, card, (row, column), 20)
    rule_below(sheet, row + 3, COLUMNS)
    row = _actions(pen, sheet, reader, leave_low_row(sheet, row + 3))
    row = _days(pen, sheet, reader, row)
    anchor = leave_low_row(sheet, row)
    row = _comparisons(pen, sheet, reader, anchor)
    return anchor, _open_work(pen, sheet, reader, leave_low_row(sheet, row))


def _actions(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write what is to be done today: finding and action, owner and due date, effect; return the row after it."""
    every = shown_advice(reader)[:MOST_ACTIONS]
    if not every:
        return row
    pen.text(at(sheet, row, 1), say("actions.title"), bold=True)
    rule_below(sheet, row, COLUMNS)
    for one in every:
        row += 1
        told = " ".join(plain(one.parts[part], pen.lang) for part in ("finding", "action"))
        who = f"{plain(one.owner, pen.lang)} · {plain(one.due, pen.lang, 'd MMM')}"
        who = f"{who} · {plain(one.verdict, pen.lang)}" if one.is_decided else who
        for column, last, text in (
            (1, RIGHT - 1, told),
            (RIGHT, RIGHT, who),
            (RIGHT + 1, COLUMNS, one.parts["effect"]),
        ):
            sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=last)
            pen.text(at(sheet, row, column), text, wrap=True, size=9.5)
            lines = lines_needed(plain(text, pen.lang), room(sheet, column, last))
            need_height(sheet, row, 13 * lines + 2)
        rule_below(sheet, row, COLUMNS)
    return leave_low_row(sheet, row)


def _days(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write the last ten working days with their chart; return the last row."""
    grid, spot = tables.ten_days_grid(reader), Spot(sheet, row, 1)
    last = write_block(pen, spot, grid, reader.actual)
    pen.text(at(sheet, row, RIGHT), headlines.days_title(reader), bold=True)
    drawn = _drawn(spot, grid, [(f"col.{reader.day_kpi()}", False), ("col.target", True)])
    if grid.rows and drawn:
        body = Body(sheet, row + 2, row + 1 + len(grid.rows))
        ends_now = grid.rows[-1].extra == "now"
        chart = days_chart(pen, body, _chart_title("days", reader, drawn), drawn, ends_now=ends_now)
        place_chart(sheet, chart, (row + 1, RIGHT), (row + CHART_ROWS, COLUMNS))
    return max(last, row + CHART_ROWS)


def _comparisons(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write what changed and the month beside last month; return the last row, with room for a chart beside them."""
    before = reader.last_day(reader.actual, "prev_day")
    changes = comparisons.changes(reader)
    last = _pairs(pen, sheet, row, say("changes.title", day=before) if before else say("changes.title_bare"), changes)
    if not changes:
        last += 1
        pen.text(at(sheet, last, 1), comparisons.no_changes(reader))
    same, elapsed = reader.last_day(reader.actual, "last_month"), reader.value("elapsed", "mtd")
    compared = comparisons.against_last_month(reader)
    if compared and same and elapsed:
        title = say("last_month.title", day=same, elapsed=elapsed)
        last = _pairs(pen, sheet, leave_low_row(sheet, last), title, compared)
    return max(last, row + CHART_ROWS)


def _pairs(pen: Pen, sheet: Worksheet, row: int, title: Slot, lines: Sequence[comparisons.Change]) -> int:
    """Write a list of comparisons as rows: what, before, now; return the last row."""
    pen.text(at(sheet, row, 1), title, bold=True)
    for line in lines:
        row += 1
        pen.text(at(sheet, row, 1), line.what)
        if not line.reads_alone:
            pen.figure(at(sheet, row, LEFT - 1), line.before, colour=palette.GREY)
            pen.figure(at(sheet, row, LEFT), line.after, bold=True)
        rule_below(sheet, row, LEFT)
    return row


def _open_work(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write promises, tappings and quality side by side; return the last row."""
    for column, last, line in (
        (1, LEFT, conclusions.promises_line(reader)),
        (RIGHT, COLUMNS, conclusions.quality_line(reader)),
    ):
        if line is not None:
            write_wrapped(pen, Spot(sheet, row, column), last - column + 1, line, {"bold": True})
    row = leave_low_row(sheet, row)
    due, kept = tables.due_grid(reader), tables.kept_grid(reader)
    taps, quality = tables.taps_grid(reader), tables.quality_grid(reader)
    sides = ((Spot(sheet, row, 1, 2), (due, kept)), (Spot(sheet, row, 5, 2, 1), (taps,)))
    ends = [row - 2]
    for spot, grids in (*sides, (Spot(sheet, row, RIGHT, 3), (quality,))):
        last = row - 2
        for grid in grids:
            if grid.rows or grid.notes:
                last = write_block(pen, spot.moved(last + 2), grid, reader.actual)
        ends.append(last)
    return max(ends)


def _all_days(pen: Pen, sheet: Worksheet, reader: Reader, row: int, anchor: int) -> int:
    """Write every day of the month, and draw what has added up in it at row `anchor`; return the last row."""
    pen.text(at(sheet, row, 1), say("book.days_of", segment=reader.name), bold=True, size=14)
    need_height(sheet, row, 18)
    row = leave_low_row(sheet, row)
    grid, spot = tables.all_days_grid(reader), Spot(sheet, row, 1, skipped=LEFT + 1)
    end = row + 1 + len(grid.rows)
    last = write_block(pen, spot, grid, reader.actual)
    kpi = reader.day_kpi()
    drawn = _drawn(spot, grid, [(f"col.cumulative.{kpi}", False), ("col.cumulative.target", True)])
    if drawn and reader.month_days:
        pen.text(at(sheet, anchor, RIGHT), headlines.month_title(reader), bold=True)
        body = Body(sheet, end + 1 - len(reader.month_days), end)
        chart = lines_chart(pen, body, _chart_title("month", reader, drawn), drawn)
        place_chart(sheet, chart, (anchor + 1, RIGHT), (anchor + CHART_ROWS, COLUMNS))
    return last


def _drawn(spot: Spot, grid: Grid, wanted: Sequence[tuple[str, bool]]) -> list[Drawn]:
    """Return the columns to draw, without those that the table lacks; the first is missing: none at all."""
    columns = {column.label.key: (spot.place(n), column.label) for n, column in enumerate(grid.columns)}
    return [Drawn(*columns[key], target) for key, target in wanted if key in columns] if wanted[0][0] in columns else []


def _chart_title(kind: str, reader: Reader, drawn: Sequence[Drawn]) -> Sentence:
    """Return what is drawn, in words; the dashed line is named where there is one."""
    ending = "" if any(line.is_target for line in drawn) else "_bare"
    return say(f"book.chart.{kind}{ending}", actual=say(f"col.{reader.day_kpi()}"))
