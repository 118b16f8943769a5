"""The demo: a workspace made of its raw exports, loaded, and every report that there is."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from caringmon.answers import close
from caringmon.demo import write_inbox
from caringmon.demo.workspace import SizeName
from caringmon.errors import UsageError
from caringmon.model.codes import Segment
from caringmon.model.period import WIB
from caringmon.params import report_parameters
from caringmon.pipeline import Times, ingest, run
from caringmon.shipped import params_folder

DATES = ("2022-10-04", "2022-10-18", "2022-10-31")
# In the order in which they are closed; the last one has its monthly report.
MONTHS = ("2022-09", "2022-10")
_MARK = ".caringmon-demo"


def demonstrate(
    workspace: Path, world: tuple[int, SizeName], key: bytes, now: Callable[[], dt.datetime]
) -> Iterator[str]:
    """Make the workspace anew, load it, publish its reports; yield a line about each step once it is done.

    `world`: seed and size. A folder that holds something else than a demo: UsageError, and nothing is touched.
    """
    if workspace.exists() and any(workspace.iterdir()) and not (workspace / _MARK).exists():
        raise UsageError(f"{workspace.name}/ is not empty and no demo workspace; name another folder with --workspace")
    workspace.mkdir(parents=True, exist_ok=True)
    folder = workspace.resolve()
    for part in ("inbox", "store", "outputs", "params"):
        shutil.rmtree(folder / part, ignore_errors=True)
    (folder / _MARK).touch()
    shutil.copytree(params_folder(), folder / "params", dirs_exist_ok=True)
    seed, size = world
    summary = write_inbox(folder, seed=seed, size=size)
    yield f"demo data written: {summary.attempts:,} attempts, {len(summary.files)} files, seed {seed}"
    loaded = ingest(folder, None, key=key)
    yield f"loaded: {sum(report.rows_loaded for report in loaded):,} rows from {len(loaded)} files"
    for date in DATES:
        yield _published(folder, now, "daily", report_date=date)
    yield _published(folder, now, "w03", report_date=DATES[-1])
    for segment in (Segment.PRANPC, Segment.CT0):
        for period in MONTHS:
            # Whatever was open at the cut-off is accepted: nobody is there to tap it.
            closed_at = now().astimezone(WIB).replace(tzinfo=None, microsecond=0)
            close(segment, period, folder, accept_open=None, now=closed_at, by="demo")
        yield _published(folder, now, "f01", period=MONTHS[-1], segment=segment.value)


def _published(workspace: Path, now: Callable[[], dt.datetime], report: str, **asked: str) -> str:
    """Run a report; return what was asked and where it stands in the workspace."""
    published = run(report_parameters(report, ("demo", asked)), workspace, Times(now(), now))
    return f"{report} {' '.join(asked.values())}: {(published.folder / 'report.html').relative_to(workspace)}"
