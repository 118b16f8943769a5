"""The `show_…` family of W-03: each a pure function of the findings, QC first, then operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from caringmon.model.findings import Figure, Findings
from caringmon.report.followed_up import Half, board_line, halves, news_line
from caringmon.report.notes import leader_note
from caringmon.report.sections import Block, block
from caringmon.report.tables import Grid
from caringmon.report.tables.monitoring import (
    MOST_ROWS,
    age_grid,
    effects_grid,
    log_grid,
    overdue_grid,
    progress_grid,
    recurrence_grid,
    returns_grid,
)
from caringmon.report.wording import Sentence, say

CARDS = ("open", "due_week", "overdue", "done", "effective", "not_effective")


@dataclass(frozen=True)
class HalfShown:
    """What a section prints of one half."""

    name: Sentence | None
    lines: tuple[Sentence, ...] = ()
    cards: tuple[tuple[Sentence, Figure], ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Monitored:
    """A section: the key of its heading, its anchor, its halves; `beside`: their tables stand beside each other."""

    title: str
    anchor: str
    parts: Sequence[HalfShown]
    beside: bool = False
    leads: bool = False


def show_board(findings: Findings) -> Block:
    """Return section 1: how many are open, due, overdue, done and proven; an empty register: that it is empty."""
    hidden = findings.registered("followed_restricted.now")
    notes = (say("followup.restricted", number=hidden),) if hidden.value else ()
    every = [
        HalfShown(
            half.name,
            tuple(line for line in (board_line(half), news_line(half)) if line is not None),
            tuple((say(f"board.{name}"), half.count(name)) for name in CARDS),
        )
        for half in halves(findings)
    ]
    if every:
        every[-1] = replace(every[-1], notes=notes)
    sections = [Monitored("section.board", "papan", every, leads=True)] if every else []
    note = leader_note(findings, "summary")
    return block("followup.html.j2", findings, sections=sections, empty=not every, note=note)


def show_returns(findings: Findings) -> Block:
    """Return section 2: the agrees that open recommendations about returns are about."""
    grid = returns_grid(findings)
    line = () if grid.rows else (say("w03.no_returns"),)
    return _sections(findings, Monitored("section.returns", "return", [HalfShown(None, line, (), *_cut(grid))]))


def show_progress(findings: Findings) -> Block:
    """Return sections 3 and 4: how far they came, how old they are, and what is overdue, by owner."""
    every = halves(findings)
    progress = [HalfShown(half.name, (), (), (progress_grid(half), age_grid(half))) for half in every]
    late = [_half(half, overdue_grid, "w03.none_overdue") for half in every]
    return _sections(
        findings,
        Monitored("section.progress", "kemajuan", progress, beside=True),
        Monitored("section.overdue", "tenggat", late),
    )


def show_effects(findings: Findings) -> Block:
    """Return section 5: the KPI before and after of each one done, and the verdict; no claim about the cause."""
    parts = [_half(half, effects_grid, "w03.none_done") for half in halves(findings)]
    if any(part.grids for part in parts):
        parts[-1] = replace(parts[-1], notes=(*parts[-1].notes, say("w03.windows"), say("w03.indicative")))
    return _sections(findings, Monitored("section.effects", "efektivitas", parts))


def show_recurrence(findings: Findings) -> Block:
    """Return sections 6 and 7: what came back after it was closed, and what goes up the line."""
    every = halves(findings)
    back = [_half(half, recurrence_grid, "w03.none_back") for half in every]
    up = [
        HalfShown(half.name, (say("w03.escalated", spv=half.count("to_spv"), manager=half.count("to_manager")),))
        for half in every
    ]
    return _sections(
        findings,
        Monitored("section.back", "berulang", back),
        Monitored("section.escalated", "eskalasi", up),
    )


def show_log(findings: Findings) -> Block:
    """Return section 8: what happened since the previous working day; notes and evidence stand in the workbook."""
    parts = [_half(half, log_grid, "w03.no_news") for half in halves(findings)]
    if any(part.grids for part in parts):
        parts[-1] = replace(parts[-1], notes=(*parts[-1].notes, say("w03.texts")))
    return _sections(findings, Monitored("section.log", "log", parts))


def _half(half: Half, table: Callable[[Half], Grid], none: str) -> HalfShown:
    grid = table(half)
    return HalfShown(half.name, (), (), *_cut(grid)) if grid.rows else HalfShown(half.name, (say(none),))


def _cut(grid: Grid) -> tuple[tuple[Grid, ...], tuple[Sentence, ...]]:
    """Return the table as a page prints it, and where the rest stands."""
    if not grid.rows:
        return (), ()
    more = (say("w03.more"),) if len(grid.rows) > MOST_ROWS else ()
    return (replace(grid, rows=grid.rows[:MOST_ROWS]),), more


def _sections(findings: Findings, *sections: Monitored) -> Block:
    """Return the sections; an empty register has none."""
    shown = [section for section in sections if section.parts] if halves(findings) else []
    return block("followup.html.j2", findings, sections=shown, empty=False, note="")
