"""The walk: the only module that knows the order of the stages.

`ingest` brings files into the store. A report is `gather` (rows visible at its clocks), `analyse` (what it says),
and, after its notebook has run, `publish`. Notebooks and tests share the first two.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon import gathering
from caringmon.analysis.daily_findings import daily_findings
from caringmon.analysis.followup_findings import followup_findings
from caringmon.analysis.found import Found
from caringmon.analysis.monthly_findings import monthly_findings
from caringmon.analysis.snapshot import open_facts
from caringmon.annotations import NotesFile, write_template
from caringmon.errors import CaringmonError, Reason, ReportFailedError
from caringmon.failing import leave_entry, reason_of
from caringmon.inbox import inbox_files, load_file, open_loading
from caringmon.intake.account import FileReport
from caringmon.intake.pseudonyms import key_fingerprint, pseudonym_key
from caringmon.judging import record_verdicts
from caringmon.model.audience import Audience
from caringmon.model.findings import Evidence, Findings, Head
from caringmon.model.period import end_of_day
from caringmon.model.verification import Verification
from caringmon.params import Report
from caringmon.raising import raise_advice
from caringmon.runner.documents import Making, contradictions, documents, manifest, write_index
from caringmon.runner.engine import read_normalised, run_notebook
from caringmon.runner.entries import refuse_foreign_entries, remove_entry
from caringmon.runner.publish import Published, content_hash, publish_version, versions
from caringmon.runner.staging import read_findings, read_reason, write_findings, write_reason
from caringmon.runner.verify import verify_report
from caringmon.shipped import notebooks_folder
from caringmon.store import facts
from caringmon.store.files import only_one
from caringmon.store.register import URL_NAME, register_url

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from nbformat import NotebookNode

__all__ = ["Published", "Times", "analyse", "gather", "hand_over", "ingest", "publish", "run", "verify"]


@dataclass(frozen=True)
class Kind:
    """What sets one report apart: its form, its notebook, and what it finds in the evidence and its fact tables.

    `record`: what it writes into the register of that URL once it is published.
    """

    form: str
    notebook: str
    find: Callable[[Evidence, Mapping[str, Table]], Found]
    record: Callable[[Findings, str], None] | None = None


KINDS: Mapping[str, Kind] = {
    "daily": Kind("OB.IN.OCC.TELK.W-01.Rev.00", "daily.ipynb", daily_findings, raise_advice),
    "w03": Kind("OB.IN.QCC.TELK.W-03.Rev.00", "followup_w03.ipynb", followup_findings, record_verdicts),
    "f01": Kind("OB.IN.OCC.TELK.F-01.Rev.00", "monthly_f01.ipynb", monthly_findings, raise_advice),
}


def ingest(workspace: Path, paths: Sequence[Path] | None, *, key: bytes) -> list[FileReport]:
    """Load the files named, else those in the inbox, in the order of their names; return what became of each.

    A file that is refused stops no other. Parameter files that the workspace lacks are those of the package.
    """
    loading = open_loading(workspace, key)
    return [report for path in inbox_files(workspace, paths) for report in load_file(loading, path)]


def gather(parameters: Report, workspace: Path | None = None) -> Evidence:
    """Return the rows visible at the report's clocks, as `gathering.gather`, whose errors these are."""
    with _reason_handed_over():
        return gathering.gather(parameters, workspace)


def analyse(evidence: Evidence) -> Findings:
    """Return what the report says: every figure computed once, and the lists that stand beside them."""
    with _reason_handed_over(), facts.connection() as con:
        found = KINDS[evidence.request.report].find(evidence, open_facts(con, evidence.tables))
    return Findings(_head(evidence, found.segments, found.silent), found.tables)


def hand_over(findings: Findings) -> None:
    """Write the findings to the folder that `CARINGMON_STAGING` names; without it, do nothing."""
    folder = os.environ.get("CARINGMON_STAGING")
    if folder:
        write_findings(Path(folder), findings)


@contextmanager
def _reason_handed_over() -> Iterator[None]:
    """Leave the reason of an error where `hand_over` would have left the findings."""
    try:
        yield
    except CaringmonError as problem:
        folder = os.environ.get("CARINGMON_STAGING")
        if folder:
            write_reason(Path(folder), problem.reason)
        raise


@dataclass(frozen=True)
class Times:
    """When a run began and ended, as read from the clock by the caller; stands in manifest and entry only."""

    started: dt.datetime
    now: Callable[[], dt.datetime]


