"""The simulated truth: two months of a site, from which the raw exports are written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caringmon.demo import calls, lists, payments, plan, quality, rates
from caringmon.demo.people import People, attendance_rows, build_people
from caringmon.demo.plan import Size
from caringmon.demo.targets import target_rows

# One of many series of worlds, chosen because chance hides none of the planted causes in its seed 0.
_SERIES = 844
_DEAL_SHARES = (0.82, 0.12, 0.06)  # pays in full, PDD 6, PDD 12


@dataclass(frozen=True)
class World:
    """Tables of the truth; `service` numbers the rows of `services`, which holds the lists of both months.

    `calls` are in order of time, `taps` name a call by its `key`; `targets` has one table per month.
    """

    people: People
    services: pd.DataFrame
    calls: pd.DataFrame
    taps: pd.DataFrame
    payments: pd.DataFrame
    attendance: pd.DataFrame
    targets: tuple[pd.DataFrame, ...]


@dataclass(frozen=True)
class _Streams:
    """Random streams, one per part of the world, so that a change of one leaves the others alone."""

    people: np.random.Generator
    lists: np.random.Generator
    calls: np.random.Generator
    quality: np.random.Generator
    payments: np.random.Generator
    minutes: np.random.Generator


@dataclass(frozen=True)
class _Month:
    """What one list led to; `row` numbers the rows of `listed`."""

    listed: pd.DataFrame
    calls: pd.DataFrame
    taps: pd.DataFrame
    payments: pd.DataFrame


def simulate(seed: int, size: Size) -> World:
    """Return the world of that seed and size."""
    streams = _Streams(*np.random.default_rng([_SERIES, seed]).spawn(6))
    people = build_people(streams.people, size)
    day_rates = rates.draw_day_rates(streams.calls)
    listed = lists.first_list(streams.lists, people, size.services)
    first = _follow(streams, people, listed, _dialled(streams, people, listed, day_rates, size.dials))
    unpaid = ~payments.fully_paid(listed, first.payments)
    listed = lists.next_list(streams.lists, people, listed, unpaid)
    dialled = _dialled(streams, people, listed, day_rates, size.dials)
    second = _follow(streams, people, listed, dialled.assign(key=dialled["key"] + int(first.calls["key"].max()) + 1))
    months, shift = (first, second), (0, len(first.listed))
    made = _in_order(streams.calls, _stacked([m.calls for m in months], shift))
    return World(
        people=people,
        services=pd.concat([m.listed for m in months], ignore_index=True),
        calls=made,
        taps=pd.concat([m.taps for m in months]).sort_values(["day", "seconds", "key"], ignore_index=True),
        payments=_stacked([m.payments for m in months], shift),
        attendance=attendance_rows(streams.minutes, people, _talk_minutes(people, made)),
        targets=tuple(target_rows(people, size, month) for month in range(len(plan.TARGET_MONTHS))),
    )


def _dialled(
    streams: _Streams, people: People, listed: pd.DataFrame, day_rates: rates.DayRates, dials: float
) -> pd.DataFrame:
    """Return the first calls of a list, keyed from 0, with the promise of each agree."""
    dialled = calls.dial_month(streams.calls, people, listed, day_rates, dials)
    promise = calls.promise_dates(streams.calls, dialled["day"].to_numpy(), dialled["segment"].to_numpy())
    agreed = dialled["result"].to_numpy() == rates.AGREE
    return dialled.assign(
        key=np.arange(len(dialled)), promise=np.where(agreed, promise, np.datetime64("NaT", "D")), recall=False
    )


def _follow(streams: _Streams, people: People, listed: pd.DataFrame, dialled: pd.DataFrame) -> _Month:
    """Return the month with what follows from its calls: taps, recalls and payments."""
    agrees = dialled[dialled["result"] == rates.AGREE]
    judged = quality.validate(streams.quality, people, agrees, int(dialled["key"].max()) + 1)
    made = pd.concat([dialled, judged.calls], ignore_index=True)
    return _Month(listed, made, judged.taps, payments.pay_month(streams.payments, listed, _claims(agrees, judged)))


def _stacked(tables: list[pd.DataFrame], shift: tuple[int, ...]) -> pd.DataFrame:
    """Return the months' tables as one, `service` numbering the services of both."""
    return pd.concat(
        [table.assign(service=table["row"] + start) for table, start in zip(tables, shift, strict=True)],
        ignore_index=True,
    )


def _claims(agrees: pd.DataFrame, judged: quality.Validated) -> pd.DataFrame:
    """Return one row per agreed service: row, agreed_at, the last promise and the last verdict on the claim."""
    recalled = judged.calls[judged.calls["recall"] & (judged.calls["result"] == rates.AGREE)]
    promised = recalled.drop_duplicates("opened", keep="last").set_index("opened")["promise"]
    on_claim = judged.taps.drop_duplicates("opened", keep="last").set_index("opened")["status"]
    claims = agrees.set_index("key")
    return pd.DataFrame(
        {
            "row": claims["row"],
            "agreed_at": plan.DAYS[claims["day"].to_numpy()],
            "promise": promised.reindex(claims.index).fillna(claims["promise"]),
            "verdict": on_claim.reindex(claims.index),
        }
    ).reset_index(drop=True)


def _in_order(rng: np.random.Generator, made: pd.DataFrame) -> pd.DataFrame:
    """Return the calls in order of time, with called_at, talk seconds and the kind of deal of the agrees."""
    result = made["result"].to_numpy()
    made = made.assign(
        called_at=calls.clock(made["day"].to_numpy(), made["seconds"].to_numpy()),
        talk=calls.talk_seconds(rng, result),
        deal=np.where(result == rates.AGREE, rng.choice(3, len(made), p=_DEAL_SHARES), -1),
    )
    return made.sort_values(["called_at", "agent", "key"], ignore_index=True)


def _talk_minutes(people: People, made: pd.DataFrame) -> plan.Ints:
    place = made["agent"].to_numpy() * plan.CALL_DAYS + made["day"].to_numpy()
    seconds = np.bincount(place, weights=made["talk"], minlength=len(people.agents) * plan.CALL_DAYS)
    minutes: plan.Ints = (seconds / 60).round().astype(np.int64).reshape(len(people.agents), plan.CALL_DAYS)
    return minutes
