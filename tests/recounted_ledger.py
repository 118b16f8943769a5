"""The agree ledger a second time, in plain Python over rows, written from the procedure and not from the package."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.tiny import OCTOBER

DAY = dt.timedelta(days=1)
DECLINES = {"R03", "R04", "R05", "R06", "R07", "R09"}
LOST = {"NOT_VALID", "RETURN_TO_DECLINE", "EXPIRED_RETURN"}
DEFECTS = {"NOT_VALID", "RETURN"}


def month_of(day):
    return f"{day:%Y-%m}"


def month_start(period):
    return dt.date.fromisoformat(f"{period}-01")


def month_end(period):
    return (month_start(period) + 31 * DAY).replace(day=1) - DAY


def workdays(first, last):
    """Return the working days from the first to the last day, both included."""
    days = (first + i * DAY for i in range((last - first).days + 1))
    return [day for day in days if OCTOBER.is_workday(day)]


def cutoff(period):
    """Return 17:00 of the third working day of the next month."""
    after = month_end(period) + DAY
    return dt.datetime.combine(workdays(after, after + 10 * DAY)[2], dt.time(17))


def standing(payments, until):
    """Return day and amount of the payments known on a day, without those taken back and what took them back."""
    known = [p for p in payments if p["paid_at"].date() <= until]
    paid = sorted((p["paid_at"].date(), p["amount"]) for p in known if p["amount"] > 0)
    for back in sorted((p["paid_at"].date(), -p["amount"]) for p in known if p["amount"] < 0):
        paid.remove(max(p for p in paid if p[1] == back[1] and p[0] <= back[0]))
    return paid


def taps_of(rows, clock):
    """Return the tappings that can say something about a claim, by service: of logs, and of exported states."""
    found = defaultdict(list)
    for tap in rows["qc"]:
        if tap["tapped_at"] <= clock and not tap["is_calibration"]:
            found[tap["service_no"]].append({**tap, "is_known": True})
    for state in rows["qc_states"]:
        if state["judged_at"] is None or state["judged_at"] > clock:
            continue
        status = "RETURN" if state["follow"] == "3" else state["verdict"]
        shows_return = status == "RETURN" or state["has_tl_response"]
        found[state["service_no"]].append(
            {**state, "tapped_at": state["judged_at"], "status": status, "validation_id": state["attempt_id"],
             "is_known": shows_return, "shows_return": shows_return}
        )  # fmt: skip
    return found


class Ledger:
    """The claims as known at a clock; payments up to `asof`. `arrears`: by month, segment and service.

    `restated`: what came after the cut-off of a claim's month counts as well.
    """

    def __init__(self, rows, clock, asof, arrears, restated=False):
        self.clock, self.asof, self.arrears, self.restated = clock, asof, arrears, restated
        self.payments = defaultdict(list)
        for payment in rows["payments"]:
            self.payments[payment["service_no"]].append(payment)
        taps, calls = taps_of(rows, clock), defaultdict(list)
        for c in rows["calls"]:
            if c["called_at"] <= clock and (c["result_code"] == "R01" or c["result_code"] in DECLINES):
                calls[c["service_no"], c["segment"]].append(c)
        self.claims = []
        for (service, _), own in sorted(calls.items()):
            own.sort(key=lambda c: (c["called_at"], c["attempt_id"]))
            self.claims += self._walk(own, taps[service])
        by_service = defaultdict(list)
        for claim in self.claims:
            by_service[claim["service_no"]].append(claim)
        for service, own in by_service.items():
            self._attribute(sorted(own, key=lambda c: c["agree_at"]), standing(self.payments[service], asof))

    def _until(self, period):
        return self.clock if self.restated else min(self.clock, cutoff(period))

    def _walk(self, calls, taps):
        used, claims = set(), []
        for period in sorted({month_of(c["called_at"]) for c in calls}):
            free = [c for c in calls if c["result_code"] == "R01" and month_of(c["called_at"]) == period]
            free = [c for c in free if c["attempt_id"] not in used]
            while free:
                unused = [c for c in calls if c["attempt_id"] not in used]
                claim, after, recalls = self._settle(free[0], unused, taps, period)
                used |= {c["attempt_id"] for c in recalls}
                later = [c for c in free[1:] if c not in recalls]
                nxt = [c for c in later if claim["state"] in LOST and calls.index(c) > calls.index(after)]
                dups = [c for c in later if not nxt or calls.index(c) < calls.index(nxt[0])]
                claim["live"] = not nxt
                until, on_dups = self._until(period), {c["attempt_id"] for c in dups}
                claim["dup_defects"] = sum(
                    t["attempt_id"] in on_dups and t["tapped_at"] <= until and _is_defect(t) for t in taps
                )
                told = sorted([free[0], *recalls, *dups], key=lambda c: (c["called_at"], c["attempt_id"]))
                self._promise(claim, told)
                claims.append(claim)
                free = later[later.index(nxt[0]) :] if nxt else []
        return claims

    def _settle(self, opening, calls, taps, period):
        """Return the claim in its state, the call after which another agree opens a claim, and its recalls."""
        until = self._until(period)
        events = [(cutoff(period), -1, "", None)]
        events += [(c["called_at"], 0, c["attempt_id"], c) for c in calls[calls.index(opening) + 1 :]]
        events += [(t["tapped_at"], 1, t["validation_id"], t) for t in taps]
        state, after, recalls, judged, told = "PENDING", opening, [], {opening["attempt_id"]}, []
        for at, kind, _, event in sorted(events, key=lambda e: e[:3]):
            if at > until:
                break
            if kind == -1 and state == "RETURN_OPEN":
                state = "EXPIRED_RETURN"
            elif kind == 0 and state == "RETURN_OPEN":
                if event["result_code"] == "R01":
                    state = "RETURN_TO_AGREE"
                    recalls.append(event)
                    judged.add(event["attempt_id"])
                else:
                    state, after = "RETURN_TO_DECLINE", event
            elif kind == 1 and event["attempt_id"] in judged:
                told.append(event)
                state = event["status"]
                if state == "RETURN":
                    returns = sum(t["status"] == "RETURN" for t in told)
                    state = "RETURN_OPEN" if returns <= 2 and at < cutoff(period) else "EXPIRED_RETURN"
        claim = {
            "service_no": opening["service_no"],
            "segment": opening["segment"],
            "period": period,
            "state": state,
            "agree_at": opening["called_at"],
            "agent": opening["agent_id"],
            "told": told,
            "known": bool(told) and told[0]["is_known"],
            "first_return": bool(told) and (told[0]["status"] == "RETURN" or bool(told[0].get("shows_return"))),
            "defects": [t["reason_code"] for t in told if _is_defect(t)],
        }
        claim["returned"] = claim["first_return"] or any(t["status"] == "RETURN" for t in told)
        return claim, after if state == "RETURN_TO_DECLINE" else opening, recalls

    def _promise(self, claim, told):
        """Find the promise in force, what is owed, and whether the claim counts."""
        arrears = self.arrears.get((claim["period"], claim["segment"], claim["service_no"]))
        day, own = claim["agree_at"].date(), self.payments[claim["service_no"]]
        paid = standing(own, self.asof)
        claim["promise"], claim["owed"] = None, arrears
        for call in told:
            on, made = call["promise_date"], call["called_at"].date()
            if on is None or on < made:
                continue
            if claim["promise"] is not None:
                since = sum(a for d, a in paid if day <= d <= made)
                if made >= claim["promise"] + 3 * DAY or since * 100 >= 95 * (claim["owed"] or 0):
                    continue
            claim["promise"], claim["owed"] = on, call["promise_amount"] or arrears
        until = self._until(claim["period"]).date()
        before = sum(a for d, a in standing(own, until) if month_of(d) == claim["period"] and d < day)
        paid_before = bool(arrears) and before * 100 >= arrears * 95
        claim["paid_first"] = paid_before
        good = claim["live"] and not paid_before
        claim["net"] = good and claim["state"] not in LOST | {"RETURN_OPEN"}
        claim["valid"] = good and claim["state"] == "VALID"
        claim["end"] = claim["promise"] and claim["promise"] + 3 * DAY

    def _attribute(self, claims, paid):
        """Give each rupiah to one claim: in time to the earlier one up to what is owed, late up to what is left."""
        net = [c for c in claims if c["net"] and c["end"]]
        money = [[d, a] for d, a in paid]
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


def _is_defect(tap):
    return tap["status"] in DEFECTS and tap["reason_code"] is not None


def pay_state(claim, asof):
    """Return what became of the promise of a net claim; not due on the day of the last payment known: None."""
    if claim["owed"] is None or claim["end"] + 2 * DAY > asof:
        return None
    got, late = (sum(a for _, a in claim[name]) for name in ("got", "late"))
    if got * 100 >= 95 * claim["owed"]:
        return "kept"
    if (got + late) * 100 >= 95 * claim["owed"]:
        return "kept_late"
    return "partial" if got else "broken"
