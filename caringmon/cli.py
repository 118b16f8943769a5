"""The command `caringmon`: words → pipeline, outcomes → exit codes. The only place that prints or reads the clock."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon.arguments import Parser, command_parser
from caringmon.errors import (
    CaringmonError,
    ParameterError,
    RefusedError,
    ReportFailedError,
    UsageError,
    did_you_mean,
)
from caringmon.model.period import WIB

if TYPE_CHECKING:
    from caringmon.followup import Place
    from caringmon.params import Report

PROGRAM = "caringmon"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's mistake is one line on stderr, never a traceback."""
    try:
        options = command_line().parse_args(arguments)
        if os.environ.get("CARINGMON_ENV") == "production":
            _key()
        code: int = options.command(options)
    except CaringmonError as problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print(f"{PROGRAM}: stopped; nothing half-done was published", file=sys.stderr)
        return 130
    except Exception as defect:
        # A defect of ours: its text may hold data, so only its kind and place are printed.
        print(
            f"{PROGRAM}: internal error, {type(defect).__name__} at {_place(defect)}; please report it", file=sys.stderr
        )
        if os.environ.get("CARINGMON_DEBUG"):
            raise
        return 1
    return code


def command_line() -> Parser:
    """Return the parser of the command line."""
    return command_parser(PROGRAM, {
        "demo": _demo, "init": _init, "template": _template, "ingest": _ingest, "check": _check, "run": _run,
        "kpi": _kpi, "gap": _gap, "close": _close, "tindakan": _tindakan, "followup": _followup,
        "verify": _verify,
    })  # fmt: skip


def _demo(options: argparse.Namespace) -> int:
    """Make the demo workspace and its reports; print the path of the index page."""
    from caringmon.demonstration import demonstrate

    workspace = options.workspace or Path("demo")
    for line in demonstrate(workspace, (options.seed, options.size), _key(), _now):
        _tell(line)
    print(_shown(workspace.resolve() / "outputs" / "index.html"))
    return 0


def _init(options: argparse.Namespace) -> int:
    """Make a workspace; say what was written, what was kept, and what to do next."""
    from caringmon.workspace import make_workspace

    made = make_workspace(options.folder, options.lang)
    print(f"workspace {_shown(options.folder.resolve())}: {len(made.written)} files written, {len(made.kept)} kept")
    for name in made.kept:
        print(f"  kept     {name} (it was there; nothing is overwritten)")
    where = "" if options.folder == Path() else f" --workspace {options.folder}"
    print("next:")
    print("  1. fill in templates/target.xlsx and templates/roster.xlsx, save them into inbox/")
    print("  2. put the exports (calls, data order, tapping) into inbox/ as they are")
    print(f"  3. caringmon ingest{where}")
    print(f"  4. caringmon check{where}")
    print(f"  5. caringmon run daily{where} -p report_date=YYYY-MM-DD")
    return 0


def _template(options: argparse.Namespace) -> int:
    """Write a template; refuse to overwrite a file."""
    from caringmon.templates import template_bytes

    content = template_bytes(options.name, options.lang)
    path = options.file or Path(f"{options.name}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path.name}: a template is an .xlsx workbook; name it {path.stem}.xlsx")
    if path.exists():
        raise UsageError(f"{path.name} exists and is not overwritten; name another file with -o")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent.name}/: there is no such folder; make it first")
    path.write_bytes(content)
    print(path)
    return 0


def _ingest(options: argparse.Namespace) -> int:
    """Load files; print per file what was read, loaded, set aside, refused."""
    from caringmon.pipeline import ingest
    from caringmon.suppression import hide_numbers

    workspace = _workspace(options)
    hidden = hide_numbers(workspace, _key())
    if hidden:
        print(f"suppression.csv: {hidden:,} service numbers replaced by their pseudonyms")
    reports = ingest(workspace, options.paths or None, key=_key())
    if not reports:
        print("nothing to load: inbox/ holds no file")
    for report in reports:
        for line in report.lines():
            print(line)
    return 3 if any(report.refused for report in reports) else 0


