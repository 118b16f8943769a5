"""The `show_…` family: findings → one section of a report, as a block that notebooks and pages display.

Each is a pure function of the findings. Numbers are figures in `<data>`, dates stand in `<time>`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from caringmon.model.findings import Findings
from caringmon.report import charts, narrative, notes, tables
from caringmon.report.cards import cards, tone_of
from caringmon.report.own_counts import row_counts
from caringmon.report.reading import Reader, readers, segments_shown
from caringmon.report.style import notebook_style
from caringmon.report.wording import html, plain, say


@dataclass(frozen=True)
class Block:
    """A finished section as HTML, which notebooks display as it is. The header also carries the notebook's style."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def show_header(findings: Findings) -> Block:
    """Return title, form, period, working day, clocks, run and parameters, and the banners that apply.

    In a notebook this block also brings the style of all blocks; the page leaves that out and has its own.
    """
    block = _block(
        "header.html.j2",
        findings,
        header=notes.header(findings),
        banners=notes.banners(findings),
        parameters=sorted(findings.head.parameters.items()),
    )
    return Block(f"{notebook_style()}\n{block.html}")


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
    return _block("first_page.html.j2", findings, overview=overview, pages=pages)


def show_last_days(findings: Findings) -> Block:
    """Return every day of the month and the last ten working days as a table, per segment."""
    grids = [(reader, tables.all_days_grid(reader)) for reader in readers(findings)]
    return _block("tables.html.j2", findings, title=say("section.days"), anchor="hari", grids=grids)


def show_funnel(findings: Findings) -> Block:
    """Return the way from assigned records to valid agrees, per segment, as a table with bars."""
    grids = [(reader, tables.funnel_grid(reader)) for reader in readers(findings)]
    return _block("tables.html.j2", findings, title=say("section.funnel"), anchor="corong", grids=grids)


def show_data_notes(findings: Findings) -> Block:
    """Return what is to be known about the data: gaps, silent segments, issues, and the files behind the report."""
    lines = notes.issue_summary(findings)
    return _block(
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
    return _block("definitions.html.j2", findings, rows=notes.definitions(findings.head.lang))


def _first_page(reader: Reader) -> dict[str, object]:
    return {
        "reader": reader,
        "status": narrative.standing_status(reader),
        "lead": narrative.lead(reader),
        "cards": cards(reader),
        "charts": charts.page_charts(reader),
        "changes": narrative.changes(reader),
        "no_changes": narrative.no_changes(reader),
        "before": reader.last_day(reader.actual, "prev_day"),
        "last_month": narrative.against_last_month(reader),
        "same_day": reader.last_day(reader.actual, "last_month"),
        "elapsed": reader.value("elapsed", "mtd"),
        "ten_days": tables.ten_days_grid(reader),
        "teams": tables.team_grid(reader, narrative.teams_title(reader)) if reader.teams else None,
    }


def _block(template: str, findings: Findings, **content: object) -> Block:
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
    made.filters["width"] = lambda share: f"{100 * share:.1f}%"
    made.filters["filename"] = notes.file_html
    made.filters["tone"] = tone_of
    made.filters["period"] = lambda period: period_text(period, lang)
    made.globals["say"] = say
    return made


def period_text(period: str, lang: str) -> str:
    """Return a period in words where it is a date, else as it stands (`2022-W42`)."""
    try:
        return plain(dt.date.fromisoformat(period) if len(period) == len("2022-10-18") else period, lang)
    except ValueError:
        return period
