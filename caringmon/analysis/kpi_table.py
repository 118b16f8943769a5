"""The answer to a question about KPIs: every indicator of the catalogue for one window, segment and level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.achievement import compared_values, month_values, ratio, spread_values
from caringmon.analysis.corrections import CORRECTIONS, correction_values, corrections, no_corrections
from caringmon.analysis.entities import memberships
from caringmon.analysis.kpi_values import counts_of, kpi_counts, kpi_values, value_table
from caringmon.analysis.relations import KEY, Relations
from caringmon.analysis.snapshot import Scope, entities_of, every_row, relations_at, targets_at
from caringmon.analysis.staffing import STAFF, STAFF_COUNTS, staff_values
from caringmon.analysis.targets import Progress, Targets
from caringmon.analysis.validation import valid_estimate
from caringmon.model.findings import Clocks
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE, COUNTED
from caringmon.model.period import Period, Window

ANSWER_COLUMNS = ["kpi", "level", "entity", "segment", "value", "numerator", "denominator", "unit", "note"]
SITE = "SITE"
_COUNTED = tuple(kpi.id for kpi in COUNTED)
_OF_MONTH = ("K19M", "K44", "K45", "K46", "uplift", "elapsed", "remaining", "workdays")
_FOR_MONTH = (*ACTUAL_KPI.values(), "K05")
_OF_TARGET = ("target", "K19", "K19M", "K20", "K46")
ESTIMATES = ("K18.estimate", "K18.low", "K18.high")
# Counts that stand beside a value as `code:count` when they are not zero.
_BESIDE = {
    "K13": "duplicates", "K17": "pending", "K23": "untimed_dials", "K27": "waiting", "K30": "owed_from_arrears",
    "K37": "without_history", "K39": "without_history", "K41": "without_history",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked: one window at one level, as known at the clocks. `kpis`: ids in the order of the catalogue.

    `files`: the files received and expected in the window (K56).
    """

    period: Period
    level: str
    clocks: Clocks
    kpis: tuple[str, ...]
    files: tuple[int, int] = (0, 0)

    @property
    def window(self) -> Window:
        """The window asked for."""
        return Window("window", self.period)

    def asks(self, kpis: Iterable[str]) -> bool:
        """Tell whether one of the KPIs is asked for."""
        return bool(set(kpis) & set(self.kpis))


def kpi_table(facts: Mapping[str, Table], scope: Scope, question: Question, levels: Sequence[str] = ()) -> pd.DataFrame:
    """Return the answer in long form (`ANSWER_COLUMNS`), ordered by KPI and entity.

    `scope.segments` holds one segment, or ALL: the rows of both, taken together. The site is called SITE. A value
    that is not available is NaN, with the code of the reason as its note; see `kpi_values`. `levels`: the answers of
    these below each other instead of the question's own; the ledger is walked once for all of them.
    """
    asked = levels or (question.level,)
    relations = relations_at(facts, scope, question.clocks, question.period.last_day).of(scope.segments)
    targets = targets_at(facts, scope, relations, Progress(scope.calendar, question.period.last_day))
    corrected = {level: no_corrections() for level in asked}
    if question.asks(CORRECTIONS):
        corrected = corrections(facts, scope, relations, asked, question.period)
    answers = [
        _of_level(relations, scope, targets, replace(question, level=level), corrected[level]) for level in asked
    ]
    return pd.concat(answers, ignore_index=True)


