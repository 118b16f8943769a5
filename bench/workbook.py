"""Speed of reading a workbook of one million calls, as ratios to fastexcel's bare read of the same file.

Run: python bench/workbook.py [ROWS]. Prints, never asserts. Error cells and durations beyond 24 hours are counted, so
that a fast but wrong reading shows.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from caringmon.intake.aliases import count_known, known_names
from caringmon.intake.pseudonyms import TEST_KEY
from caringmon.intake.read import read_sheets
from caringmon.intake.sheets import RawSheet
from caringmon.model.tables import TABLES
from caringmon.pipeline import ingest
from caringmon.shipped import params_folder
from caringmon.store import facts
from caringmon.vocabulary import read_rules

HEADERS = [
    "No", "Call ID", "Tanggal", "Login", "Nama Agent", "FASTEL", "No_Telepon", "Layanan", "Status Call",
    "Kategori Call", "Reason Call", "Hasil Nego", "Tanggal_Janji_Bayar", "Durasi Call", "Keterangan", "Record ID",
    "Media",
]  # fmt: skip
ERROR_EVERY, LONG_EVERY = 1_000, 500
LONG_SECONDS = 30 * 3600 + 5 * 60
FIRST_DAY = 44_835  # 1 October 2022 as a day number of Excel
SLICE_ROWS = 50_000
DATE, DURATION = 1, 2
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="DATA ALL" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
        'Target="styles.xml"/><Relationship Id="rId3" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="165" '
        'formatCode="[h]:mm:ss"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="3"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>'
    ),
}
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def write_workbook(path: Path, rows: int) -> None:
    """Write a workbook of calls as Excel does: texts shared, dates and durations as formatted numbers."""
    random = np.random.default_rng(0)
    shared: dict[str, int] = {}

    def text(value: str) -> str:
        return f't="s"><v>{shared.setdefault(value, len(shared))}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for name, content in PARTS.items():
            packed.writestr(name, content)
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write((SHEET + _row(1, [text(name) for name in HEADERS])).encode())
            for lines in _lines(rows, random, text):
                part.write(lines.encode())
            part.write(b"</sheetData></worksheet>")
        strings = "".join(f"<si><t>{escape(value)}</t></si>" for value in shared)
        packed.writestr("xl/sharedStrings.xml", f"{STRINGS}{strings}</sst>")


def _row(number: int, cells: Sequence[str]) -> str:
    placed = "".join(f'<c r="{letter}{number}" {cell}' for letter, cell in zip("ABCDEFGHIJKLMNOPQ", cells, strict=True))
    return f'<row r="{number}">{placed}</row>'


def _lines(rows: int, random: np.random.Generator, text: Callable[[str], str]) -> Iterator[str]:
    """Yield the rows in batches; every `ERROR_EVERY`th promise is #N/A, every `LONG_EVERY`th call lasts 30:05:00."""
    fixed = {word: text(word) for word in ("CT-0", "PRANPC", "Contacted", "Agree", "Lunas", "transfer", "VOICE", "RNA",
                                           "Not Contacted", "Decline", "ENGGAN")}  # fmt: skip
    agents = [(text(f"A{number:03d}"), text(f"Agen Nomor {number}")) for number in range(320)]
    error, empty = 't="e"><v>#N/A</v></c>', "/>"
    outcomes = [("Contacted", "Agree", ""), ("Contacted", "Decline", "ENGGAN"), ("Not Contacted", "", "RNA")]
    for start in range(0, rows, SLICE_ROWS):
        lines = []
        size = min(SLICE_ROWS, rows - start)
        columns = [random.integers(0, limit, size).tolist() for limit in (320, 400_000, 2_592_000, 3, 600)]
        drawn = zip(*columns, strict=True)
        for number, (agent, service, second, outcome, duration) in enumerate(drawn, start + 1):
            status, category, reason = outcomes[outcome]
            is_agree = outcome == 0
            promise = f's="{DATE}"><v>{FIRST_DAY + 40}</v></c>' if is_agree else empty
            seconds = LONG_SECONDS if number % LONG_EVERY == 0 else duration
            lines.append(_row(number + 1, [
                f"><v>{number}</v></c>",
                text(f"T{number:08d}"),
                f's="{DATE}"><v>{FIRST_DAY + second / 86_400:.10f}</v></c>',
                *agents[agent],
                text(f"0211{service:06d}"),
                text(f"0812{service:07d}"),
                fixed["CT-0" if service % 2 else "PRANPC"],
                fixed[status],
                fixed[category] if category else empty,
                fixed[reason] if reason else empty,
                fixed["Lunas"] if is_agree else empty,
                error if number % ERROR_EVERY == 0 else promise,
                f's="{DURATION}"><v>{seconds / 86_400:.10f}</v></c>',
                fixed["transfer"],
                text(f"REC-{number}"),
                fixed["VOICE"],
            ]))  # fmt: skip
        yield "".join(lines)


