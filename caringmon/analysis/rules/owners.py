"""Whom advice goes to: the role that the rulebook names, and the person where one alone can be meant."""

from __future__ import annotations

import pandas as pd

from caringmon.analysis.rules.known import Case, Known
from caringmon.model.codes import UNMAPPED_ENTITY


def owner_of(known: Known, case: Case) -> tuple[str, str]:
    """Return role and person's code of the owner; several could be meant, or the roster names nobody: no code."""
    role = case.asked.removeprefix("role:") if case.asked else known.rulebook.rules[case.rule].owner
    leaders = {"TL": _tl, "SPV": _spv}
    return role, leaders[role](known, case) if role in leaders else ""


def _tl(known: Known, case: Case) -> str:
    if case.level == "tl":
        return case.entity
    if case.level == "agent":
        agents = known.tables["agents"]
        return _only(agents.loc[agents["entity"] == case.entity, "team"])
    if known.level == "tl":
        return known.entity
    return _only(_led(known)["entity"])


def _spv(known: Known, case: Case) -> str:
    if known.level == "spv":
        return known.entity
    teams, team = _led(known), case.team or _tl(known, case)
    return _only(teams.loc[teams["entity"] == team, "superior"] if team else teams["superior"])


def _led(known: Known) -> pd.DataFrame:
    teams = known.tables["teams"]
    return teams[teams["entity"] != UNMAPPED_ENTITY]


def _only(codes: pd.Series[str]) -> str:
    """Return the one code there is; none or several: empty."""
    each = {str(code) for code in codes if code}
    return each.pop() if len(each) == 1 else ""