def _of_level(
    relations: Relations, scope: Scope, targets: Targets, question: Question, corrected: pd.DataFrame
) -> pd.DataFrame:
    """Return the answer at the question's level; `corrected`: the corrections of that level."""
    window, names = question.window, _names(question)
    counted = kpi_counts(relations, [window], question.level, names, scope.segments)
    # Who had no event in the window may still be corrected.
    with_correction = zip(corrected["segment"], corrected["entity"], strict=True)
    entities = sorted({*entities_of(counted, targets.at(question.level), scope.segments, [window]), *with_correction})
    counts = every_row(counted, [window], entities, names)
    actuals = kpi_values(counts, list(ACTUAL_KPI.values()), [window], question.level, scope.coverage)
    asked = [kpi for kpi in question.kpis if kpi in _COUNTED]
    parts = [
        _with_notes(kpi_values(counts, asked, [window], question.level, scope.coverage), counts),
        _compared(actuals, targets.at(question.level), question, scope.basis, entities),
        estimated_values(counts) if question.asks(ESTIMATES) else value_table([]),
        _elsewhere(question, entities),
    ]
    if question.asks(_OF_MONTH):
        parts.append(_month(counts, relations, scope, targets.at(question.level), question))
    if question.asks(STAFF):
        parts.append(staff_values(counts, actuals, question.level, scope.basis, scope.coverage))
    if question.asks(["K47"]):
        parts.append(_spread(relations, scope, targets.at("agent"), question, entities))
    if question.asks(CORRECTIONS):
        parts.append(correction_values(corrected, actuals, is_restated=scope.restated))
    return _answer(pd.concat(parts, ignore_index=True), actuals, question, ACTUAL_KPI[scope.basis])


def _names(question: Question) -> frozenset[str]:
    """Return the counts that the answer is made of."""
    names = counts_of([*(kpi for kpi in question.kpis if kpi in _COUNTED), *ACTUAL_KPI.values()])
    beside = {count for kpi, count in _BESIDE.items() if kpi in question.kpis}
    staff = STAFF_COUNTS if question.asks(STAFF) else set()
    silence = counts_of(_FOR_MONTH) if question.asks(_OF_MONTH) else set()
    estimates = {"untapped", "state_valid", "state_final"} if question.asks(ESTIMATES) else set()
    return frozenset(names | beside | staff | silence | estimates)


