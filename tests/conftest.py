"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest

from caringmon.model.findings import Findings

REPOSITORY = Path(__file__).parent.parent
DAY = "2022-10-18"
# Expressions make very many small objects; looking for garbage among them so often takes a tenth of the time.
gc.set_threshold(100_000, 20, 20)
SHARED = Path(os.environ.get("CARINGMON_SHARED", REPOSITORY.parent / "shared"))


@pytest.fixture
def connection() -> Iterator[ibis.BaseBackend]:
    """Return a DuckDB connection in memory."""
    from caringmon.store import facts

    with facts.connection() as con:
        yield con


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real public data, or skip."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}; set CARINGMON_SHARED")
    return folder


@pytest.fixture(scope="session")
def demo_loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list]:
    """Return the one demo workspace that tests share, and what its ingest said. Do not change it: copy it."""
    from caringmon.demo import write_inbox
    from caringmon.intake.pseudonyms import pseudonym_key
    from caringmon.pipeline import ingest
    from caringmon.shipped import params_folder

    workspace = tmp_path_factory.mktemp("demo")
    shutil.copytree(params_folder(), workspace / "params")
    write_inbox(workspace)
    return workspace, ingest(workspace, None, key=pseudonym_key({}))


@pytest.fixture(scope="session")
def demo_workspace(demo_loaded) -> Path:
    """Return the shared demo workspace, loaded."""
    return demo_loaded[0]


@pytest.fixture(scope="session")
def demo_ingest(demo_loaded) -> list:
    """Return what was said of each of the demo's files."""
    return demo_loaded[1]


@pytest.fixture(scope="session")
def demo_report(demo_workspace: Path) -> Path:
    """Return the folder of the demo's published daily report of `DAY`."""
    from caringmon.cli import main

    assert main(["run", "daily", "--workspace", str(demo_workspace), "-p", f"report_date={DAY}"]) == 0
    return demo_workspace / "outputs" / "daily" / "ALL" / DAY / "v1"


@pytest.fixture(scope="session")
def demo_findings(demo_report: Path) -> Findings:
    """Return the findings of the demo's daily report of `DAY`, as they were published."""
    from caringmon.runner.staging import read_findings

    return read_findings(demo_report)


@pytest.fixture(scope="session")
def browser() -> tuple[str, str]:
    """Return node and chromium, or skip where they or their modules are absent."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None:
        pytest.skip("node and chromium are needed")
    probe = [node, "-e", "require.resolve('axe-core'); require.resolve('playwright-core')"]
    if subprocess.run(probe, check=False, capture_output=True, env=os.environ).returncode:
        pytest.skip("axe-core and playwright-core are needed (NODE_PATH)")
    return node, chromium
