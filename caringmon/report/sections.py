"""The `show_…` family: findings → one section of a report, as a block that notebooks and pages display.

Each is a pure function of the findings. Numbers are figures in `<data>`, dates stand in `<time>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from caringmon.model.findings import Findings
from caringmon.model.period import Period
from caringmon.report import (
    charts,
    comparisons,
    conclusions,
    days_chart,
    gap_words,
    month_chart,
    narrative,
    notes,
    tables,
)
from caringmon.report.advice import MOST_ACTIONS, left_out_line, shown_advice
from caringmon.report.cards import cards, tone_of
from caringmon.report.control_chart import assurance_lines, control_charts
from caringmon.report.gap_chart import gap_charts
from caringmon.report.hours_chart import hour_charts
from caringmon.report.own_counts import MOST_RESULTS, row_counts
from caringmon.report.reading import Reader, readers, segments_shown
from caringmon.report.style import notebook_style
from caringmon.report.wording import Sentence, figures_said, html, listed, plain, say


@dataclass(frozen=True)
class Block:
    """A finished section as HTML, which notebooks display as it is. The header also carries the notebook's style."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True)
class Part:
    """One segment's share of a section: sentences first, then charts and tables, then notes."""

    reader: Reader
    lines: tuple[Sentence, ...] = ()
    charts: tuple[charts.Chart, ...] = ()
    grids: tuple[tables.Grid, ...] = ()
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Section:
    """A section: the key of its heading, its anchor, its parts.

    `layout`: all `below` one another; what a part holds `beside` each other; or the segments `across` the page, which
    with one segment is like `beside`.
    """

    title: str
    anchor: str
    parts: Sequence[Part]
    layout: str = "below"


def show_header(findings: Findings) -> Block:
    """Return title, form, period, working day, clocks, run and parameters, and the banners that apply.

    In a notebook this block also brings the style of all blocks; the page leaves that out and has its own.
    """
    return header_block(findings, notes.banners(findings))


def header_block(findings: Findings, banners: Sequence[Sentence]) -> Block:
    """Return the header of a report with these banners."""
    made = block(
        "header.html.j2",
        findings,
        header=notes.header(findings),
        banners=banners,
        parameters=sorted(findings.head.parameters.items()),
    )
    return Block(f"{notebook_style()}\n{made.html}")


def show_first_page(findings: Findings) -> Block:
    """Return the first page of each segment, after one line per segment where there are several."""
    overview = [
        {
            "name": reader.name,
            "sentence": line,
            "status": narrative.standing_status(reader),
            "achievement": reader.value("K19", "mtd"),
            "bar": tables.bullet(reader.value("K19", "mtd")),
        }
        for reader, line in narrative.overview(findings)
    ]
    pages = [_first_page(reader) for reader in readers(findings)]
    return block("first_page.html.j2", findings, overview=overview, pages=pages)


def show_teams(findings: Findings) -> Block:
    """Return section 2: every team with the SPVs above them, per segment; each day stands in the workbook."""
    return sections_block(findings, Section("section.teams", "tim", [_teams(reader) for reader in readers(findings)]))


def show_agents(findings: Findings) -> Block:
    """Return section 3: the agents that come first; all stand in the workbook. No agent rows for the manager."""
    return sections_block(
        findings, Section("section.agents", "agent", [_agents(reader) for reader in readers(findings)])
    )


def show_funnel(findings: Findings) -> Block:
    """Return the way from assigned records to valid agrees, per segment, as a table with bars (section 4)."""
    return sections_block(
        findings, Section("section.funnel", "corong", [_funnel(reader) for reader in readers(findings)])
    )


def show_calls(findings: Findings) -> Block:
    """Return sections 5 and 6: contact by hour with the best hours, and what the calls came to."""
    every = readers(findings)
    hours = Section("section.hours", "jam", [_hours(reader) for reader in every], "beside")
    results = Section("section.results", "hasil", [_results(reader) for reader in every], "across")
    return sections_block(findings, hours, results)


