"""The index page of a workspace: every issued report, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from caringmon.model.audience import ALL
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.sections import environment
from caringmon.report.style import stylesheet
from caringmon.report.wording import plain, say, word_for

FILES = ("report.html", "report.xlsx", "ringkas.txt")


@dataclass(frozen=True)
class IssuedReport:
    """One issue of a report as the index lists it.

    `folder` is relative to the index page, with `/` between its parts. `period` sorts as text (`2022-10-18`).
    `title` names the form or work instruction. `summary` is one line of plain text. `audience`: whom it is built for.
    `files`: those of `FILES` that it has.
    """

    report: str
    title: str
    segment: str
    period: str
    version: int
    run_id: str
    content_hash: str
    folder: str
    summary: str = ""
    audience: str = "all"
    files: tuple[str, ...] = FILES


def index_html(entries: Sequence[IssuedReport], lang: str) -> str:
    """Return the index page: newest period first, then the latest version; no entries: a sentence that says so."""
    ordered = sorted(entries, key=lambda e: (e.period, e.version, e.report, e.segment, e.audience == ALL), reverse=True)
    text = (
        environment(lang)
        .get_template("index.html.j2")
        .render(lang=lang, style=Markup(stylesheet()), entries=[_line(entry, lang) for entry in ordered])
    )
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


def _line(entry: IssuedReport, lang: str) -> dict[str, object]:
    heading = plain(word_for("title", entry.report), lang)
    if entry.audience != ALL:
        heading += f" · {entry.audience}"
    version = [say("header.version", version=str(entry.version))]
    if entry.version > 1:
        version.append(say("header.correction", number=str(entry.version - 1)))
    folder = quote(entry.folder.strip("/"))
    return {
        "entry": entry,
        "heading": f"{heading} · {SEGMENT_NAMES.get(entry.segment, entry.segment)}",
        "version": " · ".join(plain(part, lang) for part in version),
        "links": [(name, f"{folder}/{name}") for name in entry.files],
    }
