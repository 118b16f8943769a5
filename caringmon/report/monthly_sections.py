"""The `show_month_…` family: findings → the sections of the monthly report F-01."""

from __future__ import annotations

from caringmon.model.findings import Findings
from caringmon.report import conclusions, month_conclusions, month_words, notes, tables
from caringmon.report.advice import MOST_ACTIONS, shown_advice
from caringmon.report.followed_up import every_half
from caringmon.report.gap_chart import gap_charts
from caringmon.report.gap_words import explanations, gap_drivers, gap_guards, gap_reference, gap_title
from caringmon.report.iso import clauses
from caringmon.report.month_cards import month_cards
from caringmon.report.month_charts import curve_charts, days_charts
from caringmon.report.narrative import standing_status
from caringmon.report.reading import Reader, readers
from caringmon.report.sections import Block, Part, Section, advice_block, block, header_block, sections_block
from caringmon.report.tables import months
from caringmon.report.tables.monitoring import effects_grid
from caringmon.report.wording import Sentence, say


def show_month_header(findings: Findings) -> Block:
    """Return title, form, month, clocks, run and parameters, and why the month is provisional, where it is."""
    return header_block(findings, (*notes.banners(findings), *month_words.banners(findings)))


def show_month_first_page(findings: Findings) -> Block:
    """Return the first page: the summary in sentences, six cards, the course of the month, the month in a table."""
    return block("month_first_page.html.j2", findings, pages=[_first_page(reader) for reader in readers(findings)])


def show_month_achievement(findings: Findings) -> Block:
    """Return sections 1 and 2: what the report is about; target and actual by label, regional, team and day."""
    every = readers(findings)
    return sections_block(
        findings,
        Section("f01.section.scope", "latar", [Part(reader, month_conclusions.scope(reader)) for reader in every]),
        Section("f01.section.achievement", "pencapaian", [_achievement(reader) for reader in every]),
    )


def show_month_work(findings: Findings) -> Block:
    """Return sections 3 to 5: the funnel, the parts of the gap, and what a day of an agent brought."""
    every = readers(findings)
    return sections_block(
        findings,
        Section("f01.section.funnel", "corong", [_funnel(reader) for reader in every]),
        Section("f01.section.gap", "kesenjangan", [part for reader in every for part in _gaps(reader)], "beside"),
        Section("f01.section.productivity", "produktivitas", [_productivity(reader) for reader in every], "beside"),
    )


def show_month_calls(findings: Findings) -> Block:
    """Return section 6: what the calls came to, and why customers refused, beside last month."""
    return sections_block(
        findings, Section("f01.section.calls", "hasil", [_calls(reader) for reader in readers(findings)], "beside")
    )


def show_month_outcomes(findings: Findings) -> Block:
    """Return sections 7 to 10: promises, what QC found, the data that others provide, what customers say."""
    every = readers(findings)
    return sections_block(
        findings,
        Section("f01.section.payments", "pembayaran", [_payments(reader) for reader in every]),
        Section("f01.section.quality", "kualitas", [_quality(reader) for reader in every], "beside"),
        Section("f01.section.providers", "penyedia", [_providers(reader) for reader in every]),
        Section("f01.section.satisfaction", "kepuasan", [_satisfaction(reader) for reader in every]),
    )


def show_month_advice(findings: Findings) -> Block:
    """Return sections 11 to 13: analysis and advice, what became of earlier advice, what the next month asks for."""
    every = readers(findings)
    plans = [Part(reader, month_conclusions.next_month_lines(reader)) for reader in every]
    advice = advice_block(findings, say("f01.section.advice"), say("f01.advice.none"))
    later = sections_block(
        findings,
        Section("f01.section.effects", "efektivitas", [_effects(reader) for reader in every]),
        Section("f01.section.next", "rencana", plans),
    )
    return Block(f"{advice.html}\n{later.html}")


def show_month_requirements(findings: Findings) -> Block:
    """Return sections 14 to 16: ISO 9001:2015 9.1.3 letter by letter, corrections, and who receives the report."""
    parts = [
        {"reader": reader, "clauses": clauses(reader), "corrections": month_conclusions.corrections_lines(reader)}
        for reader in readers(findings)
    ]
    return block("month_requirements.html.j2", findings, parts=parts)


