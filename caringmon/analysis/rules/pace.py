"""Where the month stands: target missed (R01), projection below target (R02), missed without a cause (R30)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import heavy_children
from caringmon.analysis.rules.known import Case, Gain, Known, Word
from caringmon.model.findings import Figure, figure_id
from caringmon.model.recommendation import Check


def target_missed(known: Known) -> list[Case]:
    """R01: the month to date is well below its target; where one team explains most of it, that team alone.

    Unless what is known for sure lies elsewhere: then the whole is told with its cause, and the team in its evidence.
    """
    if not known.value("elapsed") >= known.limit("R01", "elapsed_days"):
        return []
    if not known.value("K19") < known.limit("R01", "achievement_rate"):
        return []
    gaps = {entity: figure.value for entity, figure in _teams(known, "K20").items()}
    share = known.rulebook.general["child_rate"]
    heavy = [
        team for team in heavy_children(known.value("K20"), gaps, share)
        if known.value("K19", name=team) < known.limit("R01", "achievement_rate")
    ]  # fmt: skip
    is_sure = bool(gains.drivers(known, known.level, known.focus) or gains.places(known))
    if is_sure:
        heavy = [team for team in heavy if gains.drivers(known, "tl", team)]
    if heavy:
        return [_missed(known, "tl", team, {}) for team in heavy]
    return [_missed(known, known.level, known.focus, gaps)]


def _missed(known: Known, level: str, name: str, teams: Mapping[str, float]) -> Case:
    """Return the case of one entity; `teams`: the gaps of those below whom it names the worst."""
    wanted = {"achievement": "K19", "gap": "K20", "actual": known.actual, "target": "target", "pace": "K44",
              "projection": "K45", "required": "K46", "remaining": "remaining"}  # fmt: skip
    own = {slot: known.get(kpi, name=name) for slot, kpi in wanted.items()}
    own["remaining"] = own["remaining"] or known.get("remaining")
    figures = {slot: figure for slot, figure in own.items() if figure is not None}
    words: dict[str, Word] = {"until": known.day}
    parts = {"action": "" if {"required", "remaining"} <= figures.keys() else "over" if known.is_month_over else "bare"}
    if known.is_month_over:
        parts["finding"] = "over"
    pulling = gains.drivers(known, level, name)
    place = _place(known, pulling) if (known.level, known.focus) == (level, name) else None
    gain = gains.of_driver(known, level, name, pulling[0]) if pulling else None
    if place is not None:
        words |= {"driver": f"factor.{place.factor}", place.word: place.entity}
        figures |= {"part": place.figures(known)["part"]}
        parts |= {"cause": place.word}
        gain = gains.of_driver(known, place.level, place.name, place.factor)
    elif pulling:
        words["driver"] = f"factor.{pulling[0]}"
        figures["part"] = _shown_part(known, name, pulling[0])
    else:
        parts |= {"cause": "unsure", "action": parts["action"] or "unsure"}
    if gain is None and not known.is_month_over:
        parts["effect"] = "goal"
    parts["evidence"] = _evidence(known, figures, words, teams)
    size = abs(known.value("K20", name=name))
    return Case(
        "R01", name if level == "tl" else known.entity, level, figures, words, parts, gain, Check("K19", 1), size
    )


def _place(known: Known, pulling: Sequence[str]) -> gains.Place | None:
    """Return the team or witel that the cause lies in: where the largest driver is, if most of it is there (guard 6).

    `pulling`: the drivers of the whole, the largest first; without any the place that lost most by whatever factor.
    """
    found = gains.places(known, pulling[0] if pulling else "")
    if not found:
        return None
    here, whole = (known.value("K48", name=name, part=found[0].factor) for name in (found[0].name, known.focus))
    return found[0] if not pulling or here <= known.rulebook.general["child_rate"] * whole else None


def _evidence(known: Known, figures: dict[str, Figure], words: dict[str, Word], teams: Mapping[str, float]) -> str:
    """Return which wording of the evidence holds; the worst team, where there is one, is added to figures and words."""
    if "pace" not in figures:
        return "projected" if "projection" in figures else "bare"
    worst = min(teams, key=lambda team: (teams[team], team), default="")
    if not worst or not teams[worst] < 0:
        return "alone"
    words["worst"] = worst
    figures["team_gap"] = known.figures[figure_id(known.segment, "K20", "mtd", worst)]
    return ""


def _shown_part(known: Known, name: str, factor: str) -> Figure:
    return (
        known.get("K48.alone", name=name, part=factor)
        or known.get("K48.shown", name=name, part=factor)
        or known.figures[figure_id(known.segment, "K48", "mtd", name, factor)]
    )


def _teams(known: Known, kpi: str) -> dict[str, Figure]:
    """Return a KPI of the teams below whom the report is about."""
    led = set(known.tables["teams"]["entity"])
    found = known.of_level(kpi, "mtd", "tl") if known.level != "tl" else {}
    return {entity: figure for entity, figure in found.items() if entity in led}


def projection_below(known: Known) -> list[Case]:
    """R02: the month ends below its target, also at the upper bound of what is likely."""
    projection, target = known.get("K45"), known.get("target", "month")
    high = known.value("K45.high80")
    if projection is None or target is None or not target.value > 0:
        return []
    if not projection.value / target.value < known.limit("R02", "projection_rate") or not high < target.value:
        return []
    required, pace = known.get("K46"), known.get("K44")
    if required is None or pace is None:
        return []
    short = known.made("R02", "short", target.value - projection.value)
    figures = {"projection": projection, "target": target, "high": known.figures[
        figure_id(known.segment, "K45.high80", "mtd", known.focus)
    ], "required": required, "pace": pace, "short": short}  # fmt: skip
    case = Case("R02", known.entity, known.level, figures, {}, {"action": "plain"}, None, Check("K44", 1),
                size=short.value)  # fmt: skip
    return [_with_hours(known, case, short.value)]


def _with_hours(known: Known, case: Case, short: float) -> Case:
    """Return the case with the hours that would make up for what is short, and whom to move, where attendance tells."""
    per_hour, per_day = (_of_agents(known, kpi) for kpi in ("K21.per_hour", "K21"))
    if not per_hour > 0:
        return case
    figures = {**case.figures, "hours": known.made("R02", "hours_needed", short / per_hour)}
    gain = Gain(short, rupiah=gains.rupiah_of(known, short))
    other = _segment_ahead(known)
    days = known.value("remaining")
    if not other or not days > 0 or not per_day > 0:
        return Case("R02", case.entity, case.level, figures, case.words, {"action": "hours"}, gain, case.check,
                    case.size)  # fmt: skip
    figures["agents"] = known.made("R02", "agents_needed", math.ceil(short / (per_day * days)))
    return Case("R02", case.entity, case.level, figures, {"other": other}, {}, gain, case.check, case.size)


def _of_agents(known: Known, kpi: str) -> float:
    """Return a quotient over all agents together."""
    each = known.of_level(kpi, "mtd", "agent").values()
    agrees, over = (math.fsum(getattr(figure, side) for figure in each) for side in ("numerator", "denominator"))
    return agrees / over if over else math.nan


def _segment_ahead(known: Known) -> str:
    """Return another segment whose month ends above its target; none: empty."""
    for figure in sorted(known.figures.values(), key=lambda one: one.segment):
        if figure.kpi != "K45" or figure.level != "site" or figure.segment == known.segment or known.level != "site":
            continue
        target = known.figures.get(figure_id(figure.segment, "target", "month"))
        if target is not None and target.value > 0 and figure.value >= target.value:
            return f"segment.{figure.segment}"
    return ""


def no_specific_cause(known: Known) -> list[Case]:
    """R30: the target is missed and no other rule said why: a person has to look."""
    figures = {slot: known.get(kpi) for slot, kpi in (("achievement", "K19"), ("gap", "K20"))}
    told = {slot: figure for slot, figure in figures.items() if figure is not None}
    parts = dict.fromkeys(("finding", "action", "verification"), "over") if known.is_month_over else {}
    return [Case("R30", known.entity, known.level, told, parts=parts, check=Check("K19", 1),
                 size=abs(known.value("K20")))]  # fmt: skip
