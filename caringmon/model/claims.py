"""The contract of the agree ledger: one row per claim to an agree, in its state at the clock (2-data-model, T6, T8).

The TL and SPV that a claim counts for are those in force on the day of `agree_at`; they are found in the roster by
whoever counts by them, and are no columns here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa


@dataclass(frozen=True)
class ClaimColumn:
    """One column of the ledger: its type, and what its values mean, with unit and edge."""

    name: str
    type: pa.DataType
    meaning: str


CLAIM_KEY = ("segment", "period", "service_no", "claim_no")

_TEXT, _COUNT, _RUPIAH, _INSTANT, _DAY, _FLAG = (
    pa.string(), pa.int64(), pa.int64(), pa.timestamp("us"), pa.date32(), pa.bool_(),
)  # fmt: skip
VERDICT = pa.struct(
    {
        "round": _COUNT,
        "validation_id": _TEXT,
        "attempt_id": _TEXT,
        "tapped_at": _INSTANT,
        "status": _TEXT,
        "reason_code": _TEXT,
        "qco_id": _TEXT,
    }
)
PROMISE = pa.struct(
    {
        "attempt_id": _TEXT,
        "called_at": _INSTANT,
        "promise_date": _DAY,
        "promise_amount": _RUPIAH,
        "negotiation": _TEXT,
    }
)
ATTRIBUTED = pa.struct({"payment_id": _TEXT, "paid_at": _INSTANT, "amount": _RUPIAH, "is_late": _FLAG})

CLAIM_COLUMNS = (
    ClaimColumn("segment", _TEXT, "segment of the opening call"),
    ClaimColumn("period", _TEXT, "caring month YYYY-MM of the opening call"),
    ClaimColumn("service_no", _TEXT, "the service, as a pseudonym"),
    ClaimColumn("claim_no", _COUNT, "1, 2, … within segment, period and service, in order of time"),
    ClaimColumn("superseded_by", _COUNT, "claim_no of the claim that replaced this one; null: the claim is live"),
    ClaimColumn("agree_at", _INSTANT, "start of the opening call; decides month, day, TL and SPV of the claim"),
    ClaimColumn("attempt_id", _TEXT, "the opening call"),
    ClaimColumn("agent_id_credit", _TEXT, "agent of the opening call; no later call changes it"),
    ClaimColumn("duplicates_n", _COUNT, "later agrees of the month that opened no claim and are no recalls"),
    ClaimColumn("duplicate_attempt_ids", pa.list_(_TEXT), "those calls, in order of time"),
    ClaimColumn("recall_attempt_ids", pa.list_(_TEXT), "agrees made while the claim was an open return, in order"),
    ClaimColumn("duplicate_verdicts", pa.list_(VERDICT), "tappings of the duplicates, in order; `round` is null: "
                "they take no round and change nothing"),
    ClaimColumn("verdicts", pa.list_(VERDICT), "tappings that count, in order of time; `round` as told, else 1, 2, …"),
    ClaimColumn("promise_date", _DAY, "of the promise in force; null: no usable date was promised"),
    ClaimColumn("promise_amount", _RUPIAH, "of the promise in force, else of the opening call; null: none was told, "
                "`owed` is then the arrears"),
    ClaimColumn("negotiation", _TEXT, "of the promise in force, else of the opening call"),
    ClaimColumn("owed", _RUPIAH, "promise_amount, else the arrears of the service's first holding in segment and "
                "period; null: neither is known"),
    ClaimColumn("window_end", _DAY, "promise_date + grace_days: the last day on which a payment is on time; null "
                "without promise_date"),
    ClaimColumn("promise_versions", pa.list_(PROMISE), "the promises that were in force before, in order"),
    ClaimColumn("qc_state", _TEXT, "a QcState, read at the clock or at the QC cut-off of the period, if that is past"),
    ClaimColumn("qc_final_at", _INSTANT, "when VALID, NOT_VALID, RETURN_TO_DECLINE or EXPIRED_RETURN was reached: of "
                "the verdict, the declining call or the cut-off; null in the other states"),
    ClaimColumn("first_tap_at", _INSTANT, "when the first tapping that counts was made (round 1); null: untapped"),
    ClaimColumn("first_tap_status", _TEXT, "its verdict, a QcStatus"),
    ClaimColumn("first_tap_qco_id", _TEXT, "person_id of the QCO who gave it"),
    ClaimColumn("return_rounds", _COUNT, "number of RETURN verdicts that count"),
    ClaimColumn("returned_first_pass", _FLAG, "the first tapping is a RETURN, or its history is incomplete and its "
                "row shows that there was one"),
    ClaimColumn("ever_returned", _FLAG, "return_rounds > 0, or returned_first_pass"),
    ClaimColumn("returned_at", _INSTANT, "when the latest RETURN verdict was given; null: never returned"),
    ClaimColumn("history_incomplete", _FLAG, "the first tapping was first seen already judged: what came before is "
                "unknown; K37, K39 and K41 leave the claim out unless returned_first_pass"),
    ClaimColumn("pay_state", _TEXT, "a PayState; NONE_YET: not due; due are KEPT_ON_TIME, KEPT_LATE, PARTIAL, BROKEN"),
    ClaimColumn("paid_by_window_end", _RUPIAH, "attributed payments from the day of agree_at to window_end"),
    ClaimColumn("paid_late", _RUPIAH, "attributed payments of the late_days after window_end"),
    ClaimColumn("payments", pa.list_(ATTRIBUTED), "attributed payments in order of paid_at, each rupiah in one claim "
                "only; a part of a payment where two claims share it; only claims with counts_net = 1 have any"),
    ClaimColumn("close_period", _TEXT, "period at whose QC cut-off the state was frozen; null: it can still move"),
    ClaimColumn("counts_gross", _COUNT, "1 for a live claim, else 0"),
    ClaimColumn("counts_net", _COUNT, "1 for a live claim whose qc_state counts and that was not paid before the call"),
    ClaimColumn("counts_valid", _COUNT, "1 for a live VALID claim that was not paid before the call"),
)  # fmt: skip
CLAIM_SCHEMA = pa.schema([(column.name, column.type) for column in CLAIM_COLUMNS])


@dataclass(frozen=True)
class PromiseRules:
    """When a promise is kept (T8): days in days, `tolerance` the share of what is owed that is enough."""

    grace_days: int = 3
    tolerance: Fraction = Fraction(95, 100)
    feed_lag_days: int = 2
    late_days: int = 30

    def window_end(self, promise_date: dt.date) -> dt.date:
        """Return the last day on which a payment is on time."""
        return promise_date + dt.timedelta(days=self.grace_days)

    def is_enough(self, paid: int, owed: int) -> bool:
        """Tell whether the payment covers what is owed, within the tolerance; exact, in whole rupiah."""
        return paid * self.tolerance.denominator >= owed * self.tolerance.numerator