def _first_page(reader: Reader) -> dict[str, object]:
    return {
        "reader": reader,
        "status": standing_status(reader),
        "lead": month_words.lead(reader),
        "cards": month_cards(reader),
        "note": notes.leader_note(reader.findings, "summary"),
        "actions": shown_advice(reader)[:MOST_ACTIONS],
        "left": curve_charts(reader),
        "right": days_charts(reader),
        "month": months.month_grid(reader),
    }


def _achievement(reader: Reader) -> Part:
    grids = [months.groups_grid(reader, level) for level in ("label", "regional")]
    why = conclusions.not_printed(reader, "plain.teams", ("agents", "roster"))
    team = [months.month_teams_grid(reader)] if reader.teams or why is None else []
    told = () if team else _said(why)
    return Part(reader, told, grids=(*team, *(grid for grid in grids if grid.rows)))


def _funnel(reader: Reader) -> Part:
    return Part(reader, grids=(tables.funnel_grid(reader),))


def _gaps(reader: Reader) -> tuple[Part, ...]:
    """Return the gap against last month and against the plan: what each factor adds, who stands out, what to know."""
    return tuple(_gap(reader, window) for window in explanations(reader))


def _gap(reader: Reader, window: str) -> Part:
    grid = months.gap_numbers_grid(reader, window)
    if grid is None:
        return Part(reader, (gap_title(reader, window),))
    told = (*gap_drivers(reader, window), *gap_guards(reader, window))
    return Part(reader, gap_reference(reader, window), gap_charts(reader, window), (grid,), told)


def _productivity(reader: Reader) -> Part:
    why = conclusions.not_printed(reader, "f01.plain.productivity", ("attendance",))
    best = (tables.best_agents_grid(reader),) if reader.best_agents else ()
    notes_of_agents = conclusions.agents_lines(reader) if reader.agents else ()
    if why is not None:
        return Part(reader, (why,), grids=best, notes=notes_of_agents)
    grid = months.months_grid(reader, "f01.table.productivity", months.PRODUCTIVITY)
    return Part(reader, grids=(grid, *best), notes=notes_of_agents)


def _calls(reader: Reader) -> Part:
    if not reader.results:
        return Part(reader, (say("results.none"),))
    grids = (months.month_results_grid(reader, months.MOST_SHOWN), months.refusals_grid(reader))
    lines = (conclusions.results_title(reader), month_conclusions.refusals_title(reader))
    return Part(reader, lines, grids=grids)


def _payments(reader: Reader) -> Part:
    grids = (months.weeks_grid(reader), months.months_grid(reader, "f01.table.payments", months.PAYMENTS))
    return Part(reader, (month_conclusions.kept_title(reader),), grids=grids)


def _quality(reader: Reader) -> Part:
    grids = (
        months.months_grid(reader, "f01.table.quality", months.QUALITY),
        months.reconciliation_grid(reader),
        months.defects_grid(reader),
    )
    return Part(reader, (month_conclusions.quality_title(reader),), grids=tuple(grid for grid in grids if grid.rows))


def _providers(reader: Reader) -> Part:
    grid = months.months_grid(reader, "f01.table.providers", months.PROVIDERS)
    return Part(reader, _said(month_conclusions.numbers_title(reader)), grids=(grid,))


def _satisfaction(reader: Reader) -> Part:
    grid = months.months_grid(reader, "f01.table.satisfaction", months.SATISFACTION)
    return Part(reader, _said(month_conclusions.satisfaction_title(reader)), grids=(grid,), notes=(say("f01.proxy"),))


def _effects(reader: Reader) -> Part:
    """Return what became of earlier advice: before and after of what was done, and what is still open."""
    done = tuple(grid for half in every_half(reader.findings) if (grid := effects_grid(half)).rows)
    still_open = tables.followed_grid(reader)
    grids = (*done, *((still_open,) if still_open.rows else ()))
    told = (say("w03.windows"), say("w03.indicative")) if done else ()
    return Part(reader, (month_conclusions.effects_line(reader),), (), grids, (*told, *tables.followed_notes(reader)))


def _said(*sentences: Sentence | None) -> tuple[Sentence, ...]:
    return tuple(sentence for sentence in sentences if sentence is not None)