def show_open_work(findings: Findings) -> Block:
    """Return sections 7, 8 and 9: records to reach, promises, tappings and returns."""
    every = readers(findings)
    return sections_block(
        findings,
        Section("section.reach", "jangkau", [_reach(reader) for reader in every], "across"),
        Section("section.promises", "janji", [_promises(reader) for reader in every], "across"),
        Section("section.quality", "kualitas", [_quality(reader) for reader in every], "across"),
    )


def show_advice(findings: Findings) -> Block:
    """Return section 10: the TL's analysis, and what is recommended, by segment and in the order of priority."""
    return advice_block(findings, say("section.advice"), say("advice.none"))


def advice_block(findings: Findings, title: Sentence, nothing: Sentence) -> Block:
    """Return the recommendations under a title; `nothing`: what stands where there is none."""
    parts = [
        {"reader": reader, "shown": shown_advice(reader), "left": left_out_line(reader)} for reader in readers(findings)
    ]
    note = notes.leader_note(findings, "analysis")
    gone = notes.unmatched_decisions(findings)
    return block("advice.html.j2", findings, parts=parts, note=note, gone=gone, title=title, nothing=nothing)


def show_followup(findings: Findings) -> Block:
    """Return section 11: earlier recommendations that are open, overdue first, per segment; all are in the workbook."""
    parts = [
        Part(reader, tables.followed_lines(reader), (), (tables.followed_grid(reader),), tables.followed_notes(reader))
        for reader in readers(findings)
    ]
    return sections_block(findings, Section("section.followup", "tindak-lanjut", parts))


def show_data_notes(findings: Findings) -> Block:
    """Return what is to be known about the data: gaps, silent segments, issues, and the files behind the report."""
    lines = notes.issue_summary(findings)
    return block(
        "data_notes.html.j2",
        findings,
        notes=notes.data_notes(findings),
        issues=[line for line in lines if not line.is_remark],
        remarks=[line for line in lines if line.is_remark],
        remark_count=row_counts(findings)["remarks.issues"],
        loads=notes.load_summary(findings),
        bridge=notes.bridge_total(findings),
    )


def show_definitions(findings: Findings) -> Block:
    """Return name, formula in words, unit and clause of every indicator that the report may print."""
    return block("definitions.html.j2", findings, rows=notes.definitions(findings))


def _first_page(reader: Reader) -> dict[str, object]:
    return {
        "reader": reader,
        "about": narrative.segment_facts(reader),
        "status": narrative.standing_status(reader),
        "lead": narrative.lead(reader),
        "site": narrative.site_line(reader),
        "away": narrative.leaders_away(reader),
        "cards": cards(reader),
        "note": notes.leader_note(reader.findings, "summary"),
        "actions": shown_advice(reader)[:MOST_ACTIONS],
        "under_actions": _under_actions(reader),
        "left": (*days_chart.day_charts(reader), *gap_charts(reader)),
        "right": month_chart.month_charts(reader),
        "changes": comparisons.changes(reader),
        "no_changes": comparisons.no_changes(reader),
        "before": reader.last_day(reader.actual, "prev_day"),
        "last_month": comparisons.against_last_month(reader),
        "same_day": reader.last_day(reader.actual, "last_month"),
        "elapsed": reader.value("elapsed", "mtd"),
        "ten_days": tables.ten_days_grid(reader),
    }


def _under_actions(reader: Reader) -> tuple[Sentence, ...]:
    """Return what stands below the actions: that effects do not add up, and how much earlier advice is overdue."""
    sized = [one for one in shown_advice(reader)[:MOST_ACTIONS] if one.parts["effect"].slots.get("effect")]
    apart = (say("actions.apart"),) if len(sized) > 1 else ()
    late = tuple(line for line in tables.followed_lines(reader) if line.key == "followup.overdue")
    return (*apart, *late)


