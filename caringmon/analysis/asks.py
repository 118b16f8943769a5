"""Asks: why nothing can be published → what has to be done, by whom, until when (5-rules, guard 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from caringmon.analysis.clocks import clocks_at, read_on
from caringmon.analysis.recommendations import due_day, said_of
from caringmon.analysis.rules.known import Case
from caringmon.analysis.rules.sources import not_received, silent_record
from caringmon.errors import Reason
from caringmon.model.calendar import WorkCalendar
from caringmon.model.failure import Ask
from caringmon.model.findings import Request
from caringmon.model.recommendation import Said


def asks(reason: Reason, request: Request, calendar: WorkCalendar) -> tuple[Ask, ...]:
    """Return what has to be done before the report can come out, what it cannot do without first.

    Files that did not come are R26, a system of record that is silent while another speaks is R27 too; owner and due
    date are those of the rulebook. Any other reason asks the analyst, by the day on which the report is read.
    """
    read_day = read_on(request, clocks_at(request, calendar), calendar)

    def due(code: str) -> dt.date:
        return due_day(code, read_day, calendar)

    found = tuple(_of_rules(reason, request, due))
    return found or (Ask("", (Said(f"unblock.{reason.code}"),), "ANALYST", due("D0")),)


def _of_rules(reason: Reason, request: Request, due: Callable[[str], dt.date]) -> Iterator[Ask]:
    def asked(case: Case, parts: Sequence[str], *, is_needed: bool = True) -> Ask:
        rule = request.rulebook.rules[case.rule]
        said = tuple(said_of(case, part, {}, case.words) for part in parts)
        return Ask(case.rule, said, rule.owner, due(rule.due), is_needed)

    needed, optional = (tuple(filter(None, reason.words.get(slot, "").split("|"))) for slot in ("tables", "optional"))
    if needed:
        yield asked(not_received(needed, request.report_date, of_month=request.is_month), ("finding", "action"))
    if reason.code == "SOURCE_OF_RECORD_MISSING":
        yield asked(silent_record(), ("action",))
    if optional:
        case = not_received(optional, request.report_date, of_month=request.is_month)
        yield asked(case, ("finding",), is_needed=False)
