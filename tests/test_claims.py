"""The walk of one service through QC: every rule of the state machine as a sentence and a few events."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.analysis.claims import Claim, walk_service
from caringmon.model.codes import QcState
from tests.service import CUTOFF, call, claims_of, columns, november, rules, tap
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


def test_an_agree_exported_as_not_valid_without_a_tapping_date_has_no_tapping_and_is_pending():
    # S01: intake makes no tapping of such a row, and a tapping that says PENDING leaves the claim as it was.
    for taps in ([], [tap("t1", at("04"), "PENDING", "c1")]):
        (claim,) = claims_of([call("c1", at("03"))], taps)
        assert (claim["qc_state"], claim["counts_gross"], claim["counts_net"], claim["counts_valid"]) == (
            "PENDING", 1, 1, 0,
        )  # fmt: skip


def test_an_unreached_promise_does_not_open_a_second_claim():
    # S04: unlike NOT_VALID, a broken promise is no reason for a new claim.
    calls = [call("c1", at("03"), promise="05"), call("c2", at("20"), promise="25")]
    claims = claims_of(calls)
    assert columns(claims, "claim_no", "duplicate_attempt_ids", "pay_state") == [(1, ["c2"], "BROKEN")]


def test_a_duplicate_that_qc_judges_keeps_its_verdict_apart_and_takes_no_round():
    # S03: "Not Valid, duplikat" on the second call.
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [
        tap("t1", at("06"), "NOT_VALID", "c2", reason_code="RC09", qco_id="Q1"),
        tap("t2", at("07"), "VALID", "c1", reason_code=None, qco_id="Q2"),
    ]
    (claim,) = claims_of(calls, taps)
    assert claim["duplicate_verdicts"] == [(None, "t1", "c2", at("06"), "NOT_VALID", "RC09", "Q1")]
    assert claim["verdicts"] == [(1, "t2", "c1", at("07"), "VALID", None, "Q2")]
    assert (claim["qc_state"], claim["first_tap_at"], claim["first_tap_qco_id"]) == ("VALID", at("07"), "Q2")


def test_a_claim_tells_what_qc_found_in_each_round_and_when_it_was_final():
    # S18, and the reasons that the Pareto counts, one a round.
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [tap("t1", at("04"), "RETURN", "c1", reason_code="RC03", qco_id="Q1"), tap("t2", at("06"), "VALID", "c2")]
    (claim,) = claims_of(calls, taps)
    assert [(verdict[0], verdict[4], verdict[5]) for verdict in claim["verdicts"]] == [
        (1, "RETURN", "RC03"),
        (2, "VALID", None),
    ]
    assert (claim["first_tap_status"], claim["return_rounds"], claim["ever_returned"], claim["returned_at"]) == (
        "RETURN", 1, True, at("04"),
    )  # fmt: skip
    assert (claim["qc_final_at"], claim["recall_attempt_ids"], claim["counts_valid"]) == (at("06"), ["c2"], 1)


def test_an_upheld_dispute_is_a_new_round_and_the_history_is_kept():
    # S21.
    taps = [tap("t1", at("04"), "NOT_VALID", "c1"), tap("t2", at("06"), "VALID", "c1")]
    (claim,) = claims_of([call("c1", at("03"))], taps)
    assert [(verdict[0], verdict[4]) for verdict in claim["verdicts"]] == [(1, "NOT_VALID"), (2, "VALID")]


def test_two_tappings_of_one_instant_follow_their_rounds():
    taps = [tap("a", at("04"), "VALID", "c1", round=2), tap("b", at("04"), "RETURN", "c1", round=1)]
    assert columns(claims_of([call("c1", at("03"))], taps), "qc_state", "return_rounds") == [("VALID", 1)]


def test_a_tapping_dated_before_its_call_says_nothing():
    # S22: intake sets it aside where it knows the call's time; where it does not, the walk does.
    assert columns(claims_of([call("c1", at("03"))], [tap("t1", at("02"), "VALID", "c1")]), "qc_state") == [
        ("PENDING",)
    ]


def test_a_return_that_the_tl_sent_back_without_a_recall_waits_for_the_second_tapping():
    back = tap("t1", at("04"), "RETURN", "c1", data_condition="RETURNED_TO_QCO", tl_at=at("05"))
    assert states(walk_service([call("c1", at("03"))], [back], rules(at("04", "23:00")))) == [QcState.RETURN_OPEN]
    (claim,) = walk_service([call("c1", at("03"))], [back], rules())
    assert (claim.state, claim.state_since) == (QcState.RETURN_TO_AGREE, at("05"))


def test_an_answer_to_an_earlier_return_does_not_answer_the_later_one():
    first = tap("t1", at("04"), "RETURN", "c1", data_condition="RETURNED_TO_QCO", tl_at=at("08"))
    again = tap("t2", at("06"), "RETURN", "c1")
    assert states(walk_service([call("c1", at("03"))], [first, again], rules())) == [QcState.RETURN_OPEN]


def test_an_answer_dated_before_its_return_comes_after_it():
    back = tap("t1", at("04", "10:00"), "RETURN", "c1", data_condition="RETURNED_TO_QCO", tl_at=at("04", "00:00"))
    assert states(walk_service([call("c1", at("03"))], [back], rules())) == [QcState.RETURN_TO_AGREE]


def test_a_return_sent_back_at_an_unknown_time_counts_after_the_recall():
    back = tap("t1", at("04"), "RETURN", "c1", data_condition="RETURNED_TO_QCO")
    calls = [call("c1", at("03")), call("c2", at("05"))]
    (recalled,) = walk_service(calls, [back, tap("t2", at("06"), "VALID", "c2")], rules())
    assert (recalled.state, recalled.recalls) == (QcState.VALID, (calls[1],))
    assert states(walk_service(calls[:1], [back], rules(november("10")))) == [QcState.RETURN_TO_AGREE]


def test_a_recall_of_one_claim_is_no_recall_of_the_next():
    # c3 is the recall of c1's return. When c1 is lost, c2 opens claim 2, which QC had returned as well.
    calls = [call("c1", at("03")), call("c2", at("04")), call("c3", at("07"))]
    taps = [
        tap("t1", at("05"), "RETURN", "c1"),
        tap("t2", at("05"), "RETURN", "c2"),
        tap("t3", at("08"), "NOT_VALID", "c3"),
    ]
    assert columns(claims_of(calls, taps), "qc_state", "recall_attempt_ids") == [
        ("NOT_VALID", ["c3"]),
        ("RETURN_OPEN", []),
    ]


def test_an_incomplete_history_counts_as_a_first_return_only_if_its_row_shows_one():
    # T7: a row first seen already judged.
    shown = {"history_incomplete": True, "data_condition": "RETURNED_TO_AGENT"}
    for more, first_pass in ((shown, True), ({"history_incomplete": True, "data_condition": "NONE"}, False)):
        (claim,) = claims_of([call("c1", at("03"))], [tap("t1", at("06"), "VALID", "c1", **more)])
        assert (claim["history_incomplete"], claim["returned_first_pass"], claim["ever_returned"]) == (
            True, first_pass, first_pass,
        )  # fmt: skip
        assert claim["return_rounds"] == 0


# As reported and restated


def test_a_return_after_the_cut_off_leaves_the_month_and_restated_expires_at_once():
    # S17: 4 November, the cut-off was on the 3rd at 17:00.
    calls, taps = [call("c1", at("28"))], [tap("t1", november("04"), "RETURN", "c1")]
    clock = november("30")
    reported, restated = (claims_of(calls, taps, given=rules(clock, restated=flag))[0] for flag in (False, True))
    assert (reported["qc_state"], reported["counts_net"], reported["close_period"]) == ("PENDING", 1, "2022-10")
    assert (restated["qc_state"], restated["counts_net"], restated["close_period"]) == ("EXPIRED_RETURN", 0, None)
    assert restated["qc_final_at"] == november("04")


def test_a_return_open_at_the_cut_off_stays_expired_restated_though_the_customer_agrees_later():
    calls = [call("c1", at("28")), call("c2", november("04"))]
    taps = [tap("t1", at("29"), "RETURN", "c1")]
    claims = claims_of(calls, taps, given=rules(november("30"), restated=True))
    assert columns(claims, "period", "qc_state", "qc_final_at") == [
        ("2022-10", "EXPIRED_RETURN", CUTOFF),
        ("2022-11", "PENDING", None),
    ]


def test_a_return_or_a_recall_at_the_very_cut_off_is_too_late():
    returned_then = walk_service([call("c1", at("28"))], [tap("t1", CUTOFF, "RETURN", "c1")], rules(CUTOFF))
    calls = [call("c1", at("28")), call("c2", CUTOFF)]
    recalled_then = walk_service(calls, [tap("t1", at("29"), "RETURN", "c1")], rules(CUTOFF))
    assert states(returned_then) == [QcState.EXPIRED_RETURN]
    assert states(recalled_then) == [QcState.EXPIRED_RETURN, QcState.PENDING]


def test_a_tapping_after_the_cut_off_wins_restated_even_over_an_expired_return():
    taps = [tap("t1", at("29"), "RETURN", "c1"), tap("t2", november("04"), "VALID", "c1")]
    claims = claims_of([call("c1", at("28"))], taps, given=rules(november("30"), restated=True))
    assert columns(claims, "qc_state", "return_rounds") == [("VALID", 1)]


def test_a_state_can_move_until_the_cut_off_and_says_so():
    (before,) = claims_of([call("c1", at("28"))], given=rules(CUTOFF - dt.timedelta(seconds=1)))
    (after,) = claims_of([call("c1", at("28"))], given=rules(CUTOFF))
    assert (before["close_period"], after["close_period"]) == (None, "2022-10")


# Which call a tapping names


def test_a_tapping_with_the_time_of_the_call_names_the_agree_at_that_time():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    by_time = tap("t1", at("06"), "NOT_VALID", None, called_at=at("05"))
    (claim,) = claims_of(calls, [by_time])
    assert (claim["qc_state"], [verdict[2] for verdict in claim["duplicate_verdicts"]]) == ("PENDING", ["c2"])


def test_a_tapping_that_names_no_call_judges_the_latest_live_claim_in_any_segment():
    calls = [call("c1", at("03"), segment="CT0"), call("c2", at("05"), segment="PRANPC"), call("c3", at("09"))]
    claims = claims_of(calls, [tap("t1", at("06"), "VALID", None)])
    assert columns(claims, "segment", "qc_state") == [("CT0", "PENDING"), ("PRANPC", "VALID")]


def test_a_tapping_that_names_no_call_judges_the_claim_that_replaced_a_lost_one():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [tap("t1", at("06"), "NOT_VALID", "c1"), tap("t2", at("07"), "VALID", None)]
    assert columns(claims_of(calls, taps), "attempt_id", "qc_state") == [("c1", "NOT_VALID"), ("c2", "VALID")]
    # Before the first verdict c2 was a duplicate: the same words then judged c1.
    taps = [tap("t1", at("06"), "NOT_VALID", "c1"), tap("t2", at("05", "18:00"), "VALID", None)]
    assert [v[2] for v in claims_of(calls, taps)[0]["verdicts"]] == ["c1", "c1"]


def test_a_tapping_that_names_no_call_judges_the_latest_recall_of_a_returned_claim():
    calls = [call("c1", at("03")), call("c2", at("05"))]
    taps = [tap("t1", at("04"), "RETURN", None), tap("t2", at("06"), "VALID", None)]
    (claim,) = claims_of(calls, taps)
    assert [(verdict[2], verdict[4]) for verdict in claim["verdicts"]] == [("c1", "RETURN"), ("c2", "VALID")]


@pytest.mark.parametrize("day", ["02", "03"], ids=["before the call", "at its instant"])
def test_a_tapping_that_names_no_call_and_finds_no_claim_opened_before_it_changes_nothing(day):
    claims = claims_of([call("c1", at("03"))], [tap("t1", at(day), "NOT_VALID", None)])
    assert columns(claims, "qc_state") == [("PENDING",)]


months = st.sampled_from([at(f"{day:02d}") for day in range(20, 32)] + [november(f"{day:02d}") for day in range(1, 9)])
agrees = st.lists(
    st.tuples(months, st.sampled_from(["R01", "R01", "R01", "R03"]), st.sampled_from(["CT0", "CT0", "PRANPC"])),
    min_size=1,
    max_size=7,
)
verdicts = st.lists(
    st.tuples(months, st.sampled_from(["VALID", "NOT_VALID", "RETURN", "PENDING"]), st.integers(0, 6)), max_size=9
)


@given(agrees, verdicts, st.booleans(), st.randoms())
def test_removing_all_tappings_of_any_claims_never_raises_valid_of_any_month(raw, raw_taps, restated, random):
    calls = [call(f"c{i}", moment, code, segment=segment) for i, (moment, code, segment) in enumerate(raw)]
    taps = [tap(f"t{i}", moment, status, f"c{n}") for i, (moment, status, n) in enumerate(raw_taps)]
    known = rules(november("20"), restated=restated)
    claims = walk_service(calls, taps, known)
    untapped = set().union(*(claim.judged for claim in claims if random.random() < 0.5))
    fewer = walk_service(calls, [one for one in taps if one.attempt_id not in untapped], known)
    for period in ("2022-10", "2022-11"):
        before, after = (
            sum(c.state is QcState.VALID and c.superseded_by is None for c in some if c.period == period)
            for some in (claims, fewer)
        )
        assert after <= before


@given(agrees, verdicts, st.randoms())
def test_the_walk_does_not_depend_on_the_order_of_rows_that_name_no_call(raw, raw_taps, random):
    calls = [call(f"c{i}", moment, code, segment=segment) for i, (moment, code, segment) in enumerate(raw)]
    taps = [tap(f"t{i}", moment, status, None) for i, (moment, status, _) in enumerate(raw_taps)]
    shuffled_calls, shuffled_taps = random.sample(calls, len(calls)), random.sample(taps, len(taps))
    assert claims_of(calls, taps) == claims_of(shuffled_calls, shuffled_taps)