def _teams(reader: Reader) -> Part:
    why = conclusions.not_printed(reader, "plain.teams", ("agents", "roster"))
    if reader.teams or why is None:
        return Part(reader, grids=(tables.team_grid(reader),))
    return Part(reader, (why,))


def _agents(reader: Reader) -> Part:
    why = conclusions.not_printed(reader, "plain.agents", ("agents", "roster"))
    if not reader.audience.shows_agents:
        why = say("agents.manager")
    if why is not None:
        return Part(reader, (why,))
    told = conclusions.agents_lines(reader)
    if not reader.best_agents:
        return Part(reader, told)
    return Part(reader, grids=(tables.best_agents_grid(reader),), notes=told)


def _funnel(reader: Reader) -> Part:
    """Return the funnel, what each factor adds to the gap, whether its rates are ordinary, and what to know of that."""
    grids = (tables.funnel_grid(reader), tables.gap_parts_grid(reader))
    told = (*gap_words.gap_drivers(reader), *gap_words.gap_reference(reader), *gap_words.gap_guards(reader))
    told = (*assurance_lines(reader), *told)
    return Part(reader, (), control_charts(reader), tuple(grid for grid in grids if grid is not None), told)


def _hours(reader: Reader) -> Part:
    why = conclusions.not_printed(reader, "plain.hours", ("time_of_day", "contact"))
    if why is not None or not reader.hours:
        return Part(reader, (why or say("results.none"),))
    return Part(reader, (), hour_charts(reader), (tables.hours_grid(reader),))


def _results(reader: Reader) -> Part:
    grids = (tables.results_grid(reader, MOST_RESULTS),) if reader.results else ()
    return Part(reader, (conclusions.results_title(reader),), grids=grids)


def _reach(reader: Reader) -> Part:
    grid, line = tables.reach_grid(reader), conclusions.reach_line(reader)
    told = () if line is None else (line,)
    return Part(reader, told, grids=(grid,), notes=(say("reach.lists"),) if grid.rows else ())


def _promises(reader: Reader) -> Part:
    return _open_part(reader, conclusions.promises_line(reader), tables.due_grid(reader), tables.kept_grid(reader))


def _quality(reader: Reader) -> Part:
    return _open_part(reader, conclusions.quality_line(reader), tables.taps_grid(reader), tables.quality_grid(reader))


def _open_part(reader: Reader, line: Sentence | None, *grids: tables.Grid) -> Part:
    """Return the part with its sentence where there is one; tables that know nothing leave their notes."""
    return Part(reader, () if line is None else (line,), grids=grids)


def sections_block(findings: Findings, *sections: Section) -> Block:
    """Return sections one below another."""
    return block("sections.html.j2", findings, sections=sections)


def block(template: str, findings: Findings, **content: object) -> Block:
    """Return a template filled with what the findings say, as a finished section."""
    lang = findings.head.lang
    text = environment(lang).get_template(template).render(
        lang=lang, findings=findings, several=len(segments_shown(findings)) > 1, **content
    )  # fmt: skip
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Block("\n".join(('<div class="cm">', *lines, "</div>")))


@cache
def environment(lang: str) -> Environment:
    """Return the template environment of a language: escaping on, figures and sentences as filters."""
    made = Environment(
        loader=PackageLoader("caringmon.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["html"] = lambda what, spec="": html(what, lang, spec)
    made.filters["plain"] = lambda what, spec="": plain(what, lang, spec)
    made.filters["figures"] = lambda what: listed(figures_said(what, lang))
    made.filters["width"] = lambda share: f"{100 * share:.1f}%"
    made.filters["filename"] = notes.file_html
    made.filters["tone"] = tone_of
    made.filters["period"] = lambda period: period_text(period, lang)
    made.globals["say"] = say
    return made


def period_text(period: str, lang: str) -> str:
    """Return a period in words where it is a day or a month, else as it stands (`2022-W42`)."""
    try:
        days = Period.named(period)
    except ValueError:
        return period
    return plain(days.last_day, lang, "MMMM y" if days.start < days.last_day else "")
