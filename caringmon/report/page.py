"""Executed notebook → one self-contained HTML page: no script, no request, style once, made for paper and phone."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape

from caringmon.errors import ReportFailedError
from caringmon.model.audience import Audience
from caringmon.model.findings import Findings, Head
from caringmon.report.sections import environment
from caringmon.report.style import NOTEBOOK_STYLE, stylesheet
from caringmon.report.wording import plain, say

_VERSION_SLOT = '<span data-slot="version"></span>'


def page_html(notebook: Any, findings: Findings, version: int) -> str:
    """Return the page of an executed, normalised notebook: what its cells display, between our head and footer.

    Version and correction label are put in here, never by the notebook. A cell that ended in an error:
    ReportFailedError.
    """
    _refuse_errors(notebook)
    head = findings.head
    opening = _part(head, "opening.html.j2", title=page_title(head, version), style=Markup(stylesheet()))
    closing = _part(head, "closing.html.j2", basis=head.basis, report=head.report)
    page = NOTEBOOK_STYLE.sub("", _convert(notebook, opening, closing))
    page = page.replace(_VERSION_SLOT, _version_mark(version, head.lang))
    return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def page_title(head: Head, version: int) -> str:
    """Return `{code}_{segment}_{period}[_{audience}]_v{n}`."""
    code = head.form.split(" ")[0]
    segment = head.parameters.get("segment") or (head.segments[0] if len(head.segments) == 1 else "ALL")
    parts = (code, segment, head.period, Audience.of(head.audience).folder, f"v{version}")
    return "_".join(part for part in parts if part)


def _convert(notebook: Any, opening: str, closing: str) -> str:
    from nbconvert import HTMLExporter

    base = str(files("caringmon.report").joinpath("templates"))
    exporter = HTMLExporter(
        template_name="page",
        extra_template_basedirs=[base],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"page": {"opening": opening, "closing": closing}})
    return str(page)


def _part(head: Head, template: str, **content: object) -> str:
    return environment(head.lang).get_template(template).render(lang=head.lang, **content)


def _version_mark(version: int, lang: str) -> str:
    mark = Markup(' · <span class="code">{}</span>').format(plain(say("header.version", version=str(version)), lang))
    if version > 1:
        label = plain(say("header.correction", number=str(version - 1)), lang)
        mark += Markup(' · <strong class="code">{}</strong>').format(label)
    return str(mark)


def _refuse_errors(notebook: Any) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("output_type") == "error":
                raise ReportFailedError(
                    f"the notebook stopped in cell '{escape(cell.get('id', ''))}'; nothing to print"
                )
