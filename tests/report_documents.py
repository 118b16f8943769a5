"""The documents of findings as the tests of the pages need them: a notebook of displayed blocks, page and workbook."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
from openpyxl import Workbook, load_workbook

from caringmon.model.findings import Findings
from caringmon.report import monthly_sections, sections
from caringmon.report.page import page_html
from caringmon.report.workbook import report_workbook
from caringmon.report.workbook_gate import workbook_checker
from tests.worked_findings import VARIANTS

SHOWN = (
    sections.show_header,
    sections.show_first_page,
    sections.show_teams,
    sections.show_agents,
    sections.show_funnel,
    sections.show_calls,
    sections.show_open_work,
    sections.show_advice,
    sections.show_data_notes,
    sections.show_definitions,
)


MONTH_SHOWN = (
    monthly_sections.show_month_header,
    monthly_sections.show_month_first_page,
    monthly_sections.show_month_achievement,
    monthly_sections.show_month_work,
    monthly_sections.show_month_calls,
    monthly_sections.show_month_outcomes,
    monthly_sections.show_month_advice,
    monthly_sections.show_month_requirements,
    sections.show_data_notes,
    sections.show_definitions,
)


AXE = """
const { chromium } = require('playwright-core');
(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto('file://' + process.argv[3]);
  await page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
  const seen = {};
  for (const width of [320, 1000]) {
    await page.setViewportSize({ width, height: 900 });
    seen[width] = await page.evaluate(async () => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      violations: (await axe.run()).violations.map(v => v.id),
    }));
  }
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 703, height: 1039 });
  seen.paper = await page.evaluate(() => ({
    cut: [...document.querySelectorAll('table, img')].filter(e => e.getBoundingClientRect().right > 703.5).length,
    fits: (document.querySelector('.sheet') ?? document.querySelector('header')).getBoundingClientRect().bottom <= 1039,
  }));
  console.log(JSON.stringify(seen));
  await browser.close();
})();
"""
# What a browser says of a page that has no barrier, overflows nowhere and begins with a sheet that fits.
FLAWLESS = {
    **{width: {"wide": 0, "violations": []} for width in ("320", "1000")},
    "paper": {"cut": 0, "fits": True},
}


def seen_in(browser: tuple[str, str], page: str, folder: Path) -> dict[str, object]:
    """Return what node and chromium say of a page on a phone, on a screen (by width in pixels), and on paper.

    A4 portrait with margins of 11 and 12 mm leaves 186 × 275 mm, 703 × 1 039 pixels.
    """
    node, chromium = browser
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "axe.js").write_text(AXE, encoding="utf-8")
    command = [node, str(folder / "axe.js"), chromium, str(folder / "page.html")]
    said: dict[str, object] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return said


def notebook_of(findings: Findings) -> nbformat.NotebookNode:
    """Return an executed notebook whose cells display the sections of a daily or monthly report."""
    cells = [nbformat.v4.new_markdown_cell("# For the analyst", id="intro")]
    for show in MONTH_SHOWN if findings.head.report == "f01" else SHOWN:
        cell = nbformat.v4.new_code_cell(f"cm.{show.__name__}(findings)", id=show.__name__.replace("_", "-"))
        data = {"text/html": show(findings)._repr_html_(), "text/plain": "Block(…)"}
        cell.outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=1)]
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


@cache
def findings_of(name: str, lang: str = "id") -> Findings:
    """Return the findings of a variant in a language."""
    findings = VARIANTS[name]()
    return dataclasses.replace(findings, head=dataclasses.replace(findings.head, lang=lang))


@cache
def page_of(name: str, lang: str = "id", version: int = 1) -> str:
    """Return the page of a variant."""
    findings = findings_of(name, lang)
    return page_html(notebook_of(findings), findings, version)


@cache
def workbook_bytes_of(name: str, lang: str = "id", version: int = 1) -> bytes:
    """Return the workbook of a variant as bytes."""
    return report_workbook(findings_of(name, lang), version)


@cache
def workbook_check_of(name: str, lang: str = "id", version: int = 1) -> Callable[[bytes], list[str]]:
    """Return the gate of a variant's workbook, its findings read once."""
    return workbook_checker(findings_of(name, lang), version)


def workbook_of(name: str, lang: str = "id", *, values: bool = True) -> Workbook:
    """Return the workbook of a variant, opened: with the values of its formulas, or with the formulas."""
    return load_workbook(io.BytesIO(workbook_bytes_of(name, lang)), data_only=values)
