"""The calling list of a month: which services, in which witel, with which arrears, held by whom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from caringmon.demo import plan
from caringmon.demo.names import customer_names, phone_numbers, service_numbers
from caringmon.demo.people import People
from caringmon.demo.plan import Ints

_WITEL_SHARES = ((0.28, 0.17, 0.15, 0.20, 0.10, 0.10), (0.22, 0.18, 0.16, 0.22, 0.11, 0.11))
_MONTHLY_BILLS = np.array([231_000, 275_000, 315_000, 365_000, 415_000, 495_000])
_LANDLINE_SHARE = 0.12
_TWO_BILLS_SHARE = 0.55
# Customers who pay without being asked, by segment; days of the month follow the due day.
_SELF_PAYING = (0.10, 0.20)
NEVER_PAYS = 99
# What becomes of PRANPC services unpaid at the month's end: these shares come back on a list.
_TO_CT0, _TO_PRANPC = 0.70, 0.60
_SECOND_LIST = 0.30
DATELS = (
    ("SEMARANG", "UNGARAN", "KENDAL"),
    ("YOGYAKARTA", "SLEMAN", "BANTUL"),
    ("SOLO", "KLATEN", "BOYOLALI"),
    ("BANDUNG", "CIMAHI", "SOREANG"),
    ("DENPASAR", "GIANYAR", "TABANAN"),
    ("MAKASSAR", "MAROS", "GOWA"),
)


def first_list(rng: np.random.Generator, people: People, services: tuple[int, int]) -> pd.DataFrame:
    """Return the list of September: `services` rows of each segment, all of them new to the site."""
    fresh = [
        _new_services(rng, segment, services[segment], 2 * segment * max(services))
        for segment in (plan.CT0, plan.PRANPC)
    ]
    return _assigned(rng, people, pd.concat(fresh, ignore_index=True), 0)


def next_list(rng: np.random.Generator, people: People, before: pd.DataFrame, unpaid: pd.Series[bool]) -> pd.DataFrame:
    """Return the list of October; some services of September come back with one bill more.

    PRANPC with two bills goes to CT0, with one bill stays in PRANPC; CT0 of September is cleansed.
    """
    services = np.bincount(before["segment"])
    owes = unpaid & (before["segment"] == plan.PRANPC)
    drawn = rng.random(len(before))
    to_ct0 = before[owes & (before["unpaid_bills"] == 2) & (drawn < _TO_CT0)]
    stays = before[owes & (before["unpaid_bills"] == 1) & (drawn < _TO_PRANPC)]
    parts = []
    for segment, carried in ((plan.CT0, to_ct0), (plan.PRANPC, stays)):
        back = carried.assign(segment=segment, unpaid_bills=carried["unpaid_bills"] + 1)
        back = back.assign(arrears=back["arrears"] * back["unpaid_bills"] // carried["unpaid_bills"])
        serial = int((4 + 2 * segment) * services.max())
        parts += [back, _new_services(rng, segment, int(services[segment]) - len(back), serial)]
    return _assigned(rng, people, pd.concat(parts, ignore_index=True), 1)


def _new_services(rng: np.random.Generator, segment: int, count: int, first_serial: int) -> pd.DataFrame:
    witel = rng.choice(len(plan.WITELS), count, p=_WITEL_SHARES[segment])
    bills = np.full(count, 3) if segment == plan.CT0 else 1 + (rng.random(count) < _TWO_BILLS_SHARE)
    fine = rng.integers(1, 6, count) * 5_000
    bill = _MONTHLY_BILLS[rng.integers(0, len(_MONTHLY_BILLS), count)] + rng.integers(0, 400, count) * 50
    serials = np.arange(first_serial, first_serial + count)
    return pd.DataFrame(
        {
            "segment": segment,
            "service_no": service_numbers(serials, witel, _LANDLINE_SHARE),
            "customer_id": (rng.permutation(count) + 51_000_000 + first_serial).astype(str).astype(object),
            "customer_name": customer_names(rng, count),
            "phone": phone_numbers(rng, count),
            "unpaid_bills": bills,
            "arrears": bill * bills + fine,
            "witel": witel,
            "datel": _datels(rng, witel),
        }
    )


def _datels(rng: np.random.Generator, witel: Ints) -> npt.NDArray[np.object_]:
    names = np.array(DATELS, dtype=object)
    chosen: npt.NDArray[np.object_] = names[witel, rng.choice(3, len(witel), p=[0.6, 0.25, 0.15])]
    return chosen


def _assigned(rng: np.random.Generator, people: People, listed: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return the list in random order with holder, self-payers and, in October, what nobody will touch."""
    listed = listed.iloc[rng.permutation(len(listed))].reset_index(drop=True)
    segment, count = listed["segment"].to_numpy(), len(listed)
    pays_by_itself = rng.random(count) < np.array(_SELF_PAYING)[segment]
    length = (plan.MONTHS[month].end - plan.MONTHS[month].start).days
    pay_day = np.clip(rng.normal(16, 6, count).round(), 1, length).astype(np.int64)
    ignored = (segment == plan.PRANPC) & (month == 1) & (rng.random(count) < plan.UNTOUCHED_SHARE)
    return listed.assign(
        month=month,
        holder=_holders(rng, people, segment),
        self_paid_day=np.where(pays_by_itself, pay_day, NEVER_PAYS),
        ignored=ignored,
    )


def _holders(rng: np.random.Generator, people: People, segment: Ints) -> Ints:
    """Return an agent for each service: equal lists, and a part of the list for those who work both segments."""
    holders = np.empty(len(segment), dtype=np.int64)
    agents = people.agents
    for number in (plan.CT0, plan.PRANPC):
        own = (agents["segment"] == number).to_numpy()
        weight = np.where(own, np.where(agents["both"], 1 - _SECOND_LIST, 1.0), agents["both"] * _SECOND_LIST)
        rows = np.flatnonzero(segment == number)
        holders[rows] = rng.choice(len(agents), len(rows), p=weight / weight.sum())
    return holders