def _with_notes(values: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the values with the counts that stand beside them in their notes."""
    counted = {tuple(row[name] for name in KEY): row for row in counts.to_dict("records")}
    notes = []
    for row in values.to_dict("records"):
        beside = counted[tuple(row[name] for name in KEY)].get(_BESIDE.get(row["kpi"], ""), 0)
        said = f"{_BESIDE[row['kpi']]}:{int(beside)}" if beside and not math.isnan(row["numerator"]) else ""
        notes.append("; ".join(note for note in (row["note"], said) if note))
    return values.assign(note=notes)


def _compared(
    actuals: pd.DataFrame, targets: Targets, question: Question, basis: str, entities: list[tuple[str, str]]
) -> pd.DataFrame:
    compared = compared_values(actuals, targets, [question.window], basis=basis, entities=entities)
    return compared.assign(note=_told(compared, targets, question))


def _month(
    counts: pd.DataFrame, relations: Relations, scope: Scope, targets: Targets, question: Question
) -> pd.DataFrame:
    """Return the month-to-date KPIs of the month of the last day; `counts`: those of the window asked for."""
    entities = list(zip(counts["segment"], counts["entity"], strict=True))
    window = Window("window", Period.month_to_date(question.period.last_day))
    if window != question.window:
        names = counts_of(_FOR_MONTH)
        counted = kpi_counts(relations, [window], question.level, names, scope.segments)
        counts = every_row(counted, [window], entities, names)
    values = kpi_values(counts, _FOR_MONTH, [window], question.level, scope.coverage)
    # One silent agent is no silent month.
    noticed = values if question.level == "site" else values[values["kpi"] != "K05"]
    found = month_values(noticed, targets, window, basis=scope.basis, entities=entities)
    return found.assign(note=_told(found, targets, question))


def _told(values: pd.DataFrame, targets: Targets, question: Question) -> list[str]:
    """Return the notes with what is to be said of the target beside it."""
    notes = []
    for row in values.to_dict("records"):
        about = ""
        if row["kpi"] in _OF_TARGET:
            about = targets.about(row["segment"], row["entity"], question.period.last_day)
        notes.append("; ".join(note for note in (row["note"], about) if note))
    return notes


def _spread(
    relations: Relations, scope: Scope, targets: Targets, question: Question, entities: list[tuple[str, str]]
) -> pd.DataFrame:
    """Return K47 for the site and its teams; an agent belongs to the team of the last day."""
    window = question.window
    if question.level not in CATALOGUE["K47"].levels:
        return value_table((window.name, *of, "K47", math.nan, math.nan, math.nan, "not_at_level") for of in entities)
    kpi = ACTUAL_KPI[scope.basis]
    counts = kpi_counts(relations, [window], "agent", counts_of([kpi]), scope.segments)
    agents = entities_of(counts, targets, scope.segments, [window])
    actuals = kpi_values(counts, [kpi], [window], "agent", scope.coverage)
    achieved = compared_values(actuals, targets, [window], basis=scope.basis, entities=agents)
    if question.level == "site":
        teams = {agent: "" for _, agent in agents}
    else:
        day = question.period.last_day
        spans = memberships(relations.roster, question.level)
        teams = {person: team for person, team, since, until in spans if since <= day < until}
    found = spread_values(achieved, teams, window.name)
    known = set(zip(found["segment"], found["entity"], strict=True))
    few = value_table((window.name, *of, "K47", math.nan, 0, 0, "too_few") for of in entities if of not in known)
    return pd.concat([found, few], ignore_index=True)


def estimated_values(counts: pd.DataFrame) -> pd.DataFrame:
    """Return what VALID would be if everything were tapped, with its 80 % interval; nothing judged: NaN."""
    rows = []
    for row in counts.to_dict("records"):
        found = (row["state_valid"], row["state_final"])
        for kpi, value in zip(ESTIMATES, valid_estimate(row["valid"], row["untapped"], row["net"], found), strict=True):
            note = "nothing_tapped" if math.isnan(value) else ""
            rows.append((*(row[name] for name in KEY), kpi, value, value, math.nan, note))
    return value_table(rows)


def _elsewhere(question: Question, entities: list[tuple[str, str]]) -> pd.DataFrame:
    """Return what is not counted from the facts: completeness of the files, and what has no value yet."""
    rows: list[tuple[object, ...]] = []
    for kpi in question.kpis:
        about = CATALOGUE[kpi]
        for of in entities if about.unanswered or kpi == "K56" else []:
            why = "not_at_level" if question.level not in about.levels else about.unanswered
            cells: tuple[object, ...] = (math.nan, math.nan, math.nan, why)
            if kpi == "K56" and question.level == "site":
                received, expected = question.files
                cells = ratio(received, expected)
            rows.append((question.window.name, *of, kpi, *cells))
    return value_table(rows)


def _answer(values: pd.DataFrame, actuals: pd.DataFrame, question: Question, actual: str) -> pd.DataFrame:
    """Return the values asked for in order; what is not available because the actual is not says why."""
    mine = values[values["kpi"].isin(question.kpis)]
    why = {(row["segment"], row["entity"]): row["note"] for row in actuals.to_dict("records") if row["kpi"] == actual}
    notes = [
        row["note"] or (why.get((row["segment"], row["entity"]), "") if math.isnan(row["value"]) else "")
        for row in mine.to_dict("records")
    ]
    place = {kpi: number for number, kpi in enumerate(CATALOGUE)}
    answer = mine.assign(
        note=notes,
        level=question.level,
        unit=[CATALOGUE[kpi].unit.value for kpi in mine["kpi"]],
        place=mine["kpi"].map(place),
    ).sort_values(["place", "entity"], ignore_index=True)
    return answer.assign(entity=answer["entity"].where(answer["entity"] != "", SITE))[ANSWER_COLUMNS]
