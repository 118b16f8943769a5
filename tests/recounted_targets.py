"""Targets, roster days and attendance a second time, in plain Python over rows, written from the procedure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.recounted_ledger import DAY, month_end, month_of, month_start, workdays

UNMAPPED = "TIDAK TERPETAKAN"
LEVELS = ("site", "spv", "tl", "agent")


class Roster:
    """Who led whom on which day; `rows`: those known at the clock."""

    def __init__(self, rows):
        self.rows = rows
        self._known = {}

    def superior(self, person, role, day):
        """Return whom the person reported to on the day."""
        key = (person, role, day)
        if key not in self._known:
            own = [r for r in self.rows if (r["person_id"], r["role"]) == (person, role) and _in_force(r, day)]
            self._known[key] = (own[0]["reports_to"] if own else None) or UNMAPPED
        return self._known[key]

    def chain(self, agent, day):
        """Return site, SPV, TL and agent."""
        team = self.superior(agent, "AGENT", day)
        return "SITE", self.superior(team, "TL", day), team, agent

    def segments(self, person, day):
        """Return the segments that an agent's row of the day names; none named: both; no agent at all: none."""
        own = [r for r in self.rows if r["person_id"] == person]
        if own and not any(r["role"] == "AGENT" for r in own):
            return ()
        named = [r["segments"] for r in own if r["role"] == "AGENT" and _in_force(r, day)]
        return named[0].split("|") if named and named[0] else ("CT0", "PRANPC")


def _in_force(row, day):
    return row["valid_from"] <= day < (row["valid_to"] or dt.date.max)


def largest_remainder(total, weights):
    """Return whole shares of a whole total, their sum exact; of equal remainders the lower id gets more."""
    whole = sum(weights.values())
    shares = {name: int(total) * weight // whole for name, weight in weights.items()}
    by_rest = sorted(weights, key=lambda name: (-(int(total) * weights[name] % whole), name))
    for name in by_rest[: int(total) - sum(shares.values())]:
        shares[name] += 1
    return shares


class Targets:
    """Agree targets as known on the earlier of a window's last day and the clock."""

    def __init__(self, rows, roster, until):
        self.roster = roster
        self.rows = [r for r in rows if r["metric"] == "agree" and r["effective_from"] <= until]
        self._months = {}

    def of(self, level, segment, entity, first, last):
        """Return the target of the days, unrounded; none for a month or a segment: None."""
        parts = []
        for one in ("CT0", "PRANPC") if segment == "ALL" else (segment,):
            month = first.replace(day=1)
            while month <= last:
                parts.append(self._share(level, one, entity, max(first, month), min(last, month_end(month_of(month)))))
                month = month_end(month_of(month)) + DAY
        return None if None in parts else sum(parts)

    def of_month(self, level, segment, entity, day):
        """Return the target of the whole month that holds the day."""
        return self.of(level, segment, entity, day.replace(day=1), month_end(month_of(day)))

    def entities(self, level, segment, months):
        """Return the entities of the level with a target in one of the months and any of the segments."""
        return {
            entity
            for one in (("CT0", "PRANPC") if segment == "ALL" else (segment,))
            for month in months
            for of, entity in self._month(one, month)
            if of == level
        }

    def _share(self, level, segment, entity, first, last):
        found = self._month(segment, month_of(first)).get((level, entity))
        if found is None:
            return None
        value, days, _ = found
        if days is not None:
            return sum(amount for day, amount in days if first <= day <= last)
        month = month_of(first)
        return value * len(workdays(first, last)) / len(workdays(month_start(month), month_end(month)))

    def _month(self, segment, month):
        """Return by level and entity: value, daily values, and whether it is spread by roster days."""
        if (segment, month) not in self._months:
            own = defaultdict(list)
            for r in self.rows:
                if (r["segment"], r["period"]) == (segment, month):
                    entity = "SITE" if r["level"] == "SITE" else r["entity_id"]
                    own[r["level"].lower(), entity].append(r)
            known = {}
            for key, rows in own.items():
                newest = max((r["effective_from"], r["version"]) for r in rows)[1]
                rows = [r for r in rows if r["version"] == newest]
                days = [(r["date"], r["value"]) for r in rows] if rows[0]["grain"] == "DAY" else None
                known[key] = (rows[0]["value"], days, rows[0]["apportion"] == "ROSTER_DAY")
            self._derive(known, segment, month)
            self._months[segment, month] = known
        return self._months[segment, month]

    def _derive(self, known, segment, month):
        chains = defaultdict(int)
        agents = {r["person_id"] for r in self.roster.rows if r["role"] == "AGENT"}
        for day in workdays(month_start(month), month_end(month)):
            for agent in agents:
                in_force = any(
                    r["person_id"] == agent and r["role"] == "AGENT" and _in_force(r, day) for r in self.roster.rows
                )
                if in_force and segment in self.roster.segments(agent, day):
                    chains[self.roster.chain(agent, day)] += 1
        for place in range(3):
            shares = defaultdict(int)
            for parent in {chain[place] for chain in chains}:
                value, days, by_roster = known.get((LEVELS[place], parent), (None, None, False))
                if by_roster and days is None:
                    weights = defaultdict(int)
                    for chain, count in chains.items():
                        if chain[place] == parent:
                            weights[chain[place + 1]] += count
                    for child, share in largest_remainder(value, weights).items():
                        shares[child] += share
            for child, share in shares.items():
                known.setdefault((LEVELS[place + 1], child), (share, None, True))


def attendance(rows, roster, segment, level, first, last):
    """Return days and hours by entity; a person in the roster in other roles alone is left out."""
    found = defaultdict(lambda: defaultdict(float))
    for r in rows:
        if not first <= r["date"] <= last:
            continue
        segments = roster.segments(r["person_id"], r["date"])
        if not segments or (segment != "ALL" and segment not in segments):
            continue
        o = found[roster.chain(r["person_id"], r["date"])[LEVELS.index(level)]]
        login, pause, aux, planned = (r[f"{name}_min"] or 0 for name in ("login", "break", "aux", "planned"))
        o["agent_days"] += r["status"] == "HADIR"
        o["attended"] += r["status"] in ("HADIR", "TRAINING")
        o["planned_days"] += r["status"] != "OFF"
        o["login"] += login / 60
        o["ready"] += (login - pause - aux) / 60
        o["planned"] += planned / 60
    return found
