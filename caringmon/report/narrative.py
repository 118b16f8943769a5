"""Findings → sentences: what the first page says, decided from the figures alone.

The order is always fact, comparison, projection. Nothing here names a cause.
"""

from __future__ import annotations

from caringmon.model.findings import Figure, Findings
from caringmon.report.headlines import INDICATIVE_BELOW, SLIM, is_month_over
from caringmon.report.numerals import Status, is_visibly_zero, status_of
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader, readers
from caringmon.report.reasons import reason
from caringmon.report.wording import Sentence, Slot, say, word_for


def lead(reader: Reader) -> tuple[Sentence, ...]:
    """Return the first paragraph of a segment: where it stands, what the day gave, where the month ends."""
    if reader.value(reader.actual, "mtd") is None:
        return (say("lead.nothing_known", reason=reason(reader.get(reader.actual, "mtd"))),)
    sentences = (_standing(reader), _day(reader), _worst_team(reader), *_month_end(reader))
    return tuple(sentence for sentence in sentences if sentence is not None)


def overview(findings: Findings) -> tuple[tuple[Reader, Sentence], ...]:
    """Return one line per segment, for a reader with ten seconds; a single segment needs none."""
    every = readers(findings)
    return tuple((reader, overview_line(reader)) for reader in every) if len(every) > 1 else ()


def standing_status(reader: Reader) -> Status | None:
    """Return the band of the month to date; without target: None."""
    achievement = reader.value("K19", "mtd")
    return None if achievement is None else status_of(achievement)


def segment_facts(reader: Reader) -> tuple[Sentence, ...]:
    """Return how many teams and agents a segment has, and the working days left; what is unknown is left out."""
    count, remaining = counts(reader), reader.value("remaining", "mtd")
    facts = [say(f"segment.{name}", **{name: count[name]}) for name in ("teams", "agents") if count[name].value > 1]
    if remaining is not None:
        facts.append(say("segment.remaining", remaining=remaining) if remaining.value else say("segment.last_day"))
    return tuple(facts)


def site_line(reader: Reader) -> Sentence | None:
    """Return where the whole site stands, for a report about one leader; about the site itself: None."""
    return say("segment.site", line=overview_line(reader, "")) if reader.focus else None


def leaders_away(reader: Reader) -> Sentence | None:
    """Return the TLs who are away on the day, each with the reason; nobody: None."""
    away = tuple(say("leader.away", team=team, status=word_for("absence", status)) for team, status in reader.absences)
    return say("leaders.away", names=away) if away else None


def _standing(reader: Reader) -> Sentence:
    actual = reader.get(reader.actual, "mtd")
    target, gap = reader.value("target", "mtd"), reader.value("K20", "mtd")
    slots: dict[str, Slot] = {"day": reader.date, "agrees": _agrees(reader, "mtd")}
    if target is None or gap is None or actual is None:
        return say("lead.no_target", reason=reason(reader.get("K20", "mtd")), **slots)
    if target.value == 0:
        return say("lead.no_target", reason=say("na.zero_target"), **slots)
    if is_visibly_zero(gap):
        return say("lead.even", target=target, **slots)
    return say("lead.short" if gap.value < 0 else "lead.ahead", target=target, gap=gap, **slots)


def _worst_team(reader: Reader) -> Sentence | None:
    """Return the team that is furthest below its target, where the whole is short and several teams have one."""
    gap = reader.value("K20", "mtd")
    gaps = {team.entity: reader.value("K20", "mtd", team.entity) for team in reader.teams if not team.is_unmapped}
    known = {team: figure for team, figure in gaps.items() if figure is not None}
    if gap is None or not gap.value < 0 or len(known) < 2 or reader.audience.level == "tl":
        return None
    worst = min(known, key=lambda team: (known[team].value, team))
    return say("lead.team", team=worst, gap=known[worst]) if round(known[worst].value) < 0 else None


def _agrees(reader: Reader, window: str) -> Sentence:
    actual, pending = reader.value(reader.actual, window), reader.value("pending", window)
    kind = "agrees.unjudged" if reader.is_unjudged else f"agrees.{reader.actual}"
    named = say(kind, actual=actual if actual is not None else "–")
    if reader.actual != "K17" or pending is None or pending.value == 0:
        return named
    return say("agrees.with_pending", agrees=named, pending=pending)


def _day(reader: Reader) -> Sentence | None:
    actual, target = reader.value(reader.actual, "day"), reader.value("target", "day")
    dials = reader.value("K05", "day")
    if dials is not None and dials.value == 0:
        return say("lead.idle_day", day=reader.date)
    elapsed = reader.value("elapsed", "mtd")
    if actual is None or (elapsed is not None and elapsed.value == 1):
        return None
    if target is None or target.value == 0:
        return say("lead.day_bare", actual=actual)
    key = "lead.day_below" if actual.value < target.value else "lead.day_reached"
    return say(key, actual=actual, target=target)


def _month_end(reader: Reader) -> tuple[Sentence, ...]:
    projection, target = reader.value("K45", "mtd"), reader.value("target", "month")
    elapsed = reader.value("elapsed", "mtd")
    pace = reader.get("K44", "mtd")
    if pace is not None and pace.note == "no_activity":
        return (say("lead.silent_month"),)
    if elapsed is None or elapsed.value == 0 or projection is None:
        return (say("lead.no_workday"),)
    if is_month_over(reader):
        return (say("lead.month_over"),)
    hedge = (say("lead.indicative", elapsed=elapsed),) if elapsed.value < INDICATIVE_BELOW else ()
    return (_projected(reader, projection, target if target and target.value > 0 else None), *hedge)


def _projected(reader: Reader, projection: Figure, target: Figure | None) -> Sentence:
    if target is None:
        return say("lead.projection_bare", projection=projection)
    needed = reader.values(("K46", "mtd"), ("remaining", "mtd"), ("K44", "mtd"))
    if needed is None or projection.value >= target.value:
        key = "lead.projection_reaches" if projection.value >= target.value else "lead.projection_below_bare"
        return say(key, projection=projection, target=target)
    required, remaining, pace = needed
    return say(
        "lead.projection_below",
        projection=projection, target=target, required=required, remaining=remaining, pace=pace,
    )  # fmt: skip


def overview_line(reader: Reader, entity: str | None = None) -> Sentence:
    """Return where a segment stands in one line: gap, actual of target, and where the month is heading.

    `entity`: as in `Reader.get`.
    """
    figures = reader.values((reader.actual, "mtd"), ("target", "mtd"), ("K20", "mtd"), ("K19", "mtd"), entity=entity)
    if figures is None:
        actual = reader.value(reader.actual, "mtd", entity)
        missing = reason(reader.get("K20", "mtd", entity))
        return say("overview.no_target", actual=actual, reason=missing) if actual else say("overview.unknown")
    actual, target, gap, achievement = figures
    key = "overview.even" if is_visibly_zero(gap) else "overview.short" if gap.value < 0 else "overview.ahead"
    ends = reader.values(("K45", "mtd"), ("target", "month"), entity=entity)
    line = say(key, actual=actual, target=target, gap=gap, achievement=achievement)
    if ends is None or is_month_over(reader):
        return line
    chance, elapsed = reader.value("K45.reached", "mtd", entity), reader.value("elapsed", "mtd")
    if chance is None or elapsed is None or elapsed.value < INDICATIVE_BELOW or not SLIM <= chance.value <= 1 - SLIM:
        return say("overview.and_end", line=line, projection=ends[0], target=ends[1])
    return say("overview.and_chance", line=line, projection=ends[0], target=ends[1], chance=chance)
