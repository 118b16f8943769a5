"""Executed notebooks: papermill runs them, and what differs from run to run is taken out."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon import errors
from caringmon.errors import CaringmonError, ReportFailedError

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# The kernel is interrupted before it is ended; it may log that, and a scheduler would mail it.
_SILENT = ["--log-level=50"]
_FAMILY = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, CaringmonError)
}


def run_notebook(notebook: Path, output: Path, parameters: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Execute a notebook with papermill into `output`; `environment` is added to the kernel's.

    A mistake that the notebook explains in one line comes back as its own error; anything else: ReportFailedError
    naming the cell and the kind of exception, never its text, which may hold data.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    with _environment(environment), _quiet(), tempfile.TemporaryDirectory(prefix="cm-") as sockets:
        try:
            papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters=dict(parameters),
                kernel_name=KERNEL["name"],
                progress_bar=False,
                config=Config({"KernelManager": _transport(sockets)}),
                extra_arguments=_SILENT,
            )
        except PapermillExecutionError as failure:
            kind = _FAMILY.get(failure.ename)
            if kind is not None:
                raise kind(failure.evalue) from None
            where = f"{notebook.name}, cell {failure.exec_count}"
            raise ReportFailedError(f"{where}: {failure.ename}. Run the notebook by hand to see more") from None
        except (RuntimeError, OSError) as failure:
            raise ReportFailedError(
                f"{notebook.name}: its kernel did not start or died, {type(failure).__name__}"
            ) from None


def read_normalised(path: Path, parameters: Mapping[str, str]) -> NotebookNode:
    """Return the executed notebook without what differs between two equal runs (times, random ids, versions)."""
    import nbformat

    return normalised(nbformat.read(path, as_version=4), parameters)


def normalised(notebook: NotebookNode, parameters: Mapping[str, str]) -> NotebookNode:
    """Return the executed notebook, changed in place, without what differs between two equal runs."""
    import nbformat

    language = {"name": "python"}
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": language, "caringmon": {"parameters": dict(parameters)}}
    )
    for cell in notebook.cells:
        tags = sorted(cell.metadata.get("tags", []))
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected"
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.output_type != "stream"]
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return the notebook as a file with sorted keys; equal notebooks give equal text."""
    return json.dumps(notebook, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def _transport(sockets: str) -> dict[str, str]:
    """Return how the kernel is spoken to: through sockets in a folder of this run's own, not through open ports."""
    return {"transport": "ipc", "ip": str(Path(sockets) / "k")} if os.name == "posix" else {"transport": "tcp"}


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's progress log, which names folders, out of ours."""
    logger = logging.getLogger("papermill")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
