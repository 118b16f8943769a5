"""Who was there and how busy: agents with few dials (R12), attendance (R13), agrees of a few (R14). Attendance only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median

from caringmon.analysis.comparison import FALSE_DISCOVERY_RATE, adjusted_p_values
from caringmon.analysis.rules import gains
from caringmon.analysis.rules.known import Case, Known
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check
from caringmon.model.rulebook import RHO

FEWEST_AGENTS = 3


def low_activity(known: Known) -> list[Case]:
    """R12: agents with far fewer dials per hour than the others who were free to dial.

    Who works in several segments is left out: the hours logged in are those of all of them, the dials are not.
    """
    agents = known.tables["agents"]
    shared = set(agents.loc[agents["is_shared"].astype(bool), "entity"])
    every, busy = known.of_level("K22", "day", "agent"), known.of_level("K24", "day", "agent")
    pace = {agent: figure for agent, figure in every.items() if agent not in shared}
    if len(pace) < FEWEST_AGENTS:
        return []
    middle = median(one.value for one in pace.values())
    found = []
    for agent, own in _beyond_chance(pace, middle).items():
        occupied = busy.get(agent)
        if occupied is None or not occupied.value < known.limit("R12", "occupancy_rate"):
            continue
        if not own.value < known.limit("R12", "median_rate") * middle:
            continue
        missing = (middle - own.value) * own.denominator
        usual = known.made("R12", "median_dials", middle, level="agent", entity=agent)
        gain = gains.of_agrees(known, missing * gains.won_per_dial(known))
        found.append(
            Case("R12", agent, "agent", {"pace": own, "usual": usual, "busy": occupied}, {"agent": agent}, gain=gain,
                 check=Check("K22", 1, middle - own.value), size=missing)
        )  # fmt: skip
    return found


def _beyond_chance(pace: Mapping[str, Figure], usual: float) -> dict[str, Figure]:
    """Return who dialled less than usual beyond chance: Poisson, Benjamini-Hochberg at 5 % over the agents."""
    from scipy.special import pdtr

    p_values = [float(pdtr(one.numerator, usual * one.denominator)) for one in pace.values()]
    adjusted = adjusted_p_values(p_values)
    return {agent: one for (agent, one), p in zip(pace.items(), adjusted, strict=True) if p <= FALSE_DISCOVERY_RATE}


def low_attendance(known: Known) -> list[Case]:
    """R13: too many planned agent-days without an agent."""
    rate = known.get("K26")
    if rate is None or not rate.value < known.limit("R13", "attendance_rate"):
        return []
    lost = rate.denominator - rate.numerator
    figures = {"rate": rate, "limit": known.threshold("R13", "attendance_rate"),
               "days": known.made("R13", "lost_days", lost)}  # fmt: skip
    per_day = known.of_level("K21", "mtd", "agent").values()
    agrees, days = (math.fsum(getattr(one, side) for one in per_day) for side in ("numerator", "denominator"))
    gain = gains.of_agrees(known, lost * agrees / days) if days else None
    return [Case("R13", known.entity, known.level, figures, gain=gain, check=Check("K26", 1), size=lost)]


def concentrated(known: Known) -> list[Case]:
    """R14: few agents make most of the agrees."""
    if not known.of_level("K21", "mtd", "agent"):
        return []
    agrees = sorted((one.value for one in known.of_level(known.actual, "mtd", "agent").values()), reverse=True)
    number, total = len(agrees), math.fsum(agrees)
    if number < known.limit("R14", "agents") or not total > 0:
        return []
    top = math.ceil(number * known.limit("R14", "top_rate"))
    best = math.fsum(agrees[:top])
    if not best / total > known.limit("R14", "share_rate"):
        return []
    figures = {
        "share": known.made("R14", "top_share", best / total, numerator=best, denominator=total),
        "top": known.made("R14", "top_agents", top),
        "agents": known.made("R14", "all_agents", number),
    }
    middle, elapsed = median(agrees), known.value("elapsed")
    short = math.fsum(max(0.0, middle - one) for one in agrees[-math.ceil(number / 4) :])
    share = known.rulebook.general[RHO] * known.value("remaining") / elapsed if elapsed > 0 else math.nan
    gain = gains.of_agrees(known, short * share)
    return [Case("R14", known.entity, known.level, figures, gain=gain, check=Check("K47", 1), size=best / total)]
