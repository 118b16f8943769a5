"""The walk of one service through QC: every rule of the state machine as a sentence and a few events."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.analysis.claims import Claim, walk_service
from caringmon.model.codes import QcState
from tests.service import CUTOFF, call, november, rules, tap
from tests.tiny import at


def states(claims: list[Claim]) -> list[QcState]:
    return [claim.state for claim in claims]


def test_an_untapped_agree_is_pending_not_rejected():
    assert states(walk_service([call("c1", at("03"))], [], rules())) == [QcState.PENDING]


def test_a_second_agree_of_a_live_claim_is_a_duplicate_and_credit_stays_with_the_first_agent():
    claims = walk_service([call("c1", at("03"), agent="A1"), call("c2", at("05"), agent="A2")], [], rules())
    assert [(c.opening.agent_id, [d.attempt_id for d in c.duplicates]) for c in claims] == [("A1", ["c2"])]


def test_a_verdict_on_a_duplicate_says_nothing_about_the_claim():
    claims = walk_service(
        [call("c1", at("03")), call("c2", at("05"))], [tap("t1", at("06"), "NOT_VALID", "c2")], rules()
    )
    assert states(claims) == [QcState.PENDING]


@pytest.mark.parametrize("verdict_on", ["06", "13"], ids=["before the second agree", "after it"])
def test_a_not_valid_claim_is_superseded_by_the_next_agree(verdict_on):
    calls = [call("c1", at("03"), agent="A1"), call("c2", at("12"), agent="A2")]
    claims = walk_service(calls, [tap("t1", at(verdict_on), "NOT_VALID", "c1")], rules())
    assert [(c.number, c.state, c.superseded_by, c.opening.agent_id) for c in claims] == [
        (1, QcState.NOT_VALID, 2, "A1"),
        (2, QcState.PENDING, None, "A2"),
    ]


def test_the_verdict_given_while_a_call_was_a_duplicate_is_that_of_the_claim_it_opens():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [tap("t1", at("06"), "VALID", "c2"), tap("t2", at("07"), "NOT_VALID", "c1")]
    assert states(walk_service(calls, taps, rules())) == [QcState.NOT_VALID, QcState.VALID]


def test_return_recall_agree_retap_counts_once_as_valid():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [tap("t1", at("04"), "RETURN", "c1"), tap("t2", at("06"), "VALID", "c2")]
    (claim,) = walk_service(calls, taps, rules())
    assert (claim.state, len(claim.returns), claim.recalls) == (QcState.VALID, 1, (calls[1],))


def test_an_agree_in_the_recall_waits_for_the_second_tapping():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    claims = walk_service(calls, [tap("t1", at("04"), "RETURN", "c1")], rules())
    assert states(claims) == [QcState.RETURN_TO_AGREE]


def test_a_return_that_ends_in_a_decline_is_lost_and_an_older_duplicate_does_not_replace_it():
    calls = [call("c1", at("03")), call("c2", at("03", "15:00")), call("c3", at("06"), "R03")]
    claims = walk_service(calls, [tap("t1", at("04"), "RETURN", "c1")], rules())
    assert states(claims) == [QcState.RETURN_TO_DECLINE]
    later = walk_service([*calls, call("c4", at("10"))], [tap("t1", at("04"), "RETURN", "c1")], rules())
    assert [(c.opening.attempt_id, c.superseded_by) for c in later] == [("c1", 2), ("c4", None)]


def test_a_call_that_reaches_nobody_leaves_a_return_open():
    calls = [call("c1", at("03")), call("c2", at("05"), "U01")]
    assert states(walk_service(calls, [tap("t1", at("04"), "RETURN", "c1")], rules())) == [QcState.RETURN_OPEN]


def test_an_open_return_expires_at_the_cut_off_and_not_a_moment_before():
    calls, taps = [call("c1", at("03"))], [tap("t1", at("04"), "RETURN", "c1")]
    before = walk_service(calls, taps, rules(CUTOFF - dt.timedelta(seconds=1)))
    assert (states(before), states(walk_service(calls, taps, rules(CUTOFF)))) == (
        [QcState.RETURN_OPEN],
        [QcState.EXPIRED_RETURN],
    )


def test_the_third_return_of_a_claim_expires_it():
    calls = [call("c1", at("03")), call("c2", at("05")), call("c3", at("07"))]
    taps = [tap(f"t{i}", at(day), "RETURN", c) for i, day, c in ((1, "04", "c1"), (2, "06", "c2"), (3, "08", "c3"))]
    assert states(walk_service(calls, taps, rules())) == [QcState.EXPIRED_RETURN]


def test_a_verdict_after_the_cut_off_does_not_change_the_month():
    late = tap("t1", CUTOFF + dt.timedelta(days=1), "NOT_VALID", "c1")
    assert states(walk_service([call("c1", at("28"))], [late], rules(dt.datetime(2022, 11, 20)))) == [QcState.PENDING]


def test_a_later_verdict_on_the_same_call_replaces_the_earlier():
    taps = [tap("t1", at("04"), "NOT_VALID", "c1"), tap("t2", at("06"), "VALID", "c1")]
    assert states(walk_service([call("c1", at("03"))], taps, rules())) == [QcState.VALID]


def test_one_service_may_agree_in_both_segments():
    calls = [call("c1", at("03"), segment="PRANPC"), call("c2", at("10"), segment="CT0")]
    assert [c.opening.segment for c in walk_service(calls, [], rules())] == ["CT0", "PRANPC"]


def test_a_recall_in_the_next_month_opens_nothing_there():
    calls = [call("c1", at("28")), call("c2", november("02"))]
    claims = walk_service(calls, [tap("t1", at("29"), "RETURN", "c1")], rules(november("10")))
    assert [(c.opening.attempt_id, c.state) for c in claims] == [("c1", QcState.RETURN_TO_AGREE)]


def test_at_one_instant_the_call_comes_before_the_tapping():
    moment = at("05")
    calls = [call("c1", at("03")), call("c2", moment)]
    taps = [tap("t1", at("04"), "RETURN", "c1"), tap("t2", moment, "VALID", "c2")]
    assert states(walk_service(calls, taps, rules())) == [QcState.VALID]


days = st.integers(1, 28).map(lambda day: at(f"{day:02d}"))
some_calls = st.lists(st.tuples(days, st.sampled_from(["R01", "R01", "R03", "U01"])), min_size=1, max_size=6)
some_taps = st.lists(st.tuples(days, st.sampled_from(["VALID", "NOT_VALID", "RETURN"]), st.integers(0, 5)), max_size=6)


def built(raw_calls, raw_taps):
    calls = [call(f"c{i}", moment, code) for i, (moment, code) in enumerate(raw_calls)]
    taps = [tap(f"t{i}", moment, status, f"c{n}") for i, (moment, status, n) in enumerate(raw_taps)]
    return calls, taps


@given(some_calls, some_taps, st.randoms())
def test_the_order_of_the_rows_does_not_matter(raw_calls, raw_taps, random):
    calls, taps = built(raw_calls, raw_taps)
    shuffled_calls, shuffled_taps = list(calls), list(taps)
    random.shuffle(shuffled_calls)
    random.shuffle(shuffled_taps)
    assert walk_service(calls, taps, rules()) == walk_service(shuffled_calls, shuffled_taps, rules())


@given(some_calls, some_taps)
def test_every_agree_is_an_opening_a_recall_or_a_duplicate_exactly_once(raw_calls, raw_taps):
    calls, taps = built(raw_calls, raw_taps)
    claims = walk_service(calls, taps, rules())
    places = list(itertools.chain.from_iterable(claim.calls for claim in claims))
    assert sorted(places) == sorted(c for c in calls if c.result_code == "R01")


@given(some_calls, some_taps)
def test_of_the_claims_of_a_month_only_the_last_is_live(raw_calls, raw_taps):
    claims = walk_service(*built(raw_calls, raw_taps), rules())
    assert [c.superseded_by for c in claims] == [*range(2, len(claims) + 1), *([None] if claims else [])]


@given(some_calls, some_taps)
def test_without_any_tapping_nothing_is_valid(raw_calls, raw_taps):
    calls, _ = built(raw_calls, raw_taps)
    assert QcState.VALID not in states(walk_service(calls, [], rules()))


def test_a_dispute_puts_a_judged_claim_back_to_pending():
    taps = [tap("t1", at("04"), "NOT_VALID", "c1"), tap("t2", at("06"), "PENDING", "c1")]
    assert states(walk_service([call("c1", at("03"))], taps, rules())) == [QcState.PENDING]
