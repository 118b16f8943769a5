"""Who is reached: list untouched (R03, R04), too few or too many attempts (R06, R07), numbers and people (R08, R09)."""

from __future__ import annotations

from collections.abc import Mapping

from caringmon.analysis.comparison import FALSE_DISCOVERY_RATE, adjusted_p_values
from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import has_enough, is_surely_above, is_surely_below, z_score
from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check

OLD = ("K07.4-7", "K07.>7")


def low_penetration(known: Known) -> list[Case]:
    """R03: half of the month is over and a part of the list was never dialled, or very much of it by day 10."""
    reached, untouched = known.get("K04"), known.get("K07")
    elapsed, workdays = known.value("elapsed"), known.value("workdays")
    if reached is None or untouched is None or not has_enough(reached, known) or not untouched.value > 0:
        return []
    late = elapsed >= known.limit("R03", "month_rate") * workdays
    is_low = late and reached.value < known.limit("R03", "penetration_rate")
    early = elapsed >= known.limit("R03", "early_days") and reached.value < known.limit("R03", "early_rate")
    if not is_low and not early:
        return []
    old = sum(known.value(kpi) for kpi in OLD)
    figures = {"reached": reached, "untouched": untouched, "aim": known.threshold("R03", "aim_rate"),
               "old": known.made("R03", "untouched_old", old), "days": known.threshold("R03", "old_days")}  # fmt: skip
    aim = known.limit("R03", "aim_rate")
    gain = gains.of_factor(known, "penetration", reached.value, aim)
    figures, words, parts = with_driver(known, "penetration", figures)
    return [Case("R03", known.entity, known.level, figures, words, parts, gain, Check("K04", 1, aim - reached.value),
                 size=untouched.value)]  # fmt: skip


def untouched_ageing(known: Known) -> list[Case]:
    """R04: services that nobody called for more than seven working days."""
    old, conversion = known.get("K07.>7"), known.get("K16")
    if old is None or not old.value > 0:
        return []
    figures = {"old": old, "days": known.threshold("R04", "old_days")}
    parts = {} if conversion is not None else {"evidence": "bare"}
    figures |= {"conversion": conversion} if conversion is not None else {}
    figures, words, parts = with_team(known, ("K07.>7", "mtd"), figures, {}, parts)
    gain = gains.of_agrees(known, old.value * known.value("K16"))
    return [Case("R04", known.entity, known.level, figures, words, parts, gain, Check("K07.>7", -1), size=old.value)]


def low_intensity(known: Known) -> list[Case]:
    """R06: few attempts per service, while many were never reached."""
    intensity, uncontacted, once = known.get("K06"), known.get("uncontacted", "day"), known.get("tried_once", "day")
    if intensity is None or uncontacted is None or once is None:
        return []
    if not intensity.value < known.limit("R06", "attempts"):
        return []
    if not uncontacted.value > known.limit("R06", "uncontacted_rate"):
        return []
    figures = {"intensity": intensity, "uncontacted": uncontacted, "once": once,
               "aim": known.threshold("R06", "aim_attempts")}  # fmt: skip
    gain = gains.of_agrees(known, once.value * gains.won_per_dial(known))
    return [Case("R06", known.entity, known.level, figures, gain=gain, check=Check("K06", 1), size=once.value)]


def over_dialled(known: Known) -> list[Case]:
    """R07: services called more often than allowed."""
    services = known.get("over_dialled", "day")
    if services is None or not services.value > 0:
        return []
    most = known.made("R07", "threshold", known.max_attempts_day)
    figures = {"services": services, "most": most}
    return [Case("R07", known.entity, known.level, figures, parts={"effect": "care"}, check=Check("over_dialled", -1),
                 size=services.value)]  # fmt: skip


def invalid_numbers(known: Known) -> list[Case]:
    """R08: too many numbers lead nowhere, in the whole list or in one witel beyond the others."""
    rate, witels = known.get("K12"), known.of_level("K12", "mtd", "witel")
    odd = _odd_witels(known, witels)
    is_high = is_surely_above(rate, known.limit("R08", "invalid_rate"), known)
    if rate is None or (not is_high and not odd):
        return []
    figures: dict[str, Figure] = {"rate": rate, "limit": known.threshold("R08", "invalid_rate")}
    words: dict[str, Word] = {}
    parts = {} if is_high else {"finding": "witel"}
    worst = odd[0] if odd else max(
        (name for name, one in witels.items() if has_enough(one, known)),
        key=lambda name: (witels[name].value, name), default="",
    )  # fmt: skip
    if worst:
        words["witel"], figures["worst"] = worst, witels[worst]
    else:
        parts["evidence"] = "bare"
    cases = rate.numerator if is_high else witels[worst].numerator
    gain = gains.of_services(known, cases * known.limit("R08", "fixed_rate"))
    return [Case("R08", known.entity, known.level, figures, words, parts, gain, Check("K12", -1), size=cases)]


def _odd_witels(known: Known, witels: Mapping[str, Figure]) -> list[str]:
    """Return the witels whose numbers are worse than those of all others beyond chance, the worst first."""
    from scipy.special import ndtr

    able = {name: one for name, one in witels.items() if has_enough(one, known)}
    cases, of = (sum(getattr(one, side) for one in witels.values()) for side in ("numerator", "denominator"))
    scores = {
        name: z_score(one.numerator, one.denominator, cases - one.numerator, of - one.denominator)
        for name, one in able.items()
    }
    adjusted = adjusted_p_values([2 * float(ndtr(-abs(z))) for z in scores.values()])
    limit = known.limit("R08", "witel_z")
    odd = [name for name, p in zip(scores, adjusted, strict=True) if scores[name] > limit and p <= FALSE_DISCOVERY_RATE]
    return sorted(odd, key=lambda name: (-scores[name], name))


def low_rpc(known: Known) -> list[Case]:
    """R09: somebody answers, but too often not the customer."""
    rate = known.get("K11")
    limit = known.limit("R09", "rpc_rate")
    if rate is None or not is_surely_below(rate, limit, known):
        return []
    figures: dict[str, Figure] = {"rate": rate, "limit": known.threshold("R09", "rpc_rate")}
    figures, words, parts = with_driver(known, "rpc", figures)
    gain = gains.of_factor(known, "rpc", rate.value, limit)
    return [Case("R09", known.entity, known.level, figures, words, parts, gain, Check("K11", 1, limit - rate.value),
                 size=rate.denominator - rate.numerator)]  # fmt: skip


def with_team(
    known: Known, counted: tuple[str, str], figures: Mapping[str, Figure], words: Mapping[str, Word],
    parts: Mapping[str, str],
) -> tuple[dict[str, Figure], dict[str, Word], dict[str, str]]:  # fmt: skip
    """Return figures, words and parts of a case that its teams share: who has most of it (KPI and window `counted`)."""
    heaviest = known.heaviest_team(*counted)
    if heaviest is None:
        return dict(figures), dict(words), dict(parts)
    team, most = heaviest
    return {**figures, "most": most}, {**words, "team": team}, {**parts, "evidence": "team"}


def with_driver(
    known: Known, factor: str, figures: Mapping[str, Figure]
) -> tuple[dict[str, Figure], dict[str, Word], dict[str, str]]:
    """Return figures, words and parts of a case about a factor: its part of the gap, if chance does not explain it."""
    if factor not in gains.drivers(known, known.level, known.focus):
        return dict(figures), {}, {"cause": "unsure"}
    part = known.get("K48.shown", part=factor) or known.get("K48", part=factor)
    return {**figures, **({"part": part} if part is not None else {})}, {}, {}
