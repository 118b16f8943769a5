"""The targets of the site: agrees per month for site and teams, and the plan of the funnel."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from caringmon.demo import plan
from caringmon.demo.people import People, team_code
from caringmon.demo.plan import Floats, Ints, Size

# Agrees per service on the list, by month and segment; set before the month, so they know nothing of its causes.
_AGREES_PER_SERVICE = ((0.320, 0.240), (0.358, 0.252), (0.345, 0.245))
# The plan of the funnel; its product with the list is the target of the site, up to rounding.
_FUNNEL = (
    {"penetration": 0.985, "contact_rate": 0.94, "rpc_rate": 0.93, "valid_share": 0.94},
    {"penetration": 0.98, "contact_rate": 0.82, "rpc_rate": 0.835, "valid_share": 0.93},
)
_AGREE_RATE = ((0.395, 0.385), (0.442, 0.404), (0.426, 0.393))
_APPROVED = tuple(dt.datetime(2022, *day, 16, 0) for day in ((8, 30), (9, 28), (10, 28)))
_COLUMNS = (
    "period",
    "segment",
    "level",
    "entity_id",
    "metric",
    "value",
    "unit",
    "grain",
    "date",
    "apportion",
    "version",
    "approved_by",
    "approved_at",
    "effective_from",
)


def target_rows(people: People, size: Size, month: int) -> pd.DataFrame:
    """Return the targets of a month; the agrees of the teams, and of the SPVs above them, sum to those of the site."""
    rows: list[tuple[str, str, str, str, float, str]] = []
    for segment, name in enumerate(plan.SEGMENTS):
        funnel = _FUNNEL[segment] | {"agree_rate": _AGREE_RATE[month][segment]}
        total = round(_AGREES_PER_SERVICE[month][segment] * size.services[segment] / 10) * 10
        rows.append((name, "SITE", "SITE", "agree", total, "count"))
        strength = _strength(people, size, segment)
        teams = np.flatnonzero(strength)
        shares = largest_remainder(total, strength[teams])
        rows += [
            (name, "TL", team_code(t), "agree", s, "count")
            for t, s in zip(teams.tolist(), shares.tolist(), strict=True)
        ]
        rows += [(name, "SPV", code, "agree", value, "count") for code, value in _of_supervisors(people, rows, name)]
        rows.append((name, "SITE", "SITE", "assigned", size.services[segment], "count"))
        rows += [(name, "SITE", "SITE", metric, value, "rate") for metric, value in funnel.items()]
    table = pd.DataFrame(rows, columns=["segment", "level", "entity_id", "metric", "value", "unit"])
    first = plan.TARGET_MONTHS[month].start
    fixed = {
        "period": f"{first:%Y-%m}",
        "grain": "MONTH",
        "date": None,
        "apportion": "WORKDAY",
        "version": 1,
        "approved_by": "MGR01",
        "approved_at": _APPROVED[month],
        "effective_from": first,
    }
    return table.assign(**fixed)[list(_COLUMNS)]


def _of_supervisors(
    people: People, rows: list[tuple[str, str, str, str, float, str]], segment: str
) -> list[tuple[str, float]]:
    """Return each SPV's target of a segment: those of the teams added up."""
    leaders = people.roster[people.roster["role"] == "TL"].set_index("person_id")["reports_to"].to_dict()
    totals: dict[str, float] = {}
    for name, level, code, _metric, value, _unit in rows:
        if (name, level) == (segment, "TL"):
            totals[leaders[code]] = totals.get(leaders[code], 0) + value
    return sorted(totals.items())


def largest_remainder(total: int, weights: Floats) -> Ints:
    """Return whole shares of `total` in proportion to the weights; they sum to it, ties go to the first."""
    exact = total * weights / weights.sum()
    shares: Ints = np.floor(exact).astype(np.int64)
    shares[np.argsort(shares - exact, kind="stable")[: total - int(shares.sum())]] += 1
    return shares


def _strength(people: People, size: Size, segment: int) -> Floats:
    """Return how many agents each team has for its own segment; teams of the other segment 0."""
    own = people.agents[people.agents["segment"] == segment]
    return np.bincount(own["team"], weights=np.where(own["both"], 0.7, 1.0), minlength=size.teams).astype(np.float64)
