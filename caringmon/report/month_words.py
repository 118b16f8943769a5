"""Findings of a month → sentences: fact, comparison, cause where it is certain; decided from the figures alone."""

from __future__ import annotations

from caringmon.model.codes import Segment
from caringmon.model.findings import Figure, Findings
from caringmon.model.gap import ABOVE
from caringmon.report.gap_words import parts
from caringmon.report.month_reading import cohorts, differences, estimate, has_before, refusals
from caringmon.report.narrative import reason
from caringmon.report.numerals import is_visibly_zero
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader, day_of, name_of, readers
from caringmon.report.tables.calls import result_name
from caringmon.report.wording import Sentence, Shown, Slot, say, word_for

_NEXT, _AGENTS = "next_month", ("needed", "present")


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


def results_title(reader: Reader) -> Sentence:
    """Return the most frequent result of the month with its share of all attempts."""
    top = reader.results[0] if reader.results else ""
    attempts, share = (reader.value(name, "mtd", None, top) for name in ("attempts", "attempts_share"))
    if attempts is None or share is None:
        return say("results.none")
    return say("f01.results.top", result=result_name(top), attempts=attempts, share=share)


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
