"""What opens each section of the monthly report: what its tables come to, beside last month."""

from __future__ import annotations

from caringmon.model.codes import Segment
from caringmon.report.month_reading import cohorts, differences, refusals
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader, day_of, name_of
from caringmon.report.reasons import reason
from caringmon.report.wording import Sentence, Shown, Slot, say, word_for

_NEXT, _AGENTS = "next_month", ("needed", "present")


def scope(reader: Reader) -> tuple[Sentence, ...]:
    """Return what the report is about: whom, how many, for how much, and what its official figure is."""
    services, balance = reader.value("K01", "mtd"), reader.value("K02", "mtd")
    lines = [say(f"f01.scope.{reader.segment}")]
    if services is not None and balance is not None:
        lines.append(say("f01.scope.list", services=services, balance=balance, month=reader.date))
    count = counts(reader)
    if count["teams"].value:
        lines.append(say("f01.scope.people", teams=count["teams"], agents=count["agents"]))
    lines.append(say(f"f01.scope.{reader.actual}", clock=reader.head.qc_clock))
    if reader.segment == Segment.CT0:
        lines.append(say("f01.scope.form"))
    return tuple(lines)


def refusals_title(reader: Reader) -> Sentence:
    """Return why most of those who refused did, and how that was last month."""
    every = refusals(reader)
    share = reader.value("refusals", "mtd", None, every[0]) if every else None
    if share is None:
        return say("f01.refusals.none")
    then = reader.value("refusals", "last_month", None, every[0])
    reason_word = refusal_name(every[0])
    if then is None:
        return say("f01.refusals.top_bare", reason=reason_word, share=share)
    return say("f01.refusals.top", reason=reason_word, share=share, before=then)


def refusal_name(part: str) -> Slot:
    """Return the words of a reason of refusal (`result:R03`)."""
    return word_for("refusal", part.removeprefix("result:"))


def kept_title(reader: Reader) -> Sentence:
    """Return how many promises were kept of those that fell due, and how that compares."""
    kept, then = reader.value("K28", "mtd"), reader.value("K28", "last_month")
    if kept is None:
        return say("f01.kept.unknown", reason=reason(reader.get("K28", "mtd")))
    if then is None:
        return say("f01.kept.bare", kept=kept, due=Shown(kept, "denominator"))
    way = "up" if kept.value > then.value else "down" if kept.value < then.value else "same"
    return say(f"f01.kept.{way}", kept=kept, due=Shown(kept, "denominator"), then=then)


def quality_title(reader: Reader) -> Sentence:
    """Return how much of the month was tapped, and how much of it was valid."""
    found = reader.values(("K35", "mtd"), ("K36", "mtd"))
    if found is None:
        return say("f01.quality.unknown", reason=reason(reader.get("K35", "mtd")))
    coverage, valid = found
    return say("f01.quality.told", coverage=coverage, valid=valid, tapped=Shown(coverage, "numerator"))


def numbers_title(reader: Reader) -> Sentence | None:
    """Return how many numbers lead nowhere, and how that compares; not known: None."""
    rate, then = reader.value("K12", "mtd"), reader.value("K12", "last_month")
    if rate is None:
        return None
    cases = Shown(rate, "numerator")
    return (
        say("f01.numbers", rate=rate, cases=cases, then=then)
        if then
        else say("f01.numbers_bare", rate=rate, cases=cases)
    )


def satisfaction_title(reader: Reader) -> Sentence | None:
    """Return the share of talks with a complaint or a wish to leave; not known: None."""
    rate = reader.value("K55", "mtd")
    return None if rate is None else say("f01.satisfaction", rate=rate, cases=Shown(rate, "numerator"))


def next_month_lines(reader: Reader) -> tuple[Sentence, ...]:
    """Return what the next month asks for: its target, the agents that it takes, and whether they were there."""
    target, days = reader.value("target", _NEXT), reader.value("workdays", _NEXT)
    if days is None:
        return ()
    month = day_of(days.first_day)
    if target is None:
        return (say("f01.next.no_target", month=month),)
    return (say("f01.next.target", month=month, target=target, days=days), *_capacity(reader))


def _capacity(reader: Reader) -> tuple[Sentence, ...]:
    each, needed, present = reader.value("K21", "mtd"), *(reader.value(f"agents_{n}", _NEXT) for n in _AGENTS)
    spare, rate = reader.value("agents_spare", _NEXT), reader.value("K21.needed", _NEXT)
    if each is None or needed is None or present is None or spare is None or rate is None:
        return (say("f01.next.no_capacity", reason=reason(reader.get("agents_needed", _NEXT))),)
    told = say("f01.next.needed", each=each, needed=needed, present=present, month=reader.date)
    if spare.value < 0:
        return (told, say("f01.next.short", spare=spare, rate=rate))
    return (told, say("f01.next.enough"))


def effects_line(reader: Reader) -> Sentence:
    """Return what became of the recommendations that ran in the month; none did: that there was none."""
    names = ("ran", "effective", "not_effective", "dropped", "goes_on")
    found = {name: reader.value(f"followed_{name}", "followed") for name in names}
    known = {name: figure for name, figure in found.items() if figure is not None}
    if "ran" not in known or not known["ran"].value:
        return say("f01.effects.none", month=reader.date)
    return say("f01.effects.told", month=reader.date, **known)


def corrections_lines(reader: Reader) -> tuple[Sentence, ...]:
    """Return what became known of earlier months, and the month after it; and what changed since the closing."""
    lines: list[Sentence] = []
    corrected = reader.value("K18.corrected", "mtd")
    for month, part in cohorts(reader):
        net, valid = (reader.value(f"{kpi}.correction", "mtd", None, part) for kpi in ("K17", "K18"))
        if net is not None and valid is not None:
            lines.append(say("f01.correction", month=month, net=net, valid=valid))
    if not lines:
        lines.append(say("f01.correction.none"))
    elif corrected is not None:
        lines.append(say("f01.correction.after", corrected=corrected))
    lines += differences_lines(reader)
    return tuple(lines)


def differences_lines(reader: Reader) -> list[Sentence]:
    """Return the figures that are no longer what was frozen at the closing, each with both values."""
    pairs = [(reader.value(kpi, "closed"), reader.value(kpi, "mtd"), kpi) for kpi in differences(reader)]
    return [
        say("f01.difference", kpi=name_of(kpi, reader.head.lang), frozen=frozen, now=now)
        for frozen, now, kpi in pairs
        if frozen is not None and now is not None
    ]
