"""What changed: since the previous working day, and against last month to the same working day."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.numerals import is_visibly_zero
from caringmon.report.own_counts import counts, team_moves
from caringmon.report.reading import Reader
from caringmon.report.wording import Sentence, Shown, say

# What a reader should be told of: smaller movements are the rule from day to day.
CONTACT_MATTERS = 0.02
PENDING_MATTERS = 0.10
SMALLEST_BASE = 20
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
