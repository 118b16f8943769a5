"""What comes of a talk: agree rate (R10), agents below and above the others (R11, R31), refusals over service (R25)."""

from __future__ import annotations

import math

from caringmon.analysis.comparison import Standing
from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import differs, has_enough, is_surely_above, is_surely_below
from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.analysis.rules.places import in_place
from caringmon.analysis.rules.reach import with_driver
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check
from caringmon.model.rulebook import RHO

MOST_REASONS = 2


def low_agree_rate(known: Known) -> list[Case]:
    """R10: the agree rate is well below the plan or last month's; else where it fell beyond chance.

    The rate of a month grows with the calls of its services, so that a plan for the month is compared with once the
    month is over; before that with last month by the same working day, where there is one.
    """
    return _low_rate(known) or in_place(known, "R10", ("agree", "K14"), {})


def _low_rate(known: Known) -> list[Case]:
    rate, plan, before = known.get("K14"), known.get("K14.plan"), known.get("K14", "last_month")
    base = plan if before is None or (plan is not None and known.is_month_over) else before
    if rate is None or base is None or not rate.denominator >= known.limit("R10", "contacts"):
        return []
    limit = base.value - known.limit("R10", "below_rate")
    is_low = is_surely_below(rate, limit, known) if base is plan else rate.value < limit and differs(rate, base)
    if not is_low:
        return []
    figures: dict[str, Figure] = {"rate": rate, "base": base}
    figures, words, parts = with_driver(known, "agree", figures)
    parts |= {} if base is plan else {"finding": "before"}
    reasons = top_results(known, "refusals", MOST_REASONS)
    if len(reasons) == MOST_REASONS:
        figures |= {f"share{place}": one for place, one in enumerate(reasons.values(), 1)}
        words |= {f"reason{place}": f"refusal.{code}" for place, code in enumerate(reasons, 1)}
    else:
        parts |= {"evidence": "bare", "action": "bare"}
    gain = gains.of_factor(known, "agree", rate.value, base.value)
    return [Case("R10", known.entity, known.level, figures, words, parts, gain,
                 Check("K14", 1, base.value - rate.value), size=base.value - rate.value)]  # fmt: skip


def top_results(known: Known, kpi: str, most: int) -> dict[str, Figure]:
    """Return the results with the largest share, by code; none has a case: nothing."""
    shares = {code: one for code, one in known.parts(kpi, "mtd", "result").items() if one.numerator > 0}
    return {code: shares[code] for code in sorted(shares, key=lambda code: (-shares[code].value, code))[:most]}


def low_agents(known: Known) -> list[Case]:
    """R11: agents who convert less than the others of the segment, beyond chance."""
    return [_low_agent(known, agent, own, others) for agent, own, others in _standing(known, "R11", Standing.LOWER)]


def _low_agent(known: Known, agent: str, own: Figure, others: Figure) -> Case:
    elapsed, remaining = known.value("elapsed"), known.value("remaining")
    contacts = own.denominator / elapsed * remaining if elapsed > 0 else math.nan
    share = known.rulebook.general[RHO]
    gain = gains.of_agrees(known, (others.value - own.value) * contacts * gains.valid_share(known) * share)
    return Case("R11", agent, "agent", {"rate": own, "others": others}, {"agent": agent}, gain=gain,
                check=Check("K14", 1, others.value - own.value), size=gain.agrees if gain else 0.0)  # fmt: skip


def good_agents(known: Known) -> list[Case]:
    """R31: agents who convert more than the others, ten working days into the month."""
    if not known.value("elapsed") >= known.limit("R31", "elapsed_days"):
        return []
    return [
        Case("R31", agent, "agent", {"rate": own, "others": others}, {"agent": agent}, {"effect": "practice"},
             check=Check("K14", 1), size=own.value - others.value)
        for agent, own, others in _standing(known, "R31", Standing.HIGHER)
    ]  # fmt: skip


def _standing(known: Known, rule: str, standing: Standing) -> list[tuple[str, Figure, Figure]]:
    """Return the agents of a standing with their rate and that of all others together (guard 8)."""
    rows, rates = known.tables["agents"], known.of_level("K14", "mtd", "agent")
    cases, of = (sum(getattr(rate, side) for rate in rates.values()) for side in ("numerator", "denominator"))
    found = []
    for agent in sorted(rows.loc[rows["standing"] == standing.value, "entity"]):
        own = rates.get(agent)
        if own is None or not has_enough(own, known) or not of > own.denominator:
            continue
        numbers = {"numerator": cases - own.numerator, "denominator": of - own.denominator}
        share = numbers["numerator"] / numbers["denominator"]
        found.append((agent, own, known.made(rule, "others_rate", share, level="agent", entity=agent, **numbers)))
    return found


def refused_over_service(known: Known) -> list[Case]:
    """R25: too many customers refuse because of their service or their bill, or many more than last month."""
    rate, before = known.get("refused"), known.get("refused", "last_month")
    if rate is None:
        return []
    is_high = is_surely_above(rate, known.limit("R25", "refused_rate"), known)
    rises = before is not None and (
        has_enough(rate, known) and has_enough(before, known)
        and rate.value - before.value > known.limit("R25", "rise_rate") and differs(rate, before)
    )  # fmt: skip
    if not is_high and not rises:
        return []
    figures: dict[str, Figure] = {"rate": rate}
    words: dict[str, Word] = {"reason": f"refusal.{_main_reason(known)}"}
    parts = {}
    if rises and before is not None:
        figures["before"] = before
    else:
        parts["finding"] = "high"
        figures["limit"] = known.threshold("R25", "refused_rate")
    witels = {name: one for name, one in known.of_level("refused", "mtd", "witel").items() if has_enough(one, known)}
    if witels:
        worst = min(witels, key=lambda name: (-witels[name].value, name))
        words["witel"], figures["worst"] = worst, witels[worst]
    else:
        parts |= {"evidence": "bare", "action": "bare"}
    gain = gains.of_agrees(known, rate.numerator * known.limit("R25", "solved_rate"))
    return [Case("R25", known.entity, known.level, figures, words, parts, gain, Check("refused", -1),
                 size=rate.numerator)]  # fmt: skip


def _main_reason(known: Known) -> str:
    shares = known.parts("refusals", "mtd", "result")
    return max(("R04", "R05"), key=lambda code: shares[code].value if code in shares else 0.0)
