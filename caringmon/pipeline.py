"""The walk: the only module that knows the order of the stages.

`ingest` brings files into the store. A report is `gather` (rows visible at its clocks), `analyse` (what it says),
and, after its notebook has run, `publish`. Notebooks and tests share the first two.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon.analysis.bridge import BRIDGED, bridge, bridge_total
from caringmon.analysis.daily import daily_values
from caringmon.analysis.daily_plan import (
    DailyPlan,
    absent_leaders,
    shown_agents,
    shown_days,
    shown_segments,
    shown_slices,
    shown_teams,
)
from caringmon.analysis.day_counts import DayRules
from caringmon.analysis.figures import figures
from caringmon.analysis.provenance import issue_summary, issues_table, load_summary, loads_table
from caringmon.analysis.readiness import active_segments
from caringmon.analysis.slices import with_standings
from caringmon.analysis.snapshot import Scope, claims_at, open_facts, seen_at
from caringmon.errors import ReportFailedError
from caringmon.gathering import clocks_of, gather
from caringmon.inbox import inbox_files, load_file, open_loading
from caringmon.intake.account import FileReport
from caringmon.model.audience import Audience
from caringmon.model.findings import Clocks, Evidence, Findings, Head
from caringmon.model.period import month_code
from caringmon.params import Daily
from caringmon.runner.documents import contradictions, documents, manifest, write_index
from caringmon.runner.engine import read_normalised, run_notebook
from caringmon.runner.publish import Published, content_hash, publish_version, versions
from caringmon.runner.staging import read_findings, write_findings
from caringmon.shipped import notebooks_folder
from caringmon.store import facts
from caringmon.store.files import only_one

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Published", "Times", "analyse", "gather", "hand_over", "ingest", "publish", "run"]

FORMS = {"daily": "OB.IN.OCC.TELK.W-01.Rev.00"}
NOTEBOOKS = {"daily": "daily.ipynb"}


def ingest(workspace: Path, paths: Sequence[Path] | None, *, key: bytes) -> list[FileReport]:
    """Load the files named, else those in the inbox, in the order of their names; return what became of each.

    A file that is refused stops no other. Parameter files that the workspace lacks are those of the package.
    """
    loading = open_loading(workspace, key)
    return [report for path in inbox_files(workspace, paths) for report in load_file(loading, path)]


def analyse(evidence: Evidence) -> Findings:
    """Return what the report says: every figure computed once, and the lists that stand beside them."""
    request, calendar = evidence.request, evidence.calendar
    active = active_segments(evidence.tables, request.segments)
    scope = Scope(
        calendar=calendar,
        segments=active,
        basis=request.basis,
        absent=evidence.absent,
        missing=evidence.missing,
        qc_cutoff_workday=request.qc_cutoff_workday,
        qc_cutoff_time=request.qc_cutoff_time,
        max_return_rounds=request.max_return_rounds,
        promises=request.promises,
        rebalance=request.rebalance,
        drop_talk_is_rpc=request.drop_talk_is_rpc,
    )
    plan = DailyPlan.of(request.report_date, calendar)

    def clocks(day: dt.date) -> Clocks:
        return evidence.clocks if day == plan.today else clocks_of(day, dt.time.max, request, calendar)

    with facts.connection() as con:
        rows = open_facts(con, evidence.tables)
        rules = DayRules(request.report_date, request.max_attempts_day, request.promises)
        share = calendar.share_of_day(request.cut_time)
        values = daily_values(rows, scope, plan, clocks, share, request.audience, rules)
        clock = evidence.clocks.qc
        claims = claims_at(seen_at(rows, evidence.clocks), scope, clock, scope.payment_asof(clock, plan.today))
        of_month = claims.filter(claims.period == month_code(plan.today), claims.segment.isin(active))
        lines = bridge(evidence.file_counts, evidence.origins, of_month.select(BRIDGED).execute())
    segments = shown_segments(values, active, request.audience)
    values = values[values["segment"].isin(segments)]
    found = figures(values, {window.name: window.period for window in plan.windows()})
    roster = evidence.tables["roster"]
    teams = shown_teams(values, roster, plan.today)
    issues, loads = issues_table(evidence.issues), loads_table(evidence.loads)
    tables = {
        "figures": found,
        "days": shown_days(values, plan, segments, calendar, request.audience),
        "teams": teams,
        "agents": shown_agents(values, roster, plan.today),
        "hours": with_standings(shown_slices(values, "hour", "K05", "recent"), values, "recent"),
        "results": shown_slices(values, "result", "attempts", "day"),
        "absences": absent_leaders(evidence.tables["attendance"], roster, plan.today, teams["entity"]),
        "issues": issues,
        "issue_summary": issue_summary(issues),
        "loads": loads,
        "load_summary": load_summary(loads),
        "bridge": lines,
        "bridge_total": bridge_total(lines),
    }
    silent = tuple(segment for segment in request.segments if segment not in active)
    return Findings(_head(evidence, segments, silent), tables)


def hand_over(findings: Findings) -> None:
    """Write the findings to the folder that `CARINGMON_STAGING` names; without it, do nothing."""
    folder = os.environ.get("CARINGMON_STAGING")
    if folder:
        write_findings(Path(folder), findings)


@dataclass(frozen=True)
class Times:
    """When a run began and ended, as read from the clock by the caller; stands in the manifest only."""

    started: dt.datetime
    now: Callable[[], dt.datetime]


def run(report: str, parameters: Daily, workspace: Path, times: Times) -> Published:
    """Run a report's notebook, make page, workbook and chat text of its findings, and publish them.

    The same content as the last version publishes nothing (`is_new` is False). Data not ready: DataBlockedError;
    a notebook that fails, or a document that contradicts its figures: ReportFailedError. Both leave `outputs/` as
    it was.
    """
    outputs = workspace / "outputs"
    outputs.mkdir(exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=outputs))
    try:
        executed = staging / "executed.ipynb"
        environment = {"CARINGMON_STAGING": str(staging), "CARINGMON_WORKSPACE": str(workspace)}
        run_notebook(notebooks_folder() / NOTEBOOKS[report], executed, parameters.as_text(), environment)
        findings = read_findings(staging)
        notebook = read_normalised(executed, parameters.as_text())
        published = publish(findings, notebook, staging, outputs, times)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return published


def publish(findings: Findings, notebook: NotebookNode, staging: Path, outputs: Path, times: Times) -> Published:
    """Publish the documents of the findings as the next version of their report, unless nothing changed.

    One run at a time publishes in `outputs/`; the index page is written in the same turn.
    """
    head = findings.head
    segment = head.parameters["segment"]
    folder = outputs / head.report / segment / head.period / Audience.of(head.audience).folder
    tables = {f"findings/{path.name}": path.read_bytes() for path in sorted((staging / "findings").iterdir())}
    fingerprint = content_hash({**tables, **documents(findings, notebook, None)})
    with only_one(outputs):
        published = _publish_next(findings, notebook, tables, folder, fingerprint, times)
        write_index(outputs, head.lang)
    return published


def _publish_next(
    findings: Findings,
    notebook: NotebookNode,
    tables: Mapping[str, bytes],
    folder: Path,
    fingerprint: str,
    times: Times,
) -> Published:
    issued = versions(folder)
    if issued and issued[-1][1]["content_hash"] == fingerprint:
        number = issued[-1][0]
        return Published(folder / f"v{number}", number, fingerprint, is_new=False)
    number = issued[-1][0] + 1 if issued else 1
    files = documents(findings, notebook, number)
    problems = contradictions(files, findings, number)
    if problems:
        raise ReportFailedError(f"not published, {len(problems)} contradictions; the first: {problems[0]}")
    about = manifest(findings, fingerprint, times.started, times.now())
    target = publish_version(folder, number, {**tables, **files}, about)
    return Published(target, number, fingerprint, is_new=True)


def _head(evidence: Evidence, segments: tuple[str, ...], silent: tuple[str, ...]) -> Head:
    request = evidence.request
    return Head(
        report=request.report,
        form=FORMS[request.report],
        lang=request.lang,
        period=request.report_date.isoformat(),
        segments=segments,
        basis=request.basis,
        parameters=request.parameters,
        run_id=evidence.run_id,
        evidence_id=evidence.evidence_id,
        package_version=package_version("caringmon"),
        calendar_version=evidence.calendar.version,
        calls_clock=evidence.clocks.calls,
        qc_clock=evidence.clocks.qc,
        absent=tuple(sorted(evidence.absent)),
        missing=tuple(sorted(evidence.missing)),
        silent_segments=silent,
        audience=str(request.audience),
    )
