"""The conclusions that stand above the charts of a day's report and its table of teams."""

from __future__ import annotations

from caringmon.model.findings import Figure
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader
from caringmon.report.wording import Sentence, say

INDICATIVE_BELOW = 5
# A chance that prints as none or all is told in words.
SLIM = 0.01


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
    if is_month_over(reader):
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


def is_month_over(reader: Reader) -> bool:
    """Tell whether no working day of the month is left."""
    remaining = reader.value("remaining", "mtd")
    return remaining is not None and remaining.value == 0


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
