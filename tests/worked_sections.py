"""The figures of sections 3 and 5 to 9 of the worked findings: agents, hours, results, what is open.

All are shares of the day's or the month's own counts, so that they add up to them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from caringmon.model.findings import Figure, entity_name
from caringmon.model.kpi import CATALOGUE

Days = Sequence[dt.date]
PER_TEAM = 3
# Dials by hour, and the contact rate there against that of the day: 16 and 17 are better, 13 is worse.
HOURS = {
    "08": (9, 0.93), "09": (12, 1.02), "10": (12, 1.01), "11": (11, 0.97), "12": (6, 0.95),
    "13": (9, 0.80), "14": (12, 0.98), "15": (12, 0.98), "16": (11, 1.18), "17": (6, 1.22),
}  # fmt: skip
STANDINGS = {"13": "below", "16": "above", "17": "above"}
# Attempts by result on the day and per day of the five working days before, in 1 000 attempts.
RESULTS = {
    "U01": (272, 245), "U03": (108, 114), "R02": (98, 92), "U02": (85, 76), "R01": (74, 84), "C02": (62, 60),
    "U05": (57, 49), "R03": (52, 48), "U04": (35, 33), "R99": (22, 24), "C04": (21, 19), "R06": (20, 17),
    "U06": (17, 18), "C01": (16, 17), "R04": (15, 15), "U07": (14, 13), "R07": (12, 12), "R08": (10, 13),
    "U08": (10, 9),
}  # fmt: skip
NEEDS = {
    "promised": ("promises",), "overdue": ("promises", "payments"), "near_limit": ("services", "assignments"),
    "over_dialled": ("services",), "taps": ("qc",),
}  # fmt: skip


class Month(Protocol):
    """What the rows below are made from: one segment's report."""

    segment: str
    date: dt.date
    missing: tuple[str, ...]
    absent: tuple[str, ...]

    def windows(self) -> dict[str, list[dt.date]]: ...

    def counts(self, days: Days, share: float, net_of: int | None) -> dict[str, float]: ...

    def figure(
        self, kpi: str, window: str, entity: str, days: Days, value: float,
        note: str = "", top: float = math.nan, bottom: float = math.nan, part: str = "",
    ) -> Figure: ...  # fmt: skip


def agents_of(teams: Sequence[str]) -> list[dict[str, object]]:
    """Return three agents per team; each team's third has too few contacts for a place."""
    rows: list[dict[str, object]] = []
    for place, team in enumerate(teams):
        for number in range(PER_TEAM):
            is_small = number == PER_TEAM - 1
            rank = 0 if is_small else 1 + (place * 5 + number * 3) % (2 * len(teams))
            rows.append({"entity": f"A{team[2:]}{number + 1}", "team": team, "rank": rank})
    ranked = sorted((row for row in rows if row["rank"]), key=lambda row: (row["rank"], row["entity"]))
    for rank, row in enumerate(ranked, 1):
        row["rank"] = rank
    return rows


def section_rows(month: Month, teams: Sequence[str], recent: Days) -> list[Figure]:
    """Return the figures of all sections of one segment."""
    rows = [*_open_work(month), *_results(month)]
    if not {"time_of_day", "contact"} & {*month.absent}:
        rows += _hours(month, recent)
    if "agents" not in month.absent:
        for agent in agents_of(teams):
            rows += _agent(month, agent, len(teams))
    return rows


def lacking(month: Month, needs: Sequence[str]) -> str:
    """Return the code of what is absent or missing of the needed tables; nothing: empty."""
    absent = next((f"absent:{what}" for what in needs if what in month.absent), "")
    return absent or next((f"missing:{what}" for what in needs if what in month.missing), "")


def _agent(month: Month, agent: Mapping[str, object], teams: int) -> Iterator[Figure]:
    name, rank = entity_name("agent", str(agent["entity"])), int(str(agent["rank"]))
    share = (0.02 if rank == 0 else 0.49) / teams
    for window in ("day", "mtd"):
        days = month.windows()[window]
        counts = {key: float(round(value * share)) for key, value in month.counts(days, 1.0, None).items()}
        if window == "mtd" and rank == 0:
            counts |= {"worked": 41.0, "contacted": 17.0, "rpc": 15.0, "gross": 6.0, "net": 5.0, "dials": 88.0}
        for kpi in ("K05", "K09", "K11", "K13", "K14", "K17", "K18"):
            known = CATALOGUE[kpi]
            top, bottom = counts[known.numerator], counts.get(known.denominator, math.nan)
            note = lacking(month, known.needs)
            value = math.nan if note else top / bottom if known.denominator and bottom else top
            yield month.figure(kpi, window, name, days, value, note, top, bottom)
        hours = 8.0 * len(days)
        note = lacking(month, ("attendance",))
        attendance = {"K26": 1.0 - 0.01 * rank, "login_hours": hours - rank, "K21.per_hour": counts["net"] / hours}
        for kpi, value in attendance.items():
            yield month.figure(kpi, window, name, days, math.nan if note else value, note)
        yield month.figure("K19", window, name, days, math.nan if month.missing else 1.08 - 0.02 * rank,
                           lacking(month, ("targets",)))  # fmt: skip
    rate = 0.46 - 0.008 * rank if rank else 0.405
    yield month.figure("K14.shrunken", "mtd", name, month.windows()["mtd"], rate)


