"""KPIs of the past, measured over the golden dataset of the procedure; every number can be counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from caringmon.analysis.effectiveness import Measured
from caringmon.analysis.linked_agrees import linked_agrees, return_rows
from caringmon.analysis.measuring import NO_DATA, NOT_HERE, TOO_OLD, Measuring, Subject
from caringmon.analysis.rule_counts import RuleDays
from caringmon.analysis.snapshot import open_facts, snapshot
from caringmon.analysis.targets import Progress
from caringmon.model.claims import PromiseRules
from caringmon.model.findings import Clocks
from caringmon.model.period import Period
from tests import golden
from tests.asked import SCOPE
from tests.recommended import known, raise_in, raised, register
from tests.tiny import OCTOBER, date, fact_table

DAYS = RuleDays(date("2022-10-19"), PromiseRules(), 5, 2)
BEYOND = "AGR-SVC08-M2210-N1"  # agreed on the 6th for the 25th, returned on the 7th


@pytest.fixture
def at_close(connection):
    tables = golden.tables()
    every = {name: tables.get(name, fact_table(name, [])) for name in (
        "calls", "assignments", "qc", "payments", "attendance", "roster", "targets")}  # fmt: skip
    facts = open_facts(connection, every)

    def close(day):
        clock = dt.datetime.combine(day, dt.time(23, 59, 59))
        return snapshot(facts, SCOPE, Clocks(clock, clock), Progress(OCTOBER, day))

    return close


def measure(at_close, kpi, first, last, level="site", entity="SITE"):
    measuring = Measuring(at_close, date("2022-10-01"), DAYS, 3)
    return measuring.of(Subject("CT0", level, entity, kpi), Period(date(first), date(last) + dt.timedelta(days=1)))


# Calls of 3 to 6 October: 10 of them, of services 01 02 03 04 06 07 08 09; a second agree of 02 on the 5th.
@pytest.mark.parametrize(
    ("kpi", "first", "last", "expected"),
    [
        # Dials to services: 10 to 8.
        ("K06", "2022-10-03", "2022-10-06", Measured(10, 8)),
        # Gross agrees of 01, 02, 06 and 08, in four working days.
        ("K13", "2022-10-03", "2022-10-06", Measured(4, 4)),
        # U01, once, of 10 attempts; none was lost by the system.
        ("attempts_share", "2022-10-03", "2022-10-06", Measured(0, 10)),
        ("unmapped", "2022-10-03", "2022-10-06", Measured(0, 10)),
        # Right parties: 01, 02, 04, 06, 08; none refused over service or bill.
        ("refused", "2022-10-03", "2022-10-06", Measured(0, 5)),
        # What stands on a day counts as that of one day: 08 waits since the 7th, two working days are over on the 11th.
        ("returns_late", "2022-10-01", "2022-10-10", Measured(0, 1)),
        ("returns_late", "2022-10-08", "2022-10-19", Measured(1, 1)),
        ("K07.>7", "2022-10-08", "2022-10-19", Measured(1, 1)),
    ],
)
def test_a_kpi_is_counted_over_the_window_or_at_its_end(kpi, first, last, expected, at_close):
    assert measure(at_close, kpi, first, last) == (expected, "")


def test_of_one_agent_alone(at_close):
    # A1 spoke with 01, 02 and 04 from 3 to 5 October, and has agrees of 01 and 02.
    assert measure(at_close, "K14", "2022-10-03", "2022-10-05", "agent", "A1") == (Measured(2, 3), "")


@pytest.mark.parametrize(
    ("kpi", "first", "level", "why"),
    [
        ("K14", "2022-10-03", "table", NOT_HERE),
        ("near_limit", "2022-10-03", "site", NOT_HERE),
        ("K42", "2022-10-03", "agent", NOT_HERE),
        ("K14", "2022-09-26", "site", TOO_OLD),
        ("K19", "2022-10-03", "site", NO_DATA),  # there is no target
        ("K14", "2022-10-08", "agent", NO_DATA),  # nobody spoke with anybody
    ],
)
def test_what_cannot_be_measured_says_why(kpi, first, level, why, at_close):
    found = measure(at_close, kpi, first, "2022-10-09", level, "A9" if level == "agent" else "SITE")
    assert found == (None, why)


def test_advice_about_definite_agrees_names_them_by_codes(at_close):
    assert linked_agrees(at_close(date("2022-10-19")).relations, DAYS, "site", "") == {
        ("CT0", "R16"): (BEYOND,), ("CT0", "R21"): (BEYOND,),
    }  # fmt: skip


def test_the_return_tracker_tells_of_each_agree_who_returned_it_and_how_it_stands(at_close, tmp_path):
    gone = "AGR-SVC99-M2210-N1"
    (name,) = raise_in(register(tmp_path), raised(rule_id="R21", linked_agrees=(BEYOND, gone)))
    rows = return_rows(at_close(date("2022-10-19")).relations, tuple(known(register(tmp_path)).values()))
    assert rows[["rec_id", "agree_id", "qco", "state", "returned_on"]].to_numpy().tolist() == [
        [name, BEYOND, "Q1", "RETURN_OPEN", "2022-10-07"], [name, gone, "", "", ""],
    ]  # fmt: skip
