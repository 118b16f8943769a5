"""The agrees that advice is about, as ids, and what came back of them after it was closed (5-rules, R29; S20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import ibis
import pandas as pd
from ibis import _
from ibis.expr.types import StringValue, Table

from caringmon.analysis.claim_counts import beyond_limit, claims_by_entity, open_returns
from caringmon.analysis.follow_up import RECURRENCE_DAYS, recurrences
from caringmon.analysis.relations import Relations, in_windows
from caringmon.analysis.rule_counts import RuleDays
from caringmon.model.codes import QcStatus
from caringmon.model.follow_up import Followed

Linked = Mapping[tuple[str, str], tuple[str, ...]]
_DEFECTS = [QcStatus.NOT_VALID.value, QcStatus.RETURN.value]
_PAIR = ["agent_id", "reason_code"]
_RETURN = QcStatus.RETURN.value
RETURNS = "R21"
RETURN_COLUMNS = ["rec_id", "agree_id", "segment", "qco", "tl", "state", "returned_on"]
_VERDICTS = ["agree_id", *_PAIR, "status", "tapped_on"]


def linked_agrees(relations: Relations, days: RuleDays, level: str, entity: str) -> Linked:
    """Return the ids of the agrees that R16 and R21 are about, by segment and rule, in order.

    An id is the service's pseudonym, the month and the number of the claim in it: `AGR-…-M2210-N1`; no clear number.
    """
    claims = claims_by_entity(relations, level).filter(_.entity == entity, _.counts_gross == 1)
    late = open_returns(claims, relations, [days.month]).filter(_.age > days.sla_days)
    beyond = in_windows(claims, [days.month]).filter(beyond_limit())
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for rule, table in (("R16", beyond), ("R21", late)):
        frame = table.select("segment", agree_id=_agree_id(table)).distinct().order_by("agree_id").execute()
        for segment, rows in frame.groupby("segment"):
            found[str(segment), rule] = tuple(rows["agree_id"])
    return found


def came_back(relations: Relations, known: Sequence[Followed], days: int = RECURRENCE_DAYS) -> pd.DataFrame:
    """Return the closed recommendations whose finding came back within so many days, as `follow_up.recurrences`.

    A closed one about agrees comes back when an agent of theirs gets one of their reasons again, or QC returns one of
    the agrees themselves again, whatever the reason.
    """
    closed = [one for one in known if one.closed_on is not None and one.agrees]
    if not closed:
        return recurrences(pd.DataFrame(columns=["rec_id", *_PAIR, "closed_on"]), pd.DataFrame(columns=_VERDICTS))
    verdicts = _verdicts(relations.claims)
    links = pd.DataFrame(
        [(one.rec_id, one.closed_on, name) for one in closed for name in one.agrees],
        columns=["rec_id", "closed_on", "agree_id"],
    )
    own = links.merge(verdicts, on="agree_id", how="inner", validate="many_to_many")
    before = own[own["tapped_on"] <= own["closed_on"]][["rec_id", *_PAIR, "closed_on"]].drop_duplicates()
    again = own[own["status"] == QcStatus.RETURN.value][["rec_id", *_PAIR, "closed_on", "tapped_on"]]
    return pd.concat(
        [
            recurrences(before, verdicts, days),
            # The agree itself, for another reason: found above where the reason is the same.
            recurrences(_others(again, before), again[[*_PAIR, "tapped_on"]].drop_duplicates(), days),
        ],
        ignore_index=True,
    ).sort_values(["rec_id", *_PAIR], ignore_index=True, kind="stable")


def return_rows(relations: Relations, known: Sequence[Followed]) -> pd.DataFrame:
    """Return the agrees of recommendations about returns (`RETURN_COLUMNS`), by recommendation and agree.

    `qco`: who returned it last; `tl`: who leads its agent; `returned_on`: ISO text, empty where no verdict tells it.
    An agree that the ledger has no more has the state `""`.
    """
    links = pd.DataFrame(
        [(one.rec_id, name) for one in known if one.subject[1] == RETURNS and one.is_open for name in one.agrees],
        columns=["rec_id", "agree_id"],
    )
    if links.empty:
        return pd.DataFrame(columns=RETURN_COLUMNS)
    claims = claims_by_entity(relations, "tl")
    each = claims.select(
        "segment", "period", "claim_no", "service_no", "qc_state", "verdicts", tl="entity", returned="returned_at"
    )
    frame = pd.DataFrame(each.mutate(agree_id=_agree_id(each)).drop("period", "claim_no", "service_no").execute())
    frame = frame[frame["agree_id"].isin(set(links["agree_id"]))]
    told = frame.assign(
        qco=[_last_returned(verdicts) for verdicts in frame["verdicts"]],
        returned_on=["" if pd.isna(at) else pd.Timestamp(at).date().isoformat() for at in frame["returned"]],
    ).drop_duplicates("agree_id")
    joined = links.merge(told, on="agree_id", how="left", validate="many_to_one")
    joined = joined.rename(columns={"qc_state": "state"})[RETURN_COLUMNS].fillna("")
    return joined.sort_values(["rec_id", "agree_id"], ignore_index=True)


def _last_returned(verdicts: Iterable[Mapping[str, object]] | None) -> str:
    returned = [str(v["qco_id"] or "") for v in (verdicts if verdicts is not None else ()) if v["status"] == _RETURN]
    return returned[-1] if returned else ""


def _others(again: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    names = ["rec_id", *_PAIR, "closed_on"]
    every = again[names].drop_duplicates().merge(before, on=names, how="left", indicator=True, validate="one_to_one")
    return pd.DataFrame(every[every["_merge"] == "left_only"], columns=names)


def _verdicts(claims: Table) -> pd.DataFrame:
    """Return every verdict NOT_VALID and RETURN with a reason: the agree, its agent, the reason, status and day."""
    each = claims.select(
        agree_id=_agree_id(claims), agent_id=claims.agent_id_credit, verdict=claims.verdicts.unnest()
    ).mutate(
        status=_.verdict.status, reason_code=_.verdict.reason_code, tapped_on=_.verdict.tapped_at.date()
    )  # fmt: skip
    kept = each.filter(_.status.isin(_DEFECTS), _.reason_code.notnull()).select(*_VERDICTS).order_by(_VERDICTS)
    frame = pd.DataFrame(kept.execute())
    return frame.assign(tapped_on=[value.date() for value in pd.to_datetime(frame["tapped_on"])])


def _agree_id(claims: Table) -> StringValue:
    # A letter before each run of digits: no part of a code then reads as a number.
    month = ibis.literal("M") + claims.period.replace("-", "").right(4)
    number = ibis.literal("N") + claims.claim_no.cast("string")
    return ibis.literal("-").join([ibis.literal("AGR"), claims.service_no, month, number])
