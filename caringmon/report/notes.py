"""What stands around the numbers: header facts, banners, notes on the data, files loaded, definitions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from caringmon.model.audience import ALL, MANAGER, Audience
from caringmon.model.bridge import STEPS, TOTALS
from caringmon.model.codes import Severity
from caringmon.model.findings import Figure, Findings
from caringmon.model.kpi import CATALOGUE
from caringmon.model.reported import REPORTED, about
from caringmon.report.own_counts import row_counts
from caringmon.report.reading import SEGMENT_NAMES, Reader, day_of, name_of, readers, text_of
from caringmon.report.wording import LANGUAGES, Sentence, Slot, catalogue, say, word_for

_LONG_NUMBER = re.compile(r"\d{8,}")
_DATE = re.compile(
    r"(?<!\d)(?P<day>20\d{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01]))"
    r"(?P<time>[T _-]?(?:[01]\d|2[0-3])[-:.]?[0-5]\d(?:[-:.]?[0-5]\d)?)?(?!\d)"
)


@dataclass(frozen=True)
class Header:
    """The facts of the header block."""

    segments: tuple[str, ...]
    date: dt.date
    workday: Sentence | None
    audience: Sentence | None = None
    pattern: str = "EEEE, d MMMM y"


@dataclass(frozen=True)
class IssueLine:
    """One finding about the data, ready to print: summed up (then `files` says in how many) or with its place."""

    sentence: Slot
    severity: Slot
    code: str
    table: Slot
    count: Figure
    is_remark: bool
    files: Figure | None = None
    file: str = ""
    position: str = ""
    detail: str = ""


@dataclass(frozen=True)
class LoadLine:
    """Rows of one table, ready to print: of one file, or of all files together (then `files` says how many).

    The counts are rows read, kept and set aside.
    """

    table: Slot
    system: str
    first_day: dt.date
    last_day: dt.date
    counts: tuple[Figure, ...]
    files: Figure | None = None
    file: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the bridge: what it is, and how many; `is_taken`: taken from the total before it."""

    name: Slot
    count: Figure
    is_taken: bool


@dataclass(frozen=True)
class Definition:
    """One indicator in words."""

    id: str
    name: str
    formula: Slot
    unit: Slot
    clause: str


def header(findings: Findings) -> Header:
    """Return what the header block prints; the working day is that of the first segment (all share a calendar)."""
    head = findings.head
    date = head.date
    names = tuple(SEGMENT_NAMES.get(segment, segment) for segment in head.segments)
    every = readers(findings)
    workday = _workday(every[0]) if every else None
    if head.window.start < date:
        return Header(names, date, workday, pattern="MMMM y")
    return Header(names, date, workday, _audience(Audience.of(head.audience)))


def _audience(audience: Audience) -> Sentence | None:
    """Return whom the report is built for; everybody: None."""
    if audience.kind == ALL:
        return None
    return say("header.audience.manager") if audience.kind == MANAGER else _leader(audience)


def _leader(audience: Audience) -> Sentence:
    return say(f"header.audience.{audience.kind}", person=audience.person)


def banners(findings: Findings) -> tuple[Sentence, ...]:
    """Return the banners: SEMENTARA where tables are missing, and a day that is not over at the calls' clock."""
    head = findings.head
    lines = []
    if head.missing:
        lines.append(say("banner.provisional", tables=table_names(head.missing)))
    if any(not reader.is_complete_day for reader in readers(findings)):
        lines.append(say("banner.incomplete_day", clock=head.calls_clock))
    return tuple(lines)


def leader_note(findings: Findings, kind: str) -> str:
    """Return what a person added, as typed (`summary`, `analysis`); nothing: empty."""
    rows = findings.tables["notes"]
    return next((text_of(text) for text in rows.loc[rows["kind"] == kind, "text"]), "")


def leader_notes(findings: Findings) -> tuple[Sentence, ...]:
    """Return what a person added to summary and analysis as lines, marked as theirs."""
    kinds = {"summary": "note.of_summary", "analysis": "note.of_analysis"}
    return tuple(say(key, text=text) for kind, key in kinds.items() if (text := leader_note(findings, kind)))


def unmatched_decisions(findings: Findings) -> tuple[str, ...]:
    """Return the ids of recommendations that people decided on and that are not there any more."""
    rows = findings.tables["notes"]
    return tuple(text_of(name) for name in rows.loc[rows["kind"] == "unmatched_decision", "subject"])


def data_notes(findings: Findings) -> tuple[Sentence, ...]:
    """Return what is missing, absent by design, or silent; nothing of it: the sentence that says so."""
    head = findings.head
    lines = [say("data.silent", segment=SEGMENT_NAMES.get(name, name)) for name in head.silent_segments]
    if head.missing:
        lines.append(say("data.missing", tables=table_names(head.missing)))
    if head.absent:
        lines.append(say("data.absent", tables=table_names(head.absent)))
    return tuple(lines) or (say("data.complete"),)


def issue_lines(findings: Findings) -> tuple[IssueLine, ...]:
    """Return every issue with its place, in the order of the findings."""
    counts = row_counts(findings)
    return tuple(
        replace(
            _issue(row, counts[f"count.issue{number}"]),
            file=text_of(row["file"]),
            position=_position(row),
            detail=text_of(row["detail"]),
        )
        for number, row in enumerate(findings.tables["issues"].to_dict("records"), 1)
    )


def issue_summary(findings: Findings) -> tuple[IssueLine, ...]:
    """Return the issues summed up by code and table, gravest first."""
    counts = row_counts(findings)
    return tuple(
        replace(_issue(row, counts[f"count.finding{number}"]), files=counts[f"files.finding{number}"])
        for number, row in enumerate(findings.tables["issue_summary"].to_dict("records"), 1)
    )


