"""Did it work: windows, verdicts, one extension (S42), and what comes back after it was closed (S20)."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from caringmon.analysis.effectiveness import Measured, Verdict
from caringmon.analysis.linked_agrees import came_back
from caringmon.analysis.measuring import NO_DATA, NOT_HERE, TOO_OLD
from caringmon.analysis.verdicts import BETWEEN, FEW, WAITING, assessed
from caringmon.judging import EXTENDED, FINAL, record_verdicts
from caringmon.model.follow_up import Kind
from caringmon.model.recommendation import Check, Status
from caringmon.store.recommendations import read_events
from tests.recommended import known, move, raise_in, raised, register
from tests.tiny import OCTOBER, date
from tests.worked_findings import worked_findings

# Raised on Wednesday 19 October, done on the 20th: ten working days after end on 1 November, twenty on 12 November.
DONE = (Status.SENT, Status.DONE_CLAIMED)
FIRST_END, LAST_END = date("2022-11-01"), date("2022-11-12")


@pytest.fixture
def done(tmp_path):
    """Return the register's recommendations after one about the contact rate was done on 20 October."""
    url = register(tmp_path)
    (name,) = raise_in(url, raised(check=Check("K09", 1, 0.05)))
    move(url, name, *DONE, when=dt.datetime(2022, 10, 20, 9))
    return tuple(known(url).values())


def measured(before, after, extended=None):
    """Return a measure that answers by the last day of the window."""
    answers = {date("2022-10-18"): before, FIRST_END: after, LAST_END: extended}

    def measure(_subject, period):
        found = answers[period.last_day]
        return (None, found) if isinstance(found, str) else (found, "")

    return measure


@pytest.mark.parametrize(
    ("until", "before", "after", "extended", "verdict", "why", "is_final"),
    [
        ("2022-10-31", (40, 100), (60, 100), None, Verdict.INCONCLUSIVE, WAITING, False),
        ("2022-11-01", (40, 100), (60, 100), None, Verdict.EFFECTIVE, "", True),
        ("2022-11-01", (40, 100), (30, 100), None, Verdict.NOT_EFFECTIVE, "", True),
        # S42: seven cases are too few; it is measured once more, and then no more.
        ("2022-11-01", (40, 100), (6, 7), None, Verdict.INCONCLUSIVE, FEW, False),
        ("2022-11-11", (40, 100), (6, 7), None, Verdict.INCONCLUSIVE, FEW, False),
        ("2022-11-12", (40, 100), (6, 7), (60, 100), Verdict.EFFECTIVE, "", True),
        ("2022-11-12", (40, 100), (6, 7), (9, 12), Verdict.INCONCLUSIVE, FEW, True),
        # Two points of the five expected, within chance.
        ("2022-11-01", (40, 100), (42, 100), None, Verdict.INCONCLUSIVE, BETWEEN, False),
        # What ten days settled, twenty do not undo.
        ("2022-11-12", (40, 100), (60, 100), (40, 100), Verdict.EFFECTIVE, "", True),
        ("2022-11-01", TOO_OLD, (60, 100), None, Verdict.INCONCLUSIVE, TOO_OLD, True),
        ("2022-11-01", NOT_HERE, (60, 100), None, Verdict.INCONCLUSIVE, NOT_HERE, True),
        ("2022-11-01", (40, 100), NO_DATA, None, Verdict.INCONCLUSIVE, NO_DATA, False),
        ("2022-11-12", (40, 100), NO_DATA, NO_DATA, Verdict.INCONCLUSIVE, NO_DATA, True),
    ],
)
def test_ten_working_days_decide_and_if_they_leave_it_open_twenty(
    until, before, after, extended, verdict, why, is_final, done
):
    values = (Measured(*value) if isinstance(value, tuple) else value for value in (before, after, extended))
    (found,) = assessed(done, date(until), OCTOBER, measured(*values), 20)
    assert (found.verdict, found.why, found.is_final) == (verdict, why, is_final)
    assert (found.before.start, found.before.last_day) == (date("2022-10-06"), date("2022-10-18"))


def test_what_is_not_done_or_has_no_measure_is_not_assessed(tmp_path):
    url = register(tmp_path)
    raise_in(url, raised(check=Check("K09", 1)))
    (second,) = raise_in(url, raised(entity="TL02"))
    move(url, second, *DONE, when=dt.datetime(2022, 10, 20, 9))
    assert assessed(known(url).values(), date("2022-11-30"), OCTOBER, measured("", ""), 20) == ()


