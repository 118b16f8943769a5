"""What QC finds: returns (R19, R21), not valid (R20), tapping (R22), empty reasons (R23), calibration (R24)."""

from __future__ import annotations

import datetime as dt

from caringmon.analysis.integrity import conspicuous
from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import has_enough, is_surely_above
from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.analysis.rules.reach import with_team
from caringmon.model.codes import QC_REASONS
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check

MOST_DEFECTS = 2
OTHER_DEFECT = "RC99"


def high_return_rate(known: Known) -> list[Case]:
    """R19: too many agrees come back from the first tapping."""
    rate, limit = known.get("K37"), known.limit("R19", "return_rate")
    if rate is None or not is_surely_above(rate, limit, known):
        return []
    figures: dict[str, Figure] = {"rate": rate, "limit": known.threshold("R19", "return_rate")}
    words: dict[str, Word] = {}
    parts: dict[str, str] = {}
    top = _top_defects(known)
    if len(top) == MOST_DEFECTS:
        figures |= {f"share{place}": one for place, one in enumerate(top.values(), 1)}
        words |= {f"defect{place}": f"defect.{code}" for place, code in enumerate(top, 1)}
    else:
        parts |= {"evidence": "bare", "action": "bare"}
    lost = (rate.value - limit) * rate.denominator * (1 - known.value("K39"))
    return [Case("R19", known.entity, known.level, figures, words, parts, gains.of_agrees(known, lost),
                 Check("K37", -1, limit - rate.value), size=rate.numerator)]  # fmt: skip


def _top_defects(known: Known) -> dict[str, Figure]:
    """Return the reasons that QC gives most, by code; without a case: none."""
    found = {code: known.get(f"K43.{code}") for code in QC_REASONS}
    shares = {code: one for code, one in found.items() if one is not None and one.numerator > 0}
    return {code: shares[code] for code in sorted(shares, key=lambda code: (-shares[code].value, code))[:MOST_DEFECTS]}


def not_valid_cluster(known: Known) -> list[Case]:
    """R20: agents with a pattern of agrees that are not valid. How many, never who: that is in `integrity`."""
    if known.integrity.empty:
        return []
    limits = (known.limit("R20", name) for name in ("times", "cases", "grave_cases"))
    found = conspicuous(known.integrity, *limits)
    if found.empty:
        return []
    number = known.made("R20", "restricted", len(found))
    return [Case("R20", known.entity, known.level, {"number": number}, parts={"effect": "trust"},
                 check=Check("K38", -1), size=float(len(found)), is_restricted=True)]  # fmt: skip


def late_returns(known: Known) -> list[Case]:
    """R21: open returns that nobody answered in time."""
    late, age = known.get("returns_late", "day"), known.get("K40")
    is_old = age is not None and age.value > known.limit("R21", "age_days")
    if late is None or (not late.value > 0 and not is_old):
        return []
    figures: dict[str, Figure] = {"late": late, "days": known.threshold("R21", "sla_days")}
    parts = {}
    if age is not None:
        figures["age"] = age
    else:
        parts["evidence"] = "bare"
    words: dict[str, Word] = {"cutoff": known.cutoff.date()}
    figures, words, parts = with_team(known, ("returns_late", "day"), figures, words, parts)
    gain = gains.of_agrees(known, late.value * known.value("K39"))
    return [Case("R21", known.entity, known.level, figures, words, parts, gain, Check("returns_late", -1),
                 size=late.value, agrees=known.agrees.get("R21", ()))]  # fmt: skip


def tapping_behind(known: Known) -> list[Case]:
    """R22: agrees wait for QC: too few are tapped, too late, or the month is about to be closed, or was."""
    coverage, slowest, pending = known.get("K35"), known.get("K41.p90"), known.get("pending")
    if coverage is None or pending is None:
        return []
    is_thin = coverage.value < known.limit("R22", "coverage_rate")
    is_slow = slowest is not None and slowest.value > known.limit("R22", "tapping_hours")
    is_closing = _workdays_to_close(known) <= known.limit("R22", "close_days") and pending.value > 0
    if not is_thin and not is_slow and not is_closing:
        return []
    figures: dict[str, Figure] = {"coverage": coverage, "pending": pending}
    parts = {"action": "closed", "verification": "closed"} if known.read_day > known.cutoff.date() else {}
    if slowest is not None and is_slow:
        figures["hours"], figures["limit"] = slowest, known.threshold("R22", "tapping_hours")
    else:
        parts["evidence"] = "bare"
    untapped = coverage.denominator - coverage.numerator
    gain = gains.of_agrees(known, untapped * known.value("K36"))
    return [Case("R22", known.entity, known.level, figures, {"cutoff": known.cutoff.date()}, parts, gain,
                 Check("K35", 1), size=untapped)]  # fmt: skip


def _workdays_to_close(known: Known) -> int:
    """Return the working days after today up to the day on which the verdicts of the month are final."""
    day, number = known.day, 0
    while day < known.cutoff.date() and number <= known.limit("R22", "close_days"):
        day += dt.timedelta(days=1)
        number += known.calendar.is_workday(day)
    return number


def says_nothing(known: Known) -> list[Case]:
    """R23: reasons recorded as "other", or results that no list knows, say nothing about why."""
    asked = (
        ("unmapped", known.get("unmapped"), "unmapped_rate"),
        ("", known.get("refusals", part="result:R99"), "other_rate"),
        ("defect", known.get(f"K43.{OTHER_DEFECT}"), "other_rate"),
    )
    for wording, rate, name in asked:
        if rate is not None and has_enough(rate, known) and rate.value > known.limit("R23", name):
            figures = {"rate": rate, "limit": known.threshold("R23", name)}
            parts = {part: wording for part in ("finding", "evidence", "action") if wording}
            return [Case("R23", known.entity, known.level, figures, parts={**parts, "effect": "accuracy"},
                         check=Check(rate.kpi, -1), size=rate.numerator)]  # fmt: skip
    return []


def low_calibration(known: Known) -> list[Case]:
    """R24: two QCOs judge the same call too differently."""
    agreement, kappa = known.get("K42"), known.get("K42.kappa")
    if agreement is None:
        return []
    is_low = agreement.value < known.limit("R24", "agreement_rate")
    if not is_low and (kappa is None or not kappa.value < known.limit("R24", "kappa")):
        return []
    figures: dict[str, Figure] = {"agreement": agreement, "limit": known.threshold("R24", "agreement_rate")}
    parts = {"effect": "accuracy"}
    if kappa is not None:
        figures["kappa"] = kappa
    if kappa is None or not is_low:
        parts["evidence"] = "bare"
    if not is_low:
        parts["finding"] = "kappa"
    return [Case("R24", known.entity, known.level, figures, parts=parts, check=Check("K42", 1),
                 size=agreement.denominator - agreement.numerator)]  # fmt: skip
