"""Payments of all services with reversals taken off (2-data-model, T8)."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

import ibis
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.events import Payment
from caringmon.analysis.promises import effective_payments
from caringmon.model.period import ONE_DAY

_COLUMNS = {"service_no": pa.string(), "paid_day": pa.date32(), "amount": pa.int64()}


def net_payments(payments: Table, until: dt.date) -> Table:
    """Return service_no, paid_day and amount (rupiah) of the payments up to the day, without those taken back.

    A reversal without a match is negative at its own date. Only services that have a reversal are looked at one by
    one; there are few.
    """
    known = payments.filter(_.paid_at < dt.datetime.combine(until + ONE_DAY, dt.time()))
    takes_back = ibis.coalesce(_.is_reversal, ibis.literal(value=False)) | (_.amount < 0)
    reversed_services = known.filter(takes_back).select("service_no").distinct()
    plain = known.anti_join(reversed_services, "service_no").select(
        "service_no", paid_day=_.paid_at.date(), amount=_.amount
    )
    rows = known.semi_join(reversed_services, "service_no").to_pyarrow().to_pylist()
    if not rows:
        return plain
    standing = []
    by_service = sorted(rows, key=lambda row: row["service_no"])
    for service, own in groupby(by_service, key=lambda row: row["service_no"]):
        paid = [Payment(row["paid_at"], row["payment_id"], row["amount"], row["is_reversal"]) for row in own]
        standing += [(service, payment.day, payment.amount) for payment in effective_payments(paid, until)]
    records = [dict(zip(_COLUMNS, row, strict=True)) for row in standing]
    return ibis.union(plain, ibis.memtable(pa.Table.from_pylist(records, schema=pa.schema(list(_COLUMNS.items())))))
