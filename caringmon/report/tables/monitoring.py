"""The tables of W-03, described once for page and workbook."""

from __future__ import annotations

from collections.abc import Sequence

from caringmon.model.findings import Findings
from caringmon.report.followed_up import Half, Record, of_one, verdict_words
from caringmon.report.reading import SEGMENT_NAMES, day_of, name_of, text_of
from caringmon.report.tables.followed import about_words
from caringmon.report.tables.grids import Cell, Column, Grid, Row, share_bar, shown
from caringmon.report.wording import Sentence, Slot, plain, say, word_for

STAGES = ("sent", "acknowledged", "in_progress", "done", "verified")
AGES = ("0-5", "6-10", "11-20", ">20")
# How many rows of a long list a page prints; the workbook has all.
MOST_ROWS = 12


def progress_grid(half: Half) -> Grid:
    """Return how many came how far, each with its share of those raised."""
    raised = half.count("raised")
    names = ("raised", *(f"stage_{stage}" for stage in STAGES))
    return _counted(half, "table.progress", "col.stage_reached", names, raised.value)


def age_grid(half: Half) -> Grid:
    """Return how many of the open ones are how old, in working days."""
    names = tuple(f"age.{age}" for age in AGES)
    return _counted(half, "table.ages", "col.age", names, max(half.count(name).value for name in names))


def _counted(half: Half, caption: str, corner: str, names: Sequence[str], widest: float) -> Grid:
    columns = (Column(say("col.count"), strong=True), Column(say("col.bar_share"), "bar"))
    rows = tuple(
        Row(say(f"count.{name}"), (shown(half.count(name)), share_bar(half.count(name), widest))) for name in names
    )
    return Grid("", say(caption), say(corner), columns, rows)


def overdue_grid(half: Half) -> Grid:
    """Return the overdue ones by owner, each owner's oldest first."""
    late = [row for row in half.rows("tracked") if row["workdays_overdue"] > 0]
    late.sort(key=lambda row: (half.owner(row), -row["workdays_overdue"], row["rec_id"]))
    names = ("what", "about", "due", "status", "workdays_overdue", "escalate", "rec_id")
    return Grid("", say("table.overdue"), say("col.owner"), _columns(names, {"workdays_overdue"}),
                tuple(_overdue(half, row) for row in late))  # fmt: skip


def _overdue(half: Half, row: Record) -> Row:
    goes_to = text_of(row["escalate_to"])
    cells: tuple[Cell, ...] = (
        _what(half, row),
        _about(half, row),
        say("row.day", day=day_of(row["due"])),
        half.words(say(f"tracker.status.{row['status']}")),
        shown(of_one(half.findings, "workdays_overdue", row["rec_id"])),
        half.words(say(f"role.{goes_to}")) if goes_to != "NONE" else None,
        row["rec_id"],
    )
    return Row(half.owner(row), cells)


def returns_grid(findings: Findings) -> Grid:
    """Return the agrees that open recommendations about returns name: who returned it, whose it is, how it stands."""
    names = ("segment", "qco", "team", "returned_on", "return_days", "state", "rec_id")
    rows = []
    for row in findings.tables["returns"].to_dict("records"):
        since = text_of(row["returned_on"])
        cells: tuple[Cell, ...] = (
            SEGMENT_NAMES.get(row["segment"], text_of(row["segment"])),
            text_of(row["qco"]) or None,
            text_of(row["tl"]) or None,
            say("row.day", day=day_of(since)) if since else None,
            shown(of_one(findings, "return_days", f"agree:{row['agree_id']}")),
            _words(findings, word_for("qcstate", text_of(row["state"]), "qcstate.gone")),
            row["rec_id"],
        )
        rows.append(Row(row["agree_id"], cells))
    return Grid("", say("table.returns"), say("col.agree_id"), _columns(names, {"return_days"}), tuple(rows))


def effects_grid(half: Half) -> Grid:
    """Return the KPI of each one done before and after, the difference with its interval, and the verdict."""
    names = ("measure", "before", "cases_of", "after", "cases_of", "difference", "interval", "verdict", "rec_id")
    numbers = {"before", "after", "cases_of", "difference", "interval"}
    rows = tuple(_effect(half, row) for row in half.rows("assessed"))
    return Grid("", say("table.effects"), say("col.what"), _columns(names, numbers), rows)


def _effect(half: Half, row: Record) -> Row:
    name, findings, kpi = row["rec_id"], half.findings, row["kpi"]
    before, after = (of_one(findings, kpi, name, window, row["segment"]) for window in ("before", "after"))
    difference, low, high = (of_one(findings, f"rec_difference{bound}", name) for bound in ("", ".low", ".high"))
    cells: tuple[Cell, ...] = (
        name_of(kpi, half.lang),
        shown(before),
        shown(of_one(findings, "rec_cases", name, part="before")),
        shown(after),
        shown(of_one(findings, "rec_cases", name, part="after")),
        shown(difference, "signed"),
        say("w03.interval", low=low, high=high) if low is not None and high is not None else None,
        verdict_words(row),
        name,
    )
    what = _what(half, row) if row["level"] == "site" else f"{_what(half, row)} · {_about(half, row)}"
    return Row(what, cells)


def recurrence_grid(half: Half) -> Grid:
    """Return what came back after it was closed: agent, reason, when, how often."""
    names = ("reason", "closed_on", "first_on", "rec_id")
    rows = tuple(
        Row(row["agent_id"], (
            half.words(word_for("defect", row["reason_code"])), say("row.day", day=day_of(row["closed_on"])),
            say("row.day", day=day_of(row["first_on"])), row["rec_id"],
        ))
        for row in half.rows("back")
    )  # fmt: skip
    return Grid("", say("table.back"), say("col.agent"), _columns(names, set()), rows)


def log_grid(half: Half, *, with_texts: bool = False) -> Grid:
    """Return what happened since the issue before, in the order of time; `with_texts`: notes and evidence as typed."""
    names = ("event", "what", "rec_id", *(("note", "evidence") if with_texts else ()))
    rows = []
    for row in half.rows("log"):
        texts = (_said(row["note"], half.lang), text_of(row["evidence_ref"])) if with_texts else ()
        event = half.words(_event(row))
        rows.append(
            Row(say("row.day", day=day_of(row["happened_on"])), (event, _what(half, row), row["rec_id"], *texts))
        )
    return Grid("", say("table.log"), say("col.day"), _columns(names, set()), tuple(rows))


def _event(row: Record) -> Sentence:
    if row["from_status"] != row["to_status"]:
        before, after = (say(f"tracker.status.{row[side]}") for side in ("from_status", "to_status"))
        return say("log.step", before=before, after=after)
    return say(f"log.{row['kind']}")


def _said(note: object, lang: str) -> str:
    """Return a note as typed; what a report noted, in words."""
    text = text_of(note)
    return plain(say(text), lang) if text in ("verdict.extended", "verdict.final") else text


def _columns(names: Sequence[str], numbers: set[str]) -> tuple[Column, ...]:
    return tuple(Column(say(f"col.{name}"), "number" if name in numbers else "text") for name in names)


def _what(half: Half, row: Record) -> str:
    return half.words(say(f"rule.{row['rule_id']}"))


def _about(half: Half, row: Record) -> str:
    return half.words(about_words(row["level"], row["entity"]))


def _words(findings: Findings, what: Slot) -> str:
    return plain(what, findings.head.lang)
