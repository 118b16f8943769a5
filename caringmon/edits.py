"""A tracker that comes back: what its rows say, and which of it the register takes.

Only the version, the ids and the four input columns are read; nothing else in the file can change anything.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caringmon.errors import RefusedError, UsageError
from caringmon.intake.guard import Grid, read_grids
from caringmon.intake.kinds import Kind, kind_of
from caringmon.intake.labels import long_numbers
from caringmon.model.follow_up import Followed, by_hand
from caringmon.model.recommendation import CLOSED, VERIFIED, Status
from caringmon.report.followup_text import Refusal
from caringmon.report.tracker import BASE_VERSION, INPUTS, LONGEST_TEXT, headers, status_words
from caringmon.report.wording import LANGUAGES, Sentence, Slot, say
from caringmon.store.recommendations import Step

SHORTEST_REASON = 3
_HEAD_ROWS = 30
_READ = ("rec_id", *INPUTS)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_NUMBER = re.compile(r"[0-9]{1,15}")
_NEED_REASON = (Status.REJECTED, Status.CANCELLED)
_NEED_EVIDENCE = (Status.DONE_CLAIMED, *VERIFIED)


@dataclass(frozen=True)
class Edit:
    """A row of the tracker as typed, cells stripped; `row` as a spreadsheet shows it."""

    row: int
    rec_id: str
    status: str
    date: object
    evidence: str
    note: str
    has_formula: bool

    @property
    def is_filled(self) -> bool:
        """Tell whether anything but the status, which the tracker fills in itself, is there."""
        return bool(self.date or self.evidence or self.note or self.has_formula)


@dataclass(frozen=True)
class Tracker:
    """What is read of a tracker: the register's version that it was made from, and its rows."""

    base_version: int
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Judged:
    """What becomes of a tracker: the steps that are taken, the rows that are not, how many change nothing."""

    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...]
    unchanged: int


def read_tracker(file: str, data: bytes) -> Tracker:
    """Return what is read of a tracker. A file that is none: UsageError; unsafe or damaged: DataBlockedError."""
    kind = kind_of(file, data)
    if kind in (Kind.TEXT, Kind.ZIP):
        raise UsageError(f"{file}: a tracker is a workbook; send back the .xlsx that caringmon followup export wrote")
    for grid in read_grids(file, kind, data):
        found = _tracker(file, grid)
        if found is not None:
            return found
    raise UsageError(f"{file}: this is no tracker; its header must hold rec_id, status, date, evidence and note. "
                     "Write a new one with caringmon followup export")  # fmt: skip


def judged(tracker: Tracker, known: Sequence[Followed], today: dt.date, file: str) -> Judged:
    """Return what the register takes of a tracker on the day on which it comes back.

    Made before one of its recommendations changed, or from another register: RefusedError, nothing of it is taken.
    """
    by_id = {one.rec_id: one for one in known}
    listed = [by_id[edit.rec_id].version for edit in tracker.edits if edit.rec_id in by_id]
    newest = max((event.number for one in known for event in one.events), default=0)
    if max(listed, default=0) > tracker.base_version or tracker.base_version > newest:
        raise RefusedError(
            f"{file}: made from another state of the register ({BASE_VERSION} {tracker.base_version}); "
            "nothing of it was taken. Write a new one with caringmon followup export and fill that in"
        )
    rows = Counter(edit.rec_id for edit in tracker.edits)
    steps: list[Step] = []
    refusals: list[Refusal] = []
    unchanged = 0
    for edit in tracker.edits:
        one = by_id.get(edit.rec_id)
        if one and not edit.is_filled and _status(edit) in (one.status, ""):
            unchanged += 1
            continue
        refusal = _refusal(edit, one, today, rows[edit.rec_id])
        if refusal is None and one is not None:
            steps.append(_step(edit, one, today))
        elif refusal is not None:
            refusals.append(Refusal(edit.row, one.rec_id if one else "", *refusal))
    return Judged(tuple(steps), tuple(refusals), unchanged)


Reason = tuple[str, Sentence]


def _refusal(edit: Edit, one: Followed | None, today: dt.date, rows: int) -> Reason | None:
    """Return the first reason for which a row is not taken; taken: None. `rows`: how many bear its id."""
    if one is None:
        return _reason("UNKNOWN_REC")
    if rows > 1:  # one of them is about something else, and nobody can tell which
        return _reason("REPEATED_ROW")
    if edit.has_formula:
        return _reason("FORMULA")
    checks: tuple[Callable[[], Reason | None], ...] = (
        lambda: _status_refusal(edit, one),
        lambda: _text_refusal(edit, one),
        lambda: _date_refusal(edit, one, today),
    )
    return next((found for check in checks if (found := check()) is not None), None)


