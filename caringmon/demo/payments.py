"""Who pays: promises kept, kept in part, late or broken, and those who pay without a call."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caringmon.demo import plan
from caringmon.demo.lists import NEVER_PAYS
from caringmon.demo.plan import Days, Ints
from caringmon.demo.quality import NOT_VALID, VALID

_GRACE_DAYS = 3
# Shares of kept, partial, late and broken promises, by the last verdict of QC.
_OUTCOMES = {VALID: (0.72, 0.08, 0.08, 0.12), NOT_VALID: (0.45, 0.08, 0.12, 0.35), "": (0.62, 0.08, 0.10, 0.20)}
_COMPLETED_LATER = 0.4
_CHANNELS = np.array(
    ["BANK MANDIRI", "BANK BCA", "BANK BRI", "INDOMARET", "ALFAMART", "LINKAJA", "TOKOPEDIA", "PLASA"], dtype=object
)


def pay_month(rng: np.random.Generator, listed: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the payments on a month's list: row (of the list), paid_at (day), amount (rupiah), channel.

    `claims` has row, agreed_at and promise (days) and the last verdict. Days may lie after the last export.
    """
    month_start = np.datetime64(plan.MONTHS[int(listed["month"].iloc[0])].start)
    own_day = month_start + (listed["self_paid_day"].to_numpy() - 1).astype("timedelta64[D]")
    agreed_at = np.full(len(listed), np.datetime64("2099-01-01"))
    agreed_at[claims["row"].to_numpy()] = claims["agreed_at"].to_numpy().astype("datetime64[D]")
    by_itself = (listed["self_paid_day"].to_numpy() != NEVER_PAYS) & (own_day < agreed_at)
    rows = np.flatnonzero(by_itself)
    own = pd.DataFrame({"row": rows, "paid_at": own_day[rows], "amount": listed["arrears"].to_numpy()[rows]})
    owing = claims[~by_itself[claims["row"].to_numpy()]]
    paid = pd.concat([own, _kept_promises(rng, listed, owing)], ignore_index=True)
    return paid.assign(channel=_CHANNELS[rng.integers(0, len(_CHANNELS), len(paid))])


def fully_paid(listed: pd.DataFrame, payments: pd.DataFrame) -> pd.Series[bool]:
    """Tell for each service whether its payments of the month cover the arrears."""
    end = np.datetime64(plan.MONTHS[int(listed["month"].iloc[0])].end)
    in_time = payments[(payments["paid_at"] < end).to_numpy()]
    total = np.bincount(in_time["row"], weights=in_time["amount"], minlength=len(listed))
    return pd.Series(total >= listed["arrears"].to_numpy())


def _kept_promises(rng: np.random.Generator, listed: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    row = claims["row"].to_numpy()
    owed = listed["arrears"].to_numpy()[row]
    outcome = _outcomes(rng, claims["verdict"])
    agreed_at = claims["agreed_at"].to_numpy().astype("datetime64[D]")
    promise = claims["promise"].to_numpy().astype("datetime64[D]")
    on_time = np.maximum(promise + _days(rng.choice([-2, -1, 0, 0, 0, 1, 2, 3], len(claims))), agreed_at)
    late = promise + _days(_GRACE_DAYS + rng.integers(1, 18, len(claims)))
    part = (owed * rng.uniform(0.3, 0.7, len(claims)) // 10_000 * 10_000).astype(np.int64)
    completes = rng.random(len(claims)) < _COMPLETED_LATER
    pieces = [
        (outcome == 0, on_time, owed),
        (outcome == 1, on_time, part),
        ((outcome == 1) & completes, late, owed - part),
        (outcome == 2, late, owed),
    ]
    return pd.concat(
        [pd.DataFrame({"row": row[m], "paid_at": day[m], "amount": rp[m]}) for m, day, rp in pieces], ignore_index=True
    )


def _outcomes(rng: np.random.Generator, verdicts: pd.Series[str]) -> Ints:
    """Return for each promise 0 kept, 1 kept in part, 2 late, 3 broken."""
    drawn = rng.random(len(verdicts))
    outcome = np.zeros(len(verdicts), dtype=np.int64)
    for verdict, shares in _OUTCOMES.items():
        judged = verdicts.eq(verdict).to_numpy() if verdict else ~verdicts.isin([VALID, NOT_VALID]).to_numpy()
        outcome[judged] = np.searchsorted(np.cumsum(shares)[:3], drawn[judged], side="right")
    return outcome


def _days(count: Ints) -> Days:
    days: Days = count.astype("timedelta64[D]")
    return days
