"""What a table is, and the cells and notes that all tables share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.cards import tone_of
from caringmon.report.reading import Reader, lacking
from caringmon.report.reasons import reason, reason_of
from caringmon.report.wording import Sentence, Shown, Slot, say


@dataclass(frozen=True)
class Bar:
    """A bar in a table cell: its share of the scale, where a mark stands on that scale, and its tone."""

    share: float
    mark: float | None = None
    tone: str = ""


Cell = Shown | Sentence | Bar | str | None


@dataclass(frozen=True)
class Column:
    """One column: its header, and whether a group of columns starts with it. `kind` is number, bar or text."""

    label: Sentence
    kind: str = "number"
    strong: bool = False
    starts_group: bool = False


@dataclass(frozen=True)
class Row:
    """One row: what it is about and its cells, one per column.

    `extra` sets it apart: `now` the row of the report date, `part` one that the row above includes, `subtotal` the sum
    of the rows above.
    """

    head: Slot
    cells: tuple[Cell, ...]
    extra: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: whose it is, caption, columns (in groups of so many), rows, rows set apart as totals, notes below."""

    name: str
    caption: Sentence
    corner: Sentence
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    notes: tuple[Sentence, ...] = ()
    group_labels: tuple[tuple[Sentence | None, int], ...] = ()


def shown(figure: Figure | None, form: str = "") -> Cell:
    """Return the cell of a figure in a form; not registered: an empty cell."""
    return None if figure is None else Shown(figure, form)


def bullet(achievement: Figure | None, widest: float = 0.0) -> Bar | None:
    """Return the bar of an achievement with its mark at the target; the scale ends at `widest`, at least at 1.15."""
    if achievement is None:
        return None
    scale = max(1.15, widest, achievement.value)
    return Bar(max(0.0, achievement.value) / scale, 1 / scale, tone_of(achievement))


def share_bar(figure: Figure | None, widest: float) -> Bar | None:
    """Return the bar of a number on a scale that ends at `widest`; unknown: none."""
    return None if figure is None or figure.is_na or widest <= 0 else Bar(max(0.0, figure.value) / widest)


def window_label(reader: Reader, window: str) -> Sentence:
    """Return the header of a window: the day, the month to date or last month to the same working day, or a month."""
    last = reader.last_day(reader.actual, window)
    return say(f"window.{'month_' if reader.is_month else ''}{window}", day=last if last is not None else reader.date)


def na_notes(figures: Iterable[Figure | None]) -> tuple[Sentence, ...]:
    """Return one line that explains each kind of dash in a table."""
    known = [figure for figure in figures if figure is not None]
    return tuple(
        say("note.dash", reason=reason(next(figure for figure in known if figure.is_na and figure.note == note)))
        for note in lacking(known)
    )


def left_out(gone: Mapping[str, Sequence[Slot]]) -> tuple[Sentence, ...]:
    """Return one line for each reason (its code) that names what is not printed for it."""
    return tuple(say("note.left_out", what=tuple(names), reason=reason_of(note)) for note, names in gone.items())
