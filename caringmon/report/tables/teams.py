"""The table of teams, with a row per SPV (section 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import entity_name
from caringmon.report.headlines import teams_title
from caringmon.report.numerals import whole_number
from caringmon.report.reading import Reader, Team
from caringmon.report.tables.fields import (
    Field,
    dropped_notes,
    field_cells,
    field_columns,
    field_figures,
    field_groups,
    known_fields,
)
from caringmon.report.tables.grids import Grid, Row, na_notes
from caringmon.report.wording import Sentence, Slot, say

_LAPSED = Field("col.lapsed", "lapsed", "day")


def team_grid(reader: Reader) -> Grid:
    """Return the teams by day and month to date, each SPV below its teams where there are several, and the site."""
    actual = reader.actual
    fields = (
        Field("col.target", "target", "day"),
        Field("col.gross", "K13", "day"),
        Field("col.pending", "pending", "day"),
        Field("col.return_open", "return_open", "day"),
        Field("col.not_valid", "not_valid", "day"),
        *((_LAPSED,) if _has_lapsed(reader) else ()),
        Field(f"col.{actual}", actual, "day", strong=True),
        Field("col.achievement", "K19", "day"),
        Field("col.gap", "K20", "day", "signed"),
        Field("col.target", "target", "mtd"),
        Field(f"col.{actual}", actual, "mtd", strong=True),
        Field("col.bar", "K19", "mtd", kind="bar"),
        Field("col.achievement", "K19", "mtd"),
        Field("col.projection", "K45", "mtd"),
        Field("col.status", "K19", "mtd", "status", kind="text"),
    )
    return _grid(reader, teams_title(reader), fields, entity_rows(reader))


def _has_lapsed(reader: Reader) -> bool:
    """Tell whether any agree of the day lapsed otherwise than by a verdict: then gross to net needs its column."""
    entities = [entity for _, entity, _ in entity_rows(reader)] + [entity for _, entity in total_rows(reader)]
    figures = (reader.value(_LAPSED.kpi, _LAPSED.window, entity) for entity in entities)
    return any(figure is not None and figure.value for figure in figures)


def team_name(team: Team) -> Slot:
    """Return a team's code, or the words for rows that no roster line explains."""
    return say("row.unmapped") if team.is_unmapped else team.entity


def total_rows(reader: Reader) -> tuple[tuple[Slot, str], ...]:
    """Return head and entity of the rows set apart: the SPV that the report is for, and the site."""
    own = ((reader.audience.person, reader.focus),) if reader.audience.level == "spv" else ()
    return (*own, (say("row.site"), ""))


def superiors(reader: Reader) -> tuple[str, ...]:
    """Return the codes of the SPVs whose teams the report shows, where they are several; else none."""
    codes = tuple(dict.fromkeys(team.superior for team in reader.teams if team.superior))
    return codes if len(codes) > 1 else ()


def entity_rows(reader: Reader) -> list[tuple[Slot, str, str]]:
    """Return head, entity and kind of each row: the teams of an SPV, then the SPV."""
    rows: list[tuple[Slot, str, str]] = []
    several = superiors(reader)
    for code, teams in groupby(reader.teams, key=lambda team: team.superior):
        rows += [(team_name(team), team.entity, "") for team in teams]
        if code in several:
            rows.append((code, entity_name("spv", code), "subtotal"))
    return rows


def says_something(reader: Reader, fields: Sequence[Field], entity: str) -> bool:
    """Tell whether a row would print anything but zeros and dashes."""
    return any(found.value != 0 for f in fields if (found := reader.value(f.kpi, f.window, entity)) is not None)


def _rounding_notes(reader: Reader, fields: Sequence[Field], teams: Sequence[str]) -> tuple[Sentence, ...]:
    """Return a line where teams add up to the site, but not as they are printed, each rounded for itself."""
    for field in fields:
        total = reader.value(field.kpi, field.window, "")
        parts = [one for team in teams if (one := reader.value(field.kpi, field.window, team)) is not None]
        if total is None or total.decimals or not math.isclose(sum(part.value for part in parts), total.value):
            continue
        if sum(whole_number(part) for part in parts) != whole_number(total):
            return (say("note.rounded"),)
    return ()


def _grid(reader: Reader, caption: Sentence, every: Sequence[Field], rows: Sequence[tuple[Slot, str, str]]) -> Grid:
    totals = total_rows(reader)
    entities = (*(entity for _, entity, _ in rows), *(entity for _, entity in totals))
    fields = known_fields(reader, every, entities)
    achieved = [reader.value("K19", "mtd", entity) for entity in entities]
    widest = max((found.value for found in achieved if found is not None), default=0.0)
    wanted = [("target", "day", reader.focus), ("K19", "mtd", reader.focus), ("pending", "day", reader.focus)]
    return Grid(
        reader.name,
        caption,
        say("col.team"),
        field_columns(fields),
        tuple(
            Row(head, field_cells(reader, fields, entity, widest), extra)
            for head, entity, extra in rows
            if entity != UNMAPPED_ENTITY or says_something(reader, fields, entity)
        ),
        tuple(Row(head, field_cells(reader, fields, entity, widest)) for head, entity in totals),
        (
            *dropped_notes(reader, fields, wanted),
            *na_notes(field_figures(reader, fields, entities)),
            *_rounding_notes(reader, fields, [entity for _, entity, kind in rows if not kind]),
        ),
        field_groups(reader, fields),
    )
