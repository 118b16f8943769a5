"""What a published report recommends goes into the register: once, in words, with what people decided on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from caringmon.analysis.recommendations import advice_table, recommendation_of, recommendations
from caringmon.errors import DataBlockedError
from caringmon.model.annotations import Annotations, Decision
from caringmon.model.follow_up import Kind, followed, register_cut, seen_at
from caringmon.model.recommendation import Status
from caringmon.raising import raise_advice, raised_by
from caringmon.store.recommendations import read_events
from tests.advised import findings_of, known
from tests.recommended import RAISED_AT, move, raise_in, raised, register
from tests.recommended import known as registered
from tests.test_recommendations import EVERYTHING
from tests.tiny import at, date

SITUATION = known(EVERYTHING)
ADVICE = recommendations(SITUATION)
TOLD = Annotations(decisions={
    ADVICE.recommendations[0][0]: Decision("ubah", "Hubungi pagi ini", "", "TL02", date("2022-10-21")),
    ADVICE.recommendations[1][0]: Decision("tolak", "", "sudah ditangani"),
})  # fmt: skip


def findings(annotations=None, **head):
    made = findings_of(SITUATION, ADVICE, annotations)
    return dataclasses.replace(made, head=dataclasses.replace(made.head, **head))


def told(recommendation):
    return json.dumps(dataclasses.asdict(recommendation), default=str, sort_keys=True)


def test_the_table_holds_the_whole_recommendation():
    rows = advice_table(ADVICE, Annotations()).to_dict("records")
    assert [told(recommendation_of(row)) for row in rows] == [told(one) for _, one in ADVICE.recommendations]
    assert len(rows) > 10


def test_a_report_raises_everything_in_both_languages_with_the_numbers_it_rests_on(tmp_path):
    raise_advice(findings(), register(tmp_path))
    one = registered(register(tmp_path))[ADVICE.recommendations[0][0]]
    assert sorted(registered(register(tmp_path))) == sorted(name for name, _ in ADVICE.recommendations)
    assert "pelanggan CT-0" in one.first.text("finding", "id")
    assert "CT-0 customers" in one.first.text("finding", "en")
    assert one.first.evidence["CT0.near_limit.day"] == 100
    assert (one.raised_at, one.status) == (dt.datetime(2022, 10, 19, 8), Status.DRAFT)


def test_a_rerun_adds_nothing_and_neither_does_a_report_that_says_what_another_one_said_at_the_same_clock(tmp_path):
    url = register(tmp_path)
    for one in (findings(), findings(TOLD), findings(), findings(TOLD)):
        raise_advice(one, url)
        before = read_events(url)
        raise_advice(one, url)
        assert read_events(url) == before
    # Once as it is, once as people changed it, and the rejection.
    assert len(before) == len(ADVICE.recommendations) + 2 + 1


def test_the_report_for_one_leader_raises_nothing(tmp_path):
    raise_advice(findings(audience="manager"), register(tmp_path))
    assert read_events(register(tmp_path)) == []


def test_what_people_decided_is_kept_and_a_rejection_closes_at_the_clock(tmp_path):
    url = register(tmp_path)
    raise_advice(findings(TOLD), url)
    changed, rejected = (registered(url)[name] for name in TOLD.decisions)
    assert changed.latest.decision == Decision("ubah", "Hubungi pagi ini", "", "TL02", date("2022-10-21"))
    assert (changed.owner_id, changed.due, changed.edited_text) == ("TL02", date("2022-10-21"), "Hubungi pagi ini")
    assert changed.latest.edited_by == "daily_ALL_2022-10-18.yml"
    assert (rejected.status, rejected.closed_on) == (Status.REJECTED, date("2022-10-19"))
    (event,) = (event for event in rejected.events if event.kind is Kind.JUDGED)
    assert (event.at, event.note) == (dt.datetime(2022, 10, 19, 8), "sudah ditangani")
    # The report itself does not see its own rejection; the next one does.
    assert followed(seen_at(read_events(url), event.at)) == ()


def test_a_later_report_without_notes_keeps_the_owner_and_the_day_that_a_person_set(tmp_path):
    url = register(tmp_path)
    told = dataclasses.replace(raised(), decision=Decision("terima", "", "", "TL02", date("2022-10-25")))
    (name,) = raise_in(url, told)
    raise_in(url, raised(due=date("2022-10-21")), when=at("20", "08:00"))
    one = registered(url)[name]
    assert (one.owner_id, one.due) == ("TL02", date("2022-10-25"))


def test_what_its_owner_has_begun_is_not_rejected_any_more(tmp_path):
    url = register(tmp_path)
    (name,) = raise_in(url, raised())
    move(url, name, Status.SENT, Status.IN_PROGRESS, when=at("19", "10:00"))
    raise_in(url, dataclasses.replace(raised(), decision=Decision("tolak", "", "tidak perlu")))
    assert registered(url)[name].status is Status.IN_PROGRESS


def test_a_register_that_is_no_database_is_refused_and_the_rerun_makes_it_whole(tmp_path):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"x" * 5000)
    with pytest.raises(DataBlockedError, match="register: the file is damaged"):
        raise_advice(findings(), f"sqlite:///{broken}")
    broken.unlink()
    raise_advice(findings(), f"sqlite:///{broken}")
    assert len(registered(f"sqlite:///{broken}")) == len(ADVICE.recommendations)


def test_what_a_report_depends_on_is_the_history_and_not_how_it_was_written_down(tmp_path):
    one, other = register(tmp_path / "one"), register(tmp_path / "other")
    for url, order in ((one, ("TL01", "TL02")), (other, ("TL02", "TL01"))):
        for entity in order:
            raise_in(url, raised(entity=entity))
    cut = register_cut(registered(one).values())
    assert register_cut(registered(other).values()) == cut
    move(one, next(iter(registered(one))), Status.SENT, when=at("19", "09:00"))
    assert register_cut(registered(one).values()) != cut
    assert register_cut(()) == ""


def test_the_raised_values_have_no_number_where_none_is_known():
    told = raised_by(findings())
    assert all(value == value for one in told for value in one.evidence.values())
    assert {one.recommendation.rule_id for one in told} >= {"R15", "R16", "R21", "R28"}
    assert findings().head.qc_clock == RAISED_AT
