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
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_TEXT_CELL = re.compile(
    r'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="inlineStr"><is>(<t(?: xml:space="preserve")?>[^<]*</t>)</is></c>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_STRINGS_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_FORMULA_CELL = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)[^>]*>(<f>[^<]*</f>)<v ?/?>(?:</v>)?')

# sheet title -> cell reference -> value of the formula in that cell
CachedValues = Mapping[str, Mapping[str, float | int | str]]


def workbook_bytes(workbook: Workbook, cached: CachedValues | None = None) -> bytes:
    """Return the workbook as a file image that is equal for equal content.

    openpyxl stores formulas without their values, so that previews and other readers see blanks;
    `cached` supplies them. A reference in `cached` that holds no formula: ValueError.
    Times are fixed, members are sorted and stored uncompressed, since deflate differs between zlib builds. Each text is
    stored once and named by its cells, as spreadsheet programs do; openpyxl repeats it in every cell.
    """
    workbook.properties.created = _FIXED
    workbook.properties.modified = _FIXED
    raw = io.BytesIO()
    workbook.save(raw)
    values = {
        f"xl/worksheets/sheet{i}.xml": (cached or {}).get(title, {}) for i, title in enumerate(workbook.sheetnames, 1)
    }
    with zipfile.ZipFile(raw) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["docProps/core.xml"] = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", parts["docProps/core.xml"])
    strings: dict[str, int] = {}
    for name, known in values.items():
        parts[name] = _with_shared_texts(_with_values(parts[name].decode(), known), strings).encode()
    parts |= _string_parts(parts, strings)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o600 << 16
            info.create_system = 3
            target.writestr(info, parts[name])
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


def _with_shared_texts(sheet_xml: str, strings: dict[str, int]) -> str:
    """Return the sheet with texts named by number; new ones are added to `strings`, which gives each its number."""
    return _TEXT_CELL.sub(
        lambda cell: f'{cell[1]} t="s"><v>{strings.setdefault(cell[2], len(strings))}</v></c>', sheet_xml
    )


def _string_parts(parts: Mapping[str, bytes], strings: Mapping[str, int]) -> dict[str, bytes]:
    """Return the part that holds the texts, and the two that must name it."""
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_STRINGS_TYPE}"/></Types>'
    relation = f'<Relationship Id="rIdStrings" Type="{_STRINGS_RELATION}" Target="sharedStrings.xml"/></Relationships>'
    items = "".join(f"<si>{text}</si>" for text in strings)
    return {
        "xl/sharedStrings.xml": f'{_HEADER}<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{items}</sst>'.encode(),
        types: parts[types].replace(b"</Types>", override.encode()),
        relations: parts[relations].replace(b"</Relationships>", relation.encode()),
    }
