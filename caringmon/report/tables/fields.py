"""Columns of figures: rows are people or teams, a column is an indicator in a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.reading import Reader
from caringmon.report.tables.grids import Cell, Column, bullet, left_out, shown, window_label
from caringmon.report.wording import Sentence, Slot, say


@dataclass(frozen=True)
class Field:
    """What a column prints: an indicator in a window, in a form; bars compare an achievement with 1."""

    label: str
    kpi: str
    window: str
    form: str = ""
    strong: bool = False
    kind: str = "number"


def known_fields(reader: Reader, every: Sequence[Field], entities: Iterable[str]) -> tuple[Field, ...]:
    """Return the columns that print something nobody has printed yet, for at least one entity."""
    names = tuple(entities)
    once: dict[tuple[str, str, str, str], Field] = {}
    for field in every:
        once.setdefault((field.kpi, field.window, field.kind, field.form), field)
    return tuple(f for f in once.values() if any(reader.value(f.kpi, f.window, name) for name in names))


def field_cells(reader: Reader, fields: Sequence[Field], entity: str, widest: float = 0.0) -> tuple[Cell, ...]:
    """Return the cells of an entity; the scale of its bars ends at the achievement `widest`."""
    return tuple(
        bullet(reader.value(field.kpi, field.window, entity), widest)
        if field.kind == "bar"
        else shown(reader.get(field.kpi, field.window, entity), field.form)
        for field in fields
    )


def field_figures(reader: Reader, fields: Sequence[Field], entities: Iterable[str]) -> tuple[Figure | None, ...]:
    """Return the figures that the cells of these entities print."""
    return tuple(reader.get(f.kpi, f.window, entity) for f in fields for entity in entities)


def field_columns(fields: Sequence[Field]) -> tuple[Column, ...]:
    """Return the headers; a group starts with each window after the first."""
    before = (fields[0].window, *(field.window for field in fields)) if fields else ()
    return tuple(
        Column(say(field.label), field.kind, field.strong, starts_group=field.window != window)
        for field, window in zip(fields, before, strict=False)
    )


def field_groups(reader: Reader, fields: Sequence[Field]) -> tuple[tuple[Sentence | None, int], ...]:
    """Return the windows of the columns with how many columns each has."""
    windows = [field.window for field in fields]
    return tuple((window_label(reader, window), windows.count(window)) for window in dict.fromkeys(windows))


def dropped_notes(
    reader: Reader, fields: Sequence[Field], wanted: Sequence[tuple[str, str, str]]
) -> tuple[Sentence, ...]:
    """Return why columns that a reader would look for are not there.

    `wanted`: indicator, window, and the entity whose figure knows the reason.
    """
    printed = {(field.kpi, field.window) for field in fields}
    gone: dict[str, list[Slot]] = {}
    for kpi, window, entity in wanted:
        figure = reader.get(kpi, window, entity)
        if (kpi, window) not in printed and figure is not None:
            gone.setdefault(figure.note, []).append(say(f"col.plain.{kpi}"))
    return left_out(gone)
