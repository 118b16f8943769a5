"""Findings → the executed notebook once more, without a kernel: what a published report must be, byte for byte.

Nothing that was published is executed here. The cells are those of the package's own notebook, and of them only the
`cm.show_…(findings)` are called.
"""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Iterator
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from caringmon.errors import ReportFailedError
from caringmon.model.findings import Findings
from caringmon.params import REPORTS
from caringmon.report.sentence_gate import unlike
from caringmon.runner.engine import KERNEL, normalised

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PACKAGE = __name__.partition(".")[0]
_SHOW = "show_"


def executed_again(template: Path, findings: Findings) -> NotebookNode:
    """Return the normalised notebook as a run would have left it that came to these findings.

    A cell that shows something else than a section of the findings: ReportFailedError.
    """
    import nbformat
    from papermill.translators import translate_parameters

    head = findings.head
    parameters = {name: head.parameters[name] for name in REPORTS[head.report].model_fields}
    given = translate_parameters(KERNEL["name"], KERNEL["language"], parameters, "Parameters")
    notebook = nbformat.read(template, as_version=4)
    place = next(n for n, cell in enumerate(notebook.cells, 1) if "parameters" in cell.metadata.get("tags", ()))
    tags = {"tags": ["injected-parameters"]}
    notebook.cells.insert(place, nbformat.v4.new_code_cell(given, id="injected", metadata=tags))
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    for count, cell in enumerate(code, 1):
        cell.execution_count, cell.outputs = count, []
        section = section_shown(cell.source, cell.id)
        if section:
            block = getattr(import_module(_PACKAGE), section)(findings)
            shown = {"text/html": block._repr_html_(), "text/plain": repr(block)}
            cell.outputs.append(nbformat.v4.new_output("execute_result", data=shown, execution_count=count))
    return normalised(notebook, parameters)


def section_shown(source: str, cell: str) -> str:
    """Return the name of the `show_…` function that a cell calls with the findings; another kind of cell: empty."""
    if f".{_SHOW}" not in source:
        return ""
    try:
        (statement,) = ast.parse(source).body
    except (SyntaxError, ValueError):
        statement = ast.Pass()
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.startswith(_SHOW):
        names = [argument.id for argument in call.args if isinstance(argument, ast.Name)]
        if names == ["findings"] and len(call.args) == 1 and not call.keywords:
            return call.func.attr
    raise ReportFailedError(f"cell '{cell}' does more than to show one section of the findings: it cannot be redone")


def differences(name: str, published: bytes, right: bytes) -> list[str]:
    """Return where a published document differs from the one made again, at most one line; equal: nothing."""
    if published == right:
        return []
    if name.endswith(".xlsx"):
        return [f"differs from the one made again in {_parts_that_differ(published, right)}"]
    try:
        texts = published.decode(), right.decode()
    except UnicodeDecodeError:
        return ["is no text in UTF-8"]
    lines = zip_longest(*(text.splitlines(keepends=True) for text in texts), fillvalue="")
    number, (found, due) = next((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1])
    return [f"line {number} {unlike(found, due)}"]


def _parts_that_differ(published: bytes, right: bytes) -> str:
    """Return the parts of a workbook that differ; none, or no workbook: that it is packed in another way."""
    try:
        found, due = dict(_parts(published)), dict(_parts(right))
    except Exception:  # whatever bytes are there
        return "its package"
    names = sorted(name for name in found.keys() | due.keys() if found.get(name) != due.get(name))
    return ", ".join(names) or "the way it is packed"


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for member in package.infolist():
            yield member.filename, package.read(member)
