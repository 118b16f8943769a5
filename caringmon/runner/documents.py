"""Documents: what is published of one report's findings, and the index of all reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon.model.findings import Findings
from caringmon.report.digest import chat_text, month_summary, summary_line
from caringmon.report.figures import page_checker, text_checker
from caringmon.report.followed_up import followup_summary
from caringmon.report.index import FILES, IssuedReport, index_html
from caringmon.report.page import page_html
from caringmon.report.workbook import report_workbook
from caringmon.report.workbook_gate import workbook_checker
from caringmon.runner.engine import notebook_text
from caringmon.runner.entries import read_entries
from caringmon.store.files import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Of a file that was read: its hash, the rules by which it was read (aliases, mapping, words), what became of its rows.
INPUT_COLUMNS = ["file", "table", "sha256", "mapping", "rules", "rows_read", "rows_loaded", "rows_quarantined"]


CHAT = "ringkas.txt"
# Reports that are also a text for a chat.
TEXTS: Mapping[str, Callable[[Findings], str]] = {"daily": chat_text}
# What the index says of a report in one line.
SUMMARIES: Mapping[str, Callable[[Findings], str]] = {
    "daily": summary_line, "w03": followup_summary, "f01": month_summary,
}  # fmt: skip


def documents(findings: Findings, notebook: NotebookNode, version: int) -> dict[str, bytes]:
    """Return page, workbook, notebook and, where there is one, chat text by file name."""
    text = TEXTS.get(findings.head.report)
    return {
        "report.html": page_html(notebook, findings, version).encode(),
        "report.xlsx": report_workbook(findings, version),
        "report.ipynb": notebook_text(notebook).encode(),
        **({CHAT: text(findings).encode()} if text else {}),
    }


def checkers(findings: Findings, version: int) -> dict[str, Callable[[bytes], list[str]]]:
    """Return by file name the check of a document against the figures: its faults in words, clean: an empty list."""
    page = page_checker(findings)
    found: dict[str, Callable[[bytes], list[str]]] = {
        "report.html": lambda data: page(data.decode()),
        "report.xlsx": workbook_checker(findings, version),
    }
    if findings.head.report in TEXTS:
        text = text_checker(findings)
        found[CHAT] = lambda data: text(data.decode())
    return found


def contradictions(files: Mapping[str, bytes], findings: Findings, version: int) -> list[str]:
    """Return, in words, every place where a document disagrees with the figures; an empty list is clean."""
    return [fault for name, check in checkers(findings, version).items() for fault in check(files[name])]


@dataclass(frozen=True)
class Making:
    """How a report was made: by which notebook, under which pseudonym key (its fingerprint), from when to when."""

    notebook: str
    key_fingerprint: str
    started: str
    ended: str


def manifest(findings: Findings, fingerprint: str, making: Making) -> dict[str, object]:
    """Return what `manifest.json` says besides version and file hashes; the only place of wall-clock times."""
    head = findings.head
    loads = findings.tables["loads"]
    return {
        "report": head.report,
        "title": head.form,
        "segment": head.parameters["segment"],
        "period": head.period,
        "audience": head.audience,
        "run_id": head.run_id,
        "evidence_id": head.evidence_id,
        "content_hash": fingerprint,
        "summary": SUMMARIES[head.report](findings),
        "parameters": dict(head.parameters),
        "package_version": head.package_version,
        "calendar_version": head.calendar_version,
        "inputs": loads[INPUT_COLUMNS].to_dict("records"),
        **asdict(making),
    }


def write_index(outputs: Path, lang: str) -> Path:
    """Write `outputs/index.html`: what did not come out, then all issued reports, newest first; return its path."""
    entries = []
    for path in sorted([*outputs.glob("*/*/*/v*/manifest.json"), *outputs.glob("*/*/*/*/v*/manifest.json")]):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        names = ("report", "title", "segment", "period", "audience", "version", "run_id", "content_hash", "summary")
        folder = path.parent.relative_to(outputs).as_posix()
        has = tuple(name for name in FILES if name in manifest["files"])
        entries.append(IssuedReport(**{name: manifest[name] for name in names}, folder=folder, files=has))
    index = outputs / "index.html"
    write_whole(index, index_html(entries, lang, tuple(read_entries(outputs))).encode())
    return index
