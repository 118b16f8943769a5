"""Promises and payments of one service: which promise is in force, whose money is whose, what was kept (T6, T8).

Pure functions over the claims and payments of one service. Money is whole rupiah.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from caringmon.analysis.claims import Claim
from caringmon.analysis.events import Call, Holding, Payment, Rules
from caringmon.model.claims import PromiseRules
from caringmon.model.codes import NOT_NET, PayState

Arrears = Mapping[tuple[str, str], int]  # (segment, period) -> rupiah


@dataclass
class Money:
    """One payment, and how much of it no claim has got yet."""

    payment: Payment
    left: int


@dataclass(frozen=True)
class Share:
    """The part of a payment that a claim gets; `is_late`: paid after the window of its promise."""

    payment: Payment
    amount: int
    is_late: bool


@dataclass
class Account:
    """One claim with its promise in force and the payments attributed to it.

    `in_force`: the call that made the promise; None: no usable date was promised. `earlier`: promises that were in
    force before. `window_end`: the last day on which a payment is on time; None without a promise. `owed`: rupiah;
    None: unknown. `is_net`: whether the claim counts in net (3-kpis, K17).
    """

    claim: Claim
    in_force: Call | None
    earlier: list[Call]
    window_end: dt.date | None
    owed: int | None
    paid_before_call: bool
    is_net: bool
    shares: list[Share] = field(default_factory=list)

    @property
    def told(self) -> Call:
        """The call whose amount and negotiation hold: of the promise in force, else the opening call."""
        return self.in_force or self.claim.opening

    def paid(self, *, late: bool) -> int:
        """Return what was paid on time, or late."""
        return sum(share.amount for share in self.shares if share.is_late is late)

    @property
    def still_owed(self) -> int:
        """What is missing up to `owed`; 0 where that is unknown."""
        return max(0, (self.owed or 0) - sum(share.amount for share in self.shares))


def settle_accounts(
    claims: Iterable[Claim], payments: Sequence[Payment], holdings: Iterable[Holding], rules: Rules
) -> list[Account]:
    """Return the accounts of a service's claims in order of `agree_at`, each rupiah paid in at most one of them.

    Of what was paid in the windows of several net claims the earlier gets up to what it is owed, the last the rest.
    What no window covers goes to the claims late: up to what they still are owed, within `late_days`, earlier first.
    """
    arrears = first_arrears(holdings)
    money = [Money(payment, payment.amount) for payment in effective_payments(payments, rules.payments_until)]
    accounts = []
    for claim in sorted(claims, key=lambda claim: claim.opening.order):
        account = _opened(claim, money, payments, arrears, rules)
        accounts.append(account)
        if money and account.is_net:
            _take_on_time(account, money, whole=False)
    if money:
        net = [account for account in accounts if account.is_net]
        for account in reversed(net):
            _take_on_time(account, money, whole=True)
        for account in net:
            _take_late(account, money, rules.promises.late_days)
    return accounts


def effective_payments(payments: Iterable[Payment], until: dt.date) -> list[Payment]:
    """Return the payments up to a day in order of time, without those that were taken back.

    A reversal takes back the latest earlier payment of the same amount; one without a match stays, with a negative
    amount, on its own date. Within a day payments come before reversals.
    """
    standing: list[Payment] = []
    for payment in sorted((payment for payment in payments if payment.day <= until), key=_payment_order):
        if not payment.takes_back:
            standing.append(payment)
            continue
        amount = abs(payment.amount)
        match = next((i for i in range(len(standing) - 1, -1, -1) if standing[i].amount == amount), None)
        if match is None:
            standing.append(payment._replace(amount=-amount))
        else:
            del standing[match]
    return standing


def first_arrears(holdings: Iterable[Holding]) -> Arrears:
    """Return the arrears of the earliest holding of each segment and period; later revisions do not count."""
    first: dict[tuple[str, str], int] = {}
    for holding in sorted(holdings):
        first.setdefault((holding.segment, holding.period), holding.arrears_amount)
    return first


def pay_state(account: Account, rules: PromiseRules, asof: dt.date) -> PayState:
    """Return what became of the promise, as of a day (T8)."""
    if account.paid_before_call:
        return PayState.PAID_BEFORE_CALL
    owed, window_end = account.owed, account.window_end
    if (
        not account.is_net
        or not owed
        or window_end is None
        or window_end + dt.timedelta(days=rules.feed_lag_days) > asof
    ):
        return PayState.NONE_YET
    on_time = account.paid(late=False)
    if rules.is_enough(on_time, owed):
        return PayState.KEPT_ON_TIME
    if rules.is_enough(on_time + account.paid(late=True), owed):
        return PayState.KEPT_LATE
    return PayState.PARTIAL if on_time > 0 else PayState.BROKEN


def _payment_order(payment: Payment) -> tuple[dt.date, bool, dt.datetime, str, int]:
    return payment.day, payment.takes_back, payment.at, payment.payment_id or "", payment.amount


def _opened(
    claim: Claim, money: Sequence[Money], payments: Sequence[Payment], arrears: Arrears, rules: Rules
) -> Account:
    opening = claim.opening
    owing = arrears.get((opening.segment, claim.period))
    in_force: Call | None = None
    earlier: list[Call] = []
    for call in claim.calls:
        if call.promise_date is None or call.promise_date < call.day:
            continue
        if in_force is not None:
            if not _may_replace(call, in_force, claim, money, _owed(in_force, owing), rules.promises):
                continue
            earlier.append(in_force)
        in_force = call
    paid_before = _was_paid_before(claim, payments, owing, rules)
    return Account(
        claim=claim,
        in_force=in_force,
        earlier=earlier,
        window_end=rules.promises.window_end(in_force.promise_date) if in_force and in_force.promise_date else None,
        owed=_owed(in_force or opening, owing),
        paid_before_call=paid_before,
        is_net=claim.superseded_by is None and claim.state not in NOT_NET and not paid_before,
    )


def _owed(call: Call, arrears: int | None) -> int | None:
    """Return what the call promised; no amount, or zero, is no amount: the arrears stand for it."""
    return call.promise_amount or arrears


def _may_replace(
    call: Call, previous: Call, claim: Claim, money: Sequence[Money], owed: int | None, rules: PromiseRules
) -> bool:
    """Tell whether a later promise takes the place of the one before it.

    It does when it was made on a day before that one's window ended, and before the day on which that one was kept.
    """
    if previous.promise_date is None or call.day >= rules.window_end(previous.promise_date):
        return False
    paid = sum(one.left for one in money if claim.opening.day <= one.payment.day <= call.day)
    return not owed or not rules.is_enough(paid, owed)


def _was_paid_before(claim: Claim, payments: Sequence[Payment], arrears: int | None, rules: Rules) -> bool:
    """Tell whether payments from the 1st of the caring month to the day before the agree cover the arrears."""
    if not payments or not arrears:
        return False
    agreed = claim.opening.day
    standing = effective_payments(payments, rules.until(claim.period).date())
    before = sum(one.amount for one in standing if agreed.replace(day=1) <= one.day < agreed)
    return rules.promises.is_enough(before, arrears)


def _take_on_time(account: Account, money: Iterable[Money], *, whole: bool) -> None:
    """Give the claim what was paid in its window: up to what it is owed, or the whole rest."""
    window_end = account.window_end
    if window_end is None:
        return
    for one in money:
        if account.claim.opening.day <= one.payment.day <= window_end:
            _take(account, one, one.left if whole else account.still_owed, is_late=False)


def _take_late(account: Account, money: Iterable[Money], late_days: int) -> None:
    """Give the claim what was paid in the `late_days` after its window, up to what it still is owed."""
    window_end = account.window_end
    if window_end is None:
        return
    last = window_end + dt.timedelta(days=late_days)
    for one in money:
        if window_end < one.payment.day <= last:
            _take(account, one, account.still_owed, is_late=True)


def _take(account: Account, money: Money, at_most: int, *, is_late: bool) -> None:
    """Move money to the claim; a reversal without a match goes whole to the first claim that it reaches."""
    amount = min(money.left, at_most)
    if amount:
        account.shares.append(Share(money.payment, amount, is_late))
        money.left -= amount


def by_time(shares: Iterable[Share]) -> list[Share]:
    """Return the shares in order of payment."""
    return sorted(shares, key=lambda share: (_payment_order(share.payment), share.is_late))