def _hours(month: Month, recent: Days) -> Iterator[Figure]:
    per_day = {day: _day_by_hour(month, day) for day in recent}
    windows = {"day": [month.date], "recent": list(recent), **{f"d{day}": [day] for day in recent}}
    for window, days in windows.items():
        total = dict.fromkeys(("dials", "contacted", "gross"), 0.0)
        for hour in HOURS:
            found = {key: sum(per_day[day][hour][key] for day in days if day in per_day) for key in total}
            if not found["dials"]:
                continue
            total = {key: total[key] + found[key] for key in total}
            yield from _hour(month, window, days, found, f"hour:{hour}")
        if window == "recent":
            yield from _hour(month, window, days, total, "")


def _hour(month: Month, window: str, days: Days, found: Mapping[str, float], part: str) -> Iterator[Figure]:
    dials, contacted, gross = found["dials"], found["contacted"], found["gross"]
    rate = contacted / dials if dials else math.nan
    yield month.figure("K05", window, "", days, dials, "", dials, part=part)
    yield month.figure("K10", window, "", days, rate, "" if dials else "zero_denominator", contacted, dials, part)
    yield month.figure("K13", window, "", days, gross, "", gross, part=part)


def _day_by_hour(month: Month, day: dt.date) -> dict[str, dict[str, float]]:
    counts = month.counts([day], 1.0, None)
    every = sum(weight for weight, _ in HOURS.values())
    rate = counts["contacted_dials"] / counts["dials"] if counts["dials"] else 0.0
    found = {}
    for hour, (weight, factor) in HOURS.items():
        dials = float(round(counts["dials"] * weight / every))
        gross = float(round(counts["gross"] * weight * factor / every))
        found[hour] = {"dials": dials, "contacted": float(round(dials * rate * factor)), "gross": gross}
    return found


def _results(month: Month) -> Iterator[Figure]:
    days = [month.date]
    dials = month.counts(days, 1.0, None)["dials"]
    now = {code: float(round(dials * share / 1000)) for code, (share, _) in RESULTS.items()}
    total = sum(now.values())
    for code, (_, before) in RESULTS.items():
        mean = round(0.9 * dials * before / 1000 * 5) / 5
        part, share = f"result:{code}", now[code] / total if total else math.nan
        yield month.figure("attempts", "day", "", days, now[code], "", now[code], part=part)
        yield month.figure(
            "attempts_share", "day", "", days, share, "" if total else "zero_denominator", now[code], total, part
        )
        yield month.figure("attempts_mean", "day", "", days, mean, "", mean * 5, 5, part)
        yield month.figure("attempts_change", "day", "", days, now[code] - mean, "", now[code], mean, part)


def _open_work(month: Month) -> Iterator[Figure]:
    days = [month.date]
    is_ct0 = month.segment == "CT0"
    numbers = {
        "promised_today": 74, "promised_today_rupiah": 31_284_500, "promised_next": 81,
        "promised_next_rupiah": 35_120_750, "overdue": 212, "overdue_rupiah": 98_450_300, "near_limit": 412,
        "near_limit_rupiah": 187_300_000, "over_dialled": 6, "taps": 118, "taps_valid": 99, "taps_not_valid": 8,
        "taps_return": 11,
    }  # fmt: skip
    for kpi, number in numbers.items():
        note = lacking(month, next(needs for start, needs in NEEDS.items() if kpi.startswith(start)))
        if kpi.startswith("near_limit") and not is_ct0:
            note = "not_in_segment"
        yield month.figure(kpi, "day", "", days, math.nan if note else float(number), note)
    yield from _state(month, "mtd", 1)
    if "prev_mtd" in month.windows():
        yield from _state(month, "prev_mtd", 0)


def _state(month: Month, window: str, step: int) -> Iterator[Figure]:
    """Return what stands at the end of a window; 604 promises were due: 428 kept, 46 late, 41 in part, 89 broken."""
    returns = int(month.counts(month.windows()[window], 1.0, None)["return_open"])
    due, of_amount = 604, (252_480_000, 318_900_000)
    parts = {
        "K07": (168 + 44 * (1 - step), None), "K07.0-1": (40, None), "K07.2-3": (51, None), "K07.4-7": (44, None),
        "K07.>7": (33 + 44 * (1 - step), None), "K12": (121, 3_402), "K27": (due, None), "K28": (428, due),
        "K28.incl_late": (474, due), "K28.by_amount": of_amount, "K29": (89, due), "K29.partial": (41, due),
        "K29.late": (46, due), "K31": (241_700_000, None), "K31.late": (18_300_000, None), "K35": (1_402 + step, 1_493),
        "K36": (1_210, 1_343), "K37": (143, 1_402 + step), "K38": (98, 1_402 + step), "K40": (4 + step, None),
        "K40.0-1": (9, None), "K40.2-3": (5, None), "K40.>3": (returns - 14, None), "K41": (5.5 - step, None),
        "K41.p90": (14.2, None), "K26": (912, 960), "K49": (2, 1_493),
    }  # fmt: skip
    days = month.windows()[window]
    for kpi, (top, bottom) in parts.items():
        note = lacking(month, CATALOGUE[kpi].needs)
        value = math.nan if note else float(top if bottom is None else top / bottom)
        yield month.figure(kpi, window, "", days, value, note, float(top), math.nan if bottom is None else bottom)
