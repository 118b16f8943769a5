"""The agree ledger: from calls, tappings, payments and holdings to claims (2-data-model, T6).

The claims of a service are a pure function of its own events (`service_claims`). One expression hands every service
its events and takes the claims back; what it uses beside that (group, collect, join, unnest) every engine has, and
another engine needs its own wrapper in place of `_on_arrow` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.datatypes as ibis_types
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.claims import Claim, name_taps, walk_service
from caringmon.analysis.events import Call, Holding, Payment, Rules, Tap
from caringmon.analysis.promises import Account, by_time, pay_state, settle_accounts
from caringmon.model.claims import CLAIM_KEY, CLAIM_SCHEMA
from caringmon.model.codes import AGREE, LOST, RECALL_DECLINES, QcState, QcStatus

EventKind = type[Call] | type[Tap] | type[Payment] | type[Holding]
# The columns of the facts that the walk asks for, in the order of the tuples' fields.
_COLUMNS: dict[EventKind, tuple[str, ...]] = {
    Call: ("called_at", "attempt_id", "segment", "result_code", "agent_id", "promise_date", "promise_amount",
           "negotiation"),
    Tap: ("tapped_at", "validation_id", "attempt_id", "status", "called_at", "round", "reason_code", "qco_id",
          "data_condition", "tl_id", "tl_at", "history_incomplete", "returned_before"),
    Payment: ("paid_at", "payment_id", "amount", "is_reversal"),
    Holding: ("valid_from", "received_at", "segment", "period", "arrears_amount"),
}  # fmt: skip
_OF_ONE_SERVICE = pa.struct([field for field in CLAIM_SCHEMA if field.name != "service_no"])
_FINAL = LOST | {QcState.VALID}


def agree_ledger(calls: Table, taps: Table, payments: Table, assignments: Table, rules: Rules) -> Table:
    """Return one row per claim (`CLAIM_SCHEMA`), ordered by its key, as an expression on the tables' connection.

    The tables are the facts `calls`, `qc`, `payments` and `assignments`. Whoever uses the result more than once
    materialises it first: each use walks again. No agrees: no rows.
    """
    agreed = calls.filter(_.result_code == AGREE).select("service_no").distinct()
    judged = taps.filter(~ibis.coalesce(_.is_calibration, False))
    returned = judged.filter(_.status == QcStatus.RETURN.value).select("service_no").distinct()
    declines = calls.filter(_.result_code.isin(sorted(RECALL_DECLINES))).semi_join(returned, "service_no")
    talks = ibis.union(
        calls.filter(_.result_code == AGREE).select("service_no", *_COLUMNS[Call]),
        declines.select("service_no", *_COLUMNS[Call]),
    )
    services = _collected(talks, Call)
    for events, kind in ((judged, Tap), (payments, Payment), (assignments, Holding)):
        name = kind.__name__.lower()
        own = _collected(events.semi_join(agreed, "service_no"), kind)
        # A function on an engine is not called where one of its arguments is null: no events are an empty list.
        none = ibis.literal([], type=own[name].type())
        services = services.left_join(own, "service_no").drop("service_no_right")
        services = services.mutate(**{name: services[name].fill_null(none)})
    return _walked(services, rules)


def service_claims(
    calls: Sequence[Call],
    taps: Sequence[Tap],
    payments: Sequence[Payment],
    holdings: Iterable[Holding],
    rules: Rules,
) -> list[tuple[object, ...]]:
    """Return the claims of one service as tuples in the order of `CLAIM_SCHEMA`, without `service_no`.

    Depends on nothing but its arguments; their order does not matter.
    """
    claims = walk_service(calls, name_taps(calls, taps, rules), rules)
    return [_row(account, rules) for account in settle_accounts(claims, payments, holdings, rules)]


def _collected(events: Table, kind: EventKind) -> Table:
    """Return a row per service with the list of its events, named after their kind."""
    one = ibis.struct({name: events[name] for name in _COLUMNS[kind]})
    return events.group_by("service_no").agg(**{kind.__name__.lower(): one.collect()})


def _walked(services: Table, rules: Rules) -> Table:
    lists = [services[kind.__name__.lower()] for kind in _COLUMNS]

    def claims_of_services(
        call: pa.ChunkedArray, tap: pa.ChunkedArray, payment: pa.ChunkedArray, holding: pa.ChunkedArray
    ) -> pa.Array:
        # An engine of several processes hands the function on: it holds nothing that only this process has.
        return _on_arrow([call, tap, payment, holding], replace(rules, cutoff=cache(rules.cutoff)))

    signature = (
        tuple(column.type() for column in lists),
        ibis_types.DataType.from_pyarrow(pa.list_(_OF_ONE_SERVICE)),
    )
    walk = ibis.udf.scalar.pyarrow(claims_of_services, signature=signature)
    claims = services.select("service_no", claim=walk(*lists)).unnest("claim")
    return claims.unpack("claim").select(CLAIM_SCHEMA.names).order_by(list(CLAIM_KEY))


def _on_arrow(events: Sequence[pa.ChunkedArray], rules: Rules) -> pa.Array:
    """Return a list of claims per service from its lists of events, in the order of `_COLUMNS`."""
    per_service = zip(*(_tuples(kind, lists) for kind, lists in zip(_COLUMNS, events, strict=True)), strict=True)
    rows: list[tuple[object, ...]] = []
    ends = [0]
    for calls, taps, payments, holdings in per_service:
        rows += service_claims(calls, taps, payments, holdings, rules)
        ends.append(len(rows))
    columns = list(zip(*rows, strict=True)) or [()] * len(_OF_ONE_SERVICE)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _OF_ONE_SERVICE, strict=True)]
    return pa.ListArray.from_arrays(
        pa.array(ends, pa.int32()), pa.StructArray.from_arrays(arrays, fields=list(_OF_ONE_SERVICE))
    )


def _tuples(kind: EventKind, lists: pa.ChunkedArray) -> Iterator[list[Any]]:
    """Yield the events of each service; no list is no events."""
    whole = lists.combine_chunks()
    sizes = [size or 0 for size in pc.list_value_length(whole).to_pylist()]
    columns = [column.to_pylist() for column in whole.flatten().flatten()]
    rows = [kind(*row) for row in zip(*columns, strict=True)]
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    return (rows[start:end] for start, end in pairwise(ends))


def _row(account: Account, rules: Rules) -> tuple[object, ...]:
    claim, window_end = account.claim, account.window_end
    opening, told = claim.opening, account.told
    frozen = not rules.restated and rules.clock >= rules.cutoff(claim.period)
    return (
        opening.segment,
        claim.period,
        claim.number,
        claim.superseded_by,
        opening.at,
        opening.attempt_id,
        opening.agent_id,
        len(claim.duplicates),
        [call.attempt_id for call in claim.duplicates],
        [call.attempt_id for call in claim.recalls],
        [_verdict(tap, None) for tap in claim.duplicate_verdicts],
        [_verdict(tap, tap.round or place) for place, tap in enumerate(claim.verdicts, start=1)],
        account.in_force.promise_date if account.in_force else None,
        told.promise_amount,
        told.negotiation,
        account.owed,
        window_end,
        [_promise(call) for call in account.earlier],
        *_qc_columns(claim),
        pay_state(account, rules.promises, rules.payments_until).value,
        account.paid(late=False),
        account.paid(late=True),
        [
            (share.payment.payment_id, share.payment.at, share.amount, share.is_late)
            for share in by_time(account.shares)
        ],
        claim.period if frozen else None,
        int(claim.superseded_by is None),
        int(account.is_net),
        int(account.is_net and claim.state is QcState.VALID),
    )


def _qc_columns(claim: Claim) -> tuple[object, ...]:
    """Return qc_state, qc_final_at, the first tapping, and what there was of returns, as the contract orders them."""
    first = claim.verdicts[0] if claim.verdicts else None
    returns = claim.returns
    shown = first is not None and first.shows_return
    return (
        claim.state.value,
        claim.state_since if claim.state in _FINAL else None,
        first.at if first else None,
        first.status if first else None,
        first.qco_id if first else None,
        len(returns),
        shown,
        shown or bool(returns),
        returns[-1].at if returns else None,
        bool(first and first.history_incomplete),
    )


def _verdict(tap: Tap, number: int | None) -> tuple[object, ...]:
    return number, tap.validation_id, tap.attempt_id, tap.at, tap.status, tap.reason_code, tap.qco_id


def _promise(call: Call) -> tuple[object, ...]:
    return call.attempt_id, call.at, call.promise_date, call.promise_amount, call.negotiation
