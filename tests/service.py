"""The events of one service in few words, and its claims as dictionaries, for tests of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from caringmon.analysis.events import Call, Holding, Payment, Rules, Tap
from caringmon.analysis.ledger import service_claims
from caringmon.model.claims import CLAIM_SCHEMA
from tests.tiny import at

CUTOFFS = {"2022-09": dt.datetime(2022, 10, 5, 17), "2022-10": dt.datetime(2022, 11, 3, 17)}
CUTOFF = CUTOFFS["2022-10"]
END = at("31", "23:59")
ARREARS = 250_000
_NAMES = [name for name in CLAIM_SCHEMA.names if name != "service_no"]


def rules(clock: dt.datetime = END, **changed: Any) -> Rules:
    """Return the usual rules at a clock."""
    return replace(Rules(clock, lambda period: CUTOFFS.get(period, dt.datetime(2022, 12, 3, 17))), **changed)


def november(day: str, time: str = "09:00") -> dt.datetime:
    """Return an instant of November 2022."""
    return at(day, time, "2022-11")


def call(
    name: str,
    moment: dt.datetime,
    code: str = "R01",
    agent: str = "A1",
    segment: str = "CT0",
    *,
    promise: str | dt.date | None = None,
    amount: int | None = None,
) -> Call:
    """Return a call; `promise` is a day of October."""
    date = at(promise).date() if isinstance(promise, str) else promise
    return Call(moment, name, segment, code, agent, date, amount, "FULL" if date else None)


def tap(name: str, moment: dt.datetime, status: str, attempt: str | None, **more: Any) -> Tap:
    """Return a tapping of a call."""
    return Tap(moment, name, attempt, status, **more)


def pay(day: str | dt.date, amount: int, name: str = "", *, is_reversal: bool = False) -> Payment:
    """Return a payment on a day of October, at midnight as where only the day is told."""
    date = at(day).date() if isinstance(day, str) else day
    return Payment(dt.datetime.combine(date, dt.time()), name or f"p{date:%m%d}", amount, is_reversal)


def hold(arrears: int = ARREARS, segment: str = "CT0", period: str = "2022-10") -> Holding:
    """Return the holding of the service on the 1st of a month."""
    first = dt.date.fromisoformat(f"{period}-01")
    return Holding(first, dt.datetime.combine(first, dt.time(8)), segment, period, arrears)


def claims_of(
    calls: Sequence[Call],
    taps: Sequence[Tap] = (),
    payments: Sequence[Payment] = (),
    holdings: Sequence[Holding] = (hold(),),
    given: Rules | None = None,
) -> list[dict[str, Any]]:
    """Return the claims of the service, a dictionary of the contract's columns each."""
    found = service_claims(calls, taps, payments, holdings, given or rules())
    return [dict(zip(_NAMES, row, strict=True)) for row in found]


def columns(claims: Sequence[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Return the named columns of the claims, a tuple each."""
    return [tuple(claim[name] for name in names) for claim in claims]
