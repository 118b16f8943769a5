"""Workbooks made part by part, for what no spreadsheet program would write."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="h:mm:ss"/></numFmts><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file with these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def xlsx(*sheets: str, names: Sequence[str] = ("DATA ALL", "LAIN", "KETIGA"), **parts: str | bytes) -> bytes:
    """Return a workbook whose sheets hold this XML of rows; `parts` are added, `__` in their names is a slash."""
    listed = zip(names, range(1, len(sheets) + 1), strict=False)
    entries = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for name, n in listed)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": STYLES,
    }
    for number, rows in enumerate(sheets, 1):
        whole = rows if "<worksheet" in rows or ":worksheet" in rows else sheet_xml(rows)
        content[f"xl/worksheets/sheet{number}.xml"] = whole
    content |= {name.replace("__", "/"): part for name, part in parts.items()}
    return zipped(content)


def sheet_xml(rows: str) -> str:
    """Return the XML of a sheet with these rows."""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def text_cell(reference: str, text: str) -> str:
    """Return the XML of a cell that holds text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods(table_rows: str, prologue: str = "") -> bytes:
    """Return an .ods with one table of this XML."""
    content = (
        f'{prologue}<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0" '
        f'xmlns:text="{_OASIS}:text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
        f'calcext:1.0"><office:body><office:spreadsheet><table:table table:name="DATA">{table_rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content,
        }
    )


def xlsb(*rows: Sequence[object], name: str = "DATA") -> bytes:
    """Return a binary workbook of these rows: texts, numbers, and bytes of length 1 as codes of errors."""
    extent = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    cells = b"".join(map(_binary_row, range(len(rows)), rows))
    sheet = b"".join((_record(129), _record(148, extent), _record(145), cells, _record(146), _record(130)))
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    link = f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"/>',
            "xl/workbook.bin": b"".join(
                (_record(131), _record(143), _record(156, bundle), _record(144), _record(132)),
            ),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>',
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _binary_row(number: int, cells: Sequence[object]) -> bytes:
    records = [_record(0, struct.pack("<I", number) + bytes(13))]
    for column, cell in enumerate(cells):
        place = struct.pack("<II", column, 0)
        if isinstance(cell, bytes):
            records.append(_record(3, place + cell))
        elif isinstance(cell, str):
            records.append(_record(6, place + _wide(cell)))
        else:
            records.append(_record(5, place + struct.pack("<d", cell)))
    return b"".join(records)


def _record(kind: int, content: bytes = b"") -> bytes:
    size, length = [], len(content)
    while True:
        length, low = length >> 7, length & 0x7F
        size.append(low | (0x80 if length else 0))
        if not length:
            break
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes(size) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Return the workbook as LibreOffice writes it in another kind, or skip."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed: no real .xls and .ods to read")
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{kind}"
