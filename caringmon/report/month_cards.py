"""The cards of a month's first page: what it came to, what of it holds, what was paid."""

from __future__ import annotations

from collections.abc import Callable

from caringmon.model.findings import Figure
from caringmon.model.kpi import Unit
from caringmon.report.cards import MOST_CARDS, Card, tone_of
from caringmon.report.month_reading import has_before, is_provisional
from caringmon.report.numerals import is_visibly_zero
from caringmon.report.reading import Reader, day_of
from caringmon.report.reasons import reason
from caringmon.report.wording import Sentence, Shown, say


def month_cards(reader: Reader) -> tuple[Card, ...]:
    """Return the first six cards that the data allow; what files lack by design gets no card."""
    makers: tuple[Callable[[Reader], Card | None], ...] = (
        _actual, _achievement, _valid_rate, _kept, _contact, _year, _agree_rate, _dials,
    )  # fmt: skip
    made = (maker(reader) for maker in makers)
    return tuple(card for card in made if card is not None)[:MOST_CARDS]


def _actual(reader: Reader) -> Card | None:
    actual = reader.get(reader.actual, "mtd")
    if actual is None:
        return None
    label = say(f"f01.card.{reader.actual}")
    target, gap = reader.value("target", "mtd"), reader.value("K20", "mtd")
    if actual.is_na:
        return Card(label, Shown(actual), reason(actual))
    if target is None or gap is None:
        return Card(label, Shown(actual), say("card.no_target"))
    tone = "" if is_visibly_zero(gap) else "reached" if gap.value > 0 else "critical"
    return Card(label, Shown(actual), say("card.target", target=target), say("f01.card.gap", gap=gap), tone)


def _achievement(reader: Reader) -> Card | None:
    achieved = reader.get("K19", "mtd")
    if achieved is None or reader.lacks_by_design("K19", "mtd"):
        return None
    if achieved.is_na:
        return Card(say("f01.card.K19"), Shown(achieved), reason(achieved))
    status = say("f01.card.status_provisional" if is_provisional(reader) else "f01.card.status",
                 status=Shown(achieved, "status"))  # fmt: skip
    return Card(say("f01.card.K19"), Shown(achieved), _before(reader, "K19"), status, tone_of(achieved))


def _valid_rate(reader: Reader) -> Card | None:
    return _beside(reader, "K36", "f01.card.K36")


def _kept(reader: Reader) -> Card | None:
    return _beside(reader, "K28", "f01.card.K28")


def _dials(reader: Reader) -> Card | None:
    return _beside(reader, "K05", "f01.card.K05")


def _contact(reader: Reader) -> Card | None:
    return _beside(reader, "K09", "f01.card.K09")


def _agree_rate(reader: Reader) -> Card | None:
    return _beside(reader, "K14", "f01.card.K14")


def _year(reader: Reader) -> Card | None:
    actual, achieved = reader.value("K18", "ytd"), reader.value("K19", "ytd")
    if actual is None or day_of(actual.first_day).month == reader.date.month:
        return None
    label = say("f01.card.ytd", first=day_of(actual.first_day), month=reader.date)
    target = reader.value("target", "ytd")
    if achieved is None or target is None:
        return Card(label, Shown(actual), say("card.no_target"))
    verdict = say("card.achieved", achievement=achieved, status=Shown(achieved, "status"))
    return Card(label, Shown(actual), say("card.of", target=target), verdict, tone_of(achieved))


def _beside(reader: Reader, kpi: str, label: str) -> Card | None:
    """Return a number beside last month's, coloured by nothing: up or down is said, not judged."""
    now = reader.get(kpi, "mtd")
    if now is None or reader.lacks_by_design(kpi, "mtd"):
        return None
    if now.is_na:
        return Card(say(label), Shown(now), reason(now))
    change = reader.value(kpi, "change") if has_before(reader) else None
    return Card(say(label), Shown(now), _before(reader, kpi), None if change is None else _moved(change))


def _before(reader: Reader, kpi: str) -> Sentence | None:
    then, day = reader.value(kpi, "last_month"), reader.last_day(kpi, "last_month")
    return (
        None
        if then is None or day is None or not has_before(reader)
        else say("f01.card.before", month=day, before=then)
    )


def _moved(change: Figure) -> Sentence:
    form = "points" if change.unit == Unit.RATE else "signed"
    return say("card.unchanged") if is_visibly_zero(change) else say("f01.card.change", change=Shown(change, form))