def run(parameters: Report, workspace: Path, times: Times) -> Published:
    """Run a report's notebook, make page, workbook and chat text of its findings, and publish them.

    What it recommends then goes into the register, also where nothing new was published: a run that was cut off
    between the two is made whole by the next. Its notes file is written as a template to fill in, where there is none
    yet.

    The same content as the last version publishes nothing (`is_new` is False). Data not ready: DataBlockedError;
    a notebook that fails, or a document that contradicts its figures: ReportFailedError. Both leave what is published
    as it was, and an entry that says why there is no report (`failing.leave_entry`), which the next success removes.
    A register that cannot be written is refused as `store.register.writing` says, the report stays.
    """
    outputs = workspace / "outputs"
    outputs.mkdir(exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=outputs))
    kind = KINDS[parameters.report]
    try:
        findings, published = _published(parameters, workspace, staging, times)
    except Exception as problem:
        reason = read_reason(staging) or reason_of(problem)
        leave_entry(reason, parameters, kind.form, workspace, times.now())
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    if kind.record is not None:
        kind.record(findings, register_url(workspace, os.environ.get(URL_NAME)))
    notes = NotesFile.of(parameters)
    write_template(notes.path(workspace), notes.template)
    return published


def _published(parameters: Report, workspace: Path, staging: Path, times: Times) -> tuple[Findings, Published]:
    """Run the notebook and publish what it hands over."""
    executed = staging / "executed.ipynb"
    environment = {"CARINGMON_STAGING": str(staging), "CARINGMON_WORKSPACE": str(workspace)}
    run_notebook(notebooks_folder() / KINDS[parameters.report].notebook, executed, parameters.as_text(), environment)
    findings = read_findings(staging)
    notebook = read_normalised(executed, parameters.as_text())
    return findings, publish(findings, notebook, staging, workspace / "outputs", times)


def publish(findings: Findings, notebook: NotebookNode, staging: Path, outputs: Path, times: Times) -> Published:
    """Publish the documents of the findings as the next version of their report, unless nothing changed.

    One run at a time publishes in `outputs/`; an entry of earlier runs that failed goes, and the index page is written,
    in the same turn. What would keep the index from being written is refused before: ReportFailedError.
    """
    head = findings.head
    segment = head.parameters["segment"]
    folder = outputs / head.report / segment / head.period / Audience.of(head.audience).folder
    tables = {f"findings/{path.name}": path.read_bytes() for path in sorted((staging / "findings").iterdir())}
    with only_one(outputs):
        refuse_foreign_entries(outputs)
        published = _publish_next(findings, notebook, tables, folder, times)
        remove_entry(folder)
        write_index(outputs, head.lang)
    return published


def verify(path: Path, *, key: bytes) -> Verification:
    """Return what is wrong with a published version: its folder, page or manifest. Nothing there: UsageError."""
    templates = {report: notebooks_folder() / kind.notebook for report, kind in KINDS.items()}
    return verify_report(path, templates, key_fingerprint(key))


def _publish_next(
    findings: Findings,
    notebook: NotebookNode,
    tables: Mapping[str, bytes],
    folder: Path,
    times: Times,
) -> Published:
    """Publish the next version, unless the documents, made under the number of the last one, are the last one's."""
    issued = versions(folder)
    number = 1
    if issued:
        last, told = issued[-1]
        again = content_hash({**tables, **documents(findings, notebook, last)})
        if told["content_hash"] == again:
            return Published(folder / f"v{last}", last, again, is_new=False)
        number = last + 1
    files = {**tables, **documents(findings, notebook, number)}
    problems = contradictions(files, findings, number)
    if problems:
        raise ReportFailedError(
            f"not published, {len(problems)} contradictions; the first: {problems[0]}", Reason("CONTRADICTION")
        )
    head, (started, ended) = (
        findings.head,
        (time.isoformat(timespec="seconds") for time in (times.started, times.now())),
    )
    making = Making(KINDS[head.report].notebook, key_fingerprint(pseudonym_key(os.environ)), started, ended)
    fingerprint = content_hash(files)
    target = publish_version(folder, number, files, manifest(findings, fingerprint, making))
    return Published(target, number, fingerprint, is_new=True)


def _head(evidence: Evidence, segments: tuple[str, ...], silent: tuple[str, ...]) -> Head:
    request = evidence.request
    return Head(
        report=request.report,
        form=KINDS[request.report].form,
        lang=request.lang,
        period=request.period,
        segments=segments,
        basis=request.basis,
        parameters=request.parameters,
        run_id=evidence.run_id,
        evidence_id=evidence.evidence_id,
        package_version=package_version("caringmon"),
        calendar_version=evidence.calendar.version,
        calls_clock=min(evidence.clocks.calls, end_of_day(request.report_date)),
        qc_clock=evidence.clocks.qc,
        absent=tuple(sorted(evidence.absent)),
        missing=tuple(sorted(evidence.missing)),
        silent_segments=silent,
        audience=str(request.audience),
    )
