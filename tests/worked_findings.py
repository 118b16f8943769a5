"""Findings made by hand for the tests of the documents: the worked month of 3-kpis, 3.4, and its edges.

CT0, October 2022, Mon-Sat, 8 October free: 25 working days. Target 2 600 = 104 a day. Net agrees to 18 October
1 365 of 1 456: gap -91, 93.75 %, run rate 97.5, projection 2 437.5, required 112.27 on 11 days.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence

import pandas as pd

from caringmon.analysis.daily_gap import DRIVER_COLUMNS, GUARD_COLUMNS, REFERENCE_COLUMNS
from caringmon.analysis.earlier_advice import FOLLOWED_COLUMNS
from caringmon.analysis.judgements import SIGNAL_COLUMNS
from caringmon.analysis.recommendations import TABLE_COLUMNS
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import Severity
from caringmon.model.findings import Figure, Findings, Head, Issue, entity_name, figure_id
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE, COUNTED, DAILY, Unit
from caringmon.model.period import Period, month_before
from caringmon.model.reported import about
from tests.worked_sections import HOURS, RESULTS, STANDINGS, agents_of, section_rows

CALENDAR = WorkCalendar(frozenset(range(1, 7)), {dt.date(2022, 10, 8): "Maulid Nabi Muhammad"}, frozenset({2022}))
REPORT_DATE = dt.date(2022, 10, 18)
ABSENT_IN_FOREIGN = (
    "agents",
    "services",
    "assignments",
    "roster",
    "time_of_day",
    "contact",
    "qc",
    "targets",
    "promises",
)

# Net agrees by working day of October; the first 13 sum to 1 276, the 14th (18 October) is 89.
CT0_OCTOBER = (
    112,
    109,
    105,
    101,
    96,
    88,
    104,
    99,
    91,
    97,
    83,
    97,
    94,
    89,
    101,
    97,
    95,
    103,
    99,
    92,
    96,
    100,
    98,
    94,
    90,
)
CT0_SEPTEMBER = (104, 101, 99, 96, 103, 98, 107, 101, 95, 99, 102, 97, 101, 99)
PRANPC_OCTOBER = (205, 212, 198, 221, 208, 214, 219, 203, 211, 216, 209, 207, 214, 218, *[210] * 11)
PRANPC_SEPTEMBER = (201, 199, 207, 203, 198, 205, 202, 196, 208, 204, 201, 199, 206, 203)


@dataclasses.dataclass(frozen=True)
class Work:
    """What one segment did: net agrees by working day, target, and each team's share by month target and net."""

    october: tuple[int, ...]
    september: tuple[int, ...]
    target: float | None
    teams: Mapping[str, tuple[float, int, int]]  # month target, net before 18 October, net on 18 October
    contacted_of_day: Mapping[int, int] = dataclasses.field(default_factory=dict)


# 1,240 rows: 3 set aside, 12 repeats, 25 newer elsewhere; of 1,200 calls 60 are agrees, 58 of them live, 50 in net.
BRIDGE = {
    "rows_read": 1240, "set_aside": 3, "repeats": 12, "newer_elsewhere": 25, "outside": 0, "suppressed": 4,
    "non_voice": 0, "other_results": 1136, "agree_rows": 60, "repeat_agrees": 1, "superseded": 1, "gross": 58,
    "not_valid": 5, "returned": 3, "paid_before": 0, "net": 50,
}  # fmt: skip
CT0 = Work(
    CT0_OCTOBER,
    CT0_SEPTEMBER,
    2600,
    {
        "TL01": (450, 231, 15),
        "TL02": (450, 186, 11),
        "TL03": (425, 225, 18),
        "TL04": (425, 213, 16),
        "TL05": (425, 222, 17),
        "TL06": (425, 199, 12),
    },
    {12: 281, 13: 251},
)
PRANPC = Work(
    PRANPC_OCTOBER,
    PRANPC_SEPTEMBER,
    5350,
    {
        "TL07": (1350, 690, 55),
        "TL08": (1350, 668, 52),
        "TL09": (1325, 701, 57),
        "TL10": (1325, 678, 54),
    },
)


