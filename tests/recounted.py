"""KPIs counted a second time, in plain Python over the rows, written from the procedure and not from the package."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.tiny import OCTOBER

DAY = dt.timedelta(days=1)
NOT_DIALS, DECLINES = {"U07", "U08"}, {"R03", "R04", "R05", "R06", "R07", "R09"}
LOST = {"NOT_VALID", "RETURN_TO_DECLINE", "EXPIRED_RETURN"}


def month_end(period):
    return (dt.date.fromisoformat(f"{period}-01") + 31 * DAY).replace(day=1) - DAY


def cutoff(period):
    days = [month_end(period) + (i + 1) * DAY for i in range(10)]
    return dt.datetime.combine([day for day in days if OCTOBER.is_workday(day)][2], dt.time(17))


def contacted(code):
    return code[0] in "CR"


def rpc(code):
    return code[0] == "R" and code != "R10"


class Recount:
    """The rows of a store up to a clock; `rows` maps tables to lists of dicts."""

    def __init__(self, rows, clock, last_day):
        self.clock = clock
        self.calls = [c for c in rows["calls"] if c["called_at"] <= clock]
        self.held = [h for h in rows["assignments"] if h["valid_from"] <= clock.date()]
        self.asof = min(clock, cutoff(f"{last_day:%Y-%m}")).date()
        self.paid = defaultdict(list)
        for p in rows["payments"]:
            assert not p["is_reversal"]
            assert p["amount"] > 0
            self.paid[p["service_no"]].append((p["paid_at"].date(), p["amount"]))
        self.roster = [r for r in rows["roster"] if r["valid_from"] <= clock.date()]
        self.arrears, self.witel = {}, {}
        for h in sorted(self.held, key=lambda h: h["valid_from"]):
            key = (h["period"], h["segment"], h["service_no"])
            self.arrears.setdefault(key, h["arrears_amount"])
            self.witel.setdefault(key, h["witel"])
        self.taps = defaultdict(list)
        for t in rows["qc"]:
            if t["tapped_at"] <= clock:
                self.taps[t["service_no"]].append(t)
        self.claims = self._ledger()

    def superior(self, person, role, day):
        for r in self.roster:
            if (r["person_id"], r["role"]) == (person, role) and r["valid_from"] <= day < (
                r["valid_to"] or dt.date.max
            ):
                return r["reports_to"] or "TIDAK TERPETAKAN"
        return "TIDAK TERPETAKAN"

    def entity(self, level, agent, day, key):
        if level == "site":
            return "SITE"
        if level == "agent":
            return agent
        if level == "witel":
            return self.witel.get(key) or "TIDAK TERPETAKAN"
        team = self.superior(agent, "AGENT", day)
        return team if level == "tl" else self.superior(team, "TL", day)

    def _ledger(self):
        calls = defaultdict(list)
        for c in self.calls:
            if c["result_code"] == "R01" or c["result_code"] in DECLINES:
                calls[c["service_no"], c["segment"]].append(c)
        claims = []
        for (service, _), own in sorted(calls.items()):
            own.sort(key=lambda c: (c["called_at"], c["attempt_id"]))
            claims += self._walk(own, self.taps[service])
        by_service = defaultdict(list)
        for claim in claims:
            by_service[claim["service_no"]].append(claim)
        for service, own in by_service.items():
            self._attribute(sorted(own, key=lambda c: c["agree_at"]), self.paid[service])
        return claims

    def _walk(self, calls, taps):
        used, claims = set(), []
        for period in sorted({f"{c['called_at']:%Y-%m}" for c in calls}):
            free = [c for c in calls if c["result_code"] == "R01" and f"{c['called_at']:%Y-%m}" == period]
            free = [c for c in free if c["attempt_id"] not in used]
            while free:
                claim, after, recalls = self._settle(free[0], calls, taps, period)
                used |= {c["attempt_id"] for c in recalls}
                later = [c for c in free[1:] if c not in recalls]
                nxt = [c for c in later if claim["state"] in LOST and calls.index(c) > calls.index(after)]
                dups = [c for c in later if not nxt or calls.index(c) < calls.index(nxt[0])]
                claim["live"] = not nxt
                told = sorted([free[0], *recalls, *dups], key=lambda c: (c["called_at"], c["attempt_id"]))
                self._promise(claim, told)
                claims.append(claim)
                free = later[later.index(nxt[0]) :] if nxt else []
        return claims

    def _settle(self, opening, calls, taps, period):
        until = min(self.clock, cutoff(period))
        events = [(c["called_at"], 0, c["attempt_id"], c) for c in calls[calls.index(opening) + 1 :]]
        events += [(t["tapped_at"], 1, t["validation_id"], t) for t in taps]
        state, after, rounds, recalls, judged, first = "PENDING", opening, 0, [], {opening["attempt_id"]}, None
        for at, kind, _, event in sorted(events, key=lambda e: e[:3]):
            if at > until:
                break
            if kind == 0 and state == "RETURN_OPEN":
                if event["result_code"] == "R01":
                    state = "RETURN_TO_AGREE"
                    recalls.append(event)
                    judged.add(event["attempt_id"])
                else:
                    state, after = "RETURN_TO_DECLINE", event
            elif kind == 1 and event["attempt_id"] in judged:
                first = first or event["status"]
                state = event["status"]
                if state == "RETURN":
                    rounds += 1
                    state = "RETURN_OPEN" if rounds <= 2 else "EXPIRED_RETURN"
        if state == "RETURN_OPEN" and self.clock >= cutoff(period):
            state = "EXPIRED_RETURN"
        claim = {
            "service_no": opening["service_no"],
            "segment": opening["segment"],
            "period": period,
            "state": state,
            "agree_at": opening["called_at"],
            "agent": opening["agent_id"],
            "first": first,
            "rounds": rounds,
        }
        return claim, after if state == "RETURN_TO_DECLINE" else opening, recalls

    def _promise(self, claim, told):
        """Find the promise in force and what is owed."""
        key = (claim["period"], claim["segment"], claim["service_no"])
        arrears = self.arrears.get(key)
        day = claim["agree_at"].date()
        paid = self.paid[claim["service_no"]]
        claim["promise"], claim["owed"] = None, arrears
        for call in told:
            on, made = call["promise_date"], call["called_at"].date()
            if on is None or on < made:
                continue
            if claim["promise"] is not None:
                since = sum(a for d, a in paid if day <= d <= min(made, self.asof))
                if made >= claim["promise"] + 3 * DAY or since >= 0.95 * (claim["owed"] or 0):
                    continue
            claim["promise"], claim["owed"] = on, call["promise_amount"] or arrears
        until = min(self.clock, cutoff(claim["period"])).date()
        before = sum(a for d, a in paid if d <= until and f"{d:%Y-%m}" == claim["period"] and d < day)
        claim["paid_before"] = bool(arrears) and before * 100 >= arrears * 95
        good = claim["live"] and not claim["paid_before"]
        claim["net"] = good and claim["state"] not in LOST | {"RETURN_OPEN"}
        claim["valid"] = good and claim["state"] == "VALID"
        claim["end"] = claim["promise"] and claim["promise"] + 3 * DAY

    def _attribute(self, claims, paid):
        net = [c for c in claims if c["net"] and c["end"]]
        money = [[d, a] for d, a in sorted(paid) if d <= self.asof]
        for c in claims:
            c["got"], c["late"] = [], []
        for m in money:
            covering = [c for c in net if c["agree_at"].date() <= m[0] <= c["end"]]
            for c in covering:
                owed = c["owed"] - sum(a for _, a in c["got"])
                part = m[1] if c is covering[-1] else max(0, min(m[1], owed))
                c["got"].append((m[0], part))
                m[1] -= part
        for c in net:
            for m in money:
                if c["end"] < m[0] <= c["end"] + 30 * DAY and m[1]:
                    part = max(0, min(m[1], c["owed"] - sum(a for _, a in c["got"] + c["late"])))
                    c["late"].append((m[0], part))
                    m[1] -= part

    def kpis(self, segment, level, first, last):
        """Return the counted KPIs by (entity, KPI)."""
        segments = ("CT0", "PRANPC") if segment == "ALL" else (segment,)
        out = defaultdict(lambda: defaultdict(int))
        services = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        for c in self.calls:
            day = c["called_at"].date()
            if c["segment"] not in segments or not first <= day <= last or (c["channel"] or "VOICE") != "VOICE":
                continue
            key = (f"{day:%Y-%m}", c["segment"], c["service_no"])
            flags = services[self.entity(level, c["agent_id"], day, key)][c["service_no"]]
            dial = c["result_code"] not in NOT_DIALS
            flags["dials"] += dial
            flags["connected"] += dial and (contacted(c["result_code"]) or c["result_code"] == "U04")
            flags["contacted"] += dial and contacted(c["result_code"])
            flags["rpc"] += dial and rpc(c["result_code"])
            flags["complaints"] += c["result_code"] in {"R04", "R05", "R06"}
            flags["attempts"] += 1
            if c["result_code"] != "U08" and (c["called_at"], c["attempt_id"]) >= flags.get(
                "newest", (dt.datetime(1, 1, 1), "")
            ):
                flags["newest"] = (c["called_at"], c["attempt_id"])
                flags["invalid"] = c["result_code"] in {"U06", "U07", "C01", "C03"}
        self._hold(services, segments, level, first, last)
        for entity, own in services.items():
            o = out[entity]
            for service, f in own.items():
                for name in ("dials", "connected"):
                    o[name] += f[name]
                o["contacted_dials"] += f["contacted"]
                o["worked"] += f["dials"] > 0
                for name in ("contacted", "rpc", "complaints", "attempts"):
                    o[f"s_{name}"] += f[name] > 0
                o["invalid"] += f["invalid"]
                o["held"] += f["held"]
                o["both"] += f["held"] and f["dials"] > 0
                o["arrears"] += f["arrears"]
                paid = sum(a for d, a in self.paid[service] if first <= d <= min(last, self.asof))
                o["cured"] += bool(f["held"]) and paid >= f["arrears"]
                o["collected"] += f["collected"]
        for c in self.claims:
            if c["segment"] in segments:
                key = (c["period"], c["segment"], c["service_no"])
                self._claim(out[self.entity(level, c["agent"], c["agree_at"].date(), key)], c, first, last)
        return {(e, k): v for e, o in out.items() for k, v in _ratios(o).items()}

    def _hold(self, services, segments, level, first, last):
        rows = defaultdict(list)
        for h in self.held:
            rows[h["period"], h["segment"], h["service_no"]].append(h)
        for key, own in rows.items():
            own.sort(key=lambda h: h["valid_from"])
            for h, following in zip(own, [*own[1:], None], strict=True):
                end = h["valid_to"] or (following["valid_from"] if following else month_end(h["period"]) + DAY)
                days = [h["valid_from"] + i * DAY for i in range((end - h["valid_from"]).days)]
                if key[1] in segments:
                    for day in days:
                        if first <= day <= last:
                            flags = services[self.entity(level, h["agent_id"], day, key)][key[2]]
                            flags["held"], flags["arrears"] = 1, self.arrears[key]
                            if level in ("agent", "tl", "spv"):
                                flags["collected"] += sum(a for d, a in self.paid[key[2]] if d == day <= self.asof)
                    if level in ("site", "witel") and any(first <= day <= last for day in days):
                        entity = self.entity(level, h["agent_id"], days[0], key)
                        services[entity][key[2]]["collected"] = sum(
                            a for d, a in self.paid[key[2]] if first <= d <= min(last, self.asof)
                        )

    def _claim(self, o, c, first, last):
        for d, a in c["got"]:
            o["recovered"] += a * (first <= d <= last)
        for d, a in c["late"]:
            o["late"] += a * (first <= d <= last)
        if c["net"] and c["end"] and first <= c["end"] <= last and c["end"] + 2 * DAY <= self.asof:
            got, late = sum(a for _, a in c["got"]), sum(a for _, a in c["late"])
            enough = 95 * c["owed"]
            state = (
                "kept"
                if got * 100 >= enough
                else "kept_late"
                if (got + late) * 100 >= enough
                else ("partial" if got else "broken")
            )
            o["due"] += 1
            o[state] += 1
            o["owed_due"] += c["owed"]
            o["got_due"] += min(got, c["owed"])
        day = c["agree_at"].date()
        if first <= day <= last:
            limit = day.replace(day=20) if day.day <= 20 else month_end(c["period"])
            final = c["state"] in LOST | {"VALID"}
            for name, flag in {
                "gross": c["live"], "net": c["net"], "valid": c["valid"], "claims": True,
                "tapped": c["first"] is not None,
                "first_return": c["first"] == "RETURN", "is_valid": c["state"] == "VALID", "final": final,
                "not_valid": c["state"] == "NOT_VALID", "ret_final": final and c["rounds"] > 0,
                "ret_valid": c["state"] == "VALID" and c["rounds"] > 0,
                "beyond": c["live"] and c["segment"] == "CT0" and c["promise"] is not None and c["promise"] > limit,
            }.items():  # fmt: skip
                o[name] += bool(flag)
            o["owed"] += c["owed"] * c["net"]


FORMULAS = {
    "K01": ("held", ""), "K02": ("arrears", ""), "K03": ("worked", ""), "K04": ("both", "held"), "K05": ("dials", ""),
    "K06": ("dials", "worked"), "K08": ("connected", "dials"), "K09": ("s_contacted", "worked"),
    "K10": ("contacted_dials", "dials"), "K11": ("s_rpc", "s_contacted"), "K12": ("invalid", "s_attempts"),
    "K13": ("gross", ""), "K14": ("gross", "s_rpc"), "K15": ("gross", "s_contacted"), "K16": ("gross", "held"),
    "K17": ("net", ""), "K18": ("valid", ""), "K27": ("due", ""), "K28": ("kept", "due"), "K29": ("broken", "due"),
    "K29.partial": ("partial", "due"), "K29.late": ("kept_late", "due"), "K28.by_amount": ("got_due", "owed_due"),
    "K30": ("owed", ""), "K31": ("recovered", ""), "K31.late": ("late", ""), "K32": ("collected", "arrears"),
    "K33": ("cured", "held"), "K35": ("tapped", "claims"), "K36": ("is_valid", "final"),
    "K37": ("first_return", "tapped"), "K38": ("not_valid", "tapped"), "K39": ("ret_valid", "ret_final"),
    "K55": ("s_complaints", "s_rpc"),
}  # fmt: skip


def _ratios(o):
    return {
        kpi: None if below and not o[below] else o[above] / (o[below] if below else 1)
        for kpi, (above, below) in FORMULAS.items()
    }
