"""Payments on assigned services, whatever their cause (K32, K33)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.entities import held_by_entity
from caringmon.analysis.relations import KEY, Relations, in_windows, span_table
from caringmon.model.period import Window


def cured_flags(services: Table, relations: Relations, windows: list[Window]) -> Table:
    """Return the services with `cured`: 1 where their payments of the window cover their arrears; no tolerance."""
    paid = (
        in_windows(relations.payments, windows, "paid_day").group_by(["window", "service_no"]).agg(paid=_.amount.sum())
    )
    joined = services.left_join(paid, ["window", "service_no"])
    covers = (_.arrears > 0) & (ibis.coalesce(_.paid, 0) >= _.arrears)
    return joined.mutate(cured=covers.cast("int64")).select(*services.columns, "cured")


def collected(relations: Relations, windows: Sequence[Window], level: str) -> pd.DataFrame:
    """Return `collected` per (window, segment, entity): payments of the window on the services open in it.

    For an agent, a TL or an SPV only payments dated while the service was held count. Each payment counts once.
    """
    held = held_by_entity(relations.holdings, relations.roster, level).mutate(segment=relations.segment())
    spans = span_table(windows)
    touched = held.join(spans, [held.start < spans["after"], held.end > spans["first"]])
    numbered = relations.payments.mutate(payment=ibis.row_number())
    paid = touched.join(
        numbered,
        [touched.service_no == numbered.service_no, numbered.paid_day >= touched["first"],
         numbered.paid_day < touched.after],
    )  # fmt: skip
    if level not in ("site", "witel"):
        paid = paid.filter(_.paid_day >= _.start, _.paid_day < _.end)
    once = paid.group_by([*KEY, "payment"]).agg(amount=_.amount.max())
    frame: pd.DataFrame = once.group_by(KEY).agg(collected=_.amount.sum()).order_by(KEY).execute()
    return frame