# TL01-TL03 and TL04-TL06 share CT-0, all others are PraNPC's.
SUPERIORS = {f"TL{number:02}": f"SPV{1 + (number > 3) + (number > 6):02}" for number in range(1, 11)}


def worked_findings(
    *,
    date: dt.date = REPORT_DATE,
    lang: str = "id",
    work: Mapping[str, Work] | None = None,
    missing: Sequence[str] = (),
    absent: Sequence[str] = (),
    idle: bool = False,
    silent: Sequence[str] = (),
    calls_clock: dt.datetime | None = None,
    basis: str = "net",
    away: Sequence[tuple[str, str]] = (),
) -> Findings:
    """Return the findings of one daily report; every knob makes one of the edges."""
    month = _Month(date, missing=missing, absent=absent, idle=idle, basis=basis)
    work = {"CT0": CT0, "PRANPC": PRANPC} if work is None else work
    rows = [row for segment, done in work.items() for row in month.figures(segment, done)]
    teams = [
        {"segment": segment, "entity": team, "superior": SUPERIORS.get(team, "")}
        for segment, done in work.items()
        for team in done.teams
    ]
    days = [row for segment in work for row in month.days(segment)]
    head = Head(
        report="daily",
        form="OB.IN.OCC.TELK.W-01 Rev.00",
        lang=lang,
        period=date.isoformat(),
        segments=(*work, *silent),
        basis=basis,
        parameters={"report_date": date.isoformat(), "segment": "ALL", "basis": basis, "data_deadline": "08:00"},
        run_id="3f9a1c07be42",
        evidence_id="9b" * 32,
        package_version="0.1.0",
        calendar_version="2022-SKB",
        calls_clock=calls_clock or dt.datetime.combine(date, dt.time(23, 59, 59)),
        qc_clock=dt.datetime.combine(CALENDAR.next_workday(date), dt.time(8)),
        absent=tuple(absent),
        missing=tuple(missing),
        silent_segments=tuple(silent),
    )
    tables = {
        "figures": pd.DataFrame([dataclasses.asdict(row) for row in rows]),
        "teams": pd.DataFrame(teams, columns=["segment", "entity", "superior"]),
        "days": pd.DataFrame(days),
        "agents": _agents(work, absent),
        "hours": _hours(work, absent),
        "results": pd.DataFrame([{"segment": segment, "code": code} for segment in work for code in RESULTS]),
        "absences": pd.DataFrame([*away], columns=["entity", "status"]),
        "signals": pd.DataFrame(columns=SIGNAL_COLUMNS),
        "recommendations": pd.DataFrame(columns=TABLE_COLUMNS),
        "followed": pd.DataFrame(columns=FOLLOWED_COLUMNS),
        "drivers": pd.DataFrame(columns=DRIVER_COLUMNS),
        "guards": pd.DataFrame(columns=GUARD_COLUMNS),
        "references": pd.DataFrame(columns=REFERENCE_COLUMNS),
        "notes": pd.DataFrame(columns=["kind", "subject", "text"]),
        "issues": _issues(),
        "loads": _loads(date),
        "issue_summary": _issue_summary(_issues()),
        "load_summary": _loads(date)
        .drop(columns=["file", "exported_at", "sha256", "mapping", "rules"])
        .assign(files=1),
        "bridge": pd.DataFrame([{"file": "Data CT0 2022-10-18.csv", **BRIDGE}]),
        "bridge_total": pd.DataFrame([BRIDGE]),
    }
    return Findings(head, tables)


def no_target() -> Findings:
    return worked_findings(work={"CT0": dataclasses.replace(CT0, target=None), "PRANPC": PRANPC}, missing=("targets",))


def no_qc() -> Findings:
    return worked_findings(missing=("qc",))


def idle_day() -> Findings:
    return worked_findings(idle=True)