def _check(options: argparse.Namespace) -> int:
    """Print the state of the workspace; with --suggest write proposals first. 3 if a report would be refused.

    JSON: `{"day", "blocked", "findings"}`; CSV: a row per finding. Their columns: `inspection.Finding`. What
    --suggest wrote goes to stderr, so that stdout stays what the format says.
    """
    from caringmon.inspection import as_csv, as_json, as_text, inspect

    workspace = _workspace(options)
    if options.suggest:
        from caringmon.suggestions import suggest

        added = suggest(workspace)
        for proposal in added:
            print(f"proposed {proposal.line}", file=sys.stderr)
        told = "take the # away where one is right, then run caringmon ingest" if added else "nothing new to propose"
        print(f"{len(added)} proposals written to params/; {told}", file=sys.stderr)
    inspection = inspect(workspace)
    print({"table": as_text, "csv": as_csv, "json": as_json}[options.format](inspection))
    return 3 if inspection.is_blocked else 0


def _run(options: argparse.Namespace) -> int:
    """Check the parameters, run the report, publish it; print where it stands."""
    from caringmon.params import REPORTS

    if options.report not in REPORTS:
        raise UsageError(
            f"unknown report '{options.report}'.{did_you_mean(options.report, REPORTS)} Known: {', '.join(REPORTS)}"
        )
    workspace = _workspace(options)
    parameters = _parameters(options, workspace)
    from caringmon.pipeline import Times, run  # after the parameters: a mistake is answered at once

    published = run(parameters, workspace, Times(_now(), _now))
    if not published.is_new:
        print(f"unchanged: version {published.version} has the same content; nothing was published")
    print(_shown(published.folder / "report.html"))
    return 0


def _kpi(options: argparse.Namespace) -> int:
    """Answer a question about KPIs as a table, CSV or JSON."""
    from caringmon.answers import KpiQuery, kpi
    from caringmon.report.kpi_text import KPI_FORMATS

    query = KpiQuery(
        segment=options.segment,
        first=options.first,
        last=options.last,
        level=options.level,
        kpis=tuple(options.kpis),
        as_of=options.as_of,
        basis=options.basis,
        restated=options.restated,
    )
    found = kpi(query, _workspace(options))
    print(KPI_FORMATS[options.format](found, (options.first.isoformat(), options.last.isoformat())))
    return 0


def _gap(options: argparse.Namespace) -> int:
    """Explain a gap as a table, CSV or JSON."""
    from caringmon.answers import GapQuery, gap
    from caringmon.report.gap_text import GAP_FORMATS

    query = GapQuery(
        segment=options.segment,
        first=options.first,
        last=options.last,
        level=options.level,
        reference=options.reference,
        as_of=options.as_of,
        basis=options.basis,
        restated=options.restated,
    )
    explained = gap(query, _workspace(options))
    print(GAP_FORMATS[options.format](explained.found))
    return 0


def _close(options: argparse.Namespace) -> int:
    """Freeze a month; print what it was frozen as."""
    from caringmon.answers import close

    now = _wib()
    workspace = _workspace(options)
    by = os.environ.get("USER", "")
    record = close(options.segment, options.period, workspace, accept_open=options.accept_open, now=now, by=by)
    print(
        f"{record.segment} {record.period} closed as at {record.qc_cutoff_at:%Y-%m-%d %H:%M}, "
        f"{record.accepted_open} claims open; snapshot {record.kpi_snapshot_sha256[:12]}"
    )
    return 0


def _tindakan(options: argparse.Namespace) -> int:
    """Write the action lists; print the path and the number of rows of each."""
    from caringmon.actions import write_actions

    workspace = _workspace(options)
    for one in write_actions(workspace, options.day, options.tl, options.lang):
        gone = f"; {one.nameless} without their number, which is kept 90 days" if one.nameless else ""
        print(f"{_shown(one.path)}: {one.rows} rows{gone}")
    return 0


def _followup(options: argparse.Namespace) -> int:
    """Write the tracker, take one back, or list recommendations."""
    from caringmon.followup import Place

    place = Place(_workspace(options), os.environ.get("CARINGMON_REGISTER_URL"))
    now = _now().astimezone(WIB).replace(tzinfo=None)
    return {"export": _export_tracker, "import": _import_tracker, "list": _list_followed}[options.action](
        options, place, now
    )


