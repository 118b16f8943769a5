"""The sheet that reads as a page: per segment the first page of the report, then promises, quality and all days."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import narrative, notes, palette, tables
from caringmon.report.cards import Card, cards
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.blocks import ROW_HEIGHT, Spot, write_block
from caringmon.report.sheets.drawings import Body, Drawn, days_chart, lines_chart, place_chart
from caringmon.report.sheets.pen import RULE, Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import Grid
from caringmon.report.wording import Slot, plain, say

COLUMNS = 12
WIDTH = 13.0
LEFT = 7  # columns of what stands left of a chart
CHART_WIDTH = 12.4  # centimetres
CHART_ROWS = 11


def write(pen: Pen, findings: Findings, version: int | None) -> None:
    """Write the sheet: two printed pages a segment."""
    sheet = pen.sheet(say("sheet.summary"), is_page=True)
    widths(sheet, *[WIDTH] * COLUMNS)
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = ROW_HEIGHT, True
    row = _head(pen, sheet, findings, version)
    for number, reader in enumerate(readers(findings)):
        if number:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _first_page(pen, sheet, reader, row) + 1
        anchor = row - CHART_ROWS - 1
        sheet.row_breaks.append(Break(id=row - 1))
        row = _second_page(pen, sheet, reader, row, anchor) + 1
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row - 1}"
    sheet.freeze_panes = "A2"


def version_words(version: int | None, lang: str) -> list[str]:
    """Return the version and the label of a correction as texts; without version: nothing."""
    if version is None:
        return []
    words = [plain(say("header.version", version=str(version)), lang)]
    return [*words, plain(say("header.correction", number=str(version - 1)), lang)] if version > 1 else words


def _head(pen: Pen, sheet: Worksheet, findings: Findings, version: int | None) -> int:
    """Write title, facts, banners and one line per segment where there are several; return the next free row."""
    head, facts = findings.head, notes.header(findings)
    pen.text(at(sheet, 1, 1), say("title.daily"), bold=True, size=20)
    sheet.row_dimensions[1].height = 28
    what: list[Slot] = [facts.segments, say("book.date", day=facts.date)]
    if facts.workday is not None:
        what.append(facts.workday)
    pen.text(at(sheet, 2, 1), " · ".join(plain(part, pen.lang) for part in what), colour=palette.GREY)
    clocks = say("header.clocks", calls=head.calls_clock, qc=head.qc_clock)
    pen.text(at(sheet, 3, 1), clocks, colour=palette.GREY, size=9)
    last = " · ".join([head.form, *version_words(version, pen.lang), f"run {head.run_id}"])
    pen.text(at(sheet, 3, COLUMNS), last, colour=palette.GREY, size=9, align="right")
    rule_below(sheet, 3, COLUMNS, RULE)
    row = 3
    for banner in notes.banners(findings):
        row += 1
        pen.text(at(sheet, row, 1), banner, bold=True, colour=palette.AMBER)
    for reader, line in narrative.overview(findings):
        row += 1
        pen.text(at(sheet, row, 1), reader.name, bold=True)
        pen.text(at(sheet, row, 2), line)
        status = narrative.standing_status(reader)
        if status is not None:
            colour = palette.STATUS[status]
            pen.text(at(sheet, row, COLUMNS), say(f"status.{status}"), bold=True, colour=colour, align="right")
    return row + 2


def _first_page(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write where the segment stands, the last days and what changed; return the last row."""
    pen.text(at(sheet, row, 1), reader.name, bold=True, size=14)
    sheet.row_dimensions[row].height = 19
    lead = " ".join(plain(sentence, pen.lang) for sentence in narrative.lead(reader))
    row += 1
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=COLUMNS)
    pen.text(at(sheet, row, 1), lead, size=11.5, wrap=True)
    sheet.row_dimensions[row].height = 16 * lines_needed(lead, 145) + 4
    for place, card in enumerate(cards(reader)):
        _card(pen, sheet, card, row + 1, 1 + 2 * place)
    rule_below(sheet, row + 4, COLUMNS)
    below = _days(pen, sheet, reader, row + 6)
    return _comparisons(pen, sheet, reader, below + 2)