def first_working_day() -> Findings:
    return worked_findings(date=dt.date(2022, 10, 1))


def last_working_day() -> Findings:
    return worked_findings(date=dt.date(2022, 10, 31))


def foreign() -> Findings:
    foreign_work = dataclasses.replace(CT0, target=None, teams={})
    return worked_findings(work={"CT0": foreign_work}, absent=ABSENT_IN_FOREIGN, silent=("PRANPC",))


VARIANTS = {
    "worked": worked_findings,
    "no_target": no_target,
    "no_qc": no_qc,
    "idle_day": idle_day,
    "first_working_day": first_working_day,
    "last_working_day": last_working_day,
    "foreign": foreign,
}


class _Month:
    """Makes the figures of one segment from its net agrees by day."""

    def __init__(self, date: dt.date, *, missing: Sequence[str], absent: Sequence[str], idle: bool, basis: str) -> None:
        self.date, self.missing, self.absent, self.idle = date, tuple(missing), tuple(absent), idle
        self.actual = ACTUAL_KPI[basis]
        self.month = Period.month(date)
        self.workdays = CALENDAR.workdays(self.month)
        self.elapsed = sum(day <= date for day in self.workdays)
        self.before = CALENDAR.previous_workday(date)
        self.leaders: dict[str, tuple[float, tuple[int, int]]] = {}

    def figures(self, segment: str, work: Work) -> list[Figure]:
        self.segment, self.work = segment, work
        rows = self._counted_rows("", 1.0)
        rows += self._compared("", work.target)
        rows += self._series()
        for team, (target, before, today) in work.teams.items():
            total = sum(before + today for _, before, today in work.teams.values())
            rows += self._counted_rows(team, (before + today) / total, (before, today))
            rows += self._compared(team, None if work.target is None else target)
        for leader in dict.fromkeys(SUPERIORS[team] for team in work.teams if team in SUPERIORS):
            mine = [plan for team, plan in work.teams.items() if SUPERIORS.get(team) == leader]
            rows += self._leader(entity_name("spv", leader), mine)
        recent = CALENDAR.last_workdays(self.date, 10)
        return rows + section_rows(self, list(work.teams), recent)

    def _leader(self, entity: str, teams: Sequence[tuple[float, int, int]]) -> list[Figure]:
        target, before, today = (sum(column) for column in zip(*teams, strict=True))
        share = (before + today) / sum(b + t for _, b, t in self.work.teams.values())
        self.leaders[entity] = (share, (int(before), int(today)))
        rows = self._counted_rows(entity, *self.leaders[entity])
        return rows + self._compared(entity, None if self.work.target is None else target)

    def days(self, segment: str) -> list[dict[str, object]]:
        recent = CALENDAR.last_workdays(self.date, 10)
        in_month = [day for day in self.month.days if day <= self.date]
        return [
            {
                "segment": segment,
                "date": day,
                "window": f"d{day}",
                "number": self._number(day),
                "is_workday": CALENDAR.is_workday(day),
                "holiday": CALENDAR.free_days.get(day, ""),
                "recent": day in recent,
                "in_month": day in in_month,
                "active": CALENDAR.is_workday(day) and not (self.idle and day == self.date),
            }
            for day in sorted({*recent, *in_month})
        ]

    def _number(self, day: dt.date) -> int:
        if not CALENDAR.is_workday(day):
            return 0
        return sum(other <= day for other in CALENDAR.workdays(Period.month(day)))

    def _net(self, day: dt.date) -> int:
        if self.idle and day == self.date:
            return 0
        number = self._number(day)
        if number == 0:
            return 0
        source = self.work.october if day.month == 10 else self.work.september
        return source[min(number, len(source)) - 1]

    def counts(self, days: Sequence[dt.date], share: float, net_of: int | None) -> dict[str, float]:
        parts = [self._day_counts(day) for day in days]
        total = {name: float(sum(part[name] for part in parts)) for name in parts[0]} if parts else {}
        if share < 1:
            total = {name: float(round(value * share)) for name, value in total.items()}
            total["net"] = float(net_of if net_of is not None else total["net"])
            total["gross"] = total["net"] + total["return_open"] + total["not_valid"]
        return total

    def _day_counts(self, day: dt.date) -> dict[str, int]:
        net = self._net(day)
        today = day == self.date
        returned, bad = (net * 2 // 100 + 2 * today, net * 7 // 100) if net else (0, 0)
        gross = net + returned + bad
        rpc = round(gross / 0.41)
        contacted = self.work.contacted_of_day.get(self._number(day) - 1, round(rpc / 0.85)) if net else 0
        worked = round(rpc / 0.85 / 0.44)
        pending = round(net * (0.6 if today else 0.03))
        return {
            "assigned": worked + worked // 5, "list": worked + worked // 6, "worked_of_list": worked - worked // 25,
            "worked": worked, "dials": round(worked * 2.1), "connected_dials": round(worked * 1.2),
            "contacted": contacted, "contacted_dials": round(contacted * 1.1), "rpc": rpc, "gross": gross,
            "net": net, "valid": net - pending, "pending": pending, "return_open": returned, "not_valid": bad,
            "lapsed": 0,
        }  # fmt: skip

    def windows(self) -> dict[str, list[dt.date]]:
        month_to = [day for day in self.month.days if day <= self.date]
        before_last = month_before(self.date)
        same = CALENDAR.nth_workday(before_last, self.elapsed)
        windows = {
            "day": [self.date],
            "mtd": month_to,
            "prev_day": [self.before],
            "last_month": [day for day in before_last.days if same is not None and day <= same],
        }
        if self.elapsed > 1:
            windows["prev_mtd"] = [day for day in month_to if day <= self.before]
        return windows

    def _counted_rows(self, entity: str, share: float, nets: tuple[int, int] | None = None) -> list[Figure]:
        rows = []
        for window, days in self.windows().items():
            if entity and window not in {"day", "mtd", "prev_mtd"}:
                continue
            net = None
            if nets and self.date == REPORT_DATE and not self.idle:
                net = {"day": nets[1], "mtd": sum(nets), "prev_mtd": nets[0]}[window]
            counts = self.counts(days, share, net)
            rows += [self._counted(kpi.id, window, entity, days, counts) for kpi in COUNTED if kpi.id in DAILY]
        return rows

    def _counted(
        self, kpi: str, window: str, entity: str, days: Sequence[dt.date], counts: Mapping[str, float]
    ) -> Figure:
        known = CATALOGUE[kpi]
        lacking = next((f"absent:{what}" for what in known.needs if what in self.absent), "")
        lacking = lacking or next((f"missing:{what}" for what in known.needs if what in self.missing), "")
        top = counts[known.numerator]
        bottom = counts[known.denominator] if known.denominator else math.nan
        value = top if not known.denominator else top / bottom if bottom else math.nan
        note = lacking or ("zero_denominator" if math.isnan(value) else "")
        return self.figure(kpi, window, entity, days, math.nan if lacking else value, note, top, bottom)

    def figure(
        self, kpi: str, window: str, entity: str, days: Sequence[dt.date], value: float,
        note: str = "", top: float = math.nan, bottom: float = math.nan, part: str = "",
    ) -> Figure:  # fmt: skip
        unit, decimals = (Unit.RATE, 1) if kpi == "K14.shrunken" else about(kpi)
        level, _, code = entity.rpartition(":")
        return Figure(
            figure_id(self.segment, kpi, window, entity, part), kpi, self.segment, level or ("tl" if code else "site"),
            code, window, days[0], days[-1], value, str(unit), decimals, top, bottom, note, part,
        )  # fmt: skip

    def _actual(self, window: str, entity: str) -> float:
        return self._found[figure_id(self.segment, self.actual, window, entity)].value

    def _compared(self, entity: str, target: float | None) -> list[Figure]:
        windows = self.windows()
        if entity:
            windows = {name: days for name, days in windows.items() if name in {"day", "mtd", "prev_mtd"}}
        shares = {name: len([d for d in days if CALENDAR.is_workday(d)]) for name, days in windows.items()}
        shares.pop("last_month", None)
        self._found = {row.id: row for row in self._counted_rows(entity, *self._share(entity))}
        rows = []
        for name, share in shares.items():
            due = math.nan if target is None else target * share / len(self.workdays)
            rows += self._against(name, entity, windows[name], due)
        rows.append(self._na_or("target", "month", entity, list(self.month.days), target))
        return [*rows, self._projection(entity, windows["mtd"])] if entity else rows + self._pace(target, windows)

    def _share(self, entity: str) -> tuple[float, tuple[int, int] | None]:
        if not entity:
            return 1.0, None
        if entity in self.leaders:
            return self.leaders[entity]
        _, before, today = self.work.teams[entity]
        return (before + today) / sum(b + t for _, b, t in self.work.teams.values()), (before, today)

    def _na_or(self, kpi: str, window: str, entity: str, days: Sequence[dt.date], value: float | None) -> Figure:
        missing = "absent:targets" if "targets" in self.absent else "no_target"
        unknown = value is None or math.isnan(value)
        return self.figure(kpi, window, entity, days, math.nan if value is None else value, missing if unknown else "")

    def _against(self, window: str, entity: str, days: Sequence[dt.date], due: float) -> list[Figure]:
        actual = self._actual(window, entity)
        rows = [
            self._na_or("target", window, entity, days, due),
            self._na_or("K20", window, entity, days, actual - due),
        ]
        rate = self._na_or("K19", window, entity, days, actual / due if due else math.nan)
        return [*rows, dataclasses.replace(rate, numerator=actual, denominator=due)]

    def _projection(self, entity: str, days: Sequence[dt.date]) -> Figure:
        pace = self._actual("mtd", entity) / self.elapsed if self.elapsed else math.nan
        note = "" if self.elapsed else "no_workday_elapsed"
        return self.figure("K45", "mtd", entity, days, pace * len(self.workdays), note)

    def _pace(self, target: float | None, windows: Mapping[str, list[dt.date]]) -> list[Figure]:
        days, total = windows["mtd"], len(self.workdays)
        actual, remaining = self._actual("mtd", ""), total - self.elapsed
        pace = actual / self.elapsed if self.elapsed else math.nan
        rows = [
            self.figure("elapsed", "mtd", "", days, self.elapsed),
            self.figure("remaining", "mtd", "", days, remaining),
            self.figure("workdays", "mtd", "", days, total),
            self.figure("K44", "mtd", "", days, pace, "" if self.elapsed else "no_workday_elapsed"),
            self._projection("", days),
            self._na_or("K19M", "mtd", "", days, actual / target if target else None),
        ]
        need = None if target is None else max(0.0, target - actual) / remaining if remaining else math.nan
        required = self._na_or("K46", "mtd", "", days, need)
        uplift = self._na_or("uplift", "mtd", "", days, need / pace - 1 if need is not None and pace else None)
        if target is not None and not remaining:
            required, uplift = (dataclasses.replace(f, note="month_over") for f in (required, uplift))
        rows += [required, uplift]
        for window, count in (("prev_mtd", self.elapsed - 1), ("last_month", self.elapsed)):
            if window in windows and count:
                value = self._actual(window, "") / count
                rows.append(self.figure("K44", window, "", windows[window], value))
        return rows + self._changes(target, windows)

    def _changes(self, target: float | None, windows: Mapping[str, list[dt.date]]) -> list[Figure]:
        if "prev_mtd" not in windows:
            return []
        day_gap = None
        if target is not None:
            day_gap = self._actual("day", "") - (target / len(self.workdays) if CALENDAR.is_workday(self.date) else 0)
        returns = [self._found[figure_id(self.segment, "return_open", w)] for w in ("prev_mtd", "mtd")]
        change = returns[1].value - returns[0].value
        return [
            self._na_or("K20", "change", "", windows["mtd"], day_gap),
            self.figure("return_open", "change", "", windows["mtd"], change, returns[1].note),
        ]

    def _series(self) -> list[Figure]:
        rows, target = [], self.work.target
        for day in [row["date"] for row in self.days(self.segment)]:
            assert isinstance(day, dt.date)
            counts = self.counts([day], 1.0, None)
            window = f"d{day}"
            rows += [
                self._counted(k, window, "", [day], counts) for k in ("K05", "K09", "K13", "K14", "K17", "pending")
            ]
            work = Period.month(day)
            due = None if target is None else target / len(CALENDAR.workdays(work)) * CALENDAR.is_workday(day)
            rows.append(self._na_or("target", window, "", [day], due))
            gap = None if due is None else counts["net"] - due
            rows.append(self._na_or("K20", window, "", [day], gap))
            if day in self.month:
                rows += self._cumulative(day)
        return rows

    def _cumulative(self, day: dt.date) -> list[Figure]:
        days = [other for other in self.month.days if other <= day]
        net = sum(self._net(other) for other in days)
        share = len([d for d in days if CALENDAR.is_workday(d)]) / len(self.workdays)
        due = None if self.work.target is None else self.work.target * share
        return [self.figure("K17", f"c{day}", "", days, float(net)), self._na_or("target", f"c{day}", "", days, due)]


def _agents(work: Mapping[str, Work], absent: Sequence[str]) -> pd.DataFrame:
    rows = [
        {"segment": segment, **row}
        for segment, done in work.items()
        if "agents" not in absent
        for row in agents_of(list(done.teams))
    ]
    return pd.DataFrame(rows, columns=["segment", "entity", "team", "rank"])


def _hours(work: Mapping[str, Work], absent: Sequence[str]) -> pd.DataFrame:
    rows = [
        {"segment": segment, "code": hour, "standing": STANDINGS.get(hour, "")}
        for segment in work
        if "time_of_day" not in absent
        for hour in HOURS
    ]
    return pd.DataFrame(rows, columns=["segment", "code", "standing"])


def _issues() -> pd.DataFrame:
    issues = [
        Issue("CALL_WITHOUT_ASSIGNMENT", Severity.WARN, "calls", "", count=12),
        Issue("DUPLICATE_KEY", Severity.WARN, "calls", "tamara_20221018_2359.csv", row=1204, line=1206, count=2),
        Issue("TAP_BEFORE_CALL", Severity.QUARANTINE, "qc", "=qco.xlsx", "Tapping", 18, None, 1, "tapped_at"),
        Issue("TITLE_ROWS", Severity.INFO, "assignments", "data_order_2022-10.xlsx", "WO", count=3),
    ]
    return pd.DataFrame([dataclasses.asdict(issue) for issue in issues])


def _issue_summary(issues: pd.DataFrame) -> pd.DataFrame:
    return issues[["code", "severity", "table", "count"]].assign(files=1).sort_values("severity")


def _loads(date: dt.date) -> pd.DataFrame:
    first = date.replace(day=1)
    rows = [
        ("tamara_20221018_2359.csv", "calls", 19_481, 19_468, 13),
        ("data_order_2022-10.xlsx", "assignments", 3_402, 3_402, 0),
        ("tamara_20221018_2359.csv", "qc", 1_486, 1_485, 1),
    ]
    return pd.DataFrame(
        [
            {
                "file": file, "table": table, "source_system": "TAMARA",
                "exported_at": dt.datetime.combine(date, dt.time(23, 59)), "first_day": first, "last_day": date,
                "rows_read": read, "rows_loaded": loaded, "rows_quarantined": aside,
                "sha256": "5a" * 32, "mapping": "", "rules": "0c1d2e3f4a5b",
            }
            for file, table, read, loaded, aside in rows
        ]
    )  # fmt: skip
