"""Findings → sentences: what the first page says, decided from the figures alone.

The order is always fact, comparison, projection. Nothing here names a cause.
"""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Figure, Findings
from caringmon.report.numerals import Status, is_visibly_zero, status_of
from caringmon.report.own_counts import counts, team_moves
from caringmon.report.reading import ABSENT, MISSING, Reader, readers
from caringmon.report.wording import Sentence, Shown, Slot, say, word_for

# What a reader should be told of: smaller movements are the rule from day to day.
CONTACT_MATTERS = 0.02
PENDING_MATTERS = 0.10
SMALLEST_BASE = 20
INDICATIVE_BELOW = 5
# A chance that prints as none or all is told in words.
SLIM = 0.01
MOST_CHANGES = 5
MOST_TEAMS_APART = 2


@dataclass(frozen=True)
class Change:
    """One line of a list of comparisons: what it is about, and the figures before and after."""

    what: Sentence
    before: Figure | None = None
    after: Figure | None = None
    reads_alone: bool = False

    @property
    def pair(self) -> Sentence | None:
        """The two figures with an arrow between them; none where the line says it all."""
        if self.before is None or self.after is None:
            return None
        up, down = self.after.value > self.before.value, self.after.value < self.before.value
        return say(f"pair.{'up' if up else 'down' if down else 'same'}", before=self.before, after=self.after)


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


def changes(reader: Reader) -> tuple[Change, ...]:
    """Return what changed since the previous working day: at most five lines, only what matters."""
    found = [_gap_change(reader), *_team_changes(reader), _contact_change(reader), *_quality_changes(reader)]
    return tuple(change for change in found if change is not None)[:MOST_CHANGES]


def no_changes(reader: Reader) -> Sentence:
    """Return the one line that stands where nothing changed, or where there is nothing to compare with."""
    before = reader.last_day(reader.actual, "prev_day")
    is_first = reader.value("elapsed", "mtd") is not None and reader.get(reader.actual, "prev_mtd") is None
    if is_first:
        return say("changes.first_day")
    return say("changes.none", day=before) if before else say("changes.nothing_before")


def against_last_month(reader: Reader) -> tuple[Change, ...]:
    """Return the month to date beside last month's to the same working-day number; unknown there: no lines."""
    lines = []
    for kpi in (reader.actual, "K05", "K09", "K14"):
        now, then = reader.value(kpi, "mtd"), reader.value(kpi, "last_month")
        if now is not None and then is not None:
            lines.append(Change(say(f"short.{kpi}"), then, now))
    return tuple(lines)


def days_title(reader: Reader) -> Sentence:
    """Return the conclusion that the chart of days supports."""
    count = counts(reader)
    shown, compared = count["days_drawn"], count["days_compared"]
    if shown.value == 0:
        return say("days.nothing")
    if compared.value == 0:
        return _range_title(reader, shown)
    if compared.value == 1:
        return say("days.one_below" if count["days_below"].value else "days.one_reached")
    return _counted_title(count)


def month_title(reader: Reader) -> Sentence:
    """Return the conclusion that the cumulative chart supports."""
    actual, projection = reader.value(reader.actual, "mtd"), reader.value("K45", "mtd")
    target, elapsed = reader.value("target", "month"), reader.value("elapsed", "mtd")
    if projection is None or actual is None or elapsed is None:
        return say("month.too_early")
    if _is_month_over(reader):
        return say("month.closed", actual=actual, target=target) if target else say("month.closed_bare", actual=actual)
    if elapsed.value < INDICATIVE_BELOW:
        return say("month.indicative", elapsed=elapsed, projection=projection)
    if target is None:
        return say("month.no_target", projection=projection)
    key = "month.below" if projection.value < target.value else "month.reaches"
    chance = reader.value("K45.reached", "mtd")
    if chance is None:
        return say(key, projection=projection, target=target)
    odds = "slim" if chance.value < SLIM else "sure" if chance.value > 1 - SLIM else "chance"
    return say(f"{key}_{odds}", projection=projection, target=target, chance=chance)


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


def teams_title(reader: Reader) -> Sentence:
    """Return the conclusion that the table of teams supports."""
    if reader.audience.level == "tl":
        return say("teams.beside_site", team=reader.audience.person)
    count = counts(reader)
    compared, reached = count["teams_compared"], count["teams_reached"]
    if compared.value == 0:
        return say("teams.plain", teams=count["teams"])
    which = say("teams.all" if compared.value == count["teams"].value else "teams.targeted")
    if reached.value == compared.value:
        return say("teams.all_reached", teams=compared, which=which)
    key = "teams.none_reached" if reached.value == 0 else "teams.reached"
    return say(key, reached=reached, teams=compared, which=which)


