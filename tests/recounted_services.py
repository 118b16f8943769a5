"""Calls and holdings counted a second time: flags per entity and service, then sums. From the procedure."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import NamedTuple

from tests.recounted_ledger import DAY, month_end, month_of, workdays
from tests.tiny import OCTOBER

NOT_DIALS = {"U07", "U08"}
AGES = {"0-1": (0, 1), "2-3": (2, 3), "4-7": (4, 7), ">7": (8, math.inf)}
AHEAD = {"DENPASAR": 1, "MAKASSAR": 1, "MALUKU": 2, "PAPUA": 2}


class Of(NamedTuple):
    """What is asked: segments, level, first and last day."""

    segments: tuple[str, ...]
    level: str
    first: dt.date
    last: dt.date


def contacted(code):
    return code[0] in "CR"


def rpc(code):
    return code[0] == "R" and code != "R10"


def is_outside(called_at, witel):
    """Tell whether a dial is outside 08:00:00-20:00:00 of the customer's clock, on a Sunday or a holiday."""
    local = called_at + dt.timedelta(hours=AHEAD.get((witel or "").upper(), 0))
    hours = dt.time(8) <= local.time() <= dt.time(20)
    return not hours or local.isoweekday() == 7 or local.date() in OCTOBER.free_days


def count_services(known, out, of):
    """Count calls and holdings: flags per entity and service, then sums."""
    services = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for c in attempts(known, of):
        _dial(known, services, c, of.level)
    arrears_of = _hold(known, services, of)
    for entity, own in services.items():
        o = out[entity]
        for service, f in own.items():
            for name in ("dials", "connected", "contacted", "timed", "handling", "busy", "outside"):
                o[name] += f[name]
            o["worked"] += f["dials"] > 0
            for name in ("contacted", "rpc", "complaints", "attempts"):
                o[f"s_{name}"] += f[name] > 0
            for name in ("invalid", "held", "list", "collected", "could_roll", "rolled"):
                o[name] += f[name]
            o["both"] += f["list"] and f["dials"] > 0
            arrears = arrears_of[service] if f["held"] else 0
            paid = sum(a for d, a in known.paid[service] if of.first <= d <= of.last)
            o["arrears"] += arrears
            o["cured"] += bool(f["held"]) and paid >= arrears > 0
            age = f["age"] if f["list"] and not f["touched"] else 0
            o["untouched"] += age > 0
            for name, (low, high) in AGES.items():
                o[f"untouched_{name}"] += age > 0 and low <= age - 1 <= high


def attempts(known, of):
    """Return the attempts of the window: what was called by voice."""
    return [
        c
        for c in known.calls
        if c["segment"] in of.segments
        and of.first <= c["called_at"].date() <= of.last
        and (c["channel"] or "VOICE") == "VOICE"
    ]


def dialled(known, of):
    """Return the services with a dial in the window."""
    return {c["service_no"] for c in attempts(known, of) if c["result_code"] not in NOT_DIALS}


def _dial(known, services, c, level):
    day, code = c["called_at"].date(), c["result_code"]
    key = (month_of(day), c["segment"], c["service_no"])
    flags = services[known.entity(level, c["agent_id"], day, key)][c["service_no"]]
    dial = code not in NOT_DIALS
    connected = dial and (contacted(code) or code == "U04")
    handling = sum(c[f"{part}_sec"] or 0 for part in ("talk", "hold", "wrap"))
    flags["dials"] += dial
    flags["connected"] += connected
    flags["contacted"] += dial and contacted(code)
    flags["rpc"] += dial and rpc(code)
    flags["complaints"] += code in {"R04", "R05", "R06"}
    flags["attempts"] += 1
    flags["timed"] += connected and c["talk_sec"] is not None
    flags["handling"] += handling if connected and c["talk_sec"] is not None else 0
    flags["busy"] += handling + (c["ring_sec"] or 0) if dial else 0
    flags["outside"] += dial and is_outside(c["called_at"], known.witel.get(key))
    if code != "U08" and (c["called_at"], c["attempt_id"]) >= flags.get("newest", (dt.datetime(1, 1, 1), "")):
        flags["newest"] = (c["called_at"], c["attempt_id"])
        flags["invalid"] = int(code in {"U06", "U07", "C01", "C03"})


def _hold(known, services, of):
    """Flag the services open in the window, for all who hold them meanwhile; return their earliest arrears."""
    touched = dialled(known, of._replace(first=of.first.replace(day=1)))
    listed, rolled = defaultdict(list), defaultdict(set)
    for period, segment, service in known.keys:
        if segment == "CT0":
            rolled[period].add(service)
    for key, own in known.keys.items():
        if key[1] not in of.segments:
            continue
        ends = [
            h["valid_to"] or (following["valid_from"] if following else month_end(key[0]) + DAY)
            for h, following in zip(own, [*own[1:], None], strict=True)
        ]
        received = min(h["received_at"] for h in own).date()
        is_on_list = max(ends) > workdays(received, received + 10 * DAY)[0]
        following = month_of(month_end(key[0]) + DAY)
        first_workday = workdays(own[0]["valid_from"].replace(day=1), month_end(key[0]))[0]
        could_roll = key[1] == "PRANPC" and own[0]["valid_from"] <= first_workday and bool(rolled[following])
        for h, end in zip(own, ends, strict=True):
            start = max(of.first, h["valid_from"])
            days = [start + i * DAY for i in range((min(of.last + DAY, end) - start).days)]
            if days:
                listed[key[2]].append((own[0]["valid_from"], key[1], known.arrears[key]))
            for entity in {known.entity(of.level, h["agent_id"], day, key) for day in days}:
                flags = services[entity][key[2]]
                flags["held"] = 1
                flags["list"] |= is_on_list
                flags["touched"] = key[2] in touched
                # One more than the working days since the receipt; of what came on the last day: nothing.
                latest = flags["latest"] = max(received, flags["latest"] or received)
                flags["age"] = 1 + len(workdays(latest + DAY, of.last)) if latest < of.last else 0
                flags["could_roll"] |= could_roll
                flags["rolled"] |= could_roll and key[2] in rolled[following]
                _collect(known, flags, of, (entity, h, key, days))
    return {service: min(found)[-1] for service, found in listed.items()}


def _collect(known, flags, of, held):
    """Add the payments of the window: for agents and leaders those dated while held; each once."""
    entity, holding, key, days = held
    for number, (day, amount) in enumerate(known.paid[key[2]]):
        mine = day in days and known.entity(of.level, holding["agent_id"], day, key) == entity
        if of.level in ("site", "witel"):
            mine = of.first <= day <= of.last
        if mine and number not in (taken := flags["taken"] or set()):
            flags["taken"] = {*taken, number}
            flags["collected"] += amount