def _card(pen: Pen, sheet: Worksheet, card: Card, row: int, column: int) -> None:
    pen.text(at(sheet, row, column), card.label, colour=palette.GREY, size=9)
    pen.figure(at(sheet, row + 1, column), card.value.figure, card.value.form, bold=True, size=20, align="left")
    sheet.row_dimensions[row + 1].height = 27
    if card.context is not None:
        pen.text(at(sheet, row + 2, column), card.context, colour=palette.GREY, size=9)
    if card.verdict is not None:
        colour = palette.STATUS.get(card.tone, palette.GREY)
        pen.text(at(sheet, row + 3, column), card.verdict, bold=True, colour=colour, size=9)


def _days(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write the last ten working days with their chart; return the last row."""
    grid = tables.ten_days_grid(reader)
    last = write_block(pen, Spot(sheet, row, 1), grid, reader.actual)
    pen.text(at(sheet, row, LEFT + 1), narrative.days_title(reader), bold=True)
    drawn = _drawn(grid, [(f"col.{reader.day_kpi()}", False), ("col.target", True)])
    if grid.rows and drawn:
        body = Body(sheet, row + 2, row + 1 + len(grid.rows))
        ends_now = grid.rows[-1].extra == "now"
        chart = days_chart(pen, body, say("book.chart.days", actual=drawn[0].label), drawn, ends_now=ends_now)
        place_chart(sheet, chart, (row + 1, LEFT + 1), _size(CHART_ROWS))
    return max(last, row + CHART_ROWS)


def _comparisons(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    """Write what changed and the month beside last month; return the last row, with room for a chart beside them."""
    before = reader.last_day(reader.actual, "prev_day")
    changes = narrative.changes(reader)
    last = _pairs(pen, sheet, row, say("changes.title", day=before) if before else say("changes.title_bare"), changes)
    if not changes:
        last += 1
        pen.text(at(sheet, last, 1), narrative.no_changes(reader))
    same, elapsed = reader.last_day(reader.actual, "last_month"), reader.value("elapsed", "mtd")
    compared = narrative.against_last_month(reader)
    if compared and same and elapsed:
        last = _pairs(pen, sheet, last + 2, say("last_month.title", day=same, elapsed=elapsed), compared)
    return max(last, row + CHART_ROWS)


def _pairs(pen: Pen, sheet: Worksheet, row: int, title: Slot, lines: Sequence[narrative.Change]) -> int:
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


def _second_page(pen: Pen, sheet: Worksheet, reader: Reader, row: int, anchor: int) -> int:
    """Write promises, quality and all days, and the month's chart up at row `anchor`; return the last row."""
    pen.text(at(sheet, row, 1), say("book.more", segment=reader.name), bold=True, size=14)
    sheet.row_dimensions[row].height = 19
    due, kept = tables.due_grid(reader), tables.kept_grid(reader)
    taps, quality = tables.taps_grid(reader), tables.quality_grid(reader)
    ends = [row]
    for column, grids in ((1, (due, kept)), (6, (taps,)), (9, (quality,))):
        last = row
        for grid in grids:
            if grid.rows:
                last = write_block(pen, Spot(sheet, last + 2, column, 2), grid, reader.actual)
        ends.append(last)
    row = max(ends) + 2
    grid = tables.all_days_grid(reader)
    body = Body(sheet, row + 2 + len(grid.rows) - len(reader.month_days), row + 1 + len(grid.rows))
    last = write_block(pen, Spot(sheet, row, 1), grid, reader.actual)
    drawn = _drawn(grid, [(f"col.cumulative.{reader.day_kpi()}", False), ("col.cumulative.target", True)])
    if drawn and reader.month_days:
        pen.text(at(sheet, anchor, LEFT + 1), narrative.month_title(reader), bold=True)
        chart = lines_chart(pen, body, say("book.chart.month", actual=say(f"col.{reader.day_kpi()}")), drawn)
        place_chart(sheet, chart, (anchor + 1, LEFT + 1), _size(CHART_ROWS))
    return last


def _drawn(grid: Grid, wanted: Sequence[tuple[str, bool]]) -> list[Drawn]:
    """Return the columns to draw, without those that the table lacks; the first is missing: none at all."""
    places = {column.label.key: place for place, column in enumerate(grid.columns, 2)}
    found = [Drawn(places[key], grid.columns[places[key] - 2].label, target) for key, target in wanted if key in places]
    return found if wanted and wanted[0][0] in places else []


def _size(rows: int) -> tuple[float, float]:
    return CHART_WIDTH, rows * ROW_HEIGHT / 72 * 2.54