def _status_refusal(edit: Edit, one: Followed) -> Reason | None:
    wanted = _status(edit) or one.status
    possible = tuple(_word(status) for status in (one.status, *by_hand(one)))
    if not isinstance(wanted, Status):
        return _reason("UNKNOWN_STATUS", statuses=possible)
    if one.status in CLOSED:
        return _reason("CLOSED", status=_word(one.status))
    if wanted is one.status or wanted in by_hand(one):
        return None
    if wanted in VERIFIED and one.status is Status.DONE_CLAIMED:
        return _reason("MEASURED")
    return _reason("NOT_ALLOWED", status=_word(one.status), wanted=_word(wanted), statuses=possible)


def _text_refusal(edit: Edit, one: Followed) -> Reason | None:
    wanted = _status(edit) or one.status
    is_step = isinstance(wanted, Status) and wanted is not one.status
    if any(len(text) > LONGEST_TEXT for text in (edit.evidence, edit.note)):
        return _reason("TEXT_TOO_LONG")
    if long_numbers(edit.evidence) or long_numbers(edit.note):
        return _reason("LONG_NUMBER")
    if is_step and wanted in _NEED_REASON and len(edit.note) < SHORTEST_REASON:
        return _reason("REASON_MISSING", wanted=_word(Status(wanted)))
    if is_step and wanted in _NEED_EVIDENCE and len(edit.evidence) < SHORTEST_REASON:
        return _reason("EVIDENCE_MISSING", wanted=_word(Status(wanted)))
    if not is_step and not edit.evidence and not edit.note:
        return _reason("NOTHING_SAID")
    return None


def _date_refusal(edit: Edit, one: Followed, today: dt.date) -> Reason | None:
    day = _day(edit.date, today)
    first = min(one.last_step.happened_on, today)
    if day is None:
        return _reason("BAD_DATE")
    return None if first <= day <= today else _reason("DATE_OUTSIDE", first=first, last=today)


def _reason(code: str, **slots: Slot) -> Reason:
    return code, say(f"tracker.refused.{code}", **slots)


def _step(edit: Edit, one: Followed, today: dt.date) -> Step:
    status = _status(edit)
    return Step(
        rec_id=one.rec_id,
        to_status=status if isinstance(status, Status) else one.status,
        happened_on=_day(edit.date, today) or today,
        note=edit.note,
        evidence_ref=edit.evidence,
    )


def _status(edit: Edit) -> Status | str:
    """Return the status that a row names, in any language or as its code; unknown: the text; none: empty."""
    text = edit.status.casefold()
    return next((status for status in Status if text in _named(status)), edit.status)


def _named(status: Status) -> tuple[str, ...]:
    return (status.casefold(), *(status_words(lang)[status].casefold() for lang in LANGUAGES))


def _word(status: Status) -> Sentence:
    return say(f"tracker.status.{status}")


def _day(cell: object, today: dt.date) -> dt.date | None:
    """Return the day of a date cell; empty: today; not readable: None."""
    if cell == "":
        return today
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    for form in _DAYS:
        try:
            return dt.datetime.strptime(str(cell), form).date()
        except ValueError:
            continue
    return None


def _tracker(file: str, grid: Grid) -> Tracker | None:
    """Return the tracker on a sheet; None if the sheet holds none."""
    height = len(grid.columns[0].codes) if grid.columns else 0
    rows = list(zip(*(column.cells(np.arange(height)) for column in grid.columns), strict=True))
    names = headers()
    for number, row in enumerate(rows[:_HEAD_ROWS]):
        places = {names.get(_text(cell).casefold(), ""): place for place, cell in reversed(list(enumerate(row)))}
        if all(name in places for name in _READ):
            formulas = {(r, c) for r, c in grid.formulas if c in [places[name] for name in INPUTS]}
            lost = {r for r, _ in formulas}
            below = enumerate(rows[number + 1 :], number + 1)
            edits = (_edit(at + 1, cells, places, at in lost) for at, cells in below)
            filled = (edit for edit in edits if edit.rec_id or edit.status or edit.is_filled)
            return Tracker(_base_version(file, rows[:number]), tuple(filled))
    return None


def _edit(row: int, cells: Sequence[object], places: Mapping[str, int], has_formula: bool) -> Edit:
    date = cells[places["date"]]
    rec_id, status, evidence, note = (_text(cells[places[name]]) for name in ("rec_id", "status", "evidence", "note"))
    return Edit(row, rec_id, status, date.strip() if isinstance(date, str) else date, evidence, note, has_formula)


def _base_version(file: str, above: Sequence[Sequence[object]]) -> int:
    for row in above:
        for name, value in itertools.pairwise(row):
            if _text(name) == BASE_VERSION and _NUMBER.fullmatch(_text(value)):
                return int(_text(value))
    raise UsageError(f"{file}: {BASE_VERSION} is missing above the header; write a new tracker with followup export")


def _text(cell: object) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip()  # type: ignore[call-overload]
