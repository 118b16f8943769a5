"""The tables of the monthly report: months side by side, groups, teams, promises by week, results and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caringmon.model.bridge import FROM_GROSS
from caringmon.model.findings import Figure
from caringmon.model.kpi import Unit
from caringmon.report import month_conclusions, month_reading, month_words
from caringmon.report.notes import bridge_total
from caringmon.report.reading import Reader, day_of, name_of
from caringmon.report.tables.calls import result_name
from caringmon.report.tables.fields import (
    Field,
    dropped_notes,
    field_cells,
    field_columns,
    field_figures,
    known_fields,
)
from caringmon.report.tables.gap import gap_parts_grid
from caringmon.report.tables.grids import Cell, Column, Grid, Row, na_notes, share_bar, shown, window_label
from caringmon.report.tables.teams import entity_rows, says_something, total_rows
from caringmon.report.wording import LANGUAGES, Sentence, Shown, Slot, catalogue, say

MOST_SHOWN = 10
PRODUCTIVITY = ("K26", "K21", "K21.per_hour", "K22", "K23", "K24", "K25")
PAYMENTS = ("K30", "K31", "K31.late", "K28.by_amount", "K32", "K33", "K34")
QUALITY = ("K35", "K36", "K38", "K37", "K39", "K41", "K41.p90")
PROVIDERS = ("K12", "unmapped")
SATISFACTION = ("K55", "refused", "K50")
_MONTH_KPIS = ("target", "K13", "K17", "K18")


def month_grid(reader: Reader) -> Grid:
    """Return target, gross, net, valid, gap and achievement of the month, the one before, and the year so far."""
    columns = (
        *(Column(say(f"col.{kpi}" if kpi != "target" else "col.target"), strong=kpi == reader.actual)
          for kpi in _MONTH_KPIS),
        Column(say("col.gap")),
        Column(say("col.achievement"), strong=True),
        Column(say("col.status"), "text"),
    )  # fmt: skip
    rows = [Row(window_label(reader, "mtd"), _of_month(reader, "mtd"), "now")]
    if month_reading.has_before(reader):
        rows.append(Row(window_label(reader, "last_month"), _of_month(reader, "last_month")))
        rows.append(Row(say("f01.row.change"), _changed(reader), "part"))
    year = _year(reader)
    notes = na_notes(reader.get(kpi, window) for window in ("mtd", "last_month") for kpi in (*_MONTH_KPIS, "K19"))
    return Grid(reader.name, say("f01.table.month"), say("f01.col.month"), columns, tuple(rows), year, notes)


def _of_month(reader: Reader, window: str) -> tuple[Cell, ...]:
    return (
        *(shown(reader.get(kpi, window)) for kpi in _MONTH_KPIS),
        shown(reader.get("K20", window), "signed"),
        shown(reader.get("K19", window)),
        shown(reader.get("K19", window), "status"),
    )


def _changed(reader: Reader) -> tuple[Cell, ...]:
    told = tuple(shown(reader.value(kpi, "change"), "signed") for kpi in (*_MONTH_KPIS, "K20"))
    return (*told, shown(reader.value("K19", "change"), "points"), None)


def _year(reader: Reader) -> tuple[Row, ...]:
    """Return the row of the year as far as its months are closed; this month alone: no row."""
    figure = reader.value("K13", "ytd")
    if figure is None or day_of(figure.first_day).month == reader.date.month:
        return ()
    head = say("f01.row.ytd", first=day_of(figure.first_day), month=reader.date)
    achieved = reader.get("K19", "ytd")
    cells = (*(shown(reader.get(kpi, "ytd")) for kpi in _MONTH_KPIS), None, shown(achieved), shown(achieved, "status"))
    return (Row(head, cells),)


def history_grid(reader: Reader) -> Grid:
    """Return the closed months of the year as they were reported."""
    columns = (*(Column(say(f"col.{kpi}")) for kpi in _MONTH_KPIS), Column(say("col.achievement"), strong=True),
               Column(say("col.status"), "text"))  # fmt: skip
    rows = tuple(
        Row(
            say("f01.month", month=first),
            (*(shown(reader.get(kpi, window)) for kpi in _MONTH_KPIS), shown(reader.get("K19", window)),
             shown(reader.get("K19", window), "status")),
        )
        for first, window in month_reading.frozen_months(reader)
    )  # fmt: skip
    return Grid(reader.name, say("f01.table.history"), say("f01.col.month"), columns, rows)


def groups_grid(reader: Reader, level: str) -> Grid:
    """Return the groups of a level (`label`, `regional`, `witel`) from their list to valid agrees, and the site."""
    every = (
        Field("f01.col.services", "K01", "mtd"),
        Field("f01.col.worked", "K04", "mtd"),
        Field("col.contact", "K09", "mtd"),
        Field("col.agree_rate", "K14", "mtd"),
        Field("col.gross", "K13", "mtd"),
        Field("col.K17", "K17", "mtd"),
        Field("col.K18", "K18", "mtd", strong=True),
        Field("f01.col.valid_rate", "K36", "mtd"),
        Field("f01.col.kept", "K28", "mtd"),
    )
    return _entities(reader, say(f"f01.table.{level}"), say(f"f01.col.{level}"), every, [
        (head, entity, "") for head, entity in month_reading.groups(reader, level)
    ])  # fmt: skip


def month_teams_grid(reader: Reader) -> Grid:
    """Return the teams of the month, each SPV below its teams where there are several, and the site."""
    actual = reader.actual
    every = (
        Field("col.target", "target", "mtd"),
        Field("col.gross", "K13", "mtd"),
        Field("col.pending", "pending", "mtd"),
        Field("col.K17", "K17", "mtd"),
        Field(f"col.{actual}", actual, "mtd", strong=True),
        Field("col.gap", "K20", "mtd", "signed"),
        Field("col.bar", "K19", "mtd", kind="bar"),
        Field("col.achievement", "K19", "mtd", strong=True),
        Field("f01.col.valid_rate", "K36", "mtd"),
        Field("f01.col.kept", "K28", "mtd"),
        Field("col.status", "K19", "mtd", "status", kind="text"),
    )
    return _entities(reader, month_words.teams_title(reader), say("col.team"), every, entity_rows(reader))


def _entities(
    reader: Reader, caption: Sentence, corner: Sentence, every: Sequence[Field],
    rows: Sequence[tuple[Slot, str, str]],
) -> Grid:  # fmt: skip
    totals = total_rows(reader)
    entities = (*(entity for _, entity, _ in rows), *(entity for _, entity in totals))
    fields = known_fields(reader, every, entities)
    achieved = [reader.value("K19", "mtd", entity) for entity in entities]
    widest = max((found.value for found in achieved if found is not None), default=0.0)
    return Grid(
        reader.name,
        caption,
        corner,
        field_columns(fields),
        tuple(
            Row(head, field_cells(reader, fields, entity, widest), extra)
            for head, entity, extra in rows
            if says_something(reader, fields, entity)
        ),
        tuple(Row(head, field_cells(reader, fields, entity, widest)) for head, entity in totals),
        dropped_notes(reader, fields, [("K19", "mtd", "")] if any(f.kpi == "K19" for f in every) else [])
        + na_notes(field_figures(reader, fields, entities)),
    )


def months_grid(reader: Reader, caption: str, kpis: Sequence[str]) -> Grid:
    """Return indicators of the month beside those of the month before; what is known of neither is named below."""
    windows = [*(["last_month"] if month_reading.has_before(reader) else []), "mtd"]
    here = [kpi for kpi in kpis if (found := reader.get(kpi, "mtd")) is not None and found.note != "not_in_segment"]
    known = [kpi for kpi in here if any(reader.value(kpi, window) for window in ("last_month", "mtd"))]
    columns = [Column(window_label(reader, window), strong=window == "mtd") for window in windows]
    if len(windows) > 1:
        columns.append(Column(say("f01.row.change")))
    rows = tuple(
        Row(indicator(reader, kpi), (
            *(shown(reader.get(kpi, window)) for window in windows),
            *([_change(reader.value(kpi, "change"))] if len(windows) > 1 else []),
        ))
        for kpi in known
    )  # fmt: skip
    notes = na_notes(reader.get(kpi, window) for kpi in here for window in windows)
    return Grid(reader.name, say(caption), say("col.indicator"), tuple(columns), rows, (), notes)


def _change(figure: Figure | None) -> Cell:
    if figure is None:
        return None
    return Shown(figure, "points" if figure.unit == Unit.RATE else "signed")


def indicator(reader: Reader, kpi: str) -> Slot:
    """Return the indicator in the words of the report, where it has some, else its name in the catalogue."""
    key = f"f01.kpi.{kpi}"
    return say(key) if key in catalogue(LANGUAGES[0]) else name_of(kpi, reader.head.lang)


def gap_numbers_grid(reader: Reader, window: str) -> Grid | None:
    """Return the parts of the gap in numbers, beside the chart that says how sure they are; none: None."""
    grid = gap_parts_grid(reader, window)
    return None if grid is None else without_words(grid)


def without_words(grid: Grid) -> Grid:
    """Return the table without its columns of words."""
    kept = [place for place, column in enumerate(grid.columns) if column.kind != "text"]

    def narrowed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in rows)

    columns = tuple(grid.columns[place] for place in kept)
    return replace(grid, columns=columns, rows=narrowed(grid.rows), totals=narrowed(grid.totals))


def weeks_grid(reader: Reader) -> Grid:
    """Return what became of the promises by the week in which their last day of payment lay, and in the month."""
    kinds = ("K28", "K29.late", "K29.partial", "K29")
    columns = (
        Column(say("f01.col.due"), strong=True),
        *(Column(say(f"f01.col.{kpi}"), starts_group=kpi == "K28") for kpi in kinds),
        Column(say("col.bar_share"), "bar"),
        Column(say("f01.col.kept"), strong=True),
    )

    def cells(window: str) -> tuple[Cell, ...]:
        kept = reader.get("K28", window)
        told = tuple(shown(reader.get(kpi, window), "numerator") for kpi in kinds)
        return (shown(reader.get("K27", window)), *told, share_bar(kept, 1.0), shown(kept))

    rows = tuple(
        Row(say("f01.row.week", first=first, last=last), cells(window))
        for first, last, window in month_reading.weeks(reader)
    )
    total = Row(window_label(reader, "mtd"), cells("mtd"))
    return Grid(reader.name, say("f01.table.weeks"), say("f01.col.week"), columns, rows, (total,) if rows else ())


def month_results_grid(reader: Reader, most: int | None = None) -> Grid:
    """Return the attempts of the month by result, with their share of both months; after `most` no more rows."""
    parts = reader.results[:most]
    return _shares(reader, "f01.table.results", say("col.result"), "attempts", [(p, result_name(p)) for p in parts])


def refusals_grid(reader: Reader) -> Grid:
    """Return the reasons that customers gave, with their share of both months."""
    parts = [(part, month_conclusions.refusal_name(part)) for part in month_reading.refusals(reader)]
    return _shares(reader, "f01.table.refusals", say("f01.col.reason"), "refusals", parts)


def _shares(reader: Reader, caption: str, corner: Sentence, kpi: str, parts: Sequence[tuple[str, Slot]]) -> Grid:
    share = "attempts_share" if kpi == "attempts" else kpi
    has_then = month_reading.has_before(reader) and any(
        reader.value(share, "last_month", None, part) for part, _ in parts
    )
    columns = [Column(say("col.count")), Column(say("col.bar_results"), "bar"),
               Column(window_label(reader, "mtd"), strong=True)]  # fmt: skip
    if has_then:
        columns.append(Column(window_label(reader, "last_month")))
    widest = max((f.value for part, _ in parts if (f := reader.value(share, "mtd", None, part))), default=0.0)
    rows = tuple(
        Row(name, (
            shown(reader.get(share, "mtd", None, part), "numerator"),
            share_bar(reader.get(share, "mtd", None, part), widest),
            shown(reader.get(share, "mtd", None, part)),
            *([shown(reader.get(share, "last_month", None, part))] if has_then else []),
        ))
        for part, name in parts
    )  # fmt: skip
    return Grid(reader.name, say(caption), corner, tuple(columns), rows)


def defects_grid(reader: Reader) -> Grid:
    """Return what QC found, most frequent first, with its share."""
    found = [
        (figure.kpi.removeprefix("K43."), figure)
        for code in _DEFECTS
        if (figure := reader.value(f"K43.{code}", "mtd")) is not None and figure.numerator > 0
    ]
    ordered = sorted(found, key=lambda pair: (-pair[1].value, pair[0]))
    widest = max((figure.value for _, figure in ordered), default=0.0)
    columns = (Column(say("col.count")), Column(say("col.bar_results"), "bar"), Column(say("col.share"), strong=True))
    rows = tuple(
        Row(say(f"defect.{code}"), (shown(figure, "numerator"), share_bar(figure, widest), shown(figure)))
        for code, figure in ordered
    )
    return Grid(reader.name, say("f01.table.defects"), say("f01.col.reason"), columns, rows)


_DEFECTS = tuple(f"RC{number:02}" for number in (*range(1, 13), 99))


def reconciliation_grid(reader: Reader) -> Grid:
    """Return the way from gross to net agrees, which adds up, and how many of these are valid or still to be tapped."""
    steps = [step for step in bridge_total(reader.findings) if step.count.kpi in ("gross", *FROM_GROSS, "net")]
    rows = [Row(step.name, (shown(step.count),), "part" if step.is_taken else "") for step in steps]
    rows += [
        Row(say(f"f01.reconciled.{kpi}"), (shown(figure),), "part" if kpi == "pending" else "")
        for kpi in ("pending", "K18")
        if (figure := reader.value(kpi, "mtd")) is not None
    ]
    columns = (Column(say("col.count"), strong=True),)
    return Grid(reader.name, say("f01.table.reconciled"), say("col.what"), columns, tuple(rows))
