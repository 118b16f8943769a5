"""Workbooks whose bytes depend on their content alone, with the values of their formulas stored beside them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

_FIXED = dt.datetime(2000, 1, 1)
_FORMULA_CELL = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)[^>]*>(<f>[^<]*</f>)<v ?/?>(?:</v>)?')

# sheet title -> cell reference -> value of the formula in that cell
CachedValues = Mapping[str, Mapping[str, float | int | str]]


def workbook_bytes(workbook: Workbook, cached: CachedValues | None = None) -> bytes:
    """Return the workbook as a file image that is equal for equal content.

    openpyxl stores formulas without their values, so that previews and other readers see blanks;
    `cached` supplies them. A reference in `cached` that holds no formula: ValueError.
    Times are fixed, members are sorted and stored uncompressed, since deflate differs between zlib builds.
    """
    workbook.properties.created = _FIXED
    workbook.properties.modified = _FIXED
    raw = io.BytesIO()
    workbook.save(raw)
    values = {
        f"xl/worksheets/sheet{i}.xml": (cached or {}).get(title, {}) for i, title in enumerate(workbook.sheetnames, 1)
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w") as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            if values.get(name):
                data = _with_values(data.decode(), values[name]).encode()
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o600 << 16
            info.create_system = 3
            target.writestr(info, data)
    return packed.getvalue()


def save_workbook(workbook: Workbook, path: Path, cached: CachedValues | None = None, *, mode: int = 0o644) -> None:
    """Write the workbook to `path` with permission `mode`; see `workbook_bytes`."""
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_bytes(workbook_bytes(workbook, cached))


def _with_values(sheet_xml: str, values: Mapping[str, float | int | str]) -> str:
    """Return the sheet with a value in each formula cell that `values` names, in one walk over its formulas."""
    found = set()

    def stored(cell: re.Match[str]) -> str:
        reference, look, formula = cell.groups()
        if reference not in values:
            return cell[0]
        found.add(reference)
        value = values[reference]
        kind, text = (' t="str"', escape(value)) if isinstance(value, str) else ("", repr(value))
        return f'<c r="{reference}"{look}{kind}>{formula}<v>{text}</v>'

    filled = _FORMULA_CELL.sub(stored, sheet_xml)
    if lost := sorted(values.keys() - found):
        raise ValueError(f"cell {lost[0]} holds no formula whose value could be stored")
    return filled
