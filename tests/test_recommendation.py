"""A recommendation: its id, the way it may go, when it is overdue and to whom it then goes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.model.recommendation import (
    ANSWERED,
    CLOSED,
    OPEN,
    Escalation,
    Status,
    escalation,
    is_overdue,
    may_become,
    rec_id,
    workdays_overdue,
)
from tests.tiny import OCTOBER, date

DUE = date("2022-10-06")  # a Thursday; the 8th is a holiday, the 9th a Sunday
# 2-data-model, T9, and what may be skipped by who has received it.
ARROWS = {
    ("DRAFT", "SENT"), ("SENT", "ACKNOWLEDGED"), ("SENT", "IN_PROGRESS"), ("SENT", "DONE_CLAIMED"),
    ("ACKNOWLEDGED", "IN_PROGRESS"), ("ACKNOWLEDGED", "DONE_CLAIMED"), ("IN_PROGRESS", "DONE_CLAIMED"),
    ("DONE_CLAIMED", "VERIFIED_EFFECTIVE"), ("DONE_CLAIMED", "VERIFIED_NOT_EFFECTIVE"),
    ("DRAFT", "REJECTED"), ("SENT", "REJECTED"), ("ACKNOWLEDGED", "REJECTED"),
    ("DRAFT", "CANCELLED"), ("SENT", "CANCELLED"), ("ACKNOWLEDGED", "CANCELLED"), ("IN_PROGRESS", "CANCELLED"),
    ("DONE_CLAIMED", "CANCELLED"),
}  # fmt: skip


def test_an_id_is_eight_base32_characters_of_the_hash_of_rule_level_entity_and_month():
    code = base64.b32encode(hashlib.sha256(b"R04|tl|TL01|2022-10").digest()).decode()[:8]
    assert rec_id("CT0", "2022-10", "R04", "tl", "TL01") == f"REC-CT0-2022-10-{code}"


def test_a_second_one_of_a_month_has_another_id():
    again = [rec_id("CT0", "2022-10", "R04", "tl", "TL01", number) for number in (1, 2, 3)]
    assert len(set(again)) == 3


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("end", Status)
def test_it_goes_along_the_arrows_and_no_other_way(start, end):
    assert may_become(start, end) == ((start, end) in ARROWS)


@given(st.lists(st.sampled_from(list(Status)), max_size=12))
def test_whatever_is_tried_it_never_leaves_a_closed_state_and_is_verified_only_when_done(tried):
    status, path = Status.DRAFT, [Status.DRAFT]
    for wanted in tried:
        if may_become(status, wanted):
            status = wanted
            path.append(wanted)
    assert all(step in OPEN for step in path[:-1])
    assert len(set(path)) == len(path)
    if status in (Status.VERIFIED_EFFECTIVE, Status.VERIFIED_NOT_EFFECTIVE):
        assert path[-2] is Status.DONE_CLAIMED
        assert path[1] is Status.SENT


@pytest.mark.parametrize(
    ("today", "days", "goes_to"),
    [
        ("2022-10-06", 0, Escalation.NONE),
        ("2022-10-07", 1, Escalation.NONE),
        ("2022-10-09", 1, Escalation.NONE),  # the holiday and the Sunday do not count
        ("2022-10-11", 3, Escalation.NONE),
        ("2022-10-12", 4, Escalation.SPV),
        ("2022-10-13", 5, Escalation.SPV),
        ("2022-10-14", 6, Escalation.MANAGER),
    ],
)
def test_overdue_counts_working_days_after_the_due_date_and_escalates(today, days, goes_to):
    assert workdays_overdue(Status.SENT, DUE, date(today), OCTOBER) == days
    assert is_overdue(Status.SENT, DUE, date(today), OCTOBER) == (days > 0)
    assert escalation(days) is goes_to


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_what_is_answered_is_not_overdue(status):
    assert not is_overdue(status, DUE, date("2022-10-31"), OCTOBER)
    assert CLOSED < ANSWERED
