"""The gate before publishing, on the way that `run` takes: what contradicts the findings is refused as a whole."""

from __future__ import annotations

import copy
import dataclasses
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from caringmon.cli import main
from caringmon.errors import ReportFailedError
from caringmon.model.findings import Findings
from caringmon.pipeline import Times, publish
from caringmon.runner.documents import contradictions, documents
from caringmon.runner.rerender import executed_again
from caringmon.runner.staging import read_findings, write_findings
from caringmon.shipped import notebooks_folder
from caringmon.store.recommendations import read_events
from tests import loop
from tests.published import NOON, TEMPLATE, finished, publish_report, rehash
from tests.recommended import register

# TL02 has 197 net agrees in the month. With this fact alone changed, page and workbook contradict each other.
FACT, RIGHT, OTHER = "CT0.K17.mtd.TL02", 197, 198
IN_CELL = re.compile(rf"{re.escape(FACT)}: cell Per TL![A-Z]+\d+ holds {OTHER}, the figure is {RIGHT}")


def with_other_fact(findings: Findings) -> Findings:
    """Return the findings with one more agree of TL02."""
    figures = findings.tables["figures"]
    is_fact = figures["id"] == FACT
    assert figures.loc[is_fact, "value"].tolist() == [RIGHT]
    moved = {name: figures[name].mask(is_fact, OTHER) for name in ("value", "numerator")}
    return dataclasses.replace(findings, tables={**findings.tables, "figures": figures.assign(**moved)})


@dataclasses.dataclass(frozen=True)
class Executed:
    """The findings of the worked month, and their notebook as a run leaves it."""

    findings: Findings
    notebook: nbformat.NotebookNode


@pytest.fixture(scope="module")
def executed() -> Executed:
    findings = finished("id").findings
    return Executed(findings, executed_again(TEMPLATE, findings))


def published(findings: Findings, notebook: nbformat.NotebookNode, folder: Path) -> Path:
    """Publish as `run` does once the notebook has been executed; return the folder of all reports."""
    outputs, staging = folder / "outputs", folder / "staging"
    write_findings(staging, findings)
    publish(read_findings(staging), notebook, staging, outputs, Times(NOON, lambda: NOON))
    return outputs


def changed(notebook: nbformat.NotebookNode, cell: str, pattern: str, new: str) -> nbformat.NotebookNode:
    """Return the notebook in which one cell shows something else."""
    other = copy.deepcopy(notebook)
    (shown,) = (one.outputs[0].data for one in other.cells if one.id == cell)
    shown["text/html"], count = re.subn(pattern, new, shown["text/html"], count=1)
    assert count == 1
    return other


def with_cell(notebook: nbformat.NotebookNode, html: str) -> nbformat.NotebookNode:
    """Return the notebook with a cell of somebody's own that displays a text."""
    other = copy.deepcopy(notebook)
    output = nbformat.v4.new_output("execute_result", data={"text/html": html}, execution_count=99)
    other.cells.append(nbformat.v4.new_code_cell("HTML(…)", id="own", outputs=[output], execution_count=99))
    return other


