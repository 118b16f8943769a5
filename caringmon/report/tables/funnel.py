"""The table of the funnel: from assigned records to valid agrees (section 4)."""

from __future__ import annotations

from caringmon.report.reading import Reader
from caringmon.report.tables.grids import Bar, Cell, Column, Grid, Row, left_out, shown, window_label
from caringmon.report.wording import Sentence, Slot, say

STAGES = (
    ("assigned", "K01", "", ""),
    ("worked", "K03", "", "K04"),
    ("contacted", "K09", "numerator", "K09"),
    ("rpc", "K11", "numerator", "K11"),
    ("gross", "K13", "", "K14"),
    ("net", "K17", "", ""),
    ("valid", "K18", "", ""),
)
FUNNEL_WINDOWS = ("day", "mtd", "last_month")


def funnel_stages(reader: Reader) -> tuple[tuple[str, str, str, str], ...]:
    """Return the stages that are known in at least one window: name, indicator, form, rate from the stage before."""
    return tuple(
        stage for stage in STAGES
        if any(reader.value(stage[1], window) is not None for window in FUNNEL_WINDOWS)
    )  # fmt: skip


def funnel_grid(reader: Reader) -> Grid:
    """Return the funnel: each stage's count, bar and share of the stage before, for day, month and last month."""
    stages = funnel_stages(reader)
    windows = [w for w in FUNNEL_WINDOWS if any(reader.value(kpi, w) for _, kpi, _, _ in stages)]
    columns: list[Column] = []
    groups: list[tuple[Sentence | None, int]] = []
    for window in windows:
        columns += [
            Column(say("col.count"), strong=True, starts_group=bool(columns)),
            Column(say("col.bar_funnel"), "bar"),
            Column(say("col.step")),
        ]
        groups.append((window_label(reader, window), 3))
    rows = tuple(
        Row(
            say(f"stage.{stage}"),
            tuple(c for window in windows for c in _stage_cells(reader, window, (kpi, form, rate), stages)),
        )
        for stage, kpi, form, rate in stages
    )
    gone: dict[str, list[Slot]] = {}
    for stage, kpi, _, _ in STAGES:
        figure = reader.get(kpi, "mtd")
        if figure is not None and figure.is_na:
            gone.setdefault(figure.note, []).append(say(f"stage.{stage}"))
    notes = (say("funnel.step"), *left_out(gone))
    return Grid(reader.name, say("table.funnel"), say("col.stage"), tuple(columns), rows, (), notes, tuple(groups))


def _stage_cells(
    reader: Reader, window: str, stage: tuple[str, str, str], stages: tuple[tuple[str, str, str, str], ...]
) -> tuple[Cell, ...]:
    kpi, form, rate = stage
    figure = reader.get(kpi, window)
    widest = max((_amount(reader, other, shape, window) for _, other, shape, _ in stages), default=0.0)
    bar = Bar(_amount(reader, kpi, form, window) / widest) if widest else None
    return (shown(figure, form), bar, shown(reader.get(rate, window)) if rate else None)


def _amount(reader: Reader, kpi: str, form: str, window: str) -> float:
    figure = reader.value(kpi, window)
    if figure is None:
        return 0.0
    return figure.numerator if form == "numerator" else figure.value
