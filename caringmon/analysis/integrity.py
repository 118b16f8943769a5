"""Agents whose agrees are found not valid far more often than those of the others: restricted (R20).

What stands here never becomes a figure: it is for the sheet `Integritas` alone, and for SPV and QRD.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd
from ibis import _

from caringmon.analysis.claim_counts import claims_by_entity
from caringmon.analysis.comparison import Standing, comparison
from caringmon.analysis.relations import Relations, in_windows
from caringmon.model.codes import QcState
from caringmon.model.period import Window

GRAVE = ("RC06", "RC09")
INTEGRITY_COLUMNS = ["segment", "entity", "not_valid", "tapped", "others_rate", "grave", "standing"]
_OWNER = ["segment", "entity"]


def integrity(relations: Relations, window: Window, segments: Sequence[str], min_n: int) -> pd.DataFrame:
    """Return, per agent with a tapped agree of the window: not valid and tapped claims, the others' rate, grave cases.

    `grave`: verdicts with a reason of pressure or of a duplicate, those on duplicates too. `standing` (see
    `comparison`) holds after Benjamini-Hochberg; fewer than `min_n` tapped claims: `too_few`.
    """
    claims = in_windows(claims_by_entity(relations, "agent"), [window]).filter(_.segment.isin(list(segments)))
    tapped = claims.filter(_.first_tap_at.notnull()).group_by([*_OWNER, "day"]).agg(
        of=_.count(), cases=(_.qc_state == QcState.NOT_VALID.value).cast("int64").sum()
    )  # fmt: skip
    verdicts = ibis.union(
        claims.select(*_OWNER, verdict=_.verdicts.unnest()),
        claims.select(*_OWNER, verdict=_.duplicate_verdicts.unnest()),
    )
    grave = verdicts.filter(_.verdict.reason_code.isin(GRAVE)).group_by(_OWNER).agg(grave=_.count()).execute()
    days = tapped.order_by([*_OWNER, "day"]).execute().rename(columns={"day": "date"})
    if days.empty:
        return pd.DataFrame(columns=INTEGRITY_COLUMNS)
    judged = comparison(days, min_n=min_n).rename(columns={"cases": "not_valid", "of": "tapped"})
    both = judged.merge(grave, on=_OWNER, how="left", validate="one_to_one")
    return both.assign(grave=both["grave"].fillna(0).astype("int64"))[INTEGRITY_COLUMNS]


def conspicuous(agents: pd.DataFrame, times: float, cases: float, grave: float) -> pd.DataFrame:
    """Return the agents that a private talk is due with, by segment and code.

    More than `times` the others' rate with at least `cases` not valid claims, beyond chance; or so many grave verdicts.
    """
    rate = agents["not_valid"] / agents["tapped"]
    often = (rate > times * agents["others_rate"]) & (agents["not_valid"] >= cases)
    beyond_chance = agents["standing"] == Standing.HIGHER.value
    found = agents[(often & beyond_chance) | (agents["grave"] >= grave)]
    return found.sort_values(_OWNER, ignore_index=True)