def load_lines(findings: Findings) -> tuple[LoadLine, ...]:
    """Return the loaded files with what was read, kept and set aside."""
    counts = row_counts(findings)
    return tuple(
        replace(_load(row, counts, f"load{number}"), file=text_of(row["file"]))
        for number, row in enumerate(findings.tables["loads"].to_dict("records"), 1)
    )


def load_summary(findings: Findings) -> tuple[LoadLine, ...]:
    """Return the loads summed up by table and source system."""
    counts = row_counts(findings)
    return tuple(
        replace(_load(row, counts, f"source{number}"), files=counts[f"files.source{number}"])
        for number, row in enumerate(findings.tables["load_summary"].to_dict("records"), 1)
    )


def bridge_total(findings: Findings) -> tuple[Step, ...]:
    """Return the steps from the rows of all call files to the agrees of the month; without any file: none."""
    return _steps(row_counts(findings), "bridge_total1") if len(findings.tables["bridge"]) else ()


def bridge_lines(findings: Findings) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    """Return each file with those of its steps that are not zero; the file of later exports has no name."""
    counts = row_counts(findings)
    rows = enumerate(findings.tables["bridge"].to_dict("records"), 1)
    return tuple((text_of(row["file"]), _steps(counts, f"bridge{number}")) for number, row in rows)


def _steps(counts: Mapping[str, Figure], line: str) -> tuple[Step, ...]:
    steps = [Step(word_for("step", name), counts[f"{name}.{line}"], name not in TOTALS) for name in STEPS]
    return tuple(step for step in steps if step.count.value or not step.is_taken)


def definitions(findings: Findings) -> tuple[Definition, ...]:
    """Return every number that the findings know, in the order of the catalogue, with its formula in words.

    What is not available for anybody needs none. One without a formula of its own, such as an age of K07, is defined
    with its parent.
    """
    figures = findings.tables["figures"]
    held = set(figures.loc[figures[["value", "numerator"]].notna().any(axis=1), "kpi"])
    ids = [known for known in (*CATALOGUE, *REPORTED) if known in held]
    return tuple(_definition(kpi, findings.head.lang) for kpi in ids if f"formula.{kpi}" in catalogue(LANGUAGES[0]))


def _definition(kpi: str, lang: str) -> Definition:
    clause = CATALOGUE[kpi].clause if kpi in CATALOGUE else ""
    return Definition(kpi, name_of(kpi, lang), say(f"formula.{kpi}"), word_for("unit", about(kpi)[0]), clause)


def table_names(names: tuple[str, ...]) -> tuple[Slot, ...]:
    """Return the words for tables and for what files lack by design."""
    return tuple(word_for("table", name) for name in names)


def file_text(name: str) -> str:
    """Return a file name for print: long digit runs that are no dates are cut, they may be somebody's number."""
    return "".join(text if iso else _cut(text) for text, iso in _dated(name))


def file_html(name: str) -> Markup:
    """Return a file name for the page: dates in `<time>`, other long digit runs cut."""
    parts = [
        Markup('<time datetime="{}">{}</time>').format(iso, text) if iso else escape(_cut(text))
        for text, iso in _dated(name)
    ]
    return Markup('<span class="code">{}</span>').format(Markup("").join(parts))


def _issue(row: Mapping[Hashable, object], count: Figure) -> IssueLine:
    return IssueLine(
        sentence=word_for("issue", text_of(row["code"]), "issue.other"),
        severity=word_for("severity", text_of(row["severity"])),
        code=text_of(row["code"]),
        table=word_for("table", text_of(row["table"])),
        count=count,
        is_remark=row["severity"] == Severity.INFO,
    )


def _load(row: Mapping[Hashable, object], counts: Mapping[str, Figure], line: str) -> LoadLine:
    return LoadLine(
        table=word_for("table", text_of(row["table"])),
        system=text_of(row["source_system"]),
        first_day=day_of(row["first_day"]),
        last_day=day_of(row["last_day"]),
        counts=tuple(counts[f"{name}.{line}"] for name in ("rows_read", "rows_loaded", "rows_quarantined")),
    )


def _dated(name: str) -> list[tuple[str, str]]:
    printable = "".join(letter for letter in name if letter.isprintable())
    parts, at = [], 0
    for found in _DATE.finditer(printable):
        digits = re.sub(r"\D", "", found["day"])
        parts += [(printable[at : found.start()], ""), (found[0], f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")]
        at = found.end()
    return [part for part in (*parts, (printable[at:], "")) if part[0]]


def _cut(text: str) -> str:
    return _LONG_NUMBER.sub(lambda run: f"{run[0][:3]}…{run[0][-2:]}", text)


def _workday(reader: Reader) -> Sentence | None:
    found = reader.values(("elapsed", "mtd"), ("workdays", "mtd"))
    if found is None:
        return None
    if reader.is_month:
        return say("f01.header.workdays", workdays=found[1])
    rows = reader.findings.tables["days"]
    row = rows[(rows["segment"] == reader.segment) & (rows["date"].map(day_of) == reader.date)]
    if len(row) and not bool(row["is_workday"].iloc[0]):
        name = text_of(row["holiday"].iloc[0])
        return say("header.free_day_named", name=name) if name else say("header.free_day")
    return say("header.workday", elapsed=found[0], workdays=found[1])


def _position(row: Mapping[Hashable, object]) -> str:
    parts = [sheet] if (sheet := text_of(row["sheet"])) else []
    parts += [f"{int(float(str(row[name])))}" for name in ("row", "line") if _is_number(row[name])]
    return " · ".join(parts)


def _is_number(value: object) -> bool:
    try:
        return float(str(value)) >= 0
    except ValueError:
        return False