def read(path: Path) -> RawSheet:
    """Return the one sheet as caringmon reads it, its header found by the shipped aliases."""
    known = known_names(read_rules(params_folder().parent).aliases, ())
    (sheet,) = read_sheets(path.name, path.read_bytes(), lambda cells: count_known(cells, known))
    return sheet


def fastexcel_bare(path: Path) -> object:
    """Return what fastexcel reads: columns, with errors and long durations lost."""
    import fastexcel

    return fastexcel.read_excel(path).load_sheet(0)


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    """Return how long the work took, once, and what it gave."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def gigabytes(who: int) -> float:
    """Return the largest resident size so far of this process or of its ended children."""
    return resource.getrusage(who).ru_maxrss / (1 << 20)


def tell_right(sheet: RawSheet, workspace: Path, rows: int) -> None:
    """Print whether error cells and long durations came out, counted in the sheet and in the store."""
    errors = int(sheet.columns[HEADERS.index("Tanggal_Janji_Bayar")].equals("#N/A").sum())
    with facts.connection() as con:
        calls = facts.current_rows(con, workspace, TABLES["calls"], facts.read_loads(workspace))
        long = int(calls.filter(calls.talk_sec == LONG_SECONDS).count().execute())
        stored = int(calls.count().execute())
    told = sum(i.count for i in facts.read_issues(workspace, facts.read_loads(workspace)) if i.code == "CELL_ERROR")
    print(f"rows loaded {stored:,} of {rows:,}")
    print(f"error cells {errors:,} read and {told:,} told, of {rows // ERROR_EVERY:,}")
    print(f"durations of 30:05:00 {long:,} of {rows // LONG_EVERY:,}")


def main() -> None:
    """Print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path, part, workspace = Path(folder, "calls.xlsx"), Path(folder, "part.xlsx"), Path(folder, "workspace")
        write_workbook(path, rows)
        write_workbook(part, min(rows, SLICE_ROWS))
        workspace.mkdir()
        print(f"{rows:,} rows × {len(HEADERS)} columns, {path.stat().st_size >> 20:,} MB, seed 0")
        sheet_seconds, sheet = seconds(lambda: read(path))
        reading = gigabytes(resource.RUSAGE_SELF), gigabytes(resource.RUSAGE_CHILDREN)
        ingest_seconds, _ = seconds(lambda: ingest(workspace, [path], key=TEST_KEY))
        ingesting = gigabytes(resource.RUSAGE_SELF)
        bare = sorted(seconds(lambda: fastexcel_bare(path))[0] for _ in range(3))[1]
        print(f"fastexcel, bare      1.0  ({bare:.1f} s; median of 3)")
        print(f"caringmon, reading  {sheet_seconds / bare:4.1f}  with the look for bombs, errors and formulas")
        print(f"caringmon, ingest   {ingest_seconds / bare:4.1f}  from the file to the store")
        calamine = seconds(lambda: pd.read_excel(path, engine="calamine"))[0]
        print(f"pandas, calamine    {calamine / bare:4.1f}  the same file; errors are lost")
        few = min(rows, SLICE_ROWS)
        slow = seconds(lambda: pd.read_excel(part, engine="openpyxl"))[0] / seconds(lambda: fastexcel_bare(part))[0]
        print(
            f"pandas, openpyxl    {slow:4.1f}  on {few:,} rows, against fastexcel on the same; it takes minutes for all"
        )
        print(f"peak memory: reading {reading[0]:.1f} GB, its process {reading[1]:.1f} GB; ingest {ingesting:.1f} GB")
        tell_right(sheet, workspace, rows)


if __name__ == "__main__":
    main()
