"""Promises and limits: CT-0 near the limit (R15), promises beyond it (R16), kept rate (R17), broken ones left (R18)."""

from __future__ import annotations

import math

from caringmon.analysis.day_counts import LIMIT_DAY
from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import is_surely_below
from caringmon.analysis.rules.known import Case, Gain, Known, Word
from caringmon.analysis.rules.reach import with_team
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check


def near_limit(known: Known) -> list[Case]:
    """R15: CT-0 services close to the day on which they are cut off, and nobody spoke with the customer yet."""
    services, arrears = known.get("near_limit", "day"), known.get("near_limit_rupiah", "day")
    if services is None or arrears is None or not services.value > 0:
        return []
    limit = known.day.replace(day=LIMIT_DAY)
    words: dict[str, Word] = {"limit": limit, "segment": f"segment.{known.segment}"}
    parts = {"action": "passed"} if known.read_day > limit else {}
    figures, words, parts = with_team(
        known, ("near_limit", "day"), {"services": services, "arrears": arrears}, words, parts
    )
    gain = gains.of_services(known, services.value)
    # Counted on the last days before the limit alone: ten working days later nothing compares, a person judges.
    return [Case("R15", known.entity, known.level, figures, words, parts, gain, size=services.value)]  # fmt: skip


def beyond_limit(known: Known) -> list[Case]:
    """R16: promises for a day after the limit of their service; every limit of a month has passed when it is over."""
    rate = known.get("K49")
    if rate is None or not rate.numerator > 0:
        return []
    is_late = known.is_month_over
    parts = {"action": "over", "verification": "over", "effect": "trust"} if is_late else {"effect": "kept"}
    gain = None if is_late else _kept(known, rate.numerator * known.value("K28"))
    return [Case("R16", known.entity, known.level, {"rate": rate}, {"segment": f"segment.{known.segment}"}, parts,
                 gain, Check("K49", -1), size=rate.numerator, agrees=known.agrees.get("R16", ()))]  # fmt: skip


def low_kept_rate(known: Known) -> list[Case]:
    """R17: too few promises are kept."""
    kept, long = known.get("K28"), known.get("kept_long")
    aim = known.limit("R17", "kept_rate")
    if kept is None or not kept.denominator >= known.limit("R17", "due_cases"):
        return []
    if not is_surely_below(kept, aim, known):
        return []
    figures: dict[str, Figure] = {"kept": kept, "aim": known.threshold("R17", "kept_rate"),
                                  "days": known.threshold("R17", "long_days")}  # fmt: skip
    parts = {"effect": "past_kept" if known.is_month_over else "kept"}
    if long is not None and long.denominator >= known.min_n:
        figures["long"] = long
    else:
        parts["evidence"] = "bare"
    gain = _kept(known, (aim - kept.value) * kept.denominator)
    return [Case("R17", known.entity, known.level, figures, parts=parts, gain=gain,
                 check=Check("K28", 1, aim - kept.value), size=kept.denominator - kept.numerator)]  # fmt: skip


def broken_left_alone(known: Known) -> list[Case]:
    """R18: broken promises that nobody called about on the next working day, nor since."""
    waiting = known.get("broken_waiting", "day")
    if waiting is None or not waiting.value > known.limit("R18", "broken_rate"):
        return []
    kept = waiting.numerator * gains.won_share(known) * known.value("K28")
    figures, words, parts = with_team(known, ("broken_waiting", "day"), {"waiting": waiting}, {}, {"effect": "kept"})
    return [Case("R18", known.entity, known.level, figures, words, parts, _kept(known, kept),
                 Check("broken_waiting", -1), size=waiting.numerator)]  # fmt: skip


def _kept(known: Known, promises: float) -> Gain | None:
    """Return promises kept with the mean amount owed; not known: None."""
    net = known.value("K17")
    mean = known.value("K30") / net if net > 0 else math.nan
    return Gain(promises, rupiah=promises * mean) if promises > 0 else None
