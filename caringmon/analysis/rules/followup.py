"""What became of earlier advice: overdue, done without effect, or needed again (R29)."""

from __future__ import annotations

from caringmon.analysis.rules.known import Case, Earlier, Known, Word
from caringmon.model.recommendation import Check, Status

NEXT_ROLE = {"TL": "SPV", "QCO": "QRD", "ANALYST": "SPV", "SPV": "MANAGER", "QRD": "MANAGER"}


def not_followed_up(known: Known) -> list[Case]:
    """R29: a recommendation is overdue, did not work, or is needed again; the superior of its owner takes it over."""
    every = [one for one in known.earlier if one.segment == known.segment]
    # What did not work is escalated once: whoever closed that has decided.
    settled = {one.entity for one in every if one.rule_id == "R29" and not one.is_open}
    mine = sorted((one for one in every if one.rule_id != "R29"), key=lambda one: one.rec_id)
    return [_case(known, one) for one in mine if _is_late(one) or (_has_failed(one) and one.rec_id not in settled)]


def _is_late(one: Earlier) -> bool:
    return one.is_open and one.workdays_overdue > 0


def _has_failed(one: Earlier) -> bool:
    return one.is_fresh and (one.status is Status.VERIFIED_NOT_EFFECTIVE or one.came_back)


def _case(known: Known, one: Earlier) -> Case:
    boss = NEXT_ROLE.get(one.owner_role, "MANAGER")
    words: dict[str, Word] = {"recommendation": one.rec_id, "rule": one.rule_id, "boss": f"role.{boss}", "due": one.due}
    if one.status is Status.VERIFIED_NOT_EFFECTIVE:
        wording, figures = "failed", {}
    elif one.came_back:
        wording, figures = "again", {"days": known.threshold("R29", "again_days")}
    else:
        days = known.made("R29", "workdays_overdue", one.workdays_overdue, level="rec", entity=one.rec_id)
        wording, figures = "", {"days": days}
    parts = {"finding": wording, "action": "failed" if wording else ""}
    return Case("R29", one.rec_id, "rec", figures, words, parts, check=Check(""), size=float(one.workdays_overdue),
                asked=f"role:{boss}", team=one.owner_id if one.owner_role == "TL" else "")  # fmt: skip
