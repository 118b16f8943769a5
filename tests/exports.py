"""Small exports in the shapes of the field, for tests of the intake."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from caringmon.intake.account import FileReport
from caringmon.intake.aliases import Aliases, count_known, known_names
from caringmon.intake.pseudonyms import TEST_KEY
from caringmon.intake.read import read_sheets
from caringmon.intake.sheets import RawSheet
from caringmon.pipeline import ingest
from caringmon.shipped import params_folder
from caringmon.store import facts
from caringmon.vocabulary import Rules, read_rules

CALL = {
    "id": "7001",
    "tgl": "03/10/2022 08:15:30",
    "login": "A01",
    "nama_agent": "Dimas Lestari",
    "fastel": "0211234567",
    "no_telp": "081234567890",
    "jenis": "CT-0",
    "status": "Contacted",
    "kategori": "Agree",
    "reason": "",
    "hasil_nego": "Akan Membayar Lunas",
    "janji_bayar": "2022-10-10",
    "durasi": "00:02:31",
    "input": "New",
    "follow": "",
    "rekaman": "REC-1",
    "ket": "transfer",
}
TAMARA = list(CALL)
# fmt: off
CALL_SHEET = [
    "No", "Call ID", "Tanggal", "Login", "Nama Agent", "FASTEL", "No_Telepon", "Layanan", "Status Call",
    "Kategori Call", "Reason Call", "Hasil Nego", "Tanggal_Janji_Bayar", "Durasi Call", "Keterangan",
]
ORDER = [
    "Periode", "Layanan", "SND", "NCLI", "NAMA PELANGGAN", "Lembar", "TOTAL TAGIHAN", "REGIONAL", "Witel", "DATEL",
    "STO", "PETUGAS", "Tgl Order",
]
TAP = [
    "id_tapping", "Call ID", "fastel", "Tgl Call", "Login QCO", "nama_qco", "tanggal_tapping", "valid",
    "Alasan Return", "Rekomendasi QCO", "round", "proses_layanan", "sikap_layanan", "solusi_layanan",
]
# fmt: on


def tamara_csv(*calls: Mapping[str, str], headers: Sequence[str] = TAMARA, encoding: str = "utf-8-sig") -> bytes:
    """Return calls as the application exports them: all quoted, `;` behind every line, CRLF, byte order mark.

    A call names what differs from `CALL`.
    """
    lines = [headers, *([{**CALL, **call}[name] for name in headers] for call in calls)]
    quoted = ("".join('"{}";'.format(cell.replace('"', '""')) for cell in line) for line in lines)
    return "".join(f"{line}\r\n" for line in quoted).encode(encoding)


def text_file(headers: Sequence[str], *rows: Sequence[str], delimiter: str = ";") -> bytes:
    """Return a plain text file."""
    return "".join(delimiter.join(row) + "\n" for row in (headers, *rows)).encode()


def save_sheet(path: Path, *rows: Sequence[object], title: str = "DATA ALL") -> Path:
    """Write rows as the only sheet of a workbook; return its path."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    workbook.save(path)
    return path


def shipped_rules() -> Rules:
    """Return the rules of the parameter files that come with the package."""
    return read_rules(params_folder().parent)


def read(path: Path, aliases: Aliases | None = None) -> list[RawSheet]:
    """Return the sheets of a file, its header found by the shipped aliases."""
    known = known_names(aliases or shipped_rules().aliases, ())
    return read_sheets(path.name, path.read_bytes(), lambda cells: count_known(cells, known))


def new_workspace(folder: Path) -> Path:
    """Make an empty workspace with the shipped parameter files; return it."""
    shutil.copytree(params_folder(), folder / "params")
    (folder / "inbox").mkdir()
    return folder


def load(workspace: Path, files: Mapping[str, bytes]) -> dict[str, FileReport]:
    """Put files into the inbox and load it; return what became of each file."""
    for name, content in files.items():
        (workspace / "inbox" / name).write_bytes(content)
    return {report.file: report for report in ingest(workspace, None, key=TEST_KEY)}


def stored(workspace: Path, table: str) -> list[dict[str, object]]:
    """Return the current rows of a table in the order of their rows in the files."""
    from caringmon.model.tables import TABLES

    with facts.connection() as con:
        rows = facts.current_rows(con, workspace, TABLES[table], facts.read_loads(workspace)).to_pyarrow()
    return sorted(rows.to_pylist(), key=lambda row: (row["load_id"], row["source_row"]))


def codes(report: FileReport) -> set[str]:
    """Return the codes of a report's issues."""
    return {issue.code for issue in report.issues}


def issue(report: FileReport, code: str):
    """Return the one issue of that code."""
    (found,) = (issue for issue in report.issues if issue.code == code)
    return found


def instant(text: str) -> dt.datetime:
    """Return the instant of an ISO text."""
    return dt.datetime.fromisoformat(text)
