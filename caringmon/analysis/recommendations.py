"""Findings × rulebook → recommendations in order, with owner, due date and expected effect (5-rules, 7-methods).

Pure: the same figures, thresholds and history give the same recommendations in the same order.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from caringmon.analysis.rules import calling, followup, pace, promises, quality, reach, sources, staff, talk
from caringmon.analysis.rules.guards import (
    COMPLIANCE,
    OF_THE_LIST,
    OUTAGE,
    PRODUCTIVITY,
    SPECIFIC,
    WITH_TARGET_MET,
    is_unusual_day,
)
from caringmon.analysis.rules.known import Case, Gain, Known, Word
from caringmon.analysis.rules.owners import owner_of
from caringmon.model.annotations import Annotations, Decision
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Figure
from caringmon.model.gap import SITE
from caringmon.model.period import Period, month_code
from caringmon.model.recommendation import PARTS, Check, Effect, Origin, Priority, Recommendation, Said, rec_id

Rule = Callable[[Known], list[Case]]
RULES: Mapping[str, Rule] = {
    "R01": pace.target_missed,
    "R02": pace.projection_below,
    "R03": reach.low_penetration,
    "R04": reach.untouched_ageing,
    "R05": calling.contact_fell,
    "R06": reach.low_intensity,
    "R07": reach.over_dialled,
    "R08": reach.invalid_numbers,
    "R09": reach.low_rpc,
    "R10": talk.low_agree_rate,
    "R11": talk.low_agents,
    "R12": staff.low_activity,
    "R13": staff.low_attendance,
    "R14": staff.concentrated,
    "R15": promises.near_limit,
    "R16": promises.beyond_limit,
    "R17": promises.low_kept_rate,
    "R18": promises.broken_left_alone,
    "R19": quality.high_return_rate,
    "R20": quality.not_valid_cluster,
    "R21": quality.late_returns,
    "R22": quality.tapping_behind,
    "R23": quality.says_nothing,
    "R24": quality.low_calibration,
    "R25": talk.refused_over_service,
    "R26": sources.missing_data,
    "R27": sources.systems_disagree,
    "R28": calling.outside_hours,
    "R29": followup.not_followed_up,
    "R31": talk.good_agents,
    "R32": calling.system_failed,
}
# What says whether the other numbers can be trusted stands before what follows from them.
_FIRST = ("R32", "R26", "R27")
_SIZED_IN_AGREES = ("R01", "R02", "R30")
_OF_QC = frozenset({"R19", "R20", "R21", "R22", "R23", "R24"})
_WORKDAYS = {"D0": 0, "D1": 1, "D3": 3, "W1": 5}
LEFT_OUT = "more_important"
TABLE_COLUMNS = [
    "segment", "rec_id", "rule", "priority", "place", "shown", "why", "is_restricted", "level", "entity",
    "owner_role", "owner_id", "due", "origin", "period", "parts", "effect", "check", "evidence", "linked_agrees",
    "decision", "decision_text", "decision_reason", "decision_owner", "decision_due",
]  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """The recommendations of one segment in order, with their ids and made figures; `shown`: how many come first."""

    recommendations: tuple[tuple[str, Recommendation], ...]
    figures: tuple[Figure, ...]
    shown: int


def recommendations(known: Known) -> Advice:
    """Return what the rules recommend: compliance first, then by priority and expected effect.

    A missed target always gives at least one (R30); with the target met only compliance, data and outages speak, and
    good practice; once the month is over nothing about its list. More than `most` besides compliance are kept,
    but not shown.
    """
    found = [case for rule in RULES.values() for case in rule(known)]
    if is_unusual_day(known) or any(case.rule == OUTAGE for case in found):
        found = [case for case in found if case.rule not in PRODUCTIVITY]
    if known.is_month_over:
        found = [case for case in found if case.rule not in OF_THE_LIST]
    if known.is_met:
        found = [case for case in found if case.rule in WITH_TARGET_MET]
    elif known.is_missed and not any(case.rule in SPECIFIC for case in found):
        found += pace.no_specific_cause(known)
    return _in_order(known, found)


def advice_table(advice: Advice, annotations: Annotations) -> pd.DataFrame:
    """Return one row per recommendation (`TABLE_COLUMNS`), in order; codes, ids of figures and words, never sentences.

    `place` 1, 2, …; `shown` with the reason `why` not; `parts`, `effect`, `check`, `evidence`, `linked_agrees` as JSON.
    What the notes file says about it: `decision` (of a P1 asked for: `terima` where nothing is said), its text and
    reason, and owner and due where they are given (due as ISO text; `owner_id` and `due` are then those too).
    """
    rows = [
        _row(place, number, one, (place <= advice.shown, annotations.decisions.get(number)))
        for place, (number, one) in enumerate(advice.recommendations, 1)
    ]
    return pd.DataFrame(rows, columns=TABLE_COLUMNS)


def recommendation_of(row: Mapping[Hashable, Any]) -> Recommendation:
    """Return the recommendation that a row of `advice_table` holds, with owner and due as people set them."""
    numbers, check = json.loads(row["effect"]), json.loads(row["check"])
    return Recommendation(
        rule_id=row["rule"],
        segment=row["segment"],
        period=row["period"],
        origin=Origin(row["origin"]),
        priority=Priority(row["priority"]),
        level=row["level"],
        entity=row["entity"],
        owner_role=row["owner_role"],
        owner_id=row["owner_id"],
        due=row["due"],
        parts={part: Said(**said) for part, said in json.loads(row["parts"]).items()},
        effect=Effect(**dict(numbers, **{name: _number_of(numbers[name]) for name in ("value", "low", "high")})),
        check=Check(**dict(check, change=_number_of(check["change"]))),
        evidence=tuple(json.loads(row["evidence"])),
        linked_agrees=tuple(json.loads(row["linked_agrees"])),
        is_restricted=bool(row["is_restricted"]),
    )


def _number_of(stored: float | None) -> float:
    return math.nan if stored is None else stored


def decision_of(row: Mapping[Hashable, Any]) -> Decision:
    """Return what the notes file says of the recommendation in a row of `advice_table`."""
    due = row["decision_due"]
    return Decision(
        row["decision"], row["decision_text"], row["decision_reason"], row["decision_owner"],
        dt.date.fromisoformat(due) if due else None,
    )  # fmt: skip


def _in_order(known: Known, found: Iterable[Case]) -> Advice:
    priority = {code: rule.priority.value for code, rule in known.rulebook.rules.items()}

    def rank(case: Case) -> tuple[object, ...]:
        worth = case.gain.agrees if case.gain else case.size if case.rule in _SIZED_IN_AGREES else 0.0
        beyond = case.gain.computed if case.gain and case.gain.is_capped else worth
        first = _FIRST.index(case.rule) if case.rule in _FIRST else len(_FIRST)
        by_worth = (priority[case.rule], first, -worth, -beyond)
        return (case.rule not in COMPLIANCE, *by_worth, case.rule, -case.size, case.entity)

    ordered = sorted(found, key=rank)
    always = [case for case in ordered if case.rule in COMPLIANCE]
    others = [case for case in ordered if case.rule not in COMPLIANCE]
    made = [_advised(known, case) for case in (*always, *others)]
    figures: dict[str, Figure] = {}
    for _, new in made:
        figures |= {figure.id: figure for figure in new if figure.id not in known.figures}
    told = tuple((_number(known, one), one) for one, _ in made)
    return Advice(told, tuple(figures[name] for name in sorted(figures)), len(always) + min(known.most, len(others)))


def _advised(known: Known, case: Case) -> tuple[Recommendation, list[Figure]]:
    """Return the recommendation of a case, and the figures that its sentences name."""
    rule = known.rulebook.rules[case.rule]
    role, person = owner_of(known, case)
    due = due_day(rule.due, known.read_day, known.calendar)
    effect, told = _effect(known, case)
    figures = {**case.figures, **told}
    parts = {part: said_of(case, part, figures, case.words) for part in PARTS}
    parts["effect"] = Said(_effect_key(known, case), *_slots(figures, case.words))
    return Recommendation(
        rule_id=case.rule,
        segment=known.segment,
        period=month_code(known.day),
        origin=Origin.QC if case.rule in _OF_QC else Origin.OPS,
        priority=rule.priority,
        level=case.level,
        entity=case.entity or SITE,
        owner_role=role,
        owner_id=person,
        due=due,
        parts=parts,
        effect=effect,
        check=case.check,
        evidence=tuple(sorted(figure.id for figure in case.figures.values())),
        linked_agrees=case.agrees,
        is_restricted=case.is_restricted,
    ), list(figures.values())


def said_of(case: Case, part: str, figures: Mapping[str, Figure], words: Mapping[str, Word]) -> Said:
    """Return one part of what a case says: the key of its wording, and what goes into its slots."""
    wording = case.parts.get(part, "")
    key = ".".join(name for name in ("rec", case.rule, part, wording) if name)
    return Said(key, *_slots(figures, words))


def _slots(figures: Mapping[str, Figure], words: Mapping[str, Word]) -> tuple[dict[str, str], dict[str, str]]:
    return {slot: figure.id for slot, figure in figures.items()}, {slot: _word(word) for slot, word in words.items()}


def _word(word: Word) -> str:
    """Return a word as it is stored: a day as ISO text, several with | between them."""
    if isinstance(word, dt.date):
        return word.isoformat()
    return word if isinstance(word, str) else "|".join(word)


def _effect(known: Known, case: Case) -> tuple[Effect, dict[str, Figure]]:
    """Return what is expected, and its figures by slot."""
    gain = case.gain
    if gain is None:
        return Effect(), {}
    is_kept = _is_of_promises(case)
    kpis = {"effect": ("effect_kept" if is_kept else "effect", gain.agrees), "low": ("effect.low", gain.low),
            "high": ("effect.high", gain.high), "rupiah": ("effect_rupiah", gain.rupiah)}  # fmt: skip
    owner = {"level": case.level, "entity": case.entity}
    figures = {
        slot: known.made(case.rule, kpi, value, **owner) for slot, (kpi, value) in kpis.items() if not math.isnan(value)
    }
    return Effect(gain.agrees, gain.low, gain.high, "kept" if is_kept else "agree", "n"), figures


def _effect_key(known: Known, case: Case) -> str:
    gain, wording = case.gain, case.parts.get("effect", "")
    if gain is None:
        return f"rec.effect.{wording if wording and not _is_of_promises(case) else 'none'}"
    if gain.agrees < 0.5:
        return "rec.effect.small_kept" if _is_of_promises(case) else "rec.effect.small"
    amount = "" if math.isnan(gain.rupiah) else "_rupiah"
    if _is_of_promises(case):
        return f"rec.effect.{wording}{amount}"
    if known.is_month_over:
        # Its gap can be closed no more: the effect is what it was worth in the month.
        return f"rec.effect.past{_range(gain)}{amount}"
    if gain.is_capped and not _range(gain):
        return f"rec.effect.whole{amount}"
    return f"rec.effect.agree{_range(gain)}{amount}"


def _is_of_promises(case: Case) -> bool:
    """Tell whether the effect counts promises kept, not agrees."""
    return case.parts.get("effect", "") in {"kept", "past_kept"}


def _range(gain: Gain) -> str:
    return "" if math.isnan(gain.low) or math.isnan(gain.high) or round(gain.low) == round(gain.high) else "_range"


def due_day(code: str, read_day: dt.date, calendar: WorkCalendar) -> dt.date:
    """Return the due date: working days after the day on which the report is read, or the last one of the month."""
    if code not in _WORKDAYS:
        last = Period.month(read_day).last_day
        return last if calendar.is_workday(last) else max(read_day, calendar.previous_workday(last))
    day = read_day if calendar.is_workday(read_day) else calendar.next_workday(read_day)
    for _ in range(_WORKDAYS[code]):
        day = calendar.next_workday(day)
    return day


def _number(known: Known, one: Recommendation) -> str:
    """Return the id: that of the same one while it is open, of several the earliest, else a new one of the month.

    As `model.follow_up.identified`, by which the register names it.
    """
    same = [old for old in known.earlier if (old.segment, old.rule_id, old.level, old.entity) == one.subject]
    still_open = [old.rec_id for old in same if old.is_open]
    if still_open:
        return still_open[0]
    closed = [old for old in same if old.rec_id.startswith(f"REC-{one.segment}-{one.period}-")]
    return rec_id(one.segment, one.period, one.rule_id, one.level, one.entity, len(closed) + 1)


def _row(place: int, number: str, one: Recommendation, by: tuple[bool, Decision | None]) -> dict[str, object]:
    shown, decision = by
    told = decision or Decision()
    final = replace(one, owner_id=told.owner or one.owner_id, due=told.due or one.due)
    numbers = {name: None if isinstance(value, float) and math.isnan(value) else value
               for name, value in asdict(one.effect).items()}  # fmt: skip
    return {
        "segment": one.segment,
        "rec_id": number,
        "rule": one.rule_id,
        "priority": one.priority.value,
        "place": place,
        "shown": shown,
        "why": "" if shown else LEFT_OUT,
        "is_restricted": one.is_restricted,
        "level": one.level,
        "entity": one.entity,
        "owner_role": one.owner_role,
        "owner_id": final.owner_id,
        "due": final.due,
        "origin": one.origin.value,
        "period": one.period,
        "parts": _json({part: asdict(said) for part, said in one.parts.items()}),
        "effect": _json(numbers),
        "check": _json(_checked(one.check)),
        "evidence": _json(list(one.evidence)),
        "linked_agrees": _json(list(one.linked_agrees)),
        "decision": told.verdict,
        "decision_text": told.text,
        "decision_reason": told.reason,
        "decision_owner": told.owner,
        "decision_due": told.due.isoformat() if told.due else "",
    }


def _checked(check: Check) -> dict[str, object]:
    return {**asdict(check), "change": None if math.isnan(check.change) else check.change}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