def _export_tracker(options: argparse.Namespace, place: Place, now: dt.datetime) -> int:
    """Write the tracker; refuse to overwrite a file."""
    from caringmon.followup import Wanted, export
    from caringmon.store.files import OWNER_ONLY, write_whole

    path = options.file or Path(f"tracker_{now:%Y-%m-%d}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path.name}: a tracker is an .xlsx workbook; name it {path.stem}.xlsx")
    if path.exists():
        raise UsageError(f"{path.name} exists and is not overwritten; name another file with -o")
    wanted = Wanted(owner=options.owner, is_restricted=options.restricted)
    content = export(place, wanted, now, options.lang)
    _tell_restricted(options, place, now)
    write_whole(path, content, mode=OWNER_ONLY if options.restricted else 0o644)
    print(path)
    return 0


def _import_tracker(options: argparse.Namespace, place: Place, now: dt.datetime) -> int:
    """Take a tracker back; print the rows that were not taken, and the counts."""
    from caringmon.followup import import_tracker
    from caringmon.report.followup_text import judged_lines

    if not options.file.is_file():
        raise UsageError(f"{options.file.name}: there is no such file")
    actor = options.by or os.environ.get("USER", "")
    if not actor:
        raise UsageError("say who reports it with --by, for example --by TL01")
    done = import_tracker(place, options.file, now, actor)
    for line in judged_lines(options.file.name, done.steps, done.refusals, done.unchanged):
        print(line)
    return 0


def _list_followed(options: argparse.Namespace, place: Place, now: dt.datetime) -> int:
    """Print recommendations as a table, CSV or JSON."""
    from caringmon.followup import Wanted, listed
    from caringmon.report.followup_text import FOLLOWUP_FORMATS

    wanted = Wanted(open_only=options.open, owner=options.owner, is_restricted=options.restricted)
    print(FOLLOWUP_FORMATS[options.format](listed(place, wanted, now, options.lang)))
    _tell_restricted(options, place, now)
    return 0


def _verify(options: argparse.Namespace) -> int:
    """Print what is wrong with a published version. 5 if something was altered, else 4 if something is missing."""
    from caringmon.model.verification import Verdict
    from caringmon.pipeline import verify
    from caringmon.report.verify_text import VERIFY_FORMATS

    found = verify(options.path, key=_key())
    print(VERIFY_FORMATS[options.format](found))
    codes = {Verdict.ALTERED: RefusedError.exit_code, Verdict.MISSING: ReportFailedError.exit_code}
    return codes.get(found.verdict, 0)


def _tell_restricted(options: argparse.Namespace, place: Place, now: dt.datetime) -> None:
    """Tell how many open recommendations are left out for being restricted, and nothing else of them."""
    from caringmon.followup import Wanted, listed

    count = 0 if options.restricted else len(listed(place, Wanted(is_restricted=True), now, options.lang))
    if count:
        print(f"{count} restricted left out; for SPV and QRD alone: --restricted", file=sys.stderr)


def _parameters(options: argparse.Namespace, workspace: Path) -> Report:
    """Return the checked parameters: the file's values, over them those of -p; all read as text."""
    from caringmon.params import read_yaml_as_text, report_parameters
    from caringmon.settings import parameter_file

    path = options.file or parameter_file(workspace, f"{options.report}.yml")
    typed: dict[str, object] = {}
    for pair in options.values:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ParameterError(f"-p {pair}: expected KEY=VALUE, for example -p report_date=2022-10-18")
        typed[name] = value
    return report_parameters(options.report, (path.name, read_yaml_as_text(path)), ("-p", typed))


def _workspace(options: argparse.Namespace) -> Path:
    from caringmon.settings import workspace_folder

    return workspace_folder(options.workspace, os.environ, Path.cwd())


def _key() -> bytes:
    from caringmon.intake.pseudonyms import pseudonym_key

    return pseudonym_key(os.environ)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _wib() -> dt.datetime:
    """Return the time as it stands everywhere in the data: WIB, without zone."""
    return _now().astimezone(WIB).replace(tzinfo=None, microsecond=0)


def _tell(text: str) -> None:
    """Show progress of long work on a terminal; stay quiet in a log."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


def _shown(path: Path) -> str:
    """Return the path relative to where the person stands, when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _place(defect: BaseException) -> str:
    trace = defect.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "start"
