"""Finished reports of the worked findings: published by the pipeline, in both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from caringmon.model.findings import Findings
from caringmon.params import report_parameters
from caringmon.pipeline import Times, publish
from caringmon.runner.documents import checkers
from caringmon.runner.rerender import executed_again
from caringmon.runner.staging import read_findings, write_findings
from caringmon.shipped import notebooks_folder
from tests.worked_findings import worked_findings

TEMPLATE = notebooks_folder() / "daily.ipynb"
NOON = dt.datetime(2022, 10, 19, 12, tzinfo=dt.UTC)


def publish_report(outputs: Path, lang: str = "id") -> Path:
    """Publish the worked month and return its version folder."""
    parameters = report_parameters("daily", ("t", {"report_date": "2022-10-18", "lang": lang})).as_text()
    made = worked_findings(lang=lang)
    findings = dataclasses.replace(made, head=dataclasses.replace(made.head, parameters=parameters))
    with tempfile.TemporaryDirectory() as staging:
        write_findings(Path(staging), findings)
        findings = read_findings(Path(staging))
        notebook = executed_again(TEMPLATE, findings)
        return publish(findings, notebook, Path(staging), outputs, Times(NOON, lambda: NOON)).folder


@dataclasses.dataclass(frozen=True)
class Finished:
    """A published version in memory: its files, its findings, and the checks of its documents."""

    files: dict[str, bytes]
    findings: Findings
    checkers: dict[str, Callable[[bytes], list[str]]]


@cache
def finished(lang: str) -> Finished:
    """Return the published worked month in a language."""
    with tempfile.TemporaryDirectory() as outputs:
        folder = publish_report(Path(outputs), lang)
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        findings = read_findings(folder)
    return Finished(files, findings, checkers(findings, 1))


def rehash(folder: Path) -> None:
    """Write the hashes of the files as they are now into the manifest, as somebody would who hides a change."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    files = {name: (folder / name).read_bytes() for name in manifest["files"] if (folder / name).exists()}
    manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
