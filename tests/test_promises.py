"""Promises and payments of one service: which promise is in force, whose money is whose, and what was kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.analysis.promises import effective_payments
from caringmon.model.claims import PromiseRules
from tests.service import ARREARS, END, call, claims_of, columns, hold, november, pay, rules, tap
from tests.tiny import at, date

PAID = ("pay_state", "paid_by_window_end", "paid_late")
# Promised for the 7th: on time until the 10th, due from the 12th on, late until 9 November.
AGREE = call("c1", at("05"), promise="07")


def asof(day: str | dt.date):
    """Return the rules with payments known up to a day of October."""
    return rules(payment_asof=at(day).date() if isinstance(day, str) else day, clock=november("30"))


def paid(*payments, given=None) -> tuple:
    """Return what became of the usual promise."""
    return columns(claims_of([AGREE], (), payments, given=given), *PAID)[0]


@pytest.mark.parametrize(
    ("amount", "day", "state"),
    [
        (ARREARS, "05", "KEPT_ON_TIME"),  # the day of the agree is inside the window
        (ARREARS, "10", "KEPT_ON_TIME"),  # and so is its last day
        (237_500, "10", "KEPT_ON_TIME"),  # 95 % of 250 000
        (237_499, "10", "PARTIAL"),
        (ARREARS, "11", "KEPT_LATE"),
        (1, "10", "PARTIAL"),
    ],
)
def test_a_promise_is_kept_by_what_is_paid_up_to_three_days_after_its_date(amount, day, state):
    assert paid(pay(day, amount))[0] == state


def test_a_promise_that_nobody_paid_is_broken_from_the_first_due_day_and_not_before():
    # S26: 10 October + 2 days of feed lag.
    assert [paid(given=asof(day))[0] for day in ("11", "12")] == ["NONE_YET", "BROKEN"]


def test_a_promise_that_is_not_due_waits_though_it_was_paid():
    assert paid(pay("07", ARREARS), given=asof("11")) == ("NONE_YET", ARREARS, 0)


def test_sixty_percent_in_time_is_partial_and_becomes_kept_late_when_completed():
    # S25.
    assert paid(pay("10", 150_000)) == ("PARTIAL", 150_000, 0)
    assert paid(pay("10", 150_000), pay("20", 100_000)) == ("KEPT_LATE", 150_000, 100_000)


def test_a_promise_can_be_completed_for_thirty_days_after_its_window():
    known = asof(date("2022-11-30"))
    last, too_late = (pay(day, ARREARS) for day in (date("2022-11-09"), date("2022-11-10")))
    assert (paid(last, given=known)[0], paid(too_late, given=known)[0]) == ("KEPT_LATE", "BROKEN")


def test_payments_after_the_payment_clock_are_not_seen():
    assert paid(pay("20", ARREARS), given=asof("19")) == ("BROKEN", 0, 0)


def test_settings_move_the_window_and_the_tolerance():
    own = PromiseRules(grace_days=0, tolerance=Fraction(1, 2), feed_lag_days=0, late_days=1)
    given = replace(asof("09"), promises=own)
    assert paid(pay("07", 125_000), given=given)[0] == "KEPT_ON_TIME"
    assert [paid(pay(day, ARREARS), given=given)[0] for day in ("08", "09")] == ["KEPT_LATE", "BROKEN"]


def test_the_amount_promised_is_owed_and_without_one_the_first_arrears_of_the_month():
    later = replace_arrears(hold(), 400_000)
    for amount, owed in ((100_000, 100_000), (None, ARREARS), (0, ARREARS)):
        (claim,) = claims_of([call("c1", at("05"), promise="07", amount=amount)], holdings=[later, hold()])
        assert claim["owed"] == owed


def replace_arrears(holding, arrears):
    """Return a revision of the holding, handed out ten days later."""
    return holding._replace(valid_from=holding.valid_from + dt.timedelta(days=10), arrears_amount=arrears)


def test_where_neither_amount_nor_arrears_are_known_the_promise_is_never_due():
    (claim,) = claims_of([AGREE], holdings=[])
    assert (claim["owed"], claim["pay_state"], claim["counts_net"]) == (None, "NONE_YET", 1)


# Which promise is in force


def test_a_later_promise_is_in_force_if_made_before_the_window_of_the_first_ended():
    # S03: the window of the first ends on the 10th; a call on the 10th is too late to move it.
    for day, in_force, earlier in (("09", "20", ["c1"]), ("10", "07", [])):
        (claim,) = claims_of([AGREE, call("c2", at(day), agent="A2", promise="20", amount=200_000)])
        assert (claim["promise_date"], [promise[0] for promise in claim["promise_versions"]]) == (
            at(in_force).date(), earlier,
        )  # fmt: skip
        assert claim["agent_id_credit"] == "A1"
        assert (claim["owed"], claim["window_end"]) == (
            (200_000, date("2022-10-23")) if earlier else (ARREARS, date("2022-10-10"))
        )


def test_a_later_promise_is_ignored_once_the_first_was_kept():
    for paid_on, in_force in (("06", "07"), ("08", "07"), ("09", "20")):
        claims = claims_of([AGREE, call("c2", at("08"), promise="20")], (), [pay(paid_on, ARREARS)])
        assert columns(claims, "promise_date") == [(at(in_force).date(),)]


def test_a_recall_without_a_date_leaves_the_promise_in_force():
    taps = [tap("t1", at("06"), "RETURN", "c1")]
    claims = claims_of([AGREE, call("c2", at("07"))], taps)
    assert columns(claims, "promise_date", "recall_attempt_ids") == [(date("2022-10-07"), ["c2"])]


@pytest.mark.parametrize("promised", [None, date("2022-10-04")], ids=["0000-00-00", "before its call"])
def test_an_agree_without_a_usable_date_stays_pending_and_is_never_due(promised):
    # S29.
    (claim,) = claims_of([call("c1", at("05"), promise=promised)], (), [pay("06", ARREARS)])
    assert (claim["qc_state"], claim["counts_net"], claim["promise_date"], claim["window_end"]) == (
        "PENDING", 1, None, None,
    )  # fmt: skip
    assert (claim["pay_state"], claim["owed"], claim["payments"]) == ("NONE_YET", ARREARS, [])


def test_the_promise_of_a_claim_may_lie_beyond_the_limit_of_the_20th():
    # S28: that K49 counts it and QC returns it is another matter; the ledger keeps the date as promised.
    assert columns(claims_of([call("c1", at("05"), promise="25")]), "promise_date") == [(date("2022-10-25"),)]


# Paid before the call


def test_arrears_paid_before_the_call_leave_the_claim_in_gross_only():
    # S23: 95 % of 250 000 from the 1st to the day before; verdicts of QC do not matter.
    taps = [tap("t1", at("06"), "VALID", "c1")]
    (claim,) = claims_of([AGREE], taps, [pay("01", 200_000), pay("04", 37_500)])
    assert (claim["pay_state"], claim["qc_state"]) == ("PAID_BEFORE_CALL", "VALID")
    assert (claim["counts_gross"], claim["counts_net"], claim["counts_valid"]) == (1, 0, 0)
    assert claim["payments"] == []


@pytest.mark.parametrize(
    "before",
    [[pay("04", 237_499)], [pay(date("2022-09-30"), ARREARS)], [pay("05", ARREARS)]],
    ids=["too little", "in the month before", "on the day of the call"],
)
def test_other_payments_before_the_agree_leave_the_claim_in_net_and_only_those_of_its_day_are_attributed(before):
    (claim,) = claims_of([AGREE], (), before)
    assert claim["counts_net"] == 1
    assert claim["paid_by_window_end"] == (ARREARS if before[0].day == AGREE.day else 0)


def test_whether_it_was_paid_before_the_call_is_read_at_the_cut_off_of_its_month():
    # The reversal of 4 November comes after the cut-off of the 3rd: the month stays, restated moves.
    payments = [pay("04", ARREARS), pay(november("04").date(), -ARREARS)]
    for restated, state in ((False, "PAID_BEFORE_CALL"), (True, "BROKEN")):
        given = rules(november("30"), restated=restated)
        assert columns(claims_of([AGREE], (), payments, given=given), "pay_state") == [(state,)]


# Reversals


def test_a_reversal_takes_back_the_latest_earlier_payment_of_its_amount():
    payments = [pay("02", 100, "a"), pay("03", 100, "b"), pay("04", 70, "c"), pay("09", 100, is_reversal=True)]
    standing = effective_payments(payments, date("2022-10-31"))
    assert [payment.payment_id for payment in standing] == ["a", "c"]


def test_a_negative_amount_is_a_reversal_and_without_a_match_stays_negative_on_its_own_date():
    standing = effective_payments([pay("05", 100), pay("03", -100), pay("06", 30, is_reversal=True)], END.date())
    assert [(payment.day.day, payment.amount) for payment in standing] == [(3, -100), (5, 100), (6, -30)]


def test_a_payment_and_its_reversal_on_one_day_cancel_in_whichever_order_they_stand():
    both = [pay("05", -100, "x"), pay("05", 100, "y")]
    assert effective_payments(both, END.date()) == effective_payments(both[::-1], END.date()) == []


def test_a_reversal_after_the_cut_off_breaks_the_promise_restated_only():
    # S27: paid on the 7th, taken back on 4 November; payments of October are read up to 3 November.
    payments = [pay("07", ARREARS), pay(november("04").date(), ARREARS, is_reversal=True)]
    reported = asof(date("2022-11-03"))
    restated = rules(november("30"), restated=True)
    assert (paid(*payments, given=reported)[0], paid(*payments, given=restated)[0]) == ("KEPT_ON_TIME", "BROKEN")


# Each rupiah once


def test_a_payment_counts_for_its_own_service_only():
    # S24: services are walked one by one; the sister service of the customer gets nothing.
    assert paid(pay("07", ARREARS)) == ("KEPT_ON_TIME", ARREARS, 0)
    assert paid() == ("BROKEN", 0, 0)


def test_of_a_payment_in_two_windows_the_earlier_claim_gets_what_it_is_owed_and_the_later_the_rest():
    calls = [AGREE, call("c2", at("06"), segment="PRANPC", promise="09")]
    holdings = [hold(), hold(100_000, "PRANPC")]
    for amount, rest in ((300_000, 50_000), (400_000, 150_000)):  # the rest, though more than the later is owed
        claims = claims_of(calls, (), [pay("08", amount)], holdings)
        assert columns(claims, "segment", "paid_by_window_end") == [("CT0", 250_000), ("PRANPC", rest)]
    # One claim alone gets all that is paid in its window, more than it is owed too.
    assert paid(pay("08", 300_000)) == ("KEPT_ON_TIME", 300_000, 0)


def test_money_in_the_window_of_one_claim_is_not_late_money_of_another():
    calls = [AGREE, call("c2", at("12"), segment="PRANPC", promise="14")]
    claims = claims_of(calls, (), [pay("13", 400_000)], [hold(), hold(100_000, "PRANPC")])
    assert columns(claims, "pay_state", "paid_late") == [("BROKEN", 0), ("KEPT_ON_TIME", 0)]


def test_late_money_counts_up_to_what_is_still_owed():
    # The next month's bill, paid within thirty days of a kept promise, is no recovery of this one.
    next_bill = pay(date("2022-11-02"), ARREARS)
    given = asof(date("2022-11-30"))
    assert paid(pay("07", ARREARS), next_bill, given=given) == ("KEPT_ON_TIME", ARREARS, 0)
    assert paid(pay("07", 150_000), next_bill, given=given) == ("KEPT_LATE", 150_000, 100_000)


def test_a_claim_that_is_not_net_gets_no_money():
    claims = claims_of([AGREE], [tap("t1", at("06"), "NOT_VALID", "c1")], [pay("07", ARREARS)])
    assert columns(claims, *PAID) == [("NONE_YET", 0, 0)]


days = st.integers(1, 28).map(lambda day: at(f"{day:02d}"))
segments = st.sampled_from(["CT0", "PRANPC"])
some_calls = st.lists(
    st.tuples(days, segments, st.integers(0, 9), st.sampled_from([None, 100, 250])), min_size=1, max_size=5
)
some_taps = st.lists(st.tuples(days, st.sampled_from(["VALID", "NOT_VALID", "RETURN"]), st.integers(0, 4)), max_size=4)
some_payments = st.lists(st.tuples(st.integers(1, 31), st.sampled_from([50, 100, 250, -100, -50])), max_size=6)


def built(raw_calls, raw_taps, raw_payments):
    calls = [
        call(f"c{i}", moment, segment=segment, promise=moment.date() + dt.timedelta(days=ahead), amount=amount)
        for i, (moment, segment, ahead, amount) in enumerate(raw_calls)
    ]
    taps = [tap(f"t{i}", moment, status, f"c{n}") for i, (moment, status, n) in enumerate(raw_taps)]
    payments = [pay(f"{day:02d}", amount, f"p{i}") for i, (day, amount) in enumerate(raw_payments)]
    return calls, taps, payments, [hold(200), hold(150, "PRANPC")]


@given(some_calls, some_taps, some_payments)
def test_no_rupiah_is_attributed_twice(raw_calls, raw_taps, raw_payments):
    calls, taps, payments, holdings = built(raw_calls, raw_taps, raw_payments)
    given = rules(november("30"), restated=True)
    standing = {one.payment_id: one.amount for one in effective_payments(payments, given.clock.date())}
    shared: dict[str, int] = {}
    for claim in claims_of(calls, taps, payments, holdings, given):
        for name, _, amount, _ in claim["payments"]:
            shared[name] = shared.get(name, 0) + amount
    assert all(0 < amount <= standing[name] or amount == standing[name] < 0 for name, amount in shared.items())


@given(some_calls, some_taps, some_payments)
def test_the_reconciliation_of_the_validation_report_foots(raw_calls, raw_taps, raw_payments):
    claims = claims_of(*built(raw_calls, raw_taps, raw_payments), rules())
    superseded = [claim for claim in claims if claim["superseded_by"] is not None]
    live = [claim for claim in claims if claim["superseded_by"] is None]
    gross, net, valid = (sum(claim[f"counts_{name}"] for claim in claims) for name in ("gross", "net", "valid"))
    lost = sum(
        c["qc_state"] in ("NOT_VALID", "RETURN_OPEN", "RETURN_TO_DECLINE", "EXPIRED_RETURN") for c in live
    )  # a claim is subtracted once, by its verdict first
    before = sum(
        c["pay_state"] == "PAID_BEFORE_CALL" and c["qc_state"] in ("PENDING", "VALID", "RETURN_TO_AGREE") for c in live
    )
    assert len(claims) - len(superseded) == gross
    assert gross - lost - before == net
    assert valid <= net


@given(some_calls, some_taps, some_payments, st.randoms())
def test_the_order_of_calls_tappings_and_payments_does_not_matter(raw_calls, raw_taps, raw_payments, random):
    events = built(raw_calls, raw_taps, raw_payments)
    shuffled = [random.sample(some, len(some)) for some in events]
    assert claims_of(*events) == claims_of(*shuffled)
