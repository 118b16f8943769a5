"""What all tests share."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest
from filelock import FileLock

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
    """Return the demo workspace that tests share, its daily of `DAY` published, and what its ingest said.

    The first process that asks makes it, the others copy it. Do not change it: copy it.
    """
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-of-all"
    said = made / "ingest.pickle"
    with FileLock(f"{made}.lock"):
        if not said.exists():
            said.write_bytes(pickle.dumps(_made_demo(made / "demo")))
    workspace = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(made / "demo", workspace)
    return workspace, pickle.loads(said.read_bytes())


def _made_demo(workspace: Path) -> list:
    """Make the demo workspace, load it and publish the report of `DAY`; return what was said of its files."""
    from caringmon.cli import main
    from caringmon.demo import write_inbox
    from caringmon.intake.pseudonyms import pseudonym_key
    from caringmon.pipeline import ingest
    from caringmon.shipped import params_folder

    workspace.mkdir(parents=True)
    shutil.copytree(params_folder(), workspace / "params")
    write_inbox(workspace)
    loaded = ingest(workspace, None, key=pseudonym_key({}))
    assert main(["run", "daily", "--workspace", str(workspace), "-p", f"report_date={DAY}"]) == 0
    return loaded


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
