"""KPIs counted a second time, in plain Python over the rows, written from the procedure and not from the package."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from itertools import combinations
from statistics import NormalDist

from tests.recounted_ledger import DAY, LOST, Ledger, cutoff, month_end, month_of, pay_state, standing, workdays
from tests.recounted_services import AGES, Of, count_services, dialled
from tests.recounted_targets import LEVELS, UNMAPPED, Roster, Targets, attendance

BOTH = ("CT0", "PRANPC")
RETURN_AGES = {"0-1": (0, 1), "2-3": (2, 3), ">3": (4, math.inf)}
REASONS = (*(f"RC{number:02}" for number in range(1, 13)), "RC99")
TABLES = ("calls", "assignments", "roster", "qc", "targets", "payments", "attendance")


def percentile(values, share):
    """Return the percentile, between two values in proportion; none: None."""
    if not values:
        return None
    place = (len(values) - 1) * share
    low, high = (sorted(values)[i] for i in (math.floor(place), math.ceil(place)))
    return low + (high - low) * (place - math.floor(place))


def working_hours(start, end):
    """Return the hours between 08:00 and 17:00 of working days."""
    hours = 0.0
    for day in workdays(start.date(), end.date()):
        opens, closes = dt.datetime.combine(day, dt.time(8)), dt.datetime.combine(day, dt.time(17))
        hours += max(0.0, (min(end, closes) - max(start, opens)).total_seconds()) / 3600
    return hours


class Recount:
    """The rows of a store up to a clock; `rows` maps tables to lists of dicts.

    Payments are those known to windows that end in the month of `last_day`.
    """

    def __init__(self, rows, clock, last_day, restated=False):
        self.rows, self.clock = rows, clock
        self.calls = [c for c in rows["calls"] if c["called_at"] <= clock]
        self.held = [h for h in rows["assignments"] if h["valid_from"] <= clock.date()]
        self.roster = Roster([r for r in rows["roster"] if r["valid_from"] <= clock.date()])
        self.asof = (clock if restated else min(clock, cutoff(month_of(last_day)))).date()
        self.keys = defaultdict(list)
        for h in sorted(self.held, key=lambda h: h["valid_from"]):
            self.keys[h["period"], h["segment"], h["service_no"]].append(h)
        self.arrears = {key: own[0]["arrears_amount"] for key, own in self.keys.items()}
        self.witel = {key: next((h["witel"] for h in own if h["witel"]), None) for key, own in self.keys.items()}
        ledger = Ledger(rows, clock, self.asof, self.arrears, restated)
        self.claims = ledger.claims
        self.paid = defaultdict(list, {s: standing(own, self.asof) for s, own in ledger.payments.items()})

    def entity(self, level, agent, day, key):
        if level == "witel":
            return self.witel.get(key) or UNMAPPED
        return self.roster.chain(agent, day)[LEVELS.index(level)]

    def kpis(self, segment, level, first, last, basis="net"):
        """Return the counted KPIs by (entity, KPI)."""
        of = Of(BOTH if segment == "ALL" else (segment,), level, first, last)
        out = defaultdict(lambda: defaultdict(float))
        if level == "site":
            out["SITE"]["claims"] += 0
        count_services(self, out, of)
        for c in self.claims:
            if c["segment"] in of.segments:
                key = (c["period"], c["segment"], c["service_no"])
                self._claim(out[self.entity(level, c["agent"], c["agree_at"].date(), key)], c, first, last)
        if level != "witel":
            known = [r for r in self.rows["attendance"] if r["date"] <= self.clock.date()]
            for entity, found in attendance(known, self.roster, segment, level, first, last).items():
                out[entity].update(found)
        self._compare(out, segment, of, basis)
        if level == "site":
            self._calibrate(out["SITE"], of)
        wide = {"CT0": "K34", "PRANPC": "K49"}.get(segment)
        gone = {wide} | ({"K34"} if (first, last) != (first.replace(day=1), month_end(month_of(first))) else set())
        gone |= {"K21", "K21.per_hour", "K22", "K24", "K25", "K26"} if level == "witel" else set()
        gone |= {"K47"} if level in ("agent", "witel") else set()
        gone |= {"K42", "K42.kappa"} if level != "site" else set()
        return {(e, k): None if k in gone else v for e, o in out.items() for k, v in _ratios(o).items()}

    def _claim(self, o, c, first, last):
        for name in ("got", "late"):
            o[name] += sum(a for d, a in c[name] if first <= d <= last)
        if c["net"] and c["end"] and first <= c["end"] <= last:
            state, got = pay_state(c, self.asof), sum(a for _, a in c["got"])
            if state:
                o["due"] += 1
                o[state] += 1
                o["owed_due"] += c["owed"]
                o["got_due"] += min(got, c["owed"])
                o["kept_at_all"] += state in ("kept", "kept_late")
        if c["state"] == "RETURN_OPEN":
            since = max(t["tapped_at"] for t in c["told"] if t["status"] == "RETURN").date()
            age = len(workdays(since + DAY, self.clock.date()))
            o["open"] = [*(o["open"] or []), age]
            for name, (low, high) in RETURN_AGES.items():
                o[f"open_{name}"] += low <= age <= high
        if first <= c["agree_at"].date() <= last:
            self._cohort(o, c)

    def _cohort(self, o, c):
        day = c["agree_at"].date()
        limit = day.replace(day=20) if day.day <= 20 else month_end(c["period"])
        final, tapped = c["state"] in LOST | {"VALID"}, bool(c["told"])
        for name, flag in {
            "gross": c["live"], "net": c["net"], "valid": c["valid"], "claims": True, "tapped": tapped,
            "tapped_known": c["known"], "first_return": c["first_return"], "is_valid": c["state"] == "VALID",
            "final": final, "not_valid": c["state"] == "NOT_VALID", "untapped": c["net"] and not tapped,
            "waits": c["net"] and not c["valid"], "live_open": c["live"] and c["state"] == "RETURN_OPEN",
            "live_bad": c["live"] and c["state"] == "NOT_VALID",
            "lapsed": c["live"] and (c["state"] in {"RETURN_TO_DECLINE", "EXPIRED_RETURN"}
                                     or (c["paid_first"] and c["state"] not in {"NOT_VALID", "RETURN_OPEN"})),
            "ret_final": final and c["returned"] and c["known"],
            "ret_valid": c["state"] == "VALID" and c["returned"] and c["known"],
            "beyond": c["live"] and c["segment"] == "CT0" and c["promise"] is not None and c["promise"] > limit,
        }.items():  # fmt: skip
            o[name] += bool(flag)
        o["owed"] += (c["owed"] or 0) * c["net"]
        for reason in c["defects"]:
            o["defects"] += 1
            o[f"defects_{reason}"] += 1
        o["dup_defects"] += c["dup_defects"]
        if c["known"]:
            o["tap_hours"] = [*(o["tap_hours"] or []), working_hours(c["agree_at"], c["told"][0]["tapped_at"])]

    def _actuals(self, segment, level, first, last, basis):
        name = {"net": "net", "valid": "valid", "gross": "live"}[basis]
        found = defaultdict(int)
        for c in self.claims:
            day, key = c["agree_at"].date(), (c["period"], c["segment"], c["service_no"])
            if segment in (c["segment"], "ALL") and first <= day <= last:
                found[self.entity(level, c["agent"], day, key)] += c[name]
        return found

    def _compare(self, out, segment, of, basis):
        """Add what compares agrees with targets and working days."""
        _, level, first, last = of
        targets = Targets(self.rows["targets"], self.roster, min(last, self.clock.date()))
        months = {month_of(first), month_of(last)}
        for entity in targets.entities(level, segment, months):
            out[entity]["claims"] += 0
        since, end = last.replace(day=1), month_end(month_of(last))
        actual = self._actuals(segment, level, first, last, basis)
        of_month = self._actuals(segment, level, since, last, basis)
        is_silent = level == "site" and not dialled(self, of._replace(first=since))
        elapsed, total = len(workdays(since, last)), len(workdays(since, end))
        for entity, o in out.items():
            o["actual"], o["month_actual"] = actual[entity], of_month[entity]
            target = o["target"] = targets.of(level, segment, entity, first, last)
            full = o["month_target"] = targets.of_month(level, segment, entity, last)
            o["gap"] = None if target is None else actual[entity] - target
            o["short"] = None if full is None else max(0, full - of_month[entity])
            o["remaining"], o["elapsed"] = total - elapsed, 0 if is_silent else elapsed
            o["projection"] = of_month[entity] / elapsed * total if o["elapsed"] else None
        if level in ("site", "spv", "tl"):
            agents = self._actuals(segment, "agent", first, last, basis)
            for agent in targets.entities("agent", segment, months):
                own = targets.of("agent", segment, agent, first, last)
                if own:
                    o = out[self.roster.chain(agent, last)[LEVELS.index(level)]]
                    o["agents"] += 1
                    o["on_target"] += agents[agent] >= own

    def _calibrate(self, o, of):
        """Compare the calibration taps of one group, else of one call, two by two, the lower code first."""
        of_call = {c["attempt_id"]: c["segment"] for c in self.calls}
        groups = defaultdict(list)
        for t in self.rows["qc"]:
            is_seen = (
                t["is_calibration"] and t["tapped_at"] <= self.clock and of_call.get(t["attempt_id"]) in of.segments
            )
            if is_seen and of.first <= t["tapped_at"].date() <= of.last:
                groups[t["calib_group"] or t["attempt_id"]].append((t["qco_id"], t["status"]))
        pairs = [(a, b) for own in groups.values() for (_, a), (_, b) in combinations(sorted(own), 2)]
        if len(pairs) >= 10:
            n, agreeing = len(pairs), sum(a == b for a, b in pairs)
            one, other = (Counter(pair[i] for pair in pairs) for i in (0, 1))
            chance = sum(one[word] * other[word] for word in one) / n**2
            o["pairs"], o["agreeing"] = n, agreeing
            o["kappa"] = (agreeing / n - chance) / (1 - chance)


def files(rows, loads, segment, first, last, clock):
    """Return pairs of a working day and a table that a file covers, and all of them (K56)."""
    received, days = 0, workdays(first, last)
    segments = BOTH if segment == "ALL" else (segment,)
    for day in days:
        for table in TABLES:
            if table == "targets":
                found = {r["segment"] for r in rows["targets"] if r["level"] == "SITE" and r["metric"] == "agree"
                         and r["period"] == month_of(day) and r["effective_from"] <= clock.date()}  # fmt: skip
                received += found >= set(segments)
            elif table in ("assignments", "roster"):
                received += any(
                    r["valid_from"] <= min(day, clock.date()) and day < (r["valid_to"] or dt.date.max)
                    and r.get("period", month_of(day)) == month_of(day)
                    for r in rows[table]
                )  # fmt: skip
            else:
                received += any(one.table == table and one.first_day <= day <= one.last_day for one in loads)
    return received / (len(days) * len(TABLES))


FORMULAS = {
    "K01": ("held", ""), "K02": ("arrears", ""), "K03": ("worked", ""), "K04": ("both", "list"), "K05": ("dials", ""),
    "K06": ("dials", "worked"), "K07": ("untouched", ""), "K08": ("connected", "dials"),
    "K09": ("s_contacted", "worked"), "K10": ("contacted", "dials"), "K11": ("s_rpc", "s_contacted"),
    "K12": ("invalid", "s_attempts"), "K13": ("gross", ""), "K14": ("gross", "s_rpc"), "K15": ("gross", "s_contacted"),
    "K16": ("gross", "list"), "K17": ("net", ""), "K18": ("valid", ""), "K19": ("actual", "target"),
    "K19M": ("month_actual", "month_target"), "K20": ("gap", ""), "K21": ("actual", "agent_days"),
    "K21.per_hour": ("actual", "login"), "K22": ("dials", "login"), "K23": ("handling", "timed"),
    "K24": ("busy_hours", "login"), "K25": ("ready", "planned"), "K26": ("attended", "planned_days"),
    "K27": ("due", ""), "K28": ("kept", "due"), "K28.incl_late": ("kept_at_all", "due"),
    "K28.by_amount": ("got_due", "owed_due"), "K29": ("broken", "due"), "K29.partial": ("partial", "due"),
    "K29.late": ("kept_late", "due"), "K30": ("owed", ""), "K31": ("got", ""), "K31.late": ("late", ""),
    "K32": ("collected", "arrears"), "K33": ("cured", "held"), "K34": ("rolled", "could_roll"),
    "K35": ("tapped", "claims"), "K36": ("is_valid", "final"), "K37": ("first_return", "tapped_known"),
    "K38": ("not_valid", "tapped"), "K39": ("ret_valid", "ret_final"), "K40": ("open_p90", ""),
    "K41": ("tap_p50", ""), "K41.p90": ("tap_p90", ""), "K42": ("agreeing", "pairs"), "K42.kappa": ("kappa", ""),
    "K43.duplicates": ("dup_defects", ""), "K44": ("month_actual", "elapsed"), "K45": ("projection", ""),
    "K46": ("short", "remaining"), "K47": ("on_target", "agents"), "K49": ("beyond", "gross"),
    "K50": ("outside", "dials"), "K55": ("s_complaints", "s_rpc"), "K18.estimate": ("estimate", ""),
    "pending": ("waits", ""), "return_open": ("live_open", ""), "not_valid": ("live_bad", ""),
    "lapsed": ("lapsed", ""), "K18.low": ("low", ""), "K18.high": ("high", ""),
    **{f"K07.{name}": (f"untouched_{name}", "") for name in AGES},
    **{f"K40.{name}": (f"open_{name}", "") for name in RETURN_AGES},
    **{f"K43.{reason}": (f"defects_{reason}", "defects") for reason in REASONS},
}  # fmt: skip


def _ratios(o):
    """Return the KPIs of an entity; what has no denominator, or no numerator: None."""
    o["busy_hours"] = o["busy"] / 3600
    for name, of, share in (("open_p90", "open", 0.9), ("tap_p50", "tap_hours", 0.5), ("tap_p90", "tap_hours", 0.9)):
        o[name] = percentile(o[of] or [], share)
    o["kappa"] = o["kappa"] if o["pairs"] else None
    o["agents"] = o["agents"] if o["agents"] >= 5 else 0
    rates = _valid_rates(o["is_valid"], o["final"])
    for name, rate in zip(("estimate", "low", "high"), rates, strict=True):
        o[name] = None if rate is None else min(o["net"], o["valid"] + o["untapped"] * rate)
    return {
        kpi: None if o[above] is None or (below and not o[below]) else o[above] / (o[below] if below else 1)
        for kpi, (above, below) in FORMULAS.items()
    }


def _valid_rates(valid, final):
    """Return the valid rate and its 80 % Wilson bounds; nothing judged: None."""
    if not final:
        return None, None, None
    z, rate = NormalDist().inv_cdf(0.9), valid / final
    middle = (rate + z**2 / (2 * final)) / (1 + z**2 / final)
    half = z / (1 + z**2 / final) * math.sqrt(rate * (1 - rate) / final + z**2 / (4 * final**2))
    return rate, middle - half, middle + half