Deed = Callable[[nbformat.NotebookNode], nbformat.NotebookNode]
# What stands in the executed notebook, and what is said of it.
DEEDS: dict[str, tuple[Deed, str]] = {
    "a number typed into a sentence": (
        lambda notebook: changed(notebook, "first-page", r'(<p class="lead[^>]*>)', r"\1Sekitar 42 kali. "),
        "a number in prose is no registered figure: '42'",
    ),
    "a number typed into a cell of one's own": (
        lambda notebook: with_cell(notebook, "<table><tr><td>Target baru</td><td>1.500</td></tr></table>"),
        "a number on the page is no registered figure: '1.500'",
    ),
    "a direction word against its sign": (
        lambda notebook: changed(notebook, "first-page", r"<b>kurang (?=<data[^>]*>91)", "<b>lebih "),
        "the sentence 'overview.short' was changed",
    ),
    "a direction against its figures": (
        lambda notebook: changed(notebook, "first-page",
                                 r'<data value="-91" data-figure="CT0\.K20\.mtd" data-form="down">−91<',
                                 '<data value="1365" data-figure="CT0.K17.mtd" data-form="down">1.365<'),
        "a direction word contradicts its figure: CT0.K17.mtd = 1365 is printed as 'down'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("deed", "said"), DEEDS.values(), ids=DEEDS)
def test_what_the_findings_do_not_say_is_not_published(deed: Deed, said: str, executed: Executed, tmp_path) -> None:
    with pytest.raises(ReportFailedError, match="not published, 1 contradictions; the first: ") as refused:
        published(executed.findings, deed(executed.notebook), tmp_path)
    assert said in str(refused.value)
    assert list((tmp_path / "outputs").rglob("*.*")) == [tmp_path / "outputs" / ".lock"]


def test_a_page_of_other_findings_than_its_workbook_is_not_published(executed: Executed, tmp_path) -> None:
    """The notebook showed 197; what it handed over, and the workbook is made of, says 198."""
    with pytest.raises(ReportFailedError, match="the first: ") as refused:
        published(with_other_fact(executed.findings), executed.notebook, tmp_path)
    assert f"{FACT}: the value is {RIGHT}, the figure {OTHER}" in str(refused.value)
    assert not list((tmp_path / "outputs").rglob("report.*"))


@pytest.fixture(scope="module")
def other_workbook(executed: Executed) -> bytes:
    """Return the workbook of the findings with the other fact."""
    return documents(with_other_fact(executed.findings), executed.notebook, 1)["report.xlsx"]


def test_the_gate_refuses_a_finished_page_with_the_workbook_of_other_findings(other_workbook: bytes) -> None:
    made = finished("id")
    assert contradictions(made.files, made.findings, 1) == []
    faults = contradictions({**made.files, "report.xlsx": other_workbook}, made.findings, 1)
    assert [fault for fault in faults if IN_CELL.fullmatch(fault)]
    assert f"{FACT}: BUKTI says {OTHER} as value, the figure is {RIGHT}" in faults


def test_verify_refuses_a_finished_page_with_the_workbook_of_other_findings(other_workbook, tmp_path, capsys) -> None:
    folder = publish_report(tmp_path)
    (folder / "report.xlsx").write_bytes(other_workbook)
    rehash(folder)
    assert main(["verify", str(folder)]) == 5
    told = capsys.readouterr().out
    assert IN_CELL.search(told)
    assert {line.split()[1] for line in told.splitlines() if line.startswith("altered")} == {"report.xlsx:"}


def test_a_run_whose_notebook_shows_a_number_of_somebodys_own_fails_and_leaves_only_its_entry(
    tmp_path, monkeypatch, capsys
) -> None:
    """An analyst wrote a cell into the notebook: nothing is published, and nothing is raised in the register."""
    workspace = loop.workspace(tmp_path / "workspace")
    notebooks = Path(shutil.copytree(notebooks_folder(), tmp_path / "notebooks"))
    notebook = nbformat.read(notebooks / "daily.ipynb", as_version=4)
    own = 'from IPython.display import HTML\nHTML("<p>Target baru 1.500</p>")'
    notebook.cells.insert(-2, nbformat.v4.new_code_cell(own, id="own"))
    nbformat.write(notebook, notebooks / "daily.ipynb")
    monkeypatch.setattr("caringmon.pipeline.notebooks_folder", lambda: notebooks)
    words = ["run", "daily", "--workspace", str(workspace), "-p", f"report_date={loop.RAISES}", "-p", "segment=CT0"]
    assert main(words) == 4
    said = capsys.readouterr().err
    assert "a number on the page is no registered figure: '1.500' in 'Target baru 1.500'" in said
    assert said.count("\n") == 1
    left = [path.name for path in (workspace / "outputs").rglob("*") if path.is_file()]
    assert sorted(left) == [".lock", "gagal.json", "index.html"]
    assert read_events(register(workspace)) == []
