"""The cards of the first page: the six numbers that a reader must get in ten seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report.numerals import is_visibly_zero, status_of
from caringmon.report.reading import Reader
from caringmon.report.reasons import reason
from caringmon.report.wording import Sentence, Shown, say

MOST_CARDS = 6
_WIDEST_BAND = 0.5
_SIDES = {"low": "critical", "high": "reached"}


@dataclass(frozen=True)
class Card:
    """One number with its name, what to compare it with, and what that means (with the tone of its colour)."""

    label: Sentence
    value: Shown
    context: Sentence | None = None
    verdict: Sentence | None = None
    tone: str = ""


def cards(reader: Reader) -> tuple[Card, ...]:
    """Return the first six cards that the data allow; what files lack by design gets no card."""
    makers: tuple[Callable[[Reader], Card | None], ...] = (
        _day, _month, _gap, _pace, _contact, _returns, _agree_rate, _dials,
    )  # fmt: skip
    made = (maker(reader) for maker in makers)
    return tuple(card for card in made if card is not None)[:MOST_CARDS]


def tone_of(achievement: Figure | None) -> str:
    """Return the tone of an achievement's status; unknown: none."""
    status = None if achievement is None else status_of(achievement)
    return "" if status is None else str(status)


def _day(reader: Reader) -> Card | None:
    actual = _shown(reader, reader.actual, "day")
    if actual is None:
        return None
    label = say("card.day.unjudged" if reader.is_unjudged else f"card.day.{reader.actual}", day=reader.date)
    if actual.is_na:
        return Card(label, Shown(actual), reason(actual))
    target, gap = reader.value("target", "day"), reader.value("K20", "day")
    if target is None or gap is None:
        return Card(label, Shown(actual), _without_target(reader, "day"))
    achievement = reader.value("K19", "day")
    if achievement is None:
        return Card(label, Shown(actual), say("card.target", target=target))
    verdict = say("card.day_status", gap=gap, status=Shown(achievement, "status"))
    return Card(label, Shown(actual), say("card.target", target=target), verdict, tone_of(achievement))


def _month(reader: Reader) -> Card | None:
    actual = _shown(reader, reader.actual, "mtd")
    if actual is None:
        return None
    label = say("card.month", day=reader.date)
    if actual.is_na:
        return Card(label, Shown(actual), reason(actual))
    target, achievement = reader.value("target", "mtd"), reader.value("K19", "mtd")
    if target is None or achievement is None:
        return Card(label, Shown(actual), _without_target(reader, "mtd"))
    verdict = say("card.achieved", achievement=achievement, status=Shown(achievement, "status"))
    return Card(label, Shown(actual), say("card.of", target=target), verdict, tone_of(achievement))


def _gap(reader: Reader) -> Card | None:
    gap = _shown(reader, "K20", "mtd")
    if gap is None:
        return None
    label = say("card.gap")
    if gap.is_na:
        return Card(label, Shown(gap, "signed"), reason(gap))
    before, change = reader.value("K20", "prev_mtd"), reader.value("K20", "change")
    if before is None or change is None:
        return Card(label, Shown(gap, "signed"), say("card.first_day"), None, _tone(gap, 1))
    return Card(label, Shown(gap, "signed"), _before(reader, before), _moved(change, "card.gap"), _tone(change, 1))


def _pace(reader: Reader) -> Card | None:
    pace = _shown(reader, "K44", "mtd")
    if pace is None:
        return None
    label = say("card.pace")
    if pace.is_na:
        return Card(label, Shown(pace), reason(pace))
    required, uplift = reader.get("K46", "mtd"), reader.value("uplift", "mtd")
    if reader.value("target", "mtd") is None:
        return Card(label, Shown(pace), _without_target(reader, "mtd"))
    if required is None or required.is_na or uplift is None:
        return Card(label, Shown(pace), reason(required))
    if uplift.value <= 0:
        return Card(label, Shown(pace), say("card.required", required=required), say("card.enough"), "reached")
    return Card(label, Shown(pace), say("card.required", required=required), say("card.uplift", uplift=uplift), "below")


def _contact(reader: Reader) -> Card | None:
    return _rate(reader, "K09", "card.contact")


def _agree_rate(reader: Reader) -> Card | None:
    return _rate(reader, "K14", "card.agree_rate")


def _dials(reader: Reader) -> Card | None:
    return _rate(reader, "K05", "card.dials")


def _returns(reader: Reader) -> Card | None:
    opened = _shown(reader, "return_open", "mtd")
    if opened is None:
        return None
    label = say("card.returns")
    if opened.is_na:
        return Card(label, Shown(opened), reason(opened))
    before, change = reader.value("return_open", "prev_mtd"), reader.value("return_open", "change")
    if before is None or change is None:
        return Card(label, Shown(opened), say("card.first_day"))
    return Card(label, Shown(opened), _before(reader, before), _moved(change, "card.returns"), _tone(change, -1))


def _rate(reader: Reader, kpi: str, label: str) -> Card | None:
    today = _shown(reader, kpi, "day")
    if today is None:
        return None
    named = say(label, day=reader.date)
    if today.is_na:
        return Card(named, Shown(today), reason(today))
    day = f"d{reader.date}"
    limits = [reader.value(f"{kpi}.{side}", day) for side in ("lower", "upper")]
    signal = reader.signal(kpi, day)
    if limits[0] is None or limits[1] is None or (signal is None and _tell_nothing(limits[0], limits[1])):
        before = reader.value(kpi, "prev_day")
        return Card(named, Shown(today), None if before is None else _before(reader, before))
    usual = say("card.usual", low=limits[0], high=limits[1])
    if signal is None:
        return Card(named, Shown(today), usual, say("card.signal.none"))
    side = "low" if signal.is_concerning else "high"  # more contact and more agrees are better
    return Card(named, Shown(today), usual, say(f"card.signal.{signal.rule}_{side}"), _SIDES[side])


def _tell_nothing(low: Figure, high: Figure) -> bool:
    """Tell whether nearly every rate lies between the limits: too few cases, or days too different, to judge one."""
    return high.value - low.value > _WIDEST_BAND


def _shown(reader: Reader, kpi: str, window: str) -> Figure | None:
    return None if reader.lacks_by_design(kpi, window) else reader.get(kpi, window)


def _without_target(reader: Reader, window: str) -> Sentence | None:
    return None if reader.lacks_by_design("target", window) else say("card.no_target")


def _before(reader: Reader, before: Figure) -> Sentence:
    day = reader.last_day(before.kpi, before.window)
    return say("card.before", day=day if day is not None else reader.date, before=before)


def _moved(change: Figure, key: str) -> Sentence:
    if is_visibly_zero(change):
        return say("card.unchanged")
    return say(f"{key}_{'up' if change.value > 0 else 'down'}", change=change)


def _tone(number: Figure, good_sign: int) -> str:
    if is_visibly_zero(number):
        return ""
    return "reached" if number.value * good_sign > 0 else "critical"