def reason(figure: Figure | None) -> Sentence:
    """Return in words why a figure is not available."""
    return reason_of("" if figure is None else figure.note)


def reason_of(note: str) -> Sentence:
    """Return the words of a reason's code; without code: that the number is not known."""
    for prefix in (ABSENT, MISSING):
        if note.startswith(prefix):
            return say(f"na.{prefix.rstrip(':')}", what=word_for("table", note.removeprefix(prefix)))
    known = word_for("na", note, "na.unknown")
    return known if isinstance(known, Sentence) else say("na.unknown")


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
    if _is_month_over(reader):
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


def _is_month_over(reader: Reader) -> bool:
    remaining = reader.value("remaining", "mtd")
    return remaining is not None and remaining.value == 0


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
    if ends is None or _is_month_over(reader):
        return line
    chance, elapsed = reader.value("K45.reached", "mtd", entity), reader.value("elapsed", "mtd")
    if chance is None or elapsed is None or elapsed.value < INDICATIVE_BELOW or not SLIM <= chance.value <= 1 - SLIM:
        return say("overview.and_end", line=line, projection=ends[0], target=ends[1])
    return say("overview.and_chance", line=line, projection=ends[0], target=ends[1], chance=chance)


def _gap_change(reader: Reader) -> Change | None:
    found = reader.values(("K20", "prev_mtd"), ("K20", "mtd"), ("K20", "change"))
    if found is None or is_visibly_zero(found[2]):
        return None
    before, after, change = found
    direction = "worse" if change.value < 0 else "better"
    side = (
        "short" if max(before.value, after.value) <= 0 else "ahead" if min(before.value, after.value) >= 0 else "turned"
    )
    return Change(say(f"changes.gap_{side}_{direction}"), before, after)


def _team_changes(reader: Reader) -> list[Change]:
    """Return the teams whose status changed, first those that fell; three or more in one line."""
    moved = team_moves(reader)
    lines: list[Change] = []
    for direction, teams in (("down", moved.down), ("up", moved.up)):
        if len(teams) > MOST_TEAMS_APART:
            named = say(f"changes.teams_{direction}", count=counts(reader)[f"teams_{direction}"], teams=teams)
            lines.append(Change(named, reads_alone=True))
            continue
        for team in teams:
            before, after = (reader.findings.figure(reader.segment, "K19", w, team) for w in ("prev_mtd", "mtd"))
            slots = {"before": Shown(before, "status"), "after": Shown(after, "status")}
            lines.append(Change(say(f"changes.team_{direction}", team=team, **slots), before, after, reads_alone=True))
    return lines


def _contact_change(reader: Reader) -> Change | None:
    found = reader.values(("K09", "prev_day"), ("K09", "day"))
    if found is None:
        return None
    before, after = found
    is_small = min(before.denominator, after.denominator) < SMALLEST_BASE
    if is_small or abs(after.value - before.value) < CONTACT_MATTERS:
        return None
    key = "changes.contact_down" if after.value < before.value else "changes.contact_up"
    return Change(say(key), before, after)


def _quality_changes(reader: Reader) -> list[Change]:
    lines = []
    for kpi, matters in (("return_open", 0.0), ("pending", PENDING_MATTERS)):
        found = reader.values((kpi, "prev_mtd"), (kpi, "mtd"))
        if found is None:
            continue
        before, after = found
        difference = abs(after.value - before.value)
        if difference > 0 and difference >= matters * before.value:
            key = f"changes.{kpi}_{'up' if after.value > before.value else 'down'}"
            lines.append(Change(say(key), before, after))
    return lines


def _range_title(reader: Reader, shown: Figure) -> Sentence:
    series = [figure for day in reader.recent_days if (figure := reader.value(reader.day_kpi(), day.window))]
    low, high = min(series, key=lambda f: f.value), max(series, key=lambda f: f.value)
    if low.value == high.value:
        return say("days.level", days=shown, each=high)
    return say("days.range", low=low, high=high)


def _counted_title(count: dict[str, Figure]) -> Sentence:
    compared, below, reached = count["days_compared"], count["days_below"], count["days_reached"]
    if reached.value == 0:
        return say("days.all_below", days=compared)
    if below.value == 0:
        return say("days.all_reached", days=compared)
    if below.value >= reached.value:
        return say("days.below", below=below, days=compared)
    return say("days.reached", reached=reached, days=compared)
