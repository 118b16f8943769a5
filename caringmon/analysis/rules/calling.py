"""How the calls went: contact rate fell (R05), calls outside hours (R28), the system failed (R32)."""

from __future__ import annotations

import datetime as dt

from caringmon.analysis.rules import gains
from caringmon.analysis.rules.guards import has_enough, is_surely_below
from caringmon.analysis.rules.known import Case, Known, Word
from caringmon.analysis.rules.places import in_place
from caringmon.analysis.rules.reach import with_driver
from caringmon.model.findings import Figure
from caringmon.model.recommendation import Check

BEST_HOURS = 2
FEW_POINTS, OF_POINTS = 2, 3


def contact_fell(known: Known) -> list[Case]:
    """R05: the day's contact rate lies below its limit; else where the month lost contact beyond chance."""
    return _fell_today(known) or in_place(known, "R05", ("contact", "K09"), best_hours(known))


def _fell_today(known: Known) -> list[Case]:
    """Return the case of a day below its limit; on a short baseline two of the last three days are."""
    rate, usual, lower = known.get("K09", "day"), _of_today(known, "K09.centre"), _of_today(known, "K09.lower")
    if rate is None or usual is None or lower is None:
        return []
    if not _is_signal(known) or not is_surely_below(rate, usual.value, known):
        return []
    figures: dict[str, Figure] = {"rate": rate, "usual": usual, "lower": lower}
    figures, words, parts = with_driver(known, "contact", figures)
    hours = best_hours(known)
    words |= hours
    parts |= {} if hours else {"evidence": "bare", "action": "bare"}
    gain = gains.of_factor(known, "contact", rate.value, usual.value)
    return [Case("R05", known.entity, known.level, figures, words, parts, gain,
                 Check("K09", 1, usual.value - rate.value), size=usual.value - rate.value)]  # fmt: skip


def _of_today(known: Known, kpi: str) -> Figure | None:
    return known.get(kpi, f"d{known.day}")


def _is_signal(known: Known) -> bool:
    signals = known.tables["signals"]
    own = signals[signals["kpi"] == "K09"].sort_values("window")
    today = own[own["window"] == f"d{known.day}"]
    if today.empty or not _is_below(known, f"d{known.day}"):
        return False
    if not bool(today["is_provisional"].iloc[0]):
        return True
    last = [str(window) for window in own["window"]][-OF_POINTS:]
    return sum(_is_below(known, window) for window in last) >= FEW_POINTS


def _is_below(known: Known, window: str) -> bool:
    return known.value("K09", window) < known.value("K09.lower", window)


def best_hours(known: Known) -> dict[str, Word]:
    """Return the two hours of the last ten working days with the highest contact rate per dial; not so many: none."""
    hours = {hour: one for hour, one in known.parts("K10", "recent", "hour").items() if has_enough(one, known)}
    best = sorted(sorted(hours, key=lambda hour: (-hours[hour].value, hour))[:BEST_HOURS])
    return {f"hour{place}": clock(hour) for place, hour in enumerate(best, 1)} if len(best) == BEST_HOURS else {}


def clock(hour: str) -> str:
    """Return an hour as `09:00`."""
    return f"{dt.time(int(hour)):%H:%M}"


def outside_hours(known: Known) -> list[Case]:
    """R28: customers were called when they must not be."""
    rate = known.get("K50", "day")
    if rate is None or not rate.numerator > 0:
        return []
    return [Case("R28", known.entity, known.level, {"rate": rate}, parts={"effect": "hours"}, check=Check("K50", -1),
                 size=rate.numerator)]  # fmt: skip


def system_failed(known: Known) -> list[Case]:
    """R32: the system lost too many attempts, over the day or in an hour with enough of them."""
    limit = known.limit("R32", "failed_rate")
    whole = known.get("attempts_share", "day", part="result:U08")
    hours = {
        hour: one for hour, one in known.parts("failed", "day", "hour").items()
        if has_enough(one, known) and one.value > limit
    }  # fmt: skip
    is_whole = whole is not None and whole.value > limit
    if whole is None or (not is_whole and not hours):
        return []
    figures: dict[str, Figure] = {"rate": whole}
    words: dict[str, Word] = {}
    parts = {} if is_whole else {"finding": "hours"}
    if hours:
        worst = min(hours, key=lambda hour: (-hours[hour].value, hour))
        figures["worst"], words["hour"] = hours[worst], clock(worst)
        words["hours"] = [clock(hour) for hour in sorted(hours)]
    else:
        parts["evidence"] = "bare"
    gain = gains.of_agrees(known, whole.numerator * gains.won_per_dial(known))
    return [Case("R32", known.entity, known.level, figures, words, parts, gain, Check("attempts_share", -1),
                 size=whole.numerator)]  # fmt: skip