def judged_by(url, name, verdict, why, *, is_final, clock):
    """Record one verdict as the W-03 of a clock."""
    rows = [(name, "DONE_CLAIMED", str(verdict), why, is_final, 0.1)]
    table = pd.DataFrame(rows, columns=["rec_id", "status", "verdict", "why", "is_final", "measured"])
    plain = worked_findings()
    head = dataclasses.replace(plain.head, report="w03", qc_clock=clock)
    record_verdicts(dataclasses.replace(plain, head=head, tables={**plain.tables, "assessed": table}), url)


def test_inconclusive_is_noted_once_for_each_window_and_a_verdict_closes_once(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised(check=Check("K09", 1)))
    move(url, name, *DONE, when=dt.datetime(2022, 10, 20, 9))
    for day in (2, 3, 2):
        judged_by(url, name, Verdict.INCONCLUSIVE, FEW, is_final=False, clock=dt.datetime(2022, 11, day, 8))
    judged_by(url, name, Verdict.INCONCLUSIVE, WAITING, is_final=False, clock=dt.datetime(2022, 11, 4, 8))
    assert [event.note for event in read_events(url) if event.kind is Kind.JUDGED] == [EXTENDED]
    assert known(url)[name].status is Status.DONE_CLAIMED
    judged_by(url, name, Verdict.INCONCLUSIVE, FEW, is_final=True, clock=dt.datetime(2022, 11, 14, 8))
    assert [event.note for event in read_events(url) if event.kind is Kind.JUDGED] == [EXTENDED, FINAL]
    for day in (15, 16, 15):
        judged_by(url, name, Verdict.NOT_EFFECTIVE, "", is_final=True, clock=dt.datetime(2022, 11, day, 8))
    one = known(url)[name]
    assert (one.status, one.closed_on, len(one.events)) == (
        Status.VERIFIED_NOT_EFFECTIVE, date("2022-11-15"), 6,
    )  # fmt: skip


def agree(service, number, verdicts, agent="A1"):
    """Return a claim of October with the verdicts (day, status, reason)."""
    return {
        "segment": "CT0", "period": "2022-10", "service_no": service, "claim_no": number, "agent_id_credit": agent,
        "agree_at": dt.datetime(2022, 10, 5, 9), "counts_gross": 1, "qc_state": "RETURN_OPEN",
        "verdicts": [
            {"round": place, "tapped_at": dt.datetime(2022, 10, int(day), 10), "status": status, "reason_code": reason,
             "qco_id": "Q1"}
            for place, (day, status, reason) in enumerate(verdicts, 1)
        ],
    }  # fmt: skip


class Ledger:
    """Relations of which only the claims are asked for."""

    def __init__(self, *claims):
        import ibis
        import pyarrow as pa

        from caringmon.model.claims import CLAIM_SCHEMA

        rows = [{name: claim.get(name) for name in CLAIM_SCHEMA.names} for claim in claims]
        self.claims = ibis.memtable(pa.Table.from_pylist(rows, CLAIM_SCHEMA))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], []),
        # The third return of the agree itself, whatever its reason (S20).
        ([agree("S1", 1, [("6", "RETURN", "RC03"), ("10", "RETURN", "RC03"), ("20", "RETURN", "RC05")])], ["RC05"]),
        # The same agent, the same reason, another agree.
        ([agree("S2", 1, [("25", "NOT_VALID", "RC03")])], ["RC03"]),
        ([agree("S2", 1, [("25", "NOT_VALID", "RC04")])], []),
        ([agree("S2", 1, [("25", "NOT_VALID", "RC03")], agent="A2")], []),
        # The day of closure itself does not count.
        ([agree("S2", 1, [("19", "RETURN", "RC03")])], []),
    ],
)
def test_a_closed_finding_comes_back_by_agent_and_reason_or_by_the_agree_itself(later, expected, tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised(rule_id="R21", linked_agrees=("AGR-S1-M2210-N1",)))
    move(url, name, Status.SENT, Status.CANCELLED, when=dt.datetime(2022, 10, 19, 12))
    first = [agree("S1", 1, [("6", "RETURN", "RC03"), ("10", "RETURN", "RC03")])]
    claims = later if later and later[0]["service_no"] == "S1" else [*first, *later]
    back = came_back(Ledger(*claims), tuple(known(url).values()))
    assert list(back["reason_code"]) == expected
    assert set(back["rec_id"]) <= {name}
