"""What the ledger walks over: the calls, tappings, payments and arrears of one service, and the rules of the walk.

Plain tuples, so that any engine can hand them over; times are naive WIB.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from caringmon.model.claims import PromiseRules
from caringmon.model.codes import QcStatus

Cutoff = Callable[[str], dt.datetime]  # caring month -> the instant at which its QC states are final
RETURNED_TO_QCO = "RETURNED_TO_QCO"


class Call(NamedTuple):
    """One call of a service, with what was promised in it."""

    at: dt.datetime
    attempt_id: str
    segment: str
    result_code: str
    agent_id: str
    promise_date: dt.date | None = None
    promise_amount: int | None = None
    negotiation: str | None = None

    @property
    def day(self) -> dt.date:
        """The day of the call."""
        return self.at.date()

    @property
    def period(self) -> str:
        """The caring month: the calendar month of the call."""
        return f"{self.at.year:04}-{self.at.month:02}"

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """What orders the calls of a service: at one instant the id decides."""
        return self.at, self.attempt_id


class Tap(NamedTuple):
    """One verdict on one call, which it names by `attempt_id`, else by `called_at`, else not at all."""

    at: dt.datetime
    validation_id: str | None
    attempt_id: str | None
    status: str
    called_at: dt.datetime | None = None
    round: int | None = None
    reason_code: str | None = None
    qco_id: str | None = None
    data_condition: str | None = None
    tl_id: str | None = None
    tl_at: dt.datetime | None = None
    history_incomplete: bool | None = None
    returned_before: bool | None = None

    @property
    def order(self) -> tuple[dt.datetime, int, str]:
        """What orders the tappings of a service: at one instant the round as told, then the id decides."""
        return self.at, self.round or 0, self.validation_id or ""

    @property
    def is_return(self) -> bool:
        """Tell whether the verdict is a return."""
        return self.status == QcStatus.RETURN

    @property
    def shows_return(self) -> bool:
        """Tell whether there was a return: by the verdict, or by what an incomplete history left of it (T7)."""
        return self.is_return or bool(self.returned_before)


class Payment(NamedTuple):
    """Money paid for a service, in rupiah; a reversal takes an earlier payment back."""

    at: dt.datetime
    payment_id: str | None
    amount: int
    is_reversal: bool | None = None

    @property
    def day(self) -> dt.date:
        """The day of the payment; many sources know no more."""
        return self.at.date()

    @property
    def takes_back(self) -> bool:
        """Tell whether it is a reversal: said to be one, or a negative amount."""
        return bool(self.is_reversal) or self.amount < 0


class Holding(NamedTuple):
    """What a service owed when it was handed out, in rupiah."""

    valid_from: dt.date
    received_at: dt.datetime
    segment: str
    period: str
    arrears_amount: int


@dataclass(frozen=True)
class Rules:
    """What the walk needs to know besides the events.

    Events after `clock` are not seen; unless `restated`, those after the QC cut-off of a claim's month do not change
    its QC state, nor whether it was paid before the call. `payment_asof`: the last day whose payments are seen when
    promises are judged; None: the day of the clock.
    """

    clock: dt.datetime
    cutoff: Cutoff
    max_return_rounds: int = 2
    promises: PromiseRules = field(default_factory=PromiseRules)
    payment_asof: dt.date | None = None
    restated: bool = False

    def until(self, period: str) -> dt.datetime:
        """Return the instant up to which events may change the claims of a caring month."""
        return self.clock if self.restated else min(self.clock, self.cutoff(period))

    @property
    def payments_until(self) -> dt.date:
        """The last day whose payments are seen when promises are judged."""
        return min(self.payment_asof or self.clock.date(), self.clock.date())
