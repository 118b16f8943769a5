"""What each leader is to do today: the counts of the daily report as lists with clear service numbers, restricted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from caringmon.analysis.action_lists import LISTS, ActionDays, action_lists
from caringmon.analysis.daily_advice import judged_agents
from caringmon.analysis.daily_findings import scope_of
from caringmon.analysis.day_counts import DayRules
from caringmon.analysis.entities import superiors_on
from caringmon.analysis.integrity import conspicuous
from caringmon.analysis.readiness import active_segments
from caringmon.analysis.rule_counts import rule_days
from caringmon.analysis.snapshot import Snapshot, open_facts, snapshot
from caringmon.analysis.targets import Progress
from caringmon.errors import UsageError, did_you_mean
from caringmon.gathering import gather
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.contracts import Kind
from caringmon.model.findings import Evidence
from caringmon.params import report_parameters
from caringmon.report.actions import ActionList, action_bytes
from caringmon.store import facts
from caringmon.store.files import OWNER_ONLY, write_whole
from caringmon.store.identities import read_identities

_UNSAFE = re.compile(r"[^\w.-]")  # in a file name; codes come from a file


@dataclass(frozen=True)
class Written:
    """One leader's file, how many things to do stand in it, and of how many the clear number is not kept any more."""

    path: Path
    rows: int
    nameless: int


def write_actions(workspace: Path, day: dt.date, leader: str = "", lang: str = "id") -> tuple[Written, ...]:
    """Write `outputs/tindakan/ALL/<day>/tindakan_<leader>.xlsx` for every TL and SPV, or the one named; say what.

    A TL's file has the rows of the team, an SPV's those of all its teams and the sheet `Integritas`. Only the owner of
    the workspace may read them. The same data give the same bytes. Data not ready: DataBlockedError; a leader that
    the roster does not know on that day: UsageError.
    """
    evidence = gather(report_parameters("daily", ("tindakan", {"report_date": day.isoformat()})), workspace)
    teams = _teams(evidence, day)
    leaders = [*sorted(teams), *sorted(set(teams.values()))]
    if leader and leader not in leaders:
        raise UsageError(
            f"--tl {leader}: nobody leads a team under this code on {day}."
            f"{did_you_mean(leader, leaders)} Known: {', '.join(leaders)}"
        )
    rows, suspects, unknown = _found(evidence)
    known, nameless = _clear(workspace, rows)
    folder = workspace / "outputs" / "tindakan" / "ALL" / day.isoformat()
    blank = ActionList("", day, evidence.calendar.next_workday(day), known, tuple(LISTS), unknown)
    written = []
    reads_integrity = {*teams.values(), UNMAPPED_ENTITY}
    for name in [leader] if leader else [*leaders, *_outside(rows, suspects, leaders)]:
        own = known["team"].isin([team for team, superior in teams.items() if name in (team, superior)] or [name])
        theirs = suspects[suspects["spv"] == name] if name in reads_integrity else None
        actions = replace(blank, leader=name, rows=known[own], integrity=theirs)
        path = folder / f"tindakan_{_UNSAFE.sub('_', name)}.xlsx"
        write_whole(path, action_bytes(actions, lang), mode=OWNER_ONLY)
        written.append(Written(path, int(own.sum()), int((own & nameless).sum())))
    return tuple(written)


def _teams(evidence: Evidence, day: dt.date) -> dict[str, str]:
    """Return the TLs of the day with the SPV of each."""
    roster = evidence.tables["roster"]
    spv_of = superiors_on(roster, "spv", day)
    return {tl: spv_of[person] for person, tl in sorted(superiors_on(roster, "tl", day).items())}


def _outside(rows: pd.DataFrame, suspects: pd.DataFrame, leaders: Iterable[str]) -> list[str]:
    """Return the names under which rows or agents stand that belong to no leader of the day: nothing is left out."""
    return sorted({*rows["team"], *suspects["spv"]} - set(leaders))


def _found(evidence: Evidence) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Return the rows of all lists, the conspicuous agents with their SPV, and by list why it is not known."""
    request, calendar = evidence.request, evidence.calendar
    active = active_segments(evidence.tables, request.segments)
    days = ActionDays(
        DayRules(request.report_date, request.max_attempts_day, request.promises),
        rule_days(request, request.report_date),
        int(request.rulebook.limit("R04", "old_days")),
    )
    with facts.connection() as con:
        tables = open_facts(con, evidence.tables)
        now = snapshot(tables, scope_of(evidence, active), evidence.clocks, Progress(calendar, request.report_date))
        rows = action_lists(now.relations, days)
        suspects = _suspects(evidence, now, active)
    coverage = now.scope.coverage
    unknown = {name: why for name, needs in LISTS.items() if (why := coverage.lacks(needs))}
    asked = rows["segment"].isin(active) & ~rows["list"].isin(list(unknown))
    return rows[asked].reset_index(drop=True), suspects, unknown


def _suspects(evidence: Evidence, now: Snapshot, segments: Sequence[str]) -> pd.DataFrame:
    agents, limit = judged_agents(evidence, now, segments), evidence.request.rulebook.limit
    if agents.empty:
        return pd.DataFrame({"spv": pd.Series(dtype="str")})
    found = conspicuous(agents, limit("R20", "times"), limit("R20", "cases"), limit("R20", "grave_cases"))
    spv_of = superiors_on(evidence.tables["roster"], "spv", evidence.request.report_date)
    return found.assign(spv=[spv_of.get(agent, UNMAPPED_ENTITY) for agent in found["entity"]])


def _clear(workspace: Path, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows with clear service numbers, and which of them keep their pseudonym: no identity is kept."""
    kept = read_identities(workspace).to_pandas()
    numbers = dict(kept.loc[kept["kind"] == Kind.SERVICE.value, ["pseudonym", "clear"]].itertuples(index=False))
    clear = [numbers.get(service, service) for service in rows["service_no"]]
    return rows.assign(service_no=clear), ~rows["service_no"].isin(list(numbers))
