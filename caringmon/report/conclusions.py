"""One or two sentences that open a section: what its tables and charts come to."""

from __future__ import annotations

from collections.abc import Iterable

from caringmon.report.own_counts import counts
from caringmon.report.reading import ABSENT, MISSING, Reader
from caringmon.report.reasons import reason_of
from caringmon.report.tables.calls import hour_of, result_name
from caringmon.report.wording import Sentence, Slot, say


def not_printed(reader: Reader, what: str, needs: Iterable[str]) -> Sentence | None:
    """Return why a section is not printed: the first of what it needs that is absent or missing; nothing: None."""
    for need in needs:
        for prefix, names in ((ABSENT, reader.head.absent), (MISSING, reader.head.missing)):
            if need in names:
                return say("note.left_out", what=(say(what),), reason=reason_of(f"{prefix}{need}"))
    return None


def agents_lines(reader: Reader) -> tuple[Sentence, ...]:
    """Return how many agents have no place in the order, and where all of them stand."""
    count = counts(reader)
    every, small, least = count["agents"], count["agents_small"], count["least_contacts"]
    if every.value == 0:
        return (say("agents.nobody"),)
    lines = [say("agents.alike")] if reader.agents_are_alike else []
    lines.append(say("agents.full_list", agents=every))
    if small.value:
        key = "agents.all_small" if small.value == every.value else "agents.small"
        lines.append(say(key, small=small, least=least))
    return tuple(lines)


def hours_title(reader: Reader) -> Sentence:
    """Return the hours in which customers are clearly reached more often; no clear one: that there is none."""
    best = _hours(reader, "above")
    return say("hours.best", hours=best) if best else say("hours.none")


def hours_line(reader: Reader) -> Sentence | None:
    """Return the contact rate of all hours to compare with, and the hours that are clearly worse."""
    overall = reader.value("K10", "recent", None)
    if overall is None:
        return None
    count, worse = counts(reader)["days_listed"], _hours(reader, "below")
    key = "hours.mean_and_worse" if worse else "hours.mean"
    return say(key, count=count, overall=overall, **({"hours": worse} if worse else {}))


def results_title(reader: Reader) -> Sentence:
    """Return the most frequent result of the day, of a closed month in its report, with its share of all attempts."""
    window, key = ("mtd", "f01.results.top") if reader.is_month else ("day", "results.top")
    top = reader.results[0] if reader.results else ""
    attempts, share = (reader.value(name, window, None, top) for name in ("attempts", "attempts_share"))
    if attempts is None or share is None:
        return say("results.none")
    return say(key, result=result_name(top), attempts=attempts, share=share)


def reach_line(reader: Reader) -> Sentence | None:
    """Return what is most urgent among the records to reach; nothing waits: that; nothing known: None."""
    near, rupiah = reader.value("near_limit", "day"), reader.value("near_limit_rupiah", "day")
    untouched = reader.value("K07", "mtd")
    if near is not None and near.value > 0 and rupiah is not None:
        return say("reach.line_limit", near=near, rupiah=rupiah)
    if untouched is None:
        return None
    return say("reach.line_untouched", untouched=untouched) if untouched.value else say("reach.line_none")


def promises_line(reader: Reader) -> Sentence | None:
    """Return what is promised for today and what is overdue; not known: None."""
    today, today_rupiah = reader.value("promised_today", "day"), reader.value("promised_today_rupiah", "day")
    late, late_rupiah = reader.value("overdue", "day"), reader.value("overdue_rupiah", "day")
    if today is None or today_rupiah is None:
        return None
    due = say("promises.today", today=today, rupiah=today_rupiah) if today.value else say("promises.none_today")
    if late is None or late_rupiah is None:
        return due
    key = "promises.and_overdue" if late.value else "promises.and_none_overdue"
    return say(key, due=due, **({"late": late, "rupiah": late_rupiah} if late.value else {}))


def quality_line(reader: Reader) -> Sentence | None:
    """Return the returns that wait too long, or that none does; not known: None."""
    opened, old = reader.value("return_open", "mtd"), reader.value("K40.>3", "mtd")
    if opened is None or old is None:
        return None
    if opened.value == 0:
        return say("quality.none_open")
    return say("quality.old", old=old, opened=opened) if old.value else say("quality.none_old", opened=opened)


def _hours(reader: Reader, standing: str) -> tuple[Slot, ...]:
    """Return the hours of that standing with their contact rates, the furthest from the mean first."""
    parts = [part for part in reader.hours if reader.standings.get(part) == standing]
    rates = [(part, rate) for part in parts if (rate := reader.value("K10", "recent", None, part)) is not None]
    sign = -1 if standing == "above" else 1
    ordered = sorted(rates, key=lambda found: (sign * found[1].value, found[0]))
    return tuple(say("hours.rate", hour=hour_of(reader, part), rate=rate) for part, rate in ordered)
