"""The index page of a workspace: what did not come out, then every issued report, newest first."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from caringmon.errors import Reason
from caringmon.model.audience import ALL
from caringmon.model.failure import Ask, Failure
from caringmon.model.findings import Figure
from caringmon.model.kpi import Unit
from caringmon.model.recommendation import Said
from caringmon.report.advice import owner_words, word_of
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.sections import environment
from caringmon.report.style import stylesheet
from caringmon.report.wording import Sentence, Slot, plain, say, word_for

EVERY_SEGMENT = "ALL"
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


def index_html(entries: Sequence[IssuedReport], lang: str, failures: Sequence[Failure] = ()) -> str:
    """Return the index page: what did not come out, then what did; no entries: a sentence that says so.

    Newest period first, then the latest version.
    """
    failed = sorted(sorted(failures, key=lambda f: (f.report, f.segment)), key=lambda f: f.period, reverse=True)
    ordered = sorted(entries, key=lambda e: (e.period, e.version, e.report, e.segment, e.audience == ALL), reverse=True)
    text = (
        environment(lang)
        .get_template("index.html.j2")
        .render(
            lang=lang,
            style=Markup(stylesheet("page.css", "index.css")),
            failed=[_failed(failure, entries, lang) for failure in failed],
            entries=[_line(entry, lang) for entry in ordered],
        )
    )
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


def _line(entry: IssuedReport, lang: str) -> dict[str, object]:
    audience = "" if entry.audience == ALL else entry.audience
    version = [say("header.version", version=str(entry.version))]
    if entry.version > 1:
        version.append(say("header.correction", number=str(entry.version - 1)))
    folder = quote(entry.folder.strip("/"))
    return {
        "entry": entry,
        "heading": _heading(entry.report, audience, entry.segment, lang),
        "version": " · ".join(plain(part, lang) for part in version),
        "links": [(name, f"{folder}/{name}") for name in entry.files],
    }


def _heading(report: str, audience: str, segment: str, lang: str) -> str:
    segments = tuple(SEGMENT_NAMES.values()) if segment == EVERY_SEGMENT else (SEGMENT_NAMES.get(segment, segment),)
    parts = (plain(word_for("title", report), lang), audience, plain(segments, lang))
    return " · ".join(part for part in parts if part)


def _failed(failure: Failure, entries: Sequence[IssuedReport], lang: str) -> dict[str, object]:
    issue = (failure.report, failure.segment, failure.period, ALL)
    before = [one.version for one in entries if (one.report, one.segment, one.period, one.audience) == issue]
    tried = [say("failed.tried", at=failure.at)]
    if failure.attempts > 1:
        tried.append(say("failed.attempts", count=str(failure.attempts), first=failure.first_at))
    if before:
        tried.append(say("failed.version", version=str(max(before))))
    return {
        "failure": failure,
        "heading": _heading(failure.report, "", failure.segment, lang),
        "reason": _why(failure.reason),
        "needed": [_asked(ask) for ask in failure.asks if ask.is_needed],
        "optional": [_asked(ask) for ask in failure.asks if not ask.is_needed],
        "tried": tried,
    }


def _why(reason: Reason) -> Sentence:
    """Return the reason as a sentence; its numbers are figures of their own."""
    counts: dict[str, Slot] = {slot: _count(f"{reason.code}.{slot}", count) for slot, count in reason.counts.items()}
    return Sentence(f"failed.{reason.code}", {**_words(reason.words), **counts})


def _asked(ask: Ask) -> dict[str, object]:
    return {
        "ask": ask,
        "said": [_sentence(said) for said in ask.said],
        "owner": owner_words(ask.owner_role, ""),
    }


def _sentence(said: Said) -> Sentence:
    return Sentence(said.key, _words(said.words))


def _words(words: Mapping[str, str]) -> dict[str, Slot]:
    return {slot: word_of(word) for slot, word in words.items()}


def _count(name: str, count: int) -> Figure:
    """Return a count of an entry as a figure, so that it is printed as all numbers are."""
    whole = {"segment": "", "level": "site", "entity": "", "window": ""}
    return Figure(
        id=name, kpi=name, **whole, first_day=dt.date.min, last_day=dt.date.min, value=float(count),
        unit=Unit.COUNT.value, decimals=0, numerator=float(count), denominator=math.nan,
    )  # fmt: skip
