"""What stands in a workbook that is a zip file (.xlsx, .xlsb, .ods), looked through once before it is read."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from caringmon.errors import DataBlockedError
from caringmon.intake.kinds import Kind
from caringmon.intake.marks import Marks
from caringmon.intake.members import Allowance, content_of, members_of, refuse_damaged, unpacked
from caringmon.intake.ods_xml import ods_marks
from caringmon.intake.sheet_xml import marked_cells
from caringmon.intake.xlsb_records import xlsb_marks, xlsb_sheets

_XML = (".xml", ".rels", ".vml")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.(xml|bin)")
_MANIFEST = "meta-inf/manifest.xml"
_OVERLAP = 16


@dataclass(frozen=True)
class Scan:
    """How many bytes a workbook holds when unpacked, and per sheet name the cells that a reader shows as empty."""

    size: int
    marks: Mapping[str, Marks]


def scanned(file: str, data: bytes, kind: Kind) -> Scan:
    """Return what one pass over all members finds. A workbook that is not safe to read: DataBlockedError naming it.

    Refused is what `members_of` and `unpacked` refuse, XML that declares a document type or is no UTF-8, and an
    encrypted .ods.
    """
    allowance = Allowance()
    before = allowance.left
    members = {member.filename.casefold(): member for member in members_of(file, data)}
    if kind is Kind.ODS and b"encryption-data" in content_of(file, data, members[_MANIFEST], allowance):
        raise DataBlockedError(f"{file}: is protected by a password; save it without one")
    by_part: dict[str, Marks] = {}
    by_table: dict[str, Marks] = {}
    for name, member in members.items():
        pieces = unpacked(file, data, member, allowance)
        if name.endswith(_XML):
            pieces = _plain_xml(file, member.filename, pieces)
        if kind is Kind.ODS and name == "content.xml":
            by_table = ods_marks(file, pieces)
        elif _SHEET.fullmatch(name):
            by_part[name] = xlsb_marks(b"".join(pieces)) if kind is Kind.XLSB else marked_cells(file, pieces)
        else:
            for _ in pieces:
                pass
    size = before - allowance.left
    if any(by_part.values()):
        names = _sheet_names(file, data, members, kind)
        by_table = {names[part]: marks for part, marks in by_part.items() if part in names}
    return Scan(size, by_table)


def _plain_xml(file: str, part: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces of an XML part; refuse entities, and encodings in which they could hide."""
    before = b""
    for piece in pieces:
        seen = before + piece[:_OVERLAP]
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece or b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise DataBlockedError(f"{file}: {part} declares a document type, which no export does; not read")
        if b"\0" in piece:
            raise DataBlockedError(f"{file}: {part} is no UTF-8; open it in Excel and save it again")
        before = piece[-_OVERLAP:]
        yield piece


def _sheet_names(file: str, data: bytes, members: Mapping[str, zipfile.ZipInfo], kind: Kind) -> dict[str, str]:
    """Return the name of the sheet that each part holds."""
    book = "xl/workbook.bin" if kind is Kind.XLSB else "xl/workbook.xml"
    relations = f"xl/_rels/{posixpath.basename(book)}.rels"
    if relations not in members:
        return {}
    content = content_of(file, data, members[book], Allowance())
    try:
        names = xlsb_sheets(content) if kind is Kind.XLSB else _xlsx_sheets(content)
        tree = ElementTree.fromstring(content_of(file, data, members[relations], Allowance()))
    except ElementTree.ParseError:
        refuse_damaged(file)
    targets = {node.get("Id", ""): posixpath.normpath(posixpath.join("/xl", node.get("Target", ""))) for node in tree}
    return {targets[relation].lstrip("/").casefold(): name for relation, name in names.items() if relation in targets}


def _xlsx_sheets(content: bytes) -> dict[str, str]:
    """Return the name of each sheet by the id of its relationship, whatever the edition of the format."""
    found = {}
    for node in ElementTree.fromstring(content).iter():
        if node.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
            found[relation] = node.get("name", "")
    return found
