"""Findings of a month → sentences: fact, comparison, cause where it is certain; decided from the figures alone."""

from __future__ import annotations

from caringmon.model.findings import Figure, Findings
from caringmon.model.gap import ABOVE
from caringmon.report.gap_words import parts
from caringmon.report.month_reading import differences, estimate, has_before
from caringmon.report.numerals import is_visibly_zero
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader, day_of, readers
from caringmon.report.reasons import reason
from caringmon.report.wording import Sentence, Shown, Slot, say, word_for


def lead(reader: Reader) -> tuple[Sentence, ...]:
    """Return the summary of the month: where it ended, what it may become, against last month, and why."""
    told = (closed(reader), _provisional(reader), _against(reader), _why(reader), _promises(reader), _year(reader))
    return tuple(sentence for sentence in told if sentence is not None)


def closed(reader: Reader) -> Sentence:
    """Return where the month ended against its target."""
    actual, achieved = reader.value(reader.actual, "mtd"), reader.value("K19", "mtd")
    if actual is None:
        return say("f01.lead.unknown", month=reader.date, reason=reason(reader.get(reader.actual, "mtd")))
    slots: dict[str, Slot] = {"month": reader.date, "agrees": say(f"agrees.{reader.actual}", actual=actual)}
    target, gap = reader.value("target", "mtd"), reader.value("K20", "mtd")
    if target is None or gap is None or achieved is None:
        return say("f01.lead.no_target", reason=reason(reader.get("K19", "mtd")), **slots)
    slots |= {"target": target, "achievement": achieved, "status": Shown(achieved, "status")}
    if is_visibly_zero(gap):
        return say("f01.lead.even", **slots)
    return say("f01.lead.short" if gap.value < 0 else "f01.lead.ahead", gap=gap, **slots)


def _provisional(reader: Reader) -> Sentence | None:
    found, coverage = estimate(reader), reader.value("K35", "mtd")
    if found is None or coverage is None:
        return None
    point, low, high = found
    return say("f01.lead.provisional", coverage=coverage, estimate=point, low=low, high=high)


def _against(reader: Reader) -> Sentence | None:
    """Return the month beside the one before: the agrees, and the achievement where both have a target."""
    found = reader.values((reader.actual, "last_month"), (reader.actual, "change"))
    before = reader.last_day(reader.actual, "last_month")
    if found is None or before is None or not has_before(reader):
        return None
    then, change = found
    way = "same" if change.value == 0 else "more" if change.value > 0 else "fewer"
    achieved = reader.value("K19", "last_month")
    key = f"f01.lead.{way}" + ("" if achieved is None else "_achieved")
    slots: dict[str, Slot] = {"then": then, "before": before, "change": change}
    if achieved is not None:
        slots["achievement"] = achieved
    return say(key, **slots)


def _why(reader: Reader) -> Sentence | None:
    """Return which factors explain the gap as far as chance allows; a gap that is not explained: None."""
    gap, mine = reader.value("K48.shown_sum", "mtd"), parts(reader)
    if gap is None or is_visibly_zero(gap):
        return None
    way = 1 if gap.value > 0 else -1
    along = sorted(
        (part for part in mine if part.is_driver and part.factor != ABOVE and part.shown.value * way > 0),
        key=lambda part: -abs(part.shown.value),
    )
    above = next((part.shown for part in mine if part.factor == ABOVE and part.shown.value * way > 0), None)
    named = tuple(say("f01.why.part", factor=say(f"factor.{part.factor}"), part=part.shown) for part in along)
    side = "short" if gap.value < 0 else "ahead"
    slots: dict[str, Slot] = {}
    if named:
        slots["factors"] = named
    if above is None:
        return say("f01.why.factors" if named else "f01.why.unclear", **slots)
    return say(f"f01.why.{side}_{'both' if named else 'target'}", above=above, **slots)


def _promises(reader: Reader) -> Sentence | None:
    kept, recovered = reader.value("K28", "mtd"), reader.value("K31", "mtd")
    if kept is None or recovered is None:
        return None
    return say("f01.lead.promises", kept=kept, due=Shown(kept, "denominator"), recovered=recovered)


def _year(reader: Reader) -> Sentence | None:
    found = reader.values(("K18", "ytd"), ("target", "ytd"), ("K19", "ytd"))
    figure = reader.value("K18", "ytd")
    if figure is None or day_of(figure.first_day).month == reader.date.month:
        return None
    first = day_of(figure.first_day)
    if found is None:
        return say("f01.lead.year_bare", first=first, month=reader.date, actual=figure)
    actual, target, achieved = found
    return say("f01.lead.year", first=first, month=reader.date, actual=actual, target=target, achievement=achieved)


def teams_title(reader: Reader) -> Sentence:
    """Return how many teams reached the target of the month."""
    count = counts(reader)
    compared, reached = count["teams_compared"], count["teams_reached"]
    if compared.value == 0:
        return say("teams.plain", teams=count["teams"])
    if reached.value == compared.value:
        return say("f01.teams.all", teams=compared)
    return say("f01.teams.none" if reached.value == 0 else "f01.teams.some", reached=reached, teams=compared)


def curve_title(reader: Reader) -> Sentence:
    """Return how the month ended beside where its first half pointed to."""
    half, actual = reader.value("K45", "half"), reader.value(reader.actual, "mtd")
    if half is None or actual is None:
        return closed_short(reader)
    way = "same" if round(half.value) == actual.value else "up" if actual.value > half.value else "down"
    return say(f"f01.curve.{way}", half=half, actual=actual)


def closed_short(reader: Reader) -> Sentence:
    """Return the month's end against its target in a title."""
    actual, target = reader.value(reader.actual, "mtd"), reader.value("target", "mtd")
    if actual is None:
        return say("days.nothing")
    return say("month.closed", actual=actual, target=target) if target else say("month.closed_bare", actual=actual)


def banners(findings: Findings) -> tuple[Sentence, ...]:
    """Return why the month is provisional: days without files, too few tappings, figures other than those frozen."""
    rows = findings.tables["uncovered"]
    lines = []
    for table in dict.fromkeys(rows["table"]):
        days = tuple(day_of(day) for day in rows.loc[rows["table"] == table, "date"])
        lines.append(say("f01.banner.days", table=word_for("table", str(table)), days=days))
    for reader in readers(findings):
        coverage = reader.value("K35", "mtd")
        if coverage is not None and estimate(reader) is not None:
            lines.append(say("f01.banner.coverage", coverage=coverage))
        if differences(reader):
            lines.append(say("f01.banner.closed"))
    return tuple(lines)


def one_line(reader: Reader) -> Sentence:
    """Return where the month ended in one line."""
    found = reader.values((reader.actual, "mtd"), ("target", "mtd"), ("K20", "mtd"), ("K19", "mtd"))
    actual: Figure | None = reader.value(reader.actual, "mtd")
    if found is None:
        missing = reason(reader.get("K19", "mtd"))
        return say("overview.no_target", actual=actual, reason=missing) if actual else say("overview.unknown")
    actual, target, gap, achieved = found
    key = "even" if is_visibly_zero(gap) else "short" if gap.value < 0 else "ahead"
    return say(f"overview.{key}", actual=actual, target=target, gap=gap, achievement=achieved)
